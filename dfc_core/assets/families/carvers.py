"""Parametric blades for one job each: ulu, cake server, oyster knife, froe, adze, pruning shears, zester.

Handle to -x (a froe's and an ulu's to +y); edge towards -y, of an adze and a zester across the handle and down.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families import bars
from dfc_core.assets.families.edges import edge_place, honed
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, Z, afford, bar, bezier, holes, inside, polygon, prism, sheet
from dfc_core.assets.families.forms import finished, flat
from dfc_core.assets.families.grips import collar
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import box, cylinder, labelled, loft, named_union, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, NONE, Tool
from dfc_core.geometry import rotation_about


def ulu(rng: Generator, name: str) -> Tool:
    """An ulu: a crescent, a fan or a half disc with a rounded edge, below a grip on one post, on two or on its back."""
    kind = str(rng.choice(["crescent", "fan", "half"]))
    long = rng.uniform(0.1, 0.17)
    s = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 41))
    sag = long * rng.uniform(*{"crescent": (0.28, 0.4), "fan": (0.1, 0.2), "half": (0.3, 0.46)}[kind])
    low = -sag * np.sqrt(1 - s**2) if kind == "half" else -sag * (1 - s**2)
    root = 1.0
    high = 0.004 + (1 - s**2) * (rng.uniform(-0.4, -0.15) * sag if kind == "crescent" else rng.uniform(0, 0.1) * long)
    if kind == "fan":
        root = rng.uniform(0.25, 0.55)
        high = long * rng.uniform(0.14, 0.28) - 0 * s
    edge, back = np.stack([s * long / 2, low], 1), np.stack([s * root * long / 2, high], 1)
    blade = honed(edge, back, rng.uniform(0.0014, 0.0026), rng.uniform(0.18, 0.25))
    frame, reach = ((0, low[20], 0), -Y, X), edge_place(edge, back)[1]
    cuts = [afford(function, "edge", "grip", frame, reach, HALF_TURN) for function in ("cut-with", "scrape-with")]
    return finished(name, "ulu", {**blade, **_ulu_grip(rng, back, long)}, cuts)


def _ulu_grip(rng: Generator, back: NDArray, long: float) -> dict[str, list[Manifold]]:
    """A grip along the blade, straight or arched: round, oval or nearly square, on one post, on two or on the back."""
    mount = str(rng.choice(["post", "posts", "back"]))
    half, radius = max(long * rng.uniform(0.24, 0.4), 0.034), rng.uniform(0.009, 0.014)
    x, size = bars.swelling(-half, half, [(0, 0.5), (0.07, 0.85), (0.5, 1), (0.93, 0.85), (1, 0.5)], 25)
    top = float(back[20, 1])
    gap = {"post": rng.uniform(0.008, 0.025), "posts": rng.uniform(0.02, 0.034), "back": -0.3 * radius}[mount]
    height = top + gap + radius
    arch = rng.uniform(0.0, 0.12) * half * (1 - (x / half) ** 2)
    section = bars.squarish_section(rng.uniform(2, 4), 20)
    grip = bars.bar(x, radius * size * rng.uniform(0.65, 1.0), radius * size, section, arch)
    spots = np.array([-0.55, 0.55]) * min(half, float(back[-1, 0])) if mount == "posts" else np.zeros(1)
    wide = 0.01 if mount == "posts" else min(half, float(back[-1, 0])) * rng.uniform(0.5, 1.2)
    ends = np.interp(spots + np.sign(spots) * wide / 2, back[:, 0], back[:, 1]) - 0.007
    posts = [
        box((wide, height - end, 0.0036), (spot, (height + end) / 2, 0)) for spot, end in zip(spots, ends, strict=True)
    ]
    return {"post": posts, "grip": [grip.rotate([-90, 0, 0]).translate([0, height, 0])]}


SERVERS = {  # knots of the half width over the share of the length
    "triangle": [(0, 0.6), (0.07, 1), (0.5, 0.56), (1, 0.05)],
    "leaf": [(0, 0.25), (0.15, 0.8), (0.35, 1), (0.75, 0.62), (1, 0.05)],
    "spade": [(0, 0.35), (0.14, 1), (0.6, 0.7), (0.94, 0.45), (1, 0.28)],
}


def cake_server(rng: Generator, name: str) -> Tool:
    """A cake server: a triangle, a leaf or a blunt spade with one or two sharp sides, on a neck that steps up."""
    kind, one = str(rng.choice(list(SERVERS))), rng.random() < 0.5
    length, half, thick = rng.uniform(0.11, 0.17), rng.uniform(0.026, 0.037), rng.uniform(0.0015, 0.0025)
    s = np.linspace(0, 1, 61)
    x, profile = (s - 0.5) * length, half * smooth_curve(SERVERS[kind])(s)
    bite = 0.0014 * (np.arange(61) % 2) * (s > 0.2) * (s < 0.92) if one else 0 * s
    thin = thick * np.array([0.3, 0.8, 1, 1, 1, 1 if one else 0.8, 1 if one else 0.3])
    plate = sheet(x, -profile + bite, profile, np.tile(thin, (61, 1)), columns=7)
    if rng.random() < 0.35:
        spots = [((place - 0.5) * length, 0.0) for place in (0.2, 0.32, 0.44)]
        plate = plate - holes(spots, 0.003, rng.choice([0.0, 0.006]))
    inner = np.column_stack([x, -0.62 * profile])
    outer = np.column_stack([x, profile * (1.1 if one else 0.62)])
    core = np.concatenate([inner[:1] - [0.01, 0], inner, outer[::-1], outer[:1] - [0.01, 0]])
    blade, edge = inside(plate, polygon(core))
    neck, end = _stepped_neck(rng, -length / 2, float(profile[0]), thick)
    styles = ("oval", "turned", "scales", "strip", "moulded")
    pose = (end[0] + 0.004, end[2], rng.uniform(0, 12))
    held = haft(rng, rng.uniform(0.1, 0.135), rng.uniform(0.008, 0.012), pose, styles)
    first = int(np.argmax(profile))
    right, left = np.column_stack([x, -profile])[first:], np.column_stack([x, profile])[first:]
    (place, reach), (other, _) = edge_place(right, left), edge_place(left, right)
    centre, size = (np.average(x, weights=profile), 0, thick / 2), np.sqrt(length / 2 * profile.mean())
    affordances = (
        afford("lift-with", ("blade", "edge"), "grip", (centre, Z, X), size, NONE if one else MIRROR),
        afford("cut-with", "edge", "grip", place, reach, NONE, [] if one else [other]),
    )
    return finished(name, "cake-server", {"edge": edge, "blade": blade, "neck": neck, **held}, affordances)


def _stepped_neck(rng: Generator, start: float, half: float, thick: float) -> tuple[Manifold, NDArray]:
    """(neck, its end): a bar from the blade's rear that bends up and level again."""
    root = np.array([start + 0.014, 0, 0])
    rise, run = rng.uniform(0.018, 0.04), rng.uniform(0.02, 0.04)
    foot = root - [0.016, 0, 0]
    end = foot - np.array([run + 0.012, 0, -rise])
    low, high = foot - X * 0.01, end + X * 0.012
    middle = (low + high) / 2
    path = np.concatenate([[root], bezier(foot, low, middle, 9), bezier(middle, high, end, 9)[1:]])
    wide = np.linspace(min(half * 0.8, rng.uniform(0.006, 0.011)), 0.0045, len(path))
    return bar(path, wide, np.linspace(thick * 0.7, 0.0028, len(path)), rng.uniform(2.5, 5)), end


