"""A client of chat endpoints that speak the OpenAI protocol (`POST <url>/chat/completions`), hosted or on this machine.

The key is read from the environment when a request is sent. It is part of no configuration, file, message or exception.
"""

from __future__ import annotations

import email.utils
import http.client
import json
import os
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dfc_core.errors import bad_input
from dfc_core.label.replies import ReplyError, message_text, read_json

Answer = TypeVar("Answer")
LARGEST_REPLY = 4 << 20  # bytes; a longer one is no answer to our questions
USERS_MISTAKES = {401: "refuses the key", 403: "refuses the key", 404: "has no such model or path"}


@dataclass(frozen=True)
class EndpointConfig:
    """Where to ask, which `model`, and how patiently. `url` ends before `/chat/completions`: `http://host:8000/v1`.

    The key is the first of the environment variables `key_variables` that is set; servers without keys need none.
    Waits double from `first_wait_s` up to `longest_wait_s`, each shortened by up to half at random (`seed`); a
    server's own `Retry-After` is kept, and up to `longest_retry_after_s` waited for. After `give_up_after` questions in
    a row without an answer the rest is not asked. `temperature` and `max_tokens` are sent only where given: some
    servers refuse them.
    """

    url: str
    model: str
    key_variables: tuple[str, ...] = ("DFC_API_KEY", "OPENAI_API_KEY")
    timeout_s: float = 120.0
    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    longest_retry_after_s: float = 600.0
    give_up_after: int = 20
    temperature: float | None = None
    max_tokens: int | None = None
    threads: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise bad_input(
                "the endpoint's URL must be http:// or https:// with a host, such as http://127.0.0.1:8000/v1"
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise bad_input("the endpoint's URL must hold no user, password or query; keys come from the environment")
        if self.attempts < 1 or self.threads < 1:
            raise bad_input(f"attempts and threads must be at least 1, not {self.attempts} and {self.threads}")
        if not self.model:
            raise bad_input("an endpoint needs the name of a model")


class NoAnswerError(Exception):
    """Every attempt at one question failed; the work on others goes on."""

    def __init__(self, kind: str, message: str, attempts: int) -> None:
        super().__init__(f"{kind}: {message} ({attempts} attempts)")
        self.kind, self.message, self.attempts = kind, message, attempts


@dataclass
class Endpoint:
    """Asks one endpoint, from any thread. `sleep(seconds)` waits between attempts; `stop()` ends all waiting."""

    config: EndpointConfig
    sleep: Callable[[float], object] | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)
    _unanswered: int = 0  # questions in a row

    def ask(self, messages: list[dict[str, Any]], read: Callable[[Any], Answer], question: str) -> Answer:
        """What `read` makes of the JSON in the answer to `messages`; `read` raises ValueError on a wrong one.

        A fault that may pass (no connection, time-out, 429, 5xx, no or wrong JSON, refusal, truncation) is tried
        `attempts` times, then `NoAnswerError`; a request the server rejects is tried once. `DfcError` for what is wrong
        with every question: key, model or path. `question` names the question; waits are drawn from it and the seed.
        """
        if self._unanswered >= self.config.give_up_after:
            raise NoAnswerError("not-asked", f"{self.config.give_up_after} questions in a row had no answer", 0)
        try:
            answer = self._try(messages, read, random.Random(f"{self.config.seed}:{question}"))
        except NoAnswerError:
            self._unanswered += 1
            raise
        self._unanswered = 0
        return answer

    def _try(self, messages: list[dict[str, Any]], read: Callable[[Any], Answer], rng: random.Random) -> Answer:
        attempt = 0
        while True:
            attempt += 1
            try:
                return read_json(message_text(self._post(messages)), read)
            except ReplyError as fault:
                wait = self._wait(fault, attempt, rng)
                if wait is None or self._stopped.is_set():
                    raise NoAnswerError(fault.kind, fault.message, attempt) from None
            (self.sleep or self._stopped.wait)(wait)

    def stop(self) -> None:
        """Let waiting threads give up at once."""
        self._stopped.set()

    def _wait(self, fault: ReplyError, attempt: int, rng: random.Random) -> float | None:
        """Seconds before the next attempt, None to give up."""
        config = self.config
        if attempt >= config.attempts or fault.kind == "rejected":
            return None
        own = min(config.longest_wait_s, config.first_wait_s * 2 ** (attempt - 1)) * rng.uniform(0.5, 1.0)
        if fault.retry_after_s is None:
            return own
        return None if fault.retry_after_s > config.longest_retry_after_s else max(own, fault.retry_after_s)

    def _post(self, messages: list[dict[str, Any]]) -> bytes:
        """The reply's body; `ReplyError` or `DfcError` that name neither headers nor key."""
        config = self.config
        sent = {"temperature": config.temperature, "max_tokens": config.max_tokens}
        body = {"model": config.model, "messages": messages, **{k: v for k, v in sent.items() if v is not None}}
        request = urllib.request.Request(
            config.url.rstrip("/") + "/chat/completions",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        name, key = _key(config.key_variables)
        if key:
            request.add_unredirected_header("Authorization", f"Bearer {key}")
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=config.timeout_s) as response:
                return _read_within(response, config.timeout_s)
        except urllib.error.HTTPError as error:
            raise _http_fault(error, config, name) from None
        except (TimeoutError, OSError, http.client.HTTPException) as error:
            raise _connection_fault(error, config.timeout_s) from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST becomes a GET elsewhere: refuse instead."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


