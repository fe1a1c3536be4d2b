"""Probabilities from evidence: logistic regression on standardised features whose directions are known beforehand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import bad_input

STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # of the pull towards 0, in examples; chosen by cross-validation
FOLDS = 5
REACH = 4.0  # standard deviations: evidence farther out than anything seen counts no more than this


@dataclass(frozen=True)
class Logistic:
    """P = 1 / (1 + exp(-(bias + weights . (features - mean) / scale))), each standardised feature held within +-4."""

    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def __call__(self, evidence: Mapping[str, float]) -> float:
        """The probability (0..1) that `evidence`, numbers by name, speaks for; names it does not use are ignored.

        ValueError names a feature that is missing or no finite number.
        """
        row = table_of([evidence], self.features)
        return float(_sigmoid(self.log_odds(row))[0])

    def log_odds(self, table: NDArray) -> NDArray:
        """Log-odds (N) of rows of features (N x F)."""
        standard = _standard(table, np.array(self.mean), np.array(self.scale))
        return np.asarray(standard @ np.array(self.weights) + self.bias)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        rows = zip(self.features, self.mean, self.scale, self.weights, strict=True)
        return {
            "bias": self.bias,
            "features": {name: {"mean": m, "scale": s, "weight": w} for name, m, s, w in rows},
        }

    @staticmethod
    def from_dict(values: Any, known: Sequence[str], source: str) -> Logistic:
        """What `to_dict` gave. `DfcError` (BAD_INPUT) naming `source` and what is wrong: not `known`, not finite."""
        try:
            rows, bias = dict(values["features"]), float(values["bias"])
            columns = {key: tuple(float(row[key]) for row in rows.values()) for key in ("mean", "scale", "weight")}
        except (KeyError, TypeError, ValueError) as error:
            raise bad_input(f"{source} is no fitted probability: {error!r}") from error
        unknown = sorted(set(rows) - set(known))
        if unknown or not rows:
            raise bad_input(f"{source} uses the features {', '.join(unknown) or '(none)'}; known: {', '.join(known)}")
        if not np.isfinite([bias, *(value for column in columns.values() for value in column)]).all():
            raise bad_input(f"{source} has a mean, scale, weight or bias that is no finite number")
        if min(columns["scale"]) <= 0:
            raise bad_input(f"{source} has a scale that is not above 0")
        return Logistic(tuple(rows), columns["mean"], columns["scale"], columns["weight"], bias)


def fit_logistic(
    evidence: Sequence[Mapping[str, float]],
    truth: Sequence[bool] | NDArray,
    groups: Sequence[str],
    directions: Mapping[str, int],
) -> tuple[Logistic, NDArray]:
    """A `Logistic` of N examples, and what those fitted without an example's group say of it (N probabilities).

    `directions` names the features and what each is known to say: 1 for it (its weight is held at or above 0), -1
    against it, 0 unknown. The pull towards 0 is the one of `STRENGTHS` under which examples of groups left out are
    told best; slope and bias are then set by the answers on those (Platt 1999), so that the probabilities hold for
    groups never seen. `DfcError` when there are too few examples or groups, or all came out alike; ValueError names a
    feature that is missing or not finite.
    """
    names, truth = tuple(directions), np.asarray(truth, dtype=np.float64)
    if not len(evidence) == len(truth) == len(groups):
        raise ValueError(f"{len(evidence)} examples, {len(truth)} truths, {len(groups)} groups; they must be as many")
    table = table_of(evidence, names)
    fold = folds_of(groups)
    count = int(truth.sum())
    if min(count, len(truth) - count) < 10 or len(np.unique(fold)) < FOLDS:
        raise bad_input(
            f"{len(truth)} examples of {len(set(groups))} groups, {count} of them true; a fit needs at least 10 true, "
            f"10 false and {FOLDS} groups"
        )
    signs = np.array([directions[name] for name in names])
    best: tuple[float, float, NDArray] | None = None
    for strength in STRENGTHS:
        left_out = np.zeros(len(truth))
        for number in range(FOLDS):
            train = fold != number
            left_out[~train] = _fit(table[train], truth[train], names, signs, strength).log_odds(table[~train])
        loss = _log_loss(left_out, truth)
        if best is None or loss < best[0]:
            best = (loss, strength, left_out)
    assert best is not None
    _, strength, left_out = best
    whole = _fit(table, truth, names, signs, strength)
    slope, shift = _platt(left_out, truth)
    weights = tuple(float(slope * weight) for weight in whole.weights)
    fitted = Logistic(names, whole.mean, whole.scale, weights, float(slope * whole.bias + shift))
    return fitted, _sigmoid(slope * left_out + shift)


def table_of(evidence: Sequence[Mapping[str, float]], names: Sequence[str]) -> NDArray:
    """N x F of evidence by name; ValueError names a feature that is missing or no finite number."""
    for row in evidence:
        missing = [name for name in names if name not in row]
        if missing:
            raise ValueError(f"evidence lacks {', '.join(missing)}; it has: {', '.join(row)}")
        wrong = [name for name in names if not math.isfinite(row[name])]
        if wrong:
            raise ValueError(f"evidence {wrong[0]} is {row[wrong[0]]}; it must be a finite number")
    return np.array([[row[name] for name in names] for row in evidence], dtype=np.float64).reshape(-1, len(names))


def _fit(table: NDArray, truth: NDArray, names: tuple[str, ...], signs: NDArray, strength: float) -> Logistic:
    from scipy.optimize import minimize

    mean, scale = table.mean(axis=0), table.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    standard = _standard(table, mean, scale)

    def loss(values: NDArray) -> tuple[float, NDArray]:
        odds = standard @ values[1:] + values[0]
        off = _sigmoid(odds) - truth
        value = np.logaddexp(0, odds).sum() - truth @ odds + strength * (values[1:] ** 2).sum() / 2
        return float(value), np.concatenate([[off.sum()], off @ standard + strength * values[1:]])

    bounds = [(None, None), *((0 if s > 0 else None, 0 if s < 0 else None) for s in signs)]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return Logistic(names, _plain(mean), _plain(scale), _plain(found[1:]), float(found[0]))


def _platt(odds: NDArray, truth: NDArray) -> tuple[float, float]:
    """Slope (0 to 1: it only ever takes sureness away) and shift of log-odds under which `truth` is likeliest."""
    from scipy.optimize import minimize

    def loss(values: NDArray) -> float:
        return _log_loss(values[0] * odds + values[1], truth)

    slope, shift = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.05, 1.0), (None, None)]).x
    return float(slope), float(shift)


def folds_of(groups: Sequence[str] | NDArray) -> NDArray:
    """Which fold (N) each example is left out with; a group is never split."""
    names = sorted(set(groups))
    order = np.random.default_rng(0).permutation(len(names)) % FOLDS
    place = dict(zip(names, order, strict=True))
    return np.array([place[group] for group in groups], dtype=np.int64)


def _standard(table: NDArray, mean: NDArray, scale: NDArray) -> NDArray:
    return np.asarray(np.clip((table - mean) / scale, -REACH, REACH))


def _sigmoid(odds: NDArray) -> NDArray:
    return np.asarray(0.5 * (1 + np.tanh(odds / 2)))


def _log_loss(odds: NDArray, truth: NDArray) -> float:
    return float((np.logaddexp(0, odds) - truth * odds).mean())


def _plain(values: NDArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
