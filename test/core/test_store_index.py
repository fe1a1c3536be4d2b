"""The store's index saves reading, and is believed only as far as the folders bear it out."""

import os
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shown_block import demonstration

from dfc_core.demonstrations import DemonstrationStore, index, summary
from dfc_core.demonstrations.folder import save_demonstration
from dfc_core.errors import DfcError


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemonstrationStore:
    """Two demonstrations, `a` and `b`, indexed as if they were old."""
    monkeypatch.setattr(index, "SETTLED_NS", 0)
    store = DemonstrationStore(tmp_path / "store")
    for name, tool in (("a", "mug"), ("b", "jug")):
        store.add(demonstration(id=name, tool=tool))
    time.sleep(0.02)
    assert listed(store) == {"a": "mug", "b": "jug"}
    return store


def listed(store: DemonstrationStore) -> dict[str, str]:
    return {one.id: "broken" if one.error else one.tool for one in store.list()}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the folders that are read from now on."""
    names: list[str] = []

    def noting(folder: Path, stamp: str = "") -> summary.Summary:
        names.append(folder.name)
        return summary.summarise(folder, stamp)

    monkeypatch.setattr(index, "summarise", noting)
    return names


def again(store: DemonstrationStore) -> DemonstrationStore:
    """Another process's view of the same store."""
    return DemonstrationStore(store.path)


def test_what_was_read_once_is_not_read_again(store: DemonstrationStore, read: list[str]) -> None:
    assert listed(again(store)) == listed(store) == {"a": "mug", "b": "jug"}
    assert [one.function for one in again(store).list("pour-with")] == ["pour-with"] * 2
    assert read == []


def test_what_was_added_and_removed_shows(store: DemonstrationStore, read: list[str]) -> None:
    other = again(store)
    other.add(demonstration(id="c", tool="pot"))
    assert listed(store) == listed(other) == {"a": "mug", "b": "jug", "c": "pot"}
    assert set(read) == {"c"}
    other.remove("a")
    assert listed(store) == listed(again(store)) == {"b": "jug", "c": "pot"}
    save_demonstration(demonstration(id="", tool="can"), store.path / "by-hand")
    assert listed(store)["by-hand"] == "can"


@pytest.mark.parametrize("fresh", [True, False])
def test_an_edit_behind_its_back_shows(store: DemonstrationStore, fresh: bool) -> None:
    path = store.path / "a" / "demonstration.yaml"
    stamp = path.stat()
    path.write_text(path.read_text().replace("tool: mug", "tool: cup"))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # same size, same time of writing
    assert listed(again(store) if fresh else store) == {"a": "cup", "b": "jug"}


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("demonstration.yaml", lambda path: path.write_text("a: [")),
        ("demonstration.yaml", lambda path: path.unlink()),
        ("rgb.png", lambda path: path.write_bytes(b"")),
        ("mask.png", lambda path: path.unlink()),
    ],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_what_broke_since_is_listed_as_broken(store: DemonstrationStore, name: str, damage, fresh: bool) -> None:
    damage(store.path / "a" / name)
    assert listed(again(store) if fresh else store) == {"a": "broken", "b": "jug"}
    assert [one.id for one in store.list("pour-with")] == ["b"]


def test_what_is_mended_is_usable_again(store: DemonstrationStore) -> None:
    path = store.path / "a" / "demonstration.yaml"
    good = path.read_text()
    path.write_text("a: [")
    assert listed(store)["a"] == "broken"
    path.write_text(good)
    assert listed(store)["a"] == "mug"


def test_names_that_are_no_utf8_are_kept(store: DemonstrationStore, read: list[str]) -> None:
    store.add(demonstration(id="c", tool=os.fsdecode(b"caf\xe9")))
    (store.path / os.fsdecode(b"\xe9")).mkdir()
    time.sleep(0.02)
    first = listed(again(store))
    assert first == {"a": "mug", "b": "jug", "c": "caf\udce9", "\udce9": "broken"}
    read.clear()
    assert listed(again(store)) == first
    assert read == []


