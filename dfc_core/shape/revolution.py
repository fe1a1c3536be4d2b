"""Is a tool, as one camera sees it, a surface of revolution, and about which axis?

Start: the lines along a surface of revolution's normals all meet its axis (Pottmann & Randrup, "Rotational and Helical
Surface Approximation for Reverse Engineering", Computing 60, 1998). Test and refinement: turned about its axis, what is
seen must land on what is seen, or behind it; a handle, a spout, a corner comes to lie where the camera looks through.
A thin handle has few points with a normal and is lost among those of the body, so outlines are asked too: turned about
the axis, and mirrored in the plane of axis and camera, the outline of a surface of revolution stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.frames import Frame
from dfc_core.frames.crop import window_around
from dfc_core.geometry import component_across, rotations_about, unproject
from dfc_core.shape.lift import lift
from dfc_core.shape.surface import Surface, thinned


@dataclass(frozen=True)
class RevolutionConfig:
    """When a tool counts as a surface of revolution.

    Turned points that land nearer the camera than what is seen there by more than `margin_m` + `margin_sigmas` of the
    depth sensor (`sigma_floor_m` + `sigma_quadratic` z^2), or beside the tool, contradict; those that land on it
    within that agree. At most `maximum_contradiction` of them may contradict, at least `minimum_agreement` of all that
    face the camera must agree. What is thinner than `minimum_radius` margins is not told from a flat thing. Of the
    tool's pixels, of which `outline_points` are asked, at most `maximum_standing_out` may stand out: come to lie clear
    of the tool, by the margin and more, at `outline_turns` of 24 turns or more, or mirrored.
    """

    points: int = 300
    angles_deg: tuple[float, ...] = (-150, -110, -75, -45, -20, 20, 45, 75, 110, 150, 180)
    search_points: int = 300  # all, at 3 ms more: with fewer the axis found is often not the best; fewer angles do
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
    outline_points: int = 1500
    outline_turns: int = 2
    maximum_standing_out: float = 0.008


class Axis(NamedTuple):
    """A line in the camera's optical frame: a `point` (3, m) on it, and its unit `direction` (3)."""

    point: NDArray
    direction: NDArray

    def radius_of(self, points: NDArray) -> float:
        """Ninth decile (m) of the distances of points (N x 3, N > 0) from the line."""
        return float(np.quantile(np.linalg.norm(np.cross(points - self.point, self.direction), axis=1), 0.9))

    def across(self, points: NDArray) -> NDArray:
        """What leads from the line to points (N x 3), square to it (N x 3, m)."""
        return component_across(points - self.point, self.direction)

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
    outstanding: NDArray  # K x 3, m, the points that stand out, of those pixels that have one
    standing_out: float  # share (0..1) of the tool's pixels that do

    def is_revolution(self, config: RevolutionConfig) -> bool:
        """Whether the tool looks the same however it is turned about the axis."""
        return self.has_body(config) and self.standing_out <= config.maximum_standing_out

    def has_body(self, config: RevolutionConfig) -> bool:
        """Whether the points do, whatever else the picture shows of the tool."""
        return (
            self.contradiction <= config.maximum_contradiction
            and self.agreement >= config.minimum_agreement
            and self.radius >= config.minimum_radius * self.margin
        )


class Body(NamedTuple):
    """A tool's body of revolution: its `axis`, None where there is none, and the seen points (K x 3, m) `beside` it.

    Those contradict at half of the turns or more, or stand out: handle, spout, corners. `margin` (m) is what counts as
    agreement. `is_whole` where all that is seen of the tool is a surface of revolution.
    """

    axis: Axis | None
    beside: NDArray
    margin: float
    is_whole: bool = False


class _Seen(NamedTuple):
    """What the camera sees: depth (m, H x W), the tool (H x W, its border widened), K, and the agreement margin (m)."""

    depth_m: NDArray
    tool: NDArray
    mask: NDArray
    K: NDArray
    margin: float


