"""Independent jobs in several processes, their results in order; an interrupt (Ctrl-C) ends all of them silently."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
INTERRUPTED = 130  # exit code: ended by SIGINT


def in_processes(work: Callable[[Job], Result], jobs: Sequence[Job], workers: int, chunk: int = 1) -> Iterator[Result]:
    """`work` of each job, in order, in `workers` fresh processes that take `chunk` jobs at a time.

    One worker, or one job, is done in this process.
    """
    if workers <= 1 or len(jobs) < 2:
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), end_when_interrupted) as pool:
        yield from pool.map(partial(interruptible, work), jobs, chunksize=chunk)


def end_when_interrupted() -> None:
    """Let an interrupt end this worker at once while it waits for work or imports what the work needs.

    Ctrl-C reaches the workers too; the command's own process says that it was interrupted, so they say nothing.
    """
    _answer_by(_end)


def interruptible(work: Callable[[Job], Result], job: Job) -> Result:
    """`work(job)` in a worker; when interrupted it cleans up after itself (unfinished files) and the worker ends.

    A pool would take the interrupt for the job's result and go on with the next job.
    """
    _answer_by(_unwind)
    try:
        return work(job)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)
    finally:
        _answer_by(_end)


def _answer_by(handler: Callable[[int, Any], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # a pool terminates the others when the first one has ended
        signal.signal(number, handler)


def _end(*_: Any) -> None:
    os._exit(INTERRUPTED)


def _unwind(*_: Any) -> None:
    _answer_by(_carry_on)
    raise KeyboardInterrupt


def _carry_on(*_: Any) -> None:
    """Nothing interrupts the cleaning up; SIG_IGN would make Python report a signal that is just under way."""
