"""Parametric wedges: splitting wedge and shim, door stopper, wheel chock. The thin edge at +x along y."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import LYING, X, Y, afford, bar, finish, prism, rectangle, sheet
from dfc_core.assets.solids import assemble, box, cylinder, smooth_curve, split
from dfc_core.assets.tool import HALF_TURN, MIRROR_X, Affordance, Symmetry, Tool
from dfc_core.geometry import rotation_about

SHARE = 0.35  # of the length that is thin enough to go in first


def wedging(reach: float, height: float, half: float, length: float, symmetry: Symmetry) -> Affordance:
    """What a wedge's thin end at x = `reach` serves for, held by its back."""
    scale = (half + SHARE * np.hypot(length, height)) / 2
    return afford("wedge-with", "edge", "back", ((reach, 0, 0), X, Y), scale, symmetry)


def wedge(rng: Generator, name: str) -> Tool:
    """A steel splitting wedge, a carpenter's wooden wedge or a thin shim: both faces slope alike."""
    kind = rng.choice(["steel", "wood", "shim"])
    length = rng.uniform(0.07, 0.22)
    half = (
        length
        * {"steel": rng.uniform(0.12, 0.2), "wood": rng.uniform(0.15, 0.35), "shim": rng.uniform(0.1, 0.25)}[kind]
    )
    height = (
        length
        * {"steel": rng.uniform(0.15, 0.26), "wood": rng.uniform(0.14, 0.4), "shim": rng.uniform(0.05, 0.1)}[kind]
    )
    x = np.linspace(0, 1, 16)
    bulge = rng.uniform(0.85, 1.25) if kind == "steel" else 1.0
    thick = height * np.maximum(0.03, x**bulge)
    flare = rng.uniform(0.75, 1.4) if kind == "steel" else 1.0
    wide = half * (flare + (1 - flare) * x)
    whole = sheet(length * (0.5 - x), -wide, wide, thick[:, None], columns=5)
    if kind == "steel":
        whole = whole + _struck_head(rng, length, half, height)
    if kind == "wood" and rng.random() < 0.4:  # one face is flat
        whole = whole.warp_batch(lambda p: p + np.outer(p[:, 2] * 0 + height * (0.5 - p[:, 0] / length) / 2, [0, 0, 1]))
    parts = thirds(whole, length)
    mesh = assemble(parts)
    low = float(mesh[0][:, 2].min())
    flat = abs(low + height / 2) > 0.1 * height and kind == "wood"
    affordances = (wedging(length / 2, height, half * flare, length, MIRROR_X if flat else HALF_TURN),)
    return finish("wedge", name, mesh, affordances, _rests(height, length, lying_flat=flat))


def _struck_head(rng: Generator, length: float, half: float, height: float) -> Manifold:
    """The part a sledge hits: a boss, square or octagonal, mushroomed by use."""
    long, wide = length * rng.uniform(0.06, 0.16), rng.uniform(0.85, 1.05)
    x = np.array([-length / 2 + 0.001, -length / 2 - long * 0.8, -length / 2 - long])
    path = np.column_stack([x, np.zeros(3), np.zeros(3)])
    return bar(
        path, half * wide * np.array([1, 1.05, 0.8]), height / 2 * wide * np.array([1, 1.05, 0.8]), rng.uniform(3, 8)
    )


def thirds(whole: Manifold, length: float) -> dict[str, Manifold]:
    """The thin "edge", the "body" and the "back" of a wedge."""
    edge, rest = split(whole, (1, 0, 0), length * (0.5 - SHARE))
    body, back = split(rest, (1, 0, 0), -length * 0.22)
    return {"edge": edge, "body": body, "back": back}


def _rests(height: float, length: float, lying_flat: bool) -> tuple[NDArray, ...]:
    """Lying on its slope, first; on the other; standing on its back."""
    slope = 0.0 if lying_flat else np.arctan2(height / 2, length)
    standing = rotation_about(Y, -np.pi / 2)
    return (rotation_about(Y, -slope), rotation_about(X, np.pi) @ rotation_about(Y, slope), standing)


