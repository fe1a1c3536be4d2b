"""Parametric heavy things to strike with that are no hammers: baseball bat, dumbbell, gavel. The hand to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import LYING, finished, merged, turned
from dfc_core.assets.solids import cylinder, filled, function_frame, smooth_curve, split
from dfc_core.assets.tool import AXIS, MIRROR, Affordance, Symmetry, Tool

SIDES = 8  # directions in which a round barrel is said to strike


def _turned_bar(radii: np.ndarray, x: np.ndarray, segments: int = 32) -> Manifold:
    """A solid of revolution about the x axis, `x` ascending."""
    return filled(radii, x, segments).rotate([0, 90, 0])


def baseball_bat(rng: Generator, name: str) -> Tool:
    """A bat: slim or fat barrel, round or cupped end, a knob, a wrapped grip; from a child's size to a man's."""
    length = rng.uniform(0.45, 0.9)
    barrel = length * rng.uniform(0.036, 0.05)
    slim = barrel * rng.uniform(0.36, 0.5)
    knob = slim * rng.uniform(1.5, 2.2)
    s = np.linspace(0, 1, 44)
    begin, full = rng.uniform(0.3, 0.42), rng.uniform(0.58, 0.76)
    shape = smooth_curve(
        [(0, knob * 0.6), (0.008, knob), (0.02, knob), (0.04, slim * 1.05), (begin, slim * 1.1), (full, barrel * 0.95),
         (rng.uniform(0.86, 0.93), barrel), 
         (0.975, barrel * rng.uniform(0.85, 1.0)), (1, barrel * rng.uniform(0.3, 0.8))]
    )  # fmt: skip
    stations = np.unique(np.concatenate([s, [0.004, 0.008, 0.014, 0.02, 0.03, 0.975, 0.985, 0.993]]))
    bat = _turned_bar(shape(stations), (stations - 1) * length, 28)
    if rng.random() < 0.35:
        bat = bat - Manifold.sphere(barrel * 0.8, 24).translate([barrel * 0.35, 0, 0])
    club, rest = split(bat, (1, 0, 0), -0.38 * length)
    middle, grip = split(rest, (1, 0, 0), -0.68 * length)
    grips = [grip]
    if rng.random() < 0.6:  # turns of tape
        for x in np.linspace(-0.95, -0.72, int(rng.integers(6, 12))) * length:
            grips.append(cylinder((x - 0.006, 0, 0), (x + 0.006, 0, 0), slim * 1.16, slim * 1.2, 20))
    at = -0.17 * length
    width = float(shape(np.array([1 - 0.17]))[0])
    frames = []
    for turn in np.arange(SIDES) * 2 * np.pi / SIDES:
        side = np.array([0, np.cos(turn), np.sin(turn)])
        frames.append(function_frame(np.array([at, 0, 0]) + width * side, side, (-1, 0, 0)))
    pound = Affordance(
        "pound-with", "barrel", "grip", frames[0], float((width + 0.19 * length) / 2), MIRROR, tuple(frames[1:])
    )
    parts = {"barrel": club, "neck": middle, "grip": grips}
    return finished(name, "baseball-bat", parts, [pound], LYING)


def dumbbell(rng: Generator, name: str) -> Tool:
    """A dumbbell: hexagonal or round heads, balls, or stacked plates with collars; straight or swollen grip."""
    kind = rng.choice(["hex", "round", "ball", "plates"])
    radius = rng.uniform(0.035, 0.085)
    wide = radius * rng.uniform(0.7, 1.5) if kind != "ball" else radius * 1.75
    half_grip, slim = rng.uniform(0.055, 0.075), rng.uniform(0.0125, 0.018)
    s = np.linspace(-1, 1, 20)
    swell = 1 + rng.uniform(0, 0.35) * (1 - s**2) + (0.04 * (np.arange(20) % 2) if rng.random() < 0.5 else 0)
    grip = _turned_bar(slim * swell, s * (half_grip + 0.004), 24)
    reach = half_grip + wide
    if kind == "hex":
        head = cylinder((half_grip, 0, 0), (reach, 0, 0), radius, radius, 6)
        trim = rng.uniform(0.75, 0.9)
        head = head ^ _turned_bar(
            np.array([trim, 1.0, 1.0, trim]) * radius * 1.001,
            np.array([half_grip, half_grip + wide * 0.2, reach - wide * 0.2, reach]),
            48,
        )
    elif kind == "ball":
        head = Manifold.sphere(radius, 36).translate([half_grip + wide / 2, 0, 0])
        head = head.trim_by_plane((-1, 0, 0), -reach)
    elif kind == "round":
        lip = rng.uniform(0.85, 0.95)
        profile = np.array([lip, 1.0, 1.0, lip]) * radius
        head = _turned_bar(profile, np.array([half_grip, half_grip + wide * 0.12, reach - wide * 0.12, reach]), 40)
        if rng.random() < 0.5:
            head = head - cylinder((reach - wide * 0.06, 0, 0), (reach + 1, 0, 0), radius * 0.7, radius * 0.7, 32)
    else:
        discs, x, step = [], half_grip + 0.004, rng.choice([0.0, 0.12, 0.22])
        for n in range(int(rng.integers(2, 5))):
            thick, size = rng.uniform(0.012, 0.024), radius * (1 - step * n)
            discs.append(_turned_bar(np.array([0.95, 1, 1, 0.95]) * size, x + np.array([0, 0.1, 0.9, 1]) * thick, 36))
            x += thick
        discs.append(cylinder((half_grip - 0.006, 0, 0), (half_grip + 0.006, 0, 0), slim * 1.9, slim * 1.9, 24))
        discs.append(cylinder((x - 0.001, 0, 0), (x + 0.015, 0, 0), slim * 2.0, slim * 2.0, 6))
        discs.append(cylinder((x, 0, 0), (x + 0.03, 0, 0), slim, slim, 20))
        head = merged(discs)
    end = float(head.bounding_box()[3])
    parts = {"head": [head, head.mirror((1, 0, 0))], "grip": grip}
    frames = [function_frame((sign * end, 0, 0), (sign, 0, 0), (0, 1, 0)) for sign in (1, -1)]
    symmetry = Symmetry("n-fold", 6) if kind == "hex" else AXIS
    pair = [
        Affordance(f, "head", "grip", frames[0], float(radius), symmetry, (frames[1],))
        for f in ("pound-with", "press-with")
    ]
    rests = LYING if kind != "hex" else (turned(x=30), turned(x=90))
    return finished(name, "dumbbell", parts, pair, rests)


def gavel(rng: Generator, name: str) -> Tool:
    """A judge's or auctioneer's gavel: a turned head with beads and grooves on a thin turned handle."""
    radius = rng.uniform(0.018, 0.034)
    reach = radius * rng.uniform(1.2, 2.0)
    waist, bead = rng.uniform(0.6, 1.05), rng.uniform(1.0, 1.12)
    at = rng.uniform(0.45, 0.7)
    half = [(0, waist), (at - 0.15, waist), (at - 0.06, bead), (at + 0.02, bead), (at + 0.07, 0.85), (at + 0.16, 1.0),
            (0.94, 1.0), (1, rng.uniform(0.7, 0.95))]  # fmt: skip
    s = np.linspace(-1, 1, 53)
    head = filled(radius * smooth_curve(half)(np.abs(s)), s * reach, 30).rotate([-90, 0, 0])  # axis z -> y
    front, rest = split(head, (0, 1, 0), reach * 0.7)
    back, middle = split(rest, (0, -1, 0), reach * 0.7)
    length = rng.uniform(0.15, 0.25)
    slim = radius * rng.uniform(0.28, 0.42)
    t = np.linspace(0, 1, 40)
    swells = [
        (0, 1.0),
        (0.06, 1.5),
        (0.12, 0.9),
        (0.4, 0.8),
        (rng.uniform(0.6, 0.75), rng.uniform(1.0, 1.7)),
        (0.9, 0.9),
        (0.95, 1.5),
        (1, 0.6),
    ]
    handle = _turned_bar((slim * smooth_curve(swells)(t))[::-1], (-radius * 0.5 - t * length)[::-1], 20)
    neck, grip = split(handle, (1, 0, 0), -radius * 0.5 - 0.35 * length)
    frames = [function_frame((0, sign * reach, 0), (0, sign, 0), (-1, 0, 0)) for sign in (1, -1)]
    pair = [
        Affordance(f, "face", "grip", frames[0], float(radius), MIRROR, (frames[1],))
        for f in ("pound-with", "press-with")
    ]
    parts = {"face": [front, back], "head": middle, "neck": neck, "grip": grip}
    return finished(name, "gavel", parts, pair, (np.eye(3), turned(x=180)))


FAMILIES = {
    "baseball-bat": Family(baseball_bat, ("pound-with",)),
    "dumbbell": Family(dumbbell, ("pound-with", "press-with")),
    "gavel": Family(gavel, ("pound-with", "press-with")),
}
