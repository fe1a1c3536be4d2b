"""The smallest training run that still learns: its network, its settings, and where the shipped ones lie."""

from pathlib import Path

from dfc_core.dataset.augment import AugmentConfig
from dfc_core.dataset.pairs import SamplerConfig
from dfc_core.model import NetworkConfig
from dfc_core.model.unet import UNetConfig
from dfc_core.train.config import TrainConfig

TINY = NetworkConfig(backbone=UNetConfig(widths=(8, 16, 16, 16), readout=16, fine=8, features=32, heads=2))
CONFIGS = Path(__file__).parents[2] / "config" / "train"
PLAIN = AugmentConfig(color=0, gray=0, blur=0, mask_pixels=0, wander=0, cut_out=0)
CONFIG = TrainConfig(
    steps=4,
    pairs=2,
    warm_up=1,
    bfloat16=False,
    workers=0,
    panel_steps=0,
    log_steps=1,
    network=TINY,
    sampler=SamplerConfig(pixels=32),
    augment=PLAIN,
)
