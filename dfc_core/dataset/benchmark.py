"""Benchmarks of tools that training never saw, with exact truth: `parametric-v1` and its like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.assets.families import BENCHMARK_FAMILIES, HELD_OUT_SEED, make_tool
from dfc_core.assets.part_frames import PartFrame, role_frames
from dfc_core.assets.store import load_tool_folder
from dfc_core.assets.tool import Tool
from dfc_core.dataset.benchmark_format import BenchmarkPair, BenchmarkPicture, save_benchmark
from dfc_core.dataset.benchmark_plan import BenchmarkConfig, Plan, plan_pairs
from dfc_core.dataset.true_pairs import TruthConfig, see_part, true_alignment, true_pairs, viewpoint_gap
from dfc_core.errors import bad_input
from dfc_core.files import file_sha256, read_json, write_json
from dfc_core.processes import in_processes
from dfc_core.render.appearance import LookConfig
from dfc_core.render.camera import CLEAN
from dfc_core.render.raycast import Scene
from dfc_core.render.scene_views import ON_TABLE, SceneView, Shot, crop_view, draft
from dfc_core.render.sensor import SensorConfig
from dfc_core.render.store import FROM_FILE
from dfc_core.render.viewpoints import random_direction
from dfc_core.render.views import CROP_SIZE

ANYWHERE = (float(np.radians(-40)), float(np.radians(80)))  # elevations from which a tool in the air is seen
ATTEMPTS = 60  # views of two tools that are tried before two others are
BUILD = "build.json"  # the config a folder is built from; no part of the benchmark
ROUNDS = 4  # times that a pair which lost too much to an occluder is taken again


@dataclass(frozen=True)
class _Side:
    """One tool of a pair that is being made."""

    tool: Tool
    frame: PartFrame
    shot: Shot


def build_benchmark(
    out: Path | str,
    config: BenchmarkConfig,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[Plan]:
    """Render the pairs of `config` into a benchmark folder; the same config gives the same pairs.

    Returns the plans that could not be met (two tools never showed what was asked of them), which are left out.
    `DfcError` for what `plan_pairs` refuses, no pairs, or a folder of another config.
    """
    plans = plan_pairs(config)
    if plans:
        _claim(Path(out), config)
    drawn = in_processes(_draw_pair, [(plan, config) for plan in plans], workers)
    missed: list[Plan] = []

    def pairs() -> Iterator[BenchmarkPair]:
        for number, (plan, pair) in enumerate(zip(plans, drawn, strict=True)):
            if pair is None:
                missed.append(plan)
            else:
                yield pair
            if progress:
                progress(number + 1, len(plans))

    save_benchmark(out, config.name, pairs())
    return missed


def _claim(out: Path, config: BenchmarkConfig) -> None:
    """Write the folder's config, or check that its own is the same: pairs of two benchmarks do not mix."""
    assets = None if config.assets is None else str(Path(config.assets).resolve())
    wanted, path = json.loads(json.dumps({**asdict(config), "assets": assets})), out / BUILD
    if not path.exists() and not (out / "benchmark.json").exists() and not (out / "pairs").exists():
        write_json(path, wanted)
        return
    try:
        same = read_json(path) == wanted
    except (OSError, ValueError):
        same = False
    if not same:
        raise bad_input(f"{out} holds a benchmark of another configuration or version; choose an empty folder")


def benchmark_checksum(folder: Path | str) -> str:
    """One sha256 over the names and contents of all files of a benchmark folder but `build.json`."""
    folder, digest = Path(folder), hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / BUILD):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + bytes.fromhex(file_sha256(path)))
    return digest.hexdigest()


def _draw_pair(job: tuple[Plan, BenchmarkConfig]) -> BenchmarkPair | None:
    """The pair of a plan, from the first two families that can show it; None when none can."""
    plan, config = job
    rng = np.random.default_rng([config.seed, plan.number])
    for family_a, family_b in plan.families:
        first = config.first_tool + 2 * plan.number
        tools = _tool(family_a, first, config), _tool(family_b, first + 1, config)
        for _ in range(ROUNDS):
            pair = _try_pair(rng, plan, tools, config.truth)
            if pair is not None:
                return pair
    return None


def _tool(family: str, seed: int, config: BenchmarkConfig) -> Tool:
    """A parametric tool, or the imported one that the family names."""
    if family.startswith(FROM_FILE) and config.assets is not None:
        return load_tool_folder(Path(config.assets) / family.removeprefix(FROM_FILE))
    return make_tool(family, seed)


