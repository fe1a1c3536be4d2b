"""Keeps the newest serialized messages of a few streams and finds a set of them that belongs together.

Nothing is decoded here but the stamp, so a camera at full rate costs next to nothing between requests.
"""

from __future__ import annotations

import struct
import threading
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dfc_core.errors import DfcError

NANOSECONDS = 1_000_000_000
# What a missing partner of the colour picture is called in an answer.
PAIRED = {"depth": "NO_DEPTH", "mask": "EMPTY_MASK"}
# s; a mask that came so long before the newest colour picture was for a tool that was there then.
MASK_LASTS = 2.0
STREAMS = ("image", "camera_info", "depth", "mask")


@dataclass(frozen=True)
class Kept:
    """One serialized message: stamp in ns, local time of arrival in s, the CDR bytes."""

    stamp: int
    arrived: float
    data: bytes


def stamp_of(data: bytes) -> int:
    """ns, from the CDR bytes of any message that begins with a std_msgs/Header. ValueError when too short."""
    if len(data) < 12:
        raise ValueError(f"a message of {len(data)} bytes has no header")
    # Second byte of the encapsulation: 1 = little endian; the stamp (int32 s, uint32 ns) follows the first four bytes.
    seconds, nanoseconds = struct.unpack_from("<iI" if data[1] & 1 else ">iI", data, 4)
    return seconds * NANOSECONDS + nanoseconds


class NewestFrames:
    """The newest `keep` messages of each of `STREAMS`; safe to use from several threads.

    `slop` in s: how far the stamps of a colour picture and its depth or mask may lie apart. `max_age` in s: older
    arrivals are not used; 0 = any age.
    """

    def __init__(self, slop: float, keep: int, max_age: float = 0.0) -> None:
        self._slop = int(slop * NANOSECONDS)
        self._max_age = max_age
        self._kept: dict[str, deque[Kept]] = {stream: deque(maxlen=keep) for stream in STREAMS}
        self._lock = threading.Lock()

    def add(self, stream: str, data: bytes, now: float) -> None:
        """Keep one serialized message that arrived at `now` (s, a steady clock)."""
        kept = Kept(stamp_of(data), now, data)
        with self._lock:
            self._kept[stream].append(kept)

    def last(self, stream: str) -> bytes | None:
        """What came last of one stream, of any age."""
        with self._lock:
            return self._kept[stream][-1].data if self._kept[stream] else None

    def came_once(self, stream: str) -> bool:
        """Whether one message of a stream came and no other."""
        with self._lock:
            return len(self._kept[stream]) == 1

    def newest(self, now: float, given: Collection[str] = ()) -> dict[str, bytes]:
        """The newest colour picture that has a partner in every paired stream that is alive, with those partners.

        Keys are of `STREAMS`; streams from which nothing came, and those `given` otherwise, are missing, and so is a
        mask after which pictures went on coming without one for `MASK_LASTS`. camera_info is the nearest in time
        whatever the slop and its age: intrinsics do not change, and some drivers send them once.
        Raises NO_IMAGE without a colour picture, else NO_DEPTH or EMPTY_MASK naming the gap when no colour picture has
        a partner within the slop.
        """
        with self._lock:
            kept = {stream: [k for k in queue if self._is_alive(k, now)] for stream, queue in self._kept.items()}
            kept["camera_info"] = list(self._kept["camera_info"])
            kept.update((stream, []) for stream in given)
            had_one = bool(self._kept["image"])
        if not kept["image"]:
            age = f" in the last {self._max_age:g} s (parameter max_age)" if had_one else " yet"
            raise DfcError("NO_IMAGE", f"no colour picture came{age}: is the camera topic remapped and its QoS right?")
        kept["mask"] = [k for k in kept["mask"] if self._lasts(k, kept["image"][-1])]
        for image in reversed(kept["image"]):
            partners = {stream: nearest(kept[stream], image.stamp) for stream in PAIRED if kept[stream]}
            if all(abs(partner.stamp - image.stamp) <= self._slop for partner in partners.values()):
                partners["image"] = image
                if kept["camera_info"]:
                    partners["camera_info"] = nearest(kept["camera_info"], image.stamp)
                return {stream: partner.data for stream, partner in partners.items()}
        raise self._unpaired(kept)

    def _is_alive(self, kept: Kept, now: float) -> bool:
        return self._max_age <= 0 or now - kept.arrived <= self._max_age

    def _lasts(self, mask: Kept, image: Kept) -> bool:
        """Whether a mask may be of the newest colour picture or of one just before it."""
        return image.arrived - mask.arrived <= MASK_LASTS or abs(image.stamp - mask.stamp) <= self._slop

    def _unpaired(self, kept: Mapping[str, list[Kept]]) -> DfcError:
        image = kept["image"][-1]
        gaps = {
            stream: abs(nearest(kept[stream], image.stamp).stamp - image.stamp) for stream in PAIRED if kept[stream]
        }
        stream = max(gaps, key=lambda name: gaps[name])
        return DfcError(
            PAIRED[stream],
            f"the {stream} nearest to the newest colour picture is {gaps[stream] / NANOSECONDS:.3f} s away; allowed:"
            f" {self._slop / NANOSECONDS:g} s (parameter slop); what comes late needs a longer queue_size",
        )


def nearest(kept: list[Kept], stamp: int) -> Kept:
    """The one nearest in time; of equals the last to arrive."""
    return min(reversed(kept), key=lambda one: abs(one.stamp - stamp))
