"""A demonstration as the model sees it: features computed once and kept beside the demonstration."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dfc_core.align.refine import part_and_around
from dfc_core.demonstrations import Demonstration
from dfc_core.frames import Frame
from dfc_core.frames.segment import segment
from dfc_core.geometry.orientations import Orientations
from dfc_core.match.regions import PART_THRESHOLD
from dfc_core.model import ROLES, ToolFeatures
from dfc_core.shape.lift import LiftConfig, lift, onto_mask
from dfc_core.shape.revolution import Axis, body_of_revolution, judge
from dfc_core.shape.surface import Surface, sampled_surface, surface_at, thinned
from dfc_core.transfer.config import TransferConfig

Arrays = dict[str, NDArray]
ORIENTATION = "orientation_"  # before the names of its arrays
LAYOUT = 7  # raise when the arrays below change, so that stored ones are computed anew


@dataclass(frozen=True)
class Described:
    """A demonstration's features.

    `features` by role; `points` (N x 3, m) and `valid` (N) by role: what each described pixel sees, nothing valid
    without depth; `contacts` C x D descriptors in the order of `demonstration.contacts`; `anchor_point` (3, m) and
    `anchor` (D) the surface point nearest the demonstrated grasp and its descriptor, or None; `up` (3) the support
    plane's normal in its camera frame, or None; `axis` that of the tool's body where it is a surface of revolution, or
    None, and `beside` (K x 3, m) the points of handle, spout or corners, which are not of it; `part` the surface
    of the functional part and around it; `orientations` how its function frame is turned, where the model tells.
    """

    features: dict[str, ToolFeatures]
    points: dict[str, NDArray]
    valid: dict[str, NDArray]
    contacts: NDArray
    anchor_point: NDArray | None
    anchor: NDArray | None
    up: NDArray | None
    axis: Axis | None
    beside: NDArray
    part: Surface
    orientations: Orientations | None = None


def describe_demonstration(
    model: Any,
    demonstration: Demonstration,
    config: TransferConfig,
    cached: Callable[[str, Callable[[], Arrays]], Arrays] | None = None,
) -> Described:
    """Features of `demonstration` for its function; through `cached(key, compute)` where there is a store.

    The key names everything that the arrays follow from besides the pictures, which the store itself watches.
    """

    def compute() -> Arrays:
        return _compute(model, demonstration, config)

    choices = config.lift, config.revolution, config.refine, config.surface
    asked = f"{demonstration.contacts} {demonstration.grasp} {choices}"
    digest = hashlib.sha256(asked.encode()).hexdigest()[:12]
    reader = getattr(model, "orientation", None)
    told_by = "" if reader is None else f"-o{reader.id}"
    key = f"{model.id}{told_by}-{demonstration.function}-s{config.stride}-v{LAYOUT}-{digest}"
    return _unpack(compute() if cached is None else cached(key, compute))


def _compute(model: Any, demonstration: Demonstration, config: TransferConfig) -> Arrays:
    frame, function = demonstration.frame, demonstration.function
    assert frame.mask is not None
    encoded = model.encode(frame.rgb, frame.mask)
    arrays: Arrays = {}
    described = {role: model.read_out(encoded, function, role, config.stride) for role in ROLES}
    for role, features in described.items():
        for name in ("pixels", "pixels_crop", "features", "part_probability"):
            arrays[f"{role}_{name}"] = getattr(features, name).cpu().numpy()
    for role, lifted in lift_roles(
        frame, frame.mask, {role: arrays[f"{role}_pixels"] for role in ROLES}, config.lift
    ).items():
        arrays[f"{role}_points"], arrays[f"{role}_valid"] = lifted
    seen = arrays["function_points"], arrays["function_valid"]
    orientations = orientations_of(model, encoded, described, *seen, function)
    for name, values in ({} if orientations is None else vars(orientations)).items():
        arrays[f"{ORIENTATION}{name}"] = values
    width = arrays["function_features"].shape[1]
    arrays["contacts"] = np.zeros((len(demonstration.contacts), width), dtype=np.float32)
    for index, contact in enumerate(demonstration.contacts):
        pixel = onto_mask(np.asarray(contact.pixel), frame.mask)[0]
        arrays["contacts"][index] = _descriptor(model, encoded, pixel, function, contact.role)
    arrays["up"] = _up(demonstration)
    arrays["axis"], arrays["beside"] = _body(frame, arrays, config)
    arrays["part_points"], arrays["part_normals"] = _part(arrays, config)
    arrays["anchor"] = arrays["anchor_point"] = np.zeros(0)
    nearest = _grasp_anchor(demonstration, arrays)
    if nearest is not None:
        pixel, arrays["anchor_point"] = nearest
        arrays["anchor"] = _descriptor(model, encoded, pixel, function, "grasp")
    return arrays


def orientations_of(
    model: Any, encoded: Any, described: dict[str, ToolFeatures], points: NDArray, valid: NDArray, function: str
) -> Orientations | None:
    """What the model tells of how the function frame is turned; None of one that tells nothing."""
    tell = getattr(model, "orientations", None)
    return None if tell is None else tell(encoded, described, points, valid, function)


def _descriptor(model: Any, encoded: Any, pixel: NDArray, function: str, role: str) -> NDArray:
    """Unit-norm mean (D) of the features at nine pixels around one (2) of the picture."""
    steps = np.stack(np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]), axis=-1).reshape(-1, 2)
    features, _ = model.sample(encoded, pixel + steps, function, role)
    mean = features.cpu().numpy().mean(axis=0)
    return mean / np.maximum(np.linalg.norm(mean, axis=-1, keepdims=True), 1e-12)


def _up(demonstration: Demonstration) -> NDArray:
    if demonstration.frame.depth_m is None or demonstration.frame.K is None:
        return np.zeros(0)
    plane = segment(demonstration.frame).plane
    return np.zeros(0) if plane is None else np.asarray(plane, dtype=np.float64)[:3]


def _body(frame: Frame, arrays: Arrays, config: TransferConfig) -> tuple[NDArray, NDArray]:
    """The body's axis (2 x 3: point, direction; empty without) and the points that are not of it."""
    assert frame.mask is not None
    points = arrays["function_points"][arrays["function_valid"]]
    surface = sampled_surface(points, config.revolution.points, config.surface)
    hints = [arrays["up"]] if arrays["up"].size == 3 else []
    verdict = judge(frame, frame.mask, surface, hints, config.revolution)
    body = body_of_revolution(frame, frame.mask, surface, verdict, config.revolution)
    return np.zeros((0, 3)) if body.axis is None else np.stack(body.axis), body.beside


