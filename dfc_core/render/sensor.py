"""What a structured-light or stereo depth camera makes of exact depth.

The faults and where they are described: disparity in steps, so that depth's step grows with its square, and noise that
grows on slanted surfaces (Nguyen, Izadi, Lovell, "Modeling Kinect Sensor Noise", 3DIMPVT 2012); pixels shifted
sideways before quantisation (Handa, Whelan, McDonald, Davison, "A Benchmark for RGB-D Visual Odometry, 3D
Reconstruction and SLAM", ICRA 2014); no reading where the second camera or the projector sees something else, and at
shiny, dark and grazing surfaces (Mallick, Das, Majumdar, "Characterizations of Noise in Kinect Depth Images", IEEE
Sensors Journal 2014); "flying" pixels between near and far at edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtr


@dataclass(frozen=True)
class SensorConfig:
    """A depth camera. The defaults are like a good one held in a robot's hand; `EXACT` changes nothing.

    Lengths in pixels are the sensor's own: `focal_px` is its focal length, and a picture of another K (a crop enlarged
    to 224 px) gets the same faults, enlarged. None = the picture's own fx.
    """

    baseline_m: float = 0.055  # between the two cameras, or camera and projector
    focal_px: float | None = 614.0
    disparity_step_px: float = 1 / 16  # 0 = no quantisation
    disparity_noise_px: float = 0.06  # sigma
    noise_width_px: float = 1.2  # neighbours share their errors: matching works on windows
    slant: float = 0.3  # the noise grows by 1 + slant * tan^2 of the angle between normal and ray
    lateral_px: float = 0.5  # sigma of the sideways shift
    second_view: bool = True  # no reading where the second camera's view is blocked
    edge_m: float = 0.02  # neighbours that differ by more than this are an edge
    edge_dropout: float = 0.35  # probability of no reading within a pixel of an edge
    flying: float = 0.1  # probability there of a reading between near and far
    grazing_rad: float = 1.4  # surfaces seen at a flatter angle than this (0 = head on) give no reading
    gloss_dropout: float = 0.6  # probability of no reading on a mirror
    dark_albedo: float = 0.03  # half of the readings are missing where so little light comes back
    holes: float = 0.002  # share of pixels without any reason
    hole_width_px: float = 2.5
    near_m: float = 0.2
    far_m: float = 4.0
    unit_m: float = 0.001  # readings come in whole units; 0 = any


EXACT = SensorConfig(
    disparity_step_px=0, disparity_noise_px=0, lateral_px=0, second_view=False, edge_dropout=0, flying=0, grazing_rad=2,
    gloss_dropout=0, dark_albedo=0, holes=0, near_m=0, far_m=np.inf, unit_m=0,
)  # fmt: skip


def sense_depth(
    depth_m: NDArray,
    K: NDArray,
    rng: Generator,
    config: SensorConfig = SensorConfig(),
    *,
    normals_camera: NDArray | None = None,
    gloss: NDArray | None = None,
    albedo: NDArray | None = None,
) -> NDArray:
    """Noisy depth (H x W float32, m along z, 0 = no reading) of exact `depth_m` (0 = nothing there).

    `normals_camera` H x W x 3 unit, towards the camera; `gloss` H x W, 0..1; `albedo` H x W, reflectance. Without
    normals no surface is slanted; without gloss none mirrors; without albedo none is dark.
    """
    focal = config.focal_px or float(K[0, 0])
    zoom = float(K[0, 0]) / focal  # picture pixels per sensor pixel
    tangent = np.zeros_like(depth_m) if normals_camera is None else _tangent(normals_camera, K)
    missing = _missing(depth_m, tangent, gloss, albedo, rng, config, zoom)
    if config.second_view:
        missing |= behind_second_view(depth_m, K, config.baseline_m)
    depth = _at_edges(_shift(depth_m, rng, config.lateral_px * zoom), depth_m, rng, config, zoom)
    depth = _through_disparity(depth, tangent, rng, config, focal, zoom)
    if config.unit_m:
        depth = np.round(depth / config.unit_m) * config.unit_m
    depth[missing | (depth < config.near_m) | (depth > config.far_m)] = 0
    return depth.astype(np.float32)


def _tangent(normals: NDArray, K: NDArray) -> NDArray:
    """Tangent of the angle between normal and ray, H x W; 0 where there is no normal."""
    height, width = normals.shape[:2]
    x, y = (np.arange(width) - K[0, 2]) / K[0, 0], (np.arange(height)[:, None] - K[1, 2]) / K[1, 1]
    towards = -(normals[..., 0] * x + normals[..., 1] * y + normals[..., 2]) / np.sqrt(1 + x**2 + y**2)
    cosine = np.clip(np.where((normals == 0).all(axis=-1), 1, towards), 1e-3, 1)
    return np.sqrt(1 / cosine**2 - 1)


def _shift(depth: NDArray, rng: Generator, sigma: float) -> NDArray:
    """Each pixel's reading taken from a place beside it."""
    if sigma == 0:
        return depth.copy()
    height, width = depth.shape
    offset = np.rint(rng.normal(0, sigma, (2, height, width))).astype(int)
    rows = np.clip(np.arange(height)[:, None] + offset[0], 0, height - 1)
    columns = np.clip(np.arange(width) + offset[1], 0, width - 1)
    return depth[rows, columns]


