"""Contacts and grasps on a planar scene whose answer is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from dfc_core.frames import Frame
from dfc_core.geometry import compose, rotation_about, rotation_of, transform
from dfc_core.grasp.carry import as_grasp_pose, carry_over, grasp_width, silhouette_width
from dfc_core.transfer.contacts import ContactConfig, Placed, TargetPixels, place

K = np.array([[500.0, 0, 50], [0, 500.0, 40], [0, 0, 1]])


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def on_sphere(places: np.ndarray) -> np.ndarray:
    """Unit features (N x 3) of places (N x 2, within the unit disc) whose likeness falls with distance."""
    return np.concatenate([places, np.sqrt(1 - (places**2).sum(axis=1, keepdims=True))], axis=1)


def plate() -> TargetPixels:
    """A plate 0.5 m away; a pixel's feature is its own place on it."""
    ys, xs = np.mgrid[20:60:2, 30:70:2]
    pixels = np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float64)
    points = np.stack([(pixels[:, 0] - 50) / 1000, (pixels[:, 1] - 40) / 1000, np.full(len(pixels), 0.5)], axis=1)
    features = on_sphere((pixels - [50, 40]) / 40)
    return TargetPixels(pixels, pixels, features, np.ones(len(pixels)), points, np.ones(len(pixels), bool))


def put(descriptor, candidates, aligned=None, part_radius=0.0, config=None) -> Placed:
    return place(candidates.features @ descriptor, candidates, aligned, part_radius, config or ContactConfig())


@pytest.mark.parametrize("true", [(50.0, 40.0), (45.0, 33.0), (56.5, 47.5)])
def test_a_contact_lands_on_its_likeness_between_the_pixels(true: tuple[float, float]) -> None:
    descriptor = on_sphere((np.array([true]) - [50, 40]) / 40)[0]
    placed = put(descriptor, plate(), config=ContactConfig(temperature=0.01))
    assert np.linalg.norm(placed.pixel - true) < 0.5
    assert placed.confidence > 0.9


def test_the_alignment_decides_between_places_that_look_alike() -> None:
    candidates = replace(plate(), features=np.tile([[1.0, 0, 0]], (400, 1)))
    point = np.array([0.012, -0.010, 0.5])
    placed = put(np.array([1.0, 0, 0]), candidates, point, 0.02, ContactConfig(alignment_spread=0.1))
    assert np.linalg.norm(placed.pixel - [62, 30]) < 0.5


def test_the_part_decides_between_places_that_look_alike() -> None:
    pixels = plate().pixels
    probability = np.where(pixels[:, 1] < 26, 0.95, 0.05)
    candidates = replace(plate(), features=np.tile([[1.0, 0, 0]], (400, 1)), part_probability=probability)
    assert put(np.array([1.0, 0, 0]), candidates).pixel[1] < 27


def test_confidence_falls_with_likeness_part_and_agreement() -> None:
    descriptor = on_sphere(np.zeros((1, 2)))[0]
    sure = put(descriptor, plate(), np.array([0, 0, 0.5]), 0.02).confidence
    off_part = put(descriptor, replace(plate(), part_probability=np.full(400, 0.3)), np.array([0, 0, 0.5]), 0.02)
    unlike = put(unit(descriptor + np.array([2.0, 0, 0])), plate(), np.array([0, 0, 0.5]), 0.02)
    apart = put(descriptor, plate(), np.array([0.03, 0, 0.5]), 0.02)
    assert 0.9 < sure <= 1
    assert max(off_part.confidence, unlike.confidence, apart.confidence) < sure


def test_places_without_depth_still_count_and_no_depth_leaves_the_alignment_out() -> None:
    descriptor = on_sphere(np.zeros((1, 2)))[0]
    blind = replace(plate(), has_point=np.zeros(400, bool))
    aligned = np.array([0.02, 0.02, 0.5])
    np.testing.assert_array_equal(put(descriptor, blind, aligned, 0.02).pixel, put(descriptor, blind, None, 0.02).pixel)
    half = replace(plate(), has_point=plate().pixels[:, 0] < 50)
    assert np.linalg.norm(put(descriptor, half, np.array([0, 0, 0.5]), 0.02).pixel - [50, 40]) < 3


def test_no_candidates_is_an_error() -> None:
    none = TargetPixels(
        np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 3)), np.zeros(0), np.zeros((0, 3)), np.zeros(0, bool)
    )
    with pytest.raises(ValueError, match="no candidates"):
        put(np.array([1.0, 0, 0]), none)


def test_a_grasp_keeps_its_scaled_offset_from_the_place_it_holds() -> None:
    rotation = rotation_about(np.array([0, 0, 1.0]), np.pi / 2)
    position, turned, width = carry_over(
        np.array([0.11, 0, 0.5]),
        np.array([0, 0, 0, 1.0]),
        0.04,
        np.array([0.1, 0, 0.5]),
        np.array([0, 0.2, 0.6]),
        rotation,
        2.0,
    )
    np.testing.assert_allclose(position, [0, 0.22, 0.6], atol=1e-12)
    np.testing.assert_allclose(turned, rotation, atol=1e-12)
    assert width == pytest.approx(0.08)
    pose = as_grasp_pose(position, turned, width, 1.7)
    np.testing.assert_allclose(pose.quaternion_xyzw, [0, 0, np.sqrt(0.5), np.sqrt(0.5)], atol=1e-12)
    np.testing.assert_allclose(rotation_of(np.array(pose.quaternion_xyzw)), rotation, atol=1e-12)
    assert pose.score == 1.0
    json.dumps(pose.__dict__, allow_nan=False)


def test_the_silhouette_shows_the_width_along_the_closing_axis() -> None:
    frame = Frame(np.zeros((80, 100, 3), np.uint8), K)
    mask = np.zeros((80, 100), bool)
    mask[30:51, 20:71] = True  # 51 px by 21 px; at 0.5 m one pixel is 1 mm
    centre = np.array([-0.005, 0, 0.5])
    assert silhouette_width(frame, mask, centre, np.array([1.0, 0, 0])) == pytest.approx(0.051, abs=0.002)
    assert silhouette_width(frame, mask, centre, np.array([0, 1.0, 0])) == pytest.approx(0.021, abs=0.002)
    assert silhouette_width(frame, mask, centre, np.array([0, 0, 1.0])) is None
    assert silhouette_width(frame, mask, np.array([0.04, 0, 0.5]), np.array([1.0, 0, 0])) is None
    mask[:, :] = True
    assert silhouette_width(frame, mask, centre, np.array([1.0, 0, 0])) is None


def test_the_width_keeps_the_shown_clearance_where_both_are_measured() -> None:
    assert grasp_width(0.08, 0.05, 0.03, 0.06) == pytest.approx(0.08)
    assert grasp_width(0.07, 0.05, None, 0.06) == 0.07
    assert grasp_width(0.07, 0.02, 0.03, 0.06) == pytest.approx(0.06)


def test_turning_a_grasp_with_the_tool_is_the_same_as_turning_the_scene() -> None:
    T = compose(rotation_about(np.array([0.2, 0.5, -1.0]), 0.7), np.array([0.1, -0.2, 0.3]))
    anchor, position = np.array([0.0, 0.1, 0.6]), np.array([0.01, 0.12, 0.59])
    moved, _, _ = carry_over(
        position, np.array([0, 0, 0, 1.0]), 0.04, anchor, transform(T, anchor[None])[0], T[:3, :3], 1.0
    )
    np.testing.assert_allclose(moved, transform(T, position[None])[0], atol=1e-12)
