"""Features kept beside a demonstration."""

import os
from pathlib import Path

import numpy as np
import pytest
from shown_block import demonstration

from dfc_core.demonstrations import (
    DemonstrationStore,
)


@pytest.fixture
def store(tmp_path: Path) -> DemonstrationStore:
    return DemonstrationStore(tmp_path / "store")


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
