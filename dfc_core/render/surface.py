"""A tool's surface, or that of some of its parts, as something to ask: what is nearest, what does a ray meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import open3d as o3d
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.tool import Tool


class Surface:
    """Faces of a tool (`parts` by number, None = all), in the tool's frame, metres."""

    def __init__(self, tool: Tool, parts: Sequence[int] | None = None) -> None:
        faces = tool.faces if parts is None else tool.faces[np.isin(tool.face_parts, list(parts))]
        self.triangles = tool.vertices[faces]  # F x 3 x 3
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        self._scene.add_triangles(
            o3d.core.Tensor.from_numpy(np.ascontiguousarray(tool.vertices, np.float32)),
            o3d.core.Tensor.from_numpy(np.ascontiguousarray(faces, np.uint32)),
        )

    def nearest(self, points: NDArray) -> NDArray:
        """The surface's nearest points (N x 3) to `points` (N x 3)."""
        asked = o3d.core.Tensor.from_numpy(np.ascontiguousarray(points, np.float32))
        return self._scene.compute_closest_points(asked, nthreads=1)["points"].numpy().astype(np.float64)

    def cast(self, starts: NDArray, directions: NDArray) -> tuple[NDArray, NDArray]:
        """How far (N, m, inf = never) unit `directions` (N x 3) from `starts` (N x 3) go to the surface, and its
        normals there (N x 3, outwards)."""
        rays = np.concatenate([starts, np.broadcast_to(directions, starts.shape)], axis=1).astype(np.float32)
        answer = self._scene.cast_rays(o3d.core.Tensor.from_numpy(rays), nthreads=1)
        return answer["t_hit"].numpy().astype(np.float64), answer["primitive_normals"].numpy().astype(np.float64)

    def sample(self, rng: Generator, count: int) -> NDArray:
        """`count` points (N x 3) spread over the surface by area."""
        sides = self.triangles[:, 1:] - self.triangles[:, :1]
        area = np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1)
        face = rng.choice(len(area), count, p=area / area.sum())
        u, v = rng.random((2, count, 1))
        u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
        return self.triangles[face, 0] + u * sides[face, 0] + v * sides[face, 1]
