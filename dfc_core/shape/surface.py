"""A tool's surface as points with normals, and the fit of a normal to the readings around a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class SurfaceConfig:
    """A normal is that of the plane through the `neighbours` readings nearest a point, none farther than `reach_m`.

    Without `minimum_neighbours` of them, or where they fill a line or a ball rather than a plane (RMS off the plane
    over RMS along its shorter side above `maximum_bend`), a point has no normal.
    """

    neighbours: int = 24
    cloud: int = 1500  # points of the cloud that are used: a dense one's nearest neighbours are all too near
    reach_m: float = 0.012
    minimum_neighbours: int = 8
    maximum_bend: float = 0.6

    def __post_init__(self) -> None:
        if not 3 <= self.minimum_neighbours <= self.neighbours or self.reach_m <= 0:
            raise ValueError("minimum_neighbours must be in [3, neighbours], reach_m above 0")


@dataclass(frozen=True)
class Surface:
    """A tool's surface: `points` N x 3 (m) with unit `normals` N x 3, outward, which of a seen one is to the camera.

    `seen` N is 1 where a point was measured, 0.5 where only its place follows from the outline, 0 where all of it is
    assumed; `held` N the probability that it is of the part a hand holds.
    """

    points: NDArray
    normals: NDArray
    seen: NDArray
    held: NDArray

    @staticmethod
    def of(points: NDArray, normals: NDArray, held: NDArray | None = None) -> Surface:
        """One of which every point is known; `held` N bool or 0..1, everywhere when left out."""
        points = np.asarray(points, np.float64).reshape(-1, 3)
        held = np.ones(len(points)) if held is None else np.asarray(held, np.float64)
        return Surface(points, np.asarray(normals, np.float64).reshape(-1, 3), np.ones(len(points)), held)

    def __len__(self) -> int:
        return len(self.points)

    def take(self, which: NDArray) -> Surface:
        """Those points at the indices, or where the mask, `which`."""
        return Surface(self.points[which], self.normals[which], self.seen[which], self.held[which])


def surface_at(cloud: NDArray, at: NDArray, config: SurfaceConfig = SurfaceConfig()) -> tuple[NDArray, NDArray]:
    """Normals (M x 3, unit, towards the camera; zeros where there is none) at `at` (M x 3) of a `cloud` (N x 3, m).

    Also returns which are known (M bool). Both in the camera's optical frame. Principal components of the neighbours
    (Hoppe et al. 1992), the far ones counting less. An empty cloud knows no normal.
    """
    at = np.asarray(at, dtype=np.float64).reshape(-1, 3)
    normals, known = np.zeros_like(at), np.zeros(len(at), dtype=bool)
    if len(cloud) < config.minimum_neighbours or len(at) == 0:
        return normals, known
    cloud = thinned(cloud, config.cloud)
    distance, index = cKDTree(cloud).query(
        at, k=min(config.neighbours, len(cloud)), distance_upper_bound=config.reach_m
    )
    found = np.isfinite(distance)
    weights = np.where(found, 1 - (np.where(found, distance, 0) / config.reach_m) ** 2, 0)
    near = np.where(found[..., None], cloud[np.where(found, index, 0)], 0)
    normals, variances = fitted_normals(at, near, weights)
    off, wide = (np.sqrt(np.maximum(variances[:, axis], 0)) for axis in (0, 1))
    flat = (off <= config.maximum_bend * wide) & (wide > 1e-4)
    known = (found.sum(axis=1) >= config.minimum_neighbours) & flat
    return np.where(known[:, None], normals, 0), known


def fitted_normals(at: NDArray, near: NDArray, weights: NDArray) -> tuple[NDArray, NDArray]:
    """Unit normals (M x 3), towards the camera, of planes through what is `near` (M x k x 3, m) each of `at` (M x 3),
    whose points count by `weights` (M x k); and their variances (M x 3, m^2) along the principal axes, least first."""
    total = np.maximum(weights.sum(axis=1), 1e-12)
    centred = near - (np.einsum("mk,mki->mi", weights, near) / total[:, None])[:, None]
    spread = np.einsum("mk,mki,mkj->mij", weights, centred, centred) / total[:, None, None]
    variances, axes = np.linalg.eigh(spread)
    normals = axes[:, :, 0] * np.where((axes[:, :, 0] * at).sum(axis=1) > 0, -1, 1)[:, None]
    return normals, variances


def sampled_surface(cloud: NDArray, count: int, config: SurfaceConfig = SurfaceConfig()) -> Surface:
    """Every n-th point of `cloud` (N x 3, m), at most `count`, that has a normal; empty for an empty cloud."""
    chosen = thinned(cloud, count)
    normals, known = surface_at(cloud, chosen, config)
    return Surface.of(chosen[known], normals[known])


def thinned(points: NDArray, count: int) -> NDArray:
    """Every n-th row of `points`, so that at most `count` are left."""
    return points if len(points) <= count else points[np.linspace(0, len(points) - 1, count).astype(np.int64)]
