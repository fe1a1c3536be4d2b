"""Parametric tools that press: coffee-tamper, stamp, potato-masher. Pressing face down on z = 0."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.serving import ON_SIDE, UPRIGHT, pound_with_base, press_with_base
from dfc_core.assets.solids import assemble, box, cylinder, filled, loft, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Tool
from dfc_core.geometry import rotation_about

SEGMENTS = 40
FALLEN = (UPRIGHT, UPRIGHT, ON_SIDE, rotation_about(np.array([0, 1.0, 0]), np.pi * 0.55))


def coffee_tamper(rng: Generator, name: str) -> Tool:
    """A coffee tamper: a thick disc below a turned handle, or a puck-like one with a broad top."""
    radius = rng.uniform(0.024, 0.031)
    thick = radius * rng.uniform(0.25, 0.9)
    edge = radius * rng.uniform(0.02, 0.1)
    base = filled(
        np.array([radius - edge, radius, radius, radius * rng.uniform(0.75, 0.97)]),
        np.array([0, edge, thick * 0.85, thick]), 48,
    )  # fmt: skip
    height = radius * rng.uniform(2.0, 3.2)
    kind = rng.choice(["knob", "mushroom", "pear", "puck"])
    neck, top = rng.uniform(0.35, 0.5), rng.uniform(0.62, 0.82)
    knots = {
        "knob": [(0, neck * 1.4), (0.15, neck), (0.45, neck * 1.1), (0.75, top), (0.9, top * 0.9), (1, 0.2)],
        "mushroom": [(0, neck), (0.5, neck * 0.85), (0.68, top * 1.1), (0.85, top * 1.15), (1, 0.45)],
        "pear": [(0, top * 0.8), (0.25, neck * 0.9), (0.6, top), (0.85, top * 0.85), (1, 0.25)],
        "puck": [(0, 1.12), (0.1, 1.2), (0.8, 1.2), (0.95, 1.12), (1, 1.0)],
    }[kind]
    if kind == "puck":
        height = radius * rng.uniform(0.5, 0.8)
    step = np.linspace(0, 1, 22)
    handle = filled(radius * smooth_curve(knots)(step), thick * 0.98 + step * height, SEGMENTS)
    face, upper = split(base, (0, 0, 1), thick * 0.55)
    parts = {"face": face, "base": upper, "handle": handle}
    if kind != "puck" and rng.random() < 0.5:
        ring = filled(radius * neck * np.array([1.35, 1.5, 1.35]), thick + height * np.array([0, 0.05, 0.1]), SEGMENTS)
        parts["base"] = parts["base"] + ring
    affordances = [
        press_with_base("handle", radius, AXIS, ("face", "base")),
        pound_with_base("handle", radius, AXIS, ("face", "base")),
    ]
    return _presser(name, "coffee-tamper", parts, affordances)


def stamp(rng: Generator, name: str) -> Tool:
    """A stamp: a wooden mount with a turned knob, a self-inking case with a cap to push, or a round seal."""
    kind = rng.choice(["mount", "self-inking", "seal"])
    half_x, half_y = rng.uniform(0.012, 0.022), rng.uniform(0.018, 0.042)
    if kind == "seal":
        half_x = half_y = rng.uniform(0.009, 0.02)
    outline = _rounded(half_x, half_y, 1.0 if kind == "seal" else rng.uniform(0.1, 0.35))
    sole = rng.uniform(0.003, 0.006)
    face = CrossSection([outline * 0.97]).extrude(sole + 1e-4)
    if kind == "self-inking":
        mount, handle = _self_inking(rng, half_x, half_y, sole)
    else:
        rise = rng.uniform(0.008, 0.02)
        top = outline * rng.uniform(0.5, 0.95)
        mount = loft([_at(outline, sole), _at(outline, sole + rise * 0.7), _at(top, sole + rise)])
        height = rng.uniform(0.035, 0.08)
        wide = min(half_x, half_y) * rng.uniform(0.55, 0.9)
        waist = rng.uniform(0.35, 0.6)
        profile = smooth_curve([(0, 0.75), (0.25, waist), (0.7, 1.0), (0.88, 0.95), (1, 0.3)])
        step = np.linspace(0, 1, 20)
        handle = filled(np.maximum(wide * profile(step), 0.003), sole + rise * 0.95 + step * height, 32)
    affordances = [
        press_with_base("handle", (half_x + half_y) / 2, AXIS if kind == "seal" else HALF_TURN, ("face", "mount")),
    ]
    return _presser(name, "stamp", {"face": face, "mount": mount, "handle": handle}, affordances)


def _self_inking(rng: Generator, half_x: float, half_y: float, sole: float) -> tuple[Manifold, Manifold]:
    """(frame with windows at its sides, cap)."""
    height = rng.uniform(0.035, 0.06)
    frame = box((half_x * 2.2, half_y * 2.2, height), (0, 0, sole + height / 2))
    window = box((half_x * 4, half_y * 1.5, height * 0.45), (0, 0, sole + height * 0.3))
    foot = half_x * rng.uniform(0.05, 0.25)
    frame = frame - window + box((half_x * 1.6, half_y * 1.6, height * 0.2), (0, 0, sole + height * 0.1))
    frame = frame + box((half_x * (2.2 + foot), half_y * 2.3, sole * 0.8), (0, 0, sole * 1.4))
    tall = rng.uniform(0.015, 0.035)
    outline = _rounded(half_x * 1.3, half_y * 1.25, 0.4)
    cap = loft([
        _at(outline, sole + height * 0.6), _at(outline, sole + height + tall * 0.5),
        _at(outline * 0.95, sole + height + tall * 0.85), _at(outline * 0.7, sole + height + tall),
    ])  # fmt: skip
    return frame, cap


def _rounded(half_x: float, half_y: float, roundness: float, count: int = 36) -> NDArray:
    """A superellipse (count x 2): `roundness` 1 is an ellipse, 0 a rectangle."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False) + np.pi / count
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack([half_x * np.sign(c) * np.abs(c) ** roundness, half_y * np.sign(s) * np.abs(s) ** roundness])


