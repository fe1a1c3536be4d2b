"""A calibration is fitted on examined scenes: each of its probabilities by what was true of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dfc_core.assets.families import TRAINING_FAMILIES
from dfc_core.dataset.transfer_scenes import SceneConfig, plan_scenes
from dfc_core.dataset.transfer_views import ViewConfig
from dfc_core.errors import DfcError
from dfc_core.files import write_json
from dfc_core.model import load_model
from dfc_core.train.calibrate import CalibrationConfig, fit_calibration
from dfc_core.train.examine import Examined, examine_scenes
from dfc_core.train.looks import Looks, affords_table, looks_of_tools
from dfc_core.trust.calibration import FILE, read_calibration
from dfc_core.trust.evidence import CONTACT, GEOMETRY, MATCH, PARTS, ROUND, TOOL, TURN, Evidence


def examined(number: int, random: np.random.Generator) -> Examined:
    """Of a tool that affords it two times in three; a contact is right when its similarity is above 0, the turn when
    its rival is below 0.5; one in four is round, and the twist of its frame is hardly known."""
    affords, feasible = number % 3 > 0, number % 3 == 1
    similarity, rival = random.normal(size=2), random.random()
    geometry = dict.fromkeys((*PARTS, *GEOMETRY), 0.0)
    tool = {
        **dict.fromkeys(TOOL, 0.0),
        "part_peak": 2.0 * affords + random.normal(),
        "part_pixels": 3.0 * feasible + random.normal(),
    }
    contacts = [{**dict.fromkeys(CONTACT, 0.0), "similarity": float(value)} for value in similarity]
    turn = {**{name: 0.0 for name in TURN if name != "contacts_mean"}, "rival": rival}
    errors = np.where(similarity > 0, 0.002, 0.05) if affords else np.full(2, np.nan)
    family, is_round = f"family-{number % 15}", number % 4 == 0
    roundness = {**dict.fromkeys(ROUND, 0.0), "twist_known": (0.2 if is_round else 0.8) + 0.01 * (number % 7)}
    evidence = Evidence(tool, geometry, turn, contacts, roundness)
    return Examined(
        "pour-with", ("mug", family), affords, feasible, is_round, evidence, errors,
        (0.1 if rival < 0.5 else 3.0) if affords else np.nan, "", np.zeros((2, 1, 4), np.float32),
    )  # fmt: skip


def test_a_calibration_is_fitted_on_examined_scenes_and_says_on_which(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("dfc_core.train.looks.functions_of", lambda family: ("pour-with",))
    random = np.random.default_rng(0)
    scenes = [examined(number, random) for number in range(300)]
    config = CalibrationConfig(scenes=300, refused=0.1)
    calibration = fit_calibration(scenes, ("pour-with",), config, {"model": "stub-1"}, "c" * 64)
    write_json(tmp_path / FILE, calibration.to_dict())
    read = read_calibration(tmp_path / FILE)
    assert read.fitted_on["model"] == "stub-1"
    assert read.fitted_on["seed"] == config.seed
    assert read.fitted_on["left_out"]["contact"]["auroc"] > 0.95
    nothing = dict.fromkeys(CONTACT, 0.0)
    assert read.contact({**nothing, "similarity": 2.0}) > 0.9 > 0.1 > read.contact({**nothing, "similarity": -2.0})
    geometry = dict.fromkeys(MATCH, 0.0)
    assert read.match({**geometry, "contacts_mean": 3.0, "contacts_low": 2.0}) > read.match(geometry)
    nothing = dict.fromkeys(TURN, 0.0)
    assert read.turn({**nothing, "rival": 0.2}) > 0.8 > 0.2 > read.turn({**nothing, "rival": 0.8})
    nothing = dict.fromkeys(ROUND, 0.0)
    assert read.round({**nothing, "twist_known": 0.2}) > 0.8 > 0.2 > read.round({**nothing, "twist_known": 0.8})
    assert read.fitted_on["left_out"]["round"]["true"] == pytest.approx(0.25)
    feasible = [one.evidence.tool for one in scenes if one.feasible]
    refused = np.mean([read.affords(tool) < read.refuse_below["affords"] for tool in feasible])
    assert refused <= 0.12
    strange = [one.evidence.tool for one in scenes if not one.affords]
    assert np.mean([read.affords(tool) for tool in strange]) < np.mean([read.affords(tool) for tool in feasible])


def test_where_no_scene_hides_its_part_nothing_is_refused_for_that(monkeypatch, caplog) -> None:
    monkeypatch.setattr("dfc_core.train.looks.functions_of", lambda family: ("pour-with",))
    random = np.random.default_rng(1)
    scenes = [replace(one, feasible=one.affords) for one in (examined(number, random) for number in range(150))]
    calibration = fit_calibration(scenes, ("pour-with",), CalibrationConfig(), {}, "c" * 64)
    seen = dict.fromkeys(TOOL, 0.0)
    assert calibration.visible(seen) == pytest.approx(101 / 102)  # 100 of 100 were in sight
    assert calibration.visible(seen) >= calibration.refuse_below["visible"]
    assert "'visible' cannot be fitted" in caplog.text


def test_more_scenes_of_hidden_parts_teach_sight_but_not_how_often_parts_are_hidden(monkeypatch) -> None:
    monkeypatch.setattr("dfc_core.train.looks.functions_of", lambda family: ("pour-with",))
    random = np.random.default_rng(2)
    drawn = [examined(number, random) for number in range(240)]
    scenes = [one if one.feasible or number % 30 == 2 else replace(one, affords=False, feasible=False)
              for number, one in enumerate(drawn)]  # fmt: skip
    hidden = [one for one in (examined(number, random) for number in range(120)) if one.affords and not one.feasible]
    calibration = fit_calibration(scenes, ("pour-with",), CalibrationConfig(), {}, "c" * 64, hidden)
    serving = [one for one in scenes if one.affords]
    said = [calibration.visible(one.evidence.tool) for one in serving]
    seen = [one.feasible for one in serving]
    assert 80 <= sum(seen) < len(seen) <= 90  # too few hidden to learn from
    assert np.mean(said) == pytest.approx(np.mean(seen), abs=0.06)
    out_of_sight = [calibration.visible(one.evidence.tool) for one in hidden]
    assert np.median(out_of_sight) < 0.6 < 0.95 < np.median(said)


def test_scenes_of_known_kinds_teach_what_tools_look_like(monkeypatch) -> None:
    monkeypatch.setattr(
        "dfc_core.train.looks.functions_of", lambda family: ("pour-with",) if family[-1] in "02468" else ()
    )
    random = np.random.default_rng(3)
    scenes = [examined(number, random) for number in range(240)]
    known = [
        replace(one, families=("spade", f"kind-{number % 20}"), looks=one.looks + (0.5 if number % 2 == 0 else -0.5))
        for number, one in enumerate(examined(number, random) for number in range(200))
    ]
    plain, more = (
        fit_calibration(scenes, ("pour-with",), CalibrationConfig(), {}, "c" * 64, (), some) for some in ((), known)
    )
    look = np.full(4, 0.5)
    assert more.kin("pour-with", look) > 0.5 > -0.5 > more.kin("pour-with", -look)
    assert plain.kin("pour-with", look) == pytest.approx(plain.kin("pour-with", -look))  # all looked alike


def test_looks_of_more_tools_teach_what_tools_look_like(monkeypatch) -> None:
    monkeypatch.setattr(
        "dfc_core.train.looks.functions_of", lambda family: ("pour-with",) if family[-1] in "02468" else ()
    )
    random = np.random.default_rng(5)
    scenes = [examined(number, random) for number in range(240)]
    signs = np.where(np.arange(600) % 2 == 0, 1.0, -1.0)
    look = 0.5 * signs[:, None, None] + 0.2 * random.normal(size=(600, 1, 4))
    looks = Looks(look.astype(np.float32), np.array([f"kind-{number % 300}" for number in range(600)]))
    fitted = fit_calibration(scenes, ("pour-with",), CalibrationConfig(), {}, "c" * 64, looks=looks)
    assert fitted.kin("pour-with", np.full(4, 0.5)) > 1 > -1 > fitted.kin("pour-with", np.full(4, -0.5))


def test_looks_of_tools_are_those_of_their_seeds_and_come_back_from_the_folder(tmp_path: Path, monkeypatch) -> None:
    looks = looks_of_tools("default", 2, seed=3, work=tmp_path)
    assert looks.look.shape == (4, 24, 256)
    assert len(set(looks.families)) == 2
    assert affords_table(looks.families, load_model("default").functions).any(axis=1).all()
    monkeypatch.setattr("dfc_core.train.looks._look_at", None)  # what is kept is not looked at again
    again = looks_of_tools("default", 2, seed=3, work=tmp_path)
    np.testing.assert_array_equal(again.look, looks.look)
    np.testing.assert_array_equal(again.families, looks.families)
    assert looks_of_tools("default", 0, seed=3) is None
    (written,) = tmp_path.glob("*.npz")
    written.write_bytes(written.read_bytes()[:1000])
    with pytest.raises(DfcError, match="holds no looks of tools") as refused:
        looks_of_tools("default", 2, seed=3, work=tmp_path)
    assert refused.value.code == "BAD_INPUT"


def test_probabilities_hold_for_known_and_for_unknown_kinds_alike(monkeypatch) -> None:
    monkeypatch.setattr("dfc_core.train.looks.functions_of", lambda family: ("pour-with",))
    random = np.random.default_rng(4)

    def seen(number: int, right: float, peak: float, kind: str) -> Examined:
        """A contact of it is right as often as `right` says; its part stands out by `peak`."""
        one = replace(examined(number, random), families=("mug", f"{kind}-{number % 15}"))
        evidence = one.evidence
        peaks = [{**dict.fromkeys(CONTACT, 0.0), "part_peak": peak + 0.3 * random.normal()} for _ in evidence.contacts]
        errors = np.where(random.random(2) < right, 0.002, 0.05) if one.affords else one.errors_m
        return replace(one, evidence=replace(evidence, contacts=peaks), errors_m=errors)

    scenes = [seen(number, 0.25, 0.0, "strange") for number in range(300)]
    known = [seen(number, 0.75, 2.0, "usual") for number in range(150)]
    alone, both = (
        fit_calibration(scenes, ("pour-with",), CalibrationConfig(), {}, "c" * 64, (), some) for some in ((), known)
    )
    usual = {**dict.fromkeys(CONTACT, 0.0), "part_peak": 2.0}
    assert both.contact(usual) == pytest.approx(0.75, abs=0.1)
    assert both.contact({**usual, "part_peak": 0.0}) == pytest.approx(0.25, abs=0.1)
    assert alone.contact(usual) < 0.5  # it has met none of these
    told = both.fitted_on["left_out"]["contact"], both.fitted_on["left_out_known_kinds"]["contact"]
    assert [one["examples"] for one in told] == [400, 200]  # two contacts of two scenes in three
    for one in told:
        assert one["stated"] == pytest.approx(one["true"], abs=0.05)
    assert "left_out_known_kinds" not in alone.fitted_on


def test_scenes_read_from_the_folder_are_those_first_examined(tmp_path: Path) -> None:
    small = SceneConfig(least_pixels=20, masked=1, view=ViewConfig(size=(320, 240), others=1, part_seen=0.3))
    jobs = plan_scenes(1, TRAINING_FAMILIES, 1, ("scoop-with",), small)
    (first,) = examine_scenes("default", jobs, work=tmp_path)
    (written,) = tmp_path.glob("*.npz")
    (again,) = examine_scenes("default", jobs, work=tmp_path)
    assert list(tmp_path.glob("*.npz")) == [written]
    for name, value in vars(first).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(getattr(again, name), value)
        else:
            assert getattr(again, name) == value
    assert np.abs(first.looks).max() > 0
