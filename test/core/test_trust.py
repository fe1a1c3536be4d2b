"""Probabilities that hold, calibrations that are refused, and refusals with their own codes."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import round_things
import torch
from box_scene import CAMERA_TARGET, ColourModel, Store, box_picture, demonstration

from dfc_core.align.orbit import OrbitConfig
from dfc_core.demonstrations import Demonstration
from dfc_core.errors import DfcError
from dfc_core.evaluate.reliability import calibration_error
from dfc_core.model import ToolFeatures
from dfc_core.transfer import MatchResult, ToolMatcher, TransferConfig, TrustConfig
from dfc_core.transfer.evidence import _outline
from dfc_core.trust.calibration import SCHEMA, Calibration, calibration_of, read_calibration
from dfc_core.trust.evidence import CONTACT, GEOMETRY, PARTS, ROUND, TOOL, TURN, Evidence, right_match
from dfc_core.trust.kin import Kin, fit_kin, look_of
from dfc_core.trust.logistic import Logistic, fit_logistic


def one_feature(name: str, weight: float = 1.0, bias: float = 0.0) -> Logistic:
    return Logistic((name,), (0.0,), (1.0,), (weight,), bias)


def certain(name: str) -> Logistic:
    return one_feature(name, 0.0, 10.0)


def by_hand(**changed: object) -> Calibration:
    """Believes everything, but for what is changed."""
    sure = {
        "contact": certain("similarity"), "match": certain("inliers"), "turn": certain("rival"),
        "affords": certain("part_peak"), "visible": certain("part_pixels"),
        "round": certain("agreement"),
    }  # fmt: skip
    values = {
        "distance_m": 0.015,
        "turn_rad": 0.5,
        "weights_sha256": "a" * 64,
        "kin": Kin({}, {}),
        "fitted_on": {"scenes": 0},
    }
    return Calibration(**{**values, "refuse_below": {"affords": 0.5, "visible": 0.5}, **sure, **changed})


# --- the fit ---------------------------------------------------------------------------------------------------------


def drawn(count: int, seed: int) -> tuple[list[dict[str, float]], np.ndarray, np.ndarray, list[str]]:
    """Evidence whose true probability is known: log-odds 2 a - b + 0.5; c says nothing."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, 3))
    probability = 1 / (1 + np.exp(-(2 * values[:, 0] - values[:, 1] + 0.5)))
    rows = [dict(zip("abc", row.tolist(), strict=True)) for row in values]
    return rows, random.random(count) < probability, probability, [f"family-{n % 20}" for n in range(count)]


def test_the_fit_finds_the_probabilities_that_the_examples_were_drawn_with() -> None:
    rows, truth, _, groups = drawn(3000, 0)
    fitted, left_out = fit_logistic(rows, truth, groups, {"a": 1, "b": -1, "c": 0})
    fresh, fresh_truth, known, _ = drawn(3000, 1)
    said = np.array([fitted(row) for row in fresh])
    assert np.abs(said - known).mean() < 0.02
    assert calibration_error(said, fresh_truth) < 0.03
    assert calibration_error(left_out, truth) < 0.03


def test_the_fit_never_turns_a_known_direction_round() -> None:
    rows, truth, _, groups = drawn(600, 2)
    fitted, _ = fit_logistic(rows, truth, groups, {"a": -1, "b": -1, "c": 1})
    weights = dict(zip(fitted.features, fitted.weights, strict=True))
    assert weights["a"] == 0
    assert weights["b"] < 0 <= weights["c"]


@pytest.mark.parametrize(("wrong", "said"), [({"a": float("nan"), "b": 0.0}, "a is nan"), ({"b": 0.0}, "lacks a")])
def test_evidence_that_is_missing_or_no_number_is_named(wrong: dict[str, float], said: str) -> None:
    fitted = Logistic(("a", "b"), (0.0, 0.0), (1.0, 1.0), (1.0, 1.0), 0.0)
    with pytest.raises(ValueError, match=said):
        fitted(wrong)
    with pytest.raises(ValueError, match=said):
        fit_logistic([wrong] * 40, [True, False] * 20, list("abcdefgh") * 5, {"a": 1, "b": 1})


def test_too_few_examples_or_all_alike_are_refused() -> None:
    rows, _, _, groups = drawn(200, 3)
    with pytest.raises(DfcError, match="200 of them true"):
        fit_logistic(rows, np.ones(200, bool), groups, {"a": 1})
    with pytest.raises(DfcError, match="5 groups"):
        fit_logistic(rows, np.arange(200) % 2 == 0, ["mug"] * 200, {"a": 1})


