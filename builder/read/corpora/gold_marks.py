"""How a table tells the gold of a row: its text, an option's letter or index, or what several people answered."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.lists import absent, as_list, printed
from twokeys.builder.read.corpora.opening import MEND, SourceFile
from twokeys.core.answers.majority import highest, majority
from twokeys.core.errors import BadInput, short

if TYPE_CHECKING:
    from twokeys.builder.recipe import Columns

_LETTER = re.compile(r"\(?([A-Za-z])[).:]?")
_LETTER_AND_TEXT = re.compile(r"\(?([A-Za-z])[).:]\)?\s+(\S.*)", re.DOTALL)
"""A letter with the option's own text after it."""
_MARKS = re.compile(r"\s*(?:[,;&]|\band\b)\s*|(?<=\))\s*(?=\()")
"""Between the letters or indices of several right options."""
FIRST_INDEX = {"index": 0, "index from 1": 1}
"""How an index is counted -> the index of the first option."""
MISSING = "fill it in, or write `answer: null` if the gold is what most annotators in `columns.answers` said"


@dataclass
class Golds:
    """Reads the golds of one file of a table, and sees whether they are given as the recipe says.

    Attributes:
        columns: What the recipe says about the table.
        file: The file.
        seen: How many golds were the `first` option, one place past an end (`last`), `inside`, or no option but perhaps
            the `mark` of one.
    """

    columns: Columns
    file: SourceFile
    seen: dict[str, int] = field(default_factory=dict)

    def of(self, row: int, value: Any, options: Sequence[Any], answers: Sequence[Any] | Mapping[str, float]) -> Any:
        """The gold's text, a list of texts where there are several; an open question has its own text as gold.

        Args:
            row: The row, for messages.
            value: What the column of golds holds; nothing if the recipe names none.
            options: The options in the source's order; absent ones are in their places.
            answers: What annotators answered, or answers with their scores.

        Raises:
            BadInput: When there is none, or it is not given as the recipe says.
        """
        if self.columns.answer is None:
            return self._majority(row, answers)
        closed = not all(absent(option) for option in options)
        as_text = not closed or self.columns.answer_is in (None, "text")
        if absent(value):
            allowed = "text or a number" if as_text else f"the {self.columns.answer_is} of an option"
            raise BadInput(self.file.name, row, "the answer is missing", allowed, MISSING)
        if as_text:
            return self._text(row, value, options, closed)
        marks = value
        if not isinstance(value, list):
            written = str(value).strip()
            whole = _LETTER_AND_TEXT.fullmatch(written) and self.columns.answer_is == "letter"
            marks = [written] if whole else _MARKS.split(written)
            marks = as_list(value, "answer", self.file, row) if written.startswith("[") else marks
        golds = [self._option(row, mark, options, value) for mark in marks]
        return golds if len(golds) > 1 else golds[0] if golds else self._option(row, None, options, value)

    def finish(self) -> None:
        """Say so, now that every row was read, if the golds of the file are not given as the recipe says.

        A row alone cannot tell an index from 0 from one from 1, nor a letter that is no option from a slip.

        Raises:
            BadInput: When they are not.
        """
        first, inside, last, mark = (self.seen.get(what, 0) for what in ("first", "inside", "last", "mark"))
        meaning = self.columns.answer_is
        if meaning is None and mark:
            golds = "1 gold is" if mark == 1 else f"{mark:,} golds are"
            problem = f"{golds} no option, but could be the letter or the index of one"
            allowed = "`columns.answer_is`: text, letter, index (from 0), index from 1"
            raise BadInput(self.file.path, "columns.answer_is", problem, allowed, "say in the recipe which they are")
        if meaning in FIRST_INDEX and inside and last and not first:
            other = next(name for name in FIRST_INDEX if name != meaning)
            problem = (
                f"counted from {FIRST_INDEX[meaning]}, no gold is the first option, and {last:,} are one past an end"
            )
            remedy = f"write `answer_is: {other}` if the source counts so, else mend these rows"
            raise BadInput(self.file.path, "columns.answer_is", problem, " | ".join(FIRST_INDEX), remedy)

    def _majority(self, row: int, answers: Sequence[Any] | Mapping[str, float]) -> str:
        if self.columns.answers is None:
            problem = "`answer` is null, and no column of annotators' answers is named"
            remedy = "name the column of golds, or the column of what annotators answered"
            raise BadInput(self.file.path, "columns.answers", problem, "a column in one of them", remedy)
        if not answers:
            raise BadInput(self.file.name, row, "no annotator answered", "one answer or more", MEND)
        if isinstance(answers, Mapping):
            return highest(answers)
        if objects := [answer for answer in answers if isinstance(answer, dict)]:
            problem = f"what an annotator answered is the object {short(objects[0], 60)}"
            allowed = "texts, objects with a field `answer`, or answers with scores of 0 or more"
            raise BadInput(self.file.name, row, problem, allowed, MEND)
        return majority([str(answer) for answer in answers])

    def _text(self, row: int, value: Any, options: Sequence[Any], closed: bool) -> Any:
        if isinstance(value, str) and value.lstrip().startswith("[") and closed and value not in options:
            value = as_list(value, "answer", self.file, row)
        golds = [each for each in value if not absent(each)] if isinstance(value, list) else [value]
        if closed and self.columns.answer_is is None and any(self._could_be_mark(gold, options) for gold in golds):
            self._count("mark")
        return [plain(gold) for gold in golds] if isinstance(value, list) else plain(value)

    def _could_be_mark(self, value: Any, options: Sequence[Any]) -> bool:
        """Whether a gold that is no option could be the letter or the index of one."""
        text = str(value).strip()
        if text.casefold() in {str(option).strip().casefold() for option in options}:
            return False
        letter = _LETTER.fullmatch(text)
        if letter and ord(letter[1].upper()) - ord("A") < len(options):
            return True
        return text.removesuffix(".0").isdecimal() and int(text.removesuffix(".0")) <= len(options)

    def _option(self, row: int, mark: Any, options: Sequence[Any], value: Any) -> Any:
        """The option of a letter or an index."""
        text, place, stated = "" if absent(mark) else str(mark).strip(), -1, None
        meaning = self.columns.answer_is
        if meaning == "letter" and (letter := _LETTER.fullmatch(text) or _LETTER_AND_TEXT.fullmatch(text)):
            place = ord(letter[1].upper()) - ord("A")
            stated = letter[2].strip() if letter.re is _LETTER_AND_TEXT else None
        elif meaning in FIRST_INDEX and text.removesuffix(".0").isdecimal():
            place = int(text.removesuffix(".0")) - FIRST_INDEX[meaning]
            self._count("first" if place == 0 else "last" if place in (-1, len(options)) else "inside")
        if not 0 <= place < len(options) or absent(options[place]):
            problem = f"the answer is {short(value)}, and the row has {len(options)} options"
            raise BadInput(self.file.name, row, problem, f"the {meaning} of an option", MEND)
        if stated is not None and stated != str(options[place]).strip():
            problem = f"the answer is {short(value)}, and the option of its letter {short(options[place])}"
            raise BadInput(self.file.name, row, problem, "a letter, and no text but that of its option", MEND)
        return plain(options[place])

    def _count(self, what: str) -> None:
        self.seen[what] = self.seen.get(what, 0) + 1


