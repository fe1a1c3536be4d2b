"""A model's calibration: scenes with truth, of kinds of tools that it does not know, put to it; what came is fitted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.families import CALIBRATION_FAMILIES, TRAINING_FAMILIES
from dfc_core.dataset.transfer_scenes import plan_scenes
from dfc_core.errors import DfcError, bad_input
from dfc_core.evaluate.reliability import auroc, calibration_error
from dfc_core.files import write_json
from dfc_core.model import load_model
from dfc_core.model.store import model_folder
from dfc_core.train.examine import Examined, affords_table, examine_scenes
from dfc_core.trust.calibration import DISTANCE_M, FILE, TURN_RAD, Calibration
from dfc_core.trust.evidence import CONTACT, MATCH, TOOL, TURN, match_evidence, right_match, turn_evidence
from dfc_core.trust.kin import Kin, fit_kin
from dfc_core.trust.logistic import FOLDS, Logistic, fit_logistic, folds_of

Row = tuple[Examined, dict[str, float]]


@dataclass(frozen=True)
class CalibrationConfig:
    """What to fit. `refused` is the share of feasible scenes that each of the two thresholds may cost; none is ever set
    above `highest`. A part out of sight is rare among `scenes`, so `hidden` more of that kind are put to the question
    of sight alone. What tools for a function look like takes many kinds of them: `known` more scenes, of families that
    training has seen, are for that alone. The seed is one that no benchmark uses."""

    scenes: int = 400
    hidden: int = 60
    known: int = 200
    seed: int = 900
    distance_m: float = DISTANCE_M
    turn_rad: float = TURN_RAD
    refused: float = 0.03
    highest: float = 0.3

    def __post_init__(self) -> None:
        if self.scenes < 1 or self.hidden < 0 or self.known < 0 or not 0 <= self.refused < 1:
            raise bad_input(f"a calibration needs scenes and refused in 0..1, not {self}")
        if self.distance_m <= 0 or not 0 < self.turn_rad <= np.pi:
            raise bad_input(f"a calibration needs a distance above 0 and a turn in (0, pi], not {self}")


def calibrate(
    model: str | Path = "default",
    out: Path | None = None,
    config: CalibrationConfig = CalibrationConfig(),
    workers: int = 1,
    work: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Path, dict[str, Any]]:
    """Fit the calibration of a model (name or folder) on scenes of families kept for that, and write it.

    A model is surer of kinds that it was trained on than it may be of others, so neither training nor benchmarks have
    these. Into the model's folder, or into the folder `out`; with `work` a stopped run goes on. Returns the file and
    how well the probabilities hold for families left out of the fit. `DfcError` when the scenes are too few to fit.
    """
    loaded = load_model(model)
    jobs = plan_scenes(config.scenes, CALIBRATION_FAMILIES, config.seed)
    more = [replace(job, kind="hidden") for job in plan_scenes(config.hidden, CALIBRATION_FAMILIES, config.seed + 1)]
    usual = plan_scenes(config.known, TRAINING_FAMILIES, config.seed + 2)
    total = len(jobs) + len(more) + len(usual)

    def from_(start: int) -> Callable[[int, int], None] | None:
        return None if progress is None else lambda done, _: progress(start + done, total)

    examined = examine_scenes(model, jobs, workers, work, from_(0))
    hidden = examine_scenes(model, more, workers, work, from_(len(jobs)))
    known = examine_scenes(model, usual, workers, work, from_(len(jobs) + len(more)))
    about = {"model": loaded.id}
    calibration = fit_calibration(examined, loaded.functions, config, about, loaded.weights_sha256, hidden, known)
    path = (model_folder(model) if out is None else Path(out)) / FILE
    write_json(path, calibration.to_dict())
    return path, calibration.fitted_on["left_out"]


def fit_calibration(
    examined: Sequence[Examined],
    functions: Sequence[str],
    config: CalibrationConfig,
    about: dict[str, Any],
    weights_sha256: str,
    hidden: Sequence[Examined] = (),
    known: Sequence[Examined] = (),
) -> Calibration:
    """The calibration that examined scenes give, with more scenes of `hidden` parts for the question of sight alone and
    of `known` kinds of tools for what tools look like alone.

    `DfcError` when one question has too few answers of both kinds.
    """
    kin, kin_left_out = _fit_kin(examined, known, functions)
    tools = [
        (one, {**one.evidence.tool, "kin": float(odds)})
        for one, odds in zip(examined, kin_left_out, strict=True)
        if one.evidence is not None
    ]
    serving = [(one, evidence) for one, evidence in tools if one.affords]
    affords, p_affords = _ask("affords", tools, [one.affords for one, _ in tools], TOOL)
    more = [
        (one, {**one.evidence.tool, "kin": kin(one.function, one.looks[1, list(functions).index(one.function)])})
        for one in hidden
        if one.evidence is not None and one.affords
    ]
    visible, p_visible = _ask_rare("visible", serving, more, TOOL)
    contact, contacts, p_contact = _fit_contact(examined, config.distance_m)
    by_scene = _by_scene(examined, contacts, p_contact)
    match, right, p_match = _fit_match(examined, by_scene, config.distance_m)
    turn, straight, p_turn = _fit_turn(examined, by_scene, config.turn_rad)
    feasible = np.array([one.feasible for one, _ in tools])
    below = {
        "affords": _threshold(p_affords[feasible], config),
        "visible": _threshold(p_visible[[one.feasible for one, _ in serving]], config),
    }
    said = {
        "affords": (p_affords, np.array([one.affords for one, _ in tools])),
        "visible": (p_visible, np.array([one.feasible for one, _ in serving])),
        "contact": (p_contact, np.array([within for *_, within in contacts])),
        "match": (p_match, right),
        "turn": (p_turn, straight),
    }
    fitted_on = {
        **about,
        **asdict(config),
        "families": len({family for one in examined for family in one.families}),
        "held_out_families": "none",
        "examined": len(examined),
        "left_out": {name: _figures(*pair) for name, pair in said.items()},
    }
    return Calibration(
        config.distance_m, config.turn_rad, weights_sha256,
        contact, match, turn, affords, visible, kin, below, fitted_on,
    )  # fmt: skip


def _ask(
    question: str, rows: Sequence[Row], truth: Sequence[bool], features: dict[str, int]
) -> tuple[Logistic, NDArray]:
    try:
        return fit_logistic([row for _, row in rows], truth, [one.families[1] for one, _ in rows], features)
    except ValueError as error:
        raise bad_input(f"{question!r} cannot be fitted: {error}; ask for more scenes") from error


def _ask_rare(
    question: str, rows: Sequence[Row], more: Sequence[Row], features: dict[str, int]
) -> tuple[Logistic, NDArray]:
    """Whether a scene is feasible, `_ask`ed of `rows` and of `more` that are mostly not; what is said of `rows`.

    The odds are those among `rows`, as scenes come. Where all show too little of the rare answer, its share whatever
    the evidence says.
    """
    truth = [one.feasible for one, _ in (*rows, *more)]
    usual = _odds(truth[: len(rows)])
    try:
        fitted, said = _ask(question, [*rows, *more], truth, features)
    except DfcError as error:
        logging.getLogger(__name__).warning("%s; until then nothing is refused for it", error.message)
        flat = Logistic((next(iter(features)),), (0.0,), (1.0,), (0.0,), usual)
        return flat, np.full(len(rows), 1 / (1 + np.exp(-usual)))
    shift = usual - _odds(truth)
    said = said[: len(rows)]
    said = 1 / (1 + (1 - said) / np.maximum(said, 1e-9) * np.exp(-shift))
    return replace(fitted, bias=fitted.bias + shift), said


def _odds(truth: Sequence[bool]) -> float:
    """Log-odds of the share of true ones, never infinite."""
    share = (sum(truth) + 1) / (len(truth) + 2)
    return float(np.log(share / (1 - share)))


def _fit_kin(examined: Sequence[Examined], known: Sequence[Examined], functions: Sequence[str]) -> tuple[Kin, NDArray]:
    """The judge of looks of all, and the log-odds that ones fitted without a target's family give each function of the
    N `examined`."""
    every = (*examined, *known)
    looks = np.concatenate([[one.looks[side] for one in every] for side in (0, 1)]).astype(np.float64)
    families = [one.families[side] for side in (0, 1) for one in every]
    table, fold, count = affords_table(every, functions), folds_of(families), len(every)

    def fitted(rows: NDArray) -> Kin:
        some = np.flatnonzero(rows)
        by_function = {name: looks[some, place] for place, name in enumerate(functions)}
        truth = {name: table[some, place] for place, name in enumerate(functions)}
        return fit_kin(by_function, truth, [families[number] for number in some])

    odds = np.zeros(len(examined))
    for left in range(FOLDS):
        kin = fitted(fold != left)
        for number in np.flatnonzero(fold[count : count + len(examined)] == left).tolist():
            name = examined[number].function
            odds[number] = kin(name, looks[count + number, list(functions).index(name)])
    return fitted(np.ones(len(families), dtype=bool)), odds


def _fit_contact(
    examined: Sequence[Examined], distance_m: float
) -> tuple[Logistic, list[tuple[int, dict[str, float], bool]], NDArray]:
    """The fit; (scene, evidence, truth) of each contact with a point on a tool that serves; what was said of it."""
    contacts = [
        (number, evidence, bool(error <= distance_m))
        for number, one in enumerate(examined)
        if one.affords and one.evidence is not None and not one.code
        for evidence, error in zip(one.evidence.contacts, one.errors_m, strict=True)
        if evidence is not None
    ]
    rows = [(examined[number], evidence) for number, evidence, _ in contacts]
    fitted, said = _ask("contact", rows, [within for *_, within in contacts], CONTACT)
    return fitted, contacts, said


def _by_scene(
    examined: Sequence[Examined], contacts: Sequence[tuple[int, dict[str, float], bool]], p_contact: NDArray
) -> dict[int, list[float]]:
    """What was said of each scene's contacts, 0 of those without a point, by the scene's number."""
    found: dict[int, list[float]] = {}
    for (number, *_), probability in zip(contacts, p_contact, strict=True):
        found.setdefault(number, []).append(float(probability))
    for number, probabilities in found.items():
        evidence = examined[number].evidence
        assert evidence is not None
        probabilities += [0.0] * (len(evidence.contacts) - len(probabilities))
    return found


def _fit_match(
    examined: Sequence[Examined], by_scene: dict[int, list[float]], distance_m: float
) -> tuple[Logistic, NDArray, NDArray]:
    """The fit, the truth of each match with a contact, and what was said of it."""
    rows, truth = [], []
    for number, probabilities in by_scene.items():
        one = examined[number]
        assert one.evidence is not None
        rows.append((one, match_evidence(one.evidence.geometry, probabilities)))
        truth.append(right_match(one.errors_m, distance_m))
    fitted, said = _ask("match", rows, truth, MATCH)
    return fitted, np.array(truth), said


def _fit_turn(
    examined: Sequence[Examined], by_scene: dict[int, list[float]], turn_rad: float
) -> tuple[Logistic, NDArray, NDArray]:
    """The fit, the truth of each alignment that has one, and what was said of it."""
    rows, truth = [], []
    for number, one in enumerate(examined):
        if one.evidence is not None and one.evidence.turn and np.isfinite(one.turn_rad):
            rows.append((one, turn_evidence(one.evidence.turn, by_scene.get(number, []))))
            truth.append(one.turn_rad <= turn_rad)
    fitted, said = _ask("turn", rows, truth, TURN)
    return fitted, np.array(truth), said


def _threshold(feasible: NDArray, config: CalibrationConfig) -> float:
    """What refuses the allowed share of feasible scenes, rounded down to hundredths."""
    return float(np.floor(100 * min(np.quantile(feasible, config.refused), config.highest)) / 100)


def _figures(probability: NDArray, truth: NDArray) -> dict[str, float]:
    found = {
        "examples": len(truth),
        "true": float(truth.mean()),
        "calibration_error": calibration_error(probability, truth),
        "auroc": auroc(probability, truth),
    }
    logging.getLogger(__name__).debug("left out: %s", found)
    return {name: round(value, 4) for name, value in found.items()}
