"""Parametric brushes with bristles at the end of the handle: paintbrush, artist's brush, bottle brush.

Handle to -x, bristles towards +x, the row of a flat brush along y.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, LYING, block, finished, flat, rod, rounded
from dfc_core.assets.families.tufts import round_bristles, striated
from dfc_core.assets.solids import cylinder, filled, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Symmetry, Tool

TIP_SHARE = 0.45  # of a brush's bristles, the part that counts as tip
OUT, FLAT_SIDE, ROW = (1, 0, 0), (0, 0, -1), (0, 1, 0)


def paintbrush(rng: Generator, name: str) -> Tool:
    """A flat painter's brush: thin or thick, straight or slanted, with a beaver tail, a long or a block handle."""
    wall = rng.random() < 0.2
    half = rng.uniform(0.045, 0.075) if wall else rng.uniform(0.01, 0.04)
    thick = rng.uniform(0.01, 0.02) if wall else half * rng.uniform(0.2, 0.45) + 0.002
    depth = half * rng.uniform(0.8, 1.3) if wall else half * rng.uniform(1.1, 2.0) + 0.012
    slant = rng.uniform(0.2, 0.5) if rng.random() < 0.2 else 0.0
    hump = rng.uniform(0, 0.12)
    bristles = striated(
        rng, half * 0.97, half * rng.uniform(0.97, 1.12), depth, thick * 0.95, thick * rng.uniform(0.4, 1.05),
        columns=31, ragged=0.04, profile=lambda u: 1 + 0.5 * slant * u - hump * u**2,
    )  # fmt: skip
    tip, rear = split(bristles, (1, 0, 0), depth * (1 - TIP_SHARE))
    ferrule = depth * rng.uniform(0.35, 0.7)
    metal = [_band_box(0.003, -ferrule, half, thick)]
    if rng.random() < 0.7:  # crimps
        metal += [_band_box(-ferrule * at, -ferrule * at - 0.003, half * 1.015, thick * 1.06) for at in (0.25, 0.7)]
    grip, neck = _paint_handle(rng, half, thick, -ferrule + 0.003, wall)
    parts = {"tip": tip, "bristles": rear, "ferrule": metal, "neck": neck, "grip": grip}
    return finished(name, "paintbrush", parts, _painting(depth, half, HALF_TURN, MIRROR if slant else HALF_TURN), FLAT)


def _painting(depth: float, half: float, symmetry: Symmetry, along_symmetry: Symmetry) -> tuple[Affordance, ...]:
    """What a brush does whose bristles end at x = `depth`; `along_symmetry` is for frames with x along the row."""
    across = function_frame((depth, 0, 0), OUT, FLAT_SIDE)
    along = function_frame((depth, 0, 0), OUT, ROW)
    middle = function_frame((depth / 2, 0, 0), OUT, FLAT_SIDE)
    both = ("tip", "bristles")
    return (
        Affordance("brush-with", both, "grip", across, half, symmetry),
        Affordance("spread-with", both, "grip", along, half, along_symmetry),
        Affordance("mix-with", both, "grip", middle, depth / 2, symmetry),
        Affordance("write-with", "tip", "grip", along, depth * TIP_SHARE, along_symmetry),
        Affordance("poke-with", "tip", "grip", along, depth * TIP_SHARE, along_symmetry),
    )


def _band_box(front: float, back: float, half: float, thick: float) -> Manifold:
    """A ferrule: a box with round narrow sides."""
    section = rounded(block((2 * half, 2 * thick)), thick * 0.7, 12)
    return section.extrude(front - back).rotate([0, 90, 0]).rotate([90, 0, 0]).translate([back, 0, 0])


def _paint_handle(rng: Generator, half: float, thick: float, start: float, wall: bool) -> tuple[Manifold, Manifold]:
    """(grip, neck) of a handle whose outline narrows, swells and ends round, with or without a hole."""
    length = rng.uniform(0.1, 0.16) if wall else rng.uniform(0.09, 0.2)
    slim = rng.uniform(0.2, 0.45) * half if half > 0.02 else rng.uniform(0.4, 0.6) * half
    slim, s = max(slim, 0.005), np.linspace(0, 1, 40)
    belly = min(slim * rng.uniform(1.1, 1.9), half)
    shoulder = [(0, half * 0.96), (0.07, half * 0.94), (0.3, slim * 1.05), (0.45, slim)]
    width = smooth_curve([*shoulder, (0.78, belly), (0.94, belly * 0.75), (1, belly * 0.2)])(s)
    slab = [(0, thick * 0.9), (0.3, max(thick * 0.75, 0.004)), (0.75, max(thick * 0.8, 0.0045)), (1, 0.002)]
    depth = smooth_curve(slab)(s)
    turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    c, d = np.cos(turn), np.sin(turn)
    c, d = np.sign(c) * np.abs(c) ** 0.8, np.sign(d) * np.abs(d) ** 0.8
    stations = zip(start - s * length, width, depth, strict=True)
    solid = loft([np.stack([np.full(20, x), w * c, t * d], 1) for x, w, t in stations])
    if rng.random() < 0.6:
        hole = belly * rng.uniform(0.25, 0.4)
        at = start - 0.85 * length
        solid = solid - cylinder((at, 0, -0.05), (at, 0, 0.05), hole, hole, 20)
    neck, grip = split(solid, (1, 0, 0), start - 0.3 * length)
    return grip, neck


