"""Tools of other proportions: what is true of a tool is true of it stretched."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from dfc_core.assets.families import TRAINING_FAMILIES, make_tool
from dfc_core.assets.part_frames import aligned_coordinates, part_frames
from dfc_core.assets.rest import stands
from dfc_core.assets.solids import assemble, box, function_frame
from dfc_core.assets.stretch import CARRIED, sometimes_stretched, stretched
from dfc_core.assets.tool import AXIS, NONE, Affordance, Tool
from dfc_core.cli.app import run as run_command
from dfc_core.dataset.endless import EndlessConfig, FreshTools
from dfc_core.errors import DfcError
from dfc_core.functions import FUNCTIONS
from dfc_core.geometry import invert, is_rigid, rotation_about, transform
from dfc_core.render.dataset import RenderConfig, render_dataset
from dfc_core.render.store import load_tool_views, read_manifest

UNTURNED = np.eye(3)


def stretched_family(family, seed=0):
    return stretched(make_tool(family, seed), np.random.default_rng(seed))


def in_frame(tool, function):
    """The part's vertices in its function frame, in units of its scale."""
    affordance = tool.affordance(function)
    points = tool.vertices[np.unique(tool.faces_of(affordance.parts))]
    return transform(invert(affordance.T_tool_function), points) / affordance.scale


def block(size=(1.0, 1.0, 1.0), turn=UNTURNED, affordances=()):
    vertices, faces, parts, names = assemble({"body": box(size, (0, 0, 0)), "grip": box((0.1, 0.1, 0.1), (0, 0, 0.5))})
    return Tool("block", "block", vertices @ turn.T, faces, parts, names, tuple(affordances))


def pressing(z, x, symmetry=NONE, turn=UNTURNED):
    """Presses with the side of a unit block that z points out of."""
    z, x = turn @ z, turn @ x
    return Affordance("press-with", "body", "grip", function_frame(z / 2, z, x), 0.5, symmetry)


def test_every_function_says_how_its_frame_goes_with_a_stretch():
    assert set(CARRIED) == set(FUNCTIONS)


def test_a_function_of_the_users_own_is_carried_too():
    tool = block(affordances=[replace(pressing(np.eye(3)[2], np.eye(3)[0]), function="ring-with")])
    assert is_rigid(stretched(tool, np.random.default_rng(0)).affordances[0].T_tool_function, 1e-9)


@pytest.mark.parametrize("family", TRAINING_FAMILIES[::3])
def test_mesh_parts_and_size_stay_and_frames_are_rigid(family):
    tool, wide = make_tool(family, 0), stretched_family(family)
    np.testing.assert_array_equal(wide.faces, tool.faces)
    np.testing.assert_array_equal(wide.face_parts, tool.face_parts)
    assert wide.diameter == pytest.approx(tool.diameter)
    assert all(is_rigid(T, 1e-9) for a in wide.affordances for T in a.frames)
    assert all(is_rigid(T, 1e-9) for part in part_frames(wide) for T in part.frames)
    for R in wide.rest_rotations:
        np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(R) == pytest.approx(1)


SYMMETRIC = [
    "glass",
    "jar",
    "nail",
    "tray",
    "hammer",
    "mallet",
    "teapot",
    "knife",
    "hoe",
    "whisk",
    "screwdriver",
    "brick",
]


@pytest.mark.parametrize("family", SYMMETRIC)
@pytest.mark.parametrize("seed", [0, 1])
def test_symmetries_hold_on_the_stretched_vertices(family, seed):
    wide = stretched_family(family, seed)
    tree = cKDTree(wide.vertices)
    for affordance in wide.affordances:
        for motion in affordance.symmetry.motions[1:]:
            moved = transform(invert(affordance.T_tool_function), wide.vertices) @ motion.T
            distance, _ = tree.query(transform(affordance.T_tool_function, moved))
            assert np.quantile(distance, 0.9) < 0.03 * wide.diameter, affordance.function


