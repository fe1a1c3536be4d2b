"""Soft shadows of lights that span an angle, at the price of one ray per pixel and light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.geometry import perpendicular_to
from dfc_core.render.raycast import Scene

SIDE = 4  # pixels; each of the SIDE x SIDE pixels of a block asks another point of the light
GOLDEN = np.pi * (3 - np.sqrt(5))


def arriving(
    scene: Scene, points: NDArray, normals: NDArray, pixels: NDArray, shape: tuple[int, int], lights: NDArray,
    radius: float, depth: float,
) -> NDArray:  # fmt: skip
    """Share of each light (L x N float32) that arrives at N points of one surface.

    `normals` N x 3, or 1 x 3 of a flat surface; `pixels` N flat indices, in order, into the picture of `shape`;
    `lights` L x 3 unit; `radius` rad, half the angle a light spans (0 = a sharp shadow); `depth` the share of a light
    that full shadow takes away. Each pixel asks one of 16 points of a light and neighbours of the same surface share
    their answers (interleaved sampling, Keller and Heidrich 2001).
    """
    share = np.ones((len(lights), len(points)), dtype=np.float32)
    ask = _light_points(shape)
    for number, light in enumerate(lights):
        asking = _asking(scene, points, normals, light, radius)
        if not len(asking):
            continue
        where = pixels[asking]
        directions = (light + radius * _disc(light)).astype(np.float32)[ask[where]] if radius else light
        seen = scene.lit(points[asking], normals if len(normals) == 1 else normals[asking], directions)
        if not seen.all():
            share[number, asking] = 1 - np.float32(depth) * (1 - (_average(seen, where, shape) if radius else seen))
    return share


def _asking(scene: Scene, points: NDArray, normals: NDArray, light: NDArray, radius: float) -> NDArray:
    """Indices of the points that face the light and that something could shade."""
    facing = normals @ light.astype(np.float32) > 0
    if not facing.any():
        return np.zeros(0, dtype=int)
    maybe = scene.maybe_shaded(points, light, radius)
    return maybe if len(facing) == 1 else maybe[facing[maybe]]


def _light_points(shape: tuple[int, int]) -> NDArray:
    """Which of the 16 points of the light each pixel asks (flat); neighbours ask far ones."""
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])  # Bayer's matrix
    rows, columns = np.arange(shape[0]) % SIDE, np.arange(shape[1]) % SIDE
    return order[rows][:, columns].ravel()


def _disc(light: NDArray) -> NDArray:
    """16 points evenly over the unit disc across `light` (16 x 3)."""
    number = np.arange(SIDE * SIDE)
    reach, angle = np.sqrt((number + 0.5) / SIDE**2), number * GOLDEN
    across = perpendicular_to(light)
    return (reach * np.cos(angle))[:, None] * across + (reach * np.sin(angle))[:, None] * np.cross(light, across)


def _average(seen: NDArray, pixels: NDArray, shape: tuple[int, int]) -> NDArray:
    """Each pixel's mean over the block around it, of the pixels given."""
    asked, answer = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    asked.ravel()[pixels], answer.ravel()[pixels] = 1, seen
    window = slice(pixels[0] // shape[1], pixels[-1] // shape[1] + 1)  # the pixels come in order
    for field in (asked, answer):
        ndimage.uniform_filter(field[window], SIDE, output=field[window], mode="constant")
    return answer.ravel()[pixels] / asked.ravel()[pixels]
