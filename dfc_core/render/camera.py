"""What a camera does to light: exposure, lens, tone curve, noise and JPEG."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Range = tuple[float, float]
LEAST_BLUR = 0.25  # px; less changes no pixel worth the time


@dataclass(frozen=True)
class CameraConfig:
    """Ranges that each picture draws from, uniformly; `CLEAN` leaves the picture as it is but for its 8 bits."""

    exposure: Range = (0.6, 1.6)  # factor
    white_balance: float = 0.12  # each channel's factor lies within 1 -+ this
    contrast: Range = (-0.15, 0.35)  # of the tone curve; 0 = none, towards 1 = an S
    blur: Range = (0.3, 1.1)  # px, sigma of the lens
    coarse_share: float = 0.15  # pictures taken with fewer pixels and enlarged
    coarse: Range = (1.2, 2.5)
    shot_noise: Range = (0.0, 0.03)  # share of white, grows with the root of brightness
    read_noise: Range = (0.0, 0.02)  # share of white
    jpeg_share: float = 0.5
    jpeg_quality: tuple[int, int] = (30, 95)


CLEAN = CameraConfig((1, 1), 0.0, (0, 0), (0, 0), 0.0, (1, 1), (0, 0), (0, 0), 0.0)


def expose(color: NDArray, rng: Generator, config: CameraConfig) -> NDArray:
    """The 8-bit picture (H x W x 3) of linear light `color` (H x W x 3 float32)."""
    gain = rng.uniform(*config.exposure) * rng.uniform(1 - config.white_balance, 1 + config.white_balance, 3)
    light = _lens(color * gain.astype(np.float32), rng, config)
    image = tone(light, rng.uniform(*config.contrast))
    image = _add_noise(image, rng, config)
    picture = (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
    if rng.random() < config.jpeg_share:
        picture = through_jpeg(picture, int(rng.integers(config.jpeg_quality[0], config.jpeg_quality[1] + 1)))
    return picture


def _lens(light: NDArray, rng: Generator, config: CameraConfig) -> NDArray:
    blur, coarse = rng.uniform(*config.blur), rng.uniform(*config.coarse)
    light = np.clip(light, 0, 1.5)
    if blur > LEAST_BLUR:
        light = ndimage.gaussian_filter(light, (blur, blur, 0), truncate=2.5)
    if rng.random() < config.coarse_share:
        height, width = light.shape[:2]
        small = (max(8, round(width / coarse)), max(8, round(height / coarse)))
        light = np.stack([_there_and_back(light[..., channel], small) for channel in range(3)], axis=-1)
    return light


def _there_and_back(channel: NDArray, small: tuple[int, int]) -> NDArray:
    image = Image.fromarray(np.ascontiguousarray(channel, dtype=np.float32))
    size = image.size
    return np.asarray(
        image.resize(small, Image.Resampling.BILINEAR).resize(size, Image.Resampling.BICUBIC), dtype=np.float32
    )


def tone(light: NDArray, contrast: float) -> NDArray:
    """Display values 0..1 of linear light: gamma 2.2, then mixed with the S of 3x^2 - 2x^3 by `contrast`."""
    image = np.clip(light, 0, 1, dtype=np.float32) ** np.float32(1 / 2.2)
    if contrast:
        image = image + np.float32(contrast) * (image * image * (3 - 2 * image) - image)
    return image


def _add_noise(image: NDArray, rng: Generator, config: CameraConfig) -> NDArray:
    shot, read = rng.uniform(*config.shot_noise), rng.uniform(*config.read_noise)
    if shot == 0 and read == 0:
        return image
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    return image + noise * np.sqrt(np.float32(read**2) + np.float32(shot**2) * image)


def through_jpeg(picture: NDArray, quality: int) -> NDArray:
    """A picture (H x W x 3 uint8) written as JPEG and read again."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
    return np.array(Image.open(buffer))  # a copy that may be written to
