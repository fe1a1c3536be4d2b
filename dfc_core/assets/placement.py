"""How the numbers of a mesh file become metres with z up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import bad_input

UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0, "inch": 0.0254}
Y_UP_SUFFIXES = (".glb", ".gltf", ".obj")
SMALLEST_TOOL_M, LARGEST_TOOL_M = 0.005, 5.0
R_Z_UP = {
    "x": ((0, 0, -1), (0, 1, 0), (1, 0, 0)),
    "-x": ((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
    "y": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "-y": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "z": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "-z": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
}  # R_tool_file by the axis of the file that points up


@dataclass(frozen=True)
class Placement:
    """What the user says of a file's axes and lengths; None = by the kind of file, in metres.

    glTF is y up by its specification and OBJ by the custom of its exporters; PLY and STL come from scanners and CAD,
    URDF from robots: z up. `longest_m` makes the longest side that long, whatever the file's unit, and therefore does
    not go with `scale` (a factor) and `unit`. Raises `DfcError` on anything else.
    """

    up: str | None = None  # a key of R_Z_UP
    scale: float | None = None
    unit: str | None = None  # a key of UNITS
    longest_m: float | None = None

    def __post_init__(self) -> None:
        if self.up is not None and self.up not in R_Z_UP:
            raise bad_input(f"up {self.up!r} is not one of {', '.join(R_Z_UP)}")
        if self.unit is not None and self.unit not in UNITS:
            raise bad_input(f"unit {self.unit!r} is not one of {', '.join(UNITS)}")
        for name, value in (("scale", self.scale), ("longest side", self.longest_m)):
            if value is not None and not (np.isfinite(value) and value > 0):
                raise bad_input(f"{name} {value!r} is not a positive number")
        if self.longest_m is not None and (self.scale is not None or self.unit is not None):
            raise bad_input("the longest side fixes the size: give either it, or scale and unit")

    def place(self, corners: NDArray, path: Path) -> NDArray:
        """Points ... x 3 of a file at `path` in metres with z up."""
        up = self.up or ("y" if path.suffix.lower() in Y_UP_SUFFIXES else "z")
        turned = corners @ np.array(R_Z_UP[up], np.float64).T
        if self.longest_m is None:
            return turned * (self.scale or 1.0) * UNITS[self.unit or "m"]
        longest = float(np.ptp(turned.reshape(-1, 3), axis=0).max())
        if longest == 0:
            raise bad_input(f"{path}: all vertices coincide; the mesh is empty")
        return turned * (self.longest_m / longest)


def size_warning(longest_m: float) -> str | None:
    """A sentence when no tool is of that size, naming the unit that was probably meant; None otherwise."""
    if SMALLEST_TOOL_M <= longest_m <= LARGEST_TOOL_M:
        return None
    likely = [unit for unit, factor in UNITS.items() if SMALLEST_TOOL_M <= longest_m * factor <= LARGEST_TOOL_M]
    advice = f"its numbers are probably in {' or '.join(likely)}" if likely else "scale it, or give the longest side"
    return f"its longest side is {longest_m:.4g} m, which is no tool's size: {advice}"
