"""The families of parametric tools, and one seeded tool of any of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from dfc_core.assets import blades, containers, scoops, strikers
from dfc_core.assets.tool import Tool
from dfc_core.errors import bad_input

FAMILIES: dict[str, Callable[[Generator, str], Tool]] = {
    "mug": containers.mug,
    "glass": containers.glass,
    "bowl": containers.bowl,
    "bottle": containers.bottle,
    "pitcher": containers.pitcher,
    "teapot": containers.teapot,
    "saucepan": containers.saucepan,
    "hammer": strikers.hammer,
    "mallet": strikers.mallet,
    "pestle": strikers.pestle,
    "tenderizer": strikers.tenderizer,
    "knife": blades.knife,
    "cleaver": blades.cleaver,
    "saw": blades.saw,
    "axe": blades.axe,
    "pizza-cutter": blades.pizza_cutter,
    "spoon": scoops.spoon,
    "ladle": scoops.ladle,
    "scoop": scoops.scoop,
    "shovel": scoops.shovel,
}


def make_tool(family: str, seed: int) -> Tool:
    """Tool number `seed` of a family; the same numbers give the same tool. `DfcError` names the families there are."""
    if family not in FAMILIES:
        raise bad_input(f"no tool family {family!r}; allowed: {', '.join(FAMILIES)}")
    rng = np.random.default_rng([seed, zlib.crc32(family.encode())])
    return FAMILIES[family](rng, f"{family}-{seed:05d}")


def families_for(function: str) -> tuple[str, ...]:
    """Families whose tools afford `function`."""
    return tuple(family for family in FAMILIES if any(a.function == function for a in make_tool(family, 0).affordances))
