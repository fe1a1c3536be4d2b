"""What pierces, writes, stirs, pries, digs and pulls: frames that lie where the shape says."""

from functools import cache

import numpy as np
import pytest

from dfc_core.assets import families
from dfc_core.assets.families import diggers, drivers, forks, levers, mixers, openers, pins, pokers, writing
from dfc_core.assets.families.bars import (
    arc,
    bar,
    entering,
    follow,
    polygon_section,
    round_section,
    squarish_section,
    strap,
    twisted,
)
from dfc_core.geometry import invert, transform

MODULES = (diggers, drivers, forks, levers, mixers, openers, pins, pokers, writing)
MINE = [family for module in MODULES for family in module.FAMILIES]
SEEDS = (0, 1, 2, 3)


make_tool = cache(families.make_tool)


def of_part(tool, affordance, frame=None):
    """Vertices of the part that serves, in the function frame, in metres."""
    T = affordance.T_tool_function if frame is None else frame
    return transform(invert(T), tool.vertices[np.unique(tool.faces_of(affordance.parts))])


def affordances(functions, chosen=MINE, seeds=SEEDS):
    for family in chosen:
        for seed in seeds:
            tool = make_tool(family, seed)
            for affordance in tool.affordances:
                if affordance.function in functions:
                    yield tool, affordance


@pytest.mark.parametrize("function", ["pierce-with", "poke-with", "write-with"])
def test_the_tip_is_the_outermost_point_of_its_part(function):
    count = 0
    for tool, affordance in affordances((function,)):
        for frame in affordance.frames:
            points = of_part(tool, affordance, frame)
            near = points[np.linalg.norm(points, axis=1) < 2 * affordance.scale]
            assert near[:, 2].max() == pytest.approx(0, abs=0.06 * affordance.scale), tool.name
            assert near[:, 2].min() < -0.3 * affordance.scale, tool.name
            count += 1
    assert count > 20


def test_mixing_frames_lie_in_the_middle_of_the_mixing_end():
    for tool, affordance in affordances(("mix-with",)):
        z = of_part(tool, affordance)[:, 2] / affordance.scale
        assert z.max() == pytest.approx(1, abs=0.25), tool.name
        assert z.min() == pytest.approx(-1, abs=0.25), tool.name


def test_rolling_bodies_are_round_about_the_axis_and_as_long_as_the_scale_says():
    for tool, affordance in affordances(("roll-onto",)):
        points = of_part(tool, affordance)
        radius = np.linalg.norm(points[:, :2], axis=1)
        assert np.ptp(radius) < 0.35 * radius.max(), tool.name
        assert np.abs(points[:, 2]).max() == pytest.approx(affordance.scale, rel=0.02), tool.name


@pytest.mark.parametrize("family", ["poker", "crowbar"])
def test_hooks_touch_the_frame_from_below_and_leave_the_throat_free(family):
    for tool, pull in affordances(("pull-with",), [family]):
        points = of_part(tool, pull) / pull.scale
        assert np.linalg.norm(points, axis=1).min() < 0.2, tool.name  # the inside of the bend
        throat = (np.abs(points[:, 0]) < 0.4) & (np.abs(points[:, 1]) < 0.3) & (points[:, 2] > 0.3) & (points[:, 2] < 1)
        assert not throat.any(), tool.name
        assert points[:, 0].max() > 0.6, tool.name  # the tip of the hook
        hand = transform(invert(pull.T_tool_function), tool.vertices[np.unique(tool.faces_of(pull.hold))])
        assert hand[:, 2].mean() > 0, tool.name


def test_a_hoe_pulls_with_the_face_that_looks_at_the_hand():
    for tool, pull in affordances(("pull-with",), ["hoe"]):
        hand = transform(invert(pull.T_tool_function), tool.vertices[np.unique(tool.faces_of(pull.hold))])
        assert hand[:, 2].mean() > pull.scale
        press = tool.affordance("press-with")
        np.testing.assert_allclose(press.T_tool_function[:3, 2], -pull.T_tool_function[:3, 2], atol=1e-9)
        dig, edge = tool.affordance("dig-with"), tool.affordance("scrape-with")
        np.testing.assert_allclose(dig.T_tool_function[:3, 2], edge.T_tool_function[:3, 2], atol=1e-9)
        assert abs(edge.T_tool_function[1, 0]) == pytest.approx(1)  # x along the edge


