"""Grips of hand tools along -x: fluted, ringed, turned or flat, with a collar before and a butt behind."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    bar,
    fluted_section,
    polygon_section,
    round_section,
    squarish_section,
    swelling,
)
from dfc_core.assets.solids import cylinder, split

KINDS = ("fluted", "ringed", "turned", "oval", "hexagonal")


def tool_grip(
    rng: Generator, start: float, length: float, radius: float, kinds: tuple[str, ...] = KINDS
) -> dict[str, Manifold]:
    """The "grip" and "butt" (last fifth) of a grip from x = `start` back to `start` - `length`; some have a hole."""
    kind = str(rng.choice(kinds))
    solid = GRIPS[kind](rng, start, length, radius)
    if rng.random() < 0.2:
        hole = start - length * 0.9
        solid = solid - cylinder((hole, 0, -0.1), (hole, 0, 0.1), radius * 0.28, radius * 0.28, 16)
    grip, butt = split(solid, (1, 0, 0), start - 0.8 * length)
    return {"grip": grip, "butt": butt}


def _fluted(rng: Generator, start: float, length: float, radius: float) -> Manifold:
    front = rng.uniform(0.55, 0.95)
    knots = [
        (0, front * 0.8),
        (0.05, front),
        (0.2, front),
        (0.3, 1),
        (0.85, 1),
        (0.96, 0.85),
        (1, rng.uniform(0.2, 0.7)),
    ]
    section = fluted_section(int(rng.choice([6, 8, 10, 12])), rng.uniform(0.08, 0.22))
    x, size = swelling(start, start - length, knots, 22)
    share = np.interp((start - x) / length, [0.18, 0.3, 0.85, 0.95], [0, 1, 1, 0])
    round_ = section / np.linalg.norm(section, axis=1, keepdims=True)
    return bar(x, radius * size, section=round_ + share[:, None, None] * (section - round_))


def _ringed(rng: Generator, start: float, length: float, radius: float) -> Manifold:
    waist = rng.uniform(0.6, 0.85)
    knots = [(0, 0.75), (0.04, 0.95), (0.1, 0.9), (0.25, waist), (0.55, 1), (0.85, 0.9), (0.95, 0.8), (1, 0.35)]
    x, size = swelling(start, start - length, knots, 56)
    place = (start - x) / length
    rings = int(rng.integers(3, 9))
    zone = (place > 0.3) & (place < 0.8)
    size = size - zone * rng.uniform(0.04, 0.1) * (0.5 - 0.5 * np.cos((place - 0.3) / 0.5 * 2 * np.pi * rings))
    return bar(x, radius * size, section=round_section(20))


def _turned(rng: Generator, start: float, length: float, radius: float) -> Manifold:
    bulge = rng.uniform(0.45, 0.75)
    knots = [(0, 0.6), (0.06, rng.uniform(0.6, 0.8)), (0.2, rng.uniform(0.5, 0.7)), (bulge, 1), (0.93, 0.75), (1, 0.25)]
    x, size = swelling(start, start - length, knots)
    return bar(x, radius * size)


def _oval(rng: Generator, start: float, length: float, radius: float) -> Manifold:
    knots = [(0, 0.5), (0.08, 0.75), (0.3, rng.uniform(0.7, 0.9)), (0.7, 1), (0.95, 0.8), (1, 0.4)]
    x, size = swelling(start, start - length, knots)
    return bar(x, radius * size * 1.15, radius * size * rng.uniform(0.6, 0.8), squarish_section(rng.uniform(2.2, 4)))


def _hexagonal(rng: Generator, start: float, length: float, radius: float) -> Manifold:
    knots = [(0, 0.6), (0.08, 0.9), (0.2, 0.85), (0.7, 1), (0.96, 0.9), (1, 0.7)]
    x, size = swelling(start, start - length, knots, 16)
    return bar(x, radius * size, section=polygon_section(int(rng.choice([6, 8]))))


GRIPS = {"fluted": _fluted, "ringed": _ringed, "turned": _turned, "oval": _oval, "hexagonal": _hexagonal}


def cross_grip(rng: Generator, x: float, half: float, radius: float) -> Manifold:
    """A T-handle: a bar along y at `x`."""
    y = np.linspace(-half, half, 17)
    swell = radius * (1 - rng.uniform(0.0, 0.35) * (y / half) ** 2)
    ends = np.where(np.abs(y) > half * 0.97, 0.8, 1.0)
    return bar(y, swell * ends, section=round_section(16)).rotate([0, 0, 90]).translate([x, 0, 0])


def collar(rng: Generator, start: float, length: float, radius: float) -> Manifold:
    """A ferrule or bolster from `start` backwards: plain, stepped or hexagonal."""
    kind = rng.choice(["plain", "stepped", "hexagonal"])
    x = start - length * np.array([0, 0.1, 0.5, 0.55, 1.0])
    sizes: NDArray = radius * np.array({"stepped": [0.6, 0.75, 0.75, 1, 1]}.get(str(kind), [0.9, 1, 1, 1, 1]))
    return bar(x, sizes, section=polygon_section(6) if kind == "hexagonal" else round_section())
