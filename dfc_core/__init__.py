"""dfc_core: dense functional correspondence, from a demonstration with one tool to the use of another.

Nothing happens at import; each room is a sub-package, and data flows through them one way.
"""

__version__ = "0.1.0"
