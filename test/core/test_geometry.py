"""Known pixels, poses and turns."""

import numpy as np
import pytest

from dfc_core.geometry import (
    component_across,
    compose,
    invert,
    is_rigid,
    look_at,
    perpendicular_to,
    project,
    quaternion_xyzw,
    rms_radius,
    rotation_about,
    rotation_of,
    rotations_about,
    transform,
    turn_angles,
    unproject,
)

K = np.array([[500.0, 0, 320], [0, 400.0, 240], [0, 0, 1]])


def test_project_known_point() -> None:
    # x right, y down: 0.2 m right and 0.1 m down at 2 m is 50 px right and 20 px down of the principal point
    np.testing.assert_allclose(project(np.array([[0.2, 0.1, 2.0]]), K), [[370.0, 260.0]])


def test_points_at_or_behind_the_camera_have_no_pixel() -> None:
    assert np.isnan(project(np.array([[0.1, 0.1, 0.0], [0.1, 0.1, -1.0]]), K)).all()


def test_unproject_undoes_project() -> None:
    points = np.array([[0.2, -0.3, 1.5], [-0.7, 0.1, 0.4]])
    np.testing.assert_allclose(unproject(project(points, K), points[:, 2], K), points, atol=1e-12)


def test_unproject_of_principal_point_is_on_the_axis() -> None:
    np.testing.assert_allclose(unproject(np.array([[320, 240]]), np.array([0.7]), K), [[0, 0, 0.7]])


def test_quarter_turn_about_z_takes_x_to_y() -> None:
    np.testing.assert_allclose(rotation_about(np.array([0, 0, 2.0]), np.pi / 2) @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_invert_and_transform() -> None:
    T = compose(rotation_about(np.array([1.0, 2, 3]), 0.7), np.array([0.1, 0.2, 0.3]))
    np.testing.assert_allclose(invert(T) @ T, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(transform(T, np.zeros((1, 3))), [[0.1, 0.2, 0.3]])


def test_look_at_sees_the_target_ahead_and_up_upwards() -> None:
    T = look_at(np.array([1.0, 0, 1]), np.zeros(3), np.array([0.0, 0, 1]))
    assert is_rigid(T)
    np.testing.assert_allclose(transform(invert(T), np.zeros((1, 3))), [[0, 0, np.sqrt(2)]], atol=1e-12)
    assert transform(invert(T), np.array([[0, 0, 0.1]]))[0, 1] < 0  # up in the world is up in the picture: -y


@pytest.mark.parametrize("up", [(0.0, 0, 1), (1.0, 0, 0)])
def test_look_straight_down(up: tuple[float, ...]) -> None:
    T = look_at(np.array([0.0, 0, 1]), np.zeros(3), np.array(up))
    assert is_rigid(T)
    np.testing.assert_allclose(T[:3, 2], [0, 0, -1], atol=1e-12)


def test_quaternion_is_xyzw() -> None:
    half = np.sqrt(0.5)
    turn = quaternion_xyzw(rotation_about(np.array([0, 0, 1.0]), np.pi / 2))
    np.testing.assert_allclose(turn * np.sign(turn[3]), [0, 0, half, half], atol=1e-12)


def test_a_quaternion_of_any_length_gives_its_rotation_back() -> None:
    turns = rotations_about(np.array([1.0, -2, 0.5]), np.array([-2.0, 0.3, np.pi]))
    for turn in turns:
        np.testing.assert_allclose(rotation_of(3 * quaternion_xyzw(turn)), turn, atol=1e-12)


@pytest.mark.parametrize("broken", ["scaled", "mirrored", "nan", "shape", "last row"])
def test_is_rigid_refuses(broken: str) -> None:
    T = np.eye(4)
    if broken == "scaled":
        T[:3, :3] *= 1.1
    elif broken == "mirrored":
        T[0, 0] = -1
    elif broken == "nan":
        T[0, 3] = np.nan
    elif broken == "last row":
        T[3, 0] = 1
    else:
        T = np.eye(3)
    assert not is_rigid(T)


def test_turn_angles_are_those_between_rotations() -> None:
    angles, start = np.array([0.0, 0.4, np.pi]), rotation_about(np.array([1.0, -2, 0.5]), 1.1)
    turned = rotations_about(np.array([0.3, 0.1, -1]), angles) @ start
    np.testing.assert_allclose(turn_angles(turned, start), angles, atol=1e-7)


@pytest.mark.parametrize("direction", [(0.0, 0, 3), (-0.2, 0, 0), (1.0, -1, 1)])
def test_a_perpendicular_is_one_and_of_unit_length(direction: tuple[float, ...]) -> None:
    aside = perpendicular_to(np.array(direction))
    assert aside @ direction == pytest.approx(0, abs=1e-15)
    assert np.linalg.norm(aside) == pytest.approx(1)


def test_components_across_an_axis() -> None:
    axis = np.array([0.6, 0.8, 0.0])
    np.testing.assert_allclose(
        component_across(np.array([[0.6, 0.8, 5], [-0.8, 0.6, 1]]), axis), [[0, 0, 5], [-0.8, 0.6, 1]]
    )
    np.testing.assert_allclose(component_across(np.array([3.0, 4.0, 1.0]), axis), [0, 0, 1], atol=1e-15)


def test_rms_radius_of_a_square_is_half_its_diagonal() -> None:
    assert rms_radius(np.array([[0.0, 0, 5], [0, 6, 5], [8, 0, 5], [8, 6, 5]])) == pytest.approx(5)
