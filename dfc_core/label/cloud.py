"""The surface that a tool's views show, as one point cloud with what each view sees of it.

Only depth, masks and cameras are used, so any rendered or scanned object with poses will do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from dfc_core.errors import bad_input
from dfc_core.geometry import invert, transform, unproject
from dfc_core.render.store import DEPTH_UNIT, OFF_TOOL, ToolViews


@dataclass(frozen=True)
class CloudConfig:
    """How finely the surface is sampled and how its points are joined."""

    points: int = 6000  # about as many points at most
    finest: float = 1 / 150  # the smallest spacing, as a share of the object's diameter
    normal_weight: float = (
        2.5  # what a turn of the normal by 60 degrees is worth, in spacings: keeps a blade's two sides apart
    )
    neighbours: int = 8
    crease: float = 4.0  # how much farther it is across a crease of 90 degrees: 1 + this
    concave: float = 2.0  # and how many times that where the crease is a groove, as between parts


@dataclass(frozen=True)
class Views:
    """What is known of V views without any truth: `mask` V x H x W bool, `depth_m` V x H x W (m), `K` V x 3 x 3,
    `T_camera_tool` V x 4 x 4."""

    mask: NDArray
    depth_m: NDArray
    K: NDArray
    T_camera_tool: NDArray

    @classmethod
    def of(cls, tool: ToolViews) -> Views:
        """The views of a rendered tool, part labels left out."""
        mask = (tool.parts > OFF_TOOL) & (tool.depth > 0)
        return cls(mask, tool.depth * DEPTH_UNIT, tool.K, tool.T_camera_tool)


@dataclass(frozen=True)
class Cloud:
    """N surface points with unit normals (tool frame, m), `spacing` m apart.

    Pixel i of `pixels` (M x 3: view, y, x: every pixel of every mask) shows point `shown[i]`. `visible` V x N: which
    points a view shows; `places` V x N x 2: where they lie (x, y) in it, shown or not. `links` N x N sparse, symmetric:
    lengths between neighbours in spacings, longer over creases.
    """

    points: NDArray
    normals: NDArray
    spacing: float
    pixels: NDArray
    shown: NDArray
    visible: NDArray
    places: NDArray
    links: csr_matrix


def build_cloud(views: Views, config: CloudConfig | None = None) -> Cloud:
    """The cloud of everything the views' masks cover; `DfcError` when they cover nothing."""
    config = config or CloudConfig()
    pixels = np.argwhere(views.mask)
    if len(pixels) == 0:
        raise bad_input("no view shows the object: all masks are empty or without depth")
    seen, facing = _surface(views, pixels)
    diameter = float(np.linalg.norm(np.ptp(seen, axis=0)))
    points, normals, spacing = _thin(seen, facing, diameter * config.finest, config.points)
    shown = _tree(points, normals, spacing, config).query(_lifted(seen, facing, spacing, config))[1]
    places = np.stack([_project(points, T, K) for T, K in zip(views.T_camera_tool, views.K, strict=True)])
    visible = np.stack([_unhidden(points, normals, views, v, places[v], spacing) for v in range(len(places))])
    visible[pixels[:, 0], shown] = True
    return Cloud(points, normals, spacing, pixels, shown, visible, places, _links(points, normals, spacing, config))


def _surface(views: Views, pixels: NDArray) -> tuple[NDArray, NDArray]:
    """Points and unit normals (tool frame) of the masks' pixels, in their order."""
    points, normals = [], []
    for view in np.unique(pixels[:, 0]):
        own = pixels[pixels[:, 0] == view][:, :0:-1]
        depth, K, T = views.depth_m[view], views.K[view], views.T_camera_tool[view]
        camera = unproject(own, depth[own[:, 1], own[:, 0]], K)
        points.append(transform(invert(T), camera))
        normals.append(_pixel_normals(views.mask[view], depth, K)[own[:, 1], own[:, 0]] @ T[:3, :3])
    return np.concatenate(points), np.concatenate(normals)


def _pixel_normals(mask: NDArray, depth: NDArray, K: NDArray) -> NDArray:
    """Unit normals (H x W x 3, camera frame, towards the camera), from the smaller of the steps to either side."""
    height, width = mask.shape
    y, x = np.mgrid[:height, :width]
    points = np.stack([(x - K[0, 2]) / K[0, 0] * depth, (y - K[1, 2]) / K[1, 1] * depth, depth], axis=-1)
    points[~mask] = np.nan
    normals = np.cross(_step(points, axis=1), _step(points, axis=0))
    normals *= -np.sign(np.sum(normals * points, axis=2, keepdims=True))
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    towards = -points / np.linalg.norm(points, axis=2, keepdims=True)
    return np.where(length > 0, normals / np.where(length > 0, length, 1), towards)


