"""Ray casting of tools on a table with Open3D's Embree scene: no GL, no display."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from dfc_core.assets.tool import Tool
from dfc_core.geometry import compose, invert, project, transform

TABLE_HALF = 1.0  # m
OFF_SURFACE = 2e-3  # m; shadow rays start this far from where they were asked, or a facet would shade itself


@dataclass(frozen=True)
class Table:
    """A square table top: T_tool_table puts its centre and its normal (+z) into the tool's frame."""

    T_tool_table: NDArray
    half: float = TABLE_HALF


@dataclass(frozen=True)
class Placed:
    """Another tool beside the target; `T_target_tool` (4x4, rigid) puts it into the target's frame."""

    tool: Tool
    T_target_tool: NDArray


@dataclass(frozen=True)
class Hits:
    """What each pixel's ray meets, H x W: all in the target tool's frame.

    `depth_m` along the camera's z (0 = nothing); `which` int16, index into the scene's tools (0 = the target), -1 = no
    tool; `table` bool; `face` index into that tool's faces; `uv` H x W x 2 barycentric; `points`, `normals` H x W x 3,
    normals towards the camera.
    """

    depth_m: NDArray
    which: NDArray
    table: NDArray
    face: NDArray
    uv: NDArray
    points: NDArray
    normals: NDArray

    @property
    def tool(self) -> NDArray:
        """Pixels of the target, H x W bool."""
        return self.which == 0


class Scene:
    """A tool, other tools and at most one table, ready to be looked at many times.

    The table is a plane met by formula, so that one scene's search tree serves every table (`on`).
    """

    def __init__(self, tool: Tool, table: Table | None = None, others: Sequence[Placed] = ()) -> None:
        self.table = table
        self.tools = (Placed(tool, np.eye(4)), *others)
        self._corners = []
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        for placed in self.tools:
            vertices = transform(placed.T_target_tool, placed.tool.vertices)
            self._corners.append(np.array(list(product(*zip(vertices.min(0), vertices.max(0), strict=True)))))
            self._scene.add_triangles(_tensor(vertices, np.float32), _tensor(placed.tool.faces, np.uint32))

    def on(self, table: Table | None) -> Scene:
        """The same tools on another table, without building the search tree again."""
        scene = copy(self)
        scene.table = table
        return scene

    def look(self, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray) -> Hits:
        """Cast one ray through each pixel centre of a `size` = (width, height) picture."""
        T_tool_camera = invert(T_camera_tool)
        directions = pixel_rays(K, size) @ T_tool_camera[:3, :3].T.astype(np.float32)
        eye = T_tool_camera[:3, 3].astype(np.float32)
        depth, which, face, uv, normals = self._cast(directions, eye, self._window(K, size, T_camera_tool))
        facing = np.einsum("hwi,hwi->hw", normals, directions) > 0
        normals[facing] *= -1
        table = np.zeros(depth.shape, dtype=bool)
        if self.table is not None:
            far = _meet_table(self.table, directions, eye)
            table = far < depth
            depth = np.minimum(far, depth)
            up = self.table.T_tool_table[:3, 2]
            normals[table] = up if up @ (eye - self.table.T_tool_table[:3, 3]) > 0 else -up
            which[table] = -1
        depth[np.isinf(depth)] = 0
        return Hits(depth, which, table, face, uv, eye + depth[..., None] * directions, normals)

    def _cast(
        self, directions: NDArray, eye: NDArray, window: tuple[slice, slice]
    ) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
        """Depth (inf = nothing), tool, face, barycentric place and normal per pixel; rays only inside `window`."""
        shape = directions.shape[:2]
        depth = np.full(shape, np.inf, dtype=np.float32)
        which, face = np.full(shape, -1, dtype=np.int16), np.zeros(shape, dtype=np.int64)
        uv, normals = np.zeros((*shape, 2), dtype=np.float32), np.zeros((*shape, 3), dtype=np.float32)
        inside = directions[window]
        if inside.size:
            rays = np.empty((*inside.shape[:2], 6), dtype=np.float32)
            rays[..., :3], rays[..., 3:] = eye, inside
            answer = self._scene.cast_rays(_tensor(rays, np.float32), nthreads=1)
            depth[window] = answer["t_hit"].numpy()  # the rays have z = 1 in the camera, so t is depth
            hit = np.isfinite(depth[window])
            which[window] = np.where(hit, answer["geometry_ids"].numpy().astype(np.int64), -1)
            face[window] = np.where(hit, answer["primitive_ids"].numpy(), 0)
            uv[window], normals[window] = answer["primitive_uvs"].numpy(), answer["primitive_normals"].numpy()
        return depth, which, face, uv, normals

    def _window(self, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray) -> tuple[slice, slice]:
        """Rows and columns outside which no tool can be."""
        corners = transform(T_camera_tool, np.concatenate(self._corners))
        if corners[:, 2].min() < 1e-3:  # beside or behind the camera
            return slice(0, size[1]), slice(0, size[0])
        pixels = project(corners, K)
        low = np.clip(np.floor(pixels.min(0)) - 1, 0, size).astype(int)
        high = np.clip(np.ceil(pixels.max(0)) + 2, 0, size).astype(int)
        return slice(low[1], high[1]), slice(low[0], high[0])

    def lit(self, points: NDArray, normals: NDArray, light: NDArray) -> NDArray:
        """Whether each point (... x 3) sees a light in direction `light` (unit 3, or ... x 3)."""
        rays = np.empty((*points.shape[:-1], 6), dtype=np.float32)
        np.add(points, OFF_SURFACE * normals, out=rays[..., :3], casting="same_kind")
        rays[..., 3:] = light
        seen = ~self._scene.test_occlusions(_tensor(rays, np.float32), tnear=1e-4, nthreads=1).numpy()
        if self.table is not None and np.min(light @ self.table.T_tool_table[:3, 2].astype(np.float32), initial=0) < 0:
            seen &= np.isinf(_meet_table(self.table, rays[..., 3:], rays[..., :3]))
        return seen

    def maybe_shaded(self, points: NDArray, light: NDArray, radius: float) -> NDArray:
        """Which of `points` (N x 3) a tool could hide from a light in direction `light` that spans `radius` rad.

        Indices into `points`: those that lie, seen along the light, within a tool's box; all when the light lies below
        the table's plane.
        """
        if self.table is not None and light @ self.table.T_tool_table[:3, 2] < 2 * radius:
            return np.arange(len(points))
        across = np.linalg.svd(light[None])[2][1:]  # 2 x 3, orthogonal to the light
        flat, height = across.astype(np.float32) @ points.T, light.astype(np.float32) @ points.T
        near = np.zeros(len(points), dtype=bool)
        for corners in self._corners:
            box = across @ corners.T
            middle, half = (box.max(1) + box.min(1)) / 2, np.ptp(box, axis=1) / 2 + OFF_SURFACE
            room = np.float32(radius) * (np.float32((corners @ light).max() + OFF_SURFACE) - height)
            inside = room >= 0
            for axis in range(2):
                inside &= np.abs(flat[axis] - np.float32(middle[axis])) - np.float32(half[axis]) < room
            near |= inside
        return np.flatnonzero(near)


