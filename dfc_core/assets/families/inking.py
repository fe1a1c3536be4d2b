"""Parametric pens and pencils that leave a line, and keys and spanners turned by a bar or caught by a hook.

Pens lie along x with the tip at the origin; keys too, with the seat at +x and the bar along y; a hook spanner is flat.
"""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import ROLLING, Tip, bar, fluted_section, polygon_section, swelling, tip_affordances
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, band, block, disc, finished, outline, plate, rod, rounded
from dfc_core.assets.families.grips import cross_grip
from dfc_core.assets.families.wrenches import hexagon, seat_frame, turning
from dfc_core.assets.solids import box, cylinder, loft, smooth_curve, split
from dfc_core.assets.tool import AXIS, MIRROR_X, Affordance, Symmetry, Tool

Parts = dict[str, Manifold | list[Manifold]]


def _writing(parts: tuple[str, ...], hold: str, length: float, symmetry: Symmetry) -> list[Affordance]:
    """write-with of a tip at the origin."""
    return tip_affordances({"write-with": parts}, hold, length, Tip(length, symmetry))


def _clip(rng: Generator, rear: float, reach: float, out: float) -> Manifold:
    """A pocket clip above a body of radius `out`, fixed at x = `rear` and running `reach` towards the tip."""
    wide, gap = out * rng.uniform(0.3, 0.6), out * rng.uniform(1.3, 1.5)
    strip = box((reach, wide * 2, out * 0.25), (rear + reach / 2, 0, gap))
    foot = Manifold.sphere(max(out * 0.3, gap - out * 0.95), 12).translate([rear + reach * 0.95, 0, gap])
    return strip + foot + box((reach * 0.1, wide * 2, gap), (rear + reach * 0.05, 0, gap / 2 + out * 0.1))


def fountain_pen(rng: Generator, name: str) -> Tool:
    """A fountain pen: open, with the cap posted, short in a long posted cap, or a tapering desk pen."""
    kind = str(rng.choice(["open", "posted", "pocket", "desk"], p=[0.3, 0.35, 0.15, 0.2]))
    radius, reach = rng.uniform(0.0046, 0.0074), rng.uniform(0.017, 0.026)
    front = rng.uniform(0.78, 0.92)
    nib, feed = _leaf_nib(rng, reach, radius * rng.uniform(0.68, 0.78)), reach * np.array([0.3, 0.45, 1.1])
    root = bar(-feed, radius * np.array([0.1, 0.32, 0.5]), z=-0.1 * radius * np.array([0, 1, 1]))
    grip_end = -reach - rng.uniform(0.017, 0.026)
    x, size = swelling(-reach, grip_end, [(0, front), (0.06, front * 1.06), (0.4, front), (1, rng.uniform(0.9, 1))], 16)
    long = {"pocket": rng.uniform(0.045, 0.06), "desk": rng.uniform(0.1, 0.15)}.get(kind, rng.uniform(0.07, 0.088))
    end = grip_end - long
    tail = rng.uniform(0.25, 0.45) if kind == "desk" else rng.uniform(0.75, 0.98)
    knots = [(0, 1.0), (0.02, 1.12), (0.3, 1.15), (0.94, tail), (1, tail * 0.6)]
    places, sizes = swelling(grip_end, end, knots, 28)
    parts: Parts = {"nib": nib, "feed": root, "section": bar(x, radius * size)}
    parts["barrel"] = bar(places, radius * sizes)
    if kind in ("posted", "pocket"):
        parts |= _posted_cap(rng, end, radius * 1.15, rng.uniform(0.052, 0.066))
    found = _writing(("nib",), "section", reach, MIRROR_X)
    return finished(name, "fountain-pen", parts, found, ROLLING)


def _leaf_nib(rng: Generator, long: float, half: float) -> Manifold:
    """An arched metal leaf with shoulders, a breather hole and a slit, its point at the origin."""
    share = np.linspace(0, 1, 20)
    shoulder = rng.uniform(0.55, 0.8)
    knots = [(0, rng.uniform(0.1, 0.2)), (0.25, 0.4), (shoulder, 1.0), (1, rng.uniform(0.85, 0.95))]
    rings, across = [], np.linspace(-1, 1, 9)
    for s, wide in zip(share, half * smooth_curve(knots)(share), strict=True):
        height = 0.6 * wide * (1 - across**2) - 0.1 * half
        top = np.column_stack([np.full(9, -s * long * 1.15), across * wide, height])
        rings.append(np.concatenate([top, (top - [0, 0, 0.0007])[::-1]]))
    hole = cylinder((-long * 0.55, 0, -0.1), (-long * 0.55, 0, 0.1), half * 0.17, half * 0.17, 12)
    return loft(rings) - hole - box((long * 0.5, half * 0.08, 0.1), (-long * 0.3, 0, 0))


