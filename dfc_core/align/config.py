"""The choices of the alignment, and what it is told beside the matches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.geometry.orientations import Orientations, log_density_of_turns


@dataclass(frozen=True)
class AlignConfig:
    """How tools are aligned.

    A correspondence is an inlier when it is off by at most `relative_threshold` times the target part's radius (RMS
    distance of its points from their mean), never less than `noise_floor_m`. Tools differ in size, so the scale is
    free within [1 / `maximum_scale`, `maximum_scale`] unless `estimate_scale` is off. `up_weight` and `body_weight`
    break ties between alignments that explain the matches about equally well: one that turns the tool upside down must
    explain (1 + w) / (1 - w) times as much as one that does not. `orientation_weight` is that of the logarithm of the
    density which the two function frames give to a turn, held within `orientation_bounds`; `orientation_hypotheses`
    more alignments are drawn from it. `size_weight` is that of the squared distance, in octaves and at most
    `size_bound`, between a scale and the ratio of the two parts' sizes. 0 switches a cue off.
    """

    hypotheses: int = 1000
    refined: int = 8
    iterations: int = 10
    seed: int = 0
    relative_threshold: float = 0.25
    noise_floor_m: float = 0.004
    estimate_scale: bool = True
    maximum_scale: float = 6.0  # a bottle's mouth is a quarter of a mug's rim
    minimum_points: int = 6
    minimum_inliers: int = 6
    minimum_inlier_ratio: float = 0.15
    minimum_thickness: float = 0.04  # second over first singular value of the points; below it they are a line
    minimum_extent_m: float = 0.0015
    axis_noise: float = 1.0  # so many deviations of the sensor off a line, points still tell no turn about it
    maximum_turn_sigma: float = 0.6  # rad; a turn known no better is not known
    mirror_gain: float = 1.5  # a reflection that explains so many times as much is what the matches say
    mirror_hypotheses: int = 200
    up_weight: float = 0.2
    body_weight: float = 0.2
    orientation_weight: float = 0.2
    orientation_bounds: tuple[float, float] = (-3.0, 4.0)
    orientation_hypotheses: int = 300
    size_weight: float = 0.15
    size_bound: float = 4.0
    correlated: float = 10.0  # neighbouring matches share their error: so many count as one measurement

    def __post_init__(self) -> None:
        if self.maximum_scale < 1 or self.relative_threshold <= 0 or self.noise_floor_m <= 0:
            raise ValueError("maximum_scale must be at least 1, relative_threshold and noise_floor_m above 0")
        if not (0 <= self.up_weight < 1 and 0 <= self.body_weight < 1):
            raise ValueError(f"up_weight {self.up_weight} and body_weight {self.body_weight} must be in [0, 1)")
        if min(self.orientation_weight, self.orientation_hypotheses, self.size_weight, self.size_bound) < 0:
            raise ValueError(
                "orientation_weight, orientation_hypotheses, size_weight and size_bound must not be negative"
            )
        if self.minimum_points < 3 or self.hypotheses < 1 or self.refined < 1:
            raise ValueError("minimum_points must be at least 3, hypotheses and refined at least 1")

    def threshold(self, part_radius: float) -> float:
        """How far off (m) an inlier may be on a target whose part has this radius (m)."""
        return max(self.noise_floor_m, self.relative_threshold * part_radius)


@dataclass(frozen=True)
class Cues:
    """What is known beside the matches: unit directions (3) in the demonstration's and the target's camera frame.

    `up_*`: normal of the support plane; `body_*`: from the functional part's centre to the tool's; `orientation_*`: how
    the function frame is turned, as the tool looks; `size_*`: how large the functional part is that is seen (m). A cue
    counts only when it is there of both.
    """

    up_demo: NDArray | None = None
    up_target: NDArray | None = None
    body_demo: NDArray | None = None
    body_target: NDArray | None = None
    orientation_demo: Orientations | None = None
    orientation_target: Orientations | None = None
    size_demo: float | None = None
    size_target: float | None = None

    def log_density(self, rotations: NDArray) -> NDArray:
        """Logarithm (H) of the density that the function frames give to `rotations` (H x 3 x 3, demonstration's camera
        to target's); 0, as of knowing nothing, unless both are there."""
        if self.orientation_demo is None or self.orientation_target is None:
            return np.zeros(len(rotations))
        return log_density_of_turns(rotations, self.orientation_demo, self.orientation_target)

    def resized(self, scales: NDArray) -> NDArray:
        """Squared distance (H, octaves^2) of `scales` (H) from the ratio of the parts' sizes; 0 unless both are
        there."""
        if not self.size_demo or not self.size_target:
            return np.zeros(len(scales))
        return np.asarray(np.square(np.log2(scales * self.size_demo / self.size_target)))
