"""The similarity that most matches agree on, found by sampling and refined.

Sampling and truncated loss: Fischler & Bolles 1981, Torr & Zisserman 2000 (MSAC); refinement of several of the best
hypotheses: Chum et al. 2003 (LO-RANSAC).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.similarity import PairTerms, Similarities, Similarity, closeness, fit_similarities, radius
from dfc_core.geometry import turn_angles
from dfc_core.geometry.orientations import draw_turns


class Pairs(NamedTuple):
    """Matched points (both N x 3, m), each match's `share` of the say (N, sum 1), and the inlier `threshold` (m)."""

    demo: NDArray
    target: NDArray
    share: NDArray
    threshold: float


def search(pairs: Pairs, cues: Cues, config: AlignConfig) -> tuple[Similarity, float] | None:
    """The best similarity and its score (see `explained`), or None when no sample gave one. Deterministic."""
    drawn = _hypotheses(pairs, cues, config)
    if len(drawn.scales) == 0:
        return None
    _, refined, scores = _best_refined(drawn, pairs, cues, config)
    best = int(scores.argmax())
    return refined.one(best), float(scores[best])


def best_apart(
    rotation: NDArray, axis: NDArray | None, apart: float, pairs: Pairs, cues: Cues, config: AlignConfig
) -> float:
    """The best score (see `explained`) of a similarity turned by more than `apart` (rad) against `rotation` (3 x 3).

    Of a tool about an `axis` (3, unit, target's camera frame), turns about it do not count. 0 when no sample gave one.
    """
    drawn = _hypotheses(pairs, cues, config)
    drawn = drawn.take(np.flatnonzero(_turns(drawn.rotations, rotation, axis) > apart))
    if len(drawn.scales) == 0:
        return 0.0
    best_drawn, refined, scores = _best_refined(drawn, pairs, cues, config)
    stayed = _turns(refined.rotations, rotation, axis) > apart
    return max(best_drawn, float(scores[stayed].max(initial=0.0)))


def _best_refined(
    drawn: Similarities, pairs: Pairs, cues: Cues, config: AlignConfig
) -> tuple[float, Similarities, NDArray]:
    """The best score of those `drawn` (at least one); the best of them refined, and the scores of these."""
    terms = PairTerms.of(pairs.demo, pairs.target)
    # Single precision sorts out the bad ones in a quarter of the time.
    scores = _scores(pairs, terms, drawn, cues, config, np.float32)
    refined = _refined(drawn.take(np.argsort(-scores, kind="stable")[: config.refined]), pairs, terms, config)
    return float(scores.max()), refined, _scores(pairs, terms, refined, cues, config)


def _turns(rotations: NDArray, rotation: NDArray, axis: NDArray | None) -> NDArray:
    """Angles (H, rad) by which `rotations` (H x 3 x 3) differ from `rotation`, or lay the axis elsewhere."""
    if axis is not None:
        return np.asarray(np.arccos(np.clip((rotations @ (rotation.T @ axis)) @ axis, -1, 1)))
    return turn_angles(rotations, rotation)


def explained(similarity: Similarity, pairs: Pairs, cues: Cues, config: AlignConfig) -> float:
    """Share of the matches that a similarity explains (0..1, truncated quadratic), times its cues' say."""
    terms = PairTerms.of(pairs.demo, pairs.target)
    return float(_scores(pairs, terms, Similarities.of(similarity), cues, config)[0])


class _Drawn(NamedTuple):
    """H x 3 x 3, H, and the matches (H x 3) whose middles are laid on each other."""

    rotations: NDArray
    scales: NDArray
    anchors: NDArray


def _hypotheses(pairs: Pairs, cues: Cues, config: AlignConfig) -> Similarities:
    """Similarities through weighted random triples, through pairs where up is known, and through single matches where
    the function frames are."""
    random = np.random.default_rng(config.seed)
    triples = random.choice(len(pairs.demo), size=(config.hypotheses, 3), p=pairs.share)
    triples = triples[(triples[:, 0] != triples[:, 1]) & (triples[:, 0] != triples[:, 2])]
    drawn = [_through_triples(pairs, triples)]
    if cues.up_demo is not None and cues.up_target is not None and config.up_weight > 0:
        drawn.append(_upright(pairs, triples, cues.up_demo, cues.up_target))
    if cues.orientation_demo is not None and cues.orientation_target is not None:
        turns = draw_turns(cues.orientation_demo, cues.orientation_target, config.orientation_hypotheses, random)
        drawn.append(_through_one(pairs, turns, random))
    rotations, scales, anchors = (np.concatenate(some) for some in zip(*drawn, strict=True))
    if not config.estimate_scale:
        scales = np.ones_like(scales)
    good = (scales <= config.maximum_scale) & (scales >= 1 / config.maximum_scale)
    rotations, scales, anchors = rotations[good], scales[good], anchors[good]
    means_demo, means_target = pairs.demo[anchors].mean(axis=1), pairs.target[anchors].mean(axis=1)
    moved = scales[:, None] * np.einsum("hij,hj->hi", rotations, means_demo)
    return Similarities(rotations, scales, means_target - moved)


