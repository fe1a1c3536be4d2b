"""Geometric truths of the tools that brush and sweep."""

from functools import cache

import numpy as np
import pytest

from dfc_core.assets import families
from dfc_core.assets.families import functions_of
from dfc_core.geometry import invert, transform

BRUSHES = ("broom", "mop", "feather-duster", "paintbrush", "artist-brush", "bottle-brush", "toothbrush", "hairbrush",
           "scrub-brush", "hand-brush")  # fmt: skip
SEEDS = (0, 1, 2, 3)

make_tool = cache(families.make_tool)


def seen_from(tool, function, parts=None):
    """Vertices (of some parts) in a function's frame, in units of its scale."""
    affordance = tool.affordance(function)
    points = tool.vertices if parts is None else tool.vertices[np.unique(tool.faces_of(parts))]
    return transform(invert(affordance.T_tool_function), points) / affordance.scale


@pytest.mark.parametrize("family", BRUSHES)
@pytest.mark.parametrize("seed", SEEDS)
def test_bristles_are_what_reaches_farthest_out(family, seed):
    tool = make_tool(family, seed)
    affordance = tool.affordance("brush-with")
    whole = seen_from(tool, "brush-with")[:, 2].max()
    bristles = seen_from(tool, "brush-with", affordance.parts)[:, 2].max()
    if family != "toothbrush":  # whose thick handle may stand higher than its small head
        assert bristles == pytest.approx(whole, abs=1e-9)
    assert -0.25 < bristles < 0.35  # a slanted row or a ragged end stands out a little


@pytest.mark.parametrize("family", BRUSHES)
def test_the_hand_is_behind_the_bristles_and_never_in_front(family):
    for seed in SEEDS:
        tool = make_tool(family, seed)
        hold = seen_from(tool, "brush-with", tool.affordance("brush-with").hold).mean(axis=0)
        assert hold[2] < 0
        symmetry = tool.affordance("brush-with").symmetry
        if symmetry.kind == "mirror":  # x leads away from a hand that stands off, y from one that continues the row
            assert hold[{"xz": 0, "yz": 1}[symmetry.plane]] < 0


@pytest.mark.parametrize("family", ["broom", "paintbrush", "toothbrush", "hairbrush", "hand-brush"])
def test_the_row_of_bristles_runs_along_y(family):
    for seed in SEEDS:
        tool = make_tool(family, seed)
        if tool.affordance("brush-with").symmetry.kind != "axis":
            row = np.ptp(seen_from(tool, "brush-with", ("bristles",)), axis=0)
            assert row[1] >= 0.99 * row[0]


@pytest.mark.parametrize("family", ["broom", "mop", "feather-duster"])
def test_one_sweeps_towards_the_hand_and_brushes_away_from_it(family):
    for seed in SEEDS:
        tool = make_tool(family, seed)
        brush, sweep = tool.affordance("brush-with"), tool.affordance("sweep-with")
        np.testing.assert_allclose(brush.T_tool_function[:3, 0], -sweep.T_tool_function[:3, 0], atol=1e-12)
        np.testing.assert_allclose(brush.T_tool_function[:3, 2:], sweep.T_tool_function[:3, 2:], atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_a_rakes_row_is_as_long_as_its_scale_says_and_points_down(seed):
    tool = make_tool("rake", seed)
    tines = seen_from(tool, "sweep-with", ("tines",))
    assert np.abs(tines[:, 1]).max() == pytest.approx(1.0, abs=0.08)
    assert tines[:, 2].max() == pytest.approx(0.0, abs=0.05)
    assert seen_from(tool, "sweep-with", ("grip",))[:, 0].min() > 1.0  # the stick comes off towards the sweeper


def test_all_brushes_brush_and_rakes_only_sweep_and_scrape():
    assert all("brush-with" in functions_of(family) for family in BRUSHES)
    assert functions_of("rake") == ("sweep-with", "scrape-with")
