"""Broken descriptions, full disks, killed and competing writers: what is stored survives them."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from shown_block import demonstration, visible

from dfc_core.demonstrations import (
    DemonstrationStore,
)
from dfc_core.errors import DfcError


@pytest.fixture
def store(tmp_path: Path) -> DemonstrationStore:
    return DemonstrationStore(tmp_path / "store")


BREAKS = {
    "not yaml": "a: [",
    "empty": "",
    "list": "- 1",
    "binary": "\x00\x01",
    "tag": "!!python/object/apply:os.system ['true']",
    "schema": {"schema": 2},
    "no schema": {"schema": None},
    "function": {"function": "../x"},
    "tool": {"tool": 3},
    "created": {"created": None},
    "unknown key": {"contact": []},
}


DEEP_BREAKS = {
    "contacts no list": {"contacts": "4,2"},
    "contact role": {"contacts": [{"pixel": [1, 2], "role": "other"}]},
    "contact nan": {"contacts": [{"pixel": [1, float("nan")], "role": "grasp"}]},
    "contact beyond any float": {"contacts": [{"pixel": [10**400, 2], "role": "grasp"}]},
    "contact outside": {"contacts": [{"pixel": [99, 1], "role": "grasp"}]},
    "contact short": {"contacts": [{"pixel": [1], "role": "grasp"}]},
    "grasp keys": {"grasp": {"position": [0, 0, 0]}},
    "grasp quaternion": {"grasp": {"position": [0, 0, 0], "quaternion_xyzw": [0, 0, 0, 2], "width": 0.1}},
    "grasp width": {"grasp": {"position": [0, 0, 0], "quaternion_xyzw": [0, 0, 0, 1], "width": -0.1}},
}


def damage(store: DemonstrationStore, change: object) -> str:
    """Add one good and one damaged demonstration; the damaged one's id."""
    store.add(demonstration(id="good"))
    identifier = store.add(demonstration(id="bad", created="2999-01-01T00:00:00Z"))
    path = store.path / "bad" / "demonstration.yaml"
    values = {**yaml.safe_load(path.read_text()), **change} if isinstance(change, dict) else None
    path.write_text(change if isinstance(change, str) else yaml.safe_dump(values))
    return identifier


@pytest.mark.parametrize("case", sorted(BREAKS))
def test_a_broken_description_is_listed_and_costs_no_other(store: DemonstrationStore, case: str) -> None:
    damage(store, BREAKS[case])
    by_id = {summary.id: summary for summary in store.list()}
    assert by_id["good"].error is None
    assert by_id["bad"].error
    assert [s.id for s in store.list("pour-with")] == ["good"]
    assert store.best("pour-with").id == "good"
    with pytest.raises(DfcError):
        store.get("bad")
    store.remove("bad")
    assert [s.id for s in store.list()] == ["good"]


@pytest.mark.parametrize("case", sorted(DEEP_BREAKS))
def test_wrong_values_are_named_with_their_file(store: DemonstrationStore, case: str) -> None:
    damage(store, DEEP_BREAKS[case])
    with pytest.raises(DfcError, match=r"demonstration\.yaml"):
        store.get("bad")
    assert store.best("pour-with").id == "good"


