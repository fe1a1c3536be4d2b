"""Parametric ice skates: figure, hockey and speed skates under a boot, old runners under a plate.

In the xy plane, toe to +x, sole up at y = 0, the runner's edge towards -y.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.edges import honed
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, afford, prism
from dfc_core.assets.families.forms import disc, finished, outline
from dfc_core.assets.solids import box, cylinder, loft, smooth_curve
from dfc_core.assets.tool import MIRROR, Tool

HIGH = {"figure": 0.055, "hockey": 0.06, "speed": 0.062, "plate": 0.045}  # sole above the ice, m
TALL = {"figure": 0.026, "hockey": 0.024, "speed": 0.02, "plate": 0.026}  # of the runner, m
AHEAD = {"figure": 0.0, "hockey": -0.01, "speed": 0.06, "plate": 0.03}  # of the toe, m


def ice_skate(rng: Generator, name: str) -> Tool:
    """An ice skate: a figure, hockey or long speed skate under a boot, or an old runner under a plate."""
    kind = str(rng.choice(["figure", "hockey", "speed", "plate"]))
    foot = rng.uniform(0.19, 0.3)
    high, tall = HIGH[kind] * rng.uniform(0.85, 1.15), TALL[kind] * rng.uniform(0.9, 1.15)
    edge, back = _runner_curves(rng, kind, foot, high, tall)
    blade = honed(edge, back, rng.uniform(0.003, 0.0045), 0.28)
    parts: dict = {"edge": blade["edge"], "runner": blade["blade"]}
    parts["holder"] = _holder(rng, kind, foot, tall - high)
    parts |= _sole_plate(rng, foot) if kind == "plate" else _boot(rng, kind, foot)
    held = "plate" if kind == "plate" else "boot"
    middle = (edge[0, 0] + edge[-1, 0]) / 2
    cut = afford("cut-with", "edge", held, ((middle, -high, 0), -Y, X), float(np.ptp(edge[:, 0])) / 2, MIRROR)
    return finished(name, "ice-skate", parts, [cut])


def _runner_curves(rng: Generator, kind: str, foot: float, high: float, tall: float) -> tuple[NDArray, NDArray]:
    """(edge, back) of a runner: straight between ends that rise, and a plate's may curl up before the toe."""
    tail = rng.uniform(0.04, 0.06) if kind == "speed" else rng.uniform(0.004, 0.02)
    s = np.concatenate([np.linspace(0, 0.1, 8), np.linspace(0.12, 0.8, 16), np.linspace(0.82, 1, 16)])
    x = -foot / 2 - tail + s * (foot + tail + AHEAD[kind] * rng.uniform(0.7, 1.2))
    front, rear = np.clip(s - 0.84, 0, 1) / 0.16, np.clip(0.06 - s, 0, 1) / 0.06
    low = tall * (front**2 * (0.3 if kind == "speed" else 0.7) + 0.4 * rear**2)
    top = np.full(len(s), tall - high)
    if kind == "hockey":
        top = top + 0.3 * tall * (front + rear)
    if kind == "plate" and rng.random() < 0.7:
        curl = rng.uniform(0.5, 1.1) * high * front**2
        low, top = low + curl, top + curl
    return np.stack([x, low - high], 1), np.stack([x, np.maximum(top, low - high + 0.005)], 1)


def _holder(rng: Generator, kind: str, foot: float, low: float) -> list[Manifold]:
    """What joins the runner to the sole: two posts with plates, of a hockey skate towers on a moulded rail."""
    half = 0.0065 if kind == "hockey" else 0.004
    solids = []
    for place, share in ((-0.3, 0.15), (0.22, 0.2)):
        wide = foot * share * rng.uniform(0.8, 1.2)
        deep = low - 0.006
        corners = [(-wide * 0.55, 0.004), (wide * 0.55, 0.004), (wide * 0.35, deep), (-wide * 0.35, deep)]
        solids.append(prism(outline(corners).translate((foot * place, 0)), -half, half))
        solids.append(box((wide * 1.25, 0.008, foot * 0.17), (foot * place, -0.002, 0)))
    if kind == "hockey":
        solids.append(box((foot * 0.92, 0.014, half * 2), (0, low + 0.004, 0)))
    if kind == "figure":
        heel = outline(_sole_outline(foot)) ^ outline([(-1, -1), (-foot * 0.2, -1), (-foot * 0.2, 1), (-1, 1)])
        solids.append(prism(heel, 0, 0.016).rotate([90, 0, 0]))
    return solids


