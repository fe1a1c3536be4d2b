"""Parametric tools with a thin blade on a handle: spatula, palette knife, rubber spatula. Blade about the origin."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import (
    EDGE_SHARE,
    X,
    Y,
    Z,
    afford,
    bar,
    bent,
    bezier,
    finish,
    holes,
    inside,
    polygon,
    prism,
    rectangle,
    sheet,
)
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, smooth_curve, split
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, NONE, Tool

PALETTE_HAFTS = ("turned", "oval", "scales")
TURNER_HAFTS = ("oval", "strip", "strip", "moulded", "scales", "ribbed")


def spatula(rng: Generator, name: str) -> Tool:
    """A turner or fish slice: a flat blade, plain, slotted or perforated, on a neck that rises to the handle."""
    length, half = rng.uniform(0.075, 0.14), rng.uniform(0.03, 0.055)
    rear, front = rng.uniform(0.35, 0.95), rng.uniform(0.75, 1.0)
    slant = rng.uniform(0.1, 0.3) * length if rng.random() < 0.25 else 0.0
    outline = _turner_outline(rng, length, half, rear, front, slant)
    thick = rng.uniform(0.0016, 0.0035)
    plate = prism(outline, -thick / 2, thick / 2)
    cut = _piercings(rng, length, half * min(rear, front))
    sag = rng.uniform(-0.25, 0.25) / length
    plate = bent(plate - cut if cut is not None else plate, lambda x: sag * x**2)
    edge, blade = split(plate, (1, 0, 0), length * (0.5 - EDGE_SHARE * 0.75) - slant / 2)
    rise = rng.uniform(8, 40)
    root = np.array([-length / 2 + 0.012, 0, sag * length**2 / 4])
    neck, end = _neck(rng, root, rng.uniform(0.05, 0.12), rise, rng.uniform(0.003, 0.009), rng.uniform(0.0016, 0.003))
    grip = haft(
        rng,
        rng.uniform(0.1, 0.17),
        rng.uniform(0.009, 0.016),
        (end[0] + 0.004, end[2], rise * rng.uniform(0.6, 1.0)),
        TURNER_HAFTS,
    )
    mesh = assemble({"edge": edge, "blade": blade, "neck": neck, **grip})
    lip = np.array([length / 2 - slant / 2, 0, sag * length**2 / 4])
    out = np.array([2 * half * front, slant, 0])  # out of an edge that may run aslant
    across = (lip, out, Y)
    whole, size = ("edge", "blade"), np.sqrt(length / 2 * half)
    mirror, level = (NONE, NONE) if slant else (MIRROR, MIRROR_X)
    thin = (half * front + length * EDGE_SHARE * 0.75) / 2
    affordances = (
        afford("lift-with", whole, "grip", ((0, 0, thick / 2), Z, X), size, mirror),
        afford("scrape-with", "edge", "grip", across, half * front, level),
        afford("press-with", whole, "grip", ((0, 0, -thick / 2), -Z, -X), size, mirror),
        afford("wedge-with", "edge", "grip", across, thin, level),
        afford("pry-with", "edge", "grip", (lip, out, Z), thin, mirror),
        afford("cut-with", "edge", "grip", across, half * front, level),
        afford("mix-with", whole, "grip", ((0, 0, 0), X, Z), length / 2, mirror),
    )
    return finish("spatula", name, mesh, affordances)


def _turner_outline(
    rng: Generator, length: float, half: float, rear: float, front: float, slant: float
) -> CrossSection:
    x = length / 2
    points = [(-x, -half * rear), (x, -half * front), (x - slant, half * front), (-x, half * rear)]
    if rng.random() < 0.3 and not slant:  # shoulders slope to the neck
        points = [(-x, -0.012), (-x * 0.6, -half * rear), *points[1:3], (-x * 0.6, half * rear), (-x, 0.012)]
    section = polygon(points, min(half * rear, half * front) * rng.uniform(0.1, 0.45))
    if rng.random() < 0.25 and not slant:  # a rounded front
        section = section ^ CrossSection.circle(1.0, 96).scale([length * 1.2, half * 1.6]).translate([-length * 0.7, 0])
        section = section ^ rectangle(2 * length, half * 2.2)
    return section


def _piercings(rng: Generator, length: float, half: float) -> Manifold | None:
    kind = rng.choice(["plain", "slots", "slots", "holes", "rows"])
    if kind == "slots":
        count = int(rng.integers(3, 6))
        radius = half / count * rng.uniform(0.25, 0.45)
        spots = [(-0.06 * length, y) for y in np.linspace(-0.72, 0.72, count) * half]
        return holes(spots, radius, length * rng.uniform(0.35, 0.55), 12)
    if kind == "holes":
        grid = [(x, y) for x in np.linspace(-0.3, 0.22, 4) * length for y in np.linspace(-0.65, 0.65, 4) * half]
        return holes(grid, half * rng.uniform(0.06, 0.1), sides=8)
    if kind == "rows":
        wide = length * rng.uniform(0.03, 0.05)
        stations = np.linspace(-0.3, 0.18, int(rng.integers(3, 6))) * length
        slots = [prism(rectangle(wide, half * 1.3, wide * 0.49, (x, 0)), -0.5, 0.5) for x in stations]
        return Manifold.batch_boolean(slots, OpType.Add)
    return None


def _neck(
    rng: Generator, root: NDArray, reach: float, rise: float, wide: float, deep: float
) -> tuple[Manifold, NDArray]:
    """(neck, its end): a bar that leaves `root` along -x and rises to `rise` degrees."""
    direction = np.array([-np.cos(np.radians(rise)), 0, np.sin(np.radians(rise))])
    middle = root - [reach * 0.45, 0, 0]
    end = middle + reach * 0.55 * direction
    return bar(bezier(root, middle, end), np.linspace(wide * 1.6, wide, 14), deep, rng.uniform(2, 5)), end


def palette_knife(rng: Generator, name: str) -> Tool:
    """An icing spatula or a painter's knife: long and round-tipped or a leaf; both edges spread."""
    leaf = rng.random() < 0.4
    length = rng.uniform(0.05, 0.09) if leaf else rng.uniform(0.1, 0.22)
    half = length * (rng.uniform(0.16, 0.3) if leaf else rng.uniform(0.06, 0.11))
    x = np.concatenate([np.linspace(-0.5, 0.4, 16), 0.5 - 0.1 * np.geomspace(1, 0.01, 10)[1:]])
    if leaf:
        widest = rng.uniform(-0.3, 0.0)
        profile = smooth_curve([(-0.5, 0.25), (widest, 1.0), (0.3, rng.uniform(0.4, 0.6)), (0.5, 0.08)])(x)
    else:
        taper = rng.uniform(0.75, 1.0)
        profile = smooth_curve([(-0.5, rng.uniform(0.5, taper)), (0.1, taper), (0.4, 1)])(x)
        roundness = 0.5 - half / length
        profile = profile * np.sqrt(np.clip(1 - np.clip((x - roundness) / (0.5 - roundness), 0, 0.995) ** 2, 0, 1))
    thick = rng.uniform(0.0012, 0.002)
    low, high = -profile * half, profile * half
    plate = sheet(x * length, low, high, thick * np.array([0.4, 1, 1, 1, 0.4]), columns=5)
    core = np.column_stack([x * length, low * (1 - 2 * EDGE_SHARE)])
    core[0, 0] -= 0.01
    core_outline = polygon(np.concatenate([core, (core * [1, -1])[::-1]]))
    front, rear = split(plate, (1, 0, 0), length * (0.5 - (0.3 if leaf else 0.15)))
    middle, rim = inside(rear, core_outline)
    crank = rng.uniform(0.015, 0.03) if rng.random() < 0.5 else 0.0
    parts, end = _crank(rng, -length / 2, half * profile[0], thick, crank)
    grip = haft(rng, rng.uniform(0.08, 0.13), rng.uniform(0.007, 0.012), (end[0] + 0.004, end[2], 0.0), PALETTE_HAFTS)
    mesh = assemble({"edge": rim, "tip": front, "blade": middle, "neck": parts, **grip})
    left, right = ((0, side * half * profile[8], 0) for side in (1, -1))
    whole = ("edge", "tip", "blade")
    flat = NONE if crank else MIRROR
    affordances = (
        afford("spread-with", whole, "grip", (right, -Y, X), length / 2, flat, [(left, Y, X)]),
        afford("scrape-with", "edge", "grip", (right, -Y, X), length / 2, flat, [(left, Y, X)]),
        afford("mix-with", whole, "grip", ((0, 0, 0), X, Z), length / 2, MIRROR),
        afford("lift-with", whole, "grip", ((0, 0, thick / 2), Z, X), np.sqrt(length / 2 * half), MIRROR),
    )
    return finish("palette-knife", name, mesh, affordances)


