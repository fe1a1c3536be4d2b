"""Parametric tools that scoop: spoon, ladle, scoop, shovel. Opening up (+z), handle to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.handles import bar_handle, grip_and_neck
from dfc_core.assets.solids import assemble, cylinder, function_frame, loft, smooth_curve, tube
from dfc_core.assets.tool import Affordance, Symmetry, Tool
from dfc_core.geometry import rotation_about

LYING = (np.eye(3), rotation_about(np.array([1.0, 0, 0]), np.pi))


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
    return _scoop(name, "spoon", bowl, handle, -half_length, length, (half_length * half_width) ** 0.5)


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
    mesh = assemble({"bowl": bowl, "neck": neck, "grip": grip})
    scoop = _affordance(radius)
    lying = rotation_about(np.array([1.0, 0, 0]), np.pi / 2)
    rests = (lying, rotation_about(np.array([1.0, 0, 0]), -np.pi / 2), np.eye(3))
    return Tool(name, "ladle", *mesh, affordances=(scoop,), rest_rotations=rests, licence="Apache-2.0")


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
    return _scoop(name, "scoop", bowl, handle, -radius, length, radius)


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
    return _scoop(name, "shovel", blade, handle, -length / 2, grip_length, (length / 2 * half_width) ** 0.5, neck=0.25)


def _egg_bowl(half_length: float, half_width: float, depth: float, wall: float) -> tuple[Manifold, Manifold]:
    """(shell, cavity) of a half ellipsoid below z = 0."""
    below = Manifold.cube([1, 1, 1], True).translate([0, 0, -0.5])
    outer = Manifold.sphere(1.0, 48).scale([half_length, half_width, depth]) ^ below
    inner = Manifold.sphere(1.0, 48).scale([half_length - wall, half_width - wall, depth - wall])
    return outer - inner, inner


def _scoop(
    name: str,
    family: str,
    bowl: Manifold,
    handle: Manifold,
    start: float,
    length: float,
    scale: float,
    neck: float = 0.35,
) -> Tool:
    grip, neck_part = grip_and_neck(handle, start, length, neck)
    mesh = assemble({"bowl": bowl, "neck": neck_part, "grip": grip})
    return Tool(name, family, *mesh, affordances=(_affordance(scale),), rest_rotations=LYING, licence="Apache-2.0")


def _affordance(scale: float) -> Affordance:
    frame = function_frame((0, 0, 0), (0, 0, 1), (1, 0, 0))
    return Affordance("scoop-with", "bowl", "grip", frame, float(scale), Symmetry("mirror"))


FAMILIES = {
    "spoon": spoon,
    "ladle": ladle,
    "scoop": scoop,
    "shovel": shovel,
}
