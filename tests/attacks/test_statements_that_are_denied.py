"""Claim: a reply is right for no answer that it rejects.

Attack: "the answer is B" inside of a sentence that denies, doubts or supposes it, or that speaks of the wrong answer.

Before (84b1322): "The wrong answer is B", "The incorrect option is B", "The least likely answer is B", "I don't think
the answer is B", "I doubt the answer is B" and "If the answer is B, ..." all chose B. Now: none does; what is stated
elsewhere in the reply counts.
"""

from __future__ import annotations

import pytest

from twokeys.core.answers.marking import right

COLOURS = ["red", "blue", "green", "yellow"]
DENIED = [
    "The wrong answer is B", "The incorrect option is B", "One wrong answer is B", "The least likely answer is B",
    "A wrong choice would be B", "The only incorrect answer: B", "If the answer is B, then it would be blue",
    "It would be wrong to say the answer is B", "I don't think the answer is B", "I doubt the answer is B",
    "I don't know whether the answer is B", "B is the answer that is wrong",
    "My second choice is B", "The answer that is wrong is B",
]  # fmt: skip


@pytest.mark.parametrize("reply", DENIED)
def test_what_is_denied_is_not_chosen(reply: str) -> None:
    assert not right(reply, "choice", COLOURS, "blue")


@pytest.mark.parametrize("reply", DENIED)
@pytest.mark.parametrize("frame", ["{}. The answer is C.", "The answer is C. {}.", "{}\n\nAnswer: C"])
def test_what_is_stated_beside_it_is(reply: str, frame: str) -> None:
    text = frame.format(reply)
    assert [gold for gold in COLOURS if right(text, "choice", COLOURS, gold)] == ["green"]


@pytest.mark.parametrize("reply", [
    "The car is not red, so the answer is B.", "It isn't green. The answer is B.",
    "A is wrong; the correct answer is B.",
    "I don't see red. Therefore the answer is B", "Do not overthink it: the answer is B", "The answer is B, not A.",
])  # fmt: skip
def test_a_denial_of_something_else_is_none_of_it(reply: str) -> None:
    assert right(reply, "choice", COLOURS, "blue")
