"""Parametric levers: crowbar, pry bar, tyre iron. Along x, bent in the xz plane."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    X,
    Y,
    Z,
    arc,
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
from dfc_core.assets.families.grips import collar, tool_grip
from dfc_core.assets.solids import assemble, box, cylinder, function_frame, loft, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Affordance, Tool
from dfc_core.geometry import rotation_about

ON_SIDE = (rotation_about(X, np.pi / 2), rotation_about(X, -np.pi / 2))


def crowbar(rng: Generator, name: str) -> Tool:
    """A crowbar: a hooked claw at +x, a chisel end at -x; round, six- or eight-sided or flat oval bar."""
    length = float(rng.uniform(0.25, 0.85))
    stock = float(np.clip(length * rng.uniform(0.014, 0.024), 0.006, 0.013))
    radius = stock * float(rng.uniform(2.4, 4.5))
    turn = float(rng.uniform(0.5, 0.95)) * np.pi
    claw = radius * float(rng.uniform(0.5, 1.2))
    section = [round_section(), polygon_section(6) * 1.1, polygon_section(8) * 1.05, squarish_section(3)]
    chosen = section[int(rng.integers(4))]
    hook = arc((0.0, radius), radius, -np.pi / 2, turn - np.pi / 2, 18)
    end_way = np.array([np.cos(turn), np.sin(turn)])
    claws = hook[-1] + np.linspace(0, claw, 8)[:, None] * end_way
    tip = claws[-1]
    thin = np.linspace(1, 0.12, 8)
    wide = np.linspace(1, rng.uniform(1.4, 1.9), 8)
    bend = strap(hook, stock, stock, chosen)
    blade = strap(claws, stock * wide, stock * thin, squarish_section(5)) - _notch(claws, stock)
    chisel_long = stock * float(rng.uniform(4, 7))
    dip = float(rng.uniform(-0.5, 0.5)) * chisel_long
    chisel, chisel_tip, chisel_way = _chisel_end(rng, length, chisel_long, stock, dip)
    shaft = bar(np.array([0.0, -length]), stock, section=chosen)
    mesh = assemble({"claw": blade, "hook": bend, "shaft": shaft, "chisel": chisel})
    claw_frame = _lifting(tip, end_way, np.array([-end_way[1], end_way[0]]))
    sign = 1.0 if dip >= 0 else -1.0
    normal = np.array([-chisel_way[1], chisel_way[0]])
    chisel_frame = _lifting(chisel_tip, chisel_way, normal * sign * np.sign(normal[1] or 1.0))
    scale = entering(stock * 1.5, chisel_long)
    inside = radius - stock
    affordances = (
        Affordance("pry-with", ("chisel", "claw"), "shaft", chisel_frame, scale, MIRROR, (claw_frame,)),
        Affordance("pull-with", ("hook", "claw"), "shaft", _hooked((inside, 0, radius)), float(inside), MIRROR),
        Affordance("pound-with", "hook", "shaft", _heel(radius, stock), float(stock) * 1.5, MIRROR),
    )
    return Tool(name, "crowbar", *mesh, affordances=affordances, rest_rotations=ON_SIDE, licence="Apache-2.0")


def _notch(path: NDArray, stock: float) -> Manifold:
    """The V of a nail claw, cut along the last three quarters of `path`."""
    way = (path[-1] - path[0]) / np.linalg.norm(path[-1] - path[0])
    long = float(np.linalg.norm(path[-1] - path[0]))
    normal = np.array([-way[1], 0, way[0]])
    along = np.array([way[0], 0, way[1]])
    start = np.array([path[0][0], 0, path[0][1]]) + along * long * 0.3
    rings = []
    for place, half in ((0.0, 0.08), (0.85, 0.55), (1.0, 0.6)):
        centre = start + along * long * place
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        rings.append(np.array([centre + stock * (half * y * Y + 3 * n * normal) for y, n in corners]))
    return loft(rings)


def _chisel_end(
    rng: Generator, length: float, long: float, stock: float, dip: float
) -> tuple[Manifold, NDArray, NDArray]:
    """(solid, tip (x, z), direction) of a flattened end beyond x = -`length`, bent by `dip` in z."""
    s = np.linspace(0, 1, 12)
    path = np.stack([-length + stock * 0.5 - s * (long + stock * 0.5), dip * s**1.6], axis=1)
    wide = np.interp(s, [0, 0.5, 1], [1, 1.2, rng.uniform(1.3, 2.0)])
    thin = np.interp(s, [0, 1], [1, 0.1])
    way = path[-1] - path[-2]
    return strap(path, stock * wide, stock * thin, squarish_section(4)), path[-1], way / np.linalg.norm(way)


def _lifting(tip: NDArray, way: NDArray, normal: NDArray) -> NDArray:
    """Frame of a prying end in the xz plane: z out of it, x the way it lifts."""
    return function_frame((tip[0], 0, tip[1]), (way[0], 0, way[1]), (normal[0], 0, normal[1]))


def _hooked(inside: tuple[float, float, float]) -> NDArray:
    """Frame of a hook that opens towards -x, its tip at +z."""
    return function_frame(inside, -X, Z)


def _heel(radius: float, stock: float) -> NDArray:
    """Frame of the outside of a bend that starts at the origin, where it is struck with."""
    out = np.array([np.sin(0.9), 0, -np.cos(0.9)])
    return function_frame(np.array([0, 0, radius]) + (radius + stock) * out, out, -X)


def pry_bar(rng: Generator, name: str) -> Tool:
    """A pry bar: a flat "wonder" bar with nail slots, a handled one with a bent blade, or a spoon-ended lever."""
    kind = str(rng.choice(["flat", "handled", "spoon"]))
    parts, path, half, long = _PRY_BARS[kind](rng)
    way = path[-1] - path[-2]
    way = way / np.linalg.norm(way)
    pry = _lifting(path[-1], way, np.array([-way[1], way[0]]))
    edge = function_frame((path[-1][0], 0, path[-1][1]), (way[0], 0, way[1]), Y)
    hold = ("grip",) if "grip" in parts else ("shaft",)
    affordances = (
        Affordance("pry-with", "tip", hold, pry, entering(half, long), MIRROR),
        Affordance("scrape-with", "tip", hold, edge, float(half), MIRROR_X),
    )
    rests = (np.eye(3), *ON_SIDE)
    return Tool(name, "pry-bar", *assemble(parts), affordances=affordances, rest_rotations=rests, licence="Apache-2.0")


PryParts = tuple[dict[str, Manifold | list[Manifold]], NDArray, float, float]


def _rising(rng: Generator, long: float, rise: float, count: int = 18) -> NDArray:
    """A path from (-long, 0) to (0, rise) that leaves the x axis gently."""
    s = np.linspace(0, 1, count)
    return np.stack([-long * (1 - s), rise * s ** rng.uniform(1.6, 2.6)], axis=1)


def _flat_bar(rng: Generator) -> PryParts:
    length, half, thick = (
        float(rng.uniform(0.16, 0.38)),
        float(rng.uniform(0.015, 0.025)),
        float(rng.uniform(0.002, 0.0035)),
    )
    long = length * rng.uniform(0.16, 0.24)
    path = _rising(rng, long, long * rng.uniform(0.2, 0.5))
    wide = half * np.linspace(1, rng.uniform(1.0, 1.35), 18)
    tip = strap(path, wide, thick * np.linspace(1, 0.25, 18), squarish_section(10))
    reach = half * rng.uniform(1.2, 2.2)
    turn = rng.uniform(0.4, 0.55) * np.pi
    radius = thick * rng.uniform(2.5, 5)
    # the other end turns up into a short claw
    bend = arc((-length, radius), radius, -np.pi / 2, -np.pi / 2 - turn, 10)
    beyond = bend[-1] + reach * np.array([-np.cos(turn), np.sin(turn)])
    heel_path = follow([[-long, 0.0]], np.linspace([-length * 0.6, 0], [-length, 0], 4), bend, beyond[None])
    thin = np.concatenate([np.full(len(heel_path) - 1, thick), [thick * 0.3]])
    shaft = strap(heel_path, half, thin, squarish_section(10))
    hole = cylinder((-length * 0.5, 0, -1), (-length * 0.5, 0, 1), half * 0.3, half * 0.3, 16)
    shaft = shaft - hole - box((0.02 * length + 3 * half, half * 0.24, 1), (-length * 0.5 - 1.4 * half, 0, 0)) \
        if rng.random() < 0.6 else shaft  # fmt: skip
    notch = box((half * 2.0, half * 0.4, 1), (0, 0, 0))
    tip = tip - notch if rng.random() < 0.6 else tip
    top = box((reach * 1.2, half * 0.45, reach * 1.1), (beyond[0], 0, beyond[1]))
    return {"tip": tip, "shaft": shaft - top}, path, float(half), float(long)


def _handled_bar(rng: Generator) -> PryParts:
    length, stock = float(rng.uniform(0.12, 0.45)), float(rng.uniform(0.004, 0.0075))
    long = min(0.35 * length, stock * rng.uniform(6, 10))
    half = stock * float(rng.uniform(1.2, 2.2))
    path = _rising(rng, long, long * rng.uniform(0.2, 0.7))
    wide = np.interp(np.linspace(0, 1, 18), [0, 0.5, 1], [stock, half, half])
    tip = strap(path, wide, stock * np.linspace(1, 0.14, 18), squarish_section(6))
    section = squarish_section(8) if rng.random() < 0.6 else polygon_section(6)
    shaft = bar(np.array([-long, -length - 0.01]), stock, section=section)
    thick = float(rng.uniform(0.013, 0.019))
    grip = tool_grip(rng, -length, float(rng.uniform(0.09, 0.14)), thick)
    parts: dict[str, Manifold | list[Manifold]] = {"tip": tip, "shaft": shaft, **grip}
    parts["collar"] = collar(rng, -length + 0.006, 0.012, thick * 0.65)
    return parts, path, half, float(long)


def _spoon_bar(rng: Generator) -> PryParts:
    length, half = float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.0065, 0.013))
    thick = half * float(rng.uniform(0.35, 0.6))
    long = length * rng.uniform(0.16, 0.25)
    path = _rising(rng, long, long * rng.uniform(0.15, 0.45))
    s = np.linspace(0, 1, 18)
    wide = half * rng.uniform(1.0, 1.5) * np.sqrt(np.clip(1 - (s * 0.97) ** 4, 0.05, 1))
    wide[0] = half
    tip = strap(path, wide, thick * np.linspace(1, 0.2, 18), squarish_section(3))
    x, size = swelling(-long, -length, [(0, 1), (0.4, 0.75), (0.95, 1.1), (1, 0.7)], 16)
    shaft = bar(x, half * size, thick, squarish_section(3))
    if rng.random() < 0.5:
        hole = -length + half * 1.2
        shaft = shaft - cylinder((hole, 0, -1), (hole, 0, 1), half * 0.45, half * 0.45, 16)
    front, grip = split(shaft, (1, 0, 0), -0.5 * length)
    return {"tip": tip, "shaft": front, "grip": grip}, path, half, float(long)


_PRY_BARS = {"flat": _flat_bar, "handled": _handled_bar, "spoon": _spoon_bar}


def tire_iron(rng: Generator, name: str) -> Tool:
    """A tyre iron: a round or six-sided bar, a socket on its bent end, a flat prying tip at the other."""
    length, stock = float(rng.uniform(0.25, 0.45)), float(rng.uniform(0.006, 0.0095))
    turn = float(rng.uniform(0.35, 0.5)) * np.pi
    radius = stock * float(rng.uniform(2.0, 4.0))
    arm = stock * float(rng.uniform(2.0, 5.0))
    section = round_section() if rng.random() < 0.6 else polygon_section(6) * 1.1
    bend = arc((-length, radius), radius, -np.pi / 2, -np.pi / 2 - turn, 12)
    way = np.array([-np.cos(turn), np.sin(turn)])
    socket_end = bend[-1] + arm * way
    long = length * float(rng.uniform(0.1, 0.16))
    s = np.linspace(0, 1, 14)
    half = stock * float(rng.uniform(1.0, 1.5))
    path = np.stack([-long * (1 - s), rng.uniform(-0.1, 0.25) * long * s**2], axis=1)
    tip = strap(path, np.linspace(stock, half, 14), stock * np.linspace(1, 0.15, 14), squarish_section(4))
    shaft = strap(follow([[-long, 0.0]], [[-length, 0.0]], bend, socket_end), stock, stock, section)
    seat, wide = stock * float(rng.uniform(1.15, 1.5)), stock * float(rng.uniform(1.8, 2.3))
    start, end = _lift3(socket_end - way * wide * 0.4), _lift3(socket_end + way * wide * 1.5)
    hollow = tube(
        np.array([_lift3(socket_end + way * wide * 0.5), _lift3(socket_end + way * wide * 2)]), seat * 1.1, sides=6
    )
    socket = cylinder(start, end, wide * 0.85, wide) - hollow
    mesh = assemble({"tip": tip, "shaft": shaft - hollow, "socket": socket})
    out = path[-1] - path[-2]
    out = out / np.linalg.norm(out)
    lift = _lifting(path[-1], out, np.array([-out[1], out[0]]))
    axis = _lift3(way)
    torque = function_frame(end, np.cross(Y, axis) * -np.sign(np.cross(Y, axis)[0]), -Y)
    pound = function_frame(end, axis, X)
    affordances = (
        Affordance("pry-with", "tip", "shaft", lift, entering(half, long), MIRROR),
        Affordance("apply-torque-with", "socket", "shaft", torque, float(seat), MIRROR_X),
        Affordance("pound-with", "socket", "shaft", pound, float(wide), MIRROR),
    )
    return Tool(name, "tire-iron", *mesh, affordances=affordances, rest_rotations=ON_SIDE, licence="Apache-2.0")


def _lift3(point: NDArray) -> NDArray:
    """(x, z) as a point of the xz plane."""
    return np.array([point[0], 0.0, point[1]])


FAMILIES = {
    "crowbar": Family(crowbar, ("pry-with", "pull-with", "pound-with")),
    "pry-bar": Family(pry_bar, ("pry-with", "scrape-with")),
    "tire-iron": Family(tire_iron, ("pry-with", "apply-torque-with", "pound-with")),
}
