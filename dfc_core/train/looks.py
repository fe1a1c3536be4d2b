"""What tools look like to a model, of every function: what `dfc_core.trust.kin` learns from.

A picture of a tool says what it looks like as well as a whole scene does, at a tenth of the time, so beside the scenes
of a calibration there are many more of these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.families import CALIBRATION_FAMILIES, TRAINING_FAMILIES, functions_of
from dfc_core.dataset.endless import EndlessConfig, FreshTools
from dfc_core.errors import bad_input
from dfc_core.files import BROKEN_NPZ, write_atomic
from dfc_core.model import Model, load_model
from dfc_core.processes import in_processes
from dfc_core.render.store import OFF_TOOL
from dfc_core.train.process import kept, model_of_process
from dfc_core.trust.kin import look_of

CHUNK = 20  # tools a file: what a stop can cost
STRIDE = 4  # px of the crop between the pixels whose features are averaged
TOOLS = EndlessConfig(families=(*TRAINING_FAMILIES, *CALIBRATION_FAMILIES), views=2, stretch=0.5, regrip=0.35)


@dataclass(frozen=True)
class Looks:
    """N pictures of tools: the `look` N x F x 2D of each for the F functions of a model, and its family (N names)."""

    look: NDArray
    families: NDArray

    @staticmethod
    def joined(some: Sequence[Looks]) -> Looks:
        """All of them as one."""
        return Looks(*(np.concatenate([getattr(one, name) for one in some]) for name in ("look", "families")))


def looks_of(model: Model, pictures: Sequence[tuple[NDArray, NDArray]]) -> NDArray:
    """N x F x 2D: what N pictures (rgb, mask) show, for each function of the model."""
    asked = [(function, "function") for function in model.functions]
    found = []
    for encoded in model.encode_many(list(pictures)):
        described = model.read_out_many(encoded, asked, STRIDE)
        found.append([look_of(one.features.numpy(), one.part_probability.numpy()) for one in described])
    # As exact as they are written, so that a run that goes on from its folder fits the same as one in one go.
    return np.array(found, dtype=np.float16).astype(np.float32)


def affords_table(families: Sequence[str] | NDArray, functions: Sequence[str]) -> NDArray:
    """N x F bool: which functions the tools of these N families afford."""
    return np.array([[name in functions_of(family) for name in functions] for family in families], dtype=bool)


def looks_of_tools(
    model: str | Path,
    count: int,
    seed: int,
    workers: int = 1,
    work: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Looks | None:
    """`TOOLS.views` pictures of each of `count` tools of all families but those of benchmarks; None of no tool.

    Those already in the folder `work`, from the same weights and of the same seed, are read, the others written there.
    """
    key = "" if work is None else hashlib.sha256(
        f"{load_model(model).weights_sha256} {seed} {asdict(TOOLS)}".encode()
    ).hexdigest()[:16]  # fmt: skip
    starts = range(0, count, CHUNK)
    jobs = [
        (str(model), range(start, min(start + CHUNK, count)), seed,
         None if work is None else work / f"looks-{key}-{start:06d}-{min(CHUNK, count - start)}.npz")
        for start in starts
    ]  # fmt: skip
    found = []
    for (_, numbers, *_), some in zip(jobs, in_processes(_look, jobs, workers), strict=True):
        found.append(some)
        if progress:
            progress(numbers.stop, count)
    return Looks.joined(found) if found else None


def _look(job: tuple[str, range, int, Path | None]) -> Looks:
    name, numbers, seed, path = job
    return kept(path, lambda: _look_at(model_of_process(name), numbers, seed), _read, _write)


def _look_at(model: Model, numbers: range, seed: int) -> Looks:
    source = FreshTools(TOOLS, seed, model.size)
    looks, families = [], []
    for number in numbers:
        tool = source(number)
        rgb, masks = np.asarray(tool.rgb), np.asarray(tool.parts) != OFF_TOOL
        pictures = list(zip(rgb, masks, strict=True))
        looks.append(looks_of(model, pictures))
        families += [tool.family] * len(pictures)
    return Looks(np.concatenate(looks), np.array(families))


def _write(path: Path, looks: Looks) -> None:
    look = looks.look.astype(np.float16)
    write_atomic(path, lambda file: np.savez_compressed(file, look=look, families=looks.families))


def _read(path: Path) -> Looks:
    try:
        with np.load(path, allow_pickle=False) as file:
            return Looks(file["look"].astype(np.float32), file["families"])
    except BROKEN_NPZ as error:
        raise bad_input(f"{path} holds no looks of tools: {error}; remove it to look at them again") from error
