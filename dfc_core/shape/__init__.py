"""What depth says of a tool's shape: points at pixels, normals, the axis it may be round about, the side not seen."""

from dfc_core.shape.lift import LiftConfig, lift
from dfc_core.shape.revolution import Axis, Body, RevolutionConfig, Verdict, body_of_revolution, judge
from dfc_core.shape.surface import Surface, SurfaceConfig, sampled_surface, surface_at

__all__ = [
    "Axis",
    "Body",
    "LiftConfig",
    "RevolutionConfig",
    "Surface",
    "SurfaceConfig",
    "Verdict",
    "body_of_revolution",
    "judge",
    "lift",
    "sampled_surface",
    "surface_at",
]
