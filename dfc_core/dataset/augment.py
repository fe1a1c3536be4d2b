"""What a camera and a poor mask do to a crop, on whole batches of tensors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class AugmentConfig:
    """Strengths of the random changes; all zero leaves the pictures as they are."""

    color: float = 0.35  # gain and offset per channel
    gray: float = 0.1  # share of pictures without colour
    blur: float = 0.5  # share of pictures seen at a lower resolution
    mask_pixels: int = 4  # largest growth or shrinkage of the mask
    cut_out: float = 0.2  # share of pictures with a piece missing


DRAWS = 13  # random numbers of a picture


def augment(
    images: Tensor, masks: Tensor, config: AugmentConfig, draws: Tensor, shared: Tensor
) -> tuple[Tensor, Tensor]:
    """`images` B x 3 x S x S (0..1) and `masks` B x S x S (0/1) -> the same, changed, white off the changed mask.

    All that is random comes as numbers from 0 to 1: `draws` (B x `DRAWS`) of each picture, `shared` (2) of all of them.
    """
    images = _recolor(images, config, draws[:, :6])
    low = 80 + int(100 * float(shared[0]))
    coarse = F.interpolate(
        F.interpolate(images, (low, low), mode="bilinear", antialias=True), images.shape[-2:], mode="bilinear"
    )
    images = torch.where(_chosen(draws[:, 6], config.blur), coarse, images)
    masks = _cut_out(_reshape_mask(masks, config, draws[:, 7], float(shared[1])), config, draws[:, 8:13])
    return images * masks[:, None] + (1 - masks[:, None]), masks


def _chosen(draws: Tensor, share: float) -> Tensor:
    return (draws < share)[:, None, None, None]


def _recolor(images: Tensor, config: AugmentConfig, draws: Tensor) -> Tensor:
    change = (config.color * (2 * draws - 1))[..., None, None]
    gain, offset, gamma = 1 + change[:, :3], 0.3 * change[:, 3:4], torch.exp(change[:, 4:5])
    images = (images * gain + offset).clamp(0, 1)
    gray = images.mean(1, keepdim=True).expand_as(images)
    images = torch.where(_chosen(draws[:, 5], config.gray), gray, images)
    return images.clamp_min(1e-4) ** gamma


def _reshape_mask(masks: Tensor, config: AugmentConfig, draws: Tensor, shared: float) -> Tensor:
    """Grow or shrink some of the masks, all by the same number of pixels."""
    if config.mask_pixels == 0:
        return masks
    radius = 1 + int(config.mask_pixels * shared)
    grown, shrunk = _grow(masks, radius), 1 - _grow(1 - masks, radius)
    kept = shrunk.sum((1, 2)) > 0.6 * masks.sum((1, 2))  # a thin tool would vanish
    masks = torch.where((draws < 0.33)[:, None, None], grown, masks)
    return torch.where(((draws > 0.8) & kept)[:, None, None], shrunk, masks)


def _grow(masks: Tensor, radius: int) -> Tensor:
    """Dilation by a square, as two passes of a line."""
    kernel = 2 * radius + 1
    wide = F.max_pool2d(masks[:, None], (1, kernel), 1, (0, radius))
    return F.max_pool2d(wide, (kernel, 1), 1, (radius, 0))[:, 0]


def _cut_out(masks: Tensor, config: AugmentConfig, draws: Tensor) -> Tensor:
    """Take an ellipse out of some masks: a thing in front, or depth that is missing."""
    size = masks.shape[-1]
    centre, radius = size * draws[:, :2], size * (0.05 + 0.13 * draws[:, 2:4])
    line = torch.arange(size, device=masks.device)
    x, y = ((line - centre[:, axis, None]) / radius[:, axis, None] for axis in range(2))  # B x S each
    hit = (y[:, :, None] ** 2 + x[:, None] ** 2 < 1) & _chosen(draws[:, 4], config.cut_out)[:, 0]
    return torch.where(hit, torch.zeros_like(masks), masks)
