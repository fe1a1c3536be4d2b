"""Parametric things that screw their way in: corkscrew, gimlet, garden auger.

The point at the origin, the rest to -x; the handle across, along y.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import Tip, Y, Z, bar, polygon_section, round_section, swelling, tip_affordances
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, disc, finished, merged, outline, plate, rod, rounded, turned
from dfc_core.assets.families.grips import cross_grip
from dfc_core.assets.families.spikes import fallen, spun
from dfc_core.assets.solids import box, cylinder, lathe, split, tube
from dfc_core.assets.tool import HALF_TURN, NONE, Tool

Parts = dict[str, Manifold | list[Manifold]]


def corkscrew(rng: Generator, name: str) -> Tool:
    """A corkscrew: a worm of wire or with a core under a T-handle, in a bell, or in a waiter's folding handle."""
    kind = str(rng.choice(["cross", "bell", "waiter"], p=[0.4, 0.25, 0.35]))
    long, wide = rng.uniform(0.042, 0.06), rng.uniform(0.0038, 0.005)
    worm = _worm(rng, long, wide)
    if kind == "waiter":
        parts, hold = _waiter(rng, long, wide), ("handle",)
    else:
        stem = rng.uniform(0.015, 0.04) if kind == "cross" else rng.uniform(0.02, 0.03)
        parts, hold = _cross_handle(rng, -long - stem, rng.uniform(0.032, 0.05)), ("handle",)
        parts["stem"] = spun([(-long + 0.002, 0.0024), (-long - 0.003, 0.003), (-long - stem - 0.004, 0.003)])
        if kind == "bell":
            parts["bell"] = _bell(rng, long, wide, stem)
    half = rng.uniform(0.95, 1.0) * wide
    end = Tip(half, NONE, broad=-Y) if kind == "waiter" else Tip(half, HALF_TURN)
    found = tip_affordances({"pierce-with": "worm"}, hold, long, end)
    return fallen(name, "corkscrew", {"worm": worm, **parts}, found)


def _worm(rng: Generator, long: float, wide: float) -> Manifold:
    """A helix whose point lies on the axis: an open coil of wire, or a thread around a core."""
    turns = rng.uniform(4.5, 6.5)
    wire = rng.uniform(0.0012, 0.0016)
    s = np.linspace(0, 1, int(turns * 18))
    angle = 2 * np.pi * turns * s
    reach = (wide - wire) * np.interp(s, [0, 0.55 / turns, 1.2 / turns, 1], [0.0, 0.7, 1, 1])
    size = wire * np.interp(s, [0, 0.6 / turns, 1], [0.12, 1, 1])
    helix = np.stack([-long * s, reach * np.cos(angle), reach * np.sin(angle)], axis=1)
    coil = tube(helix, size, sides=8)
    if rng.random() < 0.3:
        return coil + spun([(-0.5 * long / turns, wire * 0.4), (-1.2 * long / turns, wide * 0.42), (-long, wide * 0.5)])
    return coil + rod(np.array([helix[-1], (-long - 0.003, 0, 0)]), wire * 1.15, 10)


def _cross_handle(rng: Generator, at: float, half: float) -> Parts:
    """A bar across at x = `at`: turned wood, a barrel, a bent stick of vine, or a flat plate of metal."""
    kind, thick = rng.choice(["turned", "barrel", "vine", "plate"]), half * rng.uniform(0.18, 0.3)
    if kind == "turned":
        return {"handle": cross_grip(rng, at, half, thick)}
    if kind == "barrel":
        knots = [(0, 0.55), (0.05, 0.75), (0.25, 0.9), (0.42, rng.uniform(0.6, 1.0)), (0.5, 1.1), (0.58, 0.8)]
        knots += [(0.75, 0.9), (0.95, 0.75), (1, 0.55)]
        y, size = swelling(-half, half, knots, 40)
        return {"handle": bar(y, thick * size).rotate([0, 0, 90]).translate([at, 0, 0])}
    if kind == "vine":
        y = np.linspace(-half, half, 15)
        bend = -rng.uniform(0.05, 0.3) * half * (y / half) ** 2
        return {"handle": rod(np.stack([at + bend, y, 0 * y], axis=1), thick, 16, end=0.85, start=0.85)}
    waist = rng.uniform(0.5, 0.9)
    side = [(at + thick * 0.8, 0), (at + thick * waist, half * 0.5), (at + thick, half), (at - thick, half)]
    side += [(at - thick * waist, half * 0.5), (at - thick * 0.8, 0)]
    shape = rounded(outline([*side, *((x, -y) for x, y in side[-2:0:-1])]), thick * 0.6)
    return {"handle": plate(shape, max(thick * 0.9, 0.008), thick * 0.2)}


