"""What a mesh's paint becomes, tool folders, and whole collections imported from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import trimesh
from PIL import Image

from dfc_core.assets.imported import ImportReport, load_folder, load_index, load_tool
from dfc_core.assets.objaverse import load_objaverse
from dfc_core.assets.paint import MOST_IMAGE_PX
from dfc_core.assets.placement import Placement
from dfc_core.assets.store import load_tool_folder, save_tool, tool_folders
from dfc_core.assets.tool import Texture, Tool
from dfc_core.cli.app import run
from dfc_core.errors import DfcError

UID, OTHER = "0" * 31 + "a", "0" * 31 + "b"
TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float)


def painted(image: Image.Image, uv: list, height: float) -> trimesh.Trimesh:
    """A triangle at `height` with a picture."""
    mesh = trimesh.Trimesh(TRIANGLE + np.array([0, 0, height]), [[0, 1, 2]], process=False)
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=image)
    mesh.visual = trimesh.visual.TextureVisuals(uv=np.array(uv, float), material=material)
    return mesh


def color_at(texture: Texture, face: int, weights: tuple[float, float, float]) -> tuple[int, ...]:
    """The picture's colour at a place on a face, v up."""
    u, v = np.array(weights) @ texture.uv[face]
    height, width = texture.image.shape[:2]
    return tuple(int(c) for c in texture.image[int((1 - v) % 1 * height), int(u % 1 * width)])


def face_at(tool: Tool, height: float) -> int:
    return int(np.abs(tool.vertices[tool.faces].mean(axis=1)[:, 1] + height).argmin())  # glTF z is the tool's -y


def quarters() -> Image.Image:
    """Red, green over blue, white."""
    pixels = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    return Image.fromarray(pixels.repeat(8, axis=0).repeat(8, axis=1))


def test_several_pictures_and_a_repeated_one_share_an_atlas(tmp_path: Path) -> None:
    black = Image.new("RGB", (4, 4))
    repeats = painted(quarters(), [[0, 0], [2, 0], [0, 2]], 0)
    trimesh.Scene([repeats, painted(black, [[0, 0], [1, 0], [0, 1]], 5)]).export(tmp_path / "two.glb")
    texture = (tool := load_tool(tmp_path / "two.glb")).texture
    assert texture is not None
    first, second = face_at(tool, 0), face_at(tool, 5)
    assert color_at(texture, second, (0.4, 0.3, 0.3)) == (0, 0, 0)
    # where the file's (u, v) = (.25, .25), (1.25, .25), (.25, 1.75): blue, blue again, red above
    corner = {tuple(np.round(tool.vertices[v], 6)[[0, 2]]): n for n, v in enumerate(tool.faces[first])}
    order = [corner[0.0, 0.0], corner[1.0, 0.0], corner[0.0, 1.0]]
    for place, expected in (
        ((0.125, 0.125), (0, 0, 255)),
        ((0.625, 0.125), (0, 0, 255)),
        ((0.125, 0.875), (255, 0, 0)),
    ):
        weights = np.zeros(3)
        weights[order] = [1 - sum(place), *place]
        assert color_at(texture, first, tuple(weights)) == expected


def test_faces_of_many_colours_keep_them_in_an_atlas(tmp_path: Path) -> None:
    box = trimesh.creation.box((1, 1, 1))
    box.visual.face_colors = [[20 * n, 255 - 20 * n, 7, 255] for n in range(12)]
    sheet = trimesh.Trimesh(TRIANGLE + np.array([0, 0, 9]), [[0, 1, 2]], process=False)
    (tmp_path / "paint.mtl").write_text("newmtl paint\nmap_Kd paint.png\n")
    quarters().save(tmp_path / "paint.png")
    from dfc_core.assets.paint import paint_of

    sheet.visual = trimesh.visual.TextureVisuals(
        uv=TRIANGLE[:, :2], material=trimesh.visual.material.SimpleMaterial(image=quarters())
    )
    _, texture = paint_of([box, sheet])
    assert texture is not None
    for face in range(12):
        assert color_at(texture, face, (0.2, 0.3, 0.5)) == (20 * face, 255 - 20 * face, 7)


def test_large_pictures_are_made_smaller(tmp_path: Path) -> None:
    painted(Image.new("RGB", (4096, 16), (9, 80, 200)), TRIANGLE[:, :2].tolist(), 0).export(tmp_path / "wide.glb")
    texture = load_tool(tmp_path / "wide.glb").texture
    assert texture is not None
    assert texture.image.shape == (8, MOST_IMAGE_PX, 3)
    assert color_at(texture, 0, (0.3, 0.3, 0.4)) == (9, 80, 200)


