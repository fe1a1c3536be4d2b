"""Parametric things that are one pin: nail, screw, needle, toothpick, skewer. Point at the origin, the rest to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    LYING,
    ROLLING,
    Tip,
    Y,
    Z,
    bar,
    polygon_section,
    round_section,
    squarish_section,
    strap,
    swelling,
    tip_affordances,
    twisted,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.solids import assemble, box, cylinder, function_frame, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Tool

CUT = 0.97  # where a point is cut off, short of the ring it starts at: a cut along a ring leaves two bodies


def nail(rng: Generator, name: str) -> Tool:
    """A nail: flat, domed, lost or double head; round, square or twisted shank."""
    length, radius = _nail_size(rng)
    point = radius * rng.uniform(2.5, 5)
    x = np.concatenate([-point * np.array([0, 0.5, 1.0]), np.linspace(-point, -length, 26)[1:]])
    size = radius * np.interp(-x, [0, point], [0.06, 1])
    solid = bar(x, size, section=_shank(rng, len(x)))
    head = _nail_head(rng, length, radius)
    tip_length = max(point, 0.16 * length)
    tip, shank = split(solid, (1, 0, 0), -tip_length)
    affordances = _pin_affordances(tip_length, length, radius, "shank", ("tip",))
    mesh = assemble({"tip": tip, "shank": shank, "head": head})
    return Tool(name, "nail", *mesh, affordances=affordances, rest_rotations=ROLLING, licence="Apache-2.0")


def _nail_size(rng: Generator) -> tuple[float, float]:
    length = float(rng.uniform(0.04, 0.18))
    return length, length * float(rng.uniform(0.017, 0.03))


def _shank(rng: Generator, count: int) -> NDArray:
    kind = rng.choice(["round", "square", "twisted"], p=[0.5, 0.25, 0.25])
    if kind == "round":
        return round_section(16)
    turns = rng.uniform(1, 2.5) if kind == "twisted" else 0.0
    return twisted(polygon_section(4, 16) * 1.15, np.linspace(0, turns * 2 * np.pi, count))


def _nail_head(rng: Generator, length: float, radius: float) -> Manifold:
    kind = rng.choice(["flat", "domed", "lost", "double", "rose"])
    wide, thick = radius * rng.uniform(1.9, 3.0), radius * rng.uniform(0.5, 0.9)
    if kind == "lost":
        return bar(-length + radius * np.array([2.0, 0.0, -0.6]), radius * np.array([0.9, 1.35, 1.1]))
    disc = bar(-length + thick * np.array([0.6, 0.5, -0.5]), wide * np.array([0.7, 1, 1]))
    if kind == "flat":
        return disc
    if kind == "double":
        return disc + disc.translate([radius * rng.uniform(4, 6), 0, 0])
    x, size = swelling(-length + thick, -length - wide * 0.6, [(0, 0.85), (0.3, 1), (0.7, 0.75), (1, 0.1)], 12)
    return bar(x, wide * size, section=polygon_section(4) if kind == "rose" else round_section())


def _pin_affordances(
    tip: float, length: float, radius: float, shank: str, scrapes: tuple[str, ...], hold: str = "head"
) -> tuple[Affordance, ...]:
    serves = {"pierce-with": "tip", "poke-with": "tip", "scrape-with": scrapes}
    pointed = tip_affordances(serves, (shank, hold), tip, Tip(max(tip / 2, 0.0025)))
    whole = {"dig-with": "tip", "pry-with": "tip"}
    pointed += tip_affordances(whole, (shank, hold), tip, Tip(radius))
    return tuple(pointed)


def screw(rng: Generator, name: str) -> Tool:
    """A wood screw, coach screw or screw hook's shank: a helical thread, a slotted, crossed or hexagonal head."""
    length = float(rng.uniform(0.035, 0.11))
    radius = length * float(rng.uniform(0.035, 0.065))
    threaded = length * rng.uniform(0.55, 0.95)
    pitch = max(radius * rng.uniform(0.9, 1.4), threaded / 20)
    depth = rng.uniform(0.25, 0.4)
    x = -np.arange(0, threaded, pitch / 5)
    angles = np.arange(16) * 2 * np.pi / 16
    phase = (angles / (2 * np.pi) + x[:, None] / pitch) % 1
    height = np.clip(1 - np.abs(2 * phase - 1) * 1.6, 0, 1)
    taper = np.clip(-x / (radius * rng.uniform(3, 6)), 0.03, 1)[:, None]
    rings = (taper * (1 - depth + depth * height))[..., None] * round_section(16)
    thread = bar(x, radius, section=rings)
    shank = bar(np.array([x[-1] + pitch / 2, -length]), radius * rng.uniform(0.7, 0.95))
    tip_length = max(0.2 * length, radius * 3)
    tip, thread = split(thread, (1, 0, 0), -tip_length)
    mesh = assemble({"tip": tip, "thread": [thread, shank], "head": _screw_head(rng, length, radius)})
    affordances = _pin_affordances(tip_length, length, radius, "thread", ("tip",))[:3]
    return Tool(name, "screw", *mesh, affordances=affordances, rest_rotations=ROLLING, licence="Apache-2.0")


