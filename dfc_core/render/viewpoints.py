"""Where the camera stands."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.tool import Tool
from dfc_core.geometry import invert, look_at, transform
from dfc_core.render.raycast import Table

CROP_MARGIN = 1.2  # METHOD: the square crop is 1.2 times the object's longest side
ORBIT_ELEVATIONS = tuple(np.radians((-40.0, -10.0, 20.0, 45.0, 70.0)))
GOLDEN_TURN = np.pi * (3 - np.sqrt(5))


def direction_of(azimuth: float, elevation: float) -> NDArray:
    """Unit vector (3) towards a camera at `azimuth`, `elevation` (rad) in a frame whose z points up."""
    return np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])


def random_direction(rng: Generator, elevation: tuple[float, float]) -> NDArray:
    """Any azimuth, `elevation` uniform in a range (rad)."""
    azimuth = rng.uniform(0, 2 * np.pi)
    return direction_of(azimuth, rng.uniform(*elevation))


def orbit_directions(count: int = 30) -> NDArray:
    """`count` x 3 unit vectors spread over the sphere between `ORBIT_ELEVATIONS`, the same at every call.

    Each elevation gets its share by the length of its circle, evenly over azimuth, turned against the one below.
    """
    share = np.cos(ORBIT_ELEVATIONS) / np.sum(np.cos(ORBIT_ELEVATIONS)) * count
    numbers = np.floor(share).astype(int)
    numbers[np.argsort(numbers - share, kind="stable")[: count - numbers.sum()]] += 1
    return np.array(
        [
            direction_of(ring * GOLDEN_TURN + 2 * np.pi * step / number, elevation)
            for ring, (elevation, number) in enumerate(zip(ORBIT_ELEVATIONS, numbers, strict=True))
            for step in range(number)
        ]
    ).reshape(-1, 3)


def middle_of(tool: Tool, table: Table) -> NDArray:
    """The middle (3, m, tool frame) of the tool's box along the table's axes: what cameras aim at."""
    points = transform(invert(table.T_tool_table), tool.vertices)
    return transform(table.T_tool_table, (points.min(0) + points.max(0)) / 2)


def camera_towards(tool: Tool, table: Table, direction: NDArray, distance: float, roll: float = 0.0) -> NDArray:
    """T_camera_tool of a camera `distance` tool diameters from the tool's middle along `direction` (unit 3, table
    frame), turned by `roll` (rad) in plane; at roll 0 the table's normal points up in the picture."""
    T_table_tool = invert(table.T_tool_table)
    middle = transform(T_table_tool, middle_of(tool, table))
    eye = middle + distance * tool.diameter * direction
    return invert(look_at(eye, middle, np.array([0.0, 0.0, 1.0]), roll)) @ T_table_tool


def camera_around(
    rng: Generator, tool: Tool, table: Table, elevation: tuple[float, float], roll: float, distance: float
) -> NDArray:
    """T_camera_tool of a camera that looks at the tool's middle from `elevation` (rad range) above the table.

    `distance` in tool diameters; `roll` rad in plane.
    """
    return camera_towards(tool, table, random_direction(rng, elevation), distance, roll)


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


def full_camera(size: tuple[int, int]) -> NDArray:
    """K of a whole picture, 55 degrees across."""
    focal = 0.96 * size[0]
    return np.array([[focal, 0, (size[0] - 1) / 2], [0, focal, (size[1] - 1) / 2], [0, 0, 1.0]])
