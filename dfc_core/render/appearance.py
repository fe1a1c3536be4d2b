"""How a scene looks: the paint of tools and table, the lights, what lies behind, and how light meets surfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.tool import Texture, Tool
from dfc_core.render.background import BackgroundConfig
from dfc_core.render.camera import CLEAN, CameraConfig, Range
from dfc_core.render.materials import Material, MaterialConfig, paint, random_material
from dfc_core.render.photos import LINEAR


@dataclass(frozen=True)
class LookConfig:
    """All strengths of what is random about pictures; the defaults vary hard, for learning."""

    materials: MaterialConfig = field(default_factory=MaterialConfig)
    background: BackgroundConfig = field(default_factory=BackgroundConfig)
    camera: CameraConfig = field(default_factory=CameraConfig)
    own_texture_share: float = 0.6  # imported tools that keep their own image
    own_color_share: float = 0.2  # imported tools that keep their own colours
    accent_share: float = 0.5  # tools whose parts differ in paint
    most_lights: int = 3
    light_radius: Range = (0.02, 0.3)  # rad, half the angle that a light spans; soft shadows grow with it
    ambient: Range = (0.2, 0.6)
    shadow_depth: Range = (0.6, 1.0)  # share of a light that its shadow takes away


CLEAN_LOOK = LookConfig(
    MaterialConfig(metal_share=0.05, image_share=0.1), camera=CLEAN, most_lights=2, light_radius=(0.05, 0.1)
)


@dataclass(frozen=True)
class Paint:
    """One tool's materials, one per part; `keep_own` shows an imported tool's own colours instead."""

    parts: tuple[Material, ...]
    keep_own: bool


@dataclass(frozen=True)
class Look:
    """All that is random about a picture's appearance: each tool's paint, the table's, and the light."""

    tools: tuple[Paint, ...]
    table: Material
    room: Material  # its waves are what metal mirrors
    lights: NDArray  # L x 3 unit directions towards the lights, tool frame
    strengths: NDArray  # L
    radius: float  # rad, of the lights
    shadow_depth: float
    ambient: float
    background: BackgroundConfig
    camera: CameraConfig


def random_look(
    rng: Generator, tool: Tool, up: NDArray, config: LookConfig | None = None, others: Sequence[Tool] = ()
) -> Look:
    """A look for `tool` and `others` beside it; lights come from the side of `up` (unit 3, tool frame)."""
    config = config or LookConfig()
    paints = tuple(_random_paint(rng, each, config) for each in (tool, *others))
    count = int(rng.integers(1, config.most_lights + 1))
    lights = rng.normal(size=(count, 3)) + 1.5 * up
    lights /= np.linalg.norm(lights, axis=1, keepdims=True)
    strengths = rng.uniform(0.3, 1.0, count)
    return Look(
        paints,
        random_material(rng, 0.3, config.materials),
        random_material(rng, 2.0, MaterialConfig(image_share=0)),
        lights,
        strengths / strengths.sum() * rng.uniform(0.5, 0.9),
        rng.uniform(*config.light_radius),
        rng.uniform(*config.shadow_depth),
        rng.uniform(*config.ambient),
        config.background,
        config.camera,
    )


def _random_paint(rng: Generator, tool: Tool, config: LookConfig) -> Paint:
    size = tool.diameter
    main = random_material(rng, size, config.materials)
    accents = rng.random() < config.accent_share
    parts = tuple(
        random_material(rng, size, config.materials) if accents and rng.random() < 0.6 else main
        for _ in tool.part_names
    )
    share = config.own_texture_share if tool.texture is not None else config.own_color_share
    own = tool.texture is not None or tool.face_colors is not None
    return Paint(parts or (main,), bool(own and rng.random() < share))


def tool_albedo(tool: Tool, look: Paint, faces: NDArray, uv: NDArray, points: NDArray, normals: NDArray) -> NDArray:
    """Albedo (N x 3) where rays met `faces` (N) at barycentric `uv` (N x 2), `points` and `normals` (N x 3)."""
    if look.keep_own and tool.texture is not None:
        return sample_texture(tool.texture, faces, uv)
    if look.keep_own and tool.face_colors is not None:
        return LINEAR[tool.face_colors[faces]]
    if all(part is look.parts[0] for part in look.parts):
        return paint(look.parts[0], points, normals)
    albedo = np.empty((len(faces), 3), dtype=np.float32)
    part = np.maximum(tool.face_parts[faces], 0)
    for index in np.unique(part):
        chosen = part == index
        albedo[chosen] = paint(look.parts[index], points[chosen], normals[chosen])
    return albedo


