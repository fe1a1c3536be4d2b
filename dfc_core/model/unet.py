"""The embedded default's backbone: a small U-net with one attention block at its bottom, trained from nothing."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class UNetConfig:
    """Widths at strides 4, 8, 16 and 32, of the read-outs at strides 8 and 4 (`fine`; 0 = features at stride 8), and of
    the features."""

    kind: str = "unet"
    size: int = 224
    widths: tuple[int, ...] = (40, 80, 144, 224)
    readout: int = 96
    fine: int = 48
    features: int = 128
    heads: int = 4


class UNet(nn.Module):
    """[B x 4 x 224 x 224] (ImageNet-normalised colour, white off the tool; mask) -> [B x C x 56 x 56], unit norm.

    The read-out at stride 4 adds to the one at stride 8, doubled in size, and begins at zero: a network with it goes on
    from the weights of one without.
    """

    wants_mask = True

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        a, b, c, d = config.widths
        self.stem = _conv(4, a, 7, 4)
        self.down1 = nn.Sequential(_conv(a, b, 3, 2), Residual(b), Residual(b))
        self.down2 = nn.Sequential(_conv(b, c, 3, 2), Residual(c), Residual(c))
        self.down3 = nn.Sequential(_conv(c, d, 3, 2), Residual(d))
        self.attention = nn.TransformerEncoderLayer(
            d, config.heads, 2 * d, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.place = nn.Parameter(torch.zeros(1, (config.size // 32) ** 2, d))
        self.up3, self.up2 = Merge(d, c, c), Merge(c, b, config.readout)
        self.out = nn.Conv2d(config.readout, config.features, 1, bias=False)
        self.up1, self.out_fine = None, None
        if config.fine:
            self.up1 = Merge(config.readout, a, config.fine)
            self.out_fine = nn.Conv2d(config.fine, config.features, 1, bias=False)
            nn.init.zeros_(self.out_fine.weight)

    @property
    def channels(self) -> int:
        """Length of a feature."""
        return self.config.features

    @property
    def size(self) -> int:
        """Side of the pictures it takes, px."""
        return self.config.size

    def forward(self, images: Tensor) -> Tensor:
        x4 = self.stem(images)
        x8 = self.down1(x4)
        x16 = self.down2(x8)
        x32 = self.down3(x16)
        batch, width, rows, columns = x32.shape
        tokens = self.attention(x32.flatten(2).transpose(1, 2) + self.place)
        x32 = tokens.transpose(1, 2).reshape(batch, width, rows, columns)
        readout = self.up2(self.up3(x32, x16), x8)
        features = self.out(readout)
        if self.up1 is not None and self.out_fine is not None:
            features = _doubled(features) + self.out_fine(self.up1(readout, x4))
        return F.normalize(features, dim=1)


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
