"""Exact alignment of what two cameras see: where surface points lie in the aligned frame of a part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.part_frames import PartFrame, aligned_coordinates
from dfc_core.assets.tool import Symmetry


def camera_side(eye_tool: NDArray, part: PartFrame) -> tuple[float, bool]:
    """(azimuth in rad about the part's z, whether it is on the +y side) of a camera at `eye_tool`."""
    x, y, _ = aligned_coordinates(eye_tool[None], part)[0]
    return float(np.arctan2(y, x)), bool(y >= 0)


def align_symmetric(
    coordinates_b: NDArray,
    side_a: tuple[float, bool],
    symmetry_a: Symmetry,
    side_b: tuple[float, bool],
    symmetry_b: Symmetry,
) -> NDArray:
    """Turn tool b within what its, or tool a's, symmetry allows so that both cameras stand on the same side.

    A symmetric part leaves a turn about z (or a reflection of y) free; of all equivalent alignments this takes
    the one under which two pictures share most surface.
    """
    kinds = (symmetry_a, symmetry_b)
    turn = side_a[0] - side_b[0]
    if any(s.kind == "axis" for s in kinds):
        return coordinates_b @ _turn(turn).T
    folds = [s.fold for s in kinds if s.kind == "n-fold"]
    if folds:
        step = 2 * np.pi / max(folds)
        return coordinates_b @ _turn(np.round(turn / step) * step).T
    if any(s.kind == "mirror" for s in kinds) and side_a[1] != side_b[1]:
        return coordinates_b * np.array([1.0, -1.0, 1.0])
    return coordinates_b


def _turn(angle: float) -> NDArray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
