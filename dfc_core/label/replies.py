"""What stands in an endpoint's reply: tolerant of what surrounds the JSON, strict about the JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class ReplyError(Exception):
    """One attempt that failed. `kind`: timeout, connection, rate-limited, server, rejected, malformed, refused or
    truncated; `retry_after_s` as the server wished."""

    def __init__(self, kind: str, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.retry_after_s = kind, message, retry_after_s


def message_text(body: bytes) -> str:
    """The text of a chat completion's first choice; `ReplyError` when it is malformed, refused or truncated."""
    try:
        choice = _strict_loads(body.decode())["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        refusal, content = message.get("refusal"), message.get("content")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ReplyError("malformed", "the reply is no chat completion") from error
    if refusal or finish == "content_filter":
        raise ReplyError("refused", "the model refuses to answer")
    if finish == "length":
        raise ReplyError("truncated", "the answer was cut off at the model's longest length")
    if isinstance(content, list):  # some servers answer in pieces
        content = "".join(str(piece.get("text", "")) for piece in content if isinstance(piece, dict))
    if not isinstance(content, str) or not content.strip():
        raise ReplyError("malformed", "the answer is empty")
    return content


def read_json(text: str, read: Callable[[Any], Answer]) -> Answer:
    """What `read` makes of the first JSON object or list in `text` that it accepts.

    Thoughts in <think> tags, code fences and words around the JSON are passed over. `ReplyError` (malformed) with the
    reason of the first refusal when none is accepted.
    """
    reason: Exception | None = None
    for value in _json_values(re.sub(r"<think>.*?</think>", "", text, flags=re.DOTALL)):
        try:
            return read(value)
        except ValueError as error:
            reason = reason or error
    raise ReplyError("malformed", str(reason) if reason else "no JSON in the answer")


def _json_values(text: str) -> Iterator[Any]:
    """Outermost JSON objects and lists in `text`, in order; nothing after one that is broken, for a piece of an answer
    is not the answer."""
    place = 0
    while (start := _OPENING.search(text, place)) is not None:
        try:
            value, place = _DECODER.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            return
        yield value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


_OPENING = re.compile(r"""[\[{](?=\s*["'\[{\]}\d-])""")  # "[see below]" opens no JSON
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _strict_loads(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse_constant)
