"""Label transfer: where a pixel of one picture lies in the other."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dfc_core.match.neighbours import CHUNK_BYTES, nearest, similarity_blocks


@dataclass(frozen=True)
class LabelTransferConfig:
    """`soft` refines the best pixel to the softmax-weighted mean place (temperature `temperature`) of the pixels
    at most `window_px` from it in x and in y; otherwise the best pixel itself is the answer."""

    soft: bool = False
    window_px: float = 14.0
    temperature: float = 0.05
    chunk_bytes: int = CHUNK_BYTES

    def __post_init__(self) -> None:
        if not self.window_px >= 0:
            raise ValueError(f"window_px is {self.window_px}; allowed: 0 and above")
        if not self.temperature > 0:
            raise ValueError(f"temperature is {self.temperature}; allowed: above 0")


def transfer_pixels(
    features_queries: Tensor,
    features_target: Tensor,
    pixels_target: Tensor,
    allowed: Tensor | None = None,
    config: LabelTransferConfig | None = None,
) -> Tensor:
    """Where each query lies in the target: N x 2 float32 (x, y), in the frame of `pixels_target` (M x 2).

    `features_queries` N x D, `features_target` M x D, unit norm. The most similar target pixel (METHOD section 5), or
    a place between pixels when `config.soft` (window soft-argmax, section 6). `allowed` M bool limits the choice and,
    when it allows nothing, is ignored. N = 0 gives none; M = 0 with N > 0 raises `ValueError`.
    """
    config = config or LabelTransferConfig()
    if allowed is not None and bool(allowed.any()):
        features_target, pixels_target = features_target[allowed], pixels_target[allowed]
    best = nearest(features_queries, features_target, config.chunk_bytes).index
    pixels_target = pixels_target.float()
    if not config.soft or len(best) == 0:
        return pixels_target[best].reshape(-1, 2)
    refined = [
        _window_mean(block, pixels_target, pixels_target[best[start : start + len(block)]], config)
        for start, block in similarity_blocks(features_queries.float(), features_target.float(), config.chunk_bytes)
    ]
    return torch.cat(refined)


def _window_mean(similarity: Tensor, pixels: Tensor, centres: Tensor, config: LabelTransferConfig) -> Tensor:
    """rows x M similarities, M x 2 pixels, rows x 2 centres -> rows x 2."""
    outside = (pixels[None, :, 0] - centres[:, None, 0]).abs() > config.window_px
    outside |= (pixels[None, :, 1] - centres[:, None, 1]).abs() > config.window_px
    weights = (similarity / config.temperature).masked_fill(outside, -torch.inf).softmax(dim=1)
    return weights @ pixels
