"""One RGB-D picture, in memory and as a folder."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dfc_core.errors import DfcError
from dfc_core.files import read_json, write_bytes, write_json

SKEW = 1e-3  # of the focal length: what is less moves no pixel by one
SQUEEZED = 2.5  # how unlike the two focal lengths of one camera may be: 2 where it bins along one side only
MILLIMETRE = 0.001


@dataclass(frozen=True)
class Frame:
    """A colour picture with what is known beside it, all of one height H and width W.

    `rgb` H x W x 3 uint8; `depth_m` H x W float32, metres along z, 0 = no reading (NaN, infinite and negative
    readings become 0); `mask` H x W bool, True = the tool; `K` 3 x 3 float64; `frame_id` the camera's optical
    frame; `name` what the picture is called (its folder's name). Wrong shapes, types or a camera without focal
    length raise `DfcError` (BAD_IMAGE).
    """

    rgb: NDArray
    K: NDArray | None = None
    depth_m: NDArray | None = None
    mask: NDArray | None = None
    frame_id: str = "camera_color_optical_frame"
    name: str = "frame"

    def __post_init__(self) -> None:
        rgb = np.asarray(self.rgb)
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or rgb.size == 0:
            raise DfcError("BAD_IMAGE", f"rgb is {rgb.dtype} {rgb.shape}; it must be uint8 H x W x 3, not empty")
        object.__setattr__(self, "rgb", rgb)
        if self.depth_m is not None:
            object.__setattr__(self, "depth_m", _clean_depth(self.depth_m, rgb.shape[:2]))
        if self.mask is not None:
            object.__setattr__(self, "mask", _clean_mask(self.mask, rgb.shape[:2]))
        if self.K is not None:
            object.__setattr__(self, "K", _clean_camera(self.K))

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]

    @property
    def has_depth(self) -> bool:
        """Whether there is a depth reading."""
        return self.depth_m is not None and bool(self.depth_m.any())

    def with_mask(self, mask: NDArray) -> Frame:
        """The same picture with another mask."""
        return Frame(self.rgb, self.K, self.depth_m, mask, self.frame_id, self.name)


def _clean_depth(depth: NDArray, shape: tuple[int, int]) -> NDArray:
    depth = np.asarray(depth)
    if depth.shape != shape:
        raise DfcError("BAD_IMAGE", f"depth is {_size(depth)} but rgb is {shape[1]}x{shape[0]}; register depth to rgb")
    if not np.issubdtype(depth.dtype, np.floating):
        raise DfcError("BAD_IMAGE", f"depth_m is {depth.dtype}; it must be a float type, in metres")
    return np.where(np.isfinite(depth) & (depth > 0), depth, 0).astype(np.float32)


def _clean_mask(mask: NDArray, shape: tuple[int, int]) -> NDArray:
    mask = np.asarray(mask)
    if mask.shape != shape:
        raise DfcError("BAD_IMAGE", f"mask is {_size(mask)} but rgb is {shape[1]}x{shape[0]}; they must agree")
    return mask.astype(bool)


def _clean_camera(K: NDArray) -> NDArray:
    K = np.asarray(K, dtype=np.float64)
    if K.shape != (3, 3) or not np.isfinite(K).all() or K[0, 0] <= 0 or K[1, 1] <= 0:
        raise DfcError("BAD_IMAGE", f"camera matrix {K.tolist()} is not 3x3 with positive focal lengths")
    pinhole = np.array([[K[0, 0], 0, K[0, 2]], [0, K[1, 1], K[1, 2]], [0, 0, 1]])
    if np.abs(K - pinhole)[:2].max() > SKEW * K[0, 0] or np.abs(K - pinhole)[2].max() > 1e-6:
        raise DfcError("BAD_IMAGE", f"camera matrix {K.tolist()} is not fx, 0, cx / 0, fy, cy / 0, 0, 1")
    if not 1 / SQUEEZED < K[0, 0] / K[1, 1] < SQUEEZED:
        raise DfcError(
            "BAD_IMAGE", f"camera matrix has focal lengths {K[0, 0]:g} and {K[1, 1]:g}, which differ too much"
        )
    return K


def _size(array: NDArray) -> str:
    return f"{array.shape[1]}x{array.shape[0]}" if array.ndim == 2 else f"an array of shape {array.shape}"


def load_frame(folder: Path | str) -> Frame:
    """Read a frame folder: `rgb.png`, `camera.json`, and `depth.png` (16-bit mm) and `mask.png` where present.

    A missing, empty or broken file raises `DfcError` naming it: NO_IMAGE when there is no rgb.png, else BAD_IMAGE.
    """
    folder = Path(folder)
    if not (folder / "rgb.png").is_file():
        raise DfcError("NO_IMAGE", f"{folder} is not a frame folder: it has no rgb.png")
    rgb = _read_png(folder / "rgb.png", ("RGB", "RGBA", "L", "P"))
    rgb = rgb if rgb.mode == "RGB" else rgb.convert("RGB")
    depth_m = mask = K = None
    frame_id = Frame.frame_id
    if (folder / "depth.png").exists():
        depth = _read_png(folder / "depth.png", ("I;16", "I", "I;16B"), ": 16-bit grey, millimetres")
        depth_m = np.asarray(depth).astype(np.float32) * MILLIMETRE
    if (folder / "mask.png").exists():
        mask = load_mask(folder / "mask.png")
    if (folder / "camera.json").exists():
        K, frame_id = _read_camera(folder / "camera.json", rgb.size, frame_id)
    return Frame(np.asarray(rgb), K, depth_m, mask, frame_id, folder.resolve().name)


def load_mask(path: Path | str) -> NDArray:
    """Read a mask picture, 8-bit grey (255 = the tool) or 1-bit, as H x W bool.

    `DfcError` naming it: BAD_IMAGE, or EMPTY_MASK for one of low numbers only, such as 0 and 1.
    """
    grey = np.asarray(_read_png(Path(path), ("L", "1")).convert("L"))
    if 0 < grey.max() <= 127:
        raise DfcError("EMPTY_MASK", f"the highest value in {path} is {grey.max()}; 255 = the tool, 0 = not")
    return grey > 127


def _read_png(path: Path, modes: tuple[str, ...], meaning: str = "") -> Image.Image:
    try:
        image = Image.open(path)
        image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DfcError("BAD_IMAGE", f"{path} is not a readable picture: {error}") from error
    if image.mode not in modes:
        raise DfcError("BAD_IMAGE", f"{path} has pixel format {image.mode}; allowed: {', '.join(modes)}{meaning}")
    return image


def _read_camera(path: Path, size: tuple[int, int], frame_id: str) -> tuple[NDArray, str]:
    try:
        camera = read_json(path)
    except (OSError, ValueError) as error:
        raise DfcError("BAD_IMAGE", f"{path} cannot be read: {error}") from error
    lacking = [key for key in ("width", "height", "K") if not isinstance(camera, dict) or camera.get(key) is None]
    if lacking:
        raise DfcError(
            "BAD_IMAGE", f"{path} is not a camera.json with width, height and 3x3 K: no {', '.join(lacking)}"
        )
    try:
        K = np.asarray(camera["K"], dtype=np.float64)
        stated = (int(camera["width"]), int(camera["height"]))
    except (ValueError, TypeError, OverflowError) as error:
        raise DfcError("BAD_IMAGE", f"{path} is not a camera.json with width, height and 3x3 K: {error}") from error
    named = camera.get("frame_id")
    if not isinstance(named, str | None):
        raise DfcError("BAD_IMAGE", f"{path} has frame_id {named!r}; it must be a name")
    frame_id = frame_id if named is None else named
    if stated != size:
        raise DfcError(
            "BAD_IMAGE", f"{path} is for {stated[0]}x{stated[1]} pictures but rgb.png is {size[0]}x{size[1]}"
        )
    return K, frame_id


def save_frame(frame: Frame, folder: Path | str) -> None:
    """Write a frame folder; each file is whole or absent, `camera.json` last."""
    folder = Path(folder)
    write_bytes(folder / "rgb.png", _png(frame.rgb))
    if frame.depth_m is not None:
        write_bytes(folder / "depth.png", _png(depth_to_millimetres(frame.depth_m)))
    if frame.mask is not None:
        write_bytes(folder / "mask.png", _png(frame.mask.astype(np.uint8) * 255))
    if frame.K is not None:
        width, height = frame.size
        camera = {"width": width, "height": height, "K": frame.K.tolist(), "frame_id": frame.frame_id}
        write_json(folder / "camera.json", camera)


def depth_to_millimetres(depth_m: NDArray) -> NDArray:
    """uint16 millimetres; readings beyond 65.535 m become 0 (none)."""
    millimetres = np.rint(np.nan_to_num(depth_m, nan=0.0, posinf=0.0, neginf=0.0) / MILLIMETRE)
    return np.where((millimetres > 0) & (millimetres <= 65535), millimetres, 0).astype(np.uint16)


def _png(array: NDArray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, format="PNG")
    return buffer.getvalue()
