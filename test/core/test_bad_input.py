"""What is wrong or odd about pictures is said, and what only looks odd is still answered.

The scenes are boxes ray-cast on a table, the matcher's a box whose true correspondence is its colour.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from box_scene import CAMERA_TARGET, ColourModel, Store, box_picture, demonstration
from test_segment import MUG, overlap, scene

from dfc_core.errors import DfcError
from dfc_core.frames import Frame, segment
from dfc_core.frames.doubts import doubts, hole_at, parts_doubt, refuse_wrong_unit
from dfc_core.transfer import ToolMatcher, TransferConfig

TWO = [((-0.12, -0.04, 0), (-0.04, 0.04, 0.1)), ((0.05, -0.04, 0), (0.13, 0.04, 0.1))]


def refusal(frame: Frame, **seed) -> DfcError:
    with pytest.raises(DfcError) as caught:
        segment(frame, **seed)
    return caught.value


def with_depth(frame: Frame, depth_m: np.ndarray) -> Frame:
    return replace(frame, depth_m=depth_m.astype(np.float32))


def centre_of(mask: np.ndarray) -> tuple[float, float]:
    rows, columns = np.nonzero(mask)
    return float(columns.mean()), float(rows.mean())


# --- unit of depth ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "words"), [(1000, "millimetres given as metres"), (0.001, "metres given as milli")])
@pytest.mark.parametrize("masked", [False, True])
def test_depth_wrong_by_a_thousand_is_refused(factor: float, words: str, masked: bool) -> None:
    frame, label, _ = scene([MUG])
    wrong = with_depth(frame, frame.depth_m * factor)
    error = refusal(wrong.with_mask(label == 2) if masked else wrong)
    assert error.code == "BAD_IMAGE"
    assert f"depth looks like {words}" in error.message
    assert "0.02 to 50 m" in error.message


def test_depth_wrong_on_the_tool_alone_is_refused() -> None:
    frame, label, _ = scene([MUG])
    mixed = np.where(label == 2, frame.depth_m / 1000, frame.depth_m)
    assert "the tool in" in refusal(with_depth(frame, mixed).with_mask(label == 2)).message


@pytest.mark.parametrize("distance", [0.021, 0.15, 3.0, 49.0])
def test_any_distance_a_camera_can_read_is_believed(distance: float) -> None:
    refuse_wrong_unit(np.full((4, 4), distance, np.float32), "it")
    refuse_wrong_unit(np.zeros((4, 4), np.float32), "it")


def test_a_small_tool_at_15_cm_and_one_at_3_m_pass_without_a_word() -> None:
    small: list = [((-0.01, -0.01, 0), (0.01, 0.01, 0.02))]
    near, label, _ = scene(small, 60, 0.15)
    assert segment(near.with_mask(label == 2)).warnings == ()
    far, label, _ = scene([((-0.15, -0.15, 0), (0.15, 0.15, 0.3))], 45, 3.0, table=4.0)
    assert segment(far).warnings == ()


@pytest.mark.parametrize(("scale", "said"), [(0.02, True), (0.1, True), (0.3, False), (20.0, False), (50.0, True)])
def test_a_tool_of_an_impossible_size_is_doubted(scale: float, said: bool) -> None:
    """A mug of 10 cm and a depth of 0.6 m, both times `scale`."""
    frame, label, _ = scene([MUG], distance=0.9)
    warnings = doubts(with_depth(frame, frame.depth_m * scale), label == 2)
    assert any("the tool measures" in warning for warning in warnings) == said


# --- camera matrix ------------------------------------------------------------------------------------------------


def with_principal_point(x_share: float, y_share: float) -> tuple[Frame, np.ndarray]:
    frame, label, _ = scene([MUG])
    K = frame.K.copy()
    K[0, 2], K[1, 2] = x_share * 320 - 0.5, y_share * 240 - 0.5
    return replace(frame, K=K, mask=label == 2), label


@pytest.mark.parametrize(("x", "y"), [(1.0, 1.0), (1.5, 1.125), (1.0, 0.75), (0.002, 0.002), (-5.0, 0.5)])
def test_the_camera_of_another_resolution_or_of_no_lens_is_refused(x: float, y: float) -> None:
    error = refusal(with_principal_point(x, y)[0])
    assert error.code == "BAD_IMAGE"
    assert "320x240" in error.message
    assert "another resolution" in error.message


@pytest.mark.parametrize(("x", "y"), [(0.25, 0.25), (0.75, 0.75), (0.25, 1 / 3), (-0.2, 0.5), (0.5, 0.97), (-1.0, 1.4)])
def test_the_camera_of_another_resolution_or_of_a_crop_beside_the_axis_is_doubted(x: float, y: float) -> None:
    (warning,) = segment(with_principal_point(x, y)[0]).warnings
    assert "K is that of another resolution" in warning


@pytest.mark.parametrize(("x", "y"), [(0.5, 0.5), (0.25, 0.5), (0.5, 0.75), (0.75, 0.25), (0.42, 0.45)])
def test_a_cropped_camera_passes_without_a_word(x: float, y: float) -> None:
    assert segment(with_principal_point(x, y)[0]).warnings == ()


def test_the_camera_does_not_matter_without_depth() -> None:
    frame, _ = with_principal_point(1.0, 1.0)
    assert segment(replace(frame, depth_m=None)).warnings == ()


# --- no depth on the tool -----------------------------------------------------------------------------------------


def test_a_tool_nearer_than_the_range_or_transparent_is_refused_with_the_reason() -> None:
    target = box_picture(CAMERA_TARGET)
    blind = with_depth(target, np.where(target.mask, 0, 0.4))
    matcher = ToolMatcher(ColourModel(), Store(demonstration()))
    with pytest.raises(DfcError, match="no depth reading on the tool; depth covers 0 %") as caught:
        matcher.match(blind, "pour-with")
    assert caught.value.code == "NO_DEPTH"
    assert "0.40 m away" in caught.value.message
    assert "transparent" in caught.value.message
    assert "nearer than the camera can measure" in caught.value.message
    lenient = ToolMatcher(ColourModel(), Store(demonstration()), TransferConfig(require_depth=False))
    assert any("depth covers 0 %" in warning for warning in lenient.match(blind, "pour-with").warnings)


@pytest.mark.parametrize(("kept", "said"), [(0.1, True), (0.5, False)])
def test_hardly_any_depth_on_the_tool_is_said(kept: float, said: bool) -> None:
    frame, label, _ = scene([MUG])
    holes = (label == 2) & (np.random.default_rng(0).random(label.shape) > kept)
    warnings = doubts(with_depth(frame, np.where(holes, 0, frame.depth_m)), label == 2)
    assert any("depth covers" in warning for warning in warnings) == said


def test_missing_depth_everywhere_is_no_fault_of_the_tool() -> None:
    frame, label, _ = scene([MUG])
    sparse = np.where(np.random.default_rng(0).random(label.shape) > 0.1, 0, frame.depth_m)
    assert doubts(with_depth(frame, sparse), label == 2) == ()


def test_a_point_in_a_hole_of_the_depth_is_not_moved_to_the_neighbour() -> None:
    frame, label, _ = scene(TWO, 45, 0.6)
    glass = with_depth(frame, np.where(label == 2, 0, frame.depth_m))
    found = segment(glass, point=centre_of(label == 2))
    assert overlap(found.mask, label == 2) > 0.7
    assert not (found.mask & (label == 3)).any()
    assert any("depth covers" in warning for warning in found.warnings)


def test_a_hole_at_the_centre_is_said() -> None:
    frame, label, _ = scene([((-0.04, -0.04, 0), (0.04, 0.04, 0.1)), TWO[1]], 45, 0.6)
    near = with_depth(frame, np.where(label == 2, 0, frame.depth_m))
    assert any("depth has a hole at 160,120" in warning for warning in segment(near).warnings)
    alone, label, _ = scene([MUG], 60, 0.6)
    nothing = refusal(with_depth(alone, np.where(label == 2, 0, alone.depth_m)))
    assert nothing.code == "EMPTY_MASK"
    assert "depth has a hole at 160,120" in nothing.message


def test_which_holes_count() -> None:
    depth = np.ones((100, 200), np.float32)
    depth[40:60, 80:120] = 0
    assert hole_at(depth, (100, 50)) == pytest.approx(0.04, abs=0.005)
    assert hole_at(depth, (20, 50)) == 0
    slit = np.ones((100, 200), np.float32)
    slit[49:51] = 0
    assert hole_at(slit, (100, 49)) == 0
    far = np.ones((100, 200), np.float32)
    far[:60] = 0  # the sky touches left, top and right
    assert hole_at(far, (100, 20)) == 0


# --- which tool ---------------------------------------------------------------------------------------------------


def test_of_two_equal_tools_the_taken_one_is_named() -> None:
    frame, label, _ = scene(TWO, 45, 0.7)
    alike = frame.rgb.copy()
    alike[label == 3] = np.resize(frame.rgb[label == 2], alike[label == 3].shape)
    frame = replace(frame, rgb=alike)
    found = segment(frame)
    taken = 2 if (found.mask & (label == 2)).sum() > (found.mask & (label == 3)).sum() else 3
    (warning,) = found.warnings
    x, y = centre_of(label == taken)
    said = np.array(warning.split("the one at ")[1].split(", nearest")[0].split(","), dtype=float)
    np.testing.assert_allclose(said, [x, y], atol=6)
    other = np.array(warning.split("not ")[1].split(";")[0].split(","), dtype=float)
    np.testing.assert_allclose(other, centre_of(label == 5 - taken), atol=6)


@pytest.mark.parametrize("which", [2, 3])
def test_a_point_or_box_on_one_of_them_settles_it(which: int) -> None:
    frame, label, _ = scene(TWO, 45, 0.7)
    rows, columns = np.nonzero(label == which)
    box = (float(columns.min()), float(rows.min()), float(np.ptp(columns) + 1), float(np.ptp(rows) + 1))
    for found in (segment(frame, point=centre_of(label == which)), segment(frame, box=box)):
        assert overlap(found.mask, label == which) > 0.85
        assert found.warnings == ()


def test_things_that_differ_are_not_called_alike() -> None:
    frame, _, _ = scene([((-0.04, -0.04, 0), (0.04, 0.04, 0.1)), ((0.1, -0.02, 0), (0.13, 0.01, 0.03))], 45, 0.6)
    assert segment(frame).warnings == ()


def test_a_mask_over_two_tools_is_said() -> None:
    mask = np.zeros((40, 60), bool)
    mask[10:20, 5:15] = mask[10:20, 30:40] = True
    assert "2 separate parts" in parts_doubt(mask)
    mask[10:18, 30:40] = False  # a speck beside the tool
    assert parts_doubt(mask) == ""
    assert parts_doubt(np.zeros((4, 4), bool)) == ""


@pytest.mark.parametrize(
    ("rows", "columns", "sides"),
    [
        (slice(10, 30), slice(0, 20), "left"),
        (slice(0, 30), slice(40, 60), "top and right"),
        (slice(10, 40), slice(10, 20), "bottom"),
    ],
)
def test_a_tool_cut_by_the_border_is_said(rows: slice, columns: slice, sides: str) -> None:
    mask = np.zeros((40, 60), bool)
    mask[rows, columns] = True
    (warning,) = doubts(Frame(np.zeros((40, 60, 3), np.uint8)), mask)
    assert f"the picture's {sides} border" in warning
    mask[:] = False
    mask[1:39, 1:59] = True
    assert doubts(Frame(np.zeros((40, 60, 3), np.uint8)), mask) == ()


# --- the matcher --------------------------------------------------------------------------------------------------


def test_a_picture_of_one_colour_is_refused() -> None:
    target = box_picture(CAMERA_TARGET)
    blank = replace(target, rgb=np.full_like(target.rgb, 7))
    with pytest.raises(DfcError, match=r"every pixel of box has the colour \(7, 7, 7\)") as caught:
        ToolMatcher(ColourModel(), Store(demonstration())).match(blank, "pour-with")
    assert caught.value.code == "BAD_IMAGE"


def test_a_demonstration_without_a_grasp_gives_none_and_says_so() -> None:
    target = box_picture(CAMERA_TARGET)
    bare = ToolMatcher(ColourModel(), Store(replace(demonstration(), grasp=None))).match(target, "pour-with")
    assert bare.grasps == ()
    assert bare.to_dict()["warnings"] == ["demonstration box-1 shows no grasp, so the answer has none"]
    assert ToolMatcher(ColourModel(), Store(demonstration())).match(target, "pour-with").warnings == ()


def test_nan_in_depth_changes_nothing_but_those_readings() -> None:
    target = box_picture(CAMERA_TARGET)
    holes = np.random.default_rng(0).random(target.depth_m.shape) < 0.2
    matcher = ToolMatcher(ColourModel(), Store(demonstration()))
    with_nan = matcher.match(with_depth(target, np.where(holes, np.nan, target.depth_m)), "pour-with")
    with_zero = matcher.match(with_depth(target, np.where(holes, 0, target.depth_m)), "pour-with")
    np.testing.assert_array_equal(with_nan.T_target_demo, with_zero.T_target_demo)
