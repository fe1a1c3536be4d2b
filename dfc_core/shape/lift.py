"""Depth at sub-pixel places without mixing the surfaces on two sides of an edge, and the 3D points that follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.geometry import unproject
from dfc_core.shape.surface import thinned


@dataclass(frozen=True)
class LiftConfig:
    """How much neighbouring readings may differ and still be one surface.

    Two readings `d` apart in the picture lie on one surface when their depths differ by no more than the sensor's
    noise, `noise_floor_m + noise_quadratic * z^2` (structured-light and stereo depth noise grows with z squared), or by
    what a surface tilted by `max_tilt_deg` against the line of sight changes over `d` pixels.

    A point errs along its ray by `sigma_floor_m + sigma_quadratic * z^2` (of a stereo camera the square's factor is the
    disparity's error over focal length times baseline), and across it by `sigma_px` pixels.
    """

    window: int = 5  # px, odd; of depth with readings at some pixels only, as many readings wide
    min_support: int = 4  # readings on one surface, the central one included
    noise_floor_m: float = 0.002
    noise_quadratic: float = 0.002
    max_tilt_deg: float = 80.0
    sigma_floor_m: float = 0.0005
    sigma_quadratic: float = 0.002  # 1 / m
    sigma_px: float = 0.5

    def __post_init__(self) -> None:
        if min(self.sigma_floor_m, self.sigma_quadratic, self.sigma_px) < 0:
            raise ValueError("sigma_floor_m, sigma_quadratic and sigma_px must not be negative")


def lift(
    frame: Frame, pixels: NDArray, mask: NDArray | None = None, config: LiftConfig = LiftConfig()
) -> tuple[NDArray, NDArray]:
    """Points of the surface that `pixels` (N x 2, x y, sub-pixel) see, in the camera's optical frame.

    Returns points (N x 3, m; zeros where there is none) and valid (N bool). Only readings inside `mask` (H x W) count.
    The surface is that of the nearest reading; a reading that too few neighbours support is a flying pixel, and the
    place is invalid. Empty `pixels` gives empty results. DfcError: NO_DEPTH without depth, BAD_IMAGE without camera.
    """
    if frame.depth_m is None:
        raise DfcError("NO_DEPTH", f"{frame.name} has no depth; 3D points need it")
    if frame.K is None:
        raise DfcError("BAD_IMAGE", f"{frame.name} has no camera matrix; 3D points need it")
    depth_m, valid = depth_at(frame.depth_m, pixels, float(frame.K[0, 0]), mask, config)
    points = unproject(np.asarray(pixels, dtype=np.float64).reshape(-1, 2), depth_m, frame.K)
    points[~valid] = 0
    return points, valid


def point_covariances(points_camera: NDArray, K: NDArray | None, config: LiftConfig = LiftConfig()) -> NDArray:
    """Covariances (N x 3 x 3, m^2, camera's optical frame) that the sensor gives points (N x 3, m, z >= 0).

    To first order: depth along the ray and the pixel across it err independently (`LiftConfig`; Nguyen, Izadi, Lovell
    2012). Zero without camera matrix and for a point at the camera, which is how a missing one is written.
    """
    points_camera = np.asarray(points_camera, dtype=np.float64).reshape(-1, 3)
    if K is None:
        return np.zeros((len(points_camera), 3, 3))
    z = points_camera[:, 2]
    seen = z > 0
    ray = points_camera / np.where(seen, z, 1)[:, None]
    sigma_depth = np.where(seen, config.sigma_floor_m + config.sigma_quadratic * z**2, 0)
    covariances = sigma_depth[:, None, None] ** 2 * np.einsum("ni,nj->nij", ray, ray)
    covariances[:, 0, 0] += (config.sigma_px * z / K[0, 0]) ** 2
    covariances[:, 1, 1] += (config.sigma_px * z / K[1, 1]) ** 2
    return covariances


def onto_mask(pixels: NDArray, mask: NDArray | None) -> NDArray:
    """`pixels` (N x 2), each that lies off `mask` (H x W) moved to the nearest pixel on it; all kept without mask."""
    pixels = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
    if mask is None or not mask.any():
        return pixels
    height, width = mask.shape
    x, y = np.rint(pixels).astype(np.int64).T
    on = mask[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    if on.all():
        return pixels
    ys, xs = np.nonzero(mask)
    there = np.stack([xs, ys], axis=1).astype(np.float64)
    moved = pixels.copy()
    for index in np.flatnonzero(~on):
        moved[index] = there[((there - pixels[index]) ** 2).sum(axis=1).argmin()]
    return moved


def depth_at(
    depth_m: NDArray, pixels: NDArray, focal_px: float, mask: NDArray | None = None, config: LiftConfig = LiftConfig()
) -> tuple[NDArray, NDArray]:
    """Depth (N, m, 0 where invalid) and validity (N bool) at `pixels` (N x 2); see `lift`.

    The readings of the surface are fitted by a plane, which in a picture is affine in 1 / z, and the fit is held within
    the readings' range, so nothing is extrapolated.
    """
    pixels = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
    spacing = reading_spacing(depth_m, mask)
    offsets, depths = _windows(depth_m, pixels, mask, config.window, spacing)
    usable = depths > 0
    rows = np.arange(len(pixels))
    distance = np.where(usable, np.hypot(offsets[..., 0], offsets[..., 1]), np.inf)
    nearest = distance.argmin(axis=1) if len(pixels) else np.zeros(0, dtype=np.int64)
    reference = depths[rows, nearest]
    beside = offsets[rows, nearest]
    apart = np.hypot(offsets[..., 0] - beside[:, :1], offsets[..., 1] - beside[:, 1:])
    slope = np.tan(np.radians(config.max_tilt_deg)) / focal_px
    noise = config.noise_floor_m + config.noise_quadratic * reference**2
    allowed = np.maximum(noise[:, None], slope * reference[:, None] * apart)
    same_surface = usable & (np.abs(depths - reference[:, None]) <= allowed)
    close = distance[rows, nearest] <= 1.5 * spacing  # a reading beyond a neighbour says nothing of this place
    valid = close & (same_surface.sum(axis=1) >= config.min_support)
    inverse = np.where(same_surface, 1 / np.where(usable, depths, 1), 0)
    value = _plane_at_origin(offsets / spacing, inverse, same_surface & valid[:, None])
    return np.where(valid, 1 / np.where(valid, value, 1), 0), valid


def reading_spacing(depth_m: NDArray, mask: NDArray | None = None) -> float:
    """How far apart (px) neighbouring readings of `depth_m` (H x W, 0 = none) are in `mask` (H x W bool); mostly 1.

    More where readings stand alone: in depth registered from a camera of fewer pixels, without filling in.
    """
    read = depth_m > 0 if mask is None else (depth_m > 0) & mask
    count = np.count_nonzero(read)
    side_by_side = np.count_nonzero(read[:, 1:] & read[:, :-1]) + np.count_nonzero(read[1:] & read[:-1])
    if count < 2 or side_by_side > 0.5 * count:  # of twice as many pairs in a dense picture
        return 1.0
    places = np.argwhere(read)
    nearest = cKDTree(places).query(thinned(places, 1000), k=2)[0][:, 1]
    return float(np.clip(np.median(nearest), 1, 4))  # farther apart, they say little of what is between


def _windows(
    depth_m: NDArray, pixels: NDArray, mask: NDArray | None, window: int, spacing: float
) -> tuple[NDArray, NDArray]:
    """Offsets (N x W^2 x 2, px) of the readings around each place, and the readings (N x W^2, 0 = none); W is `window`
    readings `spacing` px apart."""
    if window < 1 or window % 2 == 0:
        raise ValueError(f"window is {window}; it must be odd and positive")
    height, width = depth_m.shape
    reach = round(window // 2 * spacing)
    step_y, step_x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    centre = np.rint(pixels).astype(np.int64)
    x = centre[:, :1] + step_x.ravel()
    y = centre[:, 1:] + step_y.ravel()
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    x_safe, y_safe = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    keep = inside if mask is None else inside & mask[y_safe, x_safe]
    readings = depth_m[y_safe, x_safe].astype(np.float64)
    depths = np.where(keep & np.isfinite(readings) & (readings > 0), readings, 0)
    return np.stack([x - pixels[:, :1], y - pixels[:, 1:]], axis=2), depths


def _plane_at_origin(offsets: NDArray, values: NDArray, use: NDArray) -> NDArray:
    """Value at offset 0 of the weighted affine fit to `values` (N x W) at `offsets` (N x W x 2), within their range."""
    x, y = np.ascontiguousarray(np.moveaxis(offsets, 2, 0))
    weights = np.where(use, np.exp(-(x * x + y * y) / 2), 0)
    weighed_x, weighed_y = weights * x, weights * y
    # Normal equations of value = v + x slope_x + y slope_y, and the slopes eliminated from them.
    total, sum_x, sum_y = weights.sum(axis=1), weighed_x.sum(axis=1), weighed_y.sum(axis=1)
    sum_v, sum_xv, sum_yv = (np.einsum("nw,nw->n", each, values) for each in (weights, weighed_x, weighed_y))
    # A trace of ridge on the slopes only: readings along one line leave the slope across it at zero.
    xx, yy = np.einsum("nw,nw->n", weighed_x, x) + 1e-3, np.einsum("nw,nw->n", weighed_y, y) + 1e-3
    xy = np.einsum("nw,nw->n", weighed_x, y)
    determinant = xx * yy - xy * xy
    share_x, share_y = (yy * sum_x - xy * sum_y) / determinant, (xx * sum_y - xy * sum_x) / determinant
    fitted = (sum_v - share_x * sum_xv - share_y * sum_yv) / (total - share_x * sum_x - share_y * sum_y + 1e-12)
    low = np.where(use, values, np.inf).min(axis=1, initial=np.inf)
    high = np.where(use, values, -np.inf).max(axis=1, initial=-np.inf)
    return np.clip(fitted, np.minimum(low, high), np.maximum(low, high))
