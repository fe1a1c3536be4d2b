"""The square crop around a tool that the model sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dfc_core.errors import DfcError

MARGIN = 1.2  # METHOD: crop side = 1.2 x the tool's longest side
WHITE = 255


@dataclass(frozen=True)
class Crop:
    """A square of the picture, scaled to `size` x `size` pixels.

    `left`, `top`, `side` in picture pixels, measured from the outer edge of pixel 0. Pixel centres are integers in
    both frames, so crop pixel p lies at picture pixel `left + (p + 0.5) * side / size - 0.5`.
    """

    left: float
    top: float
    side: float
    size: int

    def to_picture(self, pixels_crop: NDArray) -> NDArray:
        """Picture coordinates (N x 2) of crop coordinates."""
        return (np.asarray(pixels_crop) + 0.5) * (self.side / self.size) - 0.5 + np.array([self.left, self.top])

    def from_picture(self, pixels: NDArray) -> NDArray:
        """Crop coordinates (N x 2) of picture coordinates."""
        return (np.asarray(pixels) + 0.5 - np.array([self.left, self.top])) * (self.size / self.side) - 0.5


def window_around(mask: NDArray, margin: int) -> tuple[slice, slice]:
    """The rows and columns of a mask that is not empty, and `margin` px around, as far as the picture goes."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )


def crop_around(mask: NDArray, size: int) -> Crop:
    """The crop for a tool's `mask` (H x W bool); `DfcError` (EMPTY_MASK) when it has no pixel.

    A picture that already is `size` x `size` is taken as a finished crop.
    """
    ys, xs = np.nonzero(mask)
    if len(xs) == 0:
        raise DfcError("EMPTY_MASK", "the mask has no tool pixel; at least one is needed")
    if mask.shape == (size, size):
        return Crop(0.0, 0.0, float(size), size)
    left, right, top, bottom = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
    side = MARGIN * max(right - left, bottom - top)
    return Crop((left + right - side) / 2, (top + bottom - side) / 2, float(side), size)


def cut(rgb: NDArray, mask: NDArray, crop: Crop) -> tuple[NDArray, NDArray]:
    """(rgb size x size x 3 uint8 with the background white, mask size x size bool) of a crop."""
    white = np.where(mask[..., None], rgb, WHITE).astype(np.uint8)
    if crop.side == crop.size == rgb.shape[0] == rgb.shape[1]:
        return white, mask
    margin = int(np.ceil(max(0.0, -crop.left, -crop.top, *_overhang(crop, mask.shape)))) + 1
    white = np.pad(white, ((margin, margin), (margin, margin), (0, 0)), constant_values=WHITE)
    padded = np.pad(mask, margin)
    left, top = crop.left + margin, crop.top + margin
    box = (left, top, left + crop.side, top + crop.side)
    size = (crop.size, crop.size)
    cut_rgb = Image.fromarray(white).resize(size, Image.Resampling.BILINEAR, box=box)
    cut_mask = Image.fromarray(padded.astype(np.uint8) * 255).resize(size, Image.Resampling.BILINEAR, box=box)
    return np.asarray(cut_rgb), np.asarray(cut_mask) > 127


def _overhang(crop: Crop, shape: tuple[int, ...]) -> tuple[float, float]:
    """How far the crop reaches beyond the picture's right and lower edge."""
    return crop.left + crop.side - shape[1], crop.top + crop.side - shape[0]