def sample_texture(texture: Texture, faces: NDArray, barycentric: NDArray) -> NDArray:
    """Linear-light colour (N x 3) of a texture at barycentric places on triangles."""
    corner_uv = texture.uv[faces]
    u, v = barycentric[:, :1], barycentric[:, 1:]
    uv = corner_uv[:, 0] * (1 - u - v) + corner_uv[:, 1] * u + corner_uv[:, 2] * v
    height, width = texture.image.shape[:2]
    x = np.floor((uv[:, 0] % 1.0) * width).astype(int).clip(0, width - 1)
    y = np.floor((1 - uv[:, 1] % 1.0) * height).astype(int).clip(0, height - 1)
    return LINEAR[texture.image[y, x, :3]]


@dataclass(frozen=True)
class Finish:
    """How a surface's N points shine: `specular` and `mirror` shares and the highlight's exponent, N float32 or one."""

    specular: NDArray
    shininess: NDArray
    mirror: NDArray

    @classmethod
    def of(cls, materials: Sequence[Material], which: NDArray) -> Finish:
        """Of points whose material is `materials[which[i]]`."""
        if all(material is materials[0] for material in materials):
            which = np.zeros(1, dtype=int)
        specular, shininess, mirror = np.array(
            [(m.specular, m.shininess, m.mirror) for m in materials], dtype=np.float32
        )[which].T
        return cls(specular, shininess, mirror)


def shade(albedo: NDArray, normals: NDArray, views: NDArray, lit: NDArray, look: Look, finish: Finish) -> NDArray:
    """Linear colour (N x 3 float32): Lambert and Blinn-Phong under `look`'s lights, and a mirrored made-up room.

    `normals` N x 3, or 1 x 3 of a flat surface; `views` N x 3 unit vectors to the camera; `lit` L x N, the share of
    each light that arrives.
    """
    lights, strengths = look.lights.astype(np.float32), look.strengths.astype(np.float32)[:, None]
    facing = lights @ normals.T
    reach = lit * strengths
    diffuse = (reach * np.maximum(facing, 0)).sum(axis=0)
    diffuse += np.float32(look.ambient) * (np.float32(0.75) + np.float32(0.25) * facing[0])
    shiny, mirrors = finish.specular.max() > 0, finish.mirror.max() > 0
    if mirrors:
        diffuse *= 1 - finish.mirror
    color = albedo * diffuse[:, None]
    if shiny:
        color += _highlights(normals, views, reach, lights, finish)[:, None]
    if mirrors:
        color += _mirrored(albedo, normals, views, look) * finish.mirror[:, None]
    return color


def _highlights(normals: NDArray, views: NDArray, reach: NDArray, lights: NDArray, finish: Finish) -> NDArray:
    """Blinn-Phong's highlights of all lights (N)."""
    total = np.zeros(len(views), dtype=np.float32)
    view_normal = _dot(views, normals)
    for light, arrives in zip(lights, reach, strict=True):
        # the half vector views + light has the squared length 2 + 2 views.light
        length = np.sqrt(2 + 2 * (views @ light) + np.float32(1e-6))
        cosine = np.maximum((view_normal + normals @ light) / length, np.float32(1e-9))
        total += arrives * finish.specular * np.exp(finish.shininess * np.log(cosine))
    return total


def _mirrored(albedo: NDArray, normals: NDArray, views: NDArray, look: Look) -> NDArray:
    mirrored = 2 * _dot(views, normals)[:, None] * normals - views
    directions, phases = (3 * look.room.directions).astype(np.float32), look.room.phases.astype(np.float32)
    room = 0.5 + np.sin(mirrored @ directions.T + phases) @ np.full((6, 1), 0.5 / 6, dtype=np.float32)
    return (np.float32(0.3) + np.float32(0.7) * albedo) * (room * np.float32(0.5 + look.ambient))


def _dot(vectors: NDArray, normals: NDArray) -> NDArray:
    """Products (N) of N x 3 with N x 3 or 1 x 3."""
    return vectors @ normals[0] if len(normals) == 1 else np.einsum("ni,ni->n", vectors, normals)
