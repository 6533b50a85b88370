"""A server of OpenAI's protocol on this machine, that answers as a model says and fails as a test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.local_server import running

Answer = Callable[[str, dict[str, Any]], Any]
"""Path and body of a request -> what is answered; an int is a status, a pair a status with what is answered."""


class Server(ThreadingHTTPServer):
    """Counts what it is asked.

    Attributes:
        answer: What is answered where nothing fails.
        faults: What happens to the next requests instead, the first one first: a status, a status with headers, `cut`
            (half of an answer), `close` (none), `garbage` (no JSON), `deep` (JSON that no parser reads) or a pause in
            seconds before the answer.
        asked: Path and body of every request that came.
        at_once: The most requests that were under way at one time.
    """

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.faults: list[Any] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.at_once = self.under_way = 0
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        """Its address, without a model."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: who was cut off hangs up."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.asked.append((self.path, body))
            fault = self.server.faults.pop(0) if self.server.faults else None
            self.server.under_way += 1
            self.server.at_once = max(self.server.at_once, self.server.under_way)
        try:
            if isinstance(fault, float):
                time.sleep(fault)
            answer = self.server.answer(self.path, body)
        finally:
            # Before a byte is sent: who reads the answer may ask again before this thread goes on.
            with self.server.lock:
                self.server.under_way -= 1
        if fault != "close":
            self._send(fault, answer)

    def _send(self, fault: Any, answer: Any) -> None:
        headers: dict[str, str] = {}
        status, found = 200, answer
        if isinstance(fault, tuple):
            status, headers = fault
        elif isinstance(fault, int):
            status = fault
        elif isinstance(found, int):
            status, found = found, {"error": {"message": "no"}}
        elif isinstance(found, tuple):
            status, found = found
        raw = {"garbage": b"<html>", "deep": b"[" * 200_000}.get(str(fault), json.dumps(found).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if fault == "cut" else raw)

    def log_message(self, *given: object) -> None:
        """Nothing."""


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    """A server that runs as long as the block."""
    with running(Server(answer)) as made:
        yield made


def chats(reply: Callable[[str], str], usage: bool = True) -> Answer:
    """A server of chats alone, that replies to a prompt.

    Args:
        reply: Prompt -> reply.
        usage: Whether it counts tokens: ten a prompt, two a reply.
    """

    def answer(path: str, body: dict[str, Any]) -> Any:
        if not path.endswith("/chat/completions"):
            return 404
        message = {"role": "assistant", "content": reply(body["messages"][0]["content"])}
        counted = {"usage": {"prompt_tokens": 10, "completion_tokens": 2}} if usage else {}
        return {"model": "theirs", "system_fingerprint": "f1", "choices": [{"message": message}], **counted}

    return answer
