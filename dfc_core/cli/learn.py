"""`dfc_core render`, `benchmark`, `train`, `evaluate`, `models`: the offline pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

benchmark = typer.Typer(no_args_is_help=True, help="Pairs of pictures with true partner pixels.")
dataset = typer.Typer(no_args_is_help=True, help="Rendered data sets.")
models = typer.Typer(no_args_is_help=True, help="Models that are here.")


def render(
    out: Annotated[Path, typer.Option(help="Data set folder; a stopped run goes on.")],
    family: Annotated[
        list[str] | None, typer.Option(help="A family; repeat for more. Default: all but those held out.")
    ] = None,
    tools: Annotated[int, typer.Option(min=0, help="Tools of each family.")] = 100,
    views: Annotated[int, typer.Option(min=1, help="Views of each tool.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="Number of the first tool.")] = 0,
    assets: Annotated[Path | None, typer.Option(help="Folder of tools made by `dfc_core assets import`.")] = None,
    asset_views: Annotated[int, typer.Option(min=1, help="Views of each of those.")] = 30,
    viewpoints: Annotated[str, typer.Option(help="random, or orbit: fixed views all around.")] = "random",
    photos: Annotated[Path | None, typer.Option(help="Folder of pictures for surfaces and backgrounds.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
) -> None:
    """Render tools, with part labels, depth and pose."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.render.dataset import RenderConfig, render_dataset

    chosen = {"families": tuple(family)} if family else {}
    config = RenderConfig(
        **chosen, tools=tools, first_seed=seed, views=views, assets=_text(assets), asset_views=asset_views,
        viewpoints=viewpoints, photos=_text(photos),
    )  # fmt: skip
    with progress_bar("tools") as progress:
        render_dataset(out, config, workers, progress)
    typer.echo(str(out))


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


@benchmark.command("build")
def build(
    out: Annotated[Path, typer.Option(help="Benchmark folder.")],
    pairs: Annotated[int, typer.Option(min=1, help="Pairs of each function.")] = 40,
    function: Annotated[
        list[str] | None, typer.Option("--function", "-f", help="A function; repeat for more. Default: all 24.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
) -> None:
    """Render pairs of tools that training never saw, with exact truth; the defaults give parametric-v1."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.dataset.benchmark import benchmark_checksum, build_benchmark
    from dfc_core.dataset.benchmark_plan import BenchmarkConfig
    from dfc_core.functions import FUNCTIONS, known_function

    functions = tuple(known_function(name, FUNCTIONS) for name in function or FUNCTIONS)
    with progress_bar("pairs") as progress:
        missed = build_benchmark(out, BenchmarkConfig(functions=functions, pairs=pairs, seed=seed), workers, progress)
    for plan in missed:
        typer.echo(f"left out: {plan.function}, {', '.join(plan.splits)}: no two tools showed it", err=True)
    typer.echo(f"{out}\tsha256 {benchmark_checksum(out)}")


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


@models.command("list")
def list_() -> None:
    """Names of the models that came with the package."""
    from dfc_core.model import list_models

    for name in list_models():
        typer.echo(name)


@models.command()
def show(name: Annotated[str, typer.Argument(help="Name or folder.")] = "default") -> None:
    """A model's config: what it is made of, what it was trained on, its licence."""
    import json

    from dfc_core.model.store import model_folder, read_config

    typer.echo(json.dumps(read_config(model_folder(name)), indent=2))
