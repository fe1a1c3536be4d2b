"""Our chunked matching beside the plain one that holds the full similarity matrix, in the same run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dfc_core.bench.cost import measured
from dfc_core.match import MatchConfig, mutual_matches

SAMPLED_S = 0.001  # the kernel is quick


@dataclass(frozen=True)
class Pixels:
    """N described pixels as matching needs them, all of them on the part."""

    pixels_crop: Tensor
    features: Tensor
    part_probability: Tensor


def compare_matching(pixels: int = 6000, width: int = 128, repeats: int = 3) -> dict[str, Any]:
    """Time and added memory of cycle matching `pixels` with `pixels`, chunked and in one float32 matrix.

    `time_ratio` and `memory_ratio` are the full matrix's over ours: above 1 ours is better. `agreement` is the share
    of the full matrix's pairs that ours has too.
    """
    a, b = (_random_pixels(pixels, width, seed) for seed in (0, 1))
    config = MatchConfig(regions="whole", maximum=pixels)
    ours = measured(lambda: _pairs_chunked(a, b, config), repeats, SAMPLED_S)
    plain = measured(lambda: _pairs_full(a, b, config.cycle_px), repeats, SAMPLED_S)
    return {
        "pixels": pixels,
        "width": width,
        "chunked": {"seconds": ours.seconds, "added_bytes": ours.added_bytes},
        "full_matrix": {"seconds": plain.seconds, "added_bytes": plain.added_bytes},
        "time_ratio": plain.seconds / max(ours.seconds, 1e-9),
        "memory_ratio": None
        if not ours.added_bytes or plain.added_bytes is None
        else plain.added_bytes / ours.added_bytes,
        "agreement": len(ours.result & plain.result) / max(len(plain.result), 1),
    }


def _pairs_chunked(a: Pixels, b: Pixels, config: MatchConfig) -> set[tuple[int, int]]:
    matches = mutual_matches(a, b, config)
    return set(zip(matches.index_a.tolist(), matches.index_b.tolist(), strict=True))


def _pairs_full(a: Pixels, b: Pixels, cycle_px: float) -> set[tuple[int, int]]:
    similarity = a.features @ b.features.T
    forth, back = similarity.argmax(dim=1), similarity.argmax(dim=0)
    cycle = (a.pixels_crop - a.pixels_crop[back[forth]]).norm(dim=1)
    keep = cycle <= cycle_px
    return set(zip(keep.nonzero().flatten().tolist(), forth[keep].tolist(), strict=True))


def _random_pixels(count: int, width: int, seed: int) -> Pixels:
    """Features over a square of pixels that change from one 8 px cell to the next, as a read-out of a grid does: what
    the pictures of all seeds share, and something of each one's own."""
    side = max(1, round(count**0.5))
    generator = torch.Generator().manual_seed(seed)
    index = torch.arange(count)
    places = torch.stack([index % side, index // side], dim=1).float()
    waves = torch.randn(2, width, generator=torch.Generator().manual_seed(7)) * 6 / side
    own = torch.randn(1, width, max(1, side // 4), max(1, side // 4), generator=generator)  # places are 2 px apart
    own = torch.nn.functional.interpolate(own, size=(count // side + 1, side), mode="bilinear")[0].flatten(1).T
    features = torch.cos(places @ waves) + 0.3 * own[:count]
    return Pixels(places * 2, torch.nn.functional.normalize(features, dim=1), torch.ones(count))
