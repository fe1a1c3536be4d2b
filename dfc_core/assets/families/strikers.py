"""Parametric tools that pound: hammer, claw hammer, mallet, pestle, meat tenderizer.

Lying along x, handle to -x; a head's faces look along y.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.handles import bar_handle, grip_and_neck
from dfc_core.assets.solids import assemble, box, cylinder, filled, function_frame, loft, smooth_curve, split
from dfc_core.assets.tool import AXIS, MIRROR, Affordance, Tool
from dfc_core.geometry import rotation_about

FACE_SHARE = 0.3  # the part of the head's half length that counts as face
SIDEWAYS = (np.eye(3), rotation_about(np.array([1.0, 0, 0]), np.pi))


def hammer(rng: Generator, name: str) -> Tool:
    """A hammer: round or square face at +y, a ball or an edge at -y."""
    length = rng.uniform(0.2, 0.38)
    reach = length * rng.uniform(0.14, 0.26)
    radius = length * rng.uniform(0.035, 0.065)
    flare = rng.uniform(1.0, 1.3)
    if rng.random() < 0.7:
        front = cylinder((0, 0, 0), (0, reach * 0.7, 0), radius * 0.85, radius * 0.85)
        front = front + cylinder((0, reach * 0.6, 0), (0, reach, 0), radius * flare, radius * flare)
    else:
        front = box((radius * 2, reach, radius * 2 * flare), (0, reach / 2, 0))
    back = _peen(rng, reach, radius)
    cheek = box((radius * 2.1, radius * 2.4, radius * 2.1), (0, 0, 0))
    face, head = split(front, (0, 1, 0), reach * (1 - FACE_SHARE))
    return _handled(
        rng, name, "hammer", length, radius, {"face": face, "head": [head, back, cheek]}, reach, radius * flare
    )


def _peen(rng: Generator, reach: float, radius: float) -> Manifold:
    """What is behind a hammer's face: a ball, or an edge across the handle or along it ("straight", bent a little)."""
    kind = rng.choice(["straight", "ball", "wedge"])
    back = reach * rng.uniform(0.7, 1.1)
    if kind == "ball":
        ball = Manifold.sphere(radius * rng.uniform(0.8, 1.1), 24).translate([0, -back * 0.75, 0])
        return ball + cylinder((0, 0, 0), (0, -back * 0.75, 0), radius * 0.8, radius * 0.7)
    bend = (rng.uniform(0.2, 0.5) if kind == "straight" else 0.0) * radius
    rings = []
    for s in np.linspace(0, 1, 12):
        thin, broad = radius * (0.8 - 0.65 * s), radius * (0.8 + 0.3 * s)
        half_x, half_z = (broad, thin) if kind == "straight" else (thin, broad)
        corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [half_x, half_z]
        rings.append(np.column_stack([corner[:, 0] - bend * s**2, np.full(4, -back * s), corner[:, 1]]))
    return loft(rings)


