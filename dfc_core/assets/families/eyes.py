"""Parametric eyes and bows to hang from or pull by, hooks on a stick or wire, and keys, cranks and straps that turn.

Flat in the xy plane but for the crank, whose socket looks along z; the hand or the wall to -x, what serves at +x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import ROLLING, bar, fluted_section, squarish_section, strap, swelling
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, arc, band, block, disc, finished, flat, plate, rod, rounded, stick
from dfc_core.assets.families.grips import collar, cross_grip, tool_grip
from dfc_core.assets.families.hooks import hooking
from dfc_core.assets.families.pullers import ring
from dfc_core.assets.families.wrenches import hexagon, seat_frame, turning
from dfc_core.assets.solids import box, cylinder, function_frame, smooth_curve, split
from dfc_core.assets.tool import MIRROR_X, NONE, Affordance, Tool
from dfc_core.geometry import rotation_about

Parts = dict[str, Manifold | list[Manifold]]
X_UP = rotation_about(np.array([0.0, 1, 0]), -np.pi / 2)
INTO, ACROSS = (-1, 0, 0), (0, 1, 0)


def _catching(inside: float, part: str, hold: str) -> list[Affordance]:
    """pull-with and hang-onto of a bend whose inside is at x = `inside`."""
    return [hooking(f, (inside, 0, 0), INTO, ACROSS, inside, (part,), hold) for f in ("pull-with", "hang-onto")]


def eye_bolt(rng: Generator, name: str) -> Tool:
    """An eye on a thread: forged with a shoulder, bent from rod with a nut, or a pointed screw eye."""
    kind = str(rng.choice(["forged", "bent", "screw"], p=[0.35, 0.3, 0.35]))
    radius = rng.uniform(0.007, 0.02) if kind == "screw" else rng.uniform(0.012, 0.03)
    half = radius * (rng.uniform(0.14, 0.28) if kind == "screw" else rng.uniform(0.22, 0.42))
    stock = half * (rng.uniform(1.0, 1.3) if kind == "forged" else 1.0)
    tall = half * (rng.uniform(0.7, 1.0) if kind == "forged" else 1.0)
    eye = ring((0, 0), radius, half, tall)
    foot = -radius - half * 0.2
    if kind != "forged" and rng.random() < 0.6:  # the end of the rod does not quite meet the shank
        cut = plate(block((half * 4, half * rng.uniform(0.3, 1.0)), (-radius, 0)), 1.0)
        eye = eye - cut.rotate([0, 0, -np.degrees(np.arcsin(min(0.7, 2.0 * half / radius)))])
    neck = radius * (rng.uniform(0.1, 0.4) if kind == "forged" else rng.uniform(0.2, 2.2))
    long = radius * (rng.uniform(1.4, 3.0) if kind == "screw" else rng.uniform(1.2, 4.0))
    start = foot - half - neck
    parts: Parts = {"eye": eye, "neck": [cylinder((foot + half * 0.3, 0, 0), (start - half * 0.2, 0, 0), stock, stock)]}
    parts["thread"] = _bolt_thread(rng, start, long, stock, kind == "screw")
    if kind == "forged" or rng.random() < 0.25:
        wide = stock * rng.uniform(1.6, 2.1)
        parts["collar"] = cylinder((start + stock * 0.6, 0, 0), (start - stock * 0.15, 0, 0), wide * 0.8, wide)
    elif kind == "bent":
        at = start - long * rng.uniform(0.1, 0.7)
        nut = hexagon(stock * 1.7).extrude(stock * 1.6).rotate([0, 90, 0]).translate([at, 0, 0])
        washer = cylinder((at + stock * 1.5, 0, 0), (at + stock * 1.8, 0, 0), stock * 2.4, stock * 2.4)
        parts["nut"] = nut + washer if rng.random() < 0.6 else nut
    inside = radius - half
    hang = hooking("hang-onto", (inside, 0, 0), INTO, ACROSS, inside, ("eye",), "thread")
    return finished(name, "eye-bolt", parts, [hang])


def _bolt_thread(rng: Generator, start: float, long: float, radius: float, pointed: bool) -> Manifold:
    """Ridges along -x from `start`, even as a bolt's or running to a point as a screw's."""
    turns = int(np.clip(long / radius * rng.uniform(1.3, 2.2), 5, 16))
    at = np.linspace(0, 1, 2 * turns + 1)
    core = smooth_curve([(0, 1.0), (0.6, 0.95), (1, 0.08)] if pointed else [(0, 1.0), (0.9, 1.0), (1, 0.85)])(at)
    return bar(start - long * at, radius * core * np.where(np.arange(len(at)) % 2, 1.05, 0.84))


def towel_ring(rng: Generator, name: str) -> Tool:
    """A ring, a closed flat square or an open bent arm that hangs before a round or square wall plate."""
    kind = str(rng.choice(["ring", "square", "open"], p=[0.45, 0.25, 0.3]))
    radius = rng.uniform(0.065, 0.1)
    half, high = rng.uniform(0.0032, 0.006), rng.uniform(0.035, 0.06)
    tall = radius * (1.0 if kind == "ring" else rng.uniform(0.75, 1.1))
    if kind == "ring":
        loop = ring((0, 0), radius, half)
    elif kind == "square":
        corner = radius * rng.uniform(0.08, 0.4)
        outer = rounded(block((2 * (tall + half), 2 * (radius + half))), corner)
        shape = outer - rounded(block((2 * (tall - half), 2 * (radius - half))), max(corner - 2 * half, 0.002))
        loop = plate(shape, half * rng.uniform(1.4, 2.6), half * 0.25)
    else:
        corner = radius * rng.uniform(0.1, 0.45)
        side, end = (radius - corner, tall - corner), -radius * rng.uniform(0.75, 1.0)
        bends = [arc((-side[1], side[0]), corner, 180, 90, 8), arc((side[1], side[0]), corner, 90, 0, 8)]
        path = np.concatenate([[(-tall, 0), (-tall, side[0] * 0.4)], *bends, [(tall, 0), (tall, end)]])
        loop = rod(flat(path), half, 12)
    wide, thick = rng.uniform(0.02, 0.032), rng.uniform(0.005, 0.012)
    square = kind != "ring" and rng.random() < 0.75
    wall = rounded(block((2 * wide, 2 * wide)), wide * rng.choice([0.06, 0.3])) if square else disc((0, 0), wide)
    slim = max(wide * rng.uniform(0.3, 0.45), half * 1.7)
    base = plate(wall, thick, thick * 0.25, z=thick / 2)
    post = cylinder((0, 0, 0), (0, 0, high + half * 1.8), slim * rng.uniform(1.0, 1.5), slim, 4 if square else 28)
    post = post.rotate([0, 0, 45 if square else 0])
    parts: Parts = {"ring": loop.translate([0, 0, high]), "plate": [(base + post).translate([-tall, 0, 0])]}
    inside = tall - half
    frame = function_frame((inside, 0, high), INTO, (0, -1, 0))
    hang = Affordance("hang-onto", "ring", "plate", frame, float(inside), NONE if kind == "open" else MIRROR_X)
    return finished(name, "towel-ring", parts, [hang])


def horseshoe(rng: Generator, name: str) -> Tool:
    """A horseshoe: a light grooved one, a heavy one with calks and a clip, or a narrow mule's shoe; worn or new."""
    kind = str(rng.choice(["grooved", "calked", "mule"], p=[0.45, 0.35, 0.2]))
    wide = rng.uniform(0.05, 0.075)
    deep = wide * (rng.uniform(1.3, 1.6) if kind == "mule" else rng.uniform(1.0, 1.25))
    thick, close = rng.uniform(0.007, 0.012), rng.uniform(118, 143) if kind != "mule" else rng.uniform(95, 115)
    angle = np.radians(np.linspace(-close, close, 61))
    path = np.stack([deep * np.cos(angle), wide * np.sin(angle)], 1)
    web = wide * rng.uniform(0.15, 0.22)
    half = web * smooth_curve([(0, 0.75), (0.25, 1.0), (0.5, 1.1), (0.75, 1.0), (1, 0.75)])(np.linspace(0, 1, 61))
    shoe = plate(band(path, half), thick, thick * rng.uniform(0.06, 0.2))
    for span in (slice(10, 27), slice(34, 51)):
        if kind != "mule":
            shoe = shoe - plate(band(path[span], web * 0.16), thick).translate([0, 0, thick * 0.72])
        for index in range(span.start + 2, span.stop, 4):
            hole = box((web * 0.3, web * 0.5, 1.0), (0, 0, 0)).rotate([0, 0, float(np.degrees(angle[index]))])
            shoe = shoe - hole.translate([*path[index], 0])
    calk = plate(rounded(block((web * 1.1, web * 1.3)), web * 0.2), thick * rng.uniform(0.9, 1.1), 0.0, thick * 0.8)
    calks = [calk.rotate([0, 0, n * close]).translate([*path[30 + 29 * n], 0]) for n in (-1, 1) if kind == "calked"]
    toe, branches = split(shoe, (1, 0, 0), deep * rng.uniform(0.1, 0.25))
    parts: Parts = {"toe": toe, "branches": [branches, *calks]}
    if kind == "calked" or rng.random() < 0.3:
        clip = cylinder((0, 0, 0), (0, 0, -thick * rng.uniform(1.2, 2.0)), web * 0.9, web * 0.25, 20)
        parts["clip"] = clip.scale([0.25, 1, 1]).translate([deep + float(half[30]) * 0.82, 0, 0])
    inside, radius = deep - float(half[30]), wide - float(half[30])
    frame = function_frame((inside, 0, 0), INTO, ACROSS)
    hang = Affordance("hang-onto", "toe", "branches", frame, float(radius), MIRROR_X)
    return finished(name, "horseshoe", parts, [hang])


