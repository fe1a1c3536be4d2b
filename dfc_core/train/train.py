"""Training, from rendered tools to a model folder: read it from top to bottom."""

from __future__ import annotations

import io
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dfc_core.dataset.augment import AugmentConfig, augment
from dfc_core.dataset.pairs import Batch, PairSampler, SamplerConfig
from dfc_core.errors import bad_input
from dfc_core.files import write_bytes, write_json
from dfc_core.functions import ROLES
from dfc_core.model import Network, NetworkConfig, load_model, save_model
from dfc_core.model.head import sample_grid
from dfc_core.render.store import FROM_FILE, ToolViews, load_dataset
from dfc_core.train.losses import correspondence_loss, functional_loss, mask_loss, spatial_loss

TABLE = "text.vectors"  # the learned table of functions in a network's state


@dataclass(frozen=True)
class TrainConfig:
    """One training run. A loss weight of 0 switches that loss off; the sum is divided by the sum of the weights."""

    steps: int = 4000
    pairs: int = 12
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warm_up: int = 100
    schedule: str = "cosine"  # or "constant", as in the paper
    functional: float = 2.0
    mask: float = 5.0
    spatial: float = 3.0
    correspondence: float = 5.0
    softness: float = 0.12  # of spatial and correspondence targets, unit: the part's scale; 0 = single positives
    reach: float = 0.5
    average: float = 0.999  # decay of the running mean of weights that is saved; 0 = the last weights
    bfloat16: bool = True
    seed: int = 0
    start: str | None = None  # model (name or folder) whose weights are gone on with; None = from nothing
    checkpoint_minutes: float = 3.0
    sampler: SamplerConfig = field(default_factory=SamplerConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)


def train(
    data: Sequence[Path | str],
    out: Path | str,
    config: TrainConfig,
    about: dict[str, Any] | None = None,
    progress: Callable[[int, dict[str, float]], None] | None = None,
) -> Path:
    """Train on rendered data set folders and write the model folder `out`; a run that was stopped goes on.

    `out` also holds `checkpoint.pt`, `train.json` (the config) and `log.jsonl` (losses). `about` goes into the model's
    config.json (licence and the like). Calls `progress(step, losses)` every ten steps. `DfcError` for an empty data
    set or a folder of another config.
    """
    out = Path(out)
    tools = load_dataset(data)
    sampler = PairSampler(tools, config.sampler, config.network.text.functions)
    torch.manual_seed(config.seed)
    run = Run(config, out)
    run.resume()
    saved = time.monotonic()
    while run.step < config.steps:
        losses = run.advance(sampler.batch(run.step, config.pairs, config.seed))
        if run.step % 10 == 0:
            run.log(losses)
            if progress:
                progress(run.step, losses)
        if time.monotonic() - saved > 60 * config.checkpoint_minutes:
            run.save()
            saved = time.monotonic()
    run.save()
    return save_model(run.averaged(), out, {"about": about or {}, "training": _training(config, tools)})


def _training(config: TrainConfig, tools: Sequence[ToolViews]) -> dict[str, Any]:
    """What the weights came from: settings, tools by family, and every mesh from a file with its licence."""
    made = Counter(tool.family for tool in tools if not tool.family.startswith(FROM_FILE))
    files = [tool for tool in tools if tool.family.startswith(FROM_FILE)]
    return {
        "config": {key: value for key, value in asdict(config).items() if key != "network"},
        "parametric_tools": dict(sorted(made.items())),
        "meshes": [{"name": tool.name, "licence": tool.licence, "source": tool.source} for tool in files],
    }


class Run:
    """The state of a training run: network, its running mean, optimizer, step."""

    def __init__(self, config: TrainConfig, out: Path) -> None:
        self.config, self.out, self.step = config, out, 0
        network = Network(config.network)
        if config.start is not None:
            start_from(network, config.start)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean = {key: value.detach().clone() for key, value in self.network.state_dict().items()}
        trainable = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trainable, lr=config.learning_rate, weight_decay=config.weight_decay)

    def advance(self, batch: Batch) -> dict[str, float]:
        """One optimizer step; the losses by name."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.config, self.step)
        self.network.train()
        losses = batch_losses(self.network, batch, self.config, self.step)
        total = total_loss(losses, self.config)
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self._follow()
        return {"total": float(total.detach()), **{name: float(loss.detach()) for name, loss in losses.items()}}

    def _follow(self) -> None:
        """Move the running mean; fast at first so that it does not remember the start."""
        decay = min(self.config.average, 1 - 1 / (1 + self.step / 10))
        for key, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.mean[key].lerp_(value.detach(), 1 - decay)
            else:
                self.mean[key].copy_(value)

    def averaged(self) -> Network:
        """A network with the running mean of the weights."""
        network = Network(self.config.network)
        network.load_state_dict(self.mean if self.config.average > 0 else self.network.state_dict())
        return network.eval()

    def log(self, losses: dict[str, float]) -> None:
        """Append one line of losses."""
        with (self.out / "log.jsonl").open("a") as file:
            file.write(json.dumps({"step": self.step, **{k: round(v, 5) for k, v in losses.items()}}) + "\n")

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        state = {
            "config": json.dumps(asdict(self.config)), "step": self.step, "network": self.network.state_dict(),
            "mean": self.mean, "optimizer": self.optimizer.state_dict(),
        }  # fmt: skip
        buffer = io.BytesIO()
        torch.save(state, buffer)
        write_bytes(self.out / "checkpoint.pt", buffer.getvalue())

    def resume(self) -> None:
        """Go on from the folder's checkpoint; refuse one of another config."""
        path = self.out / "checkpoint.pt"
        write_json(self.out / "train.json", asdict(self.config)) if not path.exists() else None
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        if json.loads(state["config"]) != json.loads(json.dumps(asdict(self.config))):
            raise bad_input(f"{path} belongs to a run with another configuration; choose an empty folder")
        self.network.load_state_dict(state["network"])
        self.mean = state["mean"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]


