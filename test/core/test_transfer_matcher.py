"""The whole matcher on a rendered box whose pose, contacts and features are known exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from box_scene import (
    BOX,
    CAMERA_DEMO,
    CAMERA_TARGET,
    SIDE,
    TOP,
    ColourModel,
    K,
    Store,
    box_picture,
    demonstration,
    to_pixel,
)

from dfc_core.demonstrations import DemonstrationStore
from dfc_core.errors import DfcError
from dfc_core.geometry import (
    compose,
    invert,
    is_rigid,
    project,
    rotation_of,
    transform,
)
from dfc_core.transfer import GraspConfig, Gripper, ToolMatcher, TransferConfig, error_result

STAGES = {"segment", "backbone", "head", "match", "lift", "transfer"}


KEYS = {
    "function", "demonstration_id", "frame_id", "confidence", "contacts", "grasps", "T_target_demo", "correspondences",
    "inlier_ratio", "residual", "seconds", "error",
}  # fmt: skip


@pytest.fixture
def matcher() -> ToolMatcher:
    return ToolMatcher(ColourModel(), Store(demonstration()))


def test_the_true_motion_contacts_and_grasp_come_back(matcher: ToolMatcher) -> None:
    target = box_picture(CAMERA_TARGET)
    result = matcher.match(target, "pour-with")
    T_true = invert(CAMERA_TARGET) @ CAMERA_DEMO
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * BOX / 2
    box = transform(invert(CAMERA_DEMO), corners)
    assert is_rigid(result.T_target_demo)
    assert np.linalg.norm(transform(result.T_target_demo, box) - transform(T_true, box), axis=1).max() < 0.004
    assert result.scale == pytest.approx(1.0, abs=0.03)
    for contact, true in zip(result.contacts, (TOP, SIDE), strict=True):
        assert np.linalg.norm(contact.point - transform(invert(CAMERA_TARGET), true[None])[0]) < 0.005
        assert np.linalg.norm(np.subtract(contact.pixel, to_pixel(true, CAMERA_TARGET))) < 3
        assert 0.5 < contact.confidence <= 1
    assert [contact.role for contact in result.contacts] == ["function", "grasp"]
    shown = demonstration().grasp
    best = result.grasps[0]
    assert result.grasp_note == ""
    assert np.linalg.norm(best.position - transform(T_true, np.array([shown.position]))[0]) < 0.025
    assert best.width == pytest.approx(BOX[0] + 2 * Gripper().clearance_m, abs=0.01)
    closing = rotation_of(np.array(best.quaternion_xyzw))[:, 0]
    assert abs(closing @ invert(CAMERA_TARGET)[:3, 0]) > 0.95  # between the box's x faces
    assert result.inlier_ratio > 0.9
    assert result.residual < 0.004
    assert 0.5 < result.confidence <= 1
    assert set(result.seconds) >= STAGES


def test_contacts_have_the_faces_normals_and_the_sensors_covariance(matcher: ToolMatcher) -> None:
    contacts = matcher.match(box_picture(CAMERA_TARGET), "pour-with").contacts
    for contact, normal_box in zip(contacts, np.array([[0, 1.0, 0], [0, 0, 1.0]]), strict=True):
        assert np.degrees(np.arccos(contact.normal @ (CAMERA_TARGET[:3, :3].T @ normal_box))) < 3
        sigma = 0.0005 + 0.002 * contact.point[2] ** 2
        assert np.array(contact.covariance)[2, 2] == pytest.approx(sigma**2)


def test_without_snapping_the_grasp_is_the_demonstrated_one_carried_over(matcher: ToolMatcher) -> None:
    plain = ToolMatcher(ColourModel(), matcher.store, TransferConfig(grasp=GraspConfig(snap=False)))
    (grasp,) = plain.match(box_picture(CAMERA_TARGET), "pour-with").grasps
    T_true, shown = invert(CAMERA_TARGET) @ CAMERA_DEMO, demonstration().grasp
    assert np.linalg.norm(grasp.position - transform(T_true, np.array([shown.position]))[0]) < 0.006
    assert 0.04 < grasp.width < 0.12


def test_no_grasp_has_a_reason_and_is_no_error(matcher: ToolMatcher) -> None:
    target = box_picture(CAMERA_TARGET)
    none_shown = replace(demonstration(), grasp=None)
    result = matcher.match(target, "pour-with", demonstration=none_shown)
    assert (result.grasps, result.grasp_note) == ((), "demonstration box-1 shows no grasp")
    assert result.to_dict()["grasp_note"] == result.grasp_note
    small = TransferConfig(grasp=GraspConfig(gripper=Gripper(maximum_opening_m=0.03)))
    result = ToolMatcher(ColourModel(), matcher.store, small).match(target, "pour-with")
    assert result.grasps == ()
    assert "too narrow: it opens 30 mm" in result.grasp_note
    assert result.T_target_demo is not None


def test_a_larger_tool_gives_its_scale(matcher: ToolMatcher) -> None:
    target = box_picture(compose(CAMERA_TARGET[:3, :3], CAMERA_TARGET[:3, 3] * 1.4), 1.4)
    result = matcher.match(target, "pour-with")
    assert result.scale == pytest.approx(1.4, rel=0.04)
    assert is_rigid(result.T_target_demo)


def test_result_json_has_the_format_and_no_nan(matcher: ToolMatcher) -> None:
    written = matcher.match(box_picture(CAMERA_TARGET), "pour-with").to_dict()
    assert set(written) >= KEYS
    assert written["error"] is None
    assert np.shape(written["T_target_demo"]) == (4, 4)
    assert np.shape(written["covariance"]) == (6, 6)
    assert set(written["contacts"][0]) == {"role", "pixel", "point", "confidence", "normal", "covariance"}
    assert set(written["grasps"][0]) == {"position", "quaternion_xyzw", "width", "score"}
    json.dumps(written, allow_nan=False)
    refused = error_result("pour-with", DfcError("NO_MATCH", "nothing alike"), "box-1", "camera")
    assert list(refused) == list(written)
    assert refused["error"] == {"code": "NO_MATCH", "message": "nothing alike"}
    json.dumps(refused, allow_nan=False)


def test_matches_lie_on_the_part_of_both_tools(matcher: ToolMatcher) -> None:
    result = matcher.match(box_picture(CAMERA_TARGET), "pour-with")
    frames = (demonstration().frame, box_picture(CAMERA_TARGET))
    for frame, pixels in zip(frames, (result.matches[:, :2], result.matches[:, 2:4]), strict=True):
        x, y = np.rint(pixels).astype(int).T
        assert (frame.rgb[y, x, 1] / 255 - 0.5 > 0.15).all()
    assert len(result.match_inliers) == len(result.matches)
    assert (np.diff(result.matches[:, 4]) <= 1e-6).all()


def test_demonstration_features_are_computed_once(matcher: ToolMatcher) -> None:
    for _ in range(2):
        matcher.match(box_picture(CAMERA_TARGET), "pour-with", "box-1")
    assert matcher.store.misses == 1
    ToolMatcher(ColourModel(id="colour-2"), matcher.store).match(box_picture(CAMERA_TARGET), "pour-with")
    assert matcher.store.misses == 2


def test_a_real_store_keeps_the_features_and_gives_the_same_answer(tmp_path: Path) -> None:
    store = DemonstrationStore(tmp_path / "store")
    name = store.add(demonstration())
    first = ToolMatcher(ColourModel(), store).match(box_picture(CAMERA_TARGET), "pour-with", name)
    again = ToolMatcher(ColourModel(), store).match(box_picture(CAMERA_TARGET), "pour-with")
    assert again.demonstration_id == name
    assert list((tmp_path / "store").rglob("*.npz"))
    np.testing.assert_allclose(first.T_target_demo, again.T_target_demo, atol=1e-9)
    assert np.linalg.norm(again.contacts[0].point - transform(invert(CAMERA_TARGET), TOP[None])[0]) < 0.005


def test_noisy_depth_does_not_move_the_contacts_far(matcher: ToolMatcher) -> None:
    target = box_picture(CAMERA_TARGET)
    random = np.random.default_rng(0)
    noisy = np.where(target.depth_m > 0, target.depth_m + random.normal(0, 0.002, target.depth_m.shape), 0)
    noisy[random.random(noisy.shape) < 0.2] = 0
    result = matcher.match(replace(target, depth_m=noisy.astype(np.float32)), "pour-with")
    assert np.linalg.norm(result.contacts[0].point - transform(invert(CAMERA_TARGET), TOP[None])[0]) < 0.01


@pytest.mark.parametrize(("hole", "has_point"), [(2, True), (12, False)])
def test_over_a_hole_a_contact_moves_to_the_next_reading_or_has_no_point(
    matcher: ToolMatcher, hole: int, has_point: bool
) -> None:
    target = box_picture(CAMERA_TARGET)
    x, y = np.rint(to_pixel(TOP, CAMERA_TARGET)).astype(int)
    depth = target.depth_m.copy()
    depth[y - hole : y + hole + 1, x - hole : x + hole + 1] = 0
    contact = matcher.match(replace(target, depth_m=depth), "pour-with").contacts[0]
    assert (contact.point is not None) == has_point
    if contact.point is not None:
        np.testing.assert_allclose(project(np.array([contact.point]), K)[0], contact.pixel, atol=1e-6)
