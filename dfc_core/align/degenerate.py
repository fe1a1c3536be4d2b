"""Matches that fix no alignment, each kind refused with its own sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.search import Pairs, search
from dfc_core.align.similarity import extents
from dfc_core.errors import DfcError
from dfc_core.geometry import component_across


class TurnUnknownError(DfcError):
    """DEGENERATE, but for the turn about a line all would be known."""

    def __init__(self, message: str) -> None:
        super().__init__("DEGENERATE", message)


def refuse_few(count: int, config: AlignConfig) -> None:
    """DEGENERATE when `count` matches of the functional part are fewer than `config.minimum_points`."""
    if count < config.minimum_points:
        raise DfcError("DEGENERATE", f"{count} matches with depth; an alignment needs at least {config.minimum_points}")


def refuse_line(points: NDArray, covariances: NDArray, whose: str, config: AlignConfig) -> None:
    """DEGENERATE when the matched points (N x 3, m) of one tool lie in one place, on a line, or about an axis.

    About an axis: no farther off their line than the sensor scatters them, by its `covariances` (N x 3 x 3).
    """
    first, second, axis = _robust_extents(points)
    sensor_m = _across(covariances, axis)
    if first < config.minimum_extent_m:
        raise DfcError("DEGENERATE", f"the matched points on the {whose} lie in one place ({first * 1000:.1f} mm)")
    if second < max(config.minimum_thickness * first, 1e-6):
        raise TurnUnknownError(
            f"the matched points on the {whose} lie on a line ({first * 1000:.1f} by {second * 1000:.2f} mm): "
            "the turn about it is unknown",
        )
    if second < config.axis_noise * sensor_m:
        raise TurnUnknownError(
            f"the matched points on the {whose} all lie on the axis of a thin shaft ({second * 1000:.1f} mm about it, "
            f"where the depth sensor errs by {sensor_m * 1000:.1f} mm): the turn about it is unknown",
        )


def refuse_free_turn(covariance: NDArray, config: AlignConfig) -> None:
    """DEGENERATE when an alignment's covariance (6 x 6) leaves a turn freer than `config.maximum_turn_sigma`."""
    variances, axes = np.linalg.eigh(covariance[3:, 3:])
    sigma = float(np.sqrt(max(variances[-1], 0.0)))
    if sigma > config.maximum_turn_sigma:
        axis = ", ".join(f"{value:.2f}" for value in axes[:, -1])
        raise TurnUnknownError(
            f"the matched points all lie near one axis ({axis} in the target's camera) and leave the rotation about "
            f"it free: it is known to {np.degrees(sigma):.0f} degrees, at most "
            f"{np.degrees(config.maximum_turn_sigma):.0f} are allowed",
        )


def refuse_mirrored(score: float, pairs: Pairs, config: AlignConfig) -> None:
    """DEGENERATE when a reflection explains the matches far better than the best turn, which explains `score`.

    A reflection of a flat set is also a turn, so only sets with three extents can be mirrored. Cues have no say: they
    are not of the matches. None can explain more than all: a turn that explains enough is not asked about.
    """
    if config.mirror_gain * score >= 1:
        return
    reflected = pairs._replace(demo=pairs.demo * np.array([-1.0, 1.0, 1.0]))
    found = search(reflected, Cues(), replace(config, hypotheses=config.mirror_hypotheses, refined=1))
    if found is not None and found[1] > config.mirror_gain * score:
        raise DfcError(
            "DEGENERATE",
            f"the matches mirror the tool: a reflection explains {found[1]:.0%} of them, the best turn {score:.0%}; "
            "no motion carries the one onto the other",
        )


def _across(covariances: NDArray, axis: NDArray) -> float:
    """Largest deviation (m) across `axis` (3, unit) that the mean of covariances (N x 3 x 3) gives a point."""
    across = np.eye(3) - np.outer(axis, axis)
    return float(np.sqrt(max(np.linalg.eigvalsh(across @ covariances.mean(axis=0) @ across)[-1], 0.0)))


def _robust_extents(points: NDArray) -> tuple[float, float, NDArray]:
    """`extents`, the second not above what nine in ten points support, and the longest direction (3).

    A stray point makes no plane of a line.
    """
    first, second = extents(points)
    centred = points - np.median(points, axis=0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    off_axis = np.linalg.norm(component_across(centred, axis), axis=1)
    # 1.64 RMS is the ninth decile of a normal distribution's distance from its mean.
    return first, min(second, float(np.quantile(off_axis, 0.9)) / 1.64), axis
