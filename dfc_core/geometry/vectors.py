"""Points and directions in numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def perpendicular_to(direction: NDArray) -> NDArray:
    """A unit vector (3) at right angles to `direction` (3, any length above 0)."""
    aside = np.cross(direction, np.eye(3)[np.abs(direction).argmin()])
    return aside / np.linalg.norm(aside)


def component_across(vectors: NDArray, axis: NDArray) -> NDArray:
    """What is left of `vectors` (... x D) without their components along `axis` (unit D)."""
    return np.asarray(vectors - (vectors @ axis)[..., None] * axis)


def rms_radius(points: NDArray) -> float:
    """Root mean square distance (m) of `points` (N x 3, N > 0) from their mean."""
    return float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()))
