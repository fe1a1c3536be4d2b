"""A demonstrated path carried over: the new tool's function frame goes where the demonstrated tool's went.

The function frame sits at the alignment's centre of the functional part and, in the demonstration's picture, has the
axes of its camera; on the target it is turned with the tool. Its path keeps its lengths in metres, however the tools
differ in size, because what is poured into does not grow with the mug.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dfc_core.demonstrations import Trajectory
from dfc_core.geometry import compose, invert, perpendicular_to, rotation_about, rotation_of
from dfc_core.grasp.carry import GraspPose


@dataclass(frozen=True)
class PathConfig:
    """`level_within` (rad): a target tilted against the demonstrated tool by less than that, as the two support planes
    show, is taken to rest as that one did, the rest being the alignment's error; beyond, it is first turned upright."""

    level_within: float = math.radians(30)


@dataclass(frozen=True)
class CarriedPath:
    """The path for the target, in its camera's optical frame.

    `times_s` N, as demonstrated; `poses` N x 4 x 4 of the function frame; `displacements` N x 4 x 4 move points of the
    tool as pictured to where they are at each time (a gripper that holds it at T_camera_grasp goes to displacement @
    T_camera_grasp). `keeps` "up": heights and tilts against the support plane are the demonstrated ones; "start": a
    plane was not seen, and the path is the demonstrated one as seen from the tool at its start. `tilt` (rad) the target
    was tilted against the demonstrated tool, NaN when not seen.
    """

    times_s: NDArray
    poses: NDArray
    displacements: NDArray
    keeps: str
    tilt: float

    def grippers(self, grasp: GraspPose) -> NDArray:
        """N x 4 x 4: where the contact pose of a gripper that holds the tool by `grasp` goes."""
        T_camera_grasp = compose(rotation_of(np.array(grasp.quaternion_xyzw)), np.array(grasp.position))
        return self.displacements @ T_camera_grasp

    def to_list(self, grasps: tuple[GraspPose, ...] = ()) -> list[dict[str, Any]]:
        """`result.json`: a pose for each time, with the tool's displacement and each grasp's gripper pose."""
        poses, displacements = pose_numbers(self.poses), pose_numbers(self.displacements)
        grippers = [pose_numbers(self.grippers(grasp)) for grasp in grasps]
        return [
            {
                "t": float(time),
                **_named(poses[index]),
                "displacement": _named(displacements[index]),
                "grippers": [_named(path[index]) for path in grippers],
            }
            for index, time in enumerate(self.times_s)
        ]


def carry_path(
    trajectory: Trajectory,
    T_target_demo: NDArray,
    centre_demo: NDArray,
    up_demo: NDArray | None = None,
    up_target: NDArray | None = None,
    config: PathConfig = PathConfig(),
) -> CarriedPath:
    """The demonstrated `trajectory` for the target on which `T_target_demo` (4 x 4) lays the demonstrated tool.

    `centre_demo` (3, m) is the functional part's centre; `up_*` (3, unit) the support planes' normals, each in its
    camera's frame. Where both are seen the path is turned by the least rotation that takes up to up.
    """
    start_demo = compose(np.eye(3), np.asarray(centre_demo))
    level, tilt = _levelled(T_target_demo, start_demo[:3, 3], up_demo, up_target)
    poses = level @ trajectory.displacements() @ start_demo
    rests_alike = not tilt > config.level_within
    start_target = (level if rests_alike else T_target_demo) @ start_demo
    return CarriedPath(
        times_s=trajectory.times_s,
        poses=poses,
        displacements=poses @ invert(start_target),
        keeps="start" if math.isnan(tilt) else "up",
        tilt=tilt,
    )


def pose_numbers(transforms: NDArray) -> NDArray:
    """N x 7 of N x 4 x 4: position, quaternion (x, y, z, w) on the side of the one before, the first with w >= 0."""
    quaternions = Rotation.from_matrix(transforms[:, :3, :3]).as_quat()
    sides = np.where((quaternions[1:] * quaternions[:-1]).sum(axis=1) < 0, -1.0, 1.0)
    first = 1.0 if quaternions[0, 3] >= 0 else -1.0
    quaternions = quaternions * np.cumprod(np.concatenate([[first], sides]))[:, None]
    return np.concatenate([transforms[:, :3, 3], quaternions], axis=1)


def _named(pose: NDArray) -> dict[str, list[float]]:
    return {"position": pose[:3].tolist(), "quaternion_xyzw": pose[3:].tolist()}


def _levelled(
    T_target_demo: NDArray, centre_demo: NDArray, up_demo: NDArray | None, up_target: NDArray | None
) -> tuple[NDArray, float]:
    """`T_target_demo` turned about the part's centre so that up goes to up, and by how much (rad, NaN: not known)."""
    if up_demo is None or up_target is None:
        return np.asarray(T_target_demo), math.nan
    rotation = T_target_demo[:3, :3]
    here, wanted = rotation @ up_demo, np.asarray(up_target)
    axis = np.cross(here, wanted)
    tilt = math.atan2(float(np.linalg.norm(axis)), float(here @ wanted))
    if tilt < 1e-9:
        return np.asarray(T_target_demo), tilt
    if np.linalg.norm(axis) < 1e-9:  # upside down: any level axis serves
        axis = perpendicular_to(here)
    turned = rotation_about(axis, tilt) @ rotation
    centre_target = rotation @ centre_demo + T_target_demo[:3, 3]
    return compose(turned, centre_target - turned @ centre_demo), tilt
