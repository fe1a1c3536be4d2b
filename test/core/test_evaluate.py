"""Benchmark folders, the report, and the baselines against what they must give."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from dfc_core.cli.app import run
from dfc_core.dataset.benchmark import benchmark_checksum
from dfc_core.dataset.benchmark_format import BenchmarkPair, BenchmarkPicture, read_benchmark, save_benchmark
from dfc_core.dataset.benchmark_info import describe_benchmark, verify_benchmark
from dfc_core.errors import DfcError
from dfc_core.evaluate import Subset, evaluate
from dfc_core.evaluate.metrics import DISCOVERY_METRICS, LABEL_METRICS
from dfc_core.evaluate.panel import draw_panel, draw_sheet, write_panels
from dfc_core.evaluate.predict import (
    PairScore,
    Side,
    describe_side,
    predict,
    predict_both,
    score,
    score_chance,
)
from dfc_core.evaluate.report import PairKind, difference, results
from dfc_core.evaluate.showcase import best_and_worst
from dfc_core.evaluate.sources import Encoder, HogSource, ModelSource, OracleSource


def picture(category: str, seed: int, shift: int = 0) -> BenchmarkPicture:
    """A noisy 60 x 40 block on white with 30 true pixels; `shift` moves it to the right."""
    rng = np.random.default_rng(seed)
    left, top = 40 + shift, 70
    mask = np.zeros((224, 224), dtype=bool)
    mask[top : top + 40, left : left + 60] = True
    rgb = np.full((224, 224, 3), 255, dtype=np.uint8)
    rgb[mask] = rng.integers(0, 255, (int(mask.sum()), 3), dtype=np.uint8)
    places = np.random.default_rng(7).choice(60 * 40, 30, replace=False)
    points = np.stack([left + places % 60, top + places // 60], axis=1).astype(np.float64)
    part = np.zeros_like(mask)
    part[top : top + 40, left : left + 30] = True
    return BenchmarkPicture(category, rgb, mask, points, part)


def pair(category_b: str = "cup", function: str = "pour-with", splits: tuple[str, ...] = ()) -> BenchmarkPair:
    return BenchmarkPair(function, picture("mug", 1), picture(category_b, 2, shift=50), None, splits)


class PlaceModel:
    """Stands in for `Model`: describes a pixel by its place in the mask's box, and knows the left half as the part."""

    name, id, functions = "place", "place-0", ("pour-with", "cut-with")
    encoded = 0

    def encode(self, rgb: NDArray, mask: NDArray) -> NDArray:
        self.encoded += 1
        rows, columns = np.nonzero(mask)
        return np.array([columns.min(), rows.min(), np.ptp(columns), np.ptp(rows)], dtype=np.float64)

    def sample(self, box: NDArray, pixels: NDArray, function: str, role: str) -> tuple[torch.Tensor, torch.Tensor]:
        assert role == "function"
        place = (np.asarray(pixels) - box[:2]) / box[2:]
        angle = np.pi / 2 * place
        features = torch.from_numpy(np.concatenate([np.cos(angle), np.sin(angle)], axis=1) / np.sqrt(2)).float()
        return features, torch.from_numpy((place[:, 0] < 0.5).astype(np.float32))

    def backbone_features(self, box: NDArray, pixels: NDArray) -> torch.Tensor:
        return self.sample(box, pixels, "pour-with", "function")[0]


@pytest.fixture
def benchmark_folder(tmp_path: Path) -> Path:
    pairs = [pair("mug", splits=("clean",)), pair("cup"), pair("cup", "cut-with", ("clean", "rolled"))]
    return save_benchmark(tmp_path / "bench", "tiny", pairs)


# --- the folder ----------------------------------------------------------------------------------------------------