class _Turned(NamedTuple):
    """What is seen of a tool, turned about one axis or several: T turns of N points each."""

    turns: NDArray  # T x 3 x 3
    ahead: NDArray  # T x N, m: how far in front of what is seen a point comes to lie, along its normal
    agrees: NDArray  # T x N bool: on the surface
    contradicts: NDArray  # T x N bool: where the camera looks through
    facing: NDArray  # T x N bool: towards the camera and in the picture

    def about(self, number: int, count: int) -> _Turned:
        """The turns about axis `number`, where `count` turns were made about each."""
        part = slice(number * count, (number + 1) * count)
        return _Turned(*(values[part] for values in self))

    @property
    def told(self) -> NDArray:
        """T x N bool, which contradict or agree."""
        return self.contradicts | self.agrees

    @property
    def distance(self) -> NDArray:
        """`ahead` (K, m) of those that agree."""
        return self.ahead[self.agrees]

    @property
    def contradiction(self) -> float:
        """Share of those told."""
        return float(self.contradicts.sum() / max(self.told.sum(), 1))

    @property
    def agreement(self) -> float:
        """Share of those that face the camera."""
        return float(self.agrees.sum() / max(self.facing.sum(), 1))


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
    best = _judge_points(surface, hints, seen, config)
    outstanding, share = _standing_out(best.axis, frame, seen, config)
    return best._replace(outstanding=outstanding, standing_out=share)


def _judge_points(surface: Surface, hints: list[NDArray], seen: _Seen, config: RevolutionConfig) -> Verdict:
    """`judge`, outlines not asked."""
    few = surface.take(thinned(np.arange(len(surface)), config.search_points))
    axes = _candidates(surface, hints)
    turned = _turn(axes, few, seen, config.search_angles_deg, config.facing)
    each = [turned.about(number, len(config.search_angles_deg)) for number in range(len(axes))]
    order = sorted(range(len(axes)), key=lambda index: each[index].contradiction - each[index].agreement)
    refined = [_refined(axes[index], few, seen, config) for index in order[: config.refined]]
    verdicts = [_verdict(axis, surface, seen, config) for axis in refined]
    return min(verdicts, key=lambda verdict: verdict.contradiction - verdict.agreement)


def body_of_revolution(
    frame: Frame,
    mask: NDArray,
    surface: Surface,
    verdict: Verdict | None,
    config: RevolutionConfig,
    partly: bool = True,
) -> Body:
    """What of `surface` is a surface of revolution, if anything, where `judge` has this `verdict` on all of it;
    `partly` off: the whole of it or nothing."""
    if verdict is None:
        return Body(None, np.zeros((0, 3)), 0.0)
    if verdict.is_revolution(config):
        return Body(verdict.axis, np.zeros((0, 3)), verdict.margin, is_whole=True)
    turned = _turn([verdict.axis], surface, _seen(frame, mask, surface, config), config.angles_deg, config.facing)
    off = turned.contradicts.mean(axis=0) >= 0.5 * turned.told.mean(axis=0)
    axis, rest = None, surface.take(~off)
    if partly and off.mean() < 0.5 and len(rest) >= config.minimum_points:
        again = _judge_points(rest, [verdict.axis.direction], _seen(frame, mask, rest, config), config)
        axis = again.axis if again.has_body(config) else None
    return Body(axis, np.concatenate([surface.points[off], verdict.outstanding]), verdict.margin)


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
    window = window_around(mask, by)
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
        turned = _turn([axis], surface, seen, config.search_angles_deg, config.facing)
        distance = turned.distance
        if len(distance) < config.minimum_points:
            break
        rows = _rows(axis, surface, turned)
        weighed = rows / (1 + (distance / seen.margin) ** 2)[:, None]
        left, right = weighed.T @ rows, -weighed.T @ distance
        # A shift along the axis and a turn about it change nothing: the ridge keeps them at zero.
        step = np.linalg.solve(left + 1e-3 * np.diag(left.diagonal() + 1e-12), right)
        direction = axis.direction + np.cross(step[3:], axis.direction)
        axis = Axis(axis.point + step[:3], direction / np.linalg.norm(direction))
        if np.abs(step).max() < 1e-4:
            break
    return axis


def _verdict(axis: Axis, surface: Surface, seen: _Seen, config: RevolutionConfig) -> Verdict:
    turned = _turn([axis], surface, seen, config.angles_deg, config.facing)
    distance = float(np.sqrt((turned.distance**2).mean())) if turned.agrees.any() else np.inf
    radius = axis.radius_of(surface.points)
    nothing = np.zeros((0, 3))
    return Verdict(axis, turned.contradiction, turned.agreement, distance, radius, seen.margin, nothing, 0.0)


