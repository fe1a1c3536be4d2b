"""The stages against a real server that sees what it is shown: true boxes come back, faults lose nothing."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from chat_server import Reply, picture_of, serve, text_of
from label_data import NAMES, SIDE, draw_dataset, failing, part_boxes, perfect, tree

from dfc_core.errors import DfcError
from dfc_core.label.asking import BoxConfig
from dfc_core.label.boxing import label_boxes, read_boxes_of
from dfc_core.label.endpoint import EndpointConfig
from dfc_core.label.job import LabelConfig, data_tools
from dfc_core.label.naming import label_names, read_names
from dfc_core.label.oracle import OracleConfig
from dfc_core.label.stages import label

ASKING = BoxConfig(side=256, zoom_below=0.05)
STAGES = ("names", "boxes")
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("DFC_API_KEY", "sk-secret-42")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return draw_dataset(tmp_path_factory.mktemp("data"))


def config_for(chat, **changes):
    endpoint = EndpointConfig(chat.url, "tiny", attempts=2, first_wait_s=0.0, timeout_s=5.0, threads=3)
    return LabelConfig(**{
        "functions": ("pour-with", "pound-with"), "names": "endpoint", "boxes": "endpoint", "endpoint": endpoint,
        "asking": ASKING, **changes,
    })  # fmt: skip


def names_file(folder):
    path = folder / "names.json"
    path.write_text(json.dumps(NAMES))
    return str(path)


def test_a_perfect_model_gives_the_true_boxes_of_every_part_in_every_view(data, tmp_path):
    with serve(perfect) as chat:
        assert label(data, tmp_path, config_for(chat), STAGES) == []
    for number, (tool, function) in enumerate(zip(data_tools(data), ("pour-with", "pound-with"), strict=True)):
        found = read_boxes_of(tmp_path, tool)
        assert [(serves, part) for serves, part, _ in found] == [
            ([(function, "function")], "red spot"),
            ([(function, "grasp")], "green bar"),
        ]
        for _, part, views in found:
            assert [view.view for view in views] == [0, 1]
            for view in views:
                x0, y0, x1, y1 = part_boxes(number, view.view)[part]
                np.testing.assert_allclose(view.boxes, [[x0 - 0.5, y0 - 0.5, x1 + 0.5, y1 + 0.5]], atol=0.3)


def test_names_are_asked_once_per_object_and_function_and_small_parts_are_looked_at_nearer(data, tmp_path):
    with serve(perfect) as chat:
        label(data, tmp_path, config_for(chat), STAGES)
    named = [text_of(r) for r in chat.requests if isinstance(r["messages"][0]["content"], str)]
    assert len(named) == 4
    boxes = len(chat.requests) - 4
    # 2 tools x 2 views x (2 parts + the spot, 36 of 4096 px, zoomed in) x 4 queries; the bar covers 18 %
    assert boxes == 2 * 2 * 3 * 4
    record = json.loads((tmp_path / "boxes" / "tool-00000.json").read_text())
    spot, bar = (part["views"][0] for part in record["parts"])
    assert "zoom" not in bar
    assert spot["zoom"]["crop"][2] == pytest.approx(max(2.5 * 6, 0.2 * SIDE), abs=1.5)
    assert json.loads((tmp_path / "boxes.json").read_text())["model"] == "tiny"


def test_what_is_off_the_tool_is_never_shown(data, tmp_path):
    with serve(perfect) as chat:
        label_names(data, tmp_path, config_for(chat))
        label_boxes(data, tmp_path, config_for(chat))
    corners = [picture_of(r)[0, 0] for r in chat.requests if isinstance(r["messages"][0]["content"], list)]
    assert np.ptp(np.array(corners).astype(int), axis=1).max() < 60  # the ground is pure red and green


def test_one_part_in_two_roles_is_asked_for_once(data, tmp_path):
    names = {
        "mug": {"pour-with": {"function": "red spot", "grasp": "green bar"}, "mix-with": {"function": "green bar"}}
    }
    (tmp_path / "names.json").write_text(json.dumps(names))
    out = tmp_path / "out"
    with serve(perfect) as chat:
        failures = label(data, out, config_for(chat, functions=(), names=str(tmp_path / "names.json")), STAGES)
    record = json.loads((out / "boxes" / "tool-00000.json").read_text())
    assert [part["serves"] for part in record["parts"]] == [
        [["pour-with", "function"]],
        [["pour-with", "grasp"], ["mix-with", "function"]],
    ]
    assert [(f["record"], f["kind"]) for f in failures] == [("hammer", "no-function")]


def test_final_failures_are_recorded_the_rest_goes_on_and_only_they_are_asked_again(data, tmp_path):
    def broken(request, number):
        return "mug" in text_of(request) and "red spot" in text_of(request)

    names = names_file(tmp_path)
    out, whole = tmp_path / "out", tmp_path / "whole"
    with serve(failing(broken, Reply(status=500))) as chat:
        config = config_for(chat, names=names)
        failures = label(data, out, config, STAGES)
        questions = 2 * 4  # the red spot in two views
        assert len(failures) == questions
        assert {(f["stage"], f["record"], f["part"], f["kind"], f["attempts"]) for f in failures} == {
            ("boxes", "tool-00000", "red spot", "server", 2)
        }
        lines = (out / "failures.jsonl").read_text().splitlines()
        assert [json.loads(line) for line in lines] == failures
        assert [len(views) for _, _, views in read_boxes_of(out, data_tools(data)[0])] == [0, 2]
        chat.answer, before = perfect, len(chat.requests)
        assert label(data, out, config, STAGES) == []
        assert len(chat.requests) - before == 2 * questions  # and the nearer looks that they lead to
        assert label(data, out, config, STAGES) == []
        assert len(chat.requests) - before == 2 * questions
        label(data, whole, config, STAGES)
    assert tree(out) == tree(whole)


FAULTS = {
    "timeout": Reply(delay_s=0.7),
    "rate-limited": Reply(status=429, headers={"Retry-After": "0"}),
    "malformed": Reply({"boxes": [[0.1, 0.2, 0.3]]}),
    "refused": Reply(None, refusal="no"),
    "truncated": Reply('{"boxes": [[0.1', finish="length"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_every_second_request_fails_and_nothing_is_lost(data, tmp_path, kind):
    names = names_file(tmp_path)
    with serve(failing(lambda request, number: number % 2 == 0, FAULTS[kind])) as chat:
        endpoint = EndpointConfig(chat.url, "tiny", attempts=3, first_wait_s=0.0, timeout_s=0.4, threads=1)
        asking = BoxConfig(queries=1, side=64, zoom_below=0.0)
        config = config_for(chat, names=names, endpoint=endpoint, asking=asking)
        assert label(data, tmp_path / "out", config, STAGES) == []
        assert len(chat.requests) == 2 * 8  # 2 tools x 2 views x 2 parts, each asked twice


def test_a_name_that_never_comes_is_recorded_and_its_object_goes_on_without(data, tmp_path):
    with serve(failing(lambda r, n: "a hammer for" in text_of(r), Reply("No."))) as chat:
        config = config_for(chat)
        failures = label(data, tmp_path, config, STAGES)
        assert [(f["stage"], f["record"], f["function"], f["kind"]) for f in failures] == [
            ("names", "hammer", "pound-with", "malformed"),
            ("names", "hammer", "pour-with", "malformed"),
        ]
        assert json.loads((tmp_path / "boxes" / "tool-00001.json").read_text())["parts"] == []
        chat.answer = perfect
        assert label(data, tmp_path, config, STAGES) == []
    assert len(json.loads((tmp_path / "boxes" / "tool-00001.json").read_text())["parts"]) == 2


def test_a_wrong_key_ends_the_run_at_once_and_keeps_what_is_finished(data, tmp_path):
    names = names_file(tmp_path)
    with serve(failing(lambda request, number: number >= 10, Reply(status=401))) as chat:
        config = config_for(chat, names=names)
        with pytest.raises(DfcError, match=r"refuses the key \(HTTP 401\)"):
            label(data, tmp_path / "out", config, STAGES)
        assert len(chat.requests) <= 10 + 2 * 3
        before, chat.answer = len(chat.requests), perfect
        assert label(data, tmp_path / "out", config, STAGES) == []
        # 48 answers in all; of the 10 good ones those were kept that were not on their way or still to be written
        assert 48 - 10 <= len(chat.requests) - before <= 48 - 10 + 2 * 3


def test_the_key_and_the_address_are_in_no_file(data, tmp_path):
    with serve(failing(lambda request, number: number % 5 == 4, Reply(status=500, body=b"sk-secret-42"))) as chat:
        label(data, tmp_path, config_for(chat), STAGES)
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert b"sk-secret-42" not in path.read_bytes()
        assert b"127.0.0.1" not in path.read_bytes()


def test_another_configuration_is_refused_and_other_patience_is_not(data, tmp_path):
    names = names_file(tmp_path)
    out = tmp_path / "out"
    with serve(perfect) as chat:
        label(data, out, config_for(chat, names=names), STAGES)
        patient = EndpointConfig(chat.url, "tiny", attempts=9, threads=1)
        label(data, out, config_for(chat, names=names, endpoint=patient), STAGES)
        with pytest.raises(DfcError, match="another configuration"):
            label(data, out, config_for(chat, names=names, asking=BoxConfig(queries=2)), STAGES)


def test_a_users_changed_name_is_asked_for_anew_and_only_that(data, tmp_path):
    out = tmp_path / "out"
    with serve(perfect) as chat:
        config = config_for(chat, names=names_file(tmp_path))
        label(data, out, config, STAGES)
        changed = json.loads(json.dumps(NAMES))
        changed["hammer"]["pound-with"]["grasp"] = "long green bar"
        Path(config.names).write_text(json.dumps(changed))
        before, kept = len(chat.requests), (out / "boxes" / "tool-00000.json").read_bytes()
        label(data, out, config, STAGES)
        assert len(chat.requests) - before == 24  # the hammer's
    assert [query.part for query in read_names(out, "hammer")] == ["red spot", "long green bar"]
    assert (out / "boxes" / "tool-00000.json").read_bytes() == kept


def test_stages_in_the_wrong_order_and_unknown_ones_are_refused(data, tmp_path):
    with serve(perfect) as chat:
        with pytest.raises(DfcError, match="run the stage names first"):
            label(data, tmp_path / "out", config_for(chat), ("boxes",))
        with pytest.raises(DfcError, match="no stage 'votes'; the stages are names, boxes, vote, masks"):
            label(data, tmp_path / "out", config_for(chat), ("votes",))


def test_a_data_set_without_tools_is_refused(tmp_path):
    with pytest.raises(DfcError, match="no rendered tools"):
        label(tmp_path, tmp_path / "out", LabelConfig(), ("names",))


def test_the_oracle_needs_no_model_and_is_exact_without_noise(tmp_path):
    data = draw_dataset(tmp_path / "data", truth=True)
    exact = OracleConfig(jitter=0.0, misses=0.0, false_boxes=0.0)
    assert label(data, tmp_path / "out", LabelConfig(oracle=exact), STAGES) == []
    found = read_boxes_of(tmp_path / "out", data_tools(data)[1])
    assert [serves for serves, _, _ in found] == [[("pour-with", "function")], [("pour-with", "grasp")]]
    for (_, _, views), box in zip(found, part_boxes(1, 1).values(), strict=True):
        expected = [box[0] - 0.5, box[1] - 0.5, box[2] + 0.5, box[3] + 0.5]
        np.testing.assert_allclose(views[1].boxes, [expected])


def test_tools_whose_names_differ_by_a_space_and_a_hyphen_have_records_of_their_own(tmp_path):
    data, config = draw_dataset(tmp_path / "data", truth=True), LabelConfig(oracle=OracleConfig(0, 0, 0, queries=1))
    for number, name in enumerate(("file-red mug", "file-red-mug")):
        (data / f"tool-{number:05d}.safetensors").rename(data / f"{name}.safetensors")
    for _ in range(2):  # what is done is not done again
        assert label(data, tmp_path / "out", config, STAGES) == []
    assert {path.stem for path in (tmp_path / "out" / "boxes").iterdir()} == {"file-red mug", "file-red-mug"}
    for number, tool in enumerate(data_tools(data)):
        x0, y0, x1, y1 = part_boxes(number, 0)["red spot"]
        boxes = read_boxes_of(tmp_path / "out", tool)[0][2][0].boxes
        np.testing.assert_allclose(boxes, [[x0 - 0.5, y0 - 0.5, x1 + 0.5, y1 + 0.5]])


def test_the_oracle_refuses_tools_whose_parts_nobody_knows(data, tmp_path):
    config = LabelConfig(functions=("pour-with",))
    with pytest.raises(DfcError, match="no known parts"):
        label(data, tmp_path, config, STAGES)


def test_a_file_where_the_label_folder_should_be(data, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DfcError, match=r"cannot write .*file"):
        label(data, tmp_path / "file", LabelConfig(functions=("pour-with",)), ("names",))


def test_two_processes_do_not_label_in_one_folder(data, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "names").mkdir()
    handle = os.open(tmp_path / "names", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(DfcError, match="another process"):
            label(data, tmp_path, LabelConfig(functions=("pour-with",)), ("names",))
    finally:
        os.close(handle)


def test_a_log_whose_last_line_was_cut_off_is_gone_on_with(data, tmp_path):
    names, out, whole = names_file(tmp_path), tmp_path / "out", tmp_path / "whole"
    with serve(perfect) as chat:
        config = config_for(chat, names=names)
        label(data, whole, config, STAGES)
        chat.answer = failing(lambda request, number: number >= 48 + 10, Reply(status=401))
        with pytest.raises(DfcError):
            label(data, out, config, STAGES)
        log = out / "boxes" / "tool-00000.log"
        log.write_bytes(log.read_bytes()[:-7])
        (out / "boxes" / ".tool-00000.json.abc123").write_text("half")
        chat.answer = perfect
        label(data, out, config, STAGES)
    assert tree(out) == tree(whole)


RUN = """
import sys
from dfc_core.label.asking import BoxConfig
from dfc_core.label.endpoint import EndpointConfig
from dfc_core.label.job import LabelConfig
from dfc_core.label.stages import label
data, out, names, url = sys.argv[1:]
endpoint = EndpointConfig(url, "tiny", first_wait_s=0.0, threads=3)
config = LabelConfig(names=names, boxes="endpoint", endpoint=endpoint, asking=BoxConfig(side=256, zoom_below=0.05))
print("started", flush=True)
label(data, out, config)
"""


def start(data, out, names, url):
    environment = {**os.environ, "no_proxy": "*", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", RUN, str(data), str(out), names, url]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"started\n"
    return process


WRITTEN = (("boxes", "json"), ("vote", "npz"), ("masks", "npz"))


def killed_and_resumed(data, folder, kills, seed):
    """(files of an undisturbed run, files of each run that was killed at a random moment and gone on with)."""
    names, rng = names_file(folder), random.Random(seed)
    slow = lambda request, number: Reply(**{**vars(perfect(request, number)), "delay_s": 0.02})  # noqa: E731
    resumed = []
    with serve(slow) as chat:
        undisturbed = start(data, folder / "whole", names, chat.url)
        begin = time.monotonic()  # what comes before is the start of Python
        assert undisturbed.wait() == 0
        length = time.monotonic() - begin
        for number in range(3 * kills):
            if len(resumed) == kills:
                break
            process = start(data, folder / str(number), names, chat.url)
            # spread over the run, so that every stage has its share
            time.sleep(length * (len(resumed) + rng.random()) / kills)
            process.kill()
            if process.wait() == -signal.SIGKILL:  # else it was done before
                assert start(data, folder / str(number), names, chat.url).wait() == 0
                resumed.append(tree(folder / str(number)))
            else:
                length *= 0.8
    return tree(folder / "whole"), resumed


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_with_the_same_bytes(data, tmp_path):
    whole, resumed = killed_and_resumed(data, tmp_path, 3, seed=3)
    assert resumed == [whole] * 3
    assert {f"{stage}/tool-00001.{kind}" for stage, kind in WRITTEN} < set(whole)
