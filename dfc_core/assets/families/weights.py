"""Parametric heavy things with a foot that presses: muddler, candle holder, kettlebell, boot.

Standing on z = 0 with the hand above or at -x; a boot's toe to +x. A muddler lies along x, its end at the origin.
"""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.bars import ROLLING, polygon_section, squarish_section
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import arc, finished, turned
from dfc_core.assets.families.serving import (
    ON_SIDE,
    UPRIGHT,
    UPSIDE_DOWN,
    pound_with_base,
    press_with_base,
    serve,
)
from dfc_core.assets.solids import box, cylinder, filled, function_frame, loft, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, NONE, Affordance, Symmetry, Tool

X, Y, Z = np.eye(3)


def muddler(rng: Generator, name: str) -> Tool:
    """A muddler: a turned or straight wooden one, a slim one with a big toothed head, or one with a disc on top."""
    kind = str(rng.choice(["turned", "straight", "toothed", "disc"]))
    length, thick = rng.uniform(0.17, 0.3), rng.uniform(0.014, 0.022)
    slim = rng.uniform(0.4, 0.6)
    knots = {
        "turned": [(0, 0.9), (0.03, 1), (0.2, 0.97), (rng.uniform(0.4, 0.6), slim + 0.08), (0.9, 0.8), (1, 0.35)],
        "straight": [(0, 0.93), (0.02, 1), (0.3, rng.uniform(0.9, 1)), (0.96, rng.uniform(0.6, 0.9)), (1, 0.4)],
        "toothed": [(0, 0.96), (0.02, 1), (0.13, 1), (0.2, slim), (0.6, slim * 0.85), (0.95, slim), (1, slim * 0.7)],
        "disc": [(0, 0.9), (0.03, 1), (0.14, 0.95), (0.3, slim), (0.92, slim * 0.8), (0.955, 1.15), (0.985, 1.15),
                 (1, 0.9)],
    }[kind]  # fmt: skip
    step = np.unique(np.concatenate([np.linspace(0, 1, 40), [0.01, 0.02, 0.03, 0.96, 0.985]]))
    radii = thick * smooth_curve(knots)(step)
    solid = filled(radii, -step * length, 36)
    symmetry = AXIS
    if kind == "toothed":
        count = int(rng.integers(3, 5))
        width = thick * rng.uniform(0.09, 0.16)
        for place in np.linspace(-0.66, 0.66, count) * thick:
            groove = box((width, 1, thick * 0.5), (place, 0, 0))
            solid = solid - groove - groove.rotate([0, 0, 90])
        symmetry = Symmetry("n-fold", 4)
    solid = solid.rotate([0, 90, 0])
    end, rest = split(solid, X, -rng.uniform(0.13, 0.2) * length)
    neck, grip = split(rest, X, -0.42 * length)
    frame = function_frame((0, 0, 0), X, Y)
    pair = [Affordance(f, "end", "grip", frame, float(thick), symmetry) for f in ("press-with", "pound-with")]
    return finished(name, "muddler", {"end": end, "neck": neck, "grip": grip}, pair, ROLLING)


def candle_holder(rng: Generator, name: str) -> Tool:
    """A turned candlestick with a round, square or six-sided foot, a saucer with a ring to hold, or a cup on a stem."""
    kind = str(rng.choice(["stick", "angular", "chamber", "cup"], p=[0.35, 0.2, 0.25, 0.2]))
    bore = rng.uniform(0.009, 0.013) if kind != "cup" else rng.uniform(0.02, 0.032)
    foot = rng.uniform(0.035, 0.065) if kind != "chamber" else rng.uniform(0.05, 0.075)
    corners = int(rng.choice([4, 6, 8])) if kind == "angular" else 0
    height = {"chamber": rng.uniform(0.035, 0.07), "cup": rng.uniform(0.07, 0.16)}.get(kind, rng.uniform(0.1, 0.28))
    base, rise = _saucer(rng, foot) if kind == "chamber" else _foot(rng, foot, corners)
    stem = _candle_stem(rng, kind, rise, height, bore)
    if rng.random() < 0.3:
        stump = cylinder((0, 0, height - 0.02), (0, 0, height + rng.uniform(0.02, 0.12)), bore, bore * 0.97, 28)
        parts = {"base": base, "stem": stem, "candle": stump}
    else:
        hole = cylinder((0, 0, height - bore * 1.4), (0, 0, height + 0.1), bore, bore, 28)
        parts = {"base": base, "stem": stem - hole}
    hold, symmetry = "stem", Symmetry("n-fold", corners) if corners else AXIS
    if kind == "chamber":
        hold, symmetry = "handle", MIRROR
        size, wire = rng.uniform(0.013, 0.02), rng.uniform(0.0025, 0.0045)
        loop = arc((-foot - size * 0.65, size * 0.9), size, 0, 356, 26)
        ring = tube(np.column_stack([loop[:, 0], np.zeros(26), loop[:, 1] + wire]), wire * rng.uniform(1, 2.2), wire)
        parts["handle"] = ring
    pair = [press_with_base(hold, foot, symmetry), pound_with_base(hold, foot, symmetry)]
    return finished(name, "candle-holder", parts, pair, (UPRIGHT, UPRIGHT, ON_SIDE))


