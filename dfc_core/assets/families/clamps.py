"""Parametric clips, picks, scrapers, levers and drifts: spring clamp, hair claw, tube holder, scalers, ramp and others.

The hand to -x, the working end to +x; jaws open along y, what lies flat is flat in z, ramps stand on z = 0.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families import bars
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, Z, afford, rectangle
from dfc_core.assets.families.forms import LYING, band, block, disc, finished, flat, merged, outline, plate, rod
from dfc_core.assets.families.grippers import both_sides, gripping
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import box, cylinder, smooth_curve, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, Tool

SHARE = 0.35  # of a wedge's length that is thin enough to go in first


def drift_key(rng: Generator, name: str) -> Tool:
    """A steel drift for taper shanks: one edge sloped or both, its heel round, square, holed or set in a handle."""
    heel = str(rng.choice(["round", "square", "holed", "handle"]))
    both = rng.random() < 0.35
    length, thick = rng.uniform(0.1, 0.26), rng.uniform(0.004, 0.011)
    high = length * rng.uniform(0.11, 0.2)
    low = high * rng.uniform(0.12, 0.35)
    level = -low / 2 if both else -high / 2
    top, under = [(0, level + low), (-length, high / 2)], [(-length, -high / 2), (0, level)]
    shape = outline(top + under)
    if heel in ("round", "holed"):
        shape = shape + disc((-length, 0), high / 2)
    if heel == "holed":
        shape = shape - disc((-length, 0), high * rng.uniform(0.14, 0.28), 24)
    edge, rest = split(plate(shape, thick, thick * 0.08), X, -SHARE * length)
    body, back = split(rest, X, -0.74 * length)
    parts: dict = {"edge": edge, "body": body, "back": back}
    if heel == "handle":
        thick_grip = max(rng.uniform(0.009, 0.014), high * 0.55)
        parts |= haft(rng, rng.uniform(0.08, 0.12), thick_grip, (-length + 0.012, 0, 0), ("turned", "ribbed"))
    frame, scale = ((0, level + low / 2, 0), X, -Z), (thick / 2 + SHARE * length) / 2
    symmetry, hold = HALF_TURN if both else MIRROR_X, "grip" if heel == "handle" else "back"
    wedging = afford("wedge-with", "edge", hold, frame, scale, symmetry)
    return finished(name, "drift-key", parts, [wedging])


def ramp(rng: Generator, name: str) -> Tool:
    """A ramp: a ribbed rubber threshold wedge, a kerb ramp with a landing, a wooden wedge, or a hollow plastic one."""
    kind = str(rng.choice(["threshold", "kerb", "wood", "hollow"]))
    length = {"threshold": rng.uniform(0.1, 0.28), "wood": rng.uniform(0.2, 0.5)}.get(kind, rng.uniform(0.22, 0.4))
    height = length * rng.uniform(0.1, 0.32)
    half = rng.uniform(0.2, 0.5) if kind == "threshold" else rng.uniform(0.12, 0.32)
    thin = max(0.002, height * rng.uniform(0.02, 0.09))
    crest = rng.uniform(0.12, 0.35) if kind in ("kerb", "hollow") or rng.random() < 0.3 else 0.0
    line = [(length / 2, 0), (length / 2, thin), ((crest - 0.5) * length, height), (-length / 2, height)]
    solid = outline([*line, (-length / 2, 0)]).extrude(2 * half).translate([0, 0, -half]).rotate([90, 0, 0])
    solid = solid - _ramp_cuts(rng, kind, length, half, height)
    ribs = _ramp_ribs(rng, length * (1 - crest), length / 2, half, (thin, height)) if kind != "wood" else []
    edge, rest = split(merged([solid, *ribs]), X, length * (0.5 - SHARE))
    body, back = split(rest, X, -length * 0.24)
    scale = (half + SHARE * float(np.hypot(length, height))) / 2
    wedging = afford("wedge-with", "edge", "back", ((length / 2, 0, thin / 2), X, Y), scale, MIRROR_X)
    return finished(name, "ramp", {"edge": edge, "body": body, "back": back}, [wedging], LYING[::2])


def _ramp_cuts(rng: Generator, kind: str, length: float, half: float, height: float) -> Manifold:
    """What is taken from a ramp: sloped cheeks, bolt holes, a hollow under it, or a slot for the hand."""
    if kind == "hollow":
        wall = rng.uniform(0.007, 0.014)
        back, count = -length * 0.42, int(rng.integers(2, 5))
        room = outline([(0.1 * length, -1), (0.1 * length, 0.001), (back, height * 0.6), (back, -1)])
        wide = 2 * half / count - wall
        cell = room.extrude(wide).translate([0, 0, -wide / 2]).rotate([90, 0, 0])
        return merged(cell.translate([0, (2 * n + 1 - count) * half / count, 0]) for n in range(count))
    if kind == "threshold":
        flare = half * rng.uniform(0.0, 0.25) if rng.random() < 0.6 else 0.0
        end, back, near = length / 2, -length / 2, half - flare
        corner = outline([(length, near), (end, near), (back, half), (back, 1), (length, 1)])
        return merged(both_sides(plate(corner, 1.0)))
    if kind == "kerb":
        bolt = min(0.012, half * 0.08)
        spots = [(-0.36 * length, y) for y in (-0.6 * half, 0.6 * half)]
        return merged(cylinder((x, y, -1), (x, y, 1), bolt, bolt, 16) for x, y in spots)
    slot = box((0.18 * length, half * rng.uniform(0.4, 0.8), height * 3), (-0.3 * length, 0, 0))
    return slot if rng.random() < 0.35 else Manifold()


def _ramp_ribs(rng: Generator, run: float, end: float, half: float, heights: tuple[float, float]) -> list[Manifold]:
    """Ribs across the slope that ends at x = `end`, at some share of ramps."""
    count = int(rng.integers(5, 13)) if rng.random() < 0.7 else 0
    radius, reach = min(0.004, heights[1] * 0.08), half * rng.uniform(0.6, 0.72)
    shares = np.linspace(0.15, 0.92, count)
    ends = [(end - run * s, float(np.interp(s, [0, 1], heights))) for s in shares]
    return [cylinder((x, -reach, z), (x, reach, z), radius, radius, 6) for x, z in ends]


def paint_can_opener(rng: Generator, name: str) -> Tool:
    """A paint can opener: a stem with a hooked flat tip, on a wire loop, a flat tab with a hole, or a moulded grip."""
    kind = str(rng.choice(["loop", "tab", "grip"]))
    stem, half, thin = rng.uniform(0.035, 0.07), rng.uniform(0.0035, 0.0075), rng.uniform(0.0011, 0.0019)
    turn, radius = np.radians(rng.uniform(35, 85)), rng.uniform(0.004, 0.009)
    lip, way = rng.uniform(0.005, 0.009), np.array([np.cos(turn), np.sin(turn)])
    bend = bars.arc((0, radius), radius, -np.pi / 2, turn - np.pi / 2, 12)
    hook = np.concatenate([[(-0.006, 0)], bend, bend[-1] + np.linspace(0.2, 1, 5)[:, None] * lip * way])
    wide = half * np.linspace(1, rng.uniform(0.95, 1.5), len(hook))
    deep = thin * np.interp(np.arange(len(hook)), [0, 12, len(hook) - 1], [1, 1, 0.4])
    section = bars.squarish_section(6)
    shaft = bars.bar(np.linspace(-stem, -0.005, 6), half * np.linspace(rng.uniform(1, 1.4), 1, 6), thin, section)
    parts: dict = {"tip": bars.strap(hook, wide, deep, section), "stem": shaft}
    if kind == "loop":
        long, across, wire = rng.uniform(0.03, 0.05), rng.uniform(0.011, 0.018), rng.uniform(0.0018, 0.003)
        angle = np.linspace(0, 2 * np.pi, 41)[:-1]
        c, s = np.cos(angle), np.sin(angle)
        egg = np.stack([-stem - long * (0.5 - 0.54 * c), across * s * (1 - 0.3 * c)], 1)
        parts["grip"] = tube(flat(np.concatenate([egg, egg[:1] + 2e-4])), wire, sides=10)
    elif kind == "tab":
        s, long = np.linspace(0, 1, 20), rng.uniform(0.045, 0.08)
        size = smooth_curve([(0, half), (0.35, half * 1.6), (0.8, half * rng.uniform(1.8, 2.6)), (1, half * 1.2)])(s)
        shape = band(np.stack([-stem + 0.004 - long * s, 0 * s], 1), size)
        parts["grip"] = plate(shape - disc((-stem - long * 0.8, 0), half * 0.8, 20), thin * 2)
    else:
        parts |= haft(rng, rng.uniform(0.06, 0.1), rng.uniform(0.008, 0.012), (-stem + 0.01, 0, 0))
    reach = radius * turn + lip
    frame = ((hook[-1, 0], 0, hook[-1, 1]), (way[0], 0, way[1]), (-way[1], 0, way[0]))
    prying = afford("pry-with", "tip", "grip", frame, bars.entering(float(wide[-1]), float(reach)), MIRROR)
    return finished(name, "paint-can-opener", parts, [prying], (LYING[0], *LYING[2:]))


def tongue_scraper(rng: Generator, name: str) -> Tool:
    """A tongue scraper: a U of steel strip held by both ends, or a handle with a forked or a rounded loop of band."""
    kind = str(rng.choice(["u", "fork", "loop"], p=[0.45, 0.3, 0.25]))
    half, deep, thin = rng.uniform(0.018, 0.03), rng.uniform(0.003, 0.0055), rng.uniform(0.0006, 0.0011)
    parts = _tongue_u(rng, half, deep, thin) if kind == "u" else _tongue_head(rng, kind, half, deep, thin)
    faces = [((-thin, 0, -deep), -Z, -Y), ((-thin, 0, deep), Z, Y)]
    scraping = afford("scrape-with", "band", "grip", faces[0], half * 0.8, MIRROR_X, faces[1:])
    return finished(name, "tongue-scraper", parts, [scraping])


def _tongue_u(rng: Generator, half: float, deep: float, thin: float) -> dict[str, list[Manifold]]:
    """A bow of strip whose arms spread or close towards two grips: thicker strips, sleeves or balls."""
    long, spread, bow = rng.uniform(0.085, 0.12), half * rng.uniform(0.8, 1.5), half * rng.uniform(0.8, 1.3)
    s = np.linspace(0, 1, 26)
    side = np.stack([-bow * (1 - np.sqrt(1 - s**2)), half * s], 1)
    leg = np.stack([-bow - (long - bow) * s[1:], half + (spread - half) * s[1:] ** 1.5], 1)
    half_bow = np.concatenate([side, leg])
    path = np.concatenate([half_bow[:0:-1] * [1, -1], half_bow])
    strip = plate(band(path, thin), 2 * deep)
    front, arms = split(strip, X, -bow * 0.75)
    sleeve, back = rng.choice(["strip", "sleeve", "ball"]), long * rng.uniform(0.55, 0.72)
    arms, *grips = split(arms, X, -back)
    line = leg[leg[:, 0] < -back]
    if sleeve == "sleeve":
        grips += both_sides(tube(flat(line), deep * 1.4, thin + rng.uniform(0.002, 0.004), sides=14))
    elif sleeve == "ball":
        grips += both_sides(Manifold.sphere(deep * rng.uniform(1.3, 1.8), 20).translate([*line[-1], 0]))
    return {"band": [front], "arms": [arms], "grip": grips}


def _tongue_head(rng: Generator, kind: str, half: float, deep: float, thin: float) -> dict[str, list[Manifold]]:
    """A handle whose two prongs hold a strip across, or that ends in a round loop of strip."""
    long = half * rng.uniform(1.3, 2.0)
    angle = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 25)
    bulge = rng.uniform(0.1, 0.35) if kind == "fork" else 0.8
    front = np.stack([-half * bulge * (1 - np.cos(angle)), half * np.sin(angle)], 1)
    loop = plate(band(front, thin), 2 * deep)
    corner, s = front[-1], np.linspace(0, 1, 14)
    prong = np.stack([corner[0] - (long - half * bulge) * s, half * (1 - s ** rng.uniform(1.2, 2.2))], 1)
    arms = both_sides(tube(flat(prong), deep * rng.uniform(0.75, 0.95), rng.uniform(0.0018, 0.0028), sides=12))
    arms += both_sides(Manifold.sphere(deep * 0.9, 14).translate([*corner, 0]))
    styles = ("oval", "moulded", "strip")
    grip = haft(rng, rng.uniform(0.08, 0.11), rng.uniform(0.0055, 0.008), (-long + 0.006, 0, 0), styles)
    return {"band": [loop], "arms": arms, **grip}


def hoof_pick(rng: Generator, name: str) -> Tool:
    """A hoof pick: a hook of steel bar on a looped bar, a wooden or moulded grip, some with a brush behind the hook."""
    kind = str(rng.choice(["loop", "grip", "brush"], p=[0.3, 0.45, 0.25]))
    stock, neck, radius = rng.uniform(0.003, 0.0048), rng.uniform(0.025, 0.05), rng.uniform(0.01, 0.02)
    turn, reach = np.radians(rng.uniform(75, 120)), rng.uniform(0.018, 0.034)
    way = np.array([np.cos(turn), np.sin(turn)])
    bend = bars.arc((0, radius), radius, -np.pi / 2, turn - np.pi / 2, 14)
    claw = bend[-1] + np.linspace(-0.1, 1, 9)[:, None] * reach * way
    wide = stock * np.linspace(1, rng.uniform(0.9, 2.0), 9)
    point = bars.strap(claw, wide, stock * np.linspace(1, 0.25, 9), bars.squarish_section(3.5))
    shank = bars.strap(np.concatenate([[(-neck, 0), (-neck / 2, 0)], bend]), stock, stock)
    parts: dict = {"tip": [point], "hook": [shank]}
    if kind == "loop":
        long, across = rng.uniform(0.07, 0.1), rng.uniform(0.012, 0.02)
        angle = np.linspace(0, 2 * np.pi, 41)
        ring = np.stack([-neck - long / 2 + long * 0.52 * np.cos(angle), 0 * angle, across * np.sin(angle)], 1)
        parts["grip"] = [tube(ring[:-1], stock, sides=12), tube(ring[[-2, -1, 1]], stock, sides=12)]
    else:
        styles = ("oval", "moulded", "turned", "strip")
        parts |= haft(rng, rng.uniform(0.085, 0.12), rng.uniform(0.01, 0.015), (-neck + 0.012, 0, 0), styles)
    if kind == "brush":
        long = rng.uniform(0.035, 0.05)
        parts["hook"].append(bars.bar(np.linspace(-neck - 0.02, 0.004, 6), 0.012, 0.007, bars.squarish_section(5)))
        places = [(x, y) for x in np.linspace(-long * 0.9, -0.004, 6) for y in (-0.007, 0, 0.007)]
        parts["bristles"] = [cylinder((x, y, -0.004), (x, y, -0.027), 0.0025, 0.0029, 8) for x, y in places]
    end, out, back = (claw[-1, 0], 0, claw[-1, 1]), (way[0], 0, way[1]), (-way[1], 0, way[0])
    scraping = afford("scrape-with", "tip", "grip", (end, out, Y), reach / 2, MIRROR_X)
    poking = afford("poke-with", "tip", "grip", (end, out, back), reach, MIRROR)
    return finished(name, "hoof-pick", parts, (scraping, poking), LYING[2:])


def tube_holder(rng: Generator, name: str) -> Tool:
    """A test tube holder: two notched wooden legs, one longer, or sprung wire crossing into two curved jaws."""
    length, tube_radius = rng.uniform(0.12, 0.2), rng.uniform(0.007, 0.012)
    if rng.random() < 0.5:
        return _wooden_holder(rng, name, length, tube_radius)
    wire, wide, jaw = rng.uniform(0.0013, 0.0021), rng.uniform(0.006, 0.012), tube_radius * rng.uniform(2.6, 3.6)
    back, cross = length * rng.uniform(0.1, 0.17), jaw + length * rng.uniform(0.04, 0.12)
    knots = [(0, 0), (0.1, -back * 0.55), (0.45, -back), (0.75, -back * 0.5), (1, wire)]
    s = np.linspace(0, 1, 28)
    arm = rod(flat(np.stack([-length + (length - cross) * s, smooth_curve(knots)(s)], 1)), wire, 10)
    bow = [(0, wire), (0.25, tube_radius * 0.5), (0.6, tube_radius), (0.9, tube_radius * 0.35), (1, tube_radius * 0.6)]
    line = np.stack([-cross + cross * s, smooth_curve(bow)(s)], 1)
    spread = wide * np.minimum(1, s / 0.3)
    sides = [rod(np.column_stack([line, sign * spread]), wire, 8) for sign in (1, -1)]
    end = cylinder((*line[-1], -wide), (*line[-1], wide), wire, wire, 10)
    tips, jaws = split(merged([*sides, end]), X, -jaw * 0.9)
    front, grip = split(arm, X, -length * 0.55)
    coil = cylinder((-length, 0, -wire * 2.5), (-length, 0, wire * 2.5), wire * 3, wire * 3, 20)
    if rng.random() < 0.6:
        x = -length * 0.75
        y = float(np.interp((x + length) / (length - cross), *np.transpose(knots)))
        grip = grip + box((length * 0.2, wire * 2.6, rng.uniform(0.01, 0.016)), (x, y, 0))
    parts = {"tip": both_sides(tips), "arms": [*both_sides(merged([front, jaws])), coil], "grip": both_sides(grip)}
    return finished(name, "test-tube-holder", parts, [gripping(wire, jaw * 0.9, "grip", symmetry=HALF_TURN)])


def _wooden_holder(rng: Generator, name: str, length: float, tube_radius: float) -> Tool:
    """Two wooden legs with hollows for the tube, a spring round them and the upper leg's tail shorter or not."""
    high, thick, pivot = rng.uniform(0.005, 0.008), rng.uniform(0.012, 0.018), -length * rng.uniform(0.36, 0.48)
    hollow, gape = disc((-tube_radius * rng.uniform(1.5, 2.4), -tube_radius * 0.45), tube_radius, 32), length * 0.06
    parts: dict[str, list[Manifold]] = {"tip": [], "legs": [], "grip": []}
    for sign, long in ((1, length * rng.uniform(0.68, 1.0)), (-1, length)):
        nose = high * rng.uniform(0.9, 1.3)
        leg = outline([(0, 0.001), (pivot, 0.0005), (-long, gape), (-long, gape + high), (pivot, high), (0, nose)])
        leg = leg + block((4 * tube_radius, high * 1.2), (-2 * tube_radius, high * 0.8))
        solid = plate(leg - hollow, thick, 0.0006)
        tip, rest = split(solid, X, -tube_radius * 4.4)
        legs, grip = split(rest, X, pivot - 0.1 * length)
        for part, piece in (("tip", tip), ("legs", legs), ("grip", grip)):
            parts[part].append(piece if sign > 0 else piece.mirror((0, 1, 0)))
    wire, around = rng.uniform(0.0009, 0.0015), thick / 2 + 0.001
    ring = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1), (1, 1)]) * [high + 0.0008, around]
    turns = [np.column_stack([np.full(5, pivot + n * 2.4 * wire), ring]) for n in range(int(rng.integers(2, 5)))]
    parts["spring"] = [rod(turn[n : n + 2], wire, 8) for turn in turns for n in range(4)]
    parts["spring"].append(cylinder((pivot, 0, -around), (pivot, 0, around), high * 0.6, high * 0.6, 16))
    return finished(name, "test-tube-holder", parts, [gripping(0.0, tube_radius * 4.4, "grip", symmetry=MIRROR)])


