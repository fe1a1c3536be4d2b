"""Densities over how a frame is turned."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from dfc_core.geometry.orientations import Orientations, draw_turns, log_density_of_turns
from dfc_core.model.orientation import Mixture
from dfc_core.train.orientation import log_likelihood


def random_rotations(count: int, seed: int = 0) -> np.ndarray:
    return Rotation.random(count, random_state=seed).as_matrix()


def surely(rotation: np.ndarray, axis: float = 200.0, twist: float = 200.0) -> Orientations:
    return Orientations(rotation[None], np.ones(1), np.array([axis]), np.array([twist]))


TWO = Orientations(random_rotations(2, 5), np.array([0.3, 0.7]), np.array([4.0, 9.0]), np.array([2.0, 0.5]))


def test_density_is_one_on_the_mean():
    drawn = random_rotations(200_000)
    assert np.exp(TWO.log_density(drawn)).mean() == pytest.approx(1, abs=0.03)


def test_nothing_known_is_a_density_of_one_everywhere():
    nothing = surely(np.eye(3), axis=1e-3, twist=1e-3)
    np.testing.assert_allclose(nothing.log_density(random_rotations(50)), 0, atol=3e-3)


def test_density_of_a_known_axis_does_not_ask_for_the_twist():
    frame = random_rotations(1, 3)[0]
    known = surely(frame, twist=1e-3)
    twisted = frame @ Rotation.from_euler("z", 1.3).as_matrix()
    tilted = frame @ Rotation.from_euler("x", 0.5).as_matrix()
    at, about, off = known.log_density(np.stack([frame, twisted, tilted]))
    assert at == pytest.approx(about, abs=5e-3)
    assert off < at - 10
    np.testing.assert_allclose(known.z, frame[:, 2] * (1 - 1 / 200), atol=1e-6)


def test_a_likely_turn_takes_one_frame_to_the_other():
    first, second = random_rotations(2, 7)
    turn = second @ first.T
    asked = np.concatenate([turn[None], random_rotations(500, 8)])
    density = log_density_of_turns(asked, surely(first), surely(second))
    assert density.argmax() == 0
    drawn = draw_turns(surely(first), surely(second), 40, np.random.default_rng(0))
    off = Rotation.from_matrix(drawn @ turn.T).magnitude()
    assert np.median(off) < 0.15  # the twist of two that are known to 4 degrees each


def test_turns_of_a_free_twist_go_all_around():
    first, second = random_rotations(2, 9)
    drawn = draw_turns(surely(first, twist=1e-3), surely(second), 200, np.random.default_rng(0))
    z = drawn @ first[:, 2]
    np.testing.assert_allclose(z, np.broadcast_to(second[:, 2], z.shape), atol=1e-9)
    assert Rotation.from_matrix(drawn @ (second @ first.T).T).magnitude().max() > 3


def test_two_mixtures_multiply():
    """The density of a turn, by sampling frames of both tools."""
    random = np.random.default_rng(1)
    first, second = TWO, Orientations(random_rotations(1, 6), np.ones(1), np.array([6.0]), np.array([1.0]))
    frames = random_rotations(100_000, 2)
    for turn in random_rotations(4, int(random.integers(99))):
        sampled = np.log(np.mean(np.exp(first.log_density(frames) + second.log_density(turn @ frames))))
        assert log_density_of_turns(turn[None], first, second)[0] == pytest.approx(sampled, abs=0.35)


def test_learning_asks_for_the_same_density():
    told = Mixture(*(torch.from_numpy(x)[None] for x in (TWO.rotations, np.log(TWO.weights), TWO.axis, TWO.twist)))
    truth = random_rotations(2, 4)
    wanted = np.log(np.exp(TWO.log_density(truth)).mean())
    padded = torch.from_numpy(np.concatenate([truth, np.full((1, 3, 3), np.nan)]))[None]
    assert float(log_likelihood(told, padded)[0]) == pytest.approx(wanted, abs=1e-5)
