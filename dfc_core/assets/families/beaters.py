"""Parametric things that beat and froth: egg-beater, frother. The wires at +x end at the origin, the hand at -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    Z,
    bar,
    round_section,
    squarish_section,
    swelling,
    tip_affordances,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, LYING, finished, merged
from dfc_core.assets.families.grips import cross_grip, tool_grip
from dfc_core.assets.solids import box, cylinder, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, MIRROR, NONE, Tool

Parts = dict[str, Manifold | list[Manifold]]


def egg_beater(rng: Generator, name: str) -> Tool:
    """An egg beater: hand-cranked with two beaters or one, or a spiral of wire on a twisted shaft."""
    kind = str(rng.choice(["two", "one", "spiral"], p=[0.5, 0.2, 0.3]))
    return _spiral_beater(rng, name) if kind == "spiral" else _cranked_beater(rng, name, 2 if kind == "two" else 1)


def _spiral_beater(rng: Generator, name: str) -> Tool:
    """A wire wound to a cone or a bell, wide below, on a twisted shaft with a grip."""
    head, half = float(rng.uniform(0.045, 0.08)), float(rng.uniform(0.02, 0.034))
    wire, turns = float(rng.uniform(0.0011, 0.0018)), int(rng.integers(4, 8))
    t = np.linspace(0, 1, turns * 18)
    angle = 2 * np.pi * turns * t
    radius = half * np.interp(t, [0, 0.08, rng.uniform(0.25, 0.6), 1], [0.05, 0.75, 1.0, 0.05])
    x = -wire - head * t
    coil = tube(np.stack([x, radius * np.cos(angle), radius * np.sin(angle)], axis=1), wire, sides=7)
    shaft = float(rng.uniform(0.06, 0.12))
    rod = bar(np.array([0.0, -head - shaft - 0.01]), wire * 1.5, section=round_section(12))
    lower, upper = split(rod, (1, 0, 0), -head)
    grip = tool_grip(rng, -head - shaft, float(rng.uniform(0.07, 0.11)), float(rng.uniform(0.008, 0.013)))
    parts: Parts = {"beater": [coil, lower], "shaft": upper, **grip}
    mix = tip_affordances({"mix-with": "beater"}, "grip", head, Tip(half, AXIS))
    return finished(name, "egg-beater", parts, mix, LYING)


def _cranked_beater(rng: Generator, name: str, count: int) -> Tool:
    """Beaters of crossed loops under a wheel with a crank and a straight or a cross grip; the wheel faces z."""
    head, half = float(rng.uniform(0.075, 0.105)), float(rng.uniform(0.019, 0.027))
    apart = half * rng.uniform(0.65, 0.8) if count == 2 else 0.0
    wheel = float(rng.uniform(0.026, 0.042))
    hub = -head - rng.uniform(0.02, 0.05) - wheel
    beaters, frame = [], []
    for number, y in enumerate([apart, -apart][:count]):
        beaters.append(_loops(head, half, 0.0016, 45 * (number % 2)).translate([0, y, 0]))
        frame.append(cylinder((-head * 0.98, y, 0), (hub + wheel * 0.6, y, 0), 0.0025, 0.0025, 12))
        frame.append(cylinder((hub + wheel * 0.95, y, 0), (hub + wheel * 0.6, y, 0), 0.005, 0.009, 14))
    frame.append(box((0.004, apart * 2 + 0.012, 0.01), (-head * 1.05, 0, 0)))
    top = hub - wheel - rng.uniform(0.01, 0.035)
    frame.append(box((-head * 1.05 - top + 0.004, 0.012, 0.004), ((top - head * 1.05) / 2, 0, 0)))
    disc = cylinder((hub, 0, 0.004), (hub, 0, 0.009), wheel, wheel, 36)
    disc = disc - merged(_holes(hub, wheel, int(rng.choice([0, 3, 5]))))
    gear = [disc, cylinder((hub, 0, -0.004), (hub, 0, 0.014), wheel * 0.2, wheel * 0.2, 16)]
    angle, arm = rng.uniform(0, 2 * np.pi), wheel * rng.uniform(0.85, 1.25)
    end = np.array([hub + arm * np.cos(angle), arm * np.sin(angle), 0.013])
    crank = [tube(np.array([[hub, 0, 0.012], end]), 0.003, sides=10)]
    crank.append(cylinder(end - 0.002 * Z, end + rng.uniform(0.022, 0.035) * Z, 0.005, rng.uniform(0.006, 0.009), 16))
    if rng.random() < 0.5:
        grip: Parts = {"grip": [cross_grip(rng, top, rng.uniform(0.035, 0.05), rng.uniform(0.009, 0.013))]}
    else:
        grip = dict(tool_grip(rng, top + 0.004, float(rng.uniform(0.08, 0.11)), float(rng.uniform(0.011, 0.015))))
    parts: Parts = {"beaters": beaters, "frame": frame, "wheel": gear, "crank": crank, **grip}
    mix = tip_affordances({"mix-with": "beaters"}, "grip", head, Tip(half + apart, NONE))
    return finished(name, "egg-beater", parts, mix, FLAT[:1] + LYING[2:])


def _loops(head: float, half: float, wire: float, turn: float) -> Manifold:
    """Two crossed strap loops about the x axis between x = 0 and -`head`, on a pin through the middle."""
    t = np.linspace(0, 1, 16)
    y = half * smooth_curve([(0, 0.0), (0.12, 0.6), (0.4, 1.0), (0.8, 0.5), (1, 0.05)])(t)
    x = -wire - (head - wire) * t
    wires = [cylinder((0, 0, 0), (-head, 0, 0), wire * 1.2, wire * 1.2, 10)]
    for quarter in range(4):
        a = np.radians(turn + 90 * quarter)
        wires.append(tube(np.stack([x, y * np.cos(a), y * np.sin(a)], axis=1), wire * 1.6, wire * 0.6, sides=8))
    return merged(wires)


def _holes(hub: float, wheel: float, count: int) -> list[Manifold]:
    """Cutters for the holes of a wheel about (`hub`, 0)."""
    cutters: list[Manifold] = []
    for angle in 2 * np.pi * np.arange(count) / max(count, 1):
        x, y = hub + 0.6 * wheel * np.cos(angle), 0.6 * wheel * np.sin(angle)
        cutters.append(cylinder((x, y, -1), (x, y, 1), wheel * 0.22, wheel * 0.22, 16))
    return cutters


def frother(rng: Generator, name: str) -> Tool:
    """A milk frother: one ring of coiled wire or two on a thin shaft; a straight, tapered or bulbous battery grip."""
    ring, wire = float(rng.uniform(0.008, 0.0125)), float(rng.uniform(0.0006, 0.0009))
    coil = ring * float(rng.uniform(0.2, 0.3))
    reach, free = 2.2 * ring, float(rng.uniform(0.09, 0.15))
    solids = [_coil_ring(rng, ring, coil, wire).translate([-coil - wire, 0, 0])]
    if rng.random() < 0.35:
        solids.append(_coil_ring(rng, ring * 0.75, coil * 0.8, wire).translate([-coil * 3.4, 0, 0]))
    shaft = bar(np.array([-coil - wire, -free - 0.01]), wire * 1.5, section=round_section(12))
    end, shaft = split(shaft, (1, 0, 0), -reach)
    long, radius = float(rng.uniform(0.085, 0.13)), float(rng.uniform(0.011, 0.017))
    knots = {
        "straight": [(0, 0.35), (0.03, 0.5), (0.08, 0.95), (0.5, 1), (0.96, 1), (1, 0.85)],
        "tapered": [(0, 0.3), (0.1, 0.5), (0.55, 0.85), (0.9, 1), (1, 0.6)],
        "bulbous": [(0, 0.3), (0.1, 0.55), (0.35, 0.7), (0.75, 1.15), (0.95, 0.8), (1, 0.3)],
    }[str(rng.choice(["straight", "tapered", "bulbous"]))]
    x, size = swelling(-free, -free - long, knots, 26)
    body, cap = split(bar(x, radius * size), (1, 0, 0), -free - long * 0.86)
    parts: Parts = {"coil": [*solids, end], "shaft": shaft, "grip": body, "cap": cap}
    button = rng.random() < 0.6
    at = -free - long * rng.uniform(0.2, 0.35)
    if button:
        level = radius * float(np.interp(at, x[::-1], size[::-1]))
        parts["button"] = bar(at + np.linspace(-0.007, 0.007, 7), 0.004, 0.0025, squarish_section(4, 16), level)
    else:
        top = -free - long
        parts["button"] = bar(np.array([top + 0.003, top - 0.002, top - 0.003]), radius * 0.35 * np.array([1, 1, 0.7]))
    mix = tip_affordances({"mix-with": "coil"}, "grip", reach, Tip(ring, MIRROR if button else AXIS))
    return finished(name, "frother", parts, mix, ROLLING)


def _coil_ring(rng: Generator, ring: float, coil: float, wire: float) -> Manifold:
    """A spring bent to a closed ring about the x axis, with a wire within it and one across it."""
    turns = int(rng.integers(14, 22))
    t = np.linspace(0, 2 * np.pi, turns * 6 + 1)
    spread = ring - coil + coil * np.cos(turns * t)
    helix = np.stack([coil * np.sin(turns * t), spread * np.cos(t), spread * np.sin(t)], axis=1)
    t = np.linspace(0, 2 * np.pi, 33)
    inner = (ring - 2 * coil) + 0 * t
    hoop = np.stack([0 * t, inner * np.cos(t), inner * np.sin(t)], axis=1)
    spoke = cylinder((0, -ring + coil, 0), (0, ring - coil, 0), wire * 1.2, wire * 1.2, 10)
    return merged([tube(helix, wire, sides=5), tube(hoop, wire * 1.1, sides=6), spoke])


FAMILIES = {
    "egg-beater": Family(egg_beater, ("mix-with",)),
    "frother": Family(frother, ("mix-with",)),
}
