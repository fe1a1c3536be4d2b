"""The grasps near a carried one that a gripper can take: proposed, checked, ranked; or the reason why there are none.

A parallel gripper takes a thing at two opposite sides, of which a camera rarely sees both. What the other side
is like is assumed (`hidden_side`), and a grasp that leans on the assumption scores less.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dfc_core.geometry import turn_angles
from dfc_core.grasp.candidates import CandidateConfig, Candidates, propose, propose_from_any_side
from dfc_core.grasp.carry import CarryConfig, GraspPose, as_grasp_pose
from dfc_core.grasp.check import CheckConfig, Surroundings, Verdicts, check_grasps
from dfc_core.grasp.gripper import Gripper
from dfc_core.shape.hidden_side import HiddenConfig
from dfc_core.shape.surface import Surface


@dataclass(frozen=True)
class GraspConfig:
    """How grasps are found. `snap` off gives the carried grasp alone, unchecked, whatever the gripper.

    At most `maximum` distinct ones are given, `distinct_m` or `distinct_turn` (rad) apart. A score halves for a turn of
    `turn` (rad) or a shift of `shift_m` away from the carried grasp, and is multiplied by `assumed` for each side of
    the contact that was not seen. Where none can be taken near the carried one and `any_side` is on, those of the part
    to hold from any side are given, with a note and with scores as those of grasps `otherwise` as likely. Things
    farther than `surroundings_m` from the carried grasp, lower than `above_plane_m` over the support plane or within
    `outline_px` of the tool's outline (where depth cameras mix) are not looked at.
    """

    snap: bool = True
    any_side: bool = True
    otherwise: float = 0.25
    maximum: int = 5
    gripper: Gripper = field(default_factory=Gripper)
    distinct_m: float = 0.015
    distinct_turn: float = np.radians(20)
    turn: float = np.radians(45)
    shift_m: float = 0.04
    assumed: float = 0.85
    surroundings_m: float = 0.2
    above_plane_m: float = 0.012
    outline_px: int = 4
    carry: CarryConfig = field(default_factory=CarryConfig)
    candidates: CandidateConfig = field(default_factory=CandidateConfig)
    check: CheckConfig = field(default_factory=CheckConfig)
    hidden: HiddenConfig = field(default_factory=HiddenConfig)


@dataclass(frozen=True)
class CarriedGrasp:
    """The demonstrated grasp on the target, as the alignment has it: position 3 (m), rotation 3 x 3, width (m), and
    `confidence` (0..1) in its place."""

    position: NDArray
    rotation: NDArray
    width: float
    confidence: float


@dataclass(frozen=True)
class Grasps:
    """Best first, and a sentence why there are none, or none like the carried one ("" when there are)."""

    poses: tuple[GraspPose, ...]
    note: str = ""


def snap_and_rank(
    carried: CarriedGrasp, surface: Surface, surroundings: Surroundings, config: GraspConfig = GraspConfig()
) -> Grasps:
    """The grasps near `carried`, or else from any side, that hold `surface` and hit nothing, best first; or the reason
    why there are none."""
    gripper, plane = config.gripper, surroundings.plane
    tried = propose(carried.position, carried.rotation, surface, plane, gripper, config.candidates)
    found = _judged(carried, tried, _likeness(carried, tried, config), surface, surroundings, config)
    if found.poses or not config.any_side:
        return found
    tried = propose_from_any_side(carried.rotation, surface, plane, gripper, config.candidates)
    otherwise = _judged(carried, tried, _any_likeness(carried, tried, config), surface, surroundings, config)
    if not otherwise.poses:
        return found
    return Grasps(
        otherwise.poses, f"none like the demonstrated one: {found.note}; these hold the part from other sides"
    )


def _judged(
    carried: CarriedGrasp,
    tried: Candidates,
    likeness: NDArray,
    surface: Surface,
    surroundings: Surroundings,
    config: GraspConfig,
) -> Grasps:
    """Those of `tried` that can be taken, best first by what they are worth and their `likeness` (G) to `carried`."""
    if not np.isfinite(tried.openings).any():
        return Grasps((), "nothing of the part to hold was seen within reach of the carried grasp")
    gripper = config.gripper
    openings = np.where(np.isfinite(tried.openings), tried.openings, gripper.maximum_opening_m)
    verdicts = check_grasps(tried.positions, tried.rotations, openings, surface, gripper, surroundings, config.check)
    can_be_taken = verdicts.good & np.isfinite(tried.openings)
    scores = np.where(can_be_taken, _scores(carried, verdicts, likeness, config), 0)
    chosen = _distinct(tried, scores, config)
    if not chosen:
        return Grasps((), why_none(tried, verdicts))
    return Grasps(tuple(as_grasp_pose(tried.positions[g], tried.rotations[g], openings[g], scores[g]) for g in chosen))


def why_none(tried: Candidates, verdicts: Verdicts) -> str:
    """One sentence: what the grasps tried failed on, each counted at its first failure."""
    gripper = verdicts.gripper
    met = np.isfinite(tried.openings) & verdicts.touches & verdicts.on_part
    if met.any() and not (tried.openings[met] <= gripper.maximum_opening_m).any():
        opposite = met & verdicts.antipodal
        narrowest = 1000 * float(tried.openings[opposite if opposite.any() else met].min())
        return (
            f"the gripper is too narrow: it opens {1000 * gripper.maximum_opening_m:.0f} mm, "
            f"and the narrowest of {met.sum()} grasps tried needs {narrowest:.0f} mm"
        )
    left = np.ones(len(tried.openings), dtype=bool)
    reasons = []
    for passed, failure in (
        (met, "miss the part to hold"),
        (verdicts.fits, f"need another opening than {_range(gripper)}"),
        (verdicts.antipodal, f"meet no two opposite sides within friction {gripper.friction:g}"),
        (~verdicts.hits_plane, "reach into the support plane"),
        (~verdicts.hits_scene, "hit other things"),
        (~verdicts.hits_tool, "hit the tool itself"),
    ):
        failed = int((left & ~passed).sum())
        left &= passed
        if failed:
            reasons.append(f"{failed} {failure}")
    return f"none of {len(left)} grasps tried can be taken: {', '.join(reasons)}"


def _range(gripper: Gripper) -> str:
    return f"{1000 * gripper.minimum_opening_m:.0f} to {1000 * gripper.maximum_opening_m:.0f} mm"


def _scores(carried: CarriedGrasp, verdicts: Verdicts, likeness: NDArray, config: GraspConfig) -> NDArray:
    """Scores (G, 0..1): the carried grasp's own confidence times what each grasp is worth beside it."""
    cone = verdicts.gripper.cone_cosine
    cosines = np.minimum(verdicts.cosines.min(axis=1), verdicts.line_cosine)
    squareness = np.clip((cosines - cone) / (1 - cone), 0, 1)
    seen = config.assumed ** (2 - verdicts.seen.sum(axis=1))
    worth = np.sqrt(np.maximum(squareness, 0.05) * likeness) * seen * np.clip(verdicts.held, 0, 1)
    return np.clip(carried.confidence * worth, 1e-6, 1)


