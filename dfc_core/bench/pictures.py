"""How many pictures a second a model describes, one by one and in batches, on the device that it lies on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dfc_core.bench.bench import machine
from dfc_core.errors import bad_input
from dfc_core.files import write_json
from dfc_core.frames import Frame
from dfc_core.frames.segment import segment
from dfc_core.model import ROLES, Model


def bench_pictures(
    model: Model,
    frame: Frame,
    batches: Sequence[int] = (1, 4, 16),
    calls: int = 10,
    out: Path | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Describe `frame`'s tool for both roles of the model's first function, `batch` copies at once, `calls` times.

    From picture and mask to features in the main memory; finding the mask is not counted. Each row: `batch`,
    `seconds` of the median call after one warm-up, `per_second` pictures, and `speed_ratio` against the first row.
    Written to `out` as JSON when given. BAD_INPUT for a batch or `calls` below 1.
    """
    if calls < 1 or not batches or min(batches) < 1:
        raise bad_input(f"calls is {calls}, batches are {list(batches)}; all must be at least 1")
    mask = segment(frame).mask
    asked = [(model.functions[0], role) for role in ROLES]

    def describe(batch: int) -> float:
        start = time.perf_counter()
        for encoded in model.encode_many([(frame.rgb, mask)] * batch):
            for found in model.read_out_many(encoded, asked):
                found.features.cpu()  # waits for the device
        return time.perf_counter() - start

    rows: list[dict[str, Any]] = []
    for number, batch in enumerate(batches):
        describe(batch)
        seconds = sorted(describe(batch) for _ in range(calls))[calls // 2]
        row = {"batch": batch, "seconds": seconds, "per_second": batch / seconds}
        rows.append(row | {"speed_ratio": row["per_second"] / (rows[0] if rows else row)["per_second"]})
        if progress:
            progress(number + 1, len(batches))
    report = {
        "model": model.id,
        "device": str(model.device),
        "frame": {"name": frame.name, "width": frame.size[0], "height": frame.size[1]},
        "tool_pixels": int(mask.sum()),
        "rows": rows,
        "machine": machine(),
    }
    if out is not None:
        write_json(out, report)
    return report
