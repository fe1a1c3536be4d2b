"""Parametric peelers. Handle to -x; a peeler's blade is a strip with a slot, whose lip takes the skin off."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, Z, afford, bar, bezier, finish, holes, polygon, prism, rectangle
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, cylinder, split
from dfc_core.assets.tool import MIRROR_X, NONE, Tool

PEELER_HAFTS = ("oval", "moulded", "ribbed", "strip", "scales", "turned")


def y_peeler(rng: Generator, name: str) -> Tool:
    """A Y peeler: two prongs with a slotted blade across their ends; pulled towards -z with the blade's flat at +x."""
    half, deep = rng.uniform(0.02, 0.03), rng.uniform(0.018, 0.04)
    thick, width = rng.uniform(0.0025, 0.005), rng.uniform(0.0035, 0.006)
    high, tilt = rng.uniform(0.009, 0.014), rng.uniform(-15, 40)
    strip = _slotted_strip(rng, half * 2, high).rotate([0, 0, 90])  # x: the blade's height, to be turned up
    blade = strip.rotate([0, -90 + tilt, 0]).translate([deep, 0, 0])
    fork = [_prong(side, half, deep, width, thick) for side in (1, -1)]
    fork.append(bar(np.array([[0.004, 0, 0], [-0.016, 0, 0]]), [width * 2.2, width * 1.9], thick * 1.1, 4))
    fork += [
        cylinder((deep, side * (half - 0.002), 0), (deep, side * (half + width), 0), 0.0024, 0.0024, 12)
        for side in (1, -1)
    ]
    even = MIRROR_X
    if rng.random() < 0.4:  # a loop that digs out eyes, beside a prong
        even = NONE
        eye = CrossSection.circle(width * 1.7, 24) - CrossSection.circle(width, 24)
        spot = [deep * 0.6, rng.choice([1, -1]) * (half + width * 1.9)]
        fork.append(prism(eye.translate(spot), -thick * 0.5, thick * 0.5))
    grip = haft(rng, rng.uniform(0.075, 0.11), rng.uniform(0.008, 0.013), (-0.013, 0, 0), PEELER_HAFTS)
    mesh = assemble({"blade": blade, "fork": fork, **grip})
    up = np.array([np.sin(np.radians(tilt)), 0, np.cos(np.radians(tilt))])
    frame = (X * deep + up * high * 0.1, -up, -Y)
    affordances = (
        afford("peel-with", "blade", "grip", frame, half, even),
        afford("scrape-with", "blade", "grip", frame, half, even),
    )
    return finish("y-peeler", name, mesh, affordances)


def _slotted_strip(rng: Generator, length: float, width: float) -> Manifold:
    """A strip along x about the origin, hollow to +z, with a slot between its two lips, perhaps serrated."""
    thick = rng.uniform(0.001, 0.0016)
    slot = prism(rectangle(length * 0.86, width * 0.2, width * 0.09), -1, 1)
    if rng.random() < 0.3:
        count = int(rng.integers(9, 16))
        spots = [(x, width * 0.1) for x in np.linspace(-0.4, 0.4, count) * length]
        slot = slot + holes(spots, length / count * 0.28, sides=6)
    strip = prism(rectangle(length, width), -thick / 2, thick / 2) - slot
    bow = rng.uniform(0.3, 1.0) / width

    def curl(points: NDArray) -> NDArray:
        return points + np.outer(bow * points[:, 1] ** 2, Z)

    return strip.refine_to_length(0.006).warp_batch(curl)


def _prong(side: int, half: float, deep: float, width: float, thick: float) -> Manifold:
    """An arm of the fork, in the xy plane, from the middle to one end of the blade."""
    a, b = half + width, half - 0.0005
    outer = bezier((-0.004, 0, 0), (0.0, a, 0), (deep + 0.005, a, 0), 12)
    inner = bezier((0.002 + width, 0, 0), (width + 0.004, b, 0), (deep + 0.005, b, 0), 12)
    outline = np.concatenate([outer, inner[::-1]])[:, :2] * [1, side]
    return prism(polygon(outline), -thick, thick)


def straight_peeler(rng: Generator, name: str) -> Tool:
    """A straight peeler: a slotted blade in line with the handle, in a bow or free with a point that digs out eyes."""
    length, width = rng.uniform(0.05, 0.072), rng.uniform(0.012, 0.019)
    strip = _slotted_strip(rng, length, width)
    front, rest = split(strip, (1, 0, 0), length * 0.4)
    lips, rear = split(rest, (1, 0, 0), -length * 0.4)
    ends = [front, rear]
    parts: dict = {"edge": lips, "blade": ends}
    root = -length / 2
    if rng.random() < 0.5:  # a wire or sheet bow that holds both ends, on which the blade swivels
        wire = rng.uniform(0.0016, 0.0028)
        gap = width * rng.uniform(0.62, 0.8)
        far, near = length / 2 + 0.005, root - 0.012
        corner = [(near, 0), (root - 0.004, gap), (far - 0.004, gap), (far, gap * 0.6), (far, 0), (far - 0.009, 0)]
        parts["bow"] = [_rod(a, b, wire) for a, b in pairwise(corner)]
        parts["bow"] += [_rod((root + 0.004, 0), (root - 0.016, 0), wire * 1.1)]
    else:
        tip = polygon([(0, width / 2), (0, -width / 2), (width * 0.9, -width * 0.1), (width * 0.9, width * 0.1)], 0.001)
        scoop = prism(tip.translate([length / 2 - 0.001, 0]), 0.0, 0.0012)
        parts["blade"] += [scoop, prism(rectangle(0.0015, width, 0, (length / 2 - 0.0006, 0)), -0.0008, 0.004)]
        parts["bow"] = [
            bar(np.array([[root + 0.004, 0, 0.001], [root - 0.016, 0, 0]]), [width * 0.45, 0.004], 0.002, 4)
        ]
    grip = haft(rng, rng.uniform(0.08, 0.12), rng.uniform(0.007, 0.012), (root - 0.012, 0, 0), PEELER_HAFTS)
    mesh = assemble({**parts, **grip})
    one, other = (((0, side * width * 0.1, 0), -side * Y, X) for side in (-1, 1))
    affordances = (
        afford("peel-with", "edge", "grip", one, length * 0.4, also=[other]),
        afford("scrape-with", "edge", "grip", one, length * 0.4, also=[other]),
    )
    return finish("straight-peeler", name, mesh, affordances)


def _rod(start: tuple[float, float], end: tuple[float, float], radius: float) -> Manifold:
    """A wire in the xy plane, its far end rounded so that the next one joins."""
    a, b = np.array([*start, 0.0]), np.array([*end, 0.0])
    return cylinder(a, b, radius, radius, 10) + Manifold.sphere(radius, 12).translate(list(b))


FAMILIES = {
    "y-peeler": Family(y_peeler, ("peel-with", "scrape-with")),
    "straight-peeler": Family(straight_peeler, ("peel-with", "scrape-with")),
}
