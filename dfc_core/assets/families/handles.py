"""Grips along -x for tools whose working end is at the origin or +x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.solids import smooth_curve, split, tube


def bar_handle(
    rng: Generator, start: float, length: float, thick: float, flatness: float = 1.0, bend: float = 0.0
) -> Manifold:
    """A bar from x = `start` to `start` - `length` along -x; half thickness `thick` in y, times `flatness` in z.

    `bend` (m) lifts its far end in z.
    """
    step = np.linspace(0, 1, 24)
    swell = smooth_curve(
        [(0, rng.uniform(0.6, 1.0)), (0.35, rng.uniform(0.7, 1)), (0.8, rng.uniform(0.8, 1.25)), (1, 0.7)]
    )
    path = np.stack([start - step * length, np.zeros(24), bend * step**2], axis=1)
    radii = thick * swell(step)
    return _along_xz(path, radii, radii * flatness)


def _along_xz(path: NDArray, half_y: NDArray, half_z: NDArray) -> Manifold:
    """Tube whose `half_y` lies in y whatever the bend in the xz plane."""
    straight = np.allclose(path[:, 2], path[0, 2])
    # a straight path has no bend plane; `tube` then measures its width across z
    return tube(path, half_y, half_z) if not straight else tube(path + _hint(len(path)), half_y, half_z)


def _hint(count: int) -> NDArray:
    """A bow of 0.01 mm that tells `tube` which plane is across."""
    bow = np.zeros((count, 3))
    bow[:, 2] = 1e-5 * np.sin(np.linspace(0, np.pi, count))
    return bow


def grip_and_neck(handle: Manifold, start: float, length: float, neck: float = 0.35) -> tuple[Manifold, Manifold]:
    """(grip, neck): the far share of a handle, where a hand goes, and the rest."""
    neck_part, grip = split(handle, (1, 0, 0), start - neck * length)
    return grip, neck_part
