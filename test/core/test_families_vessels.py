"""Vessels, sieves, rollers and pressers: their function frames lie where their shapes say."""

from functools import cache

import numpy as np
import pytest
import trimesh

from dfc_core.assets.families import (
    functions_of,
    jars,
    kettles,
    make_tool,
    pressers,
    rollers,
    sieves,
    sifters,
    skimmers,
    slabs,
    vessels,
)
from dfc_core.assets.families.relabel import rename_faces
from dfc_core.assets.solids import assemble, box
from dfc_core.geometry import invert, transform

SEEDS = (0, 1, 2, 5)
MADE = [
    family
    for module in (vessels, jars, kettles, sieves, sifters, skimmers, rollers, pressers, slabs)
    for family in module.FAMILIES
]
OWN = [*MADE, "watering-can", "mug", "glass", "bowl", "bottle", "pitcher", "teapot", "saucepan", "spoon", "ladle"]


tool_of = cache(make_tool)


def in_frame(tool, function, parts=None):
    """Vertices of the serving parts in the function frame, unit = scale."""
    affordance = tool.affordance(function)
    points = tool.vertices[tool.faces_of(parts or affordance.parts)].reshape(-1, 3)
    return transform(invert(affordance.T_tool_function), points) / affordance.scale


def having(function):
    return [family for family in OWN if function in functions_of(family)]


@pytest.mark.parametrize("family", OWN)
def test_what_serves_is_not_what_is_held(family):
    for affordance in tool_of(family, 3).affordances:
        assert not set(affordance.parts) & set(affordance.hold)


@pytest.mark.parametrize("family", [f for f in having("press-with") if f not in ("spoon", "ladle")])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_pressing_face_is_the_outermost_thing_and_as_wide_as_its_scale(family, seed):
    tool = tool_of(family, seed)
    whole = in_frame(tool, "press-with", tool.part_names)
    assert whole[:, 2].max() == pytest.approx(0, abs=0.08)
    face = in_frame(tool, "press-with")
    touching = np.abs(face[:, 2] - face[:, 2].max()) < 0.02
    assert 0.6 < np.ptp(face[touching, :2], axis=0).mean() / 2 < 1.3
    np.testing.assert_allclose((face[touching, :2].max(0) + face[touching, :2].min(0)) / 2, 0, atol=0.25)


@pytest.mark.parametrize("family", ["spoon", "ladle"])
def test_the_back_of_a_bowl_presses_at_its_lowest_point(family):
    tool = tool_of(family, 2)
    back = in_frame(tool, "press-with")
    assert back[:, 2].max() == pytest.approx(0, abs=0.02)
    inside = tool.vertices[tool.faces_of(["bowl"])]
    normals = np.cross(inside[:, 1] - inside[:, 0], inside[:, 2] - inside[:, 0])
    assert (normals[:, 2] > -1e-12).all()  # what is left of the bowl opens upwards


@pytest.mark.parametrize("family", having("roll-onto"))
@pytest.mark.parametrize("seed", SEEDS)
def test_the_rolling_body_spans_its_scale_along_z_and_is_centred(family, seed):
    body = in_frame(tool_of(family, seed), "roll-onto")
    assert body[:, 2].max() == pytest.approx(1, abs=0.2)
    assert body[:, 2].min() == pytest.approx(-1, abs=0.2)
    assert abs(body[:, :2].max(0) + body[:, :2].min(0)).max() < 0.1


@pytest.mark.parametrize("family", having("hang-onto"))
@pytest.mark.parametrize("seed", SEEDS)
def test_the_load_rests_on_the_inside_of_the_loop(family, seed):
    tool = tool_of(family, seed)
    hang = tool.affordance("hang-onto")
    loop_mesh = trimesh.Trimesh(tool.vertices, tool.faces_of(hang.parts), process=False)
    points, _ = trimesh.sample.sample_surface(loop_mesh, 6000, seed=0)
    loop = transform(invert(hang.T_tool_function), points) / hang.scale
    assert np.linalg.norm(loop, axis=1).min() < 0.3
    near = (np.abs(loop[:, 0]) < 0.3) & (np.abs(loop[:, 1]) < 0.6)
    assert loop[near, 2].min() < 0  # material behind the bend,
    between = near & (loop[:, 2] > 0.15) & (loop[:, 2] < 0.6)
    assert not between.any()  # and none in the throat


@pytest.mark.parametrize("family", having("sift-with"))
@pytest.mark.parametrize("seed", SEEDS)
def test_the_sieve_lies_below_its_opening(family, seed):
    tool = tool_of(family, seed)
    mesh = in_frame(tool, "sift-with")
    assert mesh[:, 2].max() < 0.25
    assert mesh[:, 2].min() < -0.1
    assert 0.75 < np.ptp(mesh[:, :2], axis=0).mean() / 2 < 1.5


def test_a_colander_has_real_holes():
    tool = tool_of("colander", 1)
    mesh = trimesh.Trimesh(tool.vertices, tool.faces, process=False)
    holes = 1 - mesh.euler_number / 2  # the genus of a closed surface
    assert holes > 20


@pytest.mark.parametrize("family", ["kettle", "teapot", "watering-can"])
def test_a_spout_ends_at_its_frame(family):
    tool = tool_of(family, 4)
    tip = in_frame(tool, "pour-with")
    assert tip[:, 2].max() == pytest.approx(0, abs=0.15)
    assert np.linalg.norm(tip[tip[:, 2] > -0.1, :2], axis=1).max() == pytest.approx(1, abs=0.15)
    hand = in_frame(tool, "pour-with", tool.affordance("pour-with").hold)
    assert hand[:, 0].mean() < 0  # x leads away from the hand


def test_faces_are_renamed_by_the_way_they_look():
    mesh = rename_faces(assemble({"block": box((1, 1, 1), (0, 0, 0))}), ["block"], "top", lambda c, n: n[:, 2] > 0.9)
    assert mesh[3] == ("block", "top")
    corners = mesh[0][mesh[1][mesh[2] == 1]]
    assert len(corners) == 2
    np.testing.assert_allclose(corners[..., 2], 0.5)