def drawer_pull(rng: Generator, name: str) -> Tool:
    """A drawer pull: a round bow on rosettes, a flat strap, a straight bar on two posts, or a cup on a flange."""
    kind = str(rng.choice(["bow", "strap", "bar", "cup"], p=[0.3, 0.2, 0.25, 0.25]))
    reach, span = rng.uniform(0.022, 0.036), rng.uniform(0.032, 0.08)
    make = {"bow": _bow_pull, "strap": _strap_pull, "bar": _bar_pull, "cup": _cup_pull}[kind]
    solids, inside = make(rng, reach, span)
    both = _catching(inside, next(iter(solids)), "feet")
    return finished(name, "drawer-pull", solids, both, (X_UP, *FLAT))


def _bow_pull(rng: Generator, reach: float, span: float) -> tuple[Parts, float]:
    """(parts, height inside) of a round bow, arched or square, swelling in the middle, on two round feet."""
    thick, power = rng.uniform(0.0032, 0.006), rng.choice([rng.uniform(0.25, 0.5), rng.uniform(0.7, 1.0)])
    turn = np.linspace(-np.pi / 2, np.pi / 2, 41)
    path = np.stack([reach * np.cos(turn) ** power, span * np.sign(turn) * np.abs(np.sin(turn)) ** power], 1)
    far = np.abs(path[:, 1]) / span
    swell = rng.uniform(0.0, 0.6)
    shape = band(path, thick * (1 + 0.4 * swell * (1 - far**2)))
    bow = rod(flat(path), thick, 14) if swell < 0.15 else plate(shape, 2 * thick * (1 + swell), thick * 0.55)
    bow, legs = split(bow.trim_by_plane((1, 0, 0), 0.0), (1, 0, 0), reach * 0.45)
    foot = thick * rng.uniform(1.7, 2.6)
    feet = [cylinder((0, s * span, 0), (reach * 0.14, s * span, 0), foot, foot * 0.85, 24) for s in (-1, 1)]
    return {"bow": bow, "feet": [legs, *feet]}, reach - thick * (1 + 0.4 * swell)


