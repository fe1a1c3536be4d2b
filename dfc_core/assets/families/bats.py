"""Parametric bats and clubs of sports and guards: bowling pin, truncheon, cricket bat, paddle.

Lying along x, the hand to -x, broad faces towards z; a bowling pin stands on z = 0.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import Tip, bar, polygon_section, squarish_section, steps, swelling, tip_affordances
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, LYING, finished, merged
from dfc_core.assets.families.serving import MOSTLY_UPRIGHT, pound_with_side, serve
from dfc_core.assets.solids import cylinder, filled, function_frame, loft, smooth_curve, split
from dfc_core.assets.tool import HALF_TURN, MIRROR, Affordance, Tool

X, Y, Z = np.eye(3)
SIDES = 8  # directions in which a round club is said to strike


def bowling_pin(rng: Generator, name: str) -> Tool:
    """A tenpin, a squat duckpin, a skittle with a ball for a head, or a toy of plastic with rings."""
    kind = str(rng.choice(["tenpin", "duckpin", "skittle", "toy"], p=[0.35, 0.2, 0.25, 0.2]))
    height, stout = {
        "tenpin": (rng.uniform(0.33, 0.4), rng.uniform(0.15, 0.17)),
        "duckpin": (rng.uniform(0.2, 0.25), rng.uniform(0.2, 0.24)),
        "skittle": (rng.uniform(0.16, 0.4), rng.uniform(0.11, 0.17)),
        "toy": (rng.uniform(0.12, 0.28), rng.uniform(0.17, 0.23)),
    }[kind]
    belly = height * stout
    foot, neck, crown = rng.uniform(0.42, 0.6), rng.uniform(0.34, 0.42), rng.uniform(0.5, 0.56)
    if kind == "skittle":
        foot, neck, crown = rng.uniform(0.6, 0.9), rng.uniform(0.3, 0.5), rng.uniform(0.6, 0.8)
    if kind in ("duckpin", "toy"):
        crown = rng.uniform(0.5, 0.72)
    level, waist, top = rng.uniform(0.28, 0.36), rng.uniform(0.63, 0.7), rng.uniform(0.86, 0.9)
    shape = smooth_curve(
        [(0, foot * 0.94), (0.012, foot), (0.12, (foot + 1) * 0.54), (level, 1), (waist, neck), (top, crown),
         (top + (1 - top) * 0.55, crown * 0.8), (0.985, crown * 0.42), (1, 0.05)]
    )  # fmt: skip
    share = np.unique(np.concatenate([np.linspace(0, 1, 60), [0.006, 0.012, 0.97, 0.985, 0.993]]))
    radii = belly * shape(share)
    if kind == "toy" and rng.random() < 0.6:
        radii = radii * (1 + 0.05 * ((share > waist - 0.07) & (share < waist + 0.05)))
    pin = filled(radii, share * height, 40)
    border = rng.uniform(0.5, 0.56)
    upper, body = split(pin, Z, border * height)
    head, middle = split(upper, Z, (waist + 0.08) * height)
    parts = {"body": body, "neck": middle, "head": head}
    pound = pound_with_side(("neck", "head"), level * height, belly)
    return finished(name, "bowling-pin", parts, [pound], MOSTLY_UPRIGHT)


def truncheon(rng: Generator, name: str) -> Tool:
    """A turned guard's baton, a telescopic one, a knobbed stick, or a heavy club, plain, faceted or studded."""
    kind = str(rng.choice(["baton", "telescopic", "knob", "club"]))
    length = rng.uniform(0.3, 0.62)
    thick = {"baton": rng.uniform(0.014, 0.021), "telescopic": rng.uniform(0.011, 0.015)}.get(kind)
    thick = thick or length * rng.uniform(0.055, 0.085)
    share, size, begin, at = TRUNCHEONS[kind](rng)
    radii, x = thick * size, (share - 1) * length
    if kind == "club" and rng.random() < 0.5:
        solid = bar(x, radii, section=polygon_section(SIDES, 32))
    else:
        solid = filled(radii, x, 32).rotate([0, 90, 0])
    width = float(np.interp(at, share, radii))
    if kind == "club" and rng.random() < 0.5:
        solid = solid + _studs(rng, length, at, width)
    head, rest = split(solid, X, (begin - 1) * length)
    shaft, grip = split(rest, X, (rng.uniform(0.28, 0.36) - 1) * length)
    frames = []
    for turn in np.arange(SIDES) * 2 * np.pi / SIDES:
        side = np.array([0, np.cos(turn), np.sin(turn)])
        frames.append(function_frame(X * (at - 1) * length + width * side, side, -X))
    scale = (width + (1 - begin) * length / 2) / 2
    pound = Affordance("pound-with", "head", "grip", frames[0], float(scale), MIRROR, tuple(frames[1:]))
    return finished(name, "truncheon", {"head": head, "shaft": shaft, "grip": grip}, [pound], LYING)


