"""How far to believe an answer, and when to give none: the calibration at work on one scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from numpy.typing import NDArray

from dfc_core.errors import DfcError
from dfc_core.transfer.contacts import Placed
from dfc_core.transfer.evidence import (
    contact_evidence,
    geometry_evidence,
    parts_evidence,
    pose_evidence,
    tool_evidence,
)
from dfc_core.transfer.pose import ToolPose
from dfc_core.transfer.scene import Scene
from dfc_core.trust.calibration import DISTANCE_M, Calibration
from dfc_core.trust.config import TrustConfig
from dfc_core.trust.evidence import Evidence, match_evidence, turn_evidence
from dfc_core.trust.kin import look_of


@dataclass(frozen=True)
class Trust:
    """What is to be believed of one scene under one alignment; `calibration` None: no probabilities, heuristics."""

    scene: Scene
    aligned: bool
    calibration: Calibration | None
    evidence: Evidence

    @staticmethod
    def of(
        scene: Scene,
        pose: ToolPose | None,
        calibration: Calibration | None,
        seen: Callable[[Evidence], None] | None = None,
    ) -> Trust:
        """Weigh a scene; without depth there is no calibrated probability. `seen` is shown the evidence."""
        if not scene.has_depth or (calibration is None and seen is None):
            return Trust(scene, pose is not None, None, Evidence({}, {}))
        parts = parts_evidence(scene)
        geometry = {**parts, **geometry_evidence(scene, None if pose is None else pose.matched)}
        kin = 0.0
        if calibration is not None:
            function = scene.candidates["function"]
            look = look_of(function.features, function.part_probability)
            kin = calibration.kin(scene.demonstration.function, look)
        turn = {} if pose is None else {**parts, **pose_evidence(scene, pose)}
        told = tool_evidence(scene, geometry, pose is not None, kin)
        evidence = Evidence(told, geometry, turn, round={} if pose is None else pose.roundness)
        if seen is not None:
            seen(evidence)
        return Trust(scene, pose is not None, calibration, evidence)

    @property
    def config(self) -> TrustConfig:
        """When an answer is refused."""
        return self.scene.config.trust

    @property
    def calibrated(self) -> bool:
        """Whether `contact` and `match` give probabilities."""
        return self.calibration is not None and self.aligned and bool(self.scene.demonstration.contacts)

    @property
    def distance_m(self) -> float | None:
        """Within what distance of the truth; None without probabilities."""
        return self.calibration.distance_m if self.calibration is not None and self.calibrated else None

    @property
    def affordance(self) -> float | None:
        """The probability that the tool affords the function; None without a calibration."""
        return None if self.calibration is None else self.calibration.affords(self.evidence.tool)

    @property
    def visibility(self) -> float | None:
        """The probability that, if so, the part which serves it is in sight."""
        return None if self.calibration is None else self.calibration.visible(self.evidence.tool)

    @property
    def roundness(self) -> float | None:
        """The probability that the tool is a surface of revolution; None without a calibration, or with no axis to
        judge it by."""
        if self.calibration is None or not self.evidence.round:
            return None
        return self.calibration.round(self.evidence.round)

    def turn(self, contacts: list[float]) -> float | None:
        """The probability that the alignment is turned rightly, given its contacts'; None without a calibration or an
        alignment. NO_MATCH when it is below `minimum_turn_confidence`."""
        if self.calibration is None or not self.aligned:
            return None
        found = self.calibration.turn(turn_evidence(self.evidence.turn, contacts))
        if found < self.config.minimum_turn_confidence:
            raise DfcError(
                "NO_MATCH",
                f"the turn of the tool is known with confidence {found:.2f}, below the "
                f"{self.config.minimum_turn_confidence:.2f} asked for (minimum_turn_confidence)",
            )
        return found

    @property
    def turn_rad(self) -> float | None:
        """Within what turn of the truth `turn` speaks of; None where it says nothing."""
        return None if self.calibration is None or not self.aligned else self.calibration.turn_rad

    def refuse(self) -> None:
        """NOT_AFFORDED or PART_NOT_VISIBLE where that is likelier than the thresholds allow."""
        if self.calibration is None:
            return
        function, affordance, visibility = self.scene.demonstration.function, self.affordance, self.visibility
        below = self.calibration.refuse_below
        least_affordance = _chosen(self.config.minimum_affordance, below["affords"])
        least_visibility = _chosen(self.config.minimum_visibility, below["visible"])
        if affordance is not None and affordance < least_affordance:
            raise DfcError(
                "NOT_AFFORDED",
                f"this object does not afford {function}: probability {affordance:.2f}, at least "
                f"{least_affordance:.2f} is asked for (minimum_affordance)",
            )
        if visibility is not None and visibility < least_visibility:
            raise DfcError(
                "PART_NOT_VISIBLE",
                f"the part that serves {function} is not in sight: probability {visibility:.2f}, at least "
                f"{least_visibility:.2f} is asked for (minimum_visibility); turn the tool, move the camera, or clear "
                "what stands in front",
            )

    def contacts(self, placed: Sequence[Placed], aligned: Sequence[NDArray | None], has_point: NDArray) -> list[float]:
        """Confidence of each contact: the probability, 0 for one without a point, or `placed`'s own heuristic."""
        heuristic = [each.confidence for each in placed]
        if not self.evidence.geometry or not self.aligned:
            return heuristic
        distance = DISTANCE_M if self.calibration is None else self.calibration.distance_m
        found = contact_evidence(self.scene, self.evidence.geometry, placed, aligned, distance)
        known = [one if there else None for one, there in zip(found, has_point, strict=True)]
        self.evidence.contacts.extend(known)
        if self.calibration is None:
            return heuristic
        return [0.0 if one is None else self.calibration.contact(one) for one in known]

    def match(self, contacts: list[float], heuristic: float) -> float:
        """Confidence of the whole; NO_MATCH when it is below `minimum_confidence`."""
        confidence = heuristic
        if self.calibration is not None and self.calibrated:
            confidence = self.calibration.match(match_evidence(self.evidence.geometry, contacts))
        if confidence < self.config.minimum_confidence:
            raise DfcError(
                "NO_MATCH",
                f"confidence {confidence:.2f} is below the {self.config.minimum_confidence:.2f} asked for "
                "(minimum_confidence)",
            )
        return confidence


def _chosen(asked: float | None, calibrated: float) -> float:
    return calibrated if asked is None else asked
