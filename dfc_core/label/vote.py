"""From boxes in many views to heat on the cloud: how surely each point belongs to the part.

Two ways, of which the first is ours and the other is there to compare:
"explain": patches of the surface whose extents explain the boxes (`dfc_core.label.explain`), over several cuts into
patches; "sum": the votes of Stojanov et al. (ICCV 2025), boxes that cover a point summed over views with at least
three, never divided by how many views saw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from dfc_core.errors import bad_input
from dfc_core.label.boxes import ViewBoxes
from dfc_core.label.cloud import Cloud
from dfc_core.label.explain import (
    FINEST_PX,
    Detector,
    Leaning,
    Observed,
    best_patches,
    disbelief,
    extents_of,
    first_guess,
    learn_detector,
    observe,
)
from dfc_core.label.segments import Segments, cut_cloud

METHODS = ("explain", "sum")


@dataclass(frozen=True)
class VoteConfig:
    """How boxes become heat."""

    method: str = "explain"
    fewest_boxes: int = 1  # views with fewer boxes have no say (the paper's rule for "sum": 3)
    jitter: float = 0.12  # first guess of how far a detector's sides are off, as a share of them
    strays: float = 0.2  # first guess of the share of boxes that are made up
    patches: int = 160  # how finely the surface is cut
    cuts: int = 4  # how many different cuts are averaged
    rounds: int = 2  # of learning what the detector does
    together: float = 0.06  # price of a border between part and rest, per link
    together_edge: float = 0.02  # for edges, which are nearly all border
    filling: float = 0.5  # log odds of a patch that no box speaks about
    outside: float = 8.0  # price of lying outside the boxes where hidden, beyond the usual share
    usual: float = 0.55
    edge: float = 2.0  # log odds of a sharp edge for parts that are edges, minus that of a flat
    seed: int = 0


PAPER_VOTES = VoteConfig(method="sum", fewest_boxes=3)


def vote(
    cloud: Cloud,
    answers: Sequence[ViewBoxes],
    config: VoteConfig | None = None,
    edge: NDArray | None = None,
    cuts: Sequence[Segments] | None = None,
) -> NDArray:
    """Heat 0..1 for each of the cloud's N points; all 0 when there is no box at all.

    `edge` N: probability of a sharp edge, given for parts that are edges only; `cuts`: those of `surface_cuts`, where
    several parts of one cloud are asked for. `DfcError` for an unknown method or a view the cloud does not have.
    """
    config = config or VoteConfig()
    if config.method not in METHODS:
        raise bad_input(f"no way to vote {config.method!r}; allowed: {', '.join(METHODS)}")
    if strange := {answer.view for answer in answers} - set(range(len(cloud.visible))):
        raise bad_input(f"boxes for view {min(strange)}, but there are {len(cloud.visible)} views")
    if not any(len(answer.boxes) for answer in answers):
        return np.zeros(len(cloud.points))
    if config.method == "explain":
        return _explained(cloud, answers, config, edge, cuts or surface_cuts(cloud, config))
    heat = summed_votes(cloud, answers, config.fewest_boxes)
    heat = heat if edge is None else heat * edge
    return heat / max(heat.max(), 1e-9)


def surface_cuts(cloud: Cloud, config: VoteConfig | None = None) -> list[Segments]:
    """The cuts into patches that "explain" averages over; the same for every part of a tool."""
    config = config or VoteConfig()
    rng = np.random.default_rng(config.seed)
    return [cut_cloud(cloud, config.patches, rng) for _ in range(config.cuts)]


def summed_votes(cloud: Cloud, answers: Sequence[ViewBoxes], fewest_boxes: int) -> NDArray:
    """Boxes that cover each point, N, over the views that show it and have at least `fewest_boxes`."""
    votes = np.zeros(len(cloud.points))
    for answer in answers:
        if len(answer.boxes) >= fewest_boxes:
            places = cloud.places[answer.view]
            for x0, y0, x1, y1 in answer.boxes:
                inside = (places >= (x0, y0)).all(axis=1) & (places <= (x1, y1)).all(axis=1)
                votes += inside & cloud.visible[answer.view]
    return votes


def coverage(cloud: Cloud, answers: Sequence[ViewBoxes], config: VoteConfig) -> tuple[NDArray, NDArray]:
    """(share of the views with boxes that show a point and cover it, share of those that hide it and cover it), N each.

    A view covers a point by the median of its boxes, each with soft sides. Without any view the first is 0; the second
    starts from one view that covers, as being hidden says little.
    """
    covered, counted = np.zeros((2, len(cloud.points))), np.zeros((2, len(cloud.points)))
    for answer in answers:
        if len(answer.boxes) < max(config.fewest_boxes, 1):
            continue
        inside = np.median([_inside(cloud.places[answer.view], box, config.jitter) for box in answer.boxes], axis=0)
        shown = cloud.visible[answer.view]
        for row, which in enumerate((shown, ~shown)):
            covered[row] += which * inside
            counted[row] += which
    return covered[0] / np.maximum(counted[0], 1), (covered[1] + 1) / (counted[1] + 1)


def _inside(places: NDArray, box: NDArray, jitter: float) -> NDArray:
    """Probability that the true box, of which `box` is a reading, covers `places` (N x 2)."""
    spread = np.hypot(jitter * (box[2:] - box[:2]), FINEST_PX)
    return np.prod(ndtr((places - box[:2]) / spread) * ndtr((box[2:] - places) / spread), axis=1)


def _explained(
    cloud: Cloud, answers: Sequence[ViewBoxes], config: VoteConfig, edge: NDArray | None, cuts: Sequence[Segments]
) -> NDArray:
    """Mean over several cuts of the patches that explain the boxes best."""
    observed = observe(answers, len(cloud.visible), int(np.ptp(cloud.pixels[:, 1:], axis=0).max()) + 1)
    detector = first_guess(observed, config.jitter, config.strays)
    seen, hidden = coverage(cloud, answers, config)
    together = config.together if edge is None else config.together_edge
    odds = config.filling - config.outside * np.maximum(1 - hidden - config.usual, 0)
    if edge is not None:
        odds = odds + config.edge * (edge - 0.5)
    heat = np.zeros(len(cloud.points))
    for number, segments in enumerate(cuts):
        leaning = Leaning(np.bincount(segments.of, odds) / segments.areas.mean(), together)
        starts = _starts(segments, seen)
        for _ in range(config.rounds + 1 if number == 0 else 1):
            chosen = best_patches(
                observed, segments, detector, leaning, _likeliest(observed, segments, starts, detector)
            )
            if number == 0:
                detector = learn_detector(observed, extents_of(segments, chosen), detector)
        heat += chosen[segments.of]
    return heat / len(cuts)


def _likeliest(observed: Observed, segments: Segments, choices: NDArray, detector: Detector) -> NDArray:
    extents = np.stack([extents_of(segments, choice) for choice in choices], axis=1)
    return choices[int(disbelief(observed, extents, detector).argmin())]


def _starts(segments: Segments, seen: NDArray, count: int = 30) -> NDArray:
    """Choices (M x S) to begin with: the best covered patches, up to 2 to 95 % of the surface."""
    order = np.argsort(-np.bincount(segments.of, seen) / segments.areas, kind="stable")
    share = np.cumsum(segments.areas[order]) / segments.areas.sum()
    starts = np.zeros((count, len(order)), bool)
    for start, most in zip(starts, np.linspace(0.02, 0.95, count), strict=True):
        start[order[: max(1, int(np.sum(share < most)))]] = True
    return np.unique(starts, axis=0)
