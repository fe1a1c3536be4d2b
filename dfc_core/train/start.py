"""Before the first step: a trained model's weights, and memory saved where it pays."""

from __future__ import annotations

from functools import partial

import torch
from torch.utils.checkpoint import checkpoint

from dfc_core.errors import bad_input
from dfc_core.functions import ROLES
from dfc_core.model import Network, load_model
from dfc_core.model.pretrained import transformer_blocks
from dfc_core.model.vision_transformer import VisionTransformer

TABLE = "text.vectors"  # the learned table of functions in a network's state


def start_from(network: Network, name: str) -> None:
    """Give `network` the weights of a trained model; functions that the model's table does not know keep their own.

    `DfcError` when the two are built differently.
    """
    trained = load_model(name).network
    state, given = network.state_dict(), trained.state_dict()
    table = given.pop(TABLE, None)
    unfit = [key for key in given if key not in state or state[key].shape != given[key].shape]
    if unfit:
        raise bad_input(f"model {name!r} cannot be gone on with: its {unfit[0]} does not fit this run's network")
    _check_backbone(network, trained, name)
    if table is not None and TABLE in state:
        for place, function in enumerate(trained.text.functions):
            if function in network.text.functions:
                row = network.text.functions.index(function) * len(ROLES)
                state[TABLE][row : row + len(ROLES)] = table[place * len(ROLES) : (place + 1) * len(ROLES)]
    network.load_state_dict({**state, **given})


def _check_backbone(network: Network, trained: Network, name: str) -> None:
    """`DfcError` for what differs without changing the shape of a weight."""
    refusal = f"model {name!r} cannot be gone on with: "
    for key in ("size", "heads", "interpolation_offset"):
        ours, theirs = (getattr(one.config.backbone, key, None) for one in (network, trained))
        if ours != theirs:
            raise bad_input(f"{refusal}the {key} of its backbone is {theirs}, of this run's {ours}")
    if isinstance(network.backbone, VisionTransformer):
        ours, theirs = (one.backbone.frozen.state_dict() for one in (network, trained))
        if ours.keys() != theirs.keys() or not all(torch.equal(ours[key], theirs[key]) for key in ours):
            raise bad_input(f"{refusal}its transformer was another than that of this run")


def recompute_blocks(network: Network) -> None:
    """Keep only the inputs of a learning transformer's blocks and compute the rest again in the backward pass.

    `DfcError` for any other network: a frozen transformer keeps nothing, and the embedded backbone's layers are small.
    """
    if getattr(network.backbone, "adapters", None) is None:
        raise bad_input("recompute pays only for a vision transformer that learns (lora above 0); switch it off")
    for block in transformer_blocks(network.backbone.frozen):
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)
