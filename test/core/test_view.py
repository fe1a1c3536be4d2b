"""The 3D view, read again by another library: names, units, axes and places of what is known beforehand."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh
from box_scene import CAMERA_DEMO, CAMERA_TARGET, ColourModel, Store, box_picture, demonstration
from scipy.spatial import cKDTree

from dfc_core.errors import DfcError
from dfc_core.frames import Frame
from dfc_core.geometry import invert, transform, unproject
from dfc_core.transfer import ToolMatcher
from dfc_core.view import ROLE_COLOURS, Shape, check_view, shapes_of, write_view
from dfc_core.view.shapes import axes, ball, gripper, rods, specks, surface

# A quarter turn about z: the grasp's x is the camera's y, its y the camera's -x.
QUARTER = [0.0, 0.0, 0.5**0.5, 0.5**0.5]
UPRIGHT = np.array([1.0, -1.0, -1.0])


def written(**changes) -> dict:
    answer = {
        "contacts": [
            {"role": "function", "pixel": [1, 2], "point": [0.10, 0.02, 0.5], "normal": [0.0, 0.0, -1.0]},
            {"role": "grasp", "pixel": [3, 4], "point": [-0.05, 0.04, 0.6], "normal": None},
            {"role": "grasp", "pixel": [3, 4], "point": None, "normal": None},
        ],
        "grasps": [{"position": [0.0, 0.1, 0.5], "quaternion_xyzw": QUARTER, "width": 0.06, "score": 0.5}],
        "T_target_demo": [[1.0, 0, 0, 0.1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        "centre_demo": [0.0, 0.0, 0.5],
        "scale": 2.0,
        "trajectory": [],
    }
    return {**answer, **changes}


def wall(depth: float = 0.5) -> Frame:
    """A wall straight ahead, red on the left and blue on the right."""
    rgb = np.zeros((60, 80, 3), np.uint8)
    rgb[:, :40, 0] = rgb[:, 40:, 2] = 255
    K = np.array([[100.0, 0, 39.5], [0, 100.0, 29.5], [0, 0, 1]])
    return Frame(rgb, K, np.full((60, 80), depth, np.float32), name="wall")


def tool() -> np.ndarray:
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True
    return mask


def shown(frame: Frame, **changes):
    """The GLB read again: {name: mesh in the viewer's axes}."""
    demo = demonstration()
    return shapes_of(written(**changes), frame, demo, tool())


def read_glb(path: Path) -> dict[str, trimesh.Trimesh]:
    scene = trimesh.load(path, force="scene")
    meshes = {}
    for node in scene.graph.nodes_geometry:
        T, geometry = scene.graph[node]
        mesh = scene.geometry[geometry].copy()
        meshes[node] = mesh.apply_transform(T)
    return meshes


def test_what_is_where_in_a_glb(tmp_path: Path) -> None:
    path = write_view(shown(wall()), wall(), tmp_path)
    assert path == tmp_path / "scene.glb"
    meshes = read_glb(path)
    grasp = {"grasp_1", "grasp_1_x", "grasp_1_y", "grasp_1_z"}
    camera = {"camera_x", "camera_y", "camera_z"}
    contacts = {"contact_F1", "normal_F1", "contact_G1"}
    assert set(meshes) == {"target", "surroundings", "demonstration", *contacts, *grasp, *camera}
    # metres; y down and z forward have become y up and z towards the viewer
    np.testing.assert_allclose(meshes["contact_F1"].bounds.mean(axis=0), [0.10, -0.02, -0.5], atol=1e-6)
    np.testing.assert_allclose(meshes["contact_F1"].extents, [0.008] * 3, atol=1e-4)
    np.testing.assert_allclose(meshes["contact_G1"].bounds.mean(axis=0), [-0.05, -0.04, -0.6], atol=1e-6)
    assert meshes["normal_F1"].bounds[1, 2] == pytest.approx(-0.5 + 0.02, abs=1e-6)
    # the axes of the grasp: x along the camera's y, which is down here
    np.testing.assert_allclose(meshes["grasp_1_x"].bounds[0, 1], -0.1 - 0.03, atol=1e-6)
    np.testing.assert_allclose(meshes["grasp_1_y"].bounds[0, 0], -0.03, atol=1e-6)
    np.testing.assert_allclose(meshes["grasp_1_z"].bounds[0, 2], -0.53, atol=1e-6)
    # finger tips 60 mm apart along it, the palm 50 mm and the wrist 100 mm towards the camera
    fingers = meshes["grasp_1"].bounds
    np.testing.assert_allclose(fingers[:, 1], [-0.13, -0.07], atol=0.002)
    np.testing.assert_allclose(fingers[:, 2], [-0.5, -0.4], atol=0.002)
    for axis, (place, sign) in {"x": (0, 1), "y": (1, -1), "z": (2, -1)}.items():
        bounds = meshes[f"camera_{axis}"].bounds[:, place] * sign
        np.testing.assert_allclose(sorted(bounds), [0, 0.05], atol=1e-6)


def test_the_seen_surface_is_in_place_and_shows_the_picture(tmp_path: Path) -> None:
    frame = wall()
    meshes = read_glb(write_view(shown(frame), frame, tmp_path))
    target = meshes["target"]
    corners = unproject(np.array([[30, 20], [49, 39]]), np.array([0.5, 0.5]), frame.K) * UPRIGHT
    np.testing.assert_allclose(target.bounds, np.sort(corners, axis=0), atol=1e-6)
    assert target.area == pytest.approx((19 * 0.5 / 100) ** 2, rel=1e-4)
    assert (target.face_normals @ [0, 0, 1] > 0.99).all()  # towards the camera
    assert meshes["surroundings"].area > 0
    # left is red, right is blue, and left is -x
    picture = np.asarray(target.visual.material.baseColorTexture)
    np.testing.assert_array_equal(picture[..., :3], frame.rgb)
    column = np.floor(target.visual.uv[:, 0] * 80).astype(int)
    row = np.floor((1 - target.visual.uv[:, 1]) * 60).astype(int)
    red = frame.rgb[row, column, 0] == 255
    assert (target.vertices[red, 0] < 0).all()
    assert (target.vertices[~red, 0] > 0).all()


def test_the_demonstrated_tool_is_laid_over_by_pose_and_scale(tmp_path: Path) -> None:
    """The box seen by two cameras: through the true pose its points lie on the target's box, to the nanometre."""
    demo, target = demonstration(), box_picture(CAMERA_TARGET)
    T_true = invert(CAMERA_TARGET) @ CAMERA_DEMO
    answer = written(T_target_demo=T_true.tolist(), scale=1.0, contacts=[], grasps=[])
    meshes = read_glb(write_view(shapes_of(answer, target, demo, target.mask), target, tmp_path))
    centres = meshes["demonstration"].vertices.reshape(-1, 6, 3).mean(axis=1) * UPRIGHT
    on_box = np.abs(transform(CAMERA_TARGET, centres)) / (np.array([0.06, 0.10, 0.04]) / 2)
    np.testing.assert_allclose(on_box.max(axis=1), 1, atol=1e-4)
    larger = written(T_target_demo=T_true.tolist(), scale=2.0, contacts=[], grasps=[])
    doubled = next(s for s in shapes_of(larger, target, demo, target.mask) if s.name == "demonstration")
    spread = np.ptp(doubled.vertices.reshape(-1, 6, 3).mean(axis=1), axis=0)
    np.testing.assert_allclose(spread, 2 * np.ptp(centres, axis=0), rtol=1e-4)


def test_the_path_is_drawn_to_its_end(tmp_path: Path) -> None:
    """Up by 20 cm, stand still, then 10 cm to the right, a quarter turned."""
    places = [[0.0, 0.1, 0.5], [0.0, -0.1, 0.5], [0.0, -0.1, 0.5], [0.1, -0.1, 0.5]]
    path = [{"t": t, "position": place, "quaternion_xyzw": QUARTER} for t, place in enumerate(places)]
    meshes = read_glb(write_view(shown(wall(), trajectory=path), wall(), tmp_path))
    np.testing.assert_allclose(meshes["path"].bounds, [[0, -0.1, -0.5], [0.1, 0.1, -0.5]], atol=0.0011)
    assert meshes["path_end_x"].bounds[0, 1] == pytest.approx(0.1 - 0.03, abs=1e-6)
    still = shapes_of(written(trajectory=path[1:3]), wall())
    assert "path" not in {shape.name for shape in still}


def test_a_real_answer_has_all_of_it(tmp_path: Path) -> None:
    target = box_picture(CAMERA_TARGET)
    result = ToolMatcher(ColourModel(), Store(demonstration())).match(target, "pour-with")
    path = write_view(shapes_of(result.to_dict(), target, result.demonstration, result.target_mask), target, tmp_path)
    meshes = read_glb(path)
    middle = meshes["contact_F1"].bounds.mean(axis=0) * UPRIGHT
    np.testing.assert_allclose(middle, result.contacts[0].point, atol=1e-6)
    assert {"target", "demonstration", "contact_G1", "grasp_1", "camera_z"} <= set(meshes)
    near = cKDTree(meshes["target"].vertices).query(meshes["demonstration"].vertices[::6])[0]
    assert np.median(near) < 0.004


def test_glb_is_valid_enough_for_other_viewers(tmp_path: Path) -> None:
    """The header, one root turn, no metal, the picture unlit, colours linear."""
    data = write_view(shown(wall()), wall(), tmp_path).read_bytes()
    magic, version, length, json_length = struct.unpack_from("<4sIII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    tree = json.loads(data[20 : 20 + json_length])
    turned = [node for node in tree["nodes"] if node.get("name") == "camera_optical"]
    assert [node["matrix"] for node in turned] == [[1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1]]
    materials = {material["name"]: material for material in tree["materials"]}
    assert all(material["pbrMetallicRoughness"]["metallicFactor"] == 0 for material in tree["materials"])
    assert materials["picture"]["extensions"] == {"KHR_materials_unlit": {}}
    assert tree["extensionsUsed"] == ["KHR_materials_unlit"]
    red, green, blue, alpha = materials["contact_F1"]["pbrMetallicRoughness"]["baseColorFactor"]
    assert ROLE_COLOURS["function"] == (255, 40, 160)
    np.testing.assert_allclose([red, green, blue, alpha], [1, 0.0212, 0.3515, 1], atol=0.003)  # sRGB made linear


def test_ply_is_one_coloured_mesh_upright(tmp_path: Path) -> None:
    path = write_view(shown(wall()), wall(), tmp_path, "ply")
    mesh = trimesh.load(path, process=False)
    colours = mesh.visual.vertex_colors[:, :3]
    contact = mesh.vertices[(colours == ROLE_COLOURS["function"]).all(axis=1)]
    assert np.linalg.norm(contact - np.array([0.10, 0.02, 0.5]) * UPRIGHT, axis=1).min() < 0.005
    red = mesh.vertices[(colours == (255, 0, 0)).all(axis=1)]
    assert red[:, 0].max() < 0
    np.testing.assert_allclose(red[:, 2], -0.5, atol=1e-6)


def test_rerun_recording_is_written(tmp_path: Path) -> None:
    pytest.importorskip("rerun", reason="rerun-sdk is not installed (extra rerun)")
    data = write_view(shown(wall()), wall(), tmp_path, "rrd").read_bytes()
    assert data[:3] == b"RRF"
    for name in (b"contact_F1", b"grasp_1", b"surroundings"):
        assert name in data


def test_rerun_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DfcError, match=r"pip install 'dfc_ros\[rerun\]'"):
        check_view("rrd")
    check_view("glb")


def test_another_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(DfcError, match="'stl' is not one of glb, ply, rrd, none"):
        check_view("stl")


def test_without_depth_there_is_no_view_and_the_last_one_goes(tmp_path: Path) -> None:
    (tmp_path / "scene.glb").write_bytes(b"of an earlier answer")
    blind = Frame(wall().rgb, wall().K)
    assert shapes_of(written(), blind) == []
    assert write_view([], blind, tmp_path) is None
    assert not (tmp_path / "scene.glb").exists()


def test_an_earlier_view_that_cannot_be_removed_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "scene.ply").mkdir()
    with pytest.raises(DfcError, match=r"cannot remove .*scene\.ply"):
        write_view([], wall(), tmp_path)


