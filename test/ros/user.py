"""A ROS user for tests: a node process, and a client in this process that talks to it over DDS."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from dfc_ros.conversions import camera_info_message, image_message
from dfc_ros.demo import ANSWER_LOST
from dfc_ros.srv import ListDemonstrations, MatchTool, RecordDemonstration, RemoveDemonstration

SERVICES = {
    "match_tool": MatchTool,
    "record_demonstration": RecordDemonstration,
    "list_demonstrations": ListDemonstrations,
    "remove_demonstration": RemoveDemonstration,
}
TOPICS = {
    "rgb/image_rect_color": Image,
    "rgb/camera_info": CameraInfo,
    "depth_registered/image_rect": Image,
    "mask": Image,
}
PATIENCE = 60.0


def start_node(command: Sequence[str | Path], *parameters: str, namespace: str = "/") -> subprocess.Popen:
    """A node process with `name:=value` parameters; its output goes to one pipe."""
    arguments = [word for parameter in parameters for word in ("-p", parameter)]
    return subprocess.Popen(
        [*command, "--ros-args", "-r", f"__ns:={namespace}", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def stop_node(process: subprocess.Popen, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
    """(exit status, what it said)."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        said, _ = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    return process.returncode, said


class User:
    """Publishes pictures and calls services."""

    def __init__(self, namespace: str = "/") -> None:
        self.node = rclpy.create_node("user", namespace=namespace)
        self.topics = {topic: self.node.create_publisher(kind, topic, 5) for topic, kind in TOPICS.items()}
        self.clients = {name: self.node.create_client(kind, name) for name, kind in SERVICES.items()}
        self.heard: dict[str, object] = {}

    def listen(self, topic: str, kind: type) -> None:
        """Keep the newest message of an output in `heard`."""
        last = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.node.create_subscription(kind, topic, lambda message: self.heard.__setitem__(topic, message), last)

    def answer(self, service: str, **request: object):
        """Whatever the node says first."""
        client, deadline = self.clients[service], time.monotonic() + PATIENCE
        assert client.wait_for_service(timeout_sec=PATIENCE), f"{service} is not offered"
        while time.monotonic() < deadline:
            future = client.call_async(SERVICES[service].Request(**request))
            rclpy.spin_until_future_complete(self.node, future, timeout_sec=ANSWER_LOST)
            if future.done():
                return future.result()
        raise AssertionError(f"{service} did not answer")

    def call(self, service: str, **request: object):
        """The answer, once the node is ready."""
        deadline = time.monotonic() + PATIENCE
        while True:
            response = self.answer(service, **request)
            if response.error_code != MatchTool.Response.NOT_READY or time.monotonic() > deadline:
                return response
            time.sleep(0.1)

    def wait_until(self, condition) -> bool:
        """Spin until it holds; False when it never does."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                return False
            rclpy.spin_once(self.node, timeout_sec=0.05)
        return True

    def wait_for_listener(self, topic: str) -> None:
        """Until the node's subscription is known here."""
        assert self.wait_until(lambda: self.topics[topic].get_subscription_count() > 0), f"nobody hears {topic}"

    def close(self) -> None:
        self.node.destroy_node()


def header(seconds: int, nanoseconds: int = 0) -> Header:
    """In the optical frame `camera`."""
    message = Header(frame_id="camera")
    message.stamp.sec, message.stamp.nanosec = seconds, nanoseconds
    return message


def flat_scene(stamp: Header, width: int = 640, height: int = 480, depth_m: float = 0.5) -> dict[str, object]:
    """Messages by topic: a grey picture of a wall `depth_m` away, seen with focal length 500 px."""
    K = np.array([[500.0, 0, width / 2], [0, 500.0, height / 2], [0, 0, 1]])
    return {
        "rgb/camera_info": camera_info_message(K, (width, height), stamp),
        "depth_registered/image_rect": image_message(np.full((height, width), depth_m, np.float32), "32FC1", stamp),
        "rgb/image_rect_color": image_message(np.full((height, width, 3), 90, np.uint8), "rgb8", stamp),
    }
