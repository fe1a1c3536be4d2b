"""Parametric edges on a shaft, a tang or in a frame: hatchet, sickle, hacksaw, hedge clippers.

In the xy plane, handle to -x; edge towards -y (hatchet: +y; hedge clippers: the two blades towards each other).
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.edges import edge_place, honed, laid_haft
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, afford, prism
from dfc_core.assets.families.forms import FLAT, arc, band, finished, flat, outline, rod, rounded
from dfc_core.assets.families.hooks import hooking
from dfc_core.assets.solids import box, cylinder, labelled, loft, named_union, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, Tool

WOODEN = ("turned", "oval", "ribbed")


def hatchet(rng: Generator, name: str) -> Tool:
    """A hatchet: camping, bearded or carpenter's head with a square or round poll, on a curved shaft or steel stem."""
    length = rng.uniform(0.26, 0.42)
    reach, eye = min(length * rng.uniform(0.23, 0.31), 0.105), rng.uniform(0.017, 0.024)
    thick = rng.uniform(0.009, 0.0125)
    front, beard = eye * rng.uniform(1.05, 1.7), eye * rng.choice([rng.uniform(1.2, 1.6), rng.uniform(1.9, 2.8)])
    sag = rng.uniform(0.0, 0.35) * eye
    columns, rings = np.linspace(-1, 1, 9), []
    for s in np.linspace(0, 1, 17):
        ahead, behind = eye + (front - eye) * s**1.6, eye * 0.95 + (beard - eye * 0.95) * s**2.2
        x = np.where(columns > 0, ahead, behind) * columns
        y = reach * s - sag * s * columns**2
        z = np.full(9, max(thick * (1 - s) ** 0.8, 0.0004))
        rings.append(np.concatenate([np.column_stack([x, y, z]), np.column_stack([x, y, -z])[::-1]]))
    poll, rest, back, face = _poll(rng, eye, thick)
    parts = {"edge": [loft(rings[12:])], "head": [loft(rings[:13]), *rest], "poll": poll}
    parts |= _hatchet_shaft(rng, length, eye, thick)
    centre = (front - beard) / 2
    middle = (centre, reach - sag * (centre / (front if centre > 0 else beard)) ** 2, 0)
    affordances = (
        afford("cut-with", "edge", "grip", (middle, Y, X), (front + beard) / 2, MIRROR),
        afford("pound-with", "poll", "grip", ((0, -back, 0), -Y, -X), face, MIRROR),
    )
    return finished(name, "hatchet", parts, affordances)


def _poll(rng: Generator, eye: float, thick: float) -> tuple[list[Manifold], list[Manifold], float, float]:
    """(struck end, what joins it to the head, its reach, its radius): a square block or a hammer's round face."""
    back = rng.uniform(0.022, 0.05)
    if rng.random() < 0.6:
        face = eye * rng.uniform(0.75, 0.98)
        poll = [box((face * 2, back, thick * 2.1), (0, -back / 2, 0))]
    else:
        face = rng.uniform(0.013, 0.017)
        poll = [cylinder((0, 0, 0), (0, -back, 0), face * 0.8, face * 0.8, 24)]
        poll.append(cylinder((0, -back * 0.6, 0), (0, -back, 0), face * 0.9, face, int(rng.choice([8, 32]))))
    struck, rest = zip(*(split(solid, (0, -1, 0), back * 0.55) for solid in poll), strict=True)
    return list(struck), list(rest), back, face


def _hatchet_shaft(rng: Generator, length: float, eye: float, thick: float) -> dict[str, list[Manifold]]:
    """A wooden shaft, straight or curved with a swelling end, or a steel stem in a sleeve."""
    if rng.random() < 0.4:
        stem = box((length * 0.55, thick * 1.7, thick * 0.9), (-length * 0.275, 0, 0))
        held = laid_haft(rng, length * 0.55, thick * 1.4, (-length * 0.45, 0), 0, ("moulded", "ribbed", "scales"))
        return {"shaft": [stem, *held.pop("collar", [])], **held}
    s = np.linspace(0, 1, 30)
    bend = rng.choice([0.0, 1.0]) * rng.uniform(0.2, 0.5)
    path = np.column_stack([eye * 1.3 - s * (length + eye), bend * length * 0.09 * np.sin(2 * np.pi * s**1.3), 0 * s])
    path[:, 1] += 1e-5 * np.sin(np.pi * s)
    knots = [(0, 1.0), (0.12, 1.0), (0.35, 0.95), (0.75, 1.2), (0.92, 1.25), (0.98, 1.5 if bend else 1.2), (1, 0.9)]
    wide = thick * smooth_curve(knots)(s)
    solid = tube(path, np.minimum(wide * 0.8, thick * 0.95), wide * rng.uniform(1.0, 1.25), sides=16)
    grip, shaft = split(solid, (-1, 0, 0), length * rng.uniform(0.4, 0.5))
    return {"shaft": [shaft], "grip": [grip]}