def _likeness(carried: CarriedGrasp, tried: Candidates, config: GraspConfig) -> NDArray:
    """How like the carried grasp each is (G, 0..1)."""
    shift = np.linalg.norm(tried.positions - carried.position, axis=1) / config.shift_m
    turn = turn_angles(tried.rotations, carried.rotation) / config.turn
    return np.asarray(0.5 ** (turn**2 + shift**2))


def _any_likeness(carried: CarriedGrasp, tried: Candidates, config: GraspConfig) -> NDArray:
    """The same of grasps from any side, which are all unlike it: the least turned are liked a little better."""
    turn = turn_angles(tried.rotations, carried.rotation) / np.pi
    return np.asarray(config.otherwise**2 * 0.5**turn)


def _distinct(tried: Candidates, scores: NDArray, config: GraspConfig) -> list[int]:
    """Indices, best first, of grasps with a score that differ from every better one by place or turn."""
    chosen: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        if scores[index] <= 0 or len(chosen) == config.maximum:
            break
        if all(_differ(tried, index, other, config) for other in chosen):
            chosen.append(int(index))
    return chosen


def _differ(tried: Candidates, one: int, other: int, config: GraspConfig) -> bool:
    if np.linalg.norm(tried.positions[one] - tried.positions[other]) >= config.distinct_m:
        return True
    return bool(turn_angles(tried.rotations[[one]], tried.rotations[other])[0] >= config.distinct_turn)