def _foot(rng: Generator, radius: float, corners: int) -> tuple[Manifold, float]:
    """(foot, its height): round in steps or swept up, or of many corners."""
    rise = radius * rng.uniform(0.3, 0.7)
    sharp = rng.uniform(0.5, 0.95)
    shape = smooth_curve([(0, 0.97), (0.08, 1), (0.2, sharp + 0.05), (0.25, sharp * 0.9), (0.6, 0.45), (1, 0.2)])
    step = np.linspace(0, 1, 22)
    if not corners:
        return filled(radius * shape(step), rise * step, 48), rise
    section = polygon_section(corners, 48) / np.cos(np.pi / corners) ** 0.5
    rings = [np.column_stack([radius * shape(s) * section, np.full(48, rise * s)]) for s in step]
    return loft(rings), rise


def _saucer(rng: Generator, radius: float) -> tuple[Manifold, float]:
    """(a dish with a rim turned up, the height of its floor)."""
    wall, rim = rng.uniform(0.002, 0.0035), rng.uniform(0.008, 0.02)
    slope = rng.uniform(0.72, 0.92)
    dish = filled(radius * np.array([slope * 0.95, slope, 1.0]), np.array([0, wall, rim]), 56)
    hollow = filled(radius * np.array([slope, 1.0]) - wall, np.array([wall, rim + 1e-4]), 56)
    return dish - hollow, wall


def _candle_stem(rng: Generator, kind: str, low: float, height: float, bore: float) -> Manifold:
    """From the foot to the socket: with beads, plain, or no more than a socket."""
    wall = rng.uniform(0.002, 0.004)
    socket = bore + wall
    lip = socket * rng.uniform(1.0, 1.0 if kind == "cup" else 1.7)
    deep = max(bore * 2.0, 0.02)
    if kind == "chamber":
        levels = np.array([low - 0.001, low + 0.003, height - 0.004, height - 0.003, height])
        return filled(np.array([1.3, 1, 1, 1, 1]) * socket + [0, 0, 0, lip - socket, lip - socket], levels, 36)
    start, end = low * 0.9, height - deep
    slim = max(rng.uniform(0.0045, 0.009), bore * 0.3)
    step = np.linspace(0, 1, 40)
    beads = int(rng.integers(0, 4))
    swell = slim * (1 + rng.uniform(0.3, 0.9) * np.abs(np.sin(np.pi * beads * step)) ** 3 + 0.25 * (1 - step))
    levels = np.concatenate([start + (end - start) * step, height - deep * np.array([0.85, 0.6, 0.12, 0.1, 0.0])])
    radii = np.concatenate([swell, [socket * 0.85, socket, socket, lip, lip]])
    return filled(radii, levels, 36)


def kettlebell(rng: Generator, name: str) -> Tool:
    """A kettlebell: a cast ball with a tapering handle, a steel one for contests, a coated one, or a faceted one."""
    kind = str(rng.choice(["cast", "contest", "coated", "faceted"]))
    radius = rng.uniform(0.055, 0.11)
    cut = rng.uniform(0.72, 0.9) * radius  # how far below the ball's middle the foot lies
    tall = rng.uniform(0.85, 1.0) if kind != "coated" else rng.uniform(0.75, 0.9)
    sides = int(rng.choice([8, 10, 12])) if kind == "faceted" else 48
    ball = Manifold.sphere(radius, sides if kind == "faceted" else 48).scale([1, 1, tall])
    solid = ball.translate([0, 0, cut * tall]).trim_by_plane((0, 0, 1), 0.0)
    sole = float(np.sqrt(radius**2 - cut**2))
    if kind == "coated":
        sole = radius * rng.uniform(0.75, 0.95)
        solid = solid + filled(np.array([sole * 0.96, sole, sole, sole * 0.8]), radius * np.array([0, 0.04, 0.3, 0.6]))
    top = (cut + radius) * tall
    body, base = split(solid, Z, top * rng.uniform(0.22, 0.3))
    handle = _bell_handle(rng, kind, radius, top)
    pair = [pound_with_base("handle", sole, HALF_TURN), press_with_base("handle", sole, HALF_TURN)]
    parts = {"base": base, "body": body, "handle": handle}
    return finished(name, "kettlebell", parts, pair, (UPRIGHT, UPRIGHT, ON_SIDE, UPSIDE_DOWN @ turned(x=70)))


