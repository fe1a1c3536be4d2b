"""Where the tool is in a picture, without learned weights.

With depth: the planes of the scene are found, heights above them are averaged and holes filled along colour edges
(see `relief`), what stands on each plane is put into things, and the thing nearest the seed (a point, a box, or the
picture's centre) is taken; its outline is then settled pixel by pixel from height
above the plane and colour together, since depth cameras blur the contact with the table and see nothing on dark or
shiny surfaces. From colour alone a box or a point is needed, and the answer is a rough one: the pixels whose colour
differs from what lies outside the box. The same is done where depth shows nothing in a given box or near a given point
(a sheet of metal is lower than what a depth camera can tell from the table).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.errors import DfcError, bad_input
from dfc_core.frames.colour import Box, Point, segment_by_colour
from dfc_core.frames.doubts import (
    DoubtConfig,
    choice_doubt,
    corners_doubt,
    doubts,
    hole_at,
    hole_doubt,
    like_things,
    parts_doubt,
    refuse_wrong_camera,
    refuse_wrong_unit,
    seed_doubt,
)
from dfc_core.frames.frame import Frame
from dfc_core.frames.furniture import FurnitureConfig, is_furniture, is_longer, is_table, table_refusal
from dfc_core.frames.guide import colour_guide, edges
from dfc_core.frames.objects import (
    ObjectConfig,
    cut_share,
    distance_to,
    extent,
    fill_continuous_holes,
    find_objects,
    margin,
    plane_noise,
)
from dfc_core.frames.outline import OutlineConfig, Thing, settle_outline
from dfc_core.frames.plane import PlaneConfig, fit_planes, height_above_plane, point_lattice, refit_plane, tolerance
from dfc_core.frames.relief import ReliefConfig, raise_from_plane, relief, share_read


@dataclass(frozen=True)
class SegmentConfig:
    """Choice of the thing, its outline and what is doubted; lengths in metres."""

    plane: PlaneConfig = field(default_factory=PlaneConfig)
    objects: ObjectConfig = field(default_factory=ObjectConfig)
    relief: ReliefConfig = field(default_factory=ReliefConfig)
    outline: OutlineConfig = field(default_factory=OutlineConfig)
    furniture: FurnitureConfig = field(default_factory=FurnitureConfig)
    doubts: DoubtConfig = field(default_factory=DoubtConfig)
    stride: int = 2  # px between the lattice's points, or more where there would be more columns than
    columns: int = 427
    table_area: float = 0.03  # m2; smaller surfaces are rather faces of things
    cut_cost: float = 0.5
    reach: float = 0.03  # of the diagonal; a thing farther from a given point is not what is there
    nearness: float = 20.0  # cost of the distance (as a share of the diagonal) from a given point; 1 from the middle
    unclear_box: float = 0.2
    loose_box: float = 0.4  # overlap of a thing with a box drawn roughly around it at most,
    tight_box: float = 0.6  # and with one drawn well at least
    read: float = 0.1  # of a thing's pixels have a reading at least; the others are filled


@dataclass(frozen=True)
class Segmentation:
    """`mask` H x W bool, True = the tool; `plane` (4: unit normal towards the camera, offset; camera frame, m) that
    it stands on, or None when depth or a plane is lacking; `warnings`: sentences on what is odd, see `doubts`."""

    mask: NDArray
    plane: NDArray | None
    warnings: tuple[str, ...] = ()


def segment(
    frame: Frame, *, point: Point | None = None, box: Box | None = None, config: SegmentConfig = SegmentConfig()
) -> Segmentation:
    """Find the tool in `frame`: at `point` (x, y), in `box` (x, y, width, height; pixels), or nearest the centre.

    A frame that has a mask keeps it. `DfcError`: BAD_INPUT for a point or box outside the picture, NO_DEPTH when
    there is neither depth nor mask, box or point, EMPTY_MASK when nothing is found or the given mask is empty,
    BAD_IMAGE when depth is in a wrong unit or K of another resolution.
    """
    _check_seed(frame, point, box)
    config = replace(config, stride=max(config.stride, round(frame.size[0] / config.columns)))
    depth_m = _usable_depth(frame)
    if depth_m is not None:
        refuse_wrong_camera(frame, config.doubts)
        refuse_wrong_unit(depth_m, frame.name, config.doubts)
    found = _find(frame, depth_m, point, box, config)
    if depth_m is not None:
        refuse_wrong_unit(depth_m[found.mask], f"the tool in {frame.name}", config.doubts)
    return replace(found, warnings=found.warnings + doubts(frame, found.mask, config.doubts))


def _find(
    frame: Frame, depth_m: NDArray | None, point: Point | None, box: Box | None, config: SegmentConfig
) -> Segmentation:
    if frame.mask is not None:
        if not frame.mask.any():
            raise DfcError("EMPTY_MASK", f"the mask of {frame.name} has no pixel; give one, or leave it out")
        odd = (parts_doubt(frame.mask), seed_doubt(frame.mask, point, box))
        plane = _plane_under(frame, frame.mask, depth_m, config)
        return Segmentation(frame.mask, plane, tuple(sentence for sentence in odd if sentence))
    if depth_m is None:
        if point is None and box is None:
            raise DfcError(
                "NO_DEPTH",
                f"{frame.name} has no {_lacking(frame)}, and from colour alone a mask, a box or a point is required",
            )
        return Segmentation(segment_by_colour(frame.rgb, point, box, config.stride), None)
    return _segment_by_depth(frame, depth_m, point, box, config)


def _check_seed(frame: Frame, point: Point | None, box: Box | None) -> None:
    width, height = frame.size
    if point is not None and not (0 <= point[0] < width and 0 <= point[1] < height):
        raise bad_input(f"point {point[0]:g},{point[1]:g} is outside the {width}x{height} picture")
    if box is None:
        return
    x, y, w, h = box
    if not (w > 0 and h > 0 and x < width and y < height and x + w > 0 and y + h > 0):
        raise bad_input(f"box {x:g},{y:g},{w:g},{h:g} (x,y,w,h) has no pixel in the {width}x{height} picture")


def _usable_depth(frame: Frame) -> NDArray | None:
    """Depth that can be turned into points: there, not all invalid, and with a camera matrix."""
    if frame.depth_m is None or frame.K is None or not frame.depth_m.any():
        return None
    return frame.depth_m


def _lacking(frame: Frame) -> str:
    if frame.depth_m is None:
        return "depth"
    return "camera matrix" if frame.K is None else "valid depth reading"


# --- with depth -------------------------------------------------------------------------------------------------


def _segment_by_depth(
    frame: Frame, depth_m: NDArray, point: Point | None, box: Box | None, config: SegmentConfig
) -> Segmentation:
    assert frame.K is not None
    lattice = point_lattice(depth_m, frame.K, config.stride)
    usable = lattice[..., 2] > 0
    things = _things_on_planes(frame, lattice, usable, point, box, config)
    x, y = np.clip(_seed_point(frame, point, box, 1), 0, np.array(frame.size) - 1)
    hole = hole_at(depth_m, (x, y), config.doubts)
    if point is not None and box is None:  # what stands elsewhere is not what the point is on
        things = [thing for thing in things if thing.away < config.reach]
    if not things and (point is not None or box is not None):
        return _too_flat(frame, lattice, point, box, config)
    unseen = hole_doubt(hole, (x, y)) if hole else ""
    if not things:
        said = f"; {unseen}" if unseen else ""
        raise DfcError("EMPTY_MASK", f"nothing stands on a table or floor in {frame.name}; give a mask or a box{said}")
    chosen = min(range(len(things)), key=lambda k: things[k].cost)
    thing = things[chosen]
    plane, focal = thing.plane, float(frame.K[0, 0]) / config.stride
    if box is None and is_furniture(thing.mask, plane, lattice, focal, config.plane, config.furniture):
        raise table_refusal(frame.name, thing.mask, config.stride)
    if plane is not None:
        height = height_above_plane(lattice, plane)
        whole = fill_continuous_holes(thing.mask, lattice[..., 2], height, focal, config.objects)
        plane = _local_plane(plane, whole & usable, lattice, usable, config)
        thing = replace(thing, mask=whole, plane=plane)
    mask = settle_outline(frame, depth_m, thing, box, config.stride, config.objects, config.outline)
    if not mask.any():
        raise DfcError("EMPTY_MASK", f"nothing was left of the thing at the seed in {frame.name}; give a mask or a box")
    on_seed = mask[round(y), round(x)]
    odd = (
        "" if on_seed else unseen,
        "" if on_seed and point else _choice(frame, chosen, things, lattice, box, config),
        _corners(box, thing, things, config),
    )
    return Segmentation(mask, plane, tuple(sentence for sentence in odd if sentence))


def _too_flat(
    frame: Frame, lattice: NDArray, point: Point | None, box: Box | None, config: SegmentConfig
) -> Segmentation:
    """What lies at the seed, too flat or too dark for depth: colour must do. EMPTY_MASK where that is the table's."""
    mask = segment_by_colour(frame.rgb, point, box, config.stride)
    planes = fit_planes(lattice, lattice[..., 2] > 0, config.plane)
    found = mask[:: config.stride, :: config.stride]
    long = box is None and is_longer(found, lattice, config.furniture)
    if long or is_table(found, lattice, planes, config.plane, config.furniture):
        raise table_refusal(frame.name, found, config.stride)
    return Segmentation(mask, planes[0] if planes else None)