def artist_brush(rng: Generator, name: str) -> Tool:
    """A slim brush for pictures or make-up: pointed, round, fan or mop bristles on a turned handle."""
    kind = rng.choice(["pointed", "blunt", "powder", "fan"], p=[0.4, 0.2, 0.25, 0.15])
    radius = rng.uniform(0.012, 0.02) if kind == "powder" else rng.uniform(0.004, 0.008)
    depth = radius * (rng.uniform(1.8, 2.6) if kind == "powder" else rng.uniform(3.5, 5.5))
    half = radius
    if kind == "fan":
        half = depth * rng.uniform(0.6, 0.9)
        bristles = striated(rng, radius * 0.8, half, depth, radius * 0.7, radius * 0.25, columns=29,
                            profile=lambda u: 1 - 0.35 * u**2)  # fmt: skip
    else:
        shape = {"pointed": [(0, 0.7), (0.3, 1.0), (0.65, 0.75), (1, 0.06)],
                 "blunt": [(0, 0.75), (0.4, 1.0), (0.9, 0.9), (1, 0.5)],
                 "powder": [(0, 0.5), (0.5, 1.0), (0.85, 0.8), (1, 0.25)]}[str(kind)]  # fmt: skip
        bristles = round_bristles(rng, depth, radius, shape, ridges=14, ragged=0.03)
    tip, rear = split(bristles, (1, 0, 0), depth * (1 - TIP_SHARE))
    collar, base = radius * rng.uniform(3, 5) + 0.006, radius * (0.55 if kind == "powder" else 0.78)
    metal = filled(np.array([base * 0.8, base, base * 1.05]), np.array([-collar, -collar * 0.3, 0.002]), 20)
    long = rng.uniform(0.1, 0.16) if kind == "powder" else rng.uniform(0.12, 0.25)
    swell = base * rng.uniform(1.0, 1.6)
    knots = [(0, base * 0.8), (0.15, swell), (0.4, swell * 0.8), (0.85, swell * rng.uniform(0.35, 0.8)), (1, 0.0012)]
    s = np.linspace(0, 1, 30)
    handle = filled(smooth_curve(knots)(s)[::-1], (-collar + 0.001 - s * long)[::-1], 16)
    handle, metal = handle.rotate([0, 90, 0]), metal.rotate([0, 90, 0])
    grip, end = split(handle, (1, 0, 0), -collar - 0.45 * long)
    parts = {"tip": tip, "bristles": rear, "ferrule": metal, "grip": grip, "end": end}
    symmetry = HALF_TURN if kind == "fan" else AXIS
    affordances = [a for a in _painting(depth, half, symmetry, symmetry) if a.function != "spread-with"]
    return finished(name, "artist-brush", parts, affordances, LYING if kind != "fan" else FLAT)


def bottle_brush(rng: Generator, name: str) -> Tool:
    """Bristles all round a twisted wire: straight, tapered or with a tuft at its end; a loop or a plastic grip."""
    depth, radius = rng.uniform(0.07, 0.16), rng.uniform(0.01, 0.035)
    wire = rng.uniform(0.0016, 0.003)
    shape = rng.choice(["straight", "tapered", "bulb"])
    shapes: dict[str, list[tuple[float, float]]]
    shapes = {"straight": [(0, 0.95), (0.9, 1.0), (1, 0.8)], "tapered": [(0, 1.0), (1, 0.4)],
             "bulb": [(0, 0.75), (0.55, 0.75), (0.75, 1.0), (0.92, 0.95), (1, 0.5)]}  # fmt: skip
    discs = int(rng.integers(9, 18))
    count = 2 * discs + 1
    groove = np.where(np.arange(count) % 2, 1.0, rng.uniform(0.45, 0.85))
    at = np.linspace(0, 1, count)
    profile = np.repeat(radius * smooth_curve(shapes[str(shape)])(at) * groove, 2)[1:-1]
    heights = np.repeat(at * depth, 2)[1:-1] + np.tile([-0.0004, 0.0004], count - 1) * depth / 0.1
    bristles = filled(profile, np.sort(heights), 26).rotate([0, 90, 0])
    length = rng.uniform(0.12, 0.26)
    bend = rng.uniform(-0.15, 0.15) * length if rng.random() < 0.3 else 0.0
    s = np.linspace(0, 1, 12)
    path = np.stack([0.004 + depth * 0.5 - (depth * 0.5 + length) * s, 0 * s, bend * s**3], 1)
    shaft = tube(path, wire * (1 + 0.15 * (np.arange(12) % 2)), sides=8)
    end = path[-1]
    if rng.random() < 0.5:
        loop = rng.uniform(0.01, 0.017)
        ring = flat(np.stack([-loop + loop * np.cos(a := np.linspace(0, 2 * np.pi * 0.97, 20)), loop * np.sin(a)], 1))
        grip = [tube(ring + end, wire, sides=8), rod(path[-5:], wire * 1.5, 8)]
    else:
        grip = [rod(np.stack([path[6], end - [0.012, 0, 0]]), rng.uniform(0.005, 0.009), 14)]
    parts = {"bristles": bristles, "shaft": shaft, "grip": grip}
    if rng.random() < 0.4:
        tuft = round_bristles(rng, 0.015, radius * 0.6, [(0, 0.3), (0.6, 1.0), (1, 0.8)], ridges=10)
        parts["bristles"] = [bristles, tuft.translate([depth - 0.003, 0, 0])]
        depth += 0.012
    brush = Affordance("brush-with", "bristles", "grip", function_frame((depth, 0, 0), OUT, FLAT_SIDE), depth / 2, AXIS)
    return finished(name, "bottle-brush", parts, [brush], LYING)


FAMILIES = {
    "paintbrush": Family(paintbrush, ("brush-with", "spread-with", "mix-with", "write-with", "poke-with")),
    "artist-brush": Family(artist_brush, ("brush-with", "mix-with", "write-with", "poke-with")),
    "bottle-brush": Family(bottle_brush, ("brush-with",)),
}
