"""The one switch for speed: half precision where the processor computes in it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from dfc_core.model.model import Model

CPU_FLAGS = {"avx512_bf16", "amx_bf16"}  # without them bfloat16 is emulated, and slower than float32


def half_precision_pays(device: torch.device | str = "cpu") -> bool:
    """Whether the machine multiplies in bfloat16."""
    if torch.device(device).type == "cuda":
        return torch.cuda.is_bf16_supported()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return False
    return any(line.startswith("flags") and CPU_FLAGS & set(line.split()) for line in lines)


def speed_up(model: Model, half: bool | None = None) -> Model:
    """The same model, changed in place to answer faster and no longer exactly; its id says so.

    `half` None = bfloat16 where it pays: matrices are rounded to it, norms and sums stay float32.
    """
    network = model.network
    if half_precision_pays(model.device) if half is None else half:
        for part in (network.backbone, network.head):
            part._apply(_rounded)
        model.half = True
        model.id = f"{model.id}-half"
    return model


def _rounded(values: Tensor) -> Tensor:
    """Matrices and kernels in bfloat16; vectors (norms, biases, statistics) and position tables as they are."""
    return values.bfloat16() if values.ndim in (2, 4) and values.is_floating_point() else values
