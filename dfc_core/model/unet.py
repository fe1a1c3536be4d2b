"""The embedded default's backbone: a small U-net with attention at its bottom, trained from nothing."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.errors import bad_input
from dfc_core.settings import at_least


@dataclass(frozen=True)
class UNetConfig:
    """Widths at strides 2 (`stem`), 4, 8, 16 and 32, of the read-outs at strides 8 and 4 (`fine`), and of the features;
    `layers` of attention at strides 16 and 32."""

    kind: str = "unet"
    size: int = 224
    stem: int = 32
    widths: tuple[int, ...] = (64, 128, 192, 256)
    layers: tuple[int, ...] = (3, 2)
    readout: int = 144
    fine: int = 64
    features: int = 192
    heads: int = 4

    def __post_init__(self) -> None:
        at_least(self, 1, "stem", "readout", "fine", "features", "heads", prefix="backbone.")
        if len(self.widths) != 4 or min(self.widths) < 1 or any(width % self.heads for width in self.widths[2:]):
            told = f"backbone.widths is {list(self.widths)} with heads {self.heads}"
            raise bad_input(f"{told}; allowed: four of 1 and above, the last two divisible by heads")
        if len(self.layers) != 2 or min(self.layers) < 0:
            raise bad_input(f"backbone.layers is {list(self.layers)}; allowed: two of 0 and above")
        if self.size < 32 or self.size % 32:
            raise bad_input(f"backbone.size is {self.size}; allowed: multiples of 32")


class UNet(nn.Module):
    """[B x 4 x 224 x 224] (ImageNet-normalised colour, white off the tool; mask) -> [B x C x 56 x 56], unit norm."""

    wants_mask = True

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.channels, self.size = config.features, config.size
        a, b, c, d = config.widths
        self.stem = nn.Sequential(_conv(4, config.stem, 5, 2), _conv(config.stem, a, 3, 2), Residual(a))
        self.down1 = nn.Sequential(_conv(a, b, 3, 2), Residual(b), Residual(b))
        self.down2 = nn.Sequential(_conv(b, c, 3, 2), Residual(c), Residual(c))
        self.attention16 = Attention(c, config.heads, config.layers[0], config.size // 16)
        self.down3 = _conv(c, d, 3, 2)
        self.attention32 = Attention(d, config.heads, config.layers[1], config.size // 32)
        self.up3, self.up2 = Merge(d, c, c), Merge(c, b, config.readout)
        self.out = nn.Conv2d(config.readout, config.features, 1, bias=False)
        self.up1 = Merge(config.readout, a, config.fine)
        self.out_fine = nn.Conv2d(config.fine, config.features, 1, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        x4 = self.stem(images)
        x8 = self.down1(x4)
        x16 = self.attention16(self.down2(x8))
        x32 = self.attention32(self.down3(x16))
        readout = self.up2(self.up3(x32, x16), x8)
        features = _doubled(self.out(readout)) + self.out_fine(self.up1(readout, x4))
        return F.normalize(features, dim=1)


class Attention(nn.Module):
    """Transformer layers over all cells of a map of `side` x `side`, which know their place by a learned vector."""

    def __init__(self, width: int, heads: int, layers: int, side: int) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(1, side**2, width))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True)
            for _ in range(layers)
        )

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2) + self.place
        for layer in self.layers:
            tokens = layer(tokens)
        return tokens.transpose(1, 2).unflatten(2, x.shape[2:])


class Residual(nn.Module):
    """Two 3 x 3 convolutions beside an identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _conv(width, width, 3, 1)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


class Merge(nn.Module):
    """A coarse map doubled in size and added to the finer one on the way up."""

    def __init__(self, coarse: int, fine: int, out: int) -> None:
        super().__init__()
        self.coarse, self.fine = nn.Conv2d(coarse, out, 1), nn.Conv2d(fine, out, 1)
        self.blend = nn.Sequential(nn.BatchNorm2d(out), nn.ReLU(), Residual(out))

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        return self.blend(_doubled(self.coarse(coarse)) + self.fine(fine))


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def _conv(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())
