"""Parametric pincers of table, hearth, laboratory and sickroom: tongs of five kinds, forceps, claw.

The hand to -x, the tips to +x, opening along y, flat in z; the foremost end of straight tips is at x = 0.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from dfc_core.assets.families.bars import squarish_section, strap
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, LYING, arc, band, disc, finished, flat, merged, plate, rod
from dfc_core.assets.families.grippers import both_sides, gripping
from dfc_core.assets.solids import box, cylinder, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, Affordance, Symmetry, Tool


def _strip(path: NDArray, wide: ArrayLike, thin: ArrayLike, power: float = 6.0) -> Manifold:
    """A flat bar along `path` (N x 2: x, y), half `wide` in z and half `thin` within the path's plane."""
    return strap(path, wide, thin, squarish_section(power, 16)).rotate([-90, 0, 0])


def _curve(knots: list[tuple[float, float]], count: int = 30) -> NDArray:
    """Points (count x 2) of a smooth line through knots (x, y) of rising x."""
    x = np.linspace(knots[0][0], knots[-1][0], count)
    return np.stack([x, smooth_curve(knots)(x)], 1)


def _bowl(y: float, half: tuple[float, float], depth: float, wall: float) -> Manifold:
    """A spoon's bowl that ends at x = 0, hollow towards y = 0: `half` its size in x and z, its rim at height `y`."""
    size = np.array([half[0], depth, half[1]])
    ball = Manifold.sphere(1.0, 28)
    shell = ball.scale(tuple(size)) - ball.scale(tuple(size - wall))
    return shell.trim_by_plane((0, 1, 0), 0.0).translate([-half[0], y, 0])


def _tines(half: tuple[float, float], count: int, reach: float) -> Manifold:
    """What is cut out of a blade's front to leave `count` tines, `reach` long."""
    places = (np.arange(count - 1) - (count - 2) / 2) * 2 * half[1] / count
    slot = half[1] * 0.36 / count
    return merged(box((2 * reach, 1.0, 2 * slot), (0, 0, z)) for z in places)


def _ends(solid: Manifold, length: float, tip: float) -> dict[str, list[Manifold]]:
    """One arm and its mirror image as "tip", "arms", "grip" and what lies behind the hand, "back"."""
    front, rest = split(solid, (1, 0, 0), -tip)
    arms, behind = split(rest, (1, 0, 0), -max(0.42 * length, tip * 1.25))
    grip, back = split(behind, (1, 0, 0), -0.86 * length)
    return {"tip": both_sides(front), "arms": both_sides(arms), "grip": both_sides(grip), "back": both_sides(back)}


def _sprung(rng: Generator, length: float, reach: float, gap: float, wide: float, thin: float, end: float) -> Manifold:
    """One arm of a bent strip from the bend at -`length` to x = -`reach`, y = `gap`: a plain bend or a round bulb."""
    bulb = rng.random() < 0.4
    radius = length * (rng.uniform(0.05, 0.09) if bulb else rng.uniform(0.04, 0.08))
    bend = arc((-length + radius, 0), radius, 186, 60 if bulb else 95, 12)
    start = bend[-1]
    waist = rng.uniform(0.35, 0.6) * radius if bulb else radius * rng.uniform(1.0, 1.3)
    bow = gap * rng.uniform(1.0, 1.35)
    run = -reach + length
    knots = [tuple(start), (-length + run * 0.25, waist), (-length + run * 0.7, bow), (-reach, gap)]
    line = np.concatenate([bend, _curve(knots, 24)[1:]])
    share = (line[:, 0] + length) / run
    half = smooth_curve([(-0.1, wide), (0.3, wide * rng.uniform(0.85, 1.2)), (0.8, end), (1.01, end)])
    return _strip(line, half(np.clip(share, -0.1, 1.01)), thin)


def _claws(count: int, start: tuple[float, float], spread: float, inside: float, thick: float) -> Manifold:
    """Bent fingers from (x, y) = `start` to x = 0, y = `inside`, fanned to +-`spread` in z."""
    s = np.linspace(0, 1, 9)
    fingers = []
    for place in np.linspace(-1, 1, count) if count > 1 else [0.0]:
        x = start[0] * (1 - np.sin(s * np.pi / 2))
        y = inside + (start[1] - inside) * np.cos(s * np.pi / 2)
        z = place * spread * (0.45 + 0.55 * np.sin(s * np.pi / 2))
        fingers.append(rod(np.stack([x, y, z], 1), thick, 8, end=0.45))
    root = box((thick * 2, thick * 1.6, spread * 0.9 + thick * 1.2), (start[0], start[1], 0))
    return merged([*fingers, root] if count > 1 else fingers)