def door_stopper(rng: Generator, name: str) -> Tool:
    """A rubber or wooden door wedge on its flat base: ribbed, hollow below, stepped, with a knob or a loop behind."""
    length, half = rng.uniform(0.09, 0.15), rng.uniform(0.016, 0.028)
    height = length * rng.uniform(0.2, 0.36)
    x = np.linspace(0, 1, 22)
    slope = smooth_curve([(0, 0.06), (0.5, rng.uniform(0.3, 0.55)), (rng.uniform(0.8, 0.9), 0.98), (1, 1.0)])(x)
    if rng.random() < 0.25:  # steps that bite
        slope = slope + 0.05 * ((x * 14) % 2 > 1) * (x > 0.15)
    thin = rng.uniform(0.7, 1.0)
    wide = half * (thin + (1 - thin) * x)
    top = height * slope[:, None]
    whole = sheet(length * (0.5 - x), -wide, wide, top, top / 2, columns=5)
    if rng.random() < 0.4:
        hollow = prism(rectangle(length * 0.36, half * 1.3, 0.004, (-length * 0.27, 0)), -0.01, height * 0.3)
        whole = whole - hollow + box((length * 0.38, 0.003, height * 0.3), (-length * 0.27, 0, height * 0.15))
    parts: dict = thirds(whole, length)
    parts["back"] = [parts["back"], *_door_handle(rng, length, half, height, x, slope)]
    mesh = assemble(parts)
    affordances = (wedging(length / 2, height, half * thin, length, MIRROR_X),)
    return finish("door-stopper", name, mesh, affordances, (np.eye(3), rotation_about(X, np.pi / 2)))


def _door_handle(
    rng: Generator, length: float, half: float, height: float, x: NDArray, slope: NDArray
) -> list[Manifold]:
    """A knob, a loop, a lip, or nothing, on the high end."""
    kind, back = rng.choice(["none", "knob", "loop", "tall", "ribs"]), -length / 2
    if kind == "knob":
        top = height * rng.uniform(1.5, 2.4)
        stem = cylinder((back + half * 0.8, 0, height * 0.5), (back + half * 0.8, 0, top), half * 0.4, half * 0.4, 20)
        return [stem, Manifold.sphere(half * rng.uniform(0.6, 0.85), 20).translate([back + half * 0.8, 0, top])]
    if kind == "loop":
        ring = cylinder(
            (back, -half * 0.3, height * 0.6), (back, half * 0.3, height * 0.6), height * 0.55, height * 0.55, 28
        )
        hole = cylinder((back, -half, height * 0.6), (back, half, height * 0.6), height * 0.33, height * 0.33, 28)
        return [(ring - hole).trim_by_plane([-1, 0, 0], -back - 0.002)]
    if kind == "tall":
        return [box((length * 0.12, half * 1.9, height * 1.9), (back + length * 0.06, 0, height * 0.95))]
    if kind == "ribs":
        stations = np.linspace(back + 0.008, back + length * 0.2, 4)
        tops = height * np.interp(0.5 - stations / length, x, slope)
        return [
            cylinder((s, -half * 0.9, z), (s, half * 0.9, z), 0.0025, 0.0025, 8)
            for s, z in zip(stations, tops, strict=True)
        ]
    return []


def wheel_chock(rng: Generator, name: str) -> Tool:
    """A chock for a wheel: a block with a hollow slope, its base ribbed or bare, an eye or a grip in its back."""
    length, half = rng.uniform(0.13, 0.24), rng.uniform(0.045, 0.08)
    height = length * rng.uniform(0.45, 0.75)
    x = np.linspace(0, 1, 24)
    slope = np.maximum(0.05, x ** rng.uniform(1.2, 2.1))
    flat = rng.uniform(0.02, 0.2)  # the crest
    slope = np.where(x > 1 - flat, slope[np.searchsorted(x, 1 - flat)], slope)
    top = (height * slope)[:, None]
    whole = sheet(length * (0.5 - x), -half, half, top, top / 2, columns=5)
    if rng.random() < 0.5:
        whole = whole - cylinder(
            (-length * 0.32, -1, height * 0.3), (-length * 0.32, 1, height * 0.3), height * 0.13, height * 0.13, 24
        )
    elif rng.random() < 0.6:  # hollow sides with webs
        pocket = box((length * 0.3, half * 0.7, height * 0.24), (-length * 0.28, 0, height * 0.18))
        whole = whole - pocket.translate([0, half * 0.8, 0]) - pocket.translate([0, -half * 0.8, 0])
    mesh_parts: dict = thirds(whole, length)
    if rng.random() < 0.5:
        bars = [box((0.006, half * 1.96, 0.008), (s, 0, -0.003)) for s in np.linspace(-0.42, 0.2, 5) * length]
        mesh_parts["body"] = [mesh_parts["body"], *bars]
    mesh = assemble(mesh_parts)
    affordances = (wedging(length / 2, height, half, length, MIRROR_X),)
    return finish("wheel-chock", name, mesh, affordances, (np.eye(3), rotation_about(X, np.pi / 2), LYING[1]))


FAMILIES = {
    "wedge": Family(wedge, ("wedge-with",)),
    "door-stopper": Family(door_stopper, ("wedge-with",)),
    "wheel-chock": Family(wheel_chock, ("wedge-with",)),
}
