"""Parametric sieves with a flat mesh, and two spreaders: drum sieve to litter scoop, butter knife, notched spreader.

Opening or top up (+z), the handle of those that have one to -x, a spreader's blade about the origin.
"""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold, OpType
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, Z, afford, bar, finish, holes, polygon, prism, rectangle
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.families.sieves import LYING, sift
from dfc_core.assets.families.walls import pipe, ring
from dfc_core.assets.solids import assemble, box, lathe, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, Symmetry, Tool

FOURFOLD, SIXFOLD = Symmetry("n-fold", 4), Symmetry("n-fold", 6)
Riddle = tuple[Manifold, Manifold, float, Symmetry]


def bars_across(half_x: float, half_y: float, pitch: float, wide: float) -> CrossSection:
    """Bars along y, `wide` each and `pitch` apart, spread evenly about x = 0."""
    count = max(int(2 * half_x / pitch), 2)
    places = (np.arange(count) - (count - 1) / 2) * 2 * half_x / count
    return CrossSection.compose([rectangle(wide, 2 * half_y, 0, (x, 0)) for x in places])


def lattice(half_x: float, half_y: float, pitch: float, wide: float) -> CrossSection:
    """Square mesh seen from above."""
    return bars_across(half_x, half_y, pitch, wide) + bars_across(half_y, half_x, pitch, wide).rotate(90)


def perforated(radius: float, pitch: float, open_share: float, sides: int = 6) -> CrossSection:
    """A disc with holes on a triangular grid, `open_share` of the pitch wide."""
    count = int(radius / pitch) + 2
    spots = [(i * pitch + j * pitch / 2, j * pitch * 0.866) for i in range(-count, count) for j in range(-count, count)]
    kept = [spot for spot in spots if np.hypot(*spot) < radius - 0.7 * pitch]
    hole = CrossSection.circle(open_share * pitch / 2, sides).rotate(30)
    return CrossSection.circle(radius, 60) - CrossSection.compose([hole.translate(spot) for spot in kept])


def round_mesh(rng: Generator, radius: float, across: int, kinds: tuple[str, ...]) -> tuple[CrossSection, Symmetry]:
    """A round mesh of wire, woven or of slats one way, or a holed plate, with `across` openings along its diameter."""
    kind, pitch = str(rng.choice(kinds)), 2 * radius / across
    if kind == "holes":
        return perforated(radius, pitch * 1.1, rng.uniform(0.6, 0.8)), SIXFOLD
    wide = pitch * rng.uniform(0.16, 0.34)
    region = CrossSection.circle(radius, 60)
    if kind == "slats":
        cross = bars_across(radius, radius, pitch * rng.uniform(3.5, 6.0), wide).rotate(90)
        return (bars_across(radius, radius, pitch, wide) + cross) ^ region, HALF_TURN
    return lattice(radius, radius, pitch, wide) ^ region, FOURFOLD


def drum_sieve(rng: Generator, name: str) -> Tool:
    """A drum sieve or tamis: a hoop of bent wood, rolled steel, plastic or as laboratories stack, a fine mesh in it."""
    radius = rng.uniform(0.06, 0.17)
    height = radius * rng.uniform(0.35, 0.8)
    kind = str(rng.choice(["wood", "steel", "plastic", "test"], p=[0.35, 0.25, 0.2, 0.2]))
    frame, level, reach = DRUMS[kind](rng, radius, height)
    across = int(rng.integers(12, 20))
    mesh, symmetry = round_mesh(rng, reach, across, ("wire", "wire", "holes") if across < 17 else ("wire",))
    thick = rng.uniform(0.0008, 0.0016)
    parts = {"frame": frame, "mesh": prism(mesh, level, level + thick)}
    inner = reach if kind == "test" else radius
    return finish("drum-sieve", name, assemble(parts), [sift("mesh", "frame", height, inner, symmetry)], LYING)


def _wooden_drum(rng: Generator, radius: float, height: float) -> tuple[Manifold, float, float]:
    """(hoop of bent wood with a lap and a lower hoop that keeps the mesh, level of the mesh, its radius)."""
    wall, low = rng.uniform(0.003, 0.006), height * rng.uniform(0.2, 0.4)
    hoop = pipe(radius, radius - wall, 0, height)
    hoop = hoop + pipe(radius + wall, radius - wall / 2, 0, low)
    if rng.random() < 0.5:
        hoop = hoop + pipe(radius + wall * 0.7, radius - wall / 2, height * 0.85, height)
    lap = box((0.02, 2 * wall, height * 0.96), (0, radius - wall * 0.1, height * 0.49))
    return hoop + lap, low * rng.uniform(0.2, 0.8), radius - wall / 2


