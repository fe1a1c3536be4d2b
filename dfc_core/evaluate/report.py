"""From the scores of pairs to the blocks of report.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.evaluate.metrics import DISCOVERY_METRICS, LABEL_METRICS
from dfc_core.evaluate.predict import PairScore

GROUPS = ("all", "within", "across")
RESAMPLES = 1000
LEVELS = (2.5, 97.5)  # percentiles of the 95 % interval

Metrics = dict[str, Any]


@dataclass(frozen=True)
class PairKind:
    """What a pair is counted under."""

    function: str
    within: bool
    splits: tuple[str, ...] = ()


def results(scores: Sequence[PairScore], kinds: Sequence[PairKind], seed: int = 0) -> dict[str, Any]:
    """The blocks for one method: label_transfer and discovery, each by all / within / across.

    A figure is the mean over all (pair, direction); null in a group without pairs. `confidence_95` has the same
    shape with [low, high]: percentiles of 1000 seeded resamplings of the pairs. `functions` and `splits` repeat the
    two blocks for each function and split.
    """
    within = np.array([kind.within for kind in kinds])
    tables = _tables(scores)
    report: dict[str, Any] = {name: _by_group(table, names, within, _mean) for name, (table, names) in tables.items()}
    report["confidence_95"] = {
        name: _by_group(table, names, within, lambda rows: _interval(rows, seed))
        for name, (table, names) in tables.items()
    }
    report["functions"] = _by_tag(tables, [(kind.function,) for kind in kinds], within)
    report["splits"] = _by_tag(tables, [kind.splits for kind in kinds], within)
    return report


def _tables(scores: Sequence[PairScore]) -> dict[str, tuple[NDArray, tuple[str, ...]]]:
    """{block: (pairs x metrics, mean of the two directions; the metrics' names)}."""

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


def _by_tag(
    tables: dict[str, tuple[NDArray, tuple[str, ...]]], tags: Sequence[tuple[str, ...]], within: NDArray
) -> dict[str, Any]:
    blocks = {}
    for tag in sorted({tag for several in tags for tag in several}):
        chosen = np.array([tag in several for several in tags])
        blocks[tag] = {"pairs": int(chosen.sum())} | {
            name: _by_group(table[chosen], names, within[chosen], _mean) for name, (table, names) in tables.items()
        }
    return blocks


def _mean(rows: NDArray) -> list[float]:
    return rows.mean(axis=0).tolist()


def _interval(rows: NDArray, seed: int) -> list[list[float]]:
    counts = np.random.default_rng(seed).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=RESAMPLES)
    return np.percentile(counts @ rows / len(rows), LEVELS, axis=0).T.tolist()
