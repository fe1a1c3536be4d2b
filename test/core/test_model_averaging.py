"""The mean of trained models: weights, what it says of itself, and what has none."""

from dataclasses import replace

import pytest
import torch
from test_model import TINY

from dfc_core.cli.app import run as run_command
from dfc_core.errors import DfcError
from dfc_core.model import Network, load_model, save_model
from dfc_core.model.averaging import average_models


@pytest.fixture
def models(tmp_path):
    torch.manual_seed(0)
    return [
        save_model(Network(TINY).eval(), tmp_path / name, {"about": {"licence": name}, "training": {"seed": seed}})
        for seed, name in enumerate("ab")
    ]


def test_weights_are_the_mean_and_the_config_says_of_what(models, tmp_path):
    folder = average_models(models, tmp_path / "mean")
    states = [load_model(name).network.state_dict() for name in (*models, folder)]
    for key, value in states[2].items():
        wanted = (states[0][key] + states[1][key]) / 2 if value.is_floating_point() else states[0][key]
        torch.testing.assert_close(value, wanted, rtol=1e-3, atol=1e-4)  # weights are kept as 16-bit floats
    assert not torch.equal(states[2]["text.vectors"], states[0]["text.vectors"])
    about = load_model(folder).about
    assert about["about"] == {"licence": "not stated"}
    assert about["training"]["mean_of"] == [
        {"model": load_model(name).id, "seed": seed} for seed, name in enumerate(models)
    ]


def test_a_mean_claims_no_more_than_its_models(tmp_path):
    told = [
        {"licence": "Apache-2.0", "description": "first", "attribution": "Meshes: ann."},
        {"licence": "Apache-2.0", "description": "second", "attribution": "Meshes: ben."},
        {"licence": "Apache-2.0", "attribution": "Meshes: ann."},
        {},
    ]
    names = [save_model(Network(TINY), tmp_path / f"{n}", {"about": about}) for n, about in enumerate(told)]
    three, four = (load_model(average_models(names[:n], tmp_path / f"of{n}")).about["about"] for n in (3, 4))
    assert three == {"licence": "Apache-2.0", "attribution": "Meshes: ann. Meshes: ben."}
    assert four == {"licence": "not stated", "attribution": "Meshes: ann. Meshes: ben."}


def test_another_model_is_not_written_over(models, tmp_path):
    held = (models[1] / "model.safetensors").read_bytes()
    with pytest.raises(DfcError, match="b holds another model already; choose an empty folder"):
        average_models(models, models[1])
    assert (models[1] / "model.safetensors").read_bytes() == held
    average_models(models, tmp_path / "mean")
    average_models(models, tmp_path / "mean")  # the same mean once more
    with pytest.raises(DfcError, match="mean holds another model already"):
        average_models(models[::-1], tmp_path / "mean")


def test_the_command_writes_it(models, tmp_path, capsys):
    arguments = ["models", "average", *map(str, models), "--out", str(tmp_path / "mean")]
    assert run_command(arguments) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "mean")
    assert load_model(tmp_path / "mean").network.config == TINY


def test_one_model_and_models_of_two_kinds_have_no_mean(models, tmp_path):
    with pytest.raises(DfcError, match="1 model was given; a mean needs two or more"):
        average_models(models[:1], tmp_path / "mean")
    other = replace(TINY, head=replace(TINY.head, hidden=8))
    save_model(Network(other).eval(), tmp_path / "other", {})
    with pytest.raises(DfcError, match="are built differently; they have no mean"):
        average_models([models[0], tmp_path / "other"], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
