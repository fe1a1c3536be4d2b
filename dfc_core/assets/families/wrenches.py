"""Parametric tools that turn bolts: open-end and ring wrench, adjustable wrench, hex key.

The hand to -x, the seat near the origin; flat in z where they are flat.
"""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold, OpType
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import FLAT, arc, band, block, disc, finished, flat, outline, plate, rounded
from dfc_core.assets.solids import box, cylinder, function_frame, loft, smooth_curve, split
from dfc_core.assets.tool import MIRROR, MIRROR_X, Affordance, Symmetry, Tool


def turning(
    seat: NDArray | tuple, out: NDArray | tuple, axis: NDArray | tuple, half: float, parts: tuple[str, ...], hold: str,
    others: tuple[NDArray, ...] = (), symmetry: Symmetry = MIRROR,
) -> Affordance:  # fmt: skip
    """apply-torque-with of a seat whose bolt turns about `axis`, `out` leading away from the hand."""
    frame = seat_frame(seat, out, axis)
    return Affordance("apply-torque-with", parts, hold, frame, float(half), symmetry, others)


def seat_frame(seat: NDArray | tuple, out: NDArray | tuple, axis: NDArray | tuple) -> NDArray:
    """T_tool_function with z along `out` and y along `axis`."""
    return function_frame(seat, out, np.cross(axis, out))


def hexagon(half: float, turn: float = 0.0) -> CrossSection:
    """A hexagon `half` from its middle to its sides."""
    return CrossSection.circle(half / np.cos(np.pi / 6), 6).rotate(turn)


def _open_jaw(rng: Generator, half: float, lean: float, sharp: float) -> tuple[CrossSection, float]:
    """(head with a slot for a nut, how far its middle is from the seat), opening to +x turned by `lean` degrees."""
    outer = half * rng.uniform(1.85, 2.3)
    head = CrossSection.circle(1.0, 48).scale((outer * rng.uniform(1.0, 1.15), outer))
    head = head - outline(
        [(half * sharp, -half * 4), (half * 5, -half * 4), (half * 5, half * 4), (half * sharp, half * 4)]
    )
    prongs = [
        outline(
            [
                (0, s * half * 0.9),
                (half * sharp * 1.0, s * half),
                (half * (sharp + 0.35), s * half * 1.05),
                (half * (sharp + 0.1), s * outer * 0.86),
                (0, s * outer),
            ]
        )
        for s in (1, -1)
    ]
    slot = block((half * 6, half * 2), (half * 2.5, 0)) + disc((-half * 0.35, 0), half * 0.94)
    return (head + prongs[0] + prongs[1] - slot).rotate(lean), outer


def _ring(rng: Generator, half: float) -> tuple[CrossSection, float]:
    outer = half * rng.uniform(1.55, 1.85)
    hole = hexagon(half, 0) + hexagon(half, 30) if rng.random() < 0.6 else hexagon(half, 0)
    return disc((0, 0), outer, 48) - hole, outer


def wrench(rng: Generator, name: str) -> Tool:
    """A flat wrench: open at both ends, open and ring, ring at both ends, or open at one end only."""
    kind = rng.choice(["double open", "combination", "double ring", "single"], p=[0.3, 0.4, 0.2, 0.1])
    half = rng.uniform(0.0035, 0.015)
    length = half * rng.uniform(15, 26)
    thick = half * rng.uniform(0.55, 0.8) + 0.0015
    lean = rng.choice([0.0, 15.0, 22.5])
    sharp = rng.uniform(0.7, 1.1)
    first, reach = _ring(rng, half) if kind == "double ring" else _open_jaw(rng, half, lean, sharp)
    other_half = half * (1.0 if kind == "combination" else rng.uniform(0.82, 1.0))
    second, other_reach = _open_jaw(rng, other_half, lean, sharp) if kind == "double open" else _ring(rng, other_half)
    shaft_half = half * rng.uniform(0.65, 0.95)
    x = np.linspace(-length, 0, 24)
    swell = 1 + 0.35 * np.abs(x / length * 2 + 1) ** 3
    shaft = plate(band(np.stack([x, 0 * x], 1), shaft_half * swell), thick * rng.uniform(0.6, 0.95), thick * 0.2)
    clear = disc((0, 0), reach * 0.97) + disc(
        (-length, 0), other_reach * 0.97 if kind != "single" else shaft_half * 0.1
    )
    shaft = shaft - plate(clear, 1.0)
    if rng.random() < 0.4:  # the recess along both sides
        groove = plate(rounded(block((length * 0.5, shaft_half * 0.9), (-length / 2, 0)), shaft_half * 0.4), 1.0, 0.0)
        for z in (0.5 + thick * 0.22, -0.5 - thick * 0.22):
            shaft = shaft - groove.translate([0, 0, z])
    heads = [plate(first, thick, thick * 0.1)]
    if kind != "single":
        heads.append(plate(second.rotate(180), thick * rng.uniform(0.95, 1.2), thick * 0.1).translate([-length, 0, 0]))
    else:
        shaft = shaft + (
            plate(disc((-length, 0), shaft_half * 1.6), thick * 0.8) - plate(disc((-length, 0), shaft_half * 0.8), 1.0)
        )
    parts = {"jaw": heads, "handle": shaft}
    direction = (
        np.array([np.cos(np.radians(lean)), np.sin(np.radians(lean)), 0]) if kind != "double ring" else (1, 0, 0)
    )
    others: tuple[NDArray, ...] = ()
    if kind == "double open":
        others = (seat_frame((-length, 0, 0), -np.asarray(direction), (0, 0, 1)),)
    elif kind in ("combination", "double ring"):
        others = (seat_frame((-length, 0, 0), (-1, 0, 0), (0, 0, 1)),)
    torque = turning((0, 0, 0), direction, (0, 0, 1), half, ("jaw",), "handle", others)
    return finished(name, "wrench", parts, [torque], FLAT)


