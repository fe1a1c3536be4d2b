"""Scenes for what comes after matching: a demonstration, a target among other things, and the exact truth of both.

scene = transfer_scene(seed=7, function="pour-with", families=TRAINING_FAMILIES)
result = matcher.match(scene.target, scene.function, demonstration=scene.demonstration, point=scene.point)
scene.truth.contact_errors(points)
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families import functions_of, make_tool
from dfc_core.assets.part_frames import role_frames
from dfc_core.assets.tool import Tool
from dfc_core.dataset.transfer_truth import TransferTruth, equivalent_motions, equivalent_places, is_seen
from dfc_core.dataset.transfer_views import (
    Shown,
    ViewConfig,
    demonstrate,
    inner_pixel,
    look_at_target,
    points_of,
    shown_share,
    turned_like,
)
from dfc_core.demonstrations import Contact, Demonstration
from dfc_core.errors import bad_input
from dfc_core.frames import Frame
from dfc_core.functions import FUNCTIONS
from dfc_core.geometry import invert, transform
from dfc_core.render.scene_views import SceneView
from dfc_core.render.surface import Surface

FIRST_TOOL = 300_000  # no data set and no other benchmark has tools of these seeds
KINDS = ("feasible", "hidden", "negative")
# One target in four does not serve the function; about one in eight hides the part that would.
TURNS = tuple("hidden" if n in (7, 17) else "negative" if n in (3, 9, 11, 13, 19) else "feasible" for n in range(20))
WHEN = "2026-01-01T00:00:00.000000Z"  # a scene's demonstration is the same whenever it is made


@dataclass(frozen=True)
class SceneConfig:
    """What is shown, asked and held true; shares of 1."""

    contacts: int = 3  # demonstrated on the functional part, beside one on the part to hold
    masked: float = 0.5  # share of the targets that come with their mask
    same_family: float = 0.15  # share of the targets that are another tool of the demonstrated family
    least_pixels: int = 60  # of the part, for it to count as visible
    reach: float = 0.3  # a contact's partner lies within this distance after alignment; unit: the part's scale
    attempts: int = 12
    hidden_attempts: int = 4  # a part is hard to hide on some tools
    hold_samples: int = 2000
    view: ViewConfig = field(default_factory=ViewConfig)


@dataclass(frozen=True)
class TransferScene:
    """One demonstration and one target. `target` has its mask or none; `point` (x, y) is a pixel on the tool, which
    stands for what a user clicks. `kind` is what was asked for (`KINDS`), `truth` what came."""

    seed: int
    function: str
    kind: str
    demonstration: Demonstration
    target: Frame
    point: tuple[float, float]
    truth: TransferTruth


@dataclass(frozen=True)
class SceneJob:
    """What `draw` makes a scene of; plain, so that other processes can be given it."""

    seed: int
    function: str
    kind: str
    families: tuple[str, ...]
    config: SceneConfig


def plan_scenes(
    count: int,
    families: Sequence[str],
    seed: int = 0,
    functions: Sequence[str] = FUNCTIONS,
    config: SceneConfig = SceneConfig(),
) -> list[SceneJob]:
    """`count` jobs: functions take turns, and so do kinds within each function; the same arguments, the same jobs."""
    return [
        SceneJob(
            seed * 100_000 + number,
            functions[number % len(functions)],
            TURNS[(number // len(functions) + 7 * number) % len(TURNS)],
            tuple(families),
            config,
        )
        for number in range(count)
    ]


def draw(job: SceneJob) -> TransferScene:
    """The scene of a job."""
    return transfer_scene(job.seed, job.function, job.families, job.kind, job.config)


def transfer_scene(
    seed: int, function: str, families: Sequence[str], kind: str | None = None, config: SceneConfig = SceneConfig()
) -> TransferScene:
    """A scene with tools drawn from `families`; the same arguments give the same scene.

    `kind`: "feasible" - the target serves the function and shows the part; "hidden" - it serves it but hides the part;
    "negative" - it does not serve it; None draws one. A view that meets it is sought, not promised: `truth` tells.
    `DfcError` when no family serves the function, when every one does where one that does not is asked for, or when no
    demonstration shows its parts.
    """
    rng = np.random.default_rng([seed, zlib.crc32(function.encode())])
    kind = kind or TURNS[rng.integers(len(TURNS))]
    if kind not in KINDS:
        raise bad_input(f"a scene's kind is {kind!r}; allowed: {', '.join(KINDS)}")
    last = None
    for attempt in range(config.hidden_attempts if kind == "hidden" else config.attempts):
        tools = _choose_tools(
            rng, FIRST_TOOL + 2 * (seed * config.attempts + attempt), function, families, kind, config
        )
        scene = _try_scene(rng, seed, function, kind, tools, families, config)
        if scene is not None and _as_asked(scene, config):
            return scene
        last = scene or last
    if last is None:
        raise bad_input(f"no scene of {function} could be drawn from {len(families)} families with seed {seed}")
    return last


def _as_asked(scene: TransferScene, config: SceneConfig) -> bool:
    if scene.kind == "feasible":
        return scene.truth.feasible
    return scene.kind == "negative" or scene.truth.part_share <= config.view.part_hidden


def _choose_tools(
    rng: Generator, number: int, function: str, families: Sequence[str], kind: str, config: SceneConfig
) -> tuple[Tool, Tool]:
    """The demonstrated tool and the target."""
    serving = [name for name in families if function in functions_of(name)]
    strange = [name for name in families if function not in functions_of(name)]
    if not serving or (kind == "negative" and not strange):
        raise bad_input(
            f"of {len(families)} families {len(serving)} serve {function}; a {kind} scene needs "
            + ("one that does not" if serving else "at least one that does")
        )
    demo = str(rng.choice(serving))
    others = strange if kind == "negative" else [name for name in serving if name != demo]
    same = kind != "negative" and (not others or rng.random() < config.same_family)
    return make_tool(demo, number), make_tool(demo if same else str(rng.choice(others)), number + 1)


def _try_scene(
    rng: Generator,
    seed: int,
    function: str,
    kind: str,
    tools: tuple[Tool, Tool],
    families: Sequence[str],
    config: SceneConfig,
) -> TransferScene | None:
    shown = demonstrate(rng, tools[0], function, config.view)
    if shown is None:
        return None
    served = None if kind == "negative" else function
    view = look_at_target(rng, tools[1], served, kind == "hidden", families, config.view)
    if view is None or view.picture.mask.sum() < config.least_pixels:
        return None
    partners = None if served is None else _Partners(shown, tools[1], function, config.reach)
    pixels = _choose_contacts(rng, shown, partners, config)
    if pixels is None:
        return None
    truth = _truth(rng, shown, view, tools[1], partners, pixels, config)
    roles = ["function"] * (len(pixels) - 1) + ["grasp"]
    contacts = tuple(Contact((float(x), float(y)), role) for (x, y), role in zip(pixels, roles, strict=True))
    frame = shown.view.to_frame(f"demo-{seed}")
    demonstration = Demonstration(
        f"scene-{seed}", function, tools[0].family, frame, contacts, shown.grasp, created=WHEN
    )
    target = view.to_frame(f"target-{seed}", with_mask=bool(rng.random() < config.masked))
    return TransferScene(seed, function, kind, demonstration, target, inner_pixel(view.picture.mask), truth)


class _Partners:
    """Where on the target what was shown on the demonstrated tool belongs."""

    def __init__(self, shown: Shown, tool: Tool, function: str, reach: float) -> None:
        self.shown, self.reach = shown, reach
        self.part, self.hold = role_frames(tool, function)
        self.surface, self.hold_surface = Surface(tool, self.part.parts), Surface(tool, self.hold.parts)
        self.motions = equivalent_motions(shown.part.frame.symmetry, self.part.symmetry)

    def of_function(self, points_camera: NDArray) -> NDArray:
        """Equivalent places (N x FK x 3, target's tool frame) of demonstrated points (N x 3, camera frame)."""
        part = self.shown.part
        coordinates = transform(invert(part.T_camera_part), points_camera) / part.frame.scale
        return equivalent_places(coordinates, self.motions, self.part.frames, self.part.scale, self.surface, self.reach)

    def of_hold(self, points_camera: NDArray) -> NDArray:
        """The same on the part to hold; a place beside it is drawn onto it from anywhere."""
        coordinates = transform(invert(self.shown.T_camera_hold), points_camera) / self.shown.hold.scale
        frames = [turned_like(frame, self.hold) for frame in self.part.frames]
        return equivalent_places(coordinates, self.motions, frames, self.hold.scale, self.hold_surface, np.inf)


def _choose_contacts(rng: Generator, shown: Shown, partners: _Partners | None, config: SceneConfig) -> NDArray | None:
    """Pixels (C x 2) shown: on the functional part, first the one nearest to where the function happens, then any;
    last the one of the grasp. Only places that have a partner on a target which serves; None when there is none."""
    pixels = shown.contact_pixels
    if partners is not None and len(pixels):
        drawn = rng.permutation(len(pixels))[:300]
        places = partners.of_function(points_of(shown.view.picture, pixels[drawn]))
        pixels = pixels[drawn[np.isfinite(places[..., 0]).any(axis=1)]]
    if not len(pixels):
        return None
    points = points_of(shown.view.picture, pixels)
    first = int(np.linalg.norm(points - shown.part.T_camera_part[:3, 3], axis=1).argmin())
    rest = rng.permutation(np.delete(np.arange(len(pixels)), first))[: config.contacts - 1]
    return np.concatenate([pixels[[first, *rest]], shown.grasp_pixel[None]])


def _truth(
    rng: Generator,
    shown: Shown,
    view: SceneView,
    tool: Tool,
    partners: _Partners | None,
    pixels: NDArray,
    config: SceneConfig,
) -> TransferTruth:
    picture, part = view.picture, shown.part
    contacts = points_of(shown.view.picture, pixels)
    places, visible = np.zeros((len(contacts), 0, 3)), np.zeros((len(contacts), 0), bool)
    frames, proper, T_target = np.zeros((0, 3, 3)), np.zeros(0, bool), np.zeros((0, 4, 4))
    hold_points, part_mask, share = np.zeros((0, 3)), np.zeros_like(picture.mask), 0.0
    if partners is not None:
        in_tool = np.concatenate([partners.of_function(contacts[:-1]), partners.of_hold(contacts[-1:])])
        places = transform(picture.T_camera_tool, in_tool)
        visible = is_seen(places.reshape(-1, 3), picture.depth_m, picture.mask, picture.K).reshape(places.shape[:2])
        T_target = np.stack([picture.T_camera_tool @ T for T in partners.part.frames])
        frames = np.einsum("fij,klj->fkil", T_target[:, :3, :3], partners.motions).reshape(-1, 3, 3)  # R_f M^T
        proper = np.linalg.det(frames) > 0
        hold_points = transform(picture.T_camera_tool, partners.hold_surface.sample(rng, config.hold_samples))
        part_mask = partners.part.shown(picture.parts)
        share = shown_share(view, tool, partners.part)
    enough = share >= config.view.part_seen and part_mask.sum() >= config.least_pixels
    assert view.T_camera_table is not None
    return TransferTruth(
        affords=partners is not None,
        feasible=bool(enough and visible[:-1].any()),
        contacts_demo=contacts,
        T_demo_function=part.T_camera_part,
        symmetry_demo=part.frame.symmetry,
        places=places,
        visible=visible,
        frames=frames,
        proper=proper,
        T_target_function=T_target,
        symmetry_target=partners.part.symmetry if partners else None,
        mask=picture.mask,
        part_mask=part_mask,
        hold_points=hold_points,
        part_share=share,
        depth_m=picture.depth_m,
        tool=tool,
        T_camera_tool=picture.T_camera_tool,
        T_camera_table=view.T_camera_table,
    )
