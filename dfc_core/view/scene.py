"""What a 3D view of an answer shows, as shapes in the target camera's optical frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dfc_core.demonstrations import Demonstration
from dfc_core.frames import Frame
from dfc_core.frames.plane import point_lattice
from dfc_core.geometry import compose
from dfc_core.view.shapes import (
    GRASP_COLOUR,
    ROLE_COLOURS,
    Colour,
    Shape,
    axes,
    ball,
    contact_names,
    gripper,
    rods,
    specks,
    surface,
)


@dataclass(frozen=True)
class ViewConfig:
    """Sizes in metres. Surroundings are shown within `surroundings` or `times_tool` tool sizes, whichever is more."""

    surroundings: float = 0.35
    times_tool: float = 2.5
    stride: int = 2  # px between the readings of the surroundings; the tool's are all taken
    edge: float = 0.006
    slope: float = 4.0
    contact_radius: float = 0.004
    normal_length: float = 0.02
    axis_length: float = 0.03
    camera_axis_length: float = 0.05
    line_radius: float = 0.001
    laid_over: int = 2500
    laid_over_colour: Colour = (255, 170, 0)
    further_grasp_colour: Colour = (130, 150, 160)
    path_colour: Colour = (150, 220, 0)
    grasps: int = 5
    path_steps: int = 200


def shapes_of(
    written: Mapping[str, Any],
    frame: Frame,
    demonstration: Demonstration | None = None,
    mask: NDArray | None = None,
    config: ViewConfig = ViewConfig(),
) -> list[Shape]:
    """Shapes of an answer, given as the content of its `result.json`, for the target `frame` (m, its optical frame).

    `target` (the tool at `mask`, H x W bool) and `surroundings`: the surface that the camera saw, showing its picture;
    without mask all is surroundings. `demonstration`: points of the demonstrated tool, laid over by `T_target_demo`
    and `scale`. `contact_F1`.. and `contact_G1`.., with `normal_F1`.. where known: function and grasp contacts.
    `grasp_1`..: grippers, best first, with their axes `grasp_1_x`, `_y`, `_z`. `path`: where a carried trajectory takes
    the function frame, ending in the axes `path_end_x`, `_y`, `_z`. `camera_x`, `_y`, `_z`: the camera's frame. Empty
    without depth or camera matrix.
    """
    if frame.depth_m is None or frame.K is None or not frame.depth_m.any():
        return []
    shapes = _seen(frame, mask, written, config)
    if written["T_target_demo"] is not None and demonstration is not None:
        shapes += _laid_over(written, demonstration, config)
    shapes += _contacts(written, config)
    for number, grasp in enumerate(written["grasps"][: config.grasps], start=1):
        T = _pose(grasp)
        colour = GRASP_COLOUR if number == 1 else config.further_grasp_colour
        shapes.append(gripper(f"grasp_{number}", T, grasp["width"], 1.5 * config.line_radius, colour))
        shapes += axes(f"grasp_{number}", T, config.axis_length, config.line_radius)
    shapes += _path(written, config)
    shapes += axes("camera", np.eye(4), config.camera_axis_length, config.line_radius)
    return [shape for shape in shapes if len(shape.faces)]


def _seen(frame: Frame, mask: NDArray | None, written: Mapping[str, Any], config: ViewConfig) -> list[Shape]:
    assert frame.depth_m is not None
    assert frame.K is not None
    points = point_lattice(frame.depth_m, frame.K)
    near = frame.depth_m > 0
    tool = points[near & mask] if mask is not None else np.zeros((0, 3))
    known = [contact["point"] for contact in written["contacts"] if contact["point"] is not None]
    if len(tool):
        low, high = np.percentile(tool, [2, 98], axis=0)
        reach = max(config.surroundings, config.times_tool * float((high - low).max()))
        near &= np.linalg.norm(points - np.median(tool, axis=0), axis=2) < reach
    elif known:
        near &= np.linalg.norm(points - np.mean(known, axis=0), axis=2) < 2 * config.surroundings
    if mask is None:
        return [surface("surroundings", frame, near, 1, config.edge, config.slope)]
    return [
        surface("target", frame, near & mask, 1, config.edge, config.slope),
        surface("surroundings", frame, near & ~mask, config.stride, config.edge, config.slope),
    ]


def _laid_over(written: Mapping[str, Any], demonstration: Demonstration, config: ViewConfig) -> list[Shape]:
    """The demonstrated tool's seen points after the alignment, as specks."""
    shown = demonstration.frame
    if shown.depth_m is None or shown.K is None or shown.mask is None:
        return []
    points = surface("", shown, shown.mask, 1, config.edge, config.slope).vertices
    if len(points) == 0:
        return []
    points = points[np.linspace(0, len(points) - 1, min(len(points), config.laid_over)).astype(np.int64)]
    T = np.asarray(written["T_target_demo"])
    centre = np.asarray(written["centre_demo"])
    moved = written["scale"] * (points - centre) @ T[:3, :3].T + T[:3, :3] @ centre + T[:3, 3]
    size = float(np.ptp(moved, axis=0).max())
    return [specks("demonstration", moved, 0.006 * size, config.laid_over_colour)]


def _path(written: Mapping[str, Any], config: ViewConfig) -> list[Shape]:
    poses = written["trajectory"]
    if not poses:
        return []
    chosen = np.unique(np.linspace(0, len(poses) - 1, min(len(poses), config.path_steps)).astype(np.int64))
    places = np.array([poses[index]["position"] for index in chosen])
    moved = np.linalg.norm(np.diff(places, axis=0), axis=1) > 1e-6
    steps = list(zip(places[:-1][moved], places[1:][moved], strict=True))
    line = [rods("path", steps, config.line_radius, config.path_colour)] if steps else []
    return line + axes("path_end", _pose(poses[-1]), config.axis_length, config.line_radius)


def _pose(written: Mapping[str, Any]) -> NDArray:
    """4 x 4 of a pose in `result.json`."""
    return compose(Rotation.from_quat(written["quaternion_xyzw"]).as_matrix(), np.asarray(written["position"]))


def _contacts(written: Mapping[str, Any], config: ViewConfig) -> list[Shape]:
    shapes: list[Shape] = []
    names = contact_names([contact["role"] for contact in written["contacts"]])
    for name, contact in zip(names, written["contacts"], strict=True):
        if contact["point"] is None:
            continue
        role, point = contact["role"], np.asarray(contact["point"])
        shapes.append(ball(f"contact_{name}", point, config.contact_radius, ROLE_COLOURS[role]))
        if contact["normal"] is not None:
            tip = point + config.normal_length * np.asarray(contact["normal"])
            shapes.append(rods(f"normal_{name}", [(point, tip)], 0.6 * config.line_radius, ROLE_COLOURS[role]))
    return shapes