def _screw_head(rng: Generator, length: float, radius: float) -> Manifold:
    kind = rng.choice(["countersunk", "pan", "hexagonal", "washer"])
    wide = radius * rng.uniform(1.8, 2.3)
    if kind == "countersunk":
        head = bar(-length + wide * np.array([1.0, 0.1, 0]), wide * np.array([0.4, 1, 1]))
        top = -length
    else:
        knots = [(0, 1), (0.6, 0.95), (1, 0.6)] if kind != "hexagonal" else [(0, 1), (0.9, 1), (1, 0.93)]
        x, size = swelling(-length + 0.0005, -length - wide * 0.7, knots, 8)
        head = bar(x, wide * size, section=polygon_section(6) if kind == "hexagonal" else round_section())
        top = -length - wide * 0.7
    if kind == "washer":
        head = head + bar(-length + np.array([0.001, 0.0]), wide * 1.4)
    if kind == "hexagonal":
        return head
    slot = box((wide * 0.6, wide * 3, wide * 0.28), (top, 0, 0))
    if rng.random() < 0.6:
        slot = box((wide * 0.7, wide * 1.3, wide * 0.28), (top, 0, 0))
        slot = slot + slot.rotate([90, 0, 0])
    return head - slot


def needle(rng: Generator, name: str) -> Tool:
    """A darning, sail or upholstery needle: straight or curved, long or round eye."""
    length = float(rng.uniform(0.04, 0.13))
    radius = length * float(rng.uniform(0.011, 0.02))
    bend = rng.uniform(0.1, 0.3) * length if rng.random() < 0.3 else 0.0
    s = np.linspace(0, 1, 32)  # from eye to point
    path = np.stack([-length * (1 - s), bend * (2 * s - 1) ** 2 - bend], axis=1)
    tip_length = length * rng.uniform(0.2, 0.35)
    size = radius * np.interp(s, [0, 0.02, 0.15, 0.3, 1 - tip_length / length, 1], [0.7, 1.1, 1.3, 1, 1, 0.06])
    flat = np.interp(s, [0, 0.15, 0.3], [0.8, 0.7, 1])
    section = polygon_section(3, 12) if rng.random() < 0.2 else round_section(12)
    across = rng.uniform(1.6, 2.2)
    solid = strap(path, size * np.interp(s, [0, 0.02, 0.15, 0.3], [0.9, across, across, 1]), size * flat, section)
    long = rng.uniform(0.02, 0.06) * length
    eye = cylinder((0, 0, -0.05), (0, 0, 0.05), radius * across * 0.55, radius * across * 0.55, 12)
    eye = eye.scale([long / (radius * across * 0.55), 1, 1])
    solid = solid - eye.translate([-length * 0.915, 0, 0])
    tip, shaft = split(solid, (1, 0, 0), -tip_length)
    direction = (path[-1] - path[-2])[[0, 0, 1]] * [1, 0, 1]
    serves = {"pierce-with": "point", "poke-with": "point", "scrape-with": "point"}
    end = Tip(tip_length / 2, MIRROR if bend else AXIS, z=direction, broad=Z if bend else Y)
    affordances = tip_affordances(serves, "shaft", tip_length, end)
    mesh = assemble({"point": tip, "shaft": shaft})
    return Tool(name, "needle", *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0")


def toothpick(rng: Generator, name: str) -> Tool:
    """A toothpick or cocktail stick: pointed at both ends, or at one with a turned, plain or flat end."""
    length, radius = float(rng.uniform(0.05, 0.1)), float(rng.uniform(0.0009, 0.0016))
    point = length * rng.uniform(0.12, 0.25)
    kind = rng.choice(["double", "turned", "flat"])
    x = np.concatenate([np.linspace(0, -point, 6), np.linspace(-point, -length + point, 8)[1:-1],
                        np.linspace(-length + point, -length, 22)])  # fmt: skip
    size = radius * np.interp(-x, [0, point], [0.08, 1])
    wide = 1.0
    if kind == "double":
        size = radius * np.interp(-x, [0, point, length - point, length], [0.08, 1, 1, 0.08])
    elif kind == "turned":
        size *= 1 - 0.3 * (x < -length * 0.85) * np.abs(np.sin((-x / length - 0.85) / 0.15 * np.pi * 3))
    else:
        wide = rng.uniform(1.3, 1.9)
        size *= np.interp(-x, [0, length], [0.5, 1])
    section = round_section(12) if wide == 1 else squarish_section(8)
    solid = bar(x, size * wide, size * (0.5 if wide > 1 else 1), section)
    tip, shaft = split(solid, (1, 0, 0), -point * CUT)
    tips = [tip]
    frames: tuple[NDArray, ...] = ()
    if kind == "double":
        other, shaft = split(shaft, (-1, 0, 0), length - point * CUT)
        tips.append(other)
        frames = (function_frame((-length, 0, 0), (-1, 0, 0), (0, 1, 0)),)
    serves = {"pierce-with": "tip", "poke-with": "tip", "scrape-with": "tip"}
    found = tip_affordances(serves, "shaft", point, Tip(point / 2, AXIS if wide == 1 else HALF_TURN))
    both = tuple(Affordance(a.function, a.parts, a.hold, a.T_tool_function, a.scale, a.symmetry, frames) for a in found)
    mesh = assemble({"tip": tips, "shaft": shaft})
    return Tool(name, "toothpick", *mesh, affordances=both, rest_rotations=ROLLING, licence="Apache-2.0")


def skewer(rng: Generator, name: str) -> Tool:
    """A skewer: of bamboo, or of flat, square or twisted metal with a ring, loop, knob, disc or wooden handle."""
    length, radius = float(rng.uniform(0.15, 0.36)), float(rng.uniform(0.0017, 0.003))
    metal = rng.choice(["bamboo", "flat", "square", "twisted"])
    point = max(length * rng.uniform(0.06, 0.12), 5 * radius)
    x = np.concatenate([np.linspace(0, -point, 6), np.linspace(-point, -length, 40)[1:]])
    size = radius * np.interp(-x, [0, point], [0.08, 1])
    wide, thin, section = 1.0, 1.0, round_section(16)
    if metal == "flat":
        wide, thin, section = rng.uniform(1.8, 3.2), 0.45, squarish_section(6, 16)
    elif metal == "square":
        section = polygon_section(4, 16)
    elif metal == "twisted":
        section = twisted(polygon_section(4, 16) * 1.3, np.linspace(0, rng.uniform(3, 6) * 2 * np.pi, len(x)))
    solid = bar(x, size * wide, size * thin, section)
    tip, shaft = split(solid, (1, 0, 0), -point * CUT)
    front, rear = split(shaft, (1, 0, 0), -length * 0.7)
    parts = {"tip": tip, "shaft": front, "end": [rear, *_skewer_end(rng, str(metal), length, radius * wide)]}
    kind = HALF_TURN if metal == "flat" else AXIS
    serves = {"pierce-with": "tip", "poke-with": "tip"}
    half = radius * wide
    affordances = tip_affordances(serves, ("shaft", "end"), point, Tip(half, kind))
    affordances += tip_affordances({"mix-with": ("tip", "shaft")}, "end", 0.7 * length, Tip(half, kind))
    mesh = assemble(parts)
    return Tool(name, "skewer", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


def _skewer_end(rng: Generator, metal: str, length: float, radius: float) -> list[Manifold]:
    kinds = ["plain", "paddle", "knot"] if metal == "bamboo" else ["ring", "grip", "knob", "loop"]
    kind = rng.choice(kinds)
    if kind == "plain":
        return []
    if kind == "grip":
        return list(tool_grip(rng, -length + 0.01, rng.uniform(0.06, 0.09), rng.uniform(0.006, 0.009)).values())
    if kind == "paddle":
        half = radius * rng.uniform(2.5, 4)
        x, size = swelling(-length * 0.9, -length - 0.03, [(0, 0.35), (0.4, 0.9), (1, 0.95)], 10)
        return [bar(x, size * half, radius * 0.8, squarish_section(6, 16))]
    if kind in ("knob", "knot"):
        ball = Manifold.sphere(radius * rng.uniform(2.0, 3.5), 20).scale([rng.uniform(0.6, 1.4), 1, 1])
        return [ball.translate([-length, 0, 0])]
    around = np.linspace(0, 2 * np.pi, 25)[:-1]
    eye = rng.uniform(0.009, 0.016)
    stretch = rng.uniform(1.3, 2.2) if kind == "loop" else 1.0
    ring = np.stack([-length - eye * stretch * (1 - np.cos(around)), eye * np.sin(around), 0 * around], axis=1)
    closed = tube(np.vstack([ring, ring[:2]]), max(radius * 0.7, 0.0012), sides=8)
    return [closed]


FAMILIES = {
    "nail": Family(nail, ("pierce-with", "poke-with", "scrape-with", "dig-with", "pry-with")),
    "screw": Family(screw, ("pierce-with", "poke-with", "scrape-with")),
    "needle": Family(needle, ("pierce-with", "poke-with", "scrape-with")),
    "toothpick": Family(toothpick, ("pierce-with", "poke-with", "scrape-with")),
    "skewer": Family(skewer, ("pierce-with", "poke-with", "mix-with")),
}
