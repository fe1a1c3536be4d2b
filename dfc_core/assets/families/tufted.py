"""Parametric household brushes (shaving, make-up, pastry, dish, toilet) and small rings (shower hook, key ring).

Handle or fob to -x; bristles towards +x, those of the dish brush towards +z; rings lie flat in the xy plane.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import bar, fluted_section, polygon_section, squarish_section, strap, swelling
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, LYING, arc, block, disc, finished, flat, plate, rod, rounded, turned
from dfc_core.assets.families.hooks import hooking
from dfc_core.assets.families.tufts import round_bristles, striated, tuft_grid
from dfc_core.assets.families.walls import ring
from dfc_core.assets.solids import cylinder, function_frame, lathe, smooth_curve, split
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, MIRROR_X, Affordance, Symmetry, Tool

Parts = dict[str, Manifold | list[Manifold]]
OUT, FLAT_SIDE, ROW = (1, 0, 0), (0, 0, -1), (0, 1, 0)
UPRIGHT = turned(y=-90)  # +x up


def _brushing(end: float, half_row: float, hold: str, symmetry: Symmetry = AXIS) -> Affordance:
    """brush-with of bristles that end at x = `end`."""
    frame = function_frame((end, 0, 0), OUT, FLAT_SIDE)
    return Affordance("brush-with", "bristles", hold, frame, float(half_row), symmetry)


def shaving_brush(rng: Generator, name: str) -> Tool:
    """A shaving brush: a bulb or fan of hair on an urn, ball, barrel or many-sided handle, with or without a ring."""
    radius, depth = rng.uniform(0.015, 0.022), rng.uniform(0.04, 0.058)
    bulb = rng.random() < 0.5
    top = [(0.55, 0.92), (0.8, 1.0), (0.94, 0.75), (1, 0.25)] if bulb else [(0.6, 0.85), (0.93, 1.0), (1, 0.85)]
    neck = rng.uniform(0.5, 0.65)
    hair = round_bristles(rng, depth, radius, [(0, neck), (0.15, neck * 1.05), *top], ridges=22, rough=0.08)
    kind = str(rng.choice(["urn", "ball", "barrel", "sided"]))
    length, wide = rng.uniform(0.042, 0.065), rng.uniform(0.013, 0.018)
    lip = max(neck * radius * 1.15 / wide, 0.62)
    waist = rng.uniform(0.5, 0.7)
    knots = {
        "urn": [(0, lip), (0.12, lip), (0.32, waist), (0.7, 1), (0.9, 0.8), (0.92, 0.95), (1, 0.95)],
        "ball": [(0, lip), (0.1, lip), (0.22, waist), (0.55, 1.1), (0.85, 0.7), (0.9, 0.9), (1, 0.9)],
        "barrel": [(0, lip), (0.06, 0.9), (0.5, rng.uniform(0.8, 1.1)), (0.95, 1), (1, 0.92)],
        "sided": [(0, lip), (0.1, lip), (0.3, rng.uniform(0.65, 0.9)), (0.75, 1.05), (0.97, 1), (1, 0.9)],
    }[kind]
    sides = int(rng.choice([6, 8]))
    x, size = swelling(0.003, -length, knots, 34)
    handle = bar(x, wide * size, section=polygon_section(sides)) if kind == "sided" else bar(x, wide * size)
    parts: Parts = {"bristles": hair, "handle": handle}
    if rng.random() < 0.5:
        thick = rng.uniform(0.002, 0.006)
        parts["ring"] = cylinder((0.004, 0, 0), (0.004 - thick, 0, 0), wide * lip * 1.02, wide * lip * 1.08)
    symmetry = Symmetry("n-fold", sides) if kind == "sided" else AXIS
    brush = _brushing(depth, radius, "handle", symmetry)
    return finished(name, "shaving-brush", parts, [brush], (UPRIGHT, *LYING))


def makeup_brush(rng: Generator, name: str) -> Tool:
    """A face brush: a squat kabuki, a stout powder brush, a flat-topped buffer, or one that draws into a barrel."""
    kind = str(rng.choice(["kabuki", "powder", "buffer", "barrel"]))
    radius = {"buffer": rng.uniform(0.011, 0.017), "barrel": rng.uniform(0.012, 0.017)}.get(
        kind, rng.uniform(0.017, 0.027)
    )
    depth = radius * {"buffer": rng.uniform(1.5, 2.1), "barrel": rng.uniform(1.4, 2.2)}.get(kind, rng.uniform(1.5, 2.2))
    base = rng.uniform(0.62, 0.75)
    crown = {"buffer": [(0.4, 0.92), (0.93, 1.0), (1, 0.9)], "barrel": [(0.5, 1.0), (0.85, 0.8), (1, 0.2)]}.get(
        kind, [(0.45, 0.92), (0.72, 1.0), (0.92, 0.7), (1, 0.2)]
    )
    hair = round_bristles(rng, depth, radius, [(0, base), *crown], ridges=26, ragged=0.02, rough=0.07)
    collar = radius * base * 1.06
    length = {"kabuki": rng.uniform(0.02, 0.042), "barrel": rng.uniform(0.04, 0.065)}.get(kind, rng.uniform(0.06, 0.1))
    butt = rng.uniform(0.55, 1.1)
    knots = {
        "kabuki": [(0, 1), (0.3, rng.uniform(0.7, 1.0)), (0.85, butt + 0.15), (1, butt)],
        "powder": [(0, 1), (0.15, 1), (0.3, rng.uniform(0.55, 0.8)), (0.75, rng.uniform(0.65, 0.9)), (1, 0.4)],
        "buffer": [(0, 1), (0.3, 0.95), (0.45, rng.uniform(0.6, 0.9)), (0.9, butt), (1, butt * 0.8)],
        "barrel": [(0, 1.0), (0.03, 1.12), (0.94, 1.12), (1, 1.0)],
    }[kind]
    x, size = swelling(-0.002, -length, knots, 26)
    parts: Parts = {"bristles": hair, "handle": bar(x, collar * size)}
    band = 0.004 if kind in ("kabuki", "barrel") else rng.uniform(0.008, 0.02)
    if kind == "barrel":  # the hem of the sleeve
        hem = collar * np.array([[0.3, -0.3], [1.3, -0.3], [1.3, 0.25], [1.1, 0.25], [0.3, 0.05]])
        parts["band"] = lathe(hem).rotate([0, 90, 0])
    else:
        parts["band"] = cylinder((0.002, 0, 0), (-band, 0, 0), collar * 1.02, collar * rng.uniform(1.0, 1.06))
    rests = (UPRIGHT, *LYING) if kind in ("kabuki", "barrel") else LYING
    return finished(name, "makeup-brush", parts, [_brushing(depth, radius, "handle")], rests)


def pastry_brush(rng: Generator, name: str) -> Tool:
    """A pastry brush: flat hair in a ferrule, a round sheaf, or rows of silicone strands; handle straight or bent."""
    kind = str(rng.choice(["flat", "round", "silicone"], p=[0.4, 0.15, 0.45]))
    half = rng.uniform(0.009, 0.013) if kind == "round" else rng.uniform(0.015, 0.032)
    thick = half * 0.75 if kind == "round" else rng.uniform(0.0045, 0.0075)
    depth, bend = rng.uniform(0.035, 0.055), 0.0
    if kind == "flat":
        hair = striated(rng, half * 0.96, half * rng.uniform(1, 1.12), depth, thick * 0.9, thick * 0.7, columns=31)
    elif kind == "round":
        knots = [(0, 0.75), (0.5, 0.95), (0.9, 1.0), (1, 0.75)]
        hair = round_bristles(rng, depth, half, knots, flatness=0.8, ridges=16)
    else:
        bend = rng.uniform(0.01, 0.045) * (rng.random() < 0.5)
        hair = _strands(rng, half, thick, depth)
    length, slim = rng.uniform(0.12, 0.19), rng.uniform(0.006, 0.01)
    head = rng.uniform(0.018, 0.032)
    slim = min(slim, half * 0.8)
    knots = [(0, half), (0.1, half), (0.28, slim), (0.7, slim * rng.uniform(1.0, 1.6)), (0.95, slim), (1, slim * 0.4)]
    s = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 36))
    path = np.stack([0.004 - s * (length + head), bend * np.clip((s - 0.12) / 0.88, 0, 1) ** 1.7], 1)
    deep = smooth_curve([(0, thick), (0.1, thick), (0.3, max(thick * 0.8, 0.005)), (0.8, 0.006), (1, 0.0025)])(s)
    handle = strap(path, smooth_curve(knots)(s), deep, polygon_section(12) if kind == "silicone" else None)
    if rng.random() < 0.6:
        at = path[np.searchsorted(s, 0.93)]
        handle = handle - cylinder((at[0], 0, -0.2), (at[0], 0, 0.2), slim * 0.4, slim * 0.4, 16)
    front, grip = split(handle, (1, 0, 0), 0.004 - 0.33 * (length + head))
    ferrule = rounded(block((2.04 * half, 2.1 * thick)), thick * (0.98 if kind == "round" else 0.6), 12)
    metal = ferrule.extrude(head).rotate([90, 0, 90]).translate([-head + 0.003, 0, 0])
    parts: Parts = {"bristles": hair, "head": metal, "neck": front, "grip": grip}
    symmetry = (MIRROR, MIRROR_X) if bend else (HALF_TURN, HALF_TURN)
    along = function_frame((depth, 0, 0), OUT, ROW)
    spread = Affordance("spread-with", "bristles", "grip", along, float(half), symmetry[1])
    return finished(name, "pastry-brush", parts, [_brushing(depth, half, "grip", symmetry[0]), spread], FLAT)


def _strands(rng: Generator, half: float, thick: float, depth: float) -> Manifold:
    """Two or three rows of tapering silicone strands along +x that stand apart."""
    rows, count = int(rng.integers(2, 4)), int(rng.integers(7, 12))
    radius = half / count * 0.72
    strands = []
    for z in np.linspace(-1, 1, rows) * (thick - radius):
        for y in np.linspace(-1, 1, count) * (half - radius * 1.3):
            end = depth * rng.uniform(0.97, 1.0)
            path = np.array([(-0.004, y, z), (end * 0.5, y * 1.03, z * 1.1), (end, y * 1.08, z * 1.2)])
            strands.append(rod(path, radius, 6, end=0.75))
    return Manifold.batch_boolean(strands, OpType.Add)


def dish_brush(rng: Generator, name: str) -> Tool:
    """A dish brush: a round or oval head of tufts, set at an angle on a wooden, plastic or bent wire handle."""
    kind = str(rng.choice(["wood", "plastic", "wire"], p=[0.35, 0.4, 0.25]))
    wide = rng.uniform(0.019, 0.028)
    long = wide * (1.0 if rng.random() < 0.55 else rng.uniform(1.25, 1.6))
    thick, tall = rng.uniform(0.008, 0.014), rng.uniform(0.018, 0.03)
    places = _oval_field(long - 0.004, wide - 0.004, rng.uniform(0.006, 0.0075))
    out = np.sum((places / [long, wide]) ** 2, axis=1)
    heights = tall * (1 - rng.choice([0.0, 0.15]) * out)
    bristles = tuft_grid(rng, places, heights, 0.0027, rng.uniform(0.0006, 0.0015), root=0.003)
    board = plate(disc((0, 0), 1.0).scale((long, wide)), thick, thick * 0.25, z=-thick / 2)
    parts: Parts = {"bristles": bristles, "head": board, **_dish_handle(rng, kind, long, thick)}
    frame = function_frame((0, 0, tall), (0, 0, 1), (0, -1, 0))
    brush = Affordance("brush-with", "bristles", "grip", frame, float(long), MIRROR_X)
    return finished(name, "dish-brush", parts, [brush], (turned(x=90), turned(x=-90), turned(x=180)))


def _dish_handle(rng: Generator, kind: str, long: float, thick: float) -> Parts:
    """The "neck" and "grip" behind a head of half length `long`: two wires with a grip on them, or one bent bar."""
    length, rise = rng.uniform(0.16, 0.22), rng.uniform(0.15, 0.5)
    s = np.linspace(0, 1, 32)
    climb = -rise * length * (s**2 if kind == "wood" else np.sin(s * np.pi / 2) ** 1.5)
    path = np.stack([-long * 0.75 - s * length, -thick * 0.55 + climb], 1)
    fat = rng.uniform(0.0075, 0.0115)
    if kind == "wire":
        legs = [np.stack([path[:, 0], side * (0.001 + fat * 0.75 * np.cos(s * 1.4) ** 0.5), path[:, 1]], 1)
                for side in (-1, 1)]  # fmt: skip
        neck = [rod(leg[:18], 0.0022, 8) for leg in legs]
        clamp = np.stack([path[0, 0] + np.array([-0.002, long]), [path[0, 1]] * 2], 1)
        neck.append(strap(clamp, fat * 1.1, thick * 0.3))
        swell = smooth_curve([(0, 0.95), (0.5, 1.2), (0.9, 1.0), (1, 0.5)])(s[:17] / s[16])
        return {"neck": neck, "grip": strap(path[15:], fat * swell, fat * 0.8)}
    knots = [(0, fat * 1.2), (0.2, fat * 0.75), (0.6, fat), (0.92, fat * rng.uniform(0.9, 1.5)), (1, fat * 0.5)]
    deep = smooth_curve([(0, thick * 0.4), (0.25, 0.005), (0.65, fat * rng.uniform(0.6, 0.9)), (1, 0.003)])(s)
    rooted = np.concatenate([[[-long * 0.3, path[0, 1]]], path])
    handle = strap(rooted, smooth_curve(knots)(np.r_[0, s]), np.r_[deep[0], deep])
    if rng.random() < 0.5:
        hole = path[29]
        handle = handle - cylinder((hole[0], 0, -1), (hole[0], 0, 1), fat * 0.35, fat * 0.35, 14)
    neck_part, grip = split(handle, (1, 0, 0), path[12, 0])
    return {"neck": neck_part, "grip": grip}


def _oval_field(long: float, wide: float, spacing: float) -> NDArray:
    """Places (N x 2) on nested ovals of half axes up to `long` and `wide`, symmetric in y."""
    places = [np.zeros((1, 2))]
    for number in range(1, int(wide / spacing) + 1):
        share = number / int(wide / spacing)
        count = max(6, int(np.pi * (long + wide) * share / spacing))
        turn = np.arange(count) * 2 * np.pi / count
        places.append(share * np.stack([long * np.cos(turn), wide * np.sin(turn)], 1))
    return np.concatenate(places)


def toilet_brush(rng: Generator, name: str) -> Tool:
    """A toilet brush: a ball, drum or pear of bristles on a straight stick; plain, with a bowl guard or a fat grip."""
    kind = str(rng.choice(["ball", "drum", "pear"]))
    radius = rng.uniform(0.032, 0.048)
    depth = radius * {"ball": rng.uniform(1.7, 2.1), "drum": rng.uniform(1.8, 2.4)}.get(kind, rng.uniform(2.0, 2.6))
    knots = {
        "ball": [(0, 0.35), (0.15, 0.75), (0.5, 1), (0.85, 0.75), (1, 0.3)],
        "drum": [(0, 0.85), (0.15, 1), (0.85, 1), (0.96, 0.8), (1, 0.5)],
        "pear": [(0, 0.45), (0.4, 0.65), (0.75, 1), (0.93, 0.8), (1, 0.3)],
    }[kind]
    discs = int(rng.integers(7, 12))
    at = np.linspace(0, 1, 2 * discs + 1)
    size = radius * smooth_curve(knots)(at) * np.where(np.arange(len(at)) % 2, 1.0, rng.uniform(0.72, 0.9))
    x = depth * np.r_[at[0], at[1:-1].repeat(2) + np.tile([-0.25, 0.25], len(at) - 2) / len(at), at[-1]]
    size = np.r_[size[0], size[1:-1].repeat(2), size[-1]]
    tufts = int(rng.integers(13, 20))
    hair = bar(x, size, section=fluted_section(tufts, rng.uniform(0.1, 0.2), 3))
    stem, length = rng.uniform(0.005, 0.009), rng.uniform(0.26, 0.36)
    hold = rng.uniform(0.3, 0.42) * length
    fat = stem * rng.uniform(1.0, 2.0) + 0.001
    waist = rng.uniform(0.7, 1.0)
    along, size = swelling(-length + hold, -length, [(0, 0.7), (0.08, 1), (0.5, waist), (0.92, 1), (1, 0.45)])
    parts: Parts = {"bristles": hair, "grip": bar(along, fat * size)}
    parts["stick"] = cylinder((0.01, 0, 0), (-length + hold - 0.003, 0, 0), stem * 1.1, stem, 18)
    if rng.random() < 0.5:
        wide, tall = radius * rng.uniform(0.95, 1.25), rng.uniform(0.008, 0.035)
        place = -rng.uniform(0.01, 0.05)
        curve = np.linspace(0, np.pi / 2, 9)
        outer = np.stack([wide * np.sin(curve), place - tall * np.cos(curve)], 1)
        profile = np.concatenate([outer, outer[::-1] + np.array([0, 0.003])])
        parts["guard"] = lathe(profile, 40).rotate([0, 90, 0])
    if rng.random() < 0.4:
        loop = ring(0.008, 0, 0.002, 56, sides=10).translate([-length - 0.006, 0, 0])
        parts["grip"] = [bar(along, fat * size), loop]
    return finished(name, "toilet-brush", parts, [_brushing(depth, depth / 2, "grip")], LYING)


def shower_hook(rng: Generator, name: str) -> Tool:
    """A shower curtain hook: a closed pear whose ends meet in a ball, an open one with balls, or one with rollers."""
    kind = str(rng.choice(["closed", "open", "rollers"], p=[0.35, 0.35, 0.3]))
    radius = rng.uniform(0.016, 0.024)
    wire = rng.uniform(0.0012, 0.0022)
    line, long = _pear(rng, radius, kind == "closed")
    loop = rod(flat(line), wire, 10)
    hook, foot = split(loop, (1, 0, 0), -0.45 * long)
    inside = radius - wire
    parts: Parts = {"hook": hook, "foot": foot}
    if kind == "closed":
        parts["ball"] = Manifold.sphere(wire * rng.uniform(1.8, 2.6), 18).translate([*line[0], 0])
    else:
        size = wire * rng.uniform(1.7, 2.6)
        parts["hook"] = hook + Manifold.sphere(size, 18).translate([*line[0], 0])
        parts["foot"] = foot + Manifold.sphere(size, 18).translate([*line[-1], 0])
    if kind == "rollers":
        bead, count = wire * rng.uniform(1.7, 2.4), int(rng.choice([3, 5]))
        pitch = np.degrees(bead * rng.uniform(2.05, 2.6) / radius)
        spots = arc((0, 0), radius, -pitch * (count // 2), pitch * (count // 2), count)
        parts["rollers"] = [Manifold.sphere(bead, 18).translate([*spot, 0]) for spot in spots]
        inside = radius - bead
    serving = ("hook", "rollers") if kind == "rollers" else ("hook",)
    hang = hooking("hang-onto", (inside, 0, 0), (-1, 0, 0), (0, 1, 0), inside, serving, "foot")
    return finished(name, "shower-hook", parts, [hang])


def _pear(rng: Generator, radius: float, closed: bool) -> tuple[NDArray, float]:
    """(centre line of a pear, round at +x, narrow at -x, closed or open at +y; length between its centres)."""
    small = radius * rng.uniform(0.2, 0.45)
    long = radius * rng.uniform(1.8, 2.8)
    lean = np.degrees(np.arccos((radius - small) / long))
    top = arc((0, 0), radius, 180 - lean, lean - 180, 44)
    bottom = arc((-long, 0), small, lean - 180, -180 - (180 - lean) + (0 if closed else 70), 20)
    sides = np.linspace(top[-1], bottom[0], 8)[1:-1]
    line = np.concatenate([top, sides, bottom])
    shut = np.linspace(bottom[-1], top[0], 9)
    line = np.concatenate([shut[4:-1], line, shut[1:5]]) if closed else line[int(rng.integers(0, 7)) :]
    return line, long


def key_ring(rng: Generator, name: str) -> Tool:
    """A split ring with a fob on one to five links: a leather strap, a tag, a medal, a ball or an egg."""
    radius = rng.uniform(0.011, 0.018)
    half, tall = radius * rng.uniform(0.06, 0.11), radius * rng.uniform(0.045, 0.07)
    coils = [ring(radius, 0, half, 56, tall, sides=10).translate([0, 0, z]) for z in (-0.85 * tall, 0.85 * tall)]
    slot = plate(block((half * 4, half * 0.8), (radius, 0)), tall * 2).translate([0, 0, tall * 1.2])
    coils[0] = coils[0] - slot.translate([0, 0, -tall * 2.4]).rotate([0, 0, 60])
    coils[1] = coils[1] - slot.rotate([0, 0, 60])
    x = -radius
    links: list[Manifold] = []
    size, wire = radius * rng.uniform(0.16, 0.24), half * 0.75
    for number in range(int(rng.integers(1, 6))):
        link = ring(size, 0, wire, 26, sides=10).scale([1.25, 0.9, 1])
        link = link.rotate([90, 0, 0]) if number % 2 == 0 else link
        links.append(link.translate([x - size * 1.05, 0, 0]))
        x -= size * 2.5 - wire * 1.2
    fob = _FOBS[str(rng.choice(list(_FOBS)))](rng, radius, half).translate([x + size * 0.3, 0, 0])
    inside = radius - half
    hang = hooking("hang-onto", (inside, 0, 0), (-1, 0, 0), (0, 1, 0), inside, ("ring",), "fob")
    return finished(name, "key-ring", {"ring": coils, "links": links, "fob": fob}, [hang])


def _fob_strap(rng: Generator, radius: float, half: float) -> Manifold:
    """A leather strap, wider towards its end or even, with a rivet."""
    long, wide, thick = radius * rng.uniform(2.5, 5), radius * rng.uniform(0.35, 0.7), half * rng.uniform(1.2, 1.8)
    x, size = swelling(0, -long, [(0, 0.8), (0.2, 0.7), (0.6, rng.uniform(0.7, 1.2)), (0.9, 1), (1, 0.7)])
    rivet = cylinder((-long * 0.2, 0, -thick * 1.5), (-long * 0.2, 0, thick * 1.5), wide * 0.35, wide * 0.35, 18)
    return bar(x, wide * size, thick, squarish_section(9)) + rivet


def _fob_tag(rng: Generator, radius: float, half: float) -> Manifold:
    """A flat tag with round corners and a raised field."""
    long, wide = radius * rng.uniform(2.2, 4), radius * rng.uniform(0.8, 1.4)
    shape = rounded(block((long, 2 * wide), (-long / 2, 0)), wide * rng.choice([0.2, 0.5, 0.9]))
    thick = half * rng.uniform(1.2, 3)
    field = shape.offset(-wide * 0.25)
    return plate(shape, thick, thick * 0.2) + plate(field, thick * 1.3)


def _fob_disc(rng: Generator, radius: float, half: float) -> Manifold:
    """A medal with a raised rim, or a many-sided one."""
    wide, thick = radius * rng.uniform(0.9, 1.5), half * rng.uniform(1.2, 2.5)
    shape = disc((-wide, 0), wide, int(rng.choice([6, 8, 40, 40])))
    return (
        plate(shape, thick)
        - plate(shape.offset(-wide * 0.12), thick).translate([0, 0, thick * 0.8])
        + plate(disc((-wide, 0), wide * 0.5), thick * 1.2)
    )


def _fob_ball(rng: Generator, radius: float, half: float) -> Manifold:
    """A ball, egg or drop."""
    wide, long = radius * rng.uniform(0.5, 0.95), rng.uniform(1.0, 1.7)
    return Manifold.sphere(wide, 28).scale([long, 1, 1]).translate([-wide * long * 0.97, 0, 0])


_FOBS = {"strap": _fob_strap, "tag": _fob_tag, "disc": _fob_disc, "ball": _fob_ball}

FAMILIES = {
    "shaving-brush": Family(shaving_brush, ("brush-with",)),
    "makeup-brush": Family(makeup_brush, ("brush-with",)),
    "pastry-brush": Family(pastry_brush, ("brush-with", "spread-with")),
    "dish-brush": Family(dish_brush, ("brush-with",)),
    "toilet-brush": Family(toilet_brush, ("brush-with",)),
    "shower-hook": Family(shower_hook, ("hang-onto",)),
    "key-ring": Family(key_ring, ("hang-onto",)),
}
