"""Normals against surfaces written down beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from dfc_core.shape.surface import SurfaceConfig, sampled_surface, surface_at, thinned


def cylinder(count: int, noise: float, seed: int = 0, radius: float = 0.04) -> tuple[np.ndarray, np.ndarray]:
    """Points of the front half of an upright cylinder 0.6 m before the camera, and their true normals."""
    random = np.random.default_rng(seed)
    angle, height = random.uniform(0, np.pi, count), random.uniform(-0.05, 0.05, count)
    normals = np.stack([np.cos(angle), 0 * angle, -np.sin(angle)], axis=1)
    points = radius * normals + np.stack([0 * angle, height, 0 * angle + 0.6], axis=1)
    return points + random.normal(0, noise, points.shape), normals


@pytest.mark.parametrize(("noise", "degrees"), [(0.0, 3.0), (0.001, 15.0)])
def test_normals_of_a_cylinder_look_at_the_camera(noise: float, degrees: float) -> None:
    points, true = cylinder(1500, noise)
    facing = -(true * points).sum(axis=1) / np.linalg.norm(points, axis=1) > 0.3
    normals, known = surface_at(points, points[facing])
    assert known.all()
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)
    angle = np.degrees(np.arccos(np.clip((normals * true[facing]).sum(axis=1), -1, 1)))
    assert np.median(angle) < degrees / 2
    assert np.quantile(angle, 0.9) < degrees


def test_a_wire_a_lone_reading_and_far_places_have_no_normal() -> None:
    wire = np.linspace([0, 0, 0.5], [0.01, 0, 0.5], 200)
    assert not surface_at(wire, wire[100:101])[1].any()
    plate = np.stack([*np.mgrid[-10:11, -10:11].reshape(2, -1) / 1000, np.full(441, 0.5)], axis=1)
    normals, known = surface_at(plate, np.array([[0, 0, 0.5], [0.2, 0, 0.5]]))
    assert known.tolist() == [True, False]
    np.testing.assert_allclose(normals, [[0, 0, -1], [0, 0, 0]], atol=1e-9)
    assert not surface_at(plate[:5], plate[:1])[1].any()
    assert surface_at(np.zeros((0, 3)), plate[:1])[1].tolist() == [False]
    assert surface_at(plate, np.zeros((0, 3)))[0].shape == (0, 3)


def test_a_sample_keeps_what_has_a_normal() -> None:
    points, _ = cylinder(900, 0.0)
    surface = sampled_surface(np.concatenate([points, [[0.5, 0.5, 0.6]]]), 300)
    assert 280 <= len(surface) <= 300
    assert len(thinned(points, 7)) == 7
    assert len(thinned(points[:5], 7)) == 5
    assert len(sampled_surface(np.zeros((0, 3)), 10)) == 0
    with pytest.raises(ValueError, match="minimum_neighbours"):
        SurfaceConfig(minimum_neighbours=2)
