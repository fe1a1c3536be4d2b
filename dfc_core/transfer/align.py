"""Robust alignment of two tools from matched 3D points: similarity by RANSAC, refined, with its uncertainty.

Least squares: Horn 1987 / Umeyama 1991; sampling and truncated loss: Fischler & Bolles 1981, Torr & Zisserman 2000
(MSAC); refinement of several of the best hypotheses: Chum et al. 2003 (LO-RANSAC).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import DfcError
from dfc_core.geometry import compose


@dataclass(frozen=True)
class AlignConfig:
    """How tools are aligned.

    A correspondence is an inlier when it is off by at most `relative_threshold` times the target part's radius (RMS
    distance of its points from their mean), never less than `noise_floor_m`. Tools differ in size, so the scale is
    free within [1 / `maximum_scale`, `maximum_scale`] unless `estimate_scale` is off. `up_weight` and `body_weight`
    break ties between alignments that explain the matches about equally well: one that turns the tool upside down must
    explain (1 + w) / (1 - w) times as much as one that does not. 0 switches a cue off.
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
    up_weight: float = 0.2
    body_weight: float = 0.2
    correlated: float = 10.0  # neighbouring matches share their error: so many count as one measurement

    def __post_init__(self) -> None:
        if self.maximum_scale < 1 or self.relative_threshold <= 0 or self.noise_floor_m <= 0:
            raise ValueError("maximum_scale must be at least 1, relative_threshold and noise_floor_m above 0")
        if not (0 <= self.up_weight < 1 and 0 <= self.body_weight < 1):
            raise ValueError(f"up_weight {self.up_weight} and body_weight {self.body_weight} must be in [0, 1)")
        if self.minimum_points < 3 or self.hypotheses < 1 or self.refined < 1:
            raise ValueError("minimum_points must be at least 3, hypotheses and refined at least 1")


@dataclass(frozen=True)
class Cues:
    """What is known beside the matches: unit directions (3) in the demonstration's and the target's camera frame.

    `up_*`: normal of the support plane; `body_*`: from the functional part's centre to the tool's. A cue counts
    only when both of its directions are there.
    """

    up_demo: NDArray | None = None
    up_target: NDArray | None = None
    body_demo: NDArray | None = None
    body_target: NDArray | None = None


@dataclass(frozen=True)
class Alignment:
    """Where the demonstrated tool lies in the target's camera frame.

    A demonstrated point goes to `R (scale (p_demo - centre_demo)) + centre_target`: `map`. The rigid
    `T_target_demo` = [R | centre_target - R centre_demo] takes the functional part's centre (mean of its inliers)
    to the target's; at scale 1 the two are the same. `inlier_ratio` and `residual` (RMS, m) are of the functional
    part's correspondences, `inliers` of all; `part_radius` is that of the target's part, and the inlier `threshold`
    (both m) follows from it. `covariance` 6 x 6 is of `T_target_demo`, order x y z (m), turns about the target camera's
    x y z (rad), as in `geometry_msgs/PoseWithCovariance`.
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

    def map(self, points_demo: NDArray) -> NDArray:
        """Points (N x 3, m) of the demonstration's camera frame on the target, in its camera frame."""
        rotation = self.T_target_demo[:3, :3]
        return (np.asarray(points_demo) - self.centre_demo) @ (self.scale * rotation).T + self.centre_target

    @property
    def rotation(self) -> NDArray:
        """3 x 3, demonstration's camera to target's."""
        return self.T_target_demo[:3, :3]


def align(
    points_demo: NDArray,
    points_target: NDArray,
    weights: NDArray,
    on_part: NDArray | None = None,
    cues: Cues = Cues(),
    config: AlignConfig = AlignConfig(),
) -> Alignment:
    """Align matched points (both N x 3, m, row i with row i) of weight `weights` (N, >= 0).

    `on_part` (N bool, default all) marks the correspondences of the functional part: they set the part's size and
    centre, and must agree; the others only help to find the turn. Deterministic for a seed. DfcError: DEGENERATE when
    points are too few, collinear or in one place; NO_MATCH when no alignment agrees with enough of them.
    """
    demo, target = np.asarray(points_demo, np.float64), np.asarray(points_target, np.float64)
    weights = np.asarray(weights, np.float64)
    on_part = np.ones(len(demo), dtype=bool) if on_part is None else np.asarray(on_part, dtype=bool)
    if demo.shape != target.shape or demo.ndim != 2 or demo.shape[1] != 3 or weights.shape != demo.shape[:1]:
        raise ValueError(f"points are {demo.shape} and {target.shape}, weights {weights.shape}; N x 3, N x 3 and N")
    if on_part.sum() < config.minimum_points:
        raise DfcError(
            "DEGENERATE", f"{on_part.sum()} matches with depth; an alignment needs at least {config.minimum_points}"
        )
    _refuse_line(demo, target, config)
    part_radius = _radius(target[on_part], weights[on_part])
    threshold = max(config.noise_floor_m, config.relative_threshold * part_radius)
    share = weights / max(weights.sum(), 1e-12)
    best = _search(demo, target, share, cues, threshold, config)
    if best is None:
        raise DfcError("NO_MATCH", "no alignment within the allowed scale agrees with the matches")
    return _result(best, demo, target, on_part, (part_radius, threshold), config)


