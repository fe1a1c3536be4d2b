"""Parametric tools that break soil with a swing or a pull: pickaxe, double pick, mattock, hoe. Handle along -x."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    LYING,
    X,
    Y,
    Z,
    bar,
    entering,
    follow,
    polygon_section,
    round_section,
    squarish_section,
    strap,
    swelling,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.grips import cross_grip
from dfc_core.assets.solids import assemble, box, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Affordance, Tool
from dfc_core.geometry import rotation_about


@dataclass(frozen=True)
class Arm:
    """One half of a head, along +y or -y: its outer share, the rest, and where it ends."""

    end: Manifold
    root: Manifold
    tip: NDArray  # 3
    way: NDArray  # 3, out of the tip
    half: float  # half width of its end, m
    long: float  # length of its outer share, m


ARM_SHARE = 0.4
HOE_RESTS = tuple(rotation_about(X, turn * np.pi / 2) for turn in (0, 1, -1, 2))


def _arm(rng: Generator, side: int, reach: float, stock: float, droop: float, kind: str, broad: float) -> Arm:
    """A "point", "adze" (broad in z) or "axe" (broad along the handle), half `stock` thick, that droops to -x."""
    s = np.linspace(0, 1, 22)
    path = np.stack([-droop * reach * s**2, reach * s], axis=1)
    if kind == "point":
        in_plane, across = stock * np.interp(s, [0, 1], [1, 0.12]), stock * np.interp(s, [0, 0.3, 1], [1, 0.8, 0.1])
        half = stock * 0.3
    elif kind == "adze":
        in_plane = stock * np.interp(s, [0, 0.6, 1], [1, 0.4, 0.08])
        across = stock + (broad - stock) * np.clip(s * 1.4 - 0.3, 0, 1) ** 1.2
        half = broad
    else:
        in_plane = stock + (broad - stock) * np.clip(s * 1.3 - 0.25, 0, 1) ** 1.4
        across = stock * np.interp(s, [0, 0.6, 1], [1, 0.4, 0.05])
        half = broad
    section = squarish_section(6, 20) if kind != "point" or rng.random() < 0.6 else polygon_section(8, 24)
    # bent in the xz plane, then laid so that z becomes +-y
    solid = strap(path, across, in_plane, section).rotate([-90 if side > 0 else 90, 0, 0])
    end, root = split(solid, (0, side, 0), (1 - ARM_SHARE) * reach)
    way = path[-1] - path[-2]
    way = way / np.linalg.norm(way)
    tip = np.array([path[-1][0], side * path[-1][1], 0.0])
    return Arm(end, root, tip, np.array([way[0], side * way[1], 0.0]), float(half), ARM_SHARE * reach)


def _digs(*arms: Arm) -> tuple[list[NDArray], float]:
    """Frames at the arms' ends with x towards the hand, and the scale of the first."""
    return [function_frame(arm.tip, arm.way, -X) for arm in arms], entering(arms[0].half, arms[0].long)


def _eye_and_handle(rng: Generator, stock: float, length: float) -> dict[str, Manifold | list[Manifold]]:
    """The "eye" around the handle, "shaft" and "grip": an oval haft that swells into the eye or sticks out of it."""
    eye_half = stock * rng.uniform(1.25, 1.6)
    eye = bar(stock * np.array([1.5, 1.3, -1.3, -1.5]), eye_half * np.array([0.9, 1, 1, 0.9]), eye_half * 0.9)
    lug = box((stock * 3.2, eye_half * 1.6, eye_half * 1.5), (-stock * 1.2, 0, 0)) if rng.random() < 0.4 else None
    out = stock * rng.uniform(1.2, 2.2)
    thin = min(stock * 0.8, rng.uniform(0.013, 0.018))
    knots = [
        (0, 0.92),
        (0.1, 0.9 * eye_half / thin * 0.8),
        (0.2, 1.0),
        (0.6, 0.85),
        (0.93, 1.1),
        (0.98, 1.15),
        (1, 0.8),
    ]
    x, size = swelling(out, -length, knots, 26)
    size = np.minimum(size, eye_half * 0.95 / thin)
    haft = bar(x, thin * size, thin * size * rng.uniform(0.65, 0.9))
    grip, shaft = split(haft, (-1, 0, 0), 0.5 * length)
    return {"eye": [eye, lug] if lug is not None else [eye], "shaft": shaft, "grip": grip}


def _pick_sizes(rng: Generator) -> tuple[float, float, float]:
    """(handle length, reach of an arm, half stock): from a hand mattock to a road worker's pick."""
    length = float(rng.uniform(0.32, 0.92))
    reach = length * float(rng.uniform(0.22, 0.34))
    return length, reach, float(np.clip(reach * rng.uniform(0.07, 0.11), 0.008, 0.025))


