"""What the parts are called that serve a function and that a hand holds, and how one recognises them.

A user's own names, YAML or JSON, by object and function; a name alone needs no description, `null` says that the object
does not serve the function:

    mug:
      pour-with:
        function: {part: rim, description: the round upper edge}
        grasp: handle
      cut-with: null
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dfc_core.errors import bad_input
from dfc_core.functions import FUNCTIONS, ROLES, canonical_function, function_facts

LONGEST_NAME, LONGEST_DESCRIPTION = 60, 300  # characters
Names = dict[str, "tuple[PartQuery, ...]"]  # by function; an object that does not serve it has no parts


@dataclass(frozen=True)
class PartQuery:
    """One part to look for: it serves `function`, or ("grasp") a hand holds it meanwhile."""

    function: str
    role: str
    part: str
    description: str = ""


def object_name(text: str) -> str:
    """ "file:Claw_Hammer" is "claw hammer"; `DfcError` when no letter or digit is left."""
    words = "".join(c if c.isalnum() else " " for c in text.removeprefix("file:").lower()).split()
    if not words:
        raise bad_input(f"an object needs a name with a letter or digit, not {text!r}")
    return " ".join(words)


def known_functions(thing: str) -> tuple[str, ...]:
    """Functions that `config/functions.yaml` says an object serves."""
    return tuple(name for name in FUNCTIONS if any(object_name(o) == thing for o in function_facts(name).objects))


def known_parts(thing: str, function: str) -> tuple[PartQuery, ...]:
    """Names without any model: those of `config/functions.yaml`, and the handle as the held part."""
    facts = function_facts(function)
    listed = next((parts for o, parts in facts.objects.items() if object_name(o) == thing), ())
    name = listed[0] if listed else facts.part.removeprefix("the ")
    held = PartQuery(facts.name, "grasp", "handle", f"where a hand holds the {thing}")
    return PartQuery(facts.name, "function", name, facts.part if listed else ""), held


def read_names_file(path: Path | str) -> dict[str, Names]:
    """A user's names by object; the format is this module's docstring. `DfcError` naming the entry that is wrong."""
    import yaml

    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))  # JSON is YAML
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise bad_input(f"{path} cannot be read as YAML or JSON: {error}") from error
    if not isinstance(content, dict) or not all(isinstance(entry, dict) for entry in content.values()):
        raise bad_input(f"{path}: names must be given by object, then by function (see `dfc_core label --help`)")
    return {object_name(str(thing)): _names(path, thing, entry) for thing, entry in content.items()}


def _names(path: Path | str, thing: Any, entry: Mapping[Any, Any]) -> Names:
    names: Names = {}
    for function, parts in entry.items():
        name = function_facts(str(function)).name
        try:
            names[name] = read_parts(name, parts)
        except ValueError as error:
            raise bad_input(f"{path}: {thing}, {function}: {error}") from error
    return names


def read_parts(function: str, value: Any) -> tuple[PartQuery, ...]:
    """The queries of `{"function": part, "grasp": part}`, none for null; ValueError saying what is wrong.

    A part is a name or `{"part": name, "description": text}`. The held part may be missing.
    """
    if value is None or (isinstance(value, Mapping) and value.get("function", value) is None):
        return ()
    if not isinstance(value, Mapping) or "function" not in value or set(value) - set(ROLES):
        raise ValueError(f'an object with "function" and "grasp" is needed, not {str(value)[:80]}')
    given = [(role, value[role]) for role in ROLES if value.get(role) is not None]
    return tuple(PartQuery(canonical_function(function), role, *_part(part)) for role, part in given)


def _part(value: Any) -> tuple[str, str]:
    fields = {"part": value} if isinstance(value, str) else value
    if not isinstance(fields, Mapping) or set(fields) - {"part", "description"}:
        raise ValueError(f'a part is a name or {{"part", "description"}}, not {str(value)[:80]}')
    name, description = fields.get("part"), fields.get("description") or ""
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        raise ValueError(f"a part's name has 1 to {LONGEST_NAME} characters, not {str(name)[:80]!r}")
    if not isinstance(description, str) or len(description) > LONGEST_DESCRIPTION:
        raise ValueError(f"a description has at most {LONGEST_DESCRIPTION} characters")
    return " ".join(name.split()), " ".join(description.split())


def names_question(thing: str, function: str) -> list[dict[str, Any]]:
    """The chat messages that ask for an object's parts."""
    phrase = function_facts(function).phrase
    text = (
        f"Someone uses a {thing} for {phrase} ({function.replace('-', ' ')}). Which one part of the {thing} does the "
        f"work, and which part does the hand hold meanwhile? Answer with JSON alone, in this form:\n"
        '{"function": {"part": "...", "description": "..."}, "grasp": {"part": "...", "description": "..."}}\n'
        f'"part": at most three words, as people call it on a {thing}. "description": at most 15 words on how it looks '
        "and where it lies, for someone who must find it in a picture. If nobody would use it so, answer "
        '{"function": null}.'
    )
    return [{"role": "user", "content": text}]
