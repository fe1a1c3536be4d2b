"""A whole data set of rendered tools: which tools, which views, in how many processes, gone on with after a stop."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dfc_core.assets.families import FAMILIES, TRAINING_FAMILIES, check_families, functions_of, make_tool
from dfc_core.assets.store import load_tool_folder, tool_folders
from dfc_core.assets.variety import check_shares, varied
from dfc_core.errors import bad_input
from dfc_core.files import file_sha256, write_json
from dfc_core.processes import in_processes
from dfc_core.render.appearance import LookConfig
from dfc_core.render.background import BackgroundConfig
from dfc_core.render.materials import MaterialConfig
from dfc_core.render.photos import random_photo
from dfc_core.render.store import (
    FORMAT,
    FROM_FILE,
    MANIFEST,
    SUFFIX,
    load_tool_views,
    read_manifest,
    save_tool_views,
    versions,
)
from dfc_core.render.views import orbit_views, random_crop_views

VIEWPOINTS = {"random": random_crop_views, "orbit": orbit_views}

Job = tuple[str, int | str]  # (family, seed), or (FROM_FILE, name of a tool folder)


@dataclass(frozen=True)
class RenderConfig:
    """What to render: `tools` of each family from seed `first_seed` on, and every tool folder below `assets`.

    `viewpoints`: "random" crops, mostly of a tool on a table at any roll, or the fixed "orbit" all around it (METHOD
    2.1). `photos`: a folder of pictures for surfaces and backgrounds; without one they are made up. `stretch`: the
    share of tools whose proportions are changed (`dfc_core.assets.stretch`), `regrip`: of those that get another tool's
    grip (`dfc_core.assets.regrip`); both for training only.
    """

    families: tuple[str, ...] = TRAINING_FAMILIES
    tools: int = 100
    first_seed: int = 0
    views: int = 6
    assets: str | None = None  # folder of tools made by `dfc_core assets import`
    asset_views: int = 30
    viewpoints: str = "random"
    photos: str | None = None
    stretch: float = 0.0
    regrip: float = 0.0


def render_dataset(
    out: Path | str, config: RenderConfig, workers: int = 1, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Render every tool of `config` that `out` does not hold yet; the same bytes for any number of workers.

    Calls `progress(done, total)`. Returns the folder. `DfcError` for an unknown family, no tools, or a folder of
    another config.
    """
    out = Path(out)
    jobs = _jobs(config)
    _claim(out, config)
    entries: dict[str, Any] = {}
    left = []
    for job in jobs:
        path = out / (_file_name(job))
        if path.exists():
            entries[path.name] = _entry(path, file_sha256(path))
        else:
            left.append((out, config, job))
    for path, digest in in_processes(_render_job, left, workers, chunk=4):
        entries[path.name] = _entry(path, digest)
        if progress:
            progress(len(entries), len(jobs))
    _finish(out, entries)
    return out


def _claim(out: Path, config: RenderConfig) -> None:
    """Write the manifest, or check that the folder's own is for the same config."""
    wanted = json.loads(json.dumps(asdict(config)))
    for setting in ("stretch", "regrip"):  # as it was before there were such settings: older data sets are gone on with
        if not wanted[setting]:
            del wanted[setting]
    if not (out / MANIFEST).exists():
        write_json(out / MANIFEST, {"format": FORMAT, "config": wanted, "versions": versions(), "complete": False})
    elif read_manifest(out)["config"] != wanted:
        raise bad_input(f"{out} holds a data set of another configuration; choose an empty folder")


def _finish(out: Path, entries: dict[str, Any]) -> None:
    manifest = read_manifest(out)
    if not manifest["complete"]:
        write_json(out / MANIFEST, {**manifest, "complete": True, "tools": dict(sorted(entries.items()))})


def _entry(path: Path, digest: str) -> dict[str, Any]:
    views = load_tool_views(path)
    return {
        "sha256": digest, "family": views.family, "views": len(views.K), "licence": views.licence,
        "source": views.source,
    }  # fmt: skip


def _jobs(config: RenderConfig) -> list[Job]:
    """Every tool to be rendered, one seed of all families after the other."""
    if config.viewpoints not in VIEWPOINTS:
        raise bad_input(f"viewpoints {config.viewpoints!r} are not one of {', '.join(VIEWPOINTS)}")
    check_shares(config.stretch, config.regrip)
    if config.photos is not None:  # before the folder is claimed for a config that cannot be rendered
        random_photo(np.random.default_rng(0), config.photos)
    if config.tools:
        check_families(config.families)
    jobs: list[Job] = [(f, config.first_seed + s) for s in range(config.tools) for f in config.families]
    if config.assets:
        jobs += [(FROM_FILE, str(folder.relative_to(config.assets))) for folder in tool_folders(config.assets)]
    if not jobs:
        where = f"no tool folders in {config.assets}" if config.assets else "no --assets"
        raise bad_input(f"nothing to render: {config.tools} tools of each family, {where}")
    twice = [name for name, times in Counter(map(_file_name, jobs)).items() if times > 1]
    if twice:
        raise bad_input(f"two tools in {config.assets} would both be {twice[0]}; rename one of their folders")
    return jobs


def _file_name(job: Job) -> str:
    kind, number = job
    return f"file-{str(number).replace(os.sep, '-')}{SUFFIX}" if kind == FROM_FILE else f"{kind}-{number:05d}{SUFFIX}"


def _render_job(arguments: tuple[Path, RenderConfig, Job]) -> tuple[Path, str]:
    out, config, job = arguments
    kind, number = job
    if kind == FROM_FILE:
        tool = load_tool_folder(Path(str(config.assets)) / str(number))
        family, count = FROM_FILE + tool.family, config.asset_views
    else:
        tool, family, count = make_tool(kind, int(number)), kind, config.views
    seed = [*_file_name(job).encode()]
    tool = varied(tool, [*seed, 1], config.stretch, config.regrip)
    rng = np.random.default_rng(seed)
    take = VIEWPOINTS[config.viewpoints]
    pictures = list(take(rng, tool, count, look=_look(config.photos)))
    path = out / _file_name(job)
    return path, save_tool_views(path, tool, family, pictures)


def _look(photos: str | None) -> LookConfig:
    return LookConfig(MaterialConfig(photos=photos), BackgroundConfig(photos=photos))


def _functions(path: Path, family: str) -> Iterable[str]:
    """What a tool affords, by its family, or by its file where it was imported."""
    if family in FAMILIES:
        return functions_of(family)
    return {frame.function for frame in load_tool_views(path).frames} if path.exists() else ()


def describe_dataset(folder: Path | str) -> dict[str, Any]:
    """What a data set holds, from its manifest and imported tools' files: tools, views, functions, licences, seeds,
    versions."""
    manifest = read_manifest(folder)
    tools: dict[str, Any] = manifest.get("tools", {})
    families = Counter(entry["family"] for entry in tools.values())
    functions = Counter(f for name, entry in tools.items() for f in _functions(Path(folder) / name, entry["family"]))
    return {
        "folder": str(folder),
        "complete": manifest["complete"],
        "tools": len(tools),
        "views": sum(entry["views"] for entry in tools.values()),
        "bytes": sum(path.stat().st_size for name in tools if (path := Path(folder) / name).exists()),
        "families": dict(sorted(families.items())),
        "functions": dict(sorted(functions.items())),
        "licences": dict(Counter(entry["licence"] for entry in tools.values())),
        "first_seed": manifest["config"]["first_seed"],
        "versions": manifest["versions"],
    }
