"""Rendered views on disk: a folder with one `.safetensors` file per tool and a `manifest.json`.

A tool's file holds, for V views of S x S pixels and P parts: `rgb` V x S x S x 3 uint8, `parts` V x S x S int8 (index
of the part, -1 = none of them, -2 = not the tool), `depth` V x S x S uint16 in units of 0.1 mm along z (0 = nothing),
`K` V x 3 x 3, `T_camera_tool` V x 4 x 4, `part_pixels` V x P int32 (how many pixels of each part a view shows), and as
metadata `about`: JSON with name, family, part names, licence, source and part frames. A view is read without the rest
of its file.

The manifest is written before the first tool, with format, config (seeds among it) and the versions of what made the
data, and once more when all are there, with the sha256, licence and source of every tool's file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from dfc_core.assets.part_frames import PartFrame, part_frames
from dfc_core.assets.tool import Symmetry, Tool
from dfc_core.errors import bad_input
from dfc_core.files import file_sha256, read_json, write_bytes
from dfc_core.geometry import invert, transform, unproject
from dfc_core.render.picture import Picture

DEPTH_UNIT = 1e-4  # m
FORMAT = 3
SUFFIX = ".safetensors"
MANIFEST = "manifest.json"
FROM_FILE = "file:"  # marks families of meshes that came from files
OFF_TOOL = -2
Views = TypeVar("Views", bound="ToolViews")
VERSIONED = ("dfc_ros", "numpy", "scipy", "manifold3d", "open3d-cpu", "open3d")


class StoredArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array in a tool's file, read as far as it is indexed; arithmetic and `np.asarray` read all of it."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name

    def __getitem__(self, index: Any) -> NDArray:
        first, rest = (index[0], index[1:]) if isinstance(index, tuple) else (index, ())
        with safe_open(self.path, "numpy") as file:
            if isinstance(first, int | np.integer):
                place = range(len(self))[int(first)]
                return file.get_slice(self.name)[place : place + 1][0][rest]
            if isinstance(first, slice) and first.step is None:
                inner = (slice(None), *rest)
                return file.get_slice(self.name)[first][inner]
            return file.get_tensor(self.name)[index]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        with safe_open(self.path, "numpy") as file:
            return np.asarray(file.get_tensor(self.name), dtype=dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        arrays = [np.asarray(i) if isinstance(i, StoredArray) else i for i in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """As stored."""
        with safe_open(self.path, "numpy") as file:
            return tuple(file.get_slice(self.name).get_shape())

    def __len__(self) -> int:
        return self.shape[0]


@dataclass(frozen=True)
class ToolViews:
    """One tool's file. The pictures stay on disk until they are indexed; arrays as in the module's docstring."""

    name: str
    family: str
    rgb: NDArray | StoredArray
    parts: NDArray | StoredArray
    depth: NDArray | StoredArray
    K: NDArray
    T_camera_tool: NDArray
    part_pixels: NDArray
    frames: tuple[PartFrame, ...]
    part_names: tuple[str, ...] = ()
    licence: str = ""
    source: str = ""
    aligned: ClassVar[bool] = True  # frames of the same function and role bring two tools' parts together

    def only(self: Views, view: int) -> Views:
        """The tool with one view, read into memory: its number is then 0."""
        one = slice(view, view + 1)
        arrays = {
            key: getattr(self, key)[one] for key in ("rgb", "parts", "depth", "K", "T_camera_tool", "part_pixels")
        }
        return replace(self, **arrays)

    def shown(self, frame: PartFrame, view: int) -> NDArray:
        """The pixels of the frame's parts in a view, S x S bool."""
        return frame.shown(self.parts[view])

    def points_tool(self, view: int, pixels: NDArray) -> NDArray:
        """Surface points (N x 3, m, tool frame) at integer `pixels` (N x 2) of a view."""
        depth_m = self.depth[view][pixels[:, 1], pixels[:, 0]] * DEPTH_UNIT
        return transform(invert(self.T_camera_tool[view]), unproject(pixels, depth_m, self.K[view]))

    def eye_tool(self, view: int) -> NDArray:
        """The camera's place in the tool's frame (3, m)."""
        return invert(self.T_camera_tool[view])[:3, 3]

    def pixels_of(self, frame: PartFrame) -> NDArray:
        """How many pixels of the frame's parts each view shows, V."""
        return self.part_pixels[:, list(frame.parts)].sum(axis=1)


def save_tool_views(path: Path, tool: Tool, family: str, pictures: Sequence[Picture]) -> str:
    """Write one tool's file, whole or not at all; the sha256 of its bytes."""
    arrays = _arrays(tool, pictures)
    data = save({key: np.ascontiguousarray(array) for key, array in arrays.items()}, {"about": _about(tool, family)})
    write_bytes(path, data)
    return hashlib.sha256(data).hexdigest()


