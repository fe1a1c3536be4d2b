"""Exact labels of rendered pictures: which pixels serve a function, and where they lie in its aligned frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.tool import Affordance, Symmetry, Tool
from dfc_core.geometry import compose, invert, transform

ROLES = ("function", "grasp")  # the part that serves the function; the part a hand holds meanwhile


@dataclass(frozen=True)
class PartFrame:
    """A part in the role it plays for one function: its index in the mesh, and the frames that align it between tools.

    Aligned coordinates of a point are `transform(invert(T_tool_part), point) / scale`; of several frames the one
    whose origin is nearest to the point counts.
    """

    function: str
    role: str
    part: int
    frames: tuple[NDArray, ...]  # T_tool_part, 4x4
    scale: float  # m
    symmetry: Symmetry


def part_frames(tool: Tool) -> list[PartFrame]:
    """Every (function, role) of a tool."""
    found = []
    for affordance in tool.affordances:
        part, hold = tool.part_index(affordance.part), tool.part_index(affordance.hold)
        found.append(
            PartFrame(affordance.function, "function", part, affordance.frames, affordance.scale, affordance.symmetry)
        )
        found.append(_hold_frame(tool, affordance, hold))
    return found


def _hold_frame(tool: Tool, affordance: Affordance, hold: int) -> PartFrame:
    """The held part is aligned by its middle and its size, turned as the function frame is."""
    triangles = tool.vertices[tool.faces[tool.face_parts == hold]]
    area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
    centres = triangles.mean(axis=1)
    middle = np.average(centres, axis=0, weights=area)
    spread = np.average(np.sum((centres - middle) ** 2, axis=1), weights=area) ** 0.5
    frame = compose(affordance.T_tool_function[:3, :3], middle)
    return PartFrame(affordance.function, "grasp", hold, (frame,), float(spread), affordance.symmetry)


def aligned_coordinates(points_tool: NDArray, part: PartFrame) -> NDArray:
    """Coordinates (N x 3, unit = the part's scale) in the nearest of the part's frames."""
    coordinates = np.stack([transform(invert(T), points_tool) for T in part.frames])
    nearest = np.linalg.norm(coordinates, axis=2).argmin(axis=0)
    return coordinates[nearest, np.arange(len(points_tool))] / part.scale


def camera_side(eye_tool: NDArray, part: PartFrame) -> tuple[float, bool]:
    """(azimuth in rad about the part's z, whether it is on the +y side) of a camera at `eye_tool`."""
    x, y, _ = aligned_coordinates(eye_tool[None], part)[0]
    return float(np.arctan2(y, x)), bool(y >= 0)


def align_symmetric(
    coordinates_b: NDArray,
    side_a: tuple[float, bool],
    symmetry_a: Symmetry,
    side_b: tuple[float, bool],
    symmetry_b: Symmetry,
) -> NDArray:
    """Turn tool b within what its, or tool a's, symmetry allows so that both cameras stand on the same side.

    A symmetric part leaves a turn about z (or a reflection of y) free; of all equivalent alignments this takes
    the one under which two pictures share most surface.
    """
    kinds = (symmetry_a, symmetry_b)
    turn = side_a[0] - side_b[0]
    if any(s.kind == "axis" for s in kinds):
        return coordinates_b @ _turn(turn).T
    folds = [s.fold for s in kinds if s.kind == "n-fold"]
    if folds:
        step = 2 * np.pi / max(folds)
        return coordinates_b @ _turn(np.round(turn / step) * step).T
    if any(s.kind == "mirror" for s in kinds) and side_a[1] != side_b[1]:
        return coordinates_b * np.array([1.0, -1.0, 1.0])
    return coordinates_b


def _turn(angle: float) -> NDArray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
