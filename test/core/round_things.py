"""Round tools with and without a handle as a camera sees them, by intersecting rays with cylinders and boxes.

A tool's own frame: y up, the axis through the origin. Colour = place on the tool, in 256 steps over 0.24 m.
"""

from __future__ import annotations

import numpy as np

from dfc_core.demonstrations import Contact, Demonstration
from dfc_core.frames import Frame
from dfc_core.geometry import invert, look_at, transform

K = np.array([[300.0, 0, 99.5], [0, 300.0, 79.5], [0, 0, 1]])
SIZE = (160, 200)  # height, width
EXTENT = 0.24  # m that the colours run over
Cylinder = tuple[float, float, float]  # radius, from y, to y
Box = tuple[tuple[float, float, float], tuple[float, float, float]]  # lowest and highest corner

CUP: tuple[Cylinder, ...] = ((0.04, -0.05, 0.05),)
BOTTLE: tuple[Cylinder, ...] = ((0.035, -0.06, 0.03), (0.015, 0.03, 0.07))
HANDLE: Box = ((0.04, -0.03, -0.006), (0.07, 0.03, 0.006))
SPOUT: Box = ((0.012, 0.045, -0.008), (0.04, 0.06, 0.008))


def camera(azimuth_deg: float = 20.0, elevation_deg: float = 35.0, distance: float = 0.4) -> np.ndarray:
    """T_tool_camera of a camera that looks at the tool."""
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    place = [np.cos(elevation) * np.sin(azimuth), np.sin(elevation), np.cos(elevation) * np.cos(azimuth)]
    return look_at(distance * np.array(place), np.zeros(3), np.array([0, 1.0, 0]))


def picture(
    T_tool_camera: np.ndarray,
    cylinders: tuple[Cylinder, ...] = (),
    boxes: tuple[Box, ...] = (),
    noise_m: float = 0.0,
    seed: int = 0,
) -> Frame:
    """The tool before nothing: depth where rays meet it, with noise, its mask, its places as colours."""
    ys, xs = np.mgrid[: SIZE[0], : SIZE[1]]
    rays = np.stack([(xs - K[0, 2]) / K[0, 0], (ys - K[1, 2]) / K[1, 1], np.ones(SIZE)], axis=-1)
    origin, direction = T_tool_camera[:3, 3], rays @ T_tool_camera[:3, :3].T
    near = np.full(SIZE, np.inf)
    for radius, low, high in cylinders:
        slab = _slab(origin[1], direction[..., 1], low, high)
        near = np.minimum(
            near, _first(*[np.stack(pair) for pair in zip(slab, _round(origin, direction, radius), strict=True)])
        )
    for low_corner, high_corner in boxes:
        slabs = [_slab(origin[i], direction[..., i], low_corner[i], high_corner[i]) for i in range(3)]
        near = np.minimum(near, _first(np.stack([slab[0] for slab in slabs]), np.stack([slab[1] for slab in slabs])))
    hit = np.isfinite(near)
    place = origin + np.where(hit, near, 0)[..., None] * direction
    rgb = np.where(hit[..., None], np.clip(np.rint((place / EXTENT + 0.5) * 255), 0, 255), 0).astype(np.uint8)
    random = np.random.default_rng(seed)
    depth = np.where(hit, near + random.normal(0, noise_m, SIZE), 0)
    return Frame(rgb, K, depth.astype(np.float32), hit, "camera", "round")


def cloud(frame: Frame, T_tool_camera: np.ndarray) -> np.ndarray:
    """What the camera sees, in the tool's frame (N x 3, m)."""
    ys, xs = np.nonzero(frame.mask)
    z = frame.depth_m[ys, xs].astype(np.float64)
    points = np.stack([(xs - K[0, 2]) / K[0, 0] * z, (ys - K[1, 2]) / K[1, 1] * z, z], axis=1)
    return transform(T_tool_camera, points)


def axis_in(T_tool_camera: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The tool's axis in the camera's frame: a point on it, its direction."""
    to_camera = invert(T_tool_camera)
    return to_camera[:3, 3], to_camera[:3, 1]


def _slab(origin: float, direction: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    ends = (low - origin) / direction, (high - origin) / direction
    return np.minimum(*ends), np.maximum(*ends)


def _round(origin: np.ndarray, direction: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Where rays enter and leave an endless cylinder about y."""
    a = direction[..., 0] ** 2 + direction[..., 2] ** 2
    b = origin[0] * direction[..., 0] + origin[2] * direction[..., 2]
    root = np.sqrt(np.maximum(b**2 - a * (origin[0] ** 2 + origin[2] ** 2 - radius**2), 0))
    hit = b**2 - a * (origin[0] ** 2 + origin[2] ** 2 - radius**2) > 0
    return np.where(hit, (-b - root) / a, np.inf), np.where(hit, (-b + root) / a, -np.inf)


def _first(near: np.ndarray, far: np.ndarray) -> np.ndarray:
    enter, leave = near.max(axis=0), far.min(axis=0)
    return np.where((enter < leave) & (enter > 0), enter, np.inf)


def shown(azimuth: float, *boxes: Box) -> Demonstration:
    """A cup shown by the round things' camera; its colours are its places, as the stand-in model wants them."""
    frame = picture(camera(azimuth), CUP, boxes)
    ys, xs = np.nonzero(frame.mask)
    contact = Contact(pixel=(float(xs.mean()), float(ys.min() + 3)), role="function")
    return Demonstration("cup-1", "pour-with", "cup", frame, (contact,), None, "2026-01-01T00:00:00Z", 1)
