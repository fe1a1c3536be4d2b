"""Parametric blades on a grip: machete, scalpel, letter opener, mezzaluna.

In the xy plane, handle to -x (a mezzaluna's to +y), edge towards -y.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import bar, round_section, swelling
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, afford, holes, polygon, prism, rectangle, shell
from dfc_core.assets.families.forms import finished, rounded
from dfc_core.assets.families.grips import collar, tool_grip
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import box, cylinder, filled, smooth_curve, split
from dfc_core.assets.tool import HALF_TURN, MIRROR, Tool
from dfc_core.geometry import component_across

Place = tuple[NDArray, NDArray, NDArray]  # origin, z, x of a frame


def honed(
    edge: NDArray, back: NDArray, thick: float, share: float = 0.22, tip: int | None = None, two_edged: bool = False
) -> dict[str, list[Manifold]]:
    """A plate between two curves (N x 2): "edge" and "blade", and from row `tip` on "tip edge" and "tip"."""
    if two_edged:
        strips = [np.array([0, share / 2, share]), np.array([share, 0.5, 1 - share])]
        strips.append(1 - strips[0][::-1])
        flank = np.interp(np.arange(0, 1.01, 0.01), [0, share, 0.5, 1 - share, 1], [0.1, 0.7, 1, 0.7, 0.1])
    else:
        strips = [np.array([0, share / 2, share]), np.linspace(share, 1, 4)]
        flank = np.interp(np.arange(0, 1.01, 0.01), [0, share, 0.6, 1], [0.1, 0.8, 1, 1])
    last = len(edge) - 1
    spans = [(0, last, "")] if tip is None else [(0, tip, ""), (tip, last, "tip")]
    found: dict[str, list[Manifold]] = {}
    for first, end, place in spans:
        for number, columns in enumerate(strips):
            part = (place or "blade") if number == 1 else f"{place} edge".strip()
            flat = edge[first : end + 1, None] + columns[:, None] * (back - edge)[first : end + 1, None]
            lift = np.interp(columns, np.arange(0, 1.01, 0.01), flank) * thick / 2
            height = np.broadcast_to(lift[:, None], (*flat.shape[:2], 1))
            solid = shell(np.concatenate([flat, height], axis=2), np.concatenate([flat, -height], axis=2))
            found.setdefault(part, []).append(solid)
    return found


def edge_place(edge: NDArray, back: NDArray) -> tuple[Place, float]:
    """(frame of an edge at the middle of its length, half its length)."""
    run = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    row = int(np.searchsorted(run, run[-1] / 2))
    along = edge[row + 2] - edge[row - 2]
    along /= np.linalg.norm(along)
    out = component_across(edge[row] - back[row], along)
    origin, out, along = np.append(edge[row], 0.0), np.append(out, 0.0), np.append(along, 0.0)
    return (origin, out, along), float(run[-1] / 2)


def point_place(edge: NDArray, back: NDArray, rows: int = 6) -> Place:
    """Frame of the point in which two curves meet, x towards the back."""
    middle = (edge + back) / 2
    out = middle[-1] - middle[-1 - rows]
    return np.append(middle[-1], 0.0), np.append(out, 0.0), Y


def laid_haft(
    rng: Generator, length: float, thick: float, place: Sequence[float], turn: float, styles: Sequence[str]
) -> dict[str, list[Manifold]]:
    """A handle from `place` (x, y) to -x, turned by `turn` degrees, with its broad side in the xy plane."""
    style = str(rng.choice(styles))
    held = haft(rng, length, thick, (0.0, 0.0, 0.0), (style,))
    lay = -90 if style in ("oval", "moulded") else 0  # bent in z: laid into the blade's plane
    shape = [1, 1.4, 0.75] if style == "oval" else [1, 1, 1]
    return {
        part: [s.rotate([lay, 0, 0]).scale(shape).rotate([0, 0, turn]).translate([*place, 0]) for s in solids]
        for part, solids in held.items()
    }


def _stations(count: int = 34) -> NDArray:
    """Shares of a blade's length, closer towards its point."""
    return 1 - (1 - np.linspace(0, 1, count)) ** 1.6


def _row_at(shares: NDArray, share: float) -> int:
    return int(np.searchsorted(shares, share))


MACHETES = {  # (edge, back): knots of y in widths over the share of the length
    "latin": ([(0, -0.75), (0.75, -1), (0.9, -0.82), (1, -0.08)], [(0, 0), (0.8, 0), (1, -0.03)]),
    "bolo": ([(0, -0.6), (0.25, -0.55), (0.72, -1.1), (0.9, -0.8), (1, -0.12)], [(0, 0), (0.6, 0.05), (1, -0.06)]),
    "clip": ([(0, -0.8), (0.8, -1), (1, -0.6)], [(0, 0), (0.7, 0.0), (0.85, -0.22), (1, -0.55)]),
    "kukri": ([(0, -0.5), (0.3, -0.35), (0.7, -1.3), (1, -1.2)], [(0, 0), (0.33, 0.2), (0.7, -0.1), (1, -1.15)]),
}


