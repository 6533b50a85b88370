"""Boosted trees see words that mean something only together, and the length of an option."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import planted


def test_two_words_that_mean_something_together_are_found_and_no_linear_model_finds_them(tmp_path: Path) -> None:
    problem = planted.two_words(900)
    assert planted.score(problem, "question.boosted", tmp_path).low > 0.9
    assert planted.score(problem, "question.tfidf", tmp_path).low < 0.53


@pytest.mark.parametrize(("baseline", "finds"), [("choices.boosted", True), ("choices.prior", False)])
def test_the_longest_option_is_found_by_who_sees_lengths(baseline: str, finds: bool, tmp_path: Path) -> None:
    found = planted.score(planted.option_length(300), baseline, tmp_path)
    assert found.low > 0.9 if finds else found.low < 1 / 4 < found.high
