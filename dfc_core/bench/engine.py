"""Our way from two pictures to matches beside the method written out, on the same pictures in the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dfc_core.bench.bench import machine
from dfc_core.bench.cost import Measured, measured
from dfc_core.bench.plain import Picture, plain_cycle, plain_features, plain_label_transfer
from dfc_core.errors import DfcError
from dfc_core.files import write_json
from dfc_core.match import nearest
from dfc_core.model import Model, ToolFeatures, speed_up

Result = tuple[Tensor, ...]


@dataclass(frozen=True)
class EngineBenchConfig:
    """`tool_pixels` of each picture's square lie on the tool, `queries` of them are transferred; every time is the
    median of `calls` after one more to warm up, unless there is to be one call only."""

    tool_pixels: int = 15000
    queries: int = 2000
    calls: int = 5
    plain_calls: int = 1
    seed: int = 0


def bench_engine(
    model: Model,
    config: EngineBenchConfig | None = None,
    out: Path | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Label transfer and cycle matching of two random pictures: plain, exact, fast; the last two also with the first
    picture's features stored.

    `model` in float32; it is left sped up. Each task's report has for each way ("plain", "exact", "exact, stored"...)
    `seconds`, `cpu_seconds` and `added_bytes`, and of ours `time_ratio` and `cpu_ratio` (plain over ours), and how the
    answer agrees with the plain one. Written to `out` as JSON when given.
    """
    config = config or EngineBenchConfig()
    a, b = (random_picture(model.size, config.tool_pixels, config.seed + number) for number in (0, 1))
    function = model.functions[0]
    queries = _queries(model, a, config)
    plain: dict[str, Measured[Result]] = {
        "label_transfer": measured(lambda: plain_label_transfer(model, a, b, function, queries), config.plain_calls),
        "cycle_matching": measured(lambda: plain_cycle(model, a, b, function), config.plain_calls),
    }
    reference = plain_features(model, b, function)
    report: dict[str, Any] = {"model": model.id, "config": asdict(config), "tasks": {}, "modes": {}}
    for task, found in plain.items():
        report["tasks"][task] = {"plain": _about(found)}
    for number, mode in enumerate(("exact", "fast")):
        if mode == "fast":
            speed_up(model)
        report["modes"][mode] = _mode(model, b, function, reference.features[reference.on_tool], config)
        for stored in (False, True):
            for task, work in _tasks(model, a, b, function, queries, stored).items():
                name = f"{mode}, stored" if stored else mode
                report["tasks"][task][name] = _compared(measured(work, config.calls), plain[task], model.size)
        if progress is not None:
            progress(number + 1, 2)
    report["machine"] = machine()
    if out is not None:
        write_json(out, report)
    return report


