"""Training, from rendered tools to a model folder: read it from top to bottom.

One process or many (`accelerate launch -m dfc_core train ...`) run the same lines: each draws its own share of every
batch, gradients are averaged, and the first one writes.
"""

from __future__ import annotations

import io
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dfc_core.dataset.ahead import worker_count
from dfc_core.dataset.batches import BatchPlan, Source
from dfc_core.dataset.opening import data_id, open_data
from dfc_core.dataset.pairs import Batch
from dfc_core.errors import DfcError, bad_input
from dfc_core.files import write_bytes, write_json
from dfc_core.model import Network, save_model
from dfc_core.model.store import refuse_other_model
from dfc_core.train.config import TrainConfig, train_config
from dfc_core.train.history import history
from dfc_core.train.log import Log
from dfc_core.train.machines import Machines, find_machines
from dfc_core.train.objective import Objective, chance_losses, frozen_copy, total_loss
from dfc_core.train.panel import match_panel
from dfc_core.train.start import recompute_blocks, start_from

Report = Callable[[int, dict[str, float], dict[str, float]], None]


def train(
    data: Sequence[Path | str],
    out: Path | str,
    config: TrainConfig,
    about: dict[str, Any] | None = None,
    progress: Report | None = None,
    labels: Sequence[Path | str] = (),
) -> Path:
    """Train on rendered data set folders and write the model folder `out`; a run that was stopped goes on.

    Without `data`, tools are made and rendered on the way (`config.endless`). Tools that a folder of `labels` (of
    `dfc_core label`) has masks for are learned from those. `out` also holds `checkpoint.pt`, `train.json` (the config),
    `log.jsonl` (losses, and what chance would give), `panels/` (pictures of matches) and, where it is installed, what
    TensorBoard shows. `about` goes into the model's config.json (licence and the like). Calls `progress(step, losses,
    losses of chance)` every `config.log_steps`. Several machines need `out` on a disk that all see.

    `DfcError` before anything is written for data that is empty, not whole, of another format or picture size, shows
    no pair, or cannot give a loss that has a weight; for a folder of another run; for a device that is not there. Later
    only for losses or weights that are no longer finite, which are not saved.
    """
    out, machines = Path(out), find_machines(config.device)
    source = open_source(data, labels, config, machines)
    workers = worker_count(config.workers, machines.local_count)
    run = Run(config, out, machines, data_id(data, labels))
    run.resume()
    batches = source.batches(range(run.step, config.steps), workers, machines.device)
    log = Log(out, run.step) if machines.leads else None
    example = source.example() if log and config.panel_steps else None
    saved = logged = time.monotonic()
    for batch in batches:
        losses = run.advance(batch)
        if run.step % config.log_steps == 0:
            values, chance = machines.mean(losses), chance_losses(batch, config)
            if not math.isfinite(values["total"]):
                raise run.astray()
            now = time.monotonic()
            if log:
                log.losses(run.step, values, chance, seconds_per_step=round((now - logged) / config.log_steps, 4))
            if progress and machines.leads:
                progress(run.step, values, chance)
            logged = now
        if log and example and run.step % config.panel_steps == 0:
            log.panel(run.step, match_panel(run.network, example))
        if machines.leads and time.monotonic() - saved > 60 * config.checkpoint_minutes:
            run.save()
            saved = time.monotonic()
    if log:
        run.save()
        log.close()
        save_model(run.averaged(), out, {"about": about or {}, "training": history(config, source.tools)})
    machines.wait()
    return out


def open_source(
    data: Sequence[Path | str], labels: Sequence[Path | str], config: TrainConfig, machines: Machines
) -> Source:
    """What batches are drawn from; `DfcError` when it cannot give what `config` asks for."""
    if not data and config.endless is None:
        raise bad_input("no data set to learn from: give folders made by `dfc_core render`, or an endless source")
    size = config.network.backbone.size
    tools = open_data(data, labels, size)
    if config.correspondence and config.endless is None and not any(tool.aligned for tool in tools):
        raise bad_input("pseudo-labels have no function frames to align tools by; train with correspondence: 0")
    plan = BatchPlan(
        config.pairs, config.seed, config.network.text.functions, config.sampler, config.augment, machines.rank,
        machines.count, unchanged=config.steady > 0,
    )  # fmt: skip
    source = Source(tools, plan, config.endless, size)
    source.check()
    return source


