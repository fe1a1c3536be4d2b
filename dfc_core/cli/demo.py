"""`dfc_core demo`: the demonstration store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dfc_core.cli.values import load_seeded_frame, parse_box, parse_point, read_or_keep_function

if TYPE_CHECKING:
    from dfc_core.frames import Frame

app = typer.Typer(help="Add, list, show, remove and import demonstrations.", no_args_is_help=True)
Store = Annotated[
    Path | None,
    typer.Option("--store", help="Store folder [default: $DFC_STORE or ~/.local/share/dfc/demonstrations]."),
]


@app.command()
def add(
    frame: Annotated[
        Path, typer.Argument(help="Frame folder: rgb.png, camera.json, and depth.png and mask.png if any.")
    ],
    function: Annotated[str, typer.Option("--function", "-f", help="What the tool is for, such as pour-with.")],
    tool: Annotated[str | None, typer.Option("--tool", help="What the tool is [default: the folder's name].")] = None,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="Mask picture, 255 = tool; without it we segment.")
    ] = None,
    contact: Annotated[
        list[str] | None, typer.Option("--contact", help="X,Y where the tool acts, pixels; may be repeated.")
    ] = None,
    grasp_contact: Annotated[
        list[str] | None, typer.Option("--grasp-contact", help="X,Y where a hand holds it; repeatable.")
    ] = None,
    grasp: Annotated[
        Path | None, typer.Option("--grasp", help="YAML: position, quaternion_xyzw, width; metres.")
    ] = None,
    trajectory: Annotated[
        Path | None,
        typer.Option("--trajectory", help="Path of the tool: CSV t,x,y,z,qx,qy,qz,qw or YAML; camera's frame, s, m."),
    ] = None,
    point: Annotated[str | None, typer.Option("--point", help="X,Y on the tool [default: the first contact].")] = None,
    box: Annotated[str | None, typer.Option("--box", help="X,Y,W,H around the tool, pixels.")] = None,
    store: Store = None,
) -> None:
    """Store a demonstration and print its id."""
    from dfc_core.demonstrations import (
        Contact,
        Demonstration,
        DemonstrationStore,
        check_on_tool,
        load_grasp,
        load_trajectory,
    )

    name = read_or_keep_function(function)
    contacts = [Contact(parse_point(text, "--contact"), "function") for text in contact or []]
    contacts += [Contact(parse_point(text, "--grasp-contact"), "grasp") for text in grasp_contact or []]
    pose = None if grasp is None else load_grasp(grasp)
    path = None if trajectory is None else load_trajectory(trajectory)
    picture = load_seeded_frame(frame, mask)
    first = contacts[0].pixel if contacts and not box and picture.mask is None else None
    seed = parse_point(point) if point else first
    picture = _with_tool_mask(picture, seed, parse_box(box) if box else None)
    demonstration = Demonstration("", name, tool or picture.name, picture, tuple(contacts), pose, trajectory=path)
    check_on_tool(demonstration)
    typer.echo(DemonstrationStore(store).add(demonstration))


@app.command("list")
def list_(
    function: Annotated[str | None, typer.Option("--function", "-f", help="Only those of this function.")] = None,
    store: Store = None,
) -> None:
    """List demonstrations, oldest first; a broken description is named with what is wrong, a picture by `demo show`."""
    from dfc_core.demonstrations import DemonstrationStore

    name = None if function is None else read_or_keep_function(function)
    for summary in DemonstrationStore(store).list(name):
        if summary.error is not None:
            typer.echo(f"{summary.id}\tBROKEN: {summary.error}")
            continue
        held = (", grasp" if summary.has_grasp else "") + (", trajectory" if summary.has_trajectory else "")
        line = f"{summary.id}\t{summary.function}\t{summary.tool}\t{summary.contacts} contacts{held}\t{summary.created}"
        typer.echo(line)


@app.command()
def show(
    identifier: Annotated[str, typer.Argument(metavar="ID")],
    store: Store = None,
) -> None:
    """Print one demonstration."""
    from dfc_core.demonstrations import DemonstrationStore

    opened = DemonstrationStore(store)
    demonstration = opened.get(identifier)
    frame = demonstration.frame
    width, height = frame.size
    assert frame.mask is not None
    typer.echo(f"id: {demonstration.id}\nfunction: {demonstration.function}\ntool: {demonstration.tool}")
    typer.echo(f"created: {demonstration.created}\nfolder: {opened.path / identifier}")
    depth = "with depth" if frame.depth_m is not None else "without depth"
    typer.echo(f"picture: {width}x{height} {depth}, {int(frame.mask.sum())} px of tool, frame {frame.frame_id}")
    for contact in demonstration.contacts:
        typer.echo(f"contact: {contact.pixel[0]:g},{contact.pixel[1]:g} ({contact.role})")
    if demonstration.grasp is not None:
        grasp = demonstration.grasp
        position = " ".join(f"{value:.4f}" for value in grasp.position)
        turn = " ".join(f"{value:.4f}" for value in grasp.quaternion_xyzw)
        typer.echo(f"grasp: position {position} m, quaternion xyzw {turn}, width {grasp.width:.4f} m")
    if demonstration.trajectory is not None:
        times = demonstration.trajectory.times_s
        typer.echo(f"trajectory: {len(times)} poses over {times[-1] - times[0]:.2f} s")


@app.command()
def remove(
    identifier: Annotated[str, typer.Argument(metavar="ID")],
    store: Store = None,
) -> None:
    """Delete one demonstration and what was cached for it."""
    from dfc_core.demonstrations import DemonstrationStore

    DemonstrationStore(store).remove(identifier)


@app.command()
def describe(
    function: Annotated[str | None, typer.Option("--function", "-f", help="Only those of this function.")] = None,
    model: Annotated[str, typer.Option("--model", "-m", help="Model name or folder.")] = "default",
    store: Store = None,
) -> None:
    """Compute what finds the demonstrations most like a tool, so that no match has to: after adding very many."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.demonstrations import DemonstrationStore
    from dfc_core.model import load_model
    from dfc_core.transfer import describe_stored

    opened = DemonstrationStore(store)
    names = opened.functions() if function is None else [read_or_keep_function(function)]
    loaded = load_model(model)
    with progress_bar("functions") as progress:
        counts = {}
        for done, name in enumerate(names, 1):
            counts[name] = describe_stored(loaded, opened, name)
            progress(done, len(names))
    for name, count in counts.items():
        typer.echo(f"{name}\t{count} described")


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="A demonstration folder, or a folder of them.")],
    store: Store = None,
) -> None:
    """Copy demonstrations into the store and print their ids."""
    from dfc_core.demonstrations import DemonstrationStore, import_demonstrations

    for identifier in import_demonstrations(folder, DemonstrationStore(store)):
        typer.echo(identifier)


def _with_tool_mask(
    frame: Frame, point: tuple[float, float] | None, box: tuple[float, float, float, float] | None
) -> Frame:
    """The frame with its own mask, else with a segmented one."""
    from dfc_core.frames import segment

    found = segment(frame, point=point, box=box)
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    return frame.with_mask(found.mask)
