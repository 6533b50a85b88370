"""The order of words, however far apart, is seen here and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import planted
from twokeys.builder.measure.baselines.order import REACH, WORDS, ordered


def test_who_stands_before_whom_is_found(tmp_path: Path) -> None:
    assert planted.score(planted.word_order(), "question.order", tmp_path).low > 0.9


@pytest.mark.parametrize("baseline", ["question.prior", "question.tfidf", "question.neighbours", "question.forest"])
def test_bags_of_words_do_not_find_it(baseline: str, tmp_path: Path) -> None:
    found = planted.score(planted.word_order(), baseline, tmp_path)
    assert found.low < 0.53
    assert found.high > 0.47


def test_words_are_told_apart_by_their_place_from_both_ends() -> None:
    found = set(ordered(("", "Is it on, or in?")))
    assert {"0 is", "-5 is", "4 in", "-1 in", "is > in", "or > in", "5 words"} <= found
    assert "in > or" not in found


def test_words_of_the_question_are_paired_with_those_of_the_option() -> None:
    assert list(ordered(("Which?", "red"))) == ["1 words", "red", "0 red", "-1 red", "which ? red"]


def test_a_long_text_costs_no_more_than_its_reach() -> None:
    found = list(ordered(("", " ".join(f"w{number}" for number in range(10_000)))))
    assert len(found) < WORDS * (REACH + 4)
