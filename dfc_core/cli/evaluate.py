"""`dfc_core evaluate`: how good a model is on a benchmark, beside baselines on the same pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    benchmark: Annotated[Path, typer.Option(help="Benchmark folder.")],
    out: Annotated[Path, typer.Option(help="report.json to write.")],
    model: Annotated[str, typer.Option(help="Name or folder.")] = "default",
    baseline: Annotated[str, typer.Option(help="Comma-separated: chance, hog, backbone.")] = "",
) -> None:
    """Measure a model on a benchmark: label transfer and discovery, beside baselines on the same pairs."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.evaluate import evaluate as run
    from dfc_core.model import load_model

    baselines = tuple(name.strip() for name in baseline.split(",") if name.strip())
    with progress_bar("pairs") as progress:
        report = run(load_model(model), benchmark, out, baselines=baselines, progress=progress)
    rows = {report["model"]: report, "with its part masks": report["masked"], **report["baselines"]}
    for name, row in rows.items():
        transfer, discovery = row["label_transfer"]["all"], row["discovery"]["all"]
        typer.echo(
            f"{name:24} NormDist {transfer['norm_dist']:.3f}  PCK@23 {transfer['pck@23']:.3f}  "
            f"F1@23 {discovery['best_f1@23']:.3f}  AP@23 {discovery['ap@23']:.3f}"
        )
