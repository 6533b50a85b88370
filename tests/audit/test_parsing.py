"""The table of cases is what the parser promises; what no table can list is drawn."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.cases import CASES, TOKENS
from tests.strategies import texts, words
from twokeys.core.answers.labels import letters
from twokeys.core.answers.parsing import answer_part, token
from twokeys.core.answers.picking import How, Kind, Parsed, parse, picked


@pytest.mark.parametrize(("reply", "kind", "choices", "answer", "how"), CASES)
def test_the_table(reply: str, kind: Kind, choices: tuple[str, ...], answer: str | None, how: How) -> None:
    assert parse(reply, kind, choices) == Parsed(answer, how == "refusal", how)


@pytest.mark.parametrize(("reply", "expected"), TOKENS.items())
def test_the_token(reply: str, expected: str) -> None:
    assert token(reply) == expected


KINDS = st.sampled_from(["yes/no", "number", "open"])
PIECES = st.sampled_from(
    ["the answer is ", "(B)", "A", " or ", "no", "yes", "blue", "not ", "I cannot see ", "3", ". ", "\n", "; ", "Dr. "]
)
REPLIES = st.one_of(texts(40), words(), st.lists(PIECES, max_size=8).map("".join))


@given(
    REPLIES,
    KINDS,
    st.lists(st.sampled_from(["red", "blue", "dark blue", "A", "no", "3", "(", "cannot be told"]), unique=True),
)
def test_any_reply_is_read(reply: str, kind: Kind, choices: list[str]) -> None:
    found = parse(reply, kind, choices)
    assert found == parse(reply, kind, choices)
    assert found.refused == (found.how == "refusal")
    assert not (found.refused and found.answer is not None)
    if choices:
        assert found.answer is None or found.answer in choices
    elif kind == "yes/no":
        assert found.answer in (None, "yes", "no")


@given(REPLIES)
def test_any_reply_has_one_token(reply: str) -> None:
    assert token(reply) == token(reply.strip())
    assert (token(reply) == "") == (not answer_part(reply).strip())


@given(st.integers(0, 5), st.sampled_from(["{}", "({})", "{}.", "{})", "The answer is {}.", "Answer: ({})", "**{}**"]))
def test_a_letter_names_the_option_in_its_place(place: int, form: str) -> None:
    choices = ["mountain", "lake", "desert", "city", "forest", "sea"]
    assert parse(form.format("ABCDEF"[place]), choices=choices).answer == choices[place]


@given(st.lists(texts(12).map(lambda text: " ".join(text.split())).filter(bool), min_size=2, max_size=6, unique=True))
def test_every_option_is_picked_by_its_text(choices: list[str]) -> None:
    for place, choice in enumerate(choices):
        assert picked(choice, choices) == (place, "option")
        assert picked(f" {choice}\n", choices) == (place, "option")


@given(st.sets(st.sampled_from("ABCD"), min_size=2), st.sampled_from([", ", " and ", " & ", "/", ""]), st.booleans())
def test_several_letters(named: set[str], between: str, backwards: bool) -> None:
    order = sorted(named, reverse=backwards)
    form = between.join(f"({letter})" if between == "" else letter for letter in order)
    assert letters(form) == tuple(sorted(named))


@pytest.mark.parametrize("piece", ["<b>", "<answer>", "**", "\\boxed{", "I think ", "answer is ", "(A)", "A, "])
def test_long_replies_take_no_long_time(piece: str) -> None:
    start = time.perf_counter()
    token(piece * (20_000 // len(piece)))
    assert time.perf_counter() - start < 5
