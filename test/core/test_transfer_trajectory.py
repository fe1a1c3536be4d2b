"""A demonstrated path comes back for the new tool by the motion that is known to lie between the two."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from box_scene import CAMERA_DEMO, CAMERA_TARGET, ColourModel, box_picture
from box_scene import demonstration as box_demonstration
from scipy.spatial.transform import Rotation

from dfc_core.demonstrations import Trajectory
from dfc_core.geometry import compose, invert, rotation_about, transform
from dfc_core.transfer import GraspPose, PathConfig, ToolMatcher, carry_path
from dfc_core.transfer.trajectory import pose_numbers

CENTRE = np.array([0.02, -0.05, 0.6])
X, Y, Z = np.eye(3)
UP = -Y  # of an upright camera: the optical y axis points down


def lifted_then_tilted() -> Trajectory:
    """10 cm up, 20 cm to the right, then tilted by 90 degrees about the line of sight; tracked at the part's centre."""
    positions = CENTRE + np.array([[0, 0, 0], [0, -0.1, 0], [0.2, -0.1, 0], [0.2, -0.1, 0]])
    turns = Rotation.from_rotvec([[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, np.pi / 2]])
    return Trajectory([0.0, 1.0, 2.0, 3.0], positions, turns.as_quat())


def demonstrated_poses() -> np.ndarray:
    return lifted_then_tilted().displacements() @ compose(np.eye(3), CENTRE)


def test_the_same_picture_gives_the_same_path() -> None:
    path = carry_path(lifted_then_tilted(), np.eye(4), CENTRE, UP, UP)
    np.testing.assert_allclose(path.poses, demonstrated_poses(), atol=1e-12)
    np.testing.assert_allclose(path.poses[:, :3, 3], lifted_then_tilted().positions, atol=1e-12)
    np.testing.assert_allclose(path.displacements, lifted_then_tilted().displacements(), atol=1e-12)
    assert path.times_s.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert (path.keeps, path.tilt) == ("up", 0.0)


@pytest.mark.parametrize("seen", [True, False])
def test_a_tool_moved_and_turned_on_its_table_takes_the_path_along(seen: bool) -> None:
    T = compose(rotation_about(UP, 1.0), np.array([0.3, 0.0, -0.1]))
    path = carry_path(lifted_then_tilted(), T, CENTRE, *((UP, UP) if seen else (None, None)))
    np.testing.assert_allclose(path.poses, T @ demonstrated_poses(), atol=1e-12)
    np.testing.assert_allclose(path.displacements[0], np.eye(4), atol=1e-12)
    np.testing.assert_allclose(path.displacements @ T, T @ lifted_then_tilted().displacements(), atol=1e-12)
    assert path.keeps == ("up" if seen else "start")
    assert math.isnan(path.tilt) != seen


def test_another_camera_sees_the_same_path_of_the_same_tool() -> None:
    T_other_camera = compose(Rotation.from_rotvec([0.4, 0.7, -0.5]).as_matrix(), np.array([0.1, 0.2, 0.3]))
    path = carry_path(lifted_then_tilted(), T_other_camera, CENTRE, UP, T_other_camera[:3, :3] @ UP)
    np.testing.assert_allclose(path.poses, T_other_camera @ demonstrated_poses(), atol=1e-12)
    assert path.tilt == pytest.approx(0.0, abs=1e-7)


def test_a_small_tilt_is_the_alignments_error_and_heights_stay() -> None:
    T = compose(rotation_about(X, np.radians(10)), np.zeros(3))
    path = carry_path(lifted_then_tilted(), T, CENTRE, UP, UP)
    start = transform(T, CENTRE[None])[0]
    assert path.tilt == pytest.approx(np.radians(10))
    np.testing.assert_allclose(path.displacements, _about(start, lifted_then_tilted(), CENTRE), atol=1e-12)
    np.testing.assert_allclose(path.poses[:, :3, 3], start + lifted_then_tilted().positions - CENTRE, atol=1e-12)
    tilted = carry_path(lifted_then_tilted(), T, CENTRE)
    assert (tilted.poses[1, :3, 3] - start) @ UP == pytest.approx(0.1 * np.cos(np.radians(10)))


def _about(centre_target: np.ndarray, trajectory: Trajectory, centre_demo: np.ndarray) -> np.ndarray:
    shift = compose(np.eye(3), centre_target - centre_demo)
    return shift @ trajectory.displacements() @ invert(shift)


