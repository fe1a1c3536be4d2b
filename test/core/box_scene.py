"""A rendered box whose pose, contacts and features are known exactly.

The stand-in model is honest: each picture's colours are the box's own surface coordinates, and a pixel's feature is a
function of its colour alone, so the true correspondence is what the pictures show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from dfc_core.demonstrations import Contact, Demonstration, Found, Grasp
from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.geometry import (
    invert,
    look_at,
    project,
    quaternion_xyzw,
    transform,
)
from dfc_core.model import ToolFeatures

K = np.array([[300.0, 0, 79.5], [0, 300.0, 59.5], [0, 0, 1]])


BOX = np.array([0.06, 0.10, 0.04])  # m, centred at the object's origin; y = up; the top third is the functional part


CAMERA_DEMO = look_at(np.array([0.25, 0.30, 0.30]), np.zeros(3), np.array([0, 1.0, 0]))


CAMERA_TARGET = look_at(np.array([0.10, 0.38, 0.34]), np.array([0.02, 0, 0]), np.array([0, 1.0, 0]), roll=0.3)


def box_picture(T_object_camera: np.ndarray, scale: float = 1.0) -> Frame:
    """Depth by ray and slab; colour = place on the box, in 256 steps over [-0.5, 0.5] of 0.12 m."""
    ys, xs = np.mgrid[:120, :160]
    rays = np.stack([(xs - K[0, 2]) / K[0, 0], (ys - K[1, 2]) / K[1, 1], np.ones(xs.shape)], axis=-1)
    origin, direction = T_object_camera[:3, 3], rays @ T_object_camera[:3, :3].T
    ends = np.stack([(-scale * BOX / 2 - origin) / direction, (scale * BOX / 2 - origin) / direction])
    near, far = ends.min(axis=0).max(axis=-1), ends.max(axis=0).min(axis=-1)
    hit = near < far
    place = (origin + near[..., None] * direction) / scale
    colour = np.clip(np.rint((place / 0.12 + 0.5) * 255), 0, 255)
    rgb = np.where(hit[..., None], colour, 0).astype(np.uint8)
    return Frame(rgb, K, np.where(hit, near, 0).astype(np.float32), hit, "camera", "box")


@dataclass(frozen=True)
class ColourModel:
    """Unit-norm features that are nearer the nearer two colours, that is two places of the box, are."""

    functions: tuple[str, ...] = ("pour-with", "cut-with")
    id: str = "colour-1"

    def encode(self, rgb: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if not mask.any():
            raise DfcError("EMPTY_MASK", "no tool")
        return rgb, mask

    def read_out(self, encoded, function: str, role: str, stride: int = 2) -> ToolFeatures:
        ys, xs = np.nonzero(encoded[1])
        keep = (xs % stride == 0) & (ys % stride == 0)
        pixels = np.stack([xs[keep], ys[keep]], axis=1).astype(np.float32)
        features, probability = self.sample(encoded, pixels, function, role)
        return ToolFeatures(torch.from_numpy(pixels), torch.from_numpy(pixels), features, probability)

    def backbone_features(self, encoded, pixels: np.ndarray):
        return self.sample(encoded, pixels, "pour-with", "function")[0]

    def sample(self, encoded, pixels: np.ndarray, function: str, role: str):
        x, y = np.rint(pixels).astype(int).T
        place = encoded[0][y, x] / 255.0 - 0.5
        features = np.concatenate([place, np.sqrt(1 - (place**2).sum(axis=1, keepdims=True))], axis=1)
        top = place[:, 1] > 0.15
        probability = np.where(top == (role == "function"), 0.95, 0.05)
        return torch.from_numpy(features.astype(np.float32)), torch.from_numpy(probability.astype(np.float32))


def to_pixel(point_object: np.ndarray, T_object_camera: np.ndarray) -> tuple[float, float]:
    x, y = project(transform(invert(T_object_camera), point_object[None]), K)[0]
    return float(x), float(y)


TOP = np.array([0.01, 0.05, 0.005])  # seen by both cameras, on the top face


SIDE = np.array([0.012, -0.01, 0.02])  # seen by both, on the front face


def demonstration() -> Demonstration:
    to_camera = invert(CAMERA_DEMO)
    position = transform(to_camera, np.array([[0.012, -0.01, 0.0]]))[0]
    # closing along the box's x, approach along its -z (the front face looks along +z)
    axes = to_camera[:3, :3] @ np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]])
    return Demonstration(
        id="box-1",
        function="pour-with",
        tool="box",
        frame=box_picture(CAMERA_DEMO),
        contacts=(
            Contact(pixel=to_pixel(TOP, CAMERA_DEMO), role="function"),
            Contact(pixel=to_pixel(SIDE, CAMERA_DEMO), role="grasp"),
        ),
        grasp=Grasp(position=tuple(position), quaternion_xyzw=tuple(quaternion_xyzw(axes)), width=0.08),
        created="2026-01-01T00:00:00Z",
        schema=1,
    )


class Store:
    """What the matcher asks of a store."""

    def __init__(self, *kept: Demonstration) -> None:
        self.kept = {one.id: one for one in kept}
        self.computed: dict[tuple[str, str], dict[str, np.ndarray]] = {}
        self.misses = 0

    def get(self, id: str) -> Demonstration:
        if id not in self.kept:
            raise DfcError("NO_DEMONSTRATION", f"no demonstration {id!r}")
        return self.kept[id]

    def nearest(self, function: str, key: str, query, describe, at_most: int) -> list[Found]:
        found = [Found(one.id, None) for one in self.kept.values() if one.function == function]
        if not found:
            raise DfcError("NO_DEMONSTRATION", f"no demonstration of {function}")
        return found

    def cached(self, id: str, key: str, compute) -> dict[str, np.ndarray]:
        if (id, key) not in self.computed:
            self.misses += 1
            self.computed[id, key] = compute()
        return self.computed[id, key]
