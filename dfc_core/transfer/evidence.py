"""What speaks for and against an answer, in numbers by name; `dfc_core.transfer.calibration` makes probabilities of it.

Each number says with its sign whether more of it speaks for (1) or against (-1) the question asked of it, or may do
either (0). All are finite whatever was seen: what could not be measured has the value that speaks for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.transfer.align import Alignment
from dfc_core.transfer.contacts import Placed
from dfc_core.transfer.scene import Scene

CROP_PX = 224 / 1.2  # of the crop, the tool's longest side
SURE = 6.0  # log-odds: probabilities nearer to 0 and 1 than this say no more
APART_PX = 12.0  # of the crop: a second place this far away is another one
OCCLUDER_M = 0.01  # what lies so much nearer than the tool beside it hides some of it

GEOMETRY = {
    "inlier_ratio": 1,  # share of the part's matches that agree with the alignment
    "inliers": 1,  # log of their number
    "residual_mm": -1,  # log of 1 + what they are off by
    "residual_share": -1,  # the same over the threshold
    "match_score": 1,  # mean of the inliers, 0..1
    "cycle_px": -1,  # log of 1 + their mean way back to another place than they came from, in 4 px of the crop
    "matched_share": 1,  # of the demonstrated part's pixels, those that found a partner
    "rescaled": -1,  # |log| of the tools' ratio of sizes
    "part_mm": -1,  # log of the part's radius: on a large part the same error in its own unit is longer
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
    **GEOMETRY,
}
MATCH = {
    "contacts_mean": 1,  # log-odds of the contacts, as calibrated
    "contacts_low": 1,  # of the worst
    **GEOMETRY,
}
TOOL = {
    "kin": 1,  # log-odds that tools which look like this one afford the function (`dfc_core.transfer.kin`)
    "part_peak": 1,  # log-odds at the target's twentieth most likely part pixel in a hundred
    "part_share": 0,  # log of the share of the target's pixels on its part
    "part_share_ratio": 0,  # the same over the demonstrated tool's
    "part_pixels": 1,  # log of the part's pixels in the picture
    "hold_peak": 1,
    "hold_share": 0,
    "border": 0,  # share of the tool's outline at the picture's border
    "occluded": 0,  # share of the tool's outline along something nearer
    "similarity": 1,  # mean of the matches
    "hold_similarity": 1,
    "misfit": -1,  # 1 where no alignment came about
    **GEOMETRY,
}
NO_GEOMETRY = {
    "inlier_ratio": 0.0, "inliers": 0.0, "residual_mm": math.log(11), "residual_share": 1.0, "match_score": 0.0,
    "cycle_px": math.log(3), "matched_share": 0.0, "rescaled": math.log(6), "part_mm": math.log(15),
}  # fmt: skip


def geometry_evidence(scene: Scene, alignment: Alignment | None) -> dict[str, float]:
    """`GEOMETRY` of the functional part's matches; `NO_GEOMETRY` but for what needs none, where nothing aligned."""
    matches = scene.matches["function"]
    index_demo, index_target, score = scene.matched("function")
    cycle = matches.cycle_distance.cpu().numpy()
    on_part = scene.described.features["function"].part_probability.cpu().numpy() >= 0.5
    found = {**NO_GEOMETRY, "matched_share": len(score) / max(int(on_part.sum()), len(score), 1)}
    if alignment is None:
        return found
    mapped = alignment.map(scene.described.points["function"][index_demo])
    off = np.linalg.norm(mapped - scene.candidates["function"].points[index_target], axis=1)
    inliers = scene.liftable("function") & (off <= alignment.threshold)
    return {
        **found,
        "inlier_ratio": float(alignment.inlier_ratio),
        "inliers": math.log1p(int(inliers.sum())),
        "residual_mm": math.log1p(1000 * alignment.residual),
        "residual_share": float(alignment.residual / alignment.threshold),
        "match_score": float(score[inliers].mean()) if inliers.any() else 0.0,
        "cycle_px": math.log1p(float(cycle[inliers].mean()) / 4) if inliers.any() else NO_GEOMETRY["cycle_px"],
        "rescaled": abs(math.log(alignment.scale)),
        "part_mm": math.log(max(1000 * alignment.part_radius, 1.0)),
    }


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
        "part": _log_odds(float(candidates.part_probability[at])),
        "part_demo": _log_odds(part_demo),
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


def match_evidence(geometry: dict[str, float], contacts: list[float]) -> dict[str, float]:
    """`MATCH` of a match whose contacts (at least one) have these probabilities."""
    odds = [_log_odds(probability) for probability in contacts]
    return {"contacts_mean": float(np.mean(odds)), "contacts_low": min(odds), **geometry}


def tool_evidence(scene: Scene, geometry: dict[str, float], aligned: bool, kin: float) -> dict[str, float]:
    """`TOOL` of the target, with the log-odds `kin` of its look."""
    function, hold = scene.candidates["function"], scene.candidates["grasp"]
    demo = scene.described.features["function"].part_probability.cpu().numpy()
    share, share_demo = (max(float((p >= 0.5).mean()), 1e-3) for p in (function.part_probability, demo))
    border, occluded = _outline(scene)
    return {
        "kin": float(np.clip(kin, -SURE, SURE)),
        "part_peak": _log_odds(float(np.quantile(function.part_probability, 0.95))),
        "part_share": math.log(share),
        "part_share_ratio": math.log(share / share_demo),
        "part_pixels": math.log1p(share * scene.target.area),
        "hold_peak": _log_odds(float(np.quantile(hold.part_probability, 0.95))),
        "hold_share": math.log(max(float((hold.part_probability >= 0.5).mean()), 1e-3)),
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
    return _log_odds(float(mass[near].sum() / mass.sum()))


def _outline(scene: Scene) -> tuple[float, float]:
    """Shares of the tool's outline that lie at the picture's border, and along something nearer than the tool."""
    if not scene.mask.any():
        return 0.0, 0.0
    around = _window(scene.mask, 8)
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


def _window(mask: NDArray, margin: int) -> tuple[slice, slice]:
    """The rows and columns around a mask that is not empty, as far as the picture goes."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(rows[0] - margin, 0), rows[-1] + margin + 1),
        slice(max(columns[0] - margin, 0), columns[-1] + margin + 1),
    )


def _log_odds(probability: float) -> float:
    odds = math.log(max(probability, 1e-9)) - math.log(max(1 - probability, 1e-9))
    return min(max(odds, -SURE), SURE)