@pytest.mark.parametrize("name", ["rgb.png", "mask.png"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_missing_pictures(store: DemonstrationStore, name: str, how: str) -> None:
    damage(store, {})
    path = store.path / "bad" / name
    path.unlink() if how == "missing" else path.write_bytes(b"")
    assert {s.id: s.error is None for s in store.list()} == {"good": True, "bad": False}
    with pytest.raises(DfcError):
        store.get("bad")
    assert store.best("pour-with").id == "good"


def test_a_link_to_a_demonstration_elsewhere_has_its_own_name(store: DemonstrationStore, tmp_path: Path) -> None:
    elsewhere = DemonstrationStore(tmp_path / "elsewhere")
    elsewhere.add(demonstration(id="original"))
    store.path.mkdir()
    (store.path / "linked").symlink_to(elsewhere.path / "original")
    assert store.get("linked").id == "linked"
    assert store.best("pour-with").id == "linked"
    store.remove("linked")
    assert elsewhere.get("original").id == "original"


def test_stray_files_and_odd_folders_do_no_harm(store: DemonstrationStore) -> None:
    store.add(demonstration(id="good"))
    (store.path / "notes.txt").write_text("x")
    (store.path / "a folder").mkdir()
    (store.path / ".git").mkdir()
    assert {s.id: s.error is None for s in store.list()} == {"good": True, "a folder": False}


def read_only(*_: object, **__: object) -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_read_only_store(store: DemonstrationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    identifier = store.add(demonstration())
    monkeypatch.setattr("tempfile.mkstemp", read_only)
    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    monkeypatch.setattr("os.mkdir", read_only)
    with pytest.raises(DfcError, match=r"cannot write store .*Read-only file system"):
        store.add(demonstration())
    with pytest.raises(DfcError, match="cannot write store"):
        store.remove(identifier)
    assert store.get(identifier).id == identifier
    assert store.cached(identifier, "k", lambda: {"a": np.arange(3)})["a"].tolist() == [0, 1, 2]


def test_a_file_where_the_store_should_be(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    for path in (tmp_path / "f", tmp_path / "f" / "deeper"):
        with pytest.raises(DfcError):
            DemonstrationStore(path).add(demonstration())
    with pytest.raises(DfcError, match="not a folder"):
        DemonstrationStore(tmp_path / "f").list()


def test_disk_full_leaves_nothing(store: DemonstrationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.add(demonstration())
    before = visible(store)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(DfcError, match="No space left"):
        store.add(demonstration())
    assert visible(store) == before


HANG = """
    import sys, time
    import numpy as np
    from dfc_core.demonstrations import Demonstration, DemonstrationStore, folder
    from dfc_core.frames import Frame
    def hang(*_):
        print("half", flush=True)
        time.sleep(60)
    folder.write_text = hang  # the pictures are written, demonstration.yaml is not
    frame = Frame(np.zeros((4, 4, 3), np.uint8), mask=np.ones((4, 4), bool))
    DemonstrationStore(sys.argv[1]).add(Demonstration("", "pour-with", "mug", frame))
"""


def test_a_killed_writer_leaves_no_demonstration_and_is_cleared_away(store: DemonstrationStore) -> None:
    store.add(demonstration(id="good"))
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HANG), str(store.path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "half\n"
    assert len(visible(store)) == 2  # the half-written one is there, hidden
    assert [s.id for s in store.list()] == ["good"]
    store.add(demonstration(id="while-it-writes"))
    assert len(visible(store)) == 3  # ... and is left alone while its writer lives
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert [s.id for s in store.list()] == ["good", "while-it-writes"]
    store.add(demonstration(id="later"))
    assert visible(store) == ["good", "later", "while-it-writes"]


ADD = """
    import sys
    import numpy as np
    from dfc_core.demonstrations import Demonstration, DemonstrationStore
    from dfc_core.frames import Frame
    frame = Frame(np.zeros((4, 4, 3), np.uint8), mask=np.ones((4, 4), bool))
    store = DemonstrationStore(sys.argv[1])
    sys.stdin.readline()
    for _ in range(12):
        print(store.add(Demonstration("", "pour-with", "mug", frame)), flush=True)
"""


def test_two_processes_adding_at_once_never_collide(store: DemonstrationStore) -> None:
    command = [sys.executable, "-c", textwrap.dedent(ADD), str(store.path)]
    writers = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        for _ in range(2)
    ]
    time.sleep(1.5)
    ids = [line for writer in writers for line in _outputs(writer)]
    assert len(ids) == len(set(ids)) == 24
    assert sorted(ids) == visible(store)


def _outputs(writer: subprocess.Popen) -> list[str]:
    out, _ = writer.communicate("go\n", timeout=60)
    return out.split()