def views_of(tool: Tool, family: str, pictures: Sequence[Picture]) -> ToolViews:
    """What `load_tool_views` would give after `save_tool_views`, without a file."""
    return ToolViews(
        tool.name, family, **_arrays(tool, pictures), frames=tuple(part_frames(tool)), part_names=tool.part_names,
        licence=tool.licence, source=tool.source,
    )  # fmt: skip


def _arrays(tool: Tool, pictures: Sequence[Picture]) -> dict[str, NDArray]:
    parts = np.stack([np.where(p.mask, p.parts, OFF_TOOL) for p in pictures]).astype(np.int8)
    return {
        "rgb": np.stack([p.rgb for p in pictures]),
        "parts": parts,
        "depth": np.stack([np.clip(p.depth_m / DEPTH_UNIT, 0, 65535) for p in pictures]).round().astype(np.uint16),
        "K": np.stack([p.K for p in pictures]),
        "T_camera_tool": np.stack([p.T_camera_tool for p in pictures]),
        "part_pixels": np.array(
            [[(view == index).sum() for index in range(len(tool.part_names))] for view in parts], np.int32
        ).reshape(len(parts), len(tool.part_names)),
    }


def _about(tool: Tool, family: str) -> str:
    frames = [{**asdict(f), "frames": [T.tolist() for T in f.frames]} for f in part_frames(tool)]
    about = {
        "name": tool.name,
        "family": family,
        "part_names": tool.part_names,
        "licence": tool.licence,
        "source": tool.source,
        "frames": frames,
    }
    return json.dumps(about)


def load_tool_views(path: Path) -> ToolViews:
    """One tool's file; `DfcError` naming it when it is broken."""
    try:
        with safe_open(path, "numpy") as file:
            about = json.loads(file.metadata()["about"])
            small = {key: file.get_tensor(key) for key in ("K", "T_camera_tool", "part_pixels")}
            missing = {"rgb", "parts", "depth"} - set(file.keys())
        if missing:
            raise KeyError(", ".join(sorted(missing)))
        return ToolViews(
            about["name"], about["family"], StoredArray(path, "rgb"), StoredArray(path, "parts"),
            StoredArray(path, "depth"), **small, frames=tuple(map(_part_frame, about["frames"])),
            part_names=tuple(about["part_names"]), licence=about["licence"], source=about["source"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise bad_input(f"{path} is not a rendered tool: {error!r}") from error


def _part_frame(values: dict[str, Any]) -> PartFrame:
    frames = tuple(np.asarray(T) for T in values["frames"])
    symmetry = Symmetry(**values["symmetry"])
    return PartFrame(**{**values, "parts": tuple(values["parts"]), "frames": frames, "symmetry": symmetry})


def tool_files(folder: Path) -> list[Path]:
    """The tools' files of a data set folder, sorted; a file that is still being written is none."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


def versions() -> dict[str, str]:
    """Versions of the packages that decide what rendering gives."""
    found = {}
    for package in VERSIONED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def read_manifest(folder: Path | str) -> dict[str, Any]:
    """A data set's manifest; `DfcError` when it is missing, broken or of another format."""
    path = Path(folder) / MANIFEST
    try:
        manifest = read_json(path)
    except OSError as error:
        raise bad_input(f"{folder} is not a data set: cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise bad_input(f"{path} is not JSON: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        came = manifest.get("format") if isinstance(manifest, dict) else type(manifest).__name__
        raise bad_input(f"{path} has format {came!r}; this version reads {FORMAT}: render the data set again")
    return manifest


def verify_dataset(folder: Path | str, progress: Callable[[int, int], None] | None = None) -> list[str]:
    """What is wrong with a data set, one sentence each, naming the file: missing, damaged or not in the manifest.

    An empty list means that every byte is what was written.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    listed: dict[str, Any] = manifest.get("tools", {})
    wrong = [] if manifest.get("complete") else [f"{folder} is not complete: rendering was stopped; run it again"]
    wrong += misplaced_files(folder, manifest)
    for number, (name, entry) in enumerate(sorted(listed.items())):
        path = folder / name
        if path.is_file() and (digest := file_sha256(path)) != entry["sha256"]:
            wrong.append(
                f"{path} is damaged: its sha256 is {digest[:12]}..., the manifest says {entry['sha256'][:12]}..."
            )
        if progress:
            progress(number + 1, len(listed))
    return wrong


def misplaced_files(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Files that a whole data set's manifest lists and that are not there, and the reverse, one sentence each."""
    listed = manifest.get("tools", {})
    missing = [f"{folder / name} is missing" for name in sorted(listed) if not (folder / name).is_file()]
    extra = [path for path in tool_files(folder) if path.name not in listed] if manifest.get("complete") else []
    return missing + [f"{path} is not in the manifest" for path in extra]
