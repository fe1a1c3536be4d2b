"""The whole matcher on a rendered box whose pose, contacts and features are known exactly.

The stand-in model is honest: each picture's colours are the box's own surface coordinates, and a pixel's feature is a
function of its colour alone, so the true correspondence is what the pictures show.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import round_things
import torch

from dfc_core.demonstrations import Contact, Demonstration, DemonstrationStore, Found, Grasp
from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.geometry import (
    compose,
    invert,
    is_rigid,
    look_at,
    project,
    quaternion_xyzw,
    rotation_about,
    rotation_of,
    transform,
)
from dfc_core.model import ToolFeatures
from dfc_core.transfer import AlignConfig, GraspConfig, Gripper, ToolMatcher, TransferConfig, draw_overlay, error_result
from dfc_core.transfer.overlay import position_colours, view_window

K = np.array([[300.0, 0, 79.5], [0, 300.0, 59.5], [0, 0, 1]])
BOX = np.array([0.06, 0.10, 0.04])  # m, centred at the object's origin; y = up; the top third is the functional part
CAMERA_DEMO = look_at(np.array([0.25, 0.30, 0.30]), np.zeros(3), np.array([0, 1.0, 0]))
CAMERA_TARGET = look_at(np.array([0.10, 0.38, 0.34]), np.array([0.02, 0, 0]), np.array([0, 1.0, 0]), roll=0.3)
STAGES = {"segment", "backbone", "head", "match", "lift", "transfer"}
KEYS = {
    "function", "demonstration_id", "frame_id", "confidence", "contacts", "grasps", "T_target_demo", "correspondences",
    "inlier_ratio", "residual", "seconds", "error",
}  # fmt: skip


def box_picture(T_object_camera: np.ndarray, scale: float = 1.0) -> Frame:
    """Depth by ray and slab; colour = place on the box, in 256 steps over [-0.5, 0.5] of 0.12 m."""
    ys, xs = np.mgrid[:120, :160]
    rays = np.stack([(xs - K[0, 2]) / K[0, 0], (ys - K[1, 2]) / K[1, 1], np.ones(xs.shape)], axis=-1)
    origin, direction = T_object_camera[:3, 3], rays @ T_object_camera[:3, :3].T
    ends = np.stack([(-scale * BOX / 2 - origin) / direction, (scale * BOX / 2 - origin) / direction])
    near, far = ends.min(axis=0).max(axis=-1), ends.max(axis=0).min(axis=-1)
    hit = near < far
    place = (origin + near[..., None] * direction) / scale
    colour = np.clip(np.rint((place / 0.12 + 0.5) * 255), 0, 255)
    rgb = np.where(hit[..., None], colour, 0).astype(np.uint8)
    return Frame(rgb, K, np.where(hit, near, 0).astype(np.float32), hit, "camera", "box")


@dataclass(frozen=True)
class ColourModel:
    """Unit-norm features that are nearer the nearer two colours, that is two places of the box, are."""

    functions: tuple[str, ...] = ("pour-with", "cut-with")
    id: str = "colour-1"

    def encode(self, rgb: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if not mask.any():
            raise DfcError("EMPTY_MASK", "no tool")
        return rgb, mask

    def read_out(self, encoded, function: str, role: str, stride: int = 2) -> ToolFeatures:
        ys, xs = np.nonzero(encoded[1])
        keep = (xs % stride == 0) & (ys % stride == 0)
        pixels = np.stack([xs[keep], ys[keep]], axis=1).astype(np.float32)
        features, probability = self.sample(encoded, pixels, function, role)
        return ToolFeatures(torch.from_numpy(pixels), torch.from_numpy(pixels), features, probability)

    def backbone_features(self, encoded, pixels: np.ndarray):
        return self.sample(encoded, pixels, "pour-with", "function")[0]

    def sample(self, encoded, pixels: np.ndarray, function: str, role: str):
        x, y = np.rint(pixels).astype(int).T
        place = encoded[0][y, x] / 255.0 - 0.5
        features = np.concatenate([place, np.sqrt(1 - (place**2).sum(axis=1, keepdims=True))], axis=1)
        top = place[:, 1] > 0.15
        probability = np.where(top == (role == "function"), 0.95, 0.05)
        return torch.from_numpy(features.astype(np.float32)), torch.from_numpy(probability.astype(np.float32))


def to_pixel(point_object: np.ndarray, T_object_camera: np.ndarray) -> tuple[float, float]:
    x, y = project(transform(invert(T_object_camera), point_object[None]), K)[0]
    return float(x), float(y)


TOP = np.array([0.01, 0.05, 0.005])  # seen by both cameras, on the top face
SIDE = np.array([0.012, -0.01, 0.02])  # seen by both, on the front face


def demonstration() -> Demonstration:
    to_camera = invert(CAMERA_DEMO)
    position = transform(to_camera, np.array([[0.012, -0.01, 0.0]]))[0]
    # closing along the box's x, approach along its -z (the front face looks along +z)
    axes = to_camera[:3, :3] @ np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]])
    return Demonstration(
        id="box-1",
        function="pour-with",
        tool="box",
        frame=box_picture(CAMERA_DEMO),
        contacts=(
            Contact(pixel=to_pixel(TOP, CAMERA_DEMO), role="function"),
            Contact(pixel=to_pixel(SIDE, CAMERA_DEMO), role="grasp"),
        ),
        grasp=Grasp(position=tuple(position), quaternion_xyzw=tuple(quaternion_xyzw(axes)), width=0.08),
        created="2026-01-01T00:00:00Z",
        schema=1,
    )


class Store:
    """What the matcher asks of a store."""

    def __init__(self, *kept: Demonstration) -> None:
        self.kept = {one.id: one for one in kept}
        self.computed: dict[tuple[str, str], dict[str, np.ndarray]] = {}
        self.misses = 0

    def get(self, id: str) -> Demonstration:
        if id not in self.kept:
            raise DfcError("NO_DEMONSTRATION", f"no demonstration {id!r}")
        return self.kept[id]

    def nearest(self, function: str, key: str, query, describe, at_most: int) -> list[Found]:
        found = [Found(one.id, None) for one in self.kept.values() if one.function == function]
        if not found:
            raise DfcError("NO_DEMONSTRATION", f"no demonstration of {function}")
        return found

    def cached(self, id: str, key: str, compute) -> dict[str, np.ndarray]:
        if (id, key) not in self.computed:
            self.misses += 1
            self.computed[id, key] = compute()
        return self.computed[id, key]


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


def shown_round(azimuth: float, *boxes: round_things.Box) -> Demonstration:
    """A cup shown by the round things' camera; its colours are its places, as the stand-in model wants them."""
    frame = round_things.picture(round_things.camera(azimuth), round_things.CUP, boxes)
    ys, xs = np.nonzero(frame.mask)
    contact = Contact(pixel=(float(xs.mean()), float(ys.min() + 3)), role="function")
    return Demonstration("cup-1", "pour-with", "cup", frame, (contact,), None, "2026-01-01T00:00:00Z", 1)


