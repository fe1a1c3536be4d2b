"""Parametric small things of hall and shore: shoe horn, seashell, key.

Lying along x, the working end to +x and what is held to -x; hollows open to +z.
"""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    bar,
    entering,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import inside
from dfc_core.assets.families.forms import block, disc, finished, flat, merged, outline, plate, rod, rounded
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.families.serving import serve
from dfc_core.assets.solids import box, cylinder, loft, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR_X, Tool

X, Y, Z = np.eye(3)


def shoe_horn(rng: Generator, name: str) -> Tool:
    """A shoe horn: a short one with a hole in its tab, one with a grip, or a long one with a knob or a hook."""
    kind = rng.choice(["short", "grip", "long"], p=[0.4, 0.25, 0.35])
    long, half = rng.uniform(0.085, 0.15), rng.uniform(0.017, 0.025)
    tab = half * rng.uniform(0.4, 0.7)
    curl, bend, wall = half * rng.uniform(0.25, 0.6), rng.uniform(-0.03, 0.1) * long, rng.uniform(0.0012, 0.0028)
    rear = long * rng.uniform(0.45, 0.8) if kind == "short" else 0.0
    front = [(0.93, 0.75), (0.98, 0.45), (1, 0.15)]
    width = smooth_curve([(0, tab / half), (0.3, rng.uniform(0.7, 0.85)), (0.75, 1), *front])
    x = np.concatenate(
        [np.linspace(-rear, 0, 10)[:-1], np.linspace(0, 0.85, 16), 1 - 0.15 * np.linspace(0.9, 0, 9) ** 2]
    )
    stations = np.where(x > 0, x * long, x)
    across = np.linspace(-1, 1, 13)
    rings = []
    for here in stations:
        s = max(here / long, 0.0)
        wide = half * float(width(s)) * (1 - 0.25 * min(here, 0) / -rear if rear and here < 0 else 1.0)
        hollow = curl * (wide / half) ** 2 * across**2 * np.clip(1 - 0.9 * max(-here, 0) / max(rear, 1e-6), 0.1, 1)
        top = np.column_stack([np.full(13, here), across * wide, hollow + bend * s**2])
        rings.append(np.concatenate([top, (top - [0, 0, wall])[::-1]]))
        if not rear and here <= 0 and len(rings) > 1:
            rings.pop(0)
    lip, blade = split(loft(rings), X, long * 0.86)
    parts = {"lip": lip, "blade": blade, **_horn_handle(rng, str(kind), tab, rear, wall)}
    if kind == "short":
        parts["blade"], grip = split(blade, X, -rear * 0.25)
        hole = tab * rng.uniform(0.25, 0.4)
        parts["grip"] = grip - cylinder((-rear + 2 * hole, 0, -0.1), (-rear + 2 * hole, 0, 0.1), hole, hole, 20)
    way = np.array([long, 0, 2 * bend])
    lift = serve("lift-with", ("blade", "lip"), "grip", (long * 0.5, 0, bend / 4), Z, X, (long / 2 * half) ** 0.5)
    dig = serve("dig-with", "lip", "grip", (long, 0, bend - wall / 2), way, Z, entering(half * 0.85, 0.14 * long))
    return finished(name, "shoe-horn", parts, [lift, dig])


