"""Axis-symmetric tools and their non-symmetric twins, with axes and poses known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from round_things import BOTTLE, CUP, HANDLE, SPOUT, axis_in, camera, picture

from dfc_core.align.alignment import Alignment
from dfc_core.align.orbit import OrbitConfig, about, best_angle, may_hide, onto_axis, onto_beside, orbit
from dfc_core.frames import Frame
from dfc_core.geometry import invert, rotation_about, transform
from dfc_core.shape.lift import lift
from dfc_core.shape.revolution import Axis, Body, RevolutionConfig, body_of_revolution, judge
from dfc_core.shape.surface import Surface, sampled_surface

CONFIG = RevolutionConfig()
WIRE = (
    ((0.04, 0.02, -0.0015), (0.06, 0.023, 0.0015)),
    ((0.04, -0.023, -0.0015), (0.06, -0.02, 0.0015)),
    ((0.06, -0.023, -0.0015), (0.063, 0.023, 0.0015)),
)  # a handle bent of one


def surface_of(frame: Frame) -> Surface:
    ys, xs = np.nonzero(frame.mask)
    points, valid = lift(frame, np.stack([xs, ys], axis=1)[::5], frame.mask)
    return sampled_surface(points[valid], CONFIG.points)


@pytest.mark.parametrize("shape", [CUP, BOTTLE])
@pytest.mark.parametrize(("elevation", "noise"), [(20.0, 0.0), (35.0, 0.001), (55.0, 0.0015)])
def test_cup_and_bottle_are_surfaces_of_revolution_about_their_axis(shape, elevation: float, noise: float) -> None:
    view = camera(20.0, elevation)
    frame = picture(view, shape, noise_m=noise)
    verdict = judge(frame, frame.mask, surface_of(frame), [], CONFIG)
    assert verdict.is_revolution(CONFIG)
    point, direction = axis_in(view)
    assert np.degrees(np.arccos(abs(verdict.axis.direction @ direction))) < 3
    assert np.linalg.norm(np.cross(verdict.axis.point - point, direction)) < 0.003


@pytest.mark.parametrize("azimuth", [0.0, 60.0, 120.0, 200.0])
@pytest.mark.parametrize(("shape", "extra"), [(CUP, HANDLE), (BOTTLE, HANDLE), (BOTTLE, SPOUT)])
def test_a_handle_or_a_spout_in_sight_leaves_no_free_angle(shape, extra, azimuth: float) -> None:
    frame = picture(camera(azimuth), shape, (extra,), noise_m=0.001)
    verdict = judge(frame, frame.mask, surface_of(frame), [axis_in(camera(azimuth))[1]], CONFIG)
    assert not verdict.is_revolution(CONFIG)


@pytest.mark.parametrize(("azimuth", "seen_by_depth"), [(0.0, True), (60.0, True), (120.0, True), (0.0, False)])
def test_a_thin_handle_that_hardly_any_point_lies_on_leaves_no_free_angle(azimuth: float, seen_by_depth: bool) -> None:
    view = camera(azimuth)
    mug, cup = picture(view, CUP, WIRE, noise_m=0.001), picture(view, CUP, noise_m=0.001)
    depth = mug.depth_m if seen_by_depth else np.where(cup.mask, cup.depth_m, 0)  # shiny
    frame = Frame(mug.rgb, mug.K, depth, mug.mask)
    verdict = judge(frame, frame.mask, surface_of(frame), [axis_in(view)[1]], CONFIG)
    assert verdict.has_body(CONFIG)
    assert not verdict.is_revolution(CONFIG)
    body = body_of(frame, [axis_in(view)[1]])
    assert not body.is_whole
    if seen_by_depth:
        assert len(body.beside) > 10
        assert np.median(transform(view, body.beside)[:, 0]) > 0.045
    whole = judge(cup, cup.mask, surface_of(cup), [axis_in(view)[1]], CONFIG)
    assert whole.is_revolution(CONFIG)
    assert whole.standing_out < 0.002


def body_of(frame: Frame, hints: list[np.ndarray], partly: bool = True) -> Body:
    surface = surface_of(frame)
    verdict = judge(frame, frame.mask, surface, hints, CONFIG)
    return body_of_revolution(frame, frame.mask, surface, verdict, CONFIG, partly)


def test_a_box_and_a_thin_rod_are_not_called_round() -> None:
    box = picture(camera(), (), (((-0.03, -0.05, -0.03), (0.03, 0.05, 0.03)),), noise_m=0.001)
    assert not judge(box, box.mask, surface_of(box), [], CONFIG).is_revolution(CONFIG)
    rod = picture(camera(distance=0.8), ((0.004, -0.1, 0.1),), noise_m=0.001)
    verdict = judge(rod, rod.mask, surface_of(rod), [], CONFIG)
    assert verdict is None or not verdict.is_revolution(CONFIG)


def test_a_part_to_one_side_of_an_axis_is_not_about_it() -> None:
    axis = Axis(np.array([0.1, 0, 0.5]), np.array([0, 1.0, 0]))
    angle = np.linspace(0, np.pi, 1001)
    half = 0.04 * np.stack([np.cos(angle), 0 * angle, np.sin(angle)], axis=1) + axis.point
    assert axis.one_sidedness(half) == pytest.approx(2 / np.pi, abs=1e-3)
    assert axis.one_sidedness(np.concatenate([half, 2 * axis.point - half])) == pytest.approx(0, abs=1e-9)
    assert axis.one_sidedness(0.1 * (half - axis.point) + np.array([0.2, 0, 0.5])) > 0.99
    assert axis.radius_of(half) == pytest.approx(0.04)


def test_without_depth_or_with_few_points_nothing_is_said() -> None:
    frame = picture(camera(), CUP)
    few = Surface.of(np.zeros((5, 3)), np.zeros((5, 3)))
    assert judge(frame, frame.mask, few, [], CONFIG) is None
    blind = Frame(frame.rgb, frame.K, None, frame.mask)
    assert judge(blind, frame.mask, surface_of(frame), [], CONFIG) is None


def test_a_mugs_body_has_an_axis_and_its_handle_is_not_of_it() -> None:
    view = camera(70.0)
    mug, cup = picture(view, CUP, (HANDLE,)), picture(view, CUP)
    up = [axis_in(view)[1]]
    point, direction = axis_in(view)
    for frame, has_handle in ((mug, True), (cup, False)):
        body = body_of(frame, up)
        assert np.degrees(np.arccos(abs(body.axis.direction @ direction))) < 2
        assert np.linalg.norm(np.cross(body.axis.point - point, direction)) < 0.002
        assert (len(body.beside) > 5) == has_handle
        assert body.is_whole == (not has_handle)
        assert (transform(view, body.beside)[:, 0] > 0.039).all()
    assert body_of(mug, up, partly=False).axis is None
    box = picture(view, (), (((-0.03, -0.05, -0.03), (0.03, 0.05, 0.03)),))
    assert body_of(box, up).axis is None


def test_a_handle_may_hide_behind_a_tall_cup_but_not_above_it() -> None:
    view = camera(0.0, 15.0)
    cup = picture(view, CUP)
    axis = Axis(*axis_in(view))
    side, lid = np.array([[0.05, -0.01, 0], [0.06, 0.0, 0]]), np.array([[0.05, 0.1, 0], [0.06, 0.09, 0]])
    to_camera = invert(view)
    assert may_hide(transform(to_camera, side), axis, cup, cup.mask, 0.003, OrbitConfig())
    assert not may_hide(transform(to_camera, lid), axis, cup, cup.mask, 0.003, OrbitConfig())
    assert not may_hide(np.zeros((0, 3)), axis, cup, cup.mask, 0.003, OrbitConfig())


def alignment_of(T: np.ndarray) -> Alignment:
    covariance = np.diag([1e-6, 4e-6, 9e-6, 1e-4, 4e-4, 9e-4])
    centre = np.array([0.0, 0.02, 0.4])
    return Alignment(
        T, 1.0, centre, transform(T, centre[None])[0], np.ones(9, bool), 1.0, 0.001, 0.01, 0.04, covariance
    )


def test_the_orbit_holds_the_true_turn_and_keeps_the_axis() -> None:
    axis = Axis(np.array([0.02, 0.01, 0.5]), np.array([0, -0.8, -0.6]))
    true = about(axis, np.radians(105))
    chosen, symmetry = orbit(alignment_of(np.eye(4)), axis, 0.0, OrbitConfig(poses=24))
    assert symmetry.poses.shape == (24, 4, 4)
    np.testing.assert_allclose(symmetry.poses[7], true, atol=1e-12)  # 7 x 15 degrees
    np.testing.assert_allclose(symmetry.poses[0], chosen.T_target_demo)
    for pose in symmetry.poses:
        np.testing.assert_allclose(transform(pose, axis.point[None])[0], axis.point, atol=1e-12)
    assert symmetry.to_dict()["free_angle"] is True


def test_a_turned_alignment_maps_points_and_its_errors_turn_with_it() -> None:
    axis = Axis(np.array([0.1, 0, 0.5]), np.array([0, 0, 1.0]))
    chosen, _ = orbit(alignment_of(np.eye(4)), axis, np.pi / 2, OrbitConfig())
    np.testing.assert_allclose(chosen.map(np.array([[0.2, 0, 0.5]])), [[0.1, 0.1, 0.5]], atol=1e-12)
    np.testing.assert_allclose(np.diag(chosen.covariance), [4e-6, 1e-6, 9e-6, 4e-4, 1e-4, 9e-4], atol=1e-18)


def test_a_demonstrated_axis_comes_to_lie_on_the_targets_unless_it_is_far_off() -> None:
    axis_demo = Axis(np.array([0.0, 0.02, 0.4]), np.array([0, 1.0, 0]))
    tilted = rotation_about(np.array([1.0, 0, 0.3]), np.radians(10))
    target = Axis(np.array([0.005, 0.1, 0.41]), -tilted[:, 1])  # the same line in the other sense
    moved = onto_axis(alignment_of(np.eye(4)), axis_demo, target, OrbitConfig())
    np.testing.assert_allclose(moved.rotation, tilted, atol=1e-12)  # no turn about the axis
    on_axis = moved.map(axis_demo.point + np.array([[0, 0.0, 0], [0, 0.05, 0]]))
    np.testing.assert_allclose(np.cross(on_axis - target.point, target.direction), 0, atol=1e-12)
    beside = target.point + np.array([0.1, 0, 0])
    for far in (Axis(target.point, np.array([1.0, 0, 0])), Axis(beside, target.direction)):
        start = alignment_of(np.eye(4))
        assert onto_axis(start, axis_demo, far, OrbitConfig()) is start


def test_handle_comes_to_lie_on_handle_when_matches_turned_it_away() -> None:
    axis = Axis(np.array([0.0, 0.02, 0.4]), np.array([0, -1.0, 0]))
    handle = axis.point + np.stack([np.full(20, 0.06), np.linspace(-0.02, 0.02, 20), np.zeros(20)], axis=1)
    config, start = OrbitConfig(), alignment_of(about(axis, 2.0))
    moved = onto_beside(start, handle, transform(about(axis, 0.4), handle), axis, config)
    np.testing.assert_allclose(moved.rotation, rotation_about(axis.direction, 0.4), atol=1e-12)
    assert onto_beside(start, handle, transform(about(axis, 1.8), handle), axis, config) is start  # near enough
    assert onto_beside(start, handle[:3], handle, axis, config) is start
    both = np.concatenate([handle, transform(about(axis, np.pi), handle)])  # two handles say nothing of which
    assert onto_beside(start, handle, both, axis, config) is start


def test_the_best_pose_brings_the_approach_where_it_was_or_where_it_is_wished() -> None:
    direction = np.array([0, -1.0, 0])
    axis = Axis(np.array([0, 0, 0.5]), direction)
    turned = rotation_about(direction, 1.3)  # the matches say so, but any turn will do
    approach = np.array([0.2, 0.3, 0.9])
    angle = best_angle(turned, axis, approach)
    np.testing.assert_allclose(rotation_about(direction, angle) @ turned @ approach, approach, atol=1e-12)
    left = np.array([-1.0, 0, 0])
    come = rotation_about(direction, best_angle(turned, axis, approach, left)) @ turned @ approach
    assert come[2] == pytest.approx(0, abs=1e-12)
    assert come[0] < 0
    for unknown in (None, np.array([0, 1.0, 0])):  # no grasp; from above, along the axis
        assert best_angle(turned, axis, unknown) == pytest.approx(-1.3)


def test_reach_direction_needs_a_length() -> None:
    with pytest.raises(ValueError, match="reach_direction"):
        OrbitConfig(reach_direction=(0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="poses"):
        OrbitConfig(poses=-1)
