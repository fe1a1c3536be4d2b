"""Is a tool, as one camera sees it, a surface of revolution, and about which axis?

Start: the lines along a surface of revolution's normals all meet its axis (Pottmann & Randrup, "Rotational and Helical
Surface Approximation for Reverse Engineering", Computing 60, 1998). Test and refinement: turned about its axis, what is
seen must land on what is seen, or behind it; a handle, a spout, a corner comes to lie where the camera looks through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.frames import Frame
from dfc_core.geometry import rotation_about
from dfc_core.transfer.surface import Surface, thinned


@dataclass(frozen=True)
class RevolutionConfig:
    """When a tool counts as a surface of revolution.

    Turned points that land nearer the camera than what is seen there by more than `margin_m` + `margin_sigmas` of the
    depth sensor (`sigma_floor_m` + `sigma_quadratic` z^2), or beside the tool, contradict; those that land on it
    within that agree. At most `maximum_contradiction` of them may contradict, at least `minimum_agreement` of all that
    face the camera must agree. What is thinner than `minimum_radius` margins is not told from a flat thing.
    """

    points: int = 300
    angles_deg: tuple[float, ...] = (-150, -110, -75, -45, -20, 20, 45, 75, 110, 150, 180)
    search_points: int = 100  # fewer points and angles do to find the axis
    search_angles_deg: tuple[float, ...] = (-110, -50, -20, 30, 75, 150)
    refined: int = 2
    iterations: int = 6
    margin_m: float = 0.0015
    margin_sigmas: float = 2.5
    sigma_floor_m: float = 0.0005
    sigma_quadratic: float = 0.002
    outline_px: int = 2  # the mask's border is no better known
    facing: float = 0.25  # cosine to the line of sight below which a point may well be hidden
    minimum_radius: float = 3.0
    maximum_contradiction: float = 0.03
    minimum_agreement: float = 0.25
    minimum_points: int = 60


class Axis(NamedTuple):
    """A line in the camera's optical frame: a `point` (3, m) on it, and its unit `direction` (3)."""

    point: NDArray
    direction: NDArray

    def radius_of(self, points: NDArray) -> float:
        """Ninth decile (m) of the distances of points (N x 3, N > 0) from the line."""
        return float(np.quantile(np.linalg.norm(np.cross(points - self.point, self.direction), axis=1), 0.9))

    def across(self, points: NDArray) -> NDArray:
        """What leads from the line to points (N x 3), square to it (N x 3, m)."""
        arms = points - self.point
        return arms - np.outer(arms @ self.direction, self.direction)

    def one_sidedness(self, points: NDArray) -> float:
        """0 (all around the line) to 1 (all on one side of it) of points (N x 3, N > 0); half of a ring has 0.64."""
        across = self.across(points)
        return float(np.linalg.norm(across.mean(axis=0)) / max(np.linalg.norm(across, axis=1).mean(), 1e-12))


class Verdict(NamedTuple):
    """What turning about an axis showed: shares (0..1) of turned points, RMS distance (m) of those that agree."""

    axis: Axis
    contradiction: float
    agreement: float
    distance: float
    radius: float  # m, ninth decile of the points' distance from the axis
    margin: float  # m

    def is_revolution(self, config: RevolutionConfig) -> bool:
        """Whether the tool looks the same however it is turned about the axis."""
        return (
            self.contradiction <= config.maximum_contradiction
            and self.agreement >= config.minimum_agreement
            and self.radius >= config.minimum_radius * self.margin
        )


class Body(NamedTuple):
    """A tool's body of revolution: its `axis`, None where there is none, and the seen points (K x 3, m) `beside` it.

    Those contradict at half of the turns or more: handle, spout, corners. `margin` (m) is what counts as agreement.
    """

    axis: Axis | None
    beside: NDArray
    margin: float

    @property
    def is_whole(self) -> bool:
        """Whether all that is seen of the tool is a surface of revolution."""
        return self.axis is not None and len(self.beside) == 0


class _Seen(NamedTuple):
    """What the camera sees: depth (m, H x W), the tool (H x W, its border widened), K, and the agreement margin (m)."""

    depth_m: NDArray
    tool: NDArray
    mask: NDArray
    K: NDArray
    margin: float


