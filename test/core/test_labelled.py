"""Training from pseudo-labels: their pixels reach the batches, their frames align nothing."""

import json

import numpy as np
import pytest

from dfc_core.dataset.augment import AugmentConfig
from dfc_core.dataset.batches import BatchPlan, Source
from dfc_core.dataset.opening import open_data
from dfc_core.dataset.pairs import SamplerConfig
from dfc_core.errors import DfcError
from dfc_core.label.cloud import CloudConfig
from dfc_core.label.job import LabelConfig
from dfc_core.label.labelled import labelled_views, pack, unpack
from dfc_core.label.oracle import OracleConfig
from dfc_core.label.stages import label
from dfc_core.label.vote import VoteConfig
from dfc_core.model import NetworkConfig, load_model
from dfc_core.model.unet import UNetConfig
from dfc_core.render.dataset import RenderConfig, render_dataset
from dfc_core.render.store import OFF_TOOL
from dfc_core.train.config import TrainConfig
from dfc_core.train.train import train

TINY = NetworkConfig(backbone=UNetConfig(widths=(8, 16, 16, 16), readout=16, fine=8, features=32, heads=2))
CONFIG = TrainConfig(
    steps=2, pairs=2, warm_up=1, bfloat16=False, workers=0, panel_steps=2, log_steps=1, network=TINY,
    sampler=SamplerConfig(pixels=32), correspondence=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    config = RenderConfig(families=("mug", "bottle"), tools=1, views=5)
    return render_dataset(tmp_path_factory.mktemp("data"), config)


@pytest.fixture(scope="module")
def labels(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("labels")
    exact = OracleConfig(jitter=0, misses=0, false_boxes=0, queries=1)
    few = LabelConfig(oracle=exact, cloud=CloudConfig(points=1500), vote=VoteConfig(cuts=1, patches=80))
    assert label(data, out, few) == []
    return out


def test_a_mask_is_packed_and_unpacked():
    mask = np.random.default_rng(0).random((13, 7)) < 0.5
    np.testing.assert_array_equal(unpack(pack(mask), (13, 7)), mask)
    assert len(pack(np.zeros((224, 224), bool))) < 100


def test_true_masks_give_the_true_pixels_points_and_a_scale_that_is_their_spread(data):
    tool = open_data([data], (), 224)[0]
    parts = np.asarray(tool.parts)
    true = {(f.function, f.role): f.shown(parts) for f in tool.frames}
    views = labelled_views(tool, true)
    assert not views.aligned
    assert [(f.function, f.role) for f in views.frames] == list(true)
    for frame, own in zip(views.frames, tool.frames, strict=True):
        np.testing.assert_array_equal(views.pixels_of(frame), tool.pixels_of(own))
        np.testing.assert_array_equal(views.shown(frame, 2), tool.shown(own, 2))
        points = np.concatenate(
            [tool.points_tool(v, np.argwhere(tool.shown(own, v))[:, ::-1]) for v in range(len(parts))]
        )
        np.testing.assert_allclose(frame.frames[0][:3, 3], points.mean(0))
        assert frame.scale == pytest.approx(np.linalg.norm(points.std(0)))
    with pytest.raises(DfcError, match=r"labels of bottle-00000 are \(1, 2, 2\)"):
        labelled_views(tool, {("pour-with", "function"): np.ones((1, 2, 2), bool)})
    nothing = labelled_views(tool, {("pour-with", "function"): np.zeros(parts.shape, bool)})
    assert nothing.frames == ()
    assert nothing.part_pixels.shape == (5, 0)


def test_part_pixels_of_batches_from_labels_lie_on_the_true_parts(data, labels):
    tools = open_data([data], [labels], 224)
    assert not any(tool.aligned for tool in tools)
    off = AugmentConfig(color=0, gray=0, blur=0, mask_pixels=0, wander=0, cut_out=0)
    source = Source(tools, BatchPlan(8, sampler=SamplerConfig(pixels=64), augment=off))
    source.check()
    batch = source.example()
    assert not batch.aligned.any()
    true = {tool.name: tool for tool in open_data([data], (), 224)}
    pictures = {tool.rgb[view].tobytes(): (tool, view) for tool in true.values() for view in range(len(tool.rgb))}
    on_part, on_rest, chance = [], [], []
    for pair in range(8):
        for pixels, rest, row in (
            (batch.part_a, batch.rest_a, pair),
            (batch.part_b, batch.rest_b, 8 + pair),
        ):
            tool, view = pictures[batch.images[row].numpy().tobytes()]
            for prompt in range(2):
                wanted = batch.prompts[pair][prompt]
                frame = next(f for f in tool.frames if (f.function, f.role) == wanted)
                truth = tool.shown(frame, view)
                on_part.append(truth[tuple(pixels[pair, prompt].long().T.flip(0))].mean())
                on_rest.append(truth[tuple(rest[pair, prompt].long().T.flip(0))].mean())
                chance.append(truth.sum() / (tool.parts[view] != OFF_TOOL).sum())
    assert np.mean(on_part) > 0.75 > np.mean(chance) + 0.1
    assert np.mean(on_rest) < 0.25


def test_a_run_learns_from_labels_alone(data, labels, tmp_path):
    out = train([data], tmp_path / "run", CONFIG, labels=[labels])
    assert load_model(out).functions[0] == "pour-with"
    about = json.loads((out / "config.json").read_text())
    assert about["training"]["tools_with_pseudo_labels"] == 2
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert set(lines[1]["chance"]) == {"total", "functional", "mask", "affordance", "spatial"}
    assert (out / "panels" / "step-000002.png").is_file()


def test_what_labels_cannot_give_is_refused(data, labels, tmp_path):
    with pytest.raises(DfcError, match="no function frames to align tools by; train with correspondence: 0"):
        train([data], tmp_path / "run", TrainConfig(network=TINY, workers=0), labels=[labels])
    with pytest.raises(DfcError, match="has no masks for any tool of"):
        train([data], tmp_path / "run", CONFIG, labels=[tmp_path])
    assert not (tmp_path / "run").exists()
    other = render_dataset(tmp_path / "other", RenderConfig(families=("mug", "bottle"), tools=1, views=4))
    with pytest.raises(DfcError, match=r"bottle-00000.npz is not of .* but of another rendering"):
        open_data([other], [labels], 224)


def test_pairs_of_a_known_and_a_labelled_tool_have_no_common_frame(data):
    known, other = open_data([data], (), 224)
    true = {(f.function, f.role): f.shown(np.asarray(other.parts)) for f in other.frames}
    batch = Source([known, labelled_views(other, true)], BatchPlan(12, sampler=SamplerConfig(pixels=8))).example()
    families = [{view.tobytes() for view in known.rgb}]
    for pair in range(12):
        both_known = all(batch.images[row].numpy().tobytes() in families[0] for row in (pair, 12 + pair))
        own = (batch.compared[:, :2] == pair).all(dim=1)
        assert bool(batch.aligned[own].all()) == both_known
        assert bool(batch.aligned[own].any()) == both_known
        for which, row in enumerate((pair, 12 + pair)):
            if batch.images[row].numpy().tobytes() not in families[0]:  # labels do not say what a tool is not for
                assert set(batch.asked[pair][which]) <= set(true)