def sickle(rng: Generator, name: str) -> Tool:
    """A sickle, a narrow grass hook or a billhook: a blade bent towards its inner edge, on a short or long handle."""
    kind = str(rng.choice(["sickle", "sickle", "grass", "bill"]))
    inner, outer, bend, radius = _billhook_curves(rng) if kind == "bill" else _sickle_curves(rng, kind == "grass")
    row = int(0.5 * len(inner)) if kind != "bill" else bend - 12
    blade = honed(inner, outer, rng.uniform(0.002, 0.0035), 0.22, row)
    parts: dict = {{"tip": "hook", "tip edge": "hook edge"}.get(part, part): solids for part, solids in blade.items()}
    start = (inner[0] + outer[0]) / 2
    stout = 0.006 if kind != "bill" else 0.009
    drop = rng.uniform(0.0, 0.02) if kind != "bill" else 0.0
    root = start - [rng.uniform(0.02, 0.04), drop]
    heading = (inner[1] - inner[0]) / np.linalg.norm(inner[1] - inner[0])
    path = np.array([start + heading * 0.006, start - heading * 0.006, root, root - [0.02, 0]])
    parts["tang"] = rod(flat(path), stout, 12)
    long = rng.uniform(0.11, 0.17) if rng.random() < 0.8 else rng.uniform(0.25, 0.4)
    grip = laid_haft(rng, long, rng.uniform(0.012, 0.016), root - [0.006, 0], 0, WOODEN)
    parts["tang"] = [parts["tang"], *grip.pop("collar", [])]
    place, half = edge_place(inner, outer)
    inside = np.append(inner[bend], 0.0)
    affordances = (
        afford("cut-with", ("edge", "hook edge"), "grip", place, half, MIRROR),
        hooking("pull-with", inside, -X, -Y, radius, ("hook", "hook edge"), "grip"),
    )
    return finished(name, "sickle", {**parts, **grip}, affordances)


def _sickle_curves(rng: Generator, grass: bool) -> tuple[NDArray, NDArray, int, float]:
    """(inner edge, back, row where the edge looks back to the hand, radius there) of a crescent."""
    radius = rng.uniform(0.07, 0.13)
    start, end = rng.uniform(140, 190), -rng.uniform(-20, 50)
    if grass:
        start, end = rng.uniform(105, 130), -rng.uniform(-15, 20)
    angles = np.linspace(start, end, 45)
    turned = np.radians(angles)
    share = np.linspace(0, 1, 45)
    stretch = rng.uniform(1.0, 1.35) * (1.3 if grass else 1.0)  # longer along the handle than across
    inner = radius * np.column_stack([stretch * np.cos(turned), np.sin(turned)])
    knots = [(0, 0.45), (0.3, 0.85), (0.6, 1.0), (0.85, 0.6), (1, 0.03)]
    width = radius * rng.uniform(0.16, 0.3) * smooth_curve(knots)(share)
    out = np.column_stack([np.cos(turned), stretch * np.sin(turned)])
    outer = inner + width[:, None] * out / np.linalg.norm(out, axis=1, keepdims=True)
    shift = (inner[0] + outer[0]) / 2
    return inner - shift, outer - shift, int(np.argmin(np.abs(angles))), radius / stretch


