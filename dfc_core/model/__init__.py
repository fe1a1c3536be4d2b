"""From pictures to functional features at pixels."""

from dfc_core.functions import ROLES
from dfc_core.model.looks import look_again
from dfc_core.model.model import Encoded, Model, ToolFeatures
from dfc_core.model.network import Network, NetworkConfig
from dfc_core.model.speed import half_precision_pays, speed_up
from dfc_core.model.store import list_models, load_model, save_model

__all__ = [
    "ROLES",
    "Encoded",
    "Model",
    "Network",
    "NetworkConfig",
    "ToolFeatures",
    "half_precision_pays",
    "list_models",
    "load_model",
    "look_again",
    "save_model",
    "speed_up",
]