def test_a_saved_benchmark_reads_back(tmp_path: Path) -> None:
    depth_m = np.full((224, 224), 0.75, dtype=np.float32)
    T_a_b = np.eye(4)
    T_a_b[0, 3] = 0.5
    K = np.array([[300.0, 0, 112], [0, 300, 112], [0, 0, 1]])
    plain = picture("mug", 1)
    a = BenchmarkPicture("mug", plain.rgb, plain.mask, plain.points, plain.part, depth_m, K)
    save_benchmark(tmp_path, "tiny", [BenchmarkPair("pour-with", a, picture("cup", 2), T_a_b, ("clean",))])
    benchmark = read_benchmark(tmp_path)
    assert (benchmark.name, len(benchmark), benchmark.functions) == ("tiny", 1, ("pour-with",))
    loaded = benchmark.load(0)
    assert (loaded.function, loaded.a.category, loaded.b.category, loaded.within) == ("pour-with", "mug", "cup", False)
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
        (save_points(a=np.zeros((3, 2))), "points.npz is not an .npz with arrays a and b"),
        (save_points(a=np.zeros((3, 2)), b=np.zeros((4, 2))), "3 points in a but 4 in b"),
        (save_points(a=np.zeros((3, 3)), b=np.zeros((3, 2))), "a in .*points.npz is .*allowed: numbers N x 2"),
        (save_points(a=np.zeros((0, 2)), b=np.zeros((0, 2))), "N at least 1"),
        (save_points(a=np.zeros((1, 2)), b=np.full((1, 2), 300)), "b in .* outside the picture"),
        (save_points(a=np.full((1, 2), np.nan), b=np.zeros((1, 2))), "a in .* outside the picture"),
        (save_points(a=np.array([[{}, 1]]), b=np.zeros((1, 2))), "points.npz is not an .npz"),
    ],
)
def test_a_bad_benchmark_is_named(tmp_path: Path, spoil: Callable[[Path], Any], words: str) -> None:
    folder = save_benchmark(tmp_path, "tiny", [pair(), pair(), pair()])
    spoil(folder)
    with pytest.raises(DfcError, match=words):
        read_benchmark(folder).load(0)


def test_what_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    whole = pair()
    no_points = BenchmarkPicture("mug", whole.a.rgb, whole.a.mask, np.empty((0, 2)))
    with pytest.raises(DfcError, match="in a but 30 in b"):
        save_benchmark(tmp_path, "tiny", [BenchmarkPair("pour-with", no_points, whole.b)])
    with pytest.raises(DfcError, match="no pairs to write"):
        save_benchmark(tmp_path, "tiny", [])
    assert not (tmp_path / "benchmark.json").exists()


# --- sources -------------------------------------------------------------------------------------------------------


def test_the_oracle_is_perfect() -> None:
    truth = pair()
    a, b = (describe_side(OracleSource(), side, truth.function) for side in (truth.a, truth.b))
    scored = score(predict(a, b), truth)
    for figures in scored.label_transfer:
        assert figures == {"norm_dist": 0.0, "pck@23": 1.0, "pck@15": 1.0, "pck@10": 1.0}
    for figures in scored.discovery:
        assert all(figures[f"ap@{t}"] > 0.97 for t in (23, 15, 10, 5))


def test_chance_is_close_to_drawing_pixels() -> None:
    truth = pair()
    rng = np.random.default_rng(0)
    draws = np.stack([rng.uniform(90, 149, (20000, 30)), rng.uniform(70, 109, (20000, 30))], axis=-1).round()
    distance = np.linalg.norm(draws - truth.b.points, axis=2)
    figures = score_chance(truth, (0, 0))
    assert figures.label_transfer[0]["norm_dist"] == pytest.approx(distance.mean() / 223, rel=0.01)
    assert figures.label_transfer[0]["pck@23"] == pytest.approx((distance <= 23).mean(), abs=0.01)
    assert figures == score_chance(truth, (0, 0))
    assert figures.discovery != score_chance(truth, (0, 1)).discovery
    # nearly every pixel is within 23 px of a true one in a, and then its random partner is right by pck's chance
    assert figures.discovery[0]["ap@5"] < 0.2


def test_hog_finds_the_same_picture_moved() -> None:
    still = picture("mug", 1)
    moved = BenchmarkPicture(
        "mug", np.roll(still.rgb, 50, axis=1), np.roll(still.mask, 50, axis=1), still.points + np.array([50, 0])
    )
    a, b = (describe_side(HogSource(), side, "pour-with") for side in (still, moved))
    assert torch.allclose(a.features.norm(dim=1), torch.ones(len(a.features)))
    np.testing.assert_array_equal(predict(a, b).label_b, moved.points)