def spring_clamp(rng: Generator, name: str) -> Tool:
    """A spring clamp: steel strip with dipped grips, or chunky plastic; pads fixed, swivelling or sleeved."""
    steel, length = rng.random() < 0.45, rng.uniform(0.09, 0.23)
    pivot, gape = -length * rng.uniform(0.42, 0.58), length * rng.uniform(0.16, 0.28)
    gap, bulge = length * rng.uniform(0.0, 0.04), length * rng.uniform(0.08, 0.15)
    deep, wide = length * rng.uniform(0.02, 0.03), length * rng.uniform(0.1, 0.17)
    root, at, s = length * 0.055, 1 + pivot / length, np.linspace(0, 1, 36)
    knots = [(0, gape), (at * 0.5, gape * 0.62), (at, root), (at + 0.3 * (1 - at), bulge), (1, gap + deep)]
    y = smooth_curve(knots)(s)
    size = deep * (0.5 if steel else 1.0) * smooth_curve([(0, 0.8), (0.3, 1.0), (at, 1.6), (0.85, 1.0), (1, 0.8)])(s)
    leg = plate(band(np.stack([-length * (1 - s), y], 1), size), wide, min(size) * 0.2)
    jaws, grip = split(leg, X, pivot - 0.16 * length)
    jaws, tip = split(jaws, -X, 0.1 * length)
    if steel:
        sleeve = smooth_curve([(0, 0.85), (0.2, 1.0), (1, 1.0)])(s[:15])
        line = np.stack([-length * (1 - s[:15] * 0.95) - 0.004, y[:15]], 1)
        grip = grip + plate(band(line, deep * sleeve), wide * 1.1, deep * 0.3).trim_by_plane(-X, -pivot + 0.12 * length)
    pad_long, pad = length * rng.uniform(0.12, 0.2), deep * rng.uniform(1.0, 1.6)
    shape = block((pad_long, pad), (0, pad / 2)) + disc((0, pad), pad * 0.9, 20)
    lean = rng.uniform(-5, 14)
    lift = gap + deep * 0.1 + 0.5 * pad_long * np.sin(np.radians(abs(lean)))
    cushion = plate(shape, wide * rng.uniform(0.9, 1.15), deep * 0.15).rotate([0, 0, lean])
    cushion = cushion.translate([-pad_long * 0.45, lift, 0])
    coil, boss = root * rng.uniform(0.95, 1.15), wide * rng.uniform(0.55, 0.7)
    joint = cylinder((pivot, 0, -boss), (pivot, 0, boss), coil, coil, 28)
    joint = joint - cylinder((pivot, 0, -1), (pivot, 0, 1), coil * 0.45, coil * 0.45, 20)
    end = float(max(cushion.bounding_box()[3], tip.bounding_box()[3]))
    parts = {"pads": both_sides(cushion + tip), "jaws": both_sides(jaws), "spring": joint, "grip": both_sides(grip)}
    return finished(name, "spring-clamp", parts, [gripping(end, pad_long, "grip", ("pads",))], LYING)


