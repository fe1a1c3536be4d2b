"""Shapes that vessels are made of: walls of revolution, ears, bails, lips, spouts. Upright about z, base on z = 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.solids import cylinder, filled, lathe, smooth_curve, split, tube

Wall = Callable[[Any], Any]  # outer radius (m) at a relative height 0..1, both scalars or both arrays
RIM_SHARE = 0.12  # the part of the height that counts as rim
BASE_SHARE = 0.1  # the part of the height that counts as base


def ring(
    radius: float, level: float, thick: float, segments: int = 40, tall: float | None = None, sides: int = 8
) -> Manifold:
    """A closed ring or bead about z: `radius` of its middle line, `thick` and `tall` half its width and height."""
    around = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    tall = thick if tall is None else tall
    return lathe(np.column_stack([radius + thick * np.cos(around), level + tall * np.sin(around)]), segments)


def pipe(outer: float, inner: float, low: float, high: float, segments: int = 60) -> Manifold:
    """A flat ring or band about z, between two radii and two heights."""
    return lathe(np.array([(inner, low), (outer, low), (outer, high), (inner, high)]), segments)


class Ear(NamedTuple):
    """A handle at -x: `bend` (3, m) is the inside of its outermost place, `throat` (m) its opening's mean radius."""

    solid: Manifold
    bend: NDArray
    throat: float


def wall_of(radius: float, knots: list[tuple[float, float]]) -> Wall:
    """Outer radius (m) as a function of relative height 0..1, through (relative height, share of `radius`) knots."""
    curve = smooth_curve(knots)
    return lambda relative: radius * curve(relative)


def vessel(
    wall: Wall, height: float, thickness: float, floor: float | None = None, steps: int = 40, segments: int = 48
) -> tuple[Manifold, Manifold]:
    """(shell, cavity) of an open vessel; `floor` = relative height where the inside begins."""
    heights = np.linspace(0, 1, steps)
    outer = filled(wall(heights), heights * height, segments)
    start = max(thickness * 1.2 / height, floor or 0.0)
    inside = np.linspace(start, 1, steps)
    radii = np.maximum(wall(inside) - thickness, 0.001)
    radii[0] *= 0.8  # a rounded inner corner
    cavity = filled(np.append(radii, radii[-1]), np.append(inside * height, height * 1.02), segments)
    return outer - cavity, cavity


def cut_levels(solid: Manifold, height: float, rim: float = RIM_SHARE, base: float = BASE_SHARE) -> dict[str, Manifold]:
    """A standing vessel as {"rim", "body", "base"}; `rim` and `base` are shares of the height."""
    top, rest = split(solid, (0, 0, 1), height * (1 - rim))
    body, bottom = split(rest, (0, 0, 1), height * base)
    return {"rim": top, "body": body, "base": bottom}


def ear(rng: Generator, wall: Wall, height: float) -> Ear:
    """A handle that leaves the wall at two heights on the -x side, from round to square."""
    low, high = rng.uniform(0.12, 0.35), rng.uniform(0.65, 0.9)
    reach = height * rng.uniform(0.28, 0.5)
    angle = np.linspace(-np.pi / 2, np.pi / 2, 20)
    power = rng.uniform(0.45, 1.0)
    bulge = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    climb = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    relative = (low + high) / 2 + (high - low) / 2 * climb
    foot = wall(np.clip(relative, 0, 1)) * 0.96
    path = np.stack([-(foot + reach * bulge), np.zeros(20), relative * height], axis=1)
    thick = height * rng.uniform(0.035, 0.06)
    width, depth = thick * rng.uniform(1.0, 1.8), thick * rng.uniform(0.6, 1.0)
    bend = path[path[:, 0].argmin()] + [depth, 0, 0]
    throat = (max(reach - depth, depth) / 2 + (high - low) / 2 * height - depth) / 2
    return Ear(tube(path, width, depth), bend, float(throat))


def bail_over_lid(rng: Generator, radius: float, height: float) -> Manifold:
    """A handle over the lid, from front to back."""
    angle = np.linspace(0.05 * np.pi, 0.95 * np.pi, 24)
    top = height * rng.uniform(0.55, 0.9)
    path = np.stack([0.8 * radius * np.cos(angle), np.zeros(24), height * 0.62 + top * np.sin(angle)], axis=1)
    return tube(path, height * 0.05, height * 0.035)


def pulled_lip(radius: float, height: float, reach: float, drop: float, inset: float) -> Manifold:
    """A pulled lip at +x: the hull of a patch of the wall and a point beyond it; `inset` > 0 makes its cavity."""
    angles = np.linspace(-0.6, 0.6, 9)
    top = height + (0.002 if inset else 0.0)
    arc = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    low = np.column_stack([arc * 0.97, np.full(9, height - drop)])
    high = np.column_stack([arc, np.full(9, top)])
    tip = [[radius + reach - inset, 0.004 * s, top] for s in (-1, 1)]
    inner = [[0.3 * radius, 0, top], [0.3 * radius, 0, height - drop]] if inset else []
    return Manifold.hull_points(np.concatenate([low[2:-2], high, tip, *([inner] if inner else [])]).astype(np.float32))


class Spout(NamedTuple):
    """A spout: where it ends, which way liquid leaves, its radius there, and where its tip begins along that way."""

    solid: Manifold
    tip: NDArray
    direction: NDArray
    radius: float
    tip_start: float


def spout_along(path: NDArray, radii: NDArray, bore_depth: float, tip_place: float = 10) -> Spout:
    """A spout along a path (N x 3, m) in the xz plane, bored out at its end; its tip begins `tip_place` steps along.

    A whole `tip_place` on a straight path would cut along a ring of vertices, and the halves would not join again.
    """
    direction = path[-1] - path[-2]
    direction /= np.linalg.norm(direction)
    radius = float(radii[-1])
    bore = cylinder(path[-1] - direction * bore_depth, path[-1] + direction * 0.01, radius * 0.7, radius * 0.75)
    tip_start = float(np.interp(tip_place, np.arange(len(path)), path @ direction))
    return Spout(tube(path, radii) - bore, path[-1], direction, radius, tip_start)


def tea_spout(rng: Generator, radius: float, height: float) -> Spout:
    """A curved spout at +x of a round body."""
    start = np.array([radius * 0.7, 0, height * rng.uniform(0.25, 0.45)])
    end = np.array([radius * rng.uniform(1.5, 2.0), 0, height * rng.uniform(0.8, 1.05)])
    bend = rng.uniform(-0.15, 0.3) * height
    step = np.linspace(0, 1, 16)
    path = start + step[:, None] * (end - start) - np.array([0, 0, 1.0]) * (bend * np.sin(np.pi * step))[:, None]
    root, tip_radius = height * rng.uniform(0.12, 0.2), height * rng.uniform(0.06, 0.1)
    return spout_along(path, root + (tip_radius - root) * step**0.7, height * 0.12)
