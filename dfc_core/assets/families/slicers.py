"""Parametric tools that split or slice off: felling and splitting wedge, maul, cheese plane, orange peeler, spokeshave.

A wedge's thin edge lies at +x; the others have the handle to -x (maul: edge to +y), the spokeshave two along y.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families import bars
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, Z, afford, holes, polygon, prism, rectangle, sheet
from dfc_core.assets.families.forms import finished
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.families.wedges import thirds, wedging
from dfc_core.assets.solids import box, cylinder, loft, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, Symmetry, Tool
from dfc_core.geometry import rotation_about


def felling_wedge(rng: Generator, name: str) -> Tool:
    """A plastic felling wedge: plain, barbed, ribbed or with a stepped head; on a flat base or not."""
    kind = str(rng.choice(["plain", "barbs", "ribs", "step"]))
    length, half, height = rng.uniform(0.12, 0.3), rng.uniform(0.028, 0.042), rng.uniform(0.022, 0.034)
    x, relief = np.linspace(0, 1, 49), np.zeros((49, 15))
    slope = np.maximum(0.05, np.minimum(1, x / rng.uniform(0.82, 1.0)))
    if kind == "barbs":
        relief += 0.09 * ((x * int(rng.integers(7, 13))) % 1 * (x > 0.14) * (x < rng.uniform(0.6, 0.8)))[:, None]
    elif kind == "ribs":
        relief -= 0.16 * np.outer((x > 0.2) & (x < 0.84), (np.abs(np.arange(15) - 7) + 1) // 2 % 2 == 1)
    elif kind == "step":
        relief += rng.uniform(0.12, 0.3) * (x > 0.84)[:, None]
    thick = height * np.maximum(0.04, slope[:, None] + relief)
    front = rng.uniform(0.75, 1.1)
    wide = half * (front + (1 - front) * x)
    flat_base = rng.random() < 0.4
    whole = sheet(length * (0.5 - x), -wide, wide, thick, thick / 2 if flat_base else 0.0, columns=15)
    if rng.random() < 0.4:
        whole = whole - holes([(-length * 0.42, 0)], half * rng.uniform(0.15, 0.25))
    edge = wedging(length / 2, height, half * front, length, MIRROR_X if flat_base else HALF_TURN)
    slant = 0.0 if flat_base else np.arctan2(height / 2, length)
    return finished(name, "felling-wedge", thirds(whole, length), [edge], _wedge_rests(slant))


def _wedge_rests(slant: float, roll: float = 0.0) -> tuple[NDArray, ...]:
    """Lying on either slope, after a turn by `roll` about its length, or standing on the back."""
    laid = rotation_about(Y, -slant) @ rotation_about(X, roll)
    lying = laid, rotation_about(X, np.pi) @ rotation_about(Y, slant) @ rotation_about(X, roll)
    return (*lying, rotation_about(Y, -np.pi / 2))


def splitting_wedge(rng: Generator, name: str) -> Tool:
    """A steel splitting wedge with a struck head: plain, finned, twisted like a screw, or a four-sided diamond."""
    kind = str(rng.choice(["plain", "fins", "twisted", "diamond"]))
    length, half = rng.uniform(0.16, 0.26), rng.uniform(0.022, 0.034)
    height = half * rng.uniform(1.2, 1.7)
    x = np.linspace(0.5, -0.5, 33)
    taper = np.clip((0.5 - x) / rng.uniform(0.62, 0.78), 0, 1) ** rng.uniform(0.85, 1.2)
    flare = rng.uniform(0.9, 1.3)
    wide, deep = half * (flare + (1 - flare) * taper), np.maximum(height / 2 * taper, 0.0007)
    symmetry, turn, flank = HALF_TURN, np.zeros(33), half * flare
    section = bars.squarish_section(rng.uniform(5, 10), 32)
    if kind == "twisted":
        turn = rng.uniform(0.7, 1.5) * rng.choice([-1, 1]) * np.clip((0.5 - x) / 0.7, 0, 1)
    if kind == "diamond":
        section = bars.polygon_section(4, 32) * (1 + rng.uniform(0.0, 0.3) * np.cos(np.arange(32) * np.pi / 4))[:, None]
        half = height = half * rng.uniform(1.0, 1.25)
        wide = deep = half * np.maximum(taper, 0.05)
        symmetry, flank = Symmetry("n-fold", 4), half * 0.05
    c, s = np.cos(turn)[:, None, None], np.sin(turn)[:, None, None]
    ring = np.stack([wide[:, None] * section[:, 0], deep[:, None] * section[:, 1]], axis=-1)
    ring = np.concatenate([c * ring[..., :1] - s * ring[..., 1:], s * ring[..., :1] + c * ring[..., 1:]], axis=-1)
    whole = bars.bar(x * length, 1.0, 1.0, ring)
    if kind == "fins":
        whole = whole + _fins(rng, length, half, height)
    head = _struck_head(rng, length, half, height / 2 if kind != "diamond" else half, kind)
    edge = wedging(length / 2, height, flank, length, symmetry)
    slant = np.arctan2(height * 0.7 if kind == "diamond" else height / 2, length * 0.7)
    rests = _wedge_rests(slant, np.pi / 4 if kind == "diamond" else 0.0)
    return finished(name, "splitting-wedge", thirds(whole + head, length), [edge], rests)


def _fins(rng: Generator, length: float, half: float, height: float) -> Manifold:
    """Two wings on each broad side that drive the wood apart."""
    reach, thin = height * rng.uniform(0.75, 1.0), half * 0.13
    points = [(length * 0.12, 0), (-length * 0.3, reach), (-length * 0.38, reach * 0.9), (-length * 0.38, 0)]
    points += [(a, -b) for a, b in points[::-1]]
    fin = prism(polygon(points), -thin, thin).rotate([90, 0, 0])
    place = half * rng.uniform(0.3, 0.7)
    return fin.translate([0, place, 0]) + fin.translate([0, -place, 0])


def _struck_head(rng: Generator, length: float, half: float, deep: float, kind: str) -> Manifold:
    """The boss that a sledge hits: octagonal or square, chamfered or mushroomed by use."""
    long, size = length * rng.uniform(0.08, 0.18), rng.uniform(0.8, 1.1)
    x = -length / 2 + 0.004 - (long + 0.004) * np.array([0, 0.3, 0.8, 1.0])
    shape = size * np.array([0.95, 1.0, rng.uniform(1.0, 1.15), 0.8])
    if kind in ("twisted", "diamond"):
        return bars.bar(x, min(half, deep * 1.4) * shape, section=bars.polygon_section(8, 32))
    return bars.bar(x, half * shape, deep * shape, bars.squarish_section(rng.uniform(3, 9), 32))


def maul(rng: Generator, name: str) -> Tool:
    """A splitting maul: straight, hollow-cheeked or swelling wedge before a square poll, or a broad welded block."""
    kind = str(rng.choice(["straight", "hollow", "swelling", "block"]))
    length = rng.uniform(0.62, 0.88)
    eye, thick, reach = rng.uniform(0.026, 0.034), rng.uniform(0.022, 0.03), rng.uniform(0.085, 0.125)
    if kind == "block":
        thick, reach = rng.uniform(0.034, 0.046), rng.uniform(0.12, 0.16)
    half, sag = eye * rng.uniform(1.0, 1.5), rng.uniform(0.0, 0.3) * eye
    power = {"straight": 1.0, "hollow": rng.uniform(1.3, 1.7), "swelling": rng.uniform(0.7, 0.85), "block": 1.0}[kind]
    columns, rings = np.linspace(-1, 1, 9), []
    for s in np.linspace(0, 1, 17):
        x, y = columns * (eye + (half - eye) * s**1.6), reach * s - sag * s * columns**2
        z = np.full(9, max(thick * (1 - s) ** power, 0.0006))
        rings.append(np.concatenate([np.column_stack([x, y, z]), np.column_stack([x, y, -z])[::-1]]))
    poll, cheek, back, face = _maul_poll(rng, eye, thick, kind)
    parts = {"wedge": loft(rings[4:]), "head": [loft(rings[:5]), cheek], "poll": poll, **_maul_shaft(rng, length, eye)}
    affordances = (
        afford("wedge-with", "wedge", "grip", ((0, reach, 0), Y, X), (half + reach) / 2, MIRROR),
        afford("pound-with", "poll", "grip", ((0, -back, 0), -Y, -X), face, MIRROR),
    )
    return finished(name, "maul", parts, affordances)


def _maul_poll(rng: Generator, eye: float, thick: float, kind: str) -> tuple[Manifold, Manifold, float, float]:
    """(struck end, what joins it to the eye, its reach, its radius), chamfered, round-cornered or square."""
    back = rng.uniform(0.045, 0.065) if kind != "block" else rng.uniform(0.02, 0.035)
    size, waist = rng.uniform(0.85, 1.1), rng.uniform(0.8, 1.0) if kind != "block" else 1.0
    y = -back * np.array([-0.05, 0.25, 0.45, 0.9, 1.0])
    scale = np.array([1.0, waist, size, size, size * 0.9])
    section = bars.squarish_section(float(rng.choice([3.0, 6.0, 12.0])), 32)
    solid = bars.bar(y, eye * scale, thick * scale, section).rotate([0, 0, 90]).scale([-1, 1, 1])
    poll, cheek = split(solid, (0, -1, 0), back * 0.5)
    return poll, cheek, back, float(np.sqrt(eye * thick) * size)


def _maul_shaft(rng: Generator, length: float, eye: float) -> dict[str, list[Manifold]]:
    """A long wooden shaft, straight or curved with a swelling end, or a fibreglass one with a sleeve and a collar."""
    s = np.linspace(0, 1, 40)
    wood = rng.random() < 0.55
    bend = rng.choice([0.0, 0.025]) * length if wood else 0.0
    path = np.column_stack([eye * 1.25 - s * (length + eye), bend * np.sin(2 * np.pi * s**1.3), 0 * s])
    path[:, 1] += 1e-5 * np.sin(np.pi * s)
    end = rng.uniform(1.2, 1.6) if wood else 1.25
    knots = [(0, 1.0), (0.3, 1.0), (0.62, 0.95), (0.64, 0.95 if wood else 1.25), (0.93, 1.05 if wood else 1.2)]
    size = rng.uniform(0.013, 0.016) * smooth_curve([*knots, (0.98, end), (1, end * 0.7)])(s)
    solid = tube(path, size, size * rng.uniform(1.15, 1.4), sides=16)
    grip, shaft = split(solid, (-1, 0, 0), length * rng.uniform(0.56, 0.62))
    found = [shaft]
    if not wood or rng.random() < 0.2:
        found.append(bars.bar(np.array([-0.9 * eye, -0.9 * eye - 0.1]), 0.025, 0.02, bars.squarish_section(3)))
    return {"shaft": found, "grip": [grip]}


def cheese_plane(rng: Generator, name: str) -> Tool:
    """A cheese plane: a spade, leaf or slab of sheet with a slot across, whose lip is bent down, on a handle."""
    kind = str(rng.choice(["spade", "leaf", "slab"]))
    length, half = rng.uniform(0.075, 0.115), rng.uniform(0.03, 0.042)
    root = {"spade": rng.uniform(0.25, 0.45), "leaf": 0.3, "slab": rng.uniform(0.75, 0.95)}[kind]
    knots = {
        "spade": [(0, root), (0.25, root + 0.12), (0.9, 1.0), (1, rng.uniform(0.75, 0.95))],
        "leaf": [(0, root), (0.3, 0.85), (0.55, 1.0), (0.85, 0.8), (1, 0.3)],
        "slab": [(0, root), (0.08, 1.0), (0.95, 1.0), (1, 0.93)],
    }[kind]
    x = np.linspace(0, 1, 40)
    wide = half * smooth_curve(knots)(x)
    front = length + rng.uniform(0.0, 0.3) * half * (1 - np.linspace(-1, 1, 15) ** 2)
    tip = np.column_stack([front, wide[-1] * np.linspace(1, -1, 15)])
    sides = np.column_stack([x * length, wide])
    outline = polygon(np.concatenate([sides[:-1], tip, (sides * [1, -1])[:-1][::-1]]), 0.003)
    place, thick = length * rng.uniform(0.42, 0.56), rng.uniform(0.0013, 0.002)
    across = float(np.interp(place, x * length, wide)) * rng.uniform(0.74, 0.84)
    gap, lip = rng.uniform(0.0025, 0.004), rng.uniform(0.009, 0.013)
    opening = rectangle(gap + lip, across * 2, 0.001, (place + (lip - gap) / 2, 0))
    plate = prism(outline, -thick / 2, thick / 2) - prism(opening, -1, 1)
    if kind != "leaf" and rng.random() < 0.5:  # holes that keep the cheese from sticking
        spots = [((place + lip + length) / 2, y) for y in np.linspace(-0.55, 0.55, int(rng.integers(2, 5))) * half]
        plate = plate - holes(spots, min(0.0035, (length - place - lip) * 0.25))
    fall = rng.uniform(0.0015, 0.0035)
    stations = np.linspace(0, 1, 6)
    slant = np.where(stations < 1, -fall * (1 - stations) ** 1.4, 0)
    thin = thick * np.array([0.2, 0.6, 0.9, 0.95, 0.95, 0.95])
    edge = sheet(place + (lip + 0.0006) * stations, -across - 0.0003, across + 0.0003, thin[:, None], slant[:, None])
    parts = {"edge": edge, "blade": plate, **_cheese_handle(rng, wide[0], thick)}
    frame = ((place, 0, -fall), -X * lip - Z * fall, -Y)
    return finished(name, "cheese-plane", parts, [afford("peel-with", "edge", "grip", frame, across, MIRROR_X)])


def _cheese_handle(rng: Generator, root: float, thick: float) -> dict[str, list[Manifold]]:
    """A neck, straight or cranked up, and the handle on it."""
    lift, reach = rng.choice([0.0, rng.uniform(0.008, 0.022)]), rng.uniform(0.018, 0.035)
    s = np.linspace(0, 1, 12)
    path = np.column_stack([0.008 - (reach + 0.008) * s, lift * (3 * s**2 - 2 * s**3)])
    neck = bars.strap(path, np.linspace(min(root * 0.9, 0.012), 0.005, 12), np.linspace(thick * 0.6, 0.0028, 12))
    styles = ("oval", "turned", "scales", "ribbed", "moulded", "strip")
    held = haft(rng, rng.uniform(0.095, 0.125), rng.uniform(0.009, 0.014), (-reach + 0.006, lift, 0), styles)
    return {"neck": [neck], **held}


def orange_peeler(rng: Generator, name: str) -> Tool:
    """An orange peeler: a flat stick, straight, bowed or with a ring, and a small hooked tooth below its end."""
    kind = str(rng.choice(["straight", "bowed", "ring"]))
    length, half, thick = rng.uniform(0.1, 0.145), rng.uniform(0.0055, 0.008), rng.uniform(0.0016, 0.0026)
    s = np.linspace(0, 1, 40)
    bow = rng.uniform(0.05, 0.12) * length if kind == "bowed" else rng.uniform(0.0, 0.02) * length
    rise = bow * np.sin(np.pi * s * rng.uniform(0.7, 1.0))
    knots = [(0, 0.5), (0.04, 0.9), (0.3, 0.8), (0.65, rng.uniform(0.95, 1.3)), (0.96, 1.0), (1, 0.5)]
    path = np.column_stack([-length * s, rise])
    stick = bars.strap(path, half * smooth_curve(knots)(s), thick, bars.squarish_section(3.0, 20))
    grip, neck = split(stick, (-1, 0, 0), length * rng.uniform(0.35, 0.45))
    parts: dict = {"neck": [neck], "grip": [grip]}
    if kind == "ring":
        radius = rng.uniform(0.011, 0.013)
        ring = cylinder((0, 0, -thick), (0, 0, thick), radius + 0.005, radius + 0.005, 36)
        ring = ring - cylinder((0, 0, -1), (0, 0, 1), radius, radius, 36)
        parts["grip"].append(ring.translate([-length - radius - 0.001, 0, float(rise[-1])]))
    parts["tooth"], tip, middle, root = _tooth(rng, rng.uniform(0.009, 0.013), thick)
    along = tip - root
    frame = (middle, np.cross(Y, along), along)
    peel = afford("peel-with", "tooth", "grip", frame, float(np.linalg.norm(along)) / 2, MIRROR)
    return finished(name, "orange-peeler", parts, [peel], (rotation_about(X, np.pi), rotation_about(X, np.pi / 2)))


def _tooth(rng: Generator, size: float, thick: float) -> tuple[Manifold, NDArray, NDArray, NDArray]:
    """(tooth below the stick's end, then of its edge, which looks to the hand: the tip, the middle, the upper end)."""
    hook, front = rng.uniform(0.15, 0.6) * size, -rng.uniform(0.001, 0.003)
    s = np.linspace(0, 1, 12)
    top = front - size * rng.uniform(0.75, 1.0)
    tip_x = top - hook * 0.5
    outer = np.column_stack([front + (tip_x - front) * s**2.2, -size * np.sin(np.pi / 2 * s)])
    inner = np.column_stack([top + hook * 0.6 * np.sin(np.pi * s) + (tip_x - top) * s**2, -size * s * 0.98])
    rings = []
    for (a, c), (b, d) in zip(outer, inner, strict=True):
        wide = thick * np.array([1.0, 0.85, 0.12])
        x, z = np.linspace(a, b - 1e-4, 3), np.linspace(c, d - 1e-4, 3)
        upper, lower = np.column_stack([x, wide, z]), np.column_stack([x, -wide, z])
        rings.append(np.concatenate([upper, lower[::-1]]))
    middle = np.array([inner[6, 0], 0, inner[6, 1]])
    return loft(rings), np.array([tip_x, 0, -size]), middle, np.array([top, 0, -thick])


def spokeshave(rng: Generator, name: str) -> Tool:
    """A spokeshave drawn to -x: iron with winged or turned handles and a steep blade, or wooden with a flat one."""
    kind = str(rng.choice(["winged", "turned", "wooden"]))
    half = rng.uniform(0.024, 0.032) if kind != "wooden" else rng.uniform(0.028, 0.042)
    if kind == "wooden":
        parts, frame = _wooden_shave(rng, half)
    else:
        parts, frame = _iron_shave(rng, half)
        parts["grip"] = _wings(rng, half) if kind == "winged" else _side_handles(rng, half)
    return finished(name, "spokeshave", parts, [afford("peel-with", "edge", "grip", frame, half, MIRROR_X)])


def _iron_shave(rng: Generator, half: float) -> tuple[dict, tuple]:
    """Body, blade on a steep bed, cap with a screw, and the frame of the edge."""
    slope, long = np.radians(rng.uniform(36, 48)), rng.uniform(0.034, 0.044)
    up, out = np.array([np.cos(slope), 0, np.sin(slope)]), np.array([-np.sin(slope), 0, np.cos(slope)])
    start = -up * 0.0012

    def laid(outline: list[tuple[float, float]], wide: float) -> Manifold:
        solid = prism(polygon(outline), -wide, wide).rotate([90, 0, 0])
        return solid.rotate([0, -float(np.degrees(slope)), 0]).translate(list(start))

    iron = laid([(0, 0), (0.004, -0.0024), (long, -0.0024), (long, 0)], half)
    edge, blade = split(iron, -up, -float(up @ start) - long * 0.28)
    tall = long * rng.uniform(0.5, 0.68)
    bed = [(0.001, 0.0), (0.016, 0.0), (up[0] * tall + 0.005, up[2] * tall), (up[0] * tall, up[2] * tall)]
    rear = prism(polygon(bed), -half, half).rotate([90, 0, 0])
    cheek = box((0.034, 0.007, 0.013), (0.0, half + 0.003, 0.0065))
    toe = box((0.011, half * 2 + 0.004, 0.004), (-0.0115, 0, 0.002))
    cap = laid([(long * 0.3, -0.0002), (long * 0.34, 0.004), (long * 0.86, 0.005), (long * 0.9, -0.0002)], half * 0.94)
    foot = start + up * long * 0.62
    radius = rng.uniform(0.006, 0.009)
    screw = cylinder(foot, foot + out * rng.uniform(0.009, 0.014), radius, radius, int(rng.choice([8, 24])))
    parts = {"edge": edge, "blade": blade, "body": [rear, cheek, cheek.mirror((0, 1, 0)), toe], "cap": [cap, screw]}
    if rng.random() < 0.5:
        nut = cylinder(start + up * (long - 0.002), start + up * (long + 0.008), 0.005, 0.005, 16)
        parts["nuts"] = [nut.translate([0, place, 0]) for place in (half * 0.55, -half * 0.55)]
    return parts, (start, -up, -Y)


def _wings(rng: Generator, half: float) -> list[Manifold]:
    """Cast handles in one with the body, that rise like a gull's wings or lie straight, and broaden to flat ends."""
    s, reach = np.linspace(0, 1, 24), rng.uniform(0.085, 0.11)
    rise = rng.choice([0.0, rng.uniform(0.008, 0.02)])
    lift = 0.0065 + rise * np.sin(np.pi * np.minimum(s * 1.1, 1)) ** 1.5 + rng.uniform(0.0, 0.012) * s + 1e-5 * s**2
    path = np.column_stack([rng.uniform(-0.006, 0.012) * s**2, half + 0.001 + reach * s, lift])
    wide = rng.uniform(0.0105, 0.0135) * smooth_curve([(0, 0.9), (0.25, 0.65), (0.75, 1.0), (0.95, 0.85), (1, 0.3)])(s)
    wing = tube(path, wide, wide * rng.uniform(0.45, 0.75), sides=16)
    return [wing, wing.mirror((0, 1, 0))]


def _side_handles(rng: Generator, half: float) -> list[Manifold]:
    """Turned or oval handles on both sides of an iron body, straight or splayed up."""
    held = haft(rng, rng.uniform(0.08, 0.105), rng.uniform(0.011, 0.014), (0, 0, 0), ("turned", "oval", "ribbed"))
    solids = [solid for part in held.values() for solid in part]
    splay, place = rng.uniform(0, 14), half + 0.003
    placed = [solid.rotate([0, splay, -90]).translate([0, place, 0.0075]) for solid in solids]
    return [*placed, *(solid.mirror((0, 1, 0)) for solid in placed)]


def _wooden_shave(rng: Generator, half: float) -> tuple[dict, tuple]:
    """A wooden stock in one with its handles, a flat blade on two tangs below it, and the frame of the edge."""
    reach, swell = half + rng.uniform(0.08, 0.105), rng.uniform(0.8, 1.05)
    y = np.concatenate([np.linspace(0, half + 0.008, 8), np.linspace(half + 0.016, reach, 22)])
    share = np.clip((y - half - 0.012) / (reach - half - 0.012), 0, 1)
    size = smooth_curve([(0, 1.0), (0.12, 0.7), (0.65, swell), (0.92, 0.75), (1, 0.25)])(share)
    wide, deep = rng.uniform(0.0125, 0.016), rng.uniform(0.0105, 0.0135)
    y, size = np.concatenate([-y[:0:-1], y]), np.concatenate([size[:0:-1], size])
    whole = bars.bar(y, wide * size, deep * size, bars.squarish_section(rng.uniform(2.6, 5), 20))
    whole = whole.rotate([0, 0, 90]).translate([0, 0, deep])
    throat = box((wide, half * 1.9, deep * 1.1), (-wide * 0.62, 0, deep * 0.55))
    grip, stock = split(whole - throat, (0, 1, 0), half + 0.012)
    other, stock = split(stock, (0, -1, 0), half + 0.012)
    front, back = -wide * rng.uniform(0.85, 1.0), wide * 0.45
    profile = [(front, 0), (front + 0.006, 0.0028), (back, 0.0028), (back, 0)]
    plate = prism(polygon(profile), -half, half).rotate([90, 0, 0])
    edge, blade = split(plate, (-1, 0, 0), -front - 0.0065)
    tall, thick = 2 * deep + rng.uniform(0.001, 0.006), rng.uniform(0.003, 0.0045)
    tang = cylinder((back * 0.4, half * 0.88, 0.001), (back * 0.4, half * 0.88, tall), thick, thick, 14)
    parts = {"edge": edge, "blade": [blade, tang, tang.mirror((0, 1, 0))], "body": stock, "grip": [grip, other]}
    return parts, ((front, 0, 0), -X, -Y)


FAMILIES = {
    "felling-wedge": Family(felling_wedge, ("wedge-with",)),
    "splitting-wedge": Family(splitting_wedge, ("wedge-with",)),
    "maul": Family(maul, ("wedge-with", "pound-with")),
    "cheese-plane": Family(cheese_plane, ("peel-with",)),
    "orange-peeler": Family(orange_peeler, ("peel-with",)),
    "spokeshave": Family(spokeshave, ("peel-with",)),
}
