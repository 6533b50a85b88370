"""An edit whose answer is said to follow does follow, whatever the words mean of the thing that is asked about.

Claim: an edited question is `constructed` only where logic gives its answer; else models are asked, or it is refused.
Attack: words that exclude each other of one thing and not of another (a calm horse is not the opposite of a rough one;
FLAIR pictures are T2-weighted), relations that hold both ways (two that face each other), questions that presuppose
(what is no normal bike may be no bike), names that change with the question (`the GB`), and questions that are none.
Before (ba22272): all of these were `constructed`; "Is it false that the gb is normal?" lost its capitals.
Now: none is. Every edit of GQA-OOD, POPE and of the questions about the photos at hand was read, and fresh draws of
VQA-RAD and VQA v2 (docs/constructed.md has the counts).
"""

from __future__ import annotations

import re

import pandas as pd
import pytest

from twokeys.builder.pair.generators.questions.generator import QuestionEdits


def certain(question: str, answer: str = "yes", choices: tuple[str, ...] = ()) -> dict[str, str]:
    """Edits whose answer is said to follow, of the question alone: new question -> its answer."""
    items = pd.DataFrame([{"id": "toy:test:1", "question": question, "answer": answer, "choices": choices}])
    made = QuestionEdits(expected=False).edits(items, lambda _: b"", 0)
    return {str(edit.question): edit.answer for edit in made if edit.of == "toy:test:1"}


@pytest.mark.parametrize(
    ("question", "not_made"),
    [
        ("Is the horse calm?", "rough"),
        ("Are the people calm?", "rough"),
        ("Is the dog in the water calm?", "rough"),
        ("Is the road rough?", "calm"),
        ("Is the pepper hot?", "cold"),
        ("Is the man hot?", "cold"),
        ("Is the person near the stove cold?", "hot"),
        ("Is this a T2 weighted image?", "FLAIR"),
        ("Is this a FLAIR image?", "T2"),
        ("Is this a FLAIR image?", "T1"),
        ("Is this a beach sitting?", "standing"),
        ("Is the giraffe standing tall?", "short"),
        ("Are the muscles also enlarged?", "shrunken"),
        ("Is the left higher than the right?", "Is the right higher"),
        ("Is the right lung larger than the left?", "Is the left larger"),
        ("Is the man in front of the woman?", "Is the woman in front"),
        ("Is the man in front of the woman?", "behind"),
        ("Is the man behind the bus?", "Is the bus behind"),
        ("Is there likely a dog here?", "no likely"),
        ("Is there is a hand here?", "no is"),
        ("Are there multiple lesions?", "no multiple"),
        ("Is the Sagittal plane?", "false"),
    ],
)
def test_what_does_not_follow_is_not_said_to_follow(question: str, not_made: str) -> None:
    assert not [new for new in certain(question) if not_made in new]


@pytest.mark.parametrize(
    ("question", "not_made"),
    [
        ("Is this a normal bike?", "abnormal"),
        ("Is this a normal mode of transport?", "abnormal"),
        ("Is the bear awake?", "asleep"),
        ("Is the water calm?", "rough"),
        ("Is the weather hot?", "cold"),
        ("Is the door open?", "closed"),
    ],
)
def test_from_a_no_follows_only_what_leaves_no_third(question: str, not_made: str) -> None:
    assert not [new for new in certain(question, "no") if not_made in new]


@pytest.mark.parametrize(
    ("question", "answer", "new", "other"),
    [
        ("Is the water calm?", "yes", "Is the water rough?", "no"),
        ("Is the water in this photo calm?", "yes", "Is the water in this photo rough?", "no"),
        ("Is it hot?", "yes", "Is it cold?", "no"),
        ("Is this a T2 weighted image?", "yes", "Is this a T1 weighted image?", "no"),
        ("Is this a normal image?", "no", "Is this an abnormal image?", "yes"),
        ("Is this a normal chest x ray?", "no", "Is this an abnormal chest x ray?", "yes"),
        ("Is the lamp above the table?", "yes", "Is the table above the lamp?", "no"),
        ("Is the bun longer than the sausage?", "yes", "Is the sausage longer than the bun?", "no"),
        ("Is this a female?", "yes", "Is this a male?", "no"),
        ("Is there food on a plate?", "yes", "Is there no food on a plate?", "no"),
        ("Is the GB normal?", "no", "Is the GB abnormal?", "yes"),
    ],
)
def test_what_follows_is_still_made(question: str, answer: str, new: str, other: str) -> None:
    assert certain(question, answer)[new] == other


@pytest.mark.parametrize("be", ["Is", "is", "IS"])
@pytest.mark.parametrize("name", ["GB", "CT", "McDonald", "iPhone", "Eiffel", "USA", "T2"])
@pytest.mark.parametrize("determiner", ["the", "The", "THE", "his"])
def test_a_denial_changes_no_letter_of_what_it_denies(be: str, determiner: str, name: str) -> None:
    found = certain(f"{be} {determiner} {name} normal?")
    (denial,) = (new for new in found if "false" in new)
    assert name in denial
    assert denial.split("that ", 1)[1].split(" ", 1)[1] == f"{name} is normal?"


@pytest.mark.parametrize(
    "question",
    [
        "Is the GB normal?", "Is it a CT of the USA?", "Are they McDonald's?", "Is there a TV on the IKEA shelf?",
        "Is the T2 image present?", "Is this an MRI?", "Is the iPad bigger than the PC?", "Is he in New York?",
        "Are there more than two BMWs?",
    ],
)  # fmt: skip
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_every_word_that_stays_keeps_its_letters(question: str, answer: str) -> None:
    """Whatever an edit changes, words of both questions are spelt alike but for the first of each."""
    asked = {word.lower(): word for word in re.findall(r"[\w']+", question)[1:]}
    for new in certain(question, answer):
        for word in re.findall(r"[\w']+", new)[1:]:
            assert asked.get(word.lower(), word) == word, new