def _horn_handle(rng: Generator, kind: str, tab: float, rear: float, wall: float) -> dict:
    """Nothing for a short horn; else a grip, or a rod that ends in a grip with a knob or a hook."""
    if kind == "short":
        return {}
    if kind == "grip":
        neck = bar(np.array([0.008, -0.004, -0.012]), np.array([tab, tab, 0.008]), np.array([0.002, 0.004, 0.006]))
        grip = tool_grip(rng, -0.01, rng.uniform(0.09, 0.14), rng.uniform(0.009, 0.013), ("turned", "oval", "ringed"))
        return {"neck": neck, "grip": list(grip.values())}
    reach, thick = rng.uniform(0.2, 0.45), rng.uniform(0.004, 0.008)
    neck = bar(np.array([0.012, 0, -0.015]), np.array([tab, tab, thick]), np.array([wall, thick * 0.7, thick]))
    shaft = cylinder((-0.012, 0, 0), (-reach, 0, 0), thick, thick, 16)
    shaft, grip = split(shaft, X, -reach * 0.65)
    ends = [grip]
    if rng.random() < 0.5:
        ends.append(Manifold.sphere(thick * rng.uniform(1.5, 2.3), 20).translate([-reach, 0, 0]))
    else:
        turn = np.linspace(0, np.pi * 1.1, 16)
        hook = rng.uniform(0.014, 0.022)
        path = np.stack([-reach + 0.002 - hook * np.sin(turn), 0 * turn, hook - hook * np.cos(turn)], axis=1)
        ends.append(rod(path, thick * 0.9, 12))
    return {"neck": [neck, shaft], "grip": ends}


SHELLS = {  # least and most of: breadth, how pointed at the hinge, depth, number of ribs; height of the ribs
    "scallop": ((1.0, 1.2), (0.25, 0.4), (0.25, 0.38), (10, 20), 0.035),
    "cockle": ((0.9, 1.1), (0.1, 0.25), (0.32, 0.38), (14, 22), 0.022),
    "clam": ((1.0, 1.35), (0.05, 0.2), (0.26, 0.37), (0, 1), 0.0),
    "mussel": ((0.5, 0.65), (0.3, 0.5), (0.25, 0.35), (0, 1), 0.0),
}


def seashell(rng: Generator, name: str) -> Tool:
    """One valve of a shell: a ribbed scallop with ears, a deep cockle, a smooth clam or a long mussel."""
    kind = str(rng.choice(list(SHELLS), p=[0.4, 0.2, 0.25, 0.15]))
    radius, wall = rng.uniform(0.025, 0.06), rng.uniform(0.0014, 0.0025)
    broad, point, deep = (rng.uniform(*limits) for limits in SHELLS[kind][:3])
    deep = deep * radius * min(broad, 1.0)
    ribs, ripple = int(rng.integers(*SHELLS[kind][3])), SHELLS[kind][4]
    turn = np.linspace(-np.pi, np.pi, 96, endpoint=False)
    margin = radius * np.stack([np.cos(turn), broad * np.sin(turn) * (0.5 + 0.5 * np.cos(turn)) ** point], axis=1)
    fan = np.arctan2(margin[:, 1], margin[:, 0] + 1.15 * radius)
    wave = np.cos(ribs * fan / np.abs(fan).max() * np.pi * 0.95) if ribs else 0 * turn
    umbo = np.array([-rng.uniform(0.35, 0.6) * radius, 0])
    margin = umbo + (margin - umbo) * (1 + ripple * 0.5 * wave)[:, None]
    inner, outer = _valve(rng, umbo, margin, deep, ripple * radius * wave, wall)
    cavity = loft([*inner, inner[-1] + 0.1 * Z])
    body, rim = inside(loft(inner + outer[::-1]), outline(umbo + (margin - umbo) * 0.84))
    lip, rest = split(rim, X, -0.1 * radius)
    whole, hinge = split(body + rest, X, -0.62 * radius)
    ears = [ear - cavity for ear in _ears(rng, kind, radius, wall, deep)]
    size = (radius * float(np.abs(margin[:, 1]).max())) ** 0.5
    scoop = serve("scoop-with", ("bowl", "lip"), "hinge", (0, 0, 0), Z, X, size)
    lift = serve("lift-with", ("bowl", "lip"), "hinge", (0, 0, wall - deep * 0.75), Z, X, size)
    return finished(name, "seashell", {"bowl": whole, "lip": lip, "hinge": [hinge, *ears]}, [scoop, lift])


