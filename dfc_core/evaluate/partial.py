"""Scores kept beside the report while an evaluation runs, so that a stopped one goes on where it was.

One JSON object a line: first what is measured, then one pair each. Numbers survive the file exactly, so that the report
is that of an undisturbed run. The file is gone once the report is there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dfc_core import __version__
from dfc_core.dataset.benchmark_format import OPTIONAL_FILES, REQUIRED_FILES, Benchmark
from dfc_core.errors import bad_input
from dfc_core.evaluate.metrics import DISCOVERY_METRICS, LABEL_METRICS
from dfc_core.evaluate.predict import PairScore
from dfc_core.evaluate.scoring import PairRecord, Task
from dfc_core.files import file_sha256, write_text


def partial_path(out: Path) -> Path:
    """Where the scores of an unfinished `out` lie."""
    return out.with_name(out.name + ".partial")


class PartialScores:
    """Adds records to the file at `path`; `records` are those that an earlier run of the same task left there."""

    def __init__(self, path: Path, task: Task) -> None:
        self.path = path
        heading = _heading(task)
        self.records = _read(path, heading)
        lines = [json.dumps(heading), *(json.dumps(_to_json(record)) for record in self.records.values())]
        write_text(path, "\n".join(lines) + "\n")
        self._file = path.open("a", encoding="utf-8")

    def add(self, record: PairRecord) -> None:
        self._file.write(json.dumps(_to_json(record)) + "\n")
        self._file.flush()

    def close(self, done: bool) -> None:
        """`done`: the report is written, and the file may go."""
        self._file.close()
        if done:
            self.path.unlink(missing_ok=True)


def _heading(task: Task) -> dict[str, Any]:
    return {
        "version": __version__,
        "benchmark_sha256": _digest(task.benchmark),
        "models": [model.id for model in task.models],
        "baselines": list(task.baselines),
        "masked": task.masked,
        "refinement": asdict(task.refinement),
    }


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


def _read(path: Path, heading: dict[str, Any]) -> dict[int, PairRecord]:
    """Records by pair number; none when the file is of another task. Lines cut short by a stop are passed over."""
    try:
        lines = [_loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        return {}
    if not lines or lines[0] != heading:
        return {}
    records = [_from_json(line) for line in lines[1:] if line is not None]
    return {record.number: record for record in records}


def _loads(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _to_json(record: PairRecord) -> dict[str, Any]:
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


def _from_json(content: dict[str, Any]) -> PairRecord:
    def metrics(directions: list[list[float]], names: tuple[str, ...]) -> tuple[dict[str, float], dict[str, float]]:
        forth, back = (dict(zip(names, values, strict=True)) for values in directions)
        return forth, back

    scores = {
        row: PairScore(metrics(label, LABEL_METRICS), metrics(discovery, DISCOVERY_METRICS))
        for row, (label, discovery) in content["scores"].items()
    }
    return PairRecord(content["pair"], scores, content["seconds"])
