"""The judge of looks that a calibration holds (`dfc_core.trust.kin`), and what it says of tools it has not seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dfc_core.train.examine import Examined
from dfc_core.train.looks import Looks, affords_table
from dfc_core.trust.kin import Kin, fit_kin
from dfc_core.trust.logistic import FOLDS, folds_of


def fit_judge(
    examined: Sequence[Examined], known: Sequence[Examined], more: Looks | None, functions: Sequence[str]
) -> tuple[Kin, NDArray]:
    """The judge of looks of all, and the log-odds (N, of both in turn) that others give each scene's function: of an
    unknown kind ones fitted without the target's family, of a `known` kind, as it will be met, without the scene."""
    every, new = (*examined, *known), len(examined)
    looks = _of_scenes(every)
    whole = looks if more is None else Looks.joined([looks, more])
    table, count = affords_table(whole.families, functions), len(every)

    def fitted(rows: NDArray) -> Kin:
        some = np.flatnonzero(rows)
        by_function = {name: whole.look[some, place] for place, name in enumerate(functions)}
        truth = {name: table[some, place] for place, name in enumerate(functions)}
        return fit_kin(by_function, truth, whole.families[some])

    odds = np.zeros(count)
    in_scene = np.concatenate([np.tile(np.arange(count) % FOLDS, 2), np.full(len(table) - 2 * count, -1)])
    for fold, scenes in ((folds_of(whole.families), np.arange(new)), (in_scene, np.arange(new, count))):
        of_target = fold[count + scenes]
        for left in np.unique(of_target):
            kin = fitted(fold != left)
            for number in scenes[of_target == left].tolist():
                odds[number] = odds_of_look(kin, every[number], functions)
    return fitted(np.ones(len(table), dtype=bool)), odds


def _of_scenes(scenes: Sequence[Examined]) -> Looks:
    """Of the demonstrated tools, then of the targets."""
    sides = [(side, one) for side in (0, 1) for one in scenes]
    return Looks(
        np.stack([one.looks[side] for side, one in sides]), np.array([one.families[side] for side, one in sides])
    )


def odds_of_look(kin: Kin, one: Examined, functions: Sequence[str]) -> float:
    """What a judge of looks gives the target of a scene for the scene's function."""
    return kin(one.function, one.looks[1, list(functions).index(one.function)])
