"""What a source says about one pair, and how right it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dfc_core.dataset.benchmark_format import BenchmarkPair, BenchmarkPicture
from dfc_core.evaluate.metrics import (
    discovery_metrics,
    expected_label_transfer_metrics,
    label_transfer_metrics,
)
from dfc_core.evaluate.search import Ranking, rank_whole, rank_whole_and_parts
from dfc_core.evaluate.sources import Source
from dfc_core.match import DiscoveryConfig, LabelTransferConfig, TransportConfig, rank_discovery, transfer_pixels
from dfc_core.match.discovery import rank_scores
from dfc_core.match.regions import PART_THRESHOLD, part_and_rest

Ranked = tuple[NDArray, NDArray]
"""K x 2 pixels of a and their K x 2 partners in b, best first."""


@dataclass(frozen=True)
class Side:
    """One picture described: M mask pixels (`pixels_crop` M x 2, `features` M x D, `part_probability` M) and the
    features of its n true pixels (`queries` n x D)."""

    pixels_crop: Tensor
    features: Tensor
    part_probability: Tensor
    queries: Tensor


@dataclass(frozen=True)
class Refinement:
    """What METHOD section 6 adds to the plain definitions of section 5: `transport` discovers by the transport plan
    instead of the nearest feature, `soft` reads labels off by a window soft-argmax instead of the argmax."""

    transport: bool = False
    soft: bool = False


PLAIN = Refinement()


@dataclass(frozen=True)
class Prediction:
    """For both directions: `label_b` n x 2, where a's true pixels go in b; `label_a` n x 2, where b's go in a;
    `ranked_a`, `ranked_b`: all pixels of a (of b) with their partners."""

    label_b: NDArray
    label_a: NDArray
    ranked_a: Ranked
    ranked_b: Ranked


@dataclass(frozen=True)
class PairScore:
    """Figures of one pair, two directions each (a to b, b to a)."""

    label_transfer: tuple[dict[str, float], dict[str, float]]
    discovery: tuple[dict[str, float], dict[str, float]]


def mask_pixels(mask: NDArray) -> NDArray:
    """All pixels of a mask, M x 2 float64 (x, y), row by row."""
    return np.argwhere(mask)[:, ::-1].astype(np.float64)


def describe_side(source: Source, picture: BenchmarkPicture, function: str) -> Side:
    """Describe every mask pixel and every true pixel of a picture."""
    pixels = mask_pixels(picture.mask)
    features, probability = source.describe(picture, np.concatenate([pixels, picture.points]), function)
    count = len(pixels)
    return Side(torch.from_numpy(pixels).float(), features[:count], probability[:count], features[count:])


def predict(a: Side, b: Side, smooth: bool = True, refinement: Refinement = PLAIN) -> Prediction:
    """Label transfer and discovery both ways, in the whole masks; `smooth` as in `rank_whole`."""
    ranking = _transported(a, b, masked=False) if refinement.transport else rank_whole(a, b, smooth)
    return _prediction(a, b, ranking, False, refinement.soft)


def predict_both(a: Side, b: Side, refinement: Refinement = PLAIN) -> tuple[Prediction, Prediction]:
    """(`predict`, the masked variant of METHOD section 5: both limited by the predicted parts), sharing the search."""
    if refinement.transport:
        plain = _transported(a, b, masked=False)
        masked = plain if len(part_and_rest(a, b)) == 1 else _transported(a, b, masked=True)
    else:
        plain, masked = rank_whole_and_parts(a, b)
    return _prediction(a, b, plain, False, refinement.soft), _prediction(a, b, masked, True, refinement.soft)


def score(prediction: Prediction, pair: BenchmarkPair) -> PairScore:
    """Compare a prediction with the true pixels of its pair."""
    a, b = pair.a.points, pair.b.points
    return PairScore(
        (label_transfer_metrics(prediction.label_b, b), label_transfer_metrics(prediction.label_a, a)),
        (discovery_metrics(*prediction.ranked_a, a, b), discovery_metrics(*prediction.ranked_b, a, b)),
    )


def score_chance(pair: BenchmarkPair, seed: tuple[int, ...]) -> PairScore:
    """Every pixel goes anywhere in the other mask with any similarity.

    Label transfer is the exact expectation, discovery one draw with `seed`.
    """
    pixels_a, pixels_b = mask_pixels(pair.a.mask), mask_pixels(pair.b.mask)
    generator = torch.Generator().manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    forth_a, back_a = _random_ranking(pixels_a, pixels_b, generator)
    forth_b, back_b = _random_ranking(pixels_b, pixels_a, generator)
    a, b = pair.a.points, pair.b.points
    return PairScore(
        (expected_label_transfer_metrics(pixels_b, b), expected_label_transfer_metrics(pixels_a, a)),
        (discovery_metrics(forth_a, back_a, a, b), discovery_metrics(back_b, forth_b, a, b)),
    )


def _transported(a: Side, b: Side, masked: bool) -> Ranking:
    config = DiscoveryConfig(transport=TransportConfig())
    (index_a, index_b, _), (back_a, back_b, _) = rank_discovery(a, b, masked, config)
    return Ranking((index_a, index_b), (back_a, back_b))


def _prediction(a: Side, b: Side, ranking: Ranking, masked: bool, soft: bool) -> Prediction:
    ranked = [
        (a.pixels_crop[index_a].numpy(), b.pixels_crop[index_b].numpy())
        for index_a, index_b in (ranking.from_a, ranking.from_b)
    ]
    return Prediction(_transferred(a, b, masked, soft), _transferred(b, a, masked, soft), *ranked)


def _transferred(origin: Side, target: Side, masked: bool, soft: bool) -> NDArray:
    allowed = target.part_probability >= PART_THRESHOLD if masked else None
    config = LabelTransferConfig(soft=soft)
    return transfer_pixels(origin.queries, target.features, target.pixels_crop, allowed, config).numpy()


def _random_ranking(pixels: NDArray, partners: NDArray, generator: torch.Generator) -> Ranked:
    forth = torch.randint(len(partners), (len(pixels),), generator=generator)
    home = torch.randint(len(pixels), (len(partners),), generator=generator)
    scores = rank_scores(torch.from_numpy(pixels), home[forth], torch.rand(len(pixels), generator=generator))
    order = scores.argsort(descending=True, stable=True)
    return pixels[order.numpy()], partners[forth[order].numpy()]