def _strap_pull(rng: Generator, reach: float, span: float) -> tuple[Parts, float]:
    """(parts, height inside) of a flat strap with two flat feet that turn outwards."""
    thick, wide = rng.uniform(0.0012, 0.0025), rng.uniform(0.006, 0.013)
    slope, foot = rng.uniform(0.15, 0.45), rng.uniform(0.012, 0.022)
    y = np.linspace(-1, 1, 81) * (span + foot)
    rise = smooth_curve([(0, 0), (foot, 0), (foot + slope * span, 1), (foot + span, 1)])(span + foot - np.abs(y))
    shape = band(np.stack([thick + (reach - thick) * rise, y], 1), thick)
    whole = plate(shape, 2 * wide, thick * 0.3)
    for at in (-span - foot * 0.5, span + foot * 0.5):
        whole = whole - cylinder((-1, at, 0), (1, at, 0), 0.0022, 0.0022, 16)
    bow, feet = split(whole, (1, 0, 0), reach * 0.5)
    return {"bow": bow, "feet": feet}, reach - thick


def _bar_pull(rng: Generator, reach: float, span: float) -> tuple[Parts, float]:
    """(parts, height inside) of a round or square bar that runs past two posts."""
    thick, over = rng.uniform(0.0045, 0.007), rng.uniform(0.005, 0.035)
    square = rng.random() < 0.35
    ends = np.array([(reach - thick, -span - over, 0), (reach - thick, span + over, 0)])
    grip = box((2 * thick, 2 * (span + over), 2 * thick), (reach - thick, 0, 0)) if square else rod(ends, thick, 18)
    post = thick * rng.uniform(0.6, 0.9)
    posts = [cylinder((0, s * span, 0), (reach - thick, s * span, 0), post * 1.2, post, 20) for s in (-1, 1)]
    return {"bar": grip, "feet": posts}, reach - 2 * thick


