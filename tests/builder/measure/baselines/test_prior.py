"""Back-off from the whole question to its first words to the answers of all, by hand."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure.baselines.prior import STRENGTH, Prior, levels
from twokeys.builder.measure.baselines.problem import Problem, count

YES, NO = 0, 1


def problem(*contents: tuple[str, str]) -> Problem:
    """Contents as (context, text), without rows."""
    empty = np.zeros(0, dtype=np.int64)
    context, text = (list(column) for column in zip(*contents, strict=True))
    return Problem("answer", empty, empty, empty, empty, context, text)


def predict(contents: list[tuple[str, str]], train: list[tuple[int, int]], test: list[int]) -> list[list[float]]:
    content, label = np.array(train).T
    return Prior().predict(problem(*contents), count(content, label, 2), np.array(test), 0).tolist()


def test_levels_lead_from_the_first_word_to_the_whole() -> None:
    assert levels("", "Is there a red cube?") == ("is", "is there", "is there a", "Is there a red cube?")
    assert levels("Which?", "Red car") == ("red car", "Which?\nRed car")


def test_a_question_is_interpolated_level_by_level() -> None:
    contents = [("", "is it very red"), ("", "is it very old"), ("", "is he old"), ("", "who"), ("", "is it so")]
    # Training: 0 -> yes yes yes no, 1 -> no no, 2 -> no. Of 7 answers 3 are yes: the prior is (3/7, 4/7).
    train = [(0, YES)] * 3 + [(0, NO)] + [(1, NO)] * 2 + [(2, NO)]
    prior = 3 / 7
    # Each level adds its counts to one pseudo-count of the level before it.
    first = (3 + prior) / (7 + 1)  # "is": all 7 rows
    second = (3 + first) / (6 + 1)  # "is it": contents 0 and 1, 3 yes of 6
    third = (3 + second) / (6 + 1)  # "is it very": the same rows
    known = (3 + third) / (4 + 1)  # the question itself: 3 yes of 4
    found = predict(contents, train, [0, 3, 4])
    assert found[0] == pytest.approx([known, 1 - known])
    # A question of another beginning has the prior alone; one that begins alike stops at the last level it shares.
    assert found[1] == pytest.approx([prior, 1 - prior])
    assert found[2] == pytest.approx([second, 1 - second])


def test_a_short_question_does_not_count_for_more_than_it_is() -> None:
    # "is it" is its own first two words and its own whole text, on four levels. Each level sees its 2 rows once:
    # (2 + 1/2) / 3 at the first level, and so on, and not 2 + 2 + 2 rows at one.
    found = predict([("", "is it"), ("", "no")], [(0, YES)] * 2 + [(1, NO)] * 2, [0])
    belief = 1 / 2
    for _ in range(4):
        belief = (2 + belief) / 3
    assert found[0] == pytest.approx([belief, 1 - belief])


def test_what_begins_like_a_short_question_does_not_count_as_that_question() -> None:
    # "is it red" was always yes; "is it red now" begins with these words and was always no.
    found = predict([("", "is it red"), ("", "is it red now")], [(0, YES)] * 6 + [(1, NO)] * 6, [0, 1])
    assert found[0][YES] > 0.9
    assert found[1][NO] > 0.9


def test_an_option_is_known_by_itself_and_in_its_question() -> None:
    contents = [("q1", "red"), ("q1", "blue"), ("q2", "Red"), ("q2", "tan"), ("q3", "red"), ("q3", "pink")]
    # Class 1 is gold. In q1 and q2 red was gold: of 4 rows 2 are gold, the prior is 1/2.
    train = [(0, 1), (1, 0), (2, 1), (3, 0)]
    anywhere = (2 + 1 / 2) / (2 + 1)  # "red" wherever it occurs: gold 2 of 2
    found = predict(contents, train, [4, 0, 1, 5])
    assert found[0][1] == pytest.approx(anywhere)
    assert found[1][1] == pytest.approx((1 + anywhere) / 2)  # and in q1: gold 1 of 1
    assert found[2][1] == pytest.approx((1 / 2) / 2 / 2)  # "blue": 0 of 1 anywhere, 0 of 1 in q1
    assert found[3][1] == pytest.approx(1 / 2)


WORDS = st.lists(st.sampled_from(["is", "it", "Is", "a", "dog", "", "\ud800"]), min_size=1, max_size=4).map(" ".join)


@given(
    st.lists(st.tuples(st.sampled_from(["", "", "which?"]), WORDS), min_size=2, max_size=12, unique=True), st.randoms()
)
def test_all_contents_at_once_say_what_one_after_the_other_says(texts: list[tuple[str, str]], random: Random) -> None:
    contexts, asked = map(list, zip(*texts, strict=True))
    n, empty = len(texts), np.zeros(0, dtype=np.int64)
    found = Problem("answer", empty, empty, empty, empty, contexts, asked)
    content = np.array([random.randrange(n) for _ in range(2 * n)])
    train = count(content, np.array([random.randrange(3) for _ in content]), 4)
    contents, table = train.by_content()
    for at, belief in enumerate(Prior().predict(found, train, np.arange(n), 0)):
        expected = train.prior
        for key in enumerate(levels(contexts[at], asked[at])):
            same = [row for row, of in enumerate(contents) if key in enumerate(levels(contexts[of], asked[of]))]
            if same:
                seen = table[same].sum(axis=0)
                expected = (seen + STRENGTH * expected) / (seen.sum() + STRENGTH)
        assert belief.tolist() == expected.tolist()
