"""Pseudo-labelling of a rendered data set, stage by stage: names, boxes, vote, masks.

Each stage is a function of the data set's folder, the folder `out` and a `LabelConfig`; it reads what the one before
wrote and writes `out/<stage>/` with one file per object or tool, and its config in `out/<stage>.json`. A file says
what it was made from, so a stage does only what is missing, failed, or made from something else; nothing in it depends
on time, so a run that was stopped ends with the bytes of one that was not. What failed for good is in the files and,
from all of them, in `out/failures.jsonl`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dfc_core.errors import bad_input
from dfc_core.files import write_text
from dfc_core.label.answers import read_record
from dfc_core.label.boxing import label_boxes
from dfc_core.label.deciding import about_of, label_masks, label_vote
from dfc_core.label.job import STAGES, LabelConfig, Progress
from dfc_core.label.naming import label_names

Stage = Callable[[Path, Path, LabelConfig, Progress | None], Path]
FUNCTIONS: dict[str, Stage] = {"names": label_names, "boxes": label_boxes, "vote": label_vote, "masks": label_masks}


def label(
    data: Path | str,
    out: Path | str,
    config: LabelConfig,
    stages: Sequence[str] = STAGES,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Run `stages` in their order and return what failed for good (`failures.jsonl`), nothing if all is well.

    Calls `progress(done, total)` of the stage at work. `DfcError` for an unknown stage and for whatever a stage
    refuses.
    """
    unknown = [stage for stage in stages if stage not in STAGES]
    if unknown:
        raise bad_input(f"no stage {unknown[0]!r}; the stages are {', '.join(STAGES)}")
    try:
        for stage in (stage for stage in STAGES if stage in stages):
            FUNCTIONS[stage](Path(data), Path(out), config, progress)
    finally:
        if Path(out).is_dir():
            failures = list(_failures(Path(out)))
            _write_failures(Path(out) / "failures.jsonl", failures)
    return failures


def _failures(out: Path) -> Iterator[dict[str, Any]]:
    for stage in ("names", "boxes"):
        for path in sorted((out / stage).glob("*.json")):
            record = read_record(path) or {"failures": []}
            yield from ({"stage": stage, "record": path.stem, **failure} for failure in record["failures"])
    for path in sorted((out / "vote").glob("*.npz")):
        yield from ({"stage": "vote", "record": path.stem, **failure} for failure in about_of(path)["failures"])


def _write_failures(path: Path, failures: Sequence[dict[str, Any]]) -> None:
    if failures:
        write_text(path, "".join(json.dumps(failure) + "\n" for failure in failures))
    else:
        path.unlink(missing_ok=True)
