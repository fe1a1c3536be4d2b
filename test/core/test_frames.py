"""Frame folders: what is written is read back, and what is wrong is named."""

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dfc_core.errors import DfcError
from dfc_core.frames import Frame, load_frame, load_mask, save_frame
from dfc_core.frames.frame import depth_to_millimetres

K = np.array([[50.0, 0, 4], [0, 50.0, 3], [0, 0, 1]])


def small_frame() -> Frame:
    rgb = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    depth = np.full((6, 8), 0.5, dtype=np.float32)
    depth[0, 0] = 0
    mask = np.zeros((6, 8), dtype=bool)
    mask[2:4, 3:6] = True
    return Frame(rgb, K, depth, mask, "cam", "small")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_frame(small_frame(), tmp_path / "small")
    return tmp_path / "small"


def refused(folder: Path) -> DfcError:
    with pytest.raises(DfcError) as caught:
        load_frame(folder)
    return caught.value


def test_round_trip(folder: Path) -> None:
    wrote, read = small_frame(), load_frame(folder)
    np.testing.assert_array_equal(read.rgb, wrote.rgb)
    np.testing.assert_allclose(read.depth_m, wrote.depth_m, atol=1e-6)
    np.testing.assert_array_equal(read.mask, wrote.mask)
    np.testing.assert_array_equal(read.K, K)
    assert (read.frame_id, read.name, read.size) == ("cam", "small", (8, 6))


def test_millimetres_written_by_hand(folder: Path) -> None:
    Image.fromarray(np.full((6, 8), 1234, dtype=np.uint16)).save(folder / "depth.png")
    np.testing.assert_allclose(load_frame(folder).depth_m, 1.234, atol=1e-6)


def test_only_rgb_is_needed(folder: Path) -> None:
    for name in ("depth.png", "mask.png", "camera.json"):
        (folder / name).unlink()
    frame = load_frame(folder)
    assert frame.depth_m is None
    assert frame.mask is None
    assert frame.K is None


@pytest.mark.parametrize("mode", ["RGBA", "L", "P"])
def test_other_pixel_formats_become_rgb(folder: Path, mode: str) -> None:
    Image.new("RGB", (8, 6), (204, 204, 204)).convert(mode).save(folder / "rgb.png")
    assert load_frame(folder).rgb.shape == (6, 8, 3)
    assert (load_frame(folder).rgb == 204).all()


def test_missing_rgb(folder: Path) -> None:
    (folder / "rgb.png").unlink()
    error = refused(folder)
    assert error.code == "NO_IMAGE"
    assert "rgb.png" in error.message
    assert refused(folder / "nowhere").code == "NO_IMAGE"


@pytest.mark.parametrize("name", ["rgb.png", "depth.png", "mask.png"])
@pytest.mark.parametrize("content", [b"", b"not a picture", "half"])
def test_broken_png_is_named(folder: Path, name: str, content: bytes | str) -> None:
    path = folder / name
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] if isinstance(content, str) else content)
    error = refused(folder)
    assert error.code == "BAD_IMAGE"
    assert name in error.message


def test_every_truncation_and_flip_is_answered(folder: Path) -> None:
    """A damaged rgb.png is read or refused, never another exception."""
    random = np.random.default_rng(1)
    data = (folder / "rgb.png").read_bytes()
    for _ in range(150):
        damaged = bytearray(data[: random.integers(1, len(data) + 1)])
        damaged[random.integers(len(damaged))] ^= 1 << random.integers(8)
        (folder / "rgb.png").write_bytes(damaged)
        with contextlib.suppress(DfcError):
            load_frame(folder)


@pytest.mark.parametrize("name", ["depth.png", "mask.png"])
def test_another_size_is_named(folder: Path, name: str) -> None:
    Image.fromarray(np.zeros((5, 7), dtype=np.uint16 if name == "depth.png" else np.uint8)).save(folder / name)
    error = refused(folder)
    assert error.code == "BAD_IMAGE"
    assert "7x5" in error.message
    assert "8x6" in error.message


def test_eight_bit_depth_is_refused(folder: Path) -> None:
    Image.fromarray(np.zeros((6, 8), dtype=np.uint8)).save(folder / "depth.png")
    assert "16-bit grey, millimetres" in refused(folder).message
    assert "depth.png" in refused(folder).message


