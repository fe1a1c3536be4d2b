"""`dfc_core render` and `dataset`: pictures of tools, and what a folder of them holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

dataset = typer.Typer(no_args_is_help=True, help="Rendered data sets.")


def render(
    out: Annotated[Path, typer.Option(help="Data set folder; a stopped run goes on.")],
    family: Annotated[
        list[str] | None, typer.Option(help="A family; repeat for more. Default: those of training.")
    ] = None,
    tools: Annotated[int, typer.Option(min=0, help="Tools of each family.")] = 100,
    views: Annotated[int, typer.Option(min=1, help="Views of each tool.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="Number of the first tool.")] = 0,
    assets: Annotated[Path | None, typer.Option(help="Folder of tools made by `dfc_core assets import`.")] = None,
    asset_views: Annotated[int, typer.Option(min=1, help="Views of each of those.")] = 30,
    viewpoints: Annotated[str, typer.Option(help="random, or orbit: fixed views all around.")] = "random",
    photos: Annotated[Path | None, typer.Option(help="Folder of pictures for surfaces and backgrounds.")] = None,
    stretch: Annotated[
        float, typer.Option(min=0, max=1, help="Share of tools made longer, flatter or wider, for training.")
    ] = 0.0,
    regrip: Annotated[
        float, typer.Option(min=0, max=1, help="Share of tools that get another tool's grip, for training.")
    ] = 0.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
) -> None:
    """Render tools, with part labels, depth and pose."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.render.dataset import RenderConfig, render_dataset

    chosen = {"families": tuple(family)} if family else {}
    config = RenderConfig(
        **chosen, tools=tools, first_seed=seed, views=views, assets=_text(assets), asset_views=asset_views,
        viewpoints=viewpoints, photos=_text(photos), stretch=stretch, regrip=regrip,
    )  # fmt: skip
    with progress_bar("tools") as progress:
        render_dataset(out, config, workers, progress)
    typer.echo(str(out))


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


@dataset.command()
def info(folder: Annotated[Path, typer.Argument(help="Data set folder.")]) -> None:
    """What a data set holds: tools, views, functions, licences, seeds, versions."""
    import json

    from dfc_core.render.dataset import describe_dataset

    typer.echo(json.dumps(describe_dataset(folder), indent=2))


@dataset.command()
def verify(folder: Annotated[Path, typer.Argument(help="Data set folder.")]) -> None:
    """Check every file against its checksum; what is missing or damaged is named, and the exit code is 2."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.render.store import verify_dataset

    with progress_bar("files") as progress:
        wrong = verify_dataset(folder, progress)
    for sentence in wrong:
        typer.echo(sentence, err=True)
    if wrong:
        raise typer.Exit(2)
    typer.echo(f"{folder}: every file is as it was written")