def machete(rng: Generator, name: str) -> Tool:
    """A machete: latin (straight), bolo (swelling to its end), clip point or kukri (bent towards its edge)."""
    length = rng.uniform(0.27, 0.48)
    width = length * rng.uniform(0.11, 0.18)
    kind = str(rng.choice(list(MACHETES)))
    shares = _stations()
    low, high = (smooth_curve(knots)(shares) * width for knots in MACHETES[kind])
    edge, back = np.stack([shares * length, low], 1), np.stack([shares * length, high], 1)
    start = _row_at(shares, 0.8)
    parts: dict = honed(edge, back, rng.uniform(0.002, 0.0035), rng.uniform(0.18, 0.26), start)
    thick = rng.uniform(0.013, 0.017)
    middle = (low[0] + high[0]) / 2
    grip = laid_haft(
        rng, rng.uniform(0.115, 0.15), thick, (0.006, middle), 0, ("scales", "scales", "moulded", "oval", "ribbed")
    )
    if rng.random() < 0.3:
        parts["guard"] = box((0.006, high[0] - low[0] + 0.02, thick * 1.3), (0, middle, 0))
    along, half = edge_place(edge, back)
    sharp = ("edge", "tip edge")
    tip = point_place(edge, back)
    affordances = (
        afford("cut-with", sharp, "grip", along, half, MIRROR),
        afford("scrape-with", sharp, "grip", along, half, MIRROR),
        afford("pierce-with", ("tip", "tip edge"), "grip", tip, length - edge[start, 0], MIRROR),
    )
    return finished(name, "machete", {**parts, **grip}, affordances)


SCALPELS: dict[str, tuple[list[tuple[float, float]], list[tuple[float, float]]]] = {
    "belly": ([(0, -0.5), (0.5, -0.52), (0.85, -0.15), (1, 0.42)], [(0, 0.5), (0.8, 0.52), (1, 0.46)]),
    "point": ([(0, -0.5), (1, -0.5)], [(0, 0.5), (0.15, 0.5), (1, -0.45)]),
    "hook": ([(0, -0.4), (0.6, -0.3), (1, -0.52)], [(0, 0.5), (0.5, 0.5), (0.85, 0.05), (1, -0.48)]),
}


def scalpel(rng: Generator, name: str) -> Tool:
    """A scalpel or hobby knife: a small pointed blade with a belly, straight or hollow, in a flat or round handle."""
    kind = str(rng.choice(list(SCALPELS), p=[0.45, 0.4, 0.15]))
    length = rng.uniform(0.026, 0.042)
    width = length * rng.uniform(0.25, 0.34)
    shares = _stations(28)
    low, high = (smooth_curve(knots)(shares) * width for knots in SCALPELS[kind])
    edge, back = np.stack([shares * length, low], 1), np.stack([shares * length, high], 1)
    start = _row_at(shares, 0.55)
    parts: dict = honed(edge, back, rng.uniform(0.0006, 0.001), 0.36, start)
    parts |= _flat_handle(rng, width) if rng.random() < 0.6 else _round_handle(rng, width)
    along, half = edge_place(edge, back)
    sharp = ("edge", "tip edge")
    tip = point_place(edge, back)
    edges = [afford(f, sharp, "grip", along, half, MIRROR) for f in ("cut-with", "scrape-with", "peel-with")]
    pierce = afford("pierce-with", ("tip", "tip edge"), "grip", tip, length - edge[start, 0], MIRROR)
    return finished(name, "scalpel", parts, (*edges, pierce))


def _flat_handle(rng: Generator, width: float) -> dict[str, list[Manifold]]:
    """The flat handle of a surgeon's scalpel: a neck on which the blade is slid, ridges for the fingers."""
    length, half = rng.uniform(0.1, 0.135), rng.uniform(0.0038, 0.006)
    waist, deep = half * rng.uniform(0.55, 1.0), rng.uniform(0.0012, 0.003)
    x = -np.array([-0.006, 0.008, 0.02, 0.5 * length, 0.85 * length, length])
    wide = np.array([width * 0.3, width * 0.36, half, waist, half * rng.uniform(0.7, 1.1), half * 0.5])
    outline = np.concatenate([np.column_stack([x, wide]), np.column_stack([x, -wide])[::-1]])
    solid = prism(polygon(outline, half * 0.3), -deep, deep)
    for place in np.linspace(-0.026, -0.045, int(rng.integers(4, 8))):
        for side in (1, -1):
            solid = solid - box((0.0011, 1.0, deep), (place, 0, side * deep * 1.35))
    if rng.random() < 0.4:
        solid = solid - prism(rectangle(length * 0.3, waist * 0.6, waist * 0.2, (-length * 0.65, 0)), -1, 1)
    grip, neck = split(solid, (-1, 0, 0), 0.02)
    return {"neck": [neck], "grip": [grip]}


