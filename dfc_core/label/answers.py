"""Answers on disk: a finished tool's record, and beside an unfinished one a log that keeps each answer as it comes.

A record is JSON, one file per tool: `input` (what it was made from), `thing`, `parts` and `failures`. Each of the
parts has `part`, `description`, `serves` (function and role), and for each of its `views` the `answers` (one list of
boxes x0, y0, x1, y1, score per query, null where none came), perhaps the `zoom` (`crop`: left, top, side; its
`answers`), and the `boxes` they agree on (x0, y0, x1, y1, score, support). Pixels of the view, centres at integers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import bad_input
from dfc_core.files import write_text

Key = tuple[int, int, int, int]  # part, view, round (0, or 1 when zoomed in), repeat
FIRST, ZOOMED = 0, 1


@dataclass
class AnswerLog:
    """The answers to one tool's questions that are known, of this run and of earlier ones with the same `source`."""

    record: Path
    source: str
    known: dict[Key, NDArray] = field(default_factory=dict)

    @classmethod
    def open(cls, record: Path, source: str) -> AnswerLog:
        """What record and log hold, unless they were made from something else."""
        log = cls(record, source)
        if (finished := read_record(record)) is not None and finished["input"] == source:
            log.known.update(_answers_of(finished))
        log._read()
        return log

    @property
    def path(self) -> Path:
        """The log of an unfinished tool."""
        return self.record.with_suffix(".log")

    def add(self, key: Key, answer: NDArray) -> None:
        """Keep an answer, on disk before this returns."""
        self.known[key] = answer
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8") as file:
            if new:
                file.write(json.dumps({"input": self.source}) + "\n")
            file.write(json.dumps([*key, answer.tolist()]) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def finish(self, record: Mapping[str, Any]) -> None:
        """Write the record in place of the log."""
        write_record(self.record, record)
        self.path.unlink(missing_ok=True)

    def _read(self) -> None:
        """Take the log's whole lines; a last one that a stop cut off is removed, so that the next starts a line."""
        if not self.path.exists():
            return
        lines = self.path.read_bytes().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        if not whole or json.loads(whole[0]).get("input") != self.source:
            self.path.unlink()
            return
        os.truncate(self.path, sum(map(len, whole)))
        for part, view, turn, repeat, answer in map(json.loads, whole[1:]):
            self.known[part, view, turn, repeat] = as_boxes(answer)


def as_boxes(rows: Any, columns: int = 5) -> NDArray:
    """JSON rows as N x `columns`."""
    return np.array(rows, dtype=float).reshape(-1, columns)


def _answers_of(record: Mapping[str, Any]) -> Iterator[tuple[Key, NDArray]]:
    for p, part in enumerate(record["parts"]):
        for view in part["views"]:
            for turn, asked in ((FIRST, view), (ZOOMED, view.get("zoom", {}))):
                for repeat, rows in enumerate(asked.get("answers", [])):
                    if rows is not None:
                        yield (p, view["view"], turn, repeat), as_boxes(rows)


def read_record(path: Path) -> dict[str, Any] | None:
    """A stage's JSON record; None where there is none. `DfcError` when it is broken."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise bad_input(f"{path} is broken ({error}); remove it and run again") from error
    if not isinstance(record, dict) or "input" not in record:
        raise bad_input(f"{path} is no record of labelling; remove it and run again")
    return record


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Atomic, one line per entry of the record and of its lists."""
    lines = [f"{json.dumps(key)}: {_lines(value)}" for key, value in record.items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def _lines(value: Any) -> str:
    if not isinstance(value, list):
        return json.dumps(value, allow_nan=False)
    return "[" + ",".join("\n  " + json.dumps(item, allow_nan=False) for item in value) + "]"
