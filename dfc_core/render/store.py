"""Rendered data sets on disk: one `.npz` per tool beside a `manifest.json`.

A tool's file holds, for V views of S x S pixels: `rgb` V x S x S x 3 uint8, `parts` V x S x S int8 (index of the part,
-1 = none of them, -2 = not the tool), `depth` V x S x S uint16 in units of 0.1 mm (0 = nothing), `K` V x 3 x 3,
`T_camera_tool` V x 4 x 4, and `about`: JSON with name, family, part names, licence, source and part frames.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.families import FAMILIES, make_tool
from dfc_core.assets.imported import load_annotated
from dfc_core.assets.part_frames import PartFrame, part_frames
from dfc_core.assets.tool import Symmetry, Tool
from dfc_core.errors import bad_input
from dfc_core.files import write_atomic, write_json
from dfc_core.geometry import invert, transform, unproject
from dfc_core.render.views import random_crop_view

DEPTH_UNIT = 1e-4  # m
FORMAT = 2
FROM_FILE = "file:"  # marks families of meshes that came from files


@dataclass(frozen=True)
class RenderConfig:
    """What to render: `tools` of each family from seed `first_seed` on, `views` of each."""

    families: tuple[str, ...] = tuple(FAMILIES)
    tools: int = 60
    first_seed: int = 0
    views: int = 6
    index: str | None = None  # INDEX.csv of meshes from files
    annotations: str | None = None  # their parts, YAML
    index_views: int = 30
    split: str = "train"


@dataclass(frozen=True)
class ToolViews:
    """One tool's file, in memory; arrays as in the module's docstring."""

    name: str
    family: str
    rgb: NDArray
    parts: NDArray
    depth: NDArray
    K: NDArray
    T_camera_tool: NDArray
    frames: tuple[PartFrame, ...]
    licence: str = ""
    source: str = ""

    def points_tool(self, view: int, pixels: NDArray) -> NDArray:
        """Surface points (N x 3, m, tool frame) at integer `pixels` (N x 2) of a view."""
        depth_m = self.depth[view][pixels[:, 1], pixels[:, 0]] * DEPTH_UNIT
        return transform(invert(self.T_camera_tool[view]), unproject(pixels, depth_m, self.K[view]))

    def eye_tool(self, view: int) -> NDArray:
        """The camera's place in the tool's frame (3, m)."""
        return invert(self.T_camera_tool[view])[:3, 3]


def render_dataset(
    out: Path | str, config: RenderConfig, workers: int = 1, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Render every tool of `config` that `out` does not hold yet; the same for any number of workers.

    Calls `progress(done, total)`. Returns the folder. `DfcError` for an unknown family or a folder of another config.
    """
    out = Path(out)
    _claim(out, config)
    jobs = [(out, config, job) for job in _jobs(config) if not (out / f"{_job_name(job)}.npz").exists()]
    done = total = len(_jobs(config))
    done -= len(jobs)
    for _ in _run(jobs, workers):
        done += 1
        if progress:
            progress(done, total)
    return out


def _claim(out: Path, config: RenderConfig) -> None:
    """Write the manifest, or check that the folder's own is for the same config."""
    manifest = {"format": FORMAT, "config": json.loads(json.dumps(asdict(config)))}
    path = out / "manifest.json"
    if path.exists():
        if json.loads(path.read_text()) != manifest:
            raise bad_input(f"{out} holds a data set of another configuration; choose an empty folder")
        return
    write_json(path, manifest)


def _jobs(config: RenderConfig) -> list[tuple[str, int]]:
    """(family or file name, seed or place in the index) of every tool."""
    jobs = [(f, config.first_seed + s) for s in range(config.tools) for f in config.families]
    if config.index:
        jobs += [(f"{FROM_FILE}{tool.name}", n) for n, tool in enumerate(_annotated(config))]
    return jobs


@lru_cache(maxsize=1)
def _annotated(config: RenderConfig) -> list[Tool]:
    if not (config.index and config.annotations):
        raise bad_input("meshes from files need both an index (CSV) and annotations (YAML)")
    return load_annotated(config.index, config.annotations, split=config.split)


def _job_name(job: tuple[str, int]) -> str:
    kind = job[0].replace(FROM_FILE, "file-").replace("/", "-")
    return f"{kind}-{job[1]:05d}"


def _run(jobs: Sequence[tuple[Path, RenderConfig, tuple[str, int]]], workers: int) -> Iterator[None]:
    if workers <= 1:
        yield from map(_render_job, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_render_job, jobs)


def _render_job(arguments: tuple[Path, RenderConfig, tuple[str, int]]) -> None:
    out, config, job = arguments
    kind, number = job
    if kind.startswith(FROM_FILE):
        tool, views = _annotated(config)[number], config.index_views
        family = FROM_FILE + tool.family
    else:
        tool, views, family = make_tool(kind, number), config.views, kind
    rng = np.random.default_rng([number, len(kind), *kind.encode()])
    pictures = [random_crop_view(rng, tool) for _ in range(views)]
    arrays = {
        "rgb": np.stack([p.rgb for p in pictures]),
        "parts": np.stack([np.where(p.mask, p.parts, -2) for p in pictures]).astype(np.int8),
        "depth": np.stack([np.clip(p.depth_m / DEPTH_UNIT, 0, 65535) for p in pictures]).round().astype(np.uint16),
        "K": np.stack([p.K for p in pictures]),
        "T_camera_tool": np.stack([p.T_camera_tool for p in pictures]),
        "about": np.array(json.dumps(_about(tool, family))),
    }
    write_atomic(out / f"{_job_name(job)}.npz", lambda file: np.savez(file, **arrays))


def _about(tool: Tool, family: str) -> dict[str, Any]:
    frames = [{**asdict(f), "frames": [T.tolist() for T in f.frames]} for f in part_frames(tool)]
    return {
        "name": tool.name,
        "family": family,
        "part_names": tool.part_names,
        "licence": tool.licence,
        "source": tool.source,
        "frames": frames,
    }


def load_dataset(folders: Sequence[Path | str]) -> list[ToolViews]:
    """Every tool of one or more data set folders, in memory, sorted by file; `DfcError` when there is none."""
    files = [path for folder in folders for path in sorted(Path(folder).glob("*.npz"))]
    if not files:
        raise bad_input(
            f"no rendered tools (*.npz) in {', '.join(map(str, folders))}; make some with `dfc_core render`"
        )
    return [load_tool_views(path) for path in files]


def load_tool_views(path: Path) -> ToolViews:
    """One tool's file; `DfcError` naming it when it is broken."""
    try:
        with np.load(path) as data:
            arrays = {key: data[key] for key in ("rgb", "parts", "depth", "K", "T_camera_tool")}
            about = json.loads(str(data["about"]))
        frames = tuple(_part_frame(f) for f in about["frames"])
        return ToolViews(
            about["name"], about["family"], **arrays, frames=frames, licence=about["licence"], source=about["source"]
        )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise bad_input(f"{path} is not a rendered tool: {error!r}") from error


def _part_frame(fields: dict[str, Any]) -> PartFrame:
    frames = tuple(np.asarray(T) for T in fields["frames"])
    symmetry = Symmetry(**fields["symmetry"])
    return PartFrame(**{**fields, "parts": tuple(fields["parts"]), "frames": frames, "symmetry": symmetry})
