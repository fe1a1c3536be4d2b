"""Parametric tools that enter by points: can opener, broadfork, cultivator claw, harpoon.

The hand to -x, the points near +x; the harpoon flat in the xy plane, the others bent in the xz plane.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families import bars
from dfc_core.assets.families.bars import Tip, X, Z, bar, squarish_section, strap, swelling, tip_affordances
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import (
    LYING,
    arc,
    band,
    block,
    disc,
    finished,
    merged,
    outline,
    plate,
    rod,
    rounded,
    stick,
    turned,
)
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.solids import box, cylinder, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Affordance, Tool

Parts = dict[str, Manifold | list[Manifold]]


def can_opener(rng: Generator, name: str) -> Tool:
    """A can opener that pierces: a flat church key, a hawk's bill on a handle, or a folding one on a small plate."""
    kind = str(rng.choice(["key", "bill", "folding"], p=[0.4, 0.4, 0.2]))
    parts, tip, way, long = _CAN_OPENERS[kind](rng)
    frame = function_frame((tip[0], 0, tip[1]), (way[0], 0, way[1]), -X)
    pierce = Affordance("pierce-with", "beak", "handle", frame, float(long), MIRROR)
    rests = (np.eye(3), turned(x=180)) if kind == "key" else LYING
    return finished(name, "can-opener", parts, [pierce], rests)


OpenerParts = tuple[Parts, NDArray, NDArray, float]


def _church_key(rng: Generator) -> OpenerParts:
    """(parts, point, its direction, its length) of a flat bar whose end is a triangle bent down."""
    half, thick = rng.uniform(0.008, 0.013), rng.uniform(0.0008, 0.0014)
    length, long = rng.uniform(0.08, 0.13), half * rng.uniform(1.7, 2.6)
    turn, radius = np.radians(rng.uniform(35, 75)), half * rng.uniform(0.4, 0.9)
    bend = bars.arc((0.0, -radius), radius, np.pi / 2, np.pi / 2 - turn, 8)
    way = np.array([np.cos(turn), -np.sin(turn)])
    line = np.concatenate([bend, bend[-1] + np.linspace(0.15, 1, 8)[:, None] * long * way])
    share = np.linspace(0, 1, len(line))
    wide = half * smooth_curve([(0, 1.0), (0.25, rng.uniform(0.9, 1.15)), (0.55, 0.75), (1, 0.06)])(share)
    beak = strap(line, wide, thick * np.interp(share, [0, 0.8, 1], [1, 1, 0.5]), squarish_section(8))
    x, size = swelling(0, -length, [(0, 1), (0.3, rng.uniform(0.65, 1.0)), (0.85, rng.uniform(0.8, 1.1)), (1, 0.5)], 22)
    handle = bar(x, half * size, thick, squarish_section(8))
    if rng.random() < 0.5:
        rib = bar(np.linspace(-0.01, -length * 0.7, 4), half * 0.3, thick * 2.2)
        handle = handle + rib
    if rng.random() < 0.6:
        at = -length * 0.9
        handle = handle - cylinder((at, 0, -1), (at, 0, 1), half * 0.35, half * 0.35, 18)
    return {"beak": beak, "handle": handle}, line[-1], way, long + radius * turn


def _bill(
    rng: Generator, high: float, thick: float, back: float, radius: float
) -> tuple[Manifold, Manifold, NDArray, NDArray, float]:
    """(beak, shank, point, its direction, its length): an upright blade from x = -`back`, curved down to a point."""
    turn = rng.uniform(75, 115)
    bend = arc((0, -radius), radius, 90, 90 - turn, 18)
    line = np.concatenate([np.linspace([-back, 0], [0, 0], 6)[:-1], bend])
    wide = np.interp(np.arange(len(line)), [0, 6, len(line) - 4, len(line) - 1], [high, high, high * 0.45, high * 0.06])
    blade = plate(band(line, wide), thick, thick * 0.2).rotate([90, 0, 0])
    beak, shank = split(blade, (1, 0, 0), 0.0)
    angle = np.radians(90 - turn)
    return beak, shank, line[-1], np.array([np.sin(angle), -np.cos(angle)]), radius * np.radians(turn)