def _through_triples(pairs: Pairs, triples: NDArray) -> _Drawn:
    demo, target = _sides(pairs.demo, triples), _sides(pairs.target, triples)
    rotations, good = _rotations(demo, target)
    return _Drawn(rotations[good], _ratio(demo, target)[good], triples[good])


def _upright(pairs: Pairs, triples: NDArray, up_demo: NDArray, up_target: NDArray) -> _Drawn:
    """Through the first two of each triple, up laid on up."""
    demo, target = _sides(pairs.demo, triples)[:, :1], _sides(pairs.target, triples)[:, :1]
    ups_demo, ups_target = np.broadcast_to(up_demo, demo.shape), np.broadcast_to(up_target, target.shape)
    rotations, good = _rotations(np.concatenate([ups_demo, demo], 1), np.concatenate([ups_target, target], 1))
    return _Drawn(rotations[good], _ratio(demo, target)[good], triples[good][:, [0, 1, 1]])


def _through_one(pairs: Pairs, rotations: NDArray, random: Generator) -> _Drawn:
    """With these `rotations` (H x 3 x 3), each through one match, in the ratio of the sets' sizes."""
    anchors = random.choice(len(pairs.demo), size=len(rotations), p=pairs.share)
    ratio = radius(pairs.target, pairs.share) / max(radius(pairs.demo, pairs.share), 1e-9)
    return _Drawn(rotations, np.full(len(rotations), ratio), anchors[:, None].repeat(3, axis=1))


def _sides(points: NDArray, triples: NDArray) -> NDArray:
    """From the first of each triple to the others, H x 2 x 3."""
    return points[triples[:, 1:]] - points[triples[:, :1]]


def _ratio(demo: NDArray, target: NDArray) -> NDArray:
    """Of the lengths (H) of sides (H x S x 3)."""
    of_demo, of_target = (np.linalg.norm(sides, axis=2).sum(axis=1) for sides in (demo, target))
    return np.asarray(of_target / np.maximum(of_demo, 1e-9))


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
    pairs: Pairs,
    terms: PairTerms,
    similarities: Similarities,
    cues: Cues,
    config: AlignConfig,
    dtype: type = np.float64,
) -> NDArray:
    """`explained` of H similarities."""
    scores = closeness(terms, similarities, pairs.threshold, dtype) @ pairs.share.astype(dtype)
    for weight, from_demo, in_target in (
        (config.up_weight, cues.up_demo, cues.up_target),
        (config.body_weight, cues.body_demo, cues.body_target),
    ):
        if from_demo is not None and in_target is not None:
            scores = scores * (1 + weight * (similarities.rotations @ from_demo @ in_target))
    likely = np.clip(cues.log_density(similarities.rotations), *config.orientation_bounds)
    resized = np.minimum(cues.resized(similarities.scales), config.size_bound)
    return scores * np.exp(config.orientation_weight * likely - config.size_weight * resized)


def _refined(start: Similarities, pairs: Pairs, terms: PairTerms, config: AlignConfig) -> Similarities:
    """Reweighted least squares over the inliers, of all at once; each stays at its last fit that had inliers in a
    plane."""
    now = Similarities(*(values.copy() for values in start))
    going = np.arange(len(now.scales))
    for _ in range(config.iterations):
        weights = pairs.share * closeness(terms, now.take(going), pairs.threshold)
        enough = (weights > 0).sum(axis=1) >= 3
        going, weights = going[enough], weights[enough]
        if len(going) == 0:
            break
        fitted, spread = fit_similarities(terms, weights, config.maximum_scale, config.estimate_scale)
        flat = np.flatnonzero(spread >= 1e-5)
        going, fitted = going[flat], fitted.take(flat)
        turned = np.abs(fitted.rotations - now.rotations[going]).max(axis=(1, 2), initial=0)
        shifted = np.abs(fitted.translations - now.translations[going]).max(axis=1, initial=0)
        for values, new in zip(now, fitted, strict=True):
            values[going] = new
        going = going[np.maximum(turned, shifted) >= 1e-6]
    return now
