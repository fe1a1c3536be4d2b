"""Parametric sticks to poke with: fireplace poker with a hook, stick, drumstick, tent peg. Tip at +x, hand at -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import (
    ROLLING,
    Tip,
    X,
    Z,
    arc,
    bar,
    follow,
    polygon_section,
    round_section,
    strap,
    swelling,
    tip_affordances,
    twisted,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.grips import collar, tool_grip
from dfc_core.assets.solids import assemble, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, MIRROR, Affordance, Tool
from dfc_core.geometry import rotation_about

FLAT = (rotation_about(X, np.pi / 2), rotation_about(X, -np.pi / 2))


def poker(rng: Generator, name: str) -> Tool:
    """A fireplace poker: a pointed rod with a hook beside the point; knob, ring, crook, coil or wooden grip."""
    length = float(rng.uniform(0.3, 0.75))
    rod = length * float(rng.uniform(0.008, 0.014))
    reach = rod * float(rng.uniform(6, 12))  # of the point beyond the hook
    square = rng.random() < 0.45
    section = polygon_section(4) * 1.2 if square else round_section()
    x = np.array([0, -0.1, -0.5, -1.0]) * reach
    tip = bar(x, rod * np.array([0.15, 0.35, 0.9, 1.0]), section=section)
    hook, inside, radius = _side_hook(rng, reach, rod)
    front = bar(np.array([-reach, -length * 0.6]), rod, section=section)
    middle = _twisted_rod(rng, length, rod, section) if square and rng.random() < 0.7 else None
    shaft: list[Manifold] = [front]
    if middle is not None:
        shaft = [split(front, (1, 0, 0), -length * 0.3)[0], middle]
    mesh = assemble({"tip": tip, "hook": hook, "shaft": shaft, "grip": _poker_grip(rng, length, rod)})
    pull = function_frame((inside, 0, radius), -X, Z)
    ends = Tip(rod, MIRROR, broad=Z)
    affordances = (
        *tip_affordances({"poke-with": "tip"}, "grip", reach, ends),
        Affordance("pull-with", "hook", "grip", pull, float(radius - rod), MIRROR),
        *tip_affordances({"dig-with": "tip"}, "grip", reach, ends),
    )
    return Tool(name, "poker", *mesh, affordances=affordances, rest_rotations=FLAT, licence="Apache-2.0")


def _side_hook(rng: Generator, reach: float, rod: float) -> tuple[Manifold, float, float]:
    """(hook, x inside its bend, radius of its middle line): it leaves the rod at +z and comes back to the hand."""
    radius = rod * float(rng.uniform(2.6, 4.5))
    turn = float(rng.uniform(0.6, 0.95)) * np.pi
    start = -reach - radius
    bend = arc((start, radius), radius, -np.pi / 2, turn - np.pi / 2, 18)
    way = np.array([np.cos(turn), np.sin(turn)])
    beyond = bend[-1] + np.linspace(0.2, 1, 4)[:, None] * way * radius * rng.uniform(0.3, 1.4)
    path = follow(bend, beyond)
    size = rod * np.interp(np.arange(len(path)), [0, len(path) - 6, len(path) - 1], [0.95, 0.8, 0.2])
    return strap(path, size, size, round_section(14)), float(start + radius - 0.95 * rod), radius


def _twisted_rod(rng: Generator, length: float, rod: float, section: NDArray) -> Manifold:
    """The middle of a square rod, twisted."""
    angle = np.linspace(0, rng.uniform(1, 3) * 2 * np.pi, 64)
    x = np.linspace(-length * 0.29, -length * 0.61, 64)
    return bar(x, rod, section=twisted(section[::2], angle))


def _poker_grip(rng: Generator, length: float, rod: float) -> list[Manifold]:
    """What a hand holds, from 0.6 of the length backwards."""
    kind = str(rng.choice(["knob", "ring", "crook", "coil", "wood"]))
    start = -0.6 * length + 0.002
    if kind == "wood":
        grip = tool_grip(rng, -0.8 * length, 0.2 * length, min(0.015, rod * 3.2), ("turned", "ringed", "oval"))
        ferrule = collar(rng, -0.8 * length + 0.006, 0.012, rod * 1.8)
        return [bar(np.array([start, -0.82 * length]), rod), ferrule, *grip.values()]
    shank = bar(np.array([start, -0.98 * length]), rod)
    if kind == "knob":
        x, size = swelling(-0.96 * length, -length - rod * 5, [(0, 1), (0.25, 0.8), (0.65, 1.0), (1, 0.15)], 14)
        rings = bar(-length * 0.75 + rod * np.array([1.0, 0.6, -0.6, -1.0]), rod * np.array([1.1, 1.8, 1.8, 1.1]))
        return [shank, bar(x, rod * 3.2 * size * np.clip((x[0] - x) / rod + 0.3, 0.3, 1)), rings]
    if kind == "coil":
        t = np.linspace(0, 1, 90)
        angle = 2 * np.pi * 9 * t
        centre = -0.72 * length - 0.24 * length * t
        helix = np.stack([centre, 1.5 * rod * np.cos(angle), 1.5 * rod * np.sin(angle)], axis=1)
        return [shank, tube(helix, rod * 0.75, sides=6)]
    loop = rod * float(rng.uniform(3.0, 5.0))
    if kind == "crook":
        bend = arc((-0.98 * length, loop), loop, -np.pi / 2, -np.pi * rng.uniform(1.2, 1.7), 20)
        return [shank, strap(follow([[-0.95 * length, 0.0]], bend), rod, rod, round_section(14))]
    around = np.linspace(0, 2 * np.pi, 27)[[*range(26), 0, 1]]
    ring = np.stack([-0.97 * length - loop * (1 - np.cos(around)), 0 * around, loop * np.sin(around)], axis=1)
    return [shank, tube(ring, rod * 0.85, sides=10)]


def stick(rng: Generator, name: str) -> Tool:
    """A stick broken from a tree: crooked and knotty, with stubs or a fork at its end, or peeled and straight."""
    length = float(rng.uniform(0.18, 0.9))
    thick = length * float(rng.uniform(0.009, 0.022))
    crooked = rng.uniform(0.1, 1.0)
    s = np.linspace(0, 1, 40)
    wobble = np.stack([_wander(rng, s, length * 0.04 * crooked) for _ in range(2)], axis=1)
    wobble -= wobble[-1]
    path = np.column_stack([-length * (1 - s), wobble])
    knots = 1 + 0.12 * crooked * np.abs(np.sin(s * np.pi * rng.uniform(3, 9) + rng.uniform(0, 3)))
    sharp = rng.random() < 0.5
    point = np.interp(s, [0, 0.93, 1], [1, rng.uniform(0.5, 0.75), 0.1 if sharp else 0.4])
    size = thick * knots * point
    angles = np.linspace(0, 2 * np.pi, 11)[:-1]
    rough = 1 + 0.1 * rng.standard_normal((40, 10)) * crooked * 0.5
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * rough[..., None]
    solid = _along(path, size, ring)
    tip, rest = split(solid, (1, 0, 0), -0.12 * length)
    shaft, grip = split(rest, (1, 0, 0), -0.55 * length)
    twigs = _twigs(rng, path, size, int(rng.integers(0, 5)))
    mesh = assemble({"tip": tip, "shaft": [shaft, *twigs], "grip": grip})
    serves = {"poke-with": "tip", "dig-with": "tip"}
    end = Tip(thick * 0.5, AXIS)
    affordances = tip_affordances(serves, "grip", 0.12 * length, end)
    middle = path[28] * [0, 1, 1]  # a crooked stick's front half lies beside the line through its tip
    mixing = Tip(thick * 0.5, AXIS, middle)
    affordances += tip_affordances({"mix-with": ("tip", "shaft")}, "grip", 0.55 * length, mixing)
    return Tool(name, "stick", *mesh, affordances=tuple(affordances), rest_rotations=ROLLING, licence="Apache-2.0")


def _wander(rng: Generator, s: NDArray, amount: float) -> NDArray:
    places = np.linspace(0, 1, int(rng.integers(4, 8)))
    return smooth_curve(list(zip(places, amount * rng.standard_normal(len(places)), strict=True)))(s)


def _along(path: NDArray, size: NDArray, ring: NDArray) -> Manifold:
    """Sections across x around a path that runs mostly along x."""
    zero = np.zeros(ring.shape[1])
    return loft([p + np.column_stack([zero, a * r]) for p, a, r in zip(path, size, ring, strict=True)])


def _twigs(rng: Generator, path: NDArray, size: NDArray, count: int) -> list[Manifold]:
    """Side shoots in the front half, bent forward."""
    twigs = []
    for _ in range(count):
        at = int(rng.integers(20, 33))
        angle = rng.uniform(0, 2 * np.pi)
        out = np.array([0, np.cos(angle), np.sin(angle)])
        long = size[at] * rng.uniform(2.0, 9.0)
        s = np.linspace(0, 1, 6)[:, None]
        shoot = path[at] + long * (0.8 * s * out + rng.uniform(0.3, 0.8) * s**1.5 * X)
        twigs.append(tube(shoot, size[at] * np.linspace(0.55, 0.3, 6), sides=8))
    return twigs


def drumstick(rng: Generator, name: str) -> Tool:
    """A drumstick or beater: a tapered rod with a bead: acorn, ball, barrel or felt."""
    length, thick = float(rng.uniform(0.32, 0.43)), float(rng.uniform(0.0062, 0.0088))
    kind = str(rng.choice(["acorn", "ball", "barrel", "felt"]))
    bead = thick * {"acorn": 0.75, "ball": 0.8, "barrel": 0.7, "felt": rng.uniform(1.8, 2.8)}[kind]
    long = bead * {"acorn": 3.4, "ball": 2.0, "barrel": 3.2, "felt": rng.uniform(1.6, 2.4)}[kind]
    neck = thick * rng.uniform(0.45, 0.6)
    end = neck / bead
    knots = {
        "acorn": [(0, 0.15), (0.2, 0.6), (0.65, 1.0), (1, end)],
        "ball": [(0, 0.1), (0.2, 0.78), (0.5, 1.0), (0.85, 0.75), (1, end)],
        "barrel": [(0, 0.6), (0.1, 0.9), (0.5, 1.0), (0.9, 0.9), (1, end)],
        "felt": [(0, 0.35), (0.15, 0.85), (0.5, 1.0), (0.85, 0.85), (1, 0.3)],
    }[kind]
    x, size = swelling(0, -long, knots, 16)
    tip = bar(x, bead * size)
    x, size = swelling(-long * 0.97, -length, [(0, neck / thick), (0.35, 1.0), (0.97, 1.0), (1, 0.6)], 28)
    shaft, grip = split(bar(x, thick * size), (1, 0, 0), -0.6 * length)
    front, shaft = split(shaft, (1, 0, 0), -0.06 * length - long)
    mesh = assemble({"tip": tip, "neck": front, "shaft": shaft, "grip": grip})
    found = tip_affordances({"poke-with": ("tip", "neck")}, "grip", long + 0.06 * length, Tip(bead))
    mixing = ("tip", "neck", "shaft")
    found += tip_affordances({"mix-with": mixing}, "grip", 0.6 * length, Tip(bead))
    return Tool(name, "drumstick", *mesh, affordances=tuple(found), rest_rotations=ROLLING, licence="Apache-2.0")


def tent_peg(rng: Generator, name: str) -> Tool:
    """A tent peg: a pin with a hooked head, a stake with a notch, or a wooden one."""
    length = float(rng.uniform(0.14, 0.3))
    kind = str(rng.choice(["pin", "stake", "wooden"]))
    stock = length * float({"pin": rng.uniform(0.011, 0.016)}.get(kind, rng.uniform(0.03, 0.05)))
    point = length * float(rng.uniform(0.14, 0.25))
    section = {"pin": round_section(), "wooden": polygon_section(4) * 1.1, "stake": _cross_section()}[kind]
    x = -np.array([0, 0.08, 0.5, 1.0]) * point
    tip = bar(x, stock * np.array([0.08, 0.2, 0.75, 1.0]), section=section)
    shaft = bar(np.array([-point, -length]), stock, section=section)
    solids = {"tip": tip, "shaft": shaft, "head": _peg_head(rng, kind, length, stock)}
    end = Tip(stock, MIRROR, broad=Z)
    serves = {"pierce-with": "tip", "poke-with": "tip", "dig-with": "tip"}
    found = tip_affordances(serves, ("shaft", "head"), point, end)
    return Tool(
        name, "tent-peg", *assemble(solids), affordances=tuple(found), rest_rotations=FLAT, licence="Apache-2.0"
    )


def _cross_section() -> NDArray:
    """Four ribs, as of a plastic or folded stake."""
    corner = round_section(48)
    angles = np.arange(48) * 2 * np.pi / 48
    return corner * np.clip(0.3 / np.clip(np.abs(np.sin(2 * angles)), 0.3, 1), 0.3, 1)[:, None]


def _peg_head(rng: Generator, kind: str, length: float, stock: float) -> list[Manifold]:
    if kind == "pin":
        size = stock * rng.uniform(2.2, 3.5)
        bend = arc((-length, size), size, -np.pi / 2, -np.pi * rng.uniform(1.3, 1.75), 18)
        return [strap(follow([[-length + stock, 0.0]], bend), stock, stock, round_section(16))]
    cap = stock * rng.uniform(1.2, 1.6)
    x = -length + stock * np.array([0.5, 0.4, -1.0, -1.2])
    block = bar(x, cap * np.array([0.8, 1, 1, 0.9]), section=polygon_section(4) * 1.1)
    s = np.linspace(0, 1, 6)
    hook = np.stack([-length + stock * (4.0 * s), stock * (2.6 - 0 * s)], axis=1)
    arm = np.stack([-length - stock * 0.5 + 0 * s, stock * 2.7 * s], axis=1)
    half = stock * 0.45
    return [block, strap(hook, half, half, round_section(12)), strap(arm, half, half * 1.2, round_section(12)),
            Manifold.sphere(half * 1.15, 12).translate([-length - stock * 0.2, 0, stock * 2.6])]  # fmt: skip


FAMILIES = {
    "poker": Family(poker, ("poke-with", "pull-with", "dig-with")),
    "stick": Family(stick, ("poke-with", "dig-with", "mix-with")),
    "drumstick": Family(drumstick, ("poke-with", "mix-with")),
    "tent-peg": Family(tent_peg, ("pierce-with", "poke-with", "dig-with")),
}