def _hawk_bill(rng: Generator) -> OpenerParts:
    """As `_church_key`: a bill on a handle, with a stop below that rests on the rim."""
    high, thick = rng.uniform(0.0045, 0.0075), rng.uniform(0.002, 0.0035)
    back, radius = rng.uniform(0.025, 0.05), high * rng.uniform(2.4, 3.6)
    beak, shank, tip, way, long = _bill(rng, high, thick, back + 0.01, radius)
    low = high * rng.uniform(1.0, 1.8)
    stop = outline([(-back * 0.3, 0), (-back * 0.45, -high - low), (-back * 0.6, -high - low), (-back * 0.85, 0)])
    lug = plate(stop, thick * rng.uniform(1.0, 2.2), thick * 0.2).rotate([90, 0, 0])
    grip = tool_grip(rng, -back, rng.uniform(0.08, 0.12), rng.uniform(0.011, 0.015))
    return {"beak": beak, "shank": [shank, lug], "handle": list(grip.values())}, tip, way, long


def _folding_opener(rng: Generator) -> OpenerParts:
    """As `_church_key`: a small plate with a folded edge and a hinged bill below it."""
    half, thick = rng.uniform(0.006, 0.009), rng.uniform(0.0009, 0.0014)
    length, high = rng.uniform(0.038, 0.065), half * rng.uniform(0.5, 0.7)
    beak, shank, tip, way, long = _bill(rng, high, thick * 1.4, half * 1.2, half * rng.uniform(1.3, 1.9))
    lift = high + thick * 0.4
    shape = rounded(block((length, 2 * half), (-length / 2 + half * 0.6, 0)), half * rng.choice([0.3, 0.9]))
    shape = shape - disc((-length * 0.85 + half * 0.6, 0), half * 0.3)
    sheet = plate(shape, thick * 1.6, z=lift)
    hinge = cylinder((-half * 0.9, -thick * 2, 0), (-half * 0.9, thick * 2, 0), high * 0.9, high * 0.9, 18)
    ears = [box((half * 1.2, thick, lift * 1.2), (-half * 0.9, side * thick * 1.4, lift * 0.4)) for side in (1, -1)]
    return {"beak": beak, "shank": [shank, hinge, *ears], "handle": sheet}, tip, way, long


_CAN_OPENERS = {"key": _church_key, "bill": _hawk_bill, "folding": _folding_opener}


def broadfork(rng: Generator, name: str) -> Tool:
    """A broadfork: a row of four to eight tines under a step bar, with two long handles of wood or steel tube."""
    count = int(rng.integers(4, 9))
    long, half = rng.uniform(0.2, 0.32), rng.uniform(0.032, 0.042) * count + 0.06
    thick, dish = rng.uniform(0.006, 0.01), rng.uniform(0.0, 0.16) * long
    flat = rng.choice([1.0, 0.5])
    x = -long * np.array([0, 0.05, 0.2, 0.4, 0.7, 1.03])
    taper = np.array([0.12, 0.35, 0.75, 1.0, 1.0, 1.0])
    section = squarish_section(6, 12) if rng.random() < 0.7 else bars.round_section(12)
    tine = bar(x, thick * (1.5 if flat < 1 else 1.0) * taper, thick * flat * taper, section, dish * (1 + x / long) ** 2)
    tines = merged(tine.translate([0, float(y), 0]) for y in np.linspace(-1, 1, count) * (half - thick))
    rail = bar(np.array([-half, half]), thick * rng.uniform(1.3, 2.2), section=section)
    rail = rail.rotate([0, 0, 90]).translate([-long, 0, 0])
    tilt, reach = np.radians(rng.uniform(0, 25)), rng.uniform(0.8, 1.05)
    way, radius = np.array([-np.cos(tilt), 0, np.sin(tilt)]), rng.uniform(0.0135, 0.018)
    seat = half * rng.uniform(0.6, 0.93)
    lean = rng.uniform(-0.06, 0.06)
    heads, shafts, grips = [rail], [], []
    for side in (1, -1):
        start = np.array([-long, side * seat, 0])
        out = way + side * lean * bars.Y
        heads.append(cylinder(start - 0.002 * out, start + 0.12 * out, radius * 1.1, radius * 1.2, 18))
        at = start + 0.08 * out
        shafts.append(rod(np.stack([at, at + out * reach * 0.66]), radius, 14))
        grips.append(rod(np.stack([at + out * reach * 0.65, at + out * reach]), radius, 14))
    if rng.random() < 0.45:  # a brace between steel handles
        ends = [np.array([-long, side * seat, 0]) + (way + side * lean * bars.Y) * reach * 0.4 for side in (1, -1)]
        shafts.append(rod(np.stack(ends), radius * 0.8, 12))
    elif rng.random() < 0.6:
        swell = rng.uniform(1.2, 1.4)
        grips = [grip + _sleeve(grip, way, radius * swell) for grip in grips]
    tip = Tip(half, MIRROR_X, (0, 0, dish), face_symmetry=MIRROR)
    dig = tip_affordances({"dig-with": "tines"}, "grip", long, tip)
    return finished(name, "broadfork", {"tines": tines, "head": heads, "shaft": shafts, "grip": grips}, dig)


