"""How a parallel gripper takes hold: a grasp carried over, candidates around it, checked, ranked."""

from dfc_core.grasp.carry import CarryConfig, GraspPose
from dfc_core.grasp.check import CheckConfig, Surroundings, Verdicts, check_grasps
from dfc_core.grasp.gripper import Gripper, read_gripper
from dfc_core.grasp.ranking import CarriedGrasp, GraspConfig, Grasps, snap_and_rank

__all__ = [
    "CarriedGrasp",
    "CarryConfig",
    "CheckConfig",
    "GraspConfig",
    "GraspPose",
    "Grasps",
    "Gripper",
    "Surroundings",
    "Verdicts",
    "check_grasps",
    "read_gripper",
    "snap_and_rank",
]
