"""Parametric tools that sift: colander, strainer, tea-strainer. Opening up (+z), handle to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.handles import bar_handle, grip_and_neck
from dfc_core.assets.families.serving import UPRIGHT, UPSIDE_DOWN, Parts, serve
from dfc_core.assets.families.walls import Wall, ring, vessel, wall_of
from dfc_core.assets.solids import assemble, cylinder, lathe, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, Affordance, Symmetry, Tool

X, Y, Z = np.eye(3)
LYING = (UPRIGHT, UPRIGHT, UPSIDE_DOWN)


def sift(parts: Parts, hold: Parts, level: float, radius: float, symmetry: Symmetry = MIRROR) -> Affordance:
    """Sifting through a vessel whose opening lies at `level` (m) about z."""
    return serve("sift-with", parts, hold, (0, 0, level), Z, X, radius, symmetry)


def pierced(shell: Manifold, places: NDArray, outwards: NDArray, size: float, depth: float, sides: int = 6) -> Manifold:
    """The shell with round holes of half width `size` (m) at `places` (N x 3) along `outwards` (N x 3 unit)."""
    holes = [
        cylinder(p - depth * d, p + depth * d, size, size, sides=sides) for p, d in zip(places, outwards, strict=True)
    ]
    return shell - Manifold.batch_boolean(holes, OpType.Add)


def around_wall(
    wall: Wall, height: float, levels: NDArray, spacing: float, stagger: bool, most: int
) -> tuple[NDArray, NDArray]:
    """(places, outward normals) of holes on a wall, in rows at relative `levels`.

    They are about `spacing` (m) apart, or farther if they would be more than `most`.
    """
    places, normals = [], []
    around = sum(max(int(2 * np.pi * float(wall(level)) / spacing), 3) for level in levels)
    spacing *= max(1.0, around / most)
    for row, level in enumerate(levels):
        radius = float(wall(level))
        slope = (float(wall(min(level + 0.02, 1))) - float(wall(max(level - 0.02, 0)))) / (0.04 * height)
        count = max(int(2 * np.pi * radius / spacing), 3)
        turns = (np.arange(count) + (0.5 if stagger and row % 2 else 0.0)) * 2 * np.pi / count
        for turn in turns:
            out = np.array([np.cos(turn), np.sin(turn), 0.0])
            places.append(radius * out + [0, 0, level * height])
            normals.append((out - slope * Z) / np.hypot(1, slope))
    return np.array(places), np.array(normals)


def colander(rng: Generator, name: str) -> Tool:
    """A colander: a bowl with many holes, feet or a foot ring, two loop handles, tabs of the rim or one long handle."""
    radius = rng.uniform(0.08, 0.15)
    height = radius * rng.uniform(0.6, 1.1)
    foot = rng.uniform(0.35, 0.7)
    wall = wall_of(radius, [(0, foot), (0.12, foot * 1.2), (0.5, rng.uniform(0.88, 0.95)), (1, 1)])
    thickness = rng.uniform(0.0016, 0.003)
    shell, cavity = vessel(wall, height, thickness, steps=7, segments=32)
    size = radius * rng.uniform(0.035, 0.06)
    spacing = size * rng.uniform(3.4, 4.5)
    rows = max(2, int(height * 0.62 / spacing))
    levels = np.linspace(0.2, 0.78, rows)
    if rng.random() < 0.3:  # bands of holes with plain wall between
        levels = levels[np.arange(rows) % 3 != 1]
    places, normals = around_wall(wall, height, levels, spacing, rng.random() < 0.6, 58)
    mesh = pierced(shell, places, normals, size, thickness * 3, sides=int(rng.choice([5, 6])))
    mesh = _floor_holes(mesh, foot * radius, size, spacing)
    rim, mesh = split(mesh, Z, height * 0.88)
    bead = rng.uniform(0.002, 0.005)
    rim = rim + (ring(radius, height - bead, bead, 36) - cavity)
    parts = {"rim": rim, "mesh": mesh}
    hold: Parts = "handle"
    kind = rng.choice(["loops", "tabs", "long"], p=[0.5, 0.25, 0.25])
    if kind == "long":
        length = radius * rng.uniform(0.9, 1.5)
        handle = bar_handle(rng, -radius * 0.97, length, rng.uniform(0.009, 0.014), 0.5, rng.uniform(0, 0.2) * length)
        parts["handle"] = handle.translate([0, 0, height * 0.93]) - cavity
    elif kind == "tabs":
        parts["handle"] = _tabs(rng, radius, height) - cavity
    else:
        parts["handle"] = _loops(rng, radius, height) - cavity
    if rng.random() < 0.5:
        parts["foot"] = _foot_ring(foot * radius, radius * rng.uniform(0.08, 0.2)) - cavity
    elif rng.random() < 0.6:
        ball = [
            Manifold.sphere(radius * 0.07, 14).translate(
                [foot * radius * 0.8 * np.cos(a), foot * radius * 0.8 * np.sin(a), 0]
            )
            for a in np.arange(3) * 2 * np.pi / 3
        ]
        parts["foot"] = Manifold.batch_boolean(ball, OpType.Add) - cavity
    symmetry = MIRROR if kind == "long" else HALF_TURN
    sifting = sift("mesh", hold, height, radius, symmetry)
    return _tool(name, "colander", parts, [sifting])


def _floor_holes(shell: Manifold, radius: float, size: float, spacing: float) -> Manifold:
    rings = []
    for share in (0.3, 0.68):
        count = max(4, min(10, int(2 * np.pi * share * radius / spacing)))
        turns = np.arange(count) * 2 * np.pi / count
        rings.append(share * radius * np.column_stack([np.cos(turns), np.sin(turns), 0 * turns]))
    places = np.concatenate(rings)
    return pierced(shell, places, np.tile(Z, (len(places), 1)), size, 0.02)


def _foot_ring(radius: float, tall: float) -> Manifold:
    outline = np.array([[0.88, 0.02], [0.98, 0.02], [0.98, -1], [0.92, -1]]) * [radius, tall]
    return lathe(outline + np.array([0, 0.002]), 36)


def _loops(rng: Generator, radius: float, height: float) -> Manifold:
    """Two loops at the rim, at -x and +x."""
    angle = np.linspace(-1.9, 1.9, 16)
    wide, reach = radius * rng.uniform(0.22, 0.38), radius * rng.uniform(0.14, 0.26)
    x = radius * 0.93 + reach * (np.cos(angle) + 0.35)
    path = np.column_stack([x, wide * np.sin(angle), height * 0.93 + rng.uniform(-0.1, 0.25) * (x - radius)])
    loop = tube(path, rng.uniform(0.0025, 0.005), rng.uniform(0.0025, 0.007), sides=10)
    return loop + loop.mirror([1, 0, 0])


def _tabs(rng: Generator, radius: float, height: float) -> Manifold:
    reach, wide = radius * rng.uniform(0.18, 0.3), radius * rng.uniform(0.3, 0.5)
    tab = cylinder((0, 0, 0), (0, 0, rng.uniform(0.003, 0.006)), 1, 1, sides=28).scale([reach, wide, 1])
    if rng.random() < 0.6:
        tab = tab - cylinder((0, 0, -1), (0, 0, 1), 1, 1, sides=20).scale([reach * 0.35, wide * 0.55, 1]).translate(
            [reach * 0.3, 0, 0]
        )
    tab = tab.translate([radius * 0.98, 0, height - 0.007])
    return tab + tab.mirror([1, 0, 0])


def strainer(rng: Generator, name: str) -> Tool:
    """A kitchen sieve: a hoop with a bowl or cone of wire mesh or fine gauze, a handle, two feet or a hook in front."""
    radius = rng.uniform(0.04, 0.11)
    return _strainer(rng, name, "strainer", radius, radius * rng.uniform(0.45, 1.5), radius * rng.uniform(1.2, 2.6))


def tea_strainer(rng: Generator, name: str) -> Tool:
    """A tea strainer: a small sieve on a short handle, with a broad rim to lie on a cup or an ear in front."""
    radius = rng.uniform(0.018, 0.034)
    depth, length = radius * rng.uniform(0.4, 1.0), radius * rng.uniform(1.5, 3.6)
    return _strainer(rng, name, "tea-strainer", radius, depth, length, brim=rng.choice([0.0, rng.uniform(0.15, 0.35)]))


def _strainer(
    rng: Generator, name: str, family: str, radius: float, depth: float, length: float, brim: float = 0.0
) -> Tool:
    power = rng.choice([rng.uniform(0.4, 0.6), rng.uniform(0.6, 0.85)])  # half a ball .. nearly a cone
    wall = wall_of(radius, [(s, max(s**power, 0.05)) for s in np.linspace(0, 1, 9)])
    thickness = radius * rng.uniform(0.012, 0.03)
    shell, cavity = vessel(wall, depth, thickness, steps=8, segments=32)
    open_mesh = rng.random() < 0.65
    if open_mesh:
        spacing = radius * rng.uniform(0.24, 0.34)
        rows = max(3, int(depth * 0.9 / spacing))
        places, normals = around_wall(wall, depth, np.linspace(0.14, 0.84, rows), spacing, rng.random() < 0.3, 110)
        size = spacing * rng.uniform(0.42, 0.5)
        shell = pierced(shell, places, normals, size, thickness * 4, sides=4)
    bead = radius * rng.uniform(0.025, 0.07)
    hoop = ring(radius, depth - bead * 0.5, bead, 36) - cavity
    if brim:
        hoop = hoop + lathe(
            np.array([[0.99, -0.05], [1 + brim, 0.0], [1 + brim, 0.04], [0.99, 0.02]]) * radius + [0, depth], 36
        )
    parts = {"mesh": shell.translate([0, 0, -depth]), "rim": hoop.translate([0, 0, -depth])}
    edge = radius * (1 + brim)
    parts |= _sieve_handle(rng, edge, length, radius)
    front = rng.choice(["feet", "loop", "none"])
    if front != "none":
        parts["rest"] = _front_rest(rng, front, edge, radius)
    cavity = cavity.translate([0, 0, -depth])
    kept = ("mesh", "rim")
    parts = {part: solid if part in kept else solid - cavity for part, solid in parts.items()}
    return _tool(name, family, parts, [sift(("mesh", "rim"), "grip", 0.0, radius)])


def _sieve_handle(rng: Generator, edge: float, length: float, radius: float) -> dict[str, Manifold]:
    """{"neck", "grip"}: a bar, a flat strip, or two wires that become a grip; some with an eye at the end."""
    kind = rng.choice(["bar", "wires", "strip"])
    lift = rng.uniform(-0.05, 0.2) * length
    if kind == "wires":
        step = np.linspace(0, 1, 16)
        spread = np.interp(step, [0, 0.4, 1], [radius * rng.uniform(0.2, 0.5), 0.004, 0.0035])
        path = np.column_stack([-edge * 0.94 - step * length * 0.5, spread, lift * step**2 * 0.4])
        wire = tube(path, rng.uniform(0.0014, 0.0028), sides=8)
        neck = wire + wire.mirror([0, 1, 0])
        start = path[-1] + [length * 0.12, 0, 0]
        grip = bar_handle(
            rng, 0.0, length * 0.62, min(rng.uniform(0.006, 0.011), length * 0.08), rng.uniform(0.6, 1.0), lift * 0.5
        )
        grip = grip.translate([start[0], 0, start[2]])
    else:
        flat, thick = (0.16, rng.uniform(0.007, 0.012)) if kind == "strip" else (0.8, rng.uniform(0.005, 0.009))
        bar = bar_handle(rng, -edge * 0.95, length, min(thick, radius * 0.25, length * 0.08), flat, lift)
        grip, neck = grip_and_neck(bar, -edge, length, rng.uniform(0.25, 0.45))
    if rng.random() < 0.5:
        low = grip.bounding_box()
        size = (low[4] - low[1]) * 0.2
        middle = ((low[0] + size * 2.4), 0.0)
        grip = grip - cylinder((*middle, -1), (*middle, 1), size, size, sides=14)
    return {"neck": neck, "grip": grip}


def _front_rest(rng: Generator, kind: str, edge: float, radius: float) -> Manifold:
    """What rests on a pot's far edge: two prongs or a loop."""
    wire, reach = radius * rng.uniform(0.03, 0.05), radius * rng.uniform(0.2, 0.4)
    if kind == "feet":
        y = 0.25 * radius
        path = np.array([[edge * 0.95, y, 0], [edge + reach * 0.7, y, 0], [edge + reach, y, -wire * 2]])
        prong = tube(path, wire, sides=8)
        return prong + prong.mirror([0, 1, 0])
    angle = np.linspace(-2.2, 2.2, 16)
    path = np.column_stack([edge + reach * (0.35 + np.cos(angle)), radius * 0.4 * np.sin(angle), 0 * angle])
    return tube(path, wire, sides=8)


def _tool(name: str, family: str, parts: dict[str, Manifold], affordances: list[Affordance]) -> Tool:
    return Tool(
        name, family, *assemble(parts), affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0"
    )


FAMILIES = {
    "colander": Family(colander, ("sift-with",)),
    "strainer": Family(strainer, ("sift-with",)),
    "tea-strainer": Family(tea_strainer, ("sift-with",)),
}
