"""Similarities of 3D points: least squares, distances, and how far points extend."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Similarity(NamedTuple):
    """target ~ `scale` `rotation` demo + `translation`: 3 x 3, number, 3 (m)."""

    rotation: NDArray
    scale: float
    translation: NDArray

    def map(self, points: NDArray) -> NDArray:
        """Points (N x 3, m) after the similarity."""
        return self.scale * points @ self.rotation.T + self.translation


class Similarities(NamedTuple):
    """H of them: `rotations` H x 3 x 3, `scales` H, `translations` H x 3 (m)."""

    rotations: NDArray
    scales: NDArray
    translations: NDArray

    @staticmethod
    def of(similarity: Similarity) -> Similarities:
        """One alone."""
        rotation, scale, translation = similarity
        return Similarities(rotation[None], np.array([scale]), translation[None])

    def take(self, which: NDArray) -> Similarities:
        """Those at the indices `which`."""
        return Similarities(self.rotations[which], self.scales[which], self.translations[which])

    def one(self, index: int) -> Similarity:
        """The one at `index`."""
        return Similarity(self.rotations[index], float(self.scales[index]), self.translations[index])


class PairTerms(NamedTuple):
    """Matched points a and b (N of each, m), moved to the middles of their sets, as the numbers that squared distances
    and least squares are sums of: `terms` 18 x N, |a|^2, |b|^2, 1, a, b, b a^T. About other places than the middles
    such sums would lose digits."""

    middle_demo: NDArray
    middle_target: NDArray
    terms: NDArray

    @staticmethod
    def of(demo: NDArray, target: NDArray) -> PairTerms:
        """Of points N x 3, row i with row i."""
        middle_demo, middle_target = demo.mean(axis=0), target.mean(axis=0)
        a, b = (demo - middle_demo).T, (target - middle_target).T
        squares = np.stack([(a**2).sum(axis=0), (b**2).sum(axis=0), np.ones(a.shape[1])])
        return PairTerms(middle_demo, middle_target, np.concatenate([squares, a, b, *(b[:, None] * a)]))


def fit_similarity(demo: NDArray, target: NDArray, weights: NDArray, maximum_scale: float) -> Similarity:
    """Weighted least squares (both N x 3, m; weights N) of a proper similarity (Horn 1987, Umeyama 1991).

    The scale is Horn's symmetric one, the ratio of the two spreads, because the usual one shrinks with noise.
    """
    return fit_similarities(PairTerms.of(demo, target), weights[None], maximum_scale, True)[0].one(0)


def fit_similarities(
    pairs: PairTerms, weights: NDArray, maximum_scale: float, estimate_scale: bool
) -> tuple[Similarities, NDArray]:
    """`fit_similarity` for each row of `weights` (H x N), and how far (H, m) the two sets spread together off a line:
    near 0, the turn is arbitrary."""
    sums = weights @ pairs.terms.T
    means = sums / sums[:, 2:3]
    mean_a, mean_b = means[:, 3:6], means[:, 6:9]
    u, spreads, vt = np.linalg.svd(means[:, 9:].reshape(-1, 3, 3) - mean_b[:, :, None] * mean_a[:, None])
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    rotations = u @ vt
    scales = np.ones(len(means))
    if estimate_scale:
        spread_a, spread_b = (means[:, n] - (mean**2).sum(axis=1) for n, mean in ((0, mean_a), (1, mean_b)))
        scales = np.sqrt(np.maximum(spread_b, 0) / np.maximum(spread_a, 1e-18))
    scales = np.clip(scales, 1 / maximum_scale, maximum_scale)
    moved = scales[:, None] * np.einsum("hij,hj->hi", rotations, mean_a + pairs.middle_demo)
    return Similarities(rotations, scales, mean_b + pairs.middle_target - moved), np.sqrt(spreads[:, 1])


def closeness(pairs: PairTerms, similarities: Similarities, reach: float, dtype: type = np.float64) -> NDArray:
    """H x N of `dtype`: 1 where a similarity lays a demonstrated point on its target, falling with the square of the
    distance to 0 at `reach` (m) and beyond. |A a + t - b|^2 is expanded, so that it is one product of H x 18 with
    18 x N."""
    matrices = similarities.scales[:, None, None] * similarities.rotations
    shift = np.einsum("hij,j->hi", matrices, pairs.middle_demo) + similarities.translations - pairs.middle_target
    of_pose = np.concatenate(
        [
            similarities.scales[:, None] ** 2,  # |A a|^2 is scale^2 |a|^2, because A is a scaled rotation
            np.ones((len(shift), 1)),
            (shift**2).sum(axis=1)[:, None] - reach**2,
            2 * np.einsum("hij,hi->hj", matrices, shift),
            -2 * shift,
            -2 * matrices.reshape(-1, 9),
        ],
        axis=1,
    )
    near: NDArray = (of_pose / -(reach**2)).astype(dtype) @ pairs.terms.astype(dtype, copy=False)
    return np.clip(near, 0, 1, out=near)


def radius(points: NDArray, weights: NDArray) -> float:
    """Weighted RMS distance (m) of points (N x 3) from their weighted mean."""
    share = weights / max(weights.sum(), 1e-12)
    return float(np.sqrt(share @ ((points - share @ points) ** 2).sum(axis=1)))


def extents(points: NDArray) -> tuple[float, float]:
    """RMS extent (m) of points (N x 3) along the two longest principal directions."""
    centred = points - points.mean(axis=0)
    variances = np.linalg.eigvalsh(centred.T @ centred / len(points))
    return float(np.sqrt(max(variances[2], 0.0))), float(np.sqrt(max(variances[1], 0.0)))


def cross_matrices(vectors: NDArray) -> NDArray:
    """Matrices (N x 3 x 3) of the cross product with each vector: [v]x w = v x w."""
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
