"""Segmentation on boxes ray-cast by hand, where the true mask is known, and on real pictures."""

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from dfc_core.errors import DfcError
from dfc_core.frames import Frame, height_above_plane, load_frame, segment
from dfc_core.frames.objects import fill_continuous_holes
from dfc_core.frames.plane import fit_planes, point_lattice
from dfc_core.geometry import invert, look_at, transform

K = np.array([[300.0, 0, 159.5], [0, 300.0, 119.5], [0, 0, 1]])
SIZE = (320, 240)
Box3 = tuple[tuple[float, float, float], tuple[float, float, float]]
MUG: Box3 = ((-0.04, -0.04, 0.0), (0.04, 0.04, 0.1))


def slab(eye: NDArray, rays: NDArray, box: Box3) -> NDArray:
    """Distance along `rays` (N x 3) from `eye` to an axis-parallel box; infinite where it is missed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (np.array(box[0]) - eye) / rays, (np.array(box[1]) - eye) / rays
    near, far = np.minimum(low, high).max(axis=1), np.maximum(low, high).min(axis=1)
    return np.where((near <= far) & (near > 0), near, np.inf)


def scene(boxes: list[Box3], tilt: float = 45, distance: float = 0.6, table: float = 1.0, seed: int = 0) -> tuple:
    """A table (z = 0, square, `table` m wide) over a far floor, with boxes on it: frame, label image, plane height."""
    random = np.random.default_rng(seed)
    angle = np.radians(tilt)
    eye = distance * np.array([0.0, -np.cos(angle), np.sin(angle)]) + [0, 0, 0.04]
    T_world_camera = look_at(eye, np.array([0, 0, 0.04]), np.array([0.0, 0.0, 1.0]))
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    rays_camera = np.stack([(x - K[0, 2]) / K[0, 0], (y - K[1, 2]) / K[1, 1], np.ones_like(x)], axis=-1).reshape(-1, 3)
    rays = rays_camera @ T_world_camera[:3, :3].T
    half = table / 2
    things: list[Box3] = [((-9, -9, -0.8), (9, 9, -0.75)), ((-half, -half, -0.03), (half, half, 0.0)), *boxes]
    distances = np.stack([slab(eye, rays, box) for box in things])
    label = distances.argmin(axis=0).reshape(SIZE[1], SIZE[0])
    depth = distances.min(axis=0).reshape(SIZE[1], SIZE[0])
    depth = np.where(np.isfinite(depth), depth + random.normal(0, 0.001, depth.shape) * depth**2, 0)
    depth = np.round(depth, 3)
    colours = np.array(
        [[110, 110, 115], [150, 110, 70], [190, 30, 40], [40, 60, 180], [30, 150, 60], *[[120, 120, 30]] * 3]
    )
    rgb = np.clip(colours[label] + random.normal(0, 6, (*label.shape, 3)), 0, 255).astype(np.uint8)
    return Frame(rgb, K, depth), label, T_world_camera


def overlap(mask: NDArray, truth: NDArray) -> float:
    return float((mask & truth).sum() / (mask | truth).sum())


@pytest.mark.parametrize(("tilt", "distance"), [(20, 0.5), (45, 0.35), (45, 0.6), (45, 1.4), (60, 1.0), (90, 0.7)])
def test_a_box_on_a_table(tilt: float, distance: float) -> None:
    frame, label, T_world_camera = scene([MUG], tilt, distance)
    found = segment(frame)
    assert overlap(found.mask, label == 2) > 0.9
    assert found.plane is not None
    # the world's z = 0 is the table: 10 cm up is 10 cm above the found plane
    points = transform(invert(T_world_camera), np.array([[0.05, 0.1, 0.0], [0.0, 0.0, 0.1]]))
    np.testing.assert_allclose(height_above_plane(points, found.plane), [0, 0.1], atol=0.004)


def test_small_table_over_a_larger_floor() -> None:
    frame, label, _ = scene([MUG], 50, 0.9, table=0.35)
    assert (label == 0).sum() > (label == 1).sum()
    assert overlap(segment(frame).mask, label == 2) > 0.9


THREE: list[Box3] = [
    ((-0.16, -0.05, 0), (-0.08, 0.03, 0.12)),
    ((-0.03, 0.0, 0), (0.03, 0.06, 0.08)),
    ((0.09, -0.03, 0), (0.17, 0.05, 0.05)),
]


@pytest.mark.parametrize("which", [2, 3, 4])
@pytest.mark.parametrize("by", ["point", "box"])
def test_point_or_box_picks_one_of_three(which: int, by: str) -> None:
    frame, label, _ = scene(THREE, 45, 0.7)
    rows, columns = np.nonzero(label == which)
    x, y = float(columns.mean()), float(rows.mean())
    box = (float(columns.min()), float(rows.min()), float(np.ptp(columns) + 1), float(np.ptp(rows) + 1))
    found = segment(frame, point=(x, y)) if by == "point" else segment(frame, box=box)
    assert overlap(found.mask, label == which) > 0.88


def test_a_box_that_its_corners_were_given_for_is_doubted() -> None:
    frame, label, _ = scene([MUG])
    rows, columns = np.nonzero(label == 2)
    left, top, right, bottom = columns.min(), rows.min(), columns.max(), rows.max()
    fitting = segment(frame, box=(left, top, right - left, bottom - top))
    assert not fitting.warnings
    assert any("other corner" in sentence for sentence in segment(frame, box=(left, top, right, bottom)).warnings)


def test_the_centre_decides_without_a_seed() -> None:
    frame, label, _ = scene(THREE, 45, 0.7)
    assert overlap(segment(frame).mask, label == 3) > 0.88


def test_holes_in_depth_do_not_end_the_mask() -> None:
    """A shiny patch without any reading in the middle of the thing, and an outline without readings."""
    frame, label, _ = scene([MUG], 45, 0.5)
    depth = frame.depth_m.copy()
    rows, columns = np.nonzero(label == 2)
    y, x = int(rows.mean()), int(columns.mean())
    depth[y - 12 : y + 12, x - 9 : x + 9] = 0
    depth[rows.min() : rows.max(), columns.min() : columns.min() + 4] = 0
    found = segment(Frame(frame.rgb, K, depth))
    assert overlap(found.mask, label == 2) > 0.9
    assert found.mask[y, x]


@pytest.mark.parametrize("to_the_edge", [False, True])
@pytest.mark.parametrize("alike", [False, True])
def test_what_reads_as_the_table_is_of_the_thing_if_its_colour_is(to_the_edge: bool, alike: bool) -> None:
    """The bottom of a bowl and a rim that is not read, against a hole through which the table is seen."""
    (frame, label, _), (bare, _, _) = scene([MUG], 45, 0.5), scene([], 45, 0.5)
    assert frame.depth_m is not None
    rows, columns = np.nonzero(label == 2)
    y, x = int(rows.mean()), int(columns.mean())
    low = np.zeros(label.shape, dtype=bool)
    low[y - 14 : rows.max() + 1 if to_the_edge else y + 14, x - 16 : x + 16] = True
    rgb = frame.rgb if alike else np.where(low[..., None], bare.rgb, frame.rgb)
    found = segment(Frame(rgb, K, np.where(low, bare.depth_m, frame.depth_m)), point=(x - 22.0, float(y)))
    assert found.mask[low].mean() > 0.9 if alike else found.mask[low].mean() < 0.4
    assert found.mask[(label == 2) & ~low].mean() > 0.9


@pytest.mark.parametrize(("apart", "first"), [(2, 1), (3, 1), (4, 3)])
def test_depth_at_some_pixels_only_is_as_good(apart: int, first: int) -> None:
    """Registered from a camera of fewer pixels without filling in: the readings need not be at even pixels."""
    frame, label, _ = scene([MUG], 45, 0.5)
    assert frame.depth_m is not None
    there = np.zeros(label.shape, dtype=bool)
    there[first::apart, first::apart] = True
    found = segment(replace(frame, depth_m=np.where(there, frame.depth_m, 0)))
    assert overlap(found.mask, label == 2) > 0.9
    assert found.plane is not None


@pytest.mark.parametrize("blade", [(0.2, 0.3, 0.03), (0.4, 0.45, 0.03), (0.6, 0.4, 0.04)])
def test_a_large_tool_is_one_though_it_is_a_surface(blade: tuple[float, float, float]) -> None:
    x, y, z = blade
    tool: list[Box3] = [((-x / 2, -y / 2, 0.0), (x / 2, y / 2, z)), ((x / 2, -0.015, 0.0), (x / 2 + 0.2, 0.015, z))]
    frame, label, _ = scene(tool, tilt=75, distance=1.4, table=2.0)
    assert overlap(segment(frame, point=(160.0, 120.0)).mask, label >= 2) > 0.9


def test_a_flat_ruler_in_a_box_may_be_long() -> None:
    frame, label, _ = scene([((-0.3, -0.02, 0.0), (0.3, 0.02, 0.001))], tilt=75, distance=1.2, table=2.0)
    rows, columns = np.nonzero(label == 2)
    box = (columns.min() - 4, rows.min() - 4, np.ptp(columns) + 8, np.ptp(rows) + 8)
    assert overlap(segment(frame, box=box).mask, label == 2) > 0.7


@pytest.mark.parametrize("table", [0.35, 1.0])
def test_a_point_on_the_bare_table_is_refused(table: float) -> None:
    frame, label, _ = scene([MUG], tilt=60, table=table)
    assert label[200, 160] == 1
    with pytest.raises(DfcError, match=r"is the table or the background|no colour at the seed") as refused:
        segment(frame, point=(160.0, 200.0))
    assert refused.value.code == "EMPTY_MASK"


def test_a_thing_too_flat_for_depth_is_found_by_colour_at_a_box() -> None:
    frame, label, _ = scene([((-0.12, -0.012, 0), (0.12, 0.012, 0.001))], 60, 0.6, table=4.0)
    with pytest.raises(DfcError, match="nothing stands on a table"):
        segment(frame)
    rows, columns = np.nonzero(label == 2)
    box = (columns.min() - 5.0, rows.min() - 5.0, np.ptp(columns) + 10.0, np.ptp(rows) + 10.0)
    found = segment(frame, box=box)
    assert overlap(found.mask, label == 2) > 0.8
    assert found.plane is not None


@pytest.mark.parametrize("height", [0.004, 0.008, 0.012, 0.3])
def test_low_and_high_things(height: float) -> None:
    frame, label, _ = scene([((-0.06, -0.015, 0), (0.06, 0.015, height))], 60, 0.8)
    assert overlap(segment(frame).mask, label == 2) > 0.9


@pytest.mark.parametrize("wall", [0.03, 0.12])
def test_what_lies_in_a_box_is_not_of_the_box(wall: float) -> None:
    sides: list[Box3] = [
        ((x0, y0, 0.0), (x1, y1, wall))
        for x0, y0, x1, y1 in [(-0.2, -0.2, 0.2, -0.17), (-0.2, 0.17, 0.2, 0.2), (-0.2, -0.2, -0.17, 0.2)]
    ]
    frame, label, _ = scene([MUG, *sides, ((0.17, -0.2, 0.0), (0.2, 0.2, wall))], tilt=75, distance=1.0)
    found = segment(frame, point=(160.0, 120.0)).mask
    assert overlap(found, label == 2) > 0.9
    with pytest.raises(DfcError, match=r"is the table or the background"):
        segment(frame, point=(130.0, 140.0))


def test_a_thin_shaft_of_another_colour_is_of_the_thing() -> None:
    head, shaft = ((-0.03, -0.03, 0.0), (0.03, 0.03, 0.02)), ((0.03, -0.002, 0.008), (0.2, 0.002, 0.016))
    frame, label, _ = scene([head, shaft], tilt=70, distance=0.9)
    mask = segment(frame, point=(160.0, 115.0)).mask
    assert (mask & (label == 3)).sum() > 0.8 * (label == 3).sum()
    assert overlap(mask, label >= 2) > 0.9


def test_a_thing_that_depth_sees_in_patches_is_one() -> None:
    """Dark or shiny things lose most of their readings; the table beside them does not."""
    frame, label, _ = scene([((-0.12, -0.008, 0), (0.12, 0.008, 0.015))], 60, 0.6)
    assert frame.depth_m is not None
    lost = (label == 2) & (np.arange(SIZE[0]) % 16 < 10)
    patchy = replace(frame, depth_m=np.where(lost, 0, frame.depth_m))
    rows, columns = np.nonzero(label == 2)
    assert overlap(segment(patchy, point=(columns.mean(), rows.mean())).mask, label == 2) > 0.9


def test_a_thing_far_from_the_point_is_not_taken_for_what_is_there() -> None:
    frame, label, _ = scene([((-0.05, -0.05, 0), (0.0, 0.0, 0.08)), ((0.06, -0.05, 0), (0.2, 0.0, 0.001))], 60, 0.6)
    rows, columns = np.nonzero(label == 3)
    assert not (segment(frame, point=(columns.mean(), rows.mean())).mask & (label == 2)).any()


@pytest.mark.parametrize(("ring", "bottom", "filled"), [(0.006, 0.0, False), (0.01, 0.008, True), (0.05, 0.0, False)])
def test_a_plate_is_filled_and_the_loop_of_flat_scissors_is_not(ring: float, bottom: float, filled: bool) -> None:
    height = np.zeros((40, 40))
    height[10:30, 10:30] = ring
    height[14:26, 14:26] = bottom
    thing = height == ring
    assert fill_continuous_holes(thing, 0.6 - height, height, 150.0)[20, 20] == filled


def bowl_scene(noise: float, unread: float, wide: float) -> tuple[Frame, NDArray, tuple[float, float]]:
    """A bowl `wide` in radius whose bottom lies on a table (z = 0) of like colour: frame, its mask, its middle's pixel.

    Its wall rises from half the radius on. Depth errs by `noise` (m at 1 m), and a share `unread` of it is missing.
    """
    eye = np.array([0.0, -0.42, 0.47])
    T_world_camera = look_at(eye, np.array([0, 0, 0.02]), np.array([0.0, 0.0, 1.0]))
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    rays_camera = np.stack([(x - K[0, 2]) / K[0, 0], (y - K[1, 2]) / K[1, 1], np.ones_like(x)], axis=-1)
    rays = rays_camera @ T_world_camera[:3, :3].T
    rim = 0.05
    depth = -eye[2] / rays[..., 2]
    bowl = np.zeros(depth.shape, dtype=bool)
    for height in np.linspace(0, rim, 101):  # from the table up: what is met higher is nearer
        z = (height - eye[2]) / rays[..., 2]
        radius = np.hypot(eye[0] + z * rays[..., 0], eye[1] + z * rays[..., 1])
        met = (radius <= wide) & (rim * np.clip(2 * radius / wide - 1, 0, 1) >= height)
        depth[met], bowl = z[met], bowl | met
    random = np.random.default_rng(0)
    depth = np.round(depth + random.normal(0, noise, depth.shape) * depth**2, 3)
    depth[random.random(depth.shape) < unread] = 0
    colours = np.where(bowl[..., None], [150, 100, 70], [150, 110, 70])
    rgb = np.clip(colours + random.normal(0, 6, colours.shape), 0, 255).astype(np.uint8)
    middle = invert(T_world_camera)[:3, 3]
    return (
        Frame(rgb, K, depth),
        bowl,
        (K[0, 0] * middle[0] / middle[2] + K[0, 2], K[1, 1] * middle[1] / middle[2] + K[1, 2]),
    )


@pytest.mark.parametrize(
    ("noise", "unread", "wide"), [(0.001, 0.0, 0.08), (0.003, 0.3, 0.08), (0.006, 0.0, 0.08), (0.003, 0.0, 0.12)]
)
def test_the_bottom_of_a_bowl_is_of_it_and_can_be_pointed_at(noise: float, unread: float, wide: float) -> None:
    frame, bowl, middle = bowl_scene(noise, unread, wide)
    assert overlap(segment(frame, point=middle).mask, bowl) > 0.9


@pytest.mark.parametrize("tilt", [30, 60])
def test_equal_boxes_one_behind_the_other_stay_two(tilt: float) -> None:
    """Level tops and a small gap are also how a bowl's inside and outside look; only the bowl is hollow."""
    frame, label, _ = scene([((-0.03, -0.07, 0), (0.03, -0.015, 0.1)), ((-0.03, 0.015, 0), (0.03, 0.07, 0.1))], tilt)
    rows, columns = np.nonzero(label == 2)
    assert overlap(segment(frame, point=(columns.mean(), rows.mean())).mask, label == 2) > 0.9