def test_evidence_far_beyond_anything_seen_counts_no_more_than_the_farthest() -> None:
    fitted = one_feature("a")
    assert fitted({"a": 4.0}) == fitted({"a": 400.0}) == pytest.approx(1 / (1 + np.exp(-4)))


def test_the_judge_of_looks_tells_kin_from_strangers_and_is_written_exactly_enough() -> None:
    random = np.random.default_rng(0)
    table = random.normal(size=(600, 6))
    affords = table[:, 0] > 0.8  # fewer kin than strangers: an even judge is not swayed by that
    kin = fit_kin(
        {"pour-with": table, "cut-with": table},
        {"pour-with": affords, "cut-with": affords & False},
        [f"family-{number // 2}" for number in range(600)],
    )
    odds = np.array([kin("pour-with", row) for row in table])
    assert odds[affords].mean() > 0.5
    assert odds[~affords].mean() < -0.5
    assert kin("cut-with", table[0]) == 0.0  # never judged: no tool affords it
    again = Kin.from_dict(json.loads(json.dumps(kin.to_dict())), "kin")
    assert again("pour-with", table[0]) == pytest.approx(odds[0], abs=1e-3)
    np.testing.assert_allclose(look_of(np.eye(2), np.array([1.0, 0.0])), [1, 0, 0.5, 0.5])


# --- the file --------------------------------------------------------------------------------------------------------


def written(folder: Path, calibration: Calibration, **changed: object) -> Path:
    path = folder / "calibration.json"
    path.write_text(json.dumps({**calibration.to_dict(), **changed}))
    return path


