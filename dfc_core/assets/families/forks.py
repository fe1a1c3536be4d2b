"""Parametric forks: for the table, for carving, for digging, for hay and for the flower bed.

Tines end at x = 0 and are hollow upwards (+z); the hand is at -x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    LYING,
    Tip,
    X,
    Z,
    bar,
    polygon_section,
    round_section,
    squarish_section,
    swelling,
    tip_affordances,
    twisted,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.grips import cross_grip, tool_grip
from dfc_core.assets.solids import assemble, cylinder, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Affordance, Tool

Curve = Callable[[NDArray], NDArray]
TIP_SHARE = 0.36  # of the tines' length


def fork(rng: Generator, name: str) -> Tool:
    """A table, cake or serving fork of metal or wood: two to four tines, broad or slim, a plain or shaped handle."""
    count = int(rng.choice([2, 3, 4, 4]))
    long = float(rng.uniform(0.03, 0.062))
    half = long * float(rng.uniform(0.19, 0.3)) * (1.0 if count > 2 else 0.75)
    head = long * float(rng.uniform(0.35, 0.8))
    thick = float(rng.uniform(0.001, 0.0018)) * (2.0 if rng.random() < 0.2 else 1.0)
    handle = float(rng.uniform(0.09, 0.15))
    total = long + head + handle
    rise = rng.uniform(0.05, 0.25) * long
    knots = [(0, rise), (long * 0.5 / total, 0.25 * rise), (long / total, 0.0), ((long + head) / total, rise * 0.6)]
    knots += [((long + head + 0.25 * handle) / total, rise * 1.3), (1, rng.uniform(0.0, 0.8) * rise)]
    height: Curve = lambda x: smooth_curve(knots)(-x / total)  # noqa: E731
    gap = rng.uniform(0.3, 0.5)
    ends = _tines(count, half, long, (half / count * 2 * (1 - gap) / 2, thick), height, squarish_section(4, 12), 0.0)
    x, wide = swelling(-long * 0.96, -long - head, [(0, 1), (0.3, 1.0), (0.75, rng.uniform(0.4, 0.6)), (1, 0.22)], 16)
    plate = bar(x, half * wide, thick, squarish_section(4, 16), height(x))
    broad, neck_half = rng.uniform(0.006, 0.011), half * 0.22
    kind = rng.choice(["fiddle", "straight", "waisted"])
    shape = {
        "fiddle": [(0, 1), (0.25, 0.8), (0.75, broad / neck_half), (0.97, broad / neck_half * 0.8), (1, 1)],
        "straight": [(0, 1), (0.1, broad / neck_half * 0.7), (1, broad / neck_half * 0.8)],
        "waisted": [(0, 1), (0.15, 1.4), (0.3, 0.9), (0.9, broad / neck_half), (1, broad / neck_half * 0.5)],
    }[str(kind)]
    x, wide = swelling(-long - head * 0.98, -total, shape, 22)
    grip = bar(x, neck_half * wide, thick * rng.uniform(1.1, 1.8), squarish_section(3, 16), height(x))
    neck, grip = split(grip, (1, 0, 0), -long - head - 0.22 * handle)
    mesh = assemble({**ends, "head": plate, "neck": neck, "grip": grip})
    serves = {
        "poke-with": "tips", "pierce-with": "tips", "scrape-with": "tips", "pry-with": ("tips", "tines"),
        "dig-with": ("tips", "tines"),
    }  # fmt: skip
    affordances = _tine_affordances(serves, "grip", long, half, float(height(np.zeros(1))[0]))
    mixing = Tip(half, MIRROR, (0, 0, 0.5 * rise))
    affordances += tip_affordances({"mix-with": ("tips", "tines", "head")}, "grip", long + head, mixing)
    affordances += [_lifts("grip", long, head, half, thick), _sweeps("grip", half, rise)]
    return Tool(name, "fork", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


def _tines(
    count: int, half: float, long: float, size: tuple[float, float], height: Curve, section: NDArray, splay: float
) -> dict[str, list[Manifold]]:
    """The "tips" and "tines": tapering bars across 2 x `half`, of half `size` (y, z), ends `splay` wider apart."""
    x = -long * np.array([0, 0.03, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 1.06])
    taper = np.interp(-x / long, [0, 0.25, 1], [0.15, 0.75, 1])
    flat = np.interp(-x / long, [0, 0.25, 1], [0.35, 0.85, 1])
    tips, tines = [], []
    for y in np.linspace(-1, 1, count) * (half - size[0]):
        solid = bar(x, size[0] * taper, size[1] * flat, section, height(x))
        lean = y / half * splay / long
        # a shear, so that the cut across stays in one plane
        solid = solid.transform([[1, 0, 0, 0], [lean, 1, 0, y + lean * long], [0, 0, 1, 0]])
        tip, tine = split(solid, (1, 0, 0), -TIP_SHARE * long)
        tips.append(tip)
        tines.append(tine)
    return {"tips": tips, "tines": tines}


def _tine_affordances(
    serves: Mapping[str, str | Sequence[str]], hold: str | Sequence[str], long: float, half: float, rise: float
) -> list[Affordance]:
    end = Tip(half, MIRROR_X, (0, 0, rise), face_symmetry=MIRROR)
    pointed = {f: parts for f, parts in serves.items() if parts == "tips"}
    whole = {f: parts for f, parts in serves.items() if parts != "tips"}
    return tip_affordances(pointed, hold, TIP_SHARE * long, end) + tip_affordances(whole, hold, long, end)


def _lifts(hold: str | Sequence[str], long: float, head: float, half: float, thick: float) -> Affordance:
    frame = function_frame((-(long + head) / 2, 0, thick), Z, X)
    scale = float((half * (long + head) / 2) ** 0.5)
    return Affordance("lift-with", ("tips", "tines", "head"), hold, frame, scale, MIRROR)


def _sweeps(hold: str | Sequence[str], half: float, rise: float) -> Affordance:
    frame = function_frame((0, 0, rise), X, Z)
    return Affordance("sweep-with", ("tips", "tines"), hold, frame, float(half), MIRROR)


def carving_fork(rng: Generator, name: str) -> Tool:
    """A carving, barbecue or pickle fork: two long tines on a shank, straight or bowed, with a handle."""
    long = float(rng.uniform(0.05, 0.12))
    half = float(rng.uniform(0.007, 0.014))
    thick = float(rng.uniform(0.0014, 0.0024))
    shank = float(rng.uniform(0.04, 0.2))
    bow = rng.uniform(-0.05, 0.16) * long
    height: Curve = lambda x: bow * np.clip(1 + x / long, 0, 1) ** 2  # noqa: E731
    ends = _tines(2, half, long, (thick, thick), height, round_section(12), rng.uniform(-0.1, 0.2) * half)
    yoke = bar(-long + np.array([0.004, 0, -0.006, -0.014]), np.array([half, half, half * 0.75, thick * 1.6]),
               thick, squarish_section(4, 16))  # fmt: skip
    twist = rng.random() < 0.3
    x = np.linspace(-long - 0.012, -long - shank - 0.012, 40 if twist else 4)
    angle = np.linspace(0, rng.uniform(3, 6) * np.pi, len(x)) * twist
    section = twisted(polygon_section(4, 16) * 1.2, angle) if twist else round_section(16)
    rod = bar(x, thick * 1.6, section=section)
    grip = tool_grip(rng, -long - shank, float(rng.uniform(0.09, 0.14)), float(rng.uniform(0.008, 0.013)))
    mesh = assemble({**ends, "head": yoke, "shank": rod, **grip})
    serves = {"pierce-with": "tips", "poke-with": "tips", "scrape-with": "tips"}
    affordances = _tine_affordances(serves, "grip", long, half, bow)
    affordances.append(_lifts("grip", long, 0.0, half, thick))
    return Tool(name, "carving-fork", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


def garden_fork(rng: Generator, name: str) -> Tool:
    """A digging fork: three to five stout tines, square, flat or three-sided, a D-, T- or plain handle."""
    count = int(rng.choice([3, 4, 4, 4, 5]))
    long = float(rng.uniform(0.2, 0.31))
    half = long * float(rng.uniform(0.26, 0.4))
    thick = float(rng.uniform(0.006, 0.009))
    dish = rng.uniform(0.0, 0.12) * long
    height: Curve = lambda x: dish * (1 + x / long) ** 2  # noqa: E731
    section = [squarish_section(8, 12), polygon_section(3, 12) * 1.2, squarish_section(8, 12)][int(rng.integers(3))]
    flat = rng.uniform(0.45, 0.7) if rng.random() < 0.5 else 1.0
    ends = _tines(count, half, long, (thick * (1.5 if flat < 1 else 1.0), thick * flat), height, section, 0.0)
    shoulders, neck = _shoulders(rng, half, long, thick, height)
    reach = float(rng.uniform(0.55, 0.8))
    shaft, grip = _long_handle(
        rng, -long - 0.1 * long, reach, str(rng.choice(["d", "t", "plain"], p=[0.55, 0.25, 0.2]))
    )
    mesh = assemble({**ends, "head": shoulders, "neck": neck, "shaft": shaft, "grip": grip})
    hold = ("grip", "shaft")
    serves = {
        "dig-with": ("tips", "tines"), "pierce-with": "tips", "poke-with": "tips", "scrape-with": "tips",
        "pry-with": ("tips", "tines"),
    }  # fmt: skip
    affordances = _tine_affordances(serves, hold, long, half, float(dish))
    affordances.append(_lifts(hold, long, 0.0, half, thick))
    return Tool(name, "garden-fork", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


def pitchfork(rng: Generator, name: str) -> Tool:
    """A hay or manure fork: two to six long thin round tines, bowed, on a long straight handle."""
    count = int(rng.integers(2, 7))
    long = float(rng.uniform(0.24, 0.36))
    half = long * float(rng.uniform(0.12, 0.16)) * (count + 1) ** 0.6
    thick = float(rng.uniform(0.0042, 0.0062))
    dish = rng.uniform(0.12, 0.3) * long
    power = rng.uniform(1.4, 2.2)
    height: Curve = lambda x: dish * np.clip(1 + x / long, 0, 2) ** power  # noqa: E731
    splay = rng.uniform(0.0, 0.25) * half if rng.random() < 0.5 else 0.0
    ends = _tines(count, half, long, (thick, thick), height, round_section(12), splay)
    shoulders, neck = _shoulders(rng, half, long, thick, height)
    kind = "plain" if rng.random() < 0.75 else "d"
    shaft, grip = _long_handle(rng, -long * 1.1, float(rng.uniform(0.75, 1.08)), kind)
    mesh = assemble({**ends, "head": shoulders, "neck": neck, "shaft": shaft, "grip": grip})
    hold = ("grip", "shaft")
    serves = {
        "pierce-with": "tips", "poke-with": "tips", "scrape-with": "tips", "dig-with": ("tips", "tines"),
    }  # fmt: skip
    affordances = _tine_affordances(serves, hold, long, half + splay, float(dish))
    affordances += [_lifts(hold, long, 0.0, half, thick), _sweeps(hold, half + splay, float(dish))]
    return Tool(name, "pitchfork", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


def _shoulders(
    rng: Generator, half: float, long: float, thick: float, height: Curve
) -> tuple[list[Manifold], Manifold]:
    """(What joins the tines: a straight bar, a bow, or two bars; the socket)."""
    kind = rng.choice(["bar", "bow", "pair"])
    base = float(height(np.array([-long]))[0])
    back = -long * 1.1
    solids = []
    if kind == "bow":
        t = np.linspace(-1, 1, 21)
        path = np.stack([-long + (back + long) * (1 - np.abs(t) ** 2.5), (half - thick) * t, np.full(21, base)], axis=1)
        solids.append(tube(path, thick * 1.05, sides=12))
        for end in (path[0], path[-1]):
            solids.append(Manifold.sphere(thick * 1.05, 12).translate(list(end)))
        rail_half = half * 0.85
        solids.append(_rail(-long * 1.02, rail_half, thick * 0.9, base))
    else:
        solids.append(_rail(-long, half, thick * 1.1, base))
        if kind == "pair":
            solids += [cylinder((-long, s * half * 0.45, base), (back, 0, base), thick, thick, 12) for s in (-1, 1)]
    knots = np.array(
        [[-long, 0, base], [back, 0, base * 0.5], [back - 0.3 * long, 0, 0.0], [back - 0.55 * long, 0, 0.0]]
    )
    s = np.linspace(0, 3, 16)
    path = np.stack([np.interp(s, range(4), knots[:, i]) for i in range(3)], axis=1)
    return solids, tube(path, np.linspace(thick * 1.1, 0.02, 16), sides=16)


def _rail(x: float, half: float, thick: float, z: float) -> Manifold:
    y = np.linspace(-half, half, 3)
    return bar(y, thick, thick, squarish_section(4, 12)).rotate([0, 0, 90]).translate([x, 0, z])


def _long_handle(rng: Generator, start: float, reach: float, kind: str) -> tuple[Manifold, list[Manifold]]:
    """(shaft, grip) from `start` to -x: plain, or with a cross bar (t) or a hoop and a bar (d)."""
    radius = rng.uniform(0.013, 0.018)
    x, size = swelling(start - 0.02, start - reach, [(0, 1), (0.5, rng.uniform(0.85, 1.1)), (0.98, 1.0), (1, 0.7)], 16)
    shaft, rear = split(bar(x, radius * size, section=round_section(16)), (1, 0, 0), start - reach * 0.72)
    end = start - reach
    if kind == "t":
        return shaft, [rear, cross_grip(rng, end - radius * 0.5, rng.uniform(0.05, 0.065), radius)]
    if kind == "d":
        half, deep = rng.uniform(0.042, 0.055), rng.uniform(0.07, 0.1)
        side = smooth_curve([(0, 0.2), (0.35, 0.75), (0.7, 1.0), (1, 1.0)])
        s = np.linspace(0, 1, 10)
        arm = tube(np.stack([end + 0.02 - s * deep, half * side(s), 0 * s], 1), radius * 0.55, radius * 0.75, sides=12)
        hoop = [arm, arm.mirror([0, 1, 0]), cross_grip(rng, end + 0.02 - deep * 0.95, half * 1.1, radius * 0.8)]
        return shaft, [rear, *hoop]
    return shaft, [rear]


def hand_fork(rng: Generator, name: str) -> Tool:
    """A hand fork or cultivator for the flower bed: three or four tines, straight or bent down, a short grip."""
    count = int(rng.choice([2, 3, 3, 4]))
    long = float(rng.uniform(0.07, 0.13))
    half = long * float(rng.uniform(0.25, 0.42))
    thick = float(rng.uniform(0.0025, 0.0045))
    dish = rng.uniform(0.0, 0.16) * long
    height: Curve = lambda x: dish * (1 + x / long) ** 2  # noqa: E731
    wide = thick * rng.uniform(1.0, 2.2)
    section = squarish_section(5, 12) if rng.random() < 0.6 else round_section(12)
    ends = _tines(count, half, long, (wide, thick), height, section, rng.uniform(0, 0.15) * half)
    x, size = swelling(-long * 0.93, -long * 1.45, [(0, 1), (0.25, 0.96), (0.7, 0.45), (1, 0.22)], 14)
    plate = bar(x, half * size, thick, squarish_section(4, 16))
    s = np.linspace(0, 1, 14)
    drop = rng.uniform(0.0, 0.25) * long
    path = np.stack([-long * 1.4 - s * 0.07, 0 * s, drop * (s**2) * (3 - 2 * s)], axis=1)
    neck = tube(path, np.linspace(thick, 0.006, 14), sides=14)
    grip = tool_grip(rng, -long * 1.4 - 0.06, float(rng.uniform(0.1, 0.14)), float(rng.uniform(0.012, 0.017)))
    lifted = {part: solid.translate([0, 0, drop]) for part, solid in grip.items()}
    mesh = assemble({**ends, "head": [plate, neck], **lifted})
    serves = {
        "dig-with": ("tips", "tines"), "pierce-with": "tips", "poke-with": "tips", "scrape-with": "tips",
    }  # fmt: skip
    affordances = _tine_affordances(serves, "grip", long, half, float(dish))
    affordances.append(_sweeps("grip", half, float(dish)))
    return Tool(name, "hand-fork", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


FAMILIES = {
    "fork": Family(
        fork, ("poke-with", "pierce-with", "scrape-with", "pry-with", "dig-with", "mix-with", "lift-with", "sweep-with")
    ),
    "carving-fork": Family(carving_fork, ("pierce-with", "poke-with", "scrape-with", "lift-with")),
    "garden-fork": Family(
        garden_fork, ("pierce-with", "poke-with", "scrape-with", "dig-with", "pry-with", "lift-with")
    ),
    "pitchfork": Family(pitchfork, ("pierce-with", "poke-with", "scrape-with", "dig-with", "lift-with", "sweep-with")),
    "hand-fork": Family(hand_fork, ("pierce-with", "poke-with", "scrape-with", "dig-with", "sweep-with")),
}
