"""One line of the store's list, read from a demonstration's folder without its pictures."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from dfc_core.demonstrations.folder import FILE, read_description
from dfc_core.demonstrations.trajectory import TRAJECTORY
from dfc_core.errors import DfcError, bad_input
from dfc_core.functions import canonical_function

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NEEDED = ("rgb.png", "mask.png")


@dataclass(frozen=True)
class Summary:
    """One line of the list; `error` says why a broken demonstration cannot be used, its other texts are then empty.

    `stamp` is another one when a file of the demonstration was written since.
    """

    id: str
    function: str = ""
    tool: str = ""
    created: str = ""
    contacts: int = 0
    has_grasp: bool = False
    has_trajectory: bool = False
    error: str | None = None
    stamp: str = field(default="", repr=False, compare=False)


def check_id(identifier: str) -> str:
    """`identifier` when it is a proper id (1-64 letters, digits, `-`, `_`, not first `-` or `_`), else `DfcError`."""
    if not isinstance(identifier, str) or not ID.fullmatch(identifier):
        shown = repr(identifier) if len(str(identifier)) <= 80 else repr(str(identifier)[:80]) + "..."
        raise bad_input(f"{shown} is not a demonstration id: 1 to 64 letters, digits, - and _, a letter or digit first")
    return identifier


def summarise(folder: Path, stamp: str = "") -> Summary:
    """The line of the demonstration in `folder`; whatever is wrong with it becomes its `error`."""
    try:
        check_id(folder.name)
        values = read_description(folder)
        for name in _NEEDED:
            if not (folder / name).is_file() or (folder / name).stat().st_size == 0:
                raise bad_input(f"{folder / name} is missing or empty")
        function = canonical_function(values["function"])
    except (DfcError, OSError) as error:
        return Summary(folder.name, error=str(error), stamp=stamp)
    contacts = values.get("contacts") or []
    return Summary(
        folder.name,
        function,
        values["tool"],
        values["created"],
        len(contacts) if isinstance(contacts, list) else 0,
        has_grasp=bool(values.get("grasp")),
        has_trajectory=(folder / TRAJECTORY).is_file(),
        stamp=stamp,
    )


def stamp_of(folder: str) -> tuple[str, int]:
    """What tells whether the files that `summarise` looks at were touched, and when the last was (ns since 1970).

    The time of a file's change of state is used, which no program sets; that of the folder is changed by files that
    come, go or are renamed.
    """
    parts, newest = [], 0
    for path in (folder, *(f"{folder}/{name}" for name in (FILE, *_NEEDED))):
        try:
            status = os.stat(path)
        except OSError as error:
            parts.append(f"-{error.errno}")
            continue
        size = status.st_size if path is not folder else 0
        parts.append(f"{status.st_ino:x}.{size:x}.{status.st_ctime_ns:x}")
        newest = max(newest, status.st_ctime_ns)
    return " ".join(parts), newest
