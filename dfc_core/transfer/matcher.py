"""The whole of it: one frame, one function, one demonstration -> where to touch and where to grasp."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from dfc_core.align.alignment import Alignment
from dfc_core.align.frames import FRAMES_ALONE
from dfc_core.demonstrations import Demonstration, DemonstrationStore
from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.frames.doubts import refuse_blank
from dfc_core.frames.segment import segment
from dfc_core.functions import is_function_name
from dfc_core.grasp.ranking import Grasps
from dfc_core.match import mutual_matches
from dfc_core.model import ROLES
from dfc_core.model.words import read_function
from dfc_core.transfer.config import TransferConfig
from dfc_core.transfer.consensus import by_consensus
from dfc_core.transfer.contacts import ContactPoint
from dfc_core.transfer.described import Described, describe_demonstration
from dfc_core.transfer.find_contacts import find_contacts
from dfc_core.transfer.find_grasps import find_grasps
from dfc_core.transfer.pose import ToolPose, find_pose
from dfc_core.transfer.result import STAGES, MatchResult, confidence_of
from dfc_core.transfer.retrieval import most_alike
from dfc_core.transfer.scene import Scene
from dfc_core.transfer.target import Target
from dfc_core.transfer.trajectory import CarriedPath, carry_path
from dfc_core.transfer.weigh import Trust
from dfc_core.trust.calibration import calibration_of
from dfc_core.trust.evidence import Evidence


class ToolMatcher:
    """Finds on a frame what a stored demonstration showed; holds a model, a store and no other state."""

    def __init__(
        self,
        model: Any,
        store: DemonstrationStore | None = None,
        config: TransferConfig | None = None,
        calibrated: bool = True,
    ) -> None:
        """`calibrated` off leaves the model's calibration unread: confidence is then a heuristic."""
        self.model = model
        self.store = store
        self.config = config or TransferConfig()
        self.calibration = calibration_of(model) if calibrated else None
        self.seen: Callable[[Evidence], None] | None = None  # shown what each answer's probabilities come from

    def match(
        self,
        frame: Frame,
        function: str,
        demonstration_id: str = "",
        point: tuple[float, float] | None = None,
        box: tuple[float, float, float, float] | None = None,
        demonstration: Demonstration | None = None,
    ) -> MatchResult:
        """Transfer the demonstration of `function` (by id, or given) to the tool in `frame`.

        With neither, those stored ones are asked that show a tool most like this one, and the answer is the one that
        most agree on (`TransferConfig.retrieval`, `.consensus`). The tool is `frame.mask`, else what `segment` finds at
        `point` (x, y) or in `box` (x, y, w, h), in pixels.
        `DfcError` when that cannot be done: UNKNOWN_FUNCTION, NO_DEMONSTRATION, NO_DEPTH, EMPTY_MASK, NO_MATCH,
        DEGENERATE, BAD_IMAGE; where the model has a calibration, NOT_AFFORDED and PART_NOT_VISIBLE.
        """
        watch = _Stopwatch()
        function = self._known_function(function)
        asked: list[Demonstration] = []
        if demonstration is not None or demonstration_id:
            with watch("demonstration"):
                asked = [self._demonstration(function, demonstration_id, demonstration)]
        refuse_blank(frame)
        self._check_depth(frame, frame.name)
        for shown in asked:
            self._check_depth(shown.frame, f"demonstration {shown.id}")
        with watch("segment"):
            segmentation = segment(frame, point=point, box=box)
        with watch("backbone"):
            encoded = self.model.encode(frame.rgb, segmentation.mask)
        passed_over: tuple[str, ...] = ()
        if not asked:
            with watch("demonstration"):
                asked, passed_over = self._most_alike(function, encoded)
        with watch("head"):
            features = {role: self.model.read_out(encoded, function, role, self.config.stride) for role in ROLES}
        with watch("lift"):
            target = Target.of(frame, segmentation, encoded, features, self.config, self.model, function)
        answers: list[MatchResult] = []
        refusals: list[DfcError] = []
        for shown in asked:
            try:
                answers.append(self._transfer(target, shown, stored=demonstration is None, watch=watch))
            except DfcError as error:
                refusals.append(error)
        answer = by_consensus(answers, self.config.consensus, refusals)
        return replace(answer, warnings=answer.warnings + passed_over)

    def _transfer(self, target: Target, demonstration: Demonstration, stored: bool, watch: _Stopwatch) -> MatchResult:
        """What one demonstration says of the tool."""
        with watch("demonstration"):
            described = self._described(demonstration, stored)
        with watch("match"):
            shown, seen = described.features, target.features
            matches = {role: mutual_matches(shown[role], seen[role], self.config.match) for role in ROLES}
        if len(matches["function"]) == 0:
            where = f"the tool in {target.frame.name}"
            raise DfcError("NO_MATCH", f"nothing on {where} matches demonstration {demonstration.id}")
        with watch("lift"):
            scene = Scene.of(target, demonstration, described, matches)
        with watch("transfer"):
            pose, trust = self._weighed(scene)
            chosen = None if pose is None else pose.chosen
            contacts = find_contacts(scene, chosen, trust)
            grasps = find_grasps(scene, chosen)
            path = self._path(scene, chosen)
        warnings = target.warnings + _warnings(demonstration) + _doubts(pose)
        return _result(scene, pose, contacts, grasps, path, warnings, trust, watch.seconds)

    def _known_function(self, function: str) -> str:
        stored = () if self.store is None or is_function_name(function) else self.store.functions()
        return read_function(function, self.model.functions, preferred=stored)

    def _demonstration(self, function: str, demonstration_id: str, given: Demonstration | None) -> Demonstration:
        """The demonstration that was named or given."""
        demonstration = self._stored().get(demonstration_id) if given is None else given
        if demonstration.function != function:
            raise DfcError(
                "NO_DEMONSTRATION",
                f"demonstration {demonstration.id} shows {demonstration.function}, not {function}; "
                "name another, or none to take the best of that function",
            )
        return demonstration

    def _stored(self) -> DemonstrationStore:
        if self.store is None:
            raise DfcError("NO_DEMONSTRATION", "no demonstration given and no store to look in")
        return self.store

    def _most_alike(self, function: str, encoded: Any) -> tuple[list[Demonstration], tuple[str, ...]]:
        """The stored demonstrations to ask, most alike first: those of the ranking that can be used; and a sentence on
        each that cannot."""
        store = self._stored()
        ranking = most_alike(self.model, store, function, encoded, self.config.retrieval)
        usable: list[Demonstration] = []
        refusals = []
        for found in ranking:
            try:
                shown = store.get(found.id)
                self._check_depth(shown.frame, f"demonstration {shown.id}")
            except DfcError as error:
                refusals.append(error)
                continue
            usable.append(shown)
            if len(usable) == self.config.consensus.demonstrations:
                break
        if not usable:
            raise refusals[0]
        return usable, tuple(f"a stored demonstration was passed over: {refusal.message}" for refusal in refusals)

    def _check_depth(self, picture: Frame, name: str) -> None:
        if not self.config.require_depth:
            return
        if not picture.has_depth:
            raise DfcError("NO_DEPTH", f"{name} has no depth reading; 3D contacts need depth")
        if picture.K is None:
            raise DfcError("BAD_IMAGE", f"{name} has no camera matrix; 3D contacts need it")

    def _described(self, demonstration: Demonstration, stored: bool) -> Described:
        store = self.store if stored else None
        cached = None if store is None else lambda key, compute: store.cached(demonstration.id, key, compute)
        return describe_demonstration(self.model, demonstration, self.config, cached)

    def _weighed(self, scene: Scene) -> tuple[ToolPose | None, Trust]:
        """The pose and how far to believe it. What does not serve the function, or hides the part that would, is
        refused for that rather than for the alignment it does not give."""
        try:
            pose = find_pose(scene, self.calibration)
        except DfcError:
            Trust.of(scene, None, self.calibration, self.seen).refuse()
            raise
        trust = Trust.of(scene, pose, self.calibration, self.seen)
        trust.refuse()
        return pose, trust

    def _path(self, scene: Scene, alignment: Alignment | None) -> CarriedPath | None:
        trajectory = scene.demonstration.trajectory
        if trajectory is None or alignment is None:
            return None
        T_target_demo, centre, cues = alignment.T_target_demo, alignment.centre_demo, scene.cues
        return carry_path(trajectory, T_target_demo, centre, cues.up_demo, cues.up_target, self.config.path)


