"""What a camera and a poor mask do to a crop, on whole batches of tensors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from dfc_core.settings import at_least, within


@dataclass(frozen=True)
class AugmentConfig:
    """Strengths of the random changes; all zero leaves the pictures as they are."""

    color: float = 0.35  # gain and offset per channel
    gray: float = 0.1  # share of pictures without colour
    blur: float = 0.5  # share of pictures seen at a lower resolution
    mask_pixels: int = 4  # largest growth or shrinkage of the mask
    wander: float = 3.0  # px, largest wandering (rms) of the mask's border, here in, there out; a third keep theirs
    cut_out: float = 0.2  # share of pictures with a piece missing

    def __post_init__(self) -> None:
        at_least(self, 0, "color", "mask_pixels", "wander", prefix="augment.")
        within(self, 0, 1, "gray", "blur", "cut_out", prefix="augment.")


FIELD = 32  # random numbers along a side of the field that a mask's border follows
LEAST_FIELD = 10  # of those, how many span a picture at least: its grain is 7 to 22 px
DISTANCE = 6  # px, farthest from the border that it wanders
DRAWS = 14 + FIELD**2  # random numbers of a picture


def augment(
    images: Tensor, masks: Tensor, config: AugmentConfig, draws: Tensor, shared: Tensor
) -> tuple[Tensor, Tensor]:
    """`images` B x 3 x S x S (0..1) and `masks` B x S x S (0/1) -> the same, changed, white off the changed mask.

    All that is random comes as numbers from 0 to 1: `draws` (B x `DRAWS`) of each picture, `shared` (3) of all of them.
    """
    images = _recolor(images, config, draws[:, :6])
    low = 80 + int(100 * float(shared[0]))
    coarse = F.interpolate(
        F.interpolate(images, (low, low), mode="bilinear", antialias=True), images.shape[-2:], mode="bilinear"
    )
    images = torch.where(_chosen(draws[:, 6], config.blur), coarse, images)
    masks = _reshape_mask(masks, config, draws[:, 7], float(shared[1]))
    masks = _wander(masks, config, draws[:, 13:], float(shared[2]))
    masks = _cut_out(masks, config, draws[:, 8:13])
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
    on = masks > 0.5
    grown, shrunk = _grow(on, radius).to(masks.dtype), (~_grow(~on, radius)).to(masks.dtype)
    kept = shrunk.sum((1, 2)) > 0.6 * masks.sum((1, 2))  # a thin tool would vanish
    masks = torch.where((draws < 0.33)[:, None, None], grown, masks)
    return torch.where(((draws > 0.8) & kept)[:, None, None], shrunk, masks)


def _grow(masks: Tensor, radius: int) -> Tensor:
    """Dilation of masks (bool) by a square."""
    for _ in range(radius):
        masks = _around(masks, square=True)
    return masks


def _wander(masks: Tensor, config: AugmentConfig, draws: Tensor, shared: float) -> Tensor:
    """Let the border of two masks in three wander as that of a segmentation does, by a smooth random field."""
    if config.wander == 0:
        return masks
    size = LEAST_FIELD + int((FIELD - LEAST_FIELD) * shared)
    coarse = (draws[:, 1:].unflatten(1, (1, FIELD, FIELD)) - 0.5)[..., :size, :size]
    field = F.interpolate(coarse, masks.shape[-2:], mode="bicubic", align_corners=False)[:, 0]
    field = field / field.std(dim=(1, 2), keepdim=True).clamp_min(1e-6)
    rms = config.wander * (1.5 * draws[:, 0] - 0.5).clamp_min(0)[:, None, None]
    farthest = DISTANCE - 0.5  # what is deeper has no hole, what is farther off stays off
    wandered = (_distance(masks) + (field * rms).clamp(-farthest, farthest) > 0).to(masks.dtype)
    left = wandered.sum((1, 2)) > 0.5 * masks.sum((1, 2))  # a thin tool would fall to pieces
    return torch.where(left[:, None, None], wandered, masks)


def _distance(masks: Tensor) -> Tensor:
    """Steps to the border, at most `DISTANCE`: 1, 2... inside, -1, -2... outside."""
    on, off = masks > 0.5, masks <= 0.5
    distance = torch.zeros(masks.shape, dtype=torch.int8, device=masks.device)
    for step in range(DISTANCE):
        distance += on.to(torch.int8) - off.to(torch.int8)
        on, off = ~_around(~on, step % 2 == 1), ~_around(~off, step % 2 == 1)
    return distance


def _around(masks: Tensor, square: bool) -> Tensor:
    """Dilation of masks (bool) by a pixel, to four neighbours or, `square`, to eight: in turn they grow a disc."""
    grown = masks.clone()
    grown[:, 1:] |= masks[:, :-1]
    grown[:, :-1] |= masks[:, 1:]
    rows = grown.clone() if square else masks
    grown[:, :, 1:] |= rows[:, :, :-1]
    grown[:, :, :-1] |= rows[:, :, 1:]
    return grown


def _cut_out(masks: Tensor, config: AugmentConfig, draws: Tensor) -> Tensor:
    """Take an ellipse out of some masks: a thing in front, or depth that is missing."""
    size = masks.shape[-1]
    centre, radius = size * draws[:, :2], size * (0.05 + 0.13 * draws[:, 2:4])
    line = torch.arange(size, device=masks.device)
    x, y = ((line - centre[:, axis, None]) / radius[:, axis, None] for axis in range(2))  # B x S each
    hit = (y[:, :, None] ** 2 + x[:, None] ** 2 < 1) & _chosen(draws[:, 4], config.cut_out)[:, 0]
    return torch.where(hit, torch.zeros_like(masks), masks)
