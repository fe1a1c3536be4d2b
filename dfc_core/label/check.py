"""How good the labels are: masks against the exact parts of rendered tools, beside the paper's votes, over noise."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.part_frames import PartFrame
from dfc_core.errors import bad_input
from dfc_core.label.cloud import Cloud, CloudConfig, Views, build_cloud
from dfc_core.label.edges import EdgeConfig, edge_probability, is_edge_part
from dfc_core.label.heat import PAPER_HEAT, HeatConfig, masks_from_heat
from dfc_core.label.oracle import OracleConfig, oracle_boxes
from dfc_core.label.segments import Segments
from dfc_core.label.vote import PAPER_VOTES, VoteConfig, surface_cuts, vote
from dfc_core.processes import in_processes
from dfc_core.render.store import ToolViews, load_tool_views, tool_files

METHOD_NAMES = ("ours", "paper")
SET_NOISE = 1.0  # of the factors, the one that means the oracle as it is set


@dataclass(frozen=True)
class CheckConfig:
    """What is measured: the deciding half of labelling under an oracle's noise times each of `factors`."""

    oracle: OracleConfig = field(default_factory=OracleConfig)
    vote: VoteConfig = field(default_factory=VoteConfig)
    heat: HeatConfig = field(default_factory=HeatConfig)
    cloud: CloudConfig = field(default_factory=CloudConfig)
    edges: EdgeConfig = field(default_factory=EdgeConfig)
    factors: tuple[float, ...] = (0.0, 0.5, 1.0, 1.5, 2.0)
    paper: bool = True  # also the paper's summed votes on the same boxes


@dataclass(frozen=True)
class Score:
    """Mean overlap of one part's masks with the truth."""

    tool: str
    function: str
    role: str
    method: str
    factor: float
    iou: float


def check_labels(
    data: Path | str,
    config: CheckConfig | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Label every tool of a data set from an oracle's boxes and compare with its exact parts.

    A part's score is the mean intersection over union over the views in which the truth or the mask is not empty. The
    report has, for each method, `mean` (over functions and roles, each counting once), `by_function`, `mean_of_parts`
    (each tool's part counting once) and `curve` (the mean at each factor of the noise). The same config and data give
    the same report for any number of workers. `DfcError` where there are no rendered tools.
    """
    config = config or CheckConfig()
    files = tool_files(Path(data))
    if not files:
        raise bad_input(f"no rendered tools in {data}; make some with `dfc_core render`")
    scores: list[Score] = []
    for number, found in enumerate(in_processes(_check_job, [(path, config) for path in files], workers)):
        scores += found
        if progress:
            progress(number + 1, len(files))
    return {"tools": len(files), "config": asdict(config), **summary(scores)}


def _check_job(job: tuple[Path, CheckConfig]) -> list[Score]:
    return list(check_tool(load_tool_views(job[0]), job[1]))


def check_tool(tool: ToolViews, config: CheckConfig) -> Iterator[Score]:
    """Scores of every part of one tool, at every noise, by every method; parts that serve several functions are asked
    for once."""
    views = Views.of(tool)
    cloud = build_cloud(views, config.cloud)
    edges, cuts = edge_probability(cloud, config.edges), surface_cuts(cloud, config.vote)
    overlaps: dict[tuple[int, ...], list[tuple[str, float, float]]] = {}
    for frame in tool.frames:
        parts = tuple(sorted(frame.parts))
        if parts not in overlaps:
            edge = edges if is_edge_part(*part_words(tool, frame)) else None
            overlaps[parts] = list(_check_part(tool, frame, views, cloud, cuts, edge, config))
        for method, factor, iou in overlaps[parts]:
            yield Score(tool.name, frame.function, frame.role, method, factor, iou)


def _check_part(
    tool: ToolViews,
    frame: PartFrame,
    views: Views,
    cloud: Cloud,
    cuts: Sequence[Segments],
    edge: NDArray | None,
    config: CheckConfig,
) -> Iterator[tuple[str, float, float]]:
    """(method, factor, overlap) of one part."""
    truth = frame.shown(np.asarray(tool.parts))
    key = zlib.crc32(" ".join([tool.name, *sorted(part_words(tool, frame))]).encode())
    for factor in config.factors:
        answers = oracle_boxes(truth, views.mask, config.oracle.scaled(factor), (key,))
        for method in METHOD_NAMES if config.paper else METHOD_NAMES[:1]:
            voting, heating = (config.vote, config.heat) if method == "ours" else (PAPER_VOTES, PAPER_HEAT)
            heat = vote(cloud, answers, voting, edge, cuts)
            masks = masks_from_heat(cloud, views, heat, heating, edge=edge is not None)
            yield method, factor, mean_overlap(masks, truth)


def part_words(tool: ToolViews, frame: PartFrame) -> list[str]:
    """The names of a frame's parts."""
    return [tool.part_names[part] for part in frame.parts if part < len(tool.part_names)]


def mean_overlap(masks: NDArray, truth: NDArray) -> float:
    """Mean intersection over union (V x H x W bool both) over the views in which either is not empty; 0 if none is."""
    either = (masks | truth).sum(axis=(1, 2))
    both = (masks & truth).sum(axis=(1, 2))
    return float(np.mean(both[either > 0] / either[either > 0])) if either.any() else 0.0


def summary(scores: Sequence[Score]) -> dict[str, Any]:
    """The report's rows from single scores."""
    methods = [method for method in METHOD_NAMES if any(score.method == method for score in scores)]
    return {method: _method_summary([s for s in scores if s.method == method]) for method in methods}


def _method_summary(scores: Sequence[Score]) -> dict[str, Any]:
    factors = sorted({score.factor for score in scores})
    main = SET_NOISE if SET_NOISE in factors else factors[0]
    at_main = [score for score in scores if score.factor == main]
    return {
        "mean": _mean_over_functions(at_main),
        "mean_of_parts": float(np.mean([score.iou for score in at_main])),
        "by_function": _by_function(at_main),
        "curve": {f"{factor:g}": _mean_over_functions([s for s in scores if s.factor == factor]) for factor in factors},
        "parts": {f"{s.tool} {s.function} {s.role}": round(s.iou, 4) for s in at_main},
    }


def _by_function(scores: Sequence[Score]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, list[float]]] = {}
    for score in scores:
        found.setdefault(score.function, {}).setdefault(score.role, []).append(score.iou)
    return {name: {role: float(np.mean(v)) for role, v in roles.items()} for name, roles in sorted(found.items())}


def _mean_over_functions(scores: Sequence[Score]) -> float:
    return float(np.mean([iou for roles in _by_function(scores).values() for iou in roles.values()]))
