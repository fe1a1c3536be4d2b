"""Where a run takes place: one process on the CPU or a GPU, or several on GPUs and machines through `accelerate`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from dfc_core.errors import DfcError, bad_input


@dataclass(frozen=True)
class Machines:
    """This process among `count`, all of which do the same steps on their own share of each batch."""

    device: torch.device
    rank: int = 0
    count: int = 1
    local_count: int = 1  # processes on this machine
    accelerator: Any = None

    @property
    def leads(self) -> bool:
        """This process writes files and prints."""
        return self.rank == 0

    def spread(self, module: nn.Module) -> nn.Module:
        """`module` with gradients that are means over all processes."""
        return module if self.accelerator is None else self.accelerator.prepare(module)

    def mean(self, values: dict[str, Tensor]) -> dict[str, float]:
        """Scalars, each the mean over all processes; all must ask."""
        together = torch.stack([value.detach().float() for value in values.values()])
        if self.accelerator is not None:
            together = self.accelerator.reduce(together, "mean")
        return dict(zip(values, together.tolist(), strict=True))

    def wait(self) -> None:
        """Until all processes are here."""
        if self.accelerator is not None:
            self.accelerator.wait_for_everyone()


def find_machines(device: str = "auto") -> Machines:
    """The device of that name, "auto" = a GPU if there is one; or, started by `accelerate launch` or `torchrun`, this
    process's own among all. `DfcError` for a device that is not there, or several processes without accelerate.
    """
    if int(os.environ.get("WORLD_SIZE", 1)) > 1:
        return _several(device)
    return Machines(choose_device(device))


def choose_device(device: str) -> torch.device:
    """The device of that name; `DfcError` when it is not there."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.zeros(1, device=chosen)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise bad_input(f"device {device!r} cannot be used: {str(error).splitlines()[0]}") from error
    return chosen


def _several(device: str) -> Machines:
    try:
        from accelerate import Accelerator, DistributedDataParallelKwargs
    except ImportError as error:
        message = "training in several processes needs accelerate: pip install 'dfc_ros[train]'"
        raise DfcError("NOT_READY", message) from error
    unused = DistributedDataParallelKwargs(find_unused_parameters=True)  # a loss that is off leaves some without use
    on_cpu = device == "cpu" or not torch.cuda.is_available()
    accelerator = Accelerator(cpu=on_cpu, kwargs_handlers=[unused])
    local = int(os.environ.get("LOCAL_WORLD_SIZE", accelerator.num_processes))
    return Machines(
        accelerator.device, accelerator.process_index, accelerator.num_processes, local, accelerator
    )  # fmt: skip
