"""Served log-likelihoods are those of the same model here, whichever way the server gives them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.served.local_answers import lists, repeats
from tests.audit.served.openai_server import Server, chats, serving
from tests.audit.served.test_asking import asker
from tests.builder.measure.language.tiny import save
from twokeys.audit.served.likelihoods import Scored, echoed, followed, likeliest_cut, read_listed
from twokeys.audit.served.ways import Manner, way
from twokeys.builder.measure.language.likelihoods import log_likelihoods
from twokeys.builder.measure.language.loading import Loaded, language_model
from twokeys.core.errors import BadInput

PROMPTS = ["Question: is there a red cube?\nShort answer:", "Question: \nShort answer:"]
ANSWERS = [" yes", " no", " none", " dark blue", " dark red", " 3 dogs", " y"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return language_model(save(tmp_path_factory.mktemp("tiny")))


def local(tiny: Loaded, prompt: str) -> list[float]:
    (found,) = log_likelihoods(tiny, [prompt], [[answer[1:] for answer in ANSWERS]])
    return found.tolist()


def test_a_repeated_prompt_gives_the_local_sums(tiny: Loaded, tmp_path: Path) -> None:
    with serving(repeats(tiny)) as made:
        for prompt in PROMPTS:
            found = echoed(asker(made, tmp_path), prompt, ANSWERS)
            assert [one.value for one in found] == pytest.approx(local(tiny, prompt), abs=1e-4)
            assert not any(one.bounded for one in found)


@pytest.mark.parametrize("legacy", [False, True])
def test_answers_that_are_followed_give_the_local_sums(tiny: Loaded, tmp_path: Path, legacy: bool) -> None:
    with serving(lists(tiny, legacy)) as made:
        for prompt in PROMPTS:
            found = followed(asker(made, tmp_path), prompt, ANSWERS)
            assert [one.value for one in found] == pytest.approx(local(tiny, prompt), abs=1e-4)
        # What answers begin with is asked for once: ` dark` stands in two of them.
        assert len(made.asked) < 2 * sum(len(answer.split()) for answer in ANSWERS) + 8


def test_a_token_that_is_not_listed_bounds_the_answer(tmp_path: Path) -> None:
    """By hand: after the prompt ` dark` has -0.5 and sixty others -10 each, after ` dark` it is ` blue` with -1."""

    def answer(path: str, body: dict[str, Any]) -> Any:
        first = {" blue": -1.0} if body["prompt"].endswith(" dark") else {" dark": -0.5}
        listed = first | {f" {number}": -10.0 for number in range(100, 160)}
        return {"choices": [{"text": "", "logprobs": {"tokens": ["x"], "top_logprobs": [listed]}}]}

    with serving(answer) as made:
        found = followed(asker(made, tmp_path), PROMPTS[0], [" dark blue", " dark red", " red", " 117", " 1170"])
    assert found[:4] == [Scored(-1.5, False), Scored(-10.5, True), Scored(-10.0, True), Scored(-10.0, False)]
    assert found[4] == Scored(-10.0, True), "` 117` and `0` are no likelier than a token ` 1170` that is not listed"


def test_a_word_in_parts_counts_in_its_likeliest_cut(tmp_path: Path) -> None:
    """By hand: ` teal` is ` te` and `al` (-1 and -2), though ` tea` is longer (-3, and then `l` with -4)."""
    after = {":": {" te": -1.0, " tea": -3.0, " t": -0.5}, " t": {"eal": -9.0}, " te": {"al": -2.0},
             " tea": {"l": -4.0}}  # fmt: skip

    def answer(path: str, body: dict[str, Any]) -> Any:
        first = next(tokens for end, tokens in after.items() if body["prompt"].endswith(end))
        listed = first | {f"~{number}": -30.0 for number in range(60)}
        return {"choices": [{"text": "", "logprobs": {"tokens": ["x"], "top_logprobs": [listed]}}]}

    with serving(answer) as made:
        assert followed(asker(made, tmp_path), PROMPTS[0], [" teal"]) == [Scored(-3.0, False)]


def test_a_part_of_one_letter_is_followed_too(tmp_path: Path) -> None:
    """By hand: ` obtuse` is ` ob`, `t` and `use` (-4), though `tu` is longer than `t`; ` ob` and `tu` lead to -21."""
    after = {":": {" ob": -1.0}, " ob": {"t": -2.0, "tu": -10.0}, " obt": {"use": -1.0}, " obtu": {"se": -10.0}}

    def answer(path: str, body: dict[str, Any]) -> Any:
        first = next(tokens for end, tokens in after.items() if body["prompt"].endswith(end))
        listed = first | {f"~{number}": -30.0 for number in range(60)}
        return {"choices": [{"text": "", "logprobs": {"tokens": ["x"], "top_logprobs": [listed]}}]}

    with serving(answer) as made:
        assert followed(asker(made, tmp_path), PROMPTS[0], [" obtuse"]) == [Scored(-4.0, False)]


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.floats(-9, -0.1), min_size=1, max_size=12))
def test_the_likeliest_cut_is_that_of_brute_force(tokens: dict[str, float]) -> None:
    """Of a word and a vocabulary without context, in which what is a token is not cut, and all tokens are listed."""
    word = "abcacbab"

    def cuts(rest: str) -> list[float]:
        begins = [rest] if rest in tokens else [token for token in tokens if rest.startswith(token)]
        ends = [tokens[token] + further for token in begins for further in cuts(rest[len(token) :])]
        return ends if rest else [0.0]

    found = likeliest_cut(word, lambda before, many: {"tokens": tokens, "rest": -1e4}, 0)
    best = max(cuts(word), default=-math.inf)
    if best > -math.inf:
        assert found == Scored(pytest.approx(best), False)
    else:
        assert found.bounded


def ways_of(made: Server, folder: Path, **manner: Any) -> str:
    found = way(asker(made, folder), Manner(**manner))
    return f"{found.kind} {found.path}"


def test_the_server_decides_the_way_unless_the_user_does(tiny: Loaded, tmp_path: Path) -> None:
    with serving(repeats(tiny)) as made:
        assert ways_of(made, tmp_path) == "echo /completions"
        asked = len(made.asked)
        assert ways_of(made, tmp_path) == "echo /completions"
        assert len(made.asked) == asked, "what was tried is kept"
    with serving(lists(tiny)) as made:
        assert ways_of(made, tmp_path / "listed") == "listed /completions"
        with pytest.raises(BadInput, match="gives no chat"):
            ways_of(made, tmp_path / "no chat", protocol="chat")
    with serving(chats(str)) as made:
        assert ways_of(made, tmp_path / "chat") == "replies /chat/completions"
        with pytest.raises(BadInput, match="gives no completions"):
            ways_of(made, tmp_path / "none", protocol="completions")
    with serving(lambda path, body: {"choices": [{"text": " yes", "logprobs": None}]}) as made:
        assert ways_of(made, tmp_path / "plain", protocol="completions") == "replies /completions"


def test_few_listed_tokens_are_no_way(tiny: Loaded, tmp_path: Path) -> None:
    with serving(lists(tiny, most=20)) as made:
        assert ways_of(made, tmp_path, protocol="completions") == "replies /completions"


@pytest.mark.parametrize("value", [float("nan"), "x", None, True, 0.5, [1]])
def test_what_is_no_log_probability_is_no_answer(value: Any) -> None:
    top = [{"token": f" {n}", "bytes": None, "logprob": -5.0} for n in range(60)] + [{"token": "a", "logprob": value}]
    with pytest.raises((ValueError, TypeError)):
        read_listed([" yes"])({"choices": [{"logprobs": {"content": [{"top_logprobs": top}]}}]})


def test_the_least_log_probability_is_finite() -> None:
    top = [{"token": f" {n}", "logprob": -5.0} for n in range(60)] + [{"token": " yes", "logprob": -math.inf}]
    found = read_listed([" yes"])({"choices": [{"logprobs": {"content": [{"top_logprobs": top}]}}]})
    assert found["tokens"] == {" yes": -1e4}
    assert math.isfinite(found["rest"])
