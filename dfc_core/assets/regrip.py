"""Tools that are held by another tool's grip, with their truth: what serves stays what it is, whatever holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from dfc_core.assets.families import any_training_tool
from dfc_core.assets.rest import lying
from dfc_core.assets.tool import Tool
from dfc_core.geometry import perpendicular_to, rotation_about

SLENDER = 1.5  # a grip is longer than so many radii of its border: it leads away, and may be exchanged
BEHIND = 0.25  # of its length that a grip may reach back beyond its border
LEVEL = 1.0  # radii of the border that the border may stray along the grip: it is cut across
SUNK = 0.3  # radii that the new grip reaches into the tool
LENGTHS = (0.5, 1.8)  # of the old grip's length that the new one may have
THICKNESS = 1.35  # largest factor, either way, by which the new grip is stouter than what it is set on
TRIES = 4  # other tools that are asked for their grip

Draw = Callable[[Generator], Tool]
"""A tool drawn at random."""


class Grip(NamedTuple):
    """The part of a tool that a hand holds, where one cut takes it off."""

    faces: NDArray  # F bool, which faces are of it
    border: NDArray  # E x 2 vertices: the edges of the cut, as the grip's own faces run along them
    foot: NDArray  # 3, m, middle of the cut
    radius: float  # m, of the cut
    out: NDArray  # 3, unit, from the foot along the grip
    length: float  # m


def sometimes_regripped(tool: Tool, share: float, seed: Sequence[int], draw: Draw = any_training_tool) -> Tool:
    """The tool `regripped` for a `share` (0..1) of the seeds, else as it is; a larger share adds to those."""
    rng = np.random.default_rng(seed)
    return regripped(tool, rng, draw) if rng.random() < share else tool


def regripped(tool: Tool, rng: Generator, draw: Draw = any_training_tool) -> Tool:
    """The tool with the grip of one that is drawn; as it is where its own cannot be taken off by one cut.

    What serves stays where it is with its frames, so a hand is still on the same side of it. The mesh is no longer one
    closed surface: the new grip is set into the tool.
    """
    own = find_grip(tool)
    if own is None:
        return tool
    for _ in range(TRIES):
        other = draw(rng)
        given = find_grip(other)
        if given is not None:
            return _joined(tool, own, *_fitted(rng, own, other, given))
    return tool


def find_grip(tool: Tool) -> Grip | None:
    """What every function of the tool is held by, and what hangs on that alone, if one cut takes it off.

    None where it serves for a function, does not lead away, or grows from several places.
    """
    held, serving = (
        np.isin(tool.face_parts, [tool.part_index(part) for some in lists for part in some])
        for lists in ([a.hold for a in tool.affordances], [a.parts for a in tool.affordances])
    )
    if not held.any() or (held & serving).any():
        return None
    faces = ~_joined_to(tool.faces, serving, ~held)
    border = _border(tool.faces, faces)
    if len(border) < 3 or np.ptp(_pieces(border, len(tool.vertices))[border]) > 0:
        return None
    ring = tool.vertices[np.unique(border)]
    foot = ring.mean(axis=0)
    radius = float(np.linalg.norm(ring - foot, axis=1).mean())
    points = tool.vertices[np.unique(tool.faces[faces])] - foot
    out = _unit(points.mean(axis=0))
    along = points @ out
    length = float(along.max())
    leads_away = length > SLENDER * radius and along.min() > -BEHIND * length
    if not leads_away or np.abs((ring - foot) @ out).max() > LEVEL * radius:
        return None
    return Grip(faces, border, foot, radius, out, length)


def _joined_to(faces: NDArray, chosen: NDArray, among: NDArray) -> NDArray:
    """Which faces `among` (F bool) hang together with `chosen` ones: a pommel hangs on what is held alone."""
    piece = _pieces(_edges(faces[among]), int(faces.max()) + 1)
    return among & np.isin(piece[faces[:, 0]], piece[faces[chosen, 0]])


def _border(faces: NDArray, chosen: NDArray) -> NDArray:
    """The edges (E x 2) of `chosen` faces that run, the other way, along faces which are not."""
    inner, outer = (_edges(faces[some]) for some in (chosen, ~chosen))
    return inner[np.isin(_number(inner, len(faces)), _number(outer[:, ::-1], len(faces)))]


def _edges(faces: NDArray) -> NDArray:
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)


def _number(edges: NDArray, faces: int) -> NDArray:
    return edges[:, 0] * (3 * faces + 1) + edges[:, 1]  # F faces have 3 F vertices at most


def _pieces(edges: NDArray, count: int) -> NDArray:
    """The number of the piece that each of `count` vertices is of, where `edges` join them."""
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(count, count))
    return connected_components(graph, directed=False)[1]


def _fitted(rng: Generator, own: Grip, other: Tool, given: Grip) -> tuple[NDArray, NDArray]:
    """(vertices, faces) of the `other` tool's grip, closed, as large as it fits and set where the tool's `own` is."""
    factor = own.radius / given.radius * np.exp(rng.uniform(-1, 1) * np.log(THICKNESS))
    shortest, longest = (share * own.length / given.length for share in LENGTHS)
    factor = float(np.clip(factor, shortest, longest))
    roll = rotation_about(own.out, rng.integers(4) * np.pi / 2)
    turn = roll @ _turn(given.out, own.out)
    vertices, faces = _closed(other, given.faces, given.border)
    sunk = own.foot - SUNK * min(own.radius, factor * given.radius) * own.out
    return sunk + factor * (vertices - given.foot) @ turn.T, faces


def _joined(tool: Tool, own: Grip, vertices: NDArray, faces: NDArray) -> Tool:
    """The tool with `vertices` and `faces` in place of its own grip."""
    rest_vertices, rest_faces = _closed(tool, ~own.faces, own.border[:, ::-1])
    labels = tool.face_parts[~own.faces]
    kept, index = np.unique(labels, return_inverse=True)
    lid = index[np.isin(tool.faces[~own.faces], own.border).any(axis=1).argmax()]  # the part that the grip was cut from
    index = np.concatenate([index, np.full(len(own.border), lid), np.full(len(faces), len(kept))])
    names = tuple(tool.part_names[part] for part in kept)
    grip = "grip" if "grip" not in names else "other grip"
    whole = np.concatenate([rest_vertices, vertices])
    return replace(
        tool,
        vertices=whole,
        faces=np.concatenate([rest_faces, faces + len(rest_vertices)]).astype(np.int32),
        face_parts=index.astype(np.int16),
        part_names=(*names, grip),
        affordances=tuple(replace(affordance, hold=(grip,)) for affordance in tool.affordances),
        rest_rotations=lying(whole),
    )


def _closed(tool: Tool, chosen: NDArray, border: NDArray) -> tuple[NDArray, NDArray]:
    """(vertices, faces) of the `chosen` faces of a tool, and of a lid over their `border`."""
    middle = tool.vertices[np.unique(border)].mean(axis=0)
    lid = np.column_stack([border[:, ::-1], np.full(len(border), len(tool.vertices))])
    used, index = np.unique(np.concatenate([tool.faces[chosen], lid]), return_inverse=True)
    return np.concatenate([tool.vertices, middle[None]])[used], index.reshape(-1, 3)


def _turn(start: NDArray, end: NDArray) -> NDArray:
    """The smallest rotation (3 x 3) from one unit vector to another."""
    axis, cosine = np.cross(start, end), float(start @ end)
    if np.linalg.norm(axis) < 1e-9:
        return np.eye(3) if cosine > 0 else rotation_about(perpendicular_to(start), np.pi)
    return rotation_about(_unit(axis), float(np.arccos(np.clip(cosine, -1, 1))))


def _unit(vector: NDArray) -> NDArray:
    return vector / max(float(np.linalg.norm(vector)), np.finfo(float).tiny)
