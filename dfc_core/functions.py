"""The functions tools are used for, and the roles a part can play in one.

The 24 functions are those of dense functional correspondence (Stojanov et al., ICCV 2025). What each means, how its
function frame lies and which objects serve it stands in `config/functions.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dfc_core.errors import DfcError
from dfc_core.files import config_file

FUNCTIONS = (
    "pour-with", "pound-with", "cut-with", "scoop-with", "brush-with", "dig-with", "press-with", "lift-with",
    "scrape-with", "pick-up-with", "pierce-with", "poke-with", "roll-onto", "write-with", "sweep-with", "hang-onto",
    "pull-with", "peel-with", "apply-torque-with", "spread-with", "wedge-with", "mix-with", "pry-with", "sift-with",
)  # fmt: skip
_FUNCTION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ROLES = ("function", "grasp")  # the part that serves the function; the part a hand holds meanwhile


@dataclass(frozen=True)
class FunctionFacts:
    """What is known of a function: a `phrase` for text encoders and other `sayings`, the `part` in words, the frame's
    convention, and the objects that serve it with the names of their functional parts."""

    name: str
    phrase: str
    part: str
    frame: str
    objects: dict[str, tuple[str, ...]]
    sayings: tuple[str, ...] = ()


def canonical_function(text: str) -> str:
    """A function's name as it is written everywhere: `pour-with`; "Pour with" and "pour_with" are understood."""
    name = re.sub(r"[\s_-]+", "-", str(text).strip().lower())
    if not _FUNCTION.fullmatch(name) or len(name) > 40:
        raise DfcError("UNKNOWN_FUNCTION", f"{text!r} is not a function's name; one looks like pour-with")
    return name


def is_function_name(text: str) -> bool:
    """Whether `text` names a function, be it one of the 24 or one like `stack-with`; free words do not."""
    try:
        name = canonical_function(text)
    except DfcError:
        return False
    return name in FUNCTIONS or name.endswith(("-with", "-onto"))


def known_function(function: str, functions: Sequence[str], knower: str = "this model knows") -> str:
    """`function` as a model spells it ("Pour with" = "pour_with" = "pour-with"); DfcError naming those it knows."""
    name = canonical_function(function)
    if name not in functions:
        raise DfcError("UNKNOWN_FUNCTION", f"unknown function {function!r}; {knower}: {', '.join(functions)}")
    return name


@lru_cache(maxsize=1)
def _facts() -> dict[str, FunctionFacts]:
    import yaml

    content: dict[str, Any] = yaml.safe_load(config_file("functions.yaml").read_text(encoding="utf-8"))
    return {
        name: FunctionFacts(
            name,
            fields["phrase"],
            fields["part"],
            fields["frame"],
            {str(thing): tuple(map(str, parts)) for thing, parts in fields["objects"].items()},
            tuple(fields.get("sayings", ())),
        )
        for name, fields in content.items()
    }


def function_facts(function: str) -> FunctionFacts:
    """Facts about one of the 24 functions; another raises `DfcError` (UNKNOWN_FUNCTION) naming them."""
    return _facts()[known_function(function, FUNCTIONS, "known")]