def ice_tongs(rng: Generator, name: str) -> Tool:
    """Ice or sugar tongs of one sprung strip: two to four claws, or small plain or toothed bowls."""
    kind = rng.choice(["claws", "bowls", "toothed"], p=[0.45, 0.2, 0.35])
    length = rng.uniform(0.11, 0.19)
    wide, thin = length * rng.uniform(0.03, 0.05), rng.uniform(0.0009, 0.0016)
    gap = length * rng.uniform(0.06, 0.1)
    half = (length * rng.uniform(0.085, 0.13), length * rng.uniform(0.06, 0.1))
    if kind == "claws":
        tip = length * rng.uniform(0.13, 0.19)
        end = wide * rng.uniform(0.6, 0.9)
        claws = _claws(int(rng.integers(2, 5)), (-tip, gap), wide * rng.uniform(1.0, 1.45), gap * 0.3, thin * 1.5)
        arm = _sprung(rng, length, tip * 0.98, gap, wide, thin, end) + claws
    else:
        depth, tip = half[1] * rng.uniform(0.22, 0.4), 2 * half[0]
        bowl = _bowl(gap - depth, half, depth * 1.6, thin * 1.5)
        if kind == "toothed":
            bowl = bowl - _teeth(rng, half, gap - depth)
        arm = _sprung(rng, length, tip * 0.86, gap, wide, thin, wide * 0.55) + bowl
    parts = _ends(arm, length, tip)
    return finished(name, "ice-tongs", parts, [gripping(0.0, tip, "grip")], LYING if rng.random() < 0.5 else FLAT)


def _teeth(rng: Generator, half: tuple[float, float], y: float) -> Manifold:
    """Notches around a bowl's rim at height `y` that leave teeth or scallops on its front."""
    count = int(rng.integers(5, 9))
    radius = half[1] * 2.2 / count * rng.uniform(0.55, 0.8)
    notches = []
    for angle in np.linspace(-1.9, 1.9, count):
        out = np.array([np.cos(angle), 0, np.sin(angle)])
        place = np.array([-half[0], y, 0]) + out * [half[0], 0, half[1]]
        notches.append(cylinder(place - out * half[1] * 0.22, place + out * half[1] * 0.5, radius, radius, 10))
    return merged(notches)


def _crossing(length: float, pivot: float, gap: float, spread: float, bow: float = 0.0) -> NDArray:
    """The middle line (N x 2) of one arm that crosses the other at x = -`pivot`, from y = -`spread` to y = `gap`."""
    hand = _curve([(-length, -spread), (-pivot - 0.4 * (length - pivot), -spread * 0.7), (-pivot, 0.0)], 18)
    s = np.linspace(0, 1, 22)
    front = np.stack([-pivot * (1 - s), gap * s + bow * np.sin(np.pi * s) ** 1.5], 1)
    return np.concatenate([hand, front[1:]])


def _finger_ring(centre: NDArray, radius: float, wire: float, oval: float = 1.0) -> Manifold:
    """A ring for a finger in the xy plane, `oval` times as long as wide."""
    return tube(flat(arc((0, 0), radius, 0, 356, 28) * [oval, 1.0] + centre), wire, sides=8)


def _facing(end: NDArray, out: NDArray, length: float, scale: float) -> Affordance:
    """pick-up-with of tips that leave the plane of the handle: y of the frame lies towards the hand."""
    x = np.cross(np.array([-length, 0, 0]) - end, out)
    return Affordance("pick-up-with", "tip", "grip", function_frame(end, out, x), float(scale), MIRROR_X)


