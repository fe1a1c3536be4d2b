"""What a benchmark folder holds, and whether it is the one that others measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from dfc_core.dataset.benchmark_format import Benchmark, read_benchmark
from dfc_core.errors import bad_input
from dfc_core.files import config_file
from dfc_core.functions import canonical_function


def describe_benchmark(benchmark: Benchmark) -> dict[str, Any]:
    """Counts of pairs: in all, within a category and across, by split, by category, and all this for each function."""
    functions: dict[str, list[Mapping[str, Any]]] = {}
    for row in benchmark.rows:
        functions.setdefault(canonical_function(row["function"]), []).append(row)
    return {
        "name": benchmark.name,
        **_counts(benchmark.rows),
        "functions": {name: _counts(rows) for name, rows in sorted(functions.items())},
    }


def verify_benchmark(folder: Path | str, known: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The checksum of a folder that holds exactly the benchmark whose name it bears.

    `known` is `config/benchmarks.yaml` unless given: {name: {command, sha256}}. A benchmark that it does not name, or
    whose files differ, raises `DfcError`.
    """
    from dfc_core.dataset.benchmark import benchmark_checksum  # brings the renderer along

    if known is None:
        known = dict(yaml.safe_load(config_file("benchmarks.yaml").read_text(encoding="utf-8")))
    name = read_benchmark(folder).name
    if name not in known:
        raise bad_input(
            f"{folder} is benchmark {name!r}, whose checksum is not known; known: {', '.join(known) or '(none)'}"
        )
    found, expected = benchmark_checksum(folder), known[name]["sha256"]
    if found != expected:
        raise bad_input(
            f"{folder} is not {name}: the sha256 of its files is {found}, of {name} {expected}; "
            "a benchmark made on another kind of processor or by other versions differs in some pixels; if this one "
            f"was not, make it anew with: {known[name]['command']}"
        )
    return found


def _counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    within = sum(row["category_a"] == row["category_b"] for row in rows)
    splits = Counter(split for row in rows for split in row.get("splits", ()))
    categories = Counter(row[f"category_{side}"] for row in rows for side in ("a", "b"))
    return {
        "pairs": len(rows),
        "within": within,
        "across": len(rows) - within,
        "splits": dict(sorted(splits.items())),
        "pictures_of": dict(sorted(categories.items())),
    }
