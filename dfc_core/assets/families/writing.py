"""Parametric things that leave a line: pencil, pen, marker, crayon, chalk. Tip at the origin, end at -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    Y,
    bar,
    blend,
    fluted_section,
    polygon_section,
    round_section,
    squarish_section,
    steps,
    swelling,
    tip_affordances,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.solids import assemble, box, cylinder, function_frame, loft, split
from dfc_core.assets.tool import AXIS, HALF_TURN, NONE, Affordance, Symmetry, Tool


def pencil(rng: Generator, name: str) -> Tool:
    """A pencil: hexagonal, round, three-sided or a carpenter's flat one; sharpened, with or without a rubber."""
    length, radius = float(rng.uniform(0.06, 0.19)), float(rng.uniform(0.0034, 0.0055))
    kind = str(rng.choice(["hexagonal", "round", "three-sided", "flat"], p=[0.5, 0.25, 0.1, 0.15]))
    section, wide, thin = round_section(), 1.0, 1.0
    if kind == "hexagonal":
        section = polygon_section(6) * 1.08
    elif kind == "three-sided":
        section = 0.5 * (polygon_section(3) * 1.2 + round_section())
    elif kind == "flat":
        section, wide, thin = squarish_section(8), 1.5, 0.75
    cone = radius * rng.uniform(3.8, 5.5)
    lead = rng.uniform(0.25, 0.4) * cone
    blank = bar(np.array([0.01, -length]), radius * wide, radius * thin, section)
    sharp = np.array([0.0, -cone, -cone * 2, -length * 2])
    outer = radius * np.array([0.08, 1.0, 2.0, 4.0]) * wide
    blank = blank ^ bar(sharp, outer, section=round_section(36))
    tip, rest = split(blank, (1, 0, 0), -lead)
    wood, rest = split(rest, (1, 0, 0), -cone * 0.97)
    barrel, body = split(rest, (1, 0, 0), -0.45 * length)
    parts: dict[str, Manifold | list[Manifold]] = {"graphite": tip, "wood": wood, "barrel": barrel}
    parts["body"] = [body, *_rubber(rng, length, radius)] if kind != "flat" else body
    kind_of = HALF_TURN if kind == "flat" else AXIS
    affordances = _writes(("graphite", "wood"), "barrel", "body", cone, length, radius, kind_of)
    mesh = assemble(parts)
    return Tool(name, "pencil", *mesh, affordances=affordances, rest_rotations=ROLLING, licence="Apache-2.0")


def _rubber(rng: Generator, length: float, radius: float) -> list[Manifold]:
    """A ferrule with a rubber, or nothing, or a dipped end."""
    kind = rng.choice(["rubber", "none", "dipped"], p=[0.5, 0.3, 0.2])
    if kind == "none":
        return []
    if kind == "dipped":
        x = -length + np.array([0.012, 0.011, 0.001, -0.001])
        return [bar(x, radius * np.array([0.9, 1.12, 1.12, 0.8]))]
    x = np.linspace(-length + 0.004, -length - 0.01, 29)
    ridges = 1.02 + 0.06 * (np.sin((x - x[0]) / 0.014 * 2 * np.pi * 5) > 0)
    end = steps(-length - 0.008, -length - rng.uniform(0.014, 0.022), 10)
    share = (end - end[0]) / (end[-1] - end[0])
    return [bar(x, radius * ridges), bar(end, radius * 0.95 * np.sqrt(1 - 0.6 * np.clip(share * 2 - 1, 0, 1) ** 2))]


def _writes(
    tip: tuple[str, ...],
    barrel: str,
    body: str,
    cone: float,
    length: float,
    radius: float,
    symmetry: Symmetry,
    also: tuple[str, ...] = ("pierce-with", "poke-with", "scrape-with", "dig-with"),
) -> tuple[Affordance, ...]:
    """Write first, then what else a pointed end serves for, and mix with the front half, held by the back."""
    serves = dict.fromkeys(("write-with", *also), tip)
    digs = {function: serves.pop(function) for function in ("dig-with",) if function in serves}
    found = tip_affordances(serves, barrel, cone, Tip(max(cone / 2, 0.0025), symmetry))
    found += tip_affordances(digs, barrel, cone, Tip(radius, symmetry))
    mixes = {"mix-with": (*tip, barrel)}
    return (*found, *tip_affordances(mixes, body, 0.45 * length, Tip(radius, symmetry)))


def _rolls(parts: tuple[str, ...], hold: tuple[str, ...], front: float, back: float) -> Affordance:
    """Rolling on the body between x = `front` and `back`, held by the ends."""
    frame = function_frame(((front + back) / 2, 0, 0), (1, 0, 0), Y)
    return Affordance("roll-onto", parts, hold, frame, float(front - back) / 2, AXIS)