def _posted_cap(rng: Generator, end: float, radius: float, long: float) -> Parts:
    """A "cap" put on the back of a pen whose body ends at `end`, with its "clip" above; banded, round or flat ended."""
    start, wide = end + long * rng.uniform(0.45, 0.6), radius * rng.uniform(1.08, 1.2)
    crown = rng.uniform(0.2, 0.85)
    knots = [(0, wide), (0.1, wide), (0.8, wide * rng.uniform(0.85, 1.0)), (0.95, wide * 0.85), (1, wide * crown * 0.8)]
    x, size = swelling(start, start - long, knots)
    cap = bar(x, size)
    if rng.random() < 0.6:
        cap = cap + bar(start - 0.004 - np.array([0, 0.003]), wide * 1.04)
    clip = _clip(rng, start - long * 0.88, long * rng.uniform(0.55, 0.72), wide)
    return {"cap": cap, "clip": clip}


def mechanical_pencil(rng: Generator, name: str) -> Tool:
    """A mechanical pencil: for drafting with a knurled grip, for school with a rubber one, or a clutch lead holder."""
    kind = str(rng.choice(["drafting", "school", "holder"], p=[0.35, 0.4, 0.25]))
    radius, long = rng.uniform(0.0038, 0.0058), rng.uniform(0.125, 0.15)
    thin = rng.uniform(0.0008, 0.0011) if kind == "holder" else rng.uniform(0.0004, 0.0006)
    lead, sleeve = rng.uniform(0.002, 0.005), rng.uniform(0.003, 0.0045)
    cone = rng.uniform(0.009, 0.016)
    steps = np.array([0, 0.0008, lead, lead + 0.0001, lead + sleeve])
    fine = bar(-steps, thin * np.array([0.5, 1, 1, 1.6, 1.7]))
    bow = rng.uniform(0.55, 0.75)
    x, size = swelling(-lead - sleeve, -lead - sleeve - cone, [(0, 0.34), (0.5, bow), (1, rng.uniform(0.85, 0.95))], 12)
    start = float(x[-1])
    grip_end, rear = start - rng.uniform(0.026, 0.04), -long + 0.012
    body = polygon_section(6) * 1.06 if rng.random() < 0.45 else None
    slim = rng.uniform(0.8, 1.0) if kind != "holder" else 1.0
    parts: Parts = {"tip": [fine, bar(x, radius * size)], "grip": _pencil_grip(rng, kind, start, grip_end, radius)}
    behind = np.array([grip_end, grip_end - 0.004, rear])
    parts["barrel"] = bar(behind, radius * np.array([0.98, slim, slim]), section=body)
    clipped = rng.random() < 0.7
    if clipped:
        parts["clip"] = _clip(rng, rear + 0.003, rng.uniform(0.028, 0.042), radius * slim)
    wide = radius * slim * rng.uniform(0.65, 0.9)
    x, size = swelling(rear, -long, [(0, 1), (0.7, rng.uniform(0.9, 1.0)), (0.9, 0.9), (1, rng.uniform(0.5, 0.8))], 10)
    parts["eraser"] = bar(x, wide * size)
    found = _writing(("tip",), "grip", -start, MIRROR_X if clipped else AXIS)
    return finished(name, "mechanical-pencil", parts, found, ROLLING)


