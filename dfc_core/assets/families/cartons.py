"""Packages that pour and cups that scoop: milk carton, jerrycan, squeeze bottle, ice-cream scoop, melon baller.

Packages stand on z = 0 with their spout to +x; what scoops opens to +z, its handle to -x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import bar, squarish_section, strap
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, finished, flat, merged, outline, plate, rod, rounded
from dfc_core.assets.families.grips import collar, tool_grip
from dfc_core.assets.families.serving import MOSTLY_UPRIGHT, ON_SIDE, UPRIGHT, pour_over_rim, press_with_base, serve
from dfc_core.assets.families.walls import ring, spout_along, wall_of
from dfc_core.assets.solids import box, cylinder, filled, split
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Affordance, Symmetry, Tool

X, _, Z = np.eye(3)


def _cup(radius: float, thick: float, end: float, deep: float, sides: int = 40) -> tuple[Manifold, Manifold]:
    """(shell, cavity) of a ball's lower part; its edge, on z = 0, lies `end` rad above the widest place."""
    angle = np.linspace(-np.pi / 2, end, sides * 2 // 5)
    lift = radius * deep * np.sin(end)
    outer = filled(radius * np.cos(angle), radius * deep * np.sin(angle) - lift, sides)
    inner = radius - thick
    radii, heights = inner * np.cos(angle), (radius * deep - thick) * np.sin(angle) - lift
    cavity = filled(np.append(radii, radii[-1]), np.append(heights, radius), sides)
    return outer - cavity, cavity


def _scooping(radius: float, alternatives: tuple[NDArray, ...] = ()) -> Affordance:
    """Scooping with the cup that opens upwards at the origin."""
    return serve("scoop-with", "cup", "grip", (0, 0, 0), Z, X, radius, MIRROR, alternatives)


def melon_baller(rng: Generator, name: str) -> Tool:
    """A melon baller: one small deep cup on a grip, round or oval, or two cups of unequal size at a grip's ends."""
    kind = str(rng.choice(["single", "double", "oval"], p=[0.4, 0.4, 0.2]))
    radius, thick = rng.uniform(0.009, 0.016), rng.uniform(0.001, 0.0016)
    stretch = rng.uniform(1.2, 1.5) if kind == "oval" else 1.0
    shell, cavity = _melon_cup(rng, radius, thick, stretch)
    neck, length, girth = rng.uniform(0.02, 0.045), rng.uniform(0.075, 0.11), rng.uniform(0.007, 0.011)
    edge = -radius * stretch
    level = -radius * rng.uniform(0.15, 0.4)
    start = edge - neck
    grip = merged(tool_grip(rng, start, length, girth, ("turned", "oval", "ringed", "hexagonal")).values())
    parts = {"grip": grip.translate([0, 0, level])}
    thin = rng.uniform(0.0018, 0.003)
    shank = cylinder((edge + 0.1 * radius, 0, level), (start - 0.2 * length, 0, level), thin, thin, 16)
    cups, shanks = [shell], [shank - cavity]
    others: tuple[NDArray, ...] = ()
    if kind == "double":
        second, hollow = _melon_cup(rng, radius * rng.uniform(0.6, 0.9), thick, 1.0)
        tip = start - length - neck
        far = tip - float(second.bounding_box()[3])
        cups.append(second.translate([far, 0, 0]))
        tail = cylinder((tip - 0.1 * radius, 0, level), (start - 0.8 * length, 0, level), thin, thin, 16)
        shanks.append(tail - hollow.translate([far, 0, 0]))
        others = (np.array([[-1.0, 0, 0, far], [0, -1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),)
    if rng.random() < 0.6:
        shanks.append(collar(rng, start + 0.004, 0.012, girth * 0.8).translate([0, 0, level]))
    parts |= {"neck": shanks, "cup": cups}
    size = radius * (1 + stretch) / 2
    return finished(name, "melon-baller", parts, [_scooping(size, others)], FLAT)


def _melon_cup(rng: Generator, radius: float, thick: float, stretch: float) -> tuple[Manifold, Manifold]:
    """(a deep cup that may have a hole in its bottom, what is kept clear of the shank)."""
    shell, cavity = _cup(radius, thick, rng.uniform(0.0, 0.3), rng.uniform(0.85, 1.1), 28)
    if rng.random() < 0.5:
        hole = radius * rng.uniform(0.1, 0.16)
        shell = shell - cylinder((0, 0, -3 * radius), (0, 0, 0), hole, hole, 16)
    wider = 1 + 0.4 * thick / radius
    return shell.scale([stretch, 1, 1]), cavity.scale([stretch * wider, wider, wider])


def ice_cream_scoop(rng: Generator, name: str) -> Tool:
    """An ice-cream scoop: cast in one with a thick grip, a beaked spoon, or a ball cup with sweep and lever."""
    kind = str(rng.choice(["cast", "beaked", "sweep"], p=[0.35, 0.25, 0.4]))
    radius = rng.uniform(0.021, 0.033)
    thick = rng.uniform(0.0012, 0.002) if kind == "sweep" else rng.uniform(0.002, 0.0035)
    deep = {"sweep": rng.uniform(0.85, 1.05), "cast": rng.uniform(0.6, 0.85)}.get(kind, rng.uniform(0.5, 0.75))
    shell, cavity = _cup(radius, thick, 0.0, deep)
    long = rng.uniform(1.05, 1.3) if kind != "sweep" else 1.0
    shell, cavity = (_beaked(solid, radius, long, kind == "beaked") for solid in (shell, cavity))
    clear = cavity.scale([1 + 0.4 * thick / radius] * 3)
    edge = -radius * long
    length, girth = rng.uniform(0.1, 0.13), rng.uniform(0.0105, 0.0145)
    neck = rng.uniform(0.015, 0.04) if kind != "sweep" else rng.uniform(0.03, 0.05)
    start, level = edge - neck, -radius * rng.uniform(0.2, 0.35)
    kinds = ("fluted", "oval", "turned", "ringed") if kind != "sweep" else ("oval", "hexagonal", "turned")
    grip = merged(tool_grip(rng, start, length, girth, kinds).values())
    thin = 0.004 if kind == "sweep" else girth * rng.uniform(0.5, 0.7)
    x = np.array([edge + radius * 0.3, start + neck * 0.3, start - length * 0.1])
    sizes = np.array([thin * (1.0 if kind == "sweep" else rng.uniform(1.1, 1.6)), thin, 0.55 * thin])
    tilt = rng.uniform(0, 22)
    parts = {"grip": grip, "neck": bar(x, sizes, sizes)}
    if kind == "sweep":
        parts["lever"] = _lever(rng, start, length, girth)
    parts = {part: _leaning(solid, edge, level, tilt, clear) for part, solid in parts.items()}
    if kind == "sweep":
        angle = np.linspace(np.pi * 1.02, np.pi * 1.98, 20)
        path = (radius - thick) * np.column_stack([np.cos(angle), deep * np.sin(angle)])
        parts["sweep"] = strap(path, radius * rng.uniform(0.12, 0.2), 0.001, squarish_section(6, 16))
    parts["cup"] = shell
    return finished(name, "ice-cream-scoop", parts, [_scooping(radius * (1 + long) / 2)], FLAT)


def _leaning(solid: Manifold, edge: float, level: float, tilt: float, cavity: Manifold) -> Manifold:
    """A piece of a handle along x lowered to `level` and raised by `tilt` degrees about the cup's rear edge."""
    return solid.translate([-edge, 0, 0]).rotate([0, tilt, 0]).translate([edge, 0, level]) - cavity


def _beaked(solid: Manifold, radius: float, long: float, beak: bool) -> Manifold:
    """A round cup made longer, its front drawn out to a blunt beak if wanted."""

    def moved(points: NDArray) -> NDArray:
        x = points[:, 0] / radius
        narrow = 1 - 0.3 * np.clip(x, 0, 1.2) ** 2 if beak else 1.0
        reach = long * (1 + 0.25 * np.clip(x, 0, 1.2) ** 2 * beak)
        return np.column_stack([points[:, 0] * reach, points[:, 1] * narrow, points[:, 2]])

    return solid.warp_batch(moved)


def _lever(rng: Generator, start: float, length: float, girth: float) -> Manifold:
    """What turns the sweep: a thumb piece that rises before the grip, or a second bow below the grip to squeeze."""
    if rng.random() < 0.5:
        rise = girth * rng.uniform(1.8, 2.6)
        path = np.array([(start + 0.012, 0), (start + 0.01, rise * 0.6), (start, rise), (start - 0.022, rise * 1.1)])
        return strap(path, np.array([0.004, 0.005, 0.007, 0.008]), 0.0012, squarish_section(6, 16))
    step = np.linspace(0, 1, 16)
    drop = -girth * rng.uniform(2.2, 3.0) * np.sin(np.pi * np.minimum(step * 0.75, 1))
    path = np.column_stack([start + 0.012 - step * length * rng.uniform(0.7, 0.95), drop])
    return strap(path, 0.0055, 0.0015, squarish_section(6, 16))


def squeeze_bottle(rng: Generator, name: str) -> Tool:
    """A bottle to squeeze: for sauce with a tall cone, flat for glue with a stepped tip, or for washing with a tube."""
    kind = str(rng.choice(["sauce", "flat", "wash"], p=[0.4, 0.3, 0.3]))
    height = rng.uniform(0.09, 0.14) if kind == "flat" else rng.uniform(0.11, 0.19)
    radius = height * rng.uniform(0.19, 0.27)
    shoulder, neck = rng.uniform(0.76, 0.9), rng.uniform(0.5, 0.72)
    neck = rng.uniform(0.78, 0.95) if kind == "sauce" else neck
    waist = rng.choice([1.0, rng.uniform(0.86, 0.97)])
    wall = wall_of(radius, [(0, 0.94), (0.03, 1), (0.5, waist), (shoulder, 1), (0.96, neck), (1, neck)])
    levels = np.linspace(0, 1, 28)
    oval = rng.uniform(0.55, 0.8) if kind == "flat" else 1.0
    body = filled(wall(levels), levels * height, 40).scale([oval, 1, 1])
    wide = radius * min(neck * 1.1, oval if kind == "flat" else 2.0)
    tall = radius * rng.uniform(0.3, 0.5)
    cap = filled(wide * np.array([1, 1, 0.93]), height + tall * np.array([-0.4, 0.85, 1.0]), 40)
    if rng.random() < 0.6:
        cap = _ribbed(cap, wide, height + tall * 0.3, tall)
    parts = {"body": body, "cap": cap}
    make = _wash_tube if kind == "wash" else _cone_tip
    symmetry = {"wash": MIRROR, "flat": HALF_TURN}.get(kind, AXIS)
    pour = make(rng, parts, radius, wide, height + tall, symmetry)
    return finished(name, "squeeze-bottle", parts, [pour], MOSTLY_UPRIGHT)


def _ribbed(cap: Manifold, wide: float, level: float, tall: float) -> Manifold:
    """A round cap with ribs along its side."""
    rib = box((0.09 * wide, 0.09 * wide, tall), (wide, 0, level))
    return merged([cap, *[rib.rotate([0, 0, 15 * number]) for number in range(24)]])


def _cone_tip(rng: Generator, parts: dict, radius: float, wide: float, top: float, like: Symmetry) -> Affordance:
    """A tall cone, straight or hollowed, on the cap; with steps or a collar on some."""
    tall = radius * rng.uniform(1.4, 2.6)
    foot, tip = wide * rng.uniform(0.55, 0.9), rng.uniform(0.002, 0.004)
    step = np.linspace(0, 1, 14)
    radii = tip + (foot - tip) * (1 - step) ** rng.uniform(1.0, 2.2)
    if like is HALF_TURN and rng.random() < 0.6:
        radii = np.where(step < 0.35, foot, np.minimum(radii * 1.3, foot * 0.6))
    nozzle = filled(radii, top - 0.001 + step * tall, 32)
    end = float(radii[-1])
    bore = cylinder((0, 0, top + tall * 0.6), (0, 0, top + tall * 1.1), end * 0.6, end * 0.6, 16)
    parts["nozzle"] = nozzle - bore
    return pour_over_rim("body", top - 0.001 + tall, end, like, "nozzle")


def _wash_tube(rng: Generator, parts: dict, radius: float, wide: float, top: float, like: Symmetry) -> Affordance:
    """A tube that rises from the cap, bends over to +x and thins to its end."""
    rise, reach, drop = radius * rng.uniform(0.8, 1.6), radius * rng.uniform(1.6, 2.6), rng.uniform(-0.2, 0.7)
    bend = radius * rng.uniform(0.3, 0.6)
    angle = np.linspace(np.pi, np.pi / 2 - drop, 12)
    turn = np.column_stack([bend + bend * np.cos(angle), rise + bend * np.sin(angle)])
    way = np.array([np.cos(drop), -np.sin(drop)])
    straight = turn[-1] + np.outer(np.linspace(0.1, 1, 7) * reach, way)
    path = np.concatenate([[(0, -0.3 * radius)], [(0, rise * 0.5)], turn, straight])
    thick = rng.uniform(0.0035, 0.005)
    radii = thick * np.interp(np.arange(len(path)), [0, 14, len(path) - 1], [1, 1, rng.uniform(0.45, 0.7)])
    spout = spout_along(flat(path)[:, [0, 2, 1]] + [0, 0, top], radii, 0.01)
    parts["cap"] = parts["cap"] + filled(wide * np.array([0.8, 0.45, 0.35]), top + radius * np.array([-0.1, 0.2, 0.3]))
    parts["nozzle"] = spout.solid
    return serve("pour-with", "nozzle", "body", spout.tip, spout.direction, -Z, spout.radius, like)


def jerrycan(rng: Generator, name: str) -> Tool:
    """A flat can: steel with pressed sides and three bars, plastic with a moulded grip, or a tin with a strap."""
    kind = str(rng.choice(["steel", "plastic", "tin"], p=[0.35, 0.45, 0.2]))
    height = rng.uniform(0.22, 0.42) if kind != "tin" else rng.uniform(0.16, 0.26)
    long = height * rng.uniform(0.62, 0.85)
    deep = long * (rng.uniform(0.42, 0.55) if kind != "plastic" else rng.uniform(0.5, 0.75))
    slope = height * (rng.uniform(0.1, 0.24) if kind != "tin" else 0.0)
    front, half = long * rng.uniform(0.1, 0.25), long / 2
    profile = [(-half, 0), (half, 0), (half, height - slope), (front, height)]
    profile += [(-half, height)] if kind != "plastic" else [(-half * 0.6, height), (-half, height - slope * 0.7)]
    corner = long * (0.03 if kind == "tin" else rng.uniform(0.06, 0.12))
    can = plate(rounded(outline(profile), corner), deep, corner * 0.6).rotate([90, 0, 0])
    if kind != "tin":
        can = can - _pressings(rng, height - slope, long, deep, kind)
    body, base = split(can, Z, height * 0.07)
    parts = {"body": body, "base": base, "handle": _can_handle(rng, kind, half, front, deep, height)}
    way = np.array([slope, 0, half - front]) if kind != "tin" else Z
    way = way / np.linalg.norm(way)
    place = np.array([(half + front) / 2, 0, height - slope / 2]) if kind != "tin" else [half * 0.62, 0, height]
    pour = _can_spout(rng, parts, np.asarray(place), way, deep, long)
    return finished(name, "jerrycan", parts, [pour], (UPRIGHT, UPRIGHT, UPRIGHT, ON_SIDE))


def _pressings(rng: Generator, height: float, long: float, deep: float, kind: str) -> Manifold:
    """Grooves in both broad sides: a cross as on steel cans, or level bars."""
    thick, run = long * 0.035, 0.3 * long
    tops = 0.22 * height, 0.85 * height
    if kind == "steel":
        lines = [((-run, tops[0]), (run, tops[1])), ((-run, tops[1]), (run, tops[0]))]
    else:
        lines = [((-run, z), (run, z)) for z in np.linspace(tops[0], tops[1], int(rng.integers(2, 6)))]
    y = deep / 2 + thick * 0.4
    return merged(
        rod(np.array([(a[0], side * y, a[1]), (b[0], side * y, b[1])]), thick, 10) for a, b in lines for side in (1, -1)
    )


def _can_handle(rng: Generator, kind: str, half: float, front: float, deep: float, height: float) -> Manifold:
    """A bow along the top, three bows side by side, or a flat strap."""
    rear = -half * (0.5 if kind == "plastic" else rng.uniform(0.6, 0.8))
    middle, reach = (front + rear) / 2, (front - rear) / 2 * rng.uniform(0.85, 0.95)
    angle, power = np.linspace(0.0, np.pi, 22), rng.uniform(0.35, 0.6)
    rise = max(height * rng.uniform(0.1, 0.15), 0.034)
    x = middle - reach * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    path = np.column_stack([x, height - 0.006 + rise * np.sin(angle) ** power])
    if kind == "tin":
        return strap(path, deep * rng.uniform(0.1, 0.16), 0.0025, squarish_section(6, 16))
    if kind == "plastic":
        return strap(path, deep * rng.uniform(0.12, 0.2), height * rng.uniform(0.025, 0.04), squarish_section(3, 16))
    bow = strap(path, height * 0.017, height * 0.015)
    return merged(bow.translate([0, deep * 0.29 * side, 0]) for side in (-1, 0, 1))


def _can_spout(rng: Generator, parts: dict, place: NDArray, way: NDArray, deep: float, long: float) -> Affordance:
    """A short threaded mouth, or a long nozzle that is straight or bent, on a collar."""
    size, nozzle = min(deep * rng.uniform(0.17, 0.26), long * 0.13), rng.random() < 0.6
    reach = long * rng.uniform(0.35, 0.7) if nozzle else size * rng.uniform(1.8, 2.4)
    end = size * (rng.uniform(0.5, 0.7) if nozzle else 1.0)
    step = np.linspace(0, 1, 16)
    bent = way + np.outer(step, X - 0.2 * Z) * (rng.uniform(0.0, 0.7) if nozzle else 0.0)
    path = place - way * 0.01 + np.cumsum(bent / np.linalg.norm(bent, axis=1)[:, None], axis=0) * reach / 16
    spout = spout_along(path, np.interp(step, [0, 0.3, 1], [size, size * 0.9, end]), reach * 0.4)
    wide, levels = (1.15 * size, (0.35,)) if nozzle else (0.98 * size, (0.5, 1.0))
    threads = [ring(wide, size * up, size * 0.18, 32) for up in levels]
    lean = float(np.degrees(np.arctan2(way[0], way[2])))
    around = merged([*threads, cylinder((0, 0, -0.01), (0, 0, size * 0.3), size * 1.3, size * 1.3)])
    around = around.rotate([0, lean, 0]).translate(list(place))
    bore = cylinder(path[-1] - way * reach * 0.4, path[-1] + way * 0.01, end * 0.7, end * 0.7)
    parts |= {"collar": around - bore} if nozzle else {"spout": [spout.solid, around - bore]}
    parts |= {"spout": spout.solid} if nozzle else {}
    return serve("pour-with", "spout", "handle", spout.tip, spout.direction, X - 0.3 * Z, spout.radius)


def milk_carton(rng: Generator, name: str) -> Tool:
    """A milk carton: its gable folded open to a beak, a closed gable with a cap on its slope, or a slanted top."""
    kind = str(rng.choice(["open", "gable", "slanted"], p=[0.4, 0.35, 0.25]))
    half = rng.uniform(0.026, 0.048)
    height, rise = half * rng.uniform(3.2, 5.8), half * rng.uniform(0.75, 1.1)
    broad = half * (1.0 if kind == "open" else rng.uniform(0.8, 1.2))
    profile = [(-half, 0), (half, 0), (half, height)]
    if kind == "slanted":
        profile += [(-half, height + rise)]
    else:
        fin, thin = height + rise + half * rng.uniform(0.22, 0.4), half * 0.035
        profile += [(thin, height + rise), (thin, fin), (-thin, fin), (-thin, height + rise), (-half, height)]
    whole = outline(profile).extrude(2 * broad).translate([0, 0, -broad]).rotate([90, 0, 0])
    if kind != "slanted":
        fold = _folded_end(half, broad, height, rise)
        whole = whole - fold - fold.mirror((0, 1, 0))
    top, rest = split(whole, Z, height)
    body, base = split(rest, Z, height * 0.08)
    parts = {"body": body, "base": base}
    if kind == "open":
        pour = _beak(rng, parts, top.rotate([0, 0, 90]), half, height, fin)
    else:
        parts["top"] = top
        run = 2 * half if kind == "slanted" else half
        pour = _screw_cap(rng, parts, np.array([half - run / 2, 0, height + rise / 2]), np.array([rise, 0, run]), half)
    press = press_with_base("body", (half + broad) / 2, MIRROR)
    return finished(name, "milk-carton", parts, [pour, press], (UPRIGHT, UPRIGHT, UPRIGHT, ON_SIDE))


def _folded_end(half: float, broad: float, height: float, rise: float) -> Manifold:
    """The hollow below the roof at +y, where the gable's end is folded in."""
    out, high = broad + 1e-4, height + rise * 0.93
    corners = [(half * 0.94, out, height), (-half * 0.94, out, height), (0, out, high), (0, broad - 0.5 * half, high)]
    return Manifold.hull_points(np.array(corners, np.float32))


def _beak(rng: Generator, parts: dict, top: Manifold, half: float, height: float, fin: float) -> Affordance:
    """The front of a gable, whose ridge lies along x, opened to a beak at +x."""
    rear, reach, flare = -half * rng.uniform(0.0, 0.2), half * rng.uniform(1.25, 1.6), half * rng.uniform(0.4, 0.65)
    edge = np.array([(rear, 0.05 * half, fin), (half * 0.6, flare, fin), (reach, 0.04 * half, fin)])
    edge = np.concatenate([edge, edge * [1, -1, 1]])
    foot = np.array([(x, y, height) for x in (rear, half) for y in (half, -half)])
    inner = np.concatenate([edge * [1, 0.8, 1] + [-0.05 * half, 0, 0.002], foot * [0.93, 0.93, 1]])
    deep = box((half * 0.93 - rear, 1.86 * half, 0.4 * height), ((half * 0.93 + rear) / 2, 0, 0.8 * height))
    cavity = Manifold.hull_points(inner.astype(np.float32)) + deep
    beak = Manifold.hull_points(np.concatenate([edge, foot, foot - [0, 0, 0.001]]).astype(np.float32))
    parts["top"] = top.trim_by_plane((-1, 0, 0), -rear - 0.02 * half) - cavity
    parts["spout"], parts["body"] = beak - cavity, parts["body"] - cavity
    middle = ((reach + rear) / 2, 0, fin)
    return serve("pour-with", "spout", "body", middle, Z, X, (reach - rear + 2 * flare) / 4)


def _screw_cap(rng: Generator, parts: dict, place: NDArray, way: NDArray, half: float) -> Affordance:
    """A screw cap on a flange, or the threaded mouth that it leaves."""
    wide = half * rng.uniform(0.34, 0.46)
    tall, way = wide * rng.uniform(0.7, 1.1), way / np.linalg.norm(way)
    radii, levels = wide * np.array([1.3, 1.3, 1, 1, 0.92]), tall * np.array([-0.3, 0.12, 0.14, 0.9, 1.0])
    cap = filled(radii, levels, 40)
    if rng.random() < 0.4:
        bore = cylinder((0, 0, tall * 0.15), (0, 0, tall * 1.1), wide * 0.82, wide * 0.82)
        cap = merged([cap, *[ring(wide, tall * up, tall * 0.07, 32) for up in (0.4, 0.7)]]) - bore
    else:
        cap = _ribbed(cap, wide, 0.5 * tall, 0.7 * tall)
    parts["cap"] = cap.rotate([0, float(np.degrees(np.arctan2(way[0], way[2]))), 0]).translate(list(place))
    return serve("pour-with", "cap", "body", place + way * tall, way, X - 0.3 * Z, wide)


FAMILIES = {
    "milk-carton": Family(milk_carton, ("pour-with", "press-with")),
    "melon-baller": Family(melon_baller, ("scoop-with",)),
    "ice-cream-scoop": Family(ice_cream_scoop, ("scoop-with",)),
    "squeeze-bottle": Family(squeeze_bottle, ("pour-with",)),
    "jerrycan": Family(jerrycan, ("pour-with",)),
}
