"""RGB-D pictures: reading, writing, cropping, and finding the tool in them."""

from dfc_core.frames.frame import Frame, load_frame, save_frame

__all__ = ["Frame", "load_frame", "save_frame"]
