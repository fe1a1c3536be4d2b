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


def fit_similarity(
    demo: NDArray, target: NDArray, weights: NDArray, maximum_scale: float = 3.0, estimate_scale: bool = True
) -> Similarity:
    """Weighted least squares (both N x 3, m; weights N) of a proper similarity (Horn 1987, Umeyama 1991).

    The scale is Horn's symmetric one, the ratio of the two spreads, because the usual one shrinks with noise.
    """
    return fit_with_spread(demo, target, weights, maximum_scale, estimate_scale)[0]


def fit_with_spread(
    demo: NDArray, target: NDArray, weights: NDArray, maximum_scale: float, estimate_scale: bool
) -> tuple[Similarity, float]:
    """`fit_similarity`, and how far (m) the two sets spread together off a line: near 0, the turn is arbitrary."""
    share = weights / weights.sum()
    mean_demo, mean_target = share @ demo, share @ target
    a, b = demo - mean_demo, target - mean_target
    u, spreads, vt = np.linalg.svd((share[:, None] * b).T @ a)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    spread_demo, spread_target = share @ (a**2).sum(axis=1), share @ (b**2).sum(axis=1)
    scale = float(np.sqrt(spread_target / max(spread_demo, 1e-18))) if estimate_scale else 1.0
    scale = float(np.clip(scale, 1 / maximum_scale, maximum_scale))
    similarity = Similarity(rotation, scale, mean_target - scale * rotation @ mean_demo)
    return similarity, float(np.sqrt(spreads[1]))


def squared_distances(demo: NDArray, target: NDArray, matrices: NDArray, translations: NDArray) -> NDArray:
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
