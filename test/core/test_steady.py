"""A trained model holds its features when masks are poor."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_training import CONFIG, CONFIGS, PLAIN, TINY
from torch.nn import functional as F

from dfc_core.dataset.augment import AugmentConfig
from dfc_core.dataset.batches import BatchPlan, Source
from dfc_core.dataset.opening import open_data
from dfc_core.errors import DfcError
from dfc_core.model import Network, load_model, save_model
from dfc_core.train.config import read_train_config
from dfc_core.train.losses import steady_loss
from dfc_core.train.train import Run, train

OTHERS = ("functional", "mask", "affordance", "spatial", "correspondence")
STEADY = {**dict.fromkeys(OTHERS, 0.0), "steady": 1.0}
ONLY_STEADY = replace(CONFIG, start="named by each test", **STEADY)


@pytest.fixture
def given(tmp_path):
    save_model(Network(TINY), tmp_path / "given", {}, half=False)
    return tmp_path / "given"


def test_the_loss_counts_the_cells_that_lie_on_the_tool_and_no_others():
    grids, masks = F.normalize(torch.randn(2, 8, 4, 4), dim=1), torch.zeros(2, 16, 16)
    masks[:, :8] = 1
    wanted = grids.clone()
    wanted[:, :, 2:] *= -1  # off the tool
    assert steady_loss(grids, wanted, masks).item() == pytest.approx(0, abs=1e-6)
    wanted[:, :, 0] *= -1  # half of the cells on it
    assert steady_loss(grids, wanted, masks).item() == pytest.approx(1)
    assert steady_loss(grids, wanted, torch.zeros_like(masks)).item() == 0


def test_a_trained_model_is_held_to_under_poor_masks_and_its_head_stays(data, given, tmp_path):
    config = replace(ONLY_STEADY, start=str(given), augment=AugmentConfig(), steps=40, learning_rate=3e-3)
    losses = []
    train([data], tmp_path / "out", config, progress=lambda step, loss, chance: losses.append(loss))
    assert set(losses[0]) == {"total", "steady"}
    assert np.mean([loss["steady"] for loss in losses[-8:]]) < 0.7 * np.mean([loss["steady"] for loss in losses[:8]])
    before, after = (load_model(folder).network.state_dict() for folder in (given, tmp_path / "out"))
    kept = [key for key in before if key.startswith(("head.", "text."))]
    assert kept
    for key in kept:  # stored in half precision
        torch.testing.assert_close(after[key], before[key], atol=2e-3, rtol=2e-3)
    assert any(not torch.equal(after[key], before[key]) for key in before if key.startswith("backbone."))


def test_pictures_that_are_not_changed_are_already_steady(data, given, tmp_path):
    batch = Source(open_data([data], (), 224), BatchPlan(2, sampler=CONFIG.sampler, augment=PLAIN, unchanged=True))
    run = Run(replace(ONLY_STEADY, start=str(given)), tmp_path / "out")
    run.network.eval()
    (loss,) = run.objective(next(iter(batch.batches(range(1), workers=0)))).values()
    assert loss.item() < 1e-3  # 8 bits of colour are all that was lost


def test_steady_needs_a_model_to_hold_to():
    with pytest.raises(DfcError, match=r"steady holds to a trained model's features; name one by start \(--from\)"):
        read_train_config(CONFIGS / "steady.yaml")
    config = read_train_config(CONFIGS / "steady.yaml", {"start": "default"})
    assert {name: getattr(config, name) for name in STEADY} == STEADY