def claw_hammer(rng: Generator, name: str) -> Tool:
    """A claw hammer: round or eight-sided face at +y, a split claw at -y, curved or nearly straight."""
    length = rng.uniform(0.22, 0.36)
    reach = length * rng.uniform(0.14, 0.2)
    radius = length * rng.uniform(0.036, 0.055)
    sides, flare = int(rng.choice([8, 32])), rng.uniform(1.0, 1.3)
    neck, front = reach * rng.uniform(0.45, 0.65), reach * rng.uniform(0.68, 0.78)
    poll = cylinder((0, 0, 0), (0, front, 0), radius * rng.uniform(0.75, 0.95), radius * rng.uniform(0.65, 0.85), sides)
    poll = poll + cylinder((0, neck, 0), (0, front, 0), radius * 0.8, radius * flare, sides)
    poll = poll + cylinder((0, front, 0), (0, reach, 0), radius * flare, radius * flare * 0.96, sides)
    face, rest = split(poll, (0, 1, 0), reach * (1 - FACE_SHARE))
    long, bend = reach * rng.uniform(1.05, 1.5), rng.uniform(0.12, 0.55)
    claw, root, inner, tip, heading, half_tip = _claw(rng, radius, long, bend)
    cheek = box((radius * 2.1, radius * 2.3, radius * rng.uniform(1.7, 2.1)), (0, 0, 0))
    if rng.random() < 0.5:
        eye = cylinder((radius, 0, 0), (-radius * rng.uniform(1.2, 2.2), 0, 0), radius * 1.05, radius * 0.9)
        cheek = cheek + eye
    flat = np.array([-1.0, 0, 0])
    further = (
        Affordance(
            "pull-with", "claw", "grip", function_frame(inner, flat, (0, -1, 0)), float(long * 0.5), MIRROR
        ),
        Affordance(
            "pry-with", "claw", "grip", function_frame(tip, heading, flat), float((half_tip + long * 0.72) / 2),
            MIRROR,
        ),
    )  # fmt: skip
    parts = {"face": face, "head": [rest, root, cheek], "claw": claw}
    return _handled(rng, name, "claw-hammer", length, radius, parts, reach, radius * flare, further=further)


def _claw(
    rng: Generator, radius: float, long: float, bend: float
) -> tuple[Manifold, Manifold, NDArray, NDArray, NDArray, float]:
    """(claw, root, a point inside the bend, the middle of the tip, the way the tip points, half the tip's width)."""
    spread, thin = rng.uniform(0.9, 1.25), rng.uniform(0.06, 0.12)
    rings, outer = [], []
    for s in np.linspace(0, 1, 16):
        half_x = radius * (0.85 * (1 - s) ** 1.3 + thin)
        half_z = radius * (0.8 + (spread - 0.8) * s)
        crown = 1 - 0.25 * (1 - s)
        middle = np.array([-bend * long * s**2 + radius * 0.12 * (1 - s), -long * s, 0])
        normal = np.array([1.0, -2 * bend * s, 0]) / np.hypot(1.0, 2 * bend * s)
        corner = np.array([[-1, -crown], [0, -1], [1, -crown], [1, crown], [0, 1], [-1, crown]])
        rings.append(middle + half_x * corner[:, :1] * normal + np.array([0, 0, half_z]) * corner[:, 1:])
        outer.append((middle, half_x))
    begin, end = -long * rng.uniform(0.25, 0.4), -long * 1.02
    wide = radius * spread * rng.uniform(0.28, 0.45)
    slot = loft(
        [
            np.array([[x, begin, -wide * 0.06], [x, begin, wide * 0.06], [x, end, wide], [x, end, -wide]])
            for x in (-1.0, 1.0)
        ]
    )
    claw, root = split(loft(rings) - slot, (0, -1, 0), long * 0.28)
    middle, half_x = outer[9]
    tip = outer[-1][0]
    heading = np.array([-2 * bend, -1.0, 0]) / np.hypot(2 * bend, 1.0)
    return claw, root, middle - np.array([half_x, 0, 0]), tip, heading, radius * spread


def mallet(rng: Generator, name: str) -> Tool:
    """A mallet or sledge: two equal faces, both of which serve."""
    length = rng.uniform(0.2, 0.4)
    reach = length * rng.uniform(0.13, 0.24)
    radius = length * rng.uniform(0.07, 0.14)
    if rng.random() < 0.55:
        waist = radius * rng.uniform(0.85, 1.1)
        head = cylinder((0, 0, 0), (0, reach, 0), waist, radius) + cylinder((0, 0, 0), (0, -reach, 0), waist, radius)
    else:
        head = box((radius * 2, reach * 2, radius * rng.uniform(1.4, 2.0)), (0, 0, 0))
    front, rest = split(head, (0, 1, 0), reach * (1 - FACE_SHARE))
    back, middle = split(rest, (0, -1, 0), reach * (1 - FACE_SHARE))
    parts = {"face": [front, back], "head": middle}
    return _handled(rng, name, "mallet", length, radius, parts, reach, radius, both=True)


