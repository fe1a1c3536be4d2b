"""The water bottle for sports: upright, standing on z = 0; mouthpiece to +x, lid or loop to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.bars import arc
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import merged, rod
from dfc_core.assets.families.relabel import inside_named
from dfc_core.assets.families.serving import MOSTLY_UPRIGHT, pour_over_rim, press_with_base, serve
from dfc_core.assets.families.walls import ring, spout_along, vessel, wall_of
from dfc_core.assets.solids import assemble, cylinder, filled, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Tool

SEGMENTS = 40


def water_bottle(rng: Generator, name: str) -> Tool:
    """A sports bottle: squeezed with a nozzle, steel with a loop on its cap, wide-mouthed with a lid on a strap, or
    with a slanting straw and a carrying loop."""
    kind = str(rng.choice(["squeeze", "steel", "wide", "straw"]))
    height = rng.uniform(0.15, 0.25)
    radius = height * (rng.uniform(0.13, 0.2) if kind == "steel" else rng.uniform(0.17, 0.24))
    neck = {"wide": rng.uniform(0.66, 0.8), "squeeze": rng.uniform(0.75, 0.85)}.get(kind, rng.uniform(0.5, 0.75))
    waist = rng.uniform(0.78, 0.9) if kind == "squeeze" else rng.choice([1.0, rng.uniform(0.86, 0.95)])
    grip = rng.uniform(0.55, 0.68)
    shoulder = rng.uniform(0.82, 0.9)
    knots = [(0, 0.9), (0.02, 0.97), (0.05, 1), (grip - 0.1, 1), (grip, waist), (grip + 0.1, 1), (shoulder, 0.99)]
    wall = wall_of(radius, [*knots, (0.96, neck), (1, neck)])
    if kind == "wide":
        solid, cavity = vessel(wall, height, 0.003, steps=18, segments=SEGMENTS)
    else:
        solid, cavity = filled(wall(np.linspace(0, 1, 32)), np.linspace(0, height, 32), SEGMENTS), Manifold()
    for level in np.linspace(0.15, grip - 0.15, int(rng.choice([0, 0, 2, 3, 5]))):
        solid = solid + (ring(float(wall(level)), level * height, height * 0.006, SEGMENTS) - cavity)
    upper, base = split(solid, (0, 0, 1), height * 0.08)
    parts = {"body": upper, "base": base}
    make = {"squeeze": _nozzle_top, "steel": _loop_top, "wide": _wide_top, "straw": _straw_top}[kind]
    pour = make(rng, parts, neck * radius, radius, height, cavity)
    press = press_with_base("body", float(wall(0.0)), pour.symmetry)
    return Tool(
        name,
        "water-bottle",
        *(inside_named(assemble(parts)) if kind == "wide" else assemble(parts)),
        affordances=(pour, press),
        rest_rotations=MOSTLY_UPRIGHT,
        licence="Apache-2.0",
    )


def _nozzle_top(
    rng: Generator, parts: dict, neck: float, radius: float, height: float, cavity: Manifold
) -> Affordance:  # fmt: skip
    """A screwed dome with a nozzle to pull or to suck."""
    rise, wide = radius * rng.uniform(0.3, 0.55), radius * rng.uniform(0.9, 1.02)
    low = height - radius * 0.2
    profile = wide * np.array([0.95, 1, 1, 0.85, 0.5, 0.3])
    cap = filled(profile, low + (0.2 * radius + rise) * np.array([0, 0.05, 0.5, 0.75, 0.95, 1]), SEGMENTS)
    top, size, tall = height + rise, radius * rng.uniform(0.27, 0.38), radius * rng.uniform(0.6, 0.95)
    flange = rng.uniform(1.1, 1.35)
    profile = size * np.array([1.15, 1.15, 0.85, 0.85, flange, flange, 0.8])
    levels = top + tall * np.array([-0.15, 0.18, 0.25, 0.6, 0.7, 0.92, 1.0])
    bore = cylinder((0, 0, top + tall * 0.5), (0, 0, top + tall * 1.1), size * 0.45, size * 0.45, 20)
    parts |= {"cap": cap, "nozzle": filled(profile, levels, 32) - bore}
    return pour_over_rim("body", top + tall, size, AXIS, "nozzle")


def _loop_top(
    rng: Generator, parts: dict, neck: float, radius: float, height: float, cavity: Manifold
) -> Affordance:  # fmt: skip
    """A screw cap with a bow over it, or a bar between two posts."""
    tall, wide = radius * rng.uniform(0.55, 0.95), max(neck * 1.12, radius * 0.62)
    cap = filled(wide * np.array([1, 1, 0.93]), height + tall * np.array([-0.35, 0.85, 1.0]), SEGMENTS)
    angle = np.linspace(0, np.pi, 20)
    power, rise = rng.uniform(0.4, 1.0), radius * rng.uniform(0.6, 1.0)
    side = wide * 0.82 * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    path = np.column_stack([side, np.zeros(20), height + tall * 0.8 + rise * np.sin(angle) ** power])
    loop = tube(path, radius * rng.uniform(0.14, 0.3), radius * rng.uniform(0.09, 0.13), sides=12)
    parts |= {"loop": loop, "cap": cap}
    return pour_over_rim("body", height + tall, wide, HALF_TURN, "cap")


def _wide_top(
    rng: Generator, parts: dict, neck: float, radius: float, height: float, cavity: Manifold
) -> Affordance:  # fmt: skip
    """An open mouth with threads; its lid hangs down at -x by a strap."""
    tall = radius * rng.uniform(0.35, 0.5)
    mouth = cylinder((0, 0, height - 0.004), (0, 0, height + tall), neck, neck, SEGMENTS)
    threads = [ring(neck, height + tall * share, tall * 0.06, SEGMENTS) for share in (0.4, 0.6, 0.8)]
    bore = cylinder((0, 0, height - 0.02), (0, 0, height + tall + 0.01), neck - 0.003, neck - 0.003, SEGMENTS)
    parts["mouth"] = merged([mouth, *threads]) - bore
    band = ring(neck + 0.001, height + tall * 0.12, tall * 0.13, SEGMENTS) - bore
    lid, thick = neck * 1.15, radius * rng.uniform(0.3, 0.5)
    reach = -radius * rng.uniform(1.04, 1.1)
    drop = height + tall * 0.1 - lid * rng.uniform(1.1, 1.5)
    path = np.array([(-neck, height + tall * 0.1), (reach, height + tall * 0.12), (reach - thick, height - lid * 0.2)])
    t = np.linspace(0, 1, 14)[:, None]
    curve = (1 - t) ** 2 * path[0] + 2 * t * (1 - t) * path[1] + t**2 * [path[2, 0] + thick * 0.5, drop + lid * 0.6]
    strap = tube(np.column_stack([curve[:, 0], np.zeros(14), curve[:, 1]]), radius * 0.16, radius * 0.05, sides=10)
    cover = cylinder((reach, 0, drop), (reach - thick, 0, drop), lid, lid * 0.96, 32)
    parts |= {"strap": [band, strap - bore], "lid": cover}
    return pour_over_rim("body", height + tall, neck, MIRROR, "mouth")


def _straw_top(
    rng: Generator, parts: dict, neck: float, radius: float, height: float, cavity: Manifold
) -> Affordance:  # fmt: skip
    """A cap with a slanting mouthpiece at +x and a loop at -x."""
    tall, wide = radius * rng.uniform(0.45, 0.7), max(neck * 1.15, radius * 0.75)
    cap = filled(wide * np.array([1, 1, 0.85]), height + tall * np.array([-0.4, 0.75, 1.0]), SEGMENTS)
    size, length, lean = radius * rng.uniform(0.22, 0.3), radius * rng.uniform(1.0, 1.5), rng.uniform(0.35, 0.9)
    way = np.array([np.cos(lean), 0, np.sin(lean)])
    path = np.array([wide * 0.1, 0, height + tall * 0.7]) + np.outer(np.linspace(0, 1, 8) * length, way)
    spout = spout_along(path, size * np.array([1.2, 1.2, 1.1, 0.95, 0.9, 0.9, 1.05, 1.0]), length * 0.3)
    line = arc((-wide * 0.75, height + tall * 0.55), radius * rng.uniform(0.45, 0.65), 0.35 * np.pi, 1.65 * np.pi, 18)
    handle = rod(np.column_stack([line[:, 0], np.zeros(18), line[:, 1]]), radius * rng.uniform(0.1, 0.15))
    parts |= {"loop": handle, "cap": cap, "spout": spout.solid}
    return serve("pour-with", "spout", "body", spout.tip, way, (1, 0, -0.3), spout.radius)


FAMILIES = {
    "water-bottle": Family(water_bottle, ("pour-with", "press-with")),
}