def forceps(rng: Generator, name: str) -> Tool:
    """Forceps with finger rings: straight or curved hemostat, ring-ended sponge forceps, broad dressing forceps."""
    kind = rng.choice(["straight", "curved", "sponge", "dressing"], p=[0.3, 0.3, 0.2, 0.2])
    length = rng.uniform(0.17, 0.26) if kind == "sponge" else rng.uniform(0.115, 0.2)
    pivot = length * (rng.uniform(0.36, 0.5) if kind in ("dressing", "sponge") else rng.uniform(0.25, 0.36))
    wide = length * rng.uniform(0.014, 0.02)
    gap, spread = wide + length * rng.uniform(0.0, 0.06), length * rng.uniform(0.09, 0.14)
    line = _crossing(length, pivot, gap, spread)
    blunt = rng.uniform(0.5, 0.8) * (1.5 if kind == "dressing" else 1.0)
    half = wide * smooth_curve([(-length, 0.9), (-pivot * 1.4, 0.9), (-pivot, 1.5), (0, blunt)])(line[:, 0])
    thick = wide * rng.uniform(1.6, 2.2)
    section = band(line, half)
    if kind == "sponge":
        eye = wide * rng.uniform(1.8, 2.4)
        oval, hole = (disc((0, 0), r).scale((1.6, 1)).translate((-eye * 1.6, gap + eye / 2)) for r in (eye, eye * 0.55))
        section = section + oval - hole
    arm = plate(section, thick, thick * 0.15)
    tip_share = rng.uniform(0.62, 0.75)
    rise = rng.uniform(0.12, 0.35) * pivot if kind == "curved" else 0.0
    arm = arm.warp(lambda p: (p[0], p[1], p[2] + rise * max(0.0, p[0] / pivot + 0.8) ** 2 / 0.64))
    tip, rest = split(arm, (1, 0, 0), -tip_share * pivot)
    arms, grip = split(rest, (1, 0, 0), -pivot - 0.55 * (length - pivot))
    radius, oval = rng.uniform(0.0105, 0.0135), rng.uniform(1.0, 1.35)
    ring = _finger_ring(np.array([-length - radius * oval * 0.9, -spread - radius * 0.4]), radius, wide * 0.9, oval)
    grip = grip + ring
    if rng.random() < 0.8:
        x = -length + length * rng.uniform(0.03, 0.09)
        catch = spread * (0.96 if gap > wide * 1.8 else 1.02)
        grip = grip + box((wide * 1.8, catch - wide * 0.6, thick * 0.8), (x, -spread + (catch - wide * 0.6) / 2, 0))
    rivet = cylinder((-pivot, 0, -thick * 0.62), (-pivot, 0, thick * 0.62), wide * 0.9, wide * 0.9, 18)
    parts = {"tip": both_sides(tip), "arms": [*both_sides(arms), rivet], "grip": both_sides(grip)}
    front = float(tip.bounding_box()[3])
    picks = gripping(front, tip_share * pivot, "grip")
    if kind == "curved":
        picks = _facing(np.array([front, 0, rise]), np.array([1, 0, 2.5 * rise / pivot]), length, tip_share * pivot)
    return finished(name, "forceps", parts, [picks])


def bread_tongs(rng: Generator, name: str) -> Tool:
    """Wooden toast tongs, two slats glued to a block: plain, with wide ends, or with fingers."""
    kind = rng.choice(["plain", "wide", "fingers"])
    length = rng.uniform(0.15, 0.28)
    wide, thin = length * rng.uniform(0.04, 0.065), rng.uniform(0.0018, 0.003)
    back, gap = length * rng.uniform(0.012, 0.03) + thin, length * rng.uniform(0.045, 0.095)
    bow = gap * rng.uniform(0.8, 1.05)
    line = _curve([(-length, back), (-0.85 * length, back), (-0.3 * length, bow), (0, gap)])
    end = wide * {"wide": rng.uniform(1.4, 1.9), "fingers": rng.uniform(1.2, 1.7)}.get(str(kind), rng.uniform(0.8, 1.1))
    waist = wide * rng.uniform(0.75, 1.0)
    knots = [(-1, wide * 0.9), (-0.55, waist), (-0.22, (wide + end) / 2), (-0.08, end), (0, end)]
    half = smooth_curve(knots)(line[:, 0] / length)
    half = half * np.sqrt(np.clip(1 - np.clip(line[:, 0] / (0.06 * length) + 1, 0, 0.97) ** 2, 0.05, 1))
    slat = _strip(line, half, thin, 10)
    tip = length * rng.uniform(0.2, 0.27)
    if kind == "fingers":
        slat = slat - _tines((tip / 2, end), int(rng.integers(3, 5)), tip * rng.uniform(0.55, 0.8))
    parts = _ends(slat, length, tip)
    deep = length * rng.uniform(0.1, 0.16)
    parts["back"].append(box((deep, 2 * back, wide * 1.7), (-length + deep / 2 - 0.001, 0, 0)))
    return finished(name, "bread-tongs", parts, [gripping(0.0, tip, "grip")], LYING if rng.random() < 0.6 else FLAT)


