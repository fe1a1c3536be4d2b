"""How likely a point of a cloud lies at a sharp edge, from the shape of the cloud alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from dfc_core.label.cloud import Cloud

EDGE_WORDS = ("edge", "teeth", "tooth")


@dataclass(frozen=True)
class EdgeConfig:
    """What counts as an edge: the rim of a sheet."""

    sheet: float = 0.03  # a sheet is thinner than this share of the object's diameter
    ball: float = 4.0  # radius, in spacings, in which a rim's one-sidedness shows
    lip: float = 2.0  # spacings within which a rim's own narrow face belongs to the sheet
    one_sided: float = 0.25  # how far the neighbours' middle lies from a rim's point, as a share of the ball


def is_edge_part(*names: str) -> bool:
    """Whether parts' names all say that they are edges: "blade's edge", "saw teeth"; a whole blade is none."""
    return bool(names) and all(any(word in name.lower() for word in EDGE_WORDS) for name in names)


def edge_probability(cloud: Cloud, config: EdgeConfig | None = None) -> NDArray:
    """Probability (N, 0..1) that a point belongs to the edge of a sheet.

    A sheet is where another surface faces the opposite way close behind; its rim is where the neighbours of both sides
    together lie to one side. The probability falls from 1 at the rim to 0 in the sheet's middle, so that it means the
    same on a narrow blade and a wide one. 0 everywhere on an object without sheets.
    """
    config = config or EdgeConfig()
    sheet, one_sided = _thin(cloud, config), _one_sidedness(cloud, config) > config.one_sided
    if not sheet.any():
        return np.zeros(len(cloud.points))
    sheet |= one_sided & (cKDTree(cloud.points[sheet]).query(cloud.points)[0] < config.lip * cloud.spacing)
    rim = np.flatnonzero(sheet & one_sided)
    if len(rim) == 0:
        return np.zeros(len(cloud.points))
    away = dijkstra(_plain_links(cloud), directed=False, indices=rim, min_only=True)
    middle = np.quantile(away[sheet & np.isfinite(away)], 0.9)
    return np.where(sheet, np.clip(1 - away / max(middle, cloud.spacing), 0, 1), 0)


def _thin(cloud: Cloud, config: EdgeConfig) -> NDArray:
    """Points (N bool) behind which, within a sheet's thickness, the surface faces the other way."""
    reach = max(config.sheet * np.linalg.norm(np.ptp(cloud.points, axis=0)), 1.5 * cloud.spacing)
    behind = cKDTree(np.column_stack([cloud.points / reach, cloud.normals]))
    back = np.column_stack([cloud.points / reach, -cloud.normals])
    return behind.query(back, distance_upper_bound=1.0)[0] < 1.0


def _one_sidedness(cloud: Cloud, config: EdgeConfig) -> NDArray:
    """How far (N, share of the ball) the middle of a point's neighbours of all sides lies from it, in its plane."""
    tree = cKDTree(cloud.points)
    pairs = tree.query_pairs(config.ball * cloud.spacing, output_type="ndarray")
    start, end = np.concatenate([pairs, pairs[:, ::-1]]).T
    step = cloud.points[end] - cloud.points[start]
    count = np.maximum(np.bincount(start, minlength=len(cloud.points)), 1)
    mean = np.stack([np.bincount(start, axis, len(cloud.points)) / count for axis in step.T], axis=1)
    mean -= np.sum(mean * cloud.normals, axis=1, keepdims=True) * cloud.normals
    return np.linalg.norm(mean, axis=1) / (config.ball * cloud.spacing)


def _plain_links(cloud: Cloud) -> csr_matrix:
    """The cloud's links as plain lengths in m, bends not counted."""
    links = cloud.links.tocoo(copy=True)
    links.data = np.maximum(np.linalg.norm(cloud.points[links.row] - cloud.points[links.col], axis=1), 1e-9)
    return links.tocsr()