def _sleeve(grip: Manifold, way: NDArray, radius: float) -> Manifold:
    """A soft sleeve around the far part of a long grip that runs along `way`."""
    low, high = np.array(grip.bounding_box()[:3]), np.array(grip.bounding_box()[3:])
    middle = (low + high) / 2
    return rod(np.stack([middle - 0.03 * way, middle + 0.1 * way]), radius, 14)


def garden_claw(rng: Generator, name: str) -> Tool:
    """A cultivator: three or five tines bent down, round or with leaf-shaped ends; a short grip or a long stick."""
    short = rng.random() < 0.55
    count = 3 if rng.random() < 0.75 else 5
    reach = rng.uniform(0.08, 0.13) if short else rng.uniform(0.12, 0.2)
    radius, thick = reach * rng.uniform(0.22, 0.36), reach * rng.uniform(0.022, 0.034)
    half = reach * (rng.uniform(0.28, 0.42) + 0.1 * (count > 3))
    line, heading = _claw_line(rng, reach, radius)
    way = np.linalg.norm(np.diff(line, axis=0, prepend=line[:1]), axis=1).cumsum()
    share = way / way[-1]
    leaf = rng.random() < 0.4
    wide = np.interp(share, [0, 0.72, 0.86, 1], [1, 1, 2.6 if leaf else 0.9, 0.15])
    deep = np.interp(share, [0, 0.72, 0.86, 1], [1, 1, 0.45 if leaf else 0.85, 0.2])
    tines, roots = [], []
    for u in np.linspace(-1, 1, count):
        y = u * (half * np.clip(share / 0.6, 0, 1) ** 1.3 + thick * 0.9)
        solid = tube(np.stack([line[:, 0], y, line[:, 1]], 1), thick * wide, thick * deep, sides=10)
        tine, root = split(solid, (1, 0, 0), -reach * 0.5)
        tines.append(tine)
        roots.append(root)
    neck = [
        *roots,
        cylinder((-reach + 0.03 * reach, 0, 0), (-reach - 0.05, 0, 0), thick * (1 + 0.9 * count / 3), 0.007, 16),
    ]
    if short:
        handle = {
            "grip": list(tool_grip(rng, -reach - 0.03, rng.uniform(0.1, 0.15), rng.uniform(0.012, 0.017)).values())
        }
    else:
        handle = stick(rng, (-reach - 0.03, 0, 0), (-1, 0, 0), rng.uniform(0.45, 1.1), rng.uniform(0.0115, 0.015))
    tip = (line[-1, 0], 0, line[-1, 1])
    dig = function_frame(tip, (heading[0], 0, heading[1]), -X)
    inside = radius - thick
    pull = function_frame((-radius + inside, 0, -radius), -X, -Z)
    affordances = (
        Affordance("dig-with", "tines", "grip", dig, bars.entering(half, float(way[-1]) * 0.6), MIRROR),
        Affordance("pull-with", "tines", "grip", pull, float(inside), MIRROR),
    )
    return finished(name, "garden-claw", {"tines": tines, "neck": neck, **handle}, affordances)


