"""`dfc_core benchmark`: pairs of pictures with true partner pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Pairs of pictures with true partner pixels.")


@app.command("build")
def build(
    out: Annotated[Path, typer.Option(help="Benchmark folder.")],
    pairs: Annotated[int, typer.Option(min=1, help="Pairs of each function.")] = 40,
    function: Annotated[
        list[str] | None, typer.Option("--function", "-f", help="A function; repeat for more. Default: all 24.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another number gives other pairs of the same kind.")] = 0,
    assets: Annotated[
        Path | None, typer.Option(help="Folder of imported, annotated tools: each pair has one of them.")
    ] = None,
    name: Annotated[str, typer.Option(help="The benchmark's name.")] = "parametric-v1",
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
) -> None:
    """Render pairs of tools that training never saw, with exact truth; the defaults give parametric-v1."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.dataset.benchmark import benchmark_checksum, build_benchmark
    from dfc_core.dataset.benchmark_plan import BenchmarkConfig
    from dfc_core.functions import FUNCTIONS, known_function

    functions = tuple(known_function(name, FUNCTIONS, "known") for name in function or FUNCTIONS)
    with progress_bar("pairs") as progress:
        missed = build_benchmark(
            out,
            BenchmarkConfig(name, functions, pairs, seed=seed, assets=None if assets is None else str(assets)),
            workers,
            progress,
        )
    for plan in missed:
        typer.echo(f"left out: {plan.function}, {', '.join(plan.splits)}: no two tools showed it", err=True)
    typer.echo(f"{out}\tsha256 {benchmark_checksum(out)}")


@app.command()
def info(folder: Annotated[Path, typer.Argument(help="Benchmark folder.")]) -> None:
    """How many pairs there are of each function and split (JSON)."""
    import json

    from dfc_core.dataset.benchmark_format import read_benchmark
    from dfc_core.dataset.benchmark_info import describe_benchmark

    typer.echo(json.dumps(describe_benchmark(read_benchmark(folder)), indent=2))


@app.command()
def verify(folder: Annotated[Path, typer.Argument(help="Benchmark folder.")]) -> None:
    """Check that a folder is, to the byte, the benchmark of its name; exit code 2 where it is not."""
    from dfc_core.dataset.benchmark_info import verify_benchmark

    typer.echo(f"{folder}\tsha256 {verify_benchmark(folder)}\tas published")


@app.command("sheet")
def draw(
    folder: Annotated[Path, typer.Argument(help="Benchmark folder.")],
    out: Annotated[Path, typer.Argument(help="PNG to write.")],
    each: Annotated[int, typer.Option(min=1, help="Pairs of each function.")] = 1,
    columns: Annotated[int, typer.Option(min=1, help="Pairs in a row.")] = 4,
) -> None:
    """Draw pairs of every function with their true matches, to be looked at."""
    from dfc_core.dataset.benchmark_format import read_benchmark
    from dfc_core.evaluate.panel import draw_sheet
    from dfc_core.files import write_png

    write_png(out, draw_sheet(read_benchmark(folder), each, columns))
    typer.echo(str(out))
