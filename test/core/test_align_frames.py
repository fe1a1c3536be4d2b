"""Where matches agree on nothing, function frames that are sure and the parts' places give the alignment."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from box_scene import CAMERA_DEMO, CAMERA_TARGET, ColourModel, box_picture, demonstration

from dfc_core.align.alignment import Correspondences, align
from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.frames import FRAMES_ALONE, FramesConfig, by_frames
from dfc_core.errors import DfcError
from dfc_core.geometry import invert, rotation_about
from dfc_core.geometry.orientations import Orientations
from dfc_core.transfer import ToolMatcher, TransferConfig

TURN = rotation_about(np.array([0.2, 1.0, -0.4]), 0.8)
SHIFT = np.array([0.1, -0.05, 0.2])
FRAME = rotation_about(np.array([1.0, -0.3, 0.2]), 1.9)
PART = np.random.default_rng(0).uniform(-0.5, 0.5, (200, 3)) * np.array([0.06, 0.04, 0.02]) + [0.02, 0.03, 0.6]


def looks(rotation: np.ndarray, sure: float = 60.0) -> Orientations:
    return Orientations(rotation[None], np.ones(1), np.array([sure]), np.array([sure]))


def frames(sure: float = 60.0) -> Cues:
    return Cues(orientation_demo=looks(FRAME, sure), orientation_target=looks(TURN @ FRAME, sure))


def at_random() -> Correspondences:
    """Matches that agree on nothing."""
    shuffled = np.random.default_rng(1).permutation(placed(PART))
    return Correspondences.of(PART, shuffled, np.ones(len(PART)))


def placed(points: np.ndarray) -> np.ndarray:
    return 1.5 * points @ TURN.T + SHIFT


def test_frames_and_places_align_what_matches_do_not() -> None:
    config = AlignConfig(relative_threshold=0.05)
    with pytest.raises(DfcError):
        align(at_random(), Cues(), config)
    found = by_frames(at_random(), PART, placed(PART), frames(), FramesConfig(), config)
    assert found.turn_told_by == FRAMES_ALONE
    assert found.scale == pytest.approx(1.5)
    np.testing.assert_allclose(found.rotation, TURN, atol=1e-9)
    np.testing.assert_allclose(found.map(PART), placed(PART), atol=1e-9)
    assert found.inlier_ratio < 0.15
    assert np.isfinite(found.residual)
    np.testing.assert_allclose(found.covariance, found.covariance.T)
    assert np.sqrt(np.linalg.eigvalsh(found.covariance[3:, 3:])) == pytest.approx([FramesConfig().sigma] * 3)
    about_part = np.eye(6)
    x, y, z = found.rotation @ found.centre_demo
    about_part[:3, 3:] = -np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    spread = np.sqrt(np.diag(about_part @ found.covariance @ about_part.T)[:3])
    np.testing.assert_allclose(spread, found.part_radius / 2)  # of the part's middle


@pytest.mark.parametrize("why", ["unwanted", "unsure", "unknown", "no part", "no matches"])
def test_it_is_none_where_the_frames_or_parts_do_not_tell(why: str) -> None:
    matched = at_random()
    if why == "no matches":
        matched = Correspondences.of(PART[:2], PART[:2], np.ones(2))
    found = by_frames(
        matched,
        PART,
        placed(PART[:3] if why == "no part" else PART),
        {"unsure": frames(2.0), "unknown": Cues(orientation_demo=looks(FRAME))}.get(why, frames()),
        FramesConfig(used=why != "unwanted"),
        AlignConfig(),
    )
    assert found is None


class Confused(ColourModel):
    """Knows the part and how it is turned, but its features are random."""

    def sample(self, encoded, pixels, function, role):
        features, probability = super().sample(encoded, pixels, function, role)
        drawn = torch.randn(features.shape, generator=torch.Generator().manual_seed(len(pixels)))
        return torch.nn.functional.normalize(drawn, dim=1), probability

    def orientations(self, encoded, described, points, valid, function):
        camera = CAMERA_DEMO if len(described["function"].pixels) == self.shown() else CAMERA_TARGET
        return looks(invert(camera)[:3, :3])

    def shown(self) -> int:
        picture = box_picture(CAMERA_DEMO)
        return len(self.read_out((picture.rgb, picture.mask), "pour-with", "function").pixels)


def test_a_match_that_only_the_frames_tell_is_answered_with_a_warning_or_refused_where_unwanted() -> None:
    target, shown = box_picture(CAMERA_TARGET), demonstration()
    result = ToolMatcher(Confused()).match(target, "pour-with", demonstration=shown)
    assert any("agree on no alignment" in warning for warning in result.warnings)
    true = invert(CAMERA_TARGET) @ CAMERA_DEMO
    np.testing.assert_allclose(result.T_target_demo[:3, :3], true[:3, :3], atol=1e-6)
    assert result.turn_confidence is None  # no calibration
    refusing = TransferConfig(frames=FramesConfig(used=False))
    with pytest.raises(DfcError):
        ToolMatcher(Confused(), config=refusing).match(target, "pour-with", demonstration=shown)