class _Turned(NamedTuple):
    """Points that were turned and land on the surface: rows for the axis' refinement, and shares."""

    rows: NDArray  # K x 6: change of the distance with the axis' point and its turn
    distance: NDArray  # K, m
    contradicts: NDArray  # A x N bool, for each angle and point
    told: NDArray  # A x N bool, which contradict or agree
    faced: int  # how many face the camera

    @property
    def contradiction(self) -> float:
        return float(self.contradicts.sum() / max(self.told.sum(), 1))

    @property
    def agreement(self) -> float:
        return len(self.distance) / max(self.faced, 1)


def judge(
    frame: Frame, mask: NDArray, surface: Surface, hints: list[NDArray], config: RevolutionConfig
) -> Verdict | None:
    """The best axis of `surface` (the tool's seen points, in `frame`'s camera) and what turning about it shows.

    `hints` are unit directions worth a try beside those that normals and extents give. None without depth, camera, or
    `config.minimum_points` points.
    """
    if frame.depth_m is None or frame.K is None or len(surface) < config.minimum_points:
        return None
    seen = _seen(frame, mask, surface, config)
    few = Surface(thinned(surface.points, config.search_points), thinned(surface.normals, config.search_points))
    axes = _candidates(surface, hints)
    turned = [_turn(axis, few, seen, config.search_angles_deg, config.facing) for axis in axes]
    order = sorted(range(len(axes)), key=lambda index: turned[index].contradiction - turned[index].agreement)
    refined = [_refined(axes[index], few, seen, config) for index in order[: config.refined]]
    verdicts = [_verdict(axis, surface, seen, config) for axis in refined]
    return min(verdicts, key=lambda verdict: verdict.contradiction - verdict.agreement)


def body_of_revolution(
    frame: Frame, mask: NDArray, surface: Surface, hints: list[NDArray], config: RevolutionConfig, partly: bool = True
) -> Body:
    """What of `surface` is a surface of revolution, if anything (`judge`); `partly` off: the whole of it or nothing."""
    verdict = judge(frame, mask, surface, hints, config)
    if verdict is None:
        return Body(None, np.zeros((0, 3)), 0.0)
    if verdict.is_revolution(config):
        return Body(verdict.axis, np.zeros((0, 3)), verdict.margin)
    turned = _turn(verdict.axis, surface, _seen(frame, mask, surface, config), config.angles_deg, config.facing)
    off = turned.contradicts.mean(axis=0) >= 0.5 * turned.told.mean(axis=0)
    again = None
    if partly and off.mean() < 0.5:
        rest = Surface(surface.points[~off], surface.normals[~off])
        again = judge(frame, mask, rest, [verdict.axis.direction], config)
    axis = again.axis if again is not None and again.is_revolution(config) else None
    return Body(axis, surface.points[off], verdict.margin)


def _seen(frame: Frame, mask: NDArray, surface: Surface, config: RevolutionConfig) -> _Seen:
    assert frame.depth_m is not None
    assert frame.K is not None
    z = float(np.median(surface.points[:, 2]))
    margin = config.margin_m + config.margin_sigmas * (config.sigma_floor_m + config.sigma_quadratic * z**2)
    return _Seen(frame.depth_m, _widened(mask, config.outline_px), mask, frame.K, margin)


def _widened(mask: NDArray, by: int) -> NDArray:
    """The mask grown by so many pixels; only around it is anything computed."""
    if by == 0 or not mask.any():
        return mask
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    window = tuple(slice(max(0, int(where[0]) - by), int(where[-1]) + by + 1) for where in (rows, columns))
    wide = mask.copy()
    wide[window] = ndimage.binary_dilation(mask[window], iterations=by)
    return wide


def _candidates(surface: Surface, hints: list[NDArray]) -> list[Axis]:
    """Axes worth a try: of each direction, the line that the normals' lines pass nearest."""
    points, normals = surface.points, surface.normals
    centred = points - points.mean(axis=0)
    extents = np.linalg.svd(centred, full_matrices=False)[2]
    directions = [*hints, *_line_complex(centred, normals), *extents]
    return [Axis(_centre(points, normals, direction), direction) for direction in directions]


def _line_complex(points: NDArray, normals: NDArray) -> list[NDArray]:
    """Directions (3, unit) c for which c . (p x n) + c' . n is least, with the c' that suits best."""
    rows = np.concatenate([np.cross(points, normals), normals], axis=1)
    moments = rows.T @ rows / len(rows)
    across = moments[3:, 3:] + 1e-4 * np.eye(3)
    left = moments[:3, :3] - moments[:3, 3:] @ np.linalg.solve(across, moments[3:, :3])
    return list(np.linalg.eigh((left + left.T) / 2)[1].T[:2])


