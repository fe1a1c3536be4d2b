"""Pictures of pairs with their true and predicted matches, for looking at what the figures mean."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from dfc_core.dataset.benchmark_format import Benchmark, BenchmarkPair

GAP = 8  # px of white between pictures
RADIUS = 3


def draw_panel(pair: BenchmarkPair, label_b: NDArray | None = None, matches: int = 16) -> NDArray:
    """One pair as 224 x 688 x 3 uint8: a with true pixels, b with their true partners, b with the predicted ones.

    `label_b` n x 2: where a's true pixels go in b; without it the two pictures with the truth (224 x 456 x 3). The
    same colour is the same match (hue by place in a); `matches` of them, spread evenly over the list. Grey lines on the
    right join prediction and truth.
    """
    chosen = np.unique(np.linspace(0, len(pair.a.points) - 1, min(matches, len(pair.a.points))).astype(int))
    true_a, true_b, colours = pair.a.points[chosen], pair.b.points[chosen], _colours(pair.a.points[chosen])
    pictures = [_dotted(pair.a.rgb, true_a, colours), _dotted(pair.b.rgb, true_b, colours)]
    if label_b is not None:
        pictures.append(_dotted(pair.b.rgb, label_b[chosen], colours, true_b))
    gap = np.full((pair.a.rgb.shape[0], GAP, 3), 255, dtype=np.uint8)
    return np.concatenate([part for picture in pictures for part in (picture, gap)][:-1], axis=1)


def draw_sheet(benchmark: Benchmark, each: int = 1, columns: int = 4) -> NDArray:
    """A contact sheet (H x W x 3 uint8): `each` pairs of every function with their true matches and a caption.

    Which pairs turns from function to function, so that one of each shows many splits.
    """
    from dfc_core.render.sheet import sheet  # brings the renderer along

    functions: dict[str, list[int]] = {}
    for number, row in enumerate(benchmark.rows):
        functions.setdefault(row["function"], []).append(number)
    chosen = [
        numbers[(turn + step * len(numbers) // each) % len(numbers)]
        for turn, numbers in enumerate(functions[name] for name in sorted(functions))
        for step in range(min(each, len(numbers)))
    ]
    pairs = [(number, benchmark.load(number)) for number in chosen]
    panels = [np.pad(draw_panel(pair), ((GAP, 0), (0, GAP), (0, 0)), constant_values=255) for _, pair in pairs]
    captions = [
        ", ".join((f"{number}: {pair.function}", f"{pair.a.category} - {pair.b.category}", *pair.splits))
        for number, pair in pairs
    ]
    return sheet(panels, captions, min(columns, len(panels)))


def _colours(pixels: NDArray) -> list[tuple[int, ...]]:
    """One colour a pixel, hue by its place along the longer side of the pixels' box."""
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    axis = int(np.argmax(high - low))
    hue = (pixels[:, axis] - low[axis]) / max(high[axis] - low[axis], 1) * 0.85
    return [tuple(round(255 * channel) for channel in colorsys.hsv_to_rgb(value, 1, 1)) for value in hue]


def _dotted(rgb: NDArray, pixels: NDArray, colours: list[tuple[int, ...]], joined: NDArray | None = None) -> NDArray:
    image = Image.fromarray(rgb)
    draw = ImageDraw.Draw(image)
    for start, end in zip(pixels, joined if joined is not None else [], strict=False):
        draw.line([tuple(start), tuple(end)], fill=(128, 128, 128))
    for (x, y), colour in zip(pixels, colours, strict=True):
        draw.ellipse([x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS], fill=colour, outline=(0, 0, 0))
    return np.asarray(image)
