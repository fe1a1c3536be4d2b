"""URDFs as tools: places of links, files, colours, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh

from dfc_core.assets.imported import load_tool
from dfc_core.errors import DfcError

BOX = '<visual><geometry><box size="{}"/></geometry></visual>'
ARM = """<robot name="arm">
  <material name="red"><color rgba="1 0 0 1"/></material>
  <link name="base"><visual><geometry><box size="0.2 0.2 0.1"/></geometry><material name="red"/></visual></link>
  <joint name="turn" type="revolute"><parent link="base"/><child link="arm"/>
    <origin xyz="0 0 0.05" rpy="0 0 0"/><axis xyz="0 1 0"/></joint>
  <link name="arm"><visual><origin xyz="0 0 0.5"/><geometry><box size="0.02 0.02 1"/></geometry></visual></link>
  <joint name="slide" type="prismatic"><parent link="arm"/><child link="tip"/>
    <origin xyz="0 0 1"/><axis xyz="0 0 1"/><mimic joint="turn" multiplier="0.1" offset="0.2"/></joint>
  <link name="tip"><visual><geometry><sphere radius="0.03"/></geometry></visual></link>
</robot>"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def robot(geometry: str, more: str = "") -> str:
    return f'<robot name="r"><link name="l"><visual>{more}<geometry>{geometry}</geometry></visual></link></robot>'


def bounds(tool_vertices: np.ndarray) -> list[float]:
    return [*tool_vertices.min(axis=0), *tool_vertices.max(axis=0)]


def test_links_are_merged_with_joints_at_zero(tmp_path: Path) -> None:
    tool = load_tool(write(tmp_path / "arm.urdf", ARM))
    # base to 0.05, arm to 1.05, tip 0.2 further by its mimic offset, radius 0.03
    np.testing.assert_allclose(bounds(tool.vertices), [-0.1, -0.1, -0.05, 0.1, 0.1, 1.28], atol=1e-6)
    assert tool.face_colors is not None
    red = (tool.face_colors == (255, 0, 0)).all(axis=1)
    assert red.sum() == 12  # the base's box
    assert tool.vertices[tool.faces[red]][..., 2].max() == pytest.approx(0.05)


def test_joints_move_and_mimics_follow(tmp_path: Path) -> None:
    tool = load_tool(write(tmp_path / "arm.urdf", ARM), joints={"turn": np.pi / 2})
    reach = 1.0 + 0.2 + 0.1 * np.pi / 2 + 0.03  # z turned about y becomes x
    assert tool.vertices[:, 0].max() == pytest.approx(reach, abs=1e-6)
    assert tool.vertices[:, 2].max() == pytest.approx(0.08, abs=1e-6)
    with pytest.raises(DfcError, match=r"no joint elbow moves; those that do: turn, slide"):
        load_tool(tmp_path / "arm.urdf", joints={"elbow": 1.0})


@pytest.mark.parametrize(
    ("geometry", "extents"),
    [
        ('<box size="0.1 0.2 0.3"/>', (0.1, 0.2, 0.3)),
        ('<cylinder radius="0.05" length="0.3"/>', (0.1, 0.1, 0.3)),
        ('<sphere radius="0.05"/>', (0.1, 0.1, 0.1)),
        ('<capsule radius="0.05" length="0.3"/>', (0.1, 0.1, 0.4)),
    ],
)
def test_primitives_have_their_size(tmp_path: Path, geometry: str, extents: tuple[float, ...]) -> None:
    tool = load_tool(write(tmp_path / "thing.urdf", robot(geometry)))
    np.testing.assert_allclose(np.ptp(tool.vertices, axis=0), extents, atol=1e-3)


def test_meshes_beside_and_in_packages_with_scale(tmp_path: Path) -> None:
    for folder in ("pkg/meshes", "pkg/urdf/parts"):
        (tmp_path / folder).mkdir(parents=True)
        trimesh.creation.box((1, 2, 4)).export(tmp_path / folder / "part.stl")
    for name in ("package://pkg/meshes/part.stl", "../meshes/part.stl", "parts/part.stl"):
        text = robot(f'<mesh filename="{name}" scale="0.1 0.1 -0.1"/>', '<origin rpy="0 1.5707963267948966 0"/>')
        tool = load_tool(write(tmp_path / "pkg/urdf/tool.urdf", text))
        np.testing.assert_allclose(np.ptp(tool.vertices, axis=0), [0.4, 0.2, 0.1], atol=1e-6)
        assert trimesh.Trimesh(tool.vertices, tool.faces).volume == pytest.approx(0.008)  # mirrored, still outwards


def test_collada_in_centimetres_and_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "tool.urdf", robot('<mesh filename="part.dae"/>'))
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "collada", None)
        with pytest.raises(DfcError, match=r"part\.dae needs pycollada: pip install 'dfc_ros\[urdf\]'"):
            load_tool(path)
    pytest.importorskip("collada")
    trimesh.creation.box((1, 2, 4)).export(tmp_path / "part.dae")
    text = (tmp_path / "part.dae").read_text()
    (tmp_path / "part.dae").write_text(text.replace("<up_axis>", '<unit name="centimeter" meter="0.01"/><up_axis>'))
    np.testing.assert_allclose(np.ptp(load_tool(path).vertices, axis=0), [0.01, 0.02, 0.04], atol=1e-7)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<robot", "cannot be read as URDF"),
        ("<sdf/>", "root is <sdf>"),
        ('<robot xmlns:xacro="http://ros.org/wiki/xacro"><xacro:include filename="a"/></robot>', "run `xacro"),
        ('<robot name="r"><link name="a"/></robot>', "no link has a visual"),
        ('<robot name="r"><link name="a"/><link name="b"/></robot>', "2 links are no joint's child"),
        (robot('<cone radius="1"/>'), "<cone> is not one of mesh, box"),
        (robot('<box size="1 2"/>'), "no extent"),
        (robot('<box size="a b c"/>'), "not a sound URDF"),
        (robot('<mesh filename="gone.stl"/>'), r"gone\.stl: there is no such mesh file"),
        (robot('<mesh filename="package://nowhere/gone.stl"/>'), "no folder nowhere above"),
        (robot('<mesh filename="http://host/a.stl"/>'), "only files"),
        (robot('<mesh filename="a.step"/>'), r"a\.step is not one of"),
    ],
)
def test_what_is_refused_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DfcError, match=says) as error:
        load_tool(write(tmp_path / "tool.urdf", text))
    assert error.value.code == "BAD_INPUT"


def test_a_loop_of_joints_and_a_xacro_file_are_refused(tmp_path: Path) -> None:
    joint = '<joint name="{0}" type="fixed"><parent link="{1}"/><child link="{2}"/></joint>'
    links = "".join(f'<link name="{name}">{BOX.format("1 1 1")}</link>' for name in "abc")
    text = f'<robot name="r">{links}{joint.format("j", "b", "c")}{joint.format("k", "c", "b")}</robot>'
    with pytest.raises(DfcError, match=r"b, c|c, b"):
        load_tool(write(tmp_path / "loop.urdf", text))
    with pytest.raises(DfcError, match="run `xacro"):
        load_tool(write(tmp_path / "tool.urdf.xacro", "<robot/>"))
    trimesh.creation.box().export(tmp_path / "box.stl")
    with pytest.raises(DfcError, match="only a URDF has joints"):
        load_tool(tmp_path / "box.stl", joints={"a": 1.0})
