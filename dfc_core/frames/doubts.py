"""What about a picture cannot be right and is refused, and what is odd enough to be said beside the answer.

A refusal is for what would put every point in a wrong place: depth in another unit, a camera matrix of another
resolution. Anything that a legitimate picture may also show (a small tool near the camera, a cropped camera, a
tool at the border) is answered, with a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.errors import DfcError
from dfc_core.frames.frame import Frame
from dfc_core.frames.objects import extent
from dfc_core.geometry import unproject

SIDES = ("left", "top", "right", "bottom")


@dataclass(frozen=True)
class DoubtConfig:
    """Limits of what is believed. Lengths in metres, places and areas as shares of the picture's.

    No depth camera reads below `nearest` or, within reach of an arm, beyond `farthest`: readings outside are off by
    a unit. The principal point of a camera lies near the middle; a crop may move it, even out of the picture. Off
    the middle by the same share in x and y is what another resolution's camera matrix looks like: doubted from
    `off_middle` on, refused within `edge` of the border and beyond, when the shares' ratio is below `aspect` (as of
    4:3 and 16:9). No lens draws straight what it sees farther from its axis than the tangent `widest`.
    """

    nearest: float = 0.02
    farthest: float = 50.0
    near: float = 0.1  # nearer tools than that are what depth cameras hardly ever read
    smallest_tool: float = 0.005
    largest_tool: float = 3.0
    edge: float = 0.05
    aspect: float = 1.5
    widest: float = 3.0
    off_middle: float = 0.16
    same_share: float = 0.1
    blind: float = 0.25  # of the tool's pixels with depth; fewer, and it is hardly seen ...
    seen_around: float = 0.6  # ... where so many of what surrounds it have depth
    hole: float = 0.01
    like_size: float = 1.25
    like_area: float = 1.6
    like_colour: float = 30.0
    tie: float = 0.03


def refuse_wrong_unit(depth_m: NDArray, what: str, config: DoubtConfig = DoubtConfig()) -> None:
    """BAD_IMAGE when nearly all readings (any shape, m, 0 = none) are nearer or farther than any camera on a robot
    reads, as with a unit mistaken by 1000. No reading is no doubt."""
    readings = depth_m[depth_m > 0]
    if readings.size == 0:
        return
    readings = readings[:: max(1, readings.size // 20_000)]
    near, far = (float(value) for value in np.percentile(readings, [5, 95]))
    allowed = f"{config.nearest:g} to {config.farthest:g} m are believed"
    if near > config.farthest:
        mistake = "depth looks like millimetres given as metres"
        raise DfcError("BAD_IMAGE", f"{mistake}: 95 % of the readings of {what} are beyond {near:.4g} m; {allowed}")
    if far < config.nearest:
        mistake = "depth looks like metres given as millimetres"
        raise DfcError("BAD_IMAGE", f"{mistake}: 95 % of the readings of {what} are below {far:.2g} m; {allowed}")


def refuse_wrong_camera(frame: Frame, config: DoubtConfig = DoubtConfig()) -> None:
    """BAD_IMAGE when the principal point is outside the picture or at its border as that of another resolution is, or
    so far outside that no camera sees so far to the side; nothing without a camera matrix."""
    if frame.K is None or not _at_border(frame, config):
        return
    share = _principal_share(frame)
    rescaled = share.min() > 0 and share.max() < config.aspect * share.min()
    corners = np.array([[-0.5, -0.5], np.array(frame.size) - 0.5])
    aside = np.abs((corners - frame.K[:2, 2]) / frame.K[[0, 1], [0, 1]]).max()
    if rescaled or aside > config.widest:
        raise DfcError("BAD_IMAGE", f"{_principal_point(frame)}: is K that of another resolution?")


def refuse_blank(frame: Frame) -> None:
    """BAD_IMAGE for a colour picture of one colour only, which shows nothing (a covered lens, an empty buffer)."""
    first = frame.rgb[0, 0]
    if (frame.rgb == first).all():
        colour = ", ".join(str(int(value)) for value in first)
        raise DfcError("BAD_IMAGE", f"every pixel of {frame.name} has the colour ({colour}): nothing can be seen on it")


def doubts(frame: Frame, mask: NDArray, config: DoubtConfig = DoubtConfig()) -> tuple[str, ...]:
    """Sentences on what is odd about the tool at `mask` (H x W bool, not empty); none when nothing is."""
    found = [_cut(mask)]
    if frame.depth_m is not None and frame.K is not None:
        found += [_camera(frame, config), _size(frame, mask, config), blindness(frame, mask, config)]
    return tuple(sentence for sentence in found if sentence)


def blindness(frame: Frame, mask: NDArray, config: DoubtConfig = DoubtConfig()) -> str:
    """A sentence when depth is missing on the tool at `mask` (H x W bool) but there around it, else ""."""
    if frame.depth_m is None or not mask.any():
        return ""
    on_tool = float((frame.depth_m[mask] > 0).mean())
    if on_tool >= config.blind:
        return ""
    reach = max(4, int(0.15 * np.sqrt(mask.sum())))
    beside = ndimage.distance_transform_edt(~mask)
    around = frame.depth_m[(beside > 2) & (beside <= reach)]
    if around.size == 0 or (around > 0).mean() < config.seen_around:
        return ""
    return (
        f"depth covers {100 * on_tool:.0f} % of the tool but {100 * (around > 0).mean():.0f} % of what surrounds it "
        f"({float(np.median(around[around > 0])):.2f} m away): {_CAUSES}"
    )


_CAUSES = "it is transparent, black or shiny, or nearer than the camera can measure"


def hole_at(depth_m: NDArray, pixel: tuple[float, float], config: DoubtConfig = DoubtConfig()) -> float:
    """Share of the picture that the hole in depth (H x W, 0 = none) around `pixel` (x, y) takes; 0 where there is none.

    Slits and specks are none, nor is what touches two sides of the picture: that is the far background.
    """
    x, y = round(pixel[0]), round(pixel[1])
    if depth_m[y, x] > 0:
        return 0.0
    empty = ndimage.binary_opening(depth_m[y % 2 :: 2, x % 2 :: 2] == 0, np.ones((3, 3), dtype=bool))
    holes, _ = ndimage.label(empty)
    label = holes[y // 2, x // 2]
    if label == 0:
        return 0.0
    hole = holes == label
    touched = sum(bool(side.any()) for side in (hole[:, 0], hole[0], hole[:, -1], hole[-1]))
    share = float(hole.mean())
    return share if touched < 2 and share >= config.hole else 0.0


def hole_doubt(share: float, pixel: tuple[float, float]) -> str:
    """The sentence on a hole found by `hole_at`."""
    return (
        f"depth has a hole at {pixel[0]:.0f},{pixel[1]:.0f} ({100 * share:.0f} % of the picture); "
        f"if the tool is there, {_CAUSES}"
    )


def like_things(
    chosen: int, masks: Sequence[NDArray], costs: Sequence[float], lattice: NDArray, rgb: NDArray, config: DoubtConfig
) -> list[int]:
    """Indices of the things that could as well have been meant as `chosen`: like it in size and colour, or as near.

    `masks` (h x w bool each) on `lattice` (h x w x 3, m) with colours `rgb` (h x w x 3); `costs` as rated.
    """
    size, area, colour = _look(masks[chosen], lattice, rgb)
    taken, like = [masks[chosen]], []
    for index in np.argsort(costs):
        mask = masks[index]
        if any((mask & other).sum() > 0.2 * min(mask.sum(), other.sum()) for other in taken):
            continue  # the same thing, found on another plane
        taken.append(mask)
        its_size, its_area, its_colour = _look(mask, lattice, rgb)
        alike = _ratio(size, its_size) < config.like_size and _ratio(area, its_area) < config.like_area
        alike = alike and bool((np.abs(colour - its_colour) < config.like_colour).all())
        if alike or costs[index] - costs[chosen] < config.tie:
            like.append(int(index))
    return like


def choice_doubt(places: Sequence[tuple[float, float]], by: str) -> str:
    """The sentence on which of several like things, at `places` (x, y; the one taken first), was taken and why."""
    first, *others = (f"{x:.0f},{y:.0f}" for x, y in places)
    return (
        f"{len(places)} like things are in view: taken was the one at {first}, {by}, not {' or '.join(others)}; "
        "a point, box or mask on another chooses that"
    )


def corners_doubt(box: tuple[float, float, float, float]) -> str:
    """The sentence on a `box` that seems to be given by its corners."""
    x, y, w, h = box
    return (
        f"the box {x:g},{y:g},{w:g},{h:g} is read as x, y, width, height, and hardly fits what is in it; "
        "something fits well if the last two numbers are its other corner"
    )


def seed_doubt(mask: NDArray, point: tuple[float, float] | None, box: tuple[float, float, float, float] | None) -> str:
    """A sentence when a given mask (H x W bool) does not lie at the `point` (x, y) or in the `box` of the picture."""
    height, width = mask.shape
    if point is not None and not mask[min(round(point[1]), height - 1), min(round(point[0]), width - 1)]:
        return f"the mask was taken, on which the point {point[0]:g},{point[1]:g} is not"
    if box is not None:
        left, top = max(int(box[0]), 0), max(int(box[1]), 0)
        if not mask[top : math.ceil(box[1] + box[3]), left : math.ceil(box[0] + box[2])].any():
            return f"the mask was taken, of which nothing is in the box {box[0]:g},{box[1]:g},{box[2]:g},{box[3]:g}"
    return ""


def parts_doubt(mask: NDArray) -> str:
    """A sentence when a given mask (H x W bool) has two or more large separate parts, as one over two tools has."""
    parts, count = ndimage.label(mask, np.ones((3, 3), dtype=bool))
    if count < 2:
        return ""
    sizes = np.sort(np.bincount(parts.ravel())[1:])[::-1]
    large = int((sizes > 0.5 * sizes[0]).sum())
    return f"the mask has {large} separate parts of like size; they are taken as one tool" if large > 1 else ""


def _principal_share(frame: Frame) -> NDArray:
    """Principal point as a share (2) of width and height, from the picture's upper left corner."""
    assert frame.K is not None
    return (frame.K[:2, 2] + 0.5) / np.array(frame.size)


