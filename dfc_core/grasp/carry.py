"""A demonstrated grasp carried over to the target.

Grasp frame, here and in every message: origin midway between the finger tips where they touch (a contact pose, not
the gripper's base), z = approach, from the palm to the object, x = closing, from one finger to the other, y completes
the right-handed frame. It is the convention of ACRONYM and Contact-GraspNet; the fixed transform to a robot's own
tool link is the user's parameter. `width` is the opening of the finger tips before closing, in metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.frames import Frame
from dfc_core.geometry import project, quaternion_xyzw, rotation_of


@dataclass(frozen=True)
class CarryConfig:
    """`maximum_width` limits what is measured; `closing_tilt` is the largest |cosine| between the closing axis and the
    line of sight at which the silhouette shows the tool's width."""

    maximum_width: float = 0.2  # m
    closing_tilt: float = 0.6
    samples: int = 200


@dataclass(frozen=True)
class GraspPose:
    """A grasp in the target camera's optical frame: position 3 m, quaternion (x, y, z, w), width m, score 0..1."""

    position: tuple[float, float, float]
    quaternion_xyzw: tuple[float, float, float, float]
    width: float
    score: float


def carry_over(
    position: NDArray,
    quaternion: NDArray,
    width: float,
    anchor_demo: NDArray,
    anchor_target: NDArray,
    rotation: NDArray,
    scale: float,
) -> tuple[NDArray, NDArray, float]:
    """Position (3), rotation (3 x 3) and width of a grasp after the tool's `rotation` (3 x 3) and `scale`.

    `anchor_demo` is the surface point nearest the demonstrated grasp, `anchor_target` the same place on the target
    (both 3, m): the grasp keeps its scaled, turned offset from it.
    """
    moved = np.asarray(anchor_target) + scale * rotation @ (np.asarray(position) - np.asarray(anchor_demo))
    return moved, rotation @ rotation_of(quaternion), scale * width


def silhouette_width(
    frame: Frame, mask: NDArray, position: NDArray, closing: NDArray, config: CarryConfig = CarryConfig()
) -> float | None:
    """Extent (m) of the tool through `position` along `closing` (unit, both in the camera frame), as the picture shows.

    None where it cannot be seen: the closing axis points along the line of sight, `position` is off the tool, or the
    tool reaches beyond `maximum_width` or the picture.
    """
    if frame.K is None or position[2] <= 0:
        return None
    if abs(closing @ position) / np.linalg.norm(position) > config.closing_tilt:
        return None
    steps = np.linspace(-config.maximum_width / 2, config.maximum_width / 2, 2 * config.samples + 1)
    pixels = project(position + steps[:, None] * closing, frame.K)
    on_tool = _on(mask, pixels)
    if not on_tool[config.samples]:
        return None
    before = np.flatnonzero(~on_tool[: config.samples])
    after = np.flatnonzero(~on_tool[config.samples :])
    if len(before) == 0 or len(after) == 0:
        return None
    ends = [int(before[-1]), config.samples + int(after[0])]
    if not _inside(mask, pixels[ends]).all():
        return None
    return float(steps[ends[1]] - steps[ends[0]])


def grasp_width(scaled: float, demonstrated: float, extent_demo: float | None, extent_target: float | None) -> float:
    """Opening for the target: its measured extent plus the clearance shown in the demonstration, else `scaled`."""
    if extent_demo is None or extent_target is None:
        return scaled
    return extent_target + max(0.0, demonstrated - extent_demo)


def as_grasp_pose(position: NDArray, rotation: NDArray, width: float, score: float) -> GraspPose:
    """Plain numbers of a grasp; the quaternion has w >= 0, so equal poses read equal."""
    quaternion = quaternion_xyzw(rotation)
    quaternion = quaternion if quaternion[3] >= 0 else -quaternion
    x, y, z = (float(v) for v in position)
    qx, qy, qz, qw = (float(v) for v in quaternion)
    return GraspPose((x, y, z), (qx, qy, qz, qw), float(width), float(np.clip(score, 0, 1)))


def _on(mask: NDArray, pixels: NDArray) -> NDArray:
    """Whether each pixel (N x 2, NaN allowed) lies on the mask; off the picture it does not."""
    inside = _inside(mask, pixels)
    safe = np.rint(np.where(inside[:, None], pixels, 0)).astype(np.int64)
    return inside & mask[safe[:, 1], safe[:, 0]]


def _inside(mask: NDArray, pixels: NDArray) -> NDArray:
    height, width = mask.shape
    limit = np.array([width - 0.5, height - 0.5])
    return np.all((pixels > -0.5) & (pixels < limit), axis=1)  # NaN is nowhere
