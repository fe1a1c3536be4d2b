"""What speaks for and against an answer, measured on a scene; `dfc_core.trust.evidence` has the names."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.align.alignment import Alignment
from dfc_core.align.rival import rival
from dfc_core.frames.crop import window_around
from dfc_core.match.regions import PART_THRESHOLD
from dfc_core.model import ROLES
from dfc_core.transfer.contacts import Placed
from dfc_core.transfer.pose import ToolPose
from dfc_core.transfer.scene import Scene
from dfc_core.trust.evidence import APART_PX, NO_GEOMETRY, SURE, log_odds

CROP_PX = 224 / 1.2  # of the crop, the tool's longest side
OCCLUDER_M = 0.01  # what lies so much nearer than the tool beside it hides some of it


def geometry_evidence(scene: Scene, alignment: Alignment | None) -> dict[str, float]:
    """`GEOMETRY` of the functional part's matches; `NO_GEOMETRY` but for what needs none, where nothing aligned."""
    matches = scene.matches["function"]
    score = scene.matched("function")[2]
    cycle = matches.cycle_distance.cpu().numpy()
    on_part = scene.described.features["function"].part_probability.cpu().numpy() >= PART_THRESHOLD
    found = {**NO_GEOMETRY, "matched_share": len(score) / max(int(on_part.sum()), len(score), 1)}
    if alignment is None:
        return found
    inliers = scene.agreeing(alignment)
    return {
        **found,
        "inlier_ratio": float(alignment.inlier_ratio),
        "inliers": math.log1p(int(inliers.sum())),
        "residual_mm": math.log1p(1000 * alignment.residual),
        "residual_share": float(alignment.residual / alignment.threshold),
        "match_score": float(score[inliers].mean()) if inliers.any() else 0.0,
        "cycle_px": math.log1p(float(cycle[inliers].mean()) / 4) if inliers.any() else NO_GEOMETRY["cycle_px"],
        "turn_by_side": float(alignment.turn_told_by != ""),
        "rescaled": abs(math.log(alignment.scale)),
        "part_mm": math.log(max(1000 * alignment.part_radius, 1.0)),
        "frames_agree": _frames_agree(scene, alignment),
    }


def parts_evidence(scene: Scene) -> dict[str, float]:
    """`PARTS` of the target."""
    part, hold = (scene.candidates[role].part_probability for role in ROLES)
    return {
        "part_peak": log_odds(float(np.quantile(part, 0.95))),
        "hold_peak": log_odds(float(np.quantile(hold, 0.95))),
    }


def pose_evidence(scene: Scene, pose: ToolPose) -> dict[str, float]:
    """`TURN` of a pose, but for `PARTS` and what its contacts say."""
    matched, cues, config = scene.correspondences, scene.cues, scene.config
    up = 0.0
    if cues.up_demo is not None and cues.up_target is not None:
        up = float(pose.chosen.rotation @ cues.up_demo @ cues.up_target)
    variance = np.linalg.eigvalsh(pose.matched.covariance[3:, 3:])[-1]
    return {
        "rival": rival(pose.matched, matched, cues, pose.axis, config.rival, config.align),
        "frames_agree": _frames_agree(scene, pose.chosen),
        "up_agrees": up,
        "turn_sigma": math.log(max(math.degrees(math.sqrt(max(variance, 0.0))), 0.1)),
    }


def _frames_agree(scene: Scene, alignment: Alignment) -> float:
    density = scene.cues.log_density(alignment.rotation[None])[0]
    return float(np.clip(density, *scene.config.align.orientation_bounds))


def contact_evidence(
    scene: Scene,
    geometry: dict[str, float],
    placed: Sequence[Placed],
    aligned: Sequence[NDArray | None],
    distance_m: float,
) -> list[dict[str, float]]:
    """`CONTACT` of each of the demonstration's contacts, which lie at `placed`, by the alignment at `aligned`."""
    back = _ways_back(scene, placed)
    return [
        _contact_evidence(scene, geometry, number, placed[number], aligned[number], back[number], distance_m)
        for number in range(len(placed))
    ]


def _contact_evidence(
    scene: Scene,
    geometry: dict[str, float],
    number: int,
    placed: Placed,
    aligned: NDArray | None,
    back: int,
    distance_m: float,
) -> dict[str, float]:
    role = scene.demonstration.contacts[number].role
    candidates, at = scene.candidates[role], placed.index
    similarity, median = placed.similarity, placed.median
    here = similarity[at]
    around = np.linalg.norm(candidates.pixels_crop - candidates.pixels_crop[at], axis=1) <= APART_PX
    second = median if around.all() else float(similarity[~around].max())
    some = len(candidates.seen) > 0
    misaligned = 0.0
    if aligned is not None and candidates.has_point[at]:
        misaligned = float(np.linalg.norm(candidates.points[at] - aligned))
    part_demo, cycle_px, cycle_m = _way_back(scene, number, back, role)
    return {
        "similarity": float(here),
        "above_median": float((here - median) / max(1 - median, 1e-6)),
        "above_second": float(here) - second,
        "mass_near": _mass_near(placed, candidates.points, candidates.has_point, distance_m),
        "contact_cycle_px": math.log1p(cycle_px / 4),
        "contact_cycle_mm": math.log1p(1000 * cycle_m / 5),
        "part": log_odds(float(candidates.part_probability[at])),
        "part_demo": log_odds(part_demo),
        "misaligned_mm": math.log1p(1000 * misaligned / 5),
        "misaligned_share": misaligned / (misaligned + math.exp(geometry["part_mm"]) / 1000),
        "unaligned": float(aligned is None),
        "depth_support": float(candidates.has_point[around].mean()),
        "range": math.log(max(candidates.distance, 0.05)) if some else 0.0,
        "tool_mm": math.log(max(1000 * (candidates.radius if some else 0.05), 1.0)),
        "tool_pixels": math.log1p(scene.target.area),
        "on_hold": float(role == "grasp"),
        **geometry,
    }


