"""Parametric tools for the stove: kettle, skillet. Upright, spout to +x, handle to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.relabel import inside_named
from dfc_core.assets.families.serving import (
    ON_SIDE,
    UPRIGHT,
    UPSIDE_DOWN,
    hang_in_loop,
    pound_with_base,
    pour_over_rim,
    press_with_base,
    serve,
)
from dfc_core.assets.families.walls import (
    BASE_SHARE,
    Spout,
    Wall,
    cut_levels,
    pulled_lip,
    ring,
    spout_along,
    vessel,
    wall_of,
)
from dfc_core.assets.solids import assemble, cylinder, filled, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Tool

SEGMENTS = 40


def kettle(rng: Generator, name: str) -> Tool:
    """A stovetop kettle: a broad base, a short or a swan-necked spout, a strap, hoop or rear handle, lid and knob."""
    height = rng.uniform(0.1, 0.17)
    radius = height * rng.uniform(0.6, 0.95)
    profiles = (
        [(0, 1), (0.1, 1.0), (0.5, rng.uniform(0.82, 0.95)), (0.85, rng.uniform(0.5, 0.65)), (1, 0.4)],  # dome
        [(0, 0.95), (0.06, 1), (0.75, rng.uniform(0.9, 1.0)), (0.9, 0.8), (1, 0.5)],  # drum
        [(0, 1), (0.05, 1.0), (0.95, rng.uniform(0.45, 0.6)), (1, 0.42)],  # cone
        [(0, 0.7), (0.05, 0.78), (0.35, 1.0), (0.8, rng.uniform(0.6, 0.75)), (1, 0.4)],  # round
    )
    wall = wall_of(radius, list(profiles[rng.integers(4)]))
    heights = np.linspace(0, 1, 20)
    body = filled(wall(heights), heights * height, SEGMENTS)
    if rng.random() < 0.5:
        body = body + ring(float(wall(0.03)), height * 0.05, height * rng.uniform(0.02, 0.04), SEGMENTS)
    body, base = split(body, (0, 0, 1), height * BASE_SHARE)
    spout = _kettle_spout(rng, wall, height)
    spout_tip, spout_root = split(spout.solid, tuple(spout.direction), spout.tip_start)
    lid, knob = _lid(rng, radius, height)
    handle, grip = _kettle_handle(rng, wall, radius, height)
    parts = {"spout tip": spout_tip, "spout": spout_root, "body": body, "base": base, "lid": lid, "knob": knob}
    affordances = (
        serve("pour-with", "spout tip", ("handle", "grip"), spout.tip, spout.direction, (1, 0, -0.3), spout.radius),
        press_with_base(("handle", "grip"), float(wall(0.0)), MIRROR),
    )
    mesh = assemble({**parts, "handle": handle, "grip": grip})
    rests = (UPRIGHT, UPRIGHT, UPRIGHT, ON_SIDE)
    return Tool(name, "kettle", *mesh, affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


def _kettle_spout(rng: Generator, wall: Wall, height: float) -> Spout:
    swan = rng.random() < 0.35
    low = rng.uniform(0.2, 0.35) if swan else rng.uniform(0.5, 0.68)
    start = np.array([float(wall(low)) * 0.82, 0, height * low])
    if swan:
        reach, rise = height * rng.uniform(0.5, 0.8), height * rng.uniform(0.55, 0.95)
        step = np.linspace(0, 1, 18)
        x = start[0] + reach * (step + 0.1 * np.sin(np.pi * step))
        z = start[2] + rise * (0.5 - 0.5 * np.cos(np.pi * np.minimum(step / 0.85, 1)))
        path = np.column_stack([x, np.zeros(18), z])
        radii = height * np.interp(step, [0, 0.3, 1], [rng.uniform(0.1, 0.16), 0.075, rng.uniform(0.05, 0.065)])
        return spout_along(path, radii, height * 0.1, 8.4)
    angle = rng.uniform(0.45, 1.0)
    length = height * rng.uniform(0.35, 0.6) + 0.18 * float(wall(low))
    step = np.linspace(0, 1, 10)
    path = start + np.outer(step * length, [np.cos(angle), 0, np.sin(angle)])
    radii = height * np.interp(step, [0, 1], [rng.uniform(0.16, 0.24), rng.uniform(0.08, 0.13)])
    return spout_along(path, radii, height * 0.12, 3.4)


def _lid(rng: Generator, radius: float, height: float) -> tuple[Manifold, Manifold]:
    wide = radius * 0.4
    rise = height * rng.uniform(0.02, 0.12)
    lid = filled(wide * np.array([1.05, 1.05, 0.7, 0.2]), height + rise * np.array([-0.3, 0.3, 0.8, 1.0]), 32)
    size = radius * rng.uniform(0.09, 0.16)
    kind = rng.choice(["ball", "button", "ring"])
    top = height + rise
    if kind == "ball":
        knob = Manifold.sphere(size, 20).translate([0, 0, top + size * 0.7])
    elif kind == "button":
        knob = filled(size * np.array([0.5, 0.45, 1.2, 1.2]), top + size * np.array([-0.3, 0.6, 0.9, 1.3]), 24)
    else:
        knob = ring(size, 0, size * 0.3, 20).rotate([90, 0, 0]).translate([0, 0, top + size])
    return lid, knob


def _kettle_handle(rng: Generator, wall: Wall, radius: float, height: float) -> tuple[Manifold, Manifold]:
    """(the handle's ends, its grip): over the lid from front to back, from side to side, or at the back."""
    kind = rng.choice(["hoop", "strap", "rear"], p=[0.5, 0.2, 0.3])
    wide, deep = height * rng.uniform(0.05, 0.1), height * rng.uniform(0.035, 0.06)
    if kind == "rear":
        step = np.linspace(0, 1, 18)
        foot, far = float(wall(0.35)) * 0.92, radius * rng.uniform(1.35, 1.65)
        top = height * rng.uniform(0.85, 1.1)
        x = -np.interp(step, [0, 0.3, 0.85, 1], [float(wall(0.8)) * 0.85, far * 0.95, far, foot])
        z = np.interp(step, [0, 0.3, 0.85, 1], [height * 0.8, top, height * 0.45, height * 0.35])
        path = np.column_stack([x, np.zeros(18), z])
        path[1:-1] = (path[:-2] + path[1:-1] * 2 + path[2:]) / 4
        inner = slice(5, 15)
    else:
        angle = np.linspace(0.02 * np.pi, 0.98 * np.pi, 24)
        low, power = rng.uniform(0.55, 0.72), rng.uniform(0.5, 1.0)
        half = float(wall(low)) * 0.95
        rise = height * (rng.uniform(0.85, 1.25) - low + 0.25)
        side = half * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
        path = np.column_stack([side, np.zeros(24), low * height + rise * np.sin(angle) ** power])
        if kind == "strap":
            path = path[:, [1, 0, 2]]
        inner = slice(7, 18)
    thin = tube(path, wide * 0.7, deep * 0.6, sides=12)
    middle = path[inner]
    grip = tube(middle, wide, deep * rng.uniform(0.9, 1.2), sides=14)
    return thin, grip


def skillet(rng: Generator, name: str) -> Tool:
    """A frying pan: cast iron with a short handle and two lips, or a pressed pan with a long one; a loop to hang it."""
    iron = rng.random() < 0.4
    radius = rng.uniform(0.08, 0.16)
    height = radius * rng.uniform(0.26, 0.5)
    foot = rng.uniform(0.8, 0.95) if iron else rng.uniform(0.62, 0.85)
    wall = wall_of(radius, [(0, foot * 0.96), (0.1, foot), (0.5, foot + (1 - foot) * rng.uniform(0.4, 0.7)), (1, 1)])
    thickness = rng.uniform(0.004, 0.006) if iron else rng.uniform(0.002, 0.004)
    shell, cavity = vessel(wall, height, thickness, steps=12, segments=48)
    if rng.random() < (0.75 if iron else 0.2):
        reach, drop = radius * rng.uniform(0.05, 0.1), height * rng.uniform(0.25, 0.5)
        for turn in (90, -90):
            lip = pulled_lip(radius, height, reach, drop, 0)
            hollow = pulled_lip(radius - thickness, height, reach, drop, thickness)
            shell = (shell + lip.rotate([0, 0, turn])) - hollow.rotate([0, 0, turn])
        shell = shell - cavity
    handle, loop, bend, throat = _pan_handle(rng, iron, radius, height)
    levels = cut_levels(shell, height, 0.25, 0.25)
    parts = {**levels, "handle": handle - cavity, "loop": loop}
    if iron and rng.random() < 0.5:
        parts["far grip"] = _helper_grip(rng, radius, height) - cavity
    affordances = (
        press_with_base("handle", float(wall(0.0)), MIRROR),
        pound_with_base("handle", float(wall(0.0)), MIRROR),
        pour_over_rim("handle", height, radius, MIRROR),
        hang_in_loop("loop", "handle", bend, (1, 0, 0), (0, 1, 0), throat, MIRROR_X),
    )
    mesh = inside_named(assemble(parts))
    rests = (UPRIGHT, UPRIGHT, UPSIDE_DOWN)
    return Tool(name, "skillet", *mesh, affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


def _pan_handle(
    rng: Generator, iron: bool, radius: float, height: float
) -> tuple[Manifold, Manifold, NDArray, float]:  # fmt: skip
    """(handle, its end with the eye, the inside of the eye's far end, the eye's radius)."""
    length = radius * (rng.uniform(0.85, 1.2) if iron else rng.uniform(1.2, 1.9))
    slope = rng.uniform(0.0, 0.35)
    level = height * rng.uniform(0.6, 0.85)
    step = np.linspace(0, 1, 20)
    rise = length * (slope * step - rng.uniform(0.0, 0.5) * slope * step**2)
    path = np.column_stack([-radius * 0.92 - length * step, np.zeros(20), level + rise + 1e-5 * np.sin(np.pi * step)])
    half = rng.uniform(0.012, 0.017) if iron else rng.uniform(0.012, 0.018)
    widths = half * np.interp(step, [0, 0.2, 0.75, 0.9, 0.97, 1], [1.5, 0.75, 1.0, 1.3, 1.15, 0.6])
    bar = tube(path, widths, rng.uniform(0.004, 0.008), sides=16)
    eye = half * rng.uniform(0.45, 0.7)
    centre = np.array([path[-1, 0] + half * 1.35, 0, np.interp(-path[-1, 0] - half * 1.35, -path[:, 0], path[:, 2])])
    long = rng.uniform(1.0, 1.7)
    hole = cylinder((0, 0, -0.1), (0, 0, 0.1), eye, eye, sides=20).scale([long, 1, 1])
    hole = hole.translate([centre[0] + eye * (long - 1), 0, centre[2]])
    bar = bar - hole
    start = centre[0] + eye * (2 * long - 1) + half * 1.1
    handle, loop = split(bar, (1, 0, 0), start)
    if not iron:
        plate = cylinder((-radius * 0.97, 0, level), (-radius * 1.03, 0, level), half * 1.7, half * 1.5, sides=20)
        handle = handle + plate.scale([1, 1, 0.8]).translate([0, 0, level * 0.2])
    return handle, loop, centre - [eye, 0, 0], float(eye)


def _helper_grip(rng: Generator, radius: float, height: float) -> Manifold:
    """A small loop at the front of a heavy pan."""
    angle = np.linspace(-1.2, 1.2, 14)
    reach = radius * rng.uniform(0.15, 0.25)
    path = np.column_stack(
        [radius * 0.95 + reach * np.cos(angle) - reach * 0.3, reach * 1.3 * np.sin(angle), 0 * angle]
    )
    return tube(path + np.array([0, 0, height * 0.8]), 0.004, 0.007, sides=10)


FAMILIES = {
    "kettle": Family(kettle, ("pour-with", "press-with")),
    "skillet": Family(skillet, ("press-with", "pound-with", "pour-with", "hang-onto")),
}