def test_vertex_colours_of_ply_and_gltf(tmp_path: Path) -> None:
    mesh = trimesh.Trimesh(TRIANGLE, [[0, 1, 2]], process=False)
    mesh.visual.vertex_colors = [[30, 0, 0, 255], [60, 0, 0, 255], [90, 0, 0, 255]]
    mesh.export(tmp_path / "scan.ply")
    colors = load_tool(tmp_path / "scan.ply").face_colors
    assert colors is not None
    assert colors.tolist() == [[60, 0, 0]]
    mesh.visual.vertex_colors = [[55, 0, 0, 255]] * 3  # linear light in glTF: 55 / 255 = 0.2157 is half grey
    mesh.export(tmp_path / "scan.glb")
    colors = load_tool(tmp_path / "scan.glb").face_colors
    assert colors is not None
    np.testing.assert_allclose(colors[0].astype(int), [128, 0, 0], atol=1)


def test_lost_paint_is_noted_and_the_shape_kept(tmp_path: Path) -> None:
    text = "mtllib {}\nusemtl p\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nf 1/1 2/1 3/1\n"
    (tmp_path / "a.obj").write_text(text.format("gone.mtl"))
    (tmp_path / "b.obj").write_text(text.format("p.mtl"))
    (tmp_path / "p.mtl").write_text("newmtl p\nmap_Kd -s 1 1 1 gone.png\n")
    report = ImportReport()
    assert [tool.texture for tool in load_folder(tmp_path, report=report)] == [None, None]
    assert report.notes == [
        (str(tmp_path / "a.obj"), "gone.mtl is not there, so its paint is lost"),
        (str(tmp_path / "b.obj"), "gone.png is not there, so its paint is lost"),
    ]


def test_a_tool_folder_keeps_texture_colours_and_source(tmp_path: Path) -> None:
    painted(quarters(), [[0, 0], [1, 0], [0, 1]], 0).export(tmp_path / "one.glb")
    tool = load_tool(tmp_path / "one.glb", licence="CC0-1.0", source="somewhere")
    read = load_tool_folder(save_tool(tool, tmp_path / "out"))
    assert tool.texture is not None
    assert read.texture is not None
    np.testing.assert_array_equal(read.texture.image, tool.texture.image)
    np.testing.assert_array_equal(read.texture.uv, tool.texture.uv)
    np.testing.assert_allclose(read.vertices[read.faces], tool.vertices[tool.faces], atol=1e-6)
    assert (read.licence, read.source, read.face_colors) == ("CC0-1.0", "somewhere", None)
    box = trimesh.creation.box((1, 1, 1))
    box.visual.face_colors = np.arange(48).reshape(12, 4).astype(np.uint8)
    box.export(tmp_path / "one.ply")
    plain = load_tool(tmp_path / "one.ply")
    read = load_tool_folder(save_tool(plain, tmp_path / "out"))  # over the textured one of the same name
    assert read.texture is None
    np.testing.assert_array_equal(read.face_colors, plain.face_colors)


def test_broken_texture_files_and_names_that_lead_out(tmp_path: Path) -> None:
    painted(quarters(), [[0, 0], [1, 0], [0, 1]], 0).export(tmp_path / "one.glb")
    folder = save_tool(load_tool(tmp_path / "one.glb"), tmp_path / "out")
    np.save(folder / "uv.npy", np.zeros((7, 3, 2), np.float32))
    with pytest.raises(DfcError, match=r"uv\.npy is \(7, 3, 2\), expected \(1, 3, 2\)"):
        load_tool_folder(folder)
    (folder / "texture.png").write_bytes(b"no picture")
    with pytest.raises(DfcError, match="not a tool folder"):
        load_tool_folder(folder)
    for name in ("../out2", "/abs", "a/../../b"):
        with pytest.raises(DfcError, match="leads out"):
            save_tool(load_tool(tmp_path / "one.glb", name=name), tmp_path / "out")


