"""A picture of how the network matches pixels at this moment of training."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dfc_core.dataset.benchmark_format import BenchmarkPair, BenchmarkPicture
from dfc_core.dataset.pairs import Batch
from dfc_core.evaluate.panel import GAP, draw_panel
from dfc_core.model import Network
from dfc_core.model.head import sample_grid

STRIDE = 2  # px between the pixels that may be chosen


@torch.no_grad()
def match_panel(network: Network, batch: Batch, pairs: int = 6) -> NDArray:
    """The first `pairs` of a batch, one below the other: true pixels, their true partners, where the network sees them.

    A pair without common frame, as pseudo-labels give, shows the first tool again instead of the other. The network is
    left as it was.
    """
    training = network.training
    network.eval()
    found = [_row(network, batch, pair) for pair in range(min(pairs, len(batch.prompts)))]
    network.train(training)
    rows = [row for row in found if row is not None]
    if not rows:
        return np.full((GAP, GAP, 3), 255, np.uint8)
    gap = np.full((GAP, rows[0].shape[1], 3), 255, np.uint8)
    return np.concatenate([picture for row in rows for picture in (row, gap)][:-1])


def _row(network: Network, batch: Batch, pair: int) -> NDArray | None:
    """One pair; None when nothing of the part is seen in both pictures."""
    count, prompt = len(batch.prompts), batch.prompts[pair][0]
    points_a = batch.part_a[pair, 0]
    own = pair * len(batch.prompts[pair])  # the comparison of the pair with itself for its first prompt
    if bool(batch.aligned[own]):
        other, points_b, seen = count + pair, *_partners(batch, pair, own)
    else:
        other, points_b, seen = 2 * count + pair, batch.seen_c[pair, 0], batch.seen[pair, 0]
    if not bool(seen.any()):
        return None
    a, b = (BenchmarkPicture("", batch.images[n].numpy(), batch.masks[n].numpy(), p[seen].numpy().astype(float))
            for n, p in ((pair, points_a), (other, points_b)))  # fmt: skip
    y, x = np.nonzero(b.mask)
    kept = (x % STRIDE == 0) & (y % STRIDE == 0)
    choices = np.stack([x[kept], y[kept]], axis=1)
    similar = _features(network, a, a.points, prompt) @ _features(network, b, choices, prompt).T
    return draw_panel(BenchmarkPair(prompt[0], a, b), choices[similar.argmax(1).numpy()])


def _partners(batch: Batch, pair: int, own: int) -> tuple[Tensor, Tensor]:
    """(b's pixel (N x 2) nearest to each of a's in aligned coordinates, whether it is near)."""
    distance, nearest = torch.cdist(batch.coordinates_a[pair, 0], batch.coordinates_b[own]).min(1)
    return batch.part_b[pair, 0][nearest], distance < 0.25


def _features(network: Network, picture: BenchmarkPicture, pixels: NDArray, prompt: tuple[str, str]) -> Tensor:
    device = network.mean.device
    mask = torch.from_numpy(picture.mask).float()[None].to(device)
    image = torch.from_numpy(picture.rgb).to(device).permute(2, 0, 1)[None].float() / 255
    image = image * mask[:, None] + 1 - mask[:, None]
    sampled = sample_grid(network.grids(image, mask), torch.from_numpy(pixels).float()[None].to(device),
                          network.backbone.size)  # fmt: skip
    text = network.text(*prompt).to(device)[None, None]
    return network.head(network.head.image_half(sampled), text)[0][0].cpu()
