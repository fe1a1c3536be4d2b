"""Depth at sub-pixel places against surfaces written down beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.geometry import project, unproject
from dfc_core.shape.lift import LiftConfig, depth_at, lift, onto_mask, point_covariances, reading_spacing

K = np.array([[600.0, 0, 31.5], [0, 600.0, 23.5], [0, 0, 1]])
RGB = np.zeros((48, 64, 3), np.uint8)


def step() -> np.ndarray:
    """Foreground at 0.5 m left of column 32, background at 0.8 m from there on."""
    depth = np.full((48, 64), 0.5, np.float32)
    depth[:, 32:] = 0.8
    return depth


def test_an_edge_does_not_mix_foreground_and_background() -> None:
    x = np.linspace(27, 36, 60)
    pixels = np.stack([x, np.full(60, 20.3)], axis=1)
    depth, valid = depth_at(step(), pixels, 600.0)
    assert valid.all()
    np.testing.assert_allclose(depth, np.where(np.rint(x) < 32, 0.5, 0.8), atol=1e-6)


def test_the_mask_keeps_the_background_out() -> None:
    mask = np.zeros((48, 64), bool)
    mask[:, :32] = True
    depth, valid = depth_at(step(), np.array([[31.4, 20.0], [32.4, 20.0], [40.0, 20.0]]), 600.0, mask)
    assert valid.tolist() == [True, True, False]
    np.testing.assert_allclose(depth[:2], 0.5, atol=1e-6)


def test_a_flying_pixel_is_refused() -> None:
    depth_m = step()
    depth_m[20, 31] = 0.65
    points, valid = lift(Frame(RGB, K, depth_m), np.array([[31.0, 20.0], [30.0, 20.0]]))
    assert valid.tolist() == [False, True]
    assert points[0].tolist() == [0, 0, 0]


def test_a_tilted_plane_is_met_between_the_pixels() -> None:
    normal, offset = np.array([0.6, 0.2, 0.77]), 0.5
    ys, xs = np.mgrid[:48, :64]
    rays = np.stack([(xs - K[0, 2]) / K[0, 0], (ys - K[1, 2]) / K[1, 1], np.ones((48, 64))], axis=-1)
    depth = (offset / (rays @ normal)).astype(np.float32)
    pixels = np.random.default_rng(0).uniform([2, 2], [61, 45], (200, 2))
    points, valid = lift(Frame(RGB, K, depth), pixels)
    assert valid.all()
    np.testing.assert_allclose(points @ normal, offset, atol=2e-5)


def test_holes_far_places_and_places_outside_are_invalid() -> None:
    depth = np.full((48, 64), 0.5, np.float32)
    depth[10:30, 10:30] = 0
    _, valid = depth_at(depth, np.array([[20.0, 20.0], [-50.0, 5.0], [9.4, 20.0], [63.0, 47.0]]), 600.0)
    assert valid.tolist() == [False, False, True, True]


def test_a_lone_reading_has_too_little_support() -> None:
    depth = np.zeros((48, 64), np.float32)
    depth[20, 20] = 0.5
    assert not depth_at(depth, np.array([[20.0, 20.0]]), 600.0)[1].any()
    assert depth_at(depth, np.array([[20.0, 20.0]]), 600.0, config=LiftConfig(min_support=1))[1].all()


@pytest.mark.parametrize("apart", [2, 3, 4])
def test_readings_that_stand_alone_are_one_surface(apart: int) -> None:
    """Depth registered from a camera of fewer pixels: a reading at every `apart`-th pixel only."""
    ys, xs = np.mgrid[:48, :64]
    there = (xs % apart == 1) & (ys % apart == 1)
    normal, offset = np.array([0.6, 0.2, 0.77]), 0.5
    rays = np.stack([(xs - K[0, 2]) / K[0, 0], (ys - K[1, 2]) / K[1, 1], np.ones((48, 64))], axis=-1)
    depth = np.where(there, offset / (rays @ normal), 0).astype(np.float32)
    pixels = np.random.default_rng(0).uniform([6, 6], [57, 41], (200, 2))
    points, valid = lift(Frame(RGB, K, depth), pixels)
    assert valid.all()
    np.testing.assert_allclose(points @ normal, offset, atol=1e-4)
    depth, valid = depth_at(np.where(there, step(), 0), pixels, 600.0)
    assert valid.all()
    assert (np.isclose(depth, 0.5) | np.isclose(depth, 0.8)).all()


def test_a_dense_picture_with_holes_has_its_readings_side_by_side() -> None:
    depth = step()
    depth[10:40, 5:60] = 0
    assert reading_spacing(depth) == 1
    assert reading_spacing(np.zeros((4, 4))) == 1


def test_no_pixels_give_empty_points() -> None:
    points, valid = lift(Frame(RGB, K, step()), np.zeros((0, 2)))
    assert points.shape == (0, 3)
    assert valid.shape == (0,)
    assert valid.dtype == bool


def test_missing_depth_or_camera_is_said() -> None:
    with pytest.raises(DfcError) as refused:
        lift(Frame(RGB, K), np.zeros((1, 2)))
    assert refused.value.code == "NO_DEPTH"
    with pytest.raises(DfcError) as refused:
        lift(Frame(RGB, None, step()), np.zeros((1, 2)))
    assert refused.value.code == "BAD_IMAGE"


def test_a_place_beside_the_tool_is_moved_onto_it() -> None:
    mask = np.zeros((48, 64), bool)
    mask[10:20, 10:20] = True
    moved = onto_mask(np.array([[12.3, 13.4], [22.0, 15.0], [5.0, 5.0], [90.0, -4.0]]), mask)
    np.testing.assert_allclose(moved, [[12.3, 13.4], [19, 15], [10, 10], [19, 10]])


@pytest.mark.parametrize("point", [(0.0, 0.0, 0.4), (0.2, -0.15, 0.6), (-0.5, 0.4, 1.2)])
def test_covariance_is_the_spread_of_noisy_readings(point: tuple[float, float, float]) -> None:
    random = np.random.default_rng(1)
    true = np.array([point])
    pixels = project(true, K) + random.normal(0, 0.5, (200_000, 2))
    depths = point[2] + random.normal(0, 0.0005 + 0.002 * point[2] ** 2, 200_000)
    spread = np.cov(unproject(pixels, depths, K).T)
    np.testing.assert_allclose(point_covariances(true, K)[0], spread, atol=0.02 * np.trace(spread))


def test_covariance_lies_along_the_ray_and_grows_with_distance() -> None:
    far = point_covariances(np.array([[0.3, 0.4, 1.2], [0.6, 0.8, 2.4]]), K, LiftConfig(sigma_px=0, sigma_floor_m=0))
    ray = np.array([0.25, 1 / 3, 1])
    np.testing.assert_allclose(far[0], (0.002 * 1.44) ** 2 * np.outer(ray, ray), atol=1e-15)
    np.testing.assert_allclose(far[1], 16 * far[0], atol=1e-15)  # the deviation grows with z squared


def test_covariance_without_camera_or_point_is_zero() -> None:
    assert not point_covariances(np.array([[0.1, 0.2, 0.5]]), None).any()
    assert not point_covariances(np.zeros((1, 3)), K).any()
    assert point_covariances(np.zeros((0, 3)), K).shape == (0, 3, 3)
    with pytest.raises(ValueError, match="sigma_px"):
        LiftConfig(sigma_px=-1)
