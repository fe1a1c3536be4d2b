"""Parametric things that stir: whisk, stirring paddle, rod, ice-cream stick, chopstick and a pair of them.

The mixing end lies at +x and ends at the origin, the hand at -x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    LYING,
    ROLLING,
    Tip,
    X,
    Y,
    Z,
    bar,
    blend,
    polygon_section,
    round_section,
    squarish_section,
    swelling,
    tip_affordances,
    twisted,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.solids import assemble, box, cylinder, function_frame, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Symmetry, Tool


def whisk(rng: Generator, name: str) -> Tool:
    """A whisk: balloon, ball-ended straight wires, flat loops or a coil on a hoop."""
    head = float(rng.uniform(0.07, 0.16))
    wire = head * float(rng.uniform(0.009, 0.016))
    kind = str(rng.choice(["balloon", "flat", "coil", "bulbs"], p=[0.5, 0.2, 0.15, 0.15]))
    wires, symmetry = WIRES[kind](rng, head, wire)
    shaft = float(rng.uniform(0.0, 0.4)) * head
    thick = float(rng.uniform(0.007, 0.014))
    rod = bar(np.array([-head * 0.99, -head * 1.04, -head - shaft - 0.01]), np.array([0.8, 1, 1]) * thick * 0.75)
    grip = tool_grip(rng, -head - shaft, float(rng.uniform(0.08, 0.14)), thick)
    mesh = assemble({"wires": wires, "neck": rod, **grip})
    affordances = tip_affordances({"mix-with": "wires"}, "grip", head, Tip(head / 3, symmetry))
    return Tool(name, "whisk", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


def _loop(head: float, half: float, belly: float, angle: float, count: int = 16) -> NDArray:
    """A closed wire (2 x `count` - 1 points), widest at `belly` of its way to the round end, both ends in the neck."""
    u = np.linspace(0, 1, count)
    x = smooth_curve([(0, -1.02), (0.35, -0.98 + 0.6 * belly), (0.7, -0.22), (0.9, -0.035), (1, 0)])(u)
    y = smooth_curve([(0, 0.02 * head / half), (0.35, 0.68), (0.62, 1.0), (0.85, 0.68), (1, 0)])(u)
    out = np.stack([head * x, half * y], axis=1)
    around = np.concatenate([out, out[-2::-1] * [1, -1]])
    return np.stack([around[:, 0], around[:, 1] * np.cos(angle), around[:, 1] * np.sin(angle)], axis=1)


def _balloon(rng: Generator, head: float, wire: float) -> tuple[list[Manifold], Symmetry]:
    loops = int(rng.integers(3, 7))
    half, belly = head * rng.uniform(0.2, 0.36), rng.uniform(0.4, 0.8)
    wires = []
    for number in range(loops):
        path = _loop(head * (1 - 0.012 * number), half, belly, np.pi * number / loops)
        wires.append(tube(path, wire, sides=6))
    return wires, Symmetry("n-fold", 2 * loops)


def _flat(rng: Generator, head: float, wire: float) -> tuple[list[Manifold], Symmetry]:
    loops = int(rng.integers(2, 5))
    half = head * rng.uniform(0.25, 0.36)
    bars_across = [cylinder((-head, -half * 0.15, 0), (-head, half * 0.15, 0), wire, wire, 8)]
    for number in range(loops):
        share = (number + 1) / loops
        path = _loop(head, half * share, 0.7, 0.0)
        path[:, 0] -= 0.35 * (1 - share) * (path[:, 0] + head)
        bars_across.append(tube(path, wire, sides=8))
    return bars_across, HALF_TURN


def _coil(rng: Generator, head: float, wire: float) -> tuple[list[Manifold], Symmetry]:
    half = head * rng.uniform(0.22, 0.32)
    hoop = _loop(head, half, 0.7, 0.0, 24)
    around = hoop[8:-8]
    turns = int(rng.integers(10, 16))
    t = np.linspace(0, 1, turns * 8)
    base = np.stack([np.interp(t, np.linspace(0, 1, len(around)), around[:, i]) for i in range(3)], axis=1)
    tangent = np.gradient(base, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    outward = np.cross(tangent, Z)
    radius = wire * rng.uniform(2.6, 4.0)
    angle = 2 * np.pi * turns * t
    coil = base + radius * (np.cos(angle)[:, None] * outward + np.sin(angle)[:, None] * Z)
    # the last turn is bent onto the hoop, so that the two are one body
    coil[:3] = base[:1] + (coil[:3] - base[:1]) * np.array([[0.0], [0.35], [0.7]])
    coil[-3:] = base[-1:] + (coil[-3:] - base[-1:]) * np.array([[0.7], [0.35], [0.0]])
    return [tube(hoop, wire, sides=8), tube(coil, wire * 0.8, sides=6)], HALF_TURN


def _bulbs(rng: Generator, head: float, wire: float) -> tuple[list[Manifold], Symmetry]:
    count = int(rng.integers(6, 13))
    spread, ball = head * rng.uniform(0.2, 0.35), wire * rng.uniform(2.0, 3.0)
    solids = []
    for number in range(count):
        angle = 2 * np.pi * number / count
        out = np.array([0, np.cos(angle), np.sin(angle)])
        s = np.linspace(0, 1, 8)[:, None]
        path = -head * (1 - s) * 1.01 * X - s * ball * X + out * (head * 0.03 + spread * s**1.6)
        solids += [tube(path, wire, sides=6), Manifold.sphere(ball, 10).translate(list(path[-1]))]
    return solids, Symmetry("n-fold", count)


WIRES = {"balloon": _balloon, "flat": _flat, "coil": _coil, "bulbs": _bulbs}


def stirring_paddle(rng: Generator, name: str) -> Tool:
    """A wooden or steel stirring paddle: flat blade, oblong to round or square, some slotted or holed, long handle."""
    length = float(rng.uniform(0.06, 0.16))
    half = length * float(rng.uniform(0.16, 0.38))
    thick = float(rng.uniform(0.002, 0.0055))
    end, root = rng.uniform(0.4, 0.98), rng.uniform(0.15, 0.7)
    knots = [(0, end * 0.75), (0.04, end), (0.3, 1.0), (0.7, rng.uniform(0.75, 1.0)), (1, root)]
    x, size = swelling(0.0, -length, knots, 28)
    body = np.interp(-x, [0, length * 0.3, length], [0.35, 0.8, 1])
    blade = _pierced(rng, bar(x, half * size, thick * body, squarish_section(5)), length, half)
    edge, blade = split(blade, (1, 0, 0), -0.16 * length)
    reach, radius = float(rng.uniform(0.12, 0.3)), float(rng.uniform(0.005, 0.009))
    x, size = swelling(-length * 0.93, -length - reach, [(0, 0.75), (0.4, 0.75), (0.8, 1), (0.96, 0.9), (1, 0.5)])
    flat = rng.uniform(0.55, 1.0)
    neck, grip = split(bar(x, radius * size, radius * size * flat), (1, 0, 0), -length - 0.4 * reach)
    mesh = assemble({"edge": edge, "blade": blade, "neck": neck, "grip": grip})
    end_of = Tip(half * 0.9, HALF_TURN)
    affordances = tip_affordances({"mix-with": ("blade", "edge")}, "grip", length, end_of)
    affordances += tip_affordances({"scrape-with": "edge"}, "grip", length, end_of)
    carry = function_frame((-length / 2, 0, thick), Z, X)
    spread = function_frame((0, 0, 0), X, Y)
    affordances.append(Affordance("lift-with", ("blade", "edge"), "grip", carry, (length * half / 2) ** 0.5, MIRROR))
    affordances.append(Affordance("spread-with", ("blade", "edge"), "grip", spread, half * 0.9, HALF_TURN))
    return Tool(
        name, "stirring-paddle", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0"
    )


def _pierced(rng: Generator, blade: Manifold, length: float, half: float) -> Manifold:
    """The blade whole, with slots, or with one round hole."""
    kind = rng.choice(["whole", "slots", "hole"], p=[0.5, 0.25, 0.25])
    if kind == "hole":
        radius = half * rng.uniform(0.25, 0.5)
        return blade - cylinder((-0.45 * length, 0, -1), (-0.45 * length, 0, 1), radius, radius, 24)
    if kind == "slots":
        for y in (-0.45, 0.0, 0.45):
            blade = blade - box((length * 0.45, half * 0.16, 1), (-0.5 * length, y * half, 0))
    return blade


def stirring_rod(rng: Generator, name: str) -> Tool:
    """A glass rod or cocktail stirrer: plain, balled, disc-ended, twisted or with a small paddle."""
    length, radius = float(rng.uniform(0.13, 0.28)), float(rng.uniform(0.0016, 0.0042))
    kind = str(rng.choice(["plain", "ball", "disc", "paddle", "twisted"]))
    x = np.linspace(0, -length, 40)
    round_end = np.clip(np.sqrt(np.abs(1 - (1 - np.clip(-x, 0, radius) / radius) ** 2)), 0.25, 1)
    section: NDArray = round_section(16)
    if kind == "twisted":
        angle = np.linspace(0, rng.uniform(6, 14) * np.pi, 40)
        section = twisted(polygon_section(4, 16) * 1.15, angle)
    solid = bar(x, radius * round_end, section=section)
    solid = solid + _stirrer_end(rng, kind, radius) if kind in ("ball", "disc", "paddle") else solid
    tip, rest = split(solid, (1, 0, 0), -0.13 * length)
    shaft, grip = split(rest, (1, 0, 0), -0.6 * length)
    top = [grip]
    if rng.random() < 0.5:
        knob = Manifold.sphere(radius * rng.uniform(1.8, 3.2), 20).scale([rng.uniform(0.5, 1.5), 1, 1])
        top.append(knob.translate([-length, 0, 0]))
    mesh = assemble({"tip": tip, "shaft": shaft, "grip": top})
    end_of = Tip(radius, HALF_TURN if kind in ("disc", "paddle") else AXIS)
    affordances = tip_affordances({"mix-with": ("tip", "shaft")}, "grip", 0.6 * length, end_of)
    affordances += tip_affordances({"poke-with": "tip"}, ("shaft", "grip"), 0.13 * length, end_of)
    return Tool(
        name, "stirring-rod", *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0"
    )


def _stirrer_end(rng: Generator, kind: str, radius: float) -> Manifold:
    size = radius * rng.uniform(2.0, 3.2)
    if kind == "ball":
        return Manifold.sphere(size * 0.8, 20).translate([-size * 0.8, 0, 0])
    if kind == "disc":
        return cylinder((-size * 1.3, 0, -radius * 0.6), (-size * 1.3, 0, radius * 0.6), size * 1.3, size * 1.3, 24)
    reach = size * rng.uniform(3, 5)
    x, wide = swelling(0, -reach, [(0, 0.6), (0.2, 1), (0.7, 1), (1, 0.4)], 12)
    return bar(x, size * wide, radius * 0.6, squarish_section(5, 16))


def craft_stick(rng: Generator, name: str) -> Tool:
    """An ice-cream stick, coffee stirrer or spatula of wood: a flat strip with round, square or waisted outline."""
    length, half = float(rng.uniform(0.09, 0.19)), float(rng.uniform(0.0032, 0.011))
    thick = float(rng.uniform(0.0008, 0.0016))
    waist = rng.uniform(0.5, 0.8) if rng.random() < 0.35 else 1.0
    round_end = rng.random() < 0.75
    x = np.concatenate(
        [-half * (1 - np.cos(np.linspace(0, np.pi / 2, 10))), np.linspace(-half, -length + half, 14)[1:]]
    )
    x = np.concatenate([x, -length + half * (1 - np.sin(np.linspace(0, np.pi / 2, 10)))[1:]])
    inside = np.minimum(-x, x + length)
    size = np.sqrt(np.clip(1 - (1 - np.clip(inside / half, 0, 1)) ** 2, 0.02, 1)) if round_end else np.ones(len(x))
    size = size * (1 - (1 - waist) * np.clip(1 - np.abs(x / length + 0.5) * 3.2, 0, 1) ** 0.5)
    solid = bar(x, half * size, thick, squarish_section(10, 16))
    tip, rest = split(solid, (1, 0, 0), -0.14 * length)
    blade, grip = split(rest, (1, 0, 0), -0.47 * length)
    mesh = assemble({"tip": tip, "blade": blade, "grip": grip})
    end_of = Tip(half, HALF_TURN)
    affordances = tip_affordances({"mix-with": ("tip", "blade")}, "grip", 0.47 * length, end_of)
    affordances += tip_affordances({"poke-with": "tip"}, "grip", 0.14 * length, end_of)
    spread = function_frame((0, 0, 0), X, Y)
    affordances.append(Affordance("spread-with", ("tip", "blade"), "grip", spread, half, HALF_TURN))
    return Tool(name, "craft-stick", *mesh, affordances=tuple(affordances), rest_rotations=LYING, licence="Apache-2.0")


def _one_chopstick(rng: Generator) -> tuple[dict[str, Manifold], float, float]:
    """("tip", "shaft", "grip"), length, radius of the point."""
    length, thick = float(rng.uniform(0.19, 0.3)), float(rng.uniform(0.0034, 0.0052))
    point = thick * float(rng.uniform(0.25, 0.65))
    x = np.concatenate([[0, -0.001], np.linspace(-0.004, -length, 40)])
    share = -x / length
    size = np.interp(share, [0, 0.004, 0.75, 1], [point * 0.6, point, thick, thick * rng.uniform(0.8, 1.0)])
    rings = int(rng.integers(0, 6))
    if rings:
        at = (share > 0.72) & (share < 0.95)
        size = size * (1 - 0.1 * at * (np.sin((share - 0.72) / 0.23 * 2 * np.pi * rings) > 0.3))
    top = [round_section(16), squarish_section(8, 16), polygon_section(4, 16) * 1.25, polygon_section(8, 16)]
    section = blend(round_section(16), top[int(rng.integers(4))], np.clip(share * 2 - 0.2, 0, 1))
    flat = rng.uniform(0.5, 0.7) if rng.random() < 0.2 else 1.0  # the flat steel ones
    solid = bar(x, size, size * flat, section)
    tip, rest = split(solid, (1, 0, 0), -0.16 * length)
    shaft, grip = split(rest, (1, 0, 0), -0.55 * length)
    return {"tip": tip, "shaft": shaft, "grip": grip}, length, point


def chopstick(rng: Generator, name: str) -> Tool:
    """A chopstick: round or square above, round below, plain or ringed; some of flat steel."""
    parts, length, point = _one_chopstick(rng)
    end_of = Tip(point, AXIS)
    serves = {"pierce-with": "tip", "poke-with": "tip", "pry-with": "tip", "dig-with": "tip"}
    affordances = tip_affordances(serves, "grip", 0.16 * length, end_of)
    affordances += tip_affordances({"mix-with": ("tip", "shaft")}, "grip", 0.55 * length, end_of)
    mesh = assemble(parts)
    return Tool(name, "chopstick", *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0")


def chopsticks(rng: Generator, name: str) -> Tool:
    """A pair of chopsticks as they are held, nearly closed at the tips; some joined at the end as a learner's pair."""
    parts, length, point = _one_chopstick(rng)
    gap, spread = point * float(rng.uniform(0.6, 3.0)), float(rng.uniform(0.05, 0.16))
    joined = rng.random() < 0.35
    both: dict[str, list[Manifold]] = {}
    for part, solid in parts.items():
        # a shear, for a turn would round the two sides of a cut apart
        one = solid.transform([[1, 0, 0, 0], [-np.tan(spread), 1, 0, gap + point], [0, 0, 1, 0]])
        both[part] = [one, one.mirror([0, 1, 0])]
    if joined:
        half = gap + length * np.tan(spread)
        bridge = bar(np.linspace(-half, half, 9), 0.008, 0.007, squarish_section(3)).rotate([0, 0, 90])
        both["bridge"] = [bridge.translate([-length + 0.004, 0, 0])]
    reach = 0.16 * length
    end_of = Tip(point, HALF_TURN)
    picks = Affordance("pick-up-with", "tip", "grip", function_frame((0, 0, 0), X, Y), reach, HALF_TURN)
    affordances = [picks, *tip_affordances({"poke-with": "tip"}, "grip", reach, end_of)]
    mixes = tip_affordances({"mix-with": ("tip", "shaft")}, "grip", 0.55 * length, end_of)
    mesh = assemble(both)
    return Tool(
        name, "chopsticks", *mesh, affordances=(*affordances, *mixes), rest_rotations=LYING, licence="Apache-2.0"
    )


FAMILIES = {
    "whisk": Family(whisk, ("mix-with",)),
    "stirring-paddle": Family(stirring_paddle, ("mix-with", "scrape-with", "lift-with", "spread-with")),
    "stirring-rod": Family(stirring_rod, ("mix-with", "poke-with")),
    "craft-stick": Family(craft_stick, ("mix-with", "poke-with", "spread-with")),
    "chopstick": Family(chopstick, ("pierce-with", "poke-with", "pry-with", "dig-with", "mix-with")),
    "chopsticks": Family(chopsticks, ("pick-up-with", "poke-with", "mix-with")),
}
