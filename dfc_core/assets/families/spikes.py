"""Parametric things with one sharp end: center punch, spear, soldering iron, spike.

The point at the origin, the rest to -x.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    bar,
    fluted_section,
    polygon_section,
    round_section,
    squarish_section,
    swelling,
    tip_affordances,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, finished, merged, outline, plate, rod, stick
from dfc_core.assets.families.grips import collar, tool_grip
from dfc_core.assets.rest import lying
from dfc_core.assets.solids import cylinder, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR_X, Affordance, Symmetry, Tool

Solids = Mapping[str, Manifold | Sequence[Manifold]]


def spun(points: Sequence[tuple[float, float]], section: NDArray | None = None) -> Manifold:
    """A bar through (x, radius) points with flat ends."""
    x, size = np.asarray(points, dtype=np.float64).T
    return bar(x, size, section=section)


def fallen(name: str, family: str, parts: Solids, affordances: Sequence[Affordance]) -> Tool:
    """The tool made of `parts`, resting as it falls on a table."""
    tool = finished(name, family, parts, affordances)
    with np.errstate(invalid="ignore"):  # of the likelihood of poses on slivers
        return replace(tool, rest_rotations=lying(tool.vertices))


def roughened(rng: Generator, start: float, end: float, radius: float) -> Manifold:
    """A round bar that fingers do not slip on: diamond or straight knurls, rings or grooves."""
    kind = rng.choice(["diamond", "straight", "rings", "grooves"])
    if kind == "straight":
        section = fluted_section(int(rng.integers(12, 20)), rng.uniform(0.07, 0.14), 3)
        return bar(np.array([start, end]), radius, section=section)
    if kind == "diamond":
        rows, corners = int(rng.integers(12, 26)), 2 * int(rng.integers(9, 14))
        board = (np.arange(rows)[:, None] + np.arange(corners)) % 2
        depth = rng.uniform(0.07, 0.14)
        return bar(
            np.linspace(start, end, rows), radius, section=round_section(corners) * (1 - depth * board)[..., None]
        )
    count, share = int(rng.integers(4, 9)), 0.3 if kind == "rings" else 0.7
    cell = np.array([0, share, share + 0.05, 0.95]) / count
    place = np.concatenate([*(cell + number / count for number in range(count)), [1.0]])
    low = rng.uniform(0.8, 0.92)
    return bar(start + (end - start) * place, radius * np.append(np.tile([1, 1, low, low], count), 1))


def center_punch(rng: Generator, name: str) -> Tool:
    """A center or prick punch: a round body with a knurled grip, a hexagonal or octagonal one, or an automatic one."""
    kind = rng.choice(["knurled", "faceted", "automatic"], p=[0.45, 0.25, 0.3])
    length, radius = rng.uniform(0.09, 0.16), rng.uniform(0.0045, 0.0075)
    if kind == "automatic":
        radius *= 1.25
    neck, fine = length * rng.uniform(0.2, 0.34), radius * rng.uniform(0.3, 0.6)
    point = fine * rng.uniform(0.8, 2.0)
    long = max(0.5 * neck, 1.5 * point)
    root = radius * (0.6 if kind == "automatic" else 0.9)
    front = spun([(0, fine * 0.05), (-point, fine), (-0.97 * neck, root), (-neck - 0.002, root)])
    tip, rest = split(front, (1, 0, 0), -long)
    parts: dict[str, Manifold | Sequence[Manifold]] = {"tip": tip, "neck": rest}
    if kind == "faceted":
        section = polygon_section(int(rng.choice([6, 8])))
        parts["body"] = spun(
            [(-neck, radius * 0.9), (-neck - 0.003, radius * 1.1), (-0.9 * length, radius * 1.1)], section
        )
    else:
        first, last = rng.uniform(0.02, 0.2), rng.uniform(0.75, 0.97)
        start, end = (-neck - (0.88 * length - neck) * share for share in (first, last))
        core = spun([(-neck, radius * 0.85), (-neck - 0.0015, radius * 0.93), (-0.9 * length, radius * 0.93)])
        parts["body"] = [core, roughened(rng, start, end, radius)]
    wide = radius * (rng.uniform(1.1, 1.35) if kind == "automatic" else rng.uniform(0.75, 0.95))
    edge = 0.3 * radius
    parts["head"] = spun(
        [(-0.89 * length, wide * 0.9), (-0.89 * length - edge, wide), (-length + edge, wide), (-length, wide * 0.75)]
    )
    return finished(
        name, "center-punch", parts, tip_affordances({"pierce-with": "tip"}, "body", long, Tip(fine)), ROLLING
    )


def spear(rng: Generator, name: str) -> Tool:
    """A spear of up to 1.7 m: a leaf, lozenge, barbed or square head on a socket, some with lugs, on a wooden pole."""
    kind = str(rng.choice(["leaf", "lozenge", "barbed", "square"], p=[0.35, 0.25, 0.25, 0.15]))
    whole = rng.uniform(0.6, 1.66)
    long = min(whole * rng.uniform(0.15, 0.28), rng.uniform(0.28, 0.4))
    half, pole = long * rng.uniform(0.13, 0.22), rng.uniform(0.0095, 0.014)
    half, pole = max(half, 1.5 * pole), min(pole, long * 0.075)
    head, widest = _spear_head(rng, kind, long, half)
    cut = long * max(0.45, widest + 0.03)
    tip, blade = split(head, (1, 0, 0), -cut)
    deep = rng.uniform(0.05, 0.13)
    socket = [spun([(-0.9 * long, pole * 0.55), (-long - 0.3 * deep, pole * 0.8), (-long - deep, pole * 1.25)])]
    if kind != "square" and rng.random() < 0.3:
        reach = half * rng.uniform(0.8, 1.2)
        ends = np.array([(-long - 0.7 * deep, side * reach, 0) for side in (-1, 1)])
        socket.append(rod(ends, pole * 0.5, 12))
    handle = stick(rng, (-long - 0.6 * deep, 0, 0), (-1, 0, 0), whole - long - 0.6 * deep, pole)
    parts = {"tip": tip, "blade": blade, "socket": socket, **handle}
    symmetry = Symmetry("n-fold", 4) if kind == "square" else HALF_TURN
    found = tip_affordances({"pierce-with": "tip"}, ("stick", "grip"), cut, Tip(half, symmetry))
    return finished(name, "spear", parts, found, ROLLING if kind == "square" else FLAT)


def _spear_head(rng: Generator, kind: str, long: float, half: float) -> tuple[Manifold, float]:
    """(a head from the point at 0 to -`long`, where it is widest as a share of its length)."""
    thick = rng.uniform(0.006, 0.011)
    if kind == "barbed":
        barb, waist = rng.uniform(0.5, 0.7), rng.uniform(0.006, 0.009)
        notch = barb - rng.uniform(0.12, 0.22)
        side = [(-barb * 0.5 * long, half * rng.uniform(0.45, 0.75)), (-barb * long, half)]
        side += [(-notch * long, waist), (-long, waist * 1.1)]
        shape = outline([(0, 0), *side, *((x, -y) for x, y in side[::-1])])
        rib = spun([(-0.3 * long, thick * 0.2), (-notch * long, thick * 0.75), (-long, waist * 1.05)])
        return plate(shape, thick * 0.8, thick * 0.3) + rib, barb
    widest = rng.uniform(0.45, 0.62) if kind == "leaf" else rng.uniform(0.5, 0.75)
    neck = 0.007 / half
    if kind == "leaf":
        knots = [(0, 0.02), (0.25, rng.uniform(0.5, 0.75)), (widest, 1), (0.85, 0.5 + neck / 2), (1, neck)]
        x, wide = swelling(0, -long, knots, 26)
    else:
        knots = [(0, 0.02), (widest, 1), (widest + 0.15, neck * 1.3), (1, neck)]
        places, wide = np.array(knots).T
        x = -long * places
    if kind == "square":
        broad = np.minimum(half * 0.55 * wide, 0.016)
        return bar(x, broad, section=polygon_section(4)), widest
    flat = np.interp(-x / long, [0, 0.2, 0.8, 1], [0.04, 0.6, 0.8, 1.0]) * thick * 0.8
    return bar(x, half * wide, flat, polygon_section(4)), widest


def soldering_iron(rng: Generator, name: str) -> Tool:
    """A soldering iron: a slim one for a station, a stout one for the mains, or a copper bit on a rod for a flame."""
    kind = str(rng.choice(["slim", "stout", "copper"], p=[0.45, 0.35, 0.2]))
    sizes = {"slim": ([0.018, 0.0022, 0.035, 0.09, 0.0075], [0.03, 0.0034, 0.06, 0.12, 0.011]),
             "stout": ([0.025, 0.0035, 0.06, 0.1, 0.012], [0.045, 0.006, 0.1, 0.13, 0.016]),
             "copper": ([0.05, 0.011, 0.13, 0.1, 0.013], [0.08, 0.017, 0.2, 0.13, 0.017])}[kind]  # fmt: skip
    long, bit, barrel, handle, thick = rng.uniform(*sizes)
    if kind == "copper":
        parts, point = _copper_bit(rng, long, bit, barrel)
    else:
        parts, point = _heated_bit(rng, long, bit, barrel, thick)
    start = -long - barrel
    kinds = ("turned", "ringed") if kind == "copper" else ("fluted", "ringed", "turned", "hexagonal")
    grip = merged(tool_grip(rng, start, handle, thick, kinds).values())
    parts |= {"grip": grip, "collar": collar(rng, start + 0.005, 0.012, thick * 0.8)}
    if kind != "copper":
        cord, end = thick * rng.uniform(0.22, 0.3), start - handle
        ribs = [(end + 0.01 - 0.003 * n, cord * (2.1 - 0.08 * n) * (1 - 0.2 * (n % 2))) for n in range(10)]
        parts["cord"] = [spun(ribs), rod(np.array([(end, 0, 0), (end - rng.uniform(0.035, 0.07), 0, 0)]), cord)]
    symmetry = Symmetry("n-fold", 4) if kind == "copper" else AXIS
    serves = {"pierce-with": "tip", "poke-with": "tip"}
    found = tip_affordances(serves, "grip", point, Tip(bit, symmetry))
    return finished(name, "soldering-iron", parts, found, ROLLING)


def _heated_bit(
    rng: Generator, long: float, bit: float, barrel: float, thick: float
) -> tuple[dict[str, Manifold | list[Manifold]], float]:
    """("tip" and "barrel" of an electric iron, length of the tip)."""
    cone, sleeve = long * rng.uniform(0.45, 0.9), bit * rng.uniform(1.25, 1.7)
    tip = spun([(0, bit * 0.07), (-cone, bit * 0.95), (-cone - 0.001, bit), (-long - 0.005, bit)])
    tube_ = spun([(-long, sleeve * 0.9), (-long - 0.002, sleeve), (-long - barrel, sleeve)])
    nut = -long - barrel * rng.uniform(0.0, 0.3)
    body = [tube_, spun([(nut, sleeve * 1.25), (nut - 0.006, sleeve * 1.25)], polygon_section(6))]
    if rng.random() < 0.6:
        rear = -long - barrel
        guard = thick * rng.uniform(1.15, 1.7)
        body.append(
            spun([(rear + 0.009, guard * 0.9), (rear + 0.008, guard), (rear + 0.005, guard), (rear, thick * 0.7)])
        )
    return {"tip": tip, "barrel": body}, long


def _copper_bit(
    rng: Generator, long: float, bit: float, barrel: float
) -> tuple[dict[str, Manifold | list[Manifold]], float]:
    """("tip", "bit" and "barrel" of an iron that a flame heats, length of the tip)."""
    point, section = long * rng.uniform(0.3, 0.5), polygon_section(4)
    head = spun([(0, bit * 0.06), (-point, bit), (-0.93 * long, bit), (-long, bit * 0.7)], section)
    tip, rest = split(head, (1, 0, 0), -point * 1.05)
    return {"tip": tip, "bit": rest, "barrel": spun([(-long + 0.01, 0.0045), (-long - barrel - 0.01, 0.0045)])}, point


def spike(rng: Generator, name: str) -> Tool:
    """A railroad spike, a marlinespike, a wooden stake or a round steel stake with holes."""
    kind = str(rng.choice(["railroad", "marlin", "wooden", "steel"], p=[0.25, 0.3, 0.25, 0.2]))
    make = {"railroad": _railroad_spike, "marlin": _marlinespike, "wooden": _wooden_stake, "steel": _steel_stake}[kind]
    parts, hold, long, half, symmetry = make(rng)
    serves = {"pierce-with": "tip", "poke-with": "tip"}
    return fallen(name, "spike", parts, tip_affordances(serves, hold, long, Tip(half, symmetry)))


Made = tuple[dict[str, Manifold | list[Manifold]], tuple[str, ...], float, float, Symmetry]


def _railroad_spike(rng: Generator) -> Made:
    """A square shank with a wedge point, its edge along y, and a head that stands off to +z."""
    length, half = rng.uniform(0.12, 0.18), rng.uniform(0.0075, 0.0095)
    point, corner = length * rng.uniform(0.18, 0.28), squarish_section(9)
    tip = bar(
        -point * np.array([0, 0.5, 1.0]), half * np.array([0.9, 0.98, 1]), half * np.array([0.07, 0.6, 1]), corner
    )
    shank = bar(np.array([-point, -length + 0.002]), half, half, corner)
    wide, off, high = half * rng.uniform(1.3, 1.7), half * rng.uniform(0.6, 1.0), half * rng.uniform(1.0, 1.5)
    share = np.array([0, 0.2, 0.6, 0.85, 1.0])
    size = np.array([0.85, 1, 0.95, 0.75, 0.35])
    head = bar(-length + high * (0.5 - share), wide * size, (half + off) * size, round_section(28), off * 0.9)
    return {"tip": tip, "shank": shank, "head": head}, ("shank", "head"), point, half, MIRROR_X


def _marlinespike(rng: Generator) -> Made:
    """A slender cone of steel or wood (a fid) with a knob, an eye or a plain thick end."""
    length = rng.uniform(0.15, 0.4)
    thick, fine = length * rng.uniform(0.035, 0.055), rng.uniform(0.07, 0.2)
    long = length * rng.uniform(0.22, 0.35)
    x, size = swelling(0, -length, [(0, fine), (0.3, 0.5 + fine / 3), (0.75, 0.95), (0.97, 1), (1, 0.7)], 24)
    tip, rest = split(bar(x, thick * size), (1, 0, 0), -long)
    body, grip = split(rest, (1, 0, 0), -0.62 * length)
    kind, solids = rng.choice(["knob", "eye", "plain", "grooved"]), [grip]
    if kind == "knob":
        knob = Manifold.sphere(thick * rng.uniform(1.2, 1.6), 24).scale([rng.uniform(0.5, 1.0), 1, 1])
        solids.append(knob.translate([-length, 0, 0]))
    elif kind == "eye":
        hole = -length + 1.4 * thick
        solids = [grip - cylinder((hole, 0, -0.1), (hole, 0, 0.1), thick * 0.5, thick * 0.5, 18)]
    elif kind == "grooved":
        solids.append(roughened(rng, -0.66 * length, -0.9 * length, thick * 1.12))
    parts = {"tip": tip, "shank": body, "grip": solids}
    return parts, ("grip",), long, thick * fine, HALF_TURN if kind == "eye" else AXIS


def _wooden_stake(rng: Generator) -> Made:
    """A square, round or octagonal post with a sharpened end, its top flat or chamfered."""
    length, half = rng.uniform(0.25, 0.75), rng.uniform(0.011, 0.022)
    corners = int(rng.choice([4, 8, 0]))
    section = polygon_section(corners) if corners else round_section()
    point, size = half * rng.uniform(3.0, 6.0), half * (1.3 if corners == 4 else 1.0)
    edge = half * rng.uniform(0.05, 0.4)
    points = [(0, size * 0.05), (-point, size), (-length + edge, size), (-length, size - edge * 0.9)]
    tip, shaft = split(spun(points, section), (1, 0, 0), -point * 1.02)
    return {"tip": tip, "shaft": shaft}, ("shaft",), point, half, Symmetry("n-fold", corners) if corners else AXIS


def _steel_stake(rng: Generator) -> Made:
    """A round bar with nail holes along it, a disc, a ring or nothing on top."""
    length, radius = rng.uniform(0.28, 0.7), rng.uniform(0.007, 0.011)
    point = radius * rng.uniform(3.0, 6.0)
    long = max(point * 1.05, 0.1 * length)
    shaft = spun([(0, radius * 0.05), (-point, radius), (-length + radius * 0.3, radius), (-length, radius * 0.7)])
    tip, shaft = split(shaft, (1, 0, 0), -long)
    count, hole = int(rng.integers(2, 9)), radius * 0.32
    for place in np.linspace(long + 0.03, 0.94 * length, count):
        shaft = shaft - cylinder((-place, 0, -0.1), (-place, 0, 0.1), hole, hole, 12)
    solids, kind = [shaft], rng.choice(["disc", "ring", "plain"])
    if kind == "disc":
        solids.append(spun([(-length + 0.004, radius * 1.9), (-length - 0.003, radius * 1.9)]))
    elif kind == "ring":
        eye, turn = radius * rng.uniform(2.0, 3.2), np.linspace(0, 2 * np.pi, 27)[[*range(26), 0, 1]]
        ring = np.stack([-length - eye * np.cos(turn) - 0.8 * eye, eye * np.sin(turn), 0 * turn], axis=1)
        solids.append(tube(ring, radius * 0.55, sides=10))
    return {"tip": tip, "shaft": solids}, ("shaft",), long, radius, HALF_TURN


FAMILIES = {
    "center-punch": Family(center_punch, ("pierce-with",)),
    "spear": Family(spear, ("pierce-with",)),
    "soldering-iron": Family(soldering_iron, ("pierce-with", "poke-with")),
    "spike": Family(spike, ("pierce-with", "poke-with")),
}
