"""The pinhole camera: pixels to rays and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def project(points_camera: NDArray, K: NDArray) -> NDArray:
    """Pixels (N x 2) that see `points_camera` (N x 3, m); NaN for points at or behind the camera."""
    points_camera = np.asarray(points_camera, dtype=np.float64)
    z = np.where(points_camera[:, 2] > 1e-9, points_camera[:, 2], np.nan)
    x = K[0, 0] * points_camera[:, 0] / z + K[0, 2]
    y = K[1, 1] * points_camera[:, 1] / z + K[1, 2]
    return np.stack([x, y], axis=1)


def unproject(pixels: NDArray, depth_m: NDArray, K: NDArray) -> NDArray:
    """Points (N x 3, m, camera frame) at `pixels` (N x 2) with `depth_m` (N, along z)."""
    pixels = np.asarray(pixels, dtype=np.float64)
    depth_m = np.asarray(depth_m, dtype=np.float64)
    x = (pixels[:, 0] - K[0, 2]) / K[0, 0] * depth_m
    y = (pixels[:, 1] - K[1, 2]) / K[1, 1] * depth_m
    return np.stack([x, y, depth_m], axis=1)
