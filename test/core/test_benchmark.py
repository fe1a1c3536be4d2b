"""Benchmarks: planned in fixed shares, rebuilt the same, and their truth holds."""

from collections import Counter
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from dfc_core.assets.families import (
    BENCHMARK_FAMILIES,
    CALIBRATION_FAMILIES,
    FAMILIES,
    HELD_OUT_FAMILIES,
    TRAINING_FAMILIES,
    families_for,
    functions_of,
    make_tool,
)
from dfc_core.assets.part_frames import PartFrame
from dfc_core.assets.store import save_tool
from dfc_core.assets.tool import Symmetry
from dfc_core.dataset.benchmark import benchmark_checksum, build_benchmark, rough_mask
from dfc_core.dataset.benchmark_format import read_benchmark
from dfc_core.dataset.benchmark_plan import CONDITIONS, GAPS, BenchmarkConfig, plan_pairs
from dfc_core.dataset.true_pairs import (
    SeenPart,
    TruthConfig,
    farthest_points,
    true_alignment,
    true_pairs,
    viewpoint_gap,
)
from dfc_core.errors import DfcError
from dfc_core.functions import FUNCTIONS
from dfc_core.geometry import compose, transform, unproject


def part_frame(kind="none"):
    return PartFrame("pour-with", "function", (0,), (np.eye(4),), 0.1, Symmetry(kind))


def seen(coordinates, eye, kind="none", T=None):
    """A part whose i-th coordinate is seen at pixel (i, i)."""
    pixels = np.repeat(np.arange(len(coordinates))[:, None], 2, axis=1)
    return SeenPart(
        part_frame(kind), pixels, np.asarray(coordinates, float), np.eye(4) if T is None else T, np.array(eye, float)
    )


def test_farthest_points_of_a_line():
    points = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [10, 0, 0]], float)
    assert farthest_points(points, 3).tolist() == [0, 3, 2]


def test_true_pairs_are_the_nearest_after_alignment_and_far_ones_are_none():
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], float)
    moved = np.concatenate([corners[[2, 0, 3]] + 0.05, [[9, 9, 9]]])
    a, b = true_pairs(seen(corners, (0, 0, 5)), seen(moved, (0, 0, 5)), TruthConfig(least_points=3))
    assert sorted(zip(a[:, 0].tolist(), b[:, 0].tolist(), strict=True)) == [(0, 1), (2, 0), (3, 2)]
    assert len(true_pairs(seen(corners, (0, 0, 5)), seen(moved, (0, 0, 5)), TruthConfig(least_points=4))[0]) == 0


@pytest.mark.parametrize(
    ("kind", "eye", "gap"),
    [
        ("none", (0, 1, 0), 90),
        ("none", (1, 1, 0), 45),
        ("axis", (0, 1, 0), 0),
        ("axis", (0, 1, 1), 45),
        ("mirror", (1, -1, 0), 45),
    ],
)
def test_viewpoint_gap_is_what_symmetry_leaves(kind, eye, gap):
    first = seen(np.zeros((1, 3)), (3, 0, 0), kind)
    assert viewpoint_gap(first, seen(np.zeros((1, 3)), eye, kind)) == pytest.approx(gap, abs=1e-5)


def test_true_alignment_joins_the_frames_of_two_cameras():
    turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1.0]])
    T_a, T_b = compose(turn, [0.1, 0, 0.5]), compose(np.eye(3), [0, 0.2, 0.7])
    a, b = seen(np.zeros((1, 3)), (0, 0, 5), T=T_a), seen(np.zeros((1, 3)), (0, 0, 5), T=T_b)
    place = np.array([[0.01, 0.02, 0.03]])
    np.testing.assert_allclose(transform(true_alignment(a, b) @ T_b, place), transform(T_a, place), atol=1e-12)


def test_the_plan_of_parametric_v1_keeps_its_shares():
    plans = plan_pairs(BenchmarkConfig())
    assert [plan.number for plan in plans] == list(range(960))
    assert Counter(plan.function for plan in plans) == dict.fromkeys(FUNCTIONS, 40)
    first = [plan.families[0] for plan in plans]
    assert sum(a == b for a, b in first) / len(first) == pytest.approx(0.15)
    for function in FUNCTIONS:
        own = [plan for plan in plans if plan.function == function]
        kinds = Counter((plan.condition, plan.origin) for plan in own)
        assert kinds == {(condition, held): 4 for condition in CONDITIONS for held in ("seen", "held-out")}
        assert set(Counter(plan.gap for plan in own).values()) <= {12, 13, 14}
        for condition in CONDITIONS:
            assert {plan.gap for plan in own if plan.condition == condition and plan.origin == "held-out"} == set(GAPS)
    for plan, (a, b) in zip(plans, first, strict=True):
        assert (a in HELD_OUT_FAMILIES) == (b in HELD_OUT_FAMILIES) == (plan.origin == "held-out")
        assert {a, b} <= set(families_for(plan.function))
    assert plans == plan_pairs(BenchmarkConfig())