OYSTER_BLADES = {  # (shortest, longest, half width), knots of the half width over the share of the length
    "boston": ((0.068, 0.09, 0.0085), [(0, 0.75), (0.5, 1), (0.8, 0.88), (0.95, 0.5), (1, 0.1)]),
    "new haven": ((0.05, 0.066, 0.0105), [(0, 0.9), (0.5, 1), (0.75, 0.8), (1, 0.06)]),
    "french": ((0.045, 0.062, 0.0125), [(0, 0.75), (0.35, 1), (0.7, 0.62), (1, 0.05)]),
}


def oyster_knife(rng: Generator, name: str) -> Tool:
    """An oyster knife: long and blunt, short with a raised point, or a broad spear behind a guard; a bulbous grip."""
    kind = str(rng.choice(list(OYSTER_BLADES)))
    (shortest, longest, wide), knots = OYSTER_BLADES[kind]
    length, half, thick = rng.uniform(shortest, longest), wide * rng.uniform(0.85, 1.15), rng.uniform(0.0026, 0.0042)
    s = np.linspace(0, 1, 33)
    profile = half * smooth_curve(knots)(s)
    lift = rng.uniform(0.09, 0.15) if kind == "new haven" else 0.0
    height = lift * length * np.clip((s - 0.5) / 0.5, 0, 1) ** 1.8
    body = thick * np.interp(s, [0, 0.5, 1], [1, 0.9, 0.4])[:, None] * np.array([0.2, 0.75, 1, 0.75, 0.2])
    plate = sheet(s * length, -profile, profile, body, height[:, None], columns=5)
    (tip, blade), radius = split(plate, (1, 0, 0), length * 0.55), rng.uniform(0.0125, 0.018)
    parts: dict = {"tip": tip, "blade": blade, "grip": _bulbous_grip(rng, radius)}
    tang = box((0.016, half * 1.2, thick * 0.9), (0.0, 0, 0))
    parts["collar"] = [tang, collar(rng, 0.005, 0.016, radius * rng.uniform(0.6, 0.72))]
    if kind == "french" or rng.random() < 0.25:
        broad = radius * rng.uniform(1.15, 1.5)
        parts["guard"] = bars.bar(
            np.array([0.0055, 0.001]), broad, broad * rng.uniform(0.6, 1.0), bars.round_section(28)
        )
    turned, faced = (MIRROR_X, MIRROR) if lift else (HALF_TURN, HALF_TURN)
    ahead = np.array([length * (s[-1] - s[-5]), 0, height[-1] - height[-5]])
    end = bars.Tip(half * 0.5, turned, (length, 0, height[-1]), ahead, face_symmetry=faced)
    affordances = bars.tip_affordances({"pry-with": "tip", "pierce-with": "tip"}, "grip", 0.45 * length, end)
    return finished(name, "oyster-knife", parts, affordances)


