"""`dfc_core evaluate`: how good models are on a benchmark, beside baselines on the same pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def evaluate(
    benchmark: Annotated[Path, typer.Option(help="Benchmark folder.")],
    out: Annotated[Path, typer.Option(help="report.json to write; a stopped run goes on.")],
    model: Annotated[
        list[str] | None,
        typer.Option(help="Name or folder; repeat to compare, the first is the reference. Default: default."),
    ] = None,
    baseline: Annotated[str, typer.Option(help="Comma-separated: chance, hog, backbone, oracle.")] = "",
    masked: Annotated[bool, typer.Option(help="Also with the models' own part masks.")] = True,
    transport: Annotated[bool, typer.Option("--transport", help="Discover by the transport plan of features.")] = False,
    soft: Annotated[bool, typer.Option("--soft", help="Read labels off by a window soft-argmax.")] = False,
    look_again: Annotated[
        bool,
        typer.Option("--look-again", help="Average features over four looks at each picture: slower, mostly better."),
    ] = False,
    html: Annotated[bool, typer.Option(help="Also a page with tables and pictures, beside --out.")] = True,
    pairs: Annotated[int | None, typer.Option(min=1, help="At most so many pairs, spread evenly.")] = None,
    function: Annotated[list[str] | None, typer.Option("--function", "-f", help="Only this; repeat for more.")] = None,
    split: Annotated[
        list[str] | None, typer.Option(help="Only pairs of this split, such as held-out; repeat for what is in all.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
) -> None:
    """Measure models on a benchmark: label transfer and discovery, beside baselines on the same pairs."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.evaluate import Refinement, Subset
    from dfc_core.evaluate import evaluate as run
    from dfc_core.evaluate.page import report_rows
    from dfc_core.model import load_model

    models = [load_model(name, look_again) for name in model or ["default"]]
    baselines = tuple(name.strip() for name in baseline.split(",") if name.strip())
    subset = Subset(pairs, tuple(function or ()), tuple(split or ()))
    page = out.with_suffix(".html") if html else None
    with progress_bar("pairs") as progress:
        report = run(
            models, benchmark, out, baselines, masked, progress, subset, workers, page, Refinement(transport, soft)
        )
    for name, row in report_rows(report):
        typer.echo(_line(name, row))


def _line(name: str, row: dict[str, Any]) -> str:
    transfer, discovery = row["label_transfer"]["all"], row["discovery"]["all"]
    return (
        f"{name:44} NormDist {transfer['norm_dist']:.3f}  PCK@23 {transfer['pck@23']:.3f}  "
        f"F1@23 {discovery['best_f1@23']:.3f}  AP@23 {discovery['ap@23']:.3f}"
    )
