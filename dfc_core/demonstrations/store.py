"""The store: one folder per demonstration, added whole or not at all, safe for several processes at once.

Layout: `<store>/<id>/` (see `folder`); `<store>/.cache/`, which may be deleted at any time: `<id>/*.npz` (see `cache`),
`index` (see `index`), `vectors-*.npz` (see `vectors`). Hidden folders `.adding-*` and `.removing-*` are
work in progress: their maker holds a lock on them, so what a killed process left is told apart and cleared away.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from numpy.typing import NDArray

from dfc_core.demonstrations.cache import Arrays, cached_arrays
from dfc_core.demonstrations.demonstration import Demonstration
from dfc_core.demonstrations.folder import load_demonstration, save_demonstration
from dfc_core.demonstrations.index import Index
from dfc_core.demonstrations.summary import ID, Summary, check_id
from dfc_core.demonstrations.vectors import Found, VectorTable, most_alike
from dfc_core.errors import DfcError, bad_input
from dfc_core.files import sync_folder
from dfc_core.functions import canonical_function

_WORK = (".adding-", ".removing-")


def default_store() -> Path:
    """`$DFC_STORE`, else `~/.local/share/dfc/demonstrations`."""
    return Path(os.environ.get("DFC_STORE") or "~/.local/share/dfc/demonstrations").expanduser()


class DemonstrationStore:
    """Demonstrations in the folder `path` (None: `default_store()`); it is made when the first one is added."""

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = default_store() if path is None else Path(path).expanduser()
        self._index = Index(self.path, self.path / ".cache" / "index")

    def check_place(self) -> None:
        """`DfcError` (BAD_INPUT) where no store can be: its path is no folder, or none can be made there."""
        place = self.path
        while not os.path.lexists(place):
            place = place.parent
        if not place.is_dir():
            under = "" if place == self.path else f" cannot be: {place}"
            raise bad_input(f"store {self.path}{under} is not a folder")
        if place != self.path and not os.access(place, os.W_OK | os.X_OK):
            raise bad_input(f"store {self.path} does not exist and cannot be made in {place}")

    def add(self, demonstration: Demonstration) -> str:
        """Store a demonstration and return its id: its own, or function, tool and a running number.

        `DfcError` (BAD_INPUT): the id is malformed or taken, or the store cannot be written.
        """
        if demonstration.id:
            check_id(demonstration.id)
        with self._writing():
            self._make()
            with self._work_folder(".adding-") as work:
                save_demonstration(demonstration, work)
                return self._put(work, demonstration)

    def get(self, identifier: str) -> Demonstration:
        """The demonstration; `DfcError` (NO_DEMONSTRATION) when there is none of that id."""
        demonstration = load_demonstration(self._existing(identifier))
        return replace(demonstration, id=identifier)  # of a link, its own name and not that of the folder it leads to

    def list(self, function: str | None = None) -> list[Summary]:
        """All, oldest first; with `function` only its usable ones. A broken one is listed with its error."""
        wanted = None if function is None else canonical_function(function)
        kept = [s for s in self._index.summaries() if wanted is None or (s.error is None and s.function == wanted)]
        return sorted(kept, key=lambda s: (s.created, s.id))

    def functions(self) -> Sequence[str]:
        """The functions of the usable demonstrations, sorted."""
        return sorted({s.function for s in self._index.summaries() if s.error is None})

    def best(self, function: str) -> Demonstration:
        """The newest demonstration of `function` that can be read; `DfcError` (NO_DEMONSTRATION) when there is none."""
        for summary in reversed(self.list(function)):
            try:
                return self.get(summary.id)
            except DfcError:
                continue
        raise self._none_of(function)

    def nearest(
        self,
        function: str,
        key: str,
        query: Callable[[], NDArray],
        describe: Callable[[Demonstration], NDArray],
        at_most: int = 16,
    ) -> Sequence[Found]:
        """All usable demonstrations of `function`, those first whose vectors are most like what `query` makes (D).

        Vectors are kept under `key`, which names what makes them; of up to `at_most` demonstrations that have none yet
        `describe` makes it, newest first, and the others come last. A lone demonstration needs no vector. `DfcError`
        (NO_DEMONSTRATION) when there is none.
        """
        usable = self.list(function)
        if not usable:
            raise self._none_of(function)
        if len(usable) == 1:
            return [Found(usable[0].id, None)]
        return most_alike(usable, self._vectors(usable, key, describe, at_most), query())

    def describe_all(self, function: str, key: str, describe: Callable[[Demonstration], NDArray]) -> dict[str, NDArray]:
        """Vectors under `key` of all usable demonstrations of `function` by id, made where they are missing."""
        return self._vectors(self.list(function), key, describe, None)

    def _vectors(
        self, usable: Sequence[Summary], key: str, describe: Callable[[Demonstration], NDArray], at_most: int | None
    ) -> dict[str, NDArray]:
        def make(identifier: str) -> NDArray:
            return self.cached(identifier, key, lambda: {"vector": describe(self.get(identifier))})["vector"]

        return VectorTable(self.path / ".cache", key).update(usable, make, at_most)

    def _none_of(self, function: str) -> DfcError:
        others = self.functions()
        known = f"it has some of {', '.join(others)}" if others else "it is empty"
        return DfcError("NO_DEMONSTRATION", f"store {self.path} has no demonstration of {function!r}; {known}")

    def remove(self, identifier: str) -> None:
        """Delete a demonstration, broken or not, with what was cached for it."""
        folder = self._existing(identifier)
        with self._writing():
            if folder.is_symlink():
                folder.unlink()
            else:
                with self._work_folder(".removing-") as work:
                    os.rename(folder, work / identifier)
            sync_folder(self.path)
            shutil.rmtree(self._cache(identifier), ignore_errors=True)

    def cached(self, identifier: str, key: str, compute: Callable[[], Arrays]) -> Arrays:
        """Arrays that `compute` makes of a demonstration, kept until `key` or the demonstration's files change."""
        folder = self._existing(identifier)
        return cached_arrays(folder, self._cache(identifier), key, compute)

    def _cache(self, identifier: str) -> Path:
        return self.path / ".cache" / identifier

    def _existing(self, identifier: str) -> Path:
        try:
            folder = self.path / check_id(identifier)
        except DfcError as error:  # to who asks for it, it is one that is not there
            raise DfcError("NO_DEMONSTRATION", error.message) from error
        if not folder.is_dir():
            raise DfcError("NO_DEMONSTRATION", f"store {self.path} has no demonstration {identifier!r}")
        return folder

    def _make(self) -> None:
        self.check_place()
        self.path.mkdir(parents=True, exist_ok=True)
        self._clear_leftovers()

    def _put(self, work: Path, demonstration: Demonstration) -> str:
        """Move a finished folder to its id; the rename fails when another process was first, then the next number."""
        os.chmod(work, 0o755)
        sync_folder(work)
        stem = f"{demonstration.function}-{_slug(demonstration.tool)}"[:56].strip("-")
        for number in range(1, 100_000):
            identifier = demonstration.id or f"{stem}-{number:03d}"
            if not os.path.lexists(self.path / identifier):
                try:
                    os.rename(work, self.path / identifier)
                    sync_folder(self.path)
                    return identifier
                except OSError as error:
                    if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                        raise
            if demonstration.id:
                raise bad_input(f"store {self.path} already has a demonstration {identifier!r}; remove it first")
        raise bad_input(f"store {self.path} has too many demonstrations called {stem}")

    @contextmanager
    def _work_folder(self, prefix: str) -> Iterator[Path]:
        """A hidden folder, locked while we work in it and gone afterwards unless it was renamed."""
        while True:
            work = Path(tempfile.mkdtemp(dir=self.path, prefix=prefix))
            try:
                handle = os.open(work, os.O_RDONLY)
            except FileNotFoundError:  # cleared away by another process before it was locked
                continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if not work.exists():
                    continue
                try:
                    yield work
                finally:
                    shutil.rmtree(work, ignore_errors=True)
                return
            finally:
                os.close(handle)

    def _clear_leftovers(self) -> None:
        for entry in self.path.iterdir():
            if not entry.name.startswith(_WORK) or not entry.is_dir():
                continue
            try:
                handle = os.open(entry, os.O_RDONLY)
            except OSError:
                continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(entry, ignore_errors=True)
            except OSError:  # its maker is alive
                continue
            finally:
                os.close(handle)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise bad_input(f"cannot write store {self.path}: {error.strerror or error}") from error


def import_demonstrations(folder: Path | str, store: DemonstrationStore) -> list[str]:
    """Copy a demonstration folder, or every one in a folder of them, into `store`; the ids they got.

    A folder's name is kept as id where it is a proper and free one. All are read before the first is written, so a
    broken one stops the import (`DfcError`) and nothing is added.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise bad_input(f"{folder} is not a folder")
    if (folder / "demonstration.yaml").is_file():
        sources = [folder]
    else:
        sources = sorted(entry for entry in folder.iterdir() if (entry / "demonstration.yaml").is_file())
    if not sources:
        raise DfcError("NO_DEMONSTRATION", f"{folder} is no demonstration and holds none: no demonstration.yaml in it")
    demonstrations = [load_demonstration(source) for source in sources]
    return [store.add(_with_free_id(demonstration, store)) for demonstration in demonstrations]


def _with_free_id(demonstration: Demonstration, store: DemonstrationStore) -> Demonstration:
    proper = ID.fullmatch(demonstration.id) is not None
    free = proper and not os.path.lexists(store.path / demonstration.id)
    return demonstration if free else replace(demonstration, id="")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:24].strip("-") or "tool"
