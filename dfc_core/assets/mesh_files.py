"""Mesh files as pieces: triangle meshes with the look of the file, in the file's own axes and unit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import trimesh

from dfc_core.assets.paint import has_image, srgb_from_linear
from dfc_core.assets.urdf import Visual, read_urdf
from dfc_core.errors import bad_input

MESH_SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl")
SUFFIXES = (*MESH_SUFFIXES, ".urdf")
LINK_SUFFIXES = (*MESH_SUFFIXES, ".dae")  # what a URDF may name; Collada needs the `urdf` extra
GLTF_SUFFIXES = (".glb", ".gltf")


def read_pieces(path: Path, joints: Mapping[str, float] | None = None) -> list[trimesh.Trimesh]:
    """The triangle meshes of a file, scene transforms and (URDF) `joints` in rad or m applied.

    Raises `DfcError` (BAD_INPUT) naming the file when it is missing, of an unknown kind, broken or empty.
    """
    suffix = path.suffix.lower()
    if suffix == ".xacro":
        raise bad_input(f"{path}: xacro is a program that writes URDF; run `xacro {path.name} > plain.urdf` first")
    if suffix not in SUFFIXES:
        raise bad_input(f"{path}: {suffix or 'no ending'} is not one of {', '.join(SUFFIXES)}")
    if suffix == ".urdf":
        pieces = [piece for visual in read_urdf(path, joints or {}) for piece in _visual_pieces(path, visual)]
    elif joints:
        raise bad_input(f"{path}: only a URDF has joints")
    else:
        pieces = _load(path)
    for piece in pieces:
        _check(path, piece)
    return pieces


def missing_paint(path: Path) -> list[str]:
    """Names of the material and image files that an OBJ or glTF names and that are not there."""
    if path.suffix.lower() == ".gltf":
        images = json.loads(path.read_text(encoding="utf-8")).get("images", [])
        named = [image["uri"] for image in images if not image.get("uri", "data:").startswith("data:")]
        return [name for name in named if not (path.parent / name).is_file()]
    if path.suffix.lower() != ".obj":
        return []
    libraries = _named(path, ("mtllib",))
    missing = [name for name in libraries if not (path.parent / name).is_file()]
    for library in libraries:
        if library not in missing:
            images = _named(path.parent / library, ("map_Kd",))
            missing += [name for name in images if not (path.parent / name).is_file()]
    return missing


def _named(path: Path, keys: tuple[str, ...]) -> list[str]:
    """The files that lines `key ... name` of an OBJ or its material file name, each once."""
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.lstrip().startswith(keys)]
    whole = [line.split(maxsplit=1)[1] for line in lines if len(line.split()) > 1]
    # a map may carry options before its name, and a name may carry blanks
    names = [rest if (path.parent / rest).is_file() or not rest.startswith("-") else rest.split()[-1] for rest in whole]
    return list(dict.fromkeys(names))


def _load(path: Path) -> list[trimesh.Trimesh]:
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
    if path.suffix.lower() in GLTF_SUFFIXES:
        for piece in pieces:
            if isinstance(piece.visual, trimesh.visual.ColorVisuals) and piece.visual.kind == "vertex":
                piece.visual.vertex_colors[:, :3] = srgb_from_linear(piece.visual.vertex_colors[:, :3])
    return pieces


def _check(path: Path, piece: trimesh.Trimesh) -> None:
    if piece.faces.min() < 0 or piece.faces.max() >= len(piece.vertices):
        raise bad_input(f"{path}: a face names a vertex that is not there")
    if not np.isfinite(piece.vertices[piece.faces]).all():
        raise bad_input(f"{path}: vertices are not finite")


def _visual_pieces(path: Path, visual: Visual) -> list[trimesh.Trimesh]:
    """The meshes of one visual of a URDF at `path`, in its root frame."""
    pieces = _load_link(path, visual.mesh) if visual.shape == "mesh" else [_primitive(visual.shape, visual.size)]
    scale = np.diag([*visual.size, 1.0]) if visual.shape == "mesh" else np.eye(4)
    for piece in pieces:
        piece.apply_transform(visual.T_root_visual @ scale)
        # a colour of the URDF covers the mesh's own, as in RViz, but not an image
        if visual.color is not None and not has_image(piece):
            piece.visual = trimesh.visual.ColorVisuals(piece, face_colors=visual.color)
    return pieces


def _load_link(path: Path, mesh: Path) -> list[trimesh.Trimesh]:
    if mesh.suffix.lower() not in LINK_SUFFIXES:
        raise bad_input(f"{path}: {mesh.name} is not one of {', '.join(LINK_SUFFIXES)}")
    if mesh.suffix.lower() == ".dae":
        try:
            import collada  # noqa: F401
        except ImportError:
            raise bad_input(f"{path}: {mesh.name} needs pycollada: pip install 'dfc_ros[urdf]'") from None
    pieces = _load(mesh)
    for piece in pieces:  # Collada says its unit; trimesh notes it as "0.01 * meters" and leaves the numbers
        factor, star, _ = str(piece.metadata.get("units", "")).partition("*")
        piece.apply_scale(float(factor) if star else 1.0)
    return pieces


def _primitive(shape: str, size: tuple[float, ...]) -> trimesh.Trimesh:
    if shape == "box":
        return trimesh.creation.box(size)
    if shape == "cylinder":
        return trimesh.creation.cylinder(size[0], size[1], sections=48)
    if shape == "capsule":
        return trimesh.creation.capsule(size[1], size[0])
    return trimesh.creation.icosphere(3, size[0])
