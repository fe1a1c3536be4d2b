"""Parts told apart by the way their faces look: the inside of a vessel from its outside, a bowl from its back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

LabelledMesh = tuple[NDArray, NDArray, NDArray, tuple[str, ...]]  # vertices, faces, face_parts, part_names


def rename_faces(
    mesh: LabelledMesh, parts: Sequence[str], new: str, where: Callable[[NDArray, NDArray], NDArray]
) -> LabelledMesh:
    """Give the faces of `parts` for which `where`(centres F x 3, unit normals F x 3) holds the part name `new`."""
    vertices, faces, face_parts, names = mesh
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-15)
    chosen = np.isin(face_parts, [names.index(part) for part in parts]) & where(corners.mean(axis=1), normals)
    return vertices, faces, np.where(chosen, len(names), face_parts).astype(np.int16), (*names, new)


def faces_axis(centres: NDArray, normals: NDArray) -> NDArray:
    """Whether faces of a shell about z look inwards, or up where they look neither in nor out."""
    distance = np.maximum(np.linalg.norm(centres[:, :2], axis=1), 1e-9)
    outwards = np.sum(centres[:, :2] * normals[:, :2], axis=1) / distance
    return (outwards < -1e-4) | ((outwards < 1e-4) & (normals[:, 2] > 0))


def inside_named(mesh: LabelledMesh, parts: Sequence[str] = ("body", "base"), new: str = "inside") -> LabelledMesh:
    """The inner faces of a round open vessel as a part of their own."""
    return rename_faces(mesh, parts, new, faces_axis)
