"""How a mesh rests on a table: upright where it would stand, else as it falls."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

MOST_RESTS = 4
LEAST_REST = 0.3  # of the likeliest rest's probability
LEAST_TIP = np.radians(10)  # what falls over at a smaller tilt does not stand: a hammer on the end of its handle
UPPER_SIDE = 0.7  # cosine between the file's up and the table's
SOLE_HEIGHT = 0.01  # of the height: vertices this near to the lowest one carry


def rests(vertices: NDArray) -> tuple[NDArray, ...]:
    """R_table_tool (3x3 each) in which the mesh (V x 3, z up) rests: upright if it stands so, else as it falls.

    Of the ways it falls, those that keep its upper side up are preferred to those that turn it over.
    """
    if stands(vertices):
        return (np.eye(3),)
    falls = _falls(vertices)
    kept_up = [(share, R) for share, R in falls if R[2, 2] > UPPER_SIDE and share >= LEAST_REST * falls[0][0]]
    return _likeliest(kept_up or falls)


def stands(vertices: NDArray) -> bool:
    """Whether the mesh stays upright when tilted by `LEAST_TIP`: where the centre of its hull is over its sole."""
    low, height = vertices[:, 2].min(), np.ptp(vertices[:, 2])
    sole = vertices[vertices[:, 2] <= low + SOLE_HEIGHT * height, :2]
    hull = _hull(vertices)
    try:
        edges = ConvexHull(sole).equations  # n . p + offset <= 0 inside, n of unit length
    except (QhullError, ValueError):  # a point or an edge
        return False
    if hull is None:
        return bool(height == 0)
    middle = hull.center_mass
    inward = -float((edges[:, :2] @ middle[:2] + edges[:, 2]).max())
    return bool(np.arctan2(inward, middle[2] - low) >= LEAST_TIP)


def lying(vertices: NDArray) -> tuple[NDArray, ...]:
    """The likeliest R_table_tool in which the mesh, let fall, comes to rest (Goldberg et al. 1999)."""
    return _likeliest(_falls(vertices))


def _likeliest(falls: list[tuple[float, NDArray]]) -> tuple[NDArray, ...]:
    return tuple(R for share, R in falls[:MOST_RESTS] if share >= LEAST_REST * falls[0][0])


def _falls(vertices: NDArray) -> list[tuple[float, NDArray]]:
    """(probability, R_table_tool) of every stable rest, the likeliest first."""
    hull = _hull(vertices)
    if hull is None:
        return [(0.5, R) for R in _sides(vertices)]
    poses, probabilities = trimesh.poses.compute_stable_poses(hull)
    order = np.argsort(-probabilities, kind="stable")
    return [(float(probabilities[index]), poses[index][:3, :3]) for index in order]


def _hull(vertices: NDArray) -> trimesh.Trimesh | None:
    """The convex hull, None for a sheet: what has no inside has no stable pose to look for."""
    try:
        with np.errstate(invalid="ignore", divide="ignore"):  # no volume, no centre of mass
            hull = trimesh.convex.convex_hull(np.unique(np.round(vertices, 5), axis=0))
            inward = np.einsum("fi,fi->f", hull.center_mass - hull.triangles_center, hull.face_normals)
    except (QhullError, ValueError):
        return None
    return hull if len(inward) > 3 and (inward < 0).all() else None


def _sides(vertices: NDArray) -> tuple[NDArray, ...]:
    """The two ways a sheet lies."""
    axes = np.linalg.svd(vertices - vertices.mean(axis=0), full_matrices=False)[2]
    upper = np.stack([axes[0], np.cross(axes[2], axes[0]), axes[2]])
    return upper, np.diag([1.0, -1.0, -1.0]) @ upper
