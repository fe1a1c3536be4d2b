"""Forms that many families share: rods with round ends, flat plates from outlines, sticks with a grip, rests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from manifold3d import CrossSection, FillRule, JoinType, Manifold, OpType
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from dfc_core.assets.solids import assemble, tube
from dfc_core.assets.tool import Affordance, Tool
from dfc_core.geometry import rotation_about


def turned(x: float = 0.0, y: float = 0.0) -> NDArray:
    """Rotation by `x` degrees about x, then `y` degrees about y."""
    about_x = rotation_about(np.array([1.0, 0, 0]), np.radians(x))
    return rotation_about(np.array([0, 1.0, 0]), np.radians(y)) @ about_x


FLAT = (np.eye(3), turned(x=180))  # lying on either broad side
LYING = (np.eye(3), turned(x=180), turned(x=90), turned(x=-90))


def finished(
    name: str,
    family: str,
    parts: Mapping[str, Manifold | Sequence[Manifold]],
    affordances: Sequence[Affordance],
    rests: tuple[NDArray, ...] = FLAT,
) -> Tool:
    """The tool made of the union of `parts`."""
    mesh = _without_crumbs(*assemble(parts))
    return Tool(name, family, *mesh, affordances=tuple(affordances), rest_rotations=rests, licence="Apache-2.0")


def _without_crumbs(
    vertices: NDArray, faces: NDArray, face_parts: NDArray, names: tuple[str, ...]
) -> tuple[NDArray, NDArray, NDArray, tuple[str, ...]]:
    """The mesh without closed splinters that rounding leaves where solids were cut and joined again."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edges = np.concatenate([faces[:, :2], faces[:, 1:]])
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(len(vertices), len(vertices)))
    _, component = connected_components(graph, directed=False)
    largest = np.bincount(component).argmax()
    kept = [c for c in np.unique(component) if c == largest or np.sum(component == c) > 0.05 * len(vertices)]
    keep = np.isin(component[faces[:, 0]], kept)
    used, index = np.unique(faces[keep], return_inverse=True)
    return vertices[used], index.reshape(-1, 3).astype(np.int32), face_parts[keep], names


def merged(solids: Iterable[Manifold]) -> Manifold:
    """Union of many solids."""
    return Manifold.batch_boolean(list(solids), OpType.Add)


def flat(path: ArrayLike) -> NDArray:
    """A path in the xy plane (N x 2) as N x 3."""
    path = np.asarray(path, dtype=np.float64)
    return np.column_stack([path, np.zeros(len(path))])


def arc(centre: Sequence[float], radius: float, start: float, end: float, count: int = 16) -> NDArray:
    """Points (count x 2) on a circle from angle `start` to `end`, degrees."""
    angles = np.radians(np.linspace(start, end, count))
    return np.asarray(centre) + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def rod(path: NDArray, radius: float, sides: int = 12, end: float = 1.0, start: float = 1.0) -> Manifold:
    """A round bar along `path` with domed ends; `start` and `end` scale its radius towards them."""
    path = np.asarray(path, dtype=np.float64)
    scale = np.interp(np.linspace(0, 1, len(path)), [0, 0.4, 0.6, 1], [start, 1, 1, end])
    dome = np.array([[0.0, 0.45], [0.25, 0.8]])  # (how far from the end in radii, radius share)
    head = [path[0] + (path[1] - path[0]) * _share(path[0], path[1], d * radius * start) for d, _ in dome]
    tail = [path[-1] + (path[-2] - path[-1]) * _share(path[-1], path[-2], d * radius * end) for d, _ in dome[::-1]]
    shares = np.concatenate([dome[:, 1] * start, scale[1:-1], dome[::-1, 1] * end])
    if len(path) == 2:
        middle = np.array([path[0] * 0.98 + path[1] * 0.02, path[0] * 0.02 + path[1] * 0.98])
        return tube(np.concatenate([head, middle, tail]), radius * np.insert(shares, 2, [start, end]), sides=sides)
    return tube(np.concatenate([head, path[1:-1], tail]), radius * shares, sides=sides)


def _share(here: NDArray, there: NDArray, distance: float) -> float:
    return min(0.6, distance / max(float(np.linalg.norm(there - here)), 1e-9))


def outline(points: ArrayLike) -> CrossSection:
    """A filled polygon in the xy plane, either way round."""
    return CrossSection([np.asarray(points, dtype=np.float64)], FillRule.NonZero)


def disc(centre: Sequence[float], radius: float, segments: int = 40) -> CrossSection:
    """A filled circle in the xy plane."""
    return CrossSection.circle(radius, segments).translate(tuple(centre))


def block(size: Sequence[float], centre: Sequence[float] = (0, 0)) -> CrossSection:
    """A filled rectangle in the xy plane."""
    return CrossSection.square(tuple(size), True).translate(tuple(centre))


def rounded(section: CrossSection, radius: float, segments: int = 16) -> CrossSection:
    """The section with its outer corners rounded."""
    inner = section.offset(-radius, JoinType.Miter, 2.0, segments)
    return inner.offset(radius, JoinType.Round, 2.0, segments)


def band(path: ArrayLike, half_width: ArrayLike) -> CrossSection:
    """A strip along a path in the xy plane (N x 2), `half_width` to each side."""
    path = np.asarray(path, dtype=np.float64)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * np.broadcast_to(half_width, len(path))[:, None]
    return outline(np.concatenate([path + side, (path - side)[::-1]]))


def plate(section: CrossSection, thickness: float, bevel: float = 0.0, z: float = 0.0) -> Manifold:
    """A section made a plate centred at height `z`, its edges broken by `bevel` (m)."""
    solid = section.extrude(thickness - 2 * bevel).translate([0, 0, z - thickness / 2 + bevel])
    inner = section.offset(-bevel, JoinType.Miter, 2.0) if bevel else section
    if bevel and not inner.is_empty():
        solid = solid + inner.extrude(thickness).translate([0, 0, z - thickness / 2])
    return solid


def stick(rng: Generator, start: ArrayLike, direction: ArrayLike, length: float, radius: float) -> dict[str, Manifold]:
    """A long handle from `start`: "stick" near the working end, "grip" where the hand goes."""
    begin, out = np.asarray(start, dtype=np.float64), np.asarray(direction, dtype=np.float64)
    out /= np.linalg.norm(out)

    def at(share: float) -> NDArray:
        return begin + out * length * share

    border, sleeve = rng.uniform(0.5, 0.62), rng.random() < 0.4
    grip_radius = radius * (rng.uniform(1.15, 1.4) if sleeve else 1.0)
    grip = [rod(np.stack([at(border), at(1.0)]), grip_radius, 16, end=rng.uniform(0.7, 1.0) if sleeve else 1.0)]
    if rng.random() < 0.3:
        loop = flat(arc((0, 0), radius * 1.6, 0, 350, 18))[:, [0, 2, 1]]
        turn = _frame_towards(out)
        grip.append(tube(at(1.0) + out * radius * 1.5 + loop @ turn.T, radius * 0.35, sides=6))
    return {"stick": rod(np.stack([begin, at(border + 0.005)]), radius, 16), "grip": merged(grip)}


def _frame_towards(direction: NDArray) -> NDArray:
    """Rotation whose first column is `direction`."""
    helper = np.array([0.0, 1.0, 0.0])
    third = np.cross(direction, helper) / np.linalg.norm(np.cross(direction, helper))
    return np.stack([direction, np.cross(third, direction), third], axis=1)
