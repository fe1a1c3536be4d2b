"""Where the time of a match goes, stage by stage, on this machine."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dfc_core.bench.cost import peak_memory, resident_bytes
from dfc_core.bench.matching import compare_matching
from dfc_core.demonstrations import Contact, Demonstration, DemonstrationStore
from dfc_core.errors import DfcError, bad_input
from dfc_core.files import write_json
from dfc_core.frames import Frame
from dfc_core.frames.segment import segment
from dfc_core.transfer import STAGES, MatchResult, ToolMatcher, TransferConfig

Progress = Callable[[int, int], None]


def bench(
    model: Any,
    store: DemonstrationStore | None,
    frame: Frame,
    calls: int = 20,
    out: Path | str | None = None,
    function: str = "",
    pixels: int = 6000,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Match `frame` `calls` times after one warm-up; p50 and p95 (s) of each stage, memory, and the matching baseline.

    The demonstration is the store's best of `function` ("" = the first function of which it has one); without any,
    the frame shows itself, with `demonstration` "(the frame itself)" in the report. `first_seconds` is the warm-up,
    which also computes the demonstration's features. Written to `out` as JSON when given. `DfcError` as from
    `ToolMatcher.match`; BAD_INPUT for `calls` below 1.
    """
    if calls < 1:
        raise bad_input(f"calls is {calls}; it must be at least 1")
    demonstration, shown = _demonstration(model, store, frame, function)
    matcher = ToolMatcher(model, store, TransferConfig())
    given = None if shown else demonstration

    def once() -> tuple[MatchResult, float]:
        start = time.perf_counter()
        result = matcher.match(frame, demonstration.function, demonstration.id if shown else "", demonstration=given)
        return result, time.perf_counter() - start

    with peak_memory() as peak:
        result, first = once()
    stages: dict[str, list[float]] = {stage: [] for stage in (*STAGES, "demonstration", "total")}
    for call in range(calls):
        result, total = once()
        for stage, seconds in {**result.seconds, "total": total}.items():
            stages.setdefault(stage, []).append(seconds)
        if progress is not None:
            progress(call + 1, calls)
    report = {
        "model": model.id,
        "demonstration": demonstration.id if shown else "(the frame itself)",
        "function": demonstration.function,
        "frame": {"name": frame.name, "width": frame.size[0], "height": frame.size[1]},
        "calls": calls,
        "first_seconds": first,
        "seconds": {stage: _percentiles(values) for stage, values in stages.items()},
        "tool_pixels": int(result.target_mask.sum()),
        "correspondences": result.correspondences,
        "memory": {"resident_bytes": resident_bytes(), "match_added_bytes": peak.added},
        "matching": compare_matching(pixels),
        "machine": machine(),
    }
    if out is not None:
        write_json(out, report)
    return report


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "torch": torch.__version__,
        "torch_threads": torch.get_num_threads(),
        "python": platform.python_version(),
    }


def _percentiles(values: list[float]) -> dict[str, float]:
    return {"p50": float(np.percentile(values, 50)), "p95": float(np.percentile(values, 95))}


def _demonstration(
    model: Any, store: DemonstrationStore | None, frame: Frame, function: str
) -> tuple[Demonstration, bool]:
    """The demonstration to time with, and whether it comes from the store."""
    for name in (function,) if function else model.functions:
        if store is not None:
            try:
                return store.best(name), True
            except DfcError as error:
                if error.code != "NO_DEMONSTRATION":
                    raise
    return _of_itself(frame, function or model.functions[0]), False


def _of_itself(frame: Frame, function: str) -> Demonstration:
    """The frame as its own demonstration, its contact in the middle of the tool: costs what any other does."""
    mask = segment(frame).mask
    ys, xs = np.nonzero(mask)
    middle = int(np.hypot(xs - xs.mean(), ys - ys.mean()).argmin())
    contact = Contact(pixel=(float(xs[middle]), float(ys[middle])), role="function")
    return Demonstration(
        id="bench", function=function, tool=frame.name, frame=frame.with_mask(mask), contacts=(contact,)
    )