def _round_handle(rng: Generator, width: float) -> dict[str, list[Manifold]]:
    """The round handle of a hobby knife, with a collet that holds the blade."""
    radius, front = rng.uniform(0.004, 0.0065), -0.014
    held = tool_grip(rng, front + 0.001, rng.uniform(0.09, 0.125), radius, ("fluted", "ringed", "hexagonal", "turned"))
    chuck = collar(rng, -0.001, 0.014, radius * rng.uniform(0.85, 1.05))
    tang = box((0.012, width * 0.8, 0.0016), (-0.004, 0, 0))
    return {"neck": [chuck, tang], "grip": [held["grip"]], "butt": [held["butt"]]}


def letter_opener(rng: Generator, name: str) -> Tool:
    """A letter opener: a little dagger with a hilt, one sheet with a broad end, or a knife with a curved blade."""
    kind = str(rng.choice(["dagger", "sheet", "knife"]))
    length = rng.uniform(0.11, 0.19)
    half = length * rng.uniform(0.035, 0.065)
    shares = _stations()
    bow = rng.uniform(-0.4, 1.2) * half * shares**2 if kind == "knife" else 0 * shares
    belly = rng.uniform(0.75, 1.1)
    broad = half * smooth_curve([(0, 0.8), (0.55, belly), (0.85, 0.6 * belly), (1, 0.04)])(shares)
    low = bow - broad
    high = bow + (half * 0.8 - (half * 0.8 - broad) * shares**4 if kind == "knife" else broad)
    edge, back = np.stack([shares * length, low], 1), np.stack([shares * length, high], 1)
    start = _row_at(shares, 0.78)
    two = kind != "knife"
    thick = rng.uniform(0.0016, 0.003)
    parts: dict = honed(edge, back, thick, 0.2 if two else 0.25, start, two)
    parts |= _sheet_grip(rng, half, thick) if kind == "sheet" else _opener_hilt(rng, half, thick, kind)
    along, reach = edge_place(edge, back)
    also = [edge_place(back, edge)[0]] if two else []
    affordances = (
        afford("cut-with", ("edge", "tip edge"), "grip", along, reach, MIRROR, also),
        afford("pierce-with", ("tip", "tip edge"), "grip", point_place(edge, back), length - edge[start, 0], MIRROR),
    )
    return finished(name, "letter-opener", parts, affordances)


def _sheet_grip(rng: Generator, half: float, thick: float) -> dict[str, list[Manifold]]:
    """The end of a one-piece opener: a flat tongue that broadens, perhaps with a ring's hole or a slot."""
    length = rng.uniform(0.05, 0.1)
    x = np.linspace(0.004, -length, 24)
    end = rng.uniform(1.0, 2.2)
    wide = half * smooth_curve([(0, 0.8), (0.15, rng.uniform(0.5, 0.8)), (0.8, end), (1, end * 0.75)])(
        np.linspace(0, 1, 24)
    )
    outline = np.concatenate([np.column_stack([x, wide]), np.column_stack([x, -wide])[::-1]])
    section = rounded(polygon(outline), half * 0.4)
    solid = prism(section, -thick * 0.6, thick * 0.6)
    if rng.random() < 0.6:
        solid = solid - holes([(-length * 0.8, 0)], half * rng.uniform(0.3, 0.7), half * rng.choice([0.0, 1.0]))
    return {"grip": [solid]}


def _opener_hilt(rng: Generator, half: float, thick: float, kind: str) -> dict[str, list[Manifold]]:
    """A slim handle, of a dagger with a cross guard."""
    held = laid_haft(
        rng, rng.uniform(0.065, 0.1), rng.uniform(0.005, 0.009), (0.003, 0.0), 0, ("turned", "scales", "oval", "ribbed")
    )
    if kind == "dagger":
        reach = half * rng.uniform(1.5, 2.8)
        stout = thick * rng.uniform(1.0, 1.6)
        held["guard"] = [
            cylinder((0, 0, 0), (0, side * reach, 0), stout, stout * rng.uniform(0.7, 1.4), 14) for side in (1, -1)
        ]
    return held


