"""Parametric wrenches that lever hard: torque wrench, pipe wrench.

The hand to -x, the seat near the origin; flat in z but for the torque wrench, whose drive looks along z.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families import bars
from dfc_core.assets.families.bars import bar, squarish_section, swelling
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import (
    FLAT,
    band,
    block,
    disc,
    finished,
    merged,
    outline,
    plate,
    rod,
    rounded,
    turned,
)
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.families.wrenches import hexagon, turning
from dfc_core.assets.solids import box, cylinder, smooth_curve, split
from dfc_core.assets.tool import MIRROR_X, Tool

Parts = dict[str, Manifold | list[Manifold]]


def torque_wrench(rng: Generator, name: str) -> Tool:
    """A torque wrench: a click wrench with a scaled sleeve, a beam with a pointer, or one with a dial."""
    kind = str(rng.choice(["click", "beam", "dial"], p=[0.5, 0.25, 0.25]))
    length = rng.uniform(0.28, 0.55)
    drive = rng.uniform(0.0048, 0.0064) if length < 0.42 else rng.uniform(0.0063, 0.0095)
    head_half, thick = drive * rng.uniform(2.6, 3.4), drive * rng.uniform(2.2, 3.0)
    neck_half = drive * rng.uniform(0.9, 1.3)
    tail = outline([(0, head_half), (-head_half * 2.4, neck_half), (-head_half * 2.4, -neck_half), (0, -head_half)])
    shape = disc((0, 0), head_half) + tail if rng.random() < 0.6 else disc((0, 0), head_half)
    head = [plate(shape, thick, thick * 0.15), plate(disc((0, 0), head_half * 0.55), thick * 1.25, thick * 0.08)]
    driving, part, end, half = _drive(rng, drive, thick)
    parts = {part: driving, "head": head, **_TORQUE_BODIES[kind](rng, head_half, neck_half, thick, length)}
    torque = turning((0, 0, end), (1, 0, 0), (0, 0, 1), half, (part,), "grip", symmetry=MIRROR_X)
    return finished(name, "torque-wrench", parts, [torque], (turned(x=90), turned(x=180), np.eye(3)))


def _drive(rng: Generator, drive: float, thick: float) -> tuple[Manifold, str, float, float]:
    """(solid, part name, height of its end, half width of the seat): the bare square on its boss, or with a socket."""
    base = thick / 2 - 0.001
    boss = cylinder((0, 0, base), (0, 0, base + drive), drive * 1.9, drive * 1.8, 28)
    if rng.random() < 0.35:
        end = base + drive * rng.uniform(3.6, 4.4)
        square = box((2 * drive, 2 * drive, end - base), (0, 0, (base + end) / 2))
        return boss + square, "drive", end, drive
    half = drive * rng.uniform(1.1, 2.2)
    outer, tall = half * rng.uniform(1.35, 1.55), half * rng.uniform(1.2, 1.8) + drive * rng.uniform(2.5, 7.0)
    end = base + tall
    socket = cylinder((0, 0, base), (0, 0, base + drive * 2), drive * 1.7, drive * 1.7, 28)
    socket = socket + cylinder((0, 0, base + drive), (0, 0, end), outer * rng.uniform(0.85, 1.0), outer, 28)
    bore = hexagon(half) + hexagon(half, 30) if rng.random() < 0.4 else hexagon(half)
    return socket - bore.extrude(half * 3).translate([0, 0, end - half * 1.2]), "socket", end, half


def _click_body(rng: Generator, head: float, neck: float, thick: float, length: float) -> Parts:
    """A tube, then a sleeve with a knurled grip and a lock ring."""
    radius = thick * rng.uniform(0.38, 0.5)
    section = squarish_section(5) if rng.random() < 0.3 else bars.round_section()
    body = bar(
        np.array([-head * 0.6, -head * 1.6, -head * 2.0, -0.7 * length]),
        np.array([neck * 0.8, neck * 0.8, radius, radius]),
        section=section,
    )
    fat, start = radius * rng.uniform(1.25, 1.55), -0.62 * length
    knots = [(0, fat * 0.8), (0.06, fat), (0.5, fat), (0.93, fat), (1, fat * 0.6)]
    x, size = swelling(start, -length, knots, 30)
    grip = bar(x, size, section=bars.fluted_section(int(rng.choice([8, 10, 12])), rng.uniform(0.0, 0.12), 3))
    ring = cylinder((-length, 0, 0), (-length - fat * 1.1, 0, 0), fat * 0.75, fat * 0.7, 18)
    return {"body": body, "grip": [grip, ring]}


def _beam_body(rng: Generator, head: float, neck: float, thick: float, length: float) -> Parts:
    """A slim beam with a pointer beside it that ends above a scale plate, then a grip."""
    radius = neck * rng.uniform(0.5, 0.65)
    beam = bar(np.array([-head * 0.6, -0.8 * length]), radius)
    pointer = rod(
        np.array([(-head * 0.7, 0, thick * 0.42), (-0.62 * length, 0, thick * 0.5)]), max(radius * 0.3, 0.0012), 8
    )
    half = length * rng.uniform(0.07, 0.1)
    at = -0.62 * length
    fan = outline(
        [
            (at + half * 0.5, -half),
            (at + half * 0.5, half),
            (at - half * 0.3, half * 0.85),
            (at - half * 0.3, -half * 0.85),
        ]
    )
    scale = plate(rounded(fan, half * 0.1), 0.003, z=radius * 0.9)
    grip = list(tool_grip(rng, -0.76 * length, 0.27 * length, rng.uniform(0.013, 0.017)).values())
    return {"body": [beam, pointer], "scale": scale, "grip": grip}


def _dial_body(rng: Generator, head: float, neck: float, thick: float, length: float) -> Parts:
    """A flat body with a round dial on its upper side, then a grip."""
    radius = thick * rng.uniform(0.4, 0.5)
    body = bar(
        np.array([-head * 0.6, -head * 1.5, -head * 2.2, -0.75 * length]),
        np.array([0.8 * neck, neck, radius, radius]),
        radius * 0.8,
        squarish_section(6),
    )
    size, at = radius * rng.uniform(2.2, 3.2), -length * rng.uniform(0.28, 0.45)
    dial = cylinder((at, 0, 0), (at, 0, -radius * 1.7), size, size * 0.95, 32)
    dial = dial + cylinder((at, 0, -radius * 1.6), (at, 0, -radius * 2.1), size * 0.3, size * 0.2, 16)
    grip = list(tool_grip(rng, -0.7 * length, 0.32 * length, radius * rng.uniform(1.2, 1.5)).values())
    return {"body": body, "dial": dial, "grip": grip}


_TORQUE_BODIES = {"click": _click_body, "beam": _beam_body, "dial": _dial_body}


def pipe_wrench(rng: Generator, name: str) -> Tool:
    """A pipe wrench: a hooked upper jaw that slides by a nut in a housing, straight or offset, or a Swedish one."""
    kind = str(rng.choice(["straight", "offset", "swedish"], p=[0.5, 0.2, 0.3]))
    half = rng.uniform(0.008, 0.024)
    deep = half * rng.uniform(1.7, 2.3) + 0.006
    length = half * rng.uniform(8, 13) + 0.1
    thick = half * rng.uniform(0.4, 0.6) + 0.008
    lean = {"straight": -90.0, "offset": 0.0, "swedish": -45.0}[kind] + rng.uniform(-6, 6)  # of the mouth
    jaws, frame = _pipe_head(rng, half, deep, thick)
    parts: Parts = {part: solid.rotate([0, 0, lean]) for part, solid in {"jaw": jaws, "head": frame}.items()}
    angle = np.radians(lean)
    out = np.array([np.cos(angle), np.sin(angle), 0])
    root = np.array([-0.75 if kind == "offset" else -0.15, -0.55]) * deep - [0, half]
    root = np.array([[out[0], -out[1]], [out[1], out[0]]]) @ root
    parts |= _pipe_handles(rng, root, length, deep, thick, kind == "swedish")
    torque = turning(out * deep * 0.15, out, (0, 0, -1), half, ("jaw",), "grip")
    return finished(name, "pipe-wrench", parts, [torque], FLAT)


def _pipe_head(rng: Generator, half: float, deep: float, thick: float) -> tuple[Manifold, Manifold]:
    """(toothed jaws, what holds them) with the mouth towards +x: the upper jaw hooks over and slides beside."""
    high, low = deep * rng.uniform(0.35, 0.5), deep * rng.uniform(0.45, 0.65)
    end = deep * rng.uniform(0.85, 1.0)
    pitch = deep * 0.13
    teeth = merged(
        plate(disc((x, side * half), pitch * 0.62, 4), 1.0)
        for x in np.arange(-deep * 0.5, deep * 1.02, pitch)
        for side in (1, -1)
    )
    crown = [
        (-deep * 0.65, half),
        (deep, half),
        (deep * 1.02, half + high * 0.4),
        (deep * 0.3, half + high),
        (-deep * 0.65, half + high),
    ]
    heel = [
        (-deep * 0.55, -half),
        (end, -half),
        (end, -half - low * 0.5),
        (deep * 0.35, -half - low),
        (-deep * 0.55, -half - low),
    ]
    jaws = [plate(outline(heel), thick, thick * 0.1), plate(outline(crown), thick * 0.85, thick * 0.08)]
    spacer = plate(block((4 * deep, 2 * half), (1.4 * deep, 0)), 1.0)
    return merged(jaws) - teeth, _pipe_frame(rng, half, deep, thick, (high, low)) - spacer


def _pipe_frame(rng: Generator, half: float, deep: float, thick: float, heights: tuple[float, float]) -> Manifold:
    """The shank of the upper jaw, the housing it slides in, its nut, and what bears the lower jaw."""
    high, low = heights
    foot = -half - deep * rng.uniform(1.4, 2.2)
    bow = deep * rng.uniform(0.15, 0.35)
    left, right = -deep * 0.98, -deep * 0.6
    corners = [
        (right, half + high),
        (right, foot),
        (left, foot),
        (-deep * 1.05, half),
        (-deep * 0.9, half + high - bow),
    ]
    house = rounded(block((deep * 1.2, deep * 0.65), (-deep * 0.65, -half - deep * 0.45)), deep * 0.12)
    nut_at, size = -half - deep * 0.8, deep * 0.34
    nut = cylinder((-deep * 0.8, nut_at + deep * 0.1, 0), (-deep * 0.8, nut_at - deep * 0.32, 0), size, size, 20)
    knee = block((deep * 0.7, low * 1.6), (-deep * 0.2, -half - low * 0.8 - 0.1 * deep))
    shank = plate(outline(corners), thick * 0.7, thick * 0.07)
    return merged([shank, plate(house, thick * 1.3, thick * 0.15), nut, plate(knee, thick, thick * 0.1)])


def _pipe_handles(rng: Generator, root: NDArray, length: float, deep: float, thick: float, paired: bool) -> Parts:
    """The "shaft" and "grip" along -x from `root`: one I-shaped bar, or two that part a little; some with sleeves."""
    wide = max(deep * rng.uniform(0.26, 0.36), 0.007)
    x = np.linspace(0, 1, 24)
    swell = smooth_curve([(0, 1.3), (0.2, 0.9), (0.7, rng.uniform(0.8, 1.05)), (0.95, 1.0), (1, 0.6)])(x)
    solids = []
    for side in (1, -1) if paired else (0,):
        slim = 0.6 if paired else 1.0
        lane = root[1] + side * wide * (0.7 + rng.uniform(0.5, 1.2) * x)
        solids.append(
            plate(band(np.stack([root[0] - length * x, lane], 1), slim * wide * swell), thick * 0.85, thick * 0.2)
        )
    shaft, grip = split(merged(solids), (1, 0, 0), float(root[0]) - length * 0.45)
    if not paired and rng.random() < 0.6:
        groove = plate(rounded(block((length * 0.7, wide), (root[0] - length * 0.55, root[1])), wide * 0.45), 1.0)
        cuts = [groove.translate([0, 0, side * (0.5 + thick * 0.22)]) for side in (1, -1)]
        shaft, grip = (piece - cuts[0] - cuts[1] for piece in (shaft, grip))
    if not paired and rng.random() < 0.5:
        at = root[0] - length * 0.92
        grip = grip - plate(disc((float(at), float(root[1])), wide * 0.45), 1.0)
    return {"shaft": shaft, "grip": grip}


FAMILIES = {
    "torque-wrench": Family(torque_wrench, ("apply-torque-with",)),
    "pipe-wrench": Family(pipe_wrench, ("apply-torque-with",)),
}
