"""`dfc_core match`: one demonstration, one new tool, one answer in files."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dfc_core.cli.values import load_seeded_frame, parse_box, parse_point
from dfc_core.errors import DfcError

if TYPE_CHECKING:
    from dfc_core.demonstrations import Demonstration, DemonstrationStore
    from dfc_core.frames import Frame
    from dfc_core.transfer import GraspConfig, MatchResult

MATCHES_HEADER = "x_demo,y_demo,x_target,y_target,score"


def match(
    demo: Annotated[
        str,
        typer.Argument(
            help="Demonstration: an id in the store, a folder (./name forces it), "
            "or '' for the stored ones most like the tool."
        ),
    ],
    target: Annotated[Path, typer.Argument(help="Frame folder with the new tool.")],
    function: Annotated[str, typer.Option("--function", "-f", help="What the tool is for, such as pour-with.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for result.json and what shows it.")],
    model: Annotated[str, typer.Option("--model", "-m", help="Model name or folder.")] = "default",
    store: Annotated[Path | None, typer.Option("--store", help="Demonstration store [default: $DFC_STORE].")] = None,
    point: Annotated[str | None, typer.Option("--point", help="X,Y on the new tool, pixels.")] = None,
    box: Annotated[str | None, typer.Option("--box", help="X,Y,W,H around the new tool, pixels.")] = None,
    mask: Annotated[Path | None, typer.Option("--mask", help="Mask picture of the new tool, 255 = tool.")] = None,
    demonstrations: Annotated[
        int, typer.Option("--demonstrations", min=1, help="How many are asked where none is named.")
    ] = 3,
    look_again: Annotated[
        bool, typer.Option("--look-again", help="Average features over four looks at each tool: slower, mostly better.")
    ] = False,
    view: Annotated[str, typer.Option("--view", help="3D view as scene.glb, ply or rrd (Rerun), or none.")] = "glb",
    gripper: Annotated[Path | None, typer.Option("--gripper", help="YAML with the gripper's sizes.")] = None,
    gripper_width: Annotated[
        float | None, typer.Option("--gripper-width", help="Widest opening of the gripper, m.", show_default="0.085")
    ] = None,
    snap: Annotated[
        bool, typer.Option(help="Fit the grasp to the surface and check it; else it is only carried over.")
    ] = True,
    any_side: Annotated[
        bool, typer.Option(help="Where none like the demonstrated grasp can be taken, hold the part from any side.")
    ] = True,
) -> None:
    """Transfer a demonstration to a new tool: contact points, grasp and alignment."""
    from dfc_core.demonstrations import DemonstrationStore
    from dfc_core.files import write_json
    from dfc_core.model import load_model
    from dfc_core.transfer import ConsensusConfig, ToolMatcher, TransferConfig, error_result
    from dfc_core.view import VIEWS, check_view

    frame_id = ""
    try:
        check_view(view)
        seed_point = None if point is None else parse_point(point)
        seed_box = None if box is None else parse_box(box)
        frame = load_seeded_frame(target, mask)
        frame_id = frame.frame_id
        config = TransferConfig(
            # a frame without depth.png is answered in pixels; depth that is there but empty is a mistake
            require_depth=frame.depth_m is not None,
            grasp=_grasp_config(gripper, gripper_width, snap, any_side),
            consensus=ConsensusConfig(demonstrations),
        )
        kept = DemonstrationStore(store)
        identifier, demonstration = _find(demo, kept)  # before the model, which takes longer to load
        matcher = ToolMatcher(load_model(model, look_again), kept, config)
        result = matcher.match(
            frame, function, demonstration_id=identifier, point=seed_point, box=seed_box, demonstration=demonstration
        )
    except DfcError as error:
        for stale in ("matches.csv", "overlay.png", *(f"scene.{kind}" for kind in VIEWS)):
            with suppress(OSError):
                (out / stale).unlink()
        write_json(out / "result.json", error_result(function, error, Path(demo).name, frame_id))
        raise
    write_result(result, frame, out, view)
    typer.echo(_spoken(result))


def write_result(result: MatchResult, frame: Frame, out: Path, view: str) -> None:
    """Write `overlay.png`, `matches.csv`, the 3D `view` (of `VIEWS`) and, last, `result.json` into the folder `out`."""
    from dfc_core.files import write_json, write_png, write_text
    from dfc_core.transfer import draw_overlay
    from dfc_core.view import shapes_of, write_view

    written = result.to_dict()
    write_png(out / "overlay.png", draw_overlay(result, frame))
    rows = [",".join(f"{value:.3f}" for value in row[:4]) + f",{row[4]:.5f}" for row in result.matches]
    write_text(out / "matches.csv", "\n".join([MATCHES_HEADER, *rows]) + "\n")
    shapes = [] if view == "none" else shapes_of(written, frame, result.demonstration, result.target_mask)
    write_view(shapes, frame, out, view)
    write_json(out / "result.json", written)


def _grasp_config(gripper_file: Path | None, widest_m: float | None, snap: bool, any_side: bool) -> GraspConfig:
    from dfc_core.transfer import GraspConfig, Gripper, read_gripper

    gripper = Gripper() if gripper_file is None else read_gripper(gripper_file)
    if widest_m is not None:
        gripper = replace(gripper, maximum_opening_m=widest_m)
    return GraspConfig(snap=snap, any_side=any_side, gripper=gripper)


def _find(demo: str, store: DemonstrationStore) -> tuple[str, Demonstration | None]:
    """(id, None) for one in the store, ("", the demonstration in a folder), or ("", None) where none is named."""
    from dfc_core.demonstrations import load_demonstration

    if not demo:
        return "", None
    try:
        return store.get(demo).id, None
    except DfcError as error:
        if error.code not in ("NO_DEMONSTRATION", "BAD_INPUT") or not Path(demo).is_dir():
            raise
    return "", load_demonstration(demo)


def _spoken(result: MatchResult) -> str:
    lines = [f"{result.function}: confidence {result.confidence:.2f}, {result.correspondences} correspondences"]
    if result.turn_confidence is not None and result.turn_confidence_rad is not None:
        within = math.degrees(result.turn_confidence_rad)
        lines.append(f"turn: right within {within:.0f} degrees with confidence {result.turn_confidence:.2f}")
    if result.consulted:
        lines.append(f"by {result.demonstration_id}; of {', '.join(result.consulted)} agree {', '.join(result.agreed)}")
    for contact in result.contacts:
        place = f"pixel {contact.pixel[0]:.1f} {contact.pixel[1]:.1f}"
        if contact.point is not None:
            place += " at {:.4f} {:.4f} {:.4f} m".format(*contact.point)
        lines.append(f"{contact.role} contact: {place} (confidence {contact.confidence:.2f})")
    for grasp in result.grasps:
        position = "{:.4f} {:.4f} {:.4f}".format(*grasp.position)
        turn = "{:.4f} {:.4f} {:.4f} {:.4f}".format(*grasp.quaternion_xyzw)
        lines.append(
            f"grasp: position {position} m, quaternion xyzw {turn}, width {grasp.width:.4f} m, score {grasp.score:.2f}"
        )
    if result.grasp_note:
        lines.append(f"{'grasps' if result.grasps else 'no grasp'}: {result.grasp_note}")
    lines += [f"warning: {warning}" for warning in result.warnings]
    if result.path is not None:
        lines.append(f"trajectory: {len(result.path.times_s)} poses, keeps {result.path.keeps}")
    return "\n".join(lines)
