"""A model behind a server that speaks OpenAI's chat protocol: evaluated alone, by what it replies."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from twokeys.audit.models.hosts import BASE, KEY, Hosts, key_for
from twokeys.audit.models.model import Question
from twokeys.audit.wording import worded
from twokeys.core.errors import BadInput
from twokeys.core.pictures.shown import upright
from twokeys.core.pictures.uris import data_uri

TOKENS, SECONDS, TRIES, AT_ONCE = 32, 120, 4, 4
AGAIN = (408, 409, 429, 500, 502, 503, 504)
"""Statuses after which asking again may help."""


class Endpoint:
    """One served model.

    Args:
        address: `http://host/v1#model`.
        hosts: Hosts that the user named; the address must have one of them.
        instruction: How to answer, put after the question; None for the usual one.
        wait: Seconds before the second try; doubled each time.
    """

    def __init__(self, address: str, hosts: Hosts, instruction: str | None = None, wait: float = 1.0) -> None:
        self.server = hosts.require("--model", address)
        model = address.partition("#")[2]
        if not model:
            remedy = "add the model after #, as in http://localhost:8000/v1#my-model"
            raise BadInput("--model", None, f"{address!r} names no model", "an address and a model", remedy)
        self.url = f"{self.server.url}/chat/completions"
        self.model, self.instruction, self.wait = model, instruction, wait
        # Through a proxy, plain http would carry to another machine what may go to this one alone.
        self.opener = build_opener(_Stay, *([ProxyHandler({})] if self.server.scheme == "http" else []))

    @property
    def name(self) -> str:
        """The model's name and where it is served."""
        return f"{self.model}@{self.server.shown}"

    def reply(self, questions: Sequence[Question]) -> list[str]:
        """Ask, a few at a time, at temperature 0.

        Raises:
            BadInput: When the server cannot be reached, refuses, or says something else than a reply.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._reply, questions))

    def _reply(self, question: Question) -> str:
        png = io.BytesIO()
        upright(question.picture).save(png, "PNG")
        address = data_uri(png.getvalue(), "image/png")
        content = [
            {"type": "image_url", "image_url": {"url": address}},
            {"type": "text", "text": worded(question.question, question.choices, self.instruction)},
        ]
        found = self._post({
            "model": self.model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": TOKENS,
            "temperature": 0,
        })  # fmt: skip
        try:
            return str(found["choices"][0]["message"]["content"] or "").strip()
        except (KeyError, IndexError, TypeError):
            problem = f"the server sent {json.dumps(found)[:200]}"
            raise BadInput(self.url, None, problem, "a chat completion", "check the address") from None

    def _post(self, body: dict[str, Any]) -> Any:
        """Send, and again where that may help."""
        headers = {"Content-Type": "application/json"}
        key = key_for(self.server)
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        request = Request(self.url, json.dumps(body).encode(), headers)  # noqa: S310 - http(s) alone, see `hosts`
        for attempt in range(TRIES):
            try:
                with self.opener.open(request, timeout=SECONDS) as response:
                    return json.load(response)
            except HTTPError as error:
                if error.code not in AGAIN or attempt == TRIES - 1:
                    raise self._refusal(error, key is not None) from None
            except (URLError, TimeoutError, ConnectionError, HTTPException, json.JSONDecodeError) as error:
                if attempt == TRIES - 1:
                    remedy = "start the server or check the address"
                    raise BadInput(self.url, None, f"the server does not answer ({error})", "", remedy) from None
            time.sleep(self.wait * 2**attempt)
        raise AssertionError("the last try returns or raises")

    def _refusal(self, error: HTTPError, with_key: bool) -> BadInput:
        problem = f"the server answers with status {error.code} ({error.read()[:200].decode(errors='replace')})"
        if 300 <= error.code < 400:
            place = error.headers.get("Location", "")[:200]
            problem = f"the server answers with status {error.code}, which leads to {place!r}; twokeys does not follow"
            return BadInput(self.url, None, problem, "", "name the address of the server itself")
        remedy = f"check the address, the model and the variable {KEY}"
        if error.code in (401, 403) and not with_key:
            problem += "; no key was sent"
            remedy = f"name the server in {BASE} to send it the {KEY}: over http, a key goes to this machine alone"
        return BadInput(self.url, None, problem, "", remedy)


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: the image and the key were meant for the server that was asked."""

    def redirect_request(self, *_: Any) -> None:
        """Nowhere."""