def _step(points: NDArray, axis: int) -> NDArray:
    """Difference to the neighbour, forwards or backwards, whichever keeps to the same surface; 0 where neither is."""
    ahead = np.full(points.shape, np.nan)
    forward, backward = [slice(None)] * 3, [slice(None)] * 3
    forward[axis], backward[axis] = slice(None, -1), slice(1, None)
    ahead[tuple(forward)] = np.diff(points, axis=axis)
    behind = np.roll(ahead, 1, axis=axis)
    far, near = (np.nan_to_num(np.abs(step[..., 2]), nan=np.inf) for step in (ahead, behind))
    return np.nan_to_num(np.where((far <= near)[..., None], ahead, behind))


def _thin(points: NDArray, normals: NDArray, spacing: float, most: int) -> tuple[NDArray, NDArray, float]:
    """One point per cell of `spacing` and side of the surface; the spacing grows until there are at most `most`."""
    side = np.abs(normals).argmax(axis=1)
    side = side * 2 + (normals[np.arange(len(side)), side] > 0)
    while True:
        _, cell, count = np.unique(_cells(points, side, spacing), return_inverse=True, return_counts=True)
        if len(count) <= most:
            break
        spacing *= max((len(count) / most) ** 0.5, 1.02)
    mean = np.column_stack([np.bincount(cell, values) / count for values in np.column_stack([points, normals]).T])
    length = np.linalg.norm(mean[:, 3:], axis=1, keepdims=True)
    return mean[:, :3], mean[:, 3:] / np.maximum(length, 1e-9), spacing


def _cells(points: NDArray, side: NDArray, spacing: float) -> NDArray:
    """One whole number (N) for each cell of `spacing` and side (N, 0..5)."""
    places = np.floor((points - points.min(axis=0)) / spacing).astype(np.int64)
    many = places.max(axis=0) + 1
    return ((places[:, 0] * many[1] + places[:, 1]) * many[2] + places[:, 2]) * 6 + side


def _lifted(points: NDArray, normals: NDArray, spacing: float, config: CloudConfig) -> NDArray:
    """Place and normal as one 6-vector whose distances are in spacings."""
    return np.column_stack([points / spacing, normals * config.normal_weight])


def _tree(points: NDArray, normals: NDArray, spacing: float, config: CloudConfig) -> cKDTree:
    return cKDTree(_lifted(points, normals, spacing, config))


def _project(points: NDArray, T_camera_tool: NDArray, K: NDArray) -> NDArray:
    camera = transform(T_camera_tool, points)
    image = camera @ K.T
    return image[:, :2] / image[:, 2:]


def _unhidden(points: NDArray, normals: NDArray, views: Views, view: int, places: NDArray, spacing: float) -> NDArray:
    """Points (N bool) that face the camera of `view` and lie, within half a spacing, where its depth says."""
    camera = transform(views.T_camera_tool[view], points)
    facing = np.sum(normals @ views.T_camera_tool[view][:3, :3].T * camera, axis=1) < 0
    height, width = views.mask[view].shape
    x, y = np.round(places).astype(int).T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    x, y = np.where(inside, x, 0), np.where(inside, y, 0)
    there = np.abs(camera[:, 2] - views.depth_m[view][y, x]) < spacing / 2
    return inside & facing & views.mask[view][y, x] & there


def _links(points: NDArray, normals: NDArray, spacing: float, config: CloudConfig) -> csr_matrix:
    count = min(config.neighbours + 1, len(points))
    near = _tree(points, normals, spacing, config).query(_lifted(points, normals, spacing, config), k=count)[1]
    near = near.reshape(len(points), count)
    start, end = np.repeat(np.arange(len(points)), count - 1), near[:, 1:].ravel()
    step = points[end] - points[start]
    bend = 1 - np.sum(normals[start] * normals[end], axis=1).clip(-1, 1)
    groove = np.sum((normals[end] - normals[start]) * step, axis=1) < 0
    length = np.linalg.norm(step, axis=1) / spacing
    length = (length + 0.1) * (1 + config.crease * bend * np.where(groove, config.concave, 1.0))
    links = csr_matrix((length, (start, end)), shape=(len(points), len(points)))
    return links.maximum(links.T)
