"""The table of cases is what the parser promises; what no table can list is drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.parsing import CASES, How, Kind, Parsed, parse
from tests.strategies import texts, words


@pytest.mark.parametrize(("reply", "kind", "choices", "answer", "how"), CASES)
def test_the_table(reply: str, kind: Kind, choices: tuple[str, ...], answer: str | None, how: How) -> None:
    assert parse(reply, kind, choices) == Parsed(answer, how == "refusal", how)


KINDS = st.sampled_from(["yes/no", "number", "open"])
PIECES = st.sampled_from(
    ["the answer is ", "(B)", "A", " or ", "no", "yes", "blue", "not ", "I cannot see ", "3", ". ", "\n"]
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


@given(st.integers(0, 5), st.sampled_from(["{}", "({})", "{}.", "{})", "The answer is {}.", "Answer: ({})", "**{}**"]))
def test_a_letter_names_the_option_in_its_place(place: int, form: str) -> None:
    choices = ["mountain", "lake", "desert", "city", "forest", "sea"]
    assert parse(form.format("ABCDEF"[place]), choices=choices).answer == choices[place]
