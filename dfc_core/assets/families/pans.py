"""Parametric hollow blades: dustpan and garden trowel. Open to +z, the lip at +x, handle to -x."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import (
    LYING,
    X,
    Z,
    afford,
    bar,
    bezier,
    finish,
    holes,
    polygon,
    prism,
    rectangle,
    shell,
)
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, box, smooth_curve, split
from dfc_core.assets.tool import MIRROR, Tool
from dfc_core.geometry import rotation_about


def dustpan(rng: Generator, name: str) -> Tool:
    """A dustpan: floor, side walls falling to the lip, a back wall or a hood; a short handle or a stick."""
    length, half = rng.uniform(0.16, 0.26), rng.uniform(0.09, 0.16)
    rear, high = half * rng.uniform(0.65, 1.0), rng.uniform(0.035, 0.075)
    wall, x = rng.uniform(0.003, 0.0045), length / 2
    outline = polygon([(-x, -rear), (x, -half), (x, half), (-x, rear)], rng.choice([0.0, 0.01, 0.025]))
    block = prism(outline, 0, high) - prism(outline.offset(-wall) + rectangle(0.06, half * 2, 0, (x, 0)), wall, 1)
    fall = rng.uniform(0.1, 0.6)  # how far back the side walls are still low
    drop = np.arctan2(high * 0.92, length * (1 - fall * 0.5))
    above = box((4, 4, 4), (0, 0, 2)).rotate([0, np.degrees(drop), 0]).translate([x, 0, wall * 1.6])
    if rng.random() < 0.3:  # the walls end in a curve rather than a slope
        above = above - prism(rectangle(length * 0.4, 1.0, 0, (-x + length * 0.2, 0)), -1, 1)
    pan = block - above
    lip, rest = split(pan, (1, 0, 0), x - length * 0.22)
    floor, sides = split(rest, (0, 0, -1), -wall * 1.02)
    ribs = []
    if rng.random() < 0.4:
        ribs = [
            bar(np.array([[x * 0.5, y, wall], [-x * 0.8, y, wall]]), 0.002, 0.0018, sides=8)
            for y in np.linspace(-0.6, 0.6, 5) * rear
        ]
    hood = []
    if rng.random() < 0.3:
        roof = outline ^ rectangle(length * rng.uniform(0.2, 0.4), 1.0, 0, (-x, 0))
        hood = [prism(roof, high * 0.97 - wall, high * 0.97)]
    long = rng.random() < 0.25
    rise = rng.uniform(55, 80) if long else rng.uniform(0, 35)
    reach = rng.uniform(0.3, 0.5) if long else 0.02
    start = np.array([-x + wall, 0, high * rng.uniform(0.35, 0.75)])
    out = np.array([-np.cos(np.radians(rise)), 0, np.sin(np.radians(rise))])
    thick = rng.uniform(0.011, 0.016)
    neck = bar(np.linspace(start, start + (reach + 0.01) * out, 4), thick * rng.uniform(0.7, 1.1), thick * 0.6, 3)
    outside = neck - prism(outline.offset(-wall), 0, 2) if not long else neck
    end = start + reach * out
    styles = ("oval", "moulded", "ribbed", "strip")
    held = haft(rng, rng.uniform(0.1, 0.14), thick, (end[0], end[2], rise), styles[: 3 if long else 4])
    mesh = assemble({"lip": lip, "pan": [floor, *ribs], "wall": [sides, *hood], "neck": outside, **held})
    size = np.sqrt(length / 2 * (half + rear) / 2)
    affordances = (
        afford("scoop-with", ("lip", "pan", "wall"), "grip", ((0, 0, high * 0.5), Z, X), size, MIRROR),
        afford("lift-with", ("lip", "pan"), "grip", ((0, 0, wall), Z, X), size, MIRROR),
    )
    return finish("dustpan", name, mesh, affordances, LYING)


def garden_trowel(rng: Generator, name: str) -> Tool:
    """A garden trowel: a channelled blade, broad or narrow, pointed, round or toothed, on a tang that climbs."""
    length, half = rng.uniform(0.1, 0.17), rng.uniform(0.02, 0.042)
    tip = rng.uniform(0.08, 0.6)
    s = np.concatenate([np.linspace(0, 0.85, 18), np.linspace(0.86, 1, 8)])
    profile = smooth_curve(
        [
            (0, rng.uniform(0.35, 0.95)),
            (0.25, 1.0),
            (0.6, rng.uniform(0.85, 1.0)),
            (0.85, (tip + 1.1) / 2.1),
            (1, tip * 0.5),
        ]
    )
    wide = half * profile(s)
    depth = half * rng.uniform(0.35, 0.85)
    across = np.linspace(-1, 1, 15)
    power = rng.uniform(1.6, 3.0)
    fade = 1 - rng.uniform(0.2, 0.8) * s**2
    curve = depth * np.abs(across) ** power * fade[:, None] * (wide / half)[:, None]
    heel = depth * rng.uniform(0.0, 0.7) * np.clip(1 - s / 0.25, 0, 1)[:, None] ** 2
    wall = rng.uniform(0.0015, 0.003)
    top = np.stack(np.broadcast_arrays(((s - 0.5) * length)[:, None], wide[:, None] * across, curve + heel), axis=-1)
    blade = shell(top, top - [0, 0, wall])
    if rng.random() < 0.2:  # teeth along the borders
        spots = [
            (x, side * half * 1.06 * float(profile(x / length + 0.5)))
            for x in np.linspace(0, 0.36, 6) * length
            for side in (1, -1)
        ]
        blade = blade - holes(spots, length * 0.022, sides=8)
    point, bowl = split(blade, (1, 0, 0), length * 0.213)  # between two stations
    socket = float(heel[0, 0])
    high, reach = rng.uniform(0.01, 0.035), rng.uniform(0.03, 0.07)
    root = np.array([-length * 0.5 + 0.02, 0, socket * 0.3 + wall])
    end = np.array([-length / 2 - reach, 0, socket + high])
    path = bezier(root, (-length / 2 - reach * 0.3, 0, socket * 0.5), end)
    neck = bar(path, np.linspace(max(0.005, wide[0] * 0.4), 0.005, 14), np.linspace(wall + 0.001, 0.005, 14), 2.2)
    slope = np.degrees(np.arctan2(path[-1, 2] - path[-2, 2], path[-2, 0] - path[-1, 0]))
    held = haft(
        rng,
        rng.uniform(0.1, 0.15),
        rng.uniform(0.012, 0.017),
        (end[0] + 0.006, end[2], slope * rng.uniform(0.4, 1.0)),
        ("turned", "oval", "moulded", "ribbed", "scales"),
    )
    mesh = assemble({"tip": point, "bowl": bowl, "neck": neck, **held})
    middle, size = depth * 0.5, np.sqrt(length / 2 * half)
    whole = ("bowl", "tip")
    affordances = (
        afford(
            "dig-with", "tip", "grip", ((length / 2, 0, -wall / 2), X, Z), (half * 0.6 + length * 0.287) / 2, MIRROR
        ),
        afford("scoop-with", whole, "grip", ((0, 0, middle), Z, X), size, MIRROR),
        afford("lift-with", whole, "grip", ((0, 0, 0), Z, X), size, MIRROR),
    )
    return finish("garden-trowel", name, mesh, affordances, (np.eye(3), rotation_about(X, np.pi)))


FAMILIES = {
    "dustpan": Family(dustpan, ("scoop-with", "lift-with")),
    "garden-trowel": Family(garden_trowel, ("dig-with", "scoop-with", "lift-with")),
}
