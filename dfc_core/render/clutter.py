"""Tables with several tools on them: where each can stand, and which of them hide the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from dfc_core.assets.tool import Tool
from dfc_core.geometry import compose, invert, rotation_about, transform
from dfc_core.render.raycast import Placed, Scene, Table
from dfc_core.render.viewpoints import camera_towards, crop_camera

MEASURE_PX = 96  # side of the picture that an occluder's effect is measured on
UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class ClutterConfig:
    """How tools are strewn around a target."""

    reach_m: float = 0.25  # others lie with their middle at most this far from the edge of the target's box
    gap_m: float = 0.004  # between the outlines of any two tools on the table
    tries: int = 30  # places tried for each tool; one that fits nowhere is left out
    aside_rad: float = 0.6  # occluders stand this far, at most, to the side of the line towards the camera
    arrangements: int = 24  # occluders tried until as much is hidden as was asked for


def outline(vertices_table: NDArray) -> NDArray:
    """The convex outline (n x 2, m, counterclockwise) of vertices (V x 3) seen from above."""
    flat = vertices_table[:, :2]
    return flat[ConvexHull(flat).vertices]


def apart(a: NDArray, b: NDArray, gap: float = 0.0) -> bool:
    """Whether two convex outlines are separated by a line with at least `gap` between them on both sides of it.

    Separating axis test. Things that stand on one table and whose outlines are apart do not touch.
    """
    for polygon in (a, b):
        edges = np.roll(polygon, -1, axis=0) - polygon
        outwards = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
        outwards /= np.linalg.norm(outwards, axis=1, keepdims=True) + 1e-12
        other = b if polygon is a else a
        distance = (other @ outwards.T).min(axis=0) - (polygon @ outwards.T).max(axis=0)
        if distance.max() >= gap:
            return True
    return False


def stand(tool: Tool, rest: NDArray, yaw: float, place: NDArray) -> NDArray:
    """T_table_tool (4x4) of a tool turned by `rest` (R_table_tool) and `yaw` about the normal, its box's middle above
    `place` (2, m), its lowest point on the table."""
    turn = rotation_about(UP, yaw) @ rest
    vertices = tool.vertices @ turn.T
    low, high = vertices.min(0), vertices.max(0)
    return compose(turn, np.array([*(place - (low[:2] + high[:2]) / 2), -low[2]]))


def strew(
    rng: Generator,
    tool: Tool,
    table: Table,
    others: Sequence[Tool],
    placed: Sequence[Placed] = (),
    config: ClutterConfig = ClutterConfig(),
) -> tuple[Placed, ...]:
    """Those of `others` that find room around the target and what is `placed`, anyhow turned, none touching another."""
    found: list[Placed] = []
    taken = [_outline_on(table, each) for each in (Placed(tool, np.eye(4)), *placed)]
    half = np.ptp(taken[0], axis=0).max() / 2
    for other in others:
        for _ in range(config.tries):
            T_table_other = _stand_anyhow(rng, other, rng.uniform(-1, 1, 2) * (half + config.reach_m))
            ground = outline(transform(T_table_other, other.vertices))
            if all(apart(ground, one, config.gap_m) for one in taken):
                found.append(Placed(other, table.T_tool_table @ T_table_other))
                taken.append(ground)
                break
    return tuple(found)


def hide(
    rng: Generator,
    tool: Tool,
    table: Table,
    direction: NDArray,
    occluders: Sequence[Tool],
    hidden: tuple[float, float],
    distance: float = 4.0,
    config: ClutterConfig = ClutterConfig(),
) -> tuple[Placed, ...]:
    """`occluders` on the table in front of the target so that a share of it within `hidden` is out of sight.

    Seen from `direction` (unit 3, table frame) and `distance` tool diameters. When no arrangement tried gives such a
    share, the one that comes nearest; `hidden_share` tells how much it is.
    """
    T_camera_tool = camera_towards(tool, table, direction, distance)
    best: tuple[Placed, ...] = ()
    least = np.inf
    for _ in range(config.arrangements):
        found = _in_front(rng, tool, table, direction, occluders, config)
        share = hidden_share(tool, found, T_camera_tool)
        off = max(hidden[0] - share, share - hidden[1], 0.0)
        if off < least:
            best, least = found, off
        if off == 0:
            break
    return best


def keep_in_sight(
    tool: Tool, placed: Sequence[Placed], others: Sequence[Placed], T_camera_tool: NDArray, most: float
) -> tuple[Placed, ...]:
    """`placed`, and of `others`, one after the other, those with which at most the share `most` is hidden."""
    kept = tuple(placed)
    for other in others:
        if hidden_share(tool, (*kept, other), T_camera_tool) <= most:
            kept = (*kept, other)
    return kept


def hidden_share(tool: Tool, others: Sequence[Placed], T_camera_tool: NDArray) -> float:
    """Share of the pixels of the target, as a camera would see it alone, that `others` hide."""
    K = crop_camera(tool, T_camera_tool, MEASURE_PX, 1.0, np.zeros(2))
    size = (MEASURE_PX, MEASURE_PX)
    alone = Scene(tool).look(K, size, T_camera_tool).tool
    seen = Scene(tool, None, others).look(K, size, T_camera_tool).tool
    return 1 - float((seen & alone).sum()) / max(int(alone.sum()), 1)


def _in_front(
    rng: Generator, tool: Tool, table: Table, direction: NDArray, occluders: Sequence[Tool], config: ClutterConfig
) -> tuple[Placed, ...]:
    """Each occluder slid towards the target from the camera's side until it nearly touches what is there."""
    found: list[Placed] = []
    taken = [_outline_on(table, Placed(tool, np.eye(4)))]
    spread = np.ptp(taken[0], axis=0)
    for occluder in occluders:
        azimuth = np.arctan2(direction[1], direction[0]) + rng.uniform(-config.aside_rad, config.aside_rad)
        along = np.array([np.cos(azimuth), np.sin(azimuth)])
        start = rng.uniform(-0.4, 0.4) * spread  # another point of the target's box to slide towards
        T_table_other = _stand_anyhow(rng, occluder, start)
        ground = outline(transform(T_table_other, occluder.vertices))
        slack = rng.uniform(0, 0.03)
        for slide in np.arange(0, 1.0, 0.008) + slack:
            if all(apart(ground + slide * along, one, config.gap_m) for one in taken):
                T_table_other[:2, 3] += slide * along
                found.append(Placed(occluder, table.T_tool_table @ T_table_other))
                taken.append(ground + slide * along)
                break
    return tuple(found)


def _stand_anyhow(rng: Generator, tool: Tool, place: NDArray) -> NDArray:
    rest = tool.rest_rotations[rng.integers(len(tool.rest_rotations))]
    return stand(tool, rest, rng.uniform(0, 2 * np.pi), place)


def _outline_on(table: Table, placed: Placed) -> NDArray:
    return outline(transform(invert(table.T_tool_table) @ placed.T_target_tool, placed.tool.vertices))
