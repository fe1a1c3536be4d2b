"""Grasps judged by the exact tool, table and visible geometry of a scene, by rays and boxes: not by what proposed them.

A gripper is two fingers and a palm, boxes in the grasp frame (`dfc_core.grasp.carry`): x closing, z approach.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.part_frames import role_frames
from dfc_core.dataset.transfer_truth import TransferTruth
from dfc_core.geometry import compose, invert, rotation_of, transform, unproject
from dfc_core.render.surface import Surface
from dfc_core.transfer import GraspPose


@dataclass(frozen=True)
class JudgeConfig:
    """The gripper, and what counts; metres."""

    maximum_width: float = 0.085
    finger_length: float = 0.05
    finger_width: float = 0.02
    finger_thickness: float = 0.012
    palm: tuple[float, float] = (0.06, 0.06)  # along y, and back along z
    friction: float = 0.5
    patch: float = 0.001  # what lies within this depth of the outermost point is touched
    samples: int = 8000  # of the tool's surface; one of them inside the gripper may be an error of rounding
    table_tolerance: float = 0.001
    above_table: float = 0.005  # visible points lower than this are the table


@dataclass(frozen=True)
class Judgement:
    """Whether the opening is in range (`width`), the fingers close on the part to hold (`hold`), on opposite sides
    within friction (`antipodal`), and nothing is in the way (`free`)."""

    width: bool
    hold: bool
    antipodal: bool
    free: bool

    @property
    def good(self) -> bool:
        return self.width and self.hold and self.antipodal and self.free

    def to_dict(self) -> dict[str, bool]:
        return asdict(self) | {"good": self.good}


def judge_grasp(
    grasp: GraspPose, truth: TransferTruth, function: str, K: NDArray, config: JudgeConfig = JudgeConfig()
) -> Judgement:
    """What a grasp (target's camera frame) would do to the true tool, which must serve `function`."""
    T_camera_grasp = compose(rotation_of(np.asarray(grasp.quaternion_xyzw)), np.asarray(grasp.position))
    T_tool_grasp = invert(truth.T_camera_tool) @ T_camera_grasp
    whole, hold = Surface(truth.tool), Surface(truth.tool, role_frames(truth.tool, function)[1].parts)
    sides = [_touch(whole, hold, T_tool_grasp, grasp.width, sign, config) for sign in (-1.0, 1.0)]
    touches = all(side is not None for side in sides)
    cosine = np.cos(np.arctan(config.friction))
    return Judgement(
        width=0 < grasp.width <= config.maximum_width + 1e-9,
        hold=touches and all(side is not None and side[1] for side in sides),
        antipodal=touches and all(side is not None and side[0] >= cosine for side in sides),
        free=_free(whole, truth, T_camera_grasp, grasp.width, K, config),
    )


def _touch(
    whole: Surface, hold: Surface, T_tool_grasp: NDArray, width: float, sign: float, config: JudgeConfig
) -> tuple[float, bool] | None:
    """(cosine of the touched patch's mean normal with the closing axis, whether it is of the part to hold) of one
    finger; None when it closes on nothing."""
    y = np.linspace(-1, 1, 5) * config.finger_width / 2
    z = np.linspace(-0.5, 0, 9) * config.finger_length
    pad = np.stack([np.full(45, sign * width / 2), np.repeat(y, 9), np.tile(z, 5)], axis=1)
    inwards = T_tool_grasp[:3, 0] * -sign
    distance, normals = whole.cast(transform(T_tool_grasp, pad), inwards)
    hit = distance < width
    if not hit.any():
        return None
    touched = hit & (distance <= distance[hit].min() + config.patch)
    # A ray that starts inside the tool meets a wall from within: its normal points along the ray, and the cosine is -1.
    cosine = float(-(normals[touched] @ inwards).mean())
    points = transform(T_tool_grasp, pad)[touched] + distance[touched, None] * inwards
    near = np.linalg.norm(hold.nearest(points) - points, axis=1) < 1e-4
    return cosine, bool(near.mean() >= 0.5)


def _free(
    whole: Surface, truth: TransferTruth, T_camera_grasp: NDArray, width: float, K: NDArray, config: JudgeConfig
) -> bool:
    boxes = _boxes(width, config)
    up, foot = truth.T_camera_table[:3, 2], truth.T_camera_table[:3, 3]
    corners = np.array([[x, y, z] for low, high in boxes for x in (low[0], high[0]) for y in (low[1], high[1])
                        for z in (low[2], high[2])])  # fmt: skip
    if ((transform(T_camera_grasp, corners) - foot) @ up).min() < -config.table_tolerance:
        return False
    tool = transform(truth.T_camera_tool, whole.sample(np.random.default_rng(0), config.samples))
    rows, columns = np.nonzero((truth.depth_m > 0) & ~truth.mask)
    others = unproject(np.stack([columns, rows], axis=1), truth.depth_m[rows, columns], K)
    others = others[(others - foot) @ up > config.above_table]
    return all(_inside(transform(invert(T_camera_grasp), points), boxes) <= 1 for points in (tool, others))


def _boxes(width: float, config: JudgeConfig) -> list[tuple[NDArray, NDArray]]:
    """Lowest and highest corner of both fingers and the palm, grasp frame."""
    inner, outer = width / 2, width / 2 + config.finger_thickness
    half, reach = config.finger_width / 2, config.maximum_width / 2 + config.finger_thickness
    along, back = config.palm
    base = -config.finger_length
    return [
        (np.array([inner, -half, base]), np.array([outer, half, 0.0])),
        (np.array([-outer, -half, base]), np.array([-inner, half, 0.0])),
        (np.array([-reach, -along / 2, base - back]), np.array([reach, along / 2, base])),
    ]


def _inside(points_grasp: NDArray, boxes: list[tuple[NDArray, NDArray]]) -> int:
    """How many points (N x 3) lie inside a box."""
    return sum(int(((points_grasp > low) & (points_grasp < high)).all(axis=1).sum()) for low, high in boxes)
