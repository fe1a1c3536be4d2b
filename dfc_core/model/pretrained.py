"""Vision transformers of `transformers`, seen alike: which patches, which blocks, which inputs."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.errors import DfcError, bad_input
from dfc_core.files import file_sha256
from dfc_core.settings import at_least

IMAGE_MEAN, IMAGE_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
UNUSED = {"pooler", "head", "text_model", "mask_token", "logit_scale", "logit_bias", "visual_projection"}


@dataclass(frozen=True)
class VisionTransformerConfig:
    """Which checkpoint, and how its last blocks are used.

    `source` a hub name or a folder of a transformers model; "./name" lies in the model's own folder. `revision` pins a
    hub name's commit, `sha256` a folder's `model.safetensors`. `mean`, `std` of the colours it was trained on: without
    them those its image processor names, else ImageNet's. `lora` rank of learned low-rank changes to q, k and v of
    every block, 0 = none. `film` lets the text scale, not only shift, the head's first layer.
    """

    kind: str = "vision-transformer"
    source: str = "facebook/dinov2-base"
    size: int = 224
    blocks: int = 3
    features: int = 512
    interpolation_offset: float = 0.1  # DINOv2's own: scale (16 + 0.1) / 37 when its position table is resized
    revision: str | None = None
    sha256: str | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    lora: int = 0
    film: bool = False

    def __post_init__(self) -> None:
        at_least(self, 1, "features", prefix="backbone.")
        at_least(self, 0, "lora", prefix="backbone.")


def load_transformer(config: VisionTransformerConfig) -> nn.Module:
    """The checkpoint of `config.source`; `DfcError` when it, or transformers, is not there. Never random weights."""
    _check_digest(config)
    transformer = open_checkpoint(config.source, config.revision)
    resize_positions(transformer, config)
    return transformer


def open_checkpoint(source: str, revision: str | None = None) -> Any:
    """The transformer at `source` (folder or hub name) as it was saved; of a model that sees and reads, the half that
    sees. `DfcError` when there is none or weights are missing."""
    try:
        from transformers import AutoModel
    except ImportError as error:
        raise DfcError("NOT_READY", "this model needs transformers: pip install 'dfc_ros[backbones]'") from error
    try:
        model, info = AutoModel.from_pretrained(source, revision=revision, output_loading_info=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise bad_input(f"no vision transformer at {source!r} (a folder or a hub name): {error}") from error
    missing = sorted(key for key in info["missing_keys"] if not UNUSED & set(key.split(".")))
    if missing:
        raise bad_input(f"the weights at {source!r} lack {', '.join(missing[:3])} ({len(missing)} in all)")
    return getattr(model, "vision_model", model)


def _check_digest(config: VisionTransformerConfig) -> None:
    if config.sha256 is None:
        return
    path = Path(config.source) / "model.safetensors"
    try:
        digest = file_sha256(path)
    except OSError as error:
        raise bad_input(f"the backbone's weights {path} cannot be read ({error.strerror})") from error
    if digest != config.sha256:
        raise bad_input(f"{path} is damaged: its sha256 is {digest[:12]}..., config.json says {config.sha256[:12]}...")


def colours(config: VisionTransformerConfig) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(mean, std) of the colours, 0..1, that the checkpoint was trained on."""
    if config.mean is not None and config.std is not None:
        return config.mean, config.std
    from transformers.image_processing_base import ImageProcessingMixin

    try:
        told, _ = ImageProcessingMixin.get_image_processor_dict(config.source, revision=config.revision)
    except (OSError, ValueError):  # it names none
        told = {}
    return tuple(told.get("image_mean") or IMAGE_MEAN), tuple(told.get("image_std") or IMAGE_STD)


def patch_size(transformer: Any) -> int:
    """Side of a patch, px, as the checkpoint's config says."""
    size = getattr(transformer.config, "patch_size", None)
    size = size[0] if isinstance(size, list | tuple) and len(set(size)) == 1 else size
    if not isinstance(size, int):
        raise bad_input(f"a {transformer.config.model_type} has no square patches; a vision transformer is needed")
    return size


