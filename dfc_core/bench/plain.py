"""METHOD written out, with nothing saved or skipped: what our engine is measured against and must agree with.

Both pictures go through the backbone anew for every call, the perceptron sees all pixels of the square, and the full
matrix of similarities is kept (Stojanov et al., ICCV 2025, sections 3 and 5 of our summary).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from dfc_core.frames.crop import crop_around, cut
from dfc_core.model import Model

Picture = tuple[NDArray, NDArray]
"""rgb H x W x 3 uint8 and the tool's mask H x W bool."""


@dataclass(frozen=True)
class PlainFeatures:
    """`features` S*S x D of every pixel of the model's crop, row by row, unit norm; `on_tool` S*S bool."""

    features: Tensor
    on_tool: Tensor


@torch.inference_mode()
def plain_features(model: Model, picture: Picture, function: str, role: str = "function") -> PlainFeatures:
    """Backbone, bilinear samples at every pixel, [image, text] through the whole perceptron, unit norm."""
    rgb, mask = cut(*picture, crop_around(picture[1], model.size))
    network, on_tool = model.network, torch.from_numpy(np.array(mask))
    image = torch.from_numpy(np.array(rgb)).permute(2, 0, 1)[None].float() / 255
    grid = network.grids(image, on_tool[None].float())
    places = torch.arange(model.size) / model.size * 2 - 1
    y, x = torch.meshgrid(places, places, indexing="ij")
    sampled = F.grid_sample(grid, torch.stack([x, y], dim=-1)[None], align_corners=False)[0].flatten(1).T
    text = network.text(function, role).expand(len(sampled), -1)
    return PlainFeatures(_perceptron(network.head, torch.cat([sampled, text], dim=1)), on_tool.flatten())


def _perceptron(head: Any, inputs: Tensor) -> Tensor:
    first = torch.cat([head.image_half.weight, head.text_half.weight], dim=1)
    hidden = F.relu(F.linear(inputs, first, head.text_half.bias))
    hidden = F.relu(F.linear(hidden, head.second.weight, head.second.bias))
    return F.normalize(F.linear(hidden, head.third.weight), dim=1)


@torch.inference_mode()
def plain_label_transfer(model: Model, a: Picture, b: Picture, function: str, queries: Tensor) -> tuple[Tensor, Tensor]:
    """For pixels `queries` (N long, into a's square): (best tool pixel of b's square, similarity)."""
    features_a, features_b = (plain_features(model, picture, function) for picture in (a, b))
    similarity = features_a.features[queries] @ features_b.features.T
    similarity[:, ~features_b.on_tool] = -torch.inf
    best = similarity.argmax(dim=1)
    return best, similarity.gather(1, best[:, None])[:, 0]


@torch.inference_mode()
def plain_cycle(model: Model, a: Picture, b: Picture, function: str) -> tuple[Tensor, Tensor, Tensor]:
    """For every tool pixel of a, row by row: (best tool pixel of b, where that goes back to in a, similarity there)."""
    features_a, features_b = (plain_features(model, picture, function) for picture in (a, b))
    forth = features_a.features[features_a.on_tool] @ features_b.features.T
    forth[:, ~features_b.on_tool] = -torch.inf
    best = forth.argmax(dim=1)
    back = features_b.features[best] @ features_a.features.T
    back[:, ~features_a.on_tool] = -torch.inf
    return best, back.argmax(dim=1), forth.gather(1, best[:, None])[:, 0]
