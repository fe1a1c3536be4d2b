"""`dfc_core orient`: how function frames are turned, learned on a trained model's features."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dfc_core.cli.values import given


def orient(
    data: Annotated[list[Path], typer.Argument(help="Data set folders made by `dfc_core render`.")],
    model: Annotated[str, typer.Option("--model", "-m", help="Model name or folder.")] = "default",
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps. Default: 4000.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Default: 0.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that look at tools.")] = 2,
    device: Annotated[str, typer.Option(help="Of the steps: auto, cpu, cuda, cuda:1...")] = "auto",
    work: Annotated[Path | None, typer.Option(help="Folder of what was seen; a stopped run goes on.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for orientation.safetensors [default: the model's own].")
    ] = None,
) -> None:
    """Learn how a tool's function frame is turned from what a trained model sees of it; the model stays as it is.

    Writes orientation.safetensors into the model's folder, where it is read with the model and helps matches to tell
    the turn of a tool. Run `dfc_core calibrate` after it. Needs about 60 kB of memory for each view and function.
    """
    from dfc_core.train.orientation import OrientationTraining
    from dfc_core.train.orientation import orient as run

    config = OrientationTraining(**given(steps=steps, seed=seed, device=device))

    def report(what: str, done: int, total: int) -> None:
        typer.echo(f"{done}/{total}  {what}", err=True)

    path, loss = run(data, model, out, config, work, workers, report)
    typer.echo(f"mean loss of the last thousand steps {loss:.3f} (knowing nothing: 0)")
    typer.echo(str(path))
