"""Bars of any section along x, straight or bent, and the affordances of what ends in a tip at +x."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from manifold3d import Manifold
from numpy.typing import ArrayLike, NDArray

from dfc_core.assets.solids import function_frame, loft, smooth_curve
from dfc_core.assets.tool import AXIS, Affordance, Symmetry
from dfc_core.geometry import rotation_about

X, Y, Z = np.eye(3)
LYING = (np.eye(3), rotation_about(X, np.pi))
ROLLING = (np.eye(3), rotation_about(X, np.pi / 2), rotation_about(X, np.pi))


def round_section(sides: int = 24) -> NDArray:
    """Unit circle, sides x 2 (y, z)."""
    angles = np.arange(sides) * 2 * np.pi / sides
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def squarish_section(power: float = 6.0, sides: int = 24) -> NDArray:
    """Superellipse of half sides 1: `power` 2 is a circle, more is nearer to a square."""
    corner = round_section(sides)
    return corner / np.sum(np.abs(corner) ** power, axis=1, keepdims=True) ** (1 / power)


def polygon_section(corners: int, sides: int = 24) -> NDArray:
    """Regular polygon with corners at distance 1, sampled at `sides` directions so that it blends with others."""
    angles = np.arange(sides) * 2 * np.pi / sides
    sector = np.pi / corners
    radius = np.cos(sector) / np.cos(angles % (2 * sector) - sector)
    return radius[:, None] * round_section(sides)


def fluted_section(flutes: int, depth: float, samples: int = 4) -> NDArray:
    """Circle with `flutes` grooves of relative `depth`."""
    corner = round_section(flutes * samples)
    angles = np.arange(len(corner)) * 2 * np.pi / len(corner)
    return corner * (1 - depth * (0.5 - 0.5 * np.cos(flutes * angles)))[:, None]


def twisted(section: NDArray, angles: NDArray) -> NDArray:
    """Sections (N x K x 2): one section turned by each of N angles (rad)."""
    c, s = np.cos(angles), np.sin(angles)
    turns = np.stack([np.stack([c, -s], axis=-1), np.stack([s, c], axis=-1)], axis=-2)
    return np.einsum("kj,nij->nki", section, turns)


def blend(first: NDArray, last: NDArray, weights: NDArray) -> NDArray:
    """Sections (N x K x 2) from `first` (weight 0) to `last` (weight 1)."""
    return first + np.asarray(weights)[:, None, None] * (last - first)


def bar(
    x: NDArray,
    half_y: ArrayLike,
    half_z: ArrayLike | None = None,
    section: NDArray | None = None,
    z: ArrayLike = 0.0,
) -> Manifold:
    """Solid along x (N): `section` (K x 2 or N x K x 2) scaled by the half sizes, lifted to height `z`; flat ends."""
    path = np.stack([x, np.broadcast_to(z, len(x))], axis=1)
    half_y = np.broadcast_to(half_y, len(x))
    return _rings(path, np.tile(Z, (len(x), 1)), half_y, half_y if half_z is None else half_z, section)


def strap(path: NDArray, half_y: ArrayLike, half_normal: ArrayLike, section: NDArray | None = None) -> Manifold:
    """Solid along a bent `path` (N x 2: x, z), `half_y` across the bend's plane and `half_normal` within it."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([-tangent[:, 1], np.zeros(len(path)), tangent[:, 0]], axis=1)
    return _rings(path, normal, half_y, half_normal, section)


def _rings(
    path: NDArray, normal: NDArray, half_y: ArrayLike, half_normal: ArrayLike, section: NDArray | None
) -> Manifold:
    count = len(path)
    section = round_section() if section is None else section
    sections = np.broadcast_to(section, (count, *section.shape[-2:]))
    half_y, half_normal = np.broadcast_to(half_y, count), np.broadcast_to(half_normal, count)
    centre = np.stack([path[:, 0], np.zeros(count), path[:, 1]], axis=1)
    across = half_y[:, None, None] * sections[..., :1] * Y
    along = half_normal[:, None, None] * sections[..., 1:] * normal[:, None]
    return loft(list(centre[:, None] + across + along))


def steps(start: float, end: float, count: int = 24) -> NDArray:
    """Places from `start` to `end`, dense near both so that ends can be rounded."""
    return start + (end - start) * (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, count)))


def swelling(
    start: float, end: float, knots: Sequence[tuple[float, float]], count: int = 24
) -> tuple[NDArray, NDArray]:
    """(x, value) of a smooth curve through `knots` (share of the way, value)."""
    x = steps(start, end, count)
    return x, smooth_curve(knots)((x - start) / (end - start))


def arc(centre: tuple[float, float], radius: float, start: float, end: float, count: int = 16) -> NDArray:
    """Points (count x 2) on a circle between two angles (rad)."""
    angles = np.linspace(start, end, count)
    return np.asarray(centre) + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def follow(*pieces: ArrayLike) -> NDArray:
    """Paths one after the other, without points that coincide."""
    path = np.concatenate([np.atleast_2d(np.asarray(piece, dtype=np.float64)) for piece in pieces])
    far = np.linalg.norm(np.diff(path, axis=0), axis=1) > 1e-5
    return path[np.concatenate([[True], far])]


def entering(half_width: float, length: float) -> float:
    """Scale of an end that goes into or under something."""
    return float((half_width + length) / 2)


@dataclass(frozen=True)
class Tip:
    """Where an end is that points along `z`: `broad` lies across it in its broad direction, `face` out of its flat."""

    half_width: float  # m
    symmetry: Symmetry = AXIS
    place: ArrayLike = (0.0, 0.0, 0.0)
    z: ArrayLike = (1.0, 0.0, 0.0)
    broad: ArrayLike = (0.0, 1.0, 0.0)
    face: ArrayLike = (0.0, 0.0, 1.0)
    face_symmetry: Symmetry | None = None  # of the functions that look along `face`; None: as the others


def tip_affordances(
    serves: Mapping[str, str | Sequence[str]], hold: str | Sequence[str], length: float, tip: Tip
) -> list[Affordance]:
    """What an end of some `length` serves for (`serves`: function -> parts).

    x of pierce, poke, write and scrape lies along `broad`; that of dig, pry and mix (which has its origin in the
    middle of the length) along `face`.
    """
    found = []
    for function, names in serves.items():
        by_face = function in ("dig-with", "pry-with", "mix-with")
        scale = {"scrape-with": tip.half_width, "mix-with": length / 2}.get(function, length)
        if function in ("dig-with", "pry-with"):
            scale = entering(tip.half_width, length)
        back = length / 2 if function == "mix-with" else 0.0
        z = np.asarray(tip.z, dtype=np.float64)
        origin = np.asarray(tip.place, dtype=np.float64) - back * z / np.linalg.norm(z)
        frame = function_frame(origin, z, tip.face if by_face else tip.broad)
        kind = tip.face_symmetry if by_face and tip.face_symmetry is not None else tip.symmetry
        found.append(Affordance(function, names, hold, frame, float(scale), kind))
    return found
