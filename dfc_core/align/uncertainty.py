"""How sure an alignment is, and how much each match is worth, from the points' own covariances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.similarity import Similarity, cross_matrices


def sensor_variance(covariance_demo: NDArray, covariance_target: NDArray, size_ratio: float) -> NDArray:
    """Variance (N, m^2, of all three coordinates) that the two sensors give a match, in the target's frame.

    A turn does not change a trace, so it needs no alignment but the tools' rough `size_ratio`, target over demo.
    """
    of_target = np.trace(covariance_target, axis1=1, axis2=2)
    return of_target + size_ratio**2 * np.trace(covariance_demo, axis1=1, axis2=2)


def alignment_covariance(
    demo: NDArray, covariances: NDArray, residual: float, centre_demo: NDArray, similarity: Similarity, least: float,
    correlated: float,
) -> NDArray:  # fmt: skip
    """Covariance (6 x 6) of the rigid motion: least squares about the part's centre, carried to the frame's origin.

    Each of the inliers `demo` (N x 3, m) errs by its sensors' `covariances` (N x 3 x 3, target's frame) and by what the
    RMS `residual` (m, never below `least`) has beyond them: the matching itself and the difference in shape.
    `correlated` neighbouring matches count as one.
    """
    arms = similarity.scale * (demo - centre_demo) @ similarity.rotation.T
    jacobian = np.concatenate([np.broadcast_to(np.eye(3), (len(arms), 3, 3)), -cross_matrices(arms)], axis=2)
    sensors = float(np.trace(covariances, axis1=1, axis2=2).mean()) if len(covariances) else 0.0
    matching = max(residual**2 - sensors, least**2) / 3
    precision = np.linalg.inv(covariances + matching * np.eye(3))
    information = jacobian.reshape(-1, 6).T @ (precision @ jacobian).reshape(-1, 6) / correlated
    # Relative to the largest entry: an axis along which nothing is known shall give a huge number, not a failure.
    about_centre = np.linalg.inv(information + 1e-9 * information.diagonal().max() * np.eye(6))
    return at_origin(about_centre, similarity.rotation @ centre_demo)


def at_origin(about_centre: NDArray, arm: NDArray) -> NDArray:
    """Covariance (6 x 6) of a rigid motion's shift and turn, from that of where it takes a centre and of its turn.

    `arm` (3, m) is the centre turned, but not shifted, by the motion."""
    to_origin = np.eye(6)
    to_origin[:3, 3:] = cross_matrices(arm[None])[0]
    covariance = to_origin @ about_centre @ to_origin.T
    return (covariance + covariance.T) / 2


def turned(covariances: NDArray, similarity: Similarity) -> NDArray:
    """Covariances (N x 3 x 3) of demonstrated points after the similarity."""
    matrix = similarity.scale * similarity.rotation
    return matrix @ covariances @ matrix.T
