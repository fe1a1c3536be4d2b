"""A demonstration as a folder: the frame's files and `demonstration.yaml`.

```yaml
schema: 1
function: pour-with
tool: red mug
created: '2025-01-31T12:00:00.000000Z'
contacts:
- {pixel: [351.0, 190.0], role: function}
grasp:                      # optional; camera's optical frame
  position: [0.01, 0.05, 0.51]
  quaternion_xyzw: [0.0, 0.0, 0.0, 1.0]
  width: 0.04
```

The path of the tool, where there is one, is `trajectory.csv` beside it (see `trajectory`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from dfc_core.demonstrations.demonstration import SCHEMA, Contact, Demonstration, Grasp
from dfc_core.demonstrations.trajectory import TRAJECTORY, load_trajectory, save_trajectory
from dfc_core.errors import DfcError, bad_input
from dfc_core.files import write_text
from dfc_core.frames import load_frame, save_frame

FILE = "demonstration.yaml"
PICTURES = ("rgb.png", "depth.png", "mask.png", "camera.json")
_KEYS = {"schema", "function", "tool", "created", "contacts", "grasp"}


def load_demonstration(folder: Path | str) -> Demonstration:
    """Read a demonstration folder; its id is the folder's name.

    `DfcError`: NO_DEMONSTRATION when there is no demonstration.yaml, BAD_INPUT when it or a picture is wrong,
    EMPTY_MASK when there is no mask.
    """
    folder = Path(folder)
    values = read_description(folder)
    try:
        frame = load_frame(folder)
    except DfcError as error:  # not of the pictures that are asked about
        raise bad_input(f"demonstration {folder.name} cannot be read: {error.message}") from error
    path = load_trajectory(folder / TRAJECTORY) if (folder / TRAJECTORY).exists() else None
    try:
        return Demonstration(
            id=folder.resolve().name,
            function=values["function"],
            tool=values["tool"],
            frame=frame,
            contacts=_contacts(values.get("contacts") or []),
            grasp=None if values.get("grasp") is None else parse_grasp(values["grasp"]),
            created=values["created"],
            schema=values["schema"],
            trajectory=path,
        )
    except DfcError as error:
        raise DfcError(error.code, f"{folder / FILE}: {error.message}") from error


def read_description(folder: Path) -> dict[str, Any]:
    """The checked top level of `folder`/demonstration.yaml, without looking at the pictures."""
    path = folder / FILE
    if not path.is_file():
        raise DfcError("NO_DEMONSTRATION", f"{folder} is not a demonstration: it has no {FILE}")
    values = _read_yaml(path)
    if not isinstance(values, dict):
        raise bad_input(f"{path} holds no keys; it must have {', '.join(sorted(_KEYS))}")
    if values.get("schema") != SCHEMA:
        raise bad_input(f"{path} has schema {values.get('schema')!r}; this version reads schema {SCHEMA}")
    for key in ("function", "tool", "created"):
        value = values.get(key)
        if isinstance(value, datetime):
            values[key] = value = value.isoformat()
        if not isinstance(value, str):
            raise bad_input(f"{path} has {key} {value!r}; it must be a text")
    unknown = sorted(str(key) for key in values if key not in _KEYS)
    if unknown:
        raise bad_input(f"{path} has unknown keys {', '.join(unknown)}; allowed: {', '.join(sorted(_KEYS))}")
    return values


def save_demonstration(demonstration: Demonstration, folder: Path | str) -> None:
    """Write a demonstration folder; `demonstration.yaml` comes last, so a folder without it is not finished."""
    folder = Path(folder)
    save_frame(demonstration.frame, folder)
    if demonstration.trajectory is not None:
        save_trajectory(demonstration.trajectory, folder)
    values: dict[str, Any] = {
        "schema": demonstration.schema,
        "function": demonstration.function,
        "tool": demonstration.tool,
        "created": demonstration.created,
        "contacts": [{"pixel": list(c.pixel), "role": c.role} for c in demonstration.contacts],
    }
    if demonstration.grasp is not None:
        values["grasp"] = {
            "position": demonstration.grasp.position.tolist(),
            "quaternion_xyzw": demonstration.grasp.quaternion_xyzw.tolist(),
            "width": demonstration.grasp.width,
        }
    write_text(folder / FILE, yaml.safe_dump(values, sort_keys=False, allow_unicode=True, default_flow_style=None))


def load_grasp(path: Path | str) -> Grasp:
    """Read a YAML file with `position`, `quaternion_xyzw` and `width` (see `Grasp`)."""
    path = Path(path)
    if not path.is_file():
        raise bad_input(f"{path} is not a file; a grasp is a YAML file with position, quaternion_xyzw and width")
    values = _read_yaml(path)
    try:
        return parse_grasp(values)
    except DfcError as error:
        raise DfcError(error.code, f"{path}: {error.message}") from error


def parse_grasp(values: Any) -> Grasp:
    """A grasp from its keys."""
    keys = {"position", "quaternion_xyzw", "width"}
    if not isinstance(values, dict) or set(values) != keys:
        raise bad_input(f"a grasp has exactly position, quaternion_xyzw and width; this one is {values!r}")
    return Grasp(values["position"], values["quaternion_xyzw"], values["width"])


def _contacts(values: Any) -> tuple[Contact, ...]:
    if not isinstance(values, list):
        raise bad_input(f"contacts is {values!r}; it must be a list")
    for value in values:
        if not isinstance(value, dict) or set(value) != {"pixel", "role"}:
            raise bad_input(f"contact {value!r} must have exactly pixel and role")
    return tuple(Contact(value["pixel"], value["role"]) for value in values)


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        first = (str(error).splitlines() or [""])[0]
        raise bad_input(f"{path} is not readable YAML: {first}") from error
