"""One server over HTTP: asked again where that helps, never elsewhere, never without end."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.audit.served.openai_server import Server, chats, serving
from twokeys.audit.models.hosts import server
from twokeys.audit.served.asking import CHAT
from twokeys.audit.served.wire import Refused, Wire
from twokeys.core.errors import BadInput

BODY: dict[str, Any] = {"messages": [{"role": "user", "content": "red?"}]}


def wire(made: Server, **how: Any) -> Wire:
    return Wire(server("--model", made.address), **{"wait": 0.0, "seconds": 5.0} | how)


@pytest.mark.parametrize("fault", [408, 409, 429, 500, 502, 503, 529, "cut", "close", "garbage", "deep"])
def test_what_may_pass_is_asked_again(fault: Any) -> None:
    with serving(chats(str.upper)) as made:
        made.faults = [fault, fault]
        found = wire(made).post(CHAT, BODY)
        assert found["choices"][0]["message"]["content"] == "RED?"
        assert len(made.asked) == 3


def test_it_gives_up_in_a_sentence_that_says_how_to_go_on() -> None:
    with serving(chats(str.upper)) as made:
        for fault, said in ((500, "status 500"), ("cut", "does not answer"), ("close", "does not answer")):
            made.faults, made.asked = [fault] * 9, []
            with pytest.raises(BadInput, match=said) as error:
                wire(made, tries=3).post(CHAT, BODY)
            assert len(made.asked) == 3
            assert "again" in str(error.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    with serving(chats(str.upper)) as made:
        made.faults = [status]
        with pytest.raises(Refused) as error:
            wire(made).post(CHAT, BODY)
        assert (error.value.status, len(made.asked)) == (status, 1)


def test_a_redirect_is_not_followed() -> None:
    with serving(chats(str.upper)) as other, serving(chats(str.upper)) as made:
        made.faults = [(307, {"Location": f"{other.address}{CHAT}"})]
        with pytest.raises(Refused, match="does not follow"):
            wire(made).post(CHAT, BODY)
        assert other.asked == []


def test_a_slow_server_is_given_up_and_asked_again() -> None:
    with serving(chats(str.upper)) as made:
        made.faults = [0.6]
        began = time.monotonic()
        wire(made, seconds=0.2).post(CHAT, BODY)
        assert time.monotonic() - began < 0.6
        assert len(made.asked) == 2


def test_a_pause_that_the_server_asks_for_is_kept_by_all() -> None:
    with serving(chats(str.upper)) as made:
        made.faults = [(429, {"Retry-After": "0.3"})]
        one, began = wire(made), time.monotonic()
        one.post(CHAT, BODY)
        assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("asked", ["", "soon", "-5", "nan", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Foo 1970"])
def test_a_pause_that_cannot_be_read_is_none(asked: str) -> None:
    with serving(chats(str.upper)) as made:
        made.faults = [(429, {"Retry-After": asked})]
        began = time.monotonic()
        wire(made).post(CHAT, BODY)
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("asked", ["86400", "1e999", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_long_pause_ends_the_work(asked: str) -> None:
    with serving(chats(str.upper)) as made:
        made.faults = [(429, {"Retry-After": asked})]
        with pytest.raises(Refused, match="asks for a pause"):
            wire(made).post(CHAT, BODY)


def test_a_reply_without_end_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twokeys.audit.served.wire.LARGEST", 1000)
    with serving(chats(lambda prompt: prompt * 500)) as made, pytest.raises(BadInput, match="does not answer"):
        wire(made, tries=1).post(CHAT, BODY)


def test_what_a_server_says_moves_no_cursor() -> None:
    with serving(lambda path, body: 400) as made:
        made.answer = lambda path, body: {"error": "\x1b[2J\x07"}
        made.faults = [400]
        with pytest.raises(Refused) as error:
            wire(made).post(CHAT, BODY)
        assert "\x1b" not in str(error.value)
