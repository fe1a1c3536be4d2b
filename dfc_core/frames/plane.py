"""The flat surfaces in a depth picture: found by seeded RANSAC on a lattice, several of them, largest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.geometry import unproject


@dataclass(frozen=True)
class PlaneConfig:
    """How planes are sought: tolerances grow with the square of depth, as the noise of depth cameras does."""

    hypotheses: int = 160
    scored_points: int = 1500
    refit_points: int = 6000
    planes: int = 6  # a box has five
    tolerance_m: float = 0.004
    tolerance_per_square_metre: float = 0.004
    smallest_share: float = 0.03
    seed: int = 0


def height_above_plane(points: NDArray, plane: NDArray) -> NDArray:
    """Signed distance (m) of `points` (... x 3) from `plane` (4: unit normal, offset); positive towards the camera."""
    return np.asarray(points) @ np.asarray(plane)[:3] + plane[3]


def point_lattice(depth_m: NDArray, K: NDArray, stride: int = 1, corner: tuple[int, int] = (0, 0)) -> NDArray:
    """Points (h x w x 3, m, camera frame) of every `stride`-th pixel; all zero where there is no reading.

    `corner` is the pixel (x, y) of `depth_m[0, 0]` when that is a crop of the picture K belongs to.
    """
    z = sampled(depth_m, stride)
    y, x = np.mgrid[: z.shape[0], : z.shape[1]]
    pixels = np.stack([x.ravel() * stride + corner[0], y.ravel() * stride + corner[1]], axis=1)
    return unproject(pixels, z.ravel(), K).reshape(*z.shape, 3)


def sampled(depth_m: NDArray, stride: int) -> NDArray:
    """Every `stride`-th reading (h x w, 0 = none) of `depth_m` (H x W).

    Depth registered from a camera of fewer pixels has readings at some pixels only, and these may all lie between the
    ones asked for. Where more than half would be lost, the nearest to the camera of `stride` x `stride` pixels counts.
    """
    first = depth_m[::stride, ::stride]
    if 2 * np.count_nonzero(first) >= first.size:  # no need to look whether more than half are lost
        return first
    height, width = first.shape
    room = np.pad(depth_m, [(0, height * stride - depth_m.shape[0]), (0, width * stride - depth_m.shape[1])])
    cells = room.reshape(height, stride, width, stride)
    if 2 * np.count_nonzero(first) >= np.count_nonzero(cells.any(axis=(1, 3))):
        return first
    nearest = np.where(cells > 0, cells, np.inf).min(axis=(1, 3))
    return np.where(np.isfinite(nearest), nearest, 0)


def tolerance(z: NDArray, config: PlaneConfig) -> NDArray:
    """How far (m) a reading at depth `z` may lie from a plane it belongs to."""
    return config.tolerance_m + config.tolerance_per_square_metre * np.square(z)


def fit_planes(lattice: NDArray, usable: NDArray, config: PlaneConfig = PlaneConfig()) -> list[NDArray]:
    """Planes (4 each, normal towards the camera) of `lattice` (h x w x 3) where `usable` (h x w), most readings first.

    Fewer than three usable points, or none on a common plane, gives an empty list.
    """
    random = np.random.default_rng(config.seed)
    left = usable.copy()
    least = max(30, int(config.smallest_share * usable.sum()))
    planes: list[NDArray] = []
    while len(planes) < config.planes and left.sum() >= least:
        plane = _best_hypothesis(lattice, left, random, config)
        if plane is not None:
            plane = refit_plane(plane, lattice[left], config)
        if plane is None:
            break
        near = np.abs(height_above_plane(lattice, plane)) < 2 * tolerance(lattice[..., 2], config)
        if (near & left).sum() < least:
            break
        planes.append(plane)
        left &= ~near
    return planes


def refit_plane(
    plane: NDArray, points: NDArray, config: PlaneConfig = PlaneConfig(), rounds: int = 3
) -> NDArray | None:
    """Least-squares plane through the `points` (N x 3) within tolerance of `plane`; None when they are not one."""
    points = points[:: max(1, len(points) // config.refit_points)]
    limit = tolerance(points[:, 2], config)
    for _ in range(rounds):
        inliers = points[np.abs(height_above_plane(points, plane)) < limit]
        if len(inliers) < 10:
            return None
        centre = inliers.mean(axis=0)
        values, vectors = np.linalg.eigh(np.cov((inliers - centre).T))
        if values[1] < 1e-10:
            return None
        plane = _towards_camera(vectors[:, 0], centre)
    return plane


def _best_hypothesis(
    lattice: NDArray, left: NDArray, random: np.random.Generator, config: PlaneConfig
) -> NDArray | None:
    """The plane through three nearby points that most readings agree with; triples are local so small tables count."""
    rows, columns = np.nonzero(left)
    height, width = left.shape
    pick = random.integers(len(rows), size=config.hypotheses)
    spread = random.uniform(0.05, 0.25, size=config.hypotheses) * min(height, width)
    corners = [lattice[rows[pick], columns[pick]]]
    angle = random.uniform(0, 2 * np.pi, size=config.hypotheses)
    for turn in (0.0, np.pi / 2):
        y = np.clip(rows[pick] + spread * np.sin(angle + turn), 0, height - 1).astype(int)
        x = np.clip(columns[pick] + spread * np.cos(angle + turn), 0, width - 1).astype(int)
        corners.append(np.where(left[y, x][:, None], lattice[y, x], np.nan))
    normals = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    length = np.linalg.norm(normals, axis=1)
    good = np.isfinite(length) & (length > 1e-9)
    if not good.any():
        return None
    normals = normals[good] / length[good, None]
    offsets = -np.einsum("nk,nk->n", normals, corners[0][good])
    some = random.integers(len(rows), size=min(config.scored_points, len(rows)))
    points = lattice[rows[some], columns[some]]
    agree = np.abs(points @ normals.T + offsets) < tolerance(points[:, 2], config)[:, None]
    best = int(agree.sum(axis=0).argmax())
    return _towards_camera(normals[best], corners[0][good][best])


def _towards_camera(normal: NDArray, point: NDArray) -> NDArray:
    offset = -normal @ point
    return np.append(normal, offset) * (1.0 if offset >= 0 else -1.0)