def _bell_handle(rng: Generator, kind: str, radius: float, top: float) -> Manifold:
    """The bow above the ball: upright legs that lean outward, and a bar across, along y."""
    thick = float(np.clip(radius * rng.uniform(0.18, 0.26), 0.012, 0.019))
    half = rng.uniform(0.05, 0.062) if kind == "contest" else max(radius * rng.uniform(0.62, 0.8), 0.045)
    rise, inner = rng.uniform(0.045, 0.06) + thick, rng.uniform(0.55, 0.75)
    inner = min(inner, radius * 0.78 / half)
    corner = rng.uniform(0.3, 0.75)
    bend = [(1.0, 1 - corner), (0.96, 1 - corner * 0.4), (0.96 - 0.3 * corner, 0.97)]
    right = np.array([(inner, -0.75), (inner + 0.12, -0.2), *bend])
    line = np.concatenate([right, [[0.35, 1.0], [0, 1.0], [-0.35, 1.0]], right[::-1] * [-1, 1]])
    place = np.linspace(0, 1, len(line))
    fine = np.column_stack(
        [smooth_curve([*zip(place, column, strict=True)])(np.linspace(0, 1, 48)) for column in line.T]
    )
    path = np.column_stack([np.zeros(48), fine[:, 0] * half, top + fine[:, 1] * rise])
    leg = 1.0 if kind == "contest" else rng.uniform(1.1, 1.45)
    size = np.interp(np.abs(np.linspace(-1, 1, 48)), [0, 0.5, 1], [1, 1, leg])
    return tube(path, thick * size, sides=20)


def boot(rng: Generator, name: str) -> Tool:
    """A low shoe, an ankle boot, a rubber boot or a riding boot; flat or heeled, the toe round or pointed."""
    kind = str(rng.choice(["shoe", "ankle", "rubber", "heeled"], p=[0.35, 0.25, 0.2, 0.2]))
    length = rng.uniform(0.13, 0.31)
    half = length * rng.uniform(0.16, 0.2)
    raised = length * (rng.uniform(0.1, 0.2) if kind == "heeled" else rng.uniform(0.03, 0.08))
    thick = length * (rng.uniform(0.02, 0.03) if kind == "heeled" else rng.uniform(0.03, 0.09))
    shape = _Last(rng, length, half, raised, pointed=kind == "heeled")
    tread = shape.slab(0.0, thick, 1.0)
    seam = -length * rng.uniform(0.16, 0.22)  # where the heel ends, from the middle of the foot
    block = shape.slab(-raised, thick * 0.5, 0.97).trim_by_plane((-1, 0, 0), -seam).trim_by_plane(Z, 0.0)
    rear, sole = split(tread, -X, -seam)
    foot_high = length * (rng.uniform(0.2, 0.26) if kind == "shoe" else rng.uniform(0.24, 0.3))
    foot = shape.foot(thick * 0.9, foot_high, 0.95)
    upper, collar = _shaft(rng, kind, shape, foot, thick, foot_high)
    toe, middle = split(upper, X, length * rng.uniform(0.08, 0.16))
    parts = {"sole": sole, "heel": [rear, block], "toe": toe, "upper": middle, "collar": collar}
    press = serve("press-with", ("sole", "heel"), ("upper", "collar"), (0, 0, 0), -Z, -X, (length / 2 + half) / 2, NONE)
    back = (seam - length * 0.5) / 2
    pound = serve("pound-with", "heel", "toe", (back, 0, 0), -Z, X, half * 0.8, NONE)
    return finished(name, "boot", parts, [press, pound], (UPRIGHT, UPRIGHT, turned(x=90), turned(x=-90)))