def _at(outline: NDArray, z: float) -> NDArray:
    return np.column_stack([outline, np.full(len(outline), z)])


def potato_masher(rng: Generator, name: str) -> Tool:
    """A potato masher: a wire bent to and fro, a plate with holes or slots, or a wooden block; upright or T handle."""
    kind = rng.choice(["wire", "plate", "block"], p=[0.4, 0.4, 0.2])
    half_x, half_y = rng.uniform(0.03, 0.05), rng.uniform(0.035, 0.055)
    height = rng.uniform(0.11, 0.2)
    if kind == "block":
        half_x = half_y = rng.uniform(0.025, 0.045)
        face, low = _turned_block(rng, half_x)
    elif kind == "wire":
        face, low = _wire_face(rng, half_x, half_y)
    else:
        face, low = _holed_face(rng, half_x, half_y)
    stem = _stems(rng, kind, half_y, low, height)
    thick = rng.uniform(0.009, 0.014)
    barred = rng.random() < 0.4
    if barred:  # a bar across
        length = rng.uniform(0.05, 0.065)
        path = np.column_stack([np.zeros(14), np.linspace(-length, length, 14), np.full(14, height)])
        path[:, 2] += rng.uniform(0, 0.012) * (1 - (path[:, 1] / length) ** 2)
        handle = tube(
            path, thick * np.interp(np.linspace(0, 1, 14), [0, 0.08, 0.5, 0.92, 1], [0.5, 0.9, 1.1, 0.9, 0.5])
        )
    else:
        length = rng.uniform(0.09, 0.13)
        swell = smooth_curve([(0, 0.7), (0.1, 0.9), (0.4, rng.uniform(0.7, 1.0)), (0.8, 1.1), (0.95, 1.0), (1, 0.4)])
        step = np.linspace(0, 1, 18)
        handle = filled(thick * swell(step), height - 0.004 + step * length, 24)
        handle = handle.scale([1, rng.uniform(1.0, 1.5), 1])
    radius = (half_x + half_y) / 2
    symmetry = MIRROR if kind == "wire" else AXIS if kind == "block" and not barred else HALF_TURN
    affordances = [
        press_with_base("handle", radius, symmetry, "face"),
        pound_with_base("handle", radius, symmetry, "face"),
    ]
    return _presser(name, "potato-masher", {"face": face, "stem": stem, "handle": handle}, affordances)