def _bulbous_grip(rng: Generator, radius: float) -> Manifold:
    """A round grip: a pear, a barrel, or a ball behind a waist."""
    kind = str(rng.choice(["pear", "barrel", "ball"]))
    length = rng.uniform(0.08, 0.105) if kind != "ball" else rng.uniform(0.06, 0.08)
    knots = [(0, 0.65), (0.12, 0.85), (0.5, 1), (0.88, 0.85), (1, 0.5)]
    if kind == "pear":
        knots = [(0, 0.6), (0.1, 0.68), (0.3, 0.75), (0.72, 1.1), (0.92, 0.85), (1, 0.3)]
    elif kind == "ball":
        knots = [(0, 0.6), (0.15, 0.65), (0.55, 1.2), (0.85, 1.0), (1, 0.25)]
    x, size = bars.swelling(0.002, -length, knots, 28)
    return bars.bar(x, radius * size, radius * size * rng.uniform(0.8, 1.0))


def froe(rng: Generator, name: str) -> Tool:
    """A froe: a long thick blade, even, tapering or bellied, square or clipped at its end, and an upright handle."""
    length, width, thick = rng.uniform(0.19, 0.36), rng.uniform(0.042, 0.075), rng.uniform(0.006, 0.0095)
    eye, wall, share = rng.uniform(0.019, 0.026), rng.uniform(0.004, 0.007), rng.uniform(0.25, 0.32)
    s = np.linspace(0, 1, 41)
    taper, belly = rng.choice([0.0, rng.uniform(0.1, 0.35)]), rng.choice([0.0, rng.uniform(0.05, 0.16)])
    low = -width * (1 - taper * s + belly * np.sin(np.pi * s))
    clip = rng.choice([0.0, 0.06, 0.25])
    low = low + 0.5 * width * np.clip((s - 1 + clip) / max(clip, 1e-9), 0, 1) ** 2 * (clip > 0)
    x = eye * 0.75 + s * length
    edge, back = np.stack([x, low], 1), np.stack([x, 0 * s], 1)
    parts: dict = honed(edge, back, thick, share)
    tall = width * rng.uniform(0.95, 1.3)
    ring = cylinder((0, -tall, 0), (0, 0.002, 0), eye * 0.92 + wall, eye + wall, 32)
    reach, end = rng.uniform(0.24, 0.42), rng.uniform(0.8, 1.35)
    knots = [(0, 0.85), (0.15, 1.0), (0.3, 0.95), (0.6, rng.uniform(0.75, 1.0)), (0.94, end), (1, end * 0.6)]
    y, size = bars.swelling(-tall - rng.uniform(0.004, 0.02), reach, knots, 30)
    handle = bars.bar(y, eye * size, section=bars.squarish_section(rng.uniform(2, 2.6))).rotate([0, 0, 90])
    grip, shaft = split(handle, (0, 1, 0), reach * 0.25)
    parts |= {"eye": [ring], "shaft": [shaft], "grip": [grip]}
    place, half = edge_place(edge, back)
    wedge = afford("wedge-with", "edge", "grip", place, (half + share * width) / 2, MIRROR)
    return finished(name, "froe", parts, [wedge])


