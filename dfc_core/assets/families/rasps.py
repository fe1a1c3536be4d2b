"""Parametric things that scrape with many teeth: comb, rasp or file, grater, nail file.

Lying along x, handle to -x; a comb's teeth point to -y, the broad face of the others looks to +z.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manifold3d import CrossSection, Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import bar, polygon_section, round_section, squarish_section, twisted
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import afford
from dfc_core.assets.families.forms import LYING, band, block, disc, finished, merged, outline, plate, rod, turned
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import box, cylinder, loft, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, NONE, Tool

X, Y, Z = np.eye(3)


def comb(rng: Generator, name: str) -> Tool:
    """A comb: a pocket comb, one with a handle, a tail comb with a pin, a two-sided one, or a long-toothed pick."""
    kind = str(rng.choice(["pocket", "handle", "tail", "two-sided", "pick"], p=[0.25, 0.25, 0.2, 0.12, 0.18]))
    if kind == "pick":
        return _pick(rng, name)
    half = rng.uniform(0.035, 0.055) if kind == "two-sided" else rng.uniform(0.05, 0.095)
    long, back = rng.uniform(0.014, 0.03), rng.uniform(0.008, 0.016)
    thick, uniform = rng.uniform(0.003, 0.005), bool(rng.random() < 0.5)
    teeth = _teeth(_places(rng, half, uniform or kind == "two-sided"), long, thick)
    parts = {"teeth": teeth, "back": plate(_back(rng, half, back, kind == "two-sided"), thick)}
    other = []
    if kind == "two-sided":
        parts["teeth"] = teeth + teeth.mirror((0, 1, 0)).translate([0, back, 0])
        other = [((0, back + long, 0), Y, -X)]
    elif kind != "pocket":
        parts["handle"] = _comb_handle(rng, kind, half, back, thick)
    hold = "handle" if "handle" in parts else "back"
    symmetry = HALF_TURN if hold == "back" and (uniform or kind == "two-sided") else MIRROR
    scraping = afford("scrape-with", "teeth", hold, ((0, -long, 0), -Y, X), half, symmetry, other)
    return finished(name, "comb", parts, [scraping])


def _places(rng: Generator, half: float, uniform: bool) -> NDArray:
    """(x, half width) of each tooth: all alike, or wide towards the far end and fine near the hand."""
    pitch = rng.uniform(0.0026, 0.0065)
    fine = pitch if uniform else max(pitch * rng.uniform(0.4, 0.6), 0.0018)
    rows = [np.linspace(0, half, int(half / fine))[1:] - half, np.linspace(0, half, int(half / pitch))[:-1]]
    widths = [np.full(len(rows[0]), fine * 0.27), np.full(len(rows[1]), pitch * 0.27)]
    if uniform:
        rows[0] = -rows[1][:0:-1]
        widths[0] = widths[1][1:]
    return np.stack([np.concatenate(rows), np.concatenate(widths)], axis=1)


def _teeth(places: NDArray, long: float, thick: float) -> Manifold:
    """Tapered teeth from y = 0 down to -`long`, thinner towards their ends."""
    shapes = []
    for x, wide in places:
        right = [(0.9, 0.0005), (0.75, -0.7 * long), (0.3, -long)]
        corners = [(x + share * wide, y) for share, y in right] + [(x - share * wide, y) for share, y in right[::-1]]
        shapes.append(outline(corners))
    solid = plate(CrossSection.batch_boolean(shapes, OpType.Add), thick * 0.96)

    def thin(points: NDArray) -> NDArray:
        return points * np.stack([np.ones(len(points))] * 2 + [1 + 0.6 * np.minimum(points[:, 1], 0) / long], axis=1)

    return solid.warp_batch(thin)


def _back(rng: Generator, half: float, deep: float, straight: bool) -> CrossSection:
    """The back above y = 0: straight or bowed, its ends a little beyond the teeth."""
    x = np.linspace(-1, 1, 25)
    bow, fall = (0.0, 0.0) if straight else (rng.uniform(0, 0.6), rng.uniform(0.1, 0.6))
    top = deep * (1 + bow * (1 - x**2) - fall * x**8)
    points = np.concatenate([np.stack([x * (half + 0.004), top], 1), [(half + 0.004, 0), (-half - 0.004, 0)]])
    return outline(points)


def _comb_handle(rng: Generator, kind: str, half: float, deep: float, thick: float) -> Manifold:
    """A flat handle in line with the back, or a thin pin."""
    start = -half + 0.001
    if kind == "tail":
        long, radius = rng.uniform(0.085, 0.13), thick * rng.uniform(0.4, 0.6)
        root = cylinder((start, deep * 0.45, 0), (start - 0.02, deep * 0.45, 0), deep * 0.42, radius, 16)
        pin = rod(np.array([(start - 0.018, deep * 0.45, 0), (start - long, deep * 0.45, 0)]), radius, 12, end=0.5)
        return root + pin
    long, droop = rng.uniform(0.075, 0.12), rng.uniform(-0.15, 0.1)
    s = np.linspace(0, 1, 24)
    wide = smooth_curve([(0, deep * 0.5), (0.2, rng.uniform(0.4, 0.6) * deep), (0.7, rng.uniform(0.5, 1.0) * deep),
                         (0.95, deep * 0.5), (1, deep * 0.15)])(s)  # fmt: skip
    shape = band(np.stack([start - long * s, deep * 0.5 + droop * long * s**2], 1), wide)
    if rng.random() < 0.5:
        shape = shape - disc((start - long * 0.9, deep * 0.5 + droop * long * 0.81), deep * 0.22, 20)
    return plate(shape, thick * rng.uniform(1.1, 1.8), thick * 0.2)


def _pick(rng: Generator, name: str) -> Tool:
    """A pick: a few long teeth ahead of a flat handle."""
    count, half = int(rng.integers(6, 13)), rng.uniform(0.02, 0.038)
    long, thick = rng.uniform(0.05, 0.09), rng.uniform(0.003, 0.005)
    pitch = 2 * half / count
    spots = (np.arange(count) - (count - 1) / 2) * pitch
    teeth = _teeth(np.stack([spots, np.full(count, pitch * 0.3)], 1), long, thick).rotate([0, 0, 90])
    deep, grip = rng.uniform(0.012, 0.022), rng.uniform(0.05, 0.1)
    s, waist = np.linspace(0, 1, 24), rng.uniform(0.25, 0.6) * half
    back, narrow = block((deep, 2 * half), (-deep / 2, 0)), deep * 0.7
    wide = smooth_curve([(0, half * 0.9), (0.25, waist), (0.75, waist * rng.uniform(1.0, 1.6)), (1, waist * 0.5)])(s)
    shape = band(np.stack([-narrow - grip * s, 0 * s], 1), wide)
    if rng.random() < 0.5:
        shape = shape - disc((-narrow - grip * 0.8, 0), waist * 0.45, 20)
    parts = {"teeth": teeth, "back": plate(back, thick), "handle": plate(shape, thick * 1.2)}
    frame = ((long, 0, 0), X, Y)
    return finished(name, "comb", parts, [afford("scrape-with", "teeth", "handle", frame, half, HALF_TURN)])


def rasp(rng: Generator, name: str) -> Tool:
    """A file or rasp with a handle: flat, half-round, round, three-sided or square; ridged, or studded with points."""
    kind = str(rng.choice(["flat", "half-round", "round", "three-sided", "square"], p=[0.35, 0.25, 0.15, 0.15, 0.1]))
    long = rng.uniform(0.12, 0.25)
    wide = {"flat": rng.uniform(0.009, 0.018), "half-round": rng.uniform(0.009, 0.016)}.get(
        kind, rng.uniform(0.004, 0.008)
    )
    deep = {"flat": rng.uniform(0.15, 0.25), "half-round": rng.uniform(0.3, 0.45)}.get(kind, 1.0) * wide
    section, faces = _file_section(kind)
    taper = smooth_curve([(0, 1), (0.55, 1), (1, rng.uniform(0.35, 0.6) if rng.random() < 0.7 else 0.97)])
    studded = kind in ("flat", "half-round") and rng.random() < 0.6
    count = 15 if studded else 2 * int(rng.integers(16, 28)) + 1
    s = np.linspace(0, 1, count)
    ridge = np.where(np.arange(count) % 2, 1.0 if studded else 0.95, 1.0)
    cut = bar(s * long, wide * taper(s) * (1 + ridge) / 2, deep * taper(s) * ridge, section)
    rest, teeth = split(cut, X, long * 0.96)
    neck = bar(
        np.array([0.001, -0.006, -0.022]), np.array([1, 0.95, 0.3]) * wide, np.array([1, 1, 0.9]) * deep, section
    )
    studs = (
        _studs(rng, long, wide, deep * faces[0][1][1], taper)
        if kind in ("flat", "half-round") and rng.random() < 0.6
        else []
    )
    thick = max(rng.uniform(0.009, 0.014), wide * 0.75)
    held = haft(rng, rng.uniform(0.09, 0.13), thick, (-0.014, 0, 0), ("turned", "oval", "ribbed", "moulded"))
    parts = {"teeth": [teeth, *studs], "blade": [neck, rest], **held}
    frames = [((long / 2, *(np.array([wide, deep]) * place)), (0, *out), X) for out, place in faces]
    scraping = afford("scrape-with", "teeth", "grip", frames[0], long * 0.48, MIRROR, frames[1:])
    return finished(name, "rasp", parts, [scraping], LYING)


def _file_section(kind: str) -> tuple[NDArray, list[tuple[NDArray, NDArray]]]:
    """(section, its faces as (outward normal, place), each (y, z), the place in half sizes)."""
    up = np.array([0.0, 1.0])
    if kind == "flat":
        return squarish_section(14), [(up, up), (-up, -up)]
    if kind == "half-round":
        section = round_section()
        section[:, 1] = np.where(section[:, 1] > 0, section[:, 1] * 0.12, section[:, 1])
        return section, [(up, 0.12 * up), (-up, -up)]
    corners = {"round": 0, "three-sided": 3, "square": 4}[kind]
    turns = np.arange(corners or 4) * 2 * np.pi / (corners or 4)
    ways = np.stack([np.sin(turns), np.cos(turns)], axis=1)
    if not corners:
        return round_section(), [(way, way) for way in ways]
    section = twisted(polygon_section(corners), np.array([np.pi / 2 - np.pi / corners]))[0]
    return section, [(way, way * np.cos(np.pi / corners)) for way in ways]


def _studs(rng: Generator, long: float, wide: float, height: float, taper: Callable) -> list[Manifold]:
    """Rows of points on the face at z = `height`."""
    pitch = max(wide * rng.uniform(0.4, 0.55), 0.005)
    rows = np.arange(long * 0.06, long * 0.9, pitch * rng.uniform(0.9, 1.3))
    studs = []
    for number, x in enumerate(rows):
        reach, level = 0.78 * wide * float(taper(x / long)), height * float(taper(x / long))
        count = int(2 * reach / pitch) + number % 2
        for y in np.linspace(-reach, reach, count) if count > 1 else [0.0]:
            studs.append(cylinder((x, y, level - 0.001), (x, y, level + 0.0012), pitch * 0.34, pitch * 0.1, 4))
    return studs


def grater(rng: Generator, name: str) -> Tool:
    """A grater: a four-sided box with a handle on top, a flat one in a frame, or a narrow microplane."""
    kind = rng.choice(["box", "flat", "microplane"], p=[0.4, 0.35, 0.25])
    return _box_grater(rng, name) if kind == "box" else _flat_grater(rng, name, kind == "microplane")


def _bites(places: NDArray, pitch: float, wall: float, fine: bool) -> tuple[Manifold, Manifold]:
    """(bumps, holes) at `places` (N x 2) of a plate below z = 0: points alone if `fine`, else each with its hole."""
    radius = pitch * 0.28
    if fine:
        low, high = np.array([0, 0, -wall / 2]), np.array([0, 0, radius * 0.9])
        spike = cylinder(low, high, radius * 1.2, radius * 0.2, 4)
        return merged(spike.translate([x, y, 0]) for x, y in places), Manifold()
    bump = cylinder((0, 0, -wall / 2), (radius * 0.4, 0, radius * 0.75), radius, radius * 0.4, 6)
    hole = cylinder((radius * 1.25, 0, -4 * wall), (radius * 1.25, 0, radius), radius * 0.8, radius * 0.8, 6)
    bumps, holes = (merged(s.translate([x, y, 0]) for x, y in places) for s in (bump, hole))
    return bumps, holes


def _slits(x: NDArray, half: float, wall: float) -> tuple[Manifold, Manifold]:
    """(lips, slits) across a plate below z = 0, at stations `x`."""
    lips, slits = [], []
    for here in x:
        lips.append(loft([np.array([(here, y, -wall / 2), (here + 0.012, y, 0.0035), (here + 0.012, y, 0.0025),
                                    (here + 0.005, y, -wall / 2)]) for y in (-half, half)]))  # fmt: skip
        slits.append(box((0.004, 2 * half, 4 * wall), (here + 0.0115, 0, 0)))
    return merged(lips), merged(slits)


def _grid(start: float, end: float, half: tuple[float, float], pitch: float) -> NDArray:
    """Staggered places (N x 2) from x = `start` to `end`, in rows of half width `half` (at either end)."""
    places = []
    for number, x in enumerate(np.arange(start, end, pitch)):
        count = max(int(2 * np.interp(x, [start, end], half) / pitch), 1) + 1 - number % 2
        places += [(x, (n - (count - 1) / 2) * pitch) for n in range(count)]
    return np.array(places)


def _box_grater(rng: Generator, name: str) -> Tool:
    """A box with different teeth on its four sides, open below, with an arched or a solid handle above."""
    long, wall = rng.uniform(0.13, 0.2), rng.uniform(0.0012, 0.002)
    ends = np.array([rng.uniform(0.6, 0.9), 1.0])
    broad, narrow = rng.uniform(0.042, 0.06), rng.uniform(0.03, 0.042)
    ring = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])

    def prism(inset: float, start: float, end: float) -> Manifold:
        sizes = np.interp([start, end], [0, long], ends)[:, None, None]
        corners = ring * (sizes * [broad, narrow] - inset)
        return loft([np.column_stack([np.full(4, x), c]) for x, c in zip((start, end), corners, strict=True)])

    shell = prism(0, 0, long) - prism(wall, wall, long + 0.01)
    pitches, solids = rng.permutation([0.0, rng.uniform(0.0095, 0.011), 0.0135, rng.uniform(0.016, 0.02)]), []
    frames = []
    for number, pitch in enumerate(pitches):
        far, wide = (narrow, broad) if number % 2 == 0 else (broad, narrow)
        tilt = -np.degrees(np.arctan2(far * (ends[1] - ends[0]), long))
        pose = ([0, tilt, 0], [0, 0, far * ends[0]], [90 * number, 0, 0])
        half = 0.8 * wide * ends
        if pitch:
            bump, hole = _bites(_grid(long * 0.16, long * 0.84, tuple(half), pitch), pitch, wall, pitch < 0.015)
        else:
            bump, hole = _slits(np.arange(long * 0.2, long * 0.8, 0.026), half[0] * 0.9, wall)
        bump, hole = (s.rotate(pose[0]).translate(pose[1]).rotate(pose[2]) for s in (bump, hole))
        shell = shell - hole
        solids.append(bump)
        turn = np.radians(90 * number)
        out = np.array([0, -np.sin(turn), np.cos(turn)])
        slope = far * (ends[1] - ends[0]) / long
        frames.append(([long / 2, 0, 0] + far * ends.mean() * out, out - slope * X, X))
    top, rest = split(shell, -X, -long * 0.1)
    foot, sides = split(rest, X, long * 0.92)
    parts = {"sides": [sides, *solids], "rim": [top, foot], "handle": _box_handle(rng, broad * ends[0], narrow)}
    scraping = afford("scrape-with", "sides", "handle", frames[0], long * 0.41, NONE, frames[1:])
    return finished(name, "grater", parts, [scraping], (turned(y=90), turned(y=90), np.eye(3), turned(x=90)))


def _box_handle(rng: Generator, half: float, deep: float) -> Manifold:
    """An arch over the top of a box, or a bar on a plate."""
    rise, thick = rng.uniform(0.03, 0.045), rng.uniform(0.004, 0.007)
    if rng.random() < 0.6:
        turn = np.linspace(0, np.pi, 20)
        reach = half * rng.uniform(0.75, 0.95)
        path = np.stack([0.003 - rise * np.sin(turn) ** 0.6, reach * np.cos(turn), 0 * turn], axis=1)
        return tube(path, thick * rng.uniform(1.0, 2.0), thick, sides=12)
    return bar(np.array([0.002, -0.3, -0.5, -0.95, -1.0]) * [1, rise, rise, rise, rise],
               half * np.array([0.6, 0.55, 0.75, 0.75, 0.6]), deep * np.array([0.35, 0.25, 0.4, 0.4, 0.25]),
               squarish_section(4))  # fmt: skip


def _flat_grater(rng: Generator, name: str, slim: bool) -> Tool:
    """A plate of teeth between two rails, on a handle or a loop of wire; `slim`: a microplane."""
    long = rng.uniform(0.14, 0.23) if slim else rng.uniform(0.1, 0.17)
    half = rng.uniform(0.013, 0.02) if slim else rng.uniform(0.03, 0.05)
    wall = rng.uniform(0.0014, 0.002)
    rear = 1.0 if slim else rng.uniform(0.75, 1.0)
    shape = outline([(0, -half * rear), (long, -half), (long, half), (0, half * rear)])
    sheet = plate(shape, wall, z=-wall / 2)
    pitch = rng.uniform(0.008, 0.0105) if slim else rng.uniform(0.0085, 0.014)
    if rng.random() < 0.2 and not slim:
        bump, hole = _slits(np.arange(long * 0.15, long * 0.8, 0.022), half * rear * 0.8, wall)
    else:
        grid = _grid(long * 0.08, long * 0.9, (half * rear * 0.82,) * 2, pitch)
        bump, hole = _bites(grid, pitch, wall, not slim and pitch < 0.0125)
    rails = _rails(rng, long, half, rear, -wall / 2)
    if slim or rng.random() < 0.6:
        held = haft(rng, rng.uniform(0.09, 0.13), rng.uniform(0.009, 0.014), (-0.012, -wall / 2, 0))
        neck = bar(
            np.array([0.002, -0.02]), np.array([half * rear * 0.9, 0.007]), 0.003, squarish_section(5), -wall / 2
        )
        held["frame"] = [*rails, neck]
    else:
        reach, turn = rng.uniform(0.05, 0.09), np.linspace(0, np.pi, 24)
        wide = half * rear * rng.uniform(0.6, 0.98)
        path = np.stack([-reach * np.sin(turn) ** 0.7, wide * np.cos(turn), 0 * turn - wall / 2], axis=1)
        held = {"frame": rails, "grip": [tube(path, rng.uniform(0.0025, 0.0045), sides=10)]}
    parts = {"plate": [sheet - hole, bump], **held}
    scraping = afford("scrape-with", "plate", "grip", ((long / 2, 0, 0), Z, X), long / 2, MIRROR)
    return finished(name, "grater", parts, [scraping])


def _rails(rng: Generator, long: float, half: float, rear: float, z: float) -> list[Manifold]:
    """Rods along the four edges of a plate."""
    radius = rng.uniform(0.0022, 0.003)
    corners = np.array([(0, -half * rear, z), (long, -half, z), (long, half, z), (0, half * rear, z)])
    return [rod(np.stack([corners[n], corners[(n + 1) % 4]]), radius, 10) for n in range(4)]


def nail_file(rng: Generator, name: str) -> Tool:
    """A nail file: a steel blade with a grip, an emery board held by one end, or glass that narrows to a point."""
    kind = rng.choice(["steel", "board", "glass"])
    long, half = rng.uniform(0.05, 0.11), rng.uniform(0.0055, 0.011)
    thick = {"steel": rng.uniform(0.0012, 0.002), "board": rng.uniform(0.0018, 0.005)}.get(str(kind), 0.0028)
    tail = long * rng.uniform(0.4, 0.7)
    s, pointed = np.linspace(0, 1, 28), rng.uniform(0.15, 0.8) if kind != "board" else rng.uniform(0.85, 1.0)
    front = np.sqrt(np.clip(1 - np.clip((s - 1) * long / half + 1, 0, 0.985) ** 2, 0, 1))
    wide = half * smooth_curve([(0, 0.95), (0.5, 0.97), (1, pointed)])(s) * front
    strip = band(np.stack([s * long, 0 * s], 1), wide)
    teeth = plate(strip, thick)
    if kind == "steel":
        teeth = teeth + _hatching(rng, strip, long, half, thick)
        teeth, blade = split(teeth, X, long * 0.1)
        grips = haft(rng, tail, half * rng.uniform(0.6, 1.0), (0.006, 0, 0), ("oval", "moulded", "scales", "strip"))
        parts = {"file": teeth, "blade": blade, **grips}
    else:
        back = np.linspace(1, 0, 20)
        end = np.sqrt(np.clip(1 - np.clip((back - 1) * tail / half + 1, 0, 0.985) ** 2, 0, 1))
        shape = band(np.stack([0.0005 - tail * (1 - back), 0 * back], 1), half * 0.95 * end[::-1])
        parts = {"file": teeth, "grip": plate(shape, thick * (1.0 if kind == "board" else rng.uniform(0.9, 1.3)))}
    faces = [((long / 2, 0, sign * thick / 2), sign * Z, X) for sign in (1, -1)]
    scraping = afford("scrape-with", "file", "grip", faces[0], long / 2, MIRROR, faces[1:])
    return finished(name, "nail-file", parts, [scraping])


def _hatching(rng: Generator, strip: CrossSection, long: float, half: float, thick: float) -> Manifold:
    """Fine ridges across both faces of a blade."""
    pitch, lean = rng.uniform(0.0018, 0.003), rng.uniform(15, 40)
    lines = [block((pitch * 0.4, 6 * half)).rotate(lean).translate((x, 0)) for x in np.arange(0.1 * long, long, pitch)]
    inner = strip.offset(-half * 0.12)
    return plate(CrossSection.batch_boolean(lines, OpType.Add) ^ inner, thick + 0.0006)


FAMILIES = {
    "comb": Family(comb, ("scrape-with",)),
    "rasp": Family(rasp, ("scrape-with",)),
    "grater": Family(grater, ("scrape-with",)),
    "nail-file": Family(nail_file, ("scrape-with",)),
}
