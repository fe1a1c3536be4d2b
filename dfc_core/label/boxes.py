"""Boxes drawn around a part in the views of one tool, and what several answers to the same question agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ViewBoxes:
    """Every box that repeated queries gave for one part in one view; `boxes` is 0 x 4 where none was found.

    `boxes` N x 4 float (x0, y0, x1, y1 in pixels, integers are pixel centres), `scores` N (1 where the detector gives
    none). A view that was not asked has no `ViewBoxes` at all.
    """

    view: int
    boxes: NDArray
    scores: NDArray


@dataclass(frozen=True)
class SettleConfig:
    """Boxes of different answers are the same box from `overlap` (IoU) on; fewer than `support` of them are dropped."""

    overlap: float = 0.5
    support: int = 2


def overlap(box: NDArray, boxes: NDArray) -> NDArray:
    """Intersection over union (N) of `box` (4) with each of `boxes` (N x 4); 0 where both have no area."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    total = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - shared
    return np.divide(shared, total, out=np.zeros(len(boxes)), where=total > 0)


def settle(answers: Sequence[NDArray], config: SettleConfig) -> NDArray:
    """What several answers (each N x 5: box, score) to one question agree on: M x 6 (box, score, support).

    The box around which most answers agree comes first: the median of one box of each of them, their mean score, and
    how many they are. Then the same with what is left. A single answer is taken as it is. Empty answers give 0 x 6.
    """
    left = np.concatenate(
        [np.empty((0, 6)), *(np.column_stack([a, np.full(len(a), n)]) for n, a in enumerate(answers))]
    )
    least = min(config.support, len(answers))
    settled = []
    while len(left):
        groups = [_agreeing(seed, left, config.overlap) for seed in left]
        best = max(groups, key=lambda group: (len(group), left[group, 4].sum()))
        if len(best) < least:
            break
        middle = np.median(left[best, :4], axis=0)
        settled.append([*middle, left[best, 4].mean(), len(best)])
        same = overlap(middle, left[:, :4]) >= config.overlap
        same[best] = True
        left = left[~same]
    return np.array(settled, dtype=float).reshape(-1, 6)


def _agreeing(seed: NDArray, boxes: NDArray, least_overlap: float) -> NDArray:
    """Rows of `boxes` (N x 6, last = answer), at most one of each answer, that are the same box as `seed`."""
    alike = overlap(seed[:4], boxes[:, :4])
    best = [rows[alike[rows].argmax()] for n in np.unique(boxes[:, 5]) if len(rows := np.flatnonzero(boxes[:, 5] == n))]
    return np.array([row for row in best if alike[row] >= least_overlap], dtype=int)
