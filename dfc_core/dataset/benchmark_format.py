"""The benchmark folder: pairs of pictures with true partner pixels, read lazily and written whole.

`benchmark.json` holds a name, the picture size and, for every pair, its function, categories and files; points are in
an `.npz` with `a` and `b`. Pixels are (x, y) in the 224 px pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dfc_core.errors import DfcError, bad_input
from dfc_core.files import BROKEN_NPZ, read_json, write_atomic, write_json, write_png
from dfc_core.frames.frame import MILLIMETRE, depth_to_millimetres

IMAGE_SIZE = 224
REQUIRED_TEXTS = ("function", "category_a", "category_b")
REQUIRED_FILES = ("image_a", "mask_a", "image_b", "mask_b", "points")
OPTIONAL_FILES = ("depth_a", "depth_b", "part_a", "part_b")


@dataclass(frozen=True)
class BenchmarkPicture:
    """One side of a pair, S = 224.

    `rgb` S x S x 3 uint8; `mask` S x S bool, the tool; `points` n x 2 float64 (x, y), the true pixels; `part`
    S x S bool, the functional part; `depth_m` S x S float32, 0 = none; `K` 3 x 3.
    """

    category: str
    rgb: NDArray
    mask: NDArray
    points: NDArray
    part: NDArray | None = None
    depth_m: NDArray | None = None
    K: NDArray | None = None


@dataclass(frozen=True)
class BenchmarkPair:
    """Two pictures for one function; row i of `a.points` is the true partner of row i of `b.points`.

    `T_a_b` 4 x 4, m, maps b's camera frame into a's so that the functional parts coincide. `splits` are the names of
    the subsets the pair belongs to (an extension of the format; reported apart).
    """

    function: str
    a: BenchmarkPicture
    b: BenchmarkPicture
    T_a_b: NDArray | None = None
    splits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Benchmark:
    """A validated `benchmark.json`; `load(i)` reads the files of pair i."""

    folder: Path
    name: str
    rows: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def load(self, number: int) -> BenchmarkPair:
        """Pair `number`; a file that is broken, empty or of the wrong size or content raises `DfcError` naming it."""
        row = self.rows[number]
        points_a, points_b = _read_points(self.folder / row["points"])
        a = _read_picture(self.folder, row, "a", points_a)
        b = _read_picture(self.folder, row, "b", points_b)
        where = f"pair {number} of {self.folder / 'benchmark.json'}"
        T_a_b = _read_matrix(row.get("T_a_b"), 4, f"T_a_b of {where}")
        return BenchmarkPair(row["function"], a, b, T_a_b, tuple(row.get("splits", ())))


def read_benchmark(folder: Path | str) -> Benchmark:
    """Read and check `benchmark.json` and that the files it names exist inside the folder.

    Anything missing or of the wrong type raises `DfcError` (BAD_INPUT) naming the file, the pair and what is allowed.
    """
    folder = Path(folder)
    path = folder / "benchmark.json"
    try:
        content = read_json(path)
    except OSError as error:
        raise bad_input(f"{folder} is not a benchmark folder: cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise bad_input(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        raise bad_input(f"{path} must be an object with name (text), image_size ({IMAGE_SIZE}) and pairs (a list)")
    if content.get("image_size") != IMAGE_SIZE:
        raise bad_input(f"image_size in {path} is {content.get('image_size')!r}; allowed: {IMAGE_SIZE}")
    rows = content.get("pairs")
    if not isinstance(rows, list) or not rows:
        raise bad_input(f"pairs in {path} must be a list of at least one pair")
    for number, row in enumerate(rows):
        _check_row(folder, row, f"pair {number} of {path}")
    return Benchmark(folder, content["name"], tuple(rows))


def save_benchmark(folder: Path | str, name: str, pairs: Iterable[BenchmarkPair]) -> Path:
    """Write a benchmark folder pair by pair, `benchmark.json` last; returns the folder.

    The same pairs give the same bytes. No pairs, or a pair that could not be read back, raises `DfcError`.
    """
    folder = Path(folder)
    rows = [_write_pair(folder, number, pair) for number, pair in enumerate(pairs)]
    if not rows:
        raise bad_input(f"no pairs to write to {folder}; a benchmark has at least one")
    write_json(folder / "benchmark.json", {"name": name, "image_size": IMAGE_SIZE, "pairs": rows})
    return folder


def _check_row(folder: Path, row: Any, where: str) -> None:
    if not isinstance(row, dict):
        raise bad_input(f"{where} is {type(row).__name__}; it must be an object")
    for key in REQUIRED_TEXTS:
        if not isinstance(row.get(key), str) or not row[key]:
            raise bad_input(f"{where} has {key} {row.get(key)!r}; it must be a text")
    for key in (*REQUIRED_FILES, *(key for key in OPTIONAL_FILES if row.get(key) is not None)):
        _check_file(folder, row.get(key), f"{key} of {where}")
    splits = row.get("splits", [])
    if not isinstance(splits, list) or not all(isinstance(split, str) for split in splits):
        raise bad_input(f"splits of {where} is {splits!r}; it must be a list of texts")


def _check_file(folder: Path, value: Any, what: str) -> None:
    if not isinstance(value, str) or not value:
        raise bad_input(f"{what} is {value!r}; it must be a path relative to the folder")
    relative = Path(value)
    if relative.is_absolute() or ".." in relative.parts:
        raise bad_input(f"{what} is {value!r}; only paths inside the folder are allowed")
    if not (folder / relative).is_file():
        raise bad_input(f"{what} names {folder / relative}, which is not there")


def _read_picture(folder: Path, row: Mapping[str, Any], side: str, points: NDArray) -> BenchmarkPicture:
    rgb = np.asarray(_open(folder / row[f"image_{side}"], ("RGB", "RGBA", "L", "P")).convert("RGB"))
    mask_path = folder / row[f"mask_{side}"]
    mask = _read_mask(mask_path)
    if not mask.any():
        raise DfcError("EMPTY_MASK", f"{mask_path} marks no pixel; 255 is the tool")
    part = _read_mask(folder / row[f"part_{side}"]) if row.get(f"part_{side}") else None
    depth_m = None
    if row.get(f"depth_{side}"):
        depth = _open(folder / row[f"depth_{side}"], ("I;16", "I", "I;16B"))
        depth_m = np.asarray(depth).astype(np.float32) * np.float32(MILLIMETRE)
    K = _read_matrix(row.get(f"K_{side}"), 3, f"K_{side} of a pair in {folder / 'benchmark.json'}")
    return BenchmarkPicture(row[f"category_{side}"], rgb, mask, points, part, depth_m, K)


def _open(path: Path, modes: tuple[str, ...]) -> Image.Image:
    try:
        image = Image.open(path)
        size = image.size
        if size == (IMAGE_SIZE, IMAGE_SIZE):
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DfcError("BAD_IMAGE", f"{path} is not a readable picture: {error}") from error
    if size != (IMAGE_SIZE, IMAGE_SIZE):
        raise DfcError("BAD_IMAGE", f"{path} is {size[0]}x{size[1]}; allowed: {IMAGE_SIZE}x{IMAGE_SIZE}")
    if image.mode not in modes:
        raise DfcError("BAD_IMAGE", f"{path} has pixel format {image.mode}; allowed: {', '.join(modes)}")
    return image


def _read_mask(path: Path) -> NDArray:
    return np.asarray(_open(path, ("L", "1")).convert("L")) > 127


def _read_points(path: Path) -> tuple[NDArray, NDArray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            a, b = np.asarray(file["a"]), np.asarray(file["b"])
    except BROKEN_NPZ as error:
        raise bad_input(f"{path} is not an .npz with arrays a and b: {error}") from error
    for name, points in (("a", a), ("b", b)):
        problem = _points_problem(points)
        if problem:
            raise bad_input(f"{name} in {path} {problem}")
    if len(a) != len(b):
        raise bad_input(f"{path} has {len(a)} points in a but {len(b)} in b; row i of a is the partner of row i of b")
    return a.astype(np.float64), b.astype(np.float64)


def _points_problem(points: NDArray) -> str | None:
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0 or points.dtype.kind not in "iuf":
        return f"is {points.dtype} {points.shape}; allowed: numbers N x 2 (x, y), N at least 1"
    if not np.isfinite(points).all():
        return "has numbers that are not finite"
    if points.min() < -0.5 or points.max() > IMAGE_SIZE:  # whether a pixel's place is its middle or its corner
        return f"has pixels outside the picture; allowed: 0..{IMAGE_SIZE}"
    return None


def _read_matrix(value: Any, size: int, what: str) -> NDArray | None:
    if value is None:
        return None
    try:
        matrix = np.asarray(value, dtype=np.float64)
    except (ValueError, TypeError):
        matrix = np.empty(0)
    if matrix.shape != (size, size) or not np.isfinite(matrix).all():
        raise bad_input(f"{what} is {value!r}; allowed: {size} x {size} finite numbers")
    return matrix


def _write_pair(folder: Path, number: int, pair: BenchmarkPair) -> dict[str, Any]:
    if len(pair.a.points) != len(pair.b.points):
        raise bad_input(f"pair {number} has {len(pair.a.points)} points in a but {len(pair.b.points)} in b")
    place = f"pairs/{number:05d}"
    row: dict[str, Any] = {"function": pair.function}
    for side, picture in (("a", pair.a), ("b", pair.b)):
        row |= _write_picture(folder, place, side, picture, f"{side} of pair {number}")
    row["points"] = f"{place}/points.npz"
    write_atomic(folder / row["points"], lambda file: np.savez_compressed(file, a=pair.a.points, b=pair.b.points))
    if pair.T_a_b is not None:
        row["T_a_b"] = np.asarray(pair.T_a_b).tolist()
    if pair.splits:
        row["splits"] = list(pair.splits)
    return row


def _write_picture(folder: Path, place: str, side: str, picture: BenchmarkPicture, what: str) -> dict[str, Any]:
    problem = _points_problem(np.asarray(picture.points))
    if problem:
        raise bad_input(f"the points of {what} {problem}")
    if not picture.mask.any():
        raise DfcError("EMPTY_MASK", f"the mask of {what} marks no pixel")
    images = {"image": picture.rgb, "mask": picture.mask.astype(np.uint8) * 255}
    if picture.part is not None:
        images["part"] = picture.part.astype(np.uint8) * 255
    if picture.depth_m is not None:
        images["depth"] = depth_to_millimetres(picture.depth_m)
    row: dict[str, Any] = {f"category_{side}": picture.category}
    for key, array in images.items():
        if array.shape[:2] != (IMAGE_SIZE, IMAGE_SIZE):
            raise DfcError("BAD_IMAGE", f"{key} of {what} is {array.shape}; allowed: {IMAGE_SIZE} x {IMAGE_SIZE}")
        row[f"{key}_{side}"] = f"{place}/{key}_{side}.png"
        write_png(folder / row[f"{key}_{side}"], array)
    if picture.K is not None:
        row[f"K_{side}"] = np.asarray(picture.K).tolist()
    return row
