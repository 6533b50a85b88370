"""Every request once: kept as it comes, never paid twice, a few at a time."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.audit.served.openai_server import Server, chats, serving
from twokeys.audit.models.hosts import Hosts, host_of, server
from twokeys.audit.served.asking import CHAT, Asker, named
from twokeys.audit.served.replies import read_reply, request
from twokeys.audit.served.spending import Spending, spending
from twokeys.audit.served.wire import Wire
from twokeys.core.errors import BadInput, Halted
from twokeys.core.progress import silent

QUESTIONS = [f"Is there a {thing}?" for thing in ("cat", "dog", "cow", "car", "bus", "cup", "bed", "hat")]


def asker(made: Server, folder: Path, spent: Spending | None = None, **how: Any) -> Asker:
    where = server("--model", made.address)
    return Asker(where, "m", folder, spent or Spending(), wire=Wire(where, 0.0, tries=2, seconds=5.0), **how)


def ask_all(asking: Asker) -> list[str]:
    def one(question: str) -> str:
        return asking.one(request(CHAT, question, (), 8, None), read_reply)

    return asking.over(one, QUESTIONS, silent, "replies")


def test_replies_come_in_order_a_few_at_a_time(tmp_path: Path) -> None:
    with serving(chats(lambda prompt: prompt.splitlines()[1][::-1])) as made:
        made.faults = [0.05] * 8
        assert ask_all(asker(made, tmp_path, at_once=3)) == [question[::-1] for question in QUESTIONS]
        assert 1 < made.at_once <= 3


def test_what_was_replied_is_not_asked_again(tmp_path: Path) -> None:
    with serving(chats(str)) as made:
        first = ask_all(asker(made, tmp_path))
        again = asker(made, tmp_path, spent := Spending())
        assert ask_all(again) == first
        assert (len(made.asked), spent.requests) == (8, 0)
        assert again.facts.replies == 8
        assert (again.facts.prompt, again.facts.reply, again.facts.named) == (80, 16, ("theirs f1",))
        assert again.facts.first == again.facts.last != ""


@pytest.mark.parametrize("size", [0, 1, 100, 333, 600])
def test_half_a_line_is_asked_again_and_no_other(tmp_path: Path, size: int) -> None:
    with serving(chats(str)) as made:
        first = ask_all(asker(made, tmp_path))
        (file,) = (tmp_path / "served").iterdir()
        raw = file.read_bytes()
        file.write_bytes(raw[:size])
        whole = raw[:size].count(b"\n")
        assert ask_all(asker(made, tmp_path)) == first
        assert len(made.asked) == 8 + 8 - whole
        assert ask_all(asker(made, tmp_path)) == first
        assert len(made.asked) == 8 + 8 - whole


def test_an_altered_line_is_asked_again(tmp_path: Path) -> None:
    with serving(chats(lambda prompt: "yes")) as made:
        ask_all(asker(made, tmp_path))
        (file,) = (tmp_path / "served").iterdir()
        file.write_text(file.read_text().replace('"yes"', '"nay"', 2) + "[]\n7\n{}\n" + "[" * 9000 + "\n\xff\n")
        assert ask_all(asker(made, tmp_path)) == ["yes"] * 8
        assert len(made.asked) == 10


def test_a_stopped_run_keeps_what_it_paid_for(tmp_path: Path) -> None:
    with serving(chats(str)) as made:
        spent = spending(["3 requests"])
        with pytest.raises(Halted, match="3 requests"):
            ask_all(asker(made, tmp_path, spent))
        assert (len(made.asked), spent.requests) == (3, 3)
        ask_all(asker(made, tmp_path))
        assert len(made.asked) == 8
        assert len({json.dumps(body, sort_keys=True) for _, body in made.asked}) == 8


def test_a_server_that_dies_ends_the_work_and_what_was_replied_stays(tmp_path: Path) -> None:
    with serving(chats(str)) as made:
        made.faults = [*[None] * 4, *["close"] * 99]
        with pytest.raises(BadInput, match="goes on with what was replied before"):
            ask_all(asker(made, tmp_path, at_once=1))
        made.faults, before = [], len(made.asked)
        ask_all(asker(made, tmp_path))
        assert len(made.asked) == before + 4


def test_whoever_stops_the_work_stops_its_pauses(tmp_path: Path) -> None:
    with serving(chats(str)) as made:
        made.faults = [(429, {"Retry-After": "200"})]
        asking, errors = asker(made, tmp_path, at_once=2), []

        def work() -> None:
            with pytest.raises(BadInput, match="stopped") as error:
                ask_all(asking)
            errors.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(0.3)
        asking.wire.stopped.set()
        thread.join(5)
        assert len(errors) == 1


@pytest.mark.parametrize(
    "found",
    [
        None, [], "7", {}, {"choices": []}, {"choices": None}, {"choices": [{}]}, {"choices": [{"message": None}]},
        {"choices": [{"message": {"content": 3}}]}, {"choices": [{"text": ["a"]}]}, {"choices": {"0": 1}},
    ],
)  # fmt: skip
def test_json_of_another_form_is_a_sentence(tmp_path: Path, found: Any) -> None:
    with serving(lambda path, body: found) as made, pytest.raises(BadInput, match="the server sent"):
        ask_all(asker(made, tmp_path, at_once=1))


def test_an_empty_reply_and_bad_letters_are_replies(tmp_path: Path) -> None:
    for said, kept in ((None, ""), ("a\ud800b\x1b[2J", "a\ufffdb [2J")):
        with serving(chats(lambda prompt, said=said: said)) as made:
            assert ask_all(asker(made, tmp_path / str(made.server_port))) == [kept] * 8


def test_a_newer_name_of_a_parameter_is_learnt(tmp_path: Path) -> None:
    def answer(path: str, body: dict[str, Any]) -> Any:
        if "max_tokens" in body:
            return 400, {"error": {"message": "Unsupported parameter: use 'max_completion_tokens' instead."}}
        return chats(str)(path, body)

    with serving(answer) as made:
        assert len(ask_all(asker(made, tmp_path, at_once=1))) == 8
        assert len(made.asked) == 9


def test_an_address_names_its_model_and_a_named_host() -> None:
    with pytest.raises(BadInput, match="names no model"):
        named("--blind", "http://localhost:1/v1", host_of("http://localhost:1/v1"))
    with pytest.raises(BadInput, match="--allow-host"):
        named("--blind", "http://localhost:1/v1#m", Hosts())


def test_the_key_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(chats(str)) as made:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        monkeypatch.setenv("OPENAI_BASE_URL", made.address)
        ask_all(asker(made, tmp_path))
        assert all("sk-secret" not in file.read_text() for file in (tmp_path / "served").iterdir())
