"""Boxes: what answers agree on, how an answer is read, and where a box in a shown picture lies in the view."""

import numpy as np
import pytest

from dfc_core.frames.crop import Crop
from dfc_core.label.boxes import SettleConfig, overlap, settle
from dfc_core.label.questions import Question, box_prompt, read_boxes, show, to_view

SETTLE = SettleConfig()


def answer(*boxes):
    return np.array([[*box, 1.0] for box in boxes], dtype=float).reshape(-1, 5)


def test_overlap_by_hand():
    box = np.array([0.0, 0, 10, 10])
    others = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10], [0, 0, 5, 5], [20, 20, 30, 30], [3, 3, 3, 3]])
    np.testing.assert_allclose(overlap(box, others), [1, 50 / 150, 25 / 100, 0, 0])
    assert overlap(np.zeros(4), np.zeros((1, 4)))[0] == 0


def test_answers_settle_on_the_median_and_lonely_boxes_are_dropped():
    answers = [
        answer([0, 0, 10, 10], [50, 50, 60, 60]),  # a false box that nobody else sees
        answer([1, 0, 11, 10]),
        answer([2, 0, 12, 13]),
        answer(),
    ]
    settled = settle(answers, SETTLE)
    np.testing.assert_allclose(settled, [[1, 0, 11, 10, 1, 3]])


def test_two_parts_settle_apart_the_surer_first_and_one_answer_counts_once():
    left, right = [0, 0, 10, 10], [30, 0, 40, 10]
    answers = [answer(right, left), answer(right), answer(right, [31, 0, 40, 10], left)]
    settled = settle(answers, SETTLE)
    np.testing.assert_allclose(settled[:, :4], [right, left])
    assert settled[:, 5].tolist() == [3, 2]


def test_a_single_answer_is_taken_as_it_is_and_none_gives_none():
    assert settle([answer([0, 0, 4, 4])], SETTLE).tolist() == [[0, 0, 4, 4, 1, 1]]
    assert settle([], SETTLE).shape == settle([answer(), answer()], SETTLE).shape == (0, 6)


HALF = [[0.25, 0.5, 0.5, 1.0, 1.0]]
SAME = [
    ({"boxes": [[0.25, 0.5, 0.5, 1.0]]}, "auto"),
    ({"boxes": [[112, 224, 224, 448]]}, "auto"),
    ([[112, 224, 224, 448]], "pixels"),
    ([112.0, 224.0, 224.0, 448.0], "auto"),
    ({"boxes": [[250, 500, 500, 1000]]}, "thousandths"),
    ({"boxes": [[250, 500, 500, 1000]], "units": "thousandths"}, "auto"),
    ([{"label": "spout", "bbox_2d": [112, 224, 224, 448]}], "auto"),
    ([{"label": "spout", "box_2d": [500, 250, 1000, 500]}], "auto"),
    ({"boxes": [{"box": [0.25, 0.5, 0.5, 1.04]}]}, "auto"),  # a little over the edge is cut
]


@pytest.mark.parametrize(("value", "units"), SAME)
def test_one_box_written_in_many_ways(value, units):
    np.testing.assert_allclose(read_boxes(value, 448, units), HALF)


def test_no_box_is_an_answer():
    assert read_boxes({"boxes": []}, 448, "auto").shape == read_boxes([], 448, "auto").shape == (0, 5)


WRONG = [
    {"answer": [0, 0, 1, 1]}, {}, "0 0 1 1", {"boxes": "none"}, {"boxes": [[0, 0, 1]]}, [[0, 0, 1, "1"]],
    [[0, 0, 1, True]], [[0.5, 0.5, 0.5, 0.9]], [[0.9, 0.1, 0.2, 0.5]], [[0, 0, 448, 900]], [[-100, 0, 50, 50]],
    [[0, 0, 10**400, 1]], [[0, 0, float("inf"), 1]], [[[[[[[0, 0, 1, 1]]]]]]], [[0, 0, 1, 1]] * 21, [[0, 0, 1, 1], 5],
]  # fmt: skip


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
def test_what_is_no_box_is_refused(value):
    with pytest.raises(ValueError, match=r"box|no area"):
        read_boxes(value, 448, "auto")


def test_a_box_in_the_shown_picture_comes_back_to_its_place_mirrored_and_zoomed():
    rgb = np.full((60, 60, 3), 90, np.uint8)
    rgb[10:20, 30:36] = [255, 0, 0]  # x 30..35, y 10..19: borders 29.5, 9.5, 35.5, 19.5
    mask = np.ones((60, 60), bool)
    for crop in (Crop(0, 0, 60, 240), Crop(25, 5, 20, 240), Crop(20, -12, 40, 240)):
        for repeat in (0, 1):
            picture = show(rgb, mask, crop, repeat).astype(int)
            assert picture.shape == (240, 240, 3)
            y, x = np.nonzero(picture[..., 0] - picture[..., 1] > 120)
            seen = np.array([[x.min(), y.min(), x.max() + 1, y.max() + 1, 240]]) / 240
            np.testing.assert_allclose(to_view(seen, crop, repeat)[0], [29.5, 9.5, 35.5, 19.5, 1], atol=0.3)


def test_what_is_off_the_object_is_shown_white():
    mask = np.zeros((8, 8), bool)
    mask[2:6, 2:6] = True
    picture = show(np.zeros((8, 8, 3), np.uint8), mask, Crop(0, 0, 8, 8), 0)
    assert (picture[mask] == 0).all()
    assert (picture[~mask] == 255).all()


def test_the_question_names_part_object_and_units():
    question = Question(np.zeros((448, 448, 3), np.uint8), "kettle", "spout", "the narrow tube", 2, "q")
    for units, said in (("auto", "from 0 to 1,"), ("pixels", "448 x 448"), ("thousandths", "from 0 to 1000")):
        prompt = box_prompt(question, units)
        assert all(word in prompt for word in ("kettle", "spout", "the narrow tube", "JSON", said))
