"""Two tools, matched and lifted to 3D: what alignment, contacts and grasp are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dfc_core.align.alignment import Alignment, Correspondences
from dfc_core.align.config import Cues
from dfc_core.demonstrations import Demonstration
from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.frames.doubts import blindness
from dfc_core.geometry import rms_radius
from dfc_core.match import Matches
from dfc_core.match.regions import PART_THRESHOLD
from dfc_core.model import ROLES
from dfc_core.shape.lift import LiftConfig, onto_mask, point_covariances
from dfc_core.transfer.config import TransferConfig
from dfc_core.transfer.contacts import Placed, TargetPixels
from dfc_core.transfer.described import Described, lift_if_seen
from dfc_core.transfer.target import Target

LEAST_PART = 10  # points that are seen of a part, for its size to be known


@dataclass(frozen=True)
class Scene:
    """Both tools, matched and lifted: what alignment, contacts and grasp are computed from."""

    target: Target
    demonstration: Demonstration
    described: Described
    matches: dict[str, Matches]
    contact_points: NDArray  # C x 3, the demonstrated contacts on the demonstrated tool
    contact_valid: NDArray

    @staticmethod
    def of(target: Target, demonstration: Demonstration, described: Described, matches: dict[str, Matches]) -> Scene:
        """`DfcError` (NO_DEPTH) where `TransferConfig.require_depth` asks for what is not there."""
        points, valid = _lifted_contacts(demonstration, described, target.config.lift)
        scene = Scene(target, demonstration, described, matches, points, valid)
        scene.refuse_blind_tools()
        return scene

    @property
    def frame(self) -> Frame:
        """The target's picture."""
        return self.target.frame

    @property
    def mask(self) -> NDArray:
        """The target in it (H x W bool)."""
        return self.target.mask

    @property
    def candidates(self) -> dict[str, TargetPixels]:
        """Where on the target a contact may be, by role."""
        return self.target.candidates

    @property
    def config(self) -> TransferConfig:
        """Every choice of the pipeline."""
        return self.target.config

    @property
    def has_depth(self) -> bool:
        """Whether both tools have a depth reading."""
        return bool(self.described.valid["function"].any() and self.candidates["function"].has_point.any())

    def refuse_blind_tools(self) -> None:
        """NO_DEPTH when the picture has depth, but none on the tool (glass, too near, out of range)."""
        if self.has_depth or not self.config.require_depth:
            return
        if not self.candidates["function"].has_point.any():
            why = blindness(self.frame, self.mask)
            said = f"{self.frame.name} has no depth reading on the tool"
            raise DfcError("NO_DEPTH", f"{said}; {why}" if why else said)
        raise DfcError("NO_DEPTH", f"demonstration {self.demonstration.id} has no depth reading on its tool")

    def matched(self, role: str) -> tuple[NDArray, NDArray, NDArray]:
        """Indices into the demonstration's and the target's pixels, and scores, best first."""
        matches = self.matches[role]
        return matches.index_a.cpu().numpy(), matches.index_b.cpu().numpy(), matches.score.cpu().numpy()

    def liftable(self, role: str) -> NDArray:
        """Which matches (M bool) have depth at both ends."""
        index_demo, index_target, _ = self.matched(role)
        return self.described.valid[role][index_demo] & self.candidates[role].has_point[index_target]

    def agreeing(self, alignment: Alignment) -> NDArray:
        """Which of the functional part's matches (M bool) have depth at both ends and agree with the alignment."""
        index_demo, index_target, _ = self.matched("function")
        mapped = alignment.map(self.described.points["function"][index_demo])
        off = np.linalg.norm(mapped - self.candidates["function"].points[index_target], axis=1)
        return self.liftable("function") & (off <= alignment.threshold)

    @cached_property
    def correspondences(self) -> Correspondences:
        """The matches of both parts that have depth at both ends, weighed, with the sensors' errors."""
        found = {role: self._lifted_matches(role) for role in ROLES}
        of_part, of_hold = found["function"], found["grasp"]
        of_part = (of_part[0], of_part[1], of_part[2] * self._contact_pull(of_part[0]))
        total, hold_total = of_part[2].sum(), of_hold[2].sum()
        factor = min(1.0, self.config.hold_share * total / hold_total) if hold_total > 0 else 0.0
        on_part = np.repeat([True, False], [len(of_part[2]), len(of_hold[2])])
        demo, target = np.concatenate([of_part[0], of_hold[0]]), np.concatenate([of_part[1], of_hold[1]])
        weights = np.concatenate([of_part[2], of_hold[2] * factor])
        K_demo, lift = self.demonstration.frame.K, self.config.lift
        errors = point_covariances(demo, K_demo, lift), point_covariances(target, self.frame.K, lift)
        return Correspondences.of(demo, target, weights, on_part, *errors)

    def _contact_pull(self, points_demo: NDArray) -> NDArray:
        """Factor (N, >= 1) of demonstrated points (N x 3), larger near the demonstrated function contacts."""
        shown = np.array([contact.role == "function" for contact in self.demonstration.contacts], dtype=bool)
        contacts = self.contact_points[shown & self.contact_valid]
        tool = self.described.points["function"][self.described.valid["function"]]
        if len(contacts) == 0 or len(tool) == 0:
            return np.ones(len(points_demo))
        reach = self.config.contact_reach * rms_radius(tool)
        apart = np.linalg.norm(points_demo[:, None] - contacts, axis=2).min(axis=1)
        return 1 + self.config.contact_pull * np.exp(-(apart**2) / (2 * max(reach, 1e-6) ** 2))

    def _lifted_matches(self, role: str) -> tuple[NDArray, NDArray, NDArray]:
        index_demo, index_target, score = self.matched(role)
        keep = np.flatnonzero(self.liftable(role))
        if len(keep) > self.config.maximum_matches:
            # Every n-th of the ranked matches, not the first n: the best ones crowd in one place.
            keep = keep[np.linspace(0, len(keep) - 1, self.config.maximum_matches).astype(np.int64)]
        target = self.candidates[role].points[index_target[keep]]
        return self.described.points[role][index_demo[keep]], target, score[keep].astype(np.float64)

    @cached_property
    def cues(self) -> Cues:
        """What breaks ties: normals of the tables, functional part to body, how the function frames look turned, how
        large the parts are."""
        planes = self.config.use_support_plane
        framed = self.config.align.orientation_weight > 0
        candidates = self.candidates["function"]
        sizes = [rms_radius(part) if len(part) >= LEAST_PART else None for part in self.part_points]
        return Cues(
            up_demo=self.described.up if planes else None,
            up_target=self.target.plane[:3] if planes and self.target.plane is not None else None,
            body_demo=body_direction(
                self.described.points["function"],
                self.described.features["function"].part_probability.cpu().numpy(),
                self.described.valid["function"],
            ),
            body_target=body_direction(candidates.points, candidates.part_probability, candidates.has_point),
            orientation_demo=self.described.orientations if framed else None,
            orientation_target=self.target.orientations if framed else None,
            size_demo=sizes[0],
            size_target=sizes[1],
        )

    def hold_scale(self) -> float:
        """Size of the part to hold on the target over that on the demonstrated tool; 1 where either is hardly seen."""
        demo, target = self._part_points("grasp")
        if min(len(demo), len(target)) < LEAST_PART:
            return 1.0
        return float(np.clip(target.std(axis=0).max() / max(demo.std(axis=0).max(), 1e-6), 0.2, 5.0))

    @cached_property
    def part_points(self) -> tuple[NDArray, NDArray]:
        """Points (N x 3, m) of the functional part, of the demonstrated tool and of the target, each in its camera."""
        return self._part_points("function")

    def _part_points(self, role: str) -> tuple[NDArray, NDArray]:
        demo = self.described.features[role].part_probability.cpu().numpy() >= PART_THRESHOLD
        target = self.candidates[role].part_probability >= PART_THRESHOLD
        return (
            self.described.points[role][demo & self.described.valid[role]],
            self.candidates[role].points[target & self.candidates[role].has_point],
        )

    def alike_in_size(self, alignment: Alignment | None) -> bool:
        """Whether the functional part's alignment, if any, also tells where the hand goes (`alike_scale`).

        A bottle's mouth is a quarter of a mug's rim; that says nothing of its body and the mug's handle.
        """
        limit = self.config.alike_scale
        return alignment is None or 1 / limit <= alignment.scale <= limit

    def snap(self, placed: Sequence[Placed], roles: Sequence[str], reach_px: float) -> tuple[NDArray, NDArray, NDArray]:
        """Pixels (P x 2) and points (P x 3, m) on the observed surface, and which have a point (P bool).

        Over a hole in the depth a place moves to the nearest candidate of its role that has depth within `reach_px` of
        the crop, so that pixel and point stay one place; without any it keeps its pixel and has no point.
        """
        pixels = np.array([each.pixel for each in placed], dtype=np.float64).reshape(-1, 2)
        points, valid = lift_if_seen(self.frame, pixels, self.mask, self.config.lift)
        for index in np.flatnonzero(~valid).tolist():
            candidates = self.candidates[roles[index]]
            apart = np.linalg.norm(candidates.pixels_crop - candidates.pixels_crop[placed[index].index], axis=1)
            apart = np.where(candidates.has_point, apart, np.inf)
            nearest = int(np.argmin(apart))
            if apart[nearest] <= reach_px:
                pixels[index], points[index] = candidates.pixels[nearest], candidates.points[nearest]
                valid[index] = True
        return pixels, points, valid


