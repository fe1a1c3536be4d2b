"""Which pixels belong to the part that serves a function."""

from dfc_core.label.truth import ROLES, PartFrame, align_symmetric, aligned_coordinates, camera_side, part_frames

__all__ = ["ROLES", "PartFrame", "align_symmetric", "aligned_coordinates", "camera_side", "part_frames"]
