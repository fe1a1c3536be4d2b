"""A demonstrated path is read, checked, kept beside its picture, and refused in one sentence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shown_block import demonstration

from dfc_core.demonstrations import DemonstrationStore, Trajectory, check_on_tool, load_demonstration, load_trajectory
from dfc_core.errors import DfcError

HEADER = "t,x,y,z,qx,qy,qz,qw"
HALF = 0.5**0.5


def quarter_turn() -> Trajectory:
    """A tool at (0, 0, 0.5) that moves 0.1 along x, then turns a quarter about the camera's z."""
    return Trajectory(
        [0.0, 0.5, 1.25], [[0, 0, 0.5], [0.1, 0, 0.5], [0.1, 0, 0.5]], [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, HALF, HALF]]
    )


def test_displacements_start_with_none_and_turn_about_the_tracked_frame() -> None:
    moved = quarter_turn().displacements() @ np.array([0.02, 0.0, 0.5, 1.0])  # a point 2 cm from the tracked frame
    np.testing.assert_allclose(moved[:, :3], [[0.02, 0, 0.5], [0.12, 0, 0.5], [0.1, 0.02, 0.5]], atol=1e-12)


def test_which_frame_of_the_tool_was_tracked_does_not_matter() -> None:
    from scipy.spatial.transform import Rotation

    tracked, T_tool_gripper = quarter_turn(), np.eye(4)
    T_tool_gripper[:3, :3] = Rotation.from_rotvec([0.3, -1.0, 0.4]).as_matrix()
    T_tool_gripper[:3, 3] = [0.05, -0.2, 0.1]
    poses = tracked.displacements() @ _pose(tracked, 0) @ T_tool_gripper
    gripper = Trajectory(tracked.times_s, poses[:, :3, 3], Rotation.from_matrix(poses[:, :3, :3]).as_quat())
    np.testing.assert_allclose(gripper.displacements(), tracked.displacements(), atol=1e-12)


def _pose(trajectory: Trajectory, index: int) -> np.ndarray:
    T = np.eye(4)
    T[:3, 3] = trajectory.positions[index]  # quarter_turn starts unturned
    return T


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"times_s": [0.0, 0.5, 0.5]}, r"do not rise: 0.5 s is followed by 0.5 s \(pose 3\)"),
        ({"times_s": [0.0, 1.0, 0.5]}, "do not rise: 1 s is followed by 0.5 s"),
        ({"times_s": [0.0, float("nan"), 1.0]}, "pose 2 of the trajectory has a number that is not finite"),
        ({"positions": [[0, 0, 0.5], [0, np.inf, 0.5], [0, 0, 0]]}, "pose 2 .* not finite"),
        ({"positions": [[0, 0, 500.0], [100.0, 0, 500], [100, 0, 500]]}, "pose 2 of the trajectory is 100 m from"),
        ({"positions": [[0, 0], [0, 0], [0, 0]]}, r"shape \(3, 2\)"),
        ({"quaternions_xyzw": [[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 1]]}, "pose 2 .* quaternion of length 0;"),
        ({"quaternions_xyzw": [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 1]]}, "pose 3 .* quaternion of length 1.41;"),
        ({"times_s": [0.0, 0.5]}, "2 times, 3 positions and 3 quaternions"),
    ],
)
def test_wrong_paths_are_refused(changes: dict, said: str) -> None:
    with pytest.raises(DfcError, match=said) as caught:
        replace(quarter_turn(), **changes)
    assert caught.value.code == "BAD_INPUT"


def test_one_pose_is_no_path() -> None:
    with pytest.raises(DfcError, match="1 poses; allowed: 2 to 100000"):
        Trajectory([0.0], [[0, 0, 0.5]], [[0, 0, 0, 1]])


