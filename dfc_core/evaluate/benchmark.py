"""Run a model and its baselines over a benchmark folder and write report.json."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfc_core.dataset.benchmark_format import Benchmark, BenchmarkPair, read_benchmark
from dfc_core.errors import DfcError, bad_input
from dfc_core.evaluate.predict import PairScore, describe_side, predict, score, score_chance
from dfc_core.evaluate.report import PairKind, results
from dfc_core.evaluate.sources import BackboneSource, Encoder, HogSource, ModelSource, OracleSource, Source
from dfc_core.files import write_json
from dfc_core.functions import canonical_function

if TYPE_CHECKING:
    from dfc_core.model import Model

BASELINES = ("chance", "hog", "backbone", "oracle")

Progress = Callable[[int, int], None]
"""Called with (pairs done, pairs in all)."""


def evaluate(
    model: Model,
    benchmark_dir: Path | str,
    out: Path | str | None,
    baselines: Sequence[str] = ("chance", "hog", "backbone"),
    masked: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure `model` on a benchmark folder as METHOD section 5 says; the report is returned and written to `out`.

    `label_transfer` and `discovery` use the object masks alone; with `masked`, the block "masked" holds the same
    figures with the model's own predicted part masks. `seconds_per_pair` is the model's time to describe and match
    both pictures, without reading files and scoring. `out` None writes nothing. `DfcError` for an unknown baseline, a
    bad benchmark, a function the model does not know, or an `out` that cannot be written; these come before the work
    where they can.
    """
    benchmark = read_benchmark(benchmark_dir)
    _check(model, benchmark, out, baselines)
    encoder = Encoder(model)
    sources: dict[str, Source] = {"hog": HogSource(), "oracle": OracleSource(), "backbone": BackboneSource(encoder)}
    scores: dict[str, list[PairScore]] = {name: [] for name in ("model", "masked", *baselines)}
    kinds, seconds = [], 0.0
    for number in range(len(benchmark)):
        pair = benchmark.load(number)
        kinds.append(PairKind(pair.function, pair.within, pair.splits))
        seconds += _score_model(ModelSource(encoder), pair, masked, scores)
        for name in baselines:
            scored = score_chance(pair, (0, number)) if name == "chance" else _score_source(sources[name], pair)
            scores[name].append(scored)
        if progress is not None:
            progress(number + 1, len(benchmark))
    report = results(scores["model"], kinds) | _heading(model, benchmark, kinds, seconds)
    if masked:
        report["masked"] = results(scores["masked"], kinds)
    report["baselines"] = {name: results(scores[name], kinds) for name in baselines}
    if out is not None:
        write_json(out, report)
    return report


def _check(model: Model, benchmark: Benchmark, out: Path | str | None, baselines: Sequence[str]) -> None:
    for name in baselines:
        if name not in BASELINES:
            raise bad_input(f"baseline {name!r} is unknown; allowed: {', '.join(BASELINES)}")
    unknown = [name for name in benchmark.functions if canonical_function(name) not in model.functions]
    if unknown:
        raise DfcError(
            "UNKNOWN_FUNCTION",
            f"{benchmark.folder / 'benchmark.json'} asks for {', '.join(unknown)}; model {model.name} knows "
            f"{', '.join(model.functions)}",
        )
    if out is not None and Path(out).is_dir():
        raise bad_input(f"{out} is a folder; the report is one file, say {Path(out) / 'report.json'}")


def _score_model(source: Source, pair: BenchmarkPair, masked: bool, scores: dict[str, list[PairScore]]) -> float:
    """Add the model's scores of a pair; returns the seconds it took to describe and match."""
    start = time.perf_counter()
    a, b = (describe_side(source, picture, pair.function) for picture in (pair.a, pair.b))
    prediction = predict(a, b)
    seconds = time.perf_counter() - start
    scores["model"].append(score(prediction, pair))
    if masked:
        scores["masked"].append(score(predict(a, b, masked=True), pair))
    return seconds


def _score_source(source: Source, pair: BenchmarkPair) -> PairScore:
    a, b = (describe_side(source, picture, pair.function) for picture in (pair.a, pair.b))
    return score(predict(a, b), pair)


def _heading(model: Model, benchmark: Benchmark, kinds: Sequence[PairKind], seconds: float) -> dict[str, Any]:
    within = sum(kind.within for kind in kinds)
    return {
        "pairs": len(kinds),
        "pairs_within": within,
        "pairs_across": len(kinds) - within,
        "benchmark": benchmark.name,
        "model": model.id,
        "seconds_per_pair": seconds / len(kinds),
    }