def _valve(
    rng: Generator, umbo: NDArray, margin: NDArray, deep: float, wave: NDArray, wall: float
) -> tuple[list[NDArray], list[NDArray]]:
    """Rings of the inner and the outer face, from under the `umbo` to the `margin`; with steps of growth if smooth."""
    full, smooth = rng.uniform(1.7, 2.6), not wave.any()
    inner, outer = [], []
    for number, share in enumerate((0.03, 0.22, 0.44, 0.64, 0.8, 0.93, 1.0)):
        height = -deep * (1 - share**full) + share * wave * min(1.0, 4 * (1.05 - share))
        ring = np.column_stack([umbo + (margin - umbo) * share, height])
        inner.append(ring + wall * Z)
        outer.append(ring - (0.25 * wall * (number % 2) if smooth else 0.0) * Z)
    return inner, outer


def _ears(rng: Generator, kind: str, radius: float, wall: float, deep: float) -> list[Manifold]:
    """The ears at a scallop's hinge, a straight bar across; elsewhere the hinge's thick knob."""
    if kind != "scallop":
        knob = Manifold.sphere(1.0, 20).scale([radius * 0.16, radius * 0.2, max(deep * 0.3, wall * 1.5)])
        return [knob.translate([-radius * 0.86, 0, -deep * 0.2])]
    half = radius * rng.uniform(0.4, 0.6)
    back = -radius * rng.uniform(1.0, 1.08)
    shape = outline([(back, -half), (back, half), (-radius * 0.7, half * 0.85), (-radius * 0.55, 0.1 * half),
                     (-radius * 0.55, -0.1 * half), (-radius * 0.7, -half * 0.85)])  # fmt: skip
    return [plate(shape, wall * 1.3, z=0.4 * wall)]


def key(rng: Generator, name: str) -> Tool:
    """A key: a flat cylinder-lock key, a car key with a thick head, or an old one with a shank and a bit."""
    kind = str(rng.choice(["flat", "car", "old"], p=[0.45, 0.15, 0.4]))
    long = rng.uniform(0.04, 0.085) if kind == "old" else rng.uniform(0.024, 0.042)
    if kind == "old":
        half = rng.uniform(0.0024, 0.0042)
        blade, thick, reach = _shank(rng, long, half)
    else:
        half, thick = rng.uniform(0.0036, 0.0048), rng.uniform(0.002, 0.003)
        blade, reach = _cut_blade(rng, long, half, thick), long * rng.uniform(0.3, 0.4)
    tip, rest = split(blade, X, long - reach)
    parts = {"tip": tip, "blade": rest, "bow": _bow(rng, kind, half, thick)}
    poke = serve("poke-with", "tip", "bow", (long, 0, 0), X, Y, reach)
    pry = serve("pry-with", "tip", "bow", (long, 0, 0), X, Z, entering(half, reach), MIRROR_X)
    return finished(name, "key", parts, [poke, pry])


def _cut_blade(rng: Generator, long: float, half: float, thick: float) -> Manifold:
    """A flat blade with notches along -y (or both edges), a groove along both faces and a bevelled end."""
    shape = outline([(-0.004, -half), (long - half, -half), (long, -half * 0.2), (long, half * 0.3),
                     (long - half * 0.7, half), (-0.004, half)])  # fmt: skip
    count = int(rng.integers(4, 8))
    both = rng.random() < 0.25
    for x in np.linspace(0.18, 0.85, count) * long:
        deep, wide = half * rng.uniform(0.25, 0.85), long / count * 0.42
        notch = outline([(x - wide, -half * 1.05), (x - wide * 0.2, deep - half), (x + wide * 0.2, deep - half),
                         (x + wide, -half * 1.05)])  # fmt: skip
        shape = shape - notch
        if both:
            shape = shape - notch.mirror((0, 1))
    grooves = [box((long * 1.1, half * 0.3, thick * 0.5), (long * 0.48, half * 0.45, s * thick / 2)) for s in (1, -1)]
    return plate(shape, thick) - merged(grooves)


