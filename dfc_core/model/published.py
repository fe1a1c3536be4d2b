"""Reads a checkpoint of the paper's public code (Stojanov et al., ICCV 2025) into a model folder of ours.

The keys are facts about that file: `image_embedder.dino_vit.*` a DINOv2 in its own naming, `image_embedder.lin_proj`
the projection, `image_embedder.w` the three mixing scalars, `mlp_conditioner.mlp.{0,2,4}` the head, and perhaps
`mask_projection`. The text encoder is not in it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from dfc_core.errors import DfcError, bad_input
from dfc_core.files import file_sha256, write_bytes, write_json
from dfc_core.functions import FUNCTIONS, ROLES
from dfc_core.model.head import HeadConfig
from dfc_core.model.network import Network, NetworkConfig
from dfc_core.model.pretrained import IMAGE_MEAN, IMAGE_STD, VisionTransformerConfig, open_checkpoint
from dfc_core.model.published_keys import BLOCKS, IMAGE, MASK, MLP, VIT, check_keys, hub_backbone, read_state
from dfc_core.model.store import refuse_other_model, save_model
from dfc_core.model.text import ClipText, ClipTextConfig, FunctionTableConfig

INSIDE = "./backbone"


def import_checkpoint(
    file: Path, out: Path, backbone: str | None = None, text: str | None = None, licence: str = "not stated"
) -> bool:
    """Write the checkpoint `file` as the model folder `out`, its backbone inside; whether functions have their vectors.

    `backbone` (folder or hub name) gives the transformer where the file holds none. `text` is the CLIP text encoder
    whose vectors of the 24 functions are stored; None = the paper's, and if that cannot be had now, the model
    looks for it when first asked about a function. `DfcError` names missing, left over and misshaped keys.
    """
    data = _read(file)
    digest = hashlib.sha256(data).hexdigest()
    refuse_other_model(out, lambda about: (about.get("imported") or {}).get("sha256") == digest)
    state = read_state(data, file)
    held = any(key.startswith(VIT) for key in state)
    if held == (backbone is not None):
        raise bad_input(
            f"{file} holds a backbone of its own; leave --backbone out" if held
            else f"{file} holds no {VIT}* weights; give the backbone it was trained on with --backbone"
        )  # fmt: skip
    check_keys(state, file, held)
    if backbone is None:
        _write_backbone(state, out / INSIDE)
    else:
        open_checkpoint(backbone).save_pretrained(out / INSIDE, safe_serialization=True)
    weights, config, has_vectors = _converted(state, out, text)
    network = Network(config)
    network.load_state_dict(weights, strict=True)
    save_model(network, out, _about(file, digest, licence, config), half=False)
    return has_vectors


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise bad_input(f"{file} cannot be read ({error.strerror})") from error


def _write_backbone(state: dict[str, Tensor], folder: Path) -> None:
    config, tensors = hub_backbone(state)
    write_bytes(folder / "model.safetensors", save_tensors(tensors, metadata={"format": "pt"}))
    write_json(folder / "config.json", config)


def _converted(state: dict[str, Tensor], out: Path, text: str | None) -> tuple[dict[str, Tensor], NetworkConfig, bool]:
    """(our weights, the network's config, whether the functions' vectors are among the weights)."""
    features = state[f"{IMAGE}lin_proj.weight"].shape[0]
    first = state[f"{MLP}0.weight"]
    weights = {
        "backbone.projection.weight": state[f"{IMAGE}lin_proj.weight"],
        "backbone.mixing": state[f"{IMAGE}w"],
        "head.image_half.weight": first[:, :features],
        "head.text_half.weight": first[:, features:],
        "head.text_half.bias": state[f"{MLP}0.bias"],
        "head.second.weight": state[f"{MLP}2.weight"],
        "head.second.bias": state[f"{MLP}2.bias"],
        "head.third.weight": state[f"{MLP}4.weight"],
    }
    weights |= {f"head.mask.{key}": state[f"{MASK}{key}"] for key in ("weight", "bias") if f"{MASK}{key}" in state}
    width = first.shape[1] - features
    vectors = _function_vectors(text, width)
    if vectors is not None:
        weights["text.vectors"] = vectors
    config = NetworkConfig(
        _backbone_config(out / INSIDE, features),
        ClipTextConfig(width=width) if vectors is None else FunctionTableConfig(width=width),
        HeadConfig(first.shape[0], state[f"{MLP}4.weight"].shape[0], f"{MASK}weight" in state),
    )
    return weights, config, vectors is not None


def _backbone_config(folder: Path, features: int) -> VisionTransformerConfig:
    digest = file_sha256(folder / "model.safetensors")
    return VisionTransformerConfig(
        source=str(folder.resolve()), blocks=BLOCKS, features=features, sha256=digest, mean=IMAGE_MEAN, std=IMAGE_STD
    )


def _function_vectors(source: str | None, width: int) -> Tensor | None:
    """The text encoder's vector of each function and role; None when the paper's encoder cannot be had."""
    encoder = ClipText(ClipTextConfig(width=width) if source is None else ClipTextConfig(source=source, width=width))
    try:
        return torch.stack([encoder(function, role) for function in FUNCTIONS for role in ROLES])
    except DfcError:
        if source is not None:
            raise
        return None


def _about(file: Path, digest: str, licence: str, config: NetworkConfig) -> dict[str, Any]:
    network = config.to_dict()
    network["backbone"]["source"] = INSIDE
    return {
        "network": network,
        "about": {
            "licence": licence,
            "description": "Imported from a checkpoint of the public code of Stojanov et al., ICCV 2025.",
            "functions": list(FUNCTIONS),
        },
        "imported": {"file": file.name, "sha256": digest},
    }