def _meet_table(table: Table, directions: NDArray, start: NDArray) -> NDArray:
    """How far along `directions` (... x 3) from `start` (3 or ... x 3) the table lies; inf where it is not met."""
    axes = table.T_tool_table[:3, :3].astype(np.float32)
    along, place = directions @ axes, (start - table.T_tool_table[:3, 3].astype(np.float32)) @ axes
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = -place[..., 2] / along[..., 2]
        x, y = place[..., 0] + distance * along[..., 0], place[..., 1] + distance * along[..., 1]
        met = (distance > 1e-4) & (np.abs(x) < table.half) & (np.abs(y) < table.half)
    return np.where(met, distance, np.float32(np.inf))


def _tensor(array: NDArray, kind: type) -> Any:
    """An Open3D view of an array; no copy where the kind is right."""
    return o3d.core.Tensor.from_numpy(np.ascontiguousarray(array, dtype=kind))


def pixel_rays(K: NDArray, size: tuple[int, int]) -> NDArray:
    """Directions (H x W x 3 float32, z = 1, camera frame) through pixel centres."""
    rays = np.ones((size[1], size[0], 3), dtype=np.float32)
    rays[..., 0] = (np.arange(size[0]) - K[0, 2]) / K[0, 0]
    rays[..., 1] = ((np.arange(size[1]) - K[1, 2]) / K[1, 1])[:, None]
    return rays


def rest_on_table(tool: Tool, rest: NDArray) -> Table:
    """The table on which the tool rests when turned by `rest` (3x3, R_table_tool)."""
    turned = tool.vertices @ rest.T
    centre = (turned.min(0) + turned.max(0)) / 2
    foot = np.array([centre[0], centre[1], turned[:, 2].min()])
    return Table(compose(rest.T, rest.T @ foot))
