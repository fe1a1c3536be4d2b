"""Finds a ROS domain in which nobody on this machine talks, so that runs side by side do not hear each other."""

from __future__ import annotations

import random
import socket

# The DDS port mapping: the first participant of domain d listens on 7410 + 250 d; up to d = 101 that is below the
# ports the system hands out.
FIRST_PORT, PORTS_PER_DOMAIN = 7410, 250
DOMAINS = range(1, 102)


def free_domain() -> int:
    """A ROS_DOMAIN_ID whose first participant's port is free; by chance, so that two searchers seldom meet."""
    for domain in random.sample(DOMAINS, len(DOMAINS)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            try:
                listener.bind(("", FIRST_PORT + PORTS_PER_DOMAIN * domain))
            except OSError:
                continue
            return domain
    raise RuntimeError("all 101 ROS domains are taken on this machine")


if __name__ == "__main__":
    print(free_domain())
