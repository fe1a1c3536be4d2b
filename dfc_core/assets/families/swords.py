"""Parametric daggers and swords. In the xy plane, point at +x, grip to -x; an edge towards -y, perhaps one at +y."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import EDGE_SHARE, LYING, X, Y, Z, afford, finish, inside, polygon, sheet
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, box, cylinder, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Tool


def dagger(rng: Generator, name: str) -> Tool:
    """A dagger: a short blade with two edges, straight, leaf-shaped or waved, a cross guard and a pommel."""
    length = rng.uniform(0.11, 0.3)
    half = length * rng.uniform(0.05, 0.11)
    s = np.concatenate([np.linspace(0, 0.85, 30), np.linspace(0.87, 1, 10)])
    shape = rng.choice(["taper", "taper", "leaf", "waved"])
    knots = {
        "taper": [(0, 1.0), (rng.uniform(0.5, 0.8), rng.uniform(0.65, 0.95)), (1, 0.03)],
        "leaf": [(0, 0.75), (0.25, 0.62), (rng.uniform(0.55, 0.7), 1.0), (1, 0.03)],
        "waved": [(0, 1.0), (0.8, 0.7), (1, 0.03)],
    }[str(shape)]
    profile = half * smooth_curve(knots)(s)
    wave = half * 0.3 * np.sin(2 * np.pi * s * rng.integers(3, 5)) * (1 - s) if shape == "waved" else 0 * s
    return _bladed(rng, name, "dagger", s * length, wave - profile, wave + profile, two_edged=True)


def sword(rng: Generator, name: str) -> Tool:
    """A sword: straight with two edges, or a sabre or katana with one and a curve; guards of many kinds."""
    length = rng.uniform(0.45, 0.76)
    half = length * rng.uniform(0.022, 0.038)
    s = np.concatenate([np.linspace(0, 0.93, 34), np.linspace(0.94, 1, 8)])
    two = rng.random() < 0.5
    if two:
        profile = half * smooth_curve([(0, 1), (0.9, rng.uniform(0.5, 0.9)), (1, 0.04)])(s)
        return _bladed(rng, name, "sword", s * length, -profile, profile, two_edged=True)
    bend = length * rng.uniform(0.0, 0.09) * s**2
    broad = 2 * half * smooth_curve([(0, 0.8), (0.85, rng.uniform(0.65, 1.15)), (1, 0.06)])(s)
    drop = rng.uniform(0.0, 1.0)  # 0: the edge climbs to the point; 1: the back falls to it
    spine = half + bend - drop * np.clip(broad[0] * 0.9 - broad, 0, None) * np.clip((s - 0.8) / 0.2, 0, 1)
    return _bladed(rng, name, "sword", s * length, spine - broad, spine, two_edged=False)


def _bladed(rng: Generator, name: str, family: str, x: NDArray, low: NDArray, high: NDArray, two_edged: bool) -> Tool:
    """Blade between two curves, its tip, edges and middle apart, with a hilt."""
    length, half = float(x[-1]), float(np.mean(high - low)) / 2
    plate = _ground(rng, x, low, high, two_edged)
    tip_start = float(np.interp(0.74 if family == "dagger" else 0.88, [0, 1], [x[0], x[-1]])) + 1e-4
    strip = EDGE_SHARE * (high - low) * (0.85 if two_edged else 1.0)
    core = [np.column_stack([x, low + strip]), np.column_stack([x, high - strip if two_edged else high + 0.05])[::-1]]
    outline = np.concatenate(core)
    outline[[0, -1], 0] -= 0.02
    middle, sharp = inside(plate, polygon(outline))
    (tip, blade), (tip_edge, edge) = (split(part, (1, 0, 0), tip_start) for part in (middle, sharp))
    hilt = _hilt(rng, half, family)
    mesh = assemble({"edge": edge, "tip edge": tip_edge, "tip": tip, "blade": blade, **hilt})
    station = len(x) // 2
    near = ((x[station], low[station], 0), _normal(x, low, station, -1), X)
    far = ((x[station], high[station], 0), _normal(x, high, station, 1), X)
    also = [far] if two_edged else []
    point = np.array([length, (low[-1] + high[-1]) / 2, 0])
    out = point - [x[-8], (low[-8] + high[-8]) / 2, 0]
    tips = ("tip", "tip edge")
    sharp_parts = ("edge", "tip edge")
    affordances = [
        afford("cut-with", sharp_parts, "grip", near, length / 2, MIRROR, also),
        afford("pierce-with", tips, "grip", (point, out, Y), length - tip_start, MIRROR),
    ]
    if family == "dagger":
        affordances += [
            afford("scrape-with", sharp_parts, "grip", near, length / 2, MIRROR, also),
            afford("pry-with", tips, "grip", (point, out, Z), (length - tip_start + half) / 2, MIRROR_X),
        ]
    return finish(family, name, mesh, affordances, LYING)


def _normal(x: NDArray, y: NDArray, station: int, side: int) -> NDArray:
    """Direction out of an edge at a station, in the xy plane."""
    slope = (y[station + 3] - y[station - 3]) / (x[station + 3] - x[station - 3])
    return side * np.array([-slope, 1.0, 0.0])


def _ground(rng: Generator, x: NDArray, low: NDArray, high: NDArray, two_edged: bool) -> Manifold:
    """The blade with its section: a diamond, a lens or with a fuller; thin edges, thinner towards the point."""
    if two_edged:
        sections = [[0.1, 0.55, 1, 0.55, 0.1], [0.12, 0.8, 1, 0.8, 0.12], [0.12, 0.8, 1, 0.45, 1, 0.8, 0.12]]
    else:
        sections = [[0.08, 0.6, 1, 1, 0.9], [0.1, 0.5, 0.75, 1.0, 1.0], [0.1, 0.8, 1, 0.5, 1, 1]]
    section = np.array(sections[rng.integers(3)])
    taper = 1 - 0.55 * x / x[-1]
    thick = rng.uniform(0.0035, 0.006)
    start = np.concatenate([[-0.02], x])  # the tang goes into the hilt
    low, high, taper = (np.concatenate([v[:1], v]) for v in (low, high, taper))
    return sheet(start, low, high, thick * taper[:, None] * section, columns=len(section))


def _hilt(rng: Generator, half: float, family: str) -> dict[str, list[Manifold]]:
    """Guard, grip and pommel."""
    thick = rng.uniform(0.01, 0.014)
    length = rng.uniform(0.085, 0.12) if family == "dagger" else rng.uniform(0.1, 0.24)
    kind = rng.choice(["cross", "swept", "disc", "collar"] if family == "dagger" else ["cross", "swept", "disc", "bow"])
    guard, reach = [], half + rng.uniform(0.015, 0.045) * (1 if family == "dagger" else 1.8)
    deep = rng.uniform(0.005, 0.009)
    if kind == "cross":
        ends = rng.uniform(0.7, 1.4)
        guard = [cylinder((-0.004, 0, 0), (-0.004, side * reach, 0), deep, deep * ends, 16) for side in (1, -1)]
    elif kind == "swept":
        bend = rng.choice([-1, 1]) * rng.uniform(0.2, 0.6)
        y = np.linspace(-1, 1, 15) * reach
        path = np.column_stack([-0.004 + bend * reach * (y / reach) ** 2, y, 0 * y])
        guard = [tube(path, deep * (1.2 - 0.6 * np.abs(y / reach)), sides=12)]
    elif kind == "disc":
        guard = [cylinder((-0.007, 0, 0), (-0.001, 0, 0), reach * 0.75, reach * 0.75, rng.choice([8, 32]))]
    else:
        guard = [box((0.012, half * 2 + 0.012, thick * 1.9), (-0.004, 0, 0))]
    if kind == "bow":  # a knuckle guard from the edge's side to the pommel
        angle = np.linspace(0, np.pi, 17)
        path = np.column_stack(
            [-0.004 - length * (1 - np.cos(angle)) / 2, -0.048 * np.sin(angle) ** 0.7 - 0.004, 0 * angle]
        )
        guard += [tube(path, 0.004, sides=10), box((0.008, 0.05, thick * 1.6), (-0.004, -0.005, 0))]
    held = haft(rng, length, thick, (-0.003, 0, 0), ("oval", "scales", "ribbed", "turned"))
    held["guard"] = guard + held.pop("collar", [])
    return {**held, "pommel": _pommel(rng, -0.003 - length, thick)}


def _pommel(rng: Generator, x: float, thick: float) -> list[Manifold]:
    radius = thick * rng.uniform(1.0, 1.6)
    kind = rng.choice(["ball", "disc", "cap"])
    if kind == "ball":
        return [Manifold.sphere(radius, 20).translate([x, 0, 0])]
    if kind == "disc":
        return [
            cylinder(
                (x - radius * 0.5, 0, -thick * 0.7), (x - radius * 0.5, 0, thick * 0.7), radius * 1.1, radius * 1.1, 28
            )
        ]
    return [cylinder((x + 0.008, 0, 0), (x - 0.005, 0, 0), thick * 0.95, thick * 1.1, 24)]


FAMILIES = {
    "dagger": Family(dagger, ("cut-with", "pierce-with", "scrape-with", "pry-with")),
    "sword": Family(sword, ("cut-with", "pierce-with")),
}