def _cup_pull(rng: Generator, reach: float, span: float) -> tuple[Parts, float]:
    """(parts, depth inside) of a shell that opens towards +y, as long along z, on a flange with or without ears."""
    wall, high, long = rng.uniform(0.0015, 0.0025), rng.uniform(0.022, 0.032), span * 0.55 + 0.018
    outer = Manifold.sphere(1.0, 48).scale([reach, high, long])
    hollow = Manifold.sphere(1.0, 48).scale([reach - wall, high - wall, long - wall])
    lip = high * rng.uniform(0.15, 0.45)
    half_space = box((1, 1, 1), (0.5, lip - 0.5, 0))
    cup = (outer - hollow) ^ half_space
    rim, thick = wall * rng.uniform(1.8, 3.2), wall * 1.1
    shape = disc((0, 0), 1.0, 64).scale((long + rim, high + rim))
    for ear in (-1, 1) if rng.random() < 0.5 else ():
        shape = shape + disc((ear * (long + 0.003), 0), 0.006) - disc((ear * (long + 0.004), 0), 0.002, 16)
    shape = shape - disc((0, 0), 1.0, 64).scale((long - wall, high - wall))
    flange = shape.extrude(thick).rotate([0, 90, 0])
    return {"cup": cup, "feet": flange ^ half_space}, reach - wall


def _curl(radius: float, over: float, curl: float, sweep: float) -> NDArray:
    """A J (N x 2) round the origin, from its tip, which may curl outwards, to the foot of the bend at y = -radius."""
    bend = arc((0, 0), radius, 90 + over, -90, 32)
    if not curl:
        return bend
    lip = arc(bend[0] * (1 + curl / radius), curl, 270 + over - sweep, 270 + over, 10)
    return np.concatenate([lip[:-1], bend])