def test_a_cup_turned_about_its_axis_has_a_free_angle_whose_orbit_holds_the_truth() -> None:
    view = round_things.camera(0.0)
    turned = compose(rotation_about(np.array([0, 1.0, 0]), np.radians(-45)), np.zeros(3)) @ view
    target = round_things.picture(turned, round_things.CUP)
    result = ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=shown_round(0.0))
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
    shown = shown_round(60.0, round_things.HANDLE)
    result = ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=shown)
    assert result.symmetry is None
    places = transform(invert(view), CUP_PLACES)
    T_true = invert(turned) @ view
    assert np.linalg.norm(transform(result.T_target_demo, places) - transform(T_true, places), axis=1).max() < 0.006


def test_a_cup_behind_which_the_shown_handle_may_hide_has_no_free_angle() -> None:
    view = round_things.camera(200.0, 20.0)
    target = round_things.picture(view, round_things.CUP)
    shown = shown_round(150.0, round_things.HANDLE)
    assert ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=shown).symmetry is None
    assert ToolMatcher(ColourModel()).match(target, "pour-with", demonstration=shown_round(150.0)).symmetry is not None


def test_a_turn_that_the_matches_leave_free_is_refused_unless_the_tool_is_round() -> None:
    config = TransferConfig(align=AlignConfig(maximum_turn_sigma=1e-6))  # no matches ever know a turn so well
    matcher = ToolMatcher(ColourModel(), config=config)
    with pytest.raises(DfcError, match="leave the rotation about it free") as refused:
        matcher.match(box_picture(CAMERA_TARGET), "pour-with", demonstration=demonstration())
    assert refused.value.code == "DEGENERATE"
    cup = round_things.picture(round_things.camera(20.0), round_things.CUP)
    assert matcher.match(cup, "pour-with", demonstration=shown_round(0.0)).symmetry is not None


CUP_PLACES = np.array([[0.04, 0.05, 0], [-0.04, 0.05, 0], [0, 0.05, 0.04], [0, -0.05, 0.04]])


def test_a_mouth_much_smaller_than_a_rim_says_nothing_of_where_the_hand_goes() -> None:
    matcher = ToolMatcher(None)
    assert [matcher._alike(SimpleNamespace(scale=scale)) for scale in (0.2, 0.7, 1.5, 2.0)] == [
        False,
        True,
        True,
        False,
    ]
    assert matcher._alike(None)
