"""Whether the target may be turned about an axis as one likes: what its depth, outline and looks say of that.

Depth alone does not tell a thin rod from a blade, nor a mug from a cup while its handle is behind it; what the model
says of the function frame does in part, since the turn about z of a round tool's frame is one that it cannot know.
"""

from __future__ import annotations

import math

from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment
from dfc_core.align.orbit import OrbitConfig, may_hide, onto_axis
from dfc_core.shape.revolution import Axis
from dfc_core.transfer.scene import Scene
from dfc_core.trust.calibration import Calibration
from dfc_core.trust.evidence import UNKNOWN_FRAME

LEAST_SHARE = 0.003  # of points: fewer are none


def round_evidence(scene: Scene, alignment: Alignment) -> dict[str, float]:
    """`ROUND` of the target; empty where it shows no axis, or nothing of its functional part."""
    verdict, part, config = scene.target.roundness, scene.part_points[1], scene.config
    if verdict is None or len(part) == 0:
        return {}
    axis, told = verdict.axis, scene.target.orientations
    carried = laid_on(scene, alignment, axis).map(scene.described.beside)
    hides = may_hide(carried, axis, scene.frame, scene.mask, verdict.margin, config.orbit)
    return {
        "contradiction": math.log(LEAST_SHARE + verdict.contradiction),
        "agreement": verdict.agreement,
        "thickness": math.log(max(verdict.radius, 1e-4) / verdict.margin),
        "part_thickness": math.log(max(axis.radius_of(part), 1e-4) / verdict.margin),
        "standing_out": math.log(LEAST_SHARE + verdict.standing_out),
        "looks_round": float(verdict.is_revolution(config.revolution)),
        "may_hide": float(hides),
        "one_sided": axis.one_sidedness(part),
        "twist_known": UNKNOWN_FRAME if told is None else told.twist_known,
        "frame_on_axis": UNKNOWN_FRAME if told is None else float(abs(told.z @ axis.direction)),
    }


def free_axis(scene: Scene, roundness: dict[str, float], calibration: Calibration | None) -> Axis | None:
    """The axis that the target may be turned about, by `round_evidence`; None where there is none, or it cannot be
    told. Without a calibration: one that depth and outline leave no doubt of."""
    verdict, config = scene.target.roundness, scene.config
    if verdict is None or not roundness or config.orbit.poses == 0:
        return None
    if calibration is not None:
        return verdict.axis if calibration.round(roundness) >= config.orbit.least_probability else None
    thick = roundness["part_thickness"] >= math.log(config.revolution.minimum_radius)
    about = roundness["one_sided"] <= config.orbit.one_sided
    told = roundness["looks_round"] and thick and about and not roundness["may_hide"]
    return verdict.axis if told else None


def laid_on(scene: Scene, alignment: Alignment, axis: Axis) -> Alignment:
    """The alignment with the demonstrated tool's axis, if its part lies about one, on the target's."""
    shown, config = scene.described.axis, scene.config.orbit
    if shown is None or not is_about(shown, scene.part_points[0], config):
        return alignment
    return onto_axis(alignment, shown, axis, config)


def is_about(axis: Axis, part: NDArray, config: OrbitConfig) -> bool:
    """Whether a tool's functional part (N x 3, m) lies about the axis, not to one side of it."""
    return len(part) > 0 and axis.one_sidedness(part) <= config.one_sided
