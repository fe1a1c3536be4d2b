"""Parametric things that hang or pull by a bend of wire: S-hook, carabiner, screw hook, wall hook, fish hook.

Most lie flat in the xy plane, the hand (or what holds them) to -x, the bend that carries at +x, its tip towards +y.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import arc, band, block, disc, finished, flat, merged, plate, rod, rounded, turned
from dfc_core.assets.solids import cylinder, filled, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, Affordance, Tool


def hooking(
    function: str, origin: ArrayLike, into: ArrayLike, tip: ArrayLike, radius: float, parts: tuple[str, ...], hold: str,
    others: tuple[NDArray, ...] = (),
) -> Affordance:  # fmt: skip
    """hang-onto or pull-with of a bend whose inside is at `origin`; `into` the throat, `tip` the side of its tip."""
    frame = function_frame(origin, into, tip)
    return Affordance(function, parts, hold, frame, float(radius), MIRROR, others)


def s_hook(rng: Generator, name: str) -> Tool:
    """An S of wire: equal or unequal bends, long or short, open or with a closed eye, round, pointed or ball ends."""
    radius = rng.uniform(0.008, 0.03)
    wire = radius * rng.uniform(0.1, 0.24)
    equal, closed = rng.random() < 0.5, rng.random() < 0.2
    other = radius * (1.0 if equal else rng.uniform(0.4, 0.8))
    slant, over = rng.uniform(0, 55), rng.uniform(-15, 40)
    straight = radius * rng.choice([rng.uniform(0.1, 0.8), rng.uniform(1.0, 4.5)])
    lower = arc((0, 0), radius, 90 + over, -90 - slant, 26)
    along = np.array([-np.cos(np.radians(slant)), np.sin(np.radians(slant))])
    joint = lower[-1] + along * straight
    centre = joint + other * np.array([along[1], -along[0]]) * -1.0
    start = np.degrees(np.arctan2(*(joint - centre)[::-1]))
    sweep = 330 if closed else 180 + slant + (over if equal else rng.uniform(-15, 30))
    upper = arc(centre, other, start, start + sweep, 26)
    path = flat(np.concatenate([lower, np.linspace(lower[-1], joint, 6)[1:-1], upper]))
    ends = rng.choice(["round", "ball", "pointed"], p=[0.6, 0.2, 0.2])
    bar = rod(path, wire, 12, *((0.45, 0.45) if ends == "pointed" else (1.0, 1.0)))
    lower_part, shank, upper_part = _cut_between(bar, path, 19, 38, wire)
    tips = [Manifold.sphere(wire * 1.7, 16).translate(list(path[n])) for n in ((0,) if closed else (0, -1))]
    lower_part = lower_part + tips[0] if ends == "ball" else lower_part
    upper_part = upper_part + tips[-1] if ends == "ball" and not closed else upper_part
    inside, top = (radius - wire, 0, 0), (float(centre[0]) - other + wire, float(centre[1]), 0)
    both = equal and not closed
    parts = (
        {"hook": [lower_part, upper_part], "shank": shank}
        if both
        else {"hook": lower_part, "eye": upper_part, "shank": shank}
    )
    others = (function_frame(top, (1, 0, 0), (0, -1, 0)),) if both else ()
    affordances = [
        hooking(f, inside, (-1, 0, 0), (0, 1, 0), radius - wire, ("hook",), "shank", others)
        for f in ("hang-onto", "pull-with")
    ]
    return finished(name, "s-hook", parts, affordances)


def carabiner(rng: Generator, name: str) -> Tool:
    """A carabiner: oval, D or pear, with a bare, wire or sleeved gate, or a snap with a ring at its other end."""
    big, wire = rng.uniform(0.008, 0.022), 0.0
    kind = rng.choice(["oval", "D", "pear"])
    small = big * {"oval": 1.0, "D": rng.uniform(0.75, 0.95), "pear": rng.uniform(0.35, 0.6)}[str(kind)]
    wire = big * rng.uniform(0.22, 0.36)
    length = big * rng.uniform(2.2, 4.5)
    lean = big * (rng.uniform(0.1, 0.4) if kind == "D" else 0.0)
    # from the gate's front end round the basket, along the spine, round the far end to the gate's back end
    basket = arc((0, 0), big, 115, -90, 22)
    far = arc((-length, -big + small + (0 if kind == "D" else (big - small) * rng.uniform(0, 1))), small, 270, 75, 22)
    spine = np.linspace(basket[-1], far[0], 8)[1:-1] - np.array([0, lean])
    path = flat(np.concatenate([basket, spine, far]))
    body = rod(path, wire, 12)
    gate_ends = np.stack([path[-1], path[0]])
    style = rng.choice(["bar", "wire", "screw"], p=[0.45, 0.2, 0.35])
    thin = wire * (0.5 if style == "wire" else rng.uniform(0.75, 0.95))
    gate = [rod(gate_ends, thin, 12)]
    if style == "wire":
        gate = [rod(gate_ends + np.array([0, 0, z]), thin * 0.7, 8) for z in (-wire * 0.55, wire * 0.55)]
    if style == "screw":
        a, b = (gate_ends[0] * (1 - k) + gate_ends[1] * k for k in (0.3, 0.8))
        knurl = 12 if rng.random() < 0.5 else 24
        gate.append(cylinder(a, b, wire * 1.4, wire * 1.4, knurl))
    hinge = cylinder(
        gate_ends[0] - [0, 0, wire * 1.05], gate_ends[0] + np.array([0, 0, wire * 1.05]), wire * 0.8, wire * 0.8, 16
    )
    basket_part, spine_part, back = _cut_between(body, path, 19, 30, wire)
    parts = {"basket": basket_part, "gate": gate, "spine": spine_part, "back": [back, hinge]}
    if rng.random() < 0.25:
        ring = big * rng.uniform(0.5, 0.8)
        centre = far.min(0)[0] - ring * 0.9
        parts["back"] = [
            back,
            hinge,
            tube(flat(arc((centre, far[:, 1].mean()), ring, 0, 356, 26)), wire * 0.6, sides=8),
        ]
    affordances = [
        hooking(f, (big - wire, 0, 0), (-1, 0, 0), (0, 1, 0), big - wire, ("basket", "gate"), "spine")
        for f in ("hang-onto", "pull-with")
    ]
    return finished(name, "carabiner", parts, affordances)


def _cut_between(
    bar: Manifold, path: NDArray, first: int, last: int, wire: float
) -> tuple[Manifold, Manifold, Manifold]:
    """(far piece, the stretch between two points of the path, near piece) of a bent bar; far is towards +x."""
    region = plate(band(path[first : last + 1, :2], wire * 1.3), 4 * wire)
    middle, rest = bar.split(region)
    pieces = sorted(rest.decompose(), key=lambda piece: -piece.bounding_box()[3])
    return pieces[0], middle, merged(pieces[1:])


def question_mark(radius: float, stem: float, over: float) -> NDArray:
    """A hook's centre line (N x 2): tip at +y, round the top at x = `radius`, down to a stem along -x."""
    ring = arc((0, 0), radius, 90 + over, -125, 26)
    s = np.linspace(0, 1, 8)[1:]
    start, heading = ring[-1], np.array([-np.sin(np.radians(35 + 20)), np.cos(np.radians(35 + 20))])
    end = np.array([-radius * 1.75, 0.0])
    middle = start + heading * radius * 0.45
    curve = ((1 - s) ** 2)[:, None] * start + (2 * s * (1 - s))[:, None] * middle + (s**2)[:, None] * end
    return np.concatenate([ring, curve, np.linspace(end, [-radius * 1.75 - stem, 0], 4)[1:]])


