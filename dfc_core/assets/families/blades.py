"""Parametric tools that cut: knife, cleaver, axe, saw. In the xy plane, handle to -x, edge towards -y (axe: +y).

A blade is cut into its edge and the rest, each of them into the pointed end and what is behind it.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.handles import bar_handle, grip_and_neck
from dfc_core.assets.families.strikers import SIDEWAYS
from dfc_core.assets.solids import assemble, box, cylinder, function_frame, loft, smooth_curve, split
from dfc_core.assets.tool import MIRROR, Affordance, Tool

EDGE_SHARE = 0.3  # the strip of the blade's width that counts as edge
TIP_START = 0.78  # where along the blade the pointed end begins


def knife(rng: Generator, name: str) -> Tool:
    """A kitchen, table or pocket knife: straight or curved edge, pointed or round tip."""
    length = rng.uniform(0.09, 0.24)
    width = length * rng.uniform(0.09, 0.22)
    x = np.linspace(0, 1, 32)
    belly = rng.uniform(0.0, 0.25)
    tip = rng.uniform(0.0, 0.6)  # 0: the edge climbs to a straight spine; 0.6: spine comes down too
    edge = -smooth_curve([(0, 1), (0.5, 1 + belly * 0.3), (0.8, 1 - belly), (1, tip * 0.9)])(x) * width
    spine = -smooth_curve([(0, 0), (0.6, 0), (1, tip * 0.7)])(x) * width
    return _blade_tool(rng, name, "knife", x * length, edge, spine, rng.uniform(0.0012, 0.003))


def cleaver(rng: Generator, name: str) -> Tool:
    """A cleaver: a broad, nearly rectangular blade."""
    length = rng.uniform(0.13, 0.2)
    width = length * rng.uniform(0.38, 0.6)
    x = np.linspace(0, 1, 24)
    edge = -width * (1 - rng.uniform(0, 0.06) * (2 * x - 1) ** 2)
    spine = -width * smooth_curve([(0, 0), (0.85, rng.uniform(0, 0.08)), (1, rng.uniform(0.0, 0.25))])(x)
    return _blade_tool(rng, name, "cleaver", x * length, edge, spine, rng.uniform(0.002, 0.004))


def saw(rng: Generator, name: str) -> Tool:
    """A hand saw: a long tapering blade with teeth."""
    length = rng.uniform(0.22, 0.42)
    heel, toe = length * rng.uniform(0.2, 0.3), length * rng.uniform(0.08, 0.14)
    teeth = int(rng.integers(24, 48))
    x = np.linspace(0, 1, 2 * teeth + 1)
    width = heel + (toe - heel) * x
    edge = -heel + np.where(np.arange(len(x)) % 2, 0.0, length / teeth * 0.5)
    return _blade_tool(rng, name, "saw", x * length, edge, -heel + width, rng.uniform(0.001, 0.002))


def _blade_tool(
    rng: Generator, name: str, family: str, x: NDArray, edge: NDArray, spine: NDArray, thickness: float
) -> Tool:
    border = spine + (edge - spine) * (1 - EDGE_SHARE)
    length, width = float(x[-1]), float(np.mean(spine - edge))
    grip_length = rng.uniform(0.1, 0.15)
    thick = np.clip(width * 0.4, 0.008, 0.014)
    handle = bar_handle(rng, 0.004, grip_length, thick, rng.uniform(0.55, 0.9)).translate(
        [0, float(spine[0]) - thick, 0]
    )
    sharp, blade = _strip(x, border, edge, thickness, 0.0003), _strip(x, spine, border, thickness, thickness)
    parts: dict[str, Manifold | list[Manifold]] = {"edge": sharp, "blade": blade, "handle": handle}
    if family == "knife":
        (tip_edge, sharp), (tip, blade) = (split(part, (1, 0, 0), TIP_START * length + 1e-4) for part in (sharp, blade))
        parts = {"edge": sharp, "tip edge": tip_edge, "blade": blade, "tip": tip, "handle": handle}
    if rng.random() < 0.4 and family == "knife":
        parts["guard"] = box((0.008, width + 0.016, thick * 1.6), (0, float(spine[0]) - width / 2, 0))
    affordances = _blade_affordances(family, x, edge, spine, thickness)
    return Tool(name, family, *assemble(parts), affordances=affordances, rest_rotations=SIDEWAYS, licence="Apache-2.0")


def _blade_affordances(
    family: str, x: NDArray, edge: NDArray, spine: NDArray, thickness: float
) -> tuple[Affordance, ...]:
    """What a blade along +x with its edge towards -y serves for."""
    length, middle = float(x[-1]), len(x) // 2
    along = function_frame((length / 2, float(edge[len(edge) // 2]), 0), (0, -1, 0), (1, 0, 0))
    sharp = ("edge", "tip edge") if family == "knife" else ("edge",)
    whole = ("blade", "edge") if family == "cleaver" else ("blade", "edge", "tip", "tip edge")
    mirror = MIRROR
    cut, scrape = (Affordance(f, sharp, "handle", along, length / 2, mirror) for f in ("cut-with", "scrape-with"))
    if family == "knife":
        point = np.array([length, (edge[-1] + spine[-1]) / 2, 0])
        out = point - [x[-4], (edge[-4] + spine[-4]) / 2, 0]
        return (
            cut,
            Affordance("peel-with", sharp, "handle", along, length / 2, mirror),
            Affordance("spread-with", whole, "handle", along, length / 2, mirror),
            Affordance(
                "pierce-with", ("tip", "tip edge"), "handle", function_frame(point, out, (0, 1, 0)),
                length * (1 - TIP_START), mirror,
            ),
            scrape,
        )  # fmt: skip
    if family == "cleaver":
        centre, half = (edge[middle] + spine[middle]) / 2, float(np.mean(spine - edge)) / 2
        side = function_frame((length / 2, centre, thickness / 2), (0, 0, 1), (1, 0, 0))
        return cut, scrape, Affordance("lift-with", whole, "handle", side, float(np.sqrt(length / 2 * half)))
    return (cut,)


def _strip(x: NDArray, upper: NDArray, lower: NDArray, thick_upper: float, thick_lower: float) -> Manifold:
    """A flat solid between two curves over x, tapering in z from `thick_upper` to `thick_lower`."""
    rings = []
    for place, top, bottom in zip(x, upper, lower, strict=True):
        a, b = thick_upper / 2, thick_lower / 2
        low = min(bottom, top - 1e-4)
        rings.append(np.array([[place, top, -a], [place, top, a], [place, low, b], [place, low, -b]]))
    return loft(rings)


def axe(rng: Generator, name: str) -> Tool:
    """An axe or hatchet: cuts with the edge at +y; a flat back at -y pounds."""
    length = rng.uniform(0.25, 0.5)
    reach = length * rng.uniform(0.22, 0.36)
    eye, half_edge = length * rng.uniform(0.06, 0.1), length * rng.uniform(0.12, 0.2)
    thick = length * rng.uniform(0.03, 0.05)
    sag = rng.uniform(0.0, 0.5) * half_edge
    step = np.linspace(0, 1, 16)
    lean = rng.uniform(-0.6, 0.3) * half_edge
    rings = []
    for s in step:
        half = eye + (half_edge - eye) * s**1.8
        columns = np.linspace(-1, 1, 9)
        y = reach * s - sag * s * columns**2
        x = columns * half + lean * s**1.8
        z = np.full(9, max(thick * (1 - s), 0.0004))
        rings.append(np.concatenate([np.column_stack([x, y, z]), np.column_stack([x, y, -z])[::-1]]))
    border = round(len(step) * (1 - EDGE_SHARE))
    edge, bit = loft(rings[border - 1 :]), loft(rings[:border])
    back = length * rng.uniform(0.05, 0.12)
    poll = box((eye * 2, back, thick * 2), (0, -back / 2, 0))
    radius = thick * 0.95
    handle = bar_handle(rng, eye * 1.3, length + eye, radius, rng.uniform(0.6, 0.9))
    grip, neck = grip_and_neck(handle, 0.0, length)
    mesh = assemble({"edge": edge, "head": bit, "poll": poll, "neck": neck, "grip": grip})
    cut_frame = function_frame((lean, reach, 0), (0, 1, 0), (1, 0, 0))
    pound_frame = function_frame((0, -back, 0), (0, -1, 0), (-1, 0, 0))
    affordances = (
        Affordance("cut-with", "edge", "grip", cut_frame, float(half_edge), MIRROR),
        Affordance("pound-with", "poll", "grip", pound_frame, float(eye), MIRROR),
        Affordance("wedge-with", ("edge", "head"), "grip", cut_frame, float(half_edge + reach) / 2, MIRROR),
    )
    return Tool(name, "axe", *mesh, affordances=affordances, rest_rotations=SIDEWAYS, licence="Apache-2.0")


def pizza_cutter(rng: Generator, name: str) -> Tool:
    """A wheel on a handle; its whole rim cuts, the far side from the hand best."""
    radius = rng.uniform(0.03, 0.055)
    inner = radius * (1 - EDGE_SHARE)
    rim = cylinder((0, 0, -0.0012), (0, 0, 0.0012), radius, radius, 64) - cylinder(
        (0, 0, -1), (0, 0, 1), inner, inner, 64
    )
    wheel = cylinder((0, 0, -0.0012), (0, 0, 0.0012), inner, inner, 64)
    hub = cylinder((0, 0, -0.008), (0, 0, 0.008), radius * 0.2, radius * 0.2)
    fork = box((radius * 1.5, radius * 0.3, 0.014), (-radius * 0.65, 0, 0)) - box(
        (radius * 4, radius, 0.006), (0.5 * radius, 0, 0)
    )
    length = rng.uniform(0.09, 0.15)
    handle = bar_handle(rng, -radius * 1.3, length, rng.uniform(0.009, 0.015), rng.uniform(0.7, 1.0))
    mesh = assemble({"edge": rim, "wheel": [wheel, hub, fork], "handle": handle})
    frame = function_frame((radius, 0, 0), (1, 0, 0), (0, 1, 0))
    cut = Affordance("cut-with", "edge", "handle", frame, float(radius), MIRROR)
    return Tool(name, "pizza-cutter", *mesh, affordances=(cut,), rest_rotations=SIDEWAYS, licence="Apache-2.0")


FAMILIES = {
    "knife": Family(knife, ("cut-with", "peel-with", "spread-with", "pierce-with", "scrape-with")),
    "cleaver": Family(cleaver, ("cut-with", "scrape-with", "lift-with")),
    "saw": Family(saw, ("cut-with",)),
    "axe": Family(axe, ("cut-with", "pound-with", "wedge-with")),
    "pizza-cutter": Family(pizza_cutter, ("cut-with",)),
}
