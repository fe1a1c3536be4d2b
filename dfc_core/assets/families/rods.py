"""Parametric rods and tubes: pipe, log, paper-roll, straw, matchstick, branch.

Along x, the working end at +x, the hand at -x; what rolls lies about the origin.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    X,
    Y,
    Z,
    arc,
    bar,
    follow,
    polygon_section,
    round_section,
    squarish_section,
    strap,
    swelling,
    tip_affordances,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import LYING, finished, outline, plate
from dfc_core.assets.families.rollers import STANDING, STANDING_OVER, roll_about_x
from dfc_core.assets.solids import box, cylinder, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, NONE, Affordance, Symmetry, Tool

Parts = dict[str, Manifold | list[Manifold]]


def pipe(rng: Generator, name: str) -> Tool:
    """A plumbing pipe: plain, with a flange, an elbow, or a thread and a coupling at the end away from the tip."""
    kind = str(rng.choice(["plain", "flange", "elbow", "coupling"]))
    radius = float(rng.uniform(0.008, 0.03))
    length = float(np.clip(radius * rng.uniform(12, 26), 0.16, 0.65))
    bore = radius * float(rng.uniform(0.72, 0.9))
    reach = max(0.13 * length, radius * 3.0)
    solid = cylinder((0, 0, 0), (length, 0, 0), radius, radius) - _along_x(-1, 1, bore)
    end, body = split(solid, (1, 0, 0), length - reach)
    parts: Parts = {"end": end, "body": body}
    symmetry = AXIS
    others: tuple[NDArray, ...] = ()
    if kind == "plain":
        back, parts["body"] = split(body, (-1, 0, 0), -reach)
        parts["end"] = [end, back]
        others = (function_frame((0, 0, 0), -X, Z),)
    else:
        parts["fitting"], symmetry = {"flange": _flange, "elbow": _elbow, "coupling": _coupling}[kind](
            rng, radius, bore
        )
    poke = Affordance("poke-with", "end", "body", function_frame((length, 0, 0), X, Z), reach, symmetry, others)
    return finished(name, "pipe", parts, [poke], ROLLING)


def _along_x(start: float, end: float, radius: float, sides: int = 32) -> Manifold:
    """A cylinder about the x axis."""
    return cylinder((start, 0, 0), (end, 0, 0), radius, radius, sides)


def _flange(rng: Generator, radius: float, bore: float) -> tuple[Manifold, Symmetry]:
    """A disc at x = 0, whole or with bolt holes, on a hub."""
    wide, thick = radius * rng.uniform(1.7, 2.5), radius * rng.uniform(0.25, 0.5)
    count = int(rng.choice([0, 3, 4, 6]))
    disc = _along_x(-thick, 0.0005, wide, 40) + cylinder((0, 0, 0), (thick * 2, 0, 0), radius * 1.35, radius * 1.1)
    place, hole = (wide + radius * 1.3) / 2, (wide - radius * 1.35) * 0.28
    for angle in 2 * np.pi * np.arange(count) / max(count, 1):
        y, z = place * np.sin(angle), place * np.cos(angle)
        disc = disc - cylinder((-1, y, z), (1, y, z), hole, hole, 14)
    return disc - _along_x(-1, 1, bore), Symmetry("n-fold", count) if count else AXIS


def _elbow(rng: Generator, radius: float, bore: float) -> tuple[Manifold, Symmetry]:
    """A bend up from x = 0, sharp or wide, a quarter or an eighth of a turn, with collars or smooth."""
    turn = np.radians(rng.choice([45, 90, 90]))
    bend, arm = radius * rng.uniform(1.6, 3.5), radius * rng.uniform(0.8, 4.0)
    wall = float(rng.choice([1.01, rng.uniform(1.15, 1.3)]))
    curve = arc((0.0, bend), bend, -np.pi / 2, -np.pi / 2 - turn, 14)
    way = np.array([-np.cos(turn), np.sin(turn)])
    last = curve[-1] + arm * way
    solid = strap(follow([[radius, 0.0]], curve, last), radius * wall, radius * wall)
    if wall > 1.1:
        collar = radius * (wall + 0.15)
        ends = np.array([last - way * radius * 0.6, last + way * 0.0005])[:, [0, 0, 1]] * [1, 0, 1]
        solid = solid + cylinder(ends[0], ends[1], collar, collar) + _along_x(radius * 0.4, radius * 1.05, collar)
    hollow = strap(follow([[radius * 2, 0.0]], curve, last + way * 0.01), bore, bore)
    return solid - hollow, MIRROR


def _coupling(rng: Generator, radius: float, bore: float) -> tuple[Manifold, Symmetry]:
    """A six-sided nut or a round sleeve at x = 0, before a thread."""
    wide, long = radius * rng.uniform(1.2, 1.4), radius * rng.uniform(1.2, 2.4)
    section = polygon_section(6) * 1.12 if rng.random() < 0.5 else round_section()
    x = np.array([long * 0.6, long * 0.55, -long * 0.55, -long * 0.6])
    nut = bar(x, wide * np.array([0.92, 1, 1, 0.92]), section=section)
    x = np.linspace(long * 0.5, long * 0.5 + radius * 2, 33)
    thread = bar(x, radius * (1.03 + 0.04 * (np.arange(33) % 4 > 1)))
    return nut + thread - _along_x(-1, 1, bore), AXIS


def log(rng: Generator, name: str) -> Tool:
    """A piece of firewood, a stump or a thin round of branch wood: furrowed or smooth bark, knots, a crack."""
    kind = str(rng.choice(["firewood", "stump", "thin"]))
    length = float({"stump": rng.uniform(0.2, 0.4), "thin": rng.uniform(0.2, 0.45)}.get(kind, rng.uniform(0.22, 0.5)))
    slim = {"firewood": rng.uniform(0.13, 0.24), "stump": rng.uniform(0.3, 0.55), "thin": rng.uniform(0.06, 0.1)}[kind]
    radius, half = length * float(slim), length / 2
    x = np.concatenate([[-half], np.linspace(-half * 0.98, half * 0.98, 13), [half]])
    section = _bark(rng, len(x), 44)
    size = radius * np.interp(x, [-half, half], [1.0, rng.uniform(0.85, 1.0)])
    bow = rng.uniform(0, 0.03) * length * (1 / 3 - (x / half) ** 2)
    bark = bar(x, size, section=section, z=bow)
    wood = bar(x * 1.006, size * 0.92, section=section, z=bow)
    for _ in range(int(rng.integers(0, 4))):
        at, angle = rng.uniform(-0.7, 0.7) * half, rng.uniform(0, 2 * np.pi)
        out = np.array([rng.uniform(-0.2, 0.4), np.cos(angle), np.sin(angle)]) * radius
        bark = bark + cylinder((at, 0, 0), np.array([at, 0, 0]) + out * 1.1, radius * 0.3, radius * 0.14, 12)
    parts: Parts = {"bark": bark - wood, "ends": wood}
    if rng.random() < 0.5:
        crack = box((half * 0.1, radius * 0.05, radius * 0.9), (half, 0, radius * 0.45))
        crack = crack.rotate([float(rng.uniform(0, 360)), 0, 0])
        parts = {"bark": bark - wood, "ends": wood - crack}
    return finished(name, "log", parts, [roll_about_x("ends", -half, half, "bark")], LYING)


def _bark(rng: Generator, count: int, sides: int) -> NDArray:
    """Sections (count x sides x 2) of a furrowed round trunk whose furrows wander along it."""
    angles = np.arange(sides) * 2 * np.pi / sides
    lump = sum(rng.normal(0, 0.022) * np.cos(n * angles + rng.uniform(0, 6)) for n in (2, 3, 4))
    furrow = rng.uniform(0.01, 0.11) * rng.random(sides)
    wander = 1 + rng.normal(0, 1, (count, sides)) * rng.uniform(0.1, 0.4)
    rough = 1 + lump - furrow * np.clip(wander, 0, 2)
    return rough[..., None] * round_section(sides)


def paper_roll(rng: Generator, name: str) -> Tool:
    """A kitchen roll, a toilet roll or a roll of tape, full or used up, the tube flush or jutting; some hang loose."""
    kind = str(rng.choice(["kitchen", "toilet", "tape"]))
    if kind == "tape":
        narrow = rng.random() < 0.4
        half, core = (rng.uniform(0.009, 0.0125), 0.0125) if narrow else (rng.uniform(0.022, 0.037), 0.038)
        radius = core + rng.uniform(0.005, 0.013 if narrow else 0.024)
    else:
        half = rng.uniform(0.105, 0.14) if kind == "kitchen" else rng.uniform(0.046, 0.056)
        core = rng.uniform(0.018, 0.024)
        radius = core + rng.uniform(0.01, 0.045)
    skin = radius - min(0.0025, 0.2 * (radius - core))
    edge = 0.0006
    x = np.array([-half, edge - half, half - edge, half])
    whole = bar(x, radius - edge * np.array([1, 0, 0, 1]), section=round_section(48))
    inside, sheet = whole.split(_along_x(-1, 1, skin, 48))
    wall = core - rng.uniform(0.001, 0.003)
    jut = half + rng.choice([0.0003, rng.uniform(0.001, 0.004)])
    hole = _along_x(-1, 1, wall, 48)
    tape = _along_x(-jut, jut, core, 48) - hole
    loose = rng.random() < 0.3
    if loose:
        drop = radius * rng.uniform(0.4, 1.1)
        sheet = sheet + box((half * 2 - 0.001, 0.0012, drop), (0, radius - 0.0007, -drop / 2))
    named = "tape" if kind == "tape" else "paper"
    parts: Parts = {named: sheet, "side": inside - hole - tape, "core": tape}
    roll = roll_about_x(("side", "core"), -float(half), float(half), named)
    if loose:
        roll = Affordance("roll-onto", named, roll.hold, roll.T_tool_function, roll.scale, NONE, roll.alternatives)
    return finished(name, "paper-roll", parts, [roll], (*LYING[:2], STANDING, STANDING_OVER))


def straw(rng: Generator, name: str) -> Tool:
    """A drinking straw: straight, bent at its bellows, with a spoon at its end, or wide and cut askew."""
    kind = str(rng.choice(["straight", "bent", "spoon", "askew"], p=[0.2, 0.4, 0.2, 0.2]))
    length = float(rng.uniform(0.14, 0.25))
    radius = float(rng.uniform(0.0045, 0.0065) if kind == "askew" else rng.uniform(0.0025, 0.004))
    cut = rng.uniform(0.018, 0.03)
    if kind == "bent":
        path, ridges = _bellows(rng, length, radius)
    else:
        x = np.concatenate([[0.0, -0.5 * cut, -0.9 * cut, -1.25 * cut], np.linspace(-1.5 * cut, -length, 5)])
        path, ridges = np.column_stack([x, np.zeros(9)]), np.ones(9)
    wide = ridges * np.interp(-path[:, 0] / cut, [0, 0.5, 1.25], [1.15, 1.5, 1.0]) if kind == "spoon" else ridges
    section = round_section(18)
    inner = path.copy()
    inner[[0, -1]] += 0.2 * (path[[0, -1]] - path[[1, -2]])
    wall = radius * 0.14
    hollow = strap(inner, radius * wide - wall, radius * ridges - wall, section)
    solid = strap(path, radius * wide, radius * ridges, section) - hollow
    if kind == "spoon":
        solid = solid - box((2 * cut, 1, radius * 4), (0, 0, radius * 2)).rotate([0, -4, 0])
    elif kind == "askew":
        lean = rng.uniform(0.3, 0.9)
        solid = solid.trim_by_plane([-1.0, 0, lean], lean * radius)
    stem, grip = split(solid, (1, 0, 0), -0.52 * length)
    symmetry = AXIS if kind == "straight" else MIRROR
    mix = tip_affordances({"mix-with": "stem"}, "grip", 0.52 * length, Tip(radius, symmetry))
    return finished(name, "straw", {"stem": stem, "grip": grip}, mix, LYING)


def _bellows(rng: Generator, length: float, radius: float) -> tuple[NDArray, NDArray]:
    """(path, relative radii) of a straw bent up towards z at its far end."""
    turn = np.radians(rng.uniform(15, 85))
    bend = radius * rng.uniform(3.5, 5.0) / turn * 1.3
    begin = -length * rng.uniform(0.68, 0.78)
    curve = arc((begin, bend), bend, -np.pi / 2, -np.pi / 2 - turn, 25)
    way = np.array([-np.cos(turn), np.sin(turn)])
    arm = curve[-1] + np.array([[0.004], [0.5], [1.0]]) * (length + begin) * way
    path = follow(np.column_stack([np.linspace(0, begin + 0.004, 5), np.zeros(5)]), curve, arm)
    ridges = np.concatenate([np.ones(5), 1.02 + 0.1 * (np.arange(25) % 4 > 1), np.ones(3)])
    return path, ridges


def matchstick(rng: Generator, name: str) -> Tool:
    """A match: a square or round splint, a long one for the fireplace, or a flat paper match."""
    kind = str(rng.choice(["square", "round", "long", "paper"]))
    length = float(rng.uniform(0.09, 0.28) if kind == "long" else rng.uniform(0.038, 0.055))
    thick = float(rng.uniform(0.0014, 0.0023) if kind == "long" else rng.uniform(0.0009, 0.0014))
    section = round_section(16) if kind == "round" else squarish_section(9, 16)
    wide, thin = (1.7, 0.5) if kind == "paper" else (1.0, 1.0)
    bulge, long = rng.uniform(1.3, 1.7) * (1.0 if kind == "round" else 1.2), thick * rng.uniform(3.2, 6.0)
    x, size = swelling(0, -long, [(0, 0.3), (0.12, 0.72), (0.45, bulge), (0.85, 1.25), (1, 0.9)], 16)
    head = bar(x, thick * wide * (0.3 + 0.7 * size), thick * (thin * 0.6 + 0.4) * size, round_section(16))
    splint = bar(np.array([-long * 0.6, -length]), thick * wide, thick * thin, section)
    reach = max(0.15 * length, long * 1.3)
    neck, rest = split(splint, (1, 0, 0), -reach)
    shaft, grip = split(rest, (1, 0, 0), -0.55 * length)
    symmetry = HALF_TURN if kind == "paper" else AXIS
    poke = tip_affordances({"poke-with": ("head", "neck")}, "grip", reach, Tip(thick, symmetry))
    return finished(name, "matchstick", {"head": head, "neck": neck, "shaft": shaft, "grip": grip}, poke, ROLLING)


def branch(rng: Generator, name: str) -> Tool:
    """A branch: forked into two equal limbs, with side branches and their twigs, or with leaves on them."""
    kind = str(rng.choice(["fork", "sides", "leafy"]))
    length = float(rng.uniform(0.3, 0.85))
    radius = length * float(rng.uniform(0.011, 0.024))
    joint = -length * rng.uniform(0.35, 0.5)
    stem, line = _limb(rng, np.array([-length, 0, 0]), X, length + joint, radius, 0.8)
    grip, stem = split(stem, (-1, 0, 0), 0.62 * length)
    first = rng.uniform(0.2, 0.5) if kind == "fork" else rng.uniform(0.0, 0.15)
    limbs = [(first, 1.0, 0.72)]
    limbs += [(-rng.uniform(0.2, 0.5), rng.uniform(0.85, 1.0), 0.66)] if kind == "fork" else []
    tips: list[Manifold] = []
    twigs: list[Manifold] = []
    frames: list[NDArray] = []
    for angle, share, thick in limbs:
        long = -joint * share
        way = np.array([np.cos(angle), np.sin(angle), 0])
        limb, path = _limb(rng, line[-2], way, long, radius * thick, 0.45)
        out = path[-1] - path[-2]
        out = out / np.linalg.norm(out)
        tip, rest = split(limb, way, float(path[-1] @ way) - 0.3 * long)
        tips.append(tip)
        frames.append(function_frame(path[-1], out, Y))
        twigs += [rest, *_side_shoots(rng, path[:16], radius * thick, long, kind)]
    parts: Parts = {"tip": tips, "twigs": twigs, "stem": stem, "grip": grip}
    poke = Affordance("poke-with", "tip", "grip", frames[0], 0.3 * -joint, NONE, tuple(frames[1:]))
    place = (float(frames[0][0, 3]), 0.0, 0.0)
    reach = place[0] + 0.62 * length
    mixing = Tip(radius, NONE, place)
    mix = tip_affordances({"mix-with": ("tip", "twigs", "stem")}, "grip", reach, mixing)
    return finished(name, "branch", parts, [poke, *mix], LYING)


def _limb(
    rng: Generator, start: NDArray, way: NDArray, long: float, radius: float, end: float
) -> tuple[Manifold, NDArray]:
    """(a crooked, knotty rod that narrows to `end` of its radius, its path)."""
    s = np.linspace(0, 1, 20)
    side = np.cross(Z, way)
    places = np.linspace(0, 1, 6)
    wobble = [smooth_curve(list(zip(places, rng.normal(0, 0.025, 6) * places, strict=True)))(s) for _ in range(2)]
    path = start + long * (s[:, None] * way + wobble[0][:, None] * side + 0.6 * wobble[1][:, None] * Z)
    size = radius * np.linspace(1, end, 20) * (1 + rng.uniform(-0.06, 0.1, 20))
    size[-1] *= 0.6
    return tube(path, size, sides=10), path


def _side_shoots(rng: Generator, path: NDArray, radius: float, long: float, kind: str) -> list[Manifold]:
    """Twigs on both sides along a limb in turn, some with a twig of their own; with leaves at their ends if leafy."""
    shoots: list[Manifold] = []
    count = int(rng.integers(0, 3)) if kind == "fork" else int(rng.integers(2, 5))
    for number in range(count):
        at = path[int(2 + (len(path) - 4) * (number + rng.uniform(0.1, 0.9)) / count)]
        angle = (-1) ** number * rng.uniform(0.5, 0.95)
        way = np.array([np.cos(angle), np.sin(angle), rng.uniform(-0.3, 0.3)])
        size, reach = radius * rng.uniform(0.4, 0.65), long * rng.uniform(0.22, 0.5)
        twig, line = _limb(rng, at, way, reach, size, 0.5)
        shoots.append(twig)
        if rng.random() < 0.6:
            turned = np.array([np.cos(angle * 0.2), np.sin(-angle * 0.4), 0.1])
            shoots.append(_limb(rng, line[9], turned, reach * 0.45, size * 0.55, 0.5)[0])
        if kind == "leafy":
            shoots.append(_leaf(rng, line[-2], np.degrees(angle)))
    return shoots


def _leaf(rng: Generator, place: NDArray, angle: float) -> Manifold:
    """A pointed oval leaf that starts at `place` and points `angle` degrees from x."""
    long, half = rng.uniform(0.035, 0.075), rng.uniform(0.3, 0.5)
    t = np.linspace(0, 1, 11)
    y = half * long * np.sin(np.pi * t**0.8) / 1.4 + 0.0006
    leaf = plate(outline(np.concatenate([np.stack([t * long, y], 1), np.stack([t * long, -y], 1)[::-1]])), 0.0014)
    return leaf.rotate([float(rng.uniform(-50, 50)), float(rng.uniform(-25, 25)), angle]).translate(list(place))


FAMILIES = {
    "pipe": Family(pipe, ("poke-with",)),
    "log": Family(log, ("roll-onto",)),
    "paper-roll": Family(paper_roll, ("roll-onto",)),
    "straw": Family(straw, ("mix-with",)),
    "matchstick": Family(matchstick, ("poke-with",)),
    "branch": Family(branch, ("poke-with", "mix-with")),
}
