"""Small pairs of pictures, and a model whose features are places."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from dfc_core.dataset.benchmark_format import BenchmarkPair, BenchmarkPicture
from dfc_core.evaluate.metrics import DISCOVERY_METRICS, LABEL_METRICS
from dfc_core.evaluate.predict import (
    PairScore,
)


def picture(category: str, seed: int, shift: int = 0) -> BenchmarkPicture:
    """A noisy 60 x 40 block on white with 30 true pixels; `shift` moves it to the right."""
    rng = np.random.default_rng(seed)
    left, top = 40 + shift, 70
    mask = np.zeros((224, 224), dtype=bool)
    mask[top : top + 40, left : left + 60] = True
    rgb = np.full((224, 224, 3), 255, dtype=np.uint8)
    rgb[mask] = rng.integers(0, 255, (int(mask.sum()), 3), dtype=np.uint8)
    places = np.random.default_rng(7).choice(60 * 40, 30, replace=False)
    points = np.stack([left + places % 60, top + places // 60], axis=1).astype(np.float64)
    part = np.zeros_like(mask)
    part[top : top + 40, left : left + 30] = True
    return BenchmarkPicture(category, rgb, mask, points, part)


def pair(category_b: str = "cup", function: str = "pour-with", splits: tuple[str, ...] = ()) -> BenchmarkPair:
    return BenchmarkPair(function, picture("mug", 1), picture(category_b, 2, shift=50), None, splits)


class PlaceModel:
    """Stands in for `Model`: describes a pixel by its place in the mask's box, and knows the left half as the part."""

    name, id, functions = "place", "place-0", ("pour-with", "cut-with")
    encoded = 0

    def encode(self, rgb: NDArray, mask: NDArray) -> NDArray:
        self.encoded += 1
        rows, columns = np.nonzero(mask)
        return np.array([columns.min(), rows.min(), np.ptp(columns), np.ptp(rows)], dtype=np.float64)

    def sample(self, box: NDArray, pixels: NDArray, function: str, role: str) -> tuple[torch.Tensor, torch.Tensor]:
        assert role == "function"
        place = (np.asarray(pixels) - box[:2]) / box[2:]
        angle = np.pi / 2 * place
        features = torch.from_numpy(np.concatenate([np.cos(angle), np.sin(angle)], axis=1) / np.sqrt(2)).float()
        return features, torch.from_numpy((place[:, 0] < 0.5).astype(np.float32))

    def backbone_features(self, box: NDArray, pixels: NDArray) -> torch.Tensor:
        return self.sample(box, pixels, "pour-with", "function")[0]


# --- the report ----------------------------------------------------------------------------------------------------


def constant_score(value: float) -> PairScore:
    label = dict.fromkeys(LABEL_METRICS, value)
    discovery = dict.fromkeys(DISCOVERY_METRICS, value)
    zero = dict.fromkeys(DISCOVERY_METRICS, 0.0)
    return PairScore((label, label), (discovery, zero))
