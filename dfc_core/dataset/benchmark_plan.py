"""Which pairs a benchmark has: functions, families, conditions and viewpoint gaps in fixed shares, from a seed."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, product

import numpy as np

from dfc_core.assets.families import BENCHMARK_FAMILIES, HELD_OUT_FAMILIES, HELD_OUT_SEED, families_for
from dfc_core.assets.store import load_tool_folder, tool_folders
from dfc_core.assets.tool import Tool
from dfc_core.dataset.true_pairs import TruthConfig
from dfc_core.errors import bad_input
from dfc_core.functions import FUNCTIONS
from dfc_core.render.store import FROM_FILE

CONDITIONS = ("clean", "roll", "table", "noise", "occlusion")
GAPS = ((0, 30), (30, 60), (60, 90))  # degrees


@dataclass(frozen=True)
class BenchmarkConfig:
    """What to build; the defaults are `parametric-v1`.

    Every second pair of a function has both tools from held-out families. Conditions and gaps take turns within each
    half, so that every condition has pairs of every function.

    With a folder of imported tools as `assets` every pair has one of them: with a parametric tool, and every second
    time, where two of them afford the function, with another of them. Functions that none affords have no pairs.
    """

    name: str = "parametric-v1"
    functions: tuple[str, ...] = FUNCTIONS
    pairs: int = 40  # of each function
    within: float = 0.15  # share of pairs from one family
    seed: int = 0
    first_tool: int = HELD_OUT_SEED
    assets: str | None = None
    truth: TruthConfig = field(default_factory=TruthConfig)


@dataclass(frozen=True)
class Plan:
    """One pair to be made. `families`: pairs of families (of imported tools: `FROM_FILE` and the folder), first choice
    first; the rest are for when two tools never show their parts as condition and gap ask."""

    number: int
    function: str
    origin: str  # of its tools: "seen" or "held-out" families; with imported tools "foreign" or "to-foreign"
    condition: str
    gap: tuple[int, int]
    families: tuple[tuple[str, str], ...]

    @property
    def splits(self) -> tuple[str, ...]:
        """The subsets it is counted in."""
        return (self.origin, self.condition, f"gap-{self.gap[0]}-{self.gap[1]}")


def plan_pairs(config: BenchmarkConfig) -> list[Plan]:
    """Every pair of a benchmark, in order; the same config gives the same list.

    `DfcError` when a function has no two families to pair, seen or held out.
    """
    tools = _foreign_tools(config.assets) if config.assets else {}
    plans = (plan for function in config.functions for plan in _of_function(function, config, tools))
    return [replace(plan, number=number) for number, plan in enumerate(plans)]


def _of_function(function: str, config: BenchmarkConfig, tools: Mapping[str, Tool]) -> Iterator[Plan]:
    affording = {name: tool for name, tool in tools.items() if any(a.function == function for a in tool.affordances)}
    foreign = {name: tool.family for name, tool in affording.items()}
    if config.assets and not foreign:
        return
    rng = np.random.default_rng([config.seed, zlib.crc32(function.encode())])
    used: Counter[tuple[str, str]] = Counter()
    for place in range(config.pairs):
        second, turn = place % 2 == 1, place // 2
        within = int((place + 1) * config.within + 0.5) > int(place * config.within + 0.5)
        if foreign:
            origin, candidates = _foreign_pairs(function, second, foreign)
        else:
            origin, candidates = "held-out" if second else "seen", _family_pairs(function, second, within)
        rng.shuffle(candidates)
        candidates.sort(key=lambda pair: used[pair])
        used[candidates[0]] += 1
        condition, gap = CONDITIONS[turn % len(CONDITIONS)], GAPS[(turn + 2 * (turn // len(CONDITIONS))) % len(GAPS)]
        yield Plan(0, function, origin, condition, gap, tuple(candidates))


def _family_pairs(function: str, held_out: bool, within: bool) -> list[tuple[str, str]]:
    names = [name for name in _families_for(function) if (name in HELD_OUT_FAMILIES) == held_out]
    if len(names) < 2:
        kind = "held-out" if held_out else "seen"
        raise bad_input(f"{function} has {len(names)} {kind} families; a benchmark pairs at least 2")
    return [(name, name) for name in names] if within else list(combinations(names, 2))


def _families_for(function: str) -> list[str]:
    return [family for family in families_for(function) if family in BENCHMARK_FAMILIES]


def _foreign_tools(assets: str) -> dict[str, Tool]:
    """Every imported tool by its name in a plan."""
    return {FROM_FILE + str(path.relative_to(assets)): load_tool_folder(path) for path in tool_folders(assets)}


def _foreign_pairs(function: str, both: bool, foreign: dict[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """(origin, pairs) of imported tools, given as name -> category."""
    if both and len(foreign) > 1:
        pairs = list(combinations(foreign, 2))
        across = [(a, b) for a, b in pairs if foreign[a] != foreign[b]]
        return "foreign", across or pairs
    return "to-foreign", list(product(_families_for(function), foreign))
