"""Parametric small things that are stuck in: dart, push pin, golf tee. The point at the origin, the rest to -x."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator

from dfc_core.assets.families.bars import Tip, polygon_section, round_section, tip_affordances
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import merged, outline, plate, rod, rounded
from dfc_core.assets.families.spikes import fallen, roughened, spun
from dfc_core.assets.solids import split
from dfc_core.assets.tool import AXIS, Symmetry, Tool


def dart(rng: Generator, name: str) -> Tool:
    """A dart with a steel or a plastic point and three or four flights, or a big lawn dart."""
    kind = rng.choice(["steel", "plastic", "lawn"], p=[0.5, 0.25, 0.25])
    thick = rng.uniform(0.003, 0.0045) if kind != "lawn" else rng.uniform(0.011, 0.015)
    point, barrel, shaft, flight = {
        "steel": rng.uniform([0.025, 0.04, 0.03, 0.03], [0.038, 0.055, 0.06, 0.045]),
        "plastic": rng.uniform([0.02, 0.03, 0.03, 0.028], [0.028, 0.045, 0.05, 0.04]),
        "lawn": rng.uniform([0.04, 0.06, 0.13, 0.07], [0.07, 0.1, 0.18, 0.11]),
    }[str(kind)]
    length, stem = point + barrel + shaft, thick * rng.uniform(0.5, 0.75)
    fine = {"steel": 0.0012, "plastic": 0.0016, "lawn": 0.006}[str(kind)]
    tip = spun([(0, 0.0002), (-0.35 * point, fine * 0.85), (-0.9 * point, fine), (-point - 0.002, fine)])
    back, shoulder = -point - barrel, 0.15 * barrel
    body = [spun([(-point, fine * 1.2), (-point - shoulder, thick * 0.93), (back + 0.004, thick * 0.93), (back, stem)])]
    if kind != "lawn":
        body.append(roughened(rng, -point - shoulder, back + 0.006, thick))
    stalk = spun([(back + 0.001, stem), (-length + 0.5 * flight, stem * 0.8), (-length + 0.1 * flight, stem * 0.5)])
    count = 3 if kind == "lawn" or rng.random() < 0.25 else 4
    parts = {
        "point": tip,
        "barrel": body,
        "shaft": stalk,
        "flights": _flights(rng, -length, flight, count, kind == "lawn"),
    }
    found = tip_affordances({"pierce-with": "point"}, "barrel", point, Tip(fine, Symmetry("n-fold", count)))
    return fallen(name, "dart", parts, found)


def _flights(rng: Generator, rear: float, length: float, count: int, stout: bool) -> list[Manifold]:
    """Vanes around x: standard, slim, kite or drooping back beyond the shaft."""
    kind = rng.choice(["standard", "slim", "kite", "swept"])
    wide = length * rng.uniform(0.4, 0.5) * (0.65 if kind == "slim" else 1.0)
    rise, fall = {"standard": (0.35, 0.0), "slim": (0.5, 0.05), "kite": (0.55, 0.4), "swept": (0.6, -0.2)}[str(kind)]
    front = rear + length
    corners = [(front, 0), (front - rise * length, wide), (rear + fall * length, wide), (rear, 0), (front, -0.0002)]
    vane = rounded(outline(corners), wide * rng.uniform(0.05, 0.2)) + outline([corners[0], corners[1], (rear, 0)])
    sheet = plate(vane, rng.uniform(0.002, 0.0035) if stout else rng.uniform(0.0006, 0.0009))
    return [sheet.rotate([360 * number / count, 0, 0]) for number in range(count)]


def push_pin(rng: Generator, name: str) -> Tool:
    """A large push pin with a waisted grip, a thumbtack with a flat or domed head, or a map pin with a ball."""
    kind = rng.choice(["waisted", "tack", "ball", "cylinder"], p=[0.4, 0.3, 0.15, 0.15])
    long = {"waisted": rng.uniform(1.5, 2.4), "tack": rng.uniform(0.9, 1.6), "ball": rng.uniform(2.2, 3.6)}.get(
        str(kind), rng.uniform(1.6, 2.6)
    )
    head = {"waisted": _waisted_head, "tack": _tack_head, "ball": _ball_head}.get(str(kind), _cylinder_head)(rng, -long)
    low, high = np.asarray(head.bounding_box()).reshape(2, 3)
    size = rng.uniform(0.034, 0.055) / np.linalg.norm([low[0], *(high - low)[1:]])
    fine = rng.uniform(0.055, 0.095)
    pin = spun([(0, fine * 0.06), (-rng.uniform(0.3, 0.8), fine), (-long - 0.05, fine)], round_section(16))
    parts = {"pin": pin.scale([size] * 3), "head": head.scale([size] * 3)}
    serves = {"pierce-with": "pin", "poke-with": "pin"}
    return fallen(name, "push-pin", parts, tip_affordances(serves, "head", long * size, Tip(fine * size)))


def _waisted_head(rng: Generator, base: float) -> Manifold:
    """The grip of a push pin, from its flange back to its lid."""
    rim, top, waist, high = rng.uniform([0.75, 0.6, 0.35, 1.3], [1.0, 0.85, 0.55, 1.9])
    flange, lid = rng.uniform(0.12, 0.3, 2)
    knots = [(0, rim * 0.95), (0.04, rim), (flange, rim * 0.9), (flange + 0.1, waist * 1.2), (0.6, waist)]
    knots += [(0.95 - lid * 0.6, top * 0.92), (0.96, top), (1, top * 0.88)]
    return spun([(base - share * high, size) for share, size in knots], round_section(32))


def _tack_head(rng: Generator, base: float) -> Manifold:
    """The flat or domed disc of a thumbtack."""
    high, power = rng.uniform(0.12, 0.45), rng.uniform(0.4, 0.8)
    share = np.linspace(0, 1, 8)
    curve = [(base - 0.06 - high * s, max((1 - s**2) ** power, 0.05)) for s in share]
    return spun([(base, 0.97), *curve], round_section(40))


def _ball_head(rng: Generator, base: float) -> Manifold:
    """The ball of a map pin."""
    size = rng.uniform(0.45, 0.8)
    return Manifold.sphere(size, 28).scale([rng.uniform(0.8, 1.2), 1, 1]).translate([base - size * 0.75, 0, 0])


def _cylinder_head(rng: Generator, base: float) -> Manifold:
    """A round or hexagonal block, straight or narrower at the pin."""
    size, high, edge = rng.uniform(0.5, 0.8), rng.uniform(0.7, 1.8), 0.08
    narrow = rng.uniform(0.7, 1.0)
    knots = [(0, narrow * 0.85), (edge, narrow), (high - edge, 1.0), (high, 0.85)]
    section = round_section(32) if rng.random() < 0.6 else polygon_section(6)
    return spun([(base - place, size * share) for place, share in knots], section)


def golf_tee(rng: Generator, name: str) -> Tool:
    """A golf tee: flared, with a stop collar (castle), stepped, or with a ring of prongs under the ball."""
    kind = rng.choice(["flared", "castle", "stepped", "prongs"], p=[0.45, 0.2, 0.15, 0.2])
    length, radius, rim = rng.uniform([0.05, 0.0021, 0.0055], [0.11, 0.0032, 0.0085])
    long, point = length * rng.uniform(0.25, 0.35), length * rng.uniform(0.06, 0.22)
    flare = min(0.4, rng.uniform(0.012, 0.022) / length)
    s = np.linspace(0, 1, 9)
    top = -length * (1 - 0.9 * flare if kind == "prongs" else 0.97)
    pole = spun([(0, radius * 0.08), (-point, radius * 0.85), (-length * (1 - flare), radius), (top, radius)])
    tip, shank = split(pole, (1, 0, 0), -max(long, point * 1.1))
    body, symmetry = [shank], AXIS
    if kind == "prongs":
        count = int(rng.integers(3, 7))
        symmetry, cup = Symmetry("n-fold", count), _prongs(rng, length, flare * length, radius, rim, count)
    else:
        cup = spun([(-length * (1 - flare * (1 - q)), radius + (rim - radius) * q**2.2) for q in s])
        cup = cup + spun([(-length + 1e-4, rim), (-length - 0.0012, rim)])
        ball = 0.021 if rim > 0.0065 else 0.014
        cup = cup - Manifold.sphere(ball, 48).translate([-length - 0.0012 - (ball**2 - (rim * 0.9) ** 2) ** 0.5, 0, 0])
    if kind == "castle":
        stop = -length * rng.uniform(0.5, 0.7)
        body.append(
            spun([(stop, radius), (stop - 0.002, rim * 0.8), (stop - 0.004, rim * 0.8), (stop - 0.007, radius)])
        )
    elif kind == "stepped":
        stop = -length * rng.uniform(0.45, 0.6)
        body.append(spun([(stop, radius), (stop - 0.002, radius * 1.5), (-length * (1 - flare), radius * 1.5)]))
    found = tip_affordances({"pierce-with": "tip"}, ("shank", "cup"), max(long, point * 1.1), Tip(radius, symmetry))
    return fallen(name, "golf-tee", {"tip": tip, "shank": body, "cup": cup}, found)


def _prongs(rng: Generator, length: float, flare: float, radius: float, rim: float, count: int) -> Manifold:
    """Fingers that spread from the shank to the rim."""
    lean = rng.uniform(0.3, 1.0)
    path = np.array([(-length + flare, 0, 0), (-length + 0.6 * flare, 0.45 * lean * rim, 0), (-length, rim, 0)])
    finger = rod(path, radius * rng.uniform(0.4, 0.55), 10)
    knob = spun(
        [(-length + flare * 1.15, radius), (-length + flare * 0.9, radius * 1.5), (-length + flare * 0.7, radius)]
    )
    return merged([knob, *(finger.rotate([360 * number / count, 0, 0]) for number in range(count))])


FAMILIES = {
    "dart": Family(dart, ("pierce-with",)),
    "push-pin": Family(push_pin, ("pierce-with", "poke-with")),
    "golf-tee": Family(golf_tee, ("pierce-with",)),
}
