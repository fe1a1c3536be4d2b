"""Heights averaged and filled along colour edges, on surfaces whose heights are known."""

import numpy as np
import pytest

from dfc_core.frames.guide import average_along, colour_guide, edges, smooth_along_edges
from dfc_core.frames.plane import height_above_plane
from dfc_core.frames.relief import raise_from_plane, relief, share_read

TOOL = np.zeros((40, 60), bool)
TOOL[:, 25:35] = True
RGB = np.where(TOOL[..., None], [200, 40, 40], [90, 110, 120]).astype(np.uint8)
ALIKE = edges(colour_guide(RGB))
QUIET = np.full(TOOL.shape, 0.0005)


def mended(height, usable, alike):
    return relief(height, usable, QUIET, alike, share_read(usable, alike))


def test_a_hole_takes_the_height_of_its_colour() -> None:
    height = np.where(TOOL, 0.02, 0.0)
    usable = np.ones_like(TOOL)
    usable[18:22, 20:40] = False  # across the tool and the table on both sides
    found, known = mended(height, usable, ALIKE)
    assert known[18:22, 28:32].all()
    np.testing.assert_allclose(found[18:22, 28:32], 0.02, atol=0.002)
    np.testing.assert_allclose(found[18:22, 21], 0, atol=0.002)


def test_averaging_quietens_noise_and_keeps_steps_of_one_colour() -> None:
    random = np.random.default_rng(0)
    height = np.where(TOOL, 0.02, 0.0) + random.normal(0, 0.0005, TOOL.shape)
    found, _ = mended(height, np.ones_like(TOOL), edges(colour_guide(np.zeros_like(RGB))))
    assert found[~TOOL].std() < 0.5 * height[~TOOL].std()
    assert found[:, 24].max() < 0.002
    assert found[:, 25].min() > 0.018


def test_holes_give_nothing_back() -> None:
    """Between a stick and a table of its colour, a hole is neither; the table's readings beside it stay low."""
    usable = np.ones_like(TOOL)
    usable[:, 35:39] = False
    height = np.where(TOOL, 0.02, 0.0)
    found, _ = mended(height, usable, edges(colour_guide(np.zeros_like(RGB))))
    np.testing.assert_allclose(found[:, 39:], 0, atol=1e-9)


def test_without_readings_nothing_is_known() -> None:
    found, known = mended(np.ones(TOOL.shape), np.zeros_like(TOOL), ALIKE)
    assert not known.any()
    assert not found.any()


def test_points_raised_from_a_plane_are_at_their_height_on_their_rays() -> None:
    plane = np.array([0.0, -0.6, -0.8, 0.5])
    rays = np.stack([*np.meshgrid([-0.1, 0.0, 0.2], [-0.1, 0.1]), np.ones((2, 3))], axis=-1)
    height = np.arange(6.0).reshape(2, 3) / 100
    known = height < 0.045
    points = raise_from_plane(rays, plane, height, known)
    np.testing.assert_allclose(height_above_plane(points, plane)[known], height[known], atol=1e-12)
    np.testing.assert_allclose(points[known] / points[known][:, 2:], rays[known])
    assert not points[~known].any()


def test_a_constant_map_stays_constant_and_edges_of_colour_hold() -> None:
    np.testing.assert_allclose(average_along(np.ones(TOOL.shape), ALIKE), 1, rtol=1e-5)
    smooth = smooth_along_edges(TOOL.astype(float), RGB)
    assert smooth[20, 30] == pytest.approx(1, abs=0.01)
    assert smooth[20, 20] == pytest.approx(0, abs=0.01)
