"""A score says from how many contents a baseline learned, if that was a sample."""

from __future__ import annotations

import pandas as pd
import pytest

from twokeys.builder.measure import blindness as module
from twokeys.builder.measure.baselines.forest import Forest
from twokeys.builder.measure.blindness import blindness
from twokeys.data_cards import tables
from twokeys.data_cards.blindness import Blindness, Sample


def measured(questions: list[str], choices: list[tuple[str, ...]]) -> Blindness:
    """The blindness of items of which two baselines answered the questions."""
    n = len(questions)
    table = pd.DataFrame(
        {
            "id": [f"x:test:{row}" for row in range(n)],
            "source": "x",
            "split": "test",
            "answer_type": "open",
            "question": questions,
            "question_key": questions,
            "image_colour": ["dark"] * n,
            "image_key": [str(row) for row in range(n)],
            "group": [str(row) for row in range(n)],
            "choices": choices,
            "answer": "a",
            "compared": "a",
            "accepted": [["a"]] * n,
            "question.forest.prediction": "a",
            "question.tfidf.prediction": "a",
        }
    )
    return blindness(table, 0.95)


def samples(found: Blindness) -> dict[str, Sample | None]:
    return {score.baseline: score.sample for score in found.scores if score.stratum == "all"}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Forest, "most", 3)


def test_repeated_questions_are_one_content() -> None:
    found = measured(["p", "q", "q", "r"], [()] * 4)
    assert samples(found) == {"question.forest": None, "question.tfidf": None}
    assert tables.folds(found) == tables.FOLDS


def test_more_questions_than_it_learns_from_are_a_sample() -> None:
    found = measured(["p", "q", "r", "s", "s"], [()] * 5)
    assert samples(found) == {"question.forest": Sample(drawn=3, of=4), "question.tfidf": None}
    assert tables.folds(found).endswith(
        "question.forest learns from a sample of 3 of 4 different texts, and answers all."
    )


def test_options_of_one_question_are_a_content_each() -> None:
    found = measured(["p", "p", "q", "r"], [("a", "b"), ("a", "b"), ("a", "b"), ()])
    assert samples(found)["question.forest"] == Sample(drawn=4, of=5)  # 3 of 4 options, and the open question


def test_no_family_of_this_name_learns_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "families", lambda: ())
    assert samples(measured(["p", "q", "r", "s"], [()] * 4))["question.forest"] is None
