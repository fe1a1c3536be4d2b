"""Measuring labels against exact truth."""

import json

import numpy as np
import pytest

from dfc_core.errors import DfcError
from dfc_core.label.check import CheckConfig, Score, check_labels, mean_overlap, summary
from dfc_core.label.vote import VoteConfig
from dfc_core.render.dataset import RenderConfig, render_dataset

COARSE = VoteConfig(patches=80, cuts=1)


def test_overlap_is_the_mean_over_views_that_show_or_claim_the_part():
    truth, masks = np.zeros((2, 4, 4, 4), bool)
    truth[0, :2] = True  # 8 px, of which 4 are found: 0.5
    masks[0, 0] = True
    masks[1, 0, 0] = True  # claimed, not there: 0
    truth[2, 3] = masks[2, 3] = True  # found: 1; the last view has neither
    assert mean_overlap(masks, truth) == pytest.approx(0.5)
    assert mean_overlap(masks[3:], truth[3:]) == 0


def test_every_function_and_role_counts_once():
    scores = [
        Score("a", "cut-with", "function", "ours", 1.0, 0.2),
        Score("b", "cut-with", "function", "ours", 1.0, 0.4),
        Score("a", "cut-with", "grasp", "ours", 1.0, 0.9),
        Score("a", "cut-with", "grasp", "ours", 2.0, 0.5),
    ]
    report = summary(scores)["ours"]
    assert report["by_function"] == {"cut-with": {"function": pytest.approx(0.3), "grasp": 0.9}}
    assert report["mean"] == pytest.approx(0.6)
    assert report["mean_of_parts"] == pytest.approx(0.5)
    assert report["curve"] == {"1": pytest.approx(0.6), "2": 0.5}


@pytest.fixture(scope="module")
def mug(tmp_path_factory):
    return render_dataset(tmp_path_factory.mktemp("mug"), RenderConfig(("mug",), tools=1, views=8))


def test_good_boxes_give_good_labels_and_bad_ones_worse(mug):
    report = check_labels(mug, CheckConfig(vote=COARSE, factors=(0.0, 1.0, 3.0)))
    assert report["tools"] == 1
    assert set(report["ours"]["by_function"]["pour-with"]) == {"function", "grasp"}
    assert report["ours"]["curve"]["0"] > 0.7
    assert report["ours"]["mean"] == report["ours"]["curve"]["1"] > report["paper"]["mean"] + 0.1
    assert report["ours"]["curve"]["3"] < report["ours"]["curve"]["0"]
    json.dumps(report, allow_nan=False)


def test_the_same_seed_gives_the_same_report(mug):
    config = CheckConfig(vote=COARSE, factors=(1.0,), paper=False)
    assert check_labels(mug, config) == check_labels(mug, config)


def test_a_folder_without_tools_is_refused(tmp_path):
    with pytest.raises(DfcError):
        check_labels(tmp_path)
