"""A trained network at work: from a picture and a mask to functional features at tool pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from dfc_core.errors import DfcError, bad_input
from dfc_core.frames.crop import Crop, crop_around, cut
from dfc_core.functions import ROLES
from dfc_core.geometry.orientations import Orientations
from dfc_core.model.network import Network
from dfc_core.model.orientation import OrientationReader, read_of

PIXELS_AT_ONCE = 2048  # bounds the head's memory; larger blocks are given back to the system, and asked for again


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

    def __init__(
        self,
        network: Network,
        name: str,
        id: str,
        about: dict[str, Any] | None = None,
        folder: Path | None = None,
        weights_sha256: str = "",
        orientation: OrientationReader | None = None,
    ) -> None:
        self.network = network.eval()
        self.name = name
        self.id = id
        self.about = about or {}
        self.folder, self.orientation = folder, orientation
        self.features_sha256 = weights_sha256  # of what features come from
        told_by = f"{weights_sha256} {orientation.id}" if orientation else ""
        self.weights_sha256 = hashlib.sha256(told_by.encode()).hexdigest() if told_by else weights_sha256  # of all
        self.half = False  # `dfc_core.model.speed_up` sets it

    @property
    def device(self) -> torch.device:
        """Where the network lies, and with it all features."""
        return self.network.mean.device

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions the model was trained on."""
        return self.network.text.functions

    @property
    def size(self) -> int:
        """Side of the crop, px."""
        return self.network.backbone.size

    def encode(self, rgb: NDArray, mask: NDArray) -> Encoded:
        """The costly half: `rgb` H x W x 3 uint8 and the tool's `mask` H x W bool -> grids.

        `DfcError`: EMPTY_MASK without tool pixels, BAD_IMAGE when the two differ in size.
        """
        return self.encode_many([(rgb, mask)])[0]

    @torch.inference_mode()
    def encode_many(self, pictures: Sequence[tuple[NDArray, NDArray]]) -> list[Encoded]:
        """`encode` of several (rgb, mask), of any sizes, in one call of the backbone."""
        if not pictures:
            return []
        cuts = [_cut(rgb, mask, self.size) for rgb, mask in pictures]
        images = torch.from_numpy(np.stack([rgb for rgb, _, _ in cuts])).to(self.device).permute(0, 3, 1, 2)
        masks = torch.from_numpy(np.stack([mask for _, mask, _ in cuts])).to(self.device)
        with self._precision():
            grids = self.network.grids(images.float() / 255, masks.float())
            halves = self.network.head.project(grids)
        grids, halves = (one.float().contiguous(memory_format=torch.channels_last) for one in (grids, halves))
        return [Encoded(grids[i : i + 1], halves[i : i + 1], crop, mask) for i, (_, mask, crop) in enumerate(cuts)]

    def read_out(self, encoded: Encoded, function: str, role: str = "function", stride: int = 2) -> ToolFeatures:
        """Features on every `stride`-th pixel (both ways, in the crop) of the tool."""
        return self.read_out_many(encoded, [(function, role)], stride)[0]

    def read_out_many(self, encoded: Encoded, asked: Sequence[tuple[str, str]], stride: int = 2) -> list[ToolFeatures]:
        """`read_out` for several (function, role): the pixels are sampled once for all of them."""
        pixels_crop = _lattice(encoded.mask_crop, stride)
        pixels = torch.from_numpy(encoded.crop.to_picture(pixels_crop).astype(np.float32)).to(self.device)
        places = torch.from_numpy(pixels_crop).to(self.device)
        features, probability = self._head_many(encoded, places, asked)
        return [ToolFeatures(pixels, places, *described) for described in zip(features, probability, strict=True)]

    def describe(
        self, rgb: NDArray, mask: NDArray, function: str, role: str = "function", stride: int = 2
    ) -> ToolFeatures:
        """`read_out(encode(rgb, mask), function, role, stride)`."""
        return self.read_out(self.encode(rgb, mask), function, role, stride)

    def sample(
        self, encoded: Encoded, pixels: NDArray | Tensor, function: str, role: str = "function"
    ) -> tuple[Tensor, Tensor]:
        """(features N x D, part probability N) at any `pixels` (N x 2, sub-pixel, of the picture)."""
        features, probability = self._head_many(encoded, self._in_crop(encoded, pixels), [(function, role)])
        return features[0], probability[0]

    def orientations(
        self, encoded: Encoded, described: Mapping[str, ToolFeatures], points: NDArray, valid: NDArray, function: str
    ) -> Orientations | None:
        """How the tool's frame of `function` is turned, from what is `described` of it for both roles at the same
        pixels, and what these see: `points` N x 3 (m, camera frame), where `valid` (N). None without an orientation
        network or without points."""
        if self.orientation is None:
            return None
        of_part, of_hold = (described[role] for role in ROLES)
        seen = torch.from_numpy(np.flatnonzero(valid)).to(self.device)

        def read(some: NDArray) -> Tensor:
            at = seen[torch.from_numpy(some).to(self.device)]
            backbone = self.network.backbone_at(encoded.grid, of_part.pixels_crop[None, at])
            return read_of(of_part.features[at], backbone[0], of_hold.part_probability[at])

        with torch.inference_mode():
            text = self.network.text(function, ROLES[0])
        return self.orientation(read, of_part.part_probability[seen], np.asarray(points)[seen.cpu().numpy()], text)

    @torch.inference_mode()
    def backbone_features(self, encoded: Encoded, pixels: NDArray | Tensor) -> Tensor:
        """Features before the head (N x C, unit norm) at `pixels` (N x 2) of the picture; no function involved."""
        return self.network.backbone_at(encoded.grid, self._in_crop(encoded, pixels)[None])[0]

    def _in_crop(self, encoded: Encoded, pixels: NDArray | Tensor) -> Tensor:
        """Pixels (N x 2) of the picture as the model saw them."""
        pixels_crop = encoded.crop.from_picture(np.asarray(pixels, dtype=np.float64)).astype(np.float32)
        return torch.from_numpy(pixels_crop.reshape(-1, 2)).to(self.device)

    @torch.inference_mode()
    def _head_many(
        self, encoded: Encoded, pixels_crop: Tensor, asked: Sequence[tuple[str, str]]
    ) -> tuple[Tensor, Tensor]:
        """(features F x N x D, part probability F x N) for F (function, role)."""
        for _, role in asked:
            if role not in ROLES:
                raise bad_input(f"role {role!r} is not one of {', '.join(ROLES)}")
        width, head = len(asked), self.network.config.head
        features = torch.zeros(width, len(pixels_crop), head.features, device=self.device)
        probability = torch.ones(width, len(pixels_crop), device=self.device)
        if width == 0:
            return features, probability
        text = self.network.text.many(asked)[:, None]
        at_once = max(1, PIXELS_AT_ONCE // width)
        for start in range(0, len(pixels_crop), at_once):
            part = slice(start, start + at_once)
            with self._precision():
                some, logits = self.network.at_pixels(encoded.image_half, pixels_crop[None, part], text)
            features[:, part] = F.normalize(some.float(), dim=-1) if self.half else some
            if logits is not None:
                probability[:, part] = logits.float().sigmoid()
        return features, probability

    def _precision(self) -> AbstractContextManager[Any]:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.half)


def _cut(rgb: NDArray, mask: NDArray, size: int) -> tuple[NDArray, NDArray, Crop]:
    rgb, mask = np.asarray(rgb), np.asarray(mask, dtype=bool)
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or mask.shape != rgb.shape[:2]:
        raise DfcError(
            "BAD_IMAGE",
            f"picture {rgb.dtype} {rgb.shape} with mask {mask.shape}; it must be uint8 H x W x 3 with H x W",
        )
    crop = crop_around(mask, size)
    return *cut(rgb, mask, crop), crop


def _lattice(mask_crop: NDArray, stride: int) -> NDArray:
    """Tool pixels (N x 2 float32) on every `stride`-th row and column; all of them if the tool is too thin for that."""
    ys, xs = np.nonzero(mask_crop)
    on = (xs % stride == 0) & (ys % stride == 0)
    if on.sum() < 64:
        on = np.ones(len(xs), dtype=bool)
    return np.stack([xs[on], ys[on]], axis=1).astype(np.float32)
