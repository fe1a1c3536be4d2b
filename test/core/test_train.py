"""Training learns, stops and goes on exactly, and refuses what does not fit."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dfc_core.dataset.augment import AugmentConfig
from dfc_core.dataset.pairs import PairSampler, SamplerConfig
from dfc_core.errors import DfcError
from dfc_core.functions import ROLES
from dfc_core.model import Network, NetworkConfig, load_model, save_model
from dfc_core.model.text import FunctionTableConfig
from dfc_core.model.unet import UNetConfig
from dfc_core.render.dataset import RenderConfig, render_dataset
from dfc_core.render.store import load_dataset
from dfc_core.train.config import read_train_config
from dfc_core.train.train import Run, TrainConfig, learning_rate, train

TINY = NetworkConfig(backbone=UNetConfig(widths=(8, 16, 16, 16), readout=16, features=32, heads=2))
CONFIGS = Path(__file__).parents[2] / "config" / "train"
PLAIN = AugmentConfig(color=0, gray=0, blur=0, mask_pixels=0, cut_out=0)
CONFIG = TrainConfig(
    steps=4, pairs=2, warm_up=1, bfloat16=False, network=TINY, sampler=SamplerConfig(pixels=32), augment=PLAIN
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return render_dataset(tmp_path_factory.mktemp("data"), RenderConfig(families=("mug", "bowl"), tools=1, views=3))


def test_one_batch_can_be_overfitted(data, tmp_path):
    torch.manual_seed(0)
    config = TrainConfig(**{**CONFIG.__dict__, "learning_rate": 3e-3, "steps": 1000, "average": 0.0})
    sampler = PairSampler(load_dataset([data]), config.sampler)
    batch, run = sampler.batch(0, 2, seed=0), Run(config, tmp_path)
    first = run.advance(batch)
    for _ in range(60):
        last = run.advance(batch)
    assert last["mask"] < 0.5 * first["mask"]
    assert last["functional"] < 0.6 * first["functional"]
    assert last["correspondence"] < first["correspondence"] - 0.3


def test_a_stopped_run_goes_on_to_the_same_weights(data, tmp_path):
    train([data], tmp_path / "whole", CONFIG)
    torch.manual_seed(CONFIG.seed)
    sampler = PairSampler(load_dataset([data]), CONFIG.sampler, CONFIG.network.text.functions)
    (tmp_path / "parts").mkdir()
    run = Run(CONFIG, tmp_path / "parts")
    for _ in range(2):
        run.advance(sampler.batch(run.step, CONFIG.pairs, CONFIG.seed))
    run.save()  # and then the process is killed
    train([data], tmp_path / "parts", CONFIG)
    assert (tmp_path / "whole" / "model.safetensors").read_bytes() == (
        tmp_path / "parts" / "model.safetensors"
    ).read_bytes()
    assert load_model(tmp_path / "whole").functions[0] == "pour-with"
    stored = json.loads((tmp_path / "whole" / "config.json").read_text())
    assert stored["training"]["parametric_tools"] == {"bowl": 1, "mug": 1}


def test_a_run_goes_on_from_a_trained_model_and_keeps_its_words(data, tmp_path):
    two = replace(TINY, text=FunctionTableConfig(functions=("cut-with", "pour-with")))
    given = Network(two)
    save_model(given, tmp_path / "given", {}, half=False)
    run = Run(replace(CONFIG, start=str(tmp_path / "given")), tmp_path)
    for key, value in run.network.state_dict().items():
        if key != "text.vectors":
            torch.testing.assert_close(value, given.state_dict()[key])
    for function in two.text.functions:
        for role in ROLES:
            torch.testing.assert_close(run.network.text(function, role), given.text(function, role))
    other = replace(CONFIG, network=NetworkConfig(), start=str(tmp_path / "given"))
    with pytest.raises(DfcError, match=r"given' cannot be gone on with: its backbone\.\S+ does not fit"):
        Run(other, tmp_path)


def test_a_checkpoint_of_another_run_is_refused(data, tmp_path):
    train([data], tmp_path / "run", CONFIG)
    with pytest.raises(DfcError, match="another configuration"):
        train([data], tmp_path / "run", TrainConfig(**{**CONFIG.__dict__, "seed": 1}))


def test_an_empty_data_set_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(DfcError, match="no rendered tools"):
        train([tmp_path], tmp_path / "run", CONFIG)
    assert not (tmp_path / "run").exists()


def test_learning_rate_rises_then_falls_or_stays():
    config = TrainConfig(steps=1000, warm_up=100, learning_rate=1.0)
    assert learning_rate(config, 0) == pytest.approx(0.01)
    assert learning_rate(config, 100) == pytest.approx(1.0)
    assert learning_rate(config, 1000) == pytest.approx(0.01)
    assert learning_rate(TrainConfig(warm_up=0, schedule="constant", learning_rate=0.5), 900) == 0.5


def test_the_default_config_file_says_what_the_code_does():
    assert read_train_config(CONFIGS / "default.yaml") == TrainConfig()


def test_the_papers_config_is_read_and_unknown_keys_are_named(tmp_path):
    config = read_train_config(CONFIGS / "paper.yaml", {"steps": 5})
    assert (config.steps, config.learning_rate, config.spatial, config.correspondence) == (5, 1e-4, 10.0, 0.0)
    assert config.network.backbone.kind == "vision-transformer"
    (tmp_path / "bad.yaml").write_text("stepps: 3\n")
    with pytest.raises(DfcError, match="training config has no stepps; allowed: steps, pairs"):
        read_train_config(tmp_path / "bad.yaml")
    (tmp_path / "bad.yaml").write_text("network: {backbone: {kind: resnet}}\n")
    with pytest.raises(DfcError, match="backbone kind 'resnet' is not one of unet, vision-transformer"):
        read_train_config(tmp_path / "bad.yaml")
