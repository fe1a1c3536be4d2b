"""Matches on a line leave the turn about it open; the sides that the two tools show tell it, as far as it is told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment, Correspondences
from dfc_core.align.config import Cues
from dfc_core.align.similarity import cross_matrices, radius
from dfc_core.geometry import component_across
from dfc_core.geometry.orientations import Orientations


@dataclass(frozen=True)
class SideConfig:
    """How a side is read. `used` off refuses what lies on a line."""

    used: bool = True
    clear: float = 0.15  # share of a cue (a unit vector) that points across the line, at least
    sure: float = 0.6  # length of the mean z axis of a function frame (0 to 1), for it to be a cue
    say: float = 1.0  # weight of the side over that of the matches
    sigma: float = 0.5  # rad, how well a side tells a turn
    least_places: int = 6  # different points on either tool; fewer are not even a line


@dataclass(frozen=True)
class Side:
    """`told_by`: "frames" (z of the function frames, as they look), "body" (the rest of the tool lies there), "up" (of
    the tables) or "view" (the cameras); `axis` of the matches' line in the target's camera (3, unit), and matches with
    as many points beside them on that side."""

    told_by: str
    axis: NDArray
    matched: Correspondences


def find_side(matched: Correspondences, cues: Cues, config: SideConfig) -> Side | None:
    """The matches with a second line beside them, on the side that the first clear cue tells; None without any."""
    part = matched.on_part
    demo, target, weights = matched.demo[part], matched.target[part], matched.weights[part]
    if not config.used or min(_places(demo), _places(target)) < config.least_places:
        return None
    share = weights / max(weights.sum(), 1e-12)
    off_demo, off_target = demo - share @ demo, target - share @ target
    u, _, vt = np.linalg.svd((off_demo * share[:, None]).T @ off_target)  # the directions that go together
    views = -demo.mean(axis=0), -target.mean(axis=0)
    for told_by, from_demo, in_target in (
        ("frames", _sure_z(cues.orientation_demo, config), _sure_z(cues.orientation_target, config)),
        ("body", cues.body_demo, cues.body_target),
        ("up", cues.up_demo, cues.up_target),
        ("view", views[0] / np.linalg.norm(views[0]), views[1] / np.linalg.norm(views[1])),
    ):
        if from_demo is None or in_target is None:
            continue
        across = component_across(from_demo, u[:, 0]), component_across(in_target, vt[0])
        if min(np.linalg.norm(across[0]), np.linalg.norm(across[1])) >= config.clear:
            arms = [radius(points, weights) * side / np.linalg.norm(side)
                    for points, side in zip((demo, target), across, strict=True)]  # fmt: skip
            return Side(told_by, vt[0], _beside(matched, arms[0], arms[1], config.say))
    return None


def by_side(alignment: Alignment, side: Side, config: SideConfig) -> Alignment:
    """An alignment of `side.matched` as one of the matches alone: it says what told the turn, and how little it is sure
    of it."""
    turned = cross_matrices((alignment.rotation @ alignment.centre_demo)[None])[0] @ side.axis
    moves = np.concatenate([turned, side.axis])  # of the origin and about the axes, by a turn about the line
    return replace(
        alignment,
        inliers=alignment.inliers[: len(alignment.inliers) - int(side.matched.on_part.sum())],
        covariance=alignment.covariance + config.sigma**2 * np.outer(moves, moves),
        turn_told_by=side.told_by,
    )


def _sure_z(frame: Orientations | None, config: SideConfig) -> NDArray | None:
    if frame is None:
        return None
    length = float(np.linalg.norm(frame.z))
    return None if length < config.sure else frame.z / length


def _places(points: NDArray) -> int:
    return len(np.unique(np.round(points, 6), axis=0))


def _beside(matched: Correspondences, arm_demo: NDArray, arm_target: NDArray, say: float) -> Correspondences:
    """The matches, and those of the part once more, shifted by the arms (3, m); these are not of the part."""
    part = matched.on_part
    weights = matched.weights[part]
    return Correspondences(
        np.concatenate([matched.demo, matched.demo[part] + arm_demo]),
        np.concatenate([matched.target, matched.target[part] + arm_target]),
        np.concatenate([matched.weights, say * weights]),
        np.concatenate([part, np.zeros(len(weights), dtype=bool)]),
        np.concatenate([matched.covariance_demo, matched.covariance_demo[part]]),
        np.concatenate([matched.covariance_target, matched.covariance_target[part]]),
    )
