"""An alignment refined on the two surfaces: point to plane, on the part that serves the function and around it.

Point-to-plane iteration: Chen & Medioni 1991. The matches stay in, each kind weighed by its own spread: they hold what
surfaces that slide on each other leave free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dfc_core.align.alignment import Alignment, Correspondences, describe
from dfc_core.align.config import AlignConfig
from dfc_core.align.similarity import Similarity, cross_matrices
from dfc_core.errors import DfcError
from dfc_core.geometry import rms_radius, rotation_about
from dfc_core.shape.surface import Surface


@dataclass(frozen=True)
class RefineConfig:
    """How an alignment is refined; `iterations` 0 leaves it as it is.

    `points` of the demonstrated part and of what lies within `neighbourhood` part radii of it take part. One of them
    and its nearest on the target are one surface when within the alignment's inlier threshold and their normals'
    cosine is at least `normal_cosine`. The refined alignment is kept when `minimum_met` of the points meet the target,
    when their truncated distance from it falls, and when the matches still explain `matches_kept` of what they did.
    """

    iterations: int = 8
    points: int = 300
    neighbourhood: float = 0.3
    normal_cosine: float = 0.6
    minimum_pairs: int = 30
    minimum_met: float = 0.5  # two shapes that meet less are not alike enough to say more than the matches
    matches_kept: float = 0.65
    sigma_m: float = 0.0005  # surfaces agree no better than this
    free_scale: bool = False

    def __post_init__(self) -> None:
        if self.iterations < 0 or self.points < 1 or not 0 < self.matches_kept <= 1:
            raise ValueError("iterations must be at least 0, points at least 1, matches_kept in (0, 1]")


class _Pairing(NamedTuple):
    """Demonstrated points that lie on the target's surface: where (K x 3), its normals there, signed distances (m)."""

    points: NDArray
    normals: NDArray
    distance: NDArray
    total: int  # of demonstrated points


def part_and_around(points: NDArray, on_part: NDArray, neighbourhood: float) -> NDArray:
    """Which of a tool's points (N x 3) are of the part (N bool) or within `neighbourhood` of its radii (N bool)."""
    if not on_part.any():
        return on_part
    part = points[on_part]
    reach = neighbourhood * rms_radius(part)
    taken = on_part.copy()
    taken[~on_part] = np.isfinite(cKDTree(part).query(points[~on_part], distance_upper_bound=max(reach, 1e-9))[0])
    return taken


def refine(
    alignment: Alignment,
    matched: Correspondences,
    part_demo: Surface,
    target: Surface,
    config: RefineConfig,
    align_config: AlignConfig,
) -> Alignment:
    """`alignment` moved so that `part_demo` (its camera's frame) lies on `target`'s surface, or as it came.

    It is given back as it came when too few points meet, or when the refined one is no better (`RefineConfig`).
    """
    if min(len(part_demo), len(target)) < config.minimum_pairs or config.iterations == 0:
        return alignment
    tree, threshold = cKDTree(target.points), alignment.threshold
    current = alignment.similarity
    before = _pair(current, part_demo, target, tree, threshold, config)
    pairing = before
    for _ in range(config.iterations):
        if len(pairing.distance) < config.minimum_pairs:
            return alignment
        current, moved = _step(current, alignment.centre_demo, pairing, matched, threshold, config)
        pairing = _pair(current, part_demo, target, tree, threshold, config)
        if moved < 1e-4:
            break
    worth = config.matches_kept * _explained(alignment.similarity, matched, threshold)
    better = _surface_loss(pairing, threshold) < _surface_loss(before, threshold)
    met = len(pairing.distance) >= config.minimum_met * pairing.total
    if not (better and met) or _explained(current, matched, threshold) < worth:
        return alignment
    try:
        return describe(current, matched, (alignment.part_radius, threshold), align_config)
    except DfcError:  # what the matches alone allowed is then the better answer
        return alignment


def _pair(
    similarity: Similarity, part: Surface, target: Surface, tree: cKDTree, threshold: float, config: RefineConfig
) -> _Pairing:
    points, normals = similarity.map(part.points), part.normals @ similarity.rotation.T
    distance, index = tree.query(points, distance_upper_bound=threshold)
    found = np.flatnonzero(np.isfinite(distance))
    at = index[found]
    alike = (normals[found] * target.normals[at]).sum(axis=1) >= config.normal_cosine
    found, at = found[alike], at[alike]
    off = ((points[found] - target.points[at]) * target.normals[at]).sum(axis=1)
    return _Pairing(points[found], target.normals[at], off, len(points))


def _surface_loss(pairing: _Pairing, threshold: float) -> float:
    """Mean squared distance (m^2) of the part from the surface; a point that meets none is off by the threshold."""
    missing = pairing.total - len(pairing.distance)
    return float(((pairing.distance**2).sum() + missing * threshold**2) / pairing.total)


def _explained(similarity: Similarity, matched: Correspondences, threshold: float) -> float:
    squared = ((similarity.map(matched.demo) - matched.target) ** 2).sum(axis=1)
    return float(np.maximum(0, 1 - squared / threshold**2) @ matched.weights)


def _step(
    current: Similarity,
    centre_demo: NDArray,
    pairing: _Pairing,
    matched: Correspondences,
    threshold: float,
    config: RefineConfig,
) -> tuple[Similarity, float]:
    """One Gauss-Newton step over shift, turn and scale about the part's centre, and how far it moved (m + rad)."""
    centre = current.map(centre_demo[None])[0]
    arms, normals = pairing.points - centre, pairing.normals
    rows = np.concatenate([normals, np.cross(arms, normals), (arms * normals).sum(axis=1)[:, None]], axis=1)
    sigma = max(1.48 * float(np.median(np.abs(pairing.distance))), config.sigma_m)
    weights = np.maximum(0, 1 - (pairing.distance / (4 * sigma)) ** 2) ** 2 / sigma**2
    information = (rows * weights[:, None]).T @ rows
    pull = -(rows * weights[:, None]).T @ pairing.distance
    placed = current.map(matched.demo)
    apart = matched.target - placed
    squared = (apart**2).sum(axis=1)
    say = matched.weights / max(matched.weights.mean(), 1e-12) * np.maximum(0, 1 - squared / threshold**2)
    spread = max(float(say @ squared / max(say.sum(), 1e-12)) / 3, config.sigma_m**2)
    arms = placed - centre
    jacobian = np.concatenate(
        [np.broadcast_to(np.eye(3), (len(arms), 3, 3)), -cross_matrices(arms), arms[:, :, None]], axis=2
    )
    weighed = (jacobian * (say / spread)[:, None, None]).reshape(-1, 7)
    information = information + weighed.T @ jacobian.reshape(-1, 7)
    pull = pull + weighed.T @ apart.ravel()
    free = 7 if config.free_scale else 6
    step = np.zeros(7)
    ridge = 1e-9 * information.diagonal()[:free].max() * np.eye(free)
    step[:free] = np.linalg.solve(information[:free, :free] + ridge, pull[:free])
    return _moved(current, centre, step), float(np.abs(step).max())


def _moved(current: Similarity, centre: NDArray, step: NDArray) -> Similarity:
    """`current` followed by a shift (3), a turn (3, rad) and a growth (log scale) about `centre`."""
    angle = float(np.linalg.norm(step[3:6]))
    turn = rotation_about(step[3:6], angle) if angle > 1e-12 else np.eye(3)
    growth = float(np.exp(step[6]))
    translation = growth * turn @ (current.translation - centre) + centre + step[:3]
    return Similarity(turn @ current.rotation, growth * current.scale, translation)
