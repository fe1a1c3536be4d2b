"""Reads a checkpoint of the paper's public code (Stojanov et al., ICCV 2025) into a model folder of ours.

The keys are facts about that file: `image_embedder.dino_vit.*` a DINOv2 in its own naming, `image_embedder.lin_proj`
the projection, `image_embedder.w` the three mixing scalars, `mlp_conditioner.mlp.{0,2,4}` the head, and perhaps
`mask_projection`. The text encoder is not in it.
"""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from dfc_core.errors import DfcError, bad_input
from dfc_core.files import write_bytes, write_json
from dfc_core.functions import FUNCTIONS, ROLES
from dfc_core.model.head import HeadConfig
from dfc_core.model.network import Network, NetworkConfig
from dfc_core.model.pretrained import VisionTransformerConfig
from dfc_core.model.store import save_model
from dfc_core.model.text import ClipText, ClipTextConfig, FunctionTableConfig

VIT, IMAGE, MLP, MASK = "image_embedder.dino_vit.", "image_embedder.", "mlp_conditioner.mlp.", "mask_projection."
WRAPPERS = ("state_dict", "model", "model_state_dict", "network", "net")
BLOCKS = 3  # whose tokens are mixed
HEAD_WIDTH = 64  # of one attention head, in every DINOv2
INSIDE = "./backbone"
# what DINOv2 calls the layers of a block -> what transformers calls them in its files
LAYERS = {
    "norm1": "norm1", "attn.proj": "attention.output.dense", "norm2": "norm2", "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}  # fmt: skip


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
    _refuse_other_model(out, digest)
    state = read_state(data, file)
    held = any(key.startswith(VIT) for key in state)
    if held == (backbone is not None):
        raise bad_input(
            f"{file} holds a backbone of its own; leave --backbone out" if held
            else f"{file} holds no {VIT}* weights; give the backbone it was trained on with --backbone"
        )  # fmt: skip
    check_keys(state, file, held)
    write_hub_backbone(state, out / INSIDE) if held else _copy_backbone(str(backbone), out / INSIDE)
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


def _refuse_other_model(out: Path, digest: str) -> None:
    """A model that stands in `out` is only written over if it came from the same file."""
    import json

    if not (out / "config.json").exists():
        return
    try:
        standing = json.loads((out / "config.json").read_text()).get("imported", {}).get("sha256")
    except (OSError, ValueError, AttributeError):
        standing = None
    if standing != digest:
        raise bad_input(f"{out} holds another model already; choose an empty folder")


def read_state(data: bytes, file: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by the names above, wrappers and a prefix such as "module." taken off, float32."""
    import io

    try:
        content = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise bad_input(
            f"{file} is no checkpoint of tensors alone, and nothing else is read from it: {reason}"
        ) from error
    for name in WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(name), dict):
            content = content[name]
    tensors = isinstance(content, dict) and all(isinstance(value, Tensor) for value in content.values())
    anchor = next((str(key) for key in content if IMAGE in str(key)), None) if tensors else None
    if anchor is None:
        raise bad_input(f"{file} holds no {IMAGE}* weights; it is no checkpoint of the paper's public code")
    prefix = anchor[: anchor.index(IMAGE)]
    state = {str(key).removeprefix(prefix): value.float() for key, value in content.items()}
    if f"{IMAGE}w" in state and state[f"{IMAGE}w"].numel() == BLOCKS:
        state[f"{IMAGE}w"] = state[f"{IMAGE}w"].reshape(-1)
    return state


def check_keys(state: dict[str, Tensor], file: Path, held: bool) -> None:
    """Every weight there, of the right shape, and none besides; else one sentence that names them."""
    expected = expected_shapes(state, held)
    missing = [key for key in expected if key not in state]
    left_over = [key for key in state if key not in expected and key != f"{VIT}mask_token"]
    misshaped = [
        f"{key} ({_by(state[key].shape)}, not {_by(shape)})"
        for key, shape in expected.items()
        if key in state and tuple(state[key].shape) != shape
    ]
    faults = [
        f"{word} {', '.join(keys[:4])}{f' and {len(keys) - 4} more' if len(keys) > 4 else ''}"
        for word, keys in (("lacks", missing), ("has left over", left_over), ("has misshaped", misshaped))
        if keys
    ]
    if faults:
        raise bad_input(f"{file} {'; '.join(faults)}")


def _by(shape: Any) -> str:
    return " x ".join(map(str, shape)) or "a scalar"


def expected_shapes(state: dict[str, Tensor], held: bool) -> dict[str, tuple[int, ...]]:
    """Every key a checkpoint of these widths and this depth has; widths that it does not tell are the paper's."""

    def told(key: str, axis: int, otherwise: int) -> int:
        return int(state[key].shape[axis]) if key in state and state[key].ndim > axis else otherwise

    width, features = told(f"{IMAGE}lin_proj.weight", 1, 768), told(f"{IMAGE}lin_proj.weight", 0, 512)
    hidden, joined = told(f"{MLP}0.weight", 0, 1024), told(f"{MLP}0.weight", 1, features + 512)
    out = told(f"{MLP}4.weight", 0, 256)
    shapes: dict[str, tuple[int, ...]] = {
        f"{IMAGE}lin_proj.weight": (features, width), f"{IMAGE}w": (BLOCKS,),
        f"{MLP}0.weight": (hidden, max(joined, features + 1)), f"{MLP}0.bias": (hidden,),
        f"{MLP}2.weight": (hidden, hidden), f"{MLP}2.bias": (hidden,), f"{MLP}4.weight": (out, hidden),
    }  # fmt: skip
    if any(key.startswith(MASK) for key in state):
        shapes |= {f"{MASK}weight": (1, out), f"{MASK}bias": (1,)}
    if held:
        patch = told(f"{VIT}patch_embed.proj.weight", 2, 14)
        side = round(max(told(f"{VIT}pos_embed", 1, 1370) - 1, 1) ** 0.5)
        shapes |= {
            f"{VIT}cls_token": (1, 1, width), f"{VIT}pos_embed": (1, 1 + side * side, width),
            f"{VIT}patch_embed.proj.weight": (width, 3, patch, patch), f"{VIT}patch_embed.proj.bias": (width,),
            f"{VIT}norm.weight": (width,), f"{VIT}norm.bias": (width,),
        }  # fmt: skip
        inner = told(f"{VIT}blocks.0.mlp.fc1.weight", 0, 4 * width)
        for place in range(depth_of(state)):
            shapes |= {f"{VIT}blocks.{place}.{key}": shape for key, shape in _block_shapes(width, inner).items()}
    return shapes


def _block_shapes(width: int, inner: int) -> dict[str, tuple[int, ...]]:
    layers = {"attn.qkv": (3 * width, width), "attn.proj": (width, width), "mlp.fc1": (inner, width)}
    layers["mlp.fc2"] = (width, inner)
    shapes: dict[str, tuple[int, ...]] = {f"{name}.weight": shape for name, shape in layers.items()}
    shapes |= {f"{name}.bias": shape[:1] for name, shape in layers.items()}
    shapes |= {f"{name}.{which}": (width,) for name in ("norm1", "norm2") for which in ("weight", "bias")}
    return shapes | {"ls1.gamma": (width,), "ls2.gamma": (width,)}


def depth_of(state: dict[str, Tensor]) -> int:
    """How many blocks a checkpoint's transformer has; the paper's 12 where it tells none."""
    start = f"{VIT}blocks."
    places = [key.removeprefix(start).split(".")[0] for key in state if key.startswith(start)]
    return max((int(place) for place in places if place.isdigit()), default=11) + 1


def write_hub_backbone(state: dict[str, Tensor], folder: Path) -> None:
    """DINOv2 in its own naming -> a folder that `transformers` reads as Dinov2Model (q, k and v split)."""
    width = state[f"{VIT}cls_token"].shape[-1]
    if width % HEAD_WIDTH:
        raise bad_input(f"a DINOv2 of width {width} is not known; its heads are {HEAD_WIDTH} wide")
    inner, patch = state[f"{VIT}blocks.0.mlp.fc1.weight"].shape[0], state[f"{VIT}patch_embed.proj.weight"].shape[-1]
    side = round((state[f"{VIT}pos_embed"].shape[1] - 1) ** 0.5)
    config = {
        "architectures": ["Dinov2Model"], "model_type": "dinov2", "hidden_size": width, "image_size": side * patch,
        "num_hidden_layers": depth_of(state), "num_attention_heads": width // HEAD_WIDTH, "patch_size": patch,
        "mlp_ratio": inner // width, "hidden_act": "gelu", "layer_norm_eps": 1e-6, "qkv_bias": True,
    }  # fmt: skip
    tensors = {
        "embeddings.cls_token": state[f"{VIT}cls_token"],
        "embeddings.mask_token": state.get(f"{VIT}mask_token", torch.zeros(1, width)),
        "embeddings.position_embeddings": state[f"{VIT}pos_embed"],
    }
    for which in ("weight", "bias"):
        tensors[f"embeddings.patch_embeddings.projection.{which}"] = state[f"{VIT}patch_embed.proj.{which}"]
        tensors[f"layernorm.{which}"] = state[f"{VIT}norm.{which}"]
    for place in range(depth_of(state)):
        tensors |= _hub_block(state, place)
    kept = {key: value.contiguous().clone() for key, value in tensors.items()}
    write_bytes(folder / "model.safetensors", save_tensors(kept, metadata={"format": "pt"}))
    write_json(folder / "config.json", config)


def _hub_block(state: dict[str, Tensor], place: int) -> dict[str, Tensor]:
    ours, theirs = f"encoder.layer.{place}.", f"{VIT}blocks.{place}."
    tensors = {f"{ours}layer_scale{n}.lambda1": state[f"{theirs}ls{n}.gamma"] for n in (1, 2)}
    for which in ("weight", "bias"):
        tensors |= {f"{ours}{new}.{which}": state[f"{theirs}{old}.{which}"] for old, new in LAYERS.items()}
        for name, part in zip(("query", "key", "value"), state[f"{theirs}attn.qkv.{which}"].chunk(3), strict=True):
            tensors[f"{ours}attention.attention.{name}.{which}"] = part
    return tensors


def _copy_backbone(source: str, folder: Path) -> None:
    from dfc_core.model.pretrained import open_checkpoint

    open_checkpoint(source).save_pretrained(folder, safe_serialization=True)


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
    from dfc_core.model.pretrained import IMAGE_MEAN, IMAGE_STD

    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
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
