"""Parametric tools that scrape with a broad edge: putty knife, paint and ice scraper, squeegee, dough scraper.

Handle to -x, the edge at +x along y.
"""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import (
    EDGE_SHARE,
    LYING,
    X,
    Y,
    Z,
    afford,
    bar,
    bezier,
    finish,
    holes,
    polygon,
    prism,
    rectangle,
    sheet,
)
from dfc_core.assets.families.hafts import haft
from dfc_core.assets.solids import assemble, box, cylinder, split
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, Tool


def putty_knife(rng: Generator, name: str) -> Tool:
    """A filling knife or stripping knife: a flat blade that widens from the handle, narrow or as broad as a hand."""
    half = rng.uniform(0.014, 0.075)
    length = rng.uniform(0.06, 0.1)
    waist = min(rng.uniform(0.009, 0.016), half * 0.9)
    x = length / 2
    shoulder = rng.uniform(-0.8, 0.0) * x  # where the blade reaches its breadth
    chamfer = half * rng.uniform(0.1, 0.3) if rng.random() < 0.25 else 0.0
    upper = [(-x - 0.012, waist), (-x * 0.85, waist), (shoulder, half * rng.uniform(0.8, 1)), (x - chamfer, half)]
    upper = [*upper, (x, half - chamfer)] if chamfer else upper
    outline = polygon(upper + [(a, -b) for a, b in upper[::-1]], rng.uniform(0.0, 0.003))
    thick = rng.uniform(0.0012, 0.0022)
    plate = prism(outline, -thick / 2, thick / 2)
    if rng.random() < 0.2:
        plate = plate - holes([(-x * 0.3, 0)], min(half * 0.4, 0.008))
    edge, blade = split(plate, (1, 0, 0), x - length * EDGE_SHARE)
    styles = ("oval", "scales", "scales", "moulded", "turned", "ribbed")
    grip = haft(rng, rng.uniform(0.08, 0.13), rng.uniform(0.011, 0.017), (-x - 0.004, 0, 0), styles)
    mesh = assemble({"edge": edge, "blade": blade, **grip})
    across, reached = ((x, 0, 0), X, Y), half - chamfer
    affordances = (
        afford("scrape-with", "edge", "grip", across, reached, HALF_TURN),
        afford("spread-with", ("edge", "blade"), "grip", across, reached, HALF_TURN),
        afford("pry-with", "edge", "grip", ((x, 0, 0), X, Z), (reached + length * EDGE_SHARE) / 2, MIRROR),
        afford("wedge-with", "edge", "grip", across, (reached + length * EDGE_SHARE) / 2, HALF_TURN),
    )
    return finish("putty-knife", name, mesh, affordances)


def paint_scraper(rng: Generator, name: str) -> Tool:
    """A pull scraper: a blade across a head, turned down from the handle; the blade straight, three-sided or bowed."""
    half = rng.uniform(0.018, 0.05)
    drop, thick = rng.uniform(0.024, 0.045), rng.uniform(0.0016, 0.0025)
    kind = rng.choice(["bar", "triangle", "hood"])
    if kind == "triangle":
        outline = polygon([(0, half), (0, -half), (-drop - half * 0.9, 0)], 0.002)
    else:
        outline = rectangle(drop, half * 2, 0.0, (-drop / 2, 0))
    plate = prism(outline, -thick / 2, thick / 2)
    edge, blade = split(plate, (1, 0, 0), -drop * 0.42)
    lean = rng.uniform(45, 80)  # degrees of the blade below the handle's line
    hung = [part.translate([drop, 0, 0]).rotate([0, lean, 0]) for part in (edge, blade)]
    out = np.array([np.cos(np.radians(lean)), 0, -np.sin(np.radians(lean))])
    clamp = box((0.018, half * (2.02 if kind == "hood" else 0.9), 0.012), (-0.004, 0, 0.002))
    if kind == "hood":
        clamp = clamp.rotate([0, lean / 2, 0])
    knob = (
        [cylinder((-0.012, 0, 0), (-0.012, 0, rng.uniform(0.02, 0.04)), 0.006, 0.012, 20)] if rng.random() < 0.4 else []
    )
    reach = rng.uniform(0.02, 0.08)
    shank = bar(np.linspace([0.004, 0, 0.002], [-reach, 0, 0.004], 6), np.linspace(half * 0.45, 0.007, 6), 0.005, 4)
    grip = haft(rng, rng.uniform(0.1, 0.2), rng.uniform(0.011, 0.016), (-reach + 0.006, 0.004, rng.uniform(-5, 12)))
    mesh = assemble({"edge": hung[0], "blade": hung[1], "head": [clamp, shank, *knob], **grip})
    frame = (drop * out, out, -Y)
    affordances = (afford("scrape-with", "edge", "grip", frame, half, MIRROR_X),)
    return finish("paint-scraper", name, mesh, affordances, LYING[::-1])


