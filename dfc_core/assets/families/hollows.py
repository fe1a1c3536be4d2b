"""Parametric hollow things that pour over their edge: coconut shell, hard hat, gravy boat.

Upright, open to +z; a visor, peak or lip to +x, a neck or handle to -x.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manifold3d import Manifold
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.forms import merged
from dfc_core.assets.families.relabel import faces_axis, inside_named, rename_faces
from dfc_core.assets.families.serving import UPRIGHT, UPSIDE_DOWN, pour_over_rim, scoop_with_opening, serve
from dfc_core.assets.families.walls import ring
from dfc_core.assets.solids import assemble, filled, loft, smooth_curve, split, tube
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, Symmetry, Tool

AROUND = np.linspace(-np.pi, np.pi, 48, endpoint=False)
UNIT = np.stack([np.cos(AROUND), np.sin(AROUND)], axis=1)
UP_OR_OVER = (UPRIGHT, UPRIGHT, UPSIDE_DOWN)


def _lifted(plan: NDArray, z: ArrayLike) -> NDArray:
    """A plan (K x 2) at height `z`, one or one for each of its points."""
    return np.column_stack([plan, np.broadcast_to(z, len(plan))])


def coconut_shell(rng: Generator, name: str) -> Tool:
    """Half a coconut (round or oval, some on a foot, some with eyes), half a ribbed fruit, half a gourd with a neck."""
    kind = str(rng.choice(["coconut", "oval", "ribbed", "gourd"], p=[0.42, 0.24, 0.14, 0.2]))
    radius = rng.uniform(0.045, 0.068) if kind != "ribbed" else rng.uniform(0.04, 0.1)
    radius *= rng.uniform(1.0, 1.5) if kind == "gourd" else 1.0
    depth = radius * rng.uniform(0.75, 1.15)
    count = int(rng.choice([6, 8, 12, 16]))
    ribs = rng.uniform(0.02, 0.05) if kind == "ribbed" else 0.0
    stretch = rng.uniform(1.12, 1.35) if kind == "oval" else 1.0
    end = rng.uniform(-0.2, 0.45) if kind != "gourd" else rng.uniform(-0.05, 0.12)  # rad above the widest place
    plan = UNIT * (1 + ribs * np.cos(count * AROUND))[:, None] * [1 / stretch**0.5, stretch**0.5]
    thickness = rng.uniform(0.003, 0.006) if kind != "ribbed" else radius * rng.uniform(0.08, 0.18)
    pointed = rng.uniform(0.85, 1.3)
    solid, cavity, height = _husk(plan, radius, depth, thickness, end, pointed)
    if kind in ("coconut", "oval"):
        solid = _trimmed(rng, solid, radius, depth, thickness)
    parts = {}
    if kind == "gourd":
        neck, hollow = _neck(rng, radius, height, thickness)
        shell, parts["neck"] = split(((solid + neck) - cavity) - hollow, (1, 0, 0), -0.93 * radius)
    else:
        shell = solid - cavity
    parts["rim"], parts["body"] = split(shell, (0, 0, 1), height * rng.uniform(0.78, 0.86))
    symmetry = {"coconut": AXIS, "oval": HALF_TURN, "gourd": MIRROR}.get(kind, Symmetry("n-fold", count))
    hold = "neck" if kind == "gourd" else "body"
    opening = radius * float(np.cos(max(end, 0)))
    affordances = (
        scoop_with_opening(hold, height, opening, symmetry, ("rim", "inside")),
        pour_over_rim(hold, height, opening, symmetry),
    )
    mesh = inside_named(assemble(parts), ("body",))
    return Tool(name, "coconut-shell", *mesh, affordances=affordances, rest_rotations=UP_OR_OVER, licence="Apache-2.0")


def _husk(
    plan: NDArray, radius: float, depth: float, thickness: float, end: float, pointed: float
) -> tuple[Manifold, Manifold, float]:  # fmt: skip
    """(a filled half husk, its cavity, the height of its edge, m)."""
    turns = np.linspace(-np.pi / 2 + 0.12, end, 15)
    height = depth * float(1 + np.sin(end))

    def rings(wide: float, deep: float, lift: float) -> list[NDArray]:
        return [_lifted(plan * wide * np.cos(u) ** pointed, lift + deep * (1 + np.sin(u))) for u in turns]

    inner = rings(radius - thickness, depth - thickness, thickness)
    inner.append(inner[-1] + [0, 0, height])
    return loft(rings(radius, depth, 0.0)), loft(inner), height


def _trimmed(rng: Generator, solid: Manifold, radius: float, depth: float, thickness: float) -> Manifold:
    """A coconut with a foot to stand on, or with its three eyes, or plain."""
    kind = rng.choice(["foot", "eyes", "plain"])
    if kind == "foot":
        wide, thick = radius * rng.uniform(0.35, 0.5), radius * rng.uniform(0.06, 0.12)
        return solid + ring(wide, depth * 0.09, thick, 40).scale([1, 1, rng.uniform(1.0, 1.6)])
    if kind == "eyes":
        size = min(radius * 0.13, thickness * 1.6)
        out, level = radius * 0.42, depth * 0.085
        eye = Manifold.sphere(size, 14).scale([1, 1, 0.5])
        return solid - merged(eye.translate([out, 0, level]).rotate([0, 0, turn]) for turn in (0, 120, 240))
    return solid


def _neck(rng: Generator, radius: float, height: float, thickness: float) -> tuple[Manifold, Manifold]:
    """(half a gourd's neck towards -x, the hollow in it)."""
    length, t = radius * rng.uniform(1.0, 2.6), np.linspace(0, 1, 20)
    slim, bulb = rng.uniform(0.22, 0.34), rng.uniform(0.2, 0.42)
    knots = [
        (0, min(0.6 * height / radius, 0.7)),
        (0.3, slim + 0.12),
        (0.6, slim),
        (0.88, bulb),
        (0.97, bulb * 0.6),
        (1, bulb * 0.2),
    ]
    radii = radius * smooth_curve(knots)(t)
    path = np.column_stack(
        [-0.55 * radius - (0.4 * radius + length) * t, np.zeros(20), height + 1e-5 * np.sin(np.pi * t)]
    )
    outer = tube(path, radii, sides=24)
    inner = tube(path[:14], radii[:14] - thickness, sides=20)
    return outer.trim_by_plane((0, 0, -1), -height), inner


def hard_hat(rng: Generator, name: str) -> Tool:
    """A hard hat with a visor or a brim all round, a soldier's helmet, a bowler, a creased or flat-topped hat."""
    kind = str(
        rng.choice(["visor", "full", "helmet", "bowler", "creased", "flat"], p=[0.3, 0.15, 0.15, 0.12, 0.14, 0.14])
    )
    half = np.array([1.0, rng.uniform(0.78, 0.9)]) * rng.uniform(0.1, 0.13)
    height = rng.uniform(0.1, 0.15)
    power = {"creased": rng.uniform(2.6, 3.6), "flat": rng.uniform(5, 9), "bowler": 2.4}.get(
        kind, rng.uniform(1.9, 2.4)
    )
    height *= rng.uniform(0.7, 1.3) if kind == "flat" else 1.0
    thick = rng.uniform(0.0025, 0.004)
    turns = np.linspace(0.15, np.pi / 2, 13)
    level = 1 - np.cos(turns)
    share = (1 - (1 - level) ** power) ** (1 / power)
    share = share * (1 + rng.uniform(0.0, 0.12) * (level - 1)) if power > 2.5 else share
    width, rise = _brim(rng, kind)
    dent = rng.uniform(0.018, 0.035) if kind == "creased" else 0.0
    solid = loft(_hat_rings(half, height, thick, level, share, width, rise, dent))
    if kind in ("visor", "full"):
        solid = solid + _ridges(rng, half, height, thick, level, share)
    border = 1.0 if width.max() > 0.02 else level[level < 0.9].max()

    def on_brim(centres: NDArray, normals: NDArray) -> NDArray:
        outside = np.sum((centres[:, :2] / (half + 0.0005)) ** 2, axis=1) > 1
        return (outside & (centres[:, 2] > 0.8 * height)) | (centres[:, 2] > border * height + thick * 0.5)

    mesh = rename_faces(assemble({"shell": solid}), ("shell",), "brim", on_brim)
    mesh = rename_faces(mesh, ("shell",), "inside", lambda c, n: faces_axis(c, n) & (n[:, 2] > -1e-3))
    opening = float(half.mean()) - thick
    affordances = (
        scoop_with_opening("shell", height, opening, MIRROR, ("brim", "inside")),
        pour_over_rim("shell", height, opening, MIRROR, "brim"),
    )
    return Tool(name, "hard-hat", *mesh, affordances=affordances, rest_rotations=UP_OR_OVER, licence="Apache-2.0")


def _brim(rng: Generator, kind: str) -> tuple[NDArray, NDArray]:
    """(width of the brim, how far its edge stands above the opening of the upturned hat) around, m."""
    front = np.exp(-((AROUND / rng.uniform(0.65, 0.85)) ** 4))
    if kind == "visor":
        width = rng.uniform(0.006, 0.014) + rng.uniform(0.03, 0.05) * front
        return width, width * rng.uniform(0.1, 0.4)
    if kind == "helmet":
        width = rng.uniform(0.004, 0.016) + rng.choice([0.0, 0.012]) * front
        return width, width * rng.uniform(0.2, 0.9)
    width = rng.uniform(0.03, 0.075 if kind in ("creased", "flat") else 0.05) + 0.01 * front
    slope, curl = {"full": (0.3, 0.0), "bowler": (0.0, 0.35), "creased": (0.05, 0.25)}.get(kind, (0.0, 0.0))
    return width, width * (slope - curl * np.sin(AROUND) ** 2)


def _hat_rings(
    half: NDArray, height: float, thick: float, level: NDArray, share: NDArray,
    width: NDArray, rise: NDArray, dent: float,
) -> list[NDArray]:  # fmt: skip
    """The rings of an upturned hat: up its outside, out and back along its brim, down its inside."""
    steps = np.linspace(0, 1, 5)[1:]

    def crown(wide: NDArray, lift: float) -> list[NDArray]:
        found = []
        for at, r in zip(level, share, strict=True):
            plan = UNIT * wide * r
            crease = dent * np.exp(-((plan[:, 1] / (0.4 * half[1])) ** 2)) * max(1 - r**2, 0)
            found.append(_lifted(plan, lift + at * height + crease))
        return found

    brim = [_lifted(UNIT * (half + width[:, None] * q), height + rise * q**1.5) for q in steps]
    back = [points + np.array([0, 0, thick]) for points in brim[::-1]]
    return [*crown(half, 0.0), *brim, *back, *crown(half - thick, thick)[::-1]]


def _ridges(
    rng: Generator, half: NDArray, height: float, thick: float, level: NDArray, share: NDArray
) -> Manifold:  # fmt: skip
    """One to three raised ribs from front to back over the crown."""
    apart = rng.uniform(0.22, 0.32) * half[1]
    sides = ([0.0], [-apart, apart], [-apart, 0.0, apart])[int(rng.integers(3))]
    wide = rng.uniform(0.004, 0.008) if len(sides) > 1 else rng.uniform(0.006, 0.014)
    found = []
    for y in sides:
        inner = np.sqrt(np.maximum(share**2 - (y / half[1]) ** 2, 0))
        keep = (inner > 0.08) & (level < 0.85)
        x, z = half[0] * inner[keep] * 1.015, height * (1 - (1 - level[keep]) * 1.015)
        path = np.column_stack([np.append(x[::-1], -x), np.full(2 * len(x), y), np.append(z[::-1], z)])
        found.append(tube(path, wide, thick * 0.9, sides=10))
    return merged(found)


def gravy_boat(rng: Generator, name: str) -> Tool:
    """A sauce boat with a drawn out lip and a handle: on a foot ring, on a pedestal, or fixed to a saucer."""
    kind = str(rng.choice(["foot", "pedestal", "saucer"], p=[0.4, 0.35, 0.25]))
    long = rng.uniform(0.065, 0.095)
    broad = long * rng.uniform(0.5, 0.72)
    deep = long * rng.uniform(0.6, 0.95)
    foot = deep * (rng.uniform(0.3, 0.6) if kind == "pedestal" else rng.uniform(0.06, 0.14))
    belly = smooth_curve([(0, rng.uniform(0.4, 0.55)), (0.15, 0.66), (0.5, rng.uniform(0.82, 0.95)), (1, 1)])
    spout, lift, back = long * rng.uniform(0.25, 0.6), deep * rng.uniform(0.1, 0.4), deep * rng.uniform(0.0, 0.35)
    front = np.exp(-((AROUND / rng.uniform(0.4, 0.55)) ** 2))
    pinch = 1 - rng.uniform(0.25, 0.5) * np.exp(-(((np.abs(AROUND) - 0.65) / 0.4) ** 2))
    rear = np.clip(-np.cos(AROUND), 0, 1) ** 2
    thick = rng.uniform(0.0028, 0.0045)

    def at(u: float, inset: float) -> NDArray:
        plan = UNIT * (np.array([long, broad]) * belly(u) - inset)
        plan = plan * np.column_stack([np.ones(48), 1 + (pinch - 1) * u**1.5])
        plan[:, 0] += (spout * u**1.6) * front
        return _lifted(plan, foot + u * (deep + u * (lift * front + back * rear)))

    solid, cavity = _boat_walls(at, thick)
    handle = _boat_handle(rng, at, deep)
    stand = _stand(rng, kind, float(belly(0.0)) * long, broad / long, foot)
    normal = np.array([0.3, 0, 1]) / np.hypot(0.3, 1)
    shell = (solid + stand) - cavity
    rim, body = split(shell, normal, float(normal @ [0.1 * long, 0, foot + deep * rng.uniform(0.78, 0.84)]))
    mesh = inside_named(assemble({"rim": rim, "body": body, "handle": handle - cavity}), ("body",))
    edge = at(1.0, 0.0)
    origin = [float(edge[:, 0].min() + edge[:, 0].max()) / 2, 0, float(edge[:, 2].mean())]
    scale = float(np.ptp(edge[:, 0]) + np.ptp(edge[:, 1])) / 4
    pour = serve("pour-with", "rim", "handle", origin, (0, 0, 1), (1, 0, 0), scale)
    return Tool(name, "gravy-boat", *mesh, affordances=(pour,), rest_rotations=(UPRIGHT,), licence="Apache-2.0")


def _boat_walls(at: Callable[[float, float], NDArray], thick: float) -> tuple[Manifold, Manifold]:
    """(the filled boat, its cavity) from its rings `at`(share of the height, inset in m)."""
    inner = [at(float(u), thick) for u in np.linspace(0.08, 1, 14)]
    inner.append(inner[-1] + [0, 0, 0.03])
    return loft([at(float(u), 0.0) for u in np.linspace(0, 1, 15)]), loft(inner)


def _boat_handle(rng: Generator, at: Callable[[float, float], NDArray], deep: float) -> Manifold:
    """A loop behind the boat, from round to square, that may rise above its edge."""
    angle, power = np.linspace(-np.pi / 2, np.pi / 2, 20), rng.uniform(0.5, 1.0)
    low, high = rng.uniform(0.2, 0.35), rng.uniform(0.8, 0.94)
    rear = np.array([at(float(u), 0.002)[0] for u in (low + high) / 2 + (high - low) / 2 * np.sin(angle)])
    out = deep * rng.uniform(0.4, 0.75) * np.cos(angle) ** power
    up = deep * rng.uniform(0.0, 0.5) * np.cos(angle) * (0.5 + 0.5 * np.sin(angle))
    thick = deep * rng.uniform(0.055, 0.085)
    return tube(rear + np.column_stack([-out, 0 * out, up]), thick * rng.uniform(1.0, 1.6), thick, sides=12)


def _stand(rng: Generator, kind: str, wide: float, oval: float, foot: float) -> Manifold:
    """What the boat stands on: a foot ring, a waisted pedestal, or a saucer with a raised edge."""
    if kind == "pedestal":
        shares, levels = np.array([1.3, 1.25, 0.6, 0.5, 1.0]), np.array([0, 0.12, 0.4, 0.65, 1.08])
    else:
        shares, levels = np.array([1.0, 1.0, 0.9, 1.0]), np.array([0, 0.3, 0.6, 1.2])
    stand = filled(wide * shares, foot * levels, 40)
    if kind == "saucer":
        reach, rise = wide * rng.uniform(2.6, 3.1), wide * rng.uniform(0.2, 0.4)
        radii = np.array([wide * 1.6, reach, reach, wide * 1.6])
        plate = filled(radii, np.array([0, rise, rise + 0.004, 0.004]), 48)
        stand = stand + plate
    return stand.scale([1, oval**0.8, 1])


FAMILIES = {
    "coconut-shell": Family(coconut_shell, ("scoop-with", "pour-with")),
    "hard-hat": Family(hard_hat, ("scoop-with", "pour-with")),
    "gravy-boat": Family(gravy_boat, ("pour-with",)),
}
