"""Which pixels look like the tool: colour histograms of it and of what surrounds it, smoothed along colour edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


@dataclass(frozen=True)
class ColourConfig:
    """Histogram fineness and smoothing; evidences are log odds (positive = tool)."""

    bins: int = 16
    blur_bins: float = 0.8
    prior_samples: float = 4.0
    strongest: float = 3.0
    shades: tuple[float, ...] = (0.85, 0.7, 0.55)  # the surroundings are also met in the tool's own shadow
    shade_weight: float = 0.3
    edge: float = 14.0  # grey levels over which two pixels cease to be alike
    radius: int = 3
    rounds: int = 3


def colour_evidence(
    rgb: NDArray, tool: NDArray, surroundings: NDArray, config: ColourConfig = ColourConfig()
) -> NDArray:
    """Log odds (H x W) that a pixel's colour is the tool's, from examples of both (H x W bool); 0 = cannot tell.

    With no example of one of them, 0 everywhere.
    """
    if not tool.any() or not surroundings.any():
        return np.zeros(rgb.shape[:2])
    ours = _histogram(rgb[tool], config)
    around = rgb[surroundings]
    theirs = _histogram(around, config)
    for shade in config.shades:
        theirs = theirs + config.shade_weight * _histogram(around * shade, config)
    floor = config.prior_samples / config.bins**3
    evidence = np.log((ours + floor) / (theirs + floor))
    return np.clip(evidence, -config.strongest, config.strongest)[_bins(rgb, config)]


def _bins(rgb: NDArray, config: ColourConfig) -> tuple[NDArray, ...]:
    index = (np.asarray(rgb, dtype=np.float32) * (config.bins / 256)).astype(np.intp)
    return index[..., 0], index[..., 1], index[..., 2]


def _histogram(colours: NDArray, config: ColourConfig) -> NDArray:
    """Blurred colour density (bins^3, sums to 1)."""
    r, g, b = _bins(colours, config)
    counts = np.bincount((r * config.bins + g) * config.bins + b, minlength=config.bins**3).astype(np.float32)
    cube = (counts / len(colours)).reshape(config.bins, config.bins, config.bins)
    return ndimage.gaussian_filter(cube, config.blur_bins, mode="nearest")


def smooth_along_edges(evidence: NDArray, rgb: NDArray, config: ColourConfig = ColourConfig()) -> NDArray:
    """Evidence (H x W) averaged over neighbours of like colour: a few rounds of a joint bilateral filter."""
    guide = ndimage.uniform_filter(np.asarray(rgb, dtype=np.float32), (3, 3, 1)) / np.float32(config.edge * 2**0.5)
    value = evidence.astype(np.float32)
    far = config.radius
    pairs = []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1), (0, far), (far, 0), (far, far), (far, -far)):
        here = (slice(0, value.shape[0] - dy), slice(max(0, -dx), value.shape[1] - max(0, dx)))
        there = (slice(dy, None), slice(max(0, dx), value.shape[1] + min(0, dx)))
        apart = guide[here] - guide[there]
        pairs.append((here, there, np.exp(-np.einsum("yxc,yxc->yx", apart, apart))))
    total = np.ones_like(value)
    for here, there, weight in pairs:
        total[here] += weight
        total[there] += weight
    for _ in range(config.rounds):
        summed = value.copy()
        for here, there, weight in pairs:
            summed[here] += weight * value[there]
            summed[there] += weight * value[here]
        value = summed / total
    return value
