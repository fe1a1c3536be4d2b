"""Parametric knives that take a skin off: paring knife and drawknife."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import EDGE_SHARE, X, Y, Z, afford, bezier, finish, inside, polygon, sheet
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, split, tube
from dfc_core.assets.tool import MIRROR, MIRROR_X, Tool

TIP_START = 0.7  # (between two stations) where along a paring knife's blade its pointed end begins


def paring_knife(rng: Generator, name: str) -> Tool:
    """A small kitchen knife: a bird's beak with a hollow edge, a sheepsfoot with a straight one, or a spear point.

    In the xy plane, the edge towards -y, handle to -x.
    """
    length, thick = rng.uniform(0.05, 0.095), rng.uniform(0.0012, 0.002)
    width = length * rng.uniform(0.17, 0.3)
    x = np.linspace(0, 1, 26)
    low, high = _paring_outline(rng, x, width)
    columns = thick * np.array([0.15, 0.6, 0.9, 1, 1, 1])
    plate = sheet(x * length, low, high, np.tile(columns, (len(x), 1)), columns=6)
    border = low + EDGE_SHARE * (high - low)
    strip = np.concatenate([np.column_stack([x * length, border]), np.column_stack([x * length, low - width])[::-1]])
    strip[[0, -1], 0] -= 0.01
    strip[[len(x) - 1, len(x)], 0] += 0.01
    sharp, rest = inside(plate, polygon(strip))
    (tip_edge, edge), (tip, blade) = (split(part, (1, 0, 0), TIP_START * length) for part in (sharp, rest))
    held = _paring_haft(rng, width)
    mesh = assemble({"edge": edge, "tip edge": tip_edge, "blade": blade, "tip": tip, **held})
    middle = len(x) // 2
    along = ((x[middle] * length, low[middle], 0), -Y, X)
    point = np.array([length, (low[-1] + high[-1]) / 2, 0])
    out = point - [x[-6] * length, (low[-6] + high[-6]) / 2, 0]
    whole = ("edge", "tip edge")
    affordances = (
        afford("peel-with", whole, "grip", along, length / 2, MIRROR),
        afford("cut-with", whole, "grip", along, length / 2, MIRROR),
        afford("scrape-with", whole, "grip", along, length / 2, MIRROR),
        afford("pierce-with", ("tip", "tip edge"), "grip", (point, out, Y), length * (1 - TIP_START), MIRROR),
    )
    return finish("paring-knife", name, mesh, affordances)


def _paring_outline(rng: Generator, x: NDArray, width: float) -> tuple[NDArray, NDArray]:
    """(edge, back): y over relative stations, meeting in the point."""
    kind = rng.choice(["beak", "beak", "sheepsfoot", "spear"])
    hollow, drop, late = {
        "beak": (rng.uniform(0.08, 0.2), rng.uniform(0.1, 0.7), rng.uniform(1.6, 2.6)),
        "sheepsfoot": (0.0, rng.uniform(-0.05, 0.05), rng.uniform(3.0, 7.0)),
        "spear": (0.0, -rng.uniform(0.3, 0.6), rng.uniform(2.0, 4.0)),
    }[str(kind)]
    bend = 2.0 if kind == "beak" else 3.0
    low = width * (-0.5 + 4 * hollow * x * (1 - x) - drop * x**bend)
    high = width / 2 + (low[-1] + 0.04 * width - width / 2) * x**late
    return low, np.maximum(high, low + 0.04 * width)


def _paring_haft(rng: Generator, width: float) -> dict[str, list[Manifold]]:
    """A handle whose broad side lies in the blade's plane, perhaps with a bolster."""
    length, thick = rng.uniform(0.085, 0.115), rng.uniform(0.008, 0.011)
    style = str(rng.choice(["scales", "turned", "oval", "moulded", "ribbed"]))
    held = haft(rng, length, thick, (0.002, 0.0, 0.0), (style,))
    if style in ("oval", "moulded"):  # bent in z: laid into the blade's plane
        held = {part: [solid.rotate([-90, 0, 0]) for solid in solids] for part, solids in held.items()}
    return {part: [solid.translate([0, width * 0.1, 0]) for solid in solids] for part, solids in held.items()}


