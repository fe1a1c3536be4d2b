"""A tool's surface near a place, completed from one picture of it.

A camera sees one side. The other one is assumed: each piece of the tool is as deep as it is wide in the picture, and
its back mirrors its front. Of a round handle that is the truth; of other things it is a guess, so every such point is
marked. Nothing is assumed below the support plane or in front of what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from dfc_core.frames import Frame
from dfc_core.frames.plane import height_above_plane
from dfc_core.geometry import project, unproject
from dfc_core.shape.lift import LiftConfig, lift
from dfc_core.shape.surface import Surface, fitted_normals


@dataclass(frozen=True)
class HiddenConfig:
    """What is within `reach_m` of the place is looked at, on a lattice of at most `lattice` places a side, of which at
    most `points` are kept. A depth step of `jump_m` (plus the sensor's noise) is an edge of the piece in front. Normals
    are fitted to `neighbours` points. `spacing_m` between the points of assumed walls.
    """

    reach_m: float = 0.11
    lattice: int = 72
    points: int = 350
    jump_m: float = 0.01
    neighbours: int = 16
    spacing_m: float = 0.005


@dataclass(frozen=True)
class _Lattice:
    """Readings every `step_m` (at the place's depth) in a window of the picture: `pixels` h x w x 2, `points` h x w x 3
    where `valid` (h x w); where the piece of the tool seen there goes on (`solid`, h x w) and how far it is to its end
    (`inward`, h x w, m)."""

    pixels: NDArray
    points: NDArray
    valid: NDArray
    solid: NDArray
    inward: NDArray
    step_m: float


def complete_surface(
    frame: Frame,
    mask: NDArray,
    centre: NDArray,
    thickest_m: float,
    plane: NDArray | None,
    lift_config: LiftConfig,
    config: HiddenConfig,
) -> Surface:
    """The surface of the tool `mask` (H x W bool) within `reach_m` of `centre` (3, m), camera's optical frame.

    No piece is assumed deeper than `thickest_m`, nor to go below `plane`. `held` is 1 everywhere. Empty where there is
    no depth. Needs depth and K.
    """
    lattice = _lattice(frame, mask, centre, lift_config, config)
    rows, columns = np.nonzero(lattice.valid)
    if len(rows) < config.neighbours:
        return Surface.of(np.zeros((0, 3)), np.zeros((0, 3)))
    front = lattice.points[rows, columns]
    tree = cKDTree(front)
    kept = slice(None, None, -(-len(front) // config.points))
    rows, columns, points = rows[kept], columns[kept], front[kept]
    near = front[tree.query(points, config.neighbours)[1]]
    normals, _ = fitted_normals(points, near, np.ones(near.shape[:2]))
    view = centre / np.linalg.norm(centre)  # one direction for all: what is hidden would else widen with the rays
    depth_m = _assumed_depth(lattice, (rows, columns), points @ view, lattice.points @ view, thickest_m)
    depth_m = np.minimum(depth_m, _room_before(plane, points, view))
    behind = depth_m > 0
    backs = (points + depth_m[:, None] * view)[behind]
    facing = _facing(lattice, (rows, columns), points, normals, view, config)
    mirrored = normals - 2 * np.einsum("nc,nc->n", normals, facing)[:, None] * facing
    walls, outward = _walls(frame, lattice, (rows, columns), points, depth_m, view, config)
    every = np.concatenate([points, backs, walls])
    return Surface(
        every,
        np.concatenate([normals, mirrored[behind], outward]),
        np.repeat([1.0, 0.0, 0.5], [len(points), len(backs), len(walls)]),
        np.ones(len(every)),
    )


def _facing(
    lattice: _Lattice,
    at: tuple[NDArray, NDArray],
    points: NDArray,
    normals: NDArray,
    view: NDArray,
    config: HiddenConfig,
) -> NDArray:
    """Which way (N x 3, unit) the piece of the tool around each of N places faces: the mean of its `normals`, all of
    which are towards the camera, or against the `view` where they have none.

    Mirrored across that, the back of a plate is parallel to its front wherever one looks from, and a rod is round.
    """
    widest = ndimage.maximum_filter(lattice.inward, 5)[at]  # the middle of it is not at its edge
    near = cdist(points, points) <= np.maximum(config.spacing_m, 1.5 * widest)[:, None]
    mean = near @ normals
    mean[np.linalg.norm(mean, axis=1) < 0.1 * near.sum(axis=1)] = -view
    return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9))


def _lattice(frame: Frame, mask: NDArray, centre: NDArray, lift_config: LiftConfig, config: HiddenConfig) -> _Lattice:
    assert frame.K is not None
    height, width = mask.shape
    z = max(float(centre[2]), 0.05)
    reach_px = config.reach_m * frame.K[0, 0] / z
    x, y = project(np.array([[centre[0], centre[1], z]]), frame.K)[0]
    left, right = (int(np.clip(v, 0, width)) for v in (np.floor(x - reach_px), np.ceil(x + reach_px) + 1))
    top, bottom = (int(np.clip(v, 0, height)) for v in (np.floor(y - reach_px), np.ceil(y + reach_px) + 1))
    # Not wider than the tool: a lattice should not be spent on the table.
    columns = np.flatnonzero(mask[top:bottom, left:right].any(axis=0))
    rows = np.flatnonzero(mask[top:bottom, left:right].any(axis=1))
    if len(columns) == 0:
        nowhere = np.zeros((0, 0))
        return _Lattice(np.zeros((0, 0, 2)), np.zeros((0, 0, 3)), nowhere > 0, nowhere > 0, nowhere, 0.0)
    left, right = left + columns[0], left + columns[-1] + 1
    top, bottom = top + rows[0], top + rows[-1] + 1
    stride = max(1, -(-max(right - left, bottom - top) // config.lattice))
    ys, xs = np.mgrid[top:bottom:stride, left:right:stride]
    inside = mask[ys, xs]
    pixels = np.stack([xs, ys], axis=-1)
    points, valid = np.zeros((*inside.shape, 3)), np.zeros_like(inside)
    points[inside], valid[inside] = lift(frame, pixels[inside], mask, lift_config)
    valid &= np.linalg.norm(points - centre, axis=-1) <= config.reach_m
    depth = np.where(valid, points[..., 2], 100.0)
    jump = config.jump_m + lift_config.noise_quadratic * z**2
    occluded = valid & (depth - ndimage.minimum_filter(depth, 3) > jump)
    solid = inside & ~occluded
    step_m = stride * z / float(frame.K[0, 0])
    distance = ndimage.distance_transform_edt(np.pad(solid, 1))[1:-1, 1:-1]
    return _Lattice(pixels, points, valid, solid, np.maximum(distance - 0.5, 0) * step_m, step_m)


def _assumed_depth(
    lattice: _Lattice, at: tuple[NDArray, NDArray], depths: NDArray, lattice_depths: NDArray, thickest_m: float
) -> NDArray:
    """How far (N, m) the tool is assumed to go on behind the N places `at` (rows, columns), which lie at `depths` along
    the view, as the lattice does at `lattice_depths` (h x w)."""
    inward = np.where(lattice.valid, lattice.inward, 0)
    ridge = (inward >= ndimage.maximum_filter(inward, 3) - 1e-9) & (inward > 0)
    ridge_rows, ridge_columns = np.nonzero(ridge)
    if len(ridge_rows) == 0:
        return np.zeros(len(depths))
    radius = inward[ridge_rows, ridge_columns]
    # The disc of the medial axis that holds a place most deeply says how wide the piece is there.
    apart = (at[0][:, None] - ridge_rows) ** 2 + (at[1][:, None] - ridge_columns) ** 2
    owner = (apart * lattice.step_m**2 - radius**2).argmin(axis=1)
    sunk = depths - lattice_depths[ridge_rows, ridge_columns][owner]
    thickness = np.minimum(2 * radius[owner], thickest_m)
    return np.clip(thickness - 2 * sunk, 0, thickness)


def _room_before(plane: NDArray | None, points: NDArray, view: NDArray) -> NDArray:
    """How far (N, m) it is from each point along `view` to `plane`; inf where that never is met."""
    if plane is None or plane[:3] @ view > -1e-6:
        return np.full(len(points), np.inf)
    return np.maximum(height_above_plane(points, plane), 0) / -(plane[:3] @ view)


def _walls(
    frame: Frame,
    lattice: _Lattice,
    at: tuple[NDArray, NDArray],
    points: NDArray,
    depth_m: NDArray,
    view: NDArray,
    config: HiddenConfig,
) -> tuple[NDArray, NDArray]:
    """Points and outward normals (both W x 3) of the sides that the outline hides: from the outline on along the view.

    The surface there turns away from the camera, so its normal is square to the ray and to the outline.
    """
    assert frame.K is not None
    assert frame.depth_m is not None
    edge = lattice.solid & (lattice.inward <= 1.01 * lattice.step_m)
    rows, columns = np.nonzero(edge)
    if len(rows) == 0 or len(points) == 0:
        return np.zeros((0, 3)), np.zeros((0, 3))
    smooth = ndimage.gaussian_filter(np.pad(lattice.solid, 4).astype(np.float64), 1.5)
    down, right = np.gradient(smooth)
    out = -np.stack([right[4:-4, 4:-4][edge], down[4:-4, 4:-4][edge]], axis=1)
    steep = np.linalg.norm(out, axis=1)
    apart, nearest = cKDTree(np.stack(at, axis=1)).query(np.stack([rows, columns], axis=1))
    out /= np.maximum(steep, 1e-9)[:, None]
    own = points[nearest]
    stride = lattice.step_m * frame.K[0, 0] / max(float(np.median(points[:, 2])), 1e-6)
    pixels = lattice.pixels[rows, columns] + 0.5 * stride * out
    open_side = _beyond(frame, lattice.pixels[rows, columns] + (2 * stride + 2) * out)
    hidden = (open_side > 0) & (open_side < own[:, 2] - config.jump_m)  # something nearer covers the rest of the piece
    keep = (steep > 0.02) & (apart <= 5) & ~hidden
    pixels, out, own, depth = pixels[keep], out[keep], own[keep], depth_m[nearest[keep]]
    starts = unproject(pixels, own[:, 2], frame.K)
    rays = starts / np.maximum(np.linalg.norm(starts, axis=1, keepdims=True), 1e-9)
    normals = np.concatenate([out, np.zeros((len(out), 1))], axis=1)
    normals -= np.einsum("nc,nc->n", normals, rays)[:, None] * rays
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    count = np.floor(depth / config.spacing_m).astype(np.int64) + 1
    index = np.repeat(np.arange(len(starts)), count)
    number = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count)
    along = (number + 0.5) / count[index] * depth[index]
    return starts[index] + along[:, None] * view, normals[index]


def _beyond(frame: Frame, pixels: NDArray) -> NDArray:
    """Depth (N, m) read at the nearest picture elements; 0 = none, or off the picture."""
    assert frame.depth_m is not None
    height, width = frame.depth_m.shape
    x, y = np.rint(pixels).astype(np.int64).T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return np.where(inside, frame.depth_m[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)], 0)
