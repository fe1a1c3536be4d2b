"""The figures of METHOD section 5, from pixels alone.

Source: Stojanov et al., "Weakly-Supervised Learning of Dense Functional Correspondences", ICCV 2025. All pixels are
(x, y) in the 224 px picture; thresholds are inclusive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LABEL_THRESHOLDS = (23, 15, 10)
DISCOVERY_THRESHOLDS = (23, 15, 10, 5)
SIDE = 223  # distances are divided by the last pixel's coordinate
CUT_OFFS = 100

LABEL_METRICS = ("norm_dist", *(f"pck@{t}" for t in LABEL_THRESHOLDS))
DISCOVERY_METRICS = tuple(f"{name}@{t}" for t in DISCOVERY_THRESHOLDS for name in ("best_f1", "ap"))


def label_transfer_metrics(predicted: NDArray, true: NDArray) -> dict[str, float]:
    """norm_dist and pck@t of n predicted places (n x 2) against the true ones (n x 2); n = 0 raises `ValueError`."""
    return _label_metrics(np.linalg.norm(_pixels(predicted) - _pixels(true), axis=1))


def expected_label_transfer_metrics(candidates: NDArray, true: NDArray) -> dict[str, float]:
    """`label_transfer_metrics` in expectation when each of n places is drawn evenly from `candidates` (M x 2)."""
    candidates, true = _pixels(candidates), _pixels(true)
    rows = [_label_metrics(np.linalg.norm(candidates - partner, axis=1)) for partner in true]
    return {key: float(np.mean([row[key] for row in rows])) for key in LABEL_METRICS}


def discovery_metrics(predicted_a: NDArray, predicted_b: NDArray, true_a: NDArray, true_b: NDArray) -> dict[str, float]:
    """best_f1@t and ap@t of K ranked predictions (K x 2 in a, K x 2 in b) for n true pairs (n x 2 each).

    K = 0 gives 0 throughout; n = 0 raises `ValueError`.
    """
    metrics = {}
    found = discovery_hits(predicted_a, predicted_b, true_a, true_b)
    for threshold, (correct, rank) in zip(DISCOVERY_THRESHOLDS, found, strict=True):
        precision, recall = precision_recall(correct, rank)
        metrics[f"best_f1@{threshold}"] = best_f1(precision, recall)
        metrics[f"ap@{threshold}"] = average_precision(precision, recall)
    return metrics


def discovery_hits(
    predicted_a: NDArray,
    predicted_b: NDArray,
    true_a: NDArray,
    true_b: NDArray,
    thresholds: tuple[int, ...] = DISCOVERY_THRESHOLDS,
) -> list[tuple[NDArray, NDArray]]:
    """Per threshold t: `correct` K bool, some true pair is within t at both ends; `rank` n int, the first prediction
    (from 0) within t of both ends of the true pair, K if there is none.

    One true pair at a time: its K distances fit a cache, and only those near in a are measured in b.
    """
    predicted_a, predicted_b = _pixels(predicted_a), _pixels(predicted_b)
    true_a, true_b = _pixels(true_a), _pixels(true_b)
    if len(true_a) == 0 or len(true_a) != len(true_b) or len(predicted_a) != len(predicted_b):
        raise ValueError(
            f"{len(predicted_a)} and {len(predicted_b)} predicted, {len(true_a)} and {len(true_b)} true pixels; they "
            "must be as many in a as in b, and at least one true"
        )
    count = len(predicted_a)
    (xa, ya), (xb, yb) = (np.ascontiguousarray(pixels.T) for pixels in (predicted_a, predicted_b))
    closest = np.full(count, np.inf)  # squared, the worse of the two ends, to the best true pair
    ranks = np.full((len(thresholds), len(true_a)), count)
    for i in range(len(true_a)):
        squared_a = (xa - true_a[i, 0]) ** 2 + (ya - true_a[i, 1]) ** 2
        near = np.flatnonzero(squared_a <= max(thresholds) ** 2)
        squared_b = (xb[near] - true_b[i, 0]) ** 2 + (yb[near] - true_b[i, 1]) ** 2
        worse = np.maximum(squared_a[near], squared_b)
        closest[near] = np.minimum(closest[near], worse)
        for row, threshold in enumerate(thresholds):
            hits = worse <= threshold**2
            if hits.any():
                ranks[row, i] = near[hits.argmax()]
    return [(closest <= threshold**2, ranks[row]) for row, threshold in enumerate(thresholds)]


def precision_recall(correct: NDArray, rank: NDArray) -> tuple[NDArray, NDArray]:
    """Precision and recall (100 each) over the first 1, 2, ... 100 % of predictions, at least one of them.

    `correct` K bool and `rank` n int as from `discovery_hits`. K = 0 gives 0 throughout.
    """
    count = len(correct)
    if count == 0:
        return np.zeros(CUT_OFFS), np.zeros(CUT_OFFS)
    taken = np.maximum(1, np.arange(1, CUT_OFFS + 1) * count // CUT_OFFS)
    precision = np.cumsum(correct)[taken - 1] / taken
    recall = np.searchsorted(np.sort(rank), taken, side="left") / len(rank)
    return precision, recall


def best_f1(precision: NDArray, recall: NDArray) -> float:
    """The largest harmonic mean of precision and recall over the cut-offs; 0 where both are 0."""
    total = precision + recall
    return float(np.max(np.where(total > 0, 2 * precision * recall / np.where(total > 0, total, 1), 0)))


def average_precision(precision: NDArray, recall: NDArray) -> float:
    """sum over the cut-offs of (R_k - R_{k-1}) P_k, with R_0 = 0."""
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def _label_metrics(distance: NDArray) -> dict[str, float]:
    if len(distance) == 0:
        raise ValueError("no pixels to measure; at least one is needed")
    metrics = {"norm_dist": float(distance.mean() / SIDE)}
    return metrics | {f"pck@{t}": float((distance <= t).mean()) for t in LABEL_THRESHOLDS}


def _pixels(pixels: NDArray) -> NDArray:
    return np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
