"""Parametric scissors. Blades to +x in the xy plane, opened about a pivot at the origin, handles to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, JoinType, Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import EDGE_SHARE, LYING, Y, afford, finish, inside, polygon, prism
from dfc_core.assets.solids import cylinder, labelled, named_union, smooth_curve, split
from dfc_core.assets.tool import Tool


def scissors(rng: Generator, name: str) -> Tool:
    """Scissors or shears, open a little or wide: ringed, padded or bare handles, long, short or snub blades."""
    length, half = rng.uniform(0.045, 0.14), rng.uniform(0.006, 0.012)
    half = max(half, 0.09 * length)
    opening = np.radians(rng.uniform(4, 26))  # of one blade from the middle
    thick = rng.uniform(0.0016, 0.0032)
    outline, border = _blade_outline(rng, length, half)
    shapes = _handle_kind(rng, length, half)
    radius = half * rng.uniform(0.35, 0.6)
    screw = cylinder((0, 0, -thick * 1.5), (0, 0, thick * 1.5), radius, radius * rng.uniform(0.6, 1), 20)
    hub = cylinder((0, 0, -thick * 0.99), (0, 0, thick * 0.99), half * 1.1, half * 1.1, 24)
    union, owner = named_union({"pivot": [screw, hub]})
    for side in (1, -1):  # the blade above the middle line, then the one below it
        blade, names = named_union(_half(side, outline, border, length, thick, shapes[side < 0]))
        union, owner = union + blade.rotate([0, 0, np.degrees(side * opening)]), owner | names
    mesh = labelled(union, owner)
    edges, tips = zip(*(_frames(side, opening, length, thick) for side in (1, -1)), strict=True)
    sharp = ("edge", "tip edge")
    affordances = (
        afford("cut-with", sharp, "grip", edges[0], length * 0.45, also=edges[1:]),
        afford("pierce-with", ("tip", "tip edge"), "grip", tips[0], length * 0.2, also=tips[1:]),
        afford("scrape-with", sharp, "grip", edges[0], length * 0.45, also=edges[1:]),
    )
    return finish("scissors", name, mesh, affordances, LYING)


def _blade_outline(rng: Generator, length: float, half: float) -> tuple[CrossSection, CrossSection]:
    """(a closed blade above the x axis with its edge on the axis, the strip of it that is the edge)."""
    s = np.linspace(0, 1, 20)
    kind = rng.choice(["pointed", "snub", "curved"])
    end = {"pointed": 0.08, "snub": 0.55, "curved": 0.1}[str(kind)]
    back = 2 * half * smooth_curve([(0, 0.9), (0.15, 1), (rng.uniform(0.5, 0.8), rng.uniform(0.6, 0.85)), (1, end)])(s)
    belly = half * rng.uniform(0.0, 0.15) * np.sin(np.pi * s)
    x = s * length
    outline = np.concatenate([np.column_stack([x, back]), np.column_stack([x, -belly])[::-1]])
    strip = np.concatenate([np.column_stack([x, back * EDGE_SHARE * 1.2]), np.column_stack([x, -belly - 0.01])[::-1]])
    section = polygon(outline, half * 0.4 if kind == "snub" else 0.0)
    return section, polygon(np.concatenate([[[-0.02, back[0] * EDGE_SHARE]], strip, [[-0.02, -0.01]]]))


def _half(
    side: int, outline: CrossSection, border: CrossSection, length: float, thick: float, handle: CrossSection
) -> dict[str, Manifold]:
    """One blade with its handle; its edge on the x axis faces the other blade (`side` 1: this one is above)."""
    low, high = (0.0, thick) if side == 1 else (-thick, 0.0)
    if side == -1:
        outline, border, handle = (section.mirror([0, 1]) for section in (outline, border, handle))
    plate = prism(outline, low, high)
    sharp, dull = inside(plate, border)  # first along, then across, so that the seams' corners meet
    (tip_edge, edge), (tip, blade) = (split(part, (1, 0, 0), length * 0.77) for part in (sharp, dull))
    deep = thick * 0.6
    grip = prism(handle, -deep + (low + high) / 2, deep + (low + high) / 2)
    core = prism(handle.offset(-thick * 0.4, JoinType.Round), -1.7 * deep, 1.7 * deep)  # rounded towards its middle
    return {"edge": edge, "tip edge": tip_edge, "tip": tip, "blade": blade, "grip": grip + core}


def _handle_kind(rng: Generator, length: float, half: float) -> tuple[CrossSection, CrossSection]:
    """Outlines of the handles of the upper blade (which lies below the axis) and, mirrored, of the lower."""
    reach = rng.uniform(0.05, 0.085)
    kind = rng.choice(["rings", "rings", "uneven", "bare"])
    if kind == "bare":
        bow = rng.uniform(0.15, 0.35) * reach
        shape = _bare(reach * 1.4, half, bow)
        return shape, shape
    small = _ring(rng, reach, half, rng.uniform(0.011, 0.014), rng.uniform(1.1, 1.5))
    if kind == "rings":
        return small, small
    return small, _ring(rng, reach, half, rng.uniform(0.014, 0.018), rng.uniform(1.5, 2.1))


def _ring(rng: Generator, reach: float, half: float, radius: float, stretch: float) -> CrossSection:
    """A shank from the pivot to a ring for fingers, all below the x axis."""
    wall = rng.uniform(0.003, 0.006)
    centre = np.array([-reach, -radius - rng.uniform(0.003, 0.012)])
    circle = CrossSection.circle(1.0, 40)
    outer = circle.scale([radius * stretch + wall, radius + wall]).translate(list(centre))
    inner = circle.scale([radius * stretch, radius]).translate(list(centre))
    joint = centre + radius * np.array([stretch * 0.8, 0.5])
    shank = np.array([[0.0, half * 0.9], [0.0, -half * 0.9], joint - [0, wall], joint - [wall * 2, -wall]])
    return outer + CrossSection.hull_points(shank) - inner


def _bare(reach: float, half: float, bow: float) -> CrossSection:
    step = np.linspace(0, 1, 16)
    middle: NDArray = np.column_stack([-reach * step, -bow * np.sin(np.pi * step * 0.75) - half * 0.3 * step])
    wide = half * (0.85 - 0.35 * np.sin(np.pi * step))
    return polygon(np.concatenate([middle + wide[:, None] * Y[:2], (middle - wide[:, None] * Y[:2])[::-1]]))


def _frames(side: int, opening: float, length: float, thick: float) -> tuple[tuple, tuple]:
    """Frames (origin, z, x) of one blade's edge and of its tip."""
    c, s = np.cos(side * opening), np.sin(side * opening)
    along, across = np.array([c, s, 0]), np.array([-s, c, 0])
    lift = np.array([0, 0, side * thick / 2])
    return (along * length * 0.5 + lift, -side * across, along), (along * length + lift, along, side * across)


FAMILIES = {
    "scissors": Family(scissors, ("cut-with", "pierce-with", "scrape-with")),
}
