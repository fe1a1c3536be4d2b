"""Parametric stiff cards: credit card and ruler. Lying in the xy plane, long edges along x."""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import LYING, X, Y, Z, afford, finish, holes, inside, prism, rectangle
from dfc_core.assets.solids import assemble, box
from dfc_core.assets.tool import HALF_TURN, Tool


def credit_card(rng: Generator, name: str) -> Tool:
    """A card of plastic: bank card with chip and raised figures, badge with a slot, gift card with a hole."""
    length, width = 0.0856 * rng.uniform(0.85, 1.25), 0.054 * rng.uniform(0.9, 1.2)
    thick = rng.uniform(0.0009, 0.002)
    outline = rectangle(length, width, rng.uniform(0.0, 0.08) * width)
    plate = prism(outline, -thick / 2, thick / 2)
    kind = rng.choice(["bank", "bank", "badge", "hole", "plain"])
    raised = _figures(rng, length, width, thick) if kind == "bank" else []
    if kind == "badge":
        plate = plate - prism(rectangle(0.003, width * 0.26, 0.0014, (-length * 0.44, 0)), -1, 1)
    if kind == "hole":
        plate = plate - holes([(-length * 0.42, width * rng.choice([-0.38, 0, 0.38]))], 0.0025)
    return _card(name, "credit-card", (length, width), plate, raised)


def _figures(rng: Generator, length: float, width: float, thick: float) -> list[Manifold]:
    """A chip, a stripe or a row of raised figures on the top face."""
    top, solids = thick / 2, []
    if rng.random() < 0.8:
        solids.append(prism(rectangle(0.012, 0.0095, 0.0015, (-length * 0.3, width * 0.08)), 0, top + 0.0003))
    if rng.random() < 0.7:
        rows = [(-0.12, 16), (-0.3, int(rng.integers(5, 12)))]
        for row, count in rows[: int(rng.integers(1, 3))]:
            places = -length * 0.36 + np.arange(count) * length * 0.046
            solids += [box((0.0022, 0.0034, 0.0006), (x, width * row, top)) for x in places]
    return solids


def _card(name: str, family: str, size: tuple[float, float], plate: Manifold, raised: list[Manifold]) -> Tool:
    length, width = size
    strip, end = width * 0.24, length * (0.5 - 0.14)
    middle, outer = inside(plate, rectangle(2 * end, 2 * width))
    surface, edge = inside(middle, rectangle(3 * length, width - 2 * strip))
    mesh = assemble({"edge": edge, "end": outer, "surface": [surface, *raised]})
    near, far = ((0, -width / 2, 0), -Y, X), ((0, width / 2, 0), Y, -X)
    tips = [(s * length / 2 * X, s * X, Z) for s in (1, -1)]
    affordances = (
        afford("scrape-with", "edge", "surface", near, length / 2, HALF_TURN, [far]),
        afford("spread-with", "edge", "surface", near, length / 2, HALF_TURN, [far]),
        afford("cut-with", "edge", "surface", near, length / 2, HALF_TURN, [far]),
        afford("sweep-with", "edge", "surface", (near[0], -Y, Z), length / 2, HALF_TURN, [(far[0], Y, Z)]),
        afford("pry-with", "end", "surface", tips[0], (width / 2 + 0.14 * length) / 2, HALF_TURN, tips[1:]),
    )
    return finish(family, name, mesh, affordances)


def ruler(rng: Generator, name: str) -> Tool:
    """A ruler: steel and thin, wooden and thick or plastic with a bevel; graduated, with a hole, a cork or an inlay."""
    length, width = rng.uniform(0.15, 0.42), rng.uniform(0.024, 0.042)
    kind = rng.choice(["steel", "wood", "plastic"])
    thick = {
        "steel": rng.uniform(0.0010, 0.0016),
        "wood": rng.uniform(0.0035, 0.006),
        "plastic": rng.uniform(0.002, 0.003),
    }[kind]
    section = [(-width / 2, -thick / 2), (width / 2, -thick / 2), (width / 2, thick / 2), (-width / 2, thick / 2)]
    if kind != "steel":  # one long edge is bevelled
        thin = rng.uniform(-0.3, 0.1) * thick
        section = [*section[:3], (-width / 2 + width * rng.uniform(0.2, 0.35), thick / 2), (-width / 2, thin)]
    plate = CrossSection([np.array(section)]).extrude(length).rotate([90, 0, 90]).translate([-length / 2, 0, 0])
    plate = plate ^ prism(rectangle(length, width, rng.choice([0.0002, 0.0015, width * 0.25])), -1, 1)
    if rng.random() < 0.6:
        spots = [(-length / 2 + width * 0.32, 0), (length / 2 - width * 0.32, 0)]
        plate = plate - holes(spots[: int(rng.integers(1, 3))], width * rng.uniform(0.08, 0.13))
    if kind == "plastic" and rng.random() < 0.5:  # a slot to hold it by
        plate = plate - prism(rectangle(length * 0.6, width * 0.12, width * 0.05), -1, 1)
    marks = _graduation(length, width, thick) if kind == "steel" or rng.random() < 0.5 else []
    strip, end = width * 0.28, length / 2 - width * rng.uniform(0.7, 1.0)
    middle, outer = inside(plate, rectangle(2 * end, 2 * width))
    surface, edge = inside(middle, rectangle(3 * length, width - 2 * strip))
    mesh = assemble({"edge": [edge, *marks], "end": outer, "surface": surface})
    near, far = ((0, -width / 2, 0), -Y, X), ((0, width / 2, 0), Y, -X)
    tips = [(s * length / 2 * X, s * X, Z) for s in (1, -1)]
    reach = length / 2 - end
    affordances = (
        afford("scrape-with", "edge", "surface", near, length / 2, HALF_TURN, [far]),
        afford("spread-with", "edge", "surface", near, length / 2, HALF_TURN, [far]),
        afford("cut-with", "edge", "surface", near, length / 2, HALF_TURN, [far]),
        afford("pry-with", "end", "surface", tips[0], (width / 2 + reach) / 2, HALF_TURN, tips[1:]),
        afford(
            "mix-with",
            "end",
            "surface",
            (X * (length / 2 - reach / 2), X, Z),
            reach / 2,
            HALF_TURN,
            [(-X * (length / 2 - reach / 2), -X, Z)],
        ),
    )
    return finish("ruler", name, mesh, affordances, LYING)


def _graduation(length: float, width: float, thick: float) -> list[Manifold]:
    """Raised marks every centimetre along one edge."""
    stations = np.arange(0.01, length - 0.005, 0.01) - length / 2
    stations = stations[np.abs(stations) < length / 2 - 0.7 * width]
    marks = []
    for number, x in enumerate(stations):
        long = width * (0.24 if number % 5 == 4 else 0.16)
        marks.append(box((0.0008, long, 0.0004), (x, width / 2 - long / 2 - 0.0004, thick / 2)))
    return marks


FAMILIES = {
    "credit-card": Family(credit_card, ("scrape-with", "spread-with", "cut-with", "sweep-with", "pry-with")),
    "ruler": Family(ruler, ("scrape-with", "spread-with", "cut-with", "pry-with", "mix-with")),
}
