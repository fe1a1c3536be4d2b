from __future__ import annotations

import struct

import pytest

from dfc_core.errors import DfcError
from dfc_ros.newest_frames import NewestFrames, stamp_of


def message(seconds: float, text: str = "", order: str = "<") -> bytes:
    """The CDR bytes of something with a header."""
    whole = int(seconds)
    encapsulation = b"\x00\x01\x00\x00" if order == "<" else b"\x00\x00\x00\x00"
    return encapsulation + struct.pack(order + "iI", whole, round((seconds - whole) * 1e9)) + text.encode()


def kept(*messages: tuple[str, float], **options) -> NewestFrames:
    frames = NewestFrames(**{"slop": 0.05, "keep": 4, **options})
    for stream, stamp in messages:
        frames.add(stream, message(stamp, stream), now=stamp)
    return frames


def stamps(frames: NewestFrames, now: float = 100.0) -> dict[str, float]:
    return {stream: stamp_of(data) / 1e9 for stream, data in frames.newest(now).items()}


@pytest.mark.parametrize("order", ["<", ">"])
def test_stamp_is_read_in_either_byte_order(order):
    assert stamp_of(message(3.5, order=order)) == 3_500_000_000


def test_a_message_too_short_for_a_header_is_refused():
    with pytest.raises(ValueError, match="11 bytes"):
        stamp_of(bytes(11))


def test_the_newest_picture_alone_is_enough():
    assert stamps(kept(("image", 1.0), ("image", 2.0))) == {"image": 2.0}


def test_a_picture_whose_depth_is_still_under_way_waits():
    frames = kept(("image", 1.0), ("depth", 1.01), ("camera_info", 1.0), ("image", 2.0))
    assert stamps(frames) == {"image": 1.0, "depth": 1.01, "camera_info": 1.0}
    frames.add("depth", message(2.01), now=2.0)
    assert stamps(frames) == {"image": 2.0, "depth": 2.01, "camera_info": 1.0}


def test_depth_outside_the_slop_is_refused_with_the_gap():
    with pytest.raises(DfcError, match=r"depth.*0\.200 s away.*0\.05") as caught:
        kept(("image", 1.0), ("depth", 1.2)).newest(100.0)
    assert caught.value.code == "NO_DEPTH"


def test_a_mask_of_another_picture_is_not_used():
    with pytest.raises(DfcError, match="mask") as caught:
        kept(("image", 1.0), ("depth", 1.0), ("mask", 0.5)).newest(100.0)
    assert caught.value.code == "EMPTY_MASK"


def test_a_mask_that_came_once_does_not_hold_up_later_pictures():
    frames = kept(("image", 1.0), ("mask", 1.0))
    assert stamps(frames) == {"image": 1.0, "mask": 1.0}
    frames.add("image", message(2.5), now=2.5)
    assert stamps(frames) == {"image": 1.0, "mask": 1.0}  # that of the second may be under way
    frames.add("image", message(1.01), now=3.4)  # the same picture once more: the mask is of it
    assert stamps(frames) == {"image": 1.01, "mask": 1.0}
    frames.add("image", message(3.5), now=3.5)
    assert stamps(frames) == {"image": 3.5}


def test_only_the_newest_are_kept():
    frames = kept(*[("image", float(second)) for second in range(10)], ("depth", 4.0))
    with pytest.raises(DfcError):  # pictures 6, 7, 8, 9 are kept; 4 is gone
        frames.newest(100.0)


def test_no_picture_and_too_old_a_picture_are_told_apart():
    with pytest.raises(DfcError, match="no colour picture came yet"):
        kept().newest(0.0)
    frames = kept(("image", 1.0), max_age=2.0)
    assert stamps(frames, now=2.9) == {"image": 1.0}
    with pytest.raises(DfcError, match="in the last 2 s") as caught:
        frames.newest(3.1)
    assert caught.value.code == "NO_IMAGE"


def test_intrinsics_that_came_once_serve_at_any_age():
    frames = kept(("camera_info", 1.0), ("image", 50.0), max_age=2.0)
    assert stamps(frames, now=51.0) == {"image": 50.0, "camera_info": 1.0}


def test_what_is_given_otherwise_needs_no_partner():
    frames = kept(("image", 1.0), ("depth", 9.0))
    assert stamp_of(frames.newest(100.0, given=["depth"])["image"]) == 1_000_000_000