def pickaxe(rng: Generator, name: str) -> Tool:
    """A pickaxe: a point on one side, a chisel or adze on the other, straight or drooping arms."""
    length, reach, stock = _pick_sizes(rng)
    droop = float(rng.uniform(0.02, 0.3))
    point = _arm(rng, 1, reach, stock, droop, "point", stock)
    adze = _arm(rng, -1, reach * rng.uniform(0.7, 1.0), stock, droop * rng.uniform(0.6, 1.2), "adze",
                stock * float(rng.uniform(1.2, 3.0)))  # fmt: skip
    mesh = assemble(
        {"point": point.end, "adze": adze.end, "head": [point.root, adze.root], **_eye_and_handle(rng, stock, length)}
    )
    hold = ("grip", "shaft")
    (dig, other), scale = _digs(adze, point)
    lift = function_frame(adze.tip, adze.way, -X)
    affordances = (
        Affordance("dig-with", ("adze", "point"), hold, dig, scale, MIRROR, (other,)),
        *_points(point, hold),
        Affordance("pry-with", "adze", hold, lift, entering(adze.half, adze.long), MIRROR),
        Affordance("scrape-with", "adze", hold, function_frame(adze.tip, adze.way, Z), adze.half, MIRROR_X),
    )
    return Tool(name, "pickaxe", *mesh, affordances=affordances, rest_rotations=LYING, licence="Apache-2.0")


def _points(arm: Arm, hold: tuple[str, ...], *others: Arm) -> list[Affordance]:
    frames = [function_frame(a.tip, a.way, -X) for a in (arm, *others)]
    return [
        Affordance(function, "point", hold, frames[0], float(arm.long), MIRROR, tuple(frames[1:]))
        for function in ("pierce-with", "poke-with")
    ]


def double_pick(rng: Generator, name: str) -> Tool:
    """A double-pointed pick."""
    length, reach, stock = _pick_sizes(rng)
    droop = float(rng.uniform(0.05, 0.35))
    arms = [_arm(rng, side, reach, stock, droop, "point", stock) for side in (1, -1)]
    parts = {"point": [a.end for a in arms], "head": [a.root for a in arms], **_eye_and_handle(rng, stock, length)}
    hold = ("grip", "shaft")
    (dig, other), scale = _digs(*arms)
    affordances = (
        Affordance("dig-with", "point", hold, dig, scale, MIRROR, (other,)),
        *_points(arms[0], hold, arms[1]),
    )
    mesh = assemble(parts)
    return Tool(name, "double-pick", *mesh, affordances=affordances, rest_rotations=LYING, licence="Apache-2.0")


def mattock(rng: Generator, name: str) -> Tool:
    """A cutter mattock: a broad adze on one side, an axe blade on the other."""
    length, reach, stock = _pick_sizes(rng)
    droop = float(rng.uniform(0.05, 0.3))
    broad = float(rng.uniform(0.22, 0.4)) * reach
    adze = _arm(rng, -1, reach, stock, droop, "adze", broad)
    axe = _arm(rng, 1, reach * rng.uniform(0.6, 0.85), stock, droop * 0.4, "axe", float(rng.uniform(0.2, 0.32)) * reach)
    mesh = assemble(
        {"adze": adze.end, "blade": axe.end, "head": [axe.root, adze.root], **_eye_and_handle(rng, stock, length)}
    )
    hold = ("grip", "shaft")
    (dig,), scale = _digs(adze)
    affordances = (
        Affordance("dig-with", "adze", hold, dig, scale, MIRROR),
        Affordance("pry-with", "adze", hold, dig, scale, MIRROR),
        Affordance("scrape-with", "adze", hold, function_frame(adze.tip, adze.way, Z), adze.half, MIRROR_X),
        Affordance("cut-with", "blade", hold, function_frame(axe.tip, axe.way, X), axe.half, MIRROR),
    )
    return Tool(name, "mattock", *mesh, affordances=affordances, rest_rotations=LYING, licence="Apache-2.0")


def hoe(rng: Generator, name: str) -> Tool:
    """A draw hoe: a square, tapered, round or pointed blade, on a goose neck, a socket or an eye; long or short."""
    short = rng.random() < 0.25
    half = float(rng.uniform(0.035, 0.055)) if short else float(rng.uniform(0.06, 0.11))
    deep = half * float(rng.uniform(0.9, 1.9))
    thick = float(rng.uniform(0.0012, 0.0025))
    tilt = float(rng.uniform(0.0, 0.4))  # rad, the edge leans towards the hand
    down = np.array([-np.sin(tilt), 0.0, -np.cos(tilt)])
    facing = np.array([-np.cos(tilt), 0.0, np.sin(tilt)])  # the face towards the hand
    kind = str(rng.choice(["square", "tapered", "round", "pointed"]))
    edge, blade = _hoe_blade(rng, kind, half, deep, thick, down, facing)
    length = float(rng.uniform(0.18, 0.35)) if short else float(rng.uniform(0.9, 1.3))
    radius = 0.011 if short else float(rng.uniform(0.0125, 0.017))
    neck, start = _hoe_neck(rng, deep, down, radius * 1.15)
    x, size = swelling(start + 0.02, start - length, [(0, 0.9), (0.1, 1), (0.6, 0.95), (0.98, 1), (1, 0.6)], 16)
    grip, shaft = split(bar(x, radius * size, section=round_section(16)), (-1, 0, 0), -start + 0.55 * length)
    rear = [grip, cross_grip(rng, start - length, 0.05, radius)] if rng.random() < 0.1 else [grip]
    mesh = assemble({"edge": edge, "blade": blade, "neck": neck, "shaft": shaft, "grip": rear})
    return Tool(
        name, "hoe", *mesh, affordances=_hoe_affordances(half, deep, thick, down, facing), rest_rotations=HOE_RESTS,
        licence="Apache-2.0",
    )  # fmt: skip


