"""Answers of certain edits against small worlds in which every question is evaluated by itself."""

from __future__ import annotations

import re
from itertools import product

import pytest

from twokeys.builder.pair.generators.questions import contrast, negation, numbers, reversals
from twokeys.builder.pair.generators.questions.generator import KINDS
from twokeys.builder.pair.generators.questions.rewording import Asked, Rewording
from twokeys.builder.pair.generators.questions.table import contrasts


def said(truth: bool) -> str:
    return "yes" if truth else "no"


@pytest.mark.parametrize("row", contrasts().predicates, ids=lambda row: row.words[0])
def test_predicates_of_one_thing(row: object) -> None:
    first, second = row.words  # type: ignore[attr-defined]
    # A thing is the one, the other, or neither where the table says that there is a middle.
    worlds = [first, second] if row.exhaustive else [first, second, "neither"]  # type: ignore[attr-defined]
    thing = next((f"the {name}" for name in row.of if name != "it"), "the lamp")  # type: ignore[attr-defined]
    seen = 0
    for world, word in product(worlds, (first, second)):
        question = Asked(f"Is {thing} {word}?", said(world == word))
        for edit in contrast.predicates(question):
            asked = re.fullmatch(rf"Is {thing} ([\w-]+)\?", edit.question)
            assert asked is not None
            if edit.certain and asked[1] in (first, second):
                seen += 1
                assert edit.answer == said(world == asked[1])
    assert seen


def test_of_several_things_a_no_gives_nothing() -> None:
    (edit,) = contrast.predicates(Asked("Are the kidneys normal?", "no"))
    assert not edit.certain
    (edit,) = contrast.predicates(Asked("Are the kidneys normal?", "yes"))
    assert (edit.question, edit.answer, edit.certain) == ("Are the kidneys abnormal?", "no", True)


@pytest.mark.parametrize("present", range(4))
def test_negation_and_bounds_count(present: int) -> None:
    def count(question: str) -> bool:
        none = re.match(r"(Is|Are) there no ", question)
        bound = re.search(r"(more than|at most|at least|fewer than|less than) (\d)", question)
        if bound:
            number = int(bound[2])
            return {
                "more than": present > number,
                "at most": present <= number,
                "at least": present >= number,
                "fewer than": present < number,
                "less than": present < number,
            }[bound[1]]
        return (present == 0) if none else present > 0

    questions = ["Is there a dog?", "Is there any dog in the picture?", "Are there dogs?"]
    questions += [
        f"Are there {word} {n} dogs?" for word in ("more than", "at least", "at most", "fewer than") for n in (2, 3)
    ]
    for question in questions:
        edits = [edit for kind in ("negation", "bound") for edit in KINDS[kind](Asked(question, said(count(question))))]
        assert len(edits) == 1, question
        assert edits[0].certain
        assert edits[0].answer == said(count(edits[0].question))


@pytest.mark.parametrize(("first", "second"), product(range(3), range(3)))
def test_comparisons_and_places_of_two_things(first: int, second: int) -> None:
    place = {"cat": first, "dog": second}
    signs = {"taller": 1, "shorter": -1, "to the right of": 1, "to the left of": -1}

    def holds(question: str) -> bool:
        found = re.fullmatch(r"Is the (\w+) (taller|shorter|to the \w+ of)(?: than)? the (\w+)\?", question)
        assert found is not None, question
        return signs[found[2]] * (place[found[1]] - place[found[3]]) > 0

    certain = 0
    for words in ("taller than", "to the left of", "to the right of"):
        question = f"Is the cat {words} the dog?"
        asked = Asked(question, said(holds(question)))
        for edit in (*reversals.contrary_comparisons(asked), *reversals.reversals(asked)):
            if edit.certain:
                certain += 1
                assert edit.answer == said(holds(edit.question))
    assert certain == 2 * sum(
        holds(f"Is the cat {words} the dog?") for words in ("taller than", "to the left of", "to the right of")
    )


def only(found: list[Rewording]) -> tuple[str, str, bool]:
    (one,) = found
    return one.question, one.answer, one.certain


def test_sides_change_places_with_the_things() -> None:
    asked = Asked("Is the red apple to the left or to the right of the orange?", "left")
    question = "Is the orange to the left or to the right of the red apple?"
    assert only(list(reversals.reversals(asked))) == (question, "right", True)


@pytest.mark.parametrize(
    ("question", "new"),
    [
        ("Is it raining?", "Is it false that it is raining?"),
        ("Is this a CT?", "Is it false that this is a CT?"),
        ("Are they on a beach?", "Is it false that they are on a beach?"),
        ("Is the heart enlarged?", "Is it false that the heart is enlarged?"),
    ],
)
def test_denials(question: str, new: str) -> None:
    assert only(list(negation.denials(Asked(question, "no")))) == (new, "yes", True)


@pytest.mark.parametrize(
    ("question", "new"),
    [
        ("Is this a CT scan?", ["Is this an MRI scan?"]),
        ("is this an AP CXR?", ["is this a PA CXR?"]),
        ("Is this an axial image?", ["Is this a coronal image?", "Is this a sagittal image?"]),
    ],
)
def test_what_a_picture_is(question: str, new: list[str]) -> None:
    assert [(edit.question, edit.answer, edit.certain) for edit in contrast.pictures(Asked(question, "yes"))] == [
        (one, "no", True) for one in new
    ]
    assert not any(edit.certain for edit in contrast.pictures(Asked(question, "no")))


def test_of_two_captions_the_other_one() -> None:
    asked = Asked("Which caption describes the image?", "a dog", ("a cat", "a dog"))
    assert only(list(negation.exclusions(asked))) == ("Which caption does not describe the image?", "a cat", True)


@pytest.mark.parametrize(
    "question",
    [
        "Is there a dog or a cat?",  # no dog or a cat: of which of the two?
        "Is there a man and a dog?",
        "Is there a picture on every wall?",
        "Are there two dogs?",
        "Are there many people?",
        "Is there something on the table?",
        "Is there not a dog?",
        "Is it cold outside?",  # it may be cold inside too
        "Are these men showing off?",
        "Is the glass half full?",
        "Is the heart clearly visible?",
        "Is it in danger of being stepped on?",
        "Are the bananas drawn on?",
        "Is the entire room visible?",  # a part of it may be
        "Are they eating yet?",
        "Is this picture in present time?",
        "Is a door open?",  # another one may be closed
        "Is one sheep older than the other?",
        "Is this CT scan with contrast?",
        "Is this a CT or MRI?",
        "Is the building taller than it is wide?",
        "Does he smile?",
    ],
)
def test_nothing_is_certain_of_these(question: str) -> None:
    for answer in ("yes", "no"):
        certain = [
            edit.question
            for kind, reword in KINDS.items()
            if kind not in ("denial", "lexicon")
            for edit in reword(Asked(question, answer))
            if edit.certain
        ]
        assert certain == []


def test_bounds_of_one_are_not_turned_into_fewer_than_one() -> None:
    assert list(numbers.bounds(Asked("Is there at least one dog?", "yes"))) == []
    assert only(list(numbers.bounds(Asked("Is there more than one dog?", "yes")))) == (
        "Is there at most one dog?", "no", True,
    )  # fmt: skip


def test_open_questions_are_left_alone() -> None:
    for question in ("What is on the table?", "Is it a cat or a dog?"):
        assert [edit for reword in KINDS.values() for edit in reword(Asked(question, "cat"))] == []