def screw_hook(rng: Generator, name: str) -> Tool:
    """A hook with a threaded, pointed shank: round as a cup hook, square as an L, with or without a flange."""
    radius = rng.uniform(0.007, 0.02)
    wire = radius * rng.uniform(0.16, 0.28)
    stem = radius * rng.uniform(0.3, 1.0)
    if rng.random() < 0.65:
        line = question_mark(radius, stem, rng.uniform(-20, 40))
    else:  # square: up, across and up again
        tall = radius * rng.uniform(1.0, 2.2)
        corner = wire * 2.2
        front = [(radius - tall - corner, radius), (radius - corner * 2, radius)]
        corners = [
            arc((radius - corner, side * (radius - corner)), corner, 45 + side * 45, side * 45 - 45, 6)
            for side in (1, -1)
        ]
        line = np.concatenate([front, *corners, [(-radius, -radius), (-radius * 1.75 - stem, -radius)]])
    y = float(line[-1, 1])
    shank = float(line[-1, 0])
    bend = rod(flat(line), wire, 12)
    length = radius * rng.uniform(1.6, 3.2)
    parts: dict[str, Manifold | list[Manifold]] = {"thread": _thread(rng, wire, length).translate([shank + wire, y, 0])}
    if rng.random() < 0.55:
        flange = cylinder(
            (shank - wire * 0.2, y, 0), (shank + wire * 0.5, y, 0), wire * 3.0, wire * rng.uniform(1.8, 3), 24
        )
        parts["collar"] = flange
    hook, neck = split(bend, (1, 0, 0), -radius * 1.3)
    parts |= {"hook": hook, "neck": neck}
    tip = (shank + wire - length, y, 0)
    hang = hooking("hang-onto", (radius - wire, 0, 0), (-1, 0, 0), (0, 1, 0), radius - wire, ("hook",), "thread")
    pierce = Affordance(
        "pierce-with", "thread", "hook", function_frame(tip, (-1, 0, 0), (0, 1, 0)), float(length), MIRROR
    )
    return finished(name, "screw-hook", parts, (hang, pierce))


