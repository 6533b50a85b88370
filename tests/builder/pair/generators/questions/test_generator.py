"""The generator of question edits: sound records, contradictories on both sides, the lexicon's phrases."""

from __future__ import annotations

from collections import Counter

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.pair.edit import Edit
from twokeys.builder.pair.examine import Side, examine
from twokeys.builder.pair.generators.questions.generator import QuestionEdits
from twokeys.builder.pair.lexicon import Substitution
from twokeys.builder.recipe import Minimal
from twokeys.core.items import TextRule
from twokeys.core.pictures.limits import Images


def made(questions: list[tuple[str, str]], generator: QuestionEdits | None = None) -> list[Edit]:
    rows = [
        {"id": f"toy:test:{number}", "question": question, "answer": answer, "choices": []}
        for number, (question, answer) in enumerate(questions)
    ]

    def picture(key: str) -> bytes:
        raise AssertionError("question edits need no picture")

    return list((generator or QuestionEdits()).edits(pd.DataFrame(rows), picture, 0))


SPOKEN = (
    "is are there no a an any the this it dog cats door open closed taller than more two left right to of and or not "
    "image axial normal present in front behind"
)
WORDS = st.sampled_from(SPOKEN.split())


@given(st.lists(WORDS, min_size=2, max_size=9), st.sampled_from(["yes", "no"]))
def test_whatever_is_made_is_sound(words: list[str], answer: str) -> None:
    question = " ".join(words).capitalize() + "?"
    sides = {"toy:test:0": Side(question, (), answer, "yes/no")}
    for edit in made([(question, answer)]):
        base = sides[edit.of]
        assert edit.answer != base.answer
        assert examine(edit, base, TextRule(), Minimal(words=1.0), Images()) in (
            None, "the new question has one word twice in a row", "the question does not change",
        )  # fmt: skip
        sides[edit.id] = Side(str(edit.question), (), edit.answer, "yes/no")


def test_contradictories_are_made_of_certain_edits_too() -> None:
    edits = made([("Is the door open?", "yes")], QuestionEdits(kinds=("denial", "predicate")))
    assert [(edit.kind, edit.question, edit.answer) for edit in edits] == [
        ("question.denial", "Is it false that the door is open?", "no"),
        ("question.predicate", "Is the door closed?", "no"),
        ("question.denial", "Is it false that the door is closed?", "yes"),
    ]
    # So of "open", "closed" and "false" none goes with one answer alone.
    assert edits[2].of == edits[1].id


def test_negation_is_made_of_both_answers() -> None:
    edits = made([("Is there a dog?", "yes"), ("Is there a dog?", "no")])
    assert Counter((edit.kind, edit.answer) for edit in edits) == {
        ("question.negation", "no"): 1,
        ("question.negation", "yes"): 1,
    }


def test_the_lexicon_only_expects() -> None:
    lexicon = (Substitution("red", "blue", 20, 19, 0.76), Substitution("a red", "no", 9, 9, 0.7))
    edits = made(
        [("Is it a red shape?", "no"), ("Is it red or red?", "no")], QuestionEdits(("lexicon",), True, lexicon)
    )
    assert [(edit.question, edit.answer, edit.answer_source) for edit in edits] == [
        ("Is it a blue shape?", "yes", "expected"),
        ("Is it no shape?", "yes", "expected"),
    ]
    assert edits[0].note == "blue for red flipped 19 of 20 answers about the same picture"
    assert made([("Is it a red shape?", "no")], QuestionEdits(("lexicon",), False, lexicon)) == []
