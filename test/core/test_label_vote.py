"""From boxes to heat, on a flat plate whose parts are drawn."""

import numpy as np
import pytest
from label_plane import HALF, plate

from dfc_core.errors import DfcError
from dfc_core.label.boxes import ViewBoxes
from dfc_core.label.cloud import Cloud, Views, build_cloud
from dfc_core.label.explain import Detector, learn_detector, observe
from dfc_core.label.oracle import OracleConfig, box_of, oracle_boxes
from dfc_core.label.vote import VoteConfig, coverage, summed_votes, vote

TURNS = tuple(np.linspace(0, 350, 15))
ALL = np.array([-1e4, -1e4, 1e4, 1e4])


def boxes(view, *rows):
    return ViewBoxes(view, np.array(rows, dtype=float).reshape(-1, 4), np.ones(len(rows)))


def right_end(on_plate, views):
    return views.mask & (on_plate[..., 0] > 0.04)


def test_the_cloud_lies_on_the_plate_and_every_pixel_shows_its_own_place():
    _, on_plate, cloud = plate((0.0, 40.0))
    np.testing.assert_allclose(cloud.points[:, 2], 0, atol=1e-9)
    assert cloud.normals[:, 2].max() < -0.99  # a lone corner faces the camera, 5 degrees off
    assert (np.abs(cloud.points[:, :2]) <= HALF).all()
    off = np.linalg.norm(cloud.points[cloud.shown, :2] - on_plate[tuple(cloud.pixels.T)], axis=1)
    assert off.max() < 2 * cloud.spacing
    assert cloud.visible.mean() > 0.98


def test_a_cloud_needs_something_to_see():
    views, _, _ = plate((0.0,))
    with pytest.raises(DfcError, match="no view shows"):
        build_cloud(Views(np.zeros_like(views.mask), views.depth_m, views.K, views.T_camera_tool))


def test_two_sides_of_a_thin_sheet_stay_apart():
    views, _, _ = plate((0.0, 0.0))
    behind = np.diag([1.0, -1, -1, 1])
    behind[2, 3] = 1.0
    poses = np.stack([views.T_camera_tool[0], behind @ np.diag([1.0, 1, 1, 1])])
    cloud = build_cloud(Views(views.mask, views.depth_m, views.K, poses))
    assert set(np.round(cloud.normals[:, 2])) == {-1.0, 1.0}
    np.testing.assert_array_equal(cloud.visible[0], cloud.normals[:, 2] < 0)


def test_summed_votes_count_boxes_of_views_with_enough_of_them():
    _, _, cloud = plate((0.0, 0.0, 0.0))
    answers = [boxes(0, ALL, ALL, ALL), boxes(1, ALL, ALL, ALL, [-9, -9, -8, -8]), boxes(2, ALL, ALL)]
    np.testing.assert_array_equal(summed_votes(cloud, answers, fewest_boxes=3), np.full(len(cloud.points), 6.0))
    np.testing.assert_array_equal(summed_votes(cloud, answers, fewest_boxes=1), np.full(len(cloud.points), 8.0))


def test_coverage_is_normalised_by_visibility_and_summed_votes_are_not():
    """A point that one view in three shows, and that is covered there, is as sure as one that all three show."""
    views, on_plate, _ = plate((0.0, 0.0, 0.0))
    mask = views.mask.copy()
    mask[1:] &= on_plate[1:, ..., 0] < 0
    cloud = build_cloud(Views(mask, views.depth_m, views.K, views.T_camera_tool))
    answers = [boxes(view, ALL, ALL, ALL) for view in range(3)]
    rare = cloud.points[:, 0] > 0.01
    shares = coverage(cloud, answers, VoteConfig())[0]
    sums = vote(cloud, answers, VoteConfig(method="sum", fewest_boxes=3))
    np.testing.assert_allclose(shares, 1.0, atol=1e-3)
    np.testing.assert_allclose(sums[rare], 1 / 3)


def test_coverage_tells_views_that_show_a_point_from_those_that_hide_it():
    views, on_plate, _ = plate((0.0, 0.0))
    mask = views.mask.copy()
    mask[1] &= on_plate[1, ..., 0] < 0
    cloud = build_cloud(Views(mask, views.depth_m, views.K, views.T_camera_tool))
    seen, hidden = coverage(cloud, [boxes(0, ALL), boxes(1, [-900, -900, -890, -890])], VoteConfig())
    far = np.abs(cloud.points[:, 0]) > 0.01
    np.testing.assert_allclose(seen[far], np.where(cloud.points[far, 0] > 0, 1.0, 0.5), atol=1e-3)
    np.testing.assert_allclose(hidden[far], np.where(cloud.points[far, 0] > 0, 0.5, 1.0), atol=1e-3)


@pytest.mark.parametrize(("config", "wrong"), [(OracleConfig(0, 0, 0), 0), (OracleConfig(0.15, 0.25, 0.15), 0.01)])
def test_explained_boxes_find_the_part(config, wrong):
    views, on_plate, cloud = plate(TURNS)
    part = right_end(on_plate, views)
    heat = vote(cloud, oracle_boxes(part, views.mask, config))
    clear = np.abs(cloud.points[:, 0] - 0.04) > 0.012
    assert np.mean((heat > 0.5)[clear] != (cloud.points[:, 0] > 0.04)[clear]) <= wrong


def test_a_view_of_false_boxes_changes_next_to_nothing():
    views, on_plate, cloud = plate(TURNS)
    part = right_end(on_plate, views)
    answers = oracle_boxes(part, views.mask, OracleConfig(0.02, 0, 0))
    lied = [boxes(4, *[box_of(views.mask[4])] * 4), *answers[:4], *answers[5:]]
    clear = np.abs(cloud.points[:, 0] - 0.04) > 0.012
    assert np.mean((vote(cloud, lied) > 0.5)[clear] != (cloud.points[:, 0] > 0.04)[clear]) < 0.005


def test_the_same_boxes_give_the_same_heat():
    views, on_plate, cloud = plate(TURNS[:5])
    answers = oracle_boxes(right_end(on_plate, views), views.mask, OracleConfig())
    np.testing.assert_array_equal(vote(cloud, answers), vote(cloud, answers))


def test_the_detector_is_learned_from_its_boxes():
    part = np.zeros((300, 100, 100), bool)
    part[:, 20:60, 10:90] = True
    answers = oracle_boxes(part, np.ones_like(part), OracleConfig(0.1, 0.25, 0.15))
    extents = np.tile([9.5, 19.5, -89.5, -59.5], (300, 1))
    learned = learn_detector(observe(answers, 300, 100), extents, Detector(0.15, 2.0, 1.0))
    assert learned.jitter == pytest.approx(0.1, rel=0.1)
    assert learned.hits == pytest.approx(4 * 0.75, rel=0.07)
    assert learned.strays == pytest.approx(4 * 0.15, rel=0.2)


def test_no_boxes_no_heat():
    _, _, cloud = plate((0.0,))
    assert vote(cloud, [boxes(0)]).tolist() == [0.0] * len(cloud.points)
    assert vote(cloud, []).max() == 0


def test_an_edge_is_multiplied_by_its_probability():
    cloud: Cloud = plate((0.0,))[2]
    edge = np.linspace(0, 1, len(cloud.points))
    heat = vote(cloud, [boxes(0, ALL, ALL, ALL)], VoteConfig(method="sum", fewest_boxes=3), edge)
    np.testing.assert_allclose(heat, edge)


@pytest.mark.parametrize(
    ("config", "view", "message"), [(VoteConfig(method="guess"), 0, "explain, sum"), (VoteConfig(), 7, "view 7")]
)
def test_what_cannot_be_voted_is_refused(config, view, message):
    with pytest.raises(DfcError, match=message):
        vote(plate((0.0,))[2], [boxes(view, ALL)], config)
