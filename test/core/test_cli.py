"""What a user types, and what they get: files, exit codes, one sentence."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dfc_core import __version__
from dfc_core.cli.app import run
from dfc_core.cli.match import MATCHES_HEADER
from dfc_core.demonstrations import Contact, Demonstration, DemonstrationStore, save_demonstration
from dfc_core.errors import DfcError
from dfc_core.frames import Frame, save_frame
from dfc_core.view.shapes import ball

K = np.array([[50.0, 0, 16], [0, 50.0, 12], [0, 0, 1]])
TOOL = np.zeros((24, 32), dtype=bool)
TOOL[6:18, 10:22] = True


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemonstrationStore:
    monkeypatch.setenv("DFC_STORE", str(tmp_path / "store"))
    return DemonstrationStore()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rgb = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    save_frame(Frame(rgb, K, np.full((24, 32), 0.5, np.float32), TOOL, "cam"), tmp_path / "mug")
    return tmp_path / "mug"


def mistake(capsys: pytest.CaptureFixture, *arguments: object) -> str:
    """The one sentence on stderr of a command that must end with 2."""
    capsys.readouterr()
    assert run([str(argument) for argument in arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    return str(said.err)


def test_help_is_quick_and_ends_with_0() -> None:
    for command in ([], ["demo"], ["match"]):
        done = subprocess.run(
            [sys.executable, "-m", "dfc_core", *command, "--help"],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert done.returncode == 0
        assert "Usage: dfc_core" in done.stdout
        assert done.stderr == ""


def test_a_mistake_in_a_real_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dfc_core", "demo", "show", "../x", "--store", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "'../x'" in done.stderr
    assert "Traceback" not in done.stderr


def test_version(capsys: pytest.CaptureFixture) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"dfc_core {__version__}\n"


@pytest.mark.parametrize(("option", "came"), [("--seed", "-1"), ("--seed", "one"), ("--stretch", "1.5")])
def test_an_option_out_of_range_is_said_in_one_sentence_that_names_what_came(
    capsys: pytest.CaptureFixture, option: str, came: str
) -> None:
    said = mistake(capsys, "render", "--out", "x", option, came)
    assert option in said
    assert came in said
    assert "Input" not in said
    assert said.endswith("; see dfc_core render --help\n")
    assert ". " not in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nothing"], "nothing"),
        (["demo", "nothing"], "nothing"),
        (["demo", "add"], "frame"),
        (["demo", "show"], "ID"),
        (["match", "a", "b", "--out", "o"], "--function"),
        (["demo", "list", "--colour"], "--colour"),
    ],
)
def test_usage_mistakes(capsys: pytest.CaptureFixture, arguments: list[str], named: str) -> None:
    said = mistake(capsys, *arguments)
    assert named.lower() in said.lower()
    assert "--help" in said


def test_interrupt_is_130_and_said(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch, store: DemonstrationStore
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DemonstrationStore, "list", interrupt)
    assert run(["demo", "list"]) == 130
    assert capsys.readouterr().err.split() == ["interrupted"]


def test_a_mistake_found_before_the_work_begins_is_one_line(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    assert run(["dataset", "verify", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert "nowhere" in mistake(capsys, "bench", "--store", tmp_path / "nowhere", "-o", tmp_path / "bench.json")
    made = tmp_path / "tools"
    assert "'mugg'" in mistake(capsys, "assets", "generate", "--family", "mug", "--family", "mugg", "--out", made)
    assert not made.exists()


def test_add_list_show_remove(capsys: pytest.CaptureFixture, store: DemonstrationStore, folder: Path) -> None:
    grasp = folder.parent / "grasp.yaml"
    grasp.write_text("position: [0.01, 0.02, 0.5]\nquaternion_xyzw: [0, 0, 0, 1]\nwidth: 0.05\n")
    path = folder.parent / "path.csv"
    path.write_text("t,x,y,z,qx,qy,qz,qw\n0,0.01,0.02,0.5,0,0,0,1\n2.5,0.11,0.02,0.5,0,0,0,1\n")
    command = ["demo", "add", str(folder), "--function", "Pour with", "--tool", "Big Mug", "--contact", "12,7"]
    command += ["--contact", "20,7.5", "--grasp-contact", "21,12", "--grasp", str(grasp), "--trajectory", str(path)]
    assert run(command) == 0
    identifier = capsys.readouterr().out.strip()
    assert identifier == "pour-with-big-mug-001"
    stored = store.get(identifier)
    assert stored.contacts == (Contact((12, 7)), Contact((20, 7.5)), Contact((21, 12), "grasp"))
    assert stored.grasp is not None
    assert stored.grasp.width == 0.05
    assert stored.trajectory is not None
    assert stored.trajectory.positions[:, 0].tolist() == [0.01, 0.11]
    np.testing.assert_array_equal(stored.frame.mask, TOOL)
    assert run(["demo", "list"]) == 0
    assert capsys.readouterr().out.startswith(f"{identifier}\tpour-with\tBig Mug\t3 contacts, grasp, trajectory\t")
    assert run(["demo", "show", identifier]) == 0
    shown = capsys.readouterr().out
    assert "contact: 20,7.5 (function)" in shown
    assert "144 px of tool" in shown
    assert "trajectory: 2 poses over 2.50 s" in shown
    assert run(["demo", "remove", identifier]) == 0
    assert store.list() == []


def test_add_with_a_mask_picture(store: DemonstrationStore, folder: Path, tmp_path: Path) -> None:
    other = np.zeros((24, 32), np.uint8)
    other[2:5, 2:5] = 255
    Image.fromarray(other).save(tmp_path / "m.png")
    assert run(["demo", "add", str(folder), "-f", "pour-with", "--mask", str(tmp_path / "m.png")]) == 0
    assert store.best("pour-with").frame.mask.sum() == 9


def test_add_mistakes(capsys: pytest.CaptureFixture, store: DemonstrationStore, folder: Path, tmp_path: Path) -> None:
    add = ["demo", "add", folder, "-f", "pour-with"]
    assert "31,1 is " in mistake(capsys, *add, "--contact", "31,1")
    assert "outside the 32x24 picture" in mistake(capsys, *add, "--contact", "40,1")
    assert "'1;2'" in mistake(capsys, *add, "--contact", "1;2")
    assert "'nan,1'" in mistake(capsys, *add, "--contact", "nan,1")
    assert "no.yaml" in mistake(capsys, *add, "--grasp", tmp_path / "no.yaml")
    assert "no.png" in mistake(capsys, *add, "--mask", tmp_path / "no.png")
    assert "nowhere" in mistake(capsys, "demo", "add", tmp_path / "nowhere", "-f", "pour-with")
    (tmp_path / "path.csv").write_text("x,y\n")
    assert "path.csv: the first line" in mistake(capsys, *add, "--trajectory", tmp_path / "path.csv")
    assert "'a/b'" in mistake(capsys, "demo", "add", folder, "-f", "a/b")
    for name in ("mask.png", "depth.png"):
        (folder / name).unlink()
    assert "a mask, a box or a point is required" in mistake(capsys, *add)
    (folder / "rgb.png").write_bytes(b"")
    assert "rgb.png" in mistake(capsys, *add)
    assert store.list() == []


def test_broken_demonstrations_are_listed(
    capsys: pytest.CaptureFixture, store: DemonstrationStore, folder: Path
) -> None:
    run(["demo", "add", str(folder), "-f", "pour-with"])
    (store.path / "broken").mkdir()
    capsys.readouterr()
    assert run(["demo", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("broken\tBROKEN: ")


def test_import(capsys: pytest.CaptureFixture, store: DemonstrationStore, tmp_path: Path) -> None:
    frame = Frame(np.zeros((24, 32, 3), np.uint8), mask=TOOL)
    save_demonstration(Demonstration("", "pour-with", "mug", frame), tmp_path / "brought")
    assert run(["demo", "import", str(tmp_path / "brought")]) == 0
    assert capsys.readouterr().out == "brought\n"
    assert store.get("brought").tool == "mug"


class FakeResult:
    """As much of a match as the command writes."""

    function, confidence, correspondences, contacts, grasps, warnings = "pour-with", 0.5, 2, (), (), ()
    path, demonstration_id, consulted, agreed = None, "b", ("a", "b", "c"), ("b", "c")
    turn_confidence, turn_confidence_rad, grasp_note = 0.25, 0.5236, ""
    matches = np.array([[1.0, 2.0, 3.0, 4.0, 0.9], [5.0, 6.0, 7.0, 8.25, 0.5]])
    demonstration = target_mask = None

    def to_dict(self) -> dict:
        return {"function": self.function, "error": None}


@pytest.fixture
def fake_matcher(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """Replace model and matcher; returns the arguments of the calls."""
    calls: list[dict] = []

    class Matcher:
        def __init__(self, model: str, *_: object) -> None:
            self.model = model

        def match(self, frame: Frame, function: str, **rest: object) -> FakeResult:
            calls.append({"frame": frame, "function": function, "model": self.model, **rest})
            if function == "fly-with":
                raise DfcError("UNKNOWN_FUNCTION", "unknown function 'fly-with'")
            return FakeResult()

    monkeypatch.setattr("dfc_core.model.load_model", lambda name, again=False: f"{name}, again" if again else name)
    monkeypatch.setattr("dfc_core.transfer.ToolMatcher", Matcher)
    monkeypatch.setattr("dfc_core.transfer.draw_overlay", lambda *_: np.full((5, 7, 3), 9, np.uint8))
    monkeypatch.setattr("dfc_core.view.shapes_of", lambda *_: [ball("contact_F1", np.ones(3), 0.01, (9, 9, 9))])
    return calls


def test_match_writes_its_three_files(
    store: DemonstrationStore, folder: Path, tmp_path: Path, fake_matcher: list[dict]
) -> None:
    run(["demo", "add", str(folder), "-f", "pour-with"])
    out = tmp_path / "out"
    command = ["match", "pour-with-mug-001", str(folder), "-f", "pour-with", "--out", str(out)]
    assert run([*command, "--point", "3,4", "--box", "1,2,30,20"]) == 0
    assert json.loads((out / "result.json").read_text()) == {"function": "pour-with", "error": None}
    lines = (out / "matches.csv").read_text().splitlines()
    assert lines == [MATCHES_HEADER, "1.000,2.000,3.000,4.000,0.90000", "5.000,6.000,7.000,8.250,0.50000"]
    assert MATCHES_HEADER == "x_demo,y_demo,x_target,y_target,score"
    assert Image.open(out / "overlay.png").size == (7, 5)
    assert [path.name for path in sorted(out.iterdir())] == ["matches.csv", "overlay.png", "result.json", "scene.glb"]
    assert fake_matcher[0]["demonstration_id"] == "pour-with-mug-001"
    assert fake_matcher[0]["model"] == "default"
    assert run([*command, "--look-again"]) == 0
    assert fake_matcher[1]["model"] == "default, again"
    assert (fake_matcher[0]["point"], fake_matcher[0]["box"]) == ((3, 4), (1, 2, 30, 20))


@pytest.mark.parametrize(("view", "left"), [("ply", ["scene.ply"]), ("none", [])])
def test_the_view_is_chosen_and_that_of_an_earlier_match_removed(
    store: DemonstrationStore, folder: Path, tmp_path: Path, fake_matcher: list[dict], view: str, left: list[str]
) -> None:
    run(["demo", "add", str(folder), "-f", "pour-with"])
    out = tmp_path / "out"
    command = ["match", "pour-with-mug-001", str(folder), "-f", "pour-with", "--out", str(out)]
    assert run(command) == 0
    assert run([*command, "--view", view]) == 0
    assert [path.name for path in out.glob("scene.*")] == left


def test_match_by_no_name_leaves_the_choice_to_the_store(
    store: DemonstrationStore, folder: Path, tmp_path: Path, fake_matcher: list[dict], capsys: pytest.CaptureFixture
) -> None:
    assert run(["match", "", str(folder), "-f", "pour-with", "-o", str(tmp_path / "out")]) == 0
    assert (fake_matcher[0]["demonstration_id"], fake_matcher[0]["demonstration"]) == ("", None)
    said = capsys.readouterr().out
    assert "by b; of a, b, c agree b, c" in said
    assert "turn: right within 30 degrees with confidence 0.25" in said


def test_describe_counts_by_function(
    store: DemonstrationStore, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr("dfc_core.model.load_model", lambda name: name)
    monkeypatch.setattr(
        "dfc_core.transfer.describe_stored", lambda model, opened, name: len(opened.list(name)) * (model == "default")
    )
    for function in ("pour-with", "scoop-with", "pour-with"):
        run(["demo", "add", str(folder), "-f", function])
    capsys.readouterr()
    assert run(["demo", "describe"]) == 0
    assert capsys.readouterr().out.splitlines() == ["pour-with\t2 described", "scoop-with\t1 described"]
    assert run(["demo", "list", "-f", "Scoop with"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_match_takes_a_demonstration_folder(
    store: DemonstrationStore, folder: Path, tmp_path: Path, fake_matcher: list[dict]
) -> None:
    frame = Frame(np.zeros((24, 32, 3), np.uint8), mask=TOOL)
    save_demonstration(Demonstration("", "pour-with", "mug", frame), tmp_path / "demo here")
    assert run(["match", str(tmp_path / "demo here"), str(folder), "-f", "pour-with", "-o", str(tmp_path / "out")]) == 0
    assert fake_matcher[0]["demonstration"].tool == "mug"
    assert fake_matcher[0]["demonstration_id"] == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"demo": "nobody"}, "NO_DEMONSTRATION"),
        ({"target": "nowhere"}, "NO_IMAGE"),
        ({"function": "fly-with"}, "UNKNOWN_FUNCTION"),
        ({"box": "1,2,3"}, "BAD_INPUT"),
        ({"mask": "none.png"}, "BAD_IMAGE"),
        ({"view": "stl"}, "BAD_INPUT"),
    ],
)
def test_a_refused_match_says_so_in_result_json(
    capsys: pytest.CaptureFixture,
    store: DemonstrationStore,
    folder: Path,
    tmp_path: Path,
    fake_matcher: list[dict],
    change: dict[str, str],
    code: str,
) -> None:
    run(["demo", "add", str(folder), "-f", "pour-with"])
    out = tmp_path / "out"
    out.mkdir()
    for name in ("overlay.png", "scene.glb"):
        (out / name).write_bytes(b"of an earlier match")
    given = {"demo": "pour-with-mug-001", "target": str(folder), "function": "pour-with", **change}
    seed = [f"--{key}={given[key]}" for key in ("box", "mask", "view") if key in given]
    said = mistake(capsys, "match", given["demo"], given["target"], "-f", given["function"], "-o", out, *seed)
    result = json.loads((out / "result.json").read_text())
    assert result["error"]["code"] == code
    assert result["error"]["message"] in said
    assert result["contacts"] == []
    assert result["T_target_demo"] is None
    assert [path.name for path in out.iterdir()] == ["result.json"]


def test_out_that_cannot_be_written(
    capsys: pytest.CaptureFixture, store: DemonstrationStore, folder: Path, tmp_path: Path, fake_matcher: list[dict]
) -> None:
    run(["demo", "add", str(folder), "-f", "pour-with"])
    (tmp_path / "file").write_text("")
    command = ["match", "pour-with-mug-001", folder, "-f", "pour-with", "-o", tmp_path / "file"]
    assert "cannot write" in mistake(capsys, *command)
    assert "file" in mistake(capsys, *command, "--point", "x")
