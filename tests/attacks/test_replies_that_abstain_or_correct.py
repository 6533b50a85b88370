"""Claim: a reply is right for no answer that it takes back, and a reply that does not know is no denial.

Attack: 1,143 new replies in the style of chat models, each judged by hand (752 before they were read by the parser, 391
after): letters that are taken back right behind them or in other languages, letters that are corrected, numbers that
are denied, sentences that say that the image does not tell, and questions that a reply asks itself.

Before (c8bd5bc): 43 of the 52 below are right for what they reject; "It is not clear from the image." is a no,
"A: wrong" and "Answer: A. Correction: B." choose A, "3 is wrong" is the number 3. Now: none is; a text that an option
has ("A. No", "(A) not visible") is no denial of the option.
"""

from __future__ import annotations

import pytest

from twokeys.core.answers.marking import accepted, right
from twokeys.core.answers.parsing import token

COLOURS = ["red", "blue", "green", "yellow"]
NOT_RED = [
    "A: wrong", "A - wrong", "A: No", "A (no)", "A, not really", "Option A doesn't work.", "(A) can't be right",
    "A can be excluded", "A is unlikely.", "A does not match.", "(A) n'est pas la bonne réponse", "(A) falsch",
    "A — неверно.", "(A)ではない", "(A)ではありません", "A는 아닙니다", "A：错误", "A不正确",
    "选A是错的", "A ist nicht richtig",
    "A, wait, B", "Answer: A. Correction: B.", "A, rather B", "~~A~~ B", "(A)? No, (B).", "Red? No, blue.",
]  # fmt: skip
BLUE = [
    "~~A~~ B", "B. It isn't red.", "B, since it isn't dark.", "(B) — the car cannot be red", "(B) blue, not red",
    "B. Definitely not A.", "B: the others are wrong", "B, rather bright", "B. Not A or C.", "B, definitely",
    "What color is it? B", "The car is blue because it was painted.", "Blue, as seen in the image.", "Probably blue.",
    "It is most likely blue.", "It is blue in color.", "Blue 🙂", '{"color": "blue"}', "Let's go with B.", "[[B]]",
]  # fmt: skip
NOT_TOLD = [
    "It is not clear.", "It isn't clear from the image.", "It's not visible whether there is one.",
    "The image is not clear enough to tell", "The image does not show whether it is.", "There is no information",
    "There are no details about it.", "The photo isn't sharp enough to say", "This isn't something I can answer",
    "It was not provided", "It's not specified", "The question is not clear.", "It is not possible to tell",
    "There isn't enough information", "The image doesn't show if there is", "No information is given", "It isn't known",
]  # fmt: skip
DENIED = [
    "The water is not clear.", "The sky is not clear", "It is not clear water", "There is no dog",
    "The dog isn't shown",
    "No, it is not clear.", "The image doesn't show a dog.", "There is no evidence of a fracture.", "Is it one? No.",
]  # fmt: skip
NOT_THREE = [
    "3 is wrong", "3 is not correct", "none of the 3", "neither of the 3", "3 too many", "three-fourths", "3 tenths",
    "3 are not dogs", "3 is incorrect",
]  # fmt: skip


@pytest.mark.parametrize("reply", NOT_RED)
def test_what_is_taken_back_is_not_chosen(reply: str) -> None:
    assert not right(reply, "choice", COLOURS, "red")


@pytest.mark.parametrize("reply", BLUE)
def test_what_is_said_beside_an_answer_is_no_denial_of_it(reply: str) -> None:
    assert [gold for gold in COLOURS if right(reply, "choice", COLOURS, gold)] == ["blue"]
    assert token(reply) in accepted("choice", COLOURS, "blue")


@pytest.mark.parametrize(("option", "reply"), [
    ("No", "A: No"), ("No", "(A) no"), ("not visible", "A: It is not visible."), ("wrong", "A: wrong"),
    ("cannot be determined", "A. It cannot be determined."), ("不是狗", "A: 不是狗"),
])  # fmt: skip
def test_a_denial_that_is_the_option_chooses_it(option: str, reply: str) -> None:
    options = [option, "something else"]
    assert [gold for gold in options if right(reply, "choice", options, gold)] == [option]


@pytest.mark.parametrize("reply", NOT_TOLD)
def test_who_does_not_know_says_no_to_nothing(reply: str) -> None:
    assert not right(reply, "yes/no", [], "no")
    assert not right(reply, "number", [], "0")


@pytest.mark.parametrize("reply", DENIED)
def test_a_denial_of_the_thing_itself_is_a_no(reply: str) -> None:
    assert right(reply, "yes/no", [], "no")


@pytest.mark.parametrize("reply", NOT_THREE)
def test_a_number_that_is_denied_is_none(reply: str) -> None:
    assert not right(reply, "number", [], "3")
