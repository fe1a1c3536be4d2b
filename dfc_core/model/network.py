"""Backbone, text and head as one trainable network, built from its config."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.errors import bad_input
from dfc_core.model.head import FunctionalHead, HeadConfig, sample_grid
from dfc_core.model.pretrained import IMAGE_MEAN, IMAGE_STD, VisionTransformerConfig
from dfc_core.model.text import ClipText, ClipTextConfig, FunctionTable, FunctionTableConfig
from dfc_core.model.unet import UNet, UNetConfig
from dfc_core.model.vision_transformer import VisionTransformer
from dfc_core.settings import read_settings


class Backbone(Protocol):
    """The seam for feature extractors: [B x 3 or 4 x size x size] -> unit-norm grids [B x channels x h x w]."""

    wants_mask: bool  # whether the mask comes as fourth channel
    channels: int  # of a feature
    size: int  # side of the pictures it takes, px

    def __call__(self, images: Tensor) -> Tensor: ...


BACKBONES = {"unet": (UNetConfig, UNet), "vision-transformer": (VisionTransformerConfig, VisionTransformer)}
TEXTS = {"table": (FunctionTableConfig, FunctionTable), "clip": (ClipTextConfig, ClipText)}


@dataclass(frozen=True)
class NetworkConfig:
    """What a network is made of."""

    backbone: UNetConfig | VisionTransformerConfig = field(default_factory=UNetConfig)
    text: FunctionTableConfig | ClipTextConfig = field(default_factory=FunctionTableConfig)
    head: HeadConfig = field(default_factory=HeadConfig)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(values: dict[str, Any]) -> NetworkConfig:
        """The reverse of `to_dict`; an unknown kind or key is refused by name."""
        parts = [part.name for part in fields(NetworkConfig)]
        if not isinstance(values, dict) or not set(values) <= set(parts):
            told = ", ".join(map(str, values)) if isinstance(values, dict) else repr(values)
            raise bad_input(f"network has {told}; allowed: {', '.join(parts)}")
        return NetworkConfig(
            _part(values.get("backbone", {}), BACKBONES, "backbone"),
            _part(values.get("text", {}), TEXTS, "text"),
            read_settings(HeadConfig, values.get("head", {}), "head", "head."),
        )


def _part(values: Any, kinds: dict[str, tuple[Any, Any]], what: str) -> Any:
    kind = values.get("kind") if isinstance(values, dict) else values
    if not isinstance(values, dict) or kind not in kinds:
        raise bad_input(f"{what} kind {kind!r} is not one of {', '.join(kinds)}")
    return read_settings(kinds[kind][0], values, what, f"{what}.")


class Network(nn.Module):
    """The trainable whole; weights are whatever `state_dict` says, nothing is fetched but a frozen backbone or text."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone: Any = BACKBONES[config.backbone.kind][1](config.backbone)
        self.text: Any = TEXTS[config.text.kind][1](config.text)
        film = getattr(config.backbone, "film", False)
        self.head = FunctionalHead(self.backbone.channels, self.text.width, config.head, film)
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(IMAGE_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(IMAGE_STD)[:, None, None], persistent=False)

    def grids(self, images: Tensor, masks: Tensor) -> Tensor:
        """[B x C x h x w] of pictures [B x 3 x S x S] (0..1, white off the tool) with masks [B x S x S] (0..1)."""
        pictures = (images - self.mean) / self.std
        if self.backbone.wants_mask:
            pictures = torch.cat([pictures, masks[:, None]], dim=1)
        return self.backbone(pictures)

    def backbone_at(self, grids: Tensor, pixels: Tensor) -> Tensor:
        """The backbone's features [B x N x C], unit norm, at `pixels` [B x N x 2] of grids."""
        return F.normalize(sample_grid(grids, pixels, self.backbone.size), dim=-1)

    def at_pixels(self, image_halves: Tensor, pixels: Tensor, text: Tensor) -> tuple[Tensor, Tensor | None]:
        """(features [B x N x D], logits [B x N]) at `pixels` [B x N x 2] of projected grids; `text` [B x 1 x W]."""
        return self.head(sample_grid(image_halves, pixels, self.backbone.size), text)
