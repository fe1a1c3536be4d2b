"""Whether a parallel gripper can take hold at given poses: opposite sides, opening, and what it would hit.

Everything is computed for G grasps at once from a tool's surface as points with outward normals: a surface completed
from one picture (`hidden_side`), or one sampled from an exact mesh, in any one frame. Antipodal: Nguyen 1988, for
parallel flat fingers, which press along the closing axis only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dfc_core.frames.plane import height_above_plane
from dfc_core.grasp.gripper import Gripper
from dfc_core.shape.surface import Surface


@dataclass(frozen=True)
class Surroundings:
    """What else is there: `points` M x 3 (m) of other things, and the support `plane` (normal up, offset), if any."""

    points: NDArray = field(default_factory=lambda: np.zeros((0, 3)))
    plane: NDArray | None = None


@dataclass(frozen=True)
class CheckConfig:
    """What a finger touches are the points within `patch_m` of the outermost one, or `patch_share` of what is held +
    `patch_floor_m` where that is less. So many points inside the gripper are still measurement errors: `stray_points`.
    The part is held where its probability at the contacts is `held`.
    """

    patch_m: float = 0.002
    patch_share: float = 0.15
    patch_floor_m: float = 0.0003
    stray_points: int = 1
    held: float = 0.5


@dataclass(frozen=True)
class Verdicts:
    """Of G grasps. A grasp that closes on nothing has `extent` NaN, cosines -1, and fails `touches`.

    `extent` (m) along x of what is between the fingers; `cosines` G x 2 between the closing axis and the outward
    normals at the low and the high x side, mean over what is pressed; `line_cosine` G between the closing axis and the
    line from one contact to the other, as near to it as the areas touched allow; `seen` G x 2, how far each side's
    contact was seen (0..1); `held` G, probability that the contacts are on the part to hold; `hits_tool`, `hits_scene`,
    `hits_plane` G bool.
    """

    extent: NDArray
    opening: NDArray
    cosines: NDArray
    line_cosine: NDArray
    seen: NDArray
    held: NDArray
    hits_tool: NDArray
    hits_scene: NDArray
    hits_plane: NDArray
    gripper: Gripper
    config: CheckConfig

    @property
    def touches(self) -> NDArray:
        """Something is between the fingers."""
        return np.isfinite(self.extent)

    @property
    def fits(self) -> NDArray:
        """The opening is one the gripper has, and it can close on what it holds."""
        with np.errstate(invalid="ignore"):
            return (self.opening <= self.gripper.maximum_opening_m + 1e-9) & (
                self.extent >= self.gripper.minimum_opening_m
            )

    @property
    def antipodal(self) -> NDArray:
        """Both sides' normals and the line between the contacts lie in the friction cone about the closing axis."""
        return np.minimum(self.cosines.min(axis=1), self.line_cosine) >= self.gripper.cone_cosine

    @property
    def on_part(self) -> NDArray:
        """Both contacts are on the part to hold."""
        return self.held >= self.config.held

    @property
    def free(self) -> NDArray:
        """Nothing is hit."""
        return ~(self.hits_tool | self.hits_scene | self.hits_plane)

    @property
    def good(self) -> NDArray:
        """All of it."""
        return self.touches & self.fits & self.antipodal & self.on_part & self.free


def check_grasps(
    positions: NDArray,
    rotations: NDArray,
    openings: NDArray,
    surface: Surface,
    gripper: Gripper,
    surroundings: Surroundings = Surroundings(),
    config: CheckConfig = CheckConfig(),
) -> Verdicts:
    """Judge grasps at `positions` (G x 3, m), `rotations` (G x 3 x 3, columns = its axes) and `openings` (G, m).

    All in the frame of the surface's points. An empty surface gives grasps that touch nothing.
    """
    positions, rotations = np.asarray(positions, np.float64), np.asarray(rotations, np.float64)
    openings = np.asarray(openings, np.float64)
    local = in_grasps(surface.points, positions, rotations)
    contact = _contacts(local, rotations, openings, surface, gripper, config)
    inside_tool = _points_inside(local, openings, gripper)
    inside_scene = _points_inside(in_grasps(surroundings.points, positions, rotations), openings, gripper)
    gap = plane_gap(positions, rotations, openings, surroundings.plane, gripper)
    return Verdicts(
        **contact,
        opening=openings,
        hits_tool=inside_tool > config.stray_points,
        hits_scene=inside_scene > config.stray_points,
        hits_plane=gap < gripper.clearance_m - 1e-6,
        gripper=gripper,
        config=config,
    )


