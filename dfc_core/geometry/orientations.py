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
from scipy.special import i0e, logsumexp

from dfc_core.geometry.rigid import rotations_about


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

    def log_density(self, rotations: NDArray) -> NDArray:
        """Logarithm (H) of the density at `rotations` (H x 3 x 3, frame to camera)."""
        apart = np.einsum("kji,hjl->hkil", self.rotations, rotations)
        return np.asarray(logsumexp(_log_densities(apart, self.axis, self.twist), b=self.weights, axis=1))


def log_density_of_turns(rotations: NDArray, first: Orientations, second: Orientations) -> NDArray:
    """Logarithm (H) of the density that each of `rotations` (H x 3 x 3, first's camera to second's) takes one frame to
    the other, when `first` and `second` are all that is known of the two."""
    carried = np.einsum("hij,ajk->haik", rotations, first.rotations)
    apart = np.einsum("bji,hajk->habik", second.rotations, carried)
    axis, twist = (_together(getattr(first, name), getattr(second, name)) for name in ("axis", "twist"))
    weights = first.weights[:, None] * second.weights
    return np.asarray(logsumexp(_log_densities(apart, axis, twist), b=weights, axis=(1, 2)))


def draw_turns(first: Orientations, second: Orientations, count: int, rng: Generator) -> NDArray:
    """`count` rotations (x 3 x 3, first's camera to second's) that are likely to take one frame to the other: of any
    two components, with a twist as theirs may be."""
    weights = (first.weights[:, None] * second.weights).ravel()
    a, b = np.divmod(rng.choice(len(weights), count, p=weights / weights.sum()), len(second.weights))
    twist = rng.vonmises(0, _together(first.twist, second.twist)[a, b])
    about_z = rotations_about(np.array([0.0, 0.0, 1.0]), twist)
    return np.asarray(second.rotations[b] @ about_z @ first.rotations[a].transpose(0, 2, 1))


def _together(first: NDArray, second: NDArray) -> NDArray:
    """Concentrations (A x B) of a difference, about: spreads add up."""
    return 1 / (1 / first[:, None] + 1 / second)


def _log_densities(apart: NDArray, axis: NDArray, twist: NDArray) -> NDArray:
    """Of rotations `apart` (... x 3 x 3) from components with these concentrations (of the trailing dimensions)."""
    cosine = np.clip(apart[..., 2, 2], -1, 1)
    turn = np.arctan2(apart[..., 1, 0] - apart[..., 0, 1], apart[..., 0, 0] + apart[..., 1, 1])
    of_axis = axis * (cosine - 1) + np.log(2 * axis) - np.log(-np.expm1(-2 * axis))
    of_twist = twist * (np.cos(turn) - 1) - np.log(i0e(twist))
    return np.asarray(of_axis + of_twist)
