"""What every room above knows of a tool: a mesh, its parts, and what each part affords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SYMMETRIES = ("none", "axis", "mirror", "n-fold")


@dataclass(frozen=True)
class Symmetry:
    """Motions of the function frame that leave the tool as it is, for one function.

    "axis": any turn about the function frame's z; "n-fold": turns by 360/`fold` degrees about z;
    "mirror": reflection of the function frame's y; "none": only the identity.
    """

    kind: str = "none"
    fold: int = 1

    def __post_init__(self) -> None:
        if self.kind not in SYMMETRIES:
            raise ValueError(f"symmetry {self.kind!r} is not one of {', '.join(SYMMETRIES)}")


@dataclass(frozen=True)
class Affordance:
    """One function of a tool, with the frame that aligns it with every other tool of that function.

    Two tools are aligned when their function frames coincide after division by `scale`. How the frame of each function
    lies is said in `config/functions.yaml`; where a tool has a mirror plane, it is the frame's xz plane.
    """

    function: str  # "pour-with"
    parts: Sequence[str]  # names of the parts that serve the function; one name stands for itself
    hold: Sequence[str]  # names of the parts a hand holds meanwhile
    T_tool_function: NDArray  # 4x4, rigid
    scale: float  # m
    symmetry: Symmetry = field(default_factory=Symmetry)
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
