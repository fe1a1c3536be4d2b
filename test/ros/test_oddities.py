from __future__ import annotations

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not there; scripts/test.sh brings it")

from builtin_interfaces.msg import Time
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from dfc_ros.oddities import oddities, seconds_apart


def test_signs_that_messages_are_not_of_one_camera_are_said():
    colour, depth, info = Image(), Image(), CameraInfo()
    assert "no frame_id" in oddities(colour, None, None)[0]
    colour.header.frame_id = "colour"
    assert oddities(colour, depth, info) == []  # of no frame
    depth.header.frame_id = info.header.frame_id = "ir"
    assert [sentence.split()[0] for sentence in oddities(colour, depth, info)] == ["depth", "camera_info"]


def test_stamps_are_apart_where_both_are_set():
    def at(second: int, nanosecond: int = 0) -> Header:
        return Header(stamp=Time(sec=second, nanosec=nanosecond))

    assert seconds_apart(at(50), at(39, 500_000_000)) == pytest.approx(10.5)
    assert seconds_apart(at(50), at(0)) == 0
