"""Coloured triangles in metres and the camera's optical frame: seen surface, balls, rods, specks, axes, grippers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.frames import Frame
from dfc_core.geometry import perpendicular_to, unproject

Colour = tuple[int, int, int]
ROLE_COLOURS: dict[str, Colour] = {"function": (255, 40, 160), "grasp": (0, 220, 255)}
GRASP_COLOUR: Colour = (0, 220, 255)
AXIS_COLOURS: dict[str, Colour] = {"x": (230, 30, 30), "y": (30, 180, 30), "z": (40, 80, 255)}
FINGER_M = 0.05  # drawn fingers, not a real gripper's


@dataclass(frozen=True)
class Shape:
    """Triangles under one name: `vertices` V x 3 (m, camera's optical frame), `faces` F x 3, counter-clockwise from
    outside, `colours` V x 3 uint8; `uv` V x 2, where each vertex lies in the colour picture (0, 0 = its lower left,
    1, 1 = its upper right corner), for a surface that is to show the picture, else None."""

    name: str
    vertices: NDArray
    faces: NDArray
    colours: NDArray
    uv: NDArray | None = None


def surface(name: str, frame: Frame, keep: NDArray, stride: int, edge_m: float, slope: float) -> Shape:
    """What the camera saw on every `stride`-th pixel where `keep` (H x W bool): neighbouring readings become triangles
    unless their depths differ by more than `edge_m` plus `slope` times their distance. The frame has depth and K."""
    assert frame.depth_m is not None
    assert frame.K is not None
    z = np.where(keep, frame.depth_m, 0)[::stride, ::stride].astype(np.float64)
    corners = np.stack([z[:-1, :-1], z[:-1, 1:], z[1:, :-1], z[1:, 1:]])
    low = corners.min(axis=0)
    joined = (low > 0) & (corners.max(axis=0) - low <= edge_m + slope * stride * low / float(frame.K[0, 0]))
    index = np.arange(z.size).reshape(z.shape)
    here, right, below, across = (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:])
    triangles = ((here, below, right), (right, below, across))
    faces = np.concatenate([np.stack([part[joined] for part in three], axis=1) for three in triangles])
    used, faces = np.unique(faces, return_inverse=True)
    rows, columns = (stride * place for place in np.divmod(used, z.shape[1]))
    vertices = unproject(np.stack([columns, rows], axis=1), z.ravel()[used], frame.K)
    width, height = frame.size
    uv = np.stack([(columns + 0.5) / width, 1 - (rows + 0.5) / height], axis=1)
    return Shape(name, vertices, faces.reshape(-1, 3), frame.rgb[rows, columns], uv)


def ball(name: str, centre: NDArray, radius: float, colour: Colour, rings: int = 10) -> Shape:
    """A sphere of `rings` rings of twice as many vertices."""
    around = 2 * rings
    height, turn = np.meshgrid(np.linspace(0, np.pi, rings + 1), np.arange(around) * np.pi / rings, indexing="ij")
    unit = np.stack([np.sin(height) * np.cos(turn), np.sin(height) * np.sin(turn), np.cos(height)], axis=-1)
    row, column = np.mgrid[:rings, :around]
    here, beside = row * around + column, row * around + (column + 1) % around
    faces = np.concatenate(
        [np.stack([here, here + around, beside], -1), np.stack([beside, here + around, beside + around], -1)]
    )
    return _plain(name, np.asarray(centre) + radius * unit.reshape(-1, 3), faces.reshape(-1, 3), colour)


def rods(name: str, ends: Sequence[tuple[NDArray, NDArray]], radius: float, colour: Colour, sides: int = 8) -> Shape:
    """A prism with caps between each pair of `ends` (3 and 3, m, apart)."""
    vertices: list[NDArray] = []
    faces: list[NDArray] = []
    turn = 2 * np.pi * np.arange(sides) / sides
    step = np.arange(sides)
    after = (step + 1) % sides
    for start, end in ends:
        along = np.asarray(end, np.float64) - start
        along /= np.linalg.norm(along)
        side = perpendicular_to(along)
        ring = radius * (np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * np.cross(along, side))
        first = 2 * (sides + 1) * len(vertices)
        vertices.append(np.concatenate([start + ring, end + ring, [start], [end]]))
        near, far = np.full(sides, 2 * sides), np.full(sides, 2 * sides + 1)
        triangles = (
            (step, after, step + sides),
            (after, after + sides, step + sides),
            (near, after, step),
            (far, step + sides, after + sides),
        )
        faces.append(first + np.concatenate([np.stack(three, axis=1) for three in triangles]))
    return _plain(name, np.concatenate(vertices), np.concatenate(faces), colour)


def specks(name: str, points: NDArray, radius: float, colour: Colour) -> Shape:
    """An octahedron at each of `points` (N x 3): viewers draw bare points as one pixel each, or not at all."""
    tips = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])
    eight = np.array([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]])
    vertices = (np.asarray(points)[:, None] + radius * tips).reshape(-1, 3)
    faces = (6 * np.arange(len(points))[:, None, None] + eight).reshape(-1, 3)
    return _plain(name, vertices, faces, colour)


def axes(name: str, T: NDArray, length: float, radius: float) -> list[Shape]:
    """`name`_x, _y and _z: the axes of a frame, `T` (4 x 4) maps its points into the camera's frame."""
    return [
        rods(f"{name}_{axis}", [(T[:3, 3], T[:3, 3] + length * T[:3, column])], radius, colour)
        for column, (axis, colour) in enumerate(AXIS_COLOURS.items())
    ]


def gripper(name: str, T: NDArray, width: float, radius: float, colour: Colour) -> Shape:
    """A parallel gripper's skeleton: its finger tips lie `width` apart on the x axis of the grasp frame `T` (4 x 4),
    the palm behind them."""
    left, left_base, right_base, right, palm, wrist = gripper_corners(width) @ T[:3, :3].T + T[:3, 3]
    return rods(name, [(left, left_base), (left_base, right_base), (right_base, right), (palm, wrist)], radius, colour)


def gripper_corners(width: float) -> NDArray:
    """Corners (6 x 3, m, grasp frame) of a drawn gripper: left tip and base, right base and tip, palm, wrist."""
    half = max(width, 0.005) / 2
    return np.array(
        [
            [-half, 0, 0],
            [-half, 0, -FINGER_M],
            [half, 0, -FINGER_M],
            [half, 0, 0],
            [0, 0, -FINGER_M],
            [0, 0, -2 * FINGER_M],
        ]
    )


def contact_names(roles: Sequence[str]) -> list[str]:
    """What contacts of these `roles` are called where they are shown: "F1", "G1", "F2"."""
    return [f"{role[:1].upper()}{roles[: number + 1].count(role)}" for number, role in enumerate(roles)]


def _plain(name: str, vertices: NDArray, faces: NDArray, colour: Colour) -> Shape:
    return Shape(name, vertices, faces, np.tile(np.array(colour, np.uint8), (len(vertices), 1)))