def adze(rng: Generator, name: str) -> Tool:
    """An adze: a carpenter's on a long bent shaft, or a hand adze, flat or hollow; with a pin, a hammer or no poll."""
    long, hollow = rng.random() < 0.4, rng.random() < 0.4
    length = rng.uniform(0.55, 0.8) if long else rng.uniform(0.2, 0.36)
    sizes = ((0.15, 0.21), (0.036, 0.055)) if long else ((0.08, 0.13), (0.022, 0.038))
    reach, half = (rng.uniform(*size) for size in sizes)
    eye = rng.uniform(0.019, 0.023) if long else rng.uniform(0.013, 0.018)
    bow, root = rng.uniform(0.15, 0.42), rng.uniform(0.6, 0.95)
    dish = half * rng.uniform(0.35, 0.6) if hollow else 0.0
    across, rings, ways = np.linspace(-1, 1, 13), [], []
    for s in np.linspace(0, 1, 25):
        way = np.array([-2 * bow * s, 0, -1]) / np.hypot(1, 2 * bow * s)
        facing = np.cross(way, -Y)
        wide = eye * root + (half - eye * root) * s ** (1.6 if long else 1.1)
        middle = np.array([-bow * reach * s**2, 0, -eye * 0.6 - reach * s])
        body = eye * np.interp(s, [0, 0.2, 0.75, 1], [0.75, 0.34, 0.2, 0.02])
        points = middle + np.outer(across * wide, Y) + np.outer(dish * s * across**2, facing)
        rings.append(np.concatenate([points + body * facing, (points - body * facing)[::-1]]))
        ways.append((middle, way))
    parts = {"edge": [loft(rings[19:])], "blade": [loft(rings[:20])], "head": _adze_head(rng, eye)}
    run = half * (1 + 0.6 * (dish / half) ** 2)
    cut = afford("cut-with", "edge", "grip", (*ways[-1], -Y), run, MIRROR_X)
    return finished(name, "adze", {**parts, **_adze_shaft(rng, length, eye, long)}, [cut], bars.ROLLING)


def _adze_head(rng: Generator, eye: float) -> list[Manifold]:
    """The socket about the shaft's end, and above it a pin, a hammer's face or nothing."""
    x = eye * np.array([-1.15, -1.0, 1.0, 1.15])
    size = eye * np.array([1.15, 1.3, 1.3, 1.15])
    found = [bars.bar(x, size, size, bars.squarish_section(rng.uniform(2.5, 6)))]
    kind, tall = str(rng.choice(["pin", "hammer", "none"])), eye * rng.uniform(2.4, 3.6)
    if kind == "pin":
        found.append(cylinder((0, 0, eye), (0, 0, tall), eye * 0.6, eye * 0.25, 16))
    if kind == "hammer":
        found.append(cylinder((0, 0, eye), (0, 0, tall), eye * 0.7, eye * 0.7, 24))
        found.append(cylinder((0, 0, tall * 0.72), (0, 0, tall), eye * 0.85, eye * 0.9, int(rng.choice([8, 28]))))
    return found


def _adze_shaft(rng: Generator, length: float, eye: float, long: bool) -> dict[str, list[Manifold]]:
    """A wooden shaft, doubly bent or straight, with a swelling end."""
    s = np.linspace(0, 1, 34)
    bend = rng.uniform(0.03, 0.06) * length if long else rng.choice([0.0, 0.03]) * length
    path = np.column_stack([eye * 1.5 - s * (length + eye), 0 * s, bend * np.sin(2 * np.pi * s**1.2)])
    path[:, 2] += 1e-5 * np.sin(np.pi * s)
    knots = [(0, 0.95), (0.1, 0.95), (0.4, 0.8), (0.8, 0.95), (0.95, rng.uniform(0.95, 1.25)), (1, 0.6)]
    size = min(eye, 0.017) * smooth_curve(knots)(s)
    grip, shaft = split(tube(path, size * rng.uniform(0.75, 0.95), size, sides=16), (-1, 0, 0), length * 0.42)
    return {"shaft": [shaft], "grip": [grip]}


