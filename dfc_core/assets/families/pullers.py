"""Parametric things that catch, hold or draw out: angle bracket, curtain ring, paper clip, lifting hook, nail puller.

Flat in the xy plane but for the nail puller, which bends in the xz plane; the hand to -x, what catches at +x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families import bars, walls
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import (
    FLAT,
    arc,
    band,
    block,
    disc,
    finished,
    flat,
    merged,
    outline,
    plate,
    rod,
    rounded,
    turned,
)
from dfc_core.assets.families.grips import collar, tool_grip
from dfc_core.assets.families.hooks import hooking, question_mark
from dfc_core.assets.solids import box, cylinder, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import MIRROR, Affordance, Tool


def l_bracket(rng: Generator, name: str) -> Tool:
    """A steel angle with holes: a narrow brace, a wide cleat, one with a rib, or a shelf bracket with a strut."""
    kind = str(rng.choice(["brace", "cleat", "ribbed", "shelf"], p=[0.35, 0.25, 0.2, 0.2]))
    high = rng.uniform(0.03, 0.09) if kind != "shelf" else rng.uniform(0.08, 0.15)
    long = high * rng.uniform(1.3, 2.4 if kind == "brace" else 1.7)
    half = {"cleat": rng.uniform(0.45, 0.8) * high, "shelf": rng.uniform(0.09, 0.14) * high}.get(
        kind, rng.uniform(0.13, 0.26) * high
    )
    thick = high * rng.uniform(0.025, 0.06)
    radius = thick * rng.uniform(1.05, 3.0)
    bend = arc((-radius, radius), radius, -90, 0, 8)
    path = np.concatenate([np.linspace([-long, 0], bend[0], 5)[:-1], bend, np.linspace(bend[-1], [0, high], 5)[1:]])
    angle = plate(band(path, thick), 2 * half)
    ends = rng.choice([0.1, 0.5, 0.95]) if kind != "cleat" else 0.15
    angle = angle ^ _round_ended(high, half, ends, thick) ^ _round_ended(long, half, ends, thick, lying=True)
    holes = merged(_bracket_holes(rng, kind, long, high, half))
    flange, leg = split(angle - holes, (0, 1, 0), radius + thick)
    parts: dict[str, Manifold | list[Manifold]] = {"flange": flange, "leg": leg}
    if kind == "ribbed":
        rib = high * rng.uniform(0.2, 0.4)
        parts["rib"] = plate(outline([(0, 0), (-rib, 0), (0, rib)]), half * rng.uniform(0.2, 0.4))
    elif kind == "shelf":
        bow = rng.uniform(0.0, 0.2) * high
        s = np.linspace(0, 1, 12)
        line = np.stack([-long * 0.85 * (1 - s), high * 0.85 * s], axis=1)
        line = line + np.outer(np.sin(np.pi * s), [bow, -bow])
        parts["strut"] = plate(band(line, thick * 0.9), half * rng.uniform(0.6, 1.2))
    inside = (-thick, high / 2, 0)
    pull = hooking("pull-with", inside, (-1, 0, 0), (0, 1, 0), high / 2, ("flange",), "leg")
    return finished(name, "l-bracket", parts, [pull], (*FLAT, turned(x=90)))


def _round_ended(long: float, half: float, share: float, thick: float, lying: bool = False) -> Manifold:
    """What lies under an outline that rounds the end of the standing or `lying` leg by `share` of its half width."""
    shape = rounded(block((2 * long, 2 * half)), half * share)
    if lying:
        solid = plate(shape, 1.0).rotate([90, 0, 0])
        return solid + box((4 * thick, 1.0, 2 * half), (0, 0, 0))
    solid = plate(shape.rotate(90), 1.0).rotate([0, 90, 0])
    return solid + box((1.0, 4 * thick, 2 * half), (0, 0, 0))


def _bracket_holes(rng: Generator, kind: str, long: float, high: float, half: float) -> list[Manifold]:
    """Screw holes through both legs, in one row or in two; in some the leg has slots."""
    bore = half * (rng.uniform(0.12, 0.18) if kind == "cleat" else rng.uniform(0.28, 0.4))
    bore = min(bore, 0.08 * high)
    rows = (-0.5 * half, 0.5 * half) if kind == "cleat" else (0.0,)
    slot = rng.uniform(0.4, 0.9) * bore if rng.random() < 0.4 else 0.0
    count, holes = int(rng.integers(2, 4)), []
    for z in rows:
        for share in np.linspace(0.42, 0.8, count):
            holes.append(cylinder((-1, high * share, z), (1, high * share, z), bore, bore, 16))
            ends = [
                cylinder((x, -1, z), (x, 1, z), bore, bore, 16) for x in (-long * share - slot, -long * share + slot)
            ]
            holes.append(Manifold.batch_hull(ends))
    return holes


def ring(centre: tuple[float, float], radius: float, half: float, tall: float | None = None) -> Manifold:
    """A closed ring in the xy plane: `radius` of its middle line, `half` its radial and `tall` its half height."""
    return walls.ring(radius, 0.0, half, 56, tall, sides=14).translate([*centre, 0])


def curtain_ring(rng: Generator, name: str) -> Tool:
    """A curtain ring of metal or plastic, turned wood or flat sheet, with an eyelet, a screw eye or a clip below."""
    kind = str(rng.choice(["wire", "wood", "flat", "open"], p=[0.35, 0.25, 0.2, 0.2]))
    radius = rng.uniform(0.014, 0.032)
    half = radius * {"wire": rng.uniform(0.06, 0.14), "wood": rng.uniform(0.14, 0.22)}.get(kind, rng.uniform(0.1, 0.17))
    tall = half * {"flat": rng.uniform(0.3, 0.5), "open": rng.uniform(0.6, 1.0)}.get(kind, 1.0)
    loop = ring((0, 0), radius, half, tall)
    if kind == "open":
        gap = plate(block((radius, half * rng.uniform(0.6, 2.0)), (radius, 0)), 1.0)
        loop = loop - gap.rotate([0, 0, float(rng.choice([-1, 1])) * rng.uniform(75, 125)])
    foot = -radius - half
    if rng.random() < 0.35:
        parts = {"ring": loop, "clip": _curtain_clip(rng, foot, radius, half)}
        hold = "clip"
    else:
        small, wire = radius * rng.uniform(0.16, 0.28), max(radius * rng.uniform(0.04, 0.07), half * 0.35)
        eyelet = ring((0, 0), small, wire)
        if rng.random() < 0.5:
            eyelet = eyelet.rotate([90, 0, 0])
        stem = radius * rng.uniform(0.0, 0.18)
        shank = cylinder((foot + half * 0.4, 0, 0), (foot - stem - wire, 0, 0), wire * 1.2, wire * 1.1, 14)
        parts = {"ring": loop, "eyelet": [eyelet.translate([foot - stem - small, 0, 0]), shank]}
        hold = "eyelet"
    inside = radius - half
    hang = hooking("hang-onto", (inside, 0, 0), (-1, 0, 0), (0, 1, 0), inside, ("ring",), hold)
    return finished(name, "curtain-ring", parts, [hang])


def _curtain_clip(rng: Generator, foot: float, radius: float, half: float) -> Manifold:
    """An alligator clip that hangs from the foot of a ring by a small link, its jaws towards -x."""
    long, wide = radius * rng.uniform(0.7, 1.3), radius * rng.uniform(0.16, 0.3)
    link = ring((foot - half * 1.5, 0), half * 2.2, max(half * 0.5, 0.0006)).rotate([0, 0, 0])
    start = foot - half * 3.2
    thick = max(radius * 0.05, 0.0008)
    rise = radius * rng.uniform(0.12, 0.22)
    jaws = [link]
    for side in (-1, 1):
        line = start + np.array([0.002, -0.12 * long, -0.45 * long, -0.92 * long, -long])
        height = side * rise * np.array([0.15, 1.0, 0.9, 0.35, 0.2])
        jaws.append(plate(band(np.stack([line, height], 1), thick), 2 * wide))
    spring = cylinder((start - 0.4 * long, 0, -wide * 0.7), (start - 0.4 * long, 0, wide * 0.7), rise, rise, 18)
    return merged([*jaws, spring, box((thick * 2, rise, 2 * wide), (start, 0, 0))])


def paper_clip(rng: Generator, name: str) -> Tool:
    """A big paper clip of bare or coated wire: rounded, square-ended, tapering, or with a ribbed middle."""
    kind = str(rng.choice(["round", "square", "taper", "ribbed"], p=[0.4, 0.2, 0.2, 0.2]))
    long = rng.uniform(0.033, 0.08)
    outer = long * rng.uniform(0.1, 0.14)
    wire = outer * rng.uniform(0.09, 0.16)
    second = outer * rng.uniform(0.8, 0.87)
    inner = outer * rng.uniform(0.56, 0.64)
    power = rng.uniform(3.5, 6.0) if kind == "square" else 2.0
    far, near = long / 2 - outer, -long / 2 + second
    low = -outer + second
    middle = low + second - inner
    front = long * rng.uniform(0.12, 0.22) - inner
    start = near + long * rng.uniform(0.1, 0.35)
    stop = near + long * rng.uniform(0.02, 0.25)
    pieces = [
        np.linspace([start, outer], [far, outer], 14)[:-1],
        _squared((far, 0), outer, 90, -90, power),
        np.linspace([far, -outer], [near, -outer], 24)[1:-1],
        _squared((near, low), second, 270, 90, power),
        np.linspace([near, low + second], [front, low + second], 20)[1:-1],
        _squared((front, middle), inner, 90, -90, power),
        np.linspace([front, middle - inner], [stop, middle - inner], 14)[1:],
    ]
    path = np.concatenate(pieces)
    if kind == "ribbed":
        ripple = wire * 0.7 * np.sin(path[:, 0] / long * 2 * np.pi * int(rng.integers(5, 9)))
        path[:, 1] += ripple * np.clip(1 - (path[:, 0] / (0.3 * long)) ** 4, 0, 1)
    if kind == "taper":
        path[:, 1] *= 1 - rng.uniform(0.1, 0.3) * (0.5 - path[:, 0] / long)
    bent = rod(flat(path), wire, 10)
    loop, rest = split(bent, (1, 0, 0), far - 0.05 * long)
    end, body = split(rest, (-1, 0, 0), -near - 0.01 * long)
    frame = function_frame((-long / 2 + wire, low, 0), (1, 0, 0), (0, 1, 0))
    hang = hooking(
        "hang-onto", (long / 2 - wire, 0, 0), (-1, 0, 0), (0, 1, 0), outer - wire, ("loop",), "body", (frame,)
    )
    return finished(name, "paper-clip", {"loop": [loop, end], "body": body}, [hang])


def _squared(centre: tuple[float, float], radius: float, start: float, end: float, power: float) -> NDArray:
    """A half turn about `centre` that is a superellipse: `power` 2 a circle, more with corners."""
    angles = np.linspace(start, end, 19)
    turn = arc((0, 0), 1.0, start, end, len(angles))
    return np.asarray(centre) + radius * turn / np.sum(np.abs(turn) ** power, axis=1, keepdims=True) ** (1 / power)


def lifting_hook(rng: Generator, name: str) -> Tool:
    """A forged hook of a crane or chain: with an eye, a clevis and pin, or a swivel; wide or narrow, some latched."""
    kind = str(rng.choice(["eye", "clevis", "swivel"], p=[0.45, 0.25, 0.3]))
    radius = rng.uniform(0.015, 0.05)
    stock = radius * rng.uniform(0.26, 0.46)
    line = question_mark(radius, radius * rng.uniform(0.0, 0.4), rng.uniform(-5, 35))
    share = np.linspace(0, 1, len(line))
    thick = stock * smooth_curve([(0, rng.uniform(0.35, 0.6)), (0.2, 0.8), (0.4, 1.0), (0.6, 1.0), (1, 0.72)])(share)
    deep = rng.uniform(0.75, 1.0)  # forged hooks are flatter out of their plane
    body = tube(flat(line), thick * deep, thick, sides=14)
    tip = Manifold.sphere(1.0, 16).scale([thick[0], thick[0], thick[0] * deep]).translate([*line[0], 0])
    hook, neck = split(body + tip, (1, 0, 0), -radius * 1.25)
    parts: dict[str, Manifold | list[Manifold]] = {"hook": hook, "neck": neck}
    foot, slim = float(line[-1, 0]), float(thick[-1])
    parts["eye"] = _LIFTING_EYES[kind](rng, foot, slim, radius)
    if rng.random() < 0.45:  # a latch from the neck to the tip
        root = line[-8] + np.array([-slim * 0.2, slim * 0.6])
        latch = band(np.stack([root, line[0] - [0, thick[0] * 0.6]]), stock * rng.uniform(0.1, 0.2))
        parts["latch"] = plate(latch, stock * rng.uniform(0.5, 1.0))
    bottom = float(np.interp(0.0, line[:26, 1][::-1], thick[:26][::-1]))
    inside = radius - bottom
    affordances = [
        hooking(f, (inside, 0, 0), (-1, 0, 0), (0, 1, 0), inside, ("hook",), "eye") for f in ("hang-onto", "pull-with")
    ]
    return finished(name, "lifting-hook", parts, affordances)


def _hook_eye(rng: Generator, foot: float, slim: float, radius: float) -> Manifold:
    """A forged ring in the plane of the hook."""
    hole, wall = radius * rng.uniform(0.35, 0.6), slim * rng.uniform(0.75, 1.0)
    return ring((foot - hole - wall * 0.4, 0), hole + wall * 0.8, wall, wall * rng.uniform(0.8, 1.1))


def _hook_clevis(rng: Generator, foot: float, slim: float, radius: float) -> Manifold:
    """A fork across whose ears a pin with a head runs."""
    gap, ear, long = slim * rng.uniform(0.8, 1.2), slim * rng.uniform(0.5, 0.7), radius * rng.uniform(0.7, 1.1)
    wide = slim * rng.uniform(1.1, 1.5)
    shape = block((long + slim * 0.4, 2 * wide), (foot + slim * 0.2 - long / 2, 0)) + disc((foot - long, 0), wide)
    fork = plate(shape, 2 * (gap + ear), ear * 0.3)
    fork = fork - box((long + 2 * wide, 4 * wide, 2 * gap), (foot - ear * 2 - long / 2 - wide, 0, 0))
    reach = gap + ear * 1.8
    pin = cylinder((foot - long, 0, -reach), (foot - long, 0, reach), wide * 0.5, wide * 0.5, 20)
    heads = [cylinder((foot - long, 0, s * reach * 0.85), (foot - long, 0, s * reach), wide * 0.7, wide * 0.7, 6)
             for s in (-1, 1)]  # fmt: skip
    return merged([fork, pin, *heads])


def _hook_swivel(rng: Generator, foot: float, slim: float, radius: float) -> Manifold:
    """A round or six-sided nut with a bail, in the plane of the hook or square to it."""
    nut, bail = slim * rng.uniform(1.4, 1.9), radius * rng.uniform(0.4, 0.7)
    base = cylinder((foot + slim * 0.4, 0, 0), (foot - slim * 1.2, 0, 0), nut, nut * 0.9, int(rng.choice([6, 24])))
    loop = ring((foot - slim - bail, 0), bail, slim * 0.7).scale([1, rng.uniform(0.8, 1.0), 1])
    return base + (loop.rotate([90, 0, 0]) if rng.random() < 0.4 else loop)


_LIFTING_EYES = {"eye": _hook_eye, "clevis": _hook_clevis, "swivel": _hook_swivel}


def nail_puller(rng: Generator, name: str) -> Tool:
    """A nail puller: a cat's paw of round, six-sided or flat bar, bare or with a grip, or a tack lifter."""
    kind = str(rng.choice(["paw", "gripped", "tack"], p=[0.4, 0.25, 0.35]))
    tack = kind == "tack"
    stock = rng.uniform(0.0028, 0.004) if tack else rng.uniform(0.005, 0.0085)
    length = rng.uniform(0.05, 0.1) if tack else rng.uniform(0.13, 0.3)
    radius = stock * rng.uniform(2.2, 3.6)
    turn = np.radians(rng.uniform(65, 90) if tack else rng.uniform(75, 115))
    sections = (bars.round_section(), bars.polygon_section(6) * 1.1, bars.squarish_section(5))
    section = sections[int(rng.integers(3))]
    bend = bars.arc((0.0, radius), radius, -np.pi / 2, turn - np.pi / 2, 16)
    way = np.array([np.cos(turn), np.sin(turn)])
    reach = stock * rng.uniform(3.0, 4.5)
    claws = bend[-1] + np.linspace(0, reach, 10)[:, None] * way
    wide = stock * np.linspace(1, rng.uniform(1.5, 2.3), 10)
    claw = bars.strap(claws, wide, stock * np.linspace(1, 0.14, 10), bars.squarish_section(4))
    claw = claw - _v_notch(claws, float(wide[-1]), stock, rng.uniform(0.25, 0.4))
    hook = bars.strap(bend, stock, stock, section)
    parts = {"claw": claw, "hook": hook, **_puller_handle(rng, kind, length, stock, section)}
    at = min(turn, np.pi / 2) - np.pi / 2
    out, along = np.array([np.cos(at), 0, np.sin(at)]), np.array([-np.sin(at), 0, np.cos(at)])
    inside = np.array([0, 0, radius]) + (radius - stock) * out
    tip = np.array([claws[-1, 0], 0, claws[-1, 1]])
    pry = function_frame(tip, (way[0], 0, way[1]), (-way[1], 0, way[0]))
    affordances = (
        Affordance("pry-with", "claw", "grip", pry, bars.entering(float(wide[-1]), reach), MIRROR),
        hooking("pull-with", inside, -out, along, radius - stock, ("hook", "claw"), "grip"),
    )
    return finished(name, "nail-puller", parts, affordances, (turned(x=90), turned(x=-90)))


