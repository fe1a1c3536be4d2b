"""How one tool lies on another: the similarity that matched points agree on, refined, refused, turned within reach."""

from dfc_core.align.alignment import Alignment, Correspondences, align
from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.frames import FramesConfig
from dfc_core.align.orbit import OrbitConfig, Symmetry
from dfc_core.align.refine import RefineConfig, refine
from dfc_core.align.side import SideConfig

__all__ = [
    "AlignConfig",
    "Alignment",
    "Correspondences",
    "Cues",
    "FramesConfig",
    "OrbitConfig",
    "RefineConfig",
    "SideConfig",
    "Symmetry",
    "align",
    "refine",
]