def crook(rng: Generator, name: str) -> Tool:
    """A shepherd's crook: a wide wooden one with a curled nose, a narrow iron leg crook, or one bent from the stick."""
    kind = str(rng.choice(["neck", "leg", "bent"], p=[0.4, 0.25, 0.35]))
    radius = rng.uniform(0.02, 0.034) if kind == "leg" else rng.uniform(0.055, 0.1)
    wire = rng.uniform(0.0045, 0.006) if kind == "leg" else rng.uniform(0.0095, 0.014)
    curl = 0.0 if kind == "bent" else radius * rng.uniform(0.25, 0.5)
    reach, over = radius * rng.uniform(0.5, 1.6), rng.uniform(5, 50)
    stem = (-reach - 0.03, -radius * rng.uniform(0.2, 1.0))
    line = _curl(radius, over, curl, rng.uniform(60, 150))
    s = np.linspace(0, 1, 10)[1:]
    ease = 3 * s**2 - 2 * s**3
    line = np.concatenate([line, np.stack([s * stem[0], -radius + (stem[1] + radius) * ease], 1)])
    hook, neck = split(rod(flat(line), wire, 14, start=rng.uniform(0.6, 1.0)), (1, 0, 0), -radius * 0.25)
    front, rear = split(neck, (0, 1, 0), radius * 0.3)
    pole = rng.uniform(0.0105, 0.014) if kind == "leg" else wire
    parts: Parts = {"hook": [hook, front], "neck": rear}
    parts |= stick(rng, (stem[0] + 0.008, stem[1], 0), (-1, 0, 0), rng.uniform(0.55, 1.35), pole)
    if kind != "bent":
        wide, long = pole * rng.uniform(1.1, 1.25), rng.uniform(0.02, 0.07)
        socket = cylinder((stem[0] + 0.016, stem[1], 0), (stem[0] - long, stem[1], 0), wire * 1.15, wide, 20)
        parts["collar"] = socket
    pair = _catching(radius - wire, "hook", "grip")
    return finished(name, "crook", parts, pair)


def button_hook(rng: Generator, name: str) -> Tool:
    """A button hook: a steel J in a turned handle, an all-steel one with a loop to hold, or a wire loop."""
    kind = str(rng.choice(["turned", "steel", "loop"], p=[0.4, 0.3, 0.3]))
    wire, shank = rng.uniform(0.0014, 0.0021), rng.uniform(0.045, 0.09)
    radius = rng.uniform(0.0045, 0.007)
    if kind == "loop":
        wide, long = rng.uniform(0.009, 0.013), rng.uniform(0.045, 0.06)
        s = np.linspace(0, 1, 22)
        radius = wide * rng.uniform(0.25, 0.4)
        y = smooth_curve([(0, 0.0015), (0.15, wide * 0.5), (0.5, wide), (0.85, radius * 1.3), (1, radius)])(s)
        leg = np.stack([-long + long * s, y], 1)
        path = np.concatenate([leg, arc((0, 0), radius, 90, -90, 14)[1:-1], leg[::-1] * [1, -1]])
        shank, base = long + rng.uniform(0.0, 0.03), 0.0
        solid = rod(flat(path), wire, 10) + cylinder((-long + 0.004, 0, 0), (-shank - 0.01, 0, 0), 0.0022, 0.0026, 14)
        hook, neck = split(solid, (1, 0, 0), -long * 0.4)
    else:
        base = -radius
        tip = arc((0, 0), radius, 90 + rng.uniform(5, 55), -90, 26)
        path = np.concatenate([tip, [(-shank * 0.3, base), (-shank * 0.7, base), (-shank - 0.012, base)]])
        hook, neck = split(rod(flat(path), wire, 12, start=0.9), (1, 0, 0), -radius * 1.6)
        hook = hook + Manifold.sphere(wire * rng.uniform(1.2, 1.5), 14).translate([*tip[0], 0])
    parts: Parts = {"hook": hook, "neck": neck}
    if kind == "steel":
        size = rng.uniform(0.01, 0.016)
        bow = ring((0, 0), size, wire * rng.uniform(1.0, 1.5)).scale([rng.uniform(1.0, 1.8), 1, 1])
        parts["grip"] = bow.translate([-shank - 0.01 - bow.bounding_box()[3] + wire, base, 0])
    else:
        fat, long = rng.uniform(0.0065, 0.01), rng.uniform(0.06, 0.1)
        solids = [*tool_grip(rng, -shank, long, fat).values(), collar(rng, -shank + 0.004, 0.01, fat * 0.75)]
        parts["grip"] = [solid.translate([0, base, 0]) for solid in solids]
    pull = hooking("pull-with", (radius - wire, 0, 0), INTO, ACROSS, radius - wire, ("hook",), "grip")
    return finished(name, "button-hook", parts, [pull])


