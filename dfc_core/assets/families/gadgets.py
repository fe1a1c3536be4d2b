"""Parametric small gadgets: syringe, stylus, remote-control, spudger, shim.

Along x, the working end at +x, most with their tip at the origin, the hand at -x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    X,
    Y,
    Z,
    bar,
    polygon_section,
    round_section,
    squarish_section,
    strap,
    swelling,
    tip_affordances,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import afford
from dfc_core.assets.families.forms import LYING, block, finished, merged, outline, plate, rounded
from dfc_core.assets.solids import box, cylinder, smooth_curve, split
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, MIRROR_X, NONE, Tool

Parts = dict[str, Manifold | list[Manifold]]
SHARE = 0.35  # of a shim's length that is thin enough to go in first


def syringe(rng: Generator, name: str) -> Tool:
    """A syringe with a needle in its hub, short and thick or long and thin, or with a bare cone; slim to fat barrel."""
    kind = str(rng.choice(["needle", "insulin", "cone"]))
    long = float(rng.uniform(0.05, 0.1))
    radius = float(rng.uniform(0.0035, 0.005) if kind == "insulin" else rng.uniform(0.006, 0.014))
    point, reach = _needle(rng, kind, radius)
    back = -reach - long
    x = np.array([0.0005, 0, -0.08, -0.1, -1.0]) * long - reach
    barrel: list[Manifold] = [bar(x, radius * np.array([0.35, 0.6, 0.95, 1, 1]))]
    barrel += [bar(np.array([at, at - 0.0006]), radius * 1.03) for at in -reach - long * np.linspace(0.2, 0.85, 6)]
    wing = radius * rng.uniform(1.6, 2.4)
    flange = bar(np.array([back + 0.002, back - 0.0005]), wing, radius * 1.15, squarish_section(3))
    pulled = long * rng.uniform(0.15, 0.85)
    rod = radius * rng.uniform(0.5, 0.8)
    stem = box((pulled + 0.01, rod * 2, rod * 0.3), (back - pulled / 2 + 0.005, 0, 0))
    stem = stem + stem.rotate([90, 0, 0])
    thumb = bar(
        np.array([0.0006, -0.002, -0.0026]) + back - pulled, radius * rng.uniform(0.9, 1.3) * np.array([1, 1, 0.9])
    )
    parts: Parts = {"barrel": barrel, "flange": flange, "plunger": [stem, thumb]}
    parts = {"needle" if kind != "cone" else "cone": point, **parts}
    pierce = tip_affordances({"pierce-with": next(iter(parts))}, ("barrel", "flange"), reach, Tip(radius, HALF_TURN))
    return finished(name, "syringe", parts, pierce, LYING[:2])


def _needle(rng: Generator, kind: str, radius: float) -> tuple[Manifold, float]:
    """(solid ending in a point at the origin, its length): a needle on a hub, or a blunt or sharp tapered cone."""
    if kind == "cone":
        reach = radius * rng.uniform(1.8, 4.0)
        x, thin = np.array([0, -0.06, -1.0, -1.04]) * reach, radius * rng.uniform(0.18, 0.28)
        return bar(x, np.array([thin * 0.7, thin, radius * 0.42, radius * 0.42])), float(reach)
    wire, hub = rng.uniform(0.0005, 0.0009), radius * rng.uniform(0.42, 0.6)
    free, seat = rng.uniform(0.012, 0.045), max(0.008, radius * rng.uniform(1.2, 2.0))
    shaft = bar(np.array([0, -wire * 6, -free - 0.002]), wire * np.array([0.1, 1, 1]), section=round_section(12))
    x = -free - seat * np.array([0, 0.1, 0.6, 0.65, 0.95, 1.05])
    cone = bar(x, hub * np.array([0.35, 0.5, 0.75, 1, 1, 0.9]), section=polygon_section(8))
    return shaft + cone, float(free + seat)


def stylus(rng: Generator, name: str) -> Tool:
    """A tablet pen: with a hard cone, a soft rubber dome or a clear disc for tip, or slim with a flat side."""
    kind = str(rng.choice(["cone", "dome", "disc", "flat"]))
    length, radius = float(rng.uniform(0.1, 0.175)), float(rng.uniform(0.0036, 0.0055))
    cone = radius * rng.uniform(3.5, 6.0)
    knots = {
        "cone": [(0, 0.14), (0.06, 0.3), (0.5, 0.66), (1, 1)],
        "flat": [(0, 0.12), (0.2, 0.2), (0.28, 0.5), (1, 0.98)],
        "dome": [(0, 0.12), (0.08, 0.55), (0.3, 0.82), (0.62, 0.78), (0.66, 0.95), (1, 1)],
        "disc": [(0, 0.2), (0.3, 0.2), (0.35, 0.3), (0.4, 0.55), (1, 1)],
    }[kind]
    x, size = swelling(0, -cone, knots, 26)
    tip = bar(x, radius * size)
    if kind == "disc":
        tip = tip + bar(np.array([0.0, -0.001, -0.0014]), np.array([1, 1, 0.9]) * rng.uniform(0.003, 0.0045))
    x = np.linspace(-cone * 0.99, -0.93 * length, 24)
    solid = bar(x, radius * np.linspace(1, rng.uniform(0.85, 1.1), 24))
    if kind == "flat":
        solid = solid.trim_by_plane([0, 0, -1], -radius * 0.7)
    barrel, body = split(solid, (1, 0, 0), -0.45 * length)
    x, size = swelling(-0.925 * length, -length, [(0, 1), (0.1, 1.02), (0.6, 0.98), (1, rng.uniform(0.4, 0.9))], 10)
    parts: Parts = {"tip": tip, "barrel": barrel, "body": body, "end": bar(x, radius * size)}
    if rng.random() < 0.45 and kind != "flat":
        clip = box((0.03, 0.003, 0.001), (-length * 0.95 + 0.015, 0, radius * 1.6))
        parts["clip"] = clip + box((0.004, 0.003, radius), (-length * 0.95 + 0.002, 0, radius * 1.2))
    elif rng.random() < 0.6 and kind != "flat":
        button = bar(
            np.linspace(-cone * 1.5, -cone * 1.5 - 0.014, 5), 0.0014, 0.0009, squarish_section(4), radius * 0.98
        )
        parts["button"] = button
    symmetry = MIRROR_X if len(parts) > 4 or kind == "flat" else AXIS
    serves = {"poke-with": "tip", "write-with": "tip"}
    found = tip_affordances(serves, "barrel", float(cone), Tip(radius, symmetry, broad=Y))
    return finished(name, "stylus", parts, found, ROLLING)


def remote_control(rng: Generator, name: str) -> Tool:
    """A remote control: a long slab, a waisted one that fits the hand, or a slim small one; rows of keys and a ring."""
    kind = str(rng.choice(["slab", "waisted", "slim"]))
    length = float(rng.uniform(0.085, 0.14) if kind == "slim" else rng.uniform(0.15, 0.24))
    half = float(rng.uniform(0.016, 0.021) if kind == "slim" else rng.uniform(0.02, 0.029))
    thick = float(rng.uniform(0.007, 0.011) if kind == "slim" else rng.uniform(0.014, 0.026))
    t = np.linspace(-1, 1, 25)
    waist = rng.uniform(0.72, 0.85) if kind == "waisted" else 1.0
    taper = rng.uniform(0.85, 1.0)
    wide = half * smooth_curve([(-1, taper), (-0.45, waist), (0.3, 1), (1, 0.98)])(t)
    edge = np.stack([t * length / 2, wide], axis=1)
    section = outline(np.concatenate([edge, edge[::-1] * [1, -1]]))
    section = rounded(section, half * waist * taper * rng.uniform(0.2, 0.8))
    body = plate(section, thick, min(0.003, thick * rng.uniform(0.1, 0.25)), thick / 2)
    front, back = split(body, (0, 0, 1), thick * 0.42)
    lid = block((length * 0.3, half * 1.1), (-length * 0.22, 0))
    groove = plate(lid, 0.0008) - plate(
        block((length * 0.3 - 0.0014, half * 1.1 - 0.0014), (-length * 0.22, 0)), 0.0009
    )
    parts: Parts = {"back": back - groove, "front": front, "keys": _keys(rng, length, half * waist * taper, thick)}
    press = afford("press-with", "back", "front", ((0, 0, 0), -Z, -X), (length / 2 + half) / 2, MIRROR)
    return finished(name, "remote-control", parts, [press])


def _keys(rng: Generator, length: float, half: float, thick: float) -> Manifold:
    """A ring of direction keys, rows of round or square keys."""
    keys, rise = [], float(rng.uniform(0.0008, 0.002))
    ring, at = half * rng.uniform(0.5, 0.75), length * rng.uniform(0.08, 0.22)
    disc = cylinder((at, 0, thick * 0.8), (at, 0, thick + rise), ring, ring * 0.97, 28)
    keys += [disc - cylinder((at, 0, 0), (at, 0, 1), ring * 0.55, ring * 0.55, 20)]
    keys += [cylinder((at, 0, thick * 0.8), (at, 0, thick + rise), ring * 0.42, ring * 0.4, 18)]
    columns, size = int(rng.integers(2, 5)), half * rng.uniform(0.16, 0.24)
    sides = int(rng.choice([4, 10]))
    step = size * rng.uniform(2.7, 3.4)
    places = np.concatenate(
        [
            np.arange(at - ring - step, half - length / 2, -step)[:8],
            np.arange(at + ring + step, length / 2 - half, step)[:3],
        ]
    )
    for x in places:
        for y in np.linspace(-0.68, 0.68, columns) * half:
            keys.append(cylinder((x, y, thick * 0.8), (x, y, thick + rise), size, size * 0.9, sides))
    return merged(keys)


def spudger(rng: Generator, name: str) -> Tool:
    """A spudger: a nylon rod, a flat steel strip or a broad plastic one; flat end +x, some hooked, point at -x."""
    kind = str(rng.choice(["rod", "strip", "broad"]))
    length = float(rng.uniform(0.11, 0.18))
    half = float(
        {"rod": rng.uniform(0.0032, 0.005), "strip": rng.uniform(0.003, 0.0055)}.get(kind, rng.uniform(0.006, 0.009))
    )
    thick = float({"rod": half * rng.uniform(0.8, 1.0), "strip": rng.uniform(0.0006, 0.001)}.get(kind, half * 0.35))
    flat, point = length * rng.uniform(0.13, 0.2), length * rng.uniform(0.12, 0.2)
    rise = flat * (rng.uniform(0.1, 0.45) if rng.random() < 0.6 else 0.0)
    x = np.concatenate([np.linspace(0, -flat, 14), np.linspace(-flat, point - length, 10)[1:]])
    x = np.concatenate([x, np.linspace(point - length, -length, 8)[1:]])
    end = rng.uniform(1.05, 1.5) if kind != "broad" else rng.uniform(0.85, 1.1)
    wide = np.interp(
        x, [-length, point - length, -flat, -0.6 * flat, -0.03 * flat, 0], [0.15, 1, 1, end, end, end * 0.9]
    )
    thin = np.interp(x, [-length, point - length, -flat, 0], [0.25, 1, 1, 0.0004 / thick])
    z = rise * np.clip(1 + x / flat, 0, 1) ** 2
    section = squarish_section(2.6 if kind == "rod" else 6, 20)
    solid = strap(np.column_stack([x, z]), half * wide, thick * thin, section)
    hooked = rng.random() < 0.5
    if hooked:
        at, size = -flat * rng.uniform(0.3, 0.55), half * rng.uniform(0.5, 0.75)
        solid = solid - cylinder((at, half * end, -1), (at, half * end, 1), size, size, 18)
    pry, rest = split(solid, (1, 0, 0), -flat * 0.95)
    body, tip = split(rest, (1, 0, 0), point * 0.95 - length)
    way = np.array([flat, 0, 2 * rise]) / np.hypot(flat, 2 * rise)
    symmetry = NONE if hooked else MIRROR
    lifting = Tip(half * end, symmetry, (0, 0, rise), way, Y, np.cross(way, Y))
    poking = Tip(half, NONE if hooked or rise else HALF_TURN, (-length, 0, 0), -X, Y, Z)
    found = tip_affordances({"poke-with": "tip"}, "body", point, poking)
    found += tip_affordances({"pry-with": "flat"}, "body", flat, lifting)
    return finished(name, "spudger", {"flat": pry, "body": body, "tip": tip}, found)


def shim(rng: Generator, name: str) -> Tool:
    """A shim: a thin wooden shingle, a scored plastic one, a stepped one or a short slotted one; flat below."""
    kind = str(rng.choice(["shingle", "scored", "stepped", "slotted"]))
    length = float(
        {"shingle": rng.uniform(0.14, 0.3), "stepped": rng.uniform(0.08, 0.16)}.get(kind, rng.uniform(0.05, 0.12))
    )
    half = length * float(rng.uniform(0.06, 0.13) if kind == "shingle" else rng.uniform(0.14, 0.32))
    height = length * float(rng.uniform(0.035, 0.065) if kind == "shingle" else rng.uniform(0.07, 0.16))
    thin = max(0.0006, height * rng.uniform(0.03, 0.12))
    if kind == "stepped":
        count = int(rng.integers(4, 9))
        x = np.repeat(np.linspace(1, 0, count + 1), 2)[1:-1]
        top = np.repeat(np.linspace(1 / count, 1, count), 2) * height
        thin = height / count
    else:
        flat = rng.uniform(0.0, 0.25)
        x, top = np.array([1, flat, 0]), np.array([thin, height, height])
        x, top = (x, top) if flat > 0.05 else (x[[0, 2]], top[[0, 2]])
    side = np.concatenate([np.stack([(x - 0.5) * length, top], 1), [[-length / 2, 0], [length / 2, 0]]])
    solid = outline(side).extrude(2 * half).translate([0, 0, -half]).rotate([90, 0, 0])
    solid = solid - merged(_shim_cuts(rng, kind, length, half, height))
    edge, rest = split(solid, (1, 0, 0), length * (0.5 - SHARE))
    body, back = split(rest, (1, 0, 0), -length * 0.24)
    scale = (half + SHARE * np.hypot(length, height)) / 2
    wedge = afford("wedge-with", "edge", "back", ((length / 2, 0, thin / 2), X, Y), scale, MIRROR_X)
    return finished(name, "shim", {"edge": edge, "body": body, "back": back}, [wedge])


def _shim_cuts(rng: Generator, kind: str, length: float, half: float, height: float) -> list[Manifold]:
    """What is cut off a shim: grooves to snap it at, a slot from behind, a hole."""
    cuts: list[Manifold] = []
    if kind == "scored":
        places = np.linspace(-0.4, 0.35, int(rng.integers(5, 11))) * length
        tops = height * np.clip(0.5 - places / length, 0.05, 1)
        cuts += [box((0.0011, 1, 0.3 * top), (x, 0, 0)) for x, top in zip(places, tops, strict=True)]
    if kind == "slotted":
        wide, end = half * rng.uniform(0.5, 0.9), -length * rng.uniform(0.0, 0.12)
        cuts += [box((length, wide, 1), (end - length / 2, 0, 0)), _hole(end, wide / 2)]
    elif kind != "shingle" and rng.random() < 0.4:
        cuts.append(_hole(-length * 0.36, half * rng.uniform(0.2, 0.4)))
    return cuts


def _hole(x: float, radius: float) -> Manifold:
    """A cutter for an upright round hole."""
    return cylinder((x, 0, -1), (x, 0, 1), radius, radius, 20)


FAMILIES = {
    "syringe": Family(syringe, ("pierce-with",)),
    "stylus": Family(stylus, ("poke-with", "write-with")),
    "remote-control": Family(remote_control, ("press-with",)),
    "spudger": Family(spudger, ("poke-with", "pry-with")),
    "shim": Family(shim, ("wedge-with",)),
}
