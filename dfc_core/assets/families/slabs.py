"""Parametric tools with a broad flat face down on z = 0: clothes-iron (tip to +x) and brick (long in x)."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, JoinType, Manifold
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.serving import ON_SIDE, UPRIGHT, press_with_base, serve
from dfc_core.assets.solids import assemble, box, cylinder, function_frame, loft, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, Tool
from dfc_core.geometry import rotation_about

ON_HEEL = rotation_about(np.array([0, 1.0, 0]), -np.pi / 2)  # x to z: the tip points up


def clothes_iron(rng: Generator, name: str) -> Tool:
    """A clothes iron: steam iron with a closed or open handle, a cord's stub and a dial, or an old solid one."""
    length, half = rng.uniform(0.15, 0.24), rng.uniform(0.042, 0.062)
    old = rng.random() < 0.3
    point = rng.uniform(1.3, 2.2)
    sole_thick = rng.uniform(0.012, 0.025) if old else rng.uniform(0.005, 0.01)
    height = rng.uniform(0.02, 0.035) if old else rng.uniform(0.045, 0.07)
    sole = loft([_iron_ring(length, half, point, 1.0, z) for z in (0, sole_thick)])
    levels = np.array([0.0, 0.25, 0.6, 0.85, 1.0])
    shrink = np.interp(levels, [0, 0.6, 1], [0.95, rng.uniform(0.7, 0.85), rng.uniform(0.3, 0.5)])
    nose = rng.uniform(0.0, 0.25) * length
    rings = [
        _iron_ring(length, half, point, share, sole_thick * 0.9 + level * height) - [nose * level**2, 0, 0]
        for level, share in zip(levels, shrink, strict=True)
    ]
    body = loft(rings)
    bolts = [] if not old else [cylinder((0, 0, 0), (0, 0, height + sole_thick + 0.01), 0.006, 0.006)]
    handle = _iron_handle(rng, old, length, half, sole_thick + height)
    parts: dict[str, Manifold] = {"sole": sole, "body": body + bolts[0] if bolts else body, "handle": handle}
    if not old:
        dial = cylinder(
            (-nose * 0.5, 0, height * 0.8), (-nose * 0.5, 0, sole_thick + height * 1.12), half * 0.4, half * 0.36
        )
        parts["dial"] = dial
        if rng.random() < 0.6:
            end = np.array([-length * 0.36, 0, sole_thick + height * 1.1])
            cord = end + np.array([[0, 0, 0], [-0.03, 0, 0.01], [-0.055, 0, 0.012], [-0.08, 0, 0.0]])
            parts["cord"] = tube(cord, np.array([0.006, 0.0055, 0.004, 0.004]), sides=10)
    affordances = (press_with_base("handle", (length / 2 + half) / 2, MIRROR, "sole"),)
    mesh = assemble(parts)
    rests = (UPRIGHT, UPRIGHT, ON_HEEL, ON_SIDE)
    return Tool(name, "clothes-iron", *mesh, affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


def _iron_ring(length: float, half: float, point: float, share: float, z: float) -> NDArray:
    """The sole's outline (32 x 3) shrunk to `share` about its rear middle: round heel, pointed tip at +x."""
    t = np.linspace(0, 1, 15)
    x = -0.5 + t
    y = np.where(
        t < 0.3, np.sqrt(np.maximum(1 - ((0.3 - t) / 0.3) ** 2, 0)) ** 0.5, 1 - np.maximum((t - 0.3) / 0.7, 0) ** point
    )
    y[0], y[-1] = 0.45, 0.04
    ring = np.concatenate([np.column_stack([x, y]), np.column_stack([x, -y])[::-1]])
    ring = ring * [length * (0.4 + 0.6 * share), half * share]
    return np.column_stack([ring, np.full(len(ring), z)])


def _iron_handle(rng: Generator, old: bool, length: float, half: float, top: float) -> Manifold:
    """A grip over the body: held at both ends, or free in front."""
    rise = rng.uniform(0.035, 0.05)
    free = not old and rng.random() < 0.3
    thick = rng.uniform(0.009, 0.014)
    front, back = length * rng.uniform(0.15, 0.24), -length * rng.uniform(0.28, 0.36)
    low = top * 0.75
    knots = [[back, low], [back * 1.08, top + rise * 0.6], [back * 0.8, top + rise], [front * 0.6, top + rise * 1.05]]
    knots += [[front * 1.3, top + rise * 0.95]] if free else [[front, top + rise * 0.7], [front * 1.05, low * 0.8]]
    place = np.linspace(0, 1, len(knots))
    step = np.linspace(0, 1, 26)
    x, z = PchipInterpolator(place, np.asarray(knots))(step).T
    widths = thick * np.interp(step, [0, 0.3, 0.6, 1], [1.3, 1.0, 1.1, 0.9 if free else 1.2])
    return tube(np.column_stack([x, np.zeros(26), z]), widths * rng.uniform(1.0, 1.25), widths, sides=16)


def brick(rng: Generator, name: str) -> Tool:
    """A brick: solid, with a frog or with holes through it; sharp, rounded or worn; or a short paving block."""
    length = rng.uniform(0.18, 0.25)
    half = length * rng.uniform(0.22, 0.27) if rng.random() < 0.85 else length * 0.5
    height = rng.uniform(0.04, 0.08)
    soft = rng.uniform(0.001, 0.006)
    outline = CrossSection.square([length - 2 * soft, 2 * half - 2 * soft], True)
    outer = outline.offset(soft, JoinType.Round, circular_segments=16)
    inner = outline.offset(soft * 0.3, JoinType.Round, circular_segments=16)
    cap = inner.extrude(height)
    solid = cap + outer.extrude(height - 1.4 * soft).translate([0, 0, 0.7 * soft])
    kind = rng.choice(["solid", "frog", "holes", "slots"])
    if kind == "frog":
        deep = height * rng.uniform(0.12, 0.3)
        mouth, floor = (
            _rectangle(length * 0.36, half * 0.62, height + 1e-3),
            _rectangle(length * 0.32, half * 0.45, height - deep),
        )
        solid = solid - loft([floor, mouth])
    elif kind == "holes":
        solid = solid - _holes(rng, length, half)
    elif kind == "slots":
        for x in np.linspace(-0.33, 0.33, int(rng.integers(2, 5))) * length:
            solid = solid - box((length * 0.09, half * 1.1, 1), (x, 0, 0))
    layer = height * 0.2
    upper, rest = split(solid, (0, 0, 1), height - layer)
    middle, lower = split(rest, (0, 0, 1), layer)
    top = function_frame((0, 0, height), (0, 0, 1), (-1, 0, 0))
    bottom = ((0, 0, 0), (0, 0, -1), (-1, 0, 0))
    radius = (length / 2 + half) / 2
    affordances = (
        serve("press-with", "face", "side", *bottom, radius, HALF_TURN, (top,)),
        serve("pound-with", "face", "side", *bottom, radius, HALF_TURN, (top,)),
    )
    mesh = assemble({"face": [upper, lower], "side": middle})
    rests = (UPRIGHT, ON_SIDE, ON_HEEL)
    return Tool(name, "brick", *mesh, affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


def _rectangle(half_x: float, half_y: float, z: float) -> NDArray:
    return np.array([[-half_x, -half_y, z], [half_x, -half_y, z], [half_x, half_y, z], [-half_x, half_y, z]])


def _holes(rng: Generator, length: float, half: float) -> Manifold:
    columns, rows = int(rng.integers(3, 6)), int(rng.integers(1, 3))
    size = min(length / columns, 2 * half / rows) * rng.uniform(0.2, 0.32)
    holes = Manifold()
    for x in (np.arange(columns) - (columns - 1) / 2) * length * 0.86 / columns:
        for y in (np.arange(rows) - (rows - 1) / 2) * 2 * half * 0.8 / rows:
            holes = holes + cylinder((x, y, -1), (x, y, 1), size, size, sides=20)
    return holes


FAMILIES = {
    "clothes-iron": Family(clothes_iron, ("press-with",)),
    "brick": Family(brick, ("press-with", "pound-with")),
}
