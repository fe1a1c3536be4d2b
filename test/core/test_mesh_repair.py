"""Winding, repeated faces, rests, sizes: meshes made wrong on purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from dfc_core.assets.imported import ImportReport, load_tool
from dfc_core.assets.placement import R_Z_UP, Placement, size_warning
from dfc_core.assets.rest import lying, rests, stands
from dfc_core.assets.soup import turned_in, weld
from dfc_core.errors import DfcError


def volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    return float(np.sum(a * np.cross(b, c)) / 6)


def repaired(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    turned = turned_in(vertices, faces)
    return np.where(turned[:, None], faces[:, ::-1], faces)


def test_faces_reversed_at_random_look_outwards_again() -> None:
    ball = trimesh.creation.icosphere(2, 0.1)
    chosen = np.random.default_rng(0).random(len(ball.faces)) < 0.4
    faces = np.where(chosen[:, None], ball.faces[:, ::-1], ball.faces)
    np.testing.assert_array_equal(turned_in(ball.vertices, faces), chosen)


def test_an_inverted_mesh_and_an_open_one_are_turned() -> None:
    box = trimesh.creation.box((1, 2, 3))
    assert turned_in(box.vertices, box.faces[:, ::-1]).all()
    open_faces = box.faces[box.triangles_center[:, 2] < 1.49]  # without its lid
    assert len(open_faces) == 10
    assert turned_in(box.vertices, open_faces[:, ::-1]).all()
    assert not turned_in(box.vertices, open_faces).any()


def test_a_cavity_keeps_looking_into_its_hole() -> None:
    outer, inner = trimesh.creation.box((2, 2, 2)), trimesh.creation.box((1, 1, 1))
    vertices = np.concatenate([outer.vertices, inner.vertices])
    faces = np.concatenate([outer.faces, inner.faces[:, ::-1] + 8])
    assert not turned_in(vertices, faces).any()
    assert volume(vertices, repaired(vertices, faces)) == pytest.approx(7.0)


def test_a_flat_sheet_and_a_moebius_band_are_left_but_for_agreement() -> None:
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    turned = turned_in(square, np.array([[0, 1, 2], [0, 3, 2]]))
    assert turned.sum() == 1  # one of the two, so that they agree
    angle = np.linspace(0, np.pi, 9)[:-1]
    rim = [np.array([np.cos(2 * a), np.sin(2 * a), 0]) * (1 + s * 0.2 * np.cos(a)) + [0, 0, s * 0.2 * np.sin(a)]
           for a in angle for s in (-1, 1)]  # fmt: skip
    quads = [(2 * i, 2 * i + 1, 2 * i + 2, 2 * i + 3) if i < 7 else (14, 15, 1, 0) for i in range(8)]
    faces = np.array([f for a, b, c, d in quads for f in ((a, b, c), (b, d, c))])
    assert len(set(turned_in(np.array(rim), faces).tolist())) == 1  # no part of it against the rest


def test_no_faces_need_no_turning() -> None:
    assert turned_in(np.zeros((0, 3)), np.zeros((0, 3), int)).shape == (0,)


def test_repeated_faces_are_dropped_whatever_their_direction() -> None:
    triangle = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float)
    other = triangle + np.array([0, 0, 1])
    _, faces, kept = weld(np.stack([triangle, triangle[::-1], other, triangle]))
    assert (len(faces), kept.tolist()) == (2, [0, 2])


def test_a_textured_face_that_is_turned_keeps_its_picture(tmp_path: Path) -> None:
    """Each corner's u is its x + 0.5 and v its y + 0.5; half of the box's faces are reversed in the file."""
    box = trimesh.creation.box((1, 1, 1))
    corners = np.where(np.arange(12)[:, None, None] % 2 == 0, box.triangles, box.triangles[:, ::-1]).reshape(-1, 3)
    lines = ["mtllib p.mtl", "usemtl p"] + [f"v {x} {y} {z}" for x, y, z in corners]
    lines += [f"vt {x + 0.5} {y + 0.5}" for x, y, _ in corners]
    lines += [f"f {i}/{i} {i + 1}/{i + 1} {i + 2}/{i + 2}" for i in range(1, 37, 3)]
    (tmp_path / "box.obj").write_text("\n".join(lines))
    (tmp_path / "p.mtl").write_text("newmtl p\nmap_Kd p.png\n")
    from PIL import Image

    Image.new("RGB", (4, 4)).save(tmp_path / "p.png")
    tool = load_tool(tmp_path / "box.obj", placement=Placement(up="z"))
    assert volume(tool.vertices, tool.faces) == pytest.approx(1.0)
    assert tool.texture is not None
    xy = tool.vertices[tool.faces][..., :2] + 0.5
    np.testing.assert_allclose(tool.texture.uv - xy, np.round(tool.texture.uv - xy), atol=1e-5)


def test_every_up_axis_is_a_turn_that_lifts_it() -> None:
    for name, R in R_Z_UP.items():
        axis = np.eye(3)["xyz".index(name[-1])] * (-1 if name.startswith("-") else 1)
        np.testing.assert_array_equal(np.array(R) @ axis, [0, 0, 1])
        assert np.linalg.det(R) == pytest.approx(1.0)


def test_units_scale_and_longest_side(tmp_path: Path) -> None:
    trimesh.creation.box((1, 2, 4)).export(tmp_path / "crate.stl")
    for placement, longest in (
        (Placement(unit="inch"), 4 * 0.0254),
        (Placement(unit="mm", scale=10), 0.04),
        (Placement(longest_m=0.3), 0.3),
    ):
        size = np.ptp(load_tool(tmp_path / "crate.stl", placement=placement).vertices, axis=0)
        np.testing.assert_allclose(size, longest * np.array([0.25, 0.5, 1]), rtol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"up": "w"}, "up 'w' is not one of x, -x, y"),
        ({"unit": "mile"}, "unit 'mile' is not one of mm, cm, m, inch"),
        ({"scale": 0.0}, "scale 0.0"),
        ({"scale": float("nan")}, "scale nan"),
        ({"longest_m": -1.0}, "longest side -1.0"),
        ({"longest_m": 1.0, "unit": "mm"}, "either it, or scale and unit"),
    ],
)
def test_placement_errors(wrong: dict, says: str) -> None:
    with pytest.raises(DfcError, match=says):
        Placement(**wrong)


def test_an_implausible_size_is_noted_with_its_likely_unit(tmp_path: Path) -> None:
    trimesh.creation.box((30, 40, 250)).export(tmp_path / "hammer.stl")
    report = ImportReport()
    load_tool(tmp_path / "hammer.stl", report=report)
    assert report.notes == [
        (
            str(tmp_path / "hammer.stl"),
            "its longest side is 250 m, which is no tool's size: its numbers are probably in mm or cm",
        ),
    ]
    load_tool(tmp_path / "hammer.stl", placement=Placement(unit="mm"), report=report)
    assert len(report.notes) == 1
    assert size_warning(0.005) is None
    assert size_warning(0.0049) is not None


def test_a_bottle_stands_and_a_hammer_lies() -> None:
    bottle = trimesh.creation.cylinder(0.04, 0.25).vertices
    assert stands(bottle)
    np.testing.assert_array_equal(rests(bottle)[0], np.eye(3))
    stick = trimesh.creation.box((0.02, 0.03, 0.3)).vertices  # falls at 4 degrees
    assert not stands(stick)
    heights = [float(np.ptp((stick @ R.T)[:, 2])) for R in rests(stick)]
    assert heights == pytest.approx([0.02, 0.02, 0.03, 0.03])


def test_a_sheet_lies_on_its_two_sides() -> None:
    sheet = np.array([[0, 0, 0], [0, 0.2, 0], [0, 0.2, 0.1], [0, 0, 0.1]], float)
    upper, lower = lying(sheet)
    for R in (upper, lower):
        assert np.ptp((sheet @ R.T)[:, 2]) == pytest.approx(0.0, abs=1e-12)
        assert np.linalg.det(R) == pytest.approx(1.0)
    assert upper[2] @ lower[2] == pytest.approx(-1.0)


def test_what_falls_either_way_keeps_its_upper_side_up() -> None:
    plate = (
        trimesh.creation.box((0.2, 0.1, 0.01)).vertices
        @ trimesh.transformations.rotation_matrix(0.3, [1, 0, 0])[:3, :3]
    )
    assert not stands(plate)  # tilted in its file
    assert len(lying(plate)) == 2
    (R,) = rests(plate)
    assert R[2, 2] == pytest.approx(np.cos(0.3), abs=1e-4)
