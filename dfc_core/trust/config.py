"""When an answer is not given."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class TrustConfig:
    """Probabilities below which an answer is refused: that the tool affords the function (NOT_AFFORDED), that its part
    is in sight (PART_NOT_VISIBLE), that the answer is right, that it is turned rightly (both NO_MATCH). None = what the
    model's calibration holds right, 0 = never. Without a calibration nothing is refused but what `minimum_confidence`
    of the heuristic refuses.
    """

    minimum_affordance: float | None = None
    minimum_visibility: float | None = None
    minimum_confidence: float = 0.0
    minimum_turn_confidence: float = 0.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}; allowed: 0..1")
