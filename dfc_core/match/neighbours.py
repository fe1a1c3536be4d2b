"""The one kernel under all matching: nearest features by cosine, without ever holding the full matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from dfc_core.match.tiles import nearest_by_tiles

CHUNK_BYTES = 32 * 2**20  # small beside any model, large enough that threads seldom wait for each other
TILES_FROM = 2**20  # similarities; below that the whole product takes no longer than choosing what to skip


@dataclass(frozen=True)
class Nearest:
    """For each of N features the best of M: `index` N long, `similarity` N float32 (dot product)."""

    index: Tensor
    similarity: Tensor

    def __iter__(self) -> Iterator[Tensor]:
        return iter((self.index, self.similarity))


def nearest(
    features_a: Tensor,
    features_b: Tensor,
    chunk_bytes: int = CHUNK_BYTES,
    places_a: Tensor | None = None,
    places_b: Tensor | None = None,
) -> Nearest:
    """For each row of `features_a` (N x D) the row of `features_b` (M x D) with the largest dot product.

    Computed in float32; unit-norm rows make it the cosine. The first of equal rows wins. At most `chunk_bytes` of
    similarities exist at a time. `places` N x 2 and M x 2, px, where they are known: neighbours in a picture look
    alike, so most of the other picture need not be looked at (`dfc_core.match.tiles`); the answer is the same. N = 0
    gives empty tensors; M = 0 with N > 0 raises `ValueError`.
    """
    features_a, features_b = _checked(features_a, features_b)
    if places_a is not None and places_b is not None and _tiles_pay(features_a, features_b):
        found = nearest_by_tiles(features_a, places_a, features_b, places_b, chunk_bytes)
        if found is not None:
            return Nearest(*found)
    index = torch.empty(len(features_a), dtype=torch.long, device=features_a.device)
    similarity = torch.empty(len(features_a), dtype=torch.float32, device=features_a.device)
    for start, block in similarity_blocks(features_a, features_b, chunk_bytes):
        rows = slice(start, start + len(block))
        similarity[rows], index[rows] = block.max(dim=1)
    return Nearest(index, similarity)


def nearest_both(
    features_a: Tensor,
    features_b: Tensor,
    chunk_bytes: int = CHUNK_BYTES,
    places_a: Tensor | None = None,
    places_b: Tensor | None = None,
) -> tuple[Nearest, Nearest]:
    """`nearest` from a to b and from b to a, sharing the work where there are no `places` to go by.

    Both sides empty give empty tensors; one side empty raises `ValueError`.
    """
    features_a, features_b = _checked(features_a, features_b)
    if len(features_a) == 0 and len(features_b) > 0:
        raise ValueError(_nothing_to_choose(features_b, features_a))
    if places_a is not None and places_b is not None and _tiles_pay(features_a, features_b):
        return (
            nearest(features_a, features_b, chunk_bytes, places_a, places_b),
            nearest(features_b, features_a, chunk_bytes, places_b, places_a),
        )
    return _both_in_one_pass(features_a, features_b, chunk_bytes)


def _both_in_one_pass(features_a: Tensor, features_b: Tensor, chunk_bytes: int) -> tuple[Nearest, Nearest]:
    """Down the columns only the largest value is taken, and where it stood is found by computing its block again:
    torch finds a column's place ten times slower than its value."""
    device = features_a.device
    index_ab = torch.empty(len(features_a), dtype=torch.long, device=device)
    similarity_ab = torch.empty(len(features_a), dtype=torch.float32, device=device)
    block_of = torch.zeros(len(features_b), dtype=torch.long, device=device)
    similarity_ba = torch.full((len(features_b),), -torch.inf, dtype=torch.float32, device=device)
    bounds = []
    for number, (start, block) in enumerate(similarity_blocks(features_a, features_b, chunk_bytes)):
        rows = slice(start, start + len(block))
        bounds.append(rows)
        similarity_ab[rows], index_ab[rows] = block.max(dim=1)
        best = block.amax(dim=0)
        block_of[best > similarity_ba] = number
        torch.maximum(similarity_ba, best, out=similarity_ba)
    index_ba = torch.zeros_like(block_of)
    for number, rows in enumerate(bounds):
        columns = (block_of == number).nonzero().flatten()
        index_ba[columns] = nearest(features_b[columns], features_a[rows], chunk_bytes).index + rows.start
    return Nearest(index_ab, similarity_ab), Nearest(index_ba, similarity_ba)


def similarity_blocks(
    features_a: Tensor, features_b: Tensor, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[tuple[int, Tensor]]:
    """(first row, rows x M similarities) for consecutive rows of `features_a`, each of at most `chunk_bytes`.

    At least one row a block, whatever M; a block is overwritten by the next. N = 0 gives none.
    """
    transposed = features_b.T
    rows = min(len(features_a), max(1, int(chunk_bytes) // (4 * max(1, len(features_b)))))
    kept = torch.empty(rows, len(features_b), dtype=features_a.dtype, device=features_a.device)
    for start in range(0, len(features_a), max(1, rows)):
        some = features_a[start : start + rows]
        yield start, torch.mm(some, transposed, out=kept[: len(some)])


def _tiles_pay(features_a: Tensor, features_b: Tensor) -> bool:
    """On a processor and with enough to skip; a GPU has done the whole product before it would know what to skip."""
    return features_a.device.type == "cpu" and len(features_a) * len(features_b) >= max(1, TILES_FROM)


def _checked(features_a: Tensor, features_b: Tensor) -> tuple[Tensor, Tensor]:
    if features_a.ndim != 2 or features_b.ndim != 2 or features_a.shape[1] != features_b.shape[1]:
        raise ValueError(
            f"features are {tuple(features_a.shape)} and {tuple(features_b.shape)}; they must be N x D and M x D"
        )
    if len(features_a) > 0 and len(features_b) == 0:
        raise ValueError(_nothing_to_choose(features_a, features_b))
    return features_a.float(), features_b.float()


def _nothing_to_choose(queries: Tensor, targets: Tensor) -> str:
    return f"{len(queries)} features have nothing to match: the other side is {tuple(targets.shape)}"
