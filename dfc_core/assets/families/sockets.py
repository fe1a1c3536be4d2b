"""Parametric tools that turn bolts by a socket out of their plane: ratchet, lug wrench. The hand to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, arc, disc, finished, flat, outline, plate, turned
from dfc_core.assets.families.wrenches import hexagon, turning
from dfc_core.assets.solids import box, cylinder, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Affordance, Tool


def ratchet(rng: Generator, name: str) -> Tool:
    """A ratchet or torque wrench with a socket, its head round, pear-shaped or a hinge bar."""
    half = rng.uniform(0.005, 0.013)
    length = rng.uniform(0.13, 0.3)
    kind = rng.choice(["ratchet", "torque", "breaker"], p=[0.55, 0.25, 0.2])
    if kind == "torque":
        length = rng.uniform(0.3, 0.45)
    head_half, thick = max(half * 1.5, length * rng.uniform(0.06, 0.09)), length * rng.uniform(0.05, 0.07)
    if kind == "breaker":
        head = cylinder((0, -thick, 0), (0, thick, 0), thick * 0.8, thick * 0.8, 24).rotate([90, 0, 0])
        head = head + box((head_half, thick, thick), (-head_half / 2, 0, 0))
    else:
        tail = outline(
            [(0, head_half), (-head_half * 2.2, head_half * 0.4), (-head_half * 2.2, -head_half * 0.4), (0, -head_half)]
        )
        shape = disc((0, 0), head_half) + tail if rng.random() < 0.6 else disc((0, 0), head_half)
        head = plate(shape, thick, thick * 0.15)
        head = head + plate(disc((0, 0), head_half * 0.55), thick * 1.3, thick * 0.08)
    socket_long = half * rng.uniform(1.8, 3.5) + (rng.uniform(0.0, 0.05) if rng.random() < 0.3 else 0.0)
    outer = half * rng.uniform(1.35, 1.6)
    base = thick / 2 - 0.001
    end = base + socket_long
    socket = cylinder((0, 0, base), (0, 0, end), outer * rng.uniform(0.75, 1.0), outer, 28)
    bore = hexagon(half) + hexagon(half, 30) if rng.random() < 0.4 else hexagon(half)
    socket = socket - bore.extrude(socket_long * 0.6).translate([0, 0, end - socket_long * 0.5])
    slim = thick * rng.uniform(0.3, 0.42)
    s = np.linspace(0, 1, 24)
    grip_at = 0.45
    fat = slim * rng.uniform(1.3, 1.9)
    neck = cylinder((-head_half * 0.6, 0, 0), (-length * 0.5, 0, 0), slim * 1.1, slim, 18)
    ribs = 1 + (0.05 * (np.arange(24) % 2) if rng.random() < 0.5 else 0.0)
    radii = (
        smooth_curve([(0, slim), (0.08, fat), (0.5, fat * rng.uniform(0.8, 1.0)), (0.94, fat), (1, fat * 0.5)])(s)
        * ribs
    )
    line = np.stack([-length * (grip_at + (1 - grip_at) * s), 0 * s, 0 * s], 1)
    parts = {"socket": socket, "head": head, "neck": neck, "handle": tube(line, radii, sides=16)}
    torque = turning((0, 0, end), (1, 0, 0), (0, 0, 1), half, ("socket",), "handle", symmetry=MIRROR_X)
    return finished(name, "ratchet", parts, [torque], (turned(x=90), turned(x=180), np.eye(3)))


def lug_wrench(rng: Generator, name: str) -> Tool:
    """A tyre iron: a bent bar with a socket on its short arm and a prying end on the long one."""
    half = rng.uniform(0.0085, 0.011)
    radius = rng.uniform(0.006, 0.0085)
    long, short = rng.uniform(0.24, 0.4), rng.uniform(0.05, 0.12)
    bend_radius, bend = radius * rng.uniform(2.5, 5), rng.uniform(70, 100)
    curve = arc((0, bend_radius), bend_radius, -90, -90 + bend, 12)
    toward = np.array([np.cos(np.radians(bend)), np.sin(np.radians(bend))])
    path = flat(np.concatenate([[(-long, 0), (-long * 0.6, 0), (-0.02, 0)], curve, [curve[-1] + toward * short]]))
    bar = tube(path, radius, sides=14)
    end = path[-1, :2]
    outer, deep = half * rng.uniform(1.35, 1.55), rng.uniform(0.025, 0.04)
    at = lambda d: np.array([*(end + toward * d), 0])  # noqa: E731
    socket = cylinder(at(-deep * 0.6), at(0), radius * 1.1, outer, 28) + cylinder(
        at(-0.001), at(deep), outer, outer, 28
    )
    bore = hexagon(half).extrude(deep * 2).rotate([0, 90, 0]).rotate([0, 0, bend]).translate(list(at(deep * 0.3)))
    socket = socket - bore
    blade_long = rng.uniform(0.04, 0.07)
    blade = _chisel(rng, -long, blade_long, radius)
    neck, grip = split(bar, (1, 0, 0), -long * 0.35)
    seat, out_axis = at(deep), np.array([*toward, 0])
    away = np.array([toward[1], -toward[0], 0])
    torque = turning(seat, away, out_axis, half, ("socket",), "handle", symmetry=MIRROR_X)
    pry = Affordance(
        "pry-with", "blade", "handle", function_frame((-long - blade_long, 0, 0), (-1, 0, 0), (0, 1, 0)),
        float((radius * 1.3 + blade_long) / 2), MIRROR,
    )  # fmt: skip
    parts = {"socket": socket, "neck": neck, "handle": grip, "blade": blade}
    return finished(name, "lug-wrench", parts, (torque, pry), FLAT)


def _chisel(rng: Generator, start: float, length: float, radius: float) -> Manifold:
    """The flattened end of a bar from x = `start` to `start` - `length`."""
    s = np.linspace(0, 1, 8)
    wide = radius * smooth_curve([(0, 1.0), (1, rng.uniform(1.2, 1.8))])(s)
    thin = radius * smooth_curve([(0, 1.0), (0.5, 0.6), (1, 0.12)])(s)
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    rings = []
    for share, z, y in zip(s, thin, wide, strict=True):
        power = 1 - 0.5 * share  # from round to nearly square
        across = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power
        along = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power
        rings.append(np.stack([np.full(16, start + 0.001 - share * length), y * along, z * across], 1))
    return loft(rings)


FAMILIES = {
    "ratchet": Family(ratchet, ("apply-torque-with",)),
    "lug-wrench": Family(lug_wrench, ("apply-torque-with", "pry-with")),
}
