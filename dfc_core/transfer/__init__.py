"""From matches to metres: lifted points, alignment, contacts and grasp on the new tool."""

from dfc_core.transfer.align import AlignConfig, Alignment, Cues, align
from dfc_core.transfer.config import TransferConfig
from dfc_core.transfer.contacts import ContactConfig, ContactPoint
from dfc_core.transfer.grasp import GraspConfig, GraspPose
from dfc_core.transfer.lift import LiftConfig, lift
from dfc_core.transfer.matcher import ToolMatcher
from dfc_core.transfer.orbit import Symmetry
from dfc_core.transfer.overlay import draw_overlay
from dfc_core.transfer.result import STAGES, MatchResult, confidence_of, error_result
from dfc_core.transfer.trajectory import CarriedPath, PathConfig, carry_path

__all__ = [
    "STAGES",
    "AlignConfig",
    "Alignment",
    "CarriedPath",
    "ContactConfig",
    "ContactPoint",
    "Cues",
    "GraspConfig",
    "GraspPose",
    "LiftConfig",
    "MatchResult",
    "PathConfig",
    "Symmetry",
    "ToolMatcher",
    "TransferConfig",
    "align",
    "carry_path",
    "confidence_of",
    "draw_overlay",
    "error_result",
    "lift",
]
