"""The oracle's boxes: exact without noise, and as faulty as they are set to be."""

import numpy as np

from dfc_core.label.oracle import OracleConfig, box_of, oracle_boxes

EXACT = OracleConfig(jitter=0, misses=0, false_boxes=0, queries=2)


def scene(views):
    """A part of 40 x 20 px on an object of 80 x 60 px, in every view."""
    mask, part = np.zeros((2, views, 100, 100), bool)
    mask[:, 20:80, 10:90] = True
    part[:, 30:50, 20:60] = True
    return part, mask


def test_a_box_runs_along_the_outer_borders_of_the_pixels():
    part, _ = scene(1)
    np.testing.assert_array_equal(box_of(part[0]), [19.5, 29.5, 59.5, 49.5])


def test_without_noise_each_query_gives_the_true_box_and_none_where_the_part_is_hidden():
    part, mask = scene(2)
    part[1] = False
    seen, hidden = oracle_boxes(part, mask, EXACT)
    np.testing.assert_array_equal(seen.boxes, [[19.5, 29.5, 59.5, 49.5]] * 2)
    assert hidden.view == 1
    assert hidden.boxes.shape == (0, 4)


def test_the_same_seed_and_key_give_the_same_boxes_and_another_key_others():
    part, mask = scene(3)
    one, same, other = (oracle_boxes(part, mask, OracleConfig(seed=3), key) for key in ((1,), (1,), (2,)))
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a.boxes, b.boxes)
    assert any(a.boxes.shape != b.boxes.shape or (a.boxes != b.boxes).any() for a, b in zip(one, other, strict=True))


def test_misses_and_jitter_are_as_set():
    part, mask = scene(400)
    answers = oracle_boxes(part, mask, OracleConfig(jitter=0.1, misses=0.25, false_boxes=0, queries=1))
    boxes = np.concatenate([answer.boxes for answer in answers])
    assert abs(len(boxes) / 400 - 0.75) < 0.065  # three standard deviations
    np.testing.assert_allclose(boxes.mean(axis=0), [19.5, 29.5, 59.5, 49.5], atol=0.8)
    np.testing.assert_allclose(boxes.std(axis=0), [4, 2, 4, 2], rtol=0.15)


def test_false_boxes_come_as_often_as_set_and_lie_on_the_object():
    part, mask = scene(400)
    answers = oracle_boxes(np.zeros_like(part), mask, OracleConfig(false_boxes=0.3, queries=1))
    boxes = np.concatenate([answer.boxes for answer in answers])
    assert abs(len(boxes) / 400 - 0.3) < 0.07
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    assert mask[0][tuple(np.round(centres).astype(int).T[::-1])].all()


def test_scaling_scales_all_noise_and_no_share_exceeds_one():
    scaled = OracleConfig(0.1, 0.6, 0.2, queries=3).scaled(2)
    assert (scaled.jitter, scaled.misses, scaled.false_boxes, scaled.queries) == (0.2, 1.0, 0.4, 3)