@pytest.mark.parametrize("family", ["glass", "bowl", "jar", "paint-roller"])
def test_round_things_stay_round(family):
    function = "roll-onto" if family == "paint-roller" else "pour-with"
    before, after = in_frame(make_tool(family, 0), function), in_frame(stretched_family(family), function)
    ratio = np.linalg.norm(after[:, :2], axis=1) / np.linalg.norm(before[:, :2], axis=1).clip(1e-9)
    assert np.ptp(ratio[np.linalg.norm(before[:, :2], axis=1) > 0.01]) < 1e-4


# (family, function, axis, how many scales its part measures along it): as `config/functions.yaml` defines the scales
MEASURES = [
    ("knife", "cut-with", 0, 2), ("axe", "cut-with", 0, 2), ("paint-scraper", "scrape-with", 0, 2),
    ("awl", "scrape-with", 2, 2), ("nail", "pierce-with", 2, 1), ("chopstick", "poke-with", 2, 1),
    ("stirring-paddle", "mix-with", 2, 2), ("dowel", "roll-onto", 2, 2), ("rake", "sweep-with", 1, 2),
    ("tongs", "pick-up-with", 2, 1), ("pencil", "write-with", 2, 1), ("y-peeler", "peel-with", 0, 2),
]  # fmt: skip


@pytest.mark.parametrize(("family", "function", "axis", "scales"), MEASURES)
def test_the_scale_is_still_the_parts_own_measure(family, function, axis, scales):
    assert np.ptp(in_frame(stretched_family(family), function)[:, axis]) == pytest.approx(scales, rel=0.05)


@pytest.mark.parametrize(
    ("family", "function"), [("mug", "pour-with"), ("plate", "lift-with"), ("hammer", "press-with")]
)
def test_a_faces_scale_is_still_its_mean_radius(family, function):
    sides = np.ptp(in_frame(stretched_family(family, 1), function), axis=0)[:2]
    assert sides.mean() == pytest.approx(2, rel=0.05)


def test_corresponding_points_keep_aligned_coordinates_but_for_the_proportions():
    tool, wide = make_tool("fork", 0), stretched_family("fork")
    for before, after in zip(part_frames(tool), part_frames(wide), strict=True):
        a, b = aligned_coordinates(tool.vertices, before), aligned_coordinates(wide.vertices, after)
        factors = np.sum(a * b, axis=0) / np.sum(a * a, axis=0)
        assert (factors > 0.3).all()
        assert (factors < 3).all()
        if before.role == "function" and len(before.frames) == 1:
            np.testing.assert_allclose(b, a * factors, atol=0.02 * np.abs(a).max())


def test_a_slanting_faces_frame_stays_normal_to_it():
    turn = rotation_about(np.array([0.3, 1.0, 0.2]) / np.linalg.norm([0.3, 1.0, 0.2]), 0.7)
    tool = block(turn=turn, affordances=[pressing([1.0, 0, 0], [0, 0, 1.0], turn=turn)])
    on_face = np.isclose(tool.vertices @ turn[:, 0], 0.5)
    wide = stretched(tool, np.random.default_rng(3))
    aligned = transform(invert(wide.affordances[0].T_tool_function), wide.vertices[on_face])
    np.testing.assert_allclose(aligned[:, 2], 0, atol=1e-6)
    np.testing.assert_allclose(aligned.mean(axis=0), 0, atol=1e-6)
    edges = np.ptp(wide.vertices @ turn, axis=0) / np.ptp(tool.vertices @ turn, axis=0)
    assert np.ptp(edges) > 0.05  # it was stretched at all


def test_symmetric_axes_that_conflict_leave_a_tool_as_it_is():
    round_about_two = [pressing(np.eye(3)[0], np.eye(3)[2], AXIS), pressing(np.eye(3)[2], np.eye(3)[0], AXIS)]
    tool = block(affordances=round_about_two)
    wide = stretched(tool, np.random.default_rng(0))
    np.testing.assert_allclose(wide.vertices, tool.vertices, atol=1e-9)
    assert wide.affordances[0].scale == pytest.approx(0.5)


