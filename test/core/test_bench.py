"""The bench reports what was measured; no test here asserts how fast this machine is."""

from __future__ import annotations

import gc
import json
import mmap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dfc_core.bench import bench, bench_pictures, bench_rendering, bench_store
from dfc_core.bench.cost import peak_memory, resident_bytes
from dfc_core.bench.matching import compare_matching
from dfc_core.bench.store import write_store
from dfc_core.demonstrations import DemonstrationStore
from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.model import Model, Network, NetworkConfig, ToolFeatures
from dfc_core.model.unet import UNetConfig

STAGES = {"segment", "backbone", "head", "match", "lift", "transfer", "demonstration", "total"}


@dataclass(frozen=True)
class PlaceModel:
    """A pixel's feature is its place in the picture."""

    functions: tuple[str, ...] = ("pour-with",)
    id: str = "place-1"

    def encode(self, rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return mask

    def read_out(self, encoded, function: str, role: str, stride: int = 2) -> ToolFeatures:
        ys, xs = np.nonzero(encoded)
        pixels = np.stack([xs, ys], axis=1)[::stride].astype(np.float32)
        features, probability = self.sample(encoded, pixels, function, role)
        return ToolFeatures(torch.from_numpy(pixels), torch.from_numpy(pixels), features, probability)

    def sample(self, encoded, pixels: np.ndarray, function: str, role: str):
        place = np.asarray(pixels, np.float64).reshape(-1, 2) / 100 - 0.5
        features = np.concatenate([place, np.sqrt(1 - (place**2).sum(axis=1, keepdims=True))], axis=1)
        return torch.from_numpy(features.astype(np.float32)), torch.full((len(place),), 0.9)


def frame() -> Frame:
    mask = np.zeros((80, 100), bool)
    mask[20:50, 30:70] = True
    rows = np.arange(80, dtype=np.float32)[:, None]
    depth = np.where(mask, 0.5 + 0.0005 * rows, 0).astype(np.float32)
    K = np.array([[200.0, 0, 50], [0, 200.0, 40], [0, 0, 1]])
    rgb = np.repeat(np.where(mask, 200, 40)[..., None], 3, axis=2).astype(np.uint8)
    return Frame(rgb, K, depth, mask, name="slope")


def test_a_frame_that_shows_itself_is_timed_by_stage_and_written(tmp_path: Path) -> None:
    calls = []
    out = tmp_path / "bench.json"
    report = bench(
        PlaceModel(), None, frame(), 3, out, pixels=100, progress=lambda done, total: calls.append((done, total))
    )
    assert calls == [(1, 3), (2, 3), (3, 3)]
    assert set(report["seconds"]) == STAGES
    for seconds in report["seconds"].values():
        assert 0 <= seconds["p50"] <= seconds["p95"]
    parts = sum(value["p50"] for stage, value in report["seconds"].items() if stage != "total")
    assert parts <= 3 * report["seconds"]["total"]["p50"]
    assert report["tool_pixels"] == 30 * 40
    assert report["correspondences"] > 100
    assert report["demonstration"] == "(the frame itself)"
    assert json.loads(out.read_text()) == report


def test_no_calls_is_a_users_mistake() -> None:
    with pytest.raises(DfcError, match="calls is 0"):
        bench(PlaceModel(), None, frame(), 0)


def test_pictures_are_described_in_every_batch_size_and_the_first_is_the_measure(tmp_path: Path) -> None:
    tiny = NetworkConfig(backbone=UNetConfig(widths=(8, 16, 16, 16), readout=16, fine=8, features=32, heads=2))
    model, out = Model(Network(tiny), "tiny", "tiny-0"), tmp_path / "pictures.json"
    report = bench_pictures(model, frame(), (2, 1), calls=2, out=out)
    assert [row["batch"] for row in report["rows"]] == [2, 1]
    for row in report["rows"]:
        assert row["per_second"] == pytest.approx(row["batch"] / row["seconds"])
        assert row["speed_ratio"] == pytest.approx(row["per_second"] / report["rows"][0]["per_second"])
    assert (report["device"], report["tool_pixels"]) == ("cpu", 30 * 40)
    assert json.loads(out.read_text()) == report
    with pytest.raises(DfcError, match=r"batches are \[0\]; all must be at least 1"):
        bench_pictures(model, frame(), (0,))


def test_chunked_matching_finds_what_the_full_matrix_finds() -> None:
    report = compare_matching(pixels=400, width=16, repeats=1)
    assert report["agreement"] > 0.99
    assert report["time_ratio"] > 0
    assert report["full_matrix"]["seconds"] > 0


@pytest.mark.skipif(resident_bytes() is None, reason="resident memory is read from /proc")
@pytest.mark.parametrize("garbage", [0, 96])
def test_peak_memory_sees_what_was_held_meanwhile(garbage: int) -> None:
    cycle: list[Any] = [np.ones(garbage * 2**20 // 8)]
    cycle.append(cycle)
    del cycle
    with peak_memory() as peak:
        gc.collect()  # as it may happen at any time
        held = np.frombuffer(mmap.mmap(-1, 64 * 2**20))  # new pages: an allocator may give again what it kept
        held[:] = 1
        deadline = time.monotonic() + 30  # for the thread that looks; a busy machine may let it wait
        while (peak.added or 0) < 50 * 2**20 and time.monotonic() < deadline:
            held.sum()
        del held
    assert peak.added is not None
    assert 50 * 2**20 < peak.added < 200 * 2**20


def test_a_store_is_opened_and_searched_at_every_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("dfc_core.bench.store", "dfc_core.demonstrations.index"):
        monkeypatch.setattr(f"{module}.SETTLED_NS", 0)
    report = bench_store((8, 2), searches=2, out=tmp_path / "store.json")
    assert [row["demonstrations"] for row in report["rows"]] == [2, 8]
    small, large = report["rows"]
    assert min(value for name, value in large.items() if name.endswith("_seconds")) > 0
    assert large["index_bytes"] > small["index_bytes"] > 100
    assert large["table_bytes"] - small["table_bytes"] >= 6 * 433 * 2  # float16 numbers of six more vectors
    assert json.loads((tmp_path / "store.json").read_text()) == report
    with pytest.raises(DfcError, match="must be at least 1"):
        bench_store((0,))


def test_a_written_store_is_one_like_any_other(tmp_path: Path) -> None:
    write_store(tmp_path, 3)
    listed = DemonstrationStore(tmp_path).list()
    assert [(one.id, one.function, one.error) for one in listed] == [(f"d0000{n}", "pour-with", None) for n in range(3)]
    assert DemonstrationStore(tmp_path).get("d00002").frame.mask.sum() == 48


def test_rendering_is_measured_at_every_size(tmp_path: Path) -> None:
    report = bench_rendering((2, 1), views=2, workers=1, out=tmp_path / "rendering.json")
    assert [(row["assets"], row["views"]) for row in report["rows"]] == [(1, 2), (2, 4)]
    first, second = report["rows"]
    assert first["seconds_per_view_ratio"] is None
    expected = (second["seconds"] / 4) / (first["seconds"] / 2)
    assert second["seconds_per_view_ratio"] == pytest.approx(expected)
    assert second["worker_bytes"] >= first["worker_bytes"] > 2**20
    assert json.loads((tmp_path / "rendering.json").read_text()) == report
