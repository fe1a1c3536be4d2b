"""Scores of sources whose answers are known, and how they are averaged."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from place_benchmark import PlaceModel, constant_score, pair, picture

from dfc_core.dataset.benchmark_format import BenchmarkPicture
from dfc_core.evaluate.predict import (
    Refinement,
    Side,
    describe_side,
    predict,
    predict_both,
    score,
    score_chance,
)
from dfc_core.evaluate.report import PairKind, difference, results
from dfc_core.evaluate.sources import Encoder, HogSource, ModelSource, OracleSource


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


def test_each_refinement_changes_its_own_half_of_a_prediction() -> None:
    a, b = random_side(3, 300, 0.5), random_side(4, 280, 0.5)
    for number, plain in enumerate(predict_both(a, b)):
        soft = predict_both(a, b, Refinement(soft=True))[number]
        np.testing.assert_array_equal(soft.ranked_a, plain.ranked_a)
        assert (soft.label_b != plain.label_b).any()
        assert np.abs(soft.label_b - plain.label_b).max() <= 14
        transported = predict_both(a, b, Refinement(transport=True))[number]
        np.testing.assert_array_equal(transported.label_b, plain.label_b)
        pixels = {tuple(pixel) for pixel in a.pixels_crop.tolist()}
        assert {tuple(pixel) for pixel in transported.ranked_a[0].tolist()} == pixels
        partners = [len(np.unique(found.ranked_a[1], axis=0)) for found in (plain, transported)]
        assert partners[1] > 1.1 * partners[0]  # less crowded
    alone = predict(a, b, refinement=Refinement(transport=True))
    np.testing.assert_array_equal(alone.ranked_b, predict_both(a, b, Refinement(transport=True))[0].ranked_b)


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
