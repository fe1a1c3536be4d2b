"""From a grid of image features and a function's vector to functional features at pixels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.settings import at_least


@dataclass(frozen=True)
class HeadConfig:
    """Widths of the multi-layer perceptron (paper: 1024 hidden, 256 out)."""

    hidden: int = 384
    features: int = 128
    mask: bool = True

    def __post_init__(self) -> None:
        at_least(self, 1, "hidden", "features", prefix="head.")


class FunctionalHead(nn.Module):
    """[image, text] -> MLP -> unit-norm functional feature, and the logit that the pixel is on the part.

    The first layer is split into an image half, which can be computed once on the grid for all functions
    (sampling is linear, so sampling after it is the same), and a text half; with `film` the text scales the image half,
    too (Perez et al., FiLM, AAAI 2018).
    """

    def __init__(self, image_width: int, text_width: int, config: HeadConfig, film: bool = False) -> None:
        super().__init__()
        self.image_half = nn.Linear(image_width, config.hidden, bias=False)
        self.text_half = nn.Linear(text_width, config.hidden)
        self.film = nn.Linear(text_width, config.hidden) if film else None
        if self.film is not None:  # no scaling at the start
            nn.init.zeros_(self.film.weight)
            nn.init.zeros_(self.film.bias)
        self.second = nn.Linear(config.hidden, config.hidden)
        self.third = nn.Linear(config.hidden, config.features, bias=False)
        self.mask = nn.Linear(config.features, 1) if config.mask else None
        if self.mask is not None:  # unit-norm features need a long weight before a logit can be sure of anything
            nn.init.normal_(self.mask.weight, std=10 / config.features**0.5)

    def project(self, grids: Tensor) -> Tensor:
        """Image half on whole grids: [B x C x h x w] -> [B x hidden x h x w]."""
        return F.conv2d(grids, self.image_half.weight[..., None, None])

    def forward(self, image_half: Tensor, text: Tensor) -> tuple[Tensor, Tensor | None]:
        """`image_half` [... x hidden] sampled at pixels, `text` [... x text_width] -> (features, logits or None)."""
        if self.film is not None:
            image_half = image_half * (1 + self.film(text))
        hidden = F.relu(image_half + self.text_half(text), inplace=True)
        features = F.normalize(self.third(F.relu(self.second(hidden), inplace=True)), dim=-1)
        return features, None if self.mask is None else self.mask(features).squeeze(-1)


def sample_grid(grids: Tensor, pixels: Tensor, size: int) -> Tensor:
    """Bilinear samples [B x N x C] of grids [B x C x h x w] at `pixels` [B x N x 2] of a `size` px picture.

    As the method defines it: coordinate p / size * 2 - 1, align_corners=False, zero padding. An integer p is
    the pixel's upper left corner, and within half a cell of the border the feature fades.
    """
    if grids.device.type == "cpu" and grids.dtype == torch.float32 and not grids.requires_grad:
        return _gathered(grids, pixels, size)
    places = pixels / size * 2 - 1
    samples = F.grid_sample(grids, places[:, None].to(grids.dtype), align_corners=False, padding_mode="zeros")
    return samples[:, :, 0].transpose(1, 2)


def _gathered(grids: Tensor, pixels: Tensor, size: int) -> Tensor:
    """The same on a processor, several times faster: rows of four cells are added up, each one run of memory where
    grids are channels last."""
    batch, channels, height, width = grids.shape
    cells = grids.permute(0, 2, 3, 1).reshape(-1, channels)
    places = pixels * torch.tensor([width / size, height / size]) - 0.5
    first = places.floor()
    (right, low), (x, y) = (places - first).unbind(-1), first.long().unbind(-1)
    columns, rows = torch.stack([x, x + 1, x, x + 1], dim=-1), torch.stack([y, y, y + 1, y + 1], dim=-1)
    share = torch.stack([(1 - right) * (1 - low), right * (1 - low), (1 - right) * low, right * low], dim=-1)
    share = share * ((columns >= 0) & (columns < width) & (rows >= 0) & (rows < height))
    cell = rows.clamp(0, height - 1) * width + columns.clamp(0, width - 1)
    cell = cell + height * width * torch.arange(batch)[:, None, None]
    found = F.embedding_bag(cell.flatten(0, 1), cells, mode="sum", per_sample_weights=share.flatten(0, 1).float())
    return found.unflatten(0, pixels.shape[:2])
