"""A real HTTP server on this machine that speaks the chat-completions protocol as a test tells it to."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from PIL import Image


@dataclass
class Reply:
    """What the server sends: `body` as it is, or a completion around `content`; `delay_s` before it, `drip` slowly."""

    content: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish: str = "stop"
    refusal: str | None = None
    body: bytes | None = None
    delay_s: float = 0.0
    drip_s: float = 0.0
    hang_up: bool = False

    def bytes(self) -> bytes:
        if self.body is not None:
            return self.body
        text = self.content if isinstance(self.content, str | None) else json.dumps(self.content)
        message = {"role": "assistant", "content": text, "refusal": self.refusal}
        return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": self.finish}]}).encode()


@dataclass
class ChatServer:
    """`answer(request body, number of the request)` decides; `requests` and `headers` keep what came."""

    answer: Callable[[dict[str, Any], int], Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


def picture_of(request: dict[str, Any]) -> np.ndarray:
    """The picture of a question about boxes, from its data URL."""
    url = request["messages"][0]["content"][1]["image_url"]["url"]
    kind, data = url.split(",", 1)
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def text_of(request: dict[str, Any]) -> str:
    """The words of a question."""
    content = request["messages"][0]["content"]
    return content if isinstance(content, str) else content[0]["text"]


@contextmanager
def serve(answer: Callable[[dict[str, Any], int], Reply]) -> Iterator[ChatServer]:
    """A running server; `url` is what an endpoint's config takes."""
    chat = ChatServer(answer)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/chat/completions"
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                chat.requests.append(request)
                chat.headers.append(dict(self.headers.items()))
                number = len(chat.requests) - 1
            self._send(chat.answer(request, number))

        def _send(self, reply: Reply) -> None:
            time.sleep(reply.delay_s)
            if reply.hang_up:
                self.close_connection = True
                return
            data = reply.bytes()
            try:
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(data)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                pieces = [data[n : n + 1] for n in range(len(data))] if reply.drip_s else [data]
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    time.sleep(reply.drip_s)
            except OSError:  # the client has gone
                pass

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    chat.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
