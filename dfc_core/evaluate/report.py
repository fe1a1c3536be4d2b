"""From the scores of pairs to the blocks of report.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.evaluate.metrics import DISCOVERY_METRICS, LABEL_METRICS
from dfc_core.evaluate.predict import PairScore

RESAMPLES = 1000
SEED = 0
LEVELS = (2.5, 97.5)  # percentiles of the 95 % interval

Metrics = dict[str, Any]
Tables = dict[str, tuple[NDArray, tuple[str, ...]]]
"""{block: (pairs x metrics, mean of the two directions; the metrics' names)}"""


@dataclass(frozen=True)
class PairKind:
    """What a pair is counted under."""

    function: str
    within: bool
    splits: tuple[str, ...] = ()


def results(scores: Sequence[PairScore], kinds: Sequence[PairKind]) -> dict[str, Any]:
    """The blocks for one method: label_transfer and discovery, each by all / within / across.

    A figure is the mean over all (pair, direction); null in a group without pairs. `confidence_95` has the same
    shape with [low, high]: percentiles of 1000 seeded resamplings of the pairs. `functions` and `splits` repeat all
    this for each function and split.
    """
    tables, within = _tables(scores), np.array([kind.within for kind in kinds])
    return _blocks(tables, within) | {
        "functions": _by_tag(tables, [(kind.function,) for kind in kinds], within),
        "splits": _by_tag(tables, [kind.splits for kind in kinds], within),
    }


def difference(
    scores: Sequence[PairScore], reference: Sequence[PairScore], kinds: Sequence[PairKind]
) -> dict[str, Any]:
    """What `scores` are above `reference` on the same pairs: blocks as in `results`, each figure a mean difference.

    `confidence_95` is of the paired bootstrap: the two are resampled together, so that what makes a pair hard for both
    cancels. `significant`, of the same shape: the interval excludes 0.
    """
    within = np.array([kind.within for kind in kinds])
    other = _tables(reference)
    tables = {name: (table - other[name][0], names) for name, (table, names) in _tables(scores).items()}
    blocks = _blocks(tables, within)
    blocks["significant"] = {
        name: {group: {key: _excludes_zero(bounds) for key, bounds in figures.items()} for group, figures in by.items()}
        for name, by in blocks["confidence_95"].items()
    }
    return blocks


def _excludes_zero(bounds: Sequence[float] | None) -> bool | None:
    return None if bounds is None else bounds[0] > 0 or bounds[1] < 0


def _blocks(tables: Tables, within: NDArray) -> dict[str, Any]:
    report: dict[str, Any] = {name: _by_group(table, names, within, _mean) for name, (table, names) in tables.items()}
    report["confidence_95"] = {
        name: _by_group(table, names, within, _interval) for name, (table, names) in tables.items()
    }
    return report


def _tables(scores: Sequence[PairScore]) -> Tables:

    def table(directions: Sequence[tuple[Metrics, Metrics]], names: tuple[str, ...]) -> NDArray:
        return np.array([[(one[name] + other[name]) / 2 for name in names] for one, other in directions])

    return {
        "label_transfer": (table([score.label_transfer for score in scores], LABEL_METRICS), LABEL_METRICS),
        "discovery": (table([score.discovery for score in scores], DISCOVERY_METRICS), DISCOVERY_METRICS),
    }


def _by_group(table: NDArray, names: tuple[str, ...], within: NDArray, reduce: Any) -> dict[str, Metrics]:
    groups = {"all": np.ones(len(table), dtype=bool), "within": within, "across": ~within}
    return {
        group: dict(zip(names, reduce(table[chosen]), strict=True)) if chosen.any() else dict.fromkeys(names)
        for group, chosen in groups.items()
    }


def _by_tag(tables: Tables, tags: Sequence[tuple[str, ...]], within: NDArray) -> dict[str, Any]:
    blocks = {}
    for tag in sorted({tag for several in tags for tag in several}):
        chosen = np.array([tag in several for several in tags])
        part = {name: (table[chosen], names) for name, (table, names) in tables.items()}
        blocks[tag] = {"pairs": int(chosen.sum())} | _blocks(part, within[chosen])
    return blocks


def _mean(rows: NDArray) -> list[float]:
    return rows.mean(axis=0).tolist()


def _interval(rows: NDArray) -> list[list[float]]:
    return np.percentile(_resampled(len(rows)) @ rows / len(rows), LEVELS, axis=0).T.tolist()


@lru_cache(maxsize=64)
def _resampled(pairs: int) -> NDArray:
    """1000 x pairs: how often each resampling takes each pair."""
    return np.random.default_rng(SEED).multinomial(pairs, np.full(pairs, 1 / pairs), size=RESAMPLES).astype(float)
