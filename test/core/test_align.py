"""Alignment against motions known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from dfc_core.align.alignment import Alignment, Correspondences, align
from dfc_core.align.config import AlignConfig, Cues
from dfc_core.align.degenerate import refuse_free_turn
from dfc_core.align.similarity import fit_similarity
from dfc_core.errors import DfcError
from dfc_core.geometry import compose, is_rigid, rotation_about, transform

T_TRUE = compose(rotation_about(np.array([0.3, -1.0, 0.5]), 1.1), np.array([-0.1, 0.05, 0.9]))


def rim(count: int, seed: int, radius: float = 0.04) -> np.ndarray:
    """Points (count x 3, m) around a mug's rim, a few millimetres thick, 0.7 m before the camera."""
    random = np.random.default_rng(seed)
    angle = random.uniform(0, 2 * np.pi, count)
    ring = np.stack([radius * np.cos(angle), radius * np.sin(angle), random.normal(0, 0.003, count)], axis=1)
    return ring + np.array([0.05, 0.0, 0.7])


def matched(count: int, wrong: float, scale: float = 1.0, noise: float = 0.001, seed: int = 0):
    """Demonstrated points, their places on the target, and which pairs are right."""
    random = np.random.default_rng(seed)
    demo = rim(count, seed)
    centre = np.array([0.05, 0.0, 0.7])

    def place(points: np.ndarray) -> np.ndarray:
        return transform(T_TRUE, centre[None]) + scale * (points - centre) @ T_TRUE[:3, :3].T

    target = place(demo) + random.normal(0, noise, demo.shape)
    right = random.random(count) >= wrong
    target[~right] = place(rim(count, seed + 100))[~right]
    return demo, target, right


def angle_between(a: np.ndarray, b: np.ndarray) -> float:
    """Degrees between two rotations."""
    return float(np.degrees(np.arccos(np.clip((np.trace(a @ b.T) - 1) / 2, -1, 1))))


NO_CUES, CONFIG = Cues(), AlignConfig()


def aligned(demo, target, weights, cues: Cues = NO_CUES, config: AlignConfig = CONFIG, **about) -> Alignment:
    """Of matched points, on the part and without error where `about` them nothing else is said."""
    found = align(Correspondences.of(demo, target, weights, **about), cues, config)
    refuse_free_turn(found.covariance, config)
    return found


@pytest.mark.parametrize("wrong", [0.0, 0.4, 0.7])
def test_rigid_motion_is_recovered_among_outliers(wrong: float) -> None:
    demo, target, right = matched(300, wrong)
    found = aligned(demo, target, np.ones(300))
    assert is_rigid(found.T_target_demo)
    assert angle_between(found.rotation, T_TRUE[:3, :3]) < 2.0
    assert found.scale == pytest.approx(1.0, abs=0.03)
    assert np.linalg.norm(found.map(demo) - transform(T_TRUE, demo), axis=1).max() < 0.003
    assert found.inliers[right].all()
    assert found.inlier_ratio == pytest.approx(found.inliers.mean())
    assert found.residual < found.threshold == pytest.approx(0.25 * found.part_radius)


def test_exact_points_give_the_exact_motion() -> None:
    demo = rim(30, 3)
    found = aligned(demo, transform(T_TRUE, demo), np.ones(30))
    np.testing.assert_allclose(found.T_target_demo, T_TRUE, atol=1e-6)
    assert found.residual < 1e-6
    assert found.inlier_ratio == 1.0


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.2])
def test_tools_of_another_size_give_the_scale_and_a_rigid_motion_through_the_part(scale: float) -> None:
    demo, target, _ = matched(300, 0.4, scale, noise=0.0005)
    found = aligned(demo, target, np.ones(300))
    assert found.scale == pytest.approx(scale, rel=0.03)
    assert is_rigid(found.T_target_demo)
    assert angle_between(found.rotation, T_TRUE[:3, :3]) < 2.0
    moved = transform(found.T_target_demo, found.centre_demo[None])[0]
    np.testing.assert_allclose(moved, found.centre_target, atol=1e-9)
    np.testing.assert_allclose(found.map(found.centre_demo[None])[0], found.centre_target, atol=1e-9)


