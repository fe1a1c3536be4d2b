"""The store's list, remembered in one file, so that ten thousand demonstrations are not read anew each time.

The folders stay the truth: a line is taken from the file only while the files it was read from have the same size, the
same place on the disk and the same time of change. A missing, broken or foreign file costs the time to read the folders
and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from dataclasses import astuple, fields
from pathlib import Path

from dfc_core.demonstrations.summary import Summary, stamp_of, summarise
from dfc_core.errors import DfcError, bad_input
from dfc_core.files import write_bytes

_VERSION = 1  # raise when `Summary` or its stamp changes
SETTLED_NS = 2_000_000_000  # a file written this short ago may be written again within one tick of the disk's clock
_log = logging.getLogger(__name__)


class Index:
    """Summaries of the demonstrations in the folder `store`, remembered in the file `path`."""

    def __init__(self, store: Path, path: Path) -> None:
        self._store, self._path = store, path
        self._lines: dict[str, Summary] | None = None  # those whose stamps can be relied on

    def summaries(self) -> list[Summary]:
        """One of each folder, in no order; none when there is no store. `DfcError` (BAD_INPUT): not readable."""
        known = self._read() if self._lines is None else self._lines
        settled_before = time.time_ns() - SETTLED_NS
        found, settled, read = [], {}, 0
        for name in self._folders():
            stamp, newest = stamp_of(f"{self._store}/{name}")
            summary = known.get(name)
            if summary is None or summary.stamp != stamp:
                summary = summarise(self._store / name, stamp)
                read += newest < settled_before
            found.append(summary)
            if newest < settled_before:
                settled[name] = summary
        if read or len(settled) < len(known):
            self._write(settled)
        self._lines = settled
        return found

    def _folders(self) -> list[str]:
        if not self._store.exists():
            return []
        if not self._store.is_dir():
            raise bad_input(f"store {self._store} is not a folder")
        try:
            with os.scandir(self._store) as entries:
                return [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
        except OSError as error:
            raise bad_input(f"cannot read store {self._store}: {error.strerror or error}") from error

    def _read(self) -> dict[str, Summary]:
        try:
            head, _, body = self._path.read_bytes().partition(b"\n")
            if head != _head(body):
                return {}
            lines = [Summary(*values) for values in json.loads(body)]
        except (OSError, ValueError, TypeError):
            return {}
        return {line.id: line for line in lines}

    def _write(self, lines: dict[str, Summary]) -> None:
        text = json.dumps([astuple(line) for line in lines.values()], ensure_ascii=False, separators=(",", ":"))
        body = text.encode(errors="surrogatepass")  # a folder's name, which a tool may be called by, need not be UTF-8
        try:
            write_bytes(self._path, _head(body) + b"\n" + body)
        except DfcError as error:
            _log.info("the index is not kept: %s", error)


def _head(body: bytes) -> bytes:
    names = ",".join(field.name for field in fields(Summary))
    return f"dfc-index {_VERSION} {names} {hashlib.sha256(body).hexdigest()}".encode()