@pytest.mark.parametrize("width", [5, 9])
def test_a_smeared_step_does_not_join_what_stands_behind(width: int) -> None:
    """Stereo cameras and their filters make a ramp of the step between a thing and what is seen beyond it."""
    frame, label, _ = scene([((-0.05, -0.05, 0), (0.01, 0.0, 0.08)), ((-0.02, 0.05, 0), (0.05, 0.1, 0.14))], 30)
    assert frame.depth_m is not None
    frame = replace(frame, depth_m=np.round(ndimage.uniform_filter(frame.depth_m, width), 3))
    for which in (2, 3):
        rows, columns = np.nonzero(label == which)
        assert overlap(segment(frame, point=(columns.mean(), rows.mean())).mask, label == which) > 0.8


def test_the_smeared_rim_of_a_bowl_parts_it_not() -> None:
    frame, bowl, middle = bowl_scene(0.001, 0.0, 0.06)
    assert frame.depth_m is not None
    frame = replace(frame, depth_m=np.round(ndimage.uniform_filter(frame.depth_m, 7), 3))
    assert overlap(segment(frame, point=middle).mask, bowl) > 0.9


@pytest.mark.parametrize("times", [2, 4])
def test_a_larger_picture_gives_the_same_mask(times: int) -> None:
    frame, label, _ = scene([MUG, ((0.1, -0.03, 0.0), (0.16, 0.03, 0.05))])
    assert frame.depth_m is not None

    def larger(values: NDArray) -> NDArray:
        return values.repeat(times, axis=0).repeat(times, axis=1)

    large = Frame(larger(frame.rgb), np.diag([times, times, 1]) @ K, larger(frame.depth_m))
    assert overlap(segment(large).mask, larger(label == 2)) > 0.95


