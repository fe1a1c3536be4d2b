"""Benchmark pairs with exact truth from parametric tools that training never saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from dfc_core.assets.families import families_for, make_tool
from dfc_core.assets.part_frames import PartFrame, aligned_coordinates, part_frames
from dfc_core.assets.tool import Tool
from dfc_core.dataset.benchmark_format import BenchmarkPair, BenchmarkPicture, save_benchmark
from dfc_core.functions import FUNCTIONS
from dfc_core.geometry import compose, invert
from dfc_core.label import align_symmetric, camera_side
from dfc_core.render import Picture, random_crop_view
from dfc_core.render.views import camera_position

HELD_OUT_SEED = 100_000  # seeds from here on are never rendered for training


@dataclass(frozen=True)
class BenchmarkConfig:
    """What to build: `across` pairs of each two families of a function, `within` pairs of each family with itself."""

    functions: tuple[str, ...] = FUNCTIONS
    across: int = 4
    within: int = 1
    seed: int = 0
    first_tool: int = HELD_OUT_SEED
    points: int = 150  # most true point pairs of a picture pair
    least_points: int = 16
    reach: float = 0.6  # true partners lie within this distance after alignment; unit: the part's scale
    name: str = "held-out-tools"


def build_benchmark(
    out: Path | str, config: BenchmarkConfig, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Render the pairs of `config` into a benchmark folder; the same config gives the same folder."""
    jobs = list(_jobs(config))

    def pairs() -> Iterator[BenchmarkPair]:
        for number, job in enumerate(jobs):
            yield _draw_pair(np.random.default_rng([config.seed, number]), config, *job, number)
            if progress:
                progress(number + 1, len(jobs))

    return save_benchmark(out, config.name, pairs())


def _jobs(config: BenchmarkConfig) -> Iterator[tuple[str, str, str]]:
    for function in config.functions:
        for family_a, family_b in combinations_with_replacement(families_for(function), 2):
            for _ in range(config.within if family_a == family_b else config.across):
                yield function, family_a, family_b


def _draw_pair(
    rng: Generator, config: BenchmarkConfig, function: str, family_a: str, family_b: str, number: int
) -> BenchmarkPair:
    """Pictures of two tools that share enough visible surface of the part; drawn again until they do."""
    tool_a = make_tool(family_a, config.first_tool + 2 * number)
    tool_b = make_tool(family_b, config.first_tool + 2 * number + 1)
    frame_a, frame_b = _part(tool_a, function), _part(tool_b, function)
    for _ in range(200):
        picture_a, picture_b = random_crop_view(rng, tool_a), random_crop_view(rng, tool_b)
        points_a, points_b = true_pairs(rng, picture_a, frame_a, picture_b, frame_b, config)
        if len(points_a) >= config.least_points:
            a = _side(picture_a, family_a, frame_a, points_a)
            b = _side(picture_b, family_b, frame_b, points_b)
            return BenchmarkPair(function, a, b, true_alignment(picture_a, frame_a, picture_b, frame_b))
    raise RuntimeError(f"{tool_a.name} and {tool_b.name} never showed a common surface in 200 views")


def _side(picture: Picture, family: str, frame: PartFrame, points: NDArray) -> BenchmarkPicture:
    part = frame.shown(picture.parts)
    return BenchmarkPicture(family, picture.rgb, picture.mask, points.astype(float), part, picture.depth_m, picture.K)


def _part(tool: Tool, function: str) -> PartFrame:
    return next(frame for frame in part_frames(tool) if (frame.function, frame.role) == (function, "function"))


def true_pairs(
    rng: Generator, a: Picture, frame_a: PartFrame, b: Picture, frame_b: PartFrame, config: BenchmarkConfig
) -> tuple[NDArray, NDArray]:
    """Corresponding pixels (n x 2 each): part pixels, farthest points, one-to-one by distance after alignment.

    Symmetric parts are turned so that the cameras stand on the same side. Pairs farther apart than `config.reach`
    show surface that the other picture hides, and are left out.
    """
    pixels_a, coordinates_a = _part_points(rng, a, frame_a)
    pixels_b, coordinates_b = _part_points(rng, b, frame_b)
    count = min(len(pixels_a), len(pixels_b), config.points)
    if count < config.least_points:
        return np.zeros((0, 2), int), np.zeros((0, 2), int)
    coordinates_b = align_symmetric(
        coordinates_b, camera_side(camera_position(a), frame_a), frame_a.symmetry,
        camera_side(camera_position(b), frame_b), frame_b.symmetry,
    )  # fmt: skip
    chosen_a, chosen_b = farthest_points(coordinates_a, count), farthest_points(coordinates_b, count)
    distance = cdist(coordinates_a[chosen_a], coordinates_b[chosen_b])
    row, column = linear_sum_assignment(distance)
    near = distance[row, column] < config.reach
    return pixels_a[chosen_a[row[near]]], pixels_b[chosen_b[column[near]]]


def _part_points(rng: Generator, picture: Picture, frame: PartFrame, most: int = 3000) -> tuple[NDArray, NDArray]:
    pixels = np.argwhere(frame.shown(picture.parts))[:, ::-1]
    if len(pixels) > most:
        pixels = pixels[np.sort(rng.choice(len(pixels), most, replace=False))]
    return pixels, aligned_coordinates(picture.points_tool(pixels), frame)


def farthest_points(points: NDArray, count: int) -> NDArray:
    """Indices of `count` of `points` (N x 3), each the farthest from those before; the first is point 0."""
    chosen = np.zeros(count, dtype=int)
    distance = np.full(len(points), np.inf)
    for number in range(1, count):
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[number - 1]], axis=1))
        chosen[number] = distance.argmax()
    return chosen


def true_alignment(a: Picture, frame_a: PartFrame, b: Picture, frame_b: PartFrame) -> NDArray:
    """T_a_b: the rigid motion (4x4, m) that brings camera frame b into a so that the function frames coincide.

    Sizes stay as they are; a free turn of a symmetric part is settled as in `true_pairs`.
    """
    side_a, side_b = camera_side(camera_position(a), frame_a), camera_side(camera_position(b), frame_b)
    axes = align_symmetric(np.eye(3), side_a, frame_a.symmetry, side_b, frame_b.symmetry)
    turn = axes.T if np.linalg.det(axes) > 0 else np.eye(3)  # a mirror image is no rigid motion
    T_camera_part_a = a.T_camera_tool @ frame_a.frames[0]
    T_camera_part_b = b.T_camera_tool @ frame_b.frames[0]
    return T_camera_part_a @ compose(turn, np.zeros(3)) @ invert(T_camera_part_b)
