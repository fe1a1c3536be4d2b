"""The store: one folder per demonstration, added whole or not at all, safe for several processes at once.

Layout: `<store>/<id>/` (see `folder`), `<store>/.cache/<id>/*.npz`. Hidden folders `.adding-*` and `.removing-*` are
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
from dataclasses import dataclass, replace
from pathlib import Path

from dfc_core.demonstrations.cache import Arrays, cached_arrays
from dfc_core.demonstrations.demonstration import Demonstration
from dfc_core.demonstrations.folder import load_demonstration, read_description, save_demonstration
from dfc_core.demonstrations.trajectory import TRAJECTORY
from dfc_core.errors import DfcError, bad_input
from dfc_core.files import sync_folder
from dfc_core.functions import canonical_function

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_WORK = (".adding-", ".removing-")


@dataclass(frozen=True)
class Summary:
    """One line of the list; `error` says why a broken demonstration cannot be used, its other texts are then empty."""

    id: str
    function: str = ""
    tool: str = ""
    created: str = ""
    contacts: int = 0
    has_grasp: bool = False
    has_trajectory: bool = False
    error: str | None = None


def default_store() -> Path:
    """`$DFC_STORE`, else `~/.local/share/dfc/demonstrations`."""
    return Path(os.environ.get("DFC_STORE") or "~/.local/share/dfc/demonstrations").expanduser()


def check_id(identifier: str) -> str:
    """`identifier` when it is a proper id (1-64 letters, digits, `-`, `_`, not first `-` or `_`), else `DfcError`."""
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        shown = repr(identifier) if len(str(identifier)) <= 80 else repr(str(identifier)[:80]) + "..."
        raise bad_input(f"{shown} is not a demonstration id: 1 to 64 letters, digits, - and _, a letter or digit first")
    return identifier


class DemonstrationStore:
    """Demonstrations in the folder `path` (None: `default_store()`); it is made when the first one is added."""

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = default_store() if path is None else Path(path).expanduser()

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
        return load_demonstration(self._existing(identifier))

    def list(self, function: str | None = None) -> list[Summary]:
        """All, oldest first; with `function` only its usable ones. A broken one is listed with its error."""
        wanted = None if function is None else canonical_function(function)
        found = [self._summary(folder) for folder in self._folders()]
        kept = [s for s in found if wanted is None or (s.error is None and s.function == wanted)]
        return sorted(kept, key=lambda s: (s.created, s.id))

    def best(self, function: str) -> Demonstration:
        """The newest demonstration of `function` that can be read; `DfcError` (NO_DEMONSTRATION) when there is none."""
        for summary in reversed(self.list(function)):
            try:
                return self.get(summary.id)
            except DfcError:
                continue
        others = sorted({s.function for s in self.list() if s.error is None})
        known = f"it has some of {', '.join(others)}" if others else "it is empty"
        raise DfcError("NO_DEMONSTRATION", f"store {self.path} has no demonstration of {function!r}; {known}")

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
        folder = self.path / check_id(identifier)
        if not folder.is_dir():
            raise DfcError("NO_DEMONSTRATION", f"store {self.path} has no demonstration {identifier!r}")
        return folder

    def _folders(self) -> Sequence[Path]:
        if not self.path.exists():
            return []
        if not self.path.is_dir():
            raise bad_input(f"store {self.path} is not a folder")
        try:
            return [entry for entry in self.path.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        except OSError as error:
            raise bad_input(f"cannot read store {self.path}: {error.strerror or error}") from error

    def _summary(self, folder: Path) -> Summary:
        try:
            check_id(folder.name)
            values = read_description(folder)
            for name in ("rgb.png", "mask.png"):
                if not (folder / name).is_file() or (folder / name).stat().st_size == 0:
                    raise bad_input(f"{folder / name} is missing or empty")
            function = canonical_function(values["function"])
        except (DfcError, OSError) as error:
            return Summary(folder.name, error=str(error))
        contacts = values.get("contacts") or []
        count = len(contacts) if isinstance(contacts, list) else 0
        return Summary(
            folder.name,
            function,
            values["tool"],
            values["created"],
            count,
            has_grasp=bool(values.get("grasp")),
            has_trajectory=(folder / TRAJECTORY).is_file(),
        )

    def _make(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise bad_input(f"store {self.path} is not a folder")
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
    proper = _ID.fullmatch(demonstration.id) is not None
    free = proper and not os.path.lexists(store.path / demonstration.id)
    return demonstration if free else replace(demonstration, id="")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:24].strip("-") or "tool"