def _steel_drum(rng: Generator, radius: float, height: float) -> tuple[Manifold, float, float]:
    """(thin hoop with rolled edges, level of the mesh, its radius)."""
    bead = rng.uniform(0.002, 0.004)
    hoop = pipe(radius, radius - 0.0015, 0, height) + ring(radius, height - bead, bead, 60)
    level = height * rng.uniform(0.04, 0.3)
    hoop = hoop + ring(radius, level, bead * rng.uniform(0.5, 1.0), 60)
    return hoop, level, radius - 0.0008


def _plastic_drum(rng: Generator, radius: float, height: float) -> tuple[Manifold, float, float]:
    """(wall that flares, with a brim, level of the mesh, its radius)."""
    wall, foot, brim = rng.uniform(0.002, 0.0035), rng.uniform(0.8, 0.97), rng.uniform(0.004, 0.012)
    low = radius * foot
    profile = [(low, 0), (radius, height - wall), (radius + brim, height - wall), (radius + brim, height)]
    hoop = lathe(np.array([*profile, (radius - wall, height), (low - wall, 0)]), 60)
    level = 0.001 + rng.uniform(0, 0.15) * height
    return hoop, level, low + (radius - low) * level / height - wall / 2


def _test_drum(rng: Generator, radius: float, height: float) -> tuple[Manifold, float, float]:
    """(laboratory sieve that steps in to a skirt, level of the mesh, its radius)."""
    wall, step, skirt = 0.0016, rng.uniform(0.04, 0.08) * radius, height * rng.uniform(0.25, 0.45)
    inner = radius - step
    outside = [(inner, 0), (inner, skirt * 0.85), (radius, skirt), (radius, height)]
    hoop = lathe(np.array([*outside, *[(r - wall, z) for r, z in outside[::-1]]]), 60)
    bead = rng.uniform(0.0018, 0.003)
    return hoop + ring(radius, height - bead, bead, 60), skirt * 0.75, inner - wall / 2


DRUMS = {"wood": _wooden_drum, "steel": _steel_drum, "plastic": _plastic_drum, "test": _test_drum}


def garden_riddle(rng: Generator, name: str) -> Tool:
    """A garden riddle: a round or oblong frame of wood, steel or plastic, bars across its floor."""
    radius = rng.uniform(0.15, 0.25)
    height = rng.uniform(0.06, 0.12)
    wooden = rng.random() < 0.5
    wall = rng.uniform(0.006, 0.016) if wooden else rng.uniform(0.002, 0.003)
    make = _oblong_riddle if rng.random() < 0.45 else _round_riddle
    frame, mesh, width, symmetry = make(rng, radius, height, wall)
    sifting = sift("mesh", "frame", height, float(np.sqrt(radius * width)), symmetry)
    return finish("garden-riddle", name, assemble({"frame": frame, "mesh": mesh}), [sifting], LYING)


def _round_riddle(rng: Generator, radius: float, height: float, wall: float) -> Riddle:
    """(frame, mesh, half width, symmetry) of a riddle bent of one band, perhaps with hoops round it."""
    frame = pipe(radius, radius - wall, 0, height)
    bore = prism(CrossSection.circle(radius - wall / 2, 60), -1, 1)
    for level in rng.choice([0.05, 0.5, 0.95], int(rng.integers(0, 3)), replace=False) * height:
        frame = frame + (ring(radius, level, rng.uniform(0.004, 0.007), 60) - bore)
    reach = radius - wall / 2
    flat, symmetry = round_mesh(rng, reach, int(rng.integers(7, 15)), ("wire", "wire", "slats", "holes"))
    level = height * rng.uniform(0.04, 0.18)
    return frame, prism(flat, level, level + rng.uniform(0.002, 0.004)), radius, symmetry


def _oblong_riddle(rng: Generator, half: float, height: float, wall: float) -> Riddle:
    """(frame, mesh, half width, symmetry) of a riddle of four boards or of pressed sheet with round corners."""
    width = half * rng.uniform(0.55, 1.0)
    corner = 0.0 if wall > 0.005 else half * rng.uniform(0.08, 0.3)
    outside = rectangle(2 * half, 2 * width, corner)
    frame = prism(outside, 0, height) - prism(outside.offset(-wall), -1, 1)
    if corner:  # a rolled upper edge
        frame = frame + (prism(outside.offset(0.006), height - 0.008, height) - prism(outside.offset(-wall), -1, 1))
    pitch = half * rng.uniform(0.13, 0.26)
    wide = pitch * rng.uniform(0.14, 0.3)
    flat = lattice(half, width, pitch, wide)
    if rng.random() < 0.3:
        flat = bars_across(half, width, pitch, wide) + bars_across(width, half, width * 0.66, wide).rotate(90)
    level = height * rng.uniform(0.02, 0.15)
    mesh = prism(flat ^ outside.offset(-wall / 2), level, level + rng.uniform(0.002, 0.004))
    return frame, mesh, width, HALF_TURN


