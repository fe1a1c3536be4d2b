"""A frozen vision transformer as backbone, used as the paper uses DINOv2 (Stojanov et al., ICCV 2025)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.errors import bad_input
from dfc_core.model.lora import attach_lora
from dfc_core.model.pretrained import (
    IMAGE_MEAN,
    IMAGE_STD,
    VisionTransformerConfig,
    colours,
    grid_side,
    load_transformer,
    patch_tokens,
    transformer_blocks,
    transformer_inputs,
)


class VisionTransformer(nn.Module):
    """[B x 3 x S x S] ImageNet-normalised -> [B x features x S/patch x S/patch], unit norm.

    Patch tokens of the last `blocks` blocks, without the final norm, through one shared bias-free projection, summed
    with softmax weights (the first belongs to the earliest block). The transformer itself is frozen and no part of
    the state dict: it is loaded from `source`. With `lora`, low-rank changes to its attention are learned.
    """

    wants_mask = False

    def __init__(self, config: VisionTransformerConfig) -> None:
        super().__init__()
        self.config, self.channels, self.size = config, config.features, config.size
        self._transformer = [load_transformer(config)]  # in a list: kept out of our state dict
        self.frozen.requires_grad_(False).eval()
        self.side = grid_side(self.frozen, config.size)
        self._caught: list[Any] = []
        self._catch_last(config.blocks)
        self.projection = nn.Linear(self.frozen.config.hidden_size, config.features, bias=False)
        self.mixing = nn.Parameter(torch.zeros(config.blocks))
        self.adapters = attach_lora(self.frozen, config.lora) if config.lora else None
        self._recolour = _recolouring(*colours(config))

    @property
    def frozen(self) -> Any:
        """The transformer, without gradients."""
        return self._transformer[0]

    def _apply(self, fn: Any, recurse: bool = True) -> VisionTransformer:
        self.frozen._apply(fn)
        return super()._apply(fn, recurse)

    def _catch_last(self, count: int) -> None:
        blocks = transformer_blocks(self.frozen)
        if not 1 <= count <= len(blocks):
            raise bad_input(f"blocks {count} cannot be used; the backbone at {self.config.source!r} has {len(blocks)}")
        for block in blocks[-count:]:  # by hook: which hidden states transformers gives, and normed or not, varies
            block.register_forward_hook(self._catch)

    def _catch(self, block: nn.Module, inputs: Any, output: Any) -> None:
        self._caught.append(output)

    def forward(self, images: Tensor) -> Tensor:
        scale, shift = (torch.tensor(values, device=images.device)[:, None, None] for values in self._recolour)
        self._caught = []
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.adapters is not None):
            self.frozen(**transformer_inputs(self.frozen, images * scale + shift))
        tokens = torch.stack([patch_tokens(state, self.side) for state in self._caught])
        self._caught = []
        mixed = torch.einsum("s,sbnc->bnc", self.mixing.softmax(0), self.projection(tokens))
        return F.normalize(mixed, dim=-1).transpose(1, 2).reshape(len(images), -1, self.side, self.side)


def _recolouring(mean: tuple[float, ...], std: tuple[float, ...]) -> tuple[list[float], list[float]]:
    """(scale, shift) from colours normalised as ImageNet's to those normalised by `mean` and `std`."""
    scale = [ours / theirs for ours, theirs in zip(IMAGE_STD, std, strict=True)]
    shift = [(ours - theirs) / s for ours, theirs, s in zip(IMAGE_MEAN, mean, std, strict=True)]
    return scale, shift
