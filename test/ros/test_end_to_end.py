"""The installed executable with the shipped model and demonstrations, asked over DDS on a 640x480 frame."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not there; scripts/test.sh brings it")

from sensor_msgs.msg import Image
from user import User, header, start_node, stop_node

from dfc_core.frames import Frame, load_frame
from dfc_core.frames.segment import segment
from dfc_core.geometry import project
from dfc_ros.conversions import camera_info_message, image_message
from dfc_ros.demo import load_frames
from dfc_ros.msg import ContactPoint
from dfc_ros.srv import MatchTool

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO = REPOSITORY / "dfc_core" / "data" / "demo"
EXECUTABLE = REPOSITORY / "install" / "dfc_ros" / "lib" / "dfc_ros" / "transfer_node"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def user(ros, tmp_path_factory) -> Iterator[User]:
    """A node of its own namespace with an empty store."""
    assert EXECUTABLE.exists(), "scripts/setup.sh builds it"
    store = tmp_path_factory.mktemp("store")
    process = start_node([EXECUTABLE], f"store:={store}", namespace="/real")
    user = User("/real")
    yield user
    user.close()
    status, said = stop_node(process)
    assert status == 0, said


def pictures(frame: Frame, seconds: int) -> dict[str, object]:
    """Request fields of a frame; a stored mask is not sent."""
    stamp = header(seconds)
    assert frame.depth_m is not None
    return {
        "image": image_message(frame.rgb[..., ::-1], "bgr8", stamp),
        "depth": image_message(np.where(frame.depth_m > 0, frame.depth_m, np.nan).astype(np.float32), "32FC1", stamp),
        "camera_info": camera_info_message(frame.K, frame.size, stamp),
    }


def contact_at(x: float, y: float) -> ContactPoint:
    contact = ContactPoint(role="function")
    contact.pixel.x, contact.pixel.y = float(x), float(y)
    return contact


def test_shown_once_then_asked_about_another_tool(user, shared):
    shown, asked = (load_frame(shared / "data" / "frames" / name) for name in ("red_mug", "green_bowl"))
    assert user.call("match_tool", function="pour-with", **pictures(asked, 1)).error_code == (
        MatchTool.Response.NO_DEMONSTRATION
    )
    y, x = np.nonzero(segment(shown).mask)
    rim = [contact_at(x[0], y[0])]
    stored = user.call("record_demonstration", function="pour-with", tool="mug", contacts=rim, **pictures(shown, 2))
    assert stored.error_code == 0, stored.error_msg

    answer = user.call("match_tool", function="pour-with", **pictures(asked, 3))
    assert answer.error_code == 0, answer.error_msg
    assert (answer.match.demonstration_id, answer.match.header.stamp.sec) == (stored.demonstration_id, 3)
    (contact,) = answer.match.contacts
    point = np.array([[contact.point.x, contact.point.y, contact.point.z]])
    assert contact.has_point
    # The answer's own point and pixel are the same place.
    np.testing.assert_allclose(project(point, asked.K)[0], [contact.pixel.x, contact.pixel.y], atol=3.0)

    nothing = Image(height=480, width=640, step=640, encoding="mono8", data=bytes(640 * 480))
    empty = user.call("match_tool", function="pour-with", **{**pictures(asked, 4), "mask": nothing})
    assert empty.error_code == MatchTool.Response.EMPTY_MASK
    hollow = {**pictures(asked, 5)}
    hollow["depth"] = image_message(np.full(asked.rgb.shape[:2], np.nan, np.float32), "32FC1", header(5))
    assert user.call("match_tool", function="pour-with", **hollow).error_code == MatchTool.Response.NO_DEPTH
    assert user.call("match_tool", function="pour-with", **pictures(asked, 6)).error_code == 0


def test_the_shipped_demonstration_carries_over_to_the_shipped_frames(ros, tmp_path):
    if not (DEMO / "demonstrations").is_dir():
        pytest.skip("no shipped demonstration")
    store = shutil.copytree(DEMO / "demonstrations", tmp_path / "store")
    process = start_node([EXECUTABLE], f"store:={store}", namespace="/shipped")
    user = User("/shipped")
    shown = {demonstration.function for demonstration in user.call("list_demonstrations").demonstrations}
    assert "pour-with" in shown  # what the bottles of the frames are for
    answers = [
        user.call("match_tool", function="pour-with", **pictures(frame, 1)) for frame in load_frames(DEMO / "frames")
    ]
    user.close()
    status, said = stop_node(process)
    assert status == 0, said
    assert [answer.error_code for answer in answers] == [0] * len(answers), [answer.error_msg for answer in answers]