def splatter_screen(rng: Generator, name: str) -> Tool:
    """A splatter screen: a flat round mesh in a wire ring; a bent wire, a strip or a moulded grip."""
    radius = rng.uniform(0.1, 0.165)
    bead = rng.uniform(0.002, 0.0045)
    flat, _ = round_mesh(rng, radius, int(rng.integers(14, 19)), ("wire", "wire", "wire", "holes"))
    parts = {"mesh": prism(flat, -0.0005, 0.0005), "rim": ring(radius, 0, bead, 60)}
    rise, length = rng.uniform(0, 18), rng.uniform(0.12, 0.22)
    if rng.random() < 0.45:
        parts |= _wire_handle(rng, radius, length, rise)
    else:
        reach = rng.uniform(0.02, 0.06)
        end = np.array([-radius - reach, 0, reach * np.tan(np.radians(rise))])
        neck = np.array([[-radius + bead * 0.3, 0, 0], end - [0.012, 0, 0]])
        parts["neck"] = bar(neck, rng.uniform(0.003, 0.007), rng.uniform(0.0015, 0.003), 3.0)
        styles = ("oval", "strip", "ribbed", "moulded")
        parts |= haft(rng, length * 0.8, rng.uniform(0.008, 0.013), (end[0], end[2], rise), styles)
    return finish("splatter-screen", name, assemble(parts), [sift("mesh", "grip", 0.0, radius)], LYING)


def _wire_handle(rng: Generator, radius: float, length: float, rise: float) -> dict[str, Manifold]:
    """{"neck", "grip"}: a long loop of wire from the ring, narrow or broad."""
    half, thick = rng.uniform(0.007, 0.014), rng.uniform(0.0018, 0.003)
    foot = half * rng.uniform(1.0, 2.5)
    angle = np.linspace(np.pi / 2, 3 * np.pi / 2, 12)
    start = -np.sqrt(radius**2 - foot**2)
    turn = np.column_stack([-radius - length + half + half * np.cos(angle), half * np.sin(angle)])
    ends = np.array([[start, foot], [start - length * 0.35, half]])
    path = np.concatenate([ends, turn, ends[::-1] * [1, -1]])
    lifted = np.column_stack([path, np.tan(np.radians(rise)) * np.maximum(start - path[:, 0], 0)])
    neck, grip = split(tube(lifted, thick, sides=8), X, start - length * 0.35)
    return {"neck": neck, "grip": grip}


def pan_sieve(rng: Generator, name: str) -> Tool:
    """A pan sieve: a gold pan with a holed floor, a steep classifier, or a shallow dish of steel."""
    radius = rng.uniform(0.1, 0.19)
    kind = str(rng.choice(["pan", "classifier", "dish"]))
    slope, foot = {"pan": (0.3, 0.55), "classifier": (0.45, 0.82), "dish": (0.2, 0.72)}[kind]
    height = radius * slope * rng.uniform(0.8, 1.3)
    low = radius * (foot + rng.uniform(-0.06, 0.08))
    wall = rng.uniform(0.0015, 0.003)
    brim = rng.uniform(0.003, 0.012)
    side = lathe(np.array([(low - wall, 0), (low, 0), (radius, height), (radius - wall, height)]), 60)
    top, side = split(side, Z, height * 0.9)
    edge = np.array([(radius - wall, 0), (radius + brim, 0), (radius + brim, -wall - 0.001), (radius - wall, -wall)])
    rim = top + lathe(edge + np.array([0, height]), 60)
    across = int(rng.integers(8, 16))
    flat, symmetry = round_mesh(rng, low - wall / 2, across, ("wire",) if kind == "classifier" else ("holes", "wire"))
    parts = {"mesh": prism(flat, 0, rng.uniform(0.0012, 0.0025)), "wall": side, "rim": rim}
    sifting = sift("mesh", "rim", height, radius, symmetry)
    return finish("pan-sieve", name, assemble(parts), [sifting], LYING)


