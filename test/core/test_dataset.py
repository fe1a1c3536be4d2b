"""Data sets: rendered once, the same for any number of workers, refused when broken; batches whose truth is true."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from dfc_core.assets.families import functions_of, make_tool
from dfc_core.assets.part_frames import aligned_coordinates
from dfc_core.assets.store import save_tool
from dfc_core.dataset.opening import open_data
from dfc_core.dataset.pairs import PairSampler, SamplerConfig
from dfc_core.errors import DfcError
from dfc_core.render.dataset import RenderConfig, describe_dataset, render_dataset
from dfc_core.render.store import load_tool_views, tool_files, verify_dataset

SMALL = RenderConfig(families=("mug", "bottle"), tools=2, views=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return render_dataset(tmp_path_factory.mktemp("data"), SMALL)


def test_rendering_resumes_and_does_not_depend_on_workers(folder, tmp_path):
    calls = []
    render_dataset(folder, SMALL, progress=lambda done, total: calls.append(done))
    assert calls == []  # nothing left to do
    (folder / "mug-00001.safetensors").unlink()
    render_dataset(folder, SMALL, progress=lambda done, total: calls.append(done))
    assert calls == [4]
    other = render_dataset(tmp_path / "two", SMALL, workers=2)
    assert len(tool_files(folder)) == 4
    for path in [*tool_files(folder), folder / "manifest.json"]:
        assert path.read_bytes() == (other / path.name).read_bytes()


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_bytes(folder, tmp_path):
    code = (
        "import sys; from dfc_core.render.dataset import *\n"
        "render_dataset(sys.argv[1], RenderConfig(families=('mug', 'bottle'), tools=2, views=3))"
    )
    out = tmp_path / "killed"
    for pause in (0.3, 0.6, 0.9):  # after the start of the writing, wherever it then is
        run = subprocess.Popen([sys.executable, "-c", code, str(out)], cwd=Path(__file__).parents[2])
        while not (out / "manifest.json").exists():
            assert run.poll() is None
            time.sleep(0.01)
        time.sleep(pause * 0.2)
        run.kill()
        run.wait()
    render_dataset(out, SMALL)
    for path in [*tool_files(folder), folder / "manifest.json"]:
        assert path.read_bytes() == (out / path.name).read_bytes()
    assert verify_dataset(out) == []


def test_verify_names_what_is_damaged_missing_or_foreign(folder, tmp_path):
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    assert verify_dataset(copy) == []
    damaged = bytearray((copy / "mug-00000.safetensors").read_bytes())
    damaged[-7] ^= 1
    (copy / "mug-00000.safetensors").write_bytes(damaged)
    (copy / "bottle-00001.safetensors").unlink()
    shutil.copy(copy / "mug-00001.safetensors", copy / "cup-00001.safetensors")
    wrong = verify_dataset(copy)
    assert len(wrong) == 3
    assert "bottle-00001.safetensors is missing" in wrong[0]
    assert "cup-00001.safetensors is not in the manifest" in wrong[1]
    assert "mug-00000.safetensors is damaged: its sha256 is" in wrong[2]
    with pytest.raises(DfcError, match="is not a data set: cannot read"):
        verify_dataset(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 1}')
    with pytest.raises(DfcError, match="has format 1; this version reads 3"):
        verify_dataset(tmp_path)


def test_info_counts_what_is_there(folder):
    info = describe_dataset(folder)
    assert (info["tools"], info["views"], info["complete"]) == (4, 12, True)
    assert info["families"] == {"bottle": 2, "mug": 2}
    assert info["functions"]["pour-with"] == 4
    assert info["licences"] == {"Apache-2.0": 4}
    assert info["bytes"] == sum(path.stat().st_size for path in tool_files(folder))


def test_a_view_is_read_alone_and_equals_the_whole(folder):
    tool = load_tool_views(folder / "mug-00000.safetensors")
    whole = np.asarray(tool.parts)
    assert tool.parts.shape == whole.shape == (3, 224, 224)
    np.testing.assert_array_equal(tool.parts[1], whole[1])
    np.testing.assert_array_equal(tool.parts[-1], whole[2])
    np.testing.assert_array_equal(tool.parts[1:3], whole[1:3])
    np.testing.assert_array_equal(tool.parts[2, 100], whole[2, 100])
    np.testing.assert_array_equal(tool.parts[np.array([2, 0])], whole[[2, 0]])
    np.testing.assert_array_equal(tool.parts == 0, whole == 0)
    np.testing.assert_array_equal(tool.part_pixels[:, 0], (whole == 0).sum((1, 2)))
    with pytest.raises(IndexError):
        tool.parts[3]


def test_tool_folders_are_rendered_too(tmp_path):
    save_tool(make_tool("mallet", 3), tmp_path / "tools" / "nested")
    config = RenderConfig(families=(), tools=0, assets=str(tmp_path / "tools"), asset_views=2)
    (tool,) = open_data([render_dataset(tmp_path / "data", config)], (), 224)
    assert (tool.name, tool.family, len(tool.rgb)) == ("mallet-00003", "file:mallet", 2)
    assert describe_dataset(tmp_path / "data")["functions"] == dict.fromkeys(functions_of("mallet"), 1)
    with pytest.raises(DfcError, match="nothing to render"):
        render_dataset(tmp_path / "none", RenderConfig(tools=0, assets=str(tmp_path / "data")))
    for name in ("a/b", "a-b"):
        save_tool(make_tool("mallet", 3), tmp_path / "alike" / name)
    with pytest.raises(DfcError, match=r"would both be file-a-b-mallet-00003\.safetensors"):
        render_dataset(tmp_path / "none", RenderConfig(tools=0, assets=str(tmp_path / "alike")))


def test_another_configuration_and_broken_files_are_refused(folder, tmp_path):
    with pytest.raises(DfcError, match="another configuration"):
        render_dataset(folder, RenderConfig(families=("mug",), tools=1, views=1))
    with pytest.raises(DfcError, match="no tool family 'sofa'"):
        render_dataset(tmp_path / "sofa", RenderConfig(families=("sofa",)))
    with pytest.raises(DfcError, match="no rendered tools"):
        open_data([tmp_path], (), 224)
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "mug-00000.safetensors").write_bytes(b"PK")
    with pytest.raises(DfcError, match=r"mug-00000\.safetensors is not a rendered tool"):
        open_data([copy], (), 224)


def test_a_data_set_is_learned_from_whole_and_once(folder, tmp_path):
    with pytest.raises(DfcError, match="is given twice"):
        open_data([folder, folder.parent / folder.name / "."], (), 224)
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    shutil.copy(copy / "mug-00001.safetensors", copy / "cup-00001.safetensors")
    with pytest.raises(DfcError, match=r"cup-00001\.safetensors is not in the manifest; `dfc_core dataset verify "):
        open_data([copy], (), 224)
    (copy / "cup-00001.safetensors").unlink()
    (copy / "mug-00001.safetensors").unlink()
    with pytest.raises(DfcError, match=r"mug-00001\.safetensors is missing; `dfc_core dataset verify .*copy` names"):
        open_data([copy], (), 224)
    (copy / "manifest.json").unlink()
    with pytest.raises(DfcError, match=r"copy is not a data set: cannot read .*manifest\.json"):
        open_data([copy], (), 224)


def test_batches_are_reproducible_and_their_pixels_are_where_they_say(folder):
    tools = open_data([folder], (), 224)
    sampler = PairSampler(tools, SamplerConfig(pixels=20))
    batch, again = sampler.batch(3, range(4), seed=1), sampler.batch(3, range(4), seed=1)
    np.testing.assert_array_equal(batch.images, again.images)
    assert torch.equal(batch.part_a, again.part_a)
    assert not np.array_equal(batch.images, sampler.batch(4, range(4), seed=1).images)
    assert batch.part_a.shape == (4, 2, 20, 2)
    for pair in range(4):
        mask_a, mask_c = batch.masks[pair], batch.masks[8 + pair]
        for role in range(2):
            x, y = batch.part_a[pair, role].long().T
            assert mask_a[y, x].all()
            x, y = batch.seen_c[pair, role][batch.seen[pair, role]].round().long().T
            assert mask_c[y, x].all()


def test_pairs_of_a_group_show_one_part_and_are_compared_with_each_other(folder):
    sampler = PairSampler(open_data([folder], (), 224), SamplerConfig(pixels=16, group=2, least_pixels=10))
    batch = sampler.batch(3, range(4), seed=0)
    assert [asked[0] for asked in batch.prompts][::2] == [asked[0] for asked in batch.prompts][1::2]
    compared = [tuple(row) for row in batch.compared.tolist()]
    assert compared[:8] == [(pair, pair, prompt) for pair in range(4) for prompt in range(2)]
    crossed = compared[8:]
    assert {(i, j) for i, j, _ in crossed} == {(0, 1), (1, 0), (2, 3), (3, 2)}
    for place, (i, j, prompt) in enumerate(crossed, start=8):
        assert batch.prompts[i][prompt] == batch.prompts[j][prompt]
        # Whatever a symmetry turns or reflects about z, heights and distances from the axis stay.
        own, here = batch.coordinates_b[2 * j + prompt], batch.coordinates_b[place]
        torch.testing.assert_close(here[:, 2], own[:, 2])
        torch.testing.assert_close(here[:, :2].norm(dim=1), own[:, :2].norm(dim=1))


def test_one_pair_a_group_compares_each_with_itself_alone(folder):
    batch = PairSampler(open_data([folder], (), 224), SamplerConfig(pixels=16, group=1)).batch(0, range(3), seed=0)
    assert batch.compared.tolist() == [[pair, pair, prompt] for pair in range(3) for prompt in range(2)]


def test_points_seen_again_are_the_same_surface_points(folder):
    tool = open_data([folder], (), 224)[0]
    sampler = PairSampler([tool, *open_data([folder], (), 224)[1:]], SamplerConfig(pixels=50))
    batch = sampler.batch(0, range(6), seed=0)
    assert batch.seen.any()
    # aligned coordinates of symmetric or plain parts stay within the part's own size
    assert batch.coordinates_a.abs().max() < 12


def test_what_pixels_are_for_other_functions_is_answered_by_the_true_parts(folder):
    tools = open_data([folder], (), 224)
    pictures = {tool.rgb[view].tobytes(): (tool, view) for tool in tools for view in range(len(tool.rgb))}
    sampler = PairSampler(tools, SamplerConfig(pixels=30, questions=4))
    batch = sampler.batch(0, range(6), seed=0)
    assert batch.answers.shape == (6, 2, 4, 60)
    served = 0
    for pair in range(6):
        for which, part, rest in ((0, batch.part_a, batch.rest_a), (1, batch.part_b, batch.rest_b)):
            tool, view = pictures[batch.images[pair + 6 * which].numpy().tobytes()]
            frames = {(frame.function, frame.role): frame for frame in tool.frames}
            x, y = torch.cat([part[pair, 0], rest[pair, 0]]).long().T.numpy()
            for prompt, answer in zip(batch.asked[pair][which], batch.answers[pair, which].numpy(), strict=True):
                truth = tool.shown(frames[prompt], view)[y, x] if prompt in frames else np.zeros(60, bool)
                np.testing.assert_array_equal(answer, truth)
                served += prompt in frames
    assert served >= 24  # half of all; more where every function is served
    assert batch.answers.any()


def test_one_view_alone_is_that_view(folder):
    tool = open_data([folder], (), 224)[0]
    alone = tool.only(2)
    np.testing.assert_array_equal(alone.rgb[0], tool.rgb[2])
    np.testing.assert_array_equal(alone.shown(tool.frames[0], 0), tool.shown(tool.frames[0], 2))
    np.testing.assert_array_equal(alone.eye_tool(0), tool.eye_tool(2))


def test_no_question_at_all_is_refused():
    with pytest.raises(DfcError, match=r"sampler\.questions is 0; it must be at least 1"):
        SamplerConfig(questions=0)


def test_nothing_to_learn_is_said(folder):
    with pytest.raises(DfcError, match="nothing to learn"):
        PairSampler(open_data([folder], (), 224), functions=("cut-with",))


def test_a_near_view_is_one_that_sees_the_part_from_the_same_side(folder):
    tool = next(t for t in open_data([folder], (), 224) if t.family == "mug")
    sampler = PairSampler([tool], SamplerConfig(near_views=1.0))
    prompt, views = ("pour-with", "function"), np.arange(3)
    frame = tool.frames[0]
    for wanted in views:
        side = aligned_coordinates(tool.eye_tool(wanted)[None], frame)[0]
        side /= np.linalg.norm(side)
        side[1] = abs(side[1])  # a mug is its own mirror image: both sides count as one
        assert sampler._draw_view(np.random.default_rng(0), tool, prompt, views, side) == wanted
