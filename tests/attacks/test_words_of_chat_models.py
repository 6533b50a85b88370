r"""Claim: an ordinary reply of an ordinary model is read as a person reads it.

Attack: 477 replies that a reader wrote down with their right reading before trying any: JSON, headings, lists,
quotations, ticks, an option by its letter on the last line, adverbs, other languages, facts that are named ("The color
of the car is blue"), what a sign says, equations, counts that are explained, degrees, fractions that are one sign.

Before (84b1322): 105 are misread, nearly all of them a right answer that is not read: `{"answer": "B"}`, a heading
before the answer, "- B", "Answer: B (blue)", "Probably B", "The time is 10:30.", "There are 3 people: two men and a
woman.", "$45^{\circ}$" against "45°". Now: 30, which are strict: what a longer text says in passing, an answer in other
words. None of the 30 is right for an answer that it does not give.
"""

from __future__ import annotations

import pytest

from twokeys.core.answers.marking import accepted, right
from twokeys.core.answers.parsing import token

COLOURS = ["red", "blue", "green", "yellow"]
BLUE = [
    '{"answer": "B"}', "{'answer': 'B'}", '```json\n{"answer": "B"}\n```', '{"answer": "blue"}',
    '{\n  "answer": "B",\n  "explanation": "It is not red."\n}', '{"reasoning": "Not (A).", "final_answer": "B"}',
    '{"question": "Is the \\"answer\\": \\"A\\"?", "answer": "B"}', '{"answer": null, "choice": "B"}',
    "### Final Answer\n\nB", "**Final Answer**\n\nB", "## Answer\n**B. blue**", "Final Answer: **B**",
    "Looking at the image, the car is clearly blue.\n\n**B**", "It is dark.\n\n**B. blue**", "So it is blue.\n(B)",
    "> B", "- B", "* B. blue", "# (B)", "B ✅", "✅ B. blue", "👉 B", "→ B", "B. blue\n\nExplanation: it is.",
    "Answer: B (blue)", "The correct answer is B (blue).", "blue, option B", "B (blue)", "Therefore, B is the answer.",
    "Probably B", "Definitely B.", "Most likely (B)", "Given the image, B.", "Thus, (B).", "Ans: B", "Ans. B",
    "Conclusion: B", "The answer that fits is B.", "选B", "选择B", "答案是B", "正解はBです", "정답은 B입니다",
    "正确答案是B。",
    "The color of the car is blue.", "The car in the image is blue.", "In the image, the car is blue.",
    "The color of the car in the image is blue", "I am torn between A and B, but I'll go with B.",
]  # fmt: skip
NO_COLOUR = [
    '{"answer": ["A", "B"]}', '{"answer": "not B"}', '{"A": "red", "B": "blue"}', '{"answer": "B or C"}',
    "The options are:\nA\nB\nC", "- A\n- B", "- A. red\n- B. blue", "It isn't\nB", "Not this one:\n\nB", "A: B",
    "A (red) or B (blue)", "A (incorrect)", "A (red) is wrong", "B ❌", "probably B or C", "not red, option B",
    "选A还是选B", "不选B", "答案不是B", "The color of the car is red or blue", "The color of the car isn't blue",
    "The color of the car is blue, the truck is red", "The color of the car is blue and red",
]  # fmt: skip
RIGHT = [
    ("I don't see a dog in the image.", "yes/no", "no"), ("I do not see any dogs.", "number", "0"),
    ("Not really.", "yes/no", "no"), ("Certainly, yes.", "yes/no", "yes"), ("Yes—it is.", "yes/no", "yes"),
    ("No (it is a cat)", "yes/no", "no"), ("Yes, no doubt.", "yes/no", "yes"), ("Not true", "yes/no", "no"),
    ("Yes, the sign says no.", "yes/no", "yes"), ('{"answer": true}', "yes/no", "yes"),
    ("There are 3 people: two men and one woman.", "number", "3"), ("3 (two men and a woman)", "number", "3"),
    ("There are three people, two of whom sit.", "number", "3"), ("x = 3", "number", "3"), ("1 + 2 = 3", "number", "3"),
    ("The answer is 12 - 9 = 3.", "open", "3"), ('{"answer": 3}', "number", "3"),
    ("The date on the document is January 5, 2020.", "open", "January 5, 2020"),
    ("The time is 10:30.", "open", "10:30"),
    ("The price of the item is $5.99.", "open", "$5.99"), ("The length of the side is 5 cm.", "open", "5 cm"),
    ('It says "STOP".', "open", "stop"), ("The sign reads STOP", "open", "stop"), ("The brand of the shoe is Nike.",
    "open", "nike"), ("The shirt is red and white.", "open", "red and white"), ("5 €", "open", "€5"),
    ("½", "open", "1/2"), ("2½", "open", "2 1/2"), ("45 degrees", "open", "$45^{\\circ}$"), ("U.S.A.", "open", "usa"),
    ("2 \\sqrt{3}", "open", "2√3"), ("The answer is A.", "open", "Option A"), ("A", "open", "(A)"),
]  # fmt: skip
WRONG = [
    ("2x = 6", "number", "6"), ("x = 3 or 4", "number", "3"), ("x != 3", "number", "3"), ("3 (or 4)", "number", "3"),
    ("3 (million dollars)", "number", "3"), ("There are 3 people: no, 4", "number", "3"), ("31/2", "open", "3½"),
    ("I can't see any image", "yes/no", "no"), ("I don't see any reason to say no", "yes/no", "no"),
    ("I can't find any problem, yes", "yes/no", "no"), ("Yes (no)", "yes/no", "yes"), ("B", "open", "Option A"),
    ("The price is $5.99 or $6.99", "open", "$5.99"), ("The total is 3 million", "number", "3"),
    ("Model 3 (red)", "open", "Model 3 (blue)"), ("y = 3", "open", "x = 3"),
]  # fmt: skip


