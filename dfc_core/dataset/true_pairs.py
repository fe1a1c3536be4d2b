"""Which pixels of two pictures truly correspond: the ground truth of METHOD section 5, from exact geometry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from dfc_core.assets.part_frames import PartFrame
from dfc_core.geometry import compose, invert, transform
from dfc_core.label import align_symmetric, symmetric_motion
from dfc_core.render import Picture

MOST_PIXELS = 3000  # of a part that are looked at


@dataclass(frozen=True)
class TruthConfig:
    """What counts as a true pair."""

    points: int = 150  # most pairs of a picture pair
    least_points: int = 16  # fewer are none
    reach: float = 0.6  # partners lie within this distance after alignment; unit: the part's scale


@dataclass(frozen=True)
class SeenPart:
    """What a picture shows of a part: `pixels` N x 2, their `coordinates` N x 3 in the one of the part's frames that
    most of them lie nearest to (unit: the part's scale), `T_camera_part` that frame, and `eye` (3) the camera in it."""

    frame: PartFrame
    pixels: NDArray
    coordinates: NDArray
    T_camera_part: NDArray
    eye: NDArray


def see_part(rng: Generator, picture: Picture, frame: PartFrame) -> SeenPart:
    """The part's pixels in a picture; of a tool with several frames that serve, those of one of them."""
    pixels = np.argwhere(frame.shown(picture.parts))[:, ::-1]
    if len(pixels) > MOST_PIXELS:
        pixels = pixels[np.sort(rng.choice(len(pixels), MOST_PIXELS, replace=False))]
    points = picture.points_tool(pixels)
    everywhere = np.stack([transform(invert(T), points) / frame.scale for T in frame.frames])
    nearest = np.linalg.norm(everywhere, axis=2).argmin(axis=0)
    chosen = int(np.bincount(nearest, minlength=len(frame.frames)).argmax())
    own = nearest == chosen
    T_camera_part = picture.T_camera_tool @ frame.frames[chosen]
    return SeenPart(frame, pixels[own], everywhere[chosen][own], T_camera_part, eye_in_part(T_camera_part, frame))


def eye_in_part(T_camera_part: NDArray, frame: PartFrame) -> NDArray:
    """The camera's place (3) in the part's frame, unit: the part's scale."""
    return invert(T_camera_part)[:3, 3] / frame.scale


def aligned_to(a: SeenPart, b: SeenPart, coordinates_b: NDArray) -> NDArray:
    """`coordinates_b` (N x 3, in b's part) turned within what symmetry allows so that both cameras are on one side."""
    return align_symmetric(coordinates_b, a.eye, a.frame.symmetry, b.eye, b.frame.symmetry)


def viewpoint_gap(a: SeenPart, b: SeenPart) -> float:
    """Angle (degrees) between the directions from which two pictures see the part, after alignment."""
    direction_a, direction_b = a.eye, aligned_to(a, b, b.eye[None])[0]
    cosine = direction_a @ direction_b / (np.linalg.norm(direction_a) * np.linalg.norm(direction_b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def true_pairs(a: SeenPart, b: SeenPart, config: TruthConfig) -> tuple[NDArray, NDArray]:
    """Corresponding pixels (n x 2 each): part pixels, farthest points, one-to-one by distance after alignment.

    Pairs farther apart than `config.reach` show surface that the other picture hides, and are left out. Empty when
    fewer than `config.least_points` remain.
    """
    none = np.zeros((0, 2), int), np.zeros((0, 2), int)
    count = min(len(a.pixels), len(b.pixels), config.points)
    if count < config.least_points:
        return none
    coordinates_b = aligned_to(a, b, b.coordinates)
    chosen_a, chosen_b = farthest_points(a.coordinates, count), farthest_points(coordinates_b, count)
    distance = cdist(a.coordinates[chosen_a], coordinates_b[chosen_b])
    row, column = linear_sum_assignment(distance)
    near = distance[row, column] < config.reach
    if near.sum() < config.least_points:
        return none
    return a.pixels[chosen_a[row[near]]], b.pixels[chosen_b[column[near]]]


def farthest_points(points: NDArray, count: int) -> NDArray:
    """Indices of `count` of `points` (N x 3), each the farthest from those before; the first is point 0."""
    chosen = np.zeros(count, dtype=int)
    distance = np.full(len(points), np.inf)
    for number in range(1, count):
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[number - 1]], axis=1))
        chosen[number] = distance.argmax()
    return chosen


def true_alignment(a: SeenPart, b: SeenPart) -> NDArray:
    """T_a_b: the rigid motion (4x4, m) that brings camera frame b into a so that the function frames coincide.

    Sizes stay as they are; a free turn of a symmetric part is settled as in `true_pairs`, but nothing is reflected.
    """
    turn = symmetric_motion(a.eye, a.frame.symmetry, b.eye, b.frame.symmetry, rigid=True)
    return a.T_camera_part @ compose(turn, np.zeros(3)) @ invert(b.T_camera_part)
