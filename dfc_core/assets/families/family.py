"""What a family of tools is: how one of it is made, and what every one of it affords."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from numpy.random import Generator

from dfc_core.assets.tool import Tool


class Family(NamedTuple):
    """`make`(generator, name) makes a tool; `affords` are its functions, in the order of its affordances."""

    make: Callable[[Generator, str], Tool]
    affords: tuple[str, ...]