def start_from(network: Network, name: str) -> None:
    """Give `network` the weights of a trained model; functions that the model's table does not know keep their own.

    `DfcError` when the two are built differently.
    """
    trained = load_model(name).network
    state, given = network.state_dict(), trained.state_dict()
    table = given.pop(TABLE, None)
    if table is not None and TABLE in state:
        for place, function in enumerate(trained.text.functions):
            if function in network.text.functions:
                row = network.text.functions.index(function) * len(ROLES)
                state[TABLE][row : row + len(ROLES)] = table[place * len(ROLES) : (place + 1) * len(ROLES)]
    unfit = [key for key in given if key not in state or state[key].shape != given[key].shape]
    if unfit:
        raise bad_input(f"model {name!r} cannot be gone on with: its {unfit[0]} does not fit this run's network")
    network.load_state_dict({**state, **given})


def learning_rate(config: TrainConfig, step: int) -> float:
    """Linear warm-up, then a cosine to 1 % or a constant."""
    if step < config.warm_up:
        return config.learning_rate * (step + 1) / config.warm_up
    if config.schedule == "constant":
        return config.learning_rate
    share = (step - config.warm_up) / max(1, config.steps - config.warm_up)
    return config.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def total_loss(losses: dict[str, Tensor], config: TrainConfig) -> Tensor:
    """Weighted mean of the losses."""
    weights = {name: getattr(config, name) for name in losses}
    return sum(weights[name] * loss for name, loss in losses.items()) / sum(weights.values())


def batch_losses(network: Network, batch: Batch, config: TrainConfig, step: int) -> dict[str, Tensor]:
    """The losses that have a weight, by name."""
    generator = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
    images = torch.from_numpy(batch.images).permute(0, 3, 1, 2).float() / 255
    images, masks = augment(images, torch.from_numpy(batch.masks).float(), config.augment, generator)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=config.bfloat16):
        grids = network.grids(images, masks)
    pairs = len(batch.prompts)
    texts = torch.stack([torch.stack([network.text(*prompt) for prompt in prompts]) for prompts in batch.prompts])
    part_a, rest_a, part_logit_a, rest_logit_a = _read(network, grids[:pairs], batch.part_a, batch.rest_a, texts)
    part_b, rest_b, part_logit_b, rest_logit_b = _read(
        network, grids[pairs : 2 * pairs], batch.part_b, batch.rest_b, texts
    )
    coordinates_a, coordinates_b = batch.coordinates_a.flatten(0, 1), batch.coordinates_b.flatten(0, 1)
    losses = {}
    if config.functional:
        losses["functional"] = functional_loss(part_a, rest_a, part_b, rest_b)
    if config.mask and network.head.mask is not None:
        losses["mask"] = mask_loss(part_logit_a, rest_logit_a, part_logit_b, rest_logit_b)
    if config.spatial:
        seen_c, _, _, _ = _read(network, grids[2 * pairs :], batch.seen_c, batch.seen_c[:, :, :0], texts)
        losses["spatial"] = spatial_loss(part_a, seen_c, batch.seen.flatten(0, 1), coordinates_a, config.softness)
    if config.correspondence:
        losses["correspondence"] = correspondence_loss(
            part_a, part_b, coordinates_a, coordinates_b, config.softness, config.reach
        )
    return losses


def _read(network: Network, grids: Tensor, part: Tensor, rest: Tensor, texts: Tensor) -> tuple[Tensor, ...]:
    """(part features, rest features, part logits, rest logits), each [P R x N ...], of pixels [P x R x N x 2]."""
    _, prompts, count = part.shape[:3]
    pixels = torch.cat([part, rest], dim=2)
    sampled = sample_grid(grids.float(), pixels.flatten(1, 2), network.backbone.size).unflatten(1, (prompts, -1))
    features, logits = network.head(network.head.image_half(sampled), texts[:, :, None])
    if logits is None:
        logits = features.new_zeros(features.shape[:-1])
    features, logits = features.flatten(0, 1), logits.flatten(0, 1)
    return features[:, :count], features[:, count:], logits[:, :count], logits[:, count:]
