"""A model's calibration: scenes with truth, of kinds of tools that it knows and of others, put to it; what came is
fitted."""

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
from dfc_core.train.examine import Examined, examine_scenes
from dfc_core.train.kin import fit_judge, odds_of_look
from dfc_core.train.looks import Looks, looks_of_tools
from dfc_core.trust.calibration import DISTANCE_M, FILE, TURN_RAD, Calibration
from dfc_core.trust.evidence import CONTACT, MATCH, ROUND, TOOL, TURN, match_evidence, right_match, turn_evidence
from dfc_core.trust.logistic import Logistic, fit_logistic

Row = tuple[Examined, dict[str, float]]


@dataclass(frozen=True)
class CalibrationConfig:
    """What to fit. `refused` is the share of feasible scenes that each of the two thresholds may cost; none is ever set
    above `highest`. `scenes` are of kinds of tools that the model does not know, `known` more of families that training
    has seen: a robot meets both, and the evidence tells them apart. A part out of sight is rare among these, so
    `hidden` more of that kind are put to the question of sight alone; what tools of each function look like is learned
    from pictures of `tools` more. The seed is one that no benchmark uses."""

    scenes: int = 400
    hidden: int = 60
    known: int = 200
    tools: int = 1200
    seed: int = 900
    distance_m: float = DISTANCE_M
    turn_rad: float = TURN_RAD
    refused: float = 0.03
    highest: float = 0.3

    def __post_init__(self) -> None:
        if self.scenes < 1 or min(self.hidden, self.known, self.tools) < 0 or not 0 <= self.refused < 1:
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
    these; scenes of kinds that it knows are fitted with them. Into the model's folder, or into the folder `out`; with
    `work` a stopped run goes on. Returns the file and its `fitted_on`: how well the probabilities hold for families
    left out of the fit, of unknown kinds ("left_out") and of known ones ("left_out_known_kinds"). `DfcError` when the
    scenes are too few to fit.
    """
    loaded = load_model(model)
    jobs = plan_scenes(config.scenes, CALIBRATION_FAMILIES, config.seed)
    more = [replace(job, kind="hidden") for job in plan_scenes(config.hidden, CALIBRATION_FAMILIES, config.seed + 1)]
    usual = plan_scenes(config.known, TRAINING_FAMILIES, config.seed + 2)
    total = len(jobs) + len(more) + len(usual) + config.tools

    def from_(start: int) -> Callable[[int, int], None] | None:
        return None if progress is None else lambda done, _: progress(start + done, total)

    examined = examine_scenes(model, jobs, workers, work, from_(0))
    hidden = examine_scenes(model, more, workers, work, from_(len(jobs)))
    known = examine_scenes(model, usual, workers, work, from_(len(jobs) + len(more)))
    looks = looks_of_tools(model, config.tools, config.seed, workers, work, from_(total - config.tools))
    calibration = fit_calibration(
        examined, loaded.functions, config, {"model": loaded.id}, loaded.weights_sha256, hidden, known, looks
    )
    path = (model_folder(model) if out is None else Path(out)) / FILE
    write_json(path, calibration.to_dict())
    return path, calibration.fitted_on


def fit_calibration(
    examined: Sequence[Examined],
    functions: Sequence[str],
    config: CalibrationConfig,
    about: dict[str, Any],
    weights_sha256: str,
    hidden: Sequence[Examined] = (),
    known: Sequence[Examined] = (),
    looks: Looks | None = None,
) -> Calibration:
    """The calibration that scenes of unknown kinds of tools (`examined`) and of `known` kinds give together, with more
    scenes of `hidden` parts for the question of sight alone, and with more `looks` of tools for the judge of those.
    What it says of scenes left out is told of both apart.

    `DfcError` when one question has too few answers of both kinds.
    """
    every = (*examined, *known)
    kin, odds = fit_judge(examined, known, looks, functions)
    asked = [number for number, one in enumerate(every) if one.evidence is not None]
    tools = [(every[number], _tool_evidence(every[number], odds[number])) for number in asked]
    serving = [(one, evidence) for one, evidence in tools if one.affords]
    more = [
        (one, _tool_evidence(one, odds_of_look(kin, one, functions)))
        for one in hidden
        if one.evidence is not None and one.affords
    ]
    affords, p_affords = _ask("affords", tools, [one.affords for one, _ in tools], TOOL)
    visible, p_visible = _ask_rare("visible", serving, more, TOOL)
    contact, contacts, p_contact = _fit_contact(every, config.distance_m)
    by_scene = _by_scene(every, contacts, p_contact)
    match, matches, p_match = _fit_match(every, by_scene, config.distance_m)
    turn, turns, p_turn = _fit_turn(every, by_scene, config.turn_rad)
    shown = [number for number, one in enumerate(every) if one.affords and one.evidence and one.evidence.round]
    is_round, p_round = _ask_or_share(
        "round", [(every[number], _round_evidence(every[number])) for number in shown],
        [every[number].is_round for number in shown], ROUND,
    )  # fmt: skip
    feasible = np.array([one.feasible for one, _ in tools])
    below = {
        "affords": _threshold(p_affords[feasible], config),
        "visible": _threshold(p_visible[[one.feasible for one, _ in serving]], config),
    }
    said = {
        "affords": (p_affords, [(number, every[number].affords) for number in asked]),
        "visible": (p_visible, [(number, every[number].feasible) for number in asked if every[number].affords]),
        "contact": (p_contact, [(number, within) for number, _, within in contacts]),
        "match": (p_match, matches),
        "turn": (p_turn, turns),
        "round": (p_round, [(number, every[number].is_round) for number in shown]),
    }
    fitted_on = {
        **about,
        **asdict(config),
        "families": len({family for one in examined for family in one.families}),
        "held_out_families": "none",
        "examined": len(every),
        "left_out": {name: _figures(*pair, range(len(examined))) for name, pair in said.items()},
    }
    if known:
        kinds = range(len(examined), len(every))
        fitted_on["left_out_known_kinds"] = {name: _figures(*pair, kinds) for name, pair in said.items()}
    return Calibration(
        config.distance_m, config.turn_rad, weights_sha256,
        contact, match, turn, affords, visible, is_round, kin, below, fitted_on,
    )  # fmt: skip


def _tool_evidence(one: Examined, kin: float) -> dict[str, float]:
    assert one.evidence is not None
    return {**one.evidence.tool, "kin": float(kin)}


def _round_evidence(one: Examined) -> dict[str, float]:
    assert one.evidence is not None
    return one.evidence.round


def _ask(
    question: str, rows: Sequence[Row], truth: Sequence[bool], features: dict[str, int]
) -> tuple[Logistic, NDArray]:
    try:
        return fit_logistic([row for _, row in rows], truth, [one.families[1] for one, _ in rows], features)
    except ValueError as error:
        raise bad_input(f"{question!r} cannot be fitted: {error}; ask for more scenes") from error


def _ask_or_share(
    question: str, rows: Sequence[Row], truth: Sequence[bool], features: dict[str, int]
) -> tuple[Logistic, NDArray]:
    """`_ask`; where scenes show too little of the rarer answer, the share of true ones, whatever the evidence says."""
    try:
        return _ask(question, rows, truth, features)
    except DfcError as error:
        logging.getLogger(__name__).warning("%s; until then it is told by their share alone", error.message)
        usual = _odds(truth)
        flat = Logistic((next(iter(features)),), (0.0,), (1.0,), (0.0,), usual)
        return flat, np.full(len(rows), 1 / (1 + np.exp(-usual)))


def _ask_rare(
    question: str, rows: Sequence[Row], more: Sequence[Row], features: dict[str, int]
) -> tuple[Logistic, NDArray]:
    """Whether a scene is feasible, asked of `rows` and of `more` that are mostly not; what is said of `rows`. The odds
    are those among `rows`, as scenes come."""
    truth = [one.feasible for one, _ in (*rows, *more)]
    fitted, said = _ask_or_share(question, [*rows, *more], truth, features)
    shift = _odds(truth[: len(rows)]) - _odds(truth)
    said = said[: len(rows)]
    said = 1 / (1 + (1 - said) / np.maximum(said, 1e-9) * np.exp(-shift))
    return replace(fitted, bias=fitted.bias + shift), said


def _odds(truth: Sequence[bool]) -> float:
    """Log-odds of the share of true ones, never infinite."""
    share = (sum(truth) + 1) / (len(truth) + 2)
    return float(np.log(share / (1 - share)))


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
) -> tuple[Logistic, list[tuple[int, bool]], NDArray]:
    """The fit, (scene, truth) of each match with a contact, and what was said of it."""
    rows, truth = [], []
    for number, probabilities in by_scene.items():
        one = examined[number]
        assert one.evidence is not None
        rows.append((one, match_evidence(one.evidence.geometry, probabilities)))
        truth.append((number, right_match(one.errors_m, distance_m)))
    fitted, said = _ask("match", rows, [right for _, right in truth], MATCH)
    return fitted, truth, said


def _fit_turn(
    examined: Sequence[Examined], by_scene: dict[int, list[float]], turn_rad: float
) -> tuple[Logistic, list[tuple[int, bool]], NDArray]:
    """The fit, (scene, truth) of each alignment that has one, and what was said of it."""
    rows, truth = [], []
    for number, one in enumerate(examined):
        if one.evidence is not None and one.evidence.turn and np.isfinite(one.turn_rad):
            rows.append((one, turn_evidence(one.evidence.turn, by_scene.get(number, []))))
            truth.append((number, bool(one.turn_rad <= turn_rad)))
    fitted, said = _ask("turn", rows, [right for _, right in truth], TURN)
    return fitted, truth, said


def _threshold(feasible: NDArray, config: CalibrationConfig) -> float:
    """What refuses the allowed share of feasible scenes, rounded down to hundredths."""
    return float(np.floor(100 * min(np.quantile(feasible, config.refused), config.highest)) / 100)


def _figures(probability: NDArray, truth: Sequence[tuple[int, bool]], scenes: range) -> dict[str, float]:
    """How far the probabilities hold of those (scene, truth) whose scene is one of `scenes`."""
    chosen = np.array([number in scenes for number, _ in truth], dtype=bool)
    said, true = probability[chosen], np.array([right for _, right in truth], dtype=bool)[chosen]
    if not len(true):
        return {"examples": 0}
    found = {
        "examples": len(true),
        "true": float(true.mean()),
        "stated": float(said.mean()),
        "calibration_error": calibration_error(said, true),
        "auroc": auroc(said, true),
    }
    logging.getLogger(__name__).debug("left out: %s", found)
    return {name: round(value, 4) for name, value in found.items()}
