"""Where training batches come from: tools on disk, tools made on the way, or both; drawn ahead of the training step.

A batch depends on the seed, the step and the pair's number alone, so a run that was stopped goes on with the batches
of one that was not, and several processes that share a batch draw together what one would.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from dfc_core.dataset.ahead import ahead, in_thread
from dfc_core.dataset.augment import DRAWS, AugmentConfig, augment
from dfc_core.dataset.endless import EndlessConfig, FreshTools, pools
from dfc_core.dataset.pairs import Batch, PairSampler, SamplerConfig
from dfc_core.errors import bad_input
from dfc_core.render.store import ToolViews
from dfc_core.render.views import CROP_SIZE

CPU = torch.device("cpu")
EXAMPLES = 16  # tools that an example is drawn from


@dataclass(frozen=True)
class BatchPlan:
    """How a batch is drawn. Of `ranks` processes each draws an equal share of its `pairs`, whole groups of them.
    `unchanged` keeps the pictures as they were beside the changed ones."""

    pairs: int
    seed: int = 0
    functions: tuple[str, ...] = ()  # () = all
    sampler: SamplerConfig = field(default_factory=SamplerConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    rank: int = 0
    ranks: int = 1
    unchanged: bool = False

    def __post_init__(self) -> None:
        group = self.sampler.group if self.ranks > 1 else 1
        if self.pairs % (self.ranks * group):
            raise bad_input(
                f"{self.pairs} pairs in groups of {group} cannot be shared evenly by {self.ranks} processes"
            )

    @property
    def numbers(self) -> range:
        """The pairs of a batch that this process draws."""
        share = self.pairs // self.ranks
        return range(self.rank * share, (self.rank + 1) * share)


@dataclass(frozen=True)
class Source:
    """Tools on disk and, where `endless` is given, tools made on the way."""

    tools: Sequence[ToolViews]
    plan: BatchPlan
    endless: EndlessConfig | None = None
    size: int = CROP_SIZE  # px, of pictures made on the way

    def check(self) -> None:
        """`DfcError` when no two tools show parts for the same function; an endless source always has some."""
        if self.endless is None:
            sampler = _sampler(self.tools, self.plan)
            if not any(sampler.tools_for(prompt) > 1 for prompt in sampler.prompts):
                raise bad_input(
                    "no two tools of the data set show parts for the same function; there is no pair to learn from"
                )

    def batches(self, steps: range, workers: int, device: torch.device = CPU) -> Iterator[Batch]:
        """The batch of each of `steps` in order, on `device`, drawn ahead by `workers` processes (0 = this one).

        Pictures are changed at random where there is more power for it: on the device, unless that is the CPU.
        """
        on_cpu = device.type == "cpu"
        if self.endless is None:
            drawn = ahead(_Draw(_sampler(self.tools, self.plan), self.plan, augment=on_cpu), steps, workers)
            if on_cpu:
                return drawn  # nothing is left to be done beside the training
        else:
            drawn = self._endless(self.endless, on_cpu, steps, workers)
        if not on_cpu:
            drawn = self._moved(drawn, steps, device)
        return in_thread(drawn) if workers else drawn

    def _moved(self, drawn: Iterator[Batch], steps: range, device: torch.device) -> Generator[Batch, None, None]:
        """The batches changed on the device; on a GPU beside the step it is at, not between two of its kernels."""
        stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        for step, batch in zip(steps, drawn, strict=True):
            with torch.cuda.stream(stream):
                moved = augmented(batch.to(device), step, self.plan)
            if stream is not None:
                stream.synchronize()
                moved.used_by(torch.cuda.default_stream(device))
            yield moved

    def example(self) -> Batch:
        """A batch to look at: always the same, not augmented."""
        tools = list(self.tools)
        if self.endless is not None and not tools:
            fresh = FreshTools(self.endless, self.plan.seed, self.size)
            tools = [fresh(number) for number in range(min(self.endless.first, EXAMPLES))]
        return _sampler(tools, self.plan).batch(0, range(self.plan.pairs), self.plan.seed)

    def _endless(
        self, config: EndlessConfig, augment: bool, steps: range, workers: int
    ) -> Generator[Batch, None, None]:
        for step, pool in zip(steps, pools(FreshTools(config, self.plan.seed, self.size), steps, workers), strict=True):
            yield _Draw(_sampler([*self.tools, *pool], self.plan), self.plan, augment)(step)


def _sampler(tools: Sequence[ToolViews], plan: BatchPlan) -> PairSampler:
    return PairSampler(tools, plan.sampler, plan.functions)


@dataclass(frozen=True)
class _Draw:
    """The batch of a step; can be sent to a process."""

    sampler: PairSampler
    plan: BatchPlan
    augment: bool

    def __call__(self, step: int) -> Batch:
        batch = self.sampler.batch(step, self.plan.numbers, self.plan.seed)
        with _one_thread():
            return augmented(batch, step, self.plan) if self.augment else batch


@contextmanager
def _one_thread() -> Iterator[None]:
    """Several threads round a resized picture otherwise than one, and worker processes have one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def augmented(batch: Batch, step: int, plan: BatchPlan) -> Batch:
    """The batch with changed pictures and masks, each pair by its own random numbers, where the batch lies."""
    rngs = [np.random.default_rng([plan.seed, step, number, 1]) for number in plan.numbers]
    draws = np.stack([rng.random((3, DRAWS)) for rng in rngs], axis=1).reshape(-1, DRAWS)
    shared = np.random.default_rng([plan.seed, step, 3]).random(3)  # the same for all processes
    images, masks = augment(
        batch.images.permute(0, 3, 1, 2).float() / 255, batch.masks.float(), plan.augment,
        torch.from_numpy(draws).float().to(batch.images.device), torch.from_numpy(shared),
    )  # fmt: skip
    if plan.unchanged:
        batch = replace(batch, unchanged_images=batch.images, unchanged_masks=batch.masks)
    return replace(batch, images=(images * 255).round().byte().permute(0, 2, 3, 1), masks=masks > 0.5)