def _thread(rng: Generator, wire: float, length: float) -> Manifold:
    """A pointed screw along -x from the origin."""
    turns = int(rng.integers(6, 12))
    at = np.linspace(0, 0.96, 2 * turns + 1)
    core = wire * smooth_curve([(0, 0.85), (0.55, 0.8), (0.96, 0.2)])(at)
    radii = core * np.where(np.arange(len(at)) % 2, 1.35, 0.9)
    return filled(np.append(radii, 0.02 * wire), -length * np.append(at, 1.0), 16).rotate([0, 90, 0])


def wall_hook(rng: Generator, name: str) -> Tool:
    """A hook on a plate: single, double, adhesive, or a row of them on a rail. It lies on its back, up is +y."""
    kind = rng.choice(["single", "double", "adhesive", "rail"], p=[0.3, 0.25, 0.2, 0.25])
    radius = rng.uniform(0.008, 0.02)
    bar = radius * rng.uniform(0.16, 0.32)
    count = int(rng.integers(3, 6)) if kind == "rail" else 1
    pitch = radius * rng.uniform(3.5, 6)
    xs = (np.arange(count) - (count - 1) / 2) * pitch
    high = radius * rng.uniform(2.2, 4.0)
    wide = radius * rng.uniform(1.6, 2.6) if kind == "adhesive" else radius * rng.uniform(0.7, 1.4)
    thick = radius * rng.uniform(0.12, 0.3)
    size = (pitch * count, high * 0.8) if kind == "rail" else (wide * 1.3, high * 1.3)
    section = rounded(block(size), min(size) * rng.choice([0.05, 0.2, 0.48]))
    if kind != "adhesive":
        offset = (0, size[1] * 0.38) if kind != "rail" else (size[0] * 0.46, 0)
        for sign in (1, -1):
            section = section - disc((sign * offset[0], sign * offset[1]), bar * 0.7, 16)
    back = plate(section, thick, thick * 0.25, z=thick / 2)
    over, rise = rng.uniform(-35, 25), rng.uniform(0.2, 1.2) * radius
    hooks, frames = [], []
    base_y = rng.uniform(-0.1, 0.25) * size[1]
    for x in xs:
        # out of the plate, down, round and up: (z, y)
        ring = arc((radius + thick, base_y - rise), radius, 180, 360 + over, 22)
        line = np.concatenate([[(thick * 0.4, base_y + 0.2 * rise)], ring])
        path = np.column_stack([np.full(len(line), x), line[:, 1], line[:, 0]])
        solid = rod(path, bar, 10, end=1.0)
        if rng.random() < 0.4:
            solid = solid + Manifold.sphere(bar * 1.8, 14).translate(list(path[-1]))
        if kind == "double":
            s = np.linspace(0, 1, 12)
            horn = np.stack(
                [np.full(12, x), base_y + rise * 0.2 + high * 0.45 * s**2, thick * 0.4 + radius * 2.4 * s], 1
            )
            solid = solid + rod(horn, bar, 10) + Manifold.sphere(bar * 1.7, 14).translate(list(horn[-1]))
        hooks.append(solid.trim_by_plane((0, 0, 1), thick * 0.2))
        origin = (float(x), base_y - rise - radius + bar, radius + thick)
        frames.append(function_frame(origin, (0, 1, 0), (0, 0, 1)))
    middle = count // 2
    first, others = frames[middle], tuple(f for n, f in enumerate(frames) if n != middle)
    hang = Affordance("hang-onto", "hook", "plate", first, float(radius - bar), MIRROR, others)
    parts = {"hook": hooks, "plate": back}
    return finished(name, "wall-hook", parts, [hang], (np.eye(3), turned(x=90), turned(x=180)))


