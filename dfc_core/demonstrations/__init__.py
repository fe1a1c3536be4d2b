"""Demonstrations: one picture of a tool in use, its contacts and grasp, and the store they are kept in."""

from dfc_core.demonstrations.demonstration import (
    Contact,
    Demonstration,
    Grasp,
    check_on_tool,
)
from dfc_core.demonstrations.folder import load_demonstration, load_grasp, save_demonstration
from dfc_core.demonstrations.store import DemonstrationStore, default_store, import_demonstrations
from dfc_core.demonstrations.summary import Summary
from dfc_core.demonstrations.trajectory import Trajectory, load_trajectory
from dfc_core.demonstrations.vectors import Found

__all__ = [
    "Contact",
    "Demonstration",
    "DemonstrationStore",
    "Found",
    "Grasp",
    "Summary",
    "Trajectory",
    "check_on_tool",
    "default_store",
    "import_demonstrations",
    "load_demonstration",
    "load_grasp",
    "load_trajectory",
    "save_demonstration",
]