def litter_scoop(rng: Generator, name: str) -> Tool:
    """A litter scoop: a slotted, barred or tined tray open in front, square or round behind, on a rising handle."""
    half, width = rng.uniform(0.05, 0.085), rng.uniform(0.045, 0.075)
    depth, wall = rng.uniform(0.025, 0.05), rng.uniform(0.002, 0.0032)
    corner = width * rng.choice([rng.uniform(0.1, 0.3), rng.uniform(0.6, 0.85)])
    outside = rectangle(4 * half, 2 * width, corner, (half, 0))
    hollow = prism(outside.offset(-wall), wall, 1.0)
    low = depth * rng.uniform(0.1, 0.6)
    slope = [(-1, -1), (half, -1), (half, low), (-half * rng.uniform(0, 0.8), depth), (-1, depth)]
    side = prism(slope, -1, 1).rotate([90, 0, 0])
    tray = (prism(outside, 0, depth) - hollow) ^ side
    slots = _slots(rng, half, width - wall - 0.4 * (corner if corner > 0.5 * width else 0))
    walls, floor = split(tray - slots, Z, wall + 0.0005)
    rise, thick = rng.uniform(8, 40), rng.uniform(0.01, 0.015)
    held = haft(rng, rng.uniform(0.1, 0.17), thick, (-half + 0.004, depth * 0.6, rise), ("oval", "strip", "moulded"))
    handle = {part: [solid - hollow for solid in solids] for part, solids in held.items()}
    mesh = assemble({"floor": floor, "wall": walls, **handle})
    size = np.sqrt(half * width)
    affordances = (
        sift("floor", "grip", depth, size),
        afford("scoop-with", ("floor", "wall"), "grip", ((0, 0, depth), Z, X), size, MIRROR),
    )
    return finish("litter-scoop", name, mesh, affordances, LYING)


def _slots(rng: Generator, half: float, width: float) -> Manifold:
    """Cutters through the floor: slots along or across it, tines open in front, or round holes."""
    kind = str(rng.choice(["along", "across", "tines", "holes"], p=[0.35, 0.2, 0.25, 0.2]))
    pitch = rng.uniform(0.011, 0.016)
    y = (np.arange(n := max(int(1.85 * width / pitch), 3)) - (n - 1) / 2) * 1.85 * width / n
    x = (np.arange(m := max(int(1.7 * half / pitch), 3)) - (m - 1) / 2) * 1.7 * half / m
    if kind == "holes":
        return holes([(a, b) for a in x for b in y], pitch * rng.uniform(0.26, 0.36), sides=10)
    if kind == "across":
        radius = pitch * rng.uniform(0.2, 0.3)
        spots = [(b, a) for a in x for b in (-width * 0.46, width * 0.46)]
        return holes(spots, radius, width * 0.84 - 2 * radius, 10).rotate([0, 0, 90]).mirror([1, 0, 0])
    radius = pitch * rng.uniform(0.22, 0.34)
    if kind == "tines":
        return holes([(half * 0.3, b) for b in y], radius, half * 1.9, 10)
    rows = [0.0] if rng.random() < 0.5 else [-half * 0.42, half * 0.42]
    return holes([(a, b) for a in rows for b in y], radius, 1.6 * half / len(rows) - 4 * radius, 10)


def butter_knife(rng: Generator, name: str) -> Tool:
    """A butter knife: a long one of steel, a short broad spreader on a mounted grip, or one cut from wood."""
    kind = str(rng.choice(["steel", "spreader", "wood"]))
    length, half = rng.uniform(0.07, 0.105), rng.uniform(0.008, 0.012)
    if kind != "steel":
        length, half = rng.uniform(0.055, 0.09), rng.uniform(0.012, 0.019)
    thick = rng.uniform(0.003, 0.005) if kind == "wood" else rng.uniform(0.0012, 0.002)
    s = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 40))
    end = rng.uniform(1.2, 2.4) * half / length
    tip = np.sqrt(np.clip(1 - (np.clip(s - 1 + end, 0, end) / end) ** 2, 0, 1))
    belly = smooth_curve([(0, rng.uniform(0.3, 0.6)), (0.3, rng.uniform(0.6, 0.9)), (0.75, 1), (1, 0.9)])(s)
    both = kind != "steel" and rng.random() < 0.5
    back = belly if both else np.interp(s, [0, 1], [0.35, rng.uniform(0.3, 0.6)])
    x = (s - 0.5) * length
    border = np.concatenate([np.stack([x, -half * belly * tip], 1), np.stack([x, half * back * tip], 1)[-2::-1]])
    blade, stub = split(prism(border, -thick / 2, thick / 2), X, -0.47 * length)
    held = _knife_grip(rng, kind, -0.45 * length, half * float(belly[0]), thick)
    middle = half * float(np.interp(0.5, s, belly))
    also = [((0, middle, 0), Y, X)] if both else []
    held["neck"] = [*held["neck"], stub]
    spreading = afford("spread-with", "blade", "grip", ((0, -middle, 0), -Y, X), length / 2, MIRROR, also)
    return finish("butter-knife", name, assemble({"blade": blade, **held}), [spreading])