def crucible_tongs(rng: Generator, name: str) -> Tool:
    """Crucible tongs of rod: bowed jaws, bowed with upturned tips, or long reins; rings, hooks or plain ends."""
    kind = rng.choice(["bowed", "upturned", "long"], p=[0.35, 0.45, 0.2])
    length = rng.uniform(0.32, 0.5) if kind == "long" else rng.uniform(0.2, 0.32)
    pivot = length * (rng.uniform(0.22, 0.32) if kind == "long" else rng.uniform(0.33, 0.48))
    wire = length * rng.uniform(0.011, 0.016)
    gap, spread = wire + length * rng.uniform(0.0, 0.03), length * rng.uniform(0.1, 0.15)
    line = _crossing(length, pivot, gap, spread, length * rng.uniform(0.05, 0.1))
    tip = pivot * rng.uniform(0.3, 0.42)
    lift = np.radians(rng.uniform(40, 80)) if kind == "upturned" else 0.0
    path = flat(line)
    beyond = np.clip(path[:, 0] + tip, 0, None)
    turn = np.minimum(beyond / (0.45 * tip), 1.0) * lift
    step = np.diff(path[:, 0], prepend=path[0, 0])
    path[:, 2] = np.cumsum(step * np.sin(turn))
    path[:, 0] = path[0, 0] + np.cumsum(step * np.cos(turn))
    size = wire * smooth_curve([(-length, 0.85), (-pivot, 1.1), (-0.5 * tip, 1.0), (0, 0.65)])(line[:, 0])
    index = int(np.searchsorted(line[:, 0], -tip))
    front = tube(path[index - 1 :], size[index - 1 :], sides=10)
    behind = tube(path[:index], size[:index], sides=10)
    arms, grip = split(behind, (1, 0, 0), -pivot - 0.35 * (length - pivot))
    grip = grip + _rein_end(rng, length, spread, wire)
    rivet = cylinder((-pivot, 0, -wire * 1.6), (-pivot, 0, wire * 1.6), wire * 1.9, wire * 1.9, 20)
    parts = {"tip": both_sides(front), "arms": [*both_sides(arms), rivet], "grip": both_sides(grip)}
    end, out = path[-1] * [1, 0, 1], np.array([np.cos(lift), 0, np.sin(lift)])
    picks = _facing(end, out, length, tip) if kind == "upturned" else gripping(0.0, tip, "grip")
    return finished(name, "crucible-tongs", parts, [picks])


def _rein_end(rng: Generator, length: float, spread: float, wire: float) -> Manifold:
    """How a rod ends at the hand: finger ring, outward hook, or a ball."""
    kind = rng.choice(["ring", "hook", "ball"], p=[0.55, 0.2, 0.25])
    if kind == "ball":
        return Manifold.sphere(wire * 1.7, 16).translate([-length, -spread, 0])
    radius = rng.uniform(0.012, 0.016)
    if kind == "ring":
        return _finger_ring(np.array([-length - radius * 0.85, -spread - radius * 0.4]), radius, wire * 0.85)
    return rod(flat(arc((-length, -spread - radius), radius, 85, 270, 14)), wire * 0.85, 8)


