"""Parametric bottle openers: a flat bar blade, a loop on a handle, a cast head. Window at the origin, handle to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator

from dfc_core.assets.families.bars import LYING, X, Z, bar, entering, squarish_section, swelling
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.solids import assemble, cylinder, function_frame, tube
from dfc_core.assets.tool import MIRROR, Affordance, Tool


def bottle_opener(rng: Generator, name: str) -> Tool:
    """A bottle opener: a flat bar blade, a loop of wire on a handle, or a cast head; a lip in its window lifts."""
    kind = str(rng.choice(["blade", "loop", "cast"]))
    half, deep = float(rng.uniform(0.013, 0.018)), float(rng.uniform(0.022, 0.032))  # the window
    wall = half * float(rng.uniform(0.3, 0.6))
    thick = float(rng.uniform(0.0009, 0.0018)) if kind == "blade" else half * float(rng.uniform(0.14, 0.28))
    power = float(rng.uniform(2.2, 6.0))
    unit = squarish_section(power, 40)
    outer = unit * [deep / 2 + wall, half + wall]
    inner = unit * [deep / 2, half]
    window = Manifold.extrude(CrossSection([inner]), 1.0).translate([0, 0, -0.5])
    ring = Manifold.extrude(CrossSection([outer]), 2 * thick).translate([0, 0, -thick]) - window
    if kind == "loop":
        middle = (unit * [(deep + wall) / 2, half + wall / 2])[[*range(40), 0, 1]]
        ring = tube(np.column_stack([middle, np.zeros(42)]), wall * 0.42, sides=12)
    lip, lip_tip, lip_half = _lip(rng, deep, half, thick)
    start = -deep / 2 - wall * (0.5 if kind == "loop" else 0.3)
    parts = _opener_handle(rng, kind, start, half + wall, thick, window)
    mesh = assemble({"lip": lip, "loop": ring, **parts})
    frame = function_frame((lip_tip, 0, -thick * 0.5), X, Z)
    long = lip_tip + deep / 2
    pry = Affordance("pry-with", "lip", "handle", frame, entering(lip_half, long), MIRROR)
    return Tool(name, "bottle-opener", *mesh, affordances=(pry,), rest_rotations=LYING, licence="Apache-2.0")


def _lip(rng: Generator, deep: float, half: float, thick: float) -> tuple[Manifold, float, float]:
    """(solid, x of its tip, half width): a tongue from the hand's side into the window, bent down a little."""
    reach, wide = deep * rng.uniform(0.3, 0.45), half * rng.uniform(0.5, 0.9)
    s = np.linspace(0, 1, 10)
    x = -deep / 2 - 0.003 + s * (reach + 0.003)
    size = wide * np.sqrt(np.clip(1 - (s * 0.96) ** rng.uniform(2, 6), 0.05, 1))
    z = -thick * rng.uniform(0.0, 0.6) * s
    return bar(x, size, thick * np.linspace(0.9, 0.5, 10), squarish_section(4), z), float(x[-1]), float(wide)


def _opener_handle(
    rng: Generator, kind: str, start: float, half: float, thick: float, window: Manifold
) -> dict[str, Manifold | list[Manifold]]:
    if kind == "blade":
        length = rng.uniform(0.09, 0.15)
        x, size = swelling(start, start - length, [(0, 1), (0.3, rng.uniform(0.6, 1.0)), (0.9, 0.9), (1, 0.5)], 20)
        plate = bar(x, half * 0.97 * size, thick, squarish_section(10))
        radius = half * rng.uniform(0.35, 0.6)
        if rng.random() < 0.7:
            hole = start - length + 1.6 * radius + 0.004
            plate = plate - cylinder((hole, 0, -1), (hole, 0, 1), radius, radius, 24)
        return {"handle": plate - window}
    length = rng.uniform(0.06, 0.11)
    neck_long = rng.uniform(0.01, 0.035)
    neck = bar(start - np.array([-0.002, 0.004, neck_long + 0.01]), np.array([half * 0.5, 0.005, 0.004]), 0.0035)
    if kind == "loop" or rng.random() < 0.5:
        grip = tool_grip(rng, start - neck_long, length, rng.uniform(0.008, 0.014))
        return {"neck": neck - window, "handle": list(grip.values())}
    x, size = swelling(start, start - length, [(0, 0.9), (0.2, 0.5), (0.7, rng.uniform(0.5, 0.8)), (1, 0.25)], 20)
    return {"handle": bar(x, half * size, thick * 1.2, squarish_section(3)) - window}


FAMILIES = {
    "bottle-opener": Family(bottle_opener, ("pry-with",)),
}
