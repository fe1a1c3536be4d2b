"""How the function frames look turned decides between alignments that matches explain about alike, and no more."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from box_scene import CAMERA_DEMO, CAMERA_TARGET, ColourModel, Store, box_picture, demonstration

from dfc_core.align.alignment import Correspondences, align
from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.side import SideConfig, by_side, find_side
from dfc_core.errors import DfcError
from dfc_core.geometry import invert, rotation_about
from dfc_core.geometry.orientations import Orientations
from dfc_core.model import ROLES
from dfc_core.transfer import ToolMatcher, TransferConfig

TURN = rotation_about(np.array([0.2, 1.0, -0.4]), 0.8)
FRAME = rotation_about(np.array([1.0, -0.3, 0.2]), 1.9)  # of the demonstrated tool
FLIP = np.diag([-1.0, -1.0, 1.0])


def looks(rotation: np.ndarray, axis: float = 40.0, twist: float = 40.0) -> Orientations:
    return Orientations(rotation[None], np.ones(1), np.array([axis]), np.array([twist]))


def frames(turn: np.ndarray, **sure: float) -> Cues:
    return Cues(orientation_demo=looks(FRAME, **sure), orientation_target=looks(turn @ FRAME, **sure))


def bar_matched(flipped: float) -> Correspondences:
    """A bar of 0.2 x 0.04 x 0.02 m of which a share is matched end for end."""
    demo = np.random.default_rng(0).uniform(-0.5, 0.5, (400, 3)) * np.array([0.2, 0.04, 0.02]) + [0, 0, 0.6]
    other = (demo - [0, 0, 0.6]) @ FLIP + [0, 0, 0.6]
    target = np.where((np.arange(400) < flipped * 400)[:, None], other, demo) @ TURN.T
    return Correspondences.of(demo, target, np.ones(400))


def turn_off(rotation: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip((np.trace(rotation.T @ TURN) - 1) / 2, -1, 1))))


def test_a_twist_that_nothing_tells_is_not_known() -> None:
    sure, any_twist = looks(FRAME), looks(FRAME, twist=1e-3)
    assert sure.twist_known > 0.98
    assert any_twist.twist_known < 0.001
    both = Orientations(np.stack([FRAME, FRAME]), np.array([0.25, 0.75]), np.full(2, 40.0), np.array([40.0, 1e-3]))
    assert both.twist_known == pytest.approx(sure.twist_known / 4, abs=1e-3)


def test_frames_choose_the_lesser_of_two_turns_and_matches_a_clear_one() -> None:
    assert turn_off(align(bar_matched(0.7), Cues(), AlignConfig()).rotation) > 170
    assert turn_off(align(bar_matched(0.7), frames(TURN), AlignConfig()).rotation) < 2
    assert turn_off(align(bar_matched(0.98), frames(TURN), AlignConfig()).rotation) > 170
    off = AlignConfig(orientation_weight=0)
    assert turn_off(align(bar_matched(0.7), frames(TURN), off).rotation) > 170


def test_frames_of_which_one_is_unknown_say_nothing() -> None:
    one = Cues(orientation_demo=looks(FRAME))
    alone, silent = (align(bar_matched(0.6), cues, AlignConfig()).rotation for cues in (one, Cues()))
    np.testing.assert_array_equal(alone, silent)
    np.testing.assert_array_equal(one.log_density(np.eye(3)[None]), [0])


def test_a_likely_turn_is_found_though_no_three_matches_give_it() -> None:
    """Matches of a flat part, each off by about its size: their triples give turns at random."""
    random = np.random.default_rng(3)
    demo = random.uniform(-0.02, 0.02, (40, 3)) + np.array([0, 0, 0.5])
    target = demo @ TURN.T + random.normal(0, 0.012, (40, 3))
    matched = Correspondences.of(demo, target, np.ones(40))
    config = AlignConfig(hypotheses=3, relative_threshold=1.0)
    assert turn_off(align(matched, frames(TURN), config).rotation) < 30


def test_matches_that_mirror_are_refused_unless_the_frames_say_otherwise() -> None:
    random = np.random.default_rng(2)
    demo = random.uniform(-0.05, 0.05, (200, 3)) + np.array([0, 0, 0.6])
    target = np.where((np.arange(200) < 140)[:, None], demo * [-1, 1, 1], demo) @ TURN.T
    matched = Correspondences.of(demo, target, np.ones(200))
    with pytest.raises(DfcError, match="mirror the tool"):
        align(matched, Cues(), AlignConfig())
    assert turn_off(align(matched, frames(TURN), AlignConfig()).rotation) < 2
    with pytest.raises(DfcError, match="mirror the tool"):
        align(matched, frames(TURN @ FLIP), AlignConfig(orientation_weight=0.01))


def test_of_matches_on_a_line_the_frames_tell_the_turn_when_their_axes_are_sure() -> None:
    edge = np.linspace([-0.05, 0, 0.6], [0.05, 0, 0.6], 40)
    matched = Correspondences.of(edge, edge @ TURN.T, np.ones(40))
    side = find_side(matched, frames(TURN, twist=1e-3), SideConfig())
    assert side.told_by == "frames"
    found = by_side(align(side.matched, Cues(), AlignConfig()), side, SideConfig())
    assert turn_off(found.rotation) < 3
    assert find_side(matched, frames(TURN, axis=1.0), SideConfig()).told_by == "view"


def test_what_a_model_tells_of_both_tools_reaches_the_alignment_and_is_kept_with_the_demonstration() -> None:
    class Telling(ColourModel):
        """Of the box: its own axes in the camera that sees it, the target asked about first."""

        orientation = SimpleNamespace(id="told-1")
        cameras = iter((CAMERA_TARGET, CAMERA_DEMO, CAMERA_TARGET, CAMERA_TARGET))

        def orientations(self, encoded, described, points, valid, function):
            assert set(described) == set(ROLES)
            for role in ROLES:
                assert len(described[role].features) == len(points) == len(valid)
            assert function == "pour-with"
            return looks(invert(next(self.cameras))[:3, :3])

    store, target, seen = Store(demonstration()), box_picture(CAMERA_TARGET), []
    for config in (TransferConfig(), TransferConfig(), TransferConfig(align=AlignConfig(orientation_weight=0))):
        matcher = ToolMatcher(Telling(), store, config)
        matcher.seen = seen.append
        matcher.match(target, "pour-with")
    first, kept, off = (one.turn["frames_agree"] for one in seen)
    assert first == kept == AlignConfig().orientation_bounds[1]
    assert off == 0
    assert store.misses == 1
    assert next(key for _, key in store.computed).startswith("colour-1-otold-1-pour-with")