def log_tongs(rng: Generator, name: str) -> Tool:
    """Fireplace tongs: crossed at a rivet or hinged at the hand's end, with prongs or flat pads that bend inwards."""
    length, wire = rng.uniform(0.45, 0.8), rng.uniform(0.0045, 0.007)
    hinged = rng.random() < 0.45
    tip, gap = length * rng.uniform(0.12, 0.17), length * rng.uniform(0.06, 0.11)
    pivot = length * rng.uniform(0.4, 0.68)
    if hinged:
        bow = gap * rng.uniform(1.0, 1.5)
        line = _curve([(-length, 0.0), (-0.9 * length, wire * 1.6), (-0.45 * length, bow * 0.8), (-tip, gap)], 24)
    else:
        line = _crossing(length - tip, pivot - tip, gap, length * rng.uniform(0.1, 0.16)) - [tip, 0]
    arm = rod(flat(line), wire, 10) if rng.random() < 0.6 else _strip(line, wire * 1.4, wire * 0.8)
    if rng.random() < 0.6:
        front = _claws(int(rng.integers(1, 4)), (-tip, gap), tip * rng.uniform(0.15, 0.3), gap * 0.25, wire)
    else:
        nose = _curve([(-tip, gap), (-0.6 * tip, gap * 1.15), (0, gap * rng.uniform(0.15, 0.4))], 16)
        front = _strip(nose, np.interp(nose[:, 0], [-tip, -0.4 * tip, 0], [wire, wire * 3, wire * 2.6]), wire * 0.7)
    arms, grip = split(arm, (1, 0, 0), -0.6 * length if hinged else -pivot - 0.45 * (length - pivot))
    joint = -length if hinged else -pivot
    parts = {"tip": both_sides(front), "arms": both_sides(arms), "grip": both_sides(grip)}
    thick = wire * rng.uniform(2.0, 2.6)
    parts["joint"] = [cylinder((joint, 0, -wire * 2), (joint, 0, wire * 2), thick, thick, 20)]
    if hinged:
        knob = Manifold.sphere(wire * rng.uniform(1.8, 2.8), 18).translate([joint - wire * 4, 0, 0])
        parts["joint"] += [knob, cylinder((joint, 0, 0), (joint - wire * 4, 0, 0), wire, wire, 12)]
    elif rng.random() < 0.6:
        ring = rng.uniform(0.018, 0.03)
        place = line[0] - [ring * 0.9, ring * 0.35]
        parts["grip"] += both_sides(_finger_ring(place, ring, wire * 0.8, rng.uniform(1.0, 1.5)))
    else:
        parts["grip"] += both_sides(Manifold.sphere(wire * 1.8, 16).translate([*line[0], 0]))
    return finished(name, "log-tongs", parts, [gripping(float(front.bounding_box()[3]), tip, "grip")])


def salad_tongs(rng: Generator, name: str) -> Tool:
    """Salad tongs with two spoons, two forks or one of each: a sprung strip, or servers crossed at a rivet."""
    length, blades = rng.uniform(0.21, 0.32), rng.choice(["spoons", "forks", "mixed"], p=[0.25, 0.3, 0.45])
    wide, thin = length * rng.uniform(0.024, 0.036), rng.uniform(0.0013, 0.0026)
    half = (length * rng.uniform(0.12, 0.17), length * rng.uniform(0.065, 0.1))
    depth, tip = half[1] * rng.uniform(0.22, 0.42), 2 * half[0]
    gap, crossed = length * rng.uniform(0.08, 0.125), rng.random() < 0.5
    bowl = _bowl(gap - depth, half, depth * 1.6, thin * 1.4)
    fork = bowl - _tines(half, int(rng.integers(3, 6)), tip * rng.uniform(0.4, 0.65))
    parts: dict[str, list[Manifold]] = {"tip": []}
    if crossed:
        reach, pivot = tip * 0.86, length * rng.uniform(0.48, 0.62)
        line = _crossing(length - reach, pivot - reach, gap, length * rng.uniform(0.08, 0.14)) - [reach, 0]
        handle = _strip(line, wide * 0.7, thin * 1.4)
        joint = cylinder((-pivot, 0, -wide), (-pivot, 0, wide), wide * 0.55, wide * 0.55, 20)
        ring = rng.uniform(0.014, 0.022)
        loop = _finger_ring(line[0] - [ring * 0.9, ring * 0.3], ring, thin * 1.8, rng.uniform(1.0, 1.6))
        arms, grip = split(handle, (1, 0, 0), -pivot - 0.4 * (length - pivot))
        parts |= {"arms": [*both_sides(arms), joint], "grip": both_sides(grip + loop)}
    else:
        parts |= _ends(_sprung(rng, length, tip * 0.86, gap, wide, thin, wide * 0.6), length, tip)
    first, second = {"spoons": (bowl, bowl), "forks": (fork, fork)}.get(str(blades), (bowl, fork))
    parts["tip"] = [*parts["tip"], first, second.mirror((0, 1, 0))]
    symmetry = MIRROR if blades == "mixed" else HALF_TURN
    return finished(name, "salad-tongs", parts, [gripping(0.0, tip, "grip", symmetry=symmetry)])


