"""Heights above a plane, denoised and with holes filled along colour edges.

Depth cameras lose thin, dark and shiny things in parts, and their noise drowns what is a few millimetres high. Both
are mended by the picture: neighbours of like colour, between which height makes no step, are one surface.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.frames.guide import Edges, average_along


@dataclass(frozen=True)
class ReliefConfig:
    """`step` (m) and `noise_factor` times the noise part two readings of a surface at most; what is not read is
    `known` when readings have at least this share in its mean."""

    step: float = 0.003
    noise_factor: float = 4.0
    known: float = 0.02
    rounds: int = 2


def share_read(usable: NDArray, alike: Edges, config: ReliefConfig = ReliefConfig()) -> NDArray:
    """How much of what is around a pixel and of like colour is read (0 to 1, h x w): the same for every plane."""
    return average_along(usable, alike, config.rounds)


def relief(
    height: NDArray,
    usable: NDArray,
    noise: NDArray,
    alike: Edges,
    share: NDArray,
    config: ReliefConfig = ReliefConfig(),
) -> tuple[NDArray, NDArray]:
    """(heights h x w, known h x w bool) from readings: `height` (m) where `usable`, with `noise` (h x w, sigma, m).

    Readings are averaged with those around that are of like colour (`alike`) and about as high; holes take the mean
    of what is around and of like colour (`share` of it is read), and never give any back, or things would swell. 0
    where nothing is known.
    """
    limit = (config.step + config.noise_factor * noise).astype(np.float32)
    readings = np.where(usable, height, 0).astype(np.float32)
    joined = []
    for here, there, weight in alike:
        level = usable[here] & usable[there] & (np.abs(readings[here] - readings[there]) < limit[here])
        joined.append((here, there, weight * level))
    mean = average_along(readings, joined, config.rounds) * usable
    filled = average_along(mean, alike, config.rounds) / np.maximum(share, 1e-6)
    known = usable | (share > config.known)
    return np.where(usable, mean, filled * known).astype(float), known


def raise_from_plane(rays: NDArray, plane: NDArray, height: NDArray, known: NDArray) -> NDArray:
    """Points (h x w x 3, m) on `rays` (h x w x 3, z = 1) that lie `height` above `plane`; zero where not `known`."""
    facing = rays @ plane[:3]
    facing = np.where(np.abs(facing) < 1e-6, -1e-6, facing)
    z = (height - plane[3]) / facing
    return np.where((known & (z > 0))[..., None], rays * z[..., None], 0)
