"""The names of what speaks for and against an answer; `dfc_core.trust.calibration` makes probabilities of such numbers.

Each says with its sign whether more of it speaks for (1) or against (-1) the question asked of it, or may do either
(0). All are finite whatever was seen: what could not be measured has the value that speaks for nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SURE = 6.0  # log-odds: probabilities nearer to 0 and 1 than this say no more
APART_PX = 12.0  # of the crop: a second place this far away is another one

GEOMETRY = {
    "inlier_ratio": 1,  # share of the part's matches that agree with the alignment
    "inliers": 1,  # log of their number
    "residual_mm": -1,  # log of 1 + what they are off by
    "residual_share": -1,  # the same over the threshold
    "match_score": 1,  # mean of the inliers, 0..1
    "cycle_px": -1,  # log of 1 + their mean way back to another place than they came from, in 4 px of the crop
    "matched_share": 1,  # of the demonstrated part's pixels, those that found a partner
    "turn_by_side": -1,  # 1 where the matches lie on a line and something else told the turn about it
    "rescaled": -1,  # |log| of the tools' ratio of sizes
    "part_mm": -1,  # log of the part's radius: on a large part the same error in its own unit is longer
    "frames_agree": 1,  # log density that the two function frames, as they look, give to the turn; 0 = say nothing
}
PARTS = {  # how clearly the target's parts stand out; less on kinds of tools that the model does not know
    "part_peak": 1,  # log-odds at the target's twentieth most likely part pixel in a hundred
    "hold_peak": 1,  # the same of the part to hold
}
CONTACT = {
    "similarity": 1,  # of the place to the contact's descriptor
    "above_median": 1,  # of that similarity over the tool's median, 1 = at similarity 1
    "above_second": 1,  # over the best of the places farther than `APART_PX`
    "mass_near": 1,  # log-odds that a softmax over all places gives to those within the distance asked about
    "contact_cycle_px": -1,  # log of 1 + how far from the contact the way back from its place ends, in 4 px of the crop
    "contact_cycle_mm": -1,  # the same on the surface, in 5 mm
    "part": 1,  # log-odds that the place lies on the part
    "part_demo": 1,  # log-odds that the demonstrated place does, as the model sees it
    "misaligned_mm": -1,  # log of 1 + distance of the place from where the alignment takes the contact, in 5 mm
    "misaligned_share": -1,  # the same over itself and the part's radius, 0..1
    "unaligned": 0,  # 1 where the alignment says nothing of it
    "depth_support": 1,  # share of the places around that have depth
    "range": -1,  # log of the distance from the camera in m
    "tool_mm": -1,  # log of the tool's radius
    "tool_pixels": 1,  # log of its pixels in the picture
    "on_hold": 0,  # 1 for a contact of the hand
    **PARTS,
    **GEOMETRY,
}
TURN = {
    "rival": -1,  # what the best alignment turned otherwise explains of the matches, over what this one does
    "frames_agree": 1,  # as in `GEOMETRY`, of the turn that is answered
    "up_agrees": 1,  # cosine of the tables' normals under it, 0 where a table was not seen
    "turn_sigma": -1,  # log of the largest deviation (degrees) that its covariance gives a turn
    "contacts_mean": 1,  # log-odds of the contacts, as calibrated; 0 without any
    **PARTS,
}
MATCH = {
    "contacts_mean": 1,  # log-odds of the contacts, as calibrated
    "contacts_low": 1,  # of the worst
    **PARTS,
    **GEOMETRY,
}
TOOL = {
    "kin": 1,  # log-odds that tools which look like this one afford the function (`dfc_core.trust.kin`)
    "part_share": 0,  # log of the share of the target's pixels on its part
    "part_share_ratio": 0,  # the same over the demonstrated tool's
    "part_pixels": 1,  # log of the part's pixels in the picture
    "hold_share": 0,
    "border": 0,  # share of the tool's outline at the picture's border
    "occluded": 0,  # share of the tool's outline along something nearer
    "similarity": 1,  # mean of the matches
    "hold_similarity": 1,
    "misfit": -1,  # 1 where no alignment came about
    **PARTS,
    **GEOMETRY,
}
ROUND = {  # whether the tool is symmetric about the axis that suits it best (`dfc_core.shape.revolution`)
    "contradiction": -1,  # log of the share of its points that, turned about it, lie where the camera looks through
    "agreement": 1,  # share that lie on its surface
    "thickness": 1,  # log of its radius over the error of depth
    "part_thickness": 1,  # the same of its functional part
    "standing_out": -1,  # log of the share that stand out of its outline
    "looks_round": 1,  # 1 where none of these is worse than a sure case may have it
    "may_hide": -1,  # 1 where what makes the demonstrated tool one-sided could be out of sight behind this one
    "one_sided": 0,  # 0 where its functional part lies about the axis, 1 to one side of it
    "twist_known": -1,  # how sure the turn of the function frame about its z is
    "frame_on_axis": 1,  # cosine of that z to the axis, less where z is not known well
}
UNKNOWN_FRAME = 0.5  # of `twist_known` and `frame_on_axis`, where the model tells nothing of the frame
NO_GEOMETRY = {
    "inlier_ratio": 0.0, "inliers": 0.0, "residual_mm": math.log(11), "residual_share": 1.0, "match_score": 0.0,
    "cycle_px": math.log(3), "matched_share": 0.0, "turn_by_side": 0.0, "rescaled": math.log(6),
    "part_mm": math.log(15), "frames_agree": 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """The numbers an answer's probabilities are computed from; `geometry` has those of `PARTS` as well, `contacts` None
    for one without a point, `turn` all of `TURN` but what the contacts say, and nothing without an alignment;
    `round` all of `ROUND`, or nothing."""

    tool: dict[str, float]
    geometry: dict[str, float]
    turn: dict[str, float] = field(default_factory=dict)
    contacts: list[dict[str, float] | None] = field(default_factory=list)
    round: dict[str, float] = field(default_factory=dict)


def match_evidence(geometry: dict[str, float], contacts: list[float]) -> dict[str, float]:
    """`MATCH` of a match whose contacts (at least one) have these probabilities."""
    odds = [log_odds(probability) for probability in contacts]
    return {"contacts_mean": float(np.mean(odds)), "contacts_low": min(odds), **geometry}


def turn_evidence(turn: dict[str, float], contacts: list[float]) -> dict[str, float]:
    """`TURN` of an alignment whose contacts (any number) have these probabilities."""
    odds = [log_odds(probability) for probability in contacts]
    return {**turn, "contacts_mean": float(np.mean(odds)) if odds else 0.0}


def right_match(errors_m: NDArray, distance_m: float) -> bool:
    """Whether the median of a match's contact errors (C, m; NaN = no point) lies within the distance."""
    return bool(np.median(np.where(np.isnan(errors_m), np.inf, errors_m)) <= distance_m)


def log_odds(probability: float) -> float:
    """Log-odds of a probability, held within `SURE`."""
    odds = math.log(max(probability, 1e-9)) - math.log(max(1 - probability, 1e-9))
    return min(max(odds, -SURE), SURE)
