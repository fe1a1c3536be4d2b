"""Colours as things have them."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray


def random_color(rng: Generator) -> NDArray:
    """A linear colour (3, 0..1) as tools have: often grey, white, black or brown, else any hue."""
    kind = rng.random()
    if kind < 0.3:
        return np.full(3, rng.uniform(0.02, 0.95)) * rng.uniform(0.92, 1.0, 3)
    if kind < 0.45:
        return np.array(colorsys.hsv_to_rgb(rng.uniform(0.04, 0.12), rng.uniform(0.3, 0.8), rng.uniform(0.15, 0.8)))
    return np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.2, 1.0) ** 0.7, rng.uniform(0.1, 1.0)))
