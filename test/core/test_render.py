"""The renderer against geometry known by other means."""

import numpy as np
import pytest

from dfc_core.assets.families import make_tool
from dfc_core.assets.solids import assemble, box
from dfc_core.assets.tool import Tool
from dfc_core.geometry import compose, invert, transform
from dfc_core.render import Scene, Table, random_crop_view, random_look, random_table_view, rest_on_table, take_picture

K = np.array([[100.0, 0, 32], [0, 100.0, 24], [0, 0, 1]])


def cube() -> Tool:
    return Tool("cube", "cube", *assemble({"cube": box((0.2, 0.2, 0.2), (0, 0, 0))}), affordances=())


def test_depth_of_a_cube_face_is_its_distance():
    hits = Scene(cube()).look(K, (64, 48), compose(np.eye(3), [0, 0, 1.0]))
    assert hits.depth_m[24, 32] == pytest.approx(0.9)
    # the front face is 0.2 m at 0.9 m: 22.2 px wide; pixel centres are integers
    assert hits.tool[24].sum() == 23
    assert hits.tool.sum() == 23 * 23
    np.testing.assert_allclose(hits.normals[24, 32], [0, 0, -1], atol=1e-6)
    assert hits.depth_m[0, 0] == 0


def test_points_of_a_picture_lie_on_the_tool():
    tool = make_tool("mug", 0)
    picture = random_crop_view(np.random.default_rng(0), tool, 96)
    pixels = np.argwhere(picture.mask)[:, ::-1]
    points = picture.points_tool(pixels)
    low, high = tool.vertices.min(0) - 1e-4, tool.vertices.max(0) + 1e-4
    assert ((points >= low) & (points <= high)).all()
    assert set(np.unique(picture.parts[picture.mask])) <= set(range(len(tool.part_names)))
    assert (picture.parts[~picture.mask] == -1).all()


def test_table_touches_the_lowest_point():
    tool = make_tool("bowl", 1)
    table = rest_on_table(tool, tool.rest_rotations[0])
    heights = transform(invert(table.T_tool_table), tool.vertices)[:, 2]
    assert heights.min() == pytest.approx(0, abs=1e-9)


def test_same_seed_same_picture_and_part_under_shadow_is_darker():
    tool = make_tool("hammer", 2)
    first = random_table_view(np.random.default_rng(3), tool, (160, 120))
    again = random_table_view(np.random.default_rng(3), tool, (160, 120))
    np.testing.assert_array_equal(first.rgb, again.rgb)
    assert first.mask.sum() > 200
    assert (first.depth_m[first.mask] > 0).all()


def test_shadow_falls_where_the_light_is_blocked():
    tool = cube()
    table = Table(compose(np.eye(3), [0, 0, -0.1]))
    scene = Scene(tool, table)
    up = np.array([0, 0, 1.0])
    light = np.array([1.0, 0, 1.0]) / np.sqrt(2)
    points = np.array([[-0.15, 0, -0.1], [0.3, 0, -0.1]])  # behind the cube as the light sees it, and in the open
    assert scene.lit(points, np.array([up, up]), light).tolist() == [False, True]


def test_a_look_is_drawn_for_every_part():
    tool = make_tool("teapot", 0)
    rng = np.random.default_rng(0)
    look = random_look(rng, tool, np.array([0, 0, 1.0]))
    assert len(look.tools[0].parts) == len(tool.part_names)
    picture = take_picture(Scene(tool), look, K, (64, 48), compose(np.eye(3), [0, 0, 1.0]), rng)
    assert picture.rgb.shape == (48, 64, 3)
    assert picture.rgb.dtype == np.uint8
