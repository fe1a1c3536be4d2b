"""What the matches would also say of a tool turned otherwise: one with two like ends has such a rival."""

from __future__ import annotations

from dataclasses import dataclass, replace

from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment, Correspondences, pairs_of
from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.search import best_apart, explained


@dataclass(frozen=True)
class RivalConfig:
    """An alignment turned by more than `apart` (rad) is another one; it is looked for among `hypotheses` samples."""

    apart: float = 1.0
    hypotheses: int = 300


def rival(
    alignment: Alignment,
    matched: Correspondences,
    cues: Cues,
    axis: NDArray | None,
    config: RivalConfig,
    align_config: AlignConfig,
) -> float:
    """What the best alignment that is turned otherwise explains of the matches, over what this one does (0 or more).

    Near 1 the turn is a matter of chance; above it, something else than the matches chose this one. Turns about `axis`
    (3, unit, target's camera frame) of a tool that lies about one do not count.
    """
    pairs = pairs_of(matched, alignment.part_radius, align_config)
    own = explained(alignment.similarity, pairs, cues, align_config)
    fewer = replace(align_config, hypotheses=config.hypotheses)
    other = best_apart(alignment.rotation, axis, config.apart, pairs, cues, fewer)
    return other / max(own, 1e-9)
