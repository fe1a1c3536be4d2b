"""What a demonstration is: one picture of a tool, what it is for, where it acts, and how it is held."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.demonstrations.trajectory import Trajectory
from dfc_core.errors import DfcError, bad_input
from dfc_core.frames import Frame
from dfc_core.frames.doubts import refuse_blank
from dfc_core.functions import ROLES, canonical_function
from dfc_core.geometry import unproject

SCHEMA = 1


def now() -> str:
    """The time as demonstrations carry it: ISO 8601, UTC, microseconds, so that text order is time order."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Contact:
    """A place on the tool: `pixel` (x, y), and whether it serves the "function" or is where a hand "grasp"s."""

    pixel: tuple[float, float]
    role: str = "function"

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixel", _floats(self.pixel, 2, "a contact's pixel"))
        if self.role not in ROLES:
            raise bad_input(f"a contact's role is {self.role!r}; allowed: {', '.join(ROLES)}")


@dataclass(frozen=True)
class Grasp:
    """A gripper pose in the demonstration camera's optical frame.

    `position` (m) is midway between the finger tips where they touch; `quaternion_xyzw` (made unit) turns the grasp's
    axes - x closing, z approach - into the camera's; `width` (m) is the opening before closing, 0..1.
    """

    position: NDArray
    quaternion_xyzw: NDArray
    width: float

    def __post_init__(self) -> None:
        position = np.array(_floats(self.position, 3, "a grasp's position"))
        quaternion = np.array(_floats(self.quaternion_xyzw, 4, "a grasp's quaternion_xyzw"))
        (width,) = _floats([self.width], 1, "a grasp's width")
        length = float(np.linalg.norm(quaternion))
        if abs(length - 1) > 0.05:
            raise bad_input(f"a grasp's quaternion_xyzw has length {length:.3g}; it must be a unit quaternion")
        if not 0 <= width <= 1:
            raise bad_input(f"a grasp's width is {width:g}; allowed: 0 to 1 (metres)")
        object.__setattr__(self, "position", position)
        object.__setattr__(self, "quaternion_xyzw", quaternion / length)
        object.__setattr__(self, "width", width)


@dataclass(frozen=True)
class Demonstration:
    """One tool used once. `id` is its name in the store ("" = not named yet), `frame` has the tool's mask.

    `DfcError`: EMPTY_MASK without a mask, UNKNOWN_FUNCTION for a malformed function name, BAD_INPUT for a contact
    outside the picture or another schema.
    """

    id: str
    function: str
    tool: str
    frame: Frame
    contacts: tuple[Contact, ...] = ()
    grasp: Grasp | None = None
    created: str = field(default_factory=now)
    schema: int = SCHEMA
    trajectory: Trajectory | None = None  # the path of the tool from the picture on

    def __post_init__(self) -> None:
        object.__setattr__(self, "function", canonical_function(self.function))
        object.__setattr__(self, "contacts", tuple(self.contacts))
        if self.schema != SCHEMA:
            raise bad_input(f"demonstration schema {self.schema!r} is not known; this version reads schema {SCHEMA}")
        if self.frame.mask is None or not self.frame.mask.any():
            raise DfcError(
                "EMPTY_MASK", f"demonstration {self.id or self.frame.name} has no tool mask, or an empty one"
            )
        if any(ord(character) < 32 for character in self.tool):
            raise bad_input(f"a demonstration's tool is {self.tool!r}; a name has no line breaks or tabs")
        width, height = self.frame.size
        for contact in self.contacts:
            x, y = contact.pixel
            if not (-0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5):
                raise bad_input(f"contact {x:g},{y:g} is outside the {width}x{height} picture")


def check_on_tool(
    demonstration: Demonstration, within_px: float = 5.0, within_m: float = 0.1, start_within_m: float = 0.5
) -> None:
    """Raise `DfcError` (BAD_INPUT) when a contact, the grasp or the start of the path is not at the tool.

    BAD_IMAGE when the picture shows nothing.
    A contact may lie `within_px` of its mask, a grasp `within_m` of its nearest depth reading, if any, and the path's
    first pose, which may be that of a wrist, `start_within_m` of it.
    """
    refuse_blank(demonstration.frame)
    _check_contacts(demonstration, within_px)
    if demonstration.grasp is not None:
        _check_near(demonstration.frame, demonstration.grasp.position, within_m, "the grasp's position")
    if demonstration.trajectory is not None:
        start = demonstration.trajectory.positions[0]
        _check_near(demonstration.frame, start, start_within_m, "the trajectory's first position")


def _check_near(frame: Frame, position: NDArray, within_m: float, what: str) -> None:
    if frame.depth_m is None or frame.K is None or frame.mask is None:
        return
    ys, xs = np.nonzero((frame.depth_m > 0) & frame.mask)
    if len(xs) == 0:
        return
    tool = unproject(np.stack([xs, ys], axis=1), frame.depth_m[ys, xs], frame.K)  # N x 3
    away = float(np.linalg.norm(tool - position, axis=1).min())
    if away > within_m:
        raise bad_input(
            f"{what} is {away:.2f} m from the tool; at most {within_m:g} m are allowed (metres, camera's optical frame)"
        )


def _check_contacts(demonstration: Demonstration, within_px: float) -> None:
    mask = demonstration.frame.mask
    assert mask is not None
    distance = ndimage.distance_transform_edt(~mask)
    for contact in demonstration.contacts:
        x, y = (round(value) for value in contact.pixel)
        away = distance[min(y, mask.shape[0] - 1), min(x, mask.shape[1] - 1)]
        if away > within_px:
            raise bad_input(
                f"contact {contact.pixel[0]:g},{contact.pixel[1]:g} is {away:.1f} px off the tool's mask; "
                f"at most {within_px:g} px are allowed"
            )


def _floats(values: object, count: int, what: str) -> tuple[float, ...]:
    try:
        array = np.asarray(values, dtype=np.float64)  # also of texts: YAML reads 1e-3 as one
        if any(isinstance(value, bool) for value in np.asarray(values, dtype=object).flat):
            raise ValueError("a truth value is no number")
    except (TypeError, ValueError, OverflowError) as error:
        raise bad_input(f"{what} is {repr(values)[:80]}; it must be {count} numbers") from error
    if array.shape != (count,) or not np.isfinite(array).all():
        raise bad_input(f"{what} is {values!r}; it must be {count} finite numbers")
    return tuple(float(value) for value in array)
