"""Parametric tools that carry on a flat: pizza peel, tray, cutting board, plate. Top to +z."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import (
    LYING,
    X,
    Z,
    afford,
    bar,
    finish,
    holes,
    inside,
    polygon,
    prism,
    rectangle,
)
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, cylinder, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Symmetry, Tool


def pizza_peel(rng: Generator, name: str) -> Tool:
    """A pizza peel: a thin broad blade, round or square, wooden, metal or perforated, its handle long or short."""
    length, half = rng.uniform(0.24, 0.38), rng.uniform(0.12, 0.18)
    wooden = rng.random() < 0.5
    thick = rng.uniform(0.006, 0.011) if wooden else rng.uniform(0.002, 0.004)
    shape = rng.choice(["round", "square", "tongue"])
    if shape == "round":
        outline = CrossSection.circle(1.0, 72).scale([length / 2, half])
    elif shape == "square":
        outline = rectangle(length, half * 2, half * rng.uniform(0.1, 0.5))
    else:
        outline = polygon(
            [
                (-length * 0.5, -half * 0.4),
                (-length * 0.25, -half),
                (length * 0.5, -half * 0.92),
                (length * 0.5, half * 0.92),
                (-length * 0.25, half),
                (-length * 0.5, half * 0.4),
            ],
            half * 0.15,
        )
    neck_half = rng.uniform(0.012, 0.02)
    if wooden and rng.random() < 0.8:  # shoulders run into the handle
        shoulder = polygon(
            [
                (-length * 0.2, half * 0.8),
                (-length * 0.2, -half * 0.8),
                (-length * 0.68, -neck_half),
                (-length * 0.68, neck_half),
            ]
        )
        outline = outline + shoulder
    plate = prism(outline, -thick / 2, thick / 2)
    lip_start = length * 0.3
    if wooden:  # the front is planed thin
        plate = plate - prism(rectangle(1.0, 1.0, 0, (0.5, 0)), 0, 1).rotate([0, rng.uniform(2.0, 4.0), 0]).translate(
            [lip_start * 0.8, 0, thick * 0.45]
        )
    elif rng.random() < 0.6:
        plate = plate - _perforation(rng, length, half)
    lip, blade = split(plate, (1, 0, 0), lip_start)
    root = -length * (0.62 if wooden else 0.46)
    reach = rng.uniform(0.1, 0.6) if rng.random() < 0.7 else 0.03
    neck = bar(
        np.array([[root + 0.06, 0, 0], [root - reach, 0, 0]]),
        neck_half * (1 if wooden else 0.7),
        max(thick / 2, 0.005),
        rng.choice([2.0, 5.0]),
    )
    styles = ("oval", "scales") if wooden else ("oval", "turned", "ribbed", "strip")
    held = haft(rng, rng.uniform(0.12, 0.2), neck_half * 1.05, (root - reach + 0.01, 0, 0), styles)
    mesh = assemble({"lip": lip, "blade": blade, "neck": neck, **held})
    size = np.sqrt(length / 2 * half)
    frame = ((0, 0, thick / 2), Z, X)
    affordances = (afford("lift-with", ("blade", "lip"), "grip", frame, size, MIRROR),)
    return finish("pizza-peel", name, mesh, affordances)


def _perforation(rng: Generator, length: float, half: float) -> Manifold:
    if rng.random() < 0.5:
        spots = [(x, y) for x in np.linspace(-0.25, 0.25, 7) * length for y in np.linspace(-0.6, 0.6, 7) * half]
        return holes(spots, half * 0.03, sides=8)
    spots = [(0.0, y) for y in np.linspace(-0.6, 0.6, int(rng.integers(5, 9))) * half]
    return holes(spots, half * 0.035, length * rng.uniform(0.25, 0.45), 10)


def tray(rng: Generator, name: str) -> Tool:
    """A tray: oblong, round or oval, shallow or deep, flaring; grips cut into the rim, handles on it, or only a rim."""
    length = rng.uniform(0.25, 0.48)
    shape = rng.choice(["oblong", "oblong", "round", "oval"])
    width = length * (1.0 if shape == "round" else rng.uniform(0.55, 0.8))
    high, wall = rng.uniform(0.012, 0.06), rng.uniform(0.003, 0.007)
    flare = rng.uniform(1.0, 1.15)
    if shape == "oblong":
        floor = rectangle(length / flare, width / flare, width * rng.uniform(0.02, 0.2))
    else:
        floor = CrossSection.circle(0.5, 72).scale([length / flare, width / flare])
    outer = floor.extrude(high, 0, 0, [flare, flare])
    hollow = floor.offset(-wall).extrude(high, 0, 0, [flare, flare]).translate([0, 0, wall])
    dish = outer - hollow
    rim_low = max(wall * 1.6, high * 0.35)
    rim, low = split(dish, (0, 0, 1), rim_low)
    surface, base = split(low, (0, 0, 1), wall * 0.5)
    handles = _tray_handles(rng, length, width, high, wall, shape)
    rims, grips = [rim], handles if isinstance(handles, list) else []
    if handles == "cut":
        slot = prism(rectangle(2 * length, width * 0.28, 0.0), high * 0.45, high * 0.8)
        ends = CrossSection.compose([rectangle(length * 0.28, width * 0.5, 0, (s * length * 0.5, 0)) for s in (1, -1)])
        held, free = inside(rim, ends)
        rims, grips = [free], [held - slot]
    parts = {"surface": surface, "rim": rims, "base": base}
    if grips:
        parts["handle"] = grips
    hold = "handle" if grips else "rim"
    turn = AXIS if shape == "round" and not grips else HALF_TURN
    size = np.sqrt(length * width) / 2 / flare
    mesh = assemble(parts)
    affordances = (
        afford("lift-with", "surface", hold, ((0, 0, wall), Z, X), size, turn),
        afford("press-with", "base", hold, ((0, 0, 0), -Z, -X), size, turn),
    )
    return finish("tray", name, mesh, affordances, LYING)


def _tray_handles(
    rng: Generator, length: float, width: float, high: float, wall: float, shape: str
) -> list[Manifold] | str:
    """ "cut", "rim" or a pair of handles at the ends: bows that stand up, or ears that reach out."""
    kind = rng.choice(["cut", "rim", "bow", "ear"])
    if kind != "rim" and (shape != "oblong" or (kind == "cut" and high < 0.03)):
        kind = "ear"
    if kind in ("cut", "rim"):
        return str(kind)
    half, x = width * rng.uniform(0.13, 0.22), length / 2 - wall
    radius = rng.uniform(0.004, 0.007)
    angle = np.linspace(0, np.pi, 15)
    rise = rng.uniform(0.03, 0.05)
    bow = np.column_stack([np.cos(angle) * half, np.sin(angle) * rise])  # along y; outwards
    foot = -0.012 if shape == "oblong" else -1.4 * length / 2 * (1 - np.sqrt(1 - (2 * half / width) ** 2)) - 0.012
    bow = np.concatenate([[[half, foot]], bow, [[-half, foot]]])
    pair = []
    for side in (1, -1):
        if kind == "bow":
            path = np.column_stack([np.full(len(bow), side * (x - wall * 0.3)), bow[:, 0], high + bow[:, 1]])
        else:
            path = np.column_stack([side * (x + bow[:, 1] * 0.8), bow[:, 0], np.full(len(bow), high - radius * 0.5)])
        pair.append(tube(path, radius, sides=12))
    return pair


def cutting_board(rng: Generator, name: str) -> Tool:
    """A cutting board: oblong, round or a paddle; thick or thin, with a juice groove, a hole, a slot, or feet."""
    length, width = rng.uniform(0.2, 0.42), rng.uniform(0.14, 0.28)
    thick = rng.uniform(0.006, 0.035)
    kind = rng.choice(["oblong", "oblong", "paddle", "paddle", "round"])
    corner = rng.uniform(0.02, 0.3) * width
    if kind == "round":
        length = width = rng.uniform(0.22, 0.34)
        outline = CrossSection.circle(length / 2, 72)
    else:
        outline = rectangle(length, width, corner)
    handle_half, reach = rng.uniform(0.014, 0.028), rng.uniform(0.07, 0.14)
    paddle = kind == "paddle" or (kind == "round" and rng.random() < 0.6)
    whole = (
        outline
        + rectangle(
            reach + 0.06, handle_half * 2, handle_half * rng.uniform(0.3, 0.99), (-length / 2 - reach / 2 + 0.03, 0)
        )
        if paddle
        else outline
    )
    if paddle and rng.random() < 0.6:  # shoulders flow into the handle
        whole = whole.offset(handle_half * 0.9).offset(-handle_half * 0.9)
    plate = prism(whole, 0, thick)
    if thick > 0.012 and rng.random() < 0.5:
        plate = _chamfered(whole, thick, min(thick * 0.2, 0.003))
    if paddle:
        plate = plate - holes([(-length / 2 - reach + handle_half * 1.1, 0)], handle_half * rng.uniform(0.25, 0.5))
    elif rng.random() < 0.7:
        slot = rng.uniform(0.0, 0.3) * width
        hole = rectangle(0.02, 0.02 + slot, 0.0099, (-length / 2 + 0.028, 0))
        plate = plate - prism(hole, -1, 1)
    if thick > 0.01 and rng.random() < 0.45:
        outer = outline.offset(-width * 0.06)
        plate = plate - prism(outer - outer.offset(-0.008), thick - 0.003, 1)
    border = -length / 2 if paddle else -length / 2 + min(0.055, 0.2 * length)
    board, grip = split(plate, (1, 0, 0), border)
    surface, base = split(board, (0, 0, 1), thick * 0.5)
    feet = []
    if rng.random() < 0.25:
        spots = [(sx * length * 0.36, sy * width * 0.36) for sx in (1, -1) for sy in (1, -1)]
        feet = [cylinder((x, y, -0.006), (x, y, 0.002), 0.007, 0.008, 16) for x, y in spots]
    mesh = assemble({"surface": surface, "base": [base, *feet], "grip": grip})
    size = np.sqrt(length * width) / 2
    affordances = (
        afford("lift-with", "surface", "grip", ((0, 0, thick), Z, X), size, MIRROR),
        afford("press-with", "base", "grip", ((0, 0, -0.006 if feet else 0), -Z, -X), size, MIRROR),
    )
    return finish("cutting-board", name, mesh, affordances, LYING)


def _chamfered(outline: CrossSection, thick: float, chamfer: float) -> Manifold:
    inner = outline.offset(-chamfer)
    return prism(inner, 0, thick) + prism(outline, chamfer, thick - chamfer)


def plate(rng: Generator, name: str) -> Tool:
    """A plate: round, oval, square or many-sided; with a broad rim or a coupe without, flat or deep, on a foot ring."""
    radius = rng.uniform(0.075, 0.155)
    wall, foot_high = rng.uniform(0.003, 0.006), rng.uniform(0.0, 0.006)
    well = rng.uniform(0.5, 0.78)  # where the flat ends, share of the radius
    shoulder = rng.uniform(well + 0.06, 0.93)  # where the rim begins
    curve = _plate_profile(rng, well, shoulder) * [radius, radius * rng.uniform(0.1, 0.26)]
    facets, turn, bend = _plate_outline(rng)

    def turned(upper: NDArray, lower: NDArray) -> Manifold:
        section = CrossSection([np.concatenate([lower, upper[::-1]])])
        return section.revolve(facets).warp_batch(bend)

    up = np.array([0, wall])
    body = turned(curve + up, curve)
    above = turned(np.array([[0, 1.0], [1.0, 1.0]]), np.append(curve, [[1.0, curve[-1, 1]]], axis=0) + up / 2)
    column = turned(np.array([[0, 1.0], [shoulder * radius, 1.0]]), np.array([[0, -1.0], [shoulder * radius, -1.0]]))
    core, rim = body ^ column, body - column
    foot = well * radius * rng.uniform(0.75, 0.98)
    ring = turned(
        np.array([[foot - 0.006, wall * 0.4], [foot, wall * 0.4]]),
        np.array([[foot - 0.005, -foot_high], [foot, -foot_high]]),
    )
    mesh = assemble({"surface": core ^ above, "rim": rim, "base": [core - above, ring]})
    size = float(np.sqrt(np.prod(np.ptp(mesh[0][:, :2], axis=0)))) / 2
    affordances = (
        afford("lift-with", "surface", "rim", ((0, 0, wall), Z, X), size * shoulder, turn),
        afford("press-with", "base", "rim", ((0, 0, -foot_high), -Z, -X), size * shoulder, turn),
    )
    return finish("plate", name, mesh, affordances, LYING)


def _plate_profile(rng: Generator, well: float, shoulder: float) -> NDArray:
    """Radius and height (both of 1) of a plate's upper face, from the middle outwards."""
    step = np.linspace(0, 1, 8)[1:]
    rise = rng.uniform(0.35, 0.9)  # of the height is climbed at the shoulder
    rounded = step**2 * (3 - 2 * step) if rng.random() < 0.6 else step**2
    bank = np.column_stack([well + (shoulder - well) * step, rise * rounded])
    rim = np.column_stack([shoulder + (1 - shoulder) * step[1::2], rise + (1 - rise) * step[1::2]])
    return np.concatenate([[[0, 0], [well, 0]], bank, rim])


