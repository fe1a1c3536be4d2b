"""The outline of a thing found on a coarse lattice, settled pixel by pixel from height and colour together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.frames.colour import Box, box_mask, colour_evidence
from dfc_core.frames.frame import Frame
from dfc_core.frames.guide import smooth_along_edges
from dfc_core.frames.objects import ObjectConfig, margin
from dfc_core.frames.plane import height_above_plane, point_lattice, sampled


@dataclass(frozen=True)
class OutlineConfig:
    """How height and colour are weighed at the outline; evidences in log odds, `contact` in metres."""

    contact: float = 0.012  # around the foot, depth cameras mix object and table this far up and out
    sure: float = 4.0
    outline: float = 1.5
    thin: float = 2.5  # a part that is nothing but outline; less than colour may have against it
    missing: float = -0.7
    filled: float = 1.0  # no reading, but its neighbours of like colour are the thing's
    flat: float = -2.5
    contact_flat: float = -0.9
    alike: float = 1.5  # of so much like colour, holes, and bays this many times `contact` wide, are the thing's:
    bay: float = 3.0  # the bottom of a bowl is as low as the table, and its near rim is often not read
    largest_crop: int = 90_000


@dataclass(frozen=True)
class Thing:
    """One candidate on the lattice (h x w masks: its own readings, those of other things), the plane it stands on or
    None and that plane's noise (see `plane_noise`), how unlikely it is to be meant, and how far it is away from the
    seed (share of the picture's diagonal)."""

    mask: NDArray
    others: NDArray
    plane: NDArray | None
    noise: float
    cost: float
    away: float


def settle_outline(
    frame: Frame,
    depth_m: NDArray,
    thing: Thing,
    box: Box | None,
    lattice_stride: int,
    objects: ObjectConfig,
    config: OutlineConfig = OutlineConfig(),
) -> NDArray:
    """Mask (H x W bool): what height says, what colour says, averaged along colour edges around the thing.

    `thing` lies on every `lattice_stride`-th pixel of `frame`, which has a camera matrix; `box` limits it.
    """
    assert frame.K is not None
    plane = thing.plane
    left, top, right, bottom = _crop(thing.mask, frame.size, lattice_stride)
    stride = 1 if (right - left) * (bottom - top) <= config.largest_crop else lattice_stride
    window = (slice(top, bottom, stride), slice(left, right, stride))
    rgb, seen = frame.rgb[window], depth_m[top:bottom, left:right]
    lattice = point_lattice(seen, frame.K, stride, (left, top))
    z = lattice[..., 2]
    scale = lattice_stride // stride
    inside = _on_crop(thing.mask, (left, top), lattice_stride, stride, z.shape)
    others = _on_crop(thing.others, (left, top), lattice_stride, stride, z.shape)
    read = _on_crop(sampled(seen, lattice_stride) > 0, (0, 0), lattice_stride, stride, z.shape)
    height = np.zeros(z.shape) if plane is None else height_above_plane(lattice, plane)
    contact_px = config.contact * float(frame.K[0, 0]) / float(np.median(z[inside & (z > 0)])) / stride
    evidence = _height_evidence(
        z, height, inside, others, margin(z, thing.noise, objects.lowest, objects), contact_px, scale, config
    )
    evidence[inside & ~read] = config.filled
    evidence = np.where(plane is None, np.where(inside, config.outline, config.missing), evidence)
    beside = ~ndimage.binary_dilation(inside, iterations=max(2, round(contact_px)))
    core, thin = _core(inside & read & (evidence > 0))
    evidence[thin] = config.thin
    own = core | thin
    colour = colour_evidence(rgb, own if own.any() else inside, beside & (evidence < -1))
    settled = smooth_along_edges(evidence + colour, rgb) > 0
    bays = _close(settled, max(1, round(contact_px / 2))) & (evidence > config.flat) & (colour > -2)
    alike = (colour > config.alike) & (evidence > -config.sure)
    bays |= alike & _close(settled, max(1, round(config.bay / 2 * contact_px)))
    whole = _fill_holes(settled | bays, np.where(alike, 0, evidence))
    small = _largest_near(whole, inside, thin & settled)
    mask = np.zeros(depth_m.shape, dtype=bool)
    mask[top:bottom, left:right] = np.kron(small, np.ones((stride, stride), dtype=bool))[: bottom - top, : right - left]
    return mask if box is None else mask & box_mask(mask.shape, box, 0.1)


def _crop(mask: NDArray, size: tuple[int, int], stride: int) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(mask)
    around = 10 + int(0.15 * stride * max(np.ptp(rows), np.ptp(columns)))
    left, top = columns.min() * stride - around, rows.min() * stride - around
    right, bottom = (columns.max() + 1) * stride + around, (rows.max() + 1) * stride + around
    even = stride * (int(max(left, 0)) // stride), stride * (int(max(top, 0)) // stride)
    return even[0], even[1], min(int(right), size[0]), min(int(bottom), size[1])


def _on_crop(
    mask: NDArray, corner: tuple[int, int], lattice_stride: int, stride: int, shape: tuple[int, ...]
) -> NDArray:
    """A lattice mask on the pixels of the crop."""
    part = mask[corner[1] // lattice_stride :, corner[0] // lattice_stride :]
    factor = lattice_stride // stride
    return np.kron(part, np.ones((factor, factor), dtype=bool))[: shape[0], : shape[1]]


def _height_evidence(
    z: NDArray,
    height: NDArray,
    inside: NDArray,
    others: NDArray,
    lowest: NDArray,
    contact_px: float,
    scale: int,
    config: OutlineConfig,
) -> NDArray:
    """Log odds from depth alone: sure within the thing, open at its outline, its foot and where depth is missing."""
    distance = ndimage.distance_transform_edt(~inside)
    depth_inside = ndimage.distance_transform_edt(inside)
    valid = z > 0
    evidence = np.full(z.shape, config.flat)
    evidence[valid & (height < lowest) & (distance < contact_px)] = config.contact_flat
    evidence[valid & (height >= lowest) & (distance <= 2 * scale)] = 0.5
    evidence[valid & (height < -lowest) & (distance > 3 * scale)] = -config.sure
    evidence[~valid] = np.maximum(config.missing * (1 + 2 * distance / contact_px), config.flat)[~valid]
    evidence[inside] = np.where(depth_inside > 2 * scale, config.sure, config.outline)[inside]
    evidence[others & ~inside] = -config.sure
    return evidence


def _core(read: NDArray, outline: int = 2) -> tuple[NDArray, NDArray]:
    """(what is `outline` pixels inside what was `read`, the parts too thin to have any such pixel); all h x w bool."""
    core = ndimage.binary_erosion(read, iterations=outline)
    return core, read & ~ndimage.binary_dilation(core, iterations=2 * outline)


def _close(mask: NDArray, radius: int) -> NDArray:
    room = np.pad(mask, radius)
    return ndimage.binary_closing(room, iterations=radius)[radius:-radius, radius:-radius]


def _fill_holes(mask: NDArray, evidence: NDArray) -> NDArray:
    """Fill holes, except those through which the table or something behind is seen for sure (a handle's loop)."""
    holes, count = ndimage.label(ndimage.binary_fill_holes(mask) & ~mask)
    if count == 0:
        return mask
    seen = ndimage.mean(evidence < -0.8, holes, np.arange(1, count + 1))
    size = ndimage.sum(holes > 0, holes, np.arange(1, count + 1))
    fill = (np.atleast_1d(seen) < 0.3) | (np.atleast_1d(size) < 25)
    return mask | np.concatenate([[False], fill])[holes]


def _largest_near(mask: NDArray, inside: NDArray, thin: NDArray) -> NDArray:
    """The parts of the mask that hold a fair share of the thing's own readings, without whiskers but `thin` parts."""
    opened = ndimage.binary_opening(mask, np.ones((3, 3), dtype=bool)) | thin
    mask = opened if opened.any() else mask
    parts, count = ndimage.label(mask, np.ones((3, 3), dtype=bool))
    if count == 0:
        return mask
    held = np.atleast_1d(ndimage.sum(inside, parts, np.arange(1, count + 1)))
    return np.concatenate([[False], held >= 0.1 * max(held.max(), 1)])[parts]
