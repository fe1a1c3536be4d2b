"""Which demonstrations look alike: a vector of each, kept in one file per key, and the nearest to a given one.

The vectors are made by whoever has a model; here they are only kept, checked against the demonstrations' stamps, and
compared. The file is a shortcut: each vector also lies in its demonstration's cache, from which the file is made again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dfc_core.demonstrations.cache import keep_arrays, read_arrays
from dfc_core.demonstrations.summary import Summary
from dfc_core.errors import DfcError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """A demonstration's id, and the cosine (-1..1) of its vector with the one asked for; None: it has no vector yet."""

    id: str
    similarity: float | None


class VectorTable:
    """The vectors (D, any length above 0) made under `key`, in the folder `cache`."""

    def __init__(self, cache: Path, key: str) -> None:
        self._key = key
        self._path = cache / f"vectors-{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz"

    def update(
        self, summaries: Sequence[Summary], make: Callable[[str], NDArray], at_most: int | None
    ) -> dict[str, NDArray]:
        """Unit vectors (float16) by id of `summaries`: the stored ones, and `make(id)` of up to `at_most` others.

        The last of `summaries` come first, None = all. One that `make` refuses (`DfcError`) is left out.
        """
        stored = self._read()
        known = {s.id: stored[s.id][1] for s in summaries if s.id in stored and stored[s.id][0] == s.stamp}
        missing = [s for s in reversed(summaries) if s.id not in known]
        made = 0
        for summary in missing if at_most is None else missing[:at_most]:
            try:
                known[summary.id] = _unit(make(summary.id))
                made += 1
            except DfcError as error:
                _log.info("%s has no vector: %s", summary.id, error)
        if made:
            stamps = {s.id: s.stamp for s in summaries}
            self._write([(name, stamps[name], vector) for name, vector in known.items()])
        return known

    def _read(self) -> dict[str, tuple[str, NDArray]]:
        stored = read_arrays(self._path)
        if set(stored) != {"key", "names", "vectors"} or str(stored["key"]) != self._key:
            return {}
        names, vectors = str(stored["names"]).split("\n"), stored["vectors"]
        if 2 * len(vectors) != len(names) or not np.isfinite(vectors).all():
            return {}
        return {name: (stamp, vector) for name, stamp, vector in zip(names[::2], names[1::2], vectors, strict=True)}

    def _write(self, rows: list[tuple[str, str, NDArray]]) -> None:
        names = "\n".join(f"{name}\n{stamp}" for name, stamp, _ in rows)
        vectors = np.stack([vector for _, _, vector in rows])
        keep_arrays(self._path, {"key": np.array(self._key), "names": np.array(names), "vectors": vectors})


def most_alike(summaries: Sequence[Summary], vectors: dict[str, NDArray], query: NDArray) -> list[Found]:
    """`summaries` (oldest first) by the cosine of their vectors with `query` (D), nearest first, of two equal ones the
    newer; those without a vector after all others, newest first."""
    newest_first = [summary.id for summary in reversed(summaries)]
    known = [name for name in newest_first if name in vectors]
    without = [Found(name, None) for name in newest_first if name not in vectors]
    if not known:
        return without
    cosines = np.stack([vectors[name] for name in known]) @ _unit(query).astype(np.float32)
    order = np.argsort(-cosines, kind="stable")
    return [Found(known[index], float(cosines[index])) for index in order] + without


def _unit(vector: NDArray) -> NDArray:
    vector = np.asarray(vector, dtype=np.float32).reshape(-1)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0:
        raise ValueError(f"a vector of length {length} has no direction")
    return (vector / length).astype(np.float16)