def _choice(
    frame: Frame, chosen: int, things: list[Thing], lattice: NDArray, box: Box | None, config: SegmentConfig
) -> str:
    """A sentence when other things could as well have been meant, else ""."""
    masks, costs = [one.mask & (lattice[..., 2] > 0) for one in things], [one.cost for one in things]
    rgb = frame.rgb[:: config.stride, :: config.stride]
    like = like_things(chosen, masks, costs, lattice, rgb, config.doubts)
    if box is not None:  # it says which one, unless that one is hardly in it
        like = [k for k in like if costs[k] - costs[chosen] < config.unclear_box]
    if not like:
        return ""
    centres = [config.stride * np.median(np.argwhere(masks[k]), axis=0)[::-1] for k in (chosen, *like)]
    return choice_doubt(
        [(x, y) for x, y in centres],
        "which fits the box best" if box else "nearest to the point or the picture's centre",
    )


def _corners(box: Box | None, thing: Thing, things: list[Thing], config: SegmentConfig) -> str:
    """A sentence when something else fits a box much better whose two corners the four numbers are, else ""."""
    if box is None:
        return ""
    x, y, right, bottom = box
    if right <= x or bottom <= y or _overlap(thing.mask, box, config.stride) > config.loose_box:
        return ""
    between = (x, y, right - x, bottom - y)
    fits = max(_overlap(one.mask, between, config.stride) for one in things) > config.tight_box
    return corners_doubt(box) if fits else ""


