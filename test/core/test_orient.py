"""The orientation network learns from what a model sees, stops and goes on, and is read with its model or not."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from tiny_training import TINY

from dfc_core.assets.families import make_tool
from dfc_core.assets.part_frames import part_frames
from dfc_core.cli.app import run as run_command
from dfc_core.dataset.opening import open_data
from dfc_core.errors import DfcError
from dfc_core.geometry import compose
from dfc_core.geometry.orientations import Orientations
from dfc_core.model import ROLES, Network, ToolFeatures, load_model, save_model
from dfc_core.model.orientation import FILE, ROLLS, Mixture, OrientationConfig, OrientationReader, placed
from dfc_core.render.dataset import RenderConfig, render_dataset
from dfc_core.train.orientation import CHECKPOINT, Fit, OrientationTraining, look_at_tools, orient, true_rotations

SMALL = OrientationTraining(
    steps=12, batch=8, warm_up=1, bfloat16=False, network=OrientationConfig(width=32, layers=1, heads=2, points=16)
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    config = RenderConfig(families=("hammer", "knife"), tools=1, views=3)
    return render_dataset(tmp_path_factory.mktemp("data"), config)


@pytest.fixture
def model(tmp_path):
    torch.manual_seed(0)
    return save_model(Network(TINY), tmp_path / "tiny", {})


def test_the_network_learns_lies_beside_the_model_and_is_read_with_it(data, model, tmp_path, capsys):
    assert load_model(model).orientation is None
    command = ["orient", str(data), "--model", str(model), "--steps", "3", "--workers", "1"]
    assert run_command([*command, "--work", str(tmp_path / "work")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(model / FILE)
    loaded = load_model(model)
    mask = np.zeros((60, 80), bool)
    mask[20:40, 20:60] = True
    encoded = loaded.encode(np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8), mask)
    told = {role: loaded.read_out(encoded, "pour-with", role) for role in ROLES}
    count = len(told["function"].pixels)
    points = np.random.default_rng(1).random((count, 3)) + np.array([0, 0, 1])

    def turned(told: dict[str, ToolFeatures], valid: np.ndarray) -> Orientations | None:
        return loaded.orientations(encoded, told, points, valid, "pour-with")

    found, again = (turned(told, np.ones(count, bool)) for _ in range(2))
    np.testing.assert_array_equal(found.rotations, again.rotations)
    np.testing.assert_allclose(
        found.rotations @ found.rotations.transpose(0, 2, 1), np.eye(3)[None].repeat(len(found.weights), 0), atol=1e-5
    )
    assert found.weights.sum() == pytest.approx(1)
    assert turned(told, np.arange(count) < 10) is None  # ten points show no shape
    held = {**told, "grasp": replace(told["grasp"], part_probability=1 - told["grasp"].part_probability)}
    assert np.abs(turned(held, np.ones(count, bool)).axis - found.axis).max() > 0  # it reads what is to be held, too


def test_loss_falls_below_that_of_knowing_nothing(data, model):
    config = replace(SMALL, steps=150, learning_rate=3e-3)
    seen = look_at_tools(model, open_data([data], (), 224), config)
    texts = {name: load_model(model).network.text(name, "function").detach() for name in np.unique(seen.functions)}
    fit = Fit(seen, texts, config, None)
    assert fit.advance() > -0.3
    fit.go()
    assert np.mean([fit.advance() for _ in range(5)]) < -1


def test_a_stopped_run_goes_on_to_the_same_weights(data, model, tmp_path):
    whole, _ = orient([data], model, tmp_path / "whole", SMALL)
    work = tmp_path / "work"
    path, _ = orient([data], model, tmp_path / "parts", SMALL, work)
    assert path.read_bytes() == whole.read_bytes()
    checkpoint = next(work.glob(f"*/{CHECKPOINT}"))
    seen = look_at_tools(model, open_data([data], (), 224), SMALL, checkpoint.parent)  # read, not looked at again
    texts = {name: load_model(model).network.text(name, "function").detach() for name in np.unique(seen.functions)}
    checkpoint.unlink()
    run = Fit(seen, texts, SMALL, checkpoint)
    for _ in range(5):
        run.loss += (run.advance() - run.loss) / (1 + run.step)
        run.step += 1
    run._save()
    path, _ = orient([data], model, tmp_path / "parts", SMALL, work)
    assert path.read_bytes() == whole.read_bytes()
    with pytest.raises(DfcError, match="other settings"):
        orient([data], model, tmp_path / "parts", replace(SMALL, batch=4), work)


def test_of_other_weights_it_is_left_alone_with_a_warning(data, model, caplog):
    orient([data], model, config=SMALL)
    torch.manual_seed(1)
    save_model(Network(TINY), model, {})
    with caplog.at_level(logging.WARNING):
        assert load_model(model).orientation is None
    assert "of other weights" in caplog.text


def test_a_broken_file_is_named(model):
    (model / FILE).write_bytes(b"nothing")
    with pytest.raises(DfcError, match=f"{FILE} is not an orientation network"):
        load_model(model)


def test_data_without_function_frames_teach_nothing(model):
    with pytest.raises(DfcError, match="no part with a function frame"):
        look_at_tools(model, [], SMALL)


def test_true_rotations_are_those_of_alternatives_and_turns_not_of_reflections():
    hammer = next(frame for frame in part_frames(make_tool("hammer", 0)) if frame.role == "function")
    camera = compose(Rotation.from_euler("xyz", [0.3, 1.0, -2.0]).as_matrix(), np.array([0, 0, 0.5]))
    found = true_rotations(hammer, camera)
    turns = [motion for motion in hammer.symmetry.motions if np.linalg.det(motion) > 0]
    assert len(found) == len(hammer.frames) * len(turns)
    np.testing.assert_allclose(np.linalg.det(found), 1)
    np.testing.assert_allclose(found[0], camera[:3, :3] @ hammer.frames[0][:3, :3])


def test_points_are_placed_alike_wherever_the_tool_lies_before_the_camera():
    """Turned about the camera's centre, a tool looks the same to a camera that looks straight at it, but for a roll."""
    random = torch.Generator().manual_seed(0)
    points = torch.rand((1, 40, 3), generator=random, dtype=torch.float64) * 0.2 + torch.tensor([0.1, -0.2, 0.8])
    probability = torch.rand((1, 40), generator=random, dtype=torch.float64)
    turn = torch.from_numpy(Rotation.from_euler("xy", [0.2, -0.4]).as_matrix())
    here, straight = placed(points, probability)
    there, _ = placed(2 * points @ turn.T, probability)  # and twice as large
    np.testing.assert_allclose(here[..., 2], there[..., 2], atol=1e-9)
    np.testing.assert_allclose(here.norm(dim=-1), there.norm(dim=-1), atol=1e-9)
    middle = (straight @ points[:, :20].mean(1)[..., None])[0, :, 0]
    np.testing.assert_allclose(middle[:2], 0, atol=1e-12)


