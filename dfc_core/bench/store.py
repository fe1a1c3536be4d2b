"""How long a store of many demonstrations takes to open and to be searched, and in how much memory."""

from __future__ import annotations

import shutil
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.bench.bench import machine
from dfc_core.demonstrations import Contact, Demonstration, DemonstrationStore, save_demonstration
from dfc_core.demonstrations.index import SETTLED_NS
from dfc_core.demonstrations.vectors import VectorTable
from dfc_core.errors import bad_input
from dfc_core.files import write_json
from dfc_core.frames import Frame

FUNCTION = "pour-with"
KEY = "bench"
NUMBERS = 433  # of a vector: three features of 128 and the silhouette, as of the shipped model


def bench_store(
    sizes: Sequence[int] = (10, 1000, 10_000),
    searches: int = 20,
    out: Path | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Open and search stores of `sizes` demonstrations of one function; their pictures are tiny.

    Each row: `demonstrations`; seconds to list them without an index (`first_seconds`: each folder is read), with it
    (`open_seconds`), again (`again_seconds`), to find the most alike the first time (`first_search_seconds`) and as the
    median of `searches` (`search_seconds`, listing included); `open_bytes` and `search_bytes`, the most memory that
    Python and numpy held for opening and for searching; `index_bytes` and `table_bytes` on the disk. Folders were
    written just before: the disk's cache is warm. `DfcError` (BAD_INPUT) for sizes or searches below 1.
    """
    if not sizes or min(sizes) < 1 or searches < 1:
        raise bad_input(f"sizes are {list(sizes)} and searches {searches}; they must be at least 1")
    rows = []
    for number, size in enumerate(sorted(sizes), 1):
        with TemporaryDirectory() as folder:
            rows.append({"demonstrations": size, **_row(Path(folder), size, searches)})
        if progress is not None:
            progress(number, len(sizes))
    report = {"rows": rows, "machine": machine()}
    if out is not None:
        write_json(out, report)
    return report


def write_store(folder: Path, count: int) -> None:
    """`count` demonstrations `d00000`, ... in `folder`: one of 16 x 12 px, copied."""
    mask = np.zeros((12, 16), dtype=bool)
    mask[3:9, 4:12] = True
    frame = Frame(np.full((12, 16, 3), 90, np.uint8), mask=mask, name="bench")
    pattern = folder / ".pattern"
    save_demonstration(Demonstration("", FUNCTION, "mug", frame, (Contact((6.0, 5.0)),)), pattern)
    for number in range(count):
        shutil.copytree(pattern, folder / f"d{number:05d}", copy_function=shutil.copyfile)
    shutil.rmtree(pattern)


def _row(folder: Path, size: int, searches: int) -> dict[str, Any]:
    write_store(folder, size)
    time.sleep(SETTLED_NS / 1e9 + 0.1)  # what was just written is not relied on
    first = _seconds(lambda: DemonstrationStore(folder).list(FUNCTION))
    store = DemonstrationStore(folder)
    opened, again = (_seconds(lambda: store.list(FUNCTION)) for _ in range(2))
    VectorTable(folder / ".cache", KEY).update(store.list(FUNCTION), _vector_of, None)
    times = [_seconds(lambda: _search(store)) for _ in range(1 + searches)]
    other = DemonstrationStore(folder)
    return {
        "first_seconds": first,
        "open_seconds": opened,
        "again_seconds": again,
        "first_search_seconds": times[0],
        "search_seconds": float(np.median(times[1:])),
        "open_bytes": _most_bytes(lambda: other.list(FUNCTION)),
        "search_bytes": _most_bytes(lambda: _search(other)),
        "index_bytes": sum(path.stat().st_size for path in (folder / ".cache").glob("index*")),
        "table_bytes": sum(path.stat().st_size for path in (folder / ".cache").glob("vectors-*")),
    }


def _most_bytes(work: Callable[[], object]) -> int:
    """The most that `work` held at once beyond what there was."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _search(store: DemonstrationStore) -> None:
    found = store.nearest(FUNCTION, KEY, lambda: _vector_of("d00000"), _refuse)
    if found[0].id != "d00000":
        raise RuntimeError(f"found {found[0]} instead of d00000")


def _refuse(shown: Demonstration) -> NDArray:
    raise RuntimeError(f"{shown.id} has no vector")


def _vector_of(name: str) -> NDArray:
    return np.random.default_rng(int(name[1:])).normal(size=NUMBERS)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
