"""A parallel gripper in numbers: what grasps have to fit."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from dfc_core.errors import bad_input


@dataclass(frozen=True)
class Gripper:
    """Two fingers that close along x of the grasp frame, and a palm behind them; metres.

    In the grasp frame (origin midway between the finger tips, z = approach) a finger is a box: `finger_thickness_m`
    along x outside of the opening, `finger_width_m` along y, from z = 0 back to -`finger_length_m`, where the palm
    begins: a box `palm_width_m` along y and `palm_depth_m` back along z, as long along x as both fingers wide open.
    `finger_depth_m` is how far the tips are put beyond the place where they touch, where there is room. The opening
    goes from `minimum_opening_m` to `maximum_opening_m`; `clearance_m` is kept on both sides of what is held, and from
    the support plane; `friction` is Coulomb's coefficient. `DfcError` (BAD_INPUT) for a value that is no length, or an
    empty range of openings.
    """

    maximum_opening_m: float = 0.085
    minimum_opening_m: float = 0.0
    finger_length_m: float = 0.05
    finger_depth_m: float = 0.01
    finger_width_m: float = 0.02
    finger_thickness_m: float = 0.012
    palm_width_m: float = 0.06
    palm_depth_m: float = 0.06
    clearance_m: float = 0.003
    friction: float = 0.5

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            # not math.isfinite, which raises for an integer beyond every float
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
                raise bad_input(f"gripper {field.name} is {value!r}; it must be a number")
            zero = field.name in ("minimum_opening_m", "clearance_m")
            if value < 0 or (value == 0 and not zero):
                raise bad_input(f"gripper {field.name} is {value:g}; it must be {'at least' if zero else 'above'} 0")
            if field.name.endswith("_m") and value > 1:
                raise bad_input(f"gripper {field.name} is {value:g}; it is in metres, at most 1")
        if self.minimum_opening_m >= self.maximum_opening_m:
            raise bad_input(
                f"gripper minimum_opening_m is {self.minimum_opening_m:g}; it must be below maximum_opening_m, "
                f"{self.maximum_opening_m:g}"
            )
        if self.finger_depth_m > self.finger_length_m:
            raise bad_input(
                f"gripper finger_depth_m is {self.finger_depth_m:g}; a finger is {self.finger_length_m:g} m long"
            )

    @property
    def cone_cosine(self) -> float:
        """Cosine of the friction cone's half angle."""
        return 1 / math.sqrt(1 + self.friction**2)

    def boxes(self, openings: NDArray) -> tuple[NDArray, NDArray]:
        """Low and high corners (both G x 3 x 3: grasp, body, xyz) of left finger, right finger, palm at `openings`."""
        half = np.asarray(openings, np.float64) / 2
        low, high = np.empty((len(half), 3, 3)), np.empty((len(half), 3, 3))
        low[:, 0, 0], high[:, 0, 0] = -half - self.finger_thickness_m, -half
        low[:, 1, 0], high[:, 1, 0] = half, half + self.finger_thickness_m
        low[:, :2, 1], high[:, :2, 1] = -self.finger_width_m / 2, self.finger_width_m / 2
        low[:, :2, 2], high[:, :2, 2] = -self.finger_length_m, 0.0
        high[:, 2, 0] = self.maximum_opening_m / 2 + self.finger_thickness_m
        high[:, 2, 1] = self.palm_width_m / 2
        low[:, 2, :2] = -high[:, 2, :2]
        low[:, 2, 2], high[:, 2, 2] = -self.finger_length_m - self.palm_depth_m, -self.finger_length_m
        return low, high


def read_gripper(path: Path | str) -> Gripper:
    """The gripper of a YAML file with any of `Gripper`'s fields; `DfcError` (BAD_INPUT) names what is wrong in it."""
    try:
        values: Any = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise bad_input(f"{path} is not a readable gripper file: {' '.join(str(error).split())}") from error
    known = [field.name for field in fields(Gripper)]
    if not isinstance(values, dict) or not set(values) <= set(known):
        wrong = sorted(str(key) for key in set(values) - set(known)) if isinstance(values, dict) else values
        raise bad_input(f"{path} holds {wrong}; a gripper has {', '.join(known)}")
    return Gripper(**values)