def pen(rng: Generator, name: str) -> Tool:
    """A pen: a stick, a click pen, a capped one or one with a nib; with or without clip, cap on the end, grip rings."""
    length, radius = float(rng.uniform(0.12, 0.155)), float(rng.uniform(0.0038, 0.0068))
    nib = rng.random() < 0.25
    cone = radius * (rng.uniform(3.5, 4.5) if nib else rng.uniform(2.6, 4.2))
    tip = _nib(rng, cone, radius) if nib else _ball_tip(rng, cone, radius)
    section = polygon_section(6) * 1.05 if rng.random() < 0.25 else round_section()
    x = np.linspace(-cone, -0.84 * length, 40)
    swell = 1 + rng.uniform(-0.12, 0.18) * np.sin(np.pi * np.linspace(0, 1, 40))
    ringed = rng.random() < 0.4
    rings = 0.06 * ringed * (np.sin(np.clip((-x - cone) / (0.25 * length), 0, 1) * 2 * np.pi * 6) > 0)
    solid = bar(x, radius * (swell - rings), section=section)
    barrel, body = split(solid, (1, 0, 0), -0.43 * length)
    end, clip = _pen_end(rng, length, radius)
    parts = {"tip": tip, "barrel": barrel, "body": body, "end": end, **({"clip": clip} if clip else {})}
    affordances = _writes(("tip",), "barrel", "body", cone, length, radius, NONE if nib else AXIS)
    affordances += (_rolls(("barrel", "body"), ("tip", "end"), -cone, -0.84 * length),)
    mesh = assemble(parts)
    return Tool(name, "pen", *mesh, affordances=affordances, rest_rotations=ROLLING, licence="Apache-2.0")


def _ball_tip(rng: Generator, cone: float, radius: float) -> Manifold:
    step = np.array([0, 0.02, 0.15, 0.17, 0.6, 1.0, 1.05])
    shoulder = rng.uniform(0.45, 0.75)
    return bar(-cone * step, radius * np.array([0.1, 0.16, 0.2, 0.32, shoulder, 0.95, 0.9]))


def _nib(rng: Generator, cone: float, radius: float) -> Manifold:
    """A curved leaf with a slit and a breather hole, over a feed; broad in y."""
    x = np.linspace(0, -cone * 1.15, 16)
    share = -x / (cone * 1.15)
    half = radius * np.clip(0.06 + rng.uniform(1.1, 1.5) * share**0.8, 0, 0.85)
    across = np.linspace(-1, 1, 9)
    rings = []
    for place, width, s in zip(x, half, share, strict=True):
        z = 0.5 * width * (1 - across**2) + 0.15 * radius * s
        top = np.column_stack([np.full(9, place), across * width, z])
        rings.append(np.concatenate([top, (top - [0, 0, 0.12 * radius])[::-1]]))
    leaf = loft(rings) - cylinder((-cone * 0.55, 0, -1), (-cone * 0.55, 0, 1), radius * 0.14, radius * 0.14, 12)
    leaf = leaf - box((cone * 0.45, radius * 0.05, 1), (-cone * 0.3, 0, 0))
    feed = bar(-cone * np.array([0.35, 0.6, 1.1]), radius * np.array([0.1, 0.4, 0.55]))
    return leaf + feed + bar(-cone * np.array([0.85, 1.1]), radius * np.array([0.75, 0.9]))


def _pen_end(rng: Generator, length: float, radius: float) -> tuple[Manifold, Manifold | None]:
    """(what closes the pen behind, clip): a button, a plug, a dome, a taper or the cap put on."""
    kind = rng.choice(["button", "plug", "cap", "dome", "taper"])
    start = -0.84 * length
    if kind == "button":
        solid = bar(np.array([start, -0.93 * length]), radius * np.array([1.0, 0.75]))
        solid = solid + bar(-length * np.array([0.92, 1.0, 1.005]), radius * np.array([0.42, 0.42, 0.3]))
    elif kind == "plug":
        solid = bar(-length * np.array([0.84, 0.97, 0.972, 1.0]), radius * np.array([1.0, 1.0, 0.7, 0.65]))
    elif kind == "taper":
        x, size = swelling(start, -length * 1.15, [(0, 1), (0.3, 0.85), (1, 0.2)], 16)
        return bar(x, radius * size), None
    else:
        wide = 1.25 if kind == "cap" else 1.0
        front = start + (0.1 * length if kind == "cap" else 0.0)
        x = np.concatenate([[front], np.linspace(-0.95 * length, -length, 8)])
        size = np.concatenate([[1], np.sqrt(1 - 0.8 * np.linspace(0, 1, 8) ** 2)])
        solid = bar(x, radius * wide * size)
    if kind not in ("button", "cap", "dome") or rng.random() < 0.25:
        return solid, None
    out = radius * (1.25 if kind == "cap" else 1.0)
    reach, thick = rng.uniform(0.2, 0.3) * length, radius * 0.3
    rear = -0.9 * length
    clip = box((reach, radius * rng.uniform(0.5, 0.9), thick), (rear + reach / 2, 0, out + radius * 0.45))
    foot = Manifold.sphere(radius * 0.4, 12).translate([rear + reach * 0.95, 0, out + radius * 0.2])
    root = box((0.03 * length, radius * 0.6, out), (rear + 0.015 * length, 0, out * 0.6 + radius * 0.25))
    return solid, clip + foot + root


