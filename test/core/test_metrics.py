"""The evaluation figures against values worked out by hand and a naive loop."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from dfc_core.evaluate.metrics import (
    DISCOVERY_THRESHOLDS,
    average_precision,
    best_f1,
    discovery_hits,
    discovery_metrics,
    expected_label_transfer_metrics,
    label_transfer_metrics,
    precision_recall,
)


def test_label_transfer_thresholds_are_inclusive() -> None:
    true = np.zeros((4, 2))
    predicted = np.array([[10, 0], [9, 12], [0, 23], [0, 24]])  # distances 10, 15, 23, 24
    metrics = label_transfer_metrics(predicted, true)
    assert metrics == {"norm_dist": 72 / 4 / 223, "pck@23": 0.75, "pck@15": 0.5, "pck@10": 0.25}


def test_perfect_label_transfer() -> None:
    true = np.random.default_rng(0).integers(0, 224, (50, 2))
    assert label_transfer_metrics(true, true) == {"norm_dist": 0, "pck@23": 1, "pck@15": 1, "pck@10": 1}


def test_no_pixels_are_refused() -> None:
    with pytest.raises(ValueError, match="no pixels"):
        label_transfer_metrics(np.empty((0, 2)), np.empty((0, 2)))
    with pytest.raises(ValueError, match="at least one true"):
        discovery_metrics(np.zeros((3, 2)), np.zeros((3, 2)), np.empty((0, 2)), np.empty((0, 2)))


def test_expectation_is_the_mean_over_every_choice() -> None:
    candidates = np.array([[0, 0], [30, 0]])
    metrics = expected_label_transfer_metrics(candidates, np.array([[0, 0], [18, 0]]))  # 0, 30 and 18, 12
    assert metrics == {"norm_dist": pytest.approx(15 / 223), "pck@23": 0.75, "pck@15": 0.5, "pck@10": 0.25}


def test_precision_and_recall_at_the_cut_offs() -> None:
    # 4 predictions: 1..49 % take one of them, 50..74 % two, 75..99 % three, 100 % four
    precision, recall = precision_recall(np.array([True, False, True, False]), np.array([0, 2]))
    assert precision[[0, 48, 49, 73, 74, 98, 99]].tolist() == [1, 1, 0.5, 0.5, 2 / 3, 2 / 3, 0.5]
    assert recall[[0, 48, 49, 73, 74, 98, 99]].tolist() == [0.5, 0.5, 0.5, 0.5, 1, 1, 1]
    assert average_precision(precision, recall) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert best_f1(precision, recall) == pytest.approx(0.8)  # at three: 2 (2/3) 1 / (5/3)


def test_cut_offs_round_down() -> None:
    correct = np.arange(250) < 3
    precision, _ = precision_recall(correct, np.array([0]))
    assert precision[0] == 1.0  # 1 % of 250 is 2
    assert precision[1] == 3 / 5  # 2 % is 5
    assert precision[2] == 3 / 7  # 3 % is 7.5


def test_a_pair_never_recovered_lowers_recall() -> None:
    precision, recall = precision_recall(np.array([True, True]), np.array([0, 2]))
    assert recall.tolist() == [0.5] * 100
    assert average_precision(precision, recall) == 0.5


def test_both_ends_must_be_near() -> None:
    true_a, true_b = np.array([[50, 50]]), np.array([[100, 100]])
    predicted_a = np.array([[50, 55], [50, 50], [90, 90]])  # 5 px off, exact, far
    predicted_b = np.array([[100, 110], [100, 106], [100, 100]])  # 10 px off, 6 px off, exact
    hits = dict(zip(DISCOVERY_THRESHOLDS, discovery_hits(predicted_a, predicted_b, true_a, true_b), strict=True))
    assert hits[23][0].tolist() == [True, True, False]
    assert hits[10][0].tolist() == [True, True, False]  # 10 px: inclusive
    assert hits[5][0].tolist() == [False, False, False]
    assert [int(hits[t][1][0]) for t in (23, 15, 10, 5)] == [0, 0, 0, 3]
    metrics = discovery_metrics(predicted_a, predicted_b, true_a, true_b)
    assert metrics["ap@10"] == 1.0
    assert metrics["best_f1@10"] == 1.0
    assert metrics["ap@5"] == metrics["best_f1@5"] == 0.0


def test_ends_near_two_different_true_pairs_are_wrong() -> None:
    true_a, true_b = np.array([[0, 0], [200, 200]]), np.array([[0, 0], [200, 200]])
    ((correct, rank),) = discovery_hits(np.array([[0, 0]]), np.array([[200, 200]]), true_a, true_b, (23,))
    assert correct.tolist() == [False]
    assert rank.tolist() == [1, 1]


def test_no_predictions_give_zero() -> None:
    metrics = discovery_metrics(np.empty((0, 2)), np.empty((0, 2)), np.zeros((1, 2)), np.zeros((1, 2)))
    assert set(metrics.values()) == {0.0}


def naive_figures(
    predicted_a: NDArray, predicted_b: NDArray, true_a: NDArray, true_b: NDArray, t: int
) -> tuple[float, float]:
    """METHOD section 5 word for word: (best F1, AP)."""
    count = len(predicted_a)
    near = np.array(
        [
            [np.hypot(*(p - i)) <= t and np.hypot(*(q - j)) <= t for i, j in zip(true_a, true_b, strict=True)]
            for p, q in zip(predicted_a, predicted_b, strict=True)
        ]
    )
    best, area, last = 0.0, 0.0, 0.0
    for percent in range(1, 101):
        taken = max(1, int(np.floor(count * percent / 100)))
        precision = near[:taken].any(axis=1).mean()
        recall = near[:taken].any(axis=0).mean()
        if precision + recall > 0:
            best = max(best, 2 * precision * recall / (precision + recall))
        area, last = area + (recall - last) * precision, recall
    return best, area


@pytest.mark.parametrize("count", [1, 37, 150, 230])
def test_discovery_equals_the_naive_loop(count: int) -> None:
    rng = np.random.default_rng(count)
    true_a, true_b = rng.integers(0, 60, (20, 2)), rng.integers(0, 60, (20, 2))
    predicted_a, predicted_b = rng.integers(0, 60, (count, 2)), rng.integers(0, 60, (count, 2))
    metrics = discovery_metrics(predicted_a, predicted_b, true_a, true_b)
    for t in DISCOVERY_THRESHOLDS:
        best, area = naive_figures(predicted_a, predicted_b, true_a, true_b, t)
        assert metrics[f"best_f1@{t}"] == pytest.approx(best)
        assert metrics[f"ap@{t}"] == pytest.approx(area)
