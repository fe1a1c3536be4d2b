"""Blades, scrapers, peelers, wedges and flats: their frames lie where their edges, points and surfaces are."""

from functools import cache

import numpy as np
import pytest
import trimesh

from dfc_core.assets import families
from dfc_core.assets.families import (
    blades,
    cards,
    chisels,
    cutters,
    flats,
    pans,
    paring,
    peelers,
    scrapers,
    shears,
    swords,
    trowels,
    turners,
    wedges,
)
from dfc_core.geometry import invert, transform

MODULES = (
    turners,
    scrapers,
    wedges,
    chisels,
    peelers,
    paring,
    cutters,
    cards,
    flats,
    trowels,
    pans,
    shears,
    swords,
    blades,
)
make_tool = cache(families.make_tool)

FAMILIES = [family for module in MODULES for family in module.FAMILIES]
EDGE_FUNCTIONS = ("scrape-with", "spread-with", "cut-with", "wedge-with", "peel-with")
FAR_EDGE = (
    "spatula",
    "rubber-spatula",
    "putty-knife",
    "ice-scraper",
    "squeegee",
    "dough-scraper",
    "chisel",
    "gouge",
    "wedge",
    "door-stopper",
    "wheel-chock",
)


def in_frame(tool, affordance, points, which=0):
    return transform(invert(affordance.frames[which]), points) / affordance.scale


def part_points(tool, parts):
    return tool.vertices[tool.faces_of(parts)].reshape(-1, 3)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", [3, 4])
def test_every_tool_is_one_piece(family, seed):
    tool = make_tool(family, seed)
    assert trimesh.Trimesh(tool.vertices, tool.faces, process=False).body_count == 1


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", [3, 4])
def test_the_functional_part_is_seen_and_lies_at_its_frame(family, seed):
    tool = make_tool(family, seed)
    area = trimesh.triangles.area(tool.vertices[tool.faces])
    for affordance in tool.affordances:
        shown = np.isin(tool.face_parts, [tool.part_index(part) for part in affordance.parts])
        assert area[shown].sum() > 0.012 * area.sum(), affordance.function
        surface = trimesh.Trimesh(tool.vertices, tool.faces[shown], process=False)
        points, _ = trimesh.sample.sample_surface(surface, 3000, seed=0)
        assert min(np.linalg.norm(points - T[:3, 3], axis=1).min() for T in affordance.frames) < 0.35 * affordance.scale


@pytest.mark.parametrize("family", FAR_EDGE)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_edge_across_the_handle_is_the_foremost_thing_and_x_runs_along_it(family, seed):
    tool = make_tool(family, seed)
    for function in EDGE_FUNCTIONS:
        for affordance in (a for a in tool.affordances if a.function == function):
            points = in_frame(tool, affordance, part_points(tool, affordance.parts))
            assert points[:, 2].max() < 0.1  # nothing of the part beyond the edge
            front = points[points[:, 2] > points[:, 2].max() - 0.15]
            assert np.ptp(front[:, 0]) > 0.3 * np.ptp(points[:, 0])  # the edge is broad along x
            assert np.ptp(front[:, 0]) > np.ptp(front[:, 1])


@pytest.mark.parametrize("family", ["knife", "paring-knife", "box-cutter", "dagger", "sword", "scissors"])
@pytest.mark.parametrize("seed", range(4))
def test_a_point_is_the_outermost_of_its_part_along_z(family, seed):
    tool = make_tool(family, seed)
    pierce = tool.affordance("pierce-with")
    near = in_frame(tool, pierce, part_points(tool, pierce.parts))
    if pierce.alternatives:  # the other blade has its own point
        near = near[np.abs(near[:, 1]) < 1.5]
        near = near[near[:, 0] < 1.0]
    assert near[:, 2].max() == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("family", ["plate", "tray", "cutting-board", "dustpan", "pizza-peel", "spatula"])
def test_what_lifts_carries_on_top_and_what_presses_looks_down(family):
    tool = make_tool(family, 2)
    lift = tool.affordance("lift-with")
    np.testing.assert_allclose(lift.T_tool_function[:3, 2], [0, 0, 1])
    if any(a.function == "press-with" for a in tool.affordances):
        press = tool.affordance("press-with")
        np.testing.assert_allclose(press.T_tool_function[:3, 2], [0, 0, -1])
        assert press.T_tool_function[2, 3] < lift.T_tool_function[2, 3]


def test_both_long_edges_of_a_card_serve_and_look_apart():
    scrape = make_tool("credit-card", 0).affordance("scrape-with")
    near, far = scrape.frames
    np.testing.assert_allclose(near[:3, 2], -far[:3, 2])
    np.testing.assert_allclose(near[:3, 3], -far[:3, 3])
    assert 0.0856 * 0.85 / 2 <= scrape.scale <= 0.0856 * 1.25 / 2


def test_scissors_edges_face_each_other():
    one, other = make_tool("scissors", 1).affordance("cut-with").frames
    between = other[:3, 3] - one[:3, 3]
    assert one[:3, 2] @ between > 0
    assert other[:3, 2] @ between < 0


def test_a_y_peelers_edge_runs_across_its_handle():
    peel = make_tool("y-peeler", 0).affordance("peel-with").T_tool_function
    np.testing.assert_allclose(np.abs(peel[:3, 0]), [0, 1, 0], atol=1e-9)
    assert peel[0, 3] > 0  # at the far end of the fork


def test_a_drawknife_is_pulled_towards_its_edge_by_a_hand_on_either_side():
    for seed in range(4):
        tool = make_tool("drawknife", seed)
        peel = tool.affordance("peel-with")
        hands = in_frame(tool, peel, part_points(tool, peel.hold))
        assert hands[:, 2].mean() > 0.2
        assert hands[:, 0].max() == pytest.approx(-hands[:, 0].min(), rel=1e-3)