def test_scale_stays_in_its_range_and_can_be_switched_off() -> None:
    demo, target, _ = matched(100, 0.0, scale=12.0, noise=0.0)
    assert fit_similarity(demo, target, np.ones(100), maximum_scale=3.0)[1] == 3.0
    with pytest.raises(DfcError) as refused:
        aligned(demo, target, np.ones(100))
    assert refused.value.code == "NO_MATCH"
    demo, target, _ = matched(100, 0.0, scale=1.05, noise=0.0)
    assert aligned(demo, target, np.ones(100), config=AlignConfig(estimate_scale=False)).scale == 1.0


def test_same_seed_same_answer() -> None:
    demo, target, _ = matched(200, 0.5)
    first, second = (aligned(demo, target, np.ones(200)) for _ in range(2))
    np.testing.assert_array_equal(first.T_target_demo, second.T_target_demo)


def test_weights_decide_between_two_motions() -> None:
    demo = rim(100, 1)
    target = transform(T_TRUE, demo)
    target[60:] = demo[60:]  # forty pairs say: nothing moved
    weights = np.where(np.arange(100) < 60, 0.1, 1.0)
    found = aligned(demo, target, weights)
    np.testing.assert_allclose(found.T_target_demo, np.eye(4), atol=1e-6)


def test_random_matches_are_refused() -> None:
    demo, target, _ = matched(300, 1.0)
    with pytest.raises(DfcError, match="agree on one alignment") as refused:
        aligned(demo, target, np.ones(300))
    assert refused.value.code == "NO_MATCH"


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (rim(5, 0), "5 matches"),
        (np.zeros((0, 3)), "0 matches"),
        (np.linspace([0, 0, 0.7], [0.1, 0.02, 0.8], 40), "on a line"),
        (np.full((40, 3), 0.7), "in one place"),
    ],
)
def test_too_few_collinear_and_coinciding_points_are_refused_by_name(points: np.ndarray, reason: str) -> None:
    with pytest.raises(DfcError, match=reason) as refused:
        aligned(points, transform(T_TRUE, points), np.ones(len(points)))
    assert refused.value.code == "DEGENERATE"


def test_inliers_on_a_line_are_refused_though_outliers_are_not_on_it() -> None:
    random = np.random.default_rng(5)
    demo = np.linspace([0, 0, 0.7], [0.1, 0.02, 0.8], 100)
    demo[:8] += random.normal(0, 0.05, (8, 3))
    target = transform(T_TRUE, demo)
    target[:6] += random.normal(0, 0.4, (6, 3))  # the other two agree by chance: they do not settle the turn
    with pytest.raises(DfcError, match="on a line"):
        aligned(demo, target, np.ones(100))


def about_axis(off_m: float, count: int = 60, seed: int = 0) -> np.ndarray:
    """Points (count x 3, m) on a shaft 0.1 m long and `off_m` thick (RMS of each coordinate)."""
    random = np.random.default_rng(seed)
    points = np.stack([random.uniform(0, 0.1, count), *random.normal(0, off_m, (2, count))], axis=1)
    return points + np.array([0.05, 0, 0.7])


def test_a_shaft_no_thicker_than_the_sensors_error_leaves_the_turn_free() -> None:
    points = about_axis(0.002)
    target = transform(T_TRUE, points)
    good, poor = (np.broadcast_to(sigma**2 * np.eye(3), (60, 3, 3)) for sigma in (0.0005, 0.003))
    found = aligned(points, target, np.ones(60), covariance_demo=good, covariance_target=good)
    assert angle_between(found.rotation, T_TRUE[:3, :3]) < 0.1
    with pytest.raises(DfcError, match="on the axis of a thin shaft") as refused:
        aligned(points, target, np.ones(60), covariance_demo=poor, covariance_target=poor)
    assert refused.value.code == "DEGENERATE"