def _crank(rng: Generator, start: float, half: float, thick: float, crank: float) -> tuple[Manifold, NDArray]:
    """(shank, its end): straight, or stepping up by `crank`."""
    root = np.array([start + 0.004, 0, 0])
    wide, deep = min(half, rng.uniform(0.0025, 0.006)), thick * rng.uniform(0.8, 1.6)
    if not crank:
        end = root - [rng.uniform(0.015, 0.03), 0, 0]
        return bar(np.linspace(root, end, 4), wide, deep, 4), end
    step = np.array([-crank * rng.uniform(0.3, 0.7), 0, crank])
    low, high = root - [0.012, 0, 0], root - [0.012, 0, 0] + step
    end = high - [0.012, 0, 0]
    path = np.concatenate([bezier(root, low, low + step / 2, 8), bezier(low + step / 2, high, end, 8)[1:]])
    return bar(path, np.linspace(min(half, wide * 1.5), wide, len(path)), deep, 4), end


def rubber_spatula(rng: Generator, name: str) -> Tool:
    """A bowl scraper: a thick soft paddle, one or both front corners round, thin towards its borders."""
    length, half = rng.uniform(0.07, 0.11), rng.uniform(0.022, 0.036)
    square = rng.random() < 0.5  # one corner of the front stays sharp
    x = np.linspace(-0.5, 0.5, 26)
    left = smooth_curve([(-0.5, rng.uniform(0.45, 0.8)), (-0.2, 0.95), (0.2, 1), (0.5, rng.uniform(0.3, 0.6))])(x)
    right = smooth_curve([(-0.5, left[0]), (-0.2, 0.95), (0.5, 1.0)])(x) if square else left
    thick = rng.uniform(0.007, 0.012)
    along = smooth_curve([(-0.5, 1), (0, 0.9), (0.5, 0.25)])(x)
    plate = sheet(
        x * length, -right * half, left * half, thick * along[:, None] * [0.25, 0.8, 1, 1, 1, 0.8, 0.25], columns=7
    )
    edge, blade = split(plate, (1, 0, 0), length * (0.5 - EDGE_SHARE))
    reach = rng.uniform(0.11, 0.16)
    root = -length / 2
    shaft = bar(
        np.linspace([root + 0.02, 0, 0], [root - reach * 0.5, 0, 0], 4), thick * 0.5, thick * 0.45, rng.uniform(2, 5)
    )
    grip = haft(rng, reach, rng.uniform(0.008, 0.012), (root - reach * 0.35, 0, 0), ("oval", "turned", "moulded"))
    mesh = assemble({"edge": edge, "blade": blade, "neck": shaft, **grip})
    middle, reached = (left[-1] - right[-1]) * half / 2, (left[-1] + right[-1]) * half / 2
    across = ((length / 2, middle, 0), X, Y)
    whole = ("edge", "blade")
    turn = MIRROR if square else HALF_TURN
    affordances = (
        afford("spread-with", whole, "grip", across, reached, turn),
        afford("scrape-with", "edge", "grip", across, reached, turn),
        afford("mix-with", whole, "grip", ((0, 0, 0), X, Z), length / 2, MIRROR_X if square else HALF_TURN),
    )
    return finish("rubber-spatula", name, mesh, affordances)


FAMILIES = {
    "spatula": Family(
        spatula, ("lift-with", "scrape-with", "press-with", "wedge-with", "pry-with", "cut-with", "mix-with")
    ),
    "palette-knife": Family(palette_knife, ("spread-with", "scrape-with", "mix-with", "lift-with")),
    "rubber-spatula": Family(rubber_spatula, ("spread-with", "scrape-with", "mix-with")),
}
