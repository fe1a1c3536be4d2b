"""Benchmark folders: written, read back, verified; what is wrong in one is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from place_benchmark import pair, picture

from dfc_core.dataset.benchmark import benchmark_checksum
from dfc_core.dataset.benchmark_format import BenchmarkPair, BenchmarkPicture, read_benchmark, save_benchmark
from dfc_core.dataset.benchmark_info import describe_benchmark, verify_benchmark
from dfc_core.errors import DfcError


def test_a_saved_benchmark_reads_back(tmp_path: Path) -> None:
    depth_m = np.full((224, 224), 0.75, dtype=np.float32)
    T_a_b = np.eye(4)
    T_a_b[0, 3] = 0.5
    K = np.array([[300.0, 0, 112], [0, 300, 112], [0, 0, 1]])
    plain = picture("mug", 1)
    a = BenchmarkPicture("mug", plain.rgb, plain.mask, plain.points, plain.part, depth_m, K)
    save_benchmark(tmp_path, "tiny", [BenchmarkPair("pour-with", a, picture("cup", 2), T_a_b, ("clean",))])
    benchmark = read_benchmark(tmp_path)
    assert (benchmark.name, len(benchmark)) == ("tiny", 1)
    loaded = benchmark.load(0)
    assert (loaded.function, loaded.a.category, loaded.b.category) == ("pour-with", "mug", "cup")
    assert loaded.splits == ("clean",)
    assert loaded.a.part is not None
    assert loaded.a.depth_m is not None
    for read, written in ((loaded.a.rgb, a.rgb), (loaded.a.mask, a.mask), (loaded.a.points, a.points), (loaded.a.K, K)):
        np.testing.assert_array_equal(read, written)
    np.testing.assert_array_equal(loaded.a.part, plain.part)
    np.testing.assert_allclose(loaded.a.depth_m, depth_m)
    np.testing.assert_array_equal(loaded.T_a_b, T_a_b)
    assert loaded.b.depth_m is None
    assert loaded.b.K is None


def test_the_same_pairs_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (save_benchmark(tmp_path / name, "tiny", [pair()]) for name in ("first", "second"))
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(files) == 8
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes()


def change_json(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        content = json.loads((folder / "benchmark.json").read_text())
        change(content)
        (folder / "benchmark.json").write_text(json.dumps(content))

    return apply


def replace(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / "pairs/00000" / name).write_bytes(content) and None


def save_points(**arrays: Any) -> Callable[[Path], None]:
    return lambda folder: np.savez(folder / "pairs/00000/points.npz", **arrays)


def damage_points(folder: Path) -> None:
    """Spoil the compressed bytes, not the directory."""
    path = folder / "pairs/00000/points.npz"
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)


def save_image(name: str, array: NDArray) -> Callable[[Path], None]:
    return lambda folder: Image.fromarray(array).save(folder / "pairs/00000" / name)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "benchmark.json").unlink(), "not a benchmark folder"),
        (lambda folder: (folder / "benchmark.json").write_text("{"), "is not JSON"),
        (lambda folder: (folder / "benchmark.json").write_text("[]"), "must be an object with name"),
        (change_json(lambda c: c.update(image_size=448)), "image_size .* is 448; allowed: 224"),
        (change_json(lambda c: c.update(pairs=[])), "at least one pair"),
        (change_json(lambda c: c["pairs"].append(3)), "pair 3 of .* is int"),
        (change_json(lambda c: c["pairs"][0].pop("function")), "pair 0 of .* has function None"),
        (change_json(lambda c: c["pairs"][0].pop("points")), "points of pair 0 .* is None"),
        (change_json(lambda c: c["pairs"][0].update(mask_a="../x.png")), "only paths inside the folder"),
        (change_json(lambda c: c["pairs"][0].update(mask_a="/x.png")), "only paths inside the folder"),
        (change_json(lambda c: c["pairs"][0].update(mask_a="no.png")), "no.png, which is not there"),
        (change_json(lambda c: c["pairs"][0].update(T_a_b=[[1]])), "T_a_b of pair 0 .* 4 x 4"),
        (change_json(lambda c: c["pairs"][0].update(K_b="wide")), "K_b .* 3 x 3"),
        (change_json(lambda c: c["pairs"][0].update(splits="clean")), "splits .* list of texts"),
        (replace("image_a.png", b""), "image_a.png is not a readable picture"),
        (replace("image_b.png", b"\x89PNG\r\n\x1a\nbroken"), "image_b.png is not a readable picture"),
        (save_image("image_a.png", np.zeros((100, 120, 3), np.uint8)), "image_a.png is 120x100; allowed: 224x224"),
        (save_image("mask_a.png", np.zeros((224, 224), np.uint8)), "mask_a.png marks no pixel"),
        (save_image("mask_a.png", np.zeros((224, 224, 3), np.uint8)), "mask_a.png has pixel format RGB; allowed: L, 1"),
        (replace("points.npz", b""), "points.npz is not an .npz"),
        (replace("points.npz", b"PK\x03\x04 cut"), "points.npz is not an .npz"),
        (damage_points, "points.npz is not an .npz"),
        (save_points(a=np.zeros((3, 2))), "points.npz is not an .npz with arrays a and b"),
        (save_points(a=np.zeros((3, 2)), b=np.zeros((4, 2))), "3 points in a but 4 in b"),
        (save_points(a=np.zeros((3, 3)), b=np.zeros((3, 2))), "a in .*points.npz is .*allowed: numbers N x 2"),
        (save_points(a=np.zeros((0, 2)), b=np.zeros((0, 2))), "N at least 1"),
        (save_points(a=np.zeros((1, 2)), b=np.full((1, 2), 300)), "b in .* outside the picture"),
        (save_points(a=np.full((1, 2), np.nan), b=np.zeros((1, 2))), "a in .* not finite"),
        (save_points(a=np.array([[{}, 1]]), b=np.zeros((1, 2))), "points.npz is not an .npz"),
    ],
)
def test_a_bad_benchmark_is_named(tmp_path: Path, spoil: Callable[[Path], Any], words: str) -> None:
    folder = save_benchmark(tmp_path, "tiny", [pair(), pair(), pair()])
    spoil(folder)
    with pytest.raises(DfcError, match=words):
        read_benchmark(folder).load(0)


def test_points_may_lie_on_the_border_of_the_last_pixel(tmp_path: Path) -> None:
    folder = save_benchmark(tmp_path, "tiny", [pair()])
    border = np.array([[224.0, 223.7]])
    save_points(a=border, b=np.zeros((1, 2)))(folder)
    np.testing.assert_array_equal(read_benchmark(folder).load(0).a.points, border)


def test_what_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    whole = pair()
    no_points = BenchmarkPicture("mug", whole.a.rgb, whole.a.mask, np.empty((0, 2)))
    with pytest.raises(DfcError, match="in a but 30 in b"):
        save_benchmark(tmp_path, "tiny", [BenchmarkPair("pour-with", no_points, whole.b)])
    with pytest.raises(DfcError, match="no pairs to write"):
        save_benchmark(tmp_path, "tiny", [])
    assert not (tmp_path / "benchmark.json").exists()


def test_what_a_benchmark_holds(benchmark_folder: Path) -> None:
    about = describe_benchmark(read_benchmark(benchmark_folder))
    assert (about["name"], about["pairs"], about["within"], about["across"]) == ("tiny", 3, 1, 2)
    assert about["splits"] == {"clean": 2, "rolled": 1}
    assert about["functions"]["pour-with"] == {
        "pairs": 2, "within": 1, "across": 1, "splits": {"clean": 1}, "pictures_of": {"cup": 1, "mug": 3},
    }  # fmt: skip


def test_a_benchmark_is_verified(benchmark_folder: Path) -> None:
    digest = benchmark_checksum(benchmark_folder)
    known = {"tiny": {"command": "make it", "sha256": digest}}
    assert verify_benchmark(benchmark_folder, known) == digest
    (benchmark_folder / "pairs/00000/image_a.png").write_bytes(b"changed")
    with pytest.raises(
        DfcError, match=f"is not tiny: .*{digest}; .* another kind of processor .* make it anew with: make it"
    ):
        verify_benchmark(benchmark_folder, known)
    with pytest.raises(DfcError, match=r"benchmark 'tiny', whose checksum is not known; known: \(none\)"):
        verify_benchmark(benchmark_folder, {})