def chuck_key(rng: Generator, name: str) -> Tool:
    """A chuck key: a bevel of teeth with a pilot, its bar through the shank, moulded on it, or four keys in a cross."""
    kind = str(rng.choice(["bar", "moulded", "cross"], p=[0.45, 0.3, 0.25]))
    sizes = rng.uniform(0.0045, 0.01) * (rng.uniform(0.6, 1.0, 4) if kind == "cross" else np.ones(1))
    neck, count = float(sizes.max()) * rng.uniform(3.0, 6.0), int(rng.integers(10, 14))
    gears: list[Manifold] = []
    arms: list[Manifold] = []
    ends = []
    for turn, size in enumerate(sizes):
        section, slim = fluted_section(count, rng.uniform(0.25, 0.4)), size * rng.uniform(0.55, 0.72)
        deep, pilot = size * rng.uniform(0.8, 1.2), size * rng.uniform(0.36, 0.5)
        gear = bar(np.array([0, -deep, -1.15 * deep]), size * np.array([0.72, 1.0, 0.8]), section=section)
        tip = bar(size * np.array([rng.uniform(0.9, 1.6), 0.6, -0.5]), pilot * np.array([0.8, 1, 1]))
        way = np.round([np.cos(turn * np.pi / 2), np.sin(turn * np.pi / 2), 0])
        shank = cylinder((-deep, 0, 0), (-neck, 0, 0), slim, slim * rng.uniform(1.0, 1.25), 24)
        placed = [solid.translate([neck, 0, 0]).rotate([0, 0, 90 * turn]) for solid in (gear + tip, shank)]
        gears, arms = [*gears, placed[0]], [*arms, placed[1]]
        ends.append((neck * way, way, np.array([-way[1], way[0], 0])))
    size, half = float(sizes[0]), neck * rng.uniform(0.9, 1.5) + 0.008
    if kind == "bar":
        grip = [rod(np.array([[0, -half, 0], [0, half, 0]]), size * rng.uniform(0.32, 0.45), 16)]
        grip.append(bar(size * np.array([-1.3, -1.1, 1.1, 1.4]), size * np.array([0.6, 0.85, 0.85, 0.6])))
    elif kind == "moulded":
        grip = [cross_grip(rng, 0, half, size * rng.uniform(0.75, 1.1)).scale([1, 1, rng.uniform(0.6, 1.0)])]
    else:
        grip = [plate(disc((0, 0), size * rng.uniform(1.0, 1.8)), size * rng.uniform(1.3, 1.7), size * 0.1), *arms]
    parts: Parts = {"gear": gears, "handle": grip} | ({} if kind == "cross" else {"shaft": arms})
    frames = tuple(seat_frame(seat, sign * along, axis) for seat, axis, along in ends for sign in (1, -1))
    torque = turning(ends[0][0], ends[0][2], ends[0][1], size, ("gear",), "handle", frames[1:], MIRROR_X)
    return finished(name, "chuck-key", parts, [torque], FLAT)


