"""How well a tool is found without a mask: what `segment` makes of a transfer scene, beside the true mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dfc_core.dataset.transfer_scenes import TransferScene
from dfc_core.errors import DfcError
from dfc_core.evaluate.reliability import quantile
from dfc_core.frames.colour import Box, Point
from dfc_core.frames.segment import segment

SEEDS = ("point", "roi")
WRONG = 0.1  # below this overlap it is another thing


def found_masks(scene: TransferScene) -> dict[str, float]:
    """Intersection over union with the true mask of those found at the scene's `point` and in the true mask's box
    (`roi`); 0 where nothing is found."""
    truth = scene.truth.mask
    return {"point": _overlap(scene, truth, scene.point, None), "roi": _overlap(scene, truth, None, box_around(truth))}


def box_around(mask: NDArray) -> Box:
    """The box (x, y, width, height) of a mask (H x W bool) that is not empty."""
    rows, columns = np.nonzero(mask)
    low, high = (columns.min(), rows.min()), (columns.max() + 1, rows.max() + 1)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def mask_figures(found: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Of `found_masks` of some scenes, for each of `SEEDS`: the `median`, and the shares above .7, above .5 and
    `wrong`; NaN without scenes."""
    return {seed: _figures(np.array([overlaps[seed] for overlaps in found], float)) for seed in SEEDS}


def _figures(overlaps: NDArray) -> dict[str, float]:
    if not len(overlaps):
        return dict.fromkeys(("median", "above_0.7", "above_0.5", "wrong"), float("nan"))
    return {
        "median": quantile(overlaps, 0.5),
        "above_0.7": float((overlaps > 0.7).mean()),
        "above_0.5": float((overlaps > 0.5).mean()),
        "wrong": float((overlaps < WRONG).mean()),
    }


def _overlap(scene: TransferScene, truth: NDArray, point: Point | None, box: Box | None) -> float:
    try:
        mask = segment(replace(scene.target, mask=None), point=point, box=box).mask
    except DfcError:
        return 0.0
    return float((mask & truth).sum() / (mask | truth).sum())
