"""Alignment of two tools from matched 3D points: the similarity most of them agree on, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.degenerate import refuse_few, refuse_line, refuse_mirrored
from dfc_core.align.search import Pairs, explained, search
from dfc_core.align.similarity import Similarity, radius
from dfc_core.align.uncertainty import alignment_covariance, sensor_variance, turned
from dfc_core.errors import DfcError
from dfc_core.geometry import compose


@dataclass(frozen=True)
class Alignment:
    """Where the demonstrated tool lies in the target's camera frame.

    A demonstrated point goes to `R (scale (p_demo - centre_demo)) + centre_target`: `map`. The rigid
    `T_target_demo` = [R | centre_target - R centre_demo] takes the functional part's centre (mean of its inliers)
    to the target's; at scale 1 the two are the same. `inlier_ratio` and `residual` (RMS, m) are of the functional
    part's correspondences, `inliers` of all; `part_radius` is that of the target's part, and the inlier `threshold`
    (both m) follows from it. `covariance` 6 x 6 is of `T_target_demo`, order x y z (m), turns about the target camera's
    x y z (rad), as in `geometry_msgs/PoseWithCovariance`. `turn_told_by` names what else than the matches told the turn
    about the line they lie on (`dfc_core.align.side`) or, where they agree on nothing, all of it (`.frames`); "" where
    they did.
    """

    T_target_demo: NDArray
    scale: float
    centre_demo: NDArray
    centre_target: NDArray
    inliers: NDArray  # N bool
    inlier_ratio: float
    residual: float
    threshold: float
    part_radius: float
    covariance: NDArray
    turn_told_by: str = ""

    def map(self, points_demo: NDArray) -> NDArray:
        """Points (N x 3, m) of the demonstration's camera frame on the target, in its camera frame."""
        return (np.asarray(points_demo) - self.centre_demo) @ (self.scale * self.rotation).T + self.centre_target

    @property
    def rotation(self) -> NDArray:
        """3 x 3, demonstration's camera to target's."""
        return self.T_target_demo[:3, :3]

    @property
    def similarity(self) -> Similarity:
        """The same motion as rotation, scale and translation."""
        return Similarity(self.rotation, self.scale, self.centre_target - self.scale * self.rotation @ self.centre_demo)


@dataclass(frozen=True)
class Correspondences:
    """Matched points, row i with row i: `demo` and `target` N x 3 (m, each in its camera), `weights` N (>= 0).

    `on_part` (N bool) marks those of the functional part. `covariance_demo` and `covariance_target` (N x 3 x 3, m^2)
    are the sensors' errors, zero where nothing is known of them.
    """

    demo: NDArray
    target: NDArray
    weights: NDArray
    on_part: NDArray
    covariance_demo: NDArray
    covariance_target: NDArray

    @staticmethod
    def of(
        demo: NDArray,
        target: NDArray,
        weights: NDArray,
        on_part: NDArray | None = None,
        covariance_demo: NDArray | None = None,
        covariance_target: NDArray | None = None,
    ) -> Correspondences:
        """All on the part and without error where nothing else is said. ValueError for shapes that do not agree,
        numbers that are not finite and weights below 0."""
        demo, target = np.asarray(demo, np.float64), np.asarray(target, np.float64)
        weights = np.asarray(weights, np.float64)
        if demo.shape != target.shape or demo.ndim != 2 or demo.shape[1] != 3 or weights.shape != demo.shape[:1]:
            raise ValueError(f"points are {demo.shape} and {target.shape}, weights {weights.shape}; N x 3, N x 3 and N")
        if not all(np.isfinite(values).all() for values in (demo, target, weights)) or (weights < 0).any():
            raise ValueError("points and weights must be finite numbers, weights not negative")
        none = np.zeros((len(demo), 3, 3))
        return Correspondences(
            demo,
            target,
            weights,
            np.ones(len(demo), dtype=bool) if on_part is None else np.asarray(on_part, dtype=bool),
            none if covariance_demo is None else np.asarray(covariance_demo, np.float64),
            none if covariance_target is None else np.asarray(covariance_target, np.float64),
        )


