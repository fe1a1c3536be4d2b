"""How surfaces look: random procedural paint, light, and pictures' own colours, evaluated at 3D points."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.tool import Tool
from dfc_core.render.raycast import Hits


@dataclass(frozen=True)
class Material:
    """Paint: a base colour, a second colour laid over it in a pattern, and how it shines."""

    color: NDArray  # 3, linear 0..1
    second: NDArray
    pattern: str  # "plain", "noise", "stripes", "grain", "speckle", "print"
    frequency: float  # cycles per metre
    directions: NDArray  # 6 x 3 random directions of the pattern
    phases: NDArray  # 6
    specular: float
    shininess: float
    mirror: float


PATTERNS = ("plain", "noise", "stripes", "grain", "speckle", "print")


def random_color(rng: Generator) -> NDArray:
    """A colour as tools have: often grey, white, black or brown, else any hue."""
    kind = rng.random()
    if kind < 0.3:
        return np.full(3, rng.uniform(0.02, 0.95)) * rng.uniform(0.92, 1.0, 3)
    if kind < 0.45:
        return np.array(colorsys.hsv_to_rgb(rng.uniform(0.04, 0.12), rng.uniform(0.3, 0.8), rng.uniform(0.15, 0.8)))
    return np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.2, 1.0) ** 0.7, rng.uniform(0.1, 1.0)))


def random_material(rng: Generator, size_m: float) -> Material:
    """Paint whose pattern suits a thing of `size_m`."""
    weights = np.array([0.4, 0.15, 0.1, 0.13, 0.07, 0.15])
    metal = rng.random() < 0.25
    directions = rng.normal(size=(6, 3))
    return Material(
        random_color(rng),
        random_color(rng),
        str(rng.choice(PATTERNS, p=weights)),
        rng.uniform(1.5, 14.0) / size_m,
        directions / np.linalg.norm(directions, axis=1, keepdims=True),
        rng.uniform(0, 2 * np.pi, 6),
        rng.uniform(0.2, 0.9) if metal else rng.uniform(0, 0.5) * (rng.random() < 0.7),
        rng.uniform(8, 120),
        rng.uniform(0.3, 0.8) if metal else rng.uniform(0, 0.15),
    )


def paint(material: Material, points: NDArray) -> NDArray:
    """Albedo (N x 3) at `points` (N x 3, m)."""
    share = _pattern(material, points)[:, None]
    return material.color * (1 - share) + material.second * share


def _pattern(material: Material, points: NDArray) -> NDArray:
    """How much of the second colour shows, 0..1 per point."""
    if material.pattern == "plain":
        return np.zeros(len(points))
    angle = 2 * np.pi * material.frequency
    d, phase = material.directions, material.phases
    if material.pattern == "noise":
        return _waves(points, d * angle * 0.5, phase)
    if material.pattern == "stripes":
        return (np.sin(points @ d[0] * angle + phase[0]) > 0.3).astype(float)
    if material.pattern == "grain":
        warp = 2.0 * _waves(points, d * angle * 0.3, phase)
        return 0.3 + 0.3 * np.sin(points @ d[0] * angle * 2.5 + 4 * warp)
    if material.pattern == "speckle":
        return (_waves(points, d * angle * 4, phase) > 0.72).astype(float)
    # a print: fine marks inside a band, as on labels
    band = np.abs(points @ d[0] - 0.3 / material.frequency * np.sin(phase[0])) < 0.8 / material.frequency
    marks = _waves(points, d * angle * 3, phase) > 0.55
    return np.where(band, np.where(marks, 0.15, 1.0), 0.0)


def _waves(points: NDArray, directions: NDArray, phases: NDArray) -> NDArray:
    return 0.5 + 0.5 * np.tanh(np.sin(points @ directions.T + phases).sum(axis=1))


@dataclass(frozen=True)
class Look:
    """All that is random about a picture's appearance: one material per part, the table's, and the light."""

    parts: tuple[Material, ...]
    table: Material
    background: Material
    lights: NDArray  # L x 3 unit directions towards the lights, tool frame
    strengths: NDArray  # L
    ambient: float
    keep_own: bool  # an imported tool keeps its own colours


def random_look(rng: Generator, tool: Tool, up: NDArray) -> Look:
    """A look for `tool`; lights come from the side of `up` (unit 3, tool frame)."""
    size = tool.diameter
    main = random_material(rng, size)
    accents = rng.random() < 0.5
    parts = tuple(random_material(rng, size) if accents and rng.random() < 0.6 else main for _ in tool.part_names)
    count = int(rng.integers(1, 4))
    lights = rng.normal(size=(count, 3)) + 1.5 * up
    lights /= np.linalg.norm(lights, axis=1, keepdims=True)
    strengths = rng.uniform(0.3, 1.0, count)
    own = tool.texture is not None or tool.face_colors is not None
    keep_own = own and rng.random() < (0.6 if tool.texture is not None else 0.2)
    table = random_material(rng, 0.3)
    ambient = rng.uniform(0.25, 0.6)
    return Look(
        parts or (main,), table, random_material(rng, 2.0), lights, strengths / strengths.sum() * rng.uniform(0.5, 0.9),
        ambient, keep_own,
    )  # fmt: skip


def tool_albedo(tool: Tool, hits: Hits, look: Look) -> NDArray:
    """Albedo (N x 3) of the N tool pixels of `hits`."""
    face = hits.face[hits.tool]
    points = hits.points[hits.tool]
    if look.keep_own and tool.texture is not None:
        return _sample_texture(tool.texture.uv[face], tool.texture.image, hits.uv[hits.tool])
    if look.keep_own and tool.face_colors is not None:
        return (tool.face_colors[face] / 255.0) ** 2.2
    albedo = np.empty((len(face), 3))
    part = tool.face_parts[face]
    for index in np.unique(part):
        chosen = part == index
        albedo[chosen] = paint(look.parts[max(index, 0)], points[chosen])
    return albedo


def _sample_texture(corner_uv: NDArray, image: NDArray, barycentric: NDArray) -> NDArray:
    """Linear-light colour (N x 3) of a texture at barycentric places on triangles."""
    u, v = barycentric[:, :1], barycentric[:, 1:]
    uv = corner_uv[:, 0] * (1 - u - v) + corner_uv[:, 1] * u + corner_uv[:, 2] * v
    height, width = image.shape[:2]
    x = np.floor((uv[:, 0] % 1.0) * width).astype(int).clip(0, width - 1)
    y = np.floor((1 - uv[:, 1] % 1.0) * height).astype(int).clip(0, height - 1)
    return (image[y, x, :3] / 255.0) ** 2.2


def shade(albedo: NDArray, normals: NDArray, views: NDArray, lit: NDArray, look: Look, materials: list[Material],
          which: NDArray) -> NDArray:  # fmt: skip
    """Linear colour (N x 3): Lambert and Blinn-Phong under `look`'s lights, and a mirror image of a made-up room.

    `views` unit vectors to the camera; `lit` N x L; `which` N = index into `materials`.
    """
    specular = np.array([m.specular for m in materials])[which]
    shininess = np.array([m.shininess for m in materials])[which]
    mirror = np.array([m.mirror for m in materials])[which, None]
    sky = 0.75 + 0.25 * (normals @ look.lights[0])
    diffuse = look.ambient * sky
    highlight = np.zeros(len(albedo))
    for number, (light, strength) in enumerate(zip(look.lights, look.strengths, strict=True)):
        reach = strength * lit[:, number]
        diffuse = diffuse + reach * np.clip(normals @ light, 0, None)
        half = views + light
        half /= np.linalg.norm(half, axis=1, keepdims=True) + 1e-9
        highlight += reach * specular * np.clip(np.sum(normals * half, axis=1), 0, None) ** shininess
    mirrored = 2 * np.sum(normals * views, axis=1, keepdims=True) * normals - views
    room = 0.5 + 0.5 * np.sin(mirrored @ look.background.directions.T * 3 + look.background.phases).mean(
        1, keepdims=True
    )
    color = albedo * diffuse[:, None] * (1 - mirror) + mirror * (0.3 + 0.7 * albedo) * room * (0.5 + look.ambient)
    return color + highlight[:, None]
