"""The picture that tells whether a match is right."""

from __future__ import annotations

import numpy as np
import pytest
from box_scene import (
    CAMERA_TARGET,
    ColourModel,
    Store,
    box_picture,
    demonstration,
)

from dfc_core.transfer import ToolMatcher, draw_overlay
from dfc_core.transfer.overlay import position_colours, view_window


@pytest.fixture
def matcher() -> ToolMatcher:
    return ToolMatcher(ColourModel(), Store(demonstration()))


def test_the_overlay_shows_both_pictures_and_the_contacts(matcher: ToolMatcher) -> None:
    target = box_picture(CAMERA_TARGET)
    result = matcher.match(target, "pour-with")
    picture = draw_overlay(result, target)
    assert picture.dtype == np.uint8
    assert picture.shape[1] == 2 * 640 + 4
    left, top, right, _ = view_window(target.size, target.mask)
    x, y = ((np.array(result.contacts[0].pixel) + 0.5 - [left, top]) * 640 / (right - left)).astype(int)
    assert picture[y, 644 + x].tolist() == [255, 40, 160]


def test_a_panel_shows_the_tool_within_the_picture() -> None:
    assert view_window((640, 480), None) == (0, 0, 640, 480)
    mask = np.zeros((480, 640), bool)
    mask[300:360, 500:560] = True
    left, top, right, bottom = view_window((640, 480), mask)
    assert (right - left) / (bottom - top) == pytest.approx(4 / 3)
    assert right - left == pytest.approx(2.2 * 80)
    assert left < 500
    assert right > 560
    assert top < 300
    assert bottom > 360
    assert view_window((100, 480), None) == (-270, 0, 370, 480)


def test_equal_places_have_equal_colours_and_opposite_ones_differ() -> None:
    colours = position_colours(np.array([[0.0, 5], [10, 5], [5, 0], [5, 10], [0, 5]])).astype(int)
    assert (colours[0] == colours[4]).all()
    assert np.abs(colours[0] - colours[1]).max() > 150
    assert position_colours(np.zeros((0, 2))).shape == (0, 3)