def mezzaluna(rng: Generator, name: str) -> Tool:
    """A mezzaluna: a blade or two, rounded below, between two upright knobs or under one bar or knob."""
    kind = str(rng.choice(["knobs", "knobs", "bar", "ulu"]))
    long = rng.uniform(0.15, 0.27) if kind == "knobs" else rng.uniform(0.12, 0.19)
    sag, width = long * rng.uniform(0.14, 0.3), rng.uniform(0.032, 0.055)
    shares = np.linspace(-1, 1, 41)
    low = -sag * (1 - shares**2)
    high = low + width * (1 - rng.uniform(0.35, 0.6) * shares**2)
    if kind == "ulu":
        high = np.maximum(width * rng.uniform(0.4, 0.8) - 0.25 * width * (1 - shares**2), low + width * 0.2)
    edge, back = np.stack([shares * long / 2, low], 1), np.stack([shares * long / 2, high], 1)
    two = kind == "knobs" and rng.random() < 0.35
    gap = rng.uniform(0.009, 0.014) if two else 0.0
    sides = (1, -1) if two else (0,)
    blade = honed(edge, back, rng.uniform(0.0014, 0.0025), 0.24)
    parts: dict = {
        part: [solid.translate([0, 0, k * gap]) for k in sides for solid in solids] for part, solids in blade.items()
    }
    parts |= _knobs(rng, edge, back, gap) if kind == "knobs" else _top_bar(rng, float(high[20]), long, kind)
    reach = edge_place(edge, back)[1]
    frame = (np.array([0, low[20], 0]), -Y, X)
    return finished(name, "mezzaluna", parts, [afford("cut-with", "edge", "grip", frame, reach, HALF_TURN)])


def _knobs(rng: Generator, edge: NDArray, back: NDArray, gap: float) -> dict[str, list[Manifold]]:
    """An upright turned handle on a post at each end of the blade, a bridge between two blades."""
    end = edge[-1] * 0.35 + back[-1] * 0.65 - [0.007, 0]
    height, radius = rng.uniform(0.06, 0.1), rng.uniform(0.01, 0.015)
    post, thin = rng.uniform(0.012, 0.03), rng.uniform(0.0028, 0.0045)
    knots = [(0, 0.65), (0.12, rng.uniform(0.6, 0.9)), (rng.uniform(0.4, 0.75), 1.0), (0.93, 0.75), (1, 0.25)]
    steps = np.linspace(0, 1, 26)
    handle = filled(radius * smooth_curve(knots)(steps), steps * height, 24).rotate([-90, 0, 0])
    lean = rng.uniform(-6, 18)
    handle = handle.rotate([0, 0, -lean]).translate([end[0], end[1] + post, 0])
    stem = cylinder((*end, 0), (end[0], end[1] + post + 0.004, 0), thin, thin, 14)
    stems = [stem, stem.mirror((1, 0, 0))]
    if gap:
        bridge = cylinder((*end, -gap - 0.001), (*end, gap + 0.001), thin, thin, 14)
        stems += [bridge, bridge.mirror((1, 0, 0))]
    return {"post": stems, "grip": [handle, handle.mirror((1, 0, 0))]}


def _top_bar(rng: Generator, top: float, long: float, kind: str) -> dict[str, list[Manifold]]:
    """One handle along the blade: a bar on two posts, or a short stout one on a broad neck."""
    half = long * (rng.uniform(0.36, 0.48) if kind == "bar" else rng.uniform(0.26, 0.36))
    radius = rng.uniform(0.009, 0.013) * (1.0 if kind == "bar" else 1.15)
    gap = rng.uniform(0.016, 0.03) if kind == "bar" else rng.uniform(0.006, 0.02)
    height = top + gap + radius
    x, size = swelling(-half, half, [(0, 0.5), (0.08, 0.85), (0.5, 1), (0.92, 0.85), (1, 0.5)], 25)
    grip = bar(x, radius * size, radius * size * rng.uniform(0.7, 1.0), round_section(18)).translate([0, height, 0])
    spots = (half * 0.6, -half * 0.6) if kind == "bar" else (0.0,)
    wide = 0.012 if kind == "bar" else half * rng.uniform(0.5, 1.3)
    tall = gap + radius * 0.6 + 0.02
    return {
        "post": [box((wide, tall, 0.0036), (spot, height - radius * 0.4 - tall / 2, 0)) for spot in spots],
        "grip": [grip],
    }


FAMILIES = {
    "machete": Family(machete, ("cut-with", "scrape-with", "pierce-with")),
    "scalpel": Family(scalpel, ("cut-with", "scrape-with", "peel-with", "pierce-with")),
    "letter-opener": Family(letter_opener, ("cut-with", "pierce-with")),
    "mezzaluna": Family(mezzaluna, ("cut-with",)),
}
