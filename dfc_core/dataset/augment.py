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


def augment(images: Tensor, masks: Tensor, config: AugmentConfig, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """`images` B x 3 x S x S (0..1) and `masks` B x S x S (0/1) -> the same, changed, white off the changed mask."""
    count = len(images)
    images = _recolor(images, config, generator)
    low = int(torch.randint(80, 180, (1,), generator=generator))
    coarse = F.interpolate(
        F.interpolate(images, (low, low), mode="bilinear", antialias=True), images.shape[-2:], mode="bilinear"
    )
    images = torch.where(_chosen(count, config.blur, generator), coarse, images)
    masks = _cut_out(_reshape_mask(masks, config, generator), config, generator)
    return images * masks[:, None] + (1 - masks[:, None]), masks


def _chosen(count: int, share: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(count, generator=generator) < share)[:, None, None, None]


def _recolor(images: Tensor, config: AugmentConfig, generator: torch.Generator) -> Tensor:
    count = len(images)
    gain = 1 + config.color * (2 * torch.rand(count, 3, 1, 1, generator=generator) - 1)
    offset = 0.3 * config.color * (2 * torch.rand(count, 1, 1, 1, generator=generator) - 1)
    images = (images * gain + offset).clamp(0, 1)
    gray = images.mean(1, keepdim=True).expand_as(images)
    images = torch.where(_chosen(count, config.gray, generator), gray, images)
    gamma = torch.exp(config.color * (2 * torch.rand(count, 1, 1, 1, generator=generator) - 1))
    return images.clamp_min(1e-4) ** gamma


def _reshape_mask(masks: Tensor, config: AugmentConfig, generator: torch.Generator) -> Tensor:
    """Grow or shrink a third of the masks each, by one number of pixels a batch."""
    if config.mask_pixels == 0:
        return masks
    radius = int(torch.randint(1, config.mask_pixels + 1, (1,), generator=generator))
    grown, shrunk = _grow(masks, radius), 1 - _grow(1 - masks, radius)
    kept = shrunk.sum((1, 2)) > 0.6 * masks.sum((1, 2))  # a thin tool would vanish
    draw = torch.rand(len(masks), generator=generator)
    masks = torch.where((draw < 0.33)[:, None, None], grown, masks)
    return torch.where(((draw > 0.8) & kept)[:, None, None], shrunk, masks)


def _grow(masks: Tensor, radius: int) -> Tensor:
    """Dilation by a square, as two passes of a line."""
    kernel = 2 * radius + 1
    wide = F.max_pool2d(masks[:, None], (1, kernel), 1, (0, radius))
    return F.max_pool2d(wide, (kernel, 1), 1, (radius, 0))[:, 0]


def _cut_out(masks: Tensor, config: AugmentConfig, generator: torch.Generator) -> Tensor:
    """Take an ellipse out of some masks: a thing in front, or depth that is missing."""
    count, size = len(masks), masks.shape[-1]
    centre = size * torch.rand(count, 2, generator=generator)
    radius = size * (0.05 + 0.13 * torch.rand(count, 2, generator=generator))
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    inside = ((x - centre[:, :1, None]) / radius[:, :1, None]) ** 2 + (
        (y - centre[:, 1:, None]) / radius[:, 1:, None]
    ) ** 2 < 1
    hit = inside & _chosen(count, config.cut_out, generator)[:, 0]
    return torch.where(hit, torch.zeros_like(masks), masks)
