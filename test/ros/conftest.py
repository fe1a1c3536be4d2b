"""A ROS domain of our own for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def ros() -> Iterator[None]:
    """rclpy, initialised on a domain nobody else uses; node processes started by a test inherit it."""
    import rclpy

    from dfc_ros.domain import free_domain

    os.environ["ROS_DOMAIN_ID"] = str(free_domain())
    if os.environ.get("ROS_DISTRO") == "humble":
        os.environ["ROS_LOCALHOST_ONLY"] = "1"
    else:
        os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    rclpy.init()
    yield
    rclpy.try_shutdown()
