"""Requests to a server over HTTP by OpenAI's protocol, which are repeated if that may help.

No redirect is followed, plain http goes through no proxy, and a key goes to its own server alone
(`audit.models.hosts`). A reply is read up to a limit of size and time, and whatever cannot be read as JSON counts as a
failed try. No client library stands here: it follows redirects, reads proxies and keys from the environment and pauses
by rules of its own, and each of these must be held to what the user named and be tested in these few lines.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from twokeys.audit.models.hosts import BASE, KEY, Server, key_for
from twokeys.core.errors import BadInput

TRIES, SECONDS, LONGEST = 6, 120.0, 300.0
"""Tries of one request, seconds that a server may be silent, and the longest pause that it may ask for."""
LARGEST = 2**24
"""Bytes of a reply."""
AGAIN = (408, 409, 425, 429, 500, 502, 503, 504, 529)
"""Statuses after which asking again may help."""
KEPT = "run the same command again later: it goes on with what was replied before"


class Refused(BadInput):
    """A server that refuses a request.

    Attributes:
        status: The status of its answer.
    """

    def __init__(self, file: object, problem: str, remedy: str, status: int) -> None:
        self.status = status
        super().__init__(file, None, problem, "", remedy)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.file, self.problem, self.remedy, self.status)


class Wire:
    """The connection to one server; may be used by several threads.

    Args:
        server: The server, which the user named.
        wait: Seconds before the second try; doubled each time.
        tries: Tries of one request.
        seconds: How long the server may be silent.
    """

    def __init__(self, server: Server, wait: float = 1.0, tries: int = TRIES, seconds: float = SECONDS) -> None:
        self.server, self.wait, self.tries, self.seconds = server, wait, tries, seconds
        self.stopped = threading.Event()
        """Set to end all pauses: the requests that wait are given up."""
        self._not_before = 0.0
        # Through a proxy, plain http would carry to another machine what may go to this one alone.
        self._opener = build_opener(_Stay, *([ProxyHandler({})] if server.scheme == "http" else []))

    def post(self, path: str, body: dict[str, Any], before: Callable[[], None] = lambda: None) -> Any:
        """Send JSON and return the JSON that comes back.

        Args:
            path: What follows the server's address, such as `/chat/completions`.
            body: What is sent.
            before: Called before every try; what it raises ends the request.

        Raises:
            Refused: When the server refuses.
            BadInput: When the server cannot be reached, or sends no JSON, after the last try.
        """
        url = f"{self.server.url}{path}"
        headers, key = {"Content-Type": "application/json"}, key_for(self.server)
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        request = Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - http(s) alone, see `hosts`
        for attempt in range(self.tries):
            self._pause()
            before()
            pause = self.wait * 2**attempt
            try:
                with self._opener.open(request, timeout=self.seconds) as response:
                    return self._read(response)
            except HTTPError as error:
                with error:
                    if error.code not in AGAIN or attempt == self.tries - 1:
                        raise _refusal(url, error, key is not None) from None
                    pause = max(pause, _asked_pause(url, error))
            except (OSError, HTTPException, ValueError, RecursionError) as error:
                if isinstance(error, BadInput):
                    raise
                if attempt == self.tries - 1:
                    problem = f"the server does not answer ({str(error)[:200] or type(error).__name__})"
                    raise BadInput(url, None, problem, "", f"start the server or check the address; {KEPT}") from None
            self._not_before = max(self._not_before, time.monotonic() + pause)
        raise AssertionError("the last try returns or raises")

    def _pause(self) -> None:
        """Wait until the server may be asked again; all threads share its rate limit."""
        while (remaining := self._not_before - time.monotonic()) > 0:
            if self.stopped.wait(remaining):
                raise BadInput(self.server.url, None, "the work was stopped while the server was waited for", "", KEPT)

    def _read(self, response: HTTPResponse) -> Any:
        end, content = time.monotonic() + 2 * self.seconds, bytearray()
        while part := response.read1(2**16):
            content += part
            if len(content) > LARGEST or time.monotonic() > end:
                raise ValueError(
                    f"a reply of more than {LARGEST:,} bytes, or of more than {2 * self.seconds:g} seconds"
                )
        return json.loads(content)


def _asked_pause(url: str, error: HTTPError) -> float:
    """Seconds for which the server asks to be left alone; 0 where it does not say so in a readable way."""
    header = (error.headers.get("Retry-After") or "").strip()
    try:
        seconds = (
            float(header)
            if header[:1].isdigit()
            else (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        )
    except (ValueError, TypeError, OverflowError):
        return 0.0
    if seconds > LONGEST:
        problem = f"the server answers with status {error.code} and asks for a pause of {seconds:,.0f} seconds"
        raise Refused(url, problem, KEPT, error.code)
    return max(seconds, 0.0)


def _refusal(url: str, error: HTTPError, with_key: bool) -> Refused:
    problem = f"the server answers with status {error.code}"
    if 300 <= error.code < 400:
        place = error.headers.get("Location", "")[:200]
        problem += f", which leads to {place!r}; twokeys does not follow"
        return Refused(url, problem, "name the address of the server itself", error.code)
    try:
        message = error.read(2**12)[:200].decode(errors="replace")
        problem += f" ({''.join(letter if letter.isprintable() else ' ' for letter in message)})"
    except (OSError, HTTPException):
        problem += " and says no more"
    remedy = f"check the address, the model and the variable {KEY}"
    if error.code in (401, 403) and not with_key:
        problem += "; no key was sent"
        remedy = f"name the server in {BASE} to send it the {KEY}: over http, a key goes to this machine alone"
    elif error.code in AGAIN:
        remedy = KEPT
    return Refused(url, problem, remedy, error.code)


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: what is sent was meant for the server that was asked."""

    def redirect_request(self, *_: Any) -> None:
        """Nowhere."""
