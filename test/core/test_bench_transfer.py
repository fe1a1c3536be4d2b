"""The bench of transfers judges as it should: the truth is right, the same picture twice is itself, bad grasps fail."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dfc_core.assets.families import TRAINING_FAMILIES
from dfc_core.assets.tool import NONE, Affordance, Tool
from dfc_core.bench.grasp_truth import judge_grasp
from dfc_core.bench.transfer import bench_transfer
from dfc_core.bench.transfer_masks import box_around, mask_figures
from dfc_core.bench.transfer_report import summary
from dfc_core.bench.transfer_ways import Answer, global_registration_way, principal_axes_way, refused, timed
from dfc_core.cli.transfer_tables import show_transfer
from dfc_core.dataset.transfer_scenes import SceneConfig, TransferScene, draw, plan_scenes
from dfc_core.dataset.transfer_truth import TransferTruth
from dfc_core.dataset.transfer_views import ViewConfig
from dfc_core.errors import DfcError
from dfc_core.geometry import compose, rotation_about
from dfc_core.grasp.carry import as_grasp_pose

SMALL = SceneConfig(least_pixels=20, masked=1, view=ViewConfig(size=(320, 240), others=1, part_seen=0.3))
JOBS = [
    replace(job, kind=kind)
    for job, kind in zip(
        plan_scenes(2, TRAINING_FAMILIES, 1, ("scoop-with", "pound-with"), SMALL), ("feasible", "negative"), strict=True
    )
]


@lru_cache(maxsize=2)
def scene(number: int) -> TransferScene:
    return draw(JOBS[number])


@pytest.fixture(autouse=True)
def _drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dfc_core.bench.transfer.draw", lambda job: scene(JOBS.index(job)))


def oracle(made: TransferScene) -> Answer:
    """The truth, and certainty in it; of what does not serve, a refusal."""
    truth = made.truth
    if not truth.affords:
        raise DfcError("NO_MATCH", "does not serve")
    points = truth.places[:, np.isfinite(truth.places[..., 0]).all(axis=0).argmax()]
    rotation = truth.T_target_function[0, :3, :3] @ truth.T_demo_function[:3, :3].T
    return Answer(points, np.ones(len(points)), rotation, 1.0)


def test_the_truth_as_an_answer_has_no_error_and_is_calibrated(tmp_path: Path) -> None:
    report = bench_transfer({"ours": oracle}, JOBS, tmp_path / "report.json", {"model": "oracle"})
    found = report["results"]["ours"]
    assert report["kinds"] == {"feasible": 1, "negative": 1}
    assert report["feasible"] == 1
    assert 0.5 < report["found_masks"]["roi"]["median"] <= 1
    assert found["accepted"] == 1
    assert found["contacts"]["p90"] == pytest.approx(0, abs=1e-9)
    assert found["contacts"]["within"] == 1
    assert found["rotation_rad"]["p90"] == pytest.approx(0, abs=1e-6)
    assert found["calibration"]["error"] == 0
    assert found["auroc_affords"] == 1
    assert found["refusals"]["negative"] == {"NO_MATCH": 1}
    assert json.loads((tmp_path / "report.json").read_text()) == report
    assert not list(tmp_path.glob("*.partial"))
    show_transfer(report)


def test_certainty_beside_the_truth_is_miscalibrated() -> None:
    def beside(made: TransferScene) -> Answer:
        return replace(oracle(made), points=oracle(made).points + np.array([0, 0, 5.0]))

    found = bench_transfer({"ours": beside}, JOBS)["results"]["ours"]
    assert found["calibration"]["error"] == 1
    assert found["contacts"]["within"] == 0
    assert 4.5 < found["contacts"]["median"] <= 5


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    out, asked = tmp_path / "report.json", []

    def stops(made: TransferScene) -> Answer:
        asked.append(made.seed)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return refused(made, "NO_MATCH")

    with pytest.raises(KeyboardInterrupt):
        bench_transfer({"ours": stops}, JOBS, out)
    report = bench_transfer({"ours": stops}, JOBS, out)
    assert asked == [JOBS[0].seed, JOBS[1].seed, JOBS[1].seed]
    assert [row["seed"] for row in report["rows"]] == [job.seed for job in JOBS]
    bench_transfer({"ours": stops}, JOBS, out)
    assert len(asked) == 5  # a finished report is made anew


@pytest.mark.parametrize("way", [principal_axes_way, global_registration_way])
def test_a_picture_registered_with_itself_stays_where_it_is(way) -> None:
    made = scene(0)
    itself = replace(made, target=made.demonstration.frame)
    answer, seconds = timed(way, itself)
    assert not answer.refusal
    assert seconds > 0
    assert np.trace(answer.rotation) == pytest.approx(3, abs=0.01)
    assert np.linalg.norm(answer.points - made.truth.contacts_demo, axis=1).max() < 0.01
    assert answer.confidence > 0.95


def test_figures_of_rows_are_those_counted_by_hand() -> None:
    def row(number: int, errors: list[float], refusal: str = "", **more: object) -> dict:
        answer = {
            "refusal": refusal, "confidence": 0.9 - 0.1 * number, "affordance": None, "turn_confidence": None,
            "answered": [not refusal] * 3,
            "errors_m": [*errors, 9.0], "confidences": [0.5] * 3, "rotation_rad": None if refusal else 0.1 * number,
            "grasps": [], "carried": None,
            "shown_grasp": False, "seconds": 1.0, "free_angle": number == 1,
        }  # fmt: skip
        return {
            "feasible": True, "affords": True, "axis": False, "target_axis": number < 2, "masked": True,
            "function": "pour-with", "size_m": 0.2,
            "roles": ["function", "function", "grasp"], "visible": [True, False, True], "answers": {"ours": answer},
        } | more  # fmt: skip

    rows = [row(0, [0.001, 0.1]), row(1, [0.003, 0.02]), row(2, [0.0, 0.0], "NO_MATCH"), row(3, [0.005, 0.005])]
    rows.append(row(4, [0.0, 0.0], feasible=False, affords=False))
    found = summary(rows, "ours")
    assert found["accepted"] == 0.75
    assert found["contacts"]["count"] == 3
    assert found["contacts"]["median"] == pytest.approx(0.003)
    assert found["hidden_too"]["median"] == pytest.approx(0.005)
    assert found["rotation_rad"]["median"] == pytest.approx(0.1)
    assert found["calibration"]["error"] == pytest.approx(abs(0.5 - 4 / 6))
    assert found["auroc_affords"] == pytest.approx(3 / 4)  # the refusal counts as 0, below the negative's 0.5
    for one in rows:  # a probability that it serves, where there is one, is what counts
        one["answers"]["ours"]["affordance"] = 0.8 if one["affords"] else 0.2
    assert summary(rows, "ours")["auroc_affords"] == 1
    assert found["turn"]["count"] == 0  # no such confidence was stated
    for number, one in enumerate(rows):
        one["answers"]["ours"] |= {"turn_confidence": 0.9 - 0.2 * number, "rotation_rad": 0.3 * number}
    turn = summary(rows, "ours")[
        "turn"
    ]  # turned by 0, 0.3, 0.9 where it serves and is not refused: the first two rightly
    assert (turn["count"], turn["within"], turn["auroc_within"]) == (3, pytest.approx(2 / 3), 1)
    assert turn["error"] == pytest.approx((0.1 + 0.3 + 0.3) / 3)
    assert turn["risk_coverage"]["50"]["median"] == pytest.approx(0.15)
    assert found["size"]["large"]["scenes"] == 0
    assert found["free_angle"] == {"axis": {"answers": 2, "offered": 1}, "other": {"answers": 1, "offered": 0}}


def test_figures_of_masks_are_those_counted_by_hand() -> None:
    found = mask_figures([{"point": value, "roi": 0.8} for value in (0.05, 0.6, 0.75, 0.9)])
    assert found["point"] == {"median": pytest.approx(0.675), "above_0.7": 0.5, "above_0.5": 0.75, "wrong": 0.25}
    assert found["roi"]["above_0.7"] == 1
    assert np.isnan(mask_figures([])["roi"]["wrong"])


def test_the_box_around_a_mask_holds_its_pixels() -> None:
    mask = np.zeros((10, 12), bool)
    mask[3:5, 6:11] = True
    assert box_around(mask) == (6, 3, 5, 2)


def bar_truth() -> TransferTruth:
    """A bar 0.2 x 0.02 x 0.03 m on a table, seen from 0.5 m straight above; it is held anywhere."""
    corners = np.array([[x, y, z] for x in (0, 0.2) for y in (0, 0.02) for z in (0, 0.03)])
    faces = np.array(
        [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
         [1, 5, 7], [1, 7, 3]]
    )  # fmt: skip
    affordance = Affordance("pry-with", "end", "bar", np.eye(4), 0.1)
    parts = np.repeat(np.array([0, 1], np.int16), [2, 10])  # the end is the small face at x = 0
    tool = Tool("bar", "bar", corners, faces, parts, ("end", "bar"), (affordance,))
    T = compose(np.diag([1.0, -1, -1]), np.array([-0.1, 0.01, 0.5]))
    blank, none = np.zeros((10, 10), bool), np.zeros((0, 3, 3))
    return TransferTruth(
        True, True, np.zeros((0, 3)), np.eye(4), NONE, np.zeros((0, 0, 3)), np.zeros((0, 0), bool), none,
        np.zeros(0, bool), np.zeros((0, 4, 4)), NONE, blank, blank, np.zeros((0, 3)), 1.0,
        np.zeros((10, 10)), tool, T, T,
    )  # fmt: skip


def judged(position: list[float], rotation: NDArray, width: float) -> dict[str, bool]:
    """Of a grasp in the bar's own frame."""
    truth = bar_truth()
    T = truth.T_camera_tool
    pose = as_grasp_pose(T[:3, :3] @ position + T[:3, 3], T[:3, :3] @ rotation, width, 1.0)
    return judge_grasp(pose, truth, "pry-with", np.diag([100.0, 100, 1])).to_dict()


ACROSS = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, -1]])  # closes along y, from above


def test_a_grasp_across_the_bar_is_good_and_each_fault_is_found() -> None:
    assert judged([0.1, 0.01, 0.015], ACROSS, 0.03) == dict.fromkeys(
        ("width", "hold", "antipodal", "free", "good"), True
    )
    assert not judged([0.1, 0.01, 0.015], ACROSS, 0.09)["width"]
    assert not judged([0.1, 0.01, -0.005], ACROSS, 0.03)["free"]  # the tips in the table
    assert not judged([0.1, 0.01, 0.015], ACROSS, 0.018)["free"]  # the fingers in the bar
    aslant = rotation_about(np.array([0, 0, 1.0]), np.radians(40)) @ ACROSS
    assert not judged([0.1, 0.01, 0.015], aslant, 0.06)["antipodal"]  # 40 degrees; friction .5 allows 26
    slightly = rotation_about(np.array([0, 0, 1.0]), np.radians(20)) @ ACROSS
    assert judged([0.1, 0.01, 0.015], slightly, 0.04)["antipodal"]
    beside = judged([0.3, 0.01, 0.015], ACROSS, 0.03)
    assert not beside["hold"]
    assert beside["free"]