def test_csv_and_yaml_say_the_same(tmp_path: Path) -> None:
    rows = tmp_path / "path.csv"
    rows.write_text(f"\ufeff{HEADER}\r\n0,0,0,0.5,0,0,0,1\r\n\r\n 1.5, 0.1, 0, 0.5, 0, 0, 0.7071, 0.7071\r\n", "utf-8")
    listed = tmp_path / "path.yaml"
    listed.write_text(
        "- {t: 0, position: [0, 0, 0.5], quaternion_xyzw: [0, 0, 0, 1]}\n"
        "- {t: 1.5, position: [0.1, 0, 0.5], quaternion_xyzw: [0, 0, 0.7071, 0.7071]}\n"
    )
    first, second = load_trajectory(rows), load_trajectory(listed)
    for read in (first, second):
        assert read.times_s.tolist() == [0.0, 1.5]
        assert read.positions.tolist() == [[0, 0, 0.5], [0.1, 0, 0.5]]
        np.testing.assert_allclose(read.quaternions_xyzw[1], [0, 0, HALF, HALF], atol=1e-12)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "the first line is ''; it must be t,x,y,z"),
        ("a.csv", "x,y,z\n", "the first line is 'x,y,z'"),
        ("a.csv", f"{HEADER}\n0,0,0,0.5,0,0,0,1\n", "1 poses"),
        ("a.csv", f"{HEADER}\n0,0,0,0.5,0,0,0,1\n1,0,0,nought,0,0,0,1\n", "line 3 is .*nought"),
        ("a.csv", f"{HEADER}\n0,0,0,0.5,0,0,0,1\n1,0,0\n", "line 3 is .* the 8 numbers"),
        ("a.csv", f"{HEADER}\n0,0,0,0.5,0,0,0,1\n1,0,nan,0.5,0,0,0,1\n", "pose 2 .* not finite"),
        ("a.yaml", "- [", "is not readable YAML"),
        ("a.yaml", "t: 0", "is a list of poses"),
        ("a.yml", "- {t: 0, position: [0, 0, 0]}", "pose 1 is .* exactly t, position and quaternion_xyzw"),
        ("a.yml", "- {t: 0, position: 3, quaternion_xyzw: [0, 0, 0, 1]}", "pose 1: position and quaternion_xyzw must"),
        ("a.yml", "- {t: 0, position: [0, 0], quaternion_xyzw: [0, 0, 0, 1]}", "pose 1 is .* the 8 numbers"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DfcError, match=said) as caught:
        load_trajectory(tmp_path / name)
    assert str(tmp_path / name) in caught.value.message
    assert "\n" not in caught.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DfcError, match=r"none\.csv is not a file"):
        load_trajectory(tmp_path / "none.csv")


def test_the_store_keeps_it_beside_the_picture(tmp_path: Path) -> None:
    store = DemonstrationStore(tmp_path / "store")
    with_path, without = store.add(demonstration(trajectory=quarter_turn())), store.add(demonstration())
    read = store.get(with_path).trajectory
    assert read is not None
    for name in ("times_s", "positions", "quaternions_xyzw"):
        np.testing.assert_array_equal(getattr(read, name), getattr(quarter_turn(), name))
    assert (tmp_path / "store" / with_path / "trajectory.csv").read_text().splitlines()[:2] == [
        HEADER,
        "0.0,0.0,0.0,0.5,0.0,0.0,0.0,1.0",
    ]
    assert store.get(without).trajectory is None
    assert {one.id: one.has_trajectory for one in store.list()} == {with_path: True, without: False}
    (tmp_path / "store" / with_path / "trajectory.csv").write_text("t\n")
    with pytest.raises(DfcError, match=r"trajectory\.csv: the first line is 't'"):
        load_demonstration(tmp_path / "store" / with_path)


def test_a_path_starts_at_the_tool() -> None:
    check_on_tool(demonstration(grasp=None, trajectory=quarter_turn()))
    far = replace(quarter_turn(), positions=quarter_turn().positions + np.array([1.0, 0, 0]))
    with pytest.raises(DfcError, match=r"the trajectory's first position is \d\.\d\d m from the tool; at most 0\.5 m"):
        check_on_tool(demonstration(grasp=None, trajectory=far))
