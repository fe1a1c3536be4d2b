"""One question for the boxes of a part: the picture that is shown, the words that are used, and the answer in pixels.

The same part is asked for several times. A detector without chance would say the same each time, so each repeat is
another question: every second one shows the picture mirrored, and every second pair uses other words.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dfc_core.errors import bad_input
from dfc_core.frames.crop import Crop
from dfc_core.label.endpoint import Endpoint

UNITS = ("auto", "fraction", "pixels", "thousandths")
MOST_BOXES = 20  # in one answer; more is no answer
DEEPEST = 4  # {"boxes": [{"box": [...]}]}
OUTSIDE = 0.05  # share of the picture by which a box may stick out before it counts as wrong
BOX_KEYS = ("boxes", "box", "bbox", "bbox_2d", "box_2d", "bounding_box")


@dataclass(frozen=True)
class Question:
    """`part` of `thing`, shown in `picture` (S x S x 3 uint8); `repeat` changes the words; `name` is unique."""

    picture: NDArray
    thing: str
    part: str
    description: str
    repeat: int
    name: str


class Asker(Protocol):
    """Answers a question with N x 5: boxes as fractions of the picture (0 to 1, from its outer border), and scores."""

    @property
    def threads(self) -> int:
        """Questions at the same time."""

    def ask(self, question: Question) -> NDArray:
        """The boxes; `NoAnswerError` where there is no answer."""

    def stop(self) -> None:
        """End all waiting: nothing more will be asked."""


def show(rgb: NDArray, mask: NDArray, crop: Crop, repeat: int) -> NDArray:
    """The object of a view (H x W x 3, H x W) on white, cut by `crop`; every second repeat mirrored."""
    white = Image.fromarray(np.where(mask[..., None], rgb, 255).astype(np.uint8))
    region = np.array([crop.left, crop.top, crop.left + crop.side, crop.top + crop.side])
    margin = math.ceil(max(0.0, *-region[:2], region[2] - white.width, region[3] - white.height))
    padded = Image.new("RGB", (white.width + 2 * margin, white.height + 2 * margin), "white")
    padded.paste(white, (margin, margin))
    picture = padded.resize((crop.size, crop.size), Image.Resampling.BICUBIC, tuple(region + margin))
    return np.asarray(picture)[:, ::-1].copy() if repeat % 2 else np.asarray(picture)


def to_view(answer: NDArray, crop: Crop, repeat: int) -> NDArray:
    """Boxes (N x 5, fractions of what `show` gave) in the view's pixels, to hundredths, scores to thousandths."""
    boxes = np.array(answer, dtype=float).reshape(-1, 5)
    if repeat % 2:
        boxes[:, [0, 2]] = 1 - boxes[:, [2, 0]]
    boxes[:, :4] = boxes[:, :4] * crop.side + np.tile([crop.left, crop.top], 2) - 0.5
    return np.column_stack([boxes[:, :4].round(2), boxes[:, 4].round(3)])


def short_name(question: Question) -> str:
    """What a detector that knows few words is asked for: the part, or the part of the object."""
    return f"{question.part} of a {question.thing}" if question.repeat // 2 % 2 else question.part


@dataclass(frozen=True)
class EndpointAsker:
    """Asks a vision model behind an endpoint. `units` of its coordinates; "auto" asks for fractions, and reads numbers
    above 1 as pixels of the picture it was shown."""

    endpoint: Endpoint
    units: str = "auto"

    def __post_init__(self) -> None:
        if self.units not in UNITS:
            raise bad_input(f"units {self.units!r} are not one of {', '.join(UNITS)}")

    @property
    def threads(self) -> int:
        """Questions at the same time."""
        return self.endpoint.config.threads

    def ask(self, question: Question) -> NDArray:
        """N x 5 fractions, scores 1."""
        side = question.picture.shape[0]
        content = [
            {"type": "text", "text": box_prompt(question, self.units)},
            {"type": "image_url", "image_url": {"url": _data_url(question.picture)}},
        ]
        messages = [{"role": "user", "content": content}]
        return self.endpoint.ask(messages, lambda value: read_boxes(value, side, self.units), question.name)

    def stop(self) -> None:
        """End all waiting."""
        self.endpoint.stop()


