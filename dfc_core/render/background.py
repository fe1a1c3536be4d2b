"""What lies behind tool and table: a photo, or a made-up wall, sky or room full of things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from dfc_core.render.colors import random_color
from dfc_core.render.photos import LINEAR, clouds, draw_shapes, made_photo, random_photo

KINDS = ("plain", "gradient", "noise", "shapes", "surface")
KIND_WEIGHTS = (0.15, 0.2, 0.2, 0.3, 0.15)


@dataclass(frozen=True)
class BackgroundConfig:
    """A folder of photos to put behind the scene, and how often; otherwise made-up backgrounds."""

    photos: str | None = None
    photo_share: float = 0.7
    white_share: float = 0.05


def random_background(rng: Generator, size: tuple[int, int], config: BackgroundConfig) -> NDArray:
    """Linear colour (H x W x 3 float32) of a `size` = (width, height) picture."""
    if rng.random() < config.white_share:
        return np.ones((size[1], size[0], 3), dtype=np.float32)
    if config.photos is not None and rng.random() < config.photo_share:
        return LINEAR[_random_crop(rng, random_photo(rng, config.photos), size)]
    kind = KINDS[int(rng.choice(len(KINDS), p=KIND_WEIGHTS))]
    if kind == "surface":
        return LINEAR[_random_crop(rng, made_photo(rng), size)]
    if kind == "shapes":
        return LINEAR[_clutter(rng, size)]
    share = _share(rng, size, kind)[..., None]
    first, second = random_color(rng).astype(np.float32), random_color(rng).astype(np.float32)
    return first + share * (second - first)


def _share(rng: Generator, size: tuple[int, int], kind: str) -> NDArray:
    """How much of the second colour shows, H x W float32."""
    if kind == "plain":
        return np.zeros((size[1], size[0]), dtype=np.float32)
    if kind == "noise":
        return clouds(rng, (size[1], size[0]), int(rng.integers(2, 16)))
    angle = rng.uniform(0, 2 * np.pi)
    x, y = np.linspace(-1, 1, size[0], dtype=np.float32), np.linspace(-1, 1, size[1], dtype=np.float32)
    return 0.5 + 0.35 * (np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y[:, None])


def _clutter(rng: Generator, size: tuple[int, int]) -> NDArray:
    """A room full of things out of focus."""
    small = Image.fromarray(_random_crop(rng, made_photo(rng), (size[0] // 2, size[1] // 2)))
    draw_shapes(rng, small, int(rng.integers(3, 20)), (0.08, 0.5))
    return np.asarray(small.filter(ImageFilter.GaussianBlur(rng.uniform(0, 3))).resize(size, Image.Resampling.BILINEAR))


def _random_crop(rng: Generator, photo: NDArray, size: tuple[int, int]) -> NDArray:
    """A random part of a photo in the shape of the picture, at least half as large as can be, sometimes mirrored."""
    height, width = photo.shape[:2]
    most = min(width / size[0], height / size[1])
    scale = most * rng.uniform(0.5, 1.0)
    x, y = rng.uniform(0, width - scale * size[0]), rng.uniform(0, height - scale * size[1])
    box = (x, y, x + scale * size[0], y + scale * size[1])
    crop = np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.BILINEAR, box=box))
    return crop[:, ::-1] if rng.random() < 0.5 else crop
