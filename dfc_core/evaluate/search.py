"""All pixels of one picture ranked with their best of the other, plain and by parts out of one search.

Four blocks of similarities (part or rest of a, part or rest of b) hold both answers of METHOD section 5: the masked
one needs part-part and rest-rest, the plain one the better of the two blocks that a pixel takes part in.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dfc_core.match import DescribedPixels, Nearest, nearest_both
from dfc_core.match.discovery import rank_region
from dfc_core.match.regions import part_and_rest, whole

BLOCK_BYTES = 8 * 2**20  # similarities that a processor's cache still holds when their maxima are taken


@dataclass(frozen=True)
class Ranking:
    """Best first: `from_a` every pixel of a with its best of b, `from_b` every pixel of b with its best of a; both
    (index in a, index in b), long."""

    from_a: tuple[Tensor, Tensor]
    from_b: tuple[Tensor, Tensor]


@dataclass(frozen=True)
class _Block:
    """Pixels `rows` of a and `columns` of b (long) and the best of each among the others, counted within the block."""

    rows: Tensor
    columns: Tensor
    forth: Nearest
    back: Nearest


def rank_whole(a: DescribedPixels, b: DescribedPixels) -> Ranking:
    """Every pixel with its best of the whole other mask."""
    return _ranking(a, b, [_search(a, b, *whole(a, b))])


def rank_whole_and_parts(a: DescribedPixels, b: DescribedPixels) -> tuple[Ranking, Ranking]:
    """(`rank_whole`, the masked variant: parts with parts and rests with rests, part matches first)."""
    regions = part_and_rest(a, b)
    if len(regions) == 1:
        ranking = rank_whole(a, b)
        return ranking, ranking
    (part_a, part_b), (rest_a, rest_b) = regions
    parts, rests = _search(a, b, part_a, part_b), _search(a, b, rest_a, rest_b)
    mixed = _search(a, b, part_a, rest_b), _search(a, b, rest_a, part_b)
    every = _joined(a, b, (parts, *mixed, rests))
    return _ranking(a, b, [every]), _ranking(a, b, [parts, rests])


def _search(a: DescribedPixels, b: DescribedPixels, rows: Tensor, columns: Tensor) -> _Block:
    forth, back = nearest_both(a.features[rows], b.features[columns], BLOCK_BYTES)
    return _Block(rows, columns, forth, back)


def _joined(a: DescribedPixels, b: DescribedPixels, blocks: tuple[_Block, ...]) -> _Block:
    """One block of all pixels from blocks that share them out."""
    rows, columns = whole(a, b)
    forth, back = _nothing(len(rows), len(columns)), _nothing(len(columns), len(rows))
    for block in blocks:
        _improve(forth, block.rows, block.columns[block.forth.index], block.forth.similarity)
        _improve(back, block.columns, block.rows[block.back.index], block.back.similarity)
    return _Block(rows, columns, forth, back)


def _nothing(count: int, beyond: int) -> Nearest:
    return Nearest(torch.full((count,), beyond), torch.full((count,), -torch.inf))


def _improve(best: Nearest, of: Tensor, index: Tensor, similarity: Tensor) -> None:
    """Take over, in place, what is nearer for the pixels `of`; among equals the first pixel, as in one search."""
    equal = (similarity == best.similarity[of]) & (index < best.index[of])
    better = (similarity > best.similarity[of]) | equal
    best.index[of[better]] = index[better]
    best.similarity[of[better]] = similarity[better]


def _ranking(a: DescribedPixels, b: DescribedPixels, blocks: list[_Block]) -> Ranking:
    forth = [
        rank_region(a.pixels_crop, block.rows, block.columns, block.forth, block.back.index[block.forth.index])
        for block in blocks
    ]
    back = [
        rank_region(b.pixels_crop, block.columns, block.rows, block.back, block.forth.index[block.back.index])
        for block in blocks
    ]
    a_first, b_last = (torch.cat([ranked[side] for ranked in forth]) for side in (0, 1))
    b_first, a_last = (torch.cat([ranked[side] for ranked in back]) for side in (0, 1))
    return Ranking((a_first, b_last), (a_last, b_first))
