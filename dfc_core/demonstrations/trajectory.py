"""The path of a demonstrated tool: poses over time, as a file and checked.

A row is the pose of a frame fixed to the tool - its tracked body, or the gripper that holds it, as TF gives them - in
the optical frame of the demonstration's camera, which stands still. Which frame of the tool it is does not matter: the
first pose is the tool as the picture shows it, and only the motion since then is carried over.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from dfc_core.errors import DfcError, bad_input
from dfc_core.files import write_text
from dfc_core.geometry import compose, invert

TRAJECTORY = "trajectory.csv"
HEADER = ("t", "x", "y", "z", "qx", "qy", "qz", "qw")
MOST_POSES = 100_000
LONGEST_S = 86400.0  # no use of a tool takes longer than a day: other units
REACH_M = 10.0  # farther from its start no tool is led by hand or arm: millimetres, or another frame


@dataclass(frozen=True)
class Trajectory:
    """T_camera_tool over time: `times_s` N rising, `positions` N x 3 (m), `quaternions_xyzw` N x 4 (made unit).

    `DfcError` (BAD_INPUT): fewer than 2 poses or more than `MOST_POSES`, a number that is not finite, times that do not
    rise, a quaternion that is not of unit length, a position more than `REACH_M` from the first.
    """

    times_s: NDArray
    positions: NDArray
    quaternions_xyzw: NDArray

    def __post_init__(self) -> None:
        times = _array(self.times_s, (), "times")
        positions = _array(self.positions, (3,), "positions")
        quaternions = _array(self.quaternions_xyzw, (4,), "quaternions")
        if not len(times) == len(positions) == len(quaternions):
            raise bad_input(
                f"a trajectory has {len(times)} times, {len(positions)} positions and {len(quaternions)} quaternions; "
                "it must have as many of each"
            )
        if not 2 <= len(times) <= MOST_POSES:
            raise bad_input(f"a trajectory has {len(times)} poses; allowed: 2 to {MOST_POSES}")
        _check_numbers(times, positions, quaternions)
        lengths = np.linalg.norm(quaternions, axis=1)
        object.__setattr__(self, "times_s", times)
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "quaternions_xyzw", quaternions / lengths[:, None])

    def __len__(self) -> int:
        return len(self.times_s)

    def displacements(self) -> NDArray:
        """N x 4 x 4, what moves points of the tool as pictured to where they are at each time, in the camera frame.

        The first is the identity.
        """
        from scipy.spatial.transform import Rotation

        rotations = Rotation.from_quat(self.quaternions_xyzw).as_matrix()
        poses = np.stack([compose(*pose) for pose in zip(rotations, self.positions, strict=True)])
        return poses @ invert(poses[0])


def load_trajectory(path: Path | str) -> Trajectory:
    """Read a CSV file with the header `t,x,y,z,qx,qy,qz,qw`, or a YAML list (.yaml, .yml) of `t`, `position`,
    `quaternion_xyzw`; `DfcError` (BAD_INPUT) naming the file and what is wrong in it."""
    path = Path(path)
    if not path.is_file():
        raise bad_input(f"{path} is not a file; a trajectory is a CSV file with {','.join(HEADER)}, or a YAML list")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise bad_input(f"{path} is not a readable text: {error}") from error
    try:
        rows = _yaml_rows(text) if path.suffix.lower() in (".yaml", ".yml") else _csv_rows(text)
        table = np.array(rows, dtype=np.float64).reshape(-1, len(HEADER))
        return Trajectory(table[:, 0], table[:, 1:4], table[:, 4:])
    except DfcError as error:
        raise DfcError(error.code, f"{path}: {error.message}") from error


def save_trajectory(trajectory: Trajectory, folder: Path | str) -> None:
    """Write `folder`/trajectory.csv; every number reads back as it was."""
    table = np.column_stack([trajectory.times_s, trajectory.positions, trajectory.quaternions_xyzw])
    lines = [",".join(HEADER), *(",".join(repr(float(value)) for value in row) for row in table)]
    write_text(Path(folder) / TRAJECTORY, "\n".join(lines) + "\n")


def _csv_rows(text: str) -> list[list[float]]:
    lines = list(csv.reader(io.StringIO(text), skipinitialspace=True))
    header = tuple(name.strip().lower() for name in lines[0]) if lines else ()
    if header != HEADER:
        raise bad_input(f"the first line is {','.join(header)[:80]!r}; it must be {','.join(HEADER)}")
    return [_row(line, f"line {number}") for number, line in enumerate(lines[1:], 2) if line]


def _yaml_rows(text: str) -> list[list[float]]:
    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise bad_input(f"it is not readable YAML: {(str(error).splitlines() or [''])[0]}") from error
    if not isinstance(values, list):
        raise bad_input("a trajectory in YAML is a list of poses with t, position and quaternion_xyzw")
    rows = []
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict) or set(value) != {"t", "position", "quaternion_xyzw"}:
            raise bad_input(f"pose {number} is {str(value)[:80]}; it must have exactly t, position and quaternion_xyzw")
        position, quaternion = value["position"], value["quaternion_xyzw"]
        if not isinstance(position, list) or not isinstance(quaternion, list):
            raise bad_input(f"pose {number}: position and quaternion_xyzw must be lists of 3 and of 4 numbers")
        rows.append(_row([value["t"], *position, *quaternion], f"pose {number}"))
    return rows


def _row(values: list[Any], where: str) -> list[float]:
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError, OverflowError):
        numbers = []
    if len(numbers) != len(HEADER):
        raise bad_input(f"{where} is {str(values)[:80]}; it must be the {len(HEADER)} numbers {','.join(HEADER)}")
    return numbers


def _array(values: Any, item: tuple[int, ...], what: str) -> NDArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise bad_input(f"the {what} of a trajectory are no numbers") from error
    if array.ndim != 1 + len(item) or array.shape[1:] != item:
        raise bad_input(
            f"the {what} of a trajectory are of shape {array.shape}; it must be N{''.join(f' x {n}' for n in item)}"
        )
    return array


def _check_numbers(times: NDArray, positions: NDArray, quaternions: NDArray) -> None:
    """Each sentence names the first wrong pose, counted from 1."""
    table = np.column_stack([times, positions, quaternions])
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(bad):
        raise bad_input(f"pose {bad[0] + 1} of the trajectory has a number that is not finite")
    late = np.flatnonzero(np.diff(times) <= 0)
    if len(late):
        first = late[0]
        raise bad_input(
            f"the times of the trajectory do not rise: {times[first]:g} s is followed by {times[first + 1]:g} s "
            f"(pose {first + 2})"
        )
    lengths = np.linalg.norm(quaternions, axis=1)
    odd = np.flatnonzero(np.abs(lengths - 1) > 0.05)
    if len(odd):
        raise bad_input(
            f"pose {odd[0] + 1} of the trajectory has a quaternion of length {lengths[odd[0]]:.3g}; "
            "it must be a unit quaternion (x, y, z, w)"
        )
    took = times[-1] - times[0]
    if took > LONGEST_S:
        raise bad_input(f"the trajectory takes {took:.4g} s; at most {LONGEST_S:g} are allowed: are its times seconds?")
    away = np.linalg.norm(positions - positions[0], axis=1)
    if away.max() > REACH_M:
        raise bad_input(
            f"pose {int(away.argmax()) + 1} of the trajectory is {away.max():.4g} m from its start; "
            f"at most {REACH_M:g} m are allowed (metres, camera's optical frame)"
        )
