"""The store keeps what it was given, whole or not at all, and says what is wrong."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from dfc_core.demonstrations import (
    Contact,
    Demonstration,
    DemonstrationStore,
    Grasp,
    check_on_tool,
    default_store,
    import_demonstrations,
    load_demonstration,
    load_grasp,
    save_demonstration,
)
from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.functions import canonical_function
from dfc_core.geometry import unproject

K = np.array([[50.0, 0, 4], [0, 50.0, 3], [0, 0, 1]])


def demonstration(**changes: object) -> Demonstration:
    mask = np.zeros((12, 16), dtype=bool)
    mask[2:9, 3:9] = True
    rgb = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    frame = Frame(rgb, K, np.full((12, 16), 0.5, np.float32), mask, "cam", "mug")
    contacts = (Contact((4.0, 2.5), "function"), Contact((8.0, 8.0), "grasp"))
    grasp = Grasp(np.array([0.1, 0.0, 0.5]), np.array([0.0, 0, 0, 1]), 0.04)
    return replace(Demonstration("", "pour-with", "Red Mug", frame, contacts, grasp), **changes)


@pytest.fixture
def store(tmp_path: Path) -> DemonstrationStore:
    return DemonstrationStore(tmp_path / "store")


def visible(store: DemonstrationStore) -> list[str]:
    return sorted(entry.name for entry in store.path.iterdir() if entry.name != ".cache")


def test_round_trip(store: DemonstrationStore) -> None:
    wrote = demonstration()
    identifier = store.add(wrote)
    read = store.get(identifier)
    assert identifier == read.id == "pour-with-red-mug-001"
    assert (read.function, read.tool, read.created, read.schema) == ("pour-with", "Red Mug", wrote.created, 1)
    assert read.contacts == wrote.contacts
    assert read.grasp is not None
    assert read.grasp.width == 0.04
    np.testing.assert_allclose(read.grasp.position, [0.1, 0, 0.5])
    np.testing.assert_allclose(read.grasp.quaternion_xyzw, [0, 0, 0, 1])
    np.testing.assert_array_equal(read.frame.rgb, wrote.frame.rgb)
    np.testing.assert_array_equal(read.frame.mask, wrote.frame.mask)


def test_the_folder_is_readable(store: DemonstrationStore) -> None:
    identifier = store.add(demonstration())
    values = yaml.safe_load((store.path / identifier / "demonstration.yaml").read_text())
    assert values["contacts"][0] == {"pixel": [4.0, 2.5], "role": "function"}
    assert values["grasp"]["width"] == 0.04
    assert load_demonstration(store.path / identifier).id == identifier


def test_numbers_run_on_and_best_is_the_newest(store: DemonstrationStore) -> None:
    for day in (2, 3, 1):
        store.add(demonstration(created=f"2025-01-0{day}T00:00:00Z"))
    store.add(demonstration(function="scoop-with"))
    assert [s.id[-3:] for s in store.list("pour with")] == ["003", "001", "002"]
    assert store.best("pour_with").id == "pour-with-red-mug-002"
    summary = store.list("scoop-with")[0]
    assert (summary.tool, summary.contacts, summary.has_grasp, summary.error) == ("Red Mug", 2, True, None)


def test_own_id_is_kept_once(store: DemonstrationStore) -> None:
    assert store.add(demonstration(id="mine")) == "mine"
    with pytest.raises(DfcError, match="already has"):
        store.add(demonstration(id="mine"))


def test_remove(store: DemonstrationStore) -> None:
    identifier = store.add(demonstration())
    store.cached(identifier, "k", lambda: {"a": np.ones(1)})
    store.remove(identifier)
    assert visible(store) == []
    assert not (store.path / ".cache" / identifier).exists()
    with pytest.raises(DfcError) as caught:
        store.get(identifier)
    assert caught.value.code == "NO_DEMONSTRATION"


BAD_IDS = [
    "",
    ".",
    "..",
    "../x",
    "/etc",
    "a/b",
    "a\\b",
    ".hidden",
    "-x",
    "a b",
    "ä",
    "a\n",
    "a\0b",
    "x" * 65,
    "~",
    "a:b",
]


@pytest.mark.parametrize("identifier", BAD_IDS)
def test_ids_cannot_escape(store: DemonstrationStore, identifier: str) -> None:
    outside = store.path.parent / "x"
    save_demonstration(demonstration(), outside)
    for use in (store.get, store.remove, lambda i: store.cached(i, "k", dict)):
        with pytest.raises(DfcError, match="is not a demonstration id"):
            use(identifier)
    if identifier:
        with pytest.raises(DfcError, match="is not a demonstration id"):
            store.add(demonstration(id=identifier))
    assert (outside / "rgb.png").exists()


def test_unknown_id_and_function(store: DemonstrationStore) -> None:
    assert store.list() == []
    for use in (store.get, store.remove):
        with pytest.raises(DfcError) as caught:
            use("nobody")
        assert caught.value.code == "NO_DEMONSTRATION"
    with pytest.raises(DfcError, match="it is empty"):
        store.best("pour-with")
    store.add(demonstration())
    with pytest.raises(DfcError, match=r"has some of pour-with") as caught:
        store.best("cut-with")
    assert caught.value.code == "NO_DEMONSTRATION"


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


def test_cache_is_kept_until_model_or_pictures_change(store: DemonstrationStore) -> None:
    identifier = store.add(demonstration())
    calls: list[int] = []

    def compute() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"features": np.full((2, 3), len(calls), np.float32), "index": np.arange(4)}

    first = store.cached(identifier, "model-a", compute)
    again = DemonstrationStore(store.path).cached(identifier, "model-a", compute)
    assert len(calls) == 1
    np.testing.assert_array_equal(first["features"], again["features"])
    assert again["features"].dtype == np.float32
    assert again["index"].tolist() == [0, 1, 2, 3]
    store.cached(identifier, "model-b", compute)
    assert len(calls) == 2
    store.cached(identifier, "model-a", compute)
    assert len(calls) == 2
    rgb = store.path / identifier / "rgb.png"
    stamp = rgb.stat()
    rgb.write_bytes(rgb.read_bytes() + b"\0")
    os.utime(rgb, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # content counts, not the clock
    assert store.cached(identifier, "model-a", compute)["features"][0, 0] == 3


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", "half", "flipped"])
def test_corrupt_cache_is_computed_anew(store: DemonstrationStore, content: bytes | str) -> None:
    identifier = store.add(demonstration())
    store.cached(identifier, "k", lambda: {"a": np.arange(1000)})
    (path,) = (store.path / ".cache" / identifier).glob("*.npz")
    data = path.read_bytes()
    flipped = bytes(255 - byte for byte in data[500:600])
    path.write_bytes(
        content
        if isinstance(content, bytes)
        else (data[: len(data) // 2] if content == "half" else data[:500] + flipped + data[600:])
    )
    assert store.cached(identifier, "k", lambda: {"a": np.arange(5)})["a"].tolist() == [0, 1, 2, 3, 4]
    assert store.cached(identifier, "k", dict)["a"].tolist() == [0, 1, 2, 3, 4]


def test_import_one_or_many(store: DemonstrationStore, tmp_path: Path) -> None:
    save_demonstration(demonstration(), tmp_path / "many" / "mug-a")
    save_demonstration(demonstration(), tmp_path / "many" / "an odd name")
    assert import_demonstrations(tmp_path / "many" / "mug-a", store) == ["mug-a"]
    assert sorted(import_demonstrations(tmp_path / "many", store)) == ["pour-with-red-mug-001", "pour-with-red-mug-002"]
    with pytest.raises(DfcError) as caught:
        import_demonstrations(tmp_path, store)
    assert caught.value.code == "NO_DEMONSTRATION"
    (tmp_path / "many" / "mug-a" / "rgb.png").write_bytes(b"")
    with pytest.raises(DfcError):
        import_demonstrations(tmp_path / "many", store)
    assert len(store.list()) == 3


def test_load_grasp(tmp_path: Path) -> None:
    path = tmp_path / "grasp.yaml"
    path.write_text("position: [0.1, 0, 0.5]\nquaternion_xyzw: [0, 0, 0.7071, 0.7071]\nwidth: 0.05\n")
    assert np.linalg.norm(load_grasp(path).quaternion_xyzw) == pytest.approx(1, abs=1e-12)
    for text in ("", "position: [0, 0]", "[1", "position: [a, b, c]\nquaternion_xyzw: [0, 0, 0, 1]\nwidth: 1"):
        path.write_text(text)
        with pytest.raises(DfcError, match=r"grasp\.yaml"):
            load_grasp(path)
    with pytest.raises(DfcError, match="is not a file"):
        load_grasp(tmp_path / "none.yaml")


def test_a_demonstration_needs_a_mask() -> None:
    frame = demonstration().frame
    for mask in (None, np.zeros((12, 16), bool)):
        with pytest.raises(DfcError) as caught:
            demonstration(frame=replace(frame, mask=mask))
        assert caught.value.code == "EMPTY_MASK"


def test_contacts_lie_on_the_tool() -> None:
    check_on_tool(demonstration(contacts=(Contact((11.0, 5.0)),)), within_px=3)
    with pytest.raises(DfcError, match="15,5 is 7 px off"):
        check_on_tool(demonstration(contacts=(Contact((15.0, 5.0)),)), within_px=3)


def test_a_grasp_must_be_at_the_tool():
    shown = demonstration()
    ys, xs = np.nonzero(shown.frame.mask & (shown.frame.depth_m > 0))
    z = float(shown.frame.depth_m[ys[0], xs[0]])
    (point,) = unproject(np.array([[xs[0], ys[0]]]), np.array([z]), shown.frame.K)
    check_on_tool(replace(shown, grasp=Grasp(point + np.array([0, 0, -0.05]), (0, 0, 0, 1), 0.05)))
    with pytest.raises(DfcError, match=r"the grasp's position is 1\.00 m from the tool; at most 0\.1 m"):
        check_on_tool(replace(shown, grasp=Grasp(point + np.array([0, 0, -1.0]), (0, 0, 0, 1), 0.05)))


@pytest.mark.parametrize("text", ["pour-with", "pour with", "Pour_With", "  pour - with "])
def test_canonical_function(text: str) -> None:
    assert canonical_function(text) == "pour-with"


@pytest.mark.parametrize("text", ["", "../x", "pour/with", "1", "x" * 50, "pour\0"])
def test_no_function(text: str) -> None:
    with pytest.raises(DfcError) as caught:
        canonical_function(text)
    assert caught.value.code == "UNKNOWN_FUNCTION"


def test_where_the_store_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DFC_STORE", str(tmp_path / "s"))
    assert DemonstrationStore().path == default_store() == tmp_path / "s"
    monkeypatch.delenv("DFC_STORE")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert DemonstrationStore().path == tmp_path / ".local/share/dfc/demonstrations"
