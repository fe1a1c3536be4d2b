"""Pictures of tools by ray casting: colour, depth, mask, part labels and pose, without a display."""

from dfc_core.render.appearance import CLEAN_LOOK, Look, LookConfig, random_look
from dfc_core.render.picture import Picture, take_picture
from dfc_core.render.raycast import Placed, Scene, Table, rest_on_table
from dfc_core.render.scene_views import SceneView, Shot, camera_view, crop_view
from dfc_core.render.sensor import SensorConfig, sense_depth
from dfc_core.render.views import orbit_views, random_crop_view, random_crop_views, random_table_view

__all__ = [
    "CLEAN_LOOK",
    "Look",
    "LookConfig",
    "Picture",
    "Placed",
    "Scene",
    "SceneView",
    "SensorConfig",
    "Shot",
    "Table",
    "camera_view",
    "crop_view",
    "orbit_views",
    "random_crop_view",
    "random_crop_views",
    "random_look",
    "random_table_view",
    "rest_on_table",
    "sense_depth",
    "take_picture",
]
