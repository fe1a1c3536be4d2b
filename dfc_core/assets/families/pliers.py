"""Parametric pliers: combination, needle-nose, water-pump. Flat in z, jaws to +x, opening along y."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, band, disc, finished, merged, outline, plate
from dfc_core.assets.families.grippers import both_sides
from dfc_core.assets.solids import function_frame, smooth_curve, split
from dfc_core.assets.tool import HALF_TURN, MIRROR, Affordance, Tool


def _handle(rng: Generator, length: float, width: float, spread: float, root: float) -> NDArray:
    """Centre line (N x 2) of the upper handle from the pivot backwards, bowed out."""
    s = np.linspace(0, 1, 24)
    bow = rng.uniform(0.25, 0.6)
    late = spread * rng.uniform(0.85, 1.05), spread * rng.uniform(0.7, 1.35)
    y = smooth_curve([(0, 0.0), (0.2, root), (bow, spread), (0.8, late[0]), (1, late[1])])(s)
    return np.stack([-length * s, y], 1)


def _sleeved(rng: Generator, line: NDArray, width: float, thick: float) -> tuple[Manifold, Manifold]:
    """(grip, bare steel) of a handle along `line`: a sleeve over its back, with or without ribs and a flare."""
    count = len(line)
    share = rng.uniform(0.15, 0.3)
    border = int(share * count)
    bare = plate(band(line[: border + 2], width * 0.85), thick * 0.8, thick * 0.08)
    s = np.linspace(0, 1, count - border)
    halves = width * smooth_curve(
        [(0, rng.uniform(1.0, 1.4)), (0.15, 1.1), (0.6, rng.uniform(1.0, 1.3)), (0.93, 1.05), (1, 0.6)]
    )(s)
    if rng.random() < 0.4:
        halves = halves * (1 + 0.1 * np.sin(np.arange(len(s)) * np.pi))
        halves[::2] *= 0.94
    sleeve = plate(band(line[border:], halves), thick * rng.uniform(1.0, 1.5), thick * 0.2)
    return sleeve, bare


def _pliers(
    rng: Generator, name: str, family: str, jaw: NDArray, jaw_outer: NDArray, open_deg: float, length: float,
    width: float,
    tip_share: float, functions: tuple[str, ...],
) -> Tool:  # fmt: skip
    """Two mirrored halves: the jaw between the curves `jaw` (inside) and `jaw_outer` (N x 2, pivot to tip)."""
    reach = float(jaw[-1, 0])
    thick = width * rng.uniform(0.55, 1.0)
    taper = rng.uniform(0.5, 0.95)
    blade = plate(outline(np.concatenate([jaw, jaw_outer[::-1]])), thick, thick * 0.08)
    blade = blade.warp(lambda p: (p[0], p[1], p[2] * (1 - (1 - taper) * max(0.0, min(1.0, p[0] / reach)))))
    if rng.random() < 0.6:
        blade = blade - _teeth(rng, reach, width, tip_share)
    blade = blade.rotate([0, 0, open_deg])
    line = _handle(rng, length, width, rng.uniform(1.2, 2.8) * width, width * 0.9)
    grip, bare = _sleeved(rng, line, width * rng.uniform(0.5, 0.65), thick)
    hub = width * rng.uniform(0.95, 1.25)
    eye = plate(disc((0, 0), hub), thick * 1.05, thick * 0.1)
    rivet = plate(disc((0, 0), hub * rng.uniform(0.3, 0.5)), thick * 1.3, thick * 0.08)
    border = reach * (1 - tip_share)
    tip, root = split(blade, (1, 0, 0), border)
    parts = {
        "tip": both_sides(tip),
        "jaws": both_sides(root),
        "pivot": [eye, rivet, *both_sides(bare)],
        "grip": both_sides(grip),
    }
    end = float(tip.bounding_box()[3])
    out, across = (1, 0, 0), (0, 1, 0)
    seat = reach * (1 - tip_share * 0.5)
    tip_length = float(end - border)
    half_gap = max(0.0025, float(seat * np.tan(np.radians(open_deg))) + 0.002)
    at_end = function_frame((end, 0, 0), out, across)
    possible = {
        "pick-up-with": Affordance("pick-up-with", "tip", "grip", at_end, tip_length, HALF_TURN),
        "poke-with": Affordance("poke-with", "tip", "grip", at_end, tip_length, HALF_TURN),
        "apply-torque-with": Affordance(
            "apply-torque-with", ("tip", "jaws"), "grip", function_frame((seat, 0, 0), out, across), half_gap, HALF_TURN
        ),
    }  # fmt: skip
    return finished(name, family, parts, [possible[function] for function in functions], FLAT)


def _teeth(rng: Generator, reach: float, width: float, tip_share: float) -> Manifold:
    """What to take away from a jaw's inner side to leave teeth, and a rounded pipe grip behind them."""
    size = width * rng.uniform(0.06, 0.1)
    rows = [plate(outline([(x - size, -size), (x, size), (x + size, -size)]), 1.0)
            for x in np.arange(reach * (1 - tip_share * 0.9), reach * 0.97, 2.2 * size)]  # fmt: skip
    if rng.random() < 0.6:
        at, hollow = reach * (1 - tip_share) * 0.75, width * rng.uniform(0.15, 0.3)
        rows.append(plate(disc((at, -hollow * 0.4), hollow, 24), 1.0))
    return merged(rows)