def grid_side(transformer: Any, size: int) -> int:
    """Patches along a side of a `size` px picture."""
    patch = patch_size(transformer)
    if size % patch or size <= 0:
        near = max(1, round(size / patch)) * patch
        raise bad_input(f"size {size} is no multiple of the backbone's patch of {patch} px; {near} is")
    return size // patch


def transformer_blocks(transformer: Any) -> list[nn.Module]:
    """Its blocks, first to last: the one list of modules as long as its config says it is deep."""
    depth = getattr(transformer.config, "num_hidden_layers", None)
    lists = [module for module in transformer.modules() if isinstance(module, nn.ModuleList) and len(module) == depth]
    if len(lists) != 1:
        raise bad_input(f"a {transformer.config.model_type} has no one row of blocks; a plain vision transformer does")
    return list(lists[0])


def transformer_inputs(transformer: Any, images: Tensor) -> dict[str, Any]:
    """What its forward wants for `images` B x 3 x S x S: positions resized to S, patches in rows, none hidden."""
    known = inspect.signature(transformer.forward).parameters
    if "spatial_shapes" in known:  # SigLIP 2 with any aspect: patches cut beforehand, colour last
        patch, side = patch_size(transformer), grid_side(transformer, images.shape[-1])
        cut = images.unfold(2, patch, patch).unfold(3, patch, patch).permute(0, 2, 3, 4, 5, 1)
        patches = cut.reshape(len(images), side * side, -1)
        shapes = torch.tensor([[side, side]] * len(images), device=images.device)
        full = torch.ones(patches.shape[:2], dtype=torch.int32, device=images.device)
        mask = "pixel_attention_mask" if "pixel_attention_mask" in known else "attention_mask"  # by version
        return {"pixel_values": patches, mask: full, "spatial_shapes": shapes}
    inputs: dict[str, Any] = {"pixel_values": images}
    if "interpolate_pos_encoding" in known:
        inputs["interpolate_pos_encoding"] = True
    if "noise" in known:  # masked autoencoders hide a share of the patches and shuffle them by this
        transformer.config.mask_ratio = 0.0
        inputs["noise"] = torch.arange(grid_side(transformer, images.shape[-1]) ** 2.0).expand(len(images), -1)
    return inputs


def patch_tokens(state: Tensor | tuple[Tensor, ...], side: int) -> Tensor:
    """A block's output without the class, distillation and register tokens before the patches: B x side² x C."""
    tokens = state[0] if isinstance(state, tuple) else state
    if tokens.ndim != 3 or tokens.shape[1] < side * side:
        raise bad_input(f"a block gives {tuple(tokens.shape)}, fewer than {side} x {side} patches; its grid shrinks")
    return tokens[:, tokens.shape[1] - side * side :]


def resize_positions(transformer: Any, config: VisionTransformerConfig) -> None:
    """Resize DINOv2's position table once to the model's grid: bicubic, no antialias, its 0.1 offset in the scale.

    All others resize theirs, where they have one, as transformers does.
    """
    if transformer.config.model_type != "dinov2":
        return
    table: Tensor = transformer.embeddings.position_embeddings
    side, trained = grid_side(transformer, config.size), round((table.shape[1] - 1) ** 0.5)
    if side == trained:
        return
    grid = table[:, 1:].reshape(1, trained, trained, -1).permute(0, 3, 1, 2).float()
    factor = (side + config.interpolation_offset) / trained
    resized = F.interpolate(grid, scale_factor=(factor, factor), mode="bicubic", antialias=False)
    assert resized.shape[-1] == side, "the scale factor must give the model's grid"
    flat = resized.permute(0, 2, 3, 1).flatten(1, 2).to(table.dtype)
    transformer.embeddings.position_embeddings = nn.Parameter(torch.cat([table[:, :1], flat], 1), requires_grad=False)
