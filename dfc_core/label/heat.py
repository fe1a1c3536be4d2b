"""From heat on the cloud to a mask in every view: projected, smoothed, cut off, closed, and kept on the object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.errors import bad_input
from dfc_core.label.cloud import Cloud, Views

THRESHOLDS = ("overlap", "otsu")


@dataclass(frozen=True)
class HeatConfig:
    """How heat becomes masks. Lengths in pixels."""

    smooth: float = 0.5  # standard deviation, on the object only
    threshold: str = "overlap"  # or "otsu", as in the paper
    least: float = 0.15  # a view whose hottest pixel is below shows nothing of the part
    closing: int = 5  # side of the closing's square
    closing_small: int = 3  # for edges, and parts below `small` of the object's pixels in a view
    small: float = 0.1


PAPER_HEAT = HeatConfig(smooth=2.0, threshold="otsu", least=0.0)


def masks_from_heat(
    cloud: Cloud, views: Views, heat: NDArray, config: HeatConfig | None = None, *, edge: bool = False
) -> NDArray:
    """The part's mask in every view (V x H x W bool) from `heat` (N) on the cloud; empty where nothing is hot.

    Every pixel of the object takes the heat of the surface point it shows, so nothing bleeds through or around it.
    """
    config = config or HeatConfig()
    if config.threshold not in THRESHOLDS:
        raise bad_input(f"no threshold {config.threshold!r}; allowed: {', '.join(THRESHOLDS)}")
    images = np.zeros(views.mask.shape)
    images[tuple(cloud.pixels.T)] = heat[cloud.shown]
    masks = np.zeros(images.shape, bool)
    for view, box in enumerate(_object_boxes(views.mask)):
        masks[view][box] = _view_mask(images[view][box], views.mask[view][box], config, edge)
    return masks


def _object_boxes(masks: NDArray) -> list[tuple[slice, slice]]:
    """Where the object of each mask lies; there is nothing to do elsewhere."""
    return [(ndimage.find_objects(mask.astype(np.uint8)) or [(slice(0), slice(0))])[0] for mask in masks]


def _view_mask(image: NDArray, mask: NDArray, config: HeatConfig, edge: bool) -> NDArray:
    if not mask.any() or image.max() <= config.least:
        return np.zeros(mask.shape, bool)
    smooth = _smoothed(image, mask, config.smooth)
    cut = overlap_threshold(smooth[mask]) if config.threshold == "overlap" else otsu_threshold(smooth[mask])
    part = mask & (smooth >= cut)
    small = edge or part.sum() < config.small * mask.sum()
    side = config.closing_small if small else config.closing
    padded = np.pad(part, side)
    closed = ndimage.binary_closing(padded, np.ones((side, side)))[side:-side, side:-side] if side > 1 else part
    return closed & mask


def _smoothed(image: NDArray, mask: NDArray, sigma: float) -> NDArray:
    """Gaussian mean over the mask's pixels alone."""
    if sigma <= 0:
        return image
    weight = ndimage.gaussian_filter(mask.astype(float), sigma)
    return np.where(mask, ndimage.gaussian_filter(image * mask, sigma) / np.maximum(weight, 1e-9), 0)


def overlap_threshold(heat: NDArray) -> float:
    """The cut-off that promises the largest intersection over union, when `heat` (N, 0..1) is each pixel's
    probability: expected overlap of what is kept, over what is kept plus what is expected beyond it."""
    hottest = np.sort(heat)[::-1]
    kept = np.cumsum(hottest)
    promise = kept / (np.arange(1, len(hottest) + 1) + kept[-1] - kept)
    return float(hottest[promise.argmax()])


def otsu_threshold(heat: NDArray) -> float:
    """The cut-off (N,) that separates two classes with the largest variance between them (Otsu 1979)."""
    counts, borders = np.histogram(heat, 128)
    middles = (borders[1:] + borders[:-1]) / 2
    below, total = np.cumsum(counts), counts.sum()
    mean_below, mean = np.cumsum(counts * middles), np.sum(counts * middles)
    between = (mean * below - mean_below * total) ** 2 / np.maximum(below * (total - below), 1e-9)
    return float(borders[int(between[:-1].argmax()) + 1])
