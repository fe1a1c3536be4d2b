"""The one kernel under all matching: nearest features by cosine, without ever holding the full matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

CHUNK_BYTES = 32 * 2**20  # small beside any model, large enough that threads seldom wait for each other


@dataclass(frozen=True)
class Nearest:
    """For each of N features the best of M: `index` N long, `similarity` N float32 (dot product)."""

    index: Tensor
    similarity: Tensor

    def __iter__(self) -> Iterator[Tensor]:
        return iter((self.index, self.similarity))


def nearest(features_a: Tensor, features_b: Tensor, chunk_bytes: int = CHUNK_BYTES) -> Nearest:
    """For each row of `features_a` (N x D) the row of `features_b` (M x D) with the largest dot product.

    Computed in float32; unit-norm rows make it the cosine. The first of equal rows wins. At most `chunk_bytes` of
    similarities exist at a time. N = 0 gives empty tensors; M = 0 with N > 0 raises `ValueError`.
    """
    features_a, features_b = _checked(features_a, features_b)
    index = torch.empty(len(features_a), dtype=torch.long, device=features_a.device)
    similarity = torch.empty(len(features_a), dtype=torch.float32, device=features_a.device)
    for start, block in similarity_blocks(features_a, features_b, chunk_bytes):
        rows = slice(start, start + len(block))
        similarity[rows], index[rows] = block.max(dim=1)
    return Nearest(index, similarity)


def nearest_both(features_a: Tensor, features_b: Tensor, chunk_bytes: int = CHUNK_BYTES) -> tuple[Nearest, Nearest]:
    """`nearest` from a to b and from b to a out of one pass over the similarities, half the work of two calls.

    Both sides empty give empty tensors; one side empty raises `ValueError`.
    """
    features_a, features_b = _checked(features_a, features_b)
    if len(features_a) == 0 and len(features_b) > 0:
        raise ValueError(_nothing_to_choose(features_b, features_a))
    device = features_a.device
    index_ab = torch.empty(len(features_a), dtype=torch.long, device=device)
    similarity_ab = torch.empty(len(features_a), dtype=torch.float32, device=device)
    index_ba = torch.zeros(len(features_b), dtype=torch.long, device=device)
    similarity_ba = torch.full((len(features_b),), -torch.inf, dtype=torch.float32, device=device)
    for start, block in similarity_blocks(features_a, features_b, chunk_bytes):
        rows = slice(start, start + len(block))
        similarity_ab[rows], index_ab[rows] = block.max(dim=1)
        best, row = block.max(dim=0)
        better = best > similarity_ba
        similarity_ba = torch.where(better, best, similarity_ba)
        index_ba = torch.where(better, row + start, index_ba)
    return Nearest(index_ab, similarity_ab), Nearest(index_ba, similarity_ba)


def similarity_blocks(
    features_a: Tensor, features_b: Tensor, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[tuple[int, Tensor]]:
    """(first row, rows x M similarities) for consecutive rows of `features_a`, each of at most `chunk_bytes`.

    At least one row a block, whatever M. N = 0 gives none.
    """
    transposed = features_b.T
    rows = max(1, int(chunk_bytes) // (4 * max(1, len(features_b))))
    for start in range(0, len(features_a), rows):
        yield start, features_a[start : start + rows] @ transposed


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
