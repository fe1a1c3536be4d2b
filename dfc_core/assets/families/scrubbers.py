"""Parametric brushes with bristles on the side of the head: toothbrush, hairbrush, scrubbing brush, hand brush.

Handle to -x, bristles towards +z.
"""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import block, finished, merged, plate, rounded, turned
from dfc_core.assets.families.tufts import striated, tuft_grid
from dfc_core.assets.solids import box, cylinder, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, Affordance, Symmetry, Tool

UP, DOWN, AWAY, BACK, RIGHT = (0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0), (0, -1, 0)
ON_BACK = (np.eye(3), turned(x=90), turned(x=180), turned(x=-90))
ON_BRISTLES = (turned(x=180), np.eye(3), turned(x=90), turned(x=-90))


def _wave(
    rng: Generator, start: float, length: float, widths: list[tuple[float, float]], depths: list[tuple[float, float]],
    lift: float = 0.0, bow: float = 0.0,
) -> Manifold:  # fmt: skip
    """A handle from x = `start` towards -x: half width in y and half depth in z by knots over 0..1, bent in z."""
    s = np.linspace(0, 1, 28)
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    c = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.8
    d = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.8
    z = lift * s**2 + bow * np.sin(np.pi * s)
    stations = zip(start - s * length, z, smooth_curve(widths)(s), smooth_curve(depths)(s), strict=True)
    return loft([np.stack([np.full(16, x), w * c, h + t * d], 1) for x, h, w, t in stations])


def _pill(length: float, half_width: float, square: float) -> CrossSection:
    """An oblong from x = 0 to `length`; `square` 0: ends half round, 1: nearly square."""
    section = block((length, 2 * half_width), (length / 2, 0))
    return rounded(section, min(half_width, length / 2) * (0.98 - 0.75 * square), 28)


