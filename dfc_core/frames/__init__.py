"""RGB-D pictures: reading, writing, cropping, and finding the tool in them."""

from dfc_core.frames.frame import Frame, load_frame, load_mask, save_frame
from dfc_core.frames.plane import height_above_plane
from dfc_core.frames.segment import Segmentation, SegmentConfig, segment

__all__ = [
    "Frame",
    "SegmentConfig",
    "Segmentation",
    "height_above_plane",
    "load_frame",
    "load_mask",
    "save_frame",
    "segment",
]
