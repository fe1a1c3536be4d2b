"""Parametric tools that clean floors and shelves: broom, mop, feather duster.

Bristles towards +x with their row along y; the handle to -x, leaning towards +z where it leans.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, LYING, finished, merged, rod, stick, turned
from dfc_core.assets.families.tufts import round_bristles, striated, tuft_grid
from dfc_core.assets.solids import box, cylinder, filled, function_frame, loft, smooth_curve, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Symmetry, Tool


def cleaning(
    parts: tuple[str, ...], hold: str, end: float, half_row: float, symmetry: Symmetry
) -> tuple[Affordance, Affordance]:
    """(brush-with, sweep-with) of bristles that end at x = `end`, the hand being at +z or straight behind."""
    brush = function_frame((end, 0, 0), (1, 0, 0), (0, 0, -1))
    sweep = function_frame((end, 0, 0), (1, 0, 0), (0, 0, 1))
    return (
        Affordance("brush-with", parts, hold, brush, float(half_row), symmetry),
        Affordance("sweep-with", parts, hold, sweep, float(half_row), symmetry),
    )


def broom(rng: Generator, name: str) -> Tool:
    """A push broom with a wide block, an upright or slanted household broom, a corn broom, a whisk broom."""
    kind = rng.choice(["push", "upright", "slanted", "corn", "whisk"], p=[0.3, 0.25, 0.1, 0.2, 0.15])
    if kind == "push":
        return _push_broom(rng, name)
    if kind in ("corn", "whisk"):
        return _corn_broom(rng, name, short=kind == "whisk")
    half, depth = rng.uniform(0.11, 0.19), rng.uniform(0.1, 0.17)
    thick = rng.uniform(0.018, 0.032)
    flare = rng.uniform(1.02, 1.35)
    slope = rng.uniform(0.25, 0.6) if kind == "slanted" else 0.0
    profile = lambda u: 1 + slope * 0.5 * u - rng.uniform(0, 0.04) * u**2  # noqa: E731
    bristles = striated(rng, half, half * flare, depth, thick * 0.8, thick * rng.uniform(0.9, 1.5), profile=profile)
    head = _cap(rng, half, thick * 1.1, rng.uniform(0.03, 0.08))
    socket = cylinder((-0.03, 0, 0), (-rng.uniform(0.1, 0.15), 0, 0), rng.uniform(0.018, 0.026), 0.015)
    handle = stick(rng, (-0.06, 0, 0), (-1, 0, 0), rng.uniform(0.7, 1.05), rng.uniform(0.0105, 0.014))
    parts = {"bristles": bristles, "head": [head, socket], **handle}
    return finished(name, "broom", parts, cleaning(("bristles",), "grip", depth, half * flare, HALF_TURN))


def _cap(rng: Generator, half: float, thick: float, height: float) -> Manifold:
    """The moulded head of an upright broom: broad at the bristles, narrowing to the stick."""
    shoulder = rng.uniform(0.25, 0.9)
    rings = []
    for x, share in ((0.006, 1.02), (-0.012, 1.0), (-height * 0.7, shoulder), (-height - 0.02, shoulder * 0.4)):
        y, z = max(half * share, 0.024), max(thick * (0.5 + 0.5 * share), 0.018)
        corner = np.array([[-1, -0.6], [-0.9, -1], [0.9, -1], [1, -0.6], [1, 0.6], [0.9, 1], [-0.9, 1], [-1, 0.6]])
        rings.append(np.column_stack([np.full(8, x), corner[:, 0] * y, corner[:, 1] * z]))
    return loft(rings)


def _push_broom(rng: Generator, name: str) -> Tool:
    half, depth = rng.uniform(0.14, 0.32), rng.uniform(0.05, 0.1)
    thick, block = rng.uniform(0.022, 0.04), rng.uniform(0.02, 0.045)
    lean = np.radians(rng.uniform(15, 55))
    if rng.random() < 0.5:
        columns, rows = int(half / 0.011), int(rng.integers(3, 5))
        base = np.stack(np.meshgrid(np.linspace(-0.95, 0.95, columns), np.linspace(-0.75, 0.75, rows)), -1)
        bristles = tuft_grid(rng, base.reshape(-1, 2) * [half, thick], np.full(columns * rows, depth), 0.009, 0.004)
        bristles = bristles.rotate([0, 90, 0]).rotate([90, 0, 0])
    else:
        bristles = striated(rng, half * 0.97, half * rng.uniform(1.0, 1.06), depth, thick * 0.85, thick * 1.1)
    wood = box((block, half * 2, thick * 2), (-block / 2 + 0.002, 0, 0))
    direction = np.array([-np.cos(lean), 0, np.sin(lean)])
    socket = cylinder((-block * 0.5, 0, 0), direction * (block * 0.5 + 0.06), 0.024, 0.017)
    handle = stick(rng, direction * block * 0.6, direction, rng.uniform(0.75, 1.05), rng.uniform(0.011, 0.015))
    parts: dict[str, Manifold | list[Manifold]] = {"bristles": bristles, "head": [wood, socket], **handle}
    if rng.random() < 0.3:  # braces of wire from the block to the stick
        knot = direction * rng.uniform(0.14, 0.22)
        ends = [(-block / 2, side * half * 0.6, 0) for side in (-1, 1)]
        parts["brace"] = [rod(np.array([end, knot]), 0.003, 6) for end in ends]
    tilt = -float(np.degrees(lean))
    rests = (turned(y=tilt), turned(x=180) @ turned(y=tilt))
    return finished(name, "broom", parts, cleaning(("bristles",), "grip", depth, half, MIRROR), rests)


def _corn_broom(rng: Generator, name: str, short: bool) -> Tool:
    """A sheaf bound to its stick, sewn flat or left round (a besom)."""
    size = rng.uniform(0.55, 0.75) if short else 1.0
    depth, half = rng.uniform(0.26, 0.42) * size, rng.uniform(0.1, 0.16) * size
    flatness = rng.uniform(0.2, 0.45) if rng.random() < 0.65 else rng.uniform(0.85, 1.0)
    neck = rng.uniform(0.02, 0.03) * (1.0 if short else 1.2)
    shoulder = rng.uniform(0.25, 0.75)
    knots = [(0, neck / half), (0.3, shoulder), (0.75, rng.uniform(0.85, 1.0)), (1, 1.0)]
    sheaf = round_bristles(rng, depth, half, knots, flatness=flatness, ridges=int(rng.integers(16, 30)), ragged=0.035)
    bands = []
    for place in np.linspace(0.22, 0.45, int(rng.integers(1, 4))):
        width = float(smooth_curve(knots)(place)) * half * 1.02
        turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
        ring = np.stack([np.zeros(32), width * np.cos(turn), np.maximum(width * flatness, neck) * np.sin(turn)], 1)
        at = place * depth
        bands.append(loft([ring + np.array([at + side, 0, 0]) for side in (-0.004, 0.004)]))
    length = rng.uniform(0.14, 0.2) if short else rng.uniform(0.6, 0.95)
    radius = neck * 0.75 if short else rng.uniform(0.011, 0.015)
    handle = stick(rng, (0.03, 0, 0), (-1, 0, 0), length, radius)
    ferrule = cylinder((0.03, 0, 0), (-0.05 * size, 0, 0), neck * 1.15, radius * 1.2)
    parts = {"bristles": sheaf, "head": [ferrule, *bands], **handle}
    symmetry = AXIS if flatness > 0.8 else HALF_TURN
    return finished(name, "broom", parts, cleaning(("bristles",), "grip", depth, half, symmetry))


def mop(rng: Generator, name: str) -> Tool:
    """A string mop, a round spin mop, a flat mop with a pad on a hinge, or a sponge mop."""
    kind = rng.choice(["string", "spin", "pad", "sponge"], p=[0.35, 0.25, 0.2, 0.2])
    lean = np.radians(rng.uniform(20, 50)) if kind == "pad" else 0.0
    direction = np.array([-np.cos(lean), 0, np.sin(lean)])
    handle = stick(rng, direction * 0.02, direction, rng.uniform(0.75, 1.1), rng.uniform(0.0105, 0.014))
    if kind in ("string", "spin"):
        head, clamp, end, half = _strands(rng, round_head=kind == "spin")
    else:
        head, clamp, end, half = _slab(rng, kind == "pad", direction)
    symmetry = {"spin": AXIS, "pad": MIRROR}.get(str(kind), HALF_TURN)
    parts = {"head": head, "clamp": clamp, **handle}
    tilt = -float(np.degrees(lean))
    rests = (turned(y=tilt), turned(x=180) @ turned(y=tilt))
    return finished(name, "mop", parts, cleaning(("head",), "grip", end, half, symmetry), rests)


def _strands(rng: Generator, round_head: bool) -> tuple[Manifold, Manifold, float, float]:
    """(strands, clamp, where they end in x, half the row they make)."""
    length, count = rng.uniform(0.16, 0.3), int(rng.integers(16, 27))
    spread, thick = rng.uniform(0.07, 0.14), rng.uniform(0.007, 0.011)
    flatness = 1.0 if round_head else rng.uniform(0.25, 0.5)
    clamp_half = rng.uniform(0.03, 0.06)
    step = np.linspace(0, 1, 7)
    strands = [filled(np.array([0.6, 0.9, 0.5]) * clamp_half, np.array([-0.01, 0.03, 0.1]), 16).rotate([0, 90, 0])]
    strands[0] = strands[0].scale([1, 1, max(flatness, 0.4)])
    for turn in np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(-0.1, 0.1, count):
        out = rng.uniform(0.35, 1.0)
        side = np.array([0, np.cos(turn), np.sin(turn) * flatness])
        away = clamp_half * 0.6 + (spread * out - clamp_half * 0.6) * np.sqrt(step)
        wave = 0.006 * np.sin(2 * np.pi * (step * 1.5 + rng.uniform()))
        across = np.array([0, -np.sin(turn), np.cos(turn) * flatness])
        x = length * rng.uniform(0.9, 1.0) * step * (1.06 - 0.06 * step)
        path = np.stack([x, 0 * x, 0 * x], 1) + away[:, None] * side + wave[:, None] * across
        strands.append(tube(path, thick * np.array([0.7, 1, 1.05, 0.95, 1.05, 1.1, 0.7]), sides=6))
    if round_head:
        clamp = cylinder((-0.012, 0, 0), (0.014, 0, 0), clamp_half * 0.7, clamp_half * 1.25)
    else:
        clamp = box((0.05, clamp_half * 2.1, 0.04), (-0.008, 0, 0))
    clamp = clamp + cylinder((0, 0, 0), (-rng.uniform(0.06, 0.11), 0, 0), 0.02, 0.016)
    return merged(strands), clamp, length, spread


def _slab(rng: Generator, hinged: bool, direction: NDArray) -> tuple[Manifold, Manifold, float, float]:
    half, thick = rng.uniform(0.12, 0.2), rng.uniform(0.035, 0.06)
    depth = rng.uniform(0.012, 0.022) if hinged else rng.uniform(0.04, 0.06)
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    power = 0.35  # a rectangle with round corners
    y = half * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power
    z = thick * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power
    rough = 1 + (0.04 * (np.arange(60) % 2) if hinged else 0.0)
    rings = [np.column_stack([np.full(60, x), y * k * rough, z * k * rough]) for x, k in
             ((0.0, 0.97), (depth * 0.3, 1.0), (depth * 0.8, 1.0), (depth, 0.95))]  # fmt: skip
    plate = box((0.014, half * rng.uniform(1.5, 1.9), thick * rng.uniform(0.9, 1.6)), (-0.004, 0, 0))
    joint = cylinder((0, 0, -0.022), (0, 0, 0.022), 0.02, 0.02).translate([-0.012, 0, 0])
    socket = cylinder(direction * 0.01, direction * rng.uniform(0.07, 0.13), 0.018, 0.017)
    return loft(rings), plate + joint + socket, depth, half


def feather_duster(rng: Generator, name: str) -> Tool:
    """A duster of feathers, of a fluffy ball or of thick chenille fingers on a rod."""
    kind = rng.choice(["feathers", "fluffy", "chenille"], p=[0.5, 0.25, 0.25])
    depth, half = rng.uniform(0.14, 0.26), rng.uniform(0.045, 0.1)
    flatness = 1.0 if kind != "chenille" else rng.uniform(0.3, 1.0)
    if kind == "feathers":
        plume = _feathers(rng, depth, half)
    elif kind == "fluffy":
        knots = [(0, 0.35), (0.12, 0.8), (0.4, 1.0), (0.75, 0.95), (0.93, 0.6), (1, 0.2)]
        plume = round_bristles(rng, depth, half, knots, ridges=26, ragged=0.02, rough=0.16)
    else:
        plume = _fingers(rng, depth, half, flatness)
    length, radius = rng.uniform(0.16, 0.45), rng.uniform(0.006, 0.011)
    handle = stick(rng, (depth * 0.3, 0, 0), (-1, 0, 0), depth * 0.3 + length, radius)
    collar = cylinder((0.02, 0, 0), (-rng.uniform(0.02, 0.05), 0, 0), radius * 2.4, radius * 1.4)
    parts = {"feathers": plume, "collar": collar, **handle}
    symmetry = AXIS if flatness > 0.8 else HALF_TURN
    return finished(
        name, "feather-duster", parts, cleaning(("feathers",), "grip", depth, half, symmetry),
        FLAT if flatness < 0.8 else LYING,
    )  # fmt: skip


def _feathers(rng: Generator, depth: float, half: float) -> Manifold:
    """Leaves in three layers around the rod, the outer ones shorter and more spread."""
    step = np.linspace(0, 1, 6)
    leaves = [cylinder((0, 0, 0), (depth * 0.5, 0, 0), 0.012, 0.005, 10)]
    wide = rng.uniform(0.014, 0.024)
    for layer, count in enumerate((11, 8, 5)):
        for turn in np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 1) + rng.normal(0, 0.1, count):
            length = depth * (0.72 + 0.14 * layer) * rng.uniform(0.93, 1.0)
            out = half * (1.0 - 0.35 * layer) * rng.uniform(0.8, 1.0) * step ** rng.uniform(0.7, 1.4)
            side = np.array([0, np.cos(turn), np.sin(turn)])
            across = np.array([0, -np.sin(turn), np.cos(turn)])
            width = wide * np.array([0.25, 0.8, 1.0, 1.0, 0.75, 0.2])
            rings = []
            for s, away, w in zip(step, out, width, strict=True):
                middle = np.array([length * s, 0, 0]) + (away + 0.004) * side
                rings.append(middle + np.array([w * across, 0.004 * side, -w * across, -0.003 * side]))
            leaves.append(loft(rings))
    return merged(leaves)


def _fingers(rng: Generator, depth: float, half: float, flatness: float) -> Manifold:
    core = filled(half * np.array([0.45, 0.6, 0.6, 0.4]), depth * np.array([0, 0.1, 0.85, 0.97]), 20)
    fingers = [core.rotate([0, 90, 0]).scale([1, 1, max(flatness, 0.35)])]
    for x in np.linspace(0.08, 0.93, int(rng.integers(6, 9))) * depth:
        for turn in np.linspace(0, 2 * np.pi, 9, endpoint=False) + rng.uniform(0, 1):
            side = np.array([rng.uniform(0, 0.4), np.cos(turn), np.sin(turn) * flatness])
            start = np.array([x, 0, 0]) + 0.4 * half * side * [0, 1, 1]
            end = np.array([x, 0, 0]) + half * side * [0.5, 1, 1]
            end[0] = min(end[0], depth)
            fingers.append(rod(np.array([start, end]), half * 0.16, 6))
    return merged(fingers)


FAMILIES = {
    "broom": Family(broom, ("brush-with", "sweep-with")),
    "mop": Family(mop, ("brush-with", "sweep-with")),
    "feather-duster": Family(feather_duster, ("brush-with", "sweep-with")),
}