@pytest.mark.parametrize(
    "camera",
    [
        {"width": 8, "height": 6, "K": np.zeros((3, 3)).tolist()},
        {"width": 8, "height": 6, "K": [[1, 2], [3, 4]]},
        {"width": 8, "height": 6, "K": [[float("nan"), 0, 0], [0, 1, 0], [0, 0, 1]]},
        {"width": 8, "height": 6, "K": "none"},
        {"width": 9, "height": 6, "K": K.tolist()},
        {"width": float("inf"), "height": 6, "K": K.tolist()},
        {"K": K.tolist()},
        {"width": 8, "height": 6, "K": (np.diag([1, 1, 5]) @ K).tolist()},
        {"width": 8, "height": 6, "K": (K + np.array([[0, 20, 0], [0, 0, 0], [0, 0, 0]])).tolist()},
        {"width": 8, "height": 6, "K": (np.diag([1, 0.2, 1]) @ K).tolist()},
        {"width": 8, "height": 6, "K": None},
        {"width": 8, "height": 6, "K": K.tolist(), "frame_id": 5},
        [1, 2],
        None,
    ],
)
def test_broken_camera_is_refused(folder: Path, camera: object) -> None:
    (folder / "camera.json").write_text(json.dumps(camera))
    assert refused(folder).code == "BAD_IMAGE"


def test_what_a_camera_lacks_is_named_and_a_null_frame_is_the_default(folder: Path) -> None:
    (folder / "camera.json").write_text(json.dumps({"width": 8, "K": None}))
    assert "no height, K" in refused(folder).message
    (folder / "camera.json").write_text(json.dumps({"width": 8, "height": 6, "K": K.tolist(), "frame_id": None}))
    assert load_frame(folder).frame_id == Frame.frame_id


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"\xff" * 100_000])
def test_camera_that_is_no_json(folder: Path, content: bytes) -> None:
    (folder / "camera.json").write_bytes(content)
    error = refused(folder)
    assert error.code == "BAD_IMAGE"
    assert "camera.json" in error.message
    assert len(error.message) < 400 + len(str(folder))


def test_a_camera_with_a_byte_order_mark_is_read(folder: Path) -> None:
    path = folder / "camera.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    np.testing.assert_array_equal(load_frame(folder).K, K)


def test_bad_readings_become_none() -> None:
    depth = np.array([[np.nan, np.inf, -np.inf, -1.0, 0.0, 0.7]], dtype=np.float32)
    frame = Frame(np.zeros((1, 6, 3), dtype=np.uint8), depth_m=depth)
    np.testing.assert_array_equal(frame.depth_m, np.float32([[0, 0, 0, 0, 0, 0.7]]))


@pytest.mark.parametrize(
    "rgb", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)]
)
def test_frame_refuses_other_rgb(rgb: np.ndarray) -> None:
    with pytest.raises(DfcError, match="uint8 H x W x 3"):
        Frame(rgb)


def test_depth_in_millimetre_integers_is_refused_not_guessed() -> None:
    with pytest.raises(DfcError, match="float"):
        Frame(np.zeros((2, 2, 3), np.uint8), depth_m=np.full((2, 2), 500, np.uint16))


def test_depth_to_millimetres_limits() -> None:
    depth = np.array([0.0004, 0.0006, 65.535, 65.6, np.nan, np.inf])
    np.testing.assert_array_equal(depth_to_millimetres(depth), [0, 1, 65535, 0, 0, 0])


def test_mask_threshold(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 127, 128, 255]], dtype=np.uint8)).save(tmp_path / "m.png")
    np.testing.assert_array_equal(load_mask(tmp_path / "m.png"), [[False, False, True, True]])


def test_a_mask_of_zeros_and_ones_is_told_from_an_empty_one(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 1]], dtype=np.uint8)).save(tmp_path / "m.png")
    with pytest.raises(DfcError, match=r"highest value in .*m\.png is 1; 255 = the tool") as caught:
        load_mask(tmp_path / "m.png")
    assert caught.value.code == "EMPTY_MASK"
    Image.fromarray(np.zeros((1, 2), dtype=np.uint8)).save(tmp_path / "m.png")
    assert not load_mask(tmp_path / "m.png").any()


def test_real_frames_load(shared: Path) -> None:
    folders = sorted(path.parent for path in (shared / "data" / "frames").glob("*/rgb.png"))
    assert folders
    for path in folders:
        frame = load_frame(path)
        assert frame.size == (640, 480)
        assert frame.K is not None
        assert frame.depth_m is not None
        assert 0.3 < np.median(frame.depth_m[frame.depth_m > 0]) < 2
