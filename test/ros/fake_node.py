"""The real transfer node over a backend that only measures the mask: wiring can be tested without a model."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import numpy as np

from dfc_core.errors import DfcError
from dfc_core.geometry import unproject
from dfc_ros.backend import Recorded
from dfc_ros.parameters import Settings
from dfc_ros.transfer_node import main

FOR_EVER = 600.0


class FakeBackend:
    """Knows pour-with only; finds the centre of the mask, of the box or of the picture, with the depth there.

    The model "slow" and the function "wait" take for ever, "nap" a second until it is refused, "measure" is refused for
    want of depth, else of intrinsics.
    """

    name = "fake"

    def __init__(self, settings: Settings) -> None:
        if settings.model == "missing":
            raise DfcError("BAD_INPUT", "there is no model 'missing'")
        if settings.model == "slow":
            time.sleep(FOR_EVER)
        self._stored = {"mug": SimpleNamespace(id="mug", function="pour-with", tool="mug", created="", contacts=1)}
        self._stored["mug"].has_grasp, self._stored["mug"].error = True, None
        self._stored["mug"].has_trajectory = False

    def match(self, frame, function, demonstration_id, box):
        if function == "burst":
            raise RuntimeError("a bug")
        if function == "measure":
            raise DfcError("NO_DEPTH", "no depth") if frame.depth_m is None else DfcError("BAD_IMAGE", "no K")
        if function == "wait":
            time.sleep(FOR_EVER)
        if function == "nap":
            time.sleep(1.0)
        if function != "pour-with":
            raise DfcError("UNKNOWN_FUNCTION", f"unknown function '{function}'; known: pour-with")
        if demonstration_id not in ("", *self._stored):
            raise DfcError("NO_DEMONSTRATION", f"no demonstration '{demonstration_id}'")
        pixel = self._centre(frame, box)
        depth = 0.0 if frame.depth_m is None else float(frame.depth_m[pixel[1], pixel[0]])
        point = None if depth == 0 or frame.K is None else unproject(np.array([pixel]), np.array([depth]), frame.K)[0]
        grasp = SimpleNamespace(position=point, quaternion_xyzw=(0.0, 0.0, 0.0, 1.0), width=0.05, score=0.5)
        contact = SimpleNamespace(role="function", pixel=pixel, point=point, confidence=0.5)
        contact.normal = contact.covariance = None
        return SimpleNamespace(
            function=function,
            demonstration_id=demonstration_id or "mug",
            confidence=0.75,
            contacts=(contact,),
            grasps=() if point is None else (grasp,),
            grasp_note="no depth" if point is None else "",
            T_target_demo=None,
            scale=1.0,
            covariance=None,
            centre_demo=None,
            symmetry=None,
            correspondences=1,
            inlier_ratio=1.0,
            residual=0.0,
            warnings=("a fake",),
            calibrated=True,
            confidence_distance_m=0.015,
            turn_confidence=0.5,
            turn_confidence_rad=0.5,
            affordance=0.9,
            visibility=None,
            roundness=None,
            seconds={"segment": 0.0},
            path=None,
            consulted=(),
            agreed=(),
        )

    def _centre(self, frame, box):
        if frame.mask is not None:
            y, x = np.nonzero(frame.mask)
            return int(x.mean()), int(y.mean())
        if box is not None:
            return box[0] + box[2] // 2, box[1] + box[3] // 2
        return frame.size[0] // 2, frame.size[1] // 2

    def overlay(self, result, frame):
        return frame.rgb

    def record(self, shown):
        number = f"recorded-{len(self._stored)}"
        summary = SimpleNamespace(id=number, function=shown.function, tool=shown.tool, created="")
        summary.contacts, summary.has_grasp = len(shown.contacts), shown.grasp is not None
        summary.error, summary.has_trajectory = None, shown.trajectory is not None
        self._stored[number] = summary
        return Recorded(number, ("a fake",))

    def list(self, function):
        return [summary for summary in self._stored.values() if function in ("", summary.function)]

    def remove(self, demonstration_id):
        if self._stored.pop(demonstration_id, None) is None:
            raise DfcError("NO_DEMONSTRATION", f"no demonstration '{demonstration_id}'")


if __name__ == "__main__":
    sys.exit(main(make_backend=FakeBackend))
