"""Bristles as closed solids: grooved blocks, sheaves round an axis, and fields of tufts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.forms import merged
from dfc_core.assets.solids import loft, smooth_curve


def striated(
    rng: Generator,
    half_base: float,
    half_end: float,
    depth: float,
    thick_base: float,
    thick_end: float,
    *,
    columns: int = 41,
    ragged: float = 0.025,
    profile: Callable[[NDArray], NDArray] | None = None,
) -> Manifold:
    """A flat block of bristles from x = 0 to about `depth`, its row along y, grooved along the bristles.

    `half_base`, `half_end`: half the row at either end; `thick_base`, `thick_end`: half the thickness in z;
    `profile` of -1..1 along the row scales the length, at most 1 in its middle.
    """
    place = np.linspace(-1, 1, columns)
    groove = np.where(np.arange(columns) % 2, 1.0, rng.uniform(0.7, 0.9))
    longest = (profile(place) if profile else 1.0) * (1 - ragged * rng.uniform(0, 1, columns))
    longest = longest / np.max(longest if profile is None else longest[columns // 3 : -columns // 3])
    side = 1 - 0.35 * np.abs(place) ** 6
    rings = []
    for u, cut, end, narrow in zip(place, groove, depth * longest, side, strict=True):
        stations = []
        for share, trim in ((0.0, 1.0), (0.35, cut), (0.97, cut), (1.0, cut * 0.9)):
            y = u * (half_base + (half_end - half_base) * share**1.3)
            z = narrow * trim * (thick_base + (thick_end - thick_base) * share)
            stations.append((end * share, y, z))
        upper = np.array(stations)
        rings.append(np.concatenate([upper, (upper * [1, 1, -1])[::-1]]))
    return loft(rings)


def round_bristles(
    rng: Generator,
    depth: float,
    radius: float,
    knots: Sequence[tuple[float, float]],
    *,
    flatness: float = 1.0,
    ridges: int = 20,
    ragged: float = 0.03,
    rough: float = 0.06,
) -> Manifold:
    """A sheaf about the x axis from 0 to `depth`: `knots` give its radius in shares; ridges run along it."""
    count = 2 * ridges
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    curve = smooth_curve(knots)
    end = 1 - ragged * rng.uniform(0, 1, count)
    rings = []
    for s in np.linspace(0, 1, 14):
        ridge = 1 + rough * (np.arange(count) % 2 - 1) * min(1.0, 4 * s) * rng.uniform(0.6, 1.4, count)
        r = radius * float(curve(s)) * ridge
        thin = flatness + (1 - flatness) * max(0.0, 1 - 2.5 * s)  # the neck is round
        rings.append(np.stack([depth * s * (1 + (end - 1) * s), r * np.cos(turn), r * np.sin(turn) * thin], 1))
    return loft(rings)


def tuft_grid(
    rng: Generator,
    places: NDArray,
    heights: NDArray,
    radius: float,
    splay: float,
    sides: int = 5,
    root: float = 0.002,
) -> Manifold:
    """Tufts that stand along +z at `places` (N x 2), from -`root` to `heights` (N), their ends strewn by `splay`."""
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    tufts = []
    for (x, y), height in zip(places, heights, strict=True):
        ring = np.stack([np.cos(turn), np.sin(turn)], 1) * radius
        shift = rng.uniform(-splay, splay, 2)
        end = ring * rng.uniform(0.9, 1.2) + shift
        top = height * (1 - rng.uniform(0, 0.04, sides))
        low = np.column_stack([ring * 0.85 + [x, y], np.full(sides, -root)])
        tufts.append(loft([low, np.column_stack([end + np.array([x, y]), top])]))
    return merged(tufts)