def fit_similarity(
    demo: NDArray, target: NDArray, weights: NDArray, maximum_scale: float = 3.0, estimate_scale: bool = True
) -> tuple[NDArray, float, NDArray]:
    """Weighted least-squares (rotation 3 x 3, scale, translation): target ~ scale R demo + translation.

    The scale is Horn's symmetric one, the ratio of the two spreads, because the usual one shrinks with noise.
    """
    share = weights / weights.sum()
    mean_demo, mean_target = share @ demo, share @ target
    a, b = demo - mean_demo, target - mean_target
    u, _, vt = np.linalg.svd((share[:, None] * b).T @ a)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    spread_demo, spread_target = share @ (a**2).sum(axis=1), share @ (b**2).sum(axis=1)
    scale = float(np.sqrt(spread_target / max(spread_demo, 1e-18))) if estimate_scale else 1.0
    scale = float(np.clip(scale, 1 / maximum_scale, maximum_scale))
    return rotation, scale, mean_target - scale * rotation @ mean_demo


def _radius(points: NDArray, weights: NDArray) -> float:
    share = weights / max(weights.sum(), 1e-12)
    return float(np.sqrt(share @ ((points - share @ points) ** 2).sum(axis=1)))


def _refuse_line(demo: NDArray, target: NDArray, config: AlignConfig) -> None:
    for points, whose in ((demo, "demonstration"), (target, "target")):
        first, second = _robust_extents(points)
        if first < config.minimum_extent_m:
            raise DfcError("DEGENERATE", f"the matched points on the {whose} lie in one place ({first * 1000:.1f} mm)")
        if second < max(config.minimum_thickness * first, 1e-6):
            raise DfcError(
                "DEGENERATE",
                f"the matched points on the {whose} lie on a line ({first * 1000:.1f} by {second * 1000:.2f} mm): "
                "the turn about it is unknown",
            )