def _shares(*more: float) -> NDArray:
    """Places along a turned stick from the hand's end, 0, to the far end, 1."""
    return np.unique(np.concatenate([np.linspace(0, 1, 64), [0.004, 0.01, 0.985, 0.993, 0.998], more]))


def _baton(rng: Generator) -> tuple[NDArray, NDArray, float, float]:
    """(places, radii, where the striking end begins, where it strikes) of a baton, its grip smooth or ringed."""
    share = _shares()
    neck, swell = rng.uniform(0.6, 0.95), rng.uniform(0.95, 1.15)
    shape = smooth_curve([(0, 0.6), (0.01, 1), (0.05, 1.05), (0.3, 0.95), (0.36, neck), (0.42, neck + 0.03),
                          (0.9, swell), (0.97, swell * 0.92), (1, rng.uniform(0.3, 0.75))])  # fmt: skip
    rings = int(rng.integers(0, 8))
    zone = (share > 0.06) & (share < 0.3)
    wave = rng.uniform(0.06, 0.14) * (0.5 - 0.5 * np.cos((share - 0.06) / 0.24 * 2 * np.pi * rings))
    return share, shape(share) * (1 - zone * wave), 0.68, 0.86


def _telescopic(rng: Generator) -> tuple[NDArray, NDArray, float, float]:
    """The same of three tubes that slide into one another, with a small knob at the end."""
    first, second = rng.uniform(0.38, 0.46), rng.uniform(0.68, 0.75)
    middle, thin = rng.uniform(0.66, 0.78), rng.uniform(0.42, 0.52)
    end = rng.uniform(0.965, 0.98)
    knots = [(0, 0.9), (0.01, 1.08), (0.03, 1.08), (0.035, 1), (first, 1), (first + 0.004, middle),
             (second, middle), (second + 0.004, thin), (end - 0.012, thin), (end - 0.006, thin * 1.45),
             (0.994, thin * 1.45), (1, thin * 0.7)]  # fmt: skip
    places, values = np.array(knots).T
    share = _shares(*places)
    return share, np.interp(share, places, values), second + 0.006, 0.93


def _knob(rng: Generator) -> tuple[NDArray, NDArray, float, float]:
    """The same of a stick with a ball or an egg at its end."""
    egg, slim = rng.uniform(0.11, 0.155), rng.uniform(0.3, 0.42)
    s = np.linspace(-0.95, 0.97, 22)
    places = 1 - egg / 2 + egg / 2 * s
    ball = np.sqrt(1 - s**2)
    share = np.unique(np.concatenate([_shares()[_shares() < places[0]], places, [1.0]]))
    stem = smooth_curve([(0, slim * 0.6), (0.012, slim), (0.3, slim), (1, slim * rng.uniform(0.8, 1.0))])(share)
    size = np.maximum(stem * (share < 1 - egg / 2), np.interp(share, places, ball, left=0, right=0.12))
    return share, size, 1 - egg, 1 - egg / 2


