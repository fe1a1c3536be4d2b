"""Grasps of shapes whose answer is known: a standing cylinder, a standing box and a lying bar on a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.geometry import invert, look_at, rotation_of, transform
from dfc_core.grasp.candidates import CandidateConfig, close_across, propose_from_any_side
from dfc_core.grasp.carry import GraspPose
from dfc_core.grasp.check import Surroundings, check_grasps, plane_gap
from dfc_core.grasp.gripper import Gripper, read_gripper
from dfc_core.grasp.ranking import CarriedGrasp, GraspConfig, snap_and_rank
from dfc_core.shape.hidden_side import HiddenConfig, complete_surface
from dfc_core.shape.lift import LiftConfig
from dfc_core.shape.surface import Surface

K = np.array([[550.0, 0, 159.5], [0, 550.0, 119.5], [0, 0, 1]])
EYE = np.array([0.45, 0.0, 0.35])  # world: the table is z = 0, z up
CAMERA = look_at(EYE, np.array([0, 0, 0.05]), np.array([0, 0, 1.0]))  # T_world_camera
TABLE_WORLD = np.array([0, 0, 1.0, 0])
SIDEWAYS = np.array([[0, 0, -1.0], [1, 0, 0], [0, -1, 0]])  # closing along world y, approach along -x, from the camera
DOWNWARDS = np.array([[0, -1.0, 0], [1, 0, 0], [0, 0, 1]]) @ np.diag([1.0, -1, -1])

DEFAULT = GraspConfig()


def rays() -> np.ndarray:
    ys, xs = np.mgrid[:240, :320]
    pixels = np.stack([(xs - K[0, 2]) / K[0, 0], (ys - K[1, 2]) / K[1, 1], np.ones(xs.shape)], axis=-1)
    return pixels @ CAMERA[:3, :3].T


def picture(hit: np.ndarray) -> Frame:
    """A frame of what is hit at `hit` (H x W, m along z, inf = nowhere) on the table."""
    direction = rays()
    table = np.where(direction[..., 2] < 0, -EYE[2] / np.minimum(direction[..., 2], -1e-9), np.inf)
    depth = np.minimum(hit, table)
    depth = np.where(np.isfinite(depth) & (depth < 3), depth, 0).astype(np.float32)
    return Frame(np.zeros((240, 320, 3), np.uint8), K, depth, np.isfinite(hit), "camera", "shape")


def cylinder_picture(radius: float, height: float) -> Frame:
    """It stands at the origin."""
    d = rays()
    a = d[..., 0] ** 2 + d[..., 1] ** 2
    b = EYE[0] * d[..., 0] + EYE[1] * d[..., 1]
    root = b**2 - a * (EYE[0] ** 2 + EYE[1] ** 2 - radius**2)
    side = (-b - np.sqrt(np.maximum(root, 0))) / a
    z = EYE[2] + side * d[..., 2]
    side = np.where((root > 0) & (z >= 0) & (z <= height), side, np.inf)
    lid = (height - EYE[2]) / np.minimum(d[..., 2], -1e-9)
    on = (EYE[0] + lid * d[..., 0]) ** 2 + (EYE[1] + lid * d[..., 1]) ** 2 <= radius**2
    return picture(np.minimum(side, np.where(on & (d[..., 2] < 0), lid, np.inf)))


def box_picture(size: np.ndarray) -> Frame:
    """It stands at the origin, a face towards the camera."""
    low, high = np.array([-size[0] / 2, -size[1] / 2, 0]), np.array([size[0] / 2, size[1] / 2, size[2]])
    d = rays()
    d = np.where(np.abs(d) < 1e-12, 1e-12, d)
    ends = np.stack([(low - EYE) / d, (high - EYE) / d])
    near, far = ends.min(axis=0).max(axis=-1), ends.max(axis=0).min(axis=-1)
    return picture(np.where(near < far, near, np.inf))


def carried(
    position_world: tuple[float, float, float], rotation_world: np.ndarray, width: float = 0.05
) -> CarriedGrasp:
    T = invert(CAMERA)
    return CarriedGrasp(transform(T, np.array([position_world]))[0], T[:3, :3] @ rotation_world, width, 1.0)


def table() -> np.ndarray:
    """The table's plane in the camera's frame."""
    normal = CAMERA[:3, :3].T @ TABLE_WORLD[:3]
    return np.append(normal, CAMERA[2, 3])


def seen_surface(frame: Frame, grasp: CarriedGrasp) -> Surface:
    return complete_surface(frame, frame.mask, grasp.position, grasp.width, table(), LiftConfig(), HiddenConfig())


def world(grasp: GraspPose) -> tuple[np.ndarray, np.ndarray]:
    position = transform(CAMERA, np.array([grasp.position]))[0]
    return position, CAMERA[:3, :3] @ rotation_of(np.array(grasp.quaternion_xyzw))


def found(frame: Frame, grasp: CarriedGrasp, config: GraspConfig = DEFAULT):
    return snap_and_rank(grasp, seen_surface(frame, grasp), Surroundings(plane=table()), config)


def exact_cylinder(radius: float, height: float) -> Surface:
    angle, z = (v.ravel() for v in np.meshgrid(np.linspace(0, 2 * np.pi, 181), np.linspace(0, height, 61)))
    normals = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
    return Surface.of(np.column_stack([radius * normals[:, :2], z]), normals)


def exact_box(size: np.ndarray) -> Surface:
    u, v = (w.ravel() for w in np.meshgrid(np.linspace(-0.5, 0.5, 41), np.linspace(-0.5, 0.5, 41)))
    points, normals = [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            points.append(np.insert(np.stack([u, v]), axis, sign / 2, axis=0).T)
            normals.append(np.tile(sign * np.eye(3)[axis], (len(u), 1)))
    return Surface.of(np.concatenate(points) * size + [0, 0, size[2] / 2], np.concatenate(normals))


def judged(grasps, surface: Surface, gripper: Gripper = DEFAULT.gripper):
    """Verdicts in the world's frame, on an exact surface above the table."""
    positions, rotations = (np.stack(v) for v in zip(*(world(g) for g in grasps), strict=True))
    widths = np.array([g.width for g in grasps])
    return check_grasps(positions, rotations, widths, surface, gripper, Surroundings(plane=TABLE_WORLD))


