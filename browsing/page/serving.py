"""The server: on this machine alone unless the user asks for more, and nothing of its disk can be fetched."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from twokeys.browsing.html import style
from twokeys.browsing.library import Library
from twokeys.browsing.page.page import page
from twokeys.core.errors import BadInput

LOCAL = "127.0.0.1"
ASKED = re.compile(
    r"/(|config|theme\.css|favicon\.ico|manifest\.json|(assets|static|svelte)/[\w./-]+"
    r"|gradio_api/(info|startup-events|app_id|queue/join|queue/data|queue/status|heartbeat/\w+|cancel|reset))/?"
)
"""Paths that the page asks for. Gradio has more: files, uploads, and other hosts in its name."""
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]
POLICY = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'"
"""A browser fetches nothing for the page from any other host."""
ALONE = "; frame-ancestors 'self'"
"""No other page may hold this one inside; a Space does, so that this is said on this machine alone."""
HEADERS = {"referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}


@dataclass(frozen=True)
class Guard:
    """Answers paths that the page asks for, and hosts that it is served under; nothing else.

    Attributes:
        app: The application.
        hosts: Names of hosts; any when empty.
        headers: Headers of every answer.
    """

    app: Callable[[Scope, Receive, Send], Awaitable[None]]
    hosts: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        named = re.sub(r":\d+$", "", dict(scope["headers"]).get(b"host", b"").decode("latin-1"))
        path = scope["path"]
        if (self.hosts and named not in self.hosts) or not ASKED.fullmatch(path) or ".." in path:
            await PlainTextResponse("not served", 404)(scope, receive, send)
            return

        async def with_headers(message: Scope) -> None:
            if message["type"] == "http.response.start":
                more = [(name.encode(), value.encode()) for name, value in self.headers]
                message["headers"] = [*message.get("headers", []), *more]
            await send(message)

        await self.app(scope, receive, with_headers)


@dataclass(frozen=True)
class Served:
    """A page that is served.

    Attributes:
        url: Its address.
        blocks: The Gradio application.
    """

    url: str
    blocks: Any

    def wait(self) -> None:
        """Serve until the user presses Ctrl-C."""
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)

    def close(self) -> None:
        """Stop."""
        self.blocks.close(verbose=False)


def serve(library: Library, host: str, port: int | None) -> Served:
    """Serve the page of a folder, and come back.

    Args:
        library: The folder.
        host: The address that is listened on.
        port: The port; a free one from 7860 on when None.

    Raises:
        BadInput: If the address cannot be listened on.
    """
    made = page(library)
    local = host in (LOCAL, "localhost", "::1")
    headers = HEADERS | {"content-security-policy": POLICY + ALONE * local}
    guard = Middleware(Guard, hosts=(LOCAL, "localhost", "[::1]") if local else (), headers=tuple(headers.items()))
    plain = gr.themes.Default(
        primary_hue="blue", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
    try:
        _, url, _ = made.queue(api_open=False).launch(
            server_name=host, server_port=port, share=False, inbrowser=False, quiet=True, prevent_thread_lock=True,
            footer_links=[], run_history=False, enable_monitoring=False, pwa=False, mcp_server=False, ssr_mode=False,
            allowed_paths=[], theme=plain, css=style(), app_kwargs={"middleware": [guard]},
        )  # fmt: skip
    except OSError as error:
        problem = f"{host}:{port or '7860 to 7959'} cannot be listened on ({error})"
        raise BadInput("--port", None, problem, "a free port of this machine", "name another one") from None
    return Served(url, made)
