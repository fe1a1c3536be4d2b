"""Contact sheets: many tools in one picture, their parts in colour, to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from dfc_core.assets.part_frames import role_frames
from dfc_core.assets.tool import Tool
from dfc_core.geometry import project, transform
from dfc_core.render.appearance import CLEAN_LOOK, random_look
from dfc_core.render.picture import Picture, take_picture
from dfc_core.render.raycast import Scene, rest_on_table
from dfc_core.render.viewpoints import camera_towards, crop_camera, direction_of

PART_COLORS = np.array(
    [
        [230, 80, 60], [70, 130, 220], [90, 180, 80], [240, 180, 40], [160, 90, 200], [80, 200, 200], [240, 130, 180],
        [150, 110, 70], [120, 120, 120], [200, 220, 90],
    ]
)  # fmt: skip
OWN_LOOK = replace(CLEAN_LOOK, own_texture_share=1.0, own_color_share=1.0)
VIEW = (-1.0, 0.6)  # azimuth and elevation, rad
AXIS_COLORS = ((220, 40, 40), (40, 170, 40), (40, 80, 230))  # x, y, z


def show_tool(
    tool: Tool,
    *,
    size: int = 224,
    function: str | None = None,
    seed: int = 0,
) -> NDArray:
    """`size` x `size` x 3 uint8: the tool as it rests, seen from `VIEW`.

    With a `function`, its part is red, the held part blue, the rest grey, and the function frame is drawn (x red, y
    green, z blue, as long as its scale); without one the tool has its own look, or is painted at random by `seed`.
    """
    table = rest_on_table(tool, tool.rest_rotations[0])
    T_camera_tool = camera_towards(tool, table, direction_of(*VIEW), 4.0)
    K = crop_camera(tool, T_camera_tool, size, 1.25, np.zeros(2))
    rng = np.random.default_rng(seed)
    look = random_look(rng, tool, table.T_tool_table[:3, 2], OWN_LOOK)
    picture = take_picture(Scene(tool), look, K, (size, size), T_camera_tool, rng)
    image = np.where(picture.mask[..., None], picture.rgb, 255).astype(np.uint8)
    return image if function is None else _draw_function(image, picture, tool, function)


def _draw_function(image: NDArray, picture: Picture, tool: Tool, function: str) -> NDArray:
    part, hold = role_frames(tool, function)
    light = image.mean(axis=2, keepdims=True) / 255 * 0.6 + 0.4
    color = np.full((*picture.mask.shape, 3), 190.0)
    color[hold.shown(picture.parts)] = PART_COLORS[1]
    color[part.shown(picture.parts)] = PART_COLORS[0]
    canvas = Image.fromarray(np.where(picture.mask[..., None], light * color, 255).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(canvas)
    for T in part.frames:
        tips = np.concatenate([np.zeros((1, 3)), np.eye(3)]) * part.scale
        places = project(transform(picture.T_camera_tool @ T, tips), picture.K)
        for tip, axis_color in zip(places[1:], AXIS_COLORS, strict=True):
            draw.line([tuple(places[0]), tuple(tip)], fill=axis_color, width=2)
    return np.asarray(canvas)


def sheet(pictures: Sequence[NDArray], captions: Iterable[str], columns: int) -> NDArray:
    """Pictures of one size (each H x W x 3 uint8) in rows of `columns`, a caption below each."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    canvas = Image.new("RGB", (columns * width, rows * (height + 14)), "white")
    draw = ImageDraw.Draw(canvas)
    for number, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        x, y = number % columns * width, number // columns * (height + 14)
        canvas.paste(Image.fromarray(picture), (x, y))
        draw.text((x + 3, y + height), caption[: width // 6], fill="black")
    return np.asarray(canvas)
