"""How far a stated confidence may be believed: calibration, risk against coverage, separation of two classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

BINS = 10


def calibration_table(confidence: NDArray, correct: NDArray) -> list[dict[str, float]]:
    """For each of `BINS` equal ranges of `confidence` (N, 0..1) that is not empty: its `count`, mean `confidence` and
    the share `correct` (N bool). Empty input gives no rows."""
    confidence, correct = np.asarray(confidence, float), np.asarray(correct, bool)
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        {
            "count": int((place == number).sum()),
            "confidence": float(confidence[place == number].mean()),
            "correct": float(correct[place == number].mean()),
        }
        for number in range(BINS)
        if (place == number).any()
    ]


def calibration_error(confidence: NDArray, correct: NDArray) -> float:
    """Expected calibration error (Naeini et al. 2015): |confidence - share correct| of each range, weighed by its
    count; NaN for empty input."""
    rows = calibration_table(confidence, correct)
    total = sum(row["count"] for row in rows)
    if not total:
        return float("nan")
    return float(sum(row["count"] * abs(row["confidence"] - row["correct"]) for row in rows) / total)


def risk_coverage(
    confidence: NDArray, error: NDArray, coverages: Sequence[float] = (0.5, 0.8, 1.0)
) -> dict[str, dict[str, float]]:
    """`median` and `p90` of `error` (N) over the most confident share of answers, for each share, as percent.

    Equal confidences are kept in order. NaN for empty input.
    """
    order = np.argsort(-np.asarray(confidence, float), kind="stable")
    ranked = np.asarray(error, float)[order]
    found = {}
    for coverage in coverages:
        kept = ranked[: int(np.ceil(coverage * len(ranked)))]
        found[f"{100 * coverage:.0f}"] = {"median": quantile(kept, 0.5), "p90": quantile(kept, 0.9)}
    return found


def auroc(score: NDArray, positive: NDArray) -> float:
    """Probability that a positive (N bool) scores above a negative, ties half (Mann and Whitney 1947); NaN when one
    class is missing."""
    score, positive = np.asarray(score, float), np.asarray(positive, bool)
    yes, no = int(positive.sum()), int((~positive).sum())
    if not yes or not no:
        return float("nan")
    return float((rankdata(score)[positive].sum() - yes * (yes + 1) / 2) / (yes * no))


def quantile(values: NDArray, share: float) -> float:
    """A quantile; NaN for none."""
    return float(np.quantile(values, share)) if len(values) else float("nan")