class Run:
    """The state of a training run: network, its running mean, optimizer, step."""

    def __init__(self, config: TrainConfig, out: Path, machines: Machines | None = None, data: str = "") -> None:
        self.config, self.out, self.step, self.data = config, out, 0, data
        self.machines = machines or Machines(torch.device("cpu"))
        torch.manual_seed(config.seed)
        if self.on_gpu and config.bfloat16:
            torch.set_float32_matmul_precision("high")  # the losses' products may round as the backbone's do
        self.network = Network(config.network)
        if config.start is not None:
            start_from(self.network, config.start)
        if config.recompute:
            recompute_blocks(self.network)
        self.network.to(self.machines.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        teacher = frozen_copy(self.network) if config.steady else None
        if config.compile:
            self.network.backbone.compile()
        self.objective = self.machines.spread(Objective(self.network, config, teacher))
        self.mean = {key: value.detach().clone() for key, value in self.network.state_dict().items()}
        trainable = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            trainable, lr=config.learning_rate, weight_decay=config.weight_decay, fused=self.on_gpu or None
        )

    @property
    def on_gpu(self) -> bool:
        """Whether the network lies on a GPU."""
        return self.machines.device.type == "cuda"

    def advance(self, batch: Batch) -> dict[str, Tensor]:
        """One optimizer step; the losses by name, on the device."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.config, self.step)
        self.network.train()
        losses = self.objective(batch)
        total = total_loss(losses, self.config)
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        if self.config.longest_step:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.longest_step)
        self.optimizer.step()
        self.step += 1
        self._follow()
        return {"total": total.detach(), **{name: loss.detach() for name, loss in losses.items()}}

    def _follow(self) -> None:
        """Move the running mean; fast at first so that it does not remember the start."""
        decay = min(self.config.average, 1 - 1 / (1 + self.step / 10))
        now = {key: value.detach() for key, value in self.network.state_dict().items()}
        numbers = [key for key, value in now.items() if value.is_floating_point()]
        torch._foreach_lerp_([self.mean[key] for key in numbers], [now[key] for key in numbers], 1 - decay)
        for key in now.keys() - set(numbers):
            self.mean[key].copy_(now[key])

    def averaged(self) -> Network:
        """A network, on the CPU, with the running mean of the weights."""
        network = Network(self.config.network)
        network.load_state_dict(self.mean if self.config.average > 0 else self.network.state_dict())
        return network.eval()

    def astray(self) -> DfcError:
        """That the run learns nothing any more; the checkpoint on disk is from before."""
        return bad_input(
            f"training went astray by step {self.step}: losses or weights are no longer finite; begin again in an "
            f"empty folder with a learning_rate below {self.config.learning_rate:g}"
        )

    def save(self) -> None:
        """Write the checkpoint, whole or not at all; `DfcError` when its weights are not finite."""
        if not all(bool(value.isfinite().all()) for value in self.network.state_dict().values()):
            raise self.astray()
        state = {
            "config": json.dumps(asdict(self.config)), "data": self.data, "step": self.step,
            "network": self.network.state_dict(), "mean": self.mean, "optimizer": self.optimizer.state_dict(),
        }  # fmt: skip
        buffer = io.BytesIO()
        torch.save(state, buffer)
        write_bytes(self.out / "checkpoint.pt", buffer.getvalue())

    def resume(self) -> None:
        """Go on from the folder's checkpoint; `DfcError` for one of another config or other data, or a model."""
        path = self.out / "checkpoint.pt"
        if not path.exists():
            refuse_other_model(self.out, lambda about: False)
            if self.machines.leads:
                write_json(self.out / "train.json", asdict(self.config))
            return
        try:
            state = torch.load(path, weights_only=True, map_location=self.machines.device)
            config = train_config(json.loads(state["config"]))
        except Exception as error:
            raise bad_input(f"{path} is not a checkpoint of this version: {str(error).splitlines()[0]}") from error
        if config.learned() != self.config.learned():
            raise bad_input(f"{path} belongs to a run with another configuration; choose an empty folder")
        if state.get("data", self.data) != self.data:
            raise bad_input(f"{path} belongs to a run on other data; choose an empty folder")
        self.network.load_state_dict(state["network"])
        self.mean = state["mean"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]


def learning_rate(config: TrainConfig, step: int) -> float:
    """Linear warm-up, then a cosine to 1 % or a constant."""
    if step < config.warm_up:
        return config.learning_rate * (step + 1) / config.warm_up
    if config.schedule == "constant":
        return config.learning_rate
    share = (step - config.warm_up) / max(1, config.steps - config.warm_up)
    return config.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
