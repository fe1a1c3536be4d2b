"""From heat to masks, and where edges are."""

import numpy as np
import pytest
from label_plane import plate
from scipy.sparse import csr_matrix

from dfc_core.errors import DfcError
from dfc_core.label.cloud import Cloud
from dfc_core.label.edges import edge_probability, is_edge_part
from dfc_core.label.heat import HeatConfig, masks_from_heat, otsu_threshold, overlap_threshold

RAW = HeatConfig(smooth=0, closing=1, closing_small=1)


def test_otsu_separates_two_heaps():
    heat = np.concatenate([np.linspace(0.1, 0.2, 50), np.linspace(0.7, 0.8, 20)])
    assert 0.2 <= otsu_threshold(heat) <= 0.7


@pytest.mark.parametrize(
    ("heat", "cut"),
    [
        ([1.0, 1.0, 0.4, 0.0], 1.0),  # 2 / 2.4 = .83 promises more than 2.4 / 3 = .80
        ([0.9, 0.6, 0.6], 0.6),  # 2.1 / 3 = .70 more than .9 / 2.2 = .41
    ],
)
def test_the_threshold_promises_the_largest_overlap(heat, cut):
    assert overlap_threshold(np.array(heat)) == cut


def test_masks_are_the_hot_pixels_of_the_object():
    views, on_plate, cloud = plate((0.0, 30.0))
    masks = masks_from_heat(cloud, views, (cloud.points[:, 0] > 0).astype(float), RAW)
    clear = np.abs(on_plate[..., 0]) > 0.005
    np.testing.assert_array_equal(masks[clear], (views.mask & (on_plate[..., 0] > 0))[clear])


def test_a_hole_is_closed_and_nothing_leaves_the_object():
    views, _, cloud = plate((0.0,))
    hole = np.linalg.norm(cloud.points[:, :2], axis=1) < 0.004
    raw = masks_from_heat(cloud, views, (~hole).astype(float), RAW)
    closed = masks_from_heat(cloud, views, (~hole).astype(float), HeatConfig(smooth=0, closing=9))
    assert 0 < (views.mask & ~raw).sum() < 30
    np.testing.assert_array_equal(closed, views.mask)


def test_edges_are_closed_with_the_small_kernel():
    views, on_plate, cloud = plate((0.0,))
    heat = (np.abs(cloud.points[:, 0]) > 0.006).astype(float)  # a slit of about 5 px
    config = HeatConfig(smooth=0, closing=9, closing_small=1)
    slit = np.abs(on_plate[..., 0]) < 0.002
    assert masks_from_heat(cloud, views, heat, config)[slit & views.mask].all()
    assert not masks_from_heat(cloud, views, heat, config, edge=True)[slit].any()


def test_a_cold_view_shows_nothing():
    views, _, cloud = plate((0.0,))
    assert not masks_from_heat(cloud, views, np.full(len(cloud.points), 0.1)).any()


def test_an_unknown_threshold_is_refused():
    views, _, cloud = plate((0.0,))
    with pytest.raises(DfcError, match="overlap, otsu"):
        masks_from_heat(cloud, views, np.ones(len(cloud.points)), HeatConfig(threshold="half"))


def test_parts_that_are_edges_are_known_by_all_their_names():
    assert is_edge_part("blade's edge")
    assert is_edge_part("saw teeth", "Edge")
    assert not is_edge_part("blade", "edge")
    assert not is_edge_part()


def sheet(thickness):
    """Two grids of 21 x 21 points 1 mm apart, facing away from each other."""
    y, x = np.mgrid[:21, :21] * 1e-3
    flat = np.stack([x.ravel(), y.ravel(), np.zeros(441)], axis=1)
    points = np.concatenate([flat, flat + np.array([0, 0, thickness])])
    normals = np.repeat([[0, 0, -1.0], [0, 0, 1.0]], 441, axis=0)
    one, other = np.nonzero(np.abs(np.linalg.norm(flat[:, None] - flat[None], axis=2) - 1e-3) < 1e-6)
    ends = np.concatenate([one, one + 441]), np.concatenate([other, other + 441])
    links = csr_matrix((np.ones(len(ends[0])), ends), shape=(882, 882))
    empty = np.zeros((0, 3), int)
    return Cloud(points, normals, 1e-3, empty, empty[:, 0], np.zeros((0, 882), bool), np.zeros((0, 882, 2)), links)


def test_the_rim_of_a_sheet_is_its_edge_and_its_middle_is_not():
    probability = edge_probability(sheet(0.0005)).reshape(2, 21, 21)
    assert (probability[:, [0, -1], :] == 1).all()
    assert (probability[:, :, [0, -1]] == 1).all()
    assert (probability[:, 10, 10] == 0).all()
    assert (np.diff(probability[0, 10, 10:]) >= 0).all()


def test_what_is_thick_has_no_edge():
    assert edge_probability(sheet(0.02)).max() == 0