def _at_border(frame: Frame, config: DoubtConfig) -> bool:
    share = _principal_share(frame)
    return bool(share.min() < config.edge or share.max() > 1 - config.edge)


def _principal_point(frame: Frame) -> str:
    assert frame.K is not None
    x, y = frame.K[:2, 2]
    where = "is not near the middle of" if 0 <= x < frame.size[0] and 0 <= y < frame.size[1] else "is outside"
    return f"the camera's principal point {x:.0f},{y:.0f} {where} the {frame.size[0]}x{frame.size[1]} picture"


def _camera(frame: Frame, config: DoubtConfig) -> str:
    off = _principal_share(frame) - 0.5
    rescaled = off[0] * off[1] > 0 and abs(off[0] - off[1]) < config.same_share
    if not _at_border(frame, config) and (not rescaled or np.abs(off).min() < config.off_middle):
        return ""
    return f"{_principal_point(frame)}: unless it is a crop, K is that of another resolution"


def _size(frame: Frame, mask: NDArray, config: DoubtConfig) -> str:
    assert frame.depth_m is not None
    assert frame.K is not None
    rows, columns = np.nonzero(mask & (frame.depth_m > 0))
    if len(rows) < 20:
        return ""
    step = max(1, len(rows) // 5000)
    pixels = np.stack([columns, rows], axis=1)[::step]
    length = extent(unproject(pixels, frame.depth_m[rows, columns][::step], frame.K))
    away = float(np.median(frame.depth_m[rows, columns]))
    if away >= config.near and config.smallest_tool <= length <= config.largest_tool:
        return ""
    unlikely = f"the tool measures {length:.3g} m, {away:.3g} m from the camera"
    return f"{unlikely}: is the depth's unit right, and K that of this resolution?"


def _cut(mask: NDArray) -> str:
    """Which of the picture's sides the mask runs over, by at least 3 px and a tenth of its length."""
    rows, columns = np.nonzero(mask)
    least = max(3.0, 0.1 * float(max(np.ptp(rows), np.ptp(columns)) + 1))
    counts = (mask[:, 0].sum(), mask[0].sum(), mask[:, -1].sum(), mask[-1].sum())
    cut = [side for side, count in zip(SIDES, counts, strict=True) if count >= least]
    return f"the tool is cut by the picture's {' and '.join(cut)} border; what lies beyond is not seen" if cut else ""


def _look(mask: NDArray, lattice: NDArray, rgb: NDArray) -> tuple[float, float, NDArray]:
    """Longest side (m), visible area (in squared depths of the lattice) and median colour (3) of a thing."""
    points = lattice[mask]
    return extent(points), float(np.square(points[:, 2]).sum()), np.median(rgb[mask], axis=0)


def _ratio(a: float, b: float) -> float:
    return max(a, b) / max(min(a, b), 1e-9)