def _billhook_curves(rng: Generator) -> tuple[NDArray, NDArray, int, float]:
    """(inner edge, back, row where the edge looks back to the hand, radius there) of a billhook."""
    length, width = rng.uniform(0.15, 0.22), rng.uniform(0.045, 0.07)
    radius = width * rng.uniform(0.5, 0.85)
    turn = rng.uniform(92, 118)
    bow = arc((length, -width / 2 - radius), radius, 90, 90 - turn, 18)
    line = np.column_stack([np.linspace(0, length, 24), np.full(24, -width / 2)])[:-1]
    line[:, 1] -= rng.uniform(0, 0.12) * width * np.sin(np.pi * np.linspace(0, 1, 24)[:-1])
    inner = np.concatenate([line, bow])
    rise = rng.uniform(-0.1, 0.2) * width
    back_line = np.column_stack([line[:, 0], width / 2 + rise * (line[:, 0] / length)])
    back_line[:4, 1] = -width / 2 + (back_line[:4, 1] + width / 2) * [0.5, 0.7, 0.85, 0.96]
    angles = np.radians(np.linspace(90, 90 - turn, 18))
    fall = np.linspace(1, 0, 18) ** 1.3
    swell = radius + 0.0006 * (1 - fall) + (width + rise) * fall
    back_bow = [length, -width / 2 - radius] + swell[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    bend = len(line) + int(np.argmin(np.abs(angles)))
    return inner, np.concatenate([back_line, back_bow]), bend, radius


def hacksaw(rng: Generator, name: str) -> Tool:
    """A frame saw: hacksaw with a flat frame and pistol or straight grip, junior saw of bent rod, or coping saw."""
    kind = str(rng.choice(["full", "full", "junior", "coping"]))
    length = rng.uniform(0.24, 0.31) if kind == "full" else rng.uniform(0.145, 0.17)
    depth = {"full": (0.07, 0.11), "junior": (0.045, 0.06), "coping": (0.1, 0.16)}[kind]
    deep = rng.uniform(*depth)
    width = {"full": 0.014, "junior": 0.008, "coping": 0.007}[kind] * rng.uniform(0.9, 1.3)
    count = int(rng.integers(28, 44))
    x = np.linspace(-0.004, length + 0.004, 2 * count + 1)
    low = np.where(np.arange(len(x)) % 2, -width / 2, -width / 2 + length / count * 0.28)
    edge, back = np.stack([x, low], 1), np.stack([x, np.full(len(x), width / 2)], 1)
    blade = honed(edge, back, 0.0016, 0.42)
    thick = {"full": 0.006, "junior": 0.003, "coping": 0.0032}[kind] * rng.uniform(0.85, 1.2)
    parts: dict = {"teeth": blade["edge"], "blade": blade["blade"]}
    parts["frame"] = _saw_frame(rng, kind, length, deep, thick)
    parts |= _saw_grip(rng, kind, deep, thick)
    place = ((length / 2, -width / 2, 0), -Y, X)
    return finished(name, "hacksaw", parts, [afford("cut-with", "teeth", "grip", place, length / 2, MIRROR)])


def _saw_frame(rng: Generator, kind: str, length: float, deep: float, thick: float) -> list[Manifold]:
    """The bow from the blade's far end over its back to its near end, with pins that hold the blade."""
    lean = rng.uniform(-0.1, 0.25) * deep
    corner = deep * rng.uniform(0.15, 0.4)
    near = 0.0 if kind != "full" else -0.01
    front = [(length, -0.006), (length, 0.0), (length + lean * 0.5, deep * 0.5), (length + lean, deep - corner)]
    top = [(length + lean - corner * 0.3, deep - corner * 0.3), (length + lean - corner, deep), (length / 2, deep)]
    rear = [(near + corner, deep), (near + corner * 0.3, deep - corner * 0.3), (near, deep - corner), (near, -0.006)]
    path = np.array([*front, *top, *rear])
    if kind == "full" and rng.random() < 0.6:
        bow = [prism(rounded(band(path, rng.uniform(0.006, 0.01)), 0.002), -thick * 0.7, thick * 0.7)]
        if rng.random() < 0.5:  # the outer tube of a frame that can be lengthened
            bow.append(box((length * 0.5, 0.023, thick * 2.2), (length * 0.35, deep, 0)))
    else:
        bow = [rod(flat(path), thick, 12)]
    studs = [cylinder((x, 0, -thick * 1.1), (x, 0, thick * 1.3), 0.0036, 0.0036, 14) for x in (0.0, length)]
    if kind != "junior":
        studs.append(cylinder((length, 0, 0), (length + 0.02, 0, 0), thick * 1.1, thick * 0.9, 12))
    if kind == "full" and rng.random() < 0.5:
        studs.append(box((0.022, 0.008, thick), (length + 0.024, 0, 0)))
    return bow + studs


def _saw_grip(rng: Generator, kind: str, deep: float, thick: float) -> dict[str, list[Manifold]]:
    """A straight handle, an open or closed pistol grip, or the bent-on rod of a junior saw."""
    if kind == "coping" or (kind == "full" and rng.random() < 0.35):
        held = laid_haft(rng, rng.uniform(0.095, 0.13), rng.uniform(0.012, 0.016), (-0.012, 0), 0, WOODEN)
        shank = cylinder((0.002, 0, 0), (-0.03, 0, 0), thick * 1.1, thick * 1.1, 12)
        return {"shank": [shank, *held.pop("collar", [])], **held}
    if kind == "junior":
        loop = [(0, deep * 0.55), (-0.03, deep * 0.6), (-0.095, deep * 0.45), (-0.105, deep * 0.2), (-0.095, 0), (0, 0)]
        if rng.random() < 0.5:
            return {"grip": [rod(flat(loop), thick * 1.2, 12)]}
        sleeve = rod(flat([(-0.02, 0), (-0.06, -0.002), (-0.11, -0.006)]), 0.011, 16)
        return {"shank": [rod(flat([(0.0, 0), (-0.03, 0)]), thick * 1.2)], "grip": [sleeve]}
    reach, drop = rng.uniform(0.04, 0.06), rng.uniform(0.03, 0.055)
    top = min(deep * 0.9, 0.075)
    spine = np.array([(-0.012, top), (-reach * 0.7, top * 0.85), (-reach, top * 0.3), (-reach - 0.014, -drop)])
    grip = band(spine, np.array([0.012, 0.017, 0.016, 0.018]))
    root = outline([(-0.004, top + 0.008), (-0.004, top * 0.45), (-reach * 0.6, top * 0.5), (-reach * 0.6, top)])
    section = grip + root
    if rng.random() < 0.5:
        guard = [(-0.01, top * 0.6), (-0.008, 0.0), (-reach * 0.5, -drop * 0.9), (-reach - 0.01, -drop)]
        section = section + band(guard, 0.0065)
    section = rounded(section, 0.004)
    half = rng.uniform(0.009, 0.013)
    solid = prism(section, -half * 0.75, half * 0.75) + prism(section.offset(-0.0025), -half, half)
    return {"grip": [solid]}


def hedge_clippers(rng: Generator, name: str) -> Tool:
    """Hedge shears open a little or wide: straight or wavy blades, tangs or arms, wooden, moulded or tubular grips."""
    length, width = rng.uniform(0.17, 0.26), rng.uniform(0.024, 0.036)
    opening, thick = rng.uniform(6, 24), rng.uniform(0.0028, 0.004)
    s = np.linspace(0, 1, 31)
    wave = rng.choice([0.0, 0.09]) * width * np.sin(2 * np.pi * 5 * s)
    heel = rng.uniform(0.55, 0.9)
    high = width * smooth_curve([(0, heel), (0.2, 1), (0.6, 0.85), (1, rng.uniform(0.25, 0.5))])(s)
    x = -0.012 + s * (length + 0.012)
    edge, back = np.stack([x, wave], 1), np.stack([x, high], 1)
    blade = honed(edge, back, thick, 0.24)
    hub = cylinder((0, 0, -thick * 0.9), (0, 0, thick * 0.9), width * 0.5, width * 0.5, 24)
    screw = cylinder((0, 0, -thick * 1.9), (0, 0, thick * 1.9), width * 0.3, width * 0.25, 20)
    union, owner = named_union({"pivot": [hub, screw]})
    lifted = {part: [solid.translate([0, 0, thick * 0.48]) for solid in solids] for part, solids in blade.items()}
    upper = {**lifted, **_clipper_arm(rng, width, thick)}
    lower = {part: [solid.rotate([180, 0, 0]) for solid in solids] for part, solids in upper.items()}
    places = []
    for side, parts in ((1, upper), (-1, lower)):
        half, names = named_union(parts)
        union, owner = union + half.rotate([0, 0, side * opening]), owner | names
        turn = np.radians(side * opening)
        along, across = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
        places.append((along * length * 0.5 + [0, 0, side * thick * 0.48], -side * across, along))
    cut = afford("cut-with", "edge", "grip", places[0], length / 2, also=places[1:])
    made = labelled(union, owner)
    return Tool(name, "hedge-clippers", *made, affordances=(cut,), rest_rotations=FLAT, licence="Apache-2.0")


def _clipper_arm(rng: Generator, width: float, thick: float) -> dict[str, list[Manifold]]:
    """The arm of the upper blade, which runs back below the x axis, with a long grip and perhaps a buffer."""
    reach, spread = rng.uniform(0.04, 0.16), rng.uniform(0.012, 0.024)
    path = np.array([(0.004, width * 0.25), (-0.012, 0.0), (-0.03, -spread), (-0.03 - reach, -spread * 1.25)])
    if rng.random() < 0.5:
        arm = [prism(band(path, np.array([0.4 * width, 0.35 * width, 0.009, 0.008])), -thick * 0.9, thick * 1.1)]
    else:
        arm = [rod(flat(path), rng.uniform(0.0055, 0.008), 14)]
    if rng.random() < 0.6:
        arm.append(cylinder((-0.034, -spread, 0), (-0.034, -spread * 0.25, 0), 0.007, 0.0055, 16))
    radius, turn = rng.uniform(0.0125, 0.016), rng.uniform(0, 12)
    long = rng.uniform(0.14, 0.22) if reach > 0.09 else rng.uniform(0.22, 0.34)
    held = laid_haft(rng, long, radius, path[-1] + [0.01, 0], turn, ("turned", "oval", "moulded", "ribbed"))
    return {"arm": [*arm, *held.pop("collar", [])], **held}


FAMILIES = {
    "hatchet": Family(hatchet, ("cut-with", "pound-with")),
    "sickle": Family(sickle, ("cut-with", "pull-with")),
    "hacksaw": Family(hacksaw, ("cut-with",)),
    "hedge-clippers": Family(hedge_clippers, ("cut-with",)),
}
