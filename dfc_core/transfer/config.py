"""Every choice of the transfer pipeline, composed of its components' own."""

from __future__ import annotations

from dataclasses import dataclass, field

from dfc_core.align.config import AlignConfig
from dfc_core.align.frames import FramesConfig
from dfc_core.align.orbit import OrbitConfig
from dfc_core.align.refine import RefineConfig
from dfc_core.align.rival import RivalConfig
from dfc_core.align.side import SideConfig
from dfc_core.grasp.ranking import GraspConfig
from dfc_core.match import MatchConfig
from dfc_core.shape.lift import LiftConfig
from dfc_core.shape.revolution import RevolutionConfig
from dfc_core.shape.surface import SurfaceConfig
from dfc_core.transfer.consensus import ConsensusConfig
from dfc_core.transfer.contacts import ContactConfig
from dfc_core.transfer.retrieval import RetrievalConfig
from dfc_core.transfer.trajectory import PathConfig
from dfc_core.trust.config import TrustConfig


@dataclass(frozen=True)
class TransferConfig:
    """Every choice of the pipeline.

    `stride` px of the 224 crop between the pixels matched. `require_depth` off answers frames without depth with 2D
    contacts only. `use_support_plane` lets the two support planes, where both are seen, break ties between alignments.
    `maximum_matches` of each part go into the alignment, those of the hold part with a total weight of `hold_share`
    times the functional part's. Matches near demonstrated function contacts count up to 1 + `contact_pull` times as
    much, falling off over `contact_reach` times the demonstrated tool's radius: who showed them knew the part, and it
    is there that the alignment has to be right. It also tells where the hand goes while its scale lies within
    [1 / `alike_scale`, `alike_scale`]; beyond, the part to hold is found by its features alone.
    """

    stride: int = 2
    require_depth: bool = True
    use_support_plane: bool = True
    hold_share: float = 0.3
    contact_pull: float = 3.0
    contact_reach: float = 0.35
    maximum_matches: int = 500
    alike_scale: float = 1.6
    # A smaller part holds too few places to align by: the whole tools are then matched.
    match: MatchConfig = field(default_factory=lambda: MatchConfig(minimum_region=100))
    lift: LiftConfig = field(default_factory=LiftConfig)
    align: AlignConfig = field(default_factory=AlignConfig)
    refine: RefineConfig = field(default_factory=RefineConfig)
    side: SideConfig = field(default_factory=SideConfig)
    frames: FramesConfig = field(default_factory=FramesConfig)
    rival: RivalConfig = field(default_factory=RivalConfig)
    revolution: RevolutionConfig = field(default_factory=RevolutionConfig)
    orbit: OrbitConfig = field(default_factory=OrbitConfig)
    surface: SurfaceConfig = field(default_factory=SurfaceConfig)
    contact: ContactConfig = field(default_factory=ContactConfig)
    grasp: GraspConfig = field(default_factory=GraspConfig)
    path: PathConfig = field(default_factory=PathConfig)
    retrieval: RetrievalConfig = field(default_factory=RetrievalConfig)
    consensus: ConsensusConfig = field(default_factory=ConsensusConfig)
    trust: TrustConfig = field(default_factory=TrustConfig)

    def __post_init__(self) -> None:
        if self.stride < 1 or self.maximum_matches < 3 or self.hold_share < 0:
            raise ValueError("stride must be at least 1, maximum_matches at least 3, hold_share not negative")
        if self.contact_pull < 0 or self.contact_reach <= 0:
            raise ValueError("contact_pull must not be negative, contact_reach must be above 0")
