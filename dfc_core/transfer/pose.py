"""Where the demonstrated tool lies in the target's camera: aligned, refined, turned to the best of its free angle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment, Correspondences, align
from dfc_core.align.degenerate import TurnUnknownError, refuse_free_turn
from dfc_core.align.frames import by_frames
from dfc_core.align.orbit import OrbitConfig, Symmetry, best_angle, may_hide, onto_axis, onto_beside, orbit
from dfc_core.align.refine import refine
from dfc_core.align.side import by_side, find_side
from dfc_core.errors import DfcError
from dfc_core.geometry import rotation_of
from dfc_core.match.regions import PART_THRESHOLD
from dfc_core.shape.revolution import Axis, Body
from dfc_core.transfer.scene import Scene


@dataclass(frozen=True)
class ToolPose:
    """`matched`: the alignment that the matches agree on; `chosen`: the one to act on.

    Where both tools have a body of revolution, `chosen` lays the one's axis on the other's, and handle on handle; where
    the target has a `symmetry`, it is turned about it. Else the two are the same. `axis` (3, unit, target's camera
    frame) is that of a target which lies about one, None of any other.
    """

    matched: Alignment
    chosen: Alignment
    symmetry: Symmetry | None
    axis: NDArray | None


def find_pose(scene: Scene) -> ToolPose | None:
    """The pose of the demonstrated tool on the target; None without depth on both. DfcError as `align`'s."""
    if not scene.has_depth:
        return None
    try:
        return _by_matches(scene)
    except DfcError:
        parts, config = (_shown_part(scene), _target_part(scene)), scene.config
        alignment = by_frames(scene.correspondences, *parts, scene.cues, config.frames, config.align)
        if alignment is None:
            raise
        return _on_axis(scene, alignment)


def _by_matches(scene: Scene) -> ToolPose:
    matched, config = scene.correspondences, scene.config
    try:
        alignment = _aligned(scene, matched)
        pose = _on_axis(scene, alignment)
        if pose.symmetry is None:  # about a free angle's axis the matches need to say nothing
            refuse_free_turn(alignment.covariance, config.align)
        return pose
    except TurnUnknownError:
        side = find_side(matched, scene.cues, config.side)
        if side is None:
            raise
        return _on_axis(scene, by_side(_aligned(scene, side.matched), side, config.side))


def _aligned(scene: Scene, matched: Correspondences) -> Alignment:
    """What the matches agree on, refined on the target's surface."""
    config = scene.config
    alignment = align(matched, scene.cues, config.align)
    return refine(alignment, matched, scene.described.part, scene.target.surface, config.refine, config.align)


def _on_axis(scene: Scene, alignment: Alignment) -> ToolPose:
    """The pose with axis on axis and the free angle turned within reach, as far as the target has them."""
    # One with a handle counts only where the demonstrated tool has an axis too.
    body = scene.target.whole_body if scene.described.axis is None else scene.target.part_body
    config = scene.config.orbit
    if body.axis is None or not _is_about(body.axis, _target_part(scene), config):
        return ToolPose(alignment, alignment, None, None)
    aligned = alignment
    if scene.described.axis is not None and _is_about(scene.described.axis, _shown_part(scene), config):
        aligned = onto_axis(alignment, scene.described.axis, body.axis, config)
    if not _is_free(scene, body, body.axis, aligned):
        aligned = onto_beside(aligned, scene.described.beside, body.beside, body.axis, config)
        return ToolPose(alignment, aligned, None, body.axis.direction)
    reach = config.reach_direction
    angle = best_angle(aligned.rotation, body.axis, _approach(scene), None if reach is None else np.array(reach))
    return ToolPose(alignment, *orbit(aligned, body.axis, angle, config), body.axis.direction)


def _shown_part(scene: Scene) -> NDArray:
    """Points (N x 3, m) of the demonstrated functional part."""
    valid = scene.described.valid["function"]
    on_part = scene.described.features["function"].part_probability.cpu().numpy()[valid] >= PART_THRESHOLD
    return scene.described.points["function"][valid][on_part]


def _target_part(scene: Scene) -> NDArray:
    candidates = scene.candidates["function"]
    return candidates.points[candidates.has_point & (candidates.part_probability >= PART_THRESHOLD)]


def _is_about(axis: Axis, part: NDArray, config: OrbitConfig) -> bool:
    """Whether a tool's functional part (N x 3, m) lies about the axis, not to one side of it."""
    return len(part) > 0 and axis.one_sidedness(part) <= config.one_sided


def _is_free(scene: Scene, body: Body, axis: Axis, alignment: Alignment) -> bool:
    """Whether the target is a surface of revolution, its part thick enough to tell, and nothing may hide behind it."""
    config = scene.config
    if config.orbit.poses == 0 or not body.is_whole:
        return False
    if axis.radius_of(_target_part(scene)) < config.revolution.minimum_radius * body.margin:
        return False
    carried = alignment.map(scene.described.beside)
    return not may_hide(carried, axis, scene.frame, scene.mask, body.margin, config.orbit)


def _approach(scene: Scene) -> NDArray | None:
    """The way the hand came (3, unit, demonstration's camera): the demonstrated grasp's z axis; None without grasp."""
    grasp = scene.demonstration.grasp
    return None if grasp is None else rotation_of(grasp.quaternion_xyzw)[:, 2]
