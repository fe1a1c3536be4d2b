"""How fast data sets are rendered and written, and whether time and memory grow as they should."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dfc_core.bench.bench import machine
from dfc_core.files import write_json
from dfc_core.render.dataset import RenderConfig, render_dataset

KILOBYTE = 2**10


def bench_rendering(
    assets: Sequence[int] = (1, 10, 100),
    views: int = 6,
    workers: int = 2,
    out: Path | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Render and write data sets of `assets` tools each, in ascending order, in a temporary folder.

    Each row: `assets`, `views`, `seconds` (with the start of the processes), `views_per_second`,
    `seconds_per_view_ratio` against the row before (1 = linear growth), and `worker_bytes`, the most memory that any
    process has held so far (equal numbers = flat). Written to `out` as JSON when given.
    """
    rows: list[dict[str, Any]] = []
    for number, count in enumerate(sorted(assets)):
        seconds = _render(count, views, workers)
        row: dict[str, Any] = {"assets": count, "views": count * views, "seconds": seconds}
        row["views_per_second"] = count * views / seconds
        before = rows[-1]["views_per_second"] if rows else None
        row["seconds_per_view_ratio"] = None if before is None else before / row["views_per_second"]
        row["worker_bytes"] = _most_memory()
        rows.append(row)
        if progress:
            progress(number + 1, len(assets))
    report = {"size": 224, "workers": workers, "rows": rows, "machine": machine()}
    if out is not None:
        write_json(out, report)
    return report


def _render(count: int, views: int, workers: int) -> float:
    """Seconds for `count` tools: all families in turn, then their next seeds."""
    families = RenderConfig().families
    rounds, rest = divmod(count, len(families))
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        for tools, chosen, seed in ((rounds, families, 0), (1, families[:rest], rounds)):
            if tools and chosen:
                config = RenderConfig(families=chosen, tools=tools, first_seed=seed, views=views)
                render_dataset(Path(folder) / str(seed), config, workers)
        return time.perf_counter() - start


def _most_memory() -> int:
    """Bytes: the largest resident memory of this process or of one it has waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) * KILOBYTE