def _bell(rng: Generator, long: float, wide: float, stem: float) -> Manifold:
    """A bell around the upper part of the worm that sits on the bottle's neck, with two windows or none."""
    mouth, wall = rng.uniform(0.0135, 0.017), 0.0018
    low, high = -long * rng.uniform(0.35, 0.6), -long - stem * 0.45
    share = np.linspace(0, 1, 10)
    outer = mouth - (mouth - 0.006) * share ** rng.uniform(1.5, 3.5)
    outer[0] += rng.uniform(0, 0.0015)
    heights = high + (low - high) * (1 - share)
    profile = [*zip(outer, heights, strict=True), (0, high)]
    inner = [(0, high + 2 * wall), *((max(r - wall, 0.0045), h + wall * (h < low)) for r, h in profile[-2::-1])]
    inner[1] = (inner[1][0], high + 2 * wall)
    bell = lathe(np.array([*profile, *inner]), 36).rotate([0, 90, 0])
    if rng.random() < 0.7:
        place, size = low + (high - low) * 0.45, 0.28 * (low - high)
        bell = bell - cylinder((place, 0, -0.1), (place, 0, 0.1), size, size, 24).scale([1, 0.9, 1])
    return bell


def _waiter(rng: Generator, long: float, wide: float) -> Parts:
    """A channel-shaped "handle" across, a folding "lever" with a notched foot at its end, perhaps a small blade."""
    half, thick, high = rng.uniform(0.05, 0.06), rng.uniform(0.0055, 0.0075), rng.uniform(0.007, 0.01)
    middle = -rng.uniform(0.06, 0.3) * half  # of the handle, seen from the worm
    at, belly = -long - high * 0.6, rng.uniform(0.0, 0.5) * high
    y = np.linspace(-half, half, 15)
    size = high * (1 - 0.25 * (y / half) ** 4)
    top = at - size + belly * ((y / half) ** 2 - 1)
    shape = rounded(outline([*zip(at + size, y, strict=True), *zip(top[::-1], y[::-1], strict=True)]), high * 0.5)
    body = plate(shape, 2 * thick, thick * 0.3)
    groove = box((high * 1.2, 1.6 * half, thick * 0.9), (at + high, 0, 0))
    handle = (body - groove).translate([0, middle, 0])
    boss = [cylinder((at, 0, -thick), (at, 0, thick), 0.0035, 0.0035, 16), spun([(-long + 0.001, 0.0016), (at, 0.003)])]
    pivot = np.array([at + 0.2 * high, middle + 0.86 * half, 0])
    lever = _waiter_lever(rng, pivot, np.radians(rng.uniform(-15, 70)), thick)
    pin = cylinder(pivot - thick * 1.1 * Z, pivot + thick * 1.1 * Z, 0.0028, 0.0028, 16)
    return {"handle": handle, "boss": boss, "lever": [lever, pin]}


def _waiter_lever(rng: Generator, pivot: NDArray, angle: float, thick: float) -> Manifold:
    """A strap that swings from `pivot` towards +x (0) or out to +y, with one or two steps for the bottle's rim."""
    reach, wide = rng.uniform(0.04, 0.055), rng.uniform(0.0035, 0.005)
    strip = rounded(outline([(-0.006, -wide), (reach, -wide), (reach, wide), (-0.006, wide)]), wide * 0.6)
    for place in [0.97, rng.uniform(0.5, 0.65)][: rng.integers(1, 3)]:
        strip = strip - disc((reach * place, -wide * 1.2), wide * 0.9, 20)
    strap = plate(strip - disc((reach * 0.3, 0), wide * 0.45, 16), thick * 0.8, thick * 0.1)
    return strap.rotate([0, 0, float(np.degrees(angle))]).translate(list(pivot))


