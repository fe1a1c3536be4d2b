"""Where the cameras of a transfer scene stand: the demonstrated tool, and the target among other things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.assets.families import make_tool
from dfc_core.assets.part_frames import PartFrame, role_frames
from dfc_core.assets.tool import Tool
from dfc_core.dataset.shown_grasp import ShownGraspConfig, show_grasp
from dfc_core.dataset.true_pairs import SeenPart, see_part
from dfc_core.demonstrations import Grasp
from dfc_core.geometry import compose, invert, transform, unproject
from dfc_core.render.picture import Picture, take_labels
from dfc_core.render.raycast import Scene
from dfc_core.render.scene_views import SceneView, Shot, camera_view, draft
from dfc_core.render.sensor import SensorConfig
from dfc_core.render.viewpoints import random_direction

STRANGERS = 400_000  # seeds of what lies around the target
DRAFT_PX = 96  # side of the pictures in which views are sought
DRAFTS = 20  # views that are sought through
INSIDE_PX = 2  # contacts are shown at least so far inside the mask


@dataclass(frozen=True)
class ViewConfig:
    """How transfer scenes are seen; shares of 1, metres, radians."""

    size: tuple[int, int] = (640, 480)
    elevation: tuple[float, float] = (float(np.radians(20)), float(np.radians(75)))
    distance_m: tuple[float, float] = (0.35, 0.7)  # of the camera, but at least `least_diameters` of the tool
    least_diameters: float = 1.9
    roll: float = 0.15  # sigma
    others: int = 3  # at most so many are strewn around the target
    occluded: float = 0.4  # share of the targets with something in front
    hidden: tuple[float, float] = (0.1, 0.4)  # share of the tool that it hides
    part_seen: float = 0.5  # a functional part is visible from this share of its outline on
    part_hidden: float = 0.15  # and hidden up to this one
    sensor: SensorConfig = field(default_factory=SensorConfig)
    grasp: ShownGraspConfig = field(default_factory=ShownGraspConfig)


@dataclass(frozen=True)
class Shown:
    """A demonstrated tool as its camera sees it: the functional part in one of its frames, the `hold` part in the frame
    `T_camera_hold`, which is turned as that one is; a grasp and the pixel (2: x, y) of the held part it touches."""

    tool: Tool
    view: SceneView
    part: SeenPart
    hold: PartFrame
    T_camera_hold: NDArray
    grasp: Grasp | None
    grasp_pixel: NDArray

    @property
    def contact_pixels(self) -> NDArray:
        """Pixels (N x 2) of the functional part where a contact can be shown: well inside, with depth."""
        x, y = self.part.pixels.T
        return self.part.pixels[_firm(self.view)[y, x]]


def turned_like(frame: NDArray, hold: PartFrame) -> NDArray:
    """The held part's frame (4x4) turned as a functional `frame` (4x4) of the same tool is."""
    return compose(frame[:3, :3], hold.frames[0][:3, 3])


def demonstrate(rng: Generator, tool: Tool, function: str, config: ViewConfig) -> Shown | None:
    """The tool alone on a table, seen so that both parts show, with a grasp; None when no view drafted shows them."""
    part, hold = role_frames(tool, function)
    for _ in range(DRAFTS):
        shot = _random_shot(rng, tool, config)
        draft = _draft(tool, shot)
        if min(_share(tool, draft, part), _share(tool, draft, hold)) >= config.part_seen:
            break
    else:
        return None
    view = camera_view(rng, tool, shot, config.size)
    picture = view.picture
    held = np.argwhere(hold.shown(picture.parts) & _firm(view))[:, ::-1]
    if not len(held) or not part.shown(picture.parts).any():
        return None
    seen = see_part(rng, picture, part)
    T_camera_hold = picture.T_camera_tool @ turned_like(invert(picture.T_camera_tool) @ seen.T_camera_part, hold)
    points = unproject(held, picture.depth_m[held[:, 1], held[:, 0]], picture.K)
    assert view.T_camera_table is not None
    found = show_grasp(rng, tool, points, picture.T_camera_tool, view.T_camera_table, config.grasp)
    number, grasp = found or (int(rng.integers(len(held))), None)
    return Shown(tool, view, seen, hold, T_camera_hold, grasp, held[number])