def _robust_extents(points: NDArray) -> tuple[float, float]:
    """`_extents`, the second not above what nine in ten points support: a stray point makes no plane of a line."""
    first, second = _extents(points)
    centred = points - np.median(points, axis=0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    off_axis = np.linalg.norm(centred - np.outer(centred @ axis, axis), axis=1)
    # 1.64 RMS is the ninth decile of a normal distribution's distance from its mean.
    return first, min(second, float(np.quantile(off_axis, 0.9)) / 1.64)


def _extents(points: NDArray) -> tuple[float, float]:
    """RMS extent (m) along the two longest principal directions."""
    centred = points - points.mean(axis=0)
    variances = np.linalg.eigvalsh(centred.T @ centred / len(points))
    return float(np.sqrt(max(variances[2], 0.0))), float(np.sqrt(max(variances[1], 0.0)))


def _search(
    demo: NDArray, target: NDArray, share: NDArray, cues: Cues, threshold: float, config: AlignConfig
) -> tuple[NDArray, float, NDArray] | None:
    """The best (rotation, scale, translation), or None when no sample gave one."""
    rotations, scales, translations = _hypotheses(demo, target, share, cues, config)
    if len(scales) == 0:
        return None
    scores = _scores(demo, target, share, rotations, scales, translations, cues, threshold, config)
    best, best_score = None, -np.inf
    for index in np.argsort(-scores, kind="stable")[: config.refined]:
        start = (rotations[index], float(scales[index]), translations[index])
        refined = _refine(start, demo, target, share, threshold, config)
        score = _scores(
            demo, target, share, refined[0][None], np.array([refined[1]]), refined[2][None], cues, threshold, config
        )[0]
        if score > best_score:
            best, best_score = refined, score
    return best


def _hypotheses(
    demo: NDArray, target: NDArray, share: NDArray, cues: Cues, config: AlignConfig
) -> tuple[NDArray, NDArray, NDArray]:
    """Similarities (H x 3 x 3, H, H x 3) through weighted random triples, and through pairs where up is known."""
    random = np.random.default_rng(config.seed)
    triples = random.choice(len(demo), size=(config.hypotheses, 3), p=share)
    triples = triples[(triples[:, 0] != triples[:, 1]) & (triples[:, 0] != triples[:, 2])]
    sides_demo = demo[triples[:, 1:]] - demo[triples[:, :1]]
    sides_target = target[triples[:, 1:]] - target[triples[:, :1]]
    rotations, good = _rotations(sides_demo, sides_target)
    lengths_demo = np.linalg.norm(sides_demo, axis=2)
    lengths_target = np.linalg.norm(sides_target, axis=2)
    anchors = triples
    if cues.up_demo is not None and cues.up_target is not None and config.up_weight > 0:
        ups_demo = np.broadcast_to(cues.up_demo, sides_demo[:, 0].shape)
        ups_target = np.broadcast_to(cues.up_target, sides_target[:, 0].shape)
        upright, good_upright = _rotations(
            np.stack([ups_demo, sides_demo[:, 0]], axis=1), np.stack([ups_target, sides_target[:, 0]], axis=1)
        )
        rotations, good = np.concatenate([rotations, upright]), np.concatenate([good, good_upright])
        lengths_demo = np.concatenate([lengths_demo, lengths_demo[:, :1].repeat(2, axis=1)])
        lengths_target = np.concatenate([lengths_target, lengths_target[:, :1].repeat(2, axis=1)])
        anchors = np.concatenate([triples, triples[:, [0, 1, 1]]])
    scales = lengths_target.sum(axis=1) / np.maximum(lengths_demo.sum(axis=1), 1e-9)
    if not config.estimate_scale:
        scales = np.ones_like(scales)
    good &= (scales <= config.maximum_scale) & (scales >= 1 / config.maximum_scale)
    rotations, scales, anchors = rotations[good], scales[good], anchors[good]
    means_demo, means_target = demo[anchors].mean(axis=1), target[anchors].mean(axis=1)
    return rotations, scales, means_target - scales[:, None] * np.einsum("hij,hj->hi", rotations, means_demo)


def _rotations(pairs_demo: NDArray, pairs_target: NDArray) -> tuple[NDArray, NDArray]:
    """Rotations (H x 3 x 3) that turn one pair of vectors (H x 2 x 3) onto the other, and which are well posed."""
    basis_demo, good_demo = _bases(pairs_demo)
    basis_target, good_target = _bases(pairs_target)
    return np.einsum("hij,hkj->hik", basis_target, basis_demo), good_demo & good_target


def _bases(pairs: NDArray) -> tuple[NDArray, NDArray]:
    """Orthonormal bases (H x 3 x 3, columns) of pairs of vectors; not good when the two are within 10 degrees."""
    lengths = np.linalg.norm(pairs, axis=2)
    normal = np.cross(pairs[:, 0], pairs[:, 1])
    sine = np.linalg.norm(normal, axis=1) / np.maximum(lengths.prod(axis=1), 1e-18)
    good = (lengths.min(axis=1, initial=np.inf) > 1e-6) & (sine > 0.17)
    units = pairs / np.maximum(lengths, 1e-12)[..., None]
    # The bisector treats both vectors alike, so one bad match of the three does not decide alone.
    x = units.sum(axis=1)
    x /= np.maximum(np.linalg.norm(x, axis=1), 1e-12)[:, None]
    z = normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    return np.stack([x, np.cross(z, x), z], axis=2), good


def _scores(
    demo: NDArray,
    target: NDArray,
    share: NDArray,
    rotations: NDArray,
    scales: NDArray,
    translations: NDArray,
    cues: Cues,
    threshold: float,
    config: AlignConfig,
) -> NDArray:
    """Share of the matches (H, 0..1, truncated quadratic) that each similarity explains, times its cues' say."""
    squared = _squared_distances(demo, target, scales[:, None, None] * rotations, translations)
    explained = np.maximum(0, 1 - squared / threshold**2) @ share
    for weight, from_demo, in_target in (
        (config.up_weight, cues.up_demo, cues.up_target),
        (config.body_weight, cues.body_demo, cues.body_target),
    ):
        if from_demo is not None and in_target is not None:
            explained = explained * (1 + weight * (rotations @ from_demo @ in_target))
    return explained


def _squared_distances(demo: NDArray, target: NDArray, matrices: NDArray, translations: NDArray) -> NDArray:
    """|A_h demo_n + t_h - target_n|^2 (H x N), expanded so that it is one product of H x 18 with 18 x N.

    Both sets are moved to their means first, else the expansion would lose digits.
    """
    mean_demo, mean_target = demo.mean(axis=0), target.mean(axis=0)
    a, b = demo - mean_demo, target - mean_target
    shift = np.einsum("hij,j->hi", matrices, mean_demo) + translations - mean_target
    # |A a|^2 is scale^2 |a|^2, because A is a scaled rotation.
    scale_squared = np.einsum("hij,hij->h", matrices, matrices) / 3
    of_pose = np.concatenate(
        [
            scale_squared[:, None],
            np.ones((len(shift), 1)),
            (shift**2).sum(axis=1)[:, None],
            2 * np.einsum("hij,hi->hj", matrices, shift),
            -2 * shift,
            -2 * matrices.reshape(-1, 9),
        ],
        axis=1,
    )
    of_pair = np.concatenate(
        [
            (a**2).sum(axis=1)[None],
            (b**2).sum(axis=1)[None],
            np.ones((1, len(a))),
            a.T,
            b.T,
            np.einsum("ni,nj->ijn", b, a).reshape(9, -1),
        ]
    )
    return np.maximum(of_pose @ of_pair, 0)


def _refine(
    start: tuple[NDArray, float, NDArray],
    demo: NDArray,
    target: NDArray,
    share: NDArray,
    threshold: float,
    config: AlignConfig,
) -> tuple[NDArray, float, NDArray]:
    """Reweighted least squares over the inliers; gives back the last fit that still had inliers in a plane."""
    current = start
    for _ in range(config.iterations):
        rotation, scale, translation = current
        squared = ((scale * demo @ rotation.T + translation - target) ** 2).sum(axis=1)
        weights = share * np.maximum(0, 1 - squared / threshold**2)
        used = weights > 0
        if used.sum() < 3 or _extents(demo[used])[1] < 1e-5 or _extents(target[used])[1] < 1e-5:
            return current
        fitted = fit_similarity(demo[used], target[used], weights[used], config.maximum_scale, config.estimate_scale)
        if np.allclose(fitted[0], rotation, atol=1e-7) and np.allclose(fitted[2], translation, atol=1e-7):
            return fitted
        current = fitted
    return current


def _result(
    best: tuple[NDArray, float, NDArray],
    demo: NDArray,
    target: NDArray,
    on_part: NDArray,
    radius_and_threshold: tuple[float, float],
    config: AlignConfig,
) -> Alignment:
    rotation, scale, translation = best
    part_radius, threshold = radius_and_threshold
    residuals = np.linalg.norm(scale * demo @ rotation.T + translation - target, axis=1)
    inliers = residuals <= threshold
    part = inliers & on_part
    ratio = float(part.sum() / on_part.sum())
    if part.sum() < config.minimum_inliers or ratio < config.minimum_inlier_ratio:
        raise DfcError(
            "NO_MATCH",
            f"only {part.sum()} of {on_part.sum()} matches agree on one alignment; at least "
            f"{config.minimum_inliers} and {config.minimum_inlier_ratio:.0%} are needed",
        )
    _refuse_line(demo[inliers], target[inliers], config)
    centre_demo = demo[part].mean(axis=0)
    centre_target = scale * rotation @ centre_demo + translation
    residual = float(np.sqrt((residuals[part] ** 2).mean()))
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
        covariance=_covariance(demo[inliers], residual, rotation, scale, centre_demo, config),
    )


def _covariance(
    demo: NDArray, residual: float, rotation: NDArray, scale: float, centre_demo: NDArray, config: AlignConfig
) -> NDArray:
    """Covariance (6 x 6) of the rigid motion: least squares about the part's centre, carried to the frame's origin."""
    arms = scale * (demo - centre_demo) @ rotation.T
    jacobian = np.concatenate([np.broadcast_to(np.eye(3), (len(arms), 3, 3)), -_cross(arms)], axis=2)
    information = np.einsum("nki,nkj->ij", jacobian, jacobian) / config.correlated
    variance = max(residual, config.noise_floor_m / 4) ** 2 / 3
    about_centre = variance * np.linalg.inv(information + 1e-12 * np.eye(6))
    to_origin = np.eye(6)
    to_origin[:3, 3:] = _cross((rotation @ centre_demo)[None])[0]
    covariance = to_origin @ about_centre @ to_origin.T
    return (covariance + covariance.T) / 2


def _cross(vectors: NDArray) -> NDArray:
    """Matrices (N x 3 x 3) of the cross product with each vector: [v]x w = v x w."""
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
