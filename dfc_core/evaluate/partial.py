"""What is known of an unfinished report, kept beside it, so that a run which was stopped goes on where it was.

One JSON object a line: first what is measured, then one row each. Numbers survive the file exactly, so that the report
is that of an undisturbed run. The file is gone once the report is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dfc_core.files import write_text

Row = dict[str, Any]


@contextmanager
def partial_rows(out: Path | str | None, heading: Row) -> Iterator[tuple[list[Row], Callable[[Row], None]]]:
    """(rows that an earlier run of the same `heading` left beside `out`, what keeps one more there); None keeps none.

    The file is removed at the end, unless that is an error.
    """
    if out is None:
        yield [], lambda row: None
        return
    path = Path(out).with_name(Path(out).name + ".partial")
    rows = _read(path, heading)
    write_text(path, "".join(json.dumps(row) + "\n" for row in (heading, *rows)))
    with path.open("a", encoding="utf-8") as file:

        def keep(row: Row) -> None:
            file.write(json.dumps(row) + "\n")
            file.flush()

        yield rows, keep
    path.unlink(missing_ok=True)


def _read(path: Path, heading: Row) -> list[Row]:
    """The rows; none when the file is of another task. Lines cut short by a stop are passed over."""
    try:
        lines = [_loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        return []
    same = bool(lines) and lines[0] == json.loads(json.dumps(heading))
    return [line for line in lines[1:] if line is not None] if same else []


def _loads(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
