"""Batches are the same however many processes draw them, and tools can come from disk or be made on the way."""

from dataclasses import fields

import numpy as np
import pytest
import torch

from dfc_core.assets.families import TRAINING_FAMILIES, make_tool
from dfc_core.dataset.ahead import ahead, in_thread, worker_count
from dfc_core.dataset.augment import AugmentConfig
from dfc_core.dataset.batches import BatchPlan, Source
from dfc_core.dataset.endless import EndlessConfig, FreshTools, pools
from dfc_core.dataset.opening import data_id, open_data
from dfc_core.dataset.pairs import SamplerConfig
from dfc_core.errors import DfcError, bad_input
from dfc_core.files import write_json
from dfc_core.functions import FUNCTIONS
from dfc_core.render.store import load_tool_views, read_manifest, save_tool_views, views_of
from dfc_core.render.views import random_crop_views

PLAN = BatchPlan(4, seed=3, sampler=SamplerConfig(pixels=16, group=2))
FEW = EndlessConfig(pool=3, first=2, fresh=1, views=2, families=("mug", "bowl"))


def same(a, b):
    for field in fields(a):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, list):
            assert one == other
        else:
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def square_or_refuse(number):
    if number == 5:
        raise bad_input("five is refused")
    return number * number


@pytest.mark.parametrize("workers", [0, 1])
def test_results_come_in_order_and_a_refusal_stays_one(workers):
    squares = ahead(square_or_refuse, range(3, 7), workers)
    assert [next(squares), next(squares)] == [9, 16]
    with pytest.raises(DfcError, match="five is refused"):
        next(squares)


