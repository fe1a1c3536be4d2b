"""How right a transfer is, in metres and degrees, on scenes whose truth is known: ours and simpler ways on the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from dfc_core import __version__
from dfc_core.align import AlignConfig
from dfc_core.bench.bench import machine
from dfc_core.bench.grasp_truth import judge_grasp
from dfc_core.bench.transfer_masks import found_masks, mask_figures
from dfc_core.bench.transfer_report import summary, without_nan
from dfc_core.bench.transfer_ways import (
    Answer,
    Way,
    WithoutPart,
    global_registration_way,
    least_squares_way,
    our_way,
    principal_axes_way,
    timed,
)
from dfc_core.dataset.transfer_scenes import SceneJob, TransferScene, draw
from dfc_core.evaluate.partial import partial_rows
from dfc_core.files import write_json
from dfc_core.transfer import GraspPose, ToolMatcher, TransferConfig

WITHOUT_FRAMES = TransferConfig(align=AlignConfig(orientation_weight=0))
Row = dict[str, Any]


def transfer_ways(model: Any, baselines: bool = True) -> dict[str, Way]:
    """Ours and, unless left out, what it is measured against, by name."""
    ours = {"ours": our_way(ToolMatcher(model))}
    if not baselines:
        return ours
    return ours | {
        "without function frames": our_way(ToolMatcher(model, config=WITHOUT_FRAMES)),
        "without functional mask": our_way(ToolMatcher(WithoutPart(model))),
        "without robust alignment": least_squares_way(model),
        "FPFH, RANSAC, ICP": global_registration_way,
        "centroid, principal axes": principal_axes_way,
    }


def bench_transfer(
    ways: Mapping[str, Way],
    jobs: Sequence[SceneJob],
    out: Path | str | None = None,
    about: Mapping[str, Any] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Every way on every scene. The report has the number of `scenes`, their `kinds`, `found_masks` (see
    `mask_figures`), `results` (the `summary` of each way), and `rows`.

    Written to `out` as JSON when given; rows are kept beside it meanwhile, so that a stopped run goes on where it was.
    `about` (what was asked, for the report's head) tells runs apart. Deterministic but for the seconds.
    """
    heading = {"version": __version__, "ways": list(ways), **(about or {}), "config": _plain(jobs)}
    with partial_rows(out, heading) as (rows, keep):
        for number, job in enumerate(jobs):
            if number == len(rows):
                rows.append(_row(ways, draw(job)))
                keep(rows[-1])
            if progress:
                progress(number + 1, len(jobs))
        report = without_nan(_report(ways, heading, rows))
        if out is not None:
            write_json(out, report)
    return report


def _report(ways: Mapping[str, Way], heading: Row, rows: Sequence[Row]) -> Row:
    kinds = [row["kind"] for row in rows]
    return {
        **heading,
        "scenes": len(rows),
        "kinds": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        "feasible": sum(row["feasible"] for row in rows),
        "found_masks": mask_figures([row["found_masks"] for row in rows]),
        "results": {name: summary(rows, name) for name in ways},
        "machine": machine(),
        "rows": rows,
    }


def _plain(jobs: Sequence[SceneJob]) -> Row:
    """What scenes were asked for, as JSON."""
    first = asdict(jobs[0]) if jobs else {}
    return json.loads(json.dumps({"jobs": len(jobs), **first}))


def _row(ways: Mapping[str, Way], scene: TransferScene) -> Row:
    truth = scene.truth
    symmetries = [truth.symmetry_demo, truth.symmetry_target]
    return {
        "seed": scene.seed,
        "function": scene.function,
        "kind": scene.kind,
        "demo": scene.demonstration.tool,
        "target": truth.tool.family,
        "affords": truth.affords,
        "feasible": truth.feasible,
        "axis": any(symmetry is not None and symmetry.kind == "axis" for symmetry in symmetries),
        "target_axis": truth.symmetry_target is not None and truth.symmetry_target.kind == "axis",
        "masked": scene.target.mask is not None,
        "found_masks": found_masks(scene),
        "roles": [contact.role for contact in scene.demonstration.contacts],
        "visible": truth.contact_visible.tolist(),
        "size_m": truth.tool.diameter,
        "distance_m": float(np.median(truth.depth_m[truth.mask])),
        "answers": {name: _judged(scene, *timed(way, scene)) for name, way in ways.items()},
    }


def _judged(scene: TransferScene, answer: Answer, seconds: float) -> Row:
    truth = scene.truth
    functional = [n for n, contact in enumerate(scene.demonstration.contacts) if contact.role == "function"]
    errors = truth.contact_errors(answer.points, functional)
    rotation = np.nan if answer.rotation is None else truth.rotation_error(answer.rotation)
    return {
        "refusal": answer.refusal,
        "confidence": float(answer.confidence),
        "affordance": answer.affordance,
        "turn_confidence": answer.turn_confidence,
        "answered": [bool(answered) for answered in np.isfinite(answer.points).all(axis=1)],
        "errors_m": [float(error) if np.isfinite(error) else None for error in errors],
        "confidences": [float(confidence) for confidence in answer.confidences],
        "rotation_rad": float(rotation) if np.isfinite(rotation) else None,
        "grasps": [_judge(scene, grasp) for grasp in answer.grasps] if truth.affords else [],
        "carried": _judge(scene, answer.carried) if truth.affords and answer.carried is not None else None,
        "shown_grasp": scene.demonstration.grasp is not None,
        "seconds": seconds,
        "stages": answer.stages,
        "free_angle": answer.free_angle,
    }


def _judge(scene: TransferScene, grasp: GraspPose) -> Row:
    assert scene.target.K is not None
    return judge_grasp(grasp, scene.truth, scene.function, scene.target.K).to_dict()
