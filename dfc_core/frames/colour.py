"""Which pixels look like the tool: colour histograms of it and of what surrounds it, smoothed along colour edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.errors import DfcError
from dfc_core.frames.guide import smooth_along_edges
from dfc_core.frames.objects import distance_to

Point = tuple[float, float]
Box = tuple[float, float, float, float]
BINS = 16  # of each channel
BLUR_BINS = 0.8
PRIOR_SAMPLES = 4.0
STRONGEST = 3.0  # log odds
SHADES = (0.85, 0.7, 0.55)  # the surroundings are also met in the tool's own shadow
SHADE_WEIGHT = 0.3


def colour_evidence(rgb: NDArray, tool: NDArray, surroundings: NDArray) -> NDArray:
    """Log odds (H x W) that a pixel's colour is the tool's, from examples of both (H x W bool); 0 = cannot tell.

    With no example of one of them, 0 everywhere.
    """
    if not tool.any() or not surroundings.any():
        return np.zeros(rgb.shape[:2])
    ours = _histogram(rgb[tool])
    around = rgb[surroundings]
    theirs = _histogram(around)
    for shade in SHADES:
        theirs = theirs + SHADE_WEIGHT * _histogram(around * shade)
    floor = PRIOR_SAMPLES / BINS**3
    evidence = np.log((ours + floor) / (theirs + floor))
    return np.clip(evidence, -STRONGEST, STRONGEST)[_bins(rgb)]


def _bins(rgb: NDArray) -> tuple[NDArray, ...]:
    index = (np.asarray(rgb, dtype=np.float32) * (BINS / 256)).astype(np.intp)
    return index[..., 0], index[..., 1], index[..., 2]


def _histogram(colours: NDArray) -> NDArray:
    """Blurred colour density (bins^3, sums to 1)."""
    r, g, b = _bins(colours)
    counts = np.bincount((r * BINS + g) * BINS + b, minlength=BINS**3).astype(np.float32)
    cube = (counts / len(colours)).reshape(BINS, BINS, BINS)
    return ndimage.gaussian_filter(cube, BLUR_BINS, mode="nearest")


def box_mask(shape: tuple[int, ...], box: Box, larger: float = 0.0) -> NDArray:
    """Pixels (H x W bool) in `box`, grown by a share of its size on each side."""
    x, y, w, h = box
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    in_x = (columns >= x - larger * w) & (columns < x + w + larger * w)
    return in_x & (rows >= y - larger * h) & (rows < y + h + larger * h)


def segment_by_colour(rgb: NDArray, point: Point | None, box: Box | None, stride: int = 2, rounds: int = 4) -> NDArray:
    """Rough mask (H x W bool) from colour, on every `stride`-th pixel: tool and surroundings learn from each other.

    GrabCut's idea without its graph. With a box, what lies around it is surroundings and its middle starts as tool;
    with a point, a disc around the point starts as tool and the picture's border as surroundings.
    """
    small = rgb[::stride, ::stride]
    height, width = small.shape[:2]
    shape = (height, width)
    if box is not None:
        box = (box[0] / stride, box[1] / stride, box[2] / stride, box[3] / stride)
        allowed = box_mask(shape, box)
        ring = box_mask(shape, box, 0.35) & ~box_mask(shape, box, 0.03)
        centre, radii = (box[0] + box[2] / 2, box[1] + box[3] / 2), (0.35 * box[2], 0.35 * box[3])
    else:
        assert point is not None
        allowed = np.ones(shape, dtype=bool)
        border = round(0.06 * min(shape)) + 1
        ring = ~ndimage.binary_erosion(allowed, iterations=border)
        centre, radii = (point[0] / stride, point[1] / stride), (0.04 * min(shape),) * 2
    if not ring.any():
        raise DfcError("EMPTY_MASK", "the box fills the picture, so nothing shows what is not the tool; give a mask")
    rows, columns = np.ogrid[:height, :width]
    start = np.square((columns - centre[0]) / radii[0]) + np.square((rows - centre[1]) / radii[1]) < 1
    start &= allowed
    tool, seed = start, centre if point is None else (point[0] / stride, point[1] / stride)
    bias = 0.0 if box is None else 0.5
    for _ in range(rounds):
        evidence = smooth_along_edges(colour_evidence(small, tool, ring) + bias, small)
        mask = (evidence + start > 0) & allowed
        tool = _component_at(ndimage.binary_closing(mask, iterations=2) & allowed, seed)
        if not tool.any() or np.median(evidence[tool]) <= 0:
            raise DfcError("EMPTY_MASK", "no colour at the seed differs from what surrounds it; give a mask")
    tool = ndimage.binary_fill_holes(tool)
    return np.kron(tool, np.ones((stride, stride), dtype=bool))[: rgb.shape[0], : rgb.shape[1]]


def _component_at(mask: NDArray, seed: Point) -> NDArray:
    """The component with the best ratio of area to distance from the seed; empty in, empty out."""
    parts, count = ndimage.label(mask)
    if count == 0:
        return mask
    area = np.atleast_1d(ndimage.sum(mask, parts, np.arange(1, count + 1)))
    near = distance_to(parts, count, seed)
    return parts == 1 + int(np.argmax(area / np.square(1 + near / 10)))