def _at_edges(depth: NDArray, exact: NDArray, rng: Generator, config: SensorConfig, zoom: float) -> NDArray:
    """Depth with readings lost, or flying between near and far, within a sensor pixel of edges."""
    side = 2 * max(1, round(zoom)) + 1
    near, far = ndimage.minimum_filter(exact, side), ndimage.maximum_filter(exact, side)
    edge = far - near > config.edge_m
    fate, between = rng.random(depth.shape), rng.random(depth.shape)
    flying = edge & (fate < config.flying) & (near > 0)
    depth[flying] = (near + between * (far - near))[flying]
    depth[edge & (fate > 1 - config.edge_dropout)] = 0
    return depth


def _through_disparity(
    depth: NDArray, tangent: NDArray, rng: Generator, config: SensorConfig, focal: float, zoom: float
) -> NDArray:
    """Depth measured as disparity: with noise, in steps."""
    seen = depth > 0
    disparity = focal * config.baseline_m / np.where(seen, depth, 1).astype(np.float64)
    if config.disparity_noise_px:
        noise = _smooth_noise(rng, depth.shape, config.noise_width_px * zoom)
        disparity += config.disparity_noise_px * noise * (1 + config.slant * np.minimum(tangent, 5) ** 2)
    if config.disparity_step_px:
        disparity = np.round(disparity / config.disparity_step_px) * config.disparity_step_px
    seen &= disparity > 0
    return np.where(seen, focal * config.baseline_m / np.where(seen, disparity, 1), 0)


def _missing(
    depth: NDArray,
    tangent: NDArray,
    gloss: NDArray | None,
    albedo: NDArray | None,
    rng: Generator,
    config: SensorConfig,
    zoom: float,
) -> NDArray:
    """Pixels whose surface gives no reading, in patches."""
    chance = np.full(depth.shape, config.holes, dtype=np.float64)
    if gloss is not None:
        facing = 1 / (1 + tangent**2)  # a mirror blinds most where it looks back at the projector
        chance += config.gloss_dropout * gloss**2 * (0.3 + 0.7 * facing)
    if albedo is not None and config.dark_albedo:
        chance += 0.5 ** (albedo / config.dark_albedo) * (albedo > 0)
    patches = ndtr(_smooth_noise(rng, depth.shape, config.hole_width_px * zoom))
    return (patches < chance) | (np.arctan(tangent) > config.grazing_rad)


def behind_second_view(depth_m: NDArray, K: NDArray, baseline_m: float) -> NDArray:
    """Pixels (H x W bool) that a second camera `baseline_m` to the right does not see for something nearer.

    In its picture a pixel moves left by fx * baseline / z; one that lands right of another that began right of it is
    covered by it.
    """
    seen = depth_m > 0
    shift = np.where(seen, K[0, 0] * baseline_m / np.where(seen, depth_m, 1), 0)
    lands = np.arange(depth_m.shape[1]) - shift
    covered_from = np.minimum.accumulate(np.where(seen, lands, np.inf)[:, ::-1], axis=1)[:, ::-1]
    return seen & (lands > covered_from + 1e-6)


def _smooth_noise(rng: Generator, shape: tuple[int, ...], width: float) -> NDArray:
    """Gaussian noise of mean 0 and deviation 1 whose neighbours within `width` px agree, H x W."""
    noise = rng.standard_normal(shape)
    if width < 0.3:
        return noise
    # a Gaussian of this width averages 4 pi width^2 independent values
    return ndimage.gaussian_filter(noise, width, mode="wrap") * 2 * np.sqrt(np.pi) * width