def tool_evidence(scene: Scene, geometry: dict[str, float], aligned: bool, kin: float) -> dict[str, float]:
    """`TOOL` of the target, with the log-odds `kin` of its look; `geometry` with `PARTS`."""
    function, hold = scene.candidates["function"], scene.candidates["grasp"]
    demo = scene.described.features["function"].part_probability.cpu().numpy()
    share, share_demo = (max(float((p >= PART_THRESHOLD).mean()), 1e-3) for p in (function.part_probability, demo))
    border, occluded = _outline(scene)
    return {
        "kin": float(np.clip(kin, -SURE, SURE)),
        "part_share": math.log(share),
        "part_share_ratio": math.log(share / share_demo),
        "part_pixels": math.log1p(share * scene.target.area),
        "hold_share": math.log(max(float((hold.part_probability >= PART_THRESHOLD).mean()), 1e-3)),
        "border": border,
        "occluded": occluded,
        "similarity": _mean_similarity(scene, "function"),
        "hold_similarity": _mean_similarity(scene, "grasp"),
        "misfit": float(not aligned),
        **geometry,
    }


def _mean_similarity(scene: Scene, role: str) -> float:
    similarity = scene.matches[role].similarity
    return float(similarity.mean()) if len(similarity) else 0.0


def _ways_back(scene: Scene, placed: Sequence[Placed]) -> NDArray:
    """Index (C) of the demonstrated tool's pixel most like the place of each contact."""
    roles = np.array([contact.role for contact in scene.demonstration.contacts])
    back = np.zeros(len(placed), dtype=np.int64)
    for role in np.unique(roles):
        of_role = np.flatnonzero(roles == role).tolist()
        there = scene.candidates[role].features[[placed[number].index for number in of_role]]
        back[of_role] = (there @ scene.described.features[role].features.cpu().numpy().T).argmax(axis=1)
    return back


def _way_back(scene: Scene, number: int, back: int, role: str) -> tuple[float, float, float]:
    """Part probability where the contact was shown; how far (px of the crop, m) from there the pixel `back` is."""
    described, pixel = scene.described.features[role], np.asarray(scene.demonstration.contacts[number].pixel)
    shown = int(np.linalg.norm(described.pixels.cpu().numpy() - pixel, axis=1).argmin())
    places = described.pixels_crop.cpu().numpy()
    cycle_px = float(np.linalg.norm(places[back] - places[shown]))
    points, valid = scene.described.points[role], scene.described.valid[role]
    if valid[back] and scene.contact_valid[number]:
        cycle_m = float(np.linalg.norm(points[back] - scene.contact_points[number]))
    else:
        cycle_m = cycle_px / CROP_PX * (float(np.ptp(points[valid], axis=0).max()) if valid.any() else 0.1)
    return float(described.part_probability[shown]), cycle_px, cycle_m


def _mass_near(placed: Placed, points: NDArray, has_point: NDArray, distance_m: float) -> float:
    """Log-odds that the place's own scores, as log-probabilities, give to what lies within `distance_m` of it."""
    if not has_point[placed.index]:
        return 0.0
    mass = np.exp(placed.score[has_point] - placed.score.max())
    near = np.linalg.norm(points[has_point] - points[placed.index], axis=1) <= distance_m
    return log_odds(float(mass[near].sum() / mass.sum()))


def _outline(scene: Scene) -> tuple[float, float]:
    """Shares of the tool's outline that lie at the picture's border, and along something nearer than the tool."""
    if not scene.mask.any():
        return 0.0, 0.0
    around = window_around(scene.mask, 8)
    mask = scene.mask[around]
    ring = ndimage.binary_dilation(np.pad(mask, 1)) & ~np.pad(mask, 1)
    total = max(int(ring.sum()), 1)
    inner = ring[1:-1, 1:-1]
    border = 1 - inner.sum() / total
    if scene.frame.depth_m is None:
        return float(border), 0.0
    depth = scene.frame.depth_m[around]
    wide = ndimage.binary_dilation(mask, iterations=4) & ~ndimage.binary_dilation(mask, iterations=2)
    on_tool = np.where(mask & (depth > 0), depth, 0.0)
    beside = ndimage.maximum_filter(on_tool, size=11)  # the tool's farthest reading around
    nearer = wide & (depth > 0) & (beside > 0) & (depth < beside - OCCLUDER_M)
    return float(border), float(nearer.sum() / max(int(wide.sum()), 1))
