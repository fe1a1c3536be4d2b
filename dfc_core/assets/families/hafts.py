"""Handles as shops sell them: turned, ribbed, riveted, moulded, bare strip; with hang holes, ferrules and knobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families.flatwork import bar, holes, polygon, prism
from dfc_core.assets.solids import cylinder, smooth_curve

STYLES = ("oval", "turned", "scales", "ribbed", "strip", "moulded")
Pose = tuple[float, float, float]  # x, z of the handle's front end, and degrees by which its far end rises


def haft(
    rng: Generator, length: float, thick: float, pose: Pose, styles: Sequence[str] = STYLES
) -> dict[str, list[Manifold]]:
    """{"grip": ..., perhaps "collar": ...}: a handle `length` long, about `thick` in half width, from `pose` to -x."""
    grip, collar = _MAKERS[rng.choice(list(styles))](rng, length, thick)
    parts = {"grip": grip, **({"collar": collar} if collar else {})}
    x, z, rise = pose
    return {part: [s.rotate([0, rise, 0]).translate([x, 0, z]) for s in solids] for part, solids in parts.items()}


def _straight(length: float, count: int) -> tuple[NDArray, NDArray]:
    step = np.linspace(0, 1, count)
    return step, np.column_stack([-step * length, np.zeros(count), np.zeros(count)])


def _rounded_end(step: NDArray, length: float, thick: float) -> NDArray:
    """Factor on the radius that rounds the far end off."""
    return np.sqrt(np.clip(1 - np.clip((step - 1 + thick / length) * length / thick, 0, 0.96) ** 2, 0, 1))


def _hang_hole(grip: Manifold, length: float, radius: float) -> Manifold:
    return grip - holes([(-length + 2.6 * radius, 0)], radius, 1.5 * radius)


def _oval(rng: Generator, length: float, thick: float) -> tuple[list[Manifold], list[Manifold]]:
    step, path = _straight(length, 28)
    swell = smooth_curve([(0, rng.uniform(0.55, 0.9)), (0.4, rng.uniform(0.7, 1.0)), (0.8, 1.0), (1, 0.85)])(step)
    swell = thick * swell * _rounded_end(step, length, thick)
    path[:, 2] = rng.uniform(-0.06, 0.06) * length * step**2
    grip = bar(path, swell, swell * rng.uniform(0.45, 0.9), square=rng.uniform(2, 4))
    if rng.random() < 0.5:
        grip = _hang_hole(grip, length, thick * rng.uniform(0.25, 0.42))
    return [grip], _ferrule(rng, thick)


def _turned(rng: Generator, length: float, thick: float) -> tuple[list[Manifold], list[Manifold]]:
    step, path = _straight(length, 44)
    waist, belly = rng.uniform(0.5, 0.75), rng.uniform(0.3, 0.65)
    knob = rng.uniform(0.75, 1.05)
    knots = [(0, 0.7), (0.08, 0.85), (0.16, waist), (belly, 1.0), (0.86, rng.uniform(0.5, 0.8)), (0.95, knob), (1, 0.3)]
    radii = thick * smooth_curve(knots)(step)
    return [bar(path, radii, radii)], _ferrule(rng, thick, likely=0.9)


def _scales(rng: Generator, length: float, thick: float) -> tuple[list[Manifold], list[Manifold]]:
    """Two slabs riveted on a tang."""
    step, path = _straight(length, 24)
    wide = thick * smooth_curve([(0, 0.85), (0.35, rng.uniform(0.7, 1)), (0.75, 0.9), (0.93, 1.1), (1, 0.8)])(step)
    deep = thick * rng.uniform(0.5, 0.75)
    tang = bar(path * [1.005, 1, 1], wide * 1.03, np.full(24, deep * 0.16), square=6)
    slabs = bar(path, wide, np.full(24, deep), square=rng.uniform(3, 6))
    rivets = [
        cylinder((-s * length, 0, -deep * 1.06), (-s * length, 0, deep * 1.06), thick * 0.22, thick * 0.22, 12)
        for s in np.linspace(0.15, 0.85, int(rng.integers(2, 4)))
    ]
    bolster = bar(path[:3] * [1, 1, 1], wide[:3] * 1.02, np.full(3, deep * 1.04), square=5)
    return [slabs, tang, *rivets], [bolster] if rng.random() < 0.5 else []


def _ribbed(rng: Generator, length: float, thick: float) -> tuple[list[Manifold], list[Manifold]]:
    step, path = _straight(length, 60)
    ribs = int(rng.integers(7, 13))
    wave = 1 - rng.uniform(0.06, 0.14) * (np.cos(2 * np.pi * ribs * step) > 0.2) * (np.abs(step - 0.45) < 0.33)
    radii = thick * wave * smooth_curve([(0, 0.8), (0.12, 1.0), (0.8, rng.uniform(0.8, 1.1)), (1, 0.8)])(step)
    radii = radii * _rounded_end(step, length, thick * 0.6)
    grip = bar(path, radii, radii * rng.uniform(0.6, 1.0), square=rng.uniform(2, 3.5), sides=12)
    return [grip], _ferrule(rng, thick)


def _strip(rng: Generator, length: float, thick: float) -> tuple[list[Manifold], list[Manifold]]:
    """Bare metal strip that broadens to its end, with a hole to hang it by."""
    x = np.array([0, 0.3, 0.7, 0.95, 1.0]) * -length
    half = thick * np.array([0.45, 0.5, rng.uniform(0.55, 0.9), rng.uniform(0.8, 1.1), rng.uniform(0.3, 0.8)])
    outline = np.concatenate([np.column_stack([x, half]), np.column_stack([x, -half])[::-1]])
    deep = float(np.clip(thick * 0.14, 0.001, 0.0025))
    strip = prism(polygon(outline, thick * 0.25), -deep, deep)
    if rng.random() < 0.5:  # pressed stiffening bead
        strip = strip + bar(np.array([[0, 0, 0], [-0.75 * length, 0, 0]]), thick * 0.2, deep * 2.2)
    return [strip - holes([(-length + thick * 0.9, 0)], thick * rng.uniform(0.25, 0.4))], []


def _moulded(rng: Generator, length: float, thick: float) -> tuple[list[Manifold], list[Manifold]]:
    """Plastic, bent to the palm, with finger grooves or a thumb rest and a soft end."""
    step, path = _straight(length, 44)
    fingers = rng.uniform(0.0, 0.12) * np.cos(2 * np.pi * 3.5 * step) * (step < 0.85)
    path[:, 2] = -thick * (fingers + rng.uniform(-0.6, 0.9) * np.sin(np.pi * step))
    wide = smooth_curve([(0, rng.uniform(0.9, 1.3)), (0.15, 0.75), (0.6, 1.0), (0.9, 0.9), (1, 0.75)])(step)
    wide = thick * wide * _rounded_end(step, length, thick)
    grip = bar(path, wide, wide * (0.75 - fingers), square=rng.uniform(2.2, 4))
    if rng.random() < 0.4:
        grip = _hang_hole(grip, length, thick * 0.4)
    return [grip], []


def _ferrule(rng: Generator, thick: float, likely: float = 0.45) -> list[Manifold]:
    """A metal ring at the front end, sometimes tapering onto what it holds."""
    if rng.random() > likely:
        return []
    long = thick * rng.uniform(0.8, 1.8)
    return [cylinder((-long * 0.6, 0, 0), (long * 0.4, 0, 0), thick * 0.82, thick * rng.uniform(0.4, 0.8), 24)]


_MAKERS: dict[str, Callable[[Generator, float, float], tuple[list[Manifold], list[Manifold]]]] = {
    "oval": _oval,
    "turned": _turned,
    "scales": _scales,
    "ribbed": _ribbed,
    "strip": _strip,
    "moulded": _moulded,
}
