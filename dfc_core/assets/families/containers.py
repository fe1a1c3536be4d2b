"""Parametric tools that pour: mug, glass, bowl, bottle, pitcher, teapot, saucepan. Upright, z up, standing on z = 0.

Handles point to -x, so a tool with a handle pours over the lip at +x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.solids import assemble, cylinder, filled, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import Affordance, Symmetry, Tool

AXIS = Symmetry("axis")
Wall = Callable[[Any], Any]  # outer radius (m) at a relative height 0..1, both scalars or both arrays
RIM_SHARE = 0.12  # the part of the height that counts as rim


def mug(rng: Generator, name: str) -> Tool:
    """A mug or cup with one handle."""
    height = rng.uniform(0.07, 0.12)
    radius = height * rng.uniform(0.36, 0.6)
    wall = _wall(radius, height, [(0, rng.uniform(0.65, 1.0)), (0.3, rng.uniform(0.85, 1.08)), (1, 1)])
    body, cavity = _vessel(wall, height, rng.uniform(0.0025, 0.005))
    handle = _ear(rng, wall, height) - cavity
    rim, rest = split(body, (0, 0, 1), height * (1 - RIM_SHARE))
    parts = {"rim": rim, "body": rest, "handle": handle}
    return _tool(name, "mug", parts, [_pour_over_rim("handle", height, wall(1.0), Symmetry())])


def glass(rng: Generator, name: str) -> Tool:
    """A tumbler, a can without lid, or a stemmed glass."""
    height = rng.uniform(0.08, 0.2)
    stemmed = rng.random() < 0.4
    radius = height * (rng.uniform(0.18, 0.28) if stemmed else rng.uniform(0.25, 0.48))
    if stemmed:
        foot, stem = rng.uniform(0.7, 1.0), rng.uniform(0.1, 0.16)
        cup = rng.uniform(0.35, 0.55)
        knots = [(0, foot), (0.03, foot * 0.95), (0.08, stem), (cup, stem), (cup + 0.18, rng.uniform(0.9, 1.3)), (1, 1)]
        wall = _wall(radius, height, knots)
        body, _ = _vessel(wall, height, 0.002, floor=cup + 0.03)
        hold_cut = cup
    else:
        wall = _wall(radius, height, [(0, rng.uniform(0.65, 1.0)), (0.5, rng.uniform(0.8, 1.1)), (1, 1)])
        body, _ = _vessel(wall, height, rng.uniform(0.001, 0.004))
        hold_cut = 1 - RIM_SHARE
    rim, rest = split(body, (0, 0, 1), height * (1 - RIM_SHARE))
    parts = {"rim": rim}
    if stemmed:
        parts["bowl"], parts["stem"] = split(rest, (0, 0, 1), height * hold_cut)
    else:
        parts["body"] = rest
    hold = "stem" if stemmed else "body"
    return _tool(name, "glass", parts, [_pour_over_rim(hold, height, wall(1.0), AXIS)])


def bowl(rng: Generator, name: str) -> Tool:
    """A bowl, shallow or deep, with or without foot."""
    radius = rng.uniform(0.05, 0.13)
    height = radius * rng.uniform(0.45, 1.1)
    foot = rng.uniform(0.35, 0.7)
    belly = min(1.02, foot + (1 - foot) * rng.uniform(0.45, 0.95))
    knots = [(0, foot), (0.06, foot * rng.uniform(0.9, 1.0)), (0.45, belly), (1, 1)]
    wall = _wall(radius, height, knots)
    body, _ = _vessel(wall, height, rng.uniform(0.002, 0.006), floor=rng.uniform(0.06, 0.15))
    rim, rest = split(body, (0, 0, 1), height * (1 - 1.5 * RIM_SHARE))
    return _tool(name, "bowl", {"rim": rim, "body": rest}, [_pour_over_rim("body", height, wall(1.0), AXIS)])


def bottle(rng: Generator, name: str) -> Tool:
    """A bottle with body, shoulder, neck and a mouth that is open or capped; round, or flattened."""
    height = rng.uniform(0.12, 0.33)
    radius = height * rng.uniform(0.13, 0.24)
    neck = rng.uniform(0.25, 0.55)
    shoulder, neck_start = rng.uniform(0.45, 0.72), rng.uniform(0.74, 0.86)
    waist = rng.uniform(0.75, 1.02)
    mouth = neck * rng.uniform(0.5, 1.1)
    knots = [(0, 0.93), (0.03, 1), (0.3, waist), (shoulder, 1), (neck_start, neck), (0.9, neck), (1, min(mouth, 0.6))]
    wall = _wall(radius, height, knots)
    if rng.random() < 0.5:
        solid, _ = _vessel(wall, height, 0.0025)
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
    symmetry = AXIS if flat == 1.0 else Symmetry("n-fold", 2)
    neck_part, body = split(rest, (0, 0, 1), height * shoulder)
    pour = _pour_over_rim("body", height, float(wall(1.0)) * (1 + flat) / 2, symmetry, part="mouth")
    return _tool(name, "bottle", {"mouth": top, "neck": neck_part, "body": body}, [pour])


def pitcher(rng: Generator, name: str) -> Tool:
    """A jug with a handle and a lip drawn out to a spout."""
    height = rng.uniform(0.12, 0.25)
    radius = height * rng.uniform(0.25, 0.42)
    knots = [(0, rng.uniform(0.7, 1.0)), (0.35, rng.uniform(1.0, 1.35)), (0.8, rng.uniform(0.75, 1.0)), (1, 1)]
    wall = _wall(radius, height, knots)
    reach = radius * rng.uniform(0.25, 0.6)
    drop = height * rng.uniform(0.15, 0.3)
    thickness = 0.004
    body, cavity = _vessel(wall, height, thickness)
    lip, lip_cavity = _lip(radius, height, reach, drop, 0.0), _lip(radius - thickness, height, reach, drop, thickness)
    handle = _ear(rng, wall, height) - cavity
    shell = (body + lip) - lip_cavity - cavity
    rim, rest = split(shell, (0, 0, 1), height * (1 - RIM_SHARE))
    pour = _pour_over_rim("handle", height, float(wall(1.0)), Symmetry())
    return _tool(name, "pitcher", {"rim": rim, "body": rest, "handle": handle}, [pour])


def teapot(rng: Generator, name: str) -> Tool:
    """A teapot or kettle: closed body with lid, spout, and a handle at the back or above."""
    height = rng.uniform(0.1, 0.17)
    radius = height * rng.uniform(0.42, 0.65)
    wall = _wall(radius, height, [(0, rng.uniform(0.55, 0.95)), (0.4, 1), (0.85, rng.uniform(0.5, 0.8)), (1, 0.4)])
    heights = np.linspace(0, 1, 40)
    body = filled(wall(heights), heights * height)
    knob_radius = height * rng.uniform(0.06, 0.12)
    knob = Manifold.sphere(knob_radius, 24).translate([0, 0, height + 0.5 * knob_radius])
    spout, tip, direction, tip_radius, cut = _spout(rng, radius, height)
    spout_tip, spout_root = split(spout, tuple(direction), cut)
    handle = _bail(rng, radius, height) if rng.random() < 0.35 else _ear(rng, wall, height)
    parts = {"spout tip": spout_tip, "spout": spout_root, "body": body, "lid": knob, "handle": handle}
    frame = function_frame(tip, direction, (1, 0, -0.3))
    pour = Affordance("pour-with", "spout tip", "handle", frame, float(tip_radius), Symmetry("mirror"))
    return _tool(name, "teapot", parts, [pour])


def saucepan(rng: Generator, name: str) -> Tool:
    """A pan or dipper with one long handle."""
    radius = rng.uniform(0.05, 0.13)
    height = radius * rng.uniform(0.5, 1.2)
    wall = _wall(radius, height, [(0, rng.uniform(0.8, 1.0)), (0.4, rng.uniform(0.92, 1.0)), (1, 1)])
    body, cavity = _vessel(wall, height, rng.uniform(0.002, 0.004))
    length = radius * rng.uniform(1.3, 2.4)
    level = height * rng.uniform(0.6, 0.9)
    path = np.linspace([-radius * 0.9, 0, level], [-radius - length, 0, level + length * rng.uniform(0, 0.3)], 12)
    thick = rng.uniform(0.006, 0.011)
    handle = tube(path, thick * rng.uniform(1.0, 1.6), thick * rng.uniform(0.5, 1.0)) - cavity
    rim, rest = split(body, (0, 0, 1), height * (1 - 1.5 * RIM_SHARE))
    pour = _pour_over_rim("handle", height, float(wall(1.0)), Symmetry("mirror"))
    return _tool(name, "saucepan", {"rim": rim, "body": rest, "handle": handle}, [pour])


def _tool(name: str, family: str, parts: dict, affordances: list[Affordance]) -> Tool:
    return Tool(name, family, *assemble(parts), affordances=tuple(affordances), licence="Apache-2.0")


def _wall(radius: float, height: float, knots: list[tuple[float, float]]) -> Wall:
    """Outer radius (m) as a function of relative height 0..1."""
    curve = smooth_curve(knots)
    return lambda relative: radius * curve(relative)


def _vessel(wall: Wall, height: float, thickness: float, floor: float | None = None) -> tuple[Manifold, Manifold]:
    """(shell, cavity) of an open vessel; `floor` = relative height where the inside begins."""
    heights = np.linspace(0, 1, 40)
    outer = filled(wall(heights), heights * height)
    start = max(thickness * 1.2 / height, floor or 0.0)
    inside = np.linspace(start, 1, 40)
    radii = np.maximum(wall(inside) - thickness, 0.001)
    radii[0] *= 0.8  # a rounded inner corner
    cavity = filled(np.append(radii, radii[-1]), np.append(inside * height, height * 1.02))
    return outer - cavity, cavity


def _bore(wall: Wall, height: float, solid: Manifold) -> Manifold:
    """The way out through a collar, if the bottle is open (hollow) at all; an empty solid if it is capped."""
    probe = Manifold.cube([1e-4, 1e-4, 1e-3], True).translate([0, 0, height * 0.999])
    if (probe ^ solid).volume() > 0:
        return Manifold()
    inside = np.linspace(0.8, 1.01, 12)
    return filled(np.maximum(wall(np.minimum(inside, 1)) - 0.0025, 0.001), inside * height)


def _ear(rng: Generator, wall: Wall, height: float) -> Manifold:
    """A handle that leaves the wall at two heights on the -x side, from round to square."""
    low, high = rng.uniform(0.12, 0.35), rng.uniform(0.65, 0.9)
    reach = height * rng.uniform(0.28, 0.5)
    angle = np.linspace(-np.pi / 2, np.pi / 2, 20)
    power = rng.uniform(0.45, 1.0)
    bulge = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    climb = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    relative = (low + high) / 2 + (high - low) / 2 * climb
    foot = wall(np.clip(relative, 0, 1)) * 0.96
    path = np.stack([-(foot + reach * bulge), np.zeros(20), relative * height], axis=1)
    thick = height * rng.uniform(0.035, 0.06)
    return tube(path, thick * rng.uniform(1.0, 1.8), thick * rng.uniform(0.6, 1.0))


def _bail(rng: Generator, radius: float, height: float) -> Manifold:
    """A handle over the lid, from front to back."""
    angle = np.linspace(0.05 * np.pi, 0.95 * np.pi, 24)
    top = height * rng.uniform(0.55, 0.9)
    path = np.stack([0.8 * radius * np.cos(angle), np.zeros(24), height * 0.62 + top * np.sin(angle)], axis=1)
    return tube(path, height * 0.05, height * 0.035)


def _lip(radius: float, height: float, reach: float, drop: float, inset: float) -> Manifold:
    """A pulled lip at +x: the hull of a patch of the wall and a point beyond it."""
    angles = np.linspace(-0.6, 0.6, 9)
    top = height + (0.002 if inset else 0.0)
    arc = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    low = np.column_stack([arc * 0.97, np.full(9, height - drop)])
    high = np.column_stack([arc, np.full(9, top)])
    tip = [[radius + reach - inset, 0.004 * s, top] for s in (-1, 1)]
    inner = [[0.3 * radius, 0, top], [0.3 * radius, 0, height - drop]] if inset else []
    return Manifold.hull_points(np.concatenate([low[2:-2], high, tip, *([inner] if inner else [])]).astype(np.float32))


def _spout(rng: Generator, radius: float, height: float) -> tuple[Manifold, NDArray, NDArray, float, float]:
    """(solid, tip, outward direction, tip radius, plane offset of the tip's third along the direction)."""
    start = np.array([radius * 0.7, 0, height * rng.uniform(0.25, 0.45)])
    end = np.array([radius * rng.uniform(1.5, 2.0), 0, height * rng.uniform(0.8, 1.05)])
    bend = rng.uniform(-0.15, 0.3) * height
    step = np.linspace(0, 1, 16)
    path = start + step[:, None] * (end - start) - np.array([0, 0, 1.0]) * (bend * np.sin(np.pi * step))[:, None]
    root, tip_radius = height * rng.uniform(0.12, 0.2), height * rng.uniform(0.06, 0.1)
    radii = root + (tip_radius - root) * step**0.7
    direction = path[-1] - path[-2]
    direction /= np.linalg.norm(direction)
    bore = cylinder(
        path[-1] - direction * height * 0.12, path[-1] + direction * 0.01, tip_radius * 0.7, tip_radius * 0.75
    )
    return tube(path, radii) - bore, path[-1], direction, tip_radius, float(direction @ path[10])


def _pour_over_rim(hold: str, height: float, radius: float, symmetry: Symmetry, part: str = "rim") -> Affordance:
    frame = function_frame((0, 0, height), (0, 0, 1), (1, 0, 0))
    return Affordance("pour-with", part, hold, frame, float(radius), symmetry)


FAMILIES = {
    "mug": mug,
    "glass": glass,
    "bowl": bowl,
    "bottle": bottle,
    "pitcher": pitcher,
    "teapot": teapot,
    "saucepan": saucepan,
}
