"""Discovery: which pixels correspond at all, all pixels ranked (METHOD section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dfc_core.match.neighbours import CHUNK_BYTES, Nearest, nearest_both
from dfc_core.match.regions import MINIMUM_REGION, PART_THRESHOLD, DescribedPixels, Region, part_and_rest, whole
from dfc_core.match.transport import TransportConfig, nearest_balanced

Ranking = tuple[Tensor, Tensor, Tensor]
"""(index_a long, index_b long, score float32), best first."""


@dataclass(frozen=True)
class DiscoveryConfig:
    """The thresholds of the masked variant, as METHOD section 5 has them. `transport`: a pixel's best is that of the
    transport plan between the two regions (`dfc_core.match.transport`), not the nearest feature."""

    part_threshold: float = PART_THRESHOLD
    minimum_region: int = MINIMUM_REGION
    transport: TransportConfig | None = None
    chunk_bytes: int = CHUNK_BYTES


def rank_discovery(
    a: DescribedPixels, b: DescribedPixels, masked: bool = False, config: DiscoveryConfig | None = None
) -> tuple[Ranking, Ranking]:
    """Every pixel of a with its best pixel of b, and every pixel of b with its best of a; both name a's index first.

    Ranked by (1 - minmax(cycle distance)) * minmax(similarity). `masked`: parts with parts and rests with rests, scored
    apart and all part matches ranked first; the scores therefore fall within each of the two, not across them. One of
    the four regions too small: the whole masks. Either side empty gives empty tensors.
    """
    config = config or DiscoveryConfig()
    from_a, from_b = [], []
    for region_a, region_b in _regions(a, b, masked, config):
        sides = a.features[region_a], b.features[region_b], config.chunk_bytes
        places = a.pixels_crop[region_a], b.pixels_crop[region_b]
        if config.transport is None:
            to_b, to_a = nearest_both(*sides, *places)
        else:
            to_b, to_a = nearest_balanced(*sides, *places, config.transport)
        from_a.append(rank_region(a.pixels_crop, region_a, region_b, to_b, to_a.index[to_b.index]))
        from_b.append(rank_region(b.pixels_crop, region_b, region_a, to_a, to_b.index[to_a.index]))
    index_b, index_a, score = _joined(from_b, a.features.device)
    return _joined(from_a, a.features.device), (index_a, index_b, score)


def rank_scores(pixels: Tensor, back: Tensor, similarity: Tensor) -> Tensor:
    """(1 - minmax(cycle distance)) * minmax(similarity), N float32.

    `pixels` N x 2; `back` N long: the pixel each one comes back to; `similarity` N, to its best pixel.
    """
    cycle = (pixels.float() - pixels[back].float()).norm(dim=1)
    return (1 - min_max(cycle)) * min_max(similarity)


def min_max(values: Tensor) -> Tensor:
    """Values stretched to 0..1; all 0 when they have no spread, empty when empty."""
    if len(values) == 0:
        return values
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if bool(high > low) else torch.zeros_like(values)


def _regions(a: DescribedPixels, b: DescribedPixels, masked: bool, config: DiscoveryConfig) -> list[Region]:
    if len(a.features) == 0 or len(b.features) == 0:
        return []
    return part_and_rest(a, b, config.part_threshold, config.minimum_region) if masked else [whole(a, b)]


def rank_region(pixels: Tensor, region_from: Tensor, region_to: Tensor, forth: Nearest, back: Tensor) -> Ranking:
    """One region's ranking: pixels `region_from` (long, into `pixels`) by how they come back and how alike they are.

    `forth` and `back` count within the regions: the best of each, and the pixel that this one comes back to.
    """
    score = rank_scores(pixels[region_from], back, forth.similarity)
    order = score.argsort(descending=True, stable=True)
    return region_from[order], region_to[forth.index[order]], score[order]


def _joined(ranked: list[Ranking], device: torch.device) -> Ranking:
    empty = torch.empty(0, dtype=torch.long, device=device)
    parts = ranked or [(empty, empty, torch.empty(0, dtype=torch.float32, device=device))]
    index_a, index_b, score = (torch.cat(some) for some in zip(*parts, strict=True))
    return index_a, index_b, score
