"""Balanced matching is the transport plan's, whatever the search looks at, and undoes crowding."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from dfc_core.match import MatchConfig, TransportConfig, balanced, mutual_matches, nearest, nearest_balanced
from dfc_core.match.discovery import DiscoveryConfig, rank_discovery
from dfc_core.model import ToolFeatures


def features(count: int, seed: int, dimensions: int = 6) -> Tensor:
    return F.normalize(torch.randn(count, dimensions, generator=torch.Generator().manual_seed(seed)), dim=1)


def crowded(count: int = 120) -> tuple[Tensor, Tensor]:
    """Two sets, row i of one the partner of row i of the other; but some of b are liked by everyone, in any measure up
    to 1.5, and so are nearest to most of a."""
    liked = torch.rand(count, 1, generator=torch.Generator().manual_seed(9)) * 1.5
    own = features(count, 0, 8)
    return torch.cat([own, torch.ones(count, 1)], dim=1), torch.cat([own, liked], dim=1)


def described(found: Tensor, seed: int, part: float = 1.0) -> ToolFeatures:
    rng = np.random.default_rng(seed)
    pixels = torch.from_numpy(np.stack(np.divmod(rng.choice(900, len(found), replace=False), 30), axis=1)).float()
    return ToolFeatures(pixels, pixels, found, torch.from_numpy((rng.random(len(found)) < part).astype(np.float32)))


def test_the_best_are_those_of_the_plan_written_out() -> None:
    a, b = features(50, 1), features(70, 2)
    config = TransportConfig(temperature=0.1, iterations=200, sample=100)
    kernel = np.exp((a @ b.T).double().numpy() / 0.1)
    u, v = np.ones(50), np.ones(70)
    for _ in range(200):
        u = 1 / (50 * kernel @ v)
        v = 1 / (70 * kernel.T @ u)
    plan = u[:, None] * kernel * v
    np.testing.assert_allclose(plan.sum(axis=1), 1 / 50, rtol=1e-6)
    of_a, of_b = balanced(a, b, config)
    logarithm = (of_a @ of_b.T).numpy() / 0.1
    np.testing.assert_allclose(logarithm - logarithm.mean(), np.log(plan) - np.log(plan).mean(), atol=2e-3)
    to_b, to_a = nearest_balanced(a, b, config=config)
    np.testing.assert_array_equal(to_b.index, plan.argmax(axis=1))
    np.testing.assert_array_equal(to_a.index, plan.argmax(axis=0))
    torch.testing.assert_close(to_b.similarity, (a * b[to_b.index]).sum(1))
    torch.testing.assert_close(to_a.similarity, (b * a[to_a.index]).sum(1))


def test_crowding_is_undone() -> None:
    a, b = crowded()
    own = torch.arange(len(a))
    assert (nearest(a, b).index == own).float().mean() < 0.5
    assert (nearest_balanced(a, b)[0].index == own).float().mean() > 0.9


def test_a_sample_stands_for_all() -> None:
    a, b = crowded(2000)
    own, few = torch.arange(2000), TransportConfig(sample=200)
    plainly = (nearest(a, b).index == own).float().mean()
    assert (nearest_balanced(a, b, config=few)[0].index == own).float().mean() > plainly + 0.3


@pytest.mark.parametrize("tiles_from", [0, 2**20], ids=["by tiles", "all"])
def test_the_search_by_tiles_finds_the_same(tiles_from: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dfc_core.match.neighbours.TILES_FROM", tiles_from)
    a, b = described(features(300, 3), 3), described(features(280, 4), 4)
    of_a, of_b = balanced(a.features, b.features)
    for found, product in zip(
        nearest_balanced(a.features, b.features, 2**20, a.pixels_crop, b.pixels_crop),
        (of_a @ of_b.T, of_b @ of_a.T),
        strict=True,
    ):
        torch.testing.assert_close(product.gather(1, found.index[:, None])[:, 0], product.amax(1), atol=1e-5, rtol=0)


def test_discovery_and_mutual_matches_use_it_where_they_are_told_to() -> None:
    a, b = (described(some, 5, part=0.5) for some in crowded(200))
    plan, hasty = TransportConfig(), TransportConfig(iterations=1)
    right = []
    for transport in (None, plan, hasty):
        (index_a, index_b, _), _ = rank_discovery(a, b, config=DiscoveryConfig(transport=transport))
        right.append((index_a == index_b).float().mean())
    assert right[0] < 0.5
    assert right[1] > 0.8
    assert right[2] < right[1]
    plainly, by_plan, hastily = (mutual_matches(a, b, MatchConfig("whole", transport=t)) for t in (None, plan, hasty))
    assert len(by_plan) > len(plainly)  # more come back to where they started
    assert (by_plan.index_a == by_plan.index_b).float().mean() > 0.8
    assert len(hastily) < len(by_plan)


def test_it_is_the_same_each_time_and_nothing_matches_nothing() -> None:
    a, b = features(40, 7), features(30, 8)
    assert torch.equal(nearest_balanced(a, b)[0].index, nearest_balanced(a, b)[0].index)
    none = torch.empty(0, 6)
    assert [len(found.index) for found in nearest_balanced(none, none)] == [0, 0]
    for one, other in ((a, none), (none, b)):
        with pytest.raises(ValueError, match="have nothing to match"):
            nearest_balanced(one, other)


def test_settings_that_make_no_plan_are_refused() -> None:
    with pytest.raises(ValueError, match="temperature is 0"):
        TransportConfig(temperature=0)
    with pytest.raises(ValueError, match="iterations is 0"):
        TransportConfig(iterations=0)