@pytest.mark.parametrize("family", ["screwdriver", "pry-bar", "tire-iron", "crowbar", "pickaxe"])
def test_prying_ends_are_thin_along_x(family):
    for tool, pry in affordances(("pry-with",), [family]):
        points = of_part(tool, pry)
        end = points[(points[:, 2] > -0.1 * pry.scale) & (np.linalg.norm(points, axis=1) < 2 * pry.scale)]
        assert np.ptp(end[:, 0]) < np.ptp(end[:, 1]), tool.name


def test_a_crowbar_lifts_towards_the_hollow_of_its_hook():
    for tool, pry in affordances(("pry-with",), ["crowbar"]):
        claw = pry.frames[1]
        inside = tool.affordance("pull-with")
        middle = inside.T_tool_function[:3, 3] + inside.scale * inside.T_tool_function[:3, 2]
        assert (middle - claw[:3, 3]) @ claw[:3, 0] > 0, tool.name


def test_the_lip_of_an_opener_ends_inside_its_window():
    for tool, pry in affordances(("pry-with",), ["bottle-opener"]):
        loop = tool.vertices[np.unique(tool.faces_of(("loop",)))]
        tip = pry.T_tool_function[:3, 3]
        assert loop[:, 0].min() < tip[0] < loop[:, 0].max() - 0.3 * np.ptp(loop[:, 0]), tool.name
        assert loop[:, 1].min() < tip[1] < loop[:, 1].max(), tool.name


def test_chopsticks_close_between_two_tips():
    for tool, pick in affordances(("pick-up-with",), ["chopsticks"]):
        points = of_part(tool, pick)
        assert (points[:, 0] > 0).any(), tool.name
        assert (points[:, 0] < 0).any(), tool.name
        assert np.abs(points[:, 0]).min() > 0, tool.name
        assert np.ptp(points[:, 2]) == pytest.approx(pick.scale, rel=0.05), tool.name


def test_a_double_pick_digs_with_both_ends_and_towards_the_hand():
    dig = make_tool("double-pick", 0).affordance("dig-with")
    first, second = dig.frames
    np.testing.assert_allclose(first[:3, 3] * [1, -1, 1], second[:3, 3], atol=1e-9)
    assert first[0, 0] < -0.5
    assert second[0, 0] < -0.5  # the hand is at -x


def test_a_square_section_turned_by_a_quarter_is_itself():
    section = twisted(polygon_section(4, 16), np.array([0.0, np.pi / 2]))
    np.testing.assert_allclose(np.sort(section[0], axis=0), np.sort(section[1], axis=0), atol=1e-9)


def test_sections_and_bars_have_the_size_asked_for():
    assert np.abs(squarish_section(8)).max() == pytest.approx(1)
    radius = np.linalg.norm(polygon_section(6), axis=1)
    assert radius.max() == pytest.approx(1)
    assert radius.min() == pytest.approx(np.cos(np.pi / 6))
    solid = bar(np.array([0.0, -2.0]), 0.5, 0.25, round_section(200))
    assert solid.volume() == pytest.approx(np.pi * 0.5 * 0.25 * 2, rel=1e-3)
    assert entering(0.02, 0.1) == pytest.approx(0.06)


def test_a_strap_round_half_a_circle_has_the_volume_pappus_gives():
    half_circle = strap(arc((0.0, 0.0), 1.0, -np.pi / 2, np.pi / 2, 200), 0.1, 0.1, round_section(100))
    assert half_circle.volume() == pytest.approx(np.pi * np.pi * 0.1**2, rel=1e-2)
    assert len(follow([[0, 0], [1, 0]], [[1, 0], [2, 0]])) == 3