def test_same_input_same_mask() -> None:
    frame, _, _ = scene([MUG])
    np.testing.assert_array_equal(segment(frame).mask, segment(frame).mask)


def test_given_mask_is_kept_and_gets_its_plane() -> None:
    frame, label, T_world_camera = scene([MUG])
    found = segment(frame.with_mask(label == 2))
    np.testing.assert_array_equal(found.mask, label == 2)
    up = T_world_camera[:3, :3].T @ [0, 0, 1]
    assert found.plane is not None
    assert found.plane[:3] @ up > 0.999


def test_a_seed_beside_the_given_mask_is_said() -> None:
    frame, label, _ = scene([MUG])
    given = frame.with_mask(label == 2)
    y, x = np.argwhere(label == 2).mean(axis=0)
    assert not segment(given, point=(x, y)).warnings
    assert "10,10 is not" in segment(given, point=(10.0, 10.0)).warnings[0]
    assert "nothing is in the box" in segment(given, box=(0.0, 0.0, 20.0, 20.0)).warnings[0]
    assert segment(given, point=(319.7, 239.6)).warnings
    assert not segment(given, box=(x, y, 0.4, 0.4)).warnings


def test_empty_mask_is_refused() -> None:
    frame, label, _ = scene([MUG])
    with pytest.raises(DfcError) as caught:
        segment(frame.with_mask(label == 99))
    assert caught.value.code == "EMPTY_MASK"