def _club(rng: Generator) -> tuple[NDArray, NDArray, float, float]:
    """The same of a club that grows thick towards its end."""
    share = _shares()
    slim, full = rng.uniform(0.3, 0.42), rng.uniform(0.75, 0.86)
    shape = smooth_curve([(0, slim), (0.015, slim * 1.35), (0.03, slim * 1.35), (0.06, slim), (0.35, slim * 1.1),
                          (full, 1), (0.95, rng.uniform(0.85, 1)), (1, rng.uniform(0.3, 0.7))])  # fmt: skip
    return share, shape(share), rng.uniform(0.58, 0.66), 0.82


TRUNCHEONS = {"baton": _baton, "telescopic": _telescopic, "knob": _knob, "club": _club}


def _studs(rng: Generator, length: float, at: float, width: float) -> Manifold:
    """Rows of blunt studs around a club's thick end, as many to a row as it has sides that strike."""
    tall, wide = width * rng.uniform(0.12, 0.3), width * rng.uniform(0.1, 0.17)
    studs = []
    for place in at + np.array([-0.09, 0.0, 0.09]):
        stud = cylinder((0, 0, width * 0.6), (0, 0, width + tall), wide, wide * rng.uniform(0.2, 0.6), 8)
        studs += [stud.rotate([360 * n / SIDES, 0, 0]).translate([(place - 1) * length, 0, 0]) for n in range(SIDES)]
    return merged(studs)


def cricket_bat(rng: Generator, name: str) -> Tool:
    """A cricket bat: ridged or hollowed behind, square or round at the toe, big or small; or flat, for the beach."""
    kind = str(rng.choice(["ridged", "hollowed", "beach"], p=[0.45, 0.25, 0.3]))
    length = rng.uniform(0.3, 0.58)  # of the blade
    half = length * rng.uniform(0.088, 0.115)
    edge = length * (rng.uniform(0.03, 0.05) if kind != "beach" else rng.uniform(0.035, 0.06))
    blade = _cricket_blade(rng, kind, length, half, edge)
    reach, thick = length * rng.uniform(0.38, 0.55), max(length * rng.uniform(0.026, 0.032), 0.011)
    level = -edge * (0.6 if kind != "beach" else 0.5)
    share = np.linspace(0, 1, 50)
    turns = int(rng.integers(6, 18)) if rng.random() < 0.5 else 0
    ribs = 1 - 0.05 * (0.5 - 0.5 * np.cos(2 * np.pi * turns * share))
    size = smooth_curve([(0, 0.85), (0.2, 0.9), (0.8, 1), (0.95, 1.05), (0.985, 1.2), (1, 0.8)])(share) * ribs
    x = -length * 0.87 - share * (reach + length * 0.13)
    handle = bar(x, thick * size, thick * size * rng.uniform(0.95, 1.2), z=level)
    neck, grip = split(handle, X, -length - reach * 0.2)
    lower, shoulder = split(blade, X, -length * 0.885)
    front = function_frame((-length * 0.46, 0, 0), Z, -X)
    scale = float((half + length * 0.45) / 2)
    parts = {"shoulder": shoulder, "neck": neck, "grip": grip}
    other: tuple[NDArray, ...] = ()
    if kind == "beach":
        parts = {"face": lower, **parts}
        other = (function_frame((-length * 0.46, 0, -edge), -Z, -X),)
    else:
        face, ridge = split(lower, Z, level)
        parts = {"face": face, "back": ridge, **parts}
    pound = Affordance("pound-with", "face", "grip", front, scale, MIRROR, other)
    return finished(name, "cricket-bat", parts, [pound], FLAT)


