"""Data sets as training meets them: whole, of one format and size, with labels where there are any, and named."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dfc_core.errors import bad_input
from dfc_core.label.labelled import LabelledViews, read_labelled
from dfc_core.render.store import MANIFEST, ToolViews, load_tool_views, misplaced_files, read_manifest, tool_files


def open_data(folders: Sequence[Path | str], labels: Sequence[Path | str], size: int) -> list[ToolViews]:
    """Every tool of the data set `folders`, sorted by file, for a network that takes pictures of `size` px.

    Tools that one of the `labels` folders holds masks for are learned from those, the others from their known parts.
    `DfcError` for a folder without tools or manifest, one that is incomplete, of another format or size, or given
    twice, and for labels of none of the tools.
    """
    twice = [folder for folder, times in Counter(Path(folder).resolve() for folder in folders).items() if times > 1]
    if twice:
        raise bad_input(f"data set {twice[0]} is given twice; each is learned from once")
    tools: list[ToolViews] = []
    for folder in map(Path, folders):
        files = _checked(folder)
        labelled: dict[Path, LabelledViews] = {}
        for place in labels:
            labelled |= read_labelled(folder, place)
        found = [labelled[path] if path in labelled else load_tool_views(path) for path in files]
        for path, tool in zip(files, found, strict=True):
            if tool.rgb.shape[1:3] != (size, size):
                width, height = tool.rgb.shape[2], tool.rgb.shape[1]
                raise bad_input(f"pictures in {path} are {width} x {height} px; this network takes {size} x {size}")
        tools += found
    if labels and not any(isinstance(tool, LabelledViews) for tool in tools):
        raise bad_input(f"{', '.join(map(str, labels))} has no masks for any tool of {', '.join(map(str, folders))}")
    return tools


def _checked(folder: Path) -> list[Path]:
    """The folder's files, after a look at whether they are those of its manifest."""
    files = tool_files(folder)
    if not files and not (folder / MANIFEST).exists():
        raise bad_input(f"no rendered tools (*.safetensors) in {folder}; make some with `dfc_core render`")
    manifest = read_manifest(folder)
    if not manifest.get("complete"):
        raise bad_input(f"{folder} is not complete: rendering was stopped; run `dfc_core render` again")
    wrong = misplaced_files(folder, manifest)
    if wrong:
        raise bad_input(f"{wrong[0]}; `dfc_core dataset verify {folder}` names all that is wrong")
    return files


def data_id(folders: Sequence[Path | str], labels: Sequence[Path | str]) -> str:
    """A short text that another data set would not have: from manifests, and names and sizes of files."""
    digest = hashlib.sha256()
    for folder in map(Path, folders):
        manifest = folder / MANIFEST
        digest.update(manifest.read_bytes() if manifest.exists() else b"")
        digest.update(repr([(path.name, path.stat().st_size) for path in tool_files(folder)]).encode())
    for folder in map(Path, labels):
        masks = sorted((folder / "masks").glob("*.npz"))
        digest.update(repr([(path.name, path.stat().st_size) for path in masks]).encode())
    return digest.hexdigest()[:16]
