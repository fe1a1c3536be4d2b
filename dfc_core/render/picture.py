"""One rendered picture of a tool with everything that is known about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.frames import Frame
from dfc_core.geometry import invert, transform, unproject
from dfc_core.render.appearance import Finish, Look, shade, tool_albedo
from dfc_core.render.background import random_background
from dfc_core.render.camera import expose
from dfc_core.render.materials import paint
from dfc_core.render.raycast import Hits, Scene
from dfc_core.render.shadows import arriving

GREY = np.full(3, 1 / 3, dtype=np.float32)


@dataclass(frozen=True)
class Picture:
    """A rendered view, H x W: `rgb` uint8, exact `depth_m` (0 = nothing), `mask` of the tool, `parts` int16 (-1 = no
    tool), camera `K` 3x3 and `T_camera_tool` 4x4. Behind other things, mask and parts are what is seen."""

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


@dataclass(frozen=True)
class Rendering:
    """A picture, what its rays met, and what a depth camera minds: `gloss` (0..1, how much of the light is mirrored)
    and `albedo` (mean reflectance), H x W float32, 0 where nothing is."""

    picture: Picture
    hits: Hits
    gloss: NDArray
    albedo: NDArray

    @property
    def normals_camera(self) -> NDArray:
        """Unit normals in the camera's frame, H x W x 3 float32; 0 where nothing is."""
        return self.hits.normals @ self.picture.T_camera_tool[:3, :3].T.astype(np.float32)


def take_picture(
    scene: Scene, look: Look, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray, rng: Generator
) -> Picture:
    """Render the first tool of `scene` with `look` from a camera; `rng` draws the background and the camera's own
    faults."""
    return render(scene, look, K, size, T_camera_tool, rng).picture


def take_labels(scene: Scene, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray) -> Picture:
    """Depth and part labels as `take_picture` gives them, at a small part of its cost: without colour (1 x 1 x 3)."""
    hits = scene.look(K, size, T_camera_tool)
    return Picture(np.zeros((1, 1, 3), np.uint8), hits.depth_m, hits.tool, _parts(scene, hits), K, T_camera_tool)


def _parts(scene: Scene, hits: Hits) -> NDArray:
    return np.where(hits.tool, scene.tools[0].tool.face_parts[np.where(hits.tool, hits.face, 0)], -1).astype(np.int16)


def render(
    scene: Scene, look: Look, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray, rng: Generator
) -> Rendering:
    """As `take_picture`, with what else the rays tell."""
    hits = scene.look(K, size, T_camera_tool)
    shape = hits.depth_m.shape
    color = np.zeros((*shape, 3), dtype=np.float32)
    empty = hits.depth_m == 0
    if empty.any():
        color[empty] = random_background(rng, size, look.background)[empty]
    gloss, reflectance = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    eye = invert(T_camera_tool)[:3, 3].astype(np.float32)
    for surface in _surfaces(hits, scene, look):
        views = eye - surface.points
        views /= np.sqrt(np.einsum("ni,ni->n", views, views))[:, None]
        lit = arriving(
            scene, surface.points, surface.normals, surface.pixels, shape, look.lights, look.radius, look.shadow_depth
        )
        shaded = shade(surface.albedo, surface.normals, views, lit, look, surface.finish)
        color.reshape(-1, 3)[surface.pixels] = shaded
        gloss.ravel()[surface.pixels] = np.minimum(surface.finish.mirror + 0.5 * surface.finish.specular, 1)
        reflectance.ravel()[surface.pixels] = surface.albedo @ GREY
    rgb = expose(color, rng, look.camera)
    picture = Picture(rgb, hits.depth_m, hits.tool, _parts(scene, hits), K, T_camera_tool)
    return Rendering(picture, hits, gloss, reflectance)


@dataclass(frozen=True)
class _Surface:
    """The pixels (N flat indices) that show one tool or the table, with points, normals (one if flat) and paint."""

    pixels: NDArray
    points: NDArray
    normals: NDArray
    albedo: NDArray
    finish: Finish


def _surfaces(hits: Hits, scene: Scene, look: Look) -> Iterator[_Surface]:
    points, normals = hits.points.reshape(-1, 3), hits.normals.reshape(-1, 3)
    for number, (placed, dress) in enumerate(zip(scene.tools, look.tools, strict=True)):
        pixels = np.flatnonzero(hits.which == number)
        if not len(pixels):
            continue
        tool, face = placed.tool, hits.face.ravel()[pixels]
        T_own_target = invert(placed.T_target_tool).astype(np.float32)
        here, turned = points[pixels], normals[pixels]
        albedo = tool_albedo(
            tool, dress, face, hits.uv.reshape(-1, 2)[pixels], transform(T_own_target, here),
            turned @ T_own_target[:3, :3].T,
        )  # fmt: skip
        yield _Surface(pixels, here, turned, albedo, Finish.of(dress.parts, np.maximum(tool.face_parts[face], 0)))
    pixels = np.flatnonzero(hits.table)
    if scene.table is not None and len(pixels):
        here, turned = points[pixels], normals[pixels[:1]]
        T_table_tool = invert(scene.table.T_tool_table).astype(np.float32)
        albedo = paint(look.table, transform(T_table_tool, here), turned @ T_table_tool[:3, :3].T)
        yield _Surface(pixels, here, turned, albedo, Finish.of([look.table], np.zeros(1, dtype=int)))