def test_what_has_become_too_slender_no_longer_stands():
    tool = replace(block((1, 1, 3.5)), rest_rotations=(np.eye(3),))
    upright = []
    for seed in range(12):
        wide = stretched(tool, np.random.default_rng(seed))
        upright.append(stands(wide.vertices))
        assert np.allclose(wide.rest_rotations[0], np.eye(3)) == upright[-1]
        table = wide.vertices @ wide.rest_rotations[0].T
        assert (table[:, 2] < table[:, 2].min() + 1e-6).sum() >= 4  # it lies on a side
    assert 0 < sum(upright) < 12


def test_a_seed_decides_and_a_larger_share_stretches_the_same_tools_and_more():
    tool = make_tool("spatula", 0)
    np.testing.assert_array_equal(stretched_family("spatula").vertices, stretched_family("spatula").vertices)
    some = [sometimes_stretched(tool, 0.3, [seed]) for seed in range(20)]
    more = [sometimes_stretched(tool, 0.7, [seed]) for seed in range(20)]
    assert all(sometimes_stretched(tool, 0.0, [seed]) is tool for seed in range(20))
    assert 0 < sum(one is not tool for one in some) < sum(one is not tool for one in more) < 20
    for one, other in zip(some, more, strict=True):
        if one is not tool:
            np.testing.assert_array_equal(one.vertices, other.vertices)


def test_a_data_set_says_when_its_tools_are_stretched(tmp_path):
    config = RenderConfig(families=("knife",), tools=1, views=1)
    plain = render_dataset(tmp_path / "plain", config)
    wide = render_dataset(tmp_path / "wide", replace(config, stretch=1.0))
    assert "stretch" not in read_manifest(plain)["config"]  # the manifest of data sets made before
    assert read_manifest(wide)["config"]["stretch"] == 1.0
    tool = load_tool_views(plain / "knife-00000.safetensors")
    assert [f.scale for f in tool.frames if f.role == "function"] == [
        a.scale for a in make_tool("knife", 0).affordances
    ]
    assert load_tool_views(wide / "knife-00000.safetensors").frames[0].scale != tool.frames[0].scale
    with pytest.raises(DfcError, match="another configuration"):
        render_dataset(wide, config)
    with pytest.raises(DfcError, match="not a share"):
        render_dataset(tmp_path / "none", replace(config, stretch=1.5))


def test_a_config_that_cannot_be_rendered_does_not_claim_the_folder(tmp_path):
    config = RenderConfig(families=("knife",), tools=1, views=1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DfcError, match="no pictures"):
        render_dataset(tmp_path / "out", replace(config, photos=str(tmp_path / "empty")))
    with pytest.raises(DfcError, match="is not a folder"):
        render_dataset(tmp_path / "out", replace(config, assets=str(tmp_path / "none")))
    assert not (tmp_path / "out").exists()


def test_the_command_stretches(tmp_path):
    command = ["render", "--out", str(tmp_path), "--family", "knife", "--tools", "1", "--views", "1", "--workers", "1"]
    assert run_command([*command, "--stretch", "0.5"]) == 0
    assert read_manifest(tmp_path)["config"]["stretch"] == 0.5


def test_endless_tools_are_stretched_where_asked_for():
    config = EndlessConfig(pool=2, first=2, views=1, families=("knife", "spoon"))
    plain, wide = FreshTools(config, size=32)(0), FreshTools(replace(config, stretch=1.0), size=32)(0)
    assert plain.name == wide.name
    assert plain.frames[0].scale != wide.frames[0].scale
    with pytest.raises(DfcError, match="not a share"):
        EndlessConfig(stretch=-0.1)