def make_collection(folder: Path) -> Path:
    """Two whole meshes called the same, one in a subfolder, a URDF with its link, and all that can be broken."""
    (folder / "deep" / "er").mkdir(parents=True)
    box = trimesh.creation.box((0.1, 0.2, 0.3))
    for name in ("cup.stl", "cup.ply", "deep/er/mug.glb", "deep/link.stl"):
        box.export(folder / name)
    (folder / "deep" / "arm.urdf").write_text(
        '<robot name="r"><link name="l"><visual><geometry><mesh filename="link.stl"/></geometry></visual></link>'
        "</robot>"
    )
    whole = (folder / "deep/er/mug.glb").read_bytes()
    (folder / "cut.glb").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.obj").write_text("")
    (folder / "nan.obj").write_text("v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (folder / "points.ply").write_bytes(trimesh.PointCloud(TRIANGLE).export(file_type="ply"))
    (folder / "text.stl").write_text("not a mesh at all")
    (folder / "tool.urdf.xacro").write_text("<robot/>")
    box.export(folder / "apart.gltf")
    for part in folder.glob("*.bin"):
        part.unlink()
    (folder / "LICENSE").write_text("text that is no mesh")
    return folder


BROKEN = ["apart.gltf", "cut.glb", "empty.obj", "nan.obj", "points.ply", "text.stl", "tool.urdf.xacro"]


def test_a_folder_is_imported_and_what_is_broken_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    folder, out = make_collection(tmp_path / "in"), tmp_path / "out"
    assert run(["assets", "import", str(folder), "--out", str(out), "--licence", "CC0-1.0", "--up", "-y"]) == 0
    tools = [load_tool_folder(each) for each in tool_folders(out)]
    assert [tool.name for tool in tools] == ["cup_ply", "cup_stl", "deep/arm", "deep/er/mug"]
    assert {tool.licence for tool in tools} == {"CC0-1.0"}
    assert [tool.source for tool in tools] == ["cup.ply", "cup.stl", "deep/arm.urdf", "deep/er/mug.glb"]
    said = capsys.readouterr()
    skipped = [line.split()[1].rstrip(":") for line in said.err.splitlines() if line.startswith("skipped")]
    assert skipped == BROKEN
    assert said.out.strip() == f"4 tools in {out}, 7 skipped, 0 notes"
    assert run(["assets", "list", str(out)]) == 0
    assert "deep/er/mug" in capsys.readouterr().out


def test_an_import_of_nothing_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "text.stl").write_text("not a mesh at all")
    assert run(["assets", "import", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 2
    assert "nothing in" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    for arguments in (["gone.glb"], ["gone.csv"], ["in", "--longest", "1", "--unit", "mm"], ["in", "--joint", "a"]):
        assert run(["assets", "import", *arguments, "--out", str(tmp_path / "out")]) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_an_index_needs_only_paths_and_keeps_what_it_has(tmp_path: Path) -> None:
    trimesh.creation.box((0.1, 0.2, 0.3)).export(tmp_path / "cup.stl")
    lines = ["path,up,repo,commit,licence", "cup.stl,x,people/cups,abc,MIT", "cup.stl,,,,", "cup.stl,w,,,"]
    (tmp_path / "index.csv").write_text("\n".join(lines))
    report = ImportReport()
    (tool,) = load_index(tmp_path / "index.csv", report=report)
    np.testing.assert_allclose(np.ptp(tool.vertices, axis=0), [0.3, 0.2, 0.1], atol=1e-7)
    assert (tool.name, tool.family, tool.licence) == ("cup", "cup", "MIT")
    assert tool.source == "cup.stl (people/cups@abc)"
    assert [reason.split(":")[-1] for _, reason in report.skipped] == [
        " another row is called cup; set its column object",
        "up 'w' is not one of x, -x, y, -y, z, -z",
    ]


def fake_objaverse(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    """A module with the interface of the package `objaverse`, on local files."""
    module = ModuleType("objaverse")
    module.load_objects = lambda uids, download_processes=1: {u: files[u] for u in uids if u in files}  # type: ignore[attr-defined]
    module.load_annotations = lambda uids=None: {  # type: ignore[attr-defined]
        u: {"name": "Red mug", "license": "by", "user": {"username": "ann"}, "viewerUrl": f"https://x/{u}"}
        for u in uids
    }
    monkeypatch.setitem(sys.modules, "objaverse", module)


def test_objaverse_by_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    trimesh.creation.box((10, 20, 5)).export(tmp_path / "a.glb")
    fake_objaverse(monkeypatch, {UID: str(tmp_path / "a.glb")})
    out = tmp_path / "out"
    assert run(["assets", "import", f"objaverse:{UID},{OTHER}", "--out", str(out), "--longest", "0.4"]) == 0
    assert f"skipped objaverse:{OTHER}: Objaverse has no such object" in capsys.readouterr().err
    about = json.loads((out / "objaverse" / UID / "tool.json").read_text())
    assert (about["family"], about["licence"]) == ("Red mug", "CC-BY-4.0, ann")
    assert about["source"] == f"https://x/{UID}"
    vertices = load_tool_folder(out / "objaverse" / UID).vertices
    np.testing.assert_allclose(np.ptp(vertices, axis=0), [0.2, 0.1, 0.4], atol=1e-6)  # y up to z up
    (tool,) = load_objaverse([UID])
    assert np.ptp(tool.vertices, axis=0).max() == pytest.approx(0.25)


def test_objaverse_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DfcError, match="32 hexadecimal digits each, not 'mug'"):
        list(load_objaverse(["mug"]))
    monkeypatch.setitem(sys.modules, "objaverse", None)  # as where it is not installed
    with pytest.raises(DfcError, match=r"pip install 'dfc_ros\[objaverse\]'"):
        list(load_objaverse([UID]))
    with pytest.raises(DfcError, match="no metric scale"):
        list(load_objaverse([UID], placement=Placement(unit="mm")))
    (tmp_path / "bad.glb").write_bytes(b"cut off")
    fake_objaverse(monkeypatch, {UID: str(tmp_path / "bad.glb")})
    report = ImportReport()
    assert list(load_objaverse([UID], report=report)) == []
    assert [name for name, _ in report.skipped] == [f"objaverse:{UID}"]

    def unreachable(uids: list[str]) -> dict[str, str]:
        raise OSError("no route")

    monkeypatch.setattr(sys.modules["objaverse"], "load_objects", unreachable)
    with pytest.raises(DfcError, match="could not be downloaded: no route"):
        list(load_objaverse([UID]))
