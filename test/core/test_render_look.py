"""Paint, light and camera: each effect against what it must do to a picture."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from dfc_core.assets.families import make_tool
from dfc_core.assets.solids import assemble, box
from dfc_core.assets.tool import Tool
from dfc_core.errors import DfcError
from dfc_core.geometry import compose, invert
from dfc_core.render import CLEAN_LOOK, LookConfig, Scene, Table, orbit_views, random_crop_view, random_crop_views
from dfc_core.render.appearance import random_look
from dfc_core.render.background import BackgroundConfig, random_background
from dfc_core.render.camera import CLEAN, expose, tone
from dfc_core.render.materials import MaterialConfig, paint, random_material
from dfc_core.render.photos import LINEAR, made_photo, random_photo
from dfc_core.render.picture import take_picture
from dfc_core.render.raycast import rest_on_table
from dfc_core.render.shadows import arriving
from dfc_core.render.viewpoints import orbit_directions

UP = np.array([0.0, 0, 1])


def cube() -> Tool:
    return Tool("cube", "cube", *assemble({"cube": box((0.2, 0.2, 0.2), (0, 0, 0))}), affordances=())


@pytest.fixture
def photos(tmp_path):
    """One red photo and one file that is none."""
    Image.new("RGB", (600, 300), (200, 10, 10)).save(tmp_path / "red.png")
    (tmp_path / "broken.jpg").write_bytes(b"not a picture")
    return str(tmp_path)


def test_a_photo_comes_from_the_folder_and_broken_ones_give_way(photos):
    for seed in range(6):
        photo = random_photo(np.random.default_rng(seed), photos)
        assert photo.shape == (192, 384, 3)
        assert (photo == [200, 10, 10]).all()


def test_a_folder_without_pictures_is_named(tmp_path):
    with pytest.raises(DfcError, match=r"no pictures .* in .*empty"):
        random_photo(np.random.default_rng(0), str(tmp_path / "empty"))
    (tmp_path / "broken.jpg").write_bytes(b"not a picture")
    with pytest.raises(DfcError, match="none of the 1 pictures"):
        random_photo(np.random.default_rng(0), str(tmp_path))


def test_made_photos_differ_and_are_made_again_by_the_same_seed():
    made = [made_photo(np.random.default_rng(seed)) for seed in range(12)]
    assert len({photo.tobytes() for photo in made}) == 12
    np.testing.assert_array_equal(made[3], made_photo(np.random.default_rng(3)))
    assert all(photo.shape == (96, 96, 3) and photo.dtype == np.uint8 for photo in made)


def test_a_photo_projected_on_a_surface_has_the_photo_s_colour(photos):
    config = MaterialConfig(image_share=1, photos=photos, photo_share=1)
    material = random_material(np.random.default_rng(0), 0.2, config)
    rng = np.random.default_rng(1)
    points, normals = rng.uniform(-0.1, 0.1, (50, 3)), rng.normal(size=(50, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    np.testing.assert_allclose(paint(material, points, normals), np.tile(LINEAR[[200, 10, 10]], (50, 1)), rtol=1e-5)


def test_a_picture_on_a_surface_repeats_mirrored_and_is_seen_along_the_normal():
    left_black = np.zeros((8, 8, 3), dtype=np.uint8)
    left_black[:, 4:] = 255
    material = replace(
        random_material(np.random.default_rng(0), 1.0, MaterialConfig(image_share=1)),
        image=left_black, axes=np.eye(3), frequency=1.0,
    )  # fmt: skip
    x = np.array([0.1, 0.4, 0.6, 0.9, 1.1, 1.4, 1.6, 1.9])  # the picture from -0.5 to 0.5, mirrored from there to 1.5
    points = np.stack([x, np.zeros(8), np.zeros(8)], axis=1)
    seen = paint(material, points, np.tile(UP, (8, 1)))[:, 0] > 0.5
    first = seen[0]
    assert seen.tolist() == [first, first, first, first, not first, not first, not first, not first]
    # on a side whose normal is x, only y and z matter
    assert len(np.unique(paint(material, points, np.tile([1.0, 0, 0], (8, 1)))[:, 0])) == 1


def test_backgrounds_are_the_photo_or_made_up(photos):
    rng = np.random.default_rng(0)
    photo = random_background(rng, (40, 30), BackgroundConfig(photos, photo_share=1, white_share=0))
    np.testing.assert_allclose(photo, np.broadcast_to(LINEAR[[200, 10, 10]], (30, 40, 3)))
    white = random_background(rng, (40, 30), BackgroundConfig(white_share=1))
    assert (white == 1).all()
    made = [random_background(np.random.default_rng(seed), (40, 30), BackgroundConfig()) for seed in range(20)]
    assert all(each.shape == (30, 40, 3) and each.dtype == np.float32 for each in made)
    assert len({each.tobytes() for each in made}) > 15


def test_a_clean_camera_gives_gamma_and_8_bits_and_nothing_else():
    color = np.random.default_rng(0).uniform(0, 1, (20, 30, 3)).astype(np.float32)
    picture = expose(color, np.random.default_rng(1), CLEAN)
    np.testing.assert_array_equal(picture, (color.astype(np.float32) ** np.float32(1 / 2.2) * 255 + 0.5).astype(int))
    assert tone(np.array([0.5**2.2]), 0.0) == pytest.approx(0.5)
    assert tone(np.array([0.25**2.2]), 1.0) == pytest.approx(3 * 0.25**2 - 2 * 0.25**3)


def test_each_fault_of_the_camera_does_what_its_name_says():
    color = np.full((40, 40, 3), 0.5, dtype=np.float32)
    color[:, 20:] = 0.1
    clean = expose(color, np.random.default_rng(0), CLEAN).astype(int)

    def taken(**changes):
        return expose(color, np.random.default_rng(0), replace(CLEAN, **changes)).astype(int)

    sigma = (taken(read_noise=(0.02, 0.02)) - clean)[:, :18].std()
    assert sigma == pytest.approx(0.02 * 255, rel=0.05)
    blurred = taken(blur=(1.0, 1.0))
    np.testing.assert_array_equal(blurred[:, :16], clean[:, :16])
    assert clean[0, 25, 0] < blurred[0, 20, 0] < clean[0, 10, 0]
    assert (taken(exposure=(2.0, 2.0))[:, :18] == 255).all()
    worse = np.abs(taken(jpeg_share=1.0, jpeg_quality=(10, 10)) - clean).mean()
    assert worse > np.abs(taken(jpeg_share=1.0, jpeg_quality=(95, 95)) - clean).mean() > 0
    assert (taken(coarse_share=1.0, coarse=(2.0, 2.0)) != clean).any()


def test_a_wide_light_gives_a_shadow_that_grows_softer_with_distance():
    # an edge at x = 0, 0.2 m above the table, light from straight above of half angle 0.2 rad: the half shadow reaches
    # 0.2 * tan 0.2 = 0.04 m to both sides; a sharp light gives none
    tool = Tool("slab", "slab", *assemble({"slab": box((0.4, 0.4, 0.01), (-0.2, 0, 0.2))}), affordances=())
    scene = Scene(tool, Table(np.eye(4)))
    x = np.linspace(-0.1, 0.1, 200)
    points = np.repeat(np.stack([x, np.zeros(200), np.zeros(200)], axis=1)[None], 16, axis=0).astype(np.float32)
    flat, normals = points.reshape(-1, 3), np.tile(UP.astype(np.float32), (16 * 200, 1))

    def share(radius):
        pixels = np.arange(16 * 200)
        return arriving(scene, flat, normals, pixels, (16, 200), UP[None], radius, 1.0).reshape(16, 200)[8]

    sharp, soft = share(0.0), share(0.2)
    assert set(np.unique(sharp)) == {0, 1}
    assert (sharp == (x > 0)).mean() > 0.98
    partly = x[(soft > 0) & (soft < 1)]
    # 16 points of the light do not reach its rim everywhere
    assert partly.min() == pytest.approx(-0.04, abs=0.009)
    assert partly.max() == pytest.approx(0.04, abs=0.009)
    assert soft[np.abs(x).argmin()] == pytest.approx(0.5, abs=0.1)


def test_a_point_in_shadow_is_darker_in_the_picture():
    tool, table = cube(), Table(compose(np.eye(3), np.array([0, 0, -0.1])))
    rng = np.random.default_rng(0)
    look = random_look(rng, tool, UP, replace(CLEAN_LOOK, materials=MaterialConfig(metal_share=0, image_share=0)))
    plain = replace(look.table, pattern="plain", specular=0.0, mirror=0.0, color=np.full(3, 0.5))
    look = replace(look, table=plain, lights=np.array([[1.0, 0, 1]]) / np.sqrt(2), strengths=np.ones(1), radius=0.05)
    K = np.array([[100.0, 0, 60], [0, 100.0, 60], [0, 0, 1]])
    above = compose(np.diag([1.0, -1, -1]), np.array([0, 0, 1.0]))  # 1 m above the cube's middle, looking down
    picture = take_picture(Scene(tool, table), look, K, (121, 121), above, rng)
    left, right = (60 + round(100 * x / 1.1) for x in (-0.2, 0.3))
    shadow, open_ = picture.rgb[60, left].astype(int), picture.rgb[60, right].astype(int)
    assert (shadow < open_ - 20).all()


def test_tables_below_a_low_light_stay_dark():
    tool = cube()
    scene = Scene(tool, Table(compose(np.eye(3), np.array([0, 0, -0.1]))))
    points = np.array([[0, 0, 0.1], [0.3, 0, -0.05]])
    below = np.array([0.6, 0, -0.8])
    assert scene.lit(points, np.array([UP, UP]), below).tolist() == [False, False]
    assert scene.lit(points, np.array([UP, UP]), UP).tolist() == [True, True]


def test_points_that_a_tool_cannot_shade_are_left_out_and_no_others():
    tool = make_tool("teapot", 0)
    table = rest_on_table(tool, tool.rest_rotations[0])
    scene = Scene(tool, table)
    rng = np.random.default_rng(0)
    up = table.T_tool_table[:3, 2].astype(np.float32)
    points = (table.T_tool_table[:3, 3] + rng.uniform(-0.5, 0.5, (9000, 3)) @ table.T_tool_table[:3, :3].T).astype("f4")
    points -= ((points - table.T_tool_table[:3, 3].astype("f4")) @ up)[:, None] * up
    light = up + np.array([0.3, 0.2, 0.1])
    light /= np.linalg.norm(light)
    shaded = np.flatnonzero(~scene.lit(points, np.broadcast_to(up, points.shape), light))
    candidates = scene.maybe_shaded(points, light, 0.1)
    assert len(shaded) > 20
    assert set(shaded) <= set(candidates)
    assert len(candidates) < 4500


def test_orbit_directions_spread_evenly():
    directions = orbit_directions(30)
    assert directions.shape == (30, 3)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    nearest = np.sort(np.degrees(np.arccos(np.clip(directions @ directions.T, -1, 1))), axis=1)[:, 1]
    assert nearest.min() > 20  # 30 points evenly over a sphere are about 40 degrees apart
    heights = np.unique(np.round(directions[:, 2], 6))
    np.testing.assert_allclose(np.degrees(np.arcsin(heights)), [-40, -10, 20, 45, 70], atol=1e-3)
    for height in heights:
        ring = directions[np.isclose(directions[:, 2], height, atol=1e-5)]
        np.testing.assert_allclose(ring[:, :2].mean(axis=0), 0, atol=1e-9)


def test_orbit_views_stand_in_the_same_places_whatever_the_seed():
    tool = make_tool("mug", 0)
    first, other = (list(orbit_views(np.random.default_rng(seed), tool, 6, 48)) for seed in (0, 1))
    for a, b in zip(first, other, strict=True):
        np.testing.assert_array_equal(a.T_camera_tool, b.T_camera_tool)
        np.testing.assert_array_equal(a.mask, b.mask)
        assert (a.rgb != b.rgb).any()
        assert np.linalg.norm(invert(a.T_camera_tool)[:3, 3]) > 2 * tool.diameter


def test_views_of_one_scene_are_the_same_as_views_one_by_one():
    tool = make_tool("bottle", 0)
    together = list(random_crop_views(np.random.default_rng(0), tool, 3, 64))
    rng = np.random.default_rng(0)
    for picture in together:
        np.testing.assert_array_equal(picture.rgb, random_crop_view(rng, tool, 64).rgb)


def test_looks_differ_with_the_seed_but_not_the_geometry(photos):
    tool = make_tool("hammer", 0)
    config = LookConfig(MaterialConfig(photos=photos), BackgroundConfig(photos=photos))
    plain = random_crop_view(np.random.default_rng(4), tool, 64)
    with_photos = random_crop_view(np.random.default_rng(4), tool, 64, config)
    np.testing.assert_array_equal(plain.depth_m, with_photos.depth_m)
    np.testing.assert_array_equal(plain.parts, with_photos.parts)
