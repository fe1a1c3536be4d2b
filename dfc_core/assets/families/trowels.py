"""Parametric trowels of masons and plasterers. Blade about the origin, top to +z, handle to -x or above."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import (
    LYING,
    X,
    Y,
    Z,
    afford,
    bar,
    bezier,
    finish,
    inside,
    polygon,
    prism,
    rectangle,
)
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, box, smooth_curve, split
from dfc_core.assets.tool import MIRROR, NONE, Tool

TROWEL_HAFTS = ("turned", "oval", "oval", "ribbed", "moulded")


def trowel(rng: Generator, name: str) -> Tool:
    """A mason's trowel: a triangle, a heart, a leaf or a square-ended margin trowel, on a cranked shank."""
    length = rng.uniform(0.11, 0.26)
    kind = rng.choice(["triangle", "triangle", "heart", "leaf", "margin"])
    half = length * (rng.uniform(0.13, 0.2) if kind == "margin" else rng.uniform(0.24, 0.42))
    thick = rng.uniform(0.0015, 0.003)
    outline = _trowel_outline(rng, kind, length, half)
    section = polygon(outline, min(0.004, half * 0.1) if kind == "margin" else half * rng.uniform(0.03, 0.15))
    plate = prism(section, -thick / 2, thick / 2)
    tip, rest = split(plate, (1, 0, 0), length * 0.24)
    blade, edge = inside(rest, _shrunk(outline, 0.3))
    parts, end, rise = _shank(rng, -length * 0.5, half, thick)
    grip = haft(rng, rng.uniform(0.09, 0.14), rng.uniform(0.011, 0.016), (end[0] + 0.006, end[2], rise), TROWEL_HAFTS)
    mesh = assemble({"tip": tip, "edge": edge, "blade": blade, "neck": parts, **grip})
    left, right = _side_edges(outline, length)
    reach = float(np.max(section.to_polygons()[0][:, 0]))
    whole = ("blade", "edge", "tip")
    affordances = (
        afford("spread-with", whole, "grip", right, length * 0.45, NONE, [left]),
        afford("lift-with", whole, "grip", ((0, 0, thick / 2), Z, X), np.sqrt(length / 2 * half), MIRROR),
        afford("scrape-with", ("edge", "tip"), "grip", right, length * 0.45, NONE, [left]),
        afford("dig-with", "tip", "grip", ((reach, 0, 0), X, Z), (half * 0.5 + reach - length * 0.24) / 2, MIRROR),
        afford("mix-with", whole, "grip", ((0, 0, 0), X, Z), length / 2, MIRROR),
    )
    return finish("trowel", name, mesh, affordances)


def _trowel_outline(rng: Generator, kind: str, length: float, half: float) -> NDArray:
    """The blade's border (N x 2), from the tip round by +y."""
    if kind == "margin":
        x, y = np.array([0.5, -0.35, -0.5]) * length, np.array([1.0, 1.0, rng.uniform(0.4, 0.9)]) * half
    elif kind == "triangle":
        shoulder = rng.uniform(-0.42, -0.15)
        x, y = np.array([0.5, shoulder, -0.5]) * length, np.array([0.02, 1.0, rng.uniform(0.2, 0.9)]) * half
    else:
        s = np.linspace(0.5, -0.5, 22)
        widest = -0.28 if kind == "heart" else rng.uniform(-0.1, 0.1)
        profile = smooth_curve(
            [(-0.5, 0.3 if kind == "heart" else 0.12), (widest, 1.0), (0.25, rng.uniform(0.5, 0.75)), (0.5, 0.05)]
        )
        x, y = s * length, profile(s) * half
    return np.concatenate([np.column_stack([x, y]), np.column_stack([x, -y])[::-1]])


def _shrunk(outline: NDArray, share: float) -> CrossSection:
    """The outline without a strip of `share` of its half width on each side."""
    inner = outline * [1.0, 1 - share]
    inner[:, 0] += np.where(inner[:, 0] < inner[:, 0].min() + 1e-9, -0.01, 0.0)
    return polygon(inner)


