"""Parametric hand tools with a shaft and a tip: screwdrivers, awl, ice pick. Tip at the origin, handle to -x."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    Y,
    Z,
    bar,
    blend,
    polygon_section,
    round_section,
    squarish_section,
    strap,
    swelling,
    tip_affordances,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.grips import KINDS, collar, cross_grip, tool_grip
from dfc_core.assets.solids import assemble, function_frame, split
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Symmetry, Tool

TIP_SHARE = 0.11  # the least share of the tool's length that counts as tip, so that a picture shows it


def screwdriver(rng: Generator, name: str) -> Tool:
    """A flat screwdriver: flared or parallel tip, round or square shaft, stubby to long."""
    shaft, radius, handle, thick = _sizes(rng)
    flare = rng.uniform(1.0, 1.2) if rng.random() < 0.35 else rng.uniform(1.35, 1.9)
    half = radius * flare
    length = min(half * rng.uniform(2.5, 4.0), shaft * 0.4)
    x = np.linspace(0, -length, 14)
    s = np.linspace(1, 0, 14)  # 1 at the tip
    half_y = np.interp(s, [0, 0.55, 1], [radius, half, half * rng.uniform(0.8, 1.0)])
    half_z = radius * (1 - s) ** 1.3 + radius * rng.uniform(0.12, 0.25) * s
    tip = bar(x, half_y, half_z, blend(round_section(), squarish_section(12), np.clip(s * 3, 0, 1)))
    square = squarish_section(8) if rng.random() < 0.3 else round_section()
    rod = bar(np.array([-length, -length * 1.02, -shaft - 0.01]), radius, section=square)
    serves = {
        "pry-with": "tip", "pierce-with": "tip", "poke-with": "tip", "scrape-with": "tip",
        "dig-with": ("tip", "shaft"), "mix-with": ("tip", "shaft"),
    }  # fmt: skip
    return _driver(rng, name, "screwdriver", tip, rod, serves, (shaft, length, half, handle, thick), HALF_TURN)


def phillips_screwdriver(rng: Generator, name: str) -> Tool:
    """A cross-tipped screwdriver."""
    shaft, radius, handle, thick = _sizes(rng)
    length = min(radius * rng.uniform(3.0, 4.5), shaft * 0.4)
    angles = np.arange(48) * 2 * np.pi / 48
    cross = round_section(48) * (1 - rng.uniform(0.45, 0.65) * np.abs(np.sin(2 * angles)) ** 0.8)[:, None]
    x = -length * np.array([0, 0.04, 0.2, 0.4, 0.6, 0.8, 1.0])
    size = radius * np.array([0.12, 0.2, 0.38, 0.62, 0.85, 1.0, 1.0])
    tip = bar(x, size, section=blend(round_section(48), cross, np.array([0.8, 1, 1, 1, 0.9, 0.5, 0])))
    rod = bar(np.array([-length, -length * 1.02, -shaft - 0.01]), radius)
    serves = {
        "pierce-with": "tip", "poke-with": "tip", "scrape-with": "tip",
        "dig-with": ("tip", "shaft"), "mix-with": ("tip", "shaft"),
    }  # fmt: skip
    sizes = (shaft, length, radius, handle, thick)
    return _driver(rng, name, "phillips-screwdriver", tip, rod, serves, sizes, Symmetry("n-fold", 4))


def _sizes(rng: Generator) -> tuple[float, float, float, float]:
    """(shaft length, shaft radius, grip length, grip radius)."""
    radius = rng.uniform(0.0022, 0.0045)
    stubby = rng.random() < 0.2
    shaft = rng.uniform(0.03, 0.05) if stubby else rng.uniform(0.07, 0.2)
    handle = rng.uniform(0.045, 0.06) if stubby else rng.uniform(0.07, 0.12)
    return shaft, radius, handle, rng.uniform(0.011, 0.018)


def _driver(
    rng: Generator, name: str, family: str, tip: Manifold, rod: Manifold, serves: dict, sizes: tuple, symmetry: Symmetry
) -> Tool:
    shaft, length, half, handle, thick = sizes
    least = TIP_SHARE * (shaft + handle)
    tips = [tip]
    if least > 1.05 * length:
        length = least
        front, rod = split(rod, (1, 0, 0), -length)
        tips.append(front)
    kinds = KINDS if symmetry is HALF_TURN else ("fluted", "ringed", "turned", "hexagonal")
    grip = tool_grip(rng, -shaft, handle, thick, kinds)
    bolster = collar(rng, -shaft + 0.008, 0.014, thick * rng.uniform(0.45, 0.62))
    mesh = assemble({"tip": tips, "shaft": rod, "collar": bolster, **grip})
    pointed = {function: parts for function, parts in serves.items() if "shaft" not in parts}
    edge = half if symmetry is HALF_TURN else length / 2
    affordances = tip_affordances(pointed, "grip", length, Tip(edge, symmetry))
    whole = {function: parts for function, parts in serves.items() if function not in pointed}
    affordances += tip_affordances(whole, "grip", shaft - 0.008, Tip(half, symmetry))
    affordances.append(_butt_pounds(-shaft - handle, thick))
    return Tool(name, family, *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0")


def _butt_pounds(end: float, radius: float) -> Affordance:
    frame = function_frame((end, 0, 0), (-1, 0, 0), Y)
    return Affordance("pound-with", "butt", ("grip", "shaft"), frame, float(radius) * 0.8, AXIS)


def awl(rng: Generator, name: str) -> Tool:
    """An awl: a straight or bent spike, round, square or flattened, in a ball, pear or cross handle."""
    shaft, radius = rng.uniform(0.045, 0.09), rng.uniform(0.0021, 0.0036)
    tip_length = shaft * rng.uniform(0.4, 0.6)
    bent = rng.random() < 0.3
    tip, rod, point = _spike(rng, shaft, radius, tip_length, shaft * rng.uniform(0.1, 0.25) if bent else 0.0)
    thick = rng.uniform(0.01, 0.017)
    parts = {"tip": tip, "shaft": rod, "collar": collar(rng, -shaft + 0.006, 0.012, thick * 0.5)}
    parts.update(_awl_handle(rng, -shaft, thick))
    serves = {"pierce-with": "tip", "poke-with": "tip", "scrape-with": "tip"}
    kind = MIRROR if bent else AXIS
    tip_of = Tip(tip_length / 2, kind, point, broad=Z if bent else Y)
    affordances = tip_affordances(serves, "grip", tip_length, tip_of)
    long = {"dig-with": ("tip", "shaft"), "mix-with": ("tip", "shaft")}
    affordances += tip_affordances(long, "grip", shaft - 0.006, replace(tip_of, half_width=radius))
    mesh = assemble(parts)
    return Tool(name, "awl", *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0")


def _spike(
    rng: Generator, shaft: float, radius: float, tip_length: float, rise: float
) -> tuple[Manifold, Manifold, tuple[float, float, float]]:
    """(tip, rod, point) of a spike whose end is lifted by `rise`."""
    s = np.linspace(0, 1, 28)  # from handle to point
    path = np.stack([-shaft * (1 - s), rise * np.clip(s - 0.3, 0, 1) ** 1.7 / 0.7**1.7], axis=1)
    size = np.minimum(radius, radius * (1 - s) * shaft / tip_length) + 0.00015
    section: NDArray = round_section(16)
    kind = rng.choice(["round", "square", "flat"])
    if kind == "square":
        section = polygon_section(4, 16)
    solid = strap(path, size * (1.4 if kind == "flat" else 1.0), size * (0.7 if kind == "flat" else 1.0), section)
    inside = bar(np.array([-shaft - 0.012, -shaft]), radius, section=section)
    tip, rod = split(solid, (1, 0, 0), -tip_length)
    return tip, rod + inside, (0.0, 0.0, float(path[-1, 1]))


def _awl_handle(rng: Generator, start: float, thick: float) -> dict[str, Manifold]:
    kind = rng.choice(["ball", "pear", "cross", "straight"])
    if kind == "straight":
        return tool_grip(rng, start, rng.uniform(0.07, 0.1), thick * 0.9)
    if kind == "cross":
        neck = bar(np.array([start, start - thick]), thick * 0.55)
        return {"grip": neck + cross_grip(rng, start - thick * 1.4, rng.uniform(0.025, 0.045), thick * 0.75)}
    length = thick * (rng.uniform(2.2, 2.8) if kind == "ball" else rng.uniform(3.0, 4.5))
    bulge = 0.6 if kind == "ball" else rng.uniform(0.68, 0.75)
    knots = [(0, 0.55), (0.12, 0.6), (bulge, 1.15), (0.9, 0.85), (1, 0.15)]
    x, size = swelling(start, start - length, knots)
    return {"grip": bar(x, thick * size)}


def ice_pick(rng: Generator, name: str) -> Tool:
    """An ice pick: a long thin spike in a turned, hexagonal or ringed handle."""
    shaft, radius = rng.uniform(0.1, 0.17), rng.uniform(0.0026, 0.0042)
    tip_length = shaft * rng.uniform(0.28, 0.45)
    tip, rod, _ = _spike(rng, shaft, radius, tip_length, 0.0)
    handle, thick = rng.uniform(0.08, 0.12), rng.uniform(0.01, 0.016)
    grip = tool_grip(rng, -shaft, handle, thick, ("turned", "hexagonal", "ringed", "fluted"))
    ferrule = collar(rng, -shaft + 0.012, rng.uniform(0.015, 0.03), thick * 0.75)
    mesh = assemble({"tip": tip, "shaft": rod, "collar": ferrule, **grip})
    serves = {"pierce-with": "tip", "poke-with": "tip", "scrape-with": "tip"}
    affordances = tip_affordances(serves, "grip", tip_length, Tip(tip_length / 2))
    affordances += tip_affordances({"pry-with": "tip"}, "grip", tip_length, Tip(radius))
    affordances += tip_affordances({"dig-with": ("tip", "shaft")}, "grip", shaft - 0.012, Tip(radius))
    affordances.append(_butt_pounds(-shaft - handle, thick))
    return Tool(name, "ice-pick", *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0")


FAMILIES = {
    "screwdriver": Family(
        screwdriver, ("pry-with", "pierce-with", "poke-with", "scrape-with", "dig-with", "mix-with", "pound-with")
    ),
    "phillips-screwdriver": Family(
        phillips_screwdriver, ("pierce-with", "poke-with", "scrape-with", "dig-with", "mix-with", "pound-with")
    ),
    "awl": Family(awl, ("pierce-with", "poke-with", "scrape-with", "dig-with", "mix-with")),
    "ice-pick": Family(ice_pick, ("pierce-with", "poke-with", "scrape-with", "pry-with", "dig-with", "pound-with")),
}