def _field(section: CrossSection, spacing_x: float, spacing_y: float, inset: float, stagger: bool = True) -> NDArray:
    """Places (N x 2) on a grid symmetric in y inside `section` shrunk by `inset`."""
    inside = section.offset(-inset)
    low_x, _, high_x, high_y = inside.bounds()
    rows = 2 * int(high_y / spacing_y) + 1
    columns = max(2, int((high_x - low_x) / spacing_x) + 1)
    xs = np.linspace(low_x, high_x, columns) if columns > 1 else np.array([(low_x + high_x) / 2])
    half_step = (xs[1] - xs[0]) / 2 if stagger else 0.0
    places = [
        (x + half_step * (abs(row) % 2), row * spacing_y) for row in range(-(rows // 2), rows // 2 + 1) for x in xs
    ]
    polygons = inside.to_polygons()
    return np.array([place for place in places if _inside(np.array(place), polygons[0])])


def _inside(point: NDArray, polygon: NDArray) -> bool:
    """Ray casting, with a hair of tolerance so that the outermost rows count."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    centre = polygon.mean(axis=0)
    x, y = centre + (point - centre) * 0.995
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = (b[:, 0] - a[:, 0]) * (y - a[:, 1]) / (b[:, 1] - a[:, 1]) + a[:, 0]
    return bool(np.sum(crosses & (x < at)) % 2)


def toothbrush(rng: Generator, name: str) -> Tool:
    """A toothbrush: straight, curved or with a thick (electric) handle; bristles flat, zigzag or hollow."""
    kind = rng.choice(["slim", "moulded", "electric"], p=[0.4, 0.35, 0.25])
    round_head = kind == "electric" and rng.random() < 0.6
    head = rng.uniform(0.013, 0.017) if round_head else rng.uniform(0.02, 0.032)
    half = head / 2 if round_head else rng.uniform(0.0048, 0.0068)
    thick, tall = rng.uniform(0.004, 0.006), rng.uniform(0.009, 0.012)
    section = _pill(head, half, 0.0 if round_head else rng.uniform(0, 0.6))
    places = _field(section, rng.uniform(0.003, 0.004), rng.uniform(0.0026, 0.0034), 0.0015, stagger=round_head)
    u = places[:, 0] / head * 2 - 1
    shapes = {
        "flat": 0 * u,
        "zigzag": -0.2 * (np.arange(len(u)) % 2),
        "hollow": -0.2 * (1 - u**2),
        "dome": -0.25 * u**2,
    }
    heights = tall * (1 + shapes[str(rng.choice(list(shapes)))])
    bristles = tuft_grid(rng, places, heights, rng.uniform(0.0013, 0.0018), 0.0004)
    plate_ = plate(section, thick, thick * 0.2, z=-thick / 2 + 0.0005)
    neck_long, length = rng.uniform(0.03, 0.05), rng.uniform(0.09, 0.13)
    fat = {
        "slim": rng.uniform(0.005, 0.0065),
        "moulded": rng.uniform(0.006, 0.009),
        "electric": rng.uniform(0.011, 0.016),
    }[str(kind)]
    slim, total = min(half * 0.75, 0.0035), neck_long + length
    n = neck_long / total
    widths = [
        (0, half * 0.7),
        (n * 0.5, slim),
        (n, slim * 1.2),
        (n + 0.12, fat),
        (0.75, fat * rng.uniform(0.75, 1.0)),
        (0.97, fat * 0.8),
        (1, fat * 0.45),
    ]
    depths = [(at, max(w * rng.uniform(0.75, 1.0), 0.0025) if at >= n else thick * 0.5) for at, w in widths]
    bow = 0.0 if kind != "moulded" else rng.uniform(-0.004, 0.006)
    lift = 0.0 if kind == "electric" else rng.uniform(-0.004, 0.012)
    handle = _wave(rng, 0.002, total, widths, depths, lift, bow).translate([0, 0, -thick / 2 + 0.0005])
    neck, grip = split(handle, (1, 0, 0), -neck_long)
    parts = {"bristles": bristles, "head": plate_, "neck": neck, "grip": grip}
    poke = function_frame((head, 0, 0), AWAY, (0, 1, 0))
    mix = function_frame((head / 2, 0, tall / 2), AWAY, UP)
    affordances = (
        _brushing(("bristles",), (head / 2, 0, tall), head / 2),
        Affordance("mix-with", ("bristles", "head"), "grip", mix, head / 2, MIRROR),
        Affordance("poke-with", ("head", "bristles"), "grip", poke, head / 2, MIRROR_X),
    )
    return finished(name, "toothbrush", parts, affordances, (turned(x=90), *ON_BACK))


def _brushing(
    parts: tuple[str, ...], origin: tuple[float, float, float], scale: float, symmetry: Symmetry = MIRROR_X
) -> Affordance:
    return Affordance("brush-with", parts, "grip", function_frame(origin, UP, RIGHT), float(scale), symmetry)


def _sweeping(origin: tuple[float, float, float], scale: float) -> Affordance:
    return Affordance("sweep-with", ("bristles",), "grip", function_frame(origin, UP, RIGHT), float(scale), MIRROR_X)


def hairbrush(rng: Generator, name: str) -> Tool:
    """A hairbrush: a wide paddle, an oval with a cushion, a slim vent brush with slots, or a half-round one."""
    kind = rng.choice(["paddle", "oval", "vent", "half round"], p=[0.3, 0.3, 0.2, 0.2])
    length = rng.uniform(0.09, 0.13)
    half = {"paddle": rng.uniform(0.034, 0.044), "oval": rng.uniform(0.022, 0.032)}.get(
        str(kind), rng.uniform(0.017, 0.025)
    )
    thick, tall = rng.uniform(0.007, 0.012), rng.uniform(0.011, 0.019)
    section = _pill(length, half, {"paddle": rng.uniform(0.2, 0.7), "oval": 0.0}.get(str(kind), rng.uniform(0.0, 0.5)))
    body = plate(section, thick, thick * 0.25, z=-thick / 2)
    spacing = half * 2 / rng.integers(6, 9)
    places = _field(section, spacing, spacing, half * 0.3)
    pins = tuft_grid(rng, places, np.full(len(places), tall), rng.uniform(0.0011, 0.0018), 0.0005, root=0.006)
    cushion = plate(section.offset(-half * 0.12), 0.006, 0.0015, z=0.0)
    if kind == "vent":
        slots = [block((length * 0.62, half * 0.22), (length * 0.5, y)) for y in np.array([-0.4, 0.4]) * half]
        holes = merged(plate(slot, 1.0) for slot in slots)
        body, cushion, pins = body - holes, cushion - holes, pins - holes
    elif kind == "half round":
        body = body + cylinder((0.012, 0, 0), (length - 0.01, 0, 0), half * 0.9, half * 0.85).trim_by_plane(
            (0, 0, -1), 0
        )
    _, face = split(body, (0, 0, -1), thick * 0.35)
    back, _ = split(body, (0, 0, -1), thick * 0.35)
    neck = rng.uniform(0.006, 0.009)
    fat = rng.uniform(0.009, 0.015)
    widths = [
        (0, half * rng.uniform(0.5, 0.8)),
        (0.14, neck),
        (0.6, fat),
        (0.93, fat * rng.uniform(0.7, 1.1)),
        (1, fat * 0.5),
    ]
    depths = [(0, thick * 0.45), (0.14, thick * 0.5), (0.6, thick * rng.uniform(0.6, 1.0)), (1, thick * 0.4)]
    handle = _wave(rng, length * 0.06, rng.uniform(0.09, 0.14), widths, depths, rng.uniform(-0.02, 0.01))
    handle = handle.translate([0, 0, -thick / 2])
    if rng.random() < 0.35:
        x = handle.bounding_box()[0] + 0.012
        z = (
            handle.trim_by_plane((-1, 0, 0), -x).bounding_box()[2]
            + handle.trim_by_plane((-1, 0, 0), -x).bounding_box()[5]
        ) / 2
        handle = handle - cylinder((x, 0, z - 0.03), (x, 0, z + 0.03), 0.004, 0.004, 16)
    neck_part, grip = split(handle, (1, 0, 0), -0.02)
    parts = {"bristles": pins, "pad": [cushion, face], "back": back, "neck": neck_part, "grip": grip}
    depth_back = half * 0.9 if kind == "half round" else thick
    pound = function_frame((length / 2, 0, -depth_back), DOWN, BACK)
    affordances = (
        _brushing(("bristles", "pad"), (length / 2, 0, tall), length / 2),
        _sweeping((length / 2, 0, tall), length / 2),
        Affordance("pound-with", "back", "grip", pound, float(np.sqrt(half * length / 2)), MIRROR),
    )
    return finished(name, "hairbrush", parts, affordances, ON_BACK)


def scrub_brush(rng: Generator, name: str) -> Tool:
    """A dish brush on a handle, a bare block, a block with a bow, or a small nail brush."""
    kind = rng.choice(["dish", "block", "bow", "nail"], p=[0.4, 0.25, 0.2, 0.15])
    length = {"dish": rng.uniform(0.05, 0.08), "nail": rng.uniform(0.075, 0.1)}.get(str(kind), rng.uniform(0.12, 0.2))
    half = length / 2 if kind == "dish" and rng.random() < 0.6 else length * rng.uniform(0.17, 0.28)
    section = _pill(length, half, rng.uniform(0, 0.8))
    tall, thick = rng.uniform(0.016, 0.03), rng.uniform(0.008, 0.014) if kind == "dish" else rng.uniform(0.014, 0.026)
    spacing = max(0.0055, length / rng.integers(9, 15), half / 5)
    places = _field(section, spacing, spacing, max(0.003, half * 0.12))
    bristles = tuft_grid(rng, places, np.full(len(places), tall), spacing * 0.4, spacing * 0.25)
    body = plate(section, thick, thick * 0.2, z=-thick / 2)
    parts: dict[str, Manifold | list[Manifold]] = {"bristles": bristles}
    symmetry = HALF_TURN
    if kind == "dish":
        symmetry, long = MIRROR_X, rng.uniform(0.13, 0.2)
        fat = rng.uniform(0.007, 0.012)
        widths = [(0, half * 0.4), (0.2, fat * 0.7), (0.65, fat), (0.9, fat * rng.uniform(0.8, 1.4)), (1, fat * 0.6)]
        depths = [(0, thick * 0.45), (0.6, fat * 0.7), (1, fat * 0.4)]
        handle = _wave(rng, length * 0.12, long, widths, depths, -rng.uniform(0.0, 0.3) * long, -rng.uniform(0, 0.01))
        neck, grip = split(handle.translate([0, 0, -thick / 2]), (1, 0, 0), -0.35 * long)
        parts |= {"head": body, "neck": neck, "grip": grip}
    elif kind == "bow":
        s = np.linspace(0, np.pi, 20)
        rise = rng.uniform(0.035, 0.05)
        path = np.stack([length / 2 - length * 0.42 * np.cos(s), 0 * s, -thick * 0.5 - rise * np.sin(s) ** 0.5], 1)
        parts |= {"head": body, "grip": tube(path, rng.uniform(0.008, 0.012), rng.uniform(0.006, 0.009))}
    else:
        head, grip = split(body, (0, 0, 1), -thick * 0.3)
        waist = box((length * 0.4, half * 0.3, thick * 2), (length / 2, half * 1.0, -thick * 1.2))
        if rng.random() < 0.5:
            grip = grip - waist - waist.mirror((0, 1, 0))
        parts |= {"head": head, "grip": grip}
    origin = (length / 2, 0.0, tall)
    scrape = function_frame(origin, UP, AWAY)
    affordances = (
        _brushing(("bristles", "head"), origin, length / 2, symmetry),
        Affordance("scrape-with", "bristles", "grip", scrape, length / 2, MIRROR if kind == "dish" else HALF_TURN),
    )
    return finished(name, "scrub-brush", parts, affordances, ON_BRISTLES if kind != "dish" else ON_BACK)


def hand_brush(rng: Generator, name: str) -> Tool:
    """A bench or dustpan brush: a long row of bristles on a board that goes on as the handle."""
    length, half = rng.uniform(0.13, 0.24), rng.uniform(0.012, 0.025)
    tall, thick = rng.uniform(0.035, 0.065), rng.uniform(0.012, 0.022)
    if rng.random() < 0.6:
        flare = rng.uniform(1.0, 1.2)
        hair = striated(rng, length * 0.48, length * 0.48 * flare, tall, half * 0.8, half * rng.uniform(0.7, 1.3))
        bristles = hair.rotate([0, -90, 0]).rotate([0, 0, 90]).translate([length / 2, 0, 0])  # row to x, ends to +z
    else:
        section = _pill(length, half, 0.6)
        places = _field(section, 0.011, half * 0.62, 0.005)
        bristles = tuft_grid(rng, places, np.full(len(places), tall), 0.0055, 0.003)
    board = _wave(
        rng, length, length, [(0, half * 0.4), (0.06, half * 0.9), (0.2, half), (1, half)],
        [(0, thick * 0.4), (0.1, thick * 0.5), (1, thick * 0.5)],
    ).translate([0, 0, -thick / 2 + 0.003])  # fmt: skip
    long, fat = rng.uniform(0.1, 0.16), rng.uniform(0.009, 0.013)
    widths = [(0, half * 0.95), (0.2, fat * 0.8), (0.65, fat), (0.92, fat * rng.uniform(0.7, 1.2)), (1, fat * 0.5)]
    handle = _wave(
        rng,
        0.005,
        long,
        widths,
        [(0, thick * 0.48), (0.25, 0.007), (0.7, 0.009), (1, 0.005)],
        -rng.uniform(0, 0.25) * long,
    )
    neck, grip = split(handle.translate([0, 0, -thick / 2 + 0.003]), (1, 0, 0), -0.2 * long)
    parts = {"bristles": bristles, "head": board, "neck": neck, "grip": grip}
    origin = (length / 2, 0.0, tall)
    affordances = (_brushing(("bristles",), origin, length / 2), _sweeping(origin, length / 2))
    return finished(name, "hand-brush", parts, affordances, (turned(x=90), *ON_BRISTLES))


FAMILIES = {
    "toothbrush": Family(toothbrush, ("brush-with", "mix-with", "poke-with")),
    "hairbrush": Family(hairbrush, ("brush-with", "sweep-with", "pound-with")),
    "scrub-brush": Family(scrub_brush, ("brush-with", "scrape-with")),
    "hand-brush": Family(hand_brush, ("brush-with", "sweep-with")),
}
