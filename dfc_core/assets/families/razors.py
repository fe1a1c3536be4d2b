"""Parametric razors: straight, safety and cartridge.

A straight razor lies in the xy plane, edge towards -y; the others have edges along y at the +x end of the handle.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from dfc_core.assets.families.edges import Place, edge_place, honed
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import Y, Z, afford, polygon, prism
from dfc_core.assets.families.forms import arc, band, finished, rounded
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.solids import box, cylinder, smooth_curve, split
from dfc_core.assets.tool import MIRROR, MIRROR_X, Tool


def razor(rng: Generator, name: str) -> Tool:
    """A razor: a straight one that unfolds out of its scales, or a safety razor with two edges or a cartridge."""
    kind = str(rng.choice(["straight", "straight", "safety", "cartridge"]))
    if kind == "straight":
        return _straight_razor(rng, name)
    half = rng.uniform(0.019, 0.023)
    parts, places = _safety_head(rng, half) if kind == "safety" else _cartridge(rng, half)
    held = tool_grip(rng, -0.012, rng.uniform(0.075, 0.11), rng.uniform(0.0055, 0.0075))
    neck = cylinder((-0.018, 0, 0), (0.001, 0, 0), rng.uniform(0.0035, 0.005), rng.uniform(0.003, 0.004), 18)
    cut = afford("cut-with", "edge", "grip", places[0], half, MIRROR_X, places[1:])
    return finished(name, "razor", {**parts, "neck": neck, **held}, [cut])


def _safety_head(rng: Generator, half: float) -> tuple[dict, list[Place]]:
    """A two-edged blade between a domed cap and a guard with a comb or a bar."""
    wide, thick = rng.uniform(0.0105, 0.0125), 0.001
    blade = box((thick, half * 2, wide * 2), (0, 0, 0))
    border = wide * 0.62
    front, rest = split(blade, (0, 0, 1), border)
    back, _ = split(rest, (0, 0, -1), border)
    cover = wide * 0.82
    dome = arc((-0.011, 0), float(np.hypot(0.011, cover)), -50, 50, 15)
    dome = dome[np.abs(dome[:, 1]) <= cover]
    outline = np.concatenate([[(0, -cover)], dome, [(0, cover)]])
    cap = prism(polygon(outline), -half * 0.99, half * 0.99).rotate([-90, 0, 0])
    guard = box((0.0022, half * 1.98, cover * 2.1), (-0.0014, 0, 0))
    for y in np.linspace(-0.9, 0.9, 13) * half if rng.random() < 0.5 else ():
        guard = (
            guard
            - box((1.0, half * 0.06, cover * 0.4), (-0.5, y, cover))
            - box((1.0, half * 0.06, cover * 0.4), (-0.5, y, -cover))
        )
    places = [(side * Z * wide, side * Z, side * Y) for side in (1, -1)]
    return {"edge": [front, back], "head": [cap, guard]}, places


def _cartridge(rng: Generator, half: float) -> tuple[dict, list[Place]]:
    """A leaning head with a few blades in a window, whose edges look to one side."""
    tilt = rng.uniform(15, 40)
    count, tall, deep = int(rng.integers(2, 6)), rng.uniform(0.0095, 0.014), rng.uniform(0.0035, 0.005)
    head = box((deep, half * 2.1, tall), (deep / 2, 0, 0))
    window = box((deep, half * 1.9, tall * 0.62), (deep * 1.1, 0, 0))
    heights = np.linspace(-0.26, 0.26, count) * tall
    strip = box((deep * 0.8, half * 1.92, min(0.0013, 0.35 * tall / count)), (0, 0, 0)).rotate([0, 25, 0])
    edges = [strip.translate([deep * 0.75, 0, z]) for z in heights]
    lean = np.radians(tilt)
    turned = {"edge": [s.rotate([0, tilt, 0]) for s in edges], "head": [(head - window).rotate([0, tilt, 0])]}
    face = np.array([np.cos(lean), 0, -np.sin(lean)])
    return turned, [(face * deep, 0.4 * face - np.array([np.sin(lean), 0, np.cos(lean)]), -Y)]


def _straight_razor(rng: Generator, name: str) -> Tool:
    """A straight razor opened in line with its scales or past it: round, square or notched end."""
    length, width = rng.uniform(0.062, 0.08), rng.uniform(0.014, 0.021)
    thick, end = rng.uniform(0.0028, 0.004), rng.choice([0.15, 0.45, 0.02])
    shares = 1 - (1 - np.linspace(0, 1, 30)) ** 2
    low = -width / 2 * (1 - end * shares**14)
    high = width / 2 * (1 - end * shares**14 - rng.uniform(0, 0.5) * shares**20)
    edge, back = np.stack([shares * length, low], 1), np.stack([shares * length, high], 1)
    parts: dict = honed(edge, back, thick, 0.26)
    pivot = np.array([-rng.uniform(0.036, 0.05), width * 0.3])
    bends = np.array([(-0.014, 0.004), (-0.022, 0.012)])
    shank = np.array([(0.003, width * 0.12), (-0.008, width * 0.26), pivot, *(pivot + bends)])
    half = np.array([width * 0.36, width * 0.2, width * 0.16, width * 0.14, width * 0.12])
    tang = prism(band(shank, half), -thick * 0.4, thick * 0.4)
    scales = rng.uniform(0.125, 0.145)
    bow = rng.uniform(-0.012, 0.012)
    s = np.linspace(0, 1, 20)
    middle = np.column_stack([0.007 - s * scales, bow * np.sin(np.pi * s)])
    wide = width * smooth_curve([(0, 0.24), (0.5, 0.4), (1, rng.uniform(0.26, 0.5))])(s)
    slab = prism(rounded(band(middle, wide), 0.003), 0, 0.0026)
    slabs = slab.translate([0, 0, thick * 0.42]) + slab.translate([0, 0, -thick * 0.42 - 0.0026])
    pins = [cylinder((x, 0, -thick), (x, 0, thick), 0.0022, 0.0022, 14) for x in (0.0, 0.014 - scales)]
    turn = -rng.uniform(-8, 70)
    placed = [solid.rotate([0, 0, turn]).translate([*pivot, 0]) for solid in (slabs, *pins)]
    parts |= {"shank": tang, "scales": placed[0], "pin": placed[1:]}
    place, reach = edge_place(edge, back)
    return finished(name, "razor", parts, [afford("cut-with", "edge", "scales", place, reach, MIRROR)])


FAMILIES = {
    "razor": Family(razor, ("cut-with",)),
}
