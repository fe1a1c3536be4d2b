"""Where a depth camera has smeared the step between two surfaces.

Stereo cameras match windows, and their filters fill and smooth: between a thing and what stands behind it there is then
no step but a ramp of several pixels, over which the two would count as one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))  # in which two surfaces may lie to either side of a pixel (y, x)
BEYOND = 2  # pixels between the two readings that tell how a surface runs


@dataclass(frozen=True)
class SmearConfig:
    """What lies between two surfaces. `reaches`: pixels from it to where either surface is looked for."""

    reaches: tuple[int, ...] = (2, 3)
    jump: float = 0.02  # m between the two at least, where either is continued to the pixel
    jump_noise: float = 0.008  # m, times depth squared, beside that
    off: float = 0.2  # of the jump, at least, that the pixel is away from both
    steepest: float = 0.01  # of depth for each pixel: a surface is not continued more steeply than this


def smeared(z: NDArray, among: NDArray, config: SmearConfig = SmearConfig()) -> NDArray:
    """Which of the readings `z` (h x w, m, 0 = none), `among` some (h x w bool), lie between two surfaces and belong to
    neither, h x w bool.

    Surfaces are looked for on opposite sides of a pixel, and continued to it as they run there: on a curved or slanted
    one both meet where it lies.
    """
    pad = max(config.reaches) + BEYOND
    steep = _spread(z, pad) > config.jump / 2  # surfaces that are continued may be farther apart than they are read
    here = np.stack(np.nonzero(among & (z > 0) & steep))
    wide, own = np.pad(z, pad, mode="edge"), z[here[0], here[1]]
    between = np.zeros(len(own), dtype=bool)
    for reach in config.reaches:
        for direction in DIRECTIONS:
            steps = np.array(direction)[:, None]
            one, other = (_continued(wide, here + pad, own, reach, sign * steps, config) for sign in (1, -1))
            jump, off = np.abs(one - other), np.minimum(np.abs(own - one), np.abs(own - other))
            far = jump > config.jump + config.jump_noise * np.square(own)
            between |= ((own - one) * (own - other) < 0) & far & (off > config.off * jump)
    found = np.zeros(z.shape, dtype=bool)
    found[here[0], here[1]] = between
    return found


def _spread(z: NDArray, reach: int) -> NDArray:
    """Difference (h x w, m) between the farthest and the nearest reading around each pixel."""
    size = 2 * reach + 1
    return ndimage.maximum_filter(z, size) - ndimage.minimum_filter(np.where(z > 0, z, np.inf), size)


def _continued(z: NDArray, here: NDArray, own: NDArray, reach: int, step: NDArray, config: SmearConfig) -> NDArray:
    """Depth (N) that the surface `reach` pixels off on one side has when continued to pixels `here` (2 x N), whose
    `own` is N; NaN where it is not read."""
    near, beyond = (z[tuple(here + count * step)] for count in (reach, reach + BEYOND))
    slope = np.clip((beyond - near) / BEYOND, -config.steepest * own, config.steepest * own)
    return np.where((near > 0) & (beyond > 0), near - reach * slope, np.nan)
