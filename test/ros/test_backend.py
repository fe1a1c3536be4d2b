"""What the node asks of the library, without a node."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dfc_core.demonstrations import DemonstrationStore
from dfc_core.frames import Frame
from dfc_ros.backend import Choices, CoreBackend, Shown

K = np.array([[600.0, 0, 320], [0, 600, 240], [0, 0, 1]])
MIDDLE, ASIDE = (slice(200, 280), slice(290, 370)), (slice(180, 280), slice(460, 540))


def two_blocks() -> Frame:
    """Seen from above on a table 0.6 m away: a grey block 5 cm high in the middle of the picture, a red one aside."""
    depth_m = np.full((480, 640), 0.6, dtype=np.float32)
    rgb = np.full((480, 640, 3), 200, dtype=np.uint8)
    for place, colour in ((MIDDLE, (90, 90, 90)), (ASIDE, (200, 30, 30))):
        depth_m[place], rgb[place] = 0.55, colour
    return Frame(rgb, K, depth_m)


def test_the_tool_recorded_is_the_one_at_the_contact(tmp_path: Path) -> None:
    backend = CoreBackend("default", str(tmp_path), Choices({}, {}, demonstrations=1))
    shown = Shown("press-with", "block", two_blocks(), None, (("function", (500.0, 230.0)),), None)
    mask = DemonstrationStore(tmp_path).get(backend.record(shown).id).frame.mask
    assert mask is not None
    assert mask[ASIDE].mean() > 0.9
    assert not mask[MIDDLE].any()
