"""Exact alignment of what two cameras see: where surface points lie in the aligned frame of a part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.tool import Symmetry, turn_about_z


def align_symmetric(
    coordinates_b: NDArray, eye_a: NDArray, symmetry_a: Symmetry, eye_b: NDArray, symmetry_b: Symmetry
) -> NDArray:
    """`coordinates_b` (N x 3, in b's part) moved by `symmetric_motion`, reflections included."""
    return coordinates_b @ symmetric_motion(eye_a, symmetry_a, eye_b, symmetry_b).T


def symmetric_motion(
    eye_a: NDArray, symmetry_a: Symmetry, eye_b: NDArray, symmetry_b: Symmetry, rigid: bool = False
) -> NDArray:
    """The motion (3 x 3) of tool b, within what its and tool a's symmetries allow, that brings the cameras together.

    `eye_a`, `eye_b` (3) are the cameras in the aligned frame of their own part. A symmetric part leaves a turn about z
    or a reflection free; of all equivalent alignments this takes the one under which both cameras look from the
    nearest directions, so that two pictures share most surface, and moves nothing where that gains nothing. `rigid`
    leaves reflections out.
    """
    if "axis" in (symmetry_a.kind, symmetry_b.kind):
        return turn_about_z(np.arctan2(eye_a[1], eye_a[0]) - np.arctan2(eye_b[1], eye_b[0]))
    motions = np.einsum("aij,bjk->abik", symmetry_a.motions, symmetry_b.motions).reshape(-1, 3, 3)
    if rigid:
        motions = motions[np.linalg.det(motions) > 0]
    together = motions @ eye_b @ eye_a
    return motions[np.argmax(together > together.max() - 1e-9 * np.linalg.norm(eye_a) * np.linalg.norm(eye_b))]
