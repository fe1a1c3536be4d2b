"""What is known of how a frame is turned: a mixture over rotations, each surer of one axis than of the turn about it.

A component's density is that of von Mises and Fisher for the frame's z axis times that of von Mises for the turn about
it (the twist that is left when the shortest turn has laid z on z; Mardia & Jupp, Directional Statistics, 2000). All
densities are relative to knowing nothing, of which the logarithm is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import i0e, i1e

from dfc_core.geometry.rigid import Z_AXIS, rotations_about


@dataclass(frozen=True)
class Orientations:
    """K ways a frame may be turned: `rotations` K x 3 x 3 (frame to camera), `weights` K (sum 1), and concentrations
    (K each, above 0) of the z `axis` and of the `twist` about it."""

    rotations: NDArray
    weights: NDArray
    axis: NDArray
    twist: NDArray

    @property
    def z(self) -> NDArray:
        """Mean of the frame's z axis (3, camera): its length, 0 to 1, says how sure it is."""
        mean_lengths = 1 / np.tanh(self.axis) - 1 / self.axis
        return (self.weights * mean_lengths) @ self.rotations[:, :, 2]

    @property
    def twist_known(self) -> float:
        """How sure the turn about z is, 0 to 1: mean length of what each component has as the mean twist."""
        return float(self.weights @ (i1e(self.twist) / i0e(self.twist)))

    def log_density(self, rotations: NDArray) -> NDArray:
        """Logarithm (H) of the density at `rotations` (H x 3 x 3, frame to camera)."""
        itself = np.eye(3)[None].repeat(len(self.rotations), axis=0)
        return _log_density(rotations, itself, self.rotations, self.axis, self.twist, self.weights)


def log_density_of_turns(rotations: NDArray, first: Orientations, second: Orientations) -> NDArray:
    """Logarithm (H) of the density that each of `rotations` (H x 3 x 3, first's camera to second's) takes one frame to
    the other, when `first` and `second` are all that is known of the two."""
    a, b = np.divmod(np.arange(len(first.weights) * len(second.weights)), len(second.weights))
    axis, twist = (_together(getattr(first, name), getattr(second, name)).ravel() for name in ("axis", "twist"))
    weights = first.weights[a] * second.weights[b]
    return _log_density(rotations, first.rotations[a], second.rotations[b], axis, twist, weights)


def draw_turns(first: Orientations, second: Orientations, count: int, rng: Generator) -> NDArray:
    """`count` rotations (x 3 x 3, first's camera to second's) that are likely to take one frame to the other: of any
    two components, with a twist as theirs may be."""
    weights = (first.weights[:, None] * second.weights).ravel()
    a, b = np.divmod(rng.choice(len(weights), count, p=weights / weights.sum()), len(second.weights))
    twist = rng.vonmises(0, _together(first.twist, second.twist)[a, b])
    about_z = rotations_about(Z_AXIS, twist)
    return np.asarray(second.rotations[b] @ about_z @ first.rotations[a].transpose(0, 2, 1))


def _together(first: NDArray, second: NDArray) -> NDArray:
    """Concentrations (A x B) of a difference, about: spreads add up."""
    return 1 / (1 / first[:, None] + 1 / second)


def _log_density(
    rotations: NDArray, first: NDArray, second: NDArray, axis: NDArray, twist: NDArray, weights: NDArray
) -> NDArray:
    """H, of each of `rotations` (H x 3 x 3), when C frames `first` go to `second` (both C x 3 x 3) with `weights` C.

    Of the turn that is left, second^T rotation first, three numbers are needed, each linear in the rotation: so that
    all of them are one product of H x 9 with 9 x 3 C.
    """
    ins, outs = first.transpose(2, 0, 1), second.transpose(2, 0, 1)  # x, y and z axes, C x 3 each

    def entry(row: int, column: int) -> NDArray:
        return (outs[row][:, :, None] * ins[column][:, None]).reshape(-1, 9)

    needed = np.concatenate([entry(2, 2), entry(1, 0) - entry(0, 1), entry(0, 0) + entry(1, 1)])
    cosine, sine_of, cosine_of = np.split(rotations.reshape(-1, 9) @ needed.T, 3, axis=1)
    turned = cosine_of / np.maximum(np.sqrt(sine_of**2 + cosine_of**2), 1e-12)  # cosine of the twist
    below_peak = np.exp(axis * (np.clip(cosine, -1, 1) - 1) + twist * (turned - 1))
    peaks = weights * 2 * axis / -np.expm1(-2 * axis) / i0e(twist)
    return np.asarray(np.log(np.maximum(below_peak @ peaks, np.finfo(float).tiny)))
