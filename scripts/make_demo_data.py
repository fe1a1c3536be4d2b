#!/usr/bin/env python3
"""Makes the demonstrations and frames that come with the package, all rendered from parametric tools.

    python scripts/make_demo_data.py [--out dfc_core/data/demo]

The demonstrations' contacts and grasps are read off the tools' exact geometry; the target frames carry neither a mask
nor labels, as a camera's do not.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dfc_core.assets.families import HELD_OUT_SEED, make_tool
from dfc_core.assets.part_frames import part_frames
from dfc_core.assets.tool import Tool
from dfc_core.demonstrations import Contact, Demonstration, DemonstrationStore, Grasp
from dfc_core.frames import Frame, save_frame
from dfc_core.geometry import project, quaternion_xyzw, transform
from dfc_core.render import Picture, random_table_view

OUT = Path(__file__).parents[1] / "dfc_core" / "data" / "demo"
CREATED = "2026-11-23T12:00:00+00:00"
CLOSING_THEN_APPROACH = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # R_tool_grasp: x closes along y, z approaches +x


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    store = DemonstrationStore(out / "demonstrations")
    store.add(pouring_mug())
    store.add(pounding_hammer())
    for number, seed in enumerate((3, 4), start=1):
        name = f"bottle_{number}"
        save_frame(as_camera(table_view("bottle", 14, seed), name), out / "frames" / name)


def table_view(family: str, number: int, seed: int) -> Picture:
    """A held-out tool on a table, 640 x 480."""
    return random_table_view(np.random.default_rng(seed), make_tool(family, HELD_OUT_SEED + number))


def as_camera(picture: Picture, name: str) -> Frame:
    """Depth noise of a good sensor (quadratic in depth), no mask."""
    depth = picture.depth_m
    noise = np.random.default_rng(0).normal(size=depth.shape) * 0.0008 * depth**2
    return Frame(picture.rgb, picture.K, np.where(depth > 0, depth + noise, 0), None, name=name)


def pouring_mug() -> Demonstration:
    """A mug, its contacts around the rim, held by the handle."""
    tool, picture = make_tool("mug", HELD_OUT_SEED + 5), table_view("mug", 5, 11)
    pour = tool.affordance("pour-with")
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    rim = np.stack([np.cos(angles), np.sin(angles), np.zeros(16)], axis=1) * 0.975 * pour.scale
    return demonstration(tool, picture, "pour-with", transform(pour.T_tool_function, rim), CLOSING_THEN_APPROACH, 0.05)


def pounding_hammer() -> Demonstration:
    """A hammer, its contacts on the striking face, held at the far end of the handle."""
    tool, picture = make_tool("hammer", HELD_OUT_SEED + 2), table_view("hammer", 2, 6)
    pound = tool.affordance("pound-with")
    across = np.linspace(-0.7, 0.7, 5)
    face = np.array([[x, y, -0.05] for x in across for y in across]) * pound.scale
    R_tool_grasp = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, -1]])  # from above, fingers on both sides of the handle
    return demonstration(tool, picture, "pound-with", transform(pound.T_tool_function, face), R_tool_grasp, 0.05)


def demonstration(
    tool: Tool, picture: Picture, function: str, contacts_tool: NDArray, R_tool_grasp: NDArray, width: float
) -> Demonstration:
    """Of the contacts those the camera sees; the grasp at the middle of the held part."""
    camera = transform(picture.T_camera_tool, contacts_tool)
    pixels = project(camera, picture.K)
    x, y = np.rint(pixels).astype(int).T
    seen = picture.mask[y, x] & (np.abs(picture.depth_m[y, x] - camera[:, 2]) < 0.004)
    hold = next(f for f in part_frames(tool) if (f.function, f.role) == (function, "grasp"))
    middle = transform(picture.T_camera_tool, hold.frames[0][:3, 3][None])[0]
    quaternion = quaternion_xyzw(picture.T_camera_tool[:3, :3] @ R_tool_grasp)
    frame = Frame(picture.rgb, picture.K, picture.depth_m, picture.mask, name=tool.family)
    return Demonstration(
        id="",
        function=function,
        tool=tool.family,
        frame=frame,
        contacts=tuple(Contact((float(px), float(py)), "function") for px, py in pixels[seen]),
        grasp=Grasp(tuple(map(float, middle)), tuple(map(float, quaternion)), width),
        created=CREATED,
    )


if __name__ == "__main__":
    main()