@pytest.mark.parametrize("radius", [0.012, 0.03])
def test_a_round_handle_is_held_across_its_axis_at_its_diameter(radius: float) -> None:
    grasps = found(cylinder_picture(radius, 0.15), carried((0.01, 0.012, 0.09), SIDEWAYS)).poses
    position, rotation = world(grasps[0])
    assert abs(position[1]) < 0.003  # the fingers' middle lies before the axis, which stands at the origin
    assert abs(rotation[2, 0]) < 0.1  # closing is level, square to the axis
    assert grasps[0].width == pytest.approx(2 * radius + 2 * Gripper().clearance_m, abs=0.004)
    assert judged(grasps, exact_cylinder(radius, 0.15)).good.all()


def test_a_boxs_faces_are_opposite_though_the_camera_sees_neither() -> None:
    size = np.array([0.03, 0.045, 0.15])
    grasps = found(box_picture(size), carried((0.01, 0.012, 0.09), SIDEWAYS)).poses
    _, rotation = world(grasps[0])
    assert abs(rotation[1, 0]) > 0.98  # closing is along y, between the two hidden faces
    assert grasps[0].width == pytest.approx(0.045 + 2 * Gripper().clearance_m, abs=0.004)
    good = judged(grasps, exact_box(size)).good
    assert good[0]
    assert good.mean() >= 0.6


def test_a_turned_alignment_is_put_straight() -> None:
    turn = 0.4
    about_x = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    grasps = found(cylinder_picture(0.015, 0.15), carried((0.0, 0.0, 0.09), about_x @ SIDEWAYS)).poses
    assert abs((about_x @ SIDEWAYS)[2, 0]) > 0.38
    assert abs(world(grasps[0])[1][2, 0]) < 0.2
    across = close_across(about_x @ SIDEWAYS, np.array([0, 0, 1.0]))
    assert across is not None
    np.testing.assert_allclose(across[:, 0], [0, 1, 0], atol=1e-9)
    np.testing.assert_allclose(across.T @ across, np.eye(3), atol=1e-9)
    upright = np.array([[0, 0, -1.0], [0, 1, 0], [1, 0, 0]])  # closing along z
    assert close_across(upright, np.array([0, 0, 1.0])) is None  # shown to hold the ends