def drawknife(rng: Generator, name: str) -> Tool:
    """A drawknife: a blade across, bevelled on top, that two handles at its ends pull towards -x; straight or bowed."""
    half, width = rng.uniform(0.07, 0.16), rng.uniform(0.022, 0.038)
    thick = rng.uniform(0.0035, 0.0055)
    bow = width * float(rng.choice([0.0, rng.uniform(0.15, 0.6), -rng.uniform(0.1, 0.35)], p=[0.45, 0.4, 0.15]))
    bevel = rng.uniform(0.35, 0.5)
    s = np.linspace(-1, 1, 17)
    edge_at, back_at = width + bow * (1 - s**2), bow * 0.8 * (1 - s**2)
    flanks = thick * np.interp(np.linspace(0, 1, 9), [0, 1 - bevel, 1], [1, 1, 0.06])
    plate = sheet(s * half, back_at, edge_at, np.tile(flanks, (17, 1)), np.tile(flanks / 2, (17, 1)), columns=9)
    plate = plate.rotate([0, 0, 90])  # the edge to -x, flat below
    border = back_at + (1 - bevel) * (edge_at - back_at)
    strip = np.concatenate([np.column_stack([-border, s * half]), np.column_stack([-border - 1, s * half])[::-1]])
    strip[[0, -1], 1] -= 0.01
    strip[[16, 17], 1] += 0.01
    edge, blade = inside(plate, polygon(strip))
    tang, held = _pulled_handle(rng, half, width, thick)
    parts = {"edge": edge, "blade": blade, "tang": [tang, tang.mirror((0, 1, 0))]}
    parts |= {part: [*solids, *(solid.mirror((0, 1, 0)) for solid in solids)] for part, solids in held.items()}
    frame = ((-edge_at[8], 0, thick * 0.03), -X, -Y)
    affordances = tuple(
        afford(function, "edge", "grip", frame, half, MIRROR_X) for function in ("peel-with", "scrape-with", "cut-with")
    )
    return finish("drawknife", name, assemble(parts), affordances)


def _pulled_handle(
    rng: Generator, half: float, width: float, thick: float
) -> tuple[Manifold, dict[str, list[Manifold]]]:
    """(tang, handle) at the +y end of a drawknife: out of the blade's end, round a bend towards -x."""
    reach, splay = rng.uniform(0.012, 0.03), rng.uniform(-10, 35)
    drop = rng.uniform(-0.3, 0.15) * width
    direction = np.array([-np.cos(np.radians(splay)), np.sin(np.radians(splay)), 0])
    start = np.array([-width * 0.35, half - 0.004, thick / 2])
    corner = start + reach * Y
    end = corner + (width * 0.75 + rng.uniform(0.01, 0.03)) * direction + drop * Z
    path = np.concatenate([start[None], bezier(start + 0.3 * reach * Y, corner, end, 12)])
    tang = tube(path, np.linspace(thick * 0.6, 0.0042, 13), np.linspace(width * 0.22, 0.0042, 13), sides=12)
    held = haft(rng, rng.uniform(0.09, 0.13), rng.uniform(0.012, 0.017), (0.004, 0, 0), ("turned", "oval", "ribbed"))
    return tang, {
        part: [solid.rotate([0, 0, -splay]).translate(list(end)) for solid in solids] for part, solids in held.items()
    }


FAMILIES = {
    "paring-knife": Family(paring_knife, ("peel-with", "cut-with", "scrape-with", "pierce-with")),
    "drawknife": Family(drawknife, ("peel-with", "scrape-with", "cut-with")),
}
