"""Aligned coordinates and the free turn of symmetric parts."""

import numpy as np
import pytest

from dfc_core.assets.families import make_tool
from dfc_core.assets.part_frames import PartFrame, aligned_coordinates, part_frames
from dfc_core.assets.tool import Symmetry
from dfc_core.geometry import compose
from dfc_core.label import align_symmetric, camera_side


def test_aligned_coordinates_are_in_units_of_the_part():
    part = PartFrame("pour-with", "function", 0, (compose(np.eye(3), [0, 0, 0.1]),), 0.05, Symmetry("axis"))
    np.testing.assert_allclose(
        aligned_coordinates(np.array([[0.05, 0, 0.1], [0, 0.1, 0.05]]), part), [[1, 0, 0], [0, 2, -1]]
    )


def test_the_nearest_of_several_frames_counts():
    left = compose(np.diag([1.0, -1, -1]), [0, 0, -1.0])
    part = PartFrame("pound-with", "function", 0, (compose(np.eye(3), [0, 0, 1.0]), left), 1.0, Symmetry())
    np.testing.assert_allclose(
        aligned_coordinates(np.array([[0, 0.2, 1.1], [0, 0.2, -1.1]]), part), [[0, 0.2, 0.1], [0, -0.2, 0.1]]
    )


def test_camera_side():
    part = PartFrame("pour-with", "function", 0, (np.eye(4),), 1.0, Symmetry())
    assert camera_side(np.array([0, -2.0, 1.0]), part) == (pytest.approx(-np.pi / 2), False)


@pytest.mark.parametrize(
    ("symmetry", "expected"),
    [
        (Symmetry("axis"), [0, 1, 0]),  # turned by the full 90 degrees between the cameras
        (Symmetry("n-fold", 2), [1, 0, 0]),  # 90 degrees is no allowed turn (numpy rounds half to even)
        (Symmetry("n-fold", 4), [0, 1, 0]),
        (Symmetry("none"), [1, 0, 0]),
    ],
)
def test_symmetric_parts_turn_to_the_camera(symmetry, expected):
    turned = align_symmetric(np.array([[1.0, 0, 0]]), (np.pi / 2, True), Symmetry(), (0.0, True), symmetry)
    np.testing.assert_allclose(turned, [expected], atol=1e-12)


def test_mirror_symmetry_reflects_when_the_cameras_stand_on_two_sides():
    point, mirror = np.array([[1.0, 2, 3]]), Symmetry("mirror")
    np.testing.assert_allclose(align_symmetric(point, (0.1, True), mirror, (-0.1, False), mirror), [[1, -2, 3]])
    np.testing.assert_allclose(align_symmetric(point, (0.1, True), mirror, (0.2, True), mirror), point)


def test_every_affordance_has_a_function_and_a_grasp_part():
    frames = part_frames(make_tool("axe", 0))
    assert [(f.function, f.role) for f in frames] == [
        ("cut-with", "function"), ("cut-with", "grasp"), ("pound-with", "function"), ("pound-with", "grasp"),
    ]  # fmt: skip
    hold = frames[1]
    tool = make_tool("axe", 0)
    centre = tool.vertices[tool.faces[hold.shown(tool.face_parts)]].mean((0, 1))
    assert np.linalg.norm(hold.frames[0][:3, 3] - centre) < 0.3 * hold.scale
