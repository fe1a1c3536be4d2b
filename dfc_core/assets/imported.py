"""Meshes from files as tools: GLB/glTF, OBJ, PLY and STL through trimesh.

Frame: a `Tool` has z up. glTF is y up by its specification and OBJ by the custom of its exporters: both are turned
(x, y, z) -> (x, -z, y). PLY and STL come from scanners and CAD, z up, and are taken as they are. `up` overrules either.
Lengths become metres by `scale`.
Look: a single look of one colour per face, or one image; several images are put into one atlas.
Imported meshes need not be watertight.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray

from dfc_core.assets.annotations import Annotation, annotate, load_annotations
from dfc_core.assets.soup import weld
from dfc_core.assets.tool import Texture, Tool
from dfc_core.errors import DfcError, bad_input

SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl")
Y_UP_SUFFIXES = (".glb", ".gltf", ".obj")
Y_UP_TO_Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
INDEX_COLUMNS = ("path", "object", "category", "scale_to_m", "licence")
SPLITS = ("train", "held_out", "all")
DEFAULT_COLOR = (160, 160, 160)
ATLAS_CELL_PX = 8  # side of an untextured piece's patch in an atlas; large enough that its centre never bleeds


def load_tool(
    path: Path | str,
    *,
    scale: float = 1.0,
    up: str | None = None,
    name: str | None = None,
    family: str | None = None,
    annotation: Annotation | None = None,
    licence: str = "",
    source: str = "",
) -> Tool:
    """The mesh in a file as a `Tool` in metres with z up, labelled when an `annotation` is given.

    `scale` turns the file's unit into metres; `up` is "y" or "z" (None: by the kind of file, see above); `name`
    defaults to the file's stem, `family` to the name. Without annotation every face is unlabelled (-1) and nothing is
    afforded. Raises `DfcError` (BAD_INPUT) naming the file when it is missing, of an unknown kind, broken or empty.
    """
    path = Path(path)
    if not np.isfinite(scale) or scale <= 0:
        raise bad_input(f"{path}: scale {scale!r} is not a positive number of metres per unit")
    pieces = _read_pieces(path)
    rotation = Y_UP_TO_Z_UP if _is_y_up(path, up) else np.eye(3)
    name = name or path.stem
    corners = np.concatenate([piece.vertices[piece.faces] for piece in pieces]) @ rotation.T * scale
    face_colors, texture = _look(pieces)
    vertices, faces, kept = weld(corners)
    if len(faces) == 0:
        raise bad_input(f"{path}: no triangle with an area is left; the mesh is empty")
    tool = Tool(
        name=name,
        family=family or name,
        vertices=vertices,
        faces=faces,
        face_parts=np.full(len(faces), -1, np.int16),
        part_names=(),
        affordances=(),
        face_colors=None if face_colors is None else face_colors[kept],
        texture=None if texture is None else replace(texture, uv=texture.uv[kept]),
        licence=licence,
        source=source or path.name,
    )
    return tool if annotation is None else annotate(tool, annotation)


def load_index(
    index_csv: Path | str, skipped: list[tuple[str, str]] | None = None, paths: set[str] | None = None
) -> Iterator[Tool]:
    """The meshes an index lists, one after the other and without annotation.

    The index is a CSV with the columns path (relative to the CSV), object, category, scale_to_m and licence; with
    `paths` only those rows. A mesh that cannot be read is left out and, with the reason, appended to `skipped`.
    A missing or malformed index itself raises `DfcError`.
    """
    yield from (tool for _, tool in _load_rows(Path(index_csv), skipped, paths, {}))


def load_annotated(
    index_csv: Path | str,
    annotation_yaml: Path | str,
    split: str = "all",
    skipped: list[tuple[str, str]] | None = None,
) -> list[Tool]:
    """Those meshes of an index which the annotation file labels, labelled; `split` is "train", "held_out" or "all".

    Meshes that the annotation names and the index lacks, or that cannot be read, go with the reason to `skipped`:
    a part of the collection is as usable as the whole.
    """
    if split not in SPLITS:
        raise bad_input(f"split {split!r} is not one of {', '.join(SPLITS)}")
    annotations = {
        path: annotation
        for path, annotation in load_annotations(annotation_yaml).items()
        if split == "all" or annotation.held_out == (split == "held_out")
    }
    skipped = [] if skipped is None else skipped
    loaded = list(_load_rows(Path(index_csv), skipped, set(annotations), annotations))
    answered = {path for path, _ in loaded} | {path for path, _ in skipped}
    skipped.extend((path, "not in the index") for path in annotations if path not in answered)
    return [tool for _, tool in loaded]


def read_index(index_csv: Path | str) -> list[dict[str, str]]:
    """Rows of an index as dictionaries; `DfcError` when it is missing or lacks a column."""
    index_csv = Path(index_csv)
    try:
        with index_csv.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise bad_input(f"cannot read the mesh index {index_csv}: {error}") from error
    missing = [column for column in INDEX_COLUMNS if not rows or rows[0].get(column) is None]
    if missing:
        raise bad_input(f"{index_csv}: no rows with the columns {', '.join(missing)}")
    return rows


def _load_rows(
    index_csv: Path,
    skipped: list[tuple[str, str]] | None,
    paths: set[str] | None,
    annotations: dict[str, Annotation],
) -> Iterator[tuple[str, Tool]]:
    for row in read_index(index_csv):
        if paths is not None and row["path"] not in paths:
            continue
        try:
            yield row["path"], _load_row(index_csv.parent, row, annotations.get(row["path"]))
        except DfcError as error:
            if skipped is not None:
                skipped.append((row["path"], error.message))


def _load_row(folder: Path, row: dict[str, str], annotation: Annotation | None) -> Tool:
    try:
        scale = float(row["scale_to_m"])
    except (TypeError, ValueError):
        raise bad_input(f"{row['path']}: scale_to_m {row['scale_to_m']!r} is not a number") from None
    return load_tool(
        folder / row["path"],
        scale=scale,
        name=f"{Path(row['path']).parts[0]}/{row['object']}",
        family=row["category"],
        annotation=annotation,
        licence=row["licence"],
        source=row["path"],
    )


def _is_y_up(path: Path, up: str | None) -> bool:
    if up not in (None, "y", "z"):
        raise bad_input(f"{path}: up {up!r} is not one of y, z")
    return up == "y" or (up is None and path.suffix.lower() in Y_UP_SUFFIXES)


def _read_pieces(path: Path) -> list[trimesh.Trimesh]:
    """The triangle meshes of a file, scene transforms applied."""
    if path.suffix.lower() not in SUFFIXES:
        raise bad_input(f"{path}: {path.suffix or 'no ending'} is not one of {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise bad_input(f"{path}: there is no such mesh file")
    try:
        loaded = trimesh.load(path, process=False)
        parts = loaded.dump() if isinstance(loaded, trimesh.Scene) else [loaded]
    except Exception as error:  # a broken file surfaces as whatever the parser of its kind trips over
        raise bad_input(f"{path}: cannot be read as a mesh: {error or type(error).__name__}") from error
    pieces = [part for part in parts if isinstance(part, trimesh.Trimesh) and len(part.faces)]
    if not pieces:
        raise bad_input(f"{path}: holds no triangles")
    for piece in pieces:
        if piece.faces.min() < 0 or piece.faces.max() >= len(piece.vertices):
            raise bad_input(f"{path}: a face names a vertex that is not there")
        if not np.isfinite(piece.vertices).all():
            raise bad_input(f"{path}: vertices are not finite")
    return pieces


def _look(pieces: list[trimesh.Trimesh]) -> tuple[NDArray | None, Texture | None]:
    """(face_colors, None) when no piece has an image, otherwise (None, texture)."""
    images = [_image(piece) for piece in pieces]
    if all(image is None for image in images):
        return np.concatenate([_face_colors(piece) for piece in pieces]), None
    if len(pieces) == 1 and images[0] is not None:
        return None, Texture(_face_uv(pieces[0]), images[0])
    return None, _atlas(pieces, images)


def _image(piece: trimesh.Trimesh) -> NDArray | None:
    """The base colour image of a piece, H x W x 3 uint8 with its factor multiplied in; None when it has none."""
    material = getattr(piece.visual, "material", None)
    image = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    uv = getattr(piece.visual, "uv", None)
    if image is None or uv is None or len(uv) != len(piece.vertices):
        return None
    try:
        pixels = np.asarray(image.convert("RGB"))
    except Exception:  # a damaged picture costs the mesh its paint, not its shape
        return None
    factor = getattr(material, "baseColorFactor", None)
    if factor is not None:
        tint = _srgb_from_linear(np.asarray(factor)[:3])
        pixels = np.round(pixels * (tint / 255.0)).astype(np.uint8)
    return pixels


def _face_uv(piece: trimesh.Trimesh) -> NDArray:
    """F x 3 x 2 with each face moved by whole images so that it starts in the first; v is up."""
    uv = np.nan_to_num(np.asarray(getattr(piece.visual, "uv", None), np.float64))[piece.faces]
    return (uv - np.floor(uv.min(axis=1, keepdims=True) + 1e-6)).astype(np.float32)


def _face_colors(piece: trimesh.Trimesh) -> NDArray:
    """F x 3 uint8: vertex or face colours of the file, else the material's one colour."""
    count = len(piece.faces)
    if isinstance(piece.visual, trimesh.visual.ColorVisuals):
        if piece.visual.kind is None:
            return np.tile(np.array(DEFAULT_COLOR, np.uint8), (count, 1))
        return np.asarray(piece.visual.face_colors)[:, :3].astype(np.uint8)
    return np.tile(_material_color(piece), (count, 1))


