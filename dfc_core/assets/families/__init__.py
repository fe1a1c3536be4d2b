"""The families of parametric tools, and one seeded tool of any of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.random import Generator

from dfc_core.assets.families import (
    blades,
    brooms,
    brushes,
    containers,
    drivers,
    jars,
    kettles,
    mixers,
    pins,
    pressers,
    rakes,
    rollers,
    scoops,
    scrubbers,
    sieves,
    skimmers,
    slabs,
    strikers,
    vessels,
    watering,
    writing,
)
from dfc_core.assets.tool import Tool
from dfc_core.errors import bad_input
from dfc_core.functions import canonical_function

MODULES = (
    containers,
    scoops,
    strikers,
    blades,
    brooms,
    rakes,
    brushes,
    scrubbers,
    vessels,
    jars,
    drivers,
    pins,
    writing,
    mixers,
    kettles,
    watering,
    pressers,
    slabs,
    rollers,
    sieves,
    skimmers,
)
FAMILIES: dict[str, Callable[[Generator, str], Tool]] = {
    name: maker for module in MODULES for name, maker in module.FAMILIES.items()
}

# Kept for benchmarks: never rendered for training, so that a model meets them as a user's tools.
HELD_OUT_FAMILIES: tuple[str, ...] = ()
TRAINING_FAMILIES = tuple(family for family in FAMILIES if family not in HELD_OUT_FAMILIES)


def make_tool(family: str, seed: int) -> Tool:
    """Tool number `seed` of a family; the same numbers give the same tool. `DfcError` names the families there are."""
    if family not in FAMILIES:
        raise bad_input(f"no tool family {family!r}; allowed: {', '.join(FAMILIES)}")
    rng = np.random.default_rng([seed, zlib.crc32(family.encode())])
    return FAMILIES[family](rng, f"{family}-{seed:05d}")


def families_for(function: str) -> tuple[str, ...]:
    """Families whose tools afford `function`."""
    return tuple(family for family in FAMILIES if canonical_function(function) in functions_of(family))


@cache
def functions_of(family: str) -> tuple[str, ...]:
    """What every tool of a family affords."""
    return tuple(affordance.function for affordance in make_tool(family, 0).affordances)
