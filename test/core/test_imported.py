"""Meshes from files: frames, looks, errors, annotations and borders, on meshes written here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
import yaml
from PIL import Image

from dfc_core.assets.annotations import MOST_FACES, annotate, load_annotations, parse_annotation
from dfc_core.assets.imported import ImportReport, load_annotated, load_index, load_tool, read_index
from dfc_core.assets.placement import Placement
from dfc_core.assets.soup import weld
from dfc_core.assets.sources import load_source, save_tools
from dfc_core.assets.tool import Symmetry
from dfc_core.errors import DfcError
from dfc_core.functions import FUNCTIONS

ANNOTATIONS = Path(__file__).resolve().parents[2] / "config" / "annotations" / "foreign_tools.yaml"
POUR = {"part": "rim", "hold": "body", "z": [0, 0, 1], "x": [1, 0, 0]}


def entry(**changes: object) -> dict:
    """A valid annotation of a box with its top eighth as rim, with changes."""
    parts = {"rim": {"box": [0, 1, 0, 1, 0.875, 1]}, "body": {"box": [0, 1, 0, 1, 0.25, 0.75]}}
    return {"parts": parts, "affords": {"pour-with": dict(POUR)}, **changes}


def write_box(path: Path, extents: tuple[float, float, float] = (1.0, 2.0, 4.0)) -> Path:
    trimesh.creation.box(extents).export(path)
    return path


def write_textured_obj(folder: Path) -> Path:
    """Two triangles of the unit square in x, y; the picture is red in its upper half (v > 0.5) and blue below."""
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[:2, :, 0] = pixels[2:, :, 2] = 255
    Image.fromarray(pixels).save(folder / "paint.png")
    (folder / "paint.mtl").write_text("newmtl paint\nmap_Kd paint.png\n")
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    lines = ["mtllib paint.mtl", "usemtl paint"]
    lines += [f"v {x} {y} 0" for x, y in corners] + [f"vt {x} {y}" for x, y in corners]
    (folder / "sheet.obj").write_text("\n".join([*lines, "f 1/1 2/2 3/3", "f 1/1 3/3 4/4", ""]))
    return folder / "sheet.obj"


def write_index(folder: Path, rows: list[str]) -> Path:
    (folder / "INDEX.csv").write_text("path,object,category,scale_to_m,licence\n" + "\n".join(rows) + "\n")
    return folder / "INDEX.csv"


def area(tool_vertices: np.ndarray, faces: np.ndarray) -> float:
    first, second, third = np.moveaxis(tool_vertices[faces], 1, 0)
    return float(np.linalg.norm(np.cross(second - first, third - first), axis=1).sum() / 2)


def test_gltf_is_turned_from_y_up_and_scaled(tmp_path: Path) -> None:
    tool = load_tool(write_box(tmp_path / "crate.glb"), placement=Placement(scale=0.1), licence="CC0")
    np.testing.assert_allclose(np.ptp(tool.vertices, axis=0), [0.1, 0.4, 0.2])
    assert (tool.name, tool.family, tool.licence, tool.source) == ("crate", "crate", "CC0", "crate.glb")
    assert len(tool.vertices) == 8
    assert (tool.face_parts == -1).all()
    assert tool.affordances == ()


def test_stl_is_taken_as_it_is_unless_told(tmp_path: Path) -> None:
    path = write_box(tmp_path / "crate.stl")
    np.testing.assert_allclose(np.ptp(load_tool(path).vertices, axis=0), [1, 2, 4])
    np.testing.assert_allclose(np.ptp(load_tool(path, placement=Placement(up="y")).vertices, axis=0), [1, 4, 2])


def test_y_up_keeps_the_hand(tmp_path: Path) -> None:
    tool = load_tool(write_box(tmp_path / "crate.glb"))
    assert trimesh.Trimesh(tool.vertices, tool.faces).volume == pytest.approx(8.0)


def test_scene_transforms_and_colours_of_all_pieces(tmp_path: Path) -> None:
    scene = trimesh.Scene()
    for height, color in ((0.0, [255, 0, 0, 255]), (10.0, [0, 0, 255, 255])):
        box = trimesh.creation.box((1, 1, 1))
        box.visual.face_colors = color
        scene.add_geometry(box, transform=trimesh.transformations.translation_matrix((0, height, 0)))
    scene.export(tmp_path / "two.glb")
    tool = load_tool(tmp_path / "two.glb")
    assert np.ptp(tool.vertices[:, 2]) == pytest.approx(11.0)
    assert tool.face_colors is not None
    high = tool.vertices[tool.faces].mean(axis=1)[:, 2] > 5
    assert (tool.face_colors[high] == (0, 0, 255)).all()
    assert (tool.face_colors[~high] == (255, 0, 0)).all()


def test_pieces_with_and_without_picture_share_an_atlas(tmp_path: Path) -> None:
    square = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 1, 2]], process=False)
    picture = Image.new("RGB", (4, 4), (10, 200, 30))
    painted = trimesh.visual.material.PBRMaterial(baseColorTexture=picture)
    square.visual = trimesh.visual.TextureVisuals(uv=[[0, 0], [1, 0], [1, 1]], material=painted)
    plain = trimesh.Trimesh([[0, 0, 5], [1, 0, 5], [1, 1, 5]], [[0, 1, 2]], process=False)
    material = trimesh.visual.material.PBRMaterial(baseColorFactor=[255, 0, 0, 255])
    plain.visual = trimesh.visual.TextureVisuals(uv=np.zeros((3, 2)), material=material)
    trimesh.Scene([square, plain]).export(tmp_path / "mixed.glb")
    tool = load_tool(tmp_path / "mixed.glb")
    assert tool.texture is not None
    u, v = tool.texture.uv.mean(axis=1).T
    height, width = tool.texture.image.shape[:2]
    colors = tool.texture.image[((1 - v) * height).astype(int), (u * width).astype(int)]
    far = np.abs(tool.vertices[tool.faces][:, :, 1]).mean(axis=1) > 2
    np.testing.assert_array_equal(colors[far], [[255, 0, 0]])
    np.testing.assert_array_equal(colors[~far], [[10, 200, 30]])


def test_obj_texture_and_its_custom_of_y_up(tmp_path: Path) -> None:
    tool = load_tool(write_textured_obj(tmp_path))
    assert tool.texture is not None
    assert tool.texture.image.shape == (4, 4, 3)
    np.testing.assert_allclose(tool.texture.uv, tool.vertices[tool.faces][:, :, [0, 2]], atol=1e-6)
    assert tuple(tool.texture.image[0, 0]) == (255, 0, 0)


def test_texture_stays_in_place_when_borders_are_cut(tmp_path: Path) -> None:
    parts = {"rim": {"box": [0, 1, 0, 1, 0.7, 1]}, "body": {"box": [0, 1, 0, 1, 0, 0.6]}}
    tool = load_tool(write_textured_obj(tmp_path), annotation=parse_annotation(entry(parts=parts)))
    assert len(tool.faces) > 2
    assert tool.texture is not None
    np.testing.assert_allclose(tool.texture.uv, tool.vertices[tool.faces][:, :, [0, 2]], atol=1e-6)


def test_linear_base_colour_becomes_srgb(tmp_path: Path) -> None:
    box = trimesh.creation.box((1, 1, 1))
    box.visual = trimesh.visual.TextureVisuals(
        uv=np.zeros((8, 2)), material=trimesh.visual.material.PBRMaterial(baseColorFactor=[0.2140, 1.0, 0.0, 1.0])
    )
    box.export(tmp_path / "crate.glb")
    tool = load_tool(tmp_path / "crate.glb")
    assert tool.face_colors is not None
    np.testing.assert_allclose(tool.face_colors[0].astype(int), [128, 255, 0], atol=1)  # 0.2140 linear is half grey


def test_weld_merges_corners_and_drops_flat_triangles() -> None:
    square = [[[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 0, 0], [1, 0, 0], [2, 0, 0]]]
    vertices, faces, kept = weld(np.array(square, float))
    assert (len(vertices), faces.shape, kept.tolist()) == (4, (2, 3), [0, 1])


@pytest.mark.parametrize("name", ["crate.glb", "crate.obj", "crate.ply", "crate.stl"])
def test_broken_files_are_named(tmp_path: Path, name: str) -> None:
    for content in (b"", b"\x00\x01 not a mesh \xff" * 8):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DfcError, match=name) as error:
            load_tool(tmp_path / name)
        assert error.value.code == "BAD_INPUT"


def test_missing_unknown_cut_off_and_flat_files(tmp_path: Path) -> None:
    with pytest.raises(DfcError, match="no such mesh file"):
        load_tool(tmp_path / "none.glb")
    (tmp_path / "tool.txt").write_text("x")
    with pytest.raises(DfcError, match=r"\.txt is not one of \.glb"):
        load_tool(tmp_path / "tool.txt")
    whole = write_box(tmp_path / "crate.glb").read_bytes()
    (tmp_path / "crate.glb").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DfcError, match=r"crate\.glb"):
        load_tool(tmp_path / "crate.glb")
    (tmp_path / "flat.obj").write_text("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n")
    with pytest.raises(DfcError, match="empty"):
        load_tool(tmp_path / "flat.obj")


def test_annotation_labels_sharply_and_keeps_the_surface(tmp_path: Path) -> None:
    plain = load_tool(write_box(tmp_path / "crate.stl"))
    tool = annotate(plain, parse_annotation(entry()))
    assert tool.part_names == ("rim", "body", "rest")
    assert area(tool.vertices, tool.faces) == pytest.approx(28.0)
    rim = tool.faces[tool.face_parts == tool.part_index("rim")]
    body = tool.faces[tool.face_parts == tool.part_index("body")]
    assert area(tool.vertices, rim) == pytest.approx(2 + 6 * 0.5, rel=0.02)  # top and an eighth of the sides
    assert area(tool.vertices, body) == pytest.approx(6 * 2.0, rel=0.02)
    assert len(tool.faces) < MOST_FACES


def test_derived_and_given_function_frames(tmp_path: Path) -> None:
    plain = load_tool(write_box(tmp_path / "crate.stl"))
    pour = annotate(plain, parse_annotation(entry())).affordance("pour-with")
    np.testing.assert_allclose(pour.T_tool_function[:3, 3], [0, 0, 2], atol=1e-9)
    np.testing.assert_allclose(pour.T_tool_function[:3, :3], np.eye(3), atol=1e-9)
    assert pour.scale == pytest.approx(0.75)  # half extents 0.5 and 1
    note = {"part": "rim", "hold": "body", "z": [0, 0, -2], "edge": [[0, 0.5, 0], [1, 0.5, 0]]}
    also = [{"z": [0, 0, 1], "x": [1, 0, 0], "origin": [0.5, 0.5, 1], "scale": 0.25}]
    cut = annotate(plain, parse_annotation(entry(affords={"cut-with": {**note, "also": also}}))).affordance("cut-with")
    below_and_turned = [[1, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, -2], [0, 0, 0, 1]]
    np.testing.assert_allclose(cut.T_tool_function, below_and_turned, atol=1e-9)
    assert cut.scale == pytest.approx(0.5)
    np.testing.assert_allclose(cut.alternatives[0][:3, 3], [0, 0, 2], atol=1e-9)


def test_several_parts_serve_together(tmp_path: Path) -> None:
    parts = {
        "lip": {"box": [0, 1, 0, 1, 0.75, 1]},
        "wall": {"box": [0, 1, 0, 1, 0.25, 0.75]},
        "foot": {"above": [0, 0, -1, -1]},
    }
    note = {"part": ["lip", "wall"], "hold": ["foot"], "z": [1, 0, 0], "x": [0, 0, 1], "symmetry": "2-fold"}
    plain = load_tool(write_box(tmp_path / "crate.stl"))
    scoop = annotate(plain, parse_annotation(entry(parts=parts, affords={"scoop-with": note}))).affordance("scoop-with")
    assert (scoop.parts, scoop.hold) == (("lip", "wall"), ("foot",))
    assert scoop.symmetry == Symmetry("n-fold", 2)
    np.testing.assert_allclose(scoop.T_tool_function[:3, 3], [0.5, 0, 0.5], atol=0.02)  # the upper three quarters
    assert scoop.scale == pytest.approx((1.5 + 1) / 2, abs=0.02)


def test_shapes_near_above_and_outside(tmp_path: Path) -> None:
    plain = load_tool(write_box(tmp_path / "crate.stl", (4, 4, 4)))
    parts = {
        "rim": {"near": {"axis": "z", "path": [[0.5, 0.5]], "radius": 0.25}, "above": [0, 0, 1, 0.5]},
        "body": [{"box": [0, 1, 0, 1, 0, 0.5], "outside": {"box": [0, 1, 0, 1, 0, 0.25]}}],
    }
    tool = annotate(plain, parse_annotation(entry(parts=parts)))
    rim = tool.faces[tool.face_parts == 0]
    assert area(tool.vertices, rim) == pytest.approx(np.pi, rel=0.03)  # a disc of radius 1 on top
    assert area(tool.vertices, tool.faces[tool.face_parts == 1]) == pytest.approx(16.0, rel=0.02)


def test_a_lying_tool_rests_on_its_broad_sides(tmp_path: Path) -> None:
    plain = load_tool(write_box(tmp_path / "crate.stl", (0.1, 0.05, 0.5)))
    tool = annotate(plain, parse_annotation(entry(lies=True)))
    assert len(tool.rest_rotations) >= 2
    for R in tool.rest_rotations[:2]:
        np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-9)
        assert np.ptp((tool.vertices @ R.T)[:, 2]) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"parts": {}}, "parts"),
        ({"lies": "perhaps"}, "lies"),
        ({"colour": "red"}, "unknown colour"),
        ({"parts": {"rim": {"box": [0, 1, 0, 1, 1, 0]}}}, "lower bound"),
        ({"parts": {"rim": {"box": [0, 1, "low"]}}}, "6 finite numbers"),
        ({"parts": {"rim": {"sphere": 1}}}, "unknown sphere"),
        ({"parts": {"rim": {"outside": {"box": [0, 1, 0, 1, 0, 1]}}}}, "needs one of"),
        ({"parts": {"rim": {"near": {"axis": "w", "path": [[0, 0]], "radius": 1}}}}, "axis 'w'"),
        ({"parts": {"rest": {"box": [0, 1, 0, 1, 0, 1]}}}, "'rest'"),
        ({"affords": {"drill-with": POUR}}, "unknown function 'drill-with'; known: pour-with, pound-with, "),
        ({"affords": {"pour-with": POUR, "Pour with": POUR}}, "pour-with stands there twice"),
        ({"affords": {3: POUR}}, "'3' is not a function's name; one looks like pour-with"),
        ({"affords": {"pour-with": {**POUR, "hold": "knob"}}}, "'knob' is not one of the parts rim, body"),
        ({"affords": {"pour-with": {**POUR, "part": ["rim", "knob"]}}}, "'knob' is not one of the parts rim, body"),
        ({"affords": {"pour-with": {**POUR, "part": []}}}, "is not one of the parts rim, body"),
        ({"affords": {"pour-with": {**POUR, "x": [0, 0, 5]}}}, "parallel"),
        ({"affords": {"pour-with": {**POUR, "z": [0, float("nan"), 1]}}}, "finite"),
        ({"affords": {"pour-with": {**POUR, "symmetry": "cube"}}}, "symmetry 'cube'"),
        ({"affords": {"pour-with": {**POUR, "scale": -1}}}, "scale -1"),
        ({"affords": {"pour-with": {**POUR, "edge": [[0, 0, 0], [1, 0, 0]]}}}, "either x or edge"),
        ({"affords": {"pour-with": {**POUR, "also": {"z": 1}}}}, "also"),
    ],
)
def test_annotation_errors_say_where_and_what(wrong: dict, says: str) -> None:
    with pytest.raises(DfcError, match=says) as error:
        parse_annotation(entry(**wrong), "file.yaml: mug.glb")
    assert error.value.message.startswith("file.yaml: mug.glb")


def test_functions_are_read_as_elsewhere_and_own_ones_are_listed(tmp_path: Path) -> None:
    notes = tmp_path / "notes.yaml"
    content = {"functions": ["Drill with"], "mug.glb": entry(affords={"POUR_WITH": POUR, "drill-with": POUR})}
    notes.write_text(yaml.safe_dump(content))
    (annotation,) = load_annotations(notes).values()
    assert [note.function for note in annotation.functions] == ["pour-with", "drill-with"]
    for own, says in (
        ("drill-with", "functions is 'drill-with'; it must be a list"),
        (["?"], "functions: '[?]' is not"),
    ):
        notes.write_text(yaml.safe_dump({**content, "functions": own}))
        with pytest.raises(DfcError, match=rf"notes\.yaml: {says}"):
            load_annotations(notes)


def test_a_part_without_faces_is_refused(tmp_path: Path) -> None:
    parts = {"rim": {"box": [0.4, 0.6, 0.4, 0.6, 0.4, 0.6]}, "body": {"box": [0, 1, 0, 1, 0, 1]}}
    with pytest.raises(DfcError, match=r"crate\.stl: no face lies in the region of 'rim'"):
        load_tool(write_box(tmp_path / "crate.stl"), annotation=parse_annotation(entry(parts=parts)))


def test_annotation_file_errors(tmp_path: Path) -> None:
    path = tmp_path / "notes.yaml"
    for content in (None, "", "a: [", "- 1\n", "mug.glb: 3\n"):
        if content is not None:
            path.write_text(content)
        with pytest.raises(DfcError, match=r"notes\.yaml"):
            load_annotations(path)


def test_index_skips_broken_meshes_and_splits(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("one", "two"):
        write_box(tmp_path / "a" / f"{name}.stl")
    (tmp_path / "a" / "bad.glb").write_bytes(b"broken")
    rows = ["a/one.stl,one,cup,0.01,CC0", "a/bad.glb,bad,cup,1,CC0", "a/two.stl,two,mug,1,CC0", "a/no.stl,no,mug,x,CC0"]
    index = write_index(tmp_path, rows)
    report = ImportReport()
    tools = list(load_index(index, report=report))
    assert [(tool.name, tool.family, tool.source) for tool in tools] == [
        ("a/one", "cup", "a/one.stl"),
        ("a/two", "mug", "a/two.stl"),
    ]
    assert [path for path, _ in report.skipped] == ["a/bad.glb", "a/no.stl"]
    assert np.ptp(tools[0].vertices[:, 2]) == pytest.approx(0.04)
    notes = {"a/one.stl": entry(), "a/two.stl": entry(held_out=True), "a/bad.glb": entry(), "a/gone.stl": entry()}
    (tmp_path / "notes.yaml").write_text(yaml.safe_dump(notes))
    missing = ImportReport()
    train = load_annotated(index, tmp_path / "notes.yaml", "train", missing)
    assert [tool.name for tool in train] == ["a/one"]
    assert sorted(path for path, _ in missing.skipped) == ["a/bad.glb", "a/gone.stl"]
    assert [tool.name for tool in load_annotated(index, tmp_path / "notes.yaml", "held_out")] == ["a/two"]
    assert len(load_annotated(index, tmp_path / "notes.yaml")) == 2
    with pytest.raises(DfcError, match="train, held_out, all"):
        load_annotated(index, tmp_path / "notes.yaml", "test")
    chosen = load_source(str(index), Placement(), ImportReport(), annotations=tmp_path / "notes.yaml", split="held_out")
    assert [tool.name for tool in chosen] == ["a/two"]
    with pytest.raises(DfcError, match="split train needs them"):
        list(load_source(str(index), Placement(), ImportReport(), split="train"))


def test_a_folder_with_tools_that_are_held_out_or_renamed_since_is_refused_untouched(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_box(tmp_path / f"{name}.stl")
    notes, out = tmp_path / "notes.yaml", tmp_path / "out"

    def import_(rows: list[str], **held_out: bool) -> int:
        notes.write_text(yaml.safe_dump({f"{n}.stl": entry(held_out=held_out.get(n, False)) for n in ("one", "two")}))
        index, report = write_index(tmp_path, rows), ImportReport()
        return save_tools(load_annotated(index, notes, "train", report), out, report, alone=True)

    rows = ["one.stl,one,cup,0.1,CC0", "two.stl,two,mug,0.1,CC0"]
    assert import_(rows) == import_(rows) == 2
    before = (out / "one" / "tool.json").stat().st_mtime_ns
    with pytest.raises(DfcError, match="holds tools that this import has not: two; choose an empty folder"):
        import_(rows, two=True)
    with pytest.raises(DfcError, match="holds tools that this import has not: one, two; choose"):
        import_([row.replace(".stl,", ".stl,new-") for row in rows])
    assert (out / "one" / "tool.json").stat().st_mtime_ns == before
    assert {path.name for path in out.iterdir()} == {"one", "two"}
    assert save_tools(
        load_source(str(write_box(tmp_path / "three.stl")), Placement(), ImportReport()), out, ImportReport()
    )


def test_index_errors(tmp_path: Path) -> None:
    with pytest.raises(DfcError, match=r"INDEX\.csv"):
        read_index(tmp_path / "INDEX.csv")
    (tmp_path / "INDEX.csv").write_text("file,object\na,b\n")
    with pytest.raises(DfcError, match="column path"):
        read_index(tmp_path / "INDEX.csv")


def test_the_shipped_annotations_are_valid_and_spread_over_functions() -> None:
    annotations = load_annotations(ANNOTATIONS)
    assert len(annotations) >= 100
    for held_out in (False, True):
        functions = {
            note.function for each in annotations.values() if each.held_out == held_out for note in each.functions
        }
        assert functions == set(FUNCTIONS) - {"sift-with"}  # none of these meshes has a sieve


def test_foreign_meshes_load_and_stand_upright(shared: Path) -> None:
    index = shared / "data" / "meshes" / "INDEX.csv"
    if not index.is_file():
        pytest.skip("needs ../shared/data/meshes")
    report = ImportReport()
    assert len(list(load_index(index, report=report))) == len(read_index(index))
    assert report == ImportReport()
    tools = load_annotated(index, ANNOTATIONS, "held_out")
    assert len(tools) == 21
    for tool in tools:
        assert len(tool.faces) <= MOST_FACES
        for affordance in tool.affordances:
            if affordance.function != "pour-with":
                continue
            assert affordance.T_tool_function[2, 2] > 0.5  # openings look up
            part = tool.faces_of(affordance.parts)
            height = (tool.vertices[part][:, :, 2] - tool.vertices[:, 2].min()) / np.ptp(tool.vertices[:, 2])
            assert height.min() > 0.5
