"""From matches to metres: lifted points, alignment, contacts and grasp on the new tool."""

from dfc_core.align.config import AlignConfig
from dfc_core.align.orbit import Symmetry
from dfc_core.grasp.carry import GraspPose
from dfc_core.grasp.gripper import Gripper, read_gripper
from dfc_core.grasp.ranking import GraspConfig
from dfc_core.shape.lift import lift
from dfc_core.transfer.config import TransferConfig
from dfc_core.transfer.consensus import ConsensusConfig, by_consensus
from dfc_core.transfer.contacts import ContactConfig, ContactPoint
from dfc_core.transfer.matcher import ToolMatcher
from dfc_core.transfer.overlay import draw_overlay
from dfc_core.transfer.result import STAGES, MatchResult, error_result
from dfc_core.transfer.retrieval import RetrievalConfig, describe_stored, most_alike
from dfc_core.transfer.trajectory import CarriedPath, PathConfig, carry_path
from dfc_core.trust.config import TrustConfig

__all__ = [
    "STAGES",
    "AlignConfig",
    "CarriedPath",
    "ConsensusConfig",
    "ContactConfig",
    "ContactPoint",
    "GraspConfig",
    "GraspPose",
    "Gripper",
    "MatchResult",
    "PathConfig",
    "RetrievalConfig",
    "Symmetry",
    "ToolMatcher",
    "TransferConfig",
    "TrustConfig",
    "by_consensus",
    "carry_path",
    "describe_stored",
    "draw_overlay",
    "error_result",
    "lift",
    "most_alike",
    "read_gripper",
]
