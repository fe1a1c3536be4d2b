"""Low-rank changes to a frozen transformer's attention (Hu et al., LoRA, ICLR 2022)."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from dfc_core.errors import bad_input
from dfc_core.model.pretrained import transformer_blocks

QUERY_KEY_VALUE = {"query": "q", "key": "k", "value": "v", "q_proj": "q", "k_proj": "k", "v_proj": "v"}


class LowRank(nn.Module):
    """x -> up(down(x)); zero at the start."""

    def __init__(self, inputs: int, outputs: int, rank: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(inputs, rank, bias=False), nn.Linear(rank, outputs, bias=False)
        nn.init.zeros_(self.up.weight)

    def add_to(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        """Forward hook of the frozen layer: its output changed by ours."""
        return output + self.up(self.down(inputs[0]))


def attach_lora(transformer: Any, rank: int) -> nn.ModuleDict:
    """Change q, k and v of every block by a learned `rank`; the adapters by name, such as "3_q"."""
    adapters = nn.ModuleDict()
    for place, block in enumerate(transformer_blocks(transformer)):
        layers = {
            short: module
            for name, module in block.named_modules()
            if isinstance(module, nn.Linear) and (short := QUERY_KEY_VALUE.get(name.rpartition(".")[2]))
        }
        if set(layers) != {"q", "k", "v"}:
            raise bad_input(f"a {transformer.config.model_type} has no q, k and v layers of its own; lora must be 0")
        for short in "qkv":
            layer = layers[short]
            adapter = LowRank(layer.in_features, layer.out_features, rank)
            layer.register_forward_hook(adapter.add_to)
            adapters[f"{place}_{short}"] = adapter
    return adapters
