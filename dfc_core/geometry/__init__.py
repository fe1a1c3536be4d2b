"""Cameras and rigid motions, in numpy.

Conventions, obeyed everywhere:

- Metres, radians, right-handed. Camera frame = ROS optical frame: x right, y down, z forward (REP 103).
- A pixel is `(x, y)`; integer coordinates are pixel *centres* (as in ROS camera_info and OpenCV), so pixel
  `(x, y)` is `image[y, x]` and sees along `((x - cx) / fx, (y - cy) / fy, 1)`.
- `T_a_b` is 4x4 and maps points of frame b into frame a: `points_a = transform(T_a_b, points_b)`.
- Quaternions are `(x, y, z, w)`.
- `depth_m` is metres along z, float32, 0 = no reading.
"""

from dfc_core.geometry.camera import project, unproject
from dfc_core.geometry.rigid import (
    Z_AXIS,
    compose,
    invert,
    is_rigid,
    look_at,
    quaternion_xyzw,
    rotation_about,
    rotation_of,
    rotations_about,
    transform,
    turn_angles,
)
from dfc_core.geometry.vectors import component_across, perpendicular_to, rms_radius

__all__ = [
    "Z_AXIS",
    "component_across",
    "compose",
    "invert",
    "is_rigid",
    "look_at",
    "perpendicular_to",
    "project",
    "quaternion_xyzw",
    "rms_radius",
    "rotation_about",
    "rotation_of",
    "rotations_about",
    "transform",
    "turn_angles",
    "unproject",
]