def said_of(members: Sequence[Any]) -> tuple[Any, ...] | dict[str, float]:
    """What annotators answered, as `answers_of`; or an object of answers with their scores, as OK-VQA's soft labels.

    Example:
        >>> said_of([{"artist": 1, "sculptor": 0.667}]), said_of(['{"race": 1}']), said_of(["race", "ride"])
        ({'artist': 1.0, 'sculptor': 0.667}, {'race': 1.0}, ('race', 'ride'))
    """
    member = members[0] if len(members) == 1 else None
    value = printed(member) if isinstance(member, str) and member.lstrip().startswith("{") else member
    if isinstance(value, dict) and all(isinstance(key, str) and _is_score(score) for key, score in value.items()):
        return {key: float(score) for key, score in value.items() if score and not absent(key)}
    return answers_of(members)


def _is_score(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def answers_of(members: Sequence[Any]) -> tuple[Any, ...]:
    """What annotators answered: texts, or the field `answer` of objects; what is absent is left out.

    Example:
        >>> answers_of([{"answer": "yes", "answer_id": 1}, None, "no", {"answer": ["a", "b"]}])
        ('yes', 'no', 'a', 'b')
    """
    answers: list[Any] = []
    for member in members:
        stated = member["answer"] if isinstance(member, dict) and "answer" in member else member
        answers += stated if isinstance(stated, list) else [stated]
    return tuple(plain(answer) for answer in answers if not absent(answer))


def plain(value: Any) -> Any:
    """A truth value as JSON spells it, a decimal number as it is written; everything else as it is.

    A column of whole numbers with holes holds floats: there, as everywhere, 2.0 is 2.

    Example:
        >>> plain(True), plain(2.0), plain(2.5), plain("2.0")
        ('true', 2, 2.5, '2.0')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return format(value, "f") if isinstance(value, Decimal) else value