def marker(rng: Generator, name: str) -> Tool:
    """A marker: a round or chisel nib in a stepped neck, slim to stout; cap put on the end or not."""
    length, radius = float(rng.uniform(0.1, 0.145)), float(rng.uniform(0.0055, 0.0125))
    stem, symmetry = _felt(rng, radius)
    neck = radius * rng.uniform(1.4, 2.6)
    step = np.array([0, 0.3, 0.32, 0.9, 1.0])
    collar = bar(-stem * 0.75 - neck * step, radius * np.array([0.45, 0.5, 0.66, rng.uniform(0.7, 0.9), 0.92]))
    tip, front = _felt_solid(stem, radius, symmetry), -stem * 0.75 - neck
    x, size = swelling(front, -0.9 * length, [(0, 0.95), (0.04, 1), (0.5, 1), (1, rng.uniform(0.75, 1.0))], 20)
    barrel, body = split(bar(x, radius * size), (1, 0, 0), -0.5 * length)
    end = _marker_end(rng, length, radius * size[-1])
    mesh = assemble({"nib": tip, "neck": collar, "barrel": barrel, "body": body, "end": end})
    also = ("poke-with",)
    affordances = _writes(("nib", "neck"), "barrel", "body", -front, length, radius, symmetry, also)
    affordances += (_rolls(("barrel", "body"), ("nib", "neck", "end"), front, -0.9 * length),)
    return Tool(name, "marker", *mesh, affordances=affordances, rest_rotations=ROLLING, licence="Apache-2.0")


def _felt(rng: Generator, radius: float) -> tuple[float, Symmetry]:
    """(length, symmetry) of a felt: round, or a chisel that half a turn leaves as it is."""
    return radius * rng.uniform(0.9, 1.6), AXIS if rng.random() < 0.6 else HALF_TURN


def _felt_solid(stem: float, radius: float, symmetry: Symmetry) -> Manifold:
    if symmetry is AXIS:
        x, size = swelling(0.0, -stem, [(0, 0.05), (0.12, 0.2), (0.5, 0.4), (1, 0.42)], 12)
        return bar(x, radius * size)
    x = np.array([0, -0.08, -0.55, -1.0]) * stem
    half_z = radius * np.array([0.06, 0.1, 0.38, 0.4])
    return bar(x, radius * 0.46, half_z, blend(squarish_section(8), round_section(), np.array([0, 0, 0.3, 1])))


def _marker_end(rng: Generator, length: float, radius: float) -> Manifold:
    kind = rng.choice(["plug", "cap", "dome"])
    if kind == "plug":
        x = -length * np.array([0.9, 0.96, 0.961, 1.0])
        return bar(x, radius * np.array([1.0, 1.0, 0.85, 0.8]))
    if kind == "cap":
        x = -length * np.array([0.88, 0.881, 1.12, 1.14])
        ribs = fluted_section(12, 0.08) if rng.random() < 0.5 else round_section()
        cap = bar(x, radius * np.array([1.0, 1.15, 1.05, 0.8]), section=ribs)
        return cap + bar(-length * np.array([0.89, 0.95]), radius)
    x = -length * (0.9 + 0.1 * np.linspace(0, 1, 10))
    return bar(x, radius * np.sqrt(1 - 0.85 * np.linspace(0, 1, 10) ** 2))


