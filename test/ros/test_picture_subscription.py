from __future__ import annotations

import time

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not there; scripts/test.sh brings it")

import rclpy
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Header

from dfc_ros.picture_subscription import PictureSubscription, most_offered

BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
RELIABLE = QoSProfile(depth=1)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
PATIENCE = 20.0


@pytest.mark.parametrize(
    ("offers", "word"),
    [
        ([], "sensor_data"),
        ([BEST_EFFORT], "sensor_data"),
        ([RELIABLE, BEST_EFFORT], "sensor_data"),
        ([RELIABLE, LATCHED], "reliable"),
        ([LATCHED, LATCHED], "latched"),
    ],
)
def test_the_most_that_all_offer(offers, word):
    assert most_offered(offers) == word


def asked_for(node) -> list[ReliabilityPolicy]:
    return [info.qos_profile.reliability for info in node.get_subscriptions_info_by_topic("pictures")]


def follow_until(subscription, node, condition) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        subscription.follow()
        rclpy.spin_once(node, timeout_sec=0.05)
    return True


@pytest.fixture
def node(ros):
    node = rclpy.create_node("subscriber")
    yield node
    node.destroy_node()


def subscribed(node, word, heard) -> PictureSubscription:
    return PictureSubscription(node, Header, "pictures", heard.append, word, 5, MutuallyExclusiveCallbackGroup())


def test_automatic_follows_the_publishers_and_hears_them_all(node):
    heard: list[bytes] = []
    subscription = subscribed(node, "automatic", heard)
    assert asked_for(node) == [ReliabilityPolicy.BEST_EFFORT]
    reliable = node.create_publisher(Header, "pictures", RELIABLE)
    assert follow_until(subscription, node, lambda: asked_for(node) == [ReliabilityPolicy.RELIABLE])
    other = node.create_publisher(Header, "pictures", BEST_EFFORT)
    assert follow_until(subscription, node, lambda: asked_for(node) == [ReliabilityPolicy.BEST_EFFORT])
    for publisher in (reliable, other):
        heard.clear()
        publisher.publish(Header())
        assert follow_until(subscription, node, lambda: heard)


def test_automatic_hears_what_was_sent_before_it_came_and_kept(node):
    heard: list[bytes] = []
    node.create_publisher(Header, "pictures", LATCHED).publish(Header())
    subscription = subscribed(node, "automatic", heard)
    assert follow_until(subscription, node, lambda: heard)


def test_a_word_stays_as_it_was_chosen(node):
    subscription = subscribed(node, "sensor_data", [])
    node.create_publisher(Header, "pictures", RELIABLE)
    assert follow_until(subscription, node, lambda: node.count_publishers("pictures") == 1)
    subscription.follow()
    assert asked_for(node) == [ReliabilityPolicy.BEST_EFFORT]
