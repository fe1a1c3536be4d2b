"""One rendered picture of a tool with everything that is known about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.assets.tool import Tool
from dfc_core.frames import Frame
from dfc_core.geometry import invert, transform, unproject
from dfc_core.render.appearance import Look, Material, paint, shade, tool_albedo
from dfc_core.render.raycast import Hits, Scene, pixel_rays


@dataclass(frozen=True)
class Picture:
    """A rendered view, H x W: `rgb` uint8, exact `depth_m` (0 = nothing), `mask` of the tool, `parts` int16 (-1 = no
    tool), camera `K` 3x3 and `T_camera_tool` 4x4."""

    rgb: NDArray
    depth_m: NDArray
    mask: NDArray
    parts: NDArray
    K: NDArray
    T_camera_tool: NDArray

    def points_tool(self, pixels: NDArray) -> NDArray:
        """Surface points (N x 3, m, tool frame) seen at integer `pixels` (N x 2: x, y)."""
        depth = self.depth_m[pixels[:, 1], pixels[:, 0]]
        return transform(invert(self.T_camera_tool), unproject(pixels, depth, self.K))

    def to_frame(self, name: str, *, with_mask: bool = True) -> Frame:
        """As a camera would have given it."""
        return Frame(self.rgb, self.K, self.depth_m, self.mask if with_mask else None, name=name)


def take_picture(
    tool: Tool, scene: Scene, look: Look, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray, rng: Generator
) -> Picture:
    """Render `tool` in `scene` with `look` from a camera; `rng` draws lens blur, exposure and sensor noise."""
    hits = scene.look(K, size, T_camera_tool)
    eye = invert(T_camera_tool)[:3, 3]
    color = _background(look, K, size, T_camera_tool)
    for region, albedo, materials in _surfaces(tool, hits, scene, look):
        points, normals = hits.points[region], hits.normals[region]
        views = eye - points
        views /= np.linalg.norm(views, axis=1, keepdims=True)
        lit = np.stack([_lit(scene, points, normals, light) for light in look.lights], axis=1)
        which = np.maximum(tool.face_parts[hits.face[region]], 0) if len(materials) > 1 else np.zeros(len(points), int)
        color[region] = shade(albedo, normals, views, lit, look, materials, which)
    parts = np.where(hits.tool, tool.face_parts[hits.face], -1).astype(np.int16)
    return Picture(_expose(color, rng), hits.depth_m, hits.tool, parts, K, T_camera_tool)


def _surfaces(tool: Tool, hits: Hits, scene: Scene, look: Look) -> Iterator[tuple[NDArray, NDArray, list[Material]]]:
    """(pixels, albedo, materials) of the tool and of the table."""
    if hits.tool.any():
        yield hits.tool, tool_albedo(tool, hits, look), list(look.parts)
    if scene.table is not None and hits.table.any():
        points_table = transform(invert(scene.table.T_tool_table), hits.points[hits.table])
        yield hits.table, paint(look.table, points_table), [look.table]


def _lit(scene: Scene, points: NDArray, normals: NDArray, light: NDArray) -> NDArray:
    towards = normals @ light > 0
    return towards * (0.15 + 0.85 * scene.lit(points, normals, light))


def _background(look: Look, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray) -> NDArray:
    """A far wall, painted by direction."""
    directions = pixel_rays(K, size)[::2, ::2].reshape(-1, 3) @ T_camera_tool[:3, :3]
    wall = paint(look.background, 2 * directions / np.linalg.norm(directions, axis=1, keepdims=True))
    half = wall.reshape((size[1] + 1) // 2, (size[0] + 1) // 2, 3) * (look.ambient + 0.3)
    return np.repeat(np.repeat(half, 2, 0), 2, 1)[: size[1], : size[0]]


def _expose(color: NDArray, rng: Generator) -> NDArray:
    """Camera: exposure and white balance, gamma, blur, noise, 8 bits."""
    color = color * rng.uniform(0.8, 1.35) * rng.uniform(0.9, 1.1, 3)
    image = np.clip(color, 0, 1) ** (1 / 2.2)
    blur = rng.uniform(0.3, 0.9)
    image = ndimage.gaussian_filter(image, (blur, blur, 0))
    noise = rng.normal(size=image.shape).astype(np.float32) * rng.uniform(0.002, 0.03)
    return (np.clip(image + noise, 0, 1) * 255 + 0.5).astype(np.uint8)
