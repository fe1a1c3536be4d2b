"""Parametric brushes for clothes, flues and wallpaper, whisk brooms, snow pushers, lint rollers, candles and spools.

Handle to -x, bristles or blade towards +x, those of the clothes brush towards +z; a spool along x, a candle along z.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import bar, fluted_section, round_section, squarish_section, strap, twisted
from dfc_core.assets.families.brooms import cleaning
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, LYING, arc, block, finished, flat, merged, outline, plate, rod, rounded
from dfc_core.assets.families.forms import turned as rotation
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.families.rollers import STANDING, STANDING_OVER, roll_about_x, turned
from dfc_core.assets.families.serving import ON_SIDE, UPRIGHT, roll_on_body, serve
from dfc_core.assets.families.tufts import round_bristles, striated, tuft_grid
from dfc_core.assets.solids import cylinder, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, MIRROR_X, Affordance, Symmetry, Tool

Parts = dict[str, Manifold | list[Manifold]]
X, Y, Z = np.eye(3)


def clothes_brush(rng: Generator, name: str) -> Tool:
    """A clothes brush: an oval or oblong back without a haft, tufted with a haft, or a velvet pad on a haft."""
    kind = str(rng.choice(["bare", "hafted", "velvet"], p=[0.35, 0.4, 0.25]))
    half_long, power = rng.uniform(0.055, 0.09), rng.uniform(2.0, 4.5)
    half_wide, thick = half_long * rng.uniform(0.3, 0.48), rng.uniform(0.011, 0.02)
    tall = rng.uniform(0.004, 0.008) if kind == "velvet" else rng.uniform(0.013, 0.026)
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    edge = np.stack([np.cos(turn), np.sin(turn)], 1)
    edge = edge / np.sum(np.abs(edge) ** power, axis=1, keepdims=True) ** (1 / power) * [half_long, half_wide]
    groove = rng.uniform(0.86, 1.0) if kind == "bare" else 1.0
    levels = [(0.001, 0.97), (-0.12, 1.0), (-0.35, 1.0), (-0.55, groove), (-0.75, 0.95), (-0.93, 0.8), (-1, 0.55)]
    body = loft([np.column_stack([edge * share, np.full(48, level * thick)]) for level, share in levels])
    if kind == "velvet":
        nap = [(-0.002, 0.93), (0.3, 0.95), (0.85, 0.95), (1.0, 0.9)]
        bristles = loft([np.column_stack([edge * share, np.full(48, level * tall)]) for level, share in nap])
    else:
        bristles = _pile(rng, half_long * 0.93, half_wide * 0.9, power, tall)
    parts: Parts = {"bristles": bristles}
    if kind == "bare":
        parts["board"], parts["back"] = split(body, (0, 0, 1), -0.45 * thick)
    else:
        parts |= {"back": body, **_haft(rng, half_long, half_wide, thick)}
    hold, symmetry = ("back", HALF_TURN) if kind == "bare" else ("grip", MIRROR_X)
    frame = function_frame((0, 0, tall), Z, -Y)
    pair = [Affordance(f, "bristles", hold, frame, float(half_long), symmetry) for f in ("brush-with", "sweep-with")]
    return finished(name, "clothes-brush", parts, pair, (rotation(x=180), np.eye(3), rotation(x=90), rotation(x=-90)))


def _pile(rng: Generator, half_long: float, half_wide: float, power: float, tall: float) -> Manifold:
    """Tufts of one height, close together within an oblong."""
    spacing = float(np.sqrt(3.4 * half_long * half_wide / rng.integers(110, 190)))
    columns, rows = int(2 * half_long / spacing) + 1, int(2 * half_wide / spacing) + 1
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows)), -1).reshape(-1, 2)
    places = grid[np.sum(np.abs(grid * 0.98) ** power, axis=1) <= 1.0] * [half_long, half_wide]
    heights = np.full(len(places), tall)
    return tuft_grid(rng, places, heights, spacing * 0.42, spacing * 0.12, root=0.003)


def _haft(rng: Generator, half_long: float, half_wide: float, thick: float) -> dict[str, Manifold]:
    """The "neck" and "grip" behind an oblong back, straight or curved, with or without a hole."""
    length, fat, bow = rng.uniform(0.09, 0.16), rng.uniform(0.009, 0.013), rng.uniform(-0.025, 0.012)
    s = np.linspace(0, 1, 28)
    path = np.stack([-half_long * 0.7 - s * (length + half_long * 0.3), -0.5 * thick + bow * s**2], 1)
    start = half_wide * rng.uniform(0.4, 0.65)
    belly = fat * rng.uniform(1.0, 1.4)
    wide = smooth_curve([(0, start), (0.3, fat * 0.75), (0.7, belly), (0.93, fat), (1, fat * 0.4)])
    deep = smooth_curve([(0, thick * 0.4), (0.3, 0.006), (0.7, fat * 0.7), (1, 0.003)])
    handle = strap(path, wide(s), deep(s), squarish_section(2.6, 20))
    if rng.random() < 0.5:
        at = path[25, 0]
        handle = handle - cylinder((at, 0, -1), (at, 0, 1), fat * 0.35, fat * 0.35, 14)
    neck, grip = split(handle, (1, 0, 0), path[11, 0])
    return {"neck": neck, "grip": grip}


def chimney_brush(rng: Generator, name: str) -> Tool:
    """A flue brush on a short rod: a flat or swept-back round of bunches, a square one, or a star of steel strips."""
    kind = str(rng.choice(["round", "square", "star"], p=[0.45, 0.2, 0.35]))
    radius, hub, depth = rng.uniform(0.09, 0.2), rng.uniform(0.014, 0.022), rng.uniform(0.025, 0.05)
    sweep = rng.uniform(0.0, 0.35) * radius * (rng.random() < 0.6)
    count = int(rng.integers(7, 13)) if kind == "star" else 4 * int(rng.integers(6, 10))
    layers = 2 if kind == "star" else int(rng.integers(2, 4))
    spokes = []
    for layer, x in enumerate(np.linspace(0.15, 0.85, layers) * depth):
        for angle in (np.arange(count) + 0.5 * (layer % 2)) * 2 * np.pi / count:
            reach = radius / max(abs(np.cos(angle)), abs(np.sin(angle))) if kind == "square" else radius
            if kind == "star":
                spokes.append(_strip(angle, x, hub * 0.5, reach, sweep, 0.05 * radius))
                continue
            way, reach = np.array([0, np.cos(angle), np.sin(angle)]), reach * rng.uniform(0.96, 1.0)
            end, broad = x * X - sweep * X + reach * way, np.pi * radius / count
            spokes.append(cylinder(x * X + hub * 0.5 * way, end, broad * 0.3, broad * 0.85, 6))
    rod_long, thick = rng.uniform(0.22, 0.5), rng.uniform(0.006, 0.01)
    nut = cylinder((-0.008, 0, 0), (depth + 0.004, 0, 0), hub, hub, int(rng.choice([6, 24])))
    socket = cylinder((0, 0, 0), (-rng.uniform(0.04, 0.08), 0, 0), thick * 1.9, thick * 1.5, 20)
    stick, grip = split(rod(np.array([[0.0, 0, 0], [-rod_long, 0, 0]]), thick, 16), (1, 0, 0), -rod_long * 0.5)
    sleeve = bar(np.array([-rod_long * 0.52, -rod_long * 0.54, -rod_long * 0.97, -rod_long]),
                 thick * rng.uniform(1.3, 1.9) * np.array([0.8, 1, 1, 0.8]))  # fmt: skip
    parts: Parts = {"bristles": merged(spokes), "socket": [nut, socket], "rod": stick}
    parts["grip"] = grip + sleeve if rng.random() < 0.5 else grip
    symmetry = {"square": Symmetry("n-fold", 4), "star": Symmetry("n-fold", count)}.get(kind, AXIS)
    pair = cleaning(("bristles",), "grip", depth - sweep * 0.5, radius, symmetry)
    return finished(name, "chimney-brush", parts, pair, LYING)


def _strip(angle: float, x: float, start: float, end: float, sweep: float, half: float) -> Manifold:
    """A flat springy strip from the axis outwards at `angle` (rad), bent back by `sweep` at its end."""
    s = np.linspace(0, 1, 6)
    path = np.stack([start + s * (end - start), -sweep * s**2], 1)
    solid = strap(path, half * (0.8 + 0.6 * s), 0.0014, squarish_section(8, 8))
    return solid.rotate([0, 90, 0]).mirror([1, 0, 0]).rotate([float(np.degrees(angle)), 0, 0]).translate([x, 0, 0])


def wallpaper_brush(rng: Generator, name: str) -> Tool:
    """A smoothing brush as wide as a hand is long: a plain board, one with a humped back, or a ribbed plastic one."""
    kind = str(rng.choice(["board", "humped", "ribbed"], p=[0.35, 0.35, 0.3]))
    half, thick = rng.uniform(0.1, 0.165), rng.uniform(0.0055, 0.0095)
    depth, high = rng.uniform(0.025, 0.06), rng.uniform(0.04, 0.065)
    hair = striated(rng, half * 0.97, half * 1.02, depth, thick * 0.75, thick * rng.uniform(0.5, 0.9), columns=61)
    section = rounded(block((high, 2 * half), (-high / 2 + 0.003, 0)), high * rng.uniform(0.05, 0.3))
    if kind == "humped":
        u = np.linspace(-1, 1, 41)
        fall = rng.uniform(0.3, 0.6) * np.abs(u) ** rng.uniform(1.5, 4)
        back = np.column_stack([0.003 - high * (1 - fall), u * half])
        section = section ^ outline(np.concatenate([back, [[1.0, half], [1.0, -half]]]))
    body = plate(section, 2 * thick, thick * rng.uniform(0.2, 0.6))
    if kind == "ribbed":
        rib = cylinder((0, -half * 0.9, 0), (0, half * 0.9, 0), 0.0022, 0.0022, 8)
        places = np.linspace(0.45, 0.85, int(rng.integers(3, 6)))
        body = body + merged(rib.translate([-high * at, 0, way * thick]) for at in places for way in (-1, 1))
    if rng.random() < 0.4:
        body = body - cylinder((-high * 0.75, 0, -1), (-high * 0.75, 0, 1), 0.005, 0.005, 16)
    band, grip = split(body, (1, 0, 0), -high * rng.uniform(0.25, 0.4))
    pair = [Affordance(function, "bristles", "grip", function_frame((depth, 0, 0), X, x), float(half), HALF_TURN)
            for function, x in (("brush-with", -Z), ("spread-with", Y))]  # fmt: skip
    return finished(name, "wallpaper-brush", {"bristles": hair, "band": band, "grip": grip}, pair, FLAT)


def whisk_broom(rng: Generator, name: str) -> Tool:
    """A hand besom of straw bound upon itself: flat and sewn, a round bundle, or a fan cut straight or aslant."""
    kind = str(rng.choice(["sewn", "round", "fan"], p=[0.4, 0.25, 0.35]))
    depth, neck = rng.uniform(0.13, 0.23), rng.uniform(0.012, 0.019)
    half = depth * {"sewn": rng.uniform(0.32, 0.5), "round": rng.uniform(0.22, 0.36)}.get(kind, rng.uniform(0.45, 0.75))
    symmetry = {"round": AXIS}.get(kind, HALF_TURN)
    cords = [_cord(neck * 1.06, at * neck) for at in (-0.5, -0.25, 0.0, 0.25)]
    if kind == "fan":
        slope = rng.choice([0.0, rng.uniform(0.15, 0.3)])
        symmetry = MIRROR_X if slope else HALF_TURN
        sheaf = striated(rng, neck * 0.9, half, depth, neck * 0.8, neck * rng.uniform(0.35, 0.6), ragged=0.06,
                         profile=lambda u: 1 + slope * u - 0.18 * u**2)  # fmt: skip
    else:
        flatness = rng.uniform(0.22, 0.4) if kind == "sewn" else 1.0
        knots = [(0, neck / half), (0.25, rng.uniform(0.4, 0.6)), (0.7, rng.uniform(0.8, 0.95)), (1, 1.0)]
        sheaf = round_bristles(rng, depth, half, knots, flatness=flatness, ridges=22, ragged=0.06, rough=0.1)
        for at in np.linspace(0.25, rng.uniform(0.38, 0.5), int(rng.integers(2, 5))) * (kind == "sewn"):
            width, thin = float(smooth_curve(knots)(at)) * half, flatness + (1 - flatness) * max(0.0, 1 - 2.5 * at)
            cords.append(_cord(width, at * depth).scale([1, 1, thin * 1.05]))
    length, slim = rng.uniform(0.09, 0.16), rng.uniform(0.65, 0.95)
    ends = [(0, 1.0), (0.3, slim), (0.8, slim * rng.uniform(0.95, 1.15)), (1, slim * 0.9)]
    bundle = round_bristles(rng, length, neck, ends, ridges=10, ragged=0.03, rough=0.09).rotate([0, 0, 180])
    wraps = rng.uniform(0.25, 0.5) if rng.random() < 0.6 else 0.88
    for at in np.arange(wraps, 0.93, 0.08):
        bundle = bundle + _cord(float(smooth_curve(ends)(at)) * neck * 1.03, -at * length)
    if rng.random() < 0.5:
        bundle = bundle + tube(flat(arc((-length - 0.014, 0), 0.017, 0, 350, 24)), 0.0016, sides=6)
    parts: Parts = {"bristles": sheaf, "cord": cords, "grip": bundle}
    pair = cleaning(("bristles",), "grip", depth, half * (0.93 if kind == "fan" else 1.0), symmetry)
    return finished(name, "whisk-broom", parts, pair, LYING if kind == "round" else FLAT)


def _cord(radius: float, x: float) -> Manifold:
    """A turn of cord round a bundle at `x`."""
    sizes = radius * np.array([0.97, 1.03, 1.03, 0.97])
    return bar(x + 0.001 * np.array([-2.5, -1, 1, 2.5]), sizes, section=round_section(16))


def snow_pusher(rng: Generator, name: str) -> Tool:
    """A snow pusher: a deep plough, a shallow blade or a ribbed one, on a pole, a pole with a D or a bow."""
    kind = str(rng.choice(["plough", "shallow", "ribbed"], p=[0.4, 0.25, 0.35]))
    half, height = rng.uniform(0.24, 0.42), rng.uniform(0.24, 0.38)
    bend = np.radians(rng.uniform(45, 65) if kind == "shallow" else rng.uniform(85, 125))
    dip, lean = np.radians(rng.uniform(15, 30)), np.radians(rng.uniform(32, 48))
    s = np.linspace(0, 1, 26)
    way = np.pi - dip - bend * s
    heading = np.stack([np.cos(way), 0 * s, np.sin(way)], 1)
    path = np.cumsum(heading, axis=0) * height / 26
    facing = np.stack([np.sin(way), 0 * s, -np.cos(way)], 1)
    wall, cheek = rng.uniform(0.003, 0.005), rng.uniform(0.0, 0.05) * (kind != "plough")
    ribs = int(rng.integers(5, 10)) if kind == "ribbed" else 0
    blade = _blade(path, facing, half, wall, cheek, ribs, rng.uniform(0.003, 0.006))
    strip = _blade(path[:4] + 0.25 * wall * facing[:4], facing[:4], half, wall * 1.5, 0.0, 0, 0.0)
    place = 23 if kind == "shallow" else int(rng.integers(13, 17))
    out = np.array([-np.cos(lean), 0, np.sin(lean)])
    handle = _pusher_handle(rng, path[place] - 0.006 * facing[place], out, half)
    lift = serve("lift-with", ("blade", "edge"), "grip", path[12], facing[12], -out, (half * height / 2) ** 0.5)
    sweep = function_frame(path[0], -heading[0], Z)
    pair = (Affordance("sweep-with", ("blade", "edge"), "grip", sweep, float(half), MIRROR), lift)
    tilt = rotation(y=-float(np.degrees(lean)))
    parts: Parts = {"edge": strip, "blade": blade, **handle}
    return finished(name, "snow-pusher", parts, pair, (tilt, rotation(x=180) @ tilt))


def _blade(path: NDArray, out: NDArray, half: float, wall: float, cheek: float, ribs: int, relief: float) -> Manifold:
    """A curved sheet along `path` whose sides rise by `cheek` (m) and whose face has `ribs` up it."""
    across = np.linspace(-1, 1, 8 * ribs + 1 if ribs else 25)
    rings = []
    for share, point, normal in zip(np.linspace(0, 1, len(path)), path, out, strict=True):
        fade = float(np.interp(share, [0.15, 0.3, 0.85, 0.97], [0, 1, 1, 0]))
        rise = cheek * np.abs(across) ** 8 * min(1.0, 2 * share)
        ridge = relief * fade * (0.5 - 0.5 * np.cos(np.pi * ribs * (across + 1)))
        back = point + across[:, None] * half * Y + (rise - wall)[:, None] * normal
        rings.append(np.concatenate([back + (wall + ridge)[:, None] * normal, back[::-1]]))
    return loft(rings)


def _pusher_handle(rng: Generator, start: NDArray, out: NDArray, half: float) -> Parts:
    """The socket, "stick" and "grip" of a pusher: a pole, a pole with a D, or a bow of two legs."""
    kind, length = str(rng.choice(["pole", "d", "bow"], p=[0.35, 0.4, 0.25])), rng.uniform(0.75, 1.05)
    radius = rng.uniform(0.011, 0.016)
    if kind == "bow":
        side, border = half * rng.uniform(0.35, 0.6) * Y, rng.uniform(0.55, 0.7)
        ends = np.stack([start - 0.006 * out, start + length * out])
        legs = [rod(ends + way * side, radius, 14) for way in (-1, 1)]
        cross = rod(np.stack([start + out * length - side, start + out * length + side]), radius * 1.15, 14)
        cuts = [split(leg, out, float(out @ start) + border * length) for leg in legs]
        return {"stick": [low for _, low in cuts], "grip": [cross, *(high for high, _ in cuts)]}
    socket = cylinder(start, start + out * rng.uniform(0.09, 0.16), radius * 1.8, radius * 1.3, 20)
    end = start + out * length
    stick = rod(np.stack([start + 0.01 * out, start + out * length * 0.66]), radius, 16)
    grip = [rod(np.stack([start + out * length * 0.65, end]), radius * rng.choice([1.0, 1.25]), 16)]
    if kind == "d":
        wide, deep = rng.uniform(0.05, 0.065), rng.uniform(0.08, 0.11)
        corners = [end - 0.02 * out, end + 0.04 * out + wide * Y, end + deep * out + wide * Y]
        corners += [c * [1, -1, 1] for c in corners[::-1]]
        grip += [rod(np.stack(pair), radius * 0.85, 12) for pair in pairwise(corners)]
    return {"socket": socket, "stick": stick, "grip": grip}


def lint_roller(rng: Generator, name: str) -> Tool:
    """A lint roller: a drum of sticky paper on a handle in its axis, turned and straight or moulded and curved."""
    kind = str(rng.choice(["straight", "curved"]))
    half, radius = rng.choice([rng.uniform(0.045, 0.065), rng.uniform(0.07, 0.1)]), rng.uniform(0.021, 0.033)
    edge, thick = radius * rng.uniform(0.01, 0.05), radius * rng.uniform(0.38, 0.52)
    drum = turned(np.array([radius - edge, radius, radius, radius - edge]), half * np.array([-1, -0.99, 0.99, 1]))
    bore, gap = radius * rng.uniform(0.55, 0.8), rng.uniform(0.004, 0.015)
    drum = drum - cylinder((half - 0.008, 0, 0), (1, 0, 0), bore, bore)
    cap = cylinder((half - 0.012, 0, 0), (half - 0.002, 0, 0), bore * 0.9, bore * 0.9)
    sizes = np.array([bore, radius * rng.uniform(0.8, 1.05), thick])
    collar = turned(sizes, np.array([0.002, -gap, -gap - 0.012]) - half)
    start, length = -half - gap - 0.008, rng.uniform(0.09, 0.14)
    parts = {"drum": drum, "core": [cap, collar]}
    if kind == "straight":
        parts |= tool_grip(rng, start, length, thick)
        hold: tuple[str, ...] = ("grip", "butt")
    else:
        s, hold = np.linspace(0, 1, 26), ("grip",)
        path = np.stack([start + 0.004 - s * length, rng.uniform(-0.03, 0.03) * s**2 + 0.01 * np.sin(np.pi * s)], 1)
        knots = [(0, thick), (0.3, thick * rng.uniform(0.7, 0.9)), (0.7, thick * 1.15), (0.95, thick), (1, thick * 0.5)]
        parts["grip"] = strap(path, smooth_curve(knots)(s), smooth_curve(knots)(s) * rng.uniform(0.7, 1.0))
    symmetry = AXIS if kind == "straight" else MIRROR
    roll = replace(roll_about_x(hold, -half, half, "drum", alike=False), symmetry=symmetry)
    return finished(name, "lint-roller", parts, [roll], FLAT)


def pillar_candle(rng: Generator, name: str) -> Tool:
    """A pillar candle: smooth, fluted, twisted or ringed, slim or stout, with one wick or three, new or burnt down."""
    kind = str(rng.choice(["smooth", "fluted", "twisted", "ringed"], p=[0.4, 0.2, 0.15, 0.25]))
    radius = rng.uniform(0.022, 0.05)
    height = radius * rng.uniform(2.2, 6.0) if radius < 0.035 else radius * rng.uniform(2.0, 4.2)
    bevel = radius * rng.uniform(0.03, 0.15)
    level = np.concatenate([[0], np.linspace(bevel, height - bevel, 22), [height]])
    size = np.concatenate([[radius - bevel], np.full(22, radius), [radius - bevel]])
    section = round_section(40)
    if kind in ("fluted", "twisted"):
        section = fluted_section(int(rng.integers(10, 17)), rng.uniform(0.05, 0.1), 6)
        section = twisted(section, np.linspace(0, rng.uniform(0.6, 2.5) if kind == "twisted" else 0, 24))
    elif kind == "ringed":
        size = size * (1 - rng.uniform(0.02, 0.06) * (np.arange(24) // 2 % 2))
    wax = bar(level, size, section=section).rotate([0, -90, 0])
    well = rng.choice([0.02, rng.uniform(0.1, 0.3)]) * radius
    rim = radius * rng.uniform(0.6, 0.85)
    wax = wax - cylinder((0, 0, height - well), (0, 0, height + 0.01), rim * 0.8, rim, 32)
    top, rest = split(wax, (0, 0, 1), height * rng.uniform(0.84, 0.9))
    body, base = split(rest, (0, 0, 1), height * rng.uniform(0.1, 0.15))
    count = 3 if radius > 0.042 and rng.random() < 0.6 else 1
    places = arc((0, 0), rim * 0.5 if count > 1 else 0.0, 0, 240, count)
    long, lean = rng.uniform(0.008, 0.016), rng.uniform(-0.004, 0.004, 2)
    wicks = [tube(np.array([[x, y, height - well - 0.004], [x, y, height - well + long * 0.5],
                            [x + lean[0], y + lean[1], height - well + long]]), 0.0013, sides=6)
             for x, y in places]  # fmt: skip
    roll = roll_on_body(("top", "base"), base.bounding_box()[5], top.bounding_box()[2])
    parts: Parts = {"body": body, "base": base, "top": top, "wick": wicks}
    return finished(name, "pillar-candle", parts, [roll], (UPRIGHT, ON_SIDE))


def spool(rng: Generator, name: str) -> Tool:
    """A spool: of sewing thread with tapered flanges, a flat reel of wire with cut-outs, or a drum of heavy cable."""
    kind = str(rng.choice(["thread", "reel", "cable"]))
    half = {"thread": rng.uniform(0.016, 0.04), "reel": rng.uniform(0.018, 0.04)}.get(kind, rng.uniform(0.08, 0.2))
    radius = half * {"thread": rng.uniform(0.45, 0.9), "reel": rng.uniform(1.4, 2.8)}.get(kind, rng.uniform(0.9, 1.5))
    core, lip = radius * rng.uniform(0.35, 0.55), half * rng.uniform(0.08, 0.18)
    flange = turned(radius * np.array([0.97, 1, 1, 0.97]), half - lip * np.array([1.0, 0.9, 0.1, 0]))
    if kind == "thread":
        inside = half - lip - half * rng.uniform(0.1, 0.35)
        flange = flange + turned(np.array([core, radius * 0.97]), np.array([inside, half - lip * 0.95]))
    spare, count = (radius * 0.9 - core) / 2, int(rng.integers(3, 7)) if kind == "reel" and rng.random() < 0.8 else 0
    for angle in np.arange(count) * 2 * np.pi / max(count, 1):
        y, z = (core + spare) * np.cos(angle), (core + spare) * np.sin(angle)
        flange = flange - cylinder((half + 1, y, z), (half - lip * 1.01, y, z), spare * 0.75, spare * 0.75, 20)
    bore = core * rng.uniform(0.3, 0.75)
    hub, hole = (cylinder((-half - over, 0, 0), (half + over, 0, 0), size, size)
                 for over, size in ((0.01 * half, bore * 1.2), (half, bore)))  # fmt: skip
    well = hole.scale([1, 1.1, 1.1])
    winding = _winding(rng, kind, core, radius, half - lip / 2) - well
    roll = roll_about_x("winding", -half, half, "flange", alike=True)
    parts: Parts = {"flange": [flange.mirror([1, 0, 0]) - well, flange - well], "winding": winding, "hub": hub - hole}
    return finished(name, "spool", parts, [roll], (UPRIGHT, UPRIGHT, STANDING, STANDING_OVER))


def _winding(rng: Generator, kind: str, core: float, radius: float, half: float) -> Manifold:
    """Turns of thread, wire or cable on a core, few or nearly up to the flanges."""
    full = core + (radius * 0.93 - core) * rng.uniform(0.15, 0.95)
    turns = int(rng.integers(7, 12) if kind == "cable" else rng.integers(9, 18))
    places = np.linspace(-half, half, 2 * turns + 1)
    bulge = 1 + 0.04 * (1 - (places / half) ** 2) * (kind == "thread")
    pitch = (full - core) * 0.1 if kind == "thread" else half / turns * 0.5
    return turned(full * bulge - pitch * (np.arange(2 * turns + 1) % 2 == 0), places)


FAMILIES = {
    "clothes-brush": Family(clothes_brush, ("brush-with", "sweep-with")),
    "chimney-brush": Family(chimney_brush, ("brush-with", "sweep-with")),
    "wallpaper-brush": Family(wallpaper_brush, ("brush-with", "spread-with")),
    "whisk-broom": Family(whisk_broom, ("brush-with", "sweep-with")),
    "snow-pusher": Family(snow_pusher, ("sweep-with", "lift-with")),
    "lint-roller": Family(lint_roller, ("roll-onto",)),
    "pillar-candle": Family(pillar_candle, ("roll-onto",)),
    "spool": Family(spool, ("roll-onto",)),
}
