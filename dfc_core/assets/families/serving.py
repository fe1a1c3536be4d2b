"""What round, upright vessels and lying bars afford, in the frames of `config/functions.yaml`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dfc_core.assets.solids import function_frame
from dfc_core.assets.tool import AXIS, MIRROR, Affordance, Symmetry
from dfc_core.geometry import rotation_about

Parts = str | Sequence[str]

UPRIGHT = np.eye(3)
UPSIDE_DOWN = rotation_about(np.array([1.0, 0, 0]), np.pi)
ON_SIDE = rotation_about(np.array([1.0, 0, 0]), np.pi / 2)  # z to -y: a handle at -x stays level
MOSTLY_UPRIGHT = (UPRIGHT, UPRIGHT, UPSIDE_DOWN, ON_SIDE)  # as often upright as otherwise


def serve(
    function: str, parts: Parts, hold: Parts, origin: ArrayLike, z: ArrayLike, x: ArrayLike, scale: float,
    symmetry: Symmetry = MIRROR, alternatives: Sequence[NDArray] = (),
) -> Affordance:  # fmt: skip
    """An affordance whose frame is given by its origin (3, m), its z and about its x (directions in the tool)."""
    frame = function_frame(origin, z, x)
    return Affordance(function, parts, hold, frame, float(scale), symmetry, tuple(alternatives))


def pour_over_rim(hold: Parts, height: float, radius: float, symmetry: Symmetry, part: Parts = "rim") -> Affordance:
    """Pouring over the lip at +x of a round opening at `height` (m)."""
    return serve("pour-with", part, hold, (0, 0, height), (0, 0, 1), (1, 0, 0), radius, symmetry)


def scoop_with_opening(hold: Parts, height: float, radius: float, symmetry: Symmetry, parts: Parts) -> Affordance:
    """Scooping with the round opening at `height` (m) of a vessel held at -x."""
    return serve("scoop-with", parts, hold, (0, 0, height), (0, 0, 1), (1, 0, 0), radius, symmetry)


def press_with_base(hold: Parts, radius: float, symmetry: Symmetry, parts: Parts = "base") -> Affordance:
    """Pressing with a round base of `radius` (m) on z = 0; the hand is above it or at -x."""
    return serve("press-with", parts, hold, (0, 0, 0), (0, 0, -1), (-1, 0, 0), radius, symmetry)


def pound_with_base(hold: Parts, radius: float, symmetry: Symmetry, parts: Parts = "base") -> Affordance:
    """Pounding with a base on z = 0."""
    return serve("pound-with", parts, hold, (0, 0, 0), (0, 0, -1), (-1, 0, 0), radius, symmetry)


def roll_on_body(hold: Parts, low: float, high: float, symmetry: Symmetry = AXIS, part: Parts = "body") -> Affordance:
    """Rolling on the wall between two heights (m) of a tool that is round about z; its lighter end is above."""
    return serve("roll-onto", part, hold, (0, 0, (low + high) / 2), (0, 0, 1), (1, 0, 0), (high - low) / 2, symmetry)


def pound_with_side(hold: Parts, level: float, radius: float, flat: float = 1.0, part: Parts = "body") -> Affordance:
    """Pounding with the side at `level` (m), at +x or another quarter, of a body about z that is held above.

    `flat`: how much thinner the body is in x than in y.
    """
    quarters = [np.array([np.cos(a), np.sin(a), 0.0]) for a in np.arange(4) * np.pi / 2]
    frames = [function_frame(radius * out * [flat, 1, 1] + [0, 0, level], out, (0, 0, 1)) for out in quarters]
    return Affordance("pound-with", part, hold, frames[0], float(radius), MIRROR, tuple(frames[1:]))


def hang_in_loop(
    part: Parts, hold: Parts, bend: ArrayLike, throat_side: ArrayLike, tip_side: ArrayLike, throat: float,
    symmetry: Symmetry = MIRROR,
) -> Affordance:  # fmt: skip
    """Hanging up by a loop: `bend` (3, m) is inside it, `throat_side` leads into it, `tip_side` on along it."""
    return serve("hang-onto", part, hold, bend, throat_side, tip_side, throat, symmetry)
