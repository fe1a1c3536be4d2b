"""Stages 3 and 4, vote and masks: what the boxes of all views say of the surface, and what that makes of each view.

`vote/<tool>.npz` holds `points` N x 3 (m, tool frame) and `heat` P x N (0..1) for P parts; `masks/<tool>.npz` holds
`masks` P x V x H x W bool. Both hold `about`: JSON with `input`, `thing`, `failures` and the `parts`, each with its
name and what it `serves` (function and role).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import DfcError, bad_input
from dfc_core.files import BROKEN_NPZ, file_sha256, write_atomic
from dfc_core.label.boxing import read_boxes_of
from dfc_core.label.check import METHOD_NAMES, SET_NOISE, Score, mean_overlap, summary
from dfc_core.label.cloud import Cloud, Views, build_cloud
from dfc_core.label.edges import edge_probability, is_edge_part
from dfc_core.label.heat import masks_from_heat
from dfc_core.label.job import DataTool, LabelConfig, Progress, data_tools, digest_of, record_path, stage_folder
from dfc_core.label.vote import surface_cuts, vote
from dfc_core.processes import in_processes
from dfc_core.render.store import load_tool_views

Work = Callable[[DataTool, Path, LabelConfig], None]


def label_vote(data: Path | str, out: Path | str, config: LabelConfig, progress: Progress | None = None) -> Path:
    """Heat on the surface of every tool of `data` from its boxes in `out/boxes`. Returns `out/vote`."""
    settings = {"vote": asdict(config.vote), "cloud": asdict(config.cloud), "edges": asdict(config.edges)}
    return _decide("vote", data, out, config, settings, _vote, progress)


def label_masks(data: Path | str, out: Path | str, config: LabelConfig, progress: Progress | None = None) -> Path:
    """Masks in every view of every tool of `data` from its heat in `out/vote`. Returns `out/masks`."""
    return _decide("masks", data, out, config, {"heat": asdict(config.heat)}, _masks, progress)


def read_masks(out: Path | str, tool: DataTool) -> dict[tuple[str, str], NDArray]:
    """The pseudo-labels of a tool: for each (function, role) its part in every view, V x H x W bool."""
    about, arrays = _read(record_path(out, "masks", tool.stem, ".npz"), "masks")
    return {
        (function, role): mask
        for part, mask in zip(about["parts"], arrays["masks"], strict=True)
        for function, role in part["serves"]
    }


def check_masks(data: Path | str, out: Path | str) -> dict[str, Any]:
    """Overlap of the masks in `out` with the true parts of the tools of `data` that have any: `summary` of `check`.

    A part that was not named counts as empty masks. `DfcError` where there are no masks or no true parts.
    """
    scores = []
    for tool in data_tools(data):
        views = load_tool_views(tool.path)
        found, labels = read_masks(out, tool), np.asarray(views.parts)
        for frame in views.frames:
            masks = found.get((frame.function, frame.role), np.zeros(labels.shape, bool))
            overlap = mean_overlap(masks, frame.shown(labels))
            scores.append(Score(tool.stem, frame.function, frame.role, METHOD_NAMES[0], SET_NOISE, overlap))
    if not scores:
        raise bad_input(f"no tool in {data} has known parts to compare with")
    return summary(scores)[METHOD_NAMES[0]]


def _decide(
    stage: str,
    data: Path | str,
    out: Path | str,
    config: LabelConfig,
    settings: Mapping[str, Any],
    work: Work,
    progress: Progress | None,
) -> Path:
    """Do one stage's `work` for every tool whose file is missing or made from something else."""
    tools = data_tools(data)
    made_from = _boxes_digest if stage == "vote" else _vote_digest
    with stage_folder(out, stage, settings) as folder:
        left = [tool for tool in tools if _input(record_path(out, stage, tool.stem, ".npz")) != made_from(tool, out)]
        jobs = [(work, tool, Path(out), config) for tool in left]
        for done, _ in enumerate(in_processes(_job, jobs, config.workers), start=len(tools) - len(left) + 1):
            if progress:
                progress(done, len(tools))
    return folder


