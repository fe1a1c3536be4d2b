"""Writes that are either whole or absent: temporary file, fsync, rename."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from dfc_core.errors import bad_input

BROKEN_NPZ = (
    OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy raises while it reads an `.npz` that is damaged, or a file that is none."""


def write_atomic(path: Path | str, write: Callable[[BinaryIO], object]) -> None:
    """Give `write` a binary file beside `path` and rename it into place once it is on disk.

    A reader sees the old content or the new one, never a part. Raises `DfcError` (BAD_INPUT) when the
    folder cannot be written.
    """
    path = Path(path)
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise bad_input(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path | str, data: bytes) -> None:
    """Atomic `Path.write_bytes`."""
    write_atomic(path, lambda file: file.write(data))


def write_text(path: Path | str, text: str) -> None:
    """Atomic `Path.write_text`, UTF-8."""
    write_bytes(path, text.encode())


def write_json(path: Path | str, value: Any) -> None:
    """Atomic JSON file, indented, UTF-8; NaN is refused because it is not JSON."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def write_png(path: Path | str, picture: Any) -> None:
    """Atomic PNG of H x W or H x W x 3 uint8, or of H x W uint16."""
    from PIL import Image  # most that write files write no pictures

    image = Image.fromarray(picture)
    write_atomic(path, lambda file: image.save(file, format="PNG"))


def read_json(path: Path | str) -> Any:
    """What a JSON file holds, UTF-8 with or without a byte order mark.

    OSError when it cannot be read, ValueError when it is not JSON or nested too deep to be read.
    """
    try:
        return json.loads(Path(path).read_bytes())
    except RecursionError:
        raise ValueError("brackets are nested too deep") from None


def config_file(name: str) -> Path:
    """A file of `config/`: inside the package where it is installed, beside it in a source tree."""
    inside, beside = Path(__file__).parent / "config" / name, Path(__file__).parents[1] / "config" / name
    if inside.is_file() or beside.is_file():
        return inside if inside.is_file() else beside
    raise bad_input(f"config/{name} is missing: neither {inside} nor {beside} exists")


def file_sha256(path: Path) -> str:
    """The sha256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
