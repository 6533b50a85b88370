"""What a model's free reply answers, and whether it refuses to: rules in one order, versioned, with their table of cases.

The order, for every kind of question: nothing said; the whole reply is an answer; an answer stated as such ("the answer
is B", the last such statement when there are several); a refusal; an answer mentioned in passing. What stays open is
answered by nothing: a guess made here would be counted as the model's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from builder.answers import normalise

VERSION = 1
"""Raised whenever some reply would be read in another way."""
Kind = Literal["yes/no", "number", "open"]
How = Literal["empty", "option", "letter", "yes/no", "number", "text", "refusal", "ambiguous", "unreadable"]


@dataclass(frozen=True)
class Parsed:
    """A reply, read.

    Attributes:
        answer: The option's text as given, or the normalised answer; None where the reply gives none.
        refused: Whether the reply declines to answer.
        how: Which rule decided.
    """

    answer: str | None
    refused: bool
    how: How


_MARKUP = re.compile(r"[*`_#$]+|\\boxed|\\text|</?[a-z]+>")
_STATED = re.compile(
    r"(?:answer|choice|option|selection)\s*(?:is|would be|should be|must be|:|=)+\s*(?:option|choice|letter)?\s*"
    r"(?P<said>[^\n]+)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[(\[{]?(?P<letter>[A-Za-z])[)\]}]?\s*[.:,;!]?")
_LEADING = re.compile(
    r"(?:option |choice )?(?:[(\[{](?P<a>[A-Za-z])[)\]}]|(?P<b>[A-Z])(?=[.):,]))\s*[.:,]?\s*(?P<rest>.*)"
)
_MARKED = re.compile(r"[(\[{]([A-Z])[)\]}]|\b(?:[Oo]ption|[Cc]hoice) ([A-Z])\b")
_REFUSAL = re.compile(
    r"(?:\b(?:cannot|can ?not|can't|could not|couldn't|unable to|not able to|don't|do not|didn't)\b[^.!?\n]{0,30}"
    r"\b(?:see|view|access|look|determine|answer|tell|identify|provide|assist|help|know|have (?:access|an?|the|any))\b)"
    r"|\b(?:no|without(?: (?:an?|the|any|seeing))?|missing) (?:image|picture|photo)\b"
    r"|\bas an ai\b|\bnot enough (?:information|context)\b|\binsufficient information\b"
    r"|\b(?:impossible|not possible) to (?:say|tell|know|determine|answer)\b"
    r"|\b(?:please|could you|can you)\b[^.!?\n]{0,30}\b(?:provide|share|upload|attach|describe)\b"
    r"|\b(?:image|picture|photo) (?:is|was) not (?:provided|visible|shown|available|attached)\b"
    r"|^\W*i(?:'m| am) (?:sorry|not sure)\b|^\W*(?:unknown|unsure|n/a)\W*$",
    re.IGNORECASE,
)
_NOT = r"(?:not|isn't|aren't|wasn't|never|neither|nor)(?: (?:a|an|the|in|option|choice))*\s+[(\[]?$"
_YES = frozenset({"yes", "yeah", "yep", "true", "correct"})
_NO = frozenset({"no", "nope", "false", "incorrect"})
_DENIED = frozenset({"no", "not", "none", "never"})

_UNITS = dict(zip(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split(), range(20), strict=True,
))  # fmt: skip
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_NUMBER = re.compile(
    rf"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?![\w]*[A-Za-z_])"
    rf"|\b(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(list(_UNITS)[1:10])}))?\b|\b(?:{'|'.join(_UNITS)}|none|dozen)\b",
    re.IGNORECASE,
)


def parse(reply: str, kind: Kind = "open", choices: Sequence[str] = ()) -> Parsed:
    """Read a reply.

    Args:
        reply: What the model wrote, without its prompt.
        kind: What is asked for; ignored where there are options.
        choices: The options in the order in which they were lettered from A on.

    Example:
        >>> parse("The answer is (B).", choices=["red", "blue"])
        Parsed(answer='blue', refused=False, how='letter')
    """
    text = " ".join(_MARKUP.sub(" ", reply.replace("\u2019", "'")).replace("\\(", "(").split(" ")).strip()
    if not normalise(text) or not re.search(r"\w", text):
        return Parsed(None, False, "empty")
    if choices:
        return _choice(text, list(choices))
    readers = {"yes/no": _yes_no, "number": _number, "open": _text}
    return readers[kind](text)


def _choice(text: str, choices: list[str]) -> Parsed:
    if (whole := _same(text, choices)) is not None:
        return Parsed(whole, False, "option")
    stated = [match["said"] for match in _STATED.finditer(text)]
    for said in (*reversed(stated), text):
        if found := _lettered(said, choices):
            return found
        if (whole := _same(re.split(r"[.!\n]", said)[0], choices)) is not None:
            return Parsed(whole, False, "option")
    # An option may itself say that nothing can be told: to name it is no refusal.
    names = _mentioned(text, choices)
    if _REFUSAL.search(text) and not any(_REFUSAL.search(name) for name in names):
        return Parsed(None, True, "refusal")
    letters = {a or b for a, b in _MARKED.findall(text)}
    picked = list(dict.fromkeys([*names, *(_by_letter(letter, choices) or letter for letter in sorted(letters))]))
    if len(picked) == 1 and picked[0] in choices:
        return Parsed(picked[0], False, "option" if names else "letter")
    return Parsed(None, False, "ambiguous" if len(picked) > 1 else "unreadable")


def _lettered(said: str, choices: list[str]) -> Parsed | None:
    """An option's letter, alone or before the option's text; None where no letter leads."""
    alone, leading = _LETTER.fullmatch(said.strip()), _LEADING.match(said.strip())
    if alone is None and leading is None:
        return None
    letter = alone["letter"] if alone else (leading["a"] or leading["b"] if leading else "")
    option = _by_letter(letter, choices)
    if option is None:
        return Parsed(None, False, "unreadable")
    rest = "" if alone or leading is None else leading["rest"]
    other = _same(re.split(r"[.!\n]", rest)[0], choices) if rest else None
    more = {_by_letter(a or b, choices) for a, b in _MARKED.findall(rest)} | ({other} if other else set())
    bare = re.match(r"(?:(?:or|and|,|/)\s*)+[(\[]?([A-Z])\b", rest)
    if (more - {option}) or (bare and _by_letter(bare[1], choices) not in (None, option)):
        return Parsed(None, False, "ambiguous")
    return Parsed(option, False, "letter")


def _by_letter(letter: str, choices: list[str]) -> str | None:
    place = ord(letter.upper()) - ord("A")
    return choices[place] if place < len(choices) else None


def _same(text: str, choices: list[str]) -> str | None:
    """The option that a text is, as answers are compared."""
    return next((choice for choice in choices if normalise(choice) == normalise(text.strip(" .!\"'"))), None)


def _mentioned(text: str, choices: list[str]) -> list[str]:
    """Options whose text occurs, unless denied or inside that of a longer option that occurs in the same place."""
    found: dict[str, None] = {}
    left = text.lower()
    for choice in sorted(choices, key=len, reverse=True):
        pattern = re.compile(rf"(?<!\w){re.escape(choice.lower())}(?!\w)")
        for match in pattern.finditer(left):
            if not re.search(_NOT, left[: match.start()]):
                found[choice] = None
        left = pattern.sub(lambda match: "\0" * len(match[0]), left)
    return [choice for choice in choices if choice in found]


def _yes_no(text: str) -> Parsed:
    stated = [match["said"] for match in _STATED.finditer(text)]
    for said in (*reversed(stated), text):
        first = re.match(r"\W*(\w+)", said)
        word = first[1].lower() if first else ""
        if word in _YES | _NO and not (word == "no" and _REFUSAL.match(said)):
            rest = set(re.findall(r"\w+", said.lower()[: said.find(".") if "." in said else None]))
            if {"yes", "no"} <= rest and re.search(r"\b(?:yes|no)\W+(?:or|and|/)?\W*(?:yes|no)\b", said.lower()):
                return Parsed(None, False, "ambiguous")
            return Parsed("yes" if word in _YES else "no", False, "yes/no")
    if _REFUSAL.search(text):
        return Parsed(None, True, "refusal")
    words = set(re.findall(r"[\w']+", text.lower()))
    affirmed, denied = bool(words & _YES), bool(words & (_NO | _DENIED)) or any(word.endswith("n't") for word in words)
    if affirmed == denied:
        return Parsed(None, False, "ambiguous" if affirmed else "unreadable")
    return Parsed("yes" if affirmed else "no", False, "yes/no")


def _number(text: str) -> Parsed:
    stated = [match["said"] for match in _STATED.finditer(text)]
    for said in reversed(stated):
        if match := _NUMBER.search(said):
            return Parsed(_value(match[0]), False, "number")
    values = list(dict.fromkeys(_value(match[0]) for match in _NUMBER.finditer(text)))
    if _REFUSAL.search(text):
        return Parsed(None, True, "refusal")
    if len(values) == 1:
        return Parsed(values[0], False, "number")
    return Parsed(None, False, "ambiguous" if values else "unreadable")


def _value(text: str) -> str:
    """A number in digits, without separators and without zeros that say nothing."""
    word = text.lower()
    if word[-1].isdigit():
        plain = word.replace(",", "")
        return (plain.rstrip("0").rstrip(".") if "." in plain else plain).removeprefix("-0") or "0"
    if word in ("none", "dozen"):
        return {"none": "0", "dozen": "12"}[word]
    return str(sum({**_UNITS, **_TENS}[part] for part in re.split(r"[- ]", word)))


def _text(text: str) -> Parsed:
    stated = [match["said"] for match in _STATED.finditer(text)]
    if not stated and _REFUSAL.search(text):
        return Parsed(None, True, "refusal")
    said = re.split(r"(?<=[^\d])[.!]|\n", (stated[-1] if stated else text).strip(), maxsplit=1)[0]
    return Parsed(normalise(said.strip(" \"'")), False, "text")
