"""Pictures that surfaces and backgrounds are covered with: a user's folder of photos, or made-up ones."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, UnidentifiedImageError

from dfc_core.errors import bad_input
from dfc_core.render.colors import random_color

PHOTO_SIDE = 384  # px; photos are shrunk to this so that a cache of them stays small
MADE_SIDE = 96  # px
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
KINDS = ("fractal", "wood", "scratches", "print", "weave", "patches")
LINEAR = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)  # linear reflectance of an 8-bit value


def random_photo(rng: Generator, folder: str) -> NDArray:
    """A photo (H x W x 3 uint8, longest side at most `PHOTO_SIDE`) of those in and below `folder`.

    A file that is no picture gives way to the next one. `DfcError` when the folder holds no readable picture.
    """
    paths = _photo_paths(folder)
    start = int(rng.integers(len(paths)))
    for number in range(len(paths)):
        photo = _load_photo(paths[(start + number) % len(paths)])
        if photo is not None:
            return photo
    raise bad_input(f"none of the {len(paths)} pictures in {folder} can be read")


@lru_cache(maxsize=4)
def _photo_paths(folder: str) -> tuple[Path, ...]:
    paths = tuple(sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES))
    if not paths:
        raise bad_input(f"no pictures ({', '.join(SUFFIXES)}) in {folder}")
    return paths


@lru_cache(maxsize=64)
def _load_photo(path: Path) -> NDArray | None:
    try:
        with Image.open(path) as image:
            image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
            small = image.convert("RGB")
            small.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
            return np.asarray(small)
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError):
        return None


def made_photo(rng: Generator, side: int = MADE_SIDE) -> NDArray:
    """A made-up surface (`side` x `side` x 3 uint8): clouds, wood, scratches, a print, cloth or patches."""
    kind = KINDS[int(rng.choice(len(KINDS), p=(0.28, 0.14, 0.14, 0.2, 0.08, 0.16)))]
    base, second = random_color(rng), random_color(rng)
    if kind == "print":
        return _print(rng, side, base)
    if kind == "patches":
        return _patches(rng, side)
    share = _share(rng, side, kind)[..., None]
    shade = 1 + 0.25 * (clouds(rng, (side, side), 4)[..., None] - 0.5)
    return _to_8_bits((base * (1 - share) + second * share) * shade)


def _share(rng: Generator, side: int, kind: str) -> NDArray:
    """How much of the second colour shows, `side` x `side`, 0..1."""
    if kind == "wood":
        warp = resize(rng.random((int(rng.integers(2, 5)), int(rng.integers(6, 24)))), (side, side))
        rings = np.sin(2 * np.pi * rng.uniform(2, 8) * warp + np.linspace(0, rng.uniform(0, 30), side))
        return 0.5 + 0.35 * rings + 0.15 * (resize(rng.random((4, side // 2)), (side, side)) - 0.5)
    if kind == "scratches":
        lines = resize(rng.random((int(rng.integers(2, 10)), side)), (side, side))
        return np.clip((lines - rng.uniform(0.5, 0.8)) * rng.uniform(1, 5), 0, rng.uniform(0.15, 1))
    if kind == "weave":
        x = np.arange(side)
        cell = rng.uniform(3, 14)
        return ((x[:, None] // cell + x // cell) % 2) * rng.uniform(0.2, 1) * clouds(rng, (side, side), 8)
    sharp = rng.uniform(1, 6)
    return 1 / (1 + np.exp(-4 * sharp * (clouds(rng, (side, side), int(rng.integers(2, 12))) - 0.5)))


def clouds(rng: Generator, size: tuple[int, int], cells: int) -> NDArray:
    """Noise of three octaves, H x W float32 about 0..1, the coarsest with `cells` blobs across."""
    field = np.zeros(size, dtype=np.float32)
    for octave, weight in enumerate((0.57, 0.29, 0.14)):
        field += weight * resize(rng.random((cells << octave, cells << octave)), size)
    return field


def resize(field: NDArray, size: tuple[int, int]) -> NDArray:
    """A smooth enlargement (H x W float32) of a small grid."""
    grid = Image.fromarray(np.asarray(field, dtype=np.float32))
    return np.asarray(grid.resize((size[1], size[0]), Image.Resampling.BICUBIC))


def _print(rng: Generator, side: int, base: NDArray) -> NDArray:
    """Paint with labels on it: blocks, bars and rows of small marks as of writing."""
    image = Image.fromarray(np.broadcast_to(_to_8_bits(base), (side, side, 3)).copy())
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(-0.2, 0.8, 2) * side
        width, height = rng.uniform(0.2, 0.9, 2) * side
        draw.rectangle((x, y, x + width, y + height), fill=_fill(rng))
        ink, line = _fill(rng), rng.uniform(0.04, 0.13) * side
        for row in np.arange(y + line, y + height - line, 1.6 * line):
            at = x + line
            while at < x + width - line:
                step = rng.uniform(0.4, 1.4) * line
                draw.rectangle((at, row, at + 0.7 * step, row + line * rng.uniform(0.6, 1)), fill=ink)
                at += step
    return np.asarray(image)


def _patches(rng: Generator, side: int) -> NDArray:
    """Ellipses and boxes of many colours on top of each other."""
    image = Image.new("RGB", (side, side), _fill(rng))
    draw_shapes(rng, image, int(rng.integers(4, 25)), (0.05, 0.6))
    return np.asarray(image)


def draw_shapes(rng: Generator, image: Image.Image, count: int, share: tuple[float, float]) -> None:
    """Draw `count` random ellipses, boxes and quadrangles whose sides are `share` of the picture's."""
    draw, size = ImageDraw.Draw(image), np.array(image.size)
    for _ in range(count):
        middle, half = rng.random(2) * size, rng.uniform(*share, 2) * size / 2
        kind = rng.random()
        if kind < 0.4:
            draw.ellipse([*(middle - half), *(middle + half)], fill=_fill(rng))
        elif kind < 0.6:
            draw.rectangle([*(middle - half), *(middle + half)], fill=_fill(rng))
        else:
            angles = np.sort(rng.uniform(0, 2 * np.pi, 4))
            corners = middle + half * np.stack([np.cos(angles), np.sin(angles)], axis=1)
            draw.polygon([(float(x), float(y)) for x, y in corners], fill=_fill(rng))


def _fill(rng: Generator) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in _to_8_bits(random_color(rng)))
    return red, green, blue


def _to_8_bits(linear: NDArray) -> NDArray:
    return (np.clip(linear, 0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint8)