def body_direction(points: NDArray, part_probability: NDArray, valid: NDArray) -> NDArray | None:
    """Unit vector (3) from the functional part's centre to the whole tool's; None when the two nearly coincide."""
    points, weight = points[valid], part_probability[valid].astype(np.float64)
    if len(points) == 0 or weight.sum() < 1e-6:
        return None
    centre = points.mean(axis=0)
    offset = centre - weight @ points / weight.sum()
    length = np.linalg.norm(offset)
    return None if length < 0.15 * rms_radius(points) else offset / length


def _lifted_contacts(demonstration: Demonstration, described: Described, config: LiftConfig) -> tuple[NDArray, NDArray]:
    """Points (C x 3) and validity of the demonstrated contacts; where depth has a hole, of the nearest reading.

    It only guides the alignment and the search, so a reading a tenth of the tool away is better than none.
    """
    frame = demonstration.frame
    pixels = np.array([contact.pixel for contact in demonstration.contacts], dtype=np.float64).reshape(-1, 2)
    points, valid = lift_if_seen(frame, onto_mask(pixels, frame.mask), frame.mask, config)
    tool_pixels = described.features["function"].pixels.cpu().numpy()
    tool_points, tool_valid = described.points["function"], described.valid["function"]
    reach = 0.1 * np.ptp(tool_pixels, axis=0).max() if len(tool_pixels) else 0.0
    for index in np.flatnonzero(~valid):
        apart = np.where(tool_valid, np.linalg.norm(tool_pixels - pixels[index], axis=1), np.inf)
        nearest = int(np.argmin(apart)) if len(apart) else -1
        if nearest >= 0 and apart[nearest] <= reach:
            points[index], valid[index] = tool_points[nearest], True
    return points, valid
