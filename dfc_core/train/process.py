"""What the processes of a long run share: the model each works with, and results that a stopped run finds again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import torch

from dfc_core.model import Model, load_model

Found = TypeVar("Found")


@lru_cache(maxsize=1)
def model_of_process(name: str) -> Model:
    """The model that this process works with, on one thread: several such processes share a machine."""
    torch.set_num_threads(1)
    return load_model(name)


def kept(
    path: Path | None, make: Callable[[], Found], read: Callable[[Path], Found], write: Callable[[Path, Found], None]
) -> Found:
    """What `path` holds, or else what is made and then written there; None keeps nothing."""
    if path is not None and path.is_file():
        return read(path)
    found = make()
    if path is not None:
        write(path, found)
    return found