def test_bare_table_is_refused() -> None:
    frame, _, _ = scene([], 60, 0.6, table=4.0)
    with pytest.raises(DfcError) as caught:
        segment(frame)
    assert caught.value.code == "EMPTY_MASK"


@pytest.mark.parametrize("lack", ["depth", "valid depth", "camera"])
def test_without_depth_a_seed_is_required(lack: str) -> None:
    frame, _, _ = scene([MUG])
    depth = {"depth": None, "valid depth": np.zeros_like(frame.depth_m), "camera": frame.depth_m}[lack]
    poor = Frame(frame.rgb, None if lack == "camera" else K, depth)
    with pytest.raises(DfcError, match="a mask, a box or a point is required") as caught:
        segment(poor)
    assert caught.value.code == "NO_DEPTH"


@pytest.mark.parametrize("by", ["point", "box"])
def test_colour_alone(by: str) -> None:
    frame, label, _ = scene([MUG], 45, 0.5)
    rows, columns = np.nonzero(label == 2)
    point = (float(columns.mean()), float(rows.mean()))
    box = (columns.min() - 4.0, rows.min() - 4.0, np.ptp(columns) + 8.0, np.ptp(rows) + 8.0)
    poor = Frame(frame.rgb)
    found = segment(poor, point=point) if by == "point" else segment(poor, box=box)
    assert found.plane is None
    assert overlap(found.mask, label == 2) > 0.85