@pytest.mark.parametrize("reply", BLUE)
def test_an_option_is_read(reply: str) -> None:
    assert [gold for gold in COLOURS if right(reply, "choice", COLOURS, gold)] == ["blue"]


@pytest.mark.parametrize("reply", NO_COLOUR)
def test_no_option_is_read_where_none_is_chosen(reply: str) -> None:
    assert [gold for gold in COLOURS if right(reply, "choice", COLOURS, gold)] == []


@pytest.mark.parametrize(("reply", "kind", "gold"), RIGHT)
def test_an_answer_is_read(reply: str, kind: str, gold: str) -> None:
    assert right(reply, kind, [], gold)
    assert token(reply) in accepted(kind, [], gold)


@pytest.mark.parametrize(("reply", "kind", "gold"), WRONG)
def test_another_answer_is_not(reply: str, kind: str, gold: str) -> None:
    assert not right(reply, kind, [], gold)


@pytest.mark.parametrize("frame", ["{}", "({}) {}", "{}. {}", "The answer is ({}) {}.", "{}: {}"])
@pytest.mark.parametrize("last", ["Cannot be determined", "Cannot tell", "I don't know", "Not enough information"])
def test_an_option_that_declines_is_named_like_any_other(frame: str, last: str) -> None:
    options = ["yes", "no", last]
    reply = frame.format("C", last)
    assert [gold for gold in options if right(reply, "choice", options, gold)] == [last]
    assert not right(reply, "choice", ["yes", "no", "both of them"], "both of them") or frame == "{}"


@pytest.mark.parametrize("options", [["Na", "NA", "na"], ["3", "3.0"], ["dog", "a dog", "the dog"], ["100", "100.0"]])
@pytest.mark.parametrize("frame", ["**{}**", "**{}**\n\nIt says so.", "The answer is **{}**", "`{}`"])
def test_options_that_clean_alike_are_told_apart_inside_marks(options: list[str], frame: str) -> None:
    for option in options:
        if "`" not in frame:
            assert [gold for gold in options if right(frame.format(option), "choice", options, gold)] == [option]
