"""Parametric stirrers, markers of metal and ink, and holed things: dough-whisk to steamer-rack.

Stirrers and markers lie along x with the working end at the origin and the hand at -x; sieves open up (+z).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    bar,
    blend,
    fluted_section,
    polygon_section,
    round_section,
    squarish_section,
    swelling,
    tip_affordances,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import prism
from dfc_core.assets.families.forms import FLAT, LYING, arc, finished, flat, merged, rod, stick
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.families.riddles import pipe, round_mesh
from dfc_core.assets.families.serving import serve
from dfc_core.assets.families.sieves import around_wall, pierced, sift
from dfc_core.assets.families.walls import ear, ring, vessel, wall_of
from dfc_core.assets.solids import box, cylinder, function_frame, lathe, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, MIRROR_X, NONE, Symmetry, Tool

X, _, Z = np.eye(3)
Parts = dict[str, Manifold | list[Manifold]]


def dough_whisk(rng: Generator, name: str) -> Tool:
    """A Danish dough whisk: a loop with a coil in it, one flat spiral, or loops within each other, on a stick."""
    kind = str(rng.choice(["coil", "spiral", "nested"], p=[0.45, 0.3, 0.25]))
    half, wire = rng.uniform(0.026, 0.045), rng.uniform(0.0014, 0.0024)
    neck = -half * rng.uniform(2.25, 2.7)
    drop = half * rng.uniform(0.2, 0.45) if kind == "coil" and rng.random() < 0.5 else 0.0
    if kind == "spiral":
        paths = [_spiral(half, neck, rng.uniform(2.2, 3.2), 0.0)]
    elif kind == "coil":
        paths = [_teardrop(half, neck), _spiral(half * 0.72, neck, rng.uniform(1.3, 2.1), drop) - [half * 0.3, 0, 0]]
    else:
        shares = [1.0, 0.66, 0.36][: int(rng.integers(2, 4))]
        paths = [_teardrop(half * share, neck + half * (1 - share) * 0.5) for share in shares]
        paths = [path - [half * (1 - share) * 0.5, 0, 0] for path, share in zip(paths, shares, strict=True)]
    wires = [tube(path - [wire, 0, 0], wire, sides=8) for path in paths]
    stem = bar(np.array([neck + 0.008, neck + 0.004, neck - 0.03]), wire * np.array([1.4, 2.2, 2.4]))
    kinds = ("turned", "oval", "hexagonal", "ringed")
    grip = tool_grip(rng, neck - 0.012, rng.uniform(0.14, 0.27), rng.uniform(0.008, 0.0135), kinds)
    symmetry = {"nested": HALF_TURN}.get(kind, NONE if drop else MIRROR_X)
    mix = tip_affordances({"mix-with": "wires"}, "grip", -neck, Tip(half, symmetry))
    return finished(name, "dough-whisk", {"wires": wires, "neck": stem, **grip}, mix, FLAT)


def _teardrop(half: float, neck: float) -> NDArray:
    """A wire loop about (-`half`, 0) that ends at x = `neck` on both sides."""
    upper = np.concatenate([[(neck, half * 0.05), (neck * 0.95, half * 0.1)], arc((-half, 0), half, 132, 0, 22)])
    return flat(np.concatenate([upper, upper[-2::-1] * [1, -1]]))


def _spiral(half: float, neck: float, turns: float, drop: float) -> NDArray:
    """A wire from x = `neck` that winds inwards about (-`half`, 0), its middle `drop` (m) out of the plane."""
    s = np.linspace(0, 1, int(turns * 22))
    angle, radius = np.radians(132 - 360 * turns * s), half * (1 - 0.82 * s)
    coil = np.stack([-half + radius * np.cos(angle), radius * np.sin(angle), -drop * s], axis=1)
    return np.concatenate([[(neck, 0, 0), (neck * 0.6 + coil[0, 0] * 0.4, half * 0.12, 0)], coil])


def molinillo(rng: Generator, name: str) -> Tool:
    """A molinillo: a fluted ball, a toothed crown or a ringed drum on a turned stick, some with rings on the stick."""
    kind = str(rng.choice(["ball", "crown", "rings"], p=[0.4, 0.3, 0.3]))
    long, half = rng.uniform(0.05, 0.085), rng.uniform(0.02, 0.033)
    shaft, flutes = rng.uniform(0.0055, 0.009), int(rng.choice([6, 8, 10, 12]))
    section = fluted_section(flutes, rng.uniform(0.25, 0.45))
    knots = {
        "ball": [(0, 0.2), (0.05, 0.5), (0.4, 1.0), (0.75, 0.85), (0.95, 0.45), (1, shaft / half)],
        "crown": [(0, 0.5), (0.05, 0.95), (0.45, 1.0), (0.75, 0.7), (1, shaft / half)],
        "rings": [(0, 0.5), (0.05, 0.85), (0.4, 1.0), (0.85, 0.9), (1, 0.6)],
    }[kind]
    x, size = swelling(0, -long, knots, 44)
    if kind == "rings":
        size = size * np.where(np.arange(44) // 4 % 2, 1.0, rng.uniform(0.62, 0.8))
    weight = np.interp(-x / long, [0, 0.1, 0.85, 1], [0.4, 1, 1, 0])
    head = bar(x, half * size, section=blend(round_section(flutes * 4), section, weight))
    reach = rng.uniform(0.17, 0.26)
    end = rng.uniform(1.0, 1.6)
    x, size = swelling(-long * 0.97, -long - reach, [(0, 1), (0.5, 0.9), (0.85, end), (0.97, end), (1, 0.5)], 30)
    neck, grip = split(bar(x, shaft * size), X, -long - reach * rng.uniform(0.4, 0.5))
    parts: Parts = {"head": head, "stick": neck, "grip": grip}
    count = int(rng.integers(0, 4))
    if count:
        places = -long - reach * (0.04 + 0.1 * np.arange(count))
        thick = shaft * rng.uniform(0.5, 0.75)
        bead = ring(shaft * 0.85 + thick, 0, thick, 28).rotate([0, 90, 0])
        parts["rings"] = [bead.translate([place, 0, 0]) for place in places]
    mix = tip_affordances({"mix-with": "head"}, "grip", long, Tip(half, Symmetry("n-fold", flutes)))
    return finished(name, "molinillo", parts, mix, ROLLING)


def scriber(rng: Generator, name: str) -> Tool:
    """A scriber: double-ended (straight and bent, or both straight), a pocket one with a clip, or one on a grip."""
    kind = str(rng.choice(["bent", "double", "pocket", "grip"], p=[0.3, 0.2, 0.25, 0.25]))
    needle, radius = rng.uniform(0.0013, 0.002), rng.uniform(0.003, 0.0052)
    cone, long = rng.uniform(0.01, 0.02), rng.uniform(0.08, 0.13)
    point = cone * rng.uniform(1.2, 1.5)
    free = point + (rng.uniform(0.002, 0.012) if kind == "pocket" else rng.uniform(0.015, 0.04))
    spike = bar(-np.array([0, cone, free + 0.006]), needle * np.array([0.08, 1, 1]))
    tip, shaft = split(spike, X, -point)
    collar = bar(-free - np.array([0, 0.008, 0.0082, 0.012]), radius * np.array([0.5, 0.85, 1.05, 1.05]))
    body = _knurled(rng, -free - 0.01, long, radius, kind)
    parts: Parts = {"tip": [tip], "needle": [shaft], "collar": collar, "grip": body}
    rear, others, symmetry = -free - 0.01 - long, [], AXIS
    if kind == "double":
        second = spike.mirror([1, 0, 0]).translate([rear - free, 0, 0])
        back, stem = split(second, -X, -rear + free - point)
        parts["tip"], parts["needle"] = [tip, back], [shaft, stem]
        others = [function_frame((rear - free, 0, 0), -X, Z)]
    elif kind == "bent":
        bend, down = rng.uniform(0.015, 0.03), point + rng.uniform(0.004, 0.01)
        along = np.array([-0.008, bend - 0.004, bend - 0.001, bend, bend, bend])
        below = np.array([0, 0, 0.001, 0.004, down - cone, down])
        path = np.stack([rear - along, np.zeros(6), -below], axis=1)
        hook, second = split(tube(path, needle * np.array([1, 1, 1, 1, 1, 0.08]), sides=16), Z, point - down)
        parts["tip"], parts["needle"] = [tip, second], [shaft, hook]
        others, symmetry = [function_frame((rear - bend, 0, -down), -Z, X)], MIRROR
    elif kind == "pocket":
        parts["clip"], symmetry = _clip(rear, long * rng.uniform(0.35, 0.5), radius), MIRROR
    end = Tip(cone / 2, symmetry, broad=Z)
    found = tip_affordances({"write-with": "tip", "pierce-with": "tip"}, "grip", point, end)
    found = [replace(affordance, alternatives=tuple(others)) for affordance in found]
    return finished(name, "scriber", parts, found, ROLLING)


def _clip(rear: float, reach: float, radius: float) -> Manifold:
    """A pocket clip over a body of `radius`, fixed at x = `rear` and running `reach` towards the tip."""
    gap = radius * 1.35
    foot = Manifold.sphere(radius * 0.45, 12).translate([rear + reach * 0.95, 0, gap - radius * 0.1])
    root = box((0.004, radius * 0.9, gap), (rear + 0.002, 0, gap / 2))
    return foot + root + box((reach, radius * 0.9, 0.0008), (rear + reach / 2, 0, gap))


def _knurled(rng: Generator, start: float, long: float, radius: float, kind: str) -> Manifold:
    """The body of a scriber: ringed and fluted in front, plain or six-sided behind; a fat handle for kind "grip"."""
    if kind == "grip":
        return merged(tool_grip(rng, start, long * 0.85, radius * rng.uniform(1.6, 2.4)).values())
    section = polygon_section(6) * 1.05 if rng.random() < 0.4 else round_section()
    fluted = fluted_section(12, rng.uniform(0.08, 0.16))
    zone = long * rng.uniform(0.35, 0.9)
    x, sizes = start - np.array([0, 0.001, zone - 0.001, zone]), radius * np.array([0.9, 1.12, 1.12, 0.9])
    front = bar(x, sizes, section=fluted)
    return front + bar(start - np.array([0, long * 0.97, long]), radius * np.array([1, 1, 0.7]), section=section)


def ruling_pen(rng: Generator, name: str) -> Tool:
    """A ruling pen: two slim leaves, two broad bellied ones or short stout ones, a screw through them, a handle."""
    kind = str(rng.choice(["slim", "broad", "stout"], p=[0.45, 0.3, 0.25]))
    long = rng.uniform(0.022, 0.028) if kind == "stout" else rng.uniform(0.028, 0.042)
    low, high = {"slim": (0.0018, 0.0026), "broad": (0.004, 0.006)}.get(kind, (0.0025, 0.0035))
    half = rng.uniform(low, high)
    gap, thick = rng.uniform(0.0018, 0.0032), rng.uniform(0.0007, 0.0011)
    x, wide = swelling(0, -long - 0.004, [(0, 0.15), (0.1, 0.55), (0.4, 1.0), (0.8, 0.75), (1, 0.6)], 26)
    bow = np.interp(-x / long, [0, 0.35, 0.7, 1, 2], [thick * 0.52, gap * 0.85, gap, gap * 0.6, gap * 0.5])
    leaf = bar(x, half * wide, thick / 2 * np.interp(-x / long, [0, 0.2], [0.5, 1]), squarish_section(4, 16), bow)
    tip, root = split(leaf + leaf.mirror([0, 0, 1]), X, -long * 0.42)
    at, head = -long * rng.uniform(0.52, 0.62), rng.uniform(0.0028, 0.0042)
    pin = cylinder((at, 0, -gap - 0.0015), (at, 0, gap + 0.004), half * 0.35, half * 0.35, 12)
    knob = bar(np.array([gap + 0.001, gap + 0.0035]), head, section=fluted_section(14, 0.12))
    screw = [pin, knob.rotate([0, -90, 0]).translate([at, 0, 0])]
    radius, reach = rng.uniform(0.003, 0.0046), rng.uniform(0.085, 0.13)
    size = gap + half * 0.5
    collar = bar(-long + np.array([0.002, -0.004, -0.009]), np.array([0.9, 1.1, 0.8]) * min(size, radius * 1.2))
    shape = polygon_section(8) if rng.random() < 0.5 else round_section()
    end = rng.uniform(0.35, 1.0)
    knots = [(0, 0.65), (0.06, 1.0), (0.3, rng.uniform(0.8, 1.0)), (0.6, 0.5 + 0.5 * end), (0.96, end), (1, end * 0.5)]
    places, sizes = swelling(-long - 0.006, -long - 0.006 - reach, knots, 24)
    grip, handle = split(bar(places, radius * sizes, section=shape), X, -long - reach * 0.5)
    parts: Parts = {"tip": tip, "leaves": root, "screw": screw, "collar": collar, "grip": grip, "handle": handle}
    found = tip_affordances({"write-with": "tip"}, "grip", long * 0.42, Tip(half, MIRROR_X))
    return finished(name, "ruling-pen", parts, found, ROLLING)


def sugar_shaker(rng: Generator, name: str) -> Tool:
    """A sugar shaker: a straight, waisted or facetted jar, or a tin with an ear, under a high or a low holed dome."""
    kind = str(rng.choice(["straight", "waisted", "facetted", "tin"], p=[0.25, 0.25, 0.25, 0.25]))
    radius = rng.uniform(0.028, 0.042)
    height = radius * (rng.uniform(1.6, 2.3) if kind == "tin" else rng.uniform(2.2, 3.6))
    foot, waist = rng.uniform(0.85, 1.2), rng.uniform(0.75, 0.9) if kind == "waisted" else rng.uniform(0.98, 1.1)
    wall = wall_of(radius, [(0, foot * 0.92), (0.05, foot), (0.5, waist), (0.93, 1.0), (1, 0.96)])
    heights = np.linspace(0, 1, 16)
    section = polygon_section(int(rng.choice([8, 10, 12])), 48) if kind == "facetted" else round_section(48)
    sections = blend(round_section(48), section, np.interp(heights, [0, 0.05, 0.75, 0.9], [0, 1, 1, 0]))
    body = bar(heights * height, wall(heights), section=sections).rotate([0, -90, 0])
    collar, rise = rng.uniform(0.008, 0.018), radius * rng.choice([rng.uniform(0.12, 0.25), rng.uniform(0.4, 0.8)])
    lid, holes = _dome(rng, radius * rng.uniform(1.02, 1.08), rise)
    band = pipe(radius * 1.05, radius * 0.7, height - collar, height + 0.001)
    for level in rng.choice([0.15, 0.5, 0.85], int(rng.integers(0, 3)), replace=False):
        band = band + ring(radius * 1.04, height - collar * level, 0.0014, 40)
    parts: Parts = {"lid": lid.translate([0, 0, height]), "collar": band, "body": body}
    symmetry, hold = AXIS, "body"
    if kind == "tin":
        handle = ear(rng, wall, height - collar).solid
        parts["handle"] = handle - cylinder((0, 0, 0), (0, 0, height), wall(0.1) * 0.9, radius * 0.9)
        symmetry, hold = MIRROR, "handle"
    found = [sift("lid", hold, height + rise, holes, symmetry)]
    return finished(name, "sugar-shaker", parts, found, (np.eye(3), np.eye(3), *LYING[2:3]))


def _dome(rng: Generator, radius: float, rise: float) -> tuple[Manifold, float]:
    """(a holed dome on z = 0, the radius within which its holes lie)."""
    thick, rows, spread = 0.0016, int(rng.integers(2, 4)), rng.uniform(0.55, 0.8)
    share = np.linspace(0, 1, 12)
    outer = np.stack([radius * np.cos(share * np.pi / 2) ** rng.uniform(0.5, 0.9), rise * np.sin(share * np.pi / 2)], 1)
    outer[-1, 0] = 0.0
    shell = lathe(np.concatenate([outer, outer[::-1] * (1 - thick / np.array([radius, rise]))]), 48)
    size = radius * spread / rows * rng.uniform(0.2, 0.32)
    spots = [(0.0, 0.0)]
    for row in range(1, rows + 1):
        turns = np.arange(6 * row) * np.pi / (3 * row)
        spots += [(radius * spread * row / rows * np.cos(t), radius * spread * row / rows * np.sin(t)) for t in turns]
    places = np.column_stack([np.array(spots), np.full(len(spots), rise * 0.5)])
    return pierced(shell, places, np.tile(Z, (len(places), 1)), size, rise, 8), radius * spread


def fish_net(rng: Generator, name: str) -> Tool:
    """A hand net: a round, oblong or square hoop with a deep or shallow bag of coarse diamond or square mesh."""
    power, oval = {
        "round": (2.0, rng.uniform(0.85, 1.0)),
        "oblong": (2.4, rng.uniform(0.6, 0.8)),
        "square": (rng.uniform(4, 7), rng.uniform(0.8, 1.35)),
    }[str(rng.choice(["round", "oblong", "square"]))]
    small = rng.random() < 0.4
    radius = rng.uniform(0.04, 0.075) if small else rng.uniform(0.1, 0.21)
    depth = radius * rng.uniform(0.8, 1.7)
    knots = [(0, 0.06), (0.06, rng.uniform(0.3, 0.5)), (0.35, rng.uniform(0.65, 0.85)), (1, 1)]
    wall, thick = wall_of(radius, knots), radius * 0.02
    shell, _ = vessel(wall, depth, thick, steps=9, segments=32)
    spacing = radius * rng.uniform(0.26, 0.36)
    rows = max(4, int(depth * 0.95 / spacing * 1.2))
    places, normals = around_wall(wall, depth, np.linspace(0.12, 0.93, rows), spacing, rng.random() < 0.7, 95)
    bag = pierced(shell, places, normals, spacing * rng.uniform(0.44, 0.5), thick * 6, sides=4)
    wire = max(radius * rng.uniform(0.022, 0.04), 0.0016)
    net = [_squared(solid, power, oval) for solid in (bag.translate([0, 0, -depth]), ring(radius * 0.995, 0, wire, 48))]
    pole = max(wire * rng.uniform(1.2, 2.0), rng.uniform(0.003, 0.0045) if small else rng.uniform(0.008, 0.013))
    long = rng.uniform(0.14, 0.28) if small else rng.uniform(0.3, 0.9)
    out = np.array([-1, 0, rng.uniform(0, 0.25)])
    handle = stick(rng, (-radius * 0.99, 0, 0), out, long, pole)
    parts: Parts = {"bag": net[0], "hoop": net[1], **handle}
    size = radius * (1 + oval) / 2
    scoop = serve("scoop-with", ("bag", "hoop"), "grip", (0, 0, 0), Z, X, size)
    found = [sift(("bag", "hoop"), "grip", 0.0, size), scoop]
    return finished(name, "fish-net", parts, found, FLAT[:1] + LYING[2:])


def _squared(solid: Manifold, power: float, oval: float) -> Manifold:
    """A round solid about z drawn out to a superellipse of `power`, `oval` as wide (y) as long."""

    def drawn(points: NDArray) -> NDArray:
        unit = points[:, :2] / np.maximum(np.linalg.norm(points[:, :2], axis=1, keepdims=True), 1e-9)
        grow = np.maximum(np.sum(np.abs(unit) ** power, axis=1), 1e-3) ** (-1 / power)
        return points * np.stack([grow, oval * grow, np.ones(len(grow))], axis=1)

    return solid.warp_batch(drawn)


def steamer_rack(rng: Generator, name: str) -> Tool:
    """A steamer rack: a holed plate, a grid or slats in a round rim on legs or a skirt, some with two loop handles."""
    radius = rng.uniform(0.07, 0.14)
    rim, tall = rng.uniform(0.0025, 0.0045), radius * rng.uniform(0.15, 0.5)
    mesh, symmetry = round_mesh(rng, radius, int(rng.integers(7, 13)), ("holes", "holes", "slats", "wire"))
    thick = rng.uniform(0.0015, 0.003)
    parts: Parts = {"rack": prism(mesh, -thick / 2, thick / 2), "rim": ring(radius, 0, rim, 60)}
    foot, looped = rng.choice(["pegs", "wires", "skirt"]), rng.random() < 0.5
    count = 3 if symmetry.fold == 6 and not looped else 4
    turns = np.arange(count) * 360 / count + 45 * (count == 4)
    if foot == "skirt":
        parts["legs"] = pipe(radius + rim * 0.5, radius - rim * 0.5, -tall, 0)
    elif foot == "pegs":
        peg = cylinder((radius, 0, 0), (radius, 0, -tall), rim * 0.95, rim * rng.uniform(0.9, 1.6), 14)
        parts["legs"] = [peg.rotate([0, 0, turn]) for turn in turns]
    else:
        wide = radius * rng.uniform(0.12, 0.22)
        at = np.sqrt(radius**2 - wide**2)
        low = np.array([(at, wide, 0), (at, wide * 0.85, -tall), (at, -wide * 0.85, -tall), (at, -wide, 0)])
        parts["legs"] = [rod(low, rim * 0.75, 10).rotate([0, 0, turn]) for turn in turns]
    symmetry = HALF_TURN if looped or symmetry.fold == 2 else Symmetry("n-fold", count)
    if looped:
        wide, up = radius * rng.uniform(0.25, 0.4), radius * rng.uniform(0.2, 0.45)
        t, lean = np.linspace(0, np.pi, 16), rng.uniform(0.0, 0.5) * up
        x = -np.sqrt(radius**2 - wide**2) - lean * np.sin(t)
        loop = rod(np.stack([x, wide * np.cos(t), up * np.sin(t) ** 0.7], 1), rim * rng.uniform(0.7, 1.0), 10)
        parts["handle"] = [loop, loop.rotate([0, 0, 180])]
    hold = "handle" if looped else "rim"
    carry = serve("lift-with", "rack", hold, (0, 0, thick / 2), Z, X, radius, symmetry)
    found = [sift("rack", hold, thick / 2, radius, symmetry), carry]
    return finished(name, "steamer-rack", parts, found, FLAT)


FAMILIES = {
    "dough-whisk": Family(dough_whisk, ("mix-with",)),
    "molinillo": Family(molinillo, ("mix-with",)),
    "scriber": Family(scriber, ("write-with", "pierce-with")),
    "ruling-pen": Family(ruling_pen, ("write-with",)),
    "sugar-shaker": Family(sugar_shaker, ("sift-with",)),
    "fish-net": Family(fish_net, ("sift-with", "scoop-with")),
    "steamer-rack": Family(steamer_rack, ("sift-with", "lift-with")),
}
