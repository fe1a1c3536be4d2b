"""Work done ahead by background processes, handed over in order: what comes does not depend on how many there are."""

from __future__ import annotations

import os
import pickle
import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import cached_property
from multiprocessing import parent_process
from typing import Any, TypeVar

import torch
from torch.utils.data import DataLoader, Dataset

from dfc_core.errors import DfcError

T = TypeVar("T")
EACH = 2  # results that every process keeps ready
MOST_WORKERS = 16


def worker_count(wanted: int | None, processes: int = 1) -> int:
    """`wanted`, or one less than this process's share of the CPU cores, 1 to 16, where `processes` share a machine."""
    if wanted is not None:
        return wanted
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST_WORKERS, cores // processes - 1))


def ahead(work: Callable[[int], T], numbers: Sequence[int], workers: int) -> Generator[T, None, None]:
    """`work(number)` of each of `numbers` in their order, drawn ahead by `workers` processes; 0 = here, when asked for.

    `work` must be picklable and depend on its number alone. The processes end with this one, even when it is killed.
    A `DfcError` of `work` is raised here.
    """
    if workers == 0:
        yield from map(work, numbers)
        return
    loader: Any = DataLoader(
        _Work(work), batch_size=None, sampler=numbers, num_workers=workers, prefetch_factor=EACH, collate_fn=_as_is,
        multiprocessing_context="spawn", worker_init_fn=_end_with_parent,
    )  # fmt: skip
    for result in loader:
        if isinstance(result, DfcError):
            raise result
        yield result


class _Work(Dataset):
    """A function as a data set; its `DfcError` is a result, which a loader cannot raise as it is.

    The function, which may hold much, goes to the processes through shared memory: they would start one after the
    other if each had to read it before the next one is started.
    """

    def __init__(self, work: Callable[[int], Any]) -> None:
        self._packed = torch.frombuffer(bytearray(pickle.dumps(work)), dtype=torch.uint8).share_memory_()

    @cached_property
    def _work(self) -> Callable[[int], Any]:
        return pickle.loads(self._packed.numpy().tobytes())

    def __getitem__(self, number: int) -> Any:
        try:
            return self._work(number)
        except DfcError as error:
            return error


def _end_with_parent(worker: int) -> None:
    """A worker whose parent was killed would wait for ever to hand over what nobody reads."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _as_is(result: T) -> T:
    return result


def in_thread(items: Generator[T, None, None], ready: int = 2) -> Iterator[T]:
    """The same items, taken by a background thread that keeps up to `ready` of them; it ends with this iterator."""
    kept: queue.Queue[tuple[str, Any]] = queue.Queue(ready)
    stop = threading.Event()

    def put(item: tuple[str, Any]) -> None:
        while not stop.is_set():
            try:
                return kept.put(item, timeout=0.1)
            except queue.Full:
                continue

    def take() -> None:
        try:
            for item in items:
                put(("item", item))
                if stop.is_set():
                    return
            put(("end", None))
        except BaseException as error:
            put(("error", error))
        finally:
            items.close()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        while True:
            kind, item = kept.get()
            if kind == "error":
                raise item
            if kind == "end":
                return
            yield item
    finally:
        stop.set()
        thread.join()