def box_prompt(question: Question, units: str) -> str:
    """The words that go with the picture."""
    side = question.picture.shape[0]
    scale = {
        "pixels": f"pixels of this {side} x {side} picture",
        "thousandths": "thousandths of the picture's width and height, from 0 to 1000",
    }.get(units, "fractions of the picture's width and height, from 0 to 1")
    part = question.part + (f" ({question.description})" if question.description else "")
    asked = (
        f"Where in this picture of a {question.thing} is its {part}?",
        f"The picture shows a {question.thing}. Find this part of it: {part}.",
    )[question.repeat // 2 % 2]
    return (
        f'{asked} Answer with JSON alone: {{"boxes": [[x0, y0, x1, y1], ...]}}, one tight box for each {question.part} '
        f"that can be seen, in {scale}, x from the left, y from the top. If none can be seen, answer "
        '{"boxes": []}.'
    )


def _data_url(picture: NDArray) -> str:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def read_boxes(value: Any, side: int, units: str) -> NDArray:
    """N x 5 fractions of a picture of `side` px from an answer's JSON; ValueError saying what is wrong with it.

    `{"boxes": [[x0, y0, x1, y1], ...]}`, the list alone, one box alone, or a list of objects with a box each (the keys
    of `BOX_KEYS`; `box_2d` is y first in thousandths, as some models have learned it). "units" in it is believed.
    """
    if isinstance(value, Mapping) and value.get("units") in UNITS:
        units = value["units"]
    rows = list(_boxes(value, side, units))
    if len(rows) > MOST_BOXES:
        raise ValueError(f"{len(rows)} boxes; at most {MOST_BOXES} make sense")
    return np.array([[*row, 1.0] for row in rows], dtype=float).reshape(-1, 5)


def _boxes(value: Any, side: int, units: str, key: str = "boxes", depth: int = 0) -> list[NDArray]:
    """Every box in `value`, as fractions."""
    if isinstance(value, Mapping):
        named = next((k for k in BOX_KEYS if k in value), None)
        if named is None:
            raise ValueError(f"no boxes in an object with {', '.join(map(str, value)) or 'nothing'}"[:120])
        return _boxes(value[named], side, units, named, depth + 1)
    if not isinstance(value, list) or depth > DEEPEST:
        raise ValueError(f"boxes are lists of four numbers, not {str(value)[:80]}")
    if value and not isinstance(value[0], list | Mapping):
        return [_box(value, side, units, key)]
    return [box for item in value for box in _boxes(item, side, units, key, depth + 1)]


def _box(value: list[Any], side: int, units: str, key: str) -> NDArray:
    """One box as fractions, cut to the picture."""
    numbers = [n for n in value if isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < 1e9]
    if len(numbers) != 4 or len(value) != 4:
        raise ValueError(f"a box is four numbers, not {str(value)[:80]}")
    box = np.array(numbers, dtype=float)
    if key == "box_2d":
        box, units = box[[1, 0, 3, 2]], "thousandths"
    if units == "auto":
        units = "fraction" if box.max() <= 1 + OUTSIDE else "pixels"
    box /= {"fraction": 1.0, "pixels": float(side), "thousandths": 1000.0}[units]
    if box.min() < -OUTSIDE or box.max() > 1 + OUTSIDE:
        raise ValueError(f"box {value} lies outside the picture of {side} px ({units})")
    box = box.clip(0, 1)
    if not (box[0] < box[2] and box[1] < box[3]):
        raise ValueError(f"box {value} has no area; x0 < x1 and y0 < y1 are needed")
    return box