def _job(job: tuple[Work, DataTool, Path, LabelConfig]) -> None:
    work, tool, out, config = job
    work(tool, out, config)


def _vote(tool: DataTool, out: Path, config: LabelConfig) -> None:
    boxes = read_boxes_of(out, tool)
    about = {
        "input": _boxes_digest(tool, out), "thing": tool.thing, "failures": [],
        "parts": [{"part": name, "serves": serves, "edge": is_edge_part(name)} for serves, name, _ in boxes],
    }  # fmt: skip
    try:
        cloud = _cloud(tool, config)[0]
    except DfcError as error:  # one tool without depth must not end the work on others
        about |= {"failures": [{"kind": "no-surface", "message": error.message}], "parts": []}
        _write(record_path(out, "vote", tool.stem, ".npz"), about, points=np.empty((0, 3)), heat=np.empty((0, 0)))
        return
    edges = edge_probability(cloud, config.edges) if any(is_edge_part(name) for _, name, _ in boxes) else None
    cuts = surface_cuts(cloud, config.vote)
    heat = [vote(cloud, found, config.vote, edges if is_edge_part(name) else None, cuts) for _, name, found in boxes]
    _write(
        record_path(out, "vote", tool.stem, ".npz"), about, points=cloud.points.astype(np.float32),
        heat=np.array(heat, np.float32).reshape(-1, len(cloud.points)),
    )  # fmt: skip


def _masks(tool: DataTool, out: Path, config: LabelConfig) -> None:
    voted, arrays = _read(record_path(out, "vote", tool.stem, ".npz"), "vote")
    views = load_tool_views(tool.path)
    masks = np.zeros((len(voted["parts"]), *views.parts.shape), bool)
    if voted["parts"]:
        cloud, seen = _cloud(tool, config)
        for mask, heat, part in zip(masks, arrays["heat"], voted["parts"], strict=True):
            mask[:] = masks_from_heat(cloud, seen, heat.astype(float), config.heat, edge=part["edge"])
    about = {"input": _vote_digest(tool, out), "thing": tool.thing, "failures": [], "parts": voted["parts"]}
    _write(record_path(out, "masks", tool.stem, ".npz"), about, masks=masks)


def _cloud(tool: DataTool, config: LabelConfig) -> tuple[Cloud, Views]:
    views = Views.of(load_tool_views(tool.path))
    return build_cloud(views, config.cloud), views


def _boxes_digest(tool: DataTool, out: Path | str) -> str:
    found = [
        [serves, name, [[view.view, view.boxes.tolist(), view.scores.tolist()] for view in views]]
        for serves, name, views in read_boxes_of(out, tool)
    ]
    return digest_of(tool.digest, found)


def _vote_digest(tool: DataTool, out: Path | str) -> str:
    path = record_path(out, "vote", tool.stem, ".npz")
    if not path.exists():
        raise bad_input(f"{path} is missing: run the stage vote first")
    return digest_of(tool.digest, file_sha256(path))


def _input(path: Path) -> str | None:
    """What a finished file was made from; None where there is none."""
    return about_of(path)["input"] if path.exists() else None


def about_of(path: Path) -> dict[str, Any]:
    """The `about` of a file of these stages."""
    return _read(path, "")[0]


def _read(path: Path, stage: str) -> tuple[dict[str, Any], dict[str, NDArray]]:
    """(about, arrays) of a file; without a `stage`, about alone."""
    try:
        with np.load(path) as data:
            about = json.loads(str(data["about"]))
            return about, {key: data[key] for key in data.files if stage and key != "about"}
    except FileNotFoundError:
        raise bad_input(f"{path} is missing: run the stage {stage} first") from None
    except BROKEN_NPZ as error:
        raise bad_input(f"{path} is broken ({error}); remove it and run again") from error


def _write(path: Path, about: Mapping[str, Any], **arrays: NDArray) -> None:
    content = {**arrays, "about": np.array(json.dumps(about))}
    write_atomic(path, lambda file: np.savez_compressed(file, **content))  # type: ignore[arg-type]
