"""Several tools on a table: where they stand, and how much of the target they hide."""

from dataclasses import replace

import numpy as np
import pytest

from dfc_core.assets.families import make_tool
from dfc_core.assets.solids import assemble, box
from dfc_core.assets.tool import Tool
from dfc_core.errors import DfcError
from dfc_core.geometry import compose, invert, look_at, project, transform
from dfc_core.render.clutter import apart, hidden_share, hide, outline, stand, strew
from dfc_core.render.raycast import Placed, Scene, rest_on_table
from dfc_core.render.scene_views import Shot, camera_view, crop_view
from dfc_core.render.sensor import EXACT, SensorConfig
from dfc_core.render.viewpoints import direction_of, middle_of

DIRECTION = direction_of(0.3, 0.5)


def block(size=(0.2, 0.2, 0.2)) -> Tool:
    return Tool("block", "block", *assemble({"block": box(size, (0, 0, 0))}), affordances=())


def ground(table, placed: Placed):
    return outline(transform(invert(table.T_tool_table) @ placed.T_target_tool, placed.tool.vertices))


def test_outlines_are_apart_just_when_a_line_separates_them():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    assert apart(square, square + np.array([1.1, 0]))
    assert not apart(square, square + np.array([0.9, 0.9]))
    assert apart(square, square + np.array([1.1, 0]), gap=0.099)
    assert not apart(square, square + np.array([1.1, 0]), gap=0.101)
    # beside the corner, where only the boxes around them overlap
    diamond = np.array([[0, -0.5], [0.5, 0], [0, 0.5], [-0.5, 0]])
    assert apart(square, diamond + 1.3)
    assert not apart(square, diamond + 1.2)


def test_an_occluder_hides_the_share_that_its_shape_says():
    # the camera looks along +z at a face 0.2 m wide, 1 m away; a slab half as far hides what its edge covers: the right
    # half from x = 0 on
    target = block()
    T_camera_tool = compose(np.eye(3), np.array([0, 0, 1.1]))
    slab = block((0.2, 0.4, 0.01))
    beside = Placed(slab, compose(np.eye(3), np.array([0.1, 0, -0.6])))
    assert hidden_share(target, [beside], T_camera_tool) == pytest.approx(0.5, abs=0.02)
    behind = Placed(slab, compose(np.eye(3), np.array([0.1, 0, 0.6])))
    assert hidden_share(target, [behind], T_camera_tool) == 0


def test_tools_stand_on_the_table_without_touching_each_other():
    rng = np.random.default_rng(0)
    tool = make_tool("mug", 0)
    table = rest_on_table(tool, tool.rest_rotations[0])
    others = [make_tool(family, 1) for family in ("hammer", "bottle", "spoon", "knife")]
    found = strew(rng, tool, table, others)
    assert len(found) == 4
    outlines = [ground(table, placed) for placed in (Placed(tool, np.eye(4)), *found)]
    for placed in found:
        heights = transform(invert(table.T_tool_table) @ placed.T_target_tool, placed.tool.vertices)[:, 2]
        assert heights.min() == pytest.approx(0, abs=1e-9)
    assert all(apart(a, b) for n, a in enumerate(outlines) for b in outlines[:n])


def test_stand_puts_the_middle_of_the_box_over_the_place():
    tool = make_tool("hammer", 3)
    vertices = transform(stand(tool, tool.rest_rotations[0], 1.0, np.array([0.3, -0.2])), tool.vertices)
    np.testing.assert_allclose((vertices.min(0) + vertices.max(0))[:2] / 2, [0.3, -0.2], atol=1e-9)
    assert vertices[:, 2].min() == pytest.approx(0, abs=1e-9)


def test_hide_covers_the_share_asked_for():
    tool, occluder = make_tool("mug", 0), make_tool("bottle", 2)
    table = rest_on_table(tool, tool.rest_rotations[0])
    found = hide(np.random.default_rng(1), tool, table, DIRECTION, [occluder], (0.15, 0.45), distance=3.0)
    view = crop_view(np.random.default_rng(1), tool, Shot(DIRECTION, occluders=(occluder,), hidden=(0.15, 0.45)))
    assert 0.1 < view.hidden < 0.5
    assert len(found) == 1
    assert apart(ground(table, found[0]), ground(table, Placed(tool, np.eye(4))))


def test_a_cluttered_view_agrees_with_rays_cast_one_by_one():
    rng = np.random.default_rng(5)
    tool, occluder = make_tool("teapot", 0), make_tool("bottle", 1)
    view = crop_view(rng, tool, Shot(DIRECTION, occluders=(occluder,), others=(make_tool("spoon", 0),)), size=112)
    picture = view.picture
    assert view.hidden == pytest.approx(1 - picture.mask.sum() / view.whole.sum())
    assert view.hidden > 0.05
    assert (picture.mask & ~view.whole).sum() == 0
    assert not (picture.mask & view.others.any(axis=0)).any()
    # what is missing of the target lies behind another tool
    hidden = view.whole & ~picture.mask
    assert view.others.any(axis=0)[hidden].all()
    alone = Scene(tool).look(picture.K, (112, 112), picture.T_camera_tool)
    assert (picture.depth_m[hidden] < alone.depth_m[hidden]).all()
    np.testing.assert_allclose(picture.depth_m[picture.mask], alone.depth_m[picture.mask], rtol=1e-5)


