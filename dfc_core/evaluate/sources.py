"""Where features come from: the model under test and what it is compared with, behind one method."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from torch import Tensor
from torch.nn.functional import normalize

from dfc_core.dataset.benchmark_format import BenchmarkPicture

if TYPE_CHECKING:
    from dfc_core.model import Encoded, Model


class Source(Protocol):
    """Anything that describes pixels."""

    def describe(self, picture: BenchmarkPicture, pixels: NDArray, function: str) -> tuple[Tensor, Tensor]:
        """(features N x D unit norm, part probability N) at `pixels` (N x 2) of the picture."""


class Encoder:
    """The model's costly half, kept for the two pictures of the pair at hand."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._kept: list[tuple[BenchmarkPicture, Encoded]] = []

    def __call__(self, picture: BenchmarkPicture) -> Encoded:
        for kept, encoded in self._kept:
            if kept is picture:
                return encoded
        encoded = self.model.encode(picture.rgb, picture.mask)
        self._kept = [*self._kept[-1:], (picture, encoded)]
        return encoded


@dataclass(frozen=True)
class ModelSource:
    """The model under test: functional features and part probability."""

    encoder: Encoder

    def describe(self, picture: BenchmarkPicture, pixels: NDArray, function: str) -> tuple[Tensor, Tensor]:
        return self.encoder.model.sample(self.encoder(picture), pixels, function, role="function")


@dataclass(frozen=True)
class BackboneSource:
    """The model's backbone without its head; it knows no function."""

    encoder: Encoder

    def describe(self, picture: BenchmarkPicture, pixels: NDArray, function: str) -> tuple[Tensor, Tensor]:
        features = self.encoder.model.backbone_features(self.encoder(picture), pixels)
        return features, torch.ones(len(features))


@dataclass(frozen=True)
class HogSource:
    """Unlearned: histograms of gradients at two widths (px), colour, and place in the mask's box; weighted cosines."""

    bins: int = 8
    widths: tuple[float, ...] = (4.0, 10.0)
    gradient_weight: float = 0.4
    colour_weight: float = 0.1
    place_weight: float = 0.5

    def describe(self, picture: BenchmarkPicture, pixels: NDArray, function: str) -> tuple[Tensor, Tensor]:
        x, y = np.clip(np.rint(pixels).astype(int), 0, np.array(picture.mask.shape)[::-1] - 1).T
        rgb = np.where(picture.mask[..., None], picture.rgb / 255.0, 1.0)  # background white, as the model sees it
        histograms = self._histograms(rgb.mean(axis=2))
        blocks = [(self.gradient_weight / len(self.widths), _unit(histogram[y, x])) for histogram in histograms]
        colour = np.stack([ndimage.gaussian_filter(channel, 2.0) for channel in np.moveaxis(rgb, 2, 0)], axis=-1)
        blocks.append((self.colour_weight, _unit(colour[y, x] - 0.5)))
        blocks.append((self.place_weight, _unit(_place(pixels, picture.mask))))
        features = np.concatenate([np.sqrt(weight) * block for weight, block in blocks], axis=1)
        return normalize(torch.from_numpy(features).float(), dim=1), torch.ones(len(features))

    def _histograms(self, grey: NDArray) -> list[NDArray]:
        """Per width, H x W x bins: gradient magnitude by direction, each shared between its two nearest bins."""
        gradient_y, gradient_x = np.gradient(grey)
        magnitude = np.hypot(gradient_x, gradient_y)
        place = np.arctan2(gradient_y, gradient_x) / (2 * np.pi) * self.bins
        layers = []
        for number in range(self.bins):
            away = np.abs((place - number + self.bins / 2) % self.bins - self.bins / 2)
            layers.append(magnitude * np.clip(1 - away, 0, None))
        return [np.stack([ndimage.gaussian_filter(layer, width) for layer in layers], axis=-1) for width in self.widths]


@dataclass(frozen=True)
class OracleSource:
    """The truth itself as features: checks the evaluation, and bounds what the pixels allow.

    Each true pair owns a random direction; a pixel has that of its nearest true point, turned away with distance
    towards noise of its own.
    """

    dimensions: int = 128
    reach_px: float = 40.0
    seed: int = 0

    def describe(self, picture: BenchmarkPicture, pixels: NDArray, function: str) -> tuple[Tensor, Tensor]:
        shared = np.random.default_rng(self.seed)
        own = np.random.default_rng([self.seed, zlib.crc32(picture.rgb.tobytes()), zlib.crc32(picture.mask.tobytes())])
        directions = _unit(shared.normal(size=(len(picture.points), self.dimensions)))
        distance, nearest_point = cKDTree(picture.points).query(pixels)
        angle = np.minimum(distance / self.reach_px, 1)[:, None] * np.pi / 2
        noise = _unit(own.normal(size=(len(pixels), self.dimensions)))
        features = np.concatenate([np.cos(angle) * directions[nearest_point], np.sin(angle) * noise], axis=1)
        return torch.from_numpy(features).float(), torch.ones(len(features))


def _place(pixels: NDArray, mask: NDArray) -> NDArray:
    """N x 4: place in the mask's box on two quarter circles, so that dot products fall with distance."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    low = np.array([columns[0], rows[0]])
    size = np.maximum(np.array([columns[-1], rows[-1]]) - low, 1)
    angle = np.clip((pixels - low) / size, 0, 1) * np.pi / 2
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)


def _unit(values: NDArray) -> NDArray:
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6)
