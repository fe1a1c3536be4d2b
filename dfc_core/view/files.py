"""Shapes as files: GLB (glTF 2.0) and PLY through trimesh, Rerun's .rrd through its own package."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dfc_core.errors import bad_input
from dfc_core.files import write_bytes
from dfc_core.frames import Frame
from dfc_core.view.shapes import Shape

VIEWS = ("glb", "ply", "rrd", "none")
# The optical frame has y down and z forward, viewers of GLB and PLY have y up and look along -z.
T_VIEW_CAMERA = np.diag([1.0, -1.0, -1.0, 1.0])
UNLIT = "KHR_materials_unlit"


def check_view(kind: str) -> None:
    """BAD_INPUT for another kind than `VIEWS`, or for rrd where rerun-sdk is not installed."""
    if kind not in VIEWS:
        raise bad_input(f"view {kind!r} is not one of {', '.join(VIEWS)}")
    if kind == "rrd" and importlib.util.find_spec("rerun") is None:
        raise bad_input("view rrd needs rerun-sdk: pip install 'dfc_ros[rerun]', or ask for glb or ply")


def write_view(shapes: Sequence[Shape], frame: Frame, folder: Path | str, kind: str = "glb") -> Path | None:
    """Write `scene.glb`, `scene.ply` or `scene.rrd` into `folder` and remove those of earlier answers.

    GLB and PLY: metres, y up, z backwards, so that viewers show what the camera saw upright. In a GLB each shape is a
    node of its name below the node `camera_optical`, whose matrix is that turn: vertices are in the optical frame. A
    PLY holds all in one mesh, already turned. An .rrd is in the optical frame, which Rerun is told. Without shapes, or
    for "none", no file is left and None comes back. `DfcError` (BAD_INPUT): see `check_view`.
    """
    check_view(kind)
    for other in VIEWS:
        stale = Path(folder) / f"scene.{other}"
        try:
            stale.unlink(missing_ok=True)
        except OSError as error:
            raise bad_input(f"cannot remove {stale}: {error.strerror or error}") from error
    if kind == "none" or not shapes:
        return None
    path = Path(folder) / f"scene.{kind}"
    write_bytes(path, {"glb": _glb, "ply": _ply, "rrd": _rrd}[kind](shapes, frame))
    return path


def _glb(shapes: Sequence[Shape], frame: Frame) -> bytes:
    import trimesh
    from trimesh.visual.material import PBRMaterial

    def material(**look: Any) -> PBRMaterial:
        return PBRMaterial(metallicFactor=0.0, roughnessFactor=1.0, doubleSided=True, **look)

    picture = material(name="picture", baseColorTexture=Image.fromarray(frame.rgb))
    scene = trimesh.Scene(base_frame="world")
    scene.graph.update(frame_from="world", frame_to="camera_optical", matrix=T_VIEW_CAMERA)
    for shape in shapes:
        plain = np.append(_linear(shape.colours[0]), 255)
        look = picture if shape.uv is not None else material(name=shape.name, baseColorFactor=plain)
        visual = trimesh.visual.TextureVisuals(uv=shape.uv, material=look)
        mesh = trimesh.Trimesh(shape.vertices, shape.faces, visual=visual, process=False)
        scene.add_geometry(mesh, shape.name, shape.name, parent_node_name="camera_optical")
    exported = scene.export(file_type="glb", include_normals=False, tree_postprocessor=_picture_unlit)
    assert isinstance(exported, bytes)
    return exported


def _picture_unlit(tree: dict[str, Any]) -> None:
    """The picture already has the light of its room; a viewer's lamps would darken it."""
    for material in tree.get("materials", []):
        if "baseColorTexture" in material.get("pbrMetallicRoughness", {}):
            material["extensions"] = {UNLIT: {}}
            tree["extensionsUsed"] = sorted({*tree.get("extensionsUsed", []), UNLIT})


def _linear(colour: NDArray) -> NDArray:
    """sRGB to linear, both 0..255: glTF's colour factors are linear, its pictures sRGB."""
    share = np.asarray(colour, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.rint(255 * linear).astype(np.uint8)


def _ply(shapes: Sequence[Shape], frame: Frame) -> bytes:
    import trimesh

    starts = np.cumsum([0, *(len(shape.vertices) for shape in shapes)])
    mesh = trimesh.Trimesh(
        np.concatenate([shape.vertices for shape in shapes]) @ T_VIEW_CAMERA[:3, :3].T,
        np.concatenate([start + shape.faces for start, shape in zip(starts, shapes, strict=False)]),
        vertex_colors=np.concatenate([shape.colours for shape in shapes]),
        process=False,
    )
    exported = mesh.export(file_type="ply")
    assert isinstance(exported, bytes)
    return exported


def _rrd(shapes: Sequence[Shape], frame: Frame) -> bytes:
    import rerun

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.rrd"
        recording = rerun.RecordingStream("dfc_core")
        recording.save(str(path))
        recording.log("camera", rerun.ViewCoordinates.RDF, static=True)
        width, height = frame.size
        lens = rerun.Pinhole(image_from_camera=frame.K, resolution=[width, height], image_plane_distance=0.1)
        recording.log("camera/picture", lens, static=True)
        recording.log("camera/picture", rerun.Image(frame.rgb), static=True)
        for shape in shapes:
            mesh = rerun.Mesh3D(
                vertex_positions=shape.vertices, triangle_indices=shape.faces, vertex_colors=shape.colours
            )
            recording.log(f"camera/{shape.name}", mesh, static=True)
        recording.flush()
        recording.disconnect()
        return path.read_bytes()
