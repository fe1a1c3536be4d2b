"""Arrays computed from a demonstration, kept in an npz and trusted only while its files are the same."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dfc_core.demonstrations.folder import FILE, PICTURES
from dfc_core.errors import DfcError
from dfc_core.files import BROKEN_NPZ, write_atomic

Arrays = dict[str, NDArray]
_STAMP = "__stamp__"
_log = logging.getLogger(__name__)


def content_digest(folder: Path) -> str:
    """SHA-256 over the content of a demonstration's files; a missing file counts as such."""
    digest = hashlib.sha256()
    for name in (*PICTURES, FILE):
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{name} {path.is_file()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def cached_arrays(folder: Path, cache: Path, key: str, compute: Callable[[], Arrays]) -> Arrays:
    """What `compute` returns for the demonstration in `folder`, from the folder `cache` when it is still true.

    `key` says what is computed and by which model. A broken file is computed anew; where nothing can be written the
    result is returned without being kept.
    """
    stamp = f"{key}\n{content_digest(folder)}"
    path = cache / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz"
    stored = read_arrays(path)
    if str(stored.pop(_STAMP, "")) == stamp:
        return stored
    arrays = {name: np.asarray(value) for name, value in compute().items()}
    keep_arrays(path, {**arrays, _STAMP: np.array(stamp)})
    return arrays


def read_arrays(path: Path) -> Arrays:
    """All arrays of an npz file; none when it is missing or broken."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except BROKEN_NPZ:
        return {}


def keep_arrays(path: Path, arrays: Arrays) -> None:
    """Write an npz file where that can be done."""
    try:
        write_atomic(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]
    except DfcError as error:
        _log.info("what was computed is not kept: %s", error)