def _pencil_grip(rng: Generator, kind: str, start: float, end: float, radius: float) -> Manifold:
    """A grip with rings (drafting), a waisted soft sleeve (school) or flutes (holder)."""
    if kind == "drafting":
        x = np.linspace(start, end, 45)
        return bar(x, radius * (1 - rng.uniform(0.04, 0.1) * (np.arange(45) // 2 % 2)))
    if kind == "school":
        knots = [(0, 1.05), (0.4, rng.uniform(0.95, 1.1)), (0.9, rng.uniform(1.1, 1.25)), (1, 1.0)]
        x, size = swelling(start, end, knots, 16)
        return bar(x, radius * size)
    return bar(np.array([start, end]), radius, section=fluted_section(12, rng.uniform(0.05, 0.15)))


def brush_pen(rng: Generator, name: str) -> Tool:
    """A brush pen: a firm felt cone, a tuft of bristles, or a water brush with a soft fat tank; cap posted or off."""
    kind = str(rng.choice(["felt", "bristle", "water"], p=[0.4, 0.35, 0.25]))
    radius, long = rng.uniform(0.0042, 0.0068), rng.uniform(0.1, 0.13)
    cone = rng.uniform(0.011, 0.016) if kind == "felt" else rng.uniform(0.014, 0.023)
    thick = radius * (rng.uniform(0.52, 0.66) if kind == "felt" else rng.uniform(0.45, 0.7))
    belly = (0.4, 0.6) if kind == "felt" else (0.35, rng.uniform(0.7, 0.9))
    x, size = swelling(0, -cone - 0.002, [(0, 0.06), belly, (0.75, 1.0), (1, rng.uniform(0.85, 1.0))], 20)
    hair = None if kind == "felt" else fluted_section(10, rng.uniform(0.02, 0.1), 3)
    tip = bar(x, thick * size, section=hair)
    neck = rng.uniform(0.007, 0.014)
    slim, flare = thick * 1.12, (radius * 0.9 - thick * 1.12) * rng.uniform(0.3, 0.8)
    collar = bar(-cone - neck * np.array([0, 0.5, 0.55, 1.0]), slim + flare * np.array([0, 0, 0.6, 1.0]))
    front, rear = -cone - neck, -cone - neck - long
    waist = rng.uniform(0.75, 0.95)
    fat = rng.uniform(1.15, 1.4) if kind == "water" else rng.uniform(0.95, 1.05)
    knots = [(0, 0.9), (0.03, 1), (0.2, waist), (0.42, waist), (0.5, fat), (0.93, fat * 0.9), (1, 0.5)]
    places, sizes = swelling(front, rear, knots, 34)
    grip, body = split(bar(places, radius * sizes), (1, 0, 0), front - 0.44 * long)
    parts: Parts = {"tip": tip, "collar": collar, "grip": grip, "body": body}
    capped = rng.random() < 0.55
    if capped:
        parts |= _posted_cap(rng, rear, radius * fat, rng.uniform(0.042, 0.058))
    found = _writing(("tip",), "grip", cone, MIRROR_X if capped else AXIS)
    return finished(name, "brush-pen", parts, found, ROLLING)


def _prism(section: CrossSection, start: float, end: float) -> Manifold:
    """A section extruded along x between two places."""
    return section.extrude(abs(end - start)).rotate([0, 90, 0]).translate([min(start, end), 0, 0])


def _by_bar(half: float, part: str, hold: str, ends: tuple[tuple[NDArray, NDArray, NDArray], ...]) -> Affordance:
    """apply-torque-with of seats at `ends` (seat, axis out of it, along the bar), the bar held on either side."""
    frames = tuple(seat_frame(seat, sign * along, axis) for seat, axis, along in ends for sign in (1, -1))
    seat, axis, along = ends[0]
    return turning(seat, along, axis, half, (part,), hold, frames[1:], MIRROR_X)


def _square_socket(end: float, long: float, half: float, outer: float, round_: bool) -> Manifold:
    """A socket with a square hole that opens to +x at `end`, round or square outside."""
    shape = disc((0, 0), outer * 1.25) if round_ else rounded(block((2 * outer, 2 * outer)), outer * 0.12)
    return _prism(shape, end - long, end) - _prism(block((2 * half, 2 * half)), end - long * 0.7, end + 1)


def t_handle_wrench(rng: Generator, name: str) -> Tool:
    """A T-handled key: a hex, square or star bar in a moulded grip, or a socket on a welded or a sliding bar."""
    kind = str(rng.choice(["moulded", "welded", "sliding"], p=[0.4, 0.35, 0.25]))
    half = rng.uniform(0.002, 0.005) if kind == "moulded" else rng.uniform(0.004, 0.0095)
    long = rng.uniform(0.1, 0.24) if kind == "moulded" else half * rng.uniform(12, 24) + 0.06
    parts: Parts = {}
    if kind == "moulded":
        turn = np.arange(12) * np.pi / 6
        star = np.stack([np.cos(turn), np.sin(turn)], 1) * (half * np.where(np.arange(12) % 2, 0.85, 1.15))[:, None]
        section = [hexagon(half), block((2 * half, 2 * half)), outline(star)][int(rng.choice(3, p=[0.65, 0.15, 0.2]))]
        parts["tip"], parts["shaft"] = split(_prism(section, -long, 0), (1, 0, 0), -max(6 * half, 0.18 * long))
        thick = half * rng.uniform(0.9, 1.3) + 0.006
        grip = cross_grip(rng, -long, long * rng.uniform(0.22, 0.3) + 0.018, thick)
        grip = grip.scale([1, 1, rng.uniform(0.65, 0.95)])
        parts["handle"] = [grip, cylinder((-long, 0, 0), (-long + thick * 2.4, 0, 0), thick * 0.8, half * 1.6, 24)]
    else:
        outer, deep = half * rng.uniform(1.35, 1.55), half * rng.uniform(2.4, 4.0)
        shaft = half * rng.uniform(0.6, 0.85)
        hole = hexagon(half) + hexagon(half, 30) if rng.random() < 0.3 else hexagon(half)
        neck = cylinder((-deep, 0, 0), (-deep * 1.5, 0, 0), outer, shaft, 28)
        parts["tip"] = cylinder((0, 0, 0), (-deep, 0, 0), outer, outer, 28) + neck - _prism(hole, -deep * 0.6, 1)
        parts["shaft"] = cylinder((-deep * 1.2, 0, 0), (-long, 0, 0), shaft, shaft, 20)
        parts["handle"] = _cross_bar(rng, -long, long * rng.uniform(0.22, 0.45) + 0.03, shaft, kind == "sliding")
    ends = ((np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])),)
    return finished(name, "t-handle-wrench", parts, [_by_bar(half, "tip", "handle", ends)], FLAT)


def _cross_bar(rng: Generator, x: float, half: float, radius: float, sliding: bool) -> list[Manifold]:
    """A round bar along y at `x`, welded and perhaps sleeved, or slid through a head and stopped by knobs."""
    slim = radius * (rng.uniform(0.6, 0.8) if sliding else rng.uniform(0.85, 1.1))
    solids = [rod(np.array([[x, -half, 0], [x, half, 0]]), slim, 16)]
    if sliding:
        solids.append(cylinder((x - radius * 1.5, 0, 0), (x + radius * 2, 0, 0), radius * 1.5, radius * 1.5, 24))
        knob = Manifold.sphere(slim * rng.uniform(1.25, 1.6), 16)
        solids += [knob.translate([x, s * half, 0]) for s in (-1, 1)]
    elif rng.random() < 0.6:
        inner, fat = half * rng.uniform(0.15, 0.3), slim * rng.uniform(1.3, 1.7)
        solids += [rod(np.array([[x, s * inner, 0], [x, s * half * 1.02, 0]]), fat, 16) for s in (-1, 1)]
    return solids


def valve_key(rng: Generator, name: str) -> Tool:
    """A key for square spindles: four-armed, winged for radiators, a clock key, or a long one for stopcocks."""
    kind = str(rng.choice(["cross", "radiator", "clock", "stopcock"], p=[0.3, 0.25, 0.25, 0.2]))
    small, large = {"cross": (0.003, 0.0055), "stopcock": (0.009, 0.016)}.get(kind, (0.0016, 0.0028))
    half = rng.uniform(small, large)
    if kind == "cross":
        return _cross_key(rng, name, half)
    outer = half * rng.uniform(1.4, 1.7)
    deep = half * rng.uniform(4, 6)
    long = rng.uniform(0.45, 0.85) if kind == "stopcock" else deep * rng.uniform(1.4, 2.4) + 0.004
    parts: Parts = {"socket": _square_socket(0, deep, half, outer, kind == "clock" or bool(rng.random() < 0.4))}
    shaft = outer * (rng.uniform(0.5, 0.7) if kind == "stopcock" else rng.uniform(0.75, 1.0))
    parts["shaft"] = cylinder((-deep * 0.8, 0, 0), (-long, 0, 0), shaft, shaft, 24)
    if kind == "stopcock":
        parts["handle"] = _cross_bar(rng, -long, rng.uniform(0.09, 0.17), shaft, False)
    else:
        parts["handle"] = _wings(rng, -long, deep * rng.uniform(0.9, 1.6) + 0.006, shaft, kind == "clock")
    ends = ((np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])),)
    return finished(name, "valve-key", parts, [_by_bar(half, "socket", "handle", ends)], FLAT)


