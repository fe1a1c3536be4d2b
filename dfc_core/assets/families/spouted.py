"""Parametric vessels with a lip or a spout: beaker, coffee pot, oil can.

Upright, standing on z = 0; lip and spout to +x, handle to -x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import finish
from dfc_core.assets.families.forms import merged, rod
from dfc_core.assets.families.relabel import inside_named
from dfc_core.assets.families.serving import (
    MOSTLY_UPRIGHT,
    ON_SIDE,
    UPRIGHT,
    pour_over_rim,
    press_with_base,
    serve,
)
from dfc_core.assets.families.walls import (
    BASE_SHARE,
    Spout,
    Wall,
    cut_levels,
    ear,
    ring,
    spout_along,
    vessel,
    wall_of,
)
from dfc_core.assets.solids import assemble, box, cylinder, filled, split, tube
from dfc_core.assets.tool import AXIS, MIRROR, Affordance, Tool

SEGMENTS = 40
UPRIGHT_OR_SIDE = (UPRIGHT, UPRIGHT, UPRIGHT, ON_SIDE)


def beaker(rng: Generator, name: str) -> Tool:
    """A laboratory beaker: low, tall or tapered with a small lip, or a plastic one with a handle; marks on some."""
    kind = str(rng.choice(["low", "tall", "tapered", "handled"], p=[0.35, 0.25, 0.2, 0.2]))
    radius = rng.uniform(0.02, 0.065)
    height = 2 * radius * {"low": rng.uniform(1.2, 1.5), "tall": rng.uniform(1.7, 2.3)}.get(kind, rng.uniform(1.1, 1.6))
    top = rng.uniform(1.12, 1.35) if kind in ("tapered", "handled") else 1.0
    foot = rng.uniform(0.8, 0.93)
    wall = wall_of(radius, [(0, foot), (0.025, 0.97), (0.06, 1), (0.92, top), (1, top * rng.uniform(1.0, 1.06))])
    thickness = radius * rng.uniform(0.035, 0.06)
    shell, cavity = vessel(wall, height, thickness, steps=20, segments=SEGMENTS)
    brim = float(wall(1.0))
    reach, drop = brim * rng.uniform(0.14, 0.3), height * rng.uniform(0.08, 0.16)
    shell = shell + _lip(wall, height, reach, drop, 0)
    shell = shell - _lip(wall, height, reach, drop, thickness) - cavity
    extras = [_marks(rng, wall, height)] if rng.random() < 0.6 else []
    if rng.random() < 0.6:
        bead = thickness * rng.uniform(0.7, 1.0)
        bowed = ring(brim, height - bead, bead, SEGMENTS).trim_by_plane((-1, 0, 0), -brim * 0.8)
        extras.append(bowed)
    parts = cut_levels(shell + (merged(extras) - cavity) if extras else shell, height, 0.14)
    if kind == "handled":
        parts["handle"] = ear(rng, wall, height).solid - cavity
    hold = "handle" if kind == "handled" else "body"
    mesh = inside_named(assemble(parts))
    return finish("beaker", name, mesh, [pour_over_rim(hold, height, brim, MIRROR)], MOSTLY_UPRIGHT)


def _lip(wall: Wall, height: float, reach: float, drop: float, inset: float) -> Manifold:
    """A lip at +x pulled out of a wall that may flare; `inset` > 0 (the wall's thickness) makes its cavity."""
    angles = np.linspace(-0.6, 0.6, 9)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    brim, foot = float(wall(1.0)) - inset, (float(wall(1 - drop / height)) - inset) * 0.97
    top, low = height + (0.002 if inset else 0.0), height - drop + inset
    points = [
        np.column_stack([around * brim, np.full(9, top)]),
        np.column_stack([around * foot, np.full(9, low)])[2:-2],
    ]
    points.append(np.array([(brim + reach, 0.004 * s, top) for s in (-1, 1)]))
    if inset:
        points.append(np.array([(0.3 * brim, 0, top), (0.3 * foot, 0, low)]))
    return Manifold.hull_points(np.concatenate(points).astype(np.float32))


def _marks(rng: Generator, wall: Wall, height: float) -> Manifold:
    """Raised graduation marks on both sides, each second one longer."""
    count = int(rng.integers(4, 9))
    thick = height * 0.006
    marks = []
    for number, level in enumerate(np.linspace(0.2, rng.uniform(0.65, 0.8), count)):
        radius = float(wall(level))
        half = radius * (0.3 if number % 2 else 0.18)
        sector = box((2 * half, 0.4 * radius, 4 * thick), (0, radius, level * height))
        mark = ring(radius, level * height, thick, SEGMENTS) ^ sector
        marks += [mark, mark.mirror((0, 1, 0))]
    return merged(marks)


def coffee_pot(rng: Generator, name: str) -> Tool:
    """A moka pot with facets and a waist, a percolator with a knob, a dripper jug, or a pot with a long handle."""
    kind = str(rng.choice(["moka", "percolator", "jug", "long handle"], p=[0.35, 0.3, 0.15, 0.2]))
    make = {"moka": _moka, "percolator": _percolator, "jug": _jug, "long handle": _cezve}[kind]
    parts, affordances = make(rng)
    mesh = assemble(parts)
    if affordances[0].parts == ("rim",):
        mesh = inside_named(mesh)
    return finish("coffee-pot", name, mesh, affordances, UPRIGHT_OR_SIDE)


def _moka(rng: Generator) -> tuple[dict, list[Affordance]]:
    """A boiler, a collar and a faceted upper pot with a short spout, a knobbed lid and an angular handle."""
    height, sides = rng.uniform(0.12, 0.21), int(rng.choice([8, 8, 10, 40]))
    radius = height * rng.uniform(0.26, 0.33)
    waist, middle = rng.uniform(0.68, 0.8), rng.uniform(0.42, 0.5)
    top = rng.uniform(0.9, 1.1)
    lower = filled(radius * np.array([0.97, 1, waist]), height * np.array([0, 0.03, middle]), sides)
    upper = filled(radius * np.array([waist, waist, top]), height * np.array([middle, middle + 0.02, 0.92]), sides)
    wide = radius * waist * 1.03
    collar = cylinder((0, 0, height * (middle - 0.04)), (0, 0, height * (middle + 0.03)), wide, wide, SEGMENTS)
    turn = 180 / sides
    lid = filled(radius * top * np.array([1.03, 1.03, 0.25]), height * np.array([0.915, 0.935, 1.0]), sides)
    knob = filled(radius * np.array([0.1, 0.12, 0.2, 0.1]), height * np.array([0.98, 1.03, 1.09, 1.12]), 20)
    body, base = split(lower.rotate([0, 0, turn]), (0, 0, 1), height * BASE_SHARE)
    spout = _beak(rng, radius * waist, radius * top, height, middle)
    reach, drop = radius * top + height * rng.uniform(0.2, 0.28), rng.uniform(0.25, 0.4)
    knots = np.array([(-radius * waist * 0.6, 0.86), (-reach * 0.95, 0.89), (-reach, 0.82), (-reach * 0.92, drop)])
    path = np.column_stack([knots[:, 0], np.zeros(4), knots[:, 1] * height])
    handle = rod(path, height * rng.uniform(0.04, 0.055), 10, start=0.7)
    parts = {"spout": spout.solid, "pot": upper.rotate([0, 0, turn]), "collar": collar, "body": body, "base": base}
    parts |= {"lid": lid.rotate([0, 0, turn]), "knob": knob, "handle": handle}
    pour = serve("pour-with", "spout", "handle", spout.tip, spout.direction, (1, 0, -0.3), spout.radius)
    return parts, [pour, press_with_base("handle", radius * 0.95, MIRROR)]


def _beak(rng: Generator, low: float, high: float, height: float, middle: float) -> Spout:
    """A beak on the wall that rises from near the collar to the brim, open above."""
    foot = rng.uniform(0.25, 0.5)
    tip = high + height * rng.uniform(0.09, 0.16)
    start, half = middle + (0.92 - middle) * foot, height * rng.uniform(0.09, 0.13)
    wall_at = low + (high - low) * foot
    level = height * 0.915
    corners = [(tip, half * s * 0.25, level) for s in (-1, 1)] + [(high * 0.75, half * s, level) for s in (-1, 1)]
    corners += [(wall_at * 0.8, half * s * 0.3, start * height) for s in (-1, 1)] + [(tip * 0.98, 0, level * 0.985)]
    solid = Manifold.hull_points(np.array(corners, np.float32))
    inner = (np.array(corners) - [tip, 0, level]) * [0.8, 0.8, 0.75] + [tip - 0.003, 0, level + 0.002]
    solid = solid - Manifold.hull_points(inner.astype(np.float32))
    way = np.array([tip - wall_at, 0, level - start * height])
    middle_of_opening = np.array([(tip + high) / 2, 0, level])
    return Spout(solid, middle_of_opening, way / np.linalg.norm(way), float((tip - high) / 2 + half * 0.3) / 2, 0.0)


def _percolator(rng: Generator) -> tuple[dict, list[Affordance]]:
    """A tall pot, straight or tapered, with a curved spout from low or a stub near the top, lid and glass knob."""
    height = rng.uniform(0.15, 0.25)
    radius = height * rng.uniform(0.26, 0.36)
    wall = wall_of(radius, [(0, 0.95), (0.03, 1), (0.5, rng.uniform(0.85, 1.0)), (1, rng.uniform(0.65, 0.85))])
    heights = np.linspace(0, 1, 16)
    solid = filled(wall(heights), heights * height, SEGMENTS)
    for level in rng.choice([0.08, 0.3, 0.9, 0.97], int(rng.integers(0, 3)), replace=False):
        solid = solid + ring(float(wall(level)), level * height, height * 0.012, SEGMENTS)
    low, rise = (rng.uniform(0.2, 0.4), 0.98) if rng.random() < 0.6 else (rng.uniform(0.55, 0.65), 1.0)
    t = np.linspace(0, 1, 16)
    out = float(wall(low)) * 0.8 + (height * rng.uniform(0.22, 0.32) + radius * 0.2) * t
    climb = (low + (rise - low) * (0.7 * t + 0.3 * t**2)) * height
    path = np.column_stack([out, np.zeros(16), climb])
    narrow = height * rng.uniform(0.035, 0.055)
    spout = spout_along(path, narrow + (height * rng.uniform(0.08, 0.11) - narrow) * (1 - t) ** 1.3, height * 0.1, 8.4)
    tip, root = split(spout.solid, tuple(spout.direction), spout.tip_start)
    body, base = split(solid, (0, 0, 1), height * BASE_SHARE)
    top = float(wall(1.0))
    lid = filled(top * np.array([1.04, 1.04, 0.7, 0.2]), height * np.array([0.985, 1.01, 1.05, 1.07]), SEGMENTS)
    knob = filled(radius * np.array([0.2, 0.22, 0.18, 0.08]), height * np.array([1.05, 1.1, 1.14, 1.16]), 20)
    parts = {"spout tip": tip, "spout": root, "body": body, "base": base, "lid": lid, "knob": knob}
    parts["handle"] = ear(rng, wall, height).solid
    pour = serve("pour-with", "spout tip", "handle", spout.tip, spout.direction, (1, 0, -0.3), spout.radius)
    return parts, [pour, press_with_base("handle", float(wall(0.0)), MIRROR)]


def _jug(rng: Generator) -> tuple[dict, list[Affordance]]:
    """A bellied or conical glass jug with a band, a lip and a handle from band to belly."""
    height = rng.uniform(0.12, 0.18)
    radius = height * rng.uniform(0.42, 0.52)
    neck = rng.uniform(0.58, 0.75)
    belly = rng.choice([0.12, 0.4])
    wall = wall_of(radius, [(0, 0.85), (belly, 1), (0.75, neck + 0.08), (0.85, neck), (1, neck + rng.uniform(0, 0.12))])
    return _open_pot(rng, wall, height, 0.003, ear(rng, wall, height).solid, neck)


def _cezve(rng: Generator) -> tuple[dict, list[Affordance]]:
    """A small pot with a narrow neck and a long handle that climbs from it."""
    height = rng.uniform(0.07, 0.11)
    radius = height * rng.uniform(0.46, 0.58)
    neck = rng.uniform(0.6, 0.78)
    wall = wall_of(radius, [(0, 0.92), (0.06, 1), (0.72, neck), (0.8, neck), (1, neck + rng.uniform(0.1, 0.25))])
    start, length = -float(wall(0.8)) * 0.9, height * rng.uniform(1.5, 2.3)
    t = np.linspace(0, 1, 12)
    path = np.column_stack([start - length * t, np.zeros(12), height * (0.8 + rng.uniform(0.3, 0.8) * t + 0.05 * t**2)])
    widths = height * np.interp(t, [0, 0.3, 0.9, 1], [0.06, 0.055, rng.uniform(0.06, 0.1), 0.05])
    return _open_pot(rng, wall, height, 0.002, tube(path, widths, widths * 0.7, sides=12), neck)


def _open_pot(
    rng: Generator, wall: Wall, height: float, thickness: float, handle: Manifold, neck: float
) -> tuple[dict, list[Affordance]]:  # fmt: skip
    """Parts and affordances of an open pot with a pulled lip."""
    brim = float(wall(1.0))
    shell, cavity = vessel(wall, height, thickness, steps=22, segments=SEGMENTS)
    reach, drop = brim * rng.uniform(0.25, 0.45), height * rng.uniform(0.1, 0.16)
    shell = shell + _lip(wall, height, reach, drop, 0)
    shell = shell - _lip(wall, height, reach, drop, thickness) - cavity
    parts = {**cut_levels(shell, height, 0.15), "handle": handle - cavity}
    return parts, [pour_over_rim("handle", height, brim, MIRROR), press_with_base("handle", float(wall(0.0)), MIRROR)]


def oil_can(rng: Generator, name: str) -> Tool:
    """An oil can with a long thin spout: a bell with a springy bottom, a cone with an ear, or a pump with a lever."""
    kind = str(rng.choice(["bell", "ear", "pump"], p=[0.3, 0.3, 0.4]))
    height = rng.uniform(0.06, 0.12)
    radius = height * rng.uniform(0.42, 0.62)
    shoulder = rng.uniform(0.55, 0.7) if kind == "pump" else rng.uniform(0.12, 0.3)
    knots = [(0, 0.98), (0.04, 1.03), (0.08, 1), (shoulder, 1.0), (0.5 + shoulder / 2, rng.uniform(0.62, 0.75))]
    wall = wall_of(radius, [*knots, (0.93, 0.3), (1, 0.25)])
    heights = np.linspace(0, 1, 24)
    solid = filled(wall(heights), heights * height, SEGMENTS)
    solid = solid + filled(radius * np.array([0.3, 0.3, 0.2]), height * np.array([0.92, 1.06, 1.1]), 24)
    spout = _thin_spout(rng, height, 0.0 if kind == "bell" and rng.random() < 0.7 else rng.uniform(0.35, 0.9))
    nozzle, root = split(spout.solid, tuple(spout.direction), spout.tip_start)
    parts = {"nozzle": nozzle, "spout": root, "body": solid}
    hold = "body" if kind == "bell" else "handle" if kind == "ear" else ("handle", "lever")
    if kind == "ear":
        parts["handle"] = ear(rng, wall, height).solid
    elif kind == "pump":
        parts |= _pump(rng, radius, height)
    straight = abs(spout.direction[0]) < 1e-6
    symmetry = AXIS if straight and kind == "bell" else MIRROR
    pour = serve("pour-with", "nozzle", hold, spout.tip, spout.direction, (1, 0, -0.1), spout.radius, symmetry)
    return finish("oil-can", name, assemble(parts), [pour], UPRIGHT_OR_SIDE)


def _thin_spout(rng: Generator, height: float, lean: float) -> Spout:
    """A tapered tube from the top of the can, `lean` rad from upright, straight or bent near its end."""
    length, t = height * rng.uniform(1.2, 2.2), np.linspace(0, 1, 16)
    bend = 0.0 if lean == 0.0 else rng.choice([0.0, rng.uniform(0.2, 0.6)])
    slopes = lean + bend * np.clip((t - 0.55) / 0.3, 0, 1)
    way = np.column_stack([np.sin(slopes), np.zeros(16), np.cos(slopes)])
    path = np.array([0, 0, height * 1.02]) + np.concatenate([[np.zeros(3)], np.cumsum(way[1:] * length / 15, axis=0)])
    radii = np.interp(t, [0, 1], [height * rng.uniform(0.07, 0.1), height * rng.uniform(0.03, 0.045)])
    return spout_along(path, radii, length * 0.08, 8.4)


def _pump(rng: Generator, radius: float, height: float) -> dict[str, Manifold]:
    """A fixed grip down from the neck at -x, and the thumb lever over it."""
    out, low = -radius * rng.uniform(1.5, 2.0), height * rng.uniform(0.05, 0.25)
    thick = height * rng.uniform(0.05, 0.075)
    knots = np.array([(-radius * 0.2, 1.0), (-radius * 0.9, 1.02), (out * 0.9, 0.9), (out, 0.6), (out, low / height)])
    grip = rod(_smooth(knots * [1, height]), thick, 12)
    rise = height * rng.uniform(1.15, 1.35)
    top = np.array(
        [(0, height * 1.04), (-radius * 0.6, rise * 1.05), (out * 0.9, rise * 1.05), (out * 1.1, rise * 0.85)]
    )
    lever = tube(_smooth(top), thick * 1.3, thick * 0.45, sides=12)
    return {"handle": grip, "lever": lever}


def _smooth(knots: NDArray) -> NDArray:
    """A smooth curve (18 x 3) drawn by knots (N x 2: x, z)."""
    from scipy.special import comb

    t = np.linspace(0, 1, 18)[:, None]
    n = len(knots) - 1
    x, z = (np.concatenate([comb(n, k) * t**k * (1 - t) ** (n - k) for k in range(n + 1)], axis=1) @ knots).T
    return np.column_stack([x, np.zeros(18), z])


FAMILIES = {
    "beaker": Family(beaker, ("pour-with",)),
    "coffee-pot": Family(coffee_pot, ("pour-with", "press-with")),
    "oil-can": Family(oil_can, ("pour-with",)),
}
