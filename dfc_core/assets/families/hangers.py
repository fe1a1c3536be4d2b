"""Parametric things with a hook on a body: coat hanger, boat hook, grappling hook.

Flat in the xy plane; the body to -x, the hook to +x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import LYING, arc, finished, flat, merged, rod, stick
from dfc_core.assets.families.hooks import hooking, question_mark
from dfc_core.assets.solids import box, cylinder, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, Affordance, Tool


def coat_hanger(rng: Generator, name: str) -> Tool:
    """A hanger of bent wire, of wood (with or without a bar), of plastic tube, or with two clips."""
    kind = rng.choice(["wire", "wood", "tube", "clips"], p=[0.3, 0.3, 0.25, 0.15])
    radius = rng.uniform(0.014, 0.024)
    wire = rng.uniform(0.0014, 0.0024) if kind != "tube" else rng.uniform(0.0022, 0.0045)
    stem, over = rng.uniform(0.0, 0.03), rng.uniform(-15, 30)
    line = question_mark(radius, stem + 0.02, over)
    foot = float(line[-1, 0]) + 0.02  # where the stem meets the shoulders
    hook = rod(flat(line), wire, 10)
    half = rng.uniform(0.17, 0.225)
    drop = half * (rng.uniform(0.04, 0.15) if kind == "clips" else rng.uniform(0.28, 0.5))
    s = np.linspace(0, 1, 16)
    arch = rng.uniform(0.0, 0.35)
    side = np.stack([foot - drop * ((1 - arch) * s + arch * s**2), half * s], 1)
    parts = _shoulders(rng, str(kind), side, half, drop, wire, foot)
    tip = side[-1]
    slope = side[-1] - side[-2]
    out = np.array([*(slope / np.linalg.norm(slope)), 0])
    reach = np.array([*tip, 0]) + out * parts.pop("overhang")
    mirrored = np.array([1, -1, 1])
    poke = Affordance(
        "poke-with", "ends", "hook", function_frame(reach, out, (1, 0, 0)), 0.22 * half, MIRROR,
        (function_frame(reach * mirrored, out * mirrored, (1, 0, 0)),),
    )  # fmt: skip
    pair = [
        hooking(f, (radius - wire, 0, 0), (-1, 0, 0), (0, 1, 0), radius - wire, ("hook",), "shoulders")
        for f in ("hang-onto", "pull-with")
    ]
    return finished(name, "coat-hanger", {"hook": hook, **parts}, [*pair, poke])


def _shoulders(rng: Generator, kind: str, side: np.ndarray, half: float, drop: float, wire: float, foot: float) -> dict:
    """Parts "shoulders", "ends", perhaps "bar", and how far the ends overhang the line `side`."""
    count = len(side)
    parts: dict = {"overhang": 0.0}
    if kind == "wood":
        deep = smooth_curve([(0, 0.013), (0.5, 0.011), (1, rng.uniform(0.006, 0.014))])(np.linspace(0, 1, count))
        wide = smooth_curve([(0, 0.006), (0.6, 0.006), (1, rng.uniform(0.006, 0.02))])(np.linspace(0, 1, count))
        arm = tube(flat(side - [0.008, 0]), wide, deep, sides=14)
        block_ = box((0.026, 0.02, 0.012), (foot - 0.008, 0, 0))
        parts["overhang"] = 0.0
    else:
        thick = {"wire": wire, "clips": wire * 1.6}.get(kind, rng.uniform(0.0035, 0.006))
        arm = rod(flat(side), thick, 10)
        block_ = cylinder((foot - 0.012, 0, 0), (foot + 0.012, 0, 0), max(thick, wire) * 1.3, wire * 1.3, 12)
        if kind == "tube" and rng.random() < 0.6:  # the hollow that keeps a strap
            spot = side[int(count * 0.6)]
            arm = arm + rod(np.array([[*spot, 0], [spot[0] + 0.012, spot[1] + 0.006, 0]]), thick * 0.8, 8)
    outer, inner = split(arm, (0, 1, 0), 0.8 * half)
    ends = [outer, outer.mirror((0, 1, 0))]
    bar_x = float(side[-1, 0]) - (0.0 if kind != "wood" else 0.012)
    if kind in ("wire", "tube"):
        bow = np.stack([bar_x - 0.012 * np.array([0.0, 1, 1, 1, 0]), half * np.array([-1.0, -0.97, 0, 0.97, 1.0])], 1)
        parts["bar"] = rod(flat(bow), wire if kind == "wire" else 0.0035, 8)
    elif kind == "wood" and rng.random() < 0.6:
        y = half * 0.72
        parts["bar"] = cylinder((bar_x + 0.012, -y, 0), (bar_x + 0.012, y, 0), 0.005, 0.005, 12) + merged(
            rod(np.array([(bar_x + 0.012, sign * y, 0), (foot - drop * 0.72, sign * y, 0)]), 0.004, 8)
            for sign in (-1, 1)
        )
    elif kind == "clips":
        clip = box((0.05, 0.022, 0.012), (bar_x - 0.02, half * 0.9, 0)) - box(
            (0.03, 0.03, 0.003), (bar_x - 0.04, half * 0.9, 0)
        )
        ends += [clip, clip.mirror((0, 1, 0))]
    parts |= {"shoulders": [inner, inner.mirror((0, 1, 0)), block_], "ends": ends}
    return parts


def boat_hook(rng: Generator, name: str) -> Tool:
    """A pole with a hook and a blunt or sharp point; pole long or short, hook narrow or wide."""
    radius = rng.uniform(0.03, 0.055)
    wire = radius * rng.uniform(0.22, 0.34)
    over = rng.uniform(-10, 45)
    reach = radius * rng.uniform(0.3, 1.2)
    ring = arc((0, radius), radius, -90, 90 + over, 24)
    line = np.concatenate([[(-reach - radius * 0.8, 0), (-reach * 0.5, 0)], ring])
    hook = rod(flat(line), wire, 12, end=rng.uniform(0.4, 1.0))
    front = radius * rng.uniform(1.9, 3.0)
    blunt = rng.random() < 0.5
    tip = rod(np.array([(-reach, 0, 0), (front, 0, 0)]), wire * 1.05, 12, end=0.95 if blunt else 0.35)
    if blunt:
        tip = tip + Manifold.sphere(wire * rng.uniform(1.3, 1.8), 16).translate([front, 0, 0])
    end = float(tip.bounding_box()[3])
    tip = tip.trim_by_plane((1, 0, 0), -radius * 0.2)
    pole_radius = max(rng.uniform(0.01, 0.014), wire * 1.05)
    socket = cylinder((-reach * 0.6, 0, 0), (-reach - radius * 2, 0, 0), wire * 1.2, pole_radius * 1.15, 18)
    handle = stick(rng, (-reach - radius, 0, 0), (-1, 0, 0), rng.uniform(0.25, 0.75), pole_radius)
    parts = {"hook": hook, "tip": tip, "socket": socket, **handle}
    inside = (radius - wire, radius, 0)
    pull = hooking("pull-with", inside, (-1, 0, 0), (0, 1, 0), radius - wire, ("hook",), "grip")
    poke = Affordance(
        "poke-with", "tip", "grip", function_frame((end, 0, 0), (1, 0, 0), (0, 1, 0)), float(end + radius * 0.2), MIRROR
    )
    return finished(name, "boat-hook", parts, (pull, poke))


def grappling_hook(rng: Generator, name: str) -> Tool:
    """Three to five pointed flukes around a shaft that ends in a ring; slim or stout, close or spread."""
    count = int(rng.integers(3, 6))
    radius = rng.uniform(0.02, 0.04)
    wire = radius * rng.uniform(0.12, 0.22)
    length = radius * rng.uniform(2.8, 5.5)
    over, spread = rng.uniform(-20, 40), rng.uniform(0.0, 0.6) * radius
    ring = arc((0, radius), radius, -90, 90 + over, 18)
    line = np.concatenate([[(-radius * 1.2, 0), (-radius * 0.5, 0)], ring])
    tangent = (ring[-1] - ring[-2]) / np.linalg.norm(ring[-1] - ring[-2])
    line = np.concatenate([line, [ring[-1] + tangent * spread, ring[-1] + tangent * (spread + wire * 2)]])
    fluke = rod(flat(line), wire, 10, end=0.3)
    turns = [360.0 * n / count for n in range(count)]
    root, claw = fluke.split(box((radius * 2, radius, radius), (-radius * 1.25, 0, 0)))
    flukes = [claw.rotate([turn, 0, 0]) for turn in turns]
    hub = [root.rotate([turn, 0, 0]) for turn in turns]
    hub.append(cylinder((-radius * 0.9, 0, 0), (radius * 0.1, 0, 0), wire * 1.9, wire * 1.6, 16))
    shaft = [cylinder((-length, 0, 0), (-radius * 0.7, 0, 0), wire * 1.2, wire * 1.3, 16)]
    eye = radius * rng.uniform(0.3, 0.6)
    shaft.append(tube(flat(arc((-length - eye * 0.8, 0), eye, 0, 356, 22)), wire * 0.7, sides=8))
    frames = []
    for turn in np.radians(turns):
        side = np.array([0, np.cos(turn), np.sin(turn)])
        frames.append(function_frame(np.array([radius - wire, 0, 0]) + radius * side, (-1, 0, 0), side))
    pull = Affordance("pull-with", "flukes", "shaft", frames[0], float(radius - wire), MIRROR, tuple(frames[1:]))
    parts = {"flukes": flukes, "hub": hub, "shaft": shaft}
    return finished(name, "grappling-hook", parts, [pull], LYING)


FAMILIES = {
    "coat-hanger": Family(coat_hanger, ("hang-onto", "pull-with", "poke-with")),
    "boat-hook": Family(boat_hook, ("pull-with", "poke-with")),
    "grappling-hook": Family(grappling_hook, ("pull-with",)),
}
