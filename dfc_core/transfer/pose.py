"""Where the demonstrated tool lies in the target's camera: aligned, refined, turned to the best of its free angle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment, Correspondences, align
from dfc_core.align.degenerate import TurnUnknownError, refuse_free_turn
from dfc_core.align.frames import by_frames
from dfc_core.align.orbit import Symmetry, best_angle, onto_beside, orbit
from dfc_core.align.refine import refine
from dfc_core.align.side import by_side, find_side
from dfc_core.errors import DfcError
from dfc_core.geometry import rotation_of
from dfc_core.transfer.roundness import free_axis, is_about, laid_on, round_evidence
from dfc_core.transfer.scene import Scene
from dfc_core.trust.calibration import Calibration


@dataclass(frozen=True)
class ToolPose:
    """`matched`: the alignment that the matches agree on; `chosen`: the one to act on.

    Where both tools have a body of revolution, `chosen` lays the one's axis on the other's, and handle on handle; where
    the target has a `symmetry`, it is turned about it. Else the two are the same. `axis` (3, unit, target's camera
    frame) is that of a target which lies about one, None of any other. `roundness`: what speaks for and against a
    symmetry, `ROUND` of `dfc_core.trust.evidence`; empty where nothing does.
    """

    matched: Alignment
    chosen: Alignment
    symmetry: Symmetry | None
    axis: NDArray | None
    roundness: dict[str, float]


def find_pose(scene: Scene, calibration: Calibration | None = None) -> ToolPose | None:
    """The pose of the demonstrated tool on the target; None without depth on both. DfcError as `align`'s."""
    if not scene.has_depth:
        return None
    try:
        return _by_matches(scene, calibration)
    except DfcError:
        config = scene.config
        alignment = by_frames(scene.correspondences, *scene.part_points, scene.cues, config.frames, config.align)
        if alignment is None:
            raise
        return _on_axis(scene, alignment, calibration)


def _by_matches(scene: Scene, calibration: Calibration | None) -> ToolPose:
    matched, config = scene.correspondences, scene.config
    try:
        alignment = _aligned(scene, matched)
        pose = _on_axis(scene, alignment, calibration)
        if pose.symmetry is None:  # about a free angle's axis the matches need to say nothing
            refuse_free_turn(alignment.covariance, config.align)
        return pose
    except TurnUnknownError:
        side = find_side(matched, scene.cues, config.side)
        if side is None:
            raise
        return _on_axis(scene, by_side(_aligned(scene, side.matched), side, config.side), calibration)


def _aligned(scene: Scene, matched: Correspondences) -> Alignment:
    """What the matches agree on, refined on the target's surface."""
    config = scene.config
    alignment = align(matched, scene.cues, config.align)
    return refine(alignment, matched, scene.described.part, scene.target.surface, config.refine, config.align)


def _on_axis(scene: Scene, alignment: Alignment, calibration: Calibration | None) -> ToolPose:
    """The pose with axis on axis and the free angle turned within reach, as far as the target has them."""
    config, shown = scene.config.orbit, scene.described
    roundness = round_evidence(scene, alignment)
    free = free_axis(scene, roundness, calibration)
    # One with a handle counts only where the demonstrated tool has an axis too.
    body = scene.target.whole_body if shown.axis is None else scene.target.part_body
    axis = body.axis if free is None else free
    if axis is None or (free is None and not is_about(axis, scene.part_points[1], config)):
        return ToolPose(alignment, alignment, None, None, roundness)
    aligned = laid_on(scene, alignment, axis)
    if free is None:
        aligned = onto_beside(aligned, shown.beside, body.beside, axis, config)
        return ToolPose(alignment, aligned, None, axis.direction, roundness)
    reach = config.reach_direction
    angle = best_angle(aligned.rotation, axis, _approach(scene), None if reach is None else np.array(reach))
    return ToolPose(alignment, *orbit(aligned, axis, angle, config), axis.direction, roundness)


def _approach(scene: Scene) -> NDArray | None:
    """The way the hand came (3, unit, demonstration's camera): the demonstrated grasp's z axis; None without grasp."""
    grasp = scene.demonstration.grasp
    return None if grasp is None else rotation_of(grasp.quaternion_xyzw)[:, 2]