def _things_on_planes(
    frame: Frame, lattice: NDArray, usable: NDArray, point: Point | None, box: Box | None, config: SegmentConfig
) -> list[Thing]:
    """Every thing on every plane, with its cost. What mostly consists of a larger plane's readings is no thing."""
    assert frame.K is not None
    z = lattice[..., 2]
    focal = float(frame.K[0, 0]) / config.stride
    limit = tolerance(z, config.plane)
    planes = fit_planes(lattice, usable, config.plane)
    guide = colour_guide(frame.rgb[:: config.stride, :: config.stride])
    alike = edges(guide)
    share = share_read(usable, alike, config.relief)
    rays = point_lattice(np.ones(frame.rgb.shape[:2]), frame.K, config.stride)
    larger = np.zeros(usable.shape, dtype=bool)
    things: list[Thing] = []
    surfaces = [_surface(lattice, usable, plane, limit, focal) for plane in planes]
    for surface, plane in sorted(zip(surfaces, planes, strict=True), key=lambda pair: -pair[0]):
        if things and surface < config.table_area / 2:
            continue
        readings = height_above_plane(lattice, plane)
        noise = plane_noise(z, usable, readings, limit)
        height, known = relief(readings, usable, noise * np.square(z), alike, share, config.relief)
        shape = raise_from_plane(rays, plane, height, known)
        above = known & _is_above(shape[..., 2], height, known, config)
        labels, count = find_objects(shape, above, guide, plane, focal, config.objects)
        rated = _rated(frame, shape, labels, count, height, larger, (plane, noise), (point, box), config)
        small = 0.15 * np.exp(-surface / config.table_area)
        for thing in rated:
            if (thing.mask & usable).sum() < config.read * thing.mask.sum():
                continue
            if point is not None and box is None:
                thing = _with_bottom(thing, point, z, readings, focal, config)
            cut = cut_share(thing.mask, z, readings, limit)
            things.append(replace(thing, cost=thing.cost + small + config.cut_cost * cut))
        larger |= known & (np.abs(height) < tolerance(shape[..., 2], config.plane))
    if things or planes:
        return things
    labels, count = find_objects(lattice, usable, guide, None, focal, config.objects)
    flat = np.zeros_like(z)
    return _rated(frame, lattice, labels, count, flat, larger, (None, 0.0), (point, box), config)


def _is_above(z: NDArray, height: NDArray, known: NDArray, config: SegmentConfig) -> NDArray:
    """Which averaged heights (all h x w) are above their plane; averaging has made the noise less."""
    noise = plane_noise(z, known, height, tolerance(z, config.plane))
    lowest = margin(z, noise, config.objects.lowest_mean, config.objects)
    return (height > lowest) & (height < config.objects.highest)


def _surface(lattice: NDArray, usable: NDArray, plane: NDArray, limit: NDArray, focal: float) -> float:
    """Visible area (m2) of a plane."""
    near = lattice[usable & (np.abs(height_above_plane(lattice, plane)) < limit)]
    steepness = np.abs(near @ plane[:3]) / np.maximum(np.linalg.norm(near, axis=1), 1e-9)
    return float((np.square(near[:, 2]) / np.maximum(steepness, 0.15)).sum() / focal**2)


