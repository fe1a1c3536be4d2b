"""Training batches: pairs of tools that share a function, with the pixels that losses need and their truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from dfc_core.assets.part_frames import PartFrame, aligned_coordinates
from dfc_core.assets.tool import Symmetry
from dfc_core.errors import bad_input
from dfc_core.functions import ROLES
from dfc_core.geometry import project, transform
from dfc_core.label import align_symmetric
from dfc_core.render.store import DEPTH_UNIT, FROM_FILE, OFF_TOOL, ToolViews
from dfc_core.settings import at_least, within


@dataclass(frozen=True)
class SamplerConfig:
    """How pairs and pixels are drawn."""

    pixels: int = 128  # per region and picture
    least_pixels: int = 40  # a view shows a part when it has at least so many pixels of it
    across: float = 0.8  # share of pairs from two different families
    level: float = 0.65  # share of pairs seen by a level camera, the tool's z up in the picture; the rest at any roll
    near_views: float = 0.7  # share of pairs whose views are chosen for a common side of the part
    own_meshes: float = 0.15  # share of tools drawn from meshes of files, where there are any
    group: int = 3  # neighbouring pairs of a batch that show one part, so that each a is compared with each b of them
    questions: int = 6  # other prompts asked of each picture, as often ones that the tool serves as ones it does not
    roles: tuple[str, ...] = ROLES

    def __post_init__(self) -> None:
        at_least(self, 1, "pixels", "least_pixels", "group", prefix="sampler.")
        if self.questions < 1:
            raise bad_input(
                f"sampler.questions is {self.questions}; it must be at least 1 (affordance: 0 switches the loss off)"
            )
        within(self, 0, 1, "across", "level", "near_views", "own_meshes", prefix="sampler.")
        if not self.roles or not set(self.roles) <= set(ROLES):
            raise bad_input(
                f"sampler.roles is {', '.join(self.roles) or 'empty'}; allowed: one or more of {', '.join(ROLES)}"
            )


@dataclass(frozen=True)
class Batch:
    """P pairs: pictures a, b (two tools) and c (the first tool seen again).

    `images` 3P x S x S x 3 uint8 (a's, then b's, then c's), `masks` 3P x S x S bool. The pictures are costly and pixels
    are cheap, so each pair answers R = 2 prompts: `prompts[i][r]` = (function, role). `part_a`, `rest_a`, `part_b`,
    `rest_b` P x R x N x 2 pixels; `seen_c` P x R x N x 2 where a's part pixels lie in c, `seen` P x R x N bool whether
    they are visible there.

    Across tools, `compared` K x 3 names (i, j, r): a of pair i with b of pair j, both for prompt r; the first P R of
    them are the pairs themselves, the others those of the same group. `coordinates_a` P x R x N x 3 and
    `coordinates_b` K x N x 3 are aligned coordinates of the part pixels (unit: the part's scale), those of b for the
    comparison they stand in; `aligned` K bool whether the two have a common frame, as pseudo-labels have not.

    What the pixels of the first prompt (part, then rest: 2N) are for other functions: `asked[i][which]` = Q prompts of
    a (which = 0) and of b, `answers` P x 2 x Q x 2N bool whether they lie on the part that serves; nowhere on a tool
    that has none.

    `unchanged_images` and `unchanged_masks` are what the pictures were before they were changed at random, where a loss
    asks for them.
    """

    images: Tensor
    masks: Tensor
    prompts: list[list[tuple[str, str]]]
    part_a: Tensor
    rest_a: Tensor
    part_b: Tensor
    rest_b: Tensor
    seen_c: Tensor
    seen: Tensor
    compared: Tensor
    coordinates_a: Tensor
    coordinates_b: Tensor
    aligned: Tensor
    asked: list[list[list[tuple[str, str]]]]
    answers: Tensor
    unchanged_images: Tensor | None = None
    unchanged_masks: Tensor | None = None

    def to(self, device: torch.device) -> Batch:
        """The same with all tensors on `device`."""
        moved: dict[str, Any] = {key: value.to(device) for key, value in vars(self).items() if torch.is_tensor(value)}
        return replace(self, **moved)

    def used_by(self, stream: torch.cuda.Stream) -> None:
        """Keep the memory, of another stream of a GPU, until `stream` is done with it too."""
        for value in vars(self).values():
            if torch.is_tensor(value):
                value.record_stream(stream)


@dataclass
class PairSampler:
    """Draws batches from rendered tools; the same seed and step give the same batch, so training resumes exactly."""

    tools: Sequence[ToolViews]
    config: SamplerConfig = field(default_factory=SamplerConfig)
    functions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._views = {}  # (tool, frame index) -> views that show the part
        self._families: dict[tuple[str, str], dict[str, list[tuple[int, int]]]] = defaultdict(dict)
        for number, tool in enumerate(self.tools):
            for place, part in enumerate(tool.frames):
                if self.functions and part.function not in self.functions:
                    continue
                shown = np.flatnonzero(tool.pixels_of(part) >= self.config.least_pixels)
                if len(shown) and part.role in self.config.roles:
                    self._views[number, place] = shown
                    self._families[part.function, part.role].setdefault(tool.family, []).append((number, place))
        self.prompts = sorted(self._families)
        if not self.prompts:
            raise bad_input("the data set shows no part of any known function; there is nothing to learn from")

    def tools_for(self, prompt: tuple[str, str]) -> int:
        """How many tools show the part of a prompt."""
        return len({tool for members in self._families[prompt].values() for tool, _ in members})

    def batch(self, step: int, numbers: range, seed: int) -> Batch:
        """The pairs `numbers` of the batch of a training step."""
        groups = [number // self.config.group for number in numbers]
        prompts = [self._prompt(np.random.default_rng([seed, step, group * self.config.group])) for group in groups]
        drawn = [
            self._pair(np.random.default_rng([seed, step, number, 2]), prompt)
            for number, prompt in zip(numbers, prompts, strict=True)
        ]
        return _stack(drawn, groups)

    def _prompt(self, rng: Generator) -> tuple[str, str]:
        return self.prompts[rng.integers(len(self.prompts))]

    def _pair(self, rng: Generator, prompt: tuple[str, str]) -> dict:
        families = self._families[prompt]
        names = list(families)
        family_a = self._draw_family(rng, names)
        others = [name for name in names if name != family_a]
        family_b = self._draw_family(rng, others) if others and rng.random() < self.config.across else family_a
        a, b = self._draw(rng, families[family_a]), self._draw(rng, families[family_b])
        tool_a, tool_b = self.tools[a[0]], self.tools[b[0]]
        views_a, views_b = self._views[a], self._views[b]
        if rng.random() < self.config.level:
            views_a, views_b = _level_views(tool_a, views_a), _level_views(tool_b, views_b)
        view_a = int(rng.choice(views_a))
        side = _view_direction(tool_a, _frame(tool_a, prompt), view_a)
        aligned = tool_a.aligned and tool_b.aligned
        view_b = self._draw_view(rng, tool_b, prompt, views_b, side) if aligned else int(rng.choice(views_b))
        rest = views_a[views_a != view_a]
        view_c = self._draw_view(rng, tool_a, prompt, rest if len(rest) else self._views[a], side)
        shown = [tool_a.only(view_a), tool_b.only(view_b), tool_a.only(view_c)]
        prompts = [prompt, self._second_prompt(prompt, (a[0], view_a), (b[0], view_b))]
        samples = [self._sample(rng, prompt, shown) for prompt in prompts]
        asked = [self._questions(rng, tool) for tool in shown[:2]]
        return {
            "images": [tool.rgb[0] for tool in shown],
            "masks": [tool.parts[0] != OFF_TOOL for tool in shown],
            "prompts": prompts,
            "samples": samples,
            "asked": asked,
            "answers": [
                _answers(tool, np.concatenate([samples[0][f"part_{which}"], samples[0][f"rest_{which}"]]), some)
                for which, tool, some in zip("ab", shown[:2], asked, strict=True)
            ],
        }

    def _draw_view(
        self, rng: Generator, tool: ToolViews, prompt: tuple[str, str], views: NDArray, side: NDArray
    ) -> int:
        """One of `views`: often the one that sees the part from nearest to `side`, so that surface is shared."""
        if rng.random() >= self.config.near_views:
            return int(rng.choice(views))
        frame = _frame(tool, prompt)
        return int(max(views, key=lambda view: float(_view_direction(tool, frame, view) @ side)))

    def _second_prompt(self, prompt: tuple[str, str], *shown: tuple[int, int]) -> tuple[str, str]:
        """The same function's other role if both pictures show it, else the same prompt again (with other pixels)."""
        other = (prompt[0], next((role for role in self.config.roles if role != prompt[1]), prompt[1]))
        for number, view in shown:
            places = [p for p, frame in enumerate(self.tools[number].frames) if (frame.function, frame.role) == other]
            if not places or view not in self._views.get((number, places[0]), ()):
                return prompt
        return other

    def _questions(self, rng: Generator, tool: ToolViews) -> list[tuple[str, str]]:
        """Prompts to ask of a tool. What it does not serve is known of made tools alone: labels of others have gaps."""
        served = [
            (frame.function, frame.role) for frame in tool.frames if (frame.function, frame.role) in self._families
        ]
        others = [prompt for prompt in self.prompts if prompt not in served]
        known = tool.aligned and not tool.family.startswith(FROM_FILE)
        half = self.config.questions // 2 if known and others else self.config.questions
        return [served[rng.integers(len(served))] for _ in range(half)] + [
            others[rng.integers(len(others))] for _ in range(self.config.questions - half)
        ]

    def _draw_family(self, rng: Generator, names: list[str]) -> str:
        own = [name for name in names if name.startswith(FROM_FILE)]
        made = [name for name in names if not name.startswith(FROM_FILE)]
        chosen = own if own and (not made or rng.random() < self.config.own_meshes) else made
        return chosen[rng.integers(len(chosen))]

    @staticmethod
    def _draw(rng: Generator, members: list[tuple[int, int]]) -> tuple[int, int]:
        return members[rng.integers(len(members))]

    def _sample(self, rng: Generator, prompt: tuple[str, str], shown: list[ToolViews]) -> dict[str, Any]:
        a, b, c = shown
        frame_a, frame_b = _frame(a, prompt), _frame(b, prompt)
        part_a, rest_a = _pixels(rng, a, frame_a, self.config.pixels)
        part_b, rest_b = _pixels(rng, b, frame_b, self.config.pixels)
        points_a, points_b = a.points_tool(0, part_a), b.points_tool(0, part_b)
        seen_c, seen = _see_again(c, frame_a, points_a)
        return {
            "part_a": part_a, "rest_a": rest_a, "part_b": part_b, "rest_b": rest_b, "seen_c": seen_c, "seen": seen,
            "shown_a": _Shown.of(points_a, a, frame_a), "shown_b": _Shown.of(points_b, b, frame_b),
        }  # fmt: skip


@dataclass(frozen=True)
class _Shown:
    """A part in a picture, in its aligned frame: `coordinates` N x 3 of its pixels, `eye` (3) of the camera."""

    coordinates: NDArray
    eye: NDArray
    symmetry: Symmetry
    aligned: bool

    @staticmethod
    def of(points_tool: NDArray, tool: ToolViews, frame: PartFrame) -> _Shown:
        eye = aligned_coordinates(tool.eye_tool(0)[None], frame)[0]
        return _Shown(aligned_coordinates(points_tool, frame), eye, frame.symmetry, tool.aligned)

    def beside(self, other: _Shown) -> NDArray:
        """The coordinates (N x 3), moved within the two symmetries to where `other` is seen from."""
        return align_symmetric(self.coordinates, other.eye, other.symmetry, self.eye, self.symmetry)


def _frame(tool: ToolViews, prompt: tuple[str, str]) -> PartFrame:
    return next(frame for frame in tool.frames if (frame.function, frame.role) == prompt)


def _level_views(tool: ToolViews, views: NDArray) -> NDArray:
    """Those of `views` in whose picture the tool's z axis does not lean sideways or down; all when there is none."""
    z_camera = tool.T_camera_tool[views][:, :3, 2]
    level = (np.abs(z_camera[:, 0]) < 0.35) & (z_camera[:, 1] < 0.2)
    return views[level] if level.any() else views


def _view_direction(tool: ToolViews, frame: PartFrame, view: int) -> NDArray:
    """Unit vector (3, part frame) from the part to the camera; of an axis-symmetric part only its height counts."""
    direction = aligned_coordinates(tool.eye_tool(view)[None], frame)[0]
    direction /= np.linalg.norm(direction)
    if frame.symmetry.kind == "axis":
        direction = np.array([np.hypot(direction[0], direction[1]), 0.0, direction[2]])
    elif frame.symmetry.kind == "mirror":
        across = {"xz": 1, "yz": 0}[frame.symmetry.plane]
        direction[across] = abs(direction[across])
    return direction


# The functions below look at the only view of `ToolViews.only`.


def _pixels(rng: Generator, tool: ToolViews, frame: PartFrame, count: int) -> tuple[NDArray, NDArray]:
    """(`count` pixels of the part, `count` of the rest of the tool), N x 2; of the part again when there is no rest."""
    shown, parts = tool.shown(frame, 0), tool.parts[0]
    on, off = np.flatnonzero(shown), np.flatnonzero(~shown & (parts != OFF_TOOL))
    off = off if len(off) else np.flatnonzero(parts == OFF_TOOL)
    drawn = (region[rng.integers(len(region), size=count)] for region in (on, off))
    return tuple(np.stack(np.divmod(places, parts.shape[1])[::-1], axis=1) for places in drawn)  # type: ignore[return-value]


def _answers(tool: ToolViews, pixels: NDArray, asked: list[tuple[str, str]]) -> NDArray:
    """Whether `pixels` (N x 2) lie on the part that serves each of the prompts `asked`, Q x N bool."""
    x, y = pixels.T
    frames = {(frame.function, frame.role): frame for frame in tool.frames}
    nothing = np.zeros(len(pixels), dtype=bool)
    return np.stack([tool.shown(frames[prompt], 0)[y, x] if prompt in frames else nothing for prompt in asked])


def _see_again(tool: ToolViews, frame: PartFrame, points: NDArray) -> tuple[NDArray, NDArray]:
    """Pixels of `points` in another view, and whether they are visible there (same part, same depth)."""
    size = tool.rgb.shape[1]
    camera = transform(tool.T_camera_tool[0], points)
    pixels = np.nan_to_num(project(camera, tool.K[0]), nan=-1.0)
    rounded = np.rint(pixels).astype(int)
    inside = ((rounded >= 0) & (rounded < size)).all(axis=1)
    x, y = np.clip(rounded, 0, size - 1).T
    near = np.abs(tool.depth[0][y, x] * DEPTH_UNIT - camera[:, 2]) < 0.1 * frame.scale + 5e-4
    return pixels, inside & near & tool.shown(frame, 0)[y, x]


def _stack(pairs: list[dict], groups: list[int]) -> Batch:
    def tensor(key: str) -> Tensor:
        return torch.from_numpy(np.stack([np.stack([sample[key] for sample in pair["samples"]]) for pair in pairs]))

    def pictures(key: str) -> Tensor:
        return torch.from_numpy(np.stack([pair[key][which] for which in range(3) for pair in pairs]))

    prompts = [pair["prompts"] for pair in pairs]
    compared = _compared(prompts, groups)
    shown_a = [[sample["shown_a"] for sample in pair["samples"]] for pair in pairs]
    shown_b = [[sample["shown_b"] for sample in pair["samples"]] for pair in pairs]
    coordinates_a = np.stack([[shown.coordinates for shown in row] for row in shown_a])
    coordinates_b = np.stack([shown_b[j][r].beside(shown_a[i][r]) for i, j, r in compared])
    return Batch(
        pictures("images"),
        pictures("masks"),
        prompts,
        **{key: tensor(key).float() for key in ("part_a", "rest_a", "part_b", "rest_b", "seen_c")},
        seen=tensor("seen"),
        compared=torch.tensor(compared),
        coordinates_a=torch.from_numpy(coordinates_a).float(),
        coordinates_b=torch.from_numpy(coordinates_b).float(),
        aligned=torch.tensor([shown_a[i][r].aligned and shown_b[j][r].aligned for i, j, r in compared]),
        asked=[pair["asked"] for pair in pairs],
        answers=torch.from_numpy(np.stack([np.stack(pair["answers"]) for pair in pairs])),
    )


def _compared(prompts: list[list[tuple[str, str]]], groups: list[int]) -> list[tuple[int, int, int]]:
    """(i, j, r): each pair with itself for each of its prompts, then with those of its group that share the prompt."""
    own = [(i, i, r) for i, asked in enumerate(prompts) for r in range(len(asked))]
    others = [
        (i, j, r)
        for i, j in permutations(range(len(prompts)), 2)
        if groups[i] == groups[j]
        for r in range(len(prompts[i]))
        if prompts[i][r] == prompts[j][r]
    ]
    return own + others
