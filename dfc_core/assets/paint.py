"""The look of pieces of a mesh file as one look: a colour per face, or one image with corner coordinates.

Colours are sRGB. Vertex colours become the mean of a face's three; with an image they are left out. Several images,
and pieces that have none, share one atlas; an image that a piece repeats is repeated there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from dfc_core.assets.tool import Texture

DEFAULT_COLOR = (160, 160, 160)
PATCH_PX = 4  # side of a plain colour's patch in an atlas; its centre is sampled
MOST_IMAGE_PX = 2048  # larger images are made smaller: no rendered view shows more
MOST_REPEATS = 16


def paint_of(pieces: list[trimesh.Trimesh]) -> tuple[NDArray | None, Texture | None]:
    """(face colours F x 3 uint8, None) when no piece has an image, otherwise (None, texture)."""
    images = [_image(piece) for piece in pieces]
    if all(image is None for image in images):
        return np.concatenate([face_colors(piece) for piece in pieces]), None
    if len(pieces) == 1 and images[0] is not None:
        return None, Texture(_face_uv(pieces[0]).astype(np.float32), images[0])
    return None, _atlas(pieces, images)


def face_colors(piece: trimesh.Trimesh) -> NDArray:
    """F x 3 uint8: vertex or face colours of the file, else the material's one colour."""
    visual: Any = piece.visual
    if isinstance(visual, trimesh.visual.ColorVisuals):
        if visual.kind is None:
            return np.tile(np.array(DEFAULT_COLOR, np.uint8), (len(piece.faces), 1))
        return np.asarray(visual.face_colors)[:, :3].astype(np.uint8)
    color = np.tile(_material_color(visual.material), (len(piece.faces), 1))
    own = visual.vertex_attributes.get("color")  # glTF: linear light, multiplied with the material
    if own is None or len(own) != len(piece.vertices):
        return color
    linear = np.asarray(own, np.float64)[:, :3] / (np.iinfo(own.dtype).max if own.dtype.kind in "iu" else 1.0)
    return np.round(color * (srgb_from_linear(linear[piece.faces].mean(axis=1) * 255) / 255.0)).astype(np.uint8)


def srgb_from_linear(color: NDArray) -> NDArray:
    """glTF's numbers are linear light, pictures are sRGB (IEC 61966-2-1); both 0..255 here."""
    linear = np.clip(np.asarray(color, np.float64) / 255.0, 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    return np.round(srgb * 255).astype(np.uint8)


def has_image(piece: trimesh.Trimesh) -> bool:
    """Whether the piece has a base colour image that can be read."""
    return _image(piece) is not None


def _material_color(material: Any) -> NDArray:
    factor = getattr(material, "baseColorFactor", None)
    if factor is not None:
        return srgb_from_linear(np.asarray(factor)[:3])
    diffuse = getattr(material, "diffuse", None)
    return np.array(DEFAULT_COLOR if diffuse is None else diffuse[:3], np.uint8)


def _image(piece: trimesh.Trimesh) -> NDArray | None:
    """The base colour image of a piece, H x W x 3 uint8 with its factor multiplied in; None when it has none."""
    material = getattr(piece.visual, "material", None)
    image = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    uv = getattr(piece.visual, "uv", None)
    if image is None or uv is None or len(uv) != len(piece.vertices):
        return None
    try:
        pixels = _at_most(image.convert("RGB"), MOST_IMAGE_PX)
    except Exception:  # a damaged picture costs the mesh its paint, not its shape
        return None
    if max(pixels.shape[:2]) <= 2 and (pixels == pixels[0, 0]).all():  # trimesh's stand-in for a lost material
        return None
    factor = getattr(material, "baseColorFactor", None)
    if factor is not None:
        pixels = np.round(pixels * (srgb_from_linear(np.asarray(factor)[:3]) / 255.0)).astype(np.uint8)
    return pixels


def _at_most(image: Image.Image, side: int) -> NDArray:
    share = side / max(image.size)
    if share < 1:
        image = image.resize((max(1, round(image.width * share)), max(1, round(image.height * share))))
    return np.asarray(image)


def _face_uv(piece: trimesh.Trimesh) -> NDArray:
    """F x 3 x 2 with each face moved by whole images so that it starts in the first; v is up."""
    uv = np.nan_to_num(np.asarray(getattr(piece.visual, "uv", None), np.float64))[piece.faces]
    return uv - np.floor(uv.min(axis=1, keepdims=True) + 1e-6)


def _atlas(pieces: list[trimesh.Trimesh], images: list[NDArray | None]) -> Texture:
    """One image of all pieces' images under each other, each once."""
    cells = [
        _palette(piece) if image is None else _repeated(image, _face_uv(piece))
        for piece, image in zip(pieces, images, strict=True)
    ]
    tops: dict[bytes, int] = {}
    height = 0
    for _, cell in cells:
        if cell.tobytes() not in tops:
            tops[cell.tobytes()], height = height, height + cell.shape[0]
    width = max(cell.shape[1] for _, cell in cells)
    atlas = np.zeros((height, width, 3), np.uint8)
    uvs = []
    for uv, cell in cells:
        top, (rows, columns) = tops[cell.tobytes()], cell.shape[:2]
        atlas[top : top + rows, :columns] = cell
        inside = np.clip(uv * (columns, rows), 0.5, (columns - 0.5, rows - 0.5))  # never the neighbour's colour
        uvs.append((inside + np.array([0, height - top - rows])) / (width, height))
    return Texture(np.concatenate(uvs).astype(np.float32), atlas)


def _palette(piece: trimesh.Trimesh) -> tuple[NDArray, NDArray]:
    """(uv F x 3 x 2, image) of plain face colours: one patch for each colour, in a square."""
    colors, index = np.unique(face_colors(piece), axis=0, return_inverse=True)
    index = index.reshape(-1)
    side = int(np.ceil(np.sqrt(len(colors))))
    square = np.zeros((side * side, 3), np.uint8)
    square[: len(colors)] = colors
    image = square.reshape(side, side, 3).repeat(PATCH_PX, axis=0).repeat(PATCH_PX, axis=1)
    centres = np.stack([(index % side + 0.5) / side, 1 - (index // side + 0.5) / side], axis=1)
    return np.repeat(centres[:, None], 3, axis=1), image


def _repeated(image: NDArray, uv: NDArray) -> tuple[NDArray, NDArray]:
    """(uv within 0..1, image): as often side by side as the corners reach beyond its border."""
    times = np.clip(np.ceil(uv.reshape(-1, 2).max(axis=0) - 1e-6), 1, MOST_REPEATS).astype(int)
    tiled = np.tile(image, (times[1], times[0], 1))
    if times.max() > 1 and max(tiled.shape) > MOST_IMAGE_PX:
        tiled = _at_most(Image.fromarray(tiled), MOST_IMAGE_PX)
    return np.clip(uv / times, 0, 1), tiled
