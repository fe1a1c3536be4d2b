"""`dfc_core calibrate`: what a model's confidence is worth, learned from scenes with truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dfc_core.cli.values import given

KINDS = {"left_out": "tools of kinds that the model does not know:", "left_out_known_kinds": "of kinds that it knows:"}


def calibrate(
    model: Annotated[str, typer.Option("--model", "-m", help="Model name or folder.")] = "default",
    scenes: Annotated[int | None, typer.Option(min=1, help="Scenes to learn from. Default: 400.")] = None,
    hidden: Annotated[
        int | None, typer.Option(min=0, help="More scenes whose part is out of sight. Default: 60.")
    ] = None,
    known: Annotated[
        int | None, typer.Option(min=0, help="More scenes, of families that training has seen. Default: 200.")
    ] = None,
    tools: Annotated[
        int | None,
        typer.Option(min=0, help="More tools, seen by themselves, to learn from what tools look like. Default: 1200."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of scenes and tools. Default: 900.")] = None,
    distance: Annotated[
        float | None,
        typer.Option(min=0.001, max=1.0, help="m; a contact this near the truth is right. Default: 0.015."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    work: Annotated[
        Path | None, typer.Option(help="Folder of scenes and tools examined; a stopped run goes on.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for calibration.json [default: the model's own].")] = None,
) -> None:
    """Fit the probabilities behind a model's confidence, refusals and free angles, on scenes of families that no
    training and no benchmark has and of families that training has seen.

    Writes calibration.json into the model's folder, where it is read with the model, and prints how well the
    probabilities hold for families that were left out of the fit.
    """
    from dfc_core.cli.progress import progress_bar
    from dfc_core.train.calibrate import CalibrationConfig
    from dfc_core.train.calibrate import calibrate as run

    config = CalibrationConfig(
        **given(scenes=scenes, hidden=hidden, known=known, tools=tools, seed=seed, distance_m=distance)
    )
    with progress_bar("scenes and tools") as progress:
        path, fitted_on = run(model, out, config, workers, work, progress)
    for group in filter(fitted_on.get, KINDS):
        typer.echo(KINDS[group])
        for name, row in fitted_on[group].items():
            if row["examples"]:
                typer.echo(
                    f"{name}\t{row['examples']} examples, {100 * row['true']:.0f} % true, {100 * row['stated']:.0f} % "
                    f"stated\tcalibration error {row['calibration_error']:.3f}\tAUROC {row['auroc']:.3f}"
                )
    typer.echo(str(path))
