"""Claim: a right reply is marked right in the words that models use, and one that says two things is right nowhere.

Attack: short sentences around an answer ("There are no dogs" where the gold is 0, "The shirt is red"), and sentences of
the same form that say something else, or everything.

Before (ba22272, and when marking had been written anew): "There are no dogs" is wrong for 0, "The shirt is red" for
red. Now: both are right, to an open question, too; a longer sentence, one with a comma, a second verb or an `or` is
read as it stands. No reply is right on two items of one picture whose golds have no token in common.
"""

from __future__ import annotations

from itertools import permutations

import pytest

from twokeys.core.answers.marking import accepted, right
from twokeys.core.answers.parsing import token

RIGHT = [
    ("There are no dogs", "number", "0"), ("There are no dogs.", "yes/no", "no"), ("I see no dogs.", "number", "0"),
    ("There aren't any dogs in the picture.", "number", "0"), ("None.", "number", "0"),
    ("There is no dog", "number", "0"), ("I can see 3 dogs", "number", "3"), ("There appear to be two", "number", "2"),
    ("There seems to be 1.", "number", "1"), ("The answer would be around 4", "number", "4"),
    ("The number of dogs is 3", "number", "3"), ("I count 4.", "number", "4"), ("The color is red", "open", "red"),
    ("The shirt is red.", "open", "red"), ("The man's shirt is red", "open", "red"),
    ("His shirt is dark red.", "open", "dark red"), ("This animal is a dog.", "open", "dog"),
    ("That would be a dog", "open", "dog"), ("The shirt looks red in the picture.", "open", "red"),
    ("I can see a dog.", "open", "dog"), ("The statement is true.", "yes/no", "yes"),
    ("The claim is false", "yes/no", "no"), ("The letter is B", "open", "B"),
]  # fmt: skip
WRONG = [
    ("There are no more than 3 dogs", "number", "0"), ("There are no dogs but 2 cats", "number", "0"),
    ("It is not", "number", "0"), ("No", "number", "0"), ("The shirt is red or blue", "open", "red"),
    ("The shirt is red and the hat is blue", "open", "red"), ("The shirt is red, the hat is blue", "open", "red"),
    ("The shirt is not red", "open", "red"), ("The shirt isn't red", "open", "red"),
    ("The ball in the middle of it is red", "open", "red"), ("The shirt is red rather than blue", "open", "blue"),
    ("The dog is black", "open", "The cat is black"), ("The shirt is neither red nor blue", "open", "red"),
    ("The shirt is red; blue", "open", "red"), ("The color is more red than blue", "open", "red"),
    ("There are no dogs", "yes/no", "yes"), ("There is no doubt", "number", "0"),
    ("The shirt is red", "open", "shirt"),
]  # fmt: skip
WORDS = ("red", "blue", "0", "3", "yes", "no", "A", "B")


@pytest.mark.parametrize(("reply", "kind", "gold"), RIGHT)
def test_a_short_sentence_gives_its_answer(reply: str, kind: str, gold: str) -> None:
    assert right(reply, kind, [], gold)
    assert token(reply) in accepted(kind, [], gold)


@pytest.mark.parametrize(("reply", "kind", "gold"), WRONG)
def test_one_that_says_something_else_does_not(reply: str, kind: str, gold: str) -> None:
    assert not right(reply, kind, [], gold)


def test_a_sentence_picks_an_option() -> None:
    assert right("The shirt is red.", "choice", ["red", "blue"], "red")
    assert not right("The shirt is red or blue.", "choice", ["red", "blue"], "red")
    assert not right("The shirt is red and blue.", "choice", ["red", "blue"], "blue")


@pytest.mark.parametrize(
    "frame", ["The shirt is {}", "There are {}", "I can see {}", "{} are correct", "Both {}", "{}"]
)
@pytest.mark.parametrize("joint", [", ", " or ", " and ", "; ", "/", " "])
def test_a_reply_that_lists_answers_is_right_for_one_of_them_at_most(frame: str, joint: str) -> None:
    for listed in permutations(WORDS, 3):
        reply = frame.format(joint.join(listed))
        said = [gold for gold in WORDS for kind in ("open", "number", "yes/no") if right(reply, kind, [], gold)]
        assert len({token(gold) for gold in said}) <= 1