def _try_pair(rng: Generator, plan: Plan, tools: tuple[Tool, Tool], truth: TruthConfig) -> BenchmarkPair | None:
    sides = _find_views(rng, plan, tools, truth)
    if sides is None:
        return None
    views = [crop_view(rng, side.tool, side.shot) for side in sides]
    seen = [see_part(rng, view.picture, side.frame) for view, side in zip(views, sides, strict=True)]
    points_a, points_b = true_pairs(seen[0], seen[1], truth)
    if not len(points_a):
        return None
    masks = [rough_mask(rng, v.picture.mask) if plan.condition == "noise" else v.picture.mask for v in views]
    inside = masks[0][points_a[:, 1], points_a[:, 0]] & masks[1][points_b[:, 1], points_b[:, 0]]
    if inside.sum() < truth.least_points:
        return None
    pictures = [
        _picture(plan.condition, view, mask, side, points[inside])
        for view, mask, side, points in zip(views, masks, sides, (points_a, points_b), strict=True)
    ]
    return BenchmarkPair(plan.function, pictures[0], pictures[1], true_alignment(seen[0], seen[1]), plan.splits)


def _find_views(rng: Generator, plan: Plan, tools: tuple[Tool, Tool], truth: TruthConfig) -> tuple[_Side, _Side] | None:
    """Two shots from which enough common surface of the part is seen at the gap asked for, by labels alone."""
    frames = [role_frames(tool, plan.function)[0] for tool in tools]
    scenes = [Scene(tool) for tool in tools]
    for _ in range(ATTEMPTS):
        shots = [_random_shot(rng, plan, tool) for tool in tools]
        labels = [draft(scene, shot, CROP_SIZE) for scene, shot in zip(scenes, shots, strict=True)]
        a, b = (see_part(rng, label, frame) for label, frame in zip(labels, frames, strict=True))
        if min(len(a.pixels), len(b.pixels)) < truth.least_points or not _within(viewpoint_gap(a, b), plan.gap):
            continue
        if len(true_pairs(a, b, truth)[0]):
            return _Side(tools[0], frames[0], shots[0]), _Side(tools[1], frames[1], shots[1])
    return None


def _within(value: float, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= value < bounds[1]


def _random_shot(rng: Generator, plan: Plan, tool: Tool) -> Shot:
    """A view as the plan's condition asks; other tools are chosen here, placed when the picture is taken."""
    on_table = plan.condition in ("table", "occlusion")
    roll = rng.uniform(-np.pi, np.pi) if plan.condition == "roll" else 0.0
    noisy = plan.condition in ("noise", "occlusion")
    look = LookConfig() if noisy else replace(LookConfig(), camera=CLEAN)
    occluders = _strangers(rng, tool, int(rng.integers(1, 3))) if plan.condition == "occlusion" else ()
    return Shot(
        random_direction(rng, ON_TABLE if on_table else ANYWHERE), roll, rng.uniform(2.0, 5.0),
        int(rng.integers(len(tool.rest_rotations))), on_table, occluders=occluders, hidden=(0.1, 0.4),
        sensor=SensorConfig() if noisy else None, look=look,
    )  # fmt: skip


def _strangers(rng: Generator, tool: Tool, count: int) -> tuple[Tool, ...]:
    names = [name for name in BENCHMARK_FAMILIES if name != tool.family]
    return tuple(
        make_tool(str(rng.choice(names)), int(rng.integers(HELD_OUT_SEED, 2 * HELD_OUT_SEED))) for _ in range(count)
    )


def _picture(condition: str, view: SceneView, mask: NDArray, side: _Side, points: NDArray) -> BenchmarkPicture:
    picture = view.picture
    kept = condition in ("table", "occlusion")
    rgb = picture.rgb if kept else np.where(mask[..., None], picture.rgb, 255).astype(np.uint8)
    return BenchmarkPicture(
        side.tool.family, rgb, mask, points.astype(float), side.frame.shown(picture.parts), view.sensed_depth_m,
        picture.K,
    )  # fmt: skip


def rough_mask(rng: Generator, mask: NDArray, wander_px: float = 2.0, grain_px: float = 5.0) -> NDArray:
    """A mask (H x W bool) as segmentation gives it: its border wanders by `wander_px` (rms), here in, there out."""
    noise = ndimage.gaussian_filter(rng.normal(size=mask.shape), grain_px)
    distance = ndimage.distance_transform_edt(mask) - ndimage.distance_transform_edt(~mask)  # px, positive inside
    rough = distance + noise / max(float(noise.std()), 1e-9) * wander_px > 0
    return rough if rough.any() else mask
