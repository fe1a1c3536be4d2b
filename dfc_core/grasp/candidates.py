"""Grasps worth trying near a carried one: turned and shifted a little along the part to hold, each snapped onto it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.geometry import component_across
from dfc_core.grasp.check import in_grasps, plane_gap, span
from dfc_core.grasp.gripper import Gripper
from dfc_core.shape.surface import Surface


@dataclass(frozen=True)
class CandidateConfig:
    """`number` grasps are drawn, each of its turns and shifts left out with probability `unchanged`.

    Turns (rad, largest) about the grasp's axes: `turn_closing` tips the approach up and down, `turn_third` goes round
    the part that is held, `turn_approach` rolls. Shifts (m, largest) `slide_m` along the part. The part is elongated
    when its longest extent is `elongated` times the second; the fingers then also close straight across it.
    `search_m`: how far along approach and closing the part may lie from where it was expected.

    From any side, as many are drawn: at `places` of the part, approached against its normal there, which is tipped by
    `tip` (rad) at most.
    """

    number: int = 160
    seed: int = 0
    unchanged: float = 0.4
    turn_closing: float = np.radians(30)
    turn_third: float = np.radians(50)
    turn_approach: float = np.radians(30)
    slide_m: float = 0.03
    elongated: float = 1.5
    search_m: float = 0.04
    held: float = 0.5
    places: int = 20
    tip: float = np.radians(60)


@dataclass(frozen=True)
class Candidates:
    """G grasps: `positions` G x 3 (m), `rotations` G x 3 x 3, `openings` G (m, inf where nothing to hold was met)."""

    positions: NDArray
    rotations: NDArray
    openings: NDArray


def propose(
    position: NDArray,
    rotation: NDArray,
    surface: Surface,
    plane: NDArray | None,
    gripper: Gripper,
    config: CandidateConfig = CandidateConfig(),
) -> Candidates:
    """Grasps around the one at `position` (3, m) with `rotation` (3 x 3), the unturned ones first. Seeded."""
    held = surface.held >= config.held
    along = _long_axis(surface.points[held], position, config)
    bases = [rotation]
    if along is not None:
        across = close_across(rotation, along)
        bases = [rotation] if across is None else [across, rotation]
    random = np.random.default_rng(config.seed)
    draw = random.uniform(-1, 1, (config.number, 4)) * (random.random((config.number, 4)) >= config.unchanged)
    draw[: len(bases)] = 0
    base = np.stack(bases)[np.arange(config.number) % len(bases)]
    limits = np.array([config.turn_closing, config.turn_third, config.turn_approach])
    rotations = base @ _turns(draw[:, :3] * limits)
    slide = rotations[:, :, 1] if along is None else np.broadcast_to(along, (config.number, 3))
    positions = position + config.slide_m * draw[:, 3:] * slide
    return snap(Candidates(positions, rotations, np.full(config.number, np.inf)), surface, plane, gripper, config)


def propose_from_any_side(
    rotation: NDArray,
    surface: Surface,
    plane: NDArray | None,
    gripper: Gripper,
    config: CandidateConfig = CandidateConfig(),
) -> Candidates:
    """Grasps of the part to hold wherever it was seen; of the two that are one to the gripper, that nearer `rotation`
    (3 x 3). Seeded; none where nothing of the part was seen."""
    seen = np.flatnonzero((surface.held >= config.held) & (surface.seen == 1))
    random = np.random.default_rng(config.seed)
    places = random.permutation(seen)[: config.places]
    ways = config.number // config.places
    at, way = np.repeat(places, ways), np.tile(np.arange(ways), len(places))
    approach = -surface.normals[at] + np.tan(config.tip) * random.uniform(-1, 1, (len(at), 3)) / np.sqrt(3)
    rotations = _approaching(approach, np.pi * (way + random.random(len(at))) / max(1, ways))
    rotations[np.einsum("gi,i->g", rotations[:, :, 0], rotation[:, 0]) < 0, :, :2] *= -1
    every = Candidates(surface.points[at], rotations, np.full(len(at), np.inf))
    return snap(every, surface, plane, gripper, config)


def snap(
    candidates: Candidates,
    surface: Surface,
    plane: NDArray | None,
    gripper: Gripper,
    config: CandidateConfig = CandidateConfig(),
) -> Candidates:
    """Each grasp moved along closing until the part to hold lies midway, along the approach no farther than it takes
    for the tips to reach past its widest place, but not into `plane`; opened by what lies there and the clearance."""
    held = surface.points[surface.held >= config.held]
    positions, rotations = candidates.positions, candidates.rotations
    if len(held) == 0:
        return Candidates(positions, rotations, np.full(len(positions), np.inf))
    reach_m = gripper.maximum_opening_m / 2 + config.search_m
    # Then again, from nearer: the first time what was midway was only roughly so.
    for depth_m in (config.search_m, gripper.finger_length_m):
        local = in_grasps(held, positions, rotations)
        x, y, z = local[:, 0], local[:, 1], local[:, 2]
        met = (np.abs(y) <= gripper.finger_width_m / 2) & (np.abs(x) <= reach_m)
        met &= (z <= config.search_m) & (z >= -depth_m)
        low, high, shallow, deep = _ends(x, z, met)
        some = met.any(axis=1)
        ahead = np.clip(-gripper.finger_depth_m, shallow, deep) + gripper.finger_depth_m
        shift = np.stack([(low + high) / 2, np.zeros(len(low)), ahead], axis=1)
        moved = positions + np.einsum("gij,gj->gi", rotations, shift)
        positions = np.where(some[:, None], moved, positions)
        openings = np.where(some, high - low + 2 * gripper.clearance_m, np.inf)
    positions = _off_plane(positions, rotations, openings, plane, gripper)
    return Candidates(positions, rotations, openings)


def close_across(rotation: NDArray, along: NDArray) -> NDArray | None:
    """`rotation` (3 x 3) turned as little as need be for its closing axis to be square to `along` (unit 3).

    None when it closes along it, within 30 degrees: then it was shown to hold the ends.
    """
    x = component_across(rotation[:, 0], along)
    if np.linalg.norm(x) < 0.5:
        return None
    x /= np.linalg.norm(x)
    z = component_across(rotation[:, 2], x)
    z /= max(float(np.linalg.norm(z)), 1e-9)
    return np.stack([x, np.cross(z, x), z], axis=1)


def _approaching(directions: NDArray, angles: NDArray) -> NDArray:
    """Rotations (G x 3 x 3) whose z lies along `directions` (G x 3) and whose x is turned about it by `angles` (G)."""
    z = directions / np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-9)
    first = np.cross(z, np.eye(3)[np.abs(z).argmin(axis=1)])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    x = np.cos(angles)[:, None] * first + np.sin(angles)[:, None] * np.cross(z, first)
    return np.stack([x, np.cross(z, x), z], axis=2)


def _long_axis(points: NDArray, position: NDArray, config: CandidateConfig, reach_m: float = 0.06) -> NDArray | None:
    """Unit direction (3) in which the part to hold is long near `position`, or None where it is not."""
    near = points[np.linalg.norm(points - position, axis=1) <= reach_m]
    if len(near) < 10:
        return None
    values, vectors = np.linalg.eigh(np.cov(near.T))
    return vectors[:, 2] if values[2] > config.elongated**2 * values[1] else None


def _turns(angles: NDArray) -> NDArray:
    """Rotations (G x 3 x 3) about x, y, z by `angles` (G x 3): about the grasp's own axes, y first."""
    sine, cosine = np.sin(angles), np.cos(angles)
    about = np.zeros((len(angles), 3, 3, 3))
    for axis in range(3):
        first, second = (axis + 1) % 3, (axis + 2) % 3
        about[:, axis, axis, axis] = 1
        about[:, axis, first, first] = about[:, axis, second, second] = cosine[:, axis]
        about[:, axis, second, first], about[:, axis, first, second] = sine[:, axis], -sine[:, axis]
    return about[:, 1] @ about[:, 0] @ about[:, 2]