def _wings(rng: Generator, x: float, half: float, radius: float, pierced: bool) -> Manifold:
    """A flat pair of wings at the end of a key: two pierced lobes, or a butterfly with hollow or straight sides."""
    thick = radius * rng.uniform(0.7, 1.2)
    if pierced:
        size, hole = half * rng.uniform(0.42, 0.55), rng.uniform(0.3, 0.6)
        shape = block((size, half), (x - size * 0.4, 0))
        for centre in [(x - size * 0.6, s * (half - size)) for s in (-1, 1)]:
            shape = shape + disc(centre, size) - disc(centre, size * hole)
    else:
        end, mid = half * rng.uniform(0.35, 0.6), half * rng.uniform(0.25, 0.4)
        side = [(x + mid * 0.8, 0.0), (x + end * 0.3, half), (x - end, half), (x - mid, 0.0)]
        shape = rounded(outline([*side, *[(a, -b) for a, b in side[2:0:-1]]]), half * 0.12)
    boss = cylinder((x + half * 0.3, 0, 0), (x - half * 0.2, 0, 0), radius * 1.15, radius * 1.15, 24)
    return plate(shape, thick, thick * 0.15) + boss


def _cross_key(rng: Generator, name: str, half: float) -> Tool:
    """A four-armed key with a square socket at each end, the arms round or square."""
    reach, round_ = half * rng.uniform(5, 9) + 0.012, bool(rng.random() < 0.4)
    arm, deep = half * rng.uniform(0.85, 1.2), half * rng.uniform(3.2, 4.2)
    outer = half * rng.uniform(1.5, 1.75)
    sockets, arms, ends = [], [], []
    stem = disc((0, 0), arm) if round_ else rounded(block((2 * arm, 2 * arm)), arm * 0.2)
    for number, size in enumerate([1.0, *rng.uniform(0.8, 1.1, 3)]):
        turn, angle = 90.0 * number, np.pi / 2 * number
        sockets.append(_square_socket(reach, deep, half * size, outer, round_).rotate([0, 0, turn]))
        arms.append(_prism(stem, 0, reach - deep * 0.8).rotate([0, 0, turn]))
        out = np.array([np.round(np.cos(angle)), np.round(np.sin(angle)), 0])
        ends.append((reach * out, out, np.array([-out[1], out[0], 0])))
    hub = plate(disc((0, 0), arm * rng.uniform(1.3, 2.0)), 2 * arm * rng.uniform(0.9, 1.15), arm * 0.1)
    parts: Parts = {"socket": sockets, "arms": [*arms, hub]}
    return finished(name, "valve-key", parts, [_by_bar(half, "socket", "arms", tuple(ends))], FLAT)