@pytest.mark.parametrize("point", [(-1.0, 5.0), (320.0, 5.0), (5.0, 240.0), (float("nan"), 5.0)])
def test_point_outside_the_picture(point: tuple[float, float]) -> None:
    frame, _, _ = scene([MUG])
    with pytest.raises(DfcError, match="outside the 320x240 picture"):
        segment(frame, point=point)


@pytest.mark.parametrize("box", [(0.0, 0, 0, 5), (0.0, 0, 5, -1), (400.0, 0, 5, 5), (-9.0, 0, 5, 5)])
def test_box_without_pixels(box: tuple[float, float, float, float]) -> None:
    frame, _, _ = scene([MUG])
    with pytest.raises(DfcError) as caught:
        segment(frame, box=box)
    assert caught.value.code == "BAD_INPUT"


@pytest.mark.parametrize("kind", ["constant", "noise", "one", "few"])
def test_senseless_depth_is_answered(kind: str) -> None:
    """Any depth gives a mask or a DfcError, never another exception."""
    random = np.random.default_rng(0)
    depth = np.zeros((240, 320), dtype=np.float32)
    if kind == "constant":
        depth += 1
    elif kind == "noise":
        depth += random.uniform(0.2, 5, depth.shape).astype(np.float32)
    elif kind == "one":
        depth[100, 100] = 1
    else:
        depth[random.integers(0, 240, 40), random.integers(0, 320, 40)] = 0.7
    for seed in ({}, {"point": (160.0, 120.0)}, {"box": (100.0, 80.0, 90.0, 70.0)}):
        with contextlib.suppress(DfcError):
            assert segment(Frame(np.zeros((240, 320, 3), np.uint8), K, depth), **seed).mask.any()