def test_masked_prediction_stays_on_the_part() -> None:
    truth, model = pair(), PlaceModel()
    source = ModelSource(Encoder(model))  # type: ignore[arg-type]
    a, b = (describe_side(source, side, truth.function) for side in (truth.a, truth.b))
    plain, prediction = predict_both(a, b)
    assert (prediction.label_b[:, 0] < 90 + 30).all()  # the part is the left half of the block at x = 90
    assert (plain.label_b[:, 0] >= 90 + 30).any()
    first = prediction.ranked_a[0][: 30 * 40]
    assert (first[:, 0] < 40 + 30).all()


# --- the search against METHOD section 5 written out -------------------------------------------------------------


def random_side(seed: int, count: int, part_share: float, levels: int = 0) -> Side:
    """`count` pixels with random features; with `levels` these are so coarse that many pixels are equal."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count + 9, 3))
    if levels:
        features = np.round(np.abs(features) * levels) + 1
    unit = torch.from_numpy(features / np.linalg.norm(features, axis=1, keepdims=True)).float()
    probability = torch.from_numpy((rng.random(count) < part_share).astype(np.float32))
    pixels = torch.from_numpy(np.stack(np.divmod(rng.choice(900, count, replace=False), 30), axis=1)).float()
    return Side(pixels, unit[:count], probability, unit[count:])


def spread(values: NDArray) -> NDArray:
    return np.zeros_like(values) if np.ptp(values) == 0 else (values - values.min()) / np.ptp(values)


def plain_ranking(a: Side, b: Side, rows: NDArray, columns: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Every pixel of a to its best of b and back, out of the full matrix: (pixels of a, of b, scores), best first."""
    similarity = (a.features @ b.features.T).numpy()[np.ix_(rows, columns)]
    forth, back = similarity.argmax(axis=1), similarity.argmax(axis=0)
    pixels = a.pixels_crop.numpy()[rows]
    cycle = np.linalg.norm(pixels - pixels[back[forth]], axis=1)
    scores = (1 - spread(cycle)) * spread(similarity.max(axis=1))
    order = np.argsort(-scores, kind="stable")
    return pixels[order], b.pixels_crop.numpy()[columns[forth[order]]], scores[order]