def _cricket_blade(rng: Generator, kind: str, length: float, half: float, edge: float) -> Manifold:
    """The blade from x = 0 to -`length`, its flat face on z = 0."""
    corner = rng.uniform(0.3, 0.9)
    share = np.unique(np.concatenate([np.linspace(0, 1, 26), [0.005, 0.015, 0.03, 0.86, 0.9, 0.94, 0.97]]))
    wide = smooth_curve([(0, 1 - 0.45 * corner), (0.02, 1 - 0.12 * corner), (0.05, 0.98), (0.15, 1), (0.86, 0.95),
                         (0.95, rng.uniform(0.55, 0.8)), (1, 0.3)])(share)  # fmt: skip
    deep = length * rng.uniform(0.045, 0.075)
    spine = smooth_curve([(0, 0.25), (0.05, 0.45), (rng.uniform(0.25, 0.4), 1), (0.8, 0.6), (1, 0.25)])(share) * deep
    sharp = rng.uniform(1.0, 1.9)
    y = np.linspace(-1, 1, 13)
    hump = (1 - np.abs(y)) ** sharp
    if kind == "hollowed":  # two ridges beside a channel
        hump = 0.75 * np.interp(np.abs(y), [0, 0.2, 0.5, 0.95, 1], [0.15, 0.25, 1, 0.05, 0])
    if kind == "beach":
        hump = np.zeros(13)
    rings = []
    for s, width, rise in zip(share, wide, spine, strict=True):
        low = -edge - np.where(kind == "beach", 0.0, rise) * hump
        around = np.concatenate([np.column_stack([y, np.zeros(13)]), np.column_stack([y, low])[::-1]])
        rings.append(np.column_stack([np.full(26, -s * length), around[:, 0] * half * width, around[:, 1]]))
    return loft(rings)


def paddle(rng: Generator, name: str) -> Tool:
    """A canoe paddle with a palm or T grip, a table-tennis bat with its rubbers, or a bat for the beach with holes."""
    kind = str(rng.choice(["canoe", "table-tennis", "beach"], p=[0.45, 0.35, 0.2]))
    if kind == "canoe":
        blade, handle, length, half, thick = _canoe_paddle(rng)
    else:
        blade, handle, length, half, thick = _racket(rng, kind)
    tip, rest = split(blade, X, -0.17 * length)
    neck, grip = handle
    whole = ("blade", "tip")
    edge = float(tip.bounding_box()[4]) * 0.85
    end_of = Tip(edge, HALF_TURN)
    carry = function_frame((-length / 2, 0, thick), Z, X)
    below = function_frame((-length / 2, 0, -thick), -Z, X)
    lift = Affordance("lift-with", whole, "grip", carry, float((length * half / 2) ** 0.5), MIRROR, (below,))
    mix = tip_affordances({"mix-with": whole}, "grip", length, end_of)
    sweep = serve("sweep-with", whole, "grip", (0, 0, 0), X, Z, edge, HALF_TURN)
    scrape = tip_affordances({"scrape-with": "tip"}, "grip", length, end_of)
    parts = {"blade": rest, "tip": tip, "neck": neck, "grip": grip}
    return finished(name, "paddle", parts, [lift, *mix, sweep, *scrape], FLAT)


def _canoe_paddle(rng: Generator) -> tuple[Manifold, tuple[Manifold, Manifold], float, float, float]:
    """(blade, (shaft, grip), the blade's length, half its width, half its thickness in the middle)."""
    length = rng.uniform(0.34, 0.55)
    half = length * rng.uniform(0.16, 0.26)
    thick = rng.uniform(0.006, 0.01)
    end, broad, root = rng.uniform(0.35, 0.85), rng.uniform(0.2, 0.45), rng.uniform(0.25, 0.6)
    knots = [
        (0, end * 0.6),
        (0.02, end * 0.85),
        (0.08, (end + 1) * 0.5),
        (broad, 1),
        (0.75, 0.5 + root * 0.5),
        (1, 0.15),
    ]
    x, size = swelling(0.0, -length, knots, 34)
    body = np.interp(-x / length, [0, 0.15, 0.5, 1], [0.3, 0.55, 1, 1.3])
    radius, reach = rng.uniform(0.0125, 0.016), rng.uniform(0.45, 0.85)
    blade = bar(x, half * size, thick * body, squarish_section(rng.uniform(2.2, 5), 28))
    spine_x = np.linspace(-length * rng.uniform(0.35, 0.7), -length - 0.01, 12)
    spine = radius * np.interp(np.linspace(0, 1, 12), [0, 0.6, 1], [0.35, 0.8, 1.0])
    blade = blade + bar(spine_x, spine)
    shaft_x = np.linspace(-length * 0.98, -length - reach, 12)
    neck, upper = split(bar(shaft_x, radius, radius * rng.uniform(0.85, 1.0)), X, -length - reach * 0.62)
    return blade, (neck, upper + _palm_grip(rng, -length - reach, radius)), length, half, thick


