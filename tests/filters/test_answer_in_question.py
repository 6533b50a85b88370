"""Known answers of `answer-in-question`."""

from __future__ import annotations

import pandas as pd
import pytest

from twokeys.filters.answer_in_question import AnswerInQuestion


def decide(question: str | None, answer: str | None, kind: str = "open", choices: tuple[str, ...] = (), **parameters):
    row = {"id": "a", "question": question, "answer": answer, "answer_type": kind, "choices": list(choices)}
    return AnswerInQuestion(**parameters).decide(pd.DataFrame([row]))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What colour is the red bus?", "red"),
        ("What colour is the RED bus?", "red"),
        ("What is next to the traffic light?", "traffic light"),
        ("Who wrote 'War and Peace'?", "war and peace"),
        ("How many of the 2 dogs are asleep?", "2"),
        ("De quelle couleur est l'éléphant gris ?", "éléphant"),
    ],
)
def test_whole_answer_in_the_question_is_dropped(question: str, answer: str) -> None:
    assert decide(question, answer) == {"a": f"the question holds the answer '{answer}': '{question}'"}


@pytest.mark.parametrize(
    ("question", "answer", "kind", "choices"),
    [
        ("What is in the redwood forest?", "red", "open", ()),
        ("What is the light near the traffic?", "traffic light", "open", ()),
        ("Is there no cat?", "no", "yes/no", ()),
        ("Is there no cat?", "no", "open", ()),
        ("Is it red or blue?", "red", "open", ()),
        ("Is it red, blue, or green?", "blue", "choice", ("red", "blue", "green", "none of them")),
        ("Which is bigger, the cat, the dog?", "cat", "choice", ("cat", "dog")),
        ("What is it?", "", "open", ()),
        ("What is it?", "?", "open", ()),
        (None, "red", "open", ()),
        ("What colour is the red bus?", None, "open", ()),
    ],
)
def test_other_questions_are_kept(
    question: str | None, answer: str | None, kind: str, choices: tuple[str, ...]
) -> None:
    assert decide(question, answer, kind, choices) == {}


def test_an_option_that_is_named_alone_gives_the_answer_away() -> None:
    assert "a" in decide("Why is the cat asleep?", "cat", "choice", ("cat", "dog"))


def test_alternatives_of_another_language_are_a_parameter() -> None:
    assert "a" in decide("Ist es rot oder blau?", "rot")
    assert decide("Ist es rot oder blau?", "rot", alternatives=("oder",)) == {}
