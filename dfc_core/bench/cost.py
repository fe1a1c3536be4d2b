"""What a piece of work costs: time, and memory seen from outside it."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Generic, TypeVar

STATM = Path("/proc/self/statm")
Result = TypeVar("Result")


@dataclass
class Peak:
    """`added` bytes: the highest resident memory during the work over that before it; None where it cannot be read."""

    added: int | None = None


def resident_bytes() -> int | None:
    """Memory of this process that is in RAM, or None off Linux."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


@contextmanager
def peak_memory(every_s: float = 0.001) -> Iterator[Peak]:
    """Sample the resident memory every `every_s` while the block runs; shorter peaks are missed.

    Cycles that nobody holds are freed first: freed in the block, they would hide as much of what it adds.
    """
    gc.collect()
    before, peak, done = resident_bytes(), Peak(), threading.Event()
    if before is None:
        yield peak
        return
    start = before

    def watch() -> None:
        while True:
            peak.added = max(peak.added or 0, (resident_bytes() or start) - start)
            if done.wait(every_s):
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


@dataclass(frozen=True)
class Measured(Generic[Result]):
    """What came of some work, median seconds of the clock and of the processor, and most bytes added."""

    result: Result
    seconds: float
    cpu_seconds: float
    added_bytes: int | None


def measured(work: Callable[[], Result], calls: int, every_s: float = 0.005) -> Measured[Result]:
    """`work` measured over `calls` after one for the memory, whose sampling would slow them; one call alone is both."""
    with peak_memory(every_s) as peak:
        result, *first = _once(work)
    times = [first] if calls <= 1 else [_once(work)[1:] for _ in range(calls)]
    seconds, cpu_seconds = (median(column) for column in zip(*times, strict=True))
    return Measured(result, seconds, cpu_seconds, peak.added)


def _once(work: Callable[[], Result]) -> tuple[Result, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu
