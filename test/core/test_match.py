"""The match room against tiny cases with known answers and a naive full-matrix reference."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from dfc_core.match import (
    DiscoveryConfig,
    LabelTransferConfig,
    MatchConfig,
    mutual_matches,
    nearest,
    nearest_both,
    neighbours,
    rank_discovery,
    tiles,
    transfer_pixels,
)
from dfc_core.match.discovery import min_max
from dfc_core.match.tiles import nearest_by_tiles


@dataclass(frozen=True)
class Described:
    """The fields of `ToolFeatures` that matching reads."""

    pixels_crop: Tensor
    features: Tensor
    part_probability: Tensor


def described(pixels: list | Tensor, features: list | Tensor, part: list | Tensor | None = None) -> Described:
    pixels, features = torch.as_tensor(pixels, dtype=torch.float32), torch.as_tensor(features, dtype=torch.float32)
    probability = torch.ones(len(pixels)) if part is None else torch.as_tensor(part, dtype=torch.float32)
    return Described(pixels.reshape(-1, 2), features, probability)


def random_described(count: int, seed: int, dimensions: int = 6) -> Described:
    generator = torch.Generator().manual_seed(seed)
    features = torch.nn.functional.normalize(torch.randn(count, dimensions, generator=generator), dim=1)
    pixels = torch.randint(0, 60, (count, 2), generator=generator).float()
    return Described(pixels, features, torch.rand(count, generator=generator))


def empty_described(dimensions: int = 6) -> Described:
    return Described(torch.empty(0, 2), torch.empty(0, dimensions), torch.empty(0))


# --- nearest -------------------------------------------------------------------------------------------------------


def test_nearest_known_answer() -> None:
    a = torch.tensor([[1.0, 0.0], [0.6, 0.8]])
    b = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.8, 0.6]])
    index, similarity = nearest(a, b)
    assert index.tolist() == [1, 2]
    torch.testing.assert_close(similarity, torch.tensor([1.0, 0.96]))


@pytest.mark.parametrize("chunk_bytes", [1, 4 * 31 * 7, 10**9])
def test_nearest_equals_the_full_matrix_for_every_chunk_size(chunk_bytes: int) -> None:
    a, b = random_described(40, 1).features, random_described(31, 2).features
    full = a @ b.T
    to_b, to_a = nearest_both(a, b, chunk_bytes)
    assert torch.equal(nearest(a, b, chunk_bytes).index, full.argmax(dim=1))
    assert torch.equal(to_b.index, full.argmax(dim=1))
    assert torch.equal(to_a.index, full.argmax(dim=0))
    torch.testing.assert_close(to_b.similarity, full.amax(dim=1))
    torch.testing.assert_close(to_a.similarity, full.amax(dim=0))


def test_first_of_equal_features_wins_whatever_the_chunks() -> None:
    same = torch.tensor([[1.0, 0.0]]).repeat(9, 1)
    for chunk_bytes in (1, 4 * 9 * 2, 10**6):
        to_b, to_a = nearest_both(same, same, chunk_bytes)
        assert to_b.index.tolist() == [0] * 9
        assert to_a.index.tolist() == [0] * 9


def test_nearest_computes_half_precision_in_float32() -> None:
    assert nearest(torch.eye(3).half(), torch.eye(3).half()).similarity.dtype == torch.float32


def test_nearest_of_nothing() -> None:
    index, similarity = nearest(torch.empty(0, 4), torch.ones(3, 4))
    assert (index.shape, index.dtype) == ((0,), torch.long)
    assert (similarity.shape, similarity.dtype) == ((0,), torch.float32)
    assert nearest(torch.empty(0, 4), torch.empty(0, 4)).index.shape == (0,)


def test_nearest_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match=r"3 features have nothing to match.*\(0, 4\)"):
        nearest(torch.ones(3, 4), torch.empty(0, 4))
    with pytest.raises(ValueError, match="2 features have nothing to match"):
        nearest_both(torch.empty(0, 4), torch.ones(2, 4))
    with pytest.raises(ValueError, match=r"\(3, 4\) and \(3, 5\)"):
        nearest(torch.ones(3, 4), torch.ones(3, 5))


# --- tiles ---------------------------------------------------------------------------------------------------------


def smooth_described(side: int, seed: int, dimensions: int = 8) -> Described:
    """Features that change slowly over a square of `side` x `side` pixels, as a trained model's do."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.randn(1, dimensions, 6, 6, generator=generator)
    fine = torch.nn.functional.interpolate(coarse, size=(side, side), mode="bilinear")[0].flatten(1).T
    ys, xs = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    features = torch.nn.functional.normalize(fine, dim=1)
    return Described(
        torch.stack([xs, ys], -1).reshape(-1, 2).float(), features, torch.rand(side**2, generator=generator)
    )


@pytest.mark.parametrize("chunk_bytes", [1, 2 * 10**5, 10**8])
@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_tiles_find_what_the_full_matrix_finds(chunk_bytes: int, scale: float) -> None:
    a, b = smooth_described(30, 1), smooth_described(35, 2)
    features_a, features_b = a.features * scale, b.features + 2  # neither of unit norm, all in one direction
    full = features_a @ features_b.T
    found = nearest_by_tiles(features_a, a.pixels_crop, features_b, b.pixels_crop * 2, chunk_bytes)
    assert found is not None
    index, similarity = found
    torch.testing.assert_close(similarity, full.amax(dim=1))
    torch.testing.assert_close(full.gather(1, index[:, None])[:, 0], full.amax(dim=1))
    assert (index == full.argmax(dim=1)).float().mean() > 0.99  # the rest: equal to the last digit


def test_tiles_look_at_few_targets_and_lose_none(monkeypatch: pytest.MonkeyPatch) -> None:
    a = smooth_described(60, 3)
    looked_at, best_of = [], tiles._best_of

    def watched(queries: Tensor, targets: object, keep: Tensor) -> tuple[Tensor, Tensor]:
        looked_at.append(keep.float().mean())
        return best_of(queries, targets, keep)

    monkeypatch.setattr(tiles, "_best_of", watched)
    found = nearest_by_tiles(a.features, a.pixels_crop, a.features, a.pixels_crop, 10**8)
    assert torch.stack(looked_at).mean() < 0.3
    assert found is not None
    alike = (a.features * a.features[found[0]]).sum(dim=1)  # each pixel is its own best
    torch.testing.assert_close(alike, torch.ones(3600))


def test_tiles_keep_the_first_of_equals() -> None:
    places = smooth_described(20, 5).pixels_crop
    same = torch.tensor([[0.6, 0.8]]).repeat(400, 1)
    assert nearest_by_tiles(same, places, same, places, 10**6)[0].tolist() == [0] * 400


def test_tiles_are_no_use_where_all_lie_in_one_place() -> None:
    features = random_described(300, 6).features
    assert nearest_by_tiles(features, torch.zeros(300, 2), features, torch.zeros(300, 2), 10**6) is None


@pytest.mark.parametrize("kind", ["smooth", "random"])
def test_places_change_the_time_never_the_answer(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "TILES_FROM", 0)
    a, b = (smooth_described(25, s) if kind == "smooth" else random_described(625, s) for s in (7, 8))
    with_places = nearest_both(a.features, b.features, 10**6, a.pixels_crop, b.pixels_crop)
    for found, plain in zip(with_places, nearest_both(a.features, b.features, 10**6), strict=True):
        assert torch.equal(found.index, plain.index)
        torch.testing.assert_close(found.similarity, plain.similarity)
    assert nearest(a.features[:0], b.features, 10**6, a.pixels_crop[:0], b.pixels_crop).index.shape == (0,)


# --- label transfer ------------------------------------------------------------------------------------------------


def test_transfer_pixels_hard_is_a_target_pixel() -> None:
    pixels = torch.tensor([[3.0, 4.0], [9.0, 2.0]])
    assert transfer_pixels(torch.eye(2), torch.eye(2), pixels).tolist() == [[3.0, 4.0], [9.0, 2.0]]
    allowed = torch.tensor([False, True])
    assert transfer_pixels(torch.eye(2), torch.eye(2), pixels, allowed).tolist() == [[9.0, 2.0], [9.0, 2.0]]
    assert transfer_pixels(torch.eye(2), torch.eye(2), pixels, ~allowed & allowed).tolist() == pixels.tolist()
    assert transfer_pixels(torch.empty(0, 2), torch.eye(2), pixels).shape == (0, 2)


@pytest.mark.parametrize("chunk_bytes", [1, 10**6])
def test_transfer_pixels_soft_is_the_weighted_mean_in_the_window(chunk_bytes: int) -> None:
    query = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    target = torch.tensor([[0.9, 0.0], [0.9, 0.0], [0.89, 0.0]])  # two equal neighbours, one far away
    pixels = torch.tensor([[10.0, 5.0], [11.0, 5.0], [30.0, 5.0]])
    config = LabelTransferConfig(soft=True, window_px=3, temperature=0.1, chunk_bytes=chunk_bytes)
    expected = torch.tensor([[10.5, 5.0], [10.5, 5.0]])
    torch.testing.assert_close(transfer_pixels(query, target, pixels, None, config), expected)
    wide = LabelTransferConfig(soft=True, window_px=100, temperature=0.1, chunk_bytes=chunk_bytes)
    weight = torch.tensor(-0.1).exp()  # (0.89 - 0.9) / 0.1
    expected_x = (10 + 11 + 30 * weight) / (2 + weight)
    torch.testing.assert_close(transfer_pixels(query, target, pixels, None, wide)[0, 0], expected_x)


def test_label_transfer_config_refuses_nonsense() -> None:
    with pytest.raises(ValueError, match="temperature is 0"):
        LabelTransferConfig(temperature=0)
    with pytest.raises(ValueError, match="window_px is -1"):
        LabelTransferConfig(window_px=-1)


# --- mutual matches ------------------------------------------------------------------------------------------------


def naive_mutual(a: Described, b: Described, config: MatchConfig) -> set[tuple[int, int]]:
    """Loops over the full matrix, in the words of the docstring."""
    part_a = [float(p) >= config.part_threshold for p in a.part_probability]
    part_b = [float(p) >= config.part_threshold for p in b.part_probability]
    counts = (sum(part_a), sum(part_b), part_a.count(False), part_b.count(False))
    needed = {"part": counts[:2], "part+rest": counts, "whole": (0,)}[config.regions]
    if config.regions == "whole" or min(needed) < config.minimum_region:
        groups_a, groups_b = [0] * len(part_a), [0] * len(part_b)
        wanted = {0}
    else:
        groups_a, groups_b = part_a, part_b
        wanted = {True} if config.regions == "part" else {True, False}
    full = (a.features @ b.features.T).tolist()
    found = set()
    for i, group in enumerate(groups_a):
        if group not in wanted:
            continue
        j = max((j for j in range(len(groups_b)) if groups_b[j] == group), key=lambda j: full[i][j])
        k = max((k for k in range(len(groups_a)) if groups_a[k] == group), key=lambda k: full[k][j])
        if float((a.pixels_crop[i] - a.pixels_crop[k]).norm()) <= config.cycle_px:
            found.add((i, j))
    return found


@pytest.mark.parametrize("regions", ["part", "part+rest", "whole"])
@pytest.mark.parametrize("cycle_px", [0.0, 12.0])
@pytest.mark.parametrize("minimum_region", [4, 25])
def test_mutual_matches_equal_the_naive_reference(regions: str, cycle_px: float, minimum_region: int) -> None:
    a, b = random_described(50, 3), random_described(45, 4)
    config = MatchConfig(regions=regions, cycle_px=cycle_px, minimum_region=minimum_region, chunk_bytes=1000)
    matches = mutual_matches(a, b, config)
    pairs = list(zip(matches.index_a.tolist(), matches.index_b.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)) > 0
    assert set(pairs) == naive_mutual(a, b, config)
    assert matches.score.diff().le(0).all()
    assert matches.score.ge(0).all()
    assert matches.score.le(1).all()


def test_mutual_matches_known_scores() -> None:
    # a0 and a1 both go to b0, which goes back to a0; a1 lies 3 px from a0
    a = described([[0, 0], [3, 0]], [[1, 0], [0.8, 0.6]])
    b = described([[7, 7], [90, 90]], [[1, 0], [0, -1]])
    strict = mutual_matches(a, b, MatchConfig(cycle_px=0))
    assert (strict.index_a.tolist(), strict.index_b.tolist(), strict.score.tolist()) == ([0], [0], [1.0])
    assert len(mutual_matches(a, b, MatchConfig(cycle_px=1, cycle_share=0.0))) == len(strict)
    assert len(mutual_matches(a, b, MatchConfig(cycle_px=1, cycle_share=10.0))) == 2  # a share of the region's extent
    relaxed = mutual_matches(a, b, MatchConfig(cycle_px=6))
    assert (relaxed.index_a.tolist(), relaxed.index_b.tolist()) == ([0, 1], [0, 0])
    assert relaxed.cycle_distance.tolist() == [0.0, 3.0]
    torch.testing.assert_close(relaxed.score, torch.tensor([1.0, 0.8 * 0.75]))
    assert len(mutual_matches(a, b, MatchConfig(cycle_px=6, maximum=1))) == 1


def test_part_matches_part_even_when_the_rest_looks_closer() -> None:
    a = described([[0, 0], [9, 9]], [[1, 0], [0, 1]], part=[0.9, 0.1])
    b = described([[0, 0], [9, 9]], [[1, 0], [0.6, 0.8]], part=[0.1, 0.8])
    matches = mutual_matches(a, b, MatchConfig(minimum_region=1))
    assert (matches.index_a.tolist(), matches.index_b.tolist()) == ([0], [1])
    torch.testing.assert_close(matches.score, torch.tensor([0.6 * (0.9 * 0.8 + 0.1 * 0.2)]))
    both = mutual_matches(a, b, MatchConfig(minimum_region=1, regions="part+rest"))
    assert set(zip(both.index_a.tolist(), both.index_b.tolist(), strict=True)) == {(0, 1), (1, 0)}
    ignored = mutual_matches(a, b, MatchConfig(minimum_region=1, regions="whole"))
    assert set(zip(ignored.index_a.tolist(), ignored.index_b.tolist(), strict=True)) == {(0, 0), (1, 1)}


@pytest.mark.parametrize("sides", [(0, 5), (5, 0), (0, 0)])
def test_empty_sides_give_empty_results_of_the_right_types(sides: tuple[int, int]) -> None:
    a, b = (random_described(n, 1) if n else empty_described() for n in sides)
    matches = mutual_matches(a, b)
    assert len(matches) == 0
    assert matches.index_a.dtype == matches.index_b.dtype == torch.long
    assert matches.similarity.dtype == matches.cycle_distance.dtype == matches.score.dtype == torch.float32
    for masked in (False, True):
        for index_a, index_b, score in rank_discovery(a, b, masked):
            assert index_a.shape == index_b.shape == score.shape == (0,)
            assert index_a.dtype == index_b.dtype == torch.long
            assert score.dtype == torch.float32


def test_no_part_anywhere_and_no_minimum_gives_no_matches() -> None:
    a = described([[0, 0]], [[1.0, 0.0]], part=[0.0])
    assert len(mutual_matches(a, a, MatchConfig(minimum_region=0))) == 0


@pytest.mark.parametrize(
    "wrong", [{"regions": "parts"}, {"part_threshold": 2.0}, {"cycle_px": -1.0}, {"cycle_px": float("nan")}]
)
def test_match_config_names_the_wrong_value(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MatchConfig(**wrong)


# --- discovery -----------------------------------------------------------------------------------------------------


def naive_discovery(a: Described, b: Described, masked: bool, minimum: int) -> list[tuple[int, int]]:
    """METHOD section 5 in plain loops; one direction."""
    part_a, part_b = (a.part_probability >= 0.5).tolist(), (b.part_probability >= 0.5).tolist()
    groups = [True, False]
    if not masked or min(sum(part_a), sum(part_b), part_a.count(False), part_b.count(False)) < minimum:
        part_a, part_b, groups = [True] * len(part_a), [True] * len(part_b), [True]
    full = a.features @ b.features.T
    ranked = []
    for group in groups:
        members_a = [i for i, g in enumerate(part_a) if g == group]
        members_b = [j for j, g in enumerate(part_b) if g == group]
        forth = {i: max(members_b, key=lambda j: float(full[i, j])) for i in members_a}
        back = {j: max(members_a, key=lambda i: float(full[i, j])) for j in members_b}
        cycle = torch.stack([(a.pixels_crop[i] - a.pixels_crop[back[forth[i]]]).norm() for i in members_a])
        similarity = torch.stack([full[i, forth[i]] for i in members_a])
        cycle = (cycle - cycle.min()) / (cycle.max() - cycle.min())
        similarity = (similarity - similarity.min()) / (similarity.max() - similarity.min())
        score = ((1 - cycle) * similarity).tolist()
        ranked += [(i, forth[i]) for i, _ in sorted(zip(members_a, score, strict=True), key=lambda pair: -pair[1])]
    return ranked


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("minimum", [3, 25])
def test_discovery_equals_the_naive_reference_both_ways(masked: bool, minimum: int) -> None:
    a, b = random_described(50, 5), random_described(45, 6)
    config = DiscoveryConfig(minimum_region=minimum, chunk_bytes=1000)
    from_a, from_b = rank_discovery(a, b, masked, config)
    assert list(zip(from_a[0].tolist(), from_a[1].tolist(), strict=True)) == naive_discovery(a, b, masked, minimum)
    assert list(zip(from_b[1].tolist(), from_b[0].tolist(), strict=True)) == naive_discovery(b, a, masked, minimum)


def test_discovery_ranks_all_part_matches_first() -> None:
    generator = torch.Generator().manual_seed(0)
    part = torch.tensor([0.9] * 20 + [0.1] * 30)[torch.randperm(50, generator=generator)]
    base = random_described(50, 7)
    a = Described(base.pixels_crop, base.features, part)
    (index_a, index_b, _), _ = rank_discovery(a, a, masked=True)
    assert (part[index_a[:20]] > 0.5).all()
    assert (part[index_b[:20]] > 0.5).all()
    assert (part[index_a[20:]] < 0.5).all()
    assert sorted(index_a.tolist()) == list(range(50))


def test_no_spread_gives_zero() -> None:
    assert min_max(torch.tensor([3.0, 3.0])).tolist() == [0.0, 0.0]
    assert min_max(torch.tensor([2.0, 4.0, 3.0])).tolist() == [0.0, 1.0, 0.5]
    # identical pictures: every cycle closes (1 - 0) and every similarity is 1 (no spread -> 0)
    same = described([[0, 0], [5, 0]], [[1, 0], [0, 1]])
    assert rank_discovery(same, same)[0][2].tolist() == [0.0, 0.0]
