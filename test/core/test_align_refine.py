"""Refinement on the surface against small misalignments known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from round_things import BOTTLE, CUP, HANDLE, camera, cloud, picture

from dfc_core.align.alignment import Alignment, Correspondences, describe
from dfc_core.align.config import AlignConfig
from dfc_core.align.refine import RefineConfig, part_and_around, refine
from dfc_core.align.similarity import Similarity
from dfc_core.geometry import compose, invert, rotation_about, transform
from dfc_core.shape.surface import Surface, sampled_surface

VIEW_DEMO, VIEW_TARGET = camera(50.0, 35.0), camera(75.0, 45.0)
T_TRUE = invert(VIEW_TARGET) @ VIEW_DEMO


def seen(view: np.ndarray, seed: int, shape=CUP, extra=(HANDLE,)) -> Surface:
    """A mug's surface in the camera's frame, with 1 mm of noise."""
    frame = picture(view, shape, extra, noise_m=0.001, seed=seed)
    return sampled_surface(transform(invert(view), cloud(frame, view)), 400)


def misaligned(shift_m: tuple[float, float, float], degrees: float) -> tuple[Alignment, Correspondences]:
    """Matches that are all off by the same small motion, as a learned matcher's are, and scattered by 2 mm."""
    random = np.random.default_rng(4)
    demo = seen(VIEW_DEMO, 1).points[::4]
    centre = transform(T_TRUE, demo).mean(axis=0)
    turn = rotation_about(np.array([0.3, 1.0, -0.4]), np.radians(degrees))
    wrong = compose(turn, centre - turn @ centre + shift_m) @ T_TRUE
    matched = Correspondences.of(demo, transform(wrong, demo) + random.normal(0, 0.004, demo.shape), np.ones(len(demo)))
    similarity = Similarity(wrong[:3, :3], 1.0, wrong[:3, 3])
    return describe(similarity, matched, (0.04, 0.012), AlignConfig()), matched


def error_m(alignment: Alignment) -> float:
    """RMS distance (m) of the mug's points from where they truly are."""
    points = seen(VIEW_DEMO, 1).points
    return float(np.sqrt(((alignment.map(points) - transform(T_TRUE, points)) ** 2).sum(axis=1).mean()))


@pytest.mark.parametrize(
    ("shift_m", "degrees"), [((0.003, -0.002, 0.004), 0.0), ((0, 0, 0), 6.0), ((0, 0, 0.004), 4.0)]
)
def test_a_small_misalignment_of_noisy_surfaces_is_undone(shift_m, degrees: float) -> None:
    alignment, matched = misaligned(shift_m, degrees)
    start = error_m(alignment)
    refined = refine(alignment, matched, seen(VIEW_DEMO, 1), seen(VIEW_TARGET, 2), RefineConfig(), AlignConfig())
    assert start > 0.002
    assert error_m(refined) < 0.5 * start
    assert refined.scale == alignment.scale


def test_surfaces_that_do_not_agree_leave_the_alignment_alone() -> None:
    alignment, matched = misaligned((0, 0, 0), 0.0)
    plane = np.stack([*np.mgrid[-20:20, -20:20].reshape(2, -1) / 400, np.full(1600, 0.9)], axis=1)
    far = Surface.of(plane, np.tile([0, 0, -1.0], (1600, 1)))
    part, target = seen(VIEW_DEMO, 1), seen(VIEW_TARGET, 2)
    assert refine(alignment, matched, part, far, RefineConfig(), AlignConfig()) is alignment
    few = Surface.of(part.points[:5], part.normals[:5])
    assert refine(alignment, matched, few, target, RefineConfig(), AlignConfig()) is alignment
    assert refine(alignment, matched, part, target, RefineConfig(iterations=0), AlignConfig()) is alignment


def test_matches_that_would_be_given_up_are_not() -> None:
    alignment, matched = misaligned((0.004, -0.003, 0.006), 6.0)
    strict = RefineConfig(matches_kept=1.0)
    kept = refine(alignment, matched, seen(VIEW_DEMO, 1), seen(VIEW_TARGET, 2), strict, AlignConfig())
    assert kept is alignment  # the matches are fitted best as it is


def test_only_the_part_and_its_neighbourhood_take_part() -> None:
    points = np.stack([np.linspace(0, 0.1, 101), np.zeros(101), np.ones(101)], axis=1)
    on_part = points[:, 0] < 0.0205
    radius = np.sqrt(np.mean((points[on_part, 0] - 0.01) ** 2))
    near = part_and_around(points, on_part, 0.5)
    np.testing.assert_array_equal(near, points[:, 0] <= 0.02 + 0.5 * radius)
    assert not part_and_around(points, np.zeros(101, bool), 0.5).any()


def test_what_slides_is_held_by_the_matches() -> None:
    """A bottle may turn about its axis without leaving its surface; the matches say that it did not."""
    part, target = seen(VIEW_DEMO, 1, BOTTLE, ()), seen(VIEW_DEMO, 2, BOTTLE, ())
    matched = Correspondences.of(part.points[::3], part.points[::3], np.ones(len(part.points[::3])))
    alignment = describe(Similarity(np.eye(3), 1.0, np.zeros(3)), matched, (0.05, 0.012), AlignConfig())
    refined = refine(replace(alignment), matched, part, target, RefineConfig(), AlignConfig())
    angle = np.degrees(np.arccos(np.clip((np.trace(refined.rotation) - 1) / 2, -1, 1)))
    assert angle < 1


def test_refine_config_says_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="matches_kept"):
        RefineConfig(matches_kept=0)
