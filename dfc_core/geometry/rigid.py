"""Rigid motions as 4x4 matrices `T_to_from`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Z_AXIS = np.array([0.0, 0.0, 1.0])


def compose(rotation: NDArray, translation: NDArray) -> NDArray:
    """4x4 from a 3x3 rotation and a translation of 3."""
    T = np.eye(4)
    T[:3, :3] = rotation
    T[:3, 3] = translation
    return T


def invert(T: NDArray) -> NDArray:
    """Inverse of a rigid 4x4 without a general matrix inverse."""
    rotation = T[:3, :3].T
    return compose(rotation, -rotation @ T[:3, 3])


def transform(T_a_b: NDArray, points_b: NDArray) -> NDArray:
    """Points (N x 3) of frame b in frame a."""
    return np.asarray(points_b) @ T_a_b[:3, :3].T + T_a_b[:3, 3]


def rotation_about(axis: NDArray, angle: float) -> NDArray:
    """3x3 rotation by `angle` (rad) about `axis` (3, any length > 0)."""
    return rotations_about(axis, np.array([angle]))[0]


def rotations_about(axis: NDArray, angles: NDArray) -> NDArray:
    """Rotations (A x 3 x 3) by each of `angles` (A, rad) about `axis` (3, any length > 0); Rodrigues' formula."""
    x, y, z = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    sine, cosine = np.sin(angles)[:, None, None], np.cos(angles)[:, None, None]
    return np.eye(3) + sine * cross + (1 - cosine) * cross @ cross


def turn_angles(rotations: NDArray, rotation: NDArray) -> NDArray:
    """Angles (H, rad) by which `rotations` (H x 3 x 3) differ from `rotation` (3 x 3)."""
    trace = np.einsum("hij,ij->h", rotations, rotation)  # of the turn between the two
    return np.asarray(np.arccos(np.clip((trace - 1) / 2, -1, 1)))


def look_at(eye: NDArray, target: NDArray, up: NDArray, roll: float = 0.0) -> NDArray:
    """T_world_camera of a camera at `eye` that sees `target` in its centre, turned by `roll` (rad) in plane."""
    z = np.asarray(target, dtype=np.float64) - eye
    z /= np.linalg.norm(z)
    x = np.cross(z, up)
    if np.linalg.norm(x) < 1e-6:
        x = np.cross(z, [1.0, 0.0, 0.0] if abs(z[0]) < 0.9 else [0.0, 1.0, 0.0])
    x /= np.linalg.norm(x)
    rotation = np.stack([x, np.cross(z, x), z], axis=1)
    return compose(rotation @ rotation_about(Z_AXIS, roll), eye)


def quaternion_xyzw(rotation: NDArray) -> NDArray:
    """Unit quaternion (x, y, z, w) of a 3x3 rotation."""
    from scipy.spatial.transform import Rotation

    return Rotation.from_matrix(rotation).as_quat()


def rotation_of(quaternion: NDArray) -> NDArray:
    """3 x 3 rotation of a quaternion (x, y, z, w), of any length above 0."""
    x, y, z, w = np.asarray(quaternion, np.float64) / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def is_rigid(T: NDArray, tolerance: float = 1e-4) -> bool:
    """Whether a 4x4 is finite, a rotation of determinant +1, and ends in 0 0 0 1."""
    T = np.asarray(T, dtype=np.float64)
    if T.shape != (4, 4) or not np.isfinite(T).all():
        return False
    rotation = T[:3, :3]
    return bool(
        np.allclose(rotation @ rotation.T, np.eye(3), atol=tolerance)
        and np.linalg.det(rotation) > 0
        and np.allclose(T[3], [0, 0, 0, 1], atol=tolerance)
    )
