"""`dfc_core bench`: the time of a match, stage by stage; `bench pictures`: pictures a second; `bench rendering`: the
time of making data; `bench engine`: of the model and matching beside the method written out; `bench store`: of many
demonstrations; `bench transfer`: how right a transfer is."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from dfc_core.errors import bad_input

if TYPE_CHECKING:
    from dfc_core.demonstrations import DemonstrationStore
    from dfc_core.frames import Frame

SHIPPED = Path(__file__).parents[1] / "data" / "demo"
app = typer.Typer(help="Seconds and memory on this machine.")


@app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    frame: Annotated[
        Path | None, typer.Option("--frame", help="Frame folder to match [default: the shipped demo frame].")
    ] = None,
    model: Annotated[str, typer.Option("--model", "-m", help="Model name or folder.")] = "default",
    store: Annotated[
        Path | None, typer.Option("--store", help="Demonstration store [default: the shipped demonstration].")
    ] = None,
    function: Annotated[str, typer.Option("--function", "-f", help="Function [default: the first with one].")] = "",
    calls: Annotated[int, typer.Option("--calls", "-n", min=1, help="How many timed matches.")] = 20,
    pixels: Annotated[int, typer.Option("--pixels", min=1, help="Size of the matching comparison.")] = 6000,
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON report.")] = Path("out/bench.json"),
) -> None:
    """Time every stage of a match on this machine, and our matching beside the full-matrix one."""
    if context.invoked_subcommand is not None:
        return
    from dfc_core.bench import bench as run_bench
    from dfc_core.cli.bench_tables import show_match
    from dfc_core.cli.progress import progress_bar
    from dfc_core.demonstrations import DemonstrationStore
    from dfc_core.model import load_model

    picture = _frame(frame)
    if store is not None and not store.is_dir():
        raise bad_input(f"there is no demonstration store {store}")
    with TemporaryDirectory() as folder:
        kept = _shipped_demonstrations(Path(folder)) if store is None else DemonstrationStore(store)
        with progress_bar("matching") as progress:
            report = run_bench(load_model(model), kept, picture, calls, out, function, pixels, progress)
    show_match(report)
    typer.echo(f"written to {out}")


@app.command()
def pictures(
    frame: Annotated[
        Path | None, typer.Option("--frame", help="Frame folder to describe [default: the shipped demo frame].")
    ] = None,
    model: Annotated[str, typer.Option("--model", "-m", help="Model name or folder.")] = "default",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1...")] = "auto",
    batches: Annotated[
        list[int] | None, typer.Option("--batch", min=1, help="Pictures at once; repeat. Default: 1, 4, 16.")
    ] = None,
    calls: Annotated[int, typer.Option("--calls", "-n", min=1, help="How many timed calls of each.")] = 10,
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON report.")] = Path("out/bench_pictures.json"),
) -> None:
    """Pictures a second that the model describes for both roles of a function, on a CPU or GPU."""
    from dfc_core.bench import bench_pictures
    from dfc_core.cli.progress import progress_bar
    from dfc_core.model import load_model
    from dfc_core.train.machines import choose_device

    chosen = load_model(model)
    chosen.network.to(choose_device(device))
    with progress_bar("batches") as progress:
        report = bench_pictures(chosen, _frame(frame), batches or (1, 4, 16), calls, out, progress)
    typer.echo(f"{report['model']} on {report['device']}, {report['frame']['width']}x{report['frame']['height']}")
    for row in report["rows"]:
        typer.echo(
            f"{row['batch']:4} at once  {1000 * row['seconds']:8.1f} ms  {row['per_second']:7.1f} pictures/s  "
            f"{row['speed_ratio']:5.2f}x"
        )
    typer.echo(f"written to {out}")


@app.command()
def rendering(
    assets: Annotated[
        list[int] | None, typer.Option("--assets", min=1, help="Tools of a data set; repeat. Default: 1, 10, 100.")
    ] = None,
    views: Annotated[int, typer.Option(min=1, help="Views of each tool.")] = 6,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON report.")] = Path("out/bench_rendering.json"),
) -> None:
    """Time the rendering and writing of data sets of several sizes."""
    from dfc_core.bench import bench_rendering
    from dfc_core.cli.bench_tables import megabytes
    from dfc_core.cli.progress import progress_bar

    with progress_bar("data sets") as progress:
        report = bench_rendering(assets or (1, 10, 100), views, workers, out, progress)
    for row in report["rows"]:
        typer.echo(
            f"{row['assets']:5} tools  {row['views']:6} views  {row['seconds']:7.1f} s  "
            f"{row['views_per_second']:6.1f} views/s  {megabytes(row['worker_bytes'])} MB a process"
        )
    typer.echo(f"written to {out}")


@app.command("store")
def store_(
    sizes: Annotated[
        list[int] | None, typer.Option("--sizes", min=1, help="Demonstrations; repeat. Default: 10, 1000, 10000.")
    ] = None,
    searches: Annotated[int, typer.Option(min=1, help="Timed searches.")] = 20,
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON report.")] = Path("out/bench_store.json"),
) -> None:
    """Time the opening and searching of stores of many demonstrations, written to a temporary folder."""
    from dfc_core.bench import bench_store
    from dfc_core.cli.bench_tables import megabytes
    from dfc_core.cli.progress import progress_bar

    with progress_bar("stores") as progress:
        report = bench_store(sizes or (10, 1000, 10_000), searches, out, progress)
    for row in report["rows"]:
        milliseconds = {
            name: f"{1000 * row[f'{name}_seconds']:.1f} ms" for name in ("first", "open", "again", "search")
        }
        typer.echo(
            f"{row['demonstrations']:6} demonstrations  first {milliseconds['first']}  open {milliseconds['open']}  "
            f"again {milliseconds['again']}  search {milliseconds['search']}  "
            f"{megabytes(row['open_bytes'])} + {megabytes(row['search_bytes'])} MB"
        )
    typer.echo(f"written to {out}")


@app.command()
def engine(
    model: Annotated[
        str, typer.Option("--model", "-m", help="Model name or folder; random-dinov2 = the paper's size, any weights.")
    ] = "random-dinov2",
    tool_pixels: Annotated[int, typer.Option(min=16, help="Tool pixels of each picture's square.")] = 15000,
    queries: Annotated[int, typer.Option(min=1, help="Pixels whose labels are transferred.")] = 2000,
    calls: Annotated[int, typer.Option("--calls", "-n", min=1, help="Timed calls of ours.")] = 5,
    plain_calls: Annotated[int, typer.Option(min=1, help="Timed calls of the plain evaluation.")] = 1,
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON report.")] = Path("out/bench_engine.json"),
) -> None:
    """Our engine beside the method written out: full size takes the plain one a minute and 7 GB."""
    from dfc_core.bench import EngineBenchConfig, bench_engine, random_dinov2
    from dfc_core.cli.bench_tables import show_engine
    from dfc_core.cli.progress import progress_bar
    from dfc_core.model import load_model

    chosen = random_dinov2() if model == "random-dinov2" else load_model(model)
    config = EngineBenchConfig(tool_pixels, queries, calls, plain_calls)
    with progress_bar("modes") as progress:
        report = bench_engine(chosen, config, out, progress)
    show_engine(report)
    typer.echo(f"written to {out}")


@app.command()
def transfer(
    scenes: Annotated[int, typer.Option("--scenes", "-n", min=1, help="How many scenes.")] = 240,
    families: Annotated[
        str,
        typer.Option(help="Tools that the scenes show: held-out (known to nobody), calibration or training."),
    ] = "held-out",
    seed: Annotated[int, typer.Option(help="Other scenes of the same kind.")] = 0,
    model: Annotated[str, typer.Option("--model", "-m", help="Model name or folder.")] = "default",
    look_again: Annotated[
        bool, typer.Option("--look-again", help="Average features over four looks at each tool.")
    ] = False,
    baselines: Annotated[bool, typer.Option(help="Measure the simpler ways too.")] = True,
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON report.")] = Path("out/bench_transfer.json"),
) -> None:
    """Contacts, function frame, confidence and grasps on scenes of known truth: ours and simpler ways on the same.

    A stopped run goes on where it was.
    """
    from dfc_core.assets.families import CALIBRATION_FAMILIES, HELD_OUT_FAMILIES, TRAINING_FAMILIES
    from dfc_core.bench import bench_transfer, transfer_ways
    from dfc_core.cli.progress import progress_bar
    from dfc_core.cli.transfer_tables import show_transfer
    from dfc_core.dataset.transfer_scenes import plan_scenes
    from dfc_core.errors import bad_input
    from dfc_core.model import load_model

    pools = {"held-out": HELD_OUT_FAMILIES, "calibration": CALIBRATION_FAMILIES, "training": TRAINING_FAMILIES}
    if families not in pools:
        raise bad_input(f"families is {families!r}; allowed: {', '.join(pools)}")
    chosen = load_model(model, look_again)
    jobs = plan_scenes(scenes, pools[families], seed)
    about = {"model": chosen.id, "families": families, "seed": seed}
    with progress_bar("scenes") as progress:
        report = bench_transfer(transfer_ways(chosen, baselines), jobs, out, about, progress)
    show_transfer(report)
    typer.echo(f"written to {out}")


def _shipped_demonstrations(folder: Path) -> DemonstrationStore:
    """The shipped demonstrations in a store of their own, since the user's is not to be written for a measurement."""
    from dfc_core.demonstrations import DemonstrationStore, import_demonstrations

    store = DemonstrationStore(folder)
    import_demonstrations(SHIPPED / "demonstrations", store)
    return store


def _frame(folder: Path | None) -> Frame:
    """The frame folder given, else a shipped one."""
    from dfc_core.frames import load_frame

    return load_frame(SHIPPED / "frames" / "bottle_1" if folder is None else folder)
