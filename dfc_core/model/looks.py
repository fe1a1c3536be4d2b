"""A switch for quality: a picture is looked at several times, mirrored and a little turned, and features are averaged.

What a backbone that was trained on few tools says of one picture depends on how the tool lies in it; the mean over
looks depends on that less (test-time augmentation). Each look costs what the first one does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.model.model import Model


@dataclass(frozen=True)
class Look:
    """The picture turned by `turn_deg`, seen from `farther` times as far so that nothing is cut off, or mirrored."""

    turn_deg: float = 0.0
    farther: float = 1.0
    mirrored: bool = False

    def matrix(self) -> Tensor:
        """3 x 3, from places in the look to those in the picture, both from -1 to 1."""
        along, across = (self.farther * f(math.radians(self.turn_deg)) for f in (math.cos, math.sin))
        turned = torch.tensor([[along, -across, 0], [across, along, 0], [0, 0, 1]])
        return turned @ torch.diag(torch.tensor([-1.0 if self.mirrored else 1.0, 1.0, 1.0]))


LOOKS = (Look(mirrored=True), Look(8, 1.08), Look(-8, 1.08))  # beside the picture as it is


def look_again(model: Model, looks: tuple[Look, ...] = LOOKS) -> Model:
    """The same model, changed in place to average its backbone's features over `looks` and the picture as it is; its id
    says so.
    """
    network = model.network
    network.backbone = SeveralLooks(network.backbone, looks, (1 - network.mean) / network.std)
    model.id = f"{model.id}-looks{1 + len(looks)}"
    return model


class SeveralLooks(nn.Module):
    """A backbone that looks more than once: [B x 3 or 4 x S x S] -> unit-norm grids as of one look, in its place."""

    def __init__(self, backbone: Any, looks: tuple[Look, ...], white: Tensor) -> None:
        super().__init__()
        self.backbone, self.looks = backbone, looks
        self.wants_mask, self.channels, self.size = backbone.wants_mask, backbone.channels, backbone.size
        self.white: Tensor  # 3 x 1 x 1, what lies off the tool, as the backbone sees it
        self.register_buffer("white", white.clone(), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        total = self.backbone(images)
        for look in self.looks:
            there = look.matrix()
            grid = self.backbone(self._seen(images, there))
            total = total + _warped(grid, torch.linalg.inv(there), padding="border")
        return F.normalize(total, dim=1)

    def _seen(self, images: Tensor, there: Tensor) -> Tensor:
        """The pictures as they are in a look, white where the mask, if there is one, is not."""
        color = _warped(images[:, :3] - self.white, there) + self.white
        if images.shape[1] == 3:
            return color
        on_tool = (_warped(images[:, 3:], there) > 0.5).to(images.dtype)
        return torch.cat([torch.where(on_tool > 0, color, self.white), on_tool], dim=1)


def _warped(maps: Tensor, there: Tensor, padding: str = "zeros") -> Tensor:
    """Maps [B x C x h x w] read at `there` of each place, float32: in half precision places would be a pixel off."""
    maps = maps.float()
    theta = there[:2].to(maps).expand(len(maps), -1, -1)
    places = F.affine_grid(theta, list(maps.shape), align_corners=False)
    return F.grid_sample(maps, places, mode="bilinear", padding_mode=padding, align_corners=False)
