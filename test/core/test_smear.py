"""Steps in depth that a camera has smeared, against sharp ones and against surfaces that are steep but whole."""

import numpy as np
import pytest
from scipy import ndimage

from dfc_core.frames import smear

X = np.arange(60)


def rows(profile: np.ndarray, sigma: float = 0.0) -> np.ndarray:
    """A picture (40 x 60, m) whose every row is `profile`, with noise."""
    return np.tile(profile, (40, 1)) + np.random.default_rng(0).normal(0, sigma, (40, len(profile)))


def smeared(z: np.ndarray) -> np.ndarray:
    return smear.smeared(z, np.ones(z.shape, dtype=bool))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("sigma", [0.0, 0.001])
def test_what_lies_between_two_surfaces_is_of_neither(turned: bool, sigma: float) -> None:
    z = rows(np.interp(X, [28, 32], [0.8, 0.9]), sigma)
    found = smeared(z.T if turned else z)
    found = found.T if turned else found
    assert found[5:-5, 29:32].all()
    assert np.delete(found, np.s_[27:34], axis=1).mean() < 0.01


def test_only_what_is_asked_for_is_judged() -> None:
    z = rows(np.interp(X, [28, 32], [0.8, 0.9]))
    upper = np.arange(40)[:, None] < 20
    np.testing.assert_array_equal(smear.smeared(z, upper & (z > 0)), smeared(z) & upper)


def test_a_sharp_step_is_no_smear() -> None:
    assert not smeared(rows(np.where(X < 30, 0.8, 0.9))).any()


@pytest.mark.parametrize(
    "profile",
    [
        0.8 + 0.006 * X,  # a table seen at a flat angle
        0.9 - 0.06 * np.sqrt(np.clip(1 - ((X - 30) / 25) ** 2, 0, 1)),  # a can in front of a wall
        0.8 + 0.004 * np.abs(X - 30),  # the edge of a box
        0.8 + 0.003 * np.clip(X - 30, 0, None),  # a wall that leans away from where it stands
    ],
)
def test_surfaces_that_go_on_are_no_smear(profile: np.ndarray) -> None:
    assert not smeared(rows(profile, 0.0005))[:, 10:-10].any()


def test_only_what_is_read_on_both_sides_is_judged() -> None:
    z = rows(np.interp(X, [28, 32], [0.8, 0.9]))
    z[:, 33:] = 0
    assert not smeared(z).any()
    assert not smeared(np.zeros((7, 5))).any()


def test_what_is_averaged_over_a_step_is_found_about_as_wide_as_it_is() -> None:
    z = ndimage.uniform_filter(rows(np.where(X < 30, 0.8, 0.9)), 5)
    assert 2 <= smeared(z)[20].sum() <= 5