def _side_edges(outline: NDArray, length: float) -> tuple[tuple, tuple]:
    """Frames (origin, z, x) at the middle of the left and right border, from the shoulder to the tip."""
    upper = outline[: len(outline) // 2]
    broad = upper[: int(np.argmax(upper[:, 1])) + 1]
    start, end = (broad[-1], broad[0]) if len(broad) > 1 else (upper[1], upper[0])
    if start[1] - end[1] < 1e-6:  # a margin trowel's sides are straight
        start, end = upper[1], upper[0]
    x = (start[0] + end[0]) / 2
    place = np.array([x, np.interp(x, upper[::-1, 0], upper[::-1, 1]), 0])
    along = np.array([*(end - start), 0.0])
    out = np.array([-along[1], along[0], 0.0])
    flip = np.array([1, -1, 1])
    return (place, out, along), (place * flip, out * flip, along * flip)


def _shank(rng: Generator, start: float, half: float, thick: float) -> tuple[Manifold, NDArray, float]:
    """(shank, its end, rise of the handle in degrees): a neck that climbs off the blade and turns back level."""
    high = rng.uniform(0.02, 0.05)
    back, rise = rng.uniform(0.02, 0.05), rng.uniform(-6, 14)
    root = np.array([start + rng.uniform(0.012, 0.03), 0, thick * 0.5])
    corner = np.array([start - back * 0.4, 0, thick * 0.5])
    knee = np.array([start - back * 0.2, 0, high])
    end = np.array([start - back - 0.02, 0, high + 0.02 * np.tan(np.radians(rise))])
    path = np.concatenate([bezier(root, corner, (corner + knee) / 2, 8), bezier((corner + knee) / 2, knee, end, 8)[1:]])
    wide = np.linspace(min(half * 0.5, 0.012), rng.uniform(0.0045, 0.006), len(path))
    return bar(path, wide, np.linspace(thick * 0.7 + 0.001, 0.0045, len(path)), 2.5), end, rise


def finishing_trowel(rng: Generator, name: str) -> Tool:
    """A plasterer's float: an oblong plate, perhaps notched, with a handle above it along its length."""
    length, half = rng.uniform(0.2, 0.38), rng.uniform(0.045, 0.07)
    wooden = rng.random() < 0.25
    thick = rng.uniform(0.012, 0.02) if wooden else rng.uniform(0.0018, 0.003)
    corner = half * (0.95 if rng.random() < 0.25 else rng.uniform(0, 0.25))
    plate = prism(rectangle(length, half * 2, corner), -thick, 0)
    if not wooden and rng.random() < 0.3:  # teeth for glue
        pitch = rng.uniform(0.012, 0.018)
        spots = [(x, side * half) for x in np.arange(-0.42 * length, 0.42 * length, pitch) for side in (1, -1)]
        notches = [prism(rectangle(pitch * 0.5, pitch * 0.9, 0, spot), -1, 1) for spot in spots]
        plate = plate - Manifold.batch_boolean(notches, OpType.Add)
    blade, edge = inside(plate, rectangle(2 * length, half * 1.4))
    high, reach = rng.uniform(0.035, 0.05), length * rng.uniform(0.22, 0.3)
    posts = [box((0.012, 0.014, high), (reach, 0, high / 2 - 0.002))]
    if rng.random() < 0.6:
        posts.append(box((0.012, 0.014, high), (-reach, 0, high / 2 - 0.002)))
    spine = box((reach * 2.2, rng.uniform(0.012, 0.03), 0.006), (0, 0, 0.002))
    radius = rng.uniform(0.012, 0.017)
    grip = haft(rng, reach * 2.1, radius, (reach + 0.01, high, 0), ("oval", "turned", "ribbed"))
    mesh = assemble({"edge": edge, "blade": blade, "neck": [*posts, spine], **grip})
    right, left = ((0, -half, -thick / 2), -Y, X), ((0, half, -thick / 2), Y, -X)
    affordances = (
        afford("spread-with", ("edge", "blade"), "grip", right, length / 2, NONE, [left]),
        afford("press-with", ("blade", "edge"), "grip", ((0, 0, -thick), -Z, -X), np.sqrt(length / 2 * half), MIRROR),
        afford("scrape-with", "edge", "grip", right, length / 2, NONE, [left]),
    )
    return finish("finishing-trowel", name, mesh, affordances, LYING)


FAMILIES = {
    "trowel": Family(trowel, ("spread-with", "lift-with", "scrape-with", "dig-with", "mix-with")),
    "finishing-trowel": Family(finishing_trowel, ("spread-with", "press-with", "scrape-with")),
}
