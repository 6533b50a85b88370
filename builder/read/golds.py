"""The question, options and golds of a row: checked, and in canonical text.

Several golds are a set. Without options they are published as a single answer, separated by `; `. A question with
several right options becomes an open question: its text contains the options with letters, in the order of the source,
and its answer is the letters of the right options, `A, C`. In both cases `twokeys.core.answers.marking.right` accepts
all golds in any order, and no part of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from twokeys.builder.read.cells import cell
from twokeys.core.answers.lookalikes import alike
from twokeys.core.answers.parsing import parts
from twokeys.core.errors import BadInput, short
from twokeys.core.items import AnswerType, Row, TextRule
from twokeys.core.option_places import clash
from twokeys.core.visible import joined

BETWEEN = "; "
"""Separates several golds."""
ALL_RIGHT = "Answer with the letters of all that are right:"
"""Precedes the options of a question with several right options."""


@dataclass(frozen=True)
class Asked:
    """The checked question of a row.

    Attributes:
        question: The text.
        choices: The options in the order of the source; empty for none.
        answer: The gold.
        answer_type: The type that the reader states; None if it follows from the answer.
    """

    question: str
    choices: tuple[str, ...]
    answer: str
    answer_type: AnswerType | None


def asked_of(row: Row, text: TextRule) -> Asked:
    """Check question, options and golds of a row.

    Raises:
        BadInput: If a field is wrong.
    """
    question = cell(row, "question", row.question, text)
    choices = tuple(cell(row, "option", choice, text) for choice in row.choices)
    if choices and (len(choices) < 2 or len({alike(joined(choice)) for choice in choices}) < len(choices)):
        allowed = "two or more, no two of which look the same"
        raise BadInput(row.file, row.row, f"the options are {short(list(choices), 300)}", allowed, "mend them")
    if len(choices) > len(ascii_uppercase):
        allowed = f"at most {len(ascii_uppercase)}, since models name them by letter"
        remedy = "leave some out, or leave all out to ask an open question"
        raise BadInput(row.file, row.row, f"the row has {len(choices)} options", allowed, remedy)
    if choices and (reason := clash(question, choices)):
        allowed = "options that can stand where their letters say, beside options that speak of others"
        raise BadInput(
            row.file, row.row, f"there are {reason}", allowed, "put them in that order, or leave the row out"
        )
    by_look = {alike(choice): choice for choice in choices}
    golds = list(dict.fromkeys(by_look.get(alike(gold), gold) for gold in _golds(row, text)))
    if choices and (stray := [gold for gold in golds if gold not in choices]):
        allowed = " | ".join(choices)
        problem = f"the gold answer is {short(stray[0])}"
        raise BadInput(row.file, row.row, problem, allowed, "make the gold one of the options")
    if len(golds) == 1:
        return Asked(question, choices, golds[0], row.answer_type)
    if not choices:
        return Asked(question, (), BETWEEN.join(golds), "open")
    listed = " ".join(f"({letter}) {choice}" for letter, choice in zip(ascii_uppercase, choices, strict=False))
    letters = ", ".join(ascii_uppercase[place] for place, choice in enumerate(choices) if choice in golds)
    return Asked(f"{question} {ALL_RIGHT} {listed}", (), letters, "open")


def _golds(row: Row, text: TextRule) -> list[str]:
    """The golds, each once.

    Raises:
        BadInput: If there is no gold, or a gold is no text or reads as several golds.
    """
    several = isinstance(row.answer, list | tuple)
    values = list(row.answer) if several else [row.answer]
    golds = list(dict.fromkeys(cell(row, "answer", value, text) for value in values))
    if not golds:
        raise BadInput(row.file, row.row, "the list of answers is empty", "", "name the answer")
    if len(golds) > 1 and not row.choices and any(len(parts(gold)) != 1 for gold in golds):
        problem = f"one of the golds {golds} holds `;`, which stands between answers"
        raise BadInput(row.file, row.row, problem, "", "write the golds without it")
    return golds