def fish_hook(rng: Generator, name: str) -> Tool:
    """A J with a barbed point and an eye or a flattened end; round or wide bend, short or long shank."""
    radius = rng.uniform(0.006, 0.014)
    wire = radius * rng.uniform(0.09, 0.16)
    shank, front = radius * rng.uniform(2.2, 5.0), radius * rng.uniform(0.6, 1.6)
    inward = rng.uniform(0, 0.3) * radius
    bend = arc((0, 0), radius, 90, -90, 22)
    path = np.concatenate(
        [
            [(-front, radius - inward), (-front * 0.5, radius - inward * 0.4)],
            bend,
            [(-shank * 0.5, -radius), (-shank, -radius)],
        ]
    )
    bar = rod(flat(path), wire, 10, start=0.9)
    rear, rest = split(bar, (-1, 0, 0), front * 0.15)
    point_side, shank_part = split(rear, (0, 1, 0), 0.0)
    cone = cylinder(
        (-front + wire, radius - inward, 0), (-front - wire * 4, radius - inward * 1.3, 0), wire, wire * 0.08, 10
    )
    barb_at = (-front + wire * 1.5, radius - inward)
    barb = cylinder(
        (barb_at[0] - wire * 2, barb_at[1], 0),
        (barb_at[0] + wire * 2.2, barb_at[1] - wire * 2.4, 0),
        wire * 0.8,
        wire * 0.1,
        8,
    )
    eye = tube(flat(arc((-shank - wire * 1.5, -radius), wire * 2.2, 0, 352, 18)), wire * 0.8, sides=8)
    if rng.random() < 0.3:
        eye = plate(rounded(block((wire * 5, wire * 4), (-shank - wire * 1.5, -radius)), wire), wire * 0.9)
    tip = (float(-front - wire * 4), float(radius - inward * 1.3), 0)
    parts = {"bend": rest, "point": [point_side, cone, barb], "shank": [shank_part, eye]}
    inside = (radius - wire, 0, 0)
    affordances = [
        hooking(f, inside, (-1, 0, 0), (0, 1, 0), radius - wire, ("bend", "point"), "shank")
        for f in ("hang-onto", "pull-with")
    ]
    pierce = Affordance(
        "pierce-with",
        "point",
        "shank",
        function_frame(tip, (-1, 0, 0), (0, -1, 0)),
        float(front * 0.85 + wire * 4),
        MIRROR,
    )
    return finished(name, "fish-hook", parts, [*affordances, pierce])


FAMILIES = {
    "s-hook": Family(s_hook, ("hang-onto", "pull-with")),
    "carabiner": Family(carabiner, ("hang-onto", "pull-with")),
    "screw-hook": Family(screw_hook, ("hang-onto", "pierce-with")),
    "wall-hook": Family(wall_hook, ("hang-onto",)),
    "fish-hook": Family(fish_hook, ("hang-onto", "pull-with", "pierce-with")),
}
