"""Training settings from a YAML file."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from dfc_core.dataset.augment import AugmentConfig
from dfc_core.dataset.pairs import SamplerConfig
from dfc_core.errors import bad_input
from dfc_core.model import NetworkConfig
from dfc_core.train.train import TrainConfig

NESTED = {"sampler": SamplerConfig, "augment": AugmentConfig}


def read_train_config(path: Path | str | None, changes: dict[str, Any] | None = None) -> TrainConfig:
    """The settings of a YAML file over the defaults, and `changes` over those; unknown keys are refused by name."""
    values: Any = {}
    if path is not None:
        try:
            values = yaml.safe_load(Path(path).read_text()) or {}
        except (OSError, yaml.YAMLError) as error:
            raise bad_input(f"{path} is not readable YAML: {error}") from error
    if not isinstance(values, dict):
        raise bad_input(f"{path} holds {type(values).__name__}; it must be a mapping of training settings")
    values = {**values, **(changes or {})}
    if "network" in values:
        values["network"] = NetworkConfig.from_dict(values["network"])
    for key, kind in NESTED.items():
        if key in values:
            values[key] = _fill(kind, values[key], key)
    return _fill(TrainConfig, values, "training config")


def _fill(kind: Any, values: Any, what: str) -> Any:
    allowed = [field.name for field in fields(kind)]
    unknown = sorted(set(values) - set(allowed)) if isinstance(values, dict) else [repr(values)]
    if unknown:
        raise bad_input(f"{what} has no {', '.join(unknown)}; allowed: {', '.join(allowed)}")
    return kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items()})