def adjustable_wrench(rng: Generator, name: str) -> Tool:
    """A wrench with a moving jaw and a worm: a slim one for nuts, or a heavy one with teeth for pipes."""
    pipe = rng.random() < 0.4
    half = rng.uniform(0.006, 0.018)
    length = half * rng.uniform(9, 15) + 0.06
    thick = half * rng.uniform(0.5, 0.8) + 0.004
    deep = half * rng.uniform(1.5, 2.3)
    lean = 0.0 if pipe else rng.uniform(10, 24)
    fixed_wide, moving_wide = half * rng.uniform(0.9, 1.4) + 0.004, half * rng.uniform(0.7, 1.1) + 0.003
    fixed = outline(
        [
            (-deep * 1.5, half),
            (deep, half),
            (deep, half + fixed_wide * 0.45),
            (deep * 0.2, half + fixed_wide),
            (-deep * 1.2, half + fixed_wide * 1.1),
        ]
    )
    moving = outline(
        [
            (-deep * 0.55, -half),
            (deep * rng.uniform(0.85, 1.0), -half),
            (deep * 0.8, -half - moving_wide * 0.5),
            (-deep * 0.1, -half - moving_wide),
            (-deep * 0.55, -half - moving_wide),
        ]
    )
    body = rounded(
        outline(
            [
                (-deep * 0.5, half + fixed_wide * 0.9),
                (-deep * 1.2, half + fixed_wide * 1.1),
                (-deep * 2.6, half * 0.4),
                (-deep * 2.4, -half * 0.8),
                (-deep * 1.2, -half - moving_wide * 0.8),
                (-deep * 0.5, -half - moving_wide * 0.9),
            ]
        ),
        half * 0.2,
    )
    worm = cylinder((-deep * 1.25, -half * 0.75, 0), (-deep * 1.25, half * 0.35, 0), deep * 0.24, deep * 0.24, 20)
    window = plate(block((deep * 0.62, half * 1.3), (-deep * 1.25, -half * 0.2)), 1.0)
    head = [
        plate(body, thick * 1.1, thick * 0.12) - window,
        worm + box((deep * 0.16, half * 1.5, deep * 0.16), (-deep * 1.25, -half * 0.2, 0)),
    ]
    if pipe:
        fixed = fixed - merged_sections(
            [disc((x, half), half * 0.09, 4) for x in np.linspace(-deep * 0.3, deep * 0.95, 7)]
        )
        hook = outline(
            [
                (-deep * 1.9, half + fixed_wide * 0.2),
                (-deep * 1.9, half + fixed_wide),
                (-deep, half + fixed_wide * 1.05),
                (-deep, half),
            ]
        )
        fixed = fixed + hook
    jaws = [plate(fixed, thick, thick * 0.1), plate(moving, thick * 0.8, thick * 0.06)]
    cutter = plate(block((deep * 2.2, half * 12), (deep * 0.75 - deep * 0.05, 0)), 1.0)
    jaw_parts, rear = zip(*(jaw.split(cutter) for jaw in jaws), strict=True)
    placed = lambda solid: solid.rotate([0, 0, lean])  # noqa: E731
    x = np.linspace(0, 1, 24)
    wide = half * smooth_curve(
        [(0, 0.9), (0.15, rng.uniform(0.55, 0.8)), (0.7, rng.uniform(0.7, 1.0)), (0.95, 0.9), (1, 0.5)]
    )(x)
    start = placed(plate(disc((-deep * 2.1, -half * 0.1), 0.001), 0.001)).bounding_box()
    origin = np.array([(start[0] + start[3]) / 2, (start[1] + start[4]) / 2])
    line = origin + np.stack([-length * x, 0 * x], 1)
    shaft = plate(band(line, np.maximum(wide, 0.005)), thick * rng.uniform(0.7, 1.0), thick * 0.2)
    if rng.random() < 0.6:
        shaft = shaft - plate(disc((origin[0] - length * 0.93, origin[1]), max(half * 0.3, 0.0028)), 1.0)
    neck, grip = split(shaft, (1, 0, 0), float(origin[0] - length * 0.35))
    parts = {
        "jaw": [placed(j) for j in jaw_parts],
        "head": [placed(h) for h in (*head, *rear)],
        "neck": neck,
        "handle": grip,
    }
    out = np.array([np.cos(np.radians(lean)), np.sin(np.radians(lean)), 0])
    seat = out * deep * 0.25
    # the back of the fixed jaw, opposite to the nut, is what one strikes with
    side = np.array([-out[1], out[0], 0])
    face = side * (half + fixed_wide * 1.05) - out * deep * 0.5
    affordances = (
        turning(seat, out, (0, 0, 1), half, ("jaw",), "handle"),
        Affordance("pound-with", ("head",), "handle", function_frame(face, side, -out), float(deep * 0.8), MIRROR),
    )
    return finished(name, "adjustable-wrench", parts, affordances, FLAT)