def ice_scraper(rng: Generator, name: str) -> Tool:
    """A plastic scraper for a car's window: a wide wedge-shaped blade, ribbed, with a handle or a palm grip."""
    half, length = rng.uniform(0.035, 0.06), rng.uniform(0.055, 0.09)
    thick = rng.uniform(0.006, 0.011)
    x = np.linspace(-0.5, 0.5, 14)
    rear = rng.uniform(0.35, 1.0)
    wide = half * np.minimum(1, rear + (1 - rear) * (x + 0.5) / rng.uniform(0.3, 0.9))
    plate = sheet(x * length, -wide, wide, (thick * np.interp(x, [-0.5, 0.1, 0.5], [1, 0.8, 0.15]))[:, None], columns=5)
    edge, blade = split(plate, (1, 0, 0), length * (0.5 - EDGE_SHARE))
    ribs = []
    if rng.random() < 0.6:
        for y in np.linspace(-0.7, 0.7, int(rng.integers(3, 8))) * half * rear:
            ribs.append(
                bar(
                    np.array([[-length * 0.42, y, thick * 0.45], [length * 0.12, y, thick * 0.3]]),
                    0.002,
                    0.0025,
                    sides=8,
                )
            )
    if rng.random() < 0.65:
        rise = rng.uniform(-4, 14)
        held = haft(
            rng,
            rng.uniform(0.09, 0.2),
            rng.uniform(0.012, 0.018),
            (-length * 0.42, 0, rise),
            ("moulded", "oval", "ribbed"),
        )
        held = haft_with_socket(held, length, half * rear, thick)
    else:
        back = min(half * rear, half) * 2.0
        palm = bar(
            np.array([[-length * 0.42, 0, thick * 0.2], [-length * 0.8, 0, thick * 0.4]]),
            back / 2,
            [thick * 0.7, thick * 1.3],
            5,
        )
        held = {"grip": [palm - holes([(-length * 0.62, 0)], 0.008) if rng.random() < 0.5 else palm]}
    mesh = assemble({"edge": edge, "blade": [blade, *ribs], **held})
    affordances = (
        afford("scrape-with", "edge", "grip", ((length / 2, 0, 0), X, Y), half, MIRROR_X),
        afford("wedge-with", "edge", "grip", ((length / 2, 0, 0), X, Y), (half + length * EDGE_SHARE) / 2, MIRROR_X),
    )
    return finish("ice-scraper", name, mesh, affordances)


def haft_with_socket(held: dict[str, list[Manifold]], length: float, half: float, thick: float) -> dict:
    """`held` with a neck that tapers from the blade into it."""
    path = np.array([[-length * 0.35, 0, 0], [-length * 0.6, 0, 0], [-length * 0.85, 0, thick * 0.1]])
    neck = bar(path, [half * 0.8, min(half, 0.02), 0.011], [thick * 0.45, thick * 0.8, thick], 3)
    return {"neck": neck, **held}


def squeegee(rng: Generator, name: str) -> Tool:
    """A window or floor squeegee: a rubber blade in a rail, on a handle in line or leaning up, or on a fork."""
    half = rng.uniform(0.08, 0.2)
    rail, out = rng.uniform(0.008, 0.016), rng.uniform(0.014, 0.03)
    thick = rng.uniform(0.002, 0.006)
    rubber = box((out + 0.004, half * 2.02, thick), (out / 2 - 0.002, 0, 0))
    if rng.random() < 0.35:
        rubber = rubber + box(
            (out * 0.7 + 0.004, half * 2.02, thick), (out * 0.35 - 0.002, 0, -min(thick * 1.6, rail * 0.3))
        )
    path = np.array([[-rail, 0, 0], [0.002, 0, 0]])
    channel = bar(path, [half, half], [rail * rng.uniform(0.4, 0.8), rail * 0.4], 8)
    ends = (
        [box((rail * 1.3, 0.006, rail * 1.4), (-rail / 2, side * half, 0)) for side in (1, -1)]
        if rng.random() < 0.4
        else []
    )
    rise = rng.uniform(5, 50)
    reach = rng.uniform(0.03, 0.07)
    direction = np.array([-np.cos(np.radians(rise)), 0, np.sin(np.radians(rise))])
    root = np.array([-rail * 0.5, 0, 0])
    end = root + [-reach * 0.3, 0, 0] + reach * direction
    necks = [bar(bezier(root, root - [reach * 0.3, 0, 0], end), np.linspace(0.014, 0.008, 14), 0.006, 3)]
    if rng.random() < 0.4:  # a fork with a wide stance
        spread = half * rng.uniform(0.25, 0.5)
        necks = [cylinder(root + side * spread * Y, end, 0.005, 0.005, 12) for side in (1, -1)]
        necks.append(cylinder(end - 0.006 * direction, end + 0.02 * direction, 0.009, 0.009, 20))
    grip = haft(
        rng,
        rng.uniform(0.12, 0.3),
        rng.uniform(0.01, 0.016),
        (end[0] - 0.006 * direction[0], end[2] - 0.006 * direction[2], rise),
        ("ribbed", "moulded", "oval", "turned"),
    )
    mesh = assemble({"rubber": rubber, "rail": [channel, *ends], "neck": necks, **grip})
    frame = ((out, 0, 0), X, Z)
    affordances = (
        afford("sweep-with", ("rubber",), "grip", frame, half, MIRROR),
        afford("scrape-with", ("rubber",), "grip", ((out, 0, 0), X, Y), half, MIRROR_X),
        afford("spread-with", ("rubber",), "grip", ((out, 0, 0), X, Y), half, MIRROR_X),
    )
    return finish("squeegee", name, mesh, affordances)