def _knife_grip(rng: Generator, kind: str, start: float, half: float, thick: float) -> dict[str, list[Manifold]]:
    """{"grip", "neck"}: a flat bar of one piece with the blade, or a mounted grip on a rod."""
    root, long = start - rng.uniform(0.012, 0.03), rng.uniform(0.08, 0.12)
    if kind == "spreader":
        neck = bar(np.array([[start, 0, 0], [root - 0.01, 0, 0]]), rng.uniform(0.002, 0.004), thick * 0.8)
        held = haft(rng, long * 0.85, rng.uniform(0.006, 0.011), (root, 0, 0), ("turned", "scales", "ribbed"))
        return {"neck": [neck], **held}
    step = np.linspace(0, 1, 24)
    knots = [(0, 0.8), (0.25, rng.uniform(0.6, 0.9)), (0.85, rng.uniform(1.1, 1.9)), (0.96, 1.0), (1, 0.5)]
    wide = max(half, 0.0045) * smooth_curve(knots)(step)
    deep = thick * np.interp(step, [0, 0.3, 0.9, 1], [0.6, 1.2, rng.uniform(1.2, 1.8), 0.6])
    path = np.column_stack([start - step * (start - root + long), 0 * step, 0 * step])
    grip, neck = split(bar(path, wide, deep, rng.uniform(2.0, 4.0)), -X, -root)
    return {"neck": [neck], "grip": [grip]}


def notched_spreader(rng: Generator, name: str) -> Tool:
    """A notched spreader for glue: a toothed blade on a grip, narrow or broad, square or flaring to its teeth."""
    half, length, thick = rng.uniform(0.04, 0.11), rng.uniform(0.065, 0.11), rng.uniform(0.0012, 0.0025)
    rear = half * rng.uniform(0.35, 0.9)
    front, deep = length / 2, rng.uniform(0.004, 0.009)
    outside = polygon([(-front, -rear), (front, -half), (front, half), (-front, rear)], length * rng.uniform(0, 0.06))
    plate = prism(outside, -thick / 2, thick / 2) - _notches(rng, half, deep).translate([front, 0, 0])
    teeth, blade = split(plate, X, front - max(deep * 1.8, 0.18 * length))
    pose, styles = (-front - 0.015, 0, rng.uniform(0, 12)), ("oval", "scales", "turned", "ribbed")
    neck = bar(np.array([[-front + 0.02, 0, 0], [-front - 0.03, 0, 0.001]]), min(rear, 0.016), thick * 1.3, 3)
    held = haft(rng, rng.uniform(0.1, 0.14), rng.uniform(0.01, 0.015), pose, styles)
    parts = {"teeth": teeth, "blade": blade, "neck": neck, **held}
    spreading = afford("spread-with", ("teeth", "blade"), "grip", ((front, 0, 0), X, Y), half, MIRROR_X)
    return finish("notched-spreader", name, assemble(parts), [spreading])


def _notches(rng: Generator, half: float, deep: float) -> Manifold:
    """Square, pointed or round cutters along an edge on y."""
    pitch = deep * rng.uniform(1.6, 2.4)
    count = int(1.9 * half / pitch)
    corners = {"square": [(1, -0.25), (-1, -0.25), (-1, 0.25), (1, 0.25)], "pointed": [(1, -1), (-1, 0), (1, 1)]}
    kind = str(rng.choice(["square", "pointed", "round"]))
    if kind == "round":
        one = CrossSection.circle(min(deep, pitch * 0.42), 14)
    else:
        one = polygon(np.array(corners[kind]) * [deep, pitch if kind == "square" else pitch * 0.98])
    places = (np.arange(count) - (count - 1) / 2) * pitch
    return prism(CrossSection.batch_boolean([one.translate([0, y]) for y in places], OpType.Add), -1, 1)


FAMILIES = {
    "drum-sieve": Family(drum_sieve, ("sift-with",)),
    "garden-riddle": Family(garden_riddle, ("sift-with",)),
    "splatter-screen": Family(splatter_screen, ("sift-with",)),
    "pan-sieve": Family(pan_sieve, ("sift-with",)),
    "litter-scoop": Family(litter_scoop, ("sift-with", "scoop-with")),
    "butter-knife": Family(butter_knife, ("spread-with",)),
    "notched-spreader": Family(notched_spreader, ("spread-with",)),
}
