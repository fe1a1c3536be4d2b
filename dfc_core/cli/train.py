"""`dfc_core train`: from data sets to a model folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dfc_core.cli.values import given


def train(
    out: Annotated[Path, typer.Option(help="Model folder; a stopped run goes on.")],
    data: Annotated[
        list[Path] | None,
        typer.Argument(help="Data set folders made by `dfc_core render`; without any, tools are made on the way."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="YAML with training settings; without it, those of the default model.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps, instead of the config's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of weights and batches, instead of the config's.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Model (name or folder) to go on from, such as default.")
    ] = None,
    labels: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of `dfc_core label`: tools with masks there are learned from these; repeatable."),
    ] = None,
    endless: Annotated[
        bool, typer.Option("--endless", help="Make and render ever new tools while training, beside those of DATA.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="Processes that draw batches ahead. Default: one less than there are cores."),
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1... Default: auto.")] = None,
) -> None:
    """Train a model on rendered tools, or on tools that are made on the way.

    Every ten steps the losses are shown, each with what it would be by chance. For several GPUs or machines, start the
    same command with `accelerate launch -m dfc_core train ...` (extra `train`).
    """
    from dfc_core.dataset.endless import EndlessConfig
    from dfc_core.train.config import read_train_config
    from dfc_core.train.train import train as run

    settings = read_train_config(config, given(steps=steps, seed=seed, start=start, workers=workers, device=device))
    if settings.endless is None and (endless or not data):
        settings = replace(settings, endless=EndlessConfig())

    def report(step: int, losses: dict[str, float], chance: dict[str, float]) -> None:
        shown = "  ".join(f"{name} {loss:.3f} (chance {chance[name]:.3f})" for name, loss in losses.items())
        typer.echo(f"{step}/{settings.steps}  {shown}", err=True)

    typer.echo(str(run(data or [], out, settings, progress=report, labels=labels or [])))
