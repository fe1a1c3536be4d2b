"""Tools that no family makes, for training: by chance of other proportions, and with another tool's grip."""

from __future__ import annotations

from collections.abc import Sequence

from dfc_core.assets.regrip import sometimes_regripped
from dfc_core.assets.stretch import sometimes_stretched
from dfc_core.assets.tool import Tool
from dfc_core.errors import bad_input


def varied(tool: Tool, seed: Sequence[int], stretch: float = 0.0, regrip: float = 0.0) -> Tool:
    """The tool with another grip for a share `regrip` of the seeds, and stretched for a share `stretch` of them."""
    return sometimes_stretched(sometimes_regripped(tool, regrip, [*seed, 1]), stretch, seed)


def check_shares(stretch: float, regrip: float) -> None:
    """`DfcError` unless both are shares of the tools."""
    for name, share in (("stretch", stretch), ("regrip", regrip)):
        if not 0 <= share <= 1:
            raise bad_input(f"{name} {share!r} is not a share of the tools, 0 to 1")
