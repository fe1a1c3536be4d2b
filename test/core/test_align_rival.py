"""A tool with two like ends has a rival that turns it the other way; one whose ends differ has none."""

from __future__ import annotations

import numpy as np
import pytest

from dfc_core.align.alignment import Correspondences, align
from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.rival import RivalConfig, rival
from dfc_core.geometry import rotation_about

TURNED = rotation_about(np.array([0.2, 1.0, -0.4]), 0.8)
NO_CUES = Cues()
FLIP = np.diag([-1.0, -1.0, 1.0])  # end for end


def bar(count: int, seed: int = 0) -> np.ndarray:
    """Points (count x 3, m) in a bar of 0.2 x 0.04 x 0.02 about the origin."""
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 3)) * np.array([0.2, 0.04, 0.02])


def asked(matched: Correspondences, axis: np.ndarray | None = None, cues: Cues = NO_CUES) -> float:
    config = AlignConfig()
    return rival(align(matched, cues, config), matched, cues, axis, RivalConfig(), config)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.45])
def test_a_rival_explains_what_matches_the_other_end(share: float) -> None:
    demo, other = bar(400), np.arange(400) < share * 400
    target = np.where(other[:, None], demo @ FLIP, demo) @ TURNED.T
    found = asked(Correspondences.of(demo, target, np.ones(400)))
    middle = 0.12  # what lies near the centre agrees however the bar is turned
    assert found == pytest.approx(max(share / (1 - share), middle), abs=0.13)


def test_a_cue_that_chose_against_the_matches_is_told_by_a_rival_above_one() -> None:
    demo, other = bar(400), np.arange(400) < 216
    target = np.where(other[:, None], demo @ FLIP, demo) @ TURNED.T
    x = np.array([1.0, 0.0, 0.0])
    against = Cues(body_demo=x, body_target=TURNED @ x)  # as the lesser part of the matches has it
    matched = Correspondences.of(demo, target, np.ones(400))
    assert asked(matched) < 1
    config = AlignConfig()
    chosen = align(matched, against, config)
    assert np.trace(chosen.rotation @ TURNED.T) > 2.9  # the cue decided
    assert rival(chosen, matched, NO_CUES, None, RivalConfig(), config) > 1


def test_turns_about_the_axis_of_a_tool_that_lies_about_one_are_no_rivals() -> None:
    random = np.random.default_rng(1)
    angle = random.uniform(0, 2 * np.pi, 400)
    height = random.uniform(0, 0.1, 400)

    def shaft(angle: np.ndarray) -> np.ndarray:
        return np.stack([0.03 * np.cos(angle), 0.03 * np.sin(angle), height], axis=1)

    half = np.where(np.arange(400) < 240, 0.0, np.pi)  # matched to the side across
    matched = Correspondences.of(shaft(angle), shaft(angle + half) @ TURNED.T, np.ones(400))
    assert asked(matched) > 0.5
    assert asked(matched, axis=TURNED[:, 2]) < 0.3


def test_it_is_the_same_each_time() -> None:
    demo = bar(60, 3)
    matched = Correspondences.of(demo, demo @ TURNED.T, np.ones(60))
    assert asked(matched) == asked(matched)
