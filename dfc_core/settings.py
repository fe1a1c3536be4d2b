"""Settings from plain values, as YAML and JSON give them: every key known, every value of its type and in range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from dfc_core.errors import bad_input

T = TypeVar("T")


def read_settings(kind: type[T], values: Any, what: str, prefix: str = "") -> T:
    """The dataclass `kind` of a mapping; what that does not say is as by default.

    Fields that are settings themselves are read from mappings in it, or taken as they are. `DfcError` names an unknown
    key (`what` has it not) or a value of another type (of `prefix` and key).
    """
    if not isinstance(values, Mapping):
        raise bad_input(f"{what} is {values!r}; it must be a mapping of settings")
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    unknown = sorted(str(key) for key in values if key not in names)
    if unknown:
        raise bad_input(f"{what} has no {', '.join(unknown)}; allowed: {', '.join(names)}")
    types = get_type_hints(kind)
    return kind(**{key: _read(types[key], value, f"{prefix}{key}") for key, value in values.items()})


def at_least(settings: Any, least: float, *names: str, prefix: str = "") -> None:
    """`DfcError` unless each of these numbers of `settings` is `least` or above; None passes."""
    for name in names:
        value = getattr(settings, name)
        if value is not None and not value >= least:
            raise bad_input(f"{prefix}{name} is {value}; allowed: {least} and above")


def within(settings: Any, low: float, high: float, *names: str, prefix: str = "") -> None:
    """`DfcError` unless each of these numbers of `settings` is from `low` to `high`."""
    for name in names:
        value = getattr(settings, name)
        if not low <= value <= high:
            raise bad_input(f"{prefix}{name} is {value}; allowed: {low} to {high}")


def _read(kind: Any, value: Any, what: str) -> Any:
    """`value` as a `kind`: a setting's type, or several of which None is one."""
    choices = [choice for choice in get_args(kind) if choice is not NoneType]
    if NoneType in get_args(kind):
        return None if value is None else _read(choices[0], value, what)
    if isinstance(kind, type) and is_dataclass(kind):
        return value if isinstance(value, kind) else read_settings(kind, value, what, f"{what}.")
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise bad_input(f"{what} is {value!r}; allowed: a list")
        return tuple(_read(choices[0], item, what) for item in value)
    if kind is int or kind is float:
        return _number(kind, value, what)
    if kind is bool and not isinstance(value, bool):
        raise bad_input(f"{what} is {value!r}; allowed: true or false")
    if kind is str and not isinstance(value, str):
        raise bad_input(f"{what} is {value!r}; allowed: a text")
    return value


def _number(kind: type[int | float], value: Any, what: str) -> int | float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # YAML reads 1e-3, without a point, as a text
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or (kind is int and not number.is_integer()):
        raise bad_input(f"{what} is {value!r}; allowed: a {'whole ' if kind is int else ''}number")
    return value if isinstance(value, kind) else kind(number)