@pytest.mark.parametrize("levels", [0, 2], ids=["distinct", "many equal"])
@pytest.mark.parametrize("share", [0.4, 0.02, 1.0], ids=["two parts", "part too small", "no rest"])
@pytest.mark.parametrize("tiles_from", [0, 2**20], ids=["by tiles", "all"])
def test_the_shared_search_is_the_plain_definition(
    levels: int, share: float, tiles_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfc_core.match.neighbours.TILES_FROM", tiles_from)
    a, b = random_side(1, 210, share, levels), random_side(2, 180, share, levels)
    plain, masked = predict_both(a, b)
    part_a, part_b = (side.part_probability.numpy() >= 0.5 for side in (a, b))
    every = [(np.arange(210), np.arange(180))]
    by_part = [(np.flatnonzero(part_a), np.flatnonzero(part_b)), (np.flatnonzero(~part_a), np.flatnonzero(~part_b))]
    usable = min(len(side) for region in by_part for side in region) >= 16
    assert usable == (share == 0.4)
    for prediction, regions in ((plain, every), (masked, by_part if usable else every)):
        forth = [plain_ranking(a, b, rows, columns) for rows, columns in regions]
        back = [plain_ranking(b, a, columns, rows) for rows, columns in regions]
        for found, expected, (origin, target) in (
            (prediction.ranked_a, forth, (0, 1)),
            (prediction.ranked_b, back, (1, 0)),
        ):
            start = 0
            for region in expected:
                assert_same_ranking([side[start : start + len(region[0])] for side in found], region, origin, target)
                start += len(region[0])
            assert start == len(found[0])
    similarity = (a.queries @ b.features.T).numpy()
    np.testing.assert_array_equal(plain.label_b, b.pixels_crop.numpy()[similarity.argmax(axis=1)])
    allowed = part_b if part_b.any() else np.ones(180, dtype=bool)
    places = np.where(allowed, similarity, -2).argmax(axis=1)
    np.testing.assert_array_equal(masked.label_b, b.pixels_crop.numpy()[places])


def assert_same_ranking(
    found: list[NDArray], expected: tuple[NDArray, NDArray, NDArray], origin: int, target: int
) -> None:
    """The same partner for every pixel, and nowhere out of order by more than rounding."""
    pixels, partners, scores = expected
    partner_of = {tuple(pixel): tuple(partner) for pixel, partner in zip(pixels, partners, strict=True)}
    score_of = {tuple(pixel): value for pixel, value in zip(pixels, scores, strict=True)}
    assert {
        tuple(pixel): tuple(partner) for pixel, partner in zip(found[origin], found[target], strict=True)
    } == partner_of
    assert np.diff([score_of[tuple(pixel)] for pixel in found[origin]]).max(initial=0) < 1e-5


# --- the report ----------------------------------------------------------------------------------------------------


def constant_score(value: float) -> PairScore:
    label = dict.fromkeys(LABEL_METRICS, value)
    discovery = dict.fromkeys(DISCOVERY_METRICS, value)
    zero = dict.fromkeys(DISCOVERY_METRICS, 0.0)
    return PairScore((label, label), (discovery, zero))


def test_results_average_over_pairs_and_directions() -> None:
    kinds = [PairKind("pour-with", True, ("clean",)), PairKind("cut-with", False), PairKind("cut-with", False)]
    report = results([constant_score(0.2), constant_score(0.4), constant_score(0.9)], kinds)
    assert report["label_transfer"]["all"]["pck@23"] == pytest.approx(0.5)
    assert report["label_transfer"]["within"]["norm_dist"] == pytest.approx(0.2)
    assert report["label_transfer"]["across"]["pck@10"] == pytest.approx(0.65)
    assert report["discovery"]["all"]["ap@23"] == pytest.approx(0.25)  # the other direction is 0
    assert report["functions"]["cut-with"]["pairs"] == 2
    assert report["functions"]["cut-with"]["label_transfer"]["all"]["pck@15"] == pytest.approx(0.65)
    assert report["functions"]["cut-with"]["label_transfer"]["within"]["pck@15"] is None
    assert report["splits"]["clean"]["discovery"]["all"]["best_f1@5"] == pytest.approx(0.1)
    low, high = report["confidence_95"]["label_transfer"]["all"]["pck@23"]
    assert low == pytest.approx(0.2)  # 1 resampling in 27 takes the first pair three times
    assert high == pytest.approx(0.9)
    assert report["confidence_95"]["label_transfer"]["within"]["pck@23"] == pytest.approx([0.2, 0.2])


def test_a_difference_is_taken_pair_by_pair() -> None:
    kinds = [PairKind("pour-with", number % 2 == 0) for number in range(12)]
    hard = [constant_score(value) for value in np.linspace(0.1, 0.8, 12)]
    better = [constant_score(value + 0.01) for value in np.linspace(0.1, 0.8, 12)]
    found = difference(better, hard, kinds)
    assert found["label_transfer"]["all"]["pck@23"] == pytest.approx(0.01)
    assert found["confidence_95"]["label_transfer"]["within"]["pck@23"] == pytest.approx([0.01, 0.01])
    assert found["significant"]["label_transfer"]["all"]["pck@23"] is True  # though either varies by .7
    mixed = [constant_score(value) for value in np.linspace(0.1, 0.8, 12)[::-1]]
    found = difference(mixed, hard, kinds)
    assert found["label_transfer"]["all"]["pck@23"] == pytest.approx(0)
    assert found["significant"]["label_transfer"]["all"]["pck@23"] is False
    assert found["significant"]["label_transfer"]["across"]["pck@23"] is not None


def test_evaluate_writes_the_report(benchmark_folder: Path, tmp_path: Path) -> None:
    model, seen = PlaceModel(), []
    out = tmp_path / "made" / "report.json"
    report = evaluate(
        model,  # type: ignore[arg-type]
        benchmark_folder,
        out,
        baselines=("chance", "hog", "backbone", "oracle"),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert json.loads(out.read_text()) == json.loads(json.dumps(report))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert model.encoded == 6  # model, masked and backbone share the costly half
    assert (report["pairs"], report["pairs_within"], report["model"], report["benchmark"]) == (3, 1, "place-0", "tiny")
    assert report["seconds_per_pair"] > 0
    assert not list(out.parent.glob("*.partial"))
    assert "difference_to_model" not in report
    assert report["baselines"]["backbone"]["difference_to_model"]["label_transfer"]["all"]["norm_dist"] == 0
    assert report["baselines"]["chance"]["difference_to_model"]["significant"]["label_transfer"]["all"]["pck@10"]
    assert set(report["baselines"]) == {"chance", "hog", "backbone", "oracle"}
    for block in (report, report["masked"], *report["baselines"].values()):
        for group in ("all", "within", "across"):
            assert set(block["label_transfer"][group]) == {"norm_dist", "pck@23", "pck@15", "pck@10"}
            assert set(block["discovery"][group]) == {f"{m}@{t}" for m in ("best_f1", "ap") for t in (23, 15, 10, 5)}
        assert set(block["functions"]) == {"pour-with", "cut-with"}
        assert {split: block["splits"][split]["pairs"] for split in block["splits"]} == {"clean": 2, "rolled": 1}
    # the block moves without turning, so place in the box is the truth
    assert report["label_transfer"]["all"] == {"norm_dist": 0.0, "pck@23": 1.0, "pck@15": 1.0, "pck@10": 1.0}
    assert report["baselines"]["backbone"]["label_transfer"] == report["label_transfer"]
    assert report["baselines"]["oracle"]["label_transfer"]["all"]["pck@10"] == 1.0
    assert report["baselines"]["oracle"]["discovery"]["all"]["ap@23"] > 0.97
    assert report["baselines"]["chance"]["label_transfer"]["all"]["pck@10"] < 0.3
    assert report["masked"]["label_transfer"]["all"]["norm_dist"] > 0  # true pixels on the rest cannot be reached


def test_evaluate_refuses_before_the_work(benchmark_folder: Path, tmp_path: Path) -> None:
    model: Any = PlaceModel()
    with pytest.raises(DfcError, match="baseline 'sift' is unknown; allowed: chance, hog, backbone"):
        evaluate(model, benchmark_folder, None, baselines=("sift",))
    with pytest.raises(DfcError, match="is a folder"):
        evaluate(model, benchmark_folder, tmp_path)
    model.functions = ("pour-with",)
    with pytest.raises(DfcError, match="asks for cut-with; model place knows pour-with") as caught:
        evaluate(model, benchmark_folder, None)
    assert caught.value.code == "UNKNOWN_FUNCTION"
    assert model.encoded == 0


class MirrorModel(PlaceModel):
    """Takes left for right in every second picture, so that its label transfer is mirrored."""

    name, id = "mirror", "mirror-0"

    def sample(self, box: NDArray, pixels: NDArray, function: str, role: str) -> tuple[torch.Tensor, torch.Tensor]:
        pixels = np.asarray(pixels).copy()
        if box[0] > 60:
            pixels[:, 0] = 2 * box[0] + box[2] - pixels[:, 0]
        return super().sample(box, pixels, function, role)


def test_several_models_on_the_same_pairs(benchmark_folder: Path, tmp_path: Path) -> None:
    models: Any = [PlaceModel(), MirrorModel()]
    report = evaluate(models, benchmark_folder, None, baselines=())
    alone = [evaluate(model, benchmark_folder, None, baselines=()) for model in models]
    other, perfect = report["compared"]["mirror-0"], report["label_transfer"]["all"]
    for block in ("label_transfer", "discovery", "confidence_95", "functions", "splits"):
        assert report[block] == alone[0][block]
        assert other[block] == alone[1][block]
    assert other["label_transfer"]["all"]["norm_dist"] > 0
    above = {metric: other["label_transfer"]["all"][metric] - value for metric, value in perfect.items()}
    assert other["difference_to_model"]["label_transfer"]["all"] == pytest.approx(above)
    assert "masked" in other
    with pytest.raises(DfcError, match="place-0 is asked for twice"):
        evaluate([models[0], models[0]], benchmark_folder, None)


def without_seconds(report: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key != "seconds_per_pair"}


def test_a_stopped_evaluation_goes_on(benchmark_folder: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise StopError

    model: Any = PlaceModel()
    out, arguments = tmp_path / "report.json", {"baselines": ("chance", "hog")}
    undisturbed = evaluate(model, benchmark_folder, None, **arguments)
    with pytest.raises(StopError):
        evaluate(model, benchmark_folder, out, **arguments, progress=stop)
    partial = tmp_path / "report.json.partial"
    assert not out.exists()
    partial.write_text(partial.read_text() + '{"pair": 2, "scor')  # a line that the stop cut short
    model.encoded = 0
    report = evaluate(model, benchmark_folder, out, **arguments)
    assert model.encoded == 2  # the third pair alone
    assert without_seconds(report) == without_seconds(undisturbed)
    assert not partial.exists()


def test_scores_of_another_task_are_not_used(benchmark_folder: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    model: Any = PlaceModel()
    out = tmp_path / "report.json"
    with pytest.raises(KeyboardInterrupt):
        evaluate(model, benchmark_folder, out, baselines=(), progress=stop)
    model.encoded = 0
    evaluate(model, benchmark_folder, out, baselines=("chance",))
    assert model.encoded == 6


@pytest.mark.slow
def test_processes_do_not_change_the_report(benchmark_folder: Path) -> None:
    model: Any = PlaceModel()
    one, two = (evaluate(model, benchmark_folder, None, ("chance", "oracle"), workers=workers) for workers in (1, 2))
    assert without_seconds(one) == without_seconds(two)


def test_subsets(benchmark_folder: Path) -> None:
    benchmark = read_benchmark(benchmark_folder)
    assert Subset().numbers(benchmark) == [0, 1, 2]
    assert Subset(pairs=2).numbers(benchmark) == [0, 2]
    assert Subset(functions=("Pour with",)).numbers(benchmark) == [0, 1]
    assert Subset(splits=("clean",)).numbers(benchmark) == [0, 2]
    assert Subset(splits=("clean", "rolled"), functions=("cut-with",)).numbers(benchmark) == [2]
    with pytest.raises(DfcError, match="has split 'dirty'; allowed: clean, rolled"):
        Subset(splits=("dirty",)).numbers(benchmark)
    with pytest.raises(DfcError, match="has function 'dig-with'; allowed: cut-with, pour-with"):
        Subset(functions=("dig-with",)).numbers(benchmark)
    with pytest.raises(DfcError, match=r"no pair of .* is in all of: pour-with, rolled"):
        Subset(functions=("pour-with",), splits=("rolled",)).numbers(benchmark)
    with pytest.raises(DfcError, match="pairs is 0"):
        Subset(pairs=0).numbers(benchmark)


def test_a_subset_gives_each_pair_the_same_scores(benchmark_folder: Path) -> None:
    model: Any = PlaceModel()
    full = evaluate(model, benchmark_folder, None, baselines=("chance",))
    part = evaluate(model, benchmark_folder, None, baselines=("chance",), subset=Subset(functions=("cut-with",)))
    assert part["pairs"] == 1
    chance = [report["baselines"]["chance"]["functions"]["cut-with"] for report in (full, part)]
    assert chance[0] == chance[1]


def test_the_page_holds_rows_and_pictures(benchmark_folder: Path, tmp_path: Path) -> None:
    model: Any = PlaceModel()
    page = tmp_path / "report.html"
    report = evaluate(model, benchmark_folder, tmp_path / "report.json", baselines=("chance",), page=page)
    text = page.read_text()
    for name in ("place-0", "place-0 with its part masks", "chance", "pour-with", "cut-with", "clean", "rolled"):
        assert f"<td>{name}</td>" in text
    figure = report["baselines"]["chance"]["label_transfer"]["all"]["norm_dist"]
    low, high = report["baselines"]["chance"]["confidence_95"]["label_transfer"]["all"]["norm_dist"]
    assert f"<td>{figure:.3f}<small>{low:.3f} to {high:.3f}</small></td>" in text
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', text)
    assert len(pictures) == 3  # two best, one worst, no pair twice
    assert Image.open(io.BytesIO(base64.b64decode(pictures[0]))).size == (688, 224)
    assert "http" not in text  # nothing is fetched
    with pytest.raises(DfcError, match="cannot be both"):
        evaluate(model, benchmark_folder, page, page=page)


def test_best_and_worst_pairs(benchmark_folder: Path) -> None:
    values = {0: 0.1, 1: 0.5, 2: 0.3}
    scores = {number: constant_score(value) for number, value in values.items()}
    shown = best_and_worst(PlaceModel(), read_benchmark(benchmark_folder), scores, shown=1)  # type: ignore[arg-type]
    assert [exhibit.caption for exhibit in shown.best] == [
        "pair 0: pour-with, mug to mug, clean; NormDist 0.100, AP@23 0.050"
    ]
    assert [exhibit.caption.split(":")[0] for exhibit in shown.worst] == ["pair 1"]


# --- panels --------------------------------------------------------------------------------------------------------


def test_a_panel_shows_true_and_predicted_places(benchmark_folder: Path, tmp_path: Path) -> None:
    truth = pair()
    panel = draw_panel(truth, truth.b.points, matches=5)
    assert panel.shape == (224, 3 * 224 + 2 * 8, 3)
    np.testing.assert_array_equal(panel[:, 232:456], panel[:, 464:])  # a perfect prediction looks like the truth
    x, y = truth.a.points[0].astype(int)
    np.testing.assert_array_equal(panel[y, x], panel[y, x + 50 + 232])  # partners share their colour
    assert (panel[y, x] != truth.a.rgb[y, x]).any()
    write_panels(OracleSource(), read_benchmark(benchmark_folder), tmp_path / "panels.png", pairs=2)
    assert Image.open(tmp_path / "panels.png").size == (688, 2 * 224 + 8)


def test_a_sheet_has_pairs_of_every_function(benchmark_folder: Path) -> None:
    benchmark = read_benchmark(benchmark_folder)
    width, height = 2 * 224 + 2 * 8, 224 + 8 + 14  # two pictures with gaps, a caption below
    assert draw_sheet(benchmark).shape == (height, 2 * width, 3)  # cut-with, pour-with
    sheet = draw_sheet(benchmark, each=5, columns=2)  # as many as there are: 1 + 2
    assert sheet.shape == (2 * height, 2 * width, 3)
    np.testing.assert_array_equal(sheet[8:232, : 2 * 224 + 8], draw_panel(benchmark.load(2)))


# --- the benchmark's own figures -----------------------------------------------------------------------------------


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
    with pytest.raises(DfcError, match=f"is not tiny: .*{digest}; make it anew with: make it"):
        verify_benchmark(benchmark_folder, known)
    with pytest.raises(DfcError, match=r"benchmark 'tiny', whose checksum is not known; known: \(none\)"):
        verify_benchmark(benchmark_folder, {})


def test_the_commands(benchmark_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["benchmark", "info", str(benchmark_folder)]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == 3
    assert run(["benchmark", "sheet", str(benchmark_folder), str(tmp_path / "sheet.png")]) == 0
    assert Image.open(tmp_path / "sheet.png").size == (2 * 464, 246)
    assert run(["benchmark", "verify", str(benchmark_folder)]) == 2
    assert "'tiny', whose checksum is not known" in capsys.readouterr().err
    command = ["evaluate", "--benchmark", str(benchmark_folder), "--out", str(tmp_path / "r.json"), "--workers", "1"]
    assert run([*command, "--function", "pour-with", "--pairs", "1", "--baseline", "chance"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0].strip() for line in lines][-1] == "chance"
    assert len(lines) == 3
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["pairs"] == 1
    assert report["config"]["subset"] == {"pairs": 1, "functions": ["pour-with"], "splits": []}
    assert "best pairs" in (tmp_path / "r.html").read_text().lower()
    assert run([*command, "--split", "nowhere"]) == 2
