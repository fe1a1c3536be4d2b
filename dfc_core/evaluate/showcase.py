"""The pairs a model does best and worst on, as pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy.typing import NDArray
from PIL import Image

from dfc_core.dataset.benchmark_format import Benchmark
from dfc_core.evaluate.panel import draw_panel
from dfc_core.evaluate.predict import PairScore, describe_side, predict
from dfc_core.evaluate.sources import Encoder, ModelSource

if TYPE_CHECKING:
    from dfc_core.model import Model

SHOWN = 6  # pairs of each kind
QUALITY = 80  # of the JPEG


@dataclass(frozen=True)
class Exhibit:
    """One pair: `caption` says which and how good, `jpeg` shows truth and prediction (see `panel.draw_panel`)."""

    caption: str
    jpeg: bytes

    @property
    def link(self) -> str:
        """The picture as an address that a page can hold."""
        return "data:image/jpeg;base64," + base64.b64encode(self.jpeg).decode()


@dataclass(frozen=True)
class Showcase:
    """The best and the worst pairs, each best (worst) first."""

    best: tuple[Exhibit, ...]
    worst: tuple[Exhibit, ...]


def best_and_worst(model: Model, benchmark: Benchmark, scores: Mapping[int, PairScore], shown: int = SHOWN) -> Showcase:
    """Pairs of least and of greatest NormDist, at most `shown` of each, no pair in both, one of each function first.

    `scores` are the model's own by number of pair.
    """
    ranked = sorted(scores, key=lambda number: (_mean(scores[number].label_transfer, "norm_dist"), number))
    best = _varied(ranked, benchmark, min(shown, (len(ranked) + 1) // 2))
    worst = _varied([number for number in reversed(ranked) if number not in best], benchmark, shown)
    exhibits = {number: _exhibit(model, benchmark, number, scores[number]) for number in (*best, *worst)}
    return Showcase(tuple(exhibits[number] for number in best), tuple(exhibits[number] for number in worst))


def _varied(ranked: Sequence[int], benchmark: Benchmark, count: int) -> list[int]:
    """The first `count` of different functions, filled up with the first of the others."""
    firsts: dict[str, int] = {}
    for number in ranked:
        firsts.setdefault(benchmark.rows[number]["function"], number)
    others = [number for number in ranked if number not in firsts.values()]
    return [*firsts.values(), *others][:count]


def _exhibit(model: Model, benchmark: Benchmark, number: int, scored: PairScore) -> Exhibit:
    pair = benchmark.load(number)
    source = ModelSource(Encoder(model))
    a, b = (describe_side(source, picture, pair.function) for picture in (pair.a, pair.b))
    caption = (
        f"pair {number}: {pair.function}, {pair.a.category} to {pair.b.category}"
        f"{''.join(f', {split}' for split in pair.splits)}; "
        f"NormDist {_mean(scored.label_transfer, 'norm_dist'):.3f}, AP@23 {_mean(scored.discovery, 'ap@23'):.3f}"
    )
    return Exhibit(caption, _jpeg(draw_panel(pair, predict(a, b).label_b)))


def _mean(directions: tuple[dict[str, float], dict[str, float]], name: str) -> float:
    return sum(direction[name] for direction in directions) / 2


def _jpeg(picture: NDArray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="JPEG", quality=QUALITY)
    return buffer.getvalue()
