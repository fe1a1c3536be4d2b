"""An answer in 3D, as a file that opens without this package."""

from dfc_core.view.files import VIEWS, check_view, write_view
from dfc_core.view.scene import ViewConfig, shapes_of
from dfc_core.view.shapes import GRASP_COLOUR, ROLE_COLOURS, Shape

__all__ = ["GRASP_COLOUR", "ROLE_COLOURS", "VIEWS", "Shape", "ViewConfig", "check_view", "shapes_of", "write_view"]