def test_scores_fall_and_grasps_differ() -> None:
    grasps = found(cylinder_picture(0.015, 0.15), carried((0.0, 0.0, 0.09), SIDEWAYS)).poses
    scores = [grasp.score for grasp in grasps]
    assert len(grasps) == GraspConfig().maximum == 5
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] < scores[0] <= 1
    poses = [world(grasp) for grasp in grasps]
    for i, (position, rotation) in enumerate(poses):
        for other, turned in poses[:i]:
            angle = np.arccos(np.clip((np.trace(rotation.T @ turned) - 1) / 2, -1, 1))
            assert np.linalg.norm(position - other) > 0.0149 or angle > np.radians(19.9)
    # The best one is not far from what was shown; the worst is farther.
    away = [np.arccos(np.clip((np.trace(rotation.T @ SIDEWAYS) - 1) / 2, -1, 1)) for _, rotation in poses]
    assert away[0] < np.radians(15) < max(away)


def test_the_table_forbids_what_is_too_low() -> None:
    size = np.array([0.04, 0.04, 0.012])
    level = replace(DEFAULT, any_side=False, candidates=CandidateConfig(turn_closing=0, turn_third=0, turn_approach=0))
    sideways = found(box_picture(size), carried((0.0, 0.0, 0.006), SIDEWAYS), level)
    assert sideways.poses == ()
    assert "reach into the support plane" in sideways.note
    from_above = found(box_picture(np.array([0.15, 0.02, 0.02])), carried((0.01, 0.008, 0.01), DOWNWARDS)).poses
    assert judged(from_above, exact_box(np.array([0.15, 0.02, 0.02]))).good.all()
    for grasp in from_above:
        position, rotation = world(grasp)
        for low, high in zip(*(corners[0] for corners in Gripper().boxes(np.array([grasp.width]))), strict=True):
            corners = np.stack(np.meshgrid(*np.stack([low, high]).T), axis=-1).reshape(-1, 3)
            assert (position + corners @ rotation.T)[:, 2].min() > 0


def test_a_narrow_gripper_says_so_and_a_wide_one_takes_it() -> None:
    frame, grasp = cylinder_picture(0.05, 0.15), carried((0.0, 0.0, 0.08), SIDEWAYS, width=0.11)
    narrow = found(frame, grasp)
    assert narrow.poses == ()
    assert "too narrow: it opens 85 mm" in narrow.note
    needed = float(narrow.note.split("needs ")[1].split(" mm")[0])
    assert needed == pytest.approx(100 + 2000 * Gripper().clearance_m, abs=8)
    wide = GraspConfig(gripper=Gripper(maximum_opening_m=0.14, finger_length_m=0.08))
    assert judged(found(frame, grasp, wide).poses[:1], exact_cylinder(0.05, 0.15), wide.gripper).good.all()


def test_nothing_to_hold_within_reach_is_an_answer() -> None:
    frame = cylinder_picture(0.015, 0.15)
    grasp = carried((0.0, 0.0, 0.09), SIDEWAYS)
    surface = seen_surface(frame, grasp)
    off_part = replace(surface, held=np.zeros(len(surface.points)))
    answer = snap_and_rank(grasp, off_part, Surroundings(plane=table()))
    assert answer.poses == ()
    assert "nothing of the part to hold" in answer.note
    far = carried((0.0, 0.6, 0.09), SIDEWAYS)
    assert len(seen_surface(frame, far).points) == 0
    assert found(frame, far).poses == ()


