"""The watering can: upright, spout to +x, handle to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.relabel import inside_named
from dfc_core.assets.families.serving import ON_SIDE, UPRIGHT, serve
from dfc_core.assets.families.walls import Spout, Wall, cut_levels, ear, ring, spout_along, vessel, wall_of
from dfc_core.assets.solids import assemble, cylinder, split, tube
from dfc_core.assets.tool import Tool

SEGMENTS = 40


def watering_can(rng: Generator, name: str) -> Tool:
    """A watering can: round or oval body, half covered top, long spout with or without a rose, hoop or two handles."""
    height = rng.uniform(0.14, 0.28)
    radius = height * rng.uniform(0.32, 0.5)
    wall = wall_of(radius, [(0, 1), (0.5, rng.uniform(0.85, 1.08)), (1, rng.uniform(0.7, 1.0))])
    top = float(wall(1.0))
    shell, cavity = vessel(wall, height, 0.0025, floor=0.02, steps=10, segments=SEGMENTS)
    for level in rng.choice([0.03, 0.2, 0.8, 0.97], int(rng.integers(0, 3)), replace=False):
        shell = shell + (ring(float(wall(level)), level * height, height * 0.012, SEGMENTS) - cavity)
    if rng.random() < 0.7:  # a cover over the front half
        cover = cylinder((0, 0, height * 0.98), (0, 0, height * 0.995), top * 0.995, top * 0.995, sides=SEGMENTS)
        front, _ = split(cover, (1, 0, 0), rng.uniform(-0.2, 0.3) * top)
        shell = shell + front
    oval = rng.choice([1.0, rng.uniform(0.6, 0.85)])
    shell, cavity = shell.scale([1, oval, 1]), cavity.scale([1, oval, 1])
    spout = _long_spout(rng, wall, height)
    tip, root = split(spout.solid, tuple(spout.direction), spout.tip_start)
    handle = Manifold.batch_boolean(_handles(rng, wall, height), OpType.Add) - cavity
    parts = {**cut_levels(shell, height), "spout": root - cavity, "spout tip": tip, "handle": handle}
    affordances = (serve("pour-with", "spout tip", "handle", spout.tip, spout.direction, (1, 0, -0.2), spout.radius),)
    rests = (UPRIGHT, UPRIGHT, UPRIGHT, ON_SIDE)
    mesh = inside_named(assemble(parts))
    return Tool(name, "watering-can", *mesh, affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


def _long_spout(rng: Generator, wall: Wall, height: float) -> Spout:
    """A spout from low on the wall, straight or bent at its end, with a brace and a rose, either or neither."""
    low = rng.uniform(0.12, 0.3)
    start = np.array([float(wall(low)) * 0.8, 0, height * low])
    end = np.array([float(wall(0.5)) + height * rng.uniform(0.45, 1.0), 0, height * rng.uniform(0.95, 1.35)])
    step = np.linspace(0, 1, 16)
    path = start + step[:, None] * (end - start)
    path[:, 2] -= rng.uniform(0.0, 0.12) * height * np.sin(np.pi * step)
    path[:, 0] += rng.choice([0.0, rng.uniform(0.05, 0.2)]) * height * step**4
    narrow = height * rng.uniform(0.035, 0.055)
    radii = np.interp(step, [0, 0.15, 1], [height * rng.uniform(0.07, 0.14), height * rng.uniform(0.06, 0.1), narrow])
    rose = rng.random() < 0.6
    spout = spout_along(path, radii, height * (0.001 if rose else 0.1), 9.4)
    solid = spout.solid
    if rng.random() < 0.5:
        place = path[int(rng.integers(7, 11))]
        brace = np.array([[float(wall(0.9)) * 0.97, 0, height * 0.93], place])
        solid = solid + cylinder(brace[0], brace[1], height * 0.015, height * 0.015, sides=10)
    if rose:
        return _with_rose(rng, spout._replace(solid=solid), height)
    return spout._replace(solid=solid)


def _with_rose(rng: Generator, spout: Spout, height: float) -> Spout:
    """A flaring head with a flat or domed face full of small holes, along the spout or tilted up."""
    radius, length = height * rng.uniform(0.11, 0.2), height * rng.uniform(0.12, 0.22)
    tilt = rng.uniform(0.0, 0.5)
    c, s = np.cos(tilt), np.sin(tilt)
    d = spout.direction
    way = np.array([d[0] * c - d[2] * s, 0, d[0] * s + d[2] * c])
    face = spout.tip + way * length
    root = spout.tip - way * length * 0.12
    path = root + np.outer([0, 0.25, 0.85, 0.93, 1], face - root)
    head = tube(path, np.array([spout.radius * 1.2, spout.radius * 1.3, radius * 0.95, radius, radius]), sides=28)
    across = np.array([-way[2], 0, way[0]])
    holes = []
    for share, count in ((0.0, 1), (0.38, 6), (0.76, 12)):
        for angle in np.arange(count) * 2 * np.pi / count:
            place = face + radius * share * (np.cos(angle) * across + np.sin(angle) * np.array([0, 1, 0]))
            size = radius * 0.075
            holes.append(cylinder(place - way * size * 2, place + way * size, size, size, sides=5))
    solid = spout.solid + (head - Manifold.batch_boolean(holes, OpType.Add))
    return Spout(solid, face, way, float(radius), float(way @ root) - 0.07 * length)


def _handles(rng: Generator, wall: Wall, height: float) -> list[Manifold]:
    """One hoop from the front of the top to the back, or an ear at the back with or without a bail above."""
    thick = height * rng.uniform(0.03, 0.05)
    kind = rng.choice(["hoop", "ear", "ear and bail"])
    if kind == "hoop":
        front, low = float(wall(1.0)) * rng.uniform(-0.2, 0.8), rng.uniform(0.3, 0.6)
        rise, back = height * rng.uniform(0.3, 0.5), height * rng.uniform(0.3, 0.5)
        knots = np.array(
            [[front, 0.95], [front * 0.6, 1 + rise / height], [-float(wall(1.0)), 1.05 + rise / height * 0.8]]
        )
        return [
            _bow(np.array([*knots, [-float(wall(0.8)) - back, 0.95], [-float(wall(low)) * 0.95, low]]), height, thick)
        ]
    handles = [ear(rng, wall, height).solid]
    if kind == "ear and bail":
        front, top = float(wall(0.93)) * 0.99, 1 + rng.uniform(0.2, 0.4)
        handles.append(
            _bow(np.array([[front, 0.93], [front * 0.8, top], [-front * 0.8, top], [-front, 0.93]]), height, thick)
        )
    return handles


def _bow(knots: NDArray, height: float, thick: float) -> Manifold:
    """A bar along a smooth curve (Bernstein) through the pull of (x in m, relative height) knots."""
    from scipy.special import comb

    t = np.linspace(0, 1, 22)[:, None]
    n = len(knots) - 1
    weights = np.concatenate([comb(n, k) * t**k * (1 - t) ** (n - k) for k in range(n + 1)], axis=1)
    x, z = (weights @ knots).T
    return tube(np.column_stack([x, np.zeros(22), z * height]), thick, thick * 0.7, sides=12)


FAMILIES = {
    "watering-can": Family(watering_can, ("pour-with",)),
}
