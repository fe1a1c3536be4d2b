"""Parametric round flat things: compact disc, coin, pot lid.

Round about z, upper face to +z; a loop or a hole for a string to -x, a pot lid's rim about z = 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Z, afford, inside, prism, rectangle
from dfc_core.assets.families.forms import FLAT, arc, disc, finished, flat, merged
from dfc_core.assets.families.walls import pipe
from dfc_core.assets.solids import box, cylinder, filled, lathe, smooth_curve, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Symmetry, Tool

Frame = tuple[ArrayLike, ArrayLike, ArrayLike]


def _rim_frames(radius: float, angles: ArrayLike) -> list[Frame]:
    """Frames of a round edge at some `angles` (rad): z out of the rim, x along it."""
    outs = [np.array([np.cos(angle), np.sin(angle), 0.0]) for angle in np.asarray(angles, dtype=np.float64)]
    return [(radius * out, out, np.cross(Z, out)) for out in outs]


def _by_rim(function: str, hold: str, frames: list[Frame], radius: float, symmetry: Symmetry) -> Affordance:
    """What a round edge "rim" serves for, anywhere along it."""
    return afford(function, "rim", hold, frames[0], radius, symmetry, frames[1:])


def compact_disc(rng: Generator, name: str) -> Tool:
    """A CD, DVD or small single: plain, printed with a raised label, or with grooved bands; clear hub with a ring."""
    small = rng.random() < 0.3
    radius = rng.uniform(0.038, 0.044) if small else rng.uniform(0.054, 0.064)
    half, hole = rng.uniform(0.0006, 0.0011), rng.uniform(0.0068, 0.0082)
    hub = rng.uniform(0.016, 0.024)
    border = radius * (1 - rng.uniform(0.14, 0.2))
    soft = half * rng.uniform(0.1, 0.9)
    side = [(radius - soft, -half), (radius, soft - half), (radius, half - soft), (radius - soft, half)]
    rim = lathe(np.array([(border, -half), *side, (border, half)]), 72)
    plain = pipe(border, hub, -half, half, 72)
    kind = str(rng.choice(["plain", "label", "bands"]))
    if kind == "label":
        plain = plain + pipe(border - 0.002, hub + rng.uniform(0.0, 0.012), 0, half + 3e-4, 72)
    if kind == "bands":
        for r in np.sort(rng.uniform(hub + 0.002, border - 0.002, int(rng.integers(1, 4)))):
            plain = plain - pipe(r + 8e-4, r, half - 3e-4, 1, 72)
    thin = half * rng.uniform(0.7, 1.0)
    ring = hub * rng.uniform(0.8, 0.95)
    middle = pipe(hub, hole, -thin, thin, 72) + pipe(ring, ring - 1e-3, -half - 3e-4, 0, 72)
    frames = _rim_frames(radius, np.arange(8) * np.pi / 4)
    affordances = [_by_rim(f, "surface", frames, radius, HALF_TURN) for f in ("cut-with", "scrape-with")]
    return finished(name, "compact-disc", {"rim": rim, "surface": plain, "hub": middle}, affordances)


def coin(rng: Generator, name: str) -> Tool:
    """A coin, token or medal: round, many-sided or scalloped, reeded or smooth, with a relief, holed or on a loop."""
    radius = rng.uniform(0.0158, 0.036)
    half = min(rng.uniform(0.001, 0.0028), radius * 0.075)
    kind = str(rng.choice(["round", "round", "reeded", "reeded", "sides", "scalloped"]))
    fold = {"sides": int(rng.integers(7, 13)), "scalloped": int(rng.choice([8, 12]))}.get(kind, 8)
    outline = _coin_outline(rng, kind, radius, fold)
    border = radius * (1 - rng.uniform(0.14, 0.19))
    raised = half * rng.uniform(0.1, 0.3)
    whole = prism(outline, -half, half)
    rim = whole - prism(disc((0, 0), border, 72), -1, 1)
    face = prism(disc((0, 0), border, 72), raised - half, half - raised)
    hole = str(rng.choice(["none", "none", "round", "square", "string", "loop"]))
    face = _with_relief(rng, face, border, half, hole in ("round", "square"))
    if hole in ("round", "square"):
        size = radius * rng.uniform(0.12, 0.28)
        gap = disc((0, 0), size, 32) if hole == "round" else rectangle(2 * size, 2 * size)
        lip = gap.offset(radius * 0.07)
        face = face + prism(lip, -half, half) - prism(gap, -1, 1)
    parts: dict[str, Manifold] = {"rim": rim, "face": face}
    angles = np.arange(fold) * 2 * np.pi / fold
    if hole == "string":
        parts["face"] = face - cylinder((-border * 0.8, 0, -1), (-border * 0.8, 0, 1), radius * 0.1, radius * 0.1, 20)
    if hole == "loop":
        parts["loop"] = _loop(rng, radius, half) - whole
        angles = angles[np.cos(angles) > -0.2]
    frames = _rim_frames(radius, angles)
    scrape = _by_rim("scrape-with", "face", frames, radius, MIRROR if hole in ("string", "loop") else HALF_TURN)
    return finished(name, "coin", parts, [scrape])


def _coin_outline(rng: Generator, kind: str, radius: float, fold: int) -> CrossSection:
    """The outline of a coin of one kind, a side or a lobe at +x."""
    if kind == "reeded":
        teeth = int(rng.integers(40, 81))
        angle = np.linspace(0, 2 * np.pi, teeth * 2, endpoint=False)
        size = radius * (1 - rng.uniform(0.008, 0.016) * (np.arange(teeth * 2) % 2))
    else:
        angle = np.linspace(0, 2 * np.pi, 8 * 9 * (1 if kind == "round" else 2), endpoint=False)
        off_middle = (angle + np.pi / fold) % (2 * np.pi / fold) - np.pi / fold
        growth = {
            "round": 0.0 * angle,
            "sides": rng.uniform(0.5, 1.0) * (1 / np.cos(off_middle) - 1),
            "scalloped": rng.uniform(0.02, 0.045) * (np.cos(fold * angle) - 1),
        }
        size = radius * (1 + growth[kind])
    return CrossSection([np.stack([np.cos(angle), np.sin(angle)], axis=1) * size[:, None]])


def _with_relief(rng: Generator, face: Manifold, border: float, half: float, open_middle: bool) -> Manifold:
    """The face with a ring of beads or letters and, unless its middle is open, a head, a star or an emblem on it."""
    solids = [face]
    count = int(rng.choice([0, 0, 12, 20, 28]))
    size, long = border * 0.07, border * 0.07 * rng.uniform(0.5, 1.3)
    for angle in np.arange(count) * 360 / max(count, 1):
        letter = rectangle(size * 1.8, long, 0, (border * 0.84, 0)).rotate(angle)
        solids.append(prism(letter, -half * 0.98, half * 0.98))
    kind = str(rng.choice(["head", "star", "emblem", "plain"]))
    if open_middle or kind == "plain":
        return merged(solids)
    r = border * rng.uniform(0.45, 0.62)
    if kind == "star":
        points = int(rng.choice([5, 6, 8]))
        angle = np.arange(2 * points) * np.pi / points
        reach = np.where(np.arange(2 * points) % 2, r * rng.uniform(0.35, 0.6), r)
        form = CrossSection([np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[:, None]])
    elif kind == "emblem":
        strokes = [((0.0, 0.0), (0.3, 1.6)), ((0.0, 0.4), (0.9, 0.3)), ((0.0, -0.8), (1.2, 0.25))]
        form = CrossSection.compose([rectangle(a * r, b * r, 0, (x * r, y * r)) for (x, y), (a, b) in strokes])
    else:
        form = disc((0, r * 0.3), r * 0.62, 28) + rectangle(r * 0.5, r, 0, (-r * 0.12, -r * 0.5))
        form = (
            form + disc((0, -r * 1.05), r * 0.75, 28).scale((1.0, 0.7)) + rectangle(r * 1.4, r * 0.2, 0, (0, r * 0.3))
        )
    form = form if kind == "star" else form.rotate(90)
    return merged([*solids, prism(form, -half * 0.97, half * 0.97)])


def _loop(rng: Generator, radius: float, half: float) -> Manifold:
    """The eye of a medal at -x, perhaps with a ring through it."""
    eye, wire = radius * rng.uniform(0.12, 0.2), min(half * 0.8, radius * 0.06)
    at = -radius - eye * 0.6
    bow = tube(flat(arc((at, 0), eye, 0, 357, 21)), wire, sides=8)
    if rng.random() < 0.5:
        return bow
    size = eye * rng.uniform(1.3, 2.2)
    ring = tube(flat(arc((0, 0), size, 0, 357, 25)), wire * 0.7, sides=8).rotate([90, 0, 0])
    return bow + ring.translate([at - eye - size + wire * 0.5, 0, 0])


def pot_lid(rng: Generator, name: str) -> Tool:
    """A lid of a pot: flat, domed, stepped or of glass with a metal band; with a knob, a strap, a loop or a block."""
    radius = rng.uniform(0.065, 0.155)
    kind = str(rng.choice(["flat", "domed", "stepped", "glass"]))
    wall = rng.uniform(0.003, 0.006) if kind == "glass" else rng.uniform(0.002, 0.004)
    rise = _lid_rise(rng, kind, radius)
    border = radius * rng.uniform(0.84, 0.9)
    r = np.concatenate([np.linspace(0, border, 12), np.linspace(border, radius, 4)[1:]])
    lower = np.column_stack([r, rise(r / radius)])
    shell = lathe(np.concatenate([lower + np.array([0, wall]), lower[::-1]]), 72)
    middle = lower + np.array([0, wall * 0.5])
    below = lathe(np.concatenate([middle, [[radius * 1.1, middle[-1, 1]], [radius * 1.1, -1], [0, -1]]]), 72)
    core, rim = inside(shell, disc((0, 0), border, 72))
    if kind == "glass" or rng.random() < 0.5:  # the edge is rolled or banded
        rim = rim + pipe(radius + wall * rng.uniform(0.3, 0.8), radius - wall, -wall * 0.6, wall * 1.5, 72)
    under, top = core ^ below, core - below
    if rng.random() < 0.7:
        lip = border * rng.uniform(0.96, 0.99)
        under = under + pipe(lip, lip - wall, -rng.uniform(0.003, 0.012), float(rise(lip / radius)) + wall * 0.4, 72)
    peak = float(rise(0.0)) + wall
    knob, symmetry = _lid_knob(rng, radius, peak)
    knob = knob - (core + below)
    if rng.random() < 0.4:
        spot, size = border * rng.uniform(0.55, 0.8), rng.uniform(0.0018, 0.004)
        vent = cylinder((spot, 0, -1), (spot, 0, 1), size, size, 16)
        under, top, symmetry = under - vent, top - vent, MIRROR
    affordances = (
        afford("press-with", "underside", "knob", ((0, 0, 0), -Z, -X), border, symmetry),
        afford("lift-with", "top", "rim", ((0, 0, peak), Z, X), border, symmetry),
    )
    parts = {"underside": under, "top": top, "rim": rim, "knob": knob}
    return finished(name, "pot-lid", parts, affordances, (*FLAT, FLAT[0]))


def _lid_rise(rng: Generator, kind: str, radius: float) -> Callable[[ArrayLike], NDArray]:
    """Height (m) of the lid's lower face over its share of the radius."""
    high = radius * rng.uniform(0.1, 0.28)
    if kind == "flat":
        high = radius * rng.uniform(0.0, 0.04)
        return smooth_curve([(0, high), (0.8, high), (0.9, high * 0.3), (1.0, 0.0)])
    if kind == "stepped":
        high = radius * rng.uniform(0.06, 0.14)
        step = rng.uniform(0.6, 0.75)
        return smooth_curve([(0, high * 0.9), (step, high), (step + 0.08, high * 0.2), (1.0, 0.0)])
    power = rng.uniform(1.8, 3.0)
    return lambda share: high * (1 - np.asarray(share) ** power)


