"""Where a tool's parts lie: each part in its role for a function, with the frames that align it between tools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.tool import Affordance, Symmetry, Tool
from dfc_core.geometry import compose, invert, transform


@dataclass(frozen=True)
class PartFrame:
    """The parts in one role of one function: their indices in the mesh, and the frames that align them between tools.

    Aligned coordinates of a point are `transform(invert(T_tool_part), point) / scale`; of several frames the one
    whose origin is nearest to the point counts.
    """

    function: str
    role: str
    parts: tuple[int, ...]
    frames: tuple[NDArray, ...]  # T_tool_part, 4x4
    scale: float  # m
    symmetry: Symmetry

    def shown(self, labels: NDArray) -> NDArray:
        """Where `labels` (any shape, part index per pixel or face) name one of the parts, bool of the same shape."""
        return np.isin(labels, self.parts)


def part_frames(tool: Tool) -> list[PartFrame]:
    """Every (function, role) of a tool."""
    found = []
    for affordance in tool.affordances:
        parts = tuple(map(tool.part_index, affordance.parts))
        found.append(
            PartFrame(affordance.function, "function", parts, affordance.frames, affordance.scale, affordance.symmetry)
        )
        found.append(_hold_frame(tool, affordance))
    return found


def role_frames(tool: Tool, function: str) -> tuple[PartFrame, PartFrame]:
    """The frames of the part that serves `function`, which the tool must afford, and of the part a hand holds
    meanwhile."""
    part, hold = (frame for frame in part_frames(tool) if frame.function == function)
    return part, hold


def _hold_frame(tool: Tool, affordance: Affordance) -> PartFrame:
    """The held part is aligned by its middle and its size, turned as the function frame is."""
    triangles = tool.vertices[tool.faces_of(affordance.hold)]
    area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
    centres = triangles.mean(axis=1)
    middle = np.average(centres, axis=0, weights=area)
    spread = np.average(np.sum((centres - middle) ** 2, axis=1), weights=area) ** 0.5
    frame = compose(affordance.T_tool_function[:3, :3], middle)
    hold = tuple(map(tool.part_index, affordance.hold))
    return PartFrame(affordance.function, "grasp", hold, (frame,), float(spread), affordance.symmetry)


def aligned_coordinates(points_tool: NDArray, part: PartFrame) -> NDArray:
    """Coordinates (N x 3, unit = the part's scale) in the nearest of the part's frames."""
    coordinates = np.stack([transform(invert(T), points_tool) for T in part.frames])
    nearest = np.linalg.norm(coordinates, axis=2).argmin(axis=0)
    return coordinates[nearest, np.arange(len(points_tool))] / part.scale
