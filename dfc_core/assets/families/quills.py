"""Parametric light things with a soft or fine end: swab, feather, dip pen.

Lying along x, the working end to +x and what is held to -x; a feather's vane and a nib are broad in y.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    bar,
    fluted_section,
    polygon_section,
    round_section,
    swelling,
    tip_affordances,
    twisted,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import shell
from dfc_core.assets.families.forms import finished, rod
from dfc_core.assets.solids import box, cylinder, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, MIRROR_X, NONE, Affordance, Tool

X, Y, Z = np.eye(3)


def swab(rng: Generator, name: str) -> Tool:
    """A swab: a cotton bud with two ends, a long one with a single end, or a dabber with a sponge on a handle."""
    kind = str(rng.choice(["bud", "long", "dabber"], p=[0.45, 0.3, 0.25]))
    wide, half, shaft = {
        "bud": (rng.uniform(0.0022, 0.0036), rng.uniform(0.033, 0.045), rng.uniform(0.001, 0.0015)),
        "long": (rng.uniform(0.0025, 0.008), rng.uniform(0.06, 0.1), rng.uniform(0.001, 0.002)),
        "dabber": (rng.uniform(0.012, 0.025), rng.uniform(0.045, 0.07), rng.uniform(0.004, 0.007)),
    }[kind]
    deep = wide * (rng.uniform(0.7, 1.4) if kind == "dabber" else rng.uniform(3.2, 5.0))
    knots = {
        "bud": [(0, 0.25), (0.08, 0.65), (0.3, rng.uniform(0.85, 1)), (0.6, 1), (0.9, 0.7), (1, 0.4)],
        "long": [(0, 0.25), (0.1, 0.75), (0.3, 1), (0.75, rng.uniform(0.7, 1)), (1, 0.3)],
        "dabber": [(0, 0.3), (0.06, 0.65), (0.3, rng.uniform(0.9, 1)), (0.75, 1), (1, rng.uniform(0.5, 0.9))],
    }[kind]
    x, size = swelling(half, half - deep, knots, 18)
    tip = bar(x, wide * size, section=fluted_section(int(rng.integers(5, 9)), rng.uniform(0.0, 0.06)))
    frame = function_frame((half, 0, 0), X, -Z)
    other: tuple[NDArray, ...] = ()
    if kind == "bud":
        held, tips = {"stick": cylinder((-half + 0.002, 0, 0), (half - 0.002, 0, 0), shaft, shaft, 14)}, [tip]
        tips.append(tip.rotate([0, 0, 180]))
        other = (function_frame((-half, 0, 0), -X, -Z),)
    else:
        tips, held = [tip], _swab_handle(rng, kind, half - deep, half, shaft, wide)
    hold = "grip" if "grip" in held else "stick"
    brush = Affordance("brush-with", "tip", hold, frame, float(wide), AXIS, other)
    return finished(name, "swab", {"tip": tips, **held}, [brush], ROLLING)


def _swab_handle(rng: Generator, kind: str, root: float, half: float, shaft: float, wide: float) -> dict:
    """A long thin stick, its far half held; or a turned handle with a flat cup for a sponge."""
    if kind == "long":
        grip, stick = split(rod(np.array([(-half, 0, 0), (root + 0.003, 0, 0)]), shaft, 14), -X, -root * 0.2)
        return {"stick": stick, "grip": grip}
    cup = bar(root + np.array([0.003, -0.001, -0.005]), wide * np.array([0.85, 0.9, 0.4]))
    knots = [(0, 0.8), (0.3, rng.uniform(0.7, 1.2)), (0.8, rng.uniform(1.0, 1.5)), (1, 0.4)]
    x, size = swelling(root - 0.003, -half, knots)
    return {"cup": cup, "grip": bar(x, shaft * size)}


def feather(rng: Generator, name: str) -> Tool:
    """A feather: a stiff flight feather, an even one, or a ragged plume; straight, swayed to a side or arched."""
    kind = rng.choice(["flight", "even", "plume"])
    long, quill = rng.uniform(0.1, 0.24), rng.uniform(0.025, 0.07)
    half = long * (rng.uniform(0.16, 0.26) if kind == "plume" else rng.uniform(0.08, 0.15))
    arch = rng.uniform(0.04, 0.2) * long if rng.random() < 0.5 else 0.0
    sway, lean = rng.uniform(-0.12, 0.12) * long, rng.uniform(0.2, 0.8)
    s = np.linspace(0, 1, 61)
    spine = np.column_stack([s * long, sway * s**2, -arch * s**2])
    ragged = rng.uniform(0.2, 0.4) if kind == "plume" else rng.uniform(0.0, 0.08)
    shape = smooth_curve([(0, 0.35), (0.12, 0.8), (0.4, 1), (0.75, rng.uniform(0.75, 1)), (0.94, 0.45), (1, 0.08)])
    sides = {1: half * (0.45 if kind == "flight" else 1.0), -1: half}
    vanes = [_vane(rng, spine, sign * wide * shape(s), lean, ragged) for sign, wide in sides.items()]
    root = np.array([[-quill, 0, 0], [-quill * 0.5, 0, 0]])
    thick = rng.uniform(0.0012, 0.0024) * (0.6 + long / 0.4)
    taper = np.concatenate([[0.7, 1.1], np.linspace(1, 0.25, 31)])
    shaft = tube(np.concatenate([root, spine[::2] * [0.985, 1, 1]]), thick * taper, sides=10)
    shaft, grip = split(shaft, X, -quill * 0.12)
    slope = np.array([long, sway, -arch])
    frames = []
    for sign, wide in ((-1, sides[-1]), (1, sides[1])):
        edge = spine[30] + float(shape(0.5)) * wide * np.array([lean, sign, 0])
        out = sign * Y - slope * (sign * slope[1]) / (slope @ slope)
        frames.append(function_frame(edge, out, sign * Z))
    symmetry = NONE if arch else MIRROR_X
    pair = [
        Affordance(f, "vane", "quill", frames[0], float(long / 2), symmetry, (frames[1],))
        for f in ("brush-with", "sweep-with")
    ]
    return finished(name, "feather", {"vane": vanes, "shaft": shaft, "quill": grip}, pair)


def _vane(rng: Generator, spine: NDArray, reach: NDArray, lean: float, ragged: float) -> Manifold:
    """The barbs on one side of a spine: a thin sheet, ridged along them, its edge uneven by `ragged`."""
    count = len(spine)
    across = np.linspace(-0.03, 1, 6)
    uneven = 1 - ragged * rng.uniform(0, 1, count) * (1 + np.arange(count) % 2) / 2
    for gap in rng.integers(8, count - 8, int(rng.integers(0, 4))):
        uneven[gap] *= rng.uniform(0.45, 0.8)
    cut = 1 + np.outer(uneven - 1, np.clip(across, 0, 1))
    offset = np.zeros((count, len(across), 3))
    offset[..., 0] = np.abs(reach)[:, None] * lean * across
    offset[..., 1] = reach[:, None] * across * cut
    thick = np.where(np.arange(count) % 2, 0.0004, 0.0009)[:, None] * (1 - 0.4 * across)
    grid, up = spine[:, None] + offset, thick[..., None] * Z / 2
    return shell(grid + up, grid - up)


def dip_pen(rng: Generator, name: str) -> Tool:
    """A dip pen: a steel nib in a holder, straight or held askew by a flange, or a glass pen with a fluted point."""
    kind = rng.choice(["straight", "oblique", "glass"], p=[0.55, 0.15, 0.3])
    long, radius = rng.uniform(0.12, 0.18), rng.uniform(0.0035, 0.006)
    reach = rng.uniform(0.018, 0.034)
    half = rng.uniform(0.0028, 0.0045)
    if kind == "glass":
        x = np.linspace(0, -reach, 26)
        turns = twisted(fluted_section(int(rng.integers(6, 10)), 0.25, 4), np.linspace(0, rng.uniform(1, 4), 26))
        size = radius * smooth_curve([(0, 0.08), (0.25, 0.55), (0.6, 0.95), (1, 0.7)])(-x / reach)
        nib, collar = bar(x, size, section=turns), bar(-reach + np.array([0.001, -0.003, -0.006]), radius * 0.9)
    else:
        nib = _steel_nib(rng, reach, half)
        ferrule = max(half * 1.05, radius * 0.9)
        collar = bar(-reach * np.array([0.8, 0.82, 1.0]) - [0, 0, 0.012], ferrule * np.array([0.9, 1, 1.05]))
    start = -reach - (0.004 if kind == "glass" else 0.01)
    holder = _holder(rng, start, long, radius)
    grip, end = split(holder, X, start - 0.4 * long)
    parts = {"nib": nib, "ferrule": collar, "grip": grip, "holder": end}
    if kind == "oblique":
        parts = _askew(rng, parts, reach, radius)
    symmetry = {"glass": AXIS, "straight": MIRROR_X}.get(str(kind), NONE)
    found = tip_affordances({"write-with": "nib", "poke-with": "nib"}, "grip", reach * 0.8, Tip(half, symmetry))
    return finished(name, "dip-pen", parts, found, ROLLING)


def _steel_nib(rng: Generator, long: float, half: float) -> Manifold:
    """An arched leaf with a breather hole and a slit, its tip at the origin."""
    share = np.linspace(0, 1, 18)
    shoulder = rng.uniform(0.4, 0.6)
    wide = half * smooth_curve([(0, 0.08), (0.2, 0.3), (shoulder, 1), (0.7, rng.uniform(0.8, 1)), (1, 0.9)])(share)
    across = np.linspace(-1, 1, 9)
    rings = []
    for s, w in zip(share, wide, strict=True):
        top = np.column_stack([np.full(9, -s * long * 1.1), across * w, 0.75 * w * (1 - across**2) + 0.0003])
        rings.append(np.concatenate([top, (top - [0, 0, 0.0007])[::-1]]))
    hole = cylinder((-long * 0.45, 0, -0.1), (-long * 0.45, 0, 0.1), half * 0.16, half * 0.16, 12)
    slit = box((long * 0.38, half * 0.06, 0.1), (-long * 0.26, 0, 0))
    return loft(rings) - hole - slit


def _holder(rng: Generator, start: float, long: float, radius: float) -> Manifold:
    """A stem: tapered, waisted or with a bulb near the fingers; round or with flats."""
    knots = {
        "tapered": [(0, 0.9), (0.1, 1), (0.4, 0.95), (1, rng.uniform(0.35, 0.6))],
        "waisted": [(0, 1), (0.08, 1.1), (0.2, 0.75), (0.45, 1.05), (1, 0.5)],
        "bulb": [(0, 0.85), (0.12, 1.4), (0.28, 1.3), (0.5, 0.75), (0.97, 0.4), (1, 0.2)],
    }[str(rng.choice(["tapered", "waisted", "bulb"]))]
    x, size = swelling(start, start - long, knots, 30)
    return bar(x, radius * size, section=polygon_section(6) if rng.random() < 0.2 else round_section())


def _askew(rng: Generator, parts: dict, reach: float, radius: float) -> dict:
    """The same parts with the holder turned from the nib in the plane, and a flange between them."""
    angle = rng.uniform(15, 38)
    corner = np.array([-reach * 1.0, 0, 0])
    side = np.array([0.004, -radius * 2.4, 0])
    turned = {
        part: parts[part].translate(list(-corner)).rotate([0, 0, -angle]).translate(list(corner + side))
        for part in ("grip", "holder")
    }
    first = corner - 0.004 * X
    far = corner + side + np.array([-np.cos(np.radians(angle)), np.sin(np.radians(angle)), 0]) * 0.018
    flange = rod(np.stack([first, far]), radius * 0.55, 10)
    return {"nib": parts["nib"], "ferrule": [parts["ferrule"], flange], **turned}


FAMILIES = {
    "swab": Family(swab, ("brush-with",)),
    "feather": Family(feather, ("brush-with", "sweep-with")),
    "dip-pen": Family(dip_pen, ("write-with", "poke-with")),
}
