"""Parametric rakes: bow rake, leaf rake, wooden hay rake, and small ones for one hand.

Handle to -x, the row of tines along y, their ends towards -z.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import finished, flat, merged, rod, stick
from dfc_core.assets.solids import box, cylinder, function_frame, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Affordance, Tool


def rake(rng: Generator, name: str) -> Tool:
    """A rake: a bar with tines (steel bow or wooden pegs), or a fan of springy tines bent at their ends."""
    kind = rng.choice(["bow", "hay", "leaf", "hand leaf", "hand bow"], p=[0.25, 0.15, 0.3, 0.15, 0.15])
    small = str(kind).startswith("hand")
    if "leaf" in str(kind):
        parts, ends, half = _fan(rng, small)
    else:
        parts, ends, half = _bar(rng, small, wooden=kind == "hay")
    length = rng.uniform(0.1, 0.3) if small else rng.uniform(0.65, 1.0)
    start = parts.pop("start")
    radius = rng.uniform(0.009, 0.013) if small else rng.uniform(0.011, 0.015)
    handle = stick(rng, start, (-1, 0, rng.uniform(0, 0.12) if small else 0.0), length, radius)
    socket = cylinder((start[0] + 0.02, 0, 0), (start[0] - 0.05, 0, 0), radius * 1.25, radius * 1.15)
    parts = {**parts, "neck": [*parts["neck"], socket], **handle}
    return finished(name, "rake", parts, raking(ends, half))


def raking(ends: np.ndarray, half: float) -> tuple[Affordance, Affordance]:
    """(sweep-with, scrape-with) of tines that end at `ends` in -z, the hand at -x."""
    sweep = function_frame(ends, (0, 0, -1), (-1, 0, 0))
    scrape = function_frame(ends, (0, 0, -1), (0, -1, 0))
    return (
        Affordance("sweep-with", ("tines", "head"), "grip", sweep, float(half), MIRROR),
        Affordance("scrape-with", ("tines",), "grip", scrape, float(half), MIRROR_X),
    )


def _bar(rng: Generator, small: bool, wooden: bool) -> tuple[dict, np.ndarray, float]:
    """A bar along y with tines, held by a bow, by braces, or in its middle."""
    half = rng.uniform(0.05, 0.1) if small else rng.uniform(0.16, 0.3)
    deep = rng.uniform(0.035, 0.06) if small else rng.uniform(0.05, 0.1)
    count = int(rng.integers(5, 9) if small else rng.integers(9, 17))
    thick = rng.uniform(0.0025, 0.0035) if small else rng.uniform(0.004, 0.007)
    bar = thick * rng.uniform(1.3, 2.2) * (1.5 if wooden else 1.0)
    bend = 0.0 if wooden else rng.uniform(-0.1, 0.5) * deep
    step = np.linspace(0, 1, 6)
    tines = []
    for y in np.linspace(-half, half, count) * 0.97:
        path = np.stack([bend * step**2, np.full(6, y), -deep * step], axis=1)
        if wooden:
            path[:, 2] += np.linspace(0.02, 0, 6)
        tines.append(rod(path, thick * (1.15 if wooden else 1.0), 6, end=0.9 if wooden else 0.45))
    head = box((bar * 2, half * 2.03, bar * rng.uniform(1.6, 3.0)), (0, 0, 0))
    back = rng.uniform(0.05, 0.08) if small else rng.uniform(0.1, 0.2)
    style = rng.choice(["bow", "brace", "middle"], p=[0.5, 0.25, 0.25]) if not wooden else "brace"
    neck: list[Manifold] = []
    if style == "bow":
        curve = np.linspace(0, 1, 12)
        for side in (-1, 1):
            path = np.stack([-back * np.sin(curve * np.pi / 2), side * half * 0.96 * np.cos(curve * np.pi / 2)], 1)
            neck.append(tube(flat(path), bar * 0.7, sides=8))
    elif style == "brace":
        share = rng.uniform(0.35, 0.8)
        neck = [rod(np.array([(0, s * half * share, 0), (-back, 0, 0)]), bar * 0.6, 8) for s in (-1, 1)]
    neck.append(cylinder((0, 0, 0) if style != "bow" else (-back + 0.02, 0, 0), (-back - 0.03, 0, 0), bar, bar * 1.3))
    parts = {"tines": merged(tines), "head": head, "neck": neck, "start": (-back, 0.0, 0.0)}
    return parts, np.array([bend, 0, -deep]), half


def _fan(rng: Generator, small: bool) -> tuple[dict, np.ndarray, float]:
    """Flat tines that spread from a socket and bend down at their ends; a rail holds them apart."""
    reach = rng.uniform(0.12, 0.22) if small else rng.uniform(0.3, 0.5)
    count = int(rng.integers(7, 12) if small else rng.integers(13, 23))
    half = reach * rng.uniform(0.35, 0.6)
    down = reach * rng.uniform(0.1, 0.2)
    wide, thin = reach * rng.uniform(0.007, 0.012), reach * rng.uniform(0.004, 0.007)
    even = rng.random() < 0.5  # ends in a row; else on an arc
    spread = np.arctan2(half, reach)
    root = reach * rng.uniform(0.02, 0.08)
    tines, fan = [], []
    for u in np.linspace(-1, 1, count):
        angle = u * spread
        end_x = 0.0 if even else -reach * (1 - np.cos(angle))
        ends = np.array([[-reach, u * root], [-0.35 * reach, u * (root + 0.65 * (half - root))], [end_x, u * half]])
        along = np.concatenate([ends[0] + np.linspace(0, 1, 4)[:, None] * (ends[1] - ends[0]),
                                ends[1] + np.linspace(0, 1, 5)[1:, None] * (ends[2] - ends[1])])  # fmt: skip
        path = flat(along)
        path[-2, 2] = -0.06 * down
        path[-1, 2] = -0.3 * down
        tail = path[-1] + np.array([[0.006 * np.cos(angle), 0.006 * np.sin(angle), -0.65 * down], [0, 0, -0.7 * down]])
        path = np.concatenate([path, tail])
        solid = tube(path, *(_strip_radii(wide, thin, len(path))), sides=6)
        outer, inner = split(solid, (1, 0, 0), -reach * 0.35)
        tines.append(outer)
        fan.append(inner)
    rail_at = -reach * rng.uniform(0.25, 0.45)
    rail_half = half * (reach + rail_at) / reach * 1.04
    rail = box((reach * 0.025, 2 * rail_half, thin * 4), (rail_at, 0, 0))
    hub = box((reach * 0.12, root * 2 + wide * 5, thin * 5), (-reach, 0, 0))
    parts = {"tines": merged(tines), "head": [merged(fan), rail], "neck": [hub], "start": (-reach - 0.01, 0.0, 0.0)}
    return parts, np.array([0 if even else -reach * (1 - np.cos(spread)) / 3, 0, -down]), half


def _strip_radii(wide: float, thin: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Half widths of a tine whose path bends in a plane that holds its thin side."""
    taper = np.interp(np.arange(count), [0, count - 3, count - 1], [1.0, 0.9, 0.6])
    return wide * taper, thin * taper


FAMILIES = {
    "rake": Family(rake, ("sweep-with", "scrape-with")),
}
