"""Nearest features without looking at most of them: what lies close together in a picture looks alike.

Exact, by bounds. Queries are grouped by place, targets tiled by place. For a query a of a group with mean m, and a
target b of a tile with mean c and radius r (largest |b - c|):

    a.b = m.b + (a - m).c + (a - m).(b - c)  <=  max over the tile of m.b + (a - m).c + |a - m| r

and the best of all targets is at least the largest a.c, since a tile's best is no less than its mean. A tile whose
bound stays below that for every query of a group is never looked at: on features of a trained model 95 % and more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

TARGETS_A_TILE, QUERIES_A_GROUP = 8, 32  # at least, on average: the smallest tile side that gives them is taken
SIDES_PX = (4, 8, 16, 32, 64)
CROWDED = 128  # targets in one tile: more, and padding all tiles to the fullest costs more than it saves
SLACK = 1e-5  # of the largest product of norms; float32 rounds differently in different products


@dataclass(frozen=True)
class _Targets:
    """M targets in T tiles: `tile` M long; `members` K x T, the targets of each tile, its first repeated to fill up;
    `means` T x D; `radius` T."""

    features: Tensor
    tile: Tensor
    members: Tensor
    means: Tensor
    radius: Tensor


def nearest_by_tiles(
    features_a: Tensor, places_a: Tensor, features_b: Tensor, places_b: Tensor, chunk_bytes: int
) -> tuple[Tensor, Tensor] | None:
    """(index N long, similarity N) of the b (M x D) best for each a (N x D), both float32; the first of equals wins.

    `places` N x 2 and M x 2: where each feature lies in its picture, px; they change the time, never the answer.
    None where the places do not lend themselves to tiles.
    """
    targets = _tiled(features_b, places_b)
    if targets is None:
        return None
    group = _cells(places_a, QUERIES_A_GROUP)
    order = group.argsort(stable=True)
    sizes = torch.bincount(group)
    index = torch.empty(len(features_a), dtype=torch.long, device=features_a.device)
    similarity = torch.empty(len(features_a), dtype=torch.float32, device=features_a.device)
    slack = SLACK * float(features_a.norm(dim=1).amax() * features_b.norm(dim=1).amax())
    for rows, counts in _chunks(order, sizes.tolist(), chunk_bytes, targets):
        for part, keep in _kept_tiles(features_a[rows], counts, targets, slack):
            chosen = rows[part]
            similarity[chosen], index[chosen] = _best_of(features_a[chosen], targets, keep)
    return index, similarity


def _tiled(features: Tensor, places: Tensor) -> _Targets | None:
    tile = _cells(places, TARGETS_A_TILE)
    counts = torch.bincount(tile)
    most, order = int(counts.amax()), tile.argsort(stable=True)
    if most > CROWDED:
        return None
    starts = counts.cumsum(0) - counts
    steps = torch.arange(most, device=places.device)[:, None]
    members = order[starts + torch.where(steps < counts, steps, 0)]
    means = features.new_zeros(len(counts), features.shape[1]).index_add_(0, tile, features) / counts[:, None]
    apart = (features - means[tile]).norm(dim=1)
    return _Targets(features, tile, members, means, apart[members].amax(dim=0))


def _cells(places: Tensor, least: int) -> Tensor:
    """The number (N long) of the square cell each place lies in; only cells that hold something have numbers."""
    for side in SIDES_PX:
        row_column = (places / side).floor().long()
        row_column = row_column - row_column.amin(dim=0)
        keys = row_column[:, 1] * (row_column[:, 0].amax() + 1) + row_column[:, 0]
        occupied, cell = keys.unique(return_inverse=True)
        if len(places) >= least * len(occupied):
            break
    return cell


def _chunks(order: Tensor, sizes: list[int], chunk_bytes: int, targets: _Targets) -> Iterator[tuple[Tensor, list[int]]]:
    """(queries, sizes of their groups) for whole groups whose bounds fit into `chunk_bytes`, at least one group."""
    a_row, a_group = 8 * targets.members.shape[1], 8 * targets.members.numel()
    counts: list[int] = []
    start = held = 0
    for size in sizes:
        needed = size * a_row + a_group
        if counts and held + needed > chunk_bytes:
            yield order[start : start + sum(counts)], counts
            start, counts, held = start + sum(counts), [], 0
        counts.append(size)
        held += needed
    yield order[start:], counts


def _kept_tiles(queries: Tensor, counts: list[int], targets: _Targets, slack: float) -> Iterator[tuple[slice, Tensor]]:
    """(rows of a group, T bool: the tiles that may hold the best target of one of them); `queries` group by group."""
    middles = torch.stack([part.mean(dim=0) for part in queries.split(counts)])
    most, tiles = targets.members.shape
    highest = (middles @ targets.features[targets.members.flatten()].T).view(-1, most, tiles).amax(dim=1)
    above_mean = highest - middles @ targets.means.T
    to_means = queries @ targets.means.T
    start = 0
    for middle, above, count in zip(middles, above_mean, counts, strict=True):
        rows = slice(start, start + count)
        block = to_means[rows]
        spread = (queries[rows] - middle).norm(dim=1, keepdim=True)
        short = torch.addcmul(block - block.amax(dim=1, keepdim=True), spread, targets.radius).amax(dim=0)
        yield rows, ~(short + above < -slack)  # so that a bound that is no number keeps its tile
        start += count


def _best_of(queries: Tensor, targets: _Targets, keep: Tensor) -> tuple[Tensor, Tensor]:
    """(similarity, index) of the best target in the tiles kept, in the order of the targets."""
    candidates = keep[targets.tile].nonzero().flatten()
    if 2 * len(candidates) > len(targets.features):
        similarity, index = (queries @ targets.features.T).max(dim=1)
        return similarity, index
    similarity, index = (queries @ targets.features[candidates].T).max(dim=1)
    return similarity, candidates[index]
