"""Scenes with truth put to a model: the evidence it has for each answer, and how right the answer was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.dataset.transfer_scenes import SceneJob, TransferScene, draw
from dfc_core.errors import DfcError, bad_input
from dfc_core.files import BROKEN_NPZ, write_atomic
from dfc_core.model import Model, load_model
from dfc_core.processes import in_processes
from dfc_core.train.looks import looks_of
from dfc_core.train.process import kept, model_of_process
from dfc_core.transfer import ToolMatcher, TransferConfig, TrustConfig
from dfc_core.trust.evidence import Evidence

NEVER = TrustConfig(0.0, 0.0, 0.0)
CHUNK = 6  # scenes a file: what a stop can cost


@dataclass(frozen=True)
class Examined:
    """One scene: its evidence (None when it ended before any) and truth.

    `is_round` where the target's part is symmetric about an axis; `errors_m` C, NaN where the answer has no point or
    the scene no truth; `turn_rad` by which the answer turns the function frame wrongly, NaN likewise; `code` of the
    refusal, "" of an answer.
    `looks` 2 x F x 2D of the demonstrated and the target tool for each function of the model.
    """

    function: str
    families: tuple[str, str]
    affords: bool
    feasible: bool
    is_round: bool
    evidence: Evidence | None
    errors_m: NDArray
    turn_rad: float
    code: str
    looks: NDArray


def examine_scenes(
    model: str | Path,
    jobs: Sequence[SceneJob],
    workers: int = 1,
    work: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Examined]:
    """Each scene as `model`'s matcher, which refuses nothing, answers it; scenes that cannot be drawn are left out.

    Those already in the folder `work`, from the same weights and jobs, are read, the others written there.
    """
    key = "" if work is None else load_model(model).weights_sha256[:12]
    chunks = [tuple(jobs[start : start + CHUNK]) for start in range(0, len(jobs), CHUNK)]
    asked = [(str(model), chunk, None if work is None else work / _name(key, chunk)) for chunk in chunks]
    done, found = 0, []
    for chunk, some in zip(chunks, in_processes(_examine_chunk, asked, workers), strict=True):
        found += some
        done += len(chunk)
        if progress:
            progress(done, len(jobs))
    return found


def examine(model: Model, scene: TransferScene) -> Examined:
    """One scene as the model's matcher answers it."""
    seen: list[Evidence] = []
    matcher = ToolMatcher(model, config=replace(TransferConfig(), trust=NEVER), calibrated=False)
    matcher.seen = seen.append
    code, errors, turn = "", np.full(len(scene.demonstration.contacts), np.nan), float("nan")
    function_contacts = [n for n, contact in enumerate(scene.demonstration.contacts) if contact.role == "function"]
    try:
        result = matcher.match(scene.target, scene.function, demonstration=scene.demonstration, point=scene.point)
        points = np.array([contact.point or (np.nan,) * 3 for contact in result.contacts], dtype=np.float64)
        errors = scene.truth.contact_errors(points, function_contacts)
        if result.T_target_demo is not None:
            turn = scene.truth.rotation_error(result.T_target_demo[:3, :3])
    except DfcError as error:
        code = error.code
    demo, target = scene.demonstration, scene.truth
    assert demo.frame.mask is not None
    looks = looks_of(model, [(demo.frame.rgb, demo.frame.mask), (scene.target.rgb, target.mask)])
    return Examined(
        scene.function, (demo.tool, target.tool.family), target.affords, target.feasible,
        target.symmetry_target is not None and target.symmetry_target.kind == "axis",
        seen[-1] if seen else None, errors, turn, code, looks,
    )  # fmt: skip


def _examine_chunk(asked: tuple[str, tuple[SceneJob, ...], Path | None]) -> list[Examined]:
    name, jobs, path = asked
    return kept(path, lambda: _examine_some(model_of_process(name), jobs), _read, _write)


def _examine_some(model: Model, jobs: Sequence[SceneJob]) -> list[Examined]:
    """Those of the scenes that can be drawn."""
    found = []
    for job in jobs:
        try:
            scene = draw(job)
        except DfcError:
            continue
        found.append(examine(model, scene))
    return found


def _name(key: str, jobs: Sequence[SceneJob]) -> str:
    digest = hashlib.sha256(json.dumps([asdict(job) for job in jobs], sort_keys=True).encode()).hexdigest()
    return f"{key}-{digest[:16]}.npz"


def _write(path: Path, found: list[Examined]) -> None:
    rows = [{**asdict(replace(one, looks=None, errors_m=None)), "errors_m": one.errors_m.tolist()} for one in found]  # type: ignore[arg-type]
    looks = np.array([one.looks for one in found], dtype=np.float16)
    write_atomic(path, lambda file: np.savez_compressed(file, rows=np.array(json.dumps(rows)), looks=looks))


def _read(path: Path) -> list[Examined]:
    try:
        with np.load(path, allow_pickle=False) as file:
            rows: list[dict[str, Any]] = json.loads(str(file["rows"]))
            looks = file["looks"].astype(np.float32)
        return [
            Examined(
                **{
                    **row,
                    "families": tuple(row["families"]),
                    "evidence": None if row["evidence"] is None else Evidence(**row["evidence"]),
                    "errors_m": np.array(row["errors_m"], dtype=np.float64),
                    "looks": look,
                }
            )
            for row, look in zip(rows, looks, strict=True)
        ]
    except BROKEN_NPZ as error:
        raise bad_input(f"{path} holds no examined scenes: {error}; remove it to examine them again") from error
