"""Where to hold the target: the demonstrated grasp carried over, and fitted to the surface and what is around it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from dfc_core.align.alignment import Alignment
from dfc_core.demonstrations import Grasp
from dfc_core.frames import Frame
from dfc_core.frames.plane import height_above_plane, point_lattice
from dfc_core.geometry import rotation_of
from dfc_core.grasp.carry import CarryConfig, as_grasp_pose, carry_over, grasp_width, silhouette_width
from dfc_core.grasp.check import Surroundings
from dfc_core.grasp.ranking import CarriedGrasp, GraspConfig, Grasps, snap_and_rank
from dfc_core.shape.hidden_side import complete_surface
from dfc_core.shape.surface import Surface
from dfc_core.transfer.contacts import place
from dfc_core.transfer.scene import Scene


def find_grasps(scene: Scene, alignment: Alignment | None) -> Grasps:
    """Ways to hold the target of `scene`, best first; none, and the reason, when nothing can be held."""
    if scene.demonstration.grasp is None:
        return Grasps((), f"demonstration {scene.demonstration.id} shows no grasp")
    if alignment is None:
        return Grasps((), "a grasp needs depth on both tools")
    carried = carry(scene, scene.demonstration.grasp, alignment)
    if carried is None:
        return Grasps((), "there is no depth reading where the tool is held, on it or in the demonstration")
    config = scene.config.grasp
    if not config.snap:
        return Grasps((as_grasp_pose(carried.position, carried.rotation, carried.width, carried.confidence),))
    surface = held_surface(scene, carried, config)
    surroundings = seen_around(scene, carried.position, config)
    return snap_and_rank(carried, surface, surroundings, config)


def carry(scene: Scene, grasp: Grasp, alignment: Alignment) -> CarriedGrasp | None:
    """The demonstrated grasp, turned as the alignment has it and put at the place that looks like where it was held.

    None without depth where it was or is to be held.
    """
    described, contact, config = scene.described, scene.config.contact, scene.config.grasp.carry
    if described.anchor is None or described.anchor_point is None:
        return None
    alike, candidates = scene.alike_in_size(alignment), scene.candidates["grasp"]
    aligned = alignment.map(described.anchor_point[None])[0] if alike else None
    similarity = candidates.features @ described.anchor
    placed = place(similarity, candidates, aligned, alignment.part_radius, contact)
    _, landed, valid = scene.snap([placed], ["grasp"], contact.window_px)
    held_at = landed[0] if valid[0] else aligned
    if held_at is None:
        return None
    position, rotation, scaled = carry_over(
        grasp.position,
        grasp.quaternion_xyzw,
        grasp.width,
        described.anchor_point,
        held_at,
        alignment.rotation,
        alignment.scale if alike else scene.hold_scale(),
    )
    extent = silhouette_width(scene.frame, scene.mask, position, rotation[:, 0], config)
    width = grasp_width(scaled, grasp.width, _demonstrated_extent(scene.demonstration.frame, grasp, config), extent)
    return CarriedGrasp(position, rotation, width, float(np.sqrt(placed.confidence * alignment.inlier_ratio)))


def held_surface(scene: Scene, carried: CarriedGrasp, config: GraspConfig) -> Surface:
    """The target's surface near the carried grasp, with the probability that each point is of the part to hold."""
    surface = complete_surface(
        scene.frame, scene.mask, carried.position, carried.width, scene.target.plane, scene.config.lift, config.hidden
    )
    candidates = scene.candidates["grasp"]
    if len(candidates.seen) == 0 or len(surface.points) == 0:
        return surface
    nearest = cKDTree(candidates.seen).query(surface.points)[1]
    held = candidates.part_probability[candidates.has_point][nearest]
    return replace(surface, held=held)


def seen_around(scene: Scene, position: NDArray, config: GraspConfig) -> Surroundings:
    """What the picture shows of other things near `position` (3, m), and the plane the target stands on."""
    frame, plane = scene.frame, scene.target.plane
    assert frame.depth_m is not None
    assert frame.K is not None
    stride = max(1, round(frame.size[0] / 160))
    points = point_lattice(frame.depth_m, frame.K, stride)
    near = (points[..., 2] > 0) & (np.linalg.norm(points - position, axis=-1) <= config.surroundings_m)
    if plane is not None:
        near &= height_above_plane(points, plane) > config.above_plane_m
    tool = ndimage.maximum_filter(scene.mask, 2 * config.outline_px + 1)[::stride, ::stride]
    return Surroundings(points[near & ~tool], plane)


def _demonstrated_extent(frame: Frame, grasp: Grasp, config: CarryConfig) -> float | None:
    assert frame.mask is not None
    closing = rotation_of(grasp.quaternion_xyzw)[:, 0]
    return silhouette_width(frame, frame.mask, grasp.position, closing, config)
