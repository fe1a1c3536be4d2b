"""Zero-shot detectors of `transformers` as askers: OWLv2, GroundingDINO, Florence-2; from a folder or by hub name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import DfcError, bad_input
from dfc_core.label.boxes import overlap
from dfc_core.label.questions import Question, short_name

SOURCES = {  # checkpoints by the names of the command line
    "owlv2": "google/owlv2-base-patch16-ensemble",  # Apache-2.0
    "grounding-dino": "IDEA-Research/grounding-dino-tiny",  # Apache-2.0
    "florence-2": "florence-community/Florence-2-base",  # MIT
}
FLORENCE_TASK = "<CAPTION_TO_PHRASE_GROUNDING>"


@dataclass(frozen=True)
class DetectorConfig:
    """Which checkpoint (a key of `SOURCES`, a folder or a hub name), and what counts as found: scores from `threshold`
    on and at least `relative` of the best, the `most` best of them after those that overlap a better one by
    `duplicate` (IoU)."""

    source: str = "owlv2"
    threshold: float = 0.1
    relative: float = 0.5
    duplicate: float = 0.5
    most: int = 4
    device: str = "auto"  # the graphics processor where there is one


class Detector:
    """An asker that runs a detector here; `DfcError` when it, or transformers, is not there. Never random weights."""

    threads = 1

    def __init__(self, config: DetectorConfig) -> None:
        self.config = config
        self._processor, self._model, self._find = _load(config)

    def ask(self, question: Question) -> NDArray:
        """N x 5: fractions of the picture and scores, best first."""
        import torch

        with torch.inference_mode():
            found = self._find(self._processor, self._model, question.picture, short_name(question))
        found = found[np.isfinite(found).all(axis=1)]
        found[:, :4] = found[:, :4].clip(0, 1)
        return best_boxes(found, self.config)

    def stop(self) -> None:
        """It never waits."""


def best_boxes(found: NDArray, config: DetectorConfig) -> NDArray:
    """Those of N x 5 boxes with scores that count as found, best first."""
    found = found[(found[:, 2] > found[:, 0]) & (found[:, 3] > found[:, 1])]
    found = found[np.argsort(-found[:, 4], kind="stable")]
    least = max(config.threshold, config.relative * found[0, 4]) if len(found) else 0.0
    kept: list[NDArray] = []
    for box in found[found[:, 4] >= least]:
        if len(kept) < config.most and not (kept and overlap(box[:4], np.array(kept)[:, :4]).max() >= config.duplicate):
            kept.append(box)
    return np.array(kept).reshape(-1, 5)


Find = Callable[[Any, Any, NDArray, str], NDArray]


def _load(config: DetectorConfig) -> tuple[Any, Any, Find]:
    """(processor, model, how it finds) of the checkpoint, by the model type its config names."""
    try:
        import transformers
    except ImportError as error:
        raise DfcError("NOT_READY", "detectors need transformers: pip install 'dfc_ros[backbones]'") from error
    source = SOURCES.get(config.source, config.source)
    try:
        kind = transformers.AutoConfig.from_pretrained(source).model_type
        if kind not in _KINDS:
            raise bad_input(f"{source!r} is a {kind!r} model; allowed: {', '.join(_KINDS)}")
        name, find = _KINDS[kind]
        model: Any = getattr(transformers, name).from_pretrained(source).to(_device(config.device)).eval()
        return transformers.AutoProcessor.from_pretrained(source), model, find
    except DfcError:
        raise
    except (OSError, ValueError, ImportError, AttributeError, RuntimeError) as error:
        raise bad_input(f"no detector at {source!r} (a folder or a hub name): {error}") from error


def _device(name: str) -> str:
    import torch

    return name if name != "auto" else "cuda" if torch.cuda.is_available() else "cpu"


def _find_owlv2(processor: Any, model: Any, picture: NDArray, phrase: str) -> NDArray:
    """One sigmoid score per box and text; boxes are fractions of the square picture."""
    inputs = processor(text=[[phrase]], images=picture, return_tensors="pt", truncation=True).to(model.device)
    found = model(**inputs)
    return _scored(found.pred_boxes[0], found.logits[0, :, 0].sigmoid())


def _find_grounding_dino(processor: Any, model: Any, picture: NDArray, phrase: str) -> NDArray:
    """The score of a box is that of its best word; phrases are lower case and end with a full stop."""
    text = phrase.lower().replace(".", " ").strip() + "."
    inputs = processor(text=text, images=picture, return_tensors="pt").to(model.device)
    found = model(**inputs)
    return _scored(found.pred_boxes[0], found.logits[0].sigmoid().max(dim=-1).values)


def _find_florence(processor: Any, model: Any, picture: NDArray, phrase: str) -> NDArray:
    """Boxes are written as text, four places on a scale of 1000 bins each; there are no scores, so 1."""
    inputs = processor(text=FLORENCE_TASK + phrase, images=picture, return_tensors="pt").to(model.device)
    written = model.generate(**inputs, max_new_tokens=128, num_beams=1, do_sample=False)
    return read_places(processor.batch_decode(written, skip_special_tokens=False)[0])


def read_places(text: str) -> NDArray:
    """N x 5 from Florence-2's `<loc_x0><loc_y0><loc_x1><loc_y1>`: centres of bins as fractions, score 1."""
    places = re.findall(r"<loc_(\d+)><loc_(\d+)><loc_(\d+)><loc_(\d+)>", text)
    boxes = (np.array(places, dtype=float).reshape(-1, 4) + 0.5) / 1000
    return np.column_stack([boxes, np.ones(len(boxes))])


def _scored(centred: Any, scores: Any) -> NDArray:
    """N x 5 from boxes (centre, width, height) and scores, both tensors."""
    x, y, width, height = centred.float().cpu().numpy().astype(float).T
    corners = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    return np.column_stack([*corners, scores.float().cpu().numpy()])


_KINDS: dict[str, tuple[str, Find]] = {
    "owlv2": ("Owlv2ForObjectDetection", _find_owlv2),
    "owlvit": ("OwlViTForObjectDetection", _find_owlv2),
    "grounding-dino": ("GroundingDinoForObjectDetection", _find_grounding_dino),
    "florence2": ("Florence2ForConditionalGeneration", _find_florence),
}
