"""From a grid of image features and a function's vector to functional features at pixels."""

from __future__ import annotations

from dataclasses import dataclass

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
    places = pixels / size * 2 - 1
    samples = F.grid_sample(grids, places[:, None].to(grids.dtype), align_corners=False, padding_mode="zeros")
    return samples[:, :, 0].transpose(1, 2)
