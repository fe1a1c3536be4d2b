"""Rendered tools with the masks that labelling gave them instead of known parts: what training needs of either."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.part_frames import PartFrame
from dfc_core.assets.tool import Symmetry
from dfc_core.errors import bad_input
from dfc_core.files import file_sha256
from dfc_core.geometry import compose
from dfc_core.label.deciding import about_of, read_masks
from dfc_core.label.job import DataTool, data_tools, digest_of, record_path
from dfc_core.render.store import OFF_TOOL, ToolViews, load_tool_views

Labelled = TypeVar("Labelled", bound="LabelledViews")
Masks = Mapping[tuple[str, str], NDArray]
FEWEST_PIXELS = 16  # a part that all views together show less of is none


@dataclass(frozen=True)
class LabelledViews(ToolViews):
    """A tool whose parts are pseudo-labels: frame i has the pixels of `masks[i]`, packed by view.

    Parts may overlap. A frame's origin is the middle of what its masks show, its axes are the tool's and its scale is
    the spread around the middle (root mean square, m): it measures distances on one tool, and aligns nothing with
    another.
    """

    masks: tuple[tuple[bytes, ...], ...] = ()
    aligned: ClassVar[bool] = False

    def only(self: Labelled, view: int) -> Labelled:
        """The tool with one view, read into memory: its number is then 0."""
        return replace(super().only(view), masks=tuple((shown[view],) for shown in self.masks))

    def shown(self, frame: PartFrame, view: int) -> NDArray:
        """The pixels labelled as the frame's part in a view, S x S bool."""
        return unpack(self.masks[frame.parts[0]][view], self.parts.shape[1:])


def labelled_views(tool: ToolViews, masks: Masks) -> LabelledViews:
    """`tool` with the parts that `masks` (V x S x S bool for each function and role) say, and no others."""
    parts = np.asarray(tool.parts)
    surface = (parts != OFF_TOOL) & (np.asarray(tool.depth) > 0)
    frames: list[PartFrame] = []
    packed, counts = [], []
    for (function, role), mask in masks.items():
        if mask.shape != parts.shape:
            raise bad_input(f"labels of {tool.name} are {mask.shape} (views, rows, columns), its views {parts.shape}")
        own = mask & surface
        if own.sum() >= FEWEST_PIXELS:
            middle, spread = _middle(tool, own)
            frame = compose(np.eye(3), middle)
            frames.append(PartFrame(function, role, (len(frames),), (frame,), spread, Symmetry()))
            packed.append(tuple(map(pack, own)))
            counts.append(own.sum(axis=(1, 2)))
    values = {field.name: getattr(tool, field.name) for field in fields(ToolViews)}
    pixels = np.stack(counts, axis=1).astype(np.int32) if counts else np.zeros((len(parts), 0), np.int32)
    return LabelledViews(**{**values, "part_pixels": pixels, "frames": tuple(frames)}, masks=tuple(packed))


def pack(mask: NDArray) -> bytes:
    """A mask in a few hundred bytes."""
    return zlib.compress(np.packbits(mask).tobytes())


def unpack(packed: bytes, shape: Sequence[int]) -> NDArray:
    """The mask, bool of `shape`."""
    bits = np.frombuffer(zlib.decompress(packed), np.uint8)
    return np.unpackbits(bits, count=int(np.prod(shape))).reshape(shape).astype(bool)


def _middle(tool: ToolViews, mask: NDArray) -> tuple[NDArray, float]:
    """(middle (3, m), spread (m)) of the surface a part's masks show."""
    points = np.concatenate(
        [tool.points_tool(view, np.argwhere(shown)[:, ::-1]) for view, shown in enumerate(mask) if shown.any()]
    )
    middle = points.mean(axis=0)
    return middle, max(float(np.mean(np.sum((points - middle) ** 2, axis=1)) ** 0.5), 1e-6)


def read_labelled(data: Path | str, labels: Path | str) -> dict[Path, LabelledViews]:
    """The tools of a data set that `labels`, a folder of `dfc_core label`, holds masks for, by file.

    `DfcError` when masks were made from another rendering, or are broken.
    """
    found = {}
    for tool in data_tools(data):
        if record_path(labels, "masks", tool.stem, ".npz").exists():
            _check_origin(tool, labels)
            found[tool.path] = labelled_views(load_tool_views(tool.path), read_masks(labels, tool))
    return found


def _check_origin(tool: DataTool, labels: Path | str) -> None:
    masks, votes = (record_path(labels, stage, tool.stem, ".npz") for stage in ("masks", "vote"))
    if votes.exists() and about_of(masks)["input"] != digest_of(tool.digest, file_sha256(votes)):
        raise bad_input(f"{masks} is not of {tool.path}, but of another rendering; run `dfc_core label` again")