def _claw_line(rng: Generator, reach: float, radius: float) -> tuple[NDArray, NDArray]:
    """(x, z along the middle tine from its root, the direction of its tip): forward, round a bend and down."""
    end = rng.uniform(-35, 10)  # degrees; below nought the tips point back to the hand
    heading = np.array([np.sin(np.radians(end)), -np.cos(np.radians(end))])
    bend = arc((-radius, -radius), radius, 90, end, 18)
    tail = bend[-1] + np.linspace(0, 1, 8)[1:, None] * radius * rng.uniform(0.4, 1.1) * heading
    crown = rng.uniform(0.0, 0.12) * reach
    s = np.linspace(0, 1, 10)[:-1]
    root = np.stack([-reach + (reach - radius) * s, crown * np.sin(np.pi * s)], 1)
    return np.concatenate([root, bend, tail]), heading


def harpoon(rng: Generator, name: str) -> Tool:
    """A harpoon: a broad double or single flue, or a slim head with two rows of barbs; a short or long shaft."""
    kind = str(rng.choice(["double", "single", "toothed"], p=[0.45, 0.3, 0.25]))
    long = rng.uniform(0.1, 0.19)
    half = long * rng.uniform(0.26, 0.42)
    iron = long * rng.uniform(0.035, 0.055)
    crotch = long * rng.uniform(0.6, 0.75)  # where the barb leaves the shaft
    flue = [(0, 0), (-long * 0.45, half * rng.uniform(0.45, 0.6)), (-long, half), (-crotch, iron * 0.8), (-crotch, 0)]
    rows = [0.0, crotch * rng.uniform(0.75, 1.0)] if kind == "toothed" else [0.0]
    head, tip = [], []
    for shift in rows:
        for side in (1, -1)[: 1 if kind == "single" else 2]:
            shape = outline(np.array(flue) * [1, side])
            if side > 0 and kind == "single":
                shape = shape + outline([(0, 0), (-long * 0.4, -iron), (-crotch, -iron), (-crotch, iron)])
            solid = plate(shape, iron * 1.1, iron * 0.35).translate([-shift, 0, 0])
            front, rear = split(solid, (1, 0, 0), -shift - crotch * 0.62)
            tip += [front] if not shift else []
            head += [rear] if not shift else [front, rear]
    back = rows[-1] + long * rng.uniform(1.2, 2.0)
    shank = cylinder((-crotch * 0.5, 0, 0), (-back - 0.02, 0, 0), iron * 0.7, iron * 1.1, 16)
    thick = rng.uniform(0.009, 0.014)
    socket = cylinder((-back, 0, 0), (-back - 0.07, 0, 0), iron * 1.2, thick * 1.15, 18)
    handle = stick(rng, (-back - 0.04, 0, 0), (-1, 0, 0), rng.uniform(0.3, 0.8), thick)
    parts = {"tip": tip, "barb": head, "shank": shank, "socket": socket, **handle}
    throat = (half - iron) / 2
    frames = [
        function_frame(
            (-crotch - 0.3 * (long - crotch), side * (iron + 0.3 * (half - iron)), 0), (-1, 0, 0), (0, side, 0)
        )
        for side in (1, -1)[: 1 if kind == "single" else 2]
    ]
    affordances = (
        Affordance(
            "pierce-with", "tip", "grip", function_frame((0, 0, 0), (1, 0, 0), (0, 1, 0)), crotch * 0.62, MIRROR
        ),
        Affordance("pull-with", "barb", "grip", frames[0], float(throat), MIRROR, tuple(frames[1:])),
    )
    return finished(name, "harpoon", parts, affordances, LYING)


FAMILIES = {
    "can-opener": Family(can_opener, ("pierce-with",)),
    "broadfork": Family(broadfork, ("dig-with",)),
    "garden-claw": Family(garden_claw, ("dig-with", "pull-with")),
    "harpoon": Family(harpoon, ("pierce-with", "pull-with")),
}
