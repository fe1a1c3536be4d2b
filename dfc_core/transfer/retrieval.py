"""What a picture shows of a tool, in one vector: by it the stored demonstration most like a new tool is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.demonstrations import Demonstration, DemonstrationStore, Found
from dfc_core.model import ROLES

LAYOUT = 1  # raise when the vector below changes, so that stored ones are computed anew


@dataclass(frozen=True)
class RetrievalConfig:
    """`stride` px of the 224 crop between the pixels read. A match computes the vector of at most `describe_at_most`
    stored demonstrations that have none yet under its model; `dfc_core demo describe` does so for all."""

    stride: int = 8
    describe_at_most: int = 16

    def __post_init__(self) -> None:
        if self.stride < 1 or self.describe_at_most < 0:
            raise ValueError("stride must be at least 1, describe_at_most not negative")


def most_alike(
    model: Any, store: DemonstrationStore, function: str, encoded: Any, config: RetrievalConfig = RetrievalConfig()
) -> Sequence[Found]:
    """The stored demonstrations of `function`, those first that show a tool most like the encoded picture's.

    `DfcError` (NO_DEMONSTRATION) when there is none.
    """
    return store.nearest(
        function,
        _key(model, function, config),
        lambda: view_vector(model, encoded, function, config),
        lambda shown: _demonstration_vector(model, shown, config),
        config.describe_at_most,
    )


def describe_stored(
    model: Any, store: DemonstrationStore, function: str, config: RetrievalConfig = RetrievalConfig()
) -> int:
    """Compute and keep what `most_alike` goes by, for all stored demonstrations of `function`; how many have it."""
    key = _key(model, function, config)
    return len(store.describe_all(function, key, lambda shown: _demonstration_vector(model, shown, config)))


def view_vector(model: Any, encoded: Any, function: str, config: RetrievalConfig) -> NDArray:
    """Unit vector of an encoded picture for `function`.

    The mean functional feature of each part (by its probability) says what the part is and how it is seen; the mean
    feature of the backbone says what the tool looks like, its silhouette what its shape is and from where it is seen.
    """
    pieces = []
    for role in ROLES:
        features = model.read_out(encoded, function, role, config.stride)
        weights = features.part_probability.cpu().numpy()
        pieces.append(_unit(weights @ features.features.cpu().numpy()))
    pieces.append(_unit(model.backbone_features(encoded, features.pixels.cpu().numpy()).cpu().numpy().mean(axis=0)))
    pieces.append(_unit(silhouette(features.pixels_crop.cpu().numpy())))
    return _unit(np.concatenate(pieces))


def silhouette(pixels: NDArray, cells: int = 7) -> NDArray:
    """How many of the tool's `pixels` (N x 2, N > 0) lie in each cell (row by row) of the square around it."""
    lowest, highest = pixels.min(axis=0), pixels.max(axis=0)
    side = max(1.2 * float((highest - lowest).max()), 1e-6)
    places = np.floor((pixels - (lowest + highest) / 2) / side * cells + cells / 2).astype(np.int64)
    return np.bincount(places[:, 1] * cells + places[:, 0], minlength=cells * cells).astype(np.float32)


def _key(model: Any, function: str, config: RetrievalConfig) -> str:
    """What the vectors follow from besides the pictures."""
    return f"alike-{model.id}-{function}-s{config.stride}-v{LAYOUT}"


def _demonstration_vector(model: Any, demonstration: Demonstration, config: RetrievalConfig) -> NDArray:
    frame = demonstration.frame
    assert frame.mask is not None
    return view_vector(model, model.encode(frame.rgb, frame.mask), demonstration.function, config)


def _unit(vector: NDArray) -> NDArray:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)