def box_spanner(rng: Generator, name: str) -> Tool:
    """A tubular spanner with a bar through it: pressed with a round waist, six-sided all along, or with one end."""
    kind = str(rng.choice(["pressed", "hexagonal", "single"], p=[0.45, 0.25, 0.3]))
    half, second = rng.uniform(0.005, 0.014), rng.uniform(0.82, 1.0)
    second = 1.0 if kind == "hexagonal" else second
    wall, long = half * rng.uniform(0.16, 0.26) + 0.0006, half * rng.uniform(8, 13) + 0.02
    deep = half * rng.uniform(1.7, 2.6)
    head = _prism(hexagon(half + wall), -deep, 0) - _prism(hexagon(half), -deep * 2, 1)
    tail = _prism(hexagon(half * second + wall), -long, -long + deep) - _prism(hexagon(half * second), -1, 1)
    waist = (half * second + wall) * rng.uniform(0.85, 1.0)
    if kind == "hexagonal":
        middle = _prism(hexagon(half + wall), -long + deep * 0.98, -deep * 0.98)
    else:
        knots = [(0, (half + wall) * 1.02), (0.12, waist), (0.88, waist), (1, (half * second + wall) * 1.02)]
        x, size = swelling(-deep * 0.98, -long + deep * 0.98, knots, 16)
        middle = bar(x, size)
    middle = middle - _prism(disc((0, 0), waist - wall), -1, 1)
    at = -long + deep * 1.6 if kind != "pressed" or rng.random() < 0.6 else -long / 2
    pin, reach = (waist - wall) * rng.uniform(0.42, 0.62), long * rng.uniform(0.4, 0.6) + 0.01
    stops = [Manifold.sphere(pin * 1.25, 16).translate([at, s * reach, 0]) for s in (-1, 1)]
    grip = [rod(np.array([[at, -reach, 0], [at, reach, 0]]), pin, 16), *(stops if rng.random() < 0.35 else [])]
    x_axis, y_axis = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
    ends = [(np.zeros(3), x_axis, y_axis), (-long * x_axis, -x_axis, y_axis)]
    parts: Parts = {"end": [head, tail], "tube": middle, "bar": grip}
    if kind == "single":
        tail = cylinder((-long + deep * 1.1, 0, 0), (-long, 0, 0), waist, waist, 24)
        parts |= {"end": head, "tube": [middle, tail - _prism(disc((0, 0), waist - wall), -1, 1)]}
        ends = ends[:1]
    return finished(name, "box-spanner", parts, [_by_bar(half, "end", "bar", tuple(ends))], FLAT)