def gimlet(rng: Generator, name: str) -> Tool:
    """A gimlet: a screw point under a plain or fluted shaft, with a wooden T-handle, a wire ring or a flat wing."""
    length, half = rng.uniform(0.07, 0.2), rng.uniform(0.022, 0.05)
    half, radius = min(half, 0.4 * length), rng.uniform(0.0018, 0.0036)
    radius = max(radius, length * 0.018)
    long = length * rng.uniform(0.25, 0.45)
    thread = _thread(rng, long, radius)
    shaft = spun(
        [(-long * 0.9, radius * 0.72), (-length * 0.7, radius * 0.9), (-length - 0.002, radius)], round_section(16)
    )
    if rng.random() < 0.4:
        flute = bar(-np.array([0.92 * long, 0.72 * length]), radius * 0.5, section=round_section(12))
        shaft = shaft - flute.translate([0, 0, radius]) - flute.translate([0, 0, -radius])
    parts: Parts = {"thread": thread, "shaft": shaft}
    kind = rng.choice(["cross", "ring", "loop"], p=[0.6, 0.2, 0.2])
    if kind == "cross":
        parts |= _cross_handle(rng, -length, half)
        parts["collar"] = spun([(-length + half * 0.45, radius * 1.4), (-length, radius * 2.0)])
    else:
        wire, turn = radius * rng.uniform(0.9, 1.2), np.linspace(0, 2 * np.pi, 35)[[*range(34), 0, 1]]
        broad = half * rng.uniform(0.55, 0.8)
        deep = broad * (rng.uniform(0.9, 1.1) if kind == "ring" else rng.uniform(0.4, 0.6))
        ring = np.stack([-length - deep * (1 + np.cos(turn + np.pi)), broad * np.sin(turn), 0 * turn], axis=1)
        parts["handle"] = tube(ring, wire, sides=10)
        parts["collar"] = spun([(-length + 0.008, radius * 1.2), (-length - wire, radius * 1.6)])
    found = tip_affordances({"pierce-with": "thread"}, "handle", long, Tip(radius, HALF_TURN))
    return finished(name, "gimlet", parts, found, FLAT)


def _thread(rng: Generator, long: float, radius: float) -> Manifold:
    """A tapering screw thread from the point at 0 to -`long`."""
    pitch = max(radius * rng.uniform(1.3, 2.2), long / 14)
    x = -np.arange(0, long, pitch / 5)
    angles = np.arange(16) * 2 * np.pi / 16
    phase = (angles / (2 * np.pi) + x[:, None] / pitch) % 1
    depth = rng.uniform(0.3, 0.45)
    ridge = 1 - depth + depth * np.clip(1 - np.abs(2 * phase - 1) * 1.6, 0, 1)
    taper = np.clip(-x / (long * rng.uniform(0.35, 0.8)), 0.03, 1)[:, None]
    return bar(x, radius * 1.1, section=(taper * ridge)[..., None] * round_section(16))