def random_dinov2(
    layers: int = 12, width: int = 768, heads: int = 12, features: int = 512, hidden: int = 1024
) -> Model:
    """The paper's model at its size with random weights, for timing only; nothing is fetched.

    `features` per cell of the grid, `hidden` in the head, a quarter as many for a pixel; text 512 as CLIP's.
    """
    try:
        from transformers import Dinov2Config, Dinov2Model
    except ImportError as error:
        raise DfcError("NOT_READY", "this needs transformers: pip install 'dfc_ros[backbones]'") from error
    from dfc_core.model import Network, NetworkConfig
    from dfc_core.model.head import HeadConfig
    from dfc_core.model.text import FunctionTableConfig
    from dfc_core.model.vision_transformer import VisionTransformerConfig

    torch.manual_seed(0)
    shape: dict[str, Any] = {"hidden_size": width, "num_hidden_layers": layers, "num_attention_heads": heads}
    with TemporaryDirectory() as folder:
        Dinov2Model(Dinov2Config(image_size=518, patch_size=14, **shape)).save_pretrained(folder)
        network = Network(
            NetworkConfig(
                backbone=VisionTransformerConfig(source=folder, features=features),
                text=FunctionTableConfig(width=512),
                head=HeadConfig(hidden=hidden, features=hidden // 4),
            )
        )
    return Model(network, "random-dinov2", f"random-dinov2-{layers}x{width}")


def random_picture(size: int, tool_pixels: int, seed: int) -> Picture:
    """A picture that the model's crop shows as it is: a smooth random colour field, `tool_pixels` of it the tool."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 12, 12, generator=generator)
    colours = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic")[0].clamp(0, 1)
    tall = round(size / 1.2)  # the crop is 1.2 times the longest side
    wide = min(tall, max(1, round(tool_pixels / tall)))
    mask = np.zeros((size, size), dtype=bool)
    top, left = (size - tall) // 2, (size - wide) // 2
    mask[top : top + tall, left : left + wide] = True
    return (colours.permute(1, 2, 0) * 255).to(torch.uint8).numpy(), mask


def _queries(model: Model, picture: Picture, config: EngineBenchConfig) -> Tensor:
    """Tool pixels of the picture's square (long), drawn anew for each seed."""
    on_tool = torch.from_numpy(np.array(model.encode(*picture).mask_crop)).flatten().nonzero().flatten()
    generator = torch.Generator().manual_seed(config.seed)
    return on_tool[torch.randperm(len(on_tool), generator=generator)[: config.queries]]


def _tasks(
    model: Model, a: Picture, b: Picture, function: str, queries: Tensor, stored: bool
) -> dict[str, Callable[[], Result]]:
    """Our way for the two tasks, answering as the plain ones do; `stored` leaves the first picture out of the time."""
    size = model.size
    places = torch.stack([queries % size, queries // size], dim=1).float()
    kept = model.describe(*a, function, stride=1) if stored else None
    kept_queries = _asked(model, model.encode(*a), places, function) if stored else None

    def label_transfer() -> Result:
        encoded = model.encode_many([b] if stored else [a, b])
        asked = kept_queries if kept_queries is not None else _asked(model, encoded[0], places, function)
        target = model.read_out(encoded[-1], function, stride=1)
        found = nearest(asked, target.features, places_a=places, places_b=target.pixels_crop)
        return _square_index(target, size)[found.index], found.similarity

    def cycle_matching() -> Result:
        encoded = model.encode_many([b] if stored else [a, b])
        shown = kept if kept is not None else model.read_out(encoded[0], function, stride=1)
        target = model.read_out(encoded[-1], function, stride=1)
        forth = nearest(shown.features, target.features, places_a=shown.pixels_crop, places_b=target.pixels_crop)
        reached, place = forth.index.unique(return_inverse=True)
        came_to, came_from = target.features[reached], target.pixels_crop[reached]
        back = nearest(came_to, shown.features, places_a=came_from, places_b=shown.pixels_crop)
        return _square_index(target, size)[forth.index], _square_index(shown, size)[back.index[place]], forth.similarity

    return {"label_transfer": label_transfer, "cycle_matching": cycle_matching}


def _asked(model: Model, encoded: Any, places: Tensor, function: str) -> Tensor:
    return model.sample(encoded, encoded.crop.to_picture(places.numpy()), function)[0]


def _square_index(described: ToolFeatures, size: int) -> Tensor:
    x, y = described.pixels_crop.long().T
    return y * size + x


def _mode(model: Model, b: Picture, function: str, reference: Tensor, config: EngineBenchConfig) -> dict[str, Any]:
    """What one picture and one match cost, and how far its features lie from the plain ones."""
    encoded = model.encode(*b)
    described = model.read_out(encoded, function, stride=1)
    with torch.inference_mode():
        cosine = (described.features * reference).sum(dim=1)
        return {
            "half": model.half,
            "encode_seconds": measured(lambda: model.encode(*b), config.calls).seconds,
            "read_out_seconds": measured(lambda: model.read_out(encoded, function, stride=1), config.calls).seconds,
            "feature_difference": float((described.features - reference).abs().max()),
            "least_cosine": float(cosine.min()),
        }


def _about(found: Measured[Result]) -> dict[str, Any]:
    return {"seconds": found.seconds, "cpu_seconds": found.cpu_seconds, "added_bytes": found.added_bytes}


def _compared(ours: Measured[Result], plain: Measured[Result], size: int) -> dict[str, Any]:
    """`same_pixel` share of equal answers, `px` mean distance between them, `similarity` largest difference."""
    apart = _pixels(ours.result[0], size) - _pixels(plain.result[0], size)
    return {
        **_about(ours),
        "time_ratio": plain.seconds / max(ours.seconds, 1e-9),
        "cpu_ratio": plain.cpu_seconds / max(ours.cpu_seconds, 1e-9),
        "same_pixel": float((ours.result[0] == plain.result[0]).float().mean()),
        "px": float(apart.norm(dim=1).mean()),
        "similarity": float((ours.result[-1] - plain.result[-1]).abs().max()),
    }


def _pixels(index: Tensor, size: int) -> Tensor:
    return torch.stack([index % size, index // size], dim=1).float()
