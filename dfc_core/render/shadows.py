"""Soft shadows of lights that span an angle, at the price of one ray per pixel and light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.render.raycast import Scene

SIDE = 4  # pixels; each of the SIDE x SIDE pixels of a block asks another point of the light
GOLDEN = np.pi * (3 - np.sqrt(5))


def arriving(
    scene: Scene, points: NDArray, normals: NDArray, pixels: NDArray, shape: tuple[int, int], lights: NDArray,
    radius: float, depth: float,
) -> NDArray:  # fmt: skip
    """Share of each light (N x L float32) that arrives at N points of one surface.

    `pixels` N flat indices into the picture of `shape`; `lights` L x 3 unit; `radius` rad, half the angle a light spans
    (0 = a sharp shadow); `depth` the share of a light that full shadow takes away. Each pixel asks one of 16 points of
    a light and neighbours of the same surface share their answers (interleaved sampling, Keller and Heidrich 2001).
    """
    share = np.ones((len(points), len(lights)), dtype=np.float32)
    ask = _light_points(shape)
    for number, light in enumerate(lights):
        towards = scene.maybe_shaded(points, light, radius)
        towards = towards[normals[towards] @ light.astype(np.float32) > 0]
        directions = (light + radius * _disc(light)).astype(np.float32)[ask[pixels[towards]]] if radius else light
        seen = scene.lit(points[towards], normals[towards], directions)
        if not seen.all():
            share[towards, number] = seen
            if radius:
                share[towards, number] = _average(seen, pixels[towards], shape)
    return 1 - np.float32(depth) * (1 - share)


def _light_points(shape: tuple[int, int]) -> NDArray:
    """Which of the 16 points of the light each pixel asks (flat); neighbours ask far ones."""
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])  # Bayer's matrix
    rows, columns = np.arange(shape[0]) % SIDE, np.arange(shape[1]) % SIDE
    return order[rows][:, columns].ravel()


def _disc(light: NDArray) -> NDArray:
    """16 points evenly over the unit disc across `light` (16 x 3)."""
    number = np.arange(SIDE * SIDE)
    reach, angle = np.sqrt((number + 0.5) / SIDE**2), number * GOLDEN
    across = np.cross(light, np.eye(3)[np.argmin(np.abs(light))])
    across /= np.linalg.norm(across)
    return (reach * np.cos(angle))[:, None] * across + (reach * np.sin(angle))[:, None] * np.cross(light, across)


def _average(seen: NDArray, pixels: NDArray, shape: tuple[int, int]) -> NDArray:
    """Each pixel's mean over the block around it, of the pixels given."""
    asked, answer = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    asked.ravel()[pixels], answer.ravel()[pixels] = 1, seen
    window = slice(pixels[0] // shape[1], pixels[-1] // shape[1] + 1)  # the pixels come in order
    for field in (asked, answer):
        ndimage.uniform_filter(field[window], SIDE, output=field[window], mode="constant")
    return answer.ravel()[pixels] / asked.ravel()[pixels]
