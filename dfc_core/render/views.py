"""Views for learning: tight square crops at random or around an orbit, and whole camera pictures on a table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dfc_core.assets.tool import Tool
from dfc_core.render.appearance import LookConfig, random_look
from dfc_core.render.picture import Picture, take_picture
from dfc_core.render.raycast import Scene, rest_on_table
from dfc_core.render.viewpoints import (
    CROP_MARGIN,
    camera_around,
    camera_towards,
    crop_camera,
    full_camera,
    orbit_directions,
)

CROP_SIZE = 224
ORBIT_DISTANCE = 3.0  # tool diameters
ORBIT_VIEWS = 30


def random_crop_view(
    rng: Generator, tool: Tool, size: int = CROP_SIZE, look: LookConfig | None = None, scene: Scene | None = None
) -> Picture:
    """A square crop of the tool from anywhere: mostly on a table, sometimes in the air; upright or rolled.

    A `Scene(tool)` given again for each view of the same tool saves building its search tree.
    """
    on_table = rng.random() < 0.8
    rest = tool.rest_rotations[rng.integers(len(tool.rest_rotations))] if on_table else _random_rotation(rng)
    table = rest_on_table(tool, rest)
    elevation = (np.radians(8), np.radians(80)) if on_table else (np.radians(-60), np.radians(85))
    roll = rng.uniform(-np.pi, np.pi) if rng.random() < 0.5 else rng.normal(0, 0.15)
    T_camera_tool = camera_around(rng, tool, table, elevation, roll, rng.uniform(1.8, 6.0))
    K = crop_camera(tool, T_camera_tool, size, CROP_MARGIN * rng.uniform(0.92, 1.25), rng.normal(0, 0.02, 2))
    scene = (scene or Scene(tool)).on(table if on_table else None)
    drawn = random_look(rng, tool, table.T_tool_table[:3, 2], look)
    return take_picture(scene, drawn, K, (size, size), T_camera_tool, rng)


def random_crop_views(
    rng: Generator, tool: Tool, count: int, size: int = CROP_SIZE, look: LookConfig | None = None
) -> Iterator[Picture]:
    """`count` of `random_crop_view`, one after the other, faster than as many single calls."""
    scene = Scene(tool)
    for _ in range(count):
        yield random_crop_view(rng, tool, size, look, scene)


def orbit_views(
    rng: Generator, tool: Tool, count: int = ORBIT_VIEWS, size: int = CROP_SIZE, look: LookConfig | None = None
) -> Iterator[Picture]:
    """Crops from fixed directions all around the tool (METHOD 2.1), upright as it rests, with nothing under it.

    Where the cameras stand does not depend on `rng`, which draws only how things look.
    """
    scene, table = Scene(tool), rest_on_table(tool, tool.rest_rotations[0])
    for direction in orbit_directions(count):
        T_camera_tool = camera_towards(tool, table, direction, ORBIT_DISTANCE)
        K = crop_camera(tool, T_camera_tool, size, CROP_MARGIN, np.zeros(2))
        drawn = random_look(rng, tool, table.T_tool_table[:3, 2], look)
        yield take_picture(scene, drawn, K, (size, size), T_camera_tool, rng)


def random_table_view(rng: Generator, tool: Tool, size: tuple[int, int] = (640, 480)) -> Picture:
    """What a robot's camera sees: the tool at rest on a table, the camera 25 to 65 degrees above, level."""
    table = rest_on_table(tool, tool.rest_rotations[0])
    elevation = (np.radians(25), np.radians(65))
    T_camera_tool = camera_around(rng, tool, table, elevation, rng.normal(0, 0.03), rng.uniform(2.2, 3.2))
    drawn = random_look(rng, tool, table.T_tool_table[:3, 2])
    return take_picture(Scene(tool, table), drawn, full_camera(size), size, T_camera_tool, rng)


def _random_rotation(rng: Generator) -> NDArray:
    return Rotation.random(random_state=int(rng.integers(2**31))).as_matrix()