def test_the_table_plane_is_where_the_table_is_seen():
    view = crop_view(np.random.default_rng(0), make_tool("bowl", 0), Shot(DIRECTION), size=64)
    assert view.T_camera_table is not None
    picture = view.picture
    table = ~view.whole & (picture.depth_m > 0)
    heights = transform(invert(view.T_camera_table) @ picture.T_camera_tool, points_of(picture, table))[:, 2]
    assert table.sum() > 500
    assert np.abs(heights).max() < 1e-4


def points_of(picture, region):
    return picture.points_tool(np.argwhere(region)[:, ::-1])


def test_roll_turns_the_picture_about_its_middle():
    tool = make_tool("hammer", 0)
    upright, rolled = (
        crop_view(np.random.default_rng(0), tool, Shot(DIRECTION, roll=roll, on_table=False)).picture
        for roll in (0.0, 0.5)
    )
    turn = rolled.T_camera_tool[:3, :3] @ upright.T_camera_tool[:3, :3].T
    assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) == pytest.approx(np.degrees(0.5))
    np.testing.assert_allclose(turn[:, 2], [0, 0, 1], atol=1e-12)


def test_sensed_depth_is_exact_with_an_exact_sensor_and_not_with_a_usual_one():
    tool = make_tool("bottle", 0)
    exact, usual = (
        crop_view(np.random.default_rng(0), tool, Shot(DIRECTION, sensor=sensor), size=96)
        for sensor in (EXACT, SensorConfig())
    )
    np.testing.assert_allclose(exact.sensed_depth_m, exact.picture.depth_m, rtol=1e-6)
    seen = usual.sensed_depth_m > 0
    assert 0.5 < seen.mean() < 1
    error = np.abs(usual.sensed_depth_m - usual.picture.depth_m)[seen]
    assert 1e-4 < np.median(error) < 0.01


def test_a_whole_camera_picture_shows_tool_table_and_others_and_is_the_same_again():
    tool, others = make_tool("mug", 1), [make_tool("knife", 0), make_tool("bowl", 0)]
    shot = Shot(DIRECTION, others=tuple(others), sensor=SensorConfig())
    first, again = (camera_view(np.random.default_rng(2), tool, shot) for _ in range(2))
    assert first.picture.rgb.shape == (480, 640, 3)
    np.testing.assert_array_equal(first.picture.rgb, again.picture.rgb)
    np.testing.assert_array_equal(first.sensed_depth_m, again.sensed_depth_m)
    middle = transform(first.picture.T_camera_tool, middle_of(tool, rest_on_table(tool, tool.rest_rotations[0]))[None])
    np.testing.assert_allclose(project(middle, first.picture.K)[0], [319.5, 239.5], atol=1e-6)
    frame = first.to_frame("scene")
    np.testing.assert_array_equal(frame.depth_m, first.sensed_depth_m)


def test_other_tools_need_a_table_and_the_camera_stands_above_it():
    tool = block()
    with pytest.raises(DfcError, match="need a table"):
        Shot(DIRECTION, on_table=False, others=(tool,))
    with pytest.raises(DfcError, match="below the table"):
        Shot(direction_of(0, -0.3))
    below = Shot(direction_of(0, -0.3), on_table=False)
    assert crop_view(np.random.default_rng(0), tool, below, size=32).T_camera_table is None
    straight_down = replace(below, direction=np.array([0.0, 0, 1]), on_table=True)
    assert camera_view(np.random.default_rng(0), tool, straight_down, (64, 48)).picture.mask.any()


def test_a_tool_beside_the_target_is_met_where_it_stands():
    placed = Placed(block((0.1, 0.1, 0.1)), compose(np.eye(3), np.array([0.3, 0, 0])))
    T_camera_tool = invert(look_at(np.array([0, 0, -1.0]), np.zeros(3), np.array([0, -1.0, 0])))
    K = np.array([[100.0, 0, 50], [0, 100.0, 50], [0, 0, 1]])
    hits = Scene(block(), None, [placed]).look(K, (101, 101), T_camera_tool)
    x = 50 + round(100 * 0.3 / 0.95)
    assert hits.which[50, 50] == 0
    assert hits.depth_m[50, 50] == pytest.approx(0.9)
    assert hits.which[50, x] == 1
    assert hits.depth_m[50, x] == pytest.approx(0.95)