def test_a_part_that_cannot_be_held_as_shown_is_held_from_another_side() -> None:
    bar = np.array([0.15, 0.02, 0.02])
    along = carried((0.0, 0.0, 0.01), np.array([[1, 0, 0], [0, -1.0, 0], [0, 0, -1]]))  # shown to close on its ends
    refused = found(box_picture(bar), along, replace(DEFAULT, any_side=False))
    assert refused.poses == ()
    offered = found(box_picture(bar), along)
    assert offered.note == f"none like the demonstrated one: {refused.note}; these hold the part from other sides"
    good = judged(offered.poses, exact_box(bar)).good
    assert good[0]
    assert good.mean() >= 0.6
    scores = [grasp.score for grasp in offered.poses]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[0] <= DEFAULT.otherwise
    again = found(box_picture(bar), along)
    assert again == offered
    surface = seen_surface(box_picture(bar), along)
    unseen = replace(surface, seen=np.zeros(len(surface)))
    assert len(propose_from_any_side(along.rotation, unseen, table(), Gripper()).openings) == 0
    # The fingers are named so that the closing axis is turned as little as may be.
    for grasp in offered.poses:
        assert world(grasp)[1][:, 0] @ [1, 0, 0] >= 0


def test_other_things_are_not_run_into() -> None:
    frame, grasp = cylinder_picture(0.015, 0.15), carried((0.0, 0.0, 0.09), SIDEWAYS)
    y, z = (v.ravel() for v in np.meshgrid(np.linspace(0.02, 0.05, 20), np.linspace(0.0, 0.15, 60)))
    wall = np.concatenate([np.column_stack([np.full_like(y, x), y, z]) for x in np.linspace(-0.03, 0.03, 13)])
    beside = Surroundings(transform(invert(CAMERA), wall), table())
    free = found(frame, grasp).poses
    walled = snap_and_rank(grasp, seen_surface(frame, grasp), beside, replace(DEFAULT, any_side=False))
    assert judged(free[:1], exact_cylinder(0.015, 0.15)).good.all()
    assert walled.poses == ()
    assert "hit other things" in walled.note


def test_the_hidden_side_of_a_round_thing_is_where_it_really_is() -> None:
    surface = seen_surface(cylinder_picture(0.02, 0.15), carried((0.0, 0.0, 0.09), SIDEWAYS, width=0.1))
    points, normals = transform(CAMERA, surface.points), surface.normals @ CAMERA[:3, :3].T
    wall = (points[:, 2] > 0.05) & (points[:, 2] < 0.1)
    radius = np.linalg.norm(points[wall, :2], axis=1)
    assert np.abs(radius - 0.02)[surface.seen[wall] == 1].max() < 0.001
    hidden = surface.seen[wall] < 1
    assert hidden.sum() > 50
    assert np.median(np.abs(radius - 0.02)[hidden]) < 0.004
    assert points[wall, 0].min() < -0.01  # seen from +x, and from above
    outline = surface.seen[wall] == 0.5
    assert (np.abs(normals[wall][outline][:, 1]) > 0.97).all()  # the outline's normals point sideways, along y
    assert points[:, 2].min() > -0.003  # nothing below the table
    back = normals[wall][surface.seen[wall] == 0]
    assert np.median(np.abs(back[:, 2])) < 0.1  # square to the axis, though the camera looks down on it


def test_the_back_of_a_plate_seen_aslant_is_parallel_to_its_front() -> None:
    d = rays()
    normal = np.array([np.cos(0.6), np.sin(0.6), 0])  # 34 degrees aside, and the camera looks down by as much
    far = -(EYE @ normal) / (d @ normal)
    hit = EYE + far[..., None] * d
    along = hit @ np.array([-normal[1], normal[0], 0])
    frame = picture(np.where((np.abs(along) < 0.01) & (np.abs(hit[..., 2] - 0.08) < 0.04), far, np.inf))
    surface = seen_surface(frame, carried((0.0, 0.0, 0.08), SIDEWAYS))
    back = surface.normals[surface.seen == 0] @ CAMERA[:3, :3].T
    assert len(back) > 30
    assert np.median(back @ normal) < np.cos(np.radians(170))