def test_at_least_twelve_families_are_kept_from_training():
    assert len(set(HELD_OUT_FAMILIES)) >= 12
    assert not set(HELD_OUT_FAMILIES) & set(TRAINING_FAMILIES)
    assert not set(CALIBRATION_FAMILIES) & {*TRAINING_FAMILIES, *BENCHMARK_FAMILIES}
    assert {name for family in CALIBRATION_FAMILIES for name in functions_of(family)} == set(FUNCTIONS)
    for function in FUNCTIONS:
        assert len(families_for(function)) >= 4, function
    assert len(TRAINING_FAMILIES) >= 50


def test_a_rough_mask_differs_at_the_border_only():
    mask = np.zeros((100, 100), bool)
    mask[20:80, 30:70] = True
    rough = rough_mask(np.random.default_rng(0), mask)
    assert (rough != mask).sum() > 50
    assert rough[30:70, 40:60].all()
    assert not rough[:10].any()


def test_a_benchmark_is_rebuilt_the_same_and_its_truth_holds(tmp_path):
    config = BenchmarkConfig(functions=("pound-with",), pairs=10)
    assert build_benchmark(tmp_path / "a", config) == []
    assert build_benchmark(tmp_path / "b", config, workers=2) == []
    assert benchmark_checksum(tmp_path / "a") == benchmark_checksum(tmp_path / "b")
    benchmark = read_benchmark(tmp_path / "a")
    assert len(benchmark) == 10
    for number in range(len(benchmark)):
        pair = benchmark.load(number)
        assert pair.splits[1] == CONDITIONS[number // 2 % 5]
        for side in (pair.a, pair.b):
            x, y = side.points.astype(int).T
            assert side.part[y, x].all()
            assert side.mask[y, x].all()
            assert (side.rgb[~side.mask] == 255).all() == (pair.splits[1] in ("clean", "roll", "noise"))
        if pair.splits[1] in ("clean", "roll", "table"):  # depth is exact: the truth brings b's part onto a's
            centres = []
            for side in (pair.a, pair.b):
                pixels = side.points.astype(int)
                centres.append(unproject(pixels, side.depth_m[pixels[:, 1], pixels[:, 0]], side.K).mean(0))
            distance = np.linalg.norm(transform(pair.T_a_b, centres[1][None])[0] - centres[0])
            assert distance < 0.08


def test_a_folder_of_another_benchmark_is_refused_and_stays_as_it_is(tmp_path):
    config = BenchmarkConfig(functions=("pound-with",), pairs=1)
    build_benchmark(tmp_path, config)
    built = benchmark_checksum(tmp_path)
    for other in (replace(config, seed=1), replace(config, functions=("cut-with",)), replace(config, pairs=2)):
        with pytest.raises(
            DfcError, match="holds a benchmark of another configuration or version; choose an empty folder"
        ):
            build_benchmark(tmp_path, other)
    build_benchmark(tmp_path, config)  # the same may be made anew
    assert benchmark_checksum(tmp_path) == built
    (tmp_path / "build.json").unlink()  # one from elsewhere
    assert benchmark_checksum(tmp_path) == built
    with pytest.raises(DfcError, match="holds a benchmark of another configuration"):
        build_benchmark(tmp_path, config)


def test_every_pair_of_a_benchmark_of_imported_tools_has_one(tmp_path):
    save_tool(replace(make_tool("mug", 7), name="own/cup", family="cup"), tmp_path / "tools")
    save_tool(replace(make_tool("pitcher", 8), name="own/jug", family="jug"), tmp_path / "tools")
    config = BenchmarkConfig("foreign", ("pour-with", "cut-with"), pairs=2, assets=str(tmp_path / "tools"))
    assert build_benchmark(tmp_path / "a", config) == []
    benchmark = read_benchmark(tmp_path / "a")
    pairs = [benchmark.load(number) for number in range(len(benchmark))]
    assert [pair.function for pair in pairs] == ["pour-with", "pour-with"]  # nothing imported cuts
    assert [pair.splits[0] for pair in pairs] == ["to-foreign", "foreign"]
    assert pairs[0].b.category in ("cup", "jug")
    assert {pairs[1].a.category, pairs[1].b.category} == {"cup", "jug"}
    for pair in pairs:
        x, y = pair.b.points.astype(int).T
        assert pair.b.part[y, x].all()


def test_a_function_without_families_to_pair_is_refused(monkeypatch):
    monkeypatch.setattr("dfc_core.dataset.benchmark_plan.HELD_OUT_FAMILIES", ())
    with pytest.raises(DfcError, match="pour-with has 0 held-out families; a benchmark pairs at least 2"):
        plan_pairs(BenchmarkConfig(functions=("pour-with",)))


def test_families_made_since_leave_the_published_plan_as_it_is():
    plan = plan_pairs(BenchmarkConfig())
    assert {name for one in plan for pair in one.families for name in pair} <= set(BENCHMARK_FAMILIES)
    assert len(BENCHMARK_FAMILIES) == 152
    assert set(FAMILIES) - set(BENCHMARK_FAMILIES)
    assert sha256(repr(plan).encode()).hexdigest()[:16] == "49aba1a1af5db2b0"
