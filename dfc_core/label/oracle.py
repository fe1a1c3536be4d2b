"""Boxes as a detector of known faults would draw them: exact boxes of a part's pixels, moved, missed, and made up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.label.boxes import ViewBoxes


@dataclass(frozen=True)
class OracleConfig:
    """How bad the detector is, and how often it is asked."""

    jitter: float = 0.15  # each side of a box is moved by N(0, jitter * the box's side)
    misses: float = 0.25  # share of queries that give no box for a part that shows
    false_boxes: float = 0.15  # share of queries that give a random box on the object, part or no part
    queries: int = 4  # how often each view is asked
    seed: int = 0

    def scaled(self, factor: float) -> OracleConfig:
        """The same detector with `factor` times the noise."""
        return OracleConfig(
            self.jitter * factor, min(self.misses * factor, 1.0), min(self.false_boxes * factor, 1.0), self.queries,
            self.seed,
        )  # fmt: skip


def oracle_boxes(truth: NDArray, mask: NDArray, config: OracleConfig, key: tuple[int, ...] = ()) -> list[ViewBoxes]:
    """Boxes for every view of one part.

    `truth` V x H x W bool: the part's visible pixels; `mask` V x H x W bool: the object's. The same `config.seed` and
    `key` (what is asked: tool, part) give the same boxes. One box surrounds all of the part that a view shows.
    """
    answers = []
    for view in range(len(truth)):
        rng = np.random.default_rng([config.seed, *key, view])
        boxes = [box for _ in range(config.queries) for box in _query(rng, truth[view], mask[view], config)]
        answers.append(ViewBoxes(view, np.array(boxes).reshape(-1, 4), np.ones(len(boxes))))
    return answers


def _query(rng: Generator, part: NDArray, mask: NDArray, config: OracleConfig) -> list[NDArray]:
    """What one query of one view gives: the part's box, a false one, both or none."""
    missed, made_up = rng.random(2) < (config.misses, config.false_boxes)
    boxes = []
    if part.any() and not missed:
        boxes.append(_moved(rng, box_of(part), config.jitter))
    if made_up and mask.any():
        boxes.append(_random_box(rng, mask))
    return boxes


def box_of(part: NDArray) -> NDArray:
    """(x0, y0, x1, y1) around the outer borders of `part`'s pixels (H x W bool, not empty)."""
    y, x = np.nonzero(part)
    return np.array([x.min() - 0.5, y.min() - 0.5, x.max() + 0.5, y.max() + 0.5])


def _moved(rng: Generator, box: NDArray, jitter: float) -> NDArray:
    sides = np.tile(box[2:] - box[:2], 2)
    moved = box + rng.normal(size=4) * jitter * sides
    return np.concatenate([np.minimum(moved[:2], moved[2:]), np.maximum(moved[:2], moved[2:])])


def _random_box(rng: Generator, mask: NDArray) -> NDArray:
    """A box of 10 to 60 % of the object's sides around one of its pixels."""
    y, x = np.nonzero(mask)
    place = int(rng.integers(len(x)))
    whole = box_of(mask)
    half = (whole[2:] - whole[:2]) * rng.uniform(0.1, 0.6, 2) / 2
    centre = np.array([x[place], y[place]])
    return np.concatenate([centre - half, centre + half])
