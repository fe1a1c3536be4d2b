"""Tools that are made and rendered while training goes on, and never written: a pool in which the oldest give way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from dfc_core.assets.families import HELD_OUT_SEED, TRAINING_FAMILIES, make_tool
from dfc_core.assets.variety import check_shares, varied
from dfc_core.dataset.ahead import ahead
from dfc_core.errors import bad_input
from dfc_core.render.store import ToolViews, views_of
from dfc_core.render.views import CROP_SIZE, random_crop_views


@dataclass(frozen=True)
class EndlessConfig:
    """How many tools are at hand, and how fast they change. The families are those of training, each as often."""

    pool: int = 240
    first: int = 120  # tools in the pool when training begins
    fresh: int = 1  # new tools of every step
    views: int = 6
    families: tuple[str, ...] = TRAINING_FAMILIES
    stretch: float = 0.0  # share of tools whose proportions are changed (`dfc_core.assets.stretch`)
    regrip: float = 0.0  # share of tools that get another tool's grip (`dfc_core.assets.regrip`)

    def __post_init__(self) -> None:
        if not 2 <= self.first <= self.pool or self.fresh < 0 or self.views < 1:
            raise bad_input(f"an endless source needs 2 <= first <= pool, fresh >= 0 and views >= 1, not {self}")
        check_shares(self.stretch, self.regrip)

    def numbers(self, step: int) -> range:
        """Which of the endlessly many tools are in the pool at a step."""
        end = self.first + step * self.fresh
        return range(max(0, end - self.pool), end)


@dataclass(frozen=True)
class FreshTools:
    """Tool `number` of the endless list that `seed` gives, rendered; its own seed is below those of benchmarks."""

    config: EndlessConfig = field(default_factory=EndlessConfig)
    seed: int = 0
    size: int = CROP_SIZE  # px

    def __call__(self, number: int) -> ToolViews:
        round_of_all, place = divmod(number, len(self.config.families))
        order = np.random.default_rng([self.seed, round_of_all]).permutation(len(self.config.families))
        family = self.config.families[order[place]]
        rng = np.random.default_rng([self.seed, number, 1])
        tool = make_tool(family, int(rng.integers(HELD_OUT_SEED)))
        tool = varied(tool, [self.seed, number, 2], self.config.stretch, self.config.regrip)
        return views_of(tool, family, list(random_crop_views(rng, tool, self.config.views, self.size)))


def pools(source: FreshTools, steps: range, workers: int) -> Iterator[tuple[ToolViews, ...]]:
    """The pool of each of `steps`, in order: the same for any number of `workers` and wherever the steps begin."""
    if not steps:
        return
    config = source.config
    numbers = range(config.numbers(steps[0]).start, config.numbers(steps[-1]).stop)
    made = ahead(source, numbers, workers)
    pool: deque[ToolViews] = deque(maxlen=config.pool)
    last = numbers.start
    for step in steps:
        while last < config.numbers(step).stop:
            pool.append(next(made))
            last += 1
        yield tuple(pool)
