"""A server on this machine that writes down what reaches it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.local_server import running


class Server(ThreadingHTTPServer):
    """Answers every question with `said`, or leads elsewhere.

    Attributes:
        requests: What was asked: method, path, headers in small letters, body.
    """

    def __init__(self, leads_to: str | None = None, status: int = 302, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _Handler)
        self.leads_to, self.status = leads_to, status
        self.requests: list[dict[str, Any]] = []

    @property
    def keys(self) -> set[str | None]:
        """Keys that reached it; None for a request without one."""
        return {request["headers"].get("authorization") for request in self.requests}

    def address(self, host: str = "127.0.0.1") -> str:
        """Its address under some name of this machine."""
        return f"http://{host}:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append({"method": self.command, "path": self.path, "headers": headers, "body": body})
        self.send_response(200 if self.server.leads_to is None else self.server.status)
        if self.server.leads_to is not None:
            self.send_header("Location", self.server.leads_to)
        self.end_headers()
        self.wfile.write(json.dumps({"choices": [{"message": {"content": "said"}}]}).encode())

    do_GET = do_POST = do_PUT = do_CONNECT = _take

    def log_message(self, *given: object) -> None:
        """Nothing."""


@contextmanager
def serving(leads_to: str | None = None, status: int = 302) -> Iterator[Server]:
    """A server that runs as long as the block."""
    with running(Server(leads_to, status)) as made:
        yield made
