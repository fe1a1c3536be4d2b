"""How a parallel gripper would hold a tool by the right part: the grasp that a demonstration shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.tool import Tool
from dfc_core.demonstrations import Grasp
from dfc_core.geometry import invert, quaternion_xyzw, transform
from dfc_core.render.surface import Surface


@dataclass(frozen=True)
class ShownGraspConfig:
    """The gripper that demonstrates, and how carefully it chooses; metres."""

    maximum_width: float = 0.085
    clearance: float = 0.01  # between both fingers and the tool together
    friction: float = 0.5
    tries: int = 60
    angles: int = 12
    above_table: float = 0.003  # height of the grasp's middle
    finger_length: float = 0.04  # nothing of the tool is above the finger tips for so far


def show_grasp(
    rng: Generator,
    tool: Tool,
    points_camera: NDArray,
    T_camera_tool: NDArray,
    T_camera_table: NDArray,
    config: ShownGraspConfig = ShownGraspConfig(),
) -> tuple[int, Grasp] | None:
    """A grasp from straight above through the part to hold (its seen points, N x 3), and the number of such a point.

    The fingers close level, antipodal within the friction cone; of the grasps found the one nearest to the part's
    middle. None when the gripper spans the tool at none of the points tried.
    """
    if not len(points_camera):
        return None
    surface, T_tool_camera = Surface(tool), invert(T_camera_tool)
    T_tool_table = T_tool_camera @ T_camera_table
    chosen = rng.permutation(len(points_camera))[: config.tries]
    away = np.linalg.norm(points_camera[chosen] - np.median(points_camera, axis=0), axis=1)
    chosen = chosen[np.argsort(away, kind="stable")]
    points = transform(T_tool_camera, points_camera[chosen])
    middles = _beneath(surface, points, T_tool_camera[:3, 3])
    angles = np.arange(config.angles) * np.pi / config.angles
    closing = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1) @ T_tool_table[:3, :3].T
    starts, along = np.repeat(middles, len(closing), axis=0), np.tile(closing, (len(middles), 1))
    good, reaches = _spanned(surface, starts, along, T_tool_table, config)
    if not good.any():
        return None
    seed = int(np.argmax(good)) // len(closing)
    spans = np.where(good, reaches.sum(axis=0), np.inf).reshape(-1, len(closing))[seed]
    first = seed * len(closing) + int(np.argmin(spans))
    ends = starts[first] + np.array([[-1.0], [1.0]]) * reaches[:, first][:, None] * along[first]
    approach, axis = -T_camera_table[:3, 2], T_camera_tool[:3, :3] @ along[first]
    rotation = np.stack([axis, np.cross(approach, axis), approach], axis=1)
    width = float(reaches[:, first].sum()) + config.clearance
    position = transform(T_camera_tool, ends.mean(axis=0)[None])[0]
    return int(chosen[seed]), Grasp(position, quaternion_xyzw(rotation), width)


def _beneath(surface: Surface, points: NDArray, eye: NDArray) -> NDArray:
    """Points (N x 3) half way through the tool beneath seen surface points, along the surface's normal."""
    rays = (points - eye) / np.linalg.norm(points - eye, axis=1, keepdims=True)
    distance, normals = surface.cast(np.broadcast_to(eye, points.shape), rays)
    here = eye + np.where(np.isfinite(distance), distance, 0)[:, None] * rays
    inwards = -normals * np.sign(-np.einsum("ni,ni->n", normals, rays))[:, None]
    through, _ = surface.cast(here + 1e-5 * inwards, inwards)
    return here + np.where(np.isfinite(through), through / 2, 0)[:, None] * inwards


def _spanned(
    surface: Surface, starts: NDArray, along: NDArray, T_tool_table: NDArray, config: ShownGraspConfig
) -> tuple[NDArray, NDArray]:
    """Which lines through `starts` a gripper can close along (N bool), and how far the surface is both ways (2 x N)."""
    up = T_tool_table[:3, 2]
    good = (starts - T_tool_table[:3, 3]) @ up > config.above_table
    reaches = []
    for sign in (-1.0, 1.0):
        distance, normals = surface.cast(starts, sign * along)
        distance = np.where(np.isfinite(distance), distance, np.inf)
        in_cone = np.einsum("ni,ni->n", normals, sign * along) >= np.cos(np.arctan(config.friction))
        tips = starts + (np.where(np.isfinite(distance), distance, 0) + config.clearance / 2)[:, None] * sign * along
        above, _ = surface.cast(tips, up)
        good = good & in_cone & (above > config.finger_length)
        reaches.append(distance)
    width = reaches[0] + reaches[1]
    return good & (width > 1e-3) & (width + config.clearance <= config.maximum_width), np.stack(reaches)
