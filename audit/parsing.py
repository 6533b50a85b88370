"""What a model's free reply answers, and whether it refuses to: rules in one order, versioned, and their table.

The order, for every kind of question: nothing said; the whole reply is an answer; an answer stated as such ("the answer
is B", the last such statement when there are several); a refusal; an answer mentioned in passing. What stays open is
answered by nothing: a guess made here would be counted as the model's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from audit.answers import normalise

VERSION = 1
"""Raised whenever some reply would be read in another way."""
Kind = Literal["yes/no", "number", "open"]
How = Literal["empty", "option", "letter", "yes/no", "number", "text", "refusal", "ambiguous", "unreadable"]


class Parsed(NamedTuple):  # no dataclass: harnesses run exports as modules that Python has not registered
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
    r"(?P<said>[^\n]+?)(?=[.!?](?:\s|$)|\n|$)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[(\[{]?(?P<letter>[A-Za-z])[)\]}]?\s*[.:,;!]?")
_LEADING = re.compile(
    r"(?:option |choice )?(?:[(\[{](?P<a>[A-Za-z])[)\]}]|(?P<b>[A-Z])(?=[.):,]))\s*[.:,]?\s*(?P<rest>.*)"
)
_SEVERAL = re.compile(r"[(\[]?([A-Z])[)\]]?\s*(?:,|/|&|or|and)\s*[(\[]?([A-Z])\b(?!')")
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

_UNITS = {word: number for number, word in enumerate((
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
))}  # fmt: skip
_TENS = {word: 10 * number for number, word in enumerate((
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
), start=2)}  # fmt: skip
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
    if (several := _SEVERAL.match(said.strip())) and several[1] != several[2]:
        return Parsed(None, False, "ambiguous")
    alone = _LETTER.fullmatch(said.strip())
    leading = alone or _LEADING.match(said.strip())
    if leading is None:
        return None
    letter = alone["letter"] if alone else leading["a"] or leading["b"]
    rest = "" if alone else leading["rest"]
    option = _by_letter(letter, choices)
    if option is None:
        return Parsed(None, False, "unreadable") if alone else None
    # Beside another option's text the letter is in doubt, and who repeats all options has picked none.
    told = _same(re.split(r"[.!\n]", rest)[0], choices) if rest else None
    listed = any(
        re.search(rf"\b{chr(ord('A') + place)}[)\]}}.:]\s*{re.escape(choice)}", rest, re.IGNORECASE)
        for place, choice in enumerate(choices)
        if choice != option
    )
    return Parsed(None, False, "ambiguous") if listed or told not in (None, option) else Parsed(option, False, "letter")


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
            both = re.match(r"\W*(yes|no)\W+(?:or\W+|and\W+)?(yes|no)\b", said.lower())
            if both and both[1] != both[2]:
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
    word = text.lower().rstrip(",")
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


_COLOURS = ("red", "blue", "green")
CASES: tuple[tuple[str, Kind, tuple[str, ...], str | None, How], ...] = (
    ("B", "open", _COLOURS, "blue", "letter"),
    ("b", "open", _COLOURS, "blue", "letter"),
    ("B.", "open", _COLOURS, "blue", "letter"),
    ("(B)", "open", _COLOURS, "blue", "letter"),
    ("**B**", "open", _COLOURS, "blue", "letter"),
    ("B) blue", "open", _COLOURS, "blue", "letter"),
    ("(B) blue", "open", _COLOURS, "blue", "letter"),
    ("(B) red", "open", _COLOURS, None, "ambiguous"),
    ("Option C", "open", _COLOURS, "green", "letter"),
    ("The answer is B", "open", _COLOURS, "blue", "letter"),
    ("The correct answer is (C) green.", "open", _COLOURS, "green", "letter"),
    ("Answer: A", "open", _COLOURS, "red", "letter"),
    ("The answer is B, not A.", "open", _COLOURS, "blue", "letter"),
    ("The answer is A. No, wait: the answer is B.", "open", _COLOURS, "blue", "letter"),
    ("I think (A) is too dark, so the answer is (C).", "open", _COLOURS, "green", "letter"),
    ("\\boxed{C}", "open", _COLOURS, "green", "letter"),
    ("A or B", "open", _COLOURS, None, "ambiguous"),
    ("(A) and (C)", "open", _COLOURS, None, "ambiguous"),
    ("It is either (A) or (B).", "open", _COLOURS, None, "ambiguous"),
    ("The answer is A or B.", "open", _COLOURS, None, "ambiguous"),
    ("F", "open", _COLOURS, None, "unreadable"),
    ("blue", "open", _COLOURS, "blue", "option"),
    ("Blue.", "open", _COLOURS, "blue", "option"),
    ("The answer is blue.", "open", _COLOURS, "blue", "option"),
    ("It looks blue to me.", "open", _COLOURS, "blue", "option"),
    ("It is not red but blue.", "open", _COLOURS, "blue", "option"),
    ("Red and blue.", "open", _COLOURS, None, "ambiguous"),
    ("A cube.", "open", ("a cube", "a ball"), "a cube", "option"),
    ("A small cube stands there.", "open", ("a cube", "cube"), "cube", "option"),
    ("It is dark blue.", "open", ("blue", "dark blue"), "dark blue", "option"),
    ("A", "open", ("B", "A"), "A", "option"),
    ("two", "open", ("1", "2"), "2", "option"),
    ("Cannot be determined", "open", ("left", "right", "cannot be determined"), "cannot be determined", "option"),
    ("It cannot be determined from this.", "open", ("left", "cannot be determined"), "cannot be determined", "option"),
    ("I cannot see the image.", "open", _COLOURS, None, "refusal"),
    ("I cannot see the image, so it could be red or blue.", "open", _COLOURS, None, "refusal"),
    ("I can't see the image, but the answer is B.", "open", _COLOURS, "blue", "letter"),
    ("As an AI, I have no image.", "open", _COLOURS, None, "refusal"),
    ("purple", "open", _COLOURS, None, "unreadable"),
    ("", "open", _COLOURS, None, "empty"),
    (" ... ", "open", _COLOURS, None, "empty"),
    ("Yes", "yes/no", (), "yes", "yes/no"),
    ("no.", "yes/no", (), "no", "yes/no"),
    ("Yes, there is a dog.", "yes/no", (), "yes", "yes/no"),
    ("No, there isn't, yes it is odd.", "yes/no", (), "no", "yes/no"),
    ("The answer is no.", "yes/no", (), "no", "yes/no"),
    ("True", "yes/no", (), "yes", "yes/no"),
    ("There is no dog in it.", "yes/no", (), "no", "yes/no"),
    ("It isn't red.", "yes/no", (), "no", "yes/no"),
    ("There is a dog.", "yes/no", (), None, "unreadable"),
    ("Yes or no?", "yes/no", (), None, "ambiguous"),
    ("Perhaps yes, perhaps no.", "yes/no", (), None, "ambiguous"),
    ("No image was provided.", "yes/no", (), None, "refusal"),
    ("I'm sorry, but I can't help with that.", "yes/no", (), None, "refusal"),
    ("", "yes/no", (), None, "empty"),
    ("3", "number", (), "3", "number"),
    ("There are 3 dogs.", "number", (), "3", "number"),
    ("Three.", "number", (), "3", "number"),
    ("twenty-one", "number", (), "21", "number"),
    ("none", "number", (), "0", "number"),
    ("1,000", "number", (), "1000", "number"),
    ("0, I think", "number", (), "0", "number"),
    ("3.0", "number", (), "3", "number"),
    ("3.50 m", "number", (), "3.5", "number"),
    ("-2", "number", (), "-2", "number"),
    ("3 dogs, yes, 3.", "number", (), "3", "number"),
    ("2 dogs and 3 cats", "number", (), None, "ambiguous"),
    ("2 dogs and 3 cats, so the answer is 5.", "number", (), "5", "number"),
    ("Many.", "number", (), None, "unreadable"),
    ("It is not possible to tell.", "number", (), None, "refusal"),
    ("Dark blue.", "open", (), "dark blue", "text"),
    ("The answer is a Frisbee.", "open", (), "frisbee", "text"),
    ("a dog\nIt runs.", "open", (), "dog", "text"),
    ("unknown", "open", (), None, "refusal"),
    ("Please provide the image.", "open", (), None, "refusal"),
    ("", "open", (), None, "empty"),
    ("(B) because (A) is too dark.", "open", _COLOURS, "blue", "letter"),
    ("A) red B) blue C) green", "open", _COLOURS, None, "ambiguous"),
    ("I, for one, think it is green.", "open", _COLOURS, "green", "option"),
    ("Option (C) is right.", "open", _COLOURS, "green", "letter"),
    ("I do not have access to the picture.", "yes/no", (), None, "refusal"),
    ("No.", "number", (), None, "unreadable"),
    ("I cannot count them, there are 7.", "number", (), "7", "number"),
)  # fmt: skip
"""Reply, what was asked for, the options, the answer that is read, and by which rule: what VERSION stands for."""
