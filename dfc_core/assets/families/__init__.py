"""The families of parametric tools, and one seeded tool of any of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from types import ModuleType

import numpy as np

from dfc_core.assets.families import (
    bats,
    beaters,
    blades,
    borers,
    bottles,
    bristled,
    brooms,
    brushes,
    cards,
    cartons,
    carvers,
    chisels,
    clamps,
    clubs,
    containers,
    cutters,
    darts,
    diggers,
    discs,
    drivers,
    edges,
    edges_mounted,
    eyes,
    flats,
    forks,
    gadgets,
    grippers,
    hangers,
    hockey,
    hollows,
    hooks,
    inking,
    jars,
    kettles,
    levers,
    mixers,
    openers,
    pans,
    paring,
    peelers,
    pegs,
    pincers,
    pins,
    planters,
    pliers,
    points,
    pokers,
    pounders,
    pressers,
    pullers,
    quills,
    rakes,
    rasps,
    razors,
    riddles,
    rods,
    rollers,
    scoops,
    scrapers,
    scrubbers,
    shears,
    sheets,
    sieves,
    sifters,
    skates,
    skimmers,
    slabs,
    slicers,
    sockets,
    spikes,
    spouted,
    stirrers,
    strikers,
    swords,
    torquers,
    trinkets,
    trowels,
    tufted,
    turners,
    vessels,
    watering,
    wedges,
    weights,
    wrenches,
    writing,
)
from dfc_core.assets.families.family import Family
from dfc_core.assets.tool import Tool
from dfc_core.errors import bad_input
from dfc_core.functions import canonical_function

MODULES = (
    containers, scoops, strikers, blades, brooms, rakes, brushes, scrubbers, vessels, jars, drivers, pins, writing,
    mixers, kettles, watering, pressers, slabs, rollers, turners, scrapers, wedges, chisels, peelers, cutters,
    cards, flats, trowels, pans, shears, swords, sieves, skimmers, forks, diggers, levers, openers, pokers,
    grippers, pegs, pliers, hooks, hangers, wrenches, sockets, clubs, paring, sifters,
)  # fmt: skip
# since parametric-v1: the other things that the 24 functions are known from
LATER_MODULES = (
    bats, beaters, borers, bottles, darts, discs, edges, edges_mounted, gadgets, hockey, hollows, inking, pincers,
    points, pullers, quills, rasps, razors, riddles, rods, sheets, skates, slicers, spikes, spouted, torquers,
    trinkets, tufted, weights,
)  # fmt: skip
CALIBRATION_MODULES = (bristled, cartons, carvers, clamps, eyes, planters, pounders, stirrers)


def _families_of(modules: Sequence[ModuleType]) -> dict[str, Family]:
    return {name: family for module in modules for name, family in module.FAMILIES.items()}


BENCHMARK_FAMILIES = tuple(_families_of(MODULES))  # what parametric-v1 and foreign-v1 pair, whatever is made since
FAMILIES: dict[str, Family] = _families_of(MODULES + LATER_MODULES + CALIBRATION_MODULES)

# Kept for benchmarks: never rendered for training, so that a model meets them as it meets a user's tools. Every
# function has at least two of them.
HELD_OUT_FAMILIES = (
    "measuring-cup", "flask", "gavel", "flashlight", "battery", "dagger", "box-cutter", "garden-trowel",
    "artist-brush", "hand-brush", "pickaxe", "dough-scraper", "squeegee", "tweezers", "needle-nose-pliers",
    "skewer", "highlighter", "chalk", "carabiner", "wall-hook", "boat-hook", "straight-peeler", "lug-wrench",
    "wheel-chock", "ice-scraper", "stirring-rod", "craft-stick", "tire-iron", "tea-strainer", "basket",
    "carving-fork",
)  # fmt: skip
# Kept for calibration: neither rendered for training nor in a benchmark. What a model's answers are worth on kinds of
# tools that it does not know is learned from these, and models may be chosen by them.
CALIBRATION_FAMILIES = tuple(_families_of(CALIBRATION_MODULES))
HELD_OUT_SEED = 100_000  # seeds from here on are never rendered for training
TRAINING_FAMILIES = tuple(f for f in FAMILIES if f not in HELD_OUT_FAMILIES + CALIBRATION_FAMILIES)


def make_tool(family: str, seed: int) -> Tool:
    """Tool number `seed` of a family; the same numbers give the same tool. `DfcError` names the families there are."""
    check_families([family])
    rng = np.random.default_rng([seed, zlib.crc32(family.encode())])
    return FAMILIES[family].make(rng, f"{family}-{seed:05d}")


def check_families(names: Iterable[str]) -> None:
    """`DfcError` (BAD_INPUT) for the first name that is no family."""
    for name in names:
        if name not in FAMILIES:
            raise bad_input(f"no tool family {name!r}; allowed: {', '.join(FAMILIES)}")


def any_training_tool(rng: np.random.Generator) -> Tool:
    """A tool as training may see it, drawn at random."""
    return make_tool(TRAINING_FAMILIES[rng.integers(len(TRAINING_FAMILIES))], int(rng.integers(HELD_OUT_SEED)))


def families_for(function: str) -> tuple[str, ...]:
    """Families whose tools afford `function`."""
    name = canonical_function(function)
    return tuple(family for family in FAMILIES if name in functions_of(family))


def functions_of(family: str) -> tuple[str, ...]:
    """What every tool of a family affords."""
    return FAMILIES[family].affords
