"""Training settings, from code or a YAML file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dfc_core.dataset.augment import AugmentConfig
from dfc_core.dataset.endless import EndlessConfig
from dfc_core.dataset.pairs import SamplerConfig
from dfc_core.errors import bad_input
from dfc_core.model import NetworkConfig
from dfc_core.settings import at_least, read_settings, within

SCHEDULES = ("cosine", "constant")
LOSSES = ("functional", "mask", "affordance", "spatial", "correspondence", "steady")
OF_MASK = ("mask", "affordance")  # losses that a network without a mask head does not have
HOW = (
    "workers",
    "device",
    "compile",
    "recompute",
    "checkpoint_minutes",
    "panel_steps",
    "log_steps",
)  # not what is learned


@dataclass(frozen=True)
class TrainConfig:
    """One training run. A loss weight of 0 switches that loss off; the sum is divided by the sum of the weights."""

    steps: int = 10200
    pairs: int = 96  # of a batch, of all processes together
    learning_rate: float = 1.2e-3
    weight_decay: float = 0.02
    warm_up: int = 400
    schedule: str = "cosine"  # or "constant", as in the paper
    longest_step: float = 5.0  # longest gradient that is followed as it is, longer ones are shortened; 0 = any length
    functional: float = 1.0
    mask: float = 5.0
    affordance: float = 3.0  # where other functions' parts are, and that a tool has none; not in the paper
    spatial: float = 2.0
    correspondence: float = 8.0
    steady: float = 0.0  # features under changed pictures and masks as those of `start` under the true ones
    softness: float = 0.12  # of spatial and correspondence targets, unit: the part's scale; 0 = single positives
    reach: float = 0.5
    average: float = 0.999  # decay of the running mean of weights that is saved; 0 = the last weights
    bfloat16: bool = True
    seed: int = 0
    start: str | None = None  # model (name or folder) whose weights are gone on with; None = from nothing
    checkpoint_minutes: float = 3.0
    panel_steps: int = 500  # a picture of matches every so many steps; 0 = none
    log_steps: int = 10
    workers: int | None = None  # processes that draw batches ahead; None = one less than there are cores, 0 = none
    device: str = "auto"  # or "cpu", "cuda", "cuda:1"
    compile: bool = False  # the backbone by torch.compile: pays on a GPU
    recompute: bool = False  # activations in the backward pass: less memory, more time; transformers that learn only
    endless: EndlessConfig | None = None  # tools made and rendered while training
    sampler: SamplerConfig = field(default_factory=SamplerConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)

    def __post_init__(self) -> None:
        at_least(self, 1, "steps", "pairs", "log_steps")
        at_least(self, 0, "learning_rate", "weight_decay", "warm_up", "longest_step", "softness", "reach", *LOSSES)
        at_least(self, 0, "seed", "checkpoint_minutes", "panel_steps", "workers")
        within(self, 0, 1, "average")
        if self.schedule not in SCHEDULES:
            raise bad_input(f"schedule is {self.schedule!r}; allowed: {', '.join(SCHEDULES)}")
        if not any(getattr(self, name) for name in LOSSES if self.network.head.mask or name not in OF_MASK):
            raise bad_input(f"no loss of this network has a weight above 0; there are {', '.join(LOSSES)}")
        if self.steady and self.start is None:
            raise bad_input("steady holds to a trained model's features; name one by start (--from)")

    def learned(self) -> dict[str, Any]:
        """All that decides what is learned, as plain values: two runs of the same go on from one another."""
        return json.loads(json.dumps({key: value for key, value in asdict(self).items() if key not in HOW}))


def read_train_config(path: Path | str | None, changes: dict[str, Any] | None = None) -> TrainConfig:
    """The settings of a YAML file over the defaults, and `changes` over those; unknown keys are refused by name."""
    values: Any = {}
    if path is not None:
        try:
            values = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
        except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
            raise bad_input(f"{path} is not readable YAML: {error}") from error
    if not isinstance(values, dict):
        raise bad_input(f"{path} holds {type(values).__name__}; it must be a mapping of training settings")
    return train_config({**values, **(changes or {})})


def train_config(values: dict[str, Any]) -> TrainConfig:
    """The config of plain values; what they do not say is as by default."""
    values = dict(values)
    if "network" in values:
        values["network"] = NetworkConfig.from_dict(values["network"])
    return read_settings(TrainConfig, values, "training config")
