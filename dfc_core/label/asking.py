"""Every question for one tool: each part in each view several times, and once more from near where it is small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dfc_core.frames.crop import Crop
from dfc_core.label.answers import FIRST, ZOOMED, AnswerLog, Key
from dfc_core.label.boxes import SettleConfig, settle
from dfc_core.label.endpoint import NoAnswerError
from dfc_core.label.part_names import PartQuery
from dfc_core.label.questions import Asker, Question, show, to_view
from dfc_core.render.store import OFF_TOOL, ToolViews


@dataclass(frozen=True)
class BoxConfig:
    """How each view is asked: `queries` times, shown at `side` px.

    Boxes that cover less than `zoom_below` of the view are asked for once more, on a square `zoom_margin` times their
    longer side, at least `zoom_least` of the view's side. `zoom_below` 0 turns that off.
    """

    queries: int = 4
    side: int = 448
    zoom_below: float = 0.06
    zoom_margin: float = 2.5
    zoom_least: float = 0.2
    settle: SettleConfig = field(default_factory=SettleConfig)


@dataclass(frozen=True)
class AskedPart:
    """A part that is asked for once, whatever number of functions and roles it `serves`."""

    part: str
    description: str
    serves: tuple[tuple[str, str], ...]


def asked_parts(queries: Sequence[PartQuery]) -> list[AskedPart]:
    """The distinct parts of some queries, in their order."""
    serves: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for query in queries:
        serves.setdefault((query.part, query.description), []).append((query.function, query.role))
    return [AskedPart(part, description, tuple(roles)) for (part, description), roles in serves.items()]


@dataclass
class _Tool:
    """One tool while it is asked about."""

    views: ToolViews
    thing: str
    parts: Sequence[AskedPart]
    asker: Asker
    config: BoxConfig
    log: AnswerLog
    failed: dict[Key, NoAnswerError] = field(default_factory=dict)

    @property
    def side(self) -> int:
        return int(self.views.rgb.shape[1])

    def ask(self, crops: dict[tuple[int, int], Crop], turn: int) -> None:
        """Put every question about (part, view) of `crops` that has no answer yet."""
        keys = [(*place, turn, repeat) for place in crops for repeat in range(self.config.queries)]
        keys = [key for key in keys if key not in self.log.known]

        def one(key: Key) -> NDArray:
            return self._ask(key, crops[key[:2]])

        for key, answer in answered(one, keys, self.asker.threads):
            if isinstance(answer, NoAnswerError):
                self.failed[key] = answer
            else:
                self.log.add(key, answer)

    def _ask(self, key: Key, crop: Crop) -> NDArray:
        part, view, _, repeat = key
        mask = self.views.parts[view] > OFF_TOOL
        picture = show(self.views.rgb[view], mask, crop, repeat)
        asked = self.parts[part]
        name = f"{self.log.record.stem}/{asked.part}/" + "/".join(map(str, key[1:]))
        question = Question(picture, self.thing, asked.part, asked.description, repeat, name)
        return to_view(self.asker.ask(question), crop, repeat)

    def answers(self, part: int, view: int, turn: int) -> list[NDArray | None]:
        """One for each repeat, None where there is none."""
        return [self.log.known.get((part, view, turn, repeat)) for repeat in range(self.config.queries)]

    def agreed(self, part: int, view: int, turn: int) -> NDArray:
        """M x 6: what the answers that came agree on."""
        return settle([a for a in self.answers(part, view, turn) if a is not None], self.config.settle)

    def zoom_crop(self, part: int, view: int) -> Crop | None:
        """Where to look nearer: around what all first answers agree on, if it is small."""
        boxes = self.agreed(part, view, FIRST)
        if any(a is None for a in self.answers(part, view, FIRST)) or len(boxes) == 0:
            return None
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:4].max(axis=0)
        if np.prod((high - low) / self.side) >= self.config.zoom_below:
            return None
        side = max(self.config.zoom_margin * (high - low).max(), self.config.zoom_least * self.side)
        left, top = ((low + high - side) / 2 + 0.5).round(2)
        return Crop(float(left), float(top), float(side.round(2)), self.config.side)


def ask_tool(
    views: ToolViews, thing: str, parts: Sequence[AskedPart], asker: Asker, config: BoxConfig, log: AnswerLog
) -> dict[str, Any]:
    """The record of one tool (`answers`): what is not in `log` is asked, both rounds; failures are in the record."""
    tool = _Tool(views, thing, parts, asker, config, log)
    places = [(part, view) for part in range(len(parts)) for view in range(len(views.K))]
    tool.ask({place: Crop(0.0, 0.0, float(tool.side), config.side) for place in places}, FIRST)
    zoomed = {place: crop for place in places if (crop := tool.zoom_crop(*place)) is not None}
    tool.ask(zoomed, ZOOMED)
    return {"input": log.source, "thing": thing, "parts": _parts(tool, zoomed), "failures": _failures(tool)}


def _parts(tool: _Tool, zoomed: dict[tuple[int, int], Crop]) -> list[dict[str, Any]]:
    return [
        {
            "part": asked.part, "description": asked.description, "serves": [list(role) for role in asked.serves],
            "views": [_view(tool, part, view, zoomed.get((part, view))) for view in range(len(tool.views.K))],
        }
        for part, asked in enumerate(tool.parts)
    ]  # fmt: skip


def _view(tool: _Tool, part: int, view: int, crop: Crop | None) -> dict[str, Any]:
    boxes = tool.agreed(part, view, FIRST)
    entry: dict[str, Any] = {"view": view, "answers": _plain(tool.answers(part, view, FIRST))}
    if crop is not None:
        answers = _plain(tool.answers(part, view, ZOOMED))
        entry["zoom"] = {"crop": [crop.left, crop.top, crop.side], "answers": answers}
        nearer = tool.agreed(part, view, ZOOMED)
        boxes = nearer if len(nearer) else boxes
    entry["boxes"] = boxes.round(3).tolist()
    return entry


def _plain(answers: list[NDArray | None]) -> list[Any]:
    return [None if answer is None else answer.tolist() for answer in answers]


def _failures(tool: _Tool) -> list[dict[str, Any]]:
    return [
        {
            "part": tool.parts[key[0]].part, "view": key[1], "zoomed": key[2] == ZOOMED, "repeat": key[3],
            "kind": fault.kind, "message": fault.message, "attempts": fault.attempts,
        }
        for key, fault in sorted(tool.failed.items())
    ]  # fmt: skip


def answered(ask: Callable[[Any], Any], keys: Sequence[Any], threads: int) -> Iterator[tuple[Any, Any]]:
    """(key, answer or `NoAnswerError`) as they come from `threads` threads; another error ends the work."""

    def safely(key: Any) -> Any:
        try:
            return ask(key)
        except NoAnswerError as fault:
            return fault

    if threads == 1:
        yield from ((key, safely(key)) for key in keys)
        return
    pool = ThreadPoolExecutor(threads)
    try:
        futures = {pool.submit(safely, key): key for key in keys}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