def _centre(points: NDArray, normals: NDArray, direction: NDArray, rounds: int = 4, sigma: float = 0.003) -> NDArray:
    """Point (3) of the line along `direction` that the normals' lines pass nearest, far ones counting less."""
    across = np.cross(direction, normals)
    offsets = (across * points).sum(axis=1)
    basis = np.linalg.svd(direction[None])[2][1:]
    rows, middle = across @ basis.T, points.mean(axis=0)
    weights = np.ones(len(points))
    place = np.zeros(2)
    for _ in range(rounds):
        left = (rows * weights[:, None]).T @ rows + 1e-6 * len(points) * np.eye(2)
        right = (rows * weights[:, None]).T @ (offsets - across @ middle)
        place = np.linalg.solve(left, right)
        weights = 1 / (1 + ((offsets - across @ middle - rows @ place) / sigma) ** 2)
    return middle + place @ basis


def _refined(axis: Axis, surface: Surface, seen: _Seen, config: RevolutionConfig) -> Axis:
    """The axis after Gauss-Newton on what lands on the surface."""
    for _ in range(config.iterations):
        turned = _turn(axis, surface, seen, config.search_angles_deg, config.facing)
        if len(turned.distance) < config.minimum_points:
            break
        weights = 1 / (1 + (turned.distance / seen.margin) ** 2)
        left = (turned.rows * weights[:, None]).T @ turned.rows
        right = -(turned.rows * weights[:, None]).T @ turned.distance
        # A shift along the axis and a turn about it change nothing: the ridge keeps them at zero.
        step = np.linalg.solve(left + 1e-3 * np.diag(left.diagonal() + 1e-12), right)
        direction = axis.direction + np.cross(step[3:], axis.direction)
        axis = Axis(axis.point + step[:3], direction / np.linalg.norm(direction))
        if np.abs(step).max() < 1e-4:
            break
    return axis


def _verdict(axis: Axis, surface: Surface, seen: _Seen, config: RevolutionConfig) -> Verdict:
    turned = _turn(axis, surface, seen, config.angles_deg, config.facing)
    distance = float(np.sqrt((turned.distance**2).mean())) if len(turned.distance) else np.inf
    radius = axis.radius_of(surface.points)
    return Verdict(axis, turned.contradiction, turned.agreement, distance, radius, seen.margin)


def _turn(axis: Axis, surface: Surface, seen: _Seen, angles_deg: tuple[float, ...], least_cosine: float) -> _Turned:
    """Every point turned by every angle, and where it lands."""
    turns = np.stack([rotation_about(axis.direction, np.radians(angle)) for angle in angles_deg])
    arms = surface.points - axis.point
    moved = np.einsum("aij,nj->ani", turns, arms)
    points = (moved + axis.point).reshape(-1, 3)
    normals = np.einsum("aij,nj->ani", turns, surface.normals).reshape(-1, 3)
    cosine = -(normals * points).sum(axis=1) / np.maximum(np.linalg.norm(points, axis=1), 1e-9)
    z = np.maximum(points[:, 2], 1e-6)
    x = np.rint(seen.K[0, 0] * points[:, 0] / z + seen.K[0, 2]).astype(np.int64)
    y = np.rint(seen.K[1, 1] * points[:, 1] / z + seen.K[1, 2]).astype(np.int64)
    height, width = seen.depth_m.shape
    facing = (cosine > least_cosine) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    observed = seen.depth_m[y, x]
    ahead = (observed - points[:, 2]) * cosine  # how far in front of what is seen the point is, along its normal
    beside = facing & ~seen.tool[y, x] & ((observed == 0) | (ahead > -seen.margin))
    reading = facing & seen.mask[y, x] & (observed > 0)
    contradicts = beside | (reading & (ahead > seen.margin))
    agrees = np.flatnonzero(reading & (np.abs(ahead) <= seen.margin))
    told = contradicts.copy()
    told[agrees] = True
    number, turn = agrees % len(arms), agrees // len(arms)
    before, at = surface.normals[number], normals[agrees]
    rows = np.concatenate(
        [
            at - np.einsum("kji,kj->ki", turns[turn], at),
            np.cross(moved.reshape(-1, 3)[agrees], at) - np.cross(arms[number], before),
        ],
        axis=1,
    )
    shape = len(turns), len(arms)
    return _Turned(rows, ahead[agrees], contradicts.reshape(shape), told.reshape(shape), int(facing.sum()))
