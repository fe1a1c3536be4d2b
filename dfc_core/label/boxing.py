"""Stage 2, boxes: where each part lies in each view, as a vision model, a detector or the oracle says.

One record per tool, `boxes/<tool>.json` (`dfc_core.label.answers`), and a `.log` beside it while it is being made.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from dfc_core.errors import bad_input
from dfc_core.label.answers import AnswerLog, as_boxes, read_record, write_record
from dfc_core.label.asking import ask_tool, asked_parts
from dfc_core.label.boxes import ViewBoxes, settle
from dfc_core.label.detectors import SOURCES, Detector
from dfc_core.label.endpoint import Endpoint
from dfc_core.label.job import DataTool, LabelConfig, Progress, data_tools, digest_of, record_path, stage_folder
from dfc_core.label.naming import read_names
from dfc_core.label.oracle import oracle_boxes
from dfc_core.label.part_names import PartQuery
from dfc_core.label.questions import Asker, EndpointAsker
from dfc_core.render.store import OFF_TOOL, ToolViews, load_tool_views


def label_boxes(
    data: Path | str,
    out: Path | str,
    config: LabelConfig,
    progress: Progress | None = None,
) -> Path:
    """Find the parts that `out/names` names in every view of every tool of `data`. Returns `out/boxes`."""
    tools = data_tools(data)
    with stage_folder(out, "boxes", box_settings(config)) as folder:
        left = [tool for tool in tools if not _is_done(tool, out)]
        asker = None if config.boxes == "oracle" or not left else make_asker(config)
        try:
            for done, tool in enumerate(left, start=len(tools) - len(left) + 1):
                _box(tool, out, config, asker)
                if progress:
                    progress(done, len(tools))
        finally:
            if asker is not None:
                asker.stop()
    return folder


def box_settings(config: LabelConfig) -> dict[str, Any]:
    """What decides the boxes: not where a model is served, nor how patiently it is asked."""
    asking = asdict(config.asking)
    if config.boxes == "oracle":
        return {"boxes": "oracle", **asdict(config.oracle), "settle": asking["settle"]}
    if config.boxes != "endpoint":
        detector = asdict(replace(config.detector, source=SOURCES.get(config.boxes, config.boxes)))
        del detector["device"]
        return {"boxes": "detector", **detector, "asking": asking}
    if config.endpoint is None:
        raise bad_input("boxes from an endpoint need its URL and model")
    end = config.endpoint
    return {
        "boxes": "endpoint", "model": end.model, "temperature": end.temperature, "max_tokens": end.max_tokens,
        "units": config.units, "asking": asking,
    }  # fmt: skip


def make_asker(config: LabelConfig) -> Asker:
    """The endpoint or detector that `config.boxes` says."""
    if config.boxes != "endpoint":
        return Detector(replace(config.detector, source=config.boxes))
    assert config.endpoint is not None  # box_settings
    return EndpointAsker(Endpoint(config.endpoint), config.units)


def read_boxes_of(out: Path | str, tool: DataTool) -> list[tuple[list[tuple[str, str]], str, list[ViewBoxes]]]:
    """What stage 2 found for a tool: (functions and roles it serves, the part's name, boxes per view) of each part.

    A view without any answer is left out. `DfcError` when the stage has not run.
    """
    path = record_path(out, "boxes", tool.stem)
    record = read_record(path)
    if record is None:
        raise bad_input(f"{path} is missing: run the stage boxes first")
    return [
        (
            [(f, r) for f, r in part["serves"]],
            part["part"],
            [_agreed(view) for view in part["views"] if _is_asked(view)],
        )
        for part in record["parts"]
    ]


def _is_asked(view: dict[str, Any]) -> bool:
    return any(answer is not None for answer in view["answers"])


def _agreed(view: dict[str, Any]) -> ViewBoxes:
    """What goes into the vote: each settled box once, as repeated it would look surer than it is."""
    settled = as_boxes(view["boxes"], 6)
    return ViewBoxes(view["view"], settled[:, :4], settled[:, 4])


def _source(tool: DataTool, out: Path | str) -> tuple[str, list[PartQuery]]:
    """(what a tool's record is made from, the parts to find)."""
    queries = read_names(out, tool.thing)
    return digest_of(tool.digest, tool.thing, [asdict(query) for query in queries]), queries


def _is_done(tool: DataTool, out: Path | str) -> bool:
    path = record_path(out, "boxes", tool.stem)
    record = read_record(path)
    done = record is not None and record["input"] == _source(tool, out)[0] and not record["failures"]
    if done:
        # a kill can come between writing the one and removing the other
        path.with_suffix(".log").unlink(missing_ok=True)
    return done


def _box(tool: DataTool, out: Path | str, config: LabelConfig, asker: Asker | None) -> None:
    path = record_path(out, "boxes", tool.stem)
    source, queries = _source(tool, out)
    views = load_tool_views(tool.path)
    if asker is None:
        parts = list(_oracle_parts(views, tool, queries, config))
        write_record(path, {"input": source, "thing": tool.thing, "parts": parts, "failures": []})
        return
    log = AnswerLog.open(path, source)
    log.finish(ask_tool(views, tool.thing, asked_parts(queries), asker, config.asking, log))


def _oracle_parts(
    views: ToolViews, tool: DataTool, queries: Sequence[PartQuery], config: LabelConfig
) -> Iterator[dict[str, Any]]:
    """Noisy true boxes of the named parts that the tool has."""
    if not views.frames:
        raise bad_input(f"{tool.path} has no known parts, which the oracle needs; ask an endpoint or a detector")
    labels = np.asarray(views.parts)
    for query in queries:
        frame = next((f for f in views.frames if (f.function, f.role) == (query.function, query.role)), None)
        if frame is not None:
            key = zlib.crc32(f"{tool.stem}/{query.function}/{query.role}".encode())
            found = oracle_boxes(frame.shown(labels), labels > OFF_TOOL, config.oracle, (key,))
            yield _oracle_part(query, found, config)


def _oracle_part(query: PartQuery, found: Sequence[ViewBoxes], config: LabelConfig) -> dict[str, Any]:
    views = []
    for view in found:
        boxes = np.column_stack([view.boxes, view.scores]).round(3)
        silent = max(config.oracle.queries - len(boxes), 0)  # which query gave which box is not said: one each
        answers = [*boxes[:, None], *[np.empty((0, 5))] * silent]
        settled = settle(answers, config.asking.settle).round(3)
        views.append({"view": view.view, "answers": [a.tolist() for a in answers], "boxes": settled.tolist()})
    serves = [[query.function, query.role]]
    return {"part": query.part, "description": query.description, "serves": serves, "views": views}