def merged_sections(sections: list[CrossSection]) -> CrossSection:
    """Union of flat outlines."""
    return CrossSection.batch_boolean(sections, OpType.Add)


def _bent_bar(section: CrossSection, path: NDArray) -> Manifold:
    """A bar of a star-shaped section along `path` (N x 3 in the xy plane)."""
    polygon = section.to_polygons()[0]
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    up = np.array([0, 0, 1.0])
    return loft([p + polygon[:, :1] * np.cross(up, t) + polygon[:, 1:] * up for p, t in zip(path, along, strict=True)])


def hex_key(rng: Generator, name: str) -> Tool:
    """An L-shaped key: hexagonal, square or star section, sharp or wide bend, bare, with a sleeve or a flag handle."""
    half = rng.uniform(0.0022, 0.006)
    short = half * rng.uniform(7, 12) + 0.004
    long = short * rng.uniform(2.0, 3.8)
    radius = half * rng.uniform(2.2, 4.5)
    kind = rng.choice(["hex", "square", "star"], p=[0.7, 0.1, 0.2])
    if kind == "hex":
        section = hexagon(half, rng.choice([0, 30]))
    elif kind == "square":
        section = block((2 * half, 2 * half))
    else:
        turn = np.arange(12) * np.pi / 6
        section = outline(
            np.stack([np.cos(turn), np.sin(turn)], 1) * (half * np.where(np.arange(12) % 2, 0.8, 1.1))[:, None]
        )
    # the long arm along -x, the short one to +y, its end at y = short
    bend = arc((-radius, radius), radius, -90, 0, 12)
    path = flat(
        np.concatenate(
            [np.linspace((-long, 0), (-radius, 0), 4)[:-1], bend, np.linspace((0, radius), (0, short), 4)[1:]]
        )
    )
    key = _bent_bar(section, path)
    tip, rest = split(key, (0, 1, 0), radius + half)
    bend_part, shaft = split(rest, (1, 0, 0), -long * 0.3)
    parts: dict[str, Manifold | list[Manifold]] = {"tip": tip, "bend": bend_part, "handle": shaft}
    dress = rng.random()
    if dress < 0.15:
        parts["handle"] = [shaft, cylinder((-long * 0.9, 0, 0), (-long * 0.35, 0, 0), half * 1.9, half * 1.9, 18)]
    elif dress < 0.28:
        flag = rounded(block((long * 0.4, half * 9), (-long * 0.75, 0)), half * 3)
        parts["handle"] = [shaft, plate(flag, half * 4.2, half)]
    elif dress < 0.5:
        ball = Manifold.sphere(half * 1.1, 16).translate([-long - half * 0.8, 0, 0])
        parts["handle"] = [
            shaft,
            ball + cylinder((-long - half * 0.8, 0, 0), (-long + half, 0, 0), half * 0.7, half, 12),
        ]
    torque = turning((0, short, 0), (1, 0, 0), (0, 1, 0), half, ("tip",), "handle", symmetry=MIRROR_X)
    # inside of the bend, towards the hand
    at = np.array([-half, radius + half, 0])
    pull = Affordance(
        "pull-with", ("tip", "bend"), "handle", function_frame(at, (-1, 0, 0), (0, 1, 0)), float(radius), MIRROR
    )
    return finished(name, "hex-key", parts, (torque, pull), FLAT)


FAMILIES = {
    "wrench": Family(wrench, ("apply-torque-with",)),
    "adjustable-wrench": Family(adjustable_wrench, ("apply-torque-with", "pound-with")),
    "hex-key": Family(hex_key, ("apply-torque-with", "pull-with")),
}
