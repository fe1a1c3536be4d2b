"""Sheets, bars and prisms that flat tools are made of: working end to +x, top face to +z."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manifold3d import CrossSection, JoinType, Manifold, Mesh, OpType
from numpy.typing import ArrayLike, NDArray

from dfc_core.assets.solids import function_frame, loft
from dfc_core.assets.tool import NONE, Affordance, Symmetry, Tool
from dfc_core.geometry import rotation_about

X, Y, Z = np.eye(3)
LYING = (np.eye(3), rotation_about(X, np.pi))
EDGE_SHARE = 0.3  # the strip of a blade that counts as its edge


def afford(
    function: str,
    parts: str | Sequence[str],
    hold: str | Sequence[str],
    frame: tuple[ArrayLike, ArrayLike, ArrayLike],
    scale: float,
    symmetry: Symmetry = NONE,
    also: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike]] = (),
) -> Affordance:
    """An affordance whose frame, and those that serve as well, are given as (origin, z, x)."""
    alternatives = tuple(function_frame(*other) for other in also)
    return Affordance(function, parts, hold, function_frame(*frame), float(scale), symmetry, alternatives)


def finish(
    family: str, name: str, mesh: tuple, affordances: Sequence[Affordance], rests: tuple[NDArray, ...] = LYING
) -> Tool:
    """The tool of an assembled mesh."""
    vertices, faces, face_parts, names = mesh
    return Tool(name, family, vertices, faces, face_parts, names, tuple(affordances), rests, licence="Apache-2.0")


def shell(top: NDArray, bottom: NDArray) -> Manifold:
    """Closed solid between two grids of points (S x K x 3, the same rows and columns)."""
    rows, columns = top.shape[:2]
    upper = np.arange(rows * columns).reshape(rows, columns)
    lower = upper + rows * columns
    around_upper = np.concatenate([upper[0], upper[1:, -1], upper[-1, -2::-1], upper[-2:0:-1, 0]])
    around_lower = around_upper + rows * columns
    faces = np.concatenate(
        [
            _quads(upper[:-1, :-1], upper[1:, :-1], upper[1:, 1:], upper[:-1, 1:]),
            _quads(lower[:-1, :-1], lower[:-1, 1:], lower[1:, 1:], lower[1:, :-1]),
            _quads(around_upper, np.roll(around_upper, -1), np.roll(around_lower, -1), around_lower),
        ]
    )
    vertices = np.concatenate([top.reshape(-1, 3), bottom.reshape(-1, 3)])
    corners = vertices[faces]
    if np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() < 0:
        faces = faces[:, ::-1]
    return Manifold(Mesh(vertices.astype(np.float32), np.ascontiguousarray(faces, dtype=np.uint32)))


def _quads(a: NDArray, b: NDArray, c: NDArray, d: NDArray) -> NDArray:
    a, b, c, d = (corner.reshape(-1) for corner in (a, b, c, d))
    return np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])


def sheet(
    x: NDArray, low: ArrayLike, high: ArrayLike, thickness: ArrayLike, height: ArrayLike = 0.0, columns: int = 9
) -> Manifold:
    """A plate over stations `x` (S) from y = `low` to `high` (S): `thickness` about `height`, S x columns or less."""
    x = np.asarray(x, dtype=np.float64)
    across = np.linspace(0, 1, columns)
    low, high = np.broadcast_to(low, x.shape)[:, None], np.broadcast_to(high, x.shape)[:, None]
    y = low + np.maximum(high - low, 2e-4) * across
    grid = np.stack([np.broadcast_to(x[:, None], y.shape), y, np.broadcast_to(height, y.shape)], axis=-1)
    half = np.zeros_like(grid)
    half[..., 2] = np.broadcast_to(thickness, y.shape) / 2
    return shell(grid + half, grid - half)


def bar(path: NDArray, half_y: ArrayLike, half_n: ArrayLike, square: float = 2.0, sides: int = 16) -> Manifold:
    """A bar along `path` (N x 3, nowhere along y): half `half_y` in y, `half_n` across; `square` 2 is an ellipse."""
    path = np.asarray(path, dtype=np.float64)
    tangents = np.gradient(path, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    normals = np.cross(tangents, Y)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    c, s = (np.sign(v) * np.abs(v) ** (2 / square) for v in (np.cos(angle), np.sin(angle)))
    wide = np.broadcast_to(half_y, len(path))[:, None, None] * c[:, None] * Y
    deep = np.broadcast_to(half_n, len(path))[:, None, None] * s[:, None] * normals[:, None]
    return loft(list(path[:, None] + wide + deep))


def bezier(start: ArrayLike, control: ArrayLike, end: ArrayLike, count: int = 14) -> NDArray:
    """Points (count x 3) of the quadratic curve that leaves `start` for `control` and comes to `end` from it."""
    s = np.linspace(0, 1, count)[:, None]
    a, b, c = (np.asarray(point, dtype=np.float64) for point in (start, control, end))
    return (1 - s) ** 2 * a + 2 * s * (1 - s) * b + s**2 * c


def prism(outline: CrossSection | ArrayLike, low: float, high: float) -> Manifold:
    """The solid over an outline in the xy plane between two heights."""
    section = outline if isinstance(outline, CrossSection) else polygon(outline)
    assert not section.is_empty(), "an outline rounded more than it is wide"
    return section.extrude(high - low).translate([0, 0, low])


def polygon(points: ArrayLike, radius: float = 0.0) -> CrossSection:
    """An outline, its outward corners rounded with `radius`."""
    section = CrossSection([np.asarray(points, dtype=np.float64)])
    if section.area() <= 0:
        section = CrossSection([np.asarray(points, dtype=np.float64)[::-1]])
    return _round(section, radius)


def rectangle(length: float, width: float, radius: float = 0.0, centre: tuple[float, float] = (0, 0)) -> CrossSection:
    """A rectangle about `centre` with rounded corners."""
    return _round(CrossSection.square([length, width], True), radius).translate(list(centre))


def _round(section: CrossSection, radius: float) -> CrossSection:
    if radius <= 0:
        return section
    return section.offset(-radius, JoinType.Miter).offset(radius, JoinType.Round, 2.0, 32)


def inside(solid: Manifold, outline: CrossSection) -> tuple[Manifold, Manifold]:
    """The pieces of `solid` within an outline seen from above, and outside it."""
    cutter = prism(outline, -1.0, 1.0)
    return solid ^ cutter, solid - cutter


def holes(spots: Sequence[tuple[float, float]], radius: float, long: float = 0.0, sides: int = 16) -> Manifold:
    """Cutters through a flat plate at `spots` (x, y): round, or slots whose round ends lie `long` apart along x."""
    ends = [CrossSection.circle(radius, sides).translate([x, 0]) for x in (-long / 2, long / 2)]
    hole = CrossSection.batch_hull(ends) if long else ends[0]
    cutters = [prism(hole.translate(list(spot)), -0.5, 0.5) for spot in spots]
    return Manifold.batch_boolean(cutters, OpType.Add)


def bent(solid: Manifold, height: Callable[[NDArray], NDArray], step: float = 0.012) -> Manifold:
    """`solid` with every point lifted in z by `height` of its x."""

    def lift(points: NDArray) -> NDArray:
        return points + np.outer(height(points[:, 0]), Z)

    return solid.refine_to_length(step).warp_batch(lift)
