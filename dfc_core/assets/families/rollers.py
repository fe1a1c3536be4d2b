"""Parametric tools that roll: rolling-pin, paint-roller, flashlight, dowel, battery. Along x, the hand at -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.serving import UPRIGHT, Parts, serve
from dfc_core.assets.families.walls import ring
from dfc_core.assets.solids import assemble, box, cylinder, filled, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, MIRROR, Affordance, Tool
from dfc_core.geometry import rotation_about

X, Y, Z = np.eye(3)
LYING = (UPRIGHT,)
STANDING = rotation_about(np.array([0, 1.0, 0]), -np.pi / 2)  # x to z
STANDING_OVER = rotation_about(np.array([0, 1.0, 0]), np.pi / 2)
SEGMENTS = 32


def turned(radii: NDArray, places: NDArray) -> Manifold:
    """Solid of revolution about x: `radii` (m) at `places` along x (m)."""
    return filled(np.asarray(radii), np.asarray(places), SEGMENTS).rotate([0, 90, 0])


def roll_about_x(hold: Parts, low: float, high: float, part: Parts = "body", alike: bool = True) -> Affordance:
    """Rolling on the body between x = `low` and `high` (m); `alike`: it may as well be used the other way round."""
    middle = ((low + high) / 2, 0, 0)
    back = (function_frame(middle, -X, Z),) if alike else ()
    return serve("roll-onto", part, hold, middle, X, Z, (high - low) / 2, AXIS, back)


def rolling_pin(rng: Generator, name: str) -> Tool:
    """A rolling pin: a drum with turned handles on an axle, a drum with carved knobs, or a tapered French pin."""
    kind = rng.choice(["axle", "knobs", "french"], p=[0.5, 0.2, 0.3])
    half = rng.uniform(0.09, 0.19)
    radius = rng.uniform(0.018, 0.026) if kind == "french" else rng.uniform(0.02, 0.04)
    if kind == "french":
        full = half * rng.uniform(1.3, 1.7)
        bulge = rng.uniform(0.35, 0.7)
        step = np.linspace(-1, 1, 31)
        profile = radius * (bulge + (1 - bulge) * smooth_curve([(0, 1), (0.4, 1), (1, 0)])(np.abs(step)))
        profile[[0, -1]] *= 0.7
        far, rest = split(turned(profile, step * full), (1, 0, 0), half)
        body, near = split(rest, (1, 0, 0), -half)
        handles = [near, far]
        level = half
    else:
        edge = radius * rng.uniform(0.02, 0.12)
        places = [-half, -half + edge, half - edge, half]
        body = turned(np.array([radius - edge, radius, radius, radius - edge]), np.array(places))
        length = rng.uniform(0.07, 0.12) if kind == "axle" else rng.uniform(0.035, 0.06)
        thick, gap = rng.uniform(0.009, 0.014), rng.uniform(0.001, 0.012) if kind == "axle" else 0.0
        middle, end = rng.uniform(0.85, 1.15), rng.uniform(0.75, 1.1)
        curve = smooth_curve([(0, 0.8), (0.05, 1.0), (0.35, middle), (0.7, end), (0.92, 0.85), (1, 0.3)])
        if kind == "knobs":
            curve = smooth_curve([(0, 0.55), (0.35, 0.6), (0.6, 1.1), (0.85, 1.15), (1, 0.5)])
        step = np.linspace(0, 1, 16)
        grip = turned(thick * curve(step), half + gap - 0.001 + step * length)
        axle = rng.uniform(0.003, 0.006)
        rod = cylinder((half - 0.002, 0, 0), (half + gap + 0.01, 0, 0), axle, axle, sides=14)
        far = grip + rod
        handles = [far.mirror([1, 0, 0]), far]
        level = half
    near_handle, far_handle = handles
    sides = [function_frame(out * radius, out, -X) for out in (Z, Y, -Z, -Y)]
    affordances = (
        roll_about_x(("handle", "far handle"), -level, level),
        Affordance("pound-with", "body", "handle", sides[0], radius, MIRROR, tuple(sides[1:])),
    )
    mesh = assemble({"body": body, "handle": near_handle, "far handle": far_handle})
    return Tool(name, "rolling-pin", *mesh, affordances=affordances, rest_rotations=LYING, licence="Apache-2.0")


def paint_roller(rng: Generator, name: str) -> Tool:
    """A paint roller: a nap drum on a bent wire frame with a handle; wide or small, the wire centred or at one side.

    The drum lies along y at x = 0, the frame in the xy plane, the grip to -x.
    """
    half = rng.choice([rng.uniform(0.05, 0.075), rng.uniform(0.085, 0.13)])
    radius = rng.uniform(0.018, 0.034) if half > 0.08 else rng.uniform(0.012, 0.02)
    places = np.array([-half, -half + radius * 0.15, half - radius * 0.15, half])
    drum = filled(radius * np.array([0.88, 1, 1, 0.88]), places, SEGMENTS).rotate([-90, 0, 0])
    core = radius * rng.uniform(0.45, 0.7)
    cap = cylinder((0, -half - 0.004, 0), (0, half + 0.003, 0), core, core, sides=20)
    wire = rng.uniform(0.003, 0.0045)
    out = half + rng.uniform(0.012, 0.025)
    back = -radius - rng.uniform(0.02, 0.06)
    rise = rng.uniform(0.1, 0.17)
    centred = rng.random() < 0.8
    end_y = rng.uniform(-0.05, 0.05) * half if centred else out
    corners = np.array([[0, half - 0.005], [0, out], [back, out], [back - 0.02, end_y], [back - rise, end_y]])
    if not centred:
        corners = np.array([[0, half - 0.005], [0, out], [back - rise * 0.5, out], [back - rise, out]])
    frame = tube(_rounded_path(corners, 0.01), wire, sides=10)
    length, thick = rng.uniform(0.09, 0.14), rng.uniform(0.01, 0.015)
    swell = smooth_curve([(0, 0.7), (0.12, 1.0), (0.5, rng.uniform(0.8, 1.05)), (0.85, 1.05), (1, 0.75)])
    step = np.linspace(0, 1, 18)
    grip = filled(thick * swell(step), step * length, 24).rotate([0, -90, 0]).translate([back - rise + 0.01, end_y, 0])
    if rng.random() < 0.4:
        hole = cylinder(
            (back - rise - length * 0.88, end_y, -1), (back - rise - length * 0.88, end_y, 1), thick * 0.3, thick * 0.3
        )
        grip = grip - hole
    roll = serve("roll-onto", "drum", "grip", (0, 0, 0), -Y, X, half, MIRROR)
    mesh = assemble({"drum": drum, "core": cap, "frame": frame, "grip": grip})
    rests = (UPRIGHT, rotation_about(np.array([1.0, 0, 0]), np.pi))
    return Tool(name, "paint-roller", *mesh, affordances=(roll,), rest_rotations=rests, licence="Apache-2.0")


def _rounded_path(corners: NDArray, radius: float) -> NDArray:
    """A broken line in the xy plane (N x 2) with its corners rounded, as N x 3."""
    points = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        ways = [(before - corner), (after - corner)]
        cut = min(radius, *(0.45 * np.linalg.norm(way) for way in ways))
        start, end = (corner + way / np.linalg.norm(way) * cut for way in ways)
        for t in np.linspace(0, 1, 6):
            points.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    points.append(corners[-1])
    return np.column_stack([np.array(points), np.zeros(len(points))])


def flashlight(rng: Generator, name: str) -> Tool:
    """A flashlight: a barrel with a flaring head, a lens behind a bezel, grooves, a switch, a tail cap."""
    length = rng.choice([rng.uniform(0.08, 0.14), rng.uniform(0.15, 0.3)])
    radius = length * rng.uniform(0.055, 0.11)
    head_radius = radius * rng.choice([rng.uniform(1.05, 1.2), rng.uniform(1.3, 2.2)])
    flare, tail = rng.uniform(0.68, 0.8), rng.uniform(0.1, 0.2)
    bezel = min(flare + rng.uniform(0.06, 0.14), 0.93)
    places = np.array([0.0, 0.012, tail - 0.01, flare, bezel, 0.985, 1.0]) * length
    radii = np.array([radius * 0.85, radius, radius, radius, head_radius, head_radius, head_radius * 0.95])
    solid = turned(radii, places)
    glass = head_radius * 0.84
    solid = solid - cylinder((length * 0.965, 0, 0), (length * 1.1, 0, 0), glass, glass)
    grooves = [
        ring(radius, at * length, radius * 0.05, SEGMENTS).rotate([0, 90, 0])
        for at in np.linspace(tail + 0.06, flare - 0.16, int(rng.choice([0, 6, 10])))
    ]
    if rng.random() < 0.5:
        grooves.append(
            ring(radius, (tail + 0.02) * length, radius * rng.uniform(0.06, 0.12), SEGMENTS).rotate([0, 90, 0])
        )
    if rng.random() < 0.4:  # cooling fins on the head
        grooves += [
            ring(float(np.interp(at * length, places, radii)), at * length, radius * 0.09, SEGMENTS).rotate([0, 90, 0])
            for at in np.linspace(flare, bezel, 5)[1:4]
        ]
    solid = solid - Manifold.batch_boolean(grooves, OpType.Add) if grooves else solid
    head, rest = split(solid, (1, 0, 0), (flare - 0.02) * length)
    barrel, cap = split(rest, (1, 0, 0), tail * length)
    parts = {"head": head, "barrel": barrel, "tail": cap}
    if rng.random() < 0.6:
        at, size = (flare - 0.07) * length, radius * rng.uniform(0.3, 0.5)
        button = cylinder((at, 0, radius * 0.7), (at, 0, radius * rng.uniform(1.1, 1.25)), size, size * 0.9, sides=20)
        parts["switch"] = button
    else:
        parts["tail"] = parts["tail"] + turned(radius * np.array([0.5, 0.55, 0.5]), length * np.array([-0.02, 0, 0.01]))
    end = float(-0.02 * length) if "switch" not in parts else 0.0
    affordances = (
        roll_about_x(("head", "tail"), tail * length, (flare - 0.02) * length, "barrel", alike=False),
        serve("pound-with", "tail", "barrel", (end, 0, 0), -X, Z, radius, AXIS),
    )
    return Tool(
        name, "flashlight", *assemble(parts), affordances=affordances,
        rest_rotations=(UPRIGHT, UPRIGHT, STANDING, STANDING_OVER), licence="Apache-2.0",
    )  # fmt: skip


def dowel(rng: Generator, name: str) -> Tool:
    """A dowel, rod, pipe or baton: round or chamfered ends, solid or hollow, plain, fluted or with rings."""
    length = rng.uniform(0.1, 0.6)
    radius = max(0.003, length * rng.uniform(0.012, 0.05))
    end = radius * rng.choice([0.05, rng.uniform(0.2, 1.0)])
    shoulder = rng.uniform(0.4, 0.95)
    places = np.array([0, 0.35 * end, end, length - end, length - 0.35 * end, length]) - length / 2
    solid = turned(
        radius * np.array([shoulder, (1 + shoulder) / 2 + 0.05, 1, 1, (1 + shoulder) / 2 + 0.05, shoulder]), places
    )
    kind = rng.choice(["plain", "pipe", "fluted", "ringed"], p=[0.4, 0.25, 0.15, 0.2])
    if kind == "pipe":
        bore = radius * shoulder * rng.uniform(0.75, 0.93)
        solid = solid - cylinder((-length, 0, 0), (length, 0, 0), bore, bore)
    elif kind == "fluted":
        cuts = [
            box((length * 2, radius * 0.12, radius * 0.25), (0, 0, radius)).rotate([a, 0, 0]) for a in range(0, 360, 30)
        ]
        solid = solid - Manifold.batch_boolean(cuts, OpType.Add)
    elif kind == "ringed":
        for at in rng.uniform(-0.3, 0.3, int(rng.integers(1, 3))):
            solid = solid + ring(radius, at * length, radius * 0.25, SEGMENTS).rotate([0, 90, 0])
    reach = length * 0.14
    tip, rest = split(solid, (1, 0, 0), length / 2 - reach)
    body, grip = split(rest, (1, 0, 0), reach - length / 2)
    affordances = (
        roll_about_x(("tip", "grip"), reach - length / 2, length / 2 - reach),
        serve("poke-with", "tip", "grip", (length / 2, 0, 0), X, Y, reach, AXIS),
        serve("mix-with", "tip", "grip", (length / 2 - reach / 2, 0, 0), X, Z, reach / 2, AXIS),
    )
    mesh = assemble({"tip": tip, "body": body, "grip": grip})
    return Tool(name, "dowel", *mesh, affordances=affordances, rest_rotations=LYING, licence="Apache-2.0")


def battery(rng: Generator, name: str) -> Tool:
    """A round battery from the thin to the fat: a wrap with rolled edges, a nub at one end."""
    length = rng.uniform(0.042, 0.07)
    radius = length * rng.choice([rng.uniform(0.11, 0.16), rng.uniform(0.12, 0.18), rng.uniform(0.22, 0.3)])
    nub, rise = radius * rng.uniform(0.3, 0.45), length * rng.uniform(0.02, 0.045)
    lip, dip = radius * rng.uniform(0.02, 0.08), length * rng.uniform(0.006, 0.015)
    places = np.array([0, lip, length - rise - lip, length - rise])
    solid = turned(np.array([radius - lip, radius, radius, radius - lip]), places)
    if rng.random() < 0.7:
        dish = turned(np.array([1, 1]) * (radius - 2 * lip - 1e-4), np.array([length - rise - dip, length]))
        solid = solid - dish - turned(np.array([1, 1]) * (radius - 2 * lip - 1e-4), np.array([-length, dip * 0.7]))
    pole = turned(nub * np.array([1, 1, 0.8]), np.array([length - rise - 2 * dip, length - rise * 0.2, length]))
    share = rng.uniform(0.16, 0.24)
    body, minus = split(solid, (1, 0, 0), length * share)
    hold: Parts = ("minus",)
    if rng.random() < 0.5:
        plus, body = split(body, (1, 0, 0), length * (0.98 - share))
        ends, hold, high = {"plus": plus + pole}, ("plus", "minus"), length * (0.98 - share)
    else:
        ends, high = {"plus": pole}, length - rise
    affordances = (roll_about_x(hold, length * share, high, alike=False),)
    mesh = assemble({"body": body, "minus": minus, **ends})
    rests = (UPRIGHT, UPRIGHT, STANDING)
    return Tool(name, "battery", *mesh, affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


FAMILIES = {
    "rolling-pin": Family(rolling_pin, ("roll-onto", "pound-with")),
    "paint-roller": Family(paint_roller, ("roll-onto",)),
    "flashlight": Family(flashlight, ("roll-onto", "pound-with")),
    "dowel": Family(dowel, ("roll-onto", "poke-with", "mix-with")),
    "battery": Family(battery, ("roll-onto",)),
}
