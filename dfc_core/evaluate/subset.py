"""Which pairs of a benchmark are measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dfc_core.dataset.benchmark_format import Benchmark
from dfc_core.errors import bad_input
from dfc_core.functions import canonical_function


@dataclass(frozen=True)
class Subset:
    """`functions` and `splits`: pairs of any of these functions that lie in all of these splits (empty: all pairs);
    `pairs`: at most so many, spread evenly over what is left (None: all)."""

    pairs: int | None = None
    functions: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()

    def numbers(self, benchmark: Benchmark) -> list[int]:
        """Numbers of the chosen pairs, rising. A function or split that no pair has, or nothing left: `DfcError`."""
        if self.pairs is not None and self.pairs < 1:
            raise bad_input(f"pairs is {self.pairs}; allowed: 1 and above")
        functions = {canonical_function(name) for name in self.functions}
        known = [canonical_function(row["function"]) for row in benchmark.rows]
        _check_known("function", functions, known, benchmark)
        _check_known("split", self.splits, [split for row in benchmark.rows for split in _splits(row)], benchmark)
        left = [
            number
            for number, (row, function) in enumerate(zip(benchmark.rows, known, strict=True))
            if (not functions or function in functions) and set(self.splits) <= _splits(row)
        ]
        if not left:
            asked = ", ".join((*self.functions, *self.splits))
            raise bad_input(f"no pair of {benchmark.folder / 'benchmark.json'} is in all of: {asked}")
        chosen = np.linspace(0, len(left) - 1, min(self.pairs or len(left), len(left))).round().astype(int)
        return [left[place] for place in chosen]


def _splits(row: Mapping[str, Any]) -> set[str]:
    return set(row.get("splits", ()))


def _check_known(what: str, asked: Iterable[str], known: Iterable[str], benchmark: Benchmark) -> None:
    known = sorted(set(known))
    for name in sorted(asked):
        if name not in known:
            allowed = ", ".join(known) or "(none)"
            raise bad_input(f"no pair of {benchmark.folder / 'benchmark.json'} has {what} {name!r}; allowed: {allowed}")
