"""Demonstrated contact points found again on the target: by feature, by part, and by the alignment together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dfc_core.geometry import rms_radius


@dataclass(frozen=True)
class ContactConfig:
    """How the three cues are weighed, in nats: similarity / `temperature` + `part_weight` log(part probability)
    - `alignment_weight` (distance / (`alignment_spread` * tool part's radius))^2 / 2.
    """

    temperature: float = 0.1
    part_weight: float = 1.0
    part_floor: float = 0.02
    alignment_weight: float = 1.0
    alignment_spread: float = 0.35
    spread_floor_m: float = 0.004
    window_px: float = 6.0  # of the 224 px crop; the soft argmax looks no farther

    def __post_init__(self) -> None:
        if self.temperature <= 0 or self.alignment_spread <= 0 or self.window_px <= 0:
            raise ValueError("temperature, alignment_spread and window_px must be above 0")


@dataclass(frozen=True)
class ContactPoint:
    """A contact on the target: `pixel` (x, y), `point` (3, m, camera's optical frame) or None, confidence 0..1.

    `normal` (3, unit, towards the camera) of the surface there, None where the readings around it lie on none;
    `covariance` (3 x 3, m^2) is what the depth sensor's error makes of `point`, None without one. Whether it is the
    right place, `confidence` says.
    """

    role: str
    pixel: tuple[float, float]
    point: tuple[float, float, float] | None
    confidence: float
    normal: tuple[float, float, float] | None = None
    covariance: tuple[tuple[float, float, float], ...] | None = None


@dataclass(frozen=True)
class TargetPixels:
    """The target's pixels that a contact may land on, N each.

    `pixels` N x 2 of the picture; `pixels_crop` N x 2 of the 224 px crop; `features` N x D, unit norm;
    `part_probability` N; `points` N x 3 (m), those with `has_point` (N bool), none without depth.
    """

    pixels: NDArray
    pixels_crop: NDArray
    features: NDArray
    part_probability: NDArray
    points: NDArray
    has_point: NDArray

    @cached_property
    def seen(self) -> NDArray:
        """The points that there are (M x 3, m)."""
        return self.points[self.has_point]

    @cached_property
    def radius(self) -> float:
        """RMS distance (m) of the points that there are (at least one) from their mean."""
        return rms_radius(self.seen)

    @cached_property
    def distance(self) -> float:
        """Median depth (m) of the points that there are (at least one)."""
        return float(np.median(self.seen[:, 2]))

    @cached_property
    def nearest_seen(self) -> tuple[NDArray, NDArray]:
        """The candidates without a point (H), and of each the nearest in the picture that has one (H; at least one)."""
        seen, hidden = np.flatnonzero(self.has_point), np.flatnonzero(~self.has_point)
        if len(hidden) == 0:
            return hidden, hidden
        return hidden, seen[cKDTree(self.pixels_crop[seen]).query(self.pixels_crop[hidden])[1]]


@dataclass(frozen=True)
class Placed:
    """Where a contact came to lie: `pixel` 2, sub-pixel, `index` of the best candidate, `confidence` 0..1 (a
    heuristic), and of every candidate the `similarity` to the contact (N; their `median`) and the `score` (N, nats)."""

    pixel: NDArray
    index: int
    confidence: float
    similarity: NDArray
    median: float
    score: NDArray


def place(
    similarity: NDArray,
    candidates: TargetPixels,
    aligned_point: NDArray | None,
    part_radius: float,
    config: ContactConfig,
) -> Placed:
    """The place on the target of a contact to which the candidates have `similarity` (N), by the alignment at
    `aligned_point`.

    `aligned_point` (3, m, target's camera) None leaves the alignment out, as does a target without points. The best
    candidate is refined by a soft argmax over the candidates within `window_px` of it. ValueError without candidates.

    Confidence is a heuristic, for models without a calibration: the geometric mean of (a) how far the similarity at the
    place stands above the tool's median, (b) the part probability there, (c) the agreement with the alignment,
    exp(-distance^2 / 2 spread^2), where there is one.
    """
    if len(candidates.pixels) == 0:
        raise ValueError("no candidates: the target has no pixels")
    score = similarity / config.temperature
    score = score + config.part_weight * np.log(np.maximum(candidates.part_probability, config.part_floor))
    agreement = _agreement(candidates, aligned_point, part_radius, config)
    if agreement is not None:
        score = score + config.alignment_weight * agreement
    best = int(score.argmax())
    near, weight = _soft_argmax(candidates.pixels_crop, score, best, config.window_px)
    median = float(np.median(similarity))
    above = (float(weight @ similarity[near]) - median) / max(1 - median, 1e-6)
    terms = [above, weight @ candidates.part_probability[near]]
    if agreement is not None:
        terms.append(float(np.exp(agreement[best])))
    confidence = float(np.prod(np.clip(terms, 0, 1)) ** (1 / len(terms)))
    return Placed(weight @ candidates.pixels[near], best, confidence, similarity, median, score)


def _soft_argmax(pixels: NDArray, score: NDArray, best: int, window: float, shifts: int = 3) -> tuple[NDArray, NDArray]:
    """Candidates (indices) in the window and their weights; the window moves to the mean, else it would pull back."""
    centre = pixels[best]
    within_reach = np.flatnonzero(_apart(pixels, centre) <= shifts * window)
    for _ in range(shifts):
        inside = (_apart(pixels[within_reach], centre) <= window) | (within_reach == best)
        near = within_reach[inside]
        weight = np.exp(score[near] - score[near].max())
        weight /= weight.sum()
        centre = weight @ pixels[near]
    return near, weight


def _apart(pixels: NDArray, centre: NDArray) -> NDArray:
    return np.asarray(np.hypot(pixels[:, 0] - centre[0], pixels[:, 1] - centre[1]))


def _agreement(
    candidates: TargetPixels, aligned_point: NDArray | None, part_radius: float, config: ContactConfig
) -> NDArray | None:
    """-distance^2 / 2 spread^2 (N) to the aligned contact; one without depth is as far as its neighbour."""
    if aligned_point is None or not candidates.has_point.any():
        return None
    spread = max(config.spread_floor_m, config.alignment_spread * part_radius)
    squared = ((candidates.points - aligned_point) ** 2).sum(axis=1)
    hidden, stand_in = candidates.nearest_seen
    squared[hidden] = squared[stand_in]
    return -squared / (2 * spread**2)