def test_a_view_without_mask_and_demonstration_has_the_rest() -> None:
    names = {shape.name for shape in shapes_of(written(grasps=[]), wall())}
    assert names == {"surroundings", "contact_F1", "normal_F1", "contact_G1", "camera_x", "camera_y", "camera_z"}


def test_a_surface_does_not_bridge_an_edge_or_a_hole() -> None:
    frame = wall()
    depth = frame.depth_m.copy()
    depth[:, 40:] = 0.9
    depth[10:20, 10:20] = 0
    stepped = Frame(frame.rgb, frame.K, depth)
    mesh = surface("s", stepped, np.ones((60, 80), bool), 1, 0.006, 4.0)
    z = mesh.vertices[mesh.faces][..., 2]
    assert np.ptp(z, axis=1).max() < 1e-6
    assert len(mesh.faces) == 2 * (59 * 39 - 11 * 11 + 59 * 39)
    empty = surface("s", stepped, np.zeros((60, 80), bool), 1, 0.006, 4.0)
    assert empty.vertices.shape == (0, 3)
    assert empty.faces.shape == (0, 3)


@pytest.mark.parametrize(
    ("shape", "volume"),
    [
        (ball("b", np.ones(3), 0.5, (1, 2, 3), rings=40), 4 / 3 * np.pi * 0.125),
        (rods("r", [(np.zeros(3), np.array([0, 0, 2.0]))], 0.5, (1, 2, 3), sides=64), 2 * np.pi * 0.25),
        (specks("s", np.array([[0.0, 0, 0], [5, 0, 0]]), 1.0, (1, 2, 3)), 2 * 4 / 3),
        (axes("a", np.eye(4), 1.0, 0.1)[2], 2 * 2**0.5 * 0.01),
        (gripper("g", np.eye(4), 0.06, 0.001, (1, 2, 3)), 2 * 2**0.5 * 1e-6 * (3 * 0.05 + 0.06)),
    ],
    ids=lambda value: value.name if isinstance(value, Shape) else "",
)
def test_shapes_are_whole_and_face_outwards(shape: Shape, volume: float) -> None:
    """Positive volume of the known amount: no face is turned or missing."""
    mesh = trimesh.Trimesh(shape.vertices, shape.faces, process=True)
    assert mesh.volume == pytest.approx(volume, rel=0.01)
    assert shape.colours.shape == shape.vertices.shape