def align(matched: Correspondences, cues: Cues, config: AlignConfig) -> Alignment:
    """The alignment that most of the matches agree on; one that leaves a turn free too, which a round tool's may.

    The matches of the functional part set the part's size and centre, and must agree; the others only help to find the
    turn. Of the points' covariances a match counts the less the more they say against the inlier threshold.
    Deterministic for a seed. DfcError: DEGENERATE when the points fix no alignment (`degenerate`); NO_MATCH when no
    alignment agrees with enough.
    """
    part = matched.on_part
    refuse_few(int((part & (matched.weights > 0)).sum()), config)
    for points, covariances, whose in (
        (matched.demo, matched.covariance_demo, "demonstration"),
        (matched.target, matched.covariance_target, "target"),
    ):
        refuse_line(points, covariances, whose, config)
    part_radius = radius(matched.target[part], matched.weights[part])
    pairs = pairs_of(matched, part_radius, config)
    found = search(pairs, cues, config)
    score = 0.0 if found is None else explained(found[0], pairs, Cues(), config)
    if found is None or cues.log_density(found[0].rotation[None])[0] <= 0:  # the frames, if known, are no mirror images
        refuse_mirrored(score, pairs, config)
    if found is None:
        raise DfcError("NO_MATCH", "no alignment within the allowed scale agrees with the matches")
    return describe(found[0], matched, (part_radius, pairs.threshold), config)


def describe(
    similarity: Similarity, matched: Correspondences, radius_and_threshold: tuple[float, float], config: AlignConfig
) -> Alignment:
    """The `Alignment` of a similarity: what agrees with it, how well, how sure. DfcError as `align`'s."""
    rotation, scale, translation = similarity
    part_radius, threshold = radius_and_threshold
    residuals = np.linalg.norm(similarity.map(matched.demo) - matched.target, axis=1)
    inliers = residuals <= threshold
    part = inliers & matched.on_part
    ratio = float(part.sum() / matched.on_part.sum())
    if part.sum() < config.minimum_inliers or ratio < config.minimum_inlier_ratio:
        raise DfcError(
            "NO_MATCH",
            f"only {part.sum()} of {matched.on_part.sum()} matches agree on one alignment; at least "
            f"{config.minimum_inliers} and {config.minimum_inlier_ratio:.0%} are needed",
        )
    refuse_line(matched.demo[inliers], matched.covariance_demo[inliers], "demonstration", config)
    refuse_line(matched.target[inliers], matched.covariance_target[inliers], "target", config)
    centre_demo = matched.demo[part].mean(axis=0)
    centre_target = scale * rotation @ centre_demo + translation
    residual = float(np.sqrt((residuals[part] ** 2).mean()))
    errors = matched.covariance_target[inliers] + turned(matched.covariance_demo[inliers], similarity)
    covariance = alignment_covariance(
        matched.demo[inliers], errors, residual, centre_demo, similarity, config.noise_floor_m / 4, config.correlated
    )
    return Alignment(
        T_target_demo=compose(rotation, centre_target - rotation @ centre_demo),
        scale=scale,
        centre_demo=centre_demo,
        centre_target=centre_target,
        inliers=inliers,
        inlier_ratio=ratio,
        residual=residual,
        threshold=threshold,
        part_radius=part_radius,
        covariance=covariance,
    )


def pairs_of(matched: Correspondences, part_radius: float, config: AlignConfig) -> Pairs:
    """What is searched in: a match whose sensors err by the inlier threshold counts half."""
    threshold = config.threshold(part_radius)
    part = matched.on_part
    shown = radius(matched.demo[part], matched.weights[part])
    ratio = float(np.clip(part_radius / max(shown, 1e-9), 1 / config.maximum_scale, config.maximum_scale))
    error = sensor_variance(matched.covariance_demo, matched.covariance_target, ratio)
    weights = matched.weights * threshold**2 / (threshold**2 + error)
    return Pairs(matched.demo, matched.target, weights / max(weights.sum(), 1e-12), threshold)
