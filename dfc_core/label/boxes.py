"""Boxes a detector drew around a part in the views of one tool."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import NDArray


@dataclass(frozen=True)
class ViewBoxes:
    """Every box that repeated queries gave for one part in one view; `boxes` is 0 x 4 where none was found.

    `boxes` N x 4 float (x0, y0, x1, y1 in pixels, integers are pixel centres), `scores` N (1 where the detector gives
    none). A view that was not asked has no `ViewBoxes` at all.
    """

    view: int
    boxes: NDArray
    scores: NDArray
