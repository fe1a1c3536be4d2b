"""What the matcher refuses, each with its own code and sentence."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from box_scene import (
    CAMERA_TARGET,
    TOP,
    ColourModel,
    Store,
    box_picture,
    demonstration,
    to_pixel,
)

from dfc_core.errors import DfcError
from dfc_core.transfer import ToolMatcher, TransferConfig, draw_overlay


@pytest.fixture
def matcher() -> ToolMatcher:
    return ToolMatcher(ColourModel(), Store(demonstration()))


def test_spellings_of_a_function_and_unknown_ones(matcher: ToolMatcher) -> None:
    assert matcher.match(box_picture(CAMERA_TARGET), "Pour with").function == "pour-with"
    with pytest.raises(DfcError, match="pour-with, cut-with") as refused:
        matcher.match(box_picture(CAMERA_TARGET), "fly-with")
    assert refused.value.code == "UNKNOWN_FUNCTION"


def test_wrong_or_missing_demonstrations_are_named(matcher: ToolMatcher) -> None:
    with pytest.raises(DfcError, match="shows pour-with, not cut-with") as refused:
        matcher.match(box_picture(CAMERA_TARGET), "cut-with", "box-1")
    assert refused.value.code == "NO_DEMONSTRATION"
    for demonstration_id, function in (("other", "pour-with"), ("", "cut-with")):
        with pytest.raises(DfcError) as refused:
            matcher.match(box_picture(CAMERA_TARGET), function, demonstration_id)
        assert refused.value.code == "NO_DEMONSTRATION"
    with pytest.raises(DfcError, match="no store"):
        ToolMatcher(ColourModel()).match(box_picture(CAMERA_TARGET), "pour-with")


def test_a_given_demonstration_needs_no_store() -> None:
    result = ToolMatcher(ColourModel()).match(box_picture(CAMERA_TARGET), "pour-with", demonstration=demonstration())
    assert result.demonstration_id == "box-1"


def test_without_depth_it_refuses_or_answers_in_2d(matcher: ToolMatcher) -> None:
    target = box_picture(CAMERA_TARGET)
    blind = replace(target, depth_m=None)
    with pytest.raises(DfcError) as refused:
        matcher.match(blind, "pour-with")
    assert refused.value.code == "NO_DEPTH"
    with pytest.raises(DfcError) as refused:
        matcher.match(replace(target, depth_m=np.zeros((120, 160), np.float32)), "pour-with")
    assert refused.value.code == "NO_DEPTH"
    flat = ToolMatcher(ColourModel(), matcher.store, TransferConfig(require_depth=False)).match(blind, "pour-with")
    assert flat.T_target_demo is None
    assert flat.grasps == ()
    assert "depth" in flat.grasp_note
    assert all(contact.point is None for contact in flat.contacts)
    assert np.linalg.norm(np.subtract(flat.contacts[0].pixel, to_pixel(TOP, CAMERA_TARGET))) < 4
    json.dumps(flat.to_dict(), allow_nan=False)
    assert draw_overlay(flat, blind).dtype == np.uint8


def test_depth_everywhere_but_on_the_tool_is_refused(matcher: ToolMatcher) -> None:
    target = box_picture(CAMERA_TARGET)
    glass = np.where(target.mask, 0, 0.8).astype(np.float32)
    with pytest.raises(DfcError, match="on the tool") as refused:
        matcher.match(replace(target, depth_m=glass), "pour-with")
    assert refused.value.code == "NO_DEPTH"
    lenient = ToolMatcher(ColourModel(), matcher.store, TransferConfig(require_depth=False))
    assert lenient.match(replace(target, depth_m=glass), "pour-with").T_target_demo is None


def test_an_empty_mask_is_refused(matcher: ToolMatcher) -> None:
    with pytest.raises(DfcError) as refused:
        matcher.match(replace(box_picture(CAMERA_TARGET), mask=np.zeros((120, 160), bool)), "pour-with")
    assert refused.value.code == "EMPTY_MASK"
