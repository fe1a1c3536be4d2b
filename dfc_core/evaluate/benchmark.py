"""Run models and their baselines over a benchmark folder and write report.json."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfc_core import __version__
from dfc_core.dataset.benchmark_format import OPTIONAL_FILES, REQUIRED_FILES, Benchmark, read_benchmark
from dfc_core.errors import DfcError, bad_input
from dfc_core.evaluate.page import write_page
from dfc_core.evaluate.partial import partial_rows
from dfc_core.evaluate.predict import PLAIN, Refinement
from dfc_core.evaluate.report import PairKind, difference, results
from dfc_core.evaluate.scoring import (
    BASELINES,
    PairRecord,
    Task,
    masked_row,
    record_from_json,
    record_to_json,
    score_pairs,
)
from dfc_core.evaluate.showcase import Showcase, best_and_worst
from dfc_core.evaluate.subset import Subset
from dfc_core.files import file_sha256, write_json
from dfc_core.functions import canonical_function

if TYPE_CHECKING:
    from dfc_core.model import Model

Progress = Callable[[int, int], None]
"""Called with (pairs done, pairs in all)."""


def evaluate(
    model: Model | Sequence[Model],
    benchmark_dir: Path | str,
    out: Path | str | None,
    baselines: Sequence[str] = ("chance", "hog", "backbone"),
    masked: bool = True,
    progress: Progress | None = None,
    subset: Subset | None = None,
    workers: int = 1,
    page: Path | str | None = None,
    refinement: Refinement = PLAIN,
) -> dict[str, Any]:
    """Measure a model on a benchmark folder as METHOD section 5 says; the report is returned and written to `out`.

    `label_transfer` and `discovery` use the object masks alone; with `masked`, the block "masked" holds the same
    figures with the model's own predicted part masks. Of several models the first has these places, the others stand
    under "compared" by their id. Every row but the first model's has `difference_to_model` with its significance (see
    `report.difference`). `seconds_per_pair` is the model's time to describe and match both pictures, without reading
    files and scoring.

    `refinement` measures the models and their backbone by another way of matching than section 5's.

    `page` is an HTML file with the same in tables, and the pictures of the best and worst pairs. Beside `out` the
    scores of an unfinished run are kept, and the same call goes on from there to the same report; `out` None writes
    and keeps nothing. `DfcError` for an unknown baseline, a bad benchmark, a function a model does not know, an empty
    `subset`, or an `out` that cannot be written; these come before the work where they can.
    """
    models = tuple(model) if isinstance(model, Sequence) else (model,)
    task = Task(read_benchmark(benchmark_dir), models, tuple(dict.fromkeys(baselines)), masked, refinement)
    subset = subset or Subset()
    numbers = subset.numbers(task.benchmark)
    _check(task, numbers)
    _check_files(out, page)
    with partial_rows(out, {} if out is None else _heading(task)) as (known, keep):
        records = _records(task, numbers, known, keep, progress, workers)
        report = _report(task, records) | {"config": _config(task, subset)}
        if out is not None:
            write_json(out, report)
        if page is not None:
            write_page(page, report, _showcase(task, records))
    return report


def _check(task: Task, numbers: Sequence[int]) -> None:
    for name in task.baselines:
        if name not in BASELINES:
            raise bad_input(f"baseline {name!r} is unknown; allowed: {', '.join(BASELINES)}")
    if not task.models:
        raise bad_input("no model to measure; at least one is needed")
    for number, model in enumerate(task.models):
        if model.id in {other.id for other in task.models[:number]}:
            raise bad_input(f"model {model.id} is asked for twice; each is measured once")
        _check_functions(model, task.benchmark, numbers)


def _check_files(out: Path | str | None, page: Path | str | None) -> None:
    if out is not None and Path(out).is_dir():
        raise bad_input(f"{out} is a folder; the report is one file, say {Path(out) / 'report.json'}")
    if out is not None and page is not None and Path(out) == Path(page):
        raise bad_input(f"{out} cannot be both the report and its page; call the report, say, report.json")


def _check_functions(model: Model, benchmark: Benchmark, numbers: Sequence[int]) -> None:
    asked = sorted({benchmark.rows[number]["function"] for number in numbers})
    unknown = [name for name in asked if canonical_function(name) not in model.functions]
    if unknown:
        raise DfcError(
            "UNKNOWN_FUNCTION",
            f"{benchmark.folder / 'benchmark.json'} asks for {', '.join(unknown)}; model {model.name} knows "
            f"{', '.join(model.functions)}",
        )


def _records(
    task: Task,
    numbers: Sequence[int],
    rows: Sequence[dict[str, Any]],
    keep: Callable[[dict[str, Any]], None],
    progress: Progress | None,
    workers: int,
) -> list[PairRecord]:
    """Records of the pairs `numbers` in that order: those of known `rows`, and new ones, each kept as it comes."""
    known = {record.number: record for record in map(record_from_json, rows)}
    missing = [number for number in numbers if number not in known]
    done = len(numbers) - len(missing)
    for record in score_pairs(task, missing, workers):
        known[record.number] = record
        done += 1
        keep(record_to_json(record))
        if progress is not None:
            progress(done, len(numbers))
    return [known[number] for number in numbers]


def _report(task: Task, records: Sequence[PairRecord]) -> dict[str, Any]:
    first, *others = task.models
    kinds = [_kind(task.benchmark, record.number) for record in records]

    def row(name: str) -> dict[str, Any]:
        scores = [record.scores[name] for record in records]
        block = results(scores, kinds)
        if name != first.id:
            block["difference_to_model"] = difference(scores, [record.scores[first.id] for record in records], kinds)
        return block

    def of_model(model: Model) -> dict[str, Any]:
        block = row(model.id) | {"seconds_per_pair": sum(record.seconds[model.id] for record in records) / len(records)}
        return block | ({"masked": row(masked_row(model.id))} if task.masked else {})

    within = sum(kind.within for kind in kinds)
    report = of_model(first) | {
        "pairs": len(kinds),
        "pairs_within": within,
        "pairs_across": len(kinds) - within,
        "benchmark": task.benchmark.name,
        "model": first.id,
        "baselines": {name: row(name) for name in task.baselines},
    }
    return report | ({"compared": {model.id: of_model(model) for model in others}} if others else {})


def _kind(benchmark: Benchmark, number: int) -> PairKind:
    row = benchmark.rows[number]
    return PairKind(
        canonical_function(row["function"]), row["category_a"] == row["category_b"], tuple(row.get("splits", ()))
    )


def _heading(task: Task) -> dict[str, Any]:
    """What tells the scores of one task from those of another."""
    return {"version": __version__, "benchmark_sha256": _digest(task.benchmark), **_asked(task)}


def _digest(benchmark: Benchmark) -> str:
    """One sha256 over `benchmark.json` and the files it names: a file made anew has scores of its own."""
    keys = (*REQUIRED_FILES, *OPTIONAL_FILES)
    named = {row[key] for row in benchmark.rows for key in keys if row.get(key) is not None}
    digest = hashlib.sha256()
    try:
        for name in ("benchmark.json", *sorted(named)):
            digest.update(bytes.fromhex(file_sha256(benchmark.folder / name)))
    except OSError as error:
        raise bad_input(f"{error.filename} cannot be read ({error.strerror})") from error
    return digest.hexdigest()


def _config(task: Task, subset: Subset) -> dict[str, Any]:
    return {"benchmark": str(task.benchmark.folder), **_asked(task), "subset": asdict(subset)}


def _asked(task: Task) -> dict[str, Any]:
    return {
        "models": [model.id for model in task.models],
        "baselines": list(task.baselines),
        "masked": task.masked,
        "refinement": asdict(task.refinement),
    }


def _showcase(task: Task, records: Sequence[PairRecord]) -> Showcase:
    first = task.models[0]
    return best_and_worst(first, task.benchmark, {record.number: record.scores[first.id] for record in records})
