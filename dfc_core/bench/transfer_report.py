"""From the rows of `bench transfer` to figures; metres, radians and shares of 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.evaluate.reliability import auroc, calibration_error, calibration_table, quantile, risk_coverage
from dfc_core.trust.calibration import DISTANCE_M, TURN_RAD

Row = dict[str, Any]
HAND_M = 0.4  # longer tools are rakes, shovels and brooms, seen from farther away
GRASP_FIGURES = ("width", "hold", "antipodal", "free", "good")


def summary(rows: Sequence[Row], way: str) -> dict[str, Any]:
    """The figures of one way.

    `contacts`, `rotation_rad` and `accepted` are of feasible scenes; a contact is of the functional part, counted where
    at least one true place is visible, and also (`hidden_too`) wherever it is. `calibration` takes every functional
    contact answered on a tool that serves, hidden or not; `negatives_too` adds those on tools that do not, all wrong.
    `auroc_affords` is of the probability that the tool serves, or, for a way and a scene without one, of the answer's
    confidence (0 for a refusal); feasible scenes against those that do not serve.
    """
    feasible = [row for row in rows if row["feasible"]]
    seconds = np.array([row["answers"][way]["seconds"] for row in rows])
    scored = [row for row in rows if row["feasible"] or not row["affords"]]

    def of(chosen: Callable[[Row], bool]) -> dict[str, Any]:
        return _accuracy([row for row in feasible if chosen(row)], way)

    return {
        **_accuracy(feasible, way),
        "symmetry": {"axis": of(lambda row: row["axis"]), "other": of(lambda row: not row["axis"])},
        "mask": {"given": of(lambda row: row["masked"]), "found": of(lambda row: not row["masked"])},
        "size": {"hand": of(lambda row: row["size_m"] <= HAND_M), "large": of(lambda row: row["size_m"] > HAND_M)},
        "functions": {
            name: _accuracy([row for row in feasible if row["function"] == name], way)
            for name in sorted({row["function"] for row in feasible})
        },
        "free_angle": _free_angle([row for row in rows if row["affords"]], way),
        "refusals": _refusals(rows, way),
        "calibration": _calibration(rows, way),
        "turn": _turn(rows, way),
        "auroc_affords": auroc(
            np.array([_affordance(row, way) for row in scored]), np.array([row["affords"] for row in scored], bool)
        ),
        "grasps": _grasps(feasible, way),
        "seconds": {"p50": quantile(seconds, 0.5), "p95": quantile(seconds, 0.95)},
    }


def _accuracy(rows: Sequence[Row], way: str) -> dict[str, Any]:
    """`scenes`, the share `accepted`, and errors among those."""
    taken = [row for row in rows if not row["answers"][way]["refusal"]]
    turns = np.array([row["answers"][way]["rotation_rad"] for row in taken], float)  # None becomes NaN
    turns = turns[np.isfinite(turns)]
    return {
        "scenes": len(rows),
        "accepted": len(taken) / len(rows) if rows else float("nan"),
        "contacts": _errors(_contacts(taken, way, lambda row, n: row["visible"][n])[1]),
        "hidden_too": _errors(_contacts(taken, way)[1]),
        "rotation_rad": {"median": quantile(turns, 0.5), "p90": quantile(turns, 0.9)},
    }


def _contacts(
    rows: Sequence[Row], way: str, counts: Callable[[Row, int], bool] = lambda row, n: True
) -> tuple[NDArray, NDArray]:
    """(confidences, errors in m) of all functional contacts answered; no true place at all is an infinite error."""
    confidences, errors = [], []
    for row in rows:
        answer = row["answers"][way]
        for number, role in enumerate(row["roles"]):
            if role == "function" and answer["answered"][number] and counts(row, number):
                confidences.append(answer["confidences"][number])
                error = answer["errors_m"][number]
                errors.append(np.inf if error is None else error)
    return np.array(confidences, float), np.array(errors, float)


def _errors(errors: NDArray) -> dict[str, float]:
    within = float((errors <= DISTANCE_M).mean()) if len(errors) else float("nan")
    return {"count": len(errors), "median": quantile(errors, 0.5), "p90": quantile(errors, 0.9), "within": within}


def _calibration(rows: Sequence[Row], way: str) -> dict[str, Any]:
    serving = [row for row in rows if row["affords"]]
    confidences, errors = _contacts(serving, way)
    everywhere = _contacts(rows, way)
    shown = _contacts([row for row in serving if row["feasible"]], way, lambda row, n: row["visible"][n])
    return {
        "within_m": DISTANCE_M,
        **_held(confidences, errors <= DISTANCE_M),
        "negatives_too": calibration_error(everywhere[0], everywhere[1] <= DISTANCE_M),
        "risk_coverage": risk_coverage(*shown),
    }


def _turn(rows: Sequence[Row], way: str) -> dict[str, Any]:
    """How far the stated confidence in the turn holds, of all answers on tools that serve; `risk_coverage` in rad."""
    answers = [row["answers"][way] for row in rows if row["affords"] and not row["answers"][way]["refusal"]]
    told = [one for one in answers if one["turn_confidence"] is not None and one["rotation_rad"] is not None]
    confidences = np.array([one["turn_confidence"] for one in told], float)
    turns = np.array([one["rotation_rad"] for one in told], float)
    return {
        "within_rad": TURN_RAD,
        **_held(confidences, turns <= TURN_RAD),
        "within": float((turns <= TURN_RAD).mean()) if told else float("nan"),
        "risk_coverage": risk_coverage(confidences, turns, (0.25, 0.5, 0.8, 1.0)),
    }


def _held(confidences: NDArray, right: NDArray) -> dict[str, Any]:
    """How far stated probabilities (N) of being `right` (N bool) hold."""
    return {
        "count": len(right),
        "error": calibration_error(confidences, right),
        "table": calibration_table(confidences, right),
        "auroc_within": auroc(confidences, right),
    }


def _free_angle(rows: Sequence[Row], way: str) -> dict[str, Any]:
    """Of answers for targets that serve: how many offer a free angle, of those symmetric about an axis and others."""
    taken = [row for row in rows if not row["answers"][way]["refusal"]]
    found = {}
    for name, symmetric in (("axis", True), ("other", False)):
        offers = [row["answers"][way]["free_angle"] for row in taken if row["target_axis"] == symmetric]
        found[name] = {"answers": len(offers), "offered": sum(offers)}
    return found


def _refusals(rows: Sequence[Row], way: str) -> dict[str, dict[str, int]]:
    """How often each code came for feasible scenes, hidden parts and tools that do not serve; "" = answered."""
    kinds = {
        "feasible": [row for row in rows if row["feasible"]],
        "hidden": [row for row in rows if row["affords"] and not row["feasible"]],
        "negative": [row for row in rows if not row["affords"]],
    }
    return {name: dict(Counter(row["answers"][way]["refusal"] for row in some)) for name, some in kinds.items()}


def _grasps(rows: Sequence[Row], way: str) -> dict[str, Any]:
    """Of accepted scenes whose demonstration shows a grasp: how many `offered` one, and of those the shares that pass;
    `best` the first offered, `carried` the demonstrated grasp moved with the tool, `any` one of those offered."""
    taken = [row["answers"][way] for row in rows if not row["answers"][way]["refusal"]]
    taken = [answer for answer in taken if answer["shown_grasp"]]
    offered = [answer for answer in taken if answer["grasps"]]
    carried = [answer["carried"] for answer in taken if answer["carried"] is not None]
    return {
        "scenes": len(taken),
        "offered": len(offered),
        "best": _shares([answer["grasps"][0] for answer in offered]),
        "any_good": _mean([any(grasp["good"] for grasp in answer["grasps"]) for answer in offered]),
        "carried": {"count": len(carried), **_shares(carried)},
    }


def _shares(judgements: Sequence[Row]) -> dict[str, float]:
    return {figure: _mean([judgement[figure] for judgement in judgements]) for figure in GRASP_FIGURES}


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _affordance(row: Row, way: str) -> float:
    answer = row["answers"][way]
    if answer["affordance"] is not None:
        return float(answer["affordance"])
    return 0.0 if answer["refusal"] else float(answer["confidence"])


def without_nan(value: Any) -> Any:
    """The same nested dicts and lists with None for numbers that are not finite, as JSON wants it."""
    if isinstance(value, dict):
        return {key: without_nan(content) for key, content in value.items()}
    if isinstance(value, list):
        return [without_nan(content) for content in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