def highlighter(rng: Generator, name: str) -> Tool:
    """A highlighter: a flat or oval body with a wedge-shaped neck and a chisel nib."""
    length, half_y = float(rng.uniform(0.09, 0.125)), float(rng.uniform(0.009, 0.014))
    half_z = half_y * rng.uniform(0.5, 0.75)
    stem = half_y * rng.uniform(0.5, 0.8)
    x = np.array([0, -0.1, -1.0]) * stem
    nib = bar(x, half_z * 0.6, half_z * np.array([0.1, 0.2, 0.45]), squarish_section(8))
    neck = half_y * rng.uniform(1.0, 1.8)
    places = -stem * 0.7 - neck * np.array([0, 0.3, 1.0])
    collar = bar(places, half_y * np.array([0.5, 0.55, 0.85]), half_z * np.array([0.7, 0.75, 0.9]), squarish_section(4))
    front = float(places[-1])
    x, size = swelling(front, -length, [(0, 0.9), (0.05, 1), (0.6, rng.uniform(0.9, 1.0)), (0.97, 0.9), (1, 0.6)])
    solid = bar(x, half_y * size, half_z * size, squarish_section(rng.uniform(2.5, 7)))
    barrel, body = split(solid, (1, 0, 0), -0.55 * length)
    mesh = assemble({"nib": nib, "neck": collar, "barrel": barrel, "body": body})
    affordances = _writes(("nib", "neck"), "barrel", "body", -front, length, half_y, HALF_TURN, ("poke-with",))[:2]
    return Tool(name, "highlighter", *mesh, affordances=affordances, rest_rotations=ROLLING, licence="Apache-2.0")


def crayon(rng: Generator, name: str) -> Tool:
    """A wax crayon: a blunt cone, bare wax, a paper wrapper that may be torn short; slim or stout, worn or new."""
    length, radius = float(rng.uniform(0.045, 0.1)), float(rng.uniform(0.0036, 0.0075))
    radius = min(radius, 0.1 * length)
    cone = radius * rng.uniform(1.6, 3.2)
    blunt = rng.uniform(0.25, 0.6)
    section = polygon_section(6) * 1.05 if rng.random() < 0.15 else round_section()
    shoulder = rng.uniform(0.75, 0.95)
    tip = bar(-cone * np.array([0, 0.08, 0.95, 1.0]), radius * np.array([blunt * 0.8, blunt, shoulder, shoulder]))
    bare = cone + length * rng.uniform(0.05, 0.35)
    wax = bar(np.array([-cone, -cone * 1.02, -length + 0.001, -length]), radius * np.array([0.93, 1, 1, 0.9]),
              section=section)  # fmt: skip
    paper = bar(np.array([-bare, -length + rng.uniform(0.001, 0.008)]), radius * 1.07, section=section)
    mesh = assemble({"tip": tip, "wax": wax, "wrapper": paper})
    serves = {"write-with": "tip", "poke-with": "tip"}
    affordances = tip_affordances(serves, "wrapper", cone, Tip(radius))
    return Tool(name, "crayon", *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0")


def chalk(rng: Generator, name: str) -> Tool:
    """A stick of chalk, charcoal or pastel: round or square, straight or tapered, worn flat, aslant or to a dome."""
    length, radius = float(rng.uniform(0.035, 0.1)), float(rng.uniform(0.0045, 0.011))
    square = rng.random() < 0.35
    section: NDArray = squarish_section(rng.uniform(6, 14)) if square else round_section(28)
    taper = rng.uniform(0.75, 1.0)
    worn = rng.choice(["flat", "dome", "slant"])
    front = radius * (rng.uniform(0.5, 1.0) if worn == "dome" else 0.05)
    share = np.linspace(0, 1, 8)
    size = np.sqrt(1 - 0.9 * (1 - share) ** 2) * taper if worn == "dome" else np.full(8, taper)
    x = np.concatenate([-front * share, [-length + 0.001, -length]])
    solid = bar(x, radius * np.concatenate([size, [1.0, 0.92]]), section=section)
    if worn == "slant":
        tilt = rng.uniform(0.3, 0.8)
        solid = solid.trim_by_plane([-np.cos(tilt), 0, np.sin(tilt)], -np.sin(tilt) * radius * taper * 0.8)
    tip_length = max(0.22 * length, radius * 0.9)
    tip, stick = split(solid, (1, 0, 0), -tip_length)
    mesh = assemble({"tip": tip, "stick": stick})
    symmetry = {"slant": NONE}.get(str(worn), Symmetry("n-fold", 4) if square else AXIS)
    affordances = tip_affordances({"write-with": "tip"}, "stick", tip_length, Tip(radius, symmetry))
    return Tool(name, "chalk", *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0")


FAMILIES = {
    "pencil": Family(pencil, ("write-with", "pierce-with", "poke-with", "scrape-with", "dig-with", "mix-with")),
    "pen": Family(pen, ("write-with", "pierce-with", "poke-with", "scrape-with", "dig-with", "mix-with", "roll-onto")),
    "marker": Family(marker, ("write-with", "poke-with", "mix-with", "roll-onto")),
    "highlighter": Family(highlighter, ("write-with", "poke-with")),
    "crayon": Family(crayon, ("write-with", "poke-with")),
    "chalk": Family(chalk, ("write-with",)),
}
