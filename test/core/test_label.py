"""Aligned coordinates and the free turn of symmetric parts."""

import numpy as np
import pytest

from dfc_core.assets.families import make_tool
from dfc_core.assets.part_frames import PartFrame, aligned_coordinates, part_frames
from dfc_core.assets.tool import Symmetry
from dfc_core.geometry import compose
from dfc_core.label import align_symmetric, symmetric_motion


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


EYE_AHEAD, EYE_LEFT, EYE_BEHIND = np.array([3.0, 0, 1]), np.array([0, 3.0, 1]), np.array([-3.0, 0, 1])
MIRROR, MIRROR_X = Symmetry("mirror"), Symmetry("mirror", plane="yz")


@pytest.mark.parametrize(
    ("symmetry", "expected"),
    [
        (Symmetry("axis"), [0, 1, 0]),  # turned by the full 90 degrees between the cameras
        (Symmetry("n-fold", 2), [1, 0, 0]),  # half a turn brings the cameras no nearer
        (Symmetry("n-fold", 4), [0, 1, 0]),
        (MIRROR, [1, 0, 0]),
        (Symmetry("none"), [1, 0, 0]),
    ],
)
def test_symmetric_parts_turn_to_the_camera(symmetry, expected):
    point = np.array([[1.0, 0, 0]])
    for of_a, of_b in ((Symmetry(), symmetry), (symmetry, Symmetry()), (symmetry, symmetry)):
        np.testing.assert_allclose(align_symmetric(point, EYE_LEFT, of_a, EYE_AHEAD, of_b), [expected], atol=1e-12)


@pytest.mark.parametrize(("mirror", "reflected"), [(MIRROR, [1, -2, 3]), (MIRROR_X, [-1, 2, 3])])
def test_mirror_symmetry_reflects_when_the_cameras_stand_on_two_sides(mirror, reflected):
    point, here = np.array([[1.0, 2, 3]]), np.array([1.0, 1, 1])
    there = here * np.sign(reflected)
    np.testing.assert_allclose(align_symmetric(point, here, mirror, there, mirror), [reflected])
    np.testing.assert_allclose(align_symmetric(point, here, mirror, here * 2, mirror), point)


def test_tools_of_two_symmetries_move_by_either_or_both():
    point, here = np.array([[1.0, 2, 3]]), np.array([1.0, 2, 1])
    for of_a, of_b in ((MIRROR, MIRROR_X), (MIRROR_X, MIRROR)):
        for sign in ([1, 1, 1], [-1, 1, 1], [1, -1, 1], [-1, -1, 1]):
            np.testing.assert_allclose(align_symmetric(point, here, of_a, here * sign, of_b), point * sign)
    half, third = Symmetry("n-fold", 2), Symmetry("n-fold", 3)
    sixth = symmetric_motion(np.array([np.cos(np.pi / 3), np.sin(np.pi / 3), 0]), half, np.array([1.0, 0, 0]), third)
    np.testing.assert_allclose(sixth @ [1, 0, 0], [0.5, np.sqrt(0.75), 0], atol=1e-12)


def test_an_axis_leaves_nothing_to_mirror():
    point = np.array([[1.0, 2, 3]])
    turned = align_symmetric(point, EYE_AHEAD, Symmetry("axis"), EYE_BEHIND, MIRROR_X)
    np.testing.assert_allclose(turned, [[-1, -2, 3]], atol=1e-12)


def test_a_rigid_motion_never_reflects_but_takes_both_mirrors_as_half_a_turn():
    here, there = np.array([1.0, 2, 1]), np.array([1.0, -2, 1])
    np.testing.assert_array_equal(symmetric_motion(here, MIRROR, there, MIRROR, rigid=True), np.eye(3))
    across = symmetric_motion(here, MIRROR, -here, MIRROR_X, rigid=True)
    np.testing.assert_array_equal(across, np.diag([-1, -1, 1]))


def test_every_affordance_has_a_function_and_a_grasp_part():
    frames = part_frames(make_tool("axe", 0))
    assert [(f.function, f.role) for f in frames] == [
        ("cut-with", "function"), ("cut-with", "grasp"), ("pound-with", "function"), ("pound-with", "grasp"),
        ("wedge-with", "function"), ("wedge-with", "grasp"),
    ]  # fmt: skip
    hold = frames[1]
    tool = make_tool("axe", 0)
    centre = tool.vertices[tool.faces[hold.shown(tool.face_parts)]].mean((0, 1))
    assert np.linalg.norm(hold.frames[0][:3, 3] - centre) < 0.3 * hold.scale