def test_a_turn_that_the_residual_leaves_free_is_refused_with_its_axis() -> None:
    points = about_axis(0.002, 12)
    random = np.random.default_rng(3)
    target = transform(T_TRUE, points) + random.normal(0, 0.003, (12, 3))
    with pytest.raises(DfcError, match=r"near one axis .* leave the rotation about it free") as refused:
        aligned(points, target, np.ones(12))
    assert refused.value.code == "DEGENERATE"
    along = T_TRUE[:3, 0] if T_TRUE[2, 0] > 0 else -T_TRUE[:3, 0]
    named = np.array([float(v) for v in refused.value.message.split("axis (")[1].split(" in the")[0].split(",")])
    assert abs(named @ along) > 0.95


def test_mirrored_matches_are_refused_but_flat_ones_are_not() -> None:
    random = np.random.default_rng(0)
    solid = random.uniform(-0.05, 0.05, (80, 3)) + np.array([0, 0, 0.7])
    with pytest.raises(DfcError, match="mirror the tool") as refused:
        aligned(solid, solid * [-1, 1, 1], np.ones(80))
    assert refused.value.code == "DEGENERATE"
    flat = solid * [1, 1, 0] + [0, 0, 0.7]
    turned = aligned(flat, flat * [-1, 1, 1], np.ones(80))  # a half turn about y does the same
    np.testing.assert_allclose(turned.rotation, np.diag([-1.0, 1, -1]), atol=1e-6)


def test_a_match_whose_sensors_err_much_counts_little() -> None:
    demo = rim(100, 1)
    target = transform(T_TRUE, demo)
    target[60:] = demo[60:]  # forty pairs say: nothing moved
    noise = np.zeros((100, 3, 3))
    noise[:60] = 0.01**2 * np.eye(3)
    np.testing.assert_allclose(aligned(demo, target, np.ones(100)).rotation, T_TRUE[:3, :3], atol=1e-6)
    found = aligned(demo, target, np.ones(100), covariance_demo=noise, covariance_target=noise)
    np.testing.assert_allclose(found.T_target_demo, np.eye(4), atol=1e-6)


def mirrored_rim() -> tuple[np.ndarray, np.ndarray]:
    """A flat rim whose matches are mirrored: upright explains two opposite arcs, upside down explains all."""
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    demo = 0.04 * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1) + [0, 0, 0.7]
    target = demo * [1, -1, 1]
    upright = np.arange(120) % 3 != 0
    target[upright] = demo[upright]
    target[upright & (np.arange(120) % 3 == 1)] += 0.03  # a third upright, a third mirrored, a third wrong
    return demo, target


def test_support_planes_and_bodies_break_the_tie_of_a_mirrored_rim() -> None:
    demo, target = mirrored_rim()
    up, body = np.array([0.0, 0.0, -1.0]), np.array([0.0, 0.0, 1.0])
    for cues in (Cues(up_demo=up, up_target=up), Cues(body_demo=body, body_target=body)):
        found = aligned(demo, target, np.ones(120), cues=cues)
        assert found.rotation[2, 2] > 0.95
    upside_down = aligned(demo, target, np.ones(120), cues=Cues(up_demo=up, up_target=-up))
    assert upside_down.rotation[2, 2] < -0.95


def test_the_sizes_of_the_parts_break_the_tie_of_a_scale() -> None:
    """Matches that crowd in one place of a wide rim say that it is a small one."""
    demo = rim(100, 1)
    target = 2 * demo
    target[:52] = 0.5 * demo[:52] + [0.3, 0, 0]  # a few more say so than say the truth
    for cues, scale in (
        (Cues(), 0.5),
        (Cues(size_demo=0.04), 0.5),
        (Cues(size_demo=0.04, size_target=0.08), 2.0),
        (Cues(size_demo=0.08, size_target=0.04), 0.5),
    ):
        assert aligned(demo, target, np.ones(100), cues=cues).scale == pytest.approx(scale, rel=0.01)
    few = np.where(np.arange(100)[:, None] < 80, 0.5 * demo + [0.3, 0, 0], 2 * demo)
    assert aligned(demo, few, np.ones(100), cues=Cues(size_demo=0.04, size_target=0.08)).scale == pytest.approx(0.5)
    with pytest.raises(ValueError, match="size_weight and size_bound must not be negative"):
        AlignConfig(size_weight=-1)


