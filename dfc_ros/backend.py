"""What the transfer node asks of the library; tests put something smaller in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from dfc_core.errors import DfcError
from dfc_core.frames.frame import Frame
from dfc_ros.parameters import Settings

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Shown:
    """A demonstration to be stored. `contacts`: (role, (x, y) in px); `grasp`: position (m), quaternion x, y, z, w,
    width (m); `trajectory`: times N (s), positions N x 3, quaternions N x 4; in the camera's optical frame."""

    function: str
    tool: str
    frame: Frame
    box: Box | None
    contacts: tuple[tuple[str, tuple[float, float]], ...]
    grasp: tuple[NDArray, NDArray, float] | None
    trajectory: tuple[NDArray, NDArray, NDArray] | None = None


@dataclass(frozen=True)
class Recorded:
    """The new demonstration's `id`, and a sentence for each thing that is odd about its pictures."""

    id: str
    warnings: tuple[str, ...] = ()


class Backend(Protocol):
    """Everything raises `DfcError` for what a user can mend."""

    name: str

    def match(self, frame: Frame, function: str, demonstration_id: str, box: Box | None) -> Any:
        """A `dfc_core.transfer.MatchResult`."""

    def overlay(self, result: Any, frame: Frame) -> NDArray:
        """uint8 H x W x 3."""

    def record(self, shown: Shown) -> Recorded:
        """Store it."""

    def list(self, function: str) -> Sequence[Any]:
        """`dfc_core.demonstrations.Summary` of each; "" = of every function."""

    def remove(self, demonstration_id: str) -> None:
        """NO_DEMONSTRATION when there is none of that name."""


MakeBackend = Callable[[Settings], Backend]  # slow, and called off the node's threads


class CoreBackend:
    """`dfc_core` with its model loaded. The imports are here because torch takes seconds."""

    def __init__(self, settings: Settings) -> None:
        from dfc_core.align import FramesConfig, OrbitConfig, SideConfig
        from dfc_core.demonstrations import DemonstrationStore
        from dfc_core.model import load_model
        from dfc_core.transfer import ConsensusConfig, GraspConfig, Gripper, ToolMatcher, TransferConfig, TrustConfig

        config = TransferConfig(
            grasp=GraspConfig(any_side=settings.grasp_any_side, gripper=Gripper(**settings.gripper)),
            trust=TrustConfig(**settings.trust),
            consensus=ConsensusConfig(settings.demonstrations),
            orbit=OrbitConfig(reach_direction=settings.reach),
            side=SideConfig(used=settings.turn_by_side),
            frames=FramesConfig(used=settings.turn_by_side),
        )
        self._store = DemonstrationStore(settings.store or None)
        self._store.check_place()
        self._model = load_model(settings.model, settings.look_again)
        self._matcher = ToolMatcher(self._model, self._store, config)
        self.name = self._model.id

    def match(self, frame: Frame, function: str, demonstration_id: str, box: Box | None) -> Any:
        return self._matcher.match(frame, function, demonstration_id, box=box)

    def overlay(self, result: Any, frame: Frame) -> NDArray:
        from dfc_core.transfer import draw_overlay

        return draw_overlay(result, frame)

    def record(self, shown: Shown) -> Recorded:
        from dfc_core.demonstrations import Contact, Demonstration, Grasp, Trajectory, check_on_tool
        from dfc_core.frames.segment import segment
        from dfc_core.model.words import read_function

        function = read_function(shown.function, self._model.functions)
        _refuse_flat(shown.frame)
        unmarked = shown.box is None and shown.frame.mask is None
        at_contact = shown.contacts[0][1] if shown.contacts and unmarked else None
        found = segment(shown.frame, point=at_contact, box=shown.box)
        demonstration = Demonstration(
            id="",
            function=function,
            tool=shown.tool,
            frame=shown.frame.with_mask(found.mask),
            contacts=tuple(Contact(pixel, role) for role, pixel in shown.contacts),
            grasp=None if shown.grasp is None else Grasp(*shown.grasp),
            trajectory=None if shown.trajectory is None else Trajectory(*shown.trajectory),
        )
        check_on_tool(demonstration)
        return Recorded(self._store.add(demonstration), found.warnings)

    def list(self, function: str) -> Sequence[Any]:
        from dfc_core.model.words import read_function

        found = self._store.list(function or None)
        if found or not function:
            return found
        return self._store.list(read_function(function, self._model.functions))

    def remove(self, demonstration_id: str) -> None:
        self._store.remove(demonstration_id)


def _refuse_flat(frame: Frame) -> None:
    """A demonstration that `match` would refuse is not stored."""
    if not frame.has_depth:
        raise DfcError("NO_DEPTH", f"{frame.name} has no depth, and nothing can be carried over from it")
    if frame.K is None:
        raise DfcError("BAD_IMAGE", f"{frame.name} has no camera matrix, and nothing can be carried over from it")
