"""Parametric tools whose two tips close on a thing: tongs, tweezers, grabber.

The hand to -x, the tips to +x, opening along y, flat in z.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, LYING, arc, block, finished, flat, merged, plate, rod, turned
from dfc_core.assets.solids import box, cylinder, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, Affordance, Symmetry, Tool

TIP = "tip"


def gripping(
    tip_x: float,
    length: float,
    hold: str | tuple[str, ...],
    parts: tuple[str, ...] = (TIP,),
    symmetry: Symmetry = HALF_TURN,
) -> Affordance:
    """pick-up-with of two tips that end at x = `tip_x`, `length` long, on either side of y = 0."""
    frame = function_frame((tip_x, 0, 0), (1, 0, 0), (0, -1, 0))
    return Affordance("pick-up-with", parts, hold, frame, float(length), symmetry)


def both_sides(solid: Manifold) -> list[Manifold]:
    """A solid and its mirror image in y."""
    return [solid, solid.mirror((0, 1, 0))]


def _leaf(path: NDArray, wide: NDArray, thin: NDArray, dish: NDArray | float = 0.0) -> Manifold:
    """A strip along `path` (N x 2, in xy): half `wide` in z, half `thin` across; `dish` hollows it (m)."""
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack([-along[:, 1], along[:, 0]], 1)
    u = np.array([-1, -0.6, 0, 0.6, 1])
    rings = []
    for p, n, w, t, d in zip(path, side, wide, thin, np.broadcast_to(dish, len(path)), strict=True):
        inner = p + ((d * (1 - u**2) - t)[:, None] * n)
        outer = p + ((d * (1 - u**2) + t)[:, None] * n)
        ring = np.concatenate([np.column_stack([inner, u * w]), np.column_stack([outer, u * w])[::-1]])
        rings.append(ring)
    return loft(rings)


def tongs(rng: Generator, name: str) -> Tool:
    """Kitchen tongs with scalloped ends, salad tongs with bowls, bent ice tongs with claws, or wooden tongs."""
    kind = rng.choice(["kitchen", "salad", "ice", "wooden"], p=[0.4, 0.2, 0.2, 0.2])
    length = rng.uniform(0.12, 0.2) if kind == "ice" else rng.uniform(0.2, 0.34)
    gap = length * rng.uniform(0.06, 0.24)
    s = np.linspace(0, 1, 30)
    bulge = rng.uniform(0, 0.04) * length
    thin = np.full(30, {"wooden": rng.uniform(0.003, 0.005)}.get(str(kind), rng.uniform(0.0011, 0.002)))
    wide = length * rng.uniform(0.025, 0.05)
    y = smooth_curve([(0, wide * 0.5), (0.08, wide * 0.7), (0.85, gap * 0.95), (1, gap * rng.uniform(0.6, 1.0))])(s)
    y = y + bulge * np.sin(np.pi * s)
    path = np.stack([-length * (1 - s), y], 1)
    tip_wide = wide * {"salad": rng.uniform(1.8, 2.6), "kitchen": rng.uniform(1.0, 1.6)}.get(
        str(kind), rng.uniform(0.7, 1.1)
    )
    if kind == "ice":
        tip_wide = wide * rng.uniform(0.5, 1.0)
    widths = smooth_curve(
        [
            (0, wide),
            (0.5, wide * rng.uniform(0.6, 1.0)),
            (0.78, wide * 0.8),
            (0.92, tip_wide),
            (1, tip_wide * rng.uniform(0.5, 0.9)),
        ]
    )(s)
    dish = smooth_curve(
        [(0, 0), (0.75, 0), (0.9, tip_wide * (0.5 if kind in ("salad", "kitchen") else 0.05)), (1, tip_wide * 0.1)]
    )(s)
    arm = _leaf(path, widths, thin, dish)
    if kind in ("kitchen", "ice") and rng.random() < 0.7:
        arm = arm - _scallops(rng, tip_wide, gap)
    tip, rest = split(arm, (1, 0, 0), -0.24 * length)
    arms, back = split(rest, (1, 0, 0), -0.62 * length)
    parts = {"tip": both_sides(tip), "arms": both_sides(arms), "grip": both_sides(back)}
    parts["spring"] = _spring(rng, length, wide, float(thin[0]), kind == "wooden")
    middle = function_frame((-0.3 * length, 0, 0), (1, 0, 0), (0, 0, 1))
    end = function_frame((0, 0, 0), (1, 0, 0), (0, 1, 0))
    affordances = (
        gripping(0.0, 0.24 * length, "grip"),
        Affordance("mix-with", ("tip", "arms"), "grip", middle, 0.3 * length, HALF_TURN),
        Affordance("poke-with", "tip", "grip", end, 0.24 * length, HALF_TURN),
    )
    return finished(name, "tongs", parts, affordances, FLAT if rng.random() < 0.6 else (turned(x=90), *FLAT))


def _scallops(rng: Generator, half: float, gap: float) -> Manifold:
    """Notches that leave teeth along the end of a tip."""
    teeth = int(rng.integers(3, 6))
    radius = half / teeth * 0.75
    return merged(
        cylinder((radius * 0.2, -gap * 3, z), (radius * 0.2, gap * 3, z), radius, radius, 10)
        for z in np.linspace(-1, 1, teeth) * half * 0.75
    )


def _spring(rng: Generator, length: float, wide: float, thin: float, wooden: bool) -> Manifold:
    """What joins the arms behind the hand: a bent strip, or a pin with a hanging ring."""
    if wooden:
        return box((length * 0.1, wide * 1.1, wide * 2), (-length * 0.97, 0, 0))
    bend = arc((-length, 0), wide * 0.5, 90, 270, 14)
    strip = _leaf(bend, np.full(14, wide), np.full(14, thin))
    if rng.random() < 0.5:
        pin = cylinder((-length, 0, -wide * 1.15), (-length, 0, wide * 1.15), wide * 0.35, wide * 0.35, 16)
        web = box((wide * 0.25, wide * 1.2, wide * 1.6), (-length, 0, 0))
        strip = strip + pin + web
    if rng.random() < 0.4:
        centre = (-length - wide * 1.0, 0)
        strip = strip + tube(flat(arc(centre, wide * 0.7, 0, 356, 22)), thin * 1.2, sides=6)
    return strip


def scissor_tongs(rng: Generator, name: str) -> Tool:
    """Tongs that cross at a rivet, with finger rings: for serving, coal or crucibles."""
    length = rng.uniform(0.2, 0.4)
    pivot = -length * rng.uniform(0.4, 0.62)
    open_ = length * rng.uniform(0.06, 0.13)
    back = length + pivot
    s = np.linspace(0, 1, 24)
    bow = rng.uniform(0.0, 0.06) * length
    front = np.stack([pivot * (1 - s), open_ * s + bow * np.sin(np.pi * s)], 1)
    hand = np.stack([pivot - back * s, -open_ * rng.uniform(0.8, 1.4) * s], 1)
    path = np.concatenate([hand[::-1], front[1:]])
    radius = rng.uniform(0.0025, 0.0045)
    arm = tube(flat(path), radius, sides=8)
    paddle_half = rng.uniform(0.008, 0.025)
    share = rng.uniform(0.14, 0.24)
    along = np.array([-share * length, 0.0]), np.array([0.0, open_])
    near = float(np.interp(along[0][0], front[:, 0], front[:, 1]))
    w = smooth_curve([(0, radius), (0.5, paddle_half), (0.85, paddle_half * 0.9), (1, paddle_half * 0.4)])(s)
    line = np.stack([np.linspace(along[0][0], 0, 24), np.linspace(near, open_, 24)], 1)
    paddle = _leaf(line, w, np.full(24, radius * 0.6), paddle_half * rng.uniform(0, 0.5))
    arm_back, _ = split(arm, (-1, 0, 0), share * length)
    arms, grip = split(arm_back, (1, 0, 0), pivot - back * 0.35)
    ring_y = float(hand[-1, 1])
    ring = rng.uniform(0.014, 0.02)
    bent = arc((-length - ring * 0.6, ring_y - ring * 0.3), ring, 0, 356, 28) * [1.0, 1.0]
    grips = grip + tube(flat(bent), radius, sides=8)
    rivet = cylinder((pivot, 0, -radius * 2.2), (pivot, 0, radius * 2.2), radius * 2, radius * 2, 20)
    parts = {"tip": both_sides(paddle), "arms": [*both_sides(arms), rivet], "grip": both_sides(grips)}
    return finished(name, "scissor-tongs", parts, [gripping(0.0, share * length, "grip")])


def tweezers(rng: Generator, name: str) -> Tool:
    """Tweezers: pointed, slanted, broad or bent tips; arms that narrow, with or without ribs or a hole."""
    length = rng.uniform(0.085, 0.16)
    gap = length * rng.uniform(0.04, 0.09)
    wide = length * rng.uniform(0.03, 0.06)
    kind = rng.choice(["pointed", "slanted", "broad", "bent"], p=[0.35, 0.25, 0.25, 0.15])
    end = {"pointed": 0.15, "bent": 0.2, "broad": rng.uniform(0.6, 1.0)}.get(str(kind), 0.75)
    s = np.linspace(0, 1, 30)
    y = smooth_curve([(0, 0.0008), (0.1, 0.0012), (0.6, gap), (1, gap * rng.uniform(0.35, 0.7))])(s)
    path = np.stack([-length * (1 - s), y], 1)
    widths = smooth_curve(
        [
            (0, wide * rng.uniform(0.4, 0.9)),
            (0.15, wide * 0.8),
            (0.55, wide),
            (0.8, wide * (0.3 + 0.6 * end)),
            (1, wide * end),
        ]
    )(s)
    arm = _leaf(path, widths, np.full(30, rng.uniform(0.0008, 0.0014)))
    if kind == "slanted":
        arm = arm - plate(block((length * 0.2, 1)), 1.0).rotate([0, -rng.uniform(25, 50), 0]).translate(
            [length * 0.1 + wide * 0.2, 0, 0]
        )
    if kind == "bent":
        rise = rng.uniform(0.6, 1.6) * wide
        arm = arm.warp(lambda p: (p[0], p[1], p[2] + rise * (max(0.0, p[0] / length + 0.3) / 0.3) ** 2))
    if rng.random() < 0.35:
        at = -0.8 * length
        arm = arm - cylinder((at, -1, 0), (at, 1, 0), wide * 0.35, wide * 0.35, 20)
    ribs = []
    if rng.random() < 0.5:
        for x in np.linspace(-0.62, -0.42, 7) * length:
            at_y = float(np.interp(x, path[:, 0], y)) + 0.0012
            ribs.append(cylinder((x, at_y, -wide * 0.75), (x, at_y, wide * 0.75), 0.0007, 0.0007, 6))
    tip, rest = split(arm, (1, 0, 0), -0.25 * length)
    arms, back = split(rest, (1, 0, 0), -0.65 * length)
    bridge = box((length * 0.1, 0.003, wide * 0.9), (-length * 0.95, 0, 0))
    grip = merged([arms, *ribs])
    parts = {"tip": both_sides(tip), "grip": both_sides(grip), "back": [*both_sides(back), bridge]}
    z = 0.0 if kind != "bent" else rise
    frame = function_frame((0, 0, z), (1, 0, 0), (0, -1, 0))
    symmetry = MIRROR_X if kind == "bent" else HALF_TURN
    poke = Affordance("poke-with", "tip", "grip", frame, 0.25 * length, symmetry)
    pick = Affordance("pick-up-with", "tip", "grip", frame, 0.25 * length, symmetry)
    return finished(name, "tweezers", parts, (pick, poke), (*LYING[2:], *FLAT) if rng.random() < 0.4 else FLAT)


def grabber(rng: Generator, name: str) -> Tool:
    """A reacher: a long tube with a trigger grip and two jaws with cups, hooks or flat pads."""
    length, radius = rng.uniform(0.35, 0.75), rng.uniform(0.007, 0.012)
    jaw, open_ = rng.uniform(0.07, 0.12), rng.uniform(0.03, 0.06)
    kind = rng.choice(["cups", "pads", "claws"])
    s = np.linspace(0, 1, 20)
    y = smooth_curve([(0, radius * 0.8), (0.45, open_), (0.8, open_ * 0.95), (1, open_ * rng.uniform(0.25, 0.75))])(s)
    path = np.stack([-jaw * (1 - s), y], 1)
    wide = radius * rng.uniform(0.7, 1.2)
    widths = smooth_curve([(0, wide), (0.6, wide * 0.9), (0.85, wide * (1.7 if kind == "pads" else 1)), (1, wide)])(s)
    arm = _leaf(path, widths, np.full(20, 0.0028))
    if kind == "cups":
        cup, at = radius * rng.uniform(1.4, 2.0), path[-1]
        face = cylinder((at[0], at[1] - 0.007, 0), (at[0], at[1] + 0.004, 0), cup, cup * 0.55, 24)
        arm = arm + face
    elif kind == "claws":
        arm = arm + merged(
            rod(np.array([(path[-3][0], path[-3][1], z), (path[-1][0] + 0.004, path[-1][1] * 0.5, z)]), 0.003, 6)
            for z in (-wide * 0.7, 0, wide * 0.7)
        )
    tip, arms = split(arm, (1, 0, 0), -0.55 * jaw)
    shaft = cylinder((-jaw + 0.01, 0, 0), (-length, 0, 0), radius, radius, 20)
    housing = box((0.05, radius * 3.2, radius * 2.2), (-jaw - 0.005, 0, 0))
    grip, trigger = _pistol(rng, length, radius)
    tip_end = float(tip.bounding_box()[3])
    parts = {
        "tip": both_sides(tip),
        "jaws": [*both_sides(arms), housing],
        "shaft": shaft,
        "grip": grip,
        "trigger": trigger,
    }
    if rng.random() < 0.5:
        parts = {
            key: [solid.rotate([90, 0, 0]) for solid in (value if isinstance(value, list) else [value])]
            if key in ("tip", "jaws")
            else value
            for key, value in parts.items()
        }
        frame = function_frame((tip_end, 0, 0), (1, 0, 0), (0, 0, -1))
        pick = Affordance("pick-up-with", ("tip",), ("grip", "trigger"), frame, 0.55 * jaw, MIRROR)
    else:
        pick = gripping(tip_end, 0.55 * jaw, ("grip", "trigger"), symmetry=MIRROR_X)
    return finished(name, "grabber", parts, [pick], (turned(x=90), turned(x=-90), *FLAT))


def _pistol(rng: Generator, length: float, radius: float) -> tuple[Manifold, Manifold]:
    """(grip, trigger) below the far end of a reacher's tube, in the xz plane."""
    lean, drop = rng.uniform(0.1, 0.5), rng.uniform(0.09, 0.12)
    thick = rng.uniform(0.01, 0.014)
    root, end = np.array([-length - 0.02, 0, 0]), np.array([-length - 0.02 - lean * drop, 0, -drop])
    body = box((0.09, radius * 3, radius * 3.4), (-length + 0.005, 0, 0))
    grip = rod(np.stack([root + (end - root) * k for k in np.linspace(0, 1, 5)]), thick, 14)
    if rng.random() < 0.4:  # a closed guard around the fingers
        s = np.linspace(0, 1, 12)
        front = np.array([-length + 0.045, 0, 0])
        bow = front + (end - front) * s[:, None] + np.outer(np.sin(np.pi * s), [0.035, 0, -0.02])
        grip = grip + tube(bow, thick * 0.5, sides=8)
    s = np.linspace(0, 1, 10)
    pull = np.array([-length + 0.02, 0, -radius]) + np.stack(
        [0.012 * np.sin(np.pi * s) - 0.012 * s, 0 * s, -0.07 * s], 1
    )
    return grip + body, tube(pull, thick * 0.7, thick * 0.45, sides=8)


FAMILIES = {
    "tongs": Family(tongs, ("pick-up-with", "mix-with", "poke-with")),
    "scissor-tongs": Family(scissor_tongs, ("pick-up-with",)),
    "tweezers": Family(tweezers, ("pick-up-with", "poke-with")),
    "grabber": Family(grabber, ("pick-up-with",)),
}
