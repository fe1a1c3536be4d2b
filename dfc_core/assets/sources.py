"""What a user may name as a source of meshes, told apart by its look: Objaverse ids, an index, a folder, a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dfc_core.assets.imported import ImportReport, load_annotated, load_folder, load_index, load_tool
from dfc_core.assets.objaverse import load_objaverse
from dfc_core.assets.placement import Placement
from dfc_core.assets.store import save_tool, tool_folders
from dfc_core.assets.tool import Tool
from dfc_core.errors import DfcError, bad_input

OBJAVERSE = "objaverse:"


def load_source(
    source: str,
    placement: Placement,
    report: ImportReport,
    *,
    licence: str = "",
    joints: Mapping[str, float] | None = None,
    annotations: Path | None = None,
    split: str = "all",
) -> Iterator[Tool]:
    """The tools of `source`: "objaverse:UID[,UID...]", a CSV, a folder or a mesh file.

    `licence` is for files and folders, `annotations` and their `split` (train, held_out, all) for a CSV, `joints` for
    URDFs; what cannot be read goes to `report`. Raises `DfcError` when the source itself is not there or an option does
    not suit it.
    """
    path = Path(source)
    is_index = path.suffix.lower() == ".csv"
    if annotations is not None and not is_index:
        raise bad_input(f"annotations go with an index (CSV), not with {source}")
    if split != "all" and annotations is None:
        raise bad_input(f"only annotations tell which meshes are held out: split {split} needs them")
    if joints and (is_index or source.startswith(OBJAVERSE)):
        raise bad_input(f"joints go with URDFs, not with {source}")
    if source.startswith(OBJAVERSE):
        uids = source.removeprefix(OBJAVERSE).split(",")
        yield from load_objaverse(uids, placement=None if placement == Placement() else placement, report=report)
    elif is_index and annotations is not None:
        if placement != Placement():
            raise bad_input("annotated meshes stand as their annotation says: no up, scale, unit or longest side")
        yield from load_annotated(path, annotations, split, report)
    elif is_index:
        yield from load_index(path, placement=placement, report=report)
    elif path.is_dir():
        yield from load_folder(path, placement=placement, licence=licence, joints=joints, report=report)
    else:
        yield load_tool(path, placement=placement, licence=licence, joints=joints, report=report)


def save_tools(tools: Iterable[Tool], folder: Path, report: ImportReport, alone: bool = False) -> int:
    """Save each tool in `folder`; how many. One that cannot be saved under its name goes to `report`.

    `alone`: the folder is to hold no others. `DfcError` before anything is written where it does: ones that are held
    out since, or called otherwise, would be rendered with these.
    """
    standing = {str(path.relative_to(folder)) for path in tool_folders(folder)} if alone and folder.is_dir() else set()
    if standing:
        tools = list(tools)
        others = sorted(standing - {str(Path(tool.name)) for tool in tools})
        if others:
            named = ", ".join(others[:10]) + (f" and {len(others) - 10} more" if len(others) > 10 else "")
            raise bad_input(f"{folder} holds tools that this import has not: {named}; choose an empty folder")
    count = 0
    for tool in tools:
        try:
            save_tool(tool, folder)
            count += 1
        except DfcError as error:
            report.skipped.append((tool.source, error.message))
    return count
