"""Atomic writes: whole or absent."""

import errno
import json
import os
from pathlib import Path

import pytest

from dfc_core.errors import DfcError
from dfc_core.files import read_json, write_atomic, write_bytes, write_json, write_text


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_text(path, "one")
    write_text(path, "zwei ä")
    assert path.read_text(encoding="utf-8") == "zwei ä"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"]


def test_a_failing_writer_leaves_the_old_content_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"old")

    def fail(file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        write_atomic(path, fail)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_read_only_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("dfc_core.files.tempfile.mkstemp", refuse)
    with pytest.raises(DfcError, match=r"cannot write .*a\.txt: Read-only file system") as caught:
        write_text(tmp_path / "a.txt", "x")
    assert caught.value.code == "BAD_INPUT"


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(DfcError, match="cannot write"):
        write_text(tmp_path / "f" / "a.txt", "x")


def test_json_is_json(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": [1, 2.5, None]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": [1, 2.5, None]}
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "b.json", float("nan"))
    assert not (tmp_path / "b.json").exists()


def test_json_is_read_whatever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(path) == {"a": 1}
    for content in (b"", b"\xff\xfe\x00", b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"."):
            read_json(path)