def test_a_calibration_comes_back_from_its_file(tmp_path: Path) -> None:
    calibration = by_hand(affords=one_feature("part_peak", 0.7, -0.2))
    assert read_calibration(written(tmp_path, calibration)) == calibration


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"schema": 99}, "schema 99"),
        ({"contact": one_feature("colour").to_dict()}, "features colour"),
        ({"match": one_feature("inliers", float("nan")).to_dict()}, "no finite number"),
        ({"affords": {"bias": 0.0}}, "no fitted probability"),
        ({"refuse_below": {"affords": 2, "visible": 0}}, "0..1"),
        ({"distance_m": -1}, "distance_m -1"),
        ({"kin": {"pour-with": ["x"]}}, "no judge"),
    ],
)
def test_a_broken_calibration_is_refused_with_what_is_wrong(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(DfcError, match=said) as refused:
        read_calibration(written(tmp_path, by_hand(), **changed))
    assert refused.value.code == "BAD_INPUT"
    assert "calibration.json" in refused.value.message


def test_a_calibration_of_other_weights_is_ignored_with_a_warning_and_old_folders_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = SimpleNamespace(folder=tmp_path, weights_sha256="a" * 64, name="mine")
    assert calibration_of(model) is None  # a folder without one
    assert calibration_of(ColourModel()) is None  # a model without a folder
    written(tmp_path, by_hand())
    assert calibration_of(model) == by_hand()
    model.weights_sha256 = "b" * 64
    with caplog.at_level(logging.WARNING):
        assert calibration_of(model) is None
    assert "other weights" in caplog.text
    assert "dfc_core calibrate --model mine" in caplog.text


def test_a_calibration_of_an_earlier_version_is_ignored_with_a_warning(tmp_path: Path, caplog) -> None:
    (tmp_path / "calibration.json").write_text(json.dumps({**by_hand().to_dict(), "schema": 1}))
    with caplog.at_level(logging.WARNING):
        assert calibration_of(SimpleNamespace(folder=tmp_path, weights_sha256="a" * 64, name="mine")) is None
    assert f"is of an earlier version (schema 1, this one reads {SCHEMA})" in caplog.text


def test_a_broken_calibration_stops_no_one_who_fits_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text("{")
    model = SimpleNamespace(folder=tmp_path, weights_sha256="a" * 64, name="mine")
    with pytest.raises(DfcError, match="is not readable JSON"):
        ToolMatcher(model)
    assert ToolMatcher(model, calibrated=False).calibration is None


# --- at work ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PartlessModel(ColourModel):
    """Sees no more of the functional part than `seen` pixels of the target (of the demonstration all)."""

    seen: int = 0

    def read_out(self, encoded, function: str, role: str, stride: int = 2) -> ToolFeatures:
        found = super().read_out(encoded, function, role, stride)
        demonstrated = (encoded[0] == demonstration().frame.rgb).all()
        if role != "function" or demonstrated:
            return found
        probability = torch.full_like(found.part_probability, 0.02)
        probability[: self.seen] = 0.95
        return replace(found, part_probability=probability)


def matcher(model: ColourModel, calibration: Calibration | None, **trust: float) -> ToolMatcher:
    found = ToolMatcher(model, Store(demonstration()), TransferConfig(trust=TrustConfig(**trust)))
    found.calibration = calibration
    return found


def test_without_a_calibration_confidence_stays_a_heuristic() -> None:
    result = matcher(ColourModel(), None).match(box_picture(CAMERA_TARGET), "pour-with", "box-1")
    assert (result.calibrated, result.confidence_distance_m, result.affordance) == (False, None, None)
    said = result.to_dict()
    assert (said["calibrated"], said["confidence_distance_m"]) == (False, None)
    assert 0.5 < result.confidence <= 1


def test_with_one_confidence_is_what_it_says() -> None:
    calibration = by_hand(contact=one_feature("on_hold", 2.0, -1.0), match=one_feature("contacts_mean"))
    result = matcher(ColourModel(), calibration).match(box_picture(CAMERA_TARGET), "pour-with", "box-1")
    of_function, of_hold = 1 / (1 + np.exp([1.0, -1.0]))
    assert [contact.confidence for contact in result.contacts] == pytest.approx([of_function, of_hold])
    assert result.confidence == pytest.approx(0.5)  # log-odds -1 and 1
    assert (result.calibrated, result.confidence_distance_m) == (True, 0.015)
    assert result.affordance == pytest.approx(1 / (1 + np.exp(-10)))
    assert result.to_dict()["visibility"] == pytest.approx(1 / (1 + np.exp(-10)))


def test_what_does_not_afford_the_function_is_refused_unless_that_is_switched_off() -> None:
    calibration = by_hand(affords=one_feature("part_peak"))
    target = box_picture(CAMERA_TARGET)
    assert matcher(ColourModel(), calibration).match(target, "pour-with", "box-1").affordance == pytest.approx(
        0.95, abs=0.01
    )
    with pytest.raises(DfcError, match=r"does not afford pour-with: probability 0\.02") as refused:
        matcher(PartlessModel(), calibration).match(target, "pour-with", "box-1")
    assert refused.value.code == "NOT_AFFORDED"
    lenient = matcher(PartlessModel(), calibration, minimum_affordance=0.0).match(target, "pour-with", "box-1")
    assert lenient.affordance == pytest.approx(0.02, abs=0.001)


def test_a_part_out_of_sight_has_its_own_code() -> None:
    calibration = by_hand(
        visible=Logistic(("part_pixels",), (float(np.log(200)),), (1.0,), (1.0,), 0.0)
    )  # even at 200 px
    target = box_picture(CAMERA_TARGET)
    assert matcher(ColourModel(), calibration).match(target, "pour-with", "box-1").visibility > 0.8
    with pytest.raises(DfcError, match="not in sight") as refused:
        matcher(PartlessModel(seen=3), calibration).match(target, "pour-with", "box-1")
    assert refused.value.code == "PART_NOT_VISIBLE"
    matcher(PartlessModel(seen=3), calibration, minimum_visibility=0.0).match(target, "pour-with", "box-1")


def test_a_confidence_below_what_is_asked_for_is_no_match() -> None:
    target, unsure = box_picture(CAMERA_TARGET), by_hand(match=one_feature("inliers", 0.0, -1.0))
    assert matcher(ColourModel(), unsure).match(target, "pour-with", "box-1").confidence == pytest.approx(
        1 / (1 + np.e)
    )
    with pytest.raises(DfcError, match=r"confidence 0\.27 is below the 0\.40") as refused:
        matcher(ColourModel(), unsure, minimum_confidence=0.4).match(target, "pour-with", "box-1")
    assert refused.value.code == "NO_MATCH"
    with pytest.raises(ValueError, match="minimum_confidence is 2"):
        TrustConfig(minimum_confidence=2)


def test_a_turn_that_is_not_sure_is_said_and_refused_where_that_is_asked_for() -> None:
    target, unsure = box_picture(CAMERA_TARGET), by_hand(turn=one_feature("contacts_mean", 0.0, -1.0))
    result = matcher(ColourModel(), unsure).match(target, "pour-with", "box-1")
    assert (result.turn_confidence, result.turn_confidence_rad) == (pytest.approx(1 / (1 + np.e)), 0.5)
    assert result.to_dict()["turn_confidence"] == result.turn_confidence
    with pytest.raises(
        DfcError, match=r"the turn of the tool is known with confidence 0\.27, below the 0\.50"
    ) as refused:
        matcher(ColourModel(), unsure, minimum_turn_confidence=0.5).match(target, "pour-with", "box-1")
    assert refused.value.code == "NO_MATCH"
    without = matcher(ColourModel(), None, minimum_turn_confidence=0.5).match(target, "pour-with", "box-1")
    assert (without.turn_confidence, without.turn_confidence_rad) == (None, None)


def test_a_free_angle_is_offered_where_the_calibration_holds_the_tool_for_round() -> None:
    cup = round_things.picture(round_things.camera(200.0, 20.0), round_things.CUP)
    hides, plain = round_things.shown(150.0, round_things.HANDLE), round_things.shown(150.0)

    def match(shown: Demonstration, calibration: Calibration | None, least: float = 0.8) -> MatchResult:
        config = TransferConfig(orbit=OrbitConfig(least_probability=least))
        asked = ToolMatcher(ColourModel(), config=config)
        asked.calibration = calibration
        return asked.match(cup, "pour-with", demonstration=shown)

    def offered(shown: Demonstration, calibration: Calibration | None, least: float = 0.8) -> bool:
        return match(shown, calibration, least).symmetry is not None

    by_handle = by_hand(round=one_feature("may_hide", -5.0, 2.0))
    assert [offered(shown, by_handle) for shown in (plain, hides)] == [True, False]
    assert [offered(shown, by_handle, 0.01) for shown in (plain, hides)] == [True, True]
    assert [offered(shown, by_hand()) for shown in (plain, hides)] == [True, True]
    assert [offered(shown, None) for shown in (plain, hides)] == [True, False]
    assert [match(shown, by_handle).roundness for shown in (plain, hides)] == pytest.approx(
        [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(3))]
    )
    assert match(hides, by_handle).to_dict()["roundness"] == match(hides, by_handle).roundness
    assert match(plain, None).roundness is None


