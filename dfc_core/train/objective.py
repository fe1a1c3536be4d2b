"""From a batch to its losses, and what each would be if features told nothing."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn

from dfc_core.dataset.pairs import Batch
from dfc_core.model import Network
from dfc_core.model.head import sample_grid
from dfc_core.train.config import OF_MASK, TrainConfig
from dfc_core.train.losses import (
    affordance_loss,
    correspondence_loss,
    functional_loss,
    mask_loss,
    spatial_loss,
    steady_loss,
)

OF_PIXELS = ("functional", "mask", "spatial", "correspondence")  # losses that read features at a pair's pixels


class Objective(nn.Module):
    """A network with its losses: one forward pass is all that a training step asks of it.

    `teacher` is a trained network of the same backbone whose features `steady` holds to.
    """

    def __init__(self, network: Network, config: TrainConfig, teacher: Network | None = None) -> None:
        super().__init__()
        self.network, self.config, self.teacher = network, config, teacher

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The losses that have a weight, by name."""
        batch = batch.to(self.network.mean.device)
        grids = self.grids(batch.images, batch.masks)
        of_each = grids.split(len(batch.prompts))
        config, losses = self.config, {}
        if any(getattr(config, name) for name in OF_PIXELS):
            losses.update(self._of_pixels(batch, *of_each))
        if config.affordance and self.network.head.mask is not None:
            losses["affordance"] = self._affordance(batch, *of_each[:2])
        if self.teacher is not None:
            losses["steady"] = self._steady(batch, grids, self.teacher)
        return losses

    def _of_pixels(self, batch: Batch, grids_a: Tensor, grids_b: Tensor, grids_c: Tensor) -> dict[str, Tensor]:
        texts = self.texts(batch.prompts)
        of_a = self._read(grids_a, batch.part_a, batch.rest_a, texts)
        of_b = self._read(grids_b, batch.part_b, batch.rest_b, texts)
        pair_a, pair_b, prompt = batch.compared.T
        part_a, rest_a = (features[pair_a, prompt] for features in of_a[:2])  # K x N x D
        part_b, rest_b = (features[pair_b, prompt] for features in of_b[:2])
        coordinates_a = batch.coordinates_a
        config, losses = self.config, {}
        if config.functional:
            losses["functional"] = functional_loss(part_a, rest_a, part_b, rest_b)
        if config.mask and self.network.head.mask is not None:
            losses["mask"] = mask_loss(*of_a[2:], *of_b[2:])
        if config.spatial:
            seen_c = self._read(grids_c, batch.seen_c, batch.seen_c[:, :, :0], texts)[0]
            losses["spatial"] = spatial_loss(
                of_a[0].flatten(0, 1), seen_c.flatten(0, 1), batch.seen.flatten(0, 1),
                coordinates_a.flatten(0, 1), config.softness,
            )  # fmt: skip
        if config.correspondence:
            losses["correspondence"] = correspondence_loss(
                (part_a, rest_a), (part_b, rest_b), coordinates_a[pair_a, prompt], batch.coordinates_b,
                config.softness, config.reach, batch.aligned,
            )  # fmt: skip
        return losses

    def grids(self, images: Tensor, masks: Tensor, network: Network | None = None) -> Tensor:
        """The backbone's grids of pictures (B x S x S x 3 uint8) with masks (B x S x S bool), float32."""
        pictures, on_tool = images.permute(0, 3, 1, 2).float() / 255, masks.float()
        pictures = pictures * on_tool[:, None] + (1 - on_tool[:, None])
        with torch.autocast(images.device.type, dtype=torch.bfloat16, enabled=self.config.bfloat16):
            return (network or self.network).grids(pictures, on_tool).float()

    def _steady(self, batch: Batch, grids: Tensor, teacher: Network) -> Tensor:
        """How far the features are from the teacher's of the pictures before they were changed."""
        assert batch.unchanged_images is not None
        assert batch.unchanged_masks is not None
        with torch.no_grad():
            wanted = self.grids(batch.unchanged_images, batch.unchanged_masks, teacher)
        return steady_loss(grids, wanted, (batch.masks & batch.unchanged_masks).float())

    def texts(self, prompts: list[list[tuple[str, str]]]) -> Tensor:
        """The vectors of prompts, P x R x W."""
        vectors = self.network.text.many([prompt for asked in prompts for prompt in asked])
        return vectors.unflatten(0, (len(prompts), -1))

    def _affordance(self, batch: Batch, grids_a: Tensor, grids_b: Tensor) -> Tensor:
        """What the pixels of the first prompt are for other functions, or that they are for none."""
        logits = []
        for which, grids, part, rest in (
            (0, grids_a, batch.part_a, batch.rest_a),
            (1, grids_b, batch.part_b, batch.rest_b),
        ):
            pixels = torch.cat([part[:, 0], rest[:, 0]], dim=1)  # P x 2N x 2
            sampled = sample_grid(grids, pixels, self.network.backbone.size)
            texts = self.texts([asked[which] for asked in batch.asked])  # P x Q x W
            logits.append(self.network.head(self.network.head.image_half(sampled)[:, None], texts[:, :, None])[1])
        return affordance_loss(torch.stack(logits, dim=1), batch.answers)

    def _read(self, grids: Tensor, part: Tensor, rest: Tensor, texts: Tensor) -> tuple[Tensor, ...]:
        """(part features, rest features, part logits, rest logits), each [P x R x N ...], of pixels [P x R x N x 2]."""
        _, prompts, count = part.shape[:3]
        pixels = torch.cat([part, rest], dim=2)
        sampled = sample_grid(grids, pixels.flatten(1, 2), self.network.backbone.size).unflatten(1, (prompts, -1))
        features, logits = self.network.head(self.network.head.image_half(sampled), texts[:, :, None])
        if logits is None:
            logits = features.new_zeros(features.shape[:-1])
        return features[:, :, :count], features[:, :, count:], logits[:, :, :count], logits[:, :, count:]


def frozen_copy(network: Network) -> Network:
    """The network as it is, to learn from and not to learn."""
    return copy.deepcopy(network).eval().requires_grad_(False)


def total_loss(losses: dict[str, Tensor], config: TrainConfig) -> Tensor:
    """Weighted mean of the losses."""
    weights = {name: getattr(config, name) for name in losses}
    return sum((weights[name] * loss for name, loss in losses.items()), start=torch.zeros(())) / sum(weights.values())


def chance_losses(batch: Batch, config: TrainConfig) -> dict[str, float]:
    """What each loss of a batch is when all features are alike and all logits 0: the logarithm of how many there are.

    A run whose losses stay there has learned nothing; one whose first losses lie far above starts badly.
    """
    count = batch.part_a.shape[2]
    seen = batch.seen.flatten(0, 1).sum(1).double()
    seen = seen[seen > 1]
    pair_a, _, prompt = batch.compared.T
    near = torch.cdist(batch.coordinates_a[pair_a, prompt], batch.coordinates_b).flatten(1).amin(1)
    found = bool((near[batch.aligned] < config.reach).any())
    chance = {
        "functional": math.log(1 + 3 * count),
        "mask": math.log(2),
        "affordance": math.log(2),
        "spatial": float((seen * seen.log()).sum() / seen.sum()) if len(seen) else 0.0,
        "correspondence": math.log(2 * count) if found else 0.0,
        "steady": 1.0,
    }
    chance = {name: value for name, value in chance.items() if getattr(config, name)}
    if not config.network.head.mask:
        chance = {name: value for name, value in chance.items() if name not in OF_MASK}
    total = total_loss({name: torch.tensor(value) for name, value in chance.items()}, config)
    return {"total": float(total), **chance}
