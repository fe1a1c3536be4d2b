"""Pictures of tools by ray casting: colour, depth, mask, part labels and pose, without a display."""

from dfc_core.render.appearance import Look, random_look
from dfc_core.render.picture import Picture, take_picture
from dfc_core.render.raycast import Scene, Table, rest_on_table
from dfc_core.render.views import random_crop_view, random_table_view

__all__ = [
    "Look",
    "Picture",
    "Scene",
    "Table",
    "random_crop_view",
    "random_look",
    "random_table_view",
    "rest_on_table",
    "take_picture",
]