def claw_picker(rng: Generator, name: str) -> Tool:
    """A claw of three fingers on a stick: a toy with a pistol grip and trigger, or a thin plunger pick-up."""
    plunger = rng.random() < 0.35
    length = rng.uniform(0.18, 0.36) if plunger else rng.uniform(0.3, 0.6)
    radius = rng.uniform(0.004, 0.007) if plunger else rng.uniform(0.007, 0.012)
    reach = length * rng.uniform(0.16, 0.24) if plunger else rng.uniform(0.07, 0.12)
    spread, inside = reach * rng.uniform(0.28, 0.5), reach * rng.uniform(0.06, 0.19)
    line = _curve([(-reach, radius * 0.7), (-reach * 0.45, spread), (-reach * 0.2, spread * 0.95), (0, inside)], 22)
    wire = radius * rng.uniform(0.28, 0.4)
    finger = rod(flat(line), wire, 8, end=0.6) if plunger else _strip(line, radius * rng.uniform(0.5, 1.0), wire)
    ends, roots = split(finger.rotate([90, 0, 0]), (1, 0, 0), -0.6 * reach)
    hub = cylinder((-reach + wire, 0, 0), (-reach * 1.5, 0, 0), radius * 1.5, radius * 1.15, 20)
    parts = {"tip": [ends.rotate([turn, 0, 0]) for turn in (0, 120, 240)]}
    parts["fingers"] = [hub, *(roots.rotate([turn, 0, 0]) for turn in (0, 120, 240))]
    parts["stick"] = [cylinder((-reach * 1.3, 0, 0), (-length, 0, 0), radius, radius, 18)]
    parts |= _plunger(length, radius) if plunger else _pistol(rng, length, radius)
    held = ("grip",) if plunger else ("grip", "trigger")
    frame = function_frame((float(ends.bounding_box()[3]), 0, 0), (1, 0, 0), (0, 0, -1))
    symmetry = Symmetry("n-fold", 3) if plunger else MIRROR
    picks = Affordance("pick-up-with", "tip", held, frame, 0.6 * reach, symmetry)
    return finished(name, "claw-picker", parts, [picks], LYING[2:])


def _plunger(length: float, radius: float) -> dict[str, list[Manifold]]:
    """A barrel with a flange for two fingers and a knob for the thumb, behind a stick of some `radius`."""
    back = np.array([0.22 * length, 0.0, -0.004, -0.032, -0.037]) - length
    sizes = radius * np.array([1.6, 3.2, 0.7, 2.3])
    ends = zip(back + 1e-4, back[1:], sizes, strict=False)
    return {"grip": [cylinder((x, 0, 0), (end, 0, 0), size, size, 24) for x, end, size in ends]}


def _pistol(rng: Generator, length: float, radius: float) -> dict[str, list[Manifold]]:
    """A leaning grip below the far end of a stick, and the trigger before it."""
    lean, drop, thick = rng.uniform(0.1, 0.45), rng.uniform(0.08, 0.11), rng.uniform(0.01, 0.013)
    down = np.linspace(0, drop, 6)
    grip = rod(np.stack([-length - lean * down, 0 * down, -down], 1), thick, 14)
    body = box((0.08, radius * 2.8, radius * 3.2), (-length + 0.02, 0, 0))
    pull = np.stack([-length + 0.045 - 8 * (down - 0.4 * drop) ** 2, 0 * down, -down * 0.65], 1)
    return {"grip": [grip, body], "trigger": [tube(pull, thick * 0.6, thick * 0.4, sides=8)]}


FAMILIES = {
    "ice-tongs": Family(ice_tongs, ("pick-up-with",)),
    "forceps": Family(forceps, ("pick-up-with",)),
    "bread-tongs": Family(bread_tongs, ("pick-up-with",)),
    "crucible-tongs": Family(crucible_tongs, ("pick-up-with",)),
    "log-tongs": Family(log_tongs, ("pick-up-with",)),
    "salad-tongs": Family(salad_tongs, ("pick-up-with",)),
    "claw-picker": Family(claw_picker, ("pick-up-with",)),
}
