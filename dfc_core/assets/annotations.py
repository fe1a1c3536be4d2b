"""What a mesh from a file affords, written down by hand in a small YAML file.

One entry per mesh, keyed by its path in the mesh index:

    bakery/mug.glb:
      held_out: false                 # kept out of training; default false
      lies: false                     # rests as it falls instead of upright; default false
      parts:                          # name -> region; the first region that holds a face's centroid names it
        rim: {box: [0, 1, 0, 1, 0.9, 1]}
        handle: {box: [0.7, 1, 0, 1, 0, 1]}
      affords:
        pour-with: {part: rim, hold: handle, z: [0, 0, 1], x: [-1, 0, 0]}

Functions are the 24 of `dfc_core.functions`, and those of your own that the file lists beside its entries:

    functions: [drill-with]

`part` and `hold` are one name, or a list of names where several parts serve together: `part: [tip, blade]`.

Places are fractions 0..1 of the bounding box of the mesh in its z-up tool frame; directions are directions in the
tool frame; lengths (`radius`, `scale`) are fractions of the bounding box's longest side. A region is a shape or a list
of shapes (their union). All keys inside one shape must hold (their intersection):

    box: [x0, x1, y0, y1, z0, z1]                       sides at 0 or 1 are open
    above: [a, b, c, d]                                 a x + b y + c z >= d
    near: {axis: y, path: [[u, v], ...], radius: r}     within r of a broken line seen along `axis`; u, v are the
                                                        other two in x, y, z order; one point makes a column
    outside: SHAPE or list                              none of these

The function frame (conventions: `dfc_core.assets.tool.Affordance`) is `z` and `x`, made orthonormal with z kept, and
- `origin`, default: the middle of the part's extent across z, at its far end along z;
- `scale`, default: the mean of the part's two half extents across z;
- `edge: [heel, tip]` instead of x, for cutting: two places whose middle and half distance are the defaults of
  origin and scale;
- `symmetry: axis`, `mirror` or `2-fold` (3-fold, ... 12-fold), default none;
- `also`: a list of further frames that serve as well, each with z, x and the rest, for a head with two faces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from dfc_core.assets.rest import lying
from dfc_core.assets.solids import function_frame
from dfc_core.assets.soup import weld
from dfc_core.assets.tool import Affordance, Symmetry, Texture, Tool
from dfc_core.errors import DfcError, bad_input
from dfc_core.functions import FUNCTIONS, canonical_function, known_function
from dfc_core.geometry import compose

REST = "rest"  # the name of what no region names
AXES = {"x": 0, "y": 1, "z": 2}
SHAPE_KEYS = ("box", "above", "near", "outside")
FRAME_KEYS = ("z", "x", "origin", "scale", "edge")
AFFORDANCE_KEYS = ("part", "hold", "symmetry", "also", *FRAME_KEYS)
SYMMETRIES = ("none", "axis", "mirror", *(f"{fold}-fold" for fold in range(2, 13)))
OWN_FUNCTIONS = "functions"  # the key of a file that is no mesh's path
ENTRY_KEYS = ("held_out", "lies", "parts", "affords")
COARSE_EDGE = 1 / 12  # of the longest side: no face stays longer, so that no small region falls between its corners
FINE_EDGE = 1 / 100  # of the longest side: faces across a region's border are halved down to this
MOST_FACES = 20_000
CORNER_PULL = 0.02  # corners are tested this much inside the face, so that a border along an edge does not split it


@dataclass(frozen=True)
class FrameNote:
    """A function frame as written (see the module's text); either `x` or `edge` is there."""

    z: NDArray
    x: NDArray | None = None
    origin: NDArray | None = None
    scale: float | None = None
    edge: NDArray | None = None  # 2 x 3


@dataclass(frozen=True)
class FunctionNote:
    """One function of an annotated mesh, as written; the first frame is the main one."""

    function: str
    parts: tuple[str, ...]
    hold: tuple[str, ...]
    frames: tuple[FrameNote, ...]
    symmetry: str = "none"


@dataclass(frozen=True)
class Annotation:
    """What one mesh affords, and which regions are its parts."""

    parts: Mapping[str, list[Mapping[str, Any]]]
    functions: tuple[FunctionNote, ...]
    held_out: bool = False
    lies: bool = False


def load_annotations(path: Path | str) -> dict[str, Annotation]:
    """Annotations of a YAML file by mesh path; `DfcError` (BAD_INPUT) naming the file and the entry that is wrong."""
    path = Path(path)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise bad_input(f"cannot read the annotations {path}: {error}") from error
    if not isinstance(document, dict) or not document:
        raise bad_input(f"{path}: expected a mapping from mesh paths to annotations")
    known = (*FUNCTIONS, *_own_functions(document.pop(OWN_FUNCTIONS, []), f"{path}: {OWN_FUNCTIONS}"))
    return {str(mesh): parse_annotation(entry, f"{path}: {mesh}", known) for mesh, entry in document.items()}


def parse_annotation(entry: Any, where: str = "annotation", known: Sequence[str] = FUNCTIONS) -> Annotation:
    """One entry, checked, with functions that are `known`; every error is a `DfcError` that begins with `where`."""
    _keys(entry, ENTRY_KEYS, ("parts", "affords"), where)
    parts = {
        str(name): _region(region, f"{where}: part {name}")
        for name, region in _mapping(entry["parts"], f"{where}: parts").items()
    }
    if REST in parts:
        raise bad_input(f"{where}: {REST!r} is the name of what no region names; choose another")
    affords: dict[str, Any] = {}
    for spelt, note in _mapping(entry["affords"], f"{where}: affords").items():
        function = _function(spelt, known, where)
        if function in affords:
            raise bad_input(f"{where}: {function} stands there twice")
        affords[function] = note
    functions = tuple(
        _function_note(function, note, parts, f"{where}: {function}") for function, note in affords.items()
    )
    flags = {key: entry.get(key, False) for key in ("held_out", "lies")}
    for key, value in flags.items():
        if not isinstance(value, bool):
            raise bad_input(f"{where}: {key} {value!r} is not true or false")
    return Annotation(parts, functions, **flags)


def annotate(tool: Tool, annotation: Annotation) -> Tool:
    """The tool with parts, affordances and rests by its annotation; faces are halved where they cross a border.

    Raises `DfcError` when a part that a function names holds no face.
    """
    low, size = tool.vertices.min(axis=0), np.ptp(tool.vertices, axis=0)
    tool = _cut_at_borders(tool, annotation, low, size)
    triangles = tool.vertices[tool.faces]
    labels = _labels(triangles.mean(axis=1), annotation, low, size)
    for note in annotation.functions:
        for part in (*note.parts, *note.hold):
            if not (labels == list(annotation.parts).index(part)).any():
                raise bad_input(f"{tool.source}: no face lies in the region of {part!r}")
    names = (*annotation.parts, REST)

    def corners(parts: tuple[str, ...]) -> NDArray:
        return triangles[np.isin(labels, [names.index(part) for part in parts])].reshape(-1, 3)

    return replace(
        tool,
        face_parts=labels,
        part_names=names,
        affordances=tuple(_affordance(note, corners(note.parts), low, size) for note in annotation.functions),
        rest_rotations=lying(tool.vertices) if annotation.lies else (np.eye(3),),
    )


def inside(points: NDArray, region: list[Mapping[str, Any]], size: NDArray) -> NDArray:
    """N x 3 places (fractions of the bounding box) -> N bool: within the union of a region's shapes; `size` in m."""
    result = np.zeros(len(points), bool)
    for shape in region:
        result |= _inside_shape(points, shape, size)
    return result


def _inside_shape(points: NDArray, shape: Mapping[str, Any], size: NDArray) -> NDArray:
    result = np.ones(len(points), bool)
    if "box" in shape:
        low, high = shape["box"].reshape(3, 2).T
        low, high = np.where(low <= 0, -np.inf, low), np.where(high >= 1, np.inf, high)
        result &= ((points >= low) & (points <= high)).all(axis=1)
    if "above" in shape:
        result &= points @ shape["above"][:3] >= shape["above"][3]
    if "near" in shape:
        across = [axis for axis in range(3) if axis != shape["near"]["axis"]]
        unit = size[across] / size.max()
        distance = _distance_to_path(points[:, across] * unit, shape["near"]["path"] * unit)
        result &= distance <= shape["near"]["radius"]
    if "outside" in shape:
        result &= ~inside(points, shape["outside"], size)
    return result


def _distance_to_path(points: NDArray, path: NDArray) -> NDArray:
    """N x 2 points to a broken line K x 2 (K = 1: a point) -> N."""
    starts, ends = (path, path) if len(path) == 1 else (path[:-1], path[1:])
    distance = np.full(len(points), np.inf)
    for start, end in zip(starts, ends, strict=True):
        along = end - start
        place = np.clip((points - start) @ along / max(float(along @ along), np.finfo(float).tiny), 0, 1)
        distance = np.minimum(distance, np.linalg.norm(points - start - place[:, None] * along, axis=1))
    return distance


def _labels(points: NDArray, annotation: Annotation, low: NDArray, size: NDArray) -> NDArray:
    """N x 3 points in the tool frame -> N int16, the first region that holds each, else the last index + 1."""
    places = (points - low) / np.where(size > 0, size, 1.0)
    labels = np.full(len(points), len(annotation.parts), np.int16)
    for index, region in reversed(list(enumerate(annotation.parts.values()))):
        labels[inside(places, region, size)] = index
    return labels


def _cut_at_borders(tool: Tool, annotation: Annotation, low: NDArray, size: NDArray) -> Tool:
    """Halve long faces, then faces whose corners differ in label, along their longest edge; the looks go along."""
    corners = tool.vertices[tool.faces]
    if tool.texture is not None:
        corners = np.concatenate([corners, tool.texture.uv.astype(np.float64)], axis=2)
    origin = np.arange(len(corners))

    def crosses(soup: NDArray) -> NDArray:
        triangles = soup[:, :, :3]
        centroid = triangles.mean(axis=1, keepdims=True)
        probes = np.concatenate([triangles + CORNER_PULL * (centroid - triangles), centroid], axis=1)
        labels = _labels(probes.reshape(-1, 3), annotation, low, size).reshape(-1, 4)
        return (labels != labels[:, :1]).any(axis=1)

    longest_side = size.max()
    corners, origin = _halve(corners, origin, COARSE_EDGE * longest_side, lambda soup: np.ones(len(soup), bool))
    corners, origin = _halve(corners, origin, FINE_EDGE * longest_side, crosses)
    vertices, faces, index = weld(corners[:, :, :3])
    return replace(
        tool,
        vertices=vertices,
        faces=faces,
        face_parts=np.full(len(faces), -1, np.int16),
        face_colors=None if tool.face_colors is None else tool.face_colors[origin[index]],
        texture=None if tool.texture is None else Texture(corners[index, :, 3:].astype(np.float32), tool.texture.image),
    )


def _halve(
    corners: NDArray, origin: NDArray, limit: float, wanted: Callable[[NDArray], NDArray]
) -> tuple[NDArray, NDArray]:
    """Halve the triangles (F x 3 x C) that are `wanted` and longer than `limit`, until none is or there are too many.

    `origin` (F) says which face each came from.
    """
    while True:
        edges = np.linalg.norm(np.roll(corners, -1, axis=1)[:, :, :3] - corners[:, :, :3], axis=2)
        split = np.flatnonzero(edges.max(axis=1) > limit)
        split = split[wanted(corners[split])] if len(split) else split
        if len(split) == 0 or len(corners) + len(split) > MOST_FACES:
            return corners, origin
        turned = np.take_along_axis(
            corners[split], ((edges[split].argmax(axis=1)[:, None] + np.arange(3)) % 3)[:, :, None], axis=1
        )  # the longest edge is now the first
        start, end, apex = turned[:, 0], turned[:, 1], turned[:, 2]
        middle = (start + end) / 2
        halves = [np.stack([start, middle, apex], axis=1), np.stack([middle, end, apex], axis=1)]
        keep = np.setdiff1d(np.arange(len(corners)), split)
        corners = np.concatenate([corners[keep], *halves])
        origin = np.concatenate([origin[keep], origin[split], origin[split]])


def _affordance(note: FunctionNote, part: NDArray, low: NDArray, size: NDArray) -> Affordance:
    """The function frames by the note; `part` N x 3 are the corners of its parts' faces."""
    frames = [_frame(frame, part, low, size) for frame in note.frames]
    T, scale = frames[0]
    return Affordance(
        note.function,
        note.parts,
        note.hold,
        T,
        scale,
        _symmetry(note.symmetry),
        tuple(other for other, _ in frames[1:]),
    )


def _symmetry(text: str) -> Symmetry:
    fold = text.removesuffix("-fold")
    return Symmetry(text) if fold == text else Symmetry("n-fold", int(fold))


def _frame(note: FrameNote, part: NDArray, low: NDArray, size: NDArray) -> tuple[NDArray, float]:
    """(T_tool_function, scale in m)."""
    x = note.x if note.edge is None else (note.edge[1] - note.edge[0]) * size
    assert x is not None
    R = function_frame(np.zeros(3), note.z, x)[:3, :3]
    along = part @ R
    least, most = along.min(axis=0), along.max(axis=0)
    middle = (least + most) / 2
    origin, scale = R @ np.array([middle[0], middle[1], most[2]]), float(np.mean((most - least)[:2])) / 2
    if note.edge is not None:
        heel, tip = low + note.edge * size
        origin, scale = (heel + tip) / 2, float(np.linalg.norm(tip - heel)) / 2
    if note.origin is not None:
        origin = low + note.origin * size
    if note.scale is not None:
        scale = note.scale * float(size.max())
    return compose(R, origin), scale


def _own_functions(value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        raise bad_input(f"{where} is {value!r}; it must be a list of names such as drill-with")
    try:
        return [canonical_function(name) for name in value]
    except DfcError as error:
        raise bad_input(f"{where}: {error.message}") from error


def _function(name: Any, known: Sequence[str], where: str) -> str:
    try:
        return known_function(str(name), known, "known")
    except DfcError as error:
        raise DfcError(error.code, f"{where}: {error.message}") from error


def _function_note(function: str, note: Any, parts: Mapping[str, Any], where: str) -> FunctionNote:
    _keys(note, AFFORDANCE_KEYS, ("part", "hold", "z"), where)
    named = {key: _part_names(note[key], parts, f"{where}: {key}") for key in ("part", "hold")}
    if note.get("symmetry", "none") not in SYMMETRIES:
        raise bad_input(f"{where}: symmetry {note['symmetry']!r} is not one of {', '.join(SYMMETRIES)}")
    others = note.get("also", [])
    if not isinstance(others, list):
        raise bad_input(f"{where}: also is not a list of frames")
    for other in others:
        _keys(other, FRAME_KEYS, ("z",), f"{where}: also")
    frames = tuple(_frame_note(frame, where) for frame in (note, *others))
    return FunctionNote(function, named["part"], named["hold"], frames, note.get("symmetry", "none"))


def _part_names(value: Any, parts: Mapping[str, Any], where: str) -> tuple[str, ...]:
    names = value if isinstance(value, list) and value else [value]
    for name in names:
        if not isinstance(name, str) or name not in parts:
            raise bad_input(f"{where} {name!r} is not one of the parts {', '.join(parts)}")
    return tuple(names)


def _frame_note(note: Mapping[str, Any], where: str) -> FrameNote:
    vectors = {key: _numbers(note[key], 3, f"{where}: {key}") for key in ("z", "x", "origin") if key in note}
    edge = _numbers(note["edge"], (2, 3), f"{where}: edge") if "edge" in note else None
    scale = note.get("scale")
    if (edge is None) == ("x" not in vectors):
        raise bad_input(f"{where}: a frame needs either x or edge")
    along = vectors["x"] if edge is None else edge[1] - edge[0]
    if np.linalg.norm(np.cross(vectors["z"], along)) < 1e-6:
        raise bad_input(f"{where}: z and {'x' if edge is None else 'edge'} are parallel or zero")
    if scale is not None and (not isinstance(scale, (int, float)) or not 0 < scale < 10):
        raise bad_input(f"{where}: scale {scale!r} is not a positive fraction of the longest side")
    return FrameNote(vectors["z"], vectors.get("x"), vectors.get("origin"), scale, edge)


def _region(region: Any, where: str) -> list[Mapping[str, Any]]:
    shapes = region if isinstance(region, list) else [region]
    if not shapes:
        raise bad_input(f"{where}: an empty list of shapes")
    return [_shape(shape, where) for shape in shapes]


def _shape(shape: Any, where: str) -> Mapping[str, Any]:
    _keys(shape, SHAPE_KEYS, (), where)
    if not shape or set(shape) == {"outside"}:
        raise bad_input(f"{where}: a shape needs one of box, above, near")
    checked: dict[str, Any] = {}
    if "box" in shape:
        box = _numbers(shape["box"], 6, f"{where}: box")
        if (box[0::2] >= box[1::2]).any():
            raise bad_input(f"{where}: box {shape['box']} has a lower bound that is not below its upper bound")
        checked["box"] = box
    if "above" in shape:
        checked["above"] = _numbers(shape["above"], 4, f"{where}: above")
    if "near" in shape:
        checked["near"] = _near(shape["near"], f"{where}: near")
    if "outside" in shape:
        checked["outside"] = _region(shape["outside"], f"{where}: outside")
    return checked


def _near(near: Any, where: str) -> dict[str, Any]:
    _keys(near, ("axis", "path", "radius"), ("axis", "path", "radius"), where)
    if near["axis"] not in AXES:
        raise bad_input(f"{where}: axis {near['axis']!r} is not one of x, y, z")
    if not isinstance(near["path"], list) or not near["path"]:
        raise bad_input(f"{where}: path {near['path']!r} is not a list of points")
    path = _numbers(near["path"], (len(near["path"]), 2), f"{where}: path")
    radius = near["radius"]
    if not isinstance(radius, (int, float)) or not 0 < radius < 10:
        raise bad_input(f"{where}: radius {radius!r} is not a positive fraction of the longest side")
    return {"axis": AXES[near["axis"]], "path": path, "radius": float(radius)}


def _mapping(value: Any, where: str) -> dict[Any, Any]:
    if not isinstance(value, dict) or not value:
        raise bad_input(f"{where}: expected a mapping that is not empty, got {value!r}")
    return value


def _keys(value: Any, allowed: tuple[str, ...], needed: tuple[str, ...], where: str) -> None:
    unknown = [str(key) for key in _mapping(value, where) if key not in allowed]
    missing = [key for key in needed if key not in value]
    if unknown:
        raise bad_input(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(allowed)}")
    if missing:
        raise bad_input(f"{where}: {', '.join(missing)} missing")


def _numbers(value: Any, shape: int | tuple[int, ...], where: str) -> NDArray:
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        array = np.zeros(0)
    if array.shape != np.zeros(shape).shape or not np.isfinite(array).all():
        raise bad_input(f"{where}: {value!r} is not {shape} finite numbers")
    return array
