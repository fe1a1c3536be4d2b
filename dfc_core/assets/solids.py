"""Closed solids and their union with a part name per face, on top of `manifold3d` (exact mesh booleans)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from manifold3d import CrossSection, Manifold, Mesh
from numpy.typing import ArrayLike, NDArray

from dfc_core.geometry import component_across, compose

UP = np.array([0.0, 0.0, 1.0])


def lathe(profile: NDArray, segments: int = 48) -> Manifold:
    """Solid of revolution about z of a closed polygon `profile` (N x 2: radius, height; m)."""
    profile = np.asarray(profile, dtype=np.float64)
    x, y = profile.T
    if np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) < 0:
        profile = profile[::-1]
    return CrossSection([profile]).revolve(segments)


def filled(radii: NDArray, heights: NDArray, segments: int = 48) -> Manifold:
    """Solid of revolution below a curve: `radii` at `heights`, closed along the axis."""
    outline = np.stack([radii, heights], axis=1)
    return lathe(np.concatenate([[[0, heights[0]]], outline, [[0, heights[-1]]]]), segments)


def loft(rings: Sequence[NDArray]) -> Manifold:
    """Closed solid through rings (each K x 3, same K, star-shaped about its mean), capped at both ends."""
    points = np.stack(rings)
    count, per_ring = points.shape[:2]
    index = np.arange(count * per_ring).reshape(count, per_ring)
    a, b = index[:-1], np.roll(index, -1, axis=1)[:-1]
    c, d = index[1:], np.roll(index, -1, axis=1)[1:]
    sides = np.concatenate([np.stack([a, b, d], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)])
    first, last = count * per_ring, count * per_ring + 1
    start = np.stack([np.full(per_ring, first), np.roll(index[0], -1), index[0]], -1)
    end = np.stack([np.full(per_ring, last), index[-1], np.roll(index[-1], -1)], -1)
    vertices = np.concatenate([points.reshape(-1, 3), points[:1].mean(1), points[-1:].mean(1)])
    faces = np.concatenate([sides, start, end])
    if _signed_volume(vertices, faces) < 0:
        faces = faces[:, ::-1]
    return Manifold(Mesh(vertices.astype(np.float32), np.ascontiguousarray(faces, dtype=np.uint32)))


def _signed_volume(vertices: NDArray, faces: NDArray) -> float:
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum())


def tube(path: NDArray, width: NDArray | float, depth: NDArray | float | None = None, sides: int = 16) -> Manifold:
    """Bar of elliptic section along `path` (N x 3, lying in a plane or nearly): half `width` across, half `depth`."""
    path = np.asarray(path, dtype=np.float64)
    width = np.broadcast_to(width, len(path))
    depth = width if depth is None else np.broadcast_to(depth, len(path))
    tangents = np.gradient(path, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    across = _perpendicular_to_bend(path, tangents[0])
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    rings = []
    for point, tangent, a, b in zip(path, tangents, width, depth, strict=True):
        across = component_across(across, tangent)
        across /= np.linalg.norm(across)
        other = np.cross(tangent, across)
        rings.append(point + a * np.cos(angles)[:, None] * across + b * np.sin(angles)[:, None] * other)
    return loft(rings)


def _perpendicular_to_bend(path: NDArray, tangent: NDArray) -> NDArray:
    """A direction normal to the plane of the path, so that `width` is measured across the bend."""
    normal = np.cross(path[len(path) // 2] - path[0], path[-1] - path[0])
    if np.linalg.norm(normal) < 1e-9:
        normal = np.cross(tangent, UP if abs(tangent[2]) < 0.9 else np.array([0.0, 1.0, 0.0]))
    return normal / np.linalg.norm(normal)


def box(size: Sequence[float], centre: Sequence[float]) -> Manifold:
    """Axis-aligned box."""
    return Manifold.cube(list(size), True).translate(list(centre))


def cylinder(start: ArrayLike, end: ArrayLike, radius_start: float, radius_end: float, sides: int = 32) -> Manifold:
    """Truncated cone between two points."""
    return tube(np.array([start, end], dtype=np.float64), np.array([radius_start, radius_end]), sides=sides)


def split(solid: Manifold, normal: Sequence[float] | NDArray, offset: float) -> tuple[Manifold, Manifold]:
    """The halves of `solid` on the positive side of the plane n.x = offset, and on the other."""
    return solid.split_by_plane(list(normal), offset)


def assemble(parts: Mapping[str, Manifold | Sequence[Manifold]]) -> tuple[NDArray, NDArray, NDArray, tuple[str, ...]]:
    """Union of named solids as (vertices V x 3, faces F x 3, face_parts F, part_names), watertight.

    Where solids overlap, the surface that remains keeps the name of the solid it came from.
    """
    return labelled(*named_union(parts))


def named_union(parts: Mapping[str, Manifold | Sequence[Manifold]]) -> tuple[Manifold, dict[int, str]]:
    """(the union of named solids, the name that each original in it has); it may be moved and joined to others.

    Pieces cut from one solid should be joined before they are turned: their seams no longer meet exactly afterwards.
    """
    owner: dict[int, str] = {}
    originals = []
    for name, part in parts.items():
        for solid in [part] if isinstance(part, Manifold) else part:
            originals.append(solid.as_original())
            owner[originals[-1].original_id()] = name
    union = originals[0]
    for original in originals[1:]:
        union = union + original
    return union, owner


def labelled(union: Manifold, owner: Mapping[int, str]) -> tuple[NDArray, NDArray, NDArray, tuple[str, ...]]:
    """A union of named originals as `assemble` returns it."""
    names = tuple(dict.fromkeys(owner.values()))
    mesh = _without_specks(union).to_mesh()
    faces = np.asarray(mesh.tri_verts, dtype=np.int64)
    face_parts = np.empty(len(faces), dtype=np.int16)
    runs = np.asarray(mesh.run_index) // 3
    for run, original_id in enumerate(mesh.run_original_id):
        face_parts[runs[run] : runs[run + 1]] = names.index(owner[int(original_id)])
    vertices, faces = _weld(np.asarray(mesh.vert_properties[:, :3], dtype=np.float64), faces, mesh)
    return vertices, faces.astype(np.int32), face_parts, names


def _without_specks(union: Manifold, share: float = 1e-6) -> Manifold:
    """`union` without the loose slivers (below `share` of its volume) that seams between pieces leave."""
    pieces = union.decompose()
    if len(pieces) < 2:
        return union
    least = share * union.volume()
    return Manifold.compose([piece for piece in pieces if piece.volume() > least])


def _weld(vertices: NDArray, faces: NDArray, mesh: Mesh) -> tuple[NDArray, NDArray]:
    """Join the copies of a vertex that the mesh keeps along seams between originals."""
    target = np.arange(len(vertices))
    target[np.asarray(mesh.merge_from_vert, dtype=np.int64)] = np.asarray(mesh.merge_to_vert, dtype=np.int64)
    used, faces = np.unique(target[faces], return_inverse=True)
    return vertices[used], faces.reshape(-1, 3)


def function_frame(origin: ArrayLike, z: ArrayLike, x: ArrayLike) -> NDArray:
    """T_tool_function with z exact and x as near as it can be."""
    out = np.asarray(z, dtype=np.float64) / np.linalg.norm(z)
    side = np.asarray(x, dtype=np.float64) - out * np.dot(x, out)
    side /= np.linalg.norm(side)
    return compose(np.stack([side, np.cross(out, side), out], axis=1), np.asarray(origin, dtype=np.float64))


def smooth_curve(knots: Sequence[tuple[float, float]]) -> Callable[[Any], Any]:
    """Monotone cubic through (position, value) knots: no overshoot, so a wall never turns inside out."""
    from scipy.interpolate import PchipInterpolator

    position, value = np.asarray(knots, dtype=np.float64).T
    return PchipInterpolator(position, value)