def _turned_block(rng: Generator, radius: float) -> tuple[Manifold, float]:
    tall = radius * rng.uniform(1.0, 2.0)
    profile = np.array([0.9, 1.0, 1.0, rng.uniform(0.5, 0.8), 0.3])
    return filled(radius * profile, tall * np.array([0, 0.06, 0.6, 0.85, 1]), SEGMENTS), tall * 0.9


def _wire_face(rng: Generator, half_x: float, half_y: float) -> tuple[Manifold, float]:
    """A wire in waves along y in the plane z = its radius; symmetric about y = 0."""
    waves, thick = int(rng.integers(2, 4)) + 0.5, rng.uniform(0.0022, 0.0038)
    y = np.linspace(-1, 1, 64)
    x = half_x * np.sin(2 * np.pi * waves / 2 * y + np.pi / 2) * np.sqrt(np.maximum(1 - 0.55 * y**2, 0.1))
    square = np.sign(x) * half_x * np.abs(x / half_x) ** rng.uniform(0.45, 0.9)
    path = np.column_stack([square, half_y * y, np.full(64, thick)])
    return tube(path, thick, sides=8), thick


def _holed_face(rng: Generator, half_x: float, half_y: float) -> tuple[Manifold, float]:
    outline = _rounded(half_x, half_y, rng.choice([1.0, rng.uniform(0.3, 0.6)]))
    plate = CrossSection([outline]).extrude(rng.uniform(0.0015, 0.003))
    holes = []
    if rng.random() < 0.6:
        size = rng.uniform(0.0035, 0.005)
        for x in np.arange(-3, 4) * size * 3:
            for y in np.arange(-4, 5) * size * 3:
                if np.hypot(x / half_x, y / half_y) < 0.82:
                    holes.append(cylinder((x, y, -1), (x, y, 1), size, size, sides=8))
    else:
        for y in np.linspace(-0.7, 0.7, int(rng.integers(4, 7))) * half_y:
            reach = half_x * 0.8 * np.sqrt(1 - (y / half_y) ** 2 * 0.8)
            holes.append(box((2 * reach, half_y * 0.11, 1), (0, y, 0)))
    plate = plate - Manifold.batch_boolean(holes, OpType.Add)
    if rng.random() < 0.5:
        inside = CrossSection([outline * 0.94]).extrude(0.1).translate([0, 0, -0.01])
        plate = plate + (CrossSection([outline]).extrude(0.008) - inside)
    return plate, 0.0012


def _stems(rng: Generator, kind: str, half_y: float, low: float, height: float) -> Manifold:
    """One rod in the middle, or two that meet below the handle."""
    thick = rng.uniform(0.003, 0.005)
    if kind == "block":
        return cylinder((0, 0, low * 0.8), (0, 0, height + 0.01), thick * 2, thick * 1.6, sides=20)
    if kind == "plate" and rng.random() < 0.5:
        return cylinder((0, 0, low), (0, 0, height + 0.01), thick, thick, sides=16) + cylinder(
            (0, 0, low), (0, 0, low + thick * 2), thick * 3, thick, sides=20
        )
    step = np.linspace(0, 1, 18)
    foot = half_y * (1.0 if kind == "wire" else rng.uniform(0.5, 0.85))
    y = foot + (thick * 0.9 - foot) * smooth_curve([(0, 0), (0.25, 0.05), (0.75, 0.95), (1, 1)])(step)
    rod = tube(np.column_stack([np.zeros(18), y, low + step * (height + 0.01 - low)]), thick, sides=10)
    return rod + rod.mirror([0, 1, 0])


def _presser(
    name: str, family: str, parts: dict[str, Manifold], affordances: list[Affordance],
    rests: tuple[NDArray, ...] = FALLEN,
) -> Tool:  # fmt: skip
    return Tool(
        name, family, *assemble(parts), affordances=tuple(affordances), rest_rotations=rests, licence="Apache-2.0"
    )


FAMILIES = {
    "coffee-tamper": Family(coffee_tamper, ("press-with", "pound-with")),
    "stamp": Family(stamp, ("press-with",)),
    "potato-masher": Family(potato_masher, ("press-with", "pound-with")),
}
