"""The engine gives what METHOD says written out; in one call what it gives in several; half precision nearly so."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from dfc_core.bench import EngineBenchConfig, bench_engine, random_dinov2
from dfc_core.bench.engine import random_picture
from dfc_core.bench.plain import plain_cycle, plain_features, plain_label_transfer
from dfc_core.match import MatchConfig, mutual_matches, nearest
from dfc_core.model import Model, half_precision_pays, load_model, speed_up
from dfc_core.model.text import ClipText, ClipTextConfig


class WordVectors(torch.nn.Module):
    """Stands for CLIP's text half: a unit vector by the words' length."""

    config = SimpleNamespace(projection_dim=512)

    def forward(self, length: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(
            text_embeds=torch.nn.functional.normalize(torch.cos(length * torch.arange(512)))[None, 0]
        )


def tokens(words: list[str], **_: object) -> dict[str, torch.Tensor]:
    return {"length": torch.tensor([[float(len(words[0]))]])}


@pytest.fixture
def tiny() -> Model:
    """A transformer of three small blocks, text as CLIP gives it, a head as the paper's."""
    pytest.importorskip("transformers", reason="the extra 'backbones' is not installed")
    model = random_dinov2(layers=3, width=24, heads=2, features=32, hidden=64)
    model.network.text = ClipText(ClipTextConfig(), WordVectors(), tokens)
    return model


def picture(tool_pixels: int = 1500, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return random_picture(224, tool_pixels, seed)


@pytest.mark.parametrize("kind", ["tiny", "default"])
def test_features_equal_the_method_written_out(kind: str, request: pytest.FixtureRequest) -> None:
    model = load_model("default") if kind == "default" else request.getfixturevalue("tiny")
    plain = plain_features(model, picture(), "pound-with")
    ours = model.describe(*picture(), "pound-with", stride=1)
    assert plain.features.shape[0] == 224 * 224
    assert len(ours.features) == int(plain.on_tool.sum()) > 1000
    torch.testing.assert_close(ours.features, plain.features[plain.on_tool], atol=1e-4, rtol=0)
    other = plain_features(model, picture(), "pound-with", "grasp").features
    assert (other - plain.features).abs().max() > 1e-3  # the text matters


@pytest.mark.parametrize("kind", ["tiny", "default"])
def test_matches_equal_the_method_written_out(kind: str, request: pytest.FixtureRequest) -> None:
    model = load_model("default") if kind == "default" else request.getfixturevalue("tiny")
    a, b = picture(seed=1), picture(seed=2)
    described_a, described_b = (model.describe(*one, "pour-with", stride=1) for one in (a, b))
    place_a, place_b = (
        d.pixels_crop[:, 1].long() * 224 + d.pixels_crop[:, 0].long() for d in (described_a, described_b)
    )
    plain_a, plain_b = (plain_features(model, one, "pour-with").features for one in (a, b))

    queries = place_a[::100]
    best, similarity = plain_label_transfer(model, a, b, "pour-with", queries)
    found = place_b[nearest(described_a.features[::100], described_b.features).index]
    reached = (plain_a[queries] * plain_b[found]).sum(dim=1)
    torch.testing.assert_close(reached, similarity, atol=1e-4, rtol=0)  # as good a pixel, also where several tie
    assert (found == best).float().mean() > 0.9

    forth, back, _ = plain_cycle(model, a, b, "pour-with")
    cycle = torch.stack([place_a - back]).abs()[0] == 0  # strictly mutual pixels, by the plain way
    matches = mutual_matches(described_a, described_b, MatchConfig(regions="whole", cycle_px=0, maximum=10**6))
    ours = set(zip(place_a[matches.index_a].tolist(), place_b[matches.index_b].tolist(), strict=True))
    plain = set(zip(place_a[cycle].tolist(), forth[cycle].tolist(), strict=True))
    assert len(ours & plain) > 0.9 * len(plain) > 0


def test_many_pictures_and_functions_in_one_call_equal_one_by_one(tiny: Model) -> None:
    pictures = [picture(seed=1), picture(900, seed=2), random_picture(150, 700, 3)]
    asked = [("pour-with", "function"), ("pour-with", "grasp"), ("cut-with", "function")]
    for encoded, one in zip(tiny.encode_many(pictures), pictures, strict=True):
        alone = tiny.encode(*one)
        torch.testing.assert_close(encoded.grid, alone.grid, atol=1e-5, rtol=0)
        assert (encoded.mask_crop == alone.mask_crop).all()
        for together, (function, role) in zip(tiny.read_out_many(encoded, asked), asked, strict=True):
            single = tiny.read_out(alone, function, role)
            torch.testing.assert_close(together.features, single.features, atol=1e-4, rtol=0)
            torch.testing.assert_close(together.part_probability, single.part_probability, atol=1e-4, rtol=0)
            assert torch.equal(together.pixels, single.pixels)
    assert tiny.encode_many([]) == []
    assert tiny.read_out_many(tiny.encode(*picture()), []) == []


def test_half_precision_is_near_and_named(tiny: Model) -> None:
    exact = tiny.describe(*picture(), "pour-with").features
    name = tiny.id
    fast = speed_up(tiny, half=True).describe(*picture(), "pour-with").features
    assert tiny.id == f"{name}-half"
    assert fast.dtype == torch.float32
    assert 0 < (fast - exact).abs().max() < 0.05
    assert (fast * exact).sum(dim=1).min() > 0.999
    torch.testing.assert_close(fast.norm(dim=1), torch.ones(len(fast)))


def test_without_the_switch_nothing_changes(tiny: Model) -> None:
    exact, name = tiny.describe(*picture(), "pour-with").features, tiny.id
    assert torch.equal(speed_up(tiny, half=False).describe(*picture(), "pour-with").features, exact)
    assert (tiny.id, tiny.half) == (name, False)


def test_a_processor_says_whether_half_precision_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    for flags, pays in (("fpu avx2 avx512f", False), ("fpu avx512f avx512_bf16", True), ("amx_bf16", True)):
        monkeypatch.setattr(
            "pathlib.Path.read_text", lambda self, flags=flags: f"model name\t: x\nflags\t\t: {flags}\n"
        )
        assert half_precision_pays("cpu") is pays


def test_the_bench_says_how_ours_agrees_with_the_plain_way(tiny: Model, tmp_path) -> None:
    config = EngineBenchConfig(tool_pixels=900, queries=50, calls=1)
    report = bench_engine(tiny, config, tmp_path / "engine.json")
    assert (tmp_path / "engine.json").is_file()
    assert set(report["tasks"]) == {"label_transfer", "cycle_matching"}
    for ways in report["tasks"].values():
        assert set(ways) == {"plain", "exact", "exact, stored", "fast", "fast, stored"}
        for way in ("exact", "exact, stored"):
            assert ways[way]["similarity"] < 1e-4
            assert ways[way]["time_ratio"] == pytest.approx(ways["plain"]["seconds"] / ways[way]["seconds"])
    assert report["modes"]["exact"]["feature_difference"] < 1e-4
    assert report["modes"]["exact"]["half"] is False