def test_a_cue_does_not_outvote_clear_matches() -> None:
    demo = rim(100, 2)
    flip = compose(rotation_about(np.array([1.0, 0, 0]), np.pi), np.array([0, 0, 1.4]))
    up = np.array([0.0, 0.0, -1.0])
    found = aligned(demo, transform(flip, demo), np.ones(100), cues=Cues(up_demo=up, up_target=up))
    assert angle_between(found.rotation, flip[:3, :3]) < 1.0


def test_part_decides_ratio_and_centre_while_the_rest_helps() -> None:
    demo = np.concatenate([rim(50, 4), rim(50, 5) + np.array([0, 0, 0.1])])
    target = transform(T_TRUE, demo)
    target[80:] += 0.2
    found = aligned(demo, target, np.ones(100), on_part=np.arange(100) < 50)
    assert found.inlier_ratio == 1.0
    assert found.inliers.sum() == 80
    np.testing.assert_allclose(found.centre_demo, demo[:50].mean(axis=0), atol=1e-9)


def test_covariance_is_symmetric_positive_and_shrinks_with_more_points() -> None:
    few, many = (aligned(*matched(count, 0.0)[:2], np.ones(count)).covariance for count in (40, 400))
    np.testing.assert_allclose(few, few.T)
    assert np.linalg.eigvalsh(few).min() > 0
    assert np.trace(many) < np.trace(few) / 4


def test_covariance_predicts_the_spread_of_repeated_alignments() -> None:
    demo = rim(60, 7)
    config = AlignConfig(correlated=1.0, estimate_scale=False)
    found = []
    for seed in range(40):
        noise = np.random.default_rng(seed).normal(0, 0.002, demo.shape)
        found.append(aligned(demo, transform(T_TRUE, demo) + noise, np.ones(60), config=config))
    spread = np.std([one.T_target_demo[:3, 3] for one in found], axis=0)
    stated = np.sqrt(np.mean([np.diag(one.covariance)[:3] for one in found], axis=0))
    assert (spread / stated > 0.5).all()
    assert (spread / stated < 2.0).all()


def test_wrong_shapes_are_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="N x 3"):
        aligned(np.zeros((4, 3)), np.zeros((5, 3)), np.ones(4))
    with pytest.raises(ValueError, match="maximum_scale"):
        AlignConfig(maximum_scale=0.5)


def test_numbers_that_cannot_be_and_matches_without_a_say_are_named() -> None:
    demo = rim(20, 3)
    missing = demo.copy()
    missing[4] = np.nan
    one = np.ones(20)
    for points, target, weights in (
        (missing, demo, one),
        (demo, missing, one),
        (demo, demo, -one),
        (demo, demo, np.inf * one),
    ):
        with pytest.raises(ValueError, match="must be finite"):
            aligned(points, target, weights)
    with pytest.raises(DfcError, match="0 matches") as refused:
        aligned(demo, demo, np.zeros(20))
    assert refused.value.code == "DEGENERATE"


def test_covariance_with_the_sensors_own_predicts_the_spread_along_the_ray() -> None:
    """The sensor errs by 4 mm along z only: an alignment's own z must be that much less sure than its x and y."""
    demo = rim(60, 7)
    config = AlignConfig(correlated=1.0, estimate_scale=False)
    along_z = np.broadcast_to(np.diag([1e-8, 1e-8, 0.004**2]), (60, 3, 3))
    found = []
    for seed in range(60):
        noise = np.random.default_rng(seed).normal(0, [0.0001, 0.0001, 0.004], demo.shape)
        found.append(aligned(demo, demo + noise, np.ones(60), config=config, covariance_target=along_z))
    centre = demo.mean(axis=0)
    spread = np.std([transform(one.T_target_demo, centre[None])[0] for one in found], axis=0)
    arm = np.array([[0, centre[2], -centre[1]], [-centre[2], 0, centre[0]], [centre[1], -centre[0], 0]])
    to_centre = np.concatenate([np.eye(3), arm], axis=1)
    stated = np.sqrt(np.mean([np.diag(to_centre @ one.covariance @ to_centre.T) for one in found], axis=0))
    assert spread[2] > 3 * spread[:2].max()
    assert 0.6 < spread[2] / stated[2] < 1.6
    assert (stated[:2] < stated[2]).all()
