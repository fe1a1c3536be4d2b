"""Balanced matching: the best partners by an entropic optimal transport plan, found as nearest features are.

Nearest features crowd: many pixels of one tool find the same few of the other. A transport plan gives every pixel the
same share of partners (Cuturi 2013, Sinkhorn distances). Its logarithm is similarity / temperature + u_a + v_b, so the
best partner of a pixel by the plan is the nearest feature once u and v are appended to the features: no matrix of the
plan is ever held. u and v are found on a sample of both sides and carried over to all pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dfc_core.match.neighbours import CHUNK_BYTES, Nearest, nearest_both, similarity_blocks


@dataclass(frozen=True)
class TransportConfig:
    """`temperature` of the plan, in cosines: the smaller, the nearer to one partner each. `sample` pixels of each side,
    at even steps, are balanced in `iterations`."""

    temperature: float = 0.03
    iterations: int = 10
    sample: int = 400

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ValueError(f"temperature is {self.temperature}; allowed: above 0")
        if self.iterations < 1 or self.sample < 1:
            raise ValueError(f"iterations is {self.iterations}, sample {self.sample}; allowed: 1 and above")


def nearest_balanced(
    features_a: Tensor,
    features_b: Tensor,
    chunk_bytes: int = CHUNK_BYTES,
    places_a: Tensor | None = None,
    places_b: Tensor | None = None,
    config: TransportConfig = TransportConfig(),
) -> tuple[Nearest, Nearest]:
    """As `nearest_both` of unit features (N x D, M x D), but the best by the transport plan; similarities stay cosines.

    Both sides empty give empty tensors; one side empty raises `ValueError`.
    """
    a, b = balanced(features_a, features_b, config, chunk_bytes)
    to_b, to_a = nearest_both(a, b, chunk_bytes, places_a, places_b)
    cosine_b = (features_a.float() * features_b.float()[to_b.index]).sum(1)
    cosine_a = (features_b.float() * features_a.float()[to_a.index]).sum(1)
    return Nearest(to_b.index, cosine_b), Nearest(to_a.index, cosine_a)


def balanced(
    features_a: Tensor,
    features_b: Tensor,
    config: TransportConfig = TransportConfig(),
    chunk_bytes: int = CHUNK_BYTES,
) -> tuple[Tensor, Tensor]:
    """Features N x (D + 2) and M x (D + 2) whose products are the plan's logarithm times the temperature."""
    features_a, features_b = features_a.float(), features_b.float()
    if len(features_a) == 0 or len(features_b) == 0:
        u, v = features_a.new_zeros(len(features_a)), features_b.new_zeros(len(features_b))
    else:
        u, v = _potentials(features_a, features_b, config, chunk_bytes)
    ones_a, ones_b = torch.ones_like(u), torch.ones_like(v)
    return (
        torch.cat([features_a, torch.stack([u, ones_a], dim=1)], dim=1),
        torch.cat([features_b, torch.stack([ones_b, v], dim=1)], dim=1),
    )


def _potentials(a: Tensor, b: Tensor, config: TransportConfig, chunk_bytes: int) -> tuple[Tensor, Tensor]:
    """u (N) and v (M), in cosines: with them each sampled pixel has the same mass in the plan."""
    some_a, some_b = _sample(a, config.sample), _sample(b, config.sample)
    odds = some_a @ some_b.T / config.temperature
    v = odds.new_zeros(len(some_b))
    for _ in range(config.iterations):
        u = -torch.logsumexp(odds + v, dim=1)
        v = -torch.logsumexp(odds.T + u, dim=1)
    # Everyone else is given the same mass against the sample of the other side.
    return _carried(a, some_b, v, config.temperature, chunk_bytes), _carried(
        b, some_a, u, config.temperature, chunk_bytes
    )


def _carried(features: Tensor, sample: Tensor, potential: Tensor, temperature: float, chunk_bytes: int) -> Tensor:
    blocks = similarity_blocks(features, sample, chunk_bytes)
    found = [-temperature * torch.logsumexp(block / temperature + potential, dim=1) for _, block in blocks]
    return torch.cat(found)


def _sample(features: Tensor, count: int) -> Tensor:
    steps = torch.linspace(0, len(features) - 1, min(count, len(features)), device=features.device)
    return features[steps.round().long()]