def test_a_tool_that_lies_is_first_turned_upright() -> None:
    T = compose(rotation_about(Z, np.radians(80)), np.array([0.1, 0.05, 0.0]))
    path = carry_path(lifted_then_tilted(), T, CENTRE, UP, UP)
    start = transform(T, CENTRE[None])[0]
    np.testing.assert_allclose(path.poses[:, :3, 3] - start, lifted_then_tilted().positions - CENTRE, atol=1e-12)
    np.testing.assert_allclose(path.poses[:, :3, :3], demonstrated_poses()[:, :3, :3], atol=1e-12)
    np.testing.assert_allclose(transform(path.displacements[0], start[None])[0], start, atol=1e-12)
    np.testing.assert_allclose(path.displacements[0, :3, :3] @ T[:3, :3] @ UP, UP, atol=1e-12)
    assert path.tilt == pytest.approx(np.radians(80))
    lenient = carry_path(lifted_then_tilted(), T, CENTRE, UP, UP, PathConfig(level_within=np.radians(90)))
    np.testing.assert_allclose(lenient.displacements[0], np.eye(4), atol=1e-12)


def test_upside_down_is_turned_back_too() -> None:
    path = carry_path(lifted_then_tilted(), compose(rotation_about(Z, np.pi), np.zeros(3)), CENTRE, UP, UP)
    assert path.tilt == pytest.approx(np.pi)
    np.testing.assert_allclose(path.displacements[0, :3, :3] @ -UP, UP, atol=1e-7)
    assert (path.poses[1, :3, 3] - path.poses[0, :3, 3]) @ UP == pytest.approx(0.1)


def test_a_gripper_goes_with_the_tool_it_holds() -> None:
    path = carry_path(lifted_then_tilted(), np.eye(4), CENTRE)
    held = CENTRE + np.array([0.0, 0.08, 0.0])  # 8 cm below the part
    gripper = path.grippers(GraspPose(tuple(held), (0.0, 0.0, 0.0, 1.0), 0.05, 1.0))
    np.testing.assert_allclose(gripper[:3, :3, 3] - held, [[0, 0, 0], [0, -0.1, 0], [0.2, -0.1, 0]], atol=1e-12)
    # a quarter turn from x to y about the part takes what is 8 cm along +y to 8 cm along -x
    np.testing.assert_allclose(gripper[3, :3, 3], CENTRE + np.array([0.2 - 0.08, -0.1, 0]), atol=1e-12)


def test_numbers_of_a_full_turn_do_not_jump() -> None:
    turns = [compose(rotation_about(Z, angle), np.zeros(3)) for angle in np.linspace(0, 2 * np.pi, 9)]
    numbers = pose_numbers(np.stack(turns))
    np.testing.assert_allclose(numbers[0, 3:], [0, 0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(numbers[-1, 3:], [0, 0, 0, -1], atol=1e-9)
    assert np.linalg.norm(np.diff(numbers[:, 3:], axis=0), axis=1).max() < 0.4


def test_a_match_carries_the_path_to_where_the_tool_truly_is() -> None:
    shown = replace(box_demonstration(), trajectory=replace(lifted_then_tilted(), positions=_on_the_box()))
    target = box_picture(CAMERA_TARGET)
    result = ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=shown)
    T_true = invert(CAMERA_TARGET) @ CAMERA_DEMO
    assert result.path is not None
    start = compose(np.eye(3), result.centre_demo)
    true = T_true @ shown.trajectory.displacements() @ start
    assert np.linalg.norm(result.path.poses[:, :3, 3] - true[:, :3, 3], axis=1).max() < 0.006
    turned = np.einsum("nij,nij->n", result.path.poses[:, :3, :3], true[:, :3, :3])  # trace of the difference
    assert np.degrees(np.arccos(np.clip((turned - 1) / 2, -1, 1))).max() < 2.0
    written = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert [pose["t"] for pose in written["trajectory"]] == [0.0, 1.0, 2.0, 3.0]
    assert set(written["trajectory"][0]) == {"t", "position", "quaternion_xyzw", "displacement", "grippers"}
    np.testing.assert_allclose(
        written["trajectory"][0]["grippers"][0]["position"], result.grasps[0].position, atol=1e-9
    )
    np.testing.assert_allclose(written["trajectory"][0]["displacement"]["position"], [0, 0, 0], atol=1e-9)
    assert ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=box_demonstration()).path is None


def _on_the_box() -> np.ndarray:
    moved = lifted_then_tilted().positions - CENTRE
    return moved + transform(invert(CAMERA_DEMO), np.zeros((1, 3)))
