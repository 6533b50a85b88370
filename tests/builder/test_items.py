"""The keys of the question side: what is published under one key is the same, byte by byte."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import texts
from twokeys.core.items import TextRule, canonical_json, digest, hashed_order, image_key, question_key
from twokeys.core.option_places import freedom

RULES = [TextRule(form, lower) for form in ("NFC", "NFKC") for lower in (False, True)]


@given(texts(), st.lists(texts(), unique=True, max_size=5).flatmap(lambda c: st.tuples(st.just(c), st.permutations(c))))
def test_one_key_has_one_order_of_options(question: str, orders: tuple) -> None:
    one, other = orders
    if freedom(question, one) == "source order":
        # What is published under one key is the same, order included.
        assert (question_key(question, other) == question_key(question, one)) == (one == other)
        assert (hashed_order(question, one), hashed_order(question, other)) == (one, other)
    else:
        assert question_key(question, other) == question_key(question, one)
        assert hashed_order(question, other) == hashed_order(question, one)
        assert sorted(hashed_order(question, one)) == sorted(one)


@given(st.lists(texts(4), max_size=4), st.lists(texts(4), max_size=4))
@example(["ab", ""], ["a", "b"])
@example(["", "ab"], ["ab", ""])
@example(["a", ""], ["a"])
def test_different_parts_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


def test_a_question_does_not_share_its_key_with_one_that_swallowed_an_option() -> None:
    assert len({question_key("q", ["a", "b"]), question_key("q a", ["b"]), question_key("q", ["a b"])}) == 3


def test_the_first_order_is_that_of_a_hash() -> None:
    # Over many questions the same option comes first about as often as not: 200 fair draws stay within 4 sigma,
    # 100 +- 4 * sqrt(200 / 4) = 100 +- 28.
    first = sum(hashed_order(f"question {n}", ["x", "y"])[0] == "x" for n in range(200))
    assert 72 <= first <= 128


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(text=texts())
@example(text="J\u030c")  # a capital with a caron that composes only once it is small
@example(text="\u00a0a\u2003 b\n")
@example(text="e\u200b\u0301")  # an accent that composes once nothing stands between
@example(text="\u0928\u094d\u200d\u200c\u200d\u0915")  # joiners after one another
@example(text="\u3164a\u1160\u2800")
@example(text="\ufb01 \u2121 \u0130")  # a ligature, a compatibility sign, a capital that becomes two characters
def test_published_text_is_its_own_published_form(rule: TextRule, text: str) -> None:
    once = rule(text)
    assert rule(once) == once
    assert unicodedata.is_normalized(rule.unicode, once)
    assert once == " ".join(once.split())


@pytest.mark.parametrize(
    ("rule", "text", "published"),
    [
        (TextRule(), " Is  it\tred?\n", "Is it red?"),
        (TextRule(lowercase=True), "Is it RED?", "is it red?"),
        (TextRule(), "cafe\u0301", "caf\u00e9"),  # a letter and an accent are the accented letter
        (TextRule(), "\ufb01sh", "\ufb01sh"),  # NFC keeps a ligature, NFKC spells it out
        (TextRule("NFKC"), "\ufb01sh", "fish"),
    ],
)
def test_published_text_by_hand(rule: TextRule, text: str, published: str) -> None:
    assert rule(text) == published


def test_canonical_json_ignores_the_order_of_keys_and_refuses_nan() -> None:
    assert canonical_json({"b": 1, "a": "é"}) == canonical_json({"a": "é", "b": 1}) == '{"a":"é","b":1}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": float("nan")})


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=4), st.lists(st.sampled_from("abc"), min_size=1, max_size=4)
)
def test_image_keys_are_equal_just_where_the_lists_are(first, second):
    assert (image_key(first) == image_key(second)) is (first == second)
    assert (image_key(first) == first[0]) is (len(first) == 1)