def test_tiny_picture() -> None:
    frame = Frame(np.zeros((2, 3, 3), np.uint8), K, np.ones((2, 3), np.float32))
    with pytest.raises(DfcError):
        segment(frame)


def test_fit_planes_finds_a_known_plane() -> None:
    depth = np.full((60, 80), 0.5, dtype=np.float32)  # a wall half a metre ahead: n = (0, 0, -1), d = 0.5
    lattice = point_lattice(depth, K)
    (plane,) = fit_planes(lattice, lattice[..., 2] > 0)
    np.testing.assert_allclose(plane, [0, 0, -1, 0.5], atol=1e-6)
    np.testing.assert_allclose(height_above_plane(np.array([[0.1, 0.2, 0.3]]), plane), [0.2], atol=1e-6)


# Boxes (left, top, right, bottom) and pixels read off the pictures by eye.
REAL = {
    "red_mug": ((245, 187, 409, 343), [(350, 300), (352, 210), (251, 258), (345, 338)], [(275, 262), (500, 300)]),
    "green_bowl": ((235, 185, 436, 329), [(330, 225), (330, 300), (335, 322)], [(240, 280), (430, 290)]),
    "white_bowl_a": ((289, 203, 461, 314), [(370, 235), (375, 290), (375, 308)], [(295, 290), (455, 290)]),
    "mustard_bottle": ((349, 88, 487, 344), [(432, 100), (420, 200), (410, 335)], [(355, 150), (500, 300)]),
    "pepper_shaker": ((406, 332, 461, 450), [(435, 345), (435, 440)], [(395, 400), (475, 430)]),
    "cylinder_can": ((287, 58, 361, 226), [(325, 70), (325, 215)], [(270, 150), (320, 30), (380, 200)]),
}


