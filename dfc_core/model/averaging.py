"""One model of several: the mean of their weights (Wortsman et al., Model soups, ICML 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from dfc_core.errors import bad_input
from dfc_core.model.store import load_model, refuse_other_model, save_model


def average_models(names: Sequence[str | Path], out: Path | str) -> Path:
    """Write the mean of trained models' weights, each given by name or folder, as the model folder `out`.

    It costs what one of them costs and often tells new tools better than each, where one went on from the other or all
    from one; models that were each trained from nothing have no mean of use. What was learned on a model's features
    (turns, confidence) does not hold for the mean: `orient` and `calibrate` it. Its licence is theirs where they all
    state the same one, and it names everyone whom one of them does. `DfcError` for less than two models, or for models
    that are built differently, and when `out` holds another model.
    """
    models = [load_model(name) for name in names]
    if len(models) < 2:
        raise bad_input(f"{len(models)} model was given; a mean needs two or more")
    first = models[0].network
    for model in models[1:]:
        if model.network.config != first.config:
            raise bad_input(f"models {models[0].id} and {model.id} are built differently; they have no mean")
    trained = [{"model": model.id, **(model.about.get("training") or {})} for model in models]
    refuse_other_model(Path(out), lambda about: (about.get("training") or {}).get("mean_of") == trained)
    states = [model.network.state_dict() for model in models]
    mean = {
        key: torch.stack([state[key] for state in states]).mean(0) if value.is_floating_point() else value
        for key, value in states[0].items()
    }
    first.load_state_dict(mean)
    about = _common([model.about.get("about") or {} for model in models])
    return save_model(first, out, {"about": about, "training": {"mean_of": trained}})


def _common(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What several models all say of themselves, and whom any of them names; a licence that differs is not stated."""
    common = {key: value for key, value in told[0].items() if all(other.get(key) == value for other in told)}
    named = " ".join(dict.fromkeys(str(one["attribution"]) for one in told if one.get("attribution")))
    return {"licence": "not stated", **common, **({"attribution": named} if named else {})}
