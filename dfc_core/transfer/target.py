"""The tool that every demonstration is compared with: what of it depends on none of them, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.frames import Frame
from dfc_core.frames.segment import Segmentation
from dfc_core.geometry.orientations import Orientations
from dfc_core.model import ROLES, ToolFeatures
from dfc_core.shape.revolution import Body, Verdict, body_of_revolution, judge
from dfc_core.shape.surface import Surface, sampled_surface
from dfc_core.transfer.config import TransferConfig
from dfc_core.transfer.contacts import TargetPixels
from dfc_core.transfer.described import lift_roles, orientations_of


@dataclass(frozen=True)
class Target:
    """One tool in one picture; `features` and `candidates` by role, `plane` 4: unit normal towards the camera, offset,
    or None where no support was seen."""

    frame: Frame
    mask: NDArray
    plane: NDArray | None
    features: dict[str, ToolFeatures]
    candidates: dict[str, TargetPixels]
    config: TransferConfig
    orientations: Orientations | None = None  # how its function frame is turned, where the model tells
    warnings: tuple[str, ...] = ()  # what is odd about the picture, a sentence each

    @staticmethod
    def of(
        frame: Frame,
        segmentation: Segmentation,
        encoded: Any,
        features: dict[str, ToolFeatures],
        config: TransferConfig,
        model: Any,
        function: str,
    ) -> Target:
        """Lifts the pixels that `features` (by role) of a model describe for a function; `encoded` is its picture."""
        pixels = {role: features[role].pixels.cpu().numpy() for role in ROLES}
        lifted = lift_roles(frame, segmentation.mask, pixels, config.lift)
        return Target(
            frame=frame,
            mask=segmentation.mask,
            plane=None if segmentation.plane is None else np.asarray(segmentation.plane, dtype=np.float64),
            features=features,
            candidates={role: _candidates(features[role], *lifted[role]) for role in ROLES},
            config=config,
            orientations=orientations_of(model, encoded, features, *lifted["function"], function),
            warnings=segmentation.warnings,
        )

    @property
    def seen(self) -> NDArray:
        """Points (N x 3, m) of all that is seen of the tool."""
        return self.candidates["function"].seen

    @cached_property
    def area(self) -> int:
        """Pixels of its mask."""
        return int(self.mask.sum())

    @cached_property
    def surface(self) -> Surface:
        """A sample of what is seen of the tool."""
        return sampled_surface(self.seen, self.config.revolution.points, self.config.surface)

    @cached_property
    def roundness(self) -> Verdict | None:
        """The best axis of the tool, and how far it looks the same however it is turned about it."""
        hints = [] if self.plane is None else [self.plane[:3]]
        return judge(self.frame, self.mask, self.surface, hints, self.config.revolution)

    @cached_property
    def whole_body(self) -> Body:
        """The body of revolution that the tool as a whole is, if it is one."""
        return self._body(partly=False)

    @cached_property
    def part_body(self) -> Body:
        """The same, or that which it has beside a handle or a spout."""
        return self._body(partly=True)

    def _body(self, partly: bool) -> Body:
        return body_of_revolution(self.frame, self.mask, self.surface, self.roundness, self.config.revolution, partly)


def _candidates(features: ToolFeatures, points: NDArray, valid: NDArray) -> TargetPixels:
    return TargetPixels(
        pixels=features.pixels.cpu().numpy(),
        pixels_crop=features.pixels_crop.cpu().numpy(),
        features=features.features.cpu().numpy(),
        part_probability=features.part_probability.cpu().numpy(),
        points=points,
        has_point=valid,
    )
