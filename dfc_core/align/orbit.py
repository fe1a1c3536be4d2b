"""The free angle of an axis-symmetric tool: all the poses that serve as well, and the one that is best to reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment
from dfc_core.align.similarity import cross_matrices
from dfc_core.frames import Frame
from dfc_core.geometry import component_across, compose, rotation_about, transform
from dfc_core.shape.revolution import Axis


@dataclass(frozen=True)
class OrbitConfig:
    """`poses` are offered, evenly about the axis; 0 looks for no symmetry.

    The first is the one whose approach is nearest `reach_direction` (3, target camera's optical frame: the way the hand
    comes, e.g. away from the robot's base), None: the direction of the demonstration's approach in its own camera.
    Where a calibration tells how likely the tool is round, a free angle is offered from `least_probability` on.
    `hidden` is the share of what makes the demonstrated tool asymmetric that must be in sight however it is turned:
    else the target may have the same where the camera cannot see it.
    """

    poses: int = 24
    reach_direction: tuple[float, float, float] | None = None
    least_probability: float = 0.8
    hidden: float = 0.5
    axis_tilt_deg: float = 60.0  # a demonstrated axis is laid on the target's when it is no farther from it than this
    axis_shift: float = 1.5  # and than so many radii of the part
    beside_points: int = 8  # so many seen points of a handle tell where it is
    beside_angle_deg: float = 30.0  # and that a turn that differs by more from where it is is wrong
    one_sided: float = 0.85  # a part more to one side of an axis than this is not about it: the spout of a teapot

    def __post_init__(self) -> None:
        if self.poses < 0:
            raise ValueError(f"poses is {self.poses}; it must not be negative")
        if self.reach_direction is not None and not np.linalg.norm(self.reach_direction) > 1e-6:
            raise ValueError(f"reach_direction is {self.reach_direction}; it needs a length")


@dataclass(frozen=True)
class Symmetry:
    """A free angle about an axis (`axis_point` 3, m, and unit `axis_direction` 3, target camera's optical frame).

    `poses` N x 4 x 4 are T_target_demo at even steps about the axis, best first, counterclockwise as seen against
    `axis_direction`.
    """

    axis_point: NDArray
    axis_direction: NDArray
    poses: NDArray

    def to_dict(self) -> dict[str, Any]:
        """As in `result.json`."""
        return {
            "axis_point": [float(value) for value in self.axis_point],
            "axis_direction": [float(value) for value in self.axis_direction],
            "free_angle": True,
            "poses": [[[float(value) for value in row] for row in pose] for pose in self.poses],
        }


def about(axis: Axis, angle: float) -> NDArray:
    """4 x 4 that turns by `angle` (rad) about the axis."""
    rotation = rotation_about(axis.direction, angle)
    return compose(rotation, axis.point - rotation @ axis.point)


def best_angle(
    rotation: NDArray, axis: Axis, approach_demo: NDArray | None, reach_direction: NDArray | None = None
) -> float:
    """Turn (rad) about the axis that brings the demonstrated approach nearest the direction it shall have.

    `rotation` (3 x 3) is the alignment's, `approach_demo` (3) the way the hand came, in the demonstration's camera, and
    `reach_direction` (3, target's camera) the way it shall come, None: the same as in the demonstration's camera. Where
    the approach runs along the axis, or is not known, the tool is turned least against how it was shown.
    """
    direction = axis.direction
    if approach_demo is not None:
        wanted = np.asarray(approach_demo if reach_direction is None else reach_direction, np.float64)
        come, wanted = (vector / np.linalg.norm(vector) for vector in (rotation @ approach_demo, wanted))
        across, aim = (component_across(vector, direction) for vector in (come, wanted))
        if min(np.linalg.norm(across), np.linalg.norm(aim)) > 0.2:
            return float(np.arctan2(direction @ np.cross(across, aim), across @ aim))
    cross = cross_matrices(direction[None])[0]
    return float(np.arctan2(np.trace(cross @ rotation), -np.trace(cross @ cross @ rotation)))


def orbit(alignment: Alignment, axis: Axis, angle: float, config: OrbitConfig) -> tuple[Alignment, Symmetry]:
    """The alignment turned by `angle` about the target's axis, and the orbit of poses that begins with it."""
    turned = turn(alignment, about(axis, angle))
    steps = 2 * np.pi * np.arange(config.poses) / config.poses
    poses = np.stack([about(axis, step) @ turned.T_target_demo for step in steps])
    return turned, Symmetry(axis.point, axis.direction, poses)


def onto_axis(alignment: Alignment, axis_demo: Axis, axis: Axis, config: OrbitConfig) -> Alignment:
    """The alignment moved so that the demonstrated tool's axis comes to lie on the target's; as it came when far off.

    Two axes seen as such are known better than the matches know a turn. Far off: by more than `config.axis_tilt_deg`,
    or by more than `config.axis_shift` of the target part's radius.
    """
    direction = alignment.rotation @ axis_demo.direction
    wanted = axis.direction if axis.direction @ direction > 0 else -axis.direction
    through = alignment.map(axis_demo.point[None])[0]
    nearest = through + direction * ((alignment.centre_target - through) @ direction)  # to the part's centre
    across = component_across(axis.point - nearest, wanted)
    tilt = float(np.arccos(np.clip(direction @ wanted, -1, 1)))
    if tilt > np.radians(config.axis_tilt_deg) or np.linalg.norm(across) > config.axis_shift * alignment.part_radius:
        return alignment
    hinge = np.cross(direction, wanted)
    tip = rotation_about(hinge, tilt) if np.linalg.norm(hinge) > 1e-9 else np.eye(3)
    return turn(alignment, compose(tip, nearest - tip @ nearest + across))


def onto_beside(
    alignment: Alignment, beside_demo: NDArray, beside: NDArray, axis: Axis, config: OrbitConfig
) -> Alignment:
    """The alignment turned about the target's axis so that handle lies on handle; as it came when it nearly does.

    `beside_demo` and `beside` (N x 3, m, each in its camera) are what either tool has beside its body of revolution.
    As it came too where a tool shows fewer points than `config.beside_points`, or has them all around.
    """
    if min(len(beside_demo), len(beside)) < config.beside_points:
        return alignment
    carried = alignment.map(beside_demo)
    if min(axis.one_sidedness(carried), axis.one_sidedness(beside)) < config.one_sided:
        return alignment
    here, there = axis.across(carried).mean(axis=0), axis.across(beside).mean(axis=0)
    angle = float(np.arctan2(axis.direction @ np.cross(here, there), here @ there))
    return turn(alignment, about(axis, angle)) if abs(angle) > np.radians(config.beside_angle_deg) else alignment


def turn(alignment: Alignment, T: NDArray) -> Alignment:
    """The alignment followed by a rigid motion T (4 x 4) of the target's camera frame."""
    both = np.kron(np.eye(2), T[:3, :3])  # errors of position and of turn are turned alike
    return replace(
        alignment,
        T_target_demo=T @ alignment.T_target_demo,
        centre_target=transform(T, alignment.centre_target[None])[0],
        covariance=both @ alignment.covariance @ both.T,
    )


def may_hide(points: NDArray, axis: Axis, frame: Frame, mask: NDArray, margin: float, config: OrbitConfig) -> bool:
    """Whether `points` (N x 3, m, target's camera) could be out of sight behind the tool at some turn about its axis.

    Behind: on the mask and farther than the depth there by `margin` (m). No points hide nothing.
    """
    if len(points) == 0 or frame.depth_m is None or frame.K is None:
        return False
    height, width = frame.depth_m.shape
    for angle in 2 * np.pi * np.arange(36) / 36:
        moved = transform(about(axis, angle), points)
        z = np.maximum(moved[:, 2], 1e-6)
        x = np.rint(frame.K[0, 0] * moved[:, 0] / z + frame.K[0, 2]).astype(np.int64)
        y = np.rint(frame.K[1, 1] * moved[:, 1] / z + frame.K[1, 2]).astype(np.int64)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        seen = frame.depth_m[y, x]
        behind = inside & mask[y, x] & ((seen == 0) | (seen < moved[:, 2] - margin))
        if behind.mean() > 1 - config.hidden:
            return True
    return False