class Measuring:
    """In a network's place: the rotation by which what it reads, coordinates in the tool, became the places it sees."""

    config = OrientationConfig(points=16, hypotheses=1)

    def __call__(self, read, probability, places, text):
        known = torch.cat([read, torch.ones_like(read[..., :1])], dim=-1)
        linear = torch.linalg.lstsq(known, places).solution[:, :3].mT
        rotations = linear / linear.norm(dim=1, keepdim=True)
        alike = torch.zeros(len(read), 1)
        return Mixture(rotations[:, None], alike, alike + 1, alike + 1)


def test_however_a_tool_is_rolled_and_whichever_points_are_drawn_the_answer_is_in_its_own_camera():
    random = np.random.default_rng(0)
    inside = random.random((300, 3)) * [0.2, 0.05, 0.03]
    truth = Rotation.from_euler("xyz", [0.4, -1.0, 2.0]).as_matrix()
    points = inside @ truth.T + [0.1, -0.2, 0.7]
    reader = OrientationReader(Measuring(), "", {})
    found = reader(lambda some: torch.from_numpy(inside[some]), torch.rand(300), points, torch.zeros(4))
    np.testing.assert_allclose(found.rotations, truth[None].repeat(len(ROLLS), 0), atol=1e-4)
    np.testing.assert_allclose(found.weights, 1 / len(ROLLS))


def test_a_calibration_belongs_to_the_orientation_network_too(data, model):
    before = load_model(model).weights_sha256
    orient([data], model, config=SMALL)
    first = load_model(model)
    orient([data], model, config=replace(SMALL, seed=1))
    second = load_model(model)
    assert first.features_sha256 == second.features_sha256 == before
    assert len({before, first.weights_sha256, second.weights_sha256}) == 3
