"""Which pixels may match which: the functional part with the part, the rest with the rest."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

PART_THRESHOLD = 0.5
MINIMUM_REGION = 16  # pixels; METHOD section 5: a smaller region is no region

Region = tuple[Tensor, Tensor]
"""Indices (long) of the pixels of a and of b that may match each other."""


class DescribedPixels(Protocol):
    """What matching needs of one picture; `dfc_core.model.ToolFeatures` has it."""

    @property
    def pixels_crop(self) -> Tensor:
        """N x 2 (x, y) in the frame in which distances count (the 224 px crop)."""

    @property
    def features(self) -> Tensor:
        """N x D float32, unit norm."""

    @property
    def part_probability(self) -> Tensor:
        """N, 0..1: the pixel lies on the functional part."""


def split(described: DescribedPixels, threshold: float = PART_THRESHOLD) -> tuple[Tensor, Tensor]:
    """Indices (long) of the pixels on the predicted part (probability >= threshold) and of the rest."""
    on_part = described.part_probability >= threshold
    return on_part.nonzero().flatten(), (~on_part).nonzero().flatten()


def whole(a: DescribedPixels, b: DescribedPixels) -> Region:
    """All pixels of a with all pixels of b."""
    return (
        torch.arange(len(a.features), device=a.features.device),
        torch.arange(len(b.features), device=b.features.device),
    )


def part_and_rest(
    a: DescribedPixels, b: DescribedPixels, threshold: float = PART_THRESHOLD, minimum: int = MINIMUM_REGION
) -> list[Region]:
    """[(part a, part b), (rest a, rest b)], or the whole masks when one of the four has fewer than `minimum` pixels."""
    part_a, rest_a = split(a, threshold)
    part_b, rest_b = split(b, threshold)
    if min(len(part_a), len(rest_a), len(part_b), len(rest_b)) < minimum:
        return [whole(a, b)]
    return [(part_a, part_b), (rest_a, rest_b)]


def part_only(
    a: DescribedPixels, b: DescribedPixels, threshold: float = PART_THRESHOLD, minimum: int = MINIMUM_REGION
) -> list[Region]:
    """[(part a, part b)], or the whole masks when one of the two parts has fewer than `minimum` pixels."""
    part_a, part_b = split(a, threshold)[0], split(b, threshold)[0]
    return [whole(a, b)] if min(len(part_a), len(part_b)) < minimum else [(part_a, part_b)]
