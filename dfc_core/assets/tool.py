"""What every room above knows of a tool: a mesh, its parts, and what each part affords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SYMMETRIES = ("none", "axis", "mirror", "n-fold")
PLANES = ("xz", "yz")


@dataclass(frozen=True)
class Symmetry:
    """Motions of the function frame that leave the tool as it is, for one function.

    "axis": any turn about the function frame's z; "n-fold": turns by 360/`fold` degrees about z;
    "mirror": reflection in the frame's `plane`, "xz" (y changes its sign) or "yz" (x does); "none": only the identity.
    """

    kind: str = "none"
    fold: int = 1
    plane: str = "xz"

    def __post_init__(self) -> None:
        if self.kind not in SYMMETRIES:
            raise ValueError(f"symmetry {self.kind!r} is not one of {', '.join(SYMMETRIES)}")
        if self.plane not in PLANES:
            raise ValueError(f"mirror plane {self.plane!r} is not one of {', '.join(PLANES)}")

    @property
    def motions(self) -> NDArray:
        """The motions as K x 3 x 3, the identity first; of "axis", which has all turns, only the identity."""
        if self.kind == "mirror":
            return np.stack([np.eye(3), np.diag([1.0, -1, 1] if self.plane == "xz" else [-1.0, 1, 1])])
        count = self.fold if self.kind == "n-fold" else 1
        return np.stack([turn_about_z(2 * np.pi * number / count) for number in range(count)])


NONE, AXIS, HALF_TURN = Symmetry(), Symmetry("axis"), Symmetry("n-fold", 2)
MIRROR, MIRROR_X = Symmetry("mirror"), Symmetry("mirror", plane="yz")  # y changes its sign; x does


def turn_about_z(angle: float) -> NDArray:
    """Rotation (3 x 3) by `angle` rad about z."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


@dataclass(frozen=True)
class Affordance:
    """One function of a tool, with the frame that aligns it with every other tool of that function.

    Two tools are aligned when their function frames coincide after division by `scale`. How the frame of each function
    lies is said in `config/functions.yaml`.
    """

    function: str  # "pour-with"
    parts: Sequence[str]  # names of the parts that serve the function; one name stands for itself
    hold: Sequence[str]  # names of the parts a hand holds meanwhile
    T_tool_function: NDArray  # 4x4, rigid
    scale: float  # m
    symmetry: Symmetry = NONE
    alternatives: tuple[NDArray, ...] = ()  # further T_tool_function that serve as well (a mallet's other face)

    def __post_init__(self) -> None:
        for role in ("parts", "hold"):
            value = getattr(self, role)
            object.__setattr__(self, role, (value,) if isinstance(value, str) else tuple(value))

    @property
    def frames(self) -> tuple[NDArray, ...]:
        """Every T_tool_function that serves: the first and its alternatives."""
        return (self.T_tool_function, *self.alternatives)


@dataclass(frozen=True)
class Texture:
    """Image texture: `uv` F x 3 x 2 (corner coordinates, v up), `image` H x W x 3 uint8."""

    uv: NDArray
    image: NDArray


@dataclass(frozen=True)
class Tool:
    """A tool as a triangle mesh in metres, in its own frame.

    `face_parts[i]` indexes `part_names`, -1 = unlabelled. `rest_rotations` are 3x3 rotations R_table_tool (table z up)
    in which the tool lies or stands on a table. `face_colors` F x 3 uint8 and `texture` are the look of an
    imported mesh; parametric tools have neither and are painted by the renderer.
    """

    name: str
    family: str
    vertices: NDArray  # V x 3 float64, m
    faces: NDArray  # F x 3 int32
    face_parts: NDArray  # F int16
    part_names: tuple[str, ...]
    affordances: tuple[Affordance, ...]
    rest_rotations: tuple[NDArray, ...] = (np.eye(3),)
    face_colors: NDArray | None = None
    texture: Texture | None = None
    licence: str = ""
    source: str = ""

    def affordance(self, function: str) -> Affordance:
        """The affordance for `function`; ValueError naming those the tool has."""
        for affordance in self.affordances:
            if affordance.function == function:
                return affordance
        have = ", ".join(a.function for a in self.affordances) or "none"
        raise ValueError(f"{self.name} does not afford {function!r}; it affords: {have}")

    def part_index(self, part: str) -> int:
        """Index of a part name; ValueError naming the parts there are."""
        if part not in self.part_names:
            raise ValueError(f"{self.name} has no part {part!r}; it has: {', '.join(self.part_names)}")
        return self.part_names.index(part)

    def faces_of(self, parts: Sequence[str]) -> NDArray:
        """Faces (N x 3) of the named parts together."""
        return self.faces[np.isin(self.face_parts, [self.part_index(part) for part in parts])]

    @property
    def diameter(self) -> float:
        """Diagonal of the bounding box, m."""
        return float(np.linalg.norm(np.ptp(self.vertices, axis=0)))
