"""Tools of other proportions, with their truth: longer, flatter, wider than their family makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.rest import lying, stands
from dfc_core.assets.tool import Affordance, Tool, turn_about_z
from dfc_core.geometry import compose, invert, transform

LEAST_FACTOR, LARGEST_FACTOR = 0.6, 1.7  # along each axis of the tool, before its size is restored
CONFLICT = 1e-6  # a stretch that breaks a symmetry by less (of its logarithm) keeps it
X, Y, Z = range(3)
POINT_SHARE = 1.5  # half of a part's measure is `scale`: what is this much longer out than along is a point


class Carried(NamedTuple):
    """How a function's frame goes with a stretch, by what `config/functions.yaml` says its axes and scale are.

    Of a skewed frame only one direction within the surface and one normal to it stay square to each other: the axes
    `tangent` and `normal`. `measure` weighs the part's extents along the frame's axes to what `scale` is of.
    """

    tangent: int
    normal: int
    measure: tuple[float, float, float]


ALONG_X, ALONG_Y, ALONG_Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
EDGE = Carried(X, Y, ALONG_X)
FACE = Carried(X, Z, (1, 1, 0))  # faces and openings: scale is a mean radius
ROW = Carried(Y, X, ALONG_Y)
TIP = Carried(Z, Y, ALONG_Z)
SPIT = Carried(Z, X, (0, 0.5, 1))  # the mean of half the width and the length
ROD = Carried(Z, X, ALONG_Z)
BEND = Carried(X, Y, (1, 0, 1))
OTHER = Carried(X, Z, (1, 1, 1))  # a function that only a user's own mesh has
CARRIED = {
    "brush-with": ROW, "sweep-with": ROW,
    "cut-with": EDGE, "scrape-with": EDGE, "spread-with": EDGE, "peel-with": EDGE,
    "wedge-with": Carried(X, Y, (0.5, 0, 1)),
    "dig-with": SPIT, "pry-with": SPIT,
    "press-with": FACE, "pound-with": FACE, "lift-with": FACE,
    "scoop-with": FACE, "pour-with": FACE, "sift-with": FACE,
    "pierce-with": TIP, "poke-with": TIP, "write-with": TIP, "pick-up-with": TIP,
    "mix-with": ROD, "roll-onto": ROD,
    "hang-onto": BEND, "pull-with": BEND,
    "apply-torque-with": Carried(Y, X, ALONG_X),
}  # fmt: skip


def sometimes_stretched(tool: Tool, share: float, seed: Sequence[int]) -> Tool:
    """The tool `stretched` for a `share` (0..1) of the seeds, else as it is; a larger share adds to those."""
    rng = np.random.default_rng(seed)
    return stretched(tool, rng) if rng.random() < share else tool


def stretched(tool: Tool, rng: Generator) -> Tool:
    """The tool of other proportions but the same size (diameter), with frames, scales and rests of the new shape.

    The factors along the tool's axes are log-uniform. What would break a declared symmetry is left out of them: a
    round tool becomes longer or stouter, and one that is round about two axes stays as it is.
    """
    stretch = _draw_stretch(tool, rng)
    vertices = tool.vertices @ stretch
    affordances = tuple(_carried_affordance(tool, affordance, stretch) for affordance in tool.affordances)
    return replace(tool, vertices=vertices, affordances=affordances, rest_rotations=_carried_rests(tool, stretch))


def _draw_stretch(tool: Tool, rng: Generator) -> NDArray:
    """A symmetric positive 3 x 3 matrix that commutes with the motions of all symmetries and keeps the diameter."""
    wanted = np.diag(rng.uniform(np.log(LEAST_FACTOR), np.log(LARGEST_FACTOR), 3))
    logarithms, axes = np.linalg.eigh(_kept_by(_motions(tool), wanted))
    stretch = axes * np.exp(logarithms) @ axes.T
    return stretch * tool.diameter / np.linalg.norm(np.ptp(tool.vertices @ stretch, axis=0))


def _motions(tool: Tool) -> list[NDArray]:
    """Every declared motion of every function frame (3 x 3, in the tool's axes)."""
    return [
        T[:3, :3] @ motion @ T[:3, :3].T
        for affordance in tool.affordances
        for T in affordance.frames
        for motion in _generators(affordance)
    ]


def _generators(affordance: Affordance) -> NDArray:
    """The motions (K x 3 x 3) that a stretch must commute with; all turns are kept where one by 1 rad is.

    What rolls stays round, also where the rest of the tool is not (a paint roller).
    """
    is_round = affordance.symmetry.kind == "axis" or affordance.function == "roll-onto"
    turns = turn_about_z(1.0)[None] if is_round else np.zeros((0, 3, 3))
    return np.concatenate([turns, affordance.symmetry.motions[1:]])


def _kept_by(motions: Sequence[NDArray], wanted: NDArray) -> NDArray:
    """The nearest to `wanted` (symmetric 3 x 3) of the symmetric matrices that commute with all motions."""
    basis = np.zeros((6, 3, 3))  # orthonormal, of the symmetric matrices
    for number, (i, j) in enumerate(zip(*np.triu_indices(3), strict=True)):
        basis[number, i, j] = basis[number, j, i] = 1.0 if i == j else 0.5**0.5
    if not motions:
        return wanted
    broken = np.concatenate([(motion @ basis - basis @ motion).reshape(6, 9) for motion in motions], axis=1)
    directions, amounts, _ = np.linalg.svd(broken)
    kept = directions[:, np.flatnonzero(amounts < CONFLICT)]
    return np.einsum("nij,n->ij", basis, kept @ kept.T @ np.einsum("nij,ij->n", basis, wanted))


def _carried_affordance(tool: Tool, affordance: Affordance, stretch: NDArray) -> Affordance:
    how = CARRIED.get(affordance.function, OTHER)
    first, *others = (
        compose(_carried_rotation(T[:3, :3], stretch, how.tangent, how.normal), stretch @ T[:3, 3])
        for T in affordance.frames
    )
    scale = affordance.scale * _growth(tool, affordance, stretch)
    return replace(affordance, T_tool_function=first, alternatives=tuple(others), scale=scale)


def _carried_rotation(R: NDArray, stretch: NDArray, tangent: int, normal: int) -> NDArray:
    """The rotation whose axes `tangent` and `normal` are what lies in the surface and normal to it after a stretch."""
    carried = np.zeros((3, 3))
    carried[:, tangent] = stretch @ R[:, tangent]
    carried[:, normal] = np.linalg.solve(stretch, R[:, normal])  # the stretch is symmetric
    carried /= np.maximum(np.linalg.norm(carried, axis=0), np.finfo(float).tiny)
    third = 3 - tangent - normal
    carried[:, third] = np.cross(carried[:, third - 2], carried[:, third - 1])
    return carried


def _growth(tool: Tool, affordance: Affordance, stretch: NDArray) -> float:
    """By which factor what `scale` measures grows, the mean over the frames."""
    points = tool.vertices[np.unique(tool.faces_of(affordance.parts))]
    local = np.stack([transform(invert(T), points) for T in affordance.frames])
    nearest = np.linalg.norm(local, axis=2).argmin(axis=0)
    factors = []
    for number, T in enumerate(affordance.frames):
        own = local[number, nearest == number]
        extents = np.ptp(own, axis=0) if len(own) > 1 else np.ones(3)
        along = np.linalg.norm(stretch @ T[:3, :3], axis=0)
        factors.append(np.average(along, weights=_measure(affordance, extents) * np.maximum(extents, 1e-9)))
    return float(np.mean(factors))


def _measure(affordance: Affordance, extents: NDArray) -> NDArray:
    """What `scale` measures, as weights of the extents (3, m) of the part along the frame's axes."""
    bound = POINT_SHARE * affordance.scale
    if affordance.function == "scrape-with" and extents[X] < bound < extents[Z]:  # with a point, not an edge
        return np.array(ALONG_Z)
    return np.array(CARRIED.get(affordance.function, OTHER).measure)


def _carried_rests(tool: Tool, stretch: NDArray) -> tuple[NDArray, ...]:
    """The rests on the same sides, without those in which the tool has become too slender to stand.

    Stretched, what touched the table still lies in one plane with all of the tool on one side of it. Where a tool
    never stood by itself (a round bar, a spoon) the family vouches for the rest.
    """
    vertices = tool.vertices @ stretch
    carried = [(R, _carried_rotation(R.T, stretch, X, Z).T) for R in tool.rest_rotations]
    kept = [new for old, new in carried if stands(vertices @ new.T) or not stands(tool.vertices @ old.T)]
    return tuple(kept) or lying(vertices)
