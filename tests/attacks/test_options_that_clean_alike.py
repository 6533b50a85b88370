"""An option is found in the reply and then compared by identity, never as a cleaned text.

Claim: no wrong option is marked right.
Attack: options that differ in a sign, a bracket or letter case only, and a server that always names the wrong one, by
letter or by text.
Before (ba22272): 100 % on such items (`-2` = `2`, `B+` = `B-`, `X+Y<Z` = `X+Y=Z`, `s-1` = `s+1`, `(0,1]` = `[0,1)`);
MATH-Vision has 18 of them.
Now: 0 %, and the right option 100 %; where two options clean alike, a reply must name one of them exactly or by letter.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.answers.marking import right

ALIKE = [
    ("-2", "2"), ("B+", "B-"), ("X+Y<Z", "X+Y=Z"), ("s-1", "s+1"), ("(0,1]", "[0,1)"), ("red", "Red"), ("a", "A"),
    ("x²", "x2"), ("1/2", "12"), ("C", "C#"), ("$5", "5"), ("<5%", ">5%"), ("yes", "yes!"), ("the dog", "dog"),
    ("3.0", "3"), ("None", "0"), ("1,000", "1000"), ("don't", "dont"), ("5", "５"), ("+", "-"), (">", "<"), ("(", ")"),
]  # fmt: skip
FORMS = ("{}", "The answer is {}", "{}\n", " {} ")
LETTERS = ("{}", "({})", "{}.", "The answer is ({}).", "Option {}")


@pytest.mark.parametrize("options", [*ALIKE, *(pair[::-1] for pair in ALIKE)])
def test_who_names_the_wrong_option_is_wrong(options: tuple[str, str]) -> None:
    gold, wrong = options
    for form in FORMS:
        assert not right(form.format(wrong), "choice", options, gold), form
    assert right(gold, "choice", options, gold)
    if "a" not in options:  # options that are letters are named by their text
        assert all(right(form.format("A"), "choice", options, gold) for form in LETTERS)
        assert not any(right(form.format("B"), "choice", options, gold) for form in LETTERS)


@given(
    st.lists(
        st.text("aA+-<=>()[]01.,/² $%'", min_size=1, max_size=4).map(str.split).map(" ".join), max_size=6, unique=True
    )
)
def test_of_any_options_only_the_gold_is_right(drawn: list[str]) -> None:
    options = [option for option in drawn if option]
    for gold in options:
        assert [option for option in options if right(option, "choice", options, gold)] == [gold]


def test_no_other_option_of_math_vision_is_right() -> None:
    from tests.attacks.corpora import golds

    for kind, options, gold in golds("math-vision"):
        assert not any(right(option, kind, options, gold) for option in options if option != gold)