def fish_scaler(rng: Generator, name: str) -> Tool:
    """A fish scaler: teeth below an open oval head with bars across, or in rows below a solid plate."""
    is_open = rng.random() < 0.55
    long, half, thick = rng.uniform(0.032, 0.05), rng.uniform(0.017, 0.028), rng.uniform(0.003, 0.006)
    deep, pitch = rng.uniform(0.004, 0.007), rng.uniform(0.0055, 0.0075)
    oval = disc((0, 0), 1.0, 48).scale((long, half))
    stations = np.linspace(-0.5, 0.5, int(rng.choice([3, 5]))) * long
    shape = rectangle(2 * long, 2 * half, rng.uniform(0.004, 0.012))
    if is_open:
        shape = oval - oval.offset(-0.0045)
        for x in stations:
            shape = shape + (block((0.004, 4 * half), (x, 0)) ^ oval)
        angles = np.arange(28) * 2 * np.pi / 28
        spots = list(np.stack([(long - 0.0022) * np.cos(angles), (half - 0.0022) * np.sin(angles)], 1))
    else:
        stations, spots = np.linspace(-0.8, 0.8, 2 * int(0.7 * long / pitch) + 1) * long, []
    for x in stations:
        reach = half * 0.82 * (np.sqrt(1 - (x / long) ** 2) if is_open else 1)
        spots += [(x, y) for y in np.linspace(-reach, reach, max(int(2 * reach / pitch), 2))]
    low = -thick / 2
    teeth = [cylinder((*p, low + 0.001), (*p, low - deep), pitch * 0.45, 0.0007, 6) for p in spots]
    neck = bars.bar(np.array([-long * 1.25, -long * 0.95]), 0.008, thick * 0.6, bars.squarish_section(4))
    held = haft(rng, rng.uniform(0.09, 0.14), rng.uniform(0.009, 0.013), (-long * 1.2, 0, rng.uniform(0, 10)))
    parts = {"teeth": teeth, "head": [plate(shape, thick), neck], **held}
    scraping = afford("scrape-with", "teeth", "grip", ((0, 0, low - deep), -Z, -Y), half * 0.82, MIRROR_X)
    return finished(name, "fish-scaler", parts, [scraping])


