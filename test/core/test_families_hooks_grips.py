"""Geometric truths of the tools that grip, hang, pull, turn and strike."""

from functools import cache

import numpy as np
import pytest

from dfc_core.assets import families
from dfc_core.assets.families import functions_of
from dfc_core.geometry import invert, transform

GRIPPERS = ("tongs", "scissor-tongs", "tweezers", "grabber", "clothes-peg", "binder-clip", "pliers",
            "needle-nose-pliers", "water-pump-pliers")  # fmt: skip
WIRE_HOOKS = ("s-hook", "carabiner", "screw-hook", "fish-hook", "coat-hanger")
SEEDS = (0, 1, 2, 3)

make_tool = cache(families.make_tool)


def seen_from(tool, function, parts=None):
    """Vertices (of some parts) in a function's frame, in units of its scale."""
    affordance = tool.affordance(function)
    points = tool.vertices if parts is None else tool.vertices[np.unique(tool.faces_of(parts))]
    return transform(invert(affordance.T_tool_function), points) / affordance.scale


def is_inside(tool, points):
    """Which points (N x 3) lie in the material: their winding number, the mesh's solid angle over 4 pi."""
    a, b, c = (tool.vertices[tool.faces[:, k]][None] - points[:, None] for k in range(3))
    la, lb, lc = (np.linalg.norm(side, axis=2) for side in (a, b, c))
    volume = np.einsum("nfi,nfi->nf", a, np.cross(b, c))
    below = la * lb * lc + np.sum(a * b, 2) * lc + np.sum(b * c, 2) * la + np.sum(c * a, 2) * lb
    return 2 * np.arctan2(volume, below).sum(axis=1) / (4 * np.pi) > 0.5


def is_on_surface(tool, T, depth):
    """Whether a frame's origin lies on the surface, within `depth` (m), with its z leading out of the material."""
    origin, out = T[:3, 3], T[:3, 2]
    return is_inside(tool, np.stack([origin + depth * out, origin - depth * out])).tolist() == [False, True]


@pytest.mark.parametrize("family", GRIPPERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_tips_close_in_front_from_both_sides(family, seed):
    tool = make_tool(family, seed)
    tips = seen_from(tool, "pick-up-with", ("tip",))
    assert tips[:, 2].max() == pytest.approx(0.0, abs=0.35)
    assert tips[:, 0].max() == pytest.approx(-tips[:, 0].min(), rel=0.15)
    if family != "binder-clip":  # whose levers fold to either side
        hold = seen_from(tool, "pick-up-with", tool.affordance("pick-up-with").hold)
        assert hold[:, 2].mean() < tips[:, 2].mean()


@pytest.mark.parametrize("family", WIRE_HOOKS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_load_rests_on_the_inside_of_the_bend(family, seed):
    tool = make_tool(family, seed)
    hang = tool.affordance("hang-onto")
    assert is_on_surface(tool, hang.T_tool_function, 0.08 * hang.scale)


@pytest.mark.parametrize("family", ["boat-hook", "grappling-hook", "claw-hammer", "hex-key"])
@pytest.mark.parametrize("seed", SEEDS)
def test_one_pulls_towards_the_hand_with_a_bend_that_opens_to_it(family, seed):
    tool = make_tool(family, seed)
    pull = tool.affordance("pull-with")
    hold = seen_from(tool, "pull-with", pull.hold).mean(axis=0)
    assert hold[2] > 1
    assert hold[0] < 0  # the tip is on the other side of the bend than the hand
    for T in pull.frames:
        beside = T.copy()
        if family == "claw-hammer":  # the origin is in the slot, between the two claws
            beside[:3, 3] += 0.6 * np.abs(seen_from(tool, "pull-with", ("claw",))[:, 1]).max() * pull.scale * T[:3, 1]
        assert is_on_surface(tool, beside, 0.1 * pull.scale)


@pytest.mark.parametrize("seed", range(6))
def test_an_open_seat_is_as_wide_as_its_scale_says(seed):
    tool = make_tool("wrench", seed)
    seat = seen_from(tool, "apply-torque-with", ("jaw",))
    near = seat[np.linalg.norm(seat, axis=1) < 3]
    assert np.linalg.norm(near[:, [0, 2]], axis=1).min() == pytest.approx(1.0, abs=0.2)
    assert not is_inside(tool, tool.affordance("apply-torque-with").T_tool_function[None, :3, 3])[0]


@pytest.mark.parametrize("family", ["hex-key", "ratchet", "lug-wrench"])
def test_bolts_turn_about_y_which_leads_out_of_the_seat(family):
    for seed in SEEDS:
        tool = make_tool(family, seed)
        part = seen_from(tool, "apply-torque-with", tool.affordance("apply-torque-with").parts)
        assert part[:, 1].max() == pytest.approx(0.0, abs=1e-3)  # the seat's mouth is the outermost
        assert np.abs(part[:, [0, 2]].mean(axis=0)).max() < 0.2  # and the axis runs through its middle
        assert seen_from(tool, "apply-torque-with", ("handle",))[:, 2].mean() < -3  # the hand is behind


@pytest.mark.parametrize("family", ["claw-hammer", "gavel", "dumbbell", "mallet", "hammer"])
@pytest.mark.parametrize("seed", SEEDS)
def test_faces_that_strike_are_outermost_and_press_too(family, seed):
    tool = make_tool(family, seed)
    pound, press = tool.affordance("pound-with"), tool.affordance("press-with")
    np.testing.assert_array_equal(pound.T_tool_function, press.T_tool_function)
    assert seen_from(tool, "pound-with")[:, 2].max() == pytest.approx(0.0, abs=1e-6)


def test_a_bat_strikes_with_any_side_of_its_barrel():
    tool = make_tool("baseball-bat", 1)
    pound = tool.affordance("pound-with")
    assert len(pound.frames) == 8
    assert all(is_on_surface(tool, T, 0.03 * pound.scale) for T in pound.frames)


def test_hammers_keep_their_functions_and_only_claws_pull():
    assert functions_of("hammer") == ("pound-with", "press-with")
    assert functions_of("claw-hammer") == ("pound-with", "press-with", "pull-with", "pry-with")