def hook_spanner(rng: Generator, name: str) -> Tool:
    """A hook spanner: forged with a square nose or a round pin, or with a hook that swings on a pin to fit."""
    kind = str(rng.choice(["nose", "pin", "swinging"], p=[0.4, 0.25, 0.35]))
    seat = rng.uniform(0.012, 0.045)
    wide, thick = seat * rng.uniform(0.14, 0.2) + 0.002, seat * rng.uniform(0.12, 0.18) + 0.002
    join, last = rng.uniform(150, 172), rng.uniform(15, 65)
    angles = np.linspace(join + (0 if kind == "swinging" else rng.uniform(12, 28)), last, 40)
    middle = seat + wide
    turn = np.stack([np.cos(np.radians(angles)), np.sin(np.radians(angles))], 1)
    shape = band(middle * turn, wide * np.linspace(1.1, rng.uniform(0.6, 0.9), 40))
    hook = plate(shape, thick, thick * 0.12)
    nose, out = seat * rng.uniform(0.16, 0.24), turn[-1]
    if kind == "pin":
        inner, root = (seat - nose) * out, middle * out
        hook = hook + cylinder((*inner, 0), (*root, 0), thick * 0.4, thick * 0.4, 20)
    else:
        tooth = block((nose + wide, nose * rng.uniform(0.8, 1.2)), (seat - nose / 2 + wide / 2, -nose * 0.1))
        hook = hook + plate(tooth.rotate(last), thick, thick * 0.12)
    start = middle * np.array([np.cos(np.radians(join)), np.sin(np.radians(join))])
    parts: Parts = {"hook": hook, "handle": _spanner_handle(rng, start, seat, wide, thick, kind == "swinging")}
    mid = np.radians((angles[0] + last) / 2)
    torque = turning((0, 0, 0), -np.array([np.cos(mid), np.sin(mid), 0]), (0, 0, -1), seat, ("hook",), "handle")
    return finished(name, "hook-spanner", parts, [torque], FLAT)


def _spanner_handle(rng: Generator, start: NDArray, seat: float, wide: float, thick: float, swinging: bool) -> Manifold:
    """A flat handle along -x from `start` that clears the seat, with a hole at its end; some end in a pivot."""
    long = seat * rng.uniform(3.5, 5.5) + 0.05
    s = np.linspace(0, 1, 24)
    slim, end = wide * rng.uniform(0.75, 1.0), rng.uniform(0.9, 1.4)
    half = slim * smooth_curve([(0, 1.3), (0.2, 0.9), (0.85, end), (0.96, end * 0.9), (1, end * 0.5)])(s)
    line = start + long * np.stack([-s, rng.uniform(-0.1, 0.1) * s], 1)
    shape = band(line, half) - disc((0, 0), seat)
    if rng.random() < 0.5:
        shape = shape - disc(line[21].tolist(), slim * end * 0.4)
    handle = plate(shape, thick * rng.uniform(0.75, 0.95), thick * 0.1)
    if swinging:
        pivot = disc(start.tolist(), wide * 1.35) - disc((0, 0), seat)
        handle = handle + plate(pivot, thick * 1.5, thick * 0.1)
        handle = handle + plate(disc(start.tolist(), wide * 0.6), thick * 1.9, thick * 0.1)
    return handle


FAMILIES = {
    "fountain-pen": Family(fountain_pen, ("write-with",)),
    "mechanical-pencil": Family(mechanical_pencil, ("write-with",)),
    "brush-pen": Family(brush_pen, ("write-with",)),
    "t-handle-wrench": Family(t_handle_wrench, ("apply-torque-with",)),
    "valve-key": Family(valve_key, ("apply-torque-with",)),
    "box-spanner": Family(box_spanner, ("apply-torque-with",)),
    "hook-spanner": Family(hook_spanner, ("apply-torque-with",)),
}
