"""Things that stand on a plane: connected readings above it, put together when they share a footprint."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull, QhullError, cKDTree

from dfc_core.frames.plane import height_above_plane
from dfc_core.frames.smear import SmearConfig, smeared


@dataclass(frozen=True)
class ObjectConfig:
    """What counts as one thing on a table. Lengths in metres."""

    lowest: float = 0.006  # a reading this high is not the plane, however quiet the camera
    lowest_mean: float = 0.002  # ... nor is the mean of neighbours that high
    noise_factor: float = 4.0  # ... and this many standard deviations of the plane's own readings
    highest: float = 0.6
    step: float = 5.0  # neighbours of like colour belong together within this many lattice spacings of depth
    step_edge: float = 2.5  # ... neighbours of another colour within so many: there two things may touch
    step_smear: float = 1.0  # ... or at a smeared step
    step_noise: float = 0.004  # ... plus this, times depth squared
    smear: SmearConfig = field(default_factory=SmearConfig)
    solid: int = 3  # continuous neighbours (of 12) that a reading needs; flying pixels have fewer
    smallest_area: float = 4e-5
    shared_footprint: float = 0.35
    floor: float = 0.02  # m2 of the plane seen all within a piece: it is a box, and what stands in it other things
    fragment: float = 0.15
    reach: float = 0.015
    rim_gap: float = 0.045  # the far inside and the near outside of a bowl are apart by its hidden wall at most,
    rim_level: float = 0.012  # ... of one height,
    rim_centre: float = 0.25  # ... and one in front of the other (share of the width);
    rim_touch: float = 0.008  # where they are so near, one may reach up to
    rim_lower: float = 0.55  # ... this share of the other's height only, if
    rim_width: float = 0.6  # ... it has this share of its width: depth is lost, or smeared, at the rim between them
    bridge: int = 4  # lattice pixels around a thing's silhouette where missing depth still counts as its rim ...
    bridge_m: float = 0.0065  # ... or so far, if that is more
    compared: int = 16
    open_edge: float = 0.5  # of a hole's edge at least must go on without a step for the thing to go on in it
    foot: float = 0.33  # ... and on most of it be level, or beside it the thing lower than this share of its height


def plane_noise(z: NDArray, usable: NDArray, height: NDArray, limit: NDArray) -> float:
    """Standard deviation (m at 1 m; it grows with depth squared) of heights within `limit` of the plane; all h x w."""
    near = np.flatnonzero(usable & (z > 0) & (np.abs(height) < limit))
    if not len(near):
        return 0.0
    some = near[:: max(1, len(near) // 10_000)]
    return float(1.4826 * np.median(np.abs(height.flat[some]) / np.square(z.flat[some])))


def margin(z: NDArray, noise: float, lowest: float, config: ObjectConfig) -> NDArray:
    """Height (m) from which what is at depth `z` is above the plane, and at least `lowest`."""
    return np.maximum(lowest, config.noise_factor * noise * np.square(z))


def find_objects(
    lattice: NDArray,
    above: NDArray,
    guide: NDArray,
    plane: NDArray | None,
    focal: float,
    config: ObjectConfig = ObjectConfig(),
) -> tuple[NDArray, int]:
    """Label (h x w int, 0 = none) the things among the points `above` the plane, and how many there are.

    `guide` (see `colour_guide`) shows where colours change: there two things may touch, and a smaller step parts them.
    `focal` is the focal length in lattice pixels. Points with hardly a continuous neighbour (flying pixels at
    depth edges) are dropped. Without a plane only continuity counts.
    """
    smear = smeared(lattice[..., 2], above, config.smear)
    labels = _continuous_pieces(lattice, above, smear, focal, config, guide)
    seen = np.square(lattice[..., 2] / focal)
    areas = np.bincount(labels.ravel(), seen.ravel())
    kept = [int(k) for k in np.argsort(-areas) if k > 0 and areas[k] >= config.smallest_area]
    groups = {k: k for k in kept}
    if plane is not None:
        level = ~above & (lattice[..., 2] > 0) & (np.abs(height_above_plane(lattice, plane)) < config.lowest)
        groups = _merge_pieces(lattice, labels, kept, level, seen, plane, config)
    roots = sorted(set(groups.values()), key=lambda k: -areas[k])
    table = np.zeros(len(areas), dtype=np.int32)
    for piece, root in groups.items():
        table[piece] = roots.index(root) + 1
    return _nearest_side(table[labels], smear & (labels == 0), lattice[..., 2], focal, config), len(roots)


def _continuous_pieces(
    lattice: NDArray, above: NDArray, smear: NDArray, focal: float, config: ObjectConfig, guide: NDArray
) -> NDArray:
    """Label points joined to a neighbour (or the next but one, across a gap) without a step in depth, or the `smear` of
    one."""
    z = lattice[..., 2]
    index = np.arange(z.size).reshape(z.shape)
    limit, at_edge, at_smear = (
        _steps(z, spacings, focal, config) for spacings in (config.step, config.step_edge, config.step_smear)
    )
    starts, ends = [], []
    neighbours = np.zeros(z.shape, dtype=np.int8)
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0)):
        here = (slice(0, z.shape[0] - dy), slice(max(0, -dx), z.shape[1] - max(0, dx)))
        there = (slice(dy, None), slice(max(0, dx), z.shape[1] + min(0, dx)))
        step = np.abs(z[here] - z[there])
        joined = above[here] & above[there] & (step < limit[here])
        joined &= ~(smear[here] | smear[there]) | (step < at_smear[here])
        unsure = np.nonzero(joined & (step > at_edge[here]))
        alike = np.exp(-np.square(guide[here][unsure] - guide[there][unsure]).sum(axis=-1))
        low, high = at_edge[here][unsure], limit[here][unsure]
        joined[unsure] = step[unsure] < low + (high - low) * alike
        neighbours[here] += joined
        neighbours[there] += joined
        starts.append(index[here][joined])
        ends.append(index[there][joined])
    start, end = np.concatenate(starts), np.concatenate(ends)
    solid = (neighbours >= config.solid).ravel()
    keep = solid[start] & solid[end]
    graph = coo_array((np.ones(keep.sum(), dtype=np.int8), (start[keep], end[keep])), shape=(z.size, z.size))
    labels = connected_components(graph, directed=False)[1]
    labels = np.where(solid, labels + 1, 0)
    present = np.flatnonzero(np.bincount(labels))
    renumber = np.zeros(z.size + 1, dtype=np.int32)
    renumber[present] = np.arange(len(present)) + (present[0] > 0)
    return renumber[labels].reshape(z.shape)


def _steps(z: NDArray, spacings: float | NDArray, focal: float, config: ObjectConfig) -> NDArray:
    """So many lattice `spacings` at depth `z` (m), and the noise there: what depth may differ by on one surface."""
    return spacings * z / focal + config.step_noise * np.square(z)


def _nearest_side(labels: NDArray, smear: NDArray, z: NDArray, focal: float, config: ObjectConfig) -> NDArray:
    """`labels` with each reading of a `smear` (both h x w) given to the thing beside it that it is nearest to in depth,
    if that is a step away at most."""
    rows, columns = np.nonzero(smear)
    here, reach = z[rows, columns], max(config.smear.reaches)
    nearest = _steps(here, config.step, focal, config)
    found = np.zeros(len(rows), dtype=labels.dtype)
    wide, depth = np.pad(labels, reach), np.pad(z, reach)
    for dy, dx in np.ndindex(2 * reach + 1, 2 * reach + 1):
        label, apart = wide[rows + dy, columns + dx], np.abs(depth[rows + dy, columns + dx] - here)
        nearer = (label > 0) & (apart < nearest)
        nearest[nearer], found[nearer] = apart[nearer], label[nearer]
    given = labels.copy()
    given[rows, columns] = found
    return given


def _merge_pieces(
    lattice: NDArray,
    labels: NDArray,
    kept: list[int],
    level: NDArray,
    areas: NDArray,
    plane: NDArray,
    config: ObjectConfig,
) -> dict[int, int]:
    """Which piece each piece belongs to: two things on a table share no footprint, two parts of one thing do.

    But in a box other things may stand: what is `level` with the plane, and the `areas` (m2) seen, show one (h x w).
    """
    axes, windows = _axes(plane), ndimage.find_objects(labels)
    points = {k: lattice[labels == k] for k in kept}
    tops = {k: float(np.percentile(height_above_plane(points[k], plane), 97)) for k in kept}
    group = {k: k for k in kept}
    for position, large in enumerate(kept[: config.compared]):
        tree = cKDTree(points[large][:: max(1, len(points[large]) // 2000)])
        hull = _hull(points[large][:: max(1, len(points[large]) // 2000)] @ axes.T)
        window = windows[large - 1]
        if _is_box(labels[window] == large, level[window], areas[window], config):
            hull = None
        for small in kept[position + 1 :]:
            if group[small] != small:
                continue
            ours = points[small][:: max(1, len(points[small]) // 500)]
            gap = float(tree.query(ours)[0].min())
            inside = _inside(hull, ours @ axes.T).mean()
            is_fragment = gap < config.reach and len(points[small]) < config.fragment * len(points[large])
            joined = inside > config.shared_footprint or is_fragment
            heights = tops[large], tops[small]
            if joined or _is_rim(points[large], points[small], heights, gap, plane, config):
                group[small] = group[large]
    return group


def _is_box(piece: NDArray, level: NDArray, areas: NDArray, config: ObjectConfig) -> bool:
    """Whether a `piece` goes round so much of what is `level` with the plane (h x w bool; `areas` h x w, m2) that other
    things may stand in it."""
    if areas[level].sum() <= config.floor:
        return False
    closed = ndimage.binary_dilation(np.pad(piece, 1), np.ones((3, 3), dtype=bool))
    within = (ndimage.binary_fill_holes(closed) & ~closed)[1:-1, 1:-1]
    return bool(areas[level & within].sum() > config.floor)


def _is_rim(
    one: NDArray, other: NDArray, heights: tuple[float, float], gap: float, plane: NDArray, config: ObjectConfig
) -> bool:
    """Whether two pieces (N x 3 points, their tops' `heights` above the plane, `gap` between them, m) are the far
    inside and the near outside of one hollow thing."""
    level = abs(heights[0] - heights[1]) < config.rim_level
    touching = gap < config.rim_touch and min(heights) > config.rim_lower * max(heights)
    if gap >= config.rim_gap or not (level or touching):
        return False
    middles, widths = _across(one, other, plane)
    in_line = abs(middles[0] - middles[1]) < config.rim_centre * max(widths)
    as_wide = min(widths) > config.rim_width * max(widths)
    return bool(in_line and (level or as_wide) and _is_hollow(max(one, other, key=lambda p: p[:, 2].mean()), plane))


def _across(one: NDArray, other: NDArray, plane: NDArray) -> tuple[NDArray, NDArray]:
    """(middles, widths) of two pieces across the line of sight and level with the plane, in one unit. How the camera is
    rolled does not matter."""
    sight = one.mean(axis=0) + other.mean(axis=0)
    level = np.cross(sight, plane[:3])
    if np.linalg.norm(level) < 0.1 * np.linalg.norm(sight):  # seen from straight above, nothing is in front
        level = np.array([1.0, 0.0, 0.0])
    spans = np.array([np.percentile((part @ level) / (part @ sight), [2, 98]) for part in (one, other)])
    return spans.mean(axis=1), np.ptp(spans, axis=1)


def _axes(plane: NDArray) -> NDArray:
    """Two unit vectors (2 x 3) along the plane, at right angles."""
    return np.linalg.svd(plane[None, :3])[2][1:]


def _is_hollow(points: NDArray, plane: NDArray, inset: float = 0.006) -> bool:
    """Whether the lower readings lie within the ring of the upper ones: the inside of a bowl, not a thing's front."""
    height = height_above_plane(points, plane)
    top = float(np.percentile(height, 97))
    footprint = points @ _axes(plane).T
    hull = _hull(footprint[height > 0.6 * top])
    low = footprint[height < 0.5 * top]
    if hull is None or len(low) == 0:
        return False
    inside = (low @ hull[:, :2].T + hull[:, 2] < -inset).all(axis=1)
    return bool(inside.mean() > 0.5)


def _hull(footprint: NDArray) -> NDArray | None:
    try:
        return ConvexHull(footprint).equations
    except (QhullError, ValueError):
        return None


def _hull_mask(thing: NDArray) -> NDArray:
    """Pixels (h x w bool) in the convex hull of `thing`."""
    filled = thing.copy()
    rows, columns = np.nonzero(thing)
    hull = _hull(np.stack([columns, rows], axis=1).astype(float))
    box = np.mgrid[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    inside = _inside(hull, box.reshape(2, -1)[::-1].T).reshape(box.shape[1:])
    filled[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] |= inside
    return filled


def _inside(hull: NDArray | None, footprint: NDArray) -> NDArray:
    if hull is None:
        return np.zeros(len(footprint), dtype=bool)
    return (footprint @ hull[:, :2].T + hull[:, 2] < 0).all(axis=1)


def fill_continuous_holes(
    thing: NDArray, z: NDArray, height: NDArray, focal: float, config: ObjectConfig = ObjectConfig()
) -> NDArray:
    """Fill the holes of `thing` (h x w bool) in which its surface goes on: a plate's or bowl's bottom lies too near
    the table to be above it.

    Through a handle's loop one sees something farther off, or the table under flat scissors: `height` above the plane
    (h x w, m) falls by more than half. At the bottom of a bowl noise makes it fall as well, but there the thing is low
    beside the hole and rises away from it. A bowl's near rim hides a part of its bottom, so depth steps at that side.
    """
    read = thing & (z > 0)
    if not read.any():
        return thing
    bridge = max(config.bridge, round(config.bridge_m * focal / float(np.median(z[read]))))
    within = ndimage.binary_dilation(_hull_mask(thing), iterations=bridge)
    missing = ndimage.binary_opening(z == 0, np.ones((2, 2), dtype=bool))  # single ones are no outline
    closed = ndimage.binary_closing(thing | (within & missing), iterations=bridge // 2) | thing
    holes, count = ndimage.label(ndimage.binary_fill_holes(closed) & ~closed)
    distance, (rows, columns) = ndimage.distance_transform_edt(~read, return_indices=True)
    beside = height[rows, columns]
    limit = _steps(z, distance * config.step, focal, config)
    goes_on = np.abs(z - z[rows, columns]) < limit
    edge = (holes > 0) & (distance <= 3) & (z > 0)
    foot = config.foot * float(np.percentile(height[read], 97))
    filled = np.zeros(count + 1, dtype=bool)
    for hole in range(1, count + 1):
        here = edge & (holes == hole)
        on = here & goes_on
        if on.sum() > config.open_edge * here.sum():
            level = (height[on] >= 0.5 * beside[on]).mean() > 0.7
            filled[hole] = level or np.median(beside[on]) < foot
    return thing | filled[holes]


def cut_share(thing: NDArray, z: NDArray, height: NDArray, limit: NDArray, reach: int = 8, step: float = 0.04) -> float:
    """Share of the readings around `thing` that go on from it but lie below the plane.

    0 for what stands on a plane, much for what a plane merely cuts through. All h x w; `limit` is its tolerance.
    """
    rows, columns = np.nonzero(thing)
    low, high = np.maximum([rows.min() - reach, columns.min() - reach], 0), [rows.max() + reach, columns.max() + reach]
    part = (slice(low[0], high[0]), slice(low[1], high[1]))
    thing, z, height, limit = thing[part], z[part], height[part], limit[part]
    if not thing.any():
        return 0.0
    distance, (rows, columns) = ndimage.distance_transform_edt(~thing, return_indices=True)
    goes_on = (distance > 2) & (distance <= reach) & (z > 0) & (np.abs(z - z[rows, columns]) < step)
    return float((height < -limit)[goes_on].mean()) if goes_on.any() else 0.0


def extent(points: NDArray) -> float:
    """Longest side (m) of the box around `points` (N x 3), their outermost hundredth left out."""
    low, high = np.percentile(points, [1, 99], axis=0)
    return float((high - low).max())


def distance_to(labels: NDArray, count: int, point: tuple[float, float]) -> NDArray:
    """Distance (lattice pixels) from `point` (x, y) to the nearest pixel of each of the `count` labels."""
    y, x = np.indices(labels.shape)
    far = np.hypot(x - point[0], y - point[1])
    return np.atleast_1d(ndimage.minimum(far, labels, np.arange(1, count + 1)))
