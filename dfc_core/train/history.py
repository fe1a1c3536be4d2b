"""What weights came from, as it stands beside them: settings, tools, every mesh from a file with its licence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dfc_core.model.store import model_folder, read_config
from dfc_core.render.store import FROM_FILE, ToolViews
from dfc_core.train.config import TrainConfig


def history(config: TrainConfig, tools: Sequence[ToolViews]) -> dict[str, Any]:
    """Of a training run, and of the runs before it where it went on from a trained model."""
    return {
        "config": {key: value for key, value in asdict(config).items() if key != "network"},
        **learned_from(tools),
        "endless_tools": config.endless.numbers(config.steps - 1).stop if config.endless else 0,
        "tools_with_pseudo_labels": sum(not tool.aligned for tool in tools),
        "earlier": earlier_training(config.start) if config.start else [],
    }


def learned_from(tools: Sequence[ToolViews]) -> dict[str, Any]:
    """Parametric tools by family, and the meshes of files with licence and source."""
    made = Counter(tool.family for tool in tools if not tool.family.startswith(FROM_FILE))
    files = [tool for tool in tools if tool.family.startswith(FROM_FILE)]
    return {
        "parametric_tools": dict(sorted(made.items())),
        "meshes": [{"name": tool.name, "licence": tool.licence, "source": tool.source} for tool in files],
    }


def earlier_training(name: str) -> list[dict[str, Any]]:
    """What a trained model's weights came from, oldest run first, as its folder tells: for a model that goes on."""
    training = dict(read_config(model_folder(name)).get("training") or {})
    return [*training.pop("earlier", []), training] if training else []
