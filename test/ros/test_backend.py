"""What the node asks of the library, without a node: the shipped model at its work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dfc_core.demonstrations import DemonstrationStore
from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_ros.backend import CoreBackend, Shown
from dfc_ros.parameters import Settings, read_defaults

K = np.array([[600.0, 0, 320], [0, 600, 240], [0, 0, 1]])
MIDDLE, ASIDE = (slice(200, 280), slice(290, 370)), (slice(180, 280), slice(460, 540))


def backend_of(store: Path) -> CoreBackend:
    return CoreBackend(Settings(**{**read_defaults(), "store": str(store)}))


def two_blocks() -> Frame:
    """Seen from above on a table 0.6 m away: a grey block 5 cm high in the middle of the picture, a red one aside."""
    depth_m = np.full((480, 640), 0.6, dtype=np.float32)
    rgb = np.full((480, 640, 3), 200, dtype=np.uint8)
    for place, colour in ((MIDDLE, (90, 90, 90)), (ASIDE, (200, 30, 30))):
        depth_m[place], rgb[place] = 0.55, colour
    return Frame(rgb, K, depth_m)


def shown(function: str, frame: Frame, contact: tuple[float, float]) -> Shown:
    return Shown(function=function, tool="block", frame=frame, box=None, contacts=(("function", contact),), grasp=None)


def test_the_tool_recorded_is_the_one_at_the_contact(tmp_path: Path) -> None:
    recorded = backend_of(tmp_path).record(shown("press-with", two_blocks(), (500.0, 230.0)))
    mask = DemonstrationStore(tmp_path).get(recorded.id).frame.mask
    assert mask is not None
    assert mask[ASIDE].mean() > 0.9
    assert not mask[MIDDLE].any()


@pytest.mark.parametrize(
    ("depth_m", "camera", "code"),
    [(None, np.eye(3), "NO_DEPTH"), (np.ones((48, 64), np.float32), None, "BAD_IMAGE")],
)
def test_a_demonstration_that_no_match_can_use_is_not_stored(tmp_path, depth_m, camera, code):
    backend = backend_of(tmp_path)
    rgb = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    mask = np.zeros((48, 64), bool)
    mask[20:30, 20:40] = True
    with pytest.raises(DfcError, match="nothing can be carried over") as refused:
        backend.record(shown("pour-with", Frame(rgb, camera, depth_m, mask), (25.0, 25.0)))
    assert refused.value.code == code
    assert not backend.list("")


def test_a_function_that_nobody_knows_is_told_from_one_without_demonstrations(tmp_path: Path) -> None:
    backend = backend_of(tmp_path)
    assert not backend.list("pour-with")
    with pytest.raises(DfcError) as refused:
        backend.list("fly-with")
    assert refused.value.code == "UNKNOWN_FUNCTION"


def test_a_place_where_no_store_can_be_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(DfcError, match="is not a folder"):
            backend_of(place)
    backend_of(tmp_path / "new" / "store")
    assert not (tmp_path / "new").exists()