def _result(
    scene: Scene,
    pose: ToolPose | None,
    contacts: tuple[ContactPoint, ...],
    grasps: Grasps,
    path: CarriedPath | None,
    warnings: tuple[str, ...],
    trust: Trust,
    seconds: dict[str, float],
) -> MatchResult:
    index_demo, index_target, score = scene.matched("function")
    pixels_demo = scene.described.features["function"].pixels.cpu().numpy()
    pixels_target = scene.candidates["function"].pixels[index_target]
    matches = np.concatenate([pixels_demo[index_demo], pixels_target, score[:, None]], axis=1)
    alignment = None if pose is None else pose.matched
    chosen = None if pose is None else pose.chosen
    inliers = np.zeros(len(score), dtype=bool) if alignment is None else scene.agreeing(alignment)
    lifted = int(scene.liftable("function").sum())
    ratio = float(inliers.sum() / lifted) if lifted else 0.0
    mean_score = float(score[inliers].mean()) if inliers.any() else 0.0
    confidences = [contact.confidence for contact in contacts]
    confidence = confidence_of(int(inliers.sum()), ratio, mean_score, confidences)
    if alignment is None:  # nothing was checked in 3D: the contacts' own confidence is all there is
        confidence = float(np.mean(confidences)) if confidences else 0.0
    confidence = trust.match(confidences, confidence)
    turn_confidence = trust.turn(confidences)
    return MatchResult(
        function=scene.demonstration.function,
        demonstration_id=scene.demonstration.id,
        frame_id=scene.frame.frame_id,
        confidence=confidence,
        contacts=contacts,
        grasps=grasps.poses,
        grasp_note=grasps.note,
        T_target_demo=None if chosen is None else chosen.T_target_demo,
        scale=1.0 if alignment is None else alignment.scale,
        covariance=None if chosen is None else chosen.covariance,
        correspondences=len(score) if alignment is None else lifted,
        inlier_ratio=ratio,
        residual=float("nan") if alignment is None else alignment.residual,
        seconds=seconds,
        matches=matches,
        target_mask=scene.mask,
        demonstration=scene.demonstration,
        centre_demo=None if alignment is None else alignment.centre_demo,
        match_inliers=inliers,
        path=path,
        warnings=warnings,
        symmetry=None if pose is None else pose.symmetry,
        calibrated=trust.calibrated,
        confidence_distance_m=trust.distance_m,
        turn_confidence=turn_confidence,
        turn_confidence_rad=trust.turn_rad,
        affordance=trust.affordance,
        visibility=trust.visibility,
        roundness=trust.roundness,
    )


def _warnings(demonstration: Demonstration) -> tuple[str, ...]:
    """What the demonstration lacks, so that the answer lacks it too."""
    found = []
    if not demonstration.contacts:
        found.append(f"demonstration {demonstration.id} shows no contact, so the answer has none")
    if demonstration.grasp is None:
        found.append(f"demonstration {demonstration.id} shows no grasp, so the answer has none")
    return tuple(found)


TOLD_BY = {
    "frames": "by how the parts look turned",
    "body": "by where the rest of the tool lies",
    "up": "by the tables",
    "view": "by the sides seen",
}


def _doubts(pose: ToolPose | None) -> tuple[str, ...]:
    """What is odd about an alignment that is given all the same."""
    told_by = "" if pose is None or pose.symmetry is not None else pose.matched.turn_told_by
    if not told_by:
        return ()
    if told_by == FRAMES_ALONE:
        return ("matches agree on no alignment; it was told by how and where the parts look and may be wrong",)
    return (f"the matched points lie on a line; the turn about it was told {TOLD_BY[told_by]} and may be wrong",)


class _Stopwatch:
    """Seconds by stage; a stage entered twice adds up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