def test_exact_verdicts() -> None:
    box = exact_box(np.array([0.04, 0.06, 0.10]))
    turned = np.array([[np.cos(0.6), -np.sin(0.6), 0], [np.sin(0.6), np.cos(0.6), 0], [0, 0, 1.0]]) @ SIDEWAYS
    positions = np.array([[-0.01, 0, 0.05], [-0.01, 0, 0.05], [-0.01, 0, 0.005], [-0.01, 0, 0.05], [0.3, 0, 0.05]])
    rotations = np.stack([SIDEWAYS, turned, SIDEWAYS, SIDEWAYS, SIDEWAYS])
    openings = np.array([0.07, 0.08, 0.07, 0.055, 0.07])
    verdicts = check_grasps(positions, rotations, openings, box, Gripper(), Surroundings(plane=TABLE_WORLD))
    assert verdicts.good.tolist() == [True, False, False, False, False]
    assert verdicts.extent[0] == pytest.approx(0.06, abs=1e-6)
    np.testing.assert_allclose(verdicts.cosines[0], 1, atol=1e-6)
    assert not verdicts.antipodal[1]  # 34 degrees off the faces, and friction .5 allows 26.6
    assert verdicts.hits_plane.tolist() == [False, False, True, False, False]
    assert plane_gap(positions, rotations, openings, TABLE_WORLD, Gripper())[2] == pytest.approx(
        0.005 - Gripper().palm_width_m / 2
    )
    assert verdicts.hits_tool[3]  # opened less than the box is wide
    assert not verdicts.touches[4]
    on_top = replace(box, held=(box.points[:, 2] > 0.07).astype(float))
    assert not check_grasps(positions[:1], rotations[:1], openings[:1], on_top, Gripper()).on_part[0]
    nothing = Surface.of(np.zeros((0, 3)), np.zeros((0, 3)))
    assert not check_grasps(positions, rotations, openings, nothing, Gripper()).good.any()
    assert len(check_grasps(positions[:0], rotations[:0], openings[:0], box, Gripper()).good) == 0


def test_what_closes_too_little_does_not_hold() -> None:
    thin = exact_box(np.array([0.04, 0.004, 0.10]))
    for minimum, fits in ((0.0, True), (0.01, False)):
        gripper = Gripper(minimum_opening_m=minimum)
        verdicts = check_grasps(np.array([[-0.01, 0, 0.05]]), SIDEWAYS[None], np.array([0.012]), thin, gripper)
        assert verdicts.fits[0] == fits


def test_noise_of_a_depth_camera_leaves_good_grasps() -> None:
    random = np.random.default_rng(0)
    frame = cylinder_picture(0.02, 0.15)
    noise = random.normal(0, 0.0015, frame.depth_m.shape).astype(np.float32)
    depth = np.where(random.random(noise.shape) < 0.05, 0, frame.depth_m + noise)
    grasps = found(replace(frame, depth_m=depth), carried((0.01, 0.01, 0.09), SIDEWAYS)).poses
    assert len(grasps) > 0
    assert grasps[0].width == pytest.approx(0.046, abs=0.006)
    assert judged(grasps, exact_cylinder(0.02, 0.15)).good.mean() >= 0.6


def test_a_gripper_is_checked_and_read(tmp_path) -> None:
    assert Gripper(friction=0.5).cone_cosine == pytest.approx(np.cos(np.arctan(0.5)))
    for wrong, said in (
        ({"maximum_opening_m": 85.0}, "maximum_opening_m is 85"),
        ({"maximum_opening_m": 0.0}, "above 0"),
        ({"minimum_opening_m": 0.1}, "below maximum_opening_m"),
        ({"finger_depth_m": 0.06}, "a finger is 0.05 m long"),
        ({"friction": float("nan")}, "must be a number"),
    ):
        with pytest.raises(DfcError, match=said):
            Gripper(**wrong)
    file = tmp_path / "gripper.yaml"
    file.write_text("maximum_opening_m: 0.11\nfriction: 0.4\n")
    assert read_gripper(file) == Gripper(maximum_opening_m=0.11, friction=0.4)
    for text in ("width: 0.1", "[1]", "a: [", "maximum_opening_m: wide", f"friction: 1{400 * '0'}", 100_000 * "["):
        file.write_text(text)
        with pytest.raises(DfcError, match=r"gripper"):
            read_gripper(file)
    with pytest.raises(DfcError, match=r"none\.yaml"):
        read_gripper(tmp_path / "none.yaml")
