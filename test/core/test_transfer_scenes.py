"""A transfer scene's truth, held against what other ways of knowing give."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from dfc_core.assets.families import HELD_OUT_FAMILIES, TRAINING_FAMILIES, functions_of, make_tool
from dfc_core.assets.tool import AXIS, MIRROR, NONE, Affordance, Tool
from dfc_core.dataset.shown_grasp import ShownGraspConfig, show_grasp
from dfc_core.dataset.transfer_scenes import KINDS, SceneConfig, TransferScene, plan_scenes, transfer_scene
from dfc_core.dataset.transfer_truth import equivalent_motions, equivalent_places, is_seen
from dfc_core.dataset.transfer_views import ViewConfig
from dfc_core.errors import DfcError
from dfc_core.geometry import compose, invert, project, rotation_about, transform
from dfc_core.render.surface import Surface

SMALL = SceneConfig(least_pixels=20, view=ViewConfig(size=(320, 240), others=1, part_seen=0.3))


def bar(length: float = 0.2, width: float = 0.02, height: float = 0.03) -> Tool:
    """A box whose corner is the origin: x along it, standing on z = 0."""
    corners = np.array([[x, y, z] for x in (0, length) for y in (0, width) for z in (0, height)], float)
    faces = np.array(
        [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
         [1, 5, 7], [1, 7, 3]]
    )  # fmt: skip
    affordance = Affordance(
        "pry-with", "bar", "bar", compose(np.eye(3), np.array([length, width / 2, height / 2])), 0.1
    )
    return Tool("bar", "bar", corners, faces, np.zeros(12, np.int16), ("bar",), (affordance,))


@lru_cache(maxsize=4)
def scene(kind: str = "feasible", function: str = "scoop-with") -> TransferScene:
    return transfer_scene(5, function, TRAINING_FAMILIES, kind, SMALL)


def test_a_seed_gives_one_scene() -> None:
    first, second = scene(), transfer_scene(5, "scoop-with", TRAINING_FAMILIES, "feasible", SMALL)
    assert first.demonstration.contacts == second.demonstration.contacts
    assert first.demonstration.created == second.demonstration.created
    assert np.array_equal(first.target.rgb, second.target.rgb)
    assert np.array_equal(first.target.depth_m, second.target.depth_m)
    assert np.array_equal(first.truth.places, second.truth.places, equal_nan=True)


def test_contacts_and_places_lie_where_the_pictures_show_them() -> None:
    made = scene()
    demo, truth = made.demonstration, made.truth
    pixels = np.array([contact.pixel for contact in demo.contacts])
    assert np.abs(project(truth.contacts_demo, demo.frame.K) - pixels).max() < 1e-3
    assert [contact.role for contact in demo.contacts] == ["function"] * 3 + ["grasp"]
    assert demo.frame.mask[pixels[:, 1].astype(int), pixels[:, 0].astype(int)].all()
    seen = truth.places[:3][truth.visible[:3]]
    x, y = np.rint(project(seen, made.target.K)).astype(int).T
    near = truth.part_mask | np.roll(truth.part_mask, 1, 0) | np.roll(truth.part_mask, -1, 0)
    near |= np.roll(near, 1, 1) | np.roll(near, -1, 1)
    assert len(seen)
    assert near[y, x].all()
    assert np.abs(truth.depth_m[y, x] - seen[:, 2]).max() < 0.02
    assert truth.mask[int(made.point[1]), int(made.point[0])]


def test_the_true_function_frame_is_the_tools_own_seen_by_the_camera() -> None:
    truth = scene().truth
    own = truth.tool.affordance("scoop-with").frames
    for T_tool, T_camera in zip(own, truth.T_target_function, strict=True):
        assert np.allclose(invert(truth.T_camera_tool) @ T_camera, T_tool)
    R_target_demo = truth.T_target_function[0, :3, :3] @ truth.T_demo_function[:3, :3].T
    assert truth.rotation_error(R_target_demo) == pytest.approx(0, abs=1e-6)
    axis = truth.T_target_function[0, :3, 2]
    assert truth.rotation_error(rotation_about(axis, 0.3) @ R_target_demo) == pytest.approx(0.3, abs=1e-6)


def test_an_answer_that_is_the_truth_has_no_error_and_one_off_it_its_distance() -> None:
    truth = scene().truth
    answer = truth.places[:, 1]  # under the mirror
    assert np.allclose(truth.contact_errors(answer, [0, 1, 2]), 0, atol=1e-9)
    shifted = np.where(np.arange(4)[:, None] == 3, np.nan, answer + np.array([0, 0, 0.007]))
    errors = truth.contact_errors(shifted, [0, 1, 2])
    assert np.all(errors[:3] <= 0.007 + 1e-9)
    assert np.isnan(errors[3])


def test_one_motion_holds_for_all_contacts_of_a_part() -> None:
    places = np.array([[[0, 0, 0], [1, 0, 0]], [[0, 1, 0], [1, 1, 0]]], float)  # two contacts, two motions
    truth = replace(scene().truth, places=places)
    answer = np.array([[0, 0, 0], [1, 1, 0.1]])
    assert truth.contact_errors(answer, [0, 1]) == pytest.approx([0, 1.01**0.5])  # the other motion: 1 + 0.1
    assert truth.contact_errors(answer, []) == pytest.approx([0, 0.1])


@pytest.mark.parametrize(("function", "family"), [("roll-onto", "battery"), ("apply-torque-with", "lug-wrench")])
def test_the_same_tool_in_both_pictures_has_its_contacts_where_they_were(function: str, family: str) -> None:
    tool = make_tool(family, 3)
    affordance, surface = tool.affordance(function), Surface(tool)
    points = surface.sample(np.random.default_rng(0), 5)
    coordinates = transform(invert(affordance.T_tool_function), points) / affordance.scale
    motions = equivalent_motions(affordance.symmetry, affordance.symmetry)
    places = equivalent_places(coordinates, motions, affordance.frames, affordance.scale, surface, 0.3)
    assert np.abs(places[:, 0] - points).max() < 1e-4


def test_an_axis_makes_a_circle_of_places_and_no_symmetry_makes_one() -> None:
    tool = bar()
    frame, surface = tool.affordances[0].T_tool_function, Surface(tool)
    point = np.array([[0.0, 0.01, 0.0]])
    one = equivalent_places(point, equivalent_motions(NONE, NONE), (frame,), 0.1, surface, np.inf)
    assert one.shape == (1, 1, 3)
    turned = point @ equivalent_motions(AXIS, NONE)[45].T  # a quarter turn about z
    assert np.allclose(turned, [[-0.01, 0.0, 0.0]], atol=1e-9)
    assert len(equivalent_motions(MIRROR, MIRROR)) == 4
    assert np.linalg.det(equivalent_motions(MIRROR, NONE)).tolist() == pytest.approx([1, -1])


def test_a_symmetric_tool_turned_about_its_axis_is_where_it_was() -> None:
    truth = transfer_scene(2, "roll-onto", ("battery",), "feasible", SMALL).truth
    axis = truth.T_target_function[0, :3, 2]
    R_target_demo = truth.T_target_function[0, :3, :3] @ truth.T_demo_function[:3, :3].T
    assert truth.rotation_error(rotation_about(axis, 1.2) @ R_target_demo) == pytest.approx(0, abs=1e-6)
    origin = truth.T_target_function[0, :3, 3]
    turned = (truth.places[:, 0] - origin) @ rotation_about(axis, np.radians(60)).T + origin
    assert truth.contact_errors(turned, [0, 1, 2])[:3].max() < 5e-4
    across = truth.T_target_function[0, :3, 0]
    assert truth.rotation_error(rotation_about(across, 0.5) @ R_target_demo) == pytest.approx(0.5, abs=1e-6)


def test_what_does_not_serve_has_no_true_place() -> None:
    made = scene("negative")
    assert "scoop-with" not in functions_of(made.truth.tool.family)
    assert not made.truth.affords
    assert not made.truth.feasible
    assert np.isnan(made.truth.contact_errors(np.zeros((4, 3)), [0, 1, 2])).all()
    assert np.isnan(made.truth.rotation_error(np.eye(3)))


def test_only_what_the_picture_shows_is_seen() -> None:
    K = np.array([[100.0, 0, 10], [0, 100, 10], [0, 0, 1]])
    depth, mask = np.full((21, 21), 0.5), np.zeros((21, 21), bool)
    mask[5:15, 5:15] = True
    points = np.array([[0, 0, 0.5], [0, 0, 0.52], [0.04, 0, 0.5], [np.nan] * 3, [9, 0, 0.5]])
    assert is_seen(points, depth, mask, K).tolist() == [True, False, False, False, False]


def test_the_gripper_closes_across_the_bar_from_above() -> None:
    tool = bar()
    T_camera_tool = compose(np.diag([1.0, -1, -1]), np.array([-0.1, 0.01, 0.5]))  # straight from above
    top = np.array([[x, 0.01, 0.03] for x in np.linspace(0.05, 0.15, 9)])
    config = ShownGraspConfig()
    found = show_grasp(np.random.default_rng(0), tool, transform(T_camera_tool, top), T_camera_tool, T_camera_tool)
    assert found is not None
    number, grasp = found
    assert grasp.width == pytest.approx(0.02 + config.clearance, abs=1e-5)
    assert np.allclose(transform(invert(T_camera_tool), grasp.position[None])[0], [0.1, 0.01, 0.015], atol=1e-5)
    assert number == 4
    narrow = replace(config, maximum_width=0.025)
    assert show_grasp(np.random.default_rng(0), tool, transform(T_camera_tool, top), T_camera_tool, T_camera_tool,
                      narrow) is None  # fmt: skip


def test_a_plan_has_every_function_and_kind() -> None:
    jobs = plan_scenes(480, HELD_OUT_FAMILIES, seed=3)
    assert len({job.seed for job in jobs}) == 480
    for function in {job.function for job in jobs}:
        kinds = [job.kind for job in jobs if job.function == function]
        assert [kinds.count(kind) for kind in KINDS] == [13, 2, 5]


def test_families_that_cannot_show_it_are_a_users_mistake() -> None:
    with pytest.raises(DfcError, match="0 serve roll-onto"):
        transfer_scene(0, "roll-onto", ("mug",))
    with pytest.raises(DfcError, match="one that does not"):
        transfer_scene(0, "roll-onto", ("battery",), "negative")
    with pytest.raises(DfcError, match="allowed: feasible, hidden, negative"):
        transfer_scene(0, "roll-onto", ("battery",), "easy")
