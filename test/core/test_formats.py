"""docs/formats.md describes each field of `result.json`, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from box_scene import CAMERA_TARGET, ColourModel, Store, box_picture, demonstration

from dfc_core.demonstrations import Trajectory
from dfc_core.errors import DfcError
from dfc_core.transfer import Symmetry, ToolMatcher, error_result

FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"


def fields(value: Any, name: str = "") -> Iterator[str]:
    """Names of all leaves: `a`, `a.b` of an object, `a[].b` of a list of objects."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from fields(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from fields(value[0], f"{name}[]")
    else:
        yield name


def test_every_field_of_result_json_is_described_and_no_other() -> None:
    path = Trajectory([0.0, 1.0], [[0, 0, 0.5], [0, 0, 0.4]], [[0, 0, 0, 1]] * 2)
    matcher = ToolMatcher(ColourModel(), Store(replace(demonstration(), trajectory=path)))
    written = matcher.match(box_picture(CAMERA_TARGET), "pour-with").to_dict()
    refused = error_result("pour-with", DfcError("NO_MATCH", "nothing alike"))
    assert written["grasps"]
    assert written["contacts"]
    errors = {f"error.{key}" for key in refused["error"]}
    symmetry = Symmetry(np.zeros(3), np.array([0, 0, 1.0]), np.eye(4)[None])  # the box has none
    errors |= {f"symmetry.{key}" for key in symmetry.to_dict()}
    section = FORMATS.read_text(encoding="utf-8").split("## `result.json`")[1].split("\n## ")[0]
    described = set(re.findall(r"^\| `([^`]+)` \| .{10,}", section, re.MULTILINE))
    assert described == set(fields(written)) | errors