def _ends(x: NDArray, z: NDArray, met: NDArray, within_m: float = 0.002) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Lowest and highest x (G) of the points `met` (G x N), and the range of z (G, G) in which both ends are reached.

    Where there is no such range, both are the z of the deeper end.
    """
    low = np.where(met, x, np.inf).min(axis=1, initial=np.inf)
    high = np.where(met, x, -np.inf).max(axis=1, initial=-np.inf)
    ranges = []
    for end in (low, high):
        grasp, point = np.nonzero(met & (np.abs(x - end[:, None]) <= within_m))
        ranges.append(span(grasp, z[grasp, point], len(x)))
    shallow = np.maximum(ranges[0][0], ranges[1][0])
    some = np.isfinite(low)
    values = low, high, shallow, np.maximum(shallow, np.minimum(ranges[0][1], ranges[1][1]))
    return tuple(np.where(some, value, 0) for value in values)  # type: ignore[return-value]


def _off_plane(
    positions: NDArray, rotations: NDArray, openings: NDArray, plane: NDArray | None, gripper: Gripper
) -> NDArray:
    """Grasps that reach into the plane are drawn back along their approach, by at most twice the depth given them."""
    if plane is None:
        return positions
    safe = np.where(np.isfinite(openings), openings, gripper.maximum_opening_m)
    lacking = gripper.clearance_m - plane_gap(positions, rotations, safe, plane, gripper)
    downwards = -(plane[:3] @ rotations)[:, 2]
    back = np.where(downwards > 0.2, lacking / np.maximum(downwards, 0.2), 0)
    back = np.clip(back, 0, 2 * gripper.finger_depth_m)
    return positions - back[:, None] * rotations[:, :, 2]
