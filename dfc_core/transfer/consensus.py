"""Several demonstrations asked about one tool: the answer that most of them agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dfc_core.errors import DfcError
from dfc_core.transfer.result import MatchResult

ABSTENTIONS = ("NOT_AFFORDED", "PART_NOT_VISIBLE")


@dataclass(frozen=True)
class ConsensusConfig:
    """`demonstrations` most like the tool are asked when none is named, 1 = only the most alike. Two agree when the
    places they name on the tool are at most `agree_m` apart."""

    demonstrations: int = 3
    agree_m: float = 0.02

    def __post_init__(self) -> None:
        if self.demonstrations < 1 or self.agree_m <= 0:
            raise ValueError("demonstrations must be at least 1, agree_m above 0")


def by_consensus(
    answers: Sequence[MatchResult], config: ConsensusConfig, refusals: Sequence[DfcError] = ()
) -> MatchResult:
    """The one of `answers` (all of one tool, most alike first) with which most agree, itself included.

    Of several such the one of most confidence. It carries who was `consulted` and who `agreed`. `refusals` are what the
    other demonstrations said: the first is raised where there is no answer, and where more say that the tool does not
    serve or does not show the part than answer, the first of those.
    """
    abstained = [refusal for refusal in refusals if refusal.code in ABSTENTIONS]
    if len(abstained) > len(answers):
        raise abstained[0]
    if not answers:
        raise refusals[0]
    if len(answers) == 1:
        return answers[0]
    agree = agreement([named_place(answer) for answer in answers], config.agree_m)
    best = max(range(len(answers)), key=lambda index: (agree[index].sum(), answers[index].confidence, -index))
    return replace(
        answers[best],
        consulted=tuple(answer.demonstration_id for answer in answers),
        agreed=tuple(answer.demonstration_id for answer, yes in zip(answers, agree[best], strict=True) if yes),
    )


def agreement(places: Sequence[NDArray | None], within_m: float) -> NDArray:
    """N x N bool: which of N places (3, m, None = not known) are within `within_m`; each agrees with itself."""
    agree = np.eye(len(places), dtype=bool)
    for one, first in enumerate(places):
        for two, second in enumerate(places):
            if first is not None and second is not None:
                agree[one, two] = np.linalg.norm(first - second) <= within_m
    return agree


def named_place(answer: MatchResult) -> NDArray | None:
    """Where (3, m) on the tool an answer says that the function is served: the mean of its function contacts.

    Without contacts the centre of the aligned part; None when nothing is known in 3D.
    """
    points = [contact.point for contact in answer.contacts if contact.role == "function" and contact.point is not None]
    if points:
        return np.mean(np.asarray(points, dtype=np.float64), axis=0)
    if answer.T_target_demo is None or answer.centre_demo is None:
        return None
    return np.asarray(answer.T_target_demo[:3, :3] @ answer.centre_demo + answer.T_target_demo[:3, 3])
