"""What belongs together by colour: maps are averaged over neighbours of like colour and stay apart at its edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Window = tuple[slice, slice]
Edges = list[tuple[Window, Window, NDArray]]
EDGE = 14.0  # grey levels over which two pixels cease to be alike
RADIUS = 3  # of the farther neighbours, px
ROUNDS = 3


def colour_guide(rgb: NDArray) -> NDArray:
    """Colours (H x W x 3), noise averaged away, in units in which a distance of 1 is an edge."""
    return ndimage.uniform_filter(np.asarray(rgb, dtype=np.float32), (3, 3, 1)) / np.float32(EDGE * 2**0.5)


def edges(guide: NDArray) -> Edges:
    """Neighbours, near and `RADIUS` away, as pairs of windows, and how alike (0 to 1) they are."""
    height, width = guide.shape[:2]
    found = []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1), (0, RADIUS), (RADIUS, 0), (RADIUS, RADIUS), (RADIUS, -RADIUS)):
        here = (slice(0, height - dy), slice(max(0, -dx), width - max(0, dx)))
        there = (slice(dy, None), slice(max(0, dx), width + min(0, dx)))
        apart = guide[here] - guide[there]
        found.append((here, there, np.exp(-np.einsum("yxc,yxc->yx", apart, apart))))
    return found


def average_along(value: NDArray, pairs: Edges, rounds: int = ROUNDS) -> NDArray:
    """A map (H x W) averaged over neighbours by their weights, `rounds` times; linear in the map."""
    value = value.astype(np.float32)
    total = np.ones_like(value)
    for here, there, weight in pairs:
        total[here] += weight
        total[there] += weight
    for _ in range(rounds):
        summed = value.copy()
        for here, there, weight in pairs:
            summed[here] += weight * value[there]
            summed[there] += weight * value[here]
        value = summed / total
    return value


def smooth_along_edges(value: NDArray, rgb: NDArray) -> NDArray:
    """A map (H x W) averaged over neighbours of like colour: a few rounds of a joint bilateral filter."""
    return average_along(value, edges(colour_guide(rgb)))