def pruning_shears(rng: Generator, name: str) -> Tool:
    """Pruning shears, open: bypass with a hooked counter blade, or anvil with a bar to cut against."""
    kind = str(rng.choice(["bypass", "anvil"]))
    length, opening, thick = rng.uniform(0.044, 0.062), rng.uniform(7, 15), rng.uniform(0.003, 0.004)
    width = length * rng.uniform(*{"bypass": (0.32, 0.42), "anvil": (0.26, 0.34)}[kind])
    edge, back = _pruning_curves(rng, kind, length, width)
    lift = 0.0 if kind == "anvil" else thick * 0.48
    blade = {part: [p.translate([0, 0, lift]) for p in found] for part, found in honed(edge, back, thick, 0.3).items()}
    counter = _counter_blade(rng, length, width, thick, kind)
    radius = rng.uniform(0.0085, 0.011)
    hub = cylinder((0, 0, -thick * 1.5), (0, 0, thick * 1.5), radius, radius, 28)
    nut = cylinder((0, 0, -thick * 2.2), (0, 0, thick * 2.2), radius * 0.65, radius * 0.55, int(rng.choice([6, 24])))
    (first, path), (second, _) = _pruner_arms(rng)
    union, owner = named_union({"pivot": [hub, nut], "spring": [_spring(rng, path, opening)]})
    for side, solids in ((1, {**blade, **first}), (-1, {"jaw": [counter], **second})):
        half, names = named_union(solids)
        union, owner = union + half.rotate([0, 0, side * opening]), owner | names
    (origin, out, along), reach = edge_place(edge, back)
    turn = rotation_about(Z, np.radians(opening))
    place = (turn @ (origin + lift * Z), turn @ out, turn @ along)
    cut = afford("cut-with", "edge", "grip", place, reach, MIRROR if kind == "anvil" else NONE)
    return Tool(name, "pruning-shears", *labelled(union, owner), (cut,), bars.LYING, licence="Apache-2.0")


def _pruning_curves(rng: Generator, kind: str, length: float, width: float) -> tuple[NDArray, NDArray]:
    """(edge, back) of the blade: bellied, rising to its point, of an anvil's straight."""
    s = np.linspace(0, 1, 31)
    belly = 0.0 if kind == "anvil" else rng.uniform(0.25, 0.4) * width
    low = -belly * np.sin(np.pi * s**0.8) + (0.6 * width * s**2.5 if kind == "bypass" else 0)
    body = smooth_curve([(0, 0.35), (0.3, 0.85), (0.6, 0.8), (0.85, 0.6), (1, 0.3)])(s)
    high = np.maximum(low + 0.0012, width * body)
    high[-6:] = low[-6:] + (high - low)[-6] * np.linspace(1, 0.1, 6)
    x = 0.002 + s * length
    return np.stack([x, low], 1), np.stack([x, high], 1)


def _counter_blade(rng: Generator, length: float, width: float, thick: float, kind: str) -> Manifold:
    """What lies below the blade: an anvil's flat bar, or a hollow hook."""
    s = np.linspace(0, 1, 25)
    deep = {"anvil": 0.0, "bypass": width * rng.uniform(0.3, 0.45)}[kind]
    top = -deep * np.sin(np.pi * s**0.9) + (0.25 * width * s**3 if kind == "bypass" else 0)
    end, low, high = (0.45, -1.6 * thick, 1.6 * thick) if kind == "anvil" else (0.1, -thick, 0.0)
    under = top - width * smooth_curve([(0, 0.75), (0.5, 0.55), (0.85, 0.42), (1, end)])(s)
    x = 0.002 + s * length * (1.08 if kind == "anvil" else rng.uniform(0.92, 1.0))
    return prism(polygon(np.concatenate([np.column_stack([x, top]), np.column_stack([x, under])[::-1]])), low, high)


def _pruner_arms(rng: Generator) -> list[tuple[dict[str, Manifold], NDArray]]:
    """("arm" and "grip", path) of the blade, which runs back below the axis, and of the counter blade, above it."""
    long, spread = rng.uniform(0.11, 0.15), rng.uniform(0.012, 0.02)
    thick, deep = rng.uniform(0.0065, 0.009), rng.uniform(0.0065, 0.0095)
    found = []
    for side in (-1, 1):
        s = np.linspace(0, 1, 30)
        end = rng.uniform(0.1, 0.9)
        y = spread * smooth_curve([(0, 0.0), (0.12, 0.35), (0.4, 1.0), (0.7, 0.9), (1, end)])(s)
        path = flat(np.column_stack([0.004 - s * long, side * y]))
        size = smooth_curve([(0, 0.75), (0.25, 0.9), (0.6, 1.05), (0.94, 0.85), (1, 0.35)])(s)
        arm, grip = split(tube(path, deep * size, thick * size, sides=16), (1, 0, 0), -long * 0.2)
        found.append(({"arm": arm, "grip": grip}, path))
    return found


