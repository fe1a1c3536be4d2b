"""Where the camera stands."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.tool import Tool
from dfc_core.geometry import invert, look_at, transform
from dfc_core.render.raycast import Table

CROP_MARGIN = 1.2  # METHOD: the square crop is 1.2 times the object's longest side


def camera_around(
    rng: Generator, tool: Tool, table: Table, elevation: tuple[float, float], roll: float, distance: float
) -> NDArray:
    """T_camera_tool of a camera that looks at the tool's middle from `elevation` (rad range) above the table.

    `distance` in tool diameters; `roll` rad in plane.
    """
    T_table_tool = invert(table.T_tool_table)
    points = transform(T_table_tool, tool.vertices)
    middle = (points.min(0) + points.max(0)) / 2
    azimuth, height = rng.uniform(0, 2 * np.pi), rng.uniform(*elevation)
    direction = np.array([np.cos(height) * np.cos(azimuth), np.cos(height) * np.sin(azimuth), np.sin(height)])
    T_table_camera = look_at(middle + distance * tool.diameter * direction, middle, np.array([0.0, 0.0, 1.0]), roll)
    return invert(T_table_camera) @ T_table_tool


def crop_camera(tool: Tool, T_camera_tool: NDArray, size: int, margin: float, shift: NDArray) -> NDArray:
    """K of a square picture whose frame is `margin` times the tool's longest side, off centre by `shift` (2, share)."""
    points = transform(T_camera_tool, tool.vertices)
    normalised = points[:, :2] / points[:, 2:]
    low, high = normalised.min(0), normalised.max(0)
    side = float((high - low).max()) * margin
    centre = (low + high) / 2 + shift * side
    focal = size / side
    middle = (size - 1) / 2
    return np.array([[focal, 0, middle - focal * centre[0]], [0, focal, middle - focal * centre[1]], [0, 0, 1.0]])
