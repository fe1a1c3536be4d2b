"""The demo's asking; what it asks and answers with is tested end to end."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not there; scripts/test.sh brings it")

import rclpy
from rclpy.node import Node
from rclpy.task import Future

from dfc_core.errors import DfcError
from dfc_ros import demo
from dfc_ros.srv import MatchTool


class LosingClient:
    """A client whose first answers, `lost` of them, never come."""

    srv_name = "match_tool"

    def __init__(self, lost: int) -> None:
        self.lost, self.asked, self.forgotten = lost, 0, 0
        self.answer = MatchTool.Response()

    def call_async(self, request: object) -> Future:
        self.asked += 1
        future = Future()
        if self.asked > self.lost:
            future.set_result(self.answer)
        return future

    def remove_pending_request(self, future: Future) -> None:
        self.forgotten += 1


@pytest.fixture
def asker(ros, monkeypatch) -> Iterator[Node]:
    monkeypatch.setattr(demo, "ANSWER_LOST", 0.1)
    node = rclpy.create_node("asker")
    yield node
    node.destroy_node()


def test_a_lost_answer_is_asked_for_again(asker):
    client = LosingClient(lost=2)
    assert demo.ask(asker, client, MatchTool.Request(), time.monotonic() + 20) is client.answer
    assert (client.asked, client.forgotten) == (3, 2)


def test_no_answer_at_all_is_said_when_the_time_is_over(asker):
    with pytest.raises(DfcError, match="match_tool did not answer in time"):
        demo.ask(asker, LosingClient(lost=1000), MatchTool.Request(), time.monotonic() + 0.5)