def _shank(rng: Generator, long: float, radius: float) -> tuple[Manifold, float, float]:
    """(shank with its bit, thickness of the bow, length of the end with the bit)."""
    x = np.array([-0.004, 0, 0.03, 0.034, 0.07, 0.074, 0.11, 0.114, 1.0]) * [1, *[long] * 8]
    swell = np.array([1, 1.1, 1.1, 1.6, 1.6, 1.15, 1.15, 1, 0.95])
    wide, deep = long * rng.uniform(0.16, 0.26), radius * rng.uniform(2.6, 4.0)
    over = radius * rng.uniform(0.4, 2.0)
    bit = block((wide, deep), (long - over - wide / 2, -deep / 2 - radius * 0.6))
    for _ in range(int(rng.integers(1, 4))):
        slot = (rng.uniform(0.12, 0.2) * wide, deep * rng.uniform(0.5, 1.0))
        bit = bit - block(slot, (long - over - wide * rng.uniform(0.15, 0.85), -deep - radius * 0.6))
    if rng.random() < 0.4:
        bit = bit - block((wide * 0.5, deep * 0.2), (long - over, -deep * 0.6 - radius * 0.6))
    blade = bar(x, radius * swell) + plate(bit, radius * rng.uniform(0.7, 1.1))
    return blade, radius * rng.uniform(1.2, 1.7), over + wide + radius


def _bow(rng: Generator, kind: str, half: float, thick: float) -> Manifold:
    """What is turned: a disc, a square or a clover with a hole, a thick plastic head, or a ring or trefoil of wire."""
    size = rng.uniform(0.009, 0.0135) if kind != "old" else rng.uniform(0.009, 0.016)
    centre = -size * 0.95 - 0.002
    if kind == "old":
        if rng.random() < 0.4:  # trefoil
            turns = np.radians([60, 180, 300])
            spots = [(centre + 0.55 * size * np.cos(a), 0.62 * size * np.sin(a)) for a in turns]
            rings = [_ring(spot, (0.46 * size, 0.46 * size), thick * 0.5) for spot in spots]
            return merged([*rings, cylinder((0, 0, 0), (centre, 0, 0), thick * 0.6, thick * 0.5, 12)])
        return _ring((centre, 0), (size, size * rng.uniform(0.9, 1.4)), thick * 0.6)
    shapes = {
        "disc": disc((centre, 0), size),
        "square": rounded(block((1.8 * size, 2.1 * size), (centre, 0)), size * 0.4),
        "clover": CrossSection.batch_boolean(
            [disc((centre + a * size, b * size), 0.62 * size, 28) for a, b in ((-0.4, 0), (0.2, 0.5), (0.2, -0.5))],
            OpType.Add,
        ),
        "six": outline(size * 1.1 * np.stack([np.cos(a := np.arange(6) * np.pi / 3), np.sin(a)], 1) + [centre, 0]),
    }
    shape = shapes[str(rng.choice(list(shapes)))] + block((size, 2 * half * 1.15), (-size * 0.4 + 0.001, 0))
    if kind == "car":
        shape = rounded(block((size * 3, size * 2), (-size * 1.45, 0)), size * rng.uniform(0.3, 0.9))
        centre = -size * 2.5
    hole = disc((centre - size * 0.4, 0), size * rng.uniform(0.2, 0.38), 20)
    deep = rng.uniform(0.006, 0.01) if kind == "car" else thick * rng.choice([1.0, 1.0, 1.8])
    return plate(shape - hole, deep, deep * 0.12)


def _ring(centre: tuple[float, float], sizes: tuple[float, float], wire: float) -> Manifold:
    """A closed ring of wire in the xy plane."""
    turn = np.linspace(0, 2 * np.pi, 33)
    path = np.asarray(centre) + np.stack([sizes[0] * np.cos(turn), sizes[1] * np.sin(turn)], 1)
    return tube(flat(path[:17]), wire, sides=10) + tube(flat(path[15:]), wire, sides=10) + tube(
        flat(np.concatenate([path[-4:-1], path[:4]])), wire, sides=10)  # fmt: skip


FAMILIES = {
    "shoe-horn": Family(shoe_horn, ("lift-with", "dig-with")),
    "seashell": Family(seashell, ("scoop-with", "lift-with")),
    "key": Family(key, ("poke-with", "pry-with")),
}
