"""What about a set of messages looks as if they did not belong together: said beside the answer, not refused."""

from __future__ import annotations

from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header


def oddities(image: Image, depth: Image | None, info: CameraInfo | None) -> list[str]:
    """A sentence for each sign that these messages, which an answer can be made of, are not of one camera."""
    frame = image.header.frame_id
    found = [] if frame else ["the colour picture has no frame_id, so nobody can tell where the poses are"]
    for what, message in (("depth", depth), ("camera_info", info)):
        if message is not None and message.header.frame_id not in ("", frame):
            found.append(
                f"{what} is in frame '{message.header.frame_id}' and the colour picture in '{frame}': "
                f"{what} must be the colour camera's"
            )
    return found


def seconds_apart(one: Header, other: Header) -> float:
    """Between two stamps; 0 where one of them has none."""
    first, second = (header.stamp.sec + header.stamp.nanosec * 1e-9 for header in (one, other))
    return abs(first - second) if first and second else 0.0
