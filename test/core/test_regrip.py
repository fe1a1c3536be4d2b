"""Another tool's grip: what serves stays, what is held changes and is still held from the same side."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from dfc_core.assets.families import HELD_OUT_SEED, TRAINING_FAMILIES, any_training_tool, make_tool
from dfc_core.assets.part_frames import part_frames
from dfc_core.assets.regrip import LENGTHS, find_grip, regripped, sometimes_regripped
from dfc_core.assets.variety import varied
from dfc_core.cli.app import run as run_command
from dfc_core.dataset.endless import EndlessConfig, FreshTools
from dfc_core.errors import DfcError
from dfc_core.geometry import is_rigid
from dfc_core.render.dataset import RenderConfig, render_dataset
from dfc_core.render.store import read_manifest

SERVING = ("hammer", "knife", "shovel", "trowel", "rake", "strainer", "axe", "paintbrush")


def of_shovel(rng):
    return make_tool("shovel", 1)


def triangles(tool, parts):
    return tool.vertices[tool.faces_of(parts)]


@pytest.mark.parametrize("family", SERVING)
def test_what_serves_is_as_it_was(family):
    tool = make_tool(family, 0)
    other = regripped(tool, np.random.default_rng(0))
    assert other is not tool
    for before, after in zip(tool.affordances, other.affordances, strict=True):
        assert after.parts == before.parts
        assert after.scale == before.scale
        np.testing.assert_array_equal(after.frames, before.frames)
        kept = triangles(other, after.parts)
        was = triangles(tool, before.parts)
        np.testing.assert_allclose(kept[: len(was)].reshape(-1, 9), was.reshape(-1, 9))
    assert all(is_rigid(T) for part in part_frames(other) for T in part.frames)


@pytest.mark.parametrize("family", SERVING)
def test_the_new_grip_is_another_ones_where_the_old_one_was(family):
    tool, rng = make_tool(family, 0), np.random.default_rng(1)
    own, other = find_grip(tool), regripped(tool, rng)
    (grip,) = other.affordances[0].hold
    points = triangles(other, (grip,)).reshape(-1, 3) - own.foot
    assert LENGTHS[0] < (points @ own.out).max() / own.length < LENGTHS[1]
    middle = points.mean(axis=0)
    assert middle @ own.out > 0.8 * np.linalg.norm(middle)  # straight ahead of the cut
    assert (points @ own.out).min() < 0  # set into the tool, so that nothing gapes
    old = tool.vertices[np.unique(tool.faces[own.faces])]
    assert not np.isin(points + own.foot, old).all(axis=1).any()


def test_both_sides_of_the_cut_are_closed():
    other = regripped(make_tool("hammer", 0), np.random.default_rng(0), of_shovel)
    mesh = trimesh.Trimesh(other.vertices, other.faces, process=False)
    assert mesh.is_watertight
    assert mesh.body_count == 2
    assert all(piece.volume > 0 for piece in mesh.split())  # faces look outwards


@pytest.mark.parametrize(
    ("family", "why"),
    [("mug", "grows from two places"), ("pencil", "its barrel serves"), ("dumbbell", "is between its ends")],
)
def test_a_grip_that_no_one_cut_takes_off_stays(family, why):
    tool = make_tool(family, 0)
    assert find_grip(tool) is None, why
    assert regripped(tool, np.random.default_rng(0), of_shovel) is tool
    hammer = make_tool("hammer", 0)
    assert regripped(hammer, np.random.default_rng(0), lambda rng: tool) is hammer  # and is not given


def test_half_of_the_families_have_a_grip_to_exchange():
    assert sum(find_grip(make_tool(family, 0)) is not None for family in TRAINING_FAMILIES) > 0.4 * len(
        TRAINING_FAMILIES
    )


def test_grips_are_of_tools_that_training_may_see():
    drawn = [any_training_tool(np.random.default_rng(seed)) for seed in range(20)]
    assert {tool.family for tool in drawn} <= set(TRAINING_FAMILIES)
    assert len({tool.family for tool in drawn}) > 10
    assert all(int(tool.name.rsplit("-", 1)[1]) < HELD_OUT_SEED for tool in drawn)


def test_a_seed_decides_and_a_larger_share_changes_the_same_tools_and_more():
    tool = make_tool("trowel", 0)
    some = [sometimes_regripped(tool, 0.3, [seed], of_shovel) for seed in range(20)]
    more = [sometimes_regripped(tool, 0.7, [seed], of_shovel) for seed in range(20)]
    assert all(sometimes_regripped(tool, 0.0, [seed]) is tool for seed in range(20))
    assert 0 < sum(one is not tool for one in some) < sum(one is not tool for one in more) < 20
    for one, other in zip(some, more, strict=True):
        if one is not tool:
            np.testing.assert_array_equal(one.vertices, other.vertices)


def test_a_tool_may_be_given_a_grip_and_then_be_stretched():
    tool = make_tool("hammer", 0)
    both = varied(tool, [3], stretch=1.0, regrip=1.0)
    assert both.affordances[0].hold == ("grip",)
    assert both.affordances[0].scale != tool.affordances[0].scale


def test_a_data_set_says_when_its_tools_have_other_grips(tmp_path):
    config = RenderConfig(families=("knife",), tools=1, views=1)
    assert "regrip" not in read_manifest(render_dataset(tmp_path / "plain", config))["config"]
    command = ["render", "--out", str(tmp_path / "other"), "--family", "knife", "--tools", "1", "--views", "1"]
    assert run_command([*command, "--workers", "1", "--regrip", "1"]) == 0
    assert read_manifest(tmp_path / "other")["config"]["regrip"] == 1.0
    file = "knife-00000.safetensors"
    assert (tmp_path / "plain" / file).read_bytes() != (tmp_path / "other" / file).read_bytes()
    with pytest.raises(DfcError, match=r"regrip 1\.5 is not a share"):
        render_dataset(tmp_path / "none", replace(config, regrip=1.5))


def test_endless_tools_have_other_grips_where_asked_for():
    config = EndlessConfig(pool=2, first=2, views=1, families=("hammer", "spoon"))
    plain, other = FreshTools(config, size=32)(0), FreshTools(replace(config, regrip=1.0), size=32)(0)
    assert plain.name == other.name
    assert plain.frames[1].scale != other.frames[1].scale  # of the part that is held
    with pytest.raises(DfcError, match="not a share"):
        EndlessConfig(regrip=-0.1)