def _material_color(piece: trimesh.Trimesh) -> NDArray:
    material = getattr(piece.visual, "material", None)
    factor = getattr(material, "baseColorFactor", None)
    if factor is not None:
        return _srgb_from_linear(np.asarray(factor)[:3])
    diffuse = getattr(material, "diffuse", None)
    return np.array(DEFAULT_COLOR if diffuse is None else diffuse[:3], np.uint8)


def _srgb_from_linear(color: NDArray) -> NDArray:
    """glTF factors are linear light, pictures are sRGB (IEC 61966-2-1); both 0..255 here."""
    linear = np.asarray(color, np.float64) / 255.0
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    return np.round(srgb * 255).astype(np.uint8)


def _atlas(pieces: list[trimesh.Trimesh], images: list[NDArray | None]) -> Texture:
    """One image of all pieces' images under each other; repeats beyond an image's border are clamped."""
    cells = [
        np.tile(_face_colors(piece)[:1, None], (ATLAS_CELL_PX, ATLAS_CELL_PX, 1)) if image is None else image
        for piece, image in zip(pieces, images, strict=True)
    ]
    width, height = max(cell.shape[1] for cell in cells), sum(cell.shape[0] for cell in cells)
    atlas = np.zeros((height, width, 3), np.uint8)
    uvs, top = [], 0
    for piece, image, cell in zip(pieces, images, cells, strict=True):
        rows, columns = cell.shape[:2]
        atlas[top : top + rows, :columns] = cell
        uv = np.full((len(piece.faces), 3, 2), 0.5) if image is None else np.clip(_face_uv(piece), 0, 1)
        uvs.append(uv * (columns / width, rows / height) + (0.0, 1.0 - (top + rows) / height))
        top += rows
    return Texture(np.concatenate(uvs).astype(np.float32), atlas)
