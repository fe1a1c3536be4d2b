"""Whether tools that look like this one afford a function: a linear judge of each function on the model's features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import bad_input

PULL = 100.0  # towards 0, in families: features are many and families few
DIGITS = 5  # significant, of what is stored


@dataclass(frozen=True)
class Kin:
    """`weights` (2 D) and `bias` of each function, on `look` of a target's features for that function."""

    weights: dict[str, NDArray]
    bias: dict[str, float]

    def __call__(self, function: str, look: NDArray) -> float:
        """Log-odds, 0 = even, that what has this `look` (2 D) affords `function`; 0 for one never judged."""
        if function not in self.weights:
            return 0.0
        return float(look @ self.weights[function] + self.bias[function])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON: of each function its bias and its weights, to five digits."""
        return {
            name: [float(f"{value:.{DIGITS}g}") for value in (self.bias[name], *weights)]
            for name, weights in self.weights.items()
        }

    @staticmethod
    def from_dict(values: Any, source: str) -> Kin:
        """What `to_dict` gave; `DfcError` (BAD_INPUT) naming `source` otherwise."""
        try:
            rows = {str(name): np.array(row, dtype=np.float64) for name, row in dict(values).items()}
        except (TypeError, ValueError) as error:
            raise bad_input(f"{source} is no judge of functions: {error}") from error
        if len({row.shape for row in rows.values()}) > 1 or not all(
            row.ndim == 1 and len(row) > 1 and np.isfinite(row).all() for row in rows.values()
        ):
            raise bad_input(f"{source} must have equally many finite numbers for each function")
        return Kin({name: row[1:] for name, row in rows.items()}, {name: float(row[0]) for name, row in rows.items()})


def look_of(features: NDArray, part_probability: NDArray) -> NDArray:
    """2 D: mean of a tool's `features` (N x D), weighted by how likely each lies on the part, and plain."""
    weight = part_probability / max(float(part_probability.sum()), 1e-9)
    return np.concatenate([weight @ features, features.mean(axis=0)])


def fit_kin(looks: Mapping[str, NDArray], affords: Mapping[str, NDArray], groups: Sequence[str] | NDArray) -> Kin:
    """A `Kin` of N tools: `looks` N x 2 D and `affords` N bool for each function, both kinds weighing the same.

    Each group (family) weighs the same, too. A function that all or none of the tools afford is not judged.
    """
    _, group, count = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    even = 1 / count[group]
    weights, bias = {}, {}
    for function, table in looks.items():
        truth = np.asarray(affords[function], dtype=bool)
        if truth.all() or not truth.any():
            continue
        share = np.where(truth, even / even[truth].sum(), even / even[~truth].sum()) * len(count) / 2
        weights[function], bias[function] = _fit(np.asarray(table, dtype=np.float64), truth, share)
    return Kin(weights, bias)


def _fit(table: NDArray, truth: NDArray, share: NDArray) -> tuple[NDArray, float]:
    from scipy.optimize import minimize

    mean, scale = table.mean(axis=0), max(float(table.std(axis=0).mean()), 1e-9)
    standard = (table - mean) / scale

    def loss(values: NDArray) -> tuple[float, NDArray]:
        odds = standard @ values[1:] + values[0]
        off = share * (0.5 * (1 + np.tanh(odds / 2)) - truth)
        value = share @ (np.logaddexp(0, odds) - truth * odds) + PULL * (values[1:] ** 2).sum() / 2
        return float(value), np.concatenate([[off.sum()], off @ standard + PULL * values[1:]])

    found = minimize(loss, np.zeros(table.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[1:] / scale
    return weights, float(found[0] - mean @ weights)
