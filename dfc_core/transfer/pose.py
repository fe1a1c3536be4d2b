"""Where the demonstrated tool lies in the target's camera: aligned, refined, turned to the best of its free angle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.geometry import is_rigid
from dfc_core.transfer.align import Alignment, Correspondences, align
from dfc_core.transfer.config import TransferConfig
from dfc_core.transfer.grasp import rotation_of
from dfc_core.transfer.orbit import Symmetry, best_angle, may_hide, orbit
from dfc_core.transfer.refine import part_and_around, refine
from dfc_core.transfer.revolution import Verdict, judge
from dfc_core.transfer.scene import Scene
from dfc_core.transfer.surface import Surface, sampled_surface, surface_at, thinned


@dataclass(frozen=True)
class ToolPose:
    """`matched`: the alignment that the matches agree on; `chosen`: the one to act on.

    The two differ by a turn about the axis of `symmetry` where the target has one, else they are the same.
    """

    matched: Alignment
    chosen: Alignment
    symmetry: Symmetry | None


def find_pose(scene: Scene, config: TransferConfig) -> ToolPose | None:
    """The pose of the demonstrated tool on the target; None without depth on both. DfcError as `align`'s."""
    if not scene.has_depth:
        return None
    demo, target, weights, on_part = scene.correspondences()
    errors = scene.covariances(demo, target)
    alignment = align(demo, target, weights, on_part, scene.cues(), config.align, *errors)
    matched = Correspondences.of(demo, target, weights, on_part, *errors)
    candidates = scene.candidates["function"]
    tool = sampled_surface(candidates.points[candidates.has_point], config.revolution.points, config.surface)
    alignment = refine(alignment, matched, _demonstrated_part(scene, config), tool, config.refine, config.align)
    verdict = _revolution(scene, tool, alignment, config)
    if verdict is None:
        return ToolPose(alignment, alignment, None)
    reach = config.orbit.reach_direction
    angle = best_angle(alignment.rotation, verdict.axis, _approach(scene), None if reach is None else np.array(reach))
    chosen, symmetry = orbit(alignment, verdict.axis, angle, config.orbit)
    assert is_rigid(chosen.T_target_demo)
    return ToolPose(alignment, chosen, symmetry)


def _demonstrated_part(scene: Scene, config: TransferConfig) -> Surface:
    """The demonstrated functional part's surface, and what is around it."""
    valid = scene.described.valid["function"]
    points = scene.described.points["function"][valid]
    on_part = scene.described.features["function"].part_probability.cpu().numpy()[valid] >= 0.5
    near = thinned(points[part_and_around(points, on_part, config.refine.neighbourhood)], config.refine.points)
    normals, known = surface_at(points, near, config.surface)
    return Surface(near[known], normals[known])


def _revolution(scene: Scene, tool: Surface, alignment: Alignment, config: TransferConfig) -> Verdict | None:
    """The target's axis where it is a surface of revolution, its part is thick enough to tell, and nothing may hide."""
    if config.orbit.poses == 0:
        return None
    hints = [] if scene.up_target is None else [scene.up_target]
    verdict = judge(scene.frame, scene.mask, tool, hints, config.revolution)
    if verdict is None or not verdict.is_revolution(config.revolution):
        return None
    candidates = scene.candidates["function"]
    part = candidates.points[candidates.has_point & (candidates.part_probability >= 0.5)]
    if len(part) == 0 or verdict.axis.radius_of(part) < config.revolution.minimum_radius * verdict.margin:
        return None
    carried = alignment.map(scene.described.asymmetric)
    if may_hide(carried, verdict.axis, scene.frame, scene.mask, verdict.margin, config.orbit):
        return None
    return verdict


def _approach(scene: Scene) -> NDArray | None:
    """The way the hand came (3, unit, demonstration's camera): the demonstrated grasp's z axis; None without grasp."""
    grasp = scene.demonstration.grasp
    return None if grasp is None else rotation_of(np.asarray(grasp.quaternion_xyzw))[:, 2]
