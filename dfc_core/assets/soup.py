"""Triangle soup, F x 3 x 3 corners, to an indexed mesh whose faces look outwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

MERGE_TOLERANCE = 1e-7  # of the diameter; corners nearer than this are one vertex
DEGENERATE_HEIGHT = 1e-7  # of the diameter; a flatter triangle has no usable normal
CLOSED_VOLUME, OPEN_VOLUME = 1e-6, 1e-2  # of area^1.5; a piece that holds less has no inside worth the name


def weld(corners: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Triangle soup F x 3 x 3 -> (vertices V x 3, faces F' x 3 int32, indices of the F' faces kept).

    Coincident corners become one vertex; triangles without area and repeated triangles are dropped.
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
    _, single = np.unique(np.sort(faces[kept], axis=1), axis=0, return_index=True)
    kept = kept[np.sort(single)]
    used, faces = np.unique(faces[kept], return_inverse=True)
    return vertices[used], faces.reshape(-1, 3).astype(np.int32), kept


def turned_in(vertices: NDArray, faces: NDArray) -> NDArray:
    """Which faces (F bool) must be reversed so that neighbours agree and each connected piece looks outwards.

    A piece inside the box of another may be the wall of a cavity, and a nearly flat one has no outside: those keep the
    direction of most of their faces.
    """
    if len(faces) == 0:
        return np.zeros(0, bool)
    first, second, same, boundary = _edges(faces)
    flips, piece = _agreement(len(faces), first, second, same)
    agreed = np.where(flips[:, None], faces[:, ::-1], faces)
    return flips ^ _inside_out(vertices, agreed, piece, boundary)[piece]


def _edges(faces: NDArray) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Edges between exactly two faces: (first face, second face, whether both run it in one direction); and the
    (edge's face, vertex, vertex) of edges with one face only."""
    directed = faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    owner = np.repeat(np.arange(len(faces)), 3)
    _, inverse, counts = np.unique(np.sort(directed, axis=1), axis=0, return_inverse=True, return_counts=True)
    inverse = inverse.reshape(-1)
    order = np.argsort(inverse, kind="stable")
    shared = order[counts[inverse[order]] == 2].reshape(-1, 2)
    forward = directed[:, 0] < directed[:, 1]
    single = counts[inverse] == 1
    boundary = np.column_stack([owner[single], directed[single]])
    return owner[shared[:, 0]], owner[shared[:, 1]], forward[shared[:, 0]] == forward[shared[:, 1]], boundary


def _agreement(count: int, first: NDArray, second: NDArray, same: NDArray) -> tuple[NDArray, NDArray]:
    """(flips F bool, piece F): the fewest reversals with which neighbours run their common edge in opposite ways.

    Each face is two nodes, as it is and reversed; what agrees is connected, so a piece falls into two halves, one the
    reverse of the other. A one-sided piece (Moebius) does not, and is left alone.
    """
    rows = np.concatenate([first, first + count])
    columns = np.concatenate([np.where(same, second + count, second), np.where(same, second, second + count)])
    graph = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=(2 * count, 2 * count))
    label = connected_components(graph, directed=False)[1]
    kept, reverse = label[:count], label[count:]
    _, piece = np.unique(np.minimum(kept, reverse), return_inverse=True)
    other = kept > reverse
    share = np.bincount(piece, other) / np.bincount(piece)
    return np.where(share[piece] > 0.5, ~other, other) & (kept != reverse), piece


def _inside_out(vertices: NDArray, faces: NDArray, piece: NDArray, boundary: NDArray) -> NDArray:
    """Whether each piece encloses a negative volume; holes are closed by a cone over their rim's middle."""
    count, corners = int(piece.max()) + 1, vertices[faces]
    rim = piece[boundary[:, 0]]
    is_open = np.bincount(rim, minlength=count) > 0
    anchors = np.where(
        is_open[:, None],
        _means(rim, vertices[boundary[:, 1:]].mean(axis=1), count),
        _means(piece, corners.mean(axis=1), count),
    )
    a, b, c = np.moveaxis(corners - anchors[piece][:, None], 1, 0)
    volume = np.bincount(piece, np.sum(a * np.cross(b, c), axis=1) / 6)
    area = np.bincount(piece, np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)
    negative = volume < -np.where(is_open, OPEN_VOLUME, CLOSED_VOLUME) * area**1.5
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, piece, corners.min(axis=1))
    np.maximum.at(high, piece, corners.max(axis=1))
    for index in np.flatnonzero(negative):
        around = (low <= low[index]).all(axis=1) & (high >= high[index]).all(axis=1)
        negative[index] = around.sum() == 1
    return negative


def _means(group: NDArray, points: NDArray, count: int) -> NDArray:
    """Mean of points (N x 3) by group (N): `count` x 3, zero where there is none."""
    total = np.stack([np.bincount(group, points[:, axis], count) for axis in range(3)], axis=1)
    return total / np.maximum(np.bincount(group, minlength=count), 1)[:, None]
