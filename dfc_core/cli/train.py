"""`dfc_core train`: from data sets to a model folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def train(
    data: Annotated[list[Path], typer.Argument(help="Data set folders made by `dfc_core render`.")],
    out: Annotated[Path, typer.Option(help="Model folder; a stopped run goes on.")],
    config: Annotated[
        Path | None, typer.Option(help="YAML with training settings; without it, those of the default model.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps, instead of the config's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0)] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Model (name or folder) to go on from, such as default.")
    ] = None,
) -> None:
    """Train a model on rendered tools."""
    from dfc_core.train.config import read_train_config
    from dfc_core.train.train import train as run

    changes: dict[str, Any] = {"steps": steps, "seed": seed, "start": start}
    settings = read_train_config(config, {key: value for key, value in changes.items() if value is not None})

    def report(step: int, losses: dict[str, float]) -> None:
        shown = "  ".join(f"{name} {loss:.3f}" for name, loss in losses.items())
        typer.echo(f"{step}/{settings.steps}  {shown}", err=True)

    typer.echo(str(run(data, out, settings, progress=report)))
