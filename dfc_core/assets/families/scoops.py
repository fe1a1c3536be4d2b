"""Parametric tools that scoop: spoon, ladle, scoop, shovel. Opening up (+z), handle to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.handles import bar_handle, grip_and_neck
from dfc_core.assets.families.relabel import rename_faces
from dfc_core.assets.families.serving import ON_SIDE, UPRIGHT, UPSIDE_DOWN, serve
from dfc_core.assets.solids import assemble, cylinder, loft, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR_X, Affordance, Tool

LYING = (UPRIGHT, UPSIDE_DOWN)
X, Y, Z = np.eye(3)
SPOON_TIP = 0.45  # the tip begins at this share of the bowl's half length before its middle
SHOVEL_TIP = 0.2  # and a shovel's at this share of the blade's length


def spoon(rng: Generator, name: str) -> Tool:
    """A spoon, from tea spoon to wooden spoon: a shallow egg-shaped bowl on a thin handle."""
    half_length = rng.uniform(0.018, 0.045)
    half_width = half_length * rng.uniform(0.55, 0.85)
    depth = half_width * rng.uniform(0.25, 0.6)
    bowl, cavity = _egg_bowl(half_length, half_width, depth, rng.uniform(0.001, 0.003))
    length = half_length * rng.uniform(3.0, 6.0)
    thick = rng.uniform(0.003, 0.006)
    handle = bar_handle(
        rng, -half_length * 0.9, length, thick, rng.uniform(0.3, 0.9), bend=rng.uniform(0, 0.15) * length
    )
    handle = handle.translate([0, 0, -thick * 0.5]) - cavity
    tip, bowl = split(bowl, X, SPOON_TIP * half_length)
    parts = {"bowl": bowl, "tip": tip}
    affordances = _spoon_affordances(half_length, half_width, depth)
    return _scoop(name, "spoon", parts, handle, -half_length, length, affordances)


def _spoon_affordances(half_length: float, half_width: float, depth: float) -> list[Affordance]:
    end, underside = (half_length, 0, 0), (0, 0, -depth)
    radius = (half_length * half_width) ** 0.5
    tip_length = half_length * (1 - SPOON_TIP)
    tip_half_width = half_width * (1 - SPOON_TIP**2) ** 0.5
    tip_size = (tip_half_width + tip_length) / 2
    whole = ("bowl", "tip", "back")
    return [
        serve("scoop-with", whole, "grip", (0, 0, 0), Z, X, radius),
        serve("mix-with", whole, "grip", (0, 0, -depth / 2), X, Z, half_length),
        serve("lift-with", ("bowl", "tip"), "grip", (0, 0, -depth), Z, X, radius),
        serve("press-with", "back", "grip", underside, -Z, -X, radius),
        serve("pound-with", "back", "grip", underside, -Z, -X, radius),
        serve("spread-with", ("back", "tip"), "grip", end, X, Y, tip_half_width, MIRROR_X),
        serve("scrape-with", "tip", "grip", end, X, Y, tip_half_width, MIRROR_X),
        serve("dig-with", "tip", "grip", end, X, Z, tip_size),
        serve("pry-with", "tip", "grip", end, X, Z, tip_size),
        serve("poke-with", "tip", "grip", end, X, Y, tip_length, MIRROR_X),
    ]


def ladle(rng: Generator, name: str) -> Tool:
    """A ladle: a round bowl on a long handle that leaves it steeply."""
    radius = rng.uniform(0.025, 0.055)
    depth = radius * rng.uniform(0.55, 0.95)
    bowl, cavity = _egg_bowl(radius, radius * rng.uniform(0.85, 1.0), depth, rng.uniform(0.0015, 0.003))
    length = radius * rng.uniform(3.5, 6.5)
    rise = rng.uniform(0.3, 1.3)  # rad above the opening's plane
    step = np.linspace(0, 1, 24)
    direction = np.array([-np.cos(rise), 0, np.sin(rise)])
    path = np.array([-radius * 0.97, 0, -0.002]) + step[:, None] * length * direction
    path[:, 0] -= (np.sin(step * np.pi) * rng.uniform(0, 0.08) * length) * np.sin(rise)
    thick = rng.uniform(0.003, 0.007)
    handle = tube(path, thick * rng.uniform(1, 2), thick * rng.uniform(0.4, 0.9)) - cavity
    grip_start = path[8]
    grip, neck = handle.split_by_plane(list(direction), float(direction @ grip_start))
    mesh = rename_faces(assemble({"bowl": bowl, "neck": neck, "grip": grip}), ("bowl",), "back", _looks_out)
    affordances = _ladle_affordances(radius, depth, -direction)
    rests = (ON_SIDE, ON_SIDE.T, UPRIGHT)
    return Tool(name, "ladle", *mesh, affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


def _ladle_affordances(radius: float, depth: float, away: NDArray) -> tuple[Affordance, ...]:
    """`away`: along the handle, away from the hand."""
    whole, underside = ("bowl", "back"), (0, 0, -depth)
    return (
        serve("scoop-with", whole, "grip", (0, 0, 0), Z, X, radius),
        serve("pour-with", whole, "grip", (0, 0, 0), Z, X, radius),
        serve("mix-with", whole, "grip", (0, 0, -depth / 2), away, Z, radius),
        serve("press-with", "back", "grip", underside, -Z, -X, radius),
        serve("pound-with", "back", "grip", underside, -Z, -X, radius),
    )


def scoop(rng: Generator, name: str) -> Tool:
    """A measuring cup or flour scoop: a cylinder, cut straight or aslant, with a short handle."""
    radius = rng.uniform(0.02, 0.045)
    depth = radius * rng.uniform(0.7, 1.5)
    taper, wall = rng.uniform(0.75, 1.0), 0.002
    outer = cylinder((0, 0, -depth), (0, 0, 0), radius * taper, radius)
    cavity = cylinder((0, 0, -depth + wall), (0, 0, 0.002), radius * taper - wall, radius - wall)
    bowl = outer - cavity
    length = radius * rng.uniform(1.6, 3.5)
    thick = rng.uniform(0.004, 0.008)
    handle = bar_handle(rng, -radius * 0.93, length, thick, rng.uniform(0.3, 0.8), bend=rng.uniform(-0.1, 0.2) * length)
    handle = handle.translate([0, 0, -thick]) - cavity
    affordances = [
        serve("scoop-with", ("bowl", "back"), "grip", (0, 0, 0), Z, X, radius),
        serve("pour-with", ("bowl", "back"), "grip", (0, 0, 0), Z, X, radius),
    ]
    return _scoop(name, "scoop", {"bowl": bowl}, handle, -radius, length, affordances)


def shovel(rng: Generator, name: str) -> Tool:
    """A shovel, trowel or flour shovel: a blade bent up at its sides and back."""
    length = rng.uniform(0.09, 0.2)
    half_width = length * rng.uniform(0.28, 0.45)
    curl, wall = half_width * rng.uniform(0.15, 0.6), rng.uniform(0.0015, 0.003)
    outline = smooth_curve(
        [(0, rng.uniform(0.5, 1.0)), (0.25, 1.0), (0.75, rng.uniform(0.8, 1.0)), (1, rng.uniform(0.06, 0.7))]
    )
    across = np.linspace(-1, 1, 15)
    rings = []
    for s in np.linspace(0, 1, 24):
        y = across * half_width * float(outline(s))
        z = curl * (across**2) * (1 - 0.5 * s) + curl * 0.6 * (1 - s) ** 3
        x = np.full(15, (s - 0.5) * length)
        rings.append(np.concatenate([np.column_stack([x, y, z]), np.column_stack([x, y, z - wall])[::-1]]))
    blade = loft(rings)
    grip_length = length * rng.uniform(0.9, 2.2)
    thick = rng.uniform(0.008, 0.014)
    socket = curl * 0.5
    handle = bar_handle(
        rng, -length * 0.47, grip_length, thick, rng.uniform(0.7, 1.0), bend=rng.uniform(-0.05, 0.25) * grip_length
    )
    handle = handle.translate([0, 0, socket])
    tip, blade = split(blade, X, length * (0.5 - SHOVEL_TIP))
    affordances = _shovel_affordances(length, curl, half_width, half_width * float(outline(1 - SHOVEL_TIP / 2)), wall)
    return _scoop(name, "shovel", {"bowl": blade, "tip": tip}, handle, -length / 2, grip_length, affordances, 0.25)


def _shovel_affordances(
    length: float, curl: float, half_width: float, tip_half_width: float, wall: float
) -> list[Affordance]:
    end, underside = (length / 2, 0, 0), (0, 0, -wall)
    radius = (length / 2 * half_width) ** 0.5
    tip_size = (tip_half_width + SHOVEL_TIP * length) / 2
    face = ("bowl", "tip")
    return [
        serve("scoop-with", (*face, "back"), "grip", (0, 0, curl / 2), Z, X, radius),
        serve("dig-with", "tip", "grip", end, X, Z, tip_size),
        serve("lift-with", face, "grip", (0, 0, 0), Z, X, radius),
        serve("pry-with", "tip", "grip", end, X, Z, tip_size),
        serve("pound-with", "back", "grip", underside, -Z, -X, radius),
    ]


def _egg_bowl(half_length: float, half_width: float, depth: float, wall: float) -> tuple[Manifold, Manifold]:
    """(shell, cavity) of a half ellipsoid below z = 0."""
    below = Manifold.cube([1, 1, 1], True).translate([0, 0, -0.5])
    outer = Manifold.sphere(1.0, 48).scale([half_length, half_width, depth]) ^ below
    inner = Manifold.sphere(1.0, 48).scale([half_length - wall, half_width - wall, depth - wall])
    return outer - inner, inner


def _scoop(
    name: str, family: str, parts: dict[str, Manifold], handle: Manifold, start: float, length: float,
    affordances: list[Affordance], neck: float = 0.35,
) -> Tool:  # fmt: skip
    """A tool of `parts`, one of them "bowl", on a handle that begins at x = `start`; the bowl's underside is "back"."""
    grip, neck_part = grip_and_neck(handle, start, length, neck)
    where = _looks_down if family == "shovel" else _looks_out
    mesh = rename_faces(assemble({**parts, "neck": neck_part, "grip": grip}), ("bowl",), "back", where)
    return Tool(name, family, *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


def _looks_out(centres: NDArray, normals: NDArray) -> NDArray:
    """Whether faces of a bowl below the origin look away from it."""
    return np.sum(centres * normals, axis=1) > 1e-7


def _looks_down(centres: NDArray, normals: NDArray) -> NDArray:
    return normals[:, 2] < 0


FAMILIES = {
    "spoon": Family(
        spoon,
        (
            "scoop-with",
            "mix-with",
            "lift-with",
            "press-with",
            "pound-with",
            "spread-with",
            "scrape-with",
            "dig-with",
            "pry-with",
            "poke-with",
        ),
    ),
    "ladle": Family(ladle, ("scoop-with", "pour-with", "mix-with", "press-with", "pound-with")),
    "scoop": Family(scoop, ("scoop-with", "pour-with")),
    "shovel": Family(shovel, ("scoop-with", "dig-with", "lift-with", "pry-with", "pound-with")),
}
