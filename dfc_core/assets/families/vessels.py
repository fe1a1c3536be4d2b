"""Parametric tools that hold and pour: bucket and measuring cup. Upright, standing on z = 0."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.relabel import inside_named
from dfc_core.assets.families.serving import (
    MOSTLY_UPRIGHT,
    ON_SIDE,
    UPRIGHT,
    UPSIDE_DOWN,
    hang_in_loop,
    pour_over_rim,
    press_with_base,
    scoop_with_opening,
)
from dfc_core.assets.families.walls import cut_levels, ear, pulled_lip, ring, vessel, wall_of
from dfc_core.assets.solids import assemble, box, cylinder, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Affordance, Tool

SEGMENTS = 40


def bucket(rng: Generator, name: str) -> Tool:
    """A bucket or pail with a bail, straight up, leaning or down; rolled or flat rim, hoops, lugs, sometimes a lip."""
    height = rng.uniform(0.12, 0.34)
    radius = height * rng.uniform(0.36, 0.62)
    foot = rng.uniform(0.62, 0.92)
    wall = wall_of(radius, [(0, foot), (0.5, foot + (1 - foot) * rng.uniform(0.45, 0.6)), (1, 1)])
    thickness = height * rng.uniform(0.006, 0.014)
    shell, cavity = vessel(wall, height, thickness, floor=rng.uniform(0.02, 0.07), steps=14, segments=SEGMENTS)
    if rng.random() < 0.5:
        shell = shell - cylinder((0, 0, -0.01), (0, 0, height * 0.02), foot * radius * 0.9, foot * radius * 0.9)
    bead = height * rng.uniform(0.008, 0.03)
    hoops = [ring(radius + bead * 0.3, height - bead, bead)]
    for level in rng.uniform(0.15, 0.85, int(rng.integers(0, 4))):
        hoops.append(ring(float(wall(level)), level * height, height * rng.uniform(0.006, 0.014)))
    if rng.random() < 0.2:
        reach, drop = radius * rng.uniform(0.12, 0.25), height * rng.uniform(0.15, 0.25)
        lip = pulled_lip(radius, height, reach, drop, 0)
        shell = (shell + lip) - pulled_lip(radius - thickness, height, reach, drop, thickness) - cavity
    bail, affords, reach = _bail(rng, radius, height)
    outside = Manifold.batch_boolean([*hoops, *_lugs(rng, reach, radius, height)], OpType.Add)
    shell = shell + (outside - cavity)
    levels = cut_levels(shell, height)
    affordances = [
        pour_over_rim(("bail", "grip"), height, radius, MIRROR),
        scoop_with_opening(("bail", "grip"), height, radius, MIRROR, ("rim", "inside")),
        press_with_base(("bail", "grip"), foot * radius, MIRROR),
        affords,
    ]
    mesh = inside_named(assemble({**levels, **bail}))
    rests = (UPRIGHT, UPRIGHT, UPRIGHT, UPSIDE_DOWN, ON_SIDE.T)
    return Tool(name, "bucket", *mesh, affordances=tuple(affordances), rest_rotations=rests, licence="Apache-2.0")


def _lugs(rng: Generator, reach: float, radius: float, height: float) -> list[Manifold]:
    """Two ears of the wall that hold a bail which ends `reach` (m) from the axis."""
    size = height * rng.uniform(0.04, 0.08)
    inner, outer = radius * 0.96, reach + height * rng.uniform(0.008, 0.02)
    lug = box((size * rng.uniform(0.8, 2.0), outer - inner, size), (0, (inner + outer) / 2, height * 0.93))
    return [lug, lug.mirror([0, 1, 0])]


def _bail(rng: Generator, radius: float, height: float) -> tuple[dict[str, Manifold], Affordance, float]:
    """The bail from lug to lug over the x = 0 plane, leaned towards -x, with a grip at its middle."""
    lean = rng.choice([0.0, rng.uniform(0.2, 0.9), rng.uniform(1.7, 1.85)])
    up = np.array([-np.sin(lean), 0, np.cos(lean)])
    half, rise = radius * rng.uniform(1.05, 1.12), radius * rng.uniform(1.08, 1.35)
    angle = np.linspace(0, np.pi, 29)
    power = rng.uniform(0.65, 1.0)
    side = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    path = np.outer(half * side, [0, 1, 0]) + np.outer(rise * np.sin(angle) ** power, up) + [0, 0, height * 0.93]
    thick = height * rng.uniform(0.013, 0.024)
    wire = tube(path, thick, sides=8)
    reach = half * rng.uniform(0.25, 0.4)
    grip, rest = split(wire, (0, 1, 0), -reach)
    far, grip = split(grip, (0, 1, 0), reach)
    if rng.random() < 0.65:
        sleeve = thick * rng.uniform(1.6, 3.0)
        middle = path[np.abs(path[:, 1]) < reach]
        swell = 1 + rng.uniform(0, 0.3) * np.cos(np.linspace(-1, 1, len(middle)) * np.pi / 2)
        grip = grip + tube(middle, sleeve * swell, sides=10)
        thick = sleeve
    bend = path[14] - up * thick
    hang = hang_in_loop(("bail", "grip"), "body", bend, -up, (0, 1, 0), float(half + rise) / 2 - thick, MIRROR_X)
    return {"bail": rest + far, "grip": grip}, hang, half


def measuring_cup(rng: Generator, name: str) -> Tool:
    """A measuring cup: a glass jug with an ear or an open handle and a lip, or a dry cup on a flat handle."""
    dry = rng.random() < 0.4
    radius = rng.uniform(0.025, 0.05) if dry else rng.uniform(0.04, 0.075)
    height = radius * (rng.uniform(0.7, 1.4) if dry else rng.uniform(1.3, 2.6))
    foot = rng.uniform(0.7, 0.97)
    wall = wall_of(radius, [(0, foot * 0.93), (0.06, foot), (0.95, 0.99), (1, 1)])
    thickness = radius * rng.uniform(0.03, 0.07)
    shell, cavity = vessel(wall, height, thickness, steps=12, segments=SEGMENTS)
    if not dry or rng.random() < 0.3:
        reach, drop = radius * rng.uniform(0.15, 0.4), height * rng.uniform(0.12, 0.3)
        lip_cavity = pulled_lip(radius - thickness, height, reach, drop, thickness)
        shell = shell + pulled_lip(radius, height, reach, drop, 0) - lip_cavity - cavity
    bead = radius * rng.uniform(0.02, 0.05)
    if rng.random() < 0.5:
        shell = shell + (ring(radius, height - bead, bead) - cavity)
    if dry:
        handle = _flat_handle(rng, radius, height)
    else:
        handle = ear(rng, wall, height).solid if rng.random() < 0.55 else _open_handle(rng, radius, height)
    levels = cut_levels(shell, height, 0.16)
    affordances = (
        pour_over_rim("handle", height, radius, MIRROR),
        scoop_with_opening("handle", height, radius, MIRROR, ("rim", "inside")),
        press_with_base("handle", float(wall(0.0)), MIRROR),
    )
    mesh = inside_named(assemble({**levels, "handle": handle - cavity}))
    return Tool(
        name, "measuring-cup", *mesh, affordances=affordances, rest_rotations=MOSTLY_UPRIGHT, licence="Apache-2.0"
    )


def _flat_handle(rng: Generator, radius: float, height: float) -> Manifold:
    """A strip from the rim to -x with a hole at its end, level or a little bent."""
    length, half = radius * rng.uniform(1.6, 3.2), radius * rng.uniform(0.2, 0.36)
    step = np.linspace(0, 1, 10)
    drop = rng.uniform(-0.12, 0.2) * length * step**2
    path = np.column_stack([-radius * 0.95 - length * step, np.zeros(10), height * 0.93 - drop])
    path[:, 2] += 1e-5 * np.sin(np.pi * step)
    widths = half * np.interp(step, [0, 0.25, 0.8, 1], [rng.uniform(1, 1.6), 0.8, 1.0, 0.7])
    strip = tube(path, widths, radius * rng.uniform(0.04, 0.1), sides=12)
    hole = cylinder((0, 0, -0.05), (0, 0, 0.05), half * 0.4, half * 0.4, sides=14)
    return strip - hole.translate(list(path[8]))


def _open_handle(rng: Generator, radius: float, height: float) -> Manifold:
    """A handle that leaves the rim and hangs down free, as on stacking glass jugs."""
    reach, low = radius * rng.uniform(0.5, 0.75), height * rng.uniform(0.12, 0.35)
    step = np.linspace(0, 1, 14)
    turn = np.minimum(step / 0.4, 1) * np.pi / 2
    down = np.maximum(step - 0.4, 0) / 0.6
    bend = min(reach, height * 0.3)
    x = -radius * 0.94 - reach * np.sin(turn) + down * reach * rng.uniform(0, 0.35)
    z = height * 0.9 - bend * (1 - np.cos(turn)) - down * (height * 0.9 - bend - low)
    path = np.column_stack([x, np.zeros(14), z])
    return tube(path, radius * rng.uniform(0.12, 0.2), radius * rng.uniform(0.07, 0.11))


FAMILIES = {
    "bucket": Family(bucket, ("pour-with", "scoop-with", "press-with", "hang-onto")),
    "measuring-cup": Family(measuring_cup, ("pour-with", "scoop-with", "press-with")),
}
