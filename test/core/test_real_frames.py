"""The main job on real camera pictures: a mug's rim, demonstrated, is found on bowls and a bottle it has never seen.

`scripts/test.sh test/core/test_real_frames.py -s` prints the figures of docs/results.md.
"""

import numpy as np
import pytest

from dfc_core.demonstrations import Contact, Demonstration
from dfc_core.frames import load_frame
from dfc_core.frames.plane import height_above_plane
from dfc_core.frames.segment import segment
from dfc_core.geometry import unproject
from dfc_core.model import load_model
from dfc_core.transfer import ToolMatcher

RIM_CENTRE, RIM_HALF_AXES = (355.0, 212.5), (51.0, 23.0)  # of the ellipse that the mug's rim is in the picture, px
CONTACTS = 10
TOP_SHARE = 0.3


@pytest.fixture(scope="module")
def matcher():
    return ToolMatcher(load_model("default"))


@pytest.fixture(scope="module")
def pouring_mug(shared):
    frame = load_frame(shared / "data" / "frames" / "red_mug")
    angles = 2 * np.pi * np.arange(CONTACTS) / CONTACTS
    rim = np.stack([np.cos(angles), np.sin(angles)], axis=1) * RIM_HALF_AXES + RIM_CENTRE
    contacts = tuple(Contact((float(x), float(y)), "function") for x, y in rim)
    return Demonstration("red-mug", "pour-with", "mug", frame.with_mask(segment(frame).mask), contacts)


def heights(frame, result):
    """(height of each function contact, NaN without a point; height of the tool), m above the fitted table."""
    found = segment(frame)
    ys, xs = np.nonzero(found.mask & (frame.depth_m > 0))
    tool = height_above_plane(unproject(np.stack([xs, ys], 1), frame.depth_m[ys, xs], frame.K), found.plane)
    points = [c.point if c.point is not None else (np.nan,) * 3 for c in result.contacts if c.role == "function"]
    return height_above_plane(np.array(points), found.plane), float(np.percentile(tool, 99))


@pytest.mark.parametrize("name", ["green_bowl", "white_bowl_a", "mustard_bottle"])
def test_pouring_contacts_lie_in_the_top_of_a_new_tool(shared, matcher, pouring_mug, name):
    frame = load_frame(shared / "data" / "frames" / name)
    result = matcher.match(frame, "pour-with", demonstration=pouring_mug)
    contact, tool = heights(frame, result)
    share = contact / tool
    top = int((share >= 1 - TOP_SHARE).sum())
    print(
        f"\n{name}: {top} of {len(contact)} in the top 30 % of {1000 * tool:.0f} mm; heights "
        f"{np.round(1000 * contact).astype(int).tolist()}; inlier ratio {result.inlier_ratio:.2f}, residual "
        f"{1000 * result.residual:.1f} mm, confidence {result.confidence:.2f}"
    )
    assert len(contact) == CONTACTS
    assert top >= 8
