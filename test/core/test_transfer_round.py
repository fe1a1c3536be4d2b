"""The whole matcher on cups and mugs: free angles, handles, and mouths of another size."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import round_things
from box_scene import (
    CAMERA_TARGET,
    ColourModel,
    box_picture,
    demonstration,
)

from dfc_core.align.side import SideConfig
from dfc_core.errors import DfcError
from dfc_core.geometry import (
    compose,
    invert,
    rotation_about,
    transform,
)
from dfc_core.transfer import AlignConfig, ToolMatcher, TransferConfig
from dfc_core.transfer.scene import Scene


def test_a_cup_turned_about_its_axis_has_a_free_angle_whose_orbit_holds_the_truth() -> None:
    view = round_things.camera(0.0)
    turned = compose(rotation_about(np.array([0, 1.0, 0]), np.radians(-45)), np.zeros(3)) @ view
    target = round_things.picture(turned, round_things.CUP)
    result = ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=round_things.shown(0.0))
    T_true = invert(turned) @ view  # a turn of 45 degrees, a multiple of the orbit's steps
    point, direction = round_things.axis_in(turned)
    symmetry = result.symmetry
    assert np.degrees(np.arccos(abs(symmetry.axis_direction @ direction))) < 2
    assert np.linalg.norm(np.cross(symmetry.axis_point - point, direction)) < 0.002
    places = transform(invert(view), CUP_PLACES)
    off = [np.linalg.norm(transform(pose, places) - transform(T_true, places), axis=1).max() for pose in symmetry.poses]
    assert min(off) < 0.006
    # No grasp was shown, so the best pose is the one least turned: as in the demonstration's picture.
    assert np.linalg.norm(transform(result.T_target_demo, places) - places, axis=1).max() < 0.006
    written = result.to_dict()["symmetry"]
    assert written["free_angle"] is True
    assert np.shape(written["poses"]) == (24, 4, 4)
    json.dumps(written, allow_nan=False)


def test_a_mug_with_its_handle_in_sight_has_no_free_angle_and_keeps_its_turn() -> None:
    view, turned = round_things.camera(60.0), round_things.camera(100.0)
    target = round_things.picture(turned, round_things.CUP, (round_things.HANDLE,))
    shown = round_things.shown(60.0, round_things.HANDLE)
    result = ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=shown)
    assert result.symmetry is None
    places = transform(invert(view), CUP_PLACES)
    T_true = invert(turned) @ view
    assert np.linalg.norm(transform(result.T_target_demo, places) - transform(T_true, places), axis=1).max() < 0.006


def test_a_cup_behind_which_the_shown_handle_may_hide_has_no_free_angle() -> None:
    view = round_things.camera(200.0, 20.0)
    target = round_things.picture(view, round_things.CUP)
    shown = round_things.shown(150.0, round_things.HANDLE)
    assert ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=shown).symmetry is None
    assert (
        ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=round_things.shown(150.0)).symmetry
        is not None
    )


def test_a_turn_that_the_matches_leave_free_is_refused_unless_the_tool_is_round() -> None:
    align = AlignConfig(maximum_turn_sigma=1e-6)  # no matches ever know a turn so well
    matcher = ToolMatcher(ColourModel(), config=TransferConfig(align=align, side=SideConfig(used=False)))
    with pytest.raises(DfcError, match="leave the rotation about it free") as refused:
        matcher.match(box_picture(CAMERA_TARGET), "pour-with", demonstration=demonstration())
    assert refused.value.code == "DEGENERATE"
    cup = round_things.picture(round_things.camera(20.0), round_things.CUP)
    assert matcher.match(cup, "pour-with", demonstration=round_things.shown(0.0)).symmetry is not None
    told = ToolMatcher(ColourModel(), config=TransferConfig(align=align))
    result = told.match(box_picture(CAMERA_TARGET), "pour-with", demonstration=demonstration())
    assert result.symmetry is None
    assert any("the turn about it was told by" in said for said in result.warnings)
    assert result.covariance[3:, 3:].diagonal().max() > 0.2**2  # rad^2, as unsure as it is


CUP_PLACES = np.array([[0.04, 0.05, 0], [-0.04, 0.05, 0], [0, 0.05, 0.04], [0, -0.05, 0.04]])


def test_a_mouth_much_smaller_than_a_rim_says_nothing_of_where_the_hand_goes() -> None:
    scene = SimpleNamespace(config=TransferConfig())
    alike = [Scene.alike_in_size(scene, SimpleNamespace(scale=scale)) for scale in (0.2, 0.7, 1.5, 2.0)]
    assert alike == [False, True, True, False]
    assert Scene.alike_in_size(scene, None)
