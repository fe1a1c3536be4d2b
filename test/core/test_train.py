"""Training learns, stops and goes on exactly, and refuses what does not fit."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_training import CONFIG, CONFIGS, TINY

from dfc_core.cli.app import run as run_command
from dfc_core.dataset.batches import BatchPlan, Source
from dfc_core.dataset.endless import EndlessConfig
from dfc_core.dataset.opening import data_id, open_data
from dfc_core.dataset.pairs import PairSampler, SamplerConfig
from dfc_core.errors import DfcError
from dfc_core.functions import ROLES
from dfc_core.model import Network, NetworkConfig, load_model, save_model
from dfc_core.model.text import FunctionTableConfig
from dfc_core.model.vision_transformer import VisionTransformerConfig
from dfc_core.train.config import TrainConfig, read_train_config, train_config
from dfc_core.train.history import history
from dfc_core.train.log import Log
from dfc_core.train.machines import find_machines
from dfc_core.train.objective import Objective, chance_losses
from dfc_core.train.train import Run, learning_rate, train


def test_one_batch_can_be_overfitted(data, tmp_path):
    torch.manual_seed(0)
    config = TrainConfig(**{**CONFIG.__dict__, "learning_rate": 3e-3, "steps": 1000, "average": 0.0})
    sampler = PairSampler(open_data([data], (), 224), config.sampler)
    batch, run = sampler.batch(0, range(2), seed=0), Run(config, tmp_path)
    first = run.advance(batch)
    for _ in range(100):
        last = run.advance(batch)
    assert last["mask"] < 0.5 * first["mask"]
    assert last["functional"] < 0.6 * first["functional"]
    assert last["correspondence"] < first["correspondence"] - 0.3


@pytest.mark.parametrize("log_steps", [1, 100])  # seen in a loss, or in the weights that would be saved
def test_a_run_that_went_astray_is_refused_and_not_saved(data, tmp_path, log_steps):
    config = replace(CONFIG, learning_rate=1e30, warm_up=0, log_steps=log_steps)
    with pytest.raises(DfcError, match=r"astray by step \d: .* no longer finite; .* a learning_rate below 1e\+30"):
        train([data], tmp_path / "run", config)
    assert not (tmp_path / "run" / "model.safetensors").exists()
    assert not (tmp_path / "run" / "checkpoint.pt").exists()


@pytest.mark.parametrize("longest", [0.0, 1e-3])
def test_gradients_are_shortened_to_the_longest_step_alone(data, tmp_path, longest):
    run = Run(replace(CONFIG, longest_step=longest), tmp_path)
    run.advance(PairSampler(open_data([data], (), 224), CONFIG.sampler).batch(0, range(2), seed=0))
    gradients = [parameter.grad for parameter in run.network.parameters() if parameter.grad is not None]
    length = float(torch.stack([gradient.norm() for gradient in gradients]).norm())
    assert length == pytest.approx(1e-3, rel=1e-2) if longest else length > 1e-2


def test_a_stopped_run_goes_on_to_the_same_weights(data, tmp_path):
    train([data], tmp_path / "whole", CONFIG)
    (tmp_path / "parts").mkdir()
    run = Run(CONFIG, tmp_path / "parts", data=data_id([data], []))
    plan = BatchPlan(CONFIG.pairs, CONFIG.seed, CONFIG.network.text.functions, CONFIG.sampler, CONFIG.augment)
    for batch in Source(open_data([data], (), 224), plan).batches(range(2), workers=0):
        run.advance(batch)
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
    narrow = replace(TINY, text=FunctionTableConfig(width=16))
    with pytest.raises(DfcError, match=r"given' cannot be gone on with: its head\.\S+ does not fit"):
        Run(replace(CONFIG, network=narrow, start=str(tmp_path / "given")), tmp_path)
    heads = replace(TINY, backbone=replace(TINY.backbone, heads=4))  # weights of the same shapes
    with pytest.raises(
        DfcError, match=r"given' cannot be gone on with: the heads of its backbone is 2, of this run's 4"
    ):
        Run(replace(CONFIG, network=heads, start=str(tmp_path / "given")), tmp_path)


def test_a_run_does_not_go_on_with_weights_of_another_transformer(tmp_path):
    for seed, name in enumerate(("one", "two")):
        network = tiny_transformer(tmp_path / name, lora=0, seed=seed)
        save_model(Network(network), tmp_path / f"on-{name}", {})
    Run(replace(CONFIG, network=network, start=str(tmp_path / "on-two")), tmp_path)
    with pytest.raises(DfcError, match="on-one' cannot be gone on with: its transformer was another"):
        Run(replace(CONFIG, network=network, start=str(tmp_path / "on-one")), tmp_path)


def test_a_run_does_not_write_over_a_model_from_elsewhere(data, tmp_path):
    save_model(Network(TINY), tmp_path, {})
    with pytest.raises(DfcError, match="holds another model already; choose an empty folder"):
        train([data], tmp_path, CONFIG)
    assert not (tmp_path / "train.json").exists()


def test_the_history_of_weights_goes_on_with_them(tmp_path):
    assert history(CONFIG, [])["earlier"] == []
    save_model(Network(TINY), tmp_path / "first", {"training": {"config": {"steps": 7}}})
    second = history(replace(CONFIG, start=str(tmp_path / "first")), [])
    assert second["earlier"] == [{"config": {"steps": 7}}]
    save_model(Network(TINY), tmp_path / "second", {"training": second})
    third = history(replace(CONFIG, start=str(tmp_path / "second")), [])
    assert [run["config"]["steps"] for run in third["earlier"]] == [7, CONFIG.steps]
    assert all("earlier" not in run for run in third["earlier"])


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
    further = replace(TrainConfig(), steps=6200, learning_rate=8e-4, warm_up=200)
    assert read_train_config(CONFIGS / "further.yaml") == further


def test_pseudo_labels_are_trained_on_without_exact_places():
    config = read_train_config(CONFIGS / "pseudo.yaml")
    assert config == TrainConfig(steps=2000, pairs=12, learning_rate=3e-4, correspondence=0.0, affordance=1.0)


def test_the_papers_config_is_read_and_unknown_keys_are_named(tmp_path):
    config = read_train_config(CONFIGS / "paper.yaml", {"steps": 5})
    assert (config.steps, config.learning_rate, config.spatial) == (5, 1e-4, 10.0)
    assert (config.correspondence, config.affordance) == (0.0, 0.0)
    assert config.network.backbone.kind == "vision-transformer"
    (tmp_path / "bad.yaml").write_text("stepps: 3\n")
    with pytest.raises(DfcError, match="training config has no stepps; allowed: steps, pairs"):
        read_train_config(tmp_path / "bad.yaml")
    (tmp_path / "bad.yaml").write_text("network: {backbone: {kind: resnet}}\n")
    with pytest.raises(DfcError, match="backbone kind 'resnet' is not one of unet, vision-transformer"):
        read_train_config(tmp_path / "bad.yaml")


def test_a_config_without_what_came_later_is_the_default():
    old = {
        "steps": 7,
        "pairs": 2,
        "sampler": {"pixels": 9},
        "network": {"backbone": {"kind": "unet"}, "text": {"kind": "table"}},
    }
    assert train_config(old) == TrainConfig(steps=7, pairs=2, sampler=SamplerConfig(pixels=9))
    assert train_config({"endless": {"pool": 8, "first": 4}}).endless == EndlessConfig(pool=8, first=4)
    assert train_config(json.loads(json.dumps(asdict(CONFIG)))) == CONFIG


def test_how_a_run_is_done_may_change_when_it_goes_on_but_not_what_it_learns(data, tmp_path):
    train([data], tmp_path, replace(CONFIG, steps=2))
    train([data], tmp_path, replace(CONFIG, steps=2, panel_steps=9, device="cpu", checkpoint_minutes=7.0))
    copy = tmp_path / "other"
    copy.mkdir()
    for path in data.iterdir():
        (copy / path.name).write_bytes(path.read_bytes() + (b"\n" if path.suffix == ".json" else b""))
    with pytest.raises(DfcError, match="belongs to a run on other data"):
        train([copy], tmp_path, replace(CONFIG, steps=2))
    (tmp_path / "checkpoint.pt").write_bytes(b"no")
    with pytest.raises(DfcError, match=r"checkpoint\.pt is not a checkpoint of this version"):
        train([data], tmp_path, replace(CONFIG, steps=2))


def test_chance_is_what_a_network_that_sees_nothing_loses(data):
    config = replace(CONFIG, softness=0.0)
    batch = PairSampler(open_data([data], (), 224), config.sampler).batch(0, range(3), seed=0)
    network = Network(TINY)
    for parameter in (
        network.head.image_half.weight,
        network.head.mask.weight,
        network.head.mask.bias,
        network.text.vectors,
    ):
        torch.nn.init.zeros_(parameter)  # every pixel has the same feature, and no logit
    losses, chance = Objective(network, config)(batch), chance_losses(batch, config)
    assert {name: loss.item() for name, loss in losses.items()} == pytest.approx(
        {name: value for name, value in chance.items() if name != "total"}, rel=1e-5
    )
    assert chance["functional"] == pytest.approx(np.log(1 + 3 * 32))
    assert chance["correspondence"] == pytest.approx(np.log(2 * 32))
    weights = {"functional": 1, "mask": 5, "affordance": 3, "spatial": 2, "correspondence": 8}
    assert chance["total"] == pytest.approx(sum(w * chance[name] for name, w in weights.items()) / 19, rel=1e-5)
    only = replace(config, functional=0.0, correspondence=0.0)
    assert set(chance_losses(batch, only)) == {"total", "mask", "affordance", "spatial"}


def test_the_log_holds_losses_beside_chance_and_panels_are_pictures(data, tmp_path):
    calls = []
    config = replace(CONFIG, panel_steps=2)
    train(
        [data], tmp_path, config, progress=lambda step, losses, chance: calls.append((step, set(losses), set(chance)))
    )
    names = {"total", "functional", "mask", "affordance", "spatial", "correspondence"}
    assert calls == [(step, names, names) for step in range(1, 5)]
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4]
    assert lines[0]["chance"]["mask"] == pytest.approx(0.69315)
    panels = sorted((tmp_path / "panels").iterdir())
    assert [path.name for path in panels] == ["step-000002.png", "step-000004.png"]
    picture = np.asarray(Image.open(panels[0]))
    assert picture.shape[1] == 3 * 224 + 2 * 8
    assert (picture != 255).any()


def test_a_log_that_goes_on_drops_what_came_after_the_checkpoint(tmp_path):
    log = Log(tmp_path)
    for step in (10, 20, 30):
        log.losses(step, {"total": 1.0}, {"total": 2.0})
    log.close()
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"step": 4')
    Log(tmp_path, 20).close()
    assert [json.loads(line)["step"] for line in (tmp_path / "log.jsonl").read_text().splitlines()] == [10, 20]


def test_a_run_without_data_makes_its_tools(tmp_path):
    with pytest.raises(DfcError, match="no data set to learn from"):
        train([], tmp_path / "none", CONFIG)
    few = EndlessConfig(pool=3, first=2, views=2, families=("mug", "bowl"))
    out = train([], tmp_path / "run", replace(CONFIG, steps=2, panel_steps=2, endless=few))
    assert load_model(out).functions[0] == "pour-with"
    assert json.loads((out / "config.json").read_text())["training"]["endless_tools"] == 3
    assert (out / "panels" / "step-000002.png").is_file()


def test_the_command_trains_and_shows_chance_beside_each_loss(data, tmp_path, capsys):
    settings = {key: value for key, value in asdict(CONFIG).items() if key not in ("workers", "device")}
    (tmp_path / "tiny.yaml").write_text(json.dumps(settings))
    command = ["train", str(data), "--out", str(tmp_path / "run"), "--config", str(tmp_path / "tiny.yaml")]
    assert run_command([*command, "--steps", "1", "--workers", "0", "--device", "cpu"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(tmp_path / "run")
    assert said.err.startswith("1/1  total ")
    assert "mask " in said.err
    assert "(chance 0.693)" in said.err
    assert run_command([*command, "--labels", str(tmp_path)]) == 2
    assert "has no masks for any tool of" in capsys.readouterr().err


def test_a_device_that_is_not_there_is_refused():
    assert find_machines("cpu").device == torch.device("cpu")
    for device in ("cuda:99", "abacus"):
        with pytest.raises(DfcError, match=f"device '{device}' cannot be used"):
            find_machines(device)


def tiny_transformer(folder, lora, seed=1):
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(seed)
    config = transformers.Dinov2Config(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=224, patch_size=56, mlp_ratio=2
    )
    transformers.Dinov2Model(config).save_pretrained(folder)
    backbone = VisionTransformerConfig(source=str(folder), blocks=2, features=16, lora=lora)
    return NetworkConfig(backbone=backbone, head=TINY.head)


def test_recomputed_activations_give_the_same_step_and_only_where_it_pays(data, tmp_path):
    network = tiny_transformer(tmp_path / "vit", lora=2)
    batch = PairSampler(open_data([data], (), 224), CONFIG.sampler).batch(0, range(2), seed=0)
    states, runs = [], []
    for recompute in (False, True):
        run = Run(replace(CONFIG, network=network, recompute=recompute), tmp_path)
        calls = []
        run.network.backbone.frozen.encoder.layer[0].attention.register_forward_hook(
            lambda *_, calls=calls: calls.append(1)
        )
        for _ in range(2):
            run.advance(batch)
        states.append(run.network.state_dict())
        runs.append(len(calls))
    assert runs == [2, 4]  # of each block, once forward and once more on the way back
    assert any(key.startswith("backbone.adapters") for key in states[0])
    for key, value in states[0].items():
        torch.testing.assert_close(states[1][key], value, rtol=1e-5, atol=1e-7)
    with pytest.raises(DfcError, match="recompute pays only for a vision transformer that learns"):
        Run(replace(CONFIG, recompute=True), tmp_path)


SCRIPT = """
import json, sys
from dfc_core.train.config import train_config
from dfc_core.train.train import train
if __name__ == "__main__":
    import torch
    torch.set_num_threads(1)
    train([sys.argv[1]], sys.argv[2], train_config(json.loads(sys.argv[3])))
