"""The transfer node's parameters: descriptions, ranges and checks. The defaults are those of config/transfer.yaml."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

from dfc_core.errors import bad_input
from dfc_ros.conversions import rigid
from dfc_ros.picture_subscription import AUTOMATIC, QOS_WORDS

DESCRIPTIONS = {
    "model": "name or folder of the model",
    "look_again": "average features over four looks at each tool: matches are mostly better, and take longer",
    "store": "folder of stored demonstrations; empty = $DFC_STORE, else ~/.local/share/dfc/demonstrations",
    "demonstrations": "how many stored demonstrations most like the tool are asked when a request names none",
    "autostart": "load the model at start instead of on the first request",
    "qos": "quality of service of the subscribers",
    "slop": "s; how far apart the stamps of a colour picture and its depth or mask may lie",
    "queue_size": "newest messages kept of each topic to pair from",
    "max_age": "s; pictures that arrived longer ago are not used; 0 = any age",
    "grasp_to_link": "fixed transform from the contact pose to your link: x, y, z in m, quaternion x, y, z, w",
    "reach_direction": "the way the hand comes, x, y, z in the camera's optical frame; zero = as demonstrated",
    "turn_by_side": "where matches do not tell the turn, take it from the tools' sides and frames; false = refuse",
    "grasp_any_side": "where the part cannot be held as demonstrated, hold it from any side; false = no grasp then",
    "gripper_maximum_opening": "m; how far the gripper opens",
    "gripper_minimum_opening": "m; how far it closes",
    "gripper_finger_length": "m; from the palm to the finger tips",
    "gripper_finger_depth": "m; how far the tips are put beyond the place where they touch, where there is room",
    "gripper_finger_width": "m; of a finger, square to closing and approach",
    "gripper_finger_thickness": "m; of a finger, along closing",
    "gripper_palm_width": "m; of the palm, square to closing and approach",
    "gripper_palm_depth": "m; of the palm, along the approach",
    "gripper_clearance": "m; kept free on both sides of what is held, and above the support plane",
    "gripper_friction": "Coulomb's coefficient between fingers and tool",
    "minimum_affordance": "least probability that the tool affords the function; 0 = never refuse, -1 = the model's",
    "minimum_visibility": "least probability that its part is in sight; 0 = never refuse, -1 = the model's own",
    "minimum_confidence": "least confidence of an answer; 0 = never refuse",
    "minimum_turn_confidence": "least confidence that the tool is turned rightly; 0 = never refuse",
}
FLOAT_RANGES = {
    "slop": (0.0, 1.0),
    "max_age": (0.0, 3600.0),
    "gripper_maximum_opening": (0.001, 1.0),
    "gripper_minimum_opening": (0.0, 1.0),
    "gripper_finger_length": (0.001, 1.0),
    "gripper_finger_depth": (0.001, 1.0),
    "gripper_finger_width": (0.001, 1.0),
    "gripper_finger_thickness": (0.001, 1.0),
    "gripper_palm_width": (0.001, 1.0),
    "gripper_palm_depth": (0.001, 1.0),
    "gripper_clearance": (0.0, 0.1),
    "gripper_friction": (0.01, 2.0),
    "minimum_affordance": (-1.0, 1.0),
    "minimum_visibility": (-1.0, 1.0),
    "minimum_confidence": (0.0, 1.0),
    "minimum_turn_confidence": (0.0, 1.0),
}
INTEGER_RANGES = {"demonstrations": (1, 20), "queue_size": (1, 30)}
CONSTRAINTS = {
    "qos": f"one of {', '.join((AUTOMATIC, *QOS_WORDS))}",
    "grasp_to_link": "seven numbers, the last four of length 1",
    "reach_direction": "three numbers, all zero or a direction",
}


@dataclass(frozen=True)
class Settings:
    """The checked values of one start of the node, units as in config/transfer.yaml."""

    model: str
    look_again: bool
    store: str
    demonstrations: int
    autostart: bool
    qos: str
    slop: float
    queue_size: int
    max_age: float
    grasp_to_link: tuple[float, ...]
    reach_direction: tuple[float, ...]
    turn_by_side: bool
    grasp_any_side: bool
    gripper_maximum_opening: float
    gripper_minimum_opening: float
    gripper_finger_length: float
    gripper_finger_depth: float
    gripper_finger_width: float
    gripper_finger_thickness: float
    gripper_palm_width: float
    gripper_palm_depth: float
    gripper_clearance: float
    gripper_friction: float
    minimum_affordance: float
    minimum_visibility: float
    minimum_confidence: float
    minimum_turn_confidence: float

    def __post_init__(self) -> None:
        if self.qos not in (AUTOMATIC, *QOS_WORDS):
            raise bad_input(f"parameter qos is '{self.qos}'; it must be {CONSTRAINTS['qos']}")
        link = np.asarray(self.grasp_to_link, dtype=np.float64)
        if link.shape != (7,) or not np.isfinite(link).all() or abs(np.linalg.norm(link[3:]) - 1) > 1e-3:
            raise bad_input(f"parameter grasp_to_link is {link.tolist()}; it must be {CONSTRAINTS['grasp_to_link']}")
        for name in ("minimum_affordance", "minimum_visibility"):
            value = getattr(self, name)
            if value < 0 and value != -1:
                raise bad_input(f"parameter {name} is {value:g}; it must be a probability, or -1 for the model's own")
        reach = np.asarray(self.reach_direction, dtype=np.float64)
        if reach.shape != (3,) or not np.isfinite(reach).all() or 0 < np.linalg.norm(reach) <= 1e-6:
            must = CONSTRAINTS["reach_direction"]
            raise bad_input(f"parameter reach_direction is {reach.tolist()}; it must be {must}")

    @property
    def T_grasp_link(self) -> NDArray:
        """4 x 4: maps points of the user's link into the contact's frame."""
        return rigid(self.grasp_to_link[:3], self.grasp_to_link[3:])

    @property
    def reach(self) -> tuple[float, float, float] | None:
        """`reach_direction`, or None where it is zero."""
        x, y, z = self.reach_direction
        return (x, y, z) if any(self.reach_direction) else None

    @property
    def gripper(self) -> dict[str, float]:
        """The fields of `dfc_core.transfer.Gripper`, which checks how they fit together: lengths there end in _m."""
        given = {
            field.name.removeprefix("gripper_"): getattr(self, field.name)
            for field in fields(self)
            if field.name.startswith("gripper_")
        }
        return {name if name == "friction" else f"{name}_m": value for name, value in given.items()}

    @property
    def trust(self) -> dict[str, float | None]:
        """The fields of `dfc_core.transfer.TrustConfig`; what is below 0 here is None there, the model's own."""
        names = [field.name for field in fields(self) if field.name.startswith("minimum_")]
        return {name: None if getattr(self, name) < 0 else getattr(self, name) for name in names}


