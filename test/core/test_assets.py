"""Parametric tools: watertight, metric, labelled, aligned, and the same for the same seed."""

from functools import cache

import numpy as np
import pytest
import trimesh
from scipy.spatial import cKDTree

from dfc_core.assets import families
from dfc_core.assets.families import FAMILIES, HELD_OUT_FAMILIES, families_for, functions_of
from dfc_core.assets.solids import assemble, box, loft, tube
from dfc_core.assets.store import tool_folders
from dfc_core.assets.tool import Symmetry
from dfc_core.errors import DfcError
from dfc_core.functions import FUNCTIONS
from dfc_core.geometry import invert, is_rigid, transform

# Scores of a blade, raised figures, holes and finger grooves are on one side; what serves is as symmetric as declared.
NOT_QUITE_SYMMETRIC = ("box-cutter", "rubber-spatula", "ruler", "credit-card", "binder-clip")

make_tool = cache(families.make_tool)


def in_frame(affordance, points):
    return transform(invert(affordance.T_tool_function), points) / affordance.scale


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_tools_are_watertight_metric_and_labelled(family, seed):
    tool = make_tool(family, seed)
    mesh = trimesh.Trimesh(tool.vertices, tool.faces, process=False)
    assert mesh.is_watertight
    assert mesh.volume > 0
    assert 0.03 < tool.diameter < 1.8
    assert len(tool.faces) < 10_000
    assert set(np.unique(tool.face_parts)) == set(range(len(tool.part_names)))
    assert tuple(affordance.function for affordance in tool.affordances) == functions_of(family)
    for affordance in tool.affordances:
        assert set(affordance.parts) <= set(tool.part_names)
        assert set(affordance.hold) <= set(tool.part_names)
        assert set(affordance.parts) != set(affordance.hold)
        assert all(is_rigid(T) for T in affordance.frames)
        assert 0.001 < affordance.scale < 0.4
        assert affordance.function in FUNCTIONS


def test_same_seed_same_tool_other_seed_other_tool():
    first, again, other = make_tool("teapot", 5), make_tool("teapot", 5), make_tool("teapot", 6)
    np.testing.assert_array_equal(first.vertices, again.vertices)
    np.testing.assert_array_equal(first.face_parts, again.face_parts)
    assert first.vertices.shape != other.vertices.shape or not np.allclose(first.vertices, other.vertices)


@pytest.mark.parametrize("family", [family for family in FAMILIES if family not in NOT_QUITE_SYMMETRIC])
@pytest.mark.parametrize("seed", [0, 1])
def test_declared_symmetries_hold_on_the_vertices(family, seed):
    tool = make_tool(family, seed)
    tree = cKDTree(tool.vertices)
    for affordance in tool.affordances:
        farthest = {"mirror": 0.01, "n-fold": 0.03}.get(affordance.symmetry.kind, 0.0) * tool.diameter
        for motion in affordance.symmetry.motions[1:]:
            moved = transform(invert(affordance.T_tool_function), tool.vertices) @ motion.T
            distance, _ = tree.query(transform(affordance.T_tool_function, moved))
            assert np.quantile(distance, 0.9) < farthest, affordance.function


@pytest.mark.parametrize("family", ["mug", "glass", "bowl", "bottle", "pitcher", "saucepan"])
def test_pouring_rim_lies_around_the_frames_origin_and_on_top(family):
    tool = make_tool(family, 3)
    pour = tool.affordance("pour-with")
    on_part = tool.vertices[tool.faces_of(pour.parts)].reshape(-1, 3)
    aligned = transform(invert(pour.T_tool_function), on_part)
    assert aligned[:, 2].max() == pytest.approx(0, abs=1e-6)  # nothing above the opening
    assert abs(aligned[:, 1].mean()) < 0.1 * pour.scale


# an adze on the other side, a bend or a frame around the blade, an anvil to cut upon
BEHIND_THE_EDGE = ("drawknife", "mattock", "sickle", "hacksaw", "pruning-shears")
ONE_EDGED = [f for f in families_for("cut-with") if not make_tool(f, 1).affordance("cut-with").alternatives]


