"""Parametric tools with a bare sharp edge: box cutter, razor blade. In the xy plane, the edge towards -y."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import (
    LYING,
    X,
    Y,
    afford,
    bar,
    finish,
    holes,
    inside,
    polygon,
    prism,
    rectangle,
)
from dfc_core.assets.solids import assemble, box, cylinder, smooth_curve, split
from dfc_core.assets.tool import HALF_TURN, MIRROR, Tool

STRIP = 0.38  # of a short blade's width that counts as its edge


def box_cutter(rng: Generator, name: str) -> Tool:
    """A box cutter: a snap-off blade in a flat rail, or a short trapezoid blade in a thick moulded body."""
    snap = rng.random() < 0.55
    width = rng.uniform(0.011, 0.022) if snap else rng.uniform(0.017, 0.021)
    out = width * (rng.uniform(1.9, 3.6) if snap else rng.uniform(1.4, 1.9))
    lean = width * (rng.uniform(0.4, 0.7) if snap else rng.uniform(0.6, 1.0))  # how far the back falls behind
    low = -width / 2
    parts = _snap_blade(width, out, lean, rng.uniform(0.0009, 0.0014))
    body = _rail_body(rng, width) if snap else _moulded_body(rng, width)
    mesh = assemble({**parts, **body})
    sharp, whole = ("edge", "tip edge"), ("tip", "tip edge")
    along = ((out / 2, low, 0), -Y, X)
    affordances = (
        afford("cut-with", sharp, "grip", along, out / 2, MIRROR),
        afford("scrape-with", sharp, "grip", along, out / 2, MIRROR),
        afford("pierce-with", whole, "grip", ((out, low, 0), X - 0.5 * Y, Y), out * 0.5, MIRROR),
        afford("peel-with", sharp, "grip", along, out / 2, MIRROR),
    )
    return finish("box-cutter", name, mesh, affordances)


def _snap_blade(width: float, out: float, lean: float, thick: float) -> dict[str, Manifold]:
    low, high = -width / 2, width / 2
    plate = prism(polygon([(-0.02, low), (out, low), (out - lean, high), (-0.02, high)]), -thick / 2, thick / 2)
    for x in np.arange(out - 0.6 * width, 0.3 * width, -width * 0.6):  # the scores where it snaps
        score = polygon([(x, low), (x + 0.0007, low), (x + 0.0007 - lean, high), (x - lean, high)])
        plate = plate - prism(score, thick * 0.2, 1.0)
    strip = rectangle(1.0, width * STRIP, 0, (0, low + width * STRIP / 2))
    front, rear = split(plate, (1, 0, 0), out * 0.5)
    (edge, blade), (tip_edge, tip) = inside(rear, strip), inside(front, strip)
    return {"edge": edge, "tip edge": tip_edge, "blade": blade, "tip": tip}


def _rail_body(rng: Generator, width: float) -> dict[str, list[Manifold]]:
    """The sheath of a snap-off knife with its slot, slider and end clip."""
    length, deep, half = rng.uniform(0.1, 0.14), rng.uniform(0.008, 0.014), width * rng.uniform(0.62, 0.85)
    outline = polygon([(0.0, -half), (0.0, half * 0.7), (-0.01, half), (-length, half), (-length, -half)], 0.003)
    body = prism(outline, -deep / 2, deep / 2)
    slot = prism(rectangle(length * 0.62, width * 0.3, width * 0.14, (-length * 0.48, 0)), 0.0, 1.0)
    if rng.random() < 0.6:
        body = body - holes([(x, -half - 0.004) for x in np.linspace(-0.45, -0.85, 4) * length], 0.006)
    nose, grip = split(body - slot, (1, 0, 0), -length * 0.3)
    place = -length * rng.uniform(0.3, 0.6)
    slider = box((0.02, width * 0.5, deep * 0.8), (place, 0, deep * 0.35))
    ridges = [
        cylinder((place + s, -width * 0.25, deep * 0.75), (place + s, width * 0.25, deep * 0.75), 0.0014, 0.0014, 8)
        for s in (-0.006, 0, 0.006)
    ]
    clip = box((0.008, half * 1.7, deep * 0.8), (-length - 0.002, 0, 0))
    return {"body": [nose, slider, *ridges], "grip": [grip, clip]}


def _moulded_body(rng: Generator, width: float) -> dict[str, list[Manifold]]:
    """The body of a utility knife: thick, arched, tapering to its nose."""
    length, deep = rng.uniform(0.12, 0.15), rng.uniform(0.007, 0.011)
    arch, step = rng.uniform(0.0, 0.1) * length, np.linspace(0, 1, 40)
    half = smooth_curve(
        [
            (0, width * 0.55),
            (0.2, width * rng.uniform(0.7, 0.9)),
            (0.6, width * 0.7),
            (0.9, width * 0.75),
            (1, width * 0.45),
        ]
    )(step)
    middle = arch * np.sin(np.pi * step * 0.9) + width * 0.22 * np.minimum(1, step / 0.2)
    x = 0.002 - step * length
    outline = np.concatenate([np.column_stack([x, middle + half]), np.column_stack([x, middle - half])[::-1]])
    layers = [(1.0, 0.55), (0.8, 0.85), (0.55, 1.0)]  # thinner borders than middle
    section = polygon(outline)
    body = prism(section, -deep * layers[0][1], deep * layers[0][1])
    for inset, height in layers[1:]:
        body = body + prism(section.offset(-(1 - inset) * width * 0.45), -deep * height, deep * height)
    if rng.random() < 0.5:
        body = body - prism(rectangle(length * 0.3, width * 0.25, 0.002, (-length * 0.6, arch * 0.9)), deep * 0.6, 1)
    nose, grip = split(body, (1, 0, 0), -length * 0.3)
    button = box((0.016, width * 0.35, deep * 0.6), (-length * 0.33, arch * 0.75 + width * rng.uniform(0.0, 0.5), deep))
    return {"body": [nose, button], "grip": [grip]}


def razor_blade(rng: Generator, name: str) -> Tool:
    """A razor blade: two-edged with its slots, one-edged with a stiff back, or a plain or trapezoid scraper blade."""
    kind = rng.choice(["double", "single", "trapezoid"])
    length, width = rng.uniform(0.036, 0.062), rng.uniform(0.018, 0.024)
    thick = rng.uniform(0.0005, 0.001)
    if kind == "double":
        parts = _double_edged(rng, length, width, thick)
    else:
        parts = _one_edged(rng, length, width, thick, kind == "trapezoid")
    mesh = assemble(parts)
    near, far = ((0, -width / 2, 0), -Y, X), ((0, width / 2, 0), Y, -X)
    both = [far] if kind == "double" else []
    reach = length / 2 * (0.8 if kind == "double" else 1.0)
    affordances = (
        afford("cut-with", "edge", "body", near, reach, HALF_TURN, both),
        afford("scrape-with", "edge", "body", near, reach, HALF_TURN, both),
    )
    return finish("razor-blade", name, mesh, affordances, LYING)


def _double_edged(rng: Generator, length: float, width: float, thick: float) -> dict[str, Manifold]:
    notch = length * rng.uniform(0.08, 0.12)
    outline = rectangle(length, width * rng.uniform(0.6, 0.75), rng.uniform(0.0005, 0.003)) + rectangle(
        length - 2 * notch, width
    )
    plate = prism(outline, -thick / 2, thick / 2)
    slot = prism(rectangle(length * 0.62, width * 0.1, width * 0.04), -1, 1)
    round_holes = holes([(x * length, 0) for x in (-0.28, 0.28)], width * rng.uniform(0.1, 0.15))
    middle = holes([(0, 0)], width * rng.uniform(0.08, 0.16))
    plate = plate - slot - round_holes - (middle if rng.random() < 0.6 else slot)
    if rng.random() < 0.5:
        plate = plate - prism(rectangle(width * 0.12, width * 0.3), -1, 1)
    body, edge = inside(plate, rectangle(1.0, width * (1 - 1.3 * STRIP)))
    return {"edge": edge, "body": body}


def _one_edged(rng: Generator, length: float, width: float, thick: float, trapezoid: bool) -> dict:
    lean = length * rng.uniform(0.12, 0.22) if trapezoid else 0.0
    high, low = width / 2, -width / 2
    outline: CrossSection = polygon(
        [(-length / 2, low), (length / 2, low), (length / 2 - lean, high), (-length / 2 + lean, high)]
    )
    plate = prism(outline, -thick / 2, thick / 2)
    if trapezoid:
        plate = plate - prism(rectangle(length * 0.05, width * 0.25, 0, (length * 0.08, high)), -1, 1)
        plate = plate - prism(rectangle(length * 0.05, width * 0.25, 0, (-length * 0.08, high)), -1, 1)
    if rng.random() < 0.6:
        plate = plate - holes([(0, width * 0.08)], width * rng.uniform(0.06, 0.1))
    edge, body = inside(plate, rectangle(1.0, width * STRIP, 0, (0, low + width * STRIP / 2)))
    bodies = [body]
    if not trapezoid:  # the folded back
        path = np.array([[-length / 2, high, 0], [length / 2, high, 0]])
        bodies.append(bar(path, width * rng.uniform(0.1, 0.2), thick * rng.uniform(1.2, 2.2), 5))
        for x in (-0.5, 0.5) if rng.random() < 0.5 else ():  # corner notches
            bodies = [b - holes([(x * length, width * 0.1)], width * 0.1) for b in bodies]
    return {"edge": edge, "body": bodies}


FAMILIES = {
    "box-cutter": Family(box_cutter, ("cut-with", "scrape-with", "pierce-with", "peel-with")),
    "razor-blade": Family(razor_blade, ("cut-with", "scrape-with")),
}