def _sole_outline(foot: float, count: int = 32) -> NDArray:
    """A sole seen from above (x, z), alike on both sides: heel, waist and ball."""
    s = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, count))
    knots = [(0, 0.0), (0.04, 0.08), (0.14, 0.115), (0.4, 0.105), (0.72, 0.165), (0.93, 0.105), (0.985, 0.05), (1, 0)]
    wide = foot * smooth_curve(knots)(s)
    x = (s - 0.5) * foot
    return np.concatenate([np.column_stack([x, wide]), np.column_stack([x, -wide])[::-1][1:-1]])


def _boot(rng: Generator, kind: str, foot: float) -> dict[str, list[Manifold]]:
    """A hollow boot on a sole, low for a speed skate, else over the ankle, with laces and perhaps a cuff."""
    sole = _sole_outline(foot)
    round_ = np.linspace(0, 2 * np.pi, len(sole), endpoint=False)
    oval = np.column_stack([-np.cos(round_), np.sin(round_)])
    levels = np.linspace(0, 1, 13)[: 8 if kind == "speed" else 13]
    steep, lean = rng.uniform(0.9, 1.2), rng.uniform(0.0, 0.05)
    forward = lean * levels**2
    toe = smooth_curve([(0, 0.5), (0.15, 0.5), (0.28, 0.45), (0.42, 0.22), (0.6, 0.03), (1, 0.0)])(levels) + forward
    heel = smooth_curve([(0, -0.5), (0.2, -0.5), (0.6, -0.46), (1, -0.5)])(levels) + forward
    broad = smooth_curve([(0, 0.165), (0.25, 0.16), (0.5, 0.135), (0.75, 0.13), (1, 0.165)])(levels)
    blend = smooth_curve([(0, 0.0), (0.2, 0.1), (0.55, 1.0), (1, 1.0)])(levels)
    rings: list[NDArray] = []
    for level, front, rear, wide, round_share in zip(levels, toe, heel, broad, blend, strict=True):
        unit = (1 - round_share) * sole / (foot / 2, foot * 0.165) + round_share * oval
        x = ((front + rear) / 2 + unit[:, 0] * (front - rear) / 2) * foot
        rings.append(np.column_stack([x, np.full(len(x), 0.7 * steep * foot * level), unit[:, 1] * wide * foot]))
    middle = [ring.mean(0) for ring in rings]
    hollow = [(ring - m) * [0.84, 1, 0.8] + m for ring, m in zip(rings[-3:], middle[-3:], strict=True)]
    hollow[-1] = hollow[-1] + [0, 0.01, 0]
    boot = [loft(rings) - loft(hollow)]
    laces = []
    for level in np.linspace(0.36, levels[-1] - 0.06, len(levels) // 2):
        front, half = np.interp(level, levels, toe) * foot - 0.006, np.interp(level, levels, broad) * foot * 0.45
        height = 0.7 * steep * foot * level
        laces.append(cylinder((front, height, -half), (front, height, half), 0.0045, 0.0045, 10))
    base = prism(outline(sole).offset(0.003), -0.004, 0.005).rotate([90, 0, 0])
    return {"boot": boot, "laces": laces, "sole": [base]}


def _sole_plate(rng: Generator, foot: float) -> dict[str, list[Manifold]]:
    """A wooden or metal plate for a shoe to stand on, with lugs for straps and perhaps a heel cup."""
    thick = rng.uniform(0.004, 0.022)
    body = prism(outline(_sole_outline(foot)), 0, thick).rotate([90, 0, 0]).translate([0, thick, 0])
    extra = []
    if rng.random() < 0.6:
        spot = -foot * 0.37
        cup = prism(disc((spot, 0), foot * 0.125) - disc((spot, 0), foot * 0.11), 0, 0.035 + thick)
        cup = cup.rotate([-90, 0, 0]) - box((0.2, 1.0, 0.4), (spot + 0.1 + foot * 0.03, 0, 0))
        extra.append(cup)
    rise = rng.uniform(0.006, 0.03) + thick
    for side in (1, -1):
        extra.append(box((foot * 0.12, rise, 0.003), (foot * 0.2, rise / 2, side * foot * 0.16)))
    return {"plate": [body], "lugs": extra}


FAMILIES = {
    "ice-skate": Family(ice_skate, ("cut-with",)),
}
