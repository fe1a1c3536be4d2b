"""The demonstrated contacts on the target: placed, put on the observed surface, and measured there."""

from __future__ import annotations

from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment
from dfc_core.shape.lift import point_covariances
from dfc_core.shape.surface import surface_at
from dfc_core.transfer.contacts import ContactPoint, place
from dfc_core.transfer.scene import Scene
from dfc_core.transfer.weigh import Trust


def find_contacts(scene: Scene, alignment: Alignment | None, trust: Trust) -> tuple[ContactPoint, ...]:
    """One for each demonstrated contact, in their order."""
    config, radius = scene.config.contact, 0.0 if alignment is None else alignment.part_radius
    alike = scene.alike_in_size(alignment)
    roles = [contact.role for contact in scene.demonstration.contacts]
    aligned = [
        point if alike or role == "function" else None
        for point, role in zip(_aligned_points(scene, alignment), roles, strict=True)
    ]
    placed = [
        place(similarity, scene.candidates[role], point, radius, config)
        for similarity, role, point in zip(_similarities(scene, roles), roles, aligned, strict=True)
    ]
    pixels, points, valid = scene.snap(placed, roles, config.window_px)
    confidences = trust.contacts(placed, aligned, valid)
    return _measured(scene, roles, pixels, points, valid, confidences)


def _similarities(scene: Scene, roles: list[str]) -> list[NDArray]:
    """Of the candidates (N) to each contact, for all contacts of a role in one product."""
    found: dict[int, NDArray] = {}
    for role in set(roles):
        of_role = [number for number, other in enumerate(roles) if other == role]
        found |= dict(zip(of_role, scene.described.contacts[of_role] @ scene.candidates[role].features.T, strict=True))
    return [found[number] for number in range(len(roles))]


def _aligned_points(scene: Scene, alignment: Alignment | None) -> list[NDArray | None]:
    """Each demonstrated contact (3, m) carried over by the alignment; None without alignment or depth there."""
    if alignment is None:
        return [None] * len(scene.contact_points)
    mapped = alignment.map(scene.contact_points)
    return [point if valid else None for point, valid in zip(mapped, scene.contact_valid, strict=True)]


def _measured(
    scene: Scene, roles: list[str], pixels: NDArray, points: NDArray, valid: NDArray, confidences: list[float]
) -> tuple[ContactPoint, ...]:
    """With the normals and covariances that the target's depth gives those at `points` (C x 3) that are `valid`."""
    K = scene.frame.K
    normals, known = surface_at(scene.target.seen, points, scene.config.surface)
    covariances = point_covariances(points, K, scene.config.lift)
    return tuple(
        ContactPoint(
            role=role,
            pixel=(float(pixels[index, 0]), float(pixels[index, 1])),
            point=_triple(points[index]) if valid[index] else None,
            confidence=confidences[index],
            normal=_triple(normals[index]) if valid[index] and known[index] else None,
            covariance=tuple(_triple(row) for row in covariances[index]) if valid[index] and K is not None else None,
        )
        for index, role in enumerate(roles)
    )


def _triple(values: NDArray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