def _palm_grip(rng: Generator, start: float, radius: float) -> Manifold:
    """The end of a paddle's shaft: a T, or a pear that is flat and broad."""
    if rng.random() < 0.45:
        across = rng.uniform(0.04, 0.06)
        y = steps(-across, across, 16)
        return (
            bar(y, radius * np.interp(np.abs(y) / across, [0, 0.9, 1], [1.1, 0.95, 0.5]))
            .rotate([0, 0, 90])
            .translate([start, 0, 0])
        )
    wide = rng.uniform(2.0, 3.0)
    x, size = swelling(
        start + 0.05, start - 0.035, [(0, 0.9), (0.4, 1.3), (0.8, wide), (0.95, wide * 0.8), (1, 0.8)], 20
    )
    return bar(x, radius * size, radius * np.interp(np.linspace(0, 1, 20), [0, 0.8, 1], [0.95, 0.9, 0.5]))


def _racket(rng: Generator, kind: str) -> tuple[Manifold, tuple[Manifold, Manifold], float, float, float]:
    """As `_canoe_paddle`, of a bat with a broad round blade and a short handle."""
    length = rng.uniform(0.145, 0.165) if kind == "table-tennis" else rng.uniform(0.2, 0.27)
    half = length * (rng.uniform(0.46, 0.5) if kind == "table-tennis" else rng.uniform(0.36, 0.46))
    wood = rng.uniform(0.0028, 0.0036) if kind == "table-tennis" else rng.uniform(0.004, 0.006)
    angle = np.linspace(0.06, np.pi * rng.uniform(0.86, 0.91), 40)
    power = rng.uniform(0.82, 1.0)
    x, size = -length * (0.5 - 0.5 * np.cos(angle)), np.sin(angle) ** power
    blade = bar(x - x[0], half * size, wood, squarish_section(14, 16))
    thick = wood
    if kind == "table-tennis":
        thick = wood + rng.uniform(0.0015, 0.0022)
        blade = blade + bar(x - x[0] - 1e-4, half * size * 0.985, thick, squarish_section(14, 16)).trim_by_plane(
            X, -length * 0.86
        )
    else:
        blade = _holes(rng, blade, length, half)
    reach, grip = rng.uniform(0.09, 0.12), rng.uniform(0.0125, 0.015)
    flare, middle = rng.uniform(1.0, 1.3), rng.uniform(0.8, 1.05)
    handle_x, swell = swelling(
        -length * 0.84, -length - reach, [(0, 0.85), (0.25, 0.95), (0.6, middle), (1, flare)], 16
    )
    handle = bar(
        handle_x, grip * swell, grip * swell * rng.uniform(0.75, 0.9), squarish_section(rng.uniform(2.5, 5), 24)
    )
    return blade, split(handle, X, -length - 0.004), length, half, thick


def _holes(rng: Generator, blade: Manifold, length: float, half: float) -> Manifold:
    """A beach or padel bat's blade with a pattern of holes, or whole."""
    if rng.random() < 0.3:
        return blade
    radius, step = half * rng.uniform(0.05, 0.075), half * rng.uniform(0.26, 0.34)
    drills = []
    for row in range(-2, 3):
        for column in range(-2, 3):
            if abs(row) + abs(column) < 4:
                at = (-length * 0.46 + row * step, column * step)
                drills.append(cylinder((*at, -1), (*at, 1), radius, radius, 12))
    return blade - merged(drills)


FAMILIES = {
    "bowling-pin": Family(bowling_pin, ("pound-with",)),
    "truncheon": Family(truncheon, ("pound-with",)),
    "cricket-bat": Family(cricket_bat, ("pound-with",)),
    "paddle": Family(paddle, ("lift-with", "mix-with", "sweep-with", "scrape-with")),
}