def _key(variables: tuple[str, ...]) -> tuple[str, str]:
    """(name of the variable, key) of the first that is set; ("", "") when none is."""
    for name in variables:
        key = os.environ.get(name, "").strip()
        if key and not (key.isascii() and key.isprintable()):
            raise bad_input(f"the key in ${name} holds characters that no HTTP header may hold")
        if key:
            return name, key
    return "", ""


def _read_within(response: http.client.HTTPResponse, timeout_s: float) -> bytes:
    """The whole body; the socket's own time-out is for each packet only, so a server that drips would hold us."""
    end, chunks, length = time.monotonic() + timeout_s, [], 0
    while chunk := response.read1(1 << 16):
        chunks.append(chunk)
        length += len(chunk)
        if length > LARGEST_REPLY:
            raise ReplyError("malformed", f"the reply is longer than {LARGEST_REPLY} bytes")
        if time.monotonic() > end:
            raise TimeoutError
    if response.length:  # read1 does not mind
        raise ReplyError("connection", f"the reply ended {response.length} bytes early")
    return b"".join(chunks)


def _http_fault(error: urllib.error.HTTPError, config: EndpointConfig, key_name: str) -> Exception:
    """The status in words. The body is not quoted: servers like to repeat the key in it."""
    status = error.code
    error.close()
    if status in USERS_MISTAKES or 300 <= status < 400:
        what = USERS_MISTAKES.get(status, "sends elsewhere; give its final address")
        used = f"the key in ${key_name}" if key_name else f"no key ({' and '.join(config.key_variables)} are not set)"
        return bad_input(f"the endpoint {config.url} {what} (HTTP {status}); model {config.model!r}, {used}")
    if status == 429:
        return ReplyError("rate-limited", "HTTP 429", _retry_after_s(error.headers.get("Retry-After")))
    kind = "server" if status >= 500 or status in (408, 409, 425) else "rejected"
    return ReplyError(kind, f"HTTP {status}", _retry_after_s(error.headers.get("Retry-After")))


def _connection_fault(error: Exception, timeout_s: float) -> ReplyError:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return ReplyError("timeout", f"no whole answer within {timeout_s:g} s")
    return ReplyError("connection", getattr(reason, "strerror", None) or type(reason).__name__)


def _retry_after_s(header: str | None) -> float | None:
    """Seconds of a Retry-After header, a number or a date; None without one or where it cannot be read."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(header).timestamp() - time.time()
        except (TypeError, ValueError):
            return None
    return seconds if 0 <= seconds < float("inf") else None
