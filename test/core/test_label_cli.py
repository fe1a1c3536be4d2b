"""`dfc_core label` as a user types it."""

import json

import numpy as np
import pytest
from chat_server import Reply, serve, text_of
from label_data import NAMES, draw_dataset, failing, perfect, tree

from dfc_core.cli.app import run
from dfc_core.label.deciding import read_masks
from dfc_core.label.job import data_tools
from dfc_core.render.dataset import RenderConfig, render_dataset
from dfc_core.render.store import load_tool_views


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


def mistake(capsys, *arguments):
    capsys.readouterr()
    assert run([str(argument) for argument in arguments]) == 2
    (said,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("dfc_core: ")]
    return said


def two_stages(data, out, *more):
    return run([str(a) for a in ("label", data, "--out", out, "--stage", "names", "--stage", "boxes", *more)])


def test_names_from_a_file_and_boxes_from_an_endpoint(tmp_path, monkeypatch, capsys):
    data = draw_dataset(tmp_path / "data")
    (tmp_path / "names.yaml").write_text(json.dumps(NAMES))
    monkeypatch.delenv("DFC_API_KEY", raising=False)
    monkeypatch.setenv("MY_KEY", "sk-mine")
    options = ("--names", tmp_path / "names.yaml", "--boxes", "endpoint", "--model", "tiny", "--key-variable", "MY_KEY")
    options = (*options, "--attempts", 1, "--queries", 2, "--no-zoom")
    broken = failing(lambda request, number: "green bar" in text_of(request), Reply(status=500))
    with serve(broken) as chat:
        assert two_stages(data, tmp_path / "out", *options, "--url", chat.url) == 3
        said = capsys.readouterr()
        assert said.out.strip() == str(tmp_path / "out")
        assert "8 questions without an answer" in said.err
        chat.answer = perfect
        assert two_stages(data, tmp_path / "out", *options, "--url", chat.url) == 0
    assert len(chat.requests) == 16 + 8  # 2 tools x 2 views x 2 parts x 2 queries, half of them twice
    assert {headers["Authorization"] for headers in chat.headers} == {"Bearer sk-mine"}
    assert not (tmp_path / "out" / "failures.jsonl").exists()


def test_the_oracle_is_the_default_and_gives_the_same_for_the_same_seed(tmp_path):
    data = draw_dataset(tmp_path / "data", truth=True)
    for out, seed in (("a", 0), ("b", 0), ("c", 1)):
        assert two_stages(data, tmp_path / out, "--seed", seed) == 0
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert tree(tmp_path / "a" / "boxes") != tree(tmp_path / "c" / "boxes")


def test_mistakes_are_named(tmp_path, capsys):
    data, out = draw_dataset(tmp_path / "data"), tmp_path / "out"
    assert "--url and --model" in mistake(capsys, "label", data, "--out", out, "--boxes", "endpoint")
    assert "--names endpoint" in mistake(
        capsys, "label", data, "--out", out, "--names", "endpoint", "--url", "http://h"
    )
    assert "unknown function 'fly-with'" in mistake(capsys, "label", data, "--out", out, "--functions", "fly-with")
    assert "no stage 'boxen'" in mistake(capsys, "label", data, "--out", out, "--stage", "boxen")
    assert "names.yaml" in mistake(capsys, "label", data, "--out", out, "--names", tmp_path / "names.yaml")
    assert "has known parts to compare with" in mistake(capsys, "label", data, "--out", out, "--check")
    assert "no rendered tools" in mistake(capsys, "label", tmp_path, "--out", out)


@pytest.mark.slow
def test_all_stages_and_the_check_on_a_rendered_tool(tmp_path, capsys):
    data = render_dataset(tmp_path / "data", RenderConfig(families=("hammer",), tools=1, views=6))
    exact = ("--jitter", 0, "--misses", 0, "--false-boxes", 0)
    command = [str(a) for a in ("label", data, "--out", tmp_path / "out", "--workers", 1, *exact)]
    assert run(command) == 0
    first = tree(tmp_path / "out")
    assert run(command) == 0
    assert tree(tmp_path / "out") == first
    tool = data_tools(data)[0]
    masks = read_masks(tmp_path / "out", tool)
    assert set(masks) == {(function, role) for function in tool.functions for role in ("function", "grasp")}
    object_mask = np.asarray(load_tool_views(tool.path).parts) > -2
    assert all(mask.any() and not (mask & ~object_mask).any() for mask in masks.values())
    capsys.readouterr()
    assert run([*command, "--check"]) == 0
    report = json.loads((tmp_path / "out" / "check.json").read_text())
    assert set(report["masks"]["by_function"]) == set(tool.functions)
    # exact boxes: no noise to multiply, so every factor gives the same
    assert len(set(report["ours"]["curve"].values())) == 1
    assert f"{report['masks']['mean']:.3f}" in capsys.readouterr().out
    assert report["masks"]["mean"] > 0.6