def evidence_of(target: object) -> Evidence:
    seen: list[Evidence] = []
    looking = matcher(ColourModel(), None)
    looking.seen = seen.append
    looking.match(target, "pour-with", "box-1")
    return seen[0]


def test_evidence_has_its_names_is_finite_and_falls_where_it_should() -> None:
    target = box_picture(CAMERA_TARGET)
    clean = evidence_of(target)
    holes = np.where(np.random.default_rng(0).random(target.depth_m.shape) < 0.8, 0, target.depth_m)
    noise = np.random.default_rng(1).normal(0, 0.004, holes.shape)
    poor = evidence_of(replace(target, depth_m=np.where(holes > 0, holes + noise, 0).astype(np.float32)))
    for evidence in (clean, poor):
        assert set(evidence.tool) == set(TOOL)
        assert set(evidence.geometry) == {*PARTS, *GEOMETRY}
        assert set(evidence.turn) == set(TURN) - {"contacts_mean"}
        assert set(evidence.round) == set(ROUND)
        assert [set(contact) for contact in evidence.contacts] == [set(CONTACT)] * 2
        numbers = [
            *evidence.tool.values(),
            *evidence.turn.values(),
            *evidence.round.values(),
            *(v for contact in evidence.contacts for v in contact.values()),
        ]
        assert np.isfinite(numbers).all()
    assert poor.geometry["residual_mm"] > clean.geometry["residual_mm"]
    assert poor.contacts[0]["depth_support"] < clean.contacts[0]["depth_support"]
    assert clean.contacts[0]["similarity"] == pytest.approx(1.0, abs=0.01)
    assert clean.tool["border"] == 0.0
    assert clean.contacts[0]["contact_cycle_mm"] < np.log1p(1)  # back within 5 mm of where it was shown


def test_a_match_is_right_when_its_median_contact_is() -> None:
    assert right_match(np.array([0.001, 0.014, 0.5]), 0.015)
    assert not right_match(np.array([0.001, 0.016, 0.5]), 0.015)
    assert not right_match(np.array([0.001, np.nan, np.nan]), 0.015)


def test_a_tool_cut_by_the_border_and_one_behind_something_are_told_by_their_outline() -> None:
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True
    depth = np.where(mask, 1.0, 1.2)

    def outline(mask: np.ndarray, depth: np.ndarray) -> tuple[float, float]:
        return _outline(SimpleNamespace(mask=mask, frame=SimpleNamespace(depth_m=depth)))

    assert outline(mask, depth) == (0.0, 0.0)
    cut = np.zeros_like(mask)
    cut[20:40, :20] = True  # one side of four, each of 20 px
    assert outline(cut, depth)[0] == pytest.approx(0.25, abs=0.01)
    before = depth.copy()
    before[10:50, 50:60] = 0.8  # something along the right side
    assert outline(mask, before)[1] == pytest.approx(0.25, abs=0.04)
