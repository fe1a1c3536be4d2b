"""Triangle soup, F x 3 x 3 corners, to an indexed mesh."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MERGE_TOLERANCE = 1e-7  # of the diameter; corners nearer than this are one vertex
DEGENERATE_HEIGHT = 1e-7  # of the diameter; a flatter triangle has no usable normal


def weld(corners: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Triangle soup F x 3 x 3 -> (vertices V x 3, faces F' x 3 int32, indices of the F' faces kept).

    Coincident corners become one vertex; triangles without area are dropped.
    """
    if len(corners) == 0:
        return np.zeros((0, 3)), np.zeros((0, 3), np.int32), np.zeros(0, np.int64)
    points = corners.reshape(-1, 3)
    diameter = float(np.linalg.norm(np.ptp(points, axis=0)))
    tolerance = max(MERGE_TOLERANCE * diameter, np.finfo(float).tiny)
    _, first, inverse = np.unique(np.round(points / tolerance), axis=0, return_index=True, return_inverse=True)
    vertices, faces = points[first], inverse.reshape(-1, 3)
    edges = vertices[np.roll(faces, -1, axis=1)] - vertices[faces]
    double_area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1)
    longest = np.linalg.norm(edges, axis=2).max(axis=1)
    kept = np.flatnonzero(double_area > longest * DEGENERATE_HEIGHT * diameter)
    used, faces = np.unique(faces[kept], return_inverse=True)
    return vertices[used], faces.reshape(-1, 3).astype(np.int32), kept