@pytest.mark.parametrize("family", ONE_EDGED)
def test_edges_point_out_of_the_frame(family):
    tool = make_tool(family, 1)
    cut = tool.affordance("cut-with")
    part = in_frame(cut, tool.vertices[np.unique(tool.faces_of(cut.parts))])
    hold = in_frame(cut, tool.vertices[np.unique(tool.faces_of(cut.hold))])
    assert part[:, 2].max() < (0.5 if family == "sickle" else 0.3)  # whose ends bend forwards
    if family != "drawknife":  # which one pulls: the hands are on the edge's side
        assert hold[:, 2].mean() < part[:, 2].mean() + 1e-9
    if family not in BEHIND_THE_EDGE:
        assert in_frame(cut, tool.vertices)[:, 2].max() < 0.3  # the edge is the outermost thing along z


EDGE_FUNCTIONS = ("cut-with", "scrape-with", "spread-with", "peel-with", "wedge-with")


@pytest.mark.parametrize("family", ["rake", "hoe", "mattock", "pickaxe", "paint-scraper", "y-peeler", "squeegee"])
def test_the_y_of_an_edge_across_the_handle_points_to_the_hand(family):
    tool = make_tool(family, 0)
    across = [a for a in tool.affordances if a.function in EDGE_FUNCTIONS and a.symmetry.plane == "yz"]
    assert across
    for affordance in across:
        hand = in_frame(affordance, tool.vertices[np.unique(tool.faces_of(affordance.hold))]).mean(axis=0)
        assert hand[1] > 0
        assert abs(hand[0]) < 0.2


@pytest.mark.parametrize("family", ["knife", "cleaver", "saw", "axe", "box-cutter", "dagger", "sword", "scissors"])
def test_the_x_of_an_edge_along_the_handle_leads_away_from_the_hand(family):
    tool = make_tool(family, 1)
    cut = tool.affordance("cut-with")
    assert in_frame(cut, tool.vertices[np.unique(tool.faces_of(cut.hold))])[:, 0].mean() < -1


def test_mallet_serves_with_both_faces():
    pound = make_tool("mallet", 0).affordance("pound-with")
    front, back = pound.frames
    np.testing.assert_allclose(front[:3, 2], -back[:3, 2])
    np.testing.assert_allclose(front[:3, 3], -back[:3, 3])


def test_union_keeps_names_and_volume():
    vertices, faces, parts, names = assemble({"left": box((2, 1, 1), (0, 0, 0)), "right": box((2, 1, 1), (1.5, 0, 0))})
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    assert mesh.volume == pytest.approx(3.5)  # 2 + 2 - the common 0.5
    assert names == ("left", "right")
    centres = mesh.triangles_center
    assert (centres[parts == 0][:, 0] <= 1.0 + 1e-6).all()
    assert (centres[parts == 1][:, 0] >= 0.5 - 1e-6).all()


def test_loft_and_tube_have_the_volume_of_their_prisms():
    square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], dtype=float)
    assert loft([square, square + np.array([0, 0, 3.0])]).volume() == pytest.approx(12, rel=1e-5)
    bar = tube(np.array([[0, 0, 0], [0, 0, 2.0]]), 1.0, sides=64)
    assert bar.volume() == pytest.approx(2 * np.pi, rel=5e-3)


def test_unknown_names_are_refused_with_those_there_are():
    with pytest.raises(DfcError, match=r"no tool family 'sofa'; allowed: mug"):
        make_tool("sofa", 0)
    with pytest.raises(ValueError, match="it affords: pour-with"):
        make_tool("mug", 0).affordance("cut-with")
    with pytest.raises(ValueError, match="it has: rim, body, handle"):
        make_tool("mug", 0).part_index("blade")
    with pytest.raises(ValueError, match="symmetry 'twofold' is not one of"):
        Symmetry("twofold")
    with pytest.raises(ValueError, match="mirror plane 'xy' is not one of xz, yz"):
        Symmetry("mirror", plane="xy")


def test_a_folder_that_is_not_there_is_not_an_empty_one(tmp_path):
    assert tool_folders(tmp_path) == []
    (tmp_path / "file").touch()
    for wrong in ("none", "file"):
        with pytest.raises(DfcError, match=f"{wrong} is not a folder"):
            tool_folders(tmp_path / wrong)


def test_families_are_found_by_what_they_declare():
    assert "mug" in families_for("pour with")
    assert "mug" not in families_for("cut-with")
    for function in FUNCTIONS:
        assert len(families_for(function)) >= 6
        assert sum(family in HELD_OUT_FAMILIES for family in families_for(function)) >= 2
