"""How much memory a piece of work takes, seen from outside it."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STATM = Path("/proc/self/statm")


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
