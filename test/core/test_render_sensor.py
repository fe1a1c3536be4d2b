"""The depth camera's faults, each against the formula or the arrangement that causes it."""

from dataclasses import replace

import numpy as np
import pytest

from dfc_core.render.sensor import EXACT, SensorConfig, behind_second_view, sense_depth

K = np.array([[600.0, 0, 60], [0, 600.0, 40], [0, 0, 1]])
SHAPE = (80, 120)


def rng():
    return np.random.default_rng(0)


def wall(depth: float):
    return np.full(SHAPE, depth, dtype=np.float32)


def step_edge():
    """Something at 0.5 m right of column 60, a wall at 1 m left of it."""
    depth = wall(1.0)
    depth[:, 60:] = 0.5
    return depth


def test_a_camera_without_faults_changes_nothing():
    depth = step_edge()
    depth[:10] = 0
    np.testing.assert_allclose(sense_depth(depth, K, rng(), EXACT), depth, rtol=1e-6)


@pytest.mark.parametrize("distance", [0.6, 1.2, 2.4])
def test_the_step_between_readings_grows_with_the_square_of_depth(distance):
    config = replace(EXACT, focal_px=600.0, baseline_m=0.05, disparity_step_px=0.125)
    slope = np.linspace(0.98 * distance, 1.02 * distance, 4000, dtype=np.float32)[None].repeat(2, 0)
    readings = np.unique(sense_depth(slope, K, rng(), config)[0])
    formula = distance**2 * 0.125 / (600 * 0.05)
    middle = np.diff(readings)[len(readings) // 2 - 1]
    assert middle == pytest.approx(formula, rel=0.05)


def test_noise_in_disparity_gives_the_deviation_that_error_propagation_says():
    config = replace(EXACT, focal_px=600.0, baseline_m=0.05, disparity_noise_px=0.05)
    readings = np.concatenate([sense_depth(wall(1.5), K, np.random.default_rng(s), config).ravel() for s in range(5)])
    assert readings.mean() == pytest.approx(1.5, abs=1e-3)
    assert readings.std() == pytest.approx(1.5**2 * 0.05 / 30, rel=0.06)


def test_depth_drops_out_at_an_edge_and_nowhere_else():
    depth = sense_depth(step_edge(), K, rng(), replace(EXACT, focal_px=None, edge_dropout=0.4))
    lost = (depth == 0).mean(axis=0)
    assert lost[59] == pytest.approx(0.4, abs=0.15)
    assert lost[60] == pytest.approx(0.4, abs=0.15)
    assert lost[:59].max() == lost[61:].max() == 0


def test_flying_pixels_lie_between_near_and_far():
    depth = sense_depth(step_edge(), K, rng(), replace(EXACT, focal_px=None, flying=0.5))
    between = (depth > 0.501) & (depth < 0.999)
    assert set(np.flatnonzero(between.any(axis=0))) == {59, 60}
    assert between[:, 59:61].mean() == pytest.approx(0.5, abs=0.12)


def test_the_second_camera_does_not_see_behind_the_near_thing():
    # disparities: wall 600 * 0.05 / 1 = 30 px, thing 60 px: 30 columns of the wall beside it are covered
    hidden = behind_second_view(step_edge(), K, 0.05)
    assert np.flatnonzero(hidden.any(axis=0)).tolist() == list(range(31, 60))
    assert hidden[:, 31:60].all()


def test_shiny_dark_grazing_and_far_surfaces_give_no_reading():
    half = np.zeros(SHAPE)
    half[:, 60:] = 1
    shiny = sense_depth(wall(1), K, rng(), replace(EXACT, gloss_dropout=1.0), gloss=half)
    assert (shiny[:, :60] > 0).all()
    assert (shiny[:, 60:] == 0).all()
    dark = sense_depth(wall(1), K, rng(), replace(EXACT, dark_albedo=0.05), albedo=0.05 + 10 * half)
    assert (dark[:, :60] == 0).mean() == pytest.approx(0.5, abs=0.1)
    assert (dark[:, 60:] > 0).all()
    normals = np.zeros((*SHAPE, 3))
    normals[..., 2] = -1
    normals[:, 60:] = [0, -np.sin(1.5), -np.cos(1.5)]
    grazing = sense_depth(wall(1), K, rng(), replace(EXACT, grazing_rad=1.2), normals_camera=normals)
    assert (grazing[:, :60] > 0).all()
    assert (grazing[:, 60:] == 0).all()
    assert (sense_depth(wall(5), K, rng(), replace(EXACT, far_m=4.0)) == 0).all()


def test_a_crop_enlarged_twice_has_faults_twice_as_wide():
    enlarged = K.copy()
    enlarged[:2] *= 2
    depth = sense_depth(step_edge(), enlarged, rng(), replace(EXACT, focal_px=600.0, edge_dropout=1.0))
    assert np.flatnonzero((depth == 0).any(axis=0)).tolist() == [58, 59, 60, 61]


def test_same_seed_same_reading_and_readings_come_in_millimetres():
    first, again = (sense_depth(step_edge(), K, np.random.default_rng(7), SensorConfig()) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    millimetres = first.astype(np.float64) * 1000
    assert np.abs(millimetres - np.round(millimetres)).max() < 1e-3
    assert 0.5 < (first > 0).mean() < 1
