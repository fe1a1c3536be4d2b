"""Values typed on the command line, turned into numbers and pictures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfc_core.errors import bad_input

if TYPE_CHECKING:
    from dfc_core.frames import Frame


def parse_point(text: str, option: str = "--point") -> tuple[float, float]:
    """`X,Y` in pixels."""
    x, y = _numbers(text, 2, option, "X,Y")
    return x, y


def parse_box(text: str, option: str = "--box") -> tuple[float, float, float, float]:
    """`X,Y,W,H` in pixels."""
    x, y, w, h = _numbers(text, 4, option, "X,Y,W,H")
    return x, y, w, h


def given(**options: Any) -> dict[str, Any]:
    """Those of some options that were given: a config's own defaults stand for the others."""
    return {name: value for name, value in options.items() if value is not None}


def read_or_keep_function(text: str) -> str:
    """A function's name as it is written, be it known or one like `stack-with`; free words find one of the 24."""
    from dfc_core.functions import FUNCTIONS, canonical_function, is_function_name

    if is_function_name(text):
        return canonical_function(text)
    from dfc_core.model.words import read_function

    return read_function(text, FUNCTIONS)


def load_seeded_frame(folder: Path, mask: Path | None) -> Frame:
    """The frame folder, its mask replaced by the picture `mask` where one is given."""
    from dfc_core.frames import load_frame, load_mask

    frame = load_frame(folder)
    return frame if mask is None else frame.with_mask(load_mask(mask))


def _numbers(text: str, count: int, option: str, form: str) -> list[float]:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != count or not all(math.isfinite(value) for value in values):
        raise bad_input(f"{option} {text!r} is not {form} in pixels, such as {','.join(['100'] * count)}")
    return values
