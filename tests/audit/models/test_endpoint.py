"""A model behind a server: asked as OpenAI's protocol wants it, and asked again where that helps."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.local_server import running
from twokeys.audit.models.endpoint import Endpoint
from twokeys.audit.models.hosts import host_of
from twokeys.audit.models.loading import load_named
from twokeys.audit.models.model import Model, Question, Responder
from twokeys.core.errors import BadInput

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (8, 8, 3), dtype=np.uint8))


class Server(ThreadingHTTPServer):
    """Answers with the picture's first pixel; fails as often as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[dict[str, Any]] = []
        self.fail: list[int] = []
        self.body: bytes | None = None


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
        status = self.server.fail.pop() if self.server.fail else 200
        image = body["messages"][0]["content"][0]["image_url"]["url"].partition("base64,")[2]
        pixel = Image.open(io.BytesIO(base64.b64decode(image))).getpixel((0, 0))
        said = {"choices": [{"message": {"content": f" {pixel} "}}]}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(self.server.body or json.dumps(said).encode())

    def log_message(self, *given: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Server()) as made:
        yield made


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/v1#tiny"


def endpoint(address: str) -> Endpoint:
    return Endpoint(address, host_of(address), wait=0.0)


def test_it_sends_picture_question_and_options(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("OPENAI_BASE_URL", address(server).partition("#")[0])
    model = load_named(address(server))
    assert isinstance(model, Responder)
    assert not isinstance(model, Model)
    asked = [Question(PICTURE, "which?", ("cat", "dog")), Question(PICTURE, "what?")]
    assert model.reply(asked) == [str(PICTURE.getpixel((0, 0)))] * 2
    sent = sorted(server.seen, key=lambda one: -len(one["messages"][0]["content"][1]["text"]))
    assert sent[0]["path"] == "/v1/chat/completions"
    assert (sent[0]["model"], sent[0]["temperature"], sent[0]["key"]) == ("tiny", 0, "Bearer secret")
    text = sent[0]["messages"][0]["content"][1]["text"]
    assert text == "which?\n(A) cat\n(B) dog\nAnswer with the letter of the right option."
    assert model.name == f"tiny@127.0.0.1:{server.server_port}"


def test_it_asks_again_where_that_may_help(server: Server) -> None:
    server.fail = [503, 429]
    assert endpoint(address(server)).reply([Question(PICTURE, "what?")])
    assert len(server.seen) == 3


def test_it_says_what_went_wrong(server: Server) -> None:
    server.fail = [401]
    with pytest.raises(BadInput, match="status 401"):
        endpoint(address(server)).reply([Question(PICTURE, "what?")])
    assert len(server.seen) == 1
    server.body = b'{"error": "no model"}'
    with pytest.raises(BadInput, match="no model"):
        endpoint(address(server)).reply([Question(PICTURE, "what?")])
    with pytest.raises(BadInput, match="does not answer"):
        endpoint("http://127.0.0.1:1/v1#tiny").reply([Question(PICTURE, "what?")])
    with pytest.raises(BadInput, match="names no model"):
        load_named("http://127.0.0.1:1/v1")


def test_it_sends_several_images_in_their_order(server: Server) -> None:
    other = Image.new("RGB", (4, 4), (9, 8, 7))
    asked = endpoint(address(server))
    assert asked.several
    assert asked.reply([Question(PICTURE, "same?", more=(other,))]) == [str(PICTURE.getpixel((0, 0)))]
    *images, text = server.seen[0]["messages"][0]["content"]
    data = [base64.b64decode(part["image_url"]["url"].partition("base64,")[2]) for part in images]
    assert [Image.open(io.BytesIO(one)).getpixel((0, 0)) for one in data] == [PICTURE.getpixel((0, 0)), (9, 8, 7)]
    assert text["type"] == "text"
