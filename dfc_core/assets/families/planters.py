"""Parametric planting tools (dibber, bulb planter, weeding fork) and things that poke or pierce, from stick to arrow.

The working end at the origin, the rest to -x; crooks and cross grips lie in the xy plane.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.bars import Tip, bar, polygon_section, squarish_section, swelling, tip_affordances
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import arc, flat, merged, outline, plate, rod
from dfc_core.assets.families.grips import collar, cross_grip, tool_grip
from dfc_core.assets.families.hooks import hooking
from dfc_core.assets.families.spikes import Solids, fallen, spun
from dfc_core.assets.solids import box, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, MIRROR_X, Symmetry, Tool


def arrow(rng: Generator, name: str) -> Tool:
    """An arrow or a crossbow bolt with a field point, a broadhead of two to four blades or a square bodkin."""
    kind = str(rng.choice(["field", "broad", "bodkin"], p=[0.35, 0.4, 0.25]))
    bolt = rng.random() < 0.35
    length = rng.uniform(0.33, 0.5) if bolt else rng.uniform(0.58, 0.8)
    thick = rng.uniform(0.0036, 0.0048) if bolt else rng.uniform(0.0027, 0.004)
    head, long, blades = _arrow_head(rng, kind, thick)
    count = 4 if rng.random() < 0.25 else 3
    nock = spun([(-length + 0.016, thick * 0.9), (-length + 0.012, thick * 1.2), (-length, thick * 0.95)])
    nock = nock - box((0.014, thick * 0.75, 0.1), (-length, 0, 0))
    shaft = spun([(-long * 0.96, thick), (-length + 0.012, thick)])
    vanes = _vanes(rng, -length + rng.uniform(0.02, 0.035), thick, count)
    parts = {"tip": head, "shaft": shaft, "vanes": vanes, "nock": nock}
    symmetry = Symmetry("n-fold", count) if blades in (1, count) else MIRROR
    return fallen(name, "arrow", parts, tip_affordances({"pierce-with": "tip"}, "shaft", long, Tip(thick, symmetry)))


def _arrow_head(rng: Generator, kind: str, thick: float) -> tuple[Manifold, float, int]:
    """(head, its length, how many alike sides it has; 1 of a round one)."""
    if kind == "field":
        long, wide = rng.uniform(0.03, 0.05), thick * rng.uniform(1.05, 1.5)
        nose = rng.uniform(0.3, 0.6) * long
        middle = (-0.45 * nose, wide * rng.uniform(0.45, 0.75))
        return spun([(0, 0.0002), middle, (-nose, wide), (-0.8 * long, wide), (-long, thick)]), long, 1
    if kind == "bodkin":
        long, wide = rng.uniform(0.05, 0.095), thick * rng.uniform(1.1, 1.7)
        spike = spun([(0, 0.0003), (-0.55 * long, wide), (-0.68 * long, 0.75 * thick)], polygon_section(4))
        return spike + spun([(-0.6 * long, 0.7 * thick), (-0.7 * long, thick), (-long, thick * 1.25)]), long, 4
    long, blades = rng.uniform(0.045, 0.075), int(rng.choice([2, 2, 3, 4]))
    half = long * rng.uniform(0.2, 0.36) + thick
    widest, barb = rng.uniform(0.55, 0.9) * long, rng.uniform(-0.15, 0.25) * long
    bulge = (-0.5 * widest, half * rng.uniform(0.5, 0.72))
    blade = outline([(0, 0), (0, 0.0004), bulge, (-widest, half), (-widest - barb, thick * 0.9), (-widest, 0)])
    sheet = plate(blade, rng.uniform(0.001, 0.0016))
    core = spun([(-0.05 * long, 0.0004), (-0.6 * long, thick * 0.8), (-0.8 * long, thick * 1.2), (-long, thick * 1.2)])
    return merged([core, *(sheet.rotate([360 * n / blades, 0, 0]) for n in range(blades))]), long, blades


def _vanes(rng: Generator, rear: float, thick: float, count: int) -> list[Manifold]:
    """Feathers or plastic vanes around the shaft: parabolic, shield-shaped or cut straight."""
    long, high = rng.uniform(0.045, 0.11), rng.uniform(0.009, 0.016) + thick
    shape = {
        "parabolic": [(1, 0), (0.7, 0.55), (0.35, 0.95), (0.12, 0.9), (0, 0.5)],
        "shield": [(1, 0), (0.6, 0.6), (0.2, 1), (0.12, 0.75), (0, 0.45)],
        "straight": [(1, 0), (0.85, 0.5), (0.1, 1), (-0.05, 1)],
    }[str(rng.choice(["parabolic", "shield", "straight"]))]
    edge = [(rear + long * x, thick * 0.5 + (high - thick * 0.5) * y) for x, y in shape]
    sheet = plate(outline([(rear + long, 0), *edge, (rear, 0)]), rng.uniform(0.0006, 0.001))
    return [sheet.rotate([360 * number / count, 0, 0]) for number in range(count)]


def pool_cue(rng: Generator, name: str) -> Tool:
    """A pool, snooker or short cue: in one piece, with a joint, or with a wrapped butt; a rubber bumper behind."""
    length = rng.uniform(0.7, 1.1) if rng.random() < 0.35 else rng.uniform(1.2, 1.5)
    fine, butt = rng.uniform(0.0047, 0.0068), rng.uniform(0.0135, 0.0175)
    kind = str(rng.choice(["plain", "joint", "wrapped"]))
    knots = [(0, fine), (0.25, fine * rng.uniform(1.03, 1.2)), (0.55, butt * rng.uniform(0.62, 0.75)), (1, butt)]
    long, thick = rng.uniform(0.05, 0.075) * length, smooth_curve(knots)
    front, rear = split(bar(*swelling(-0.004, -length + 0.012, knots, 26)), (1, 0, 0), -rng.uniform(0.5, 0.62) * length)
    ferrule, shaft = split(front, (1, 0, 0), -long)
    leather = spun([(0, fine * 0.55), (-0.002, fine * 0.88), (-0.004, fine * 1.04), (-0.0325, fine * 1.06)])
    bumper = spun([(-length + 0.016, butt * 1.02), (-length + 0.004, butt * 1.02), (-length, butt * 0.7)])
    zone = np.array({"plain": [0.7, 0.705], "joint": [0.48, 0.5], "wrapped": [0.7, 0.9]}[kind])
    sleeve = bar(-zone * length, thick(zone) * 1.1)
    parts = {"tip": [ferrule, leather], "shaft": shaft, "grip": [rear, bumper]}
    parts["joint" if kind == "joint" else "grip"] = [sleeve] if kind == "joint" else [rear, bumper, sleeve]
    return fallen(name, "pool-cue", parts, tip_affordances({"poke-with": "tip"}, "grip", long, Tip(fine)))


def meat_thermometer(rng: Generator, name: str) -> Tool:
    """A meat thermometer: a small or large dial, a flat digital head across the probe, or a digital body in line."""
    kind = str(rng.choice(["dial", "across", "inline"], p=[0.45, 0.25, 0.3]))
    length, thin = rng.uniform(0.085, 0.15), rng.uniform(0.0016, 0.0026)
    point = thin * rng.uniform(2.5, 6.0)
    long = length * rng.uniform(0.35, 0.45)
    reduced = thin * (rng.uniform(0.55, 0.75) if rng.random() < 0.4 else 1.0)
    step = long * rng.uniform(0.6, 0.9)
    profile = [(0, thin * 0.12), (-point, reduced), (-step, reduced), (-step - 0.004, thin), (-length - 0.004, thin)]
    tip, probe = split(spun(profile), (1, 0, 0), -long)
    head = {"dial": _dial, "across": _digital_head, "inline": _digital_body}[kind](rng, -length, thin)
    end = Tip(thin, {"dial": AXIS, "across": HALF_TURN, "inline": MIRROR_X}[kind])
    serves = {"pierce-with": "tip", "poke-with": "tip"}
    parts = {"tip": tip, "probe": probe, **head}
    return fallen(name, "meat-thermometer", parts, tip_affordances(serves, "head", long, end))


def _dial(rng: Generator, x: float, thin: float) -> Solids:
    """A round case with a rim and a glass that looks back, on a hexagonal or round nut."""
    radius, deep = rng.uniform(0.0125, 0.032), rng.uniform(0.007, 0.013)
    nut = thin * rng.uniform(1.6, 2.6)
    section = polygon_section(6) if rng.random() < 0.6 else None
    neck = spun([(x + 0.002, nut * 0.8), (x, nut), (x - 0.008, nut)], section)
    x, taper = x - 0.007, rng.uniform(0.6, 1.0)
    case = [(x, radius * taper), (x - 0.25 * deep, radius), (x - deep, radius), (x - deep, radius * 0.96)]
    glass = spun([(x - 0.8 * deep, radius * 0.87), (x - 2 * deep, radius * 0.87)])
    face = spun([(x - 0.7 * deep, radius * 0.9), (x - 0.85 * deep, radius * 0.9)])
    return {"head": [spun(case) - glass, neck], "dial": face}


def _digital_head(rng: Generator, x: float, thin: float) -> Solids:
    """A flat head across the probe, round-ended or nearly square, with a screen that looks back."""
    half, aspect, deep = rng.uniform(0.019, 0.034), rng.uniform(0.45, 0.75), rng.uniform(0.011, 0.02)
    section = squarish_section(rng.uniform(2.6, 7), 32)
    neck = spun([(x + 0.003, thin * 1.5), (x - 0.008, thin * rng.uniform(2, 3.5))])
    x -= 0.006
    steps = x - deep * np.array([0, 0.15, 0.85, 1.0])
    shell = bar(steps, half * np.array([0.8, 1, 1, 0.9]), half * aspect * np.array([0.75, 1, 1, 0.88]), section)
    screen = box((0.0016, half * 1.1, half * aspect * 1.0), (x - deep, 0, 0))
    return {"head": [shell, neck], "screen": screen}


def _digital_body(rng: Generator, x: float, thin: float) -> Solids:
    """A long flat body in line with the probe, slim or broad at its rear, a screen on its upper side."""
    length, half, flat_ = rng.uniform(0.08, 0.145), rng.uniform(0.011, 0.02), rng.uniform(0.45, 0.7)
    front, rear = rng.uniform(0.5, 1.0), rng.uniform(0.6, 1.0)
    knots = [(0, front * 0.55), (0.05, front * 0.8), (0.3, 0.9), (0.6, 1.0), (0.95, rear * 0.95), (1, rear * 0.7)]
    steps, wide = swelling(x, x - length, knots, 20)
    thick = half * flat_
    depth = thick * np.interp(np.linspace(0, 1, 20), [0, 0.2, 0.8, 1], [0.6, 1, 1, 0.6])
    shell = bar(steps, half * wide, depth, squarish_section(4, 24))
    middle = x - length * rng.uniform(0.35, 0.6)
    screen = box((length * rng.uniform(0.2, 0.3), half * 1.2, thick), (middle, 0, thick * 0.56))
    return {"head": [shell, spun([(x + 0.006, thin * 1.4), (x - 0.005, thin * 2)])], "screen": screen}


def dibber(rng: Generator, name: str) -> Tool:
    """A dibber: a pointed peg, bare or shod, with a T, a D or a knob handle; seldom long, to stand at."""
    kind = str(rng.choice(["t", "d", "knob"], p=[0.4, 0.3, 0.3]))
    tall = kind != "knob" and rng.random() < 0.2
    radius = rng.uniform(0.012, 0.021)
    long = radius * rng.uniform(3.0, 6.5)
    length = rng.uniform(0.6, 0.9) if tall else long + rng.uniform(0.06, 0.16)
    blunt, belly = rng.uniform(0.05, 0.3), rng.uniform(0.55, 0.8)
    cone = [(0, radius * blunt * 0.5), (-0.04 * long, radius * blunt), (-0.5 * long, radius * belly), (-long, radius)]
    stem = radius * (rng.uniform(0.7, 0.9) if tall else rng.uniform(0.85, 1.15))
    shod = rng.random() < 0.35
    peg = spun([(-long * 0.99, radius), (-long - 0.03, stem), (-length, stem)])
    tip = spun(cone) + spun([(-0.96 * long, radius * 1.1), (-long, radius * 1.1)]) if shod else spun(cone)
    grip = {"t": _t_handle, "d": _d_handle, "knob": _knob}[kind](rng, -length, stem)
    end = Tip(radius, AXIS if kind == "knob" else HALF_TURN)
    found = tip_affordances({"dig-with": "tip", "poke-with": "tip"}, "grip", long, end)
    return fallen(name, "dibber", {"tip": tip, "peg": peg, "grip": grip}, found)


def _t_handle(rng: Generator, x: float, stem: float) -> list[Manifold]:
    """A bar across the end of a peg."""
    return [cross_grip(rng, x, rng.uniform(0.042, 0.065), min(stem * rng.uniform(0.75, 1.05), 0.017))]


def _d_handle(rng: Generator, x: float, stem: float) -> list[Manifold]:
    """Two arms and a bar between their ends."""
    half, deep, wire = rng.uniform(0.04, 0.052), rng.uniform(0.055, 0.085), stem * rng.uniform(0.4, 0.55)
    share = np.linspace(0, 1, 10)
    side = smooth_curve([(0, 0.05), (0.35, 0.75), (0.7, 1.0), (1, 1.0)])(share)
    arm = tube(flat(np.stack([x + 0.012 - share * deep, half * side], 1)), wire, wire, 12)
    return [arm, arm.mirror((0, 1, 0)), cross_grip(rng, x + 0.012 - deep * 0.95, half * 1.12, wire * 1.4)]


def _knob(rng: Generator, x: float, stem: float) -> list[Manifold]:
    """A turned knob: a ball, a mushroom or a pear, on a waist."""
    wide, long = stem * rng.uniform(1.3, 1.8), stem * rng.uniform(2.0, 4.0)
    where = rng.uniform(0.35, 0.75)
    knots = [(0, stem), (0.12, stem * rng.uniform(0.65, 0.9)), (where, wide), (0.93, wide * 0.6), (1, wide * 0.25)]
    return [bar(*swelling(x + 0.003, x - long, knots, 22))]


def weeding_fork(rng: Generator, name: str) -> Tool:
    """A dandelion weeder: a notched blade or two prongs on a rod over a ball, a bow or a bent plate; a hand grip."""
    reach, wire = rng.uniform(0.15, 0.26), rng.uniform(0.0036, 0.005)
    long, half = rng.uniform(0.05, 0.085), rng.uniform(0.009, 0.015)
    thin = rng.uniform(0.0012, 0.0019)
    notch, open_ = long * rng.uniform(0.3, 0.7), rng.uniform(0.55, 0.85)
    waist = rng.uniform(0.75, 1.05)
    edge = [(0, half * open_), (-0.08 * long, half), (-notch, half * waist), (-0.85 * long, wire * 1.2), (-long, wire)]
    shape = outline(edge + [(x, -y) for x, y in edge[::-1]])
    throat = half * open_ * 0.88
    corners = [(0.01, throat), (0, throat), (-notch, 0.0012)]
    gap = outline(corners + [(x, -y) for x, y in corners[::-1]])
    prongs = plate(shape - gap, 2 * thin, thin * 0.6)
    x, size = swelling(-0.8 * long, -reach - 0.02, [(0, 0.35), (0.1, 1.0), (1, 1.1)], 14)
    rise = rng.uniform(0.0, 0.03) if rng.random() < 0.6 else 0.0
    lift = rise * np.clip((-0.8 * long - x) / (reach - 0.8 * long), 0, 1) ** 2
    shank = bar(x, wire * np.maximum(size, 0.7), wire * size, z=lift)
    at = -long - rng.uniform(0.15, 0.4) * (reach - long)
    height = float(np.interp(-at, -x, lift))
    front = collar(rng, -reach, 0.02, rng.uniform(0.008, 0.011)).translate([0, 0, rise])
    grip = tool_grip(rng, -reach - 0.012, rng.uniform(0.1, 0.14), rng.uniform(0.012, 0.017))
    held = [solid.translate([0, 0, rise]) for solid in grip.values()]
    parts = {"fork": prongs, "shank": [shank, front], "fulcrum": _fulcrum(rng, at, height, wire), "grip": held}
    end = Tip(half, MIRROR)
    found = tip_affordances({"dig-with": "fork", "pry-with": "fork"}, "grip", long, end)
    return fallen(name, "weeding-fork", parts, found)


def _fulcrum(rng: Generator, x: float, z: float, wire: float) -> list[Manifold]:
    """What the rod is rocked on: a ball, a bow of rod, or a bent plate, below it."""
    kind, deep = rng.choice(["ball", "bow", "plate"]), rng.uniform(0.016, 0.028)
    if kind == "ball":
        radius = deep * rng.uniform(0.5, 0.65)
        return [Manifold.sphere(radius, 24).translate([x, 0, z - radius * rng.uniform(0.6, 0.85)])]
    half = deep * rng.uniform(1.0, 1.5)
    bend = arc((0, 0.5), 1.0, 210, 330, 17)
    path = np.stack([x + half * bend[:, 0], 0 * bend[:, 0], z + 2 * deep * bend[:, 1]], 1)
    if kind == "bow":
        return [rod(path, wire * rng.uniform(0.7, 1.0), 12)]
    wide = rng.uniform(0.009, 0.014) * np.interp(np.arange(17), [0, 5, 11, 16], [0.3, 1, 1, 0.3])
    return [tube(path, wide, 0.0016, 16)]


def bulb_planter(rng: Generator, name: str) -> Tool:
    """A bulb planter: a toothed tube under a bow with a grip, round or angular, or a long shaft with a foot bar."""
    make = _hoop if rng.random() < 0.7 else _tall
    radius, long = rng.uniform(0.026, 0.038), rng.uniform(0.09, 0.13)
    wall, top = rng.uniform(0.0011, 0.0018), rng.uniform(1.05, 1.25)
    body = spun([(0, radius), (-long, radius * top)]) - spun(
        [(0.01, radius - wall), (0, radius - wall), (-long, radius * top - wall), (-long - 0.01, radius * top - wall)]
    )
    count, deep = 2 * int(rng.integers(4, 10)), rng.uniform(0.35, 0.8)
    pitch = 2 * np.pi * radius / count
    cut = plate(outline([(0.01, pitch * 0.7), (-deep * pitch, 0), (0.01, -pitch * 0.7)]), 0.1).translate([0, 0, 0.05])
    for number in range(count):
        body = body - cut.rotate([360 * (number + 0.5) / count, 0, 0])
    teeth, sleeve = split(body, (1, 0, 0), -0.3 * long)
    if rng.random() < 0.6:
        lip = spun([(-long + 0.004, radius * top + 0.002), (-long, radius * top + 0.002)])
        sleeve = sleeve + (lip - spun([(0, radius * top - wall), (-1, radius * top - wall)]))
    frame, grip = make(rng, -long, radius * top)
    found = tip_affordances({"dig-with": ("teeth", "tube")}, "grip", long, Tip(radius, HALF_TURN))
    parts = {"teeth": teeth, "tube": sleeve, "frame": frame, "grip": grip}
    return fallen(name, "bulb-planter", parts, found)


def _hoop(rng: Generator, x: float, radius: float) -> tuple[list[Manifold], list[Manifold]]:
    """(bow, grip) of a rod bent up from both sides of a tube, with a grip on its straight top."""
    high, wire, half = rng.uniform(0.06, 0.1), rng.uniform(0.0035, 0.005), max(radius, rng.uniform(0.035, 0.055))
    low, top = rng.uniform(0.0, 0.5), rng.uniform(0.6, 0.97)
    side = [(x + 0.03, radius), (x + 0.004, radius), (x - low * high, half), (x - top * high, half)]
    path = [*side, (x - high, half * 0.82), (x - high, 0)]
    bow = merged(rod(flat(np.array(pair)), wire, 12) for pair in pairwise(path))
    grip = cross_grip(rng, x - high, half * 0.8, rng.uniform(0.011, 0.015))
    return [bow, bow.mirror((0, 1, 0))], [grip]


def _tall(rng: Generator, x: float, radius: float) -> tuple[list[Manifold], list[Manifold]]:
    """(fork, shaft and foot bar, grip) of a planter to stand at, with a T or a D handle."""
    thick, end = rng.uniform(0.011, 0.015), x - rng.uniform(0.65, 0.85)
    gap, reach = rng.uniform(0.03, 0.06), radius * rng.uniform(1.2, 2.2)
    legs = [rod(np.array([(x + 0.025, s * radius, 0), (x - gap, s * radius, 0)]), 0.005, 12) for s in (1, -1)]
    step = rod(np.array([(x - gap, -reach, 0), (x - gap, reach, 0)]), 0.007, 14)
    shaft = spun([(x - gap, thick), (end, thick)])
    return [*legs, step, shaft], (_t_handle if rng.random() < 0.5 else _d_handle)(rng, end, thick)


def _crook(radius: float, wire: float, x: float, over: float) -> Manifold:
    """A bend from (x, 0) back and round to +y, its end turned on by `over` degrees."""
    bend = arc((x, radius), radius, 270, 90 - over, 24)
    return rod(flat(np.concatenate([[(x + 0.004, 0)], bend])), wire, 14)


def walking_stick(rng: Generator, name: str) -> Tool:
    """A walking stick, smooth, knotty or of bamboo, on a ferrule, with a crook, a derby handle or a knob."""
    kind = str(rng.choice(["crook", "derby", "knob"], p=[0.4, 0.35, 0.25]))
    length, long = rng.uniform(0.72, 0.92), rng.uniform(0.035, 0.06)
    foot, wire = rng.uniform(0.0075, 0.009), rng.uniform(0.0095, 0.0125)
    x = np.linspace(-long * 0.9, -length, 60)
    bamboo = 0.14 * (np.arange(60) % 9 == 4)
    rough = {"smooth": 0 * x, "knotty": rng.uniform(-0.08, 0.2, 60), "bamboo": bamboo}
    shaft = bar(x, np.linspace(foot, wire, 60) * (1 + rough[str(rng.choice(list(rough)))]))
    flare = rng.choice([1.15, 1.75])
    bell = [(0, foot * flare * 0.85), (-0.005, foot * flare), (-0.012, foot * flare), (-0.02, foot * 1.3)]
    tip = spun([*bell, (-long, foot * 1.2)])
    size = wire * rng.uniform(1.0, 1.12)
    if kind == "crook":
        grip = [_crook(rng.uniform(0.04, 0.055), size, -length, rng.uniform(-10, 25))]
    elif kind == "derby":
        y = [-0.032, -0.022, 0.0, 0.03, 0.06, 0.085, rng.uniform(0.095, 0.11)]
        rise = [0.014, 0.019, 0.012, 0.02, 0.021, 0.012, rng.uniform(-0.02, 0.01)]
        width = size * np.array([0.6, 1.15, 1.25, 1.0, 1.1, 1.0, 0.5])
        grip = [tube(flat(np.stack([-length - np.array(rise), y], 1)), width * rng.uniform(0.8, 1.0), width)]
    else:
        grip = _knob(rng, -length, size * 1.1)
    ring = spun([(-length + 0.012, size * 1.1), (-length - 0.004, size * 1.1)])
    end = Tip(foot, AXIS if kind == "knob" else MIRROR)
    parts = {"tip": tip, "shaft": shaft, "ring": ring, "grip": grip}
    return fallen(name, "walking-stick", parts, tip_affordances({"poke-with": "tip"}, "grip", long, end))


def umbrella(rng: Generator, name: str) -> Tool:
    """A closed umbrella with a crook: furled tightly and wound, or hanging in folds, for adults or children."""
    whole, tight = rng.uniform(0.5, 0.9), rng.random() < 0.5
    long = whole * rng.uniform(0.095, 0.13)
    rear = -whole * rng.uniform(0.74, 0.84)
    wide = whole * (rng.uniform(0.026, 0.035) if tight else rng.uniform(0.038, 0.052))
    fine, wire = rng.uniform(0.004, 0.0055), rng.uniform(0.0085, 0.0125)
    tip = spun([(0, fine * 0.7), (-0.006, fine), (-0.6 * long, fine * 1.1), (-long - 0.01, fine * 1.7)])
    tie = rng.uniform(0.5, 0.7)
    knots = [(0, 0.22), (0.35, 0.7), (tie - 0.08, 0.95), (tie, 0.72), (tie + 0.1, 0.95), (0.95, 1.0), (1, 0.8)]
    x, size = swelling(-long, rear, knots, 30)
    share = (long + x) / (long + rear)
    deep = np.interp(share, [0, 0.3, tie, 1], [0.05, 0.25, 0.1, 0.4]) * (0.6 if tight else 1.0)
    around = np.arange(48) * 2 * np.pi / 48
    folds = 0.5 - 0.5 * np.cos(8 * around - (rng.uniform(3, 8) if tight else 0.0) * share[:, None])
    unit = np.stack([np.cos(around), np.sin(around)], 1)
    canopy = bar(x, wide * size, section=(1 - deep[:, None] * folds)[..., None] * unit)
    at = -long + tie * (rear + long)
    strap = spun([(at + 0.009, wide * 0.76), (at - 0.009, wide * 0.76)])
    radius = rng.uniform(0.028, 0.045)
    crook = _crook(radius, wire, -whole, rng.uniform(-5, 30))
    front = -whole + 0.4 * (rear + whole)
    handle = spun([(-whole - 0.001, wire), (front - 0.01, wire), (front, wire * 0.8)])
    parts = {"tip": tip, "canopy": canopy, "strap": strap, "shaft": spun([(rear + 0.03, 0.005), (-whole, 0.005)])}
    poke = tip_affordances({"poke-with": "tip"}, ("handle", "crook"), long, Tip(fine, MIRROR))
    inside = (-whole - radius + wire, radius, 0)
    pull = hooking("pull-with", inside, (1, 0, 0), (0, 1, 0), radius - wire, ("crook",), "canopy")
    return fallen(name, "umbrella", {**parts, "handle": handle, "crook": crook}, [*poke, pull])


FAMILIES = {
    "dibber": Family(dibber, ("dig-with", "poke-with")),
    "bulb-planter": Family(bulb_planter, ("dig-with",)),
    "weeding-fork": Family(weeding_fork, ("dig-with", "pry-with")),
    "walking-stick": Family(walking_stick, ("poke-with",)),
    "pool-cue": Family(pool_cue, ("poke-with",)),
    "umbrella": Family(umbrella, ("poke-with", "pull-with")),
    "arrow": Family(arrow, ("pierce-with",)),
    "meat-thermometer": Family(meat_thermometer, ("pierce-with", "poke-with")),
}
