"""A frozen DINOv2-family transformer as backbone, used as the paper does (Stojanov et al., ICCV 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.errors import DfcError, bad_input


@dataclass(frozen=True)
class VisionTransformerConfig:
    """Which checkpoint (`source`: folder or hub name of a transformers model) and how its last blocks are mixed."""

    kind: str = "vision-transformer"
    source: str = "facebook/dinov2-base"
    size: int = 224
    blocks: int = 3
    features: int = 512
    interpolation_offset: float = 0.1  # DINOv2's own: scale (16 + 0.1) / 37 when the position table is resized


class VisionTransformer(nn.Module):
    """[B x 3 x 224 x 224] ImageNet-normalised -> [B x features x 16 x 16], unit norm.

    Patch tokens of the last `blocks` blocks, without the final norm, through one shared bias-free projection, summed
    with softmax weights (the first belongs to the earliest block). The transformer itself is frozen and is not part
    of the saved weights: it is loaded from `source`.
    """

    wants_mask = False

    def __init__(self, config: VisionTransformerConfig, transformer: nn.Module | None = None) -> None:
        super().__init__()
        self.config = config
        self._transformer = [transformer or load_transformer(config)]  # in a list: kept out of our state dict
        self.frozen.requires_grad_(False).eval()
        self.projection = nn.Linear(self.frozen.config.hidden_size, config.features, bias=False)
        self.mixing = nn.Parameter(torch.zeros(config.blocks))

    @property
    def frozen(self) -> Any:
        """The transformer, without gradients."""
        return self._transformer[0]

    @property
    def channels(self) -> int:
        """Length of a feature."""
        return self.config.features

    @property
    def size(self) -> int:
        """Side of the pictures it takes, px."""
        return self.config.size

    def _apply(self, fn: Any, recurse: bool = True) -> VisionTransformer:
        self.frozen._apply(fn)
        return super()._apply(fn, recurse)

    def forward(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            states = self.frozen(images, output_hidden_states=True).hidden_states[-self.config.blocks :]
        extra = 1 + int(getattr(self.frozen.config, "num_register_tokens", 0) or 0)
        tokens = torch.stack([state[:, extra:] for state in states])
        mixed = torch.einsum("s,sbnc->bnc", self.mixing.softmax(0), self.projection(tokens))
        side = self.config.size // self.frozen.config.patch_size
        return F.normalize(mixed, dim=-1).transpose(1, 2).reshape(len(images), -1, side, side)


def load_transformer(config: VisionTransformerConfig) -> nn.Module:
    """The checkpoint of `config.source`; `DfcError` when it, or transformers, is not there. Never random weights."""
    try:
        from transformers import AutoModel
    except ImportError as error:
        raise DfcError("NOT_READY", "this model needs transformers: pip install 'dfc_ros[backbones]'") from error
    try:
        transformer = AutoModel.from_pretrained(config.source)
    except (OSError, ValueError) as error:
        raise bad_input(f"no vision transformer at {config.source!r} (a folder or a hub name): {error}") from error
    resize_positions(transformer, config)
    return transformer


def resize_positions(transformer: nn.Module, config: VisionTransformerConfig) -> None:
    """Resize a position table once to the model's grid: bicubic, no antialias, DINOv2's 0.1 offset in the scale."""
    embeddings: Any = getattr(transformer, "embeddings", None)
    table = getattr(embeddings, "position_embeddings", None)
    if table is None:  # rotary positions (DINOv3) need none
        return
    side = config.size // transformer.config.patch_size  # type: ignore[union-attr, operator]
    trained = round((table.shape[1] - 1) ** 0.5)
    if side == trained:
        return
    grid = table[:, 1:].reshape(1, trained, trained, -1).permute(0, 3, 1, 2).float()
    factor = (side + config.interpolation_offset) / trained
    resized = F.interpolate(grid, scale_factor=(factor, factor), mode="bicubic", antialias=False)
    assert resized.shape[-1] == side, "the scale factor must give the model's grid"
    flat = resized.permute(0, 2, 3, 1).flatten(1, 2).to(table.dtype)
    embeddings.position_embeddings = nn.Parameter(torch.cat([table[:, :1], flat], dim=1), requires_grad=False)