def _hoe_blade(
    rng: Generator, kind: str, half: float, deep: float, thick: float, down: NDArray, facing: NDArray
) -> tuple[Manifold, Manifold]:
    """(edge, blade): a sheet from z = 0 along `down`, hollow towards the hand or flat."""
    ends = {"square": 1.0, "tapered": rng.uniform(1.15, 1.5), "round": 0.55, "pointed": 0.06}
    top = rng.uniform(0.55, 1.0)
    knots = [(0, top), (0.25, 1.0), (0.7, 1.0 if kind != "pointed" else 0.7), (1, ends[kind])]
    if kind == "tapered":
        knots = [(0, top * 0.6), (0.3, 0.8), (1, 1.0)]
    dish = rng.uniform(0.0, 0.12) * half if rng.random() < 0.5 else 0.0
    across = np.linspace(-1, 1, 13)
    rings = []
    for s in np.linspace(0, 1, 18):
        wide = half * float(smooth_curve(knots)(s))
        sag = deep * (0.25 * (across**2) * s**3 if kind == "round" else 0 * across)
        middle = np.outer(deep * s - sag, down) + np.outer(across * wide, Y) + np.outer(dish * across**2, facing)
        body = thick * np.interp(s, [0, 0.7, 1], [1, 1, 0.3])
        rings.append(np.concatenate([middle + body * facing, (middle - body * facing)[::-1]]))
    whole = loft(rings)
    return split(whole, tuple(down), deep * 0.72)


def _hoe_neck(rng: Generator, deep: float, down: NDArray, socket_radius: float) -> tuple[list[Manifold], float]:
    """(neck, x where the shaft begins): a goose neck that leaves the blade, or a straight socket with ribs."""
    rod = float(rng.uniform(0.0045, 0.0065))
    if rng.random() < 0.6:
        reach, lift = deep * rng.uniform(0.8, 1.4), deep * rng.uniform(0.25, 0.6)
        s = np.linspace(0, 1, 20)
        start = down * deep * 0.2
        bow = np.stack([0.35 * lift * np.sin(np.pi * s) - reach * s**1.5, 0 * s, lift * np.sin(np.pi * s**0.8)], axis=1)
        path = start * (1 - s[:, None]) + bow
        socket = bar(
            -reach + np.array([0.004, -0.004, -0.07]), np.array([rod, 0.5 * (rod + socket_radius), socket_radius])
        )
        foot = box((rod * 2, rod * 3.5, deep * 0.3), tuple(down * deep * 0.12))
        return [tube(path, rod, sides=12), socket, foot], -float(reach) - 0.05
    socket = bar(np.array([0.004, -0.01, -0.09]), socket_radius * np.array([1.15, 1.15, 1.0]))
    rib = tube(_follow_3d(down * deep * 0.5, down * deep * 0.2, np.zeros(3) - 0.04 * X), rod, sides=10)
    return [socket, rib], -0.06


def _follow_3d(*points: NDArray) -> NDArray:
    """A smooth path (9 x 3) in the xz plane through a few points."""
    flat = follow(*[[point[0], point[2]] for point in points])
    s = np.linspace(0, len(flat) - 1, 9)
    return np.stack([np.interp(s, range(len(flat)), flat[:, 0]), 0 * s, np.interp(s, range(len(flat)), flat[:, 1])], 1)


def _hoe_affordances(half: float, deep: float, thick: float, down: NDArray, facing: NDArray) -> tuple[Affordance, ...]:
    hold, whole = ("grip", "shaft"), ("blade", "edge")
    tip, middle = deep * down, 0.5 * deep * down
    dig, row = function_frame(tip, down, facing), function_frame(tip, down, -Y)
    press = function_frame(middle - thick * facing, -facing, -down)
    pull = function_frame(middle + thick * facing, facing, down)
    return (
        Affordance("dig-with", whole, hold, dig, entering(half, deep), MIRROR),
        Affordance("pull-with", whole, hold, pull, deep / 2, MIRROR),
        Affordance("scrape-with", "edge", hold, row, half, MIRROR_X),
        Affordance("sweep-with", whole, hold, dig, half, MIRROR),
        Affordance("press-with", whole, hold, press, float((half * deep / 2) ** 0.5), MIRROR),
    )


FAMILIES = {
    "pickaxe": Family(pickaxe, ("dig-with", "pierce-with", "poke-with", "pry-with", "scrape-with")),
    "double-pick": Family(double_pick, ("dig-with", "pierce-with", "poke-with")),
    "mattock": Family(mattock, ("dig-with", "pry-with", "scrape-with", "cut-with")),
    "hoe": Family(hoe, ("dig-with", "pull-with", "scrape-with", "sweep-with", "press-with")),
}
