"""What is no tool: the table or floor that things stand on, the bin they lie in, the background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import DfcError
from dfc_core.frames.objects import extent
from dfc_core.frames.plane import PlaneConfig, fit_planes, height_above_plane, tolerance


@dataclass(frozen=True)
class FurnitureConfig:
    """How furniture differs from tools."""

    tool_size: float = 0.5  # m; things longer than this are rather furniture
    area: float = 0.15  # m2 that furniture shows at least,
    most: float = 0.5  # or share of the picture
    whole_plane: float = 0.4  # what has more of a plane's readings is the plane
    standing: float = 0.05  # m; a thing whose lowest reading is higher than this does not stand on the plane


def is_longer(found: NDArray, lattice: NDArray, config: FurnitureConfig = FurnitureConfig()) -> bool:
    """Whether what was `found` (h x w bool, on points h x w x 3) is longer than tools."""
    read = found & (lattice[..., 2] > 0)
    return bool(read.any()) and extent(lattice[read]) > config.tool_size


def is_furniture(
    found: NDArray,
    below: NDArray | None,
    lattice: NDArray,
    focal: float,
    planes: PlaneConfig,
    config: FurnitureConfig = FurnitureConfig(),
) -> bool:
    """Whether what was `found` is longer than tools and most of the picture; or is large, has most of a plane, and no
    part of it comes down to the plane `below`, as those of tools that lie or stand there do."""
    if not is_longer(found, lattice, config):
        return False
    read = found & (lattice[..., 2] > 0)
    if read.mean() > config.most:
        return True
    if np.square(lattice[read, 2] / focal).sum() < config.area or below is None:
        return False
    if np.percentile(height_above_plane(lattice[read], below), 5) < config.standing:
        return False
    return is_table(read, lattice, fit_planes(lattice, lattice[..., 2] > 0, planes), planes, config)


def is_table(
    found: NDArray,
    lattice: NDArray,
    fitted: list[NDArray],
    planes: PlaneConfig,
    config: FurnitureConfig = FurnitureConfig(),
) -> bool:
    """Whether what was `found` has most of what is read of one of the planes that were `fitted`."""
    z = lattice[..., 2]
    near = [(z > 0) & (np.abs(height_above_plane(lattice, plane)) < tolerance(z, planes)) for plane in fitted]
    return any((found & level).sum() > config.whole_plane * level.sum() for level in near)


def table_refusal(name: str, found: NDArray, stride: int) -> DfcError:
    """EMPTY_MASK for a picture called `name` in which only furniture was `found`, on every `stride`-th pixel."""
    y, x = stride * np.median(np.argwhere(found), axis=0)
    return DfcError(
        "EMPTY_MASK",
        f"what was found in {name}, around {x:.0f},{y:.0f}, is the table or the background, and nothing stands "
        "on it there; point at the tool, or give a mask",
    )
