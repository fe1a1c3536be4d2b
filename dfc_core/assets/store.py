"""Tools on disk: a folder each, with `mesh.ply` (metres) and `tool.json` (parts and affordances)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import trimesh

from dfc_core.assets.tool import Affordance, Symmetry, Tool
from dfc_core.errors import bad_input
from dfc_core.files import write_bytes, write_json


def save_tool(tool: Tool, folder: Path | str) -> Path:
    """Write `folder`/`tool.name`; `tool.json` last.

    Face i of the mesh has part `face_parts[i]`; an image texture is not kept.
    """
    folder = Path(folder) / tool.name
    mesh = trimesh.Trimesh(tool.vertices, tool.faces, face_colors=tool.face_colors, process=False)
    write_bytes(folder / "mesh.ply", mesh.export(file_type="ply"))  # type: ignore[arg-type]
    about = {
        "name": tool.name,
        "family": tool.family,
        "part_names": tool.part_names,
        "affordances": [_plain(affordance) for affordance in tool.affordances],
        "rest_rotations": [rotation.tolist() for rotation in tool.rest_rotations],
        "licence": tool.licence,
        "source": tool.source,
        "face_parts": tool.face_parts.tolist(),
    }
    write_json(folder / "tool.json", about)
    return folder


def _plain(affordance: Affordance) -> dict[str, Any]:
    frames = {
        "T_tool_function": affordance.T_tool_function.tolist(),
        "alternatives": [T.tolist() for T in affordance.alternatives],
    }
    return {**asdict(affordance), **frames}


def load_tool_folder(folder: Path | str) -> Tool:
    """Read what `save_tool` wrote; `DfcError` naming the file that is missing or broken."""
    folder = Path(folder)
    try:
        about = json.loads((folder / "tool.json").read_text())
        mesh = trimesh.load_mesh(folder / "mesh.ply", process=False)
        affordances = tuple(_affordance(fields) for fields in about["affordances"])
        tool = Tool(
            about["name"], about["family"], np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int32),
            np.asarray(about["face_parts"], np.int16), tuple(about["part_names"]), affordances,
            tuple(np.asarray(R) for R in about["rest_rotations"]), licence=about["licence"], source=about["source"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise bad_input(f"{folder} is not a tool folder (mesh.ply and tool.json): {error!r}") from error
    if len(tool.faces) != len(tool.face_parts):
        raise bad_input(f"{folder}: mesh.ply has {len(tool.faces)} faces, tool.json labels {len(tool.face_parts)}")
    return tool


def _affordance(fields: dict[str, Any]) -> Affordance:
    return Affordance(
        fields["function"], fields["parts"], fields["hold"], np.asarray(fields["T_tool_function"]), fields["scale"],
        Symmetry(**fields["symmetry"]), tuple(np.asarray(T) for T in fields["alternatives"]),
    )  # fmt: skip
