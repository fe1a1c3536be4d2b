"""The one family of errors a user can cause, each with the code that ROS clients and `result.json` carry."""

from __future__ import annotations

CODES = (
    "NO_IMAGE",
    "NO_DEPTH",
    "BAD_IMAGE",
    "EMPTY_MASK",
    "UNKNOWN_FUNCTION",
    "NO_DEMONSTRATION",
    "NO_MATCH",
    "DEGENERATE",
    "NOT_READY",
    "INTERNAL",
    "BAD_INPUT",
    "NOT_AFFORDED",
    "PART_NOT_VISIBLE",
)


class DfcError(ValueError):
    """A user's mistake or an honest refusal, in one sentence that names what came and what is allowed.

    `code` is one of `CODES`; over ROS it becomes `error_code`, on the command line exit code 2.
    """

    def __init__(self, code: str, message: str) -> None:
        assert code in CODES, code
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[DfcError], tuple[str, str]]:
        """So that one raised in another process arrives whole."""
        return DfcError, (self.code, self.message)


def bad_input(message: str) -> DfcError:
    """A wrong file, value or argument that has no more specific code."""
    return DfcError("BAD_INPUT", message)
