"""Which pixels belong to the part that serves a function, and where they lie in its aligned frame."""

from dfc_core.label.truth import align_symmetric, symmetric_motion

__all__ = ["align_symmetric", "symmetric_motion"]