def _lid_knob(rng: Generator, radius: float, peak: float) -> tuple[Manifold, Symmetry]:
    """A knob, strap, loop or block on the lid's middle, and the symmetry that it leaves."""
    kind = str(rng.choice(["knob", "knob", "ball", "strap", "loop", "block"]))
    wide, high = min(rng.uniform(0.013, 0.024), radius * 0.2), rng.uniform(0.022, 0.042)
    if kind in ("knob", "ball"):
        stem = wide * rng.uniform(0.35, 0.6)
        swell = 1.0 if kind == "knob" else 0.85
        knots = [(0, rng.uniform(1.0, 1.4) * stem), (0.3, stem), (0.7, wide * swell), (0.85, wide), (1, wide * 0.7)]
        level = np.linspace(0, 1, 14)
        return filled(smooth_curve(knots)(level), peak - 0.004 + level * high, 32), AXIS
    half = min(radius * 0.6, rng.uniform(0.032, 0.058))
    if kind == "block":
        foot = box((wide * 0.8, half * 0.6, high), (0, 0, peak + high / 2 - 0.004))
        head = prism(rectangle(wide * 1.2, half * 2, wide * 0.5), peak + high * 0.6, peak + high)
        return foot + head, HALF_TURN
    s = np.linspace(0, np.pi, 25)
    power = rng.uniform(0.35, 0.9) if kind == "strap" else 1.0
    drop = 0.028
    bow = np.stack([np.zeros(25), half * np.cos(s), peak + high * np.sin(s) ** power], axis=1)
    bow = np.concatenate([[bow[0] - [0, 0, drop]], bow, [bow[-1] - [0, 0, drop]]])
    thick = rng.uniform(0.0025, 0.0045)
    return tube(bow, rng.uniform(0.006, 0.011) if kind == "strap" else thick * 1.2, thick, 12), HALF_TURN


FAMILIES = {
    "compact-disc": Family(compact_disc, ("cut-with", "scrape-with")),
    "coin": Family(coin, ("scrape-with",)),
    "pot-lid": Family(pot_lid, ("press-with", "lift-with")),
}
