"""`dfc_core assets`: parametric tools and meshes from files, as tool folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dfc_core.errors import bad_input

app = typer.Typer(no_args_is_help=True, help="Tools: made from parameters, or imported from meshes.")


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder that gets one folder per tool.")],
    family: Annotated[list[str] | None, typer.Option(help="A family; repeat for more. Default: all.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Tools of each family.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Number of the first tool.")] = 0,
) -> None:
    """Make parametric tools: mesh.ply in metres, tool.json with parts, function frames and symmetry."""
    from dfc_core.assets.families import FAMILIES, check_families, make_tool
    from dfc_core.assets.store import save_tool
    from dfc_core.cli.progress import progress_bar

    check_families(family or ())
    names = [(name, seed + n) for name in family or FAMILIES for n in range(count)]
    with progress_bar("tools") as progress:
        for done, (name, number) in enumerate(names, start=1):
            save_tool(make_tool(name, number), out)
            progress(done, len(names))
    typer.echo(f"{len(names)} tools in {out}")


@app.command("import")
def import_(
    source: Annotated[
        str,
        typer.Argument(
            help="A mesh (GLB, glTF, OBJ, PLY, STL, URDF), a folder of them, an index (CSV with path and, if it has"
            " them, object, category, scale_to_m, up, licence, repo, commit), or objaverse:UID[,UID...]."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder that gets one folder per tool.")],
    up: Annotated[
        str | None,
        typer.Option(help="Axis that points up in the file: x, y, z, -x, -y, -z. Default: y for glTF and OBJ, else z."),
    ] = None,
    scale: Annotated[float | None, typer.Option(help="Factor on the file's lengths.")] = None,
    unit: Annotated[str | None, typer.Option(help="The file's unit: mm, cm, m or inch. Default: m.")] = None,
    longest: Annotated[
        float | None,
        typer.Option(help="Make the longest side this many metres instead; Objaverse, which has no unit: 0.25."),
    ] = None,
    joint: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of a URDF's joint, rad or m; repeat for more. Default: 0.")
    ] = None,
    licence: Annotated[str, typer.Option(help="Licence of a mesh or a folder; an index has its own.")] = "",
    annotations: Annotated[
        Path | None, typer.Option(help="YAML that names parts and affordances of an index's meshes.")
    ] = None,
    split: Annotated[str, typer.Option(help="Which annotated meshes: train, held_out or all.")] = "all",
) -> None:
    """Import meshes, with their colours and textures; broken ones are listed and skipped.

    Ends with 2 when nothing could be imported, or, with annotations, when OUT holds tools that are not among them.
    """
    from dfc_core.assets.imported import ImportReport
    from dfc_core.assets.placement import Placement
    from dfc_core.assets.sources import load_source, save_tools

    placement, report = Placement(up, scale, unit, longest), ImportReport()
    moved = joint_values(joint or [])
    tools = load_source(source, placement, report, licence=licence, joints=moved, annotations=annotations, split=split)
    count = save_tools(tools, out, report, alone=annotations is not None)
    for kind, lines in (("note", report.notes), ("skipped", report.skipped)):
        for name, reason in lines:
            typer.echo(f"{kind} {name}: {reason}", err=True)
    if count == 0:
        raise bad_input(f"nothing in {source} could be imported; {len(report.skipped)} skipped")
    typer.echo(f"{count} tools in {out}, {len(report.skipped)} skipped, {len(report.notes)} notes")


def joint_values(joints: list[str]) -> dict[str, float]:
    """`NAME=VALUE` each -> values by name; `DfcError` on anything else."""
    try:
        return {name: float(value) for name, _, value in (joint.rpartition("=") for joint in joints)}
    except ValueError:
        raise bad_input(f"joints are NAME=VALUE with a number, not {', '.join(joints)}") from None


@app.command("list")
def list_(
    folder: Annotated[Path | None, typer.Argument(help="A folder of tools; without it, the families.")] = None,
) -> None:
    """List the families there are, or the tools of a folder, with what they afford."""
    from dfc_core.assets.families import FAMILIES, make_tool
    from dfc_core.assets.store import load_tool_folder, tool_folders

    if folder is None:
        tools = [(family, make_tool(family, 0)) for family in FAMILIES]
    else:
        tools = [(str(path.relative_to(folder)), load_tool_folder(path)) for path in tool_folders(folder)]
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
    from dfc_core.assets.families import FAMILIES, families_for, make_tool
    from dfc_core.assets.store import load_tool_folder, tool_folders
    from dfc_core.files import write_png
    from dfc_core.functions import canonical_function
    from dfc_core.render.sheet import sheet, show_tool

    wanted = None if function is None else canonical_function(function)
    if tools is not None:
        shown = [load_tool_folder(path) for path in tool_folders(tools)]
    else:
        names = family or (families_for(wanted) if wanted else FAMILIES)
        shown = [make_tool(name, seed + n) for name in names for n in range(count)]
    chosen = [tool for tool in shown if wanted is None or any(a.function == wanted for a in tool.affordances)]
    if not chosen:
        raise bad_input(f"no tool here affords {function!r}" if function else f"{tools} holds no tools")
    pictures = [show_tool(tool, size=size, function=wanted, seed=n) for n, tool in enumerate(chosen)]
    write_png(out, sheet(pictures, [tool.name for tool in chosen], columns))
    typer.echo(f"{len(chosen)} tools in {out}")
