"""The roles of columns: guessed from their names, and checked against the values of some rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from twokeys.builder.read.corpora.lists import absent, by_letter, printed
from twokeys.core.errors import short
from twokeys.core.items import ANSWER_TYPES
from twokeys.core.templates import as_text

Records = Sequence[dict[str, Any]]

_QUESTION = ("question", "query", "problem", "prompt", "sentence", "statement", "caption", "instruction", "text", "q")
_ANSWER = (
    "answer", "gtanswer", "goldanswer", "correctanswer", "gold", "groundtruth", "gt", "target", "label",
    "multiplechoiceanswer", "correctchoiceidx", "correctoption", "correctchoice", "correct", "output", "response", "a",
)  # fmt: skip
_CHOICES = ("choices", "options", "candidates", "multiplechoices", "answerchoices", "multichoice")
_ANSWERS = ("answers", "directanswers", "annotations", "rawanswers")
_ID = ("questionid", "id", "qid", "index", "idx", "uid", "pid", "key", "sampleid", "itemid", "name")
_SPLIT = ("split", "subset", "partition", "fold")
_HINT = ("hint", "context")
_OPTION = re.compile(r"(?P<stem>[A-Za-z]*?)[ _-]?(?P<mark>[A-Ha-h]|[1-9])")
_STEMS = {"", "option", "options", "choice", "choices", "opt", "answer", "candidate"}
_SEPARATORS = ("|", ";", "\n", " / ", ",")
_LETTERS, _NUMBERS = "ABCDEFGHIJ", "123456789"
_FEW = 12
"""A column of splits has few values."""


@dataclass
class Roles:
    """The columns of a table, as a recipe names them; None if there is no such column.

    Attributes:
        question: Column of the question.
        answer: Column of the gold.
        hint: Column of a text that precedes the question.
        choices: Column of the options, or a column for each.
        answers: Column of all annotators' answers.
        answer_is: How the gold of a question with options is given.
        answer_type: Column of answer types.
        id: Column of ids that differ.
        split: Column of splits.
        separators: Column -> the text between the members of its lists.
        unsure: Field -> a sentence about an uncertain guess.
    """

    question: str | None = None
    answer: str | None = None
    hint: str | None = None
    choices: str | list[str] | None = None
    answers: str | None = None
    answer_is: str | None = None
    answer_type: str | None = None
    id: str | None = None
    split: str | None = None
    separators: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)

    @property
    def taken(self) -> set[str]:
        """Columns that have a role."""
        single = {self.question, self.answer, self.hint, self.answers, self.answer_type, self.id, self.split}
        options = [self.choices] if isinstance(self.choices, str) else self.choices or []
        return {name for name in (*single, *options) if name is not None}


def roles(records: Records, images: Sequence[str] = ()) -> Roles:
    """Guess the roles of the columns of some records.

    Args:
        records: Some rows.
        images: Columns that hold only images.
    """
    names = [name for name in dict.fromkeys(name for record in records for name in record) if name not in images]
    guessed = Roles(question=_named(names, _QUESTION, records, _is_text))
    if guessed.question is None:
        guessed.question = _talk(records, names, guessed) or _asking(records, names)
    rest = [name for name in names if name != guessed.question]
    guessed.answer = guessed.answer or _named(rest, _ANSWER, records, _is_single)
    rest = [name for name in rest if name != guessed.answer]
    guessed.choices = _named(rest, _CHOICES, records, _is_filled) or _option_columns(rest)
    if guessed.choices is None and (name := _named(rest, _CHOICES, records, lambda _: True)) is not None:
        guessed.choices = _inside_objects(texts(records, name), name, guessed)
    _read_options(records, guessed)
    guessed.answers = _named(rest, _ANSWERS, records, _is_filled)
    guessed.hint = _named(rest, _HINT, records, _is_text)
    guessed.split = _named(rest, _SPLIT, records, lambda values: _is_single(values) and len(set(values)) <= _FEW)
    guessed.id = _named(rest, _ID, records, lambda values: _is_single(values) and _differ(values, len(records)))
    guessed.answer_type = _named(rest, ("answertype",), records, lambda values: set(values) <= {*ANSWER_TYPES, "other"})
    _judge(records, guessed)
    return guessed


def texts(records: Records, name: str) -> list[Any]:
    """The values of a column that are not absent; dots go into members of lists."""
    return [value for record in records if not absent(value := _inside(record, name))]


def _inside(record: dict[str, Any], name: str) -> Any:
    value: Any = record
    for part in name.split(".") if name not in record else [name]:
        value = _member(value, part)
    return value


def options_of(record: dict[str, Any], roles: Roles) -> list[str]:
    """The options of a row as texts, in their places."""
    if isinstance(roles.choices, list):
        return [as_text(_inside(record, name)) for name in roles.choices]
    value = _inside(record, roles.choices or "")
    if isinstance(value, str):
        between = roles.separators.get(roles.choices or "")
        value = [part.strip() for part in value.split(between)] if between else printed(value)
    value = by_letter(value) or value
    return [as_text(option) for option in value] if isinstance(value, list) else []


def _member(value: Any, part: str) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    return value[int(part)] if isinstance(value, list) and part.isdecimal() and int(part) < len(value) else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _named(names: Sequence[str], wanted: Sequence[str], records: Records, fits: Any) -> str | None:
    """The column with the first of some names whose values fit."""
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(_plain(name), name)
    columns = [by_name[name] for name in wanted if name in by_name]
    return next((column for column in columns if (values := texts(records, column)) and fits(values)), None)


def _is_text(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_single(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, list | dict) for value in values)


def _is_filled(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, dict) for value in values)


def _differ(values: Sequence[Any], rows: int) -> bool:
    return len(values) == rows and len({as_text(value) for value in values}) == rows


def _asking(records: Records, names: Sequence[str]) -> str | None:
    """The column whose texts end in a question mark more often than not."""
    asking = {
        name: sum(value.rstrip().endswith("?") for value in values)
        for name in names
        if (values := texts(records, name)) and _is_text(values)
    }
    best = max(asking, key=lambda name: asking[name], default=None)
    return best if best is not None and 2 * asking[best] > len(records) else None


def _talk(records: Records, names: Sequence[str], roles: Roles) -> str | None:
    """The first turn of a conversation of two, whose second turn is the gold."""
    for name in names:
        values = texts(records, name)
        if not values or not all(isinstance(value, list) and len(value) == 2 for value in values):
            continue
        for key in ("value", "content", "text"):
            if all(isinstance(turn, dict) and isinstance(turn.get(key), str) for value in values for turn in value):
                roles.answer = f"{name}.1.{key}"
                return f"{name}.0.{key}"
    return None


def _option_columns(names: Sequence[str]) -> list[str] | None:
    """Columns such as A, B, C, D or option_1, option_2."""
    by_stem: dict[str, dict[str, str]] = {}
    for name in names:
        if (match := _OPTION.fullmatch(name)) and match["stem"].lower() in _STEMS:
            by_stem.setdefault(match["stem"], {})[match["mark"].upper()] = name
    for marks in by_stem.values():
        for order in (_LETTERS[:8], _NUMBERS):
            columns = []
            for mark in order:
                if mark not in marks:
                    break
                columns.append(marks[mark])
            if len(columns) > 1:
                return columns
    return None


def _inside_objects(values: Sequence[Any], name: str, roles: Roles) -> str | list[str] | None:
    """The options in objects: by letter, in numbered fields, or in a list next to the list of their labels."""
    if all(by_letter(value) for value in values):
        return name
    objects = [value for value in values if isinstance(value, dict)]
    keys = list(objects[0]) if objects else []
    same = len(objects) == len(values) and all(each.keys() == objects[0].keys() for each in objects)
    if same and any(sorted(keys) == [str(first + place) for place in range(len(keys))] for first in (0, 1)):
        return [f"{name}.{key}" for key in sorted(keys)]
    if same and all(_in_order(each) for each in objects):
        return f"{name}.text"
    roles.unsure["choices"] = f"the column {name!r} may hold options: name its fields, as [{name}.FIELD, ...]"
    return None


def _in_order(options: dict[str, Any]) -> bool:
    """Whether an object lists options, and their labels in the order of letters or numbers."""
    labels, listed = options.get("label"), options.get("text")
    if not isinstance(labels, list) or not isinstance(listed, list) or len(labels) != len(listed):
        return False
    return any([as_text(label) for label in labels] == list(marks[: len(labels)]) for marks in (_LETTERS, _NUMBERS))


def _read_options(records: Records, roles: Roles) -> None:
    """Guess the separator of the options in a column of texts, or give the column up."""
    if not isinstance(roles.choices, str):
        return
    values = texts(records, roles.choices)
    plain = [printed(value) if isinstance(value, str) else value for value in values]
    if all(isinstance(value, list) or by_letter(value) for value in plain):
        return
    golds = {as_text(gold) for gold in texts(records, roles.answer)} if roles.answer else set()
    written = [value for value in values if isinstance(value, str)]
    for between in _SEPARATORS:
        parts = [[part.strip() for part in value.split(between)] for value in written]
        if written and all(len(members) > 1 for members in parts):
            roles.separators[roles.choices] = between
            if any(set(members) & golds for members in parts) or between == "|":
                return
            del roles.separators[roles.choices]
    roles.unsure["choices"] = (
        f"the column {roles.choices!r} may hold options, as {short(written[0], 50)}" if written else ""
    )
    roles.choices = None


def _judge(records: Records, roles: Roles) -> None:
    """Guess how golds name an option, and which settings golds without options may need."""
    if roles.answer is None or not texts(records, roles.answer):
        if roles.answer is None and roles.answers is None:
            roles.unsure["answer"] = "the column of golds"
        return
    if roles.choices is None:
        golds = {as_text(gold).lower() for gold in texts(records, roles.answer)}
        if golds <= {"0", "1"}:
            roles.unsure["values"] = f"what 0 and 1 mean, if {roles.answer!r} says no and yes so"
        return
    counts = dict.fromkeys(("rows", "text", "letter", "number", "zero", "last"), 0)
    for record in records:
        options = options_of(record, roles)
        gold = as_text(record.get(roles.answer)) if not isinstance(record.get(roles.answer), list) else ""
        if not gold or not any(options):
            continue
        letter = re.fullmatch(r"\(?([A-Za-z])[).:]?", gold)
        counts["rows"] += 1
        counts["text"] += gold.casefold() in {option.casefold() for option in options}
        counts["letter"] += bool(letter and ord(letter[1].upper()) - 65 < len(options))
        counts["number"] += gold.isdecimal() and int(gold) <= len(options)
        counts["zero"] += gold == "0"
        counts["last"] += gold == str(len(options))
    most = 0.9 * counts["rows"]
    if not counts["rows"] or counts["text"] >= most:
        return
    if counts["letter"] >= most:
        roles.answer_is = "letter"
    elif counts["number"] >= most:
        roles.answer_is = "index from 1" if counts["last"] and not counts["zero"] else "index"
        if not counts["last"] and not counts["zero"]:
            roles.unsure["answer_is"] = "whether the index counts from 0 (`index`) or from 1 (`index from 1`)"
    else:
        roles.unsure["answer_is"] = "how golds name an option: text, letter, index, or index from 1"