def _spring(rng: Generator, path: NDArray, opening: float) -> Manifold:
    """A coil between the arms, close behind the pivot, with rings or smooth like a volute."""
    row = int(rng.integers(7, 10))
    half = abs(path[row, 1]) + abs(path[row, 0]) * np.sin(np.radians(opening))
    y = np.linspace(-half, half, 41)
    radius = rng.uniform(0.0038, 0.005) * (1 + 0.14 * np.cos(np.arange(41) * np.pi / 2))
    return bars.bar(y, radius, section=bars.round_section(12)).rotate([0, 0, 90]).translate([path[row, 0], 0, 0])


def _curled(points: NDArray, bend: float, turn: float, soft: float = 0.008) -> NDArray:
    """Points of a strip along x, bent down by `turn` (rad) over the length `soft` from x = `bend` on."""
    run = np.clip(points[:, 0] - bend, 0, None)
    angle = turn * np.minimum(run / soft, 1)
    straight, radius = np.maximum(run - soft, 0), soft / turn
    x = np.minimum(points[:, 0], bend) + radius * np.sin(angle) + straight * np.cos(angle)
    z = -radius * (1 - np.cos(angle)) - straight * np.sin(angle)
    normal = np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=1)
    return np.stack([x, points[:, 1], z], axis=1) + points[:, 2:] * normal


def zester(rng: Generator, name: str) -> Tool:
    """A zester: a strip whose end is bent down, narrow or broad, with a row of holes or a single large one."""
    kind = str(rng.choice(["row", "row", "channel", "wide"]))
    half = rng.uniform(*{"row": (0.009, 0.013), "channel": (0.006, 0.008), "wide": (0.015, 0.02)}[kind])
    length, lip, thick = rng.uniform(0.035, 0.06), rng.uniform(0.011, 0.014), rng.uniform(0.0013, 0.002)
    s, total, root = np.linspace(0, 1, 50), length + lip, rng.uniform(0.5, 0.95)
    wide = half * smooth_curve([(0, min(root, 0.006 / half)), (0.45, root), (0.75, 1), (0.95, 0.97), (1, 0.8)])(s)
    plate = sheet(s * total, -wide, wide, np.full((50, 1), thick), columns=9)
    count = {"row": 5, "channel": 1, "wide": int(rng.integers(6, 8))}[kind]
    spots = [(total - lip * 0.33, place) for place in (np.arange(count) - (count - 1) / 2) * 1.75 * half / count]
    ring = min(half / count * 0.62, lip * 0.24)
    bend, turn = length - 0.002, np.radians(rng.uniform(50, 95))
    pieces = split(plate - holes(spots, ring, 0.0, 14), (1, 0, 0), total - lip * 0.7)
    edge, blade = (piece.refine_to_length(0.004).warp_batch(lambda p: _curled(p, bend, turn)) for piece in pieces)
    tip = _curled(np.array([[total, 0.0, 0.0]]), bend, turn)[0]
    styles = ("oval", "turned", "ribbed", "moulded", "scales")
    held = haft(rng, rng.uniform(0.085, 0.115), rng.uniform(0.009, 0.0135), (0.006, 0, 0), styles)
    peel = afford("peel-with", "edge", "grip", (tip, (np.cos(turn), 0, -np.sin(turn)), -Y), half, MIRROR_X)
    return finished(name, "zester", {"edge": edge, "blade": blade, **held}, [peel])


FAMILIES = {
    "ulu": Family(ulu, ("cut-with", "scrape-with")),
    "cake-server": Family(cake_server, ("lift-with", "cut-with")),
    "oyster-knife": Family(oyster_knife, ("pry-with", "pierce-with")),
    "froe": Family(froe, ("wedge-with",)),
    "adze": Family(adze, ("cut-with",)),
    "pruning-shears": Family(pruning_shears, ("cut-with",)),
    "zester": Family(zester, ("peel-with",)),
}