def _plate_outline(rng: Generator) -> tuple[int, Symmetry, Callable[[NDArray], NDArray]]:
    """(segments, symmetry, warp of points) that make a round plate oval, square, scalloped or many-sided."""
    kind = rng.choice(["round", "round", "facets", "oval", "square", "scalloped"])
    if kind == "facets":
        sides = int(rng.choice([6, 8, 12]))
        return sides, Symmetry("n-fold", sides), lambda points: points
    if kind == "oval":
        squeeze = np.array([1.0, rng.uniform(0.6, 0.85), 1.0])
        return 64, HALF_TURN, lambda points: points * squeeze
    if kind == "square":
        power = rng.uniform(3.5, 9.0)
        return 64, Symmetry("n-fold", 4), lambda points: _stretch(points, lambda a: _superellipse(a, power))
    if kind == "scalloped":
        waves, depth = int(rng.integers(8, 17)), rng.uniform(0.01, 0.03)
        return (
            waves * 6,
            Symmetry("n-fold", waves),
            lambda points: _stretch(points, lambda a: 1 + depth * np.cos(waves * a)),
        )
    return 64, AXIS, lambda points: points


def _stretch(points: NDArray, factor: Callable[[NDArray], NDArray]) -> NDArray:
    scale = factor(np.arctan2(points[:, 1], points[:, 0]))
    return np.column_stack([points[:, :2] * scale[:, None], points[:, 2]])


def _superellipse(angle: NDArray, power: float) -> NDArray:
    return (np.abs(np.cos(angle)) ** power + np.abs(np.sin(angle)) ** power) ** (-1 / power)


FAMILIES = {
    "pizza-peel": Family(pizza_peel, ("lift-with",)),
    "tray": Family(tray, ("lift-with", "press-with")),
    "cutting-board": Family(cutting_board, ("lift-with", "press-with")),
    "plate": Family(plate, ("lift-with", "press-with")),
}