def pliers(rng: Generator, name: str) -> Tool:
    """Combination, slip-joint or cutting pliers with short, broad jaws; open or closed."""
    length = rng.uniform(0.09, 0.15)
    reach = length * rng.uniform(0.24, 0.42)
    width = length * rng.uniform(0.075, 0.1)
    s = np.linspace(0, 1, 14)
    nose = rng.uniform(0.35, 0.8)
    outer = width * smooth_curve(
        [(0, 1.1), (rng.uniform(0.2, 0.4), rng.uniform(1.1, 1.35)), (0.75, 0.5 + 0.5 * nose), (1, nose)]
    )(s)
    jaw = np.stack([reach * s, np.full(14, 0.0003)], 1)
    return _pliers(
        rng, name, "pliers", jaw, np.stack([reach * s, outer], 1), rng.choice([1.0, rng.uniform(4, 16)]), length, width,
        rng.uniform(0.4, 0.55), ("pick-up-with", "apply-torque-with"),
    )  # fmt: skip


def needle_nose(rng: Generator, name: str) -> Tool:
    """Long, slim jaws that end in a small tip, straight or bent."""
    length = rng.uniform(0.08, 0.12)
    reach = length * rng.uniform(0.45, 0.75)
    width = length * rng.uniform(0.075, 0.1)
    s = np.linspace(0, 1, 18)
    end = rng.uniform(0.14, 0.3)
    outer = width * smooth_curve([(0, 1.1), (0.2, rng.uniform(0.9, 1.15)), (0.35, 0.7), (1, end)])(s)
    jaw = np.stack([reach * s, np.full(18, 0.0003)], 1)
    return _pliers(
        rng, name, "needle-nose-pliers", jaw, np.stack([reach * s, outer], 1), rng.choice([1.0, rng.uniform(3, 11)]),
        length, width, 0.5, ("pick-up-with", "poke-with", "apply-torque-with"),
    )  # fmt: skip


def water_pump(rng: Generator, name: str) -> Tool:
    """Jaws at an angle on long handles, the pivot in a slot: water-pump pliers."""
    length = rng.uniform(0.13, 0.22)
    width = length * rng.uniform(0.05, 0.065)
    thick = width * rng.uniform(0.8, 1.1)
    lean = rng.uniform(20, 45)
    reach, gap = length * rng.uniform(0.2, 0.28), length * rng.uniform(0.02, 0.09)
    s = np.linspace(0, 1, 14)
    outer = gap + width * smooth_curve([(0, 2.0), (0.5, 1.9), (1, rng.uniform(0.5, 0.9))])(s)
    inner = gap + 0.12 * width * ((np.arange(14) % 2) * 2 - 1) * (s > 0.35) - gap * 0.4 * np.sin(np.pi * s)
    blade = outline(np.concatenate([np.stack([reach * s, inner], 1), np.stack([reach * s, outer], 1)[::-1]]))
    upper, lower = plate(blade, thick, thick * 0.08), plate(blade.mirror((0, 1)), thick, thick * 0.08)
    middle = np.array([length * 0.1, 0.0])  # the jaws' root in front of the pivot
    out = np.array([np.cos(np.radians(lean)), np.sin(np.radians(lean)), 0])
    border = float(middle[0] * out[0] + reach * 0.45)
    sides = []
    for sign, jaw in ((1, upper), (-1, lower)):
        placed = jaw.rotate([0, 0, lean]).translate([*middle, 0])
        tip, root = split(placed, tuple(out), border)
        line = _handle(rng, length, width, width * 1.9, width) * [1, -sign]
        grip, bare = _sleeved(rng, line, width * 0.6, thick)
        from_root = middle + gap * 1.5 * sign * np.array([-out[1], out[0]])
        neck = plate(
            band(np.linspace([-length * 0.05, -sign * width * 0.2], from_root, 4), width * 0.85), thick, thick * 0.08
        )
        sides.append((tip, root, grip, bare + neck))
    long_slot = plate(band(np.array([(-width, 0), (length * 0.12, 0)]), width * 1.0), thick * 1.02)
    rivet = plate(disc((0, 0), width * 0.55), thick * 1.35, thick * 0.08)
    tips, roots, sleeves, steel = (list(column) for column in zip(*sides, strict=True))
    parts = {"tip": tips, "jaws": roots, "pivot": [*steel, long_slot, rivet], "grip": sleeves}
    across = np.array([-out[1], out[0], 0])
    seat = np.array([*middle, 0]) + out * reach * 0.7
    end = np.array([*middle, 0]) + out * reach
    affordances = (
        Affordance("pick-up-with", "tip", "grip", function_frame(end, out, across), 0.55 * reach, MIRROR),
        Affordance(
            "apply-torque-with", ("tip", "jaws"), "grip", function_frame(seat, out, across), max(gap, 0.003), MIRROR
        ),
    )
    return finished(name, "water-pump-pliers", parts, affordances, FLAT)


FAMILIES = {
    "pliers": Family(pliers, ("pick-up-with", "apply-torque-with")),
    "needle-nose-pliers": Family(needle_nose, ("pick-up-with", "poke-with", "apply-torque-with")),
    "water-pump-pliers": Family(water_pump, ("pick-up-with", "apply-torque-with")),
}
