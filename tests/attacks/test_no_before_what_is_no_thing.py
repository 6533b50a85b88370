"""Claim: of a question and its negation exactly one is answered yes.

Attack: questions about what is no thing that "no" can be said of: "Is there nothing on the table?", "Is there another
in the picture?", "Is there plenty of food?", "Are there about twenty birds?".

Before (c8bd5bc): "Is there no nothing on the table?" and "Are there no about twenty birds?" were `constructed`.
Now: nothing is made of these.
"""

from __future__ import annotations

import pandas as pd
import pytest

from twokeys.builder.pair.generators.questions.generator import QuestionEdits


def negations(question: str) -> list[str]:
    """Edits that say "no" of what is asked for."""
    items = pd.DataFrame([{"id": "toy:test:1", "question": question, "answer": "yes", "choices": ()}])
    made = QuestionEdits(expected=False).edits(items, lambda _: b"", 0)
    return [str(edit.question) for edit in made if edit.kind == "question.negation" and edit.of == "toy:test:1"]


@pytest.mark.parametrize("thing", [
    "nothing on the table", "nobody in the room", "everything on the list", "everyone in the picture", "another one",
    "another in the picture", "plenty of food", "already food on the plate", "almost a crowd", "about twenty birds",
    "around a hundred people", "nearly a dozen eggs", "dozens of birds", "hundreds of people", "zero dogs",
    "half a cake",
    "now a dog", "certain objects", "over twenty birds", "up to twenty birds", "what in the box",
])  # fmt: skip
@pytest.mark.parametrize("be", ["Is", "Are"])
def test_nothing_is_made(be: str, thing: str) -> None:
    assert negations(f"{be} there {thing}?") == []


@pytest.mark.parametrize(
    "thing", ["a dog", "any food on the plate", "an overpass", "extra cheese", "iTunes", "hereford cattle"]
)
def test_things_are_denied_as_before(thing: str) -> None:
    denied = thing.removeprefix("an ").removeprefix("any ").removeprefix("a ")
    assert negations(f"Is there {thing}?") == [f"Is there no {denied}?"]
