"""A benchmark folder -> a report: of several models, stopped and gone on with, of a subset."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from place_benchmark import PlaceModel

from dfc_core.cli.app import run
from dfc_core.dataset.benchmark_format import read_benchmark
from dfc_core.errors import DfcError
from dfc_core.evaluate import Subset, evaluate


def test_evaluate_writes_the_report(benchmark_folder: Path, tmp_path: Path) -> None:
    model, seen = PlaceModel(), []
    out = tmp_path / "made" / "report.json"
    report = evaluate(
        model,  # type: ignore[arg-type]
        benchmark_folder,
        out,
        baselines=("chance", "hog", "backbone", "oracle"),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert json.loads(out.read_text()) == json.loads(json.dumps(report))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert model.encoded == 6  # model, masked and backbone share the costly half
    assert (report["pairs"], report["pairs_within"], report["model"], report["benchmark"]) == (3, 1, "place-0", "tiny")
    assert report["seconds_per_pair"] > 0
    assert not list(out.parent.glob("*.partial"))
    assert "difference_to_model" not in report
    assert report["baselines"]["backbone"]["difference_to_model"]["label_transfer"]["all"]["norm_dist"] == 0
    assert report["baselines"]["chance"]["difference_to_model"]["significant"]["label_transfer"]["all"]["pck@10"]
    assert set(report["baselines"]) == {"chance", "hog", "backbone", "oracle"}
    for block in (report, report["masked"], *report["baselines"].values()):
        for group in ("all", "within", "across"):
            assert set(block["label_transfer"][group]) == {"norm_dist", "pck@23", "pck@15", "pck@10"}
            assert set(block["discovery"][group]) == {f"{m}@{t}" for m in ("best_f1", "ap") for t in (23, 15, 10, 5)}
        assert set(block["functions"]) == {"pour-with", "cut-with"}
        assert {split: block["splits"][split]["pairs"] for split in block["splits"]} == {"clean": 2, "rolled": 1}
    # the block moves without turning, so place in the box is the truth
    assert report["label_transfer"]["all"] == {"norm_dist": 0.0, "pck@23": 1.0, "pck@15": 1.0, "pck@10": 1.0}
    assert report["baselines"]["backbone"]["label_transfer"] == report["label_transfer"]
    assert report["baselines"]["oracle"]["label_transfer"]["all"]["pck@10"] == 1.0
    assert report["baselines"]["oracle"]["discovery"]["all"]["ap@23"] > 0.97
    assert report["baselines"]["chance"]["label_transfer"]["all"]["pck@10"] < 0.3
    assert report["masked"]["label_transfer"]["all"]["norm_dist"] > 0  # true pixels on the rest cannot be reached


def test_a_function_written_in_two_ways_is_one(benchmark_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(benchmark_folder, tmp_path / "benchmark")
    content = json.loads((folder / "benchmark.json").read_text())
    for row, function in zip(content["pairs"], ("pour with", "Pour_With", "pour-with"), strict=True):
        row["function"] = function
    (folder / "benchmark.json").write_text(json.dumps(content))
    report = evaluate(PlaceModel(), folder, None, baselines=())  # type: ignore[arg-type]
    assert {name: block["pairs"] for name, block in report["functions"].items()} == {"pour-with": 3}


def test_evaluate_refuses_before_the_work(benchmark_folder: Path, tmp_path: Path) -> None:
    model: Any = PlaceModel()
    with pytest.raises(DfcError, match="baseline 'sift' is unknown; allowed: chance, hog, backbone"):
        evaluate(model, benchmark_folder, None, baselines=("sift",))
    with pytest.raises(DfcError, match="is a folder"):
        evaluate(model, benchmark_folder, tmp_path)
    model.functions = ("pour-with",)
    with pytest.raises(DfcError, match="asks for cut-with; model place knows pour-with") as caught:
        evaluate(model, benchmark_folder, None)
    assert caught.value.code == "UNKNOWN_FUNCTION"
    assert model.encoded == 0


class MirrorModel(PlaceModel):
    """Takes left for right in every second picture, so that its label transfer is mirrored."""

    name, id = "mirror", "mirror-0"

    def sample(self, box: NDArray, pixels: NDArray, function: str, role: str) -> tuple[torch.Tensor, torch.Tensor]:
        pixels = np.asarray(pixels).copy()
        if box[0] > 60:
            pixels[:, 0] = 2 * box[0] + box[2] - pixels[:, 0]
        return super().sample(box, pixels, function, role)


def test_several_models_on_the_same_pairs(benchmark_folder: Path, tmp_path: Path) -> None:
    models: Any = [PlaceModel(), MirrorModel()]
    report = evaluate(models, benchmark_folder, None, baselines=())
    alone = [evaluate(model, benchmark_folder, None, baselines=()) for model in models]
    other, perfect = report["compared"]["mirror-0"], report["label_transfer"]["all"]
    for block in ("label_transfer", "discovery", "confidence_95", "functions", "splits"):
        assert report[block] == alone[0][block]
        assert other[block] == alone[1][block]
    assert other["label_transfer"]["all"]["norm_dist"] > 0
    above = {metric: other["label_transfer"]["all"][metric] - value for metric, value in perfect.items()}
    assert other["difference_to_model"]["label_transfer"]["all"] == pytest.approx(above)
    assert "masked" in other
    with pytest.raises(DfcError, match="place-0 is asked for twice"):
        evaluate([models[0], models[0]], benchmark_folder, None)


def without_seconds(report: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key != "seconds_per_pair"}


def test_a_stopped_evaluation_goes_on(benchmark_folder: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise StopError

    model: Any = PlaceModel()
    out, arguments = tmp_path / "report.json", {"baselines": ("chance", "hog")}
    undisturbed = evaluate(model, benchmark_folder, None, **arguments)
    with pytest.raises(StopError):
        evaluate(model, benchmark_folder, out, **arguments, progress=stop)
    partial = tmp_path / "report.json.partial"
    assert not out.exists()
    partial.write_text(partial.read_text() + '{"pair": 2, "scor')  # a line that the stop cut short
    model.encoded = 0
    report = evaluate(model, benchmark_folder, out, **arguments)
    assert model.encoded == 2  # the third pair alone
    assert without_seconds(report) == without_seconds(undisturbed)
    assert not partial.exists()


def test_scores_of_another_task_are_not_used(benchmark_folder: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    model: Any = PlaceModel()
    out = tmp_path / "report.json"
    with pytest.raises(KeyboardInterrupt):
        evaluate(model, benchmark_folder, out, baselines=(), progress=stop)
    model.encoded = 0
    evaluate(model, benchmark_folder, out, baselines=("chance",))
    assert model.encoded == 6


def test_scores_of_files_made_anew_are_not_used(benchmark_folder: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "benchmark", tmp_path / "report.json"
    shutil.copytree(benchmark_folder, folder)
    (folder / "pairs/00002/mask_a.png").write_bytes(b"")
    with pytest.raises(DfcError, match="is not a readable picture"):
        evaluate(PlaceModel(), folder, out, baselines=())  # type: ignore[arg-type]
    shutil.copy(benchmark_folder / "pairs/00002/mask_a.png", folder / "pairs/00002/mask_a.png")
    points = dict(np.load(folder / "pairs/00000/points.npz"))
    np.savez(folder / "pairs/00000/points.npz", a=points["a"], b=points["b"][::-1])  # benchmark.json is the same
    report = evaluate(PlaceModel(), folder, out, baselines=())  # type: ignore[arg-type]
    assert without_seconds(report) == without_seconds(evaluate(PlaceModel(), folder, None, baselines=()))  # type: ignore[arg-type]


@pytest.mark.slow
def test_processes_do_not_change_the_report(benchmark_folder: Path) -> None:
    model: Any = PlaceModel()
    one, two = (evaluate(model, benchmark_folder, None, ("chance", "oracle"), workers=workers) for workers in (1, 2))
    assert without_seconds(one) == without_seconds(two)


def test_subsets(benchmark_folder: Path) -> None:
    benchmark = read_benchmark(benchmark_folder)
    assert Subset().numbers(benchmark) == [0, 1, 2]
    assert Subset(pairs=2).numbers(benchmark) == [0, 2]
    assert Subset(functions=("Pour with",)).numbers(benchmark) == [0, 1]
    assert Subset(splits=("clean",)).numbers(benchmark) == [0, 2]
    assert Subset(splits=("clean", "rolled"), functions=("cut-with",)).numbers(benchmark) == [2]
    with pytest.raises(DfcError, match="has split 'dirty'; allowed: clean, rolled"):
        Subset(splits=("dirty",)).numbers(benchmark)
    with pytest.raises(DfcError, match="has function 'dig-with'; allowed: cut-with, pour-with"):
        Subset(functions=("dig-with",)).numbers(benchmark)
    with pytest.raises(DfcError, match=r"no pair of .* is in all of: pour-with, rolled"):
        Subset(functions=("pour-with",), splits=("rolled",)).numbers(benchmark)
    with pytest.raises(DfcError, match="pairs is 0"):
        Subset(pairs=0).numbers(benchmark)


def test_a_subset_gives_each_pair_the_same_scores(benchmark_folder: Path) -> None:
    model: Any = PlaceModel()
    full = evaluate(model, benchmark_folder, None, baselines=("chance",))
    part = evaluate(model, benchmark_folder, None, baselines=("chance",), subset=Subset(functions=("cut-with",)))
    assert part["pairs"] == 1
    chance = [report["baselines"]["chance"]["functions"]["cut-with"] for report in (full, part)]
    assert chance[0] == chance[1]


def test_the_commands(benchmark_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["benchmark", "info", str(benchmark_folder)]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == 3
    assert run(["benchmark", "sheet", str(benchmark_folder), str(tmp_path / "sheet.png")]) == 0
    assert Image.open(tmp_path / "sheet.png").size == (2 * 464, 246)
    assert run(["benchmark", "verify", str(benchmark_folder)]) == 2
    assert "'tiny', whose checksum is not known" in capsys.readouterr().err
    command = ["evaluate", "--benchmark", str(benchmark_folder), "--out", str(tmp_path / "r.json"), "--workers", "1"]
    assert run([*command, "--function", "pour-with", "--pairs", "1", "--baseline", "chance"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0].strip() for line in lines][-1] == "chance"
    assert len(lines) == 3
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["pairs"] == 1
    assert report["config"]["subset"] == {"pairs": 1, "functions": ["pour-with"], "splits": []}
    assert "best pairs" in (tmp_path / "r.html").read_text().lower()
    assert report["config"]["refinement"] == {"transport": False, "soft": False}
    assert run([*command, "--pairs", "1", "--transport", "--soft"]) == 0
    refined = json.loads((tmp_path / "r.json").read_text())
    assert refined["config"]["refinement"] == {"transport": True, "soft": True}
    assert refined["discovery"] != report["discovery"]
    assert run([*command, "--pairs", "1", "--look-again"]) == 0
    again = json.loads((tmp_path / "r.json").read_text())
    assert again["config"]["models"] == [report["config"]["models"][0] + "-looks4"]
    assert again["label_transfer"] != report["label_transfer"]
    capsys.readouterr()
    assert run([*command, "--split", "nowhere"]) == 2
