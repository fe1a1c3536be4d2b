"""Independent jobs in several processes, their results in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_processes(work: Callable[[Job], Result], jobs: Sequence[Job], workers: int, chunk: int = 1) -> Iterator[Result]:
    """`work` of each job, in order, in `workers` fresh processes that take `chunk` jobs at a time.

    One worker, or one job, is done in this process.
    """
    if workers <= 1 or len(jobs) < 2:
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, jobs, chunksize=chunk)
