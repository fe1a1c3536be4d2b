"""Paint: procedural patterns and pictures, evaluated at 3D points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.render.colors import random_color
from dfc_core.render.photos import LINEAR, made_photo, random_photo

PATTERNS = ("plain", "noise", "stripes", "grain", "speckle", "print")
PATTERN_WEIGHTS = (0.4, 0.15, 0.1, 0.13, 0.07, 0.15)
LEAST_SHARE = 0.04  # a side of the triplanar projection that counts for less is left out


@dataclass(frozen=True)
class Material:
    """Paint: a base colour, a second colour laid over it in a pattern or a picture instead, and how it shines."""

    color: NDArray  # 3, linear 0..1
    second: NDArray
    pattern: str  # one of PATTERNS, or "image"
    frequency: float  # cycles per metre; of an image: repeats
    directions: NDArray  # 6 x 3 random directions of the pattern
    phases: NDArray  # 6
    specular: float
    shininess: float
    mirror: float
    image: NDArray | None = None  # H x W x 3 uint8, projected along `axes`
    axes: NDArray | None = None  # 3 x 3 rotation, rows: the three directions of projection


@dataclass(frozen=True)
class MaterialConfig:
    """How paint is drawn: the shares of metal and of pictures, and a folder of photos (none: made-up pictures)."""

    metal_share: float = 0.25
    image_share: float = 0.4
    photos: str | None = None
    photo_share: float = 0.7  # of the pictures, when there is a folder


def random_material(rng: Generator, size_m: float, config: MaterialConfig = MaterialConfig()) -> Material:
    """Paint whose pattern suits a thing of `size_m`."""
    metal = rng.random() < config.metal_share
    color, second = random_color(rng), random_color(rng)
    directions = rng.normal(size=(6, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    pattern, frequency = str(rng.choice(PATTERNS, p=PATTERN_WEIGHTS)), rng.uniform(1.5, 14.0) / size_m
    image = axes = None
    if rng.random() < config.image_share:
        pattern, frequency = "image", rng.uniform(0.4, 3.0) / size_m
        image, axes = _random_image(rng, config), _random_axes(rng)
    return Material(
        color, second, pattern, frequency, directions, rng.uniform(0, 2 * np.pi, 6),
        rng.uniform(0.2, 0.9) if metal else rng.uniform(0, 0.5) * (rng.random() < 0.7),
        rng.uniform(8, 120),
        rng.uniform(0.3, 0.8) if metal else rng.uniform(0, 0.15) * (rng.random() < 0.5),
        image, axes,
    )  # fmt: skip


def _random_image(rng: Generator, config: MaterialConfig) -> NDArray:
    if config.photos is not None and rng.random() < config.photo_share:
        return random_photo(rng, config.photos)
    return made_photo(rng)


def _random_axes(rng: Generator) -> NDArray:
    """The axes of the thing itself, turned a little or anyhow about z."""
    axes, _ = np.linalg.qr(np.eye(3) + rng.normal(0, 0.08, (3, 3)))
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    return axes @ turn


def paint(material: Material, points: NDArray, normals: NDArray) -> NDArray:
    """Albedo (N x 3 float32) at `points` (N x 3, m) of a surface with unit `normals` (N x 3, or 1 x 3 if flat)."""
    if material.image is not None and material.axes is not None:
        return _project_image(material.image, material.axes * material.frequency, points, normals @ material.axes.T)
    base, second = material.color.astype(np.float32), material.second.astype(np.float32)
    if material.pattern == "plain":
        return np.broadcast_to(base, (len(points), 3))
    share = _pattern(material, np.asarray(points, dtype=np.float32))[:, None]
    return base + share * (second - base)


def _project_image(image: NDArray, axes: NDArray, points: NDArray, normals: NDArray) -> NDArray:
    """Triplanar: the picture seen along each of three axes, mixed by how much the surface faces that axis."""
    places = np.asarray(points, dtype=np.float32) @ axes.T.astype(np.float32)
    weights = np.square(np.square(normals, dtype=np.float32))
    weights /= weights.sum(axis=1, keepdims=True) + 1e-9
    for axis in range(3):
        if weights[:, axis].min() > 1 - LEAST_SHARE:  # flat and facing: one look is enough
            return _repeat_mirrored(image, *_across(places, axis))
    weights = np.broadcast_to(weights, (len(points), 3))
    color = np.zeros((len(points), 3), dtype=np.float32)
    total = np.zeros(len(points), dtype=np.float32)
    for axis in range(3):
        near = np.flatnonzero(weights[:, axis] > LEAST_SHARE)
        weight = weights[near, axis]
        color[near] += weight[:, None] * _repeat_mirrored(image, *_across(places[near], axis))
        total[near] += weight
    return color / np.maximum(total, 1e-9)[:, None]


def _across(places: NDArray, axis: int) -> list[NDArray]:
    return [places[:, other] for other in range(3) if other != axis]


def _repeat_mirrored(image: NDArray, u: NDArray, v: NDArray) -> NDArray:
    """Linear colour (N x 3) of a picture that repeats every 1, every other time mirrored, so that no seam shows."""
    height, width = image.shape[:2]
    x = (np.abs((u + 0.5) % 2 - 1) * (width - 1) + 0.5).astype(np.int32)
    y = (np.abs((v + 0.5) % 2 - 1) * (height - 1) + 0.5).astype(np.int32)
    return LINEAR[image.reshape(-1, 3)[y * width + x]]


def _pattern(material: Material, points: NDArray) -> NDArray:
    """How much of the second colour shows, 0..1 per point."""
    angle = np.float32(2 * np.pi * material.frequency)
    d, phase = material.directions.astype(np.float32), material.phases.astype(np.float32)
    if material.pattern == "noise":
        return waves(points, d * angle * 0.5, phase)
    if material.pattern == "stripes":
        return (np.sin(points @ d[0] * angle + phase[0]) > 0.3).astype(np.float32)
    if material.pattern == "grain":
        warp = 2.0 * waves(points, d * angle * 0.3, phase)
        return 0.3 + 0.3 * np.sin(points @ d[0] * angle * 2.5 + 4 * warp)
    if material.pattern == "speckle":
        return (waves(points, d * angle * 4, phase) > 0.72).astype(np.float32)
    # a print: fine marks inside a band, as on labels
    band = np.abs(points @ d[0] - 0.3 / material.frequency * np.sin(phase[0])) < 0.8 / material.frequency
    marks = waves(points, d * angle * 3, phase) > 0.55
    return np.where(band, np.where(marks, np.float32(0.15), np.float32(1)), np.float32(0))


def waves(points: NDArray, directions: NDArray, phases: NDArray) -> NDArray:
    """A smooth random field, 0..1 per point (... x 3), from plane waves."""
    return 0.5 + 0.5 * np.tanh(np.sin(points @ directions.T + phases).sum(axis=-1))