def _puller_handle(
    rng: Generator, kind: str, length: float, stock: float, section: NDArray
) -> dict[str, Manifold | list[Manifold]]:
    """The "shaft" and "grip" from x = 0 backwards: the bare bar, some with a struck end, or a handle on it."""
    bare = bars.bar(np.array([0.0, -length]), stock, section=section)
    if kind != "paw":
        fat = rng.uniform(0.009, 0.0125) if kind == "tack" else rng.uniform(0.012, 0.017)
        grip = tool_grip(rng, -length, rng.uniform(0.075, 0.13), fat)
        ferrule = collar(rng, -length + 0.005, 0.011, max(fat * 0.6, stock * 1.3))
        return {"shaft": [bare, ferrule], "grip": list(grip.values())}
    shaft, rear = split(bare, (1, 0, 0), -0.4 * length)
    if rng.random() < 0.4:
        return {"shaft": shaft, "grip": rear}
    struck = bars.bar(-length + stock * np.array([1.0, 0, -1.0]), stock * np.array([0.9, 1.4, 1.2]))
    return {"shaft": shaft, "grip": [rear, struck]}


def _v_notch(path: NDArray, half: float, stock: float, mouth: float) -> Manifold:
    """The V in a nail claw along `path` (x, z), its mouth a share of the claw's half width."""
    way = path[-1] - path[0]
    normal = np.array([-way[1], 0, way[0]]) / np.linalg.norm(way)
    rings = []
    for share, wide in ((0.3, 0.05), (0.9, mouth), (1.05, mouth * 1.2)):
        centre = np.array([path[0, 0] + share * way[0], 0, path[0, 1] + share * way[1]])
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        rings.append(np.array([centre + half * wide * y * bars.Y + 3 * stock * n * normal for y, n in corners]))
    return loft(rings)


FAMILIES = {
    "l-bracket": Family(l_bracket, ("pull-with",)),
    "curtain-ring": Family(curtain_ring, ("hang-onto",)),
    "paper-clip": Family(paper_clip, ("hang-onto",)),
    "lifting-hook": Family(lifting_hook, ("hang-onto", "pull-with")),
    "nail-puller": Family(nail_puller, ("pry-with", "pull-with")),
}
