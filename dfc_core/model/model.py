"""A trained network at work: from a picture and a mask to functional features at tool pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from dfc_core.errors import DfcError
from dfc_core.frames.crop import Crop, crop_around, cut
from dfc_core.functions import ROLES
from dfc_core.model.head import sample_grid
from dfc_core.model.network import Network

PIXELS_AT_ONCE = 16384  # bounds the head's memory


@dataclass(frozen=True)
class Encoded:
    """What is computed once for a picture, whatever the function: grids, and where they lie in the picture.

    `grid` 1 x C x h x w unit-norm backbone features; `image_half` 1 x hidden x h x w; `crop` the square the model
    saw; `mask_crop` S x S bool.
    """

    grid: Tensor
    image_half: Tensor
    crop: Crop
    mask_crop: NDArray


@dataclass(frozen=True)
class ToolFeatures:
    """Functional features at N pixels of a tool.

    `pixels` N x 2 float32 (x, y) in the picture; `pixels_crop` the same in the model's 224 px crop; `features` N x D
    float32, unit norm; `part_probability` N, that the pixel lies on the part asked for.
    """

    pixels: Tensor
    pixels_crop: Tensor
    features: Tensor
    part_probability: Tensor


class Model:
    """A network with its name; get one from `load_model`."""

    def __init__(self, network: Network, name: str, id: str, about: dict[str, Any] | None = None) -> None:
        self.network = network.eval()
        self.name = name
        self.id = id
        self.about = about or {}

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions the model was trained on."""
        return self.network.text.functions

    @property
    def size(self) -> int:
        """Side of the crop, px."""
        return self.network.backbone.size

    @torch.inference_mode()
    def encode(self, rgb: NDArray, mask: NDArray) -> Encoded:
        """The costly half: `rgb` H x W x 3 uint8 and the tool's `mask` H x W bool -> grids.

        `DfcError`: EMPTY_MASK without tool pixels, BAD_IMAGE when the two differ in size.
        """
        rgb, mask = np.asarray(rgb), np.asarray(mask, dtype=bool)
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or mask.shape != rgb.shape[:2]:
            raise DfcError(
                "BAD_IMAGE",
                f"picture {rgb.dtype} {rgb.shape} with mask {mask.shape}; it must be uint8 H x W x 3 with H x W",
            )
        crop = crop_around(mask, self.size)
        rgb_crop, mask_crop = cut(rgb, mask, crop)
        image = torch.from_numpy(np.array(rgb_crop)).permute(2, 0, 1)[None].float() / 255
        grid = self.network.grids(image, torch.from_numpy(np.array(mask_crop))[None].float())
        return Encoded(grid, self.network.head.project(grid), crop, mask_crop)

    def read_out(self, encoded: Encoded, function: str, role: str = "function", stride: int = 2) -> ToolFeatures:
        """Features on every `stride`-th pixel (both ways, in the crop) of the tool."""
        pixels_crop = _lattice(encoded.mask_crop, stride)
        features, probability = self._head(encoded, torch.from_numpy(pixels_crop), function, role)
        pixels = torch.from_numpy(encoded.crop.to_picture(pixels_crop).astype(np.float32))
        return ToolFeatures(pixels, torch.from_numpy(pixels_crop), features, probability)

    def describe(
        self, rgb: NDArray, mask: NDArray, function: str, role: str = "function", stride: int = 2
    ) -> ToolFeatures:
        """`read_out(encode(rgb, mask), function, role, stride)`."""
        return self.read_out(self.encode(rgb, mask), function, role, stride)

    def sample(
        self, encoded: Encoded, pixels: NDArray | Tensor, function: str, role: str = "function"
    ) -> tuple[Tensor, Tensor]:
        """(features N x D, part probability N) at any `pixels` (N x 2, sub-pixel, of the picture)."""
        pixels_crop = encoded.crop.from_picture(np.asarray(pixels, dtype=np.float64)).astype(np.float32)
        return self._head(encoded, torch.from_numpy(pixels_crop.reshape(-1, 2)), function, role)

    @torch.inference_mode()
    def backbone_features(self, encoded: Encoded, pixels: NDArray | Tensor) -> Tensor:
        """Features before the head (N x C, unit norm) at `pixels` (N x 2) of the picture; no function involved."""
        pixels_crop = encoded.crop.from_picture(np.asarray(pixels, dtype=np.float64)).astype(np.float32)
        samples = sample_grid(encoded.grid, torch.from_numpy(pixels_crop.reshape(1, -1, 2)), self.size)
        return F.normalize(samples[0], dim=-1)

    @torch.inference_mode()
    def _head(self, encoded: Encoded, pixels_crop: Tensor, function: str, role: str) -> tuple[Tensor, Tensor]:
        if role not in ROLES:
            raise ValueError(f"role {role!r} is not one of {', '.join(ROLES)}")
        text = self.network.text(function, role)[None, None]
        features, probability = [], []
        for part in pixels_crop.split(PIXELS_AT_ONCE):
            f, logits = self.network.at_pixels(encoded.image_half, part[None], text)
            features.append(f[0])
            probability.append(torch.ones(len(part)) if logits is None else logits[0].sigmoid())
        if not features:
            return torch.zeros(0, self.network.config.head.features), torch.zeros(0)
        return torch.cat(features), torch.cat(probability)


def _lattice(mask_crop: NDArray, stride: int) -> NDArray:
    """Tool pixels (N x 2 float32) on every `stride`-th row and column; all of them if the tool is too thin for that."""
    ys, xs = np.nonzero(mask_crop)
    on = (xs % stride == 0) & (ys % stride == 0)
    if on.sum() < 64:
        on = np.ones(len(xs), dtype=bool)
    return np.stack([xs[on], ys[on]], axis=1).astype(np.float32)
