"""Names of parts: a user's file, what is known without a model, and what an endpoint may answer."""

import json

import pytest

from dfc_core.errors import DfcError
from dfc_core.label.part_names import (
    PartQuery,
    known_functions,
    known_parts,
    names_question,
    object_name,
    read_names_file,
    read_parts,
)

YAML = """
Coffee_Mug:
  pour with: {function: {part: rim, description: the round upper edge}, grasp: handle}
  cut-with: null
"""


def test_a_users_file_in_yaml_and_json(tmp_path):
    (tmp_path / "names.yaml").write_text(YAML)
    fields = {"function": {"part": "rim", "description": "the round upper edge"}, "grasp": {"part": "handle"}}
    (tmp_path / "names.json").write_text(json.dumps({"coffee mug": {"pour-with": fields, "cut-with": None}}))
    expected = {
        "coffee mug": {
            "pour-with": (
                PartQuery("pour-with", "function", "rim", "the round upper edge"),
                PartQuery("pour-with", "grasp", "handle"),
            ),
            "cut-with": (),
        }
    }
    assert read_names_file(tmp_path / "names.yaml") == read_names_file(tmp_path / "names.json") == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2]", "by object"),
        ("mug: rim", "by object"),
        ("mug: {pour-wiht: {function: rim}}", "pour-wiht"),
        ("mug: {pour-with: {part: rim}}", "mug, pour-with"),
        ("mug: {pour-with: {function: {part: ''}}}", "1 to 60"),
        ("mug: {pour-with: {function: {part: rim, colour: red}}}", "colour"),
        ("mug: {pour-with: [rim]}", "is needed"),
        ("mug: {pour-with: {function: rim, holding: handle}}", "is needed"),
        ("'?!': {pour-with: null}", "letter or digit"),
        ("mug: {", "YAML or JSON"),
    ],
)
def test_a_wrong_file_is_refused_naming_the_entry(tmp_path, text, said):
    (tmp_path / "n.yaml").write_text(text)
    with pytest.raises(DfcError, match=said):
        read_names_file(tmp_path / "n.yaml")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DfcError, match="cannot be read"):
        read_names_file(tmp_path / "none.yaml")


def test_an_object_that_does_not_serve_has_no_parts():
    assert read_parts("cut-with", None) == read_parts("cut-with", {"function": None, "grasp": "handle"}) == ()


def test_a_held_part_may_be_missing():
    assert read_parts("press-with", {"function": "base"}) == (PartQuery("press-with", "function", "base"),)


def test_objects_are_named_in_words():
    assert object_name("file:Claw_Hammer-2") == "claw hammer 2"


def test_what_is_known_without_a_model():
    assert "pour-with" in known_functions("kettle")
    assert known_functions("teleporter") == ()
    function, grasp = known_parts("box cutter", "cut-with")
    assert (function.part, function.role) == ("blade", "function")
    assert (grasp.part, grasp.role) == ("handle", "grasp")
    assert known_parts("teleporter", "cut-with")[0].part == "sharp edge"


def test_the_question_names_object_and_function():
    (message,) = names_question("claw hammer", "pull-with")
    assert message["role"] == "user"
    assert all(word in message["content"] for word in ("claw hammer", "pull with", "JSON", '"grasp"'))
