"""`dfc_core assets`: parametric tools and meshes from files, as tool folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Tools: made from parameters, or imported from meshes.")


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder that gets one folder per tool.")],
    family: Annotated[list[str] | None, typer.Option(help="A family; repeat for more. Default: all.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Tools of each family.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Number of the first tool.")] = 0,
) -> None:
    """Make parametric tools: mesh.ply in metres, tool.json with parts, function frames and symmetry."""
    from dfc_core.assets.families import FAMILIES, make_tool
    from dfc_core.assets.store import save_tool
    from dfc_core.cli.progress import progress_bar

    names = [(name, seed + n) for name in family or FAMILIES for n in range(count)]
    with progress_bar("tools") as progress:
        for done, (name, number) in enumerate(names, start=1):
            save_tool(make_tool(name, number), out)
            progress(done, len(names))
    typer.echo(f"{len(names)} tools in {out}")


@app.command("import")
def import_(
    source: Annotated[
        Path,
        typer.Argument(
            help="A mesh (GLB, OBJ, PLY, STL) or an index: CSV with path, object, category, scale_to_m, licence."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder that gets one folder per tool.")],
    scale: Annotated[float, typer.Option(help="Metres per unit of a single mesh.")] = 1.0,
    annotations: Annotated[
        Path | None, typer.Option(help="YAML that names parts and affordances of an index's meshes.")
    ] = None,
) -> None:
    """Import meshes; broken ones are listed and skipped."""
    from dfc_core.assets.imported import load_annotated, load_index, load_tool
    from dfc_core.assets.store import save_tool

    skipped: list[tuple[str, str]] = []
    if source.suffix.lower() != ".csv":
        tools = iter([load_tool(source, scale=scale)])
    elif annotations is not None:
        tools = iter(load_annotated(source, annotations, "all", skipped))
    else:
        tools = iter(load_index(source, skipped))
    count = len([save_tool(tool, out) for tool in tools])
    for path, reason in skipped:
        typer.echo(f"skipped {path}: {reason}", err=True)
    typer.echo(f"{count} tools in {out}")


@app.command("list")
def list_(
    folder: Annotated[Path | None, typer.Argument(help="A folder of tools; without it, the families.")] = None,
) -> None:
    """List the families there are, or the tools of a folder, with what they afford."""
    from dfc_core.assets.families import FAMILIES, make_tool
    from dfc_core.assets.store import load_tool_folder

    if folder is None:
        tools = [(family, make_tool(family, 0)) for family in FAMILIES]
    else:
        tools = [(path.parent.name, load_tool_folder(path.parent)) for path in sorted(folder.glob("*/tool.json"))]
    for name, tool in tools:
        typer.echo(f"{name}\t{', '.join(a.function for a in tool.affordances)}\t{', '.join(tool.part_names)}")


@app.command("sheet")
def sheet_(
    out: Annotated[Path, typer.Argument(help="PNG to write.")],
    family: Annotated[list[str] | None, typer.Option(help="A family; repeat for more. Default: all.")] = None,
    tools: Annotated[Path | None, typer.Option(help="Show this folder of tools instead.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Tools of each family.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Number of the first tool.")] = 0,
    function: Annotated[
        str | None, typer.Option(help="Show the part that serves it in red, the held one in blue, and the frame.")
    ] = None,
    size: Annotated[int, typer.Option(min=32, help="Pixels of each picture.")] = 160,
    columns: Annotated[int, typer.Option(min=1, help="Pictures in a row.")] = 12,
) -> None:
    """Draw many tools in one picture."""
    from PIL import Image

    from dfc_core.assets.families import FAMILIES, families_for, make_tool
    from dfc_core.assets.store import load_tool_folder
    from dfc_core.errors import bad_input
    from dfc_core.files import write_atomic
    from dfc_core.functions import canonical_function
    from dfc_core.render.sheet import sheet, show_tool

    wanted = None if function is None else canonical_function(function)
    if tools is not None:
        shown = [load_tool_folder(path.parent) for path in sorted(tools.glob("*/tool.json"))]
    else:
        names = family or (families_for(wanted) if wanted else FAMILIES)
        shown = [make_tool(name, seed + n) for name in names for n in range(count)]
    chosen = [tool for tool in shown if wanted is None or any(a.function == wanted for a in tool.affordances)]
    if not chosen:
        raise bad_input(f"no tool here affords {function!r}" if function else f"{tools} holds no tools")
    pictures = [show_tool(tool, size=size, function=wanted, seed=n) for n, tool in enumerate(chosen)]
    picture = Image.fromarray(sheet(pictures, [tool.name for tool in chosen], columns))
    write_atomic(out, lambda file: picture.save(file, format="PNG"))
    typer.echo(f"{len(chosen)} tools in {out}")
