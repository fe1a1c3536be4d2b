"""The store: what is added is read back, listed, removed, imported."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from shown_block import demonstration, visible

from dfc_core.demonstrations import (
    DemonstrationStore,
    default_store,
    import_demonstrations,
    load_demonstration,
    save_demonstration,
)
from dfc_core.errors import DfcError


@pytest.fixture
def store(tmp_path: Path) -> DemonstrationStore:
    return DemonstrationStore(tmp_path / "store")


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
        with pytest.raises(DfcError, match="is not a demonstration id") as caught:
            use(identifier)
        assert caught.value.code == "NO_DEMONSTRATION"
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


def test_where_the_store_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DFC_STORE", str(tmp_path / "s"))
    assert DemonstrationStore().path == default_store() == tmp_path / "s"
    monkeypatch.delenv("DFC_STORE")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert DemonstrationStore().path == tmp_path / ".local/share/dfc/demonstrations"
