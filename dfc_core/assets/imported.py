"""Meshes from files as tools: one file, the files of a folder, or the rows of an index.

A `Tool` has z up and metres; how a file's axes and numbers become that is said by `Placement`, how its look is kept by
`paint`. Faces are welded, freed of what has no area, and turned to look outwards. Imported meshes need not be
watertight. A collection is read as far as it goes: what is broken is left out and reported, never fatal.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from dfc_core.assets.annotations import Annotation, annotate, load_annotations
from dfc_core.assets.mesh_files import SUFFIXES, missing_paint, read_pieces
from dfc_core.assets.paint import paint_of
from dfc_core.assets.placement import Placement, size_warning
from dfc_core.assets.rest import rests
from dfc_core.assets.soup import turned_in, weld
from dfc_core.assets.tool import Tool
from dfc_core.assets.urdf import meshes_of
from dfc_core.errors import DfcError, bad_input

LISTED_SUFFIXES = (*SUFFIXES, ".xacro")  # the last to be refused with a reason
SPLITS = ("train", "held_out", "all")


@dataclass
class ImportReport:
    """What a user should know of an import: (mesh, sentence) of what was left out, and of what looks odd."""

    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def load_tool(
    path: Path | str,
    *,
    placement: Placement | None = None,
    name: str | None = None,
    family: str | None = None,
    annotation: Annotation | None = None,
    licence: str = "",
    source: str = "",
    joints: Mapping[str, float] | None = None,
    report: ImportReport | None = None,
) -> Tool:
    """The mesh in a file as a `Tool` in metres with z up, labelled when an `annotation` is given.

    `name` defaults to the file's stem, `family` to the name; `joints` (rad or m) move a URDF. Without annotation every
    face is unlabelled (-1), nothing is afforded, and the tool rests upright if it would stand, else as it falls. An
    implausible size and lost paint are noted in `report`. Raises `DfcError` (BAD_INPUT) naming the file when it is
    missing, of an unknown kind, broken or empty.
    """
    path, name = Path(path), name or Path(path).stem
    pieces = read_pieces(path, joints)
    corners = np.concatenate([piece.vertices[piece.faces] for piece in pieces])
    corners = (placement or Placement()).place(corners, path)
    face_colors, texture = paint_of(pieces)
    vertices, faces, kept = weld(corners)
    if len(faces) == 0:
        raise bad_input(f"{path}: no triangle with an area is left; the mesh is empty")
    turned = turned_in(vertices, faces)
    faces[turned] = faces[turned, ::-1]
    if texture is not None:
        uv = texture.uv[kept]
        uv[turned] = uv[turned, ::-1]
        texture = replace(texture, uv=uv)
    tool = Tool(
        name=name,
        family=family or name,
        vertices=vertices,
        faces=faces,
        face_parts=np.full(len(faces), -1, np.int16),
        part_names=(),
        affordances=(),
        rest_rotations=rests(vertices) if annotation is None else (np.eye(3),),
        face_colors=None if face_colors is None else face_colors[kept],
        texture=texture,
        licence=licence,
        source=source or path.name,
    )
    if report is not None:
        _note(report, path, tool)
    return tool if annotation is None else annotate(tool, annotation)


def _note(report: ImportReport, path: Path, tool: Tool) -> None:
    size = size_warning(float(np.ptp(tool.vertices, axis=0).max()))
    paint = [f"{name} is not there, so its paint is lost" for name in missing_paint(path)]
    report.notes.extend((str(path), sentence) for sentence in (*([size] if size else []), *paint))


def load_folder(
    folder: Path | str,
    *,
    placement: Placement | None = None,
    licence: str = "",
    joints: Mapping[str, float] | None = None,
    report: ImportReport | None = None,
) -> Iterator[Tool]:
    """The mesh files in a folder and its subfolders, by name; each tool's name is its path without the ending.

    Meshes that a URDF of the folder is made of come only with it; `joints` move the URDFs that have them.
    """
    folder, report = Path(folder), report or ImportReport()
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in LISTED_SUFFIXES and path.is_file())
    links = {mesh for path in files if path.suffix.lower() == ".urdf" for mesh in meshes_of(path)}
    files = [path for path in files if path.resolve() not in links]
    stems = [path.with_suffix("") for path in files]
    for path, stem in zip(files, stems, strict=True):
        inside = path.relative_to(folder)
        alone = stems.count(stem) == 1
        name = str(inside.with_suffix("") if alone else inside.with_name(path.name.replace(".", "_")))
        moved = joints if path.suffix.lower() == ".urdf" else None
        try:
            yield load_tool(
                path, placement=placement, name=name, family=path.stem, licence=licence, source=str(inside),
                joints=moved, report=report,
            )  # fmt: skip
        except DfcError as error:
            report.skipped.append((str(inside), error.message))


def load_index(
    index_csv: Path | str,
    *,
    placement: Placement | None = None,
    report: ImportReport | None = None,
) -> Iterator[Tool]:
    """The meshes an index lists, one after the other and without annotation.

    The index is a CSV with the column path (relative to the CSV) and, as far as it has them, object and category (the
    tool's name and family), scale_to_m, up (where the file's own axes stand wrong), licence, repo and commit (kept as
    the source). A missing or malformed index itself raises `DfcError`.
    """
    rows = _load_rows(Path(index_csv), report or ImportReport(), None, {}, placement or Placement())
    yield from (tool for _, tool in rows)


def load_annotated(
    index_csv: Path | str, annotation_yaml: Path | str, split: str = "all", report: ImportReport | None = None
) -> list[Tool]:
    """Those meshes of an index which the annotation file labels, labelled; `split` is "train", "held_out" or "all".

    Meshes that the annotation names and the index lacks, or that cannot be read, go with the reason to `report`:
    a part of the collection is as usable as the whole.
    """
    if split not in SPLITS:
        raise bad_input(f"split {split!r} is not one of {', '.join(SPLITS)}")
    annotations = {
        path: annotation
        for path, annotation in load_annotations(annotation_yaml).items()
        if split == "all" or annotation.held_out == (split == "held_out")
    }
    report = report or ImportReport()
    loaded = list(_load_rows(Path(index_csv), report, set(annotations), annotations, Placement()))
    answered = {path for path, _ in loaded} | {path for path, _ in report.skipped}
    report.skipped.extend((path, "not in the index") for path in annotations if path not in answered)
    return [tool for _, tool in loaded]


def read_index(index_csv: Path | str) -> list[dict[str, str]]:
    """Rows of an index as dictionaries; `DfcError` when it is missing or has no column path."""
    index_csv = Path(index_csv)
    try:
        with index_csv.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise bad_input(f"cannot read the mesh index {index_csv}: {error}") from error
    if not rows or "path" not in rows[0]:
        raise bad_input(f"{index_csv}: no rows with a column path")
    return rows


def _load_rows(
    index_csv: Path,
    report: ImportReport,
    paths: set[str] | None,
    annotations: Mapping[str, Annotation],
    placement: Placement,
) -> Iterator[tuple[str, Tool]]:
    taken: set[str] = set()
    for row in read_index(index_csv):
        path = row["path"] or ""
        if paths is not None and path not in paths:
            continue
        try:
            tool = _load_row(index_csv.parent, row, annotations.get(path), placement, report)
            if tool.name in taken:
                raise bad_input(f"{path}: another row is called {tool.name}; set its column object")
        except DfcError as error:
            report.skipped.append((path, error.message))
        else:
            taken.add(tool.name)
            yield path, tool


def _load_row(
    folder: Path, row: Mapping[str, str], annotation: Annotation | None, placement: Placement, report: ImportReport
) -> Tool:
    path = Path(row["path"] or "")
    name = row.get("object") or path.stem
    group = path.parts[0] if len(path.parts) > 1 and not path.is_absolute() and path.parts[0] != ".." else ""
    if placement.longest_m is None:
        placement = replace(placement, scale=(placement.scale or 1.0) * _scale(row))
    commit = f"@{row['commit']}" if row.get("commit") else ""
    return load_tool(
        folder / path,
        placement=replace(placement, up=row.get("up") or placement.up),
        name=f"{group}/{name}" if group else name,
        family=row.get("category") or name,
        annotation=annotation,
        licence=row.get("licence") or "",
        source=f"{row['path']} ({row['repo']}{commit})" if row.get("repo") else row["path"],
        report=report,
    )


def _scale(row: Mapping[str, str]) -> float:
    try:
        return float(row.get("scale_to_m") or 1.0)
    except ValueError:
        raise bad_input(f"{row['path']}: scale_to_m {row['scale_to_m']!r} is not a number") from None
