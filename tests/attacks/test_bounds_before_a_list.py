"""Claim: an answer by annotations is what a person says who counts what the question names.

Attack: questions about COCO's categories in which a word speaks of more than what stands beside it: a bound before a
list ("more than 2 dogs and 3 cats"), the same thing twice ("a dog and two dogs", "a dog and an animal").

Before (c8bd5bc): the bound counted for the first thing alone, so four cats gave no answer and three gave yes; "a dog
and two dogs" was right of two. Now: such questions are left alone; a list in which each thing has its bound is not.
"""

from __future__ import annotations

import pytest

from twokeys.builder.pair.generators.retrieved.judges.coco_wording import understood
from twokeys.builder.pair.generators.retrieved.judges.coco_words import COCO80, lexicon

WORDS = lexicon(COCO80)


def asked(question: str) -> bool:
    """Whether a question is understood."""
    return understood({"question": question, "choices": [], "answer_type": "yes/no"}, WORDS) is not None


@pytest.mark.parametrize("question", [
    "Are there more than 2 dogs and 3 cats in the image?", "At least one dog and two cats are visible.",
    "Are there only two dogs and a cat?", "Are there exactly 2 dogs or 3 cats?",
    "Is there just one dog and a cat here?",
    "Is there a dog and a dog?", "Are there a dog and two dogs?", "Is there a dog and an animal?",
    "Is there a bike and a bicycle?",
    "Are there two cars and a vehicle in the picture?", "Is there any animal other than a dog in the image?",
    "Is there a train station?", "Is there a bird house in the image?", "Isn't there a dog?",
    "Is there a dog but no cat?",
    "Is there a dog without a cat?", "Are there more cats and dogs than birds?",
    "Are there twice as many cats as dogs?",
    "There are no more than two dogs.", "Are there more dogs?", "Is there another dog?", "Are both dogs in the image?",
])  # fmt: skip
def test_what_may_mean_two_things_is_left_alone(question: str) -> None:
    assert not asked(question)


@pytest.mark.parametrize("question", [
    "Is there at least one person and at most two dogs?", "Are there less than 3 people, or more than 5 people?",
    "Is there a dog and a cat?", "Are there two dogs and three cats?", "Is there a dog, a cat or a bird in the image?",
    "Are there 2 dogs or 3 cats?", "Is there a car or a vehicle in the image?", "There is no dog in the image.",
])  # fmt: skip
def test_what_means_one_thing_is_understood(question: str) -> None:
    assert asked(question)