def _handled(
    rng: Generator, name: str, family: str, length: float, radius: float, parts: dict, reach: float, face_radius: float,
    both: bool = False, further: tuple[Affordance, ...] = (),
) -> Tool:  # fmt: skip
    """A tool of `parts` (its head) on a handle: its face at y = `reach` strikes and presses."""
    thick = min(radius * 0.8, rng.uniform(0.009, 0.016))
    handle = bar_handle(rng, radius * 1.1, length, thick, rng.uniform(0.6, 1.0))
    grip, neck = grip_and_neck(handle, 0.0, length)
    parts = {**parts, "neck": neck, "grip": grip}
    front = function_frame((0, reach, 0), (0, 1, 0), (-1, 0, 0))
    back = function_frame((0, -reach, 0), (0, -1, 0), (-1, 0, 0))
    alternatives = (back,) if both else ()
    striking = [
        Affordance(function, "face", "grip", front, float(face_radius), MIRROR, alternatives)
        for function in ("pound-with", "press-with")
    ]
    mesh = assemble(parts)
    affordances = (*striking, *further)
    return Tool(name, family, *mesh, affordances=affordances, rest_rotations=SIDEWAYS, licence="Apache-2.0")


def pestle(rng: Generator, name: str) -> Tool:
    """A pestle, muddler or club: a turned bar whose thick end at +x pounds."""
    length = rng.uniform(0.12, 0.3)
    thick = length * rng.uniform(0.09, 0.15)
    thin = thick * rng.uniform(0.35, 0.7)
    tip = rng.uniform(0.5, 0.95)
    knots = [
        (0, tip),
        (0.05, 0.95),
        (0.15, 1.0),
        (rng.uniform(0.3, 0.45), thin / thick),
        (0.8, thin / thick),
        (1, 0.5 * thin / thick),
    ]
    step = np.linspace(0, 1, 40)
    solid = filled(thick * smooth_curve(knots)(step), -step * length).rotate([0, 90, 0])  # axis z -> x, end at x = 0
    face, rest = split(solid, (1, 0, 0), -0.14 * length)
    neck, grip = split(rest, (1, 0, 0), -0.4 * length)
    frame = function_frame((0, 0, 0), (1, 0, 0), (0, 1, 0))
    pair = tuple(
        Affordance(function, "face", "grip", frame, float(thick), AXIS) for function in ("pound-with", "press-with")
    )
    mesh = assemble({"face": face, "neck": neck, "grip": grip})
    return Tool(name, "pestle", *mesh, affordances=pair, rest_rotations=SIDEWAYS, licence="Apache-2.0")


def tenderizer(rng: Generator, name: str) -> Tool:
    """A meat tenderizer or gavel: a square or round block with studs on the face at +y."""
    length = rng.uniform(0.18, 0.28)
    reach = length * rng.uniform(0.12, 0.2)
    half = length * rng.uniform(0.09, 0.14)
    block = box((half * 2, reach * 1.6, half * 2), (0, reach * 0.2, 0))
    studs = []
    count = int(rng.integers(3, 5))
    for x in np.linspace(-0.75, 0.75, count) * half:
        for z in np.linspace(-0.75, 0.75, count) * half:
            studs.append(
                cylinder((x, reach * 0.9, z), (x, reach * 1.12, z), half / count * 0.8, half / count * 0.1, sides=4)
            )
    face, head = split(block, (0, 1, 0), reach * (1 - FACE_SHARE * 1.5))
    parts = {"face": [face, *studs], "head": head}
    return _handled(rng, name, "tenderizer", length, half, parts, reach, half)


FAMILIES = {
    "hammer": Family(hammer, ("pound-with", "press-with")),
    "claw-hammer": Family(claw_hammer, ("pound-with", "press-with", "pull-with", "pry-with")),
    "mallet": Family(mallet, ("pound-with", "press-with")),
    "pestle": Family(pestle, ("pound-with", "press-with")),
    "tenderizer": Family(tenderizer, ("pound-with", "press-with")),
}
