"""The similarity that most matches agree on, found by sampling and refined.

Sampling and truncated loss: Fischler & Bolles 1981, Torr & Zisserman 2000 (MSAC); refinement of several of the best
hypotheses: Chum et al. 2003 (LO-RANSAC).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dfc_core.transfer.align_config import AlignConfig, Cues
from dfc_core.transfer.similarity import Similarity, fit_with_spread, squared_distances


class Pairs(NamedTuple):
    """Matched points (both N x 3, m), each match's `share` of the say (N, sum 1), and the inlier `threshold` (m)."""

    demo: NDArray
    target: NDArray
    share: NDArray
    threshold: float


def search(pairs: Pairs, cues: Cues, config: AlignConfig) -> tuple[Similarity, float] | None:
    """The best similarity and its score (see `explained`), or None when no sample gave one. Deterministic."""
    rotations, scales, translations = _hypotheses(pairs, cues, config)
    if len(scales) == 0:
        return None
    scores = _scores(pairs, rotations, scales, translations, cues, config)
    best = None
    for index in np.argsort(-scores, kind="stable")[: config.refined]:
        start = Similarity(rotations[index], float(scales[index]), translations[index])
        refined = _refine(start, pairs, config)
        score = explained(refined, pairs, cues, config)
        if best is None or score > best[1]:
            best = refined, score
    return best


def explained(similarity: Similarity, pairs: Pairs, cues: Cues, config: AlignConfig) -> float:
    """Share of the matches that a similarity explains (0..1, truncated quadratic), times its cues' say."""
    rotation, scale, translation = similarity
    return float(_scores(pairs, rotation[None], np.array([scale]), translation[None], cues, config)[0])


def _hypotheses(pairs: Pairs, cues: Cues, config: AlignConfig) -> tuple[NDArray, NDArray, NDArray]:
    """Similarities (H x 3 x 3, H, H x 3) through weighted random triples, and through pairs where up is known."""
    demo, target = pairs.demo, pairs.target
    random = np.random.default_rng(config.seed)
    triples = random.choice(len(demo), size=(config.hypotheses, 3), p=pairs.share)
    triples = triples[(triples[:, 0] != triples[:, 1]) & (triples[:, 0] != triples[:, 2])]
    sides_demo = demo[triples[:, 1:]] - demo[triples[:, :1]]
    sides_target = target[triples[:, 1:]] - target[triples[:, :1]]
    rotations, good = _rotations(sides_demo, sides_target)
    lengths_demo = np.linalg.norm(sides_demo, axis=2)
    lengths_target = np.linalg.norm(sides_target, axis=2)
    anchors = triples
    if cues.up_demo is not None and cues.up_target is not None and config.up_weight > 0:
        ups_demo = np.broadcast_to(cues.up_demo, sides_demo[:, 0].shape)
        ups_target = np.broadcast_to(cues.up_target, sides_target[:, 0].shape)
        upright, good_upright = _rotations(
            np.stack([ups_demo, sides_demo[:, 0]], axis=1), np.stack([ups_target, sides_target[:, 0]], axis=1)
        )
        rotations, good = np.concatenate([rotations, upright]), np.concatenate([good, good_upright])
        lengths_demo = np.concatenate([lengths_demo, lengths_demo[:, :1].repeat(2, axis=1)])
        lengths_target = np.concatenate([lengths_target, lengths_target[:, :1].repeat(2, axis=1)])
        anchors = np.concatenate([triples, triples[:, [0, 1, 1]]])
    scales = lengths_target.sum(axis=1) / np.maximum(lengths_demo.sum(axis=1), 1e-9)
    if not config.estimate_scale:
        scales = np.ones_like(scales)
    good &= (scales <= config.maximum_scale) & (scales >= 1 / config.maximum_scale)
    rotations, scales, anchors = rotations[good], scales[good], anchors[good]
    means_demo, means_target = demo[anchors].mean(axis=1), target[anchors].mean(axis=1)
    return rotations, scales, means_target - scales[:, None] * np.einsum("hij,hj->hi", rotations, means_demo)


def _rotations(pairs_demo: NDArray, pairs_target: NDArray) -> tuple[NDArray, NDArray]:
    """Rotations (H x 3 x 3) that turn one pair of vectors (H x 2 x 3) onto the other, and which are well posed."""
    basis_demo, good_demo = _bases(pairs_demo)
    basis_target, good_target = _bases(pairs_target)
    return np.einsum("hij,hkj->hik", basis_target, basis_demo), good_demo & good_target


def _bases(pairs: NDArray) -> tuple[NDArray, NDArray]:
    """Orthonormal bases (H x 3 x 3, columns) of pairs of vectors; not good when the two are within 10 degrees."""
    lengths = np.linalg.norm(pairs, axis=2)
    normal = np.cross(pairs[:, 0], pairs[:, 1])
    sine = np.linalg.norm(normal, axis=1) / np.maximum(lengths.prod(axis=1), 1e-18)
    good = (lengths.min(axis=1, initial=np.inf) > 1e-6) & (sine > 0.17)
    units = pairs / np.maximum(lengths, 1e-12)[..., None]
    # The bisector treats both vectors alike, so one bad match of the three does not decide alone.
    x = units.sum(axis=1)
    x /= np.maximum(np.linalg.norm(x, axis=1), 1e-12)[:, None]
    z = normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    return np.stack([x, np.cross(z, x), z], axis=2), good


def _scores(
    pairs: Pairs, rotations: NDArray, scales: NDArray, translations: NDArray, cues: Cues, config: AlignConfig
) -> NDArray:
    """`explained` of H similarities (H x 3 x 3, H, H x 3)."""
    squared = squared_distances(pairs.demo, pairs.target, scales[:, None, None] * rotations, translations)
    scores = np.maximum(0, 1 - squared / pairs.threshold**2) @ pairs.share
    for weight, from_demo, in_target in (
        (config.up_weight, cues.up_demo, cues.up_target),
        (config.body_weight, cues.body_demo, cues.body_target),
    ):
        if from_demo is not None and in_target is not None:
            scores = scores * (1 + weight * (rotations @ from_demo @ in_target))
    return scores


def _refine(start: Similarity, pairs: Pairs, config: AlignConfig) -> Similarity:
    """Reweighted least squares over the inliers; gives back the last fit that still had inliers in a plane."""
    demo, target, share, threshold = pairs
    current = start
    for _ in range(config.iterations):
        squared = ((current.map(demo) - target) ** 2).sum(axis=1)
        weights = share * np.maximum(0, 1 - squared / threshold**2)
        used = weights > 0
        if used.sum() < 3:
            return current
        fitted, spread = fit_with_spread(
            demo[used], target[used], weights[used], config.maximum_scale, config.estimate_scale
        )
        if spread < 1e-5:
            return current
        turned, shifted = fitted.rotation - current.rotation, fitted.translation - current.translation
        current = fitted
        if max(np.abs(turned).max(), np.abs(shifted).max()) < 1e-6:
            break
    return current
