"""Parametric tools that pour: mug, glass, bowl, bottle, pitcher, teapot, saucepan. Upright, z up, standing on z = 0.

Handles point to -x, so a tool with a handle pours over the lip at +x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.relabel import inside_named
from dfc_core.assets.families.serving import (
    MOSTLY_UPRIGHT,
    UPRIGHT,
    UPSIDE_DOWN,
    hang_in_loop,
    pound_with_base,
    pound_with_side,
    pour_over_rim,
    press_with_base,
    roll_on_body,
    scoop_with_opening,
    serve,
)
from dfc_core.assets.families.walls import (
    BASE_SHARE,
    RIM_SHARE,
    Wall,
    bail_over_lid,
    cut_levels,
    ear,
    pulled_lip,
    tea_spout,
    vessel,
    wall_of,
)
from dfc_core.assets.solids import assemble, filled, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Tool

UPRIGHT_OR_OVER = (UPRIGHT, UPRIGHT, UPSIDE_DOWN)


def mug(rng: Generator, name: str) -> Tool:
    """A mug or cup with one handle."""
    height = rng.uniform(0.07, 0.12)
    radius = height * rng.uniform(0.36, 0.6)
    wall = wall_of(radius, [(0, rng.uniform(0.65, 1.0)), (0.3, rng.uniform(0.85, 1.08)), (1, 1)])
    body, cavity = vessel(wall, height, rng.uniform(0.0025, 0.005))
    handle = ear(rng, wall, height)
    levels = cut_levels(body, height)
    parts = {"rim": levels["rim"], "body": levels["body"], "handle": handle.solid - cavity, "base": levels["base"]}
    affordances = [
        pour_over_rim("handle", height, wall(1.0), MIRROR),
        scoop_with_opening("handle", height, wall(1.0), MIRROR, ("rim", "inside")),
        press_with_base("handle", wall(0.0), MIRROR),
        hang_in_loop("handle", "body", handle.bend, (1, 0, 0), (0, 0, 1), handle.throat),
    ]
    return _tool(name, "mug", parts, affordances, MOSTLY_UPRIGHT)


def glass(rng: Generator, name: str) -> Tool:
    """A tumbler, a can without lid, or a stemmed glass."""
    height = rng.uniform(0.08, 0.2)
    stemmed = rng.random() < 0.4
    radius = height * (rng.uniform(0.18, 0.28) if stemmed else rng.uniform(0.25, 0.48))
    if stemmed:
        foot, stem = rng.uniform(0.7, 1.0), rng.uniform(0.1, 0.16)
        cup = rng.uniform(0.35, 0.55)
        knots = [(0, foot), (0.03, foot * 0.95), (0.08, stem), (cup, stem), (cup + 0.18, rng.uniform(0.9, 1.3)), (1, 1)]
        wall = wall_of(radius, knots)
        body, _ = vessel(wall, height, 0.002, floor=cup + 0.03)
        foot_height = 0.08
    else:
        wall = wall_of(radius, [(0, rng.uniform(0.65, 1.0)), (0.5, rng.uniform(0.8, 1.1)), (1, 1)])
        body, _ = vessel(wall, height, rng.uniform(0.001, 0.004))
        foot_height = BASE_SHARE
    parts = cut_levels(body, height, base=foot_height)
    if stemmed:
        parts["bowl"], parts["stem"] = split(parts.pop("body"), (0, 0, 1), height * cup)
    hold, belly = ("stem", "bowl") if stemmed else ("body", "body")
    affordances = [
        pour_over_rim(hold, height, wall(1.0), AXIS),
        scoop_with_opening(hold, height, wall(1.0), AXIS, ("rim", "inside")),
        press_with_base(hold, wall(0.0), AXIS),
        roll_on_body(("rim", "base"), height * (cup if stemmed else foot_height), height * (1 - RIM_SHARE), part=belly),
    ]
    return _tool(name, "glass", parts, affordances, MOSTLY_UPRIGHT)


def bowl(rng: Generator, name: str) -> Tool:
    """A bowl, shallow or deep, with or without foot."""
    radius = rng.uniform(0.05, 0.13)
    height = radius * rng.uniform(0.45, 1.1)
    foot = rng.uniform(0.35, 0.7)
    belly = min(1.02, foot + (1 - foot) * rng.uniform(0.45, 0.95))
    knots = [(0, foot), (0.06, foot * rng.uniform(0.9, 1.0)), (0.45, belly), (1, 1)]
    wall = wall_of(radius, knots)
    body, _ = vessel(wall, height, rng.uniform(0.002, 0.006), floor=rng.uniform(0.06, 0.15))
    affordances = [
        pour_over_rim("body", height, wall(1.0), AXIS),
        scoop_with_opening("body", height, wall(1.0), AXIS, ("rim", "inside")),
        press_with_base("body", wall(0.0), AXIS),
    ]
    return _tool(name, "bowl", cut_levels(body, height, 1.5 * RIM_SHARE), affordances, UPRIGHT_OR_OVER)


def bottle(rng: Generator, name: str) -> Tool:
    """A bottle with body, shoulder, neck and a mouth that is open or capped; round, or flattened."""
    height = rng.uniform(0.12, 0.33)
    radius = height * rng.uniform(0.13, 0.24)
    neck = rng.uniform(0.25, 0.55)
    shoulder, neck_start = rng.uniform(0.45, 0.72), rng.uniform(0.74, 0.86)
    waist = rng.uniform(0.75, 1.02)
    mouth = neck * rng.uniform(0.5, 1.1)
    knots = [(0, 0.93), (0.03, 1), (0.3, waist), (shoulder, 1), (neck_start, neck), (0.9, neck), (1, min(mouth, 0.6))]
    wall = wall_of(radius, knots)
    if rng.random() < 0.5:
        solid, _ = vessel(wall, height, 0.0025)
    else:
        heights = np.linspace(0, 1, 48)
        solid = filled(wall(heights), heights * height)
    mouth_start = rng.uniform(0.84, 0.88)
    if rng.random() < 0.6:
        collar = height * rng.uniform(0.02, 0.08)
        ring = height * mouth_start
        widest = float(wall(mouth_start)) * rng.uniform(1.08, 1.5)
        solid = solid + filled(np.array([widest, widest]), np.array([ring, ring + collar])) - _bore(wall, height, solid)
    flat = rng.uniform(0.5, 0.85) if rng.random() < 0.4 else 1.0
    solid = solid.scale([flat, 1.0, 1.0])
    top, rest = split(solid, (0, 0, 1), height * mouth_start)
    symmetry = AXIS if flat == 1.0 else HALF_TURN
    neck_part, rest = split(rest, (0, 0, 1), height * shoulder)
    body, base = split(rest, (0, 0, 1), height * BASE_SHARE)
    roundness = (1 + flat) / 2
    affordances = [
        pour_over_rim("body", height, float(wall(1.0)) * roundness, symmetry, "mouth"),
        press_with_base("body", float(wall(0.0)) * roundness, symmetry),
        roll_on_body(("neck", "base"), height * BASE_SHARE, height * shoulder, symmetry),
        pound_with_side("neck", height * shoulder / 2, float(wall(shoulder / 2)), flat),
    ]
    return _tool(
        name, "bottle", {"mouth": top, "neck": neck_part, "body": body, "base": base}, affordances, MOSTLY_UPRIGHT
    )


def pitcher(rng: Generator, name: str) -> Tool:
    """A jug with a handle and a lip drawn out to a spout."""
    height = rng.uniform(0.12, 0.25)
    radius = height * rng.uniform(0.25, 0.42)
    knots = [(0, rng.uniform(0.7, 1.0)), (0.35, rng.uniform(1.0, 1.35)), (0.8, rng.uniform(0.75, 1.0)), (1, 1)]
    wall = wall_of(radius, knots)
    reach = radius * rng.uniform(0.25, 0.6)
    drop = height * rng.uniform(0.15, 0.3)
    thickness = 0.004
    body, cavity = vessel(wall, height, thickness)
    lip = pulled_lip(radius, height, reach, drop, 0.0)
    lip_cavity = pulled_lip(radius - thickness, height, reach, drop, thickness)
    handle = ear(rng, wall, height).solid - cavity
    levels = cut_levels((body + lip) - lip_cavity - cavity, height)
    affordances = [
        pour_over_rim("handle", height, float(wall(1.0)), MIRROR),
        scoop_with_opening("handle", height, float(wall(1.0)), MIRROR, ("rim", "inside")),
        press_with_base("handle", float(wall(0.0)), MIRROR),
    ]
    parts = {"rim": levels["rim"], "body": levels["body"], "handle": handle, "base": levels["base"]}
    return _tool(name, "pitcher", parts, affordances, MOSTLY_UPRIGHT)


def teapot(rng: Generator, name: str) -> Tool:
    """A teapot or kettle: closed body with lid, spout, and a handle at the back or above."""
    height = rng.uniform(0.1, 0.17)
    radius = height * rng.uniform(0.42, 0.65)
    wall = wall_of(radius, [(0, rng.uniform(0.55, 0.95)), (0.4, 1), (0.85, rng.uniform(0.5, 0.8)), (1, 0.4)])
    heights = np.linspace(0, 1, 40)
    body = filled(wall(heights), heights * height)
    knob_radius = height * rng.uniform(0.06, 0.12)
    knob = Manifold.sphere(knob_radius, 24).translate([0, 0, height + 0.5 * knob_radius])
    spout = tea_spout(rng, radius, height)
    spout_tip, spout_root = split(spout.solid, tuple(spout.direction), spout.tip_start)
    handle = bail_over_lid(rng, radius, height) if rng.random() < 0.35 else ear(rng, wall, height).solid
    body, base = split(body, (0, 0, 1), height * BASE_SHARE)
    parts = {"spout tip": spout_tip, "spout": spout_root, "body": body, "lid": knob, "handle": handle, "base": base}
    affordances = [
        serve("pour-with", "spout tip", "handle", spout.tip, spout.direction, (1, 0, -0.3), spout.radius),
        press_with_base("handle", float(wall(0.0)), MIRROR),
    ]
    return _tool(name, "teapot", parts, affordances)


def saucepan(rng: Generator, name: str) -> Tool:
    """A pan or dipper with one long handle."""
    radius = rng.uniform(0.05, 0.13)
    height = radius * rng.uniform(0.5, 1.2)
    wall = wall_of(radius, [(0, rng.uniform(0.8, 1.0)), (0.4, rng.uniform(0.92, 1.0)), (1, 1)])
    body, cavity = vessel(wall, height, rng.uniform(0.002, 0.004))
    length = radius * rng.uniform(1.3, 2.4)
    level = height * rng.uniform(0.6, 0.9)
    path = np.linspace([-radius * 0.9, 0, level], [-radius - length, 0, level + length * rng.uniform(0, 0.3)], 12)
    thick = rng.uniform(0.006, 0.011)
    handle = tube(path, thick * rng.uniform(1.0, 1.6), thick * rng.uniform(0.5, 1.0)) - cavity
    levels = cut_levels(body, height, 1.5 * RIM_SHARE, 1.5 * BASE_SHARE)
    affordances = [
        pour_over_rim("handle", height, float(wall(1.0)), MIRROR),
        scoop_with_opening("handle", height, float(wall(1.0)), MIRROR, ("rim", "inside")),
        press_with_base("handle", float(wall(0.0)), MIRROR),
        pound_with_base("handle", float(wall(0.0)), MIRROR),
    ]
    parts = {"rim": levels["rim"], "body": levels["body"], "handle": handle, "base": levels["base"]}
    return _tool(name, "saucepan", parts, affordances, UPRIGHT_OR_OVER)


def _tool(
    name: str, family: str, parts: dict, affordances: list[Affordance], rests: tuple[NDArray, ...] = (UPRIGHT,)
) -> Tool:
    mesh = assemble(parts)
    if any("inside" in affordance.parts for affordance in affordances):
        mesh = inside_named(mesh, [part for part in ("body", "bowl", "base") if part in parts])
    return Tool(name, family, *mesh, affordances=tuple(affordances), rest_rotations=rests, licence="Apache-2.0")


def _bore(wall: Wall, height: float, solid: Manifold) -> Manifold:
    """The way out through a collar, if the bottle is open (hollow) at all; an empty solid if it is capped."""
    probe = Manifold.cube([1e-4, 1e-4, 1e-3], True).translate([0, 0, height * 0.999])
    if (probe ^ solid).volume() > 0:
        return Manifold()
    inside = np.linspace(0.8, 1.01, 12)
    return filled(np.maximum(wall(np.minimum(inside, 1)) - 0.0025, 0.001), inside * height)


FAMILIES = {
    "mug": Family(mug, ("pour-with", "scoop-with", "press-with", "hang-onto")),
    "glass": Family(glass, ("pour-with", "scoop-with", "press-with", "roll-onto")),
    "bowl": Family(bowl, ("pour-with", "scoop-with", "press-with")),
    "bottle": Family(bottle, ("pour-with", "press-with", "roll-onto", "pound-with")),
    "pitcher": Family(pitcher, ("pour-with", "scoop-with", "press-with")),
    "teapot": Family(teapot, ("pour-with", "press-with")),
    "saucepan": Family(saucepan, ("pour-with", "scoop-with", "press-with", "pound-with")),
}
