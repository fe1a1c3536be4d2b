"""`calibration.json` of a model's folder: how its evidence turns into probabilities, and what that was learned from."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dfc_core.errors import bad_input
from dfc_core.files import read_json
from dfc_core.trust.evidence import CONTACT, MATCH, ROUND, TOOL, TURN
from dfc_core.trust.kin import Kin
from dfc_core.trust.logistic import Logistic

FILE = "calibration.json"
SCHEMA = 4
DISTANCE_M = 0.015
TURN_RAD = 0.5236  # 30 degrees
QUESTIONS = {  # and the evidence each is asked of
    "contact": CONTACT, "match": MATCH, "turn": TURN, "affords": TOOL, "visible": TOOL,
    "round": ROUND,
}  # fmt: skip
THRESHOLDS = ("affords", "visible")


@dataclass(frozen=True)
class Calibration:
    """Six fitted probabilities of one model: that a contact, or the match as a whole, lies within `distance_m` of the
    truth; that the alignment is turned by at most `turn_rad` against it, modulo the tools' symmetries; that the tool
    affords the function; that the part which serves it, if so, is in sight;
    that it is round, so that it may be turned about its axis as one likes.

    `kin` judges by the tool's look and is part of the evidence of `affords` and `visible`. `refuse_below` has the
    thresholds ("affords", "visible") under which an answer is refused unless the user chooses others. `weights_sha256`
    names the weights that all this holds for, `fitted_on` says what it was learned from.
    """

    distance_m: float
    turn_rad: float
    weights_sha256: str
    contact: Logistic
    match: Logistic
    turn: Logistic
    affords: Logistic
    visible: Logistic
    round: Logistic
    kin: Kin
    refuse_below: dict[str, float]
    fitted_on: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, as stored."""
        return {
            "schema": SCHEMA,
            "distance_m": self.distance_m,
            "turn_rad": self.turn_rad,
            "weights_sha256": self.weights_sha256,
            "refuse_below": self.refuse_below,
            "fitted_on": self.fitted_on,
            "kin": self.kin.to_dict(),
            **{name: getattr(self, name).to_dict() for name in QUESTIONS},
        }

    @staticmethod
    def from_dict(values: Any, source: str) -> Calibration:
        """What `to_dict` gave; `DfcError` (BAD_INPUT) naming `source` and what is wrong with it."""
        if not isinstance(values, dict) or values.get("schema") != SCHEMA:
            came = values.get("schema") if isinstance(values, dict) else type(values).__name__
            raise bad_input(f"{source} has schema {came!r}; this version reads {SCHEMA}: fit it again")
        try:
            distance, turn = float(values["distance_m"]), float(values["turn_rad"])
            digest = str(values["weights_sha256"])
            below = {name: float(values["refuse_below"][name]) for name in THRESHOLDS}
            fitted = {
                name: Logistic.from_dict(values[name], tuple(known), f"{source}, {name!r},")
                for name, known in QUESTIONS.items()
            }
            kin = Kin.from_dict(values["kin"], f"{source}, 'kin',")
            about = dict(values["fitted_on"])
        except (KeyError, TypeError) as error:
            raise bad_input(f"{source} is incomplete: {error!r}") from error
        if not (math.isfinite(distance) and distance > 0):
            raise bad_input(f"{source} has distance_m {distance}; it must be above 0")
        if not 0 < turn <= math.pi:
            raise bad_input(f"{source} has turn_rad {turn}; it must be above 0 and at most pi")
        if not all(0 <= value <= 1 for value in below.values()):
            raise bad_input(f"{source} refuses below {below}; allowed: 0..1")
        return Calibration(distance, turn, digest, **fitted, kin=kin, refuse_below=below, fitted_on=about)


def read_calibration(path: Path) -> Calibration:
    """A `calibration.json`; `DfcError` (BAD_INPUT) when it cannot be read, is broken or of another schema."""
    return Calibration.from_dict(_read(path), str(path))


def calibration_of(model: Any) -> Calibration | None:
    """The calibration in a model's folder, or None: it has none, or one of an earlier version or of other weights,
    which a warning then says.

    `DfcError` (BAD_INPUT) when the file is broken.
    """
    folder = getattr(model, "folder", None)
    if folder is None or not (folder / FILE).is_file():
        return None
    values = _read(folder / FILE)
    if isinstance(values, dict) and values.get("schema") in range(1, SCHEMA):
        _warn(model, f"is of an earlier version (schema {values['schema']}, this one reads {SCHEMA})")
        return None
    found = Calibration.from_dict(values, str(folder / FILE))
    if found.weights_sha256 != model.weights_sha256:
        theirs, ours = found.weights_sha256[:12], model.weights_sha256[:12]
        _warn(model, f"belongs to other weights ({theirs}..., these are {ours}...)")
        return None
    return found


def _warn(model: Any, why: str) -> None:
    logging.getLogger(__name__).warning(
        "%s %s: confidence stays a heuristic and nothing is refused for it; run `dfc_core calibrate --model %s`",
        model.folder / FILE, why, model.name,
    )  # fmt: skip


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError) as error:
        raise bad_input(f"{path} is not readable JSON: {error}") from error
