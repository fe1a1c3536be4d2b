"""Matches that hold both ways, up to a tolerance: what transfer lifts to 3D."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dfc_core.match.neighbours import CHUNK_BYTES, nearest
from dfc_core.match.regions import MINIMUM_REGION, PART_THRESHOLD, DescribedPixels, part_and_rest, part_only, whole
from dfc_core.match.transport import TransportConfig, nearest_balanced

REGIONS = ("part", "part+rest", "whole")


@dataclass(frozen=True)
class MatchConfig:
    """How matches are chosen; distances in px of the 224 crop.

    `regions`: "part" matches the predicted functional parts only, "part+rest" also the rests with each other, "whole"
    ignores the part masks. A pixel is on the part when its probability reaches `part_threshold`; when a region needed
    has fewer than `minimum_region` pixels the whole masks are matched instead. `transport`: a pixel's best is that of
    the transport plan between two regions (`dfc_core.match.transport`), not the nearest feature. `cycle_px`: a pixel
    may return that far from where it started (0 = strictly mutual), or `cycle_share` of its region's extent where that
    is more: a wide rim comes back from a narrow mouth in coarse steps. `maximum`: only so many of the best are kept.
    """

    regions: str = "part"
    part_threshold: float = PART_THRESHOLD
    minimum_region: int = MINIMUM_REGION
    transport: TransportConfig | None = None
    cycle_px: float = 8.0
    cycle_share: float = 0.1
    maximum: int = 2000
    chunk_bytes: int = CHUNK_BYTES

    def __post_init__(self) -> None:
        if self.regions not in REGIONS:
            raise ValueError(f"regions is {self.regions!r}; allowed: {', '.join(REGIONS)}")
        if not 0 <= self.part_threshold <= 1:
            raise ValueError(f"part_threshold is {self.part_threshold}; allowed: 0..1")
        for name in ("minimum_region", "cycle_px", "cycle_share", "maximum"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; allowed: 0 and above")


@dataclass(frozen=True)
class Matches:
    """M matches, best first.

    `index_a`, `index_b` M long, into the two feature sets; `similarity` M, cosine; `cycle_distance` M, px of the 224
    crop between a pixel of a and where it comes back to; `score` M, 0..1.
    """

    index_a: Tensor
    index_b: Tensor
    similarity: Tensor
    cycle_distance: Tensor
    score: Tensor

    def __len__(self) -> int:
        return len(self.index_a)


def mutual_matches(a: DescribedPixels, b: DescribedPixels, config: MatchConfig | None = None) -> Matches:
    """Pixels of a with their nearest in b whose own nearest lies back within `config.cycle_px`, by falling score.

    score = max(similarity, 0) * (1 - cycle / (2 tolerance)) * p, where p is the probability that both ends are on the
    same side of the part mask, p_a p_b + (1 - p_a)(1 - p_b) (1 where the whole masks were matched). It is absolute:
    a poor pair of pictures has low scores throughout. Each pixel of a occurs at most once, a pixel of b may recur
    unless `cycle_px` is 0. Either side empty gives no matches. Relaxed instead of strict cycles: METHOD section 6.
    """
    config = config or MatchConfig()
    if len(a.features) == 0 or len(b.features) == 0:
        return _none(a.features.device)
    if config.regions == "part":
        regions = part_only(a, b, config.part_threshold, config.minimum_region)
    elif config.regions == "part+rest":
        regions = part_and_rest(a, b, config.part_threshold, config.minimum_region)
    else:
        regions = [whole(a, b)]
    found = [_match_region(a, b, region_a, region_b, config) for region_a, region_b in regions]
    return _best(_joined(found), config.maximum)


def _match_region(
    a: DescribedPixels, b: DescribedPixels, region_a: Tensor, region_b: Tensor, config: MatchConfig
) -> Matches:
    if len(region_a) == 0 or len(region_b) == 0:
        return _none(a.features.device)
    features_a, features_b = a.features[region_a], b.features[region_b]
    pixels, pixels_b = a.pixels_crop[region_a].float(), b.pixels_crop[region_b].float()
    sides = features_a, features_b, config.chunk_bytes, pixels, pixels_b
    if config.transport is not None:
        (forth, similarity), (home, _) = nearest_balanced(*sides, config.transport)
        back = home[forth]
    else:
        forth, similarity = nearest(*sides)
        reached, place = forth.unique(return_inverse=True)  # few pixels of b are anyone's nearest: only they go back
        back = nearest(features_b[reached], features_a, config.chunk_bytes, pixels_b[reached], pixels).index[place]
    cycle = (pixels - pixels[back]).norm(dim=1)
    tolerance = _tolerance(pixels, config)
    keep = cycle <= tolerance
    index_a, index_b = region_a[keep], region_b[forth[keep]]
    similarity, cycle = similarity[keep], cycle[keep]
    score = similarity.clamp(0, 1) * (1 - 0.5 * cycle / max(tolerance, 1e-6))
    if len(region_a) < len(a.features) or len(region_b) < len(b.features):
        score = score * _agreement(a.part_probability[index_a], b.part_probability[index_b])
    return Matches(index_a, index_b, similarity, cycle, score)


def _tolerance(pixels: Tensor, config: MatchConfig) -> float:
    """How far (px) a pixel of a region (N x 2) may return from where it started; strict stays strict."""
    if config.cycle_px == 0:
        return 0.0
    extent = (pixels.amax(dim=0) - pixels.amin(dim=0)).norm()
    return max(config.cycle_px, config.cycle_share * float(extent))


def _agreement(probability_a: Tensor, probability_b: Tensor) -> Tensor:
    return (probability_a * probability_b + (1 - probability_a) * (1 - probability_b)).float()


def _joined(found: list[Matches]) -> Matches:
    return Matches(*(torch.cat(some) for some in zip(*(vars(matches).values() for matches in found), strict=True)))


def _best(matches: Matches, maximum: int) -> Matches:
    order = matches.score.argsort(descending=True, stable=True)[:maximum]
    return Matches(*(values[order] for values in vars(matches).values()))


def _none(device: torch.device) -> Matches:
    index = torch.empty(0, dtype=torch.long, device=device)
    value = torch.empty(0, dtype=torch.float32, device=device)
    return Matches(index, index, value, value, value)
