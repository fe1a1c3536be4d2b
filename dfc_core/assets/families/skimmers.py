"""Parametric tools that let liquid through: slotted-spoon (opening up, handle to -x) and basket (upright)."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.handles import bar_handle, grip_and_neck
from dfc_core.assets.families.serving import UPRIGHT, UPSIDE_DOWN, serve
from dfc_core.assets.families.sieves import around_wall, pierced, sift
from dfc_core.assets.families.walls import Wall, ring, vessel, wall_of
from dfc_core.assets.solids import assemble, box, cylinder, loft, split, tube
from dfc_core.assets.tool import MIRROR_X, Tool

X, Y, Z = np.eye(3)
TIP = 0.6  # the tip begins at this share of the bowl's half length before its middle


def slotted_spoon(rng: Generator, name: str) -> Tool:
    """A slotted spoon or skimmer: a shallow oval bowl with slots, or a round dish with holes, on a long handle."""
    skimmer = rng.random() < 0.4
    half_length = rng.uniform(0.045, 0.065) if skimmer else rng.uniform(0.035, 0.055)
    half_width = half_length * (rng.uniform(0.9, 1.0) if skimmer else rng.uniform(0.6, 0.85))
    depth = half_width * (rng.uniform(0.12, 0.35) if skimmer else rng.uniform(0.3, 0.55))
    thick = rng.uniform(0.0012, 0.0025)
    below = Manifold.cube([1, 1, 1], True).translate([0, 0, -0.5])
    outer = Manifold.sphere(1.0, 36).scale([half_length, half_width, depth]) ^ below
    cavity = Manifold.sphere(1.0, 36).scale([half_length - thick, half_width - thick, depth - thick])
    shell = (outer - cavity) - (_round_holes if skimmer else _slots)(rng, half_length, half_width)
    tip, bowl = split(shell, X, TIP * half_length)
    length = half_length * rng.uniform(3.2, 6.0)
    bar = bar_handle(
        rng,
        -half_length * 0.92,
        length,
        rng.uniform(0.0045, 0.009),
        rng.uniform(0.2, 0.8),
        rng.uniform(0, 0.35) * length,
    )
    grip, neck = grip_and_neck(bar.translate([0, 0, -0.001]) - cavity, -half_length, length)
    if rng.random() < 0.5:
        end = grip.bounding_box()
        at, size = end[0] + 0.012, (end[4] - end[1]) * 0.22
        grip = grip - cylinder((at, 0, -1), (at, 0, 1), size, size, sides=14)
    mesh = assemble({"bowl": bowl, "tip": tip, "neck": neck, "grip": grip})
    whole, radius = ("bowl", "tip"), float((half_length * half_width) ** 0.5)
    end_width = half_width * (1 - TIP**2) ** 0.5
    affordances = (
        sift(whole, "grip", 0.0, radius),
        serve("scoop-with", whole, "grip", (0, 0, 0), Z, X, radius),
        serve("lift-with", whole, "grip", (0, 0, -depth), Z, X, radius),
        serve("mix-with", whole, "grip", (0, 0, -depth / 2), X, Z, half_length),
        serve("scrape-with", "tip", "grip", (half_length, 0, 0), X, Y, end_width, MIRROR_X),
    )
    rests = (UPRIGHT, UPSIDE_DOWN)
    return Tool(name, "slotted-spoon", *mesh, affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


def _slots(rng: Generator, half_length: float, half_width: float) -> Manifold:
    """Slots along the bowl, side by side, or across it one after another."""
    count = int(rng.integers(3, 6))
    wide = half_width * rng.uniform(0.09, 0.15)
    slots = []
    for share in np.linspace(-0.6, 0.6, count):
        reach, y = half_length * 0.62 * (1 - share**2) ** 0.5, share * half_width
        slots.append(box((2 * reach, wide, 1), (0, y, 0)))
        slots += [cylinder((s * reach, y, -0.5), (s * reach, y, 0.5), wide / 2, wide / 2, sides=10) for s in (-1, 1)]
    merged = Manifold.batch_boolean(slots, OpType.Add)
    if count < 5 and rng.random() < 0.4:
        merged = merged.rotate([0, 0, 90]).scale([half_length / half_width * 0.95, half_width / half_length * 0.95, 1])
    return merged


def _round_holes(rng: Generator, half_length: float, half_width: float) -> Manifold:
    """Holes in rings round the middle."""
    size = half_width * rng.uniform(0.05, 0.085)
    holes = [cylinder((0, 0, -0.5), (0, 0, 0.5), size, size, sides=8)]
    for share in np.linspace(0.28, 0.78, int(rng.integers(2, 4))):
        count = int(2 * np.pi * share * half_width / (size * rng.uniform(3.5, 4.5)) / 2) * 2
        for turn in (np.arange(count) + 0.5) * 2 * np.pi / count:
            x, y = share * half_length * np.cos(turn), share * half_width * np.sin(turn)
            holes.append(cylinder((x, y, -0.5), (x, y, 0.5), size, size, sides=8))
    return Manifold.batch_boolean(holes, OpType.Add)


def basket(rng: Generator, name: str) -> Tool:
    """A basket: wickerwork or wire, round or oval, with a hoop over it, two ears, or a long handle as for frying."""
    radius = rng.uniform(0.06, 0.2)
    height = radius * rng.uniform(0.5, 1.1)
    foot = rng.uniform(0.65, 0.95)
    wall = wall_of(radius, [(0, foot), (0.5, foot + (1 - foot) * rng.uniform(0.5, 0.9)), (1, 1)])
    wicker = rng.random() < 0.55
    weave = _wicker(rng, wall, height) if wicker else _wire(rng, wall, height)
    thick = height * rng.uniform(0.03, 0.06)
    rim = ring(radius, height, thick, 32)
    if wicker and rng.random() < 0.5:
        rim = rim + ring(foot * radius, thick * 0.6, thick * 0.8, 32)
    kind = rng.choice(["hoop", "ears", "ears" if wicker else "long"], p=[0.35, 0.2, 0.45])
    oval = rng.uniform(0.62, 1.0) if kind != "long" and rng.random() < 0.6 else 1.0
    handle = _basket_handle(rng, kind, radius, oval, height, thick)
    squash = [1, oval, 1]
    weave, rim = weave.scale(squash), rim.scale(squash)
    low, weave = split(weave, -Z, -height * 0.18)
    mesh = assemble({"weave": weave, "base": low, "rim": rim, "handle": handle})
    sifting = sift(("weave", "base"), "handle", height, radius * (1 + oval) / 2)
    rests = (UPRIGHT, UPRIGHT, UPRIGHT, UPSIDE_DOWN)
    return Tool(name, "basket", *mesh, affordances=(sifting,), rest_rotations=rests, licence="Apache-2.0")


def _wicker(rng: Generator, wall: Wall, height: float) -> Manifold:
    """A shell whose wall bulges in and out between stakes, every row against the last."""
    stakes, rows = 2 * int(rng.integers(9, 15)), int(rng.integers(7, 13))
    turns = np.arange(2 * stakes) * np.pi / stakes
    depth = float(wall(0.5)) * rng.uniform(0.02, 0.04)
    levels = np.linspace(0, 1, 2 * rows + 1)
    rings = []
    for level in levels:
        wave = depth * np.cos(stakes * turns) * np.sin(np.pi * rows * level)
        radius = float(wall(level)) + wave
        rings.append(
            np.column_stack([radius * np.cos(turns), radius * np.sin(turns), np.full(len(turns), level * height)])
        )
    _, cavity = vessel(wall, height, depth * 2.2, floor=0.06, steps=8, segments=32)
    return loft(rings) - cavity


def _wire(rng: Generator, wall: Wall, height: float) -> Manifold:
    """A thin shell with rows of large square holes."""
    thick = float(wall(1.0)) * rng.uniform(0.015, 0.03)
    shell, _ = vessel(wall, height, thick, steps=6, segments=32)
    rows = int(rng.integers(3, 6))
    spacing = height / (rows + 0.5)
    levels = (np.arange(rows) + 0.75) / (rows + 0.5)
    places, normals = around_wall(wall, height, levels, spacing, rng.random() < 0.4, 64)
    shell = pierced(shell, places, normals, spacing * 0.42, thick * 3, sides=int(rng.choice([4, 4, 6])))
    turns = np.arange(8) * np.pi / 4
    for share, size in ((0.3, 0.12), (0.7, 0.15)):
        spots = share * float(wall(0.0)) * np.column_stack([np.cos(turns), np.sin(turns), 0 * turns])
        shell = pierced(shell, spots, np.tile(Z, (8, 1)), size * float(wall(0.0)) * 0.8, thick * 3, sides=6)
    return shell


def _basket_handle(rng: Generator, kind: str, radius: float, oval: float, height: float, thick: float) -> Manifold:
    if kind == "hoop":
        angle = np.linspace(0, np.pi, 26)
        rise = radius * rng.uniform(0.8, 1.4)
        path = np.column_stack([radius * np.cos(angle), np.zeros(26), height * 0.95 + rise * np.sin(angle) ** 0.85])
        return tube(path, thick * rng.uniform(1.0, 2.2), thick * rng.uniform(0.5, 0.8), sides=10)
    if kind == "ears":
        angle = np.linspace(-0.15, np.pi + 0.15, 16)
        wide = radius * rng.uniform(0.2, 0.35)
        foot = radius * (1 - (wide / (radius * oval)) ** 2) ** 0.5
        rise, lean = radius * rng.uniform(0.2, 0.4), rng.uniform(0.0, 1.2)
        up = np.array([np.sin(lean), 0, np.cos(lean)])
        ear = np.outer(wide * np.cos(angle), Y) + np.outer(rise * np.sin(angle), up) + [foot, 0, height]
        solid = tube(ear, thick * 0.8, sides=8)
        return solid + solid.mirror([1, 0, 0])
    length = radius * rng.uniform(1.2, 2.0)
    handle = bar_handle(
        rng, -radius * 0.98, length, radius * rng.uniform(0.06, 0.1), 0.6, rng.uniform(0.1, 0.4) * length
    )
    return handle.translate([0, 0, height])


FAMILIES = {
    "slotted-spoon": Family(slotted_spoon, ("sift-with", "scoop-with", "lift-with", "mix-with", "scrape-with")),
    "basket": Family(basket, ("sift-with",)),
}
