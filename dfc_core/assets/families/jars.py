"""Parametric tools with a narrow or lidded mouth: jar, can, flask. Upright, standing on z = 0."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.relabel import inside_named
from dfc_core.assets.families.serving import MOSTLY_UPRIGHT, pour_over_rim, press_with_base, roll_on_body
from dfc_core.assets.families.walls import BASE_SHARE, cut_levels, ring, vessel, wall_of
from dfc_core.assets.solids import assemble, cylinder, filled, loft, split
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Tool

SEGMENTS = 40


def jar(rng: Generator, name: str) -> Tool:
    """A jar with a wide mouth: straight, bellied, waisted or shouldered; threads, a bead, a lid or a stopper on it."""
    height = rng.uniform(0.06, 0.24)
    radius = height * rng.uniform(0.24, 0.62)
    shoulder, throat = rng.uniform(0.68, 0.82), rng.uniform(0.68, 0.95)
    middle = rng.choice([1.0, rng.uniform(1.03, 1.2), rng.uniform(0.84, 0.95)])
    knots = [(0, rng.uniform(0.85, 0.96)), (0.05, 1), (0.4, middle), (shoulder, rng.uniform(0.95, 1.0))]
    wall = wall_of(radius, [*knots, (shoulder + 0.07, throat), (1, throat)])
    shell, cavity = vessel(wall, height, max(0.002, height * 0.02), steps=15, segments=SEGMENTS)
    start, end = height * BASE_SHARE, height * (shoulder - 0.03)
    shell = shell + (_grooves(rng, wall(0.4), height) - cavity)
    top, rest = split(shell, (0, 0, 1), height * (shoulder + 0.06))
    upper, rest = split(rest, (0, 0, 1), end)
    body, base = split(rest, (0, 0, 1), start)
    mouth = _jar_mouth(rng, top, cavity, throat * radius, height, height * (shoulder + 0.06))
    affordances = [
        pour_over_rim("body", height, throat * radius, AXIS, "mouth"),
        press_with_base("body", wall(0.0), AXIS),
        roll_on_body(("mouth", "base"), start, end),
    ]
    return _standing(name, "jar", {"mouth": mouth, "shoulder": upper, "body": body, "base": base}, affordances)


def _grooves(rng: Generator, radius: float, height: float) -> Manifold:
    """Up to three beads at mid height, or none."""
    count = int(rng.choice([0, 0, 1, 2, 3]))
    levels = height * (0.4 + 0.05 * (np.arange(count) - (count - 1) / 2))
    beads = Manifold()
    for level in levels:
        beads = beads + ring(float(radius), float(level), height * 0.012, SEGMENTS)
    return beads


def _jar_mouth(
    rng: Generator, top: Manifold, cavity: Manifold, radius: float, height: float, start: float
) -> Manifold:  # fmt: skip
    kind = rng.choice(["threads", "bead", "lid", "stopper"], p=[0.3, 0.3, 0.28, 0.12])
    span = height - start
    if kind == "threads":
        for level in (0.25, 0.5, 0.75):
            top = top + (ring(radius, start + level * span, span * 0.06, SEGMENTS) - cavity)
    elif kind == "bead":
        thick = span * rng.uniform(0.15, 0.3)
        top = top + (ring(radius, height - thick, thick, SEGMENTS) - cavity)
    elif kind == "lid":
        top = top + _lid(rng, radius * rng.uniform(1.04, 1.15), start + span * rng.uniform(0, 0.4), height + span * 0.1)
    else:
        cork = filled(radius * np.array([0.9, 1.0, 1.0, 0.9]), height + span * np.array([-0.3, 0, 0.5, 0.6]), SEGMENTS)
        top = top + cork
        if rng.random() < 0.5:
            top = top + Manifold.sphere(radius * 0.35, 20).translate([0, 0, height + span * 0.6 + radius * 0.2])
    return top


def _lid(rng: Generator, radius: float, low: float, high: float) -> Manifold:
    """A screw lid, smooth or milled, with a bevelled top."""
    teeth = 20
    around = np.linspace(0, 2 * np.pi, 2 * teeth, endpoint=False)
    depth = rng.choice([0.0, rng.uniform(0.02, 0.05)])
    spread = radius * (1 - depth * (np.arange(2 * teeth) % 2))
    rings = [
        np.column_stack([share * spread * np.cos(around), share * spread * np.sin(around), np.full(2 * teeth, z)])
        for share, z in [(1, low), (1, high - (high - low) * 0.15), (0.93, high)]
    ]
    return loft(rings)


def can(rng: Generator, name: str) -> Tool:
    """A food tin with its lid off or bent up, or a drink can with its tab and opening."""
    drink = rng.random() < 0.45
    height = rng.uniform(0.09, 0.17) if drink else rng.uniform(0.04, 0.17)
    radius = height * rng.uniform(0.19, 0.29) if drink else rng.uniform(0.027, 0.055)
    solid, lid = _drink_can(rng, radius, height) if drink else _tin(rng, radius, height)
    levels = cut_levels(solid, height)
    lidded = drink or not lid.is_empty()
    affordances = [
        pour_over_rim("body", height, radius * (0.82 if drink else 1), MIRROR if lidded else AXIS),
        press_with_base("body", radius * (0.75 if drink else 1), AXIS),
        roll_on_body(("rim", "base"), height * BASE_SHARE, height * (1 - 0.12)),
    ]
    if drink:
        levels["rim"] = levels["rim"] + lid
    elif not lid.is_empty():
        levels["lid"] = lid
    return _standing(name, "can", levels, affordances, hollow=not drink)


def _drink_can(rng: Generator, radius: float, height: float) -> tuple[Manifold, Manifold]:
    neck = rng.uniform(0.76, 0.86)
    knots = [(0, 0.7), (0.02, 0.76), (0.07, 1), (0.5, 1), (0.88, 1), (0.955, neck), (0.97, neck), (0.98, neck + 0.03)]
    wall = wall_of(radius, [*knots, (1, neck + 0.03)])
    heights = np.concatenate([np.linspace(0, 0.098, 8), np.linspace(0.2, 0.86, 4), np.linspace(0.885, 1, 10)])
    can_solid = filled(wall(heights), heights * height, SEGMENTS)
    inner = (neck - 0.03) * radius
    sunk = height - radius * 0.09
    can_solid = can_solid - cylinder((0, 0, sunk), (0, 0, height * 1.02), inner, inner, sides=SEGMENTS)
    can_solid = can_solid - Manifold.sphere(radius, 32).scale([0.68, 0.68, 0.3])
    hole = cylinder((0, 0, sunk - radius * 0.4), (0, 0, height), inner * 0.34, inner * 0.34, sides=20)
    can_solid = can_solid - hole.scale([1.0, rng.uniform(0.8, 1.2), 1.0]).translate([inner * 0.55, 0, 0])
    tab = cylinder((0, 0, sunk - 1e-4), (0, 0, sunk + radius * 0.05), inner * 0.26, inner * 0.26, sides=20)
    tab = tab.scale([1.6, 1, 1]) - cylinder((-inner * 0.2, 0, 0), (-inner * 0.2, 0, height), inner * 0.12, inner * 0.12)
    return can_solid, tab.translate([-inner * 0.22, 0, 0])


def _tin(rng: Generator, radius: float, height: float) -> tuple[Manifold, Manifold]:
    thickness = max(0.0008, radius * 0.03)
    shell, cavity = vessel(wall_of(radius, [(0, 1), (1, 1)]), height, thickness, floor=0.03, steps=3, segments=SEGMENTS)
    bead = radius * rng.uniform(0.02, 0.045)
    beads = [ring(radius, level, bead, SEGMENTS) for level in (bead, height - bead)]
    for level in np.linspace(0.3, 0.7, int(rng.choice([0, 4, 7]))):
        beads.append(ring(radius * 0.995, level * height, bead * 0.7, SEGMENTS))
    shell = shell + (Manifold.batch_boolean(beads, OpType.Add) - cavity)
    lid = Manifold()
    if rng.random() < 0.45:
        open_by = rng.uniform(50, 110)
        disc = cylinder(
            (radius * 0.95, 0, 0), (radius * 0.95, 0, thickness * 1.3), radius * 0.96, radius * 0.96, sides=SEGMENTS
        )
        lid = disc.rotate([0, -open_by, 0]).translate([-radius - bead * 0.5, 0, height - bead])
    return shell, lid


def flask(rng: Generator, name: str) -> Tool:
    """A flask: conical, round or pear-shaped glassware, or a hip flask."""
    kind = rng.choice(["conical", "round", "pear", "hip"], p=[0.4, 0.15, 0.15, 0.3])
    height = rng.uniform(0.09, 0.16) if kind == "hip" else rng.uniform(0.09, 0.26)
    if kind == "hip":
        return _hip_flask(rng, name, height)
    neck, start = rng.uniform(0.2, 0.36), rng.uniform(0.6, 0.74)
    knots = {
        "conical": [(0, 0.93), (0.03, 1.0), (0.1, 0.99), (start, neck * 1.15)],
        "round": [(0, 0.5), (0.1, 0.83), (start * 0.5, 1.0), (start * 0.85, 0.72), (start, neck * 1.1)],
        "pear": [(0, 0.75), (0.04, 0.88), (start * 0.35, 1.0), (start * 0.75, 0.5), (start, neck * 1.1)],
    }[kind]
    radius = height * rng.uniform(0.28, 0.42)
    wall = wall_of(radius, [*knots, (start + 0.06, neck), (0.96, neck), (1, neck * rng.uniform(1.0, 1.25))])
    shell, cavity = vessel(wall, height, max(0.0015, height * 0.015), steps=26, segments=SEGMENTS)
    top, rest = split(shell, (0, 0, 1), height * 0.87)
    narrow, rest = split(rest, (0, 0, 1), height * start)
    body, base = split(rest, (0, 0, 1), height * BASE_SHARE)
    finish = rng.choice(["plain", "bead", "stopper"], p=[0.3, 0.5, 0.2])
    bead = height * rng.uniform(0.012, 0.025)
    if finish != "plain":
        top = top + (ring(float(wall(1.0)), height - bead, bead, SEGMENTS) - cavity)
    if finish == "stopper":
        plug = radius * neck * np.array([0.8, 1.05, 1.15, 0.9])
        top = top + filled(plug, height * np.array([0.93, 1, 1.05, 1.09]), SEGMENTS)
    affordances = [
        pour_over_rim("body", height, float(wall(1.0)), AXIS, ("mouth", "neck")),
        press_with_base("body", float(wall(0.0)), AXIS),
    ]
    return _standing(name, "flask", {"mouth": top, "neck": narrow, "body": body, "base": base}, affordances)


def _hip_flask(rng: Generator, name: str, height: float) -> Tool:
    """A flat bottle, often bent to the hip, with a small cap."""
    half, thin = height * rng.uniform(0.3, 0.42), height * rng.uniform(0.08, 0.13)
    curve = rng.choice([0.0, rng.uniform(0.2, 0.6)]) * thin
    top = height * 0.84
    around = np.linspace(0, 2 * np.pi, SEGMENTS, endpoint=False)
    square = rng.uniform(0.5, 0.9)
    unit = np.column_stack([np.sign(f) * np.abs(f) ** square for f in (np.cos(around), np.sin(around))])
    rings = []
    shoulder = rng.uniform(0.72, 0.9)
    narrow = rng.uniform(0.35, 0.6)
    for s, wide in [(0, 0.88), (0.04, 1), (0.3, 1), (shoulder, 1), (0.96, (1 + narrow) / 2 + 0.1), (1, narrow)]:
        x, y = thin * min(wide, 1) * unit[:, 0], half * wide * unit[:, 1]
        rings.append(np.column_stack([x - curve * (y / half) ** 2, y, np.full(SEGMENTS, s * top)]))
    solid = loft(rings)
    mouth = thin * rng.uniform(0.45, 0.7)
    neck = filled(mouth * np.array([1.25, 1.25, 1, 1]), height * np.array([0.8, 0.86, 0.88, 0.95]), 32)
    capped = rng.random() < 0.6
    cap = filled(mouth * np.array([1.2, 1.25, 1.1]), height * np.array([0.9, 0.98, 1.0]), 32)
    lip = ring(mouth, height * 0.94, height * 0.012, 32) - cylinder((0, 0, 0), (0, 0, height), mouth * 0.9, mouth * 0.9)
    bore = Manifold() if capped else cylinder((0, 0, height * 0.7), (0, 0, height * 1.1), mouth * 0.75, mouth * 0.75)
    body, base = split(solid, (0, 0, 1), height * BASE_SHARE)
    parts = {"mouth": cap if capped else lip, "neck": neck - bore, "body": body - bore, "base": base}
    opening = height if capped else height * 0.95
    symmetry = HALF_TURN if curve == 0 else MIRROR
    affordances = [
        pour_over_rim("body", opening, mouth, symmetry, ("mouth", "neck")),
        press_with_base("body", (half + thin) / 2, symmetry),
    ]
    return _standing(name, "flask", parts, affordances)


def _standing(
    name: str, family: str, parts: dict[str, Manifold], affordances: list[Affordance], hollow: bool = False
) -> Tool:
    mesh = inside_named(assemble(parts)) if hollow else assemble(parts)
    return Tool(
        name, family, *mesh, affordances=tuple(affordances), rest_rotations=MOSTLY_UPRIGHT, licence="Apache-2.0"
    )


FAMILIES = {
    "jar": Family(jar, ("pour-with", "press-with", "roll-onto")),
    "can": Family(can, ("pour-with", "press-with", "roll-onto")),
    "flask": Family(flask, ("pour-with", "press-with")),
}