def _rated(
    frame: Frame,
    lattice: NDArray,
    labels: NDArray,
    count: int,
    height: NDArray,
    larger: NDArray,
    support: tuple[NDArray | None, float],
    seed: tuple[Point | None, Box | None],
    config: SegmentConfig,
) -> list[Thing]:
    """Candidates with their costs: far from the seed, furniture-sized, tiny, or not standing on the plane."""
    if count == 0:
        return []
    plane, noise = support
    point, box = seed
    size = np.hypot(*labels.shape)
    away = distance_to(labels, count, _seed_point(frame, point, box, config.stride)) / size
    focal = float(frame.K[0, 0]) / config.stride if frame.K is not None else 1.0
    things = []
    for label in range(1, count + 1):
        mask = labels == label
        if (mask & larger).sum() > 0.5 * mask.sum():
            continue
        points = lattice[mask]
        length = extent(points)
        area = float(np.square(points[:, 2]).sum() / focal**2)
        cost = (
            1 - _overlap(mask, box, config.stride)
            if box is not None
            else float(away[label - 1]) * (1.0 if point is None else config.nearness)
        )
        cost += 0.3 * (length > config.furniture.tool_size) + 0.02 * length + 0.1 * np.exp(-area / 5e-4)
        cost += 0.3 * (np.percentile(height[mask], 5) > config.furniture.standing)
        things.append(Thing(mask, (labels > 0) & ~mask, plane, noise, cost, float(away[label - 1])))
    return things


def _with_bottom(thing: Thing, point: Point, z: NDArray, height: NDArray, focal: float, config: SegmentConfig) -> Thing:
    """`thing`, not away from a `point` that is on its bottom: that of a bowl is too near the table to be above it.

    `z` and `height` above its plane (h x w, m) as read.
    """
    x, y = (int(value / config.stride) for value in point)
    rows, columns = np.nonzero(thing.mask)
    if thing.mask[y, x] or not (rows.min() < y < rows.max() and columns.min() < x < columns.max()):
        return thing
    if not fill_continuous_holes(thing.mask, z, height, focal, config.objects)[y, x]:
        return thing
    return replace(thing, away=0.0, cost=thing.cost - config.nearness * thing.away)


def _seed_point(frame: Frame, point: Point | None, box: Box | None, stride: int) -> Point:
    if point is None and box is not None:
        point = (box[0] + box[2] / 2, box[1] + box[3] / 2)
    x, y = point if point is not None else ((frame.size[0] - 1) / 2, (frame.size[1] - 1) / 2)
    return x / stride, y / stride


def _overlap(mask: NDArray, box: Box, stride: int) -> float:
    """Intersection over union of a thing's bounding box and `box`."""
    rows, columns = np.nonzero(mask)
    x, y, w, h = (value / stride for value in box)
    low = np.array([columns.min(), rows.min()])
    high = np.array([columns.max() + 1, rows.max() + 1])
    common = np.prod(np.clip(np.minimum(high, [x + w, y + h]) - np.maximum(low, [x, y]), 0, None))
    return float(common / (np.prod(high - low) + w * h - common))


def _local_plane(plane: NDArray, thing: NDArray, lattice: NDArray, usable: NDArray, config: SegmentConfig) -> NDArray:
    """The plane fitted again near the thing: depth cameras bend large tables by millimetres."""
    centre = np.median(lattice[thing], axis=0)
    reach = max(0.15, 1.2 * extent(lattice[thing]))
    near = usable & ~thing & (np.linalg.norm(lattice - centre, axis=-1) < reach)
    close = near & (np.abs(height_above_plane(lattice, plane)) < tolerance(lattice[..., 2], config.plane))
    if close.sum() < 200:
        return plane
    refitted = refit_plane(plane, lattice[near], config.plane)
    tilt = 0.0 if refitted is None else float(refitted[:3] @ plane[:3])
    return refitted if refitted is not None and tilt > 0.99 else plane


def _plane_under(frame: Frame, mask: NDArray, depth_m: NDArray | None, config: SegmentConfig) -> NDArray | None:
    """The plane a given mask stands on: of those with the masked readings above them, the nearest below."""
    if depth_m is None or frame.K is None:
        return None
    lattice = point_lattice(depth_m, frame.K, config.stride)
    usable = lattice[..., 2] > 0
    thing = mask[:: config.stride, :: config.stride] & usable
    around = usable & ~ndimage.binary_dilation(mask[:: config.stride, :: config.stride], iterations=2)
    planes = fit_planes(lattice, around, config.plane)
    if not planes or not thing.any():
        return planes[0] if planes else None
    foot = [float(np.percentile(height_above_plane(lattice[thing], plane), 10)) for plane in planes]
    below = [k for k, height in enumerate(foot) if height > -0.01]
    if not below:
        return planes[0]
    return _local_plane(planes[min(below, key=lambda k: foot[k])], thing, lattice, around, config)