def look_at_target(
    rng: Generator, tool: Tool, function: str | None, hide: bool, strangers: Sequence[str], config: ViewConfig
) -> SceneView | None:
    """The target on a table among tools of the families `strangers`.

    With a `function`, from where its part shows; with `hide`, from where it does not, or behind something large. None
    when no view drafted shows the part.
    """
    shot = _random_shot(rng, tool, config)
    hidden = config.hidden
    occluders = int(rng.random() < config.occluded)
    if function is not None:
        part = role_frames(tool, function)[0]
        found = _seek(rng, tool, part, hide, config)
        if found is None and not hide:
            return None
        if found is None:
            occluders, hidden = 3, (0.7, 0.97)
        shot = found or shot
    others = int(rng.integers(config.others + 1))
    shot = replace(
        shot, hidden=hidden,
        others=_strangers(rng, strangers, others), occluders=_strangers(rng, strangers, occluders),
    )  # fmt: skip
    return camera_view(rng, tool, shot, config.size)


def shown_share(view: SceneView, tool: Tool, part: PartFrame) -> float:
    """Share of the part's outline, as if it stood alone, that the picture shows."""
    return _share(tool, view.picture, part)


def inner_pixel(mask: NDArray) -> tuple[float, float]:
    """The pixel (x, y) of a mask that lies farthest from its border."""
    y, x = np.unravel_index(ndimage.distance_transform_edt(np.pad(mask, 1)).argmax(), np.add(mask.shape, 2))
    return float(x - 1), float(y - 1)


def _firm(view: SceneView) -> NDArray:
    """H x W bool: well inside the mask, with a reading that is about right."""
    inside = ndimage.binary_erosion(view.picture.mask, iterations=INSIDE_PX)
    off = np.abs(view.sensed_depth_m - view.picture.depth_m)
    return inside & (view.sensed_depth_m > 0) & (off < 0.03 * view.picture.depth_m)


def _random_shot(rng: Generator, tool: Tool, config: ViewConfig) -> Shot:
    distance = max(config.least_diameters, rng.uniform(*config.distance_m) / tool.diameter)
    return Shot(
        random_direction(rng, config.elevation), rng.normal(0, config.roll), distance,
        int(rng.integers(len(tool.rest_rotations))), sensor=config.sensor,
    )  # fmt: skip


def _seek(rng: Generator, tool: Tool, part: PartFrame, hide: bool, config: ViewConfig) -> Shot | None:
    """A shot from which the part shows, or with `hide` does not."""
    for _ in range(DRAFTS):
        shot = _random_shot(rng, tool, config)
        share = _share(tool, _draft(tool, shot), part)
        if (share <= config.part_hidden) if hide else (share >= config.part_seen):
            return shot
    return None


def _draft(tool: Tool, shot: Shot) -> Picture:
    """Part labels of the tool alone, small and without colour."""
    return draft(Scene(tool), shot, DRAFT_PX, 1.0)


def _share(tool: Tool, picture: Picture, part: PartFrame) -> float:
    faces = part.shown(tool.face_parts)
    alone = replace(tool, faces=tool.faces[faces], face_parts=tool.face_parts[faces])
    height, width = picture.mask.shape
    outline = take_labels(Scene(alone), picture.K, (width, height), picture.T_camera_tool).mask
    return float(part.shown(picture.parts).sum() / max(int(outline.sum()), 1))


def _strangers(rng: Generator, families: Sequence[str], count: int) -> tuple[Tool, ...]:
    numbers = rng.integers(STRANGERS, 2 * STRANGERS, count)
    return tuple(make_tool(str(rng.choice(list(families))), int(number)) for number in numbers)


def points_of(picture: Picture, pixels: NDArray) -> NDArray:
    """Exact surface points (N x 3, m, camera frame) at integer `pixels` (N x 2)."""
    return transform(picture.T_camera_tool, picture.points_tool(pixels))
