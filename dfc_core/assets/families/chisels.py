"""Parametric chisels: a wood or cold chisel, and a gouge. Handle to -x, the edge at +x along y, the bevel on top."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, Z, afford, bar, finish, sheet
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, cylinder, split
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, Tool


def chisel(rng: Generator, name: str) -> Tool:
    """A wood chisel (one bevel, wooden or plastic handle, perhaps a hoop) or a cold chisel (a bar with two bevels)."""
    cold = rng.random() < 0.4
    parts, half, length, edge_length = _cold_chisel(rng) if cold else _wood_chisel(rng)
    across = ((length, 0, 0), X, Y)
    mean = (half + edge_length) / 2
    turn = HALF_TURN if cold else MIRROR_X
    affordances = (
        afford("cut-with", "edge", "grip", across, half, turn),
        afford("scrape-with", "edge", "grip", across, half, turn),
        afford("wedge-with", "edge", "grip", across, mean, turn),
        afford("pry-with", "edge", "grip", ((length, 0, 0), X, Z), mean, MIRROR),
    )
    return finish("chisel", name, assemble(parts), affordances)


def _wood_chisel(rng: Generator) -> tuple[dict, float, float, float]:
    length, half = rng.uniform(0.07, 0.14), rng.uniform(0.004, 0.021)
    thick = rng.uniform(0.003, 0.006)
    bevel = max(thick * rng.uniform(2.0, 3.5), 0.2 * length)
    x = np.array([0, 0.02, 0.25 * length, length - bevel, length])
    top = np.array([1, 1, 0.9, 0.85, 0.05]) * thick
    waist = min(half, rng.uniform(0.004, 0.007))
    wide = np.array([waist, waist, half * 0.96, half, half])
    side = rng.uniform(0.35, 1.0)  # bevelled long edges
    cross = np.array([side, 1, 1, side])
    grid = top[:, None] * np.where(np.arange(5)[:, None] == 4, 1, cross)
    plate = sheet(x, -wide, wide, grid, grid / 2, columns=4)
    edge, blade = split(plate, (1, 0, 0), length - bevel * 1.03)
    radius = rng.uniform(0.011, 0.016)
    shank_end = rng.uniform(0.02, 0.045)
    path = np.array([[0.015, 0, thick / 2], [-0.01, 0, thick / 2], [-shank_end, 0, thick / 2]])
    neck = bar(path, [waist, 0.0045, radius * 0.7], [thick * 0.5, 0.0045, radius * 0.7], 2.5)
    long = rng.uniform(0.09, 0.14)
    parts = haft(rng, long, radius, (-shank_end + 0.002, thick / 2, 0), ("turned", "oval", "ribbed", "moulded"))
    collars = parts.pop("collar", [])
    if rng.random() < 0.5:  # a hoop or striking cap
        end = -shank_end - long
        wide_end = radius * rng.uniform(0.75, 1.0)
        collars.append(cylinder((end - 0.004, 0, thick / 2), (end + 0.012, 0, thick / 2), wide_end, wide_end, 24))
    return {"edge": edge, "blade": blade, "neck": [neck, *collars], **parts}, half, length, bevel


def _cold_chisel(rng: Generator) -> tuple[dict, float, float, float]:
    length, radius = rng.uniform(0.14, 0.24), rng.uniform(0.006, 0.011)
    half = radius * rng.uniform(0.9, 2.4)
    square = rng.choice([2.0, 3.0, 8.0])
    flat = length * rng.uniform(0.25, 0.4)
    edge_length = flat * rng.uniform(0.4, 0.55)
    stations = np.array([length, length - edge_length, length - flat, length - flat * 1.25, 0.004, 0.0])
    path = np.column_stack([stations, np.zeros(6), np.zeros(6)])
    wide = np.array([half, half * 0.97, radius * 1.05, radius, radius, radius * 0.85])
    deep = np.array([0.05, 0.42, 0.95, 1, 1, 0.85]) * radius
    whole = bar(path, wide, deep, square, sides=16 if square < 8 else 8)
    edge, rest = split(whole, (1, 0, 0), length - edge_length * 1.02)
    blade, grip = split(rest, (1, 0, 0), length - flat * 1.27)
    parts: dict = {"edge": edge, "blade": blade, "grip": grip}
    if rng.random() < 0.35:  # a guard of rubber for the hand
        guard = cylinder((0.022, 0, 0), (0.03, 0, 0), radius * 2.6, radius * 2.6, 28)
        sleeve = cylinder((0.02, 0, 0), (0.5 * length, 0, 0), radius * 1.6, radius * 1.5, 24)
        parts["grip"] = [grip, guard, sleeve]
    return parts, half, length, edge_length


def gouge(rng: Generator, name: str) -> Tool:
    """A gouge: a channel-shaped blade, shallow or deep, straight or spoon-bent, open to the top."""
    length, half = rng.uniform(0.07, 0.14), rng.uniform(0.005, 0.016)
    sweep = rng.uniform(0.5, 1.4)  # rad each side
    radius, wall = half / np.sin(min(sweep, np.pi / 2)), rng.uniform(0.0014, 0.0025)
    ring = CrossSection.circle(radius + wall, 64) - CrossSection.circle(radius, 64)
    reach = 3 * (radius + wall)
    sector = np.array(
        [
            [0, 0],
            [-np.sin(sweep) * reach, -np.cos(sweep) * reach],
            [0, -2 * reach],
            [np.sin(sweep) * reach, -np.cos(sweep) * reach],
        ]
    )
    channel = (ring ^ CrossSection([sector])).translate([0, radius])  # x: tool y; y: tool z; lowest inside at 0
    step = 12
    solid = channel.extrude(length, step).rotate([90, 0, 90])  # extruded along x
    bend = rng.uniform(0.2, 1.2) / length if rng.random() < 0.4 else 0.0
    narrow = rng.uniform(0.4, 1.0)

    def shape(p: NDArray) -> NDArray:
        s = p[:, 0] / length
        factor = narrow + (1 - narrow) * s
        lift = bend * np.clip(p[:, 0] - 0.55 * length, 0, None) ** 2
        return np.column_stack([p[:, 0], p[:, 1] * factor, p[:, 2] * factor + lift])

    solid = solid.warp_batch(shape)
    edge, blade = split(solid, (1, 0, 0), length * (1 - 0.22))
    shank = rng.uniform(0.02, 0.05)
    thick = rng.uniform(0.01, 0.015)
    path = np.array([[0.012, 0, wall * 0.2], [-0.008, 0, wall * 0.2], [-shank, 0, wall * 0.2]])
    neck = bar(path, [half * narrow * 0.5, 0.0035, 0.006], [wall * 1.0, 0.0035, 0.006], 2.5)
    grip = haft(
        rng, rng.uniform(0.09, 0.14), thick, (-shank + 0.003, wall * 0.2, 0), ("turned", "turned", "oval", "scales")
    )
    mesh = assemble({"edge": edge, "blade": blade, "neck": neck, **grip})
    rise = bend * (0.45 * length) ** 2
    tip = (length, 0, rise - wall / 2)
    affordances = (
        afford("cut-with", "edge", "grip", (tip, X, Y), half, MIRROR_X),
        afford("scrape-with", "edge", "grip", (tip, X, Y), half, MIRROR_X),
        afford("dig-with", ("edge",), "grip", (tip, X, Z), (half + 0.22 * length) / 2, MIRROR),
    )
    return finish("gouge", name, mesh, affordances)


FAMILIES = {
    "chisel": Family(chisel, ("cut-with", "scrape-with", "wedge-with", "pry-with")),
    "gouge": Family(gouge, ("cut-with", "scrape-with", "dig-with")),
}