def test_a_thread_hands_over_the_same_items_errors_and_its_end():
    def items(broken):
        yield from range(5)
        if broken:
            raise KeyError("broken")

    assert list(in_thread(items(False))) == [0, 1, 2, 3, 4]
    taken = in_thread(items(True))
    assert [next(taken) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(KeyError, match="broken"):
        next(taken)
    closed = []

    def endless():
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    stopped = in_thread(endless())
    next(stopped)
    stopped.close()
    assert closed == [True]


def test_workers_are_as_wanted_or_leave_a_core_to_the_training():
    assert worker_count(0) == 0
    assert worker_count(3) == 3
    assert 1 <= worker_count(None) <= 16
    assert worker_count(None, processes=1000) == 1


def test_batches_do_not_depend_on_workers_or_on_where_they_begin(data):
    source = Source(open_data([data], (), 224), PLAN)
    here = list(source.batches(range(3), 0))
    for a, b in zip(here, source.batches(range(3), 2), strict=True):
        same(a, b)
    same(here[2], next(iter(source.batches(range(2, 3), 0))))
    assert not np.array_equal(here[0].images, here[1].images)


def test_processes_that_share_a_batch_draw_together_what_one_draws(data):
    tools = open_data([data], (), 224)
    (whole,) = Source(tools, PLAN).batches(range(1), 0)
    compared = 0
    for rank in range(2):
        (share,) = Source(tools, BatchPlan(**{**PLAN.__dict__, "rank": rank, "ranks": 2})).batches(range(1), 0)
        own = slice(2 * rank, 2 * rank + 2)
        assert torch.equal(share.part_b, whole.part_b[own])
        assert share.prompts == whole.prompts[own]
        np.testing.assert_array_equal(
            share.images.reshape(3, 2, 224, 224, 3), whole.images.reshape(3, 4, 224, 224, 3)[:, own]
        )
        compared += len(share.compared)
    assert compared == len(whole.compared)  # no group is cut
    with pytest.raises(DfcError, match="4 pairs in groups of 1 cannot be shared evenly by 3 processes"):
        BatchPlan(4, sampler=SamplerConfig(group=1), ranks=3)
    with pytest.raises(DfcError, match="4 pairs in groups of 4 cannot be shared evenly by 2 processes"):
        BatchPlan(4, sampler=SamplerConfig(group=4), ranks=2)


def test_without_augmentation_only_what_is_off_the_mask_changes(data):
    off = AugmentConfig(color=0, gray=0, blur=0, mask_pixels=0, wander=0, cut_out=0)
    source = Source(open_data([data], (), 224), BatchPlan(2, sampler=SamplerConfig(pixels=8), augment=off))
    (drawn,), plain = source.batches(range(1), 0), source.example()
    np.testing.assert_array_equal(drawn.masks, plain.masks)
    np.testing.assert_array_equal(drawn.images[drawn.masks], plain.images[plain.masks])
    assert (drawn.images[~drawn.masks] == 255).all()


def test_views_in_memory_are_those_read_back_from_disk(tmp_path):
    tool = make_tool("mug", 4)
    pictures = list(random_crop_views(np.random.default_rng(0), tool, 2, size=64))
    save_tool_views(tmp_path / "mug.safetensors", tool, "mug", pictures)
    disk, memory = load_tool_views(tmp_path / "mug.safetensors"), views_of(tool, "mug", pictures)
    for key in ("rgb", "parts", "depth", "K", "T_camera_tool", "part_pixels"):
        np.testing.assert_array_equal(np.asarray(getattr(disk, key)), getattr(memory, key))
    for one, other in zip(disk.frames, memory.frames, strict=True):
        np.testing.assert_array_equal(one.frames[0], other.frames[0])
        assert (one.function, one.role, one.parts, one.scale) == (other.function, other.role, other.parts, other.scale)
        np.testing.assert_array_equal(disk.shown(one, 1), np.isin(pictures[1].parts, one.parts) & pictures[1].mask)
    assert (disk.name, disk.family, disk.part_names) == (memory.name, "mug", memory.part_names)


def test_an_endless_pool_grows_then_lets_the_oldest_go():
    config = EndlessConfig(pool=5, first=2, fresh=2)
    assert [config.numbers(step) for step in range(3)] == [range(0, 2), range(0, 4), range(1, 6)]
    assert config.families == TRAINING_FAMILIES
    for wrong in ({"first": 1}, {"first": 9, "pool": 8}, {"views": 0}, {"fresh": -1}):
        with pytest.raises(DfcError, match="an endless source needs"):
            EndlessConfig(**wrong)


def test_every_family_comes_as_often_and_every_tool_is_new():
    few = EndlessConfig(pool=8, first=2, views=1, families=("mug", "bowl"))
    tools = [FreshTools(few, seed=1, size=32)(number) for number in range(4)]
    assert sorted(tool.family for tool in tools) == ["bowl", "bowl", "mug", "mug"]
    assert len({tool.name for tool in tools}) == 4
    assert all(int(tool.name.rpartition("-")[2]) < 100_000 for tool in tools)
    assert FreshTools(few, seed=2, size=32)(0).name != tools[0].name


def test_an_endless_source_gives_the_same_batches_with_workers_and_after_a_stop():
    source = Source([], BatchPlan(2, seed=1, functions=FUNCTIONS, sampler=SamplerConfig(pixels=8)), FEW)
    here = list(source.batches(range(3), 0))
    for a, b in zip(here, source.batches(range(3), 1), strict=True):
        same(a, b)
    same(here[2], next(iter(source.batches(range(2, 3), 0))))
    names = [[tool.name for tool in pool] for pool in pools(FreshTools(FEW, 1), range(3), 0)]
    assert [len(pool) for pool in names] == [2, 3, 3]
    assert names[2][:2] == names[1][1:]


def test_data_that_does_not_fit_is_refused_with_a_sentence(data, tmp_path):
    assert len(open_data([data], [], 224)) == 2
    with pytest.raises(DfcError, match=r"bowl-00000.safetensors are 224 x 224 px; this network takes 448 x 448"):
        open_data([data], [], 448)
    with pytest.raises(DfcError, match=r"no rendered tools .* in .*empty"):
        open_data([data, tmp_path / "empty"], [], 224)
    manifest = read_manifest(data)
    for name, content, said in (
        ("half", {**manifest, "complete": False}, "half is not complete: rendering was stopped"),
        ("old", {**manifest, "format": 1}, "has format 1; this version reads"),
    ):
        write_json(tmp_path / name / "manifest.json", content)
        with pytest.raises(DfcError, match=said):
            open_data([tmp_path / name], [], 224)
    one = Source(open_data([data], (), 224)[:1], PLAN)
    with pytest.raises(DfcError, match="no two tools of the data set show parts for the same function"):
        one.check()


def test_other_data_has_another_id(data, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in data.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert data_id([copy], []) == data_id([data], [])
    (copy / "mug-00000.safetensors").unlink()
    assert data_id([copy], []) != data_id([data], [])
