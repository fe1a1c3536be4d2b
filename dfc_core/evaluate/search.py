"""All pixels of one picture ranked with their best of the other, plain and by parts out of one search.

A pixel whose best of the whole other mask lies in its own region (part or rest) has found its best of that region too;
only the strays are searched for again.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dfc_core.match import DescribedPixels, Nearest, nearest, nearest_both
from dfc_core.match.discovery import rank_region
from dfc_core.match.neighbours import CHUNK_BYTES
from dfc_core.match.regions import Region, part_and_rest, whole

BLOCK_BYTES = 8 * 2**20  # similarities that a processor's cache still holds when their maxima are taken


@dataclass(frozen=True)
class Ranking:
    """Best first: `from_a` every pixel of a with its best of b, `from_b` every pixel of b with its best of a; both
    (index in a, index in b), long."""

    from_a: tuple[Tensor, Tensor]
    from_b: tuple[Tensor, Tensor]


def rank_whole(a: DescribedPixels, b: DescribedPixels, smooth: bool = True) -> Ranking:
    """Every pixel with its best of the whole other mask.

    `smooth`: neighbours in a picture have features alike, which makes the search quicker; the answer is the same.
    """
    return _ranking(a, b, [whole(a, b)], *_search(a, b, smooth))


def rank_whole_and_parts(a: DescribedPixels, b: DescribedPixels) -> tuple[Ranking, Ranking]:
    """(`rank_whole`, the masked variant of METHOD section 5: parts with parts and rests with rests, parts first)."""
    forth, back = _search(a, b, smooth=True)
    plain = _ranking(a, b, [whole(a, b)], forth, back)
    regions = part_and_rest(a, b)
    if len(regions) == 1:
        return plain, plain
    forth = _kept_within(a, b, regions, forth)
    back = _kept_within(b, a, [(columns, rows) for rows, columns in regions], back)
    return plain, _ranking(a, b, regions, forth, back)


def _search(a: DescribedPixels, b: DescribedPixels, smooth: bool) -> tuple[Nearest, Nearest]:
    if smooth:
        return nearest_both(a.features, b.features, CHUNK_BYTES, a.pixels_crop, b.pixels_crop)
    return nearest_both(a.features, b.features, BLOCK_BYTES)


def _kept_within(a: DescribedPixels, b: DescribedPixels, regions: list[Region], found: Nearest) -> Nearest:
    """`found` (for each pixel of a its best of b) with the best of its own region for those that left it."""
    index, similarity = found.index.clone(), found.similarity.clone()
    for rows, columns in regions:
        inside = torch.zeros(len(b.features), dtype=torch.bool)
        inside[columns] = True
        strays = rows[~inside[found.index[rows]]]
        again = nearest(
            a.features[strays], b.features[columns], CHUNK_BYTES, a.pixels_crop[strays], b.pixels_crop[columns]
        )
        index[strays], similarity[strays] = columns[again.index], again.similarity
    return Nearest(index, similarity)


def _ranking(a: DescribedPixels, b: DescribedPixels, regions: list[Region], forth: Nearest, back: Nearest) -> Ranking:
    """Rankings from the best of each pixel, one region after the other; no best may leave its region."""
    from_a, from_b = [], []
    for rows, columns in regions:
        to_b, to_a = _counted_within(forth, rows, columns), _counted_within(back, columns, rows)
        from_a.append(rank_region(a.pixels_crop, rows, columns, to_b, to_a.index[to_b.index]))
        from_b.append(rank_region(b.pixels_crop, columns, rows, to_a, to_b.index[to_a.index]))
    index_a, index_b = (torch.cat([ranked[end] for ranked in from_a]) for end in (0, 1))
    back_b, back_a = (torch.cat([ranked[end] for ranked in from_b]) for end in (0, 1))
    return Ranking((index_a, index_b), (back_a, back_b))


def _counted_within(found: Nearest, rows: Tensor, columns: Tensor) -> Nearest:
    """The best of the pixels `rows`, counted within `columns` (rising)."""
    return Nearest(torch.searchsorted(columns, found.index[rows]), found.similarity[rows])
