"""Parametric things for hockey and curling: stick and puck.

A stick lies in the xy plane, its blade at +x, bent towards +y, the hand at -x; a puck lies on z = 0.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import bar, squarish_section
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, arc, finished, flat, merged, rod, turned
from dfc_core.assets.families.serving import ON_SIDE, UPRIGHT, press_with_base, serve
from dfc_core.assets.solids import cylinder, filled, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, MIRROR, MIRROR_X, NONE, Affordance, Tool

X, Y, Z = np.eye(3)


def hockey_stick(rng: Generator, name: str) -> Tool:
    """A stick for ice, with a curved or straight blade, for floorball, with a pierced one, or for the field, hooked."""
    kind = str(rng.choice(["ice", "floorball", "field"], p=[0.45, 0.2, 0.35]))
    if kind == "field":
        return _field_stick(rng, name)
    long = rng.uniform(0.2, 0.32)
    tall = long * (rng.uniform(0.19, 0.26) if kind == "ice" else rng.uniform(0.28, 0.36))
    lie = np.radians(rng.uniform(36, 52))  # from the shaft's line to the blade
    along = np.array([np.cos(lie), np.sin(lie), 0])
    down, thick = np.array([np.sin(lie), -np.cos(lie), 0]), rng.uniform(0.004, 0.0065)
    curve = rng.choice([-1, 0, 1]) * rng.uniform(0.05, 0.11) * long
    blade = _blade(rng, kind, long, tall, thick, curve, along, down)
    length = rng.uniform(0.55, 1.35)
    shaft, grip = _shaft(rng, kind, length, tall)
    middle = along * long * 0.5 + Z * curve * 0.25
    frames = [function_frame(middle + side * thick * Z, side * Z, -X) for side in (1, -1)]
    scale = float((long + tall) / 4)
    pound = Affordance("pound-with", "blade", "grip", frames[0], scale, NONE, (frames[1],))
    edge = middle + down * tall / 2
    sweep = Affordance(
        "sweep-with", "blade", "grip", function_frame(edge, down, -Z), long / 2, NONE if curve else MIRROR_X
    )
    return finished(name, "hockey-stick", {"blade": blade, "shaft": shaft, "grip": grip}, [pound, sweep], FLAT)


def _blade(
    rng: Generator, kind: str, long: float, tall: float, thick: float, curve: float, along: NDArray, down: NDArray
) -> Manifold:
    """The blade from heel to toe along `along`, `tall` across, bent by `curve` towards z at its toe."""
    share = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 30))
    toe = rng.uniform(0.85, 1.15)
    upper = smooth_curve([(0, 0.3), (0.05, 0.7), (0.15, 0.95), (0.85, toe), (0.96, toe * 0.72), (1, 0.15)])(share)
    lower = smooth_curve([(0, 0.1), (0.06, 0.75), (0.18, 1), (0.85, 1), (0.96, 0.7), (1, 0.1)])(share)
    section = np.array([[-1, -0.8], [-0.92, -1], [0.92, -1], [1, -0.8], [1, 0.8], [0.92, 1], [-0.92, 1], [-1, 0.8]])
    rings = []
    for s, over, under in zip(share, upper, lower, strict=True):
        middle, half = (under - over) / 2, (under + over) / 2
        centre = along * long * s + Z * curve * s**2
        across = (middle + half * section[:, :1]) * down * tall / 2
        rings.append(centre + across + thick * section[:, 1:] * Z)
    blade = loft(rings)
    if kind == "floorball":
        slots = []
        for s in np.linspace(0.22, 0.82, int(rng.integers(5, 9))):
            for place in (-0.42, 0.0, 0.42):
                centre = along * long * s + down * place * tall / 2
                slots.append(cylinder(centre - Z, centre + Z, tall * 0.075, tall * 0.075, 8))
        blade = blade - merged(slots)
    return blade


def _shaft(rng: Generator, kind: str, length: float, tall: float) -> tuple[Manifold, Manifold]:
    """(shaft, grip): a flat bar from the heel back, its end wrapped or capped by a knob."""
    wide, thin = rng.uniform(0.0125, 0.016), rng.uniform(0.0085, 0.011)
    section = squarish_section(rng.uniform(3, 7), 24)
    if kind == "floorball":
        wide = thin = rng.uniform(0.011, 0.0135)
        section = squarish_section(2, 24)
    x = np.concatenate([[tall * 0.3, 0.0, -0.06], np.linspace(-0.1, -length, 14)])
    taper = np.concatenate([[0.5, 0.8, 0.95], np.ones(14)])
    thickness = np.concatenate([[0.35, 0.6, 0.9], np.ones(14)])
    grip, shaft = split(bar(x, wide * taper, thin * thickness, section), -X, length * rng.uniform(0.62, 0.78))
    start = float(grip.bounding_box()[3])
    if rng.random() < 0.7:
        sleeve = np.linspace(start, -length - 0.002, 10)
        grip = grip + bar(sleeve, wide * 1.12, thin * 1.15, section)
    if rng.random() < 0.6:
        grip = grip + bar(-length + np.array([0.03, 0.024, 0.0, -0.006]), wide * 1.3, thin * 1.45, section)
    return shaft, grip


def _field_stick(rng: Generator, name: str) -> Tool:
    """A stick with a hook at its end that is flat on the side of -z and round on the other."""
    radius, length = rng.uniform(0.026, 0.04), rng.uniform(0.5, 0.95)
    slim = rng.uniform(0.0115, 0.0145)
    turn = rng.uniform(60, 105)
    bow = arc((0, radius), radius, -90, turn, 26)
    line = np.concatenate([np.column_stack([np.linspace(-length, -radius * 0.6, 26), np.zeros(26)]), bow])
    place = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    s, head = place / place[-1], (length - radius * 1.6) / place[-1]
    deep = smooth_curve([(0, slim * 0.9), (0.01, slim * 1.1), (0.35, slim), (head * 0.9, slim * 1.1),
                         ((1 + head) / 2, radius * 0.52), (0.985, radius * 0.48), (1, radius * 0.25)])(s)  # fmt: skip
    wide = smooth_curve([(0, slim), (0.35, slim), (head * 0.85, slim * 1.4), ((1 + head) / 2, slim * 1.7),
                         (0.985, slim * 1.5), (1, slim * 0.8)])(s)  # fmt: skip
    level = slim * rng.uniform(0.55, 0.85)
    stick = tube(flat(line), wide, deep, sides=20).trim_by_plane(Z, -level)
    blade, rest = split(stick, X, -radius * rng.uniform(0.9, 1.6))
    shaft, grip = split(rest, X, -length * rng.uniform(0.62, 0.75))
    if rng.random() < 0.6:
        start = float(grip.bounding_box()[3])
        grip = grip + cylinder((start, 0, 0), (-length - 0.003, 0, 0), slim * 1.12, slim * 1.18, 24)
    low, outer = radius * 0.5, radius * 1.5
    pound = serve("pound-with", "blade", "grip", (radius * 0.8, radius * 0.6, -level), -Z, -X, radius * 1.2, NONE)
    sweep = serve("sweep-with", "blade", "grip", (outer, radius, 0), X, -Z, low + radius, NONE)
    return finished(name, "hockey-stick", {"blade": blade, "shaft": shaft, "grip": grip}, [pound, sweep], FLAT)


def hockey_puck(rng: Generator, name: str) -> Tool:
    """A puck of rubber, a thin air-hockey disc, a capped shuffleboard weight, or a curling stone with its handle."""
    kind = str(rng.choice(["rubber", "air", "capped", "curling"], p=[0.35, 0.15, 0.2, 0.3]))
    if kind == "curling":
        return _curling_stone(rng, name)
    radius, height = {
        "rubber": (rng.uniform(0.03, 0.039), rng.uniform(0.02, 0.03)),
        "air": (rng.uniform(0.025, 0.042), rng.uniform(0.006, 0.011)),
        "capped": (rng.uniform(0.025, 0.031), rng.uniform(0.017, 0.026)),
    }[kind]
    edge = rng.uniform(0.03, 0.12)
    waist = rng.uniform(0.82, 0.93) if kind == "capped" else rng.uniform(0.98, 1.0)
    shares = np.array([0, edge, 0.3, 0.38, 0.62, 0.7, 1 - edge, 1.0])
    radii = radius * np.array([1 - edge * 0.5, 1, 1, waist, waist, 1, 1, 1 - edge * 0.5])
    solid = filled(radii, shares * height, 56)
    if rng.random() < 0.5:  # a sunk disc or a raised ring on both sides
        inner, deep = radius * rng.uniform(0.45, 0.8), height * rng.uniform(0.05, 0.12)
        for level in (0.0, height):
            solid = solid - cylinder((0, 0, level - deep), (0, 0, level + deep), inner, inner, 48)
            if rng.random() < 0.5:
                solid = solid + cylinder((0, 0, height * 0.3), (0, 0, height * 0.7), inner, inner, 48)
                core = inner * rng.uniform(0.4, 0.8)
                solid = solid + cylinder(
                    (0, 0, min(level, height * 0.5)), (0, 0, max(level, height * 0.5)), core, core, 48
                )
    top, rest = split(solid, Z, height * 0.8)
    rim, bottom = split(rest, Z, height * 0.2)
    other = function_frame((0, 0, height), Z, -X)
    press = serve("press-with", "face", "rim", (0, 0, 0), -Z, -X, radius, AXIS, (other,))
    return finished(name, "hockey-puck", {"face": [top, bottom], "rim": rim}, [press], (UPRIGHT, ON_SIDE, turned(x=60)))


def _curling_stone(rng: Generator, name: str) -> Tool:
    """A round stone, bellied, with a bent or a bowed handle on top."""
    radius = rng.uniform(0.1, 0.145)
    height = radius * rng.uniform(0.7, 0.95)
    flat = rng.uniform(0.5, 0.75)
    shape = smooth_curve([(0, flat), (0.08, flat + 0.15), (0.3, 0.96), (0.5, 1), (0.7, 0.96), (0.94, flat), (1, 0.4)])
    step = np.linspace(0, 1, 26)
    body, base = split(filled(radius * shape(step), height * step, 56), Z, height * 0.25)
    thick, rise = radius * rng.uniform(0.08, 0.12), radius * rng.uniform(0.3, 0.42)
    if rng.random() < 0.6:  # one foot in the middle, the handle bent to -x
        knots = np.array([(0, -0.1), (0, 0.5), (-0.03, 0.85), (-0.12, 1), (-0.5, 1.05), (-0.85, 1.05)])
    else:
        knots = np.array([(0.5, -0.1), (0.5, 0.6), (0.42, 0.92), (0, 1), (-0.42, 0.92), (-0.5, 0.6), (-0.5, -0.1)])
    path = np.column_stack([knots[:, 0] * radius, np.zeros(len(knots)), height + knots[:, 1] * rise])
    plate = cylinder((0, 0, height * 0.9), (0, 0, height * 1.03), radius * 0.5, radius * 0.45, 40)
    ends = {path[0, 0], path[-1, 0]} if len(knots) > 6 else {path[0, 0]}
    feet = [cylinder((x, 0, height * 0.8), (x, 0, height + rise * 0.3), thick, thick, 16) for x in sorted(ends)]
    handle = [rod(path, thick, 16), *feet]
    parts = {"base": base, "body": [body, plate], "handle": handle}
    press = press_with_base("handle", radius * (flat + 0.1), MIRROR)
    return finished(name, "hockey-puck", parts, [press], (UPRIGHT, UPRIGHT, ON_SIDE))


FAMILIES = {
    "hockey-stick": Family(hockey_stick, ("pound-with", "sweep-with")),
    "hockey-puck": Family(hockey_puck, ("press-with",)),
}
