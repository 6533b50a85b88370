"""Claim: a wrong reply is marked wrong, a right one right, and reading one takes no long time.

Attack: replies that a second reader of the marking wrote: the list of options echoed, a letter that is taken
back, a choice between two, numbers with a word that makes another number of them, yes that ends as no, a reply of a
thousand spaces. And what models write around a right answer: thoughts, end marks, openings, other frames.

Before (ba22272, and again when marking had been written anew): "A. red B. blue C. green", "Option A is incorrect." and
"(A) vs (B)" chose A, "one hundred" was the number 1, "There is no doubt that it is a dog" said no, a reply of 800
spaces took 5 seconds, and an answer after a thought was lost. Now: none of these is read as what it does not say.
"""

from __future__ import annotations

import time

import pytest

from twokeys.core.answers.marking import right

COLOURS = ["red", "blue", "green"]
NOT_A = [
    "A. red\nB. blue\nC. green", "Option A or B", "A, or B", "(A) vs (B)", "A. B. C.", "A? B? C?",
    "Option A is incorrect.", "(A) is not correct; (C) is.", "Answer: (A) is wrong", "A: it's blue",
    "A. I cannot see the image.", "The answer is A) or B)",
]  # fmt: skip
OTHER_NUMBERS = [
    "5 million", "five thousand", "5 dozen", "minus 5", "negative five", "not 5", "I don't see 5", "less than 5",
    "more than 5", "at least 5", "5 or more", "half of 5", "twice 5", "square root of 5", "5 and a half", "5 squared",
    "quarter to 5", "all but 5",
]  # fmt: skip
FRAMES = [
    "{}", "**{}**", "{}.", "Answer: {}", "**Answer:** {}", "The answer is {}.", "The correct answer is: {}",
    "\\boxed{{{}}}",
    "<think>It may be something else.</think>{}", "<think>\nhmm\n</think>\n\n{}", "{}</s>", "{}<|im_end|>", "Sure! {}",
    "assistant\n{}", "The answer is likely {}", "The answer to the question is {}.", "I choose {}", "Answer - {}",
]  # fmt: skip


@pytest.mark.parametrize("reply", NOT_A)
def test_a_letter_that_is_hedged_or_taken_back_is_not_chosen(reply: str) -> None:
    assert not right(reply, "choice", COLOURS, "red")


@pytest.mark.parametrize("reply", OTHER_NUMBERS)
def test_a_number_in_words_that_change_it_is_another(reply: str) -> None:
    assert not right(reply, "number", [], "5")


@pytest.mark.parametrize("reply", [
    "There are 5 dogs next to the car.", "5 birds above the tree", "5 people under an umbrella", "5, but small ones",
])  # fmt: skip
def test_words_that_say_where_leave_a_number_as_it_is(reply: str) -> None:
    assert right(reply, "number", [], "5")


@pytest.mark.parametrize(("reply", "options", "wrong"), [
    ("one hundred", ["1", "100"], "1"), ("three hundred", ["3", "300"], "3"), ("minus two", ["2", "-2"], "2"),
])  # fmt: skip
def test_no_wrong_option_is_picked_by_half_a_number(reply: str, options: list[str], wrong: str) -> None:
    assert not right(reply, "choice", options, wrong)


@pytest.mark.parametrize(("reply", "gold"), [
    ("No. 5", "no"), ("There is no doubt that it is a dog", "no"), ("It isn't wrong", "no"), ("Nope, yes", "no"),
    ("Yes, but actually no.", "yes"), ("It is not only red but blue", "no"), ("incorrect, it is yes", "no"),
])  # fmt: skip
def test_yes_and_no_are_what_the_reply_ends_with(reply: str, gold: str) -> None:
    assert not right(reply, "yes/no", [], gold)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(("said", "kind", "choices", "gold"), [
    ("B", "choice", COLOURS, "blue"), ("blue", "choice", COLOURS, "blue"), ("(B) blue", "choice", COLOURS, "blue"),
    ("yes", "yes/no", [], "yes"), ("3", "number", [], "3"), ("Dr. Pepper", "open", [], "Dr. Pepper"),
])  # fmt: skip
def test_what_models_write_around_an_answer_changes_nothing(
    frame: str, said: str, kind: str, choices: list[str], gold: str
) -> None:
    assert right(frame.format(said), kind, choices, gold)


@pytest.mark.parametrize(("one", "other"), [
    ("10<sup>3</sup>", "103"), ("2^{n+1}", "2^{n}+1"), ("A; C", "C"), ("HIV -", "HIV"), ("A 4", "4"),
])  # fmt: skip
def test_what_raises_joins_or_ends_an_answer_tells_it_from_another(one: str, other: str) -> None:
    assert right(one, "open", [], one)
    assert not right(one, "open", [], other)
    assert not right(other, "open", [], one)


@pytest.mark.parametrize(
    "reply", ["Red" + " " * 5000 + "- I see it", "x" + "\t" * 9000 + "^", "a. " * 20000, "A" * 99999]
)
def test_a_long_reply_takes_no_long_time(reply: str) -> None:
    began = time.process_time()
    right(reply, "open", [], "red")
    right(reply, "choice", COLOURS, "red")
    assert time.process_time() - began < 5  # a bound on the kind of growth, not on the machine: it was minutes