def in_grasps(points: NDArray, positions: NDArray, rotations: NDArray) -> NDArray:
    """`points` (N x 3) in each grasp's frame: G x 3 x N float32, so that each coordinate is one run of memory."""
    points = np.asarray(points, np.float64).reshape(-1, 3)
    origin = positions.mean(axis=0) if len(positions) else np.zeros(3)  # single precision is for small numbers
    turned = rotations.transpose(0, 2, 1)
    moved = (turned @ (positions - origin)[:, :, None]).astype(np.float32)
    # One product of 3G x 3 with 3 x N: G products of 3 x 3 with 3 x N take many times as long.
    local = turned.reshape(-1, 3).astype(np.float32) @ (points - origin).T.astype(np.float32)
    local = local.reshape(len(rotations), 3, len(points))
    local -= moved
    return local


def plane_gap(
    positions: NDArray, rotations: NDArray, openings: NDArray, plane: NDArray | None, gripper: Gripper
) -> NDArray:
    """Height (G, m) of the gripper's lowest corner above `plane`; inf without one."""
    if plane is None:
        return np.full(len(positions), np.inf)
    low, high = gripper.boxes(openings)
    normals = plane[:3] @ rotations  # G x 3, up in each grasp's frame
    lowest = np.minimum(low * normals[:, None], high * normals[:, None]).sum(axis=2).min(axis=1)
    return height_above_plane(positions, plane) + lowest


def _contacts(
    local: NDArray, rotations: NDArray, openings: NDArray, surface: Surface, gripper: Gripper, config: CheckConfig
) -> dict[str, NDArray]:
    """`extent`, `cosines`, `line_cosine`, `seen`, `held` of `Verdicts`."""
    x, y, z = local[:, 0], local[:, 1], local[:, 2]
    between = (np.abs(x) <= openings[:, None] / 2) & (np.abs(y) <= gripper.finger_width_m / 2)
    between &= (z <= 0) & (z >= -gripper.finger_length_m)
    low = np.where(between, x, np.inf).min(axis=1, initial=np.inf)
    high = np.where(between, x, -np.inf).max(axis=1, initial=-np.inf)
    cosines, seen, held = np.full((len(x), 2), -1.0), np.zeros((len(x), 2)), np.zeros(len(x))
    touched = []
    with np.errstate(invalid="ignore"):
        extent = np.where(high >= low, high - low, np.nan)
        patch = np.minimum(config.patch_m, config.patch_share * extent + config.patch_floor_m)
    for side, sign, end in ((0, -1.0, low), (1, 1.0, high)):
        inside = sign * (end[:, None] - x)  # how far behind the outermost point
        grasp, point = np.nonzero(between & (inside <= patch[:, None]))
        facing = sign * np.einsum("kc,kc->k", surface.normals[point], rotations[grasp, :, 0])
        # A flat finger presses on what faces it, most on what stands out; a point stands for a foreshortened area.
        weight = np.maximum(facing, 0) * (1.001 - inside[grasp, point] / patch[grasp])
        total = np.bincount(grasp, weight, len(x))
        share = np.maximum(total, 1e-9)
        cosines[:, side] = np.where(total > 1e-9, np.bincount(grasp, weight * facing, len(x)) / share, -1.0)
        seen[:, side] = np.bincount(grasp, weight * surface.seen[point], len(x)) / share
        held += np.bincount(grasp, weight * surface.held[point], len(x)) / share / 2
        touched.append([span(grasp, values[grasp, point], len(x), config.patch_m) for values in (y, z)])
    with np.errstate(invalid="ignore"):
        gaps = [np.maximum(np.maximum(a[0] - b[1], b[0] - a[1]), 0) for a, b in zip(*touched, strict=True)]
        line = extent / np.maximum(np.sqrt(extent**2 + gaps[0] ** 2 + gaps[1] ** 2), 1e-9)
    line = np.where(np.isfinite(line), line, -1.0)
    return {"extent": extent, "cosines": cosines, "line_cosine": line, "seen": seen, "held": held}


def span(grasp: NDArray, values: NDArray, count: int, margin: float = 0.0) -> tuple[NDArray, NDArray]:
    """Lowest and highest of the `values` of each grasp (both `count`), and `margin` beyond."""
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, grasp, values)
    np.maximum.at(high, grasp, values)
    return low - margin, high + margin


def _points_inside(local: NDArray, openings: NDArray, gripper: Gripper) -> NDArray:
    """How many points (G) of `local` (G x 3 x N) lie inside the fingers or the palm."""
    x, y, z = np.abs(local[:, 0]), np.abs(local[:, 1]), local[:, 2]
    half = openings[:, None] / 2
    behind = z + gripper.finger_length_m
    finger = (x > half) & (x < half + gripper.finger_thickness_m) & (y < gripper.finger_width_m / 2)
    finger &= (z < 0) & (behind >= 0)
    palm = (behind < 0) & (behind > -gripper.palm_depth_m) & (y < gripper.palm_width_m / 2)
    palm &= x < gripper.maximum_opening_m / 2 + gripper.finger_thickness_m
    return (finger | palm).sum(axis=1)
