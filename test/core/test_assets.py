"""Parametric tools: watertight, metric, labelled, aligned, and the same for the same seed."""

import numpy as np
import pytest
import trimesh

from dfc_core.assets.families import FAMILIES, families_for, functions_of, make_tool
from dfc_core.assets.solids import assemble, box, loft, tube
from dfc_core.assets.tool import Symmetry
from dfc_core.errors import DfcError
from dfc_core.functions import FUNCTIONS
from dfc_core.geometry import invert, is_rigid, transform



@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", [0, 1])
def test_tools_are_watertight_metric_and_labelled(family, seed):
    tool = make_tool(family, seed)
    mesh = trimesh.Trimesh(tool.vertices, tool.faces, process=False)
    assert mesh.is_watertight
    assert mesh.volume > 0
    assert 0.03 < tool.diameter < 1.8
    assert set(np.unique(tool.face_parts)) == set(range(len(tool.part_names)))
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


@pytest.mark.parametrize("family", FAMILIES)
def test_every_tool_of_a_family_affords_the_same(family):
    for seed in range(2, 6):
        assert tuple(a.function for a in make_tool(family, seed).affordances) == functions_of(family)


@pytest.mark.parametrize("family", ["mug", "glass", "bowl", "bottle", "pitcher", "saucepan"])
def test_pouring_rim_lies_around_the_frames_origin_and_on_top(family):
    tool = make_tool(family, 3)
    pour = tool.affordance("pour-with")
    on_part = tool.vertices[tool.faces_of(pour.parts)].reshape(-1, 3)
    aligned = transform(invert(pour.T_tool_function), on_part)
    assert aligned[:, 2].max() == pytest.approx(0, abs=1e-6)  # nothing above the opening
    assert abs(aligned[:, 1].mean()) < 0.1 * pour.scale


@pytest.mark.parametrize("family", families_for("cut-with"))
def test_edges_point_out_of_the_frame(family):
    tool = make_tool(family, 1)
    cut = tool.affordance("cut-with")
    if cut.alternatives:  # two edges, of which one looks the other way
        return
    aligned = transform(invert(cut.T_tool_function), tool.vertices) / cut.scale
    assert aligned[:, 2].max() < 0.3  # the edge is the outermost thing along z
    part = transform(invert(cut.T_tool_function), tool.vertices[tool.faces_of(cut.parts)[:, 0]])
    hold = transform(invert(cut.T_tool_function), tool.vertices[tool.faces_of(cut.hold)[:, 0]])
    assert hold.mean(0)[2] < part.mean(0)[2] + 1e-9


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