def hair_claw(rng: Generator, name: str) -> Tool:
    """A hair claw: two bowed rows of teeth, long or short, many or few, behind which two broad or slim tabs stand."""
    deep, half, thin = rng.uniform(0.022, 0.042), rng.uniform(0.018, 0.048), rng.uniform(0.0013, 0.002)
    count, bulge = int(rng.integers(4, 9)), deep * rng.uniform(0.32, 0.5)
    s, pitch = np.linspace(0, 1, 26), 2 * half / count
    y = smooth_curve([(0, deep * 0.08), (0.2, bulge * 0.7), (0.5, bulge), (0.85, bulge * 0.45), (1, -thin)])(s)
    shell = plate(band(np.stack([-deep * (1 - s), y], 1), thin * np.linspace(1.2, 0.8, 26)), 2 * half)
    crown = disc((0, 0), 1.0, 48).scale((deep * 1.02, half * 1.06)).translate((-deep * rng.uniform(0.8, 1.0), 0))
    crown = crown + block((deep, 2 * half), (-deep, 0)) if rng.random() < 0.6 else crown + block((4 * deep, 2 * half))
    shell = shell ^ plate(crown, 1.0).rotate([90, 0, 0])
    root, gap = deep * rng.uniform(0.5, 0.8), pitch * rng.uniform(0.42, 0.6)
    slots = [(n - count / 2) * pitch + pitch / 4 for n in range(count + 1)]
    shell = shell - merged(box((root * 2, 1, gap), (0, 0, z)) for z in slots)
    teeth, body = split(shell, X, -root)
    tab, flare, wide = deep * rng.uniform(0.5, 0.9), deep * rng.uniform(0.25, 0.5), half * rng.uniform(0.35, 0.75)
    line = np.array([(-deep + thin, deep * 0.08), (-deep - tab * 0.4, flare * 0.55), (-deep - tab, flare)])
    tabs = plate(band(line, thin * rng.uniform(1.0, 1.5)), 2 * wide, thin * 0.3)
    hinge = cylinder((-deep, 0, -half * 0.6), (-deep, 0, half * 0.6), deep * 0.1, deep * 0.1, 20)
    parts = {"teeth": both_sides(teeth), "body": both_sides(body), "hinge": hinge, "tabs": both_sides(tabs)}
    for part in ("teeth", "body", "tabs"):
        parts[part][1] = parts[part][1].mirror((0, 0, 1))
    return finished(name, "hair-claw", parts, [gripping(0.0, root, "tabs", ("teeth",))], LYING)


FAMILIES = {
    "spring-clamp": Family(spring_clamp, ("pick-up-with",)),
    "hair-claw": Family(hair_claw, ("pick-up-with",)),
    "test-tube-holder": Family(tube_holder, ("pick-up-with",)),
    "fish-scaler": Family(fish_scaler, ("scrape-with",)),
    "drift-key": Family(drift_key, ("wedge-with",)),
    "ramp": Family(ramp, ("wedge-with",)),
    "paint-can-opener": Family(paint_can_opener, ("pry-with",)),
    "tongue-scraper": Family(tongue_scraper, ("scrape-with",)),
    "hoof-pick": Family(hoof_pick, ("scrape-with", "poke-with")),
}