def auger(rng: Generator, name: str) -> Tool:
    """A garden auger: a helical blade at the end of a shaft, long or short, with a T-handle or a crank."""
    length = rng.uniform(0.35, 1.15)
    long, half = length * rng.uniform(0.22, 0.5), length * rng.uniform(0.045, 0.09)
    radius = half * rng.uniform(0.18, 0.28)
    point = half * rng.uniform(1.0, 1.9)
    nose = spun([(0, radius * 0.06), (-point * 0.7, radius * 0.8), (-point - half * 0.15, radius)])
    tip = nose + _screw_point(rng, point, radius) if rng.random() < 0.5 else nose
    blade, twofold = _flight(rng, point * 0.8, long, half, radius)
    cut = point + 0.3 * half
    first, blade = split(blade, (1, 0, 0), -cut)
    section = polygon_section(6) if rng.random() < 0.3 else round_section()
    core = spun([(-point, radius), (-long - 0.002, radius)])
    parts: Parts = {"tip": [tip, first], "blade": [blade, core]}
    shaft = [spun([(-long, radius), (-length, radius)], section)]
    crank = rng.random() < 0.4
    if crank:
        arm, handle, knob = _crank(rng, length, radius)
        parts |= {"shaft": [*shaft, arm], "handle": [handle, knob]}
    else:
        reach = length * rng.uniform(0.14, 0.26)
        bar_ = cross_grip(rng, -length, reach, max(radius * rng.uniform(1.2, 1.7), 0.011))
        middle, grip = bar_.split(box((0.3, reach * 0.7, 0.3), (-length, 0, 0)))
        hub = spun([(-length + radius * 3, radius * 1.3), (-length - radius * 1.4, radius * 1.8)])
        parts |= {"shaft": [*shaft, middle, hub], "handle": grip}
    symmetry = HALF_TURN if twofold and not crank else NONE
    end = Tip(half, symmetry, broad=Z) if crank else Tip(half, symmetry)
    found = tip_affordances({"dig-with": ("tip", "blade")}, "handle", long, end)
    found += tip_affordances({"pierce-with": "tip"}, "handle", cut, end)
    return finished(name, "auger", parts, found, (turned(x=90), turned(x=-90)) if crank else FLAT)


def _screw_point(rng: Generator, point: float, radius: float) -> Manifold:
    """A small thread that draws the auger in."""
    return _thread(rng, point, radius * 1.25)


def _flight(rng: Generator, start: float, long: float, half: float, radius: float) -> tuple[Manifold, bool]:
    """(a helical blade around the axis from -`start` to -`long`, tapering to the point; whether it is double)."""
    pitch = half * rng.uniform(1.3, 2.2)
    share = rng.uniform(0.04, 0.07) * 2 * np.pi
    corners = [(half * np.cos(a), half * np.sin(a)) for a in np.linspace(-share / 2, share / 2, 3)]
    hub = [(-radius * 0.5, radius * 0.3), (-radius * 0.5, -radius * 0.3)]
    blades = CrossSection([np.array([*hub, *corners])])
    twofold = bool(rng.random() < 0.3)
    if twofold:
        blades = blades + blades.rotate(180)
        pitch *= 1.7
    turns = (long - start) / pitch
    solid = blades.extrude(long - start, int(turns * 20), 360 * turns).rotate([0, -90, 0]).translate([-start, 0, 0])
    first = half * rng.uniform(0.3, 0.6)
    lead = start + (long - start) * rng.uniform(0.15, 0.7)
    envelope = spun([(0, first), (-start, first), (-lead, half), (-long - 0.01, half)], round_section(48))
    return solid ^ envelope, twofold


def _crank(rng: Generator, length: float, radius: float) -> tuple[Manifold, Manifold, Manifold]:
    """(arm, handle, knob on top) of a brace: the shaft bends out to +z, on along the axis and back."""
    reach, high = length * rng.uniform(0.15, 0.24), length * rng.uniform(0.2, 0.32)
    low, top = -length + 0.005, -length - high
    slope = reach * rng.uniform(0.1, 0.5)
    path = [(low, 0, 0), (low - slope, 0, reach), (top + slope, 0, reach), (top, 0, 0), (top - 0.03, 0, 0)]
    arm = merged(rod(np.array([a, b]), radius * 0.9, 12) for a, b in pairwise(path))
    arm = arm + merged(Manifold.sphere(radius * 0.95, 12).translate(list(p)) for p in path)
    inner = np.array([low - slope - 0.01, top + slope + 0.01])
    x, size = swelling(inner[0], inner[1], [(0, 0.8), (0.5, 1.1), (1, 0.8)], 12)
    handle = bar(x, max(radius * 1.6, 0.013) * size).translate([0, 0, reach])
    x, size = swelling(top - 0.012, top - 0.05, [(0, 0.4), (0.5, 1), (0.85, 0.85), (1, 0.2)], 14)
    return arm, handle, bar(x, max(radius * 2.6, 0.025) * size)


FAMILIES = {
    "corkscrew": Family(corkscrew, ("pierce-with",)),
    "gimlet": Family(gimlet, ("pierce-with",)),
    "auger": Family(auger, ("dig-with", "pierce-with")),
}
