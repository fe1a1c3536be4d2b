"""Tools on disk: a folder each, with `mesh.ply` (metres, colours per face) and `tool.json` (parts and affordances), and
with `texture.png` and `uv.npy` (corner coordinates F x 3 x 2, v up) where the look is an image."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from dfc_core.assets.tool import Affordance, Symmetry, Texture, Tool
from dfc_core.errors import bad_input
from dfc_core.files import read_json, write_atomic, write_bytes, write_json, write_png


def save_tool(tool: Tool, folder: Path | str) -> Path:
    """Write `folder`/`tool.name`; `tool.json` last, so that a folder with one is whole.

    Face i of the mesh has part `face_parts[i]`. A name may hold folders, and `DfcError` refuses one that leads out.
    """
    if Path(tool.name).is_absolute() or ".." in Path(tool.name).parts:
        raise bad_input(f"the tool's name {tool.name!r} leads out of the folder of tools")
    folder = Path(folder) / tool.name
    try:
        (folder / "tool.json").unlink(missing_ok=True)
    except OSError as error:
        raise bad_input(f"cannot write {folder}: {error.strerror}") from error
    mesh = trimesh.Trimesh(tool.vertices, tool.faces, face_colors=tool.face_colors, process=False)
    write_bytes(folder / "mesh.ply", mesh.export(file_type="ply"))  # type: ignore[arg-type]
    if tool.texture is not None:
        _save_texture(tool.texture, folder)
    about = {
        "name": tool.name,
        "family": tool.family,
        "part_names": tool.part_names,
        "affordances": [_plain(affordance) for affordance in tool.affordances],
        "rest_rotations": [rotation.tolist() for rotation in tool.rest_rotations],
        "licence": tool.licence,
        "source": tool.source,
        "texture": tool.texture is not None,
        "face_parts": tool.face_parts.tolist(),
    }
    write_json(folder / "tool.json", about)
    return folder


def tool_folders(folder: Path | str) -> list[Path]:
    """The tool folders inside a folder, at any depth, by path; `DfcError` (BAD_INPUT) when there is no such folder."""
    if not Path(folder).is_dir():
        raise bad_input(f"{folder} is not a folder; tools lie in one made by `dfc_core assets import` or `generate`")
    return [path.parent for path in sorted(Path(folder).rglob("tool.json"))]


def load_tool_folder(folder: Path | str) -> Tool:
    """Read what `save_tool` wrote; `DfcError` naming the file that is missing or broken."""
    folder = Path(folder)
    try:
        about = read_json(folder / "tool.json")
        mesh = trimesh.load_mesh(folder / "mesh.ply", process=False)
        affordances = tuple(_affordance(fields) for fields in about["affordances"])
        tool = Tool(
            about["name"], about["family"], np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int32),
            np.asarray(about["face_parts"], np.int16), tuple(about["part_names"]), affordances,
            tuple(np.asarray(R) for R in about["rest_rotations"]), _face_colors(mesh),
            _load_texture(folder) if about.get("texture") else None, about["licence"], about["source"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        what = f"{type(error).__name__}: {error}"
        raise bad_input(f"{folder} is not a tool folder (mesh.ply and tool.json): {what}") from error
    if len(tool.faces) != len(tool.face_parts):
        raise bad_input(f"{folder}: mesh.ply has {len(tool.faces)} faces, tool.json labels {len(tool.face_parts)}")
    if tool.texture is not None and tool.texture.uv.shape != (len(tool.faces), 3, 2):
        raise bad_input(f"{folder}: uv.npy is {tool.texture.uv.shape}, expected ({len(tool.faces)}, 3, 2)")
    return tool


def _save_texture(texture: Texture, folder: Path) -> None:
    write_png(folder / "texture.png", texture.image)
    write_atomic(folder / "uv.npy", lambda file: np.save(file, texture.uv.astype(np.float32), allow_pickle=False))


def _load_texture(folder: Path) -> Texture:
    with Image.open(folder / "texture.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    return Texture(np.load(folder / "uv.npy", allow_pickle=False), pixels)


def _face_colors(mesh: trimesh.Trimesh) -> NDArray | None:
    visual: Any = mesh.visual
    return np.asarray(visual.face_colors)[:, :3].astype(np.uint8) if visual.kind == "face" else None


def _plain(affordance: Affordance) -> dict[str, Any]:
    frames = {
        "T_tool_function": affordance.T_tool_function.tolist(),
        "alternatives": [T.tolist() for T in affordance.alternatives],
    }
    return {**asdict(affordance), **frames}


def _affordance(fields: dict[str, Any]) -> Affordance:
    return Affordance(
        fields["function"], fields["parts"], fields["hold"], np.asarray(fields["T_tool_function"]), fields["scale"],
        Symmetry(**fields["symmetry"]), tuple(np.asarray(T) for T in fields["alternatives"]),
    )  # fmt: skip
