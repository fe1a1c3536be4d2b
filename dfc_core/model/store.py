"""Model folders, by name or path: `config.json`, `model.safetensors` and what was learned on its features."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from dfc_core.errors import DfcError, bad_input
from dfc_core.files import read_json, write_bytes, write_json
from dfc_core.functions import FUNCTIONS
from dfc_core.model.looks import look_again
from dfc_core.model.model import Model
from dfc_core.model.network import Network, NetworkConfig
from dfc_core.model.orientation import read_orientation

SHIPPED = Path(__file__).parents[1] / "weights"


def list_models() -> list[str]:
    """Names of the models that came with the package."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/config.json"))


def model_folder(name: str | Path) -> Path:
    """The folder of a shipped model's name, or the folder itself; `DfcError` when there is neither."""
    shipped, folder = SHIPPED / str(name), Path(name)
    if str(name) in list_models():
        return shipped
    if (folder / "config.json").is_file():
        return folder
    shipped_names = ", ".join(list_models()) or "(none)"
    raise bad_input(f"no model {str(name)!r}: it is neither one of {shipped_names} nor a folder with config.json")


def load_model(name: str | Path = "default", again: bool = False) -> Model:
    """A trained model by name or folder, on the CPU; `again` = one that looks at each picture more than once.

    The weights must fit the config exactly and match its sha256; anything missing, broken or left over is a `DfcError`.
    The orientation network beside them is read with them, where there is one.
    """
    folder = model_folder(name)
    about = read_config(folder)
    weights = folder / "model.safetensors"
    try:
        data = weights.read_bytes()
    except OSError as error:
        raise bad_input(f"model {folder.name!r} has no weights: {weights} cannot be read ({error.strerror})") from error
    digest = hashlib.sha256(data).hexdigest()
    if about.get("sha256") not in (None, digest):
        raise bad_input(
            f"{weights} is damaged: its sha256 is {digest[:12]}..., config.json says {about['sha256'][:12]}..."
        )
    network = Network(NetworkConfig.from_dict(_at_home(about["network"], folder)))
    try:
        state = {
            key: value.float() if value.is_floating_point() else value for key, value in load_tensors(data).items()
        }
        network.load_state_dict(state, strict=True)
    except Exception as error:
        raise bad_input(f"{weights} does not fit its config.json: {str(error).splitlines()[0]}") from error
    orientation = read_orientation(folder, digest)
    model = Model(network, folder.name, f"{folder.name}-{digest[:12]}", about, folder, digest, orientation)
    return look_again(model) if again else model


def _at_home(network: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A model's own network config, with a backbone that lies in its folder ("./backbone") found there."""
    backbone = dict(network.get("backbone", {}))
    source = str(backbone.get("source", ""))
    if source.startswith("./"):
        backbone["source"] = str((folder / source).resolve())
    return {**network, "backbone": backbone}


@dataclass(frozen=True)
class ModelSummary:
    """One line about a model: its functions, its weights' licence, bytes on disk."""

    name: str
    id: str
    functions: tuple[str, ...]
    licence: str
    size: int


def summarize_model(name: str | Path) -> ModelSummary:
    """What a model folder says of itself, without reading its weights."""
    folder = model_folder(name)
    about = read_config(folder)
    told = about.get("about") or {}
    text = about["network"].get("text") or {}
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    digest = str(about.get("sha256") or "?")[:12]
    functions = tuple(text.get("functions") or told.get("functions") or FUNCTIONS)
    return ModelSummary(folder.name, f"{folder.name}-{digest}", functions, str(told.get("licence", "not stated")), size)


def read_config(folder: Path) -> dict[str, Any]:
    """A model's config.json, checked for what every model must say."""
    path = folder / "config.json"
    try:
        about = read_json(path)
    except (OSError, ValueError) as error:
        raise bad_input(f"{path} is not readable JSON: {error}") from error
    if not isinstance(about, dict) or not isinstance(about.get("network"), dict):
        raise bad_input(f"{path} has no 'network'; it is not a model's config")
    return about


def refuse_other_model(out: Path, same: Callable[[dict[str, Any]], bool]) -> None:
    """`DfcError` when a model stands in `out`, unless its config is of the `same` one, to be written anew."""
    if not (out / "config.json").exists():
        return
    try:
        standing = same(read_config(out))
    except DfcError:
        standing = False
    if not standing:
        raise bad_input(f"{out} holds another model already; choose an empty folder")


def save_model(network: Network, folder: Path | str, about: dict[str, Any], half: bool = True) -> Path:
    """Write a model folder: weights (16-bit floats when `half`) first, then config.json with their sha256."""
    folder = Path(folder)
    state = {key: value.detach().cpu().contiguous() for key, value in network.state_dict().items()}
    if half:
        state = {key: value.half() if value.dtype == torch.float32 else value for key, value in state.items()}
    data = save_tensors(state)
    write_bytes(folder / "model.safetensors", data)
    digest = hashlib.sha256(data).hexdigest()
    write_json(folder / "config.json", {"network": network.config.to_dict(), "sha256": digest, **about})
    return folder
