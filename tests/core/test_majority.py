from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.answers.majority import majority
from twokeys.core.answers.normal import normalise

ANSWERS = st.lists(st.sampled_from(["yes", "Yes", "no", "2", "two", "a cat", "cat", "cats"]), min_size=1, max_size=10)


@given(ANSWERS)
def test_no_answer_was_given_more_often_and_none_as_often_before(answers):
    gold = majority(answers)
    counts = Counter(map(normalise, answers))
    assert gold in answers
    assert counts[normalise(gold)] == max(counts.values())
    first = next(answer for answer in answers if counts[normalise(answer)] == max(counts.values()))
    assert normalise(gold) == normalise(first)


@given(ANSWERS, st.integers(2, 4))
def test_asking_everybody_again_changes_nothing(answers, times):
    assert majority(answers * times) == majority(answers)


def test_spellings_count_together_and_the_usual_one_is_published():
    assert majority(["dog", "dog", "The cat", "cat", "cat"]) == "cat"
    assert majority(["no", "yes"]) == "no"
