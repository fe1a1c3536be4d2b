"""A tiny data set of drawn views, a server that sees their parts, and what each of its answers must become."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from chat_server import Reply, picture_of, text_of

from dfc_core.assets.tool import Affordance, Tool
from dfc_core.render.picture import Picture
from dfc_core.render.store import save_tool_views

SIDE = 64
RED, GREEN, GREY = [230, 20, 20], [20, 200, 20], [120, 120, 120]
NAMES = {
    "mug": {"pour-with": {"function": {"part": "red spot", "description": "the bright spot"}, "grasp": "green bar"}},
    "hammer": {"pound-with": {"function": "red spot", "grasp": "green bar"}, "pour-with": None},
}


def part_boxes(number: int, view: int) -> dict[str, list[int]]:
    """x0, y0, x1, y1 (first and last pixel) of the parts of tool `number`: a small red spot, a large green bar."""
    x, y = 30 + 3 * view, 14 + 2 * number
    return {"red spot": [x, y, x + 5, y + 5], "green bar": [8, 34, 50, 50]}


def drawn_view(number: int, view: int) -> Picture:
    """The view of tool `number`: a grey square with its two parts, on a red and green ground that is not the tool."""
    rgb = np.zeros((SIDE, SIDE, 3), np.uint8)
    rgb[:, : SIDE // 2], rgb[:, SIDE // 2 :] = RED, GREEN
    mask = np.zeros((SIDE, SIDE), bool)
    mask[6:58, 6:58] = True
    rgb[mask] = GREY
    parts = np.full((SIDE, SIDE), -1, np.int16)
    for index, (colour, (x0, y0, x1, y1)) in enumerate(
        zip((RED, GREEN), part_boxes(number, view).values(), strict=True)
    ):
        rgb[y0 : y1 + 1, x0 : x1 + 1] = colour
        parts[y0 : y1 + 1, x0 : x1 + 1] = index
    K = np.array([[60.0, 0, 31.5], [0, 60, 31.5], [0, 0, 1]])
    pose = np.eye(4)
    pose[2, 3] = 0.5
    return Picture(rgb, np.where(mask, 0.5, 0.0), mask, parts, K, pose)


def draw_dataset(
    folder: Path, families: tuple[str, ...] = ("mug", "file:hammer"), views: int = 2, truth: bool = False
) -> Path:
    """A data set of one tool per family, without part labels unless `truth` (then pour-with is known)."""
    vertices = np.array([[0.0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]])
    faces = np.array([[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]], np.int32)
    affordance = Affordance("pour-with", ("spot",), ("bar",), np.eye(4), 0.1)
    for number, family in enumerate(families):
        face_parts = np.array([0, 0, 1, 1], np.int16) if truth else np.full(4, -1, np.int16)
        tool = Tool(
            f"{family}-{number}", family, vertices, faces, face_parts, ("spot", "bar") if truth else (),
            (affordance,) if truth else (),
        )  # fmt: skip
        pictures = [drawn_view(number, view) for view in range(views)]
        if not truth:
            for picture in pictures:
                picture.parts[:] = -1
        folder.mkdir(parents=True, exist_ok=True)
        save_tool_views(folder / f"tool-{number:05d}.safetensors", tool, family, pictures)
    return folder


def seen_box(request: dict[str, Any]) -> dict[str, Any]:
    """What a perfect model answers: the box of the colour that is asked for, found in the picture that was sent."""
    picture = picture_of(request).astype(int)
    channel, other = (0, 1) if "red spot" in text_of(request) else (1, 0)
    y, x = np.nonzero(picture[..., channel] - picture[..., other] > 60)
    if len(x) == 0:
        return {"boxes": []}
    height, width = picture.shape[:2]
    return {"boxes": [[x.min() / width, y.min() / height, (x.max() + 1) / width, (y.max() + 1) / height]]}


def names_answer(request: dict[str, Any]) -> dict[str, Any] | None:
    """The names of `NAMES` for the object and function of a question."""
    text = text_of(request)
    thing = next(thing for thing in NAMES if thing in text)
    function = next((f for f in NAMES[thing] if f"({f.replace('-', ' ')})" in text), None)
    return NAMES[thing][function] if function else {"function": None}


def perfect(request: dict[str, Any], number: int) -> Reply:
    """Names or boxes, whatever is asked."""
    is_boxes = isinstance(request["messages"][0]["content"], list)
    answer = seen_box(request) if is_boxes else names_answer(request) or {"function": None}
    return Reply(json.loads(json.dumps(answer, default=float)))


def failing(broken: Callable[[dict[str, Any], int], bool], fault: Reply) -> Callable[[dict[str, Any], int], Reply]:
    """`perfect` but for the requests that are `broken`."""
    return lambda request, number: fault if broken(request, number) else perfect(request, number)


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder and the sha256 of its bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
