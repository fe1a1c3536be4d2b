"""What a function is called, as a vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dfc_core.errors import DfcError, bad_input
from dfc_core.functions import FUNCTIONS, ROLES, known_function
from dfc_core.settings import at_least


@dataclass(frozen=True)
class FunctionTableConfig:
    """A learned vector for each known function and role."""

    kind: str = "table"
    functions: tuple[str, ...] = FUNCTIONS
    width: int = 64

    def __post_init__(self) -> None:
        at_least(self, 1, "width", prefix="text.")


class FunctionTable(nn.Module):
    """(function, role) -> [width]; an unknown function is refused with the known ones named."""

    def __init__(self, config: FunctionTableConfig) -> None:
        super().__init__()
        self.functions, self.width = config.functions, config.width
        self.vectors = nn.Parameter(torch.randn(len(config.functions) * len(ROLES), config.width) / config.width**0.5)

    def forward(self, function: str, role: str) -> Tensor:
        return self.vectors[self._place(function, role)]

    def many(self, prompts: Sequence[tuple[str, str]]) -> Tensor:
        """Vectors [K x width] of (function, role), by one look-up."""
        places = torch.tensor([self._place(*prompt) for prompt in prompts])
        return self.vectors[places.to(self.vectors.device, non_blocking=True)]

    def _place(self, function: str, role: str) -> int:
        place = self.functions.index(known_function(function, self.functions))
        return place * len(ROLES) + ROLES.index(role)


@dataclass(frozen=True)
class ClipTextConfig:
    """A frozen CLIP text encoder (`source`: folder or hub name), as in the paper."""

    kind: str = "clip"
    source: str = "openai/clip-vit-base-patch32"
    functions: tuple[str, ...] = FUNCTIONS
    width: int = 512


class ClipText(nn.Module):
    """Any function in words -> [512], unit norm; "pour-with" is read "pour with", its held part "hold to pour with".

    The encoder is loaded when the first function is asked for, and each is encoded once.
    """

    def __init__(self, config: ClipTextConfig, encoder: Any = None, tokenizer: Any = None) -> None:
        super().__init__()
        self.config = config
        self.functions, self.width = config.functions, config.width  # others are understood by their words
        self._encoder = None if encoder is None else (encoder, tokenizer)  # in a tuple: kept out of our state dict
        self._known: dict[str, Tensor] = {}
        self._missing: DfcError | None = None  # asking a hub again and again takes half a minute each time
        self.device_of: Tensor
        self.register_buffer("device_of", torch.zeros(0), persistent=False)

    def forward(self, function: str, role: str) -> Tensor:
        return self.many([(function, role)])[0]

    def many(self, prompts: Sequence[tuple[str, str]]) -> Tensor:
        """Vectors [K x width] of (function, role), brought to the network's device at once."""
        vectors = torch.stack([self._vector(*prompt) for prompt in prompts])
        return vectors.to(self.device_of.device, non_blocking=True)

    def _vector(self, function: str, role: str) -> Tensor:
        words = function.replace("-", " ").replace("_", " ")
        words = words if role == "function" else f"hold to {words}"
        if words not in self._known:
            self._known[words] = self._encode(words)
        return self._known[words]

    def _encode(self, words: str) -> Tensor:
        encoder, tokenizer = self._encoder or self._load()
        with torch.inference_mode(False), torch.no_grad():  # kept, so it must serve in training as well
            vector = encoder.eval()(**tokenizer([words], return_tensors="pt", padding=True)).text_embeds[0]
            if len(vector) != self.width:
                given = f"the text encoder at {self.config.source!r} gives {len(vector)} numbers"
                raise bad_input(f"{given}; this model wants {self.width}")
            return F.normalize(vector, dim=0)

    def _load(self) -> tuple[Any, Any]:
        if self._missing is not None:
            raise self._missing
        try:
            self._encoder = _load_clip(self.config.source)
        except DfcError as error:
            self._missing = error
            raise
        return self._encoder


def _load_clip(source: str) -> tuple[Any, Any]:
    try:
        from transformers import AutoTokenizer, CLIPTextModelWithProjection
    except ImportError as error:
        raise DfcError("NOT_READY", "this model needs transformers: pip install 'dfc_ros[backbones]'") from error
    try:
        return CLIPTextModelWithProjection.from_pretrained(source), AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        raise bad_input(f"no CLIP text encoder at {source!r} (a folder or a hub name): {error}") from error
