"""Parametric clips whose jaws a spring keeps shut: clothes-peg, binder clip.

The hand to -x, the jaws to +x, opening along y, flat in z.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import LYING, band, block, disc, finished, outline, plate, rod, turned
from dfc_core.assets.families.grippers import both_sides, gripping
from dfc_core.assets.solids import cylinder, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, Tool


def clothes_peg(rng: Generator, name: str) -> Tool:
    """A spring peg with grooves, wooden or plastic, slim or stout, or a one-piece peg with a slot."""
    length = rng.uniform(0.055, 0.095)
    high, thick = length * rng.uniform(0.05, 0.1), length * rng.uniform(0.09, 0.2)
    if rng.random() < 0.2:
        return _dolly_peg(rng, name, length, thick)
    pivot, gape = -length * rng.uniform(0.38, 0.6), length * rng.uniform(0.04, 0.15)
    if rng.random() < 0.45:
        leg = _plastic_leg(rng, length, high, pivot, gape)
    else:
        inner = [(0, 0.0006), *_grooves(rng, pivot, high), (pivot, 0.0008), (-length, gape)]
        nose, hump = rng.uniform(0.3, 1.6) * high, rng.uniform(0.1, 0.45)
        outer = [(-length, gape + high * rng.uniform(0.7, 1.0)), (pivot, 2 * high), (pivot * hump, 2 * high), (0, nose)]
        leg = outline(inner + outer)
    solid = plate(leg, thick, thick * 0.08)
    tip, rest = split(solid, (1, 0, 0), pivot * 0.62)
    middle, grip = split(rest, (1, 0, 0), pivot - 0.12 * length)
    parts = {"tip": both_sides(tip), "jaws": both_sides(middle), "grip": both_sides(grip)}
    parts["spring"] = _peg_spring(rng, pivot, high, thick)
    return finished(name, "clothes-peg", parts, [gripping(0.0, -pivot * 0.62, "grip")], LYING)


def _grooves(rng: Generator, pivot: float, high: float) -> list[tuple[float, float]]:
    """Notches in the closing side of a leg, from the tip back."""
    points = []
    for place in rng.permutation([0.25, 0.55])[: rng.integers(0, 3)] if rng.random() < 0.9 else [0.4]:
        points += [(pivot * (place - 0.1), 0.0006), (pivot * place, high * 0.6), (pivot * (place + 0.12), 0.0006)]
    return sorted(points, reverse=True)


def _plastic_leg(rng: Generator, length: float, high: float, pivot: float, gape: float) -> CrossSection:
    """A moulded leg: a strip that swells at the jaw, narrows behind the spring and flares at its end."""
    s = np.linspace(0, 1, 26)
    x = -length * s
    inside = np.interp(x, [-length, pivot, 0], [gape, 0.0008, 0.0006]) + np.where(s > -pivot / length, 0.3, 0.0) * high
    bite = -pivot / length
    wide = smooth_curve(
        [(0, rng.uniform(0.4, 1.0)), (0.12, rng.uniform(0.9, 1.5)), (bite, 1.8), (bite + 0.14, rng.uniform(0.8, 1.4)),
         (0.9, rng.uniform(0.7, 1.1)), (1, rng.uniform(0.4, 0.9))]
    )  # fmt: skip
    leg = outline(np.concatenate([np.stack([x, inside], 1), np.stack([x, inside + high * wide(s)], 1)[::-1]]))
    window = rng.random() < 0.5
    hollow = disc((-length * bite * 0.45, 0.0004), high * rng.uniform(0.5, 0.9), 24)
    return leg - hollow if window else leg


def _peg_spring(rng: Generator, pivot: float, high: float, thick: float) -> list[Manifold]:
    """The coil across the legs, mostly with wire arms that press on them."""
    coil = rng.uniform(0.0025, 0.004)
    wire = [cylinder((pivot, 0, -thick * 0.55), (pivot, 0, thick * 0.55), coil, coil, 20)]
    if rng.random() < 0.75:
        for z, side in ((-thick * 0.57, 1), (thick * 0.57, -1)):
            press = (pivot * 0.45, side * high * 1.95, z)
            reach = [(pivot, 0, z), (pivot * 0.8, side * high * 1.2, z), press, (*press[:2], -z)]
            wire += [rod(np.array([a, b]), 0.0011, 6) for a, b in pairwise(reach)]
    return wire


def _dolly_peg(rng: Generator, name: str, length: float, thick: float) -> Tool:
    half = thick * rng.uniform(0.6, 0.75)
    depth = length * rng.uniform(0.5, 0.62)
    slot = block((depth * 2, half * rng.uniform(0.28, 0.45)), (0, 0)) + outline(
        [(-depth * 0.25, 0), (depth * 0.2, half * 0.7), (depth * 0.2, -half * 0.7)]
    )
    head = length - half
    body = cylinder((0, 0, 0), (-head, 0, 0), half, half * 0.9, 24) + Manifold.sphere(half * 1.15, 24).translate(
        [-head + half * 0.2, 0, 0]
    )
    body = body - plate(slot, 1.0)
    tip, rest = split(body, (1, 0, 0), -depth * 0.5)
    jaws, grip = split(rest, (1, 0, 0), -depth * 1.02)
    spring = cylinder((-depth * 1.06, 0, 0), (-depth * 1.12, 0, 0), half * 1.05, half * 1.05, 24)
    parts = {"tip": tip, "jaws": jaws, "grip": grip, "spring": spring}
    return finished(name, "clothes-peg", parts, [gripping(0.0, depth * 0.5, "grip")], LYING)


def binder_clip(rng: Generator, name: str) -> Tool:
    """A binder clip: a folded steel spring with two wire levers, folded back or stretched out; wide or narrow."""
    width = rng.uniform(0.02, 0.052)
    deep, back = width * rng.uniform(0.5, 0.75), width * rng.uniform(0.3, 0.45)
    steel = rng.uniform(0.0007, 0.001)
    gap = steel * 1.4
    sheet = np.array([(-deep, 0), (-deep, back / 2), (0, gap)])
    side = plate(band(sheet[1:], steel), width)
    roll = cylinder((0, gap + steel, -width / 2), (0, gap + steel, width / 2), steel * 2.2, steel * 2.2, 14)
    tip_half, rest_half = split(side, (1, 0, 0), -deep * 0.3)
    wall = plate(block((steel * 2.4, back + steel * 2), (-deep, 0)), width)
    open_ = rng.choice(["back", "front", "mixed"])
    levers = []
    for n, sign in enumerate((1, -1)):
        folded = open_ == "front" or (open_ == "mixed" and n == 0)
        levers.append(_lever(rng, width, deep, back, gap + steel, sign, folded))
    roll_cut = roll
    parts = {"tip": both_sides(tip_half + roll_cut), "body": [*both_sides(rest_half), wall], "grip": levers}
    rests = (turned(x=90), turned(x=-90), np.eye(3))
    symmetry = MIRROR if open_ == "mixed" else HALF_TURN
    return finished(name, "binder-clip", parts, [gripping(steel * 2, deep * 0.3, "grip", symmetry=symmetry)], rests)


def _lever(rng: Generator, width: float, deep: float, back: float, at: float, sign: int, folded: bool) -> Manifold:
    """A wire loop hinged at the lip, folded along the body (`folded`: out to the front)."""
    reach = deep * rng.uniform(1.5, 1.9)
    slope = (back / 2 - at) / deep
    direction = np.array([1.0, slope * 2.0]) if folded else np.array([-1.0, slope * 1.15])
    direction /= np.linalg.norm(direction)
    start = np.array([0.0, at + 0.0008])
    half = width * 0.42
    outline_ = [(0, -half), (0.35, -half * 0.6), (0.7, -half * 0.75), (0.95, -half * 0.5), (1.0, 0)]
    points = outline_ + [(s, -z) for s, z in outline_[-2::-1]]
    curve = np.array(points)
    spread = np.interp(np.linspace(0, 1, 24), np.linspace(0, 1, len(curve)), curve[:, 0])
    z = np.interp(np.linspace(0, 1, 24), np.linspace(0, 1, len(curve)), curve[:, 1])
    path = np.column_stack([start + np.outer(spread * reach, direction), z])
    path[:, 1] *= sign
    return tube(path, max(0.0008, width * 0.022), sides=8)


FAMILIES = {
    "clothes-peg": Family(clothes_peg, ("pick-up-with",)),
    "binder-clip": Family(binder_clip, ("pick-up-with",)),
}
