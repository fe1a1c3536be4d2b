"""Calibration, risk against coverage and AUROC, against counts by hand."""

import numpy as np
import pytest

from dfc_core.evaluate.reliability import auroc, calibration_error, calibration_table, risk_coverage


def test_calibration_error_is_the_gap_of_each_range_weighed_by_its_count() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.15])
    correct = np.array([True, True, True, False, False])
    assert calibration_error(confidence, correct) == pytest.approx(4 / 5 * (0.95 - 0.75) + 1 / 5 * 0.15)
    table = calibration_table(confidence, correct)
    assert [row["count"] for row in table] == [1, 4]
    assert table[1]["correct"] == 0.75


def test_certainty_that_is_right_has_no_calibration_error() -> None:
    assert calibration_error(np.array([1.0, 1.0, 0.0]), np.array([True, True, False])) == 0
    assert np.isnan(calibration_error(np.zeros(0), np.zeros(0, bool)))


def test_risk_is_of_the_most_confident_share() -> None:
    found = risk_coverage(np.array([0.1, 0.9, 0.5, 0.7]), np.array([4.0, 1.0, 3.0, 2.0]), (0.5, 1.0))
    assert found["50"]["median"] == 1.5
    assert found["100"]["median"] == 2.5


def test_auroc_counts_ordered_pairs_and_ties_half() -> None:
    assert auroc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])) == pytest.approx(3.5 / 4)
    assert auroc(np.array([0.0, 0.0]), np.array([True, False])) == 0.5
    assert np.isnan(auroc(np.array([0.3]), np.array([True])))
