"""What a match answers, and how it is written as `result.json`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.orbit import Symmetry
from dfc_core.demonstrations import Demonstration
from dfc_core.errors import DfcError
from dfc_core.grasp.carry import GraspPose
from dfc_core.transfer.contacts import ContactPoint
from dfc_core.transfer.trajectory import CarriedPath

STAGES = ("segment", "backbone", "head", "match", "lift", "transfer")


@dataclass(frozen=True)
class MatchResult:
    """The demonstration carried over to the target; metres, target camera's optical frame `frame_id`.

    `T_target_demo` (4 x 4, rigid) takes the demonstrated tool's functional part onto the target's: a demonstrated
    point goes to R (scale (p_demo - centre_demo)) + centre_target, where R is its rotation and
    centre_target = T_target_demo centre_demo. It, `covariance` and `centre_demo` are None when there was no depth.
    `correspondences` counts the functional part's matches that have depth at both ends (all its matches when there is
    no depth), `inlier_ratio` the share that agrees with the alignment, `residual` their RMS distance (m, NaN without
    alignment). `seconds` has `STAGES` and "demonstration", the time to load it and its stored features.
    `matches` N x 5: x_demo, y_demo, x_target, y_target, score, of the functional part, best first; `match_inliers` N
    bool. `confidence` is, when `calibrated`, the probability that the median contact lies within
    `confidence_distance_m` of the truth, and a contact's the probability that it does; else see `confidence_of`.
    `turn_confidence` is the probability that `T_target_demo` is turned by at most `turn_confidence_rad` against the
    truth, modulo the tools' symmetries: an alignment of two like ends may lie the wrong way round, which `covariance`
    does not say; None without a calibration or without depth. `affordance` and `visibility` are the probabilities that
    the tool affords the function and that its part is in sight, None without a calibration. `roundness` is that of the
    tool being a surface of revolution, None too where no axis could be laid through it. `warnings`: a sentence for each
    thing that is odd about the pictures or lacking in the demonstration; none makes the answer wrong by itself.
    `symmetry`: the free angle of an axis-symmetric target, of which `T_target_demo` is the best pose (matches and
    residual are of the pose they agree on); None where there is none. `grasp_note` says why there are no `grasps`, or
    none like the demonstrated one, "" when there are.
    """

    function: str
    demonstration_id: str
    frame_id: str
    confidence: float
    contacts: tuple[ContactPoint, ...]
    grasps: tuple[GraspPose, ...]
    T_target_demo: NDArray | None
    scale: float
    covariance: NDArray | None
    correspondences: int
    inlier_ratio: float
    residual: float
    seconds: dict[str, float]
    matches: NDArray
    target_mask: NDArray
    demonstration: Demonstration
    centre_demo: NDArray | None = None
    grasp_note: str = ""
    match_inliers: NDArray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    warnings: tuple[str, ...] = ()
    path: CarriedPath | None = None  # where the demonstration has a trajectory, and there was depth
    symmetry: Symmetry | None = None
    consulted: tuple[str, ...] = ()  # ids, most alike first; empty where there was only one
    agreed: tuple[str, ...] = ()  # those of them that name the same place, this one included
    calibrated: bool = False
    confidence_distance_m: float | None = None
    turn_confidence: float | None = None
    turn_confidence_rad: float | None = None
    affordance: float | None = None
    visibility: float | None = None
    roundness: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """`result.json`: plain JSON values without NaN; docs/formats.md says what each is."""
        return {
            "function": self.function,
            "demonstration_id": self.demonstration_id,
            "frame_id": self.frame_id,
            "confidence": _number(self.confidence),
            "contacts": [
                {
                    "role": contact.role,
                    "pixel": _numbers(contact.pixel),
                    "point": _numbers(contact.point),
                    "confidence": _number(contact.confidence),
                    "normal": _numbers(contact.normal),
                    "covariance": _numbers(contact.covariance),
                }
                for contact in self.contacts
            ],
            "grasps": [
                {
                    "position": _numbers(grasp.position),
                    "quaternion_xyzw": _numbers(grasp.quaternion_xyzw),
                    "width": _number(grasp.width),
                    "score": _number(grasp.score),
                }
                for grasp in self.grasps
            ],
            "T_target_demo": _numbers(self.T_target_demo),
            "correspondences": int(self.correspondences),
            "inlier_ratio": _number(self.inlier_ratio),
            "residual": _number(self.residual),
            "seconds": {stage: _number(value) for stage, value in self.seconds.items()},
            "error": None,
            "scale": _number(self.scale),
            "centre_demo": _numbers(self.centre_demo),
            "covariance": _numbers(self.covariance),
            "grasp_note": self.grasp_note,
            "symmetry": None if self.symmetry is None else self.symmetry.to_dict(),
            "warnings": list(self.warnings),
            "consulted": list(self.consulted),
            "agreed": list(self.agreed),
            "trajectory": [] if self.path is None else self.path.to_list(self.grasps),
            "trajectory_keeps": None if self.path is None else self.path.keeps,
            "trajectory_tilt": None if self.path is None else _number(self.path.tilt),
            "calibrated": self.calibrated,
            "confidence_distance_m": _numbers(self.confidence_distance_m),
            "turn_confidence": _numbers(self.turn_confidence),
            "turn_confidence_rad": _numbers(self.turn_confidence_rad),
            "affordance": _numbers(self.affordance),
            "visibility": _numbers(self.visibility),
            "roundness": _numbers(self.roundness),
        }


def error_result(function: str, error: DfcError, demonstration_id: str = "", frame_id: str = "") -> dict[str, Any]:
    """`result.json` of a refusal: the same keys, nothing found, `error` with its code and sentence."""
    return {
        "function": function,
        "demonstration_id": demonstration_id,
        "frame_id": frame_id,
        "confidence": 0.0,
        "contacts": [],
        "grasps": [],
        "T_target_demo": None,
        "correspondences": 0,
        "inlier_ratio": 0.0,
        "residual": None,
        "seconds": {},
        "error": {"code": error.code, "message": error.message},
        "scale": 1.0,
        "centre_demo": None,
        "covariance": None,
        "grasp_note": "",
        "symmetry": None,
        "warnings": [],
        "consulted": [],
        "agreed": [],
        "trajectory": [],
        "trajectory_keeps": None,
        "trajectory_tilt": None,
        "calibrated": False,
        "confidence_distance_m": None,
        "turn_confidence": None,
        "turn_confidence_rad": None,
        "affordance": None,
        "visibility": None,
        "roundness": None,
    }


def confidence_of(
    inliers: int, inlier_ratio: float, inlier_score: float, contact_confidences: list[float], enough: float = 20.0
) -> float:
    """Confidence (0..1) of a whole match whose model has no calibration: a heuristic, no probability.

    Geometric mean of the inlier ratio, the inliers' mean match score, n / (n + `enough`) for n inliers, and the mean
    confidence of the contacts where there are any: one bad term pulls it down, none can lift it alone.
    """
    terms = [inlier_ratio, inlier_score, inliers / (inliers + enough)]
    if contact_confidences:
        terms.append(float(np.mean(contact_confidences)))
    return float(np.prod(np.clip(terms, 0, 1)) ** (1 / len(terms)))


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _numbers(values: Any) -> Any:
    """Nested lists of finite floats; None stays None."""
    if values is None:
        return None
    if np.ndim(values) == 0:
        return _number(float(values))
    return [_numbers(value) for value in values]
