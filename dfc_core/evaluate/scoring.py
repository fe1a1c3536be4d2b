"""One pair measured by everything that is compared, in this process or in several."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import torch

from dfc_core.dataset.benchmark_format import Benchmark, BenchmarkPair
from dfc_core.evaluate.metrics import DISCOVERY_METRICS, LABEL_METRICS
from dfc_core.evaluate.predict import (
    PLAIN,
    PairScore,
    Refinement,
    describe_side,
    predict,
    predict_both,
    score,
    score_chance,
)
from dfc_core.evaluate.sources import BackboneSource, Encoder, HogSource, ModelSource, OracleSource, Source
from dfc_core.processes import end_when_interrupted, interruptible

if TYPE_CHECKING:
    from dfc_core.model import Model

BASELINES = ("chance", "hog", "backbone", "oracle")


@dataclass(frozen=True)
class Task:
    """What is measured on every pair of a benchmark: models, each also by its own part masks if `masked`, and
    baselines; the backbone is the first model's. `refinement` is of the models and the backbone."""

    benchmark: Benchmark
    models: tuple[Model, ...]
    baselines: tuple[str, ...]
    masked: bool
    refinement: Refinement = PLAIN


@dataclass(frozen=True)
class PairRecord:
    """What came of one pair: scores by row (a model's id, `masked_row` of it, a baseline's name) and, by model, the
    seconds it took to describe and match both pictures."""

    number: int
    scores: dict[str, PairScore]
    seconds: dict[str, float]


def record_to_json(record: PairRecord) -> dict[str, Any]:
    """A record as plain lists, in the order of the metrics' names."""

    def values(directions: tuple[dict[str, float], ...], names: tuple[str, ...]) -> list[list[float]]:
        return [[direction[name] for name in names] for direction in directions]

    return {
        "pair": record.number,
        "seconds": record.seconds,
        "scores": {
            row: [values(score.label_transfer, LABEL_METRICS), values(score.discovery, DISCOVERY_METRICS)]
            for row, score in record.scores.items()
        },
    }


def record_from_json(content: dict[str, Any]) -> PairRecord:
    """The reverse of `record_to_json`."""

    def metrics(directions: list[list[float]], names: tuple[str, ...]) -> tuple[dict[str, float], dict[str, float]]:
        forth, back = (dict(zip(names, values, strict=True)) for values in directions)
        return forth, back

    scores = {
        row: PairScore(metrics(label, LABEL_METRICS), metrics(discovery, DISCOVERY_METRICS))
        for row, (label, discovery) in content["scores"].items()
    }
    return PairRecord(content["pair"], scores, content["seconds"])


def masked_row(model_id: str) -> str:
    """The name of a model's masked row."""
    return f"{model_id} masked"


def score_pair(task: Task, number: int) -> PairRecord:
    """Measure one pair; the same pair gives the same scores whatever else is measured."""
    pair = task.benchmark.load(number)
    record = PairRecord(number, {}, {})
    encoders = [Encoder(model) for model in task.models]
    for encoder in encoders:
        _score_model(encoder, pair, task, record)
    for name in task.baselines:
        if name == "chance":
            record.scores[name] = score_chance(pair, (0, number))
        else:
            a, b = _sides(_source(name, encoders[0]), pair)
            refinement = task.refinement if name == "backbone" else PLAIN
            record.scores[name] = score(predict(a, b, name != "oracle", refinement), pair)
    return record


def score_pairs(task: Task, numbers: Sequence[int], workers: int = 1) -> Iterator[PairRecord]:
    """`score_pair` of each, in order, in `workers` processes; the number of processes does not change the scores."""
    if workers <= 1 or len(numbers) <= 1:
        for number in numbers:
            yield score_pair(task, number)
        return
    threads = max(1, (os.cpu_count() or 1) // workers)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (task, threads))
    try:
        yield from pool.map(partial(interruptible, _score_in_worker), numbers)
    finally:
        pool.shutdown(cancel_futures=True)


_task: Task | None = None  # of a worker process


def _start_worker(task: Task, threads: int) -> None:
    global _task
    end_when_interrupted()
    torch.set_num_threads(threads)
    _task = task


def _score_in_worker(number: int) -> PairRecord:
    assert _task is not None
    return score_pair(_task, number)


def _source(name: str, encoder: Encoder) -> Source:
    if name == "hog":
        return HogSource()
    return OracleSource() if name == "oracle" else BackboneSource(encoder)


def _sides(source: Source, pair: BenchmarkPair) -> list:
    return [describe_side(source, picture, pair.function) for picture in (pair.a, pair.b)]


def _score_model(encoder: Encoder, pair: BenchmarkPair, task: Task, record: PairRecord) -> None:
    name = encoder.model.id
    start = time.perf_counter()
    a, b = _sides(ModelSource(encoder), pair)
    if task.masked:
        plain, by_parts = predict_both(a, b, task.refinement)
    else:
        plain, by_parts = predict(a, b, refinement=task.refinement), None
    record.seconds[name] = time.perf_counter() - start
    record.scores[name] = score(plain, pair)
    if by_parts is not None:
        record.scores[masked_row(name)] = score(by_parts, pair)
