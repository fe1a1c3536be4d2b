"""Which patches of a tool explain a detector's boxes best: the part whose extent, view by view, is where boxes lie.

A vote only says that a point is inside a box. A box says more: it is as large as what it surrounds. So each choice of
patches predicts the exact box of every view, and is as likely as the boxes that came are under a detector that moves
sides, misses parts and makes boxes up. How much it does so is learned from the same boxes (expectation and
maximisation), tool by tool, part by part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dfc_core.label.boxes import ViewBoxes
from dfc_core.label.segments import Segments

FINEST_PX = 1.5  # no detector draws a side more exactly
LARGEST_MOVES = 200
WILDEST_JITTER = 0.6
MOST_STRAYS = 0.5  # share of the boxes: a detector of which more is made up has not found anything


@dataclass(frozen=True)
class Detector:
    """What a detector does: sides move by N(0, `jitter` * side), a view that shows the part gets Poisson(`hits`) boxes
    of it, and every view Poisson(`strays`) boxes from anywhere."""

    jitter: float
    hits: float
    strays: float


@dataclass(frozen=True)
class Observed:
    """All boxes, padded: `sides` V x B x 4 as (left, top, -right, -bottom), `given` V x B bool, `asked` V bool, and
    `density` 1/px^4 of stray boxes."""

    sides: NDArray
    given: NDArray
    asked: NDArray
    density: float


def observe(answers: Sequence[ViewBoxes], views: int, size: int) -> Observed:
    """The boxes of `answers` for `views` pictures of about `size` px."""
    most = max([1, *(len(answer.boxes) for answer in answers)])
    sides, given, asked = np.zeros((views, most, 4)), np.zeros((views, most), bool), np.zeros(views, bool)
    for answer in answers:
        count = len(answer.boxes)
        sides[answer.view, :count] = answer.boxes * (1, 1, -1, -1)
        given[answer.view, :count] = True
        asked[answer.view] = True
    return Observed(sides, given, asked, 4.0 / size**4)


def first_guess(observed: Observed, jitter: float, strays: float) -> Detector:
    """A detector to begin with: `strays` of the boxes a view got on average are made up."""
    counts = observed.given.sum(axis=1)
    usual = float(counts[counts > 0].mean()) if counts.any() else 1.0
    return Detector(jitter, usual * (1 - strays), usual * strays)


def disbelief(observed: Observed, extents: NDArray, detector: Detector) -> NDArray:
    """Minus log likelihood (M) of the boxes when the part's extents were `extents` (V x M x 4, inf = not seen)."""
    hit, seen = _log_hits(observed, extents, detector)
    stray = np.log(detector.strays * observed.density)
    each = np.where(seen[..., None], np.logaddexp(hit, stray), stray)
    total = detector.hits * seen - np.sum(each * observed.given[:, None], axis=-1)
    return np.sum(total * observed.asked[:, None], axis=0)


def _log_hits(observed: Observed, extents: NDArray, detector: Detector) -> tuple[NDArray, NDArray]:
    """(log density of each box as a hit, V x M x B; which extents are seen at all, V x M)."""
    seen = np.isfinite(extents[..., 0])
    extents = np.where(seen[..., None], extents, 0)
    variance = (detector.jitter * _lengths(extents)) ** 2 + FINEST_PX**2
    off = np.sum((observed.sides[:, None] - extents[:, :, None]) ** 2 / variance[:, :, None], axis=-1)
    log_norm = 0.5 * np.sum(np.log(variance), axis=-1) + 2 * np.log(2 * np.pi)
    return np.log(detector.hits) - 0.5 * off - log_norm[..., None], seen


def _lengths(extents: NDArray) -> NDArray:
    """Width, height, width, height of extents, at least 1 px."""
    return np.tile(np.maximum(-(extents[..., :2] + extents[..., 2:]), 1.0), 2)


def learn_detector(observed: Observed, extents: NDArray, detector: Detector) -> Detector:
    """The detector that most likely gave the boxes, if the part's extents are `extents` (V x 4)."""
    hit, seen = _log_hits(observed, extents[:, None], detector)
    stray = np.log(detector.strays * observed.density)
    belief = np.where(seen & observed.given, 1 / (1 + np.exp(np.clip(stray - hit[:, 0], -50, 50))), 0)
    known = np.where(seen, extents, 0)
    sides = _lengths(known)
    off = (observed.sides - known[:, None]) / sides[:, None]
    weight = belief[..., None] * (sides > 8 * FINEST_PX)[:, None]  # on tiny boxes the pixel grid is the error
    shown, asked = float(np.sum(seen[:, 0] & observed.asked)), float(observed.asked.sum())
    if weight.sum() > 20:
        detector = replace(
            detector, jitter=float(np.clip((np.sum(weight * off**2) / weight.sum()) ** 0.5, 0.02, WILDEST_JITTER))
        )
    if shown > 3:
        total = float(observed.given.sum())
        strays = float(np.clip(total - belief.sum(), 0.02 * asked, MOST_STRAYS * total)) / asked
        detector = replace(detector, hits=max(float(belief.sum()) / shown, 0.1), strays=strays)
    return detector


@dataclass(frozen=True)
class Leaning:
    """What is believed before any box: `patches` S log odds that a patch belongs, `together` the price of a border."""

    patches: NDArray
    together: float

    def cost(self, chosen: NDArray, segments: Segments) -> NDArray:
        """Of M choices (M x S bool), M."""
        choice = chosen.astype(float)
        return self.together * np.sum((choice @ segments.borders) * (1 - choice), axis=1) - choice @ self.patches


def extents_of(segments: Segments, chosen: NDArray) -> NDArray:
    """Extents (V x 4) of the `chosen` patches (S bool) together."""
    return segments.extents[:, chosen].min(axis=1, initial=np.inf)


def best_patches(
    observed: Observed, segments: Segments, detector: Detector, leaning: Leaning, start: NDArray
) -> NDArray:
    """The choice of patches (S bool) that explains the boxes best, from `start` by the best change of one group at a
    time until none helps."""
    reach = np.stack([extents_of(segments, group) for group in segments.groups], axis=1)
    chosen, extent = start, extents_of(segments, start)
    value = disbelief(observed, extent[:, None], detector)[0] + leaning.cost(chosen[None], segments)[0]
    for _ in range(LARGEST_MOVES):
        choices, extents = _changes(segments, reach, chosen, extent)
        values = disbelief(observed, extents, detector) + leaning.cost(choices, segments)
        values[~choices.any(axis=1)] = np.inf  # the part was asked for because it is there
        best = int(values.argmin())
        if values[best] >= value - 1e-6:
            break
        chosen, extent, value = choices[best], extents[:, best], values[best]
    return chosen


def _changes(segments: Segments, reach: NDArray, chosen: NDArray, extent: NDArray) -> tuple[NDArray, NDArray]:
    """Every choice (M x S) that differs by one group put in or taken out, with its extents (V x M x 4)."""
    groups = segments.groups
    adds, takes = (groups & ~chosen).any(axis=1), (groups & chosen).any(axis=1)
    more, fewer = chosen | groups[adds], chosen & ~groups[takes]
    wider = np.minimum(extent[:, None], reach[:, adds])
    own = segments.extents[:, chosen][:, None]
    narrower = np.where(fewer[:, chosen][None, :, :, None], own, np.inf).min(axis=2, initial=np.inf)
    return np.concatenate([more, fewer]), np.concatenate([wider, narrower], axis=1)
