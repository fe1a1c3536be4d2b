"""Ray casting of a tool on a table with Open3D's Embree scene: no GL, no display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from dfc_core.assets.tool import Tool
from dfc_core.geometry import compose, invert, transform

TABLE_HALF = 1.0  # m


@dataclass(frozen=True)
class Table:
    """A square table top: T_tool_table puts its centre and its normal (+z) into the tool's frame."""

    T_tool_table: NDArray
    half: float = TABLE_HALF


@dataclass(frozen=True)
class Hits:
    """What each pixel's ray meets, H x W: all in the tool's frame.

    `depth_m` along the camera's z (0 = nothing); `tool` and `table` bool; `face` index into the tool's faces;
    `uv` H x W x 2 barycentric; `points`, `normals` H x W x 3, normals towards the camera.
    """

    depth_m: NDArray
    tool: NDArray
    table: NDArray
    face: NDArray
    uv: NDArray
    points: NDArray
    normals: NDArray


class Scene:
    """A tool and at most one table, ready to be looked at many times."""

    def __init__(self, tool: Tool, table: Table | None = None) -> None:
        self.table = table
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        self._add(tool.vertices, tool.faces)
        if table is not None:
            corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * table.half
            self._add(transform(table.T_tool_table, corners), np.array([[0, 1, 2], [0, 2, 3]]))

    def _add(self, vertices: NDArray, faces: NDArray) -> None:
        self._scene.add_triangles(_tensor(vertices, np.float32), _tensor(faces, np.uint32))

    def look(self, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray) -> Hits:
        """Cast one ray through each pixel centre of a `size` = (width, height) picture."""
        T_tool_camera = invert(T_camera_tool)
        directions_camera = pixel_rays(K, size)
        directions = directions_camera @ T_tool_camera[:3, :3].T
        origin = np.broadcast_to(T_tool_camera[:3, 3], directions.shape)
        rays = np.concatenate([origin, directions], axis=-1)
        answer = self._scene.cast_rays(_tensor(rays, np.float32), nthreads=1)
        depth = answer["t_hit"].numpy()  # the rays have z = 1 in the camera, so t is depth
        hit = np.isfinite(depth)
        geometry = answer["geometry_ids"].numpy()
        normals = answer["primitive_normals"].numpy()
        facing = np.sum(normals * directions, axis=-1, keepdims=True) > 0
        depth = np.where(hit, depth, 0).astype(np.float32)
        return Hits(
            depth,
            hit & (geometry == 0),
            hit & (geometry == 1),
            np.where(hit & (geometry == 0), answer["primitive_ids"].numpy(), 0).astype(np.int64),
            answer["primitive_uvs"].numpy(),
            (origin + depth[..., None] * directions).astype(np.float32),
            np.where(facing, -normals, normals),
        )

    def lit(self, points: NDArray, normals: NDArray, light: NDArray) -> NDArray:
        """Whether each point (... x 3) sees a light in direction `light` (unit 3)."""
        start = points + 2e-3 * normals
        rays = np.concatenate([start, np.broadcast_to(light, points.shape)], axis=-1)
        blocked = self._scene.test_occlusions(_tensor(rays, np.float32), tnear=1e-4, nthreads=1).numpy()
        return ~blocked


def _tensor(array: NDArray, kind: type) -> Any:
    return o3d.core.Tensor(np.ascontiguousarray(array, dtype=kind))  # type: ignore[call-overload]


def pixel_rays(K: NDArray, size: tuple[int, int]) -> NDArray:
    """Directions (H x W x 3, z = 1, camera frame) through pixel centres."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return np.stack([(x - K[0, 2]) / K[0, 0], (y - K[1, 2]) / K[1, 1], np.ones(x.shape)], axis=-1)


def rest_on_table(tool: Tool, rest: NDArray) -> Table:
    """The table on which the tool rests when turned by `rest` (3x3, R_table_tool)."""
    turned = tool.vertices @ rest.T
    centre = (turned.min(0) + turned.max(0)) / 2
    foot = np.array([centre[0], centre[1], turned[:, 2].min()])
    return Table(compose(rest.T, rest.T @ foot))