"""


def start_script(tmp_path, data, out, config, **environment):
    (tmp_path / "script.py").write_text(SCRIPT)
    root = Path(__file__).parents[2]
    command = [sys.executable, str(tmp_path / "script.py"), str(data), str(out), json.dumps(asdict(config))]
    return subprocess.Popen(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root), **environment})


def children(process):
    try:
        return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for left processes in /proc")
def test_a_run_killed_at_any_moment_ends_with_the_same_weights_and_leaves_no_process(data, tmp_path):
    config = replace(CONFIG, steps=6, workers=1, checkpoint_minutes=0.0)
    assert start_script(tmp_path, data, tmp_path / "whole", replace(config, workers=0)).wait() == 0
    left = []
    for stop_at in (2, 4):
        run = start_script(tmp_path, data, tmp_path / "killed", config)
        log = tmp_path / "killed" / "log.jsonl"
        while not log.exists() or len(log.read_text().splitlines()) < stop_at:
            assert run.poll() is None
            time.sleep(0.01)
        left += children(run)
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert left
    assert start_script(tmp_path, data, tmp_path / "killed", config).wait() == 0
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert (whole / "model.safetensors").read_bytes() == (killed / "model.safetensors").read_bytes()
    assert [json.loads(line)["step"] for line in (killed / "log.jsonl").read_text().splitlines()] == [1, 2, 3, 4, 5, 6]
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)


@pytest.mark.slow
def test_two_processes_learn_what_one_does(data, tmp_path):
    pytest.importorskip("accelerate")
    network = tiny_transformer(tmp_path / "vit", lora=0)  # without batch statistics, which each process has of its own
    config = replace(CONFIG, steps=3, network=network, device="cpu", spatial=0.0, correspondence=0.0, average=0.0)
    config = replace(config, sampler=replace(config.sampler, group=1))
    train([data], tmp_path / "one", config)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    both = [
        start_script(tmp_path, data, tmp_path / "two", config, **shared, RANK=str(rank), LOCAL_RANK=str(rank))
        for rank in range(2)
    ]
    assert [process.wait() for process in both] == [0, 0]
    one, two = load_model(tmp_path / "one").network.state_dict(), load_model(tmp_path / "two").network.state_dict()
    for key, value in one.items():
        torch.testing.assert_close(two[key], value, rtol=2e-3, atol=2e-4)  # the weights are kept in 16 bits
    logs = [(tmp_path / name / "log.jsonl").read_text().splitlines() for name in ("one", "two")]
    assert len(logs[0]) == len(logs[1]) == 3
    for a, b in zip(*logs, strict=True):
        assert json.loads(a)["total"] == pytest.approx(json.loads(b)["total"], rel=1e-3)
