"""The node as its own process, asked over DDS; the backend is `fake_node.py`'s, whose answers are known beforehand."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not there; scripts/test.sh brings it")

import rclpy
from geometry_msgs.msg import PoseArray, PoseStamped
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, Image, RegionOfInterest
from user import User, flat_scene, header, start_node, stop_node
from visualization_msgs.msg import MarkerArray

from dfc_ros.conversions import image_message
from dfc_ros.msg import ContactPoint, FunctionalMatch, GraspCandidate
from dfc_ros.srv import ListDemonstrations, MatchTool

FAKE = [sys.executable, Path(__file__).parent / "fake_node.py"]
CODE = MatchTool.Response


@pytest.fixture(scope="module")
def user(ros) -> Iterator[User]:
    process = start_node(FAKE)
    user = User()
    yield user
    user.close()
    status, said = stop_node(process)
    assert status == 0, said


def test_no_picture_yet(user):
    answer = user.call("match_tool", function="pour-with")
    assert (answer.error_code, answer.match.function) == (CODE.NO_IMAGE, "pour-with")
    assert "no colour picture" in answer.error_msg


def test_what_is_missing_is_named_with_where_it_is_looked_for(user):
    request = scene_request(function="measure")
    del request["camera_info"]
    answer = user.call("match_tool", **request)
    assert (answer.error_code, "/rgb/camera_info" in answer.error_msg) == (CODE.BAD_IMAGE, True), answer.error_msg
    del request["depth"]
    answer = user.call("match_tool", **request)
    assert (answer.error_code, "the request has an image" in answer.error_msg) == (CODE.NO_DEPTH, True)


def scene_request(**changes) -> dict:
    """A request with pictures in it: a wall 0.5 m away, 64 x 48, K = 500, 0, 32 / 0, 500, 24."""
    scene = flat_scene(header(7, 8), 64, 48)
    request = {
        "function": "pour-with",
        "image": scene["rgb/image_rect_color"],
        "depth": scene["depth_registered/image_rect"],
        "camera_info": scene["rgb/camera_info"],
    }
    return {**request, **changes}


def test_pictures_in_the_request_and_a_region(user):
    roi = RegionOfInterest(x_offset=32, y_offset=0, width=20, height=48)
    answer = user.call("match_tool", **scene_request(roi=roi))
    assert answer.error_code == CODE.OK, answer.error_msg
    (contact,) = answer.match.contacts
    assert (contact.pixel.x, contact.pixel.y) == (42, 24)
    # (42 - 32) / 500 * 0.5 m to the right.
    assert (contact.point.x, contact.point.y, contact.point.z) == pytest.approx((0.01, 0, 0.5))
    assert (answer.match.header.frame_id, answer.match.header.stamp.sec, answer.match.header.stamp.nanosec) == (
        "camera",
        7,
        8,
    )


def test_an_overlay_comes_to_whoever_listens_after_the_answer(user):
    assert user.call("match_tool", **scene_request()).error_code == CODE.OK
    user.listen("transfer/overlay", Image)
    assert user.wait_until(lambda: "transfer/overlay" in user.heard)
    assert user.heard["transfer/overlay"].header.stamp.sec == 7


def test_a_mask_in_the_request(user):
    mask = np.zeros((48, 64), np.uint8)
    mask[10:13, 20:23] = 255
    answer = user.call("match_tool", **scene_request(mask=image_message(mask, "mono8", header(7))))
    assert (answer.match.contacts[0].pixel.x, answer.match.contacts[0].pixel.y) == (21, 11)


def truncated(image: Image) -> Image:
    image.data = image.data[:-1]
    return image


def test_bad_requests_are_answered_and_survived(user):
    colour = np.zeros((48, 64, 3), np.uint8)
    hollow = image_message(np.full((48, 64), np.nan, np.float32), "32FC1", header(7))
    wide = image_message(np.zeros((48, 65), np.float32), "32FC1", header(7))
    odd = image_message(colour, "yuv999", header(7))
    for changes, code, words in [
        ({"function": "fly-with"}, CODE.UNKNOWN_FUNCTION, "pour-with"),
        ({"function": ""}, CODE.UNKNOWN_FUNCTION, "pour-with"),
        ({"demonstration_id": "../x"}, CODE.NO_DEMONSTRATION, "../x"),
        ({"image": truncated(image_message(colour, "rgb8", header(7)))}, CODE.BAD_IMAGE, "truncated"),
        ({"image": odd}, CODE.BAD_IMAGE, "yuv999"),
        ({"image": Image(width=4, height=4, encoding="rgb8", step=12)}, CODE.BAD_IMAGE, "truncated"),
        ({"camera_info": CameraInfo(width=32, height=24, k=[1.0] * 9)}, CODE.BAD_IMAGE, "32x24"),
        ({"depth": wide}, CODE.BAD_IMAGE, "65x48"),
        ({"mask": image_message(np.zeros((48, 64), np.uint8), "mono8", header(7))}, CODE.EMPTY_MASK, "127"),
        ({"roi": RegionOfInterest(x_offset=60, width=9, height=9)}, CODE.BAD_INPUT, "64x48"),
        ({"function": "burst"}, CODE.INTERNAL, "a bug"),
    ]:
        answer = user.call("match_tool", **scene_request(**changes))
        assert (answer.error_code, words in answer.error_msg) == (code, True), (changes.keys(), answer.error_msg)
        assert answer.match.function == changes.get("function", "pour-with")
        assert answer.match.header.stamp.sec == 7 or "image" in changes
    answer = user.call("match_tool", **scene_request(depth=hollow))
    assert answer.error_code == CODE.OK
    assert not answer.match.contacts[0].has_point
    assert user.call("match_tool", **scene_request()).error_code == CODE.OK


def test_the_newest_frame_from_the_topics_and_what_is_published(user):
    outputs = {
        "match": FunctionalMatch,
        "contacts": PoseArray,
        "grasp": PoseStamped,
        "grasp_link": PoseStamped,
        "markers": MarkerArray,
        "overlay": Image,
    }
    for name, kind in outputs.items():
        user.listen(f"transfer/{name}", kind)
    for topic in ("rgb/image_rect_color", "rgb/camera_info", "depth_registered/image_rect"):
        user.wait_for_listener(topic)

    def answered() -> bool:
        for topic, message in flat_scene(header(50)).items():
            user.topics[topic].publish(message)
        answer = user.call("match_tool", function="pour-with")
        return answer.error_code == CODE.OK and answer.match.contacts[0].has_point

    assert user.wait_until(answered)

    def stamp(message) -> int:
        return (message.markers[0] if isinstance(message, MarkerArray) else message).header.stamp.sec

    def all_heard() -> bool:
        """Not those of earlier answers, nor of one before the depth had come, which may be heard late."""
        heard = [user.heard[f"transfer/{name}"] for name in outputs if f"transfer/{name}" in user.heard]
        all_new = len(heard) == len(outputs) and {stamp(message) for message in heard} == {50}
        return all_new and bool(user.heard["transfer/contacts"].poses)

    assert user.wait_until(all_heard), user.heard
    overlay = user.heard["transfer/overlay"]
    assert (overlay.width, overlay.height, overlay.encoding) == (640, 480, "rgb8")
    assert user.heard["transfer/contacts"].poses[0].position.z == pytest.approx(0.5)
    assert user.heard["transfer/grasp"].pose.position.z == pytest.approx(0.5)
    assert user.heard["transfer/markers"].markers


def test_a_region_overrules_the_newest_mask_and_an_old_one_is_said_not_to_be_used(user):
    mask = np.zeros((480, 640), np.uint8)
    mask[10:13, 20:23] = 255
    user.wait_for_listener("mask")

    def answer(second: int, **request) -> tuple[float, bool]:
        """Where the tool is, and whether a mask is said to be too old."""
        for topic, message in flat_scene(header(second)).items():
            user.topics[topic].publish(message)
        if second == 60:
            user.topics["mask"].publish(image_message(mask, "mono8", header(second)))
        match = user.call("match_tool", function="pour-with", **request).match
        said = any("the newest mask came more than 2 s before" in sentence for sentence in match.warnings)
        return match.contacts[0].pixel.x if match.contacts else -1, said

    assert user.wait_until(lambda: answer(60) == (21, False))
    region = RegionOfInterest(x_offset=320, y_offset=0, width=20, height=48)
    assert user.wait_until(lambda: answer(60, roi=region) == (330, False))
    time.sleep(2.1)
    assert user.wait_until(lambda: answer(63) == (320, True))


def test_demonstrations_are_recorded_listed_and_removed(user):
    before = user.call("list_demonstrations").demonstrations
    assert [(one.demonstration_id, one.has_grasp) for one in before] == [("mug", True)]
    contact = ContactPoint(role="function")
    contact.pixel.x, contact.pixel.y = 3.0, 4.0
    request = scene_request(tool="jug", contacts=[contact], has_grasp=True, grasp=GraspCandidate(width=0.05))
    stored = user.call("record_demonstration", **request)
    assert stored.error_code == CODE.OK, stored.error_msg
    assert stored.warnings == ["a fake"]
    listed = user.call("list_demonstrations", function="pour-with").demonstrations[-1]
    assert (listed.demonstration_id, listed.tool, listed.contacts) == (stored.demonstration_id, "jug", 1)
    assert user.call("remove_demonstration", demonstration_id=stored.demonstration_id).error_code == CODE.OK
    again = user.call("remove_demonstration", demonstration_id=stored.demonstration_id)
    assert (again.error_code, stored.demonstration_id in again.error_msg) == (CODE.NO_DEMONSTRATION, True)
    assert len(user.call("list_demonstrations").demonstrations) == 1


def test_requests_that_come_while_one_is_answered_are_all_answered(user):
    client = user.node.create_client(ListDemonstrations, "list_demonstrations", qos_profile=QoSProfile(depth=50))
    assert client.wait_for_service(timeout_sec=30)
    user.clients["match_tool"].call_async(MatchTool.Request(**scene_request(function="nap")))
    time.sleep(0.3)
    answers = [client.call_async(ListDemonstrations.Request()) for _ in range(40)]
    assert user.wait_until(lambda: all(answer.done() for answer in answers))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_node_ends_cleanly_when_told_to(ros, how):
    process = start_node(FAKE, "autostart:=false", namespace="/other")
    user = User("/other")
    # Loads on the first request.
    assert user.clients["list_demonstrations"].wait_for_service(timeout_sec=30)
    assert user.call("list_demonstrations").error_code == CODE.OK
    user.close()
    status, said = stop_node(process, how)
    assert status == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize("model", ["default", "slow"])
def test_neither_a_request_nor_the_models_loading_is_waited_for_when_told_to_stop(ros, model):
    process = start_node(FAKE, f"model:={model}", namespace="/busy")
    user = User("/busy")
    if model == "slow":
        answer = user.answer("match_tool", **scene_request(demonstration_id="mug"))
        match = answer.match
        assert answer.error_code == CODE.NOT_READY
        assert (match.function, match.demonstration_id, match.header.stamp.sec) == ("pour-with", "mug", 7)
    else:
        assert user.call("list_demonstrations").error_code == CODE.OK
        user.clients["match_tool"].call_async(MatchTool.Request(**scene_request(function="wait")))
        rclpy.spin_once(user.node, timeout_sec=1.0)
    user.close()
    status, said = stop_node(process)
    assert status == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("slop:=7.0", "slop"),
        ("qos:=fast", "sensor_data"),
        ("model:=missing", "no model 'missing'"),
        ("reach_direction:=[]", "reach_direction"),
        ("use_sim_time:=maybe", "use_sim_time"),
        ("slop:=", "slop"),
    ],
)
def test_a_wrong_parameter_refuses_to_start(ros, parameter, said):
    process = start_node(FAKE, parameter)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 2, output
    assert said in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    "arguments", [["--log-level", "loud"], ["--params-file", "missing.yaml"], ["-r", "mask:=/a b"], ["--unknown"]]
)
def test_wrong_ros_arguments_refuse_to_start_without_a_traceback(ros, arguments):
    ended = subprocess.run([*FAKE, "--ros-args", *arguments], capture_output=True, text=True, timeout=30)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    sentence = ended.stderr.splitlines()[-1]  # what rcl itself logs comes before
    assert sentence.startswith("transfer: cannot start")
    assert arguments[-1] in sentence
