"""Parametric sieves of other make: flour sifter and spider skimmer. Opening up (+z), handle to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.handles import bar_handle, grip_and_neck
from dfc_core.assets.families.serving import UPRIGHT, UPSIDE_DOWN, serve
from dfc_core.assets.families.sieves import pierced, sift
from dfc_core.assets.families.walls import ear, ring, wall_of
from dfc_core.assets.solids import assemble, cylinder, filled, split, tube
from dfc_core.assets.tool import MIRROR, NONE, Tool

X, Y, Z = np.eye(3)
LYING = (UPRIGHT, UPRIGHT, UPSIDE_DOWN)


def flour_sifter(rng: Generator, name: str) -> Tool:
    """A flour sifter: a cup with a holed floor and an ear; a crank through its wall, or a lever in the ear."""
    radius = rng.uniform(0.045, 0.07)
    height = radius * rng.uniform(0.9, 1.6)
    foot, thick = rng.uniform(0.82, 1.0), rng.uniform(0.0014, 0.0022)
    wall = wall_of(radius, [(0, foot), (0.5, (1 + foot) / 2), (1, 1)])
    heights = np.linspace(0, 1, 10)
    cavity = filled(wall(heights) - thick, heights * height * 1.04 - 0.01 * height, 40)
    cup = filled(wall(heights), heights * height, 40) - cavity
    bead = rng.uniform(0.0018, 0.004)
    cup = cup + (ring(radius, height - bead, bead, 40) - cavity) + (ring(foot * radius, bead, bead, 40) - cavity)
    rim, body = split(cup, (0, 0, 1), height * 0.88)
    handle = ear(rng, wall, height)
    parts: dict[str, Manifold | list[Manifold]] = {"mesh": _holed_floor(rng, foot * radius, height), "body": body}
    parts |= {"rim": rim, "handle": handle.solid - filled(wall(heights) - thick / 2, heights * height, 40)}
    cranked = rng.random() < 0.6
    if cranked:
        parts["crank"] = _crank(rng, float(wall(0.3)), 0.3 * height)
    else:  # the lever, inside the ear
        at = handle.bend[0] + handle.throat * rng.uniform(0.5, 0.8)
        lever = [[-radius * 0.95, 0, 0.7 * height], [at, 0, 0.68 * height], [at, 0, 0.35 * height]]
        parts["crank"] = tube(np.array(lever), 0.004, 0.0018, sides=8) - cavity
    sifting = sift("mesh", "handle", height, radius, NONE if cranked else MIRROR)
    mesh = assemble(parts)
    return Tool(name, "flour-sifter", *mesh, affordances=(sifting,), rest_rotations=LYING, licence="Apache-2.0")


def _holed_floor(rng: Generator, radius: float, height: float) -> Manifold:
    """A disc with holes in rings."""
    level, thick = height * rng.uniform(0.08, 0.2), 0.0015
    floor = cylinder((0, 0, level), (0, 0, level + thick), radius * 0.995, radius * 0.995, 40)
    spots = [np.zeros((1, 3))]
    rings = int(rng.integers(4, 6))
    for number in range(1, rings + 1):
        turns = (np.arange(5 * number) + 0.5 * (number % 2)) * 2 * np.pi / (5 * number)
        spots.append(0.86 * radius * number / rings * np.column_stack([np.cos(turns), np.sin(turns), 0 * turns]))
    places = np.concatenate(spots) + level * Z
    size = 0.86 * radius / rings * rng.uniform(0.24, 0.34)
    return pierced(floor, places, np.tile(Z, (len(places), 1)), size, 4 * thick, sides=6)


def _crank(rng: Generator, radius: float, level: float) -> Manifold:
    """An axle through the wall at -y with an arm and a knob, and the wire that turns inside."""
    wire, arm = 0.0022, rng.uniform(0.018, 0.03)
    out = -radius - rng.uniform(0.008, 0.014)
    turn = rng.uniform(0, 2 * np.pi)
    side = arm * np.array([np.cos(turn), 0, np.sin(turn)])
    axle_end = np.array([0, out, level])
    pieces = [cylinder((0, radius * 0.6, level), axle_end, wire, wire, 12)]
    pieces += [
        cylinder(axle_end, axle_end + side, wire * 1.3, wire, 12),
        Manifold.sphere(wire * 1.4, 12).translate(list(axle_end)),
    ]
    knob = axle_end + side
    pieces.append(cylinder(knob + wire * Y, knob - rng.uniform(0.012, 0.02) * Y, 0.005, 0.0065, 18))
    s = np.linspace(0, np.pi, 12)
    bow = np.column_stack([0 * s, radius * 0.6 * np.cos(s), level + 0.55 * level * np.sin(s)])
    pieces.append(tube(bow, wire * 0.8, sides=6))
    return Manifold.batch_boolean(pieces, OpType.Add)


def spider_skimmer(rng: Generator, name: str) -> Tool:
    """A spider: a shallow basket of wire rings and spokes, or of a wire grid, on a long handle of wire or bamboo."""
    radius = rng.uniform(0.05, 0.085)
    depth, wire = radius * rng.uniform(0.22, 0.5), rng.uniform(0.0012, 0.002)
    net = _spokes(rng, radius, depth, wire) if rng.random() < 0.6 else _grid(rng, radius, depth, wire)
    rim = ring(radius, 0.0, wire * rng.uniform(1.3, 2.0), 40)
    length = radius * rng.uniform(2.4, 4.2)
    bar = bar_handle(
        rng, -radius, length, rng.uniform(0.004, 0.011), rng.uniform(0.6, 1.0), rng.uniform(0, 0.3) * length
    )
    grip, neck = grip_and_neck(bar, -radius, length)
    mesh = assemble({"mesh": net, "rim": rim, "neck": neck, "grip": grip})
    whole = ("mesh", "rim")
    affordances = (
        sift(whole, "grip", 0.0, radius),
        serve("scoop-with", whole, "grip", (0, 0, 0), Z, X, radius),
        serve("lift-with", whole, "grip", (0, 0, -depth), Z, X, radius),
    )
    return Tool(name, "spider-skimmer", *mesh, affordances=affordances, rest_rotations=LYING, licence="Apache-2.0")


def _spokes(rng: Generator, radius: float, depth: float, wire: float) -> Manifold:
    """Rings one below the other, and spokes under them."""
    shares = np.linspace(0.2, 0.82, int(rng.integers(3, 6)))
    wires = [ring(radius * share, -depth * (1 - share**2), wire, 32) for share in shares]
    step = np.linspace(-1, 1, 13)
    for turn in np.arange(4) * np.pi / 4:
        line = np.column_stack([radius * step * np.cos(turn), radius * step * np.sin(turn), -depth * (1 - step**2)])
        wires.append(tube(line - [0, 0, wire], wire, sides=6))
    return Manifold.batch_boolean(wires, OpType.Add)


def _grid(rng: Generator, radius: float, depth: float, wire: float) -> Manifold:
    """Wires along x and y that sag between the rim's sides."""
    count = int(rng.integers(5, 8))
    step = np.linspace(-1, 1, 11)
    wires = []
    for offset in np.linspace(-0.85, 0.85, count):
        reach = np.sqrt(1 - offset**2)
        sag = -depth * (1 - (offset**2 + (reach * step) ** 2))
        for along_x in (True, False):
            flat = [reach * step, np.full(11, offset)]
            line = radius * np.column_stack(flat if along_x else flat[::-1])
            wires.append(tube(np.column_stack([line, sag]), wire, sides=6))
    return Manifold.batch_boolean(wires, OpType.Add)


FAMILIES = {
    "flour-sifter": Family(flour_sifter, ("sift-with",)),
    "spider-skimmer": Family(spider_skimmer, ("sift-with", "scoop-with", "lift-with")),
}
