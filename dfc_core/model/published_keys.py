"""What a checkpoint of the paper's public code holds, by name and shape, and its DINOv2 by transformers' names."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dfc_core.errors import bad_input

VIT, IMAGE, MLP, MASK = "image_embedder.dino_vit.", "image_embedder.", "mlp_conditioner.mlp.", "mask_projection."
WRAPPERS = ("state_dict", "model", "model_state_dict", "network", "net")
BLOCKS = 3  # whose tokens are mixed
HEAD_WIDTH = 64  # of one attention head, in every DINOv2
# what DINOv2 calls the layers of a block -> what transformers calls them in its files
LAYERS = {
    "norm1": "norm1", "attn.proj": "attention.output.dense", "norm2": "norm2", "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}  # fmt: skip


def read_state(data: bytes, file: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by the names above, wrappers and a prefix such as "module." taken off, float32."""
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
    endless = [key for key, value in state.items() if not value.isfinite().all()]
    if endless:
        raise bad_input(f"{file} has numbers that are not finite in {endless[0]}; its training must have broken down")
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


def hub_backbone(state: dict[str, Tensor]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """DINOv2 in its own naming -> (config, tensors) as the files of transformers' Dinov2Model have them.

    q, k and v are split. The names are those of the hub's files, which every version of transformers reads.
    """
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
    return config, {key: value.contiguous().clone() for key, value in tensors.items()}


def _hub_block(state: dict[str, Tensor], place: int) -> dict[str, Tensor]:
    ours, theirs = f"encoder.layer.{place}.", f"{VIT}blocks.{place}."
    tensors = {f"{ours}layer_scale{n}.lambda1": state[f"{theirs}ls{n}.gamma"] for n in (1, 2)}
    for which in ("weight", "bias"):
        tensors |= {f"{ours}{new}.{which}": state[f"{theirs}{old}.{which}"] for old, new in LAYERS.items()}
        for name, part in zip(("query", "key", "value"), state[f"{theirs}attn.qkv.{which}"].chunk(3), strict=True):
            tensors[f"{ours}attention.attention.{name}.{which}"] = part
    return tensors
