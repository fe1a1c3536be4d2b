"""Views asked for in detail, for benchmarks: crops and whole camera pictures, cluttered, occluded, sensed, rolled.

view = crop_view(rng, tool, Shot(direction, roll=0.7, occluders=(mug,), hidden=(0.2, 0.5), sensor=SensorConfig()))
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.tool import Tool
from dfc_core.errors import bad_input
from dfc_core.frames import Frame
from dfc_core.render.appearance import LookConfig, random_look
from dfc_core.render.clutter import ClutterConfig, hide, keep_in_sight, strew
from dfc_core.render.picture import Picture, render, take_labels
from dfc_core.render.raycast import Placed, Scene, rest_on_table
from dfc_core.render.sensor import SensorConfig, sense_depth
from dfc_core.render.viewpoints import CROP_MARGIN, camera_towards, crop_camera, full_camera
from dfc_core.render.views import CROP_SIZE

ON_TABLE = (float(np.radians(8)), float(np.radians(80)))  # elevations from which a tool on a table is seen


@dataclass(frozen=True)
class Shot:
    """What to take a picture of, and from where.

    The camera stands along `direction` (unit 3, in the table's frame, z up), `distance` tool diameters from the middle
    of the tool in its `rest`-th rest position, turned by `roll` (rad) in plane. `others` are strewn around the tool,
    `occluders` put in front of it so that a share within `hidden` is out of sight, or as near to it as can be; what is
    strewn never hides more than the upper bound. `sensor` None: exact depth.
    """

    direction: NDArray
    roll: float = 0.0
    distance: float = 3.0
    rest: int = 0
    on_table: bool = True
    others: tuple[Tool, ...] = ()
    occluders: tuple[Tool, ...] = ()
    hidden: tuple[float, float] = (0.1, 0.5)
    sensor: SensorConfig | None = None
    look: LookConfig = field(default_factory=LookConfig)
    clutter: ClutterConfig = field(default_factory=ClutterConfig)

    def __post_init__(self) -> None:
        if not self.on_table and (self.others or self.occluders):
            raise bad_input("other tools need a table to stand on; ask for a table, or for no other tools")
        if self.on_table and self.direction[2] <= 0:
            direction = np.round(self.direction, 2).tolist()
            raise bad_input(f"direction {direction} looks from below the table; its z must be above 0")


@dataclass(frozen=True)
class SceneView:
    """A view of a target among other things.

    `picture` tells of the target what is visible; its `depth_m` is exact. `sensed_depth_m` H x W is a depth camera's,
    or the exact one when no sensor was asked for. `whole` H x W bool is the target's mask as if it stood alone and
    `hidden` the share of it out of sight. `others` O x H x W bool are the other tools' visible masks. `T_camera_table`
    puts the table's centre and normal (+z) into the camera's frame; None without a table.
    """

    picture: Picture
    sensed_depth_m: NDArray
    whole: NDArray
    hidden: float
    others: NDArray
    T_camera_table: NDArray | None

    def to_frame(self, name: str, *, with_mask: bool = True) -> Frame:
        """As a camera would have given it, with its own depth."""
        return replace(self.picture.to_frame(name, with_mask=with_mask), depth_m=self.sensed_depth_m)


def crop_view(rng: Generator, tool: Tool, shot: Shot, size: int = CROP_SIZE) -> SceneView:
    """A square crop around the tool, 1.2 times its longest side (METHOD), with what is around it."""
    T_camera_tool, scene, up = _arrange(rng, tool, shot)
    K = crop_camera(tool, T_camera_tool, size, CROP_MARGIN, np.zeros(2))
    return _take(rng, scene, shot, up, K, (size, size), T_camera_tool)


def camera_view(rng: Generator, tool: Tool, shot: Shot, size: tuple[int, int] = (640, 480)) -> SceneView:
    """A whole picture (width, height) of a robot's camera that looks at the tool."""
    T_camera_tool, scene, up = _arrange(rng, tool, shot)
    return _take(rng, scene, shot, up, full_camera(size), size, T_camera_tool)


def draft(scene: Scene, shot: Shot, size: int, margin: float = CROP_MARGIN) -> Picture:
    """The part labels and depth that the shot's camera sees in a crop of the only tool of `scene`, without colour."""
    tool = scene.tools[0].tool
    table = rest_on_table(tool, tool.rest_rotations[shot.rest])
    T_camera_tool = camera_towards(tool, table, shot.direction, shot.distance, shot.roll)
    K = crop_camera(tool, T_camera_tool, size, margin, np.zeros(2))
    return take_labels(scene, K, (size, size), T_camera_tool)


def _arrange(rng: Generator, tool: Tool, shot: Shot) -> tuple[NDArray, Scene, NDArray]:
    """T_camera_tool, the scene, and where up is in the tool's frame."""
    table = rest_on_table(tool, tool.rest_rotations[shot.rest % len(tool.rest_rotations)])
    up = table.T_tool_table[:3, 2]
    T_camera_tool = camera_towards(tool, table, shot.direction, shot.distance, shot.roll)
    if not shot.on_table:
        return T_camera_tool, Scene(tool), up
    placed: tuple[Placed, ...] = ()
    if shot.occluders:
        placed = hide(rng, tool, table, shot.direction, shot.occluders, shot.hidden, shot.distance, shot.clutter)
    strewn = strew(rng, tool, table, shot.others, placed, shot.clutter)
    placed = keep_in_sight(tool, placed, strewn, T_camera_tool, shot.hidden[1])
    return T_camera_tool, Scene(tool, table, placed), up


def _take(
    rng: Generator, scene: Scene, shot: Shot, up: NDArray, K: NDArray, size: tuple[int, int], T_camera_tool: NDArray
) -> SceneView:
    tool, others = scene.tools[0].tool, [placed.tool for placed in scene.tools[1:]]
    look = random_look(rng, tool, up, shot.look, others)
    rendering = render(scene, look, K, size, T_camera_tool, rng)
    picture, hits = rendering.picture, rendering.hits
    depth = picture.depth_m
    if shot.sensor is not None:
        depth = sense_depth(
            depth, K, rng, shot.sensor,
            normals_camera=rendering.normals_camera, gloss=rendering.gloss, albedo=rendering.albedo,
        )  # fmt: skip
    whole = Scene(tool).look(K, size, T_camera_tool).tool if others else picture.mask
    masks = [hits.which == number for number in range(1, len(scene.tools))]
    return SceneView(
        picture,
        depth,
        whole,
        1 - float(picture.mask.sum()) / max(int(whole.sum()), 1),
        np.stack(masks) if masks else np.zeros((0, *depth.shape), dtype=bool),
        None if scene.table is None else T_camera_tool @ scene.table.T_tool_table,
    )
