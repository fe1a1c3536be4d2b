"""Every choice of the transfer pipeline, composed of its components' own."""

from __future__ import annotations

from dataclasses import dataclass, field

from dfc_core.match import MatchConfig
from dfc_core.transfer.align import AlignConfig
from dfc_core.transfer.contacts import ContactConfig
from dfc_core.transfer.grasp import GraspConfig
from dfc_core.transfer.lift import LiftConfig


@dataclass(frozen=True)
class TransferConfig:
    """Every choice of the pipeline.

    `stride` px of the 224 crop between the pixels matched. `require_depth` off answers frames without depth with 2D
    contacts only. `hold_share`: total weight of the hold part's matches in the alignment, relative to the functional
    part's. `maximum_matches` of each part go into the alignment. `use_support_plane` lets the two support planes, where
    both are seen, break ties between alignments.
    """

    stride: int = 2
    require_depth: bool = True
    use_support_plane: bool = True
    hold_share: float = 0.3
    maximum_matches: int = 500
    match: MatchConfig = field(default_factory=MatchConfig)
    lift: LiftConfig = field(default_factory=LiftConfig)
    align: AlignConfig = field(default_factory=AlignConfig)
    contact: ContactConfig = field(default_factory=ContactConfig)
    grasp: GraspConfig = field(default_factory=GraspConfig)

    def __post_init__(self) -> None:
        if self.stride < 1 or self.maximum_matches < 3 or self.hold_share < 0:
            raise ValueError("stride must be at least 1, maximum_matches at least 3, hold_share not negative")