def _standing_out(axis: Axis, frame: Frame, seen: _Seen, config: RevolutionConfig) -> tuple[NDArray, float]:
    """The tool's points (K x 3, m) that stand out of a surface of revolution about the axis, and the share of its
    pixels that do; normals have no say, since no point of such a surface, seen or hidden, lies clear of its outline."""
    rows, columns = np.nonzero(seen.mask)
    pixels = thinned(np.stack([columns, rows], axis=1), config.outline_points)
    points, valid = lift(frame, pixels, seen.mask)
    if not valid.any():
        return np.zeros((0, 3)), 0.0
    depth_m = float(np.median(points[valid, 2]))
    reach_px = config.outline_px + seen.margin * float(seen.K[0, 0]) / depth_m
    clear = _farther(seen.mask, reach_px)
    turns = rotations_about(axis.direction, 2 * np.pi * np.arange(1, 24) / 24)
    turned = (points[valid] - axis.point) @ turns.transpose(0, 2, 1) + axis.point
    out = np.zeros(len(pixels), dtype=bool)
    out[valid] = _is_clear(turned, clear, seen).sum(axis=0) >= config.outline_turns
    across = np.cross(axis.point, axis.direction)  # normal of the plane of axis and camera
    if np.linalg.norm(across) > 1e-3:
        across /= np.linalg.norm(across)
        rays = unproject(pixels, np.full(len(pixels), depth_m), seen.K)  # their length is of no account in a mirror
        out |= _is_clear(rays - 2 * np.outer(rays @ across, across), clear, seen)
    return points[out & valid], float(out.mean())


def _is_clear(points: NDArray, clear: NDArray, seen: _Seen) -> NDArray:
    """Which of points (... x 3, m) come to lie where `clear` (H x W bool) and no nearer thing hides them."""
    inside, place = _landing(points, seen)
    observed = seen.depth_m.ravel()[place]
    hidden = (observed > 0) & (observed <= points[..., 2] - seen.margin)
    return np.asarray(inside & clear.ravel()[place] & ~hidden)


def _farther(mask: NDArray, reach_px: float) -> NDArray:
    """Where (H x W bool) a mask that is not empty is more than `reach_px` away; only around it is anything computed."""
    window = window_around(mask, int(np.ceil(reach_px)))
    far = np.ones_like(mask)
    far[window] = ndimage.distance_transform_edt(~mask[window]) > reach_px
    return far


def _landing(points: NDArray, seen: _Seen) -> tuple[NDArray, NDArray]:
    """Which of points (... x 3, m) come to lie in the picture, and the number of the pixel there or nearest."""
    x, y, z = np.moveaxis(points, -1, 0)
    ahead_of_camera = np.maximum(z, 1e-6)
    column = np.rint(seen.K[0, 0] * x / ahead_of_camera + seen.K[0, 2]).astype(np.int64)
    row = np.rint(seen.K[1, 1] * y / ahead_of_camera + seen.K[1, 2]).astype(np.int64)
    height, width = seen.depth_m.shape
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    return inside, np.clip(row, 0, height - 1) * width + np.clip(column, 0, width - 1)


def _turn(
    axes: list[Axis], surface: Surface, seen: _Seen, angles_deg: tuple[float, ...], least_cosine: float
) -> _Turned:
    """Every point turned by every angle about every axis, and where it lands."""
    turns = np.concatenate([rotations_about(axis.direction, np.radians(angles_deg)) for axis in axes])
    origins = np.repeat([axis.point for axis in axes], len(angles_deg), axis=0)
    shifts = origins - np.einsum("tij,tj->ti", turns, origins)
    points = surface.points @ turns.transpose(0, 2, 1) + shifts[:, None]
    normals = surface.normals @ turns.transpose(0, 2, 1)
    x, y, z = np.moveaxis(points, 2, 0)
    length = np.sqrt(x * x + y * y + z * z)
    cosine = -np.einsum("tni,tni->tn", normals, points) / np.maximum(length, 1e-9)
    inside, place = _landing(points, seen)
    facing = (cosine > least_cosine) & inside
    observed = seen.depth_m.ravel()[place]
    ahead = (observed - z) * cosine
    beside = facing & ~seen.tool.ravel()[place] & ((observed == 0) | (ahead > -seen.margin))
    reading = facing & seen.mask.ravel()[place] & (observed > 0)
    return _Turned(
        turns=turns,
        ahead=ahead,
        agrees=reading & (np.abs(ahead) <= seen.margin),
        contradicts=beside | (reading & (ahead > seen.margin)),
        facing=facing,
    )


def _rows(axis: Axis, surface: Surface, turned: _Turned) -> NDArray:
    """K x 6: how the `distance` of the points that agree changes with the axis' point and its turn."""
    turn, number = np.nonzero(turned.agrees)
    turns, arms, before = turned.turns[turn], (surface.points - axis.point)[number], surface.normals[number]
    moved, at = (np.einsum("kij,kj->ki", turns, vectors) for vectors in (arms, before))
    shift = at - np.einsum("kji,kj->ki", turns, at)
    return np.concatenate([shift, np.cross(moved, at) - np.cross(arms, before)], axis=1)