def _part(arrays: Arrays, config: TransferConfig) -> tuple[NDArray, NDArray]:
    """Points and normals (both K x 3) of the functional part's surface, and of what is around it."""
    valid = arrays["function_valid"]
    points, on_part = arrays["function_points"][valid], arrays["function_part_probability"][valid] >= PART_THRESHOLD
    near = thinned(points[part_and_around(points, on_part, config.refine.neighbourhood)], config.refine.points)
    normals, known = surface_at(points, near, config.surface)
    return near[known], normals[known]


def lift_roles(
    frame: Frame, mask: NDArray | None, pixels: dict[str, NDArray], config: LiftConfig
) -> dict[str, tuple[NDArray, NDArray]]:
    """`lift_if_seen` of each role's pixels, done once where roles share them."""
    lifted: dict[str, tuple[NDArray, NDArray]] = {}
    for role, places in pixels.items():
        same = next((other for other in lifted if np.array_equal(pixels[other], places)), None)
        lifted[role] = lift_if_seen(frame, places, mask, config) if same is None else lifted[same]
    return lifted


def lift_if_seen(frame: Frame, pixels: NDArray, mask: NDArray | None, config: LiftConfig) -> tuple[NDArray, NDArray]:
    """`lift`; nothing is valid without depth or camera."""
    if frame.depth_m is None or frame.K is None:
        return np.zeros((len(pixels), 3)), np.zeros(len(pixels), dtype=bool)
    return lift(frame, pixels, mask, config)


def _grasp_anchor(demonstration: Demonstration, arrays: Arrays) -> tuple[NDArray, NDArray] | None:
    """(pixel 2, point 3) of the surface nearest the demonstrated grasp, on the part a hand holds where one is seen."""
    if demonstration.grasp is None:
        return None
    pixels, points, valid = (arrays[f"grasp_{name}"] for name in ("pixels", "points", "valid"))
    held = valid & (arrays["grasp_part_probability"] >= PART_THRESHOLD)
    usable = held if held.any() else valid
    if not usable.any():
        return None
    distance = np.linalg.norm(points - np.asarray(demonstration.grasp.position), axis=1)
    index = int(np.argmin(np.where(usable, distance, np.inf)))
    return pixels[index], points[index]


def _unpack(arrays: Arrays) -> Described:
    features = {
        role: ToolFeatures(
            **{
                name: torch.from_numpy(np.ascontiguousarray(arrays[f"{role}_{name}"]))
                for name in ("pixels", "pixels_crop", "features", "part_probability")
            }
        )
        for role in ROLES
    }
    has_anchor = arrays["anchor"].size > 0
    told = {name.removeprefix(ORIENTATION): arrays[name] for name in arrays if name.startswith(ORIENTATION)}
    return Described(
        features=features,
        points={role: arrays[f"{role}_points"] for role in ROLES},
        valid={role: arrays[f"{role}_valid"].astype(bool) for role in ROLES},
        contacts=arrays["contacts"],
        anchor_point=arrays["anchor_point"] if has_anchor else None,
        anchor=arrays["anchor"] if has_anchor else None,
        up=arrays["up"] if arrays["up"].size == 3 else None,
        axis=Axis(*arrays["axis"]) if len(arrays["axis"]) else None,
        beside=arrays["beside"],
        part=Surface.of(arrays["part_points"], arrays["part_normals"]),
        orientations=Orientations(**told) if told else None,
    )