def hand_crank(rng: Generator, name: str) -> Tool:
    """A crank: a window winder with a curved flat arm, a long winch handle with a square lug, or a rod bent twice."""
    kind = str(rng.choice(["window", "winch", "rod"], p=[0.4, 0.3, 0.3]))
    half = rng.uniform(0.0045, 0.008) if kind == "window" else rng.uniform(0.006, 0.011)
    long = {"window": rng.uniform(0.07, 0.12), "winch": rng.uniform(0.18, 0.26)}.get(kind, rng.uniform(0.1, 0.24))
    thick, outer = half * rng.uniform(0.7, 1.2), half * rng.uniform(1.5, 1.9)
    end, high = half * rng.uniform(2.2, 4.0) + (0.04 if kind == "rod" else 0.0), rng.uniform(0.35, 0.65) * 0.1
    s, fat = np.linspace(0, 1, 20), rng.uniform(0.008, 0.015)
    base = end - half * 2.4 if kind == "rod" else -thick
    boss = cylinder((0, 0, base), (0, 0, end), outer * rng.uniform(0.9, 1.2), outer, 30)
    bore = block((2 * half, 2 * half)) if rng.random() < 0.5 else hexagon(half)
    if kind == "winch":
        drive = boss.trim_by_plane((0, 0, -1), -end * 0.5) + bore.extrude(end)
    else:
        drive = boss - bore.extrude(end).translate([0, 0, end - half * 1.4])
    drive, hub = split(drive, (0, 0, 1), base + 1.5 * thick if kind != "rod" else base)
    rise = rng.uniform(0.1, 0.3) * high * np.sin(np.pi / 2 * s) ** 2
    if kind == "rod":
        bend = thick * rng.uniform(1.3, 3.5)
        line = np.concatenate([[(0, base + thick)], arc((-bend, bend), bend, 0, -90, 10), [(-long, 0)]])
        arm = strap(line, thick, thick)
    else:
        wide = outer * smooth_curve([(0, 1.1), (0.5, rng.uniform(0.6, 0.8)), (1, rng.uniform(0.6, 0.9))])(s)
        arm = strap(np.stack([-long * s, -rise], 1), wide, thick * np.linspace(1, 0.7, 20), squarish_section(6))
    foot = 0.0 if kind == "rod" else -float(rise[-1])
    arm = arm + cylinder((-long, 0, foot + thick), (-long, 0, foot - thick * 2), fat * 0.8, fat * 0.6, 20)
    knots = [(0, 0.6), (0.1, rng.uniform(0.7, 1)), (0.4, rng.uniform(0.75, 1.1)), (0.85, 1.1), (1, 0.4)]
    x, size = swelling(thick * 1.5, thick * 1.5 + high * (0.5 if kind == "window" else 1.3), knots)
    knob = bar(x, fat * size).rotate([0, 90, 0]).translate([-long, 0, foot])
    part = "lug" if kind == "winch" else "socket"
    torque = turning((0, 0, end), (1, 0, 0), (0, 0, 1), half, (part,), "knob", symmetry=MIRROR_X)
    parts: Parts = {part: drive, "arm": arm if kind == "rod" else [hub, arm], "knob": knob}
    return finished(name, "hand-crank", parts, [torque], ROLLING[::-1])


FAMILIES = {
    "eye-bolt": Family(eye_bolt, ("hang-onto",)),
    "towel-ring": Family(towel_ring, ("hang-onto",)),
    "horseshoe": Family(horseshoe, ("hang-onto",)),
    "drawer-pull": Family(drawer_pull, ("pull-with", "hang-onto")),
    "crook": Family(crook, ("pull-with", "hang-onto")),
    "button-hook": Family(button_hook, ("pull-with",)),
    "chuck-key": Family(chuck_key, ("apply-torque-with",)),
    "hand-crank": Family(hand_crank, ("apply-torque-with",)),
}
