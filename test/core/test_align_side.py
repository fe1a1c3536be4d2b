"""Matches on a line, and the turn about it that the tools' sides tell."""

from __future__ import annotations

import numpy as np
import pytest

from dfc_core.align.alignment import Correspondences, align
from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.degenerate import TurnUnknownError
from dfc_core.align.side import SideConfig, by_side, find_side
from dfc_core.geometry import rotation_about

EDGE = np.linspace([-0.05, 0, 0.6], [0.05, 0, 0.6], 40)  # m, a blade's edge before the camera
TURN = rotation_about(np.array([1.0, 2.0, 0.5]) / np.linalg.norm([1.0, 2.0, 0.5]), 0.9)
SHIFT = np.array([0.02, -0.05, 0.1])


def edges(noise_m: float = 0.0002, demo=EDGE) -> Correspondences:
    random = np.random.default_rng(0)
    target = demo @ TURN.T + SHIFT + random.normal(0, noise_m, demo.shape)
    return Correspondences.of(demo, target, np.ones(len(demo)))


def turn_off(rotation) -> float:
    """Degrees between a rotation and the true one."""
    return float(np.degrees(np.arccos(np.clip((np.trace(rotation.T @ TURN) - 1) / 2, -1, 1))))


def solved(matched: Correspondences, cues: Cues):
    side = find_side(matched, cues, SideConfig())
    assert side is not None
    return by_side(align(side.matched, cues, AlignConfig()), side, SideConfig())


def test_a_line_alone_is_refused() -> None:
    with pytest.raises(TurnUnknownError, match="lie on a line"):
        align(edges(), Cues(), AlignConfig())


@pytest.mark.parametrize("told_by", ["body", "up"])
def test_the_side_a_cue_tells_gives_the_turn_and_says_how_unsure_it_is(told_by: str) -> None:
    direction = np.array([0.6, 0.8, 0.0])  # mostly across the edge
    cues = Cues(**{f"{told_by}_demo": direction, f"{told_by}_target": TURN @ direction})
    alignment = solved(edges(), cues)
    assert alignment.turn_told_by == told_by
    assert turn_off(alignment.rotation) < 3
    assert len(alignment.inliers) == len(EDGE)
    assert alignment.inlier_ratio == 1.0
    np.testing.assert_allclose(alignment.map(EDGE), EDGE @ TURN.T + SHIFT, atol=0.002)
    turns = np.linalg.eigh(alignment.covariance[3:, 3:])
    assert np.sqrt(turns[0][-1]) == pytest.approx(SideConfig().sigma, rel=0.1)
    assert abs(turns[1][:, -1] @ TURN[:, 0]) > 0.99  # about the edge
    assert np.sqrt(turns[0][1]) < 0.05


def test_a_cue_along_the_line_tells_nothing_and_the_next_is_asked() -> None:
    along, across = np.array([1.0, 0.05, 0]), np.array([0, 0.6, 0.8])
    along /= np.linalg.norm(along)
    cues = Cues(body_demo=along, body_target=TURN @ along, up_demo=across, up_target=TURN @ across)
    assert find_side(edges(), cues, SideConfig()).told_by == "up"
    assert find_side(edges(), Cues(), SideConfig()).told_by == "view"


def test_no_side_without_enough_places_or_when_it_is_not_wanted() -> None:
    few = edges(0.0, EDGE[np.arange(40) % 4])  # forty matches of four places
    assert find_side(few, Cues(), SideConfig()) is None
    assert find_side(edges(), Cues(), SideConfig(used=False)) is None