def default_file() -> Path:
    """config/transfer.yaml of the built package, or of the source folder when it is not built."""
    try:
        from ament_index_python.packages import get_package_share_directory

        return Path(get_package_share_directory("dfc_ros")) / "config" / "transfer.yaml"
    except (ImportError, LookupError):
        return Path(__file__).resolve().parents[1] / "config" / "transfer.yaml"


def read_defaults() -> dict[str, Any]:
    """name -> value of config/transfer.yaml."""
    return dict(yaml.safe_load(default_file().read_text())["/**"]["ros__parameters"])


def declare_settings(node: Node) -> Settings:
    """Declare every parameter on `node` and check what was given. `DfcError` (BAD_INPUT) names a wrong one."""
    defaults = read_defaults()
    values: dict[str, Any] = {}
    for name in (field.name for field in fields(Settings)):
        try:
            value = node.declare_parameter(name, defaults[name], describe(name)).value
        except ParameterException as error:
            raise bad_input(f"parameter {name} ({DESCRIPTIONS[name]}) is refused: {error}") from error
        if value is None:  # what rcl makes of an empty list
            raise bad_input(f"parameter {name} ({DESCRIPTIONS[name]}) is empty")
        values[name] = tuple(value) if name in ("grasp_to_link", "reach_direction") else value
    return Settings(**values)


def describe(name: str) -> ParameterDescriptor:
    """Description, range and constraint of one parameter; all are read once, at start."""
    descriptor = ParameterDescriptor(name=name, description=DESCRIPTIONS[name], read_only=True)
    descriptor.additional_constraints = CONSTRAINTS.get(name, "")
    if name in FLOAT_RANGES:
        low, high = FLOAT_RANGES[name]
        descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high, step=0.0)]
    if name in INTEGER_RANGES:
        first, last = INTEGER_RANGES[name]
        descriptor.integer_range = [IntegerRange(from_value=first, to_value=last, step=1)]
    return descriptor