def test_a_path_laid_beside_the_picture_shows(store: DemonstrationStore) -> None:
    (store.path / "a" / "trajectory.csv").write_text("t,x,y,z,qx,qy,qz,qw\n0,0,0,0,0,0,0,1\n1,0,0,0,0,0,0,1\n")
    assert {one.id: one.has_trajectory for one in store.list()} == {"a": True, "b": False}


def test_one_demonstration_in_anothers_place_shows(store: DemonstrationStore) -> None:
    os.rename(store.path / "a", store.path / "x")
    os.rename(store.path / "b", store.path / "a")
    os.rename(store.path / "x", store.path / "b")
    assert listed(again(store)) == listed(store) == {"a": "jug", "b": "mug"}


@pytest.mark.parametrize("how", ["empty", "half", "flipped", "json", "folder", "version"])
def test_a_broken_index_is_made_again(store: DemonstrationStore, read: list[str], how: str) -> None:
    path = store.path / ".cache" / "index"
    good = path.read_bytes()
    head = good.split(b"\n", 1)[0]
    path.unlink()
    if how == "folder":
        path.mkdir()
    else:
        broken = {
            "empty": b"",
            "half": good[: len(good) // 2],
            "flipped": good.replace(b"mug", b"pug"),
            "json": head + b"\n[[1]]",
            "version": good.replace(b"dfc-index 1", b"dfc-index 0"),
        }
        path.write_bytes(broken[how])
    assert listed(again(store)) == {"a": "mug", "b": "jug"}
    assert sorted(read) == ["a", "b"]
    if how != "folder":
        assert path.read_bytes() == good


def test_without_a_place_to_write_it_the_list_still_comes(
    store: DemonstrationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.path / ".cache" / "index").unlink()

    def refuse(*_: object) -> None:
        raise DfcError("BAD_INPUT", "read-only")

    monkeypatch.setattr(index, "write_bytes", refuse)
    assert listed(again(store)) == {"a": "mug", "b": "jug"}


def test_what_was_just_written_is_not_relied_on(tmp_path: Path, read: list[str]) -> None:
    store = DemonstrationStore(tmp_path / "store")
    store.add(demonstration(id="a"))
    for _ in range(2):
        assert len(store.list()) == 1
    assert read == ["a", "a"]  # within the same tick of the clock it could have been written once more


ADD_AND_LIST = """
    import sys
    from dataclasses import replace
    import numpy as np
    from dfc_core.demonstrations import Demonstration, DemonstrationStore, index
    from dfc_core.frames import Frame
    index.SETTLED_NS = 0
    store, name = DemonstrationStore(sys.argv[1]), sys.argv[2]
    shown = Demonstration("", "pour-with", "mug", Frame(np.zeros((4, 4, 3), np.uint8), mask=np.ones((4, 4), bool)))
    sys.stdin.readline()
    for number in range(8):
        store.add(replace(shown, id=f"{name}-{number}"))
        mine = [one.id for one in store.list() if one.id.startswith(name) and one.error is None]
        assert len(mine) == number + 1, mine
    for number in range(0, 8, 2):
        store.remove(f"{name}-{number}")
        assert len([one.id for one in store.list() if one.id.startswith(name)]) == 7 - number // 2
"""


def test_two_processes_never_lose_each_others(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(ADD_AND_LIST), str(tmp_path / "store")]
    writers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        for name in ("one", "two")
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    left = {one.id: one.error for one in DemonstrationStore(tmp_path / "store").list()}
    assert left == {f"{name}-{number}": None for name in ("one", "two") for number in (1, 3, 5, 7)}


# --- vectors ---------------------------------------------------------------------------------------------------------

TOOLS = {"mug": [1.0, 0.0, 0.2], "jug": [0.8, 0.6, 0.0], "pan": [-0.5, 1.0, 0.0]}


@pytest.fixture
def kitchen(tmp_path: Path) -> DemonstrationStore:
    store = DemonstrationStore(tmp_path / "kitchen")
    for day, tool in enumerate(TOOLS, 1):
        store.add(demonstration(id=tool, tool=tool, created=f"2025-01-0{day}T00:00:00Z"))
    return store


def nearest(store: DemonstrationStore, query: list[float], at_most: int = 16, made: list[str] | None = None):
    def describe(shown) -> np.ndarray:
        (made if made is not None else []).append(shown.id)
        return np.array(TOOLS[shown.tool])

    return store.nearest("pour-with", "model-1", lambda: np.array(query), describe, at_most)


def test_the_most_alike_come_first_with_their_cosine(kitchen: DemonstrationStore) -> None:
    found = nearest(kitchen, [2.0, 1.5, 0.0])  # along the jug
    assert [one.id for one in found] == ["jug", "mug", "pan"]
    assert found[0].similarity == pytest.approx(1.0, abs=2e-3)
    assert found[1].similarity == pytest.approx(0.8 / np.sqrt(1.04), abs=2e-3)
    assert found[2].similarity == pytest.approx((0.8 * -0.5 + 0.6) / np.sqrt(1.25), abs=2e-3)
    assert nearest(kitchen, [-1.0, 1.0, 0.0])[0].id == "pan"


def test_vectors_are_made_once_and_anew_for_another_picture_or_model(kitchen: DemonstrationStore) -> None:
    made: list[str] = []
    for _ in range(2):
        nearest(again(kitchen), [1.0, 0, 0], made=made)
    assert sorted(made) == ["jug", "mug", "pan"]
    path = kitchen.path / "jug" / "rgb.png"
    path.write_bytes(path.read_bytes() + b"\0")
    nearest(kitchen, [1.0, 0, 0], made=made)
    assert made[3:] == ["jug"]
    kitchen.nearest("pour-with", "model-2", lambda: np.ones(3), lambda shown: made.append(shown.id) or np.ones(3))
    assert sorted(made[4:]) == ["jug", "mug", "pan"]


def test_what_has_no_vector_yet_comes_last_and_in_its_turn(kitchen: DemonstrationStore) -> None:
    made: list[str] = []
    first = nearest(kitchen, [1.0, 0.0, 0.2], at_most=1, made=made)
    assert [(one.id, one.similarity is None) for one in first] == [("pan", False), ("jug", True), ("mug", True)]
    nearest(kitchen, [1.0, 0.0, 0.2], at_most=1, made=made)
    assert [one.id for one in nearest(kitchen, [1.0, 0.0, 0.2], at_most=1, made=made)] == ["mug", "jug", "pan"]
    assert made == ["pan", "jug", "mug"]


def test_a_broken_table_is_made_again_from_the_caches(kitchen: DemonstrationStore) -> None:
    nearest(kitchen, [1.0, 0, 0])
    (table,) = (kitchen.path / ".cache").glob("vectors-*.npz")
    data = table.read_bytes()
    made: list[str] = []
    for broken in (b"", data[: len(data) // 2], data[:200] + bytes(255 - byte for byte in data[200:260]) + data[260:]):
        table.write_bytes(broken)
        assert [one.id for one in nearest(again(kitchen), [1.0, 0, 0], made=made)] == ["mug", "jug", "pan"]
    assert made == []
    assert np.load(table)["vectors"].shape == (3, 3)


def test_one_that_cannot_be_described_costs_no_other(kitchen: DemonstrationStore) -> None:
    (kitchen.path / "jug" / "rgb.png").write_bytes(b"no picture")
    found = nearest(kitchen, [0.8, 0.6, 0.0])
    assert [(one.id, one.similarity is None) for one in found] == [("mug", False), ("pan", False), ("jug", True)]


def test_a_lone_demonstration_needs_no_vector_and_none_is_said(kitchen: DemonstrationStore) -> None:
    made: list[str] = []
    for tool in ("mug", "pan"):
        kitchen.remove(tool)
    assert [one.id for one in nearest(kitchen, [1.0, 0, 0], made=made)] == ["jug"]
    kitchen.remove("jug")
    with pytest.raises(DfcError, match="it is empty") as caught:
        nearest(kitchen, [1.0, 0, 0])
    assert caught.value.code == "NO_DEMONSTRATION"
    assert made == []


def test_the_functions_of_the_usable_ones(kitchen: DemonstrationStore) -> None:
    kitchen.add(replace(demonstration(), function="scoop-with", id="ladle"))
    kitchen.add(replace(demonstration(), function="cut-with", id="knife"))
    (kitchen.path / "knife" / "mask.png").unlink()
    assert kitchen.functions() == ["pour-with", "scoop-with"]