class _Last:
    """The form of a foot: how wide it is, how it bends inward and how high its bottom lies along x."""

    def __init__(self, rng: Generator, length: float, half: float, raised: float, pointed: bool) -> None:
        """A foot of some length and half width (m), its heel `raised`, its toe pointed or round."""
        self.length, self.raised = length, raised
        end = rng.uniform(0.3, 0.45) if pointed else rng.uniform(0.55, 0.75)
        waist = rng.uniform(0.66, 0.8)
        self.share = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 34))
        wide = smooth_curve([(0, 0.16), (0.03, 0.45), (0.12, 0.76), (0.42, waist), (0.7, 1), (0.88, end + 0.15),
                             (0.97, end * 0.7), (1, end * 0.25)])  # fmt: skip
        self.half = half * wide(self.share)
        self.bow = rng.choice([-1, 1]) * half * rng.uniform(0.1, 0.22) * (1 - np.cos(2 * np.pi * self.share)) / 2
        self.lift = raised * smooth_curve([(0, 1), (0.28, 1), (0.62, 0), (0.85, 0), (1, rng.uniform(0.1, 0.4))])(
            self.share
        )
        self.x = (self.share - 0.5) * length

    def _rings(self, low: NDArray, high: NDArray, size: float, section: NDArray) -> Manifold:
        """A body between two heights (N) as wide as `size` of the foot."""
        rings = []
        for x, half, bow, bottom, top in zip(self.x, self.half, self.bow, low, high, strict=True):
            y, z = half * size * section[:, 0], (bottom + top) / 2 + (top - bottom) / 2 * section[:, 1]
            rings.append(np.column_stack([np.full(len(y), x * (0.97 + 0.03 * size)), bow + y, z]))
        return loft(rings)

    def slab(self, low: float, high: float, size: float) -> Manifold:
        """The sole: from `low` to `high` above the bottom of the foot."""
        return self._rings(self.lift + low, self.lift + high, size, squarish_section(12, 16))

    def foot(self, low: float, high: float, size: float) -> Manifold:
        """The upper of a shoe: high at the instep and behind, low at the toes."""
        toes = 0.42 * high
        top = smooth_curve(
            [(0, high * 0.72), (0.06, high), (0.45, high), (0.72, toes * 1.15), (0.92, toes), (1, toes * 0.4)]
        )
        return self._rings(self.lift + low, self.lift + top(self.share) + low, size, squarish_section(3.2, 24))


def _shaft(
    rng: Generator, kind: str, last: _Last, foot: Manifold, thick: float, high: float
) -> tuple[Manifold, Manifold]:
    """(foot with its opening or leg, the collar around the opening)."""
    length = last.length
    reach = {
        "shoe": high * rng.uniform(0.98, 1.12),
        "ankle": length * rng.uniform(0.45, 0.62),
        "rubber": length * rng.uniform(0.75, 1.1),
    }
    top = thick + last.raised + reach.get(kind, length * rng.uniform(0.5, 1.0))
    start = thick + last.raised + high * 0.45
    centre, long, wide = -length * 0.24, length * rng.uniform(0.215, 0.235), length * rng.uniform(0.12, 0.14)
    flare = 1.0 if kind == "shoe" else rng.uniform(1.0, 1.25)
    wall = length * 0.014
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    around = np.column_stack([np.cos(turn), np.sin(turn)])
    bow = float(np.interp(centre, last.x, last.bow))
    s = np.linspace(0, 1, 8)

    def leg(inset: float, over: float, low: float) -> Manifold:
        """The leg, its wall `inset` inward, up from `low` to `over` above the top."""
        rings = []
        for share in s:
            size = 1 + (flare - 1) * share**1.5
            shift = centre - length * 0.02 * np.sin(np.pi * min(share, 0.5))
            ring = around * [long * size - inset, wide * size - inset] + [shift, bow]
            rings.append(np.column_stack([ring, np.full(32, low + (top + over - low) * share)]))
        return loft(rings)

    body = foot + leg(0.0, 0.0, start) - leg(wall, 0.01, start + wall)
    collar, upper = split(body, Z, top - max(0.12 * (top - start), 0.35 * length * 0.12))
    return upper, collar


FAMILIES = {
    "muddler": Family(muddler, ("press-with", "pound-with")),
    "candle-holder": Family(candle_holder, ("press-with", "pound-with")),
    "kettlebell": Family(kettlebell, ("pound-with", "press-with")),
    "boot": Family(boot, ("press-with", "pound-with")),
}
