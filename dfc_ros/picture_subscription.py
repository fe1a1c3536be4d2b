"""Subscriptions of picture topics, whose quality of service is a word or follows that of the publishers."""

from __future__ import annotations

from collections.abc import Callable, Collection

from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription

# word: (reliability, durability)
QOS_WORDS = {
    "sensor_data": (ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE),
    "reliable": (ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE),
    "latched": (ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL),
}
# The most that all publishers of a topic offer.
AUTOMATIC = "automatic"


def most_offered(offers: Collection[QoSProfile]) -> str:
    """The word for the most that all of these publishers offer; sensor_data, which fits any, where there are none."""
    if not offers or any(offer.reliability != ReliabilityPolicy.RELIABLE for offer in offers):
        return "sensor_data"
    kept = all(offer.durability == DurabilityPolicy.TRANSIENT_LOCAL for offer in offers)
    return "latched" if kept else "reliable"


class PictureSubscription:
    """Serialized messages of one topic, handed to `keep`.

    Best effort fits every publisher but loses most pictures that are larger than the middleware's buffers, which those
    of 640x480 are; so `AUTOMATIC` asks for more as soon as all publishers offer it. `follow` has to be called now and
    then for that.
    """

    def __init__(
        self,
        node: Node,
        kind: type,
        topic: str,
        keep: Callable[[bytes], None],
        word: str,
        queue_size: int,
        group: CallbackGroup,
    ) -> None:
        self._node, self._topic = node, topic
        self._follows = word == AUTOMATIC

        def subscribe(word: str) -> Subscription:
            reliability, durability = QOS_WORDS[word]
            profile = QoSProfile(depth=queue_size, reliability=reliability, durability=durability)
            return node.create_subscription(kind, topic, keep, profile, callback_group=group, raw=True)

        self._subscribe = subscribe
        self._word = "sensor_data" if self._follows else word
        self._subscription = subscribe(self._word)
        self._former: Subscription | None = None

    def follow(self) -> None:
        """Take up what the publishers offer now. The former subscription lives until the next call: no gap between."""
        if self._former is not None:
            self._node.destroy_subscription(self._former)
            self._former = None
        if not self._follows:
            return
        offers = [info.qos_profile for info in self._node.get_publishers_info_by_topic(self._topic)]
        if offers and (word := most_offered(offers)) != self._word:
            self._former, self._word = self._subscription, word
            self._subscription = self._subscribe(word)
