"""What is exactly true of a transfer scene: where each demonstrated contact belongs on the target, and how it is held.

A demonstrated point has aligned coordinates in its part's frame (`dfc_core.assets.part_frames`). They name a place
beside the target's part, and its nearest point on that part's surface is the true one. The symmetries of both tools and
the target's alternative frames make several places equally true; one motion applies to all function contacts at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.tool import Symmetry, Tool, turn_about_z
from dfc_core.geometry import project, transform, turn_angles
from dfc_core.render.surface import Surface

TURNS = 180  # of an axis-symmetric tool: neighbouring places on a rim of 80 mm are 1.4 mm apart
SEEN_M = 0.004  # a place is visible when the picture shows something this near to it along the line of sight


@dataclass(frozen=True)
class TransferTruth:
    """The truth of one scene; metres, C contacts, F frames of the target that serve, K motions of symmetry.

    Of the demonstration, in its camera's frame: `contacts_demo` C x 3 on the exact surface, `T_demo_function` 4x4,
    `symmetry_demo`. Of the target, in its camera's frame: `places` C x FK x 3, the equivalent true places of each
    contact (NaN where the tool has no surface near), `visible` C x FK; `frames` FK x 3 x 3, what the rotation of the
    demonstrated function frame becomes under each of them, of which `proper` (FK bool) are turns and the others
    reflections; `T_target_function` F x 4x4, `symmetry_target`. What does not afford the function has none of these:
    FK = F = 0. `mask`, `part_mask` H x W bool are what is seen of the tool and of its functional part, `hold_points`
    N x 3 lie on the whole surface of the part to hold, `part_share` is the share of the functional part's outline that
    is seen, `depth_m` H x W the exact depth, `T_camera_tool` where `tool` lies and `T_camera_table` the table's centre
    and normal (+z).
    """

    affords: bool
    feasible: bool
    contacts_demo: NDArray
    T_demo_function: NDArray
    symmetry_demo: Symmetry
    places: NDArray
    visible: NDArray
    frames: NDArray
    proper: NDArray
    T_target_function: NDArray
    symmetry_target: Symmetry | None
    mask: NDArray
    part_mask: NDArray
    hold_points: NDArray
    part_share: float
    depth_m: NDArray
    tool: Tool
    T_camera_tool: NDArray
    T_camera_table: NDArray

    @property
    def contact_visible(self) -> NDArray:
        """Which contacts (C bool) have at least one true place that the picture shows."""
        return np.asarray(self.visible.any(axis=1))

    def contact_errors(self, points: NDArray, together: Sequence[int] | None = None) -> NDArray:
        """How far (C, m) answered `points` (C x 3, NaN = none) lie from the truth; NaN for none and without a partner.

        The contacts numbered in `together` (all, when None) are of one part: for them that one of the equivalent
        motions counts which is best on the whole. Each other contact is judged alone.
        """
        errors = np.full(len(points), np.nan)
        if self.places.shape[1] == 0:
            return errors
        off = np.linalg.norm(self.places - np.asarray(points, float)[:, None], axis=2)  # C x FK
        chosen = np.arange(len(points)) if together is None else np.asarray(together, dtype=int)
        answered = chosen[~np.isnan(off[chosen]).all(axis=1)]
        if len(answered):
            cost = off[answered].sum(axis=0)  # NaN where one of them has no place under that motion
            best = int(np.nanargmin(cost)) if np.isfinite(cost).any() else None
            errors[answered] = np.nanmin(off[answered], axis=1) if best is None else off[answered, best]
        for contact in np.setdiff1d(np.arange(len(points)), chosen):
            if not np.isnan(off[contact]).all():
                errors[contact] = np.nanmin(off[contact])
        return errors

    def rotation_error(self, rotation: NDArray) -> float:
        """Angle (rad) by which `rotation` (3x3, demonstration's camera to target's) turns the function frame wrongly.

        Modulo the symmetries; of an axis-symmetric tool the angle between the axes. NaN when there is no true frame.
        """
        if not self.proper.any():
            return float("nan")
        turned = rotation @ self.T_demo_function[:3, :3]
        symmetries = (self.symmetry_demo, self.symmetry_target)
        if any(symmetry is not None and symmetry.kind == "axis" for symmetry in symmetries):
            axes = self.T_target_function[:, :3, 2]
            return float(np.arccos(np.clip(axes @ turned[:, 2], -1, 1)).min())
        return float(turn_angles(self.frames[self.proper], turned).min())


def equivalent_motions(a: Symmetry, b: Symmetry) -> NDArray:
    """Motions (K x 3 x 3, the identity first) of tool b's part frame that two tools' symmetries leave free."""
    if "axis" in (a.kind, b.kind):
        return np.stack([turn_about_z(2 * np.pi * number / TURNS) for number in range(TURNS)])
    return np.einsum("aij,bjk->abik", a.motions, b.motions).reshape(-1, 3, 3)


def equivalent_places(
    coordinates: NDArray, motions: NDArray, frames: Sequence[NDArray], scale: float, surface: Surface, reach: float
) -> NDArray:
    """Where aligned `coordinates` (C x 3, of the demonstrated part) lie on the target's `surface`: C x FK x 3, tool
    frame, for each of `frames` (F, T_tool_part) and `motions` (K x 3 x 3); NaN farther than `reach` times `scale`."""
    moved = np.einsum("kji,cj->kci", motions, coordinates) * scale  # c_a = M c_b, so c_b = M^T c_a
    wanted = np.stack([transform(T, points) for T in frames for points in moved], axis=1)  # C x FK x 3
    flat = wanted.reshape(-1, 3)
    nearest = surface.nearest(flat)
    nearest[np.linalg.norm(nearest - flat, axis=1) > reach * scale] = np.nan
    return nearest.reshape(wanted.shape)


def is_seen(points_camera: NDArray, depth_m: NDArray, mask: NDArray, K: NDArray) -> NDArray:
    """Which of `points_camera` (N x 3, NaN allowed) a picture shows: on its mask, at that depth or a pixel beside."""
    seen = np.zeros(len(points_camera), dtype=bool)
    pixels = project(points_camera, K)
    height, width = mask.shape
    inside = (pixels >= 0).all(axis=1) & (pixels[:, 0] <= width - 1) & (pixels[:, 1] <= height - 1)  # NaN: not inside
    x, y = np.rint(pixels[inside]).astype(int).T
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            ys, xs = np.clip(y + dy, 0, height - 1), np.clip(x + dx, 0, width - 1)
            seen[inside] |= mask[ys, xs] & (np.abs(depth_m[ys, xs] - points_camera[inside, 2]) < SEEN_M)
    return seen