@pytest.mark.parametrize("name", sorted(REAL))
def test_real_pictures(shared: Path, name: str) -> None:
    (left, top, right, bottom), inside, outside = REAL[name]
    found = segment(load_frame(shared / "data" / "frames" / name))
    assert all(found.mask[y, x] for x, y in inside)
    assert not any(found.mask[y, x] for x, y in outside)
    rows, columns = np.nonzero(found.mask)
    edges = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(edges, [left, top, right, bottom], atol=9)


@pytest.mark.parametrize("name", ["green_bowl", "white_bowl_a"])
def test_a_camera_on_its_side_sees_the_same_bowl(shared: Path, name: str) -> None:
    """Its inside and its outside, apart in depth, are one thing however the camera is rolled."""
    frame = load_frame(shared / "data" / "frames" / name)
    assert frame.K is not None
    assert frame.depth_m is not None
    (fx, fy), (cx, cy) = np.diag(frame.K)[:2], frame.K[:2, 2]
    turned = np.array([[fy, 0, cy], [0, fx, frame.size[0] - 1 - cx], [0, 0, 1]])
    on_its_side = Frame(np.rot90(frame.rgb), turned, np.rot90(frame.depth_m))
    assert overlap(segment(on_its_side).mask, np.rot90(segment(frame).mask)) > 0.95


@pytest.mark.parametrize(
    ("seed", "inside", "outside"),
    [
        ({"point": (440.0, 330.0)}, [(430, 350), (430, 390), (350, 320)], [(340, 400), (560, 340), (220, 400)]),
        ({"box": (330.0, 255.0, 210.0, 160.0)}, [(430, 350), (430, 300)], [(300, 390), (220, 400), (600, 200)]),
        ({"point": (225.0, 390.0)}, [(230, 330), (225, 430)], [(215, 250), (430, 350), (120, 440)]),
        ({"point": (215.0, 255.0)}, [(220, 250), (240, 290)], [(230, 400), (430, 350), (100, 100)]),
    ],
)
def test_clutter_on_a_small_table(shared: Path, seed: dict, inside: list, outside: list) -> None:
    found = segment(load_frame(shared / "data" / "frames" / "ycb_bowl_cans"), **seed)
    assert all(found.mask[y, x] for x, y in inside)
    assert not any(found.mask[y, x] for x, y in outside)