def dough_scraper(rng: Generator, name: str) -> Tool:
    """A bench or bowl scraper: a hand-wide plate with a bar of wood, a rolled back or nothing but a thicker rim."""
    half, length = rng.uniform(0.055, 0.085), rng.uniform(0.075, 0.12)
    kind = rng.choice(["bar", "rolled", "bowl", "hole"])
    thick = rng.uniform(0.0014, 0.0025) if kind in ("bar", "rolled") else rng.uniform(0.002, 0.004)
    x = length / 2
    if kind == "bowl":  # the edge bows and the back is straight
        outline = CrossSection.circle(1.0, 96).scale([length * rng.uniform(0.55, 0.95), half]) ^ rectangle(
            length, 2.1 * half, 0.012
        )
        outline = outline.translate([0, 0]) + rectangle(x, half * 1.96, 0.01, (-x / 2, 0))
    else:
        outline = rectangle(length, half * 2, rng.uniform(0.001, 0.015))
    plate = prism(outline, -thick / 2, thick / 2)
    if kind == "hole":
        plate = plate - prism(
            rectangle(length * 0.16, half * rng.uniform(0.5, 0.9), length * 0.079, (-x * 0.55, 0)), -1, 1
        )
    reach = float(outline.bounds()[2])
    edge, rest = split(plate, (1, 0, 0), reach - length * EDGE_SHARE)
    if kind == "bar":
        blade = rest
        deep = rng.uniform(0.008, 0.014)
        hold = bar(
            np.array([[-x + deep * 0.6, 0, 0], [-x - deep, 0, 0]]),
            half * rng.uniform(0.9, 1.02),
            deep,
            rng.uniform(3, 8),
        )
    elif kind == "rolled":
        blade, radius = rest, rng.uniform(0.006, 0.011)
        hold = cylinder((-x, -half, radius * 0.6), (-x, half, radius * 0.6), radius, radius, 24)
    else:
        blade, hold = split(rest, (1, 0, 0), -length * 0.08)
        ridge = bar(np.array([[-x + 0.002, 0, 0], [-x + 0.012, 0, 0]]), half * 0.9, thick, 6)
        hold = hold + ridge
    mesh = assemble({"edge": edge, "blade": blade, "grip": hold})
    across = ((reach, 0, 0), X, Y)
    flat = MIRROR_X if kind == "rolled" else HALF_TURN
    affordances = (
        afford("scrape-with", "edge", "grip", across, half, flat),
        afford("cut-with", "edge", "grip", across, half, flat),
        afford("spread-with", ("edge", "blade"), "grip", across, half, flat),
        afford(
            "lift-with",
            ("edge", "blade"),
            "grip",
            ((reach / 2, 0, thick / 2), Z, X),
            np.sqrt(reach / 2 * half),
            MIRROR,
        ),
    )
    return finish("dough-scraper", name, mesh, affordances)


FAMILIES = {
    "putty-knife": Family(putty_knife, ("scrape-with", "spread-with", "pry-with", "wedge-with")),
    "paint-scraper": Family(paint_scraper, ("scrape-with",)),
    "ice-scraper": Family(ice_scraper, ("scrape-with", "wedge-with")),
    "squeegee": Family(squeegee, ("sweep-with", "scrape-with", "spread-with")),
    "dough-scraper": Family(dough_scraper, ("scrape-with", "cut-with", "spread-with", "lift-with")),
}
